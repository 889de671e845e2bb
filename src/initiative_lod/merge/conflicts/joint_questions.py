"""Joint questions: those that need the graphs of others, asked where these are merged. Is the answer what it was?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Store

from initiative_lod.errors import Message
from initiative_lod.sources.questions import Question
from initiative_lod.validation import competency
from initiative_lod.validation.competency import Difference

AS_EXPECTED, OTHERWISE, NOT_ASKED = "as expected", "otherwise", "not asked"
STATUS_IDS = {
    AS_EXPECTED: "conflicts.as_expected",
    OTHERWISE: "conflicts.otherwise",
    NOT_ASKED: "conflicts.not_asked",
}


@dataclass(frozen=True, slots=True)
class JointAnswer:
    """A question that needs merged graphs. ``missing`` are the names of those that are not there."""

    question: Question
    missing: tuple[str, ...] = ()
    difference: Difference | None = None

    @property
    def status(self) -> str:
        """``as expected``, ``otherwise`` or ``not asked``."""
        return NOT_ASKED if self.missing else OTHERWISE if self.difference else AS_EXPECTED

    @property
    def status_id(self) -> str:
        """The message that says the status."""
        return STATUS_IDS[self.status]

    @property
    def differs(self) -> bool:
        """Tell whether it was answered otherwise than expected."""
        return self.status == OTHERWISE

    @property
    def missing_rows(self) -> list[tuple[str, ...]]:
        """The rows that were expected and are not there."""
        return [tuple(row) for row in self.difference.missing] if self.difference else []

    @property
    def surplus_rows(self) -> list[tuple[str, ...]]:
        """The rows that are there and were not expected."""
        return [tuple(row) for row in self.difference.surplus] if self.difference else []

    @property
    def message(self) -> Message:
        """Reason why it was not asked, or the number of rows that are not those expected."""
        if self.missing:
            return Message("conflicts.not_merged", names=", ".join(self.missing))
        rows = len(self.question.expected) - 1
        if self.difference is None:
            return Message("conflicts.rows", rows=rows)
        return Message(
            "conflicts.rows_differ", rows=rows, missing=len(self.missing_rows), surplus=len(self.surplus_rows)
        )

    def to_json(self) -> dict[str, Any]:
        """The question, its status, and the rows that differ."""
        return {
            "question": self.question.slug,
            "text": self.question.text,
            "needs": list(self.question.needs),
            "status": self.status,
            "missing": [list(row) for row in self.missing_rows],
            "surplus": [list(row) for row in self.surplus_rows],
        }


def ask(questions: Sequence[Question], store: Store, slugs: Iterable[str], base: str) -> tuple[JointAnswer, ...]:
    """Ask each question whose sources are all among ``slugs``, the names of what is merged into ``store``."""
    merged = set(slugs)
    answers = []
    for question in questions:
        missing = tuple(name for name in question.needs if name not in merged)
        difference = None if missing else next(iter(competency.differences([question], store, base)), None)
        answers.append(JointAnswer(question, missing, difference))
    return tuple(answers)
