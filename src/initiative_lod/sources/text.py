"""The text: how it is normalised, and where a quote stands in it. Offsets count code points from 0, end exclusive."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from initiative_lod.errors import QuoteError, SourceError

CONTEXT = 16  # code points of prefix and suffix in a quote selector
PARAGRAPHS = "\n\n"  # what stands between two
#: Characters of one text: to build and validate a million takes half a minute and 0.7 GB (docs/validation.md).
LONGEST = 4_000_000
_SHAPELESS = frozenset({"Cf", "Zs", "Zl", "Zp", "Cc"})  # general categories of Unicode
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A run of characters: ``start`` (counted from 0) up to, and without, ``end``."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a span from {self.start} to {self.end} holds nothing")

    def __contains__(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class NormalisedText:
    """A document's own words: NFC, ``\\n`` line ends, no blank at a line's end, one empty line between paragraphs.

    ``lines`` are those (from 1) of the text as delivered on which the paragraphs stand; empty for a composed text.
    """

    content: str
    lines: tuple[int, ...] = ()

    @property
    def sha256(self) -> str:
        """Hex digest of the UTF-8 bytes."""
        return hashlib.sha256(self.content.encode()).hexdigest()

    @property
    def whole(self) -> Span:
        """The span of the whole text."""
        return Span(0, len(self.content))

    def __getitem__(self, span: Span) -> str:
        return self.content[span.start : span.end]

    def before(self, span: Span) -> str:
        """Up to CONTEXT characters before ``span``."""
        return self.content[max(0, span.start - CONTEXT) : span.start]

    def after(self, span: Span) -> str:
        """Up to CONTEXT characters after ``span``."""
        return self.content[span.end : span.end + CONTEXT]

    def paragraph(self, span: Span) -> Span:
        """The whole line in which ``span`` begins."""
        start = self.content.rfind("\n", 0, span.start) + 1
        end = self.content.find("\n", span.start)
        return Span(start, len(self.content) if end < 0 else end)

    def line(self, position: int) -> int:
        """The line of the delivered text on which the character at ``position`` stands; 0 for a composed text."""
        paragraph = self.content.count(PARAGRAPHS, 0, position + 1)
        return self.lines[min(paragraph, len(self.lines) - 1)] if self.lines else 0

    def occurrences(self, quote: str, scope: Span | None = None) -> list[Span]:
        """Every place of ``quote`` in ``scope``, in order; those that overlap as well."""
        starts = _occurrences(self.content, quote, scope or self.whole) if quote else []
        return [Span(start, start + len(quote)) for start in starts]

    def find(self, quote: str, scope: Span | None = None, prefix: str = "", suffix: str = "") -> Span:
        """Span of ``quote`` in ``scope``, directly after ``prefix`` and before ``suffix``.

        Raises QuoteError (without a place) when it stands there not at all, or more than once.
        """
        scope = scope or self.whole
        quote, prefix, suffix = (unicodedata.normalize("NFC", item) for item in (quote, prefix, suffix))
        if not quote:
            raise QuoteError("the quote is empty: copy the words from the text")
        starts = [
            start
            for start in _occurrences(self.content, quote, scope)
            if self.content.endswith(prefix, 0, start) and self.content.startswith(suffix, start + len(quote))
        ]
        if len(starts) == 1:
            return Span(starts[0], starts[0] + len(quote))
        context = "".join([f" after “{prefix}”" if prefix else "", f" before “{suffix}”" if suffix else ""])
        shown = self[scope] if scope.end - scope.start <= 60 else self[Span(scope.start, scope.start + 57)] + "..."
        shown = shown.replace("\n\n", " / ").replace("\n", " / ")
        if starts:
            raise QuoteError(
                f"the quote “{quote}”{context} stands {len(starts)} times in “{shown}”: "
                "say which one with src:prefix or src:suffix"
            )
        elsewhere = len(_occurrences(self.content, quote, self.whole))
        hint = f"; it stands {elsewhere} time(s) elsewhere in the text" if elsewhere else ""
        raise QuoteError(f"the quote “{quote}”{context} does not stand in “{shown}”{hint}")


def _occurrences(content: str, quote: str, scope: Span) -> list[int]:
    starts, start = [], content.find(quote, scope.start, scope.end)
    while start >= 0:
        starts.append(start)
        start = content.find(quote, start + 1, scope.end)
    return starts


def normalise(delivered: str) -> list[str]:
    """The lines of a text as delivered: NFC, ends of line unified, blanks at line ends gone, empty lines dropped."""
    return [line for _, line in _numbered(delivered)]


def paragraphs(words: str) -> str:
    """Words as an author copied them, in one line or several, normalised as the text is."""
    return PARAGRAPHS.join(normalise(words))


def is_blank(words: str) -> bool:
    """Tell blanks and characters that have no shape, such as a zero-width space, from words."""
    return all(map(_shapeless, words))


@lru_cache(maxsize=65_536)
def _shapeless(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in _SHAPELESS


def _numbered(delivered: str) -> list[tuple[int, str]]:
    unified = unicodedata.normalize("NFC", delivered.removeprefix("\ufeff")).replace("\r\n", "\n").replace("\r", "\n")
    return [(number, line.strip()) for number, line in enumerate(unified.split("\n"), 1) if not is_blank(line)]


def body(delivered: str, first_line: str | None = None, last_line: str | None = None) -> NormalisedText:
    """The document's own words in a text as delivered: from the last line that is ``first_line`` to ``last_line``.

    What stands outside (a title printed twice, a licence notice) is not part of the document. Without ``first_line``
    the text begins with its first words, without ``last_line`` it ends with its last.
    Raises SourceError when one of the lines is not there, they stand the wrong way round, there are no words, or there
    are more than LONGEST characters.
    """
    if len(delivered) > LONGEST:
        raise SourceError(
            f"the text has {len(delivered):,} characters, and may have {LONGEST:,}: publish it as several documents, a "
            "volume or a part each"
        )
    numbered = _numbered(delivered)
    lines = [line for _, line in numbered]
    if not lines:
        raise SourceError("the file of the text is empty: put the words of the document into it, one paragraph a line")
    if control := _CONTROL.search(delivered):
        line = delivered.count("\n", 0, control.start()) + 1
        raise SourceError(
            f"the text holds the control character U+{ord(control[0]):04X} (line {line}), which no plain text has: "
            "take it out"
        )
    start, end = 0, len(lines)
    if first_line is not None:
        first = unicodedata.normalize("NFC", first_line.strip())
        starts = [index for index, line in enumerate(lines) if line == first]
        if not starts:
            raise SourceError(f"no line of the text is “{first}”, its first line: correct src:firstLine")
        start = starts[-1]
    if last_line is not None:
        last = unicodedata.normalize("NFC", last_line.strip())
        ends = [index for index, line in enumerate(lines) if line == last]
        if len(ends) != 1:
            raise SourceError(
                f"its last line, “{last}”, stands in the text {len(ends)} times, and must stand there once: correct "
                "src:lastLine"
            )
        end = ends[0] + 1
    if start >= end or (first_line is not None and last_line is not None and start == end - 1):
        raise SourceError(
            "the text's first line stands after its last line, or is it: correct src:firstLine or src:lastLine"
        )
    return NormalisedText(PARAGRAPHS.join(lines[start:end]), tuple(number for number, _ in numbered[start:end]))
