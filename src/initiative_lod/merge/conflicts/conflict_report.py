"""The conflict report in the forms that people and machines read: a page of HTML, text, JSON, Turtle."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from html import escape
from importlib import resources
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from initiative_lod.iris import Iris
from initiative_lod.merge.conflicts.check import MAX_FINDINGS, CheckResult, Finding, Statement, Term
from initiative_lod.merge.conflicts.joint_questions import IN_CHINESE, OTHERWISE, JointAnswer
from initiative_lod.release.manifest import MergedSource
from initiative_lod.validation.report import SEVERITIES
from initiative_lod.vocabulary import DCTERMS, PREFIXES, PROV, RDF, RDFS, SH

_IN_CHINESE = {"Violation": "违反", "Warning": "警告", "Info": "提示"}
MAX_IN_TEXT = 5  # findings of one kind in the text


@dataclass(frozen=True, slots=True)
class Conflicts:
    """What was found in a merge of ``records``; ``together`` are the questions that need more than our own graphs."""

    found: tuple[CheckResult, ...]
    records: tuple[MergedSource, ...]
    iris: Iris
    together: tuple[JointAnswer, ...] = ()

    @property
    def ordered(self) -> tuple[CheckResult, ...]:
        """What was found something of, gravest first."""
        some = [item for item in self.found if item.total]
        return tuple(sorted(some, key=lambda item: (SEVERITIES.index(item.severity), item.kind)))

    def files(self) -> dict[str, bytes]:
        """The report as files of a release, by name."""
        return {
            "conflicts.html": self.to_html().encode(),
            "conflicts.txt": self.to_text().encode(),
            "conflicts.json": self.to_json().encode(),
            "conflicts.ttl": self.to_turtle().encode(),
        }

    def summary(self) -> dict[str, Any]:
        """Totals by kind, and lines for a terminal."""
        lines = [
            f"{item.total:>7,}  {item.severity:9}  {item.title['en']} · {item.title['zh']}" for item in self.ordered
        ]
        lines += [f"  {item.status}: {item.question.text['en']} ({item.note})" for item in self.together]
        return {
            "totals": {item.kind: item.total for item in self.found},
            "questions": {item.question.slug: item.status for item in self.together},
            "summary": lines,
        }

    def to_text(self) -> str:
        """Lines for a terminal."""
        lines = ["Conflict report · 冲突报告", ""]
        for record in self.records:
            licence = "; ".join(f"{_line(text)} ({where})" for text, where in record.licences) or "none found · 未找到"
            lines += [
                f"{record.slug}: {record.part.quads:,} triples, {record.files['taken']:,} files, from {record.where}",
                f"    licence · 许可: {licence}",
            ]
            lines += [f"    refused · 拒收: {name}: {_line(why)}" for name, why in record.refused]
        for item in self.ordered:
            lines += [
                "",
                f"{item.severity}  {item.total:,} × {item.title['en']} · {item.title['zh']}",
                f"    {item.why['en']}",
            ]
            for finding in item.findings[:MAX_IN_TEXT]:
                lines.append(f"  {_shown(finding.focus)}  {finding.note}".rstrip())
                lines += [f"      {self._said(statement)}" for statement in finding.statements]
                if finding.size > len(finding.statements):
                    lines.append(f"      … {finding.size - len(finding.statements):,} more")
            if item.total > MAX_IN_TEXT:
                lines.append(f"  … {item.total - min(MAX_IN_TEXT, len(item.findings)):,} more")
        if self.together:
            lines += ["", "Questions that need two graphs · 需要两个图的问题"]
        for answer in self.together:
            lines += [f"  {answer.status} · {IN_CHINESE[answer.status]}: {answer.question.text['en']} ({answer.note})"]
            rows = answer.to_json()
            lines += [
                f"      {what}: {' | '.join(row)}"
                for what in ("missing", "surplus")
                for row in rows[what][:MAX_IN_TEXT]
            ]
        clean = [item.title["en"] for item in self.found if not item.total]
        lines += ["", "nothing found · 未发现: " + "; ".join(clean)]
        return "\n".join(lines) + "\n"

    def to_json(self) -> str:
        """One JSON object: sources, and what was found by kind."""
        value = {
            "sources": [asdict(record) for record in self.records],
            "questions": [item.to_json() for item in self.together],
            "found": [
                {
                    "kind": item.kind,
                    "severity": item.severity,
                    "title": dict(item.title),
                    "why": dict(item.why),
                    "total": item.total,
                    "findings": [_finding(finding) for finding in item.findings],
                }
                for item in self.found
            ],
        }
        return json.dumps(value, ensure_ascii=False, indent=1) + "\n"

    def to_turtle(self) -> str:
        """A ``sh:ValidationReport``: the focus is the focus node, the kind the constraint component, statements are
        reified.
        """
        written = serialize(self._triples(), format=RdfFormat.TURTLE, prefixes=PREFIXES)
        return (written or b"").decode()

    def to_html(self) -> str:
        """A page that needs nothing but itself."""
        page = resources.files("initiative_lod.merge.conflicts").joinpath("page.html").read_text("utf-8")
        parts = {
            "SOURCES": "".join(self._source(record) for record in self.records),
            "QUESTIONS": "".join(map(_question, self.together)),
            "INDEX": "".join(_entry(item) for item in self.ordered),
            "SECTIONS": "".join(self._section(item) for item in self.ordered),
            "CLEAN": "".join(
                f"<li>{escape(item.title['zh'])} <span lang=en>{escape(item.title['en'])}</span></li>"
                for item in self.found
                if not item.total
            ),
        }
        for name, text in parts.items():
            page = page.replace(f"<!--{name}-->", text)
        return page

    def _source(self, record: MergedSource) -> str:
        licences = (
            "<br>".join(f"{_linked(text)} <small>{escape(where)}</small>" for text, where in record.licences)
            or "<b class=Warning>未找到 <span lang=en>none found</span></b>"
        )
        refused = "".join(f"<li><code>{escape(name)}</code> {escape(why)}</li>" for name, why in record.refused)
        refused = f"<ul class=Violation>{refused}</ul>" if refused else ""
        return (
            f"<tr><th scope=row>{escape(record.slug)}</th><td class=n>{record.part.quads:,}</td>"
            f"<td class=n>{record.files['taken']:,}</td><td class=n>{record.blank_nodes:,}</td><td>{licences}</td>"
            f"<td>{escape(record.where)}<br><small>{escape(record.retrieved)}</small>{refused}</td></tr>"
        )

    def _section(self, item: CheckResult) -> str:
        rows = "".join(self._row(finding) for finding in item.findings)
        more = item.total - len(item.findings)
        rest = f"<p class=more>… 另有 {more:,} 条 <span lang=en>{more:,} more</span></p>" if more else ""
        return (
            f'<section id="{item.kind}" class="{item.severity}"><h2>{escape(item.title["zh"])} '
            f'<span lang="en">{escape(item.title["en"])}</span> <b>{item.total:,}</b></h2>'
            f'<p>{escape(item.why["zh"])}</p><p lang="en">{escape(item.why["en"])}</p>'
            f"<details{' open' if item.total <= 20 else ''}><summary>{len(item.findings):,} 条 "
            f"<span lang=en>findings</span></summary>{rows}{rest}</details></section>"
        )

    def _row(self, finding: Finding) -> str:
        rows = "".join(
            f"<tr><td><code>{escape(_shown(subject))}</code></td><td><code>{escape(_shown(predicate))}</code></td>"
            f"<td><code>{escape(_shown(value))}</code></td><td>{escape(self._graph(graph))}</td></tr>"
            for subject, predicate, value, graph in finding.statements
        )
        more = finding.size - len(finding.statements)
        rest = f"<tr><td colspan=4>… {more:,}</td></tr>" if more > 0 and finding.statements else ""
        note = f" <small>{escape(finding.note)}</small>" if finding.note else ""
        return f"<article><h3>{_linked(_shown(finding.focus))}{note}</h3><table>{rows}{rest}</table></article>"

    def _graph(self, graph: Term | None) -> str:
        if graph is None:
            return ""
        return graph.value.removeprefix(self.iris.graph("source/").value).removeprefix(self.iris.graph("").value)

    def _said(self, statement: Statement) -> str:
        subject, predicate, value, graph = statement
        return f"{_shown(subject)}  {_shown(predicate)}  {_shown(value)}  [{self._graph(graph)}]"

    def _triples(self) -> Iterator[Triple]:
        report = self.iris.thing("conflicts")
        yield Triple(report, RDF.type, SH.ValidationReport)
        yield Triple(report, SH.conforms, Literal(not any(item.severity == "Violation" for item in self.ordered)))
        for item in self.ordered:
            kind = NamedNode(f"{report.value}#{item.kind}")
            for language in ("zh", "en"):
                yield Triple(kind, RDFS.label, Literal(item.title[language], language=language))
                yield Triple(kind, RDFS.comment, Literal(item.why[language], language=language))
            yield Triple(kind, DCTERMS.extent, Literal(item.total))
            for number, finding in enumerate(item.findings, 1):
                node = NamedNode(f"{kind.value}-{number}")
                yield Triple(report, SH.result, node)
                yield Triple(node, RDF.type, SH.ValidationResult)
                yield Triple(node, SH.focusNode, finding.focus)
                yield Triple(node, SH.resultSeverity, SH[item.severity])
                yield Triple(node, SH.sourceConstraintComponent, kind)
                if finding.note:
                    yield Triple(node, SH.resultMessage, Literal(finding.note))
                for index, statement in enumerate(finding.statements, 1):
                    yield from _reified(node, NamedNode(f"{node.value}-{index}"), statement)


def _reified(node: NamedNode, reified: NamedNode, statement: Statement) -> Iterator[Triple]:
    subject, predicate, value, graph = statement
    yield Triple(node, SH.detail, reified)
    yield Triple(reified, RDF.type, RDF.Statement)
    yield Triple(reified, RDF.subject, subject)
    yield Triple(reified, RDF.predicate, predicate)
    yield Triple(reified, RDF.object, value)
    if graph is not None:
        yield Triple(reified, PROV.hadPrimarySource, graph)


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "focus": str(finding.focus),
        "note": finding.note,
        "size": finding.size,
        "graphs": list(finding.graphs),
        "statements": [[None if term is None else str(term) for term in statement] for statement in finding.statements],
    }


def _entry(item: CheckResult) -> str:
    return (
        f'<li class="{item.severity}"><a href="#{item.kind}">{escape(item.title["zh"])} '
        f'<span lang="en">{escape(item.title["en"])}</span></a> <b>{item.total:,}</b> '
        f"<small>{_IN_CHINESE[item.severity]} <span lang=en>{item.severity}</span></small></li>"
    )


def _question(item: JointAnswer) -> str:
    rows = item.to_json()
    differing = "".join(
        f"<tr><td>{what}</td><td>{escape(' | '.join(row))}</td></tr>"
        for what in ("missing", "surplus")
        for row in rows[what][:MAX_FINDINGS]
    )
    return (
        f'<li class="{"Warning" if item.status == OTHERWISE else "Info"}">{escape(item.question.text["zh"])} '
        f'<span lang="en">{escape(item.question.text["en"])}</span> <b>{IN_CHINESE[item.status]} '
        f"<span lang=en>{item.status}</span></b> <small>{escape(item.note)}</small>"
        f"{f'<table>{differing}</table>' if differing else ''}</li>"
    )


def _linked(text: str) -> str:
    if text.startswith(("http://", "https://")) and not any(char in text for char in " \n\"'<>"):
        return f'<a href="{escape(text)}" rel="nofollow noreferrer">{escape(text)}</a>'
    return escape(_line(text))


def _line(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 200 else f"{text[:197]}..."


def _shown(term: Term | None) -> str:
    if term is None:
        return ""
    if isinstance(term, NamedNode):
        return term.value
    if isinstance(term, BlankNode):
        return str(term)
    ending = f"@{term.language}" if term.language else ""
    return f"“{_line(term.value)}”{ending}"
