"""Releases that earlier versions of this software made: read, served, compared, rolled back to and merged into."""

from __future__ import annotations

import json
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from initiative_lod import pipeline, release
from initiative_lod.errors import ReleaseError
from initiative_lod.iris import DEFAULT_BASE
from initiative_lod.matching import entity_file
from initiative_lod.merge.merge import MergeRequest
from initiative_lod.release import changes, history, integrity, manifest
from initiative_lod.release.files import as_json, sha256
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.settings import Settings
from patience import patient
from pipeline.test_cli import Run, run
from pipeline.test_release import write
from service.conftest import Live, serve

pytestmark = pytest.mark.thorough

__all__ = ["run"]

ARCHIVES = Path(__file__).parent / "older"
BROWSER = "text/html"
ACTION = "doc/harbour-2031/action/3"
TIDE = "https://tides.example/a"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
#: What a release answers for, each with its media type.
ADDRESSES = (
    ("", BROWSER),
    (ACTION, BROWSER),
    (ACTION, "text/turtle"),
    (ACTION, "application/ld+json"),
    ("doc/institution/lighthouse-league", BROWSER),
    ("dataset", "text/turtle"),
    ("dataset", BROWSER),
    ("graph/shared", "text/turtle"),
    ("graph/source/tides", BROWSER),
    (f"resource?iri={TIDE}", BROWSER),
    ("search?q=灯塔", BROWSER),
    ("search?q=lighthouses", "application/json"),
    ("questions", BROWSER),
    ("questions/prohibitions", BROWSER),
    ("compare", BROWSER),
    ("sparql", BROWSER),
    ("dataset/dump.nq.gz", "*/*"),
    ("dataset/dump.trig.gz", "*/*"),
)


class Older(NamedTuple):
    """A release folder of an earlier version: a release of its own and a merge, which is current."""

    folder: Path
    number: int
    own: str
    merged: str


@pytest.fixture(params=[1, 2])
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Older:
    with tarfile.open(ARCHIVES / f"format-{request.param}.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    folder = tmp_path / "releases"
    own, merged = (item.version for item in history.switches(folder))
    return Older(folder, request.param, own, merged)


@pytest.fixture
def live(older: Older, harbour_root: Path) -> Iterator[Live]:
    with serve(Settings(root=harbour_root, releases=older.folder)) as running:
        yield running


def publish_newer(older: Older, harbour_root: Path) -> release.Release:
    """Publish the release of today's code beside those of the earlier version."""
    (made,) = release.releases(harbour_root / "releases")
    shutil.copytree(made.path, older.folder / made.version)
    newer = release.find(older.folder, made.version)
    release.publish(older.folder, newer)
    return newer


def test_there_is_an_archive_of_every_format_that_is_read() -> None:
    assert [path.name for path in sorted(ARCHIVES.glob("*.tar.xz"))] == [
        f"format-{number}.tar.xz" for number in range(manifest.OLDEST_FORMAT, manifest.FORMAT)
    ]
    assert manifest.FORMAT - manifest.OLDEST_FORMAT >= 2


def test_what_is_written_now_says_its_format(tmp_path: Path) -> None:
    made = write(tmp_path, "a")
    assert json.loads((made.path / "manifest.json").read_bytes())["format"] == manifest.FORMAT == made.format


def test_they_are_sound(older: Older) -> None:
    found = release.releases(older.folder)
    assert [item.format for item in found] == [older.number] * 2
    assert [release.verify(item) for item in found] == [[], []]


def test_damage_is_still_found(older: Older) -> None:
    made = release.find(older.folder, older.own)
    (made.store / "CURRENT").write_text("x")
    assert release.verify(made) == ["store/CURRENT is damaged"]


def test_every_address_answers_when_one_is_current(older: Older, live: Live) -> None:
    answers = {(path, media): live.get(f"/{path}", media) for path, media in ADDRESSES}
    assert {key: answer.status_code for key, answer in answers.items() if answer.status_code != 200} == {}
    assert "灯塔联盟" in answers[ACTION, BROWSER].text
    assert "07" in answers[f"resource?iri={TIDE}", BROWSER].text
    assert len(answers["search?q=lighthouses", "application/json"].json()["results"]) >= 1
    assert live.get("/readyz").status_code == 200


def test_its_things_are_reconciled_with(older: Older, live: Live) -> None:
    """It has no index of them: one is made."""
    assert not list(older.folder.glob(f"*/index/{entity_file.FILE}"))
    found = live.get("/reconcile?query=tide", "application/json").json()["result"]
    assert (found[0]["id"], found[0]["match"]) == (TIDE, True)


def test_every_address_answers_when_it_is_the_one_before(older: Older, live: Live, harbour_root: Path) -> None:
    newer = publish_newer(older, harbour_root)
    assert live.get("/releases", "application/json").json()[0]["version"] == newer.version
    answers = {path: live.get(f"/release/{older.merged}/{path}", media) for path, media in ADDRESSES}
    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code != 200} == {}


def test_a_query_sees_every_statement(older: Older, live: Live) -> None:
    """In format 1 as a bag, as when it was made, in format 2 as a set."""
    opened = live.opened
    stated = [*opened.quads()]
    expected = len(stated) if older.number == 1 else len({quad.triple for quad in stated})
    answer = live.client.get(f"{live.url}/sparql", params={"query": COUNT}, headers={"accept": "text/csv"})
    assert answer.status_code == 200, answer.text
    assert abs(int(answer.text.split()[1]) - expected) <= 1  # one literal has two ways of writing
    assert len([*opened.triples()]) == len({*opened.triples()})
    graphs = "".join(f"FROM <{graph.value}> " for graph in opened.graphs)
    query = f"SELECT (COUNT(*) AS ?n) {graphs} {{ <{DEFAULT_BASE}id/harbour-2031/action/3> ?p ?o }}"
    answer = live.client.get(f"{live.url}/sparql", params={"query": query}, headers={"accept": "text/csv"})
    assert int(answer.text.split()[1]) >= 5
    described = live.client.get(
        f"{live.url}/sparql",
        params={"query": f"DESCRIBE <{DEFAULT_BASE}id/harbour-2031/action/3>"},
        headers={"accept": "text/turtle"},
    )
    assert "开放船期查询" in described.text


def test_a_time_leads_to_it(older: Older, live: Live, harbour_root: Path) -> None:
    publish_newer(older, harbour_root)
    (switch,) = (item for item in history.switches(older.folder) if item.version == older.merged)
    date = switch.time.strftime("%a, %d %b %Y %H:%M:%S GMT")
    answer = live.get(f"/timegate/{ACTION}", BROWSER, accept_datetime=date)
    assert (answer.status_code, answer.headers["location"]) == (302, f"/release/{older.merged}/{ACTION}")
    memento = live.get(answer.headers["location"], BROWSER)
    assert memento.status_code == 200
    assert memento.headers["memento-datetime"] == date
    assert older.own in live.get(f"/timemap/{ACTION}").text


def test_changes_from_it_and_to_it_are_told(older: Older, live: Live, harbour_root: Path) -> None:
    own, merged = (release.find(older.folder, version) for version in (older.own, older.merged))
    told = changes.summary(own, merged, 1000, 1 << 20)
    assert any(TIDE in change.line for change in told.listed)
    newer = publish_newer(older, harbour_root)
    answer = live.get(f"/releases/changes?from={older.merged}&to={newer.version}", "application/json")
    assert answer.status_code == 200
    assert answer.json()["added"] > 100


def test_it_is_rolled_back_to(older: Older, harbour_root: Path, run: Run) -> None:
    publish_newer(older, harbour_root)
    line = ("--releases", str(older.folder), "release")
    assert run(harbour_root, *line, "rollback").out == f"{older.merged}\n"
    assert run(harbour_root, *line, "rollback").out == f"{older.own}\n"
    assert run(harbour_root, *line, "publish", older.merged).out == f"{older.merged}\n"
    assert run(harbour_root, *line, "verify").code == 0
    rows = json.loads(run(harbour_root, *line, "list", "--json").out)
    assert not any(row["damaged"] for row in rows)


def test_it_is_given_an_index_of_things_when_it_is_rendered_again(older: Older, harbour_root: Path) -> None:
    made = release.find(older.folder, older.own)
    pipeline.render_again(patient(Settings(root=harbour_root, releases=older.folder, rendered_documents=1)), made)
    assert release.verify(made) == []
    assert (made.path / "index" / entity_file.FILE).is_file()


def test_it_is_asked_on_the_command_line(older: Older, harbour_root: Path, run: Run) -> None:
    done = run(harbour_root, "--releases", str(older.folder), "query", COUNT, "--format", "csv")
    assert done.code == 0
    assert int(done.out.split()[1]) > 300


@pytest.mark.slow
def test_it_is_merged_into(older: Older, harbour_root: Path, tmp_path: Path) -> None:
    (tmp_path / "moon.nt").write_text("<https://moon.example/a> <https://moon.example/p> <https://moon.example/b> .\n")
    settings = patient(Settings(root=harbour_root, releases=older.folder))
    start = release.find(older.folder, older.merged)
    made = pipeline.make_merged_release(settings, start, MergeRequest(named=(str(tmp_path / "moon.nt"),))).release
    assert made is not None
    assert release.verify(made) == []
    assert made.format == manifest.FORMAT
    assert [source.slug for source in made.manifest.merged] == ["moon", "tides"]
    opened = OpenRelease.open(made)
    assert {quad.triple for quad in OpenRelease.open(start).quads(graph=opened.iris.graph("source/tides"))} == {
        quad.triple for quad in opened.quads(graph=opened.iris.graph("source/tides"))
    }
    assert release.verify(start) == []


def test_the_same_built_by_an_earlier_version_stays_as_it_is(tmp_path: Path) -> None:
    made = write(tmp_path, "a")
    set_format(made, None)
    shutil.rmtree(made.path / "index")  # as format 2 has it
    (made.path / "index").mkdir()
    seal(made)
    before = (made.path / "manifest.json").read_bytes()
    assert write(tmp_path, "a").format == 2
    assert (made.path / "manifest.json").read_bytes() == before


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (manifest.FORMAT + 1, "a later version made it. Run that one, or publish a release that this one can read"),
        (manifest.OLDEST_FORMAT - 1, "build or merge anew, or run the version that made it"),
    ],
)
def test_what_is_too_new_or_too_old_is_told(tmp_path: Path, run: Run, number: int, words: str) -> None:
    folder = tmp_path / "releases"
    good, other = write(folder, "a"), write(folder, "b")
    release.publish(folder, good)
    release.publish(folder, other)
    set_format(other, number)
    what = (
        f"is of format {number}, and this version of initiative-lod reads {manifest.OLDEST_FORMAT} to {manifest.FORMAT}"
    )
    with pytest.raises(ReleaseError, match=f"{what}: {words}"):
        release.current(folder)
    root = Path(__file__).parents[2]
    line = ("--releases", str(folder))
    for command in (("query", COUNT), ("release", "diff", good.version), ("release", "publish", other.version)):
        done = run(root, *line, *command)
        assert (done.code, what in done.err, words in done.err) == (2, True, True), command
    assert what in run(root, *line, "release", "verify", other.version).out
    (row,) = (row for row in json.loads(run(root, *line, "release", "list", "--json").out) if row["damaged"])
    assert what in row["damaged"]
    assert run(root, *line, "release", "rollback").code == 0


def test_a_visitor_is_told_too_and_the_others_are_served(older: Older, live: Live, harbour_root: Path) -> None:
    publish_newer(older, harbour_root)
    path = older.folder / older.own / "manifest.json"
    path.write_bytes(as_json({**json.loads(path.read_bytes()), "format": manifest.FORMAT + 1}))
    answer = live.get(f"/release/{older.own}/{ACTION}", "application/json")
    assert answer.status_code == 503
    assert "of a format that this server does not read" in answer.text
    assert str(older.folder) not in answer.text
    assert live.get(f"/release/{older.merged}/{ACTION}", BROWSER).status_code == 200
    assert live.get(f"/{ACTION}", BROWSER).status_code == 200


def test_a_number_that_is_none_is_damage(tmp_path: Path) -> None:
    made = write(tmp_path, "a")
    set_format(made, "3")
    with pytest.raises(ReleaseError, match="damaged: format"):
        release.read(made.path)


@pytest.mark.parametrize("number", ["1e400", "NaN", "[]", '"x"', "{}"])
def test_a_number_that_is_none_is_told_wherever_it_is_read(tmp_path: Path, number: str) -> None:
    (tmp_path / "manifest.json").write_text(f'{{"format": {number}}}')
    with pytest.raises(ReleaseError, match=r"manifest\.json cannot be read"):
        manifest.format_at(tmp_path)
    with pytest.raises(ReleaseError, match="is damaged"):
        release.read(tmp_path)


def test_a_name_that_no_file_can_have_is_a_fault(tmp_path: Path) -> None:
    made = write(tmp_path, "a")
    path = made.path / "manifest.json"
    value = json.loads(path.read_bytes())
    value["files"]["x" * 5000] = value["files"]["release.nq"]
    path.write_bytes(as_json(value))
    assert f"{'x' * 80} cannot be read: File name too long" in release.verify(release.read(made.path))


def set_format(made: release.Release, number: object) -> None:
    path = made.path / "manifest.json"
    value = json.loads(path.read_bytes())
    value.pop("format")
    path.write_bytes(as_json(value if number is None else {**value, "format": number}))


def seal(made: release.Release) -> None:
    """Write the digests anew."""
    (made.path / "store.json").unlink()
    integrity.seal(made.path)
    assert sha256(made.path / "manifest.json")
