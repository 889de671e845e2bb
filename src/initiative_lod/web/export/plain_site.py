"""Plain site: an exported site laid out for hosts that know nothing but files, as GitHub Pages or Python's http.server.

A page is ``index.html`` in a folder that is called as its address, so that the address answers there too; in another
language than the usual one it is a file beside that, ``doc/x@lang=zh.html``, since such a host knows no arguments.
The links of all pages name these files. ``/id/x`` is a page that leads to ``/doc/x``. Data and texts stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from html import escape, unescape
from pathlib import Path
from urllib.parse import quote, urlsplit

from initiative_lod.formats import ATOM, HTML
from initiative_lod.locale.messages import DEFAULT
from initiative_lod.web.export import browser_search, nginx
from initiative_lod.web.export.crawl import is_served
from initiative_lod.web.export.site_file import CODED, INDEX, SUFFIXES, VERSIONED, SiteAddress

PAGE = f"{INDEX}.{HTML.suffix}"
SUGGEST = "suggest"  # what the box in the header asks while one types: it gets no proposals
_MISSING = f"404.{HTML.suffix}"  # as hosts call what they send for an address that there is not
_OWN_PAGES = (nginx.SEARCH, nginx.NO_SERVER, nginx.NOT_FOUND)
_ABSOLUTE = ("robots.txt", "sitemap.xml")
#: Addresses that lead to another one.
_THING, _DOCUMENT = "/id/", "/doc/"
_ALIASES = {"/.well-known/void": "/dataset"}
_LINK = re.compile(r'(\s(?:href|src|action|data-index|data-suggest)=)"([^"]*)"')
_LANGUAGE = re.compile(r'<html lang="([^"]+)"')
_USUAL = ((f"&lang={DEFAULT}(?=[&@.])", ""), (f"@lang={DEFAULT}&", "@"), (rf"@lang={DEFAULT}(?=\.[^/]*$)", ""))
_SAFE = "/@=&,:;+!$'()*~"  # what stays as it is in the path of a link
_LEADING = """<!DOCTYPE html>
<html lang="{language}"><meta charset="utf-8"><title>{href}</title><link rel="canonical" href="{href}">
<meta http-equiv="refresh" content="0; url={href}"><p><a href="{href}">{href}</a></p></html>
"""


class PlainSite:
    """A folder with an exported site, of which it makes a plain one; ``url`` is where that will be shown."""

    def __init__(self, folder: Path, languages: Sequence[str], url: str = "") -> None:
        """A path of the ``url`` stands before every link."""
        parts = urlsplit(url)
        self._folder, self._languages = folder, tuple(languages)
        self._origin, self._prefix = f"{parts.scheme}://{parts.netloc}" if url else "", parts.path.rstrip("/")
        self._known: dict[tuple[str, str], str] = {}
        self.broken: set[str] = set()  # links for which there is no file

    def lay_out(self) -> None:
        """Lay the site out anew, and let its pages name its files."""
        kept = set()
        for bare, path in self._files.items():
            place = _place(bare)
            old = self._folder / path
            if _links(bare):
                text = self._with_links(old.read_bytes().decode(), bare)
                old.unlink()  # first: it may be one file with others
                self._write(place, text)
            elif place != path:
                old.rename(self._folder / place)
            kept.add(place)
        for path, target in self._leading():
            self._write(path, _LEADING.format(language=DEFAULT, href=escape(self.link(target))))
            kept.add(path)
        missing = self._folder / _place(f"{nginx.NOT_FOUND}.{HTML.suffix}")
        if missing.is_file():
            self._write(_MISSING, missing.read_bytes().decode())
        self._write(SUGGEST, "[]")
        self._write(".nojekyll", "")  # without it GitHub Pages leaves out what begins with a dot
        kept |= {SUGGEST, _MISSING, ".nojekyll"}
        for item in sorted(self._folder.rglob("*"), reverse=True):
            if item.is_dir():
                if not any(item.iterdir()):
                    item.rmdir()
            elif item.relative_to(self._folder).as_posix() not in kept:
                item.unlink()

    @cached_property
    def _files(self) -> dict[str, str]:
        """Paths of the site as it was exported, by what they are called without naming the usual language."""
        paths = sorted(item.relative_to(self._folder).as_posix() for item in self._folder.rglob("*") if item.is_file())
        found: dict[str, str] = {}
        for path in sorted(paths, key=lambda path: path not in (self._bare(path), None)):
            bare = self._bare(path)
            if bare is not None:
                found.setdefault(bare, path)
        return found

    def _bare(self, path: str) -> str | None:
        """A file's path without the usual language; None for a file that the plain site does not have."""
        name, _, suffix = path.rpartition(".")
        stem, _, language = name.rpartition(".")
        if suffix == "gz" and (self._folder / name).is_file():
            return None
        if stem and language in self._languages and suffix not in CODED:  # what is negotiated
            if language == DEFAULT:
                return f"{stem}.{suffix}"
            return f"{stem}@lang={language}.{suffix}" if stem in _OWN_PAGES else None
        for pattern, replacement in _USUAL:
            path = re.sub(pattern, replacement, path)
        return path.replace(f"/.{suffix}", f"/@.{suffix}") if "@" in path else path

    def link(self, link: str, language: str = DEFAULT) -> str:
        """An address of this site, or what leads to another one, as a link of a plain page in a ``language``."""
        known = self._known.get((link, language))
        if known is None:
            known = self._known[link, language] = self._link(link, language)
        return known

    def _link(self, link: str, language: str) -> str:
        address = SiteAddress.of(link)
        if address is None:
            return link
        fragment = "#" + link.partition("#")[2] if "#" in link else ""
        path = _ALIASES.get(address.path, address.path)
        if path.startswith(VERSIONED):
            return self._prefix + link
        if path == f"/{SUGGEST}":
            return f"{self._prefix}{path}"
        named, rest = "", []
        for argument in address.arguments.split("&") if address.arguments else ():
            name, _, value = argument.partition("=")
            if name in ("lang", "hl") and value in self._languages:
                named = value
            else:
                rest.append(argument)
        spoken = [f"lang={named or language}"] if (named or language) != DEFAULT else []
        if is_served(address):
            own = nginx.SEARCH if path == "/search" else nginx.NO_SERVER
            file = self._file(SiteAddress(f"/{own}", "&".join(spoken)))
            arguments = "?" + "&".join(rest) if rest and own == nginx.SEARCH else ""
            return f"{self._href(file)}{arguments}{fragment}"
        if path.startswith(_THING):
            path = _DOCUMENT + path.removeprefix(_THING)
        forms = ["&".join([*rest, *spoken]), "&".join(rest)]
        if named not in ("", DEFAULT):
            forms.insert(0, address.arguments)
        for arguments in forms:
            file = self._file(SiteAddress(path, arguments))
            if file:
                return self._href(file) + fragment
        self.broken.add(str(address))
        return self._prefix + link

    def _file(self, address: SiteAddress) -> str:
        """The place of an address's file; empty where it has none."""
        stem, tail = address.stem, address.tail
        if stem.rpartition("/")[2] == INDEX and not address.path.endswith("/"):
            stem += "@"
        whole, dot, own = stem.rpartition(".")
        names = [f"{stem}{tail}.{suffix}" for suffix in SUFFIXES] + ([f"{whole}{tail}.{own}"] if dot else [])
        found = (re.sub("/{2,}", "/", name) for name in (*names, stem))
        return next((_place(name) for name in found if name in self._files), "")

    def _href(self, file: str) -> str:
        path = file.removesuffix(PAGE) if file == PAGE or file.endswith(f"/{PAGE}") else file
        return f"{self._prefix}/{quote(path, safe=_SAFE)}"

    def _leading(self) -> Iterator[tuple[str, str]]:
        """Pages that lead to others, each with the address to which it leads."""
        for bare in self._files:
            if bare.startswith(_DOCUMENT[1:]) and bare != _place(bare):
                name = _place(bare).removeprefix(_DOCUMENT[1:])
                yield _THING[1:] + name, _DOCUMENT + name.removesuffix(f"/{PAGE}")
        for path, target in _ALIASES.items():
            if self._file(SiteAddress(target)):
                yield f"{path[1:]}/{PAGE}", target

    def _write(self, path: str, text: str) -> None:
        file = self._folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())

    def _with_links(self, text: str, path: str) -> str:
        """The text of a file with its links as names of files."""
        if path == browser_search.FILE:
            return browser_search.linked(text, self._languages, self.link)
        if not path.endswith(f".{HTML.suffix}"):
            if not self._origin:
                return text
            absolute = re.escape(self._origin) + r"(/[^<\"\s]*)"
            return re.sub(absolute, lambda found: self._origin + escape(self.link(unescape(found[1]))), text)
        spoken = _LANGUAGE.search(text)
        language = spoken[1] if spoken else DEFAULT

        def replaced(found: re.Match[str]) -> str:
            link = unescape(found[2])
            return f'{found[1]}"{escape(self.link(link, language))}"' if link.startswith("/") else found[0]

        return _LINK.sub(replaced, text)


def _place(bare: str) -> str:
    """The path of a file in the plain site: of a page that needs no arguments, in the folder of its address."""
    page, _, suffix = bare.rpartition(".")
    page = page.removesuffix("@") if page.endswith(f"{INDEX}@") else page
    if suffix != HTML.suffix or "@" in page or bare == PAGE:
        return bare
    return f"{page}/{PAGE}"


def _links(path: str) -> bool:
    """Tell a file with links that are to name files."""
    return path.endswith((f".{HTML.suffix}", f".{ATOM.suffix}")) or path in (browser_search.FILE, *_ABSOLUTE)
