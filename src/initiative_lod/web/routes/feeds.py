"""Files for programs that visit by themselves: rules for crawlers, a map of the site, and a feed of the releases."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, tostring
from xml.sax.saxutils import escape

from initiative_lod.documents.content_codings import IDENTITY
from initiative_lod.documents.document import OWN_DOCUMENTS
from initiative_lod.documents.representation import Rendered, document_paths, entity_tag
from initiative_lod.formats import ATOM, HTML, TEXT, XML
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.past_releases import Archive
from initiative_lod.web.http.conditional import Representation, of_content
from initiative_lod.web.http.request import Request, Response
from initiative_lod.web.pages.document_choice import key_of
from initiative_lod.web.routes.routing import (
    CONDITIONAL,
    UNAVAILABLE,
    Address,
    Outcome,
    at_hand,
    from_release,
    outcomes,
)
from initiative_lod.web.routes.thing_index import there
from initiative_lod.web.site import Site

ATOM_NAMESPACE = "http://www.w3.org/2005/Atom"
MAP_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML_NAMESPACE = "http://www.w3.org/1999/xhtml"
ENTRIES = 50
ADDRESSES = 50_000  # that one file may have by the protocol; of more, those nearest to the base
#: Their addresses are absolute, and so made of what the client calls us: no proxy is to give one client's to another.
PRIVATE = [("Cache-Control", "private, max-age=60")]
_HERE = "{here}"  # no path has it: these are percent-encoded
#: Pages that are no document of a thing.
PAGES = ("", "about", "about/data", "about/api", "pictures", "questions", "releases", "things")
#: Addresses that have no end of arguments, or hold what is elsewhere as well.
NOT_CRAWLED = (
    "/cite",
    "/compare",
    "/embed/",
    "/files/",
    "/oembed",
    "/reconcile",
    "/release/",
    "/releases/changes",
    "/resource",
    "/search",
    "/sparql",
    "/suggest",
)


def feed_addresses(site: Site, archive: Archive) -> list[Address]:
    """``/robots.txt`` (RFC 9309), ``/sitemap.xml`` (sitemaps.org) and ``/releases.atom`` (RFC 4287)."""
    lane = site.threads.lane("feeds")
    return [
        Address(
            "/robots.txt",
            at_hand(site, None, robots),
            "Rules for crawlers",
            {200: Outcome("The rules", (TEXT,)), **CONDITIONAL, **UNAVAILABLE},
        ),
        Address(
            "/sitemap.xml",
            at_hand(site, lane, partial(sitemap, site)),
            "The pages of the site, for crawlers",
            outcomes("The map", (XML,)),
        ),
        Address(
            "/releases.atom",
            from_release(site, lane, partial(releases, site, archive)),
            "The releases as a feed",
            outcomes("The feed", (ATOM,)),
        ),
    ]


def robots(opened: OpenRelease, request: Request) -> Response:
    """Rules for every crawler. They count where no proxy puts a path before ours: crawlers look at the root only."""
    here = _here(request)
    lines = ["User-agent: *", *(f"Disallow: {request.prefix}{path}" for path in NOT_CRAWLED)]
    lines += ["", f"Sitemap: {here}/sitemap.xml"] if here.startswith("http") else []  # it has to be absolute
    return of_content(request, ("\n".join(lines) + "\n").encode(), PRIVATE, [("Content-Type", TEXT.content_type)])


def sitemap(site: Site, opened: OpenRelease, request: Request) -> Representation:
    """The pages of the release, each in every language of the interface."""
    here, pattern = _here(request), sitemap_pattern(site, opened)

    def make() -> Rendered:
        addresses = (pattern.stored() or pattern.make()).coded(IDENTITY)
        return Rendered(addresses.content.replace(_HERE.encode(), escape(here, {'"': "&quot;"}).encode()))

    return Representation(entity_tag("sitemap", pattern.tag, here), PRIVATE, [("Content-Type", XML.content_type)], make)


def sitemap_pattern(site: Site, opened: OpenRelease) -> Representation:
    """Sitemap with a mark in place of the base under which the client sees us: it depends on the release alone."""
    languages = tuple(site.pages.languages)
    return Representation(
        entity_tag("sitemap", site.software, opened.identity, languages),
        (),
        (),
        lambda: Rendered(_sitemap(opened, _HERE, languages, _read(site, opened))),
        opened=opened,
    )


def _read(site: Site, opened: OpenRelease) -> list[str]:
    """The documents' reading rooms, and the indexes of what there is."""
    read = [f"read/{key_of(opened.iris, item)}" for item in site.pages.documents(opened)]
    return read + [f"things/{kind}" for kind in there(opened)]


def _sitemap(opened: OpenRelease, here: str, languages: Sequence[str], read: Sequence[str]) -> bytes:
    own = [path for path in document_paths(opened) if path.startswith(OWN_DOCUMENTS)]
    urls = Element("urlset", {"xmlns": MAP_NAMESPACE, "xmlns:xhtml": XHTML_NAMESPACE})
    for path in [*PAGES, *read, *own][:ADDRESSES]:
        url, address = SubElement(urls, "url"), f"{here}/{quote(path)}"
        _put(url, "loc", address)
        _put(url, "lastmod", opened.release.modified)
        for language in languages:
            named = {"rel": "alternate", "hreflang": language, "href": f"{address}?lang={language}"}
            SubElement(url, "xhtml:link", named)
    return _xml(urls)


def releases(site: Site, archive: Archive, opened: OpenRelease, request: Request) -> Response:
    """The releases that were published last, each with its page and its changes."""
    language, here = site.pages.languages[request.language], _here(request)
    published, name = archive.published(opened), site.pages.site_name(opened, request.language)
    feed = Element("feed", {"xmlns": ATOM_NAMESPACE, "xml:lang": request.language})
    _put(feed, "id", opened.iris.thing("releases").value)
    _put(feed, "title", f"{name}: {language.gettext('releases')}")
    _put(SubElement(feed, "author"), "name", name)
    _link(feed, "self", f"{here}/releases.atom", ATOM.name)
    _link(feed, "alternate", f"{here}/releases", HTML.name)
    _put(feed, "updated", max((item.time for item in published), default=opened.since).isoformat())
    for before, item in reversed(list(zip([None, *published], published, strict=False))[-ENTRIES:]):
        entry = SubElement(feed, "entry")
        _put(entry, "id", opened.iris.thing(f"release/{item.version}").value)
        _put(entry, "title", item.version)
        _put(entry, "updated", item.time.isoformat())
        _link(entry, "alternate", f"{here}/release/{item.version}", HTML.name)
        if before is not None:
            _link(entry, "related", f"{here}/releases/changes?from={before.version}&to={item.version}", HTML.name)
    headers = [("Vary", "Accept-Language"), *PRIVATE]
    media = [("Content-Type", ATOM.content_type), ("Content-Language", request.language)]
    return of_content(request, _xml(feed), headers, media)


def _here(request: Request) -> str:
    """The base under which the client sees us; a path alone, where it named no host."""
    return f"{request.client.origin or ''}{request.prefix}"


def _xml(root: Element) -> bytes:
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _put(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text


def _link(parent: Element, relation: str, address: str, media: str) -> None:
    SubElement(parent, "link", {"rel": relation, "href": address, "type": media})
