"""Errors as HTTP says them: one table from exception to status; RFC 9457 for programs, a page for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from initiative_lod import errors
from initiative_lod.documents.negotiation import Offer, choose
from initiative_lod.errors import InitiativeLodError, Message, Verbatim
from initiative_lod.formats import HTML, JSON, PROBLEM
from initiative_lod.locale.messages import Language


class MethodNotAllowed(InitiativeLodError):
    """A method that this address does not have; ``allowed`` are those that it has."""

    def __init__(self, method: str, allowed: Sequence[str]) -> None:
        self.allowed = allowed
        super().__init__(Message("error.method", method=method, methods=", ".join(allowed)))


#: The narrowest class that an error is of gives its status. What is not listed is a fault of ours: 500.
STATUS: Mapping[type[InitiativeLodError], int] = {
    errors.BadArgument: 400,
    errors.NotFound: 404,
    MethodNotAllowed: 405,
    errors.NotAcceptable: 406,
    errors.Damaged: 503,
    errors.TooMuch: 503,
    errors.QueryError: 400,
    errors.QueryForbidden: 403,
    errors.QueryTooComplex: 400,
    errors.ServiceError: 502,
    errors.QueryTimeout: 504,
    errors.QueryMemory: 507,
    errors.QueryTooLarge: 413,
    errors.QueryLimit: 503,
    errors.ClientBusy: 429,
    errors.Busy: 503,
    errors.ReleaseError: 503,
}
_OFFERS = (Offer(PROBLEM), Offer(HTML), Offer(JSON))


def status_of(error: BaseException) -> int:
    """The status code of an error: its own class's, else that of the nearest class above it."""
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return 500


def wants_page(accept: str | None) -> bool:
    """Whether the client would rather read a page than a problem document."""
    chosen = choose(accept, _OFFERS)
    return chosen is not None and chosen.media is HTML


def problem(status: int, detail: str, title: str, **more: object) -> bytes:
    """A problem document (RFC 9457). The type is ``about:blank``: the status says it all."""
    document = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def title(status: int, language: Language) -> str:
    """What a status means, in a few words."""
    return language.find(f"status.{status}") or language.gettext("status.other")


def message_of(error: BaseException) -> Message:
    """What an error says to a visitor. Where a release lies is the operator's business, and nobody else's."""
    said = error.message if isinstance(error, InitiativeLodError) else None
    if said is not None:
        return said
    if isinstance(error, errors.ReleaseError):
        return Message("error.unavailable")
    return Message("error.detail", detail=Verbatim(error))


def text(error: BaseException, language: Language) -> str:
    """What an error says, as plain text."""
    said = message_of(error)
    return language.gettext(said.id, **said.values)


def shown(error: BaseException, language: Language) -> Markup:
    """What an error says, as HTML."""
    said = message_of(error)
    return language.markup(said.id, **said.values)


def headers_of(error: BaseException) -> list[tuple[str, str]]:
    """The headers that go with an error."""
    if isinstance(error, errors.Busy):
        return [("Retry-After", str(error.retry_after))]
    if isinstance(error, MethodNotAllowed):
        return [("Allow", ", ".join(error.allowed))]
    if isinstance(error, errors.NotAcceptable) and error.alternatives:
        return [("Link", ", ".join(f'<{href}>; rel="alternate"; type="{media}"' for href, media in error.alternatives))]
    return []
