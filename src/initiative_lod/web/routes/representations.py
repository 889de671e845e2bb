"""Documents about resources: which representation, and with which headers. Pages and RDF formats alike."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from pyoxigraph import NamedNode

from initiative_lod.documents import links, representation
from initiative_lod.documents.negotiation import (
    Offer,
    choose,
    choose_profile,
    named_profile,
    parse_accept,
)
from initiative_lod.documents.representation import FORMS, OFFERS, Rendered, Variant
from initiative_lod.documents.resource import Description, describe, document_iri, exists, resource_of
from initiative_lod.errors import BadArgument, InitiativeLodError, Message, NotAcceptable, NotFound
from initiative_lod.formats import BY_SUFFIX, HTML, JSON_LD, TURTLE, MediaType
from initiative_lod.release.manifest import DUMPS
from initiative_lod.release.opened import OpenRelease
from initiative_lod.web.http.request import Answer, Asked, day, http_date, matches, not_modified_since
from initiative_lod.web.pages import schema_org
from initiative_lod.web.site import Site

VARY = "Accept, Accept-Profile, Accept-Language"
CACHE = "public, max-age=60"
DEFAULT_PROFILE = "ilod"
OWN_DOCUMENTS = ("doc/", "ontology", "shapes", "dataset", "graph/")  # paths under which a document is found


@dataclass(frozen=True, slots=True)
class Target:
    """A document: its address here without suffix, the thing that it is about, and the format of the suffix."""

    location: str
    resource: NamedNode
    media: MediaType | None
    argument: str = ""


def target(opened: OpenRelease, path: str, prefix: str) -> Target:
    """The document at ``path`` (no leading slash): ``doc/…`` is about ``id/…``, others about themselves.

    Raises NotFound for what can be no path of ours.
    """
    stem, media = _suffix(path)
    resource = resource_of(opened.iris, f"id/{stem[4:]}" if stem.startswith("doc/") else stem)
    if resource is None:
        raise NotFound(Message("error.path", path=path[:200]))
    return Target(f"{prefix}/{stem}", resource, media)


def answer(site: Site, asked: Asked, target: Target) -> Answer:
    """The answer to a GET or HEAD of a document. Raises NotFound, NotAcceptable, BadArgument."""
    opened = site.publisher.current()
    return _answer(site, opened, asked, target, *_chosen(opened, asked, target))


def _answer(
    site: Site,
    opened: OpenRelease,
    asked: Asked,
    target: Target,
    offer: Offer,
    profile: str,
    prepared: tuple[bytes, int] | None = None,
) -> Answer:
    language = asked.language if offer.media is HTML else ""
    variant = Variant(
        target.location,
        offer,
        profile,
        language,
        _page(asked),
        asked.prefix if offer.media is HTML else "",
        f"{target.argument} {asked.named_language}" if offer.media is HTML else target.argument,
    )
    release = opened.release
    etag = variant.etag(release, site.software)
    modified = day(release.modified)
    headers = [
        ("Content-Location", _content_location(target, offer, profile, language, asked)),
        ("Vary", _vary(target)),
        ("ETag", etag),
        ("Cache-Control", CACHE),
        ("Last-Modified", http_date(modified)),
    ]
    if asked.if_none_match is not None:
        if matches(asked.if_none_match, etag) or (
            asked.if_none_match.strip() == "*" and exists(opened, target.resource)
        ):
            return Answer(304, tuple(headers))
    elif (
        asked.if_modified_since
        and not_modified_since(asked.if_modified_since, modified)
        and exists(opened, target.resource)
    ):
        return Answer(304, tuple(headers))
    rendered = site.cache.get(etag)
    if rendered is None:
        rendered = _rendered(site, opened, asked, target, variant, prepared or _prepared(opened, target, variant))
        site.cache.put(etag, rendered)
    headers += [("Content-Type", offer.content_type), ("Link", rendered.link)]
    if language:
        headers.append(("Content-Language", language))
    return Answer(200, tuple(headers), rendered.content)


def at_once(site: Site, asked: Asked, path: str) -> Answer | None:
    """The answer to a request for a document that was rendered with its release, which takes two or three look-ups.

    None for any other request, an erroneous one included: it goes the long way.
    """
    try:
        opened = site.publisher.current()
        wanted = target(opened, path, asked.prefix)
        offer, profile = _chosen(opened, asked, wanted)
        prepared = _prepared(opened, wanted, Variant(wanted.location, offer, profile, page=_page(asked)))
        return prepared and _answer(site, opened, asked, wanted, offer, profile, prepared)
    except InitiativeLodError:
        return None


def _rendered(
    site: Site,
    opened: OpenRelease,
    asked: Asked,
    target: Target,
    variant: Variant,
    prepared: tuple[bytes, int] | None,
) -> Rendered:
    resource, iris = target.resource, opened.iris
    if prepared is None and not exists(opened, resource):
        raise NotFound(Message("error.unknown", iri=resource.value))
    typed = typed_links(opened, asked.prefix, target, variant.profile)
    if prepared is not None:
        content, pages = prepared
        return Rendered(content, links.header([*typed, *links.page_links(target.location, 1, pages)]))
    described: list[Description] = []

    def description() -> Description:
        """Made when it is wanted, since most pages can do without."""
        if not described:
            if variant.profile == "alt":
                document = iris.thing(target.location.removeprefix(asked.prefix)[1:])
                found: Description | None = representation.alternates(iris, resource, document)
            else:
                found = describe(opened, resource, variant.page)
            if found is None:
                raise NotFound(Message("error.no_such_page", page=variant.page, iri=resource.value))
            described.append(found)
        return described[0]

    if variant.offer.media is HTML:
        content = site.pages.document(opened, asked, target.location, resource, variant, typed)
    else:
        content = representation.render(description(), variant.offer, iris, opened.release.context)
    if described:
        typed += links.page_links(target.location, described[0].page, described[0].pages)
    return Rendered(content, links.header(typed))


def _prepared(opened: OpenRelease, target: Target, variant: Variant) -> tuple[bytes, int] | None:
    """What was rendered when the release was made: (content, pages). None for a variant that is rendered when asked."""
    if variant.offer.media is TURTLE and variant.page == 1 and variant.profile != "alt":
        return opened.rendered.turtle(target.resource.value)
    return None


def _chosen(opened: OpenRelease, asked: Asked, target: Target) -> tuple[Offer, str]:
    """The offer and the profile: what the address names comes first, then arguments, then headers."""
    profiles = representation.profiles(opened.iris)
    wanted = asked.query.get("_profile")
    form = named_profile(wanted, FORMS)
    form = form if form in FORMS else None
    profile = named_profile(wanted, profiles)
    if profile is None or profile not in profiles:
        profile = choose_profile(asked.accept_profile, profiles) or next(iter(profiles))
    accept = asked.accept
    mediatype = asked.query.get("_mediatype")
    if target.media is not None:
        accept = target.media.name
    elif mediatype is not None:
        accept = BY_SUFFIX[mediatype].name if mediatype in BY_SUFFIX else mediatype.replace(" ", "+")
        if not parse_accept(accept):
            raise BadArgument(Message("error.mediatype", value=mediatype[:100]))
    elif form is not None:
        accept = JSON_LD.name
    offer = _offer(accept)
    if offer is None:
        if not exists(opened, target.resource):
            raise NotFound(Message("error.unknown", iri=target.resource.value))
        raise NotAcceptable(
            Message("error.not_sent_as", iri=target.resource.value, accept=(accept or "")[:200]),
            [
                (f"{target.location}.{item.media.suffix}", item.media.name)
                for item in OFFERS
                if item == Offer(item.media)
            ],
        )
    if form is not None and offer.media is JSON_LD:
        offer = Offer(JSON_LD, FORMS[form])
    return offer, profile


@lru_cache(maxsize=256)
def _offer(accept: str | None) -> Offer | None:
    return choose(accept, OFFERS)


def _page(asked: Asked) -> int:
    text = asked.query.get("page", "1")
    if not (text.isascii() and text.isdecimal() and len(text) < 7 and int(text) > 0):
        raise BadArgument(Message("error.page", value=text[:40]))
    return int(text)


def _content_location(target: Target, offer: Offer, profile: str, language: str, asked: Asked) -> str:
    arguments = [f"iri={target.argument}"] if target.argument else []
    if _page(asked) > 1:
        arguments.append(f"page={_page(asked)}")
    if language and asked.named_language:
        arguments.append(f"lang={language}")
    form = next((name for name, iri in FORMS.items() if iri == offer.profile), "")
    if form or profile != DEFAULT_PROFILE:
        arguments.append(f"_profile={form or profile}")
    return f"{target.location}.{offer.media.suffix}" + ("?" + "&".join(arguments) if arguments else "")


def _vary(target: Target) -> str:
    if target.media is None:
        return VARY
    return "Accept-Profile, Accept-Language" if target.media is HTML else "Accept-Profile"


def _suffix(path: str) -> tuple[str, MediaType | None]:
    stem, dot, suffix = path.rpartition(".")
    if dot and stem and not stem.endswith("/") and suffix in BY_SUFFIX:
        return stem, BY_SUFFIX[suffix]
    return path, None


def typed_links(opened: OpenRelease, prefix: str, target: Target, profile: str) -> list[links.Link]:
    """The links of a document, which are the same on each of its representations (FAIR Signposting)."""
    iris, resource = opened.iris, target.resource
    files: list[tuple[str, str]] = []
    if resource == iris.thing("dataset"):
        held = opened.release.manifest.files  # an older release may lack some
        files = [(f"{prefix}/dataset/{name}", "application/gzip") for name in sorted(DUMPS) if name in held]
    query = f"?iri={target.argument}" if target.argument else ""
    typed = links.document_links(
        target.location,
        resource.value,
        OFFERS,
        _license(opened, resource),
        iris.thing("dataset").value,
        schema_org.VOCABULARY + schema_org.type_of(opened, resource),
        representation.profiles(iris)[profile],
        query,
        linkset=f"{prefix}/linkset?iri={quote(resource.value, safe=':/')}",
        author=opened.creator or "",
        files=files,
    )
    path = target.location.removeprefix(prefix)
    if not prefix.endswith(f"/release/{opened.release.version}") and not path.startswith("/release/"):
        typed += links.memento_links(prefix, path + query)  # a memento has these links from elsewhere, and more
    return typed


def document_of(opened: OpenRelease, resource: NamedNode, prefix: str) -> Target:
    """The document about a resource: under its own path, or ``/resource`` for an IRI of others."""
    path = opened.iris.path(document_iri(opened.iris, resource).value)
    known = path is not None and path.startswith(OWN_DOCUMENTS) and "#" not in path
    if known and "#" not in resource.value:
        return Target(f"{prefix}/{path}", resource, None)
    return Target(f"{prefix}/resource", resource, None, quote(resource.value, safe=":/"))


def _license(opened: OpenRelease, resource: NamedNode) -> str | None:
    """The dataset's licence; None for a text that came with a notice of its own, which our licence does not cover."""
    if next(opened.quads(resource, opened.iris.term("rightsNotice")), None) is not None:
        return None
    return opened.license
