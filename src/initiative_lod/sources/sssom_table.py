"""Reads SSSOM/TSV and SSSOM/CSV, as a spreadsheet may have left them. Source: the SSSOM specification, "SSSOM/TSV"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from initiative_lod.errors import ParseError
from initiative_lod.sources import sssom_slots as slots
from initiative_lod.sources.sssom_raw import Doubt, HeaderEntry, Record, Written, text_lines

#: A cell in quotes ends at a quote that a delimiter or a line end follows; a quote that does not is part of the text,
#: as people write it. (The csv module either refuses such a cell or loses its quotes.)
_CELL = {
    delimiter: re.compile(rf'"((?:[^"]++|"")*+)"(?=[{delimiter}\n]|\Z)|([^{delimiter}\n]*)') for delimiter in "\t,"
}


def read(path: Path, doubt: Doubt, exact: bool) -> Written:
    """The table of a file with its header, which stands in it or in ``<name>.sssom.yml`` beside it.

    Raises ParseError; if ``exact``, for a line with fewer cells than there are columns as well.
    """
    return _Table(path, doubt, exact).read()


class _AliasError(Exception):
    """An alias; its argument is the line."""


class _Composer(yaml.BaseLoader):
    """YAML without aliases, which SSSOM forbids."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            alias: Any = self.get_event()  # type: ignore[no-untyped-call]
            raise _AliasError(alias.start_mark.line + 1)
        return super().compose_node(parent, index)


class _Table:
    """Reads one file. ``self._header`` is where its header is: the file itself, or the one beside it."""

    def __init__(self, path: Path, doubt: Doubt, exact: bool) -> None:
        self._path = self._header = path
        self._doubt = doubt
        self._exact = exact

    def read(self) -> Written:
        if self._path.suffix in (".yml", ".yaml"):
            raise ParseError("this is the metadata of a mapping set: name the .tsv file that is beside it", self._path)
        lines = text_lines(self._path)
        start = next((index for index, line in enumerate(lines) if line.strip() and not _is_header(line)), len(lines))
        top = lines[start] if start < len(lines) else ""
        delimiter = "," if "\t" not in top and "," in top else "\t"
        names = [name.strip() for name in next(iter(_records([top], delimiter, 1)), (0, [""]))[1]]
        header = self._metadata([_unpadded(line, delimiter, len(names)) for line in lines[:start]])
        if twice := next((name for index, name in enumerate(names) if name and name in names[:index]), ""):
            raise ParseError(f"the column {twice!r} stands twice", self._path, start + 1)
        records = list(self._read_records(_records(lines[start + 1 :], delimiter, start + 2), names))
        columns = dict.fromkeys((name for name in names if name), start + 1)
        return Written(header, self._header, columns, records, columns=start + 1)

    def _read_records(self, records: Iterator[tuple[int, list[str]]], names: list[str]) -> Iterator[Record]:
        for line, cells in records:
            if not any(cell.strip() for cell in cells):
                continue
            beyond = any(cell.strip() for cell in cells[len(names) :])
            if beyond or (self._exact and len(cells) < len(names)):
                raise ParseError(f"{len(cells)} cells stand under {len(names)} columns", self._path, line)
            given = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name and cell.strip()}
            yield Record(
                line, {name: _parted(cell) if name in slots.SEVERAL else [cell] for name, cell in given.items()}
            )

    # --- the header

    def _metadata(self, lines: list[str]) -> dict[str, HeaderEntry]:
        """The header's keys. ``lines`` are those of the file itself, without delimiters that a spreadsheet added."""
        beside = self._beside()
        if not any(line.strip() for line in lines) and beside is not None:
            self._header = beside
            lines = text_lines(beside)
        elif beside is not None:
            self._doubt(f"{beside.name} is beside a file that has its own header", "the latter was read", 1, self._path)
        loader = _Composer("\n".join(map(_untabbed, lines)))
        try:
            node = loader.get_single_node()
            header = {} if node is None else self._entries(node)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise ParseError(f"the header is not YAML: {error.problem or error.context}", self._header, line) from error
        except _AliasError as error:
            raise ParseError("the header has a YAML alias, which SSSOM forbids", self._header, error.args[0]) from error
        except RecursionError as error:
            raise ParseError("the header is not YAML: it is nested too deeply", self._header, 1) from error
        except yaml.YAMLError as error:
            raise ParseError(f"the header is not YAML: {str(error).splitlines()[0]}", self._header, 1) from error
        finally:
            loader.dispose()
        return header

    def _beside(self) -> Path | None:
        """The file of external metadata (``x.sssom.yml`` for ``x.sssom.tsv``), where there is one."""
        name = re.sub(r"(\.sssom)?\.[A-Za-z]+(\.gz)?$", "", self._path.name)
        places = (self._path.with_name(name + end) for end in (".sssom.yml", ".sssom.yaml", ".yml", ".yaml"))
        return next((place for place in places if place.is_file()), None)

    def _entries(self, node: yaml.Node) -> dict[str, HeaderEntry]:
        if not isinstance(node, yaml.MappingNode):
            raise ParseError("the header has no curie_map", self._header, 1)
        entries: dict[str, HeaderEntry] = {}
        for key, value in node.value:
            entry = HeaderEntry(_plain(value), key.start_mark.line + 1)
            if entries.get(key.value, entry).value != entry.value:
                raise ParseError(f"{key.value} stands twice in the header", self._header, entry.line)
            entries[key.value] = entry
        return entries


def _is_header(line: str) -> bool:
    return line.startswith(("#", '"#'))  # a spreadsheet puts quotes around a line that has some


def _unpadded(line: str, delimiter: str, columns: int) -> str:
    """A line of a header without its ``#``, and without the delimiters with which a spreadsheet fills it up."""
    if line.startswith('"#'):
        line = next(_records([line], delimiter, 1))[1][0]
    elif delimiter == "\t" or line.endswith("," * (columns - 1)):
        line = line.rstrip().rstrip(delimiter)
    return line[1:]


def _untabbed(line: str) -> str:
    """A line of YAML with spaces for the tabs before its text and behind its key."""
    text = line.lstrip(" \t")
    indent = line[: len(line) - len(text)].replace("\t", "  ")
    return indent + re.sub(r"^((?:- )?[^\s:\"']+:|-)[ \t]*\t[ \t]*", r"\1 ", text)


def _plain(node: yaml.Node) -> Any:
    """A YAML node as None, a string, or lists and dicts of these: numbers and dates stay as they are written."""
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return {key.value: _plain(value) for key, value in node.value}
    is_null = isinstance(node, yaml.ScalarNode) and not node.style and node.value in ("", "~", "null")
    return None if is_null else node.value


def _records(lines: Sequence[str], delimiter: str, first: int) -> Iterator[tuple[int, list[str]]]:
    """Records of a table with the line on which each begins; ``first`` is the number of the first line."""
    text, cell = "\n".join(lines), _CELL[delimiter]
    position, line = 0, first
    while position < len(text):
        cells, begin = [], line
        while True:
            match = cell.match(text, position)
            assert match is not None  # it matches the empty string
            quoted, plain = match.groups()
            cells.append(plain if quoted is None else quoted.replace('""', '"'))
            line += match.group().count("\n")
            position = match.end() + 1
            if match.end() >= len(text) or text[match.end()] == "\n":
                break
        line += 1
        yield begin, cells


def _parted(cell: str) -> list[str]:
    r"""The values of a cell that may have several, parted by ``|``; ``\|`` and ``\\`` stand for ``|`` and ``\``."""
    items = [""]
    for token in re.findall(r"\\[\\|]|[^\\|]+|[\\|]", cell):
        if token == "|":
            items.append("")
        else:
            items[-1] += token[-1] if len(token) == 2 and token[0] == "\\" and token[1] in "\\|" else token
    return [item.strip() for item in items if item.strip()]
