"""The pages' templates, compiled once and not at each start: their byte code lies in a folder of this user alone."""

from __future__ import annotations

from contextlib import suppress

from jinja2 import BytecodeCache, FileSystemBytecodeCache
from jinja2.bccache import Bucket


class Compiled(FileSystemBytecodeCache):
    """Jinja2's own cache, of which a disk that is full or read-only costs time and no page."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket, if its byte code is there and can be read."""
        with suppress(OSError, EOFError, ValueError, TypeError):  # the last three: a file that was cut off
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what is in the bucket, if there is room."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def cache() -> BytecodeCache | None:
    """A cache in the system's folder for temporary files; None where this user cannot have a private one there."""
    try:
        return Compiled()
    except (OSError, RuntimeError):
        return None
