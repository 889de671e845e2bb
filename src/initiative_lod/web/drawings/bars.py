"""Bar charts of counts as inline SVG. The table beside a chart says the same, so a chart is one picture to a reader."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

_ROW, _BAR, _SIZE, _LONGEST = 28, 300, 14, 220


_CLOSING = frozenset("、,。;:)》”")  # no line begins with these


def chart(title: str, counts: Sequence[tuple[str, float, str]]) -> Markup:
    """Horizontal bars, one for each (label, value, value as it is written), in the order given."""
    if not counts:
        return Markup("")
    most = max(1.0, *(value for _, value, _ in counts))
    labels = [cut(label, _LONGEST) for label, _, _ in counts]
    left = max(width(label) for label in labels) + 12
    height, whole = _ROW * len(counts), left + _BAR + 48
    summary = f"{title} " + ", ".join(f"{label}: {written}" for label, _, written in counts)
    parts = [
        Markup(
            '<svg class="bars chart" role="img" viewBox="0 0 {0} {1}" width="{0}" height="{1}" aria-label="{2}">'
        ).format(round(whole), height, summary)
    ]
    for index, (label, (full, value, written)) in enumerate(zip(labels, counts, strict=True)):
        y, length = index * _ROW, round(max(0.0, value) / most * _BAR) if value else 0
        parts.append(
            Markup(
                '<g><title>{}: {}</title><text class="name" x="{}" y="{}">{}</text>'
                '<rect x="{}" y="{}" width="{}" height="{}" rx="3"/><text class="count" x="{}" y="{}">{}</text></g>'
            ).format(
                full, written, round(left - 10), y + 19, label, round(left), y + 4, max(2, length), _ROW - 8,
                round(left + max(2, length) + 8), y + 19, written,
            )
        )  # fmt: skip
    return Markup("").join(parts) + Markup("</svg>")


def width(text: str, size: float = _SIZE) -> float:
    """About how wide ``text`` is drawn, in pixels."""
    return sum(size if ord(character) > 0x2E7F else size * 0.55 for character in text)


def cut(text: str, longest: float, size: float = _SIZE) -> str:
    """``text``, or as much of it as fits, with an ellipsis."""
    if width(text, size) <= longest:
        return text
    while text and width(text, size) > longest - size:
        text = text[:-1]
    return text.rstrip() + "…"


def wrap(text: str, longest: float, size: float = _SIZE, lines: int = 3) -> list[str]:
    """``text`` in lines that fit: between words where it has blanks, else anywhere; the last one is cut."""
    made: list[str] = []
    for word in text.split(" ") if " " in text else list(text):
        glue = " " if " " in text else ""
        if made and (width(made[-1] + glue + word, size) <= longest or word in _CLOSING):
            made[-1] += glue + word
        else:
            made.append(word)
    if len(made) > lines:
        rest = (" " if " " in text else "").join(made[lines - 1 :])
        made = [*made[: lines - 1], rest]
    return [cut(line, longest, size) for line in made]
