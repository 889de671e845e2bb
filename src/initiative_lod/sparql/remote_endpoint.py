"""Endpoint of another engine: SPARQL 1.1 Protocol as a client that believes no answer that is partial, cut, or of
another type than was asked for.

A query goes as a form in a POST, which every engine takes. Nothing is followed, decoded or read beyond what is allowed.
"""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from initiative_lod import __version__
from initiative_lod.errors import (
    EngineDown,
    EngineError,
    InitiativeLodError,
    Message,
    QueryError,
    QueryTimeout,
    QueryTooLarge,
    SettingsError,
    Verbatim,
)
from initiative_lod.settings import Settings

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS = 5.0
OWN_BYTES = 32 * 1024 * 1024  # that an answer to a query of our own may have
MAX_REASON = 300  # characters of what an engine says of an error
IN_ENVIRONMENT = "env:"
RESULTS, TRIPLES = "application/sparql-results+json", "application/n-triples"
#: Names of the same that engines send.
_ALSO = {RESULTS: (RESULTS, "application/json"), TRIPLES: (TRIPLES, "text/plain")}
#: Header fields by which an engine says that there is more than it sends.
_PARTIAL = ("x-sparql-maxrows", "x-sql-state")


def authorization(settings: Settings) -> str:
    """The Authorization field for the engine, from a file or the environment; empty where none is set.

    Raises SettingsError, which says nothing of the secret.
    """
    place = settings.store_login
    if not place:
        return ""
    if place.startswith(IN_ENVIRONMENT):
        where, text = f"the environment variable {place[4:]}", os.environ.get(place.removeprefix(IN_ENVIRONMENT), "")
    else:
        path = settings.root / place
        where = f"{path}, which setting 'store_login' names,"
        try:
            text = Path(path).read_text("utf-8")
        except (OSError, ValueError) as error:
            raise SettingsError(f"{where} cannot be read: {getattr(error, 'strerror', error)}") from error
    scheme, _, secret = text.strip().partition(" ")
    secret = secret.strip()
    if scheme.lower() == "bearer" and secret and secret.isascii() and " " not in secret:
        return f"Bearer {secret}"
    if scheme.lower() == "basic" and ":" in secret:
        return f"Basic {base64.b64encode(secret.encode()).decode()}"
    raise SettingsError(f"{where} holds no login: it must be 'bearer TOKEN' or 'basic NAME:PASSWORD', on one line")


def require_address(url: str, what: str = "setting 'store'") -> str:
    """The address of an endpoint. Raises SettingsError for what is none."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and parts.hostname and not parts.fragment and (parts.port or True)
    except ValueError:
        sound = False
    if not sound or parts.username is not None or any(character.isspace() for character in url):
        raise SettingsError(
            f"{what} is {url!r}, and must be the http or https address of a SPARQL endpoint; a login has a setting of "
            "its own, 'store_login'"
        )
    return url


class RemoteEndpoint:
    """A SPARQL endpoint at ``url``, asked in one event loop. An answer comes within ``seconds``, or is QueryTimeout."""

    def __init__(self, url: str, login: str, seconds: float, most: int) -> None:
        self.url, self._login, self._seconds, self._most = url, login, seconds, most
        self._client: httpx.AsyncClient | None = None

    async def close(self) -> None:
        """Let go of its connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def read(self, query: str, graph: bool = False, seconds: float | None = None, most: int = OWN_BYTES) -> bytes:
        """The whole answer to a query of our own. Raises what ``stream`` raises; EngineError for more than ``most``
        bytes, since nobody could ask for less.
        """
        body = bytearray()
        try:
            async with aclosing(self.stream(query, graph, seconds, most=most)) as pieces:
                async for piece in pieces:
                    body += piece
        except QueryTooLarge:
            raise EngineError(Message("engine.lengthy", most=most)) from None
        return bytes(body)

    async def stream(
        self,
        query: str,
        graph: bool = False,
        seconds: float | None = None,
        dataset: dict[str, tuple[str, ...]] | None = None,
        most: int | None = None,
    ) -> AsyncGenerator[bytes, None]:
        """The answer to a query as it comes: results in JSON, or of a ``graph`` N-Triples. At the end it was whole.

        Raises QueryError where the engine refuses the query, QueryTimeout, QueryTooLarge, EngineError, EngineDown.
        """
        import httpx  # here: most servers ask no other engine

        seconds = self._seconds if seconds is None else seconds
        most = self._most if most is None else most
        if self._client is None:
            self._client = httpx.AsyncClient(
                trust_env=False, follow_redirects=False, verify=self.url.startswith("https")
            )
        wanted = TRIPLES if graph else RESULTS
        headers = {
            "Accept": f"{wanted}, {'text/plain;q=0.1' if graph else 'application/json;q=0.1'}",
            "Accept-Encoding": "identity",
            "User-Agent": f"initiative-lod/{__version__}",
        }
        if self._login:
            headers["Authorization"] = self._login
        form: dict[str, str | list[str]] = {"query": query}
        form |= {name: list(iris) for name, iris in (dataset or {}).items() if iris}
        timeout = httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds))
        request = self._client.build_request("POST", self.url, data=form, headers=headers, timeout=timeout)
        end, length = asyncio.get_running_loop().time() + seconds, 0
        try:
            async with asyncio.timeout_at(end):
                answer = await self._client.send(request, stream=True)
            async with aclosing(answer):
                async with asyncio.timeout_at(end):
                    await _check(answer, wanted)
                pieces = answer.aiter_raw()
                while True:
                    # Never around a yield: who is busy with a piece when the time is over would be cancelled.
                    async with asyncio.timeout_at(end):
                        piece = await anext(pieces, None)
                    if piece is None:
                        break
                    length += len(piece)
                    if length > most:
                        raise QueryTooLarge(Message("query.many_bytes", most=most))
                    yield piece
        except httpx.ConnectTimeout as error:
            raise EngineError(Message("engine.unreachable", detail=Verbatim("no connection in time"))) from error
        except (TimeoutError, httpx.TimeoutException) as error:
            raise QueryTimeout(Message("engine.slow", seconds=f"{seconds:g}")) from error
        except httpx.ConnectError as error:
            raise EngineError(Message("engine.unreachable", detail=_one_line(error))) from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise EngineError(Message("engine.cut", detail=_one_line(error))) from error


async def _check(answer: httpx.Response, wanted: str) -> None:
    """Raise what an answer means that is not one, with what the engine says of it."""
    status = answer.status_code
    if status != 200:
        raise await _refusal(answer, status)
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in _ALSO[wanted]:
        raise EngineError(Message("engine.type", type=media_type[:100] or "–", wanted=wanted))
    if answer.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise EngineError(Message("engine.encoded"))
    # N-Triples may end after any line. Where nothing but the end of the connection ends them, a cut answer looks whole.
    if wanted == TRIPLES and "content-length" not in answer.headers and not _is_chunked(answer):
        raise EngineError(Message("engine.open_ended", wanted=wanted))
    for name in _PARTIAL:
        if name in answer.headers:
            raise EngineError(Message("engine.partial", field=f"{name}: {answer.headers[name][:100]}"))


def _is_chunked(answer: httpx.Response) -> bool:
    encoding: str = answer.headers.get("transfer-encoding", "")
    return encoding.strip().lower() == "chunked"


async def _refusal(answer: httpx.Response, status: int) -> InitiativeLodError:
    reason = await _reason(answer)
    if status == 400:
        return QueryError(Message("engine.refuses", detail=reason))
    if status in (401, 403, 407):
        return EngineError(Message("engine.login", status=str(status)))
    if status in (408, 504):
        return QueryTimeout(Message("engine.gave_up", status=str(status)))
    if status in (429, 503):
        return EngineDown(Message("engine.busy", status=str(status)))
    if 300 <= status < 400:
        return EngineError(Message("engine.redirects", status=str(status)))
    return EngineError(Message("engine.status", status=str(status), detail=reason))


async def _reason(answer: httpx.Response) -> Verbatim:
    """The first words of an error, where they are text."""
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in ("text/plain", "application/json", "application/problem+json"):
        return Verbatim(answer.reason_phrase[:MAX_REASON])
    body = b""
    async for piece in answer.aiter_raw():
        body += piece
        if len(body) > 4 * MAX_REASON:
            break
    return Verbatim(" ".join(body.decode("utf-8", "replace").split())[:MAX_REASON] or answer.reason_phrase)


def _one_line(error: Exception) -> Verbatim:
    return Verbatim(" ".join(str(error).split())[:MAX_REASON] or type(error).__name__)
