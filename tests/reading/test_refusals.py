"""What is no RDF, or not whole, is refused with its place and its cause; nothing of it is lost in silence."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, Store

from reading.conftest import BASE, Read, read_bytes

KITE = "http://kite.example/"
TTL = f"@prefix k: <{KITE}> .\nk:red k:flies k:high .\n"
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
XML = f'<rdf:RDF {RDF} xmlns:k="{KITE}"><rdf:Description rdf:about="{KITE}red">{{}}</rdf:Description></rdf:RDF>'
WITH_ENTITIES = (
    '<!DOCTYPE r [<!ENTITY a "kites and kites ">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 12}">' for a, b in zip("abcdef", "bcdefg", strict=True))
    + "]>"
)


def entry(**values: object) -> bytes:
    return json.dumps({"@id": f"{KITE}red", **values}).encode()


#: By what is wrong: (name, bytes, what is told).
REFUSED = {
    # JSON-LD's own rules would drop these, and what stands in them
    "an @id with a blank": ("x.jsonld", entry(**{"@id": "http://kite.example/a b", KITE: "x"}), "is no IRI"),
    "an @id deep inside": ("x.jsonld", entry(**{KITE: {"@id": "http://kite.example/{a}"}}), ":1: the @id"),
    "an @id like a keyword": ("x.jsonld", entry(**{KITE: {"@id": "@kite", KITE: "x"}}), "the @id '@kite' is no IRI"),
    "an alias of @id": (
        "x.jsonld",
        entry(**{"@context": {"id": "@id"}, "@graph": [{"id": "http://kite.example/a b", KITE: "x"}]}),
        "<http://kite.example/a b> is no absolute IRI",
    ),
    "a type with a blank": ("x.jsonld", entry(**{"@type": "http://kite.example/a b"}), "is no absolute IRI"),
    "a value that is to be an IRI": (
        "x.jsonld",
        entry(**{"@context": {"see": {"@id": KITE + "see", "@type": "@id"}}, "see": "http://kite.example/a b"}),
        "is no absolute IRI",
    ),
    "a graph": ("x.jsonld", entry(**{"@id": "http://kite.example/^", "@graph": [{"@id": KITE, KITE: 1}]}), "is no IRI"),
    "a reversed one": ("x.jsonld", entry(**{"@reverse": {KITE: {"@id": "http://kite.example/a b"}}}), "is no IRI"),
    "a language": ("x.jsonld", entry(**{KITE: {"@value": "x", "@language": "en_US"}}), "'en_US' is no language tag"),
    "a context elsewhere": ("x.jsonld", entry(**{"@context": "https://kite.example/c"}), "(https://kite.example/c)"),
    "one of several": ("x.jsonld", entry(**{"@context": ["https://kite.example/c", {}]}), "(https://kite.example/c)"),
    "a context elsewhere behind one in place": (
        "x.jsonld",
        entry(**{"@context": [{"k": "http://kite.example/"}, "https://kite.example/far"]}),
        "lies elsewhere (https://kite.example/far)",
    ),
    "a context elsewhere inside of a term": (
        "x.jsonld",
        entry(**{"@context": {"k": {"@id": "http://kite.example/k", "@context": "https://kite.example/far"}}, "k": {}}),
        "lies elsewhere (https://kite.example/far)",
    ),
    "an import": ("x.jsonld", entry(**{"@context": {"@import": "https://kite.example/c"}}), "lies elsewhere"),
    # Notation3: what it quotes would become facts
    "a formula": ("x.n3", (TTL + "k:one k:denies { k:red k:flies k:low } .").encode(), ":3: { … } quotes"),
    "an empty formula": ("x.n3", (TTL + "k:one k:denies {} .").encode(), ":3: { … } quotes"),
    "a rule": ("x.n3", (TTL + "{ ?x k:flies k:high } => { ?x a k:Kite } .").encode(), ":3: "),
    "an implication": ("x.n3", (TTL + "k:a => k:b .").encode(), ":3: => and <= are rules"),
    "a variable": ("x.n3", (TTL + "?x k:flies k:high .").encode(), ":3: variables"),
    "a formula as Turtle": ("x.ttl", (TTL + "k:one k:denies { k:a k:b k:c } .").encode(), "If this is Notation3"),
    # what the engine's readers let pass and its store does not
    "a code point of plane 14": ("x.ttl", (TTL + "k:red k:flies k:x\U000e01ef .").encode(), "Invalid IRI code point"),
    "a noncharacter": ("x.trig", (TTL + "k:red k:flies k:x\U0001fffe .").encode(), "Invalid IRI code point"),
    "langString without a language": (
        "x.rdf",
        XML.format('<k:n rdf:datatype="http://www.w3.org/1999/02/22-rdf-syntax-ns#langString">x</k:n>').encode(),
        "must not be rdf:langString",
    ),
    "the same in N3": (
        "x.n3",
        (TTL + 'k:a k:b "x"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#langString> .').encode(),
        "must not be rdf:langString",
    ),
    # XML
    "entities that explode": (
        "x.rdf",
        (WITH_ENTITIES + XML.format("<k:n>&g;</k:n>")).encode(),
        "its entities expand to more than a hundred times its size",
    ),
    "a prefix that is not declared": ("x.rdf", XML.format("<l:n>x</l:n>").encode(), ":1: "),
    "two documents": ("x.rdf", XML.format("").encode() * 2, ":1: junk after document element"),
    "an entity from a file": (
        "x.rdf",
        ('<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/hostname">]>' + XML.format("<k:n>&f;</k:n>")).encode(),
        "",
    ),
}
CUT = {
    "x.ttl": TTL.encode() + b'k:a k:b "one", 2 ;\n  k:c [ k:d ( 1 2 ) ] .\n',
    "x.trig": TTL.encode() + b'k:g { k:a k:b "one" . }\n',
    "x.nt": f'<{KITE}a> <{KITE}b> "one"@en .\n<{KITE}a> <{KITE}b> _:c .\n'.encode(),
    "x.nq": f'<{KITE}a> <{KITE}b> "one"@en <{KITE}g> .\n'.encode(),
    "x.hext": f'["{KITE}a","{KITE}b","one","http://www.w3.org/2001/XMLSchema#string","",""]\n'.encode(),
    "x.jsonld": entry(**{"@context": {"k": KITE}, "k:b": [1, True, {"@id": "k:c"}]}),
    "x.rdf": XML.format("<k:note>whole &amp; sound</k:note>").encode(),
}


@pytest.mark.parametrize(("name", "data", "why"), REFUSED.values(), ids=list(REFUSED))
def test_what_is_no_rdf_is_refused_with_its_cause(read: Read, name: str, data: bytes, why: str) -> None:
    outcome, _ = read(name, data)
    assert outcome.status == "refused"
    assert why in outcome.told


@pytest.mark.parametrize("name", CUT)
def test_a_file_that_breaks_off_is_told_as_that(name: str) -> None:
    """Wherever it breaks off inside of a statement. Between two of them nobody can tell, but for XML and JSON."""
    data, told = CUT[name], 0
    whole = len(read_bytes(name, data)[1])
    assert whole
    for length in range(len(data) - 10, len(data) // 2, -1):
        outcome, quads = read_bytes(name, data[:length])
        if outcome.status == "taken":
            assert name not in ("x.rdf", "x.jsonld") or len(quads) == whole
            assert data[:length].rstrip().endswith((b".", b"}", b"]", b">"))
        told += "breaks off" in outcome.why or "the last word of the file" in outcome.why
    assert told > len(data) // 4


def test_what_does_not_break_off_is_told_by_its_cause() -> None:
    """Of a word at the very end nobody can tell whether it was longer; a line that ends is whole."""
    assert read_bytes("x.ttl", b"nonsense")[0].told.endswith("graph name (the last word of the file)")
    for data, line in ((b"nonsense\n", 1), (TTL.encode() + b"nonsense x y .", 3), (b"nonsense", 1)):
        outcome, _ = read_bytes("x.ttl", data)
        assert outcome.told.startswith(f"x.ttl:{line}: nonsense is not a valid subject or graph name")
        assert "breaks off" not in outcome.why


def test_keys_without_a_meaning_are_told() -> None:
    outcome, quads = read_bytes("x.jsonld", entry(**{"@context": {"b": KITE + "b"}, "b": 1, "desk": "x", "till": {}}))
    assert len(quads) == 1
    assert outcome.repaired == ["its context gives these keys no meaning, and so they are left out: desk, till"]


def test_json_ld_without_a_fault_is_whole(read: Read) -> None:
    outcome, quads = read("x.jsonld", entry(**{KITE: [{"@id": "other"}, {"@id": "_:b", KITE: "风"}, {"@list": [1]}]}))
    assert (outcome.status, len(quads), outcome.blank_nodes) == ("taken", 6, 2)
    assert any(quad.object.value == BASE + "other" for quad in quads if hasattr(quad.object, "value"))


def test_notation3_without_more_than_rdf_is_read(read: Read) -> None:
    text = TTL + 'k:a k:says "{ no formula }", "=> ?x" ; k:b <x{y}> . # { }\nk:a = k:b .'
    outcome, quads = read("x.n3", text.replace("<x{y}>", "<x>").encode())
    assert (outcome.status, len(quads)) == ("taken", 5)


def test_lenient_leaves_out_what_no_store_takes(read: Read) -> None:
    outcome, quads = read("x.ttl", (TTL + "k:red k:flies k:x\U000e01ef .").encode(), lenient=True)
    assert (outcome.status, len(quads), outcome.left_out_total) == ("taken", 1, 1)


def test_terminal_escapes_of_a_file_reach_nobody() -> None:
    outcome, _ = read_bytes("x\x1b[2J.ttl", b"<a\x1b[31m> \xe2\x80\xae .")
    assert outcome.status == "refused"
    assert (outcome.name + outcome.why).isprintable()


# Nothing that was taken is refused by a store

POINTS = st.one_of(
    st.characters(exclude_categories=["Cs"]),
    st.sampled_from(
        list("\u00a0\u200b\ue000\ufffd\U0001fffe\U0001ffff\U000e0001\U000e01ef\U000effff\U000f0000\U0010ffff")
    ),
)
LOCALS = st.text(POINTS, min_size=1, max_size=4)


@given(LOCALS, st.sampled_from(["ttl", "trig", "n3", "rdf", "jsonld", "hext"]))
def test_a_store_refuses_nothing_that_was_taken(local: str, suffix: str) -> None:
    iri = f"{KITE}x{local}"
    texts = {
        "ttl": f"{TTL}k:a k:b k:x{local} .",
        "trig": f"{TTL}k:g {{ k:x{local} k:b 1 }}",
        "n3": f"{TTL}k:x{local} k:b k:x{local} .",
        "rdf": XML.format(f"<k:x{local}>y</k:x{local}>"),
        "jsonld": json.dumps({"@id": iri, iri: {"@id": iri}}),
        "hext": json.dumps([iri, iri, local, "", "", ""]) + "\n",
    }
    outcome, quads = read_bytes(f"x.{suffix}", texts[suffix].encode())
    assert outcome.status in ("taken", "refused")
    lines = "".join(f"{quad} .\n" for quad in quads).encode()
    store = Store()
    store.bulk_load(lines, format=RdfFormat.N_QUADS)
    assert len(store) == len(set(quads))


def test_the_direction_of_a_text_is_left_out_of_json_ld_and_told(read: Read) -> None:
    """JSON-LD 1.1 has no triple for it unless asked (API §9.1.3); N-Triples has it since RDF 1.2 alone."""
    value = {"@value": "x", "@language": "ar", "@direction": "rtl"}
    outcome, quads = read("x.jsonld", json.dumps({"@id": KITE + "one", KITE + "says": value}).encode())
    assert [str(quad.object) for quad in quads] == ['"x"@ar']
    assert outcome.repaired == ["the direction of texts (@direction) is left out, as JSON-LD's own rules have it"]
    line = f'<{KITE}one> <{KITE}says> "x"@ar--rtl .\n'.encode()
    outcome, _ = read("x.nt", line)
    assert (outcome.status, "a text with a direction (RDF 1.2)" in outcome.told) == ("refused", True)
    outcome, quads = read("x.nt", line + line.replace(b"--rtl", b""), lenient=True)
    assert (outcome.status, len(quads), outcome.left_out_total) == ("taken", 1, 1)
