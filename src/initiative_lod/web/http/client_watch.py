"""Watch over a client that waits for its answer: what is made for one that has gone away is made no further."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from initiative_lod.waiting.deadlines import Deadlines

PATIENT_SECONDS = 0.02  # what is answered sooner is not worth watching for its client's leaving


class Watch:
    """Cancels the task that made it when its client goes away; of little cost to what is answered before its
    ``patience`` is over.

    ``stop`` it when the answer is there; where the task was cancelled, ``pass_on`` says why.
    """

    def __init__(self, receive: Receive, patience: Deadlines) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._waiting, self._gone = task, False
        self._receive = receive
        self._task: asyncio.Task[None] | None = None
        self._patience, self._number = patience, patience.set(self._start)

    def stop(self) -> None:
        """Look no longer."""
        self._patience.drop(self._number)
        if self._task is not None:
            self._task.cancel()

    def pass_on(self) -> None:
        """Raise ClientDisconnect if it was this watch that cancelled the task."""
        if self._gone:
            self._waiting.uncancel()
            raise ClientDisconnect from None

    def _start(self) -> None:
        self._task = asyncio.create_task(self._wait())

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._gone = True
        self._waiting.cancel()
