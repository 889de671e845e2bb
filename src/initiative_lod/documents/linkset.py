"""The links of a page, its data and its content in one document (RFC 9264): level 2 of FAIR Signposting.

Addresses on this server are path-absolute references, as in the Link header: no Host header can change them. The
thing's canonical IRI is a context of its own, for clients that know only that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from initiative_lod.documents.links import LINKSET, Link
from initiative_lod.formats import MediaType, json_bytes

JSON_FORM = MediaType(LINKSET, "linkset.json", "linkset", charset=False)
TEXT_FORM = MediaType("application/linkset", "linkset", "linkset", charset=False)

Contexts = list[tuple[str, list[Link]]]


def contexts(typed: Sequence[Link], canonical: str, page: str, landing: str) -> Contexts:
    """The links of each context, anchor by anchor: the page under both addresses, the thing, its data, its content.

    ``typed`` are the page's own links; ``page`` is where it is negotiated, ``landing`` where it is always HTML.
    """
    own = [link for link in typed if link.rel != "describes"]
    kept = {"describedby", "item", "license", "type", "author", "collection", "linkset"}
    found: Contexts = [
        (page, own),
        (landing, own),
        (canonical, [link for link in own if link.rel in kept]),
    ]
    back = Link(page, "describes", "text/html")
    whole = Link(page, "collection", "text/html")
    shared = [link for link in own if link.rel in ("license", "linkset")]
    for target in dict.fromkeys(link.target for link in typed if link.rel in ("describedby", "item")):
        rels = {link.rel for link in typed if link.target == target}
        links = [back, Link(canonical, "describes")] if "describedby" in rels else []
        links += [whole] if "item" in rels else []
        found.append((target, links + shared))
    return found


def to_json(found: Contexts) -> bytes:
    """As application/linkset+json (RFC 9264 §4.2)."""
    sets = []
    for anchor, links in found:
        context: dict[str, Any] = {"anchor": anchor}
        for link in links:
            target = {"href": link.target}
            target |= {"type": link.type} if link.type else {}
            target |= {"profile": link.profile} if link.profile else {}
            context.setdefault(link.rel, []).append(target)
        sets.append(context)
    return json_bytes({"linkset": sets})


def to_text(found: Contexts) -> bytes:
    """As application/linkset (RFC 9264 §4.1)."""
    lines = [f'{link}; anchor="{anchor}"' for anchor, links in found for link in links]
    return (",\n".join(lines) + "\n").encode()
