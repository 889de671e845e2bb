"""Other wordings of what was typed, as far as an index has them: other names, initials, Taiwan's words, compounds."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from initiative_lod.languages import mainland
from initiative_lod.search import query_parser, tokens
from initiative_lod.search.query_parser import Parsed, Phrase


class Wordings:
    """The wordings that one query may have. ``also`` collects what is added to what was typed.

    Only names in ``languages`` count, and only those of our own things, which are numbered to ``own``.
    """

    def __init__(
        self, connection: sqlite3.Connection, simplified: Mapping[str, str], own: int, languages: Sequence[str]
    ) -> None:
        self._connection, self._simplified, self._own, self._languages = connection, simplified, own, languages
        self._typed = ""
        self.also: list[str] = []

    def known(self, word: str) -> bool:
        """Tell whether the word is anywhere in the index."""
        return self.holds((word,))

    def holds(self, words: Phrase) -> bool:
        """Tell whether anything in the index has the phrase."""
        rows = self._connection.execute(
            "SELECT 1 FROM words WHERE words MATCH ? LIMIT 1", (f'"{tokens.joined(words)}"',)
        )
        return rows.fetchone() is not None

    def renamed(self, parsed: Parsed) -> Parsed:
        """With the other names of our own things: what is called as the query, or as one of its words, is called."""
        self._typed = parsed.text
        more: dict[int, list[Phrase]] = {}
        for place, unit in enumerate(parsed.units):
            if unit.quoted:
                continue
            wordings = unit.wordings
            names = [name for words in wordings for name in self._names(tokens.joined(words))]
            if len(unit.wordings[0]) == 1 and unit.wordings[0][0] in parsed.capitals:
                names += self._of_initials(unit.wordings[0][0])
            names += self._taiwanese(unit.wordings[0])
            more[place] = [words for words in names if words not in wordings]
        renamed = query_parser.with_wordings(parsed, more)
        if len(parsed.units) > 1 and not any(unit.quoted for unit in parsed.units):
            phrase = tuple(parsed.key.split(" "))
            names = self._names(parsed.key)
            if compound := query_parser.compound(parsed):
                names += self._names(compound)
            others = [words for words in dict.fromkeys(names) if words != phrase]
            renamed = query_parser.Parsed(
                renamed.text, renamed.units, renamed.key, tuple(others), renamed.capitals, renamed.shortened
            )
        return renamed

    def _names(self, key: str) -> list[Phrase]:
        """The other names of our things that have this very name; none where it is the name of many."""
        rows = self._connection.execute(
            "SELECT DISTINCT resource FROM name WHERE key = ? AND resource <= ? LIMIT 7", (key, self._own)
        ).fetchall()
        return self._all_names([number for (number,) in rows]) if len(rows) < 7 else []

    def _of_initials(self, short: str) -> list[Phrase]:
        rows = self._connection.execute("SELECT resource FROM initials WHERE key = ? LIMIT 4", (short,)).fetchall()
        return self._all_names([number for (number,) in rows]) if len(rows) < 4 else []

    def _all_names(self, numbers: Sequence[int]) -> list[Phrase]:
        phrases: list[Phrase] = []
        for number in numbers:
            for language, value in self._connection.execute(
                "SELECT language, value FROM literal WHERE resource = ? AND field IN ('label', 'alt') LIMIT 12",
                (number,),
            ):
                if language not in self._languages:
                    continue
                words = tuple(token.text for token in tokens.tokens(value, self._simplified))
                if words and tokens.PAUSE not in words and words not in phrases and len(words) <= 24:
                    phrases.append(words)
                    if value not in self.also:
                        self.also.append(value)
        return phrases

    def _taiwanese(self, words: Phrase) -> list[Phrase]:
        """The words as they are said on the mainland, where Taiwan says others: 網路 is 网络."""
        typed = self._typed
        if not any(character in self._simplified for character in typed) or not all(map(tokens.is_single, words)):
            return []
        for run in typed.split():
            phrase = tuple(token.text for token in tokens.tokens(run, self._simplified))
            if phrase == words:
                converted = mainland(run)
                changed = tuple(token.text for token in tokens.tokens(converted, self._simplified))
                if changed != words:
                    self.also.append(converted)
                    return [changed, *self._names(tokens.joined(changed))]
        return []

    def added(self, parsed: Parsed) -> tuple[str, ...]:
        """The wordings that were not typed, but added."""
        typed = {parsed.key, *(tokens.joined(unit.wordings[0]) for unit in parsed.units)}
        return tuple(
            value
            for value in self.also
            if tokens.joined(token.text for token in tokens.tokens(value, self._simplified)) not in typed
        )

    def unknown(self, parsed: Parsed) -> tuple[str, ...]:
        """The words and characters, as the index knows them, that are nowhere in it."""
        seen = dict.fromkeys(word for unit in parsed.units for word in unit.wordings[0] if word != tokens.PAUSE)
        return tuple(word for word in seen if not self.known(word))[:8]
