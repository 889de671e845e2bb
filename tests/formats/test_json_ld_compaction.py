"""Compaction: PyLD's own result, sooner."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pyld import jsonld

from initiative_lod.formats.json_ld_compaction import Compaction
from initiative_lod.formats.json_ld_compaction.plain import PlainCompaction

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


XSD = "http://www.w3.org/2001/XMLSchema#"
PLAIN: list[dict[str, Any]] = [
    OURS,
    {},
    {
        "@version": 1.1,
        "ex": EX,
        "id": "@id",
        "kind": {"@id": "@type", "@container": "@set"},
        "name": {"@id": f"{EX}name", "@container": "@language"},
        "names": {"@id": f"{EX}names", "@container": ["@language", "@set"]},
        "count": {"@id": f"{EX}count", "@type": f"{XSD}integer"},
        "ref": {"@id": f"{EX}ref", "@type": "@id"},
        "word": {"@id": f"{EX}ref", "@type": "@vocab", "@container": "@set"},
        "b": f"{EX}b",
        "english": {"@id": f"{EX}said", "@language": "en"},
        "said": {"@id": f"{EX}said", "@container": "@set"},
        "gone": None,
        "evidence": {"@reverse": f"{EX}about", "@container": "@set"},
    },
]
LITERALS: list[dict[str, Any]] = [
    {"@value": "words"},
    {"@value": ""},
    {"@value": True, "@type": f"{XSD}boolean"},
    {"@value": 7, "@type": f"{XSD}integer"},
    {"@value": "007", "@type": f"{XSD}integer"},
    {"@value": "字", "@language": "zh"},
    {"@value": "words", "@language": "en"},
    {"@value": "words again", "@language": "en"},
]
NAMES = [f"{EX}{name}" for name in ("name", "names", "count", "ref", "said", "b", "other")]


def plain_nodes(values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    properties = [
        *NAMES,
        *(OURS["ilod"] + name for name in ("number", "text", "altLabel", "onValue", "span", "unknown")),
    ]
    inner = {"@id": "_:b0", "@type": [f"{EX}b"], f"{EX}ref": [{"@id": f"{EX}b"}, *values[:1]]}
    reverse = {f"{EX}about": [{"@id": f"{EX}7", f"{EX}name": values[-1:]}, {"@id": f"{EX}8"}]}
    whole: dict[str, Any] = {"@id": EX} | {
        name: [*values, {"@id": f"{EX}b"}, {"@id": "urn:x"}, inner] for name in properties
    }
    return [whole, {"@id": "urn:y", "@type": [f"{EX}b", OURS["ilod"] + "Action"], f"{EX}said": values}] + (
        [{"@id": f"{EX}9", "@reverse": reverse}] if values else []
    )


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("context", PLAIN, ids=range(len(PLAIN)))
def test_plain_nodes_are_compacted_without_pyld(
    context: dict[str, Any], number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []
    direct = PlainCompaction.nodes

    def noted(self: PlainCompaction, nodes: list[dict[str, Any]]) -> Any:
        made.append(direct(self, nodes))
        return made[-1]

    monkeypatch.setattr(PlainCompaction, "nodes", noted)
    for start in range(len(LITERALS)):
        expanded = plain_nodes(LITERALS[start : start + number])
        if "evidence" not in context:
            expanded = expanded[:2]
        options = {"skipExpansion": True, "base": ""}
        ours = Compaction().compact(expanded, context, options)
        assert json.dumps(ours) == json.dumps(jsonld.compact(expanded, context, options))
    assert len(made) == len(LITERALS), "some were left to PyLD"


@pytest.mark.parametrize(
    "node",
    [
        {"@id": EX, f"{EX}b": []},
        {"@id": EX, f"{EX}b": [{"@list": [{"@value": "a"}]}]},
        {"@id": EX, f"{EX}b": [{"@value": "a", "@language": "ar", "@direction": "rtl"}]},
        {"@id": EX, "@graph": [{"@id": "urn:x", f"{EX}b": [{"@value": "a"}]}]},
        {"@id": EX, f"{EX}b": [{"@value": "a", "@index": "1"}]},
        {"@id": EX, "@reverse": {f"{EX}other": [{"@id": "urn:x"}]}},
        {"@id": EX},
        {f"{EX}b": [{"@value": "a"}]},
    ],
)
def test_other_nodes_are_left_to_pyld(node: dict[str, Any]) -> None:
    options = {"skipExpansion": True, "base": ""}
    context = PLAIN[-1]
    assert Compaction().compact([node, node], context, options) == jsonld.compact([node, node], context, options)
