"""SPARQL 1.1 Query Results CSV. The engine's own writer leaves a comma or a quotation mark in an IRI unquoted, which
makes two cells of one: ``…/zh#char=120,125``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import TextIOWrapper
from typing import IO

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Triple

Term = NamedNode | BlankNode | Literal | Triple


def write(solutions: QuerySolutions, output: IO[bytes]) -> None:
    """Write solutions: a line of names, and one for each solution. Raises what the engine or ``output`` raises."""
    text = TextIOWrapper(output, "utf-8", newline="")
    try:
        rows = csv.writer(text, lineterminator="\r\n")
        rows.writerow([variable.value for variable in solutions.variables])
        rows.writerows(map(_row, solutions))
    finally:
        text.detach()  # it writes what it still has, and closes nothing


def _row(solution: Iterable[Term | None]) -> list[str]:
    return [
        "" if term is None else term.value if isinstance(term, NamedNode | Literal) else str(term) for term in solution
    ]
