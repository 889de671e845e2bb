"""The one way through: sources -> build -> validate -> release. Each step stops what comes after it."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, Store

from initiative_lod import __version__, release
from initiative_lod.build import mappings
from initiative_lod.build.graph import Built, build
from initiative_lod.bulk.sql_engine import SqlEngine
from initiative_lod.documents.statement_files import statement_files
from initiative_lod.errors import NotConforming, OverLimit, ReleaseError, SourceError
from initiative_lod.iris import Iris
from initiative_lod.matching import entity_file
from initiative_lod.merge import merge
from initiative_lod.merge.merge import MergeRequest, MergeResult
from initiative_lod.merge.source import Seen
from initiative_lod.reading.process_pool import Moved
from initiative_lod.release import (
    Edition,
    Release,
    addition,
    build_records,
    default_graph,
    integrity,
    rendered_file,
)
from initiative_lod.release.files import as_json
from initiative_lod.release.folder import BUILDING, workplace
from initiative_lod.release.history import lock
from initiative_lod.release.manifest import CONTEXT, INDEX, STORE, CoveredText, MergedSource
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.phase_limits import NO_LIMITS, Phases
from initiative_lod.search import index
from initiative_lod.settings import Settings
from initiative_lod.sources import judgements, mapping_set, questions, sssom
from initiative_lod.sources.mapping_set import MappingSet
from initiative_lod.validation import competency
from initiative_lod.validation.competency import Difference
from initiative_lod.validation.confined_run import RunLimits, confined
from initiative_lod.validation.report import Report
from initiative_lod.vocabulary import DCTERMS, DOCUMENTS, RDF

Progress = Callable[[str], None]
RENDERING = "rendering documents (which the setting rendered_documents = 0 leaves out)"


@dataclass(frozen=True)
class Checked:
    """A build with all that was found out about it."""

    built: Built
    report: Report
    differences: tuple[Difference, ...]
    questions: int  # with rows that were worked out by hand
    modified: str  # the dataset's own date
    store: Store  # of its quads, with the default graph of a release
    answers: competency.Answers  # of the store

    @property
    def conforms(self) -> bool:
        """No violation, and every question answered as expected."""
        return self.report.conforms and not self.differences


def check(settings: Settings, progress: Progress = lambda message: None) -> Checked:
    """Build, validate and ask every competency question; nothing is written. Raises SourceError."""
    built = build(settings, progress)
    iris = Iris(settings.base)
    modified = _modified(built, iris)
    all_questions = questions.of_project(settings.root, settings.ontology)
    competency.require_documents(all_questions, _documents(built, iris))
    progress("validating")
    report = validate(built, settings)
    progress("asking the competency questions")
    store = default_graph.in_memory(built.quads)
    answers: competency.Answers = {}
    differences = tuple(competency.differences(all_questions, store, settings.base, answers))
    asked = sum(bool(item.expected) for item in all_questions)
    return Checked(built, report, differences, asked, modified, store, answers)


def validate(built: Built, settings: Settings) -> Report:
    """The report on a build: its own shapes over everything else in it."""
    from initiative_lod.validation import (
        folded_cues,
        shacl,  # here: pySHACL and rdflib take half a second, and few commands validate
    )

    shapes_graph = Iris(settings.base).graph("shapes")
    shapes = [quad for quad in built.quads if quad.graph_name == shapes_graph]
    data = [quad for quad in built.quads if quad.graph_name != shapes_graph]
    return shacl.validate([*data, *folded_cues.cues(data)], shapes, places=built.place)


def make_release(settings: Settings, progress: Progress = lambda message: None, out: Path | None = None) -> Release:
    """Build, validate and write a release, into ``out`` or the release folder. It is not published.

    What a release that lies there was made from is not built again: that release is returned. Raises SourceError or
    NotConforming; nothing is written then, and whatever is published stays so.
    """
    folder = out or settings.release_folder
    inputs = build_records.inputs_digest(settings)
    if (there := build_records.find(folder, inputs)) is not None:
        progress(f"nothing has changed since release {there.version} was built")
        return there
    checked = check(settings, progress)
    if not checked.report.conforms:
        raise NotConforming(
            "the build does not conform to its shapes, and no release was made", checked.report.to_text()
        )
    if checked.differences:
        raise SourceError("\n".join(str(difference) for difference in checked.differences))
    built, report, iris = checked.built, checked.report, Iris(settings.base)
    all_questions = questions.of_project(settings.root, settings.ontology)
    coverage = {
        iris.path(item.part) or item.part: CoveredText(item.covered, item.characters) for item in built.coverage
    }
    made = release.write(
        folder,
        built.quads,
        Edition(
            __version__,
            checked.modified,
            {"conforms": report.conforms, **report.counts},
            coverage,
            checked.questions,
        ),
        {
            CONTEXT: built.context,
            "report.json": report.to_json().encode(),
            "report.ttl": report.to_turtle().encode(),
            "report.txt": report.to_text().encode(),
            "coverage.json": as_json({part: asdict(item) for part, item in coverage.items()}),
            competency.FILE: competency.content(all_questions, checked.store, settings.base, checked.answers),
            **statement_files(built.quads, iris),
        },
        iris,
        progress,
        index_maker(progress, settings),
    )
    with suppress(OSError):  # without the record, which only saves time, the release is there as well
        if build_records.inputs_digest(settings) == inputs:  # what was changed meanwhile may be in it, or may not
            build_records.record(folder, inputs, made.version)
    return made


def mapping_sets(paths: Iterable[Path], settings: Settings, unseen: bool = False) -> list[MappingSet]:
    """An operator's SSSOM files, by name, each read in a process with limits. Raises ParseError, with the line, for
    what is no SSSOM.

    A mapping that does not say where its target was seen is refused, unless ``unseen`` ones are taken as well.
    """
    sets: dict[str, MappingSet] = {}
    for path in paths:
        read = _read_foreign(path, settings)
        if not unseen:
            mapping_set.require_seen(read, Iris().prefixes["ilod"])
        if read.name in sets:
            raise SourceError(f"two mapping sets are called {read.name!r}", path)
        if (settings.root / "data" / "alignments" / f"{read.name}.sssom.tsv").is_file():
            raise SourceError(f"a mapping set of this project is called {read.name!r} too: rename the file", path)
        sets[read.name] = read
    return list(sets.values())


def _read_foreign(path: Path, settings: Settings) -> MappingSet:
    """A mapping set of others. Raises ParseError, SourceError, OverLimit."""
    try:
        # An RDF file is read by a program with limits of its own.
        return confined(lambda: sssom.read(path, published=False, settings=settings), RunLimits.of(settings), True)
    except OverLimit as error:
        raise OverLimit(f"reading {path} was {error}: give it in parts", error.reason) from error


def linksets(sets: Iterable[MappingSet], settings: Settings) -> dict[str, tuple[Quad, ...]]:
    """The graphs of an operator's mapping sets by name, under the base of the settings, with a title each."""
    iris = Iris(settings.base)
    found = {}
    for item in sets:
        graph, title = iris.graph(f"alignment-{item.name}"), Literal(item.value("mapping_set_title") or item.name)
        quads = mappings.quads(mappings.rebased(item, iris), iris)
        found[item.name] = (*quads, Quad(graph, DCTERMS.title, title, graph))
    return found


def make_merged_release(
    settings: Settings,
    start: Release,
    request: MergeRequest,
    progress: Progress = lambda message: None,
    seen: Seen = lambda slug, outcome: None,
    moved: Moved = lambda size: None,
) -> MergeResult:
    """Merge into a release, and put the report of what deserves a second look into the new one. Raises SourceError."""
    from initiative_lod.merge.conflicts import check, find_conflicts  # here: they need what few commands do

    own_questions = questions.of_project(settings.root, settings.ontology)
    folder = settings.root / "data" / "questions-merged"  # a project need not have any
    joint_questions = questions.read_folder(folder) if folder.is_dir() else []

    def report(
        store: Store, records: Sequence[MergedSource], building: Path, engine: SqlEngine | None
    ) -> tuple[dict[str, bytes], dict[str, Any]]:
        limits = RunLimits.of(settings)
        given = Iris(settings.base), own_questions, building, progress, joint_questions, engine, limits
        conflicts = find_conflicts.find(store, records, *given)
        files = conflicts.files()
        saved = building / competency.FILE  # as the start has it
        if saved.is_file():
            answered = [item.question for item in conflicts.together if not item.missing]
            templates = [item for item in own_questions if item.document == questions.EACH]  # of new documents as well
            asked = saved.read_bytes(), [*joint_questions, *templates], [*answered, *templates], store, settings.base
            try:
                files[competency.FILE] = confined(lambda: competency.with_joint(*asked), limits)
            except OverLimit as error:
                raise OverLimit(f"the questions about merged documents were {error}", error.reason) from error
        return files, conflicts.summary()

    judged = judgements.read(settings.root / "data" / "judgements" / "identity.tsv")
    inputs = (("checks", check.digest()), ("questions", questions.digest([*own_questions, *joint_questions])))
    request = replace(request, judgements=judged, inputs=inputs)
    make_index = index_maker(progress, settings, Phases(RunLimits.of_phase(settings)), start)
    return merge.merge(settings, start, request, report, make_index, progress, seen, moved)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Work on very many rows, which refer to nothing: to look for circles among them takes a tenth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def index_maker(
    progress: Progress = lambda message: None,
    settings: Settings | None = None,
    phases: Phases = NO_LIMITS,
    before: Release | None = None,
) -> release.MakeIndex:
    """Function that makes the index of a release, which lies there whole but for it.

    Where ``phases`` have limits, the files for search and reconciliation are made at once, beside what else is written.

    Where the release only adds to the one ``before``, that one's is gone on with. Without ``settings`` no document is
    rendered: each is when it is asked for. It raises SourceError where one of its ``phases`` was ended.
    """

    @contextmanager
    def make(building: Path) -> Iterator[None]:
        folder = building / INDEX
        beside = replace(phases, place=building.parent)
        with TemporaryDirectory(prefix="store-", dir=building.parent) as links:
            opened = OpenRelease.open(release.read(building)).of_links(Path(links) / STORE)
            with phases.here("looking for what was added"):
                added = addition.find(before, opened) if before is not None else None

            @_uncollected()
            def search() -> None:
                if added is not None and index.add(folder / index.FILE, opened, added):
                    return
                index.build_of(folder / index.FILE, opened)

            @_uncollected()
            def entities() -> None:
                if added is None or not entity_file.add(folder / entity_file.FILE, opened, added):
                    entity_file.build(folder / entity_file.FILE, opened)

            progress("indexing for search and reconciliation")
            with beside.beside({"indexing for search": search, "indexing for reconciliation": entities}):
                yield
        if settings is not None and settings.rendered_documents:
            # Here, since it takes long to import, and few commands make a release.
            from initiative_lod.web import render_release

            progress("rendering documents")
            file = folder / rendered_file.RENDERED
            phases.apart(RENDERING, partial(render_release.render, building, settings, file))

    return make


def _documents(built: Built, iris: Iris) -> set[str]:
    """The names of the documents of a build, as in id/<name>."""
    kinds = {iris.term(name) for name in DOCUMENTS}
    found = {quad.subject for quad in built.quads if quad.predicate == RDF.type and quad.object in kinds}
    paths = (iris.path(node.value) for node in found if isinstance(node, NamedNode))
    return {path.removeprefix("id/") for path in paths if path is not None}


def render_again(settings: Settings, made: Release, progress: Progress = lambda message: None) -> None:
    """Render the documents of a release that is there already, by this version of the software and with these settings.

    One of before there was an index of its things is given that too. Nothing else of it changes. Raises ReleaseError
    for one that is damaged in another way, SourceError where the limits of a phase ended it, as in a merge.
    """
    from initiative_lod.web import render_release  # here: see index_maker

    name = f"{INDEX}/{rendered_file.RENDERED}"
    faults = [fault for fault in release.verify(made) if not fault.startswith(f"{name} ")]
    if faults:
        raise ReleaseError(f"release {made.version} is damaged, and nothing was rendered: " + "; ".join(faults))
    folder = made.path.parent
    with workplace(folder, f"{BUILDING}{made.version}-") as place:
        progress("rendering documents")
        file = place / rendered_file.RENDERED
        phases = Phases(RunLimits.of_phase(settings), place) if made.manifest.merged else NO_LIMITS
        phases.apart(RENDERING, partial(render_release.render, made.path, settings, file))
        files = [file]
        if not (made.path / INDEX / entity_file.FILE).exists():
            files.append(place / entity_file.FILE)
            entity_file.build(files[-1], OpenRelease.open(made))
        with lock(folder):
            for file in files:
                integrity.replace_in_index(made, file)


def _modified(built: Built, iris: Iris) -> str:
    """The dataset's dcterms:modified, which an author writes: a build has no clock. Raises SourceError."""
    dataset = iris.thing("dataset")
    path, line = built.place(dataset.value) or (Path("data", "dataset.ttl"), 0)
    dates = [quad.object for quad in built.quads if (quad.subject, quad.predicate) == (dataset, DCTERMS.modified)]
    if len(dates) != 1 or not isinstance(dates[0], Literal):
        raise SourceError(
            f"<{dataset.value}> has {len(dates)} dates of dcterms:modified, and must have one: the day of your last "
            "change",
            path,
            line,
        )
    try:
        return date.fromisoformat(dates[0].value).isoformat()
    except ValueError as error:
        message = f"dcterms:modified is {dates[0].value!r}, and must be a date as in 2031-03-05"
        raise SourceError(message, *(built.place(dataset.value, DCTERMS.modified.value) or (path, line))) from error
