"""Text that is cut to a width: as much of it as fits, found in one pass."""

from __future__ import annotations

import pytest

from initiative_lod.web.drawings import text_width as widths
from initiative_lod.web.drawings.text_width import shortened, text_width


@pytest.mark.parametrize("text", ["data security of the supply chain", "网络空间 and 数据安全, déjà vu", "mmm", "i"])
@pytest.mark.parametrize("bold", [False, True])
def test_as_much_as_fits_is_left(text: str, bold: bool) -> None:
    for longest in range(0, 300, 7):
        found = shortened(text, longest, 11, bold)
        if text_width(text, 11, bold) <= longest:
            assert found == text
            continue
        fitting = [end for end in range(len(text)) if text_width(text[:end], 11, bold) + 11 <= longest]
        assert found == text[: max(fitting, default=0)].rstrip() + "…"


def test_a_long_text_is_measured_once_and_cut_in_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """A label of others may have thousands of characters, and a picture a hundred labels."""
    seen: list[str] = []

    def half(character: str) -> int:
        seen.append(character)
        return 50

    monkeypatch.setattr(widths, "_of", half)
    assert shortened("word " * 400, 70, 10) == "word word wo…"
    assert len(seen) <= 2 * 2000
