"""Conventions of the code: what it handles, whose texts it reads and how, what is said of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from own_source import every, names_in, trees

#: Modules that stop even what nobody foresaw: a thread hands over whatever it met to the one that waits for it; over
#: strange shapes pySHACL and rdflib raise anything, Exception itself for an unknown prefix; a panic of the engine is no
#: Exception, and the process says so and ends; the task that looks after another engine ended would never believe it
#: again, and nobody would hear of it.
LAST_RESORTS = {"reading.process_pool", "validation.shacl", "sparql.worker.main", "sparql.remote_store"}
#: Modules that read JSON of this program's own, which another process or a release of ours hands over.
OWN_JSON = {
    "errors", "fork_server", "formats.json_ld", "formats.guarded_json", "reading.process_pool",
    "reading.reader_process", "release.changes", "sources.sssom_json", "sparql.job", "sparql.remote_store",
    "sparql.worker.main",
    "web.reused_renderings", "web.export.browser_search", "web.pages.typesetting", "web.routes.sparql_terms",
}  # fmt: skip
#: Modules that look for digits in a name that is sorted, a page's form, a header, a line or a word of an author's text.
DIGITS = {"labels", "matching.label_forms", "web.review", "release.origin", "build.coded_text", "build.source_words"}
AUTHORED = {"sources.ig_script", "sources.printed_lines"}
VAGUE = set("util utils helper helpers manager managers common misc base core tools".split())


def test_no_handler_stops_whatever_comes() -> None:
    """``except Exception`` never stands; ``except BaseException`` tidies up and passes on what it caught."""
    stopping = set()
    for name, handler in every(ast.ExceptHandler):
        caught = names_in(handler.type) if handler.type else {"BaseException"}
        passed_on = ast.unparse(handler.body[-1]) == "raise"
        if "Exception" in caught or ("BaseException" in caught and not passed_on):
            stopping.add(name)
    assert stopping == LAST_RESORTS


def test_what_others_wrote_is_read_by_readers_with_bounds() -> None:
    """JSON that is nested too deeply, digits without end: by ``read_json`` and ``literals``."""

    ends = ("load", "loads", "isdecimal", "isdigit")
    used = [(name, ast.unparse(node)) for name, node in every(ast.Attribute) if node.attr in ends]
    assert {name for name, what in used if what.endswith(("json.loads", "json.load"))} == OWN_JSON
    assert {name for name, what in used if what.endswith((".isdecimal", ".isdigit"))} == DIGITS | AUTHORED


def test_no_settings_are_read_at_import() -> None:
    """Neither at a module's or class's own level, nor as a default of an argument, which is evaluated there too."""

    def early(node: ast.AST) -> Iterator[ast.AST]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                values = [value for value in (*child.args.defaults, *child.args.kw_defaults) if value]
                yield from (part for value in values for part in ast.walk(value))
            else:
                yield from (child, *early(child))

    calls = [(name, node) for name, tree in trees().items() for node in early(tree) if isinstance(node, ast.Call)]
    readers = ("Settings", "from_environment")
    assert [f"{n}:{c.lineno}" for n, c in calls if ast.unparse(c.func).split(".")[-1] in readers] == []


def test_a_module_says_in_its_name_and_first_line_what_it_owns() -> None:
    assert [name for name, tree in trees().items() if VAGUE & {*name.split(".")} or not ast.get_docstring(tree)] == []


def test_a_docstring_begins_with_a_noun_or_a_verb() -> None:
    asking = {"What", "Whether", "How", "Which", "Where", "Who", "Why", "When"}
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    texts = [(name, ast.get_docstring(node) or "-") for name, node in every(ast.AST) if isinstance(node, documented)]
    assert [f"{name}: {text.splitlines()[0]}" for name, text in texts if text.split()[0].rstrip(",:;") in asking] == []
