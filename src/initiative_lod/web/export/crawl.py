"""Crawl: every address of a site that its pages and headers lead to, asked of the application that serves it.

It begins with the addresses of the release's documents and follows every link on this site, those that name it by the
base IRI too (pictures for previews, frames to embed), so that what is new in the site is exported without being named
here. What no file can answer is not asked: it has an end of its own.
"""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import Iterable, Iterator
from contextvars import copy_context
from dataclasses import dataclass
from html import unescape
from typing import Any

from cachetools import LRUCache

from initiative_lod import release
from initiative_lod.formats import HTML, JSON, PNG, TURTLE
from initiative_lod.release.cached_lookups import CachingRelease
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.publisher import Publisher
from initiative_lod.settings import Settings
from initiative_lod.web.app import create_app
from initiative_lod.web.drawing_process import DRAWN
from initiative_lod.web.export.site_file import SiteAddress

#: Addresses that a server makes an answer for, with arguments without end or at the time of asking, as expressions.
SERVED = (
    r"/search(?:\.json)?",
    r"/sparql(?:/.*)?",
    r"/compare(?:\.\w+)?",
    r"/reconcile(?:/.*)?",
    r"/release/[^/]+/.*",
    r"/releases/changes(?:\.\w+)?",
    r"/time(?:gate|map)/.*",
    r"/(?:suggest|linkset|oembed|openapi\.json|metrics|healthz|readyz)",
)
_SERVED = re.compile("|".join(SERVED))
_LINK = re.compile(rb"""\s(?:href|src)=(?:"([^"]*)"|'([^']*)')""")
#: Links that are absolute, or none: what previews show, and what is offered to be pasted into other pages.
_ABSOLUTE = re.compile(rb"""\scontent="(https?:[^"]*)"|\s(?:href|src)=&(?:quot|#34);(.*?)&(?:quot|#34);""")
_FIELD = re.compile(r'<([^>]*)>; rel="([^"]*)"(?:; type="([^"]*)")?')
FOLLOWED = {"alternate", "describedby", "item"}  # relations in headers; their targets are representations
ACCEPT = f"{HTML.name}, */*;q=0.1"
OTHERS = (PNG, TURTLE)  # forms that a page has seldom
ANY = "*/*"  # among the types of an address: who takes none of them is sent the one before
DRAWN_BYTES = 64 << 20  # of pictures and documents that are kept: each is asked for in every language


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the application: ``gzipped`` is its body as it is sent so, empty where it never is."""

    status: int
    headers: dict[str, str]
    body: bytes
    gzipped: bytes = b""

    @property
    def media_type(self) -> str:
        """Its media type, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip()


@dataclass(frozen=True, slots=True)
class Crawled:
    """An address with its answers, each with its language; that is empty where it makes no difference."""

    address: SiteAddress
    answers: tuple[tuple[str, Answer], ...]
    links: tuple[SiteAddress, ...] = ()
    offers: tuple[str, ...] = ()  # the media types of its representations, the page's first

    @property
    def status(self) -> int:
        """The status of its answers."""
        return self.answers[0][1].status


def is_served(address: SiteAddress) -> bool:
    """Tell an address that only a server can answer."""
    return _SERVED.fullmatch(address.path) is not None


class OneRelease(Publisher):
    """A publisher that gives one release, whatever is switched meanwhile."""

    def __init__(self, opened: OpenRelease) -> None:
        self._opened = opened

    def at_hand(self) -> OpenRelease:
        """The release."""
        return self._opened

    def current(self) -> OpenRelease:
        """The release."""
        return self._opened


class Asking:
    """The application, called as a server calls it, one request at a time."""

    def __init__(self, settings: Settings, made: release.Release, host: str = "", scheme: str = "https") -> None:
        """``host`` is what absolute addresses begin with, in the few files that need them; none, where it is empty."""
        self._opened = CachingRelease.open(made)
        self._app = create_app(settings, OneRelease(self._opened))
        self.site = self._app.site
        self.site.threads.work_in_place()
        self.languages = tuple(self.site.pages.languages)
        self._host, self._scheme = host, scheme
        self._runner, self._context = asyncio.Runner(), copy_context()
        self._context.run(DRAWN.set, LRUCache(DRAWN_BYTES, len))

    @property
    def opened(self) -> OpenRelease:
        """The release that is asked."""
        return self._opened

    def __enter__(self) -> Asking:
        return self

    def __exit__(self, *ended: object) -> None:
        self.site.stop()
        self._runner.close()

    def crawl(self, address: SiteAddress) -> Crawled:
        """An address in every language in which it differs, with what it links to."""
        first, *others = self.languages
        answers = {first: self.ask(address, ACCEPT, first)}
        answer = answers[first]
        if answer.status == 200 and _by_language(answer):
            answers |= {language: self.ask(address, ACCEPT, language) for language in others}
            if all(other.body == answer.body for other in answers.values()):
                answers = {"": answer}
        else:
            answers = {"": answer}
        base = self._opened.iris.base
        links = {link: None for item in answers.values() for link in _links(address, item, base)}
        offers = _offers(answer)
        told = (*answers.items(),)
        if answer.media_type == HTML.name and len(offers) == 1:  # what lists no others may have one for programs
            data = self.ask(address, JSON.name, first)
            if data.status == 200 and data.media_type == JSON.name:
                offers, told = (*offers, JSON.name), (*told, ("", data))
            if not address.arguments:  # and who takes none of them may get the last one
                sent = [self.ask(address, media.name, first) for media in OTHERS]
                if {offers[-1]} == {item.media_type for item in sent if item.status == 200}:
                    offers += (ANY,)
        return Crawled(address, told, tuple(links), offers)

    def ask(self, address: SiteAddress, accept: str, language: str) -> Answer:
        """The answer to a GET."""
        loop = self._runner.get_loop()
        return loop.run_until_complete(loop.create_task(self._ask(address, accept, language), context=self._context))

    async def _ask(self, address: SiteAddress, accept: str, language: str) -> Answer:
        sent: list[dict[str, Any]] = []
        gone = asyncio.Event()

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            await gone.wait()
            return {"type": "http.disconnect"}

        given = {"accept": accept, "accept-language": language, "accept-encoding": "gzip"}
        if self._host:
            given["host"] = self._host
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": self._scheme,
            "path": "/" + address.stem if not address.path.endswith("/") else address.path,
            "raw_path": address.path.encode(),
            "query_string": address.arguments.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
            "client": ("127.0.0.1", 1),
            "server": ("localhost", 80),
            "root_path": "",
        }
        await self._app(scope, receive, send)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        headers: dict[str, str] = {}
        for name, value in ((name.decode("latin-1"), value.decode("latin-1")) for name, value in sent[0]["headers"]):
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        if headers.get("content-encoding") == "gzip":
            return Answer(sent[0]["status"], headers, gzip.decompress(body), body)
        return Answer(sent[0]["status"], headers, body)


def _by_language(answer: Answer) -> bool:
    return "accept-language" in answer.headers.get("vary", "").lower()


def _links(address: SiteAddress, answer: Answer, base: str) -> Iterator[SiteAddress]:
    """Addresses of this site that a page's markup or an answer's headers lead to."""
    for target, relation, _ in _FIELD.findall(answer.headers.get("link", "")):
        if relation in FOLLOWED:
            yield from _own(address, target, base)
    if answer.status in (301, 302, 303, 307, 308):
        yield from _own(address, answer.headers.get("location", ""), base)
    if answer.media_type == HTML.name:
        yield from links_of(answer.body, address, base)


def links_of(page: bytes, address: SiteAddress, base: str) -> Iterator[SiteAddress]:
    """Addresses of this site, whose ``base`` IRI it is, that the markup of the page at ``address`` leads to."""
    for double, single in _LINK.findall(page):
        yield from _own(address, unescape((double or single).decode("utf-8", "replace")), base)
    for shown, offered in _ABSOLUTE.findall(page):
        link = unescape((shown or offered).decode("utf-8", "replace"))
        yield from _own(address, link if shown else unescape(link), base)


def _own(address: SiteAddress, link: str, base: str) -> Iterable[SiteAddress]:
    found = SiteAddress.of(f"/{link.removeprefix(base)}" if link.startswith(base) else link, str(address))
    return () if found is None else (found,)


def _offers(answer: Answer) -> tuple[str, ...]:
    """The media types of an address without suffix, in the order of preference, as its own headers list them."""
    listed = [kind for _, relation, kind in _FIELD.findall(answer.headers.get("link", "")) if relation == "alternate"]
    return tuple(dict.fromkeys([answer.media_type, *(kind for kind in listed if kind)]))
