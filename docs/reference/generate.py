"""Writes the pages and the pictures of this folder from the code and the data: ``python docs/reference/generate.py``.

A test fails when a page is not what this writes.
"""

from __future__ import annotations

import ast
import runpy
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from initiative_lod.cli.app import app
from initiative_lod.settings import ENVIRONMENT_PREFIX, FILE, Settings
from initiative_lod.sources import questions

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[1] / "data"
ARCHITECTURE, GROWTH, ADDRESSES = (
    runpy.run_path(str(HERE / f"{name}.py")) for name in ("architecture", "growth", "addresses")
)
NOTE = "<!-- Written by docs/reference/generate.py: change the code, and run that again. -->\n"


def pages() -> dict[str, str]:
    """Every page, by file name."""
    made = {
        "settings.md": settings(),
        "command-line.md": command_line(),
        "questions.md": competency_questions(),
        "messages.md": messages(),
        "rooms.md": rooms(),
        "addresses.md": ADDRESSES["page"](),
    }
    drawn = {
        "architecture.svg": ARCHITECTURE["drawing"](),
        "growth.svg": GROWTH["drawing"](),
        "addresses.svg": ADDRESSES["drawing"](),
    }
    return {**{name: NOTE + "\n" + content.strip() + "\n" for name, content in made.items()}, **drawn}


def settings() -> str:
    """The table of settings."""
    lines = [
        "# Settings",
        "",
        f"Each may stand in the project's `{FILE}` under its name, and be an environment variable,",
        f"`{ENVIRONMENT_PREFIX}` and its name in capitals, which counts for more; some are options of the command line",
        "as well, which count for most. (`root` says where that file is, and cannot stand in it.) Sizes are bytes,",
        "times seconds.",
        "",
        "| name | default | what it is |",
        "| --- | --- | --- |",
    ]
    for item in fields(Settings):
        bounds = [
            f"{word} {item.metadata[key]:,}"
            for key, word in (("minimum", "at least"), ("maximum", "at most"))
            if item.metadata.get(key) is not None
        ]
        about = _cell(item.metadata["about"] + (f" ({', '.join(bounds)})" if bounds else ""))
        default = f"`{item.default}`" if str(item.default) else "(empty)"
        lines.append(f"| `{item.name}` | {default} | {about} |")
    return "\n".join(lines)


def command_line() -> str:
    """Every command with its arguments and options."""
    root = typer.main.get_command(app)
    lines = [
        "# Command line",
        "",
        "Results go to standard output, all talk to standard error. Exit 0: done and conforming; 1: sources or data",
        "that do not conform; 2: wrong usage or environment.",
    ]
    for path, command in _commands(root, "initiative-lod"):
        lines += ["", f"## `{path}`", "", (command.help or "").strip()]
        rows = [_parameter(parameter) for parameter in command.params if parameter.name != "help"]
        if rows:
            lines += ["", "| option | what it is |", "| --- | --- |", *rows]
    return "\n".join(lines)


def competency_questions() -> str:
    """The questions that the graph answers, by group."""
    lines = [
        "# Competency questions",
        "",
        "What the graph must be able to answer. The expected rows were worked out from the text by hand; a build whose",
        "graph answers otherwise is no release. Each is `data/questions/<name>.rq`, but for those that are asked of",
        "each document of any project, which travel with the ontology: `ontology/questions/each-….rq`.",
    ]
    group = ""
    for question in questions.of_project(DATA.parent, DATA.parent / "ontology"):
        if question.group != group:
            group = question.group
            lines += ["", f"## {group.capitalize()}", "", "| name | question | 问题 |", "| --- | --- | --- |"]
        lines.append(f"| `{question.slug}` | {_cell(question.text['en'])} | {_cell(question.text['zh'])} |")
    return "\n".join(lines)


def messages() -> str:
    """What an author can be told, and what to do."""
    lines = [
        "# Messages",
        "",
        "What `validate`, `build`, `draft` and `init` can say of what an author has written; `…` stands for what is",
        "put in. Before it stands the place, `file:line:`, where it is about a file. A test provokes each. The command",
        "line speaks English, shapes Chinese and English.",
    ]
    return "\n".join(lines) + "\n" + runpy.run_path(str(HERE / "messages.py"))["table"]()


def rooms() -> str:
    """Every module of every room, with the first sentence of what it says of itself."""
    lines = [
        "# The rooms of the code",
        "",
        "Folders of `src/initiative_lod` from the ground up, as in [the picture](architecture.svg), and their modules.",
        "Each sentence is the module's own.",
    ]
    found: dict[str, list[Path]] = ARCHITECTURE["rooms"]()
    for floor in ARCHITECTURE["layers"](ARCHITECTURE["imports"](found)):
        for room in floor:
            said = [path for path in found[room] if path.stem == "__init__" and path.parent.name == room]
            lines += ["", f"## {room}", "", *(_sentence(path) for path in said), *[""] * len(said)]
            lines += ["| module | |", "| --- | --- |"]
            for path in found[room]:
                name = path.relative_to(ARCHITECTURE["SOURCE"]).as_posix().removeprefix(f"{room}/")
                if path not in said and path.read_text("utf-8").strip():
                    lines.append(f"| `{name}` | {_cell(_sentence(path))} |")
    return "\n".join(lines)


def _sentence(path: Path) -> str:
    """The first sentence, or the first line, of a module's docstring."""
    line = (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").partition("\n\n")[0]
    return " ".join(line.split())


def _commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    yield path, command
    if isinstance(command, TyperGroup):
        context = typer.Context(command)
        for name in sorted(command.list_commands(context)):
            yield from _commands(command.get_command(context, name), f"{path} {name}")


def _parameter(parameter: Any) -> str:
    names = (
        [*parameter.opts, *parameter.secondary_opts]
        if parameter.param_type_name == "option"
        else [parameter.name.upper()]
    )
    shown = ", ".join(f"`{name}`" for name in names)
    return f"| {shown} | {_cell(getattr(parameter, 'help', None) or '')} |"


def _cell(words: str) -> str:
    return " ".join(words.split()).replace("|", "\\|")


if __name__ == "__main__":
    for name, content in pages().items():
        (HERE / name).write_text(content, "utf-8")
        print(HERE / name)
