"""A process that reads files for a merge: one JSON object a line in, one out. It can be ended at any time; the spool
tells no lies.

In: ``{"member": …, "how": …}`` (and, if it says ``"inline"``, as many bytes) reads a file and appends its statements
to the spool;
``{"finish": folder}`` sorts the spool.
Out: ``{"stage": …}`` now and then; ``{"outcome": …, "spool": bytes}`` or ``{"runs": [paths]}`` when done.
"""

from __future__ import annotations

import json
import resource
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

from initiative_lod.reading.files import Member
from initiative_lod.reading.parse import How, read
from initiative_lod.reading.spool import sort_spool


def main() -> None:
    """Serve until the input ends. Arguments: the spool file, the limit of data memory in bytes."""
    spool_path, memory = Path(sys.argv[1]), int(sys.argv[2])
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (memory, hard))
    with spool_path.open("ab") as spool:
        for line in sys.stdin.buffer:
            asked = json.loads(line)
            if "finish" in asked:
                spool.flush()
                _say({"runs": [str(path) for path in sort_spool(spool_path, Path(asked["finish"]))]})
                continue
            start = spool.tell()
            given = asked["member"]
            data = sys.stdin.buffer.read(asked["inline"]) if "inline" in asked else None
            path = Path(given["path"]) if data is None else None
            member = Member(given["name"], given["size"], given["sha256"], path, data)
            how = How(**{field.name: asked["how"][field.name] for field in fields(How)})
            outcome = read(member, how, spool.write, lambda name: _say({"stage": name}))
            if outcome.status != "taken":
                spool.seek(start)
                spool.truncate()
            spool.flush()
            _say({"outcome": outcome.to_json(), "spool": spool.tell()})


def _say(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
