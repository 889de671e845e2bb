"""What is sent as it lies in the release folder or the package: dumps, context, releases, style sheet; and health."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any
from urllib.parse import quote

from pyoxigraph import NamedNode
from starlette.responses import FileResponse, Response

from initiative_lod import release as releases_on_disk
from initiative_lod.description import DUMPS
from initiative_lod.errors import ReleaseError
from initiative_lod.formats import HTML, JSON, JSON_LD
from initiative_lod.links import LINKSET
from initiative_lod.negotiation import Offer, choose
from initiative_lod.representation import OFFERS
from initiative_lod.resource import exists
from initiative_lod.store import OpenRelease
from initiative_lod.web import citation, documents, statics
from initiative_lod.web import linkset as linksets
from initiative_lod.web.asked import Answer, Asked, day, http_date, matches
from initiative_lod.web.errors import BadArgument, NotAcceptable, NotFound
from initiative_lod.web.site import Site
from initiative_lod.web.view import View

_PAGE_OR_JSON = (Offer(HTML), Offer(JSON))


def dump(site: Site, asked: Asked, name: str) -> Response:
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
        "Link": ", ".join(
            (
                f'<{release.base}dataset>; rel="collection"',
                f'<{release.base}dataset>; rel="describedby"',
                f'<{asked.prefix}/dataset.ttl>; rel="describedby"; type="text/turtle"',
                f'<{asked.prefix}/linkset?iri={release.base}dataset>; rel="linkset"; type="{LINKSET}"',
            )
        ),
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


def linkset(site: Site, asked: Asked, resource: NamedNode) -> Answer:
    """The links of everything that belongs to a resource's document (RFC 9264). Raises NotFound, NotAcceptable."""
    opened = _known(site, resource)
    target = documents.document_of(opened, resource, asked.prefix)
    typed = documents.typed_links(opened, asked.prefix, target, "ilod")
    offers = (Offer(linksets.JSON_FORM), Offer(linksets.TEXT_FORM), Offer(linksets.JSON_FORM, alias=JSON.name))
    offer = choose(asked.accept, offers)
    if offer is None:
        here = f"{asked.prefix}/linkset?iri={quote(resource.value, safe=':/')}"
        raise NotAcceptable("a linkset has two forms", [(here, item.media.name) for item in offers[:2]])
    landing = f"{target.location}.html{f'?iri={target.argument}' if target.argument else ''}"
    page = f"{target.location}{f'?iri={target.argument}' if target.argument else ''}"
    found = linksets.contexts(typed, resource.value, page, landing)
    content = linksets.to_json(found) if offer.media is linksets.JSON_FORM else linksets.to_text(found)
    back = f'<{page}>; rel="describes"; type="text/html"'
    return _kept(asked, content, [("Content-Type", offer.content_type), ("Vary", "Accept"), ("Link", back)])


def cite(site: Site, asked: Asked, resource: NamedNode) -> Answer:
    """A citation as a file: ``style`` names it, else Accept. Raises NotFound, BadArgument, NotAcceptable."""
    opened = _known(site, resource)
    here = f"{asked.prefix}/cite?iri={quote(resource.value, safe=':/')}"
    style = asked.query.get("style")
    if style is None:
        offer = choose(asked.accept, [Offer(media) for media in citation.STYLES.values()])
        if offer is None:
            listed = [(f"{here}&style={name}", media.name) for name, media in citation.STYLES.items()]
            raise NotAcceptable("a citation cannot be had so", listed)
        style = next(name for name, media in citation.STYLES.items() if media is offer.media)
    elif style not in citation.STYLES:
        raise BadArgument(f"style is {style[:100]!r}, and there are: {', '.join(citation.STYLES)}")
    media = citation.STYLES[style]
    cited = citation.citation(View(opened, asked.language, asked.prefix), resource)
    headers = [
        ("Content-Type", media.content_type),
        ("Content-Language", asked.language),
        ("Content-Disposition", f'inline; filename="{cited.key[:80]}.{media.suffix}"'),
        ("Vary", "Accept, Accept-Language"),
        ("Link", f'<{resource.value}>; rel="describes"'),
    ]
    return _kept(asked, citation.render(cited, style), headers)


def _known(site: Site, resource: NamedNode) -> OpenRelease:
    opened = site.publisher.current()
    if not exists(opened, resource):
        raise NotFound(f"nothing is known about <{resource.value}>")
    return opened


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
