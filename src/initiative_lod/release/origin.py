"""Origin of a release, a running server or a plain web host: what it offers, and each file as far as it comes.

Redirects lead to another address of the same host, or nowhere; a connection that was lost is taken up where it was; no
more is read than was said, or than is allowed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from initiative_lod import __version__
from initiative_lod.errors import OriginError, OtherFormat
from initiative_lod.literals import integer, split_address
from initiative_lod.release.files import sha256
from initiative_lod.release.inventory import MAX_LIST_BYTES
from initiative_lod.release.manifest import MANIFEST, STORE_DIGESTS, VERSION, Manifest, known_manifest

if TYPE_CHECKING:
    import httpx

FILES = "files/"  # where a server of ours has the files of its current release
PLACES = (FILES, "", "current/")  # of the manifest, seen from the address that is given: a server, a release, a folder
CONNECT_SECONDS = 10.0
MAX_ATTEMPTS = 5  # at one file, without a byte that was new
MAX_REDIRECTS = 5
MAX_WAIT_SECONDS = 30.0
LEAST_BYTES = 64 * 1024  # that come of a file in the time in which something has to come


@dataclass(frozen=True, slots=True)
class PullLimits:
    """Limits of a pull: the bytes of a release, and the seconds in which something has to come."""

    size: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Offered:
    """Release that an origin offers: its manifest, the list of digests, and the address below which its files are."""

    manifest: Manifest
    content: bytes
    digests: bytes
    base: str

    @property
    def version(self) -> str:
        return self.manifest.version


def address_of(url: str) -> str:
    """The address of an origin as it is asked. Raises OriginError for what is none."""
    parts = split_address(url.strip())
    try:
        plain = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        plain = False
    if not plain or parts.query or parts.fragment or parts.username is not None:
        raise OriginError(
            f"{url!r} is no address of a release: give that of a site, or of a folder with a {MANIFEST} in it, as "
            "http://… or https://…, without a name, a query or a fragment"
        )
    return url.strip().removesuffix(MANIFEST).rstrip("/") + "/"


class Mismatch(Exception):
    """A file that is not what the manifest, or the list beside it, says: of a switch meanwhile, or false."""


def allowed(most: int) -> str:
    return f"{most:,} are allowed (setting pull_bytes)"


@dataclass
class Origin:
    """An origin, asked over one client, in a ``with`` block."""

    url: str
    limits: PullLimits
    _client: httpx.Client = field(init=False)

    def __enter__(self) -> Origin:
        import httpx  # here: it takes long to import, and other commands ask no server

        self._client = httpx.Client(
            timeout=httpx.Timeout(self.limits.seconds, connect=min(CONNECT_SECONDS, self.limits.seconds)),
            headers={"User-Agent": f"initiative-lod/{__version__}", "Accept-Encoding": "identity", "Accept": "*/*"},
        )
        return self

    def __exit__(self, *error: object) -> None:
        self._client.close()

    def offered(self) -> Offered:
        """The release that is current there. Raises OriginError."""
        for place in PLACES:
            content = self._small(self.url + place + MANIFEST)
            if content is None:
                continue
            try:
                manifest = known_manifest(content, f"the release at {self.url}")
            except OtherFormat as error:
                raise OriginError(str(error)) from error
            except (ValueError, RecursionError) as error:
                if place == FILES:
                    continue  # a host that answers every address with a page
                raise OriginError(f"{self.url}{place}{MANIFEST} is no manifest of a release: {error}") from error
            version = manifest.version
            if (
                not VERSION.fullmatch(version)
                or not version.endswith(manifest.digest[:12])
                or len(manifest.digest) != 64
            ):
                raise OriginError(
                    f"{self.url}{place}{MANIFEST} calls its release {version[:200]!r}, which is no version"
                )
            # Below the version's own address nothing changes when another release becomes current.
            own = {FILES: f"release/{version}/{FILES}", "current/": f"{version}/"}.get(place, "")
            return self._with_digests(manifest, content, dict.fromkeys((self.url + own, self.url + place)))
        raise OriginError(
            f"{self.url} offers no release: there is no {' and no '.join(place + MANIFEST for place in PLACES)}"
        )

    def _with_digests(self, manifest: Manifest, content: bytes, bases: Iterable[str]) -> Offered:
        """The release as offered, below the first of these addresses where a list of digests is. Raises OriginError."""
        for base in bases:
            digests = self._small(base + STORE_DIGESTS)
            if digests is not None:
                return Offered(manifest, content, digests, base)
        raise OriginError(f"{self.url} has no {STORE_DIGESTS} beside its {MANIFEST}, so that nothing can be checked")

    def _small(self, url: str) -> bytes | None:
        """A document of MAX_LIST_BYTES at most; None where there is none."""
        body = bytearray()

        def begin(start: int, total: int | None) -> None:
            body.clear()

        def add(piece: bytes) -> None:
            body.extend(piece)
            if len(body) > MAX_LIST_BYTES:
                raise OriginError(f"{url} has more than {MAX_LIST_BYTES:,} bytes, and is no list of files")

        found = self._persist(url, lambda: self._get(url, 0, begin, add), lambda: len(body))
        return bytes(body) if found else None

    def take(self, url: str, path: Path, sha: str, size: int | None, most: int) -> None:
        """Bring the file at ``url`` to ``path``, from where it was left off. Raises OriginError, Mismatch."""
        for whole in (False, True):
            if whole:
                path.unlink(missing_ok=True)
            resumed = path.is_file() and path.stat().st_size > 0
            self._bring(url, path, size, most)
            if sha256(path) == sha:
                return
            if not resumed:
                break
        path.unlink(missing_ok=True)
        raise Mismatch(f"the SHA-256 of {url} is not what is said of it")

    def _bring(self, url: str, path: Path, size: int | None, most: int) -> None:
        limit = most if size is None else min(most, size)

        def present() -> int:
            return path.stat().st_size if path.is_file() else 0

        def attempt() -> bool:
            have = present()
            if size is not None and have == size and path.is_file():
                return True
            if have > limit:
                path.unlink()
                have = 0
            with path.open("ab") as file:
                held = have

                def begin(start: int, total: int | None) -> None:
                    nonlocal held
                    if total is not None and total > limit:
                        raise _too_long(url, size, most)
                    held = start
                    file.truncate(start)

                def add(piece: bytes) -> None:
                    nonlocal held
                    held += len(piece)
                    if held > limit:
                        raise _too_long(url, size, most)
                    file.write(piece)

                return self._get(url, have, begin, add)

        if not self._persist(url, attempt, present):
            raise OriginError(f"{url} is not there, though it is listed: the origin is not whole")
        if size is not None and present() != size:
            path.unlink()
            raise Mismatch(f"{url} has not the {size:,} bytes that are said of it")

    def _persist(self, url: str, attempt: Callable[[], bool], present: Callable[[], int]) -> bool:
        """The result of an attempt, after as many as bring something new, and MAX_ATTEMPTS that do not."""
        import httpx

        failed, before = 0, present()
        while True:
            try:
                return attempt()
            except Later as later:
                reason, wait = str(later), later.seconds
            except httpx.InvalidURL as error:
                raise OriginError(f"{url} is no address: {error}") from error
            except httpx.TransportError as error:
                reason, wait = f"the connection failed ({str(error) or type(error).__name__})", 0.0
            now = present()
            failed, before = (0 if now > before else failed + 1), max(now, before)
            if failed >= MAX_ATTEMPTS or (failed and now == 0 and self._refused(reason)):
                raise OriginError(f"{url} cannot be taken: {reason}. To run this again goes on where it stopped", True)
            time.sleep(min(MAX_WAIT_SECONDS, max(wait, 0.1 * 2**failed)))

    def _refused(self, reason: str) -> bool:
        """Tell whether nobody listens there: to ask again at once is of no use."""
        return "refused" in reason or "Name or service" in reason or "name resolution" in reason

    def _get(self, url: str, have: int, begin: Callable[[int, int | None], None], add: Callable[[bytes], None]) -> bool:
        """One request, of what comes after the first ``have`` bytes; False where there is no such thing.

        ``begin`` is told the first byte that comes, and how many there are in all. Raises OriginError, Later, and
        httpx's errors of a connection.
        """
        at = url
        for _ in range(MAX_REDIRECTS):
            with self._client.stream("GET", at, headers={"Range": f"bytes={have}-"} if have else {}) as answer:
                status = answer.status_code
                if status in (301, 302, 303, 307, 308):
                    at = self._redirected(at, answer.headers.get("location", ""))
                    continue
                if status in (404, 410):
                    return False
                if status == 416 and have:
                    return True  # nothing comes after it: its digest tells whether it is whole
                if status in (408, 429, 500, 502, 503, 504):
                    raise Later(f"the origin answers {status}", answer.headers.get("retry-after", ""))
                if status not in (200, 206):
                    raise OriginError(
                        f"{at} cannot be taken: the origin answers {status} {answer.reason_phrase}".rstrip()
                    )
                if answer.headers.get("content-encoding", "identity").lower() != "identity":
                    raise OriginError(
                        f"{at} comes as {answer.headers['content-encoding']}, though it was not asked for"
                    )
                start, total = _range(answer, have if status == 206 else 0)
                begin(start, total)
                self._read(at, answer, add)
                return True
        raise OriginError(f"{url} redirects more than {MAX_REDIRECTS} times")

    def _read(self, url: str, answer: httpx.Response, add: Callable[[bytes], None]) -> None:
        """Hand over what comes, unless it comes too slowly to ever end."""
        since, came = time.monotonic(), 0
        for piece in answer.iter_raw():
            add(piece)
            came += len(piece)
            if came >= LEAST_BYTES:
                since, came = time.monotonic(), 0
            elif time.monotonic() - since > self.limits.seconds:
                raise Later(f"less than {LEAST_BYTES:,} bytes came in {self.limits.seconds:g} seconds", "")

    def _redirected(self, at: str, location: str) -> str:
        try:
            target = urljoin(at, location)
        except ValueError:  # it is no address
            target = ""
        old, new = split_address(at), split_address(target)
        if not location or new.scheme not in ("http", "https") or new.hostname != old.hostname:
            raise OriginError(
                f"{at} redirects to {target[:200] if location else 'nowhere'}, another host: if that is the origin, "
                "name it"
            )
        if old.scheme == "https" and new.scheme == "http":
            raise OriginError(f"{at} redirects to {target[:200]}, which is not encrypted")
        return target


class Later(Exception):
    """An answer that may be another one after some time."""

    def __init__(self, reason: str, after: str) -> None:
        self.seconds = float(after) if after.isdecimal() and len(after) < 6 else 0.0
        super().__init__(reason)


def _too_long(url: str, size: int | None, most: int) -> OriginError | Mismatch:
    if size is not None and size <= most:
        return Mismatch(f"{url} has more than the {size:,} bytes that are said of it")
    return OriginError(f"more comes from {url} than may: of the release {allowed(most)} by now")


def _range(answer: httpx.Response, have: int) -> tuple[int, int | None]:
    """The first byte that an answer brings, and how many the file has; None where it does not say."""
    length = answer.headers.get("content-length", "")
    if answer.status_code == 200:
        return 0, integer(length)
    unit, _, rest = answer.headers.get("content-range", "").partition(" ")
    span, _, total = rest.partition("/")
    first = span.partition("-")[0]
    if unit.lower() != "bytes" or integer(first) != have:
        raise OriginError(
            f"{answer.url} sends another part than was asked for: {answer.headers.get('content-range', '')!r}"
        )
    return have, integer(total)
