"""Follower of an origin: looks now and then which release is current there, and lets a process of its own take it and
make it current here. Whatever the origin does, what is served goes on being served.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

from initiative_lod.errors import OriginError
from initiative_lod.formats.guarded_json import read_json
from initiative_lod.release.history import current_version
from initiative_lod.release.inventory import MAX_LIST_BYTES
from initiative_lod.release.manifest import MANIFEST, VERSION
from initiative_lod.release.origin import CONNECT_SECONDS, PLACES, address_of
from initiative_lod.settings import Settings

if TYPE_CHECKING:
    import httpx

log = logging.getLogger("initiative_lod")

NICENESS = 12
MAX_PAUSE_SECONDS = 3600.0  # after a release that could not be taken, again and again
LOOK_SECONDS = 30.0
OUTPUT_BYTES = 64 * 1024  # of a process, that are read: the last line says why it failed


class Follower:
    """Keeps the current release of a release folder the one that is current at ``settings.follow``."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.url = address_of(settings.follow)
        self.outcomes: Counter[str] = Counter()  # of looks: same, switched, unreachable, failed
        self.reachable = False
        self.looked = 0.0  # the time of the last look that was answered, in seconds since 1970
        self.offered = ""  # the version that is current there, as far as is known
        self._place: str | None = None
        self._known: tuple[str, str] = ("", "")  # an entity tag, and the version that was told under it
        self._failed: tuple[str, int, float] = ("", 0, 0.0)  # a version, how often in vain, when to try again
        self._said = ""
        self._task: asyncio.Task[None] | None = None

    @property
    def up_to_date(self) -> bool:
        """Tell whether what is current here is what was current there at the last look."""
        return bool(self.offered) and current_version(self._settings.release_folder) == self.offered

    def start(self) -> None:
        """Begin to follow, in the running event loop."""
        self._task = asyncio.create_task(self._follow(), name="follower")

    async def stop(self) -> None:
        """Follow no longer; a process that is taking a release is ended, and what it has taken stays for the next."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _follow(self) -> None:
        import httpx  # here: most servers follow nobody

        timeout = httpx.Timeout(LOOK_SECONDS, connect=CONNECT_SECONDS)
        async with httpx.AsyncClient(timeout=timeout, headers={"Accept-Encoding": "identity"}) as client:
            while True:
                await self._look(client)
                await asyncio.sleep(self._settings.follow_seconds)

    async def _look(self, client: httpx.AsyncClient) -> None:
        import httpx

        try:
            async with asyncio.timeout(LOOK_SECONDS):
                version = await self._current(client)
        except (httpx.HTTPError, httpx.InvalidURL, OriginError, TimeoutError, OSError) as error:
            self.reachable = False
            self.outcomes["unreachable"] += 1
            reason = " ".join(str(error).split())[:300] or type(error).__name__
            self._say(f"{self.url}, which is followed, cannot be asked ({reason}): what is served goes on")
            return
        self.reachable, self.looked, self.offered = True, time.time(), version
        if self.up_to_date:
            self.outcomes["same"] += 1
            if self._said:
                log.warning("%s is followed again: release %s", self.url, version)
                self._said = ""
            return
        failed, count, again = self._failed
        if failed == version and time.monotonic() < again:
            return
        reason = await self._take()
        if not reason:
            self.outcomes["switched"] += 1
            self._failed, self._said = ("", 0, 0.0), ""
            log.warning("release %s has become current at %s, and here", version, self.url)
            return
        self.outcomes["failed"] += 1
        count = count + 1 if failed == version else 1
        pause = min(MAX_PAUSE_SECONDS, self._settings.follow_seconds * 2**count)
        self._failed = version, count, time.monotonic() + pause
        self._say(f"release {version} of {self.url} is not taken, and what is served goes on: {reason}")

    async def _current(self, client: httpx.AsyncClient) -> str:
        """The version that is current there. Raises OriginError, and httpx's errors."""
        for place in PLACES if self._place is None else (self._place,):
            tag, known = self._known
            headers = {"If-None-Match": tag} if tag else {}
            body = bytearray()
            async with client.stream("GET", f"{self.url}{place}{MANIFEST}", headers=headers) as answer:
                if answer.status_code == 304 and tag:
                    return known
                if answer.status_code != 200:
                    if answer.status_code in (404, 410) and self._place is None:
                        continue
                    raise OriginError(f"it answers {answer.status_code}")
                async for piece in answer.aiter_raw():
                    body += piece
                    if len(body) > MAX_LIST_BYTES:
                        raise OriginError("its manifest does not end")
            try:
                version = read_json(body)["version"]
            except (ValueError, KeyError, TypeError):
                if self._place is None and place != PLACES[-1]:
                    continue
                raise OriginError(f"its {MANIFEST} is no manifest of a release") from None
            if not isinstance(version, str) or not VERSION.fullmatch(version):
                raise OriginError(f"its {MANIFEST} names no version")
            self._place, self._known = place, (answer.headers.get("etag", ""), version)
            return version
        raise OriginError(f"there is no {MANIFEST}")

    async def _take(self) -> str:
        """Take what is current there and make it current here, in a process of its own; why not, if not."""
        settings = self._settings
        command = [sys.executable, "-P", "-m", "initiative_lod", "--root", str(settings.root.resolve())]
        command += ["--releases", str(settings.release_folder), "release", "pull", self.url, "--publish"]
        given = {"PULL_BYTES": settings.pull_bytes, "FETCH_SECONDS": settings.fetch_seconds}
        environment = {**os.environ, **{f"INITIATIVE_LOD_{name}": str(value) for name, value in given.items()}}
        environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env=environment,
        )
        try:
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
            assert process.stderr is not None
            said = b""
            while piece := await process.stderr.read(OUTPUT_BYTES):
                said = (said + piece)[-OUTPUT_BYTES:]
            status = await process.wait()
        except asyncio.CancelledError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            raise
        if status == 0:
            return ""
        lines = said.decode("utf-8", "replace").strip().splitlines()
        return lines[-1].removeprefix("initiative-lod: ") if lines else f"the process ended with status {status}"

    def _say(self, text: str) -> None:
        """Say it in the log, once for as long as it is the same."""
        if text != self._said:
            self._said = text
            log.error("%s", text)
