"""Compaction of JSON-LD by PyLD, whose search for the prefix of an IRI is replaced by one that looks at no other terms.

PyLD tries every term of the context with every IRI; in a context of ours there are 300. What comes out is the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pyld import jsonld

from initiative_lod.formats.json_ld_compaction.plain import PlainCompaction, Unusual


class _Terms:
    """The terms of an active context that an IRI may begin with, by what they stand for."""

    def __init__(self, context: Mapping[str, Any]) -> None:
        self.mappings = context["mappings"]
        self.starts: dict[str, list[str]] = {}
        in_curies = {term.partition(":")[0] for term in self.mappings if ":" in term}
        for term, definition in self.mappings.items():
            if ":" in term or not definition or not definition["@id"]:
                continue
            if definition["_prefix"] or term in in_curies:
                self.starts.setdefault(definition["@id"], []).append(term)
        self.lengths = sorted({len(start) for start in self.starts})
        self.keywords: dict[str, str] = {}
        self.schemes = tuple(f"{term}:" for term, item in self.mappings.items() if item and item["_prefix"])
        #: What compacts plain nodes with this context; None where it is more than that knows.
        self.plain: PlainCompaction | None = None

    def shortened(self, iri: str, alone: bool) -> str | None:
        """The IRI with a prefix, the shortest and then the first (JSON-LD 1.1 API §6.2.2 step 8); None without one.

        ``alone``: no value is compacted with it.
        """
        found: tuple[int, str] | None = None
        for length in self.lengths:
            if length >= len(iri):
                break
            for term in self.starts.get(iri[:length], ()):
                curie = f"{term}:{iri[length:]}"
                known = self.mappings.get(curie)
                usable = self.mappings[term]["_prefix"] and curie not in self.mappings
                if usable or (alone and known and known.get("@id") == iri):
                    found = min(found or (len(curie), curie), (len(curie), curie))
        return found and found[1]


_CONTEXTS = 8  # whose terms are kept
_kept: dict[str, _Terms] = {}


def _terms_of(context: Mapping[str, Any]) -> _Terms:
    name: str = context["_uuid"]
    terms = _kept.get(name)
    if terms is None:
        for old in list(_kept)[: 1 - _CONTEXTS]:
            _kept.pop(old, None)
        terms = _kept[name] = _Terms(context)
    return terms


_contexts: dict[str, Any] = {}


class Compaction(jsonld.JsonLdProcessor):  # type: ignore[misc]
    """PyLD's processor; for one document, whose context lies nowhere else."""

    def process_context(self, active_ctx: Any, local_ctx: Any, options: dict[str, Any]) -> Any:
        """PyLD's own, of a context that was met a moment ago from memory: it is frozen, and depends on nothing else."""
        key = json.dumps([active_ctx["_uuid"], local_ctx])
        known = _contexts.get(key)
        if known is None:
            for old in list(_contexts)[: 1 - _CONTEXTS]:
                _contexts.pop(old, None)
            known = _contexts[key] = super().process_context(active_ctx, local_ctx, options)
        return known

    def plain(self, context: Mapping[str, Any], options: Mapping[str, Any]) -> PlainCompaction | None:
        """Compaction of plain nodes with a context, the value of an ``@context``; None where it is more than plain."""
        given = {"base": "", "processingMode": "json-ld-1.1", **options}
        resolver = jsonld.ContextResolver(jsonld._resolved_context_cache, given["documentLoader"])
        started = self._get_initial_context(given)
        return self._plain(self.process_context(started, context, {**given, "contextResolver": resolver}))

    def _plain(self, active_ctx: Any) -> PlainCompaction | None:
        terms = _terms_of(active_ctx)
        if terms.plain is None and PlainCompaction.plain(active_ctx):
            terms.plain = PlainCompaction(self._compact_iri, active_ctx)
        return terms.plain

    def _compact(self, active_ctx: Any, active_property: str | None, element: Any, options: dict[str, Any]) -> Any:
        """PyLD's own, of a whole document sooner where it is of plain nodes."""
        if active_property is None and isinstance(element, list) and options["compactArrays"] and not options["link"]:
            plain = self._plain(active_ctx)
            if plain is not None and not options["base"]:
                try:
                    return plain.nodes(element)
                except Unusual:
                    pass
        return super()._compact(active_ctx, active_property, element, options)

    def _compact_iri(
        self,
        active_ctx: Mapping[str, Any],
        iri: str | None,
        value: Any = None,
        vocab: bool = False,
        base: str | None = None,
        reverse: bool = False,
    ) -> Any:
        def by_pyld() -> Any:
            return super(Compaction, self)._compact_iri(active_ctx, iri, value, vocab, base, reverse)

        if not iri:
            return by_pyld()
        terms = _terms_of(active_ctx)
        if iri.startswith("@"):
            if value is not None:
                return by_pyld()
            if iri not in terms.keywords:
                terms.keywords[iri] = by_pyld()
            return terms.keywords[iri]
        if vocab and ("@vocab" in active_ctx or iri in self._get_inverse_context(active_ctx)):
            return by_pyld()
        found = terms.shortened(iri, value is None)
        if found is not None:
            return found
        if iri.startswith(terms.schemes) or (not vocab and ("@base" in active_ctx or base)):
            return by_pyld()
        return iri
