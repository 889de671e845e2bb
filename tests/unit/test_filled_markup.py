"""Markup with values filled in is that of MarkupSafe's own way."""

from __future__ import annotations

import pytest
from markupsafe import Markup

from initiative_lod.web.drawings.filled_markup import filled
from initiative_lod.web.labelled_resource import LangText


@pytest.mark.parametrize(
    ("template", "values"),
    [
        ("<b a='{}'>{}</b>", ("<&>\"'{}", Markup("<i>&amp;</i>"))),
        ("{1} {0} {1}", (1, "a < b")),
        ("{:.1f} {:g} {:.0f}", (2.25, 3.0, 7)),
        ("{}", (LangText("<数据>", "zh"),)),
        ("no value: &lt;", ()),
    ],
)
def test_it_is_what_markup_makes(template: str, values: tuple[object, ...]) -> None:
    made = filled(template, *values)
    assert made == Markup(template).format(*values)
    assert type(made) is Markup
