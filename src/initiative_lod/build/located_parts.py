"""Finds every part and every quote of one document in its text, and proves that the parts cover it.

Owns the spans: headings and leads, paragraphs, clauses, conditions, evidence. Makes no RDF.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from initiative_lod.errors import CoverageError, QuoteError, SourceError, SourceErrors
from initiative_lod.iris import Iris, slug
from initiative_lod.sources import text, turtle
from initiative_lod.sources.notation import Bracket
from initiative_lod.sources.text import NormalisedText, Span
from initiative_lod.sources.turtle import SourceFile

Marks = Mapping[tuple[str, str], tuple[str, SourceFile]]
LINE = "\n"


@dataclass(frozen=True)
class Coverage:
    """Characters of a part, and how many of them its headings and clauses hold."""

    part: str
    covered: int
    characters: int


@dataclass
class LocatedDocument:
    """One document: its text, and where its parts stand. Keys are IRIs (in the sources' base)."""

    iri: str
    text_iri: str
    text: NormalisedText
    kinds: Mapping[str, str]
    pillars: Mapping[str, str]
    iris: Iris
    places: Mapping[str, tuple[Path, int]] = field(default_factory=dict)
    spans: dict[str, Span] = field(default_factory=dict)
    headings: dict[str, Span] = field(default_factory=dict)
    leads: dict[str, Span] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    coverage: list[Coverage] = field(default_factory=list)

    @property
    def language(self) -> str:
        """The language of its text: the last segment of the text's IRI."""
        return slug(self.text_iri)

    def locate(self, marks: Marks) -> None:
        """Find every part. Raises SourceErrors with all that could not be found, or that leaves a gap."""
        errors: list[SourceError] = []
        lost: set[str] = set()
        for kinds, step in (
            (("Pillar", "Action"), self._heading),
            (("Paragraph", "Conclusion"), self._paragraph),
            (("Pillar",), self._lead),
            (("Clause",), self._clause),
        ):
            for part in self._of(*kinds):
                if part in lost or (self.iris.parent(part) or ("",))[0] in lost:
                    continue  # one error for what was not found, and none for all that is in it
                try:
                    step(part, marks)
                except SourceError as error:
                    lost.add(part)
                    errors.append(error)
        if not errors:
            errors += self._partitions(marks)
        if errors:
            raise SourceErrors(errors)
        self._enclose()

    def scope(self, subject: str) -> Span:
        """The words that are ``subject``'s own, in which its evidence is looked for. Raises KeyError."""
        return self.headings.get(subject) or self.spans[subject]

    def find(self, bracket: Bracket) -> Span | None:
        """The span of a bracket's quote; None when it has none. Raises QuoteError with file and line."""
        if bracket.quote is None:
            return None
        place = bracket.source.path, bracket.line
        scope = bracket.scope or bracket.subject.value
        try:
            return self.text.find(bracket.quote, self.scope(scope), bracket.prefix, bracket.suffix)
        except KeyError:
            raise QuoteError(f"<{scope}> is no part of the document, so no quote can stand in it", *place) from None
        except QuoteError as error:
            raise QuoteError(f"<{self.iris.path(bracket.subject.value)}>: {error}", *place) from None

    def _of(self, *kinds: str) -> list[str]:
        """The parts of these kinds, in the order of their parents and numbers."""

        def order(part: str) -> tuple[str, int]:
            parent = self.iris.parent(part)
            return (parent[0], parent[1]) if parent else (part, 0)

        return sorted((part for part, kind in self.kinds.items() if kind in kinds), key=order)

    def _mark(self, part: str, name: str, marks: Marks) -> tuple[str, SourceFile]:
        try:
            return marks[part, name]
        except KeyError:
            place = self.places.get(part, (None, 0))
            raise SourceError(f"<{part}> has no src:{name}: every {self.kinds[part]} needs one", *place) from None

    def _find(
        self, part: str, name: str, marks: Marks, scope: Span | None = None, prefix: str = "", suffix: str = ""
    ) -> Span:
        quote, source = self._mark(part, name, marks)
        try:
            return self.text.find(quote, scope, prefix, suffix)
        except QuoteError as error:
            raise QuoteError(f"<{self.iris.path(part)}>: {error}", source.path, source.line(part, quote)) from None

    def _number(self, part: str, source: SourceFile) -> None:
        kind, place = self.kinds[part], (source.path, source.line(part))
        parent_and_number = self.iris.parent(part)
        if parent_and_number is None or f"/{kind.lower()}/" not in part[len(parent_and_number[0]) :]:
            raise SourceError(f"<{part}> does not end in its kind and number, as in …/{kind.lower()}/3", *place)
        parent, self.numbers[part] = parent_and_number
        if kind == "Action":
            if part not in self.pillars:
                raise SourceError(f"<{part}> names no pillar with dcterms:isPartOf", *place)
            parent = self.pillars[part]
        if parent not in self.kinds and (parent != self.iri or kind != "Pillar"):
            raise SourceError(f"<{part}> is a part of <{parent}>, which is not there", *place)
        self.parents[part] = parent

    def _heading(self, part: str, marks: Marks) -> None:
        """A heading begins a line; a pillar's is the whole line. The action's own span is its whole paragraph."""
        self._number(part, self._mark(part, "heading", marks)[1])
        pillar = self.kinds[part] == "Pillar"
        self.headings[part] = self._find(part, "heading", marks, prefix=LINE, suffix=LINE if pillar else "")
        if not pillar:
            self.spans[part] = self.text.paragraph(self.headings[part])

    def _lead(self, part: str, marks: Marks) -> None:
        if (part, "lead") in marks:
            self.leads[part] = self._find(part, "lead", marks, prefix=LINE, suffix=LINE)

    def _paragraph(self, part: str, marks: Marks) -> None:
        quote, source = self._mark(part, "quote", marks)
        if self.kinds[part] == "Paragraph":
            self._number(part, source)
        else:
            self.parents[part] = self.iri
        self.spans[part] = self._find(part, "quote", marks)
        if self.spans[part] != self.text.paragraph(self.spans[part]):
            raise CoverageError(f"<{part}> is not a whole paragraph of the text", source.path, source.line(part, quote))

    def _clause(self, part: str, marks: Marks) -> None:
        source = self._mark(part, "quote", marks)[1]
        self._number(part, source)
        parent = self.parents[part]
        scope = self.leads.get(parent) or self.spans.get(parent)
        if scope is None:
            raise SourceError(
                f"<{part}> is a clause of <{parent}>, which has no src:lead", source.path, source.line(part)
            )
        self.spans[part] = self._find(part, "quote", marks, scope)

    def _partitions(self, marks: Marks) -> Iterable[SourceError]:
        """Heading and clauses of an action, and the clauses of a lead, end to end: no gap, no overlap, in order."""
        clauses: dict[str, list[str]] = defaultdict(list)
        for part in self._of("Clause"):
            clauses[self.parents[part]].append(part)
        for part in self._of("Action", "Pillar"):
            whole = self.leads.get(part) if self.kinds[part] == "Pillar" else self.spans[part]
            if whole is None:
                continue
            position = whole.start if self.kinds[part] == "Pillar" else self.headings[part].end
            covered = position - whole.start
            source = self._mark(part, "heading", marks)[1]
            for clause in sorted(clauses[part], key=self.numbers.__getitem__):
                span = self.spans[clause]
                quote, source = self._mark(clause, "quote", marks)
                place = source.path, source.line(clause, quote)
                if span.start > position:
                    missed = self.text[Span(position, span.start)]
                    yield CoverageError(f"no clause of <{self.iris.path(part)}> holds “{missed}”", *place)
                elif span.start < position:
                    yield CoverageError(f"<{self.iris.path(clause)}> overlaps the clause before it", *place)
                covered += span.end - max(span.start, position)
                position = max(position, span.end)
            if position < whole.end:
                missed = self.text[Span(position, whole.end)]
                place = source.path, source.line(part)
                yield CoverageError(f"no clause of <{self.iris.path(part)}> holds “{missed}”", *place)
            self.coverage.append(Coverage(part, covered, whole.end - whole.start))

    def _enclose(self) -> None:
        """A pillar reaches from its heading to its last action, a preamble from its first paragraph to its last."""
        for part, kind in self.kinds.items():
            inside = [
                self.spans[child] for child, parent in self.parents.items() if parent == part and child in self.spans
            ]
            if kind == "Pillar":
                own = [self.headings[part], *([self.leads[part]] if part in self.leads else [])]
                self.spans[part] = Span(own[0].start, max(span.end for span in [*own, *inside]))
            elif kind == "Preamble":
                if not inside:
                    raise SourceError(f"<{part}> has no paragraph", *self.places.get(part, (None, 0)))
                self.parents[part] = self.iri
                self.spans[part] = Span(min(span.start for span in inside), max(span.end for span in inside))


def read_body(folder: Path, marks: Marks, text_iri: str) -> NormalisedText:
    """The text of ``text_iri``, cut out of its src:file as its other marks say.

    Raises SourceError with the place of the marks.
    """
    source = marks[text_iri, "file"][1]
    place = source.path, source.line(text_iri)
    values: dict[str, str] = {}
    for name in ("file", "firstLine", "lastLine"):
        if (text_iri, name) not in marks:
            raise SourceError(f"<{text_iri}> has no src:{name}: a text has a file, a first and a last line", *place)
        values[name] = marks[text_iri, name][0]
    path = (folder / values["file"]).resolve()
    if folder.resolve() not in path.parents:
        raise SourceError(f"src:file {values['file']!r} leads out of {folder}", *place)
    try:
        return text.body(turtle.read_text(path), values["firstLine"], values["lastLine"])
    except SourceError as error:
        raise SourceError(f"<{text_iri}>: {error}", *place) from error
