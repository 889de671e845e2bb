"""Small pictures as inline SVG, coloured by class, so that the style sheet (and dark mode) decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from initiative_lod.web.drawings.filled_markup import filled
from initiative_lod.web.drawings.text_width import text_width
from initiative_lod.web.labelled_resource import LabelledResource

#: Sign of each modality, and its colour where a picture stands alone; in a page the style sheet has that.
MARKS = {
    "prohibit": ("⊘", "#a3162b"),
    "require": ("!", "#6b21a8"),
    "oblige": ("‼", "#7c1d4f"),
    "permit": ("○", "#3f6212"),
    "entitle": ("★", "#3730a3"),
    "call-upon": ("◎", "#86198f"),
    "advocate": ("✦", "#115e75"),
    "encourage": ("↑", "#166534"),
    "support": ("✚", "#0b5d4e"),
    "promote": ("▶", "#1b5a8a"),
    "explore": ("?", "#5c5312"),
    "uphold": ("■", "#1e3a8a"),
    "oppose": ("✕", "#9a3412"),
    "prevent": ("◇", "#854d0e"),
    "undertake": ("●", "#44505c"),
    "recommend": ("△", "#0f6b6b"),
    "pledge": ("✓", "#5b2fa0"),
    "define": ("≡", "#4a4038"),
    "state": ("□", "#525252"),
    "prescribe": ("§", "#8a1c3a"),
    "appeal": ("◉", "#1f5f43"),
    "pursue": ("→", "#23527c"),
    "declare": ("=", "#57493d"),
}
_NO_MARKS = "·", "#44505c"
_SIDE, _GAP = 18, 3


def sign(modality: str) -> str:
    """The sign that goes with a modality's colour: colour is never the only mark."""
    return MARKS.get(modality, _NO_MARKS)[0]


def colour(modality: str) -> str:
    """Colour of a modality in a picture that stands alone."""
    return MARKS.get(modality, _NO_MARKS)[1]


def squares(clauses: Sequence[Sequence[LabelledResource]], columns: int = 10) -> Markup:
    """One square for each clause, in order, cut into as many strips as it has modalities.

    The text alternative counts the modalities.
    """
    if not clauses:
        return Markup("")
    rows = -(-len(clauses) // columns)
    width = min(len(clauses), columns) * (_SIDE + _GAP) - _GAP
    height = rows * (_SIDE + _GAP) - _GAP
    parts = [
        filled(
            '<svg class="squares" role="img" width="{0}" height="{1}" viewBox="0 0 {0} {1}" aria-label="{2}">',
            width,
            height,
            summary(clauses),
        )
    ]
    for index, modalities in enumerate(clauses):
        x, y = index % columns * (_SIDE + _GAP), index // columns * (_SIDE + _GAP)
        title = ", ".join(item.label.value for item in modalities)
        strips = Markup("").join(_strips(modalities, x, y))
        parts.append(filled("<g><title>{}. {}</title>{}</g>", index + 1, title, strips))
    return Markup("").join(parts) + Markup("</svg>")


def _strips(modalities: Sequence[LabelledResource], x: int, y: int) -> Iterator[Markup]:
    """A strip with its sign for each modality; a clause with one has the whole square."""
    width = _SIDE / len(modalities)
    narrow = Markup(' class="narrow"') if len(modalities) > 1 else Markup("")
    for index, item in enumerate(modalities):
        left = x + index * width
        yield filled(
            '<g class="m m-{}"><rect x="{:g}" y="{}" width="{:g}" height="{}" rx="3"/>'
            '<text{} x="{:g}" y="{:g}">{}</text></g>',
            item.style, left, y, width, _SIDE, narrow, left + width / 2, y + _SIDE / 2 + 4, sign(item.style)
        )  # fmt: skip


def summary(clauses: Sequence[Sequence[LabelledResource]]) -> str:
    """``2 × promote, 1 × prohibit``, most frequent first."""
    counts: dict[str, int] = {}
    for item in (item for modalities in clauses for item in modalities):
        counts[item.label.value] = counts.get(item.label.value, 0) + 1
    return ", ".join(f"{count} × {label}" for label, count in sorted(counts.items(), key=lambda item: -item[1]))


def bars(counts: Sequence[tuple[LabelledResource, int]]) -> Markup:
    """A bar for each (modality, how many clauses have it), drawn as one SVG with links."""
    if not counts:
        return Markup("")
    most = max(count for _, count in counts)
    row, bar_width = 26, 240
    label_width = round(max(text_width(f"{item.label} {sign(item.style)}") for item, _ in counts)) + 14
    height, width = row * len(counts), label_width + bar_width + 40
    parts = [
        filled(
            '<svg class="bars" viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="group" aria-label="{2}">',
            width,
            height,
            ", ".join(f"{item.label}: {count}" for item, count in counts),
        )
    ]
    for index, (item, count) in enumerate(counts):
        style = f"{item.style} residual" if item.residual else item.style
        y, length = index * row, max(3, round(count / most * bar_width))
        parts.append(
            filled(
                '<a href="{}"><g class="m m-{}"><text class="name" x="{}" y="{}">{} {}</text>'
                '<rect x="{}" y="{}" width="{}" height="{}" rx="2"/><text class="count" x="{}" y="{}">{}</text>'
                "</g></a>",
                item.href, style, label_width - 10, y + 17, item.label, sign(item.style),
                label_width, y + 4, length, row - 8, label_width + length + 8, y + 17, count,
            )
        )  # fmt: skip
    return Markup("").join(parts) + Markup("</svg>")
