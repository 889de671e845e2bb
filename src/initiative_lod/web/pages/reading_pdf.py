"""PDF of a document as the reading room has it, set by Typst: contents, languages side by side, numbers, links, rights.

``reading.typ`` is the layout. The words are given to it as data, so that none of them is taken for markup.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pyoxigraph import NamedNode

from initiative_lod.errors import Message, NotFound
from initiative_lod.formats import MediaType
from initiative_lod.web.drawings import packaged_font
from initiative_lod.web.drawings.squares import colour
from initiative_lod.web.pages.reading_lines import ReadingLine, ReadingWords, glue
from initiative_lod.web.pages.reading_room import Reading, ReadingPassage
from initiative_lod.web.pages.typesetting import typeset
from initiative_lod.web.pages.view import View

PDF = MediaType("application/pdf", "pdf", "PDF", charset=False)
QUIET = "#56616a"
_LANGUAGE, _REGION = re.compile("[a-z]{2,3}"), re.compile("[a-z]{2}")

Json = dict[str, Any]


def pdf(view: View, read: Reading, document: NamedNode) -> bytes:
    """The file. Raises NotFound where the font that travels in the package lacks a letter."""
    lacking = missing(read)
    if lacking:
        raise NotFound(Message("error.no_pdf", letters=" ".join(sorted(lacking)[:20])))
    return typeset(json.dumps(_Data(view, read, document).whole()))


def missing(read: Reading) -> frozenset[str]:
    """Letters of the document, and of what is said of its texts and clauses, that the font does not have."""
    return packaged_font.lacking("".join(_drawn(read)))


def _drawn(read: Reading) -> Iterator[str]:
    yield from (label.value for label in (read.thing.label, *read.labels))
    for text in read.texts:
        yield text.thing.label.value
        yield text.standing.label.value if text.standing else ""
    yield from (notice.value for _, notices in read.rights for notice in notices)
    for passage in read.every():
        yield from (piece.text for heading in passage.heading.values() for piece in heading)
        yield from (item.label.value for note in passage.notes for item in note.modalities)
        for line in (*passage.lines, *passage.closing):
            yield from (piece.text for runs in line.cells.values() for run in runs for piece in run.pieces)


def words(text: str, tag: str = "") -> Json:
    """Words with their language, as Typst has languages: letters of it, and of its region."""
    language, *more = tag.lower().split("-")
    return {
        "words": "".join(_letters(text)),
        "lang": language if _LANGUAGE.fullmatch(language) else "und",
        "region": next((item for item in more if _REGION.fullmatch(item)), None),
    }


def _letters(text: str) -> Iterator[str]:
    """The letters that the font has; in place of a blank that it has not, a plain one."""
    for letter in text:
        if letter == "\n" or letter in packaged_font.letters():
            yield letter
        elif letter.isspace():
            yield " "


@dataclass(slots=True)
class _Data:
    view: View
    read: Reading
    document: NamedNode

    def whole(self) -> Json:
        """All that the template is given."""
        view, read, say = self.view, self.read, self.view.interface.gettext
        release = view.opened.release
        labels = read.labels or [read.thing.label]
        identifier = f"{self.document.value}#release-{release.version}"
        year, month, day = map(int, release.modified[:10].split("-"))
        own = words("", view.language)
        return {
            "title": words(labels[0].value)["words"],
            "metadata": {"identifier": identifier, "rights": self._rights(), "languages": list(read.languages)},
            "date": {"year": year, "month": month, "day": day},
            "font": packaged_font.FAMILY,
            "lang": own["lang"],
            "region": own["region"],
            "iri": self.document.value,
            "labels": [words(label.value, label.language) for label in labels],
            "texts": [
                words(
                    f"{text.thing.label.value} — {text.standing.label.value}"
                    if text.standing
                    else text.thing.label.value,
                    text.thing.label.language,
                )
                for text in read.texts
            ],
            "say": {"contents": self._own(say("document_contents")), "rights": self._own(say("rights"))},
            "parts": [part for passage in read.passages for part in self._passage(passage)],
            "cut": [self._own(say("reading.cut"))] if read.cut else [],
            "rights": [words(notice.value, notice.language) for _, notices in read.rights for notice in notices],
            "licence": self._licence(),
            "source": self._own(say("data_from", release=release.version)),
        }

    def _rights(self) -> dict[str, str]:
        """Notices by language; the licence of the data, whatever the reader's."""
        found = {"x-default": [item["words"] + " " + item["iri"] for item in self._licence()]}
        for _, notices in self.read.rights:
            for notice in notices:
                found.setdefault(notice.language or "x-default", []).append(notice.value)
        return {language: "\n".join(dict.fromkeys(said)) for language, said in found.items() if said}

    def _own(self, said: str) -> Json:
        return words(said, self.view.language)

    def _licence(self) -> list[Json]:
        say, licence = self.view.interface.gettext, self.view.opened.license
        if not licence:
            return []
        label = self.view.thing(NamedNode(licence)).label.value
        return [{**self._own(f"{say('data_license')}{say('colon')}{label}"), "iri": licence}]

    def _passage(self, passage: ReadingPassage) -> Iterator[Json]:
        """Heading and lines of a part and of those in it, in reading order."""
        if passage.headed:
            said = {tag: "".join(piece.text for piece in pieces) for tag, pieces in passage.heading.items()}
            tags = self.read.languages if said.keys() & {*self.read.languages} else list(said)
            cells = [words(said[tag], tag) if said.get(tag) else None for tag in tags]
            yield {"kind": "heading", "level": passage.level, "iri": passage.thing.iri, "cells": cells}
        yield from self._lines(passage.lines)
        for inner in passage.inner:
            yield from self._passage(inner)
        yield from self._lines(passage.closing)

    def _lines(self, lines: Sequence[ReadingLine]) -> Iterator[Json]:
        for line in lines:
            cells = [[_run(run, tag) for run in line.cells.get(tag, ())] for tag in self.read.languages]
            yield {"kind": "line", "cells": cells}


def _run(run: ReadingWords, tag: str) -> Json:
    """Words in a language; of a clause with its number, and how it is worded."""
    said = {**words("".join(piece.text for piece in run.pieces), tag), "glue": glue(tag), "note": None}
    if run.note is not None:
        how = [item for item in run.note.modalities if not item.residual]
        labels = [item.label for item in how]
        told = " ".join([str(run.note.number), *(label.value for label in labels)])
        said["note"] = words(told, labels[0].language if labels else tag)
        said["colour"] = colour(how[0].style) if how else QUIET
    return said
