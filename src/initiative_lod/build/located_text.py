"""Holds one text of a document, and where the document's parts stand in it: lines, quotes, what is left out or over."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from initiative_lod.errors import QuoteError, SourceError
from initiative_lod.sources import text, turtle
from initiative_lod.sources.authoring_notation import AuthoredMark, LeftOut, Marks
from initiative_lod.sources.quote_finder import Occurrences
from initiative_lod.sources.text import NormalisedText, Span

_SHOWN = 60  # characters of words in a message
_AS_LETTERS = bytes.maketrans(b"\0\1", b" x")
_GAP = re.compile(" +")  # of characters that nothing holds
_RUN = re.compile(r"\S(?:[^\n]*\S)?")  # of words on one line


@dataclass(frozen=True)
class Gap:
    """Words of a text that lie in no part and are not left out; ``line`` is that of the text's ``file``."""

    span: Span
    file: Path
    line: int


@dataclass
class LocatedText:
    """One text of a document that has a file, and where the document's parts stand in it. Keys are IRIs of parts.

    ``words`` are what a part itself says, heading apart: its lead, and its quote or the paragraph of its heading.
    """

    iri: str
    language: str
    text: NormalisedText
    file: Path
    only: bool = True
    headings: dict[str, Span] = field(default_factory=dict)
    leads: dict[str, Span] = field(default_factory=dict)
    quotes: dict[str, Span] = field(default_factory=dict)
    words: dict[str, list[Span]] = field(default_factory=dict)
    spans: dict[str, Span] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)
    left_out: list[tuple[Span, LeftOut]] = field(default_factory=list)
    out: bytearray = field(default_factory=bytearray)  # of each character, whether it is left out
    gaps: list[Gap] = field(default_factory=list)
    _places: Occurrences | None = None

    def occurrences(self, words: str) -> list[Span]:
        """Every place of ``words`` in the text."""
        self._places = self._places or Occurrences(self.text)
        return self._places.of(words)

    def mark(self, marks: Marks, subject: str, name: str) -> AuthoredMark | None:
        """The mark ``src:<name>`` of ``subject`` about this text: without a language it is about the only one."""
        for mark in marks.get((subject, name), ()):
            if same_language(mark.words.language, self.language) or (self.only and not mark.words.language):
                return mark
        return None

    def own(self, part: str) -> list[Span]:
        """The spans that are the part's own: its heading, and what it says itself."""
        return [*([self.headings[part]] if part in self.headings else []), *self.words.get(part, ())]

    def is_own_line(self, span: Span) -> tuple[bool, bool]:
        """Tell whether ``span`` begins its line, and whether it ends it; what is left out counts as blank."""
        line = self.text.paragraph(span)
        before, after = (line.start, span.start), (span.end, line.end)
        return self._is_nothing(*before), self._is_nothing(*after)

    def is_left_out(self, position: int) -> bool:
        """Tell whether the character at ``position`` is left out."""
        return bool(self.out) and bool(self.out[position])

    def leave_out(self, items: Iterable[LeftOut]) -> Iterator[SourceError]:
        """Take words out of what has to lie in parts, wherever they stand; errors of what does not stand there."""
        for item in items:
            words = (
                text.paragraphs(item.words)
                if item.words.strip() == item.words
                else unicodedata.normalize("NFC", item.words)
            )
            spans = self.occurrences(words)
            if not spans:
                words = shortened(item.words)
                message = f"the words that <{item.text}> leaves out, “{words}”, do not stand in {self.file.name}"
                yield QuoteError(message, item.source.path, item.line)
            self.left_out += [(span, item) for span in spans]
            self.out = self.out or bytearray(len(self.text.content))
            for span in spans:
                self.out[span.start : span.end] = b"\1" * (span.end - span.start)

    def heading_candidates(self, mark: AuthoredMark) -> list[Span]:
        """Places where a heading may stand: a line's beginning; where it is a whole line, it is no mere beginning."""
        spans = [(span, *self.is_own_line(span)) for span in self.occurrences(text.paragraphs(mark.words.content))]
        whole = [span for span, begins, ends in spans if begins and ends]
        return whole or [span for span, begins, _ in spans if begins]

    def find(self, quote: str, scopes: Sequence[Span], prefix: str, suffix: str) -> Span:
        """The one place of a quote in the first of the scopes that has it: a heading before what follows it.

        Raises QuoteError.
        """
        having = [scope for scope in scopes if self.text.occurrences(unicodedata.normalize("NFC", quote), scope)]
        for scope in having[:-1]:
            try:
                return self.text.find(quote, scope, prefix, suffix)
            except QuoteError:  # it may stand with this prefix or suffix in the next one
                if not prefix and not suffix:
                    raise
        return self.text.find(quote, having[-1] if having else scopes[-1], prefix, suffix)

    def nearest(self, content: str) -> str:
        """A hint: from where on the words differ from the text."""
        low, high = 0, len(content)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if content[:middle] in self.text.content else (low, middle - 1)
        if low < 3:
            return ""
        at = self.text.content.index(content[:low])
        there = self.text.content[at + low : at + low + 12].split("\n")[0]
        line = self.text.line(at + low - 1)
        return f"; after “{shortened(content[max(0, low - 12) : low])}” the text (line {line}) has “{there}”"

    def left_over(self, held: bytearray) -> Iterator[Gap]:
        """Runs of words that are not ``held``, which says of each character whether something holds it."""
        for gap in _GAP.finditer(held.translate(_AS_LETTERS).decode()):
            for run in _RUN.finditer(self.text.content, *gap.span()):
                if not text.is_blank(run[0]):
                    yield Gap(Span(*run.span()), self.file, self.text.line(run.start()))

    def _is_nothing(self, start: int, end: int) -> bool:
        return all(self.text.content[at].isspace() or self.is_left_out(at) for at in range(start, end))


def shortened(words: str) -> str:
    """Words as a message shows them."""
    shown = words.replace("\n\n", " / ").replace("\n", " / ")
    return shown if len(shown) <= _SHOWN else shown[: _SHOWN - 3] + "..."


def same_language(one: str, other: str) -> bool:
    """Compare two tags, in whatever case they are written."""
    return one.lower() == other.lower()


def read_body(folder: Path, marks: Marks, text_iri: str) -> tuple[NormalisedText, Path]:
    """The text of ``text_iri``, cut out of its src:file as its other marks say, and the file.

    Raises SourceError with the place of the marks.
    """
    mark = marks[text_iri, "file"][0]
    place = mark.source.path, mark.line
    name = mark.words.content
    path = (folder / name).resolve()
    if folder.resolve() not in path.parents:
        raise SourceError(f"src:file {name!r} leads out of {folder}: put the text there", *place)
    lines = [
        marks[text_iri, edge][0].words.content if (text_iri, edge) in marks else None
        for edge in ("firstLine", "lastLine")
    ]
    try:
        delivered = turtle.read_text(path)
        try:
            return text.body(delivered, *lines), path
        except SourceError as error:
            raise SourceError(str(error), path) from error
    except SourceError as error:
        raise SourceError(f"<{text_iri}>: {error}", *place) from error
