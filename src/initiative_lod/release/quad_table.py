"""Table of quads: every statement of a release as a row of one Parquet file, for engines that read tables.

A row has the four terms as N-Quads writes them, so that they are compared as they are and give the line back, byte for
byte; and, for who reads the table by itself, the object's value, datatype and language. ``stored`` is the object as
the store has it, where that differs (``1`` for ``01``): what is counted by a query is counted so here too.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
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
UNPACKED = 100  # times their bytes: what the rows of packed files take in memory, where they lie if there is so much
_MIN_SPILLED_BYTES, _MAX_SPILLED_RATIO = 4 << 30, 50
_ROWS_AT_ONCE = 50_000
_LINE_BYTES = 2 << 20, 256 << 20  # of the longest line: what is tried first, and last
_TYPED = f"{XSD.string.value.removesuffix('string')}"

#: A literal's text between its quotation marks, with what N-Quads escapes in it. Two backslashes are one, so that the
#: text is cut there first.
_ESCAPED = {"t": 9, "b": 8, "n": 10, "f": 12, "r": 13, '"': 34, **{f"u{code:04X}": code for code in (*range(32), 127)}}
_UNESCAPED = reduce(lambda text, item: rf"replace({text}, '\{item[0]}', chr({item[1]}))", _ESCAPED.items(), "piece")
#: What comes after the text of a literal, and that text: functions of strings take a third less time than patterns.
_REST = "split_part(object, '\"', -1)"
_TEXT = f"object[2 : -length({_REST}) - 2]"
#: A term has no blank in it but where it is an object.
_SPLIT = """
SELECT cut[1] AS subject, cut[2] AS predicate, array_to_string(cut[3 : len(cut) - 2], ' ') AS object,
  CASE WHEN len(cut) > 4 AND cut[len(cut)] = '.' THEN cut[len(cut) - 1] ELSE '' END AS graph
FROM (
  SELECT string_split(line, ' ') AS cut
  FROM read_csv(?, columns = {'line': 'VARCHAR'}, header = false, auto_detect = false, compression = 'gzip',
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
    WHEN object LIKE '%>' THEN {_REST}[4:-2]
    WHEN object LIKE '%--ltr' OR object LIKE '%--rtl' THEN '{RDF.dirLangString.value}'
    ELSE '{RDF.langString.value}'
  END AS datatype,
  CASE WHEN object LIKE '"%' AND object NOT LIKE '%"' AND object NOT LIKE '%>'
    THEN {_REST}[2:] END AS language
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


@dataclass(frozen=True, slots=True)
class EarlierTable:
    """Table of a release that has some of the same files. ``kept`` gives the graph of each of these; empty for one that
    has all graphs but those ``apart``, which are a file each.
    """

    path: Path
    apart: Sequence[str]
    kept: Mapping[Path, str]

    def rows(self, file: Path) -> str:
        """The query for the rows of a file."""
        graph = self.kept[file]
        listed = ", ".join(f"'<{_quoted(item)}>'" for item in ([graph] if graph else self.apart))
        where = f"graph IN ({listed})" if graph else f"graph NOT IN ({listed})" if listed else "true"
        return f"SELECT {', '.join(COLUMNS)} FROM read_parquet('{_quoted(self.path)}') WHERE {where}"


def write(
    parts: Sequence[Path],
    path: Path,
    scratch: Path,
    memory: int = MEMORY_BYTES,
    earlier: EarlierTable | None = None,
) -> int:
    """Write the quads of gzipped N-Quads files, in their order, as the table ``path``; returns their number.

    What an ``earlier`` table has is taken from there. The same files give the same bytes by the same version of the
    engine, wherever they are from. Raises ReleaseError for lines that are no quads of named graphs, and where they
    cannot be written; OutOfTime.
    """
    from duckdb import Error

    made = scratch / "quads.duckdb"  # in which rows are packed alike, whatever they were read from
    packed = sum(part.stat().st_size for part in parts)
    try:
        with connection(scratch, memory, packed) as engine, in_time(engine):
            engine.execute(f"ATTACH '{_quoted(made) if packed * UNPACKED > memory else ':memory:'}' AS made")
            queries: list[str] = []
            for is_kept, some in groupby(parts, key=lambda part: earlier is not None and part in earlier.kept):
                if is_kept and earlier is not None:
                    queries += map(earlier.rows, some)
                else:
                    queries.append(_split(engine, [*some], len(queries)))
            engine.execute(f"CREATE TABLE made.quads AS {' UNION ALL '.join(queries)}")
            found = engine.execute(
                f"COPY made.quads TO '{_quoted(path)}' (FORMAT parquet, COMPRESSION zstd)"
            ).fetchone()
    except Error as error:
        check_time()
        raise ReleaseError(f"the table of quads cannot be written: {error}") from error
    finally:
        for file in (made, made.with_name(f"{made.name}.wal")):
            file.unlink(missing_ok=True)
    return int(found[0]) if found else 0


def lines(path: Path, scratch: Path) -> Iterator[bytes]:
    """The quads of a table as lines of N-Quads, with their line ends, in its order."""
    with connection(scratch) as engine:
        found = engine.execute(f"SELECT concat_ws(' ', subject, predicate, object, graph, '.') FROM '{_quoted(path)}'")
        while rows := found.fetchmany(_ROWS_AT_ONCE):
            yield from (row[0].encode() + b"\n" for row in rows)


def _split(engine: DuckDBPyConnection, parts: Sequence[Path], number: int) -> str:
    """Write the four terms of each line as a table; returns the query for all columns."""
    from duckdb import InvalidInputException

    table, rewritten = f"made.plain{number}", f"rewritten{number}"
    size, largest = _LINE_BYTES
    while True:
        try:
            engine.execute(f"CREATE TABLE {table} AS {_SPLIT}", [list(map(str, parts)), size, 4 * size])
            break
        except InvalidInputException as error:
            if size >= largest or "line size" not in str(error).lower():
                raise
            size = min(8 * size, largest)
    (bad,) = engine.execute(f"SELECT count(*) FROM {table} WHERE graph = ''").fetchone() or (0,)
    if bad:
        raise ReleaseError(f"{bad} of the lines of {', '.join(item.name for item in parts)} are no quads")
    if not _note_rewritten(engine, table, rewritten):
        return f"SELECT {', '.join(COLUMNS[:-1])}, NULL::VARCHAR AS stored FROM ({_READ} FROM {table})"
    return f"SELECT {', '.join(COLUMNS)} FROM ({_READ} FROM {table}) LEFT JOIN {rewritten} USING (object)"


def _note_rewritten(engine: DuckDBPyConnection, table: str, rewritten: str) -> bool:
    """Make the table ``rewritten`` of literals, each with what the store makes of it; tell whether there are any."""
    engine.execute(f"CREATE TABLE {rewritten} (object VARCHAR, stored VARCHAR)")
    typed = engine.cursor().execute(
        f"SELECT DISTINCT object FROM {table} WHERE object LIKE '\"%>' AND contains(object, '\"^^<{_TYPED}')"
    )
    found = False
    while literals := [row[0] for row in typed.fetchmany(_ROWS_AT_ONCE)]:
        if changed := list(_rewritten(literals)):
            found = True
            columns = [[literal for literal, _ in changed], [stored for _, stored in changed]]
            engine.execute(f"INSERT INTO {rewritten} SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[])", columns)
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


def _quoted(path: Path | str) -> str:
    return str(path).replace("'", "''")
