"""The competency questions that a release keeps, read from its file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyoxigraph import NamedNode

from initiative_lod.errors import ReleaseError
from initiative_lod.formats.guarded_json import read_json
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.sources.questions import DOCUMENT, EACH, KINDS
from initiative_lod.validation import competency
from initiative_lod.web.labelled_resource import LangText
from initiative_lod.web.pages.document_choice import key_of

Kept = dict[str, Any]


def read(opened: OpenRelease) -> list[Kept]:
    """The questions that a release keeps, by group; none of one that keeps none.

    Raises ReleaseError when its file cannot be read.
    """
    release = opened.release
    try:
        content = (release.path / competency.FILE).read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ReleaseError(f"{competency.FILE} of release {release.version} cannot be read: {error}") from error
    try:
        found: list[Kept] = read_json(content)
    except ValueError as error:
        raise ReleaseError(f"{competency.FILE} of release {release.version} is damaged: {error}") from error
    return found


def about(item: Kept) -> str:
    """The document that a question is about: its name, EACH for a template, empty for the release as a whole."""
    return str(item.get("document") or "")  # earlier releases do not say


def kind_of(item: Kept) -> str:
    """The kind of a question: ``reading`` or ``check``."""
    return str(item.get("kind", KINDS[0]))  # earlier releases do not say


def rows_of(item: Kept, document: NamedNode) -> list[dict[str, dict[str, str]]]:
    """The rows of a template's answer for one document."""
    return [row for row in item["rows"] if row.get(DOCUMENT, {}).get("value") == document.value]


def answered(opened: OpenRelease, kept: Sequence[Kept], document: NamedNode) -> int:
    """Number of questions that are answered about a document: its own, and the templates that have rows for it."""
    name = key_of(opened.iris, document)
    return sum(about(item) == name or (about(item) == EACH and bool(rows_of(item, document))) for item in kept)


def needing(kept: Sequence[Kept], language: str) -> dict[str, list[tuple[str, str]]]:
    """The questions, as (slug, words), that each own term is needed by."""
    found: dict[str, list[tuple[str, str]]] = {}
    for item in kept:
        for name in item["terms"]:
            found.setdefault(name, []).append((item["slug"], in_language(item["question"], language).value))
    return found


def in_language(words: dict[str, str], language: str) -> LangText:
    """The words in ``language``, else in the first of the others."""
    return next(iter(in_languages(words, language)), LangText(""))


def in_languages(words: dict[str, str], language: str) -> list[LangText]:
    """The words in ``language``, and then in each of the others."""
    return [LangText(words[tag], tag) for tag in dict.fromkeys((language, *words)) if words.get(tag)]
