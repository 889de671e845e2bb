"""The conflict report in the forms that people and machines read: a page of HTML, text, JSON, Turtle."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from initiative_lod.iris import Iris
from initiative_lod.languages import DEFAULT_LANGUAGE, LANGUAGES
from initiative_lod.locale.messages import Languages
from initiative_lod.merge.conflicts.check import MAX_FINDINGS, CheckResult, Finding, Statement, Term
from initiative_lod.merge.conflicts.joint_questions import JointAnswer
from initiative_lod.release.manifest import MergedSource
from initiative_lod.validation.report import SEVERITIES
from initiative_lod.vocabulary import DCTERMS, PREFIXES, PROV, RDF, RDFS, SH

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
        lines = [f"{item.total:>7,}  {item.severity:9}  {_titled(item.title)}" for item in self.ordered]
        lines += [f"  {item.status}: {item.question.text[DEFAULT_LANGUAGE]} ({item.note})" for item in self.together]
        return {
            "totals": {item.kind: item.total for item in self.found},
            "questions": {item.question.slug: item.status for item in self.together},
            "summary": lines,
        }

    def to_text(self) -> str:
        """Lines for a terminal."""
        catalogues = Languages()
        words = partial(_paired, catalogues)
        lines = [words("conflict_report"), ""]
        for record in self.records:
            licence = "; ".join(f"{_line(text)} ({where})" for text, where in record.licences)
            lines += [
                f"{record.slug}: {record.part.quads:,} triples, {record.files['taken']:,} files, from {record.where}",
                f"    {words('conflict_licence')}: {licence or words('conflict_no_licence')}",
            ]
            lines += [f"    {words('conflict_refused')}: {name}: {_line(why)}" for name, why in record.refused]
        for item in self.ordered:
            why = item.why[DEFAULT_LANGUAGE]
            lines += ["", f"{item.severity}  {item.total:,} × {_titled(item.title)}", f"    {why}"]
            for finding in item.findings[:MAX_IN_TEXT]:
                lines.append(f"  {_shown(finding.focus)}  {finding.note}".rstrip())
                lines += [f"      {self._said(statement)}" for statement in finding.statements]
                if finding.size > len(finding.statements):
                    lines.append(f"      … {finding.size - len(finding.statements):,} more")
            if item.total > MAX_IN_TEXT:
                lines.append(f"  … {item.total - min(MAX_IN_TEXT, len(item.findings)):,} more")
        if self.together:
            lines += ["", words("conflict_questions")]
        for answer in self.together:
            lines += [f"  {words(answer.message)}: {answer.question.text[DEFAULT_LANGUAGE]} ({answer.note})"]
            rows = answer.to_json()
            for what in ("missing", "surplus"):
                lines += [f"      {what}: {' | '.join(row)}" for row in rows[what][:MAX_IN_TEXT]]
        clean = [item.title[DEFAULT_LANGUAGE] for item in self.found if not item.total]
        lines += ["", f"{words('conflict_clean')}: " + "; ".join(clean)]
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
        return _environment().get_template("conflict_report.html").render(report=self, most=MAX_FINDINGS)

    def graph(self, graph: Term | None) -> str:
        """A graph's name without what all of its kind begin with; empty for none."""
        if graph is None:
            return ""
        return graph.value.removeprefix(self.iris.graph("source/").value).removeprefix(self.iris.graph("").value)

    def _said(self, statement: Statement) -> str:
        subject, predicate, value, graph = statement
        return f"{_shown(subject)}  {_shown(predicate)}  {_shown(value)}  [{self.graph(graph)}]"

    def _triples(self) -> Iterator[Triple]:
        report = self.iris.thing("conflicts")
        yield Triple(report, RDF.type, SH.ValidationReport)
        yield Triple(report, SH.conforms, Literal(not any(item.severity == "Violation" for item in self.ordered)))
        for item in self.ordered:
            kind = NamedNode(f"{report.value}#{item.kind}")
            for language in LANGUAGES:
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


def _environment() -> Environment:
    """The template of the page. ``both`` gives a message in every language of our own, side by side."""
    environment = Environment(
        loader=PackageLoader("initiative_lod.merge.conflicts", ""),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    catalogues = Languages()

    def both(id: str, **values: object) -> Markup:
        first, *others = ((tag, catalogues[tag].gettext(id, **values)) for tag in LANGUAGES)
        spans = (Markup('<span lang="{}">{}</span>').format(tag, text) for tag, text in others)
        return Markup(" ").join([escape(first[1]), *spans])

    environment.filters |= {"shown": _shown, "linked": _linked, "thousands": "{:,}".format}
    environment.globals |= {
        "both": both,
        "languages": LANGUAGES,
        "catalogues": catalogues,
        "paired": partial(_paired, catalogues),
    }
    return environment


def _paired(catalogues: Languages, id: str) -> str:
    """A message in every language of our own, for where there is no markup."""
    return " · ".join(catalogues[tag].gettext(id) for tag in reversed(LANGUAGES))


def _linked(text: str) -> Markup:
    if text.startswith(("http://", "https://")) and not any(char in text for char in " \n\"'<>"):
        return Markup('<a href="{0}" rel="nofollow noreferrer">{0}</a>').format(text)
    return escape(_line(text))


def _titled(words: Mapping[str, str]) -> str:
    return " · ".join(words[tag] for tag in reversed(LANGUAGES))


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
