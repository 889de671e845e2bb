"""Outlines a text that nobody has described: which of its lines are titles, headings, articles, items and paragraphs.

It goes by how governance documents are printed (``printed_lines``), by marks of Markdown, and by the order of lines. It
is a draft for a person to correct, and lets no word fall: every line comes out as words of a part or as left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from initiative_lod.sources.printed_lines import PrintedLine, classified, is_caption, is_heading, next_letter
from initiative_lod.sources.printed_lines import unit as numbered_unit
from initiative_lod.sources.text import normalise

_MARKDOWN = re.compile(r"#{1,6}\s+")
_COMMENT = re.compile(r"<!--.*-->")
_TITLE_AGAIN = 5  # lines after the title, among which it may stand again
_HOLDERS = {
    "Part": 0,
    "Annex": 0,
    "Chapter": 1,
}  # what holds all that follows, up to the next of its rank or a lower one
_ROMAN = re.compile(r"\W*[ivx]+\W*")


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


@dataclass
class _Block:
    """A paragraph and the items that follow it."""

    words: str
    role: str = "Paragraph"
    items: list[PrintedLine] = field(default_factory=list)


@dataclass
class _Unit:
    """A part that holds blocks; ``heading`` is a line of its own."""

    line: PrintedLine | None
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
    if lines and is_heading(lines[0][0]) and not numbered_unit(lines[0][0]):
        title = lines.pop(0)[0]
        again = [place for place, (line, _) in enumerate(lines) if line == title]
        if again and again[-1] < _TITLE_AGAIN and not lines[again[-1]][1]:  # src:firstLine is the last such line
            lines, repeats = lines[again[-1] + 1 :], True
    told = _listed(list(_joined([replace(classified(line), level=level) for line, level in lines])))
    if not any(line.role == "Article" for line in told):
        told = [_numbered_as_articles(line) for line in told]
    return Outline(title, tuple(_parts(_units(told))), tuple(left_out), repeats)


def _joined(lines: list[PrintedLine]) -> Iterator[PrintedLine]:
    """The lines, headings put together that stand on two: a number and its title, a caption and its article."""
    waiting = iter(range(len(lines)))
    for place in waiting:
        line, after, then = (lines[at] if at < len(lines) else None for at in range(place, place + 3))
        assert line is not None
        if after is not None and is_caption(line) and after.role == "Article":
            next(waiting)
            words = f"{line.words}\n{after.words}" if after.heading else line.words
            yield replace(after, words=words, heading=True, level=line.level)
            if not after.heading:
                yield PrintedLine("Paragraph", after.words)
        elif (
            after is not None
            and line.is_bare
            and after.role == "Section"
            and not (after.number or after.level or is_caption(after))
            and then is not None
            and (then.number or not then.heading)
            and (line.role != "Article" or not then.heading)
        ):
            next(waiting)
            yield replace(line, words=f"{line.words}\n{after.words}")
        else:
            yield line


def _listed(lines: list[PrintedLine]) -> list[PrintedLine]:
    """The lines; short ones after each other that head nothing, as in a list of names, are paragraphs."""
    listed: list[PrintedLine] = []
    loose = 0  # lines before this one that are headings by their look alone
    for line in [*lines, PrintedLine("Conclusion", "")]:
        if line.role == "Section" and not line.number and not line.level:
            loose += 1
        else:
            heads_something = line.role not in (*_HOLDERS, "Preamble", "Conclusion")
            first = len(listed) - loose
            above = listed[first - 1] if first else None
            has_title = above is not None and above.heading and bool(above.number) and not above.is_bare
            kept = loose if heads_something else 0 if has_title or (loose == 1 and above) else 1
            listed[first + kept :] = [PrintedLine("Paragraph", item.words) for item in listed[first + kept :]]
            loose = 0
        listed.append(line)
    return listed[:-1]


def _numbered_as_articles(line: PrintedLine) -> PrintedLine:
    """Take numbered paragraphs for the parts of a document that has no articles."""
    return (
        PrintedLine("Article", line.words, line.number, line.ordinal) if line.role == "Item" and line.ordinal else line
    )


def _units(lines: Iterable[PrintedLine]) -> Iterator[_Unit]:
    """The units of a text in order; what stands before the first is a preamble, if anything follows."""
    lines = list(lines)
    roles = {line.role for line in lines}
    is_preamble = bool(roles & {*_HOLDERS, "Section", "Article"}) and "Preamble" not in roles
    unit = _Unit(PrintedLine("Preamble", "") if is_preamble else None, [])
    framed: set[str] = set()  # a document has one preamble and one conclusion: another such heading is a section's
    has_articles = "Article" in roles
    holders: list[_Unit] = []
    sections: list[_Unit] = []
    for line in lines:
        before = unit.line is not None and unit.line.role == "Preamble" and not holders
        if has_articles and before and line.role == "Section" and not line.number and not line.level:
            line = replace(line, role="Paragraph", heading=False)  # a formula, such as who proclaims what follows
        if line.role in framed:
            line = replace(line, role="Section")
        if line.role in ("Preamble", "Conclusion"):
            framed.add(line.role)
        if line.role in (*_HOLDERS, "Section", "Article", "Preamble", "Conclusion"):
            if unit.blocks or (unit.line is not None and unit.line.words):
                yield unit
            if line.role == "Section":
                while sections and not 0 < _level(sections[-1]) < line.level:
                    sections.pop()
                unit = _Unit(line, [*holders, *sections])
                sections.append(unit)
            elif line.role == "Article":
                unit = _Unit(line, [*holders, *sections])
            else:
                rank = _HOLDERS.get(line.role, 0)
                holders = [item for item in holders if item.line and _HOLDERS[item.line.role] < rank]
                unit, sections = _Unit(line, [*holders]), []
                if line.role in _HOLDERS:
                    holders.append(unit)
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
        for role in (*_HOLDERS, "Section", "Article")
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
            unit.path, whole = f"{line.role.lower()}/{line.ordinal}{line.suffix}", above
        else:
            stem = f"{above}/{line.role.lower()}".lstrip("/")
            used[stem] += 1
            unit.path, whole = f"{stem}/{used[stem]}", ""
        heading = line.words if line.heading else ""
        alone = len(unit.blocks) == 1 and unit.blocks[0].words and line.role not in ("Preamble", "Part", "Chapter")
        quote = unit.blocks[0].words if alone else ""
        number = line.number if line.number and (heading or quote or unit.blocks) else ""
        kind = "Chapter" if line.role == "Part" else line.role
        yield OutlinePart(kind, unit.path, whole, heading, quote, number)
        if alone:
            yield from _items(unit.path, unit.blocks[0].items)
        else:
            yield from _blocks(unit, unit.path, Counter())


def _level(unit: _Unit) -> int:
    return unit.line.level if unit.line else 0


def _rises(lines: Iterable[PrintedLine]) -> bool:
    """Tell whether units of one kind are numbered, and no number comes twice or goes back."""
    numbers = [(line.ordinal, line.suffix) for line in lines]
    return bool(numbers) and all(one < other for one, other in zip([(0, ""), *numbers], numbers, strict=False))


def _blocks(unit: _Unit, path: str, used: Counter[str]) -> Iterator[OutlinePart]:
    for block in unit.blocks:
        if not block.words:
            yield from _items(path, block.items)
            continue
        stem = f"{path}/{block.role.lower()}".lstrip("/")
        used[stem] += 1
        yield OutlinePart(block.role, f"{stem}/{used[stem]}", quote=block.words)
        yield from _items(f"{stem}/{used[stem]}", block.items)


@dataclass
class _List:
    """Items of one style, and where the last of them lies."""

    style: str
    above: str
    count: int = 0
    mark: str = ""

    @property
    def path(self) -> str:
        return f"{self.above}/item/{self.count}".lstrip("/")


def _items(path: str, items: Iterable[PrintedLine]) -> Iterator[OutlinePart]:
    """Items with their paths: one in another style lies in the one before it, until the former style comes again."""
    lists: list[_List] = []
    for item in items:
        style = _style(item, lists)
        if style in [found.style for found in lists]:
            while lists[-1].style != style:
                lists.pop()
        else:
            lists.append(_List(style, lists[-1].path if lists else path))
        lists[-1].count += 1
        lists[-1].mark = item.number
        number = item.number if item.words.startswith(item.number) else ""
        yield OutlinePart("Item", lists[-1].path, quote=item.words, number=number)


def _style(item: PrintedLine, lists: list[_List]) -> str:
    """Style of the mark of an item: ``(i)`` is a letter after ``(h)``, and else a Roman number."""
    if "a" not in item.style or not _ROMAN.fullmatch(item.number):
        return item.style
    follows = any(found.style == item.style and next_letter(found.mark) == item.number for found in lists)
    return item.style if follows else item.style.replace("a", "i")
