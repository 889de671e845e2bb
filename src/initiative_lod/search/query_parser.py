"""Reads what a visitor typed into units that must all be found, each in one of several wordings. Pure.

Nothing typed is an operator but two: quotes hold a phrase together, and a ``*`` at the end of a word lets it go on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from initiative_lod.languages import STOP_WORDS
from initiative_lod.search import tokens
from initiative_lod.search.tokens import PAUSE, Token

MAX_QUERY_CHARACTERS = 200  # characters of a query that are read
MAX_UNITS = 16
MAX_WORDINGS = 24  # of one unit
MAX_TOKENS = 64  # of one phrase

_QUOTED = re.compile(r'"([^"]*)"?|“([^”]*)”?|„([^“”]*)[“”]?|「([^」]*)」?|『([^』]*)』?|«([^»]*)»?')

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QueryUnit:
    """Unit that must be found in one of its ``wordings``, the typed one first. ``open``: its last word may go on."""

    wordings: tuple[Phrase, ...]
    quoted: bool = False
    open: bool = False


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query as it was understood: all ``units``, or one of the phrases in ``instead``.

    ``key`` is the whole of it as a label would be indexed, ``capitals`` the words that may be initials.
    """

    text: str
    units: tuple[QueryUnit, ...]
    key: str
    instead: tuple[Phrase, ...] = ()
    capitals: tuple[str, ...] = ()
    shortened: bool = False

    @property
    def empty(self) -> bool:
        """Tell whether there is nothing to look for."""
        return not self.units


def parse(text: str, simplified: Mapping[str, str]) -> Parsed:
    """Read a query of at most MAX_QUERY_CHARACTERS characters; what is longer is cut, and said to be."""
    cleaned = " ".join(text.split())
    shortened = len(cleaned) > MAX_QUERY_CHARACTERS
    cleaned = cleaned[:MAX_QUERY_CHARACTERS]
    units: list[QueryUnit] = []
    capitals: list[str] = []
    position = 0
    for match in _QUOTED.finditer(cleaned):
        units += _bare(cleaned[position : match.start()], simplified, capitals)
        words = _phrase(tokens.tokens(next((part for part in match.groups() if part is not None), ""), simplified))
        if words:
            units.append(QueryUnit((words,), quoted=True))
        position = match.end()
    units += _bare(cleaned[position:], simplified, capitals)
    significant = [unit for unit in units if unit.quoted or unit.open or not set(unit.wordings[0]) <= STOP_WORDS]
    units = list(dict.fromkeys(significant or units))
    key = tokens.joined(token.text for token in tokens.tokens(cleaned, simplified)).strip(f"{PAUSE} ")
    return Parsed(cleaned, tuple(units[:MAX_UNITS]), key, (), tuple(capitals), shortened or len(units) > MAX_UNITS)


def _phrase(run: Sequence[Token]) -> Phrase:
    words = [token.text for token in run]
    while words and words[0] == PAUSE:
        words.pop(0)
    while words and words[-1] == PAUSE:
        words.pop()
    return tuple(words[:MAX_TOKENS])


def _bare(text: str, simplified: Mapping[str, str], capitals: list[str]) -> list[QueryUnit]:
    """Units of what is not in quotes: what is typed without a blank or a pause between is one phrase."""
    units = []
    for word in text.split():
        open_ended = word.endswith("*") and len(word.rstrip("*")) >= 2
        if re.fullmatch(r"[A-Z][A-Z0-9]{1,5}", word.strip("()*.,;:!?")):
            capitals.append(word.strip("()*.,;:!?").lower())
        run: list[Token] = []
        runs = [run]
        for token in tokens.tokens(word, simplified):
            if token.text == PAUSE:
                run = []
                runs.append(run)
            else:
                run.append(token)
        for number, run in enumerate(runs):
            words = _phrase(run)
            if words:
                last = number == len(runs) - 1
                units.append(QueryUnit((words,), open=open_ended and last and not tokens.is_single(words[-1])))
    return units


# Other wordings


def compounds(parsed: Parsed, known: Callable[[str], bool]) -> Parsed:
    """Let ``cyber crime`` find cybercrime and the other way round; ``known`` says whether the index has a word."""
    units = list(parsed.units)
    single = [unit.wordings[0][0] if _plain(unit) else "" for unit in units]
    for place, unit in enumerate(units):
        wordings = list(unit.wordings)
        if unit.quoted or len(unit.wordings[0]) > 1:
            wordings += _joined_and_split(unit.wordings[0], known)
        elif single[place]:
            before = single[place - 1] if place else ""
            after = single[place + 1] if place + 1 < len(units) else ""
            pairs = (before + single[place] if before else "", single[place] + after if after else "")
            wordings += [(pair,) for pair in pairs if pair and known(pair)]
            wordings += list(_splits(single[place], known))
        units[place] = replace(unit, wordings=_few(wordings))
    return replace(parsed, units=tuple(units))


def _plain(unit: QueryUnit) -> bool:
    """Tell whether the unit is one word of letters that was not in quotes."""
    words = unit.wordings[0]
    return not unit.quoted and len(words) == 1 and not tokens.is_single(words[0]) and words[0] not in STOP_WORDS


def _joined_and_split(words: Phrase, known: Callable[[str], bool]) -> list[Phrase]:
    phrases: list[Phrase] = []
    for place in range(len(words) - 1):
        first, second = words[place], words[place + 1]
        if (
            PAUSE not in (first, second)
            and not tokens.is_single(first)
            and not tokens.is_single(second)
            and known(first + second)
        ):
            phrases.append((*words[:place], first + second, *words[place + 2 :]))
    for place, word in enumerate(words):
        phrases += [(*words[:place], *parts, *words[place + 1 :]) for parts in _splits(word, known)]
    return phrases


def _splits(word: str, known: Callable[[str], bool]) -> Iterable[Phrase]:
    """The ways to write a word as two: both known, and none of them so short that it says nothing (but ``e`` does)."""
    if len(word) < 6 or not (word.isascii() and word.isalpha()):
        return
    for cut in (1, *range(3, len(word) - 2)):
        first, second = word[:cut], word[cut:]
        if (cut > 1 or first == "e") and known(first) and known(second):
            yield first, second


def compound(parsed: Parsed) -> str:
    """All the words of the query as one; empty when one of them is no plain word."""
    return "".join(unit.wordings[0][0] for unit in parsed.units) if all(map(_plain, parsed.units)) else ""


def with_wordings(parsed: Parsed, more: Mapping[int, Sequence[Phrase]]) -> Parsed:
    """The query with further wordings for the units at these places."""
    units = tuple(
        replace(unit, wordings=_few([*unit.wordings, *more.get(place, ())])) for place, unit in enumerate(parsed.units)
    )
    return replace(parsed, units=units)


def pieces(parsed: Parsed, known: Callable[[Phrase], bool]) -> Parsed:
    """A looser reading, for when nothing holds the wording: words by themselves, and of Chinese the longest runs known.

    ``known`` says whether anything in the index has a phrase.
    """
    units: list[QueryUnit] = []
    for unit in parsed.units:
        words = unit.wordings[0]
        place = 0
        while place < len(words):
            end = place + 1
            if tokens.is_single(words[place]):
                while end < len(words) and tokens.is_single(words[end]) and known(words[place : end + 1]):
                    end += 1
            if words[place] != PAUSE:
                units.append(QueryUnit((words[place:end],), open=unit.open and end == len(words)))
            place = end
    significant = [unit for unit in dict.fromkeys(units) if not _says_little(unit.wordings[0])]
    return replace(parsed, units=tuple((significant or units)[:MAX_UNITS]), instead=())


def _says_little(words: Phrase) -> bool:
    """A single character left over, or a small word."""
    return set(words) <= STOP_WORDS or (len(words) == 1 and tokens.is_single(words[0]))


def _few(wordings: Iterable[Phrase]) -> tuple[Phrase, ...]:
    return tuple(dict.fromkeys(wordings))[:MAX_WORDINGS]


# The index's own language, and the marks


def expression(parsed: Parsed, columns: Sequence[str], every: bool = True) -> str:
    """The query in the language of FTS5, over ``columns``. Words are tokens of ours, so nothing typed gets through."""
    units = []
    for unit in parsed.units:
        alternatives = [quoted(words) + (" *" if unit.open else "") for words in unit.wordings]
        units.append(f"({' OR '.join(alternatives)})")
    typed = f"({(' AND ' if every else ' OR ').join(units)})"
    return f"{{{' '.join(columns)}}} : ({' OR '.join([typed, *map(quoted, parsed.instead)])})"


def quoted(words: Phrase) -> str:
    """A phrase in the language of FTS5."""
    return '"' + tokens.joined(words).replace('"', "") + '"'


def marks(text: str, parsed: Parsed, simplified: Mapping[str, str]) -> list[tuple[int, int]]:
    """The ranges of ``text`` that the query found: code points, end exclusive, in order, apart from each other."""
    text_tokens = tokens.tokens(text, simplified)
    by_word: dict[str, list[int]] = {}
    for place, token in enumerate(text_tokens):
        by_word.setdefault(token.text, []).append(place)
    ranges = []
    for unit in (*parsed.units, *([QueryUnit(parsed.instead)] if parsed.instead else [])):
        for words in unit.wordings:
            if unit.open and len(words) == 1:
                starts = [place for word, places in by_word.items() if word.startswith(words[0]) for place in places]
            else:
                starts = by_word.get(words[0], [])
            ranges += [
                (text_tokens[place].start, text_tokens[place + len(words) - 1].end)
                for place in starts
                if _matches(text_tokens, place, words, unit.open)
            ]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _matches(text_tokens: Sequence[Token], place: int, words: Phrase, open_ended: bool) -> bool:
    if place + len(words) > len(text_tokens):
        return False
    for offset, word in enumerate(words):
        token = text_tokens[place + offset].text
        last = offset == len(words) - 1
        if token != word and not (open_ended and last and token.startswith(word)):
            return False
    return True
