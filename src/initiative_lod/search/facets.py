"""The facets of what was found: which filters are chosen, and how many hits each value has."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from initiative_lod.search.results import Count
from initiative_lod.search.schema import BROADER, EXTERNAL, FACETS

MAX_VALUES = 40  # of one facet that are listed
MAX_FILTERS = 40


class Facets:
    """The facets of the hits that stand in the connection's table ``hit``, under the wanted ``filters``.

    What is others' is numbered after ``own``, and has one value, its type: nothing is looked up for it.
    """

    def __init__(self, connection: sqlite3.Connection, filters: Mapping[str, Sequence[str]], own: int) -> None:
        self._connection, self._filters, self._own = connection, filters, own
        external = connection.execute("SELECT id FROM value WHERE facet = 'type' AND key = ?", (EXTERNAL,)).fetchone()
        self._external = external[0] if external else None
        self._below = self._find_below()
        self._chosen = self._find_chosen()

    def _find_chosen(self) -> dict[str, list[int]]:
        """The numbers of the wanted values by facet. A key that is not known is a value that nothing has."""
        chosen: dict[str, list[int]] = {}
        for name in FACETS:
            keys = [key for key in self._filters.get(name, ()) if key][:MAX_FILTERS]
            if keys:
                chosen[name] = [number for key in keys for number in self._numbers(name, key)]
        return chosen

    def _find_below(self) -> dict[int, int]:
        """By the number of a modality that of all that is under it, where there is any."""
        rows = self._connection.execute(
            "SELECT value.id, under.id FROM value JOIN value AS under ON under.key = value.key "
            "WHERE value.facet = 'modality' AND under.facet = ?",
            (BROADER,),
        )
        return dict(rows.fetchall())

    def _numbers(self, facet: str, key: str) -> list[int]:
        """Values by key (``prohibit``) or IRI, else by the end of the key: ``pillar/2``, ``2``."""
        rows = self._connection.execute(
            "SELECT id, iri, key FROM value WHERE facet = ? ORDER BY id", (facet,)
        ).fetchall()
        exact = [number for number, iri, known in rows if key in (iri, known)]
        if exact:
            return exact
        return [number for number, _, known in rows if known.endswith("/" + key) or known.lower() == key.lower()]

    def where(self, without: str = "") -> tuple[str, list[int]]:
        """The condition on ``hit`` that all filters make, but for those of one facet; and its arguments."""
        clauses = ["1"]
        arguments: list[int] = []
        for name, numbers in self._chosen.items():
            if name != without:
                numbers = [*numbers, *(self._below[number] for number in numbers if number in self._below)]
                own = [item for item in numbers if item != self._external]
                values = ", ".join("?" * len(own))
                others = "OR hit.id > ?" if len(own) < len(numbers) else ""
                clauses.append(f"(hit.id IN (SELECT resource FROM facet WHERE value IN ({values})) {others})")
                arguments += [*own, *([self._own] if others else [])]
        return " AND ".join(clauses), arguments

    def counts(self) -> dict[str, tuple[Count, ...]]:
        """The counts of every facet: each of the hits that all the other facets let through."""
        counted = self._counts([name for name in FACETS if name not in self._chosen], *self.where())
        for name in self._chosen:
            counted |= self._counts([name], *self.where(name))
        counts: dict[str, tuple[Count, ...]] = {}
        for name in FACETS:
            chosen = self._chosen.get(name, ())
            had = {row[0]: row for row in counted.get(name, [])}
            for number in self._below.keys() & {*had, *chosen}:
                had[number] = self._with_below(name, number)
            rows = sorted(had.values(), key=lambda row: (-row[3], row[0]))
            listed = [
                Count(key, iri, count, number in chosen)
                for place, (number, key, iri, count) in enumerate(rows)
                if place < MAX_VALUES or number in chosen
            ]
            for number in sorted(set(chosen) - {row[0] for row in rows}):
                key, iri = self._connection.execute("SELECT key, iri FROM value WHERE id = ?", (number,)).fetchone()
                listed.append(Count(key, iri, 0, True))
            counts[name] = tuple(listed)
        return counts

    def _counts(self, names: Sequence[str], where: str, arguments: Sequence[int]) -> dict[str, list[Any]]:
        """(number, key, IRI, count) of the values of these facets."""
        rows = self._connection.execute(
            "SELECT value.facet, value.id, value.key, value.iri, counted.number FROM "
            "(SELECT facet.value AS value, count(*) AS number "
            "FROM temp.hit CROSS JOIN facet ON facet.resource = hit.id "
            f"WHERE {where} AND hit.id <= ? GROUP BY facet.value) AS counted "
            f"CROSS JOIN value ON value.id = counted.value WHERE value.facet IN ({', '.join('?' * len(names))})",
            (*arguments, self._own, *names),
        )
        counts: dict[str, list[Any]] = {}
        for name, *row in rows:
            counts.setdefault(name, []).append(row)
        others = self._count(f"{where} AND hit.id > ?", (*arguments, self._own)) if "type" in names else 0
        if others:
            counts.setdefault("type", []).append([self._external, EXTERNAL, "", others])
        return counts

    def _count(self, where: str, arguments: Sequence[int]) -> int:
        return int(self._connection.execute(f"SELECT count(*) FROM temp.hit WHERE {where}", arguments).fetchone()[0])

    def _with_below(self, name: str, number: int) -> Any:
        """(number, key, IRI, count) of a value, of which the hits under it are hits as well."""
        key, iri = self._connection.execute("SELECT key, iri FROM value WHERE id = ?", (number,)).fetchone()
        where, arguments = self.where(name)
        (count,) = self._connection.execute(
            "SELECT count(DISTINCT hit.id) FROM temp.hit JOIN facet ON facet.resource = hit.id "
            f"WHERE {where} AND facet.value IN (?, ?)",
            (*arguments, number, self._below[number]),
        ).fetchone()
        return number, key, iri, count

    def total(self) -> int:
        """Number of hits that all filters let through."""
        return self._count(*self.where())

    def of(self, number: int) -> dict[str, tuple[tuple[str, str], ...]]:
        """(key, IRI) of the values that one resource has."""
        if number > self._own:
            return {"type": ((EXTERNAL, ""),)}
        values: dict[str, list[tuple[str, str]]] = {}
        for name, key, iri in self._connection.execute(
            "SELECT value.facet, value.key, value.iri FROM facet JOIN value ON value.id = facet.value "
            "WHERE facet.resource = ? ORDER BY value.id",
            (number,),
        ):
            if name != BROADER:
                values.setdefault(name, []).append((key, iri))
        return {name: tuple(items) for name, items in values.items()}
