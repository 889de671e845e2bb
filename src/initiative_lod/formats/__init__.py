"""Formats: media types, and the formats of RDF with their readers and writers, each a class in a module of its own.

A further format is a further module: it is found by being in this package, and served, negotiated, dumped, described
and read from then on.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules

from initiative_lod.formats.graph_format import GraphFormat as GraphFormat
from initiative_lod.formats.json_ld import JsonLd
from initiative_lod.formats.media_type import ATOM as ATOM
from initiative_lod.formats.media_type import GZIP as GZIP
from initiative_lod.formats.media_type import HTML as HTML
from initiative_lod.formats.media_type import JSON as JSON
from initiative_lod.formats.media_type import PARQUET as PARQUET
from initiative_lod.formats.media_type import PNG as PNG
from initiative_lod.formats.media_type import PROBLEM as PROBLEM
from initiative_lod.formats.media_type import RESULT_CSV as RESULT_CSV
from initiative_lod.formats.media_type import RESULT_JSON as RESULT_JSON
from initiative_lod.formats.media_type import RESULT_TSV as RESULT_TSV
from initiative_lod.formats.media_type import RESULT_TYPES as RESULT_TYPES
from initiative_lod.formats.media_type import RESULT_XML as RESULT_XML
from initiative_lod.formats.media_type import SVG as SVG
from initiative_lod.formats.media_type import TEXT as TEXT
from initiative_lod.formats.media_type import XML as XML
from initiative_lod.formats.media_type import MediaType as MediaType
from initiative_lod.formats.media_type import json_bytes as json_bytes


def _registered() -> tuple[GraphFormat, ...]:
    """One of each class of this package that has a media type's name, in order of rank."""
    classes: list[Callable[[], GraphFormat]] = []
    for item in iter_modules(__path__):
        if item.ispkg:  # what one format alone needs, and imports when it is used
            continue
        module = import_module(f"{__name__}.{item.name}")
        own = (value for value in vars(module).values() if getattr(value, "__module__", "") == module.__name__)
        classes += [
            value
            for value in own
            if isinstance(value, type) and issubclass(value, GraphFormat) and "name" in vars(value)
        ]
    return tuple(sorted((made() for made in classes), key=lambda item: item.rank))


#: Every format of RDF that is read, in order of our preference; and those of them that are also written.
READABLE = _registered()
RDF_TYPES = tuple(format for format in READABLE if format.written)
DOCUMENT_TYPES = (HTML, *RDF_TYPES)

BY_LABEL = {format.label: format for format in READABLE}
BY_NAME = {media.name: media for media in (*DOCUMENT_TYPES, *RESULT_TYPES)}
BY_SUFFIX = {media.suffix: media for media in DOCUMENT_TYPES}

TURTLE, TRIG = BY_LABEL["Turtle"], BY_LABEL["TriG"]
N_TRIPLES, N_QUADS = BY_LABEL["N-Triples"], BY_LABEL["N-Quads"]
RDF_XML = BY_LABEL["RDF/XML"]
JSON_LD = next(format for format in READABLE if isinstance(format, JsonLd))
