"""Terminal: text from outside, which a terminal must show and not obey."""

from __future__ import annotations

import logging
import re

#: What a terminal would obey (controls, line ends, directions), and what it could not show (bytes that are no UTF-8).
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff\U000e0000-\U000e0fff]"
)


def printable(text: str) -> str:
    """``text`` with an escape for each character that a terminal would obey, or could not show: one line."""
    return _UNPRINTABLE.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def printable_lines(text: str) -> str:
    """The same for text of several lines, whose ends stay."""
    return "\n".join(map(printable, text.split("\n")))


class LogFormatter(logging.Formatter):
    """Formatter of a log that is read on a terminal: what came with a request cannot write there."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as printable lines."""
        return printable_lines(super().format(record))
