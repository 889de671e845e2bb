"""The W3C suites of Turtle, TriG, N-Triples, N-Quads and RDF/XML, through the reader of foreign files.

They are read in this process: none of them hurts it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from conformance.rdf_syntax import SyntaxCase, canonical, cases
from initiative_lod.reading.parse import How, read
from initiative_lod.reading.source_files import Member

SUITE = Path(__file__).resolve().parents[3] / "shared" / "suites" / "rdf"
CASES = cases(SUITE) if SUITE.is_dir() else []
COUNT = 992
GRAPH = NamedNode("http://harbour.example/graph")

_TURTLE = "told and read: by its content it is Turtle, whatever its name"
_OTHER = "told and read: by its content it is another syntax than its name says"
_BAD_LINES = "uri-06 uri-07 uri-08 prefix-01 base-01 struct-01 string-02 string-03 num-01 num-02 num-03".split()
#: Every case that does not pass, and why.
FAILURES = {
    **{f"{suite}/nt-syntax-bad-{name}": _TURTLE for suite in ("n-triples", "n-quads") for name in _BAD_LINES},
    "trig/trig-syntax-bad-struct-03": _OTHER,
    "turtle/turtle-syntax-bad-struct-01": _OTHER,
    "turtle/turtle-syntax-bad-struct-03": _OTHER,
}

pytestmark = pytest.mark.skipif(not CASES, reason="the W3C suites are not beside the checkout (../shared/suites)")


def fault(case: SyntaxCase) -> str:
    """What is wrong with how a case is read; empty when nothing is."""
    data = case.path.read_bytes()
    written: list[bytes] = []
    member = Member(case.path.name, len(data), hashlib.sha256(data).hexdigest(), case.path)
    outcome = read(member, How(GRAPH.value, case.address), written.append, lambda stage: None)
    if case.negative:
        if outcome.status != "taken":
            return ""
        return "told and read" if any("called" in what for what in outcome.repaired) else "read"
    if outcome.status != "taken":
        return outcome.why or outcome.status
    if case.expected is None:
        return ""
    found = canonical(parse(b"".join(written), format=RdfFormat.N_QUADS))
    return "" if found == case.statements(GRAPH) else "other statements than expected"


def test_the_suites_are_whole() -> None:
    assert len({case.name for case in CASES}) == len(CASES) == COUNT


def test_every_case() -> None:
    faults = {case.name: why for case in CASES if (why := fault(case))}
    assert faults.keys() == FAILURES.keys()
    assert set(faults.values()) == {"told and read"}
