"""Responses of /sparql: the formats on offer, and results that are sent piece by piece."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from initiative_lod.documents.negotiation import Offer
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
from initiative_lod.sparql.job import QueryResult

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


class ResultResponse(Response):
    """Sends a result piece by piece from where it lies. A client that reads too slowly is cut off; no worker waits."""

    def __init__(self, result: QueryResult, headers: Mapping[str, str], head: bool, seconds: float) -> None:
        # Starlette's own would look for fields to add to those that are here already.
        self.status_code, self.background = 200, None
        self.raw_headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()
        ]
        self.raw_headers.append((b"content-length", b"%d" % result.length))
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
