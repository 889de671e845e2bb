"""The competency questions that a release keeps, read from its file."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from typing import Any

from initiative_lod.errors import ReleaseError
from initiative_lod.release import Release
from initiative_lod.validation import competency
from initiative_lod.web.labelled import LangText

Kept = dict[str, Any]


class Questions:
    """The questions of the release that is current."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of = ""
        self._kept: list[Kept] = []

    def of(self, release: Release) -> list[Kept]:
        """The questions of ``release``, by group; none of one that keeps none. Raises ReleaseError."""
        with self._lock:
            if self._of != str(release.path):
                self._kept = read(release)
                self._of = str(release.path)
            return self._kept


def read(release: Release) -> list[Kept]:
    """The questions that a release keeps. Raises ReleaseError when its file cannot be read."""
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
