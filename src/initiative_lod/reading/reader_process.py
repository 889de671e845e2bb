"""A process that finds files or reads them: one JSON object a line in, some out. It can be ended at any time.

In: ``{"member": …, "how": …}`` (and, if it says ``"inline"``, as many bytes) reads a file and appends its statements
to the spool; ``{"finish": folder}`` sorts the spool; ``{"find": …}`` goes through a source.
Out: ``{"stage": …}`` now and then; ``{"outcome": …, "spool": bytes}``, ``{"runs": [paths]}`` or, for each file that is
found, ``{"member": …}`` (with bytes, if ``"inline"``) or ``{"outcome": …}``, and ``{"end": true}``.
``{"failed": why}`` is a fault of this machine, not of a file.
"""

from __future__ import annotations

import json
import resource
import sys
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, BinaryIO

from initiative_lod.reading.find_files import Arrived, walk
from initiative_lod.reading.parse import How, read
from initiative_lod.reading.source_files import Member
from initiative_lod.reading.spool import sort_spool
from initiative_lod.reading.unpack import Budget, Caps


def main() -> None:
    """Serve until the input ends. Arguments: the spool file, the limit of data memory in bytes."""
    spool_path, memory = Path(sys.argv[1]), int(sys.argv[2])
    _limit(resource.RLIMIT_DATA, memory)
    _limit(resource.RLIMIT_CORE, 0)
    with spool_path.open("ab") as spool:
        for line in sys.stdin.buffer:
            request = json.loads(line)
            _limit(resource.RLIMIT_CPU, int(_cpu_seconds() + request["seconds"]) + 2)  # should nobody be left to end it
            try:
                _serve(request, spool_path, spool)
            except OSError as error:
                _say({"failed": f"{error.strerror or error} ({error.filename or spool_path.parent})"})


def _serve(request: dict[str, Any], spool_path: Path, spool: BinaryIO) -> None:
    if "finish" in request:
        spool.flush()
        _say({"runs": [str(path) for path in sort_spool(spool_path, Path(request["finish"]))]})
    elif "find" in request:
        _find(request["find"])
    else:
        _read(request, spool)


def _read(request: dict[str, Any], spool: BinaryIO) -> None:
    start = spool.tell()
    given = request["member"]
    data = sys.stdin.buffer.read(request["inline"]) if "inline" in request else None
    path = Path(given["path"]) if data is None else None
    member = Member(given["name"], given["size"], given["sha256"], path, data)
    how = How(**{field.name: request["how"][field.name] for field in fields(How)})
    outcome = read(member, how, spool.write, lambda name: _say({"stage": name}))
    if outcome.status != "taken":
        spool.seek(start)
        spool.truncate()
    spool.flush()
    _say({"outcome": outcome.to_json(), "spool": spool.tell()})


def _find(given: dict[str, Any]) -> None:
    arrived = Arrived.from_json(given["arrived"])
    budget = Budget(Caps(**given["caps"]), lambda: _say({"stage": "unpacking"}))
    for item in walk(arrived, Path(given["scratch"]), budget):
        if isinstance(item, Member):
            about = {**asdict(item), "path": str(item.path) if item.path else None}
            data = about.pop("data")
            _say({"member": about, **({} if data is None else {"inline": len(data)})})
            if data is not None:
                sys.stdout.buffer.write(data)
                sys.stdout.buffer.flush()
        else:
            _say({"outcome": item.to_json()})
    _say({"end": True})


def _say(value: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(value).encode() + b"\n")
    sys.stdout.buffer.flush()


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
