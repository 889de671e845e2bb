"""Arguments of an address: a model says which there are, reads them out of a query string, and describes them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Self, get_origin
from urllib.parse import parse_qsl, unquote_plus

from pydantic import BaseModel, ConfigDict, Field, ValidationError, WrapValidator
from pydantic_core import PydanticUseDefault
from pyoxigraph import NamedNode

from initiative_lod.documents.negotiation import lookup
from initiative_lod.errors import BadArgument, Message, Verbatim

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_NOT_IN_IRI = re.compile('[\x00-\x20"<>\\\\^`{|}\x7f-\x9f]')


class Arguments(BaseModel):
    """The arguments of an address; a field is one of them, under its alias. What is no field is passed over.

    Of an argument that may stand once the last counts; a tuple has all of them that are not blank, each once. Where
    ``open`` is on, names that are no fields mean something too, to whoever reads them.
    """

    model_config = ConfigDict(frozen=True)
    MOST: ClassVar[int] = 100  # arguments of one request, known or not
    LANGUAGE: ClassVar[str] = "lang"  # the one that names the page's language
    open: ClassVar[bool] = False
    names: ClassVar[frozenset[str]] = frozenset()
    several: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        cls.names = frozenset(field.alias or name for name, field in cls.model_fields.items())
        cls.several = frozenset(
            field.alias or name for name, field in cls.model_fields.items() if get_origin(field.annotation) is tuple
        )

    @classmethod
    def read(cls, query_string: str) -> Self:
        """The arguments in a query string. Raises BadArgument for too many, or one that has no meaning."""
        try:
            pairs = parse_qsl(query_string, keep_blank_values=True, errors="replace", max_num_fields=cls.MOST)
        except ValueError:
            raise BadArgument(Message("error.fields", most=cls.MOST)) from None
        values: dict[str, Any] = {}
        for name, value in pairs:
            if name not in cls.several:
                values[name] = value
            elif value and value not in (found := values.setdefault(name, [])):
                found.append(value)
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False)[0]
            name = str(first["loc"][0])
            if name == "page":
                raise BadArgument(Message("error.page", value=str(values[name])[:40])) from None
            raise BadArgument(Message("error.argument", detail=Verbatim(f"{name}: {first['msg']}"))) from None

    @classmethod
    def meaningful(cls, query_string: str, languages: Sequence[str]) -> str:
        """A query string without what means nothing here: names that are no arguments, languages that no page has.

        What is left stands as it was written, so that an address is itself, and no other is made of it.
        """
        if cls.open or not query_string:
            return query_string
        pieces = query_string.split("&", cls.MOST)
        if len(pieces) > cls.MOST:
            return query_string
        return "&".join(piece for piece in pieces if cls._means_something(piece, languages))

    @classmethod
    def _means_something(cls, piece: str, languages: Sequence[str]) -> bool:
        name, _, value = piece.partition("=")
        name = unquote_plus(name)
        return name in cls.names and (name != cls.LANGUAGE or lookup(unquote_plus(value), languages) is not None)

    @classmethod
    def parameters(cls) -> list[dict[str, Any]]:
        """The arguments as parameters of OpenAPI."""
        schema = cls.model_json_schema(by_alias=True)
        parameters = []
        for name, described in schema["properties"].items():
            about = described.pop("description", "")
            described.pop("title", None)
            required = name in schema.get("required", ())
            parameters.append(
                {"name": name, "in": "query", "required": required, "description": about, "schema": described}
            )
        return parameters


class PageArguments(Arguments):
    """The arguments of any page."""

    lang: Annotated[str, Field(description="the language of the page")] = ""


class FormArguments(PageArguments):
    """The arguments of a page that has other forms."""

    media_type: Annotated[str | None, Field(alias="_mediatype", description="the media type, in place of Accept")] = (
        None
    )


class OriginalArguments(PageArguments):
    """The arguments of an address in which another one stands, whose arguments they are."""

    open: ClassVar[bool] = True


def _default_for_nonsense(value: Any, handler: Any) -> Any:
    try:
        return handler(value)
    except ValidationError:
        raise PydanticUseDefault from None


#: Makes a value that has no meaning as good as absent.
ELSE_DEFAULT = WrapValidator(_default_for_nonsense)
PageNumber = Annotated[int, Field(ge=1, lt=1_000_000, description="a page of what is paged, from 1")]


def read_iri(value: str) -> NamedNode:
    """The IRI that an argument has as its value. Raises BadArgument, which says what it lacks."""
    try:
        return NamedNode(value)
    except ValueError:
        cut = value[:200]
    if not _SCHEME.match(value):
        raise BadArgument(Message("error.iri_scheme", value=cut))
    if found := _NOT_IN_IRI.search(value):
        character = f"U+{ord(found[0]):04X}" + (f" ({found[0]})" if found[0] > " " and found[0].isprintable() else "")
        raise BadArgument(Message("error.iri_character", value=cut, character=character))
    raise BadArgument(Message("error.iri", value=cut))
