"""Calls services for the workers, which have no sockets: only what is on the operator's list, at an address that
has been looked at."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import httpx

from initiative_lod.errors import Message, QueryForbidden, ServiceError, Verbatim

LARGEST = 8 * 1024 * 1024  # bytes that one service may answer with

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class Broker:
    """Calls the services in ``allowed`` (comma-separated addresses), at public addresses only."""

    def __init__(
        self,
        allowed: str,
        seconds: float,
        resolve: Resolve | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.allowed = frozenset(item.strip() for item in allowed.split(",") if item.strip())
        self._seconds, self._resolve, self._transport = seconds, resolve or _resolve, transport

    async def call(self, iri: str, query: str) -> bytes:
        """The answer of the service at ``iri``, as SPARQL results in JSON.

        Raises QueryForbidden when it is not on the list or not at a public address, ServiceError when it fails. No
        redirect is followed: where it leads would have to be on the list as well, and then the query can name it.
        """
        if iri not in self.allowed:
            raise QueryForbidden(Message("service.unlisted", iri=iri))
        import httpx  # here: most servers call no service

        parts = urlsplit(iri)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
            raise QueryForbidden(Message("service.address", iri=iri))
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            addresses = await self._resolve(parts.hostname, port)
        except OSError as error:
            raise ServiceError(Message("service.not_found", iri=iri, detail=Verbatim(error))) from error
        if not addresses or not all(map(is_public, addresses)):
            raise QueryForbidden(Message("service.private", iri=iri))
        try:
            async with asyncio.timeout(self._seconds):
                return await self._post(iri, parts.hostname, addresses[0], port, query)
        except (httpx.HTTPError, TimeoutError, OSError) as error:
            raise ServiceError(
                Message("service.silent", iri=iri, detail=Verbatim(error) or Verbatim(type(error).__name__))
            ) from error

    async def _post(self, iri: str, host: str, address: str, port: int, query: str) -> bytes:
        import httpx

        # The connection goes to the address that was looked at; the name is only said, and checked on the certificate.
        pinned = httpx.URL(iri).copy_with(host=address)
        named = f"[{host}]" if ":" in host else host
        default = (iri.startswith("https:") and port == 443) or (iri.startswith("http:") and port == 80)
        headers = {
            "Host": named if default else f"{named}:{port}",
            "Accept": "application/sparql-results+json",
            "Accept-Encoding": "identity",
            "User-Agent": "initiative-lod",
        }
        async with (
            httpx.AsyncClient(transport=self._transport, trust_env=False, follow_redirects=False) as client,
            client.stream(
                "POST", pinned, data={"query": query}, headers=headers, extensions={"sni_hostname": host}
            ) as answer,
        ):
            media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
            if "content-encoding" in answer.headers:
                raise ServiceError(Message("service.encoded", iri=iri))
            if answer.status_code != 200 or media_type not in ("application/sparql-results+json", "application/json"):
                raise ServiceError(
                    Message("service.answer", iri=iri, status=str(answer.status_code), type=media_type or "–")
                )
            body = bytearray()
            async for piece in answer.aiter_raw():
                body += piece
                if len(body) > LARGEST:
                    raise ServiceError(Message("service.too_long", iri=iri, most=LARGEST))
            return bytes(body)


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the open internet's, also when it carries another one inside."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner: list[ipaddress.IPv4Address | None] = []
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = [parsed.ipv4_mapped, parsed.sixtofour, *(parsed.teredo or ())]
        if parsed in ipaddress.ip_network("64:ff9b::/96") or parsed in ipaddress.ip_network("::/96"):
            inner.append(ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF))
    public = parsed.is_global and not parsed.is_multicast and not parsed.is_reserved
    mapped = any(item is not None for item in inner)
    return all(is_public(str(item)) for item in inner if item is not None) and (public or mapped)


async def _resolve(host: str, port: int) -> Sequence[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(item[4][0]) for item in found]
