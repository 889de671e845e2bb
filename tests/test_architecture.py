"""Architecture: a module imports from its own room or from one before it; every idea has one place and one name."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = "initiative_lod"
SOURCE = Path(__file__).resolve().parents[1] / "src" / PACKAGE

#: From the ground up. The ground is modules of the root; every other room is a package, and ``pipeline`` the road.
_GROUND = "child_process errors settings vocabulary iris formats languages"
GROUND = f"{_GROUND} labels literals terminal text_cache query_text".split()
_ROAD = "reading sources build validation release bulk documents search sparql matching merge web pipeline cli"
ROOMS = ["locale", *_ROAD.split()]
#: What may be named after the same thing twice: the route to a page and the page, Turtle and the authors' files in it.
PAIRED = {"web.routes", "web.pages", "cli", "formats"}
#: Modules that stop even what nobody foresaw, with the reason.
LAST_RESORTS = {
    "reading.process_pool": "a thread hands over whatever it met to the one that waits for it",
    "validation.shacl": "over strange shapes pySHACL and rdflib raise anything, Exception itself for an unknown prefix",
    "sparql.worker.main": "a panic of the engine is no Exception; the process says so and ends",
}
VAGUE = set("util utils helper helpers manager managers common misc base core tools".split())


@cache
def trees() -> dict[str, ast.Module]:
    """The modules by name, parsed; when a test looks, and not in each process that collects tests."""
    return {
        ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__"): ast.parse(
            path.read_text("utf-8")
        )
        for path in sorted(SOURCE.rglob("*.py"))
        if path != SOURCE / "__init__.py"
    }


def imported(name: str) -> set[str]:
    """The modules of ours that the module ``name`` imports, wherever in it, for types alone included."""
    found = set()
    for node in ast.walk(trees()[name]):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: a relative import hides where it goes"
            names = [
                full if full.removeprefix(f"{PACKAGE}.") in trees() else str(node.module)
                for full in (f"{node.module}.{alias.name}" for alias in node.names)
            ]
        else:
            continue
        found |= {candidate.removeprefix(f"{PACKAGE}.") for candidate in names}
    return found & trees().keys() - {name}


@cache
def imports() -> dict[str, set[str]]:
    """The modules of ours that each module imports."""
    return {name: imported(name) for name in trees()}


def room(name: str) -> int:
    """The floor of a module: 0 for the ground."""
    top = name.split(".")[0]
    return 0 if top in GROUND else 1 + ROOMS.index(top) if top in ROOMS else len(ROOMS) + 1


def names_of(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def used_in(node: ast.AST) -> set[str]:
    """Names, and names of attributes."""
    return names_of(node) | {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}


@pytest.mark.thorough
def test_the_root_holds_the_ground_and_the_road() -> None:
    here = {name.split(".")[0] for name in trees()} - {"__main__"}
    assert here == {*GROUND, *ROOMS}


def test_a_room_imports_only_from_rooms_before_it() -> None:
    assert [f"{name} -> {other}" for name in trees() for other in imports()[name] if room(other) > room(name)] == []


def test_nothing_goes_round_in_a_circle() -> None:
    try:
        list(TopologicalSorter(imports()).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_a_worker_knows_nothing_of_the_web() -> None:
    confined = [name for name in trees() if name.startswith(("sparql.worker", "reading."))]
    allowed = (*GROUND, "release", "sparql", "reading")
    assert confined
    assert [
        f"{name} -> {other}" for name in confined for other in imports()[name] if not other.startswith(allowed)
    ] == []


def test_engines_that_draw_work_in_processes_of_their_own() -> None:
    """They keep Python's lock: in the server's process, nothing else would be answered meanwhile."""
    engines = {"typst", "resvg_py"}
    drawing = {name for name, tree in trees().items() if engines & {*modules(tree)}}
    assert drawing == {"web.drawings.raster", "web.pages.typesetting"}
    for name in drawing:
        used = {
            function.name
            for function in trees()[name].body
            if isinstance(function, ast.FunctionDef) and engines & names_of(function)
        }
        assert used == {"main"}, name
        assert "web.drawing_process" in imports()[name]


def modules(tree: ast.Module) -> Iterator[str]:
    return (alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names)


def test_no_module_and_no_public_class_has_a_name_twice() -> None:
    def counted(names: Iterator[str]) -> list[str]:
        return [name for name, count in Counter(names).items() if count > 1]

    assert (
        counted(n.rpartition(".")[2] for n in trees() if n.rpartition(".")[0] not in PAIRED and not has_parts(n)) == []
    )
    assert counted(n for tree in trees().values() for n in classes(tree) if not n.startswith("_")) == []


def has_parts(name: str) -> bool:
    return any(other.startswith(f"{name}.") for other in trees())


def classes(tree: ast.Module) -> Iterator[str]:
    return (node.name for node in tree.body if isinstance(node, ast.ClassDef))


def test_names_come_from_where_they_are_made() -> None:
    """No re-export but in a package's own ``__init__``: ``import X as X`` stands nowhere else."""
    again = [
        f"{name}: {alias.name}"
        for name, tree in trees().items()
        if not has_parts(name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name == alias.asname
    ]
    assert again == []


def test_a_module_says_in_its_name_and_first_line_what_it_owns() -> None:
    assert [name for name in trees() if VAGUE & set(name.split("."))] == []
    first = {name: (ast.get_docstring(tree) or "").split(" ")[0].rstrip(",:;") for name, tree in trees().items()}
    assert [name for name, word in first.items() if word in ("", "What", "Whether", "How", "Which")] == []


def test_rooms_ask_a_release_and_not_its_store() -> None:
    """The store holds each statement twice: in its named graphs, and in the default graph."""
    rooms = ("documents.", "search.", "matching.", "merge.", "web.")
    asking = ("quads_for_pattern", "query", "named_graphs")
    calls = [
        f"{name}:{node.lineno}"
        for name, tree in trees().items()
        if name.startswith(rooms)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in asking and ast.unparse(node.value).endswith(".store")
    ]
    assert calls == []


def test_a_page_shows_no_setting() -> None:
    """It is stored with its release, under a name in which no setting has a part but the prefix and the languages."""
    stored = imports()["web.render_release"] & {name for name in trees() if name.startswith("web.routes.")}
    assert stored >= {"web.routes.start", "web.routes.documents", "web.routes.questions"}
    names = [
        name for name in trees() if name.startswith(("web.pages.", "web.drawings.", "documents.")) or name in stored
    ]
    asking = [
        f"{name}:{node.lineno}"
        for name in names
        for node in ast.walk(trees()[name])
        if isinstance(node, ast.Attribute) and node.attr in ("settings", "_settings")
    ]
    assert asking + [name for name in names if "settings" in imports()[name]] == []


def test_no_handler_stops_whatever_comes() -> None:
    """``except Exception`` never stands; ``except BaseException`` tidies up and passes on what it caught."""
    stopping = set()
    for name, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler):
                caught = names_of(node.type) if node.type is not None else {"BaseException"}
                raises = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
                if "Exception" in caught or ("BaseException" in caught and not raises):
                    stopping.add(name)
    assert stopping == LAST_RESORTS.keys()


def test_the_web_makes_its_answers_in_lanes_and_nowhere_else() -> None:
    """A thread outside of them would be one that a flood can take from everybody."""
    threads = {"run_in_threadpool", "to_thread", "run_in_executor", "ThreadPoolExecutor", "Thread"}
    # A release is opened for all at once, in one thread, and prepared in one, of which nobody asks anything; a reload
    # opens one; long queries are read, and a store that failed is compared with its digests, of which no more than
    # there are workers; a review is one person's, on their own machine.
    allowed = {"web.http.lanes", "web.site", "web.warm_up", "web.server", "web.routes.sparql", "web.review"}
    assert {name for name in trees() if name.startswith("web.") and used_in(trees()[name]) & threads} == allowed


#: Modules that read JSON of this program's own, which another process or a release of ours hands over.
OWN_JSON = {
    "errors", "formats.json_ld", "formats.guarded_json", "reading.process_pool", "reading.reader_process",
    "release.changes", "sources.sssom_json", "sparql.job", "sparql.remote_store", "sparql.worker.main",
    "web.reused_renderings", "web.export.browser_search", "web.pages.typesetting", "web.routes.sparql_terms",
}  # fmt: skip


def test_what_others_wrote_is_read_by_readers_with_bounds() -> None:
    """JSON that is nested too deeply, digits without end: by ``read_json`` and ``literals``."""

    def using(*names: str) -> set[str]:
        return {
            module
            for module, tree in trees().items()
            if any(isinstance(node, ast.Attribute) and ast.unparse(node).endswith(names) for node in ast.walk(tree))
        }

    assert using("json.loads", "json.load") == OWN_JSON
    # A part of a name that sorts, a page's own form, a printed line of an author's text, a header's few digits.
    digits = {"labels", "matching.label_forms", "web.review", "release.origin"}
    own = {"build.coded_text", "build.source_words", "sources.ig_script", "sources.printed_lines"}
    assert using(".isdecimal", ".isdigit") == digits | own


def test_no_settings_are_read_at_import() -> None:
    """Neither at a module's or class's own level, nor as a default of an argument, which is evaluated there too."""

    def early(node: ast.AST) -> Iterator[ast.AST]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                for value in [*child.args.defaults, *child.args.kw_defaults]:
                    yield from ast.walk(value) if value else ()
            else:
                yield child
                yield from early(child)

    calls = [(name, node) for name, tree in trees().items() for node in early(tree) if isinstance(node, ast.Call)]
    readers = ("Settings", "from_environment")
    assert [f"{n}:{c.lineno}" for n, c in calls if ast.unparse(c.func).split(".")[-1] in readers] == []


def test_a_docstring_begins_with_a_noun_or_a_verb() -> None:
    asking = {"What", "Whether", "How", "Which", "Where", "Who", "Why", "When"}
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    found = [
        f"{name}: {text.splitlines()[0]}"
        for name, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, documented) and (text := ast.get_docstring(node)) and text.split()[0] in asking
    ]
    assert found == []
