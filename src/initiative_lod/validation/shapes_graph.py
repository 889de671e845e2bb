"""Shapes graphs: read from files, and checked for what no processor can run."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import NamedNode, Quad, parse

from initiative_lod.errors import ParseError, ShapesError
from initiative_lod.formats import BY_SUFFIX
from initiative_lod.formats.graph_format import EngineFormat
from initiative_lod.iris import DEFAULT_BASE, rebased
from initiative_lod.validation.triple_index import Term, TripleIndex
from initiative_lod.vocabulary import SH

#: Of a query: IRIs, strings, comments, variables and prefixed names.
_NO_KEYWORDS = re.compile(
    r"""<[^<>"{}|^`\\\s]*>|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\#[^\n]*|[?$]\w+|[\w.-]*:[\w:.-]*"""
)


def read(path: Path, base: str = DEFAULT_BASE) -> list[Quad]:
    """The statements of one RDF file. Blank nodes of different files stay apart. Raises ParseError."""
    media = BY_SUFFIX.get(path.suffix.removeprefix("."))
    if not isinstance(media, EngineFormat):
        known = ", ".join(f".{suffix}" for suffix, media in BY_SUFFIX.items() if isinstance(media, EngineFormat))
        raise ParseError(f"its name does not end like that of an RDF file ({known})", path)
    try:
        return list(parse(path.read_bytes(), format=media.engine, base_iri=base, rename_blank_nodes=True))
    except SyntaxError as error:
        raise ParseError(f"not {media.label}: {error.msg}", path, error.lineno or 0) from error
    except OSError as error:
        raise ParseError(f"cannot be read: {error.strerror or error}", path) from error
    except ValueError as error:
        raise ParseError(f"not {media.label}: {error}", path) from error


def read_shapes(paths: Iterable[Path], base: str = DEFAULT_BASE) -> list[Quad]:
    """The statements of shapes files, moved to ``base``: the IRIs, and the namespaces that their queries declare."""
    return list(rebased((quad for path in sorted(paths) for quad in read(path)), base))


def check(shapes: TripleIndex) -> None:
    """Raise ShapesError for a pattern that is no regular expression here, or a query that reaches for other data."""
    for pattern, holders in shapes.inverse(SH.pattern).items():
        if fault := _fault(pattern.value):
            raise ShapesError(
                f"the pattern {pattern.value!r} of {_shape(shapes, holders[0])} cannot be used: {fault}. Patterns are "
                "regular expressions of Python; \\p{…}, \\i, \\c and [a-z-[aeiou]] of XPath are none"
            )
    for name in (SH.select, SH.ask):
        for query, holders in shapes.inverse(name).items():
            found = re.search(r"\b(FROM|SERVICE)\b", _bare(query.value), re.IGNORECASE)
            if found:
                raise ShapesError(
                    f"the query of {_shape(shapes, holders[0])} has a {found[0].upper()} clause: a constraint is about "
                    "the data that are validated, and reaches nothing else"
                )


def _fault(pattern: str) -> str:
    """Why Python cannot read a pattern, or would read it differently from XPath; "" for one that is well."""
    if re.search(r"(?<!\\)\[[^\]]*-\[", pattern):
        return "a class is taken from a class"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)
            re.compile(pattern)
    except (re.error, FutureWarning, RecursionError, OverflowError) as error:
        return str(error)
    return ""


def _bare(query: str) -> str:
    """The query without its strings, IRIs, names and comments."""
    return re.sub(
        r"""<[^<>"{}|^`\\\s]*>|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\#[^\n]*|[?$]\w+|[\w.-]*:[\w:.-]*""", " ", query
    )


def _shape(shapes: TripleIndex, node: Term) -> str:
    """The name of the nearest shape with one that holds ``node``."""
    seen: set[Term] = set()
    while not isinstance(node, NamedNode) and node not in seen:
        seen.add(node)
        holders = [each for name in shapes.predicates for each in shapes.subjects(name, node)]
        node = min(holders, key=str, default=node)
    return f"<{node.value}>" if isinstance(node, NamedNode) else "a shape without a name"
