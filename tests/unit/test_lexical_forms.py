"""Literals as they were written, found in a file that is read block by block."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from initiative_lod.release.lexical_forms import LexicalForms, Rewritten
from initiative_lod.vocabulary import XSD

GRAPH = NamedNode("https://example.org/g")
NUMBERS = 3000


def subject(number: int) -> NamedNode:
    return NamedNode(f"https://example.org/{number:05d}{'/long' * (number % 300)}")


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The record of numbers with zeros before them, of which every third has another one beside it."""
    found = Rewritten(f" {GRAPH} .".encode())
    lines: list[bytes] = []
    for number in range(NUMBERS):
        for zeros in ("0", "00") if number % 3 == 0 else ("0",):
            value = Literal(f"{zeros}{number}", datatype=XSD.integer)
            lines += found.see(f"{Quad(subject(number), XSD.integer, value, GRAPH)} .".encode())
    lines += found.finish()
    path = tmp_path_factory.mktemp("forms") / "exact.tsv"
    path.write_bytes(b"".join(sorted(lines)))
    return path


def stored(number: int) -> Quad:
    return Quad(subject(number), XSD.integer, Literal(str(number), datatype=XSD.integer), GRAPH)


def test_each_is_found(record: Path) -> None:
    forms = LexicalForms(record)
    for number in range(NUMBERS):
        written = (f"0{number}", f"00{number}") if number % 3 == 0 else (f"0{number}",)
        found = {quad.object for quad in forms.restore([stored(number)])}
        assert found == {Literal(value, datatype=XSD.integer) for value in written}


def test_what_is_not_in_it_stays(record: Path) -> None:
    forms = LexicalForms(record)
    assert list(forms.restore([stored(NUMBERS + 1)])) == [stored(NUMBERS + 1)]
    assert list(LexicalForms(record.with_name("none")).restore([stored(1)])) == [stored(1)]


def test_a_file_that_is_cut_is_said_to_be(record: Path, tmp_path: Path) -> None:
    """Else a number would be told as it was not written."""
    path = tmp_path / "cut.tsv"
    path.write_bytes(record.read_bytes())
    forms = LexicalForms(path)
    path.write_bytes(b"")
    with pytest.raises(OSError, match="has been cut"):
        list(forms.restore([stored(7)]))
