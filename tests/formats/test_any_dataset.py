"""Whatever RDF 1.1 allows is written in every format so that strict parsers, other people's too, read the same."""

from __future__ import annotations

import json
import re
from operator import attrgetter
from xml.dom import minidom

import pytest
import rdflib
from hypothesis import given, settings
from pyld import jsonld
from pyoxigraph import Literal, Quad, RdfFormat, parse

from formats.datasets import canonical, datasets, iris_of, union
from initiative_lod.errors import UnwritableError
from initiative_lod.formats import JSON_LD, RDF_TYPES, RDF_XML, GraphFormat
from initiative_lod.iris import Iris
from initiative_lod.reading.syntax import HEAD, decide
from initiative_lod.vocabulary import RDF, XSD
from pipeline.conftest import CHECKOUT

BASE = "http://unused.example/"
CONTEXT = json.loads((CHECKOUT / "ontology" / "context.jsonld").read_text("utf-8"))
PREFIXES = Iris().prefixes | {"h": "http://harbour.example/", "u": "urn:"}
ENDS_IN_A_NAME = re.compile(r".*[/#:][A-Za-z]+")
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
#: Characters that Unicode counts as blanks, and RFC 3987 (§2.2) does not; in Turtle, a name that ends in ``\\.``.
UNREADABLE_TO_RDFLIB = re.compile(r"\s|\.\Z")
EXAMPLES = pytest.mark.parametrize("examples", [25, pytest.param(1000, marks=pytest.mark.slow)])
EACH_FORMAT = pytest.mark.parametrize("format", RDF_TYPES, ids=attrgetter("suffix"))


def written(format: GraphFormat, quads: list[Quad]) -> bytes | None:
    """The dataset in a format; None where that cannot hold it, which is RDF/XML alone, and has a reason in the data."""
    try:
        return format.write(quads, PREFIXES)
    except UnwritableError as error:
        refused = error.message
    assert format is RDF_XML
    assert refused is not None
    if refused.id == "format.character":
        assert any(NOT_IN_XML.search(quad.object.value) for quad in quads if isinstance(quad.object, Literal))
    else:
        iri = str(refused.values["iri"])
        assert iri in iris_of(quads)
        assert iri.startswith(RDF.iri) or not ENDS_IN_A_NAME.fullmatch(iri)
    return None


def read_by_rdflib(content: bytes, format: GraphFormat) -> list[Quad]:
    rdflib.NORMALIZE_LITERALS = False
    dataset = rdflib.Dataset()
    dataset.parse(data=content, format="hext" if format.suffix == "hext" else format.name)
    return list(parse(dataset.serialize(format="nquads", encoding="utf-8"), format=RdfFormat.N_QUADS))


def unreadable_to_pyld(quad: Quad) -> bool:
    """Tell whether PyLD reads another quad: it takes IRIs with blanks for none (RFC 3987 §2.2), and writes each double
    anew, also one that is a string in JSON (JSON-LD 1.1 API, "Object to RDF Conversion", has that for numbers alone).
    """
    if any(re.search(r"\s", iri) for iri in iris_of([quad])):
        return True
    if not (isinstance(quad.object, Literal) and quad.object.datatype == XSD.double):
        return False
    try:
        float(quad.object.value)
    except ValueError:
        return False
    return True


@EXAMPLES
@EACH_FORMAT
def test_what_is_written_is_the_same_dataset(format: GraphFormat, examples: int) -> None:
    @settings(max_examples=examples, deadline=None)
    @given(quads=datasets())
    def holds(quads: list[Quad]) -> None:
        content = written(format, quads)
        if content is None:
            return
        assert canonical(list(format.read(content, BASE))) == canonical(quads if format.graphs else union(quads))
        if format is RDF_XML:
            minidom.parseString(content)

    holds()


@EXAMPLES
@EACH_FORMAT
def test_what_is_written_is_known_by_its_name_and_its_beginning(format: GraphFormat, examples: int) -> None:
    @settings(max_examples=examples, deadline=None)
    @given(quads=datasets())
    def holds(quads: list[Quad]) -> None:
        content = written(format, quads)
        if content is not None:
            assert decide(f"x.{format.suffix}", content.decode()[:HEAD]) == (format, "", True)

    holds()


@EXAMPLES
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib's own use of what it deprecates
@EACH_FORMAT
def test_rdflib_reads_the_same(format: GraphFormat, examples: int) -> None:
    @settings(max_examples=examples, deadline=None)
    @given(quads=datasets())
    def holds(quads: list[Quad]) -> None:
        content = written(format, quads)
        if content is not None and not any(UNREADABLE_TO_RDFLIB.search(iri) for iri in iris_of(quads)):
            assert canonical(read_by_rdflib(content, format)) == canonical(quads if format.graphs else union(quads))

    holds()


@EXAMPLES
@pytest.mark.parametrize("form", ["compacted", "expanded", "flattened"])
def test_documents_in_json_ld_are_the_same_graph(form: str, examples: int) -> None:
    @settings(max_examples=examples, deadline=None)
    @given(quads=datasets())
    def holds(quads: list[Quad]) -> None:
        content = JSON_LD.document(union(quads), CONTEXT, form)
        wanted = canonical(union(quads))
        assert canonical(list(parse(content, RdfFormat.JSON_LD))) == wanted
        if not any(map(unreadable_to_pyld, quads)):
            lines = jsonld.to_rdf(json.loads(content), {"format": "application/n-quads"})
            assert canonical(list(parse(lines.encode(), RdfFormat.N_QUADS))) == wanted

    holds()
