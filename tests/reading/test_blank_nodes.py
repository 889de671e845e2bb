"""Blank nodes: those of different files are different nodes, and the same file twice adds nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import BlankNode, NamedNode, Quad

from initiative_lod.reading import foreign_graph
from initiative_lod.settings import Settings
from reading.conftest import read_bytes

TTL = "@prefix k: <http://kite.example/> .\nk:red k:tail [ k:long 3 ; k:next [ k:long 2 ] ] .\n"
GENID = "http://harbour.example/genid/"


def nodes(quads: list[Quad]) -> set[str]:
    terms = {term for quad in quads for term in (quad.subject, quad.object)}
    blank = {term.value for term in terms if isinstance(term, BlankNode)}
    return blank | {term.value for term in terms if isinstance(term, NamedNode) and term.value.startswith(GENID)}


@pytest.mark.parametrize("genid", ["", GENID])
def test_the_same_file_has_the_same_nodes_and_another_has_others(genid: str) -> None:
    first = nodes(read_bytes("a.ttl", TTL.encode(), genid=genid)[1])
    assert len(first) == 2
    assert nodes(read_bytes("b.ttl", TTL.encode(), genid=genid)[1]) == first
    # the statements about blank nodes are the same, and all that is beside them is not
    assert not nodes(read_bytes("a.ttl", (TTL + "k:blue k:tail 1 .").encode(), genid=genid)[1]) & first
    assert not nodes(read_bytes("a.ttl", (TTL + "# another file").encode(), genid=genid)[1]) & first


def test_labels_that_two_files_share_mean_nothing(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.nt").write_text(f'_:x <http://kite.example/name> "{name}" .\n')
    (tmp_path / "c.nt").write_text('_:x <http://kite.example/name> "a" .\n')  # a copy of the first
    found = foreign_graph.read([str(tmp_path)], "http://unused.example/", Settings())
    assert len(found.quads) == len({quad.subject for quad in found.quads}) == 2
    assert all(isinstance(quad.subject, BlankNode) for quad in found.quads)
