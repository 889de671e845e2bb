"""Draws what a merge takes, by its size, from ``growth.tsv``: seconds of processor of each phase, memory, and disk."""

from __future__ import annotations

import csv
from pathlib import Path
from xml.sax.saxutils import escape

TABLE = Path(__file__).with_suffix(".tsv")
PHASES = ("reading", "store", "table", "checks, questions", "dumps", "search", "names")
MEMORY, DISK = "MB of memory", "bytes a quad"

WIDTH, LEFT, BAR, LINE, NUMBERS = 900, 130, 480, 26, 110
STYLE = """text { font: 13px sans-serif; fill: #222 } .head { font-weight: bold } .number { text-anchor: end }
.p0 { fill: #9ab } .p1 { fill: #a55 } .p2 { fill: #cb8 } .p3 { fill: #7a9 }
.p4 { fill: #b9c } .p5 { fill: #58a } .p6 { fill: #86b }
@media (prefers-color-scheme: dark) { text { fill: #ddd } }"""


def drawing() -> str:
    """The chart as SVG: a stacked bar for each measurement, in seconds of processor for a million quads."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    each = [[float(row[phase]) / float(row["millions"]) for phase in PHASES] for row in rows]
    scale = BAR / max(map(sum, each))
    parts, y = _legend(), 70
    for place, (row, seconds) in enumerate(zip(rows, each, strict=True)):
        if place == 0 or row["code of"] != rows[place - 1]["code of"]:
            y += LINE
            parts.append(_text(8, y, f"Code of {row['code of']}", "head"))
            if place == 0:
                parts += [_text(WIDTH - 8 - NUMBERS, y, "MB at most", "number"), _text(WIDTH - 8, y, DISK, "number")]
        y += LINE
        parts.append(_text(LEFT - 8, y, f"{row['millions']} million", "number"))
        x = float(LEFT)
        for number, value in enumerate(seconds):
            width, said = value * scale, f"<title>{escape(PHASES[number])}: {value:.1f} s</title>"
            place_and_size = f'x="{x:.1f}" y="{y - 14}" width="{width:.1f}" height="18"'
            parts.append(f'<rect class="p{number}" {place_and_size}>{said}</rect>')
            x += width
        parts.append(_text(x + 6, y, f"{sum(seconds):.0f} s"))
        for right, name in ((NUMBERS, MEMORY), (0, DISK)):
            parts.append(_text(WIDTH - 8 - right, y, f"{int(row[name]):,}" if row[name] else "not measured", "number"))
    y += 16
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" height="{y}" role="img">'
    title = "Seconds of processor that a merge takes for a million quads, by its size"
    return "\n".join([head, f"<title>{title}</title>", f"<style>{STYLE}</style>", *parts, "</svg>", ""])


def _legend() -> list[str]:
    parts, x = [_text(8, 20, "Seconds of processor for a million quads, by the size of what is merged", "head")], 8
    for number, phase in enumerate(PHASES):
        parts.append(f'<rect class="p{number}" x="{x}" y="34" width="14" height="14"/>')
        parts.append(_text(x + 20, 46, phase))
        x += 44 + 7 * len(phase)
    return parts


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    name = f' class="{kind}"' if kind else ""
    return f'<text{name} x="{x:.0f}" y="{y:.0f}">{escape(text)}</text>'
