"""Counts in the answer to a query, and for each the query that lists what is counted.

Of ``SELECT ?topic (COUNT(DISTINCT ?action) AS ?actions) WHERE {…} GROUP BY ?topic``, the number in a row counts the
actions of the row's topic: ``SELECT DISTINCT ?action WHERE {…} VALUES (?topic) {…}`` lists them. That is said only
where the query's form makes it certain; of sums, of counts over what the row does not name, or of a query with
``FROM``, nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from initiative_lod.query_text import parser_guard

LONGEST = 4000  # characters of a query whose counts are looked at

_SELECT = re.compile(r"(?i)(?<![\w?$:.-])select(?![\w:.-])")
_COUNT = re.compile(r"(?i)\(\s*count\s*\(\s*(distinct\b)?\s*[?$](\w+)\s*\)\s*as\s+[?$](\w+)\s*\)")
_GROUP_BY = re.compile(r"(?i)(?<![\w?$:.-])group\s+by(?![\w:.-])")
_FROM = re.compile(r"(?i)(?<![\w?$:.-])from(?![\w:.-])")
_ENDS = re.compile(r"(?i)(?<![\w?$:.-])(?:having|order|limit|offset|values)(?![\w:.-])|\}")
_INNERMOST = re.compile(r"\([^()]*\)")
_VARIABLE = re.compile(r"[?$](\w+)")

Term = NamedNode | Literal


@dataclass(frozen=True, slots=True)
class CountedColumn:
    """A count in an answer: what is counted, in which pattern, and by which variables of the row."""

    prologue: str
    pattern: str
    variable: str
    distinct: bool
    named: tuple[str, ...]

    def listing(self, row: Mapping[str, Term | None]) -> str | None:
        """The query that lists what the count of ``row`` counts; None if the row does not hold what names it."""
        if any(name not in row for name in self.named):
            return None
        once = "DISTINCT " if self.distinct else ""
        lines = [
            f"{self.prologue}SELECT {once}?{self.variable} WHERE {self.pattern}",
            f"ORDER BY ?{self.variable}",
        ]
        if self.named:
            values = " ".join("UNDEF" if row[name] is None else str(row[name]) for name in self.named)
            lines.append(f"VALUES ({' '.join(f'?{name}' for name in self.named)}) {{ ({values}) }}")
        return "\n".join(lines) + "\n"


def counts(query: str) -> dict[str, CountedColumn]:
    """The counts of a query that the parser takes, by the names of their columns."""
    if len(query) > LONGEST or "count" not in query.lower():
        return {}
    text = parser_guard.blanked(query)
    selects = [*_SELECT.finditer(text)]
    found: dict[str, CountedColumn] = {}
    for select in selects:
        start = text.find("{", select.end())
        end = _closing(text, start)
        projection = text[select.end() : start]
        if start < 0 or end is None or _FROM.search(projection):
            continue
        expressions = {match[3]: match for match in _COUNT.finditer(projection)}
        plain = {*_VARIABLE.findall(_without_brackets(projection))}
        if {*_grouped(text, end)} != plain:
            continue  # else a row stands for one of several groups, which it does not name
        named = tuple(name for name in dict.fromkeys(_VARIABLE.findall(projection)) if name in plain)
        for name, match in expressions.items():
            prologue = query[: selects[0].start()]
            found[name] = CountedColumn(prologue, query[start:end], match[2], bool(match[1]), named)
    return found


def _closing(text: str, start: int) -> int | None:
    """The place behind the bracket that closes the one at ``start``."""
    depth = 0
    for place in range(start, len(text)) if start >= 0 else ():
        depth += (text[place] == "{") - (text[place] == "}")
        if depth == 0:
            return place + 1
    return None


def _grouped(text: str, end: int) -> list[str]:
    """The variables of the ``GROUP BY`` that follows a pattern; of an expression, a name that no row has."""
    tail = text[end:]
    stop = _ENDS.search(tail)
    clause = tail[: stop.start()] if stop else tail
    begin = _GROUP_BY.search(clause)
    if begin is None:
        return []
    words = clause[begin.end() :]
    return ["("] if "(" in words else _VARIABLE.findall(words)


def _without_brackets(text: str) -> str:
    while (shorter := _INNERMOST.sub(" ", text)) != text:
        text = shorter
    return text
