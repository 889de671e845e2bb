"""PNG of a drawing, by resvg where it is installed (the extra ``pictures``); its fonts are those of the machine."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

AVAILABLE = find_spec("resvg_py") is not None
SCALE = 2  # pixels of the file for one of the drawing


def png(svg: str) -> bytes:
    """The picture, twice as large, so that it is sharp on a slide."""
    made: Any = import_module("resvg_py").svg_to_bytes(svg_string=svg, zoom=SCALE)
    return bytes(made)
