"""Errors as HTTP says them: one table from exception to status; RFC 9457 for programs, a page for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from markupsafe import Markup

from initiative_lod import errors
from initiative_lod.documents.links import Link, field
from initiative_lod.documents.negotiation import Offer, choose
from initiative_lod.errors import InitiativeLodError, Message, Verbatim
from initiative_lod.formats import HTML, JSON, PROBLEM, TEXT, json_bytes
from initiative_lod.locale.messages import Language
from initiative_lod.sparql.protocol import ProtocolError
from initiative_lod.web.http.request import Request, Response


class MethodNotAllowed(InitiativeLodError):
    """A method that this address does not have; ``allowed`` are those that it has."""

    def __init__(self, method: str, allowed: Sequence[str]) -> None:
        self.allowed = allowed
        super().__init__(Message("error.method", method=method, methods=list(allowed)))


class RangeNotSatisfiable(InitiativeLodError):
    """A range that begins after the end of what there is, which has ``size`` bytes."""

    def __init__(self, size: int) -> None:
        self.size = size
        super().__init__(Message("error.range", size=size))


class PreconditionFailed(InitiativeLodError):
    """A request for a representation as it was: what there is now is another one (RFC 9110 §15.5.13)."""

    def __init__(self) -> None:
        super().__init__(Message("error.precondition"))


#: The narrowest class that an error is of gives its status. What is not listed is a fault of ours: 500.
STATUS: Mapping[type[InitiativeLodError], int] = {
    errors.BadArgument: 400,
    errors.NotFound: 404,
    MethodNotAllowed: 405,
    errors.NotAcceptable: 406,
    PreconditionFailed: 412,
    errors.TooLarge: 413,
    RangeNotSatisfiable: 416,
    errors.Damaged: 503,
    errors.TooMuch: 503,
    errors.QueryError: 400,
    errors.QueryForbidden: 403,
    errors.QueryTooComplex: 400,
    errors.ServiceError: 502,
    errors.EngineError: 502,
    errors.QueryTimeout: 504,
    errors.QueryMemory: 507,
    errors.QueryTooLarge: 413,
    errors.QueryLimit: 503,
    errors.ClientBusy: 429,
    errors.Busy: 503,
    errors.ReleaseError: 503,
}
ENGINE_SECONDS = "10"  # after which another engine than ours may answer again
OFFERS = (Offer(PROBLEM), Offer(HTML), Offer(JSON))

#: A page that tells an error: of a request, its status, and the error.
ErrorPage = Callable[[Request, int, BaseException], bytes]


def status_of(error: BaseException) -> int:
    """The status code of an error: its own, or its class's, else that of the nearest class above it."""
    if isinstance(error, ProtocolError):
        return error.status
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return 500


def response(
    request: Request,
    error: BaseException,
    page: ErrorPage,
    language: Language,
    offers: Sequence[Offer] = OFFERS,
    **more: object,
) -> Response:
    """An error as the client can best read it, in its language: a problem document, with ``more`` in it, or a page."""
    status = status_of(error)
    media = (choose(request.accept, offers) or offers[0]).media
    if media is JSON:  # who takes JSON can read a problem document
        media = PROBLEM
    headers = [
        ("Content-Type", media.content_type),
        ("Content-Language", language.tag),
        ("Cache-Control", "no-store"),
        ("Vary", "Accept, Accept-Language"),
        *_headers_of(error),
    ]
    if media is HTML:
        body = page(request, status, error)
    elif media is TEXT:
        body = f"{title(status, language)}{language.gettext('colon')}{text(error, language)}\n".encode()
    else:
        if isinstance(error, errors.NotAcceptable) and error.alternatives:
            more["alternatives"] = [{"href": href, "type": media} for href, media in error.alternatives]
        body = problem(status, text(error, language), title(status, language), **more)
    return Response(status, tuple(headers), body)


def wants_page(request: Request, offers: Sequence[Offer] = OFFERS) -> bool:
    """Tell whether the client can best read an error as a page."""
    return (choose(request.accept, offers) or offers[0]).media is HTML


def problem(status: int, detail: str, title: str, **more: object) -> bytes:
    """A problem document (RFC 9457). The type is ``about:blank``: the status says it all."""
    return json_bytes({"type": "about:blank", "title": title, "status": status, "detail": detail, **more})


def title(status: int, language: Language) -> str:
    """Title of a status, in a few words."""
    return language.find(f"status.{status}") or language.gettext("status.other")


def message_of(error: BaseException) -> Message:
    """Text of an error for a visitor. Where a release lies is the operator's business, and nobody else's."""
    said = error.message if isinstance(error, InitiativeLodError) else None
    if said is not None:
        return said
    if isinstance(error, errors.ReleaseError):
        return Message("error.unavailable")
    return Message("error.detail", detail=Verbatim(error))


def text(error: BaseException, language: Language) -> str:
    """Text of an error, plain."""
    said = message_of(error)
    return language.gettext(said.id, **said.values)


def shown(error: BaseException, language: Language) -> Markup:
    """Text of an error, as HTML."""
    said = message_of(error)
    return language.markup(said.id, **said.values)


def _headers_of(error: BaseException) -> list[tuple[str, str]]:
    """The headers that go with an error."""
    if isinstance(error, errors.Busy):
        return [("Retry-After", str(error.retry_after))]
    if isinstance(error, errors.EngineDown):
        return [("Retry-After", ENGINE_SECONDS)]
    if isinstance(error, MethodNotAllowed):
        return [("Allow", ", ".join(error.allowed))]
    if isinstance(error, RangeNotSatisfiable):
        return [("Content-Range", f"bytes */{error.size}")]
    if isinstance(error, errors.NotAcceptable) and error.alternatives:
        return field(*(Link(href, "alternate", media) for href, media in error.alternatives))
    if isinstance(error, ProtocolError) and error.status in (408, 413):
        return [("Connection", "close")]  # the rest of the body is not wanted
    return []
