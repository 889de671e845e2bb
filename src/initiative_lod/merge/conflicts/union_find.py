"""Things that joining statements make one, by a union-find: it grows with the statements, and not with pairs of things.

Names are strings, in whatever form: IRIs for the store, terms of N-Quads for the table of quads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from initiative_lod.build.identity import DisjointSets


class JoinedThings:
    """Things that are joined by ``pairs``, each the subject and the object of a joining statement."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._sets = DisjointSets()
        self._subjects: dict[str, set[str]] = defaultdict(set)  # by object
        self._neighbours: dict[str, set[str]] = defaultdict(set)
        for one, other in pairs:
            self._sets.join(one, other)
            self._subjects[other].add(one)
            self._neighbours[one].add(other)
            self._neighbours[other].add(one)

    def cluster(self, name: str) -> str | None:
        """The one of all that are joined to a thing that stands for them; None where nothing is joined to it."""
        return self._sets.root(name) if name in self._neighbours else None

    def sharing(self) -> set[str]:
        """The subjects of statements whose object others have as well."""
        return set().union(*(subjects for subjects in self._subjects.values() if len(subjects) > 1))

    def made_one(self, homes: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
        """Pairs of a hub and a thing that is joined to it: ``homes`` are the graphs that describe each of those
        ``sharing``, and one of these describes several, and does not link them.
        """
        for hub, subjects in self._subjects.items():
            described: dict[str, set[str]] = defaultdict(set)
            for subject in subjects if len(subjects) > 1 else ():
                for home in homes.get(subject, ()):
                    described[home].add(subject)
            apart = [members for members in described.values() if len(members) > 1 and not self._linked(members)]
            yield from ((hub, subject) for subject in set().union(*apart))

    def _linked(self, members: set[str]) -> bool:
        """Tell members that links among themselves, without a detour, make one."""
        start = next(iter(members))
        reached, waiting = {start}, [start]
        while waiting:
            one = waiting.pop()
            few, many = sorted((self._neighbours[one], members), key=len)
            found = {other for other in few if other in many} - reached
            reached |= found
            waiting += found
        return len(reached) == len(members)
