"""PDF of a document as the reading room has it: contents, languages beside each other, numbers, links and rights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from pyoxigraph import NamedNode

from initiative_lod.errors import Message, NotFound
from initiative_lod.formats import MediaType
from initiative_lod.web.drawings import open_type
from initiative_lod.web.drawings.pdf import HEIGHT, WIDTH, About, Bookmark, Pdf, TextRun
from initiative_lod.web.drawings.squares import colour
from initiative_lod.web.drawings.text_width import CLOSING, pieces
from initiative_lod.web.pages.reading_room import Reading, ReadingLine, ReadingPassage, glue
from initiative_lod.web.pages.view import View

PDF = MediaType("application/pdf", "pdf", "PDF", charset=False)
INK, QUIET, LINK = "#1d2529", "#56616a", "#0b5563"
_LEFT, _TOP, _BOTTOM, _BETWEEN = 56.0, HEIGHT - 64, 64.0, 22.0
_ROOM = WIDTH - 2 * _LEFT
_BODY, _LEADING, _SMALL = 10.5, 16.0, 7.5
_HEADINGS = {2: (14.0, 20.0), 3: (12.0, 18.0)}  # size and leading by level; those below are alike
_LOWEST = (11.0, 17.0)
_MOST_BESIDE = 2  # languages beside each other; more stand below each other
_OPENING = frozenset("《〈（“‘「『【[(")


@dataclass(slots=True)
class _Atom:
    """Spans between which no line breaks, after what stands before them in a line."""

    before: str
    spans: list[TextRun]


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of the contents, which waits for the page on which its part begins."""

    anchor: str
    page: int
    y: float
    box: tuple[float, float, float, float]
    block: int


def pdf(view: View, read: Reading, document: NamedNode) -> bytes:
    """The file. Raises NotFound where the font that travels in the package lacks a letter."""
    lacking = missing(read)
    if lacking:
        raise NotFound(Message("error.no_pdf", letters=" ".join(sorted(lacking)[:20])))
    layout = _Layout(view, read, document)
    layout.whole()
    return layout.pdf.written()


def missing(read: Reading) -> frozenset[str]:
    """Letters of the document, and of what is said of its texts and clauses, that the font does not have."""
    letters = {letter for words in _drawn(read) for letter in words if not letter.isspace()}
    return frozenset(letters - open_type.packaged().glyphs.keys())


def _drawn(read: Reading) -> Iterator[str]:
    yield from (label.value for label in (read.thing.label, *read.labels))
    for text in read.texts:
        yield text.thing.label.value
        yield text.standing.label.value if text.standing else ""
    yield from (notice.value for _, notices in read.rights for notice in notices)
    for passage in read.every():
        yield from (piece.text for heading in passage.heading.values() for piece in heading)
        yield from (item.label.value for note in passage.notes for item in note.modalities)
        for line in (*passage.lines, *passage.closing):
            yield from (piece.text for runs in line.cells.values() for run in runs for piece in run.pieces)


@dataclass(slots=True)
class _Layout:
    view: View
    read: Reading
    document: NamedNode
    pdf: Pdf = field(init=False)
    y: float = 0.0
    entries: list[_Entry] = field(default_factory=list)
    found: dict[str, tuple[int, float]] = field(default_factory=dict)  # where each part begins, by its anchor

    def __post_init__(self) -> None:
        release = self.view.opened.release
        title = (self.read.labels[0] if self.read.labels else self.read.thing.label).value
        about = About(
            title,
            f"{self.document.value}#release-{release.version}",
            self.view.language,
            self.read.languages,
            self.view.opened.license or "",
            release.modified[:10],
        )
        self.pdf = Pdf(open_type.packaged(), about)

    def whole(self) -> None:
        """Title, contents, the text, rights; then the pages in the contents, and the foot of each page."""
        self._begin()
        for number, label in enumerate(self.read.labels or [self.read.thing.label]):
            size = 14.0 if number else 22.0
            self._paragraph("P" if number else "H1", label.value, label.language, size, QUIET if number else INK)
        self._link(self.document.value)
        for text in self.read.texts:
            standing = f" — {text.standing.label.value}" if text.standing else ""
            self._paragraph("P", f"{text.thing.label.value}{standing}", text.thing.label.language, 9.0, QUIET)
        self._contents()
        self._begin()
        for passage in self.read.passages:
            self._passage(passage, 0)
        self._rights()
        self._refer()
        for page in range(self.pdf.pages):
            folio = f"{page + 1} / {self.pdf.pages}"
            self.pdf.text(_LEFT, 36, [TextRun(self.document.value, _SMALL, QUIET)], page=page)
            right = WIDTH - _LEFT - self.pdf.font.width(folio, _SMALL)
            self.pdf.text(right, 36, [TextRun(folio, _SMALL, QUIET)], page=page)

    # Pieces of a page

    def _begin(self) -> None:
        self.pdf.page()
        self.y = _TOP

    def _room(self, height: float) -> None:
        """Begin a page, if so much has no room on this one."""
        if self.y - height < _BOTTOM and self.y < _TOP:
            self._begin()

    def _paragraph(self, kind: str, words: str, language: str, size: float, ink: str = INK) -> None:
        leading = size * 1.45
        lines = broken(self.pdf.font, [[TextRun(words, size, ink)]], _ROOM, "")
        self._room(min(len(lines), 3) * leading)
        block = self.pdf.block(kind, language)
        for line in lines:
            self._room(leading)
            self.y -= leading
            self.pdf.text(_LEFT, self.y, line, block)
        self.y -= size * 0.5

    def _link(self, address: str) -> None:
        self._room(12)
        self.y -= 11
        self.pdf.text(_LEFT, self.y, [TextRun(address, _SMALL, LINK)], self.pdf.block("P"))
        self.pdf.link((_LEFT, self.y - 2, _LEFT + self.pdf.font.width(address, _SMALL), self.y + 8), address)
        self.y -= 6

    def _beside(self, cells: Sequence[tuple[str, list[list[TextRun]]]], leading: float, kind: str) -> None:
        """Lines in each language, beside each other, each in its column: a line of all of them has room, or none."""
        if not any(lines for _, lines in cells):
            return
        columns = [cells] if len(cells) <= _MOST_BESIDE else [[cell] for cell in cells]
        for column in columns:
            width = (_ROOM - _BETWEEN * (len(column) - 1)) / len(column)
            height = max(len(lines) for _, lines in column)
            self._room(min(height, 3) * leading)
            blocks = [self.pdf.block(kind, language) if lines else None for language, lines in column]
            for row in range(height):
                self._room(leading)
                self.y -= leading
                for place, (_, lines) in enumerate(column):
                    if row < len(lines):
                        self.pdf.text(_LEFT + place * (width + _BETWEEN), self.y, lines[row], blocks[place])

    @property
    def _width(self) -> float:
        count = len(self.read.languages)
        return (_ROOM - _BETWEEN) / 2 if count == _MOST_BESIDE else _ROOM

    # Parts of the document

    def _contents(self) -> None:
        self.y -= 12
        self._paragraph("H2", self.view.interface.gettext("document_contents"), self.view.language, 13.0)
        for passage, level in _headed(self.read.passages, 0):
            left = _LEFT + level * 14
            title = passage.title(self.read.languages)
            lines = broken(self.pdf.font, [[TextRun(title.value, 9.5, INK)]], _ROOM - 30 - level * 14, "")
            self._room(len(lines) * 14)
            block = self.pdf.block("P", title.language)
            for line in lines:
                self.y -= 14
                self.pdf.text(left, self.y, line, block)
            box = (left, self.y - 3, WIDTH - _LEFT, self.y + 14 * len(lines) - 3)
            self.entries.append(_Entry(passage.anchor, self.pdf.pages - 1, self.y, box, block))

    def _refer(self) -> None:
        for entry in self.entries:
            page, height = self.found.get(entry.anchor, (0, _TOP))
            number = str(page + 1)
            right = WIDTH - _LEFT - self.pdf.font.width(number, 9.5)
            self.pdf.text(right, entry.y, [TextRun(number, 9.5, QUIET)], entry.block, entry.page)
            self.pdf.link(entry.box, (page, height), entry.page)

    def _passage(self, passage: ReadingPassage, depth: int) -> None:
        if passage.headed:
            self._heading(passage, depth)
        self.found.setdefault(passage.anchor, (self.pdf.pages - 1, min(_TOP, self.y + _LEADING)))
        self._lines(passage.lines)
        for inner in passage.inner:
            self._passage(inner, depth + passage.headed)
        self._lines(passage.closing)

    def _heading(self, passage: ReadingPassage, depth: int) -> None:
        size, leading = _HEADINGS.get(passage.level, _LOWEST)
        cells = []
        for tag in self.read.languages:
            words = "".join(piece.text for piece in passage.heading.get(tag, ()))
            cells.append((tag, broken(self.pdf.font, [[TextRun(words, size)]], self._width, tag)))
        self.y -= leading * 0.7
        self._room(max(len(lines) for _, lines in cells) * leading + 18 + 3 * _LEADING)  # what it heads stands below it
        place = self.pdf.pages - 1, min(_TOP, self.y + 4)
        self.found[passage.anchor] = place
        self.pdf.bookmarks.append(Bookmark(passage.title(self.read.languages).value, depth, *place))
        self._beside(cells, leading, f"H{min(passage.level, 6)}")
        self._link(passage.thing.iri)

    def _lines(self, lines: Sequence[ReadingLine]) -> None:
        font, tags = self.pdf.font, self.read.languages
        for line in lines:
            self._beside([(tag, broken(font, self._runs(line, tag), self._width, tag)) for tag in tags], _LEADING, "P")
            self.y -= 5

    def _runs(self, line: ReadingLine, language: str) -> list[list[TextRun]]:
        """The words of a line in a language; after those of a clause its number, and how it is worded."""
        found = []
        for run in line.cells.get(language, ()):
            spans = [TextRun("".join(piece.text for piece in run.pieces), _BODY, INK)]
            if run.note is not None:
                how = [item for item in run.note.modalities if not item.residual]
                said = " ".join([str(run.note.number), *(item.label.value for item in how)])
                spans.append(TextRun(f"\u00a0{said}", 6.5, colour(how[0].style) if how else QUIET, 4.0))
            found.append(spans)
        return found

    def _rights(self) -> None:
        say, view = self.view.interface.gettext, self.view
        if self.read.cut:
            self._paragraph("P", say("reading.cut"), view.language, 9.0, QUIET)
        self.y -= 18
        self._paragraph("H2", say("rights"), view.language, 13.0)
        for _, notices in self.read.rights:
            for notice in notices:
                self._paragraph("P", notice.value, notice.language, 9.0, QUIET)
        if licence := view.opened.license:
            label = view.thing(NamedNode(licence)).label
            self._paragraph("P", f"{say('data_license')}{say('colon')}{label.value}", view.language, 9.0, QUIET)
            self._link(licence)
        self._paragraph("P", say("data_from", release=view.opened.release.version), view.language, 9.0, QUIET)


def _headed(passages: Sequence[ReadingPassage], level: int) -> Iterator[tuple[ReadingPassage, int]]:
    for passage in passages:
        if passage.headed:
            yield passage, level
        yield from _headed(passage.inner, level + passage.headed)


# Lines


def broken(font: open_type.Font, runs: Sequence[Sequence[TextRun]], room: float, language: str) -> list[list[TextRun]]:
    """Runs of words in lines that fit: broken between words, and between Chinese characters; no number is torn off.

    ``glue`` of the language stands between runs. A word that is too long is broken anywhere.
    """
    lines: list[list[TextRun]] = []
    for paragraph in _paragraphs(runs, language):
        line: list[TextRun] = []
        left = room
        for atom in paragraph:
            width = sum(font.width(span.text, span.size) for span in atom.spans)
            before = font.width(atom.before, atom.spans[0].size)
            if line and before + width > left:
                lines.append(line)
                line, left = [], room
            if width > left:
                *full, (line, left) = _cut(font, atom.spans, room)
                lines += [spans for spans, _ in full]
                continue
            spans = [TextRun(atom.before, atom.spans[0].size), *atom.spans] if line and atom.before else atom.spans
            line += spans
            left -= width + (before if len(spans) > len(atom.spans) else 0)
        lines += [line] if line else []
    return [_joined(line) for line in lines]


def _paragraphs(runs: Sequence[Sequence[TextRun]], language: str) -> Iterator[list[_Atom]]:
    """The atoms of each paragraph: a line's end in the text begins another."""
    atoms: list[_Atom] = []
    for number, run in enumerate(runs):
        between = glue(language) if number else ""
        for span in run:
            if span.rise and atoms:
                atoms[-1].spans.append(span)  # a number is not torn from its clause
                continue
            for place, part in enumerate(span.text.split("\n")):
                if place and atoms:
                    yield atoms
                    atoms = []
                for piece, before in pieces(part):
                    one = TextRun(piece, span.size, span.colour, span.rise)
                    before = before or between
                    between = ""
                    if atoms and not before and (piece in CLOSING or atoms[-1].spans[-1].text[-1:] in _OPENING):
                        atoms[-1].spans.append(one)
                    else:
                        atoms.append(_Atom(before, [one]))
    if atoms:
        yield atoms


def _cut(font: open_type.Font, spans: Sequence[TextRun], room: float) -> list[tuple[list[TextRun], float]]:
    """Spans that are too long for a line, letter by letter, each line with the room that is left in it."""
    found: list[tuple[list[TextRun], float]] = [([], room)]
    for span in spans:
        for letter in span.text:
            width = font.width(letter, span.size)
            line, left = found[-1]
            if line and width > left:
                line, left = [], room
                found.append((line, left))
            line.append(TextRun(letter, span.size, span.colour, span.rise))
            found[-1] = line, left - width
    return found


def _joined(line: Sequence[TextRun]) -> list[TextRun]:
    """A line with spans that look alike made one."""
    found: list[TextRun] = []
    for span in line:
        last = found[-1] if found else span
        alike = (last.size, last.rise) == (span.size, span.rise) and (last.colour == span.colour or span.text == " ")
        if found and alike:
            found[-1] = replace(last, text=last.text + span.text)
        else:
            found.append(span)
    return found
