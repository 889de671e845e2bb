"""Conflict report in the forms that people and machines read: a page of HTML, text, JSON, Turtle."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from initiative_lod.errors import Message
from initiative_lod.iris import Iris
from initiative_lod.locale.messages import Languages
from initiative_lod.locale.templates import environment
from initiative_lod.merge.conflicts.check import MAX_FINDINGS, CheckResult, Finding, Statement, Term
from initiative_lod.merge.conflicts.joint_questions import JointAnswer
from initiative_lod.release.manifest import MergedSource
from initiative_lod.terminal import printable_lines
from initiative_lod.validation.report import SEVERITIES
from initiative_lod.vocabulary import DCTERMS, PREFIXES, PROV, RDF, RDFS, SH

MAX_IN_TEXT = 5  # findings of one kind in the text


@dataclass(frozen=True, slots=True)
class Conflicts:
    """Conflicts of a merge of ``records``; ``together`` are the questions that need more than our own graphs."""

    found: tuple[CheckResult, ...]
    records: tuple[MergedSource, ...]
    iris: Iris
    together: tuple[JointAnswer, ...] = ()
    languages: Languages = field(default_factory=Languages)

    @property
    def ordered(self) -> tuple[CheckResult, ...]:
        """Results with findings, gravest first."""
        some = [item for item in self.found if item.total]
        return tuple(sorted(some, key=lambda item: (SEVERITIES.index(item.severity), item.kind)))

    @property
    def clean(self) -> tuple[CheckResult, ...]:
        """Results without findings of checks that were made to their end."""
        return tuple(item for item in self.found if not item.total and item.unfinished is None)

    @property
    def unfinished(self) -> tuple[tuple[CheckResult, Message], ...]:
        """Checks that were not made to their end, with the reasons."""
        return tuple((item, item.unfinished) for item in self.found if item.unfinished is not None)

    def files(self) -> dict[str, bytes]:
        """The report as files of a release, by name."""
        return {
            "conflicts.html": self.to_html().encode(),
            "conflicts.txt": self.to_text().encode(),
            "conflicts.json": self.to_json().encode(),
            "conflicts.ttl": self.to_turtle().encode(),
        }

    def summary(self) -> dict[str, Any]:
        """Totals by kind, checks that were not made to their end and why, and lines for a terminal."""
        lines = []
        for item in self.ordered:
            lines.append(f"{item.total:>7,}  {item.severity:9}  {self._joined(item.title)}")
            lines += self._unseen(" " * 20, item)
        for item, why in self.unfinished:
            lines.append(f"      ?  {item.severity:9}  {self._joined(item.title)}: {self._told(why)}")
        lines += [f"  {item.status}: {self._first(item.question.text)} ({self._note(item)})" for item in self.together]
        return {
            "totals": {item.kind: item.total for item in self.found if item.unfinished is None},
            "unfinished": {item.kind: self._told(why) for item, why in self.unfinished},
            "questions": {item.question.slug: item.status for item in self.together},
            "summary": lines,
        }

    def to_text(self) -> str:
        """Lines for a terminal."""
        lines = [self._both("conflicts.title"), ""]
        for record in self.records:
            licences = "; ".join(f"{_line(text)} ({where})" for text, where in record.licences)
            lines += [
                self.languages.default.gettext(
                    "conflicts.record",
                    name=record.slug,
                    triples=record.part.quads,
                    files=record.files["taken"],
                    where=record.where,
                ),
                f"    {self._both('conflicts.licence')}: {licences or self._both('conflicts.no_licence')}",
            ]
            lines += [f"    {self._both('conflicts.refused')}: {name}: {_line(why)}" for name, why in record.refused]
        for item in self.ordered:
            lines += [
                "",
                f"{item.severity}  {item.total:,} × {self._joined(item.title)}",
                f"    {self._first(item.why)}",
            ]
            for finding in item.findings[:MAX_IN_TEXT]:
                lines.append(f"  {_shown(finding.focus)}  {finding.note}".rstrip())
                lines += [f"      {self._statement(statement)}" for statement in finding.statements]
                lines += self._more("      ", finding.size - len(finding.statements))
            lines += self._more("  ", item.total - min(MAX_IN_TEXT, len(item.findings)))
            lines += self._unseen("  ", item)
        if self.together:
            lines += ["", self._both("conflicts.joint")]
        for answer in self.together:
            question = self._first(answer.question.text)
            lines.append(f"  {self._both(answer.status_id)}: {question} ({self._note(answer)})")
            for id, rows in (("conflicts.missing", answer.missing_rows), ("conflicts.surplus", answer.surplus_rows)):
                lines += [f"      {self._both(id)}: {' | '.join(row)}" for row in rows[:MAX_IN_TEXT]]
        if self.unfinished:
            lines += ["", self._both("conflicts.unfinished")]
            lines += [f"  {self._first(item.title)}: {self._told(why)}" for item, why in self.unfinished]
        clean = [self._first(item.title) for item in self.clean]
        lines += ["", f"{self._both('conflicts.clean')}: {'; '.join(clean)}"]
        return printable_lines("\n".join(lines)) + "\n"

    def _note(self, answer: JointAnswer) -> str:
        return self._told(answer.message)

    def _told(self, message: Message) -> str:
        return self.languages.default.gettext(message.id, **message.values)

    def unseen(self, item: CheckResult) -> dict[str, str]:
        """Words on what was not looked at, by language; none where everything was."""
        return self.languages.each("conflicts.unseen", count=item.unseen) if item.unseen else {}

    def _unseen(self, margin: str, item: CheckResult) -> list[str]:
        return [f"{margin}{text}" for _, text in self._texts(self.unseen(item))[:1]]

    def _more(self, margin: str, count: int) -> list[str]:
        return [f"{margin}… {self.languages.default.gettext('n_more', count=count)}"] if count > 0 else []

    def to_json(self) -> str:
        """One JSON object: sources, and what was found by kind."""
        value = {
            "sources": [asdict(record) for record in self.records],
            "questions": [item.to_json() | {"note": self._note(item)} for item in self.together],
            "found": [
                {
                    "kind": item.kind,
                    "severity": item.severity,
                    "title": dict(item.title),
                    "why": dict(item.why),
                    "total": item.total,
                    "unseen": item.unseen,
                    "unfinished": self._told(item.unfinished) if item.unfinished else None,
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
        templates = environment("initiative_lod.merge.conflicts")
        templates.filters.update(term=_shown, line=_line)
        templates.tests["web"] = _is_address
        language = self.languages.default
        return templates.get_template("conflict_report.html").render(
            report=self,
            language=language,
            lang=language.tag,
            languages=[self.languages[tag] for tag in self._tags],
            texts=self._texts,
            most=MAX_FINDINGS,
        )

    def graph(self, graph: Term | None) -> str:
        """A graph by the name that its source has here; empty for none."""
        if graph is None:
            return ""
        return graph.value.removeprefix(self.iris.graph("source/").value).removeprefix(self.iris.graph("").value)

    @property
    def _tags(self) -> list[str]:
        """The languages of the report: the one of the command line first."""
        return sorted(self.languages, key=lambda tag: (tag != self.languages.default.tag, tag))

    def _texts(self, texts: Mapping[str, str]) -> list[tuple[str, str]]:
        """Texts by language, in the order of the report's."""
        order = dict.fromkeys((*self._tags, *texts))
        return [(tag, texts[tag]) for tag in order if tag in texts]

    def _first(self, texts: Mapping[str, str]) -> str:
        return self._texts(texts)[0][1]

    def _joined(self, texts: Mapping[str, str]) -> str:
        return " · ".join(text for _, text in self._texts(texts))

    def _both(self, id: str) -> str:
        """A message in each language."""
        return " · ".join(self.languages[tag].gettext(id) for tag in self._tags)

    def _statement(self, statement: Statement) -> str:
        subject, predicate, value, graph = statement
        return f"{_shown(subject)}  {_shown(predicate)}  {_shown(value)}  [{self.graph(graph)}]"

    def _triples(self) -> Iterator[Triple]:
        report = self.iris.thing("conflicts")
        yield Triple(report, RDF.type, SH.ValidationReport)
        conforms = not self.unfinished and not any(item.severity == "Violation" for item in self.ordered)
        yield Triple(report, SH.conforms, Literal(conforms))
        for item, why in self.unfinished:
            for tag, title in item.title.items():
                text = f"{title}: {self.languages[tag].gettext(why.id, **why.values)}"
                yield Triple(report, RDFS.comment, Literal(text, language=tag))
        for item in self.ordered:
            kind = NamedNode(f"{report.value}#{item.kind}")
            for property, texts in ((RDFS.label, item.title), (RDFS.comment, item.why)):
                for tag, text in texts.items():
                    yield Triple(kind, property, Literal(text, language=tag))
            yield Triple(kind, DCTERMS.extent, Literal(item.total))
            for tag, text in self.unseen(item).items():
                yield Triple(kind, RDFS.comment, Literal(text, language=tag))
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


def _is_address(text: str) -> bool:
    """Tell whether text is one address of the web, and nothing else."""
    return text.startswith(("http://", "https://")) and not any(char in text for char in " \n\"'<>")


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
