"""One check: a query with what it is for. Its rows are findings: a focus, and the triples that speak for it, each
with its graph.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolution, QuerySolutions, Store, Triple

from initiative_lod.sources.questions import header_of

SHOWN = 6  # triples that are kept of one finding
KEPT = 200  # findings that are kept of one check
MOST = 100_000  # findings among which these are chosen

Term = NamedNode | BlankNode | Literal
Statement = tuple[Term, Term, Term, Term | None]


@dataclass(frozen=True, slots=True)
class Finding:
    """What deserves a second look: ``size`` statements about ``focus``, of which some are here."""

    focus: Term
    note: str
    statements: tuple[Statement, ...]
    size: int

    @property
    def graphs(self) -> tuple[str, ...]:
        """The graphs of its statements."""
        return tuple(sorted({graph.value for *_, graph in self.statements if graph is not None}))


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check found: ``total`` findings, of which some are here, those with most statements first."""

    kind: str
    severity: str
    title: Mapping[str, str]
    why: Mapping[str, str]
    total: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """A query of ``checks/``; ``over`` is the store that it asks: ``all``, or ``candidates``."""

    kind: str
    query: str
    header: Mapping[str, str] = field(default_factory=dict)

    @property
    def over(self) -> str:
        """Which store it asks."""
        return self.header.get("over", "all")

    def run(self, store: Store, prefixes: Mapping[str, str]) -> CheckResult:
        """Ask the store."""
        found = store.query(self.query, prefixes=dict(prefixes), use_default_graph_as_union=True)
        assert isinstance(found, QuerySolutions)
        names = {variable.value for variable in found.variables}
        collected: dict[tuple[str, str], tuple[Term, list[Statement]]] = {}
        sizes: dict[tuple[str, str], int] = {}
        beyond = 0
        for row in found:
            focus = row["focus"]
            assert isinstance(focus, NamedNode | BlankNode | Literal)
            note = _text(row["note"]) if "note" in names else ""
            key = str(focus), note
            if key not in collected:
                if len(collected) == MOST:
                    beyond += 1
                    continue
                collected[key] = focus, []
            kept = collected[key][1]
            for statement in _statements(row, names, focus):
                if statement in kept:
                    continue
                sizes[key] = sizes.get(key, 0) + 1
                if len(kept) < SHOWN:
                    kept.append(statement)
        order = sorted(collected, key=lambda key: (-sizes.get(key, 0), key))[:KEPT]
        findings = tuple(
            Finding(collected[key][0], key[1], tuple(sorted(collected[key][1], key=str)), sizes.get(key, 0))
            for key in order
        )
        title, why = ({lang: self.header[f"{name}@{lang}"] for lang in ("zh", "en")} for name in ("title", "why"))
        return CheckResult(self.kind, self.header["severity"], title, why, len(collected) + beyond, findings)


def checks() -> list[Check]:
    """Every check, by name."""
    folder = resources.files("initiative_lod.merge.conflicts").joinpath("checks")
    found = []
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        if file.name.endswith(".rq"):
            query = file.read_text("utf-8")
            found.append(Check(file.name.removesuffix(".rq"), query, header_of(query)))
    return found


def digest() -> str:
    """Hex SHA-256 over every check: what a report on the same graphs depends on."""
    return hashlib.sha256("\0".join(f"{item.kind}\0{item.query}" for item in checks()).encode()).hexdigest()


def _statements(row: QuerySolution, names: set[str], focus: Term) -> Iterator[Statement]:
    for number in "123":
        if f"p{number}" not in names or row[f"p{number}"] is None:
            continue
        subject = row[f"s{number}"] if f"s{number}" in names else focus
        terms = (focus if subject is None else subject, row[f"p{number}"], row[f"o{number}"], row[f"g{number}"])
        if not any(isinstance(term, Triple) for term in terms):
            yield terms


def _text(term: object) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else ""
