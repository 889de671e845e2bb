"""Reads the W3C SPARQL 1.1 query suite, and compares results as the specification means them. Nothing of ours in it."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

ROOT = "http://suite.example/sparql11/"  # where the suite's files lie, as IRIs
_MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
_RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_RESULTS = {".srx": QueryResultsFormat.XML, ".srj": QueryResultsFormat.JSON, ".tsv": QueryResultsFormat.TSV}
_RDF_FORMATS = {".ttl": RdfFormat.TURTLE, ".rdf": RdfFormat.RDF_XML, ".nt": RdfFormat.N_TRIPLES}


@dataclass(frozen=True)
class Case:
    """One test; files are paths under the suite, graphs are their IRIs."""

    name: str
    kind: str
    query: Path | None
    data: tuple[str, ...]
    graph_data: tuple[str, ...]
    result: Path | None

    @property
    def base(self) -> str:
        assert self.query is not None
        return ROOT + "/".join(self.query.parts[-2:])


class _Graph:
    def __init__(self, path: Path, base: str) -> None:
        self.quads = list(parse(path=str(path), format=_RDF_FORMATS[path.suffix], base_iri=base))
        self._values: dict[tuple[object, str], list[object]] = {}
        for quad in self.quads:
            self._values.setdefault((quad.subject, quad.predicate.value), []).append(quad.object)

    def values(self, subject: object, predicate: str) -> list[object]:
        return self._values.get((subject, predicate), [])

    def value(self, subject: object, predicate: str) -> object:
        return next(iter(self.values(subject, predicate)), None)


def cases(suite: Path) -> list[Case]:
    """Every test of the suite, folder by folder."""
    return [case for path in sorted(suite.glob("*/manifest.ttl")) for case in _cases(path, suite)]


def graphs(suite: Path) -> Iterator[Quad]:
    """Every data file of the suite as a named graph that is called as the file is."""
    wanted = {iri for case in cases(suite) for iri in (*case.data, *case.graph_data)}
    for iri in sorted(wanted):
        path = suite / iri.removeprefix(ROOT)
        for quad in parse(path=str(path), format=_RDF_FORMATS[path.suffix], base_iri=iri, rename_blank_nodes=True):
            yield Quad(quad.subject, quad.predicate, quad.object, NamedNode(iri))


def _cases(manifest: Path, suite: Path) -> Iterator[Case]:
    base = f"{ROOT}{manifest.parent.name}/manifest.ttl"
    graph = _Graph(manifest, base)
    head: object = next(quad.object for quad in graph.quads if quad.predicate.value == _MF + "entries")
    while isinstance(head, BlankNode):
        entry = graph.value(head, _RDF + "first")
        head = graph.value(head, _RDF + "rest")
        kind = graph.value(entry, _RDF + "type")
        assert isinstance(entry, NamedNode)
        assert isinstance(kind, NamedNode)
        action = graph.value(entry, _MF + "action")
        query = action if isinstance(action, NamedNode) else graph.value(action, _QT + "query")
        yield Case(
            f"{manifest.parent.name}/{entry.value.rsplit('#')[-1]}",
            kind.value.rsplit("#")[-1],
            _path(query, suite),
            tuple(item.value for item in graph.values(action, _QT + "data") if isinstance(item, NamedNode)),
            tuple(item.value for item in graph.values(action, _QT + "graphData") if isinstance(item, NamedNode)),
            _path(graph.value(entry, _MF + "result"), suite),
        )


def _path(term: object, suite: Path) -> Path | None:
    return suite / term.value.removeprefix(ROOT) if isinstance(term, NamedNode) else None


def differs(expected: Path, content: bytes, media_type: str) -> str:
    """What is wrong with an answer; empty when it is what ``expected`` says."""
    if expected.suffix == ".csv":
        found, wanted = _csv(content.decode()), _csv(expected.read_text("utf-8"))
        return "" if found == wanted else f"{found} instead of {wanted}"
    if media_type in ("text/turtle", "application/n-triples"):
        graph = Dataset(parse(content, format=RdfFormat.N_TRIPLES))
        wanted_graph = Dataset(Quad(q.subject, q.predicate, q.object) for q in _Graph(expected, ROOT).quads)
        return "" if _canonical(graph) == _canonical(wanted_graph) else "another graph"
    formats = {
        "application/sparql-results+json": QueryResultsFormat.JSON,
        "text/tab-separated-values": QueryResultsFormat.TSV,
    }
    found_results = parse_query_results(content, format=formats[media_type])
    if isinstance(found_results, QueryBoolean):
        truth = _boolean(expected)
        return "" if bool(found_results) == truth else f"{bool(found_results)} instead of {truth}"
    assert isinstance(found_results, QuerySolutions)
    rows = [{v.value: s[v] for v in found_results.variables if s[v] is not None} for s in found_results]
    wanted_rows = _rows(expected)
    if _comparable(rows) == _comparable(wanted_rows):
        return ""
    return f"{len(rows)} rows instead of {len(wanted_rows)}: {rows[:3]} instead of {wanted_rows[:3]}"


def _boolean(path: Path) -> bool:
    if path.suffix in _RESULTS:
        return bool(parse_query_results(path=str(path), format=_RESULTS[path.suffix]))
    return any(
        q.predicate.value == _RS + "boolean" and str(q.object).startswith('"true"') for q in _Graph(path, ROOT).quads
    )


def _rows(path: Path) -> list[dict[str, object]]:
    if path.suffix in _RESULTS:
        results = parse_query_results(path=str(path), format=_RESULTS[path.suffix])
        assert isinstance(results, QuerySolutions)
        return [{v.value: s[v] for v in results.variables if s[v] is not None} for s in results]
    graph = _Graph(path, ROOT)
    rows: list[dict[str, object]] = []
    for solution in (q.object for q in graph.quads if q.predicate.value == _RS + "solution"):
        row = {}
        for binding in graph.values(solution, _RS + "binding"):
            name = graph.value(binding, _RS + "variable")
            assert isinstance(name, Literal)
            row[name.value] = graph.value(binding, _RS + "value")
        rows.append(row)
    return rows


def _csv(text: str) -> Counter[tuple[tuple[str, str], ...]]:
    """Rows by column name; blank nodes under one name, since a table cannot say more."""
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return Counter(
        tuple(sorted((name, "_:" if cell.startswith("_:") else cell) for name, cell in row.items())) for row in rows
    )


def _comparable(rows: list[dict[str, object]]) -> object:
    plain = [{name: _by_value(term) for name, term in row.items()} for row in rows]
    if not any(isinstance(term, (BlankNode, Triple)) for row in plain for term in row.values()):
        return Counter(frozenset(row.items()) for row in plain)
    triples = [
        Quad(node, NamedNode(f"var:{name}"), term, DefaultGraph())  # type: ignore[arg-type]
        for row in plain
        for node in [BlankNode()]
        for name, term in row.items()
    ]
    return _canonical(Dataset(triples))


def _canonical(dataset: Dataset) -> set[str]:
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return {str(Quad(q.subject, q.predicate, _by_value(q.object), q.graph_name)) for q in dataset}  # type: ignore[arg-type]


def _by_value(term: object) -> object:
    """A literal as the value that it stands for, where two spellings stand for one."""
    if not isinstance(term, Literal) or not term.datatype.value.startswith(_XSD):
        return term
    kind = term.datatype.value.removeprefix(_XSD)
    try:
        if kind == "decimal":
            return Literal(format(Decimal(term.value).normalize(), "f"), datatype=term.datatype)
        if kind in ("double", "float"):
            return Literal(repr(float(term.value)), datatype=term.datatype)
        if kind == "integer":
            return Literal(str(int(term.value)), datatype=term.datatype)
        if kind == "boolean":
            return Literal({"1": "true", "0": "false"}.get(term.value, term.value), datatype=term.datatype)
    except (ValueError, InvalidOperation):
        return term
    return term
