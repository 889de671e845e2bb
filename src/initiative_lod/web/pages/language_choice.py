"""Language that the address of a page names: its links keep it, those of a page whose language is negotiated do not.

A page with marks holds both: around each piece of text that only the page of an address with its language has.
"""

from __future__ import annotations

import re
import secrets

# No text of a graph has them: it cannot know the number.
_NUMBER = secrets.token_hex(8)
_ARGUMENT, _PIECE, _END = f"\x01{_NUMBER}", f"\x02{_NUMBER}", f"\x03{_NUMBER}"
_MARK = re.compile("|".join((_ARGUMENT, _PIECE, _END)).encode())
_INNER, _AND = rf"(?:(?!{_END}).)*{_END}", "(?:&amp;|&)"
_CHOICE = re.compile(
    rf"(?P<first>\?){_ARGUMENT}{_INNER}{_AND}|(?:\?|{_AND}){_ARGUMENT}{_INNER}|{_PIECE}{_INNER}".encode(), re.DOTALL
)


def argument(language: str) -> str:
    """The argument of an address that names a language."""
    return f"lang={language}"


def marked_argument(language: str) -> str:
    """The same with marks."""
    return f"{_ARGUMENT}{argument(language)}{_END}"


def is_marked(argument: str) -> bool:
    """Tell an argument with marks."""
    return argument.startswith(_ARGUMENT)


def marked(text: str) -> str:
    """A piece of text with marks."""
    return f"{_PIECE}{text}{_END}"


def page_of(page: bytes, *, named: bool) -> bytes:
    """The page of an address that names its language, or of one that does not, from the page with marks."""
    return _MARK.sub(b"", page) if named else _CHOICE.sub(lambda found: found["first"] or b"", page)
