"""Runs the processes that find and read files, one file at a time each, and ends one that takes too long or dies,
refusing its file by name.
"""

from __future__ import annotations

import json
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from initiative_lod.errors import MachineError, SourceError
from initiative_lod.fork_server import ForkedProcess, fork
from initiative_lod.reading.find_files import Arrived
from initiative_lod.reading.parse import How
from initiative_lod.reading.source_files import FileOutcome, Member
from initiative_lod.reading.unpack import Caps
from initiative_lod.settings import Settings

PROGRAM = "initiative_lod.reading.reader_process"  # the module that a process runs
MEGABYTE = 1 << 20
SORT_SECONDS = 600.0  # that sorting one spool may take for each gigabyte

LOOKS = 0.5  # seconds between two looks how far large files are read

Seen = Callable[[FileOutcome], None]
Moved = Callable[[int], None]  # bytes that have been read of the files that are being read


class ReaderProcess:
    """One process with its spool. It is started when it is wanted, and anew after it had to be ended."""

    def __init__(self, spool: Path, settings: Settings) -> None:
        self._spool = spool.absolute()  # the process is in a folder of its own
        self._spool.touch()
        self._good = 0
        self._settings = settings
        self._process: ForkedProcess | None = None
        self._channel: socket.socket | None = None
        self._rest = b""
        self._reads = ""

    @property
    def position(self) -> int:
        """Bytes that it has read of the file that it reads; 0 where it has it in memory, or the system does not say."""
        process, path = self._process, self._reads
        if process is None or not path:
            return 0
        try:
            for number in Path(f"/proc/{process.pid}/fd").iterdir():
                if str(number.readlink()) == path:
                    return int(Path(f"/proc/{process.pid}/fdinfo/{number.name}").read_text().split()[1])
        except (OSError, ValueError, IndexError):  # it is through, or this is no Linux
            pass
        return 0

    def find(self, arrived: Arrived, scratch: Path) -> Iterator[Member | FileOutcome]:
        """The files of a source, as ``find_files.walk`` gives them. Whoever stops early ends the process."""
        caps, scratch = asdict(Caps.of(self._settings)), scratch.absolute()
        arrived = replace(arrived, path=arrived.path.absolute())
        seconds = self._settings.merge_seconds
        done = False
        try:
            self._ask({"find": {"arrived": arrived.to_json(), "scratch": str(scratch), "caps": caps}}, seconds * 1000)
            while not done:
                answer = self._answer(time.monotonic() + seconds)
                done = "end" in answer
                if "outcome" in answer:
                    yield FileOutcome.from_json(answer["outcome"])
                elif "member" in answer:
                    given = answer["member"]
                    path = Path(given["path"]) if given["path"] else None
                    data = self._bytes(answer["inline"], time.monotonic() + seconds) if "inline" in answer else None
                    yield Member(**{**given, "path": path, "data": data})
        except (TimeoutError, OSError, ValueError) as error:
            code = self._end()
            done = True
            if isinstance(error, TimeoutError):
                why = f"unpacking it takes more than {seconds:.0f} seconds without a file (setting merge_seconds)"
            else:
                why = f"unpacking it needs too much memory (merge_memory), or crashes{_signal(code)}"
            yield FileOutcome(arrived.name, "refused", why)
        finally:
            if not done:
                self._end()

    def read(self, member: Member, how: How, again: bool = True) -> FileOutcome:
        """Outcome of a file; its statements are in the spool if it was taken.

        A process that ended by itself before it said anything is replaced once: what kills a reader comes as a signal.
        Raises MachineError for a fault of this machine, such as a full disk.
        """
        seconds = self._settings.merge_seconds + member.size / MEGABYTE
        stage = ""
        self._reads = str(member.path.resolve()) if member.path is not None else ""
        try:
            until = time.monotonic() + seconds
            about = {"name": member.name, "size": member.size, "sha256": member.sha256, "path": str(member.path)}
            inline = {} if member.data is None else {"inline": len(member.data)}
            self._ask({"member": about, "how": asdict(how), **inline}, seconds, member.data or b"")
            while "outcome" not in (answer := self._answer(until)):
                stage = answer.get("stage", "")
        except (TimeoutError, OSError, ValueError) as error:
            code = self._end()
            with self._spool.open("r+b") as spool:
                spool.truncate(self._good)
            if again and not stage and not isinstance(error, TimeoutError) and code is not None and code >= 0:
                return self.read(member, how, again=False)
            return FileOutcome(member.name, "refused", _reason(error, code, stage, seconds), member.sha256, member.size)
        self._good = answer["spool"]
        return FileOutcome.from_json(answer["outcome"])

    def finish(self, folder: Path) -> list[Path]:
        """The spool as sorted runs. Raises MachineError when it cannot be sorted."""
        if not self._good:
            return []
        seconds = SORT_SECONDS * (1 + self._good / (1 << 30))
        try:
            self._ask({"finish": str(folder.absolute())}, seconds)
            return [Path(path) for path in self._answer(time.monotonic() + seconds)["runs"]]
        except (TimeoutError, OSError, ValueError) as error:
            self._end()
            raise MachineError("what was read could not be sorted: the process ended or took too long") from error

    def close(self) -> None:
        """End the process and forget the spool."""
        self._end()
        self._spool.unlink(missing_ok=True)

    def _ask(self, value: dict[str, Any], seconds: float, data: bytes = b"") -> None:
        if self._channel is None:
            self._channel, theirs = socket.socketpair()
            with theirs:
                arguments = [str(self._spool), str(self._settings.merge_memory)]
                self._process = fork(PROGRAM, arguments, {0: theirs.fileno(), 1: theirs.fileno()})
            self._rest = b""
        self._channel.settimeout(None)
        self._channel.sendall(json.dumps({**value, "seconds": seconds}).encode() + b"\n" + data)

    def _answer(self, until: float) -> dict[str, Any]:
        """The next line. Raises TimeoutError when it is late, OSError when the process is gone, MachineError for a
        fault of this machine.
        """
        while b"\n" not in self._rest:
            self._receive(until)
        line, _, self._rest = self._rest.partition(b"\n")
        value: dict[str, Any] = json.loads(line)
        if "failed" in value:
            self._end()
            raise MachineError(f"files cannot be read here: {value['failed']}")
        return value

    def _bytes(self, count: int, until: float) -> bytes:
        """The next ``count`` bytes. Raises as ``_answer`` does."""
        while len(self._rest) < count:
            self._receive(until)
        data, self._rest = self._rest[:count], self._rest[count:]
        return data

    def _receive(self, until: float) -> None:
        assert self._channel is not None
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._channel.settimeout(left)
        data = self._channel.recv(MEGABYTE)
        if not data:
            raise OSError("the process is gone")
        self._rest += data

    def _end(self) -> int | None:
        channel, self._channel, process, self._process = self._channel, None, self._process, None
        if channel is not None:
            channel.close()
        if process is None:
            return None
        try:
            return process.wait(0.2)
        except TimeoutError:
            process.kill()
            return process.wait()


def _reason(error: Exception, code: int | None, stage: str, seconds: float) -> str:
    """Reason why a process that read a file is gone."""
    late = isinstance(error, TimeoutError)
    if stage:
        most = f"in {seconds:.0f} seconds (merge_seconds)" if late else "in the memory there is (merge_memory)"
        return f"its blank nodes are too entangled to be told apart {most}"
    if late:
        return f"reading it takes more than {seconds:.0f} seconds (setting merge_seconds)"
    if code == -11:
        return "reading it crashes the parser (signal 11): it is nested too deep, it seems"
    return f"reading it needs too much memory (setting merge_memory), or crashes the parser{_signal(code)}"


def _signal(code: int | None) -> str:
    return f" (signal {-code})" if code and code < 0 else ""


class ProcessPool:
    """Several processes that read files at the same time, and one that finds them. Used as a context."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._folder = folder
        self._seconds = settings.phase_seconds
        self._finder = ReaderProcess(folder / "spool-finder", settings)
        self._readers = [
            ReaderProcess(folder / f"spool-{number}", settings) for number in range(settings.merge_workers)
        ]

    def __enter__(self) -> ProcessPool:
        return self

    def __exit__(self, *_: object) -> None:
        for process in (self._finder, *self._readers):
            process.close()

    def read(
        self,
        arrived: Arrived,
        how: Callable[[Member], How],
        seen: Seen = lambda outcome: None,
        moved: Moved = lambda size: None,
    ) -> list[FileOutcome]:
        """Find and read the files of a source; what became of each, in the order of their names. No more of them is
        asked for than there are processes to read them.

        ``seen`` is called for each as it comes, in any order and from any thread, ``moved`` now and then. Raises
        SourceError when all of them take longer than a phase may, MachineError for a fault of this machine.
        """
        outcomes: dict[int, FileOutcome] = {}
        waiting: queue.Queue[tuple[int, Member] | None] = queue.Queue(maxsize=len(self._readers))
        failed: list[BaseException] = []

        def work(process: ReaderProcess) -> None:
            while (item := waiting.get()) is not None:
                number, member = item
                try:
                    if not failed:
                        outcomes[number] = process.read(member, how(member))
                        seen(outcomes[number])
                except BaseException as error:  # handed over to the thread that asked, below
                    failed.append(error)
                finally:
                    member.discard()

        ended = threading.Event()

        def look() -> None:
            while not ended.wait(LOOKS):
                moved(sum(process.position for process in self._readers))

        threads = [threading.Thread(target=work, args=(process,), daemon=True) for process in self._readers]
        looking = threading.Thread(target=look, daemon=True)
        looking.start()
        for thread in threads:
            thread.start()
        try:
            self._deal(self._in_time(arrived), waiting, outcomes, failed, seen)
        finally:
            for _ in threads:
                waiting.put(None)
            ended.set()
            for thread in (*threads, looking):
                thread.join()
        if failed:
            raise failed[0]
        return [outcomes[number] for number in sorted(outcomes)]

    def _in_time(self, arrived: Arrived) -> Iterator[Member | FileOutcome]:
        """The files of a source, as long as there is time for them. Raises SourceError."""
        until = time.monotonic() + self._seconds
        for found in self._finder.find(arrived, self._folder):
            if time.monotonic() > until:
                raise SourceError(
                    f"reading {arrived.name} was ended after {self._seconds:g} s (setting phase_seconds): name a part "
                    "of it, or raise the setting"
                )
            yield found

    @staticmethod
    def _deal(
        found: Iterable[Member | FileOutcome],
        waiting: queue.Queue[tuple[int, Member] | None],
        outcomes: dict[int, FileOutcome],
        failed: list[BaseException],
        seen: Seen,
    ) -> None:
        for number, member in enumerate(found):
            if isinstance(member, FileOutcome):
                outcomes[number] = member
                seen(member)
            else:
                waiting.put((number, member))
            if failed:
                return

    def finish(self) -> list[Path]:
        """Statements that were taken, as sorted runs. Raises MachineError when it cannot be sorted."""
        found: list[list[Path]] = [[] for _ in self._readers]
        failed: list[MachineError] = []

        def sort(number: int) -> None:
            try:
                found[number] = self._readers[number].finish(self._folder)
            except MachineError as error:
                failed.append(error)

        threads = [threading.Thread(target=sort, args=(number,)) for number in range(len(self._readers))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failed:
            raise failed[0]
        return [run for runs in found for run in runs]
