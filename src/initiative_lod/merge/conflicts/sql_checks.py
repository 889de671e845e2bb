"""Asks checks as SQL of the table of quads: findings are those of SPARQL over the store, in memory that has a limit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from initiative_lod.bulk.sql_engine import SqlEngine, expanded, literal, text
from initiative_lod.merge.conflicts import link_tables
from initiative_lod.merge.conflicts.check import (
    MAX_FINDINGS,
    MAX_STATEMENTS,
    Check,
    CheckResult,
    Finding,
    Statement,
    Term,
)


def prepare(engine: SqlEngine, parts: Iterable[str], prefixes: Mapping[str, str]) -> None:
    """Give the engine what checks ask beside the quads.

    ``parts`` are terms of the graphs that are a file of their own: all others are in one.
    """
    rows = ", ".join(f"({literal(part)})" for part in sorted(parts))
    known = f"SELECT graph FROM (VALUES {rows}) AS given(graph)" if rows else "SELECT graph FROM quads WHERE 1 = 0"
    engine.view("parts", known)
    link_tables.prepare(engine, prefixes)


def run(check: Check, engine: SqlEngine, prefixes: Mapping[str, str]) -> CheckResult:
    """The result of a check. Its total and order are exact, however many findings there are."""
    query = text("findings")
    for name, most in (("max_findings", MAX_FINDINGS), ("max_statements", MAX_STATEMENTS)):
        query = query.replace(name, str(most))
    rows = engine.rows(query.replace("checked", expanded(check.sql, prefixes)))
    terms = _terms({term for row in rows for term in (row[2], *row[4:])})
    findings: dict[tuple[str, str], tuple[int, list[Statement]]] = {}
    for _, size, focus, note, *statement in rows:
        subject, predicate, value, graph = (terms[term] for term in statement)
        findings.setdefault((focus, note), (size, []))[1].append((subject, predicate, value, graph))
    told = [Finding(terms[key[0]], key[1], tuple(found), size) for key, (size, found) in findings.items()]
    return check.result(rows[0][0] if rows else 0, told)


def _terms(written: set[str]) -> dict[str, Term]:
    """Terms as N-Quads writes them, read."""
    listed = sorted(written)
    lines = "".join(f"<x:> <x:> {term} .\n" for term in listed)
    found: dict[str, Term] = {}
    for term, quad in zip(listed, parse(lines.encode(), format=RdfFormat.N_QUADS, lenient=True), strict=True):
        assert isinstance(quad.object, NamedNode | BlankNode | Literal)
        found[term] = quad.object
    return found
