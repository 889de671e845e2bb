"""The query workers, all of them: started before they are needed, replaced when they die, shared out fairly."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import Callable

from initiative_lod.errors import Busy, ClientBusy, Message
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.settings import Settings
from initiative_lod.sparql.cache import Cache, Key
from initiative_lod.sparql.engine import EmbeddedEngine, Engine
from initiative_lod.sparql.job import Job, QueryResult
from initiative_lod.sparql.service_calls import Broker
from initiative_lod.sparql.worker_process import PROGRAM, JobNotTaken, Worker, WorkerDied
from initiative_lod.waiting.deadlines import Deadlines
from initiative_lod.waiting.fair_queue import FairQueue, Rate, Refusals

log = logging.getLogger(__name__)

SHELVED = 16  # largest results that may lie in files at one time
SPARE = 1  # ready workers beyond those that may run, so that a kill costs the next query nothing
WORDS = Refusals("query.client_queue", "query.queue_full", "query.waited")
_RETRY_SECONDS = 1.0


class Shelf:
    """Results that lie in files until they have been read: ``most`` bytes, and ``per_client`` of one client."""

    def __init__(self, most: int, per_client: int) -> None:
        self._most, self._per_client = most, per_client
        self._held: dict[str, int] = {}
        self.size = 0

    def check(self, client: str) -> None:
        """Raise ClientBusy or Busy when there is no room for another one."""
        if self._held.get(client, 0) >= self._per_client:
            raise ClientBusy(Message("query.unread"), 5)
        if self.size >= self._most:
            raise Busy(Message("query.shelf_full"), 5)

    def hold(self, client: str, result: QueryResult) -> None:
        """Count ``result`` until it is closed."""
        length = result.length
        self._held[client] = self._held.get(client, 0) + 1
        self.size += length

        def closed() -> None:
            self.size -= length
            self._held[client] -= 1
            if not self._held[client]:
                del self._held[client]

        result.closed = closed


class QueryPool:
    """Runs visitors' queries, in processes of the module ``program``.

    ``start`` it in a running event loop, ``stop`` it in the same one.
    """

    def __init__(
        self,
        settings: Settings,
        broker: Broker | None = None,
        program: str = PROGRAM,
        at_hand: Callable[[], OpenRelease | None] = lambda: None,
    ) -> None:
        """Queries over the release that ``at_hand`` gives, the current one, go to another engine where one is set."""
        self.settings = settings
        self._program = program
        broker = Broker(settings.services, settings.query_seconds) if broker is None else broker
        self.engine = _engine(settings, at_hand, broker)
        patience = settings.query_seconds * 2
        self.turns = FairQueue(settings.query_workers, settings.query_queue, settings.query_per_client, patience, WORDS)
        self.rate = Rate(settings.query_rate)
        self._deadlines = Deadlines(settings.query_seconds)
        self.cache = Cache(settings.query_cache)
        self.shelf = Shelf(SHELVED * settings.query_bytes, settings.query_per_client)
        self.started = 0  # workers, since the beginning
        self.outcomes: Counter[str] = Counter()  # of queries, by what became of them
        self._ready: deque[Worker] = deque()
        self._awaited: deque[asyncio.Future[Worker]] = deque()
        self._keeper: asyncio.Task[None] | None = None
        self._wanted = asyncio.Event()
        self._out = 0  # workers that have a job now
        self._dying: set[asyncio.Task[int]] = set()
        self._stopped = False

    async def start(self) -> None:
        """Start the workers, and wait until one of them is ready. Raises WorkerDied when none can be started."""
        self._stopped = False
        self._ready.append(await self._worker(urgent=True))
        await self.engine.start()
        self._keeper = asyncio.create_task(self._keep(), name="query workers")
        self._wanted.set()

    async def stop(self) -> None:
        """End every worker, running or not."""
        self._stopped = True
        await self.engine.stop()
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
            self._keeper = None
        while self._ready:
            self._end(self._ready.popleft())
        await asyncio.gather(*self._dying, return_exceptions=True)

    @property
    def workers(self) -> list[int]:
        """The process ids of the workers that wait for a job."""
        return [worker.pid for worker in self._ready]

    async def run(self, job: Job, client: str, key: Key | None = None) -> QueryResult:
        """The result of ``job`` for ``client``: kept from before, or evaluated in its turn.

        Raises Busy or ClientBusy, and what ``Worker.run`` raises. Cancelled, it frees the worker at once.
        """
        if key is not None and (kept := self.cache.get(key)) is not None:
            self.outcomes["cached"] += 1
            return kept
        self.rate.take(client)
        self.shelf.check(client)
        await self.turns.enter(client)
        begun = time.monotonic()
        try:
            result = await self._evaluate(job)
        finally:
            self.turns.leave(client, time.monotonic() - begun)
        self.outcomes["answered"] += 1
        if result.file is not None:
            self.shelf.hold(client, result)
        elif key is not None:
            self.cache.put(key, result)
        return result

    async def _evaluate(self, job: Job) -> QueryResult:
        job, calls = await self.engine.prepare(job)
        while True:
            worker = await self._take()
            try:
                return await worker.run(job, self._deadlines, calls)
            except JobNotTaken:
                continue
            finally:
                self._give(worker)

    async def _take(self) -> Worker:
        while self._ready:
            worker = self._ready.pop()  # the one that was used last is warm
            if worker.alive:
                self._out += 1
                return worker
            self._end(worker)
        self._wanted.set()
        arrival: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self._awaited.append(arrival)
        try:
            with self._deadlines.within():
                worker = await arrival
        except BaseException as error:
            if arrival.done() and not arrival.cancelled():
                self._hand(arrival.result())
            if isinstance(error, TimeoutError):
                raise Busy(Message("query.no_worker"), 5) from None
            raise
        self._out += 1
        return worker

    def _give(self, worker: Worker) -> None:
        self._out -= 1
        if worker.retired or self._stopped:
            self._end(worker)
            self._wanted.set()
        else:
            self._hand(worker)

    def _hand(self, worker: Worker) -> None:
        """Give a ready worker to whoever waits for one, else keep it."""
        while self._awaited:
            arrival = self._awaited.popleft()
            if not arrival.done():
                arrival.set_result(worker)
                return
        self._ready.append(worker)

    async def _keep(self) -> None:
        """Keep as many workers ready as may be needed, and one to spare."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            while len(self._ready) + self._out < self.settings.query_workers + SPARE:
                try:
                    worker = await self._worker()
                except (WorkerDied, OSError, TimeoutError) as error:
                    log.error("a query worker could not be started: %s", error)
                    await asyncio.sleep(_RETRY_SECONDS)
                    continue
                self._hand(worker)

    async def _worker(self, urgent: bool = False) -> Worker:
        worker = await Worker.start(self.settings, urgent, self._program)
        self.started += 1
        if worker.missing:
            log.warning("query workers are not fully confined here: %s", worker.missing)
        return worker

    def _end(self, worker: Worker) -> None:
        worker.kill()
        task = asyncio.create_task(worker.wait())
        self._dying.add(task)
        task.add_done_callback(self._dying.discard)


def _engine(settings: Settings, at_hand: Callable[[], OpenRelease | None], broker: Broker) -> Engine:
    """The engine that the settings name. Raises SettingsError."""
    if not settings.store:
        return EmbeddedEngine(broker)
    from initiative_lod.sparql.remote_store import RemoteStore  # here: most servers ask no other engine

    return RemoteStore(settings, at_hand, broker)
