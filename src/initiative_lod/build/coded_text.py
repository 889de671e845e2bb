"""Finds the words of a coding in the text: each from where the one before ends, and errors with line and column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import NoReturn

from initiative_lod.build.located_parts import LocatedDocument
from initiative_lod.build.located_text import LocatedText
from initiative_lod.errors import NotationError
from initiative_lod.iris import Iris
from initiative_lod.sources.ig_script import Act, Alternatives, CodedWords, CodingFile, Component, Item
from initiative_lod.sources.text import Span


@dataclass
class CodedText:
    """The text that a coding reads; ``spans`` are of the words found so far, by their identity."""

    file: CodingFile
    document: LocatedDocument
    located: LocatedText
    iris: Iris
    spans: dict[int, Span] = field(default_factory=dict)

    def part(self, path: str, line: int, column: int) -> str:
        """The IRI of the document's part at ``path``. Raises NotationError."""
        iri = f"{self.document.iri}/{path}" if path else self.document.iri
        if iri not in self.document.tree.parents:
            near = get_close_matches(iri, self.document.tree.parents, 1, 0.8)
            meant = f"; is “{near[0].removeprefix(self.document.iri + '/')}” meant?" if near else ""
            self.fail(line, column, f"“{path}” is no part of <{self.iris.short(self.document.iri)}>{meant}")
        return iri

    def words_of(self, iri: str, line: int) -> Span:
        """The span of a part in this text. Raises NotationError."""
        own = self.located.quotes.get(iri) or self.located.spans.get(iri)
        if own is None:
            self.fail(line, 1, f"<{self.iris.short(iri)}> has no words in the text in {self.located.language!r}")
        return own

    def locate_act(self, act: Act, iri: str, scope: Span) -> int:
        """Find the words of the act; what follows is looked for from where they begin, and may be the same."""
        at, begins = scope.start, []
        for words in (act.speaker, act.cue):
            if words is not None:
                found = self._find(words, iri, scope, at)
                if found is not None and not words.part:
                    begins.append(found.start)
                    at = found.end
        return min(begins, default=scope.start)

    def locate(self, items: Sequence[Item], iri: str, scope: Span, at: int) -> int:
        """Find the words of items in order, from ``at``; the position after the last. Raises NotationError."""
        for item in items:
            if isinstance(item, CodedWords):
                found = self._find(item, iri, scope, at)
                at = found.end if found else at
            elif isinstance(item, Alternatives):
                for branch in item.branches:
                    at = self.locate(branch, iri, scope, at)
            else:
                for words in item.words:
                    found = self._find(words, iri, scope, at)
                    at = found.end if found and not words.part else at
                for nested in item.nested:
                    at = self.locate(nested, iri, scope, at)
        return at

    def _find(self, words: CodedWords, iri: str, scope: Span, at: int) -> Span | None:
        if not words.text:
            return None
        start, where, content = at, scope, self.located.text.content
        if words.part:
            other = words.part
            if other.isdigit():
                other = f"{iri.removeprefix(self.document.iri + '/').rpartition('/')[0]}/{other}"
            where = self.words_of(self.part(other, words.line, words.column), words.line)
            start = where.start
        found = content.find(words.text, start, where.end)
        if found < 0:
            stands = content.find(words.text, where.start, where.end) >= 0
            after = content[max(where.start, start - 8) : start]
            hint = (
                f"stand before “…{after}” and not after it: write the words in the order of the text"
                if stands
                else f"do not stand in “{content[where.start : where.end]}”: copy them from the text, or say with @ "
                "where they stand"
            )
            self.fail(words.line, words.column, f"the words “{words.text}” {hint}")
        span = self.spans[id(words)] = Span(found, found + len(words.text))
        return span

    def hull(self, items: Sequence[Item]) -> Span | None:
        """From the first to the last word of components in their own part."""
        spans = list(self._own_spans(items))
        return Span(min(span.start for span in spans), max(span.end for span in spans)) if spans else None

    def _own_spans(self, items: Sequence[Item]) -> Iterator[Span]:
        for item in items:
            if isinstance(item, Component):
                for words in item.words:
                    if id(words) in self.spans and not words.part:
                        yield self.spans[id(words)]
                for nested in item.nested:
                    yield from self._own_spans(nested)
            elif isinstance(item, Alternatives):
                for branch in item.branches:
                    yield from self._own_spans(branch)

    def fail(self, line: int, column: int, message: str) -> NoReturn:
        """Raise NotationError at a place in the coding's file."""
        raise NotationError(f"column {column}: {message}", self.file.path, line)
