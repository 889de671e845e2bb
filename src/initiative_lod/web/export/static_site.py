"""Static site: a release's whole site written into a folder, all of it or nothing."""

from __future__ import annotations

import glob
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import quote, urlsplit

from initiative_lod import __version__, release
from initiative_lod.child_process import end_with
from initiative_lod.documents.content_codings import GZIP, encode
from initiative_lod.documents.document import OWN_DOCUMENTS
from initiative_lod.documents.json_tree import SCHEMA_FILE
from initiative_lod.documents.representation import document_paths
from initiative_lod.errors import ReleaseError
from initiative_lod.formats import HTML
from initiative_lod.locale.messages import DEFAULT
from initiative_lod.release import in_use
from initiative_lod.release.files import as_json
from initiative_lod.release.manifest import CONTEXT, DUMPS
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.settings import Settings
from initiative_lod.web.export import browser_search, nginx
from initiative_lod.web.export.crawl import Answer, Asking, is_served, links_of
from initiative_lod.web.export.nginx import OF_ARGUMENTS, POLICY, READERS, SiteGroup
from initiative_lod.web.export.plain_site import PlainSite
from initiative_lod.web.export.site_file import SiteAddress
from initiative_lod.web.http.headers import HEADERS
from initiative_lod.web.http.request import Request
from initiative_lod.web.routes.feeds import PAGES
from initiative_lod.web.site import Site

FILES, CONFIGURATION, RECORD = "site", "nginx", "export.json"
MOST_ADDRESSES = 200_000
UNFINISHED = ".unfinished-"
FEW = 60  # addresses that are not worth a second process
BATCH = 8  # addresses that a process is given at a time
#: Files that begin with the host's own name, which a copy does not know unless it is told.
ABSOLUTE = ("/robots.txt", "/sitemap.xml")
_POLICY = dict(HEADERS)[POLICY].decode()
#: Relations whose targets a file server has none of.
_UNSERVED = re.compile(r'(?:, )?<[^>]*>; rel="(?:timegate|timemap|linkset)"(?:; type="[^"]*")?')


@dataclass(frozen=True, slots=True)
class Exported:
    """An exported site in figures."""

    folder: Path
    version: str
    addresses: int
    files: int
    bytes: int
    left_out: tuple[str, ...]  # addresses beyond the most that are exported, or that no file can be called after
    broken: tuple[str, ...]  # addresses that pages of the site link to, and that it does not have: these too


@dataclass(frozen=True, slots=True)
class _Fields:
    """Header fields of the answers of an address in one form, whose files have the ``suffix``."""

    suffix: str
    vary: str
    language: str  # or READERS
    policy: str  # where it is another one than usual

    @classmethod
    def of(cls, address: SiteAddress, answer: Answer, suffix: str) -> _Fields:
        """The fields of an answer. Where it may be asked for in another language, its own is that of the reader."""
        told = answer.headers.get("vary", "").split(",")
        vary = ", ".join(name.strip() for name in told if name.strip() not in ("", "Accept-Encoding"))
        language, policy = answer.headers.get("content-language", ""), answer.headers.get(POLICY.decode(), "")
        of_reader = language and ("Accept-Language" in vary or re.search("(?:^|&)lang=", address.arguments))
        return cls(suffix, vary, READERS if of_reader else language, "" if policy == _POLICY else policy)


@dataclass(frozen=True, slots=True)
class _Written:
    """One address of the export, as the process that wrote it tells the one that counts."""

    address: SiteAddress
    status: int
    links: tuple[SiteAddress, ...]
    files: tuple[tuple[str, str], ...]  # path, media type with its parameters
    offers: tuple[str, ...]
    link_header: str
    located: bool  # it says which representation it sends
    fields: tuple[_Fields, ...] = ()


def export(
    settings: Settings,
    made: release.Release,
    folder: Path,
    url: str = "",
    progress: Callable[[str], None] = print,
    *,
    plain: bool = False,
) -> Exported:
    """Write the whole site of a release into ``folder``, which is new or empty. ``url`` is where it will be shown.

    ``plain`` is for a host that knows nothing but files; then the url may have a path. Else it is for nginx.
    Raises ReleaseError where it cannot be written; then nothing is left behind.
    """
    if settings.root_path:
        raise ReleaseError("an exported site is for the root of a host: leave the setting root_path empty")
    target = folder.absolute()
    if "$" in str(target) and not plain:
        raise ReleaseError(f"{target} has a $, which nginx takes for a variable: name another folder")
    try:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise ReleaseError(
                f"{folder} is not an empty folder: name another one, or remove it first; nothing was written"
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        take_leftovers(target, progress)
        building = Path(tempfile.mkdtemp(prefix=f".{target.name}{UNFINISHED}", dir=target.parent))
        lease = in_use.take(building)
        try:
            building.chmod(0o755)
            exported = _export(settings, made, building, target, url, progress, plain)
            building.replace(target)
        finally:
            shutil.rmtree(building, ignore_errors=True)
            del lease
    except (BrokenProcessPool, MemoryError) as error:
        why = "no memory is left" if isinstance(error, MemoryError) else "one of its processes ended before it was done"
        raise ReleaseError(f"the site cannot be exported: {why}; nothing is left in {folder}") from error
    except OSError as error:
        where = error.filename or folder
        raise ReleaseError(
            f"{where} cannot be written: {error.strerror or error}; nothing is left in {folder}"
        ) from error
    return exported


def take_leftovers(target: Path, progress: Callable[[str], None]) -> None:
    """Remove what exports to the same folder left behind that were killed."""
    for left in target.parent.glob(f".{glob.escape(target.name)}{UNFINISHED}*"):
        if left.is_dir():
            with in_use.alone(left) as nobody:
                if nobody:
                    progress(f"removing {left}, which an export left that was cut off")
                    shutil.rmtree(left, ignore_errors=True)


def _export(
    settings: Settings,
    made: release.Release,
    building: Path,
    target: Path,
    url: str,
    progress: Callable[[str], None],
    plain: bool,
) -> Exported:
    settings = replace(settings, page_seconds=600.0, page_cache=0, request_log="")
    share = partial(_Share, settings, made.path, building / FILES, url)
    with share() as own:
        first = _begin(own.asking.opened, url)
        linked = [
            link
            for _, _, page in own_pages(own.asking.site, own.asking.opened)
            for link in links_of(page, SiteAddress("/"), own.asking.opened.iris.base)
        ]
        first |= dict.fromkeys(
            link for link in linked if not is_served(link) and link.path != f"/{browser_search.FILE}"
        )
        written: dict[SiteAddress, _Written] = {}
        left_out: list[SiteAddress] = []
        waiting = list(first)
        pool: ProcessPoolExecutor | None = None
        try:
            while waiting:
                room = MOST_ADDRESSES - len(written)
                left_out += waiting[room:]
                waiting = waiting[:room]
                progress(f"writing pages and data: {len(written):,} addresses, {len(waiting):,} more")
                if len(waiting) > FEW and pool is None and (os.cpu_count() or 1) > 1:
                    pool = ProcessPoolExecutor(
                        min(os.cpu_count() or 1, 8),
                        get_context("spawn"),
                        initializer=_start,
                        initargs=(os.getpid(), settings, made.path, building / FILES, url),
                    )
                found = list(pool.map(_write, waiting, chunksize=BATCH) if pool else map(own.write, waiting))
                written |= {item.address: item for item in found}
                seen = {*written, *left_out}
                links = dict.fromkeys(link for item in found for link in item.links)
                waiting = [link for link in links if link not in seen and not is_served(link)]
        finally:
            if pool is not None:
                pool.shutdown(cancel_futures=True)
        progress("writing the search index, and what the host has to know")
        _copy_dumps(made, building / FILES)
        own.write_own_pages(written)
        left_out += [item.address for item in written.values() if item.status == 200 and not item.files]
        broken = [str(item.address) for item in written.values() if item.status >= 400]
        broken += map(str, left_out)
        if plain:
            site = PlainSite(building / FILES, own.asking.languages, url)
            site.lay_out()
            broken = sorted({*broken, *site.broken})
        else:
            _write_configuration(own.asking, written.values(), building, target)
    files = [path for path in (building / FILES).rglob("*") if path.is_file()]
    exported = Exported(
        target,
        made.version,
        len(written),
        len(files),
        sum(path.stat().st_size for path in files),
        tuple(map(str, left_out)),
        tuple(broken),
    )
    record = {**asdict(exported), "folder": "", "software": __version__, "digest": made.digest, "url": url}
    (building / RECORD).write_bytes(as_json({name: value for name, value in record.items() if name != "folder"}))
    return exported


def _begin(opened: OpenRelease, url: str) -> dict[SiteAddress, None]:
    """The addresses to begin with: every document of the release, as in the map of the site, and a few files."""
    own = [path for path in document_paths(opened) if path.startswith(OWN_DOCUMENTS)]
    paths = [*PAGES, *own, CONTEXT, SCHEMA_FILE]
    found = [SiteAddress.of(f"/{path}") for path in paths]
    if url:
        found += [SiteAddress(path) for path in ABSOLUTE]
    return dict.fromkeys(item for item in found if item is not None)


def own_pages(site: Site, opened: OpenRelease) -> Iterator[tuple[str, str, bytes]]:
    """Name, language and content of the pages that only a copy has: its search, and what stands in for a server."""
    languages = tuple(site.pages.languages)
    for name in (nginx.SEARCH, nginx.NO_SERVER, nginx.NOT_FOUND):
        searches = name == nginx.SEARCH
        more = {"kind": name, "index": browser_search.FILE} | ({"language_argument": "hl"} if searches else {})
        for language in languages:
            request = Request(path=name, accept_language=language, languages=languages)
            view = site.pages.view(opened, request)
            yield (
                name,
                language,
                site.pages.page("static_copy.html", view, request, "/search" if searches else "/", **more),
            )


class _Share:
    """One process's part of the work."""

    def __init__(self, settings: Settings, path: Path, folder: Path, url: str) -> None:
        shown = urlsplit(url)
        self.asking = Asking(settings, release.read(path), shown.netloc, shown.scheme or "https")
        self.folder = folder

    def __enter__(self) -> _Share:
        return self

    def __exit__(self, *ended: object) -> None:
        self.asking.__exit__()

    def write(self, address: SiteAddress) -> _Written:
        """Ask for an address, and write what is answered."""
        if is_dump(address):
            return _Written(address, 200, (), ((address.stem, ""),), (), "", False)
        crawled = self.asking.crawl(address)
        files: list[tuple[str, str]] = []
        fields: dict[_Fields, None] = {}
        for language, answer in crawled.answers if crawled.status == 200 else ():
            media_type = answer.headers.get("content-type", "")
            path = address.file(media_type, language)
            if path is not None:
                self._put(path, answer.body, answer.gzipped)
                files.append((path, media_type))
                fields[_Fields.of(address, answer, path.rpartition(".")[2])] = None
        headers = crawled.answers[0][1].headers
        told = headers.get("link", ""), "content-location" in headers
        return _Written(address, crawled.status, crawled.links, tuple(files), crawled.offers, *told, tuple(fields))

    def _put(self, path: str, body: bytes, gzipped: bytes = b"") -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
        if gzipped:
            file.with_name(f"{file.name}.gz").write_bytes(gzipped)

    def write_own_pages(self, written: dict[SiteAddress, _Written]) -> None:
        """Write the pages that only a copy has, and the index that its search reads."""
        site, opened = self.asking.site, self.asking.opened
        things = browser_search.things(site, opened, {str(item.address) for item in written.values() if item.files})
        self._put_compressed(browser_search.FILE, things)
        for name, language, page in own_pages(site, opened):
            self._put_compressed(f"{name}.{language}.html", page)

    def _put_compressed(self, path: str, content: bytes) -> None:
        self._put(path, content, encode(content, GZIP))


_own: _Share | None = None  # of a process that does nothing else


def _start(parent: int, settings: Settings, path: Path, folder: Path, url: str) -> None:
    global _own
    end_with(parent)
    _own = _Share(settings, path, folder, url)


def _write(address: SiteAddress) -> _Written:
    assert _own is not None
    return _own.write(address)


def is_dump(address: SiteAddress) -> bool:
    """Tell a file of the release that is copied as it lies."""
    return address.stem.removeprefix("dataset/") in DUMPS


def _copy_dumps(made: release.Release, folder: Path) -> None:
    (folder / "dataset").mkdir(parents=True, exist_ok=True)
    for name in DUMPS:
        if (made.path / name).is_file():
            shutil.copyfile(made.path / name, folder / "dataset" / name)


def _write_configuration(asking: Asking, written: Iterable[_Written], building: Path, target: Path) -> None:
    """Write what nginx includes: addresses with the same representations and header fields are a group."""
    ordered = sorted((item for item in written if item.status == 200), key=lambda item: str(item.address))
    kinds: dict[str, str] = {}
    of_arguments: dict[str, dict[str, str]] = {}
    for item in ordered:
        for path, media_type in item.files:
            if media_type:
                kinds.setdefault(path.rpartition(".")[2], media_type)
                if item.address.arguments and "." not in item.address.path:
                    suffix = path.removeprefix(f"{item.address.stem}{item.address.tail}.")
                    for language in asking.languages:
                        suffix = suffix.removeprefix(f"{language}.")
                    of_arguments.setdefault(item.address.path, {})[suffix] = media_type
    # Where pages alone depend on arguments, or there is an answer without any, negotiation finds them.
    bare = {item.address.path for item in ordered if not item.address.arguments}
    files = {path: ends for path, ends in of_arguments.items() if ends.keys() != {HTML.suffix} and path not in bare}
    pages: dict[str, _Written] = {}
    fields: dict[str, dict[tuple[str, _Fields], None]] = {}
    types_of: dict[tuple[str, str], str] = {}
    suffixes = nginx.types(kinds)
    for item in ordered:
        stem, suffix = _parted(item.address, suffixes)
        if item.address.path in files:
            suffix = OF_ARGUMENTS
        fields.setdefault(stem, {}).update(dict.fromkeys((suffix, told) for told in item.fields))
        if not suffix and item.offers[:1] == (HTML.name,):
            pages.setdefault(stem, item)
        for _, kind in item.files if suffix in suffixes else ():
            if kind and kind != suffixes[suffix]:
                types_of[stem, suffix] = kind
    groups: dict[SiteGroup, int] = {}
    stems: dict[str, int] = {}
    with_suffix: dict[SiteGroup, SiteGroup] = {}
    for stem, found in fields.items():
        page = pages.get(stem)
        link = _pattern(page.link_header, stem, asking.opened) if page and not page.address.arguments else ""
        group = _group(page, link, found)
        if group not in with_suffix:
            with_suffix[group] = _with_suffixes(asking, group, stem, page, suffixes)
        stems[stem] = groups.setdefault(with_suffix[group], len(groups))
    folder = building / CONFIGURATION
    folder.mkdir()
    base = asking.opened.iris.base
    maps = nginx.http_level(tuple(groups), stems, suffixes, asking.languages, DEFAULT, base)
    (folder / "http.conf").write_text(maps, "utf-8")
    places = nginx.server_level(str(target / FILES), suffixes, asking.languages, files, types_of)
    (folder / "server.conf").write_text(places, "utf-8")


def _parted(address: SiteAddress, suffixes: Container[str]) -> tuple[str, str]:
    """An address's path without its suffix, and that, as nginx parts them."""
    path = "/" if address.path == "/" else f"/{address.stem}"
    stem, _, suffix = path.rpartition(".")
    return (stem, suffix) if suffix in suffixes and stem else (path, "")


def _group(page: _Written | None, link: str, fields: Iterable[tuple[str, _Fields]]) -> SiteGroup:
    """The group of an address, of whose ``fields`` each has the suffix that was asked for."""
    vary: dict[str, dict[str, None]] = {}
    spoken: dict[str, str] = {}
    policy = ""
    for suffix, told in fields:
        vary.setdefault(suffix, {}).update(dict.fromkeys(told.vary.split(", ") if told.vary else ()))
        if told.language:
            spoken[suffix if suffix == OF_ARGUMENTS else told.suffix] = told.language
        policy = policy or told.policy
    named = tuple(sorted((suffix, ", ".join(names)) for suffix, names in vary.items()))
    offers = (page.offers, link, page.located) if page else ((), link, False)
    return SiteGroup(*offers, named, tuple(sorted(spoken.items())), policy)


def _with_suffixes(
    asking: Asking, group: SiteGroup, stem: str, page: _Written | None, suffixes: Mapping[str, str]
) -> SiteGroup:
    """The group with the fields of its forms at an address with their suffix, where they have one: not all are linked,
    and links to a page with its suffix are crawled as links to the page.
    """
    if page is None or stem == "/":
        return group
    vary = dict(group.vary)
    for suffix, kind in suffixes.items():
        if kind.partition(";")[0] in group.media_types and suffix not in vary:
            address = SiteAddress(f"{quote(stem)}.{suffix}", page.address.arguments)
            answer = asking.ask(address, kind, asking.languages[0])
            if answer.status == 200:
                vary[suffix] = _Fields.of(address, answer, suffix).vary
    return replace(group, vary=tuple(sorted(vary.items())))


def _pattern(header: str, stem: str, opened: OpenRelease) -> str:
    """A Link header with nginx' variables for what is this document's own, and without what a file server lacks."""
    header = _UNSERVED.sub("", header)
    about = opened.iris.iri(f"id/{stem[5:]}" if stem.startswith("/doc/") else stem[1:])
    marked = header.replace("'", "%27").replace(f"<{about}>", "<$ilod_about>").replace("$ilod_about", "\0")
    marked = re.sub(rf"<{re.escape(stem)}(?=[.>?])", "<\1", marked)
    return marked.replace("$", "%24").replace("\0", "$ilod_about").replace("\1", "$ilod_path")
