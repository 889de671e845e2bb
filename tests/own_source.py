"""Our own source code, parsed, for the tests that read it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeVar

SOURCE = Path(__file__).resolve().parents[1] / "src" / "initiative_lod"
Node = TypeVar("Node", bound=ast.AST)


@cache
def trees() -> dict[str, ast.Module]:
    """The modules by name, parsed; when a test looks, and not in each process that collects tests."""
    paths = {path.relative_to(SOURCE).with_suffix("").parts: path for path in sorted(SOURCE.rglob("*.py"))}
    named = {".".join(parts).removesuffix(".__init__"): path for parts, path in paths.items() if parts != ("__init__",)}
    return {name: ast.parse(path.read_text("utf-8")) for name, path in named.items()}


@cache
def nodes(name: str) -> tuple[ast.AST, ...]:
    """All that is in a module."""
    return tuple(ast.walk(trees()[name]))


def every(kind: type[Node], *rooms: str) -> Iterator[tuple[str, Node]]:
    """Nodes of a kind with the names of their modules, which begin so."""
    names = [name for name in trees() if name.startswith(rooms or "")]
    return ((name, node) for name in names for node in nodes(name) if isinstance(node, kind))


def names_in(node: ast.AST) -> set[str]:
    """Names that are used in a node."""
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
