"""Derives what a clause is said to be from the statements coded in it: its modality, its addressees, its topics.

What an author says of a clause in Turtle stays as it is said: a clause with a modality, or an addressee, takes none
from its statements, and a topic that it has is not stated again. docs/statements.md has the rules.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Quad, Triple

from initiative_lod.build.coding import Coder
from initiative_lod.build.located_parts import CLAUSE
from initiative_lod.build.statements import span_triples
from initiative_lod.iris import Iris, slug
from initiative_lod.sources.text import Span
from initiative_lod.vocabulary import RDF, SKOS

I = Iris()  # for terms, which are the same under every base
_UNDERTAKE, _PLEDGE = "undertake", "pledge"
_CONSTRAINTS = ("activationCondition", "executionConstraint")
_PROPERTIES = ("speechAct", "speaker", "attribute", "deontic", "aim", *_CONSTRAINTS)

Said = Callable[[NamedNode, str, NamedNode, int], None]  # takes up the place of a value: clause, property, value, line


@dataclass(frozen=True)
class _Component:
    """A component as stated, with what it is of its statement (``aim``, ``attribute`` ...)."""

    property: str
    concept: NamedNode | None
    span: Span | None
    reasons: tuple[Literal, ...]
    implied: bool


@dataclass
class _Statement:
    """A statement with its components in order, and those nested in it."""

    node: NamedNode
    components: list[_Component] = field(default_factory=list)
    nested: list[_Statement] = field(default_factory=list)

    def of(self, property: str) -> list[_Component]:
        return [item for item in self.components if item.property == property]

    @property
    def acts_here(self) -> bool:
        """True if its verb stands in the clause itself."""
        return any(not aim.implied for aim in self.of("aim"))

    def everything(self) -> Iterator[_Statement]:
        yield self
        for inner in self.nested:
            yield from inner.everything()

    def acting(self) -> Iterator[_Statement]:
        """The outermost of the statements whose verb stands in the clause."""
        if self.acts_here:
            yield self
        else:
            for inner in self.nested:
                yield from inner.acting()


def triples(coder: Coder, coded: Sequence[Triple], stated: Iterable[Quad], said: Said) -> Iterator[Triple]:
    """Triples about the clauses of a coded document that follow from ``coded``; ``stated`` are all others.

    ``said`` is told the line of the coding in which each value that follows was written.
    """
    known = _Known(stated)
    clauses: dict[NamedNode, list[_Statement]] = defaultdict(list)
    for clause, top in _statements(coded):
        if coder.text.document.tree.kinds.get(clause.value) == CLAUSE:
            clauses[clause].append(top)
    for clause, tops in clauses.items():
        names: Counter[str] = Counter()
        for property, found in (
            ("modality", _modalities(tops, known)),
            ("addressee", _addressees(tops, known)),
            ("topic", _topics(tops, known)),
        ):
            authored = known.values[clause, property]
            seen: set[tuple[NamedNode, Span | None]] = set()
            for top, value, item in found:
                if value in authored or (authored and property != "topic") or (value, item.span) in seen:
                    continue
                seen.add((value, item.span))
                name = f"{property}-{slug(value.value)}"
                names[name] += 1
                node = NamedNode(f"{clause.value}#{name}" + (f"-{names[name]}" if names[name] > 1 else ""))
                yield Triple(clause, I.term(property), value)
                yield Triple(node, RDF.type, I.term("Evidence"))
                yield Triple(node, I.term("onSubject"), clause)
                yield Triple(node, I.term("onProperty"), I.term(property))
                yield Triple(node, I.term("onValue"), value)
                if item.implied:
                    yield Triple(node, I.term("implied"), Literal(True))
                    yield from (Triple(node, I.term("reason"), reason) for reason in item.reasons)
                if item.span is not None:
                    yield from span_triples(node, I.term("span"), item.span, coder.text.located)
                said(clause, property, value, coder.lines[top.node.value])


class _Known:
    """Statements beside the coding: kinds of concepts, the modality of an aim, and what authors say of clauses."""

    def __init__(self, stated: Iterable[Quad]) -> None:
        properties = {I.term(name): name for name in ("modality", "addressee", "topic")}
        self.kinds: dict[NamedNode, set[str]] = defaultdict(set)
        self.values: dict[tuple[NamedNode, str], set[NamedNode]] = defaultdict(set)
        self._related: dict[NamedNode, list[NamedNode]] = defaultdict(list)
        kinds = {I.term(name): name for name in ("Modality", "StakeholderGroup", "Topic")}
        for quad in stated:
            if not isinstance(quad.subject, NamedNode) or not isinstance(quad.object, NamedNode):
                continue
            if quad.predicate == RDF.type and quad.object in kinds:
                self.kinds[quad.subject].add(kinds[quad.object])
            elif quad.predicate in properties:
                self.values[quad.subject, properties[quad.predicate]].add(quad.object)
            elif quad.predicate == SKOS.related:
                self._related[quad.subject].append(quad.object)

    def is_a(self, concept: NamedNode | None, kind: str) -> bool:
        return concept is not None and kind in self.kinds.get(concept, ())

    def modality_of(self, aim: NamedNode | None) -> NamedNode | None:
        related = self._related.get(aim, ()) if aim is not None else ()
        return next((item for item in related if self.is_a(item, "Modality")), None)


_Found = Iterator[tuple[_Statement, NamedNode, _Component]]


def _modalities(tops: Sequence[_Statement], known: _Known) -> _Found:
    """One for each value: of a deontic, of an act whose cue stands here, of a pledge, else of the verb."""
    told: set[NamedNode] = set()
    for top in tops:
        for value, item in _modality(top, known):
            if value not in told:
                told.add(value)
                yield top, value, item


def _modality(top: _Statement, known: _Known) -> Iterator[tuple[NamedNode, _Component]]:
    deontics = [item for item in top.of("deontic") if known.is_a(item.concept, "Modality")]
    if deontics:
        yield from ((item.concept, item) for item in deontics if item.concept is not None)
        return
    for act in top.of("speechAct"):
        assert act.concept is not None
        if act.span is not None and (not act.implied or slug(act.concept.value) == _PLEDGE):
            yield act.concept, _with_speaker(act, top.of("speaker"))
            continue
        plain = NamedNode(act.concept.value.rpartition("/")[0] + f"/{_UNDERTAKE}") if act.implied else act.concept
        by_verb = slug(plain.value) == _UNDERTAKE
        for statement in top.acting():
            for aim in statement.of("aim"):
                yield (known.modality_of(aim.concept) if by_verb else None) or plain, aim


def _with_speaker(act: _Component, speakers: Sequence[_Component]) -> _Component:
    """The words of an act from those of the speaker on, where these stand right before it: 我们愿."""
    for speaker in speakers:
        if act.span is not None and speaker.span is not None and speaker.span.end == act.span.start:
            span = Span(speaker.span.start, act.span.end)
            return _Component(act.property, act.concept, span, act.reasons, act.implied)
    return act


def _addressees(tops: Sequence[_Statement], known: _Known) -> _Found:
    """The groups that are to do what the outermost verb of the clause says."""
    for top in tops:
        for statement in top.acting():
            for item in statement.of("attribute"):
                if item.concept is not None and known.is_a(item.concept, "StakeholderGroup"):
                    yield top, item.concept, item


def _topics(tops: Sequence[_Statement], known: _Known) -> _Found:
    """The topics that fill a component in words of the clause; of a constraint the words hold more than the topic."""
    for top in tops:
        for statement in top.everything():
            for item in statement.components:
                if item.concept is None or item.implied or item.property in _CONSTRAINTS:
                    continue
                if known.is_a(item.concept, "Topic"):
                    yield top, item.concept, item


def _statements(coded: Sequence[Triple]) -> Iterator[tuple[NamedNode, _Statement]]:
    """The outermost statements of a coding, each with the part that makes it, in the order of the coding."""
    facts: dict[NamedNode, dict[str, list[NamedNode | Literal]]] = defaultdict(lambda: defaultdict(list))
    for triple in coded:
        if isinstance(triple.subject, NamedNode) and isinstance(triple.object, NamedNode | Literal):
            facts[triple.subject][_name(triple.predicate)].append(triple.object)

    def nodes(subject: NamedNode, name: str) -> list[NamedNode]:
        return [item for item in facts[subject][name] if isinstance(item, NamedNode)]

    statements = {node: _Statement(node) for node in list(facts) if facts[node]["statedIn"]}
    inner: set[NamedNode] = set()
    for node, statement in statements.items():
        properties = {item: name for name in _PROPERTIES for item in nodes(node, name)}
        for component in nodes(node, "component"):
            statement.components.append(_component(properties.get(component, ""), facts[component]))
            for below in nodes(component, "nestedStatement"):
                statement.nested.append(statements[below])
                inner.add(below)
    for node, statement in statements.items():
        if node not in inner:
            yield nodes(node, "statedIn")[0], statement


def _component(property: str, facts: Mapping[str, Sequence[NamedNode | Literal]]) -> _Component:
    concept = next((item for item in facts.get("concept", ()) if isinstance(item, NamedNode)), None)
    reasons = tuple(item for item in facts.get("reason", ()) if isinstance(item, Literal))
    span = None
    for place in facts.get("span", ()):
        start, end = place.value.rpartition("=")[2].split(",")
        span = Span(int(start), int(end))
    return _Component(property, concept, span, reasons, bool(facts.get("implied")))


def _name(predicate: NamedNode) -> str:
    return predicate.value.rpartition("#")[2]
