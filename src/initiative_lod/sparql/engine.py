"""Engine of visitors' queries: what a worker evaluates a job with, the store of the release or another engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from initiative_lod.release.open_release import OpenRelease
from initiative_lod.sparql.job import Job
from initiative_lod.sparql.service_calls import Broker
from initiative_lod.sparql.worker_process import Call, Calls


class Engine(Protocol):
    """Decides what evaluates a job. ``start`` and ``stop`` it in the event loop in which it is asked."""

    proofs: Counter[str]  # of another engine, by outcome: believed, refused, away, failed

    @property
    def deviations(self) -> Sequence[str]:
        """The names of what it does otherwise than the standard, and the operator has taken on."""

    async def start(self) -> None:
        """Begin to look after what it needs."""

    async def stop(self) -> None:
        """End that."""

    async def prepare(self, job: Job) -> tuple[Job, Calls]:
        """The job as a worker is to have it, and what this may call meanwhile. Raises EngineDown."""

    def check(self, opened: OpenRelease) -> None:
        """Raise EngineDown where queries over the current release would not be answered."""


class EmbeddedEngine:
    """The store of the release, which the worker opens itself."""

    deviations: Sequence[str] = ()

    def __init__(self, broker: Broker) -> None:
        self.proofs: Counter[str] = Counter()
        self.calls = Calls(service=service_call(broker))

    async def start(self) -> None:
        """Nothing is needed."""

    async def stop(self) -> None:
        """Nothing is held."""

    async def prepare(self, job: Job) -> tuple[Job, Calls]:
        """The job as it is."""
        return job, self.calls

    def check(self, opened: OpenRelease) -> None:
        """Workers are there for as long as the server is."""


def service_call(broker: Broker) -> Call | None:
    """The call of services that a broker makes; None where none is allowed."""

    async def call(iri: str, query: str) -> AsyncGenerator[bytes, None]:
        yield await broker.call(iri, query)

    return call if broker.allowed else None
