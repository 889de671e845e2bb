"""Asks the questions that need the graphs of others, where these are merged: is the answer still what it was?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Store

from initiative_lod.sources.questions import Question
from initiative_lod.validation import competency
from initiative_lod.validation.competency import Difference

AS_EXPECTED, OTHERWISE, NOT_ASKED = "as expected", "otherwise", "not asked"


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
    def message(self) -> str:
        """The id of the message that says its status."""
        return f"conflict_{self.status.replace(' ', '_')}"

    @property
    def differs(self) -> bool:
        """Whether the answer is another one than was expected."""
        return self.status == OTHERWISE

    @property
    def note(self) -> str:
        """Why it was not asked, or how many rows are not those that were expected."""
        if self.missing:
            return f"not merged: {', '.join(self.missing)}"
        rows = len(self.question.expected) - 1
        if self.difference is None:
            return f"{rows:,} rows"
        missing, surplus = len(self.difference.missing), len(self.difference.surplus)
        return f"{missing:,} of {rows:,} rows are missing, {surplus:,} are new"

    def to_json(self) -> dict[str, Any]:
        """The question, its status, and the rows that differ."""
        return {
            "question": self.question.slug,
            "text": self.question.text,
            "needs": list(self.question.needs),
            "status": self.status,
            "note": self.note,
            "missing": [list(row) for row in self.difference.missing] if self.difference else [],
            "surplus": [list(row) for row in self.difference.surplus] if self.difference else [],
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
