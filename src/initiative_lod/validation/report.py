"""What a validation found, as a value, and how it is written: text, Turtle, JSON and a page of HTML.

Written from the results alone and sorted, so that the same data give the same bytes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from initiative_lod.validation.property_path import PathOf, path_triples
from initiative_lod.validation.triple_index import Term
from initiative_lod.vocabulary import PREFIXES, RDF, SH

Place = tuple[Path, int]

SEVERITIES = ("Violation", "Warning", "Info")
_IN_CHINESE = {"Violation": "违反", "Warning": "警告", "Info": "提示"}


@dataclass(frozen=True, slots=True)
class Result:
    """One thing that a shape found. ``place`` is (file, line from 1) where known.

    ``severity`` and ``component`` are local names of SHACL's vocabulary where they are of it, else IRIs. ``shape`` and
    ``constraint`` are IRIs; for what has none, the IRI of what holds it and, after a space, how it is held.
    ``messages`` holds (language, text), the language "" for none, sorted.
    """

    focus: Term
    severity: str
    shape: str
    component: str
    constraint: str | None = None
    path: NamedNode | PathOf | None = None
    value: Term | None = None
    messages: tuple[tuple[str, str], ...] = ()
    place: Place | None = None

    @property
    def named(self) -> str:
        """The IRI of what found it: the ``sh:sparql`` constraint if there is one, else the shape."""
        return self.constraint or self.shape

    @property
    def order(self) -> tuple[Any, ...]:
        """What results are sorted by: severity, what found it, place, focus node, and the rest."""
        severity = SEVERITIES.index(self.severity) if self.severity in SEVERITIES else len(SEVERITIES)
        place = (str(self.place[0]), self.place[1]) if self.place else ("", 0)
        terms = (str(term) for term in (self.focus, self.path, self.value))
        return severity, self.named, place, self.component, *terms, self.messages


@dataclass(frozen=True, slots=True)
class Report:
    """What a run found. ``targets`` says for each shape with a target how many focus nodes it had.

    ``labels`` holds the labels of shapes and constraints by IRI, then by language.
    """

    results: tuple[Result, ...] = ()
    targets: Mapping[str, int] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def conforms(self) -> bool:
        """Whether nothing of severity Violation was found (warnings and infos do not count against it)."""
        return all(result.severity in ("Warning", "Info") for result in self.results)

    @property
    def counts(self) -> dict[str, int]:
        """Results by severity; SHACL's own three are named even when there are none."""
        found = Counter(result.severity for result in self.results)
        return {name: found[name] for name in (*SEVERITIES, *sorted(found.keys() - set(SEVERITIES)))}

    @property
    def by_shape(self) -> dict[str, dict[str, int]]:
        """Results by the shape or constraint that found them, then by severity."""
        found: dict[str, Counter[str]] = {}
        for result in self.results:
            found.setdefault(result.named, Counter())[result.severity] += 1
        return {name: dict(counter) for name, counter in sorted(found.items())}

    @property
    def silent(self) -> tuple[str, ...]:
        """The shapes that found no node to look at: they prove nothing about these data."""
        return tuple(sorted(shape for shape, count in self.targets.items() if not count))

    def to_text(self) -> str:
        """Lines for a terminal, grouped by what found them, without an end of line at the end."""
        lines = [self._summary("en"), self._summary("zh")]
        for (severity, named), results in self._groups():
            label = f"  {self._label(named, 'en')} · {self._label(named, 'zh')}" if self.labels.get(named) else ""
            lines += ["", f"{severity}  {_short(named)}{label}"]
            messages: tuple[tuple[str, str], ...] = ()
            for result in results:
                place = f"{result.place[0]}:{result.place[1]}: " if result.place else ""
                value = f"  [{_shown(result.value)}]" if result.value not in (None, result.focus) else ""
                lines.append(f"  {place}{_shown(result.focus)}{value}")
                if result.messages != messages:
                    lines += [f"      {text}" for _, text in sorted(result.messages, key=lambda item: item[0] != "en")]
                    messages = result.messages
        if self.silent:
            lines += ["", "silent (no node to look at): " + ", ".join(_short(shape) for shape in self.silent)]
        return "\n".join(lines)

    def to_json(self) -> str:
        """One JSON object: conforms, counts, shapes, silent and results."""
        return json.dumps(self._object(), ensure_ascii=False, indent=2) + "\n"

    def to_turtle(self, iri: str = "https://w3id.org/initiative-lod/report") -> str:
        """A ``sh:ValidationReport`` called ``iri``, its results as fragments of it, in Turtle."""
        written = serialize(self._triples(NamedNode(iri)), format=RdfFormat.TURTLE, prefixes=PREFIXES)
        return (written or b"").decode()

    def to_html(self) -> str:
        """A page that needs nothing but itself."""
        sections = []
        for (severity, named), results in self._groups():
            rows = "".join(_row(result) for result in results)
            sections.append(
                f'<section class="{escape(severity)}"><h2>{escape(self._label(named, "zh"))} '
                f'<span lang="en">{escape(self._label(named, "en"))}</span></h2>'
                f'<p><b>{_IN_CHINESE.get(severity, "")} <span lang="en">{escape(severity)}</span></b> '
                f"<code>{escape(named)}</code></p><table><tr><th>节点 <span lang=en>focus node</span></th>"
                "<th>值 <span lang=en>value</span></th><th>说明 <span lang=en>message</span></th>"
                f"<th>出处 <span lang=en>source</span></th></tr>{rows}</table></section>"
            )
        shapes = "".join(
            f"<tr{' class=silent' if not count else ''}><td><code>{escape(shape)}</code></td><td>{count}</td></tr>"
            for shape, count in self.targets.items()
        )
        return _PAGE.format(
            zh=escape(self._summary("zh")), en=escape(self._summary("en")), sections="".join(sections), shapes=shapes
        )

    def _groups(self) -> Iterator[tuple[tuple[str, str], Iterator[Result]]]:
        return groupby(self.results, key=lambda result: (result.severity, result.named))

    def _summary(self, language: str) -> str:
        counts, shapes, silent = self.counts, len(self.targets), len(self.silent)
        if language == "zh":
            found = "，".join(f"{_IN_CHINESE.get(name, name)} {count}" for name, count in counts.items())
            return (
                f"{'符合' if self.conforms else '不符合'}：{found}；形状 {shapes} 个，其中 {silent} 个没有可检查的节点"
            )
        found = ", ".join(f"{name} {count}" for name, count in counts.items())
        return f"{'conforms' if self.conforms else 'does not conform'}: {found}; {shapes} shapes, {silent} silent"

    def _label(self, named: str, language: str) -> str:
        return self.labels.get(named, {}).get(language, _short(named))

    def _object(self) -> dict[str, Any]:
        return {
            "conforms": self.conforms,
            "counts": self.counts,
            "shapes": [
                {"shape": shape, "focusNodes": count, "label": dict(self.labels.get(shape, {}))}
                for shape, count in self.targets.items()
            ],
            "found": self.by_shape,
            "silent": list(self.silent),
            "results": [
                {
                    "severity": result.severity,
                    "focusNode": _plain(result.focus),
                    "path": str(result.path) if isinstance(result.path, PathOf) else _plain(result.path),
                    "value": _plain(result.value),
                    "sourceShape": result.shape,
                    "sourceConstraint": result.constraint,
                    "sourceConstraintComponent": result.component,
                    "messages": dict(result.messages),
                    "file": str(result.place[0]) if result.place else None,
                    "line": result.place[1] if result.place else None,
                }
                for result in self.results
            ],
        }

    def _triples(self, report: NamedNode) -> Iterator[Triple]:
        sources: dict[str, BlankNode] = {}

        def source(name: str) -> NamedNode | BlankNode:
            return sources.setdefault(name, BlankNode(f"shape-{len(sources) + 1}")) if " " in name else NamedNode(name)

        yield Triple(report, RDF.type, SH.ValidationReport)
        yield Triple(report, SH.conforms, Literal(not self.results))  # SHACL §3.6.1.1
        for number, result in enumerate(self.results, 1):
            node = NamedNode(f"{report.value}#result-{number}")
            yield Triple(report, SH.result, node)
            yield Triple(node, RDF.type, SH.ValidationResult)
            yield Triple(node, SH.focusNode, result.focus)
            if result.path is not None:
                path, described = path_triples(result.path, f"path-{number}")
                yield Triple(node, SH.resultPath, path)
                yield from described
            if result.value is not None:
                yield Triple(node, SH.value, result.value)
            yield Triple(node, SH.resultSeverity, _shacl(result.severity))
            yield Triple(node, SH.sourceShape, source(result.shape))
            yield Triple(node, SH.sourceConstraintComponent, _shacl(result.component))
            if result.constraint is not None:
                yield Triple(node, SH.sourceConstraint, source(result.constraint))
            for language, text in result.messages:
                message = Literal(text, language=language) if language else Literal(text)
                yield Triple(node, SH.resultMessage, message)


def _row(result: Result) -> str:
    place = f"{result.place[0]}:{result.place[1]}" if result.place else ""
    messages = "".join(
        f'<p lang="{escape(language)}">{escape(text)}</p>' for language, text in reversed(result.messages)
    )
    value = _shown(result.value) if result.value is not None else ""
    cells = f"<td><code>{escape(_shown(result.focus))}</code></td><td>{escape(value)}</td><td>{messages}</td>"
    return f"<tr>{cells}<td><code>{escape(place)}</code></td></tr>"


def _shacl(name: str) -> NamedNode:
    return NamedNode(name if ":" in name else SH.iri + name)


def _short(name: str) -> str:
    """A shape's name without its namespace, where that ends in "#"."""
    iri, space, how = name.partition(" ")
    return (iri.rpartition("#")[2] or iri) + space + how


def _shown(term: Term | None) -> str:
    """An IRI or a word as it is; of a long literal the beginning."""
    text = str(term) if isinstance(term, BlankNode) else term.value if term is not None else ""
    return text if len(text) <= 120 else text[:117] + "..."


def _plain(term: Term | None) -> str | None:
    if term is None:
        return None
    return term.value if isinstance(term, NamedNode) else str(term)


_PAGE = """<!doctype html>
<html lang="zh">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>验证报告 · Validation report</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; color: #222 }}
section {{ border-left: .3rem solid #999; padding-left: 1rem; margin: 2rem 0 }}
section.Violation {{ border-color: #b3261e }} section.Warning {{ border-color: #a15c00 }}
h2 {{ font-size: 1.1rem; margin: 0 }} h2 span, th span {{ font-weight: normal; color: #555 }}
table {{ border-collapse: collapse; width: 100% }} td p {{ margin: 0 }}
th, td {{ text-align: left; vertical-align: top; padding: .3rem .6rem; border-top: 1px solid #ddd }}
code {{ overflow-wrap: anywhere; font-size: .9em }} tr.silent {{ color: #666; font-style: italic }}
</style>
<h1>验证报告 <span lang="en">Validation report</span></h1>
<p>{zh}</p>
<p lang="en">{en}</p>
{sections}
<h2>形状与其检查的节点数 <span lang="en">Shapes, and how many nodes each looked at</span></h2>
<table><tr><th>形状 <span lang="en">shape</span></th><th>节点 <span lang="en">nodes</span></th></tr>{shapes}</table>
</html>
"""
