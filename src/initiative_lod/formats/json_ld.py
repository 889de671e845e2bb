"""JSON-LD, which is read with its context in it: nothing is fetched, and nothing is dropped in silence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Quad, RdfFormat

from initiative_lod.formats.graph_format import Content, EngineFormat, Note
from initiative_lod.formats.media_type import W3C
from initiative_lod.formats.well_formed import fault_of

SHOWN = 10  # keys without a meaning that a note names

_KEYWORD = re.compile(r'"@(?:context|id|graph|type|value|list|set|included|reverse)"')
_STRING = rb'"(?:[^"\\]|\\.)*"'
_ID = re.compile(rb'"@id"\s*:\s*(' + _STRING + rb")")
_REMOTE = re.compile(rb'"@(?:context|import)"\s*:\s*\[?\s*(' + _STRING + rb")")
_NO_IRI = re.compile(r'[\x00-\x20<>"{}|\\^`]|^@[A-Za-z]+$')
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


@dataclass(frozen=True)
class JsonLd(EngineFormat):
    """JSON-LD 1.1; written in expanded form, which whoever has a context can compact."""

    name: str = "application/ld+json"
    suffix: str = "jsonld"
    label: str = "JSON-LD"
    charset: bool = False
    iri: str = f"{W3C}JSON-LD"
    rank: int = 2
    notation: str = "JSON"
    graphs: bool = True
    engine: RdfFormat = RdfFormat.JSON_LD

    def begins(self, head: str) -> bool:
        return re.match(r'\s*(?:\{\s*["}]|\[\s*[\[{])', head) is not None and _KEYWORD.search(head) is not None

    def read(
        self, content: Content, base: str, lenient: bool = False, note: Note = lambda text: None
    ) -> Iterator[Quad]:
        """The statements. An ``@id`` or other term that is no IRI is an error, though JSON-LD's own rules drop what it
        stands in (JSON-LD 1.1 API §7.1); keys that the context gives no meaning are left out by these, and noted.
        """
        if not lenient:
            _check_ids(content)
        meaningless: dict[str, None] = {}
        quads = self._parse(content, base, True)  # checked, the engine would drop terms in silence
        while True:
            try:
                quad = next(quads)
            except StopIteration:
                break
            except SyntaxError as error:
                raise _explained(error, content) from None
            if not _SCHEME.match(quad.predicate.value):
                meaningless.setdefault(quad.predicate.value)
            elif lenient or not (fault := fault_of(quad)):
                yield quad
            else:
                raise SyntaxError(fault)
        if meaningless:
            listed = ", ".join(list(meaningless)[:SHOWN]) + (", …" if len(meaningless) > SHOWN else "")
            note(f"its context gives these keys no meaning, and so they are left out: {listed}")


def _check_ids(content: Content) -> None:
    """Raise SyntaxError, with its line, for an ``@id`` that can be no IRI whatever the context and the base."""
    data = content.read_bytes() if isinstance(content, Path) else content
    for match in _ID.finditer(data):
        try:
            value = json.loads(match[1])
        except ValueError:
            continue  # the parser says it better
        if _NO_IRI.search(value):
            line = data.count(b"\n", 0, match.start()) + 1
            raise SyntaxError(f"the @id {value!r} is no IRI", (None, line, None, None))


def _explained(error: SyntaxError, content: Content) -> SyntaxError:
    if "LoadDocumentCallback" not in error.msg:
        return error
    data = content.read_bytes() if isinstance(content, Path) else content
    remote = _REMOTE.search(data)
    where = f" ({remote[1].decode()[1:-1]})" if remote else ""
    return SyntaxError(f"its JSON-LD context lies elsewhere{where} and is not fetched: put the context into the file")
