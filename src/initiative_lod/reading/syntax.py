"""Tells the format of a file from its first bytes and its name. The content decides where the two differ."""

from __future__ import annotations

import re

from initiative_lod.formats import BY_LABEL, READABLE, GraphFormat
from initiative_lod.formats.rdf_xml import root_element

#: Formats by the suffix of a file name. "xml" and "json" are RDF only when their content says so.
SUFFIXES = {suffix: format for format in READABLE for suffix in (format.suffix, *format.suffixes)}
MAYBE = frozenset(["xml", "json", "skos", ""])
HEAD = 65536
#: The format with named graphs that includes another one, and is often called by its name.
WIDER = {"Turtle": BY_LABEL["TriG"], "N-Triples": BY_LABEL["N-Quads"]}

NO_RDF = "no RDF"  # all that is known of a file that no format begins like

_CONVERT = "is no RDF: convert it to Turtle or RDF/XML, for example with ROBOT"
_NOISE = r"(?>\s+|#[^\n]*\n)*+"
#: What is known by its beginning and is no RDF, and what it is called.
_ONTOLOGIES = (
    (rf"{_NOISE}(?:Prefix\(|Ontology\(\s*(?:<|\w+\())", f"OWL functional syntax {_CONVERT}"),
    (rf"{_NOISE}(?:Prefix:\s|Ontology:\s)", f"OWL Manchester syntax {_CONVERT}"),
    (r"\s*format-version:\s", f"OBO {_CONVERT}"),
)
_OTHERS = (
    (r"\s*(?><!--.*?-->\s*)*+<!doctype\s+html\b", "a web page, not RDF"),
    (r"%PDF-", "a PDF, not RDF"),
    (r"\$HDT", "HDT, which is not read: convert it to N-Triples, for example with hdt2rdf"),
    (r"SQLite format 3", "an SQLite database, not RDF"),
)
_OWL_XML = re.compile(r"<(?:[\w.-]+:)?Ontology\s(?![^>]*:(?:about|ID|nodeID)\s*=)[^>]*http://www\.w3\.org/2002/07/owl#")
_OWL_XML_CHILD = re.compile(r"(?>\s+|<!--.*?-->)*+<(?:[\w.-]+:)?[A-Z]", re.DOTALL)  # RDF's properties begin small
_JSON = re.compile(r'\s*(?:\{\s*"(?:[^"\\]|\\.)*"\s*:|\[\s*[{"])')


def suffix(name: str) -> str:
    """The last suffix of a file name, lower case, without its dot; empty for none."""
    last = name.rpartition("/")[2]
    return last.rpartition(".")[2].lower() if "." in last[1:] else ""


def sniff(head: str) -> GraphFormat | None:
    """The format that a text begins in; None if none is clear."""
    return next((format for format in READABLE if format.begins(head)), None)


def decide(name: str, head: str) -> tuple[GraphFormat | None, str, bool]:
    """(format, note, claimed). The format is None for a file that is no RDF: the note says what it is, and ``claimed``
    whether its name, or what it is, lets one expect that it is read. Else the note says where the name lies.
    """
    named, found = SUFFIXES.get(suffix(name)), sniff(head)
    if named is not None and found is not None and not root_element(head):  # as nearly always
        return _same(named, found)
    for pattern, what in _ONTOLOGIES:
        if re.match(pattern, head):
            return None, what, True
    tag = root_element(head)
    if _OWL_XML.match(tag) and ("ontologyIRI" in tag or _OWL_XML_CHILD.match(head, head.index(tag) + len(tag))):
        return None, f"OWL/XML {_CONVERT}", True
    for pattern, what in _OTHERS:
        if re.match(pattern, head, re.IGNORECASE | re.DOTALL):
            return None, what, named is not None
    if re.match(r"<html[\s>]", tag, re.IGNORECASE):
        return None, "a web page, not RDF", named is not None
    if found is None and named is None:
        what = "XML without RDF in it" if tag else "JSON without RDF in it" if _JSON.match(head) else NO_RDF
        return None, what, False
    if named is None:
        plain = suffix(name) in MAYBE
        assert found is not None
        return found, "" if plain else f"its name does not say so, but it is {found.label}", True
    if found is None:
        written = "XML" if tag else "JSON" if _JSON.match(head) else ""
        if written and written != named.notation:  # a sentence says more than a parser's first error
            return None, f"called {named.label}, is {written} without RDF in it", True
        return named, "", True
    return _same(named, found)


def _same(named: GraphFormat, found: GraphFormat) -> tuple[GraphFormat, str, bool]:
    if found is named or found.label in named.includes:
        return named, "", True
    return found, f"called {named.label}, is {found.label}", True
