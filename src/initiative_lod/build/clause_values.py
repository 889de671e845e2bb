"""Derives what a clause is said to be from the statements coded in it: its modality, its addressees, its topics.

What an author says of a clause in Turtle stays as it is said: a clause with a modality, or an addressee, takes none
from its statements, and a topic that it has is not stated again. docs/statements.md has the rules.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from pyoxigraph import Literal, NamedNode, Quad, Triple

from initiative_lod.build import coded_statements
from initiative_lod.build.coded_statements import CodedComponent, CodedStatement
from initiative_lod.build.coding import Coder
from initiative_lod.build.located_parts import CLAUSE
from initiative_lod.build.statements import span_triples
from initiative_lod.iris import Iris, slug
from initiative_lod.sources.text import Span
from initiative_lod.vocabulary import RDF, SKOS

I = Iris()  # for terms, which are the same under every base
_UNDERTAKE, _PLEDGE = "undertake", "pledge"
_CONSTRAINTS = ("activationCondition", "executionConstraint")

Said = Callable[[str, str, str, int], None]  # takes up the place of a value: clause, property, value, line


def triples(coder: Coder, coded: Iterable[Triple], stated: Iterable[Quad], said: Said) -> Iterator[Triple]:
    """Triples about the clauses of a coded document that follow from ``coded``; ``stated`` are all others.

    ``said`` is told the line of the coding in which each value that follows was written.
    """
    known = _Known(stated)
    for clause, tops in coded_statements.read(coded, "").parts.items():
        if coder.text.document.tree.kinds.get(clause) != CLAUSE:
            continue
        names: Counter[str] = Counter()
        for property, found in (
            ("modality", _modalities(tops, known)),
            ("addressee", _addressees(tops, known)),
            ("topic", _topics(tops, known)),
        ):
            authored = known.values[clause, property]
            seen: set[tuple[str, int, int]] = set()
            for top, value, item in found:
                place = value, item.start, item.end
                if value in authored or (authored and property != "topic") or place in seen:
                    continue
                seen.add(place)
                name = f"{property}-{slug(value)}"
                names[name] += 1
                node = NamedNode(f"{clause}#{name}" + (f"-{names[name]}" if names[name] > 1 else ""))
                yield Triple(NamedNode(clause), I.term(property), NamedNode(value))
                yield Triple(node, RDF.type, I.term("Evidence"))
                yield Triple(node, I.term("onSubject"), NamedNode(clause))
                yield Triple(node, I.term("onProperty"), I.term(property))
                yield Triple(node, I.term("onValue"), NamedNode(value))
                if item.implied:
                    yield Triple(node, I.term("implied"), Literal(True))
                    for language, reason in item.reasons.items():
                        yield Triple(node, I.term("reason"), Literal(reason, language=language))
                if item.start >= 0:
                    yield from span_triples(node, I.term("span"), Span(item.start, item.end), coder.text.located)
                said(clause, property, value, coder.lines[top.iri])


class _Known:
    """Statements beside the coding: kinds of concepts, the modality of an aim, and what authors say of clauses."""

    def __init__(self, stated: Iterable[Quad]) -> None:
        properties = {I.term(name): name for name in ("modality", "addressee", "topic")}
        self.kinds: dict[str, set[str]] = defaultdict(set)
        self.values: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._related: dict[str, list[str]] = defaultdict(list)
        kinds = {I.term(name): name for name in ("Modality", "StakeholderGroup", "Topic")}
        for quad in stated:
            if not isinstance(quad.subject, NamedNode) or not isinstance(quad.object, NamedNode):
                continue
            if quad.predicate == RDF.type and quad.object in kinds:
                self.kinds[quad.subject.value].add(kinds[quad.object])
            elif quad.predicate in properties:
                self.values[quad.subject.value, properties[quad.predicate]].add(quad.object.value)
            elif quad.predicate == SKOS.related:
                self._related[quad.subject.value].append(quad.object.value)

    def is_a(self, concept: str, kind: str) -> bool:
        return kind in self.kinds.get(concept, ())

    def modality_of(self, aim: str) -> str:
        return next((item for item in self._related.get(aim, ()) if self.is_a(item, "Modality")), "")


_Found = Iterator[tuple[CodedStatement, str, CodedComponent]]


def _modalities(tops: Sequence[CodedStatement], known: _Known) -> _Found:
    """One for each value: of a deontic, of an act whose cue stands here, of a pledge, else of the verb."""
    told: set[str] = set()
    for top in tops:
        for value, item in _modality(top, known):
            if value not in told:
                told.add(value)
                yield top, value, item


def _modality(top: CodedStatement, known: _Known) -> Iterator[tuple[str, CodedComponent]]:
    deontics = [item for item in top.of("deontic") if known.is_a(item.concept, "Modality")]
    if deontics:
        yield from ((item.concept, item) for item in deontics)
        return
    for act in top.of("speechAct"):
        if act.start >= 0 and (not act.implied or slug(act.concept) == _PLEDGE):
            yield act.concept, _with_speaker(act, top.of("speaker"))
            continue
        plain = f"{act.concept.rpartition('/')[0]}/{_UNDERTAKE}" if act.implied else act.concept
        by_verb = slug(plain) == _UNDERTAKE
        for statement in top.acting():
            for aim in statement.of("aim"):
                yield (known.modality_of(aim.concept) if by_verb else "") or plain, aim


def _with_speaker(act: CodedComponent, speakers: Sequence[CodedComponent]) -> CodedComponent:
    """The words of an act from those of the speaker on, where these stand right before it: 我们愿."""
    return next((replace(act, start=item.start) for item in speakers if 0 <= item.start < item.end == act.start), act)


def _addressees(tops: Sequence[CodedStatement], known: _Known) -> _Found:
    """The groups that are to do what the outermost verb of the clause says."""
    for top in tops:
        for statement in top.acting():
            for item in statement.of("attribute"):
                if known.is_a(item.concept, "StakeholderGroup"):
                    yield top, item.concept, item


def _topics(tops: Sequence[CodedStatement], known: _Known) -> _Found:
    """The topics that fill a component in words of the clause; of a constraint the words hold more than the topic."""
    for top in tops:
        for statement in top.everything():
            for item in statement.components:
                if not item.implied and item.role not in _CONSTRAINTS and known.is_a(item.concept, "Topic"):
                    yield top, item.concept, item
