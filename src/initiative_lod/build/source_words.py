"""Turns a coding in the words of a translation into one in the words of the text, by the pairs of the two.

The pairs of a part are taken in their order, as the words of a text are: each from behind the one before; the cue and
the speaker of the act alone may be used again by what follows. Words of no pair are taken for words of the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from initiative_lod.errors import NotationError
from initiative_lod.sources import word_pairs
from initiative_lod.sources.ig_script import Act, Alternatives, CodedPart, CodedWords, CodingFile, Item, Statement
from initiative_lod.sources.word_pairs import WordPairs


def coding(file: CodingFile, pairs: WordPairs, content: str) -> CodingFile:
    """The coding in the words of the text, which is ``content``. Raises NotationError for words of neither."""
    words = _SourceWords(file.path, pairs, content)
    parts = [
        CodedPart(part.path, part.line, [words.statement(item, part.path) for item in part.statements], part.uncoded)
        for part in file.parts
    ]
    return replace(file, parts=tuple(parts))


@dataclass(frozen=True)
class _SourceWords:
    path: Path
    pairs: WordPairs
    content: str

    def statement(self, statement: Statement, part: str) -> Statement:
        """A statement of a part in the words of the text."""
        act, at = self._act(statement.act, part)
        items, _ = self._items(statement.items, part, at)
        return replace(statement, act=act, items=items)

    def _act(self, act: Act, part: str) -> tuple[Act, int]:
        """The act, and the number of the first pair that it uses."""
        at, begins, found = 0, [], []
        for words in (act.speaker, act.cue):
            source, number = (None, -1) if words is None else self._words(words, part, at)
            found.append(source)
            if number >= 0:
                begins.append(number)
                at = number + 1
        return replace(act, speaker=found[0], cue=found[1]), min(begins, default=0)

    def _items(self, items: Sequence[Item], part: str, at: int) -> tuple[tuple[Item, ...], int]:
        """Items, and the number of the pair behind the last one that they use. Plain words are the text's already."""
        found: list[Item] = []
        for item in items:
            if isinstance(item, CodedWords):
                found.append(item)
                continue
            inner: list[tuple[Item, ...]] = []
            words: list[CodedWords] = []
            for one in () if isinstance(item, Alternatives) else item.words:
                source, number = self._words(one, part, at)
                words.append(source)
                at = max(at, number + 1)
            for branch in item.branches if isinstance(item, Alternatives) else item.nested:
                sources, at = self._items(branch, part, at)
                inner.append(sources)
            if isinstance(item, Alternatives):
                found.append(replace(item, branches=tuple(inner)))
            else:
                found.append(replace(item, words=tuple(words), nested=tuple(inner)))
        return tuple(found), at

    def _words(self, words: CodedWords, part: str, at: int) -> tuple[CodedWords, int]:
        """Words of the text, and the number of their pair in the part; -1 for words of another part, or of no pair."""
        if not words.text:
            return words, -1
        where = f"{part.rpartition('/')[0]}/{words.part}" if words.part.isdigit() else words.part or part
        pairs, said = self.pairs.parts.get(where, ()), word_pairs.pieces(words.text)
        alike = [number for number, pair in enumerate(pairs) if pair.pieces == said]
        if alike:
            number = next((one for one in alike if one >= at or words.part), alike[0])
            return replace(words, text=pairs[number].words), -1 if words.part else number
        if words.text not in self.content:
            message = (
                f"column {words.column}: “{words.text}” stands in no pair of {where} in {self.pairs.path.name}, nor in "
                "the text: copy the words from the pair, with the number of their place (#2) if it has one"
            )
            raise NotationError(message, self.path, words.line)
        return words, -1
