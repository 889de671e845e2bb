"""Finds the conflicts of a merge, as a value; ``conflict_report`` writes it as HTML, text, JSON and Turtle."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby, islice
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from initiative_lod.build import identity, inference
from initiative_lod.bulk.sql_engine import SqlEngine
from initiative_lod.errors import Message, OverLimit, ShapesError, Verbatim
from initiative_lod.iris import Iris
from initiative_lod.languages import DEFAULT_LANGUAGE
from initiative_lod.locale.messages import Languages
from initiative_lod.merge.conflicts import joint_questions, sql_checks
from initiative_lod.merge.conflicts.candidates import candidates
from initiative_lod.merge.conflicts.check import (
    MAX_FINDINGS,
    MAX_STATEMENTS,
    STORES,
    Check,
    CheckResult,
    Finding,
    Statement,
    checks,
)
from initiative_lod.merge.conflicts.conflict_report import Conflicts
from initiative_lod.merge.conflicts.contradictions import contradictions
from initiative_lod.merge.conflicts.identity_statements import identity_statements
from initiative_lod.merge.conflicts.joint_questions import JointAnswer
from initiative_lod.merge.graph_file import lines
from initiative_lod.release.manifest import MergedSource
from initiative_lod.sources.questions import Question
from initiative_lod.validation import competency
from initiative_lod.validation.confined_run import RunLimits, confined

ELSEWHERE = "our-terms-elsewhere"
MAX_SHAPED_QUADS = 200_000  # of one graph of others that is validated with ours
MAX_SHAPED_NODES = 25  # of one shape that are looked at: pySHACL takes milliseconds for each
NO_OTHER_LIMITS = RunLimits()
Progress = Callable[[str], None]


def find(
    store: Store,
    records: Sequence[MergedSource],
    iris: Iris,
    questions: Sequence[Question],
    building: Path,
    progress: Progress = lambda message: None,
    joint: Sequence[Question] = (),
    engine: SqlEngine | None = None,
    limits: RunLimits = NO_OTHER_LIMITS,
) -> Conflicts:
    """Conflicts of a merge. ``store`` holds everything, ``building`` the files that it was loaded
    from; ``joint`` are questions that need the graphs of others. An ``engine`` is asked in place of the store. A check
    that does not end within the ``limits`` of one is told as that.
    """
    prefixes = {**iris.prefixes, "graph": iris.graph("").value, "ours": iris.base}
    languages = Languages()
    results: list[CheckResult] = []
    if engine is not None:
        results += _asked_of_engine(engine, graphs_of_parts(building), prefixes, limits, progress)
    else:
        alike = groupby(sorted(checks(), key=lambda check: (check.over, check.kind)), lambda check: check.over)
        for over, group in alike:
            some = [[check] for check in group] if over == STORES[0] else [list(group)]
            for together in some:
                progress(f"looking for conflicts: {', '.join(check.kind for check in together)}")
                results += _asked(together, partial(_store, over, store, building, iris), prefixes, limits)
        results.sort(key=lambda result: result.kind)
    abroad = next(item for item in results if item.kind == ELSEWHERE)
    if abroad.total:
        progress("looking for conflicts: shapes")
        results.append(_shapes(building / "own.nq.gz", store, abroad, iris, languages, limits))
    progress("looking for conflicts: questions")
    results.append(_questions(store, questions, iris, languages, limits))
    slugs = [record.slug for record in records]
    answered: tuple[JointAnswer, ...] = ()
    try:
        answered = confined(lambda: joint_questions.ask(joint, store, slugs, iris.base), limits)
    except OverLimit as error:
        title = languages.each("conflicts.joint")
        results.append(CheckResult("joint-questions", "Warning", title, title, unfinished=error.reason))
    return Conflicts(tuple(results), tuple(records), iris, answered, languages)


def _asked(
    together: Sequence[Check], store: Callable[[], Store], prefixes: Mapping[str, str], limits: RunLimits
) -> list[CheckResult]:
    """The results of checks over one store, made in a process of its own."""

    def ask() -> list[CheckResult]:
        asked = store()
        return [check.run(asked, prefixes) for check in together]

    try:
        return confined(ask, limits)
    except OverLimit as error:
        if len(together) == 1:
            return [check.unfinished(error.reason) for check in together]
    return [result for check in together for result in _asked([check], store, prefixes, limits)]  # which one is it?


def _asked_of_engine(
    engine: SqlEngine, parts: Iterable[str], prefixes: Mapping[str, str], limits: RunLimits, progress: Progress
) -> Iterator[CheckResult]:
    """The results of all checks by an engine of SQL, which ends a query at its limit by itself."""
    engine.limit(limits.seconds)
    reason: Message | None = None
    try:
        sql_checks.prepare(engine, parts, prefixes)
    except OverLimit as error:
        reason = error.reason
    for check in checks():
        progress(f"looking for conflicts: {check.kind}")
        try:
            yield check.unfinished(reason) if reason else sql_checks.run(check, engine, prefixes)
        except OverLimit as error:
            yield check.unfinished(error.reason)
    engine.limit(0)


def graphs_of_parts(building: Path) -> Iterator[str]:
    """The graphs that are a part of their own, as terms of N-Quads."""
    for path in building.glob("graphs/*.nq.gz"):
        for line in islice(lines(path), 1):
            yield line.rsplit(b" ", 2)[1].decode()


def stores(store: Store, building: Path, iris: Iris) -> dict[str, Store]:
    """The stores that checks ask, by name: the one that holds everything, and small ones that are picked of it."""
    return {over: _store(over, store, building, iris) for over in STORES}


def _store(over: str, store: Store, building: Path, iris: Iris) -> Store:
    if over == "identity":
        return identity_statements(store, iris)
    if over == "contradictions":
        return contradictions(store, iris)
    if over != "candidates":
        return store
    repeating = {building / f"graphs/{name}.nq.gz" for name in (identity.NAME, inference.NAME)}  # what others state
    files = [*sorted({*building.glob("graphs/*.nq.gz")} - repeating), building / "own.nq.gz"]
    return candidates(files)


def _questions(
    store: Store, questions: Sequence[Question], iris: Iris, languages: Languages, limits: RunLimits
) -> CheckResult:
    """The competency questions that are now answered otherwise than was worked out from the text."""
    title = languages.each("conflicts.questions")
    bare = CheckResult(
        "questions-answered-differently",
        "Violation",
        title,
        languages.each("conflicts.questions_why", count=len(questions)),
    )
    try:
        differences = confined(lambda: list(competency.differences(list(questions), store, iris.base)), limits)
    except OverLimit as error:
        return replace(bare, unfinished=error.reason)
    findings = []
    for difference in differences:
        say = languages.default.gettext
        rows = [(say("conflicts.missing"), row) for row in difference.missing]
        rows += [(say("conflicts.surplus"), row) for row in difference.surplus]
        listed = "; ".join(f"{what}: {' | '.join(row)}" for what, row in rows[:MAX_STATEMENTS])
        note = listed or say("conflicts.order")
        focus = iris.thing(f"question/{difference.question.slug}")
        findings.append(Finding(focus, f"{difference.question.text[DEFAULT_LANGUAGE]} {note}", (), len(rows)))
    return replace(bare, total=len(differences), findings=tuple(findings[:MAX_FINDINGS]))


def _shapes(
    own: Path, store: Store, abroad: CheckResult, iris: Iris, languages: Languages, limits: RunLimits
) -> CheckResult:
    """Result of our shapes on what others say in our terms, made in a process of its own."""
    bare = CheckResult(
        "our-shapes-broken", "Violation", languages.each("conflicts.shapes"), languages.each("conflicts.shapes_why")
    )
    try:
        total, findings, unseen = confined(lambda: _broken(own, store, abroad, iris), limits)
    except OverLimit as error:
        return replace(bare, unfinished=error.reason)
    except ShapesError as error:  # our shapes ran over our own graphs: it is what was merged that they stumble over
        return replace(bare, unfinished=Message("limit.fault", detail=Verbatim(error)))
    return replace(bare, total=total, findings=findings, unseen=unseen)


def _broken(own: Path, store: Store, abroad: CheckResult, iris: Iris) -> tuple[int, tuple[Finding, ...], int]:
    """Results of our shapes on our graphs together with those in which others speak of our things or use our terms, and
    how many things more may break one.

    Such a graph is taken whole, so that what another publisher describes is judged by all that it says of it; of one
    with more than MAX_SHAPED_QUADS only the statements that were found are. Thousands of things that break a shape in
    the same way are no more news than some of them: MAX_SHAPED_NODES of each shape are looked at.
    """
    from initiative_lod.validation import shacl  # here: it takes long to import, and few merges have such statements

    quads = list(parse(gzip.decompress(own.read_bytes()), format=RdfFormat.N_QUADS))
    shapes_graph = iris.graph("shapes")
    shapes = [quad for quad in quads if quad.graph_name == shapes_graph]
    data = [quad for quad in quads if quad.graph_name != shapes_graph]
    stated = list(_quads(finding.statements for finding in abroad.findings))
    foreign: list[Quad] = []
    for graph in sorted({quad.graph_name for quad in stated}, key=str):
        whole = list(islice(store.quads_for_pattern(None, None, None, graph), MAX_SHAPED_QUADS + 1))
        foreign += whole if len(whole) <= MAX_SHAPED_QUADS else [quad for quad in stated if quad.graph_name == graph]
    earlier = shacl.validate(data, shapes).results
    before = {(str(item.focus), item.named, str(item.value)) for item in earlier}
    last = {item.focus for item in earlier}
    report = shacl.validate([*data, *foreign], shapes, most=MAX_SHAPED_NODES, last=last)
    new = [item for item in report.results if (str(item.focus), item.named, str(item.value)) not in before]
    graphs = {str(quad.subject): quad for quad in foreign}
    findings = []
    for item in new[:MAX_FINDINGS]:
        quad = graphs.get(str(item.focus))
        statements: tuple[Statement, ...] = ()
        if quad is not None:
            statements = ((quad.subject, quad.predicate, quad.object, quad.graph_name),)  # type: ignore[assignment]
        text = dict(item.messages).get(DEFAULT_LANGUAGE, "")
        findings.append(Finding(item.focus, f"{item.named.rpartition('#')[2]}: {text}", statements, len(statements)))
    return len(new), tuple(findings), report.unseen


def _quads(statements: Iterable[Iterable[Statement]]) -> Iterator[Quad]:
    for each in statements:
        for subject, predicate, value, graph in each:
            if not isinstance(subject, Literal) and isinstance(predicate, NamedNode) and isinstance(graph, NamedNode):
                yield Quad(subject, predicate, value, graph)
