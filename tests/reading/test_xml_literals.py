"""XML literals: well-formed, in exclusive canonical form, wherever their namespaces are declared."""

from __future__ import annotations

from xml.dom import minidom

import pytest
from pyoxigraph import Literal

from initiative_lod.vocabulary import RDF
from reading.conftest import Read, read_bytes

DOCUMENT = (
    '<?xml version="1.0"?>\n<!DOCTYPE r [<!ENTITY wind "breeze">]>\n'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:k="http://kite.example/" '
    'xmlns:h="http://www.w3.org/1999/xhtml"><rdf:Description rdf:about="http://kite.example/red">'
    '<k:says rdf:parseType="Literal"{attributes}>{content}</k:says></rdf:Description></rdf:RDF>'
)
XHTML = "http://www.w3.org/1999/xhtml"

#: By what is special: (content, the literal).
LITERALS = {
    "its own namespace": (f'<p xmlns="{XHTML}">No <em>wind</em></p>', f'<p xmlns="{XHTML}">No <em>wind</em></p>'),
    "one from around": ("<h:p>No <h:em>wind</h:em></h:p>", f'<h:p xmlns:h="{XHTML}">No <h:em>wind</h:em></h:p>'),
    "two elements": ("<h:b/>and<h:b/>", f'<h:b xmlns:h="{XHTML}"></h:b>and<h:b xmlns:h="{XHTML}"></h:b>'),
    "a namespace taken back": (f'<p xmlns="{XHTML}"><q xmlns=""/></p>', f'<p xmlns="{XHTML}"><q xmlns=""></q></p>'),
    "attributes in another order": ("<b z='1' a='2'/>", '<b a="2" z="1"></b>'),
    "text": ("a &lt; b &amp; &wind;", "a &lt; b &amp; breeze"),
    "character data": ("<![CDATA[<b>]]>", "&lt;b&gt;"),
    "a comment and an instruction": ("<!-- c --><?p i?><?q?>", "<!-- c --><?p i?><?q?>"),
    "nothing": ("", ""),
    "RDF in it": ('<k:x rdf:parseType="Literal"><b/></k:x>', None),
    "Chinese": ("<b>风筝</b>", "<b>风筝</b>"),
    "a carriage return": ("a&#13;b", "a&#xD;b"),
}


@pytest.mark.parametrize(("content", "literal"), LITERALS.values(), ids=list(LITERALS))
def test_a_literal_is_well_formed_and_canonical(read: Read, content: str, literal: str | None) -> None:
    outcome, (quad,) = read("x.rdf", DOCUMENT.format(content=content, attributes="").encode())
    assert outcome.status == "taken"
    assert isinstance(quad.object, Literal)
    assert quad.object.datatype == RDF.XMLLiteral
    minidom.parseString(f"<x>{quad.object.value}</x>")
    assert literal is None or quad.object.value == literal


def test_a_literal_may_have_an_id_a_language_and_a_base() -> None:
    attributes = ' rdf:ID="statement" xml:lang="en" xml:base="http://kite.example/"'
    outcome, quads = read_bytes("x.rdf", DOCUMENT.format(content="<b/>", attributes=attributes).encode())
    assert (outcome.status, len(quads)) == ("taken", 5)  # the statement is reified


def test_what_may_not_stand_beside_a_literal_is_an_error() -> None:
    outcome, _ = read_bytes("x.rdf", DOCUMENT.format(content="", attributes=' rdf:resource="x"').encode())
    assert outcome.status == "refused"


# Languages that are taken back

LANGUAGES = {
    "in one that has none": ("", "", [("x", None), ("y", None)]),
    "in an English document": (' xml:lang="en"', "", [("x", None), ("y", "en")]),
    "in English statements": ("", ' xml:lang="en"', [("x", None), ("y", "en")]),
}


@pytest.mark.parametrize(("root", "node", "expected"), LANGUAGES.values(), ids=list(LANGUAGES))
def test_a_language_is_taken_back(root: str, node: str, expected: list[tuple[str, str | None]]) -> None:
    text = (
        f'<rdf:RDF xmlns:rdf="{RDF.iri}" xmlns:k="http://kite.example/"{root}><rdf:Description{node} '
        'rdf:about="http://kite.example/red"><k:a xml:lang="">x</k:a><k:b>y</k:b></rdf:Description></rdf:RDF>'
    )
    outcome, quads = read_bytes("x.rdf", text.encode())
    assert outcome.status == "taken", outcome.why
    terms = [quad.object for quad in quads]
    assert sorted((term.value, term.language) for term in terms if isinstance(term, Literal)) == expected


def test_a_language_taken_back_below_a_property_attribute_is_refused() -> None:
    text = (
        f'<rdf:RDF xmlns:rdf="{RDF.iri}" xmlns:k="http://kite.example/"><rdf:Description xml:lang="en" k:c="z" '
        'rdf:about="http://kite.example/red"><k:a xml:lang="">x</k:a></rdf:Description></rdf:RDF>'
    )
    outcome, _ = read_bytes("x.rdf", text.encode())
    assert (outcome.status, outcome.line) == ("refused", 1)
