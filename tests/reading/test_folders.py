"""Folders, and files that are none: what may never end is not opened, what lies too deep is told."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from initiative_lod.errors import SourceError
from initiative_lod.reading import foreign_graph
from initiative_lod.reading.find_files import DEEPEST, Source, arrive, walk
from initiative_lod.reading.source_files import Member
from initiative_lod.reading.unpack import Budget, Caps, Refused
from initiative_lod.settings import Settings

TTL = b"@prefix k: <http://kite.example/> .\nk:red k:flies k:high .\n"


def found(path: Path, scratch: Path) -> dict[str, str]:
    """What became of each file of a folder, by name: empty for one that is to be read."""
    settings = Settings()
    arrived = arrive(Source("kite", str(path)), scratch, settings)
    items = walk(arrived, scratch, Budget(Caps.of(settings)))
    return {item.name: "" if isinstance(item, Member) else item.why for item in items}


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe.ttl")
    return tmp_path / "pipe.ttl"


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Path]:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket.ttl"))
        yield tmp_path / "socket.ttl"


def test_what_may_never_end_is_not_opened(pipe: Path, listening: Path, tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_bytes(TTL)
    (tmp_path / "link.ttl").symlink_to("/dev/zero")
    items = found(tmp_path, tmp_path)
    assert {name: why.partition(",")[0] for name, why in items.items()} == {
        "a.ttl": "",
        "link.ttl": "a link: links are not followed",
        "pipe.ttl": "no regular file but a named pipe",
        "socket.ttl": "no regular file but a socket",
    }


@pytest.mark.parametrize("path", ["pipe", "/dev/zero", "/dev/stdin"])
def test_nor_is_it_when_it_is_named(path: str, pipe: Path, tmp_path: Path) -> None:
    where = str(pipe) if path == "pipe" else path
    if path == "/dev/stdin" and not Path(path).exists():
        pytest.skip("this process has no standard input")
    with pytest.raises(Refused, match="no regular file but a"):
        arrive(Source("kite", where), tmp_path, Settings())
    with pytest.raises(SourceError, match="no regular file but a"):
        foreign_graph.read([where], "http://unused.example/", Settings())


@pytest.mark.parametrize(
    ("name", "depth", "why"),
    [
        ("d", DEEPEST + 50, f"folders are entered {DEEPEST} deep, and this one lies deeper"),
        ("d" * 250, 20, "cannot be read: File name too long"),
    ],
)
def test_a_folder_that_is_too_deep_is_told_and_the_rest_is_read(
    name: str, depth: int, why: str, tmp_path: Path
) -> None:
    (tmp_path / "z.ttl").write_bytes(TTL)
    handles = [os.open(tmp_path, os.O_RDONLY)]
    for _ in range(depth):
        os.mkdir(name, dir_fd=handles[-1])
        handles.append(os.open(name, os.O_RDONLY, dir_fd=handles[-1]))
    items = found(tmp_path, tmp_path)
    assert sorted(items.values()) == sorted(["", why])
    assert items["z.ttl"] == ""
    while len(handles) > 1:
        os.close(handles.pop())
        os.rmdir(name, dir_fd=handles[-1])
    os.close(handles.pop())


def test_a_name_that_is_no_utf8_is_shown_and_its_file_is_read(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"a\xff\x1b.ttl")).write_bytes(TTL)
    graph = foreign_graph.read([str(tmp_path)], "http://unused.example/", Settings())
    assert [item.outcome.name for item in graph.files] == ["a\\udcff\\x1b.ttl"]
    assert len(graph.quads) == 1
