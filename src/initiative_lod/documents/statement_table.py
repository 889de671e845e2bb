"""Writes a coding as the coders' table: CSV (RFC 4180), one row an atomic statement, one column a component.

Where a component has alternatives joined by an operator, each makes a row; what a row has several of all the same
(qualifiers, constraints) stands in one cell with `` | `` between. Words are the text's, and beside them those of its
translations (``A_words_en``); concepts are IRIs.

It begins with a byte order mark, without which a spreadsheet takes UTF-8 for another encoding; words that it would take
for a formula have an apostrophe before them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import product

from initiative_lod.build.coded_statements import SYMBOLS, CodedComponent, CodedDocument, CodedStatement
from initiative_lod.languages import LABEL_LANGUAGES

BETWEEN = " | "
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # with which cells begin that a spreadsheet computes
#: Roles of which a row has one.
_SINGLE = tuple(role for role in SYMBOLS if role not in ("activationCondition", "executionConstraint"))
_CONSTRAINTS = ("activationCondition", "executionConstraint")
_QUALIFIED = ("attribute", "directObject", "indirectObject", "constitutedEntity", "constitutingProperties")


def columns(translations: Iterable[str]) -> list[str]:
    """The names of the columns, for a coding whose words stand in translations of these languages as well."""
    tags = list(translations)

    def words(name: str) -> list[str]:
        return [f"{name}_words", *(f"{name}_words_{tag}" for tag in tags)]

    names = [
        "statement",
        "row",
        "part",
        *(f"part_label_{tag}" for tag in LABEL_LANGUAGES),
        "kind",
        "nested_in",
        "operator",
    ]
    names += ["act", *words("act"), *words("speaker")]
    for role in SYMBOLS:
        symbol = SYMBOLS[role]
        if role in _CONSTRAINTS:
            names.append(f"{symbol}_kind")
        names += [symbol, *words(symbol)]
        if role in _QUALIFIED:
            names += [f"{symbol}_p", *words(f"{symbol}_p")]
    return [*names, "implied"]


def table(document: CodedDocument) -> bytes:
    """The table, in UTF-8."""
    out = StringIO()
    tags = list(document.renderings)
    writer = csv.DictWriter(out, columns(tags), lineterminator="\r\n", restval="")
    writer.writeheader()
    for part in document.in_order():
        for top in document.coding.parts.get(part, ()):
            for statement, outer in _with_outer(top):
                for number, row in enumerate(atomic_rows(statement, tags), 1):
                    row |= {
                        "statement": statement.iri,
                        "row": str(number),
                        "part": part,
                        **{f"part_label_{tag}": document.label(part, tag) for tag in LABEL_LANGUAGES},
                        "kind": statement.kind,
                        "nested_in": outer.iri if outer else "",
                        "operator": statement.operator,
                    }
                    writer.writerow({column: _harmless(cell) for column, cell in row.items()})
    return out.getvalue().encode("utf-8-sig")


def _with_outer(
    statement: CodedStatement, outer: CodedStatement | None = None
) -> Iterator[tuple[CodedStatement, CodedStatement | None]]:
    yield statement, outer
    for item in statement.components:
        if item.nested is not None:
            yield from _with_outer(item.nested, statement)


def atomic_rows(statement: CodedStatement, translations: Sequence[str] = ()) -> Iterator[dict[str, str]]:
    """The rows of a statement, without what they have in common: one for each choice among its alternatives."""

    def words(name: str, items: Sequence[CodedComponent]) -> dict[str, str]:
        found = {f"{name}_words": _joined([item.text for item in items])}
        for tag in translations:
            found[f"{name}_words_{tag}"] = _joined([item.translations.get(tag, "") for item in items])
        return found

    choices: list[Sequence[CodedComponent | None]] = [statement.of(role) or (None,) for role in _SINGLE]
    for chosen in product(*choices):
        row: dict[str, str] = {}
        used = [item for item in chosen if item is not None]
        for item in [*used]:
            symbol = SYMBOLS[item.role]
            row |= {symbol: _filling(item), **words(symbol, [item])}
            qualifiers = [other for other in statement.of("qualifier") if item.iri in other.qualifies]
            if qualifiers:
                row[f"{symbol}_p"] = _joined(
                    [other.nested.iri if other.nested else other.concept for other in qualifiers]
                )
                row |= words(f"{symbol}_p", qualifiers)
                used += qualifiers
        for role in _CONSTRAINTS:
            found = statement.of(role)
            symbol = SYMBOLS[role]
            row[f"{symbol}_kind"] = _joined([item.context for item in found])
            row[symbol] = _joined([_filling(item) for item in found])
            row |= words(symbol, found)
            used += found
        for item in statement.of("speechAct"):
            row |= {"act": item.concept, **words("act", [item])}
            used.append(item)
        row |= words("speaker", statement.of("speaker"))
        row["implied"] = _joined(sorted({_name(item) for item in used if item.implied}))
        yield row


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet shows and does not compute."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _filling(item: CodedComponent) -> str:
    """The IRI of what fills a component: a statement, or a concept; empty where words alone do."""
    return item.nested.iri if item.nested is not None else item.concept


def _name(item: CodedComponent) -> str:
    return SYMBOLS.get(item.role, "act" if item.role == "speechAct" else item.role)


def _joined(items: Sequence[str]) -> str:
    return BETWEEN.join(items) if any(items) else ""
