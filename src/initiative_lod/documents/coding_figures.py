"""Figures of a coding: its statements and components, how many are implied, and which words stand in none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from initiative_lod.build.coded_statements import ROLES, SYMBOLS, CodedComponent, CodedDocument
from initiative_lod.documents.statement_table import atomic_rows


@dataclass(frozen=True)
class RoleFigures:
    """Components of one role: all, those that the words imply only, those with a concept or a statement in them."""

    symbol: str
    components: int
    implied: int
    filled: int


@dataclass(frozen=True)
class CodingFigures:
    """A coding in figures; ``held`` of ``characters`` (letters and digits of coded parts) stand in components."""

    parts: int
    statements: int
    nested: int
    rows: int
    doubts: int
    held: int
    characters: int
    roles: tuple[RoleFigures, ...]


def figures(document: CodedDocument, kind: str = "") -> CodingFigures:
    """The figures of a coding; with ``kind``, as in ``/clause/``, of the parts alone whose IRI has it."""
    parts = [part for part in document.coding.parts if kind in part]
    tops = [top for part in parts for top in document.coding.parts[part]]
    statements = [statement for top in tops for statement in top.everything()]
    components = [item for statement in statements for item in statement.components]
    held: set[int] = set()
    for item in components:
        if not item.implied and item.nested is None and item.start >= 0:
            held |= {*range(item.start, item.end)}
    words = {at for part in parts for at in range(*document.spans[part]) if document.content[at].isalnum()}
    return CodingFigures(
        len(parts),
        len(tops),
        len(statements) - len(tops),
        sum(len(list(atomic_rows(statement))) for statement in statements),
        sum(bool(top.doubts) for top in tops),
        len(held & words),
        len(words),
        tuple(_by_role(components)),
    )


def _by_role(components: list[CodedComponent]) -> Iterator[RoleFigures]:
    for role in ROLES:
        found = [item for item in components if item.role == role]
        if found:
            symbol = {**SYMBOLS, "speechAct": "act", "speaker": "speaker", "qualifier": "X,p"}[role]
            implied = sum(item.implied for item in found)
            yield RoleFigures(symbol, len(found), implied, sum(bool(item.concept or item.nested) for item in found))


def left_over(document: CodedDocument, kind: str = "") -> dict[str, int]:
    """Words of coded parts that stand in no component, with how often; the most frequent first."""
    held = bytearray(len(document.content))
    parts = [part for part in document.coding.parts if kind in part]
    for part in parts:
        for top in document.coding.parts[part]:
            for statement in top.everything():
                for item in statement.components:
                    if not item.implied and item.nested is None and item.start >= 0:
                        held[item.start : item.end] = b"\1" * (item.end - item.start)
    found: Counter[str] = Counter()
    for part in parts:
        run = ""
        start, end = document.spans[part]
        for at in range(start, end + 1):
            if at < end and not held[at] and document.content[at].isalnum():
                run += document.content[at]
            elif run:
                found[run] += 1
                run = ""
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
