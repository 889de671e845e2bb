"""Browser search: the names and texts of a release as one file, which a script in the reader's browser searches.

The script folds words and characters as ``search.tokens`` does, so that what a server finds is found without one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Sequence
from itertools import groupby
from typing import Any

from pyoxigraph import NamedNode

from initiative_lod.languages import has_han, simplified, syllables
from initiative_lod.release.files import open_index
from initiative_lod.release.manifest import INDEX
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.search import index
from initiative_lod.web.export.site_file import SiteAddress
from initiative_lod.web.http.request import Request
from initiative_lod.web.site import Site

FILE = "search-index.json"
FIELDS = ("label", "alt", "text", "note")  # what is searched, the field that counts most first
NAMES = 2  # of them the first are names
MOST_THINGS = 20_000  # which a browser reads and folds in a second or two; of more, those that were indexed first


def _syllables(names: str) -> dict[str, list[str]]:
    """By Chinese character in ``names`` its syllable and, if it has another, that one as well."""
    found = {
        character: [syllables(character, other) for other in (False, True)]
        for character in sorted(set(simplified(names)))
    }
    return {
        character: list(dict.fromkeys(heard for (heard,) in readings))
        for character, readings in found.items()
        if has_han(character) and all(readings)
    }


def things(site: Site, opened: OpenRelease, exported: Container[str]) -> bytes:
    """Everything that search finds and that has a page among the ``exported`` addresses, as JSON.

    A thing is [address, {language: name}, number of its kind, [[field, language, words], ...]].
    """
    views = {
        language: site.pages.view(opened, Request(accept_language=language, languages=tuple(site.pages.languages)))
        for language in site.pages.languages
    }
    view = next(iter(views.values()))
    kinds: dict[str, int] = {}
    found: list[list[Any]] = []
    connection = open_index(opened.release.path / INDEX / index.FILE)
    try:
        pairs = connection.execute("SELECT traditional || simplified FROM simplified ORDER BY 1").fetchall()
        rows = connection.execute(
            "SELECT resource.id, iri, field, language, value FROM resource JOIN literal ON resource = resource.id "
            "ORDER BY resource.id, number"
        )
        for (_, iri), literals in groupby(rows, lambda row: row[:2]):
            node = NamedNode(iri)
            href = view.page_of(node)
            place = SiteAddress.of(href)
            if place is None or str(place) not in exported:
                continue
            names = {language: item.thing(node).label.value for language, item in views.items()}
            kind = next(iter(view.kinds(node)), "")
            called = {language: item.label(view.term(kind)) for language, item in views.items()} if kind else {}
            words = json.dumps({language: label.value for language, label in called.items() if label is not None})
            values = [[FIELDS.index(row[2]), row[3], row[4]] for row in literals if row[2] in FIELDS]
            found.append([href, names, kinds.setdefault(words, len(kinds)), values])
            if len(found) == MOST_THINGS:
                break
    finally:
        connection.close()
    every_name = "".join(words for *_, values in found for field, _, words in values if field < NAMES)
    content = {
        "simplified": "".join(pair for (pair,) in pairs),
        "syllables": _syllables(every_name),
        "kinds": [json.loads(words) for words in kinds],
        "things": found,
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def linked(content: str, languages: Sequence[str], link: Callable[[str, str], str]) -> str:
    """An index whose things have an address by language, which ``link`` makes of an address and a language."""
    read = json.loads(content)
    for thing in read["things"]:
        thing[0] = {language: link(thing[0], language) for language in languages}
    return json.dumps(read, ensure_ascii=False, separators=(",", ":"))
