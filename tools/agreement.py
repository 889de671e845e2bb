"""Compares two codings of the Initiative and writes the tables of docs/agreement.md: agreement, and each difference.

Both codings are kept as they were when they were compared: the first in data/codings/compared, the second, which nobody
changes, in data/codings. Needs the dev dependencies: ``make agreement``.
"""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import krippendorff
from pyoxigraph import NamedNode

from initiative_lod.build.coded_statements import CodedComponent, CodedStatement, ReadCoding, read
from initiative_lod.build.graph import build
from initiative_lod.iris import slug
from initiative_lod.labels import natural
from initiative_lod.settings import Settings
from initiative_lod.sources.ig_script import PROPERTIES

ROOT = Path(__file__).resolve().parents[1]
COMPARED = ROOT / "data" / "codings" / "compared"
FIRST, SECOND = COMPARED / "wic-2020-first.igs", ROOT / "data" / "codings" / "wic-2020-second.igs"
NOTES = COMPARED / "notes.tsv"
PAGE = ROOT / "docs" / "agreement.md"
BEGIN, END = "<!-- tools/agreement.py writes from here -->", "<!-- to here -->"
#: What a note may say is taken for the coding of record.
TAKEN = ("first", "second", "both stand")

Value = frozenset[tuple[str, ...]]
#: Roles of the components, by the name that the notes and the page give them.
ROLES = {
    "act": "speechAct",
    **{symbol: PROPERTIES[symbol] for symbol in ("A", "D", "I", "Bdir", "Bind", "Cac", "Cex")},
    "X,p": "qualifier",
}


@dataclass(frozen=True)
class Unit:
    """A statement as both codings have it, or one alone; ``outermost`` tells that no other statement holds it."""

    part: str
    first: CodedStatement | None
    second: CodedStatement | None
    outermost: bool


@dataclass(frozen=True)
class Agreement:
    """Agreement of two coders on one thing: ``alpha`` is None where all values are the same."""

    units: int
    absent: int
    agreed: int
    alpha: float | None


@dataclass(frozen=True)
class Difference:
    """A component that the coders filled differently in a unit."""

    part: str
    component: str
    first: str
    second: str


# --- What is compared


def words(item: CodedComponent) -> tuple[str, ...]:
    """The place of the words of a component; those of an implied one are where they stand."""
    return (str(item.start), str(item.end))


def concept(item: CodedComponent) -> tuple[str, ...]:
    """The concept of a component; a statement that fills it is a unit of its own."""
    return ("a statement",) if item.nested is not None else (item.concept,)


def kind_and_words(item: CodedComponent) -> tuple[str, ...]:
    """The kind of a condition or constraint, with the place of its words."""
    return (item.context, *words(item))


Reading = Callable[[CodedComponent], tuple[str, ...]]
#: The rows of the table, in the order of the grammar.
COMPARISONS: tuple[tuple[str, str, Reading], ...] = (
    ("speech act", "act", concept),
    ("attribute: concept", "A", concept),
    ("deontic", "D", concept),
    ("aim: words", "I", words),
    ("aim: concept", "I", concept),
    ("direct object: words", "Bdir", words),
    ("direct object: concept", "Bdir", concept),
    ("indirect object: concept", "Bind", concept),
    ("activation condition: kind and words", "Cac", kind_and_words),
    ("execution constraint: kind and words", "Cex", kind_and_words),
    ("properties: words", "X,p", words),
    ("properties: concept", "X,p", concept),
)


def value(statement: CodedStatement | None, component: str, reading: Reading) -> Value:
    """Filling of a component by a coder: empty where it is absent."""
    return frozenset(reading(item) for item in statement.of(ROLES[component])) if statement else frozenset()


def agreement(units: Sequence[Unit], component: str, reading: Reading) -> Agreement:
    """Agreement on a component, its absence being a value like others."""
    pairs = [
        (value(unit.first, component, reading), value(unit.second, component, reading))
        for unit in units
        if unit.outermost or component != "act"
    ]
    return Agreement(
        len(pairs),
        sum(not first and not second for first, second in pairs),
        sum(first == second for first, second in pairs),
        alpha(pairs),
    )


def alpha(pairs: Sequence[tuple[Value, Value]]) -> float | None:
    """Krippendorff's alpha for nominal values; None where there is one value only, for which it is not defined."""
    numbers = {found: number for number, found in enumerate(dict.fromkeys(item for pair in pairs for item in pair))}
    if len(numbers) < 2:
        return None
    data = [[numbers[pair[coder]] for pair in pairs] for coder in (0, 1)]
    return float(krippendorff.alpha(reliability_data=data, level_of_measurement="nominal"))


# --- Which statement of one coding is which of the other


def aligned(first: ReadCoding, second: ReadCoding) -> list[Unit]:
    """The statements of the parts that the second coding has, each with the one whose aim has the same words."""
    units: list[Unit] = []
    for part in sorted(second.parts, key=natural):
        ours, theirs = (
            [(inner, inner is top) for top in coding.parts.get(part, ()) for inner in top.everything()]
            for coding in (first, second)
        )
        left = [*theirs]
        for statement, outermost in ours:
            best = max(left, key=lambda item: _shared(statement, item[0]), default=None)
            if best is not None and _shared(statement, best[0]):
                left.remove(best)
                units.append(Unit(part, statement, best[0], outermost or best[1]))
            else:
                units.append(Unit(part, statement, None, outermost))
        units += [Unit(part, None, statement, outermost) for statement, outermost in left]
    return units


def _shared(first: CodedStatement, second: CodedStatement) -> int:
    """Number of letters that the aims of two statements have in common."""
    letters = [
        {place for item in statement.of("aim") for place in range(item.start, item.end)}
        for statement in (first, second)
    ]
    return len(letters[0] & letters[1])


def codings() -> tuple[ReadCoding, ReadCoding]:
    """The two codings as they were compared, built beside the sources of today."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        shutil.copytree(ROOT / "data", root / "data", ignore=shutil.ignore_patterns("codings"))
        shutil.copytree(ROOT / "ontology", root / "ontology")
        (root / "data" / "codings").mkdir()
        for path in (FIRST, SECOND):
            shutil.copy(path, root / "data" / "codings")
        quads = build(Settings(root=root)).quads
    graphs: dict[str, list[int]] = {}
    for number, quad in enumerate(quads):
        if isinstance(quad.graph_name, NamedNode) and "/graph/coding-" in quad.graph_name.value:
            graphs.setdefault(quad.graph_name.value, []).append(number)
    first, second = (read([quads[number] for number in graphs[name]], name) for name in sorted(graphs, key=len))
    return first, second


# --- What is written


def differences(units: Sequence[Unit]) -> list[Difference]:
    """The components that the coders filled differently."""
    found = []
    for unit in units:
        if unit.first is None or unit.second is None:
            said = ["no statement" if item is None else _written(item, "I") for item in (unit.first, unit.second)]
            found.append(Difference(unit.part, "statement", *said))
            continue
        for component in ROLES:
            if any(
                value(unit.first, component, reading) != value(unit.second, component, reading)
                for _, name, reading in COMPARISONS
                if name == component
            ):
                said = [_written(statement, component) for statement in (unit.first, unit.second)]
                found.append(Difference(unit.part, component, *said))
    return found


def _written(statement: CodedStatement, component: str) -> str:
    pieces = []
    for item in statement.of(ROLES[component]):
        filled = "a statement" if item.nested else slug(item.concept) if item.concept else ""
        kind = ": ".join(part for part in (slug(item.context) if item.context else "", filled) if part)
        pieces.append(f"{item.text}{f' ({kind})' if kind else ''}")
    return "; ".join(pieces) or "–"


def notes() -> dict[tuple[str, str], tuple[str, str]]:
    """The note on each difference: which reading is taken, and why."""
    with NOTES.open(encoding="utf-8") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return {(row["part"], row["component"]): (row["taken"], row["why"]) for row in rows}


def short(part: str) -> str:
    """A part as the notes name it: its path within the document."""
    return part.partition("/id/wic-2020/")[2]


def page(first: ReadCoding, second: ReadCoding) -> str:
    """The part of docs/agreement.md that is generated."""
    return "\n".join(_lines(aligned(first, second), notes()))


def _lines(units: Sequence[Unit], noted: Mapping[tuple[str, str], tuple[str, str]]) -> Iterator[str]:
    both = sum(unit.first is not None and unit.second is not None for unit in units)
    counts = [sum((unit.first, unit.second)[coder] is not None for unit in units) for coder in (0, 1)]
    yield (
        f"{len({unit.part for unit in units})} clauses; statements: {counts[0]} of the first coder, {counts[1]} of the "
        f"second, {both} of them aligned; units: {len(units)}."
    )
    yield ""
    yield "| component | units | absent in both | present | agreed | agreed where present | alpha |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for title, component, reading in COMPARISONS:
        found = agreement(units, component, reading)
        present = found.units - found.absent
        where = f"{found.agreed - found.absent} ({(found.agreed - found.absent) / present:.0%})" if present else "–"
        figure = f"{found.alpha:.3f}" if found.alpha is not None else "not defined"
        yield (
            f"| {title} | {found.units} | {found.absent} | {present} "
            f"| {found.agreed} ({found.agreed / found.units:.0%}) | {where} | {figure} |"
        )
    yield ""
    yield "| clause | component | first coder | second coder | taken | why |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for item in differences(units):
        part = short(item.part)
        taken, why = noted.get((part, item.component), ("", "**no note**"))
        yield f"| {part} | {item.component} | {item.first} | {item.second} | {taken} | {why} |"


def whole(generated: str) -> str:
    """The page with its generated part put in."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    return f"{before}{BEGIN}\n\n{generated}\n\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(whole(page(*codings())), "utf-8")
