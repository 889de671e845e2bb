"""Counting queries: those that everybody sends first, as queries over what a release says of itself.

How many triples there are, which classes, properties and graphs with how many things in each: the description of a
release (VoID) and its table of graphs have counted that. A query is read here only if the engine's parser takes it and
every token of it has its place in the small grammar below; of any other one, nothing is said, and the engine counts.
What is read is written again as a query over the counts, so that order, limits, names and formats stay the engine's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from initiative_lod.errors import ReleaseError
from initiative_lod.formats.guarded_json import read_json
from initiative_lod.iris import Iris
from initiative_lod.query_text import parser_guard
from initiative_lod.query_text.query_dataset import Dataset
from initiative_lod.release.manifest import MANIFEST, format_at
from initiative_lod.release.unions import FIRST_WITH_TABLE, GraphTable
from initiative_lod.vocabulary import RDF, VOID

_TOKEN = re.compile(
    r"""\s+ | \#[^\n\r]*
      | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
      | (?P<variable>[?$]\w+)
      | (?P<name>(?:[^\W\d_][\w-]*+)?:[\w-]++)(?![:%\\])
      | (?P<word>[A-Za-z]+)
      | (?P<number>[0-9]+)(?![0-9.eE])
      | (?P<sign>\[\s*\]|[<>]=?|!=|[=(){}.*])""",
    re.VERBOSE,
)
_ABSOLUTE = re.compile(r"<?[A-Za-z][A-Za-z0-9+.-]*:(?!.*/\.)")  # and without what the engine would resolve
_TELLING = re.compile(r"(?i)count|distinct|group")  # one of which each of them has
_COMPARISONS = ("<", "<=", ">", ">=", "=", "!=")
_TERMS = "triples distinctSubjects distinctObjects propertyPartition property classPartition entities".split()
_SUMS = ("triples", "subjects", "objects", "properties", "classes", "typed")
_ADDED_UP = """
SELECT ?triples ?subjects ?objects ?properties ?classes ?typed WHERE {
  { SELECT (SUM(?n) AS ?triples) { GRAPH graph: { dataset: triples: ?n } } }
  { SELECT (SUM(?n) AS ?properties) { GRAPH graph: { dataset: propertyPartition: [ triples: ?n ] } } }
  { SELECT (SUM(?n) AS ?classes) { GRAPH graph: { dataset: classPartition: [ entities: ?n ] } } }
  OPTIONAL { GRAPH graph: { dataset: propertyPartition: [ property: type: ; triples: ?typed ] } }
  OPTIONAL { GRAPH graph: { dataset: distinctSubjects: ?subjects } }
  OPTIONAL { GRAPH graph: { dataset: distinctObjects: ?objects } }
}
"""


class _Other(Exception):
    """Query of another form: nothing is wrong with it."""


@dataclass(frozen=True, slots=True)
class CountCall:
    """``COUNT``, of a variable or (None) of solutions."""

    variable: str | None
    distinct: bool = False


@dataclass(frozen=True, slots=True)
class TriplePattern:
    """A pattern of one triple, in the default graph or (``graph``) in named ones. A term is a variable or ``<IRI>``."""

    subject: str
    predicate: str
    object: str
    graph: str | None = None

    @property
    def terms(self) -> list[str]:
        """Its terms."""
        return [self.subject, self.predicate, self.object, *([] if self.graph is None else [self.graph])]


@dataclass(frozen=True, slots=True)
class CountingQuery:
    """A query that counts the solutions of one pattern, or lists what a variable of it is bound to.

    ``columns`` are (variable, count), a variable of the pattern without one; ``order`` is (ASC or DESC, variable or
    count), ``having`` (count, comparison, number).
    """

    pattern: TriplePattern
    columns: tuple[tuple[str, CountCall | None], ...]
    distinct: bool = False
    by: str | None = None
    having: tuple[CountCall, str, str] | None = None
    order: tuple[tuple[str, str | CountCall], ...] = ()
    slice: tuple[tuple[str, str], ...] = ()

    @property
    def counts(self) -> list[CountCall]:
        """The counts in it, wherever."""
        ordered = [item for _, item in self.order if isinstance(item, CountCall)]
        return [count for _, count in self.columns if count] + ordered + ([self.having[0]] if self.having else [])


def read(text: str) -> CountingQuery | None:
    """The counting query that ``text`` is; None for any other. What is no query may be taken for one: parse it."""
    if not _TELLING.search(text):
        return None  # as most are
    prefixes, begin = parser_guard.prologue(text)
    try:
        return _Reader(text, begin, prefixes).query()
    except _Other:
        return None


class _Reader:
    """A query while it is read, token by token."""

    def __init__(self, text: str, begin: int, prefixes: Mapping[str, str]) -> None:
        self._tokens: list[tuple[str, str]] = []
        position = begin
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                raise _Other
            position = match.end()
            if match.lastgroup is not None:
                self._tokens.append((match.lastgroup, match[0]))
        self._place, self._prefixes, self._fresh = 0, prefixes, 0

    def query(self) -> CountingQuery:
        self._word("SELECT")
        distinct = self._may("DISTINCT")
        columns = [self._column()]
        while self._next()[0] == "variable" or self._next()[1] == "(":
            columns.append(self._column())
        while self._may("FROM"):  # which graphs these are, the query's dataset says
            self._may("NAMED")
            if self._next()[0] not in ("iri", "name"):
                raise _Other
            self._place += 1
        self._may("WHERE")
        pattern = self._pattern()
        by = having = None
        order: list[tuple[str, str | CountCall]] = []
        if self._may("GROUP"):
            self._word("BY")
            by = self._take("variable")
        if self._may("HAVING"):
            self._sign("(")
            having = self._count(), self._comparison(), self._take("number")
            self._sign(")")
        if self._may("ORDER"):
            self._word("BY")
            order.append(self._ordered())
            while self._next()[0] == "variable" or self._next()[1].upper() in ("ASC", "DESC"):
                order.append(self._ordered())
        slice = []
        while self._next()[1].upper() in ("LIMIT", "OFFSET"):
            slice.append((self._take("word").upper(), self._take("number")))
        if self._next() != ("", ""):
            raise _Other
        return CountingQuery(pattern, tuple(columns), distinct, by, having, tuple(order), tuple(slice))

    def _column(self) -> tuple[str, CountCall | None]:
        if self._next()[0] == "variable":
            return self._take("variable"), None
        self._sign("(")
        count = self._count()
        self._word("AS")
        name = self._take("variable")
        self._sign(")")
        return name, count

    def _count(self) -> CountCall:
        self._word("COUNT")
        self._sign("(")
        distinct = self._may("DISTINCT")
        if self._next()[1] == "*":
            self._sign("*")
            counted = None
        else:
            counted = self._take("variable")
        self._sign(")")
        return CountCall(counted, distinct)

    def _comparison(self) -> str:
        comparison = self._take("sign")
        if comparison not in _COMPARISONS:
            raise _Other
        return comparison

    def _ordered(self) -> tuple[str, str | CountCall]:
        if self._next()[0] == "variable":
            return "ASC", self._take("variable")
        direction = self._take("word").upper()
        self._sign("(")
        key: str | CountCall = self._take("variable") if self._next()[0] == "variable" else self._count()
        self._sign(")")
        return direction, key

    def _pattern(self) -> TriplePattern:
        """A group of one triple pattern, or of one such group, which may be in a graph."""
        self._sign("{")
        if self._next()[1] == "{":
            pattern = self._pattern()
        elif self._may("GRAPH"):
            graph = self._term(verb=False)
            pattern = self._pattern()
            if pattern.graph is not None:
                raise _Other
            pattern = replace(pattern, graph=graph)
        else:
            pattern = TriplePattern(self._term(verb=False), self._term(verb=True), self._term(verb=False))
        if self._next()[1] == ".":
            self._sign(".")
        self._sign("}")
        return pattern

    def _term(self, verb: bool) -> str:
        kind, token = self._next()
        self._place += 1
        if kind == "variable":
            return f"?{token[1:]}"
        if verb and token == "a":
            return str(RDF.type)
        if kind == "iri" and _ABSOLUTE.match(token):
            return token
        if kind == "name":
            prefix, _, local = token.partition(":")
            if _ABSOLUTE.match(self._prefixes.get(prefix, "")):
                return f"<{self._prefixes[prefix]}{local}>"
        if kind == "sign" and token[0] == "[" and not verb:
            self._fresh += 1
            return f"?[{self._fresh}]"  # a variable that no query can name
        raise _Other

    def _next(self) -> tuple[str, str]:
        return self._tokens[self._place] if self._place < len(self._tokens) else ("", "")

    def _take(self, kind: str) -> str:
        found, token = self._next()
        if found != kind:
            raise _Other
        self._place += 1
        return f"?{token[1:]}" if kind == "variable" else token

    def _may(self, word: str) -> bool:
        if self._next()[0] == "word" and self._next()[1].upper() == word:
            self._place += 1
            return True
        return False

    def _word(self, word: str) -> None:
        if not self._may(word):
            raise _Other

    def _sign(self, sign: str) -> None:
        if self._take("sign") != sign:
            raise _Other


@dataclass(frozen=True)
class ReleaseCounts:
    """Counts of a release that are known to be right, and the table of its graphs with the triples of each.

    ``subjects`` and ``objects`` tell whether the numbers of distinct ones stand in the description.
    """

    base: str
    graphs: GraphTable
    subjects: bool
    objects: bool

    @classmethod
    def of(cls, folder: Path, store: Store) -> ReleaseCounts | None:
        """The counts of the release in ``folder``, with its store; None where it has none, or they do not add up."""
        try:
            if format_at(folder) < FIRST_WITH_TABLE:
                return None
            manifest = read_json((folder / MANIFEST).read_bytes())
            base, triples = str(manifest["base"]), int(manifest["triples"])
            graphs = GraphTable.read(folder)
        except (OSError, ValueError, KeyError, TypeError, ReleaseError):
            return None
        iris = Iris(base)
        names = {
            "dataset": iris.thing("dataset"),
            "graph": iris.graph("release"),
            "type": RDF.type,
            **{name: VOID[name] for name in _TERMS},
        }
        found = store.query(re.sub(r"\b([a-zA-Z]+):", lambda match: str(names[match[1]]), _ADDED_UP))
        assert isinstance(found, QuerySolutions)
        row = next(found)
        sums = {name: int(term.value) for name in _SUMS if isinstance(term := row[name], Literal)}
        if sums.get("properties") != triples or sums.get("triples") != triples:
            return None
        if sums.get("classes", 0) != sums.get("typed", 0):  # what is of a class that is no IRI is not counted
            return None
        return cls(base, graphs, sums.get("subjects") is not None, sums.get("objects") is not None)

    def rewritten(self, asked: CountingQuery, dataset: Dataset | None = None) -> str | None:
        """The same query over ``dataset`` as one over the counts; None where they do not say it."""
        pattern = asked.pattern
        if dataset is not None and pattern.graph is None and {*dataset[0]} >= self.graphs.sizes.keys():
            dataset = None  # everything
        variables = [term for term in pattern.terms if term.startswith("?")]
        if len(set(variables)) < len(variables):
            return None
        counted, distinct = _unused(asked, "n"), _unused(asked, "d")
        found = self._rows(pattern, counted, dataset)
        if found is None:
            return None
        key, rows = found
        whole = (
            dataset is None
            and pattern.graph is None
            and pattern.predicate.startswith("?")
            and pattern.object.startswith("?")
        )
        written: dict[CountCall, str] = {}
        for count in dict.fromkeys(asked.counts):
            if count.variable is not None and count.variable not in variables:
                return None
            if not count.distinct:
                written[count] = f"SUM({counted})"
            elif count.variable is None:
                return None
            elif count.variable == key:
                written[count] = f"COUNT(DISTINCT {key})"
            elif count.variable == pattern.subject and self._are_subjects(asked, key):
                written[count] = f"SUM({counted})"
            elif whole and asked.by is None and (term := self._distinct(count.variable, pattern)):
                name = f"{distinct}{len(written)}"
                rows += self._description(f"{self._dataset} {term} {name}")
                written[count] = f"MAX({name})"
            else:
                return None
        if not _fits(asked, key):
            return None
        return _query(asked, rows, written)

    @property
    def _dataset(self) -> str:
        return str(Iris(self.base).thing("dataset"))

    def _description(self, triples: str) -> str:
        return f"GRAPH {Iris(self.base).graph('release')} {{ {triples} }} "

    def _rows(self, pattern: TriplePattern, counted: str, dataset: Dataset | None) -> tuple[str | None, str] | None:
        """The variable that tells the rows apart, and a pattern of them; None where there are no such counts."""
        subject, object = pattern.subject.startswith("?"), pattern.object.startswith("?")
        if not subject:
            return None
        if pattern.graph is not None or dataset is not None:
            if not object or not pattern.predicate.startswith("?"):
                return None
            named = pattern.graph is not None and pattern.graph.startswith("?")
            rows = self._sizes(pattern.graph, dataset)
            if rows is None:
                return None
            key = pattern.graph if named and pattern.graph else _unused_graph(pattern)
            values = " ".join(f"(<{iri}> {size})" for iri, size in rows.items())
            return (key if named else None), f"VALUES ({key} {counted}) {{ {values} }} "
        if pattern.predicate == str(RDF.type):
            key = f"?c{counted[2:]}" if pattern.object.startswith("?[") else pattern.object
            kind, link, size = VOID["class"], VOID.classPartition, VOID.entities
        elif object:
            key, kind, link, size = pattern.predicate, VOID.property, VOID.propertyPartition, VOID.triples
        else:
            return None
        rows_of = f"{self._dataset} {link} [ {kind} {key} ; {size} {counted} ]"
        return (key if key.startswith("?") else None), self._description(rows_of)

    def _sizes(self, graph: str | None, dataset: Dataset | None) -> dict[str, int] | None:
        """Triples in the graphs that ``graph`` of a pattern stands for, in the default graph of a dataset where it is
        None; None where graphs share triples, so that their sizes do not add up.
        """
        sizes = self.graphs.sizes
        if graph is not None:
            named = {*sizes} if dataset is None else {*dataset[1]}
            if not graph.startswith("?"):
                named &= {graph[1:-1]}
            return {iri: size for iri, size in sizes.items() if iri in named}
        united, cut = self.graphs.united(dataset[0] if dataset else ())
        names = [name.value for name in united if isinstance(name, NamedNode)]
        return {iri: sizes[iri] for iri in names} if not cut and len(names) == len(united) else None

    def _are_subjects(self, asked: CountingQuery, key: str | None) -> bool:
        """Tell whether no subject is twice in what is counted: things of one class."""
        pattern = asked.pattern
        return pattern.predicate == str(RDF.type) and pattern.graph is None and (key is None or asked.by == key)

    def _distinct(self, variable: str, pattern: TriplePattern) -> str:
        """The property by which the description says how many there are of a variable; empty where it does not."""
        if variable == pattern.subject and self.subjects:
            return str(VOID.distinctSubjects)
        return str(VOID.distinctObjects) if variable == pattern.object and self.objects else ""


def _fits(asked: CountingQuery, key: str | None) -> bool:
    """Tell whether rows that ``key`` tells apart are what is grouped or listed."""
    known = {key, *(name for name, _ in asked.columns)}
    if any(isinstance(item, str) and item not in known for _, item in asked.order):
        return False
    plain = [name for name, count in asked.columns if count is None]
    if any(name != key for name in plain):
        return False
    if asked.by is None:
        # Without groups there is either one row of counts, or a list without repetitions.
        listed = bool(plain) and asked.distinct and not asked.counts
        return listed if plain else bool(asked.counts)
    return asked.by == key


def _query(asked: CountingQuery, rows: str, written: Mapping[CountCall, str]) -> str:
    columns = [name if count is None else f"({written[count]} AS {name})" for name, count in asked.columns]
    parts = ["SELECT", *(["DISTINCT"] if asked.distinct else []), *columns, f"WHERE {{ {rows}}}"]
    if asked.by is not None:
        parts.append(f"GROUP BY {asked.by}")
    if asked.having is not None:
        count, comparison, number = asked.having
        parts.append(f"HAVING ({written[count]} {comparison} {number})")
    if asked.order:
        keys = (f"{way}({written[key] if isinstance(key, CountCall) else key})" for way, key in asked.order)
        parts.append(f"ORDER BY {' '.join(keys)}")
    return " ".join([*parts, *(f"{word} {number}" for word, number in asked.slice)])


def _unused(asked: CountingQuery, name: str) -> str:
    """A variable that the query has not."""
    used: Sequence[str] = [*asked.pattern.terms, *(column for column, _ in asked.columns)]
    used = [*used, *(key for _, key in asked.order if isinstance(key, str))]
    return f"?{name}{'_' * max(len(item) for item in used)}"


def _unused_graph(pattern: TriplePattern) -> str:
    return f"?g{'_' * max(len(item) for item in pattern.terms)}"
