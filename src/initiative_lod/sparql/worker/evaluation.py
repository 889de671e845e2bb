"""A job -> bytes, in a worker: parses and runs the query, and writes what it gives, all of it under limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    Store,
    Triple,
    Variable,
)

from initiative_lod.errors import (
    DamagedStore,
    EngineError,
    InitiativeLodError,
    Message,
    NotAcceptable,
    QueryError,
    QueryForbidden,
    QueryLimit,
    QuerySyntaxError,
    ReleaseError,
    UnwritableError,
    Verbatim,
)
from initiative_lod.formats import BY_NAME, HTML, JSON_LD, RESULT_CSV, RESULT_XML, GraphFormat, MediaType
from initiative_lod.formats.guarded_json import read_json
from initiative_lod.formats.rdf_xml import XmlOutput
from initiative_lod.iris import Iris
from initiative_lod.labels import LABELS
from initiative_lod.query_text import parser_guard
from initiative_lod.query_text.query_dataset import Dataset, dataset_of, parses
from initiative_lod.release.damage import is_damage
from initiative_lod.release.default_graph import DEFAULT_GRAPH
from initiative_lod.release.unions import Unions
from initiative_lod.sparql.job import Job
from initiative_lod.sparql.worker import counting_queries, csv_results
from initiative_lod.sparql.worker.counting_queries import ReleaseCounts
from initiative_lod.sparql.worker.mistakes import mistake
from initiative_lod.sparql.worker.output import Output, too_many
from initiative_lod.sparql.worker.remote_answers import Ask, Found, remote_answer
from initiative_lod.sparql.worker.service_clauses import Call, clauses, replaced

STORES_KEPT_OPEN = 2

_LABELS_OF = "CONSTRUCT { ?thing ?label ?text } WHERE { ?thing ?label ?text }"


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one evaluation: of its result and its query, and the folder for results that outgrow memory."""

    rows: int
    size: int
    length: int
    nesting: int
    spool: str = ""


class Evaluator:
    """Evaluates jobs one after the other, and keeps the stores that the last ones needed open.

    ``call`` asks the server for the solutions of a SERVICE clause; without it, SERVICE is refused. ``show`` draws a
    result for people; without it, there is no HTML. ``ask`` has the server ask the engine that has the release.
    """

    def __init__(
        self, limits: Limits, call: Call | None = None, show: Show | None = None, ask: Ask | None = None
    ) -> None:
        self._limits, self._call, self._show, self._ask = limits, call, show, ask
        self._stores: dict[str, OpenStore] = {}

    def open(self, path: str) -> OpenStore:
        """The store at ``path`` (a real path), opened read-only; of the last few only."""
        store = self._stores.pop(path, None) or OpenStore(path)
        self._stores[path] = store
        while len(self._stores) > STORES_KEPT_OPEN:
            del self._stores[next(iter(self._stores))]
        return store

    def evaluate(self, job: Job) -> tuple[str, Output]:
        """The kind of the result (boolean, solutions, graph) and its bytes.

        Raises QueryError and its kinds for what the client must change, QueryTooLarge past a limit.
        """
        parser_guard.check(job.query, self._limits.length, self._limits.nesting)
        text = parser_guard.decoded(job.query)
        opened = self.open(job.store)
        if parser_guard.holds("SERVICE", text, lambda other: parses(other, job.base)):
            if self._call is None:
                raise QueryForbidden(Message("service.none"))
            found_clauses = clauses(text, lambda other: parses(other, job.base))
            text = replaced(text, found_clauses, self._call)
        dataset = job.dataset or dataset_of(text, job.base, lambda other: parses(other, job.base))
        found = self._answer(text, job, opened, dataset)
        media = self._media_type(job, found)
        if not isinstance(found, QuerySolutions | QueryBoolean):
            triples = list(self._counted(found))
            if parser_guard.holds("DESCRIBE", text, lambda other: parses(other, job.base)):
                store, options = opened.asked(dataset)
                triples += self._counted(_labels(store, triples, options), len(triples))
            prefixes = {**Iris(job.base).prefixes, **parser_guard.prologue(text)[0]}
            return "graph", self._write_graph(triples, media, prefixes, opened, job)
        output = Output(media.name, self._limits.rows, self._limits.size, self._limits.spool)
        try:
            if media is HTML and self._show is not None:
                output.write(self._show(found, opened, job))
            elif media is RESULT_CSV and isinstance(found, QuerySolutions):
                csv_results.write(found, output)
            else:
                written = XmlOutput(output, media.label) if media is RESULT_XML else output
                found.serialize(written, format=media.results)
        except UnwritableError as error:
            kind = "boolean" if isinstance(found, QueryBoolean) else "solutions"
            raise NotAcceptable(error.args[0], form=kind, refused=media.name) from error
        except (RuntimeError, OSError, ValueError, SyntaxError) as error:
            raise _failed(error) from error
        return ("boolean" if isinstance(found, QueryBoolean) else "solutions"), output

    def _answer(self, text: str, job: Job, opened: OpenStore, dataset: Dataset | None) -> Found:
        """The answer of the release's own counts or store, or of the engine that has the release. Raises QueryError."""
        if (counted := opened.counted(text, dataset)) is not None and parses(text, job.base):
            return _query(opened.store, counted, job.base, {})
        if not job.remote:
            store, options = opened.asked(dataset)
            return _query(store, text, job.base, options)
        if self._ask is None:
            raise EngineError(Message("engine.none"))
        # The parser of the embedded engine says what is wrong with a query, and of which form it is.
        return remote_answer(_query(Store(), text, job.base, {}), text, job, self._ask)

    def _media_type(self, job: Job, found: Found) -> MediaType:
        graph = not isinstance(found, QuerySolutions | QueryBoolean)
        name = job.graph if graph else job.results
        if name is None or (name == HTML.name and self._show is None):
            kind = "graph" if graph else "boolean" if isinstance(found, QueryBoolean) else "solutions"
            raise NotAcceptable(Message("query.gives_graph" if graph else "query.gives_results"), form=kind)
        return BY_NAME[name]

    def _counted(self, triples: Iterable[Triple], before: int = 0) -> Iterator[Triple]:
        iterator = iter(triples)
        while True:
            try:
                triple = next(iterator)
            except StopIteration:
                return
            except (RuntimeError, OSError, ValueError, SyntaxError) as error:
                raise _failed(error) from error
            before += 1
            too_many(before, self._limits.rows)
            yield triple

    def _write_graph(
        self, triples: list[Triple], media: MediaType, prefixes: dict[str, str], opened: OpenStore, job: Job
    ) -> Output:
        output = Output("", self._limits.rows, self._limits.size, self._limits.spool)
        unique = list(dict.fromkeys(triples))  # a graph is a set
        if not isinstance(media, GraphFormat) or not media.by_line:  # the other ones group by subject
            unique.sort(key=lambda triple: str(triple.subject))
        if media is HTML and self._show is not None:
            output.write(self._show(unique, opened, job))
        elif media is JSON_LD:
            output.write(JSON_LD.document(unique, opened.context, graph=True))
        else:
            assert isinstance(media, GraphFormat)  # the server offers nothing else for a graph
            try:
                media.write_to(unique, output, _used(unique, prefixes) if media.prefixed else None)
            except UnwritableError as error:
                raise NotAcceptable(error.args[0], form="graph", refused=media.name) from error
            except (RuntimeError, OSError, ValueError) as error:
                raise QueryError(Message("query.unwritable", format=media.label, detail=Verbatim(error))) from error
        return output


class OpenStore:
    """A release's store, and the JSON-LD context that lies beside it."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)
        try:
            self.store = Store.read_only(path)
        except (OSError, RuntimeError) as error:
            raise _unreadable(error) from error

    def asked(self, dataset: Dataset | None) -> tuple[Store, dict[str, Any]]:
        """The store to ask, and the engine's options for it, when a query is over ``dataset``. Raises QueryError."""
        try:
            return self._unions.dataset(*dataset) if dataset else self._unions.everything()
        except ReleaseError as error:
            raise _unreadable(error) from error

    def counted(self, text: str, dataset: Dataset | None = None) -> str | None:
        """A query that gives from the release's own counts what ``text`` asks, over the dataset or everything; None
        where they do not say it.
        """
        asked = counting_queries.read(text)
        return self._counts.rewritten(asked, dataset) if asked is not None and self._counts is not None else None

    @cached_property
    def _counts(self) -> ReleaseCounts | None:
        return ReleaseCounts.of(self.path.parent, self.store)

    @cached_property
    def _unions(self) -> Unions:
        return Unions(self.path.parent, self.store)

    @cached_property
    def context(self) -> dict[str, Any]:
        """The release's context document; an empty one where it has none."""
        try:
            document: dict[str, Any] = read_json((self.path.parent / "context.jsonld").read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return document


#: Draws a result as a piece of HTML: a truth value, solutions, or the triples of a graph, each of them once.
Show = Callable[[QueryBoolean | QuerySolutions | Sequence[Triple], OpenStore, Job], bytes]


def _query(store: Store, text: str, base: str, options: dict[str, Any]) -> Found:
    try:
        return store.query(text, base_iri=base, **options)
    except SyntaxError as error:
        if parser_guard.is_update(text):
            raise QueryForbidden(Message("query.read_only")) from None
        raise QuerySyntaxError(mistake(text, str(error))) from error
    except (RuntimeError, OSError, ValueError) as error:
        raise _failed(error) from error


def _failed(error: Exception) -> InitiativeLodError:
    """Error of an evaluation that failed: of the release, of this machine, of another engine, or of the query."""
    if isinstance(error, SyntaxError):  # of a query there was none, or it would not have been evaluated
        return EngineError(Message("engine.broken", detail=Verbatim(error)))
    if isinstance(error, OSError | RuntimeError) and is_damage(error):
        return _unreadable(error)
    if isinstance(error, OSError):
        return QueryLimit(Message("query.lost"))
    return QueryError(Message("query.failed", detail=Verbatim(error)))


def _unreadable(error: Exception) -> DamagedStore:
    """The release cannot be read; why is for the server's log."""
    return DamagedStore(Message("query.unreadable", detail=Verbatim(error)))


def _labels(store: Store, triples: list[Triple], options: dict[str, Any]) -> Iterator[Triple]:
    """The labels of what the description points to, from the same dataset."""
    subjects = {triple.subject for triple in triples}
    for thing in dict.fromkeys(triple.object for triple in triples):
        if not isinstance(thing, NamedNode) or thing in subjects:
            continue
        for label in LABELS:
            if not options:  # the common case, and ten times faster so
                for quad in store.quads_for_pattern(thing, label, None, DEFAULT_GRAPH):
                    yield quad.triple
                continue
            found = store.query(
                _LABELS_OF, substitutions={Variable("thing"): thing, Variable("label"): label}, **options
            )
            assert isinstance(found, QueryTriples)
            yield from found


def _used(triples: Iterable[Triple], prefixes: dict[str, str]) -> dict[str, str]:
    """Those of ``prefixes`` that shorten some IRI of ``triples``."""
    namespaces: set[str] = set()
    for iri in _iris(set(chain.from_iterable(triples))):  # each term once: asking one for its IRI is what takes time
        namespaces.add(iri[: max(iri.rfind("#"), iri.rfind("/"), iri.rfind(":")) + 1])
    return {prefix: iri for prefix, iri in prefixes.items() if iri in namespaces}


def _iris(terms: Iterable[NamedNode | BlankNode | Literal | Triple]) -> Iterator[str]:
    for term in terms:
        if isinstance(term, NamedNode):
            yield term.value
        elif isinstance(term, Literal):
            yield term.datatype.value
        elif isinstance(term, Triple):
            yield from _iris(term)
