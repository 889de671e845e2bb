"""Pictures of a document: its mappings as a flow, what its parts speak of and how as heat maps; each with its table."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from markupsafe import Markup
from pyoxigraph import NamedNode

from initiative_lod.labels import natural
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.sources.questions import EACH
from initiative_lod.vocabulary import DCTERMS, RDF, SKOS, SSSOM
from initiative_lod.web.drawings.flow import Band, FlowNode, flow
from initiative_lod.web.drawings.heat_map import Drawn, heat_map
from initiative_lod.web.drawings.picture_frame import framed
from initiative_lod.web.labelled_resource import LabelledResource, LangText
from initiative_lod.web.pages import answers, initiative, initiative_map, mappings
from initiative_lod.web.pages.actor_aims import ActorAims
from initiative_lod.web.pages.document_choice import key_of
from initiative_lod.web.pages.document_figures import DocumentFigures
from initiative_lod.web.pages.listings import listing
from initiative_lod.web.pages.mappings import Mapping as ThingMapping
from initiative_lod.web.pages.saved_questions import Kept, about, in_language
from initiative_lod.web.pages.view import View

MOST_ROWS, MOST_COLUMNS = 60, 40
DEEPEST = 8
_ALIGNMENT, _MAPPINGS = "graph/alignment-", "mappings-"  # how graphs and pictures of mappings are called
_LOOSE = ("relatedMatch", "broadMatch", "narrowMatch")

Alignments = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class CountCell:
    """A number, and the address at which what it counts is listed; empty for none."""

    number: str
    listing: str = ""

    def __str__(self) -> str:
        return self.number


Cell = LabelledResource | CountCell | str
#: A drawing, and its figures: headings and rows.
Tabled = tuple[Drawn, list[str], list[list[Cell]]]


@dataclass(frozen=True, slots=True)
class Material:
    """Figures of a document, and of its release, from which pictures are made."""

    figures: DocumentFigures
    acts: ActorAims
    questions: Sequence[Kept]
    aligned: Alignments


@dataclass(frozen=True, slots=True)
class PictureKind:
    """A picture that a document has: its name in the address and its title."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with its frame, and the same figures as a table: headings, and rows of words, numbers and things."""

    kind: PictureKind
    note: str
    source: str
    drawn: Drawn
    svg: Markup
    width: int
    height: int
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    @property
    def is_matrix(self) -> bool:
        """Tell whether all but its first column is counts."""
        return all(cell == "" or isinstance(cell, CountCell) for row in self.rows for cell in row[1:])

    @property
    def inline(self) -> Markup:
        """The picture in a page, where its links can be followed: then it is no image to those who do not see it."""
        return Markup(str(self.svg).replace('role="img"', 'role="group"', 1))


def kinds(view: View, document: NamedNode, material: Material) -> list[PictureKind]:
    """The pictures that there are of a document: of the graphs that map parts of it, and of what its clauses say."""
    inside, figures = f"{document.value}/", material.figures
    found = [
        PictureKind(f"{_MAPPINGS}{name}", view.thing(view.iris.graph(f"alignment-{name}")).label.value)
        for name, mapped in material.aligned.items()
        if any(iri.startswith(inside) for iri in mapped)
    ]
    names = [OVERVIEW] if figures.clauses and "Initiative" in view.kinds(document) else []
    names += [name for name, property in MAPS.items() if len(figures.said[property]) > 1 and figures.clauses]
    if len(figures.said["addressee"]) > 1 and len(figures.said["modality"]) > 1:
        names.append(ADDRESSED)
    if len(material.acts.get(document.value, ())) > 1:
        names.append(ACTORS)
    return found + [PictureKind(name, view.interface.gettext(f"picture.{name}")) for name in names]


def charts(view: View, document: NamedNode, material: Material, only: str = "") -> list[PictureKind]:
    """The charts of the answers to questions about a document, which are pictures as well; or the one of that name.

    Of a release with one document, those about the release are about it.
    """
    concerned = (EACH, key_of(view.iris, document), *([""] if len(view.documents) == 1 else []))
    return [
        PictureKind(f"{answers.PICTURE}{item['slug']}", in_language(item["question"], view.language).value)
        for item in material.questions
        if only in ("", f"{answers.PICTURE}{item['slug']}")
        and about(item) in concerned
        and answers.charted(item)
        and answers.drawing(item, answers.of_document(item, view, document)) is not None
    ]


#: Heat maps by their names: the property whose values are the columns.
MAPS = {"wording": "modality", "topics": "topic", "addressees": "addressee"}
ADDRESSED, ACTORS, OVERVIEW = "addressed", "actors", "map"


def picture(view: View, document: NamedNode, material: Material, kind: PictureKind) -> Picture:
    """Draw a picture."""
    figures, shared = material.figures, list[str]()
    if kind.name in MAPS:
        drawn, headings, rows = _map(view, document, figures, MAPS[kind.name])
        note = view.interface.gettext("picture.map_note")
    elif kind.name == OVERVIEW:
        drawn, headings, rows = _overview(view, document)
        note = view.interface.gettext("map_note")
    elif kind.name == ADDRESSED:

        def addressed(group: str, modality: str) -> str:
            terms = {"addressee": NamedNode(group), "modality": NamedNode(modality), "document": document}
            return listing(view, "addressed", **terms)

        heading = view.interface.gettext("picture.addressee")
        drawn, headings, rows = _crossed(view, _addressed(figures), heading, addressed)
        note = view.interface.gettext("picture.addressed_note")
    elif kind.name == ACTORS:

        def acted(actor: str, aim: str) -> str:
            return listing(view, "actors", actor=NamedNode(actor), aim=NamedNode(aim), document=document)

        heading = view.interface.gettext("picture.actor")
        drawn, headings, rows = _crossed(view, material.acts[document.value], heading, acted)
        note = view.interface.gettext("picture.actors_note")
    elif kind.name.startswith(answers.PICTURE):
        item = next(item for item in material.questions if f"{answers.PICTURE}{item['slug']}" == kind.name)
        drawn, headings, rows = _chart(view, document, item)
        note = in_language(item["note"], view.language).value
    else:
        drawn, headings, rows = _flow(view, document, kind)
        note = view.interface.gettext("picture.flow_note")
        shared = _shared_notes(view, rows)
    source = source_line(view, document)
    title = f"{kind.title} — {view.thing(document).label.value}"
    svg, width, height = framed(drawn, title, [source, *shared, document.value])
    return Picture(kind, note, source, drawn, svg, width, height, headings, rows)


def source_line(view: View, document: NamedNode) -> str:
    """Origin of the figures: the document, the release, the licence."""
    licence = view.opened.license
    return view.interface.gettext(
        "picture.source",
        document=view.thing(document).label.value,
        release=view.opened.release.version,
        licence=view.thing(NamedNode(licence)).label.value if licence else "—",
    )


# The whole document


def _overview(view: View, document: NamedNode) -> Tabled:
    """The map of an initiative; as a table, what each part speaks of, with the number of its clauses."""
    drawn, parts = initiative_map.alone(view, initiative.overview(view, document))
    say = view.interface.gettext
    rows: list[list[Cell]] = []
    for part in parts:
        linked: list[tuple[str, Cell]] = [
            (say(name), thing) for name, things in part.spoken.items() for thing in things
        ]
        clauses: Cell = ""  # those of a band stand in its paragraphs
        if part.place != "band":
            terms = {"property": RDF.type, "value": view.term("Clause"), "row": NamedNode(part.thing.iri)}
            clauses = CountCell(
                str(len(part.squares)), listing(view, "part-and-its-clauses", **terms) if part.squares else ""
            )
        rows += [[part.thing, clauses, *pair] for pair in linked or [("", "")]]
    return drawn, [say("picture.part"), say("clauses"), say("mapping.relation"), say("mapping.target")], rows


# Heat maps


def _map(view: View, document: NamedNode, figures: DocumentFigures, property: str) -> Tabled:
    """Number of clauses of each part that have each value."""
    said = figures.said[property]
    counts: Counter[tuple[str, str]] = Counter()
    totals: Counter[NamedNode] = Counter()
    #: The same counts as our queries make them, which are others where a row is in another one.
    asked: dict[str, Counter[tuple[str, str]]] = {"parts": Counter(), "part-and-its-clauses": Counter()}
    trails = {part: _trail(view, document, part) for parts in said.values() for part in parts}
    home = _rows_of(trails)
    for value, parts in said.items():
        for part in parts:
            counts[home[part].value, value.value] += 1
            totals[value] += 1
            asked["parts"].update((row.value, value.value) for row in trails[part])
            above = {part, *(view.nodes(part, DCTERMS.isPartOf) if "Clause" in view.kinds(part) else ())}
            asked["part-and-its-clauses"].update((row.value, value.value) for row in above)
    columns = sorted(totals, key=lambda item: (view.thing(item).residual, -totals[item], natural(item.value)))
    columns = columns[:MOST_COLUMNS]
    rows = sorted(
        {*home.values()},
        key=lambda item: (view.number(item, view.term("position")) or 0, natural(item.value)),
    )
    rows = rows[:MOST_ROWS]
    things = [(view.thing(row), _words(view, row)) for row in rows]

    def listed(row: str, value: str) -> str:
        terms = {"property": view.term(property), "value": NamedNode(value), "row": NamedNode(row)}
        same = (name for name, found in asked.items() if found[row, value] == counts[row, value])
        return next((listing(view, name, **terms) for name in same), "")

    return _tabled(things, view.things(columns), counts, view.interface.gettext("picture.part"), listed)


def _addressed(figures: DocumentFigures) -> dict[tuple[str, str], int]:
    """Number of clauses that address each group in each modality."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    modalities = figures.by_part("modality")
    for part, groups in figures.by_part("addressee").items():
        for group in groups:
            for modality in modalities.get(part, ()):
                counts[group.value, modality.value] += 1
    return counts


def _crossed(
    view: View, counts: Mapping[tuple[str, str], int], heading: str, listed: Callable[[str, str], str]
) -> Tabled:
    """Heat map of how often things stand beside others, the most frequent first."""
    totals: dict[str, int] = defaultdict(int)
    for pair, count in counts.items():
        for iri in pair:
            totals[iri] += count

    def first(iris: set[str], most: int) -> list[LabelledResource]:
        things = view.things([NamedNode(iri) for iri in iris])
        return sorted(things, key=lambda thing: (thing.residual, -totals[thing.iri], natural(thing.iri)))[:most]

    rows = first({row for row, _ in counts}, MOST_ROWS)
    columns = first({column for _, column in counts}, MOST_COLUMNS)
    return _tabled([(row, row.label.value) for row in rows], columns, counts, heading, listed)


def _chart(view: View, document: NamedNode, item: Kept) -> Tabled:
    """The chart of an answer, and the answer."""
    table = answers.of_document(item, view, document)
    drawn = answers.drawn(item, table)
    rows = [[_answered(cell) for cell in row] for row in table.rows]
    return drawn or Drawn(Markup(""), 0, 0), [heading.value for heading in table.headings], rows


def _answered(cell: answers.AnswerCell) -> Cell:
    if cell.number:
        return CountCell(cell.words, cell.listing)
    return cell.thing if cell.thing and not cell.text else cell.words


def _tabled(
    rows: Sequence[tuple[LabelledResource, str]],
    columns: Sequence[LabelledResource],
    counts: Mapping[tuple[str, str], int],
    heading: str,
    listed: Callable[[str, str], str],
) -> Tabled:
    """The heat map of some counts, and the same as a table."""
    cells = {
        pair: CountCell(str(count), listed(*pair))
        for thing, _ in rows
        for column in columns
        if (count := counts.get(pair := (thing.iri, column.iri), 0))
    }
    table: list[list[Cell]] = [
        [
            replace(thing, label=LangText(words, thing.label.language)),
            *(cells.get((thing.iri, column.iri), "") for column in columns),
        ]
        for thing, words in rows
    ]
    drawn = heat_map(rows, columns, counts, {pair: cell.listing for pair, cell in cells.items()})
    return drawn, [heading, *(column.label.value for column in columns)], table


def _rows_of(trails: Mapping[NamedNode, Sequence[NamedNode]]) -> dict[NamedNode, NamedNode]:
    """By part the row that it counts for: the part that its clause stands in; of too many, one further up."""
    rows: dict[NamedNode, NamedNode] = {}
    for up in range(DEEPEST):
        rows = {part: trail[max(0, len(trail) - 1 - up)] for part, trail in trails.items()}
        if len(set(rows.values())) <= MOST_ROWS:
            break
    return rows


def _trail(view: View, document: NamedNode, part: NamedNode) -> list[NamedNode]:
    """The parts from right below the document to the part itself, without clauses."""
    found: list[NamedNode] = []
    above: NamedNode | None = part
    while above is not None and above != document and len(found) < DEEPEST:
        if "Clause" not in view.kinds(above):
            found.insert(0, above)
        above = view.node(above, DCTERMS.isPartOf)
    return found or [part]


def _words(view: View, part: NamedNode) -> str:
    number = view.number(part, view.term("number")) if {"Action", "Pillar"} & {*view.kinds(part)} else None
    label = view.thing(part).label.value
    if number is not None and "Pillar" in view.kinds(part):
        return f"{view.interface.gettext('pillar')} {number} · {label}"
    return f"{number}. {label}" if number is not None else label


# Flows


def alignments(opened: OpenRelease) -> Alignments:
    """The graphs of mappings of a release, by name, each with the IRIs of what it maps; read once a release."""
    found: dict[str, frozenset[str]] = {}
    subject = NamedNode(f"{SSSOM.iri}subject_id")
    for graph in opened.graphs:
        path = opened.iris.path(graph.value) or ""
        if path.startswith(_ALIGNMENT):
            quads = islice(opened.quads(None, subject, None, graph), mappings.READ)
            mapped = (quad.object.value for quad in quads if isinstance(quad.object, NamedNode))
            found[path.removeprefix(_ALIGNMENT)] = frozenset(mapped)
    return dict(sorted(found.items()))


def _flow(view: View, document: NamedNode, kind: PictureKind) -> Tabled:
    """From the parts at the top, over the parts that are mapped, to what they are mapped to."""
    graph = view.iris.graph(f"alignment-{kind.name.removeprefix(_MAPPINGS)}")
    inside = f"{document.value}/"
    found = [item for item in mappings.of_graph(view, graph) if item.subject.iri.startswith(inside)]
    trails = {item.subject.iri: _trail(view, document, NamedNode(item.subject.iri)) for item in found}
    tops = sorted(
        {trail[0] for trail in trails.values()}, key=lambda item: view.number(item, view.term("position")) or 0
    )
    group = {top: number for number, top in enumerate(tops)}
    of_part = {iri: group[trail[0]] for iri, trail in trails.items()}
    parts = sorted(trails, key=lambda iri: (of_part[iri], natural(iri)))
    middle = [FlowNode(view.thing(NamedNode(iri)), _words(view, NamedNode(iri)), of_part[iri]) for iri in parts]
    targets = {item.target.iri: FlowNode(item.target, _target(view, item)) for item in found}
    bands = [
        Band(
            item.subject.iri,
            item.target.iri,
            1,
            of_part[item.subject.iri],
            f"{item.subject.label.value} — {item.predicate.label.value} → {_target(view, item)}",
            item.predicate.slug in _LOOSE,
        )
        for item in found
    ]
    columns: list[list[FlowNode]] = [middle, list(targets.values())]
    if any(len(trail) > 1 for trail in trails.values()):
        columns.insert(0, [FlowNode(view.thing(top), _words(view, top), group[top]) for top in tops])
        weights: dict[tuple[str, str], int] = defaultdict(int)
        for item in found:
            trail = trails[item.subject.iri]
            if trail[0].value != item.subject.iri:
                weights[trail[0].value, item.subject.iri] += 1
        bands += [
            Band(top, iri, weight, of_part[iri], f"{view.thing(NamedNode(top)).label.value} → {weight}")
            for (top, iri), weight in weights.items()
        ]
        alone = {top.value for top in tops} & {*parts}
        columns[1] = [node for node in columns[1] if node.iri not in alone]
    say = view.interface.gettext
    headings = [say("picture.part"), say("mapping.relation"), say("mapping.target"), say("mapping.reason")]
    table: list[list[Cell]] = [
        [
            replace(
                item.subject, label=LangText(_words(view, NamedNode(item.subject.iri)), item.subject.label.language)
            ),
            item.predicate.label.value,
            _shown(view, item),
            " ".join(reason.value for reason in item.reasons),
        ]
        for item in sorted(found, key=lambda item: (parts.index(item.subject.iri), natural(item.target.iri)))
    ]
    return flow(columns, bands), headings, table


def _target(view: View, item: ThingMapping) -> str:
    """Name of a target, after its notation or code, if it has one."""
    label = item.label.value if item.label else item.target.label.value
    return mappings.coded(view.opened, NamedNode(item.target.iri), label)


def _shared_notes(view: View, rows: Sequence[Sequence[Cell]]) -> list[str]:
    """Notes that several targets have alike whose names are in the reader's language: that these are not official."""
    targets = {NamedNode(row[2].iri) for row in rows if isinstance(row[2], LabelledResource)}
    named = [target for target in targets if view.label(target, view.language) is not None]
    notes = (view.text(target, SKOS.scopeNote, view.language) for target in named)
    counts = Counter(note.value for note in notes if note is not None)
    return [note for note, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if count > 1]


def _shown(view: View, item: ThingMapping) -> LabelledResource:
    """The target under the name that the picture gives it."""
    target = item.target
    language = (item.label or target.label).language
    return LabelledResource(
        target.iri, target.href, LangText(_target(view, item), language), target.kind, target.external
    )
