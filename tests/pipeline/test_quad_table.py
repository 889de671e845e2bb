"""The table of quads: the lines of N-Quads come back from it as they were, and its further columns say what a parser
reads in them.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse

from initiative_lod.errors import ReleaseError
from initiative_lod.release import quad_table
from initiative_lod.vocabulary import XSD

GRAPH = NamedNode("http://e.example/graph")
PLACE = NamedNode("http://e.example/a"), NamedNode("http://e.example/p")
HARD = [
    '"plain"',
    '""',
    r'"a \"quoted\" word, a \\ and a \\\\n that is none, \n\r\t\b\f ends"',
    r'"\\"',
    r'"\\\""',
    r'"\u0001 \u007F"',
    '"甲，\u2028乙\u00a0\U00020000"@zh-hant',
    '"a\\"@en is no tag"',
    '"a\\"^^<http://e.example/t>"',
    '"ends in >"',
    '"ends in a tag --ltr"',
    '"x"@en--ltr',
    '"007"^^<http://www.w3.org/2001/XMLSchema#integer>',
    '"7"^^<http://www.w3.org/2001/XMLSchema#integer>',
    '"2031-13-01"^^<http://www.w3.org/2001/XMLSchema#date>',
    '"PT60S"^^<http://www.w3.org/2001/XMLSchema#duration>',
    '"1"^^<http://e.example/own>',
    "<http://e.example/b>",
    "<http://e.example/é>",
    "_:b0",
    '<<( <http://e.example/a> <http://e.example/p> "x y"@en )>>',
]


def table(folder: Path, lines: list[str], name: str = "quads") -> Path:
    """The table of some lines of N-Quads."""
    packed = folder / f"{name}.nq.gz"
    packed.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode(), mtime=0))
    assert quad_table.write([packed], folder / f"{name}.parquet", folder) == len(lines)
    return folder / f"{name}.parquet"


def require_true(folder: Path, path: Path, lines: list[str]) -> None:
    """The table gives the lines back, and says of each what the parser and the store say."""
    assert b"".join(quad_table.lines(path, folder)).decode() == "".join(f"{line}\n" for line in lines)
    with quad_table.connection(folder) as engine:
        columns = "subject, predicate, object, graph, value, datatype, language, stored"
        rows = engine.execute(f"SELECT {columns} FROM '{path}'").fetchall()
    quads = list(parse("\n".join(lines).encode(), format=RdfFormat.N_QUADS))
    for row, quad in zip(rows, quads, strict=True):
        term = quad.object
        written = f"<<( {term} )>>" if isinstance(term, Triple) else str(term)
        assert row[:4] == (str(quad.subject), str(quad.predicate), written, str(quad.graph_name))
        if isinstance(term, Literal):
            tag = None if term.language is None else row[2].rpartition('"@')[2]
            assert row[4:7] == (term.value, term.datatype.value, tag), quad
        else:
            assert row[4:7] == (term.value if isinstance(term, NamedNode) else written, None, None)
        store = Store()
        store.add(quad)
        (stored,) = store
        assert row[7] == (None if stored.object == term else str(stored.object))


def test_hard_terms_are_read_as_the_parser_reads_them(tmp_path: Path) -> None:
    lines = [f"{PLACE[0]} {PLACE[1]} {term} {GRAPH} ." for term in HARD]
    require_true(tmp_path, table(tmp_path, lines), lines)


@pytest.mark.thorough
@settings(max_examples=15, deadline=None)
@given(texts=some.lists(some.text(some.characters(exclude_categories=["Cs"]), max_size=30), min_size=1, max_size=30))
def test_any_text_is_read_as_the_parser_reads_it(texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("quads")
    kinds: list[Callable[[str], Literal]] = [
        Literal,
        lambda text: Literal(text, language="en"),
        lambda text: Literal(text, datatype=XSD.integer),
    ]
    lines = [f"{Quad(*PLACE, kinds[len(text) % 3](text), GRAPH)} ." for text in texts]
    require_true(folder, table(folder, lines), lines)


def test_the_same_quads_give_the_same_bytes(tmp_path: Path) -> None:
    lines = [f'{PLACE[0]} {PLACE[1]} "{number:03}"^^{XSD.integer} {GRAPH} .' for number in range(3000)]
    assert table(tmp_path, lines, "one").read_bytes() == table(tmp_path, lines, "two").read_bytes()
    assert b"".join(quad_table.lines(tmp_path / "one.parquet", tmp_path)).decode() == "\n".join([*lines, ""])


@pytest.mark.thorough
def test_what_an_earlier_table_has_is_taken_from_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More rows than are packed at once, so that it would be seen where each part of them begins; and whether they lay
    in memory or in a file.
    """

    def part(name: str, rows: int, graphs: int = 1) -> Path:
        path = tmp_path / f"{name}.nq.gz"
        lines = (
            f'{PLACE[0]} {PLACE[1]} "{number:05}"^^{XSD.integer} <http://e.example/{name}/{number % graphs}> .'
            for number in range(rows)
        )
        path.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode(), mtime=0))
        return path

    own, one, two, three = part("own", 3_001, 2), part("one", 70_007), part("two", 77), part("three", 60_011)
    before, whole, added = (tmp_path / f"{name}.parquet" for name in ("before", "whole", "added"))
    quad_table.write([own, one, three], before, tmp_path)
    assert quad_table.write([own, one, two, three], whole, tmp_path) == 133_096
    graphs = {file: f"http://e.example/{file.name.partition('.')[0]}/0" for file in (one, three)}
    earlier = quad_table.EarlierTable(before, [*graphs.values()], {own: "", **graphs})
    one.write_bytes(b"nothing that anybody reads")
    monkeypatch.setattr(quad_table, "UNPACKED", 1 << 60)
    assert quad_table.write([own, one, two, three], added, tmp_path, earlier=earlier) == 133_096
    assert added.read_bytes() == whole.read_bytes()
    quad_table.write([own], added, tmp_path, earlier=earlier)
    quad_table.write([own], whole, tmp_path)
    assert added.read_bytes() == whole.read_bytes()
    assert not [*tmp_path.glob("quads.duckdb*")]


def test_a_line_longer_than_is_tried_first_is_read(tmp_path: Path) -> None:
    lines = [f'{PLACE[0]} {PLACE[1]} "{"x" * (3 << 20)}" {GRAPH} .', f'{PLACE[0]} {PLACE[1]} "y" {GRAPH} .']
    assert b"".join(quad_table.lines(table(tmp_path, lines), tmp_path)).decode() == "\n".join([*lines, ""])


@pytest.mark.parametrize("line", ['<http://e.example/a> <http://e.example/p> "x" .', "nothing"])
def test_what_is_no_quad_of_a_graph_is_refused(tmp_path: Path, line: str) -> None:
    good = f'{PLACE[0]} {PLACE[1]} "x" {GRAPH} .'
    with pytest.raises(ReleaseError, match=r"1 of the lines of quads\.nq\.gz are no quads"):
        table(tmp_path, [good, line])


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    packed = tmp_path / "quads.nq.gz"
    packed.write_bytes(gzip.compress(f'{PLACE[0]} {PLACE[1]} "x" {GRAPH} .\n'.encode()))
    with pytest.raises(ReleaseError, match="the table of quads cannot be written"):
        quad_table.write([packed], tmp_path / "none" / "quads.parquet", tmp_path)
