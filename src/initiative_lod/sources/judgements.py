"""Judgements about identity: who said of two things that they are the same, or are not, when and why. Append-only.

A file of judgements is never rewritten: whoever changes their mind adds a line, and the last line about a pair holds.
"""

from __future__ import annotations

import csv
import fcntl
import io
import os
import re
from codecs import BOM_UTF8
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import astuple, dataclass
from enum import StrEnum
from pathlib import Path

from pyoxigraph import NamedNode

from initiative_lod.errors import ParseError, SourceError
from initiative_lod.sources.turtle import read_text

COLUMNS = ("subject_id", "object_id", "verdict", "judge", "date", "reason")
_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
MAX_CHARACTERS = 2000  # characters of a judge's name or reason


class Verdict(StrEnum):
    """Verdict on two IRIs: one thing, two things, or that it cannot be told."""

    SAME = "same"
    NOT_SAME = "not-same"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Judgement:
    """One judgement of two IRIs; ``date`` is ``YYYY-MM-DD``. Raises ValueError for what is none."""

    subject: str
    object: str
    verdict: Verdict
    judge: str
    date: str
    reason: str

    def __post_init__(self) -> None:
        for name in ("subject", "object"):
            iri = getattr(self, name)
            try:
                NamedNode(iri)
            except ValueError as error:
                raise ValueError(f"{name}_id is {iri!r}, and must be an absolute IRI: {error}") from error
        if self.subject == self.object:
            raise ValueError(f"<{self.subject}> is judged against itself")
        if not _DATE.fullmatch(self.date):
            raise ValueError(f"date is {self.date!r}, and must be YYYY-MM-DD")
        for name in ("judge", "reason"):
            text = getattr(self, name)
            if not text.strip():
                raise ValueError(f"{name} is empty: a judgement says by whom it is, and why")
            if len(text) > MAX_CHARACTERS or re.search(r"[\x00-\x1f\x7f\u2028\u2029]", text):
                raise ValueError(f"{name} is one line of at most {MAX_CHARACTERS} characters")

    @property
    def pair(self) -> tuple[str, str]:
        """The two IRIs, whichever way round they were judged."""
        return (self.subject, self.object) if self.subject < self.object else (self.object, self.subject)


def read(path: Path) -> list[Judgement]:
    """The judgements of a file, in its order; none when there is no file. Raises ParseError with the line."""
    if not path.exists():
        return []
    table = csv.reader(io.StringIO(read_text(path)), delimiter="\t", quoting=csv.QUOTE_NONE)
    columns = tuple(next(table, ()))
    if columns != COLUMNS:
        raise ParseError(f"the columns are {', '.join(columns)}, and must be {', '.join(COLUMNS)}", path, 1)
    judgements = []
    for cells in table:
        if not cells:
            continue
        if len(cells) != len(COLUMNS):
            raise ParseError(f"{len(cells)} cells stand under {len(COLUMNS)} columns", path, table.line_num)
        subject, target, verdict, judge, date, reason = cells
        if verdict not in tuple(Verdict):
            message = f"verdict is {verdict!r}, and must be one of {', '.join(Verdict)}"
            raise ParseError(message, path, table.line_num)
        try:
            judgements.append(Judgement(subject, target, Verdict(verdict), judge, date, reason))
        except ValueError as error:
            raise ParseError(str(error), path, table.line_num) from error
    return judgements


def append(path: Path, judgement: Judgement) -> None:
    """Add a judgement at the end of a file, which is made when it is missing. Raises SourceError.

    One writer at a time; what is written is on the disk when this returns. No line is ever changed. Nothing is written
    where a link leads to no file, or to one that is none of judgements: in a folder of several people it may be
    anybody's link.
    """
    line = "\t".join(str(cell) for cell in astuple(judgement)) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(_opened(path), "ab+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            head = "\t".join(COLUMNS) + "\n"
            if file.seek(0, os.SEEK_END) == 0:
                line = head + line
            else:
                file.seek(0)
                if file.readline(len(head) + 4).removeprefix(BOM_UTF8).strip() != head.strip().encode():
                    raise SourceError("this is no file of judgements, and nothing was written", path)
                file.seek(-1, os.SEEK_END)
                line = line if file.read() == b"\n" else "\n" + line  # whoever wrote before left the last line open
            file.write(line.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise SourceError(f"the judgement cannot be written: {error.strerror or error}", path) from error


def _opened(path: Path) -> int:
    """A descriptor of the file, which is made when it is missing: not where a link leads. Raises OSError."""
    flags = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC
    try:
        return os.open(path, flags)
    except FileNotFoundError:
        with suppress(FileExistsError):  # by somebody else at this very moment, or as a link
            return os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o666)
        return os.open(path, flags | os.O_NOFOLLOW)


def latest(judgements: Iterable[Judgement]) -> dict[tuple[str, str], Judgement]:
    """The judgement that holds for each pair: the last one."""
    return {judgement.pair: judgement for judgement in judgements}
