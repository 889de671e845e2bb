"""Unions of named graphs, as sets: what ``FROM`` makes of several graphs, of whatever size.

The engine unites graphs as a bag, so it is given graphs that share nothing. For that a release keeps in its index how
many triples are in each graph, and cuts the graphs that share triples into pieces: one for each set of graphs that
state the same. These stand in a copy of the store that takes no more room than they do (its other files are the
store's, under a second name), in graphs that are called by blank nodes, which no query can name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice, product
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, QuerySolution, QuerySolutions, Store, Triple, Variable

from initiative_lod.errors import ReleaseError
from initiative_lod.formats.guarded_json import read_json
from initiative_lod.iris import Iris
from initiative_lod.release import default_graph
from initiative_lod.release.files import as_json, write_file
from initiative_lod.release.manifest import GRAPH_TABLE, INDEX, STORE, Manifest, format_at, read
from initiative_lod.release.store_lookups import query_text
from initiative_lod.release.time_limit import check_time

PIECES = "pieces"
FIRST_WITH_TABLE = 3  # of the formats of a release
GRAPHS = "graphs/"  # how the names of parts begin that are one graph each
LITTLE = 0.5  # of all graphs but the largest: so much may be new where the rest is known from an earlier release
FEW = 1.25  # times the largest graph: of so much in all, what others share is looked for in all that they state

_FIRST = 100_000  # quads that are held in memory

GraphName = NamedNode | BlankNode | DefaultGraph


@dataclass(frozen=True, slots=True)
class UnionPart:
    """The triples that all of ``graphs`` state and no other one does: the graph ``name`` of the store of pieces."""

    name: BlankNode
    graphs: frozenset[str]


@dataclass(frozen=True)
class GraphTable:
    """The named graphs of a release: the number of triples in each, by IRI, and the pieces of those that are cut."""

    sizes: dict[str, int]
    pieces: tuple[UnionPart, ...] = ()

    @classmethod
    def read(cls, release: Path) -> GraphTable:
        """The table of a release, in its folder. Raises ReleaseError."""
        path = release / INDEX / GRAPH_TABLE
        try:
            value = read_json(path.read_bytes())
            pieces = tuple(UnionPart(BlankNode(name), frozenset(graphs)) for name, graphs in value["pieces"].items())
            return cls(value["graphs"], pieces)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ReleaseError(f"{path} cannot be read: {error}") from error

    def united(self, iris: Iterable[str]) -> tuple[list[GraphName], bool]:
        """Graphs that share no triple, with those of all graphs ``iris``; and whether there are pieces among them.

        The largest graphs stay whole, of the others there is what these have not. Unknown graphs are empty.
        """
        known = sorted(set(iris) & self.sizes.keys(), key=self._rank)
        if len(known) == len(self.sizes):
            return [default_graph.DEFAULT_GRAPH], False
        whole: set[str] = set()
        cut: set[str] = set()
        for iri in known:
            (cut if self._neighbours.get(iri, set()) & whole else whole).add(iri)
        pieces = [piece.name for piece in self.pieces if piece.graphs & cut and not piece.graphs & whole]
        return [*map(NamedNode, sorted(whole)), *pieces], bool(pieces)

    def cut(self) -> list[str]:
        """The graphs that share triples with a larger one: of these alone ``united`` may need what they alone state."""
        return [
            iri
            for iri, others in sorted(self._neighbours.items())
            if any(self._rank(other) < self._rank(iri) for other in others)
        ]

    def to_json(self) -> dict[str, Any]:
        """The table for ``read``."""
        return {"graphs": self.sizes, "pieces": {item.name.value: sorted(item.graphs) for item in self.pieces}}

    def _rank(self, iri: str) -> tuple[int, str]:
        return -self.sizes[iri], iri

    @cached_property
    def _neighbours(self) -> dict[str, set[str]]:
        """By graph the others with which it shares triples."""
        found: dict[str, set[str]] = {}
        for piece in self.pieces:
            for iri in piece.graphs:
                found.setdefault(iri, set()).update(piece.graphs - {iri})
        return found


class Unions:
    """The table of a release, and its store of pieces, opened when they are first needed."""

    def __init__(self, release: Path, store: Store) -> None:
        self._release = release
        self._store = store

    def dataset(self, default: Iterable[str], named: Iterable[str]) -> tuple[Store, dict[str, Any]]:
        """The store to ask, and the engine's options for it, for a dataset of these graphs. Raises ReleaseError.

        A release of a format without the table has them as a bag, as when it was made.
        """
        graphs, cut = self._table.united(default) if self._table else ([*map(NamedNode, default)], False)
        return self._pieces if cut else self._store, {
            "default_graph": graphs,
            "named_graphs": [NamedNode(iri) for iri in named],
        }

    def everything(self) -> tuple[Store, dict[str, Any]]:
        """The same for a query without a dataset."""
        return self._store, self._options

    @cached_property
    def _options(self) -> dict[str, Any]:
        return default_graph.options(self._store)

    @cached_property
    def _table(self) -> GraphTable | None:
        return GraphTable.read(self._release) if format_at(self._release) >= FIRST_WITH_TABLE else None

    @cached_property
    def _pieces(self) -> Store:
        try:
            return Store.read_only(str(self._release / INDEX / PIECES))
        except OSError as error:
            raise ReleaseError(f"the index of {self._release} is damaged: {error}") from error


def write(building: Path, manifest: Manifest, before: Path | None = None) -> None:
    """Write the table of a release, and its store of pieces where graphs share triples; its store is closed.

    The sizes of graphs that are merged, and of the default graph, are those of the manifest. What graphs share that are
    in the release ``before`` as well is known from that one.
    """
    store, index = Store.read_only(str(building / STORE)), building / INDEX
    sizes = {item.graph: item.part.quads - item.part.collapsed for item in manifest.merged}
    for name in store.named_graphs():
        if isinstance(name, NamedNode) and name.value not in sizes:
            sizes[name.value] = default_graph.size(store, name)
    names: dict[frozenset[str], BlankNode] = {}

    def piece(graphs: frozenset[str]) -> BlankNode:
        return names.setdefault(graphs, BlankNode(f"piece{len(names)}"))

    def table() -> GraphTable:
        return GraphTable(dict(sorted(sizes.items())), tuple(UnionPart(name, graphs) for graphs, name in names.items()))

    def pieces() -> Iterator[Quad]:
        for triple, graphs in _shared(store, sizes, _earlier(before, manifest, sizes) if before else None):
            yield Quad(triple.subject, triple.predicate, triple.object, piece(graphs))
        for iri in table().cut():
            for row in _in_time(_ask(store, "alone", graph=NamedNode(iri))):
                yield Quad(row["subject"], row["property"], row["object"], piece(frozenset({iri})))

    if sum(sizes.values()) > (manifest.triples or 0):
        store.backup(str(index / PIECES))
        _add(index / PIECES, pieces())
    write_file(index / GRAPH_TABLE, as_json(table().to_json()))


def _add(path: Path, quads: Iterator[Quad]) -> None:
    """Add quads to a store, which is opened when the first of them are there: it begins to merge its files then."""
    first = list(islice(quads, _FIRST))
    store = Store(str(path))
    store.bulk_extend(chain(first, quads))
    store.flush()


@dataclass(frozen=True, slots=True)
class _EarlierPieces:
    """The pieces of an earlier release, with the graphs that are ``new`` since: all others state what they stated."""

    path: Path
    table: GraphTable
    new: frozenset[str]

    def shared(self) -> Iterator[Triple]:
        """The triples that several graphs stated, each once."""
        pieces = [item.name for item in self.table.pieces if len(item.graphs) > 1]
        store = Store.read_only(str(self.path / INDEX / PIECES)) if pieces else Store()
        return (quad.triple for name in pieces for quad in store.quads_for_pattern(None, None, None, name))


def _earlier(before: Path, manifest: Manifest, sizes: Mapping[str, int]) -> _EarlierPieces | None:
    """The pieces of the release ``before``; None where it has none, or where little of it is left.

    Both releases have to be made of parts, of which the digests tell which graphs are the same.
    """
    try:
        earlier, table = read(before).manifest, GraphTable.read(before)
    except ReleaseError:
        return None
    had = {(item.file, item.digest) for item in earlier.parts}
    graphs = {item.part.file: item.graph for item in manifest.merged}
    iris, new = Iris(manifest.base), set[str]()
    for item in manifest.parts:
        if (item.file, item.digest) not in had:
            if not item.file.startswith(GRAPHS):
                return None  # it has several
            name = item.file.removeprefix(GRAPHS).removesuffix(".nq.gz")
            new.add(graphs.get(item.file) or iris.graph(name).value)
    new.add(iris.graph("release").value)  # which is in no part
    others = sum(sizes.values()) - max(sizes.values())
    if earlier.base != manifest.base or sum(sizes.get(iri, 0) for iri in new) > LITTLE * others:
        return None
    return _EarlierPieces(before, table, frozenset(new))


def _shared(
    store: Store, sizes: Mapping[str, int], earlier: _EarlierPieces | None = None
) -> Iterator[tuple[Triple, frozenset[str]]]:
    """The triples that several named graphs state, each with the IRIs of these."""
    return _shared_of_all(store, sizes) if earlier is None else _shared_since(store, earlier)


def _shared_since(store: Store, earlier: _EarlierPieces) -> Iterator[tuple[Triple, frozenset[str]]]:
    """The shared ones of what new graphs state and of what graphs shared before: no other triple can be shared."""
    for triple in earlier.shared():
        check_time()
        graphs = _stating(store, triple)
        if len(graphs) > 1 and not graphs & earlier.new:
            yield triple, graphs
    for iri in sorted(earlier.new):
        for quad in store.quads_for_pattern(None, None, None, NamedNode(iri)):
            check_time()
            graphs = _stating(store, quad.triple)
            if len(graphs) > 1 and iri == min(graphs & earlier.new):  # the triple comes with each of its new graphs
                yield quad.triple, graphs


def _stating(store: Store, triple: Triple) -> frozenset[str]:
    """The IRIs of the named graphs that state a triple."""
    return frozenset(
        quad.graph_name.value for quad in default_graph.named(store, *triple) if isinstance(quad.graph_name, NamedNode)
    )


def _shared_of_all(store: Store, sizes: Mapping[str, int]) -> Iterator[tuple[Triple, frozenset[str]]]:
    """The triples that several named graphs state.

    They are looked for in all graphs but the largest: each is in another one too. Where these are not small, by the
    properties alone that are stated more often in named graphs than in all.
    """
    largest = max(sizes, key=lambda iri: (sizes[iri], iri))
    others = [{"graph": NamedNode(iri)} for iri in sorted(sizes) if iri != largest]
    if sum(sizes.values()) < FEW * sizes[largest]:
        asked = others
    else:
        stated, each = (
            {row["property"]: row["uses"] for row in _ask(store, name)} for name in ("statements", "predicates")
        )
        properties = [{"property": predicate} for predicate, uses in stated.items() if uses != each[predicate]]
        asked = [one | other for one, other in product(properties, others)]
    for terms in asked:
        for row in _in_time(_ask(store, "shared", **terms)):
            triple = Triple(row["subject"], terms.get("property") or row["property"], row["object"])
            graphs = _stating(store, triple)
            if terms["graph"].value == min(graphs - {largest}):  # the triple comes with each of its graphs
                yield triple, graphs


def _in_time(rows: QuerySolutions) -> Iterator[QuerySolution]:
    """The rows. Raises OutOfTime."""
    for row in rows:
        check_time()
        yield row


def _ask(store: Store, name: str, **terms: NamedNode) -> QuerySolutions:
    found = store.query(query_text(name), substitutions={Variable(name): term for name, term in terms.items()})
    assert isinstance(found, QuerySolutions)
    return found
