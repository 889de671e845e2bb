"""JSON-LD, which is read with its context in it: nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import Quad, RdfFormat

from initiative_lod.formats.graph_format import Content, EngineFormat, Note
from initiative_lod.formats.media_type import W3C

_KEYWORD = re.compile(r'"@(?:context|id|graph|type|value|list|set|included|reverse)"')


@dataclass(frozen=True)
class JsonLd(EngineFormat):
    """JSON-LD 1.1; written in expanded form, which whoever has a context can compact."""

    name: str = "application/ld+json"
    suffix: str = "jsonld"
    label: str = "JSON-LD"
    charset: bool = False
    iri: str = f"{W3C}JSON-LD"
    rank: int = 2
    graphs: bool = True
    engine: RdfFormat = RdfFormat.JSON_LD

    def begins(self, head: str) -> bool:
        return re.match(r'\s*(?:\{\s*["}]|\[\s*[\[{])', head) is not None and _KEYWORD.search(head) is not None

    def read(
        self, content: Content, base: str, lenient: bool = False, note: Note = lambda text: None
    ) -> Iterator[Quad]:
        quads = self._parse(content, base, lenient)
        while True:
            try:
                yield next(quads)
            except StopIteration:
                return
            except SyntaxError as error:
                if "LoadDocumentCallback" not in error.msg:
                    raise
                why = "its JSON-LD context lies elsewhere and is not fetched: put the context into the file"
                raise SyntaxError(why) from None
