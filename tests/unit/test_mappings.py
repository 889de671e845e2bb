"""SSSOM files: what a valid one becomes, and why others are refused."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from initiative_lod.build import mappings as alignment
from initiative_lod.errors import ParseError
from initiative_lod.iris import DEFAULT_BASE, Iris
from initiative_lod.sources import sssom
from initiative_lod.sources.mapping_set import MappingSet
from initiative_lod.vocabulary import DCTERMS, RDF, SSSOM, VOID, XSD

I = Iris()
HEADER = """#curie_map:
#  topic: "https://w3id.org/initiative-lod/id/topic/"
#  group: "https://w3id.org/initiative-lod/id/group/"
#  ilod: "https://w3id.org/initiative-lod/ontology#"
#  skos: "http://www.w3.org/2004/02/skos/core#"
#  semapv: "https://w3id.org/semapv/vocab/"
#  ex: "https://example.org/thesaurus/"
#mapping_set_id: https://w3id.org/initiative-lod/graph/alignment-harbour
#license: https://creativecommons.org/licenses/by/4.0/
#extension_definitions:
#  - slot_name: ext_seen_in
#    property: ilod:seenIn
"""
COLUMNS = "subject_id\tpredicate_id\tobject_id\tmapping_justification\tconfidence\tmapping_date\tcomment\text_seen_in\n"
ROW = "topic:harbour\tskos:exactMatch\tex:c1\tsemapv:ManualMappingCuration\t0.90\t2031-01-02\t same thing \tthe list\n"
COLUMN_LINE = HEADER.count("\n") + 1
Read = Callable[[str], MappingSet]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads some content as ``harbour.sssom.tsv``."""

    def read_content(content: str) -> MappingSet:
        path = tmp_path / "harbour.sssom.tsv"
        path.write_text(content, "utf-8")
        return sssom.read(path)

    return read_content


def test_a_valid_file(read: Read) -> None:
    found = read(HEADER + COLUMNS + ROW + "\n" + ROW.replace("harbour", "ship"))
    assert found.name == "harbour"
    assert [row.line for row in found.rows] == [COLUMN_LINE + 1, COLUMN_LINE + 3]
    assert found.rows[0].slots == {
        "subject_id": (DEFAULT_BASE + "id/topic/harbour",),
        "predicate_id": ("http://www.w3.org/2004/02/skos/core#exactMatch",),
        "object_id": ("https://example.org/thesaurus/c1",),
        "mapping_justification": ("https://w3id.org/semapv/vocab/ManualMappingCuration",),
        "confidence": ("0.90",),
        "mapping_date": ("2031-01-02",),
        "comment": ("same thing",),
    }
    assert found.rows[0].extensions == {I.term("seenIn").value: "the list"}


def test_a_mapping_is_stated_and_described(read: Read) -> None:
    graph = I.graph("alignment-harbour")
    quads = list(alignment.quads(read(HEADER + COLUMNS + ROW), I))
    assert {quad.graph_name for quad in quads} == {graph}
    node = NamedNode(graph.value + "#topic-harbour-exactmatch-c1")
    skos = "http://www.w3.org/2004/02/skos/core#"
    subject, match, target = (
        I.thing("id/topic/harbour"),
        NamedNode(skos + "exactMatch"),
        NamedNode("https://example.org/thesaurus/c1"),
    )
    slot = SSSOM.iri
    assert {quad.triple for quad in quads} == {
        Triple(graph, RDF.type, SSSOM.MappingSet),
        Triple(graph, RDF.type, VOID.Linkset),
        Triple(graph, DCTERMS.license, NamedNode("https://creativecommons.org/licenses/by/4.0/")),
        Triple(graph, NamedNode(slot + "license"), NamedNode("https://creativecommons.org/licenses/by/4.0/")),
        Triple(graph, NamedNode(slot + "mapping_set_id"), graph),
        Triple(graph, VOID.triples, Literal(1)),
        Triple(subject, match, target),
        Triple(node, RDF.type, SSSOM.Mapping),
        Triple(node, DCTERMS.isPartOf, graph),
        Triple(node, NamedNode(slot + "subject_id"), subject),
        Triple(node, NamedNode(slot + "predicate_id"), match),
        Triple(node, NamedNode(slot + "object_id"), target),
        Triple(
            node,
            NamedNode(slot + "mapping_justification"),
            NamedNode("https://w3id.org/semapv/vocab/ManualMappingCuration"),
        ),
        Triple(node, NamedNode(slot + "confidence"), Literal("0.90", datatype=XSD.decimal)),
        Triple(node, NamedNode(slot + "mapping_date"), Literal("2031-01-02", datatype=XSD.date)),
        Triple(node, NamedNode(slot + "comment"), Literal("same thing")),
        Triple(node, I.term("seenIn"), Literal("the list")),
    }


def test_things_of_one_slug_have_a_mapping_each(read: Read) -> None:
    quads = alignment.quads(read(HEADER + COLUMNS + ROW + ROW.replace("topic:", "group:")), I)
    mappings = {quad.subject for quad in quads if quad.object == SSSOM.Mapping}
    assert {str(node).rpartition("#")[2] for node in mappings} == {
        "topic-harbour-exactmatch-c1>",
        "group-harbour-exactmatch-c1>",
    }


def test_full_iris_need_no_prefix(read: Read) -> None:
    assert (
        read(HEADER + COLUMNS + ROW.replace("ex:c1", "https://x.org/1")).rows[0].value("object_id") == "https://x.org/1"
    )


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        pytest.param(
            HEADER.replace("#license: https", "#licence: https") + COLUMNS + ROW, 1, "no license", id="no-licence"
        ),
        pytest.param(
            HEADER.replace("https://creativecommons.org/licenses/by/4.0/", "CC BY") + COLUMNS + ROW,
            9,
            "license is",
            id="licence",
        ),
        pytest.param(HEADER.replace("#mapping_set_id", "#id") + COLUMNS + ROW, 1, "no mapping_set_id", id="no-id"),
        pytest.param(COLUMNS + ROW, 1, "no curie_map", id="no-header"),
        pytest.param("#a: [\n" + COLUMNS + ROW, 1, "not YAML", id="not-yaml"),
        pytest.param("#a: b: c\n" + COLUMNS + ROW, 1, "not YAML", id="not-yaml-either"),
        pytest.param("#just words\n" + COLUMNS + ROW, 1, "no curie_map", id="no-mapping"),
        pytest.param(
            "#curie_map: x\n#mapping_set_id: y\n#license: z\n" + COLUMNS + ROW,
            1,
            "curie_map is no list of prefixes",
            id="no-prefixes",
        ),
        pytest.param(
            HEADER.replace("ilod:seenIn", "nope:seenIn") + COLUMNS + ROW, 10, "nope:seenIn", id="extension-prefix"
        ),
        pytest.param(
            HEADER.replace("#    property: ilod:seenIn\n", "") + COLUMNS + ROW, 10, "property", id="extension-half"
        ),
        pytest.param(HEADER.replace("ilod:seenIn", "ilod:other") + COLUMNS + ROW, 1, "seenIn", id="no-seen-in"),
        pytest.param(
            HEADER + COLUMNS.replace("confidence", "trust") + ROW,
            COLUMN_LINE,
            "'confidence' is missing",
            id="no-column",
        ),
        pytest.param(
            HEADER + COLUMNS.replace("comment", "note") + ROW, COLUMN_LINE, "'note' is no slot", id="unknown-column"
        ),
        pytest.param(
            HEADER + COLUMNS.replace("comment", "object_id") + ROW,
            COLUMN_LINE,
            "'object_id' stands twice",
            id="column-twice",
        ),
        pytest.param(HEADER, COLUMN_LINE, "'subject_id' is missing", id="no-columns"),
        pytest.param(
            HEADER + COLUMNS + ROW + "topic:x\n", COLUMN_LINE + 2, "1 cells stand under 8 columns", id="short-row"
        ),
        pytest.param(HEADER + COLUMNS + ROW.replace("0.90", ""), COLUMN_LINE + 1, "no confidence", id="empty-cell"),
        pytest.param(HEADER + COLUMNS + ROW.replace("0.90", "1.1"), COLUMN_LINE + 1, "from 0 to 1", id="too-sure"),
        pytest.param(HEADER + COLUMNS + ROW.replace("0.90", "nan"), COLUMN_LINE + 1, "from 0 to 1", id="nan"),
        pytest.param(HEADER + COLUMNS + ROW.replace("0.90", "high"), COLUMN_LINE + 1, "from 0 to 1", id="word"),
        pytest.param(
            HEADER + COLUMNS + ROW.replace("exactMatch", "match"),
            COLUMN_LINE + 1,
            "no mapping predicate",
            id="predicate",
        ),
        pytest.param(
            HEADER + COLUMNS + ROW.replace("topic:h", "thing:h"),
            COLUMN_LINE + 1,
            "'thing:harbour': its prefix",
            id="prefix",
        ),
        pytest.param(
            HEADER + COLUMNS + ROW.replace("ex:c1", "c1"), COLUMN_LINE + 1, "'c1': its prefix", id="no-prefix"
        ),
        pytest.param(
            HEADER + COLUMNS + ROW.replace("ex:c1", "ex:c 1"), COLUMN_LINE + 1, "object_id is .* no IRI", id="no-iri"
        ),
        pytest.param(
            HEADER + COLUMNS + ROW.replace("the list", ""), COLUMN_LINE + 1, "where its target was seen", id="not-seen"
        ),
        pytest.param(HEADER + COLUMNS + ROW + ROW, COLUMN_LINE + 2, "the same mapping as line", id="twice"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(read: Read, content: str, line: int, message: str) -> None:
    with pytest.raises(ParseError, match=rf"harbour\.sssom\.tsv:{line}: .*{message}"):
        read(content)


@pytest.mark.parametrize(
    "predicate", ["skos:exactMatch", "skos:closeMatch", "skos:broadMatch", "skos:narrowMatch", "skos:relatedMatch"]
)
def test_the_mapping_predicates_of_skos(read: Read, predicate: str) -> None:
    assert (
        read(HEADER + COLUMNS + ROW.replace("skos:exactMatch", predicate))
        .rows[0]
        .value("predicate_id")
        .endswith(predicate[5:])
    )
