"""Finds every part and every quote of one document in its texts, and proves that the parts cover them.

Owns the spans: headings and leads, the words of parts, evidence, what is left out and what is left over. Makes no RDF.

A part has a heading (``src:heading``), a lead (``src:lead``), words of its own (``src:quote``), and parts below it; it
reaches from the first of these to the last. A heading that is not a whole line begins a paragraph of the part's own.
Words that stand more than once are those that come next after the part before, or after the heading of the part above.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from initiative_lod.build.located_text import LocatedText, same_language, shortened
from initiative_lod.build.part_tree import PartTree, Place
from initiative_lod.errors import CoverageError, NotationError, QuoteError, SourceError, SourceErrors
from initiative_lod.sources import text
from initiative_lod.sources.authoring_notation import AuthoredMark, Bracket, LeftOut, Marks, Words
from initiative_lod.sources.text import Span

#: Kinds that fill whole paragraphs.
WHOLE_PARAGRAPHS = ("Paragraph", "Conclusion")
#: Kinds that clauses cover from end to end: of an action what follows its heading, of a pillar its lead.
SPELT_OUT = ("Action", "Pillar")
CLAUSE = "Clause"


@dataclass(frozen=True)
class Coverage:
    """Characters of a part that its headings and clauses hold; of a text, blanks aside, that its parts hold."""

    part: str
    covered: int
    characters: int
    is_text: bool = False


@dataclass
class LocatedDocument:
    """One document: its tree of parts, and its texts that have a file, in the order of their IRIs."""

    tree: PartTree
    texts: Sequence[LocatedText]
    places: Mapping[str, Place] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)
    coverage: list[Coverage] = field(default_factory=list)

    @property
    def iri(self) -> str:
        """The document's IRI."""
        return self.tree.iri

    def locate(self, marks: Marks, left_out: Iterable[LeftOut] = ()) -> None:
        """Find every part in every text. Raises SourceErrors with all that could not be found, or that overlaps."""
        errors: list[SourceError] = []
        for located in self.texts:
            errors += located.leave_out(item for item in left_out if item.text == located.iri)
        errors += self._languages(marks)
        for located in self.texts:
            if (title := located.mark(marks, self.iri, "heading")) is not None:
                candidates = located.heading_candidates(title)
                try:
                    span = self._next(self.iri, located, title, marks, 0, "its title", candidates)
                    located.headings[self.iri] = span
                except SourceError as error:
                    errors.append(error)
        lost: set[str] = set()
        for part in self.tree.parts():
            if self.tree.parents[part] in lost:
                lost.add(part)  # one error for what was not found, and none for all that is in it
                continue
            try:
                found = [self._locate(part, located, marks) for located in self.texts]
                if not any(found) and (self.tree.kinds[part] in SPELT_OUT or not self.tree.children(part)):
                    raise self._error(part, _no_words(self.tree.kinds[part]))
            except SourceError as error:
                lost.add(part)
                errors.append(error)
        if not errors:
            for located in self.texts:
                self._enclose(located)
                errors += self._print_numbers(located, marks)
                errors += self._overlaps(located)
                errors += self._partitions(located, marks)
        if errors:
            raise SourceErrors(errors)
        for located in self.texts:
            self._measure(located)
        self._order()

    def find(self, bracket: Bracket) -> list[tuple[LocatedText, Span]]:
        """The spans of a bracket's quotes, each with its text. Raises QuoteError with file and line."""
        found = []
        for quote in bracket.quotes:
            place = bracket.source.path, bracket.line
            located = self._text_of(quote)
            if located is None:
                raise QuoteError(f"<{_last(bracket.subject.value)}>: {self._which(quote)}", *place)
            scope = bracket.scope or bracket.subject.value
            own = located.headings.get(scope)
            scopes = (
                [own]
                if own and not located.is_own_line(own)[1]
                else located.own(scope) or [span for span in [located.spans.get(scope)] if span]
            )
            if not scopes:
                if scope != self.iri and scope not in self.tree.parents:
                    message = f"<{scope}> is no part of the document, so no quote can stand in it: correct src:in"
                    raise QuoteError(message, *place)
                name = located.file.name
                message = f"<{scope}> has no words in {name}, so no quote can stand in it: give it src:quote"
                raise QuoteError(message, *place)
            prefix = bracket.prefixes.get(quote.language, bracket.prefixes.get("", ""))
            suffix = bracket.suffixes.get(quote.language, bracket.suffixes.get("", ""))
            try:
                found.append((located, located.find(quote.content, scopes, prefix, suffix)))
            except QuoteError as error:
                raise QuoteError(f"<{_last(bracket.subject.value)}>: {error}", *place) from None
        return found

    # --- Where a part is

    def _locate(self, part: str, located: LocatedText, marks: Marks) -> bool:
        """Find what a part has in one text; False when it has nothing there."""
        kind, parent = self.tree.kinds[part], self.tree.parents[part]
        heading, lead, quote = (located.mark(marks, part, name) for name in ("heading", "lead", "quote"))
        if kind == CLAUSE and quote is not None:
            self._locate_clause(part, parent, located, marks, quote)
            return True
        lower = self._lower(part, located)
        if heading is not None:
            span = self._next(part, located, heading, marks, lower, "its heading", located.heading_candidates(heading))
            located.headings[part], lower = span, span.end
            if quote is None and lead is None and not located.is_own_line(span)[1]:
                line = located.text.paragraph(span)
                located.words[part] = [Span(span.end, line.end)]
        if lead is not None:
            span = self._next(part, located, lead, marks, lower, "its lead")
            located.leads[part], lower = span, span.end
            located.words.setdefault(part, []).append(span)
        if quote is not None:
            span = self._next(part, located, quote, marks, lower, "its words")
            located.quotes[part] = span
            located.words.setdefault(part, []).append(span)
            if kind in WHOLE_PARAGRAPHS and not all(located.is_own_line(span)):
                message = f"<{_last(part)}> is not a whole paragraph of the text, as a {kind} is: quote all of its line"
                raise CoverageError(message, quote.source.path, quote.line)
        return heading is not None or lead is not None or quote is not None

    def _locate_clause(self, part: str, parent: str, located: LocatedText, marks: Marks, quote: AuthoredMark) -> None:
        scopes = located.words.get(parent, [])
        place = quote.source.path, quote.line
        if not scopes:
            has = "src:lead, as is the sentence after a heading" if parent in located.headings else "words of its own"
            raise self._error(part, f"is a clause of <{_last(parent)}>, which has no {has}: give it that")
        prefix, suffix = (located.mark(marks, part, name) for name in ("prefix", "suffix"))
        try:
            span = located.find(
                quote.words.content,
                scopes,
                *(item.words.content if item else "" for item in (prefix, suffix)),
            )
        except QuoteError as error:
            raise QuoteError(f"<{_last(part)}>: {error}", *place) from None
        located.quotes[part] = span
        located.words[part] = [span]

    def _lower(self, part: str, located: LocatedText) -> int | None:
        """Earliest start of a part's words: after the part before it, else after the heading that it lies under."""
        before = self.tree.before(part)
        if before is not None and before in located.words.keys() | located.headings.keys():
            return max(span.end for item in self.tree.family(before) for span in located.own(item) or [Span(0, 1)])
        for above in self.tree.above(part):
            if own := located.own(above):
                return located.headings[above].end if above in located.headings else own[0].start
        return None

    def _next(
        self,
        part: str,
        located: LocatedText,
        mark: AuthoredMark,
        marks: Marks,
        lower: int | None,
        what: str,
        candidates: list[Span] | None = None,
    ) -> Span:
        """The words of a mark: where they stand only once, else the first of them from ``lower`` on."""
        content = text.paragraphs(mark.words.content)
        if candidates is None:
            candidates = located.occurrences(content)
        for name in ("prefix", "suffix"):
            if (beside := located.mark(marks, part, name)) is not None and what != "its heading":
                words = unicodedata.normalize("NFC", beside.words.content)
                candidates = [
                    span
                    for span in candidates
                    if (
                        located.text.content.endswith(words, 0, span.start)
                        if name == "prefix"
                        else located.text.content.startswith(words, span.end)
                    )
                ]
        candidates = [span for span in candidates if not located.is_left_out(span.start)] or candidates
        if len(candidates) > 1 and lower is not None:
            candidates = [span for span in candidates if span.start >= lower][:1] or candidates
        if len(candidates) == 1:
            return candidates[0]
        place = mark.source.path, mark.line
        name, shown = _last(part), shortened(content)
        if candidates:
            lines = ", ".join(str(located.text.line(span.start)) for span in candidates[:5])
            raise QuoteError(
                f"<{name}>: {what}, “{shown}”: found {len(candidates)} times in {located.file.name} (lines {lines}); "
                "say which with src:prefix or src:suffix",
                *place,
            )
        if located.occurrences(content):
            message = f"<{name}>: {what}, “{shown}”: found in {located.file.name}, but not at the beginning of a line"
            raise QuoteError(message, *place)
        message = f"<{name}>: {what}, “{shown}”: not found in {located.file.name}{located.nearest(content)}"
        raise QuoteError(message, *place)

    # --- What is proved

    def _enclose(self, located: LocatedText) -> None:
        """A part reaches from the first of its own words, and of the parts in it, to the last."""
        for part in reversed(self.tree.parts()):
            spans = [
                *located.own(part),
                *(located.spans[item] for item in self.tree.children(part) if item in located.spans),
            ]
            if spans:
                located.spans[part] = Span(min(span.start for span in spans), max(span.end for span in spans))

    def _print_numbers(self, located: LocatedText, marks: Marks) -> Iterator[SourceError]:
        """A part begins with its number as printed, or has it below a heading that stands above it."""
        for part, span in located.spans.items():
            if (number := located.mark(marks, part, "number")) is None:
                continue
            printed = unicodedata.normalize("NFC", number.words.content.strip())
            heading = located.headings.get(part)
            begins = [located.text[own] for own in (span, *located.own(part))]
            begins += located.text[heading].split("\n") if heading else []
            if printed and any(words.startswith(printed) for words in begins):
                located.printed[part] = printed
            else:
                shown = shortened(located.text[span][:12])
                message = f"<{_last(part)}>: its words begin with “{shown}”, and not with its src:number, “{printed}”"
                yield QuoteError(message, number.source.path, number.line)

    def _overlaps(self, located: LocatedText) -> Iterator[SourceError]:
        """No two parts have the same words, unless one is in the other; parts numbered together come in order."""
        held = sorted((span, part) for part in self.tree.parts() for span in located.own(part))
        for index, (span, part) in enumerate(held):
            for other_span, other in held[index + 1 :]:
                if other_span.start >= span.end:
                    break
                inside = other in self.tree.above(part) or part in self.tree.above(other)
                if other != part and not inside and CLAUSE not in (self.tree.kinds[part], self.tree.kinds[other]):
                    words = shortened(located.text[Span(other_span.start, min(span.end, other_span.end))])
                    message = (
                        f"has the same words as <{_last(part)}>: “{words}”. Words lie in one part: correct a src:quote"
                    )
                    yield self._error(other, message, CoverageError)
        for part in self.tree.parts():
            before = self.tree.before(part)
            if before is None or self.tree.kinds[part] == CLAUSE:
                continue
            earlier, later = located.spans.get(before), located.spans.get(part)
            if earlier is not None and later is not None and later.start < earlier.end:
                message = f"begins in the text before <{_last(before)}> ends: numbers follow the text"
                yield self._error(part, message, CoverageError)

    def _partitions(self, located: LocatedText, marks: Marks) -> Iterator[SourceError]:
        """Clauses come in order, do not overlap, and cover an action and a pillar's lead end to end."""
        for part in self.tree.parts():
            clauses = [
                item for item in self.tree.children(part) if self.tree.kinds[item] == CLAUSE and item in located.quotes
            ]
            whole = located.words.get(part, [])
            spelt_out = self.tree.kinds[part] in SPELT_OUT and bool(whole)
            if not whole or not (clauses or spelt_out):
                continue
            position, end = whole[0].start, whole[-1].end
            place = self.places.get(part, (None, 0))
            for clause in sorted(clauses, key=self.tree.numbers.__getitem__):
                span = located.quotes[clause]
                mark = located.mark(marks, clause, "quote")
                place = (mark.source.path, mark.line) if mark else place
                if span.start < position:
                    message = f"<{_last(clause)}> overlaps the clause before it: clauses follow one another in the text"
                    yield CoverageError(message, *place)
                elif spelt_out and not text.is_blank(missed := located.text.content[position : span.start]):
                    message = f"no clause of <{_last(part)}> holds “{missed.strip()}”: quote these words in one"
                    yield CoverageError(message, *place)
                position = max(position, span.end)
            if spelt_out and position < end and not text.is_blank(missed := located.text.content[position:end]):
                yield self._error(part, f"has words that no clause of it quotes: “{missed.strip()}”", CoverageError)

    def _measure(self, located: LocatedText) -> None:
        """Count what is covered, and list what is left over: words that lie in no part and are not left out."""
        content = located.text.content
        held = bytearray(len(content))
        for span in (span for part in self.tree.parts() for span in located.own(part)):
            held[span.start : span.end] = b"\1" * (span.end - span.start)
        if (title := located.headings.get(self.iri)) is not None:
            held[title.start : title.end] = b"\1" * (title.end - title.start)
        located.left_out = [item for item in located.left_out if not any(held[item[0].start : item[0].end])]
        for span, _ in located.left_out:
            held[span.start : span.end] = b"\1" * (span.end - span.start)
        located.gaps = list(located.left_over(held))
        words = sum(not text.is_blank(char) for char in content)
        missed = sum(not text.is_blank(char) for gap in located.gaps for char in located.text[gap.span])
        self.coverage.append(Coverage(located.iri, words - missed, words, is_text=True))
        for part in self.tree.parts():
            own = located.words.get(part, [])
            clauses = [
                located.quotes[item]
                for item in self.tree.children(part)
                if self.tree.kinds[item] == CLAUSE and item in located.quotes
            ]
            if self.tree.kinds[part] in SPELT_OUT and own:
                inline = part in located.headings and part not in located.leads and part not in located.quotes
                begin = located.headings[part].start if inline else own[0].start
                covered = (own[0].start - begin) + sum(span.end - span.start for span in clauses)
                self.coverage.append(Coverage(part, covered, own[-1].end - begin))

    def _order(self) -> None:
        """Number the parts in reading order, by the first text that has them; a part comes before the parts in it."""

        def key(part: str) -> tuple[int, int, int, int]:
            for index, located in enumerate(self.texts):
                if (span := located.spans.get(part)) is not None:
                    return index, span.start, -span.end, self.tree.depth(part)
            return len(self.texts), 0, 0, self.tree.depth(part)

        self.positions = {part: position for position, part in enumerate(sorted(self.tree.parents, key=key), 1)}

    # --- Messages

    def _error(self, part: str, message: str, kind: type[SourceError] = SourceError) -> SourceError:
        return kind(f"<{_last(part)}> {message}", *self.places.get(part, (None, 0)))

    def _languages(self, marks: Marks) -> Iterator[SourceError]:
        """Marks that are about no text of the document, or about more than one."""
        for (subject, name), all_of_it in marks.items():
            if name in ("file", "firstLine", "lastLine") or (subject != self.iri and subject not in self.tree.parents):
                continue
            for mark in all_of_it:
                if self._text_of(mark.words) is None:
                    message = f"<{_last(subject)}> src:{name}: {self._which(mark.words)}"
                    yield NotationError(message, mark.source.path, mark.line)

    def _text_of(self, words: Words) -> LocatedText | None:
        if not words.language:
            return self.texts[0] if len(self.texts) == 1 else None
        return next((item for item in self.texts if same_language(item.language, words.language)), None)

    def _which(self, words: Words) -> str:
        languages = " or ".join(f'"…"@{item.language}' for item in self.texts)
        if words.language:
            return f"the document has no text with a file in {words.language!r}: a quote is {languages}"
        return f"the document has several texts, and the quote does not say of which it is: write {languages}"


def _no_words(kind: str) -> str:
    if kind in ("Action", "Pillar"):
        return f"has no src:heading: every {kind} needs one"
    if kind in (CLAUSE, *WHOLE_PARAGRAPHS):
        return f"has no src:quote: every {kind} needs one"
    return "has no words: give it src:heading, src:quote, or parts"


def _last(part: str) -> str:
    """A part's IRI from ``id/`` on."""
    at = part.find("/id/")
    return part[at + 1 :] if at >= 0 else part
