"""Reasons why a statement that was read without checks is no RDF."""

from __future__ import annotations

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from initiative_lod.text_cache import cache_short_texts


def fault_of(quad: Quad, marker: str = "") -> str:
    """Fault of a quad that is no RDF 1.1, or empty. ``marker`` stands in its terms for bytes that could not be read."""
    for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
        fault = ""
        if isinstance(term, NamedNode):
            fault = _iri_fault(term.value)
        elif isinstance(term, Literal):
            fault = _language_fault(term.language) if term.language else _datatype_fault(term.datatype.value)
            fault = "a text with a direction (RDF 1.2)" if term.direction else fault
        elif isinstance(term, Triple):
            fault = "a triple about a triple (RDF 1.2)"
        if not fault and marker and isinstance(term, NamedNode | Literal | BlankNode) and marker in term.value:
            fault = "its bytes are not UTF-8"
        if fault:
            return fault
    return ""


@cache_short_texts(16_384)
def _iri_fault(iri: str) -> str:
    try:
        NamedNode(iri)
    except ValueError as error:
        return f"<{iri}> is no absolute IRI: {error}"
    return ""


@cache_short_texts(1024)
def _datatype_fault(iri: str) -> str:
    if iri.endswith(("#langString", "#dirLangString")):
        return "a literal of this datatype needs a language"
    return _iri_fault(iri)


@cache_short_texts(1024)
def _language_fault(language: str) -> str:
    try:
        Literal("", language=language)
    except ValueError as error:
        return f"{language!r} is no language tag: {error}"
    return ""
