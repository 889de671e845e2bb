"""A result as an HTML fragment, for people: made in the worker, so that the server never reads a visitor's result."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import islice
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, QueryBoolean, QuerySolutions, Triple

SHOWN = 1000
LONGEST = 2000  # characters of one value


def table(found: QueryBoolean | QuerySolutions | Iterable[Triple]) -> bytes:
    """A truth value as a sentence, solutions or triples as a table of at most SHOWN rows."""
    if isinstance(found, QueryBoolean):
        return f'<p class="answer" lang="en">{"Yes: true" if found else "No: false"}</p>'.encode()
    if isinstance(found, QuerySolutions):
        head = [variable.value for variable in found.variables]
        rows: Iterable[Iterable[Any]] = (list(solution) for solution in found)
    else:
        head = ["subject", "predicate", "object"]
        rows = found
    shown = list(islice(rows, SHOWN + 1))
    lines = ["<thead><tr>", *(f'<th scope="col">{escape(name)}</th>' for name in head), "</tr></thead><tbody>"]
    lines += (f"<tr>{''.join(_cell(term) for term in row)}</tr>" for row in shown[:SHOWN])
    count = f"the first {SHOWN} rows" if len(shown) > SHOWN else f"{len(shown)} row{'' if len(shown) == 1 else 's'}"
    return f'<table class="results"><caption>{count}</caption>{"".join(lines)}</tbody></table>'.encode()


def _cell(term: Any) -> str:
    if term is None:
        return "<td></td>"
    if isinstance(term, NamedNode):
        shown = escape(term.value)
        if term.value.startswith(("http://", "https://")):
            return f'<td><a href="{shown}" rel="nofollow">{shown}</a></td>'
        return f"<td>{shown}</td>"
    if isinstance(term, Literal):
        text = term.value if len(term.value) <= LONGEST else term.value[:LONGEST] + "…"
        language = f' lang="{escape(term.language)}"' if term.language else ""
        return f"<td{language}>{escape(text)}</td>"
    return f"<td>{escape(str(term) if isinstance(term, BlankNode) else str(term)[:LONGEST])}</td>"
