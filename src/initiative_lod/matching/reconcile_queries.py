"""Reconciliation queries (Reconciliation Service API 0.2, "Reconciliation Queries"): JSON in, candidates out.

What a client sends is read into values first, and refused with a reason when it has no meaning; answering cannot fail.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Literal, NamedNode

from initiative_lod.errors import InitiativeLodError
from initiative_lod.labels import LabelKind
from initiative_lod.languages import LANGUAGES, guessed
from initiative_lod.matching.reconcile_entities import Entities
from initiative_lod.matching.scoring import Basis, compare
from initiative_lod.vocabulary import XSD

MAX_BATCH = 50  # queries of one batch
MAX_TEXT_CHARACTERS = 512  # characters of a query or value that count
MAX_CANDIDATES = 50  # candidates of one query
USUAL_CANDIDATES = 10
MAX_PROPERTIES = 20
MAX_VALUES = 20
NAME_SHARE = 0.7  # of the score, when properties are given as well
MATCH_SCORE = 94.0  # a score from which a candidate may be taken as the match, …
MATCH_DISTANCE = 4.0  # … if the next one is so much lower


class ReconcileError(InitiativeLodError):
    """What was sent is no query of this service."""


class BatchTooLarge(ReconcileError):
    """More queries, or more rows, than one request may have."""


@dataclass(frozen=True, slots=True)
class Query:
    """One reconciliation query. ``strict`` is ``any``, ``all`` or ``should``."""

    text: str
    classes: tuple[str, ...]
    limit: int
    properties: tuple[tuple[str, tuple[str, ...]], ...]
    strict: str = "any"


def parse_json(text: str, what: str) -> Any:
    """JSON, if it is some. Raises ReconcileError."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ReconcileError(f"{what} is not JSON: {error}") from error


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def read_batch(text: str) -> dict[str, Query]:
    """The queries of a batch, by their keys. Raises ReconcileError, BatchTooLarge."""
    batch = parse_json(text, "queries")
    if not isinstance(batch, dict):
        raise ReconcileError('queries is an object of queries by key, such as {"q0": {"query": "…"}}')
    if len(batch) > MAX_BATCH:
        raise BatchTooLarge(f"{len(batch)} queries in one batch; there may be {MAX_BATCH}")
    return {clean(key): _read(key, query) for key, query in batch.items()}


def _read(key: str, value: object) -> Query:
    if isinstance(value, str):
        value = {"query": value}
    if not isinstance(value, dict):
        raise ReconcileError(f"{key} is no query: an object with 'query', 'properties' or both")
    text = value.get("query", "")
    if not isinstance(text, str | int | float) or isinstance(text, bool):
        raise ReconcileError(f"{key}: query is a string")
    properties = _properties(key, value.get("properties", []))
    if not str(text).strip() and not properties:
        raise ReconcileError(f"{key}: a query has 'query', 'properties' or both")
    classes = value.get("type", [])
    classes = [classes] if isinstance(classes, str) else classes
    classes = (
        [item.get("id") if isinstance(item, dict) else item for item in classes] if isinstance(classes, list) else None
    )
    if classes is None or not all(isinstance(item, str) for item in classes):
        raise ReconcileError(f"{key}: type is the identifier of a type, or a list of such")
    strict = value.get("type_strict", "any")
    if strict not in ("any", "all", "should"):
        raise ReconcileError(f"{key}: type_strict is any, all or should")
    wanted = tuple(clean(item) for item in classes if item)[:MAX_VALUES]
    return Query(clean(str(text)), wanted, read_limit(value.get("limit"), f"{key}: limit"), properties, strict)


def read_limit(value: object, what: str, usual: int = USUAL_CANDIDATES, most: int = MAX_CANDIDATES) -> int:
    """A limit: a positive integer, not above ``most``; ``usual`` when none is given. Raises ReconcileError."""
    if value is None or value == "":
        return usual
    number = 0
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        with suppress(ValueError, OverflowError):
            number = int(value)
    if number < 1:
        raise ReconcileError(f"{what} is a positive integer")
    return min(number, most)


def _properties(key: str, value: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, list) or len(value) > MAX_PROPERTIES:
        raise ReconcileError(f"{key}: properties is a list of at most {MAX_PROPERTIES}")
    read = []
    for item in value:
        if not isinstance(item, dict) or not isinstance(item.get("pid"), str) or "v" not in item:
            raise ReconcileError(f"{key}: a property has a 'pid' and a 'v'")
        values = item["v"] if isinstance(item["v"], list) else [item["v"]]
        read.append((clean(item["pid"]), tuple(_value(key, value) for value in values[:MAX_VALUES])))
    return tuple(read)


def _value(key: str, value: object) -> str:
    if isinstance(value, dict) and isinstance(value.get("id"), str):
        return clean(value["id"])
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return clean(f"{value:g}" if isinstance(value, float) else str(value))
    raise ReconcileError(f"{key}: a value is a string, a number, a boolean, or an object with an 'id'")


def clean(text: str) -> str:
    """Text of which no more than MAX_TEXT_CHARACTERS characters count, without halves of characters."""
    return text[:MAX_TEXT_CHARACTERS].encode("utf-8", "replace").decode()


def answer_batch(entities: Entities, batch: Mapping[str, Query]) -> dict[str, Any]:
    """The results of a batch, by key, as the API writes them."""
    return {key: {"result": candidates(entities, query)} for key, query in batch.items()}


def candidates(entities: Entities, query: Query) -> list[dict[str, Any]]:
    """The candidates of a query, best first. Scores are from 0 to 100."""
    language = guessed(query.text)
    among = entities.of_classes(list(query.classes), query.strict == "all") if query.classes else None
    hard = among if query.strict != "should" else None
    scored: dict[int, tuple[float, list[dict[str, Any]]]] = {}
    for number, value, by in _by_name(entities, query, hard):
        scored[number] = (
            100 * value,
            [{"id": "name", "value": round(100 * value, 1)}, {"id": f"name-{by}", "value": True}],
        )
    if not query.text.strip():
        scored = {number: (100.0, []) for number in _with_values(entities, query) if hard is None or number in hard}
    if query.properties:
        for number, (score, features) in scored.items():
            agreed = [_agreement(entities, entities.iris[number], pid, values) for pid, values in query.properties]
            share = sum(agreed) / len(agreed)
            features += [
                {"id": pid, "value": round(100 * a, 1)} for (pid, _), a in zip(query.properties, agreed, strict=True)
            ]
            scored[number] = (score * (NAME_SHARE + (1 - NAME_SHARE) * share), features)
    if query.strict == "should" and among is not None:
        scored = {number: (score if number in among else score * 0.8, f) for number, (score, f) in scored.items()}
    ours = entities.opened.iris.base
    best = sorted(
        scored.items(),
        key=lambda item: (-item[1][0], not entities.iris[item[0]].startswith(ours), entities.iris[item[0]]),
    )
    rivals = (score for number, (score, _) in best[1:] if not entities.same(best[0][0], number))
    second = next(rivals, 0.0)
    result = []
    for place, (number, (score, features)) in enumerate(best[: query.limit]):
        iri = entities.iris[number]
        match = place == 0 and score >= MATCH_SCORE and score - second >= MATCH_DISTANCE
        result.append(
            {
                "id": iri,
                "name": entities.name(iri, language),
                "description": entities.description(iri, language),
                "type": [{"id": item, "name": entities.name(item)} for item in entities.classes_of(iri)],
                "score": round(score, 2),
                "features": features,
                "match": match,
            }
        )
    return result


def _by_name(entities: Entities, query: Query, among: set[int] | None) -> list[tuple[int, float, Basis]]:
    text = query.text.strip()
    if not text:
        return []
    hits = entities.index.search(text, 4 * MAX_CANDIDATES if query.properties else MAX_CANDIDATES, among)
    scored = [(hit.thing, hit.value, hit.by) for hit in hits]
    number = entities.number(text)
    if number is None and (shorter := _ours(entities, text)) is not None:
        number = entities.number(shorter)
    if number is not None and (among is None or number in among):
        scored = [(number, 1.0, Basis.EXACT), *(item for item in scored if item[0] != number)]
    return scored


def _ours(entities: Entities, text: str) -> str | None:
    """The IRI of a thing of ours that is given by its path, ``id/wic-2020/action/8``, or by its page's address."""
    for lead in ("id/", "/id/", "doc/", "/doc/"):
        if text.startswith(lead):
            return f"{entities.opened.iris.base}id/{text[len(lead) :]}"
    return None


def _with_values(entities: Entities, query: Query) -> set[int]:
    """The things that have one of the values of the first property asked for: it stands in for the name."""
    pid, values = query.properties[0]
    numbers: set[int] = set()
    try:
        predicate = NamedNode(pid)
    except ValueError:
        return numbers
    for value in values:
        for term in _terms(value):
            for triple in entities.opened.triples(None, predicate, term):
                subject = triple.subject
                if isinstance(subject, NamedNode) and (number := entities.number(subject.value)) is not None:
                    numbers.add(number)
                if len(numbers) >= 20 * MAX_CANDIDATES:
                    return numbers
    return numbers


def _terms(value: str) -> list[NamedNode | Literal]:
    """The RDF terms that may be meant by a value."""
    terms: list[NamedNode | Literal] = [Literal(value), *(Literal(value, language=tag) for tag in LANGUAGES)]
    terms += [Literal(value, datatype=kind) for kind in (XSD.integer, XSD.decimal, XSD.boolean, XSD.date)]
    with suppress(ValueError):  # it is no IRI, and a string only
        terms.append(NamedNode(value))
    return terms


def _agreement(entities: Entities, iri: str, pid: str, values: tuple[str, ...]) -> float:
    """How far a thing has the values that are asked for: from 0 to 1, the mean over them."""
    try:
        triples = list(entities.opened.triples(NamedNode(iri), NamedNode(pid)))
    except ValueError:
        return 0.0
    has = [triple.object for triple in triples[:200] if isinstance(triple.object, NamedNode | Literal)]
    return sum(max((_alike(entities, value, item) for item in has), default=0.0) for value in values) / max(
        1, len(values)
    )


def _alike(entities: Entities, value: str, term: NamedNode | Literal) -> float:
    if value == term.value:
        return 1.0
    names = [term.value]
    if isinstance(term, NamedNode):
        names = [entities.name(term.value, language) for language in LANGUAGES]
    scores = [compare(value, name) for name in names]
    return max((score.value for score in scores if score is not None), default=0.0)


def suggestions(entities: Entities, prefix: str, cursor: int, limit: int, classes: list[str]) -> list[dict[str, Any]]:
    """Things whose name begins so, then those that are called something like it ("Suggest Services")."""
    text = clean(prefix).strip()
    among = entities.of_classes(classes) if classes else None
    language = guessed(text)
    order: dict[int, None] = {}
    number = entities.number(text)
    if number is not None:
        order[number] = None
    starting = [label for label, _ in zip(entities.index.starting(text, among), range(2000), strict=False)]
    for label in sorted(
        starting, key=lambda item: (item.kind is LabelKind.NOTATION, len(item.text), item.kind, item.thing)
    ):
        order.setdefault(label.thing)
    if len(order) < cursor + limit and text:
        for hit in entities.index.search(text, cursor + limit, among):
            order.setdefault(hit.thing)
    result = []
    for thing in list(order)[cursor : cursor + limit]:
        iri = entities.iris[thing]
        result.append(
            {
                "id": iri,
                "name": entities.name(iri, language),
                "description": entities.description(iri, language),
                "notable": [{"id": item, "name": entities.name(item)} for item in entities.classes_of(iri)],
            }
        )
    return result
