"""Reconciliation Service API 1.0-draft (https://reconciliation-api.github.io/specs/1.0-draft/): its manifest, and its
queries and answers in terms of those of 0.2.

A condition's value stands in ``v``, or, as later texts of the draft have it, in ``propertyValue``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from initiative_lod.errors import Message, TooLarge
from initiative_lod.languages import DEFAULT_LANGUAGE, WORD_LANGUAGES, primary
from initiative_lod.matching.reconcile_entities import Entities
from initiative_lod.matching.reconcile_extension import SETTINGS, ExtensionQuery, extend
from initiative_lod.matching.reconcile_manifest import HEIGHT, WIDTH, default_types, manifest
from initiative_lod.matching.reconcile_queries import (
    MAX_BATCH,
    MAX_CANDIDATES,
    MAX_PROPERTIES,
    USUAL_CANDIDATES,
    Class,
    Name,
    PropertyValues,
    Query,
    Value,
    candidates,
    limit_up_to,
    listed,
    parse_json,
    validated,
    without_nulls,
)

VERSION = "1.0-draft"
_NOTHING = {"matchType": "name", "v": ""}


class MatchCondition(BaseModel):
    """Condition of a query: a name of the candidates, or values of a property of theirs."""

    model_config = ConfigDict(populate_by_name=True)

    match_type: Annotated[Literal["name", "property"], Field(alias="matchType")]
    pid: Name = ""
    values: Annotated[
        tuple[Value, ...], BeforeValidator(listed), Field(validation_alias=AliasChoices("v", "propertyValue", "values"))
    ]
    required: bool = False
    quantifier: Annotated[Literal["any", "all", "none"], Field(alias="matchQuantifier")] = "any"

    @model_validator(mode="after")
    def _has_a_meaning(self) -> MatchCondition:
        if self.match_type == "property" and not self.pid:
            raise ValueError("a condition on a property names it as pid")
        if self.match_type == "name" and self.quantifier != "any":
            raise ValueError("a name is any of the values")
        return self


class DraftQuery(BaseModel):
    """One query; ``lang`` is the language of the names that are returned."""

    conditions: Annotated[tuple[MatchCondition, ...], Field(min_length=1, max_length=MAX_PROPERTIES)]
    type: Class = ""
    limit: limit_up_to(MAX_CANDIDATES) = USUAL_CANDIDATES  # type: ignore[valid-type]
    lang: Name = ""


class DraftBatch(BaseModel):
    """Queries, which are answered in their order."""

    queries: tuple[DraftQuery, ...]


def read_draft_batch(text: str) -> DraftBatch:
    """The queries of a body. Raises BadArgument, TooLarge."""
    value = parse_json(text, "body")
    if isinstance(value, dict) and isinstance(value.get("queries"), list) and len(value["queries"]) > MAX_BATCH:
        raise TooLarge(Message("reconcile.batch", count=len(value["queries"]), most=MAX_BATCH))
    if isinstance(value, dict) and isinstance(value.get("queries"), list):
        value = {**value, "queries": [_query(item) for item in value["queries"]]}
    return validated(DraftBatch, value, "body")


def _query(value: Any) -> Any:
    """A query without what is null in it; one that asks for nothing then finds nothing, in its place."""
    bare = {} if value is None else without_nulls(value)
    if isinstance(bare, dict) and (value is None or value.get("conditions") != bare.get("conditions")):
        bare = {**bare, "conditions": bare.get("conditions") or [_NOTHING]}
    return bare


def answer_draft_batch(entities: Entities, batch: DraftBatch) -> dict[str, Any]:
    """The results of a batch, in the order of its queries."""
    return {"results": [{"candidates": _candidates(entities, query)} for query in batch.queries]}


def _candidates(entities: Entities, query: DraftQuery) -> list[dict[str, Any]]:
    """The candidates of a query: of several names, those of each, with the better score."""
    properties = tuple(
        PropertyValues(pid=item.pid, values=item.values, quantifier=item.quantifier, required=item.required)
        for item in query.conditions
        if item.match_type == "property"
    )
    names = [value for item in query.conditions if item.match_type == "name" for value in item.values] or [""]
    language = primary(query.lang) if primary(query.lang) in WORD_LANGUAGES else None
    best: dict[str, dict[str, Any]] = {}
    for name in names:
        asked = Query(text=name, classes=(query.type,) if query.type else (), limit=query.limit, properties=properties)
        for item in candidates(entities, asked, language):
            known = best.get(item["id"])
            if known is None or known["score"] < item["score"]:
                best[item["id"]] = item
    found = sorted(best.values(), key=lambda item: -item["score"])[: query.limit]
    for place, item in enumerate(found):
        item["match"] = item["match"] and place == 0
        item["features"] = [{**feature, "name": _feature_name(entities, feature["id"])} for feature in item["features"]]
    return found


def _feature_name(entities: Entities, feature: str) -> str:
    return feature if feature.startswith("name") else entities.name(feature, DEFAULT_LANGUAGE)


def draft_extension(entities: Entities, extension: ExtensionQuery) -> dict[str, Any]:
    """The rows of a data extension as lists, in the order of the query."""
    found = extend(entities, extension)
    rows = [
        {
            "id": iri,
            "properties": [{"id": item.id, "values": found["rows"][iri][item.id]} for item in extension.columns],
        }
        for iri in extension.ids
    ]
    return {"meta": found["meta"], "rows": rows}


def draft_manifest(entities: Entities, endpoint: str, origin: str) -> dict[str, Any]:
    """The manifest of the draft's root ``endpoint``; where its services are follows from that."""
    shared = manifest(entities, endpoint, origin)
    settings = [
        {
            "id": item["name"],
            "name": item["label"],
            "helpText": item["help_text"],
            **{name: item[name] for name in ("type", "default", "choices") if name in item},
        }
        for item in SETTINGS
    ]
    return {
        "versions": [VERSION],
        **{name: shared[name] for name in ("name", "documentation", "serviceVersion", "batchSize")},
        "defaultTypes": default_types(entities),
        "view": {"url": f"{origin}/resource?iri={{id}}"},
        "preview": {"width": WIDTH, "height": HEIGHT},
        "suggest": {"entity": True, "property": True, "type": True},
        "extend": {"proposeProperties": True, "propertySettings": settings},
        "standardizedScore": True,
    }
