"""Remote store: another engine that has the current release, believed once it has proved so, and looked after since.

Queries over the current release go to it; older ones are answered from their own stores, as ever. A query is answered
when, after its answer was whole, the engine still says that it has the release that was asked for: who loads another
one takes this mark away first.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from urllib.parse import urlsplit

from initiative_lod.errors import EngineDown, InitiativeLodError, Message, QueryTimeout, SettingsError, Verbatim
from initiative_lod.locale.messages import Languages
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.settings import ENVIRONMENT_PREFIX, Settings
from initiative_lod.sparql.engine import service_call
from initiative_lod.sparql.engine_probe import DEVIATIONS, MISSING, Deviation, holds, probe
from initiative_lod.sparql.job import Job
from initiative_lod.sparql.remote_endpoint import RemoteEndpoint, authorization, require_address
from initiative_lod.sparql.service_calls import Broker
from initiative_lod.sparql.worker_process import Calls

log = logging.getLogger(__name__)

CHECK_SECONDS = 5.0  # that the engine may take to say which release it has
MAX_PAUSE_SECONDS = 300.0  # between two proofs of an engine that is refused
AWAY_SECONDS = 2.0  # between two looks at one that is away
ENDPOINTS = 2  # of two releases: queries over the one before may be under way
SILENT_CHECKS = 2  # after which an engine that is busy, or does not answer in time, is away


def accepted(settings: Settings) -> tuple[str, ...]:
    """The names of the deviations that the operator takes on. Raises SettingsError for one that there is not."""
    names = tuple(dict.fromkeys(name.strip() for name in settings.store_deviations.split(",") if name.strip()))
    if unknown := [name for name in names if name not in DEVIATIONS]:
        raise SettingsError(
            f"setting 'store_deviations' names {unknown[0]!r}, which is no deviation; there are {', '.join(DEVIATIONS)}"
        )
    return names


def advice(wrong: Sequence[Deviation], taken_on: Sequence[str]) -> str:
    """Sentence that says how what is wrong with an engine is taken on, or that it cannot be."""
    names = [finding.name for finding in wrong]
    if barred := [name for name in names if name not in DEVIATIONS]:
        return f"{', '.join(barred)} cannot be taken on"
    value = ",".join(dict.fromkeys([*taken_on, *names]))
    return (
        f'to take this on, set store_deviations = "{value}" (or {ENVIRONMENT_PREFIX}STORE_DEVIATIONS={value}); '
        "the service description then says so"
    )


def endpoint_of(settings: Settings, version: str) -> RemoteEndpoint:
    """The endpoint of the engine for a release, for which ``{version}`` in its address stands. Raises SettingsError."""
    url = require_address(settings.store.replace("{version}", version))
    # A worker that is killed costs the next query time: the engine's time is over a little before.
    return RemoteEndpoint(url, authorization(settings), settings.query_seconds * 0.9, settings.query_bytes)


class RemoteStore:
    """The engine at ``settings.store``; ``at_hand`` gives the current release, where it is open."""

    def __init__(self, settings: Settings, at_hand: Callable[[], OpenRelease | None], broker: Broker) -> None:
        self._settings, self._at_hand = settings, at_hand
        self._service = service_call(broker)
        self._accepted = accepted(settings)
        url = urlsplit(endpoint_of(settings, "version").url)  # which says what is wrong with the settings
        if settings.store_login and url.scheme == "http" and url.hostname not in ("localhost", "127.0.0.1", "::1"):
            log.warning("the login for %s goes over the net as it is: https would hide it", settings.store)
        self.proofs: Counter[str] = Counter()  # by outcome: believed, refused, away, failed
        self._deviations: tuple[str, ...] = ()
        self._endpoint: RemoteEndpoint | None = None
        self._endpoints: dict[str, RemoteEndpoint] = {}  # by address, the last one that was asked last
        self._version = ""  # of the release that the endpoint is asked for
        self._believed = ""  # the version that it has proved to have
        self._tried = ""  # the version of which it is known whether it has
        self._reason = Message("engine.unproved")
        self._pause, self._next = 0.0, 0.0  # between two proofs, and when the next one is due
        self._silent = 0  # looks in a row at which it was busy, or did not answer in time
        self._said = ""
        self._proof: asyncio.Task[None] | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._wanted = asyncio.Event()

    @property
    def deviations(self) -> Sequence[str]:
        """The names of what was found at the last proof, and is taken on."""
        return self._deviations

    @property
    def ready(self) -> bool:
        """Tell whether it has proved to have the current release, and answers."""
        opened = self._at_hand()
        return opened is not None and self._answers(opened)

    def _answers(self, opened: OpenRelease) -> bool:
        return self._believed == opened.release.version and self._silent < SILENT_CHECKS

    async def start(self) -> None:
        """Begin to look after the engine."""
        self._keeper = asyncio.create_task(self._keep(), name="remote store")

    async def stop(self) -> None:
        """Look after it no longer."""
        tasks = [task for task in (self._keeper, self._proof) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for endpoint in self._endpoints.values():
            await endpoint.close()

    def check(self, opened: OpenRelease) -> None:
        """Raise EngineDown, with the reason, unless the engine has proved to have this release."""
        if not self._answers(opened):
            raise EngineDown(self._reason)

    async def prepare(self, job: Job) -> tuple[Job, Calls]:
        """The job for the engine, if it is over the current release. Raises EngineDown."""
        opened = self._at_hand()
        if opened is None or str(opened.release.store) != job.store:
            return job, Calls(self._service)
        if self._tried != opened.release.version:
            # The release has been switched: what it takes to prove this one is waited for, as long as a query may take.
            try:
                async with asyncio.timeout(self._settings.query_seconds * 0.9):
                    await asyncio.shield(self._prove(opened))
            except TimeoutError:
                raise EngineDown(Message("engine.unproved")) from None
        self.check(opened)
        assert self._endpoint is not None
        endpoint = self._endpoint

        async def ask(_: str, request: str) -> AsyncGenerator[bytes, None]:
            asked = json.loads(request)
            dataset = {"default-graph-uri": tuple(asked["default"]), "named-graph-uri": tuple(asked["named"])}
            try:
                async with aclosing(endpoint.stream(asked["query"], asked["graph"], None, dataset)) as pieces:
                    async for piece in pieces:
                        yield piece
                there = await holds(endpoint, opened, CHECK_SECONDS)
            except InitiativeLodError:
                self._wanted.set()  # is it the query, or the engine?
                raise
            if not there:
                self._lose(Message("engine.changed"))
                self._wanted.set()
                raise EngineDown(Message("engine.changed"))

        return replace(job, remote=True), Calls(self._service, ask)

    async def _keep(self) -> None:
        """Look now and then, and when a query has failed, whether the engine is there and has the current release."""
        while True:
            try:
                await self._turn()
            except Exception as error:  # of whatever kind: without a keeper, an engine would never be believed again
                self._failed(error)
            self._wanted.clear()
            pause = self._settings.store_seconds if self.ready else min(AWAY_SECONDS, self._settings.store_seconds)
            try:
                async with asyncio.timeout(pause):
                    await self._wanted.wait()
            except TimeoutError:
                continue
            await asyncio.sleep(min(0.2, self._settings.store_seconds))  # many may fail at once

    async def _turn(self) -> None:
        opened = self._at_hand()
        if opened is None:
            return
        if self._tried != opened.release.version or time.monotonic() >= self._next:
            await asyncio.shield(self._prove(opened))
        elif self._believed == opened.release.version:
            await self._look(opened)

    async def _look(self, opened: OpenRelease) -> None:
        assert self._endpoint is not None
        try:
            there = await holds(self._endpoint, opened, CHECK_SECONDS)
        except InitiativeLodError as error:
            self._miss(error)
            return
        if not there:
            self._lose(Message("engine.changed"))
        elif self._silent:
            self._silent = 0
            self._say(logging.WARNING, f"the engine at {self._url} answers again")

    def _prove(self, opened: OpenRelease) -> asyncio.Task[None]:
        """The proof that is going on, else a new one."""
        if self._proof is None or self._proof.done():
            self._proof = asyncio.create_task(self._proved(opened), name="proof of the remote store")
        return self._proof

    async def _proved(self, opened: OpenRelease) -> None:
        version = opened.release.version
        if self._version != version:
            endpoint = endpoint_of(self._settings, version)
            self._endpoint = self._endpoints.pop(endpoint.url, endpoint)
            self._endpoints[endpoint.url] = self._endpoint
            self._version, self._pause = version, 0.0
            while len(self._endpoints) > ENDPOINTS:
                await self._endpoints.pop(next(iter(self._endpoints))).close()
        assert self._endpoint is not None
        started = False
        try:
            await holds(self._endpoint, opened, CHECK_SECONDS)  # which shows soon whether anybody is there
            started = True
            found = await probe(self._endpoint, opened)
        except InitiativeLodError as error:
            self.proofs["away"] += 1
            self._miss(error)
            if started:
                self._put_off()
            return
        except Exception as error:  # of our own store, or a mistake of ours
            self._failed(error)
            return
        finally:
            self._tried = version
        wrong = [finding for finding in found if finding.name not in self._accepted]
        if wrong:
            self.proofs["refused"] += 1
            self._refuse(version, wrong)
            return
        self.proofs["believed"] += 1
        self._believed, self._silent, self._pause = version, 0, 0.0
        self._next = time.monotonic() + self._settings.store_proof_seconds
        self._deviations = tuple(finding.name for finding in found)
        taken = f", with what is taken on: {', '.join(self._deviations)}" if self._deviations else ""
        self._say(logging.WARNING, f"the engine at {self._url} has release {version}{taken}")

    def _put_off(self) -> None:
        """Prove it later: all costs the engine a hundred queries, and who cannot answer them is asked less and less."""
        self._pause = min(MAX_PAUSE_SECONDS, max(self._settings.store_seconds, self._pause * 2))
        self._next = time.monotonic() + self._pause

    def _refuse(self, version: str, wrong: Sequence[Deviation]) -> None:
        names = ", ".join(finding.name for finding in wrong)
        told = "; ".join(f"{finding.name}: {finding.text}" for finding in wrong)
        self._believed, self._reason = "", Message("engine.refused", names=names)
        if any(finding.name == MISSING for finding in wrong):  # which is seen by one query
            self._pause = self._next = 0.0
        else:
            self._put_off()
            told += f"; {advice(wrong, self._accepted)}"
        self._say(logging.ERROR, f"the engine at {self._url} is not believed for release {version}: {told}")

    def _miss(self, error: InitiativeLodError) -> None:
        """Note that a look or a proof had no answer. Who was only busy or silent need not prove itself anew."""
        if self._believed == self._version and isinstance(error, QueryTimeout | EngineDown):
            self._silent += 1
            if self._silent >= SILENT_CHECKS:
                self._tell_away(_message(error))
        else:
            self._lose(_message(error))

    def _lose(self, reason: Message) -> None:
        self._believed, self._next = "", 0.0
        self._tell_away(reason)

    def _failed(self, error: Exception) -> None:
        """Note a failure that no engine should be able to cause, and go on."""
        self.proofs["failed"] += 1
        self._believed, self._reason = "", Message("engine.failed")
        self._put_off()
        self._say(
            logging.ERROR, f"looking after the engine at {self._url} failed: {type(error).__name__}: {error}", error
        )

    def _tell_away(self, reason: Message) -> None:
        self._reason = reason
        words = Languages().default.gettext(reason.id, **reason.values)
        self._say(logging.ERROR, f"the engine at {self._url} answers no queries: {words}")

    @property
    def _url(self) -> str:
        return self._endpoint.url if self._endpoint is not None else self._settings.store

    def _say(self, level: int, text: str, error: Exception | None = None) -> None:
        """Say it in the log, once for as long as it is the same."""
        if text != self._said:
            self._said = text
            log.log(level, "%s", text, exc_info=error)


def _message(error: InitiativeLodError) -> Message:
    return error.message or Message("query.failed", detail=Verbatim(error))
