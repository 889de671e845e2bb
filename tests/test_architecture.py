"""One way through: a module imports from its own room or from one before it, nothing goes round in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = "initiative_lod"
SOURCE = Path(__file__).resolve().parents[1] / "src" / PACKAGE

#: The rooms of house style §1, from the ground up; a package (web, cli, sparql, ...) stands in one room as a whole.
ROOMS = {
    "ground": "errors formats iris settings vocabulary",
    "make": "align alignment build conflicts description document exact focus identity judgement lease merge notation "
    "places prepared questions release removal rendering report search sources sssom statements switch text "
    "validation verification",
    "read": "archive changes links negotiation reconcile representation resource sparql store",
    "the whole way": "pipeline",  # a release is read back to render its documents
    "web": "web",
    "command line": "cli __main__",
}
ORDER = {name: number for number, names in enumerate(ROOMS.values()) for name in names.split()}

TREES = {
    ".".join((PACKAGE, *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__"): ast.parse(
        path.read_text("utf-8")
    )
    for path in sorted(SOURCE.rglob("*.py"))
}


def at_run_time(node: ast.AST) -> Iterator[ast.AST]:
    """Every node but those under ``if TYPE_CHECKING``."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        yield child
        yield from at_run_time(child)


@cache
def imported(name: str) -> set[str]:
    """The modules of ours that the module ``name`` imports, wherever in it."""
    found = set()
    for node in at_run_time(TREES[name]):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: a relative import hides where it goes"
            names = [f"{node.module}.{alias.name}" for alias in node.names] + [str(node.module)]
            if any(candidate in TREES for candidate in names[:-1]):
                names = [candidate if candidate in TREES else str(node.module) for candidate in names[:-1]]
        else:
            continue
        found |= {candidate for candidate in names if candidate in TREES}
    return found - {PACKAGE, name}  # the package itself holds only its version


def room(name: str) -> int:
    top = name.split(".")[1]
    assert top in ORDER, f"{top} stands in no room yet: put it where it belongs, in ROOMS"
    return ORDER[top]


MODULES = sorted(TREES.keys() - {PACKAGE})


def test_there_is_something_to_look_at() -> None:
    assert len(MODULES) > 40
    assert "initiative_lod.sources.turtle" in imported("initiative_lod.build.graph")
    assert {"initiative_lod.pipeline", "initiative_lod.release.folder"} <= imported("initiative_lod.cli.build")


def test_no_room_is_made_for_what_is_not_there() -> None:
    there = {name.split(".")[1] for name in MODULES}
    assert ORDER.keys() - there == set()


@pytest.mark.parametrize("name", MODULES)
def test_imports_go_back_never_forth(name: str) -> None:
    forth = {other for other in imported(name) if room(other) > room(name)}
    assert forth == set(), f"{name} imports from a room after its own"


def test_nothing_goes_round_in_a_circle() -> None:
    graph = {name: imported(name) for name in MODULES}
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_the_package_itself_imports_nothing() -> None:
    assert not [node for node in ast.walk(TREES[PACKAGE]) if isinstance(node, ast.Import | ast.ImportFrom)]


@pytest.mark.parametrize("name", MODULES)
def test_a_name_says_what_is_in_it(name: str) -> None:
    vague = {"util", "utils", "helper", "helpers", "manager", "managers", "common", "misc", "base", "core", "tools"}
    assert not vague & set(name.split("."))


@pytest.mark.parametrize("name", [PACKAGE, *MODULES])
def test_a_module_opens_with_what_it_owns(name: str) -> None:
    assert ast.get_docstring(TREES[name])


#: Modules that stop even what nobody foresaw, with the reason.
LAST_RESORTS = {
    "initiative_lod.merge.reading.process_pool": "a thread hands over whatever it met to the one that waits for it",
    "initiative_lod.sparql.worker.main": "a panic of the engine is no Exception; the process says so and ends",
}


@pytest.mark.parametrize("name", MODULES)
def test_no_handler_stops_whatever_comes(name: str) -> None:
    """``except Exception`` never stands; ``except BaseException`` tidies up and passes on what it caught."""
    handlers = [node for node in ast.walk(TREES[name]) if isinstance(node, ast.ExceptHandler)]
    caught = {
        node.lineno: "BaseException" if node.type is not None and "Exception" not in _names(node.type) else "Exception"
        for node in handlers
        if node.type is None or {"Exception", "BaseException"} & _names(node.type)
    }
    passed_on = {node.lineno for node in handlers if isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None}
    stopped = [f"line {line}" for line, kind in caught.items() if kind == "Exception" or line not in passed_on]
    assert bool(stopped) == (name in LAST_RESORTS), stopped


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


@pytest.mark.parametrize("name", MODULES)
def test_no_settings_are_read_at_import(name: str) -> None:
    """Neither at a module's or class's own level, nor as a default of an argument, which is evaluated there too."""

    def early(node: ast.AST) -> Iterator[ast.AST]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                yield from (
                    item
                    for value in [*child.args.defaults, *child.args.kw_defaults]
                    if value
                    for item in ast.walk(value)
                )
            else:
                yield child
                yield from early(child)

    calls = [node for node in early(TREES[name]) if isinstance(node, ast.Call)]
    made = [
        f"line {call.lineno}"
        for call in calls
        if ast.unparse(call.func).split(".")[-1] in ("Settings", "from_environment")
    ]
    assert made == []
