"""Replicas: a server hands out the files of its release and nothing else, and others follow what is current there."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from urllib.parse import quote

import pytest

from initiative_lod import release
from initiative_lod.errors import OriginError
from initiative_lod.release import history
from initiative_lod.release.manifest import MANIFEST, STORE_DIGESTS
from initiative_lod.release.origin import PullLimits
from initiative_lod.release.pull import pull
from initiative_lod.settings import Settings
from initiative_lod.web.follower import Follower
from patience import SECONDS, eventually
from service.conftest import Live, serve
from service.test_memento import Past, own, past, three
from service.test_stopping import started

pytestmark = pytest.mark.thorough

__all__ = ["own", "past", "three"]  # fixtures

BOUNDS = PullLimits(1 << 30, SECONDS)
OFTEN = 0.1  # seconds between two looks of a follower


@pytest.mark.slow
def test_a_server_has_every_file_of_its_release_and_of_those_before(past: Past) -> None:
    for number, prefix in ((2, ""), (0, f"/release/{past.versions[0]}")):
        path = past.live.settings.release_folder / past.versions[number]
        files = [item.relative_to(path).as_posix() for item in path.rglob("*") if item.is_file()]
        files = [name for name in files if not name.startswith(("store/LOG", "store/LOCK"))]
        assert len(files) > 10
        for name in files:
            answer = past.live.get(f"{prefix}/files/{name}")
            assert answer.content == (path / name).read_bytes(), name
            tag = hashlib.sha256(answer.content).hexdigest()[:32]
            assert answer.headers["etag"] == f'"{tag}"'
            assert past.live.get(f"{prefix}/files/{name}", If_None_Match=f'"{tag}"').status_code == 304
        part = past.live.get(f"{prefix}/files/dump.nq.gz", Range="bytes=10-19")
        assert (part.status_code, part.content) == (206, (path / "dump.nq.gz").read_bytes()[10:20])
        assert past.live.get(f"{prefix}/files/dump.nq.gz", Range="bytes=99999999-").status_code == 416


NOT_LISTED = (
    "",
    ".",
    "%2e%2e",
    "../../etc/passwd",
    "%2e%2e/history.jsonl",
    "..%2fhistory.jsonl",
    "store/..%2f..%2fhistory.jsonl",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "store",
    "store/",
    "store/LOG",
    "secret.txt",
    "link",
    "dump.nq.gz%00",
    "x" * 3000,
)


def test_it_has_nothing_else(own: Past) -> None:
    folder = own.live.settings.release_folder
    path = folder / own.versions[2]
    (path / "secret.txt").write_text("root: not for you")
    (path / "link").symlink_to("/etc/passwd")
    dump = path / "dump.trig.gz"  # which is listed, and a link by now
    dump.unlink()
    dump.symlink_to("/etc/passwd")
    draft = "9.9.9-000000000000"
    shutil.copytree(folder / own.versions[0], folder / draft)
    for name in (*NOT_LISTED, "dump.trig.gz"):
        answer = own.live.get(f"/files/{name}", "application/json")
        assert answer.status_code == 404, name
        assert "root:" not in answer.text
        assert str(folder) not in answer.text
    assert own.live.get(f"/release/{draft}/files/{MANIFEST}").status_code == 404  # it was never published


def test_a_replica_of_a_running_server_answers_as_it_does(past: Past, tmp_path: Path) -> None:
    taken = pull(tmp_path, past.live.url, BOUNDS)
    assert taken.version == past.versions[2]
    assert release.verify(taken) == []
    release.publish(tmp_path, taken)
    with serve(Settings(root=past.live.settings.root, releases=tmp_path)) as replica:
        for path in ("/doc/institution/lighthouse-league", f"/files/{STORE_DIGESTS}", "/dataset", "/"):
            there, here = (
                past.live.get(path, "text/turtle, text/html;q=0.5"),
                replica.get(path, "text/turtle, text/html;q=0.5"),
            )
            assert (here.status_code, here.content) == (there.status_code, there.content), path
            assert here.headers.get("etag") == there.headers.get("etag")
    older = pull(tmp_path, f"{past.live.url}/release/{past.versions[0]}/", BOUNDS)
    assert older.version == past.versions[0]


def follower_of(live: Live, folder: Path, **more: object) -> Settings:
    given = {"follow": live.url, "follow_seconds": OFTEN, **more}
    return Settings(root=live.settings.root, releases=folder, **given)  # type: ignore[arg-type]


def metric(live: Live, name: str) -> float:
    lines = live.get("/metrics").text.splitlines()
    return float(next(line.rpartition(" ")[2] for line in lines if line.startswith(f"initiative_lod_{name} ")))


def test_a_follower_switches_when_the_origin_does_and_serves_on_when_it_is_gone(own: Past, tmp_path: Path) -> None:
    origin = own.live.settings.release_folder
    folder = tmp_path / "replica"
    release.publish(folder, pull(folder, f"{own.live.url}/release/{own.versions[0]}", BOUNDS))
    with serve(follower_of(own.live, folder)) as replica:
        assert eventually(lambda: history.current_version(folder) == own.versions[2])
        assert replica.get("/readyz").text == f"ready {own.versions[2]}\n"
        release.rollback(origin)
        assert eventually(lambda: history.current_version(folder) == own.versions[1])
        assert eventually(lambda: metric(replica, "origin_followed") == 1)
        (origin / "current").unlink()  # the origin answers 503 from now on
        assert eventually(lambda: metric(replica, "origin_reachable") == 0)
        assert metric(replica, "ready") == 1
        assert metric(replica, "origin_answered_timestamp_seconds") > 0
        assert replica.get("/readyz").text == f"ready {own.versions[1]}\n"
        release.publish(origin, release.find(origin, own.versions[0]))
        assert eventually(lambda: history.current_version(folder) == own.versions[0])
        assert replica.get("/readyz").text == f"ready {own.versions[0]}\n"
        assert eventually(lambda: metric(replica, "origin_reachable") == 1)


@pytest.mark.slow
def test_a_release_of_the_origin_that_is_false_is_not_taken_again_and_again(
    own: Past, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "replica"
    release.publish(folder, pull(folder, f"{own.live.url}/release/{own.versions[0]}", BOUNDS))
    path = own.live.settings.release_folder / own.versions[2] / "dump.nq.gz"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with serve(follower_of(own.live, folder)) as replica:
        assert eventually(lambda: 'origin_looks_total{outcome="failed"} ' in replica.get("/metrics").text)
        assert replica.get("/readyz").text == f"ready {own.versions[0]}\n"
        assert metric(replica, "origin_followed") == 0
    assert sorted(item.name for item in folder.iterdir() if item.name.startswith(".p")) == []
    assert "is not taken, and what is served goes on" in caplog.text
    assert "dump.nq.gz" in caplog.text


def test_a_server_without_a_release_takes_the_one_that_it_follows(past: Past, tmp_path: Path) -> None:
    folder = tmp_path / "releases"
    with started(past.live.settings.root, releases=folder, follow=past.live.url) as process:
        assert process.get("/readyz").text == f"ready {past.versions[2]}\n"


def test_whom_to_follow_must_be_an_address(tmp_path: Path) -> None:
    with pytest.raises(OriginError, match="is no address"):
        Follower(Settings(root=tmp_path, follow="nowhere"))


def test_a_query_of_a_replica_is_over_its_own_files(past: Past, tmp_path: Path) -> None:
    release.publish(tmp_path, pull(tmp_path, past.live.url, BOUNDS))
    query = quote("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    with serve(Settings(root=past.live.settings.root, releases=tmp_path)) as replica:
        counts = [json.loads(live.get(f"/sparql?query={query}").content) for live in (past.live, replica)]
    assert counts[0] == counts[1]
