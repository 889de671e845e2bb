"""N-Triples that are written as the engine writes them are taken as they are: with what it would have made of them."""

from __future__ import annotations

import hashlib
from itertools import product
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse, serialize

from initiative_lod.formats.n_triples import are_plain
from initiative_lod.reading import parse as reading
from initiative_lod.reading.parse import How
from initiative_lod.reading.source_files import FileOutcome, Member

P = "<http://e.example/p>"
IRIS = [
    *("http://e.example", "https://e.example/", "http://e.example:80/a", "http://1.2.3.4/", "http://e.example/%20a%e6"),
    *(
        "http://e.example/a?q=/?#f/?",
        "http://e.example#f",
        "http://e.example?q",
        "http://e.example//a",
        "urn:isbn:12-3",
    ),
    *("http://e.example/~a!$&'()*+,;=:@-._", "urn:uuid:0a", "urn:ab:x//y?q#f"),
]
NODES = ["_:a", "_:b1", "_:Z9", "_:abc", "_:f0", "_:e"]
LITERALS = [
    *('""', '"a"', '"数据"', r'"\t\b\n\f\r\"\\"', r'"\\\\u0041"', '"a@b"', '"^^"', '" . "', '"<http://e.example/>"'),
    *(
        '"a"@en',
        '"a"@zh-hant',
        '"a"@zh-hant-tw',
        '"a"@en-gb',
        '"a"@sgn',
        '"+01"^^<http://www.w3.org/2001/XMLSchema#int>',
    ),
    *('"x"^^<http://e.example/d>', '"x"^^<urn:ab:d>', '"2026"^^<http://www.w3.org/2001/XMLSchema#gYear>'),
]
#: The engine writes these in another way, refuses them, or is asked: they are never taken as they are.
OTHERS = [
    *(
        f"<{iri}> {P} <x:y> ."
        for iri in ("a", "http:", "http://e.example/ä", "http://e.example/ ", "http://e.example/%2")
    ),
    *(f"<{iri}> {P} <x:y> ." for iri in ("http://e.example:a/", "http://[::1", "http://e.example/\\u0041", "")),
    *(f"_:a {P} {text} ." for text in ('"a"@EN', '"a"@en-GB', '"a"@en--ltr', '"a"@e', '"a"@', '"a"@en-x', '"a\tb"')),
    *(
        f"_:a {P} {text} ."
        for text in (r'"\u0041"', r'"\x"', '"\x7f"', '"a', '"a"b"', "'a'", "12", '"a"^^<int>', "<<(")
    ),
    f'_:a {P} "a"^^<http://www.w3.org/2001/XMLSchema#string> .',
    f'_:a {P} "a"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#langString> .',
    f'_:a {P} "a"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#dirLangString> .',
    *(f"_:a {P} _:b", f"_:a {P} _:b.", f"_:a  {P} _:b .", f" _:a {P} _:b .", f"_:a {P} _:b . ", f"_:a {P} _:b . # c"),
    *(f"_:a {P} _:b .\r", f"_:1 {P} _:b .", f"_:a.b {P} _:b .", f'"a" {P} _:b .', f"_:a _:p {P} .", "# c", ""),
    f"_:a {P} _:b <http://e.example/g> .",
]


def as_written(lines: bytes) -> bytes:
    return serialize(parse(lines, format=RdfFormat.N_TRIPLES), format=RdfFormat.N_TRIPLES) or b""


def read(data: bytes, folder: Path, lenient: bool = False) -> tuple[FileOutcome, bytes]:
    member = Member("x.nt", len(data), hashlib.sha256(data).hexdigest(), folder / "x.nt")
    (folder / "x.nt").write_bytes(data)
    written: list[bytes] = []
    how = How("http://e.example/graph", "http://e.example/base/", "http://e.example/genid/", lenient)
    return reading.read(member, how, written.append, lambda stage: None), b"".join(written)


def test_lines_that_are_plain_are_those_that_the_engine_writes() -> None:
    terms = [*(f"<{iri}>" for iri in IRIS), *NODES]
    lines = [f"{subject} {P} <x:y> .\n".replace("x:y", "urn:ab:y") for subject in terms]
    lines += [f"_:a <{iri}> {value} .\n" for iri, value in product(IRIS, [*terms, *LITERALS])]
    for line in lines:
        assert are_plain(line.encode()), line
    whole = "".join(lines).encode()
    assert are_plain(whole)
    assert as_written(whole) == whole


@pytest.mark.parametrize("line", OTHERS)
def test_other_lines_are_not(line: str) -> None:
    good = f"_:a {P} _:b .\n".encode()
    assert not are_plain(line.encode() + b"\n")
    assert not are_plain(good * 9 + line.encode() + b"\n" + good * 9)


def test_no_character_of_a_literal_is_changed() -> None:
    """All that there are: those that the engine writes as an escape are not plain as they stand."""
    escaped = {*map(chr, range(32)), *'"\\\x7f\ufffe\uffff'}
    assert not any(are_plain(f'_:a {P} "{character}" .\n'.encode()) for character in escaped)
    for first in range(0, 0x110000, 4096):
        codes = (code for code in range(first, first + 4096) if not 0xD800 <= code < 0xE000)  # but for surrogates
        text = "".join(character for character in map(chr, codes) if character not in escaped)
        line = f'_:a {P} "{text}" .\n'.encode()
        assert are_plain(line)
        assert as_written(line) == line


@pytest.mark.parametrize("whole", [reading.WHOLE, 0])
@pytest.mark.parametrize("lenient", [True, False])
def test_a_file_is_read_alike_whether_it_is_taken_as_it_is_or_not(
    whole: int, lenient: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Blocks of it, blank nodes, and a line that is too long, also where it lies in a file that is streamed."""
    monkeypatch.setattr(reading, "WHOLE", whole)
    monkeypatch.setattr(reading, "BLOCK", 64)
    data = "".join(f"<{iri}> {P} {value} .\n" for iri, value in product(IRIS, [*NODES, *LITERALS])).encode()
    assert are_plain(data)
    taken = read(data, tmp_path, lenient)
    monkeypatch.setattr(reading, "are_plain", lambda lines: False)
    parsed = read(data, tmp_path, lenient)
    assert taken[0] == parsed[0]
    assert taken[1].splitlines() == parsed[1].splitlines()
    assert taken[0].triples == len(IRIS) * len([*NODES, *LITERALS])


def test_what_is_wrong_in_the_middle_is_told_with_its_line(tmp_path: Path) -> None:
    good = f"_:a {P} _:b .\n".encode()
    outcome, _ = read(good * 20_000 + b"_:a <p> _:b .\n" + good, tmp_path)
    assert (outcome.status, outcome.line) == ("refused", 20_001)
    outcome, written = read(good * 20_000 + b"<http://e.example/a> <p> _:b .\n" + good, tmp_path, lenient=True)
    assert (outcome.left_out_total, outcome.left_out[0][0]) == (1, 20_001)
    assert written.count(b"\n") == 1


def test_what_is_not_utf_8_is_never_taken_as_it_is(tmp_path: Path) -> None:
    good = f'_:a {P} "a" .\n'.encode()
    bad = good.replace(b'"a"', b'"\xff"')
    assert are_plain(bad)  # which looks at no encoding
    assert read(good + bad, tmp_path)[0].status == "refused"
    outcome, written = read(good + bad, tmp_path, lenient=True)
    assert (outcome.left_out_total, outcome.left_out[0][0], written.count(b"\n")) == (1, 2, 1)
