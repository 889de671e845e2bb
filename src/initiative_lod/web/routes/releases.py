"""Releases: the list of them, and each by its manifest or, in RDF, by the description in its own store."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from initiative_lod.documents.document import CACHE_CONTROL, Document
from initiative_lod.documents.negotiation import Offer, choose
from initiative_lod.documents.representation import OFFERS, Rendered, entity_tag
from initiative_lod.errors import Damaged, Message, NotFound, ReleaseError
from initiative_lod.formats import HTML, JSON, JSON_LD, RDF_TYPES, json_bytes
from initiative_lod.release.manifest import Release
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.past_releases import Archive, reading
from initiative_lod.web.http.conditional import of_content
from initiative_lod.web.http.request import Request, Response
from initiative_lod.web.http.response_cache import NOTHING_KEPT, ResponseCache
from initiative_lod.web.routes.documents import choose_variant, known, represent
from initiative_lod.web.routes.routing import Address, from_release, outcomes
from initiative_lod.web.site import Site

_PAGE_OR_JSON = (Offer(HTML), Offer(JSON))


def release_addresses(site: Site, archive: Archive) -> list[Address]:
    """The list, and each release."""
    lane = site.threads.lane("releases")
    return [
        Address(
            "/releases",
            from_release(site, lane, partial(releases, site, archive)),
            "The releases",
            outcomes("The list", (HTML, JSON)),
        ),
        Address(
            "/release/{version}",
            from_release(site, lane, partial(release, site, archive)),
            "One release; under /release/{version}/ is all of the site as that release has it",
            outcomes("The release", (HTML, JSON, *RDF_TYPES), {404: "There is no such release"}),
        ),
    ]


def releases(site: Site, archive: Archive, opened: OpenRelease, request: Request) -> Response:
    """The releases that there are, the latest published first, and which one is current."""
    is_page = _wants_page(request)

    def make() -> bytes:
        listed = [_summary(archive, opened, version, archive.manifest(version)) for version in archive.versions(opened)]
        return site.pages.releases(opened, request, listed)[1] if is_page else json_bytes(listed)

    return _of_archive(site, archive, opened, request, is_page, make)


def release(site: Site, archive: Archive, opened: OpenRelease, request: Request) -> Response:
    """One release. Raises NotFound, Damaged, Busy."""
    version = request.parameters["version"]
    offer = choose(request.accept, OFFERS)
    if offer is not None and offer.media not in (HTML, JSON_LD) and not version.endswith((".html", ".json")):
        its = opened_release(archive, version, opened)
        with read_release(version):
            iri = its.iris.thing(f"release/{version}")
            document = known(Document.find(its, f"release/{version}", request.prefix), iri)
            return represent(site, request, document, choose_variant(request, document)).answer(request, site.cache)
    stem = re.sub(r"\.(html|json)$", "", version)
    there = archive.versions(opened)
    if stem not in there:
        near = [name for name in there if stem and name.startswith(stem)]
        if len(near) == 1:
            raise NotFound(Message("error.no_release_but", name=stem[:100], near=near[0]))
        raise NotFound(Message("error.no_release", name=stem[:100]))
    is_page = version.endswith(".html") or (not version.endswith(".json") and _wants_page(request))

    def make() -> bytes:
        found = archive.manifest(stem)
        if found is None:
            raise Damaged(Message("error.damaged_release", release=stem))
        summary = _summary(archive, opened, stem, found)
        return site.pages.release(opened, request, summary)[1] if is_page else json_bytes(summary)

    return _of_archive(site, archive, opened, request, is_page, make)


@contextmanager
def read_release(version: str) -> Iterator[None]:
    """Tell what breaks while that release is read as Damaged."""
    try:
        with reading(version):
            yield
    except ReleaseError as error:
        raise Damaged(Message("error.damaged_release", release=version[:100])) from error


def opened_release(archive: Archive, version: str, current: OpenRelease) -> OpenRelease:
    """The release of that very version. Raises NotFound, Damaged, Busy."""
    with read_release(version):
        opened = archive.open(version, current)
    if opened is None:
        raise NotFound(Message("error.no_release", name=version[:100]))
    return opened


def page_response(request: Request, language: str, content: bytes, cache: ResponseCache = NOTHING_KEPT) -> Response:
    """A page that depends on more than one release, or 304."""
    return of_content(
        request,
        content,
        [("Vary", "Accept, Accept-Language"), ("Cache-Control", CACHE_CONTROL)],
        [("Content-Type", HTML.content_type), ("Content-Language", language)],
        cache,
    )


def json_response(request: Request, content: bytes, cache: ResponseCache = NOTHING_KEPT) -> Response:
    """A JSON document that depends on more than one release, or 304."""
    headers = [("Vary", "Accept, Accept-Language"), ("Cache-Control", CACHE_CONTROL)]
    return of_content(request, content, headers, [("Content-Type", JSON.name)], cache)


def _of_archive(
    site: Site, archive: Archive, opened: OpenRelease, request: Request, is_page: bool, make: Callable[[], bytes]
) -> Response:
    """Answer about the releases as they are, made anew when one of them, or the history, is another than before."""
    address = (request.prefix, request.path, is_page)
    spoken = (request.language, request.named_language, request.older) if is_page else ()
    tag = entity_tag("releases", opened.identity, site.software, archive.state(opened), *address, *spoken)
    known = site.cache.rendered(tag)
    if known is None:
        known = Rendered(make())
        site.cache.keep(tag, known)
    if is_page:
        return page_response(request, request.language, known.content, site.cache)
    return json_response(request, known.content, site.cache)


def _summary(archive: Archive, opened: OpenRelease, version: str, release: Release | None) -> dict[str, Any]:
    """Description of a release: its manifest, and ``published``, each time at which it became current."""
    times = [item.time.isoformat() for item in archive.switches(opened) if item.version == version]
    known: dict[str, Any] = {"version": version, "current": version == opened.release.version, "published": times}
    if release is None:
        return {**known, "damaged": True}
    return {"iri": f"{release.base}release/{version}", **release.manifest.to_json(), **known, "damaged": False}


def _wants_page(request: Request) -> bool:
    """Tell whether the client would rather have a page than JSON."""
    offer = choose(request.accept, _PAGE_OR_JSON)
    return offer is not None and offer.media is HTML
