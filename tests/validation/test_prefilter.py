"""The prefilter changes nothing: with it and without, pySHACL says the same of generated shapes and data."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from pyoxigraph import RdfFormat, parse

from initiative_lod.errors import ShapesError
from initiative_lod.validation.shacl import validate
from validation import generated


def outcome(data: str, shapes: str, prefiltered: bool) -> Any:
    """The results of a validation, in any order; "cannot be run" for shapes that cannot."""
    quads = [list(parse(text, format=RdfFormat.TURTLE)) for text in (data, shapes)]
    try:
        report = validate(*quads, prefiltered=prefiltered)
    except ShapesError:
        return "cannot be run"
    return Counter((result.order, result.shape) for result in report.results), report.targets


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(generated.data(), generated.shapes())
def test_generated_shapes_have_the_same_report(data: str, shapes: str) -> None:
    assert outcome(data, shapes, prefiltered=True) == outcome(data, shapes, prefiltered=False)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(generated.data(), generated.queried())
def test_generated_queries_have_the_same_solutions(data: str, shapes: str) -> None:
    assert outcome(data, shapes, prefiltered=True) == outcome(data, shapes, prefiltered=False)
