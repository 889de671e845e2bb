"""All representations of a thing are the same graph: of every resource of the real release, as it is served.

The documents are made as the server makes them, without HTTP. The ordinary tests take a sample, with rdflib and PyLD as
a second opinion on how it is read; ``make proofs`` takes every one, and prints its figures.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from pyld import jsonld
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
)
from rdflib import Dataset as RdflibDataset
from rdflib import Graph

from initiative_lod.documents import incoming
from initiative_lod.documents.document import Document
from initiative_lod.documents.graph_origin import is_merged
from initiative_lod.documents.representation import WHOLE_FORMS
from initiative_lod.documents.resource import describe
from initiative_lod.formats import JSON_LD, N_TRIPLES, RDF_TYPES, TEXT, GraphFormat
from initiative_lod.locale.messages import Languages
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.publisher import Publisher
from initiative_lod.settings import Settings
from initiative_lod.vocabulary import RDF
from initiative_lod.web.http.request import Request, Response
from initiative_lod.web.pages.pages import Pages
from initiative_lod.web.routes.documents import choose_variant, represent
from initiative_lod.web.site import Site
from pipeline.conftest import make_project
from service.conftest import publish

pytestmark = pytest.mark.thorough

LANGUAGES = Languages()
SEED = 2020
OF_A_KIND, WAYS = 4, 3  # sampled resources of each kind, and representations of each of them
LARGE, OF_THE_LARGE = ("Pillar", "Text", "graph"), 2  # kinds of some thousands of triples, which take seconds each
RDFLIB = {"hext": "hext"}  # what rdflib calls a format, where that is not its media type
BASE = "https://unused.example/"
MOST_ALTERNATES = 15  # sampled resources that rdflib and PyLD read as well, which takes them long


@dataclass(frozen=True)
class Representation:
    """One way to ask for a document, and how to read the answer."""

    name: str
    media: GraphFormat
    argument: str = ""
    accept: str = ""


REPRESENTATIONS = (
    *(Representation(media.suffix, media) for media in RDF_TYPES),
    *(Representation(f"jsonld {form}", JSON_LD, f"_profile={form}") for form in WHOLE_FORMS),
    Representation("application/json", JSON_LD, accept="application/json"),
    Representation("text/plain", N_TRIPLES, accept="text/plain"),
)


@dataclass
class Figures:
    """What has been compared."""

    resources: int = 0
    pages: int = 0
    representations: int = 0
    triples: int = 0
    canonicalised: int = 0
    bytes: Counter[str] = field(default_factory=Counter)


@pytest.fixture(scope="module")
def site(real_settings: Settings) -> Site:
    """This project's own release, and all that answers for it."""
    settings = replace(real_settings, page_cache=0)
    return Site(settings, Publisher(settings.release_folder), Pages(LANGUAGES))


def documents(opened: OpenRelease) -> dict[str, Document]:
    """Every document: of what stands under the base, and of every IRI of others that is so much as named."""
    iris: set[str] = set()
    own = (graph for graph in opened.graphs if not is_merged(opened.iris, graph))
    for quad in (quad for graph in own for quad in opened.quads(graph=graph)):
        for term in (quad.subject, quad.object):
            if not isinstance(term, NamedNode):
                continue
            document = term.value.partition("#")[0]
            path = opened.iris.path(document)
            if path is None:
                iris.add(term.value)
            elif path and not path.startswith(("doc/", "dataset/", "sparql")):
                iris.add(document)
    iris |= {name.value for name in opened.graphs}
    found = {iri: Document.about(opened, NamedNode(iri)) for iri in iris}
    return {iri: document for iri, document in found.items() if document is not None and described(document)}


@pytest.fixture(scope="module")
def found(site: Site) -> dict[str, Document]:
    return documents(site.current())


def described(document: Document) -> bool:
    return describe(document.opened, document.resource) is not None


def answer(site: Site, document: Document, how: Representation, page: int) -> Response:
    """What the server sends of one page of a document."""
    query = f"page={page}" + (f"&{how.argument}" if how.argument else "")
    request = Request(accept=how.accept or None, query_string=query, query=dict(parse_qsl(query)))
    asked = document if how.accept else replace(document, media=how.media)
    return represent(site, request, asked, choose_variant(request, asked)).answer(request, site.cache)


def quads(content: bytes, media: GraphFormat) -> Iterator[Quad]:
    """What a representation says, as the format's own reader reads it."""
    return media.read(content, BASE)


def graph(found: Iterable[Quad]) -> tuple[set[Triple] | Dataset, bool]:
    """The triples, whatever graph they stand in; canonical (RDFC-1.0) where there are blank nodes, which is told."""
    triples = {quad.triple for quad in found}
    if not any(isinstance(term, BlankNode) for triple in triples for term in (triple.subject, triple.object)):
        return triples, False
    dataset = Dataset(Quad(item.subject, item.predicate, item.object, DefaultGraph()) for item in triples)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return dataset, True


def compare(
    site: Site, iri: str, document: Document, figures: Figures, ways: Sequence[Representation] = REPRESENTATIONS
) -> None:
    """Every page of a document in some representations, with its description in the store."""
    opened = site.current()
    first = describe(opened, document.resource)
    assert first is not None
    figures.resources += 1
    for page in range(1, first.pages + 1):
        described = first if page == 1 else describe(opened, document.resource, page)
        assert described is not None
        expected, canonicalised = graph(described.quads)
        figures.pages += 1
        figures.canonicalised += canonicalised
        figures.triples += len(expected)
        for how in ways:
            sent = answer(site, document, how, page)
            assert sent.status == 200, (iri, how.name)
            content_type = dict(sent.headers)["Content-Type"]
            assert content_type.startswith(how.accept or how.media.name), (iri, how.name)
            figures.representations += 1
            figures.bytes[how.name] += len(sent.body)
            if how.accept == TEXT.name and document.text is not None:  # what is asked for is the text, and no RDF
                assert sent.body.decode() == document.text.value, iri
                continue
            found, _ = graph(quads(sent.body, how.media))
            assert found == expected, f"{iri}, page {page}, as {how.name}"
        if first.pages > 1:
            links = dict(answer(site, document, REPRESENTATIONS[0], page).headers)["Link"]
            assert ('rel="next"' in links) == (page < first.pages), iri


def kinds(opened: OpenRelease, found: dict[str, Document]) -> dict[str, list[str]]:
    """The documents by what they are about: its first class of ours, else where it stands."""
    sorted_: defaultdict[str, list[str]] = defaultdict(list)
    for iri in sorted(found):
        if found[iri].argument:
            sorted_["of others"].append(iri)
            continue
        classes = sorted(
            triple.object.value
            for triple in opened.triples(NamedNode(iri), RDF.type)
            if isinstance(triple.object, NamedNode)
        )
        path = opened.iris.path(iri) or ""
        own = [name.rpartition("#")[2] for name in classes if opened.iris.path(name) is not None]
        sorted_[own[0] if own else path.partition("/")[0]].append(iri)
    return sorted_


def sample(opened: OpenRelease, found: dict[str, Document]) -> list[str]:
    """OF_A_KIND of every kind, and always the same ones of the same data."""
    chance = random.Random(SEED)
    chosen = []
    for kind, iris in sorted(kinds(opened, found).items()):
        most = OF_THE_LARGE if kind in LARGE else OF_A_KIND
        chosen += chance.sample(iris, min(most, len(iris)))
    return chosen


@pytest.mark.slow
def test_a_sample_of_every_kind(site: Site, found: dict[str, Document]) -> None:
    opened = site.current()
    figures, chance = Figures(), random.Random(SEED)
    for iri in sample(opened, found):
        compare(site, iri, found[iri], figures, chance.sample(REPRESENTATIONS, WAYS))
    assert len(kinds(opened, found)) > 20
    assert figures.resources > 60
    assert figures.representations >= figures.resources * WAYS
    assert len(figures.bytes) == len(REPRESENTATIONS)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib warns of itself
def test_rdflib_and_pyld_read_the_same(site: Site, found: dict[str, Document]) -> None:
    """The engine that writes is not the only one that reads."""
    opened = site.current()
    chosen = random.Random(SEED).sample(sample(opened, found), MOST_ALTERNATES)

    def load(url: str, options: Any) -> dict[str, Any]:
        raise AssertionError(f"{url} is asked for, and a document carries its context")

    for iri in chosen:
        described = describe(opened, found[iri].resource)
        assert described is not None
        expected, _ = graph(described.quads)
        for how in REPRESENTATIONS[: len(RDF_TYPES)]:
            body = answer(site, found[iri], how, 1).body
            if how.media is JSON_LD:
                lines = jsonld.to_rdf(json.loads(body), {"documentLoader": load, "format": "application/n-quads"})
            else:
                read = RdflibDataset() if how.media.graphs else Graph()
                read.parse(data=body, format=RDFLIB.get(how.media.suffix, how.media.name))
                lines = read.serialize(format="nquads" if isinstance(read, RdflibDataset) else "nt")
            assert graph(parse(lines, format=RdfFormat.N_QUADS))[0] == expected, f"{iri} as {how.name}"


def test_every_page_of_what_is_paged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real release has nothing that needs a second page, so this one has pages of ten statements."""
    monkeypatch.setattr(incoming, "PAGE", 10)
    settings = Settings(root=make_project(tmp_path / "project"), page_cache=0)
    publish(settings)
    paged = Site(settings, Publisher(settings.release_folder), Pages(LANGUAGES))
    opened = paged.current()
    figures, chance = Figures(), random.Random(SEED)
    for iri, document in documents(opened).items():
        found = describe(opened, document.resource)
        if found is not None and found.pages > 1:
            compare(paged, iri, document, figures, chance.sample(REPRESENTATIONS, WAYS))
    assert figures.resources > 2
    assert figures.pages > 2 * figures.resources


@pytest.mark.slow
def test_every_resource(site: Site, found: dict[str, Document]) -> None:
    opened = site.current()
    figures = Figures()
    start = time.perf_counter()
    for iri, document in sorted(found.items()):
        compare(site, iri, document, figures)
    seconds = time.perf_counter() - start
    by_kind = {kind: len(iris) for kind, iris in sorted(kinds(opened, found).items())}
    print(
        f"\n{figures.resources:,} resources on {figures.pages:,} pages in {len(REPRESENTATIONS)} representations: "
        f"{figures.representations:,} compared in {seconds:.0f} s, {figures.triples:,} triples each, "
        f"{figures.canonicalised} with blank nodes\n{by_kind}\n"
        + ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in figures.bytes.items())
    )
    assert figures.resources == len(found) > 700
    assert figures.representations == figures.pages * len(REPRESENTATIONS)
