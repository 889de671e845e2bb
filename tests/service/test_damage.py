"""A release that is damaged while it is served: 503, one line in the log, no path to a visitor, and a way back."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from initiative_lod import release
from initiative_lod.errors import DamagedStore
from initiative_lod.release import history
from initiative_lod.release.damage import is_damage
from initiative_lod.release.publisher import Publisher
from initiative_lod.settings import Settings
from patience import eventually
from service.conftest import Live, publish, serve

QUERY = "/sparql?query=" + quote("SELECT * { ?s ?p ?o }")
ASKED = (
    "/", "/doc/harbour-2031/action/1", "/doc/harbour-2031/action/1.jsonld", "/compare", "/search?q=lighthouses",
    "/questions", QUERY, "/cite?iri=https://w3id.org/initiative-lod/id/harbour-2031&style=apa",
)  # fmt: skip


@pytest.fixture
def own(harbour_root: Path, tmp_path: Path) -> Iterator[Live]:
    """A server of a release that a test may damage. It keeps nothing, so that each answer has to be read."""
    folder = Path(
        shutil.copytree(
            harbour_root / "releases", tmp_path / "releases", symlinks=True, ignore=shutil.ignore_patterns(".merging-*")
        )
    )
    with serve(Settings(root=harbour_root, releases=folder, page_cache=0, query_cache=0)) as live:
        yield live


def tables(live: Live) -> list[Path]:
    found = sorted(live.opened.release.store.glob("*.sst"))
    assert found
    return found


def lose(table: Path) -> None:
    table.unlink()


def garble(table: Path) -> None:
    """As a failing disk does: not the length, but what is in it."""
    content = bytearray(table.read_bytes())
    content[len(content) // 8 : -len(content) // 8] = bytes(len(content[len(content) // 8 : -len(content) // 8]))
    with table.open("r+b") as file:
        file.write(content)


def cut(table: Path) -> None:
    with table.open("r+b") as file:
        file.truncate(table.stat().st_size // 2)


@pytest.mark.parametrize("harm", [lose, garble, cut], ids=["missing", "garbled", "cut"])
def test_a_damaged_store_is_not_available_and_says_so(
    own: Live, harm: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    assert own.get("/readyz").status_code == 200
    place = str(own.opened.release.path.parent)
    with caplog.at_level(logging.INFO):
        for table in tables(own):
            harm(table)
        answers = [own.get(path, accept) for path in ASKED * 2 for accept in ("text/html", "application/json", "*/*")]
        statuses = {answer.status_code for answer in answers}
        # What was read before, and what lies beside the store, is answered as ever.
        assert statuses <= {200, 303, 400, 406, 503}
        assert {own.get(QUERY, accept).status_code for accept in ("*/*", "text/html")} == {503}
        assert own.get("/readyz").status_code == 503
        assert "initiative_lod_ready 0.0" in own.get("/metrics").text
    for answer in (*answers, own.get("/readyz")):
        assert place not in answer.text
        assert ".sst" not in answer.text
        assert "Traceback" not in answer.text
    assert own.get("/healthz").status_code == 200
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("initiative_lod")]
    told = [line for line in lines if "cannot be read any more" in line]
    assert len(told) == 1, lines
    assert own.opened.release.version in told[0]
    assert not any(record.exc_info for record in caplog.records)


def test_a_good_release_that_is_published_is_served(own: Live, harbour_root: Path) -> None:
    for table in tables(own):
        lose(table)
    assert own.get(QUERY).status_code == 503
    assert own.get("/readyz").status_code == 503
    old = own.opened.release.path
    sound = next(item for item in release.releases(harbour_root / "releases"))
    shutil.rmtree(old)
    publish(Settings(root=own.settings.root, releases=own.settings.releases))
    assert own.opened.release.path != old or sound.version
    assert eventually(lambda: own.get("/readyz").status_code == 200)
    assert own.get(QUERY).status_code == 200
    assert own.get("/", "text/html").status_code == 200


@pytest.mark.parametrize("bytes_left", [0, 16384])
def test_an_index_that_is_cut_is_damage_and_the_server_goes_on(own: Live, bytes_left: int) -> None:
    """A file that is mapped into memory would end the process."""
    assert own.get("/search?q=harbour", "application/json").status_code == 200
    with (own.opened.release.path / "index" / "search.sqlite").open("r+b") as file:
        file.truncate(bytes_left)
    assert own.get("/search?q=lighthouses", "application/json").status_code == 503
    assert own.get("/readyz").status_code == 503
    assert own.get("/healthz").status_code == 200


def test_that_nothing_says_what_is_published_is_told_once(own: Live, caplog: pytest.LogCaptureFixture) -> None:
    """And never as a folder without a release: to build one there would end what was published."""
    link = own.settings.release_folder / "current"
    target = link.readlink()
    switches = link.with_name("history.jsonl")
    (last,) = history.history(own.settings.release_folder)  # of a first one it cannot be told that it was made
    switches.write_text("".join(json.dumps(item) + "\n" for item in ({**last, "version": "0"}, {**last, "from": "0"})))
    link.unlink()
    with caplog.at_level(logging.INFO):
        assert {own.get(path, "text/html").status_code for path in ASKED} == {503}
    told = {record.getMessage() for record in caplog.records if record.name.startswith("initiative_lod")}
    (line,) = told
    assert "is gone, though releases have been published there" in line
    assert len([record for record in caplog.records if record.getMessage() == line]) <= 2  # a minute may have ended
    link.symlink_to(target)
    assert own.get("/", "text/html").status_code == 200


def test_readiness_sees_what_nobody_has_asked_for(own: Live) -> None:
    lose(tables(own)[-1])
    assert own.get("/readyz").status_code == 503


def test_want_of_files_or_memory_is_no_damage() -> None:
    assert not is_damage(OSError(24, "Too many open files"))
    assert not is_damage(OSError(28, "No space left on device"))
    assert not is_damage(RuntimeError("the query is wrong"))
    assert is_damage(FileNotFoundError(2, "No such file or directory"))
    assert is_damage(RuntimeError("Corruption: block checksum mismatch"))


COUNT = """
import resource, sys
from pathlib import Path
from pyoxigraph import NamedNode
from initiative_lod.errors import DamagedStore, ReleaseError
from initiative_lod.release import read
from initiative_lod.release.open_release import OpenRelease
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
made = read(Path(sys.argv[1]))
for table in sorted(made.store.glob("*.sst")):
    whole = table.read_bytes()
    half = len(whole) // 2
    table.write_bytes(bytes(byte ^ 0x55 for byte in whole[:half]) + whole[half:])
    try:
        print(len(OpenRelease.open(made).select("members", scheme=NamedNode(made.base + "id/topic"))))
    except (DamagedStore, ReleaseError) as error:
        print(type(error).__name__)
    table.write_bytes(whole)
"""


def test_what_is_counted_in_a_damaged_store_comes_to_an_end(own: Live) -> None:
    """The engine goes on counting, and takes all memory; so this is another process, with an end."""
    made = own.opened.release.path
    done = subprocess.run([sys.executable, "-c", COUNT, str(made)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert {"DamagedStore"} < {*done.stdout.split()}, done.stdout


def test_a_look_up_in_a_damaged_store_says_which_release_and_not_where(own: Live) -> None:
    opened = Publisher(own.settings.release_folder).current()
    for table in tables(own):
        garble(table)
    with pytest.raises(DamagedStore) as caught:
        list(opened.quads())
    held = (value for entry in caught.traceback for value in entry.frame.f_locals.values())
    assert "QuadIter" not in {type(value).__name__ for value in held}, "it may be freed in this thread alone"
    assert opened.condition.damaged
    assert opened.release.version in str(caught.value)
    assert str(opened.release.path.parent) not in str(caught.value)


@pytest.mark.thorough
def test_a_query_that_ends_at_a_limit_is_blamed_on_the_damage_that_there_is(harbour_root: Path, tmp_path: Path) -> None:
    """Over a table that cannot be read the engine counts on, until the worker has no more memory; here it has none
    for another reason, which is the same to the server.
    """
    doubled = " ".join(f"BIND(CONCAT(?s{n}, ?s{n}) AS ?s{n + 1})" for n in range(40))
    query = "/sparql?query=" + quote(f'SELECT (STRLEN(?s40) AS ?n) {{ BIND("aaaaaaaa" AS ?s0) {doubled} }}')
    folder = tmp_path / "releases"
    shutil.copytree(harbour_root / "releases", folder, symlinks=True, ignore=shutil.ignore_patterns(".merging-*"))
    with serve(Settings(root=harbour_root, releases=folder, query_memory=200 << 20)) as live:
        answer = live.get(query)
        assert answer.status_code == 507, answer.text
        assert live.get("/readyz").status_code == 200
    with serve(Settings(root=harbour_root, releases=folder, query_memory=200 << 20)) as live:
        assert live.get("/readyz").status_code == 200
        table = max(tables(live), key=lambda table: table.stat().st_size)  # without a small one, it cannot be opened
        content = bytearray(table.read_bytes())
        content[len(content) // 2] ^= 1
        table.write_bytes(content)
        answer = live.get(query)
        assert answer.status_code == 503, answer.text
        assert live.get("/readyz").status_code == 503
