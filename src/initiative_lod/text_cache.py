"""Memory of functions of one text, bounded in bytes: the texts may be a visitor's, and of any length."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

Result = TypeVar("Result")

#: Characters of a text whose result is kept: words, labels and most IRIs are shorter.
LONGEST = 100


def cache_short_texts(most: int) -> Callable[[Callable[[str], Result]], Callable[[str], Result]]:
    """Keep the results of a function for the ``most`` texts asked for last, of those with at most LONGEST characters.

    For a longer text the function is called each time: a cache that counts its entries alone is as large as the texts
    that others send.
    """

    def decorate(function: Callable[[str], Result]) -> Callable[[str], Result]:
        kept = lru_cache(maxsize=most)(function)

        @wraps(function)
        def call(text: str) -> Result:
            return kept(text) if len(text) <= LONGEST else function(text)

        return call

    return decorate
