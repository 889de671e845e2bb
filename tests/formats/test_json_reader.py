"""JSON of others: read whatever it holds, refused where it is nested too deeply."""

from __future__ import annotations

import json
from typing import Any

import pytest

from initiative_lod.formats.guarded_json import DEEPEST, read_json


def nested(levels: int, value: Any = 1) -> Any:
    for level in range(levels):
        value = {"in": value} if level % 2 else [value]
    return value


@pytest.mark.parametrize("value", [1, "x", None, [], {}, [[], {}], {"a": [1, {"b": None}]}, nested(DEEPEST)])
def test_what_is_not_too_deep_is_read(value: Any) -> None:
    assert read_json(json.dumps(value)) == read_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    "text", [json.dumps(nested(DEEPEST + 1)), json.dumps(nested(600)), "[" * 100_000, '{"a":' * 5000 + "1" + "}" * 5000]
)
def test_what_is_too_deep_is_refused(text: str) -> None:
    for content in (text, text.encode()):
        with pytest.raises(json.JSONDecodeError, match="nested more than 100 levels deep"):
            read_json(content)


def test_hooks_are_those_of_the_standard_library() -> None:
    assert read_json('{"a": 1}', parse_int=str, object_pairs_hook=list) == [("a", "1")]
