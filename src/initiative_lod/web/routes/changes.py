"""Changes between two releases, as a page or JSON. Comparing is work that others must not wait for: a process of
its own does it, for so long and no longer, one at a time; what it found of two releases never changes, and is kept.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from cachetools import LRUCache
from pydantic import Field
from pyoxigraph import Literal, NamedNode

from initiative_lod.documents.negotiation import Offer
from initiative_lod.errors import Busy, Damaged, Message, NotAcceptable, ReleaseError, TooMuch
from initiative_lod.formats import HTML, JSON, json_bytes
from initiative_lod.release import changes
from initiative_lod.release.changes import ChangeSummary
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.past_releases import Archive, reading
from initiative_lod.web.http.arguments import FormArguments
from initiative_lod.web.http.request import Request, Response
from initiative_lod.web.labelled_resource import LabelledResource, LangText
from initiative_lod.web.pages.view import View
from initiative_lod.web.routes.negotiated_page import wanted
from initiative_lod.web.routes.releases import json_response, opened_release, page_response
from initiative_lod.web.routes.routing import CONDITIONAL, CROWDED, Address, Outcome, fault, from_release
from initiative_lod.web.site import Site

LISTED = 500  # changes that are shown
PATIENCE = 5.0  # seconds that a request waits for another one's comparison
AGAIN = 60.0  # seconds after which what took too long is tried again: the machine may have been busy
AT_ONCE = 3  # requests that may wait, or be answered; they have threads of their own, since documents need the others
MOST_SUMMARIES = 16  # that are kept, of about a megabyte at most
OFFERS = (Offer(HTML), Offer(JSON))


class ChangesArguments(FormArguments):
    """The two releases."""

    older: Annotated[str, Field(alias="from", description="the earlier release")] = ""
    newer: Annotated[str, Field(alias="to", description="the later release; without it, the current one")] = ""


class Comparisons:
    """Summaries of what changed, by the two releases. Threads may share it."""

    def __init__(self, seconds: float) -> None:
        """Ones that take ``seconds`` at most."""
        self._seconds = seconds
        self._summaries: LRUCache[tuple[str, str], ChangeSummary] = LRUCache(MOST_SUMMARIES)
        self._refused: dict[tuple[str, str], float] = {}  # the last two that took too long, and until when
        self._working = threading.Lock()
        self._lock = threading.Lock()
        self.showing = threading.Lock()  # of several threads that make pages, each makes the others' slower

    def of(self, old: OpenRelease, new: OpenRelease) -> ChangeSummary:
        """The changes from ``old`` to ``new``. Raises TooMuch when it takes too long, Busy, Damaged."""
        key = old.release.version, new.release.version
        found = self._known(key)
        if found is not None:
            return found
        if not self._working.acquire(timeout=PATIENCE):
            raise Busy(Message("error.comparing"))
        try:
            if time.monotonic() < self._refused.get(key, 0.0):
                raise TooMuch(Message("error.too_different", old=key[0], new=key[1]))
            found = self._known(key) or changes.apart(old.release, new.release, LISTED, self._seconds)
            if found is None:
                self._refused = {key: time.monotonic() + AGAIN}
                raise TooMuch(Message("error.too_different", old=key[0], new=key[1]))
            with self._lock:
                self._summaries[key] = found
        except ReleaseError as error:
            raise Damaged(Message("error.damaged_pair", old=key[0], new=key[1])) from error
        finally:
            self._working.release()
        return found

    def _known(self, key: tuple[str, str]) -> ChangeSummary | None:
        with self._lock:
            return self._summaries.get(key)


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One statement that was added or removed; ``about`` is a fragment of the resource, else None."""

    added: bool
    about: LabelledResource | None
    property: LabelledResource
    thing: LabelledResource | None
    text: LangText | None
    datatype: str


@dataclass(frozen=True, slots=True)
class ChangeSection:
    """A resource and what changed about it."""

    thing: LabelledResource
    rows: tuple[ChangeRow, ...]


def changes_address(site: Site, archive: Archive) -> Address:
    """Changes from one release to another."""
    seconds = site.settings.compare_seconds
    return Address(
        "/releases/changes",
        from_release(
            site,
            site.threads.lane("changes", AT_ONCE, apart=PATIENCE + seconds + site.settings.page_seconds),
            partial(answer, site, archive, Comparisons(seconds)),
        ),
        "What changed from one release (from) to another (to)",
        {
            200: Outcome("The changes", (HTML, JSON)),
            **CONDITIONAL,
            307: Outcome("The address that names both releases"),
            404: fault("There is no such release"),
            406: fault("Neither HTML nor JSON is accepted"),
            **CROWDED,
            503: fault("Comparing them takes too long here, or one of them is damaged"),
        },
        ChangesArguments,
        [offer.media.suffix for offer in OFFERS],
    )


def answer(site: Site, archive: Archive, comparisons: Comparisons, opened: OpenRelease, request: Request) -> Response:
    """The answer to a GET or HEAD; without both releases, the way to the address that names both.

    Raises NotFound, Damaged, NotAcceptable, TooMuch, Busy.
    """
    offer = wanted(request, OFFERS)
    here = f"{request.prefix}/releases/changes"
    if offer is None:
        links = [(f"{here}.{item.media.suffix}?{request.query_string}", item.media.name) for item in OFFERS]
        raise NotAcceptable(Message("error.page_forms", forms=[item.name for item in OFFERS]), links)
    arguments = ChangesArguments.read(request.query_string)
    for named in (arguments.newer, arguments.older):
        if named:
            opened_release(archive, named, opened)  # else an address would lead to one that there is not
    new = arguments.newer or opened.release.version
    old = arguments.older or _before(archive, new, opened)
    if (arguments.newer, arguments.older) != (new, old):
        lang = [("lang", request.named_language)] if request.named_language else []
        suffix = next(
            (f".{item.media.suffix}" for item in OFFERS if request.path.endswith(f".{item.media.suffix}")), ""
        )
        location = f"{here}{suffix}?{urlencode([('from', old), ('to', new), *lang])}"
        return Response(307, (("Location", location), ("Cache-Control", "private, no-cache")))
    before, after = opened_release(archive, old, opened), opened_release(archive, new, opened)
    made = comparisons.of(before, after)
    with comparisons.showing:
        view = site.pages.view(opened, request)
        try:
            with reading(f"{old} or {new}"):
                if offer.media is JSON:
                    return json_response(request, json_bytes(changes.as_document(made, (after, before))))
                sections = _sections(made, before, after, view)
        except ReleaseError as error:
            raise Damaged(Message("error.damaged_pair", old=old, new=new)) from error
        content = site.pages.page(
            "changes.html",
            view,
            request,
            here,
            made=made,
            sections=sections,
            graphs=[(view.thing(NamedNode(graph)), *counts) for graph, counts in made.graphs.items()],
            versions=archive.versions(opened),
            json=f"{here}.json?{urlencode([('from', old), ('to', new)])}",
            command=f"initiative-lod release diff {old} {new} --limit 0",
            arguments=[("from", old), ("to", new)],
        )
        return page_response(request, view.language, content)


def _before(archive: Archive, version: str, current: OpenRelease) -> str:
    """The release that was current before ``version`` last became so; itself when there was none."""
    there = {item.version for item in archive.published(current)}
    past = [item.version for item in archive.switches(current) if item.version in there]
    if version not in past:
        return past[-1] if past else version
    position = len(past) - 1 - past[::-1].index(version)
    return past[position - 1] if position else version


def _sections(made: ChangeSummary, before: OpenRelease, after: OpenRelease, view: View) -> list[ChangeSection]:
    """The listed changes; each thing leads to where it is: in the later release, if it is there at all."""
    views = [
        View(opened, view.interface, f"{view.prefix}/release/{opened.release.version}", view.query)
        for opened in (after, before)
    ]
    found = []
    for touched in changes.by_resource(made.listed):
        shown = next((item for item in views if next(iter(item.opened.about(touched.resource)), None)), views[0])
        rows = []
        for added, quad in touched.changes:
            its = views[0] if added else views[1]
            literal = quad.object if isinstance(quad.object, Literal) else None
            about = quad.subject if quad.subject != touched.resource else None
            rows.append(
                ChangeRow(
                    added,
                    its.thing(about) if isinstance(about, NamedNode) else None,
                    its.thing(quad.predicate),
                    its.thing(quad.object) if isinstance(quad.object, NamedNode) else None,
                    _said(quad.object),
                    _datatype(literal, its),
                )
            )
        found.append(ChangeSection(shown.thing(touched.resource), tuple(rows)))
    return found


def _said(term: object) -> LangText | None:
    """Words for what is not a link."""
    if isinstance(term, Literal):
        return LangText(term.value, term.language or "")
    return None if isinstance(term, NamedNode) else LangText(str(term))


def _datatype(literal: Literal | None, view: View) -> str:
    """The short name of a datatype other than plain words."""
    if literal is None or literal.language or literal.datatype.value.endswith("#string"):
        return ""
    return view.short(literal.datatype)
