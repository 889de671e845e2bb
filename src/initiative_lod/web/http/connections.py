"""Connections: how many there may be, in all and of one client, and how long one may be silent.

A client that says nothing, says half a request, or takes nothing of its answer costs a connection and no more, for a
time and no longer. Who takes an answer slowly, but goes on, is not cut off.
"""

from __future__ import annotations

import array
import asyncio
import fcntl
import termios
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import unquote

from httptools import parse_url
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from initiative_lod.errors import Message
from initiative_lod.settings import Settings
from initiative_lod.web.http.header_limit import BadHead, BoundedHttp, front
from initiative_lod.web.http.request import Client
from initiative_lod.web.http.trusted_proxies import TrustedProxies
from initiative_lod.web.http.whole_responses import WHOLE

LEAST_SECONDS = 1.0  # that a connection has for its request, however many others want its place
SWEEP_SECONDS = 1.0  # between two looks at all connections
GRACE_SECONDS = 5.0  # beyond what the application allows for a body: it tells it better
_JOINED = 4096  # bytes of a body that is copied behind its head, which is quicker than to write both
_KEPT = {b"GET": "GET", b"HEAD": "HEAD"}  # methods whose responses are kept
_MORE = frozenset((b"content-length", b"transfer-encoding", b"expect"))  # fields of a request that is more than a head


class Connections:
    """The open connections of a server. ``protocol`` makes one, as uvicorn wants it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.open: dict[LimitedHttp, None] = {}  # in the order in which they came
        self._trusted = TrustedProxies(settings.trusted_proxies)
        self._by_client: Counter[str] = Counter()
        self._sweep: asyncio.TimerHandle | None = None
        self.protocol: Any = partial(LimitedHttp, self)  # uvicorn takes any callable, and says that it takes a class

    def follow(self, settings: Settings) -> None:
        """Hold to other limits from now on, but for the connections in all, for which files have been allowed."""
        self.settings = replace(settings, connections=self.settings.connections)
        self._trusted = TrustedProxies(settings.trusted_proxies)

    def admit(self, connection: LimitedHttp) -> Message | None:
        """Take a connection in, or say why not. A proxy's connections are many clients', and only count in all.

        Where there are as many as there may be, the oldest that waits for a request makes room, if it had time for one.
        """
        client = connection.counted_as
        if client and self._by_client[client] >= self.settings.connections_per_client:
            return Message("error.many_connections", most=self.settings.connections_per_client)
        if len(self.open) >= self.settings.connections:
            idle = next((item for item in self.open if item.is_idle), None)
            if idle is None or idle.age() < LEAST_SECONDS:
                return Message("error.no_connection")
            idle.end()
        self.open[connection] = None
        if client:
            self._by_client[client] += 1
        if self._sweep is None:
            self._sweep = connection.loop.call_later(SWEEP_SECONDS, self._look, connection.loop)
        return None

    def forget(self, connection: LimitedHttp) -> None:
        """Let a connection go that was taken in, or was not."""
        if connection not in self.open:
            return
        del self.open[connection]
        client = connection.counted_as
        if client:
            self._by_client[client] -= 1
            if not self._by_client[client]:
                del self._by_client[client]

    def counts(self, address: str) -> str:
        """The client for whom a connection from ``address`` counts; empty for a proxy."""
        return "" if address in self._trusted else Client(address).counted_as

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for connection in list(self.open):
            connection.look(now)
        self._sweep = loop.call_later(SWEEP_SECONDS, self._look, loop) if self.open else None


class LimitedHttp(BoundedHttp):
    """A connection whose silences are limited, and that refuses what is no request of HTTP/1.1."""

    def __init__(self, connections: Connections, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._all = connections
        self.counted_as = ""
        self._made = self.loop.time()
        self._begun = False  # a request that is not whole
        self._waiting_since = 0.0  # for a head, whole; 0 while none is awaited
        self._body_since = 0.0  # for a body, whole; likewise
        self._answered = False  # of this request: what is kept was sent when its head was whole
        self._idle_since = 0.0  # when the last request was answered; 0 where another one has come
        self._unsent, self._stalled_since = 0, 0.0  # bytes that the client has not taken, and since when no others
        self._cycles: deque[RequestResponseCycle] = deque()  # requests that came, without those that were answered

    @property
    def is_idle(self) -> bool:
        """Tell whether no request is being answered here."""
        return not self.transport.is_closing() and (self.cycle is None or self.cycle.response_complete)

    def age(self) -> float:
        """Seconds since it was made."""
        return self.loop.time() - self._made

    def end(self) -> None:
        """Close at once."""
        self._all.forget(self)
        self.transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected."""
        super().connection_made(transport)
        self.counted_as = self._all.counts(self.client[0] if self.client else "")
        refusal = self._all.admit(self)
        if refusal is not None:
            self.refuse(503, refusal, ("retry-after: 1",))
        self._made = self._waiting_since = self.loop.time()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone, for whichever of its requests is being answered.

        uvicorn tells it to the last that came alone. One before it, of a client that sent several at once, would be
        made to its end for nobody, and written to what is closed: asyncio is silent about that, uvloop raises.
        """
        self._all.forget(self)
        super().connection_lost(exc)
        for cycle in self._cycles:
            if not cycle.response_complete:
                cycle.disconnected = True
                cycle.message_event.set()
        self._cycles.clear()

    def data_received(self, data: bytes) -> None:
        """Bytes from the socket; none that come after a refusal are looked at."""
        if self.transport.is_closing():
            return
        self._idle_since = 0.0
        super().data_received(data)
        # They were no request, or the beginning of one.
        if self.is_idle and not self._body_since and (self._begun or not self._idle_since):
            self._waiting_since = self._waiting_since or self.loop.time()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._begun, self._idle_since = True, 0.0

    def on_headers_complete(self) -> None:
        """A head is whole. Of Host there must be one (RFC 9112 §3.2), an address has no fragment, and how long the body
        is must be clear, as a proxy may have read it in another way (§6.1).
        """
        if self.parser.should_upgrade():  # it is read anew
            return
        names = [name for name, _ in self.headers]
        hosts = names.count(b"host")
        if hosts > 1 or (not hosts and self.parser.get_http_version() != "1.0"):
            raise BadHead(Message("error.hosts", count=hosts))
        if b"#" in self.url:
            raise BadHead(Message("error.no_http"))
        codings = b", ".join(value for name, value in self.headers if name == b"transfer-encoding")
        if codings and self.parser.get_http_version() == "1.0":
            raise BadHead(Message("error.transfer_coding"))
        if codings and codings.strip().lower() != b"chunked":
            raise BadHead(Message("error.transfer_coding"), 501)
        self._waiting_since, self._body_since = 0.0, self.loop.time()
        if self._send_kept(names):
            return
        super().on_headers_complete()
        while self._cycles and self._cycles[0].response_complete:
            self._cycles.popleft()
        self._cycles.append(self.cycle)
        self.scope[WHOLE] = partial(_send_whole, self.cycle)  # type: ignore[literal-required]  # a scope may have more

    def on_message_complete(self) -> None:
        """A request is whole."""
        if self.parser.should_upgrade():
            return
        self._body_since, self._begun = 0.0, False
        if self._answered:
            self._answered, self._silent, self._idle_since = False, 0, self.loop.time()
            return
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """A request is answered: the next one is begun, or read.

        That a connection is silent is seen by ``look``: uvicorn sets a timer here, for each answer.
        """
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        else:
            self._idle_since = self.loop.time()
        self.read_on()

    def _send_kept(self, names: Sequence[bytes]) -> bool:
        """Send the response that is kept for a GET or HEAD; False where the request has to be begun.

        That needs no task, no timer and nobody who waits, which would take longer than the answer. Where its bytes are
        not taken at once, the next request is begun.
        """
        application, method = front(self.app), _KEPT.get(self.parser.get_method())
        if (
            application is None
            or method is None
            or not self.is_idle
            or self.flow.write_paused
            or self.parser.get_http_version() != "1.1"
            or not self.parser.should_keep_alive()
            or not _MORE.isdisjoint(names)
        ):
            return False
        address = parse_url(self.url)
        path = address.path.decode("ascii")
        self.scope["method"], self.scope["query_string"] = method, address.query or b""
        self.scope["path"] = unquote(path) if "%" in path else path
        found = application.kept(self.scope)
        if found is None:
            return False
        response, body = found
        _write(self.transport, response.status, self.server_state.default_headers, response.fields, body)
        self.server_state.total_requests += 1
        self._answered = True
        return True

    def look(self, now: float) -> None:
        """End the connection when it has been silent for too long."""
        settings = self._all.settings
        unsent = self._untaken()
        if unsent:
            if unsent != self._unsent:
                self._unsent, self._stalled_since = unsent, now
            elif now - self._stalled_since > settings.client_seconds:
                self.end()
            return
        self._unsent = 0
        if self.transport.is_closing():
            return
        if self._body_since and now - self._body_since > settings.client_seconds + GRACE_SECONDS:
            self._give_up(Message("error.slow_body", seconds=f"{settings.client_seconds:g}"))
        elif self._waiting_since:
            if now - self._waiting_since > settings.head_seconds and self.is_idle:
                self._give_up(Message("error.slow_head", seconds=f"{settings.head_seconds:g}"))
        elif self._idle_since and now - self._idle_since > self.timeout_keep_alive:
            self.transport.close()

    def _give_up(self, why: Message) -> None:
        """Tell a client that has begun a request why it ends, unless it is being answered; any other one knows."""
        answered = self._body_since and self.cycle.response_started
        if self._begun and not answered:
            self.refuse(408, why)
        else:
            self.transport.close()

    def _untaken(self) -> int:
        """Bytes of answers that the client has not taken: ours and, where it tells (Linux), the kernel's.

        What the application has not yet given counts by its absence: it waits while there are many.
        """
        ours = self.transport.get_write_buffer_size()
        if not ours:
            return 0
        return ours + _in_kernel(self.transport)


def _send_whole(cycle: RequestResponseCycle, status: int, fields: bytes, body: bytes) -> bool:
    """Send a response in one piece, as uvicorn's own ``send`` does in two.

    False where it has to be sent as any other one: the client takes nothing at the moment, or has left.
    """
    if cycle.flow.write_paused or cycle.disconnected or cycle.response_started:
        return False
    cycle.response_started = True
    cycle.waiting_for_100_continue = False
    _write(cycle.transport, status, cycle.default_headers, fields, body, cycle.keep_alive)
    cycle.response_complete = True
    cycle.message_event.set()
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()
    return True


def _write(
    transport: asyncio.Transport,
    status: int,
    general: Iterable[tuple[bytes, bytes]],
    fields: bytes,
    body: bytes,
    keep_alive: bool = True,
) -> None:
    """Write a response, of which the ``general`` fields (Date) come first."""
    end = b"\r\n" if keep_alive else b"connection: close\r\n\r\n"
    head = [STATUS_LINE[status], *[b"%b: %b\r\n" % item for item in general], fields, end]
    if len(body) <= _JOINED:
        transport.write(b"".join([*head, body]))
    else:
        transport.write(b"".join(head))
        transport.write(body)


def _in_kernel(transport: asyncio.Transport) -> int:
    """Bytes that the kernel holds of what was sent: without them a slow reader's progress shows late."""
    size = array.array("i", [0])
    try:
        fcntl.ioctl(transport.get_extra_info("socket").fileno(), termios.TIOCOUTQ, size, True)
    except OSError:
        return 0
    return size[0]
