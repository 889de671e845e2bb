"""Reads off the code all messages that an author can get: ``messages()`` has each, as a template with its module.

A message is what an error is made with in the modules that read and build what authors write; ``{}`` stands for what is
put in. ``messages.tsv`` says beside each what to do, and a test provokes each.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parents[1] / "src" / "initiative_lod"
SHAPES = HERE.parents[1] / "ontology" / "shapes"
SH = "http://www.w3.org/ns/shacl#"
#: The modules whose messages authors read, and what the messages of each are about.
MODULES = {
    "settings": "settings: `initiative-lod.toml`, an option, a variable",
    "sources/turtle": "any file of a project",
    "sources/text": "a text in `data/source/`, and quotes from it",
    "sources/authoring_notation": "the notation in `data/graphs/`",
    "build/part_tree": "the parts of a document",
    "build/located_text": "a text and its file",
    "build/located_parts": "where parts stand in a text",
    "build/statements": "what a value rests on",
    "build/missing_things": "what is named and described nowhere",
    "build/graph": "documents, their texts, and what travels in the package",
    "sources/ig_script": "a coding in `data/codings/`",
    "build/coded_text": "words of a coding in the text",
    "build/component_concepts": "concepts of a coding",
    "build/coding": "a coding as a whole",
    "sources/word_pairs": "words of a coding in a translation, in `data/codings/`",
    "build/translated_words": "where these words stand",
    "build/source_words": "a coding in the words of a translation",
    "sources/query_files": "the header of a question",
    "sources/questions": "questions in `data/questions/`",
    "validation/competency": "a question's query",
    "sources/judgements": "`data/judgements/identity.tsv`",
    "sources/sssom_table": "a mapping set in `data/alignments/`, as a table",
    "sources/sssom": "a mapping set and its mappings",
    "pipeline": "the dataset",
    "cli/init": "`initiative-lod init`",
    "cli/draft": "`initiative-lod draft`",
    "cli/validate": "`initiative-lod validate`",
    "cli/build": "`initiative-lod build`",
}
#: What makes an error of its first argument, and of its second one.
_FIRST = set(
    "SourceError ParseError QuoteError NotationError CoverageError SettingsError BadParameter NotConforming error "
    "_doubt".split()
)
_SECOND = {"wrong", "_error"}
#: What makes an error of its last argument, after the place.
_LAST = {"_fail", "fail"}
#: Functions whose messages no author gets, those of a merge and of a review; and those that are handed theirs.
_OTHERS = {
    "_fail",
    "fail",
    "append",
    "mapping_sets",
    "linksets",
    "make_merged_release",
    "expand",
    "_extension",
    "_unpacked",
}


@dataclass(frozen=True, order=True)
class AuthorMessage:
    """One message: the module in which it is made, and its words, with ``{}`` for what is put in."""

    module: str
    template: str

    def is_in(self, text: str) -> bool:
        """Tell whether ``text`` has the message, with whatever values."""
        return re.search(".*?".join(map(re.escape, self.template.split("{}"))), text, re.DOTALL) is not None


def messages() -> list[AuthorMessage]:
    """Every message, in the order of ``MODULES``, then as they come in the code."""
    found: dict[AuthorMessage, None] = {}
    for module in MODULES:
        tree = ast.parse((SOURCE / f"{module}.py").read_text("utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        returned = {item.name: _returned(item) for item in functions}
        for function in functions:
            if function.name not in _OTHERS and (module, function.name) != ("sources/text", "__post_init__"):
                found |= {AuthorMessage(module, said): None for said in _said(function, returned)}
    return list(found)


def table() -> str:
    """The tables of messages: of each what to do; and of shapes, what they say in each language."""
    remedies = dict(line.split("\t") for line in (HERE / "messages.tsv").read_text("utf-8").splitlines())
    lines: list[str] = []
    module = ""
    for item in messages():
        if item.module != module:
            module = item.module
            heading = f"{MODULES[module][:1].upper()}{MODULES[module][1:]}".replace("`", "")
            lines += ["", f"## {heading}", "", "| message | what to do |", "| --- | --- |"]
        words = item.template.replace("{}", "…").replace("… …", "…").replace("|", "\\|")
        lines.append(f"| `{words}` | {remedies.get(item.template, '')} |")
    return "\n".join([*lines, *_shapes()])


def _shapes() -> Iterator[str]:
    """The lines of the table of shapes: every constraint, how severe it is, what it says."""
    triples = [triple for path in sorted(SHAPES.glob("*.ttl")) for triple in parse(path=path, format=RdfFormat.TURTLE)]
    said: dict[str, dict[str, str]] = {}
    severities: dict[str, str] = {}
    owners: dict[str, str] = {}
    for triple in triples:
        subject, predicate = str(triple.subject).strip("<>"), triple.predicate.value.removeprefix(SH)
        if predicate == "message" and isinstance(triple.object, Literal):
            said.setdefault(subject, {})[triple.object.language or ""] = triple.object.value
        elif predicate == "severity" and isinstance(triple.object, NamedNode):
            severities[subject] = triple.object.value.removeprefix(SH)
        elif predicate in ("property", "sparql"):
            owners[str(triple.object).strip("<>")] = subject
    yield from (
        "",
        "## Shapes",
        "",
        "A result names the line of the statement. `/shapes` of a site shows each with its query.",
        "",
    )
    yield from ("| rule | | message | 消息 |", "| --- | --- | --- | --- |")
    for shape in sorted(said):
        if shape in owners:  # a constraint: what the shapes say that hold them is a summary
            severity = severities.get(shape) or severities.get(owners[shape], "Violation")
            english, chinese = (said[shape].get(tag, "").replace("|", "\\|") for tag in ("en", "zh"))
            yield f"| `{shape.rpartition('#')[2]}` | {severity} | {english} | {chinese} |"


def _said(function: ast.FunctionDef, returned: dict[str, list[ast.expr]]) -> Iterator[str]:
    """The templates of the errors that a function makes, without those of functions inside it.

    ``returned`` has what each function of the module returns.
    """
    calls: list[ast.Call] = []
    names: dict[str, list[ast.Assign]] = {}

    def look(node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef):
                continue
            if isinstance(child, ast.Call):
                calls.append(child)
            if isinstance(child, ast.Assign) and isinstance(child.targets[0], ast.Name):
                names.setdefault(child.targets[0].id, []).append(child)
            look(child)

    look(function)
    for call in sorted(calls, key=lambda item: item.lineno):
        name = _name(call)
        is_first = name in _FIRST or (name == "ValueError" and function.name == "__post_init__")
        place = 0 if is_first else 1 if name in _SECOND else len(call.args) - (name in _LAST)
        if place >= len(call.args):
            continue
        said = call.args[place]
        if isinstance(said, ast.Name):  # of several values that it is given, the last one before the error
            before = [item for item in names.get(said.id, []) if item.lineno < call.lineno]
            said = max(before, key=lambda item: item.lineno).value if before else said
        for template in _templates(said, returned):
            shown = re.sub(r"(\{\})+", "{}", template)
            if re.search(r"[a-z]{2}", shown):
                yield shown


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _returned(function: ast.FunctionDef) -> list[ast.expr]:
    """What a function returns."""
    return [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value is not None]


def _templates(node: ast.expr | None, returned: dict[str, list[ast.expr]]) -> list[str]:
    """What an expression says, once for each sentence that a function of the module puts into it."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.JoinedStr):
        return ["".join(each) for each in product(*(_templates(item, returned) for item in node.values))]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return ["".join(each) for each in product(_templates(node.left, returned), _templates(node.right, returned))]
    if isinstance(node, ast.FormattedValue):
        return _templates(node.value, returned)
    if isinstance(node, ast.Call):
        said = [template for item in returned.get(_name(node), []) for template in _templates(item, {})]
        if said and all(re.search(r"[a-z]{3} ", template) for template in said):
            return said
    return ["{}"]
