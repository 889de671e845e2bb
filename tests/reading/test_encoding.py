"""Encodings: by byte order mark, by XML declaration, by zero bytes; what is in none of them is told with a way out."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal

from reading.conftest import Read, read_bytes

TEXT = '@prefix k: <http://kite.example/> .\nk:red k:says "风筝 é" .\n'
XML = (
    '<?xml version="1.0" encoding="{}"?>\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:k="http://kite.example/"><rdf:Description rdf:about="http://kite.example/red"><k:says>{}</k:says>'
    "</rdf:Description></rdf:RDF>"
)

#: (name, bytes, text that is read, beginning of what is told).
READ = {
    "UTF-8": ("x.ttl", TEXT.encode(), "风筝 é", ""),
    "UTF-8 with a mark": ("x.ttl", TEXT.encode("utf-8-sig"), "风筝 é", "its byte order mark was taken off"),
    "UTF-16": ("x.ttl", TEXT.encode("utf-16"), "风筝 é", "read as UTF-16-LE, as its byte order mark says"),
    "UTF-16, the other end": (
        "x.ttl",
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        "风筝 é",
        "read as UTF-16-BE, as its byte order mark says",
    ),
    "UTF-32": ("x.ttl", TEXT.encode("utf-32"), "风筝 é", "read as UTF-32-LE, as its byte order mark says"),
    "UTF-16 without a mark": ("x.ttl", TEXT.encode("utf-16-le"), "风筝 é", "read as UTF-16-LE, as its zero bytes"),
    "lines with a mark": (
        "x.nt",
        '\ufeff<http://kite.example/a> <http://kite.example/says> "风筝 é" .\n'.encode(),
        "风筝 é",
        "its byte order mark was taken off",
    ),
    "JSON-LD with a mark": (
        "x.jsonld",
        '\ufeff{"@id": "http://kite.example/a", "http://kite.example/says": "风筝 é"}'.encode(),
        "风筝 é",
        "its byte order mark was taken off",
    ),
    "Latin-1 as declared": (
        "x.rdf",
        XML.format("ISO-8859-1", "Köln").encode("latin-1"),
        "Köln",
        "read as ISO-8859-1, as its XML declaration says",
    ),
    "Windows as declared": ("x.rdf", XML.format("windows-1252", "“€”").encode("cp1252"), "“€”", "read as WINDOWS-1252"),
    "GB18030 as declared": ("x.xml", XML.format("GB18030", "风筝").encode("gb18030"), "风筝", "read as GB18030"),
    "UTF-16, declared and marked": ("x.rdf", XML.format("UTF-16", "风").encode("utf-16"), "风", "read as UTF-16-LE"),
    "ASCII as declared": ("x.rdf", XML.format("US-ASCII", "kite").encode(), "kite", "read as US-ASCII"),
    "UTF-16 as declared, and not so": (
        "x.rdf",
        XML.format("UTF-16", "风筝").encode(),
        "风筝",
        "it says that it is in UTF-16, and its bytes are not",
    ),
}
#: (name, bytes, what is told).
REFUSED = {
    "GB18030": ("x.ttl", TEXT.replace(" é", "").encode("gb18030"), ":2: not UTF-8: byte b7"),
    "GB18030, the way out": ("x.ttl", TEXT.replace(" é", "").encode("gb18030"), "iconv -f GB18030 -t UTF-8"),
    "Latin-1": ("x.ttl", TEXT.replace("风筝", "").encode("latin-1"), "iconv -f ISO-8859-1 -t UTF-8"),
    "an unknown one": ("x.rdf", XML.format("KITE-8", "").encode(), "'KITE-8', which is unknown"),
    "no encoding of text": ("x.rdf", XML.format("rot13", "").encode(), "'ROT13', which is unknown"),
    "no charset": ("x.rdf", XML.format("idna", "").encode(), "'IDNA', which is unknown"),
    "not what is declared": ("x.rdf", XML.format("GB18030", "").encode() + b"\xff\n", "not GB18030: byte ff"),
    "cut inside of a character": ("x.ttl", TEXT.encode()[: TEXT.encode().index("筝".encode()) + 1], "it breaks off"),
}


@pytest.mark.parametrize(("name", "data", "text", "note"), READ.values(), ids=list(READ))
def test_what_is_declared_is_read(read: Read, name: str, data: bytes, text: str, note: str) -> None:
    outcome, quads = read(name, data)
    assert outcome.status == "taken", outcome.why
    assert [quad.object for quad in quads] == [Literal(text)]
    assert len(outcome.repaired) == bool(note)
    assert "".join(outcome.repaired).startswith(note)


@pytest.mark.parametrize(("name", "data", "why"), REFUSED.values(), ids=list(REFUSED))
def test_what_cannot_be_decoded_is_told(read: Read, name: str, data: bytes, why: str) -> None:
    outcome, _ = read(name, data)
    assert outcome.status == "refused"
    assert why in outcome.told


def test_the_place_of_a_bad_byte_is_true_in_a_long_file(read: Read) -> None:
    good = f"# {'风' * 700_000}\n".encode()
    outcome, _ = read("x.ttl", good + TEXT.replace("风筝 ", "").encode("latin-1"))
    assert outcome.told.startswith(f"x.ttl:3: not UTF-8: byte e9 at offset {len(good) + TEXT.index('风'):,}")


def test_lenient_leaves_out_what_cannot_be_decoded() -> None:
    outcome, quads = read_bytes(
        "x.ttl", TEXT.encode() + b'<http://kite.example/a> <http://kite.example/b> "\xff" .', True
    )
    assert (outcome.status, len(quads), outcome.left_out_total) == ("taken", 1, 1)
