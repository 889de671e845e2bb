"""Content negotiation as pure functions: RFC 9110 §12.5.1 (Accept) and §12.5.3 (codings), RFC 4647 §3.4 (languages),
and by profile.

Nothing here knows of requests or of RDF. Whatever in a header is malformed counts as not there: it is never an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from initiative_lod.formats import MediaType

LONGEST_HEADER = 8192  # characters; a longer one is as good as absent
MOST_ELEMENTS = 100  # of a header's list; what follows is as good as absent
LONGEST_TAG = 100  # characters; no language has so many, whatever is said of its script, region and variants
JSON_LD_PROFILE = "http://www.w3.org/ns/json-ld#"

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LOOSE = re.compile(r"""[^\x00-\x20\x7f-\U0010ffff"(),;<=>\\{}]+""")  # a token, or an IRI without its quotation marks
_QUALITY = re.compile(
    r"0(?:\.\d{0,3})?|1(?:\.0{0,3})?|\.\d{1,3}"
)  # the last form is not valid, and real clients send it
_LANGUAGE = re.compile(r"\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_BLANK = " \t"
# Parameters that say nothing against what we serve: all of it is UTF-8, and any version of RDF can read it.
_HARMLESS = {"charset": {"utf-8", "utf8", "us-ascii"}, "version": {"1.0", "1.1", "1.2", "1.2-basic"}}


@dataclass(frozen=True, slots=True)
class MediaRange:
    """One element of an Accept header; ``quality`` in thousandths, names in lower case."""

    type: str
    subtype: str
    parameters: tuple[tuple[str, str], ...]
    quality: int


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that can be sent: a format, under its own name or ``alias``, in a form that ``profile`` names."""

    media: MediaType
    profile: str = ""
    alias: str = ""

    @property
    def name(self) -> str:
        """The media type, without parameters, under which it is sent."""
        return self.alias or self.media.name

    @property
    def content_type(self) -> str:
        """The Content-Type header's value."""
        if self.profile:
            return f'{self.name};profile="{self.profile}"'
        return f"{self.name}; charset=utf-8" if self.media.charset else self.name


def parse_accept(header: str | None) -> tuple[MediaRange, ...]:
    """The media ranges of an Accept header, in its order, without those that are malformed."""
    found = (_media_range(item) for item in _elements(header))
    return tuple(item for item in found if item is not None)


def choose(header: str | None, offers: Sequence[Offer]) -> Offer | None:
    """The offer that the client likes best; None when it accepts none of them (406).

    The most specific range that fits an offer gives its quality, wherever it stands. Of offers with the same quality
    the one that is named most specifically wins, then the first in ``offers``. With no (usable) header: the first.
    """
    ranges = parse_accept(header)
    if not ranges:
        return offers[0]
    profiles = {offer.profile for offer in offers if offer.profile}
    best: tuple[int, int] = (0, 0)
    chosen: Offer | None = None
    for offer in offers:
        fits = [(_specificity(item, offer, profiles), item.quality) for item in ranges]
        specificity = max((specificity for specificity, _ in fits), default=0)
        if not specificity:
            continue
        quality = max(quality for found, quality in fits if found == specificity)
        if quality and (quality, specificity) > best:
            best, chosen = (quality, specificity), offer
    return chosen


@lru_cache(maxsize=256)
def choose_language(header: str | None, available: tuple[str, ...], default: str) -> str:
    """The language of ``available`` (lower-case tags) by RFC 4647 lookup; ``default`` when none of them is asked."""
    ranges = [item for item in (_language_range(item) for item in _elements(header)) if item is not None]
    refused = {tag for tag, quality in ranges if not quality}
    for tag, quality in sorted(ranges, key=lambda item: -item[1]):  # a stable sort: order decides between equals
        if not quality:
            continue
        if tag == "*":
            left = [item for item in (default, *available) if item not in refused]
            if left:
                return left[0]
            continue
        found = lookup(tag, available)
        if found and not (found in refused and found != tag):
            return found
    left = [item for item in (default, *available) if item not in refused]
    return left[0] if left else default


def lookup(tag: str, available: Iterable[str]) -> str | None:
    """The available tag that is ``tag``, or what is left of it when subtags fall off its end (RFC 4647 §3.4)."""
    known = set(available)
    subtags = tag.lower().split("-") if len(tag) <= LONGEST_TAG else []
    while subtags:
        if "-".join(subtags) in known:
            return "-".join(subtags)
        subtags.pop()
        if subtags and len(subtags[-1]) == 1:
            subtags.pop()
    return None


def choose_profile(header: str | None, profiles: dict[str, str]) -> str | None:
    """The token of the profile, of ``profiles`` (token to IRI), that an Accept-Profile header asks for; else None.

    (W3C Content Negotiation by Profile, §7.1: IRIs stand in angle brackets.) A profile that we do not have is no error.
    """
    by_iri = {iri: token for token, iri in profiles.items()}
    found: list[tuple[int, str]] = []
    for item in _elements(header, angles=True):
        value, *parameters = _split(item, ";", angles=True)
        value = value.strip(_BLANK)
        quality = _weight(parameters)
        iri = value[1:-1] if value.startswith("<") and value.endswith(">") else value
        token = by_iri.get(iri) or (iri if iri in profiles else None)
        if token and quality:
            found.append((quality, token))
    return max(found, key=lambda item: item[0])[1] if found else None


def parse_codings(header: str | None) -> dict[str, int]:
    """The content codings in an Accept-Encoding header with their quality in thousandths (RFC 9110 §12.5.3)."""
    found: dict[str, int] = {}
    for item in _elements(header):
        name, *parameters = _split(item, ";")
        quality = _weight(parameters)
        if quality is not None:
            found[name.strip(_BLANK).lower().removeprefix("x-")] = quality
    return found


def named_profile(value: str | None, profiles: dict[str, str]) -> str | None:
    """The token that a ``_profile`` argument (token or IRI) names; None for one that we do not have."""
    if value is None or value in profiles:
        return value
    return {iri: token for token, iri in profiles.items()}.get(value)


def _specificity(item: MediaRange, offer: Offer, profiles: set[str]) -> int:
    """Degree to which it names the offer: 0 not, 1 ``*/*``, 2 ``type/*``, 3 by a former name, 4 by its own, 5 with a
    profile."""
    type_, _, subtype = offer.name.partition("/")
    if item.type == "*":
        return 1
    if item.subtype == "*":
        return 2 if item.type == type_ else 0
    if (item.type, item.subtype) == (type_, subtype):
        specificity = 4
    elif not offer.alias and f"{item.type}/{item.subtype}" in offer.media.formerly:
        specificity = 3
    else:
        return 0
    for name, value in item.parameters:
        if name == "profile":
            asked = set(value.split()) & profiles
            if asked and offer.profile not in asked:
                return 0
            specificity = 5 if asked else specificity  # RFC 6906: one that we do not know may be passed over
        elif value.lower() not in _HARMLESS.get(name, ()):
            return 0
    return specificity


def _media_range(text: str) -> MediaRange | None:
    name, *parts = _split(text, ";")
    type_, slash, subtype = name.strip(_BLANK).lower().partition("/")
    if type_ == "*" and not slash:
        subtype = "*"  # what Java's own client sends
    if not _TOKEN.fullmatch(type_) or not _TOKEN.fullmatch(subtype) or (type_ == "*" and subtype != "*"):
        return None
    parameters: list[tuple[str, str]] = []
    for index, part in enumerate(parts):
        if not part.strip(_BLANK):
            continue
        parameter = _parameter(part)
        if parameter is None:
            return None
        if parameter[0] == "q":  # what follows the weight is an extension, and says nothing about the type
            quality = _weight(parts[index : index + 1])
            return None if quality is None else MediaRange(type_, subtype, tuple(parameters), quality)
        parameters.append(parameter)
    return MediaRange(type_, subtype, tuple(parameters), 1000)


def _language_range(text: str) -> tuple[str, int] | None:
    tag, *parameters = _split(text, ";")
    tag = tag.strip(_BLANK)
    quality = _weight(parameters)
    return (tag.lower(), quality) if _LANGUAGE.fullmatch(tag) and quality is not None else None


def _weight(parameters: Sequence[str]) -> int | None:
    """The quality that ``q`` gives, in thousandths: 1000 without one, None for a malformed one."""
    for part in parameters:
        parameter = _parameter(part)
        if parameter is not None and parameter[0] == "q":
            return round(float(parameter[1]) * 1000) if _QUALITY.fullmatch(parameter[1]) else None
    return 1000


def _parameter(text: str) -> tuple[str, str] | None:
    name, equals, value = text.strip(_BLANK).partition("=")
    if value.startswith('"'):
        if len(value) < 2 or not value.endswith('"'):
            return None
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    elif not _LOOSE.fullmatch(value):
        return None
    return (name.lower(), value) if equals and _TOKEN.fullmatch(name) else None


def _elements(header: str | None, angles: bool = False) -> list[str]:
    if header is None or len(header) > LONGEST_HEADER:
        return []
    return [item for item in (item.strip(_BLANK) for item in _split(header, ",", angles)) if item][:MOST_ELEMENTS]


def _split(text: str, separator: str, angles: bool = False) -> list[str]:
    """Split at each ``separator`` outside of quoted strings (and of angle brackets): one pass, whatever the input."""
    parts: list[str] = []
    start, closing, escaped = 0, "", False
    for index, character in enumerate(text):
        if escaped:
            escaped = False
        elif closing:
            escaped = character == "\\" and closing == '"'
            closing = "" if character == closing else closing
        elif character == '"':
            closing = '"'
        elif character == "<" and angles:
            closing = ">"
        elif character == separator:
            parts.append(text[start:index])
            start = index + 1
    return [*parts, text[start:]]
