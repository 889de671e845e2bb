"""Reads one file as RDF, whole or not at all; or, when told so, without the triples that are no RDF, each of them
listed.

It runs in a process of its own (``reader_process``): a parser may crash on what others wrote, or never come back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Triple, parse, serialize

from initiative_lod.formats import N_TRIPLES, GraphFormat
from initiative_lod.formats.graph_format import Content
from initiative_lod.formats.n_triples import are_plain
from initiative_lod.formats.notation3 import beyond_rdf
from initiative_lod.formats.well_formed import fault_of
from initiative_lod.reading import encoding, skolem
from initiative_lod.reading.source_files import CAP, FileOutcome, Member
from initiative_lod.reading.syntax import HEAD, WIDER, decide

WHOLE = 64 << 20  # bytes of a file that are read at once; a larger one is streamed from where it lies
BLOCK = 256 << 10  # bytes of lines: they stay in the processor's cache, and are fewer than a statement may have
MOST_ERRORS = 10_000
LONGEST = 500  # characters of a reason

_BLANK = re.compile(rb"^_:|> (?:_:|<<\()")  # of a line
_UNSAFE = re.compile(r"escape|utf-8|unexpected end|string|character encoding|unterminated", re.IGNORECASE)
_END = re.compile(
    r"unexpected end|not closed|no element found|unclosed (?:token|CDATA)|partial character", re.IGNORECASE
)
_PLACE = re.compile(
    r"^Parser error (?:at line \d+ (?:column \d+|between columns \d+ and \d+)"
    r"|between line \d+ column \d+ and line \d+ column \d+): "
)
#: What the engine's readers of other syntaxes let pass, and its N-Quads reader, through which everything goes into a
#: store, does not: code points that IRIs exclude (RFC 3987 §2.2), all of them beyond the first plane, of which these
#: are the first bytes; and, in two of the syntaxes, rdf:langString without a language.
_BEYOND = (b"\xf0", b"\xf1", b"\xf2", b"\xf3")
_EXCLUDED = (b"\xf3\xa0", b"\xbf\xbe", b"\xbf\xbf")
_DIRECTIONS = (b"--ltr .", b"--rtl .")
_DIRECTED = re.compile(rb'"@[A-Za-z0-9-]+--(?:ltr|rtl) \.\n?$')
_LANG_STRING = b"angString>"
_LOOSE = ("RDF/XML", "N3")

Write = Callable[[bytes], Any]


@dataclass(frozen=True, slots=True)
class How:
    """Options for reading a file: into which graph, against which base. Under ``genid`` blank nodes become IRIs;
    without it they stay blank nodes, and those of different files are different. ``longest`` are the bytes that a
    statement may have, as N-Quads; 0: any number.
    """

    graph: str
    base: str
    genid: str = ""
    lenient: bool = False
    longest: int = 0


class Unreadable(Exception):
    """Reason for refusing a file, and the line (from 1; 0 when unknown). It never leaves this package."""

    def __init__(self, message: str, line: int = 0) -> None:
        self.line = line
        super().__init__(message)


def read(member: Member, how: How, write: Write, stage: Callable[[str], None]) -> FileOutcome:
    """Read a file and ``write`` its statements as N-Quads lines of the graph. What was written counts only if it is
    taken.

    ``stage`` is called before canonicalisation, the step that may not end.
    """
    outcome = FileOutcome(member.name, sha256=member.sha256, bytes=member.size)
    format, note, claimed = decide(member.name, encoding.head(member.beginning(HEAD)))
    if format is None:
        outcome.status, outcome.why = "refused" if claimed else "passed over", note
        return outcome
    outcome.format = format.label
    if note:
        outcome.repair(note)
    large = member.size > WHOLE and member.path is not None
    content: Content = member.path if large and member.path is not None else member.content()
    try:
        with TemporaryDirectory(prefix="reading-") if large else nullcontext() as folder:
            statements = _statements(content, Path(folder) if folder else None, format, how, outcome)
            _take(statements, how, outcome, write, stage)
    except Unreadable as error:
        text = str(error)
        outcome.refuse(text if len(text) <= LONGEST else f"{text[:LONGEST]}…", error.line)
    if outcome.status == "taken" and outcome.left_out_total and not outcome.triples:
        line, why = outcome.left_out[0]
        outcome.refuse(f"nothing in it can be read: {why}", line)
    return outcome


def _statements(
    content: Content, folder: Path | None, format: GraphFormat, how: How, outcome: FileOutcome
) -> Iterable[bytes]:
    """The statements of a file as blocks of N-Quads lines without graphs. Raises Unreadable."""
    marker = ""
    try:
        content, note = encoding.utf8(content, folder)
        if note:
            outcome.repair(note)
        if _is_plain(content, format):
            return _blocks(_opened(content))
    except encoding.Undecodable as error:
        if not how.lenient:
            raise Unreadable(str(error), error.line) from error
        if not format.by_line:
            content, marker = encoding.marked(content.read_bytes() if isinstance(content, Path) else content)
    if not marker:
        try:
            return _written(format.read(content, how.base, note=outcome.repair), format, content, outcome)
        except SyntaxError as error:
            found = _wider(content, format, how, outcome)
            if found is not None:
                return found
            if not how.lenient:
                raise Unreadable(_reason(error, content, format), error.lineno or 0) from error
    quads = (
        _by_line(content, format, how, outcome) if format.by_line else _lenient(content, format, how, outcome, marker)
    )
    return _written(quads, format, content, outcome)


def _opened(content: Content) -> IO[bytes]:
    return content.open("rb") if isinstance(content, Path) else BytesIO(content)


def _is_plain(content: Content, format: GraphFormat) -> bool:
    """Tell whether the engine would write the same as it reads: which takes it half as long again, and a file."""
    return format == N_TRIPLES and all(map(are_plain, _blocks(_opened(content))))


def _written(quads: Iterator[Quad], format: GraphFormat, content: Content, outcome: FileOutcome) -> Iterable[bytes]:
    """The quads, without their graphs, as N-Quads: at once, or through a file where the content lies in one."""
    plain = _plain(quads, outcome) if format.graphs else quads
    if not isinstance(content, Path):
        return _blocks(BytesIO(serialize(plain, format=RdfFormat.N_QUADS) or b""))
    lines = TemporaryFile()  # noqa: SIM115  it lives as long as its blocks are wanted
    try:
        serialize(plain, output=lines, format=RdfFormat.N_QUADS)
    except BaseException:
        lines.close()
        raise
    lines.seek(0)
    return _blocks(lines)


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while block := file.read(BLOCK):
            yield block + file.readline()


def _wider(content: Content, format: GraphFormat, how: How, outcome: FileOutcome) -> Iterable[bytes] | None:
    """The statements in the format with graphs that is often called by this one's name; None if it is not that."""
    wider = WIDER.get(format.label)
    if wider is None:
        return None
    try:
        found = _written(wider.read(content, how.base, note=outcome.repair), wider, content, outcome)
    except SyntaxError:
        outcome.graphs.clear()
        return None
    outcome.repair(f"called {outcome.format}, is {wider.label}")
    outcome.format = wider.label
    return found


def _take(blocks: Iterable[bytes], how: How, outcome: FileOutcome, write: Write, stage: Callable[[str], None]) -> None:
    """Write blocks of whole N-Quads lines (of no graph) into the graph, blank nodes named."""
    entangled: list[bytes] = []
    ending = f" <{how.graph}> .\n".encode()
    used = f"<{how.base}".encode()
    relative = False
    for block in blocks:
        if (
            (any(sign in block for sign in _BEYOND) and any(sign in block for sign in _EXCLUDED))
            or (outcome.format in _LOOSE and _LANG_STRING in block)
            or any(sign in block for sign in _DIRECTIONS)
            or (0 < how.longest < len(block) and how.longest < max(map(len, block.split(b"\n"))))
        ):
            block = b"".join(_storable(block.splitlines(keepends=True), how, outcome))
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
        if how.genid:
            stage("canonicalising")
            triples, outcome.blank_nodes = skolem.skolemise(quads, how.genid, outcome.sha256)
        else:
            triples, outcome.blank_nodes = skolem.labelled(quads, outcome.sha256)
        graph = NamedNode(how.graph)
        outcome.triples += len(triples)
        write(
            serialize([Quad(t.subject, t.predicate, t.object, graph) for t in triples], format=RdfFormat.N_QUADS) or b""
        )
    if relative:
        outcome.repair(f"relative IRIs were resolved against <{how.base}>")


def _storable(lines: Iterable[bytes], how: How, outcome: FileOutcome) -> Iterator[bytes]:
    """The lines that a store takes. Raises Unreadable for another one, unless it may be left out."""
    for line in lines:
        fault = ""
        if 0 < how.longest < len(line):
            why = f"a statement of more than {how.longest:,} bytes (setting merge_statement), which is not taken"
            fault = f"{line[: LONGEST // 2].decode('utf-8', 'ignore')}…: {why}"
        elif _DIRECTED.search(line):
            fault = f"{line.decode().strip()[: LONGEST // 2]}: a text with a direction (RDF 1.2), which is not taken"
        if fault:
            if not how.lenient:
                raise Unreadable(fault)
            outcome.leave_out(0, fault)
            continue
        if _LANG_STRING in line or any(sign in line for sign in _EXCLUDED):
            try:
                list(parse(line, format=RdfFormat.N_QUADS))
            except SyntaxError as error:
                fault = f"{line.decode().strip()[: LONGEST // 2]}: {_without_place(error)}"
                if not how.lenient:
                    raise Unreadable(fault) from error
                outcome.leave_out(0, fault)
                continue
        yield line


def _plain(quads: Iterable[Quad], outcome: FileOutcome) -> Iterator[Quad]:
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


def _by_line(content: Content, format: GraphFormat, how: How, outcome: FileOutcome) -> Iterator[Quad]:
    for number, line in enumerate(_lines(content), 1):
        try:
            line.decode("utf-8")
            found = list(format.read(line, how.base))
        except (SyntaxError, UnicodeDecodeError) as error:
            why = _without_place(error) if isinstance(error, SyntaxError) else f"not UTF-8: {error.reason}"
            outcome.leave_out(number, why)
            continue
        for quad in found:
            if isinstance(quad.object, Triple):
                outcome.leave_out(number, "a triple about a triple (RDF 1.2)")
            else:
                yield quad


def _lines(content: Content) -> Iterator[bytes]:
    if isinstance(content, Path):
        with content.open("rb") as file:
            yield from file
    else:
        yield from content.split(b"\n")


def _lenient(content: Content, format: GraphFormat, how: How, outcome: FileOutcome, marker: str) -> Iterator[Quad]:
    """The quads that are RDF. After an error of syntax it goes on only where the parser cannot have lost its place."""
    try:
        quads = format.read(content, how.base, lenient=True, note=outcome.repair)
    except SyntaxError as error:
        raise Unreadable(_reason(error, content, format), error.lineno or 0) from error
    while outcome.left_out_total < MOST_ERRORS:
        try:
            quad = next(quads)
        except StopIteration:
            return
        except SyntaxError as error:
            if format.label in ("RDF/XML", "JSON-LD") or _UNSAFE.search(error.msg) or not error.lineno:
                outcome.leave_out(error.lineno or 0, f"{_reason(error, content, format)}; all that follows is left out")
                return
            outcome.leave_out(error.lineno, _without_place(error))
            continue
        fault = fault_of(quad, marker)
        if fault:
            outcome.leave_out(0, f"{_shown(quad)}: {fault}")
        else:
            yield quad
    raise Unreadable(f"more than {MOST_ERRORS:,} of its triples are no RDF")


def _reason(error: SyntaxError, content: Content, format: GraphFormat) -> str:
    """Reason why a document cannot be read: that it breaks off is told where that is certain, or may be the cause."""
    text = _without_place(error)
    if _END.search(error.msg):
        return f"it breaks off there: {text}"
    beyond = beyond_rdf(content) if format.label == "Turtle" else None
    if beyond is not None and beyond.lineno == error.lineno:
        return f"{text}. If this is Notation3, {beyond.msg}"
    return f"{text} (the last word of the file)" if _at_end(error, content) else text


def _at_end(error: SyntaxError, content: Content) -> bool:
    """Tell whether an error is found at the last character, where a word may have been cut; unknown, and so no, for
    a file that is streamed.
    """
    if isinstance(content, Path) or not error.lineno:
        return False
    last = content.rpartition(b"\n")[2].decode("utf-8", "replace")
    return (error.end_lineno or 0, error.end_offset or 0) >= (content.count(b"\n") + 1, len(last) + 1)


def _without_place(error: SyntaxError) -> str:
    return _PLACE.sub("", error.msg)


def _shown(quad: Quad) -> str:
    text = " ".join(str(term) for term in (quad.subject, quad.predicate, quad.object))
    return text if len(text) <= 300 else f"{text[:297]}..."
