"""What is sent as it lies in the release folder or the package: dumps, context, releases, style sheet; and health."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any
from urllib.parse import quote

from pyoxigraph import NamedNode
from starlette.responses import FileResponse, Response

from initiative_lod.documents import linkset as linksets
from initiative_lod.documents.links import LINKSET
from initiative_lod.documents.negotiation import Offer, choose
from initiative_lod.documents.representation import OFFERS
from initiative_lod.documents.resource import exists
from initiative_lod.errors import BadArgument, Damaged, Message, NotAcceptable, NotFound
from initiative_lod.formats import HTML, JSON, JSON_LD
from initiative_lod.release import Release
from initiative_lod.release.manifest import DUMPS
from initiative_lod.release.older import Archive
from initiative_lod.release.opened import OpenRelease
from initiative_lod.web.http import static_files
from initiative_lod.web.http.request import Answer, Asked, day, http_date, matches
from initiative_lod.web.pages import citation
from initiative_lod.web.pages.view import View
from initiative_lod.web.routes import representations
from initiative_lod.web.site import Site

_PAGE_OR_JSON = (Offer(HTML), Offer(JSON))


def dump(site: Site, asked: Asked, name: str) -> Response:
    """A dump of the current release; the framework answers ranges (RFC 9110 §14)."""
    release = site.publisher.current().release
    path = release.path / name
    if name not in DUMPS or not path.is_file():
        raise NotFound(Message("error.no_dump", name=name[:100], names=", ".join(DUMPS)))
    digest = release.manifest.files[name].sha256
    headers = {
        "ETag": f'"{digest[:32]}"',
        "Last-Modified": http_date(day(release.modified)),
        "Cache-Control": representations.CACHE,
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
        raise NotAcceptable(Message("error.context_forms"), [(f"{asked.prefix}/context.jsonld", JSON_LD.name)])
    return _kept(asked, content, [("Content-Type", offer.content_type), ("Vary", "Accept")])


def linkset(site: Site, asked: Asked, resource: NamedNode) -> Answer:
    """The links of everything that belongs to a resource's document (RFC 9264). Raises NotFound, NotAcceptable."""
    opened = _known(site, resource)
    target = representations.document_of(opened, resource, asked.prefix)
    typed = representations.typed_links(opened, asked.prefix, target, "ilod")
    offers = (Offer(linksets.JSON_FORM), Offer(linksets.TEXT_FORM), Offer(linksets.JSON_FORM, alias=JSON.name))
    offer = choose(asked.accept, offers)
    if offer is None:
        here = f"{asked.prefix}/linkset?iri={quote(resource.value, safe=':/')}"
        raise NotAcceptable(Message("error.linkset_forms"), [(here, item.media.name) for item in offers[:2]])
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
            raise NotAcceptable(Message("error.cite_forms"), listed)
        style = next(name for name, media in citation.STYLES.items() if media is offer.media)
    elif style not in citation.STYLES:
        raise BadArgument(Message("error.style", value=style[:100], values=", ".join(citation.STYLES)))
    media = citation.STYLES[style]
    cited = citation.citation(View(opened, site.languages[asked.language], asked.prefix), resource)
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
        raise NotFound(Message("error.unknown", iri=resource.value))
    return opened


def start(site: Site, asked: Asked) -> Answer:
    """The start page; a program that wants RDF is sent to the dataset."""
    offer = choose(asked.accept, OFFERS)
    if offer is not None and offer.media is not HTML:
        headers = (
            ("Location", f"{asked.prefix}/dataset"),
            ("Vary", representations.VARY),
            ("Cache-Control", representations.CACHE),
        )
        return Answer(303, headers)
    language, content = site.pages.start(site.publisher.current(), asked)
    return page_answer(asked, language, content)


def releases(site: Site, archive: Archive, asked: Asked) -> Answer:
    """The releases that there are, the latest published first, and which one is current."""
    opened = site.publisher.current()
    listed = [_summary(archive, opened, version, archive.manifest(version)) for version in archive.versions()]
    if wants_page(asked):
        language, content = site.pages.releases(opened, asked, listed)
        return page_answer(asked, language, content)
    return json_answer(asked, listed)


def release(site: Site, archive: Archive, asked: Asked, version: str) -> Answer:
    """One release's manifest, as a page or as JSON. Raises NotFound, Damaged."""
    opened = site.publisher.current()
    stem = re.sub(r"\.(html|json)$", "", version)
    there = archive.versions()
    if stem not in there:
        near = [name for name in there if stem and name.startswith(stem)]
        if len(near) == 1:
            raise NotFound(Message("error.no_release_but", name=stem[:100], near=near[0]))
        raise NotFound(Message("error.no_release", name=stem[:100]))
    found = archive.manifest(stem)
    if found is None:
        raise Damaged(Message("error.damaged_release", release=stem))
    summary = _summary(archive, opened, stem, found)
    if version.endswith(".json") or not (version.endswith(".html") or wants_page(asked)):
        return json_answer(asked, summary)
    language, content = site.pages.release(opened, asked, summary)
    return page_answer(asked, language, content)


def static(asked: Asked, name: str) -> Answer:
    """A file of the package's own. Raises NotFound."""
    found = static_files.file(name)
    if found is None:
        raise NotFound(Message("error.no_file", name=name[:100]))
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


def _summary(archive: Archive, opened: OpenRelease, version: str, release: Release | None) -> dict[str, Any]:
    """What is said of a release: its manifest, and ``published``, each time at which it became current."""
    times = [item.time.isoformat() for item in archive.switches() if item.version == version]
    known: dict[str, Any] = {"version": version, "current": version == opened.release.version, "published": times}
    if release is None:
        return {**known, "damaged": True}
    return {"iri": f"{release.base}release/{version}", **release.manifest.to_json(), **known, "damaged": False}


def wants_page(asked: Asked) -> bool:
    """Whether the client would rather have a page than JSON."""
    offer = choose(asked.accept, _PAGE_OR_JSON)
    return offer is not None and offer.media is HTML


def page_answer(asked: Asked, language: str, content: bytes) -> Answer:
    """A page, or 304."""
    headers = [("Content-Type", HTML.content_type), ("Content-Language", language), ("Vary", "Accept, Accept-Language")]
    return _kept(asked, content, headers)


def json_answer(asked: Asked, value: Any) -> Answer:
    """A JSON document, or 304."""
    content = (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
    return _kept(asked, content, [("Content-Type", JSON.name), ("Vary", "Accept, Accept-Language")])


def _kept(asked: Asked, content: bytes, headers: list[tuple[str, str]], cache: str = representations.CACHE) -> Answer:
    """Content with its entity tag, or 304."""
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers += [("ETag", etag), ("Cache-Control", cache)]
    if asked.if_none_match is not None and (matches(asked.if_none_match, etag) or asked.if_none_match.strip() == "*"):
        return Answer(304, tuple(item for item in headers if item[0] != "Content-Type"))
    return Answer(200, tuple(headers), content)
