"""What went wrong, as HTTP says it: one table from exception to status; RFC 9457 for programs, a page for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from markupsafe import Markup, escape

from initiative_lod import errors
from initiative_lod.documents.negotiation import Offer, choose
from initiative_lod.errors import InitiativeLodError
from initiative_lod.formats import HTML, JSON, PROBLEM
from initiative_lod.web.locale import messages
from initiative_lod.web.locale.messages import message


class MethodNotAllowed(InitiativeLodError):
    """A method that this address does not have; ``allowed`` are those that it has."""

    def __init__(self, method: str, allowed: Sequence[str]) -> None:
        self.allowed = allowed
        super().__init__(message("method", method, ", ".join(allowed)))


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
TITLES = {status: en for status, (_, en) in messages.TITLES.items()}
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


def problem(status: int, detail: str, title: str = "", **more: object) -> bytes:
    """A problem document (RFC 9457). The type is ``about:blank``: the status says it all."""
    title = title or messages.title(status, "en")
    document = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def text(error: BaseException, language: str) -> str:
    """What the error says to a reader of ``language``, as plain text."""
    return "\n".join(said for said, _ in messages.told(error, language))


def shown(error: BaseException, language: str) -> Markup:
    """The same for a page in ``language``: what is in another one is marked as such (WCAG 2.2 §3.1.2)."""
    return Markup("\n").join(
        escape(said) if spoken == language else Markup('<span lang="{}">{}</span>').format(spoken, said)
        for said, spoken in messages.told(error, language)
    )


def headers_of(error: BaseException) -> list[tuple[str, str]]:
    """The headers that go with an error."""
    if isinstance(error, errors.Busy):
        return [("Retry-After", str(error.retry_after))]
    if isinstance(error, MethodNotAllowed):
        return [("Allow", ", ".join(error.allowed))]
    if isinstance(error, errors.NotAcceptable) and error.alternatives:
        return [("Link", ", ".join(f'<{href}>; rel="alternate"; type="{media}"' for href, media in error.alternatives))]
    return []
