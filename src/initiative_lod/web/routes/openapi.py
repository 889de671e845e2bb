"""OpenAPI description of the interface, read off the addresses: /openapi.json."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.routing import Route

from initiative_lod import __version__
from initiative_lod.documents.representation import OFFERS
from initiative_lod.formats import JSON, PROBLEM
from initiative_lod.locale.messages import Language
from initiative_lod.web.routes.routing import Address, Outcome

#: Names under which a format is sent to clients that ask for it by these.
ALIASES = {offer.media.name: offer.alias for offer in OFFERS if offer.alias}
FORM = "application/x-www-form-urlencoded"


class Problem(BaseModel):
    """Problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str


def description(addresses: Sequence[Address]) -> dict[str, Any]:
    """The OpenAPI document of the addresses that are shown."""
    shown = [address for address in addresses if address.shown]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "initiative-lod",
            "summary": "A governance document as linked data: every statement with its place in the text.",
            "version": __version__,
        },
        "paths": {_route(address).path_format: _operations(address) for address in shown},
        "components": {"schemas": _schemas(shown)},
    }


@dataclass(frozen=True, slots=True)
class DescribedAddress:
    """An address in words: what answers there, its arguments as (name, description), the media types of its answer."""

    path: str
    methods: str
    summary: str
    arguments: Sequence[tuple[str, str]]
    media: Sequence[str]


def described(addresses: Iterable[Address], language: Language) -> list[DescribedAddress]:
    """The addresses that are shown, in words of a language, in the order of their paths."""

    def said(text: str) -> str:
        return language.find(f"described.{text}") or text

    found = [
        DescribedAddress(
            _route(address).path_format,
            ", ".join(address.methods),
            said(address.summary),
            [(item["name"], said(item["description"])) for item in address.arguments.parameters()],
            list(dict.fromkeys(media.name for media in address.outcomes[200].media)) if 200 in address.outcomes else [],
        )
        for address in addresses
        if address.shown
    ]
    return sorted(found, key=lambda item: item.path)


def _operations(address: Address) -> dict[str, Any]:
    return {method.lower(): _operation(address, method) for method in address.methods}


def _operation(address: Address, method: str) -> dict[str, Any]:
    names = _route(address).param_convertors
    path = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    name = address.path.strip("/").split("{")[0].strip("/.").replace("/", "_").replace("-", "_").replace(".", "_")
    operation: dict[str, Any] = {
        "summary": address.summary,
        "operationId": f"{method.lower()}_{'_'.join([name or 'start', *names])}",
        "parameters": [*path, *address.arguments.parameters()],
        "responses": {str(status): _response(outcome) for status, outcome in sorted(address.outcomes.items())},
    }
    if method == "POST" and address.body is not None:
        operation["requestBody"] = {"content": {FORM: {"schema": _reference(address.body)}}}
    return operation


def _response(outcome: Outcome) -> dict[str, Any]:
    described: dict[str, Any] = {"description": outcome.description}
    if outcome.media:
        described["content"] = {
            media.name: {"schema": _reference(Problem if media is PROBLEM else outcome.schema)}
            if media is PROBLEM or (outcome.schema is not None and media is JSON)
            else {}
            for media in outcome.media
        }
        for media in outcome.media:
            if alias := ALIASES.get(media.name):
                described["content"].setdefault(alias, {})
    return described


def _reference(model: type[BaseModel] | None) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{model.__name__}"} if model is not None else {}


def _schemas(addresses: Iterable[Address]) -> dict[str, Any]:
    bodies = {address.body for address in addresses if address.body is not None}
    answers = {outcome.schema for address in addresses for outcome in address.outcomes.values() if outcome.schema}
    every: set[type[BaseModel]] = {Problem, *bodies, *answers}
    models = sorted(every, key=lambda model: model.__name__)
    _, schemas = models_json_schema(
        [(model, "serialization") for model in models], ref_template="#/components/schemas/{model}"
    )
    found: dict[str, Any] = schemas["$defs"]
    return found


def _route(address: Address) -> Route:
    return Route(address.path, address.endpoint)
