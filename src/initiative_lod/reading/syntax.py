"""Tells the syntax of a file from its first bytes and its name. The content decides where the two differ."""

from __future__ import annotations

import re

#: Syntaxes by suffix. "xml" and "json" are RDF only when their content says so.
SUFFIXES = {
    "ttl": "turtle",
    "turtle": "turtle",
    "nt": "n-triples",
    "ntriples": "n-triples",
    "nq": "n-quads",
    "nquads": "n-quads",
    "trig": "trig",
    "n3": "n3",
    "rdf": "rdf/xml",
    "rdfs": "rdf/xml",
    "owl": "rdf/xml",
    "jsonld": "json-ld",
    "trix": "trix",
}
MAYBE = frozenset(["xml", "json", "skos", ""])
HEAD = 65536

_NOISE = re.compile(r"(?:\s|#[^\n]*\n)*")
_XML_NOISE = re.compile(r"(?:\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE(?:[^\[>]|\[.*?\])*>)*", re.DOTALL)
_LINE = re.compile(
    r"""(?:<[^<>\s]*>|_:\S+)\s+<[^<>\s]*>\s+                               # subject, predicate
        (?:<[^<>\s]*>|_:\S+|"(?:[^"\\\n]|\\.)*"\S*)\s*                     # object
        (?P<graph><[^<>\s]*>\s*|_:\S+\s+)?\.[ \t\r]*(?:\#[^\n]*)?(?:\n|$)  # graph, full stop""",
    re.VERBOSE,
)
_TURTLE = re.compile(r"@prefix\s|@base\s|prefix\s+[\w.-]*:\s*<|base\s*<", re.IGNORECASE)


def suffix(name: str) -> str:
    """The last suffix of a file name, lower case, without its dot; empty for none."""
    last = name.rpartition("/")[2]
    return last.rpartition(".")[2].lower() if "." in last[1:] else ""


def sniff(head: str) -> str:
    """The syntax that a text begins in; ``html`` and ``xml`` and ``json`` for what is these and not RDF; empty if
    unclear.
    """
    rest = head[_XML_NOISE.match(head).end() :]  # type: ignore[union-attr]
    lower = rest[:400].lower()
    if lower.startswith(("<html", "<!doctype html")) or head.lstrip()[:14].lower().startswith("<!doctype html"):
        return "html"
    start = _NOISE.match(head).end()  # type: ignore[union-attr]
    line = _LINE.match(head, start)
    if line:
        return "n-quads" if line["graph"] else "n-triples"
    if re.match(r"<trix[\s>]", lower):
        return "trix"
    if re.match(r"<([\w.-]+:)?[\w.-]+(\s+[\w.:-]+\s*=|\s*/?>)", rest):
        tag = rest.split(">", 1)[0]
        return "rdf/xml" if "http://www.w3.org/1999/02/22-rdf-syntax-ns#" in tag or _rdf_entity(head) else "xml"
    if re.match(r"\s*(?:\{\s*[\"}]|\[\s*[\[{\"])", head):
        return "json-ld" if re.search(r'"@(?:context|id|graph|type|value|list)"', head) else "json"
    return "turtle" if _TURTLE.match(head, start) else ""


def _rdf_entity(head: str) -> bool:
    """Whether a document type declares an entity for RDF's namespace, as Protégé used to."""
    return bool(re.search(r'<!ENTITY\s+\w+\s+"http://www\.w3\.org/1999/02/22-rdf-syntax-ns#"', head))


def decide(name: str, head: str) -> tuple[str, str]:
    """(syntax, note). The syntax is empty for a file that is no RDF: the note says why; else it says where the name
    lies.
    """
    named, found = SUFFIXES.get(suffix(name), ""), sniff(head)
    if found == "html":
        return "", "a web page, not RDF"
    if found in ("xml", "json"):
        return "", f"{found.upper()} without RDF in it"
    if not named:
        if not found:
            return "", "no RDF"
        plain = suffix(name) in MAYBE
        return found, "" if plain else f"its name does not say so, but it is {found}"
    if not found or found == named:
        return named, ""
    family = ("turtle", "trig", "n3")
    if named in family and found in ("turtle", "n-triples", "n-quads"):
        # Each N-Triples document is Turtle as well; N-Quads is nothing but itself.
        return ("n-quads", f"called {named}, is n-quads") if found == "n-quads" else (named, "")
    if named == "n-quads" and found == "n-triples":
        return named, ""
    return found, f"called {named}, is {found}"
