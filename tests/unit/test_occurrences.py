"""Places of words in a long text: the same as when it is gone through."""

from __future__ import annotations

import random

import pytest

from initiative_lod.sources.quote_finder import Occurrences
from initiative_lod.sources.text import NormalisedText


@pytest.mark.thorough
@pytest.mark.parametrize("alphabet", ["ab", "abcdefgh 一二三", "a"])
def test_the_places_are_those_that_a_search_finds(alphabet: str) -> None:
    chance = random.Random(2031)
    text = NormalisedText("".join(chance.choice(alphabet) for _ in range(60_000)))
    places = Occurrences(text)
    for _ in range(12):
        start = chance.randrange(59_900)
        words = text.content[start : start + chance.randint(1, 70)]
        if chance.random() < 0.3:
            words = words[:-1] + "x"
        assert places.of(words) == text.occurrences(words)


def test_a_short_text_is_gone_through() -> None:
    assert len(Occurrences(NormalisedText("the sea, the sea, the sea")).of("the sea")) == 3
