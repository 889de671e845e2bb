"""Values that go into a search and come out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

HITS_PER_PAGE = 20  # hits


@dataclass(frozen=True, slots=True)
class Search:
    """A search. ``language`` is zh, en or both; ``filters`` gives the wanted keys by facet: any of one, all facets."""

    text: str
    language: str = "both"
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    page: int = 1


@dataclass(frozen=True, slots=True)
class MarkedValue:
    """Words that were indexed, with the ranges found in them (code points of ``text``, end exclusive)."""

    field: str
    language: str
    text: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A resource that was found. ``rank`` is 0 (its name is the query) to 5 (it is linked to what is called so)."""

    iri: str
    rank: int
    values: tuple[MarkedValue, ...]
    facets: Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Count:
    """One value of a facet: how many of the hits have it."""

    key: str
    iri: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Results:
    """One page of what was found. ``total`` counts all pages; ``capped`` says that there were more than are looked at.

    ``also`` are wordings that were added for names that the query is; ``loose`` says that nothing holds the wording
    itself: the hits hold all of its ``pieces``, or ``any`` of them; ``unknown`` are words that the index has nowhere.
    """

    asked: Search
    text: str
    total: int
    hits: tuple[Hit, ...] = ()
    facets: Mapping[str, tuple[Count, ...]] = field(default_factory=dict)
    page: int = 1
    pages: int = 1
    also: tuple[str, ...] = ()
    loose: str = ""
    unknown: tuple[str, ...] = ()
    unfiltered: int = 0
    capped: bool = False
    shortened: bool = False
