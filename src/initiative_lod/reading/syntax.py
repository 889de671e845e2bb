"""Tells the format of a file from its first bytes and its name. The content decides where the two differ."""

from __future__ import annotations

import re

from initiative_lod.formats import BY_LABEL, READABLE, GraphFormat
from initiative_lod.formats.rdf_xml import root_element

#: Formats by the suffix of a file name. "xml" and "json" are RDF only when their content says so.
SUFFIXES = {suffix: format for format in READABLE for suffix in (format.suffix, *format.suffixes)}
MAYBE = frozenset(["xml", "json", "skos", ""])
HEAD = 65536


def suffix(name: str) -> str:
    """The last suffix of a file name, lower case, without its dot; empty for none."""
    last = name.rpartition("/")[2]
    return last.rpartition(".")[2].lower() if "." in last[1:] else ""


def sniff(head: str) -> GraphFormat | None:
    """The format that a text begins in; None if none is clear."""
    return next((format for format in READABLE if format.begins(head)), None)


def other(head: str) -> str:
    """What a text is that is no RDF, as far as its beginning shows; empty if that is unclear."""
    tag = root_element(head).lower()
    if tag.startswith("<html") or re.match(r"\s*(?:<!--.*?-->\s*)*<!doctype\s+html", head, re.IGNORECASE | re.DOTALL):
        return "a web page, not RDF"
    if tag:
        return "XML without RDF in it"
    return "JSON without RDF in it" if re.match(r'\s*(?:\{\s*["}]|\[\s*[\[{"])', head) else ""


def decide(name: str, head: str) -> tuple[GraphFormat | None, str]:
    """(format, note). The format is None for a file that is no RDF: the note says why; else it says where the name
    lies.
    """
    named, found = SUFFIXES.get(suffix(name)), sniff(head)
    if found is None and (no_rdf := other(head)):
        return None, no_rdf
    if named is None:
        if found is None:
            return None, "no RDF"
        plain = suffix(name) in MAYBE
        return found, "" if plain else f"its name does not say so, but it is {found.label}"
    if found is None or found is named or found.label in named.includes:
        return named, ""
    return found, f"called {named.label}, is {found.label}"


def wider(format: GraphFormat) -> GraphFormat | None:
    """The format with named graphs that includes another one, which is often called by its name."""
    names = {"Turtle": "TriG", "N-Triples": "N-Quads"}
    return BY_LABEL[names[format.label]] if format.label in names else None
