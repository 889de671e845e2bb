"""What is sent as it lies in the release folder or the package: dumps, context, releases, style sheet; and health."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from starlette.responses import FileResponse, Response

from initiative_lod import release as releases_on_disk
from initiative_lod.description import DUMPS
from initiative_lod.errors import ReleaseError
from initiative_lod.formats import HTML, JSON, JSON_LD
from initiative_lod.negotiation import Offer, choose
from initiative_lod.representation import OFFERS
from initiative_lod.web import documents, statics
from initiative_lod.web.asked import Answer, Asked, day, http_date, matches
from initiative_lod.web.errors import NotAcceptable, NotFound
from initiative_lod.web.site import Site

_PAGE_OR_JSON = (Offer(HTML), Offer(JSON))


def dump(site: Site, name: str) -> Response:
    """A dump of the current release; the framework answers ranges (RFC 9110 §14)."""
    release = site.publisher.current().release
    path = release.path / name
    if name not in DUMPS or not path.is_file():
        raise NotFound(f"there is no dump {name[:100]!r}; there are: {', '.join(DUMPS)}")
    digest = release.manifest["files"][name]["sha256"]
    headers = {
        "ETag": f'"{digest[:32]}"',
        "Last-Modified": http_date(day(release.modified)),
        "Cache-Control": documents.CACHE,
        "Link": f'<{release.base}dataset>; rel="collection", <{release.base}dataset>; rel="describedby"',
        "Content-Disposition": f'attachment; filename="initiative-lod-{release.version}-{name}"',
    }
    return FileResponse(path, media_type="application/gzip", headers=headers)


def context(site: Site, asked: Asked) -> Answer:
    """The JSON-LD context of the current release."""
    release = site.publisher.current().release
    content = (release.path / "context.jsonld").read_bytes()
    offer = choose(asked.accept, (Offer(JSON_LD), Offer(JSON)))
    if offer is None:
        raise NotAcceptable("the context is JSON", [(f"{asked.prefix}/context.jsonld", JSON_LD.name)])
    return _kept(asked, content, [("Content-Type", offer.content_type), ("Vary", "Accept")])


def start(site: Site, asked: Asked) -> Answer:
    """The start page; a program that wants RDF is sent to the dataset."""
    offer = choose(asked.accept, OFFERS)
    if offer is not None and offer.media is not HTML:
        headers = (
            ("Location", f"{asked.prefix}/dataset"),
            ("Vary", documents.VARY),
            ("Cache-Control", documents.CACHE),
        )
        return Answer(303, headers)
    language, content = site.pages.start(site.publisher.current(), asked)
    return _page(asked, language, content)


def releases(site: Site, asked: Asked) -> Answer:
    """The releases that there are, and which one is current."""
    opened = site.publisher.current()
    listed = [_summary(item) for item in releases_on_disk.releases(site.settings.release_folder)]
    for item in listed:
        item["current"] = item["version"] == opened.release.version
    if _wants_page(asked):
        language, content = site.pages.releases(opened, asked, listed)
        return _page(asked, language, content)
    return _json(asked, listed)


def release(site: Site, asked: Asked, version: str) -> Answer:
    """One release's manifest, as a page or as JSON; in RDF it is described with the dataset. Raises NotFound."""
    opened = site.publisher.current()
    stem = re.sub(r"\.(html|json)$", "", version)
    try:
        found = releases_on_disk.find(site.settings.release_folder, stem)
    except ReleaseError:
        raise NotFound(f"there is no release {stem[:100]!r}") from None
    if found.version != stem:
        raise NotFound(f"there is no release {stem[:100]!r}; did you mean {found.version!r}?")
    summary = _summary(found) | {"current": found.version == opened.release.version}
    if version.endswith(".json") or not (version.endswith(".html") or _wants_page(asked)):
        return _json(asked, summary)
    language, content = site.pages.release(opened, asked, summary)
    return _page(asked, language, content)


def static(asked: Asked, name: str) -> Answer:
    """A file of the package's own. Raises NotFound."""
    found = statics.file(name)
    if found is None:
        raise NotFound(f"there is no file {name[:100]!r}")
    return _kept(asked, found.content, [("Content-Type", found.content_type)], cache="public, max-age=86400")


def health(asked: Asked) -> Answer:
    """The process answers."""
    return Answer(200, (("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")), b"ok\n")


def ready(site: Site, asked: Asked) -> Answer:
    """A release is open. Raises ReleaseError (503) when none is."""
    version = site.publisher.current().release.version
    return Answer(
        200,
        (("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")),
        f"ready {version}\n".encode(),
    )


def _summary(release: releases_on_disk.Release) -> dict[str, Any]:
    return {"iri": f"{release.base}release/{release.version}", **release.manifest}


def _wants_page(asked: Asked) -> bool:
    offer = choose(asked.accept, _PAGE_OR_JSON)
    return offer is not None and offer.media is HTML


def _page(asked: Asked, language: str, content: bytes) -> Answer:
    headers = [("Content-Type", HTML.content_type), ("Content-Language", language), ("Vary", "Accept, Accept-Language")]
    return _kept(asked, content, headers)


def _json(asked: Asked, value: Any) -> Answer:
    content = (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
    return _kept(asked, content, [("Content-Type", JSON.name), ("Vary", "Accept, Accept-Language")])


def _kept(asked: Asked, content: bytes, headers: list[tuple[str, str]], cache: str = documents.CACHE) -> Answer:
    """Content with its entity tag, or 304."""
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers += [("ETag", etag), ("Cache-Control", cache)]
    if asked.if_none_match is not None and (matches(asked.if_none_match, etag) or asked.if_none_match.strip() == "*"):
        return Answer(304, tuple(item for item in headers if item[0] != "Content-Type"))
    return Answer(200, tuple(headers), content)
