"""Answers of another engine, read where a query would have been evaluated: in a confined process, under its limits."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from pyoxigraph import (
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

from initiative_lod.errors import EngineError, Message, Verbatim
from initiative_lod.sparql.engine_answers import require_columns
from initiative_lod.sparql.job import Job

Found = QuerySolutions | QueryBoolean | QueryTriples | Iterable[Triple]
#: Has the server ask the engine: a request (see ``remote_answer``) -> the body of the answer.
Ask = Callable[[str], bytes]


def remote_answer(empty: Found, text: str, job: Job, ask: Ask) -> Found:
    """The engine's answer to a query of the form that ``empty``, its answer over nothing, has.

    What is read later, as it is written out, raises SyntaxError where the answer is broken. Raises EngineError.
    """
    graph = not isinstance(empty, QuerySolutions | QueryBoolean)
    default, named = job.dataset or ((), ())
    # A BASE of the query's own comes after this one, and is resolved against it.
    query = f"BASE <{job.base}>\n{text}"
    body = ask(json.dumps({"query": query, "graph": graph, "default": default, "named": named}))
    if graph:
        return (quad.triple for quad in parse(body, RdfFormat.N_TRIPLES))
    try:
        found = parse_query_results(body, QueryResultsFormat.JSON)
    except (SyntaxError, ValueError) as error:
        raise EngineError(Message("engine.broken", detail=Verbatim(error))) from error
    if isinstance(found, QueryBoolean) is not isinstance(empty, QueryBoolean):
        raise EngineError(Message("engine.form"))
    if isinstance(found, QuerySolutions) and isinstance(empty, QuerySolutions):
        require_columns(*([item.value for item in some.variables] for some in (found, empty)))
    return found
