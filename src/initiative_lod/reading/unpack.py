"""Unpacks archives as streams, one file at a time, into files whose names are ours. Nothing that an archive says is
believed: not its names, which may lead out of a folder; not its sizes, which may be too small; not its links.

It runs in a process of its own (``reader_process``): a header alone may ask for any amount of memory.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import re
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any, Self

from initiative_lod.reading import encoding
from initiative_lod.reading.source_files import FileOutcome, Member
from initiative_lod.reading.syntax import HEAD, SUFFIXES, decide, suffix
from initiative_lod.settings import Settings
from initiative_lod.terminal import printable

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BLOCK = 1 << 20
SMALL = 1 << 20  # bytes of a file that is not written to disk again
FLOOR = 32 << 20  # bytes that anything may unpack to, whatever its ratio
TOLD = 16 << 20  # bytes after which the process says that it is still at work
DEEPEST = 3  # archives in archives
NAME_BYTES = 4096  # of a name in an archive; no longer path can be opened on Linux
NAMES_BYTES = 64 << 20  # of the names of all files of a source
HEADER_BYTES = 64 << 10  # of what stands before a file in a tar archive beside its name, such as its rights
BROKEN = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zstd.ZstdError,
    zipfile.BadZipFile,
    tarfile.TarError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
#: By first bytes: what is unpacked, and what is not.
_KINDS = (
    (b"\x1f\x8b", "gzip"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"7z\xbc\xaf'\x1c", "7-Zip"),
    (b"Rar!", "RAR"),
    (b"\x04\x22\x4d\x18", "LZ4"),
    (b"\x1f\x9d", "compress"),
    (b"LZIP", "lzip"),
)
_UNPACKED = frozenset(["gzip", "bzip2", "xz", "zstd", "zip", "tar"])
_CUT = (
    "ended before",
    "end-of-stream",
    "unexpected end",
    "incomplete",
    "truncated",
    "not a zip file",
    "unexpected EOF",
)
_TOO_LONG = f"a name in it has more than {NAME_BYTES:,} bytes"
_NAME_TYPES = (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)
_HEADER_TYPES = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE)
_MACOS = re.compile(r"(?:^|/)(?:__MACOSX|\.DS_Store|\._[^/]*)$")
_PACKED = frozenset(["gz", "gzip", "bz2", "xz", "zst", "zstd"])  # suffixes that go when the file is unpacked


class Refused(Exception):
    """Reason for not unpacking a file any further. It never leaves this package."""


@dataclass(frozen=True, slots=True)
class Caps:
    """Limits of what one source may unpack to: bytes, files, and bytes for each byte of an archive."""

    bytes: int
    members: int
    ratio: int

    @classmethod
    def of(cls, settings: Settings) -> Caps:
        """The caps that the settings give."""
        return cls(settings.merge_bytes, settings.merge_members, settings.merge_ratio)


class Budget:
    """Budget of what one source may still unpack to. ``tell`` is called now and then while bytes come."""

    def __init__(self, caps: Caps, tell: Callable[[], object] = lambda: None) -> None:
        self._caps, self._tell = caps, tell
        self._bytes = 0
        self._members = 0
        self._names = 0

    def member(self, name: str = "") -> None:
        """Count one more file, with its ``name`` in an archive. Raises Refused past the cap, and for too long names."""
        size = len(name.encode("utf-8", "replace"))
        self._names += size
        if size > NAME_BYTES:
            raise Refused(_TOO_LONG)
        if self._names > NAMES_BYTES:
            raise Refused(f"the names of the files in it have more than {NAMES_BYTES:,} bytes")
        self._members += 1
        if self._members > self._caps.members:
            raise Refused(f"the source holds more than {self._caps.members:,} files (setting merge_members)")

    def read(self, size: int) -> None:
        """Count ``size`` more bytes. Raises Refused past the cap."""
        if self._bytes // TOLD != (self._bytes + size) // TOLD:
            self._tell()
        self._bytes += size
        if self._bytes > self._caps.bytes:
            raise Refused(f"the source holds more than {self._caps.bytes:,} bytes (setting merge_bytes)")

    def ratio(self, packed: int, unpacked: int) -> None:
        """Raises Refused when ``packed`` bytes have become more than any honest archive makes of them."""
        if unpacked > max(FLOOR, packed * self._caps.ratio):
            raise Refused(f"it unpacks to more than {self._caps.ratio} times its size (merge_ratio): a bomb, it seems")


class _Entry(tarfile.TarInfo):
    """An entry of a tar archive; one that announces a name or header of more bytes than any has is not read."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        found = super().frombuf(buf, encoding, errors)
        if found.type in _NAME_TYPES and found.size > NAME_BYTES + 1:  # with its end
            raise Refused(_TOO_LONG)
        if found.type in _HEADER_TYPES and found.size > HEADER_BYTES:
            raise Refused(f"a header in it has more than {HEADER_BYTES:,} bytes")
        return found


class _Counted:
    """A stream that counts what is read from it: against the budget, and against the size of the archive that it is
    from. ``tail`` are the last bytes that came.
    """

    def __init__(self, stream: IO[bytes], packed: int, budget: Budget) -> None:
        self._stream, self._packed, self._budget = stream, packed, budget
        self.count = 0
        self.tail = b""

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(BLOCK if size < 0 else size)
        self.count += len(data)
        self.tail = (self.tail + data)[-1024:] if len(data) < 1024 else data[-1024:]
        self._budget.read(len(data))
        self._budget.ratio(self._packed, self.count)
        return data


def kind(head: bytes | bytearray) -> str:
    """Kind of archive that a file begins like (gzip, bzip2, xz, zstd, zip, tar, or one that is not unpacked); empty
    for none.
    """
    if head.startswith(b"BZh") and head[4:10] in (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90"):
        return "bzip2"
    for sign, name in _KINDS:
        if head.startswith(sign):
            return name
    if len(head) >= 512 and head[0]:
        try:
            tarfile.TarInfo.frombuf(bytes(head[:512]), "utf-8", "surrogateescape")
        except tarfile.HeaderError:
            return ""
        return "tar"
    return ""


def take(
    path: Path, name: str, scratch: Path, budget: Budget, depth: int = 0, temporary: bool = False
) -> Iterator[Member | FileOutcome]:
    """The file at ``path``, or what it unpacks to. What cannot be unpacked is a FileOutcome that says so."""
    with path.open("rb") as file:
        found = kind(file.read(512))
    if not found:
        yield Member(printable(name), path.stat().st_size, _digest(path, budget, depth), path, temporary=temporary)
        return
    try:
        if found not in _UNPACKED:
            raise Refused(f"a {found} archive is not unpacked here: unpack it first")
        if depth >= DEEPEST:
            raise Refused(f"archives in archives are opened {DEEPEST} deep, and this one lies deeper")
        yield from _unpack(found, path, name, scratch, budget, depth)
    except Refused as error:
        yield FileOutcome(name, "refused", str(error))
    except MemoryError:
        yield FileOutcome(name, "refused", "unpacking it needs too much memory (setting merge_memory)")
    except BROKEN as error:
        yield FileOutcome(name, "refused", _said(error))
    finally:
        if temporary:
            path.unlink(missing_ok=True)


def _said(error: Exception) -> str:
    """Fault of an archive; one that breaks off is told as that."""
    text = " ".join(str(error).split())
    if isinstance(error, EOFError) or any(sign in text for sign in _CUT):
        return "the archive breaks off: it was not copied or downloaded to its end"
    if isinstance(error, NotImplementedError | RuntimeError) or "emory" in text:
        return f"the archive is packed in a way that is not read here: {text}"
    return f"the archive is damaged: {text or type(error).__name__}"


def _inner(
    stream: IO[bytes] | _Counted, name: str, scratch: Path, budget: Budget, depth: int
) -> Iterator[Member | FileOutcome]:
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
    format, note, claimed = None, "", False
    named = suffix(name) in SUFFIXES  # whoever reads it will see
    if not named:
        format, note, claimed = decide(name, encoding.head(bytes(data[:HEAD])))
    if named or format is not None:
        yield Member(printable(name), len(data), hashlib.sha256(data).hexdigest(), data=bytes(data))
    else:
        yield FileOutcome(name, "refused" if claimed else "passed over", note)


def _unpack(
    found: str, path: Path, name: str, scratch: Path, budget: Budget, depth: int
) -> Iterator[Member | FileOutcome]:
    size = path.stat().st_size
    if found == "zip":
        with zipfile.ZipFile(path) as archive:
            yield from _zip(archive, name, size, scratch, budget, depth)
        return
    openers: dict[str, Callable[[Path], Any]] = {
        "gzip": gzip.open,
        "bzip2": bz2.open,
        "xz": lzma.open,
        "zstd": zstd.open,
        "tar": lambda path: path.open("rb"),
    }
    with openers[found](path) as stream:
        start = stream.read(512) if found != "tar" else b""
    with openers[found](path) as stream:
        counted = _Counted(stream, size, budget)
        if found == "tar" or kind(start) == "tar":
            with tarfile.open(fileobj=counted, mode="r|", tarinfo=_Entry) as archive:  # type: ignore[call-overload]
                yield from _tar(archive, name, scratch, budget, depth)
            while counted.read(BLOCK):
                pass
            if counted.tail.strip(b"\0"):
                raise EOFError  # an archive ends in at least two blocks of zeros
            return
        budget.member()
        inner = name[: -len(suffix(name)) - 1] if suffix(name) in _PACKED else name
        yield from _inner(counted, inner, scratch, budget, depth)


def _zip(
    archive: zipfile.ZipFile, name: str, size: int, scratch: Path, budget: Budget, depth: int
) -> Iterator[Member | FileOutcome]:
    unpacked, ignored = 0, Ignored(name)
    for entry in archive.infolist():
        if entry.is_dir():
            continue
        path = _zip_name(entry)
        budget.member(path)
        inner = f"{name}/{path}"
        if ignored.holds(path):
            yield from ignored.told(path)
            continue
        fault = _fault(path)
        if not fault and (entry.external_attr >> 28) == 0xA:  # Unix mode S_IFLNK
            fault = "a link: links are not followed"
        if not fault and entry.flag_bits & 1:
            fault = "encrypted"
        if fault:
            yield FileOutcome(inner, "refused", fault)
            continue
        with archive.open(entry) as stream:
            counted = _Counted(stream, min(entry.compress_size, size), budget)  # it may say more than there is
            yield from _inner(counted, inner, scratch, budget, depth)
        unpacked += counted.count
        budget.ratio(size, unpacked)  # entries may share their packed bytes


def _zip_name(entry: zipfile.ZipInfo) -> str:
    """The name of an entry, which need not say in which encoding it is: UTF-8, else GB18030, else as it says."""
    if entry.flag_bits & 0x800:
        return entry.filename
    raw = entry.filename.encode("cp437", "ignore")
    for encoding_name in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding_name)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _tar(
    archive: tarfile.TarFile, name: str, scratch: Path, budget: Budget, depth: int
) -> Iterator[Member | FileOutcome]:
    ignored = Ignored(name)
    while (entry := archive.next()) is not None:
        archive.members.clear()  # type: ignore[attr-defined]  # which would keep all that went by
        if entry.isdir():
            continue
        budget.member(entry.name)
        inner = f"{name}/{entry.name}"
        if ignored.holds(entry.name):
            yield from ignored.told(entry.name)
            continue
        fault = _fault(entry.name)
        if not fault and entry.issparse():
            fault = "a sparse file: what is not there is not read"
        if not fault and not entry.isreg():
            fault = "a link: links are not followed" if entry.issym() or entry.islnk() else "no regular file"
        if fault:
            yield FileOutcome(inner, "refused", fault)
            continue
        stream = archive.extractfile(entry)
        assert stream is not None  # it is a regular file
        yield from _inner(stream, inner, scratch, budget, depth)


class Ignored:
    """Files of a folder or archive that are nobody's data: hidden ones, and what macOS adds. A folder is told once."""

    def __init__(self, name: str = "") -> None:
        self._prefix = f"{name}/" if name else ""
        self._told: set[str] = set()

    def holds(self, path: str) -> bool:
        """Tell whether the file at ``path`` is one."""
        return self._part(path) is not None

    def told(self, path: str) -> Iterator[FileOutcome]:
        """The note of it, unless it was given."""
        part = self._part(path)
        if part is not None and part not in self._told:
            self._told.add(part)
            why = "what macOS adds to folders and archives" if _MACOS.search(part) else "hidden"
            yield FileOutcome(self._prefix + part, "passed over", why)

    @staticmethod
    def _part(path: str) -> str | None:
        """The path as far as its first hidden part; None without one."""
        parts = path.split("/")
        for number, part in enumerate(parts, 1):
            if part == "__MACOSX" or (part.startswith(".") and part not in (".", "..")):
                return "/".join(parts[:number])
        return None


def _fault(name: str) -> str:
    """Fault of a name in an archive; empty when it stays in its folder."""
    parts = name.replace("\\", "/").split("/")
    outside = name.startswith(("/", "\\")) or ".." in parts or (len(name) > 1 and name[1] == ":") or "\0" in name
    return "it would unpack outside of its folder" if outside else ""


def _digest(path: Path, budget: Budget, depth: int) -> str:
    """The SHA-256 of a file. The bytes of one that was not in an archive are counted here."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
            if not depth:
                budget.read(len(block))
    return digest.hexdigest()
