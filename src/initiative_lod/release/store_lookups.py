"""Look-ups in the store of a release: our own fixed queries, and patterns of quads as the store has them.

Each raises OutOfTime where the work that asks has a time limit (see ``time_limit``) and it is over, and DamagedStore
where the store cannot be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Any

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolution,
    QuerySolutions,
    QueryTriples,
    Store,
    Triple,
    Variable,
)

from initiative_lod.errors import ReleaseError
from initiative_lod.iris import Iris
from initiative_lod.release import default_graph
from initiative_lod.release.damage import Condition, is_damage
from initiative_lod.release.manifest import Release
from initiative_lod.release.time_limit import LIMIT

Term = NamedNode | Literal | BlankNode
#: Our queries that count while a server waits, and of each what holds for nothing that it reads.
COUNTED_ON_DEMAND = {"members": "isLiteral(?part)"}


@cache
def query_text(name: str) -> str:
    """The text of our own query ``queries/<name>.rq``."""
    return resources.files("initiative_lod.release").joinpath("queries", f"{name}.rq").read_text("utf-8")


def read_only(release: Release) -> Store:
    """The store of a release. Raises ReleaseError."""
    try:
        store = Store.read_only(str(release.store.resolve()))
        next(iter(store), None)
    except (OSError, RuntimeError) as error:  # the engine reports corruption as a RuntimeError
        raise ReleaseError(
            f"the store of release {release.version} cannot be opened ({error}): "
            "'initiative-lod release verify' says what is damaged, 'release rollback' goes back"
        ) from error
    return store


@dataclass(frozen=True, eq=False)
class StoreLookups:
    """A release with its store open, as its own rooms ask it."""

    release: Release
    store: Store
    iris: Iris

    @cached_property
    def condition(self) -> Condition:
        """Tell whether it can still be read; each look-up that cannot be done raises DamagedStore, and says so here."""
        return Condition(self.release.version, self.release.store)

    def reopen(self) -> None:
        """Open the store anew: what the engine keeps in memory of all that was read until now goes, as soon as nobody
        reads from it any more. Raises ReleaseError, and is as it was.

        The engine finds terms by their hashes: to read the names of a few thousand things of a large release, it reads
        as many blocks of 4 KB all over it, and keeps up to 160 MB of them.
        """
        object.__setattr__(self, "store", read_only(self.release))  # another handle of the same, and so no other value

    def select(self, name: str, **terms: Term) -> list[QuerySolution]:
        """The solutions of our query ``name``, with variables filled in as terms."""
        with self._reading():
            solutions = self._query(name, terms)
            assert isinstance(solutions, QuerySolutions)
            return list(solutions)

    def construct(self, name: str, **terms: Term) -> list[Triple]:
        """The triples of our query ``name``, likewise."""
        with self._reading():
            triples = self._query(name, terms)
            assert isinstance(triples, QueryTriples)
            return list(triples)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Passes on as DamagedStore what says that the store is damaged. Raises OutOfTime."""
        limit = LIMIT.get()
        if limit is not None:
            limit.check()
        try:
            yield
        except (OSError, RuntimeError) as error:  # the engine reports corruption as a RuntimeError
            if not is_damage(error):
                raise
            raise self.condition.note(error) from error

    def _query(self, name: str, terms: Mapping[str, Term]) -> QueryBoolean | QuerySolutions | QueryTriples:
        text = query_text(name)
        if name in COUNTED_ON_DEMAND:
            # Over a damaged file the engine counts (and asks) for ever, until all memory is taken; solutions that it is
            # to give one by one end where the damage begins. These are none, of all that the counting will read.
            body = text[text.index("{") : text.rindex("}")]
            solutions = self._evaluate(f"SELECT * {body} FILTER ({COUNTED_ON_DEMAND[name]}) }}", terms)
            assert isinstance(solutions, QuerySolutions)
            next(solutions, None)
        return self._evaluate(text, terms)

    def _evaluate(self, text: str, terms: Mapping[str, Term]) -> QueryBoolean | QuerySolutions | QueryTriples:
        return self.store.query(
            text,
            prefixes=self.iris.prefixes,
            **self._options,
            substitutions={Variable(variable): term for variable, term in terms.items()},
        )

    def _matches(
        self,
        subject: NamedNode | BlankNode | Triple | None,
        predicate: NamedNode | None,
        object: Term | Triple | None,
        graph: NamedNode | DefaultGraph | None,
    ) -> Iterator[Quad]:
        """The quads of a pattern as the store has them. Raises OutOfTime, DamagedStore."""
        limit = LIMIT.get()
        if limit is not None:
            limit.check()
        # As ``_reading``, which takes longer. No name holds the iterator for an error: no other thread may free it.
        try:
            if limit is None:
                yield from default_graph.matching(self.store, subject, predicate, object, graph)
                return
            for quad in default_graph.matching(self.store, subject, predicate, object, graph):
                yield quad
                limit.check()
        except (OSError, RuntimeError) as error:
            if not is_damage(error):
                raise
            raise self.condition.note(error) from error

    @cached_property
    def _options(self) -> dict[str, Any]:
        """Options of the engine for a query over everything."""
        return default_graph.options(self.store)
