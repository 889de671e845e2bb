"""Site file: which file of an exported site holds which representation, so that a file server finds it by the address.

``/doc/x`` in HTML and English is ``doc/x.en.html``, in Turtle ``doc/x.ttl``; with arguments, as written in the links,
``doc/x@page=2.ttl``, and where these end with a slash ``resource@iri=https://x.example/@.ttl``; a page whose address
names its language is in one file, ``doc/x@lang=zh.html``. An IRI among the arguments is written in two ways, with its
slashes and colons as they are or percent-encoded; the file's name has them as they are, and nginx reads them so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote, urljoin, urlsplit

from initiative_lod.formats import ATOM, DOCUMENT_TYPES, HTML, JSON, RESULT_CSV, TEXT, XML
from initiative_lod.web.pages.citation import STYLES

INDEX = "index"
LONGEST_NAME = 240  # bytes of one part of a path, which no usual file system takes more than 255 of
MOST_CODED = {"/": 16, ":": 6}  # among the arguments: so many nginx reads that are percent-encoded
#: Arguments that nginx makes no file's name of: nothing in them may lead out of the folder.
STRANGE = r"(?:^|/)\.|[^!-~]|^.{400}"
#: Arguments of these addresses name a version of their file, and make no other one.
VERSIONED = ("/static/",)
_KNOWN = (*STYLES.values(), *DOCUMENT_TYPES, JSON, RESULT_CSV, TEXT, XML, ATOM)
_SUFFIXES = {media.name: media.suffix for media in _KNOWN}
#: The suffixes of what an address without one may stand for, a page first.
SUFFIXES = tuple(dict.fromkeys((HTML.suffix, *_SUFFIXES.values())))
CODED = ("igs", "words")  # suffixes of coded statements, whose addresses name the language
_OWN_SUFFIXES = (".json", ".jsonld", ".txt", ".xml", ".igs", ".words")  # which a name says itself
_ENCODED = re.compile("%(?:3A|2F)", re.IGNORECASE)  # in arguments: a colon, a slash
_SAFE = "!#$%&'()*+,-./:;=?@[]_~"  # what stays as it is in an address that is written in ASCII


@dataclass(frozen=True, slots=True)
class SiteAddress:
    """An address of this site as a link names it: its path, as it is sent, and its arguments."""

    path: str
    arguments: str = ""

    @classmethod
    def of(cls, link: str, page: str = "/") -> SiteAddress | None:
        """The address that a link on a ``page`` leads to; None for one to elsewhere, or for what is no address."""
        return _address(link, "/" if link.startswith("/") else page)  # which makes no difference to it

    def __str__(self) -> str:
        return f"{self.path}?{self.arguments}" if self.arguments else self.path

    @property
    def stem(self) -> str:
        """The path as a file server reads it, without a slash before it; of a folder, that of its index."""
        path = unquote(self.path).lstrip("/")
        return f"{path}{INDEX}" if not path or path.endswith("/") else path

    @property
    def tail(self) -> str:
        """The arguments as they stand in the file's name. After a slash ``.ttl`` would be a whole name, and no suffix:
        one at the end, and what looks like that, is followed by one more sign.
        """
        if not self.arguments:
            return ""
        return f"@{self.arguments}@" if self.arguments.rstrip("@").endswith("/") else f"@{self.arguments}"

    def file(self, media_type: str, language: str = "") -> str | None:
        """The path of the file for a representation, in a ``language`` where the address stands for several.

        None where no file can be called so, or none that nginx would find.
        """
        if (
            "@" in self.stem
            or any(self.arguments.count(sign) > most for sign, most in MOST_CODED.items())
            or re.search(STRANGE, self.arguments)
        ):
            return None
        suffix = _SUFFIXES.get(media_type.partition(";")[0].strip())
        stem = self.stem
        last = stem.rpartition("/")[2]
        if suffix is None or (not self.arguments and last.endswith(_OWN_SUFFIXES)):
            suffix = last.rpartition(".")[2] if "." in last else "bin"
        stem = stem.removesuffix(f".{suffix}")
        if stem.rpartition("/")[2] == INDEX and not self.path.endswith("/"):
            stem += "@"  # a page that is called so, beside that of its folder
        path = f"{stem}{self.tail}{f'.{language}' if language else ''}.{suffix}"
        parts = path.split("/")
        if any(part in (".", "..") or len(part.encode()) > LONGEST_NAME for part in parts) or "\0" in path:
            return None
        return path


@lru_cache(1 << 14)  # the same links stand on thousands of pages
def _address(link: str, page: str) -> SiteAddress | None:
    try:
        parts = urlsplit(urljoin(page, link.strip()))
    except ValueError:
        return None
    if parts.scheme or parts.netloc or not parts.path.startswith("/"):
        return None
    arguments = "" if parts.path.startswith(VERSIONED) else parts.query
    # With the suffix of a page an address is the same page.
    path, arguments = quote(parts.path.removesuffix(f".{HTML.suffix}"), safe=_SAFE), quote(arguments, safe=_SAFE)
    return SiteAddress(path, _ENCODED.sub(lambda code: unquote(code[0]), arguments))
