"""JSON-LD of a description, in each of its three forms. Contexts are never fetched."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NoReturn

from pyoxigraph import Quad

from initiative_lod.documents.negotiation import JSON_LD_PROFILE
from initiative_lod.formats import JSON_LD, json_bytes
from initiative_lod.formats.graph_format import triples
from initiative_lod.iris import Iris

#: Forms of JSON-LD, by token.
FORMS = {name: JSON_LD_PROFILE + name for name in ("compacted", "expanded", "flattened")}


def json_ld(quads: Sequence[Quad], profile: str, iris: Iris, context: dict[str, Any]) -> bytes:
    """The triples of the quads as JSON-LD in the form that ``profile`` (an IRI of FORMS) names, else compacted."""
    from pyld import jsonld  # here: it takes long to import, and most of what is served needs none of it

    expanded = json.loads(JSON_LD.write(triples(quads)))
    if profile == FORMS["expanded"]:
        return json_bytes(expanded)
    options = {"documentLoader": _offline, "skipExpansion": True}  # it is expanded already
    inner = context.get("@context", context)
    shorten = jsonld.flatten if profile == FORMS["flattened"] else jsonld.compact
    document = shorten(expanded, inner, options)
    # The context stands in its own document: one that every client can keep.
    document = {
        "@context": iris.thing("context.jsonld").value,
        **{k: v for k, v in document.items() if k != "@context"},
    }
    return json_bytes(document)


def _offline(url: str, options: Any) -> NoReturn:
    from pyld import jsonld

    raise jsonld.JsonLdError(
        f"no context is fetched: {url}", "jsonld.LoadDocumentError", code="loading document failed"
    )
