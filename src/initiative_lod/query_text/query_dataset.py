"""Dataset of a query, as its own ``FROM`` and ``FROM NAMED`` say it (SPARQL 1.1 §13.2).

Where these clauses are is asked of the engine's parser, and so is what IRIs they name: see :mod:`parser_guard`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pyoxigraph import NamedNode, QuerySolutions, Store

from initiative_lod.errors import Message, QueryError
from initiative_lod.query_text import parser_guard

_SPACE = r"(?:\s|\#[^\n\r]*(?:[\n\r]|\Z))"
_CLAUSE = re.compile(
    rf"""{_SPACE}*+ (?i:FROM) (?P<named>{_SPACE}*(?i:NAMED)(?![\w:.-]))? {_SPACE}*+
         (?P<graph> <[^<>"{{}}|^`\x00-\x20]*> | [^\s<>{{}}()"'\#?$:]*:(?:\\.|[^\s<>{{}}()"'\#\\;,])* )""",
    re.VERBOSE,
)

Dataset = tuple[tuple[str, ...], tuple[str, ...]]


def parses(text: str, base: str) -> bool:
    """Tell whether the engine's parser takes ``text``. Nothing is evaluated: results are lazy, the store is empty."""
    try:
        Store().query(text, base_iri=base)
    except SyntaxError:
        return False
    except (RuntimeError, OSError, ValueError):
        return True
    return True


def dataset_of(text: str, base: str, parses: Callable[[str], bool]) -> Dataset | None:
    """The default graphs and the named graphs that ``text``, which parses, has clauses for; None when it has none.

    Raises QueryError when the clauses cannot be told from the rest.
    """
    if not parser_guard.holds("FROM", text, parses):
        return None
    for first in re.finditer("(?i)FROM", text):
        if _CLAUSE.match(text, first.start()) and parser_guard.is_keyword("FROM", text, first.start(), parses):
            break
    else:
        raise QueryError(Message("query.from"))
    position = first.start()
    graphs: dict[bool, list[str]] = {False: [], True: []}
    while clause := _CLAUSE.match(text, position):
        graphs[clause["named"] is not None].append(clause["graph"])
        position = clause.end()
    rest = f"{text[: first.start()]} {text[position:]}"
    if not parses(rest) or parser_guard.holds("FROM", rest, parses):
        raise QueryError(Message("query.from"))
    prologue = text[: parser_guard.prologue(text)[1]]
    default, named = (tuple(dict.fromkeys(_resolved(graphs[kind], prologue, base))) for kind in (False, True))
    return default, named


def _resolved(graphs: list[str], prologue: str, base: str) -> list[str]:
    """The IRIs of the graphs, which may be relative or prefixed names, as the parser reads them."""
    if not graphs:
        return []
    terms = " ".join(f"({graph} AS ?g{number})" for number, graph in enumerate(graphs))
    found = Store().query(f"{prologue}\nSELECT {terms} {{}}", base_iri=base)
    assert isinstance(found, QuerySolutions)
    return [term.value for term in next(found) if isinstance(term, NamedNode)]
