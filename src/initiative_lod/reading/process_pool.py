"""Runs the processes that read files, one file at a time each, and ends one that takes too long or dies, refusing
its file by name.
"""

from __future__ import annotations

import json
import os
import queue
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from initiative_lod.reading.files import Member, Outcome
from initiative_lod.reading.parse import How
from initiative_lod.settings import Settings

MEGABYTE = 1 << 20
DEAF = 600.0  # seconds that sorting one spool may take for each gigabyte

Seen = Callable[[Outcome], None]


class _Hand:
    """One process with its spool. It is started anew after it had to be ended."""

    def __init__(self, number: int, folder: Path, settings: Settings) -> None:
        self._spool = folder / f"spool-{number}"
        self._spool.touch()
        self._good = 0
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._rest = b""

    def read(self, member: Member, how: How, again: bool = True) -> Outcome:
        """What became of a file; its statements are in the spool if it was taken.

        A process that ended by itself before it said anything is replaced once: what kills a reader comes as a signal.
        """
        seconds = self._settings.merge_seconds + member.size / MEGABYTE
        stage = ""
        try:
            until = time.monotonic() + seconds
            about = {"name": member.name, "size": member.size, "sha256": member.sha256, "path": str(member.path)}
            inline = {} if member.data is None else {"inline": len(member.data)}
            self._ask({"member": about, "how": asdict(how), **inline}, member.data or b"")
            while "outcome" not in (answer := self._answer(until)):
                stage = answer.get("stage", "")
        except (TimeoutError, OSError, ValueError) as error:
            code = self._end()
            with self._spool.open("r+b") as spool:
                spool.truncate(self._good)
            if again and not stage and not isinstance(error, TimeoutError) and code is not None and code >= 0:
                return self.read(member, how, again=False)
            if stage and not isinstance(error, TimeoutError):
                why = "its blank nodes are too entangled to be told apart in the memory there is (merge_memory)"
            elif not isinstance(error, TimeoutError):
                why = "reading it needs too much memory, or crashes the parser" + (
                    f" (signal {-code})" if code and code < 0 else ""
                )
            elif stage:
                why = f"its blank nodes are too entangled to be told apart in {seconds:.0f} seconds (merge_seconds)"
            else:
                why = f"reading it takes more than {seconds:.0f} seconds (setting merge_seconds)"
            return Outcome(member.name, "refused", why, member.sha256, member.size)
        self._good = answer["spool"]
        return Outcome.from_json(answer["outcome"])

    def finish(self, folder: Path) -> list[Path]:
        """The spool as sorted runs."""
        if not self._good:
            return []
        self._ask({"finish": str(folder)})
        until = time.monotonic() + DEAF * (1 + self._good / (1 << 30))
        return [Path(path) for path in self._answer(until)["runs"]]

    def close(self) -> None:
        """End the process and forget the spool."""
        self._end()
        self._spool.unlink(missing_ok=True)

    def _ask(self, value: dict[str, Any], data: bytes = b"") -> None:
        if self._process is None:
            command = [
                sys.executable,
                "-m",
                "initiative_lod.reading.process",
                str(self._spool),
                str(self._settings.merge_memory),
            ]
            # The parser's last words about its own death are of no use to an operator.
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
            )
            self._rest = b""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(value).encode() + b"\n" + data)
        self._process.stdin.flush()

    def _answer(self, until: float) -> dict[str, Any]:
        """The next line. Raises TimeoutError when it is late, OSError when the process is gone."""
        assert self._process is not None
        assert self._process.stdout is not None
        handle = self._process.stdout.fileno()
        while b"\n" not in self._rest:
            ready, _, _ = select.select([handle], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                raise TimeoutError
            data = os.read(handle, 65536)
            if not data:
                raise OSError("the process is gone")
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        value: dict[str, Any] = json.loads(line)
        return value

    def _end(self) -> int | None:
        if self._process is None:
            return None
        process, self._process = self._process, None
        if process.stdin:
            with suppress(OSError):
                process.stdin.close()
        try:
            process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()
        return process.returncode


def _environment() -> dict[str, str]:
    """The environment of a worker, which imports what this process imports."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


class Crew:
    """Several hands that read the files of one source at the same time. Used as a context."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._folder = folder
        self._hands = [_Hand(number, folder, settings) for number in range(settings.merge_workers)]

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        for hand in self._hands:
            hand.close()

    def read(self, members: Iterable[Member | Outcome], how: How, seen: Seen = lambda outcome: None) -> list[Outcome]:
        """Read files; what became of each, in the order given. No more of them is asked for than there are hands to
        read them.

        ``seen`` is called for each as it comes, in any order and from any thread.
        """
        outcomes: dict[int, Outcome] = {}
        waiting: queue.Queue[tuple[int, Member] | None] = queue.Queue(maxsize=len(self._hands))
        failed: list[BaseException] = []

        def work(hand: _Hand) -> None:
            while (item := waiting.get()) is not None:
                number, member = item
                try:
                    if not failed:
                        outcomes[number] = hand.read(member, how)
                        seen(outcomes[number])
                except BaseException as error:  # handed over to the thread that asked, below
                    failed.append(error)
                finally:
                    member.discard()

        threads = [threading.Thread(target=work, args=(hand,), daemon=True) for hand in self._hands]
        for thread in threads:
            thread.start()
        try:
            for number, member in enumerate(members):
                if isinstance(member, Outcome):
                    outcomes[number] = member
                    seen(member)
                else:
                    waiting.put((number, member))
                if failed:
                    break
        finally:
            for _ in threads:
                waiting.put(None)
            for thread in threads:
                thread.join()
        if failed:
            raise failed[0]
        return [outcomes[number] for number in sorted(outcomes)]

    def finish(self) -> list[Path]:
        """What was taken, as sorted runs."""
        found: list[list[Path]] = [[] for _ in self._hands]

        def sort(number: int) -> None:
            found[number] = self._hands[number].finish(self._folder)

        threads = [threading.Thread(target=sort, args=(number,)) for number in range(len(self._hands))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [run for runs in found for run in runs]
