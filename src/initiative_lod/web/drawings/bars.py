"""Bar charts of counts as SVG. The table beside a chart says the same, so a chart is one picture to a reader."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from initiative_lod.web.drawings.filled_markup import filled
from initiative_lod.web.drawings.heat_map import HUE, INK, QUIET, Drawn
from initiative_lod.web.drawings.text_width import text_width, wrapped

_ROW, _BAR = 28, 300
_SIZE, _LINE, _WIDEST, _MOST_LINES = 13.0, 16, 250.0, 6


def chart(title: str, counts: Sequence[tuple[str, float, str]]) -> Markup:
    """Horizontal bars, one for each (label, value, value as it is written), in the order given."""
    if not counts:
        return Markup("")
    return svg(f"{title} " + ", ".join(f"{label}: {written}" for label, _, written in counts), drawn(counts))


def svg(words: str, picture: Drawn) -> Markup:
    """A drawing as a chart in a page; ``words`` are its name; with links in it, it is no image."""
    role = "group" if "<a " in picture.content else "img"
    return filled(
        '<svg class="chart" role="{0}" viewBox="0 0 {1} {2}" width="{1}" height="{2}" aria-label="{3}">{4}</svg>',
        role,
        round(picture.width),
        round(picture.height),
        words,
        picture.content,
    )


def drawn(counts: Sequence[tuple[str, float, str]]) -> Drawn:
    """The bars as a drawing that can stand alone: its colours are attributes."""
    most = max([1.0, *(value for _, value, _ in counts)])
    labels = [wrapped(label, _WIDEST, _SIZE, _MOST_LINES) for label, _, _ in counts]
    left = max((text_width(line, _SIZE) for lines in labels for line in lines), default=0.0) + 12
    parts, y = [], 0.0
    for lines, (label, value, written) in zip(labels, counts, strict=True):
        height, length = max(_ROW, len(lines) * _LINE + 8), max(2.0, max(0.0, value) / most * _BAR)
        name = Markup("").join(
            filled(
                '<text class="ink" fill="{}" font-size="{}" text-anchor="end" x="{:.1f}" y="{:.1f}">{}</text>',
                INK,
                _SIZE,
                left - 8,
                y + height / 2 + 4.5 + (number - (len(lines) - 1) / 2) * _LINE,
                line,
            )
            for number, line in enumerate(lines)
        )
        parts.append(
            filled(
                '<g><title>{}: {}</title>{}<rect class="hue" fill="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" '
                'height="{}" rx="3"/><text class="quiet" fill="{}" font-size="{}" x="{:.1f}" y="{:.1f}">{}</text></g>',
                label, written, name, HUE, left, y + height / 2 - 10, length, 20, QUIET, _SIZE,
                left + length + 8, y + height / 2 + 4.5, written,
            )
        )  # fmt: skip
        y += height
    reach = max((text_width(written, _SIZE) for _, _, written in counts), default=0.0)
    return Drawn(Markup("").join(parts), left + _BAR + reach + 16, y)
