"""Typed links (RFC 8288), for the Link header and a page's head alike: FAIR Signposting, alternates, profiles.

Targets on this server are path-absolute references, which no Host header can change; canonical IRIs are absolute.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from initiative_lod.documents.negotiation import Offer
from initiative_lod.iris import uri

ABOUT_PAGE = "https://schema.org/AboutPage"
DESCRIBED_BY = ("text/turtle", "application/ld+json", "application/rdf+xml")
CONTENT = ("text/turtle", "application/n-quads")  # what is sent of a thing as data, where it has no files of its own
LINKSET = "application/linkset+json"
LONGEST_HEADER = 8 * 1024  # bytes of one field that every client and proxy takes
LINK_FORMAT = "application/link-format"


class Link(NamedTuple):
    """One typed link from the document that is sent."""

    target: str
    rel: str
    type: str = ""
    title: str = ""
    profile: str = ""

    def __str__(self) -> str:
        """The link as the Link header has it."""
        text = f'<{uri(self.target)}>; rel="{self.rel}"'
        if self.type:
            text += f'; type="{self.type}"'
        if self.profile:
            text += f'; profile="{uri(self.profile)}"'
        return f'{text}; title="{_quoted(self.title)}"' if self.title else text


def header(links: Sequence[Link | str]) -> str:
    """The value of one Link header that holds the links: all of them, unless IRIs of great length make it too long.

    Then those that come first stand in it, as far as they fit; the linkset has all.
    """
    fitting, size = [], 0
    for link in map(str, links):
        if size + len(link) + 2 <= LONGEST_HEADER:
            fitting.append(link)
            size += len(link) + 2
    return ", ".join(fitting)


def field(*links: Link | str) -> list[tuple[str, str]]:
    """The Link header that holds the links, as ``header`` does; no header where none of them fits."""
    value = header(links)
    return [("Link", value)] if value else []


def document_links(
    location: str,
    canonical: str,
    offers: Sequence[Offer],
    license: str,
    collection: str,
    kind: str,
    profile: str,
    query: str = "",
    *,
    linkset: str = "",
    author: str = "",
    files: Sequence[tuple[str, str]] = (),
) -> list[Link]:
    """The links of a document at ``location`` (a path, no suffix) about the thing ``canonical``.

    ``kind`` is the schema.org type of the thing, ``profile`` the IRI that the data conforms to, ``files`` the address
    and media type of each file that is its content. Without files the data formats stand for it.
    """
    links = [
        Link(canonical, "cite-as"),
        Link(canonical, "describes"),
        Link(ABOUT_PAGE, "type"),
        Link(kind, "type"),
        Link(profile, "profile"),
    ]
    if license:
        links.append(Link(license, "license"))
    if author:
        links.append(Link(author, "author"))
    if collection:
        links.append(Link(collection, "collection"))
    if linkset:
        links.append(Link(linkset, "linkset", LINKSET))
    links += [Link(target, "item", media) for target, media in files]
    for offer in offers:
        if offer.alias or offer.profile:
            continue
        target, media = f"{location}.{offer.media.suffix}{query}", offer.media.name
        links.append(Link(target, "alternate", media))
        if media in DESCRIBED_BY:
            links.append(Link(target, "describedby", media))
        if media in CONTENT and not files:
            links.append(Link(target, "item", media))
    return links


def page_links(address: Callable[[int], str], page: int, pages: int) -> list[Link]:
    """``first``, ``prev``, ``next`` and ``last`` of what has several pages, whose addresses ``address`` gives."""
    if pages < 2:
        return []
    numbers = {"first": 1, "prev": page - 1, "next": page + 1, "last": pages}
    return [Link(address(number), rel) for rel, number in numbers.items() if 1 <= number <= pages]


def memento_links(home: str, path: str) -> list[Link]:
    """The links from an original at ``path``, with its query string, to its TimeGate and TimeMap (RFC 7089 §4.3).

    ``home`` is where the whole site is.
    """
    return [Link(f"{home}/timegate{path}", "timegate"), Link(f"{home}/timemap{path}", "timemap", LINK_FORMAT)]


def _quoted(text: str) -> str:
    return re.sub(r'["\\]', "", text.encode("ascii", "ignore").decode())
