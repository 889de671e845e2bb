"""Open releases, read-only: what a server reads from, and nothing that it could write to."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from typing import Any, Generic, TypeVar

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QuerySolutions,
    Store,
    Triple,
)

from initiative_lod.build import inference
from initiative_lod.iris import Iris
from initiative_lod.labels import LABELS
from initiative_lod.release import in_use
from initiative_lod.release.default_graph import DEFAULT_GRAPH
from initiative_lod.release.hubs import Hubs
from initiative_lod.release.in_use import Lease
from initiative_lod.release.lexical_forms import NEVER_REWRITTEN, LexicalForms, as_stored
from initiative_lod.release.manifest import DESCRIPTION_EXACT, EXACT, INDEX, Release
from initiative_lod.release.rendered_file import RENDERED, RenderedDocuments
from initiative_lod.release.store_lookups import StoreLookups, Term, query_text, read_only
from initiative_lod.vocabulary import DCTERMS

K = TypeVar("K")
V = TypeVar("V")
SUBJECTS = "subjects"  # name of the memory of what is said of each, by property
MOST_SUBJECTS = 1000  # that are remembered: some 5 MB
SPOKEN_OF = "spoken of"  # likewise of the concepts of a scheme that documents speak of
MOST_SCHEMES = 4
MOST_PASSED = 2_000  # quads of the default graph that are passed over, for those of named graphs behind them
TEXT_AHEAD = 1 << 20  # characters about a subject that are read before anybody has asked for one of its properties
STARTED = datetime.now(UTC).replace(microsecond=0)  # no release is answered from in the second in which this is read


def length(quad: Quad) -> int:
    """Number of characters of its object."""
    return len(getattr(quad.object, "value", ""))


def first(quads: Iterable[Quad], most: int) -> list[Quad]:
    """The first ``most`` quads, or fewer: as far as that by which they have more than TEXT_AHEAD characters."""
    found: list[Quad] = []
    text = TEXT_AHEAD
    for quad in islice(quads, most):
        found.append(quad)
        text -= length(quad)
        if text < 0:
            break
    return found


class Memory(Generic[K, V]):
    """Values that were made of a release, by key: all of them, or no more than ``most``."""

    def __init__(self, most: int = 0) -> None:
        self._values: dict[K, V] = {}
        self._most = most

    def of(self, key: K, make: Callable[[K], V]) -> V:
        """The value of a key, made when it is first wanted."""
        try:
            return self._values[key]
        except KeyError:
            value = make(key)
            if 0 < self._most <= len(self._values):
                self._values = {}
            self._values[key] = value
            return value

    def has(self, key: K) -> bool:
        """Tell whether the value of a key is there."""
        return key in self._values


@dataclass(frozen=True, eq=False)
class OpenRelease(StoreLookups):
    """A release with its store open. Our own fixed queries run here; a visitor's never do.

    One that is opened again is another one: what was made from it is known by the object (see ``per_release``).
    ``since`` is the second (UTC) from which on a process has answered from it; of two that follow each other, the later
    one's is later, even where the clock was set back.
    """

    lease: Lease | None = None
    since: datetime = STARTED

    @classmethod
    def open(cls, release: Release, since: datetime = STARTED) -> OpenRelease:
        """Open the store of ``release`` by its real path: a link could move under the store's lazy files.

        For as long as it is open, ``release gc`` leaves it alone. Raises ReleaseError when it is gone, or its store is
        damaged, as far as that shows when it is opened and first read.
        """
        lease = in_use.take(release.path)
        opened = cls(release, read_only(release), Iris(release.base), lease, since)
        opened.condition.check()  # from now on
        return opened

    def of_links(self, folder: Path) -> OpenRelease:
        """The same with its store as it is now, whose files get second names in ``folder``.

        Where it is written to meanwhile, the engine removes some of them.
        """
        self.store.backup(str(folder))
        return replace(self, store=Store.read_only(str(folder)))

    def quads(
        self,
        subject: NamedNode | BlankNode | None = None,
        predicate: NamedNode | None = None,
        object: Term | None = None,
        graph: NamedNode | None = None,
    ) -> Iterator[Quad]:
        """The quads of a pattern in named graphs (None: any of them), with each literal as it was written.

        What was inferred is left out unless its graph is asked for: a document tells what is said, and by whom.

        The store writes some literals in another way (``01`` as ``1``). As an ``object``, both ways of writing are
        found.
        """
        if graph is None:
            return self._stated(subject, predicate, object)
        return self._as_written(self._matches(subject, predicate, object, graph), graph)

    def _stated(
        self, subject: NamedNode | BlankNode | None, predicate: NamedNode | None, object: Term | None
    ) -> Iterator[Quad]:
        """The quads of a pattern in any named graph.

        The engine gives those of the default graph first. Where they are many, so that who wants a few would wait for
        all of them to pass, each named graph is asked for its own.
        """
        found = self._matches(subject, predicate, object, None)
        for passed, quad in enumerate(found):
            if not isinstance(quad.graph_name, DefaultGraph):
                yield from self._as_written(chain((quad,), found), None)
                return
            if passed == MOST_PASSED:
                for graph in self._graphs:
                    if graph != self.inferred:
                        yield from self.quads(subject, predicate, object, graph)
                return

    def _as_written(self, found: Iterable[Quad], graph: NamedNode | None) -> Iterator[Quad]:
        rewritten, inferred = self._rewritten, self.inferred
        for quad in found:
            place, value = quad.graph_name, quad.object  # each of which the engine makes anew when it is asked
            if isinstance(place, DefaultGraph) or (graph is None and place == inferred):
                continue
            if (
                isinstance(value, Literal)
                and value.datatype not in NEVER_REWRITTEN
                and (rewritten is None or value in rewritten)
            ):
                try:
                    yield from self._forms_in(place).restore((quad,))
                except OSError as error:
                    raise self.condition.note(error) from error
            else:
                yield quad

    def about(self, subject: NamedNode | BlankNode) -> Iterable[Quad]:
        """Every quad with this subject, in any graph, with each literal as it was written."""
        return self.quads(subject)

    def triples(
        self,
        subject: NamedNode | BlankNode | None = None,
        predicate: NamedNode | None = None,
        object: Term | None = None,
    ) -> Iterator[Triple]:
        """The triples of a pattern (None: any) in the default graph, with each literal as the store writes it.

        What was only inferred is left out, as from ``quads``.
        """
        if self._options:  # named graphs alone: a triple comes with each that states it
            quads = self._matches(subject, predicate, object, None)
            yield from dict.fromkeys(quad.triple for quad in quads)
            return
        for quad in self._matches(subject, predicate, object, DEFAULT_GRAPH):
            if quad.triple not in self._unstated:
                yield quad.triple

    def pointers(self, predicate: NamedNode, thing: NamedNode, first: int, last: int) -> Iterator[Triple]:
        """Those of ``triples`` with this predicate and object from ``first`` to ``last`` (exclusive, from 0).

        They are asked by a query, in which the engine passes over the others without reading their terms.
        """
        if self._options or any((triple.predicate, triple.object) == (predicate, thing) for triple in self._unstated):
            yield from islice(self.triples(None, predicate, thing), first, last)
            return
        with self._reading():
            rows = self._evaluate(
                f"{query_text('pointers')} OFFSET {first:d} LIMIT {last - first:d}",
                {"property": predicate, "object": thing},
            )
            assert isinstance(rows, QuerySolutions)
            yield from (Triple(row["subject"], predicate, thing) for row in rows)

    def holds(
        self,
        subject: NamedNode | BlankNode | None = None,
        predicate: NamedNode | None = None,
        object: Term | None = None,
        graph: NamedNode | None = None,
    ) -> bool:
        """Tell whether there is a triple of the pattern (None: any) in a named graph, or stated in any."""
        if graph is not None:
            return next(self._matches(subject, predicate, object, graph), None) is not None
        return next(self.triples(subject, predicate, object), None) is not None

    def label_properties(self, node: NamedNode | BlankNode) -> Sequence[NamedNode]:
        """The properties of LABELS by which the node may have a label: those that anything in the release has."""
        return self._label_properties

    @cached_property
    def _label_properties(self) -> tuple[NamedNode, ...]:
        found = ((item, next(iter(self._matches(None, item, None, None)), None)) for item in LABELS)
        return tuple(item for item, quad in found if quad is not None)

    @cached_property
    def inferred(self) -> NamedNode:
        """The graph of what follows from the ontology."""
        return self.iris.graph(inference.NAME)

    @cached_property
    def _unstated(self) -> frozenset[Triple]:
        """The triples of the default graph that no graph states, but which follow from the ontology: of our things."""
        unstated = set()
        for quad in self._matches(None, None, None, self.inferred):
            found = self._matches(quad.subject, quad.predicate, quad.object, None)
            if {other.graph_name for other in found} <= {self.inferred, DEFAULT_GRAPH}:
                unstated.add(quad.triple)
        return frozenset(unstated)

    @property
    def graphs(self) -> tuple[NamedNode, ...]:
        """The names of the graphs, in order."""
        return self._graphs

    @cached_property
    def _graphs(self) -> tuple[NamedNode, ...]:
        with self._reading():
            names = [graph for graph in self.store.named_graphs() if isinstance(graph, NamedNode)]
        return tuple(sorted(names, key=lambda graph: graph.value))

    @property
    def remembers(self) -> bool:
        """Tell whether what is put into a memory is there for the next one who asks for it by name."""
        return False

    def memory(self, name: str, most: int = 0) -> Memory[Any, Any]:
        """A place to remember what was made of the release: a new one each time, as a server's would grow and grow; but
        of the subjects and schemes that were read last some are remembered, since many pages read the same. Threads may
        share it.
        """
        if name == SUBJECTS:
            return self._last_subjects
        return self._last_schemes if name == SPOKEN_OF else Memory(most)

    @cached_property
    def _last_subjects(self) -> Memory[Any, Any]:
        return Memory(MOST_SUBJECTS)

    @cached_property
    def _last_schemes(self) -> Memory[Any, Any]:
        return Memory(MOST_SCHEMES)

    # Hooks of a release that notes what is read of it (see ``read_tracking``)

    @cached_property
    def identity(self) -> str:
        """A digest of all that tells it from any other, for entity tags and nothing else."""
        manifest = self.release.manifest
        files = sorted((name, entry.sha256) for name, entry in manifest.files.items())
        return hashlib.sha256(repr((manifest.version, manifest.digest, files)).encode()).hexdigest()

    @cached_property
    def name(self) -> str:
        """Its version, to be shown as it is."""
        return self.release.version

    @cached_property
    def is_merged(self) -> bool:
        """Tell whether graphs of others are merged into it."""
        return bool(self.release.manifest.merged)

    def read_ahead(self, subject: NamedNode | BlankNode) -> Iterable[Quad]:
        """Every quad with this subject, for who tells by ``note`` which of them an answer rests on."""
        return self.about(subject)

    def values_ahead(self, subject: NamedNode | BlankNode, most: int) -> Sequence[Quad]:
        """So many statements about a subject, each literal as it was written, likewise.

        They come without their graphs, which takes half the time, where the store writes none of their literals in
        another way. The last one is that by which they have more than TEXT_AHEAD characters.
        """
        if self._rewritten is None or self._options or subject in self._subjects_of_unstated:
            return first(self._stated(subject, None, None), most)
        found = self._matches(subject, None, None, None)
        values: list[Quad] = []
        named: list[Quad] = []  # at most one: the engine gives those of the default graph first
        text = TEXT_AHEAD
        for quad in found:
            (values if isinstance(quad.graph_name, DefaultGraph) else named).append(quad)
            text -= length(quad)
            if named or len(values) == most or text < 0:
                break
        if values and self._rewritten.isdisjoint([quad.object for quad in values]):
            return values
        if values and not named:  # so many that others are behind them still
            return first(self._stated(subject, None, None), most)
        return first(self._as_written(chain(named, found), None), most)

    def property_ahead(self, subject: NamedNode | BlankNode, predicate: NamedNode, most: int) -> Sequence[Quad] | None:
        """The values of one property of a subject, likewise; None where they are so many, or all is to be read at once.

        To read all that is said of a thing, for its name, takes five times as long.
        """
        if predicate in LABELS and predicate not in self._label_properties:
            return ()
        is_stated = not self._options and subject not in self._subjects_of_unstated
        found = first(self._matches(subject, predicate, None, DEFAULT_GRAPH), most) if is_stated else []
        types = {value.datatype for quad in found if isinstance(value := quad.object, Literal)}
        if not is_stated or not types <= NEVER_REWRITTEN:
            found = first(self._stated(subject, predicate, None), most)
        return found if len(found) < most and sum(map(length, found)) <= TEXT_AHEAD else None

    @cached_property
    def _subjects_of_unstated(self) -> frozenset[NamedNode | BlankNode | Triple]:
        return frozenset(triple.subject for triple in self._unstated)

    @cached_property
    def _rewritten(self) -> frozenset[Literal] | None:
        """The literals that stand in the store for others; None where there are too many to be remembered."""
        found: set[Literal] = set()
        for forms in self._lexical_forms.values():
            literals = forms.literals()
            if literals is None:
                return None
            found.update(map(as_stored, literals))
        return frozenset(found)

    def note(self, subject: NamedNode | BlankNode, predicate: NamedNode | None = None) -> None:
        """Say that an answer rests on the quads of a subject, with a predicate, wherever they are remembered."""

    def apart(self, make: Callable[[], V]) -> V:
        """A value that is made once for the whole release: what is read for it is not read for the answer."""
        return make()

    def value(self, name: str, key: object, make: Callable[[], V]) -> V:
        """One of the values of a name, likewise."""
        return make()

    def noted(self, name: str, value: V) -> V:
        """Such a value of a name, to be read from."""
        return value

    def pointing(self, thing: NamedNode) -> dict[NamedNode, int]:
        """Number of things that are said to point to a hub (see ``hubs``), by property; nothing of what is none."""
        try:
            return self._hubs.pointing(thing)
        except OSError as error:
            raise self.condition.note(error) from error

    @cached_property
    def _hubs(self) -> Hubs:
        return Hubs(self.release.path)

    @cached_property
    def incoming(self) -> dict[str, tuple[Quad, ...]]:
        """Statements that point to a thing of many pages, by IRI: ``resource`` puts them here and drops them."""
        return {}

    @property
    def license(self) -> str | None:
        """The IRI of the licence that the dataset names."""
        return self._of_dataset(DCTERMS.license)

    @property
    def creator(self) -> str | None:
        """The IRI of who made the dataset."""
        return self._of_dataset(DCTERMS.creator)

    def _of_dataset(self, predicate: NamedNode) -> str | None:
        if predicate not in self._dataset:
            objects = (triple.object for triple in self.triples(self.iris.thing("dataset"), predicate))
            self._dataset[predicate] = next((node.value for node in objects if isinstance(node, NamedNode)), None)
        return self._dataset[predicate]

    @cached_property
    def _dataset(self) -> dict[NamedNode, str | None]:
        return {}

    @cached_property
    def rendered(self) -> RenderedDocuments:
        """The representations that were rendered when the release was made."""
        return RenderedDocuments(self.release.path / INDEX / RENDERED)

    @cached_property
    def _lexical_forms(self) -> dict[str, LexicalForms]:
        """The records of what the store writes in another way, by graph; of our own graphs under an empty name."""
        manifest = self.release.manifest
        graphs = [name for name in manifest.files if name.startswith("graphs/") and name.endswith(".exact.tsv")]
        merged = {source.exact: source.graph for source in manifest.merged if source.exact}
        named = {
            merged.get(name) or self.iris.graph(name.removeprefix("graphs/").removesuffix(".exact.tsv")).value: name
            for name in graphs
        }
        named |= {"": EXACT, self.iris.graph("release").value: DESCRIPTION_EXACT}
        return {graph: LexicalForms(self.release.path / name) for graph, name in named.items()}

    def _forms_in(self, graph: NamedNode | BlankNode | DefaultGraph) -> LexicalForms:
        name = graph.value if isinstance(graph, NamedNode) else ""
        return self._lexical_forms.get(name) or self._lexical_forms[""]
