"""A pseudo-language made of a catalogue, data in a made-up script, and what is left of a page without both.

Each message of the pseudo-language is its own id in letters of nobody's (U+E000 and on), between brackets, and its
values. Data is turned into Georgian letters. So whatever is in Latin letters or Chinese characters on a page, outside
of code, is a word that came from no catalogue.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from pyoxigraph import Literal, NamedNode, Quad

TAG = "qps"  # for private use: ISO 639-2 reserves qaa to qtz
OPEN, CLOSE, LETTERS = "⟦", "⟧", 0xE000
_ID = re.compile(f"{OPEN}([\ue000-\ue0ff]+){CLOSE}")
_VALUE = re.compile(r"%\((\w+)\)[sr]")
_LATIN_OR_HAN = re.compile(r"[A-Za-z\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_IRI = re.compile(r"\S*[:/#@_]\S*")  # IRIs, prefixed names, addresses, media types, names of variables
_BETWEEN = re.compile(r"[\s,;.()\[\]{}«»“”‘’'\"·…?!→↔←+–—×|]+")
_FILE = re.compile(r"[\w-]+(?:\.[\w-]+)+")
#: What was sent, an HTTP date, a character by its number.
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT|U\+[0-9A-F]{4,}")
_CODE_VALUE = re.compile(r"true|false|zh(?:-han[st])?|en|[0-9a-f]{12,}")  # booleans, language tags, digests

#: What bears a name of its own in every language.
NAMES = frozenset(
    "APA API Atom BibTeX CC BY CSL CSL-JSON CSV HTML HTTP HexTuples IRI JSON JSON-LD N-Quads N-Triples OpenRefine RDF "
    "RDF/XML SHACL SPARQL SSSOM TSV TriG Turtle XML initiative-lod gzip GET HEAD POST PUT DELETE OPTIONS "
    "AND OR XOR IG Script "
    "EPUB GB/T OpenAPI PDF PNG RIS SVG VoID apa bibtex csl gbt ris queries q0 default-graph-uri iri id".split()
)
#: Elements in which nothing is said, and elements without an end.
MUTE = frozenset({"code", "pre", "script", "style", "textarea", "template"})
VOID = frozenset("area base br col embed hr img input link meta source track wbr rect path circle line".split())
#: Attributes that a reader reads or hears.
TOLD = (
    "alt",
    "aria-description",
    "aria-label",
    "placeholder",
    "title",
    "data-hint",
    "data-proposals",
    "data-deleted",
    "data-character",
)

#: Properties whose strings are no words.
CODE = tuple(
    NamedNode(iri)
    for iri in (
        "http://purl.org/dc/terms/language",
        "http://www.w3.org/ns/shacl#select",
        "http://www.w3.org/ns/shacl#pattern",
        "http://www.w3.org/ns/shacl#flags",
        "http://www.w3.org/ns/shacl#prefix",
        "http://www.w3.org/ns/shacl#namespace",
        "https://w3id.org/initiative-lod/ontology#operator",
        "https://w3id.org/initiative-lod/ontology#sha256",
    )
)
_STRING = "http://www.w3.org/2001/XMLSchema#string"


def written(id: str) -> str:
    """An id in letters of nobody's."""
    return OPEN + "".join(chr(LETTERS + ord(letter)) for letter in id) + CLOSE


def ids_in(text: str) -> set[str]:
    """The ids of the messages in a text."""
    return {"".join(chr(ord(letter) - LETTERS) for letter in match[1]) for match in _ID.finditer(text)}


def catalogue(source: Path, without: Iterable[str] = ()) -> bytes:
    """The pseudo-language as a file: every message of the catalogue ``source`` but those ``without``."""
    made = Catalog(locale=None)
    left_out = set(without)
    for message in read_po(io.BytesIO(source.read_bytes())):
        if not message.id or not {message.id if isinstance(message.id, str) else message.id[0]}.isdisjoint(left_out):
            continue
        if isinstance(message.id, str):
            made.add(message.id, written(message.id) + _values(str(message.string)))
        else:
            one, many = message.id
            made.add(message.id, (written(one), written(many) + _values(str(list(message.string or ("",))[-1]))))
    content = io.BytesIO()
    write_po(content, made)
    return content.getvalue()


def _values(text: str) -> str:
    return "".join(f" {match[0]}" for match in _VALUE.finditer(text))


# Data


def made_up(text: str) -> str:
    """A text in Georgian letters: as many as it has."""
    return _LATIN_OR_HAN.sub(lambda match: "".join(chr(0x10D0 + ord(letter) % 33) for letter in match[0]), text)


def made_up_quads(quads: Iterable[Quad]) -> Iterator[Quad]:
    """The quads with their words in Georgian letters."""
    for quad in quads:
        value = quad.object
        if isinstance(value, Literal) and quad.predicate not in CODE:
            if value.language:
                value = Literal(made_up(value.value), language=value.language)
            elif value.datatype.value == _STRING:
                value = Literal(made_up(value.value))
        yield Quad(quad.subject, quad.predicate, value, quad.graph_name)


def made_up_questions(content: bytes) -> bytes:
    """Saved questions with their words, and those of their answers, in Georgian letters."""
    saved: list[dict[str, Any]] = json.loads(content)
    for item in saved:
        for name in ("question", "note"):
            item[name] = {tag: made_up(text) for tag, text in item[name].items()}
        for words in item.get("columns", {}).values():
            words.update({tag: made_up(text) for tag, text in words.items()})
        if "rows" not in item:
            continue
        literals = {term["value"] for row in item["rows"] for term in row.values() if term["type"] == "literal"}
        for row in item["rows"]:
            for term in row.values():
                if term["type"] == "literal":
                    term["value"] = made_up(term["value"])
        if not item["expected"]:  # of a template
            continue
        head, *rows = item["expected"]
        item["expected"] = [head, *([made_up(cell) if cell in literals else cell for cell in row] for row in rows)]
    return json.dumps(saved).encode()


# Pages


class Told(HTMLParser):
    """What a page tells a reader in its own language: the runs of text and the attributes, without code."""

    def __init__(self, tags: Sequence[str]) -> None:
        super().__init__()
        self._tags = tags
        self.told: list[str] = []
        self._silent: list[bool] = [False]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        mute = self._silent[-1] or tag in MUTE or given.get("lang", self._tags[0]) not in self._tags
        if not mute:
            self.told += [given[name] for name in TOLD if name in given]
            if tag == "input" and given.get("type") in ("submit", "button"):
                self.told.append(given.get("value", ""))
            if tag == "meta" and given.get("name") == "description":
                self.told.append(given.get("content", ""))
        if tag not in VOID:
            self._silent.append(mute)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._silent.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and len(self._silent) > 1:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        if not self._silent[-1]:
            self.told.append(data)


def told(page: str, *tags: str) -> list[str]:
    """The runs of text that a page has in languages with these tags: without any, in the pseudo-language."""
    reader = Told(tags or (TAG,))
    reader.feed(page)
    reader.close()
    return [text for text in reader.told if text.strip()]


def leaks(texts: Iterable[str]) -> list[str]:
    """The words in these texts that are neither a name nor code."""
    found = []
    for text in texts:
        left = _FILE.sub(" ", _IRI.sub(" ", _QUOTED.sub(" ", _ID.sub(" ", text))))
        words = [word for word in _BETWEEN.split(left) if word not in NAMES and not _CODE_VALUE.fullmatch(word)]
        if any(_LATIN_OR_HAN.search(word) for word in words):
            found.append(" ".join(text.split())[:160])
    return found
