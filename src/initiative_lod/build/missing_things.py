"""Missing things: named under our IRIs, and described by no file. Each is told once, with where it would stand.

A topic that forty clauses have and no file describes is one slip, and not forty. Owns the words of that error.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

from pyoxigraph import NamedNode, Quad

from initiative_lod.build import identity
from initiative_lod.errors import SourceError
from initiative_lod.iris import Iris, document_of, is_shared
from initiative_lod.sources.line_numbers import Places
from initiative_lod.sources.turtle import SourceFile

MOST_LISTED = 30  # of the things that stand beside the missing one, named in an error


def errors(
    quads: Iterable[Quad], written: Sequence[SourceFile], places: Places, iris: Iris, root: Path
) -> list[SourceError]:
    """An error for each thing ``…id/…`` that a statement names and none is about, in the order of their IRIs.

    ``written`` are the files of the graphs, ``places`` the lines of what is in them.
    """
    linking = tuple(f"<{iris.graph(name).value}" for name in ("alignment-", identity.NAME))  # which describe nothing
    described: set[str] = set()
    naming: dict[str, list[Quad]] = defaultdict(list)
    for quad in quads:
        if isinstance(quad.subject, NamedNode) and not str(quad.graph_name).startswith(linking):
            described.add(document_of(quad.subject.value))
        if isinstance(quad.object, NamedNode) and (iris.path(quad.object.value) or "").startswith("id/"):
            naming[quad.object.value].append(quad)
    found = []
    for iri in sorted(naming.keys() - described):
        if document_of(iri) in described:
            continue  # a span or another node that the build makes
        subjects = sorted({document_of(str(quad.subject).strip("<>")) for quad in naming[iri]})
        path, line = _first(naming[iri], places)
        others = len(subjects) - 1
        name_it = f" and {others} other{'s' if others > 1 else ''} name it" if others else " names it"
        message = (
            f"<{iris.short(iri)}> is described nowhere; <{iris.short(subjects[0])}>{name_it}. "
            f"{_what_to_do(iri, described, written, iris, root)}"
        )
        found.append(SourceError(message, path, line))
    return found


def _first(quads: Iterable[Quad], places: Places) -> tuple[Path | None, int]:
    """The first place at which a statement was written; of a node that the build made, that of what it is about."""
    made, stated = [], []
    for quad in quads:
        subject, value = str(quad.subject).strip("<>"), str(quad.object).strip("<>")
        if (place := places(subject, quad.predicate.value, value)) is not None:
            stated.append(place)
        elif (place := places(document_of(subject))) is not None:
            made.append(place)
    return min(stated or made, default=(None, 0))


def _what_to_do(iri: str, described: set[str], written: Sequence[SourceFile], iris: Iris, root: Path) -> str:
    space = iri.rpartition("/")[0] + "/"
    siblings = sorted(other[len(space) :] for other in described if other.startswith(space) and other != space)
    near = get_close_matches(iri[len(space) :], siblings, 1, 0.8)
    meant = f"Is <{iris.short(space + near[0])}> meant? " if near else ""
    path = iris.path(iri) or ""
    if is_shared(path):
        kind = path.split("/")[1]
        listed = f"; there are {', '.join(siblings)}" if len(siblings) <= MOST_LISTED else ""
        return (
            f"{meant}The {kind} is none of the shared ones{listed}. One of your own has a path of its own, such as "
            f"<id/our-{kind}/{iri[len(space) :]}>"
        )
    homes = [source.path for source in written for subject in source.subjects if subject.startswith(space)]
    if homes:
        home = max(dict.fromkeys(homes), key=homes.count)
        home = home.relative_to(root) if root in home.parents else home
    else:
        home = Path("data", "graphs", f"{space.rstrip('/').rpartition('/')[2]}s.ttl")
    return f"{meant}Describe it in {home}"
