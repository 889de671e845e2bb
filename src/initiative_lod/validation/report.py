"""Report of a validation as a value, and how it is written: text, Turtle, JSON and a page of HTML.

Written from the results alone and sorted, so that the same data give the same bytes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from initiative_lod.locale.messages import Language, Languages
from initiative_lod.locale.templates import environment
from initiative_lod.terminal import printable_lines
from initiative_lod.validation.property_path import PathOf, path_triples
from initiative_lod.validation.triple_index import Term
from initiative_lod.vocabulary import PREFIXES, RDF, SH

Place = tuple[Path, int]
Subject = NamedNode | BlankNode

SEVERITIES = ("Violation", "Warning", "Info")


@dataclass(frozen=True, slots=True)
class Result:
    """One thing that a shape found. ``place`` is (file, line from 1) where known.

    ``severity`` and ``component`` are local names of SHACL's vocabulary where they are of it, else IRIs. ``shape`` and
    ``constraint`` are IRIs; for what has none, the IRI of what holds it and, after a space, how it is held.
    ``messages`` holds (language, text), the language "" for none, sorted. ``details`` are the results for which a node
    does not conform to a shape that it has to (``sh:detail``).
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
    details: tuple[Result, ...] = ()

    @property
    def named(self) -> str:
        """The IRI of what found it: the ``sh:sparql`` constraint if there is one, else the shape."""
        return self.constraint or self.shape

    @property
    def order(self) -> tuple[Any, ...]:
        """Key by which results are sorted: severity, what found it, place, focus node, and the rest."""
        severity = SEVERITIES.index(self.severity) if self.severity in SEVERITIES else len(SEVERITIES)
        place = (str(self.place[0]), self.place[1]) if self.place else ("", 0)
        terms = (str(term) for term in (self.focus, self.path, self.value))
        return severity, self.named, place, self.component, *terms, self.messages


@dataclass(frozen=True, slots=True)
class Report:
    """Result of a run. ``targets`` says for each shape with a target how many focus nodes it had.

    ``labels`` holds the labels of shapes and constraints by IRI, then by language. ``unseen`` counts, shape by
    shape, the focus nodes that may not conform and were not looked at.
    """

    results: tuple[Result, ...] = ()
    targets: Mapping[str, int] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unseen: int = 0

    @property
    def conforms(self) -> bool:
        """Tell whether nothing of severity Violation was found (warnings and infos do not count against it)."""
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

    def to_text(self, languages: Languages | None = None) -> str:
        """Lines for a terminal, grouped by what found them, without an end of line at the end."""
        spoken = _spoken(languages or Languages())
        lines = [self._summary(language) for language in spoken]
        for (severity, named), results in self._groups():
            label = " · ".join(text for _, text in _ordered(self.labels.get(named, {}).items(), spoken))
            lines += ["", f"{severity}  {_short(named)}  {label}".rstrip()]
            messages: tuple[tuple[str, str], ...] = ()
            for result in results:
                place = f"{result.place[0]}:{result.place[1]}: " if result.place else ""
                value = f"  [{_shown(result.value)}]" if result.value not in (None, result.focus) else ""
                lines.append(f"  {place}{_shown(result.focus)}{value}")
                if result.messages != messages:
                    lines += [f"      {text}" for _, text in _ordered(result.messages, spoken)]
                    messages = result.messages
                lines += _detail_lines(result, spoken)
        if self.silent:
            shapes = ", ".join(_short(shape) for shape in self.silent)
            lines += ["", spoken[0].gettext("validation.silent", shapes=shapes)]
        return printable_lines("\n".join(lines))

    def to_json(self) -> str:
        """One JSON object: conforms, counts, shapes, silent and results."""
        return json.dumps(self._object(), ensure_ascii=False, indent=2) + "\n"

    def to_turtle(self, iri: str = "https://w3id.org/initiative-lod/report") -> str:
        """A ``sh:ValidationReport`` called ``iri``, its results as fragments of it, in Turtle."""
        written = serialize(self._triples(NamedNode(iri)), format=RdfFormat.TURTLE, prefixes=PREFIXES)
        return (written or b"").decode()

    def to_html(self, languages: Languages | None = None) -> str:
        """A page that needs nothing but itself, with its words in each of the ``languages``."""
        templates = environment("initiative_lod.validation")
        templates.filters.update(term=_shown, path=_shown_path)
        spoken = _spoken(languages or Languages())
        return templates.get_template("validation_report.html").render(
            report=self,
            language=spoken[0],
            lang=spoken[0].tag,
            languages=spoken,
            groups=[(group, list(results)) for group, results in self._groups()],
            labels=lambda named: _ordered(self.labels.get(named, {}).items(), spoken),
            texts=lambda messages: _ordered(messages, spoken),
            summary=self._summary,
            severity_name=_severity,
        )

    def _groups(self) -> Iterator[tuple[tuple[str, str], Iterator[Result]]]:
        return groupby(self.results, key=lambda result: (result.severity, result.named))

    def _summary(self, language: Language) -> str:
        counts = [f"{_severity(language, name)} {language.number(count)}" for name, count in self.counts.items()]
        return language.gettext(
            "validation.conforms" if self.conforms else "validation.differs",
            counts=language.gettext("validation.separator").join(counts),
            shapes=len(self.targets),
            silent=len(self.silent),
        )

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
            "results": [_result_object(result) for result in self.results],
        }

    def _triples(self, report: NamedNode) -> Iterator[Triple]:
        sources: dict[str, BlankNode] = {}

        def source(name: str) -> Subject:
            return sources.setdefault(name, BlankNode(f"shape-{len(sources) + 1}")) if " " in name else NamedNode(name)

        yield Triple(report, RDF.type, SH.ValidationReport)
        yield Triple(report, SH.conforms, Literal(not self.results))  # SHACL §3.6.1.1
        for number, result in enumerate(self.results, 1):
            node = NamedNode(f"{report.value}#result-{number}")
            yield Triple(report, SH.result, node)
            yield from self._result_triples(node, result, source)

    def _result_triples(self, node: NamedNode, result: Result, source: Callable[[str], Subject]) -> Iterator[Triple]:
        yield Triple(node, RDF.type, SH.ValidationResult)
        yield Triple(node, SH.focusNode, result.focus)
        if result.path is not None:
            path, described = path_triples(result.path, node.value.rpartition("#")[2])
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
            yield Triple(node, SH.resultMessage, Literal(text, language=language) if language else Literal(text))
        for number, detail in enumerate(result.details, 1):
            inner = NamedNode(f"{node.value}-{number}")
            yield Triple(node, SH.detail, inner)
            yield from self._result_triples(inner, detail, source)


def _result_object(result: Result) -> dict[str, Any]:
    return {
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
        "details": [_result_object(detail) for detail in result.details],
    }


def _detail_lines(result: Result, spoken: list[Language], margin: str = "      ") -> Iterator[str]:
    """A line for each detail, and deeper ones under it."""
    for detail in result.details:
        message = next((text for _, text in _ordered(detail.messages, spoken)), "")
        yield f"{margin}- {_short(detail.named)}: {message}"
        yield from _detail_lines(detail, spoken, margin + "  ")


def _spoken(languages: Languages) -> list[Language]:
    """The languages of a report, that of the command line first."""
    return [languages[tag] for tag in sorted(languages, key=lambda tag: (tag != languages.default.tag, tag))]


def _ordered(texts: Iterable[tuple[str, str]], spoken: list[Language]) -> list[tuple[str, str]]:
    """(language, text) in the order of the report's languages, others after them."""
    order = [language.tag for language in spoken]
    return sorted(texts, key=lambda item: (order.index(item[0]) if item[0] in order else len(order), item))


def _severity(language: Language, name: str) -> str:
    """The word for a severity; of one that is not SHACL's own, its IRI."""
    return language.gettext(f"validation.severity_{name}") if name in SEVERITIES else name


def _shown_path(path: NamedNode | PathOf | None) -> str:
    return str(path) if isinstance(path, PathOf) else _shown(path)


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
