"""JSON-LD, which is read with its context in it: nothing is fetched, and nothing is dropped in silence."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

from pyoxigraph import Literal, Quad, RdfFormat

from initiative_lod.formats.graph_format import Content, EngineFormat, Note, Statement, Triples, line_at, searchable
from initiative_lod.formats.guarded_json import read_json
from initiative_lod.formats.media_type import W3C
from initiative_lod.formats.subject_statements import SubjectStatements, all_triples
from initiative_lod.formats.well_formed import fault_of

if TYPE_CHECKING:
    from initiative_lod.formats.json_ld_compaction.plain import PlainCompaction

SHOWN = 10  # keys without a meaning that a note names
MOST_CONTEXTS, MOST_HEADS = 4, 1000  # that are remembered: contexts, and of each what documents have of it

_KEYWORD = re.compile(r'"@(?:context|id|graph|type|value|list|set|included|reverse)"')
_STRING = rb'"(?:[^"\\]|\\.)*"'
_ID = re.compile(rb'"@id"\s*:\s*(' + _STRING + rb")")
_BEGINNING = re.compile(rb'[\[{,:]"([^":\\]*):')
_NO_IRI = re.compile(r'[\x00-\x20<>"{}|\\^`]|^@[A-Za-z]+$')
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


@dataclass(frozen=True)
class JsonLd(EngineFormat):
    """JSON-LD 1.1; written in expanded form, which whoever has a context can compact."""

    name: str = "application/ld+json"
    suffix: str = "jsonld"
    label: str = "JSON-LD"
    charset: bool = False
    iri: str = f"{W3C}JSON-LD"
    rank: int = 2
    notation: str = "JSON"
    graphs: bool = True
    engine: RdfFormat = RdfFormat.JSON_LD

    def begins(self, head: str) -> bool:
        return re.match(r'\s*(?:\{\s*["}]|\[\s*[\[{])', head) is not None and _KEYWORD.search(head) is not None

    def read(
        self, content: Content, base: str, lenient: bool = False, note: Note = lambda text: None
    ) -> Iterator[Quad]:
        """The statements. An ``@id`` or other term that is no IRI is an error, though JSON-LD's own rules drop what it
        stands in (JSON-LD 1.1 API §7.1); keys that the context gives no meaning are left out by these, and noted;
        so is the direction of a text.
        """
        if not lenient:
            _check_ids(content)
        meaningless: dict[str, None] = {}
        directed = False
        quads = self._parse(content, base, True)  # checked, the engine would drop terms in silence
        while True:
            try:
                quad = next(quads)
            except StopIteration:
                break
            except SyntaxError as error:
                raise _explained(error, content) from None
            if isinstance(value := quad.object, Literal) and value.direction:
                directed = True
                undirected = Literal(value.value, language=value.language)
                quad = Quad(quad.subject, quad.predicate, undirected, quad.graph_name)
            if not _SCHEME.match(quad.predicate.value):
                meaningless.setdefault(quad.predicate.value)
            elif lenient or not (fault := fault_of(quad)):
                yield quad
            else:
                raise SyntaxError(fault)
        if directed:
            note("the direction of texts (@direction) is left out, as JSON-LD's own rules have it")
        if meaningless:
            listed = ", ".join(list(meaningless)[:SHOWN]) + (", …" if len(meaningless) > SHOWN else "")
            note(f"its context gives these keys no meaning, and so they are left out: {listed}")

    def document(
        self, statements: Iterable[Statement], context: Mapping[str, Any], form: str = "compacted", graph: bool = False
    ) -> bytes:
        """The statements in a form of JSON-LD (``compacted``, ``expanded``, ``flattened``), as a document of its own.

        It holds what it uses of ``context``, a whole context document. ``graph``: the nodes stand in ``@graph`` even
        when there is one. Whatever its IRIs look like, it reads back as the same graph.
        """
        from pydantic_core import from_json  # here: as with PyLD

        written = self.write(statements)
        expanded = from_json(written)
        if form == "expanded":
            return _sent(expanded)
        flat = form == "flattened"
        expanded = _flattened(expanded) if flat else expanded
        return self._compacted(expanded, context.get("@context", context), graph or flat, _schemes_in(written))

    def document_of(
        self, subjects: Sequence[SubjectStatements], context: Mapping[str, Any], form: str = "compacted"
    ) -> bytes:
        """The same bytes of the statements about several subjects. The nodes of a subject are remembered with it."""
        if form == "expanded":
            nodes = b",\n".join([item.of(form, self._expanded)[0] for item in subjects])
            return b"[\n%b\n]\n" % nodes if nodes else b"[]\n"
        if form == "compacted" and len(subjects) > 1:
            made = self._compacted_of(subjects, _terms_of(context))
            if made is not None:
                return made
        return self.document(Triples(all_triples(subjects)), context, form)

    def prepare(self, context: Mapping[str, Any]) -> None:
        """Read a context document for the documents that will be written with it."""
        _ = _terms_of(context).plain

    def _expanded(self, subject: SubjectStatements) -> tuple[bytes, frozenset[str]]:
        """The nodes of a subject in expanded form, and the schemes in them."""
        from pydantic_core import from_json  # here: as with PyLD

        written = self.write(Triples(subject.triples))
        return _indented(from_json(written))[len("[\n") : -len("\n]")], frozenset(_schemes_in(written))

    def _compacted_of(self, subjects: Sequence[SubjectStatements], terms: _Terms) -> bytes | None:
        """Their nodes in compacted form; None where they are no plain nodes, or the context has to be another one."""
        from pydantic_core import from_json  # here: as with PyLD

        from initiative_lod.formats.json_ld_compaction.plain import Unusual

        schemes = frozenset[str]().union(*[item.of("expanded", self._expanded)[1] for item in subjects])
        plain = terms.plain
        if plain is None or not terms.prefixes.isdisjoint(schemes):
            return None

        def piece(subject: SubjectStatements) -> tuple[bytes, frozenset[str]]:
            made = plain.each(from_json(b"[%b]" % subject.of("expanded", self._expanded)[0]))
            return _indented([made])[len("[\n  [\n") : -len("\n  ]\n]")], terms.used(made)

        try:
            pieces = [item.of(terms, piece) for item in subjects]
        except Unusual:
            return None
        head = terms.head(frozenset((plain.graph,)).union(*[names for _, names in pieces]))
        nodes = b",\n".join([text for text, _ in pieces])
        return b'%b,\n  "%b": [\n%b\n  ]\n}\n' % (head, plain.graph.encode(), nodes)

    def compacted(self, expanded: list[dict[str, Any]], context: Mapping[str, Any]) -> bytes:
        """Expanded JSON-LD in compacted form, with what it uses of ``context``, the value of an ``@context``."""
        return self._compacted(expanded, context, False, _schemes(expanded))

    def _compacted(
        self, expanded: list[dict[str, Any]], context: Mapping[str, Any], graph: bool, schemes: set[str]
    ) -> bytes:
        # here: PyLD takes long to import, and most of what is served needs none of it
        from initiative_lod.formats.json_ld_compaction import Compaction

        inner = _unambiguous(context, schemes)
        options = {"documentLoader": _refused, "skipExpansion": True, "graph": graph}  # it is expanded already
        made = Compaction().compact(expanded, inner, options)
        made.pop("@context", None)
        return _sent({"@context": _used(inner, made), **made})


class _Terms:
    """Terms of a context, as documents of plain nodes use them."""

    def __init__(self, context: Mapping[str, Any]) -> None:
        self.document = context
        self._context: Mapping[str, Any] = context.get("@context", context)
        self.prefixes = frozenset(name for name, iri in self._context.items() if _is_prefix(iri))
        self._heads: dict[frozenset[str], bytes] = {}

    @cached_property
    def plain(self) -> PlainCompaction | None:
        """Compaction of plain nodes with the context."""
        from initiative_lod.formats.json_ld_compaction import Compaction  # here: as with PyLD

        return Compaction().plain(dict(self._context), {"documentLoader": _refused})

    def used(self, nodes: Any) -> frozenset[str]:
        """The names of the context that compacted nodes use."""
        return frozenset(_names(nodes).intersection(self._context))

    def head(self, names: frozenset[str]) -> bytes:
        """Beginning of a document that uses these names, without the brace that ends it."""
        if names not in self._heads:
            if len(self._heads) == MOST_HEADS:
                self._heads.clear()
            self._heads[names] = _indented({"@context": _kept(self._context, names)})[: -len("\n}")]
        return self._heads[names]


_last_terms: list[_Terms] = []


def _terms_of(context: Mapping[str, Any]) -> _Terms:
    """The terms of a context document. Those that were asked for last are kept: a server has one context a release."""
    known = next((terms for terms in _last_terms if terms.document is context), None)
    if known is None:
        known = _Terms(context)
        _last_terms[:] = [known, *_last_terms[: MOST_CONTEXTS - 1]]
    return known


def _indented(document: Any) -> bytes:
    from pydantic_core import to_json  # here: as with PyLD

    return to_json(document, indent=2)


def _sent(document: Any) -> bytes:
    """Bytes that ``json_bytes`` makes of a document too, in a tenth of the time; it holds no number with a fraction."""
    return _indented(document) + b"\n"


def _flattened(expanded: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Nodes that hold no other nodes, as the engine writes them, each once and by name (JSON-LD 1.1 API §4.5).

    PyLD's own ``flatten`` expands once more, and drops IRIs in which it sees a blank (U+00A0, U+2028), which are IRIs.
    """
    nodes: dict[str, dict[str, Any]] = {}
    for node in expanded:
        known = nodes.setdefault(node["@id"], {"@id": node["@id"]})
        for key, values in node.items():
            if key not in known:
                known[key] = values
            elif key != "@id":
                known[key] = [*known[key], *(value for value in values if value not in known[key])]
    return [nodes[name] for name in sorted(nodes)]


def _check_ids(content: Content) -> None:
    """Raise SyntaxError, with its line, for an ``@id`` that can be no IRI whatever the context and the base."""
    with searchable(content) as data:
        for match in _ID.finditer(data):
            try:
                value = json.loads(match[1])
            except ValueError:
                continue  # the parser says it better
            if _NO_IRI.search(value):
                place = (None, line_at(data, match.start()), None, None)
                raise SyntaxError(f"the @id {value!r} is no IRI", place)


def _explained(error: SyntaxError, content: Content) -> SyntaxError:
    if "LoadDocumentCallback" not in error.msg:
        return error
    with searchable(content) as data:
        remote = _remote(bytes(data))
    where = f" ({remote})" if remote else ""
    return SyntaxError(f"its JSON-LD context lies elsewhere{where} and is not fetched: put the context into the file")


def _remote(data: bytes) -> str:
    """The address of the first context of a document that lies elsewhere; empty where it is not found."""
    try:
        waiting = [read_json(data)]
    except ValueError:
        return ""
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            for key in ("@context", "@import"):
                given = value.get(key)
                if found := [item for item in (given if isinstance(given, list) else [given]) if isinstance(item, str)]:
                    return found[0]
            value = list(value.values())
        if isinstance(value, list):
            waiting += reversed(value)
    return ""


def _refused(url: str, options: object) -> NoReturn:
    raise ValueError(f"no context is fetched: {url}")


def _strings(value: Any) -> set[str]:
    """Every key and every string of a JSON value."""
    found: set[str] = set()
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            found.add(item)
        elif isinstance(item, dict):
            found.update(item)
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
    return found


def _schemes(expanded: Any) -> set[str]:
    """Part before the colon of every IRI in expanded JSON-LD, and of other strings, which does no harm."""
    return {text.partition(":")[0] for text in _strings(expanded) if ":" in text}


def _schemes_in(written: bytes) -> set[str]:
    """The same in JSON without blanks, as the engine writes it, but for what has a character that JSON escapes."""
    return {found.decode() for found in set(_BEGINNING.findall(written))}


def _unambiguous(context: Mapping[str, Any], schemes: set[str]) -> dict[str, Any]:
    """The context without prefixes that are schemes of IRIs in the data: ``<dcterms:creator>`` is an IRI of its own.

    What was shortened by such a prefix in the context itself is written out.
    """
    clashing = {name: iri for name, iri in context.items() if name in schemes and _is_prefix(iri)}
    if not clashing:
        return dict(context)

    def written_out(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: written_out(item) for key, item in value.items()}
        prefix, colon, local = value.partition(":") if isinstance(value, str) else ("", "", "")
        return clashing[prefix] + local if colon and prefix in clashing else value

    return {name: written_out(value) for name, value in context.items() if name not in clashing}


def without_prefixes(context: Mapping[str, Any]) -> dict[str, Any]:
    """The context with every IRI written out in it: what has no term is an IRI in full."""
    return _unambiguous(context, set(context))


def _is_prefix(definition: Any) -> bool:
    return isinstance(definition, str) and definition.endswith(("/", "#", ":", "?", "[", "]", "@"))


def _used(context: Mapping[str, Any], document: Any) -> dict[str, Any]:
    """The entries of the context that a compacted document needs: its terms, and the prefixes of names in both."""
    return _kept(context, _names(document))


def _names(document: Any) -> set[str]:
    """Every string of a compacted document, and the prefixes of names."""
    names = _strings(document)
    return names | {name.partition(":")[0] for name in names if ":" in name}


def _kept(context: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """The entries of the context with these names, and what they need themselves."""
    kept = {name: value for name, value in context.items() if name in names or name.startswith("@")}
    while True:
        prefixes = {text.partition(":")[0] for text in _strings(list(kept.values())) if ":" in text}
        more = {name: context[name] for name in prefixes if name in context and name not in kept}
        if not more:
            return {name: value for name, value in context.items() if name in kept}
        kept |= more
