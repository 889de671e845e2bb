"""Found words with what stands around them, and with marks, as HTML. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from initiative_lod.search.results import MarkedValue

EXCERPT = {"zh": 150, "en": 320, "xx": 240}  # characters
_MARK, _END = Markup('<mark class="hit">'), Markup("</mark>")


def marked(text: str, ranges: Sequence[tuple[int, int]]) -> Markup:
    """``text`` as HTML with the ranges in ``<mark>``; everything in it is escaped."""
    parts: list[Markup] = []
    position = 0
    for start, end in ranges:
        parts += [escape(text[position:start]), _MARK, escape(text[start:end]), _END]
        position = end
    return Markup("").join([*parts, escape(text[position:])])


def excerpt(value: MarkedValue, longest: int = 0) -> tuple[str, list[tuple[int, int]], int]:
    """(text, ranges in it, where it begins in the whole): all of it when short, else what is around the first hit."""
    longest = longest or EXCERPT[value.language]
    text = value.text
    if len(text) <= longest + longest // 4:
        return text, list(value.marks), 0
    first, last = value.marks[0] if value.marks else (0, 0)
    start = max(0, min(first - longest // 4, len(text) - longest))
    end = max(min(len(text), start + longest), min(last, start + 4 * longest))
    if value.language != "zh":  # between words, where there is a blank
        start = text.find(" ", start, first) + 1 or start if start else 0
        end = text.rfind(" ", last, end) if end < len(text) and " " in text[last:end] else end
    inside = [(max(one, start) - start, min(two, end) - start) for one, two in value.marks if one < end and two > start]
    return text[start:end], inside, start


def shown(value: MarkedValue) -> Markup:
    """The excerpt as HTML, with dots where it is cut."""
    text, ranges, start = excerpt(value)
    before = "…" if start else ""
    after = "…" if start + len(text) < len(value.text) else ""
    return Markup("").join([before, marked(text, ranges), after])
