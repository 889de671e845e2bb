"""The same file in two sources: it adds nothing, and what is relative in it stays apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Quad, Store

from initiative_lod.merge.merge import MergeResult
from merge.conftest import Merge, graph

TTL = "@prefix k: <http://kite.example/> .\nk:red k:tail [ k:long 3 ; k:next [ k:long 2 ] ] .\n"
RELATIVE = "<red> <http://kite.example/tail> [ <http://kite.example/of> <red> ] ."


@pytest.mark.thorough
def test_relative_iris_keep_files_apart_that_have_the_same_bytes(merging: Merge, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.ttl").write_text(
            "<red> <http://kite.example/tail> [ <http://kite.example/of> <red> ] ."
        )
    first = merging(tmp_path / "one" / "x.ttl", name="one")
    assert first.release is not None
    other = merging(tmp_path / "two", name="two", onto=first.release)  # a folder, whose digest is another
    assert other.release is not None
    graphs = [{quad.object for quad in quads_of(other, name)} for name in ("one", "two")]
    assert len(graphs[0] | graphs[1]) == 4


def quads_of(merged: MergeResult, slug: str) -> list[Quad]:
    assert merged.release is not None
    store = Store.read_only(str(merged.release.store))
    return list(store.quads_for_pattern(None, None, None, graph(slug)))


@pytest.mark.thorough
def test_the_same_file_in_two_sources_adds_nothing(merging: Merge, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.ttl").write_text(TTL)
    merged = merging(tmp_path / "one" / "x.ttl", tmp_path / "two" / "x.ttl")
    assert list(merged.added) == ["one-x"]
    assert [(item.why, item.refused) for item in merged.unread] == [("it is merged already, as one-x", False)]
    again = merging(tmp_path / "two", onto=merged.release)
    assert {quad.triple for quad in quads_of(again, "two")} == {quad.triple for quad in quads_of(merged, "one-x")}
