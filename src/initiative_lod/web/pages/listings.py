"""Listings: addresses of the queries that list what the counts in a picture count."""

from __future__ import annotations

from functools import cache
from importlib import resources

from pyoxigraph import Literal, NamedNode

from initiative_lod.web.pages.view import View

_BEGIN = "WHERE {\n"


def listing(view: View, name: str, **terms: NamedNode) -> str:
    """The address at which our query ``name`` is asked, its variables bound to ``terms``, and ``?language`` to the
    reader's.
    """
    bound = {**terms, "language": Literal(view.language)}
    variables, values = " ".join(f"?{name}" for name in bound), " ".join(str(term) for term in bound.values())
    head, begin, pattern = _query(name).partition(_BEGIN)
    query = f"{head}{begin}  VALUES ({variables}) {{ ({values}) }}\n{pattern}"
    return f"{view.link('/sparql', query=query)}#result"


@cache
def _query(name: str) -> str:
    return resources.files("initiative_lod.web.pages").joinpath("queries", f"{name}.rq").read_text("utf-8")
