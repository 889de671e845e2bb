"""Reconciliation queries (Reconciliation Service API 0.2, "Reconciliation Queries"): JSON in, candidates out.

What a client sends is read into models first, and refused with a reason when it has no meaning; answering cannot fail.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from contextlib import suppress
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticUseDefault
from pyoxigraph import Literal as RdfLiteral
from pyoxigraph import NamedNode

from initiative_lod.errors import BadArgument, Message, TooLarge, Verbatim
from initiative_lod.formats.guarded_json import read_json
from initiative_lod.labels import LabelKind
from initiative_lod.languages import LABEL_LANGUAGES, guessed
from initiative_lod.matching.reconcile_entities import Entities
from initiative_lod.matching.scoring import Basis, compare
from initiative_lod.vocabulary import DCTERMS, XSD

MAX_BATCH = 50  # queries of one batch
MAX_TEXT_CHARACTERS = 512  # characters of a query or value that count
MAX_CANDIDATES = 50  # candidates of one query
USUAL_CANDIDATES = 10
MAX_PROPERTIES = 20
MAX_VALUES = 20
NAME_SHARE = 0.7  # of the score, when properties are given as well
REQUIRED = 0.94  # how much of what is required a candidate has
ONLY_NAMED = 0.8  # what a name of others counts where nothing else is known of them, if one of ours is as near then
MATCH_SCORE = 94.0  # a score from which a candidate may be taken as the match, …
MATCH_DISTANCE = 4.0  # … if the next one is so much lower


def clean(text: str) -> str:
    """Text of which no more than MAX_TEXT_CHARACTERS count, without halves of characters."""
    return text[:MAX_TEXT_CHARACTERS].encode("utf-8", "replace").decode()


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("it is a string")
    return clean(f"{value:g}" if isinstance(value, float) else str(value))


def _value(value: object) -> object:
    if isinstance(value, dict) and isinstance(value.get("id"), str):
        return value["id"]
    return str(value).lower() if isinstance(value, bool) else value


def listed(value: object) -> object:
    """A value that a client may send by itself in place of a list of one."""
    return value[:MAX_VALUES] if isinstance(value, list | tuple) else [value]


def _present(value: object) -> object:
    return [item for item in value if item not in ("", None)] if isinstance(value, list | tuple) else value


def _usual(value: object) -> object:
    if value is None or value == "":
        raise PydanticUseDefault
    return value


def limit_up_to(most: int) -> Any:
    """A positive integer, of which no more than ``most`` counts; blank is as good as absent."""
    return Annotated[int, Field(ge=1), AfterValidator(lambda number: min(number, most)), BeforeValidator(_usual)]


def _name(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("it is a string")
    return clean(value)


Name = Annotated[str, BeforeValidator(_name)]
Text = Annotated[str, BeforeValidator(_text)]
Class = Annotated[Name, BeforeValidator(_value)]  # the IRI of a class, or an object with an ``id``
Value = Annotated[Text, BeforeValidator(_value)]  # a string, a number, a truth value, or an object with an ``id``


class PropertyValues(BaseModel):
    """Values of a property that a candidate should have, as many of them as it can (``most``), or as ``quantifier``
    says; one that has them not is no candidate, when they are ``required``.
    """

    model_config = ConfigDict(populate_by_name=True)

    pid: Name
    values: Annotated[tuple[Value, ...], BeforeValidator(listed), Field(alias="v")]
    quantifier: Literal["most", "any", "all", "none"] = "most"
    required: bool = False


class Query(BaseModel):
    """One reconciliation query: ``query``, ``properties`` or both; with neither nothing is found."""

    model_config = ConfigDict(populate_by_name=True)

    text: Annotated[Text, Field(alias="query")] = ""
    classes: Annotated[tuple[Class, ...], BeforeValidator(_present), BeforeValidator(listed), Field(alias="type")] = ()
    limit: limit_up_to(MAX_CANDIDATES) = USUAL_CANDIDATES  # type: ignore[valid-type]
    properties: Annotated[tuple[PropertyValues, ...], Field(max_length=MAX_PROPERTIES)] = ()
    strict: Annotated[Literal["any", "all", "should"], Field(alias="type_strict")] = "any"


def parse_json(text: str, what: str) -> Any:
    """JSON, if it is some. Raises BadArgument."""
    try:
        return read_json(text, parse_constant=_refuse)
    except ValueError as error:
        raise BadArgument(Message("reconcile.json", what=what, detail=Verbatim(error))) from error


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


M = TypeVar("M", bound=BaseModel)


def validated(model: type[M], value: object, what: str) -> M:
    """A value as the model has it. Raises BadArgument, which names the place."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place, detail = ".".join([what, *map(str, first["loc"])]), first["msg"].removeprefix("Value error, ")
        raise BadArgument(Message("reconcile.invalid", place=place, detail=Verbatim(detail))) from None


def read_batch(text: str) -> dict[str, Query]:
    """The queries of a batch, by their keys; one that is blank or null is a query for nothing.

    Raises BadArgument, TooLarge.
    """
    batch = parse_json(text, "queries")
    if not isinstance(batch, dict):
        raise BadArgument(Message("reconcile.queries", example='{"q0": {"query": "…"}}'))
    if len(batch) > MAX_BATCH:
        raise TooLarge(Message("reconcile.batch", count=len(batch), most=MAX_BATCH))
    return {clean(key): read_query(query, clean(key)) for key, query in batch.items()}


def read_query(value: object, key: str) -> Query:
    """One query, in which null is as good as absent. Raises BadArgument."""
    if value is None or isinstance(value, str):
        value = {"query": value or ""}
    if not isinstance(value, dict):
        raise BadArgument(Message("reconcile.query", key=key))
    return validated(Query, without_nulls(value), key)


def without_nulls(value: Any) -> Any:
    """JSON without what is null, and without conditions whose property or value is."""
    if isinstance(value, list):
        return [without_nulls(item) for item in value if not _is_nothing(item)]
    return (
        {key: without_nulls(item) for key, item in value.items() if item is not None}
        if isinstance(value, dict)
        else value
    )


def _is_nothing(item: Any) -> bool:
    return item is None or (isinstance(item, dict) and None in (item.get(key, "") for key in ("pid", "v")))


def answer_batch(entities: Entities, batch: Mapping[str, Query]) -> dict[str, Any]:
    """The results of a batch, by key, as the API writes them."""
    return {key: {"result": candidates(entities, query)} for key, query in batch.items()}


def candidates(entities: Entities, query: Query, language: str | None = None) -> list[dict[str, Any]]:
    """The candidates of a query, best first, with their names in ``language``, else in that of the query.

    Scores are from 0 to 100.
    """
    language = language or guessed(query.text)
    if not query.text.strip() and not query.properties:
        return []
    among = entities.of_classes(list(query.classes), query.strict == "all") if query.classes else None
    hard = among if query.strict != "should" else None
    scored: dict[int, tuple[float, list[dict[str, Any]]]] = {}
    owns = entities.opened.iris.owns
    named = _by_name(entities, query, hard)
    of_ours = max((value for number, value, _ in named if owns(entities.iri(number))), default=0.0)
    for number, value, by in named:
        iri = entities.iri(number)
        less = value * ONLY_NAMED <= of_ours and not owns(iri) and iri != query.text.strip()
        if less and not entities.classes_of(iri):
            value *= ONLY_NAMED
        scored[number] = (
            100 * value,
            [{"id": "name", "value": round(100 * value, 1)}, {"id": f"name-{by}", "value": True}],
        )
    if not query.text.strip():
        scored = {number: (100.0, []) for number in _with_values(entities, query) if hard is None or number in hard}
    if query.properties:
        for number, (score, features) in list(scored.items()):
            agreed = [_agreement(entities, entities.iri(number), item) for item in query.properties]
            if any(item.required and value < REQUIRED for item, value in zip(query.properties, agreed, strict=True)):
                del scored[number]
                continue
            share = sum(agreed) / len(agreed)
            features += [
                {"id": item.pid, "value": round(100 * a, 1)} for item, a in zip(query.properties, agreed, strict=True)
            ]
            scored[number] = (score * (NAME_SHARE + (1 - NAME_SHARE) * share), features)
    if query.strict == "should" and among is not None:
        scored = {number: (score if number in among else score * 0.8, f) for number, (score, f) in scored.items()}
    best = sorted(
        scored.items(),
        key=lambda item: (-item[1][0], not owns(entities.iri(item[0])), entities.iri(item[0])),
    )
    rivals = (score for number, (score, _) in best[1:] if not entities.same(best[0][0], number))
    second = next(rivals, 0.0)
    result = []
    for place, (number, (score, features)) in enumerate(best[: query.limit]):
        iri = entities.iri(number)
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


def _by_name(entities: Entities, query: Query, among: Container[int] | None) -> list[tuple[int, float, Basis]]:
    text = query.text.strip()
    if not text:
        return []
    hits = entities.labels.search(text, 4 * MAX_CANDIDATES if query.properties else MAX_CANDIDATES, among)
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
            return entities.opened.iris.iri(f"id/{text[len(lead) :]}")
    return None


def _with_values(entities: Entities, query: Query) -> set[int]:
    """The things that have one of the values of the first property asked for: it stands in for the name."""
    first = query.properties[0]
    numbers: set[int] = set()
    try:
        predicate = NamedNode(first.pid)
    except ValueError:
        return numbers
    for value in first.values:
        for term in _terms(value):
            for triple in entities.opened.triples(None, predicate, term):
                subject = triple.subject
                if isinstance(subject, NamedNode) and (number := entities.number(subject.value)) is not None:
                    numbers.add(number)
                if len(numbers) >= 20 * MAX_CANDIDATES:
                    return numbers
    return numbers


def _terms(value: str) -> list[NamedNode | RdfLiteral]:
    """The RDF terms that may be meant by a value."""
    terms: list[NamedNode | RdfLiteral] = [
        RdfLiteral(value),
        *(RdfLiteral(value, language=tag) for tag in LABEL_LANGUAGES),
    ]
    terms += [RdfLiteral(value, datatype=kind) for kind in (XSD.integer, XSD.decimal, XSD.boolean, XSD.date)]
    with suppress(ValueError):  # it is no IRI, and a string only
        terms.append(NamedNode(value))
    return terms


def _agreement(entities: Entities, iri: str, wanted: PropertyValues) -> float:
    """Share of the values asked for that a thing has: from 0 to 1, over all of them as its quantifier says."""
    values = wanted.values
    try:
        triples = list(entities.opened.triples(NamedNode(iri), NamedNode(wanted.pid)))
    except ValueError:
        return 0.0
    has = [triple.object for triple in triples[:200] if isinstance(triple.object, NamedNode | RdfLiteral)]
    if wanted.pid == DCTERMS.isPartOf.value and (document := entities.document_of(iri)) is not None:
        has.append(NamedNode(document))  # at whatever depth the part lies in it
    found = [max((_alike(entities, value, item) for item in has), default=0.0) for value in values] or [0.0]
    if wanted.quantifier == "any":
        return max(found)
    if wanted.quantifier == "all":
        return min(found)
    return 1 - max(found) if wanted.quantifier == "none" else sum(found) / len(found)


def _alike(entities: Entities, value: str, term: NamedNode | RdfLiteral) -> float:
    if value == term.value:
        return 1.0
    names = [term.value]
    if isinstance(term, NamedNode):
        names = [entities.name(term.value, language) for language in LABEL_LANGUAGES]
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
    starting = [label for label, _ in zip(entities.labels.starting(text, among), range(2000), strict=False)]
    for label in sorted(
        starting, key=lambda item: (item.kind is LabelKind.NOTATION, len(item.text), item.kind, item.thing)
    ):
        order.setdefault(label.thing)
    if len(order) < cursor + limit and text:
        for hit in entities.labels.search(text, cursor + limit, among):
            order.setdefault(hit.thing)
    result = []
    for thing in list(order)[cursor : cursor + limit]:
        iri = entities.iri(thing)
        result.append(
            {
                "id": iri,
                "name": entities.name(iri, language),
                "description": entities.description(iri, language),
                "notable": [{"id": item, "name": entities.name(item)} for item in entities.classes_of(iri)],
            }
        )
    return result
