"""The competency questions that a release keeps, read from its file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from initiative_lod.errors import ReleaseError
from initiative_lod.release.opened import OpenRelease
from initiative_lod.validation import competency
from initiative_lod.web.labelled import LangText

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
    found: list[Kept] = json.loads(content)
    return found


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
