"""Writes a coding in IG Script, as an author would, in the words of the text or of a translation; and their pairs.

Read and built once more, either makes the same graph: the one in the words of a translation with the pairs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from initiative_lod.build.coded_statements import SYMBOLS, CodedComponent, CodedDocument, CodedStatement
from initiative_lod.iris import Iris
from initiative_lod.languages import LABEL_LANGUAGES
from initiative_lod.sources import word_pairs
from initiative_lod.sources.ig_script import carried, escaped
from initiative_lod.sources.word_pairs import BETWEEN, NONE


class ScriptWriter:
    """IG Script of one coding, in the words of the text or in those of a translation."""

    def __init__(self, document: CodedDocument, iris: Iris, language: str = "") -> None:
        self._document, self._iris = document, iris
        self._coding = document.coding
        self._language = language if language in document.renderings else ""

    def whole(self) -> str:
        """The file: head, parts in the order of the text, their statements."""
        head = [
            ("document", self._iris.short(self._coding.document)),
            ("language", self._document.language),
            ("words", self._language),
            ("coding", self._coding.name if self._coding.is_rival else ""),
            *self._coding.head.items(),
        ]
        lines = [f"{key}: {value}" for key, value in head if value]
        if self._language:
            lines.insert(
                0,
                f"# In the words of the translation in “{self._language}”, in the order of the text, and in those of "
                "the text where it has none. With the pairs of the two it makes the same graph.",
            )
        for part in self._document.in_order():
            lines += ["", f"== {self._short(part)}", *self.part(part)]
        return "\n".join(lines) + "\n"

    def part(self, part: str) -> list[str]:
        """The statements of a part, each with its doubts; or why it has none."""
        lines = []
        for statement in self._coding.parts.get(part, ()):
            lines.append(self.statement(statement))
            if statement.doubts:
                lines.append("? " + " | ".join(statement.doubts.get(tag, "") for tag in LABEL_LANGUAGES))
        if part in self._coding.uncoded:
            lines.append("uncoded: " + " | ".join(self._coding.uncoded[part].get(tag, "") for tag in LABEL_LANGUAGES))
        return lines

    def statement(self, statement: CodedStatement) -> str:
        """A statement on one line."""
        start, _ = self._document.spans.get(statement.part, (0, 0))
        body, _ = self._body(statement, start)
        return f"{self._act(statement)} {body}".rstrip()

    def _act(self, statement: CodedStatement) -> str:
        act, speaker = statement.of("speechAct"), statement.of("speaker")
        written = self._concept(act[0].concept, ("modality",)) if act else "state"
        if act and (act[0].text or act[0].implied):
            written += f": {self._words(act[0], statement)}"
        if speaker:
            written += f"; speaker: {self._words(speaker[0], statement)}"
        return f"[{written}{f'; {statement.operator.lower()}' if statement.operator else ''}]"

    def _body(self, statement: CodedStatement, position: int) -> tuple[str, int]:
        """The components in order, with the text between them, from ``position`` on; and where they end."""
        components = [item for item in statement.components if item.role not in ("speechAct", "speaker")]
        suffixes = _suffixes(components)
        pieces: list[str] = []
        for items in _groups(components):
            first = items[0]
            if not first.implied and first.start >= position:
                pieces.append(self._between(position, first, bool(pieces) and not self._language))
            written, end = self._component(items, statement, suffixes)
            pieces.append(written)
            position = end if end >= 0 else position
        return " ".join(piece for piece in pieces if piece), position

    def _between(self, position: int, item: CodedComponent, within: bool) -> str:
        """The text before a component: within a statement, and where its words would be found too early without."""
        content = self._document.content
        first = item
        while first.nested is not None:
            inner = [other for other in first.nested.components if not other.implied and other.start >= 0]
            if not inner:
                break
            first = min(inner, key=lambda other: other.order)
        needed = content.find(first.text, position) != first.start
        return escaped(content[position : item.start]) if within or needed else ""

    def _component(
        self, items: Sequence[CodedComponent], statement: CodedStatement, suffixes: dict[str, str]
    ) -> tuple[str, int]:
        first = items[0]
        role = first.role
        if role == "qualifier":
            target = next(item for item in statement.components if item.iri in first.qualifies)
            symbol = f"{SYMBOLS[target.role]}{suffixes.get(first.iri, '')},p"
        else:
            symbol = f"{SYMBOLS[role]}{suffixes.get(first.iri, '')}"
        context = self._concept(first.context, ("context",)) if first.context else ""
        if first.nested is not None:
            bare = symbol.removesuffix(",p")
            note = f"[{context}]" if context else ""
            bodies = []
            end = first.start
            for item in items:
                assert item.nested is not None
                body, end = self._body(item.nested, end if end >= 0 else 0)
                bodies.append(body)
            if len(bodies) == 1:
                return f"{symbol}{note}{{{bodies[0]}}}", end
            joined = f" [{first.operator or 'AND'}] ".join(f"{bare}{{{body}}}" for body in bodies)
            return f"{symbol}{note}{{{joined}}}", end
        concepts = [self._concept(item.concept) for item in items if item.concept]
        note = f"{context}: {', '.join(concepts)}" if context and concepts else context or ", ".join(concepts)
        words = f" [{first.operator}] ".join(self._words(item, statement) for item in items)
        ends = [item.end for item in items if not item.implied]
        return f"{symbol}{f'[{note}]' if note else ''}({words})", max(ends, default=-1)

    def _words(self, item: CodedComponent, statement: CodedStatement) -> str:
        where = self._part_at(item, statement) if item.implied and item.start >= 0 else ""
        text = escaped(self._translated(item, where or self._short(statement.part)) or item.text)
        if not item.implied:
            return text
        above, _, number = where.rpartition("/")
        short = statement.part == f"{self._coding.document}/{above}/{statement.part.rpartition('/')[2]}"
        if short and dict(item.reasons) == dict(zip(LABEL_LANGUAGES, carried(number), strict=True)):
            return f"{text} @{number}"
        reasons = " | ".join(item.reasons.get(tag, "") for tag in LABEL_LANGUAGES)
        return f"{text} @{where} | {reasons}".strip()

    def pairs(self) -> str:
        """The words of the components and those of the translation, by part: what a coding in the latter is read by."""
        name = self._coding.graph.rpartition("/")[2].removeprefix("coding-")
        head = f"document: {self._iris.short(self._coding.document)}\ncoding: {name}\nlanguage: {self._language}\n"
        found: dict[str, dict[tuple[int, int], str]] = defaultdict(dict)
        for part in self._document.in_order():
            for statement in (inner for top in self._coding.parts.get(part, ()) for inner in top.everything()):
                for item in statement.components:
                    if item.text and item.nested is None:
                        where = self._part_at(item, statement) if item.implied else self._short(part)
                        said = self._translated(item, where) or NONE
                        found[where][item.start, item.end] = f"{item.text} = {said}"
        order = [where for where in map(self._short, self._document.in_order()) if where in found]
        lines = [f"== {where}\n{' | '.join(words for _, words in sorted(found[where].items()))}" for where in order]
        return "\n".join([head, *lines]) + "\n"

    def _translated(self, item: CodedComponent, part: str) -> str:
        """The words of a component in the translation, as in its pair; empty where it has none."""
        said = item.translations.get(self._language, "")
        if not said:
            return ""
        rendering = self._document.renderings[self._language]
        start, end = rendering.places[f"{self._coding.document}/{part}"]
        spans = [(first, last) for text, first, last in item.translated if text == rendering.text]
        written = []
        for words in said.split(BETWEEN):
            place = next(place for place in spans if rendering.content[slice(*place)] == words)
            spans.remove(place)
            places = word_pairs.places(words, rendering.content[start:end])
            written.append(words if len(places) == 1 else f"{words} #{places.index(place[0] - start) + 1}")
        return BETWEEN.join(written)

    def _short(self, part: str) -> str:
        """The path of a part after its document's."""
        return part.removeprefix(f"{self._coding.document}/")

    def _part_at(self, item: CodedComponent, statement: CodedStatement) -> str:
        """The smallest part in which the words stand."""
        holding = [
            (end - start, part)
            for part, (start, end) in self._document.spans.items()
            if start <= item.start and item.end <= end and part != statement.part
        ]
        return self._short(min(holding)[1]) if holding else ""

    def _concept(self, iri: str, plain: Sequence[str] = ("aim",)) -> str:
        """The slug of a concept, with its scheme before it unless its symbol has one scheme."""
        path = iri.removeprefix(f"{self._coding.document}/")
        path = path if path != iri else self._iris.short(iri).removeprefix("id/")
        scheme, _, name = path.partition("/")
        return name if scheme in plain else path


def _suffixes(components: Sequence[CodedComponent]) -> dict[str, str]:
    """Numbers for the components that some qualifier qualifies while it leaves out others of their symbol."""
    found: dict[str, str] = {}
    for item in components:
        if item.role != "qualifier" or not item.qualifies:
            continue
        targets = [other for other in components if other.iri in item.qualifies]
        alike = [other for other in components if other.role == targets[0].role]
        if len(targets) < len(alike):
            number = next((found[other.iri] for other in targets if other.iri in found), "")
            number = number or str(len({*found.values()}) + 1)
            found |= {other.iri: number for other in targets} | {item.iri: number}
    return found


def _groups(components: Sequence[CodedComponent]) -> list[list[CodedComponent]]:
    """The components in order; together what one combination joins: neighbours of one role with one operator."""
    found: list[list[CodedComponent]] = []
    for item in components:
        before = found[-1][-1] if found else None
        if (
            before is not None
            and item.operator
            and (before.role, before.operator, before.context) == (item.role, item.operator, item.context)
            and before.qualifies == item.qualifies
            and (before.nested is None) == (item.nested is None)
            and bool(before.concept) == bool(item.concept)
        ):
            found[-1].append(item)
        else:
            found.append([item])
    return found
