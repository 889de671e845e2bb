"""The W3C SHACL suite (core and SHACL-SPARQL) through our ``validate``: whole reports, prefiltered and plain."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from command_line import command
from conformance.shacl_suite import Case, cases, rows, written_rows
from initiative_lod.errors import ShapesError
from initiative_lod.validation.report import Report
from initiative_lod.validation.shacl import validate

SUITE = Path(__file__).resolve().parents[3] / "shared" / "suites" / "shacl"
CASES = cases(SUITE) if SUITE.is_dir() else []
COUNT = 121

#: Every case that does not pass, and why.
FAILURES = {
    "sparql/pre-binding/shapesGraph-001": "pySHACL: $shapesGraph, optional in SHACL (§5.3.1), is not bound",
}

#: Cases that go through the command too: data and shapes in one file and in two, a path, queries, no result at all.
COMMANDED = (
    "core/complex/personexample",
    "core/node/closed-001",
    "core/node/qualified-001",
    "core/path/path-complex-002",
    "core/property/uniqueLang-002",
    "sparql/component/validator-001",
    "sparql/node/prefixes-001",
    "sparql/pre-binding/unsupported-sparql-001",
)

pytestmark = pytest.mark.skipif(not CASES, reason="the W3C suites are not beside the checkout (../shared/suites)")


def report(case: Case, prefiltered: bool) -> Report:
    return validate(case.quads(case.data, SUITE), case.quads(case.shapes, SUITE), prefiltered=prefiltered)


def test_the_suite_is_whole() -> None:
    assert len(CASES) == COUNT
    assert set(FAILURES) <= {case.name for case in CASES}


@pytest.mark.thorough
@pytest.mark.parametrize("prefiltered", [True, False], ids=["prefiltered", "plain"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: Case, prefiltered: bool) -> None:
    if case.name in FAILURES:
        with pytest.raises(ShapesError, match="shapesGraph"):
            report(case, prefiltered)
    elif case.rows is None:
        with pytest.raises(ShapesError):
            report(case, prefiltered)
    else:
        found = report(case, prefiltered)
        assert rows(found) == Counter(case.rows)
        assert case.conforms is not bool(found.results)
        said = {(text.language or "", text.value) for text in case.messages}
        assert said <= {message for result in found.results for message in result.messages}


@pytest.mark.parametrize("name", COMMANDED)
def test_case_through_the_command(name: str, tmp_path: Path) -> None:
    """``initiative-lod validate`` in a folder without a project, its report written in Turtle."""
    case = next(case for case in CASES if case.name == name)
    options = ["validate", str(case.data), "--shapes", str(case.shapes), "--format", "turtle", "--quiet"]
    done = command(tmp_path, *options)
    if case.rows is None:
        assert done.returncode == 2, done.stderr
        assert "cannot be run" in done.stderr
    else:
        assert done.returncode == (0 if case.conforms else 1), done.stderr
        assert written_rows(done.stdout, SUITE) == Counter(case.rows)
