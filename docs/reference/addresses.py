"""Draws how each kind of address compares with the floor, from ``addresses.tsv``, and writes the table of it."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

TABLE = Path(__file__).with_suffix(".tsv")
RATIO, COLD, HEALTH = "warm/floor", "cold ms", "healthz p99 ms"
AIM = 0.8
#: Which mark stands for a form, by how the form begins.
FORMS = {"HTML": "html", "Turtle": "turtle", "JSON": "json", "CSV": "csv", "XML": "xml"}

WIDTH, LEFT, CHART, LINE = 900, 210, 500, 22
#: Ends of the scale, which is logarithmic.
LEAST, MOST = 0.02, 3.0
STYLE = """text { font: 13px sans-serif; fill: #222 } .head { font-weight: bold }
.number { text-anchor: end } .mid { text-anchor: middle } .aimed { fill: #a33 }
line { stroke: #ccc } .aim { stroke: #a33; stroke-dasharray: 4 3 }
.html { fill: #58a } .turtle { fill: #c83 } .json { fill: #797 } .csv { fill: #a6a } .xml { fill: #666 }
@media (prefers-color-scheme: dark) {
text { fill: #ddd } line { stroke: #555 } .aim { stroke: #e88 } .aimed { fill: #e88 } }"""


def page() -> str:
    """The table as a page."""
    rows = _rows()
    names = list(rows[0])
    return "\n".join(
        [
            "# Every kind of address",
            "",
            "Measured by `bench/addresses.py`, which writes `addresses.tsv`; [performance](../performance.md) says",
            "when, under which conditions, and what the columns are.",
            "",
            f"| {' | '.join(names)} |",
            f"| --- | --- |{' ---: |' * (len(names) - 2)}",
            *(f"| {' | '.join(row.values())} |" for row in rows),
        ]
    )


def drawing() -> str:
    """The chart as SVG: a line for each kind of address, a mark for each of its forms."""
    kinds: dict[str, list[dict[str, str]]] = {}
    for row in _rows():
        kinds.setdefault(row["kind"], []).append(row)
    parts, top = list(_legend()), 96
    bottom = top + LINE * len(kinds)
    for value in (0.03, 0.1, 0.3, 1, 3):
        parts.append(f'<line x1="{_x(value):.1f}" x2="{_x(value):.1f}" y1="{top - 18}" y2="{bottom - 12}"/>')
        parts.append(_text(_x(value), top - 24, f"{value:g}", "mid"))
    parts.append(f'<line class="aim" x1="{_x(AIM):.1f}" x2="{_x(AIM):.1f}" y1="{top - 18}" y2="{bottom + 2}"/>')
    parts.append(_text(_x(AIM), bottom + 16, f"aim of what is stored: {AIM}", "mid aimed"))
    for number, (kind, rows) in enumerate(kinds.items()):
        y = top + LINE * number
        parts.append(_text(LEFT - 8, y + 4, kind, "number"))
        for row in rows:
            said = f"<title>{escape(kind)}, {escape(row['form'])}: {row[RATIO]}</title>"
            parts.append(
                f'<circle class="{_form(row)}" cx="{_x(float(row[RATIO])):.1f}" cy="{y}" r="5">{said}</circle>'
            )
        parts.append(_text(WIDTH - 90, y + 4, _greatest(rows, COLD), "number"))
        parts.append(_text(WIDTH - 8, y + 4, _greatest(rows, HEALTH), "number"))
    height = bottom + 30
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
    title = "Requests a second of processor of each kind of address, by those of the floor"
    return "\n".join([head, f"<title>{title}</title>", f"<style>{STYLE}</style>", *parts, "</svg>", ""])


def _rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _legend() -> Iterator[str]:
    yield _text(8, 20, "Requests a second of processor, by those of the floor that sends the same bytes", "head")
    yield _text(WIDTH - 90, 56, "cold ms", "number")
    yield _text(WIDTH - 8, 56, "health ms", "number")
    x = LEFT
    for name, kind in FORMS.items():
        yield f'<circle class="{kind}" cx="{x}" cy="42" r="5"/>'
        yield _text(x + 10, 46, name)
        x += 90


def _form(row: dict[str, str]) -> str:
    return next(kind for name, kind in FORMS.items() if row["form"].startswith(name))


def _greatest(rows: list[dict[str, str]], column: str) -> str:
    return max((row[column] for row in rows), key=float)


def _x(value: float) -> float:
    return LEFT + 8 + CHART * math.log(value / LEAST) / math.log(MOST / LEAST)


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    name = f' class="{kind}"' if kind else ""
    return f'<text{name} x="{x:.0f}" y="{y:.0f}">{escape(text)}</text>'
