"""An initiative at a glance: its pillars and actions with their clauses' modalities, what it cites, its principles."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from pyoxigraph import NamedNode

from initiative_lod.literals import integer
from initiative_lod.release import Release
from initiative_lod.vocabulary import DCTERMS, ELI
from initiative_lod.web.labelled_resource import LabelledResource, LangText
from initiative_lod.web.pages.clauses import Evidence, attestation, evidence, squares_of
from initiative_lod.web.pages.view import View


@dataclass(frozen=True, slots=True)
class ActionCell:
    """An action in the overview."""

    thing: LabelledResource
    number: int
    labels: list[LangText]
    squares: list[tuple[LabelledResource, ...]]
    cites: list[LabelledResource]


@dataclass(frozen=True, slots=True)
class PillarColumn:
    """A pillar in the overview."""

    thing: LabelledResource
    number: int
    labels: list[LangText]
    squares: list[tuple[LabelledResource, ...]]
    embodies: list[LabelledResource]
    cells: list[ActionCell]


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the start page says of one initiative."""

    thing: LabelledResource
    labels: list[LangText]
    facts: list[Evidence]
    columns: list[PillarColumn]
    others: list[LabelledResource]
    texts: list[LabelledResource]
    modalities: list[tuple[LabelledResource, int]]
    cited: list[tuple[LabelledResource, int]]
    principles: list[tuple[LabelledResource, int]]
    topics: list[tuple[LabelledResource, int]]
    clause_count: int


def overview(view: View, initiative: NamedNode) -> Overview:
    """Read an initiative."""
    columns: list[PillarColumn] = []
    others: list[LabelledResource] = []
    for part in view.nodes(initiative, DCTERMS.hasPart):
        if "Pillar" in view.kinds(part):
            columns.append(_column(view, part))
        else:
            others.append(view.thing(part))
    columns.sort(key=lambda item: item.number)
    inside = f"{initiative.value}/"
    modalities, cited, principles, topics = (
        Counter[NamedNode](),
        Counter[NamedNode](),
        Counter[NamedNode](),
        Counter[NamedNode](),
    )
    stated: set[NamedNode] = set()  # clauses, some of which have several modalities
    for name, counter in (
        ("modality", modalities),
        ("cites", cited),
        ("invokes", principles),
        ("embodies", principles),
        ("topic", topics),
    ):
        for triple in view.opened.triples(None, view.term(name)):
            if (
                isinstance(triple.subject, NamedNode)
                and triple.subject.value.startswith(inside)
                and isinstance(triple.object, NamedNode)
            ):
                counter[triple.object] += 1
                if counter is modalities:
                    stated.add(triple.subject)
    texts = view.things(view.subjects(ELI.realizes, initiative))
    return Overview(
        view.thing(initiative),
        view.both(initiative),
        [item for item in evidence(view, initiative) if item.is_from_outside],
        columns,
        sorted(others, key=lambda item: _place(view, item)),
        texts,
        by_finding(_ranked(view, modalities)),
        _ranked(view, cited),
        _ranked(view, principles),
        _ranked(view, topics),
        len(stated),
    )


def facts(view: View, node: NamedNode) -> list[Evidence]:
    """The external facts about a node, with where they were seen."""
    read = [attestation(view, item) for item in view.subjects(view.term("onSubject"), node)]
    return [item for item in read if item is not None and item.is_from_outside]


def _column(view: View, pillar: NamedNode) -> PillarColumn:
    cells = [_cell(view, part) for part in view.nodes(pillar, DCTERMS.hasPart) if "Action" in view.kinds(part)]
    return PillarColumn(
        view.thing(pillar),
        view.number(pillar, view.term("number")) or 0,
        view.both(pillar),
        squares_of(view, pillar),
        view.things(view.nodes(pillar, view.term("embodies"))),
        sorted(cells, key=lambda item: item.number),
    )


def _cell(view: View, action: NamedNode) -> ActionCell:
    return ActionCell(
        view.thing(action),
        view.number(action, view.term("number")) or 0,
        view.both(action),
        squares_of(view, action),
        _cited(view, action),
    )


def _cited(view: View, part: NamedNode) -> list[LabelledResource]:
    """Works that an action and its clauses cite, each once, in the text's order."""
    found: dict[NamedNode, None] = {}
    for node in (part, *view.nodes(part, DCTERMS.hasPart)):
        found.update(dict.fromkeys(view.nodes(node, view.term("cites"))))
    return view.things(found)


def _ranked(view: View, counter: Counter[NamedNode]) -> list[tuple[LabelledResource, int]]:
    return [
        (view.thing(node), count) for node, count in sorted(counter.items(), key=lambda item: (-item[1], item[0].value))
    ]


def by_finding(ranked: list[tuple[LabelledResource, int]]) -> list[tuple[LabelledResource, int]]:
    """The modalities with those last that take what no other does, however many clauses they have."""
    return sorted(ranked, key=lambda item: item[0].residual)


def _place(view: View, thing: LabelledResource) -> int:
    for triple in view.opened.triples(NamedNode(thing.iri), view.term("span")):
        if isinstance(triple.object, NamedNode):
            digits = triple.object.value.rpartition("=")[2].partition(",")[0]
            return integer(digits) or 0
    return 0


@dataclass(frozen=True, slots=True)
class Checks:
    """Figures of what a release was checked for; None where it says nothing.

    ``covered`` and ``characters`` count those of the text.
    """

    version: str
    modified: str
    conforms: bool | None
    violations: int
    warnings: int
    questions: int | None
    covered: int | None
    characters: int | None

    @property
    def percent(self) -> int | None:
        """Share of the text that stands in a clause, rounded down."""
        return self.covered * 100 // self.characters if self.covered is not None and self.characters else None


def checks(release: Release) -> Checks:
    """Read the manifest of a release; one that was not made by the whole way has less to tell."""
    manifest = release.manifest
    report = manifest.report or {}
    coverage = (manifest.coverage or {}).values()
    return Checks(
        release.version,
        release.modified,
        bool(manifest.report["conforms"]) if manifest.report else None,
        report.get("Violation", 0),
        report.get("Warning", 0),
        manifest.questions,
        sum(item.covered for item in coverage) if coverage else None,
        sum(item.characters for item in coverage) if coverage else None,
    )
