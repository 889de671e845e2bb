"""Arguments of a request to /search, and the query strings of the pages next to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar
from urllib.parse import urlencode

from pydantic import AfterValidator, Field

from initiative_lod.documents.negotiation import lookup
from initiative_lod.languages import WORD_LANGUAGES
from initiative_lod.search.query_parser import MAX_QUERY_CHARACTERS
from initiative_lod.search.results import Search
from initiative_lod.search.schema import FACETS
from initiative_lod.web.http.arguments import ELSE_DEFAULT, FormArguments, PageNumber

BOTH = "both"  # languages are searched


def _filter(about: str) -> Any:
    return Field(description=f"{about}; may be repeated (any of them)")


class SearchArguments(FormArguments):
    """The arguments of a search. One that has no meaning is as good as absent."""

    LANGUAGE: ClassVar[str] = "hl"

    text: Annotated[
        str,
        Field(
            alias="q",
            description=f"what to look for, at most {MAX_QUERY_CHARACTERS} characters; quotes keep words together",
        ),
    ] = ""
    lang: Annotated[
        str,
        AfterValidator(lambda tag: lookup(tag, WORD_LANGUAGES) or BOTH),
        Field(
            description="the language of the words that are searched",
            json_schema_extra={"enum": [*WORD_LANGUAGES, BOTH]},
        ),
    ] = BOTH
    document: Annotated[tuple[str, ...], _filter("a document in which it stands, as in wic-2020")] = ()
    type: Annotated[tuple[str, ...], _filter("a class of the ontology, as in Clause; or Term, External, Other")] = ()
    pillar: Annotated[tuple[str, ...], _filter("a pillar, as in wic-2020/pillar/2")] = ()
    modality: Annotated[tuple[str, ...], _filter("a modality, as in prohibit")] = ()
    topic: Annotated[tuple[str, ...], _filter("a topic, as in cybercrime")] = ()
    page: Annotated[PageNumber, ELSE_DEFAULT] = 1
    hl: Annotated[str, Field(description="the language of the page")] = ""

    @property
    def search(self) -> Search:
        """Words that are searched."""
        filters = {name: keys for name in FACETS if (keys := getattr(self, name))}
        return Search(self.text, self.lang, filters, self.page)

    @property
    def filters(self) -> list[tuple[str, str]]:
        """(facet, key) of every filter."""
        return [(name, key) for name in FACETS for key in getattr(self, name)]

    def query(
        self,
        page: int = 1,
        without: tuple[str, str] | None = None,
        more: tuple[str, str] | None = None,
        drop: Sequence[str] = (),
        text: str | None = None,
    ) -> str:
        """The query string of the same search, on another page, with one filter less or more, without arguments."""
        pairs = [("q", self.text[: 4 * MAX_QUERY_CHARACTERS] if text is None else text)]
        if self.lang != BOTH:
            pairs.append(("lang", self.lang))
        pairs += [pair for pair in self.filters if pair != without]
        pairs += [more] if more else []
        pairs += [("page", str(page))] if page > 1 else []
        pairs += [("hl", self.hl)] if self.hl else []
        return urlencode([pair for pair in pairs if pair[0] not in drop])
