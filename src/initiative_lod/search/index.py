"""Builds the search index of a release: one SQLite file, written once, only ever read after that.

It takes any stream of quads, in any order, and sorts them on disk: memory grows with our own documents, not with what
is merged in. Statements go in as a set, so the same graph gives the same file, byte for byte, under one version of
SQLite; ``content_digest`` is the same under every version.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from pyoxigraph import NamedNode, Quad

from initiative_lod.errors import ReleaseError
from initiative_lod.iris import SHARED_BASE, Iris
from initiative_lod.release import addition, statement_rows
from initiative_lod.release.addition import Addition
from initiative_lod.release.files import unstamp
from initiative_lod.release.manifest import INDEX
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.statement_rows import StatementTable
from initiative_lod.search import staged_statements
from initiative_lod.search.builder import NAMES, Builder, IndexSummary
from initiative_lod.search.staged_statements import StagedStatements
from initiative_lod.vocabulary import SPEAKING_OF

FILE = "search.sqlite"

Fill = Callable[[StatementTable], None]


def build(path: Path, quads: Iterable[Quad], iris: Iris) -> IndexSummary:
    """Write the index of ``quads`` to ``path``, which must not exist. Raises ReleaseError when SQLite has no FTS5."""
    return _build(path, lambda statements: statements.add(statement_rows.of_quads(quads)), iris, {})


def build_of(path: Path, opened: OpenRelease) -> IndexSummary:
    """The same of a release.

    What describes the release is nothing that anybody looks for; what was inferred would be found twice.
    """
    iris = opened.iris
    but = iris.graph("release"), opened.inferred
    named = [*staged_statements.wordings(iris), NamedNode(staged_statements.OBJECT_LABEL)]

    def fill(statements: StatementTable) -> None:
        statements.add_release(opened, named, but)
        statements.add_release(opened, staged_statements.linking(iris), but, under=(iris.base, SHARED_BASE))

    return _build(path, fill, iris, addition.places(opened.release))


def _build(path: Path, fill: Fill, iris: Iris, places: Mapping[str, int]) -> IndexSummary:
    if path.exists():
        raise ReleaseError(f"{path} is already there: an index is never written over")
    with _staged(path, fill, iris, places) as (staged, names), _beside(path) as building:
        with closing(sqlite3.connect(building, isolation_level=None)) as index:
            summary = Builder(staged, names, index, iris).build()
        unstamp(building)
        building.replace(path)
    return summary


def add(path: Path, opened: OpenRelease, added: Addition) -> bool:
    """Write the index of a release that adds to another one to ``path``, from that one's; tell whether it could be.

    It finds what one that was built finds. What our things speak of or are mapped to gives them its names: where these
    are added to, the index is to be built.
    """
    iris, words = opened.iris, staged_statements.wordings(opened.iris)
    new = (quad for graph in added.graphs for item in words for quad in opened.quads(predicate=item, graph=graph))
    subjects = sorted({quad.subject for quad in new if isinstance(quad.subject, NamedNode)}, key=str)
    linking = [*(iris.term(name) for name in SPEAKING_OF), NamedNode(staged_statements.OBJECT_ID)]
    if any(next(opened.triples(None, link, item), None) for item in subjects for link in linking):
        return False
    quads = (quad for item in subjects for quad in opened.about(item) if quad.graph_name != iris.graph("release"))
    places = addition.places(opened.release)

    def fill(statements: StatementTable) -> None:
        statements.add(statement_rows.of_quads(quads))

    with _staged(path, fill, iris, places) as (staged, names), _beside(path) as building:
        try:
            shutil.copyfile(added.before.path / INDEX / FILE, building)
            with closing(sqlite3.connect(building, isolation_level=None)) as index:
                if not Builder(staged, names, index, iris).add():
                    return False
        except (OSError, sqlite3.Error):
            return False
        unstamp(building)
        building.replace(path)
    return True


@contextmanager
def _staged(
    path: Path, fill: Fill, iris: Iris, places: Mapping[str, int]
) -> Iterator[tuple[StagedStatements, sqlite3.Connection]]:
    with (
        tempfile.TemporaryDirectory(prefix=".search-", dir=path.parent) as folder,
        closing(sqlite3.connect(Path(folder) / "names.sqlite", isolation_level=None)) as names,
        statement_rows.engine() as engine,
    ):
        names.executescript(NAMES)
        statements = StatementTable(engine, staged_statements.properties(iris), places)
        fill(statements)
        yield StagedStatements(engine, statements, iris), names


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A place for a file that is to be at ``path``, from which it is gone afterwards."""
    building = path.with_name(f".{path.name}-{os.getpid()}")
    building.unlink(missing_ok=True)
    try:
        yield building
    finally:
        building.unlink(missing_ok=True)
