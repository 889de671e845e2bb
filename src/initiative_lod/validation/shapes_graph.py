"""Shapes graphs: read from files, and checked for what no processor can run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.request import url2pathname

from pyoxigraph import Literal, NamedNode, Quad, parse

from initiative_lod.errors import ParseError, ShapesError
from initiative_lod.formats import BY_SUFFIX
from initiative_lod.formats.graph_format import EngineFormat
from initiative_lod.iris import DEFAULT_BASE
from initiative_lod.literals import split_address
from initiative_lod.reading import foreign_graph
from initiative_lod.reading.foreign_graph import ReadFile
from initiative_lod.settings import Settings
from initiative_lod.validation.property_path import read_path
from initiative_lod.validation.triple_index import Term, TripleIndex
from initiative_lod.validation.xpath_patterns import compiled
from initiative_lod.vocabulary import OWL, RDF, SH

#: What a processor knows without reading it.
_BUILT_IN = ("http://www.w3.org/ns/shacl", "http://www.w3.org/ns/shacl-shacl")


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


def read_shapes(paths: Iterable[Path]) -> list[Quad]:
    """The statements of shapes files."""
    return [quad for path in sorted(paths) for quad in read(path)]


@dataclass(frozen=True, slots=True)
class ForeignShapes:
    """Shapes from elsewhere: their statements, the files that were read, and what of them does not take part."""

    quads: tuple[Quad, ...]
    files: tuple[ReadFile, ...]
    notes: tuple[str, ...]


def read_foreign_shapes(
    named: Sequence[str],
    settings: Settings,
    known: Mapping[str, str] | None = None,
    progress: Callable[[str], None] = lambda message: None,
) -> ForeignShapes:
    """The shapes in files, folders and archives, with all that they import: files in the folders of those by their
    address, others by ``known``, which gives the file of an ontology's IRI. What strangers wrote opens no other file.

    Raises SourceError for a file that cannot be read, and ShapesError for one that is imported and is not there.
    """
    known = known or {}
    quads: list[Quad] = []
    files: list[ReadFile] = []
    notes: list[str] = []
    done: set[str] = set()
    folders = [path if path.is_dir() else path.parent for path in map(Path.resolve, map(Path, named)) if path.exists()]
    following = list(named)
    while following:
        done.update(following)
        graph = foreign_graph.read(following, None, settings, strict=True, progress=progress)
        quads += graph.quads
        files += graph.files
        done |= {item.path.resolve().as_uri() for item in graph.files if item.path is not None}
        following = []
        for quad in sorted(graph.quads, key=str):
            if quad.predicate != OWL.imports or not isinstance(quad.object, NamedNode):
                continue
            iri = quad.object.value
            where = known.get(iri, url2pathname(split_address(iri).path) if iri.startswith("file:") else "")
            if iri not in known and not any(Path(where).resolve().is_relative_to(folder) for folder in folders):
                where = ""
            if iri.removesuffix("#") in _BUILT_IN or {iri, where} & done:
                continue
            done.add(iri)
            importer = foreign_graph.place_of(str(quad.graph_name).strip("<>"))
            if where and not Path(where).exists():
                raise ShapesError(f"{importer} imports {where}, which is not there")
            if where:
                following.append(where)
            elif not any(item.subject == quad.object and item.object == OWL.Ontology for item in quads):
                notes.append(f"{importer} imports <{iri}>, which was not read: give its file as --import {iri}=FILE")
    return ForeignShapes(tuple(quads), tuple(files), (*notes, *_unevaluated(TripleIndex(quads))))


def _unevaluated(shapes: TripleIndex) -> Iterator[str]:
    """Sentences on what is of SHACL's Advanced Features, which are not evaluated."""
    for name in (SH.target, SH.rule, SH.expression, SH.js):
        for shape in sorted({_shape(shapes, node) for node in shapes.subjects_of(name)}):
            term = name.value.removeprefix(SH.iri)
            yield f"sh:{term} of {shape} is of SHACL's Advanced Features, and is not evaluated"


def check(shapes: TripleIndex) -> None:
    """Raise ShapesError for a pattern that is no regular expression here, or a query that reaches for other data."""
    for pattern, holders in shapes.inverse(SH.pattern).items():
        for holder in holders:
            for flags in shapes.values(holder, SH.flags) or (Literal(""),):
                try:
                    compiled(pattern.value, flags.value)
                except ValueError as error:
                    of = f"the pattern {pattern.value!r} of {_shape(shapes, holder)}"
                    raise ShapesError(
                        f"{of} cannot be used: {error}. Patterns are "
                        "regular expressions of Python; \\p{…}, \\i, \\c and [a-z-[aeiou]] of XPath are none",
                        (holder, SH.pattern, pattern),
                    ) from error
    for name in (SH.select, SH.ask):
        for query, holders in shapes.inverse(name).items():
            found = re.search(r"\b(FROM|SERVICE)\b", _bare(query.value), re.IGNORECASE)
            if found:
                raise ShapesError(
                    f"the query of {_shape(shapes, holders[0])} has a {found[0].upper()} clause: a constraint is about "
                    "the data that are validated, and reaches nothing else",
                    (holders[0], name, query),
                )


def _bare(query: str) -> str:
    """The query without its strings, IRIs, names and comments."""
    return re.sub(
        r"""<[^<>"{}|^`\\\x00-\x20]*>|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\#[^\n]*|[?$]\w+|[\w.-]*:[\w:.-]*""",
        " ",
        query,
    )


def _shape(shapes: TripleIndex, node: Term) -> str:
    """The nearest shape with a name that holds ``node``, in words."""
    name, *_ = shape_name(shapes, node).split(" ")
    return "a shape without a name" if name == "_:" else f"<{name}>"


def shape_name(shapes: TripleIndex, shape: Term) -> str:
    """The IRI of a shape; of one without a name, that of what holds it and, after a space, how it is held."""
    if isinstance(shape, NamedNode):
        return shape.value
    steps: list[str] = []
    seen: set[Term] = set()
    while not isinstance(shape, NamedNode) and shape not in seen:
        seen.add(shape)
        holders = ((name, each) for name in shapes.predicates for each in shapes.subjects(name, shape))
        predicate, holder = min(holders, key=lambda held: (held[0].value, str(held[1])), default=(None, None))
        path = shapes.value(shape, SH.path)
        if path is not None:
            with suppress(ShapesError):  # of a path that is none
                steps.append(str(read_path(shapes, path)))
        elif predicate not in (None, RDF.first, RDF.rest):
            steps.append(shacl_name(predicate))
        if holder is None:
            break
        shape = holder
    return " ".join([shape.value if isinstance(shape, NamedNode) else "_:", *reversed(steps)])


def shacl_name(iri: Term | None) -> str:
    """The name of a term of SHACL without its namespace; empty for none."""
    return "" if iri is None else iri.value.removeprefix(SH.iri)
