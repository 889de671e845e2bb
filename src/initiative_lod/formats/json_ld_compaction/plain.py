"""Compaction of plain nodes: references, literals and nodes in each other, without lists, graphs or indexes.

PyLD is asked once which term stands for a property with a value of a kind, and how such a value is written; after that
it is a look-up. Contexts with more than terms, types, languages and sets are left to PyLD, and so are other nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple


class Unusual(Exception):
    """Raised for what is more than plain nodes."""


class _Term(NamedTuple):
    """A term as the context has it; ``kind`` is the type to which it coerces its values."""

    name: str
    kind: str | None
    language: str | None
    by_language: bool
    as_set: bool
    reverse: bool


_MAPPING = frozenset(
    ("@id", "@type", "@language", "@container", "reverse", "protected", "_prefix", "_term_has_colon", "@reverse")
)
_CONTEXT = frozenset(("_uuid", "processingMode", "mappings", "@version"))


class PlainCompaction:
    """Compaction with one active context, which must be ``plain``; ``iri`` is PyLD's compaction of an IRI."""

    def __init__(self, iri: Callable[..., Any], context: Mapping[str, Any]) -> None:
        self._by_pyld, self._context = iri, context
        self._mappings = context["mappings"]
        self._named = {item["@id"] for item in self._mappings.values() if item}
        self._terms: dict[Any, _Term] = {}
        self._ids: dict[tuple[str, bool], str] = {}
        self._id, self._type, self._language = (iri(context, name) for name in ("@id", "@type", "@language"))
        self._none = iri(context, "@none")
        self.graph: str = iri(context, "@graph")
        self._type_is_set = self._term(self._type).as_set

    @staticmethod
    def plain(context: Mapping[str, Any]) -> bool:
        """Tell whether a context has nothing but what is known here."""
        return context.keys() <= _CONTEXT and all(
            item.keys() <= _MAPPING
            and set(item.get("@container", ())) <= {"@language", "@set"}
            and item.get("@type") not in ("@none", "@json")
            and item["@id"] != "@value"
            for item in context["mappings"].values()
            if item is not None
        )

    def nodes(self, expanded: list[dict[str, Any]]) -> Any:
        """Nodes on the highest level, or the only one. Raises Unusual."""
        made = self.each(expanded)
        return made[0] if len(made) == 1 else made

    def each(self, expanded: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Every node. Raises Unusual."""
        return [self._node(node) for node in expanded]

    def _node(self, node: Any, reverse: bool = False) -> dict[str, Any]:
        if type(node) is not dict or not (reverse or (len(node) > 1 and type(node.get("@id")) is str)):
            raise Unusual
        made: dict[str, Any] = {}
        for name in sorted(node):
            values = node[name]
            if name == "@id":
                made[self._id] = self._iri(values, vocab=False)
            elif name == "@type":
                if type(values) is not list or not values:
                    raise Unusual
                for value in values:
                    _add(made, self._type, self._iri(value, vocab=True), self._type_is_set)
            elif name == "@reverse" and not reverse:
                for term, value in self._node(values, reverse=True).items():
                    known = self._term(term)
                    if not known.reverse:
                        raise Unusual
                    for item in value if type(value) is list else [value]:
                        _add(made, term, item, known.as_set)
            elif name.startswith("@") or type(values) is not list or not values:
                raise Unusual
            else:
                self._values(made, name, values, reverse)
        return made

    def _values(self, made: dict[str, Any], name: str, values: list[Any], reverse: bool) -> None:
        for value in values:
            if type(value) is not dict:
                raise Unusual
            language: Any = None
            key: tuple[object, ...]
            literal = "@value" in value
            if literal:
                language, kind = value.get("@language"), value.get("@type")
                if len(value) != 1 + (language is not None) + (kind is not None) or (language and kind):
                    raise Unusual
                key = (name, reverse, language, kind)
            elif type(identity := value.get("@id")) is str:
                key = (name, reverse, identity if identity in self._named else "")
            else:
                raise Unusual
            term = self._terms.get(key)
            if term is None:
                chosen = self._by_pyld(self._context, name, value, vocab=True, reverse=reverse)
                term = self._terms[key] = self._term(chosen)
            if not literal:
                item = self._reference(value["@id"], term) if len(value) == 1 else self._node(value)
            elif (kind is not None and kind == term.kind) or (language is not None and language == term.language):
                item = value["@value"]
            elif kind is not None:
                item = {self._type: self._iri(kind, vocab=True), "@value": value["@value"]}
            elif language is not None:
                item = {self._language: language, "@value": value["@value"]}
            else:
                item = value["@value"]
            if term.by_language:
                if type(item) is dict:
                    item = item.get("@value", item)
                _add(made.setdefault(term.name, {}), language or self._none, item, term.as_set)
            else:
                _add(made, term.name, item, term.as_set)

    def _reference(self, iri: str, term: _Term) -> Any:
        made = self._iri(iri, vocab=term.kind == "@vocab")
        return made if term.kind in ("@id", "@vocab") else {self._id: made}

    def _iri(self, iri: Any, vocab: bool) -> str:
        if type(iri) is not str:
            raise Unusual
        made = self._ids.get((iri, vocab))
        if made is None:
            made = self._by_pyld(self._context, iri, vocab=vocab, base="")
            if len(self._ids) > _KEPT:
                self._ids.clear()
            self._ids[iri, vocab] = made
        return made

    def _term(self, name: str) -> _Term:
        item = self._mappings.get(name) or {}
        container = item.get("@container", ())
        return _Term(
            name,
            item.get("@type"),
            item.get("@language"),
            "@language" in container,
            "@set" in container,
            bool(item.get("reverse")),
        )


_KEPT = 20_000  # names as they are written


def _add(made: dict[str, Any], name: str, value: Any, as_set: bool) -> None:
    if name not in made:
        made[name] = [value] if as_set else value
    elif type(made[name]) is list:
        made[name].append(value)
    else:
        made[name] = [made[name], value]
