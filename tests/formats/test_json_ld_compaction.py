"""Compaction: PyLD's own result, sooner."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pyld import jsonld

from initiative_lod.formats.json_ld_compaction import Compaction

OURS = json.loads((Path(__file__).parents[2] / "ontology" / "context.jsonld").read_text("utf-8"))["@context"]
EX = "http://example.org/"
CONTEXTS: list[dict[str, Any]] = [
    OURS,
    {},
    {
        "ex": EX,
        "exa": f"{EX}a/",
        "name": {"@id": f"{EX}name", "@language": "en"},
        "ref": {"@id": f"{EX}ref", "@type": "@id"},
    },
    {"@vocab": EX, "ref": {"@type": "@vocab"}, "gone": None},
    {"@base": EX, "ex": EX},
    {"e": EX, "e2": EX, "e:a": {"@id": f"{EX}a"}, "id": "@id", "type": "@type", "value": "@value"},
    {
        "site": "http://example.org",
        "x": {"@id": f"{EX}x", "@prefix": True},
        "list": {"@id": f"{EX}list", "@container": "@list"},
    },
]
TERMS = [
    EX,
    f"{EX}a",
    f"{EX}a/b",
    f"{EX}name",
    f"{EX}x/1",
    "http://example.org",
    "urn:x:y",
    "http://purl.org/dc/terms/title",
]


@pytest.mark.parametrize("context", CONTEXTS, ids=range(len(CONTEXTS)))
def test_it_is_what_pyld_makes(context: dict[str, Any]) -> None:
    values: list[dict[str, Any]] = [
        {"@value": "words"},
        {"@value": "字", "@language": "zh"},
        {"@value": "words", "@language": "en"},
        {"@value": "1", "@type": "http://www.w3.org/2001/XMLSchema#integer"},
        *({"@id": term} for term in TERMS),
        {"@list": [{"@id": f"{EX}a"}, {"@value": "b"}]},
    ]
    expanded = [
        {"@id": subject, "@type": [TERMS[1], TERMS[-1]], **dict.fromkeys((*TERMS, f"{EX}ref", f"{EX}list"), values)}
        for subject in TERMS
    ]
    options = {"skipExpansion": True, "base": ""}
    assert Compaction().compact(expanded, context, options) == jsonld.compact(expanded, context, options)


def test_an_iri_that_looks_shortened_is_refused_as_pyld_does() -> None:
    context, expanded = {"ex": EX}, [{"@id": "ex:a", EX: [{"@id": "ex:b"}]}]
    for processor in (Compaction(), jsonld.JsonLdProcessor()):
        with pytest.raises(jsonld.JsonLdError, match="confused with prefix"):
            processor.compact(expanded, context, {"skipExpansion": True})
