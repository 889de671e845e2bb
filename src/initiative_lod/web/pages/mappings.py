"""Mappings of a thing to other vocabularies, with why they are made, and the cluster of one identity."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

from pyoxigraph import Literal, NamedNode

from initiative_lod.labels import natural
from initiative_lod.languages import by_language, guessed, guessed_language, primary
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.vocabulary import DCTERMS, FOAF, OWL, PROV, SKOS, SSSOM
from initiative_lod.web.labelled_resource import LabelledResource, LangText
from initiative_lod.web.pages.fact_sources import FactSource, sources, unlinked
from initiative_lod.web.pages.view import View

MAPPINGS = (
    SKOS.exactMatch,
    SKOS.closeMatch,
    SKOS.broadMatch,
    SKOS.narrowMatch,
    SKOS.relatedMatch,
    OWL.sameAs,
)
READ = 5_000  # records of a graph of which the first are shown
MOST = 200  # mappings, and members of a cluster, that are shown
_SLOT = {
    name: NamedNode(SSSOM.iri + name)
    for name in ("subject_id", "predicate_id", "object_id", "object_label", "confidence", "comment", "mapping_date")
}
_CODE = re.compile(r"[A-Za-z]{0,2}[0-9][0-9A-Za-z.]{0,5}")
_JUDGES = [NamedNode(SSSOM.iri + name) for name in ("reviewer_label", "reviewer_id", "author_label", "author_id")]


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping to a thing of another vocabulary: why it is made, who judged it, and when.

    ``label`` is the target's name in the reader's language; ``called``, where that is another one, what the mapping
    calls it.
    """

    subject: LabelledResource
    predicate: LabelledResource
    target: LabelledResource
    label: LangText | None = None
    called: LangText | None = None
    confidence: str = ""
    reasons: tuple[LangText, ...] = ()
    seen: tuple[LangText, ...] = ()
    sources: tuple[FactSource, ...] = ()
    judges: tuple[str, ...] = ()
    date: str = ""
    graph: LabelledResource | None = None
    same: bool = False


@dataclass(frozen=True, slots=True)
class Cluster:
    """The names of one thing but the one that the page is about; ``canonical`` is the one to use, if another."""

    canonical: LabelledResource | None
    others: tuple[LabelledResource, ...]
    graph: LabelledResource | None


def cluster(view: View, node: NamedNode) -> Cluster:
    """Things that ``graph/identity`` takes for the same: by exact matches, and by judgements, which win."""
    for group in view.subjects(PROV.hadMember, node):
        canonical = view.node(group, view.term("canonicalMember"))
        if canonical is not None:  # a collection without one is somebody else's
            others = [item for item in view.nodes(group, PROV.hadMember) if item not in (node, canonical)]
            first = view.thing(canonical) if canonical != node else None
            return Cluster(first, tuple(view.things(others[:MOST])), view.thing(view.iris.graph("identity")))
    return Cluster(None, (), None)


def mappings(view: View, node: NamedNode, known: Cluster) -> list[Mapping]:
    """The mappings of a thing: SSSOM's, then those that are stated without one."""
    found, told = [], set()
    same = {item.iri for item in (*known.others, *([known.canonical] if known.canonical else []))}
    for item in islice(view.subjects(_SLOT["subject_id"], node), MOST):
        read = _record(view, item, same)
        if read is not None:
            told.add((NamedNode(read.predicate.iri), NamedNode(read.target.iri)))
            found.append(read)
    for predicate in MAPPINGS:
        for target in view.nodes(node, predicate)[:MOST]:
            if (predicate, target) not in told:
                graph, is_same = _graph(view, node, predicate, target), target.value in same
                stated = view.thing(node), view.thing(predicate), view.thing(target)
                found.append(Mapping(*stated, graph=graph, same=is_same))
    return found


def of_part(view: View, part: NamedNode) -> list[Mapping]:
    """The mappings of a part, of the part that a clause stands in, and of the parts in it (the actions of a pillar)."""
    near = [part]
    if "Clause" in view.kinds(part):
        near += view.nodes(part, DCTERMS.isPartOf)
    near += [inner for inner in view.nodes(part, DCTERMS.hasPart) if "Clause" not in view.kinds(inner)]
    alone = Cluster(None, (), None)
    return [item for node in near for item in mappings(view, node, alone)][:MOST]


def of_graph(view: View, graph: NamedNode) -> list[Mapping]:
    """The mappings that a graph records, in the order of their names; no more than MOST."""
    nodes = {
        quad.subject: None
        for quad in islice(view.opened.quads(None, _SLOT["subject_id"], None, graph), READ)
        if isinstance(quad.subject, NamedNode)
    }
    ordered = sorted(nodes, key=lambda node: natural(node.value))[:MOST]
    return [read for node in ordered if (read := _record(view, node, set())) is not None]


def _record(view: View, node: NamedNode, same: Container[str]) -> Mapping | None:
    """One SSSOM record; None where it does not relate two things."""
    record: Mapping | None = view.memory("mappings").of(node, partial(_related, view))
    return replace(record, same=True) if record is not None and record.target.iri in same else record


def _related(view: View, node: NamedNode) -> Mapping | None:
    ends = [view.node(node, _SLOT[name]) for name in ("subject_id", "predicate_id", "object_id")]
    subject, predicate, target = ends
    if subject is None or predicate is None or target is None:
        return None
    called, own = view.text(node, _SLOT["object_label"]), view.label(target, view.language)
    if called is not None and not called.language:
        called = replace(called, language=guessed_language(called.value) or guessed(called.value))
    confidence, date = view.text(node, _SLOT["confidence"]), view.text(node, _SLOT["mapping_date"])
    linked = sources(view, node)
    return Mapping(
        view.thing(subject),
        view.thing(predicate),
        view.thing(target),
        own or called,
        called if own and called and own.value != called.value else None,
        confidence.value if confidence else "",
        tuple(item for text in view.texts(node, _SLOT["comment"]) for item in _spoken(view, text)),
        unlinked(view.texts(node, view.term("seenIn")), linked),
        linked,
        tuple(_named(view, text.value) for name in _JUDGES for text in view.texts(node, name)),
        date.value if date else "",
        view.thing(view.home(node)),
    )


def _named(view: View, judge: str) -> str:
    """A judge's name, in the reader's language where it is the publisher's own."""
    for publisher in view.nodes(view.iris.thing("dataset"), DCTERMS.publisher):
        names = view.texts(publisher, FOAF.name)
        if any(name.value == judge for name in names):
            return names[0].value
    return judge


def _spoken(view: View, text: LangText) -> list[LangText]:
    """The words of a note in the reader's language, where it has two; else all of it. SSSOM's notes have no tag."""
    if text.language:
        return [text]
    found = [LangText(words, tag) for tag, words in by_language(text.value)]
    return [item for item in found if primary(item.language) == primary(view.language)] or found


def _graph(view: View, node: NamedNode, predicate: NamedNode, target: NamedNode) -> LabelledResource | None:
    """The first graph that states it."""
    for quad in view.opened.quads(node, predicate, target):
        if isinstance(quad.graph_name, NamedNode):
            return view.thing(quad.graph_name)
    return None


def coded(opened: OpenRelease, target: NamedNode, label: str) -> str:
    """Name of what something is mapped to, after its notation, or the code at the end of another's IRI, if it has one.

    Of ``http://metadata.un.org/sdg/9.c`` it begins with ``9.c``.
    """
    notations = (triple.object for triple in opened.triples(target, SKOS.notation))
    code = next((item.value for item in notations if isinstance(item, Literal)), "")
    if not code and opened.iris.path(target.value) is None:
        last = target.value.rstrip("/#").replace("#", "/").rpartition("/")[2]
        code = last if _CODE.fullmatch(last) else ""
    return f"{code} {label}" if code and not label.startswith(code) else label
