"""Draws the architecture from the imports of the code, as SVG: rooms from the ground up, and what each imports."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path
from xml.sax.saxutils import escape

SOURCE = Path(__file__).resolve().parents[2] / "src" / "initiative_lod"
PACKAGE = SOURCE.name
WIDTH, ROW, BOX, LEFT, TOP = 980, 62, 44, 300, 20  # pixels


def rooms() -> dict[str, list[Path]]:
    """The modules of each room; single modules of the root, but for the pipeline, are the ground."""
    found: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).parts
        if parts[0] not in ("__init__.py", "__main__.py"):
            found["ground" if len(parts) == 1 and parts[0] != "pipeline.py" else parts[0].removesuffix(".py")].append(
                path
            )
    return dict(found)


def imports(modules: dict[str, list[Path]]) -> dict[str, set[str]]:
    """The rooms that each room imports from."""
    found: dict[str, set[str]] = {room: set() for room in modules}
    for room, paths in modules.items():
        for path in paths:
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == PACKAGE:
                    names = [f"{node.module}.{alias.name}".split(".")[1] for alias in node.names]
                    found[room] |= {name if name in modules else "ground" for name in names}
        found[room].discard(room)
    return found


def layers(uses: dict[str, set[str]]) -> list[list[str]]:
    """The rooms by floor: each stands above everything that it imports."""
    floor: dict[str, int] = {}

    def of(room: str) -> int:
        if room not in floor:
            floor[room] = max((of(other) + 1 for other in uses[room]), default=0)
        return floor[room]

    for room in sorted(uses):
        of(room)
    return [sorted(room for room in uses if floor[room] == level) for level in range(max(floor.values()) + 1)]


def direct(uses: dict[str, set[str]]) -> dict[str, set[str]]:
    """The imports that do not follow from others: what is left is enough to see who stands on whom."""

    def below(room: str) -> set[str]:
        return uses[room].union(*(below(other) for other in uses[room]))

    return {room: {o for o in used if not any(o in below(x) for x in used - {o})} for room, used in uses.items()}


def says(room: str, paths: list[Path]) -> str:
    """The first sentence of a room's docstring."""
    if room == "ground":
        return "names, settings, errors, formats, languages: what everything else stands on"
    path = next((path for path in paths if path.name == "__init__.py"), paths[0])
    text = (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").split("\n\n")[0]
    first = " ".join(text.split()).split(". ")[0].rstrip(".")
    return first if len(first) < 105 else first[:102].rsplit(" ", 1)[0] + " …"


def drawing() -> str:
    """The picture: one line a room, its name, how many modules it has, what it is, and which rooms it stands on."""
    modules = rooms()
    uses = direct(imports(modules))
    order = [room for layer in layers(uses) for room in layer]
    height = TOP * 2 + ROW * len(order)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        'font-family="system-ui, sans-serif" font-size="14">',
        "<title>The rooms of initiative-lod, from the ground up, and which each of them stands on</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
    ]
    middle = {room: height - TOP - ROW * place - ROW / 2 for place, room in enumerate(order)}
    for place, room in enumerate(order):
        for lower in sorted(uses[room] - {"ground"}):
            distance = place - order.index(lower)
            bend, start, end = LEFT - 16 - 15 * distance, middle[room], middle[lower]
            lines.append(
                f'<path d="M{LEFT} {start} C{bend} {start} {bend} {end} {LEFT} {end}" '
                f'fill="none" stroke="#7a8699" stroke-width="1.3"/>'
            )
    for room in order:
        y = middle[room]
        lines += [
            f'<rect x="{LEFT}" y="{y - BOX / 2}" width="150" height="{BOX}" rx="6" fill="#eef3fa" stroke="#35507a"/>',
            f'<text x="{LEFT + 75}" y="{y - 2}" text-anchor="middle" font-weight="600" fill="#1b2c47">{room}</text>',
            f'<text x="{LEFT + 75}" y="{y + 15}" text-anchor="middle" font-size="11" fill="#4a5568">'
            f"{len(modules[room])} module{'s' if len(modules[room]) > 1 else ''}</text>",
        ]
        words, line, shown = says(room, modules[room]).split(" "), "", []
        for word in words:
            if len(line) + len(word) > 64:
                shown.append(line)
                line = ""
            line = f"{line} {word}".strip()
        shown.append(line)
        start = y + 5 - 9 * (len(shown) - 1)
        lines += [
            f'<text x="{LEFT + 166}" y="{start + 18 * number}" fill="#333">{escape(text)}</text>'
            for number, text in enumerate(shown)
        ]
    return "\n".join([*lines, "</svg>", ""])
