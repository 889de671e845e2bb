"""Markup with values filled in, as ``Markup.format`` does it in ten times the time: a drawing has a thousand pieces."""

from __future__ import annotations

from markupsafe import Markup, escape


def filled(template: str, *values: object) -> Markup:
    """The template, a format string, with the values in it; what is neither a number nor markup is escaped."""
    return Markup(template.format(*[value if isinstance(value, int | float) else escape(value) for value in values]))
