"""The record of one merged source: what a manifest keeps of it, and what makes it possible to take it over unread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from initiative_lod.merge.graph_file import Part
from initiative_lod.reading.files import CAP, Outcome

READER = 1  # raised whenever the same bytes would be read as other statements


@dataclass(frozen=True, slots=True)
class Record:
    """A merged source. ``digest`` is of what came, ``retrieved`` when (UTC, RFC 3339); ``graph`` is its named graph.

    ``files`` counts files by what became of them; ``refused``, ``repaired`` and ``left_out`` give (file, what) for
    up to CAP.
    ``licences`` are IRIs or texts, with where they were found: ``in the data``, ``beside the data`` or ``given``.
    """

    slug: str
    graph: str
    where: str
    retrieved: str
    digest: str
    lenient: bool
    reader: int
    part: Part
    files: Mapping[str, int]
    blank_nodes: int
    left_out_total: int
    refused: tuple[tuple[str, str], ...] = ()
    repaired: tuple[tuple[str, str], ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    licences: tuple[tuple[str, str], ...] = ()
    exact: str = ""

    @property
    def is_same_as(self) -> tuple[str, str, bool, int, str]:
        """What has to be the same for a source to be the same."""
        return self.slug, self.digest, self.lenient, self.reader, self.graph

    def to_json(self) -> dict[str, Any]:
        """The record for a manifest."""
        return {**asdict(self), "part": self.part.to_json(), "files": dict(self.files)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Record:
        """The record that ``to_json`` wrote."""
        given = dict(value)
        for name in ("refused", "repaired", "left_out", "licences"):
            given[name] = tuple((item[0], item[1]) for item in given[name])
        return cls(**{**given, "notes": tuple(given["notes"]), "part": Part.from_json(given["part"])})


def summed(outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """What a record says of the files of a source."""
    outcomes = list(outcomes)
    states = ("taken", "refused", "passed over")
    return {
        "files": {state: sum(outcome.status == state for outcome in outcomes) for state in states},
        "blank_nodes": sum(outcome.blank_nodes for outcome in outcomes),
        "left_out_total": sum(outcome.left_out_total for outcome in outcomes if outcome.status == "taken"),
        "refused": tuple((item.name, item.why) for item in outcomes if item.status == "refused")[:CAP],
        "repaired": tuple((item.name, what) for item in outcomes if item.status == "taken" for what in item.repaired)[
            :CAP
        ],
        "left_out": tuple(
            (item.name, f"line {line}: {why}" if line else why)
            for item in outcomes
            if item.status == "taken"
            for line, why in item.left_out
        )[:CAP],
        "notes": tuple(item.why for item in outcomes if item.status == "note")
        + tuple(
            f"{item.name}: its graph <{name}> was folded into this one"
            for item in outcomes
            if item.status == "taken"
            for name in item.graphs
        )[:CAP],
    }
