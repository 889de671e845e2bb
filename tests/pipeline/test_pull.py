"""Taking a release from a web host: whole or not at all, gone on with where it was cut, and every lie told."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from initiative_lod import release
from initiative_lod.errors import OriginError
from initiative_lod.release import history, in_use, object_storage
from initiative_lod.release.cleanup import collect
from initiative_lod.release.folder import PULLING
from initiative_lod.release.manifest import DUMP, MANIFEST, STORE_DIGESTS
from initiative_lod.release.origin import PullLimits
from initiative_lod.release.pull import pull
from patience import SECONDS
from pipeline.test_release import publish_all, write

BOUNDS = PullLimits(10_000_000, SECONDS)
Answer = Callable[["Host", bytes], None]


class Host(BaseHTTPRequestHandler):
    """A plain web host of a folder, with ranges; ``lies`` changes what it answers at an address."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else a body waits forty milliseconds until the head is acknowledged
    folder: Path
    lies: dict[str, Answer]
    asked: list[tuple[str, str]]

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers.get("range", "")))
        path = self.folder / self.path.lstrip("/")
        content = path.read_bytes() if path.is_file() else None
        for ending, answer in self.lies.items():
            if self.path.endswith(ending):
                answer(self, content or b"")
                return
        if content is None:
            self.send(404, b"nothing")
            return
        start = int(self.headers.get("range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        if start and start >= len(content):
            self.send(416, b"")
        elif start:
            self.send(206, content[start:], ("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}"))
        else:
            self.send(200, content)

    def send(self, status: int, body: bytes, *headers: tuple[str, str], length: int | None = None) -> None:
        self.send_response(status)
        for header in headers:
            self.send_header(*header)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        if length is not None and length > len(body):
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two published releases, the second current. Nobody changes it."""
    folder = tmp_path_factory.mktemp("two")
    publish_all(folder, "ab")
    return folder


@pytest.fixture
def host(two: Path, tmp_path: Path) -> Iterator[tuple[str, type[Host]]]:
    """A host of a copy of that folder."""
    folder = Path(shutil.copytree(two, tmp_path / "origin", symlinks=True))
    handler = type("Own", (Host,), {"folder": folder, "lies": {}, "asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", handler
    server.shutdown()
    server.server_close()


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return tmp_path / "here"


def left(here: Path) -> list[str]:
    """What is in the release folder, but for its lock."""
    return sorted(path.name for path in here.iterdir() if path.name != ".lock")


def version(folder: Path) -> str:
    return history.current_version(folder)


def test_a_release_from_a_folder_of_releases_is_the_same_and_is_not_published(host: Any, here: Path) -> None:
    url, handler = host
    said: list[str] = []
    taken = pull(here, url, BOUNDS, said.append)
    assert taken.version == version(handler.folder)
    assert left(here) == [taken.version]
    assert release.verify(taken) == []
    assert (taken.path / MANIFEST).read_bytes() == (handler.folder / taken.version / MANIFEST).read_bytes()
    assert taken.version in said[0]
    release.publish(here, taken)
    handler.asked.clear()
    assert pull(here, url, BOUNDS) == taken
    assert [path for path, _ in handler.asked if not path.endswith((MANIFEST, STORE_DIGESTS))] == []


@pytest.mark.parametrize("ending", ["", "/", "/manifest.json"])
def test_one_release_by_its_own_address(host: Any, here: Path, ending: str) -> None:
    url, handler = host
    older = next(name for name in release.versions(handler.folder) if name != version(handler.folder))
    assert pull(here, f"{url}/{older}{ending}", BOUNDS).version == older


def test_what_an_earlier_release_has_is_not_sent_again(host: Any, here: Path) -> None:
    url, handler = host
    older = next(name for name in release.versions(handler.folder) if name != version(handler.folder))
    pull(here, f"{url}/{older}", BOUNDS)
    handler.asked.clear()
    taken = pull(here, url, BOUNDS)
    assert release.verify(taken) == []
    asked = {path.rpartition("/")[2] for path, _ in handler.asked}
    assert "context.jsonld" not in asked
    assert "dump.nq.gz" in asked
    (here / older / "context.jsonld").unlink()  # who removes one name leaves the other
    assert release.verify(taken) == []


@pytest.mark.parametrize("status", [200, 206], ids=["it has no ranges", "it says that there is more"])
def test_an_origin_writes_nothing_into_a_release_that_is_here_already(host: Any, here: Path, status: int) -> None:
    """Whose file has a second name in what was cut off: going on there would write through it."""
    url, handler = host
    older = next(name for name in release.versions(handler.folder) if name != version(handler.folder))
    there = pull(here, f"{url}/{older}", BOUNDS).path / "context.jsonld"
    before = there.read_bytes()
    offered = handler.folder / version(handler.folder)
    digests = json.loads((offered / STORE_DIGESTS).read_bytes())
    digests["index"]["shared"] = hashlib.sha256(before).hexdigest()  # a file of which no manifest says the size
    (offered / STORE_DIGESTS).write_text(json.dumps(digests))

    def cut_off(message: str) -> None:
        if message.startswith("looking"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull(here, url, BOUNDS, cut_off)
    more = ("Content-Range", f"bytes {len(before)}-{len(before) + 4}/{len(before) + 5}")
    handler.lies["shared"] = lambda host, content: host.send(status, b"evil!", *([more] if status == 206 else []))
    with suppress(OriginError):
        pull(here, url, BOUNDS)
    assert there.read_bytes() == before
    assert release.verify(release.read(there.parent)) == []


def test_a_size_that_is_false_is_told_of_what_is_here_already_too(host: Any, here: Path) -> None:
    url, handler = host
    older = next(name for name in release.versions(handler.folder) if name != version(handler.folder))
    pull(here, f"{url}/{older}", BOUNDS)
    offered = handler.folder / version(handler.folder)
    manifest, digests = (json.loads((offered / name).read_bytes()) for name in (MANIFEST, STORE_DIGESTS))
    manifest["files"]["context.jsonld"]["bytes"] += 5
    (offered / MANIFEST).write_text(json.dumps(manifest))
    digests[MANIFEST] = hashlib.sha256((offered / MANIFEST).read_bytes()).hexdigest()
    (offered / STORE_DIGESTS).write_text(json.dumps(digests))
    with pytest.raises(OriginError, match="has not the 8 bytes that are said of it"):
        pull(here, url, BOUNDS)
    assert left(here) == [older]


def test_a_connection_that_is_cut_is_taken_up_where_it_was_cut(host: Any, here: Path) -> None:
    url, handler = host

    def cut(host: Host, content: bytes) -> None:
        start = int(host.headers.get("range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        piece = content[start : start + 300]
        span = ("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        host.send(206 if start else 200, piece, *([span] if start else []), length=len(content) - start)

    handler.lies["dump.trig.gz"] = cut
    assert release.verify(pull(here, url, BOUNDS)) == []
    ranges = [range for path, range in handler.asked if path.endswith("dump.trig.gz")]
    assert ranges[:2] == ["", "bytes=300-"]


def test_what_an_origin_that_went_away_had_sent_is_not_sent_again(host: Any, here: Path) -> None:
    url, handler = host
    gone = "dump.trig.gz"
    handler.lies[gone] = lambda host, content: host.send(503, b"", ("Retry-After", "0"))
    with pytest.raises(OriginError, match=r"answers 503.*goes on where it stopped") as error:
        pull(here, url, BOUNDS)
    assert error.value.again
    assert left(here) == [f"{PULLING}{version(handler.folder)}"]
    handler.lies.clear()
    first = {path for path, _ in handler.asked}
    handler.asked.clear()
    taken = pull(here, url, BOUNDS)
    assert release.verify(taken) == []
    assert left(here) == [taken.version]
    again = {path for path, _ in handler.asked} & {path for path in first if path.endswith((".gz", ".nq"))}
    assert [path for path in again if not path.endswith(gone)] == []


def test_a_part_that_was_left_and_is_false_is_taken_anew(host: Any, here: Path) -> None:
    url, handler = host
    place = here / f"{PULLING}{version(handler.folder)}" / version(handler.folder)
    place.mkdir(parents=True)
    (place / "dump.nq.gz").write_bytes(b"xx")
    (place / "of-no-release").write_bytes(b"x")
    assert release.verify(pull(here, url, BOUNDS)) == []


def test_gc_takes_what_was_left_unless_it_is_being_taken(host: Any, here: Path) -> None:
    here.mkdir()
    place = here / f"{PULLING}1.0-x"
    place.mkdir()
    with in_use.alone(place):
        assert collect(here)[1] == []
        _, handler = host
        held = here / f"{PULLING}{version(handler.folder)}"
        held.mkdir()
        with in_use.alone(held), pytest.raises(OriginError, match="another process is taking"):
            pull(here, host[0], BOUNDS)
    assert {item.name for item in collect(here)[1]} == {place.name, held.name}


def garbled(host: Host, content: bytes) -> None:
    host.send(200, content[:-1] + bytes([content[-1] ^ 1]))


def longer(host: Host, content: bytes) -> None:
    host.send(200, content + b"more")


def endless(host: Host, content: bytes) -> None:
    host.send_response(200)
    host.end_headers()
    host.close_connection = True
    try:
        while True:
            host.wfile.write(b"x" * 65536)
    except OSError:
        pass


def coded(host: Host, content: bytes) -> None:
    host.send(200, content, ("Content-Encoding", "gzip"))


def away(host: Host, content: bytes) -> None:
    host.send(302, b"", ("Location", "http://elsewhere.example/x"))


def around(host: Host, content: bytes) -> None:
    host.send(302, b"", ("Location", host.path))


def another_part(host: Host, content: bytes) -> None:
    host.send(206, content[1:], ("Content-Range", f"bytes 1-{len(content) - 1}/{len(content)}"))


def missing(host: Host, content: bytes) -> None:
    host.send(404, b"")


def forbidden(host: Host, content: bytes) -> None:
    host.send(401, b"who are you?")


@pytest.mark.parametrize(
    ("name", "lie", "words"),
    [
        ("dump.nq.gz", garbled, "SHA-256 of .*dump.nq.gz is not"),
        ("dump.nq.gz", longer, "dump.nq.gz has more than"),
        ("dump.nq.gz", endless, "dump.nq.gz has more than"),
        ("store/CURRENT", endless, "more comes from .*CURRENT than may"),
        ("store/CURRENT", garbled, "SHA-256 of .*CURRENT"),
        ("dump.nq.gz", missing, "is listed: the origin is not whole"),
        ("dump.nq.gz", coded, "comes as gzip"),
        ("dump.nq.gz", away, "another host"),
        ("dump.nq.gz", around, "redirects more than"),
        ("dump.nq.gz", another_part, "another part"),
        ("dump.nq.gz", forbidden, "answers 401"),
        (STORE_DIGESTS, missing, "nothing can be checked"),
        (STORE_DIGESTS, endless, "more than .* bytes"),
        (MANIFEST, forbidden, "answers 401"),
        (MANIFEST, missing, "offers no release"),
        (MANIFEST, lambda host, content: host.send(200, b"<!doctype html>"), "is no manifest"),
        (MANIFEST, lambda host, content: host.send(200, b"[" * 100_000), "is no manifest"),
    ],
)
def test_a_false_origin_is_told_and_leaves_nothing(
    host: Any, here: Path, name: str, lie: Answer, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("initiative_lod.release.origin.MAX_LIST_BYTES", 1_000_000)
    url, handler = host
    (here / "theirs").mkdir(parents=True)
    before = left(here)
    handler.lies[name] = lie
    with pytest.raises(OriginError, match=words):
        pull(here, url, BOUNDS)
    assert left(here) == before


def altered(folder: Path, change: Callable[[dict[str, Any]], object], file: str = MANIFEST) -> None:
    """Change the current release's manifest, or its list of digests, so that the one fits the other."""
    path = folder / version(folder)
    value = json.loads((path / file).read_text("utf-8"))
    change(value)
    (path / file).write_text(json.dumps(value), "utf-8")
    if file == MANIFEST:
        digests = json.loads((path / STORE_DIGESTS).read_text("utf-8"))
        digests[MANIFEST] = hashlib.sha256((path / file).read_bytes()).hexdigest()
        (path / STORE_DIGESTS).write_text(json.dumps(digests), "utf-8")


NOTHING = {"bytes": 1, "sha256": "0" * 64}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda it: it["files"].update({"../../escaped": NOTHING}), "no name that a file"),
        (lambda it: it["files"].update({"/etc/escaped": NOTHING}), "no name that a file"),
        (lambda it: it["files"].update({"a/./b": NOTHING}), "no name that a file"),
        (lambda it: it["files"].update({"a\\..\\b": NOTHING}), "no name that a file"),
        (lambda it: it["files"].update({"store/CURRENT": NOTHING}), "not its own to list"),
        (lambda it: it["files"].update({"store.json": NOTHING}), "not its own to list"),
        (lambda it: it["files"].update({"x": {"bytes": 1, "sha256": "../x"}}), "no SHA-256"),
        (
            lambda it: it["files"].update({"x": {"bytes": 10**12, "sha256": "0" * 64}}),
            "are allowed .setting pull_bytes",
        ),
        (lambda it: it.update(version="../../escaped"), "which is no version"),
        (lambda it: it.update(version="2.0-" + "0" * 12), "which is no version"),
        (lambda it: it.update(format=99), "later version made it"),
        (lambda it: it.update(quads=99), "the store holds"),
    ],
)
def test_a_manifest_that_is_false_is_told_and_leaves_nothing(host: Any, here: Path, change: Any, words: str) -> None:
    url, handler = host
    (here / "theirs").mkdir(parents=True)
    before = left(here)
    altered(handler.folder, change)
    with pytest.raises(OriginError, match=words):
        pull(here, url, BOUNDS)
    assert left(here) == before
    assert not (here.parent / "escaped").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda it: it["store"].update({"../../../escaped": "0" * 64}), "no name that a file"),
        (lambda it: it.pop("index"), r"store\.json cannot be read: it lists no digests of the files in index/$"),
        (lambda it: it.update(index=["x"]), "it lists no digests of the files in index/$"),
        (lambda it: it["store"].update(x=None), "it lists no digests of the files in store/$"),
        (lambda it: it.pop(MANIFEST), r"it lists no digest of manifest\.json$"),
    ],
)
def test_a_list_of_digests_that_leads_out_or_is_none_is_told(host: Any, here: Path, change: Any, words: str) -> None:
    url, handler = host
    altered(handler.folder, change, STORE_DIGESTS)
    with pytest.raises(OriginError, match=words):
        pull(here, url, BOUNDS)


def test_a_switch_in_the_middle_is_followed(host: Any, here: Path) -> None:
    """A host that has ``current`` alone: what was begun is left, and what has become current is taken."""
    url, handler = host
    other = write(handler.folder, "c")
    names = {version(handler.folder), other.version}

    def switch(host: Host, content: bytes) -> None:
        handler.lies.pop("dump.nq.gz")
        release.publish(handler.folder, other)
        host.send(200, (handler.folder / "current" / "dump.nq.gz").read_bytes())

    handler.lies["dump.nq.gz"] = switch
    for name in release.versions(handler.folder):
        handler.lies[f"/{name}/{STORE_DIGESTS}"] = missing
    assert pull(here, url, BOUNDS).version == other.version
    assert len(names) == 2


def test_a_release_that_is_there_and_is_another_is_left_alone(host: Any, here: Path) -> None:
    url, _ = host
    taken = pull(here, url, BOUNDS)
    altered(here_as_current(here, taken.version), lambda it: it.update(digest=taken.digest[:12] + "0" * 52))
    with pytest.raises(OriginError, match="is another release"):
        pull(here, url, BOUNDS)


def here_as_current(here: Path, version: str) -> Path:
    (here / "current").symlink_to(version)
    return here


def test_a_release_is_taken_from_object_storage(two: Path, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a copy without links lies there; one that fails in the middle is gone on with, and one with a gap is told."""
    fsspec = pytest.importorskip("fsspec")
    from fsspec.implementations.memory import MemoryFile

    storage = fsspec.filesystem("memory")
    storage.put(str(two / history.CURRENT) + "/", "/bucket/current/", recursive=True)
    read, failing = MemoryFile.read, [OSError("slow down")] * 3

    def unsteady(file: Any, size: int = -1) -> bytes:
        found: bytes = read(file, 1000)
        if file.tell() > 3000 and failing:
            raise failing.pop()
        return found

    monkeypatch.setattr(MemoryFile, "read", unsteady)
    taken = pull(here, "memory://bucket", BOUNDS)
    assert (taken.version, release.verify(taken), failing) == (version(two), [], [])
    storage.rm(f"/bucket/current/{DUMP}")
    with pytest.raises(OriginError, match=r"memory://bucket/current/dump\.nq\.gz is not there, though it is listed"):
        pull(here.with_name("there"), "memory://bucket/current/", BOUNDS)
    with pytest.raises(OriginError, match="offers no release"):
        pull(here.with_name("there"), "memory://elsewhere", BOUNDS)
    with pytest.raises(OriginError, match="cannot be opened by fsspec"):
        pull(here.with_name("there"), "nosuch://bucket", BOUNDS)
    monkeypatch.setattr(object_storage, "find_spec", lambda name: None)
    with pytest.raises(OriginError, match="pip install fsspec s3fs"):
        pull(here.with_name("there"), "s3://bucket", BOUNDS)


@pytest.mark.parametrize("url", ["x", "http://u:p@x/", "http://x/?a=b", "http://x:99999/", "http:///x"])
def test_what_is_no_address_is_told(here: Path, url: str) -> None:
    with pytest.raises(OriginError, match="is no address"):
        pull(here, url, BOUNDS)


def test_nobody_there_is_told(here: Path) -> None:
    with pytest.raises(OriginError, match="refused") as error:
        pull(here, "http://127.0.0.1:9/", BOUNDS)
    assert error.value.again
    assert not here.exists() or left(here) == []


def test_an_origin_that_sends_next_to_nothing_is_left(host: Any, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url, handler = host
    monkeypatch.setattr("initiative_lod.release.origin.MAX_ATTEMPTS", 2)
    done = threading.Event()

    def drip(host: Host, content: bytes) -> None:
        host.send(200, b"", length=len(content))
        try:
            while not done.wait(0.02):
                host.wfile.write(b"x")
        except OSError:
            pass

    handler.lies["dump.nq.gz"] = drip
    try:
        with pytest.raises(OriginError, match=r"less than|has more than|SHA-256"):
            pull(here, url, PullLimits(10_000_000, 0.2))
    finally:
        done.set()
