"""Reads one file as RDF, whole or not at all; or, when told so, without the triples that are no RDF, each of them
listed.

It runs in a process of its own (``worker``): a parser may crash on what others wrote, or never come back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Triple, parse, serialize

from initiative_lod.formats import GraphFormat
from initiative_lod.formats.graph_format import Content
from initiative_lod.reading import encoding, skolem
from initiative_lod.reading.files import CAP, Member, Outcome
from initiative_lod.reading.syntax import HEAD, decide, wider
from initiative_lod.reading.well_formed import fault_of

WHOLE = 64 << 20  # bytes of a file that are read at once; a larger one is streamed
BLOCK = 8 << 20
MOST_ERRORS = 10_000

_BLANK = re.compile(rb"^_:|> (?:_:|<<\()")  # of a line
_UNSAFE = re.compile(r"escape|utf-8|unexpected end|string|character encoding|unterminated", re.IGNORECASE)

Write = Callable[[bytes], Any]


@dataclass(frozen=True, slots=True)
class How:
    """How the files of one source are read: into which graph, under which prefix blank nodes are named, against
    which base.
    """

    graph: str
    genid: str
    base: str
    lenient: bool = False


class Unreadable(Exception):
    """Why a file is refused. It never leaves this package."""


def read(member: Member, how: How, write: Write, stage: Callable[[str], None]) -> Outcome:
    """Read a file and ``write`` its statements as N-Quads lines of the graph. What was written counts only if it is
    taken.

    ``stage`` is called before canonicalisation, the step that may not end.
    """
    outcome = Outcome(member.name, sha256=member.sha256, bytes=member.size)
    start = member.beginning(HEAD)
    format, note = decide(member.name, encoding.head(start))
    if format is None:
        outcome.status, outcome.why = ("passed over", note) if not start or note else ("refused", note)
        return outcome
    outcome.format = format.label
    if note:
        outcome.repaired.append(note)
    try:
        if member.size > WHOLE and member.path is not None:
            _streamed(member.path, format, how, outcome, write, stage)
        else:
            _take(_statements(member.content(), format, how, outcome), how, outcome, write, stage)
    except Unreadable as error:
        outcome.status, outcome.why = "refused", " ".join(str(error).split())
    if outcome.status == "taken" and outcome.left_out_total and not outcome.triples:
        outcome.status, outcome.why = "refused", f"nothing in it can be read: {outcome.left_out[0][1]}"
    return outcome


def _streamed(
    path: Path, format: GraphFormat, how: How, outcome: Outcome, write: Write, stage: Callable[[str], None]
) -> None:
    """A large file: no re-encoding and no second attempt, but memory for its blank nodes only."""
    with TemporaryFile() as lines:
        try:
            quads = format.read(path, how.base, note=outcome.repaired.append)
            serialize(_plain(quads, outcome) if format.graphs else quads, output=lines, format=RdfFormat.N_QUADS)
        except SyntaxError as error:
            raise Unreadable(_said(error)) from error
        lines.seek(0)
        _take(_blocks(lines), how, outcome, write, stage)


def _blocks(file: Any) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block + file.readline()


def _take(blocks: Iterable[bytes], how: How, outcome: Outcome, write: Write, stage: Callable[[str], None]) -> None:
    """Write blocks of whole N-Quads lines (of no graph) into the source's graph, blank nodes named."""
    entangled: list[bytes] = []
    ending = f" <{how.graph}> .\n".encode()
    used = f"<{how.base}".encode()
    relative = False
    for block in blocks:
        relative = relative or used in block
        if block.startswith(b"_:") or any(sign in block for sign in (b"\n_:", b"> _:", b"> <<(")):
            ground: list[bytes] = []
            for line in block.splitlines(keepends=True):
                (entangled if _BLANK.search(line) else ground).append(line)
            block = b"".join(ground)
        outcome.triples += block.count(b"\n")
        write(block.replace(b" .\n", ending))  # line ends in literals are escaped: this is the end of each statement
    if entangled:
        quads = list(parse(b"".join(entangled), format=RdfFormat.N_QUADS))
        for quad in quads:
            if isinstance(quad.object, Triple):
                raise Unreadable(f"{_shown(quad)}: a triple about a triple (RDF 1.2), which is not taken")
        stage("canonicalising")
        triples, outcome.blank_nodes = skolem.skolemise(quads, how.genid)
        graph = NamedNode(how.graph)
        outcome.triples += len(triples)
        write(
            serialize([Quad(t.subject, t.predicate, t.object, graph) for t in triples], format=RdfFormat.N_QUADS) or b""
        )
    if relative:
        outcome.repaired.append(f"relative IRIs were resolved against <{how.base}>")


def _statements(data: bytes, format: GraphFormat, how: How, outcome: Outcome) -> list[bytes]:
    """The statements of a file as N-Quads without graphs. Raises Unreadable."""
    marker = ""
    try:
        data, note = encoding.utf8(data)
        outcome.repaired += [note] if note else []
    except encoding.Undecodable as error:
        if not how.lenient:
            raise Unreadable(f"line {error.line}: {error}") from error
        if not format.by_line:
            data, marker = encoding.marked(data)
    if not marker:
        try:
            return [_strict(data, format, how, outcome)]
        except SyntaxError as error:
            larger = wider(format)
            if larger is not None and (found := _wider(data, larger, how, outcome)) is not None:
                return [found]
            if not how.lenient:
                raise Unreadable(_said(error)) from error
    quads = _by_line(data, format, how, outcome) if format.by_line else _lenient(data, format, how, outcome, marker)
    return [serialize(_plain(quads, outcome), format=RdfFormat.N_QUADS) or b""]


def _strict(content: Content, format: GraphFormat, how: How, outcome: Outcome) -> bytes:
    quads = format.read(content, how.base, note=outcome.repaired.append)
    return serialize(_plain(quads, outcome) if format.graphs else quads, format=RdfFormat.N_QUADS) or b""


def _wider(data: bytes, format: GraphFormat, how: How, outcome: Outcome) -> bytes | None:
    try:
        found = _strict(data, format, how, outcome)
    except SyntaxError:
        outcome.graphs.clear()
        return None
    outcome.repaired.append(f"called {outcome.format}, is {format.label}")
    outcome.format = format.label
    return found


def _plain(quads: Iterable[Quad], outcome: Outcome) -> Iterator[Quad]:
    """The quads without their graphs, whose names are noted."""
    graph = DefaultGraph()
    for quad in quads:
        if quad.graph_name == graph:
            yield quad
            continue
        name = quad.graph_name.value  # type: ignore[union-attr]
        if name not in outcome.graphs and len(outcome.graphs) < CAP:
            outcome.graphs.append(name)
        yield Quad(quad.subject, quad.predicate, quad.object, graph)


def _by_line(data: bytes, format: GraphFormat, how: How, outcome: Outcome) -> Iterator[Quad]:
    for number, line in enumerate(data.split(b"\n"), 1):
        try:
            line.decode("utf-8")
            found = list(format.read(line, how.base))
        except (SyntaxError, UnicodeDecodeError) as error:
            outcome.leave_out(number, error.msg if isinstance(error, SyntaxError) else f"not UTF-8: {error.reason}")
            continue
        for quad in found:
            if isinstance(quad.object, Triple):
                outcome.leave_out(number, "a triple about a triple (RDF 1.2)")
            else:
                yield quad


def _lenient(data: bytes, format: GraphFormat, how: How, outcome: Outcome, marker: str) -> Iterator[Quad]:
    """The quads that are RDF. After an error of syntax it goes on only where the parser cannot have lost its place."""
    quads = format.read(data, how.base, lenient=True, note=outcome.repaired.append)
    while outcome.left_out_total < MOST_ERRORS:
        try:
            quad = next(quads)
        except StopIteration:
            return
        except SyntaxError as error:
            if format.label in ("RDF/XML", "JSON-LD") or _UNSAFE.search(error.msg) or not error.lineno:
                outcome.leave_out(error.lineno or 0, f"{_said(error)}; all that follows is left out")
                return
            outcome.leave_out(error.lineno, error.msg)
            continue
        fault = fault_of(quad, marker)
        if fault:
            outcome.leave_out(0, f"{_shown(quad)}: {fault}")
        else:
            yield quad
    raise Unreadable(f"more than {MOST_ERRORS:,} of its triples are no RDF")


def _said(error: SyntaxError) -> str:
    place = f"line {error.lineno}: " if error.lineno and not error.msg.startswith("Parser error at line") else ""
    return f"{place}{error.msg}"


def _shown(quad: Quad) -> str:
    text = " ".join(str(term) for term in (quad.subject, quad.predicate, quad.object))
    return text if len(text) <= 300 else f"{text[:297]}..."
