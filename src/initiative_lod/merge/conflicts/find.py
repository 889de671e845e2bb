"""Finds the conflicts of a merge, as a value; ``conflict_report`` writes it as HTML, text, JSON and Turtle."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from initiative_lod.build import identity, inference
from initiative_lod.bulk.sql_engine import SqlEngine
from initiative_lod.iris import Iris
from initiative_lod.languages import DEFAULT_LANGUAGE
from initiative_lod.locale.messages import Languages
from initiative_lod.merge.conflicts import joint_questions, sql_checks
from initiative_lod.merge.conflicts.candidates import candidates
from initiative_lod.merge.conflicts.check import MAX_FINDINGS, MAX_STATEMENTS, CheckResult, Finding, Statement, checks
from initiative_lod.merge.conflicts.conflict_report import Conflicts
from initiative_lod.merge.conflicts.identity_statements import identity_statements
from initiative_lod.merge.graph_file import lines
from initiative_lod.release.manifest import MergedSource
from initiative_lod.sources.questions import Question
from initiative_lod.validation import competency, shacl

ELSEWHERE = "our-terms-elsewhere"
MAX_SHAPED_QUADS = 200_000  # of one graph of others that is validated with ours
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
) -> Conflicts:
    """Conflicts of a merge. ``store`` holds everything, ``building`` the files that it was loaded
    from; ``joint`` are questions that need the graphs of others. An ``engine`` is asked in place of the store.
    """
    prefixes = {**iris.prefixes, "graph": iris.graph("").value, "ours": iris.base}
    asked = stores(store, building, iris) if engine is None else {}
    if engine is not None:
        sql_checks.prepare(engine, graphs_of_parts(building), prefixes)
    languages = Languages()
    results: list[CheckResult] = []
    for check in checks():
        progress(f"looking for conflicts: {check.kind}")
        if engine is not None:
            results.append(sql_checks.run(check, engine, prefixes))
        else:
            results.append(check.run(asked[check.over], prefixes))
    abroad = next(item for item in results if item.kind == ELSEWHERE)
    if abroad.total:
        progress("looking for conflicts: shapes")
        results.append(_shapes(building / "own.nq.gz", store, abroad, iris, languages))
    progress("looking for conflicts: questions")
    results.append(_questions(store, questions, iris, languages))
    answered = joint_questions.ask(joint, store, [record.slug for record in records], iris.base)
    return Conflicts(tuple(results), tuple(records), iris, answered, languages)


def graphs_of_parts(building: Path) -> Iterator[str]:
    """The graphs that are a part of their own, as terms of N-Quads."""
    for path in building.glob("graphs/*.nq.gz"):
        for line in islice(lines(path), 1):
            yield line.rsplit(b" ", 2)[1].decode()


def stores(store: Store, building: Path, iris: Iris) -> dict[str, Store]:
    """The stores that checks ask, by name: the one that holds everything, and two small ones that are picked of it."""
    repeating = {building / f"graphs/{name}.nq.gz" for name in (identity.NAME, inference.NAME)}  # what others state
    files = [*sorted({*building.glob("graphs/*.nq.gz")} - repeating), building / "own.nq.gz"]
    return {
        "all": store,
        "candidates": candidates(files),
        "identity": identity_statements(store, iris),
    }


def _questions(store: Store, questions: Sequence[Question], iris: Iris, languages: Languages) -> CheckResult:
    """The competency questions that are now answered otherwise than was worked out from the text."""
    differences = list(competency.differences(list(questions), store, iris.base))
    findings = []
    for difference in differences:
        say = languages.default.gettext
        rows = [(say("conflicts.missing"), row) for row in difference.missing]
        rows += [(say("conflicts.surplus"), row) for row in difference.surplus]
        listed = "; ".join(f"{what}: {' | '.join(row)}" for what, row in rows[:MAX_STATEMENTS])
        note = listed or say("conflicts.order")
        focus = iris.thing(f"question/{difference.question.slug}")
        findings.append(Finding(focus, f"{difference.question.text[DEFAULT_LANGUAGE]} {note}", (), len(rows)))
    return CheckResult(
        "questions-answered-differently",
        "Violation",
        languages.each("conflicts.questions"),
        languages.each("conflicts.questions_why", count=len(questions)),
        len(differences),
        tuple(findings[:MAX_FINDINGS]),
    )


def _shapes(own: Path, store: Store, abroad: CheckResult, iris: Iris, languages: Languages) -> CheckResult:
    """Results of our shapes on our graphs together with those in which others speak of our things or use our terms.

    Such a graph is taken whole, so that what another publisher describes is judged by all that it says of it; of one
    with more than MAX_SHAPED_QUADS only the statements that were found are.
    """
    quads = list(parse(gzip.decompress(own.read_bytes()), format=RdfFormat.N_QUADS))
    shapes_graph = iris.graph("shapes")
    shapes = [quad for quad in quads if quad.graph_name == shapes_graph]
    data = [quad for quad in quads if quad.graph_name != shapes_graph]
    stated = list(_quads(finding.statements for finding in abroad.findings))
    foreign: list[Quad] = []
    for graph in sorted({quad.graph_name for quad in stated}, key=str):
        whole = list(islice(store.quads_for_pattern(None, None, None, graph), MAX_SHAPED_QUADS + 1))
        foreign += whole if len(whole) <= MAX_SHAPED_QUADS else [quad for quad in stated if quad.graph_name == graph]
    before = {(str(item.focus), item.named, str(item.value)) for item in shacl.validate(data, shapes).results}
    report = shacl.validate([*data, *foreign], shapes)
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
    return CheckResult(
        "our-shapes-broken",
        "Violation",
        languages.each("conflicts.shapes"),
        languages.each("conflicts.shapes_why"),
        len(new),
        tuple(findings),
    )


def _quads(statements: Iterable[Iterable[Statement]]) -> Iterator[Quad]:
    for each in statements:
        for subject, predicate, value, graph in each:
            if not isinstance(subject, Literal) and isinstance(predicate, NamedNode) and isinstance(graph, NamedNode):
                yield Quad(subject, predicate, value, graph)
