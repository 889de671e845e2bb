"""Vocabulary that the query editor proposes: a release's terms, things and prefixes, made once for it.

Own classes and properties with their labels and definitions in both languages; the things that queries name (topics,
groups, modalities, institutions, actions, ...) by label; the classes and properties of others that the release uses,
the most used first. All of it is read off small graphs, and all of it is capped: a release that holds a million things
of others proposes no more than one that holds none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pyoxigraph import Literal, NamedNode

from initiative_lod.documents.content_codings import IDENTITY
from initiative_lod.documents.graph_origin import is_merged
from initiative_lod.documents.negotiation import Offer
from initiative_lod.formats import JSON
from initiative_lod.formats.guarded_json import read_json
from initiative_lod.labels import natural
from initiative_lod.locale.messages import Languages
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.per_release import PerRelease
from initiative_lod.search.builder import UNNAMED
from initiative_lod.vocabulary import OWL, RDF, RDFS, SKOS, VOID
from initiative_lod.web.http.conditional import Representation
from initiative_lod.web.http.request import Request
from initiative_lod.web.pages.view import View
from initiative_lod.web.routes.negotiated_page import NegotiatedPage, negotiate
from initiative_lod.web.routes.routing import Address, at_hand, outcomes
from initiative_lod.web.site import Site

PATH = "sparql/terms.json"
MOST = 1500  # terms of each kind
MOST_PREFIXES = 100
LOOKED_AT = 20_000  # statements in which the things are looked for
MERGED_GRAPHS, SAMPLE = 40, 500  # merged graphs, and statements of each, that are looked at for what they use
LONGEST = 240  # characters of a label or definition

_CLASSES = (OWL.Class, RDFS.Class)
_PROPERTIES = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, RDF.Property)
#: Own classes whose things nobody names in a query: there are very many, and they have no names of their own.
_UNNAMED = UNNAMED | {"Clause", "Paragraph"}
#: Whose things come first.
_FIRST = ("Modality", "StakeholderGroup", "Topic", "Institution", "CitationRole", "Principle", "Action", "Pillar")
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")  # what needs no escaping in a prefixed name


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The ``prefixes`` (name to IRI) that the editor knows, and the whole document as it is sent."""

    prefixes: dict[str, str]
    content: bytes


def terms_address(site: Site, vocabularies: PerRelease[Vocabulary]) -> Address:
    """``/sparql/terms.json``."""

    def terms(opened: OpenRelease, request: Request) -> Representation:
        return represent(site, opened, request, lambda: vocabularies.of(opened).content)

    return Address(
        f"/{PATH}",
        at_hand(site, site.threads.lane("terms"), terms),
        "The terms and prefixes that the query editor proposes",
        outcomes("The terms", (JSON,)),
    )


def represent(site: Site, opened: OpenRelease, request: Request, content: Callable[[], bytes]) -> Representation:
    """The document as it is sent, the same in every language of the pages."""
    language = site.pages.languages.default.tag
    page = NegotiatedPage(f"{request.prefix}/sparql/terms", (Offer(JSON),), language=language)
    return negotiate(site, opened, request, page, lambda media, spoken: content())


def read_vocabulary(site: Site, prefix: str, opened: OpenRelease) -> Vocabulary:
    """The vocabulary of a release: as rendered with it, under the ``prefix`` of the pages, or made now."""
    asked = Request(path=PATH, prefix=prefix, accept=JSON.name)
    stored = represent(site, opened, asked, lambda: b"").stored()
    if stored is not None:
        content = stored.coded(IDENTITY).content
        return Vocabulary(json.loads(content)["prefixes"], content)
    made = vocabulary(opened, site.pages.languages)
    text = json.dumps(made, ensure_ascii=False, separators=(",", ":"))  # large, and read by a program alone
    return Vocabulary(made["prefixes"], f"{text}\n".encode())


def vocabulary(opened: OpenRelease, languages: Languages) -> dict[str, Any]:
    """``prefixes`` (name to IRI), and ``terms``, the ones to propose first in front.

    A term has ``name`` (prefixed) or ``iri``, ``kind`` (class, property or thing), and where there are such ``labels``
    and ``notes`` (definitions), both by language.
    """
    view = View(opened, languages.default)
    prefixes = {**opened.iris.prefixes, **_of_context(opened)}
    own = [(node, kind) for kind, node in _own_terms(opened)]
    things = [(node, "thing") for node in _things(opened)]
    for node, _ in things:
        space = node.value.rpartition("/")[0] + "/"
        if len(prefixes) < MOST_PREFIXES:
            prefixes.setdefault(_prefix_of(opened, space), space)
    others = [item for item in _used(opened) if item not in own]
    spaces = sorted(prefixes.items(), key=lambda item: -len(item[1]))
    terms = [_term(view, languages, node, kind, spaces) for node, kind in (*own, *things, *others)]
    return {"prefixes": prefixes, "terms": terms}


def _own_terms(opened: OpenRelease) -> Iterator[tuple[str, NamedNode]]:
    """The own classes and properties, each kind by name."""
    graph = opened.iris.graph("ontology")
    start = opened.iris.thing("ontology").value + "#"
    for kind, types in (("class", _CLASSES), ("property", _PROPERTIES)):
        found = {
            quad.subject
            for type in types
            for quad in islice(opened.quads(None, RDF.type, type, graph), MOST)
            if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(start)
        }
        yield from ((kind, node) for node in sorted(found, key=lambda node: node.value.lower()))


def _things(opened: OpenRelease) -> list[NamedNode]:
    """The own things that have names of their own, the most asked for first."""
    ranks: dict[NamedNode, int] = {}
    graphs = [graph for graph in opened.graphs if not is_merged(opened.iris, graph)]
    quads = (quad for graph in graphs for quad in opened.quads(None, RDF.type, None, graph))
    for quad in islice(quads, LOOKED_AT):
        subject, type = quad.subject, quad.object
        if not isinstance(subject, NamedNode) or "#" in subject.value:
            continue
        if not (opened.iris.path(subject.value) or "").startswith("id/"):
            continue
        path = opened.iris.path(type.value) if isinstance(type, NamedNode) else None
        name = (path or "").removeprefix("ontology#")
        rank = -1 if name in _UNNAMED else _FIRST.index(name) if name in _FIRST else len(_FIRST)
        ranks[subject] = min(rank, ranks.get(subject, rank))
    named = [node for node, rank in ranks.items() if rank >= 0]
    return sorted(named, key=lambda node: (ranks[node], natural(node.value)))[:MOST]


def _used(opened: OpenRelease) -> list[tuple[NamedNode, str]]:
    """The classes and properties in the release, the most used first; of merged graphs what their beginnings use."""
    counts: dict[tuple[NamedNode, str], int] = {}
    described = opened.iris.graph("release")
    for kind, names, size in (("class", VOID["class"], VOID.entities), ("property", VOID.property, VOID.triples)):
        for quad in islice(opened.quads(None, names, None, described), MOST):
            if isinstance(quad.object, NamedNode) and isinstance(quad.subject, NamedNode):
                counted = opened.quads(quad.subject, size, None, described)
                number = next((item.object.value for item in counted if isinstance(item.object, Literal)), "0")
                counts[quad.object, kind] = int(number)
    for graph in islice((graph for graph in opened.graphs if is_merged(opened.iris, graph)), MERGED_GRAPHS):
        for quad in islice(opened.quads(graph=graph), SAMPLE):
            counts.setdefault((quad.predicate, "property"), 0)
            if quad.predicate == RDF.type and isinstance(quad.object, NamedNode):
                counts.setdefault((quad.object, "class"), 0)
    return sorted(counts, key=lambda item: (-counts[item], item[0].value))[:MOST]


def _of_context(opened: OpenRelease) -> dict[str, str]:
    """The prefixes of the release's JSON-LD context; none of one that cannot be read."""
    try:
        context = read_json((opened.release.path / "context.jsonld").read_text("utf-8"))["@context"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    entries = context.items() if isinstance(context, dict) else ()
    return {
        name: iri
        for name, iri in entries
        if isinstance(iri, str) and iri.startswith(("http://", "https://")) and iri.endswith(("/", "#"))
    }


def _prefix_of(opened: OpenRelease, space: str) -> str:
    """``…/id/group/`` -> ``ilod-group``."""
    path = (opened.iris.path(space) or "").strip("/")
    return "ilod-" + re.sub(r"[^A-Za-z0-9]+", "-", path.removeprefix("id/"))


def _term(
    view: View, languages: Languages, node: NamedNode, kind: str, spaces: list[tuple[str, str]]
) -> dict[str, Any]:
    name = next(
        (
            f"{prefix}:{node.value[len(space) :]}"
            for prefix, space in spaces
            if node.value.startswith(space) and _LOCAL.fullmatch(node.value[len(space) :])
        ),
        None,
    )
    term: dict[str, Any] = {"name": name} if name else {"iri": node.value}
    term["kind"] = kind
    known = {tag: language.find(f"property.{view.short(node)}") for tag, language in languages.items()}
    labels = {label.language: label.value[:LONGEST] for label in view.labels(node)}
    labels |= {tag: name for tag, name in known.items() if name is not None}
    notes = {}
    for text in (*view.texts(node, RDFS.comment), *view.texts(node, SKOS.definition)):
        notes[text.language] = text.value[:LONGEST]
    return term | ({"labels": labels} if labels else {}) | ({"notes": notes} if notes else {})
