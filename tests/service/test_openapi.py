"""The OpenAPI description and the answers agree: Schemathesis asks every operation, with what its parameters allow and
with what a release really has, and holds each answer against what is said of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from service.conftest import Live

pytestmark = pytest.mark.thorough

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed: make install-dev")

#: Whether what is sent is accepted is not asked: a name or an IRI may be any, and be that of nothing.
CHECKS = [
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "unsupported_method",
]  # fmt: skip
BASE = "https://w3id.org/initiative-lod/"
LEAGUE = f"{BASE}id/institution/lighthouse-league"
REAL: dict[str, list[Any]] = {
    "path": ["harbour-2031", "harbour-2031/action/1", "harbour-2031/zh", "shared", "1.0.0", "doc/harbour-2031"],
    "name": ["dump.nq.gz", "dump.trig.gz", "manifest.json", "wording", "topics.svg"],
    "document": ["harbour-2031", "harbour-2031.epub"],
    "view": ["zh", "both", "tlh"],
    "slug": ["prohibitions", "prohibitions.csv"],
    "kind": ["entity", "type", "property", "topic", "institution.json"],
    "iri": [LEAGUE, f"{BASE}id/harbour-2031"],
    "id": [LEAGUE],
    "style": ["apa", "bibtex"],
    "q": ["lighthouses", "的"],
    "query": ["ASK {}", "SELECT * { ?s ?p ?o } LIMIT 2", "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } LIMIT 2", "SELECT"],
    "queries": ['{"q": {"query": "League"}}', "{}", "["],
}
ACCEPTED = ["*/*", "text/html", "application/json", "text/turtle", "text/csv", "text/plain", "image/png", "nonsense"]
HEADERS: dict[str, list[str]] = {
    "accept": ACCEPTED,
    "accept-language": ["zh", "en", "tlh"],
    "range": ["bytes=0-3", "bytes=99999999-", "lines=1-2"],
    "if-none-match": ["*"],
    "accept-datetime": ["Fri, 07 Mar 2031 12:00:00 GMT", "yesterday"],
}


def ask_everything(live: Live, examples: int) -> tuple[Counter[tuple[str, int]], list[str]]:
    """The statuses of each operation, and what was wrong with an answer."""
    description = live.get("/openapi.json").json()
    schema = schemathesis.openapi.from_dict(description)
    known = {**REAL, "version": [live.opened.release.version, f"{live.opened.release.version}.json"]}
    statuses: Counter[tuple[str, int]] = Counter()
    wrong: list[str] = []
    operations = [result.ok() for result in schema.get_all_operations()]
    checks = schemathesis.checks.CHECKS.get_by_names(CHECKS)
    for operation in operations:
        _ask(operation, live, examples, known, checks, statuses, wrong)
    assert len(operations) == sum(len(methods) for methods in description["paths"].values())
    return statuses, wrong


def _ask(
    operation: Any,
    live: Live,
    examples: int,
    known: dict[str, list[Any]],
    checks: list[Callable[..., Any]],
    statuses: Counter[tuple[str, int]],
    wrong: list[str],
) -> None:
    @seed(1)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=operation.as_strategy(), data=st.data())
    def one(case: Any, data: st.DataObject) -> None:
        for given_, required in ((case.path_parameters, True), (case.query, False)):
            for name in list(given_ or ()) + ([] if required else [item for item in REAL if item in names]):
                if name in known and data.draw(st.integers(0, 3)):
                    given_[name] = data.draw(st.sampled_from(known[name]))
        for name, values in HEADERS.items():
            if data.draw(st.integers(0, 2)) == 0:
                case.headers[name] = data.draw(st.sampled_from(values))
        response = case.call(base_url=live.url)
        statuses[f"{operation.method} {operation.path}", response.status_code] += 1
        try:
            case.validate_response(response, checks=checks)
        except BaseException as error:
            asked = f"{operation.method} {response.request.url} {dict(case.headers)}"
            wrong.append(f"{asked}: {response.status_code} {response.headers.get('content-type')}: {error!s:.300}")

    names = {item["name"] for item in operation.definition.raw.get("parameters", ()) if item["in"] == "query"}
    one()


def test_every_operation_answers_as_it_is_described(harbour: Live) -> None:
    statuses, wrong = ask_everything(harbour, 12)
    assert not wrong, "\n".join(wrong)
    # What was asked for was found: each operation that can answer with something did.
    answered = {operation for operation, status in statuses if status < 400}
    assert len(answered) >= 0.8 * len({operation for operation, _ in statuses})


@pytest.mark.slow
def test_every_operation_answers_as_it_is_described_however_often_it_is_asked(harbour: Live) -> None:
    statuses, wrong = ask_everything(harbour, 400)
    print(f"{statuses.total():,} requests, {len(wrong)} wrong answers")
    assert not wrong, "\n".join(wrong)
