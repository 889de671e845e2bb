"""Checks: queries with what they are for. Their rows are findings: a focus, and the triples that speak for it.

Each triple comes with its graph.
"""

from __future__ import annotations

import hashlib
from bisect import insort
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import PurePath

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolution, QuerySolutions, Store, Triple

from initiative_lod.errors import Message, ParseError
from initiative_lod.languages import LABEL_LANGUAGES
from initiative_lod.sources import query_files
from initiative_lod.validation.report import SEVERITIES

MAX_STATEMENTS = 6  # triples that are kept of one finding
MAX_FINDINGS = 200  # findings that are kept of one check
MAX_COLLECTED = 100_000  # findings among which these are chosen

STORES = ("all", "candidates", "identity", "contradictions")  # that a check may ask
REQUIRED = (*(f"{name}@{tag}" for name in ("title", "why") for tag in LABEL_LANGUAGES), "severity")
OPTIONAL = ("over",)

Term = NamedNode | BlankNode | Literal
Statement = tuple[Term, Term, Term, Term | None]


@dataclass(frozen=True, slots=True)
class Finding:
    """Finding that deserves a second look: ``size`` statements about ``focus``, of which some are here."""

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
    """Result of one check: ``total`` findings, of which some are here, those with most statements first. ``unseen``
    counts what was not looked at, since so much was found.

    One that was not made to its end has none, and says why it is ``unfinished``.
    """

    kind: str
    severity: str
    title: Mapping[str, str]
    why: Mapping[str, str]
    total: int = 0
    findings: tuple[Finding, ...] = ()
    unseen: int = 0
    unfinished: Message | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """A query of ``checks/`` with what it is for; ``over`` is the store that it asks, one of STORES.

    ``sql`` asks the same of the table of quads.
    """

    path: str
    query: str
    severity: str
    title: Mapping[str, str]
    why: Mapping[str, str]
    over: str = STORES[0]
    sql: str = ""

    @property
    def kind(self) -> str:
        """Its name: that of the file without its ending."""
        return PurePath(self.path).stem

    def run(self, store: Store, prefixes: Mapping[str, str]) -> CheckResult:
        """Ask the store. Raises ParseError, with the file, for a query that cannot be asked or has no ``?focus``."""
        try:
            rows = store.query(self.query, prefixes=dict(prefixes))
        except SyntaxError as error:
            raise query_files.syntax_error(error, self.path) from error
        names = {variable.value for variable in rows.variables} if isinstance(rows, QuerySolutions) else set()
        if not isinstance(rows, QuerySolutions) or "focus" not in names:
            raise ParseError("a check is a SELECT with a column ?focus", self.path)
        evidence: dict[tuple[str, str], _Evidence] = {}
        repeated = "p2" in names  # where a row has several statements, rows may share some
        beyond = 0
        for row in rows:
            focus = row["focus"]
            assert isinstance(focus, NamedNode | BlankNode | Literal)
            note = _text(row["note"]) if "note" in names else ""
            key = str(focus), note
            if key not in evidence:
                if len(evidence) == MAX_COLLECTED:
                    beyond += 1
                    continue
                evidence[key] = _Evidence(focus)
            for statement in _statements(row, names, focus):
                evidence[key].add(statement, repeated)
        order = sorted(evidence, key=lambda key: (-evidence[key].size, key))[:MAX_FINDINGS]
        findings = [
            Finding(item.focus, key[1], tuple(statement for _, statement in item.first), item.size)
            for key, item in ((key, evidence[key]) for key in order)
        ]
        return self.result(len(evidence) + beyond, findings)

    def unfinished(self, reason: Message) -> CheckResult:
        """The result of this check where it was not made to its end."""
        return CheckResult(self.kind, self.severity, self.title, self.why, unfinished=reason)

    def result(self, total: int, findings: Sequence[Finding]) -> CheckResult:
        """The result of this check with these findings, of so many."""
        return CheckResult(self.kind, self.severity, self.title, self.why, total, tuple(findings))


@dataclass(slots=True)
class _Evidence:
    """Statements of one finding: how many there are, and the first of them in the order of their terms."""

    focus: Term
    size: int = 0
    first: list[tuple[tuple[str, ...], Statement]] = field(default_factory=list)
    seen: set[tuple[str, ...]] = field(default_factory=set)

    def add(self, statement: Statement, repeated: bool) -> None:
        """Count a statement; ``repeated`` where the same one may come again."""
        key = tuple(map(str, statement))
        if repeated:
            if key in self.seen:
                return
            self.seen.add(key)
        self.size += 1
        if len(self.first) < MAX_STATEMENTS or key < self.first[-1][0]:
            insort(self.first, (key, statement), key=lambda item: item[0])
            del self.first[MAX_STATEMENTS:]


def read(file: Traversable, sql: str = "") -> Check:
    """The check in a file; ``sql`` asks the same of the table of quads.

    Raises ParseError, with file and key, for a header that is not complete.
    """
    path, query = str(file), file.read_text("utf-8")
    header = query_files.header(query, path, REQUIRED, OPTIONAL)
    for key, known in (("severity", SEVERITIES), ("over", STORES)):
        if header.get(key, known[0]) not in known:
            raise ParseError(f"{key} is {header[key]!r}, and must be one of {', '.join(known)}", path, 1)
    title, why = ({tag: header[f"{name}@{tag}"] for tag in LABEL_LANGUAGES} for name in ("title", "why"))
    return Check(path, query, header["severity"], title, why, header.get("over", STORES[0]), sql)


def checks() -> list[Check]:
    """Every check, by name."""
    folder = resources.files("initiative_lod.merge.conflicts").joinpath("checks")
    texts = {item.name: item.read_text("utf-8") for item in folder.iterdir() if item.name.endswith(".sql")}
    files = sorted(folder.iterdir(), key=lambda item: item.name)
    return [read(file, texts[f"{file.name.removesuffix('.rq')}.sql"]) for file in files if file.name.endswith(".rq")]


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
