"""Tables of what follows from links over any number of steps, for checks in SQL to join: clusters, circles, lists.

An engine gives the links, which are followed here: in memory that grows with them, and not with the quads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources

from initiative_lod.bulk.sql_engine import SqlEngine, expanded
from initiative_lod.merge.conflicts.union_find import JoinedThings


def prepare(engine: SqlEngine, prefixes: Mapping[str, str]) -> None:
    """Give the engine the view ``joining`` and the tables ``clusters``, ``made_one``, ``circles`` and
    ``disjoint_classes``.
    """
    engine.view("joining", _text("joining", prefixes))
    pairs = engine.rows("SELECT DISTINCT subject, object FROM joining")
    things = JoinedThings(pairs)
    ends = (name for (name,) in engine.rows(_text("denied", prefixes)))
    clusters = ((name, cluster) for name in ends if (cluster := things.cluster(name)))
    engine.table("clusters", ("name", "cluster"), clusters)
    homes: dict[str, list[str]] = defaultdict(list)
    for name, home in engine.rows(_text("homes", prefixes)):
        homes[name].append(home)
    engine.table("made_one", ("hub", "subject"), things.made_one(homes))
    engine.table("circles", ("name", "circle"), circles(engine.rows(_text("imports", prefixes))))
    stated = engine.rows(_text("disjoint", prefixes))
    engine.table("disjoint_classes", ("one", "other"), disjoint_classes(stated))


def circles(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Each name from which links lead back to itself, with one that stands for all between which they do (Tarjan)."""
    links: dict[str, list[str]] = defaultdict(list)
    for one, other in pairs:
        links[one].append(other)
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    waiting: set[str] = set()
    for start in list(links):
        if start in order:
            continue
        calls = [(start, iter(links[start]))]
        order[start] = lowest[start] = len(order)
        path.append(start)
        waiting.add(start)
        while calls:
            name, others = calls[-1]
            for other in others:
                if other not in order:
                    order[other] = lowest[other] = len(order)
                    path.append(other)
                    waiting.add(other)
                    calls.append((other, iter(links.get(other, ()))))
                    break
                if other in waiting:
                    lowest[name] = min(lowest[name], order[other])
            else:
                calls.pop()
                if calls:
                    lowest[calls[-1][0]] = min(lowest[calls[-1][0]], lowest[name])
                if lowest[name] == order[name]:
                    found = [path.pop()]
                    while found[-1] != name:
                        found.append(path.pop())
                    waiting.difference_update(found)
                    if len(found) > 1 or name in links.get(name, ()):
                        yield from ((each, name) for each in found)


def disjoint_classes(statements: Iterable[Sequence[str]]) -> set[tuple[str, str]]:
    """Pairs of classes that our ontology says have nothing in common, one by one or in a list.

    ``statements`` are (subject, local name of the predicate, object, its value).
    """
    stated: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    values: dict[str, str] = {}
    for subject, predicate, object, value in statements:
        stated[predicate][subject].append(object)
        values[object] = value
    found = {(one, other) for one, others in stated["disjointWith"].items() for other in others}
    for lists in stated["members"].values():
        cells, reached = list(lists), set(lists)
        while cells:
            rest = set(stated["rest"].get(cells.pop(), ())) - reached
            reached |= rest
            cells += rest
        members = {member for cell in reached for member in stated["first"].get(cell, ())}
        found |= {(one, other) for one in members for other in members if values[one] < values[other]}
    return found


def _text(name: str, prefixes: Mapping[str, str]) -> str:
    text = resources.files("initiative_lod.merge.conflicts").joinpath("links", f"{name}.sql").read_text("utf-8")
    return expanded(text, prefixes)
