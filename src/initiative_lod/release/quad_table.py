"""Table of quads: every statement of a release as a row of one Parquet file, for engines that read tables.

A row has the four terms as N-Quads writes them, so that they are compared as they are and give the line back, byte for
byte; and, for who reads the table by itself, the object's value, datatype and language. ``stored`` is the object as
the store has it, where that differs (``1`` for ``01``): what is counted by a query is counted so here too.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import RdfFormat, Store

from initiative_lod.errors import ReleaseError
from initiative_lod.release.time_limit import LIMIT, check_time
from initiative_lod.vocabulary import RDF, XSD

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COLUMNS = ("subject", "predicate", "object", "graph", "value", "datatype", "language", "stored")
MEMORY_BYTES = 1 << 30  # of the engine that writes it; what is more goes to the disk
_MIN_SPILLED_BYTES, _MAX_SPILLED_RATIO = 4 << 30, 50
_ROWS_AT_ONCE = 50_000
_LINE_BYTES = 2 << 20, 256 << 20  # of the longest line: what is tried first, and last
_PATTERN = r"^([^ ]+) ([^ ]+) (.+) ([^ ]+) \.$"
_TYPED = f"{XSD.string.value.removesuffix('string')}"

#: A literal's text between its quotation marks, with what N-Quads escapes in it. Two backslashes are one, so that the
#: text is cut there first.
_ESCAPED = {"t": 9, "b": 8, "n": 10, "f": 12, "r": 13, '"': 34, **{f"u{code:04X}": code for code in (*range(32), 127)}}
_UNESCAPED = reduce(lambda text, item: rf"replace({text}, '\{item[0]}', chr({item[1]}))", _ESCAPED.items(), "piece")
_TEXT = "regexp_extract(object, '^\"(.*)\"', 1)"
_SPLIT = f"""
SELECT cut.subject, cut.predicate, cut.object, cut.graph FROM (
  SELECT regexp_extract(line, '{_PATTERN}', ['subject', 'predicate', 'object', 'graph']) AS cut
  FROM read_csv(?, columns = {{'line': 'VARCHAR'}}, header = false, auto_detect = false, compression = 'gzip',
    delim = chr(1), quote = '', escape = '', new_line = '\\n', nullstr = chr(2), max_line_size = ?, buffer_size = ?)
)
"""
_READ = rf"""
SELECT subject, predicate, object, graph,
  CASE
    WHEN object LIKE '"%' AND contains(object, '\')
      THEN array_to_string(list_transform(string_split({_TEXT}, '\\'), lambda piece: {_UNESCAPED}), '\')
    WHEN object LIKE '"%' THEN {_TEXT}
    WHEN object LIKE '<%' AND object NOT LIKE '<<(%' THEN substr(object, 2, length(object) - 2)
    ELSE object
  END AS value,
  CASE
    WHEN object NOT LIKE '"%' THEN NULL
    WHEN object LIKE '%"' THEN '{XSD.string.value}'
    WHEN object LIKE '%>' THEN regexp_extract(object, '\^\^<([^"]*)>$', 1)
    WHEN object LIKE '%--ltr' OR object LIKE '%--rtl' THEN '{RDF.dirLangString.value}'
    ELSE '{RDF.langString.value}'
  END AS datatype,
  CASE WHEN object LIKE '"%' AND object NOT LIKE '%"' AND object NOT LIKE '%>'
    THEN regexp_extract(object, '"@([A-Za-z0-9-]+)$', 1) END AS language
FROM plain
"""


def connection(scratch: Path, memory: int = MEMORY_BYTES, asked: int = 0, threads: int = 1) -> DuckDBPyConnection:
    """An engine that works in so many bytes of memory, and beyond these in ``scratch``.

    ``asked`` are the bytes of the files that it is asked about: of the disk it takes a multiple of these at most, so
    that a query which goes wrong does not fill it.
    """
    import duckdb  # here: it takes long to import, and few commands write or read tables

    options: dict[str, Any] = {
        "memory_limit": f"{memory}B",
        "temp_directory": str(scratch),
        "max_temp_directory_size": f"{max(_MIN_SPILLED_BYTES, _MAX_SPILLED_RATIO * asked)}B",
        "threads": threads,
        "autoinstall_known_extensions": False,
    }
    return duckdb.connect(config=options)


@contextmanager
def in_time(engine: DuckDBPyConnection) -> Iterator[None]:
    """Let the engine be interrupted when the work that runs has a limit of time, and it is over."""
    limit = LIMIT.get()
    timer = threading.Timer(limit.left, engine.interrupt) if limit is not None else None
    if timer is not None:
        timer.start()
    try:
        yield
    finally:
        if timer is not None:
            timer.cancel()


def write(parts: Sequence[Path], path: Path, scratch: Path, memory: int = MEMORY_BYTES) -> int:
    """Write the quads of gzipped N-Quads files, in their order, as the table ``path``; returns their number.

    The same files give the same bytes by the same version of the engine. Raises ReleaseError for lines that are no
    quads of named graphs, and where they cannot be written; OutOfTime.
    """
    from duckdb import Error

    plain = scratch / "plain.parquet"
    try:
        with connection(scratch, memory, sum(part.stat().st_size for part in parts)) as engine, in_time(engine):
            rows = _split(engine, parts, plain)
            any_rewritten = _note_rewritten(engine)
            stored = "stored" if any_rewritten else "NULL::VARCHAR AS stored"
            joined = "LEFT JOIN rewritten USING (object)" if any_rewritten else ""
            engine.execute(
                f"COPY (SELECT {', '.join(COLUMNS[:-1])}, {stored} FROM ({_READ}) {joined}) TO '{_quoted(path)}' "
                "(FORMAT parquet, COMPRESSION zstd)"
            )
    except Error as error:
        check_time()
        raise ReleaseError(f"the table of quads cannot be written: {error}") from error
    finally:
        plain.unlink(missing_ok=True)
    return rows


def lines(path: Path, scratch: Path) -> Iterator[bytes]:
    """The quads of a table as lines of N-Quads, with their line ends, in its order."""
    with connection(scratch) as engine:
        found = engine.execute(f"SELECT concat_ws(' ', subject, predicate, object, graph, '.') FROM '{_quoted(path)}'")
        while rows := found.fetchmany(_ROWS_AT_ONCE):
            yield from (row[0].encode() + b"\n" for row in rows)


def _split(engine: DuckDBPyConnection, parts: Sequence[Path], plain: Path) -> int:
    """Write the four terms of each line as the table ``plain``, and give the engine a view of it."""
    from duckdb import InvalidInputException

    size, largest = _LINE_BYTES
    while True:
        try:
            found = engine.execute(
                f"COPY ({_SPLIT}) TO '{_quoted(plain)}' (FORMAT parquet, COMPRESSION zstd)",
                [list(map(str, parts)), size, 4 * size],
            ).fetchone()
            break
        except InvalidInputException as error:
            if size >= largest or "line size" not in str(error).lower():
                raise
            size = min(8 * size, largest)
    engine.execute(f"CREATE VIEW plain AS SELECT * FROM '{_quoted(plain)}'")
    (bad,) = engine.execute("SELECT count(*) FROM plain WHERE graph = ''").fetchone() or (0,)
    if bad:
        raise ReleaseError(f"{bad} of the lines of {', '.join(item.name for item in parts)} are no quads")
    return int(found[0]) if found else 0


def _note_rewritten(engine: DuckDBPyConnection) -> bool:
    """Make the table ``rewritten`` of literals, each with what the store makes of it; tell whether there are any."""
    engine.execute("CREATE TABLE rewritten (object VARCHAR, stored VARCHAR)")
    typed = engine.cursor().execute(
        f"SELECT DISTINCT object FROM plain WHERE object LIKE '\"%>' AND contains(object, '\"^^<{_TYPED}')"
    )
    found = False
    while literals := [row[0] for row in typed.fetchmany(_ROWS_AT_ONCE)]:
        if changed := list(_rewritten(literals)):
            found = True
            columns = [[literal for literal, _ in changed], [stored for _, stored in changed]]
            engine.execute("INSERT INTO rewritten SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[])", columns)
    return found


def _rewritten(literals: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Those of the literals that the store writes in another way, each with that."""
    store = Store()
    numbered = "".join(f"<x:{number}> <x:> {literal} .\n" for number, literal in enumerate(literals))
    store.bulk_load(numbered.encode(), format=RdfFormat.N_TRIPLES, lenient=True)
    for quad in store:
        literal, stored = literals[int(str(quad.subject)[3:-1])], str(quad.object)
        if stored != literal:
            yield literal, stored


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
