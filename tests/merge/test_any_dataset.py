"""Whatever RDF 1.1 allows is merged and served in every form, so that a strict parser has the same graph; or the answer
says, as a problem document, what a form cannot hold.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlencode
from xml.dom import minidom

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as runs
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    Quad,
    QueryResultsFormat,
    Triple,
    parse_query_results,
)

from formats.datasets import canonical, datasets, union
from initiative_lod import release
from initiative_lod.build.graph import canonical as in_order
from initiative_lod.documents.links import LONGEST_HEADER
from initiative_lod.documents.representation import WHOLE_FORMS
from initiative_lod.formats import BY_LABEL, JSON_LD, N_QUADS, RDF_TYPES, RDF_XML, GraphFormat
from initiative_lod.iris import Iris
from initiative_lod.merge.merge import MergeRequest, merge
from initiative_lod.pipeline import index_maker
from initiative_lod.release import Edition, Release
from initiative_lod.settings import Settings
from initiative_lod.vocabulary import RDFS
from patience import patient
from pipeline.conftest import CHECKOUT
from service.conftest import Live, serve

I = Iris()
GRAPH = I.graph("source/theirs")
BASE = "http://unused.example/"
GENID = "/.well-known/genid/"
ONCE = (Phase.explicit, Phase.reuse, Phase.generate)  # a merge takes a second: what fails is not made smaller
EXAMPLES = pytest.mark.parametrize("examples", [6, pytest.param(300, marks=pytest.mark.slow)])


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return patient(Settings(root=tmp_path_factory.mktemp("any")))


@pytest.fixture(scope="module")
def start(settings: Settings) -> Release:
    quads = in_order([Quad(I.thing("id/x"), RDFS.label, Literal("甲", language="zh"), I.graph("some"))])
    files = {"context.jsonld": (CHECKOUT / "ontology" / "context.jsonld").read_bytes()}
    made = release.write(settings.release_folder, quads, Edition("1.0", "2031-03-05"), files, I)
    release.publish(settings.release_folder, made)
    return made


@pytest.fixture(scope="module")
def live(settings: Settings, start: Release) -> Iterator[Live]:
    with serve(settings) as served:
        yield served


def blank_again(quads: Iterable[Quad]) -> list[Quad]:
    """Quads with a blank node for each IRI that a merge gives one."""

    def blank(term: NamedNode | Literal | BlankNode | Triple) -> NamedNode | Literal | BlankNode | Triple:
        name = term.value if isinstance(term, NamedNode) else ""
        return BlankNode("x" + name.partition(GENID)[2].replace("/", "x")) if GENID in name else term

    return [Quad(blank(q.subject), q.predicate, blank(q.object), q.graph_name) for q in quads]  # type: ignore[arg-type]


def is_honest(status: int, content: bytes, media: str) -> bool:
    """Whether it is a problem document that names what the form cannot hold."""
    problem = json.loads(content)
    return status == 406 and media == "application/problem+json" and len(problem["detail"]) > 20


@pytest.mark.thorough
@EXAMPLES
def test_any_dataset_is_merged_and_served(live: Live, start: Release, tmp_path: Path, examples: int) -> None:
    formats = [BY_LABEL[name] for name in ("N-Quads", "TriG", "HexTuples")]

    @runs(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), phases=ONCE)
    @given(quads=datasets(least=6, most=12), written_in=st.sampled_from(formats))
    def holds(quads: list[Quad], written_in: GraphFormat) -> None:
        file = tmp_path / f"theirs.{written_in.suffix}"
        file.write_bytes(written_in.write(quads))
        request = MergeRequest(named=(str(file),), name="theirs", retrieved="2031-03-06")
        merged = merge(live.settings, start, request, make_index=index_maker()).release
        file.unlink()
        assert merged is not None
        release.publish(live.settings.release_folder, merged)
        try:
            check(live, quads)
        finally:
            release.publish(live.settings.release_folder, start)
            shutil.rmtree(merged.path)

    holds()


def check(live: Live, quads: list[Quad]) -> None:
    theirs = union(quads)
    wanted = canonical(theirs)
    exact = list(live.opened.quads(graph=GRAPH))
    assert canonical(union(blank_again(exact))) == wanted
    dump = gzip.decompress(live.get("/dataset/dump.nq.gz").content)
    assert canonical(union(blank_again(q for q in N_QUADS.read(dump, BASE) if q.graph_name == GRAPH))) == wanted
    documents(live, exact)
    queries(live, exact)


def documents(live: Live, exact: list[Quad]) -> None:
    """The document about each subject has all its triples, in each form, and no other form has more or fewer."""
    for subject in {quad.subject for quad in exact}:
        assert isinstance(subject, NamedNode)
        own = {str(quad.triple) for quad in exact if quad.subject == subject}
        address = f"/resource?{urlencode({'iri': subject.value})}"
        in_n_quads = {str(quad.triple) for quad in N_QUADS.read(live.get(address, N_QUADS.name).content, BASE)}
        assert own <= in_n_quads
        asked = [(format, "") for format in RDF_TYPES] + [(JSON_LD, f"&_profile={form}") for form in WHOLE_FORMS]
        for format, argument in asked:
            answer = live.get(address + argument, format.name)
            assert len(answer.headers.get("link", "")) <= LONGEST_HEADER
            if answer.status_code != 200:
                assert format is RDF_XML
                assert is_honest(answer.status_code, answer.content, answer.headers["content-type"])
                continue
            assert {str(quad.triple) for quad in format.read(answer.content, BASE)} == in_n_quads, format.label
        page = live.get(address, "text/html")
        assert page.status_code == 200
        assert subject.value.split("/")[-1][:40] in page.text.replace("&#39;", "'").replace("&amp;", "&")


CONSTRUCT = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{GRAPH.value}> {{ ?s ?p ?o }} }}"
SELECT = f"SELECT ?s ?p ?o WHERE {{ GRAPH <{GRAPH.value}> {{ ?s ?p ?o }} }}"


def queries(live: Live, exact: list[Quad]) -> None:
    wanted = {str(quad.triple) for quad in exact}
    address = f"/sparql?{urlencode({'query': CONSTRUCT})}"
    for format in RDF_TYPES:
        answer = live.get(address, format.name)
        if answer.status_code != 200:
            assert format is RDF_XML
            assert is_honest(answer.status_code, answer.content, answer.headers["content-type"])
            continue
        assert {str(quad.triple) for quad in format.read(answer.content, BASE)} == wanted, format.label
    address = f"/sparql?{urlencode({'query': SELECT})}"
    rows = sorted((str(quad.subject), str(quad.predicate), str(quad.object)) for quad in exact)
    for results in (QueryResultsFormat.JSON, QueryResultsFormat.XML, QueryResultsFormat.TSV):
        answer = live.get(address, results.media_type)
        if answer.status_code != 200:
            assert results == QueryResultsFormat.XML
            assert is_honest(answer.status_code, answer.content, answer.headers["content-type"])
            continue
        solutions = parse_query_results(answer.content, results)
        assert sorted(tuple(str(term) for term in solution) for solution in solutions) == rows, results  # type: ignore[union-attr]
        if results == QueryResultsFormat.XML:
            minidom.parseString(answer.content)
    table = list(csv.reader(io.StringIO(live.get(address, "text/csv").content.decode(), newline="")))
    plain = sorted([term.value for term in (q.subject, q.predicate, q.object)] for q in exact)  # type: ignore[union-attr]
    assert table[0] == ["s", "p", "o"]
    assert sorted(table[1:]) == plain
