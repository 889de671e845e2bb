"""What a request to /search asks for, and the query strings of the pages next to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from initiative_lod.documents.negotiation import lookup
from initiative_lod.errors import BadArgument, Message
from initiative_lod.languages import LANGUAGES
from initiative_lod.search.query_parser import MAX_QUERY_CHARACTERS
from initiative_lod.search.results import Search
from initiative_lod.search.schema import FACETS
from initiative_lod.web.http.request import Asked

MOST_FIELDS = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """The arguments of a request, as far as they mean something."""

    search: Search
    pairs: tuple[tuple[str, str], ...]

    @property
    def filters(self) -> list[tuple[str, str]]:
        """(facet, key) of every filter."""
        return [(name, key) for name in FACETS for key in self.search.filters.get(name, ())]

    def query(
        self,
        page: int = 1,
        without: tuple[str, str] | None = None,
        more: tuple[str, str] | None = None,
        drop: Sequence[str] = (),
        text: str | None = None,
    ) -> str:
        """The query string of the same search, on another page, with one filter less or more, without arguments."""
        pairs = [("q", self.search.text[: 4 * MAX_QUERY_CHARACTERS] if text is None else text)]
        if self.search.language != "both":
            pairs.append(("lang", self.search.language))
        pairs += [pair for pair in self.filters if pair != without]
        pairs += [more] if more else []
        pairs += [("page", str(page))] if page > 1 else []
        pairs += [pair for pair in self.pairs if pair[0] == "hl"][:1]
        return urlencode([pair for pair in pairs if pair[0] not in drop])


def wanted(read: Asked) -> Wanted:
    """The search that a request asks for. An argument that means nothing is as good as absent. Raises BadArgument."""
    try:
        pairs = parse_qsl(read.query_string, keep_blank_values=True, errors="replace", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise BadArgument(Message("error.search_fields", most=MOST_FIELDS)) from None
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    language = (values.get("lang") or ["both"])[-1].lower()
    page = (values.get("page") or ["1"])[-1]
    filters = {name: tuple(dict.fromkeys(item for item in values.get(name, ()) if item)) for name in FACETS}
    search = Search(
        (values.get("q") or [""])[0],
        lookup(language, LANGUAGES) or "both",
        {name: keys for name, keys in filters.items() if keys},
        int(page) if page.isascii() and page.isdecimal() and len(page) < 7 else 1,
    )
    return Wanted(search, tuple(pairs))


def _parameter(name: str, about: str, **schema: Any) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": about,
        "schema": {"type": "string", **schema},
    }


def _filter(name: str, about: str) -> dict[str, Any]:
    many = {"type": "array", "items": {"type": "string"}}
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": f"{about}; may be repeated (any of them)",
        "schema": many,
    }


PARAMETERS = [
    _parameter("q", f"what to look for, at most {MAX_QUERY_CHARACTERS} characters of it; quotes keep words together"),
    _parameter("lang", "the language of the words that are searched", enum=[*LANGUAGES, "both"], default="both"),
    _filter("type", "a class of the ontology, as in Clause; or Term, External, Other"),
    _filter("pillar", "a pillar, as in wic-2020/pillar/2"),
    _filter("modality", "a modality, as in prohibit"),
    _filter("topic", "a topic, as in cybercrime"),
    {"name": "page", "in": "query", "required": False, "schema": {"type": "integer", "minimum": 1, "default": 1}},
    _parameter("hl", "the language of the page"),
]
