"""Archives: unpacked whatever they are called, told as cut or damaged, and held to their limits."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from backports import zstd

from initiative_lod.reading import unpack
from initiative_lod.reading.find_files import Source, arrive, walk
from initiative_lod.reading.source_files import FileOutcome, Member
from initiative_lod.reading.unpack import Budget, Caps, take
from initiative_lod.settings import Settings

LINE = b"<http://kite.example/red> <http://kite.example/flies> <http://kite.example/high> .\n"
TTL = b"@prefix k: <http://kite.example/> .\nk:red k:flies k:high .\n"
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstd.compress,
}


def found(path: Path, scratch: Path, settings: Settings | None = None) -> list[Member | FileOutcome]:
    """The files of a source."""
    settings = settings or Settings()
    arrived = arrive(Source("kite", str(path)), scratch, settings)
    return list(walk(arrived, scratch, Budget(Caps.of(settings))))


def tarred(files: dict[str, bytes], *more: tarfile.TarInfo, format: int = tarfile.DEFAULT_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=format) as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
        for entry in more:
            archive.addfile(entry)
    return buffer.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def member(name: str, data: bytes = TTL) -> tuple[str, bytes]:
    return name, data


def taken(items: list[Member | FileOutcome]) -> list[tuple[str, bytes]]:
    return [(item.name, item.content()) for item in items if isinstance(item, Member)]


def told(items: list[Member | FileOutcome]) -> list[tuple[str, str, str]]:
    return [(item.name, item.status, item.why) for item in items if isinstance(item, FileOutcome)]


@pytest.mark.parametrize("suffix", PACKERS)
@pytest.mark.parametrize("upper", [False, True])
def test_a_packed_file(suffix: str, upper: bool, tmp_path: Path) -> None:
    name = f"kite.TTL.{suffix.upper()}" if upper else f"kite.ttl.{suffix}"
    (tmp_path / name).write_bytes(PACKERS[suffix](TTL))
    assert taken(found(tmp_path / name, tmp_path)) == [member(name.rpartition(".")[0])]


@pytest.mark.parametrize(
    "name", ["kite.tar", "kite.tgz", "kite.TAR.GZ", "kite.tar.bz2", "kite.tar.xz", "kite.tar.zst", "kite"]
)
def test_a_tar_whatever_it_is_called_and_packed_with(name: str, tmp_path: Path) -> None:
    suffix = {"tgz": "gz", "kite": "gz"}.get(name.rpartition(".")[2].lower(), name.rpartition(".")[2].lower())
    data = tarred({"a.ttl": TTL, "deep/b.nt": LINE, "notes.txt": b"no RDF"})
    (tmp_path / name).write_bytes(PACKERS[suffix](data) if suffix in PACKERS else data)
    items = found(tmp_path / name, tmp_path)
    assert taken(items) == [member(f"{name}/a.ttl"), member(f"{name}/deep/b.nt", LINE)]
    assert told(items) == [(f"{name}/notes.txt", "passed over", "no RDF")]


def test_a_tar_of_the_first_kind_has_no_mark(tmp_path: Path) -> None:
    data = bytearray(tarred({"a.ttl": TTL}))
    data[257:265] = bytes(8)
    header = bytes(data[:148]) + b" " * 8 + bytes(data[156:512])
    data[148:156] = b"%06o\0 " % sum(header)
    (tmp_path / "kite.tar").write_bytes(bytes(data))
    assert taken(found(tmp_path / "kite.tar", tmp_path)) == [member("kite.tar/a.ttl")]


def test_a_zip_with_names_as_chinese_windows_writes_them(tmp_path: Path) -> None:
    entry = zipfile.ZipInfo("风筝.ttl".encode("gb18030").decode("cp437"))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(entry, TTL)
    data = bytearray(buffer.getvalue())
    raw = "风筝.ttl".encode("gb18030")
    utf8 = entry.filename.encode()
    data = bytearray(bytes(data).replace(utf8, raw.ljust(len(utf8), b"x")))
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(sign) + offset + 1] &= 0xF7  # it does not say that its names are UTF-8
    (tmp_path / "kite.zip").write_bytes(bytes(data))
    assert taken(found(tmp_path / "kite.zip", tmp_path))[0][0].startswith("kite.zip/风筝.ttl")


def test_a_file_that_is_called_packed_and_is_not(tmp_path: Path) -> None:
    (tmp_path / "kite.ttl.gz").write_bytes(TTL)
    assert taken(found(tmp_path / "kite.ttl.gz", tmp_path)) == [member("kite.ttl.gz")]


def test_an_archive_in_an_archive(tmp_path: Path) -> None:
    data = zipped({"in.tar.gz": gzip.compress(tarred({"a.ttl": TTL}))})
    (tmp_path / "kite.zip").write_bytes(data)
    assert taken(found(tmp_path / "kite.zip", tmp_path)) == [member("kite.zip/in.tar.gz/a.ttl")]
    for _ in range(3):
        data = zipped({"in.zip": data})
    (tmp_path / "kite.zip").write_bytes(data)
    ((_, status, why),) = told(found(tmp_path / "kite.zip", tmp_path))
    assert (status, "3 deep" in why) == ("refused", True)


def test_what_macos_adds_and_what_is_hidden_is_passed_over_with_a_note(tmp_path: Path) -> None:
    files = {
        "a.ttl": TTL,
        "__MACOSX/._a.ttl": b"\0\5\x16\7",
        "__MACOSX/._b.ttl": b"\0",
        ".DS_Store": b"\0",
        "._c.ttl": TTL,
    }
    hidden = {".git/x.ttl": TTL, ".git/y.ttl": TTL}
    notes = [
        ("__MACOSX", "what macOS adds to folders and archives"),
        (".DS_Store", "what macOS adds to folders and archives"),
        ("._c.ttl", "what macOS adds to folders and archives"),
        (".git", "hidden"),
    ]
    (tmp_path / "kite.zip").write_bytes(zipped(files | hidden))
    (tmp_path / "kite.tar").write_bytes(tarred(files | hidden))
    for name in ("kite.zip", "kite.tar"):
        items = found(tmp_path / name, tmp_path)
        assert taken(items) == [member(f"{name}/a.ttl")]
        assert told(items) == [(f"{name}/{part}", "passed over", why) for part, why in notes]
    folder = tmp_path / "folder"
    for part, data in (files | hidden).items():
        (folder / part).parent.mkdir(parents=True, exist_ok=True)
        (folder / part).write_bytes(data)
    items = found(folder, tmp_path)
    assert taken(items) == [member("a.ttl")]
    assert sorted(told(items)) == sorted((part, "passed over", why) for part, why in notes)


# Damage


@pytest.mark.parametrize("suffix", [*PACKERS, "zip", "tar", "tar.gz"])
def test_an_archive_that_breaks_off_is_told_as_that(suffix: str, tmp_path: Path) -> None:
    text = b"".join(LINE.replace(b"red", str(number * 7919 % 9973).encode()) for number in range(3000))
    whole = {
        "zip": lambda: zipped({"a.nt": text}),
        "tar": lambda: tarred({"a.nt": text}),
        "tar.gz": lambda: gzip.compress(tarred({"a.nt": text})),
    }.get(suffix, lambda: PACKERS[suffix](text))()
    for share in (0.3, 0.6, 0.9):
        (tmp_path / f"a.nt.{suffix}").write_bytes(whole[: int(len(whole) * share)])
        items = told(found(tmp_path / f"a.nt.{suffix}", tmp_path))
        assert [(status, why[:22]) for _, status, why in items] == [("refused", "the archive breaks off")]


def test_a_tar_that_breaks_off_between_two_files_is_told(tmp_path: Path) -> None:
    data = tarred({"a.ttl": TTL, "b.ttl": TTL})
    (tmp_path / "kite.tar").write_bytes(data[:1024])
    items = found(tmp_path / "kite.tar", tmp_path)
    assert taken(items) == [member("kite.tar/a.ttl")]
    assert [why[:22] for _, _, why in told(items)] == ["the archive breaks off"]


@pytest.mark.parametrize("suffix", ["gz", "xz", "zst", "zip"])
def test_a_damaged_archive_is_told_as_that(suffix: str, tmp_path: Path) -> None:
    packed = zstd.compress(TTL, options={zstd.CompressionParameter.checksum_flag: 1}) if suffix == "zst" else b""
    data = bytearray(zipped({"a.ttl": TTL}) if suffix == "zip" else packed or PACKERS[suffix](TTL))
    at = data.index(b"PK\x01\x02") - 8 if suffix == "zip" else len(data) - 6 if suffix == "gz" else len(data) // 2
    data[at] ^= 0xFF
    (tmp_path / f"a.ttl.{suffix}").write_bytes(bytes(data))
    items = told(found(tmp_path / f"a.ttl.{suffix}", tmp_path))
    assert [(status, why[:22]) for _, status, why in items] == [("refused", "the archive is damaged")]


OTHERS = {
    "7-Zip": b"7z\xbc\xaf'\x1c\0\4",
    "RAR": b"Rar!\x1a\7\1\0",
    "LZ4": b"\x04\x22\x4d\x18",
    "compress": b"\x1f\x9d\x90",
}


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_not_unpacked_is_called_what_it_is(kind: str, tmp_path: Path) -> None:
    (tmp_path / "kite").write_bytes(OTHERS[kind] + bytes(100))
    ((_, status, why),) = told(found(tmp_path / "kite", tmp_path))
    assert (status, why) == ("refused", f"a {kind} archive is not unpacked here: unpack it first")


# Limits


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """A little more than anything may unpack to whatever its ratio."""
    return b"# \n" * 11_500_000


@pytest.mark.parametrize("suffix", ["gz", "xz", "zst", "zip", "tar.gz"])  # bzip2 takes a minute to pack it
def test_a_bomb_is_refused_before_it_has_gone_off(suffix: str, bomb: bytes, tmp_path: Path) -> None:
    data = {"zip": lambda: zipped({"x.nt": bomb}), "tar.gz": lambda: gzip.compress(tarred({"x.nt": bomb}))}
    (tmp_path / f"x.nt.{suffix}").write_bytes(data.get(suffix, lambda: PACKERS[suffix](bomb))())
    ((_, status, why),) = told(found(tmp_path / f"x.nt.{suffix}", tmp_path))
    assert (status, why) == ("refused", "it unpacks to more than 250 times its size (merge_ratio): a bomb, it seems")
    assert [path.name for path in tmp_path.iterdir()] == [f"x.nt.{suffix}"]


def test_a_zip_that_says_to_be_larger_than_it_is_goes_off_no_further(bomb: bytes, tmp_path: Path) -> None:
    """The size of a packed file stands in the archive's own table, which may say anything."""
    content = bytearray(zipped({"x.nt": bomb}))
    entry = content.index(b"PK\x01\x02")
    content[entry + 20 : entry + 24] = (1 << 30).to_bytes(4, "little")
    (tmp_path / "x.zip").write_bytes(content)
    budget = Budget(Caps.of(Settings()))
    ((_, status, _),) = told(list(take(tmp_path / "x.zip", "x.zip", tmp_path, budget)))
    assert status == "refused"
    assert budget._bytes < len(bomb)


def test_a_source_has_so_many_bytes_and_files(tmp_path: Path) -> None:
    (tmp_path / "kite.tar").write_bytes(tarred({f"{number}.nt": LINE * 20 for number in range(10)}))
    few = found(tmp_path / "kite.tar", tmp_path, replace(Settings(), merge_members=4))
    assert len(taken(few)) == 3  # the archive is a file as well
    assert "more than 4 files (setting merge_members)" in told(few)[0][2]
    size = (tmp_path / "kite.tar").stat().st_size
    (tmp_path / "kite.tar.gz").write_bytes(gzip.compress((tmp_path / "kite.tar").read_bytes()))
    small = found(tmp_path / "kite.tar.gz", tmp_path, replace(Settings(), merge_bytes=size // 2))
    assert 0 < len(taken(small)) < 10
    assert "bytes (setting merge_bytes)" in told(small)[0][2]


LONG_NAME = "n" * 100_000 + ".nt"
LONG_NAMES = {
    "gnu.tar": lambda: tarred({LONG_NAME: LINE}, format=tarfile.GNU_FORMAT),
    "pax.tar.gz": lambda: gzip.compress(tarred({LONG_NAME: LINE}, format=tarfile.PAX_FORMAT)),
    "short-pax.tar": lambda: tarred({LONG_NAME[-5000:]: LINE}, format=tarfile.PAX_FORMAT),
    "link.tar": lambda: tarred({}, *(link_to(LONG_NAME),), format=tarfile.GNU_FORMAT),
    "kite.zip": lambda: zipped({LONG_NAME[-5000:]: LINE}),
}


def link_to(name: str) -> tarfile.TarInfo:
    entry = tarfile.TarInfo("link")
    entry.type, entry.linkname = tarfile.SYMTYPE, name
    return entry


@pytest.mark.parametrize("name", LONG_NAMES)
def test_a_name_longer_than_any_path_is_refused_at_once(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(LONG_NAMES[name]())
    ((where, status, why),) = told(found(tmp_path / name, tmp_path))
    assert (where, status) == (name, "refused")
    assert re.fullmatch("a (name|header) in it has more than (4,096|65,536) bytes", why)


def test_a_name_as_long_as_a_path_may_be_is_read(tmp_path: Path) -> None:
    for format in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        (tmp_path / "kite.tar").write_bytes(tarred({LONG_NAME[-4096:]: LINE}, format=format))
        assert len(taken(found(tmp_path / "kite.tar", tmp_path))) == 1


def test_the_names_of_a_source_have_so_many_bytes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(unpack, "NAMES_BYTES", 30)
    (tmp_path / "kite.tar").write_bytes(tarred({f"{number:010}.nt": LINE for number in range(5)}))
    items = found(tmp_path / "kite.tar", tmp_path)
    assert (len(taken(items)), told(items)[0][2]) == (2, "the names of the files in it have more than 30 bytes")


def test_a_sparse_file_in_a_tar_writes_nothing(tmp_path: Path) -> None:
    entry = tarfile.TarInfo("x.nt")
    entry.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "x.nt"}
    entry.pax_headers["GNU.sparse.realsize"] = str(6 << 30)
    data = b"1\n0\n1\n".ljust(512, b"\0") + b"x"
    entry.size = len(data)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(entry, io.BytesIO(data))
    (tmp_path / "kite.tar").write_bytes(buffer.getvalue())
    ((_, status, why),) = told(found(tmp_path / "kite.tar", tmp_path))
    assert (status, why[:13]) == ("refused", "a sparse file")
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 1 << 20


def test_special_files_in_a_tar_are_refused_by_name(tmp_path: Path) -> None:
    kinds = {"pipe": tarfile.FIFOTYPE, "device": tarfile.CHRTYPE, "link": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE}
    entries = []
    for name, kind in kinds.items():
        entry = tarfile.TarInfo(f"{name}.ttl")
        entry.type, entry.linkname = kind, "a.ttl"
        entries.append(entry)
    (tmp_path / "kite.tar").write_bytes(tarred({"a.ttl": TTL}, *entries))
    items = found(tmp_path / "kite.tar", tmp_path)
    assert taken(items) == [member("kite.tar/a.ttl")]
    assert [(name, status) for name, status, _ in told(items)] == [
        (f"kite.tar/{name}.ttl", "refused") for name in kinds
    ]


def test_a_name_in_an_archive_cannot_speak_to_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "kite.tar").write_bytes(tarred({"\x1b[2J\u202ea\n.ttl": TTL, "\x1b]0;b.txt": b""}))
    for item in found(tmp_path / "kite.tar", tmp_path):
        assert item.name.isprintable()
        assert "\\x1b" in item.name
