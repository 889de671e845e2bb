"""Addition of a merged release to the one before it: the graphs of others that it has more, where that is all.

What was made of the release before can be gone on with then, at the cost of what was added. Merged sources are numbered
in the order in which they came, so that what is made so is what is made from nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import NamedNode

from initiative_lod.build import identity
from initiative_lod.release.manifest import Manifest, MergedSource, Release
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.vocabulary import RDF

#: Graphs that are made anew at each merge, and name nothing that anybody looks for.
MADE_ANEW = frozenset(f"graphs/{name}.nq.gz" for name in ("provenance", identity.NAME))
_BLANK = ".well-known/"  # how the paths of what was a blank node begin
MAX_SHARE = 0.5  # of the quads before: what adds more is made from nothing


@dataclass(frozen=True, slots=True)
class Addition:
    """The ``graphs`` that a release has more than the one ``before``."""

    before: Release
    graphs: tuple[NamedNode, ...]


def find(before: Release, now: OpenRelease) -> Addition | None:
    """The addition that makes a release of the one ``before``; None where it is another one.

    Graphs of others that speak of our things or in our terms change what ours are found by, and are none.
    """
    graphs = _added(before.manifest, now.release.manifest)
    if graphs is None or any(_speaks_of_ours(now, graph) for graph in graphs):
        return None
    return Addition(before, graphs)


def in_order(merged: tuple[MergedSource, ...]) -> list[NamedNode]:
    """The graphs of merged sources, in the order in which these came."""
    return [NamedNode(item.graph) for item in sorted(merged, key=lambda item: (item.retrieved, item.slug))]


def places(release: Release) -> dict[str, int]:
    """The place of each graph of others in that order, by its IRI, from 1 on: all of ours are before them."""
    return {graph.value: place for place, graph in enumerate(in_order(release.manifest.merged), 1)}


def _added(before: Manifest, now: Manifest) -> tuple[NamedNode, ...] | None:
    had, has = ({(item.file, item.digest) for item in one.parts if item.file not in MADE_ANEW} for one in (before, now))
    known, order = in_order(before.merged), in_order(now.merged)
    files = {(item.part.file, item.part.digest) for item in now.merged}
    added = sum(item.quads for item in now.parts if (item.file, item.digest) in has - had)
    if not had <= has or not has - had <= files or order[: len(known)] != known:
        return None
    if before.own != now.own or not known or added > before.quads * MAX_SHARE:
        return None
    return tuple(order[len(known) :])


def _speaks_of_ours(now: OpenRelease, graph: NamedNode) -> bool:
    def ours(term: object) -> bool:
        path = now.iris.path(term.value) if isinstance(term, NamedNode) else None
        return path is not None and not path.startswith(_BLANK)

    return any(
        ours(quad.subject) or ours(quad.predicate) or (quad.predicate == RDF.type and ours(quad.object))
        for quad in now.quads(graph=graph)
    )
