"""Formats: whatever is registered is written and read back as the same graph; HexTuples came as one file."""

from __future__ import annotations

import ast
import json
from operator import attrgetter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BaseDirection, BlankNode, DefaultGraph, Literal, NamedNode, Quad

from initiative_lod.formats import BY_NAME, JSON_LD, N_QUADS, RDF_TYPES, READABLE, GraphFormat
from initiative_lod.reading.syntax import decide
from initiative_lod.vocabulary import XSD

BASE = "http://harbour.example/"
HEXTUPLES = next(item for item in RDF_TYPES if item.suffix == "hext")
SUFFIX_OF = attrgetter("suffix")
SOURCE = Path(__file__).resolve().parents[2] / "src" / "initiative_lod"
HERE, SAYS = NamedNode(BASE + "港口/北"), NamedNode(BASE + "terms#says")
QUADS = [
    Quad(HERE, SAYS, term, graph)
    for graph in (DefaultGraph(), NamedNode(BASE + "graph"))
    for term in (
        NamedNode(BASE + "quay?n=1&m=2"),
        Literal('潮 "tide"\n\t\\'),
        Literal("haven", language="nl"),
        Literal("007", datatype=XSD.integer),
        Literal("x", datatype=NamedNode(BASE + "kind")),
    )
]


@pytest.mark.parametrize("format", RDF_TYPES, ids=SUFFIX_OF)
def test_what_is_written_is_read_back(format: GraphFormat) -> None:
    found = set(format.read(format.write(QUADS, {"h": BASE}), BASE))
    expected = (
        set(QUADS)
        if format.graphs
        else {Quad(quad.subject, quad.predicate, quad.object, DefaultGraph()) for quad in QUADS}
    )
    assert found == expected


@pytest.mark.parametrize("format", RDF_TYPES, ids=SUFFIX_OF)
def test_what_is_written_is_known_by_its_beginning(format: GraphFormat) -> None:
    written = format.write(QUADS, {"h": BASE}).decode()
    known, note, _ = decide(f"x.{format.suffix}", written)
    assert (known, note) == (format, "")
    nameless, _, _ = decide("x", written)
    assert nameless is not None
    assert nameless is format or nameless.label in format.includes


@pytest.mark.parametrize("format", RDF_TYPES, ids=SUFFIX_OF)
def test_it_is_written_to_a_stream_as_to_bytes(format: GraphFormat, tmp_path: Path) -> None:
    with (tmp_path / "x").open("wb") as output:
        format.write_to(QUADS, output, {"h": BASE})
    assert (tmp_path / "x").read_bytes() == format.write(QUADS, {"h": BASE})
    assert set(format.read(tmp_path / "x", BASE)) == set(format.read((tmp_path / "x").read_bytes(), BASE))


def test_every_format_is_a_class_in_a_file_of_its_own_and_named_once() -> None:
    assert len({type(format).__module__ for format in READABLE}) == len(READABLE)
    assert len({name for format in READABLE for name in (format.suffix, *format.suffixes)}) == sum(
        1 + len(format.suffixes) for format in READABLE
    )
    assert {format.name: format for format in RDF_TYPES}.items() <= BY_NAME.items()


@pytest.mark.thorough
def test_a_further_format_is_one_file() -> None:
    """No module outside of its own names HexTuples: it is served, dumped and read since it is registered."""
    naming = [
        path.name
        for path in sorted(SOURCE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.Name | ast.Attribute) and "hextuple" in ast.unparse(node).lower().replace("_", ""))
        or (isinstance(node, ast.Constant) and node.value in ("hext", "HexTuples", "application/hex+x-ndjson"))
    ]
    assert set(naming) == {"hex_tuples.py"}


# HexTuples


def test_a_line_is_an_array_of_six_strings() -> None:
    terms: list[Literal | BlankNode | NamedNode] = [
        Literal("a", language="ar", direction=BaseDirection.RTL),
        BlankNode("x"),
        HERE,
    ]
    lines = HEXTUPLES.write(Quad(BlankNode("y"), SAYS, term, BlankNode("g")) for term in terms).decode().splitlines()
    dir_lang = "http://www.w3.org/1999/02/22-rdf-syntax-ns#dirLangString"
    assert [json.loads(line) for line in lines] == [
        ["_:y", SAYS.value, "a", dir_lang, "ar--rtl", "_:g"],
        ["_:y", SAYS.value, "_:x", "localId", "", "_:g"],
        ["_:y", SAYS.value, HERE.value, "globalId", "", "_:g"],
    ]


TEXT = st.text(st.characters(exclude_categories=["Cs"]))
IRIS = st.text(st.characters(categories=["L", "N"]), min_size=1).map(lambda text: NamedNode(BASE + text.encode().hex()))
LITERALS = st.one_of(
    TEXT.map(Literal),
    st.builds(lambda text, kind: Literal(text, datatype=kind), TEXT, IRIS),
    st.builds(lambda text, tag: Literal(text, language=tag), TEXT, st.sampled_from(["zh", "zh-hans", "x-port"])),
)
NODES = st.one_of(IRIS, st.from_regex(r"[a-z][a-z0-9]*", fullmatch=True).map(BlankNode))
STATEMENTS = st.lists(
    st.builds(Quad, NODES, IRIS, st.one_of(NODES, LITERALS), st.one_of(NODES, st.just(DefaultGraph())))
)


@pytest.mark.thorough
@given(STATEMENTS)
def test_hextuples_lose_nothing(quads: list[Quad]) -> None:
    assert list(HEXTUPLES.read(HEXTUPLES.write(quads), BASE)) == quads


@pytest.mark.parametrize(
    "line",
    [
        "{}",
        "[]",
        '["http://harbour.example/a"]',
        '["http://harbour.example/a b", "http://harbour.example/p", "x", "", "", ""]',
        '["http://harbour.example/a", "p", "x", "", "", ""]',
        '["http://harbour.example/a", "http://harbour.example/p", "x", "", "no tag", ""]',
        '["http://harbour.example/a", "http://harbour.example/p", 1, "", "", ""]',
        '["http://harbour.example/a", "http://harbour.example/p", "x", "", "en--up", ""]',
        '["http://harbour.example/a", "http://harbour.example/p", "x", '
        '"http://www.w3.org/1999/02/22-rdf-syntax-ns#langString", "", ""]',
        "[" * 100_000,
        "é",
    ],
)
def test_what_is_no_hextuple_is_refused_with_its_line(line: str) -> None:
    good = HEXTUPLES.write(QUADS[:1])
    with pytest.raises(SyntaxError) as caught:
        list(HEXTUPLES.read(good + line.encode("latin-1") + b"\n", BASE))
    assert caught.value.lineno == 2


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib warns of itself
def test_rdflib_reads_our_hextuples_and_we_read_its() -> None:
    import rdflib

    theirs = rdflib.Dataset().parse(data=HEXTUPLES.write(QUADS), format="hext")
    again = theirs.serialize(format="hext", encoding="utf-8")
    assert set(HEXTUPLES.read(again, BASE)) == set(N_QUADS.read(theirs.serialize(format="nquads").encode(), BASE))
    assert len(list(theirs.quads())) == len(QUADS)


def test_json_ld_is_read_without_the_network() -> None:
    with pytest.raises(SyntaxError, match=r"context lies elsewhere \(http://harbour.example/c\) and is not fetched"):
        list(JSON_LD.read(b'{"@context": "http://harbour.example/c", "@id": "http://harbour.example/a"}', BASE))
