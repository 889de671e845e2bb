"""Language that the address of a page names: its links keep it, those of a page whose language is negotiated do not.

A page with marks holds both: around each piece of text that only the page of an address with its language has.
"""

from __future__ import annotations

import secrets

# No text of a graph has them: it cannot know the number.
_NUMBER = secrets.token_hex(8)
_ARGUMENT, _PIECE, _END = f"\x01{_NUMBER}", f"\x02{_NUMBER}", f"\x03{_NUMBER}"
_MARKS = tuple(mark.encode() for mark in (_ARGUMENT, _PIECE, _END))


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


def page_of(page: bytes, language: str, *, named: bool) -> bytes:
    """The page of an address that names its language, or of one that does not, from the page with marks.

    It is put together by searches for what is the same throughout a page, which take a fifth of an expression's time.
    """
    if named:
        for mark in _MARKS:
            page = page.replace(mark, b"")
        return page
    alone = marked_argument(language).encode()
    for more in (b"&amp;", b"&"):
        page = page.replace(b"?" + alone + more, b"?")
    for before in (b"?", b"&amp;", b"&"):
        page = page.replace(before + alone, b"")
    first, *others = page.split(_MARKS[1])
    return first + b"".join([other.partition(_MARKS[2])[2] for other in others])
