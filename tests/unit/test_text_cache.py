"""What is remembered of texts is bounded by their length too, wherever the texts may be a visitor's."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

import initiative_lod
from initiative_lod.formats import rdf_xml, well_formed
from initiative_lod.labels import natural
from initiative_lod.languages import _SIMPLIFIED, simplified, stem
from initiative_lod.matching.label_forms import forms
from initiative_lod.search import tokens
from initiative_lod.text_cache import LONGEST, cache_short_texts

#: Caches of more entries than this are bounded in bytes, or are in a module of these: no server calls what is there.
FEW = 2048
NOT_IN_A_SERVER = {"release/read_tracking.py", "sources/text.py", "release/lexical_forms.py"}


def test_a_short_text_is_looked_at_once_and_a_long_one_each_time() -> None:
    asked = []

    @cache_short_texts(2)
    def length(text: str) -> int:
        """The length of a text."""
        asked.append(text)
        return len(text)

    long = "x" * (LONGEST + 1)
    assert [length(text) for text in ("a", "a", long, long, "b", "c", "a")] == [1, 1, LONGEST + 1, LONGEST + 1, 1, 1, 1]
    assert asked == ["a", long, long, "b", "c", "a"]
    assert length.__doc__ == "The length of a text."


@pytest.mark.parametrize(
    "function", [natural, stem, forms, tokens._folded, well_formed._iri_fault, rdf_xml._is_element]
)
def test_long_words_of_visitors_are_not_remembered(function: Callable[[str], object]) -> None:
    function("http://e.example/字")  # what it is made with is loaded
    tracemalloc.start()
    try:
        for number in range(100):
            function(f"http://e.example/{'字' * 2000}{number}")
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 50_000  # one of them has 4,000 bytes


def test_large_caches_are_bounded_in_bytes() -> None:
    """But those of what no server calls."""
    package = Path(initiative_lod.__file__).parent
    found = set()
    for path in package.rglob("*.py"):
        sizes = re.findall(r"lru_cache\(maxsize=([\d_]+|None)\)", path.read_text("utf-8"))
        if any(size == "None" or int(size) > FEW for size in sizes):
            found.add(str(path.relative_to(package)))
    assert found == NOT_IN_A_SERVER


def test_characters_that_nothing_is_known_of_are_not_remembered() -> None:
    before = len(_SIMPLIFIED)
    assert simplified("網" + "".join(map(chr, range(0xF0000, 0xF1000)))).startswith("网")
    assert len(_SIMPLIFIED) <= before + 1
