"""Reads the W3C SHACL suite, and compares reports as it means them: every result with all that it says. Nothing of ours
in it but the values of a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from initiative_lod.validation.property_path import read_path
from initiative_lod.validation.report import Report
from initiative_lod.validation.triple_index import Term, TripleIndex

BASE = "http://suite.example/shacl/"  # where the suite's files lie, as IRIs
_MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_SHT = "http://www.w3.org/ns/shacl-test#"
_SH = "http://www.w3.org/ns/shacl#"
_RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

#: What a result says: focus node, path, value, severity, component, shape ("_:" for one without a name).
Row = tuple[str, str, str, str, str, str]


@dataclass(frozen=True)
class Case:
    """One test: files of data and shapes, and the rows of the report; None where validation has to fail."""

    name: str
    data: Path
    shapes: Path
    conforms: bool
    rows: tuple[Row, ...] | None
    messages: frozenset[Literal]

    def __str__(self) -> str:
        return self.name

    def quads(self, path: Path, suite: Path) -> list[Quad]:
        """The statements of one of its files; the blank nodes of a file have the same names each time."""
        return list(parse(path=str(path), format=RdfFormat.TURTLE, base_iri=_iri(path, suite)))


def cases(suite: Path) -> list[Case]:
    """Every test of the suite, by the files that hold one: one of them is in no manifest."""
    return [case for path in sorted(suite.rglob("*.ttl")) for case in _cases(path, suite)]


def rows(report: Report) -> Counter[Row]:
    """The rows of a report of ours."""
    return Counter(
        (
            str(result.focus),
            "" if result.path is None else str(result.path),
            "" if result.value is None else str(result.value),
            result.severity,
            result.component,
            "_:" if " " in result.shape else f"<{result.shape}>",
        )
        for result in report.results
    )


def _cases(path: Path, suite: Path) -> Iterator[Case]:
    graph = TripleIndex(parse(path=str(path), format=RdfFormat.TURTLE, base_iri=_iri(path, suite)))
    for head in graph.inverse(NamedNode(_MF + "entries")):
        for entry in graph.items(head) or ():
            yield _case(graph, entry, suite)


def _case(graph: TripleIndex, entry: Term, suite: Path) -> Case:
    def value(subject: Term | None, name: str) -> Term | None:
        return None if subject is None else graph.value(subject, NamedNode(name))

    action, result = value(entry, _MF + "action"), value(entry, _MF + "result")
    data, shapes = (_path(value(action, _SHT + name), suite) for name in ("dataGraph", "shapesGraph"))
    name = entry.value.removeprefix(BASE)
    if result == NamedNode(_SHT + "Failure"):
        return Case(name, data, shapes, False, None, frozenset())
    assert result is not None
    messages = {
        text
        for node in graph.values(result, NamedNode(_SH + "result"))
        for text in graph.values(node, NamedNode(_SH + "resultMessage"))
        if isinstance(text, Literal)
    }
    conforms = graph.values(result, NamedNode(_SH + "conforms")) == (Literal(True),)
    return Case(name, data, shapes, conforms, tuple(_rows(graph, result)), frozenset(messages))


def written_rows(turtle: str, suite: Path) -> Counter[Row]:
    """The rows of a report that is written in Turtle and speaks of the suite's files by their addresses."""
    graph = TripleIndex(parse(turtle.replace(suite.as_uri() + "/", BASE), format=RdfFormat.TURTLE))
    (report,) = graph.subjects(NamedNode(_RDF_TYPE), NamedNode(_SH + "ValidationReport"))
    return Counter(_rows(graph, report))


def _rows(graph: TripleIndex, report: Term) -> Iterator[Row]:
    """The rows of a report that stands in a graph."""

    def value(node: Term, name: str) -> Term | None:
        return graph.value(node, NamedNode(_SH + name))

    for node in graph.values(report, NamedNode(_SH + "result")):
        path, shape = value(node, "resultPath"), value(node, "sourceShape")
        said = [value(node, each) for each in ("focusNode", "value", "resultSeverity", "sourceConstraintComponent")]
        focus, term, severity, component = ("" if each is None else str(each) for each in said)
        yield (
            focus,
            "" if path is None else str(read_path(graph, path)),
            term,
            severity.strip("<>").removeprefix(_SH),
            component.strip("<>").removeprefix(_SH),
            "_:" if isinstance(shape, BlankNode) else str(shape),
        )


def _iri(path: Path, suite: Path) -> str:
    return BASE + path.relative_to(suite).as_posix()


def _path(term: Term | None, suite: Path) -> Path:
    assert isinstance(term, NamedNode)
    return suite / term.value.removeprefix(BASE)
