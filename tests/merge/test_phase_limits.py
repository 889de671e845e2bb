"""Limits of phases: each of a merge ends at its own, is told by name, and leaves nothing behind."""

from __future__ import annotations

import errno
import faulthandler
import gzip
import os
import re
import select
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pyoxigraph import RdfFormat, Store

from initiative_lod import pipeline
from initiative_lod.errors import OutOfTime, OverLimit, ParseError, ReleaseError, SourceError
from initiative_lod.merge.merge import MergeRequest, merge
from initiative_lod.reading import foreign_graph
from initiative_lod.reading.process_pool import ReaderProcess
from initiative_lod.release import Release, default_graph
from initiative_lod.release.manifest import MergedSource
from initiative_lod.release.phase_limits import Phases
from initiative_lod.release.time_limit import LIMIT, TimeLimit, check_time
from initiative_lod.settings import Settings
from initiative_lod.validation import confined_run
from initiative_lod.validation.confined_run import ConfinedRun, RunLimits
from initiative_lod.web.render_release import _Other
from patience import SECONDS, eventually

ONE = "<http://e.example/a> <http://www.w3.org/2002/07/owl#sameAs> <http://e.example/b> .\n"
SHORT = RunLimits(0.5, 1 << 30, "phase")


def hang(*arguments: object, **more: object) -> Any:
    """Work that never ends."""
    signal.pause()


def abort() -> None:
    """End as the engine does where it gets no memory."""
    faulthandler.disable()
    os.abort()


def merged(
    settings: Settings, start: Release, folder: Path, name: str = "one.nt", rendered: int = 0, **more: Any
) -> MergedSource:
    (folder / "one.nt").write_text(ONE)
    phases = Phases(RunLimits.of_phase(settings))
    make_index = pipeline.index_maker(settings=replace(settings, rendered_documents=rendered), phases=phases)
    request = MergeRequest(named=(str(folder / name),), retrieved="2031-03-06", **more)
    return merge(settings, start, request, make_index=make_index).records[0]


@pytest.mark.parametrize(
    ("place", "phase"),
    [
        ("initiative_lod.build.identity.materialise", "making the graph identity"),
        ("initiative_lod.build.inference.of_store", "making the graph inferred"),
        ("initiative_lod.merge.assembly.Assembly._write_dumps", "writing dumps"),
        ("initiative_lod.release.catalogue.describe", "counting what is in it"),
        ("initiative_lod.search.index.build_of", "indexing for search"),
        ("initiative_lod.matching.entity_file.build", "indexing for reconciliation"),
        ("initiative_lod.web.render_release.render", pipeline.RENDERING),
    ],
)
def test_a_phase_that_does_not_end_is_ended_and_told(
    place: str, phase: str, monkeypatch: pytest.MonkeyPatch, settings: Settings, start: Release, tmp_path: Path
) -> None:
    """It alone is given little time, so that the others have enough on any machine."""
    there = sorted(settings.release_folder.iterdir())
    begun = Phases.begun

    def hurried(phases: Phases, what: str, make: Callable[[], Any]) -> Any:
        return begun(Phases(SHORT) if what == phase else phases, what, make)

    monkeypatch.setattr(Phases, "begun", hurried)
    monkeypatch.setattr(place, hang)
    sentence = rf"{re.escape(phase)} was ended after 0\.5 s \(setting phase_seconds\), and nothing was made: leave out"
    with pytest.raises(SourceError, match=sentence):
        merged(settings, start, tmp_path, rendered=int(phase == pipeline.RENDERING))
    assert sorted(settings.release_folder.iterdir()) == there


def test_a_phase_that_takes_all_memory_is_ended_and_told(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, start: Release, tmp_path: Path
) -> None:
    monkeypatch.setattr("initiative_lod.build.identity.materialise", lambda *arguments: bytearray(1 << 30))
    sentence = r"identity was ended at 268,435,456 bytes of memory \(setting phase_memory\), and nothing was made"
    with pytest.raises(SourceError, match=sentence):
        merged(replace(settings, phase_memory=1 << 28), start, tmp_path)


def test_a_process_that_renders_and_takes_all_memory_ends_the_phase() -> None:
    """There are as many of them as processors, and each has the limits of the phase."""
    phases = Phases(replace(SHORT, seconds=SECONDS, memory=1 << 28))

    def render() -> None:
        _Other.start(lambda: print(len(bytearray(1 << 30)))).wait()

    sentence = r"rendering was ended at 268,435,456 bytes of memory \(setting phase_memory\), and nothing was made"
    with pytest.raises(SourceError, match=sentence):
        phases.apart("rendering", render)
    with pytest.raises(SourceError, match=sentence):
        phases.apart("rendering", lambda: _Other.start(abort).wait())


def test_a_full_disk_in_a_phase_is_told_as_that() -> None:
    def write() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "documents.bin")

    for end in (write, lambda: _Other.start(write).wait()):
        with pytest.raises((OSError, ReleaseError), match="No space left on device"):
            Phases(replace(SHORT, seconds=SECONDS)).apart("rendering", end)


def test_processes_that_render_end_with_the_phase(tmp_path: Path) -> None:
    """Also where it is killed, and cannot end them itself."""
    file = tmp_path / "process"

    def hang_on() -> None:
        file.write_text(str(os.getpid()))
        hang()

    def render() -> None:
        _Other.start(hang_on)
        eventually(lambda: file.is_file() and file.read_text() != "")
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(SourceError, match="rendering was broken off"):
        Phases(replace(SHORT, seconds=SECONDS)).apart("rendering", render)
    stat = Path("/proc", file.read_text(), "stat")
    assert eventually(lambda: not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z")


def test_temporary_files_of_a_phase_go_with_it(tmp_path: Path) -> None:
    def write() -> None:
        tempfile.mkdtemp()
        hang()

    with pytest.raises(SourceError, match="sorting"):
        Phases(SHORT, tmp_path).apart("sorting", write)
    assert list(tmp_path.iterdir()) == []
    assert Path(Phases(SHORT, tmp_path).apart("sorting", tempfile.mkdtemp)).parent.parent == tmp_path
    assert Phases(SHORT).apart("sorting", os.getpid) != os.getpid()
    assert Phases().apart("sorting", os.getpid) == os.getpid()


def test_phases_run_beside_each_other_and_end_together(tmp_path: Path) -> None:
    """Each waits for the other ones to begin; what they made is there when the block is over."""
    phases = Phases(replace(SHORT, seconds=SECONDS), tmp_path)

    def meet(name: str) -> None:
        (tmp_path / name).touch()
        assert eventually(lambda: all((tmp_path / other).exists() for other in ("one", "two", "here")))
        (tmp_path / f"{name} is done").touch()

    with phases.beside({name: partial(meet, name) for name in ("one", "two")}):
        meet("here")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [*("one", "two", "here"), *(f"{name} is done" for name in ("one", "two", "here"))]
    )
    order: list[str] = []
    with Phases().beside({"one": lambda: order.append("one"), "two": lambda: order.append("two")}):
        order.append("here")
    assert order == ["here", "one", "two"]


def test_phases_beside_one_that_fails_end_with_it(tmp_path: Path) -> None:
    """Whichever it is: the one that is waited for, one beside it, or what is done here meanwhile."""

    def hang_on() -> None:
        (tmp_path / "process").write_text(str(os.getpid()))
        hang()

    def fail() -> None:
        assert eventually(lambda: (tmp_path / "process").exists() and (tmp_path / "process").read_text() != "")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "entities.sqlite")

    def nothing() -> None:
        pass

    def is_gone() -> bool:
        return not Path("/proc", (tmp_path / "process").read_text()).exists()

    for works, here in (({"failing": fail, "hanging": hang_on}, nothing), ({"hanging": hang_on}, fail)):
        with (
            pytest.raises(OSError, match="No space left on device"),
            Phases(replace(SHORT, seconds=SECONDS)).beside(works),
        ):
            here()
        assert is_gone()
        (tmp_path / "process").unlink()
    with (
        pytest.raises(SourceError, match=r"hanging was ended after 0\.5 s"),
        Phases(SHORT).beside({"hanging": hang_on}),
    ):
        pass
    assert is_gone()


def test_what_a_phase_made_in_time_is_taken_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for it may have had other work for longer than its limit."""
    run = ConfinedRun(lambda: 1, replace(SHORT, seconds=SECONDS))
    assert select.select([run._reading], [], [], SECONDS)[0]
    monkeypatch.setattr(confined_run, "time", SimpleNamespace(monotonic=lambda: run._until + 1))
    assert run.result() == 1


def test_what_a_merge_writes_lies_with_the_releases(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, start: Release, tmp_path: Path
) -> None:
    """There is room for it, and what a killed one leaves is taken: no folder for temporary files is asked for."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    assert merged(settings, start, tmp_path).slug == "one"


def test_work_in_this_process_asks_for_the_time() -> None:
    def count() -> None:
        while True:
            check_time()

    with pytest.raises(SourceError, match=r"counting was ended after 0\.5 s"), Phases(SHORT).here("counting"):
        count()
    assert LIMIT.get() is None
    with Phases().here("counting"):
        check_time()


def test_the_store_is_loaded_in_batches_of_so_many_lines_and_bytes(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, start: Release
) -> None:
    """A few long lines are as much as many short ones; and between two batches the time is asked for."""
    monkeypatch.setattr(default_graph, "_BLOCK_BYTES", 100)
    monkeypatch.setattr(default_graph, "BYTES_AT_ONCE", 1000)
    batches: list[bytes] = []

    class Taking:
        """What is given to a store."""

        def bulk_load(self, input: Any, format: RdfFormat, lenient: bool) -> None:
            batches.append(input.read())

    own = start.path / "dump.nq.gz"
    default_graph.load(Taking(), [own] * 9)  # type: ignore[arg-type]
    assert len(batches) > 1
    assert all(len(batch) <= 1000 + 500 for batch in batches)
    token = LIMIT.set(TimeLimit(0))
    try:
        with pytest.raises(OutOfTime):
            default_graph.load(Store(), [own])
    finally:
        LIMIT.reset(token)


def test_a_source_of_too_many_files_is_ended(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    """Each file has a limit; so have all of them."""
    find = ReaderProcess.find

    def slowly(self: ReaderProcess, *arguments: Any) -> Iterator[Any]:
        for item in find(self, *arguments):
            time.sleep(0.6)
            yield item

    monkeypatch.setattr(ReaderProcess, "find", slowly)
    (tmp_path / "one.nt").write_text(ONE)
    with pytest.raises(SourceError, match=r"one\.nt was ended after 0\.5 s \(setting phase_seconds\)"):
        foreign_graph.read([str(tmp_path / "one.nt")], None, replace(settings, phase_seconds=0.5))


def test_a_graph_that_does_not_fit_into_memory_is_refused(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    taken = iter([0, 1 << 40])
    monkeypatch.setattr(foreign_graph, "taken", lambda: next(taken))
    (tmp_path / "one.nt").write_text(ONE)
    with pytest.raises(SourceError, match=r"does not fit into 4,294,967,296 bytes of memory \(setting v"):
        foreign_graph.read([str(tmp_path / "one.nt")], None, settings)


def test_a_statement_that_is_too_long_is_refused_or_left_out(
    settings: Settings, start: Release, tmp_path: Path
) -> None:
    """The store reads what lies beside a term of more than two megabytes by unpacking that term, each time."""
    few = replace(settings, merge_statement=2000)
    long = '<http://e.example/a> <http://e.example/p> "' + "数" * 700 + '" .\n'
    (tmp_path / "long.nt").write_text(long + ONE)
    with pytest.raises(
        SourceError, match=r"a statement of more than 2,000 bytes \(setting merge_statement\), which is n"
    ):
        merged(few, start, tmp_path, "long.nt")
    assert merged(few, start, tmp_path, "long.nt", lenient=True).part.quads == 1
    assert merged(settings, start, tmp_path, "long.nt").part.quads == 2


@pytest.mark.parametrize("packed", [False, True])
def test_a_mapping_set_that_is_too_large_is_refused(packed: bool, settings: Settings, tmp_path: Path) -> None:

    header = "# curie_map:\n#   a: http://e.example/\nsubject_id\tpredicate_id\tobject_id\tmapping_justification\n"
    content = (header + "a:b\tskos:exactMatch\ta:c\tsemapv:ManualMappingCuration\n" * 99).encode()
    file = tmp_path / ("many.sssom.tsv.gz" if packed else "many.sssom.tsv")
    file.write_bytes(gzip.compress(content) if packed else content)
    assert len(pipeline.mapping_sets([file], settings, unseen=True)[0].rows) == 99
    with pytest.raises(ParseError, match=r"many.* has more than 2,048 bytes \(setting mapping_bytes\): give it in"):
        pipeline.mapping_sets([file], replace(settings, mapping_bytes=2048), unseen=True)


def test_a_mapping_set_that_takes_too_long_is_ended(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    monkeypatch.setattr("initiative_lod.sources.sssom.read", hang)
    (tmp_path / "x.sssom.tsv").write_text("")
    with pytest.raises(
        OverLimit, match=r"x\.sssom\.tsv was ended after 0\.5 s \(setting validation_seconds\): give it"
    ):
        pipeline.mapping_sets([tmp_path / "x.sssom.tsv"], replace(settings, validation_seconds=0.5))
