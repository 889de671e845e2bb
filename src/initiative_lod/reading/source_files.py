"""Files of a source, before and after they are read. Plain values, which cross from process to process as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from initiative_lod.errors import at
from initiative_lod.terminal import printable

CAP = 50  # examples that a record keeps of one file; the totals are true


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a source that may hold RDF: ``name`` is its path inside the source. Its bytes lie at ``path``, or
    are ``data``.

    A ``temporary`` file is deleted by whoever has read it.
    """

    name: str
    size: int
    sha256: str
    path: Path | None = None
    data: bytes | None = None
    temporary: bool = False

    def beginning(self, size: int) -> bytes:
        """The first bytes."""
        if self.data is not None:
            return self.data[:size]
        assert self.path is not None
        with self.path.open("rb") as file:
            return file.read(size)

    def content(self) -> bytes:
        """All bytes."""
        if self.data is not None:
            return self.data
        assert self.path is not None
        return self.path.read_bytes()

    def discard(self) -> None:
        """Delete it if it is temporary."""
        if self.temporary and self.path is not None:
            self.path.unlink(missing_ok=True)


@dataclass(slots=True)
class FileOutcome:
    """Outcome of reading a file: ``taken`` (whole, or ``left_out`` says of what it was relieved), ``refused``,
    ``passed over`` (it is no RDF), or ``note`` (of the way to it, such as a redirect).

    ``line`` is where the cause is found, from 1; 0 when unknown. ``left_out`` holds (line or 0, why) for up to CAP
    triples; ``left_out_total`` counts them all. Every text in it is printable.
    """

    name: str
    status: str = "taken"
    why: str = ""
    sha256: str = ""
    bytes: int = 0
    line: int = 0
    format: str = ""
    triples: int = 0
    blank_nodes: int = 0
    repaired: list[str] = field(default_factory=list)
    left_out: list[tuple[int, str]] = field(default_factory=list)
    left_out_total: int = 0
    graphs: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.name, self.why = printable(self.name), printable(self.why)

    @property
    def told(self) -> str:
        """Its reason after its place: ``name:line: why``."""
        return f"{at(self.name, self.line)}: {self.why}"

    def refuse(self, why: str, line: int = 0) -> None:
        """Refuse the file for a reason that is found in a line."""
        self.status, self.why, self.line = "refused", printable(" ".join(why.split())), line

    def repair(self, what: str) -> None:
        """Note what was done to the file so that it could be read."""
        self.repaired.append(printable(what))

    def leave_out(self, line: int, why: str) -> None:
        """Note a triple that is left out."""
        self.left_out_total += 1
        if len(self.left_out) < CAP:
            self.left_out.append((line, printable(why)))

    def to_json(self) -> dict[str, Any]:
        """The outcome without what is empty, for a record."""
        return {name: value for name, value in asdict(self).items() if value or name == "name"}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> FileOutcome:
        """The outcome that ``to_json`` wrote."""
        return cls(**{**value, "left_out": [(line, why) for line, why in value.get("left_out", ())]})
