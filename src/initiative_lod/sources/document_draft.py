"""Writes the first description of a document, from the outlines of its texts, as Turtle to be completed by a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from initiative_lod.sources.outline import Outline, OutlinePart

_PREFIXES = """@prefix : <https://w3id.org/initiative-lod/ontology#> .
@prefix src: <https://w3id.org/initiative-lod/authoring#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix eli: <http://data.europa.eu/eli/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <http://schema.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
_ABOUT = """
# A draft, made from the text: what its lines are was guessed from how they are printed. Correct it, and then say what
# the clauses ask (docs/model.md). Who issued the document and when is no guess: write it with where you saw it, as in
#   dcterms:issued [ src:is "2031-03-04"^^xsd:date ; src:seenIn "the register of the issuer, page 7" ] ;
"""
_REASONS = {"en": "a mark of the page that the text comes from", "zh": "文本所出页面的标记"}


@dataclass(frozen=True)
class DraftText:
    """A text to be described: its language (a tag of BCP 47), its file's name, and its outline."""

    language: str
    file: str
    outline: Outline


def draft(name: str, texts: Sequence[DraftText]) -> str:
    """Turtle that describes the document ``id/<name>`` with these texts, all of them authentic.

    Parts of several texts that have the same path are one part.
    """
    iri = f"id/{name}"
    labels = _titles(texts, "rdfs:label") or [f"rdfs:label {_literal(name, texts[0].language)}"]
    out = [
        _PREFIXES,
        _ABOUT,
        _statement(iri, ":GovernanceDocument", [*labels, *_titles(texts, "src:heading")]),
    ]
    for text in texts:
        lines = [
            f"eli:realizes <{iri}>",
            *(_titles(texts, "rdfs:label") or [f"rdfs:label {_literal(name, text.language)}"]),
            f'schema:inLanguage "{text.language}"',
            f"src:file {_string(text.file)}",
        ]
        if text.outline.repeats_title:
            lines.append(f"src:firstLine {_string(text.outline.title)}")
        reasons = " , ".join(_literal(words, language) for language, words in _REASONS.items())
        lines += [
            f"src:leftOut [ src:quote {_string(words)} ; src:reason {reasons} ]" for words in text.outline.left_out
        ]
        out.append(_statement(f"{iri}/{text.language.lower()}", ":Text , :AuthenticText", lines))
    for found in _merged(texts):
        first = next(iter(found.values()))
        lines = [f"dcterms:isPartOf <{iri}/{first.whole}>"] if first.whole else []
        for mark in ("number", "heading", "quote"):
            words = {language: getattr(part, mark) for language, part in found.items() if getattr(part, mark)}
            if words:
                said = " ,\n        ".join(_literal(value, language) for language, value in words.items())
                lines.append(f"src:{mark} {said}")
        out.append(_statement(f"{iri}/{first.path}", f":{first.kind}", lines))
    return "\n".join(out)


def unlike(texts: Sequence[DraftText]) -> list[str]:
    """The paths of parts that not all texts have: where they are not printed alike, or the draft went wrong."""
    return [next(iter(found.values())).path for found in _merged(texts) if len(found) < len(texts)]


def _merged(texts: Sequence[DraftText]) -> list[Mapping[str, OutlinePart]]:
    """Parts by path, in the order of the texts: language -> the part there."""
    found: dict[str, dict[str, OutlinePart]] = {}
    for text in texts:
        for part in text.outline.parts:
            found.setdefault(part.path, {})[text.language] = part
    return list(found.values())


def _titles(texts: Sequence[DraftText], property: str) -> list[str]:
    titles = [_literal(text.outline.title, text.language) for text in texts if text.outline.title]
    return [f"{property} {' , '.join(titles)}"] if titles else []


def _statement(iri: str, kind: str, lines: Sequence[str]) -> str:
    return " ;\n    ".join([f"<{iri}> a {kind}", *lines]) + " .\n"


def _string(words: str) -> str:
    escaped = (
        words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    )
    return f'"{escaped}"'


def _literal(words: str, language: str) -> str:
    return f"{_string(words)}@{language}"
