"""Outlines a text that nobody has described: which of its lines are titles, headings, articles, items and paragraphs.

It goes by how governance documents are printed in Chinese and English: numbered units (第三章, Article 5), items ((a),
（一）, ——), marks of Markdown, and short lines without a full stop, which are headings. It is a draft for a person to
correct, and lets no word fall: every line comes out as words of a part or as left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from initiative_lod.sources.text import normalise

_MARKDOWN = re.compile(r"#{1,6}\s+")
_COMMENT = re.compile(r"<!--.*-->")
_CHINESE_UNIT = re.compile(r"(第([〇零一二三四五六七八九十百千\d]+)([编編章节節条條]))[\s、，:：]*(.*)", re.DOTALL)
_ENGLISH_UNIT = re.compile(r"((Chapter|Section|Article|Annex)\s+([IVXLCDM]+|\d+))\b[.:)\s–—-]*(.*)", re.I | re.DOTALL)
_ITEM = re.compile(r"([（(](?:[一二三四五六七八九十]+|\d+|[A-Za-z]{1,4})[）)]|\d+(?:\.\d+)+\.?|[①-⑳])\s*(?=\S)")
_NUMBERED = re.compile(r"(\d+)\s*[.、．]\s*(?=\D)")
_ENUMERATED = re.compile(r"([一二三四五六七八九十]+)、(?=\S)")
_BULLET = re.compile(r"(——|[—–•*·▪-])\s*(?=\S)")
_RECITAL = re.compile(r"鉴于|鑑於|whereas\b", re.I)
_PREAMBLE = re.compile(r"(序\s*言|前\s*言|引\s*言|preamble|introduction)", re.I)
_CONCLUSION = re.compile(r"(结\s*语|結\s*語|结束语|conclusion)", re.I)
_STOPS = tuple("。.;；:：,，!！?？”\"'’…、")
_LONGEST_HEADING = 90  # characters
_TITLE_AGAIN = 5  # lines after the title, among which it may stand again
_UNITS = dict.fromkeys("编編章", "Chapter") | dict.fromkeys("节節", "Section") | dict.fromkeys("条條", "Article")
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0}
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}


@dataclass(frozen=True)
class OutlinePart:
    """A part as found: its kind, its path after the document's IRI, what it lies in, and its words in one text.

    ``whole`` is the path of what it lies in, where its own path does not say that.
    """

    kind: str
    path: str
    whole: str = ""
    heading: str = ""
    quote: str = ""
    number: str = ""


@dataclass(frozen=True)
class Outline:
    """Outline of one text. ``repeats_title`` says that the title stands twice, and counts the second time."""

    title: str
    parts: tuple[OutlinePart, ...]
    left_out: tuple[str, ...] = ()
    repeats_title: bool = False


@dataclass(frozen=True)
class _Line:
    """A line by its role: Chapter, Section, Article, Item, Preamble, Conclusion, Recital, or Paragraph."""

    role: str
    words: str
    number: str = ""
    ordinal: int = 0
    heading: bool = False
    level: int = 0  # of a heading in Markdown, from 1; 0 where it does not say


@dataclass
class _Block:
    """A paragraph and the items that follow it."""

    words: str
    role: str = "Paragraph"
    items: list[_Line] = field(default_factory=list)


@dataclass
class _Unit:
    """A part that holds blocks; ``heading`` is a line of its own."""

    line: _Line | None
    above: list[_Unit]
    blocks: list[_Block] = field(default_factory=list)
    path: str = ""


def outline(delivered: str) -> Outline:
    """The outline of a text as delivered."""
    lines, left_out = list[tuple[str, int]](), Counter[str]()
    for line in normalise(delivered):
        level = 0
        if _COMMENT.fullmatch(line):
            left_out[line] += 1
            continue
        if mark := _MARKDOWN.match(line):
            left_out[mark[0]] += 1
            line, level = line[mark.end() :], mark[0].count("#")
        lines.append((line, level))
    title, repeats = "", False
    if lines and _is_heading(lines[0][0]) and not _unit(lines[0][0]):
        title = lines.pop(0)[0]
        again = [place for place, (line, _) in enumerate(lines) if line == title]
        if again and again[-1] < _TITLE_AGAIN and not lines[again[-1]][1]:  # src:firstLine is the last such line
            lines, repeats = lines[again[-1] + 1 :], True
    told = [replace(_classified(line), level=level) for line, level in lines]
    if not any(line.role == "Article" for line in told):
        told = [_numbered_as_articles(line) for line in told]
    return Outline(title, tuple(_parts(_units(told))), tuple(left_out), repeats)


def ordinal(printed: str) -> int:
    """The number that a numeral says: 十三, 13, XIII; 0 for none."""
    if printed.isdecimal():
        return int(printed)
    if printed and all(char in _ROMAN for char in printed.lower()):
        values = [_ROMAN[char] for char in printed.lower()]
        return sum(-one if one < other else one for one, other in zip(values, [*values[1:], 0], strict=True))
    total, digit = 0, 0
    for char in printed:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in "十百千":
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[char]
            digit = 0
        else:
            return 0
    return total + digit


def _is_heading(line: str) -> bool:
    return len(line) <= _LONGEST_HEADING and not line.endswith(_STOPS) and not line[:1].islower()


def _unit(line: str) -> _Line | None:
    if found := _CHINESE_UNIT.fullmatch(line):
        role = _UNITS[found[3]]
        return _Line(role, line, found[1], ordinal(found[2]), role != "Article" or not found[4].strip())
    found = _ENGLISH_UNIT.fullmatch(line)
    if found and (not found[4] or found[4][0].isupper() or not found[4][0].isalpha()):
        is_heading = found[2].capitalize() != "Article" or not found[4].strip() or _is_heading(line)
        return _Line(found[2].capitalize(), line, found[1], ordinal(found[3]), is_heading)
    return None


def _classified(line: str) -> _Line:
    if unit := _unit(line):
        return unit
    if _PREAMBLE.fullmatch(line):
        return _Line("Preamble", line, heading=True)
    if _CONCLUSION.fullmatch(line):
        return _Line("Conclusion", line, heading=True)
    if found := _ITEM.match(line):
        return _Line("Item", line, found[1])
    if found := _NUMBERED.match(line):
        return _Line("Item", line, found[1], int(found[1]))
    if found := _ENUMERATED.match(line):
        return _Line("Section" if _is_heading(line) else "Item", line, found[1], ordinal(found[1]), _is_heading(line))
    if found := _BULLET.match(line):
        return _Line("Item", line)
    if _RECITAL.match(line):
        return _Line("Recital", line)
    return _Line("Section", line, heading=True) if _is_heading(line) else _Line("Paragraph", line)


def _numbered_as_articles(line: _Line) -> _Line:
    """Take numbered paragraphs for the parts of a document that has no articles."""
    return _Line("Article", line.words, line.number, line.ordinal) if line.role == "Item" and line.ordinal else line


def _units(lines: Iterable[_Line]) -> Iterator[_Unit]:
    """The units of a text in order; what stands before the first is a preamble, if anything follows."""
    lines = list(lines)
    roles = {line.role for line in lines}
    is_preamble = bool(roles & {"Chapter", "Section", "Article"}) and "Preamble" not in roles
    unit = _Unit(_Line("Preamble", "") if is_preamble else None, [])
    framed: set[str] = set()  # a document has one preamble and one conclusion: another such heading is a section's
    has_articles = any(line.role == "Article" for line in lines)
    chapter: _Unit | None = None
    sections: list[_Unit] = []
    for line in lines:
        before = unit.line is not None and unit.line.role == "Preamble" and not chapter
        if has_articles and before and line.role == "Section" and not line.number and not line.level:
            line = replace(line, role="Paragraph", heading=False)  # a formula, such as who proclaims what follows
        if line.role in framed:
            line = replace(line, role="Section")
        if line.role in ("Preamble", "Conclusion"):
            framed.add(line.role)
        if line.role in ("Chapter", "Section", "Article", "Annex", "Preamble", "Conclusion"):
            if unit.blocks or (unit.line is not None and unit.line.words):
                yield unit
            if line.role == "Section":
                while sections and not 0 < _level(sections[-1]) < line.level:
                    sections.pop()
                unit = _Unit(line, [*([chapter] if chapter else []), *sections])
                sections.append(unit)
            elif line.role == "Article":
                unit = _Unit(line, [*([chapter] if chapter else []), *sections])
            else:
                unit, sections = _Unit(line, []), []
                chapter = unit if line.role == "Chapter" else None
            if not line.heading:
                unit.blocks.append(_Block(line.words))
        elif line.role == "Item":
            if not unit.blocks:
                unit.blocks.append(_Block(""))
            unit.blocks[-1].items.append(line)
        else:
            is_recital = line.role == "Recital" and unit.line is not None and unit.line.role == "Preamble"
            unit.blocks.append(_Block(line.words, "Recital" if is_recital else "Paragraph"))
    if unit.blocks or (unit.line is not None and unit.line.words):
        yield unit


def _parts(units: Iterable[_Unit]) -> Iterator[OutlinePart]:
    """Parts with their paths. What is numbered through the document lies right below it, else in what it is in."""
    units = list(units)
    through = {
        role: _rises([unit.line for unit in units if unit.line and unit.line.role == role])
        for role in ("Chapter", "Section", "Article", "Annex")
    }
    used: Counter[str] = Counter()
    for unit in units:
        line = unit.line
        if line is None:
            yield from _blocks(unit, "", Counter())
            continue
        above = unit.above[-1].path if unit.above else ""
        if line.role in ("Preamble", "Conclusion"):
            unit.path, whole = line.role.lower(), ""
        elif through[line.role] and line.ordinal:
            unit.path, whole = f"{line.role.lower()}/{line.ordinal}", above
        else:
            stem = f"{above}/{line.role.lower()}".lstrip("/")
            used[stem] += 1
            unit.path, whole = f"{stem}/{used[stem]}", ""
        heading = line.words if line.heading else ""
        alone = len(unit.blocks) == 1 and unit.blocks[0].words and line.role not in ("Preamble", "Chapter")
        quote = unit.blocks[0].words if alone else ""
        number = line.number if line.number and (heading or quote or unit.blocks) else ""
        yield OutlinePart(line.role, unit.path, whole, heading, quote, number)
        if alone:
            yield from _items(unit.path, unit.blocks[0].items)
        else:
            yield from _blocks(unit, unit.path, Counter())


def _level(unit: _Unit) -> int:
    return unit.line.level if unit.line else 0


def _rises(lines: Iterable[_Line]) -> bool:
    """Tell whether units of one kind are numbered, and no number comes twice or goes back."""
    ordinals = [line.ordinal for line in lines]
    return bool(ordinals) and all(one < other for one, other in zip([0, *ordinals], ordinals, strict=False))


def _blocks(unit: _Unit, path: str, used: Counter[str]) -> Iterator[OutlinePart]:
    for block in unit.blocks:
        if not block.words:
            yield from _items(path, block.items)
            continue
        stem = f"{path}/{block.role.lower()}".lstrip("/")
        used[stem] += 1
        yield OutlinePart(block.role, f"{stem}/{used[stem]}", quote=block.words)
        yield from _items(f"{stem}/{used[stem]}", block.items)


def _items(path: str, items: Iterable[_Line]) -> Iterator[OutlinePart]:
    for count, item in enumerate(items, 1):
        number = item.number if item.words.startswith(item.number) else ""
        yield OutlinePart("Item", f"{path}/item/{count}".lstrip("/"), quote=item.words, number=number)
