"""Bar charts of counts as inline SVG. The table beside a chart says the same, so a chart is one picture to a reader."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from initiative_lod.web.drawings.text_width import shortened, text_width

_ROW, _BAR, _LONGEST = 28, 300, 240


def chart(title: str, counts: Sequence[tuple[str, float, str]]) -> Markup:
    """Horizontal bars, one for each (label, value, value as it is written), in the order given."""
    if not counts:
        return Markup("")
    most = max(1.0, *(value for _, value, _ in counts))
    labels = [shortened(label, _LONGEST) for label, _, _ in counts]
    left = max(text_width(label) for label in labels) + 12
    height, whole = _ROW * len(counts), left + _BAR + max(text_width(written) for _, _, written in counts) + 16
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
