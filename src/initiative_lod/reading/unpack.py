"""Unpacks archives as streams, one file at a time, into files whose names are ours. Nothing that an archive says is
believed:
not its names, which may lead out of a folder; not its sizes, which may be too small; not its links."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from typing import IO, Any

from initiative_lod.reading import encoding
from initiative_lod.reading.files import Member, Outcome
from initiative_lod.reading.syntax import HEAD, decide
from initiative_lod.settings import Settings

BLOCK = 1 << 20
SMALL = 1 << 20  # bytes of a file that is not written to disk again
FLOOR = 32 << 20  # bytes that anything may unpack to, whatever its ratio
DEEPEST = 3  # archives in archives
BROKEN = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    tarfile.TarError,
    NotImplementedError,
    RuntimeError,
)


class Refused(Exception):
    """Why a file is not unpacked any further. It never leaves this package."""


class Budget:
    """What one source may still unpack to. ``settings`` has the caps."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._bytes = 0
        self._members = 0

    def member(self) -> None:
        """Count one more file. Raises Refused past the cap."""
        self._members += 1
        if self._members > self._settings.merge_members:
            raise Refused(f"the source holds more than {self._settings.merge_members:,} files (setting merge_members)")

    def unpacked(self, size: int) -> None:
        """Count ``size`` more bytes. Raises Refused past the cap."""
        self._bytes += size
        if self._bytes > self._settings.merge_bytes:
            raise Refused(f"the source unpacks to more than {self._settings.merge_bytes:,} bytes (setting merge_bytes)")

    def ratio(self, packed: int, unpacked: int) -> None:
        """Raises Refused when ``packed`` bytes have become more than any honest archive makes of them."""
        if unpacked > max(FLOOR, packed * self._settings.merge_ratio):
            raise Refused(
                f"it unpacks to more than {self._settings.merge_ratio} times its size (merge_ratio): a bomb, it seems"
            )


class _Counted:
    """A stream that counts what is read from it: against the budget, and against the size of the archive that it is
    from.
    """

    def __init__(self, stream: IO[bytes], packed: int, budget: Budget) -> None:
        self._stream, self._packed, self._budget = stream, packed, budget
        self._read = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(BLOCK if size < 0 else size)
        self._read += len(data)
        self._budget.unpacked(len(data))
        self._budget.ratio(self._packed, self._read)
        return data


def kind(head: bytes | bytearray) -> str:
    """What kind of archive a file begins like: gzip, bzip2, xz, zip, tar; empty for none."""
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(b"BZh") and head[4:10] == b"1AY&SY":
        return "bzip2"
    if head.startswith(b"\xfd7zXZ\x00"):
        return "xz"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head[257:262] == b"ustar":
        return "tar"
    return "7-Zip or RAR" if head.startswith((b"7z\xbc\xaf'\x1c", b"Rar!")) else ""


def take(
    path: Path, name: str, scratch: Path, budget: Budget, depth: int = 0, temporary: bool = False
) -> Iterator[Member | Outcome]:
    """The file at ``path``, or what it unpacks to. What cannot be unpacked is an Outcome that says so."""
    with path.open("rb") as file:
        found = kind(file.read(512))
    if not found:
        yield Member(name, path.stat().st_size, _digest(path), path, temporary=temporary)
        return
    try:
        if found.startswith("7"):
            raise Refused(f"{found} is not unpacked here")
        if depth >= DEEPEST:
            raise Refused(f"archives in archives are opened {DEEPEST} deep, and this one lies deeper")
        yield from _unpack(found, path, name, scratch, budget, depth)
    except Refused as error:
        yield Outcome(name, "refused", str(error))
    except BROKEN as error:
        yield Outcome(name, "refused", f"the archive is damaged or breaks off: {error or type(error).__name__}")
    finally:
        if temporary:
            path.unlink(missing_ok=True)


def _inner(
    stream: IO[bytes] | _Counted, name: str, scratch: Path, budget: Budget, depth: int
) -> Iterator[Member | Outcome]:
    """A file in an archive: in memory when it is small, passed over when it is no RDF, unpacked again when it is an
    archive.
    """
    data = bytearray()
    while len(data) <= SMALL and (block := stream.read(SMALL)):
        data += block
    if len(data) > SMALL or kind(data):
        with NamedTemporaryFile(dir=scratch, delete=False) as file:
            path = Path(file.name)
            try:
                file.write(data)
                while block := stream.read(BLOCK):
                    file.write(block)
            except BaseException:
                path.unlink()
                raise
        yield from take(path, name, scratch, budget, depth + 1, temporary=True)
        return
    syntax, note = decide(name, encoding.head(bytes(data[:HEAD])))
    if syntax:
        yield Member(name, len(data), hashlib.sha256(data).hexdigest(), data=bytes(data))
    else:
        yield Outcome(name, "passed over", note)


def _unpack(found: str, path: Path, name: str, scratch: Path, budget: Budget, depth: int) -> Iterator[Member | Outcome]:
    size = path.stat().st_size
    if found == "zip":
        with zipfile.ZipFile(path) as archive:
            yield from _zip(archive, name, scratch, budget, depth)
        return
    openers: dict[str, Callable[[Path, str], Any]] = {
        "gzip": gzip.open,
        "bzip2": bz2.open,
        "xz": lzma.open,
        "tar": Path.open,
    }
    with openers[found](path, "rb") as stream:
        start = stream.read(512) if found != "tar" else b""
        stream.seek(0)
        counted = _Counted(stream, size, budget)
        if found == "tar" or kind(start) == "tar":
            with tarfile.open(fileobj=counted, mode="r|") as archive:  # type: ignore[call-overload]
                yield from _tar(archive, name, scratch, budget, depth)
            return
        budget.member()
        inner = PurePosixPath(name).stem if "." in PurePosixPath(name).name else name
        whole = name if inner == name else str(PurePosixPath(name).with_name(inner))
        yield from _inner(counted, whole, scratch, budget, depth)


def _zip(archive: zipfile.ZipFile, name: str, scratch: Path, budget: Budget, depth: int) -> Iterator[Member | Outcome]:
    for entry in archive.infolist():
        if entry.is_dir():
            continue
        budget.member()
        inner = f"{name}/{entry.filename}"
        fault = _fault(entry.filename)
        if not fault and (entry.external_attr >> 28) == 0xA:  # Unix mode S_IFLNK
            fault = "a link: links are not followed"
        if not fault and entry.flag_bits & 1:
            fault = "encrypted"
        if fault:
            yield Outcome(inner, "refused", fault)
            continue
        with archive.open(entry) as stream:
            yield from _inner(_Counted(stream, entry.compress_size, budget), inner, scratch, budget, depth)


def _tar(archive: tarfile.TarFile, name: str, scratch: Path, budget: Budget, depth: int) -> Iterator[Member | Outcome]:
    for entry in archive:
        if entry.isdir():
            continue
        budget.member()
        inner = f"{name}/{entry.name}"
        fault = _fault(entry.name)
        if not fault and not entry.isreg():
            fault = "a link: links are not followed" if entry.issym() or entry.islnk() else "no regular file"
        if fault:
            yield Outcome(inner, "refused", fault)
            continue
        stream = archive.extractfile(entry)
        assert stream is not None  # it is a regular file
        yield from _inner(stream, inner, scratch, budget, depth)


def _fault(name: str) -> str:
    """What is wrong with a name in an archive; empty when it stays in its folder."""
    parts = name.replace("\\", "/").split("/")
    outside = name.startswith(("/", "\\")) or ".." in parts or (len(name) > 1 and name[1] == ":") or "\0" in name
    return "it would unpack outside of its folder" if outside else ""


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
