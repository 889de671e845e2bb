"""Architecture: a module imports from its own room or from one before it; every idea has one place and one name."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable
from functools import cache
from graphlib import TopologicalSorter

import pytest

from own_source import SOURCE, every, names_in, trees

OURS = f"{SOURCE.name}."
#: From the ground up. The ground is modules of the root; every other room is a package, and ``pipeline`` the road.
_GROUND = (
    "child_process fork_server errors settings vocabulary iris formats languages labels literals terminal text_cache"
)
GROUND = (*_GROUND.split(), "query_text", "waiting")
_ROAD = "reading sources build validation release bulk documents search sparql matching merge web pipeline cli"
ROOMS = ("locale", *_ROAD.split())
#: What may be named after the same thing twice: the route to a page and the page, Turtle and the authors' files in it.
PAIRED = {"web.routes", "web.pages", "cli", "formats"}
#: Modules with threads outside of the lanes. A release is opened for all at once, in one thread, and prepared in one,
#: of which nobody asks anything; a reload opens one; long queries are read, and a store that failed is compared with
#: its digests, of which no more than there are workers; a review is one person's, on their own machine.
THREADED = {"web.http.lanes", "web.site", "web.warm_up", "web.server", "web.routes.sparql", "web.review"}


@cache
def imports() -> dict[str, set[str]]:
    """The modules of ours that each module imports, wherever in it, for types alone included."""
    found: dict[str, set[str]] = {name: set() for name in trees()}
    for name, node in every(ast.Import):
        found[name] |= {alias.name.removeprefix(OURS) for alias in node.names}
    for name, imported in every(ast.ImportFrom):
        assert imported.level == 0, f"{name}: a relative import hides where it goes"
        module = f"{imported.module}.".removeprefix(OURS)
        found[name] |= {full if (full := module + alias.name) in trees() else module[:-1] for alias in imported.names}
    return {name: (others & trees().keys()) - {name} for name, others in found.items()}


def room(name: str) -> int:
    """The floor of a module: 0 for the ground."""
    top = name.split(".")[0]
    return 0 if top in GROUND else 1 + ROOMS.index(top) if top in ROOMS else len(ROOMS) + 1


@pytest.mark.thorough
def test_the_root_holds_the_ground_and_the_road() -> None:
    assert {name.split(".")[0] for name in trees()} == {*GROUND, *ROOMS, "__main__"}


def test_a_room_imports_only_from_rooms_before_it() -> None:
    assert [f"{name} -> {other}" for name in trees() for other in imports()[name] if room(other) > room(name)] == []


def test_nothing_goes_round_in_a_circle() -> None:
    assert [*TopologicalSorter(imports()).static_order()]  # or CycleError, with the circle


def test_a_worker_knows_nothing_of_the_web() -> None:
    allowed, confined = (*GROUND, "release", "sparql", "reading"), ("sparql.worker", "reading.")
    into = {(name, other) for name in trees() if name.startswith(confined) for other in imports()[name]}
    assert into
    assert [pair for pair in into if not pair[1].startswith(allowed)] == []


def test_engines_that_draw_work_in_processes_of_their_own() -> None:
    """They keep Python's lock: in the server's process, nothing else would be answered meanwhile."""
    engines = {"typst", "resvg_py"}
    drawing = {name for name, node in every(ast.Import) if engines & {alias.name for alias in node.names}}
    assert drawing == {"web.drawings.raster", "web.pages.typesetting"}
    for name in drawing:
        functions = [part for part in trees()[name].body if isinstance(part, ast.FunctionDef)]
        assert {part.name for part in functions if engines & names_in(part)} == {"main"}, name
        assert "web.drawing_process" in imports()[name]


def test_no_module_and_no_public_class_has_a_name_twice() -> None:
    def doubled(names: Iterable[str]) -> list[str]:
        return [name for name, count in Counter(names).items() if count > 1]

    packages = {name.rpartition(".")[0] for name in trees()}
    parted = [name.rpartition(".") for name in trees() if name not in packages]
    assert doubled(last for package, _, last in parted if package not in PAIRED) == []
    classes = [part.name for tree in trees().values() for part in tree.body if isinstance(part, ast.ClassDef)]
    assert doubled(name for name in classes if not name.startswith("_")) == []
    # Nor is a name handed on: ``import X as X`` stands in a package's own ``__init__`` and nowhere else.
    again = [(name, alias) for name, node in every(ast.ImportFrom) for alias in node.names if name not in packages]
    assert [f"{name}: {alias.name}" for name, alias in again if alias.name == alias.asname] == []


def test_rooms_ask_a_release_and_not_its_store() -> None:
    """The store holds each statement twice: in its named graphs, and in the default graph."""
    used = [pair for pair in every(ast.Attribute, "documents.", "search.", "matching.", "merge.", "web.")
            if pair[1].attr in ("quads_for_pattern", "query", "named_graphs")]  # fmt: skip
    assert [f"{name}:{node.lineno}" for name, node in used if ast.unparse(node.value).endswith(".store")] == []


def test_a_page_shows_no_setting() -> None:
    """It is stored with its release, under a name in which no setting has a part but the prefix and the languages."""
    stored = {name for name in imports()["web.render_release"] if name.startswith("web.routes.")}
    assert stored >= {"web.routes.start", "web.routes.documents", "web.routes.questions"}
    rooms = ("web.pages.", "web.drawings.", "documents.", *stored)
    used = [f"{n}:{part.lineno}" for n, part in every(ast.Attribute, *rooms) if part.attr.lstrip("_") == "settings"]
    assert used + [name for name in trees() if name.startswith(rooms) and "settings" in imports()[name]] == []


def test_the_web_makes_its_answers_in_lanes_and_nowhere_else() -> None:
    """A thread outside of them would be one that a flood can take from everybody."""
    threads = {"run_in_threadpool", "to_thread", "run_in_executor", "ThreadPoolExecutor", "Thread"}
    named = {name for name, node in every(ast.Name, "web.") if node.id in threads}
    assert named | {name for name, node in every(ast.Attribute, "web.") if node.attr in threads} == THREADED
