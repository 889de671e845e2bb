"""Probe of another engine: that it has a release, whole, and answers as the standard and the embedded engine do.

What is asked for has a known answer: by the standard (values that a query states itself), by the release's own tables
and records (counts, saved questions), or by its store (paths, literals). What differs is a finding, by its name.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions

from initiative_lod.errors import (
    EngineDown,
    EngineError,
    InitiativeLodError,
    Message,
    QueryError,
    QueryTimeout,
    ReleaseError,
)
from initiative_lod.formats.guarded_json import read_json
from initiative_lod.literals import integer
from initiative_lod.locale.messages import Language, Languages
from initiative_lod.release.default_graph import DEFAULT_GRAPH
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.unions import GraphTable
from initiative_lod.sparql.engine_answers import Cell, columns_of, matches_of, rows_of, truth_of
from initiative_lod.sparql.remote_endpoint import RemoteEndpoint
from initiative_lod.validation import competency
from initiative_lod.vocabulary import DCAT, DCTERMS, RDF, RDFS, SKOS, XSD

#: What an operator may take on, by name. That it has the release, whole, is none of it.
DEVIATIONS = (
    "default-graph",
    "other-graphs",
    "blank-nodes",
    "from",
    "paths",
    "rows",
    "booleans",
    "duplicates",
    "languages",
    "literals",
    "questions",
)
MISSING = "release"  # the finding that an engine has another release, or none
GENID = ".well-known/genid/"  # after the base: blank nodes that have become IRIs (RDF 1.1 §3.5)
PATH_PROPERTIES = (SKOS.broader, RDFS.subClassOf, DCTERMS.isPartOf, RDFS.subPropertyOf)
SIDE = 101  # rows that are joined with as many: more than the 10,000 at which engines are often capped
SAMPLE = 50_000  # triples that are looked through for literals and paths
MAX_LITERALS = 60
MAX_PATHS = 20
STATEMENTS = 300  # that are asked for one by one
AT_ONCE = 50  # of them in one query
MAX_STATEMENT = 1_000  # characters of one of them: some engines take no long queries
PROOF_SECONDS = 60.0  # that one query of a proof may take: counts are over the whole release
MAX_SILENT = 3  # answers that do not come in that time, after which no more are waited for
LOOK_BYTES = 64 * 1024  # that an answer may have which says what release there is
MAX_QUERY = 100  # characters of a query that are told
TOLD = 3  # of what differs, that are told


@dataclass(frozen=True, slots=True)
class Deviation:
    """Deviation of an engine from what is right: its name, and what was expected and came."""

    name: str
    text: str


Row = tuple[str, ...]


async def holds(endpoint: RemoteEndpoint, opened: OpenRelease, seconds: float) -> bool:
    """Tell whether the engine says that it has this release: the version in its description, which is loaded last."""
    graph, release = opened.iris.graph("release"), opened.iris.release(opened.release.version)
    # Some engines answer an ASK with rows.
    query = f"SELECT ?version {{ GRAPH {graph} {{ {release} {DCAT.version} ?version }} }} LIMIT 2"
    rows = rows_of(await endpoint.read(query, seconds=seconds, most=LOOK_BYTES), ("version",))
    return [getattr(version, "value", "") for (version,) in rows] == [opened.release.version]


async def probe(endpoint: RemoteEndpoint, opened: OpenRelease) -> list[Deviation]:
    """Deviations of the engine with this release; none where it is as good as the embedded one.

    Raises EngineError, EngineDown and QueryTimeout where it gives no answers at all, or is too busy for so many.
    """
    if not await holds(endpoint, opened, PROOF_SECONDS):
        return [Deviation(MISSING, f"it does not have release {opened.release.version}: 'initiative-lod release load'")]
    proof = _Proof(endpoint, opened)
    for check in (
        proof.graphs,
        proof.statements,
        proof.default_graph,
        proof.blank_nodes,
        proof.united_graphs,
        proof.paths,
        proof.rows,
        proof.booleans,
        proof.duplicates,
        proof.languages,
        proof.literals,
        proof.questions,
    ):
        await check()
    return proof.findings


class _Proof:
    """One proof, and what it has found."""

    def __init__(self, endpoint: RemoteEndpoint, opened: OpenRelease) -> None:
        self._endpoint, self._opened = endpoint, opened
        self._silent = 0
        self.findings: list[Deviation] = []

    async def graphs(self) -> None:
        """Look whether every graph is there, whole, and no other one."""
        try:
            expected = GraphTable.read(self._opened.release.path).sizes
        except ReleaseError:
            self._note(MISSING, f"release {self._opened.release.version} is of an earlier format: build it anew")
            return
        rows = await self._rows("graphs", "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
        if rows is None:
            return
        found = {graph[1:-1]: _number(count) for graph, count in rows if graph}
        wrong = [
            f"<{iri}>: {found.get(iri, 0):,} of {count:,}" for iri, count in expected.items() if found.get(iri) != count
        ]
        if wrong:
            self._note("graphs", f"graphs have not the triples that they should: {_first(wrong)}")
        if more := sorted(found.keys() - expected.keys()):
            self._note("other-graphs", f"there are graphs that are not of the release: {_first(more)}")

    async def statements(self) -> None:
        """Look whether some hundred statements of all graphs are there as they were loaded: counts may be right by
        chance. Those of things have the name of what cannot be taken on; of literals, that of literals.
        """
        sample = await asyncio.to_thread(self._sample)
        for name, of_literals in (("graphs", False), ("literals", True)):
            quads = [quad for quad in sample if isinstance(quad.object, Literal) is of_literals]
            for start in range(0, len(quads), AT_ONCE):
                some = [
                    tuple(map(str, (quad.graph_name, quad.subject, quad.predicate, quad.object)))
                    for quad in quads[start : start + AT_ONCE]
                ]
                values = " ".join(f"({' '.join(terms)})" for terms in some)
                query = f"SELECT ?g ?s ?p ?o {{ VALUES (?g ?s ?p ?o) {{ {values} }} GRAPH ?g {{ ?s ?p ?o }} }}"
                await self._expect(name, query, some)

    def _sample(self) -> list[Quad]:
        """Statements without blank nodes, of as many graphs as there may be: always the same ones of a release.

        The store has subjects in the order of a hash, so that the first ones are as good as any.
        """
        chance = random.Random(self._opened.release.version)
        graphs = sorted(self._opened.graphs, key=str)
        graphs = sorted(chance.sample(graphs, min(STATEMENTS, len(graphs))), key=str)
        read = SAMPLE // max(1, len(graphs))
        by_graph: list[list[Quad]] = []
        for graph in graphs:
            stated = self._opened.store.quads_for_pattern(None, None, None, graph)
            by_graph.append([quad for quad in islice(stated, read) if _can_be_asked(quad)])
        found: list[Quad] = []
        for left, quads in zip(range(len(by_graph), 0, -1), sorted(by_graph, key=len), strict=True):
            found += chance.sample(quads, min(len(quads), (STATEMENTS - len(found)) // left))
        return found

    async def default_graph(self) -> None:
        """Look whether the default graph is the set of all triples."""
        expected = self._opened.release.manifest.triples
        rows = await self._rows("default-graph", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
        if rows is not None and (found := _number(rows[0][0]) if rows else 0) != expected:
            self._note("default-graph", f"the default graph has {found:,} triples, and should have {expected:,}")

    async def blank_nodes(self) -> None:
        """Look whether blank nodes are blank, and the same in the default graph and the named ones."""
        blank = "FILTER (isBlank(?s))"
        for query in (
            f"SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o {blank} }}",
            f"SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?s a ?type {blank} }} ?s ?p ?o }}",
        ):
            await self._compare("blank-nodes", query)

    async def united_graphs(self) -> None:
        """Look whether several FROM are united as a set."""
        try:
            table = GraphTable.read(self._opened.release.path)
        except ReleaseError:
            return
        shared = [piece.graphs for piece in table.pieces if len(piece.graphs) > 1]
        if not shared:
            return
        graphs = min(shared, key=lambda graphs: sum(table.sizes[iri] for iri in graphs))
        names = [NamedNode(iri) for iri in sorted(graphs)]

        def count() -> int:
            seen = {
                quad.triple for name in names for quad in self._opened.store.quads_for_pattern(None, None, None, name)
            }
            return len(seen)

        if sum(table.sizes[iri] for iri in graphs) > SAMPLE:
            return
        expected = await asyncio.to_thread(count)
        clauses = " ".join(f"FROM {name}" for name in names)
        rows = await self._rows("from", f"SELECT (COUNT(*) AS ?n) {clauses} {{ ?s ?p ?o }}")
        if rows is not None and (found := _number(rows[0][0]) if rows else 0) != expected:
            self._note(
                "from", f"{len(names)} graphs of FROM have {found:,} triples together, and should have {expected:,}"
            )

    async def paths(self) -> None:
        """Look whether transitive paths that are joined with more patterns find all."""
        for query in await asyncio.to_thread(lambda: list(self._path_queries())):
            await self._compare("paths", query)

    def _path_queries(self) -> Iterator[str]:
        store = self._opened.store
        for predicate in PATH_PROPERTIES:
            above: dict[Any, list[Any]] = {}
            for quad in islice(store.quads_for_pattern(None, predicate, None, DEFAULT_GRAPH), SAMPLE):
                above.setdefault(quad.subject, []).append(quad.object)
            chains = [thing for thing, uppers in above.items() if any(upper in above for upper in uppers)]
            things = [thing for thing in chains if isinstance(thing, NamedNode)][:MAX_PATHS]
            if not things:
                continue
            values = " ".join(map(str, things))
            yield f"SELECT ?a ?b ?type {{ VALUES ?a {{ {values} }} ?a {predicate}+ ?b . ?b a ?type }}"
            yield f"SELECT ?a ?b ?p {{ VALUES ?a {{ {values} }} ?a {predicate}+ ?b . ?a ?p ?c }}"
            yield f"SELECT ?a (COUNT(?b) AS ?n) {{ VALUES ?a {{ {values} }} ?a {predicate}* ?b }} GROUP BY ?a"

    async def rows(self) -> None:
        """Look whether more than ten thousand rows, and triples, come whole."""
        values = " ".join(map(str, range(SIDE)))
        pattern = f"VALUES ?a {{ {values} }} VALUES ?b {{ {values} }}"
        rows = await self._rows("rows", f"SELECT ?a ?b {{ {pattern} }}")
        if rows is not None and len(set(rows)) != SIDE * SIDE:
            self._note("rows", f"of {SIDE * SIDE:,} rows {len(rows):,} came")
        query = f"CONSTRUCT {{ ?s <urn:x:p> ?b }} {{ {pattern} BIND (IRI(CONCAT('urn:x:', STR(?a))) AS ?s) }}"
        try:
            count = len(matches_of(await self._read(query, graph=True), _CONSTRUCTED))
        except (QueryError, QueryTimeout) as error:
            self._note("rows", f"a graph of {SIDE * SIDE:,} triples did not come: {self._told(error)}")
            return
        if count != SIDE * SIDE:
            self._note("rows", f"of a graph of {SIDE * SIDE:,} triples {count:,} came")

    async def booleans(self) -> None:
        """Look whether truth values are truth values."""
        query = "SELECT ?x ?b { VALUES ?x { 1 2 } BIND ((?x = 1) AS ?b) }"
        await self._expect("booleans", query, [(_integer(1), _boolean("true")), (_integer(2), _boolean("false"))])
        for text, expected in (("ASK { FILTER (1 = 1) }", True), ("ASK { FILTER (1 = 2) }", False)):
            try:
                found = truth_of(await self._read(text))
            except (QueryError, QueryTimeout) as error:
                self._note("booleans", f"{text}: {self._told(error)}")
                continue
            if found is not expected:
                self._note("booleans", f"{text}: {found}")

    async def duplicates(self) -> None:
        """Look whether rows that are equal are as many as they are, and one with DISTINCT."""
        rows = [(_integer(1),), (_integer(1),), (_integer(2),)]
        await self._expect("duplicates", "SELECT ?x { VALUES ?x { 1 1 2 } }", rows)
        await self._expect("duplicates", "SELECT DISTINCT ?x { VALUES ?x { 1 1 2 } }", rows[1:])

    async def languages(self) -> None:
        """Look whether language tags are kept, and asked for."""
        tagged = [Literal("x"), *(Literal("x", language=tag) for tag in ("ga", "fr", "fr-ca"))]
        values = " ".join(map(str, tagged))
        await self._expect("languages", f"SELECT ?x {{ VALUES ?x {{ {values} }} }}", [(str(item),) for item in tagged])
        query = f"SELECT (LANG(?x) AS ?tag) {{ VALUES ?x {{ {values} }} FILTER (LANGMATCHES(LANG(?x), 'fr')) }}"
        await self._expect("languages", query, [(str(Literal(tag)),) for tag in ("fr", "fr-ca")])

    async def literals(self) -> None:
        """Look whether literals come as they were loaded, of each type and language that the release has."""
        odd = [Literal(text) for text in ("网络空间命运共同体", "é", "e\u0301", "𝄞", 'a\tb\n"c"\\d\'', " x ")]
        values = " ".join(map(str, odd))
        await self._expect("literals", f"SELECT ?x {{ VALUES ?x {{ {values} }} }}", [(str(item),) for item in odd])
        pairs = await asyncio.to_thread(self._pairs)
        if pairs:
            values = " ".join(f"({subject} {predicate})" for subject, predicate in pairs)
            await self._compare("literals", f"SELECT ?s ?p ?o {{ VALUES (?s ?p) {{ {values} }} ?s ?p ?o }}")

    def _pairs(self) -> list[tuple[NamedNode, NamedNode]]:
        """Subjects and properties of a literal of each type and language, some of each."""
        seen, pairs = Counter[str](), dict[tuple[NamedNode, NamedNode], None]()
        for quad in islice(self._opened.store.quads_for_pattern(None, None, None, DEFAULT_GRAPH), SAMPLE):
            if isinstance(quad.object, Literal) and isinstance(quad.subject, NamedNode):
                kind = quad.object.language or quad.object.datatype.value
                if seen[kind] < 4 and len(pairs) < MAX_LITERALS:
                    seen[kind] += 1
                    pairs[quad.subject, quad.predicate] = None
        return list(pairs)

    async def questions(self) -> None:
        """Look whether the release's saved questions have the answers that are recorded with it."""
        try:
            saved = read_json((self._opened.release.path / competency.FILE).read_bytes())
        except (OSError, ValueError):
            return
        wrong = []
        for record in saved:
            try:
                if not await self._agrees(record):
                    wrong.append(record["slug"])
            except (QueryError, QueryTimeout) as error:
                wrong.append(f"{record['slug']} ({self._told(error)})")
            except (KeyError, TypeError):  # recorded in an earlier format
                continue
        if wrong:
            self._note(
                "questions", f"{len(wrong)} of {len(saved)} saved questions have another answer: {_first(wrong)}"
            )

    async def _agrees(self, record: dict[str, Any]) -> bool:
        body = await self._read(self._based(record["query"]))
        if "boolean" in record:
            return truth_of(body) is record["boolean"]
        names = record["variables"]
        found = await asyncio.to_thread(rows_of, body, names)
        rows = Counter(tuple(map(_cell, row)) for row in found)
        recorded = Counter(tuple(_of_record(row.get(name)) for name in names) for row in record["rows"])
        return rows == recorded if record["complete"] else rows.total() > recorded.total()

    async def _compare(self, name: str, query: str) -> None:
        """Find what differs from the answer of the release's own store."""

        def own() -> list[Row]:
            found = self._opened.store.query(query, base_iri=self._opened.iris.base)
            assert isinstance(found, QuerySolutions)
            return [_written(solution) for solution in found]

        await self._expect(name, query, await asyncio.to_thread(own))

    async def _expect(self, name: str, query: str, expected: Iterable[Row]) -> None:
        rows = await self._rows(name, query)
        if rows is None:
            return
        genid = f"<{self._opened.iris.base}{GENID}"
        wanted, found = (
            Counter(_comparable(row, genid) for row in expected),
            Counter(_comparable(row, genid) for row in rows),
        )
        if lost := list((wanted - found).elements()):
            self._note(
                name, f"of {wanted.total()} rows {len(lost)} are missing, such as {' '.join(lost[0])}: {_short(query)}"
            )
        elif more := list((found - wanted).elements()):
            self._note(name, f"{len(more)} rows are too many, such as {' '.join(more[0])}: {_short(query)}")

    async def _rows(self, name: str, query: str) -> list[Row] | None:
        """The rows of an answer; None, and a finding, where there is none."""
        text = self._based(query)
        try:
            body = await self._read(text)
            return [_written(row) for row in await asyncio.to_thread(rows_of, body, columns_of(text))]
        except (QueryError, QueryTimeout) as error:
            self._note(name, f"{self._told(error)}: {_short(query)}")
        return None

    async def _read(self, query: str, graph: bool = False) -> bytes:
        """An answer. An engine that is away, busy, or silent again and again has proved nothing: that is raised."""
        try:
            return await self._endpoint.read(query, graph, PROOF_SECONDS)
        except QueryTimeout:
            self._silent += 1
            if self._silent >= MAX_SILENT:
                raise EngineDown(Message("engine.silent", count=self._silent, seconds=f"{PROOF_SECONDS:g}")) from None
            raise
        except EngineError as error:
            if error.message is not None and error.message.id == "engine.unreachable":
                raise EngineDown(error.message) from error
            raise

    def _based(self, query: str) -> str:
        return f"BASE <{self._opened.iris.base}>\n{query}"

    def _told(self, error: Exception) -> str:
        """An error in words: an operator reads the findings, and the log has them."""
        message = error.message if isinstance(error, InitiativeLodError) else None
        return str(error) if message is None else self._words.gettext(message.id, **message.values)

    @cached_property
    def _words(self) -> Language:
        return Languages().default

    def _note(self, name: str, text: str) -> None:
        if name not in {finding.name for finding in self.findings}:
            self.findings.append(Deviation(name, text))


#: A triple of the graph that is asked for, as engines write it in N-Triples.
_CONSTRUCTED = re.compile(rf'<urn:x:(\d+)>\s*<urn:x:p>\s*"(\d+)"\^\^{re.escape(str(XSD.integer))}\s*\.')


def _can_be_asked(quad: Quad) -> bool:
    terms = (quad.subject, quad.predicate, quad.object)
    return all(isinstance(term, NamedNode | Literal) for term in terms) and len(str(quad)) <= MAX_STATEMENT


def _written(row: Iterable[Cell]) -> Row:
    return tuple("" if term is None else str(term) for term in row)


def _comparable(row: Row, genid: str) -> Row:
    """A row with language tags in lower case, which means the same (RDF 1.1 §3.3), and blank nodes all called alike."""
    return tuple(
        "_:"
        if cell.startswith(("_:", genid))
        else cell[: cell.rfind('"')] + cell[cell.rfind('"') :].lower()
        if '"@' in cell
        else cell
        for cell in row
    )


def _cell(term: Cell) -> tuple[str, ...]:
    if isinstance(term, Literal):
        return "literal", term.value, (term.language or "").lower(), term.datatype.value
    if term is None:
        return ()
    return ("iri", term.value) if isinstance(term, NamedNode) else ("blank",)


def _of_record(cell: dict[str, str] | None) -> tuple[str, ...]:
    """A term of a recorded answer, written as SPARQL's JSON results have it."""
    if cell is None:
        return ()
    if cell["type"] != "literal":
        return ("iri", cell["value"]) if cell["type"] == "uri" else ("blank",)
    tag = cell.get("xml:lang", "")
    return (
        "literal",
        cell["value"],
        tag.lower(),
        RDF.langString.value if tag else cell.get("datatype", XSD.string.value),
    )


def _integer(number: int) -> str:
    return str(Literal(str(number), datatype=XSD.integer))


def _boolean(text: str) -> str:
    return str(Literal(text, datatype=XSD.boolean))


def _number(cell: str) -> int:
    number = integer(cell.partition('"^^')[0].strip('"'))
    return -1 if number is None else number


def _first(items: list[str]) -> str:
    more = f" and {len(items) - TOLD} more" if len(items) > TOLD else ""
    return f"{', '.join(items[:TOLD])}{more}"


def _short(query: str) -> str:
    return query if len(query) <= MAX_QUERY else f"{query[:MAX_QUERY]}…"
