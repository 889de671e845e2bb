"""Small pictures as inline SVG, coloured by class, so that the style sheet (and dark mode) decides."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from initiative_lod.web.labelled import LabelledResource

SIGNS = {
    "prohibit": "⊘",
    "require": "!",
    "call-upon": "◎",
    "advocate": "✦",
    "encourage": "↑",
    "support": "✚",
    "promote": "▶",
    "explore": "?",
    "uphold": "■",
    "oppose": "✕",
    "prevent": "◇",
    "undertake": "●",
}
_NO_SIGN = "·"
_SIDE, _GAP = 18, 3


def sign(modality: str) -> str:
    """The sign that goes with a modality's colour: colour is never the only mark."""
    return SIGNS.get(modality, _NO_SIGN)


def squares(modalities: Sequence[tuple[str, str]], columns: int = 10) -> Markup:
    """One square for each clause, in order; ``modalities`` are (slug, label). The text alternative counts them."""
    if not modalities:
        return Markup("")
    rows = -(-len(modalities) // columns)
    width = min(len(modalities), columns) * (_SIDE + _GAP) - _GAP
    height = rows * (_SIDE + _GAP) - _GAP
    parts = [
        Markup(
            '<svg class="squares" role="img" width="{0}" height="{1}" viewBox="0 0 {0} {1}" aria-label="{2}">'
        ).format(width, height, summary(modalities))
    ]
    for index, (slug, label) in enumerate(modalities):
        x, y = index % columns * (_SIDE + _GAP), index // columns * (_SIDE + _GAP)
        parts.append(
            Markup(
                '<g class="m m-{}"><title>{}. {}</title><rect x="{}" y="{}" width="{}" height="{}" rx="3"/>'
                '<text x="{}" y="{}">{}</text></g>'
            ).format(slug, index + 1, label, x, y, _SIDE, _SIDE, x + _SIDE / 2, y + _SIDE / 2 + 4, sign(slug))
        )
    return Markup("").join(parts) + Markup("</svg>")


def summary(modalities: Sequence[tuple[str, str]]) -> str:
    """``2 × promote, 1 × prohibit``, most frequent first."""
    counts: dict[str, int] = {}
    for _, label in modalities:
        counts[label] = counts.get(label, 0) + 1
    return ", ".join(f"{count} × {label}" for label, count in sorted(counts.items(), key=lambda item: -item[1]))


def bars(counts: Sequence[tuple[LabelledResource, int]]) -> Markup:
    """A bar for each (modality, how many clauses have it), drawn as one SVG with links."""
    if not counts:
        return Markup("")
    most = max(count for _, count in counts)
    row, label_width, bar_width = 26, 118, 240
    height, width = row * len(counts), label_width + bar_width + 40
    parts = [
        Markup(
            '<svg class="bars" viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="group" aria-label="{2}">'
        ).format(width, height, ", ".join(f"{item.label}: {count}" for item, count in counts))
    ]
    for index, (item, count) in enumerate(counts):
        y, length = index * row, max(3, round(count / most * bar_width))
        parts.append(
            Markup(
                '<a href="{}"><g class="m m-{}"><text class="name" x="{}" y="{}">{} {}</text>'
                '<rect x="{}" y="{}" width="{}" height="{}" rx="2"/><text class="count" x="{}" y="{}">{}</text></g></a>'
            ).format(
                item.href, item.slug, label_width - 10, y + 17, item.label, sign(item.slug),
                label_width, y + 4, length, row - 8, label_width + length + 8, y + 17, count,
            )
        )  # fmt: skip
    return Markup("").join(parts) + Markup("</svg>")
