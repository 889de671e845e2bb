"""What /sparql answers with: the formats on offer, results that are sent piece by piece, and errors as problems."""

from __future__ import annotations

import asyncio
import json

from fastapi import Request
from markupsafe import Markup
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from initiative_lod import errors
from initiative_lod.documents.negotiation import Offer, choose
from initiative_lod.errors import InitiativeLodError, NotAcceptable
from initiative_lod.formats import (
    HTML,
    JSON,
    JSON_LD,
    PROBLEM,
    RDF_TYPES,
    RESULT_JSON,
    RESULT_TYPES,
    RESULT_XML,
    TEXT,
)
from initiative_lod.locale.messages import Language
from initiative_lod.sparql import protocol
from initiative_lod.sparql.job import Result
from initiative_lod.sparql.protocol import ProtocolError
from initiative_lod.web.http.errors import shown, status_of, text
from initiative_lod.web.http.errors import title as title_of
from initiative_lod.web.routes.sparql_form import Page, Shown

#: Other names come last: a wildcard never chooses them.
RESULT_OFFERS = (
    *map(Offer, RESULT_TYPES),
    Offer(HTML),
    Offer(RESULT_JSON, alias="application/json"),
    Offer(RESULT_XML, alias="application/xml"),
    Offer(RESULT_XML, alias="text/xml"),
)
GRAPH_OFFERS = (*map(Offer, RDF_TYPES), Offer(HTML), Offer(JSON_LD, alias="application/json"))
PROBLEM_OFFERS = (Offer(PROBLEM), Offer(HTML), Offer(TEXT), Offer(JSON))

ALLOW = ", ".join(protocol.METHODS)


class ResultResponse(Response):
    """Sends a result piece by piece from where it lies. A client that reads too slowly is cut off; no worker waits."""

    def __init__(self, result: Result, headers: dict[str, str], head: bool, seconds: float) -> None:
        super().__init__(None, headers=headers)
        self.headers["content-length"] = str(result.length)
        self._result, self._head, self._seconds = result, head, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            if self._head or self._result.body is not None:
                body = b"" if self._head else self._result.body
                await send({"type": "http.response.body", "body": body})
                return
            async with asyncio.timeout(self._seconds) as limit:
                for piece in self._result.chunks():
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                    limit.reschedule(asyncio.get_running_loop().time() + self._seconds)
                await send({"type": "http.response.body", "body": b""})
        except TimeoutError:
            return  # the server closes the connection of an answer that was not finished
        finally:
            self._result.close()


def whole(request: Request, body: bytes, headers: dict[str, str], status: int = 200) -> Response:
    """An answer that is known at once; the body of a HEAD is not sent."""
    sent = b"" if request.method == "HEAD" else body
    return Response(sent, status, {**headers, "Content-Length": str(len(body))})


def problem(
    request: Request, error: InitiativeLodError, accept: str | None, query: str, page: Page, language: Language
) -> Response:
    """An error as RFC 9457, as text, or as the page with the query still in it, whichever the client takes best."""
    status = _status(error)
    title = title_of(status, language)
    headers = {
        **common_headers(),
        "Vary": "Accept, Accept-Language",
        "Content-Language": language.tag,
        "Cache-Control": "no-store",
    }
    document: dict[str, object] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": text(error, language),
    }
    if isinstance(error, errors.Busy):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, NotAcceptable):
        offers = {"graph": GRAPH_OFFERS, "any": (*RESULT_OFFERS, *GRAPH_OFFERS)}.get(error.form, RESULT_OFFERS)
        document["available"] = sorted({offer.name for offer in offers})
    if status == 405:
        headers["Allow"] = ALLOW
    if status in (408, 413) and isinstance(error, ProtocolError):
        headers["Connection"] = "close"  # the rest of the body is not wanted
    chosen = choose(accept, PROBLEM_OFFERS) or PROBLEM_OFFERS[0]
    headers["Content-Type"] = chosen.content_type
    colon = language.gettext("colon")
    if chosen.media is HTML:
        told = Markup("{}{}{}").format(title, colon, shown(error, language))
        body = page(request, Shown(query, error=told))
    elif chosen.media is TEXT:
        body = f"{title}{colon}{text(error, language)}\n".encode()
    else:
        body = (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
    return whole(request, body, headers, status)


def _status(error: InitiativeLodError) -> int:
    return error.status if isinstance(error, ProtocolError) else status_of(error)


def common_headers() -> dict[str, str]:
    """The headers of every answer."""
    return {"Access-Control-Allow-Origin": "*", "Vary": "Accept", "X-Content-Type-Options": "nosniff"}


def joined(request: Request, name: str) -> str | None:
    """A header's value, its lines joined as one list; None when it is not there."""
    values = request.headers.getlist(name)
    return ", ".join(values) if values else None
