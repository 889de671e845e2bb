"""Templates of the pages: what all of them may use besides the words."""

from __future__ import annotations

from jinja2 import Environment

from initiative_lod.locale.templates import environment
from initiative_lod.web.http import static_files
from initiative_lod.web.labelled_resource import is_web


def page_templates() -> Environment:
    """The templates of the pages."""
    made = environment("initiative_lod.web")
    made.tests["web"] = is_web
    made.tests["web_or_here"] = lambda target: is_web(target) or target.startswith("/")
    made.globals["static_version"] = static_files.version
    return made
