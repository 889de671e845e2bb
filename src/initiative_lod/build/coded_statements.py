"""Institutional statements as a graph has them: codings, read back for clauses, pages, tables and IG Script."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Quad, Triple

from initiative_lod.iris import Iris, run_of
from initiative_lod.labels import natural
from initiative_lod.literals import integer
from initiative_lod.sources.ig_script import PROPERTIES
from initiative_lod.vocabulary import ELI, RDF, RDFS, SKOS

I = Iris()  # for terms, which are the same under every base

#: Symbols of the properties of statements, in the order of the grammar; what the speaker does has none.
SYMBOLS = {property: symbol for symbol, property in PROPERTIES.items()}
ROLES = ("speechAct", "speaker", *SYMBOLS, "qualifier")


#: Looks quads up by subject, predicate, object and graph (None: any): of a release, or of the build of one.
LookUp = Callable[..., Iterator[Quad]]


@dataclass(frozen=True)
class CodedComponent:
    """A component; ``start`` and ``end`` are -1 where no words fill it."""

    iri: str
    role: str
    order: int
    concept: str
    text: str
    language: str
    start: int
    end: int
    implied: bool
    reasons: Mapping[str, str]
    context: str
    operator: str
    nested: CodedStatement | None
    qualifies: frozenset[str]
    translations: Mapping[str, str] = field(default_factory=dict)  # its words in translations, by language
    translated: tuple[tuple[str, int, int], ...] = ()  # where: the IRI of the translation, start and end


@dataclass(frozen=True)
class CodedStatement:
    """A statement with its components in order."""

    iri: str
    part: str
    number: str
    kind: str
    operator: str
    doubts: Mapping[str, str]
    components: tuple[CodedComponent, ...]

    def of(self, *roles: str) -> list[CodedComponent]:
        """The components with one of the roles."""
        return [item for item in self.components if item.role in roles]

    @property
    def nested(self) -> list[CodedStatement]:
        """The statements that fill its components."""
        return [item.nested for item in self.components if item.nested is not None]

    @property
    def acts_here(self) -> bool:
        """Tell whether its verb stands in the part itself."""
        return any(not aim.implied for aim in self.of("aim"))

    def everything(self) -> Iterator[CodedStatement]:
        """The statement, and those nested in it."""
        yield self
        for inner in self.nested:
            yield from inner.everything()

    def acting(self) -> Iterator[CodedStatement]:
        """The outermost of these whose verb stands in the part itself."""
        if self.acts_here:
            yield self
            return
        for inner in self.nested:
            yield from inner.acting()


@dataclass(frozen=True)
class ReadCoding:
    """A coding: its graph, its document, and the statements of each part that are nested in no other."""

    graph: str
    document: str
    is_rival: bool
    head: Mapping[str, str]
    parts: Mapping[str, tuple[CodedStatement, ...]]
    uncoded: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of a rival coding; empty for the coding of record."""
        last = self.document.rsplit("/", 1)[1]
        return self.graph.rpartition("/")[2].removeprefix(f"coding-{last}").removeprefix("-")


def codings(look_up: LookUp) -> list[ReadCoding]:
    """The codings of a release, by the name of their graph."""
    found = look_up(None, RDF.type, I.term("Coding"))
    graphs = {quad.subject for quad in found if isinstance(quad.subject, NamedNode)}
    return [
        read(look_up(None, None, None, graph), graph.value) for graph in sorted(graphs, key=lambda node: node.value)
    ]


def read(quads: Iterable[Quad | Triple], graph: str) -> ReadCoding:
    """The coding that a named graph holds."""
    about: dict[str, dict[str, list[NamedNode | Literal]]] = defaultdict(lambda: defaultdict(list))
    space = I.term("text").value.removesuffix("text")
    for quad in quads:
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
            about[quad.subject.value][quad.predicate.value.removeprefix(space)].append(quad.object)
    inner = {item.value for said in about.values() for item in said.get("nestedStatement", ())}
    parts: dict[str, list[CodedStatement]] = defaultdict(list)
    is_rival = False
    for iri in [iri for iri, said in about.items() if "statedIn" in said and iri not in inner]:
        statement = _statement(iri, about)
        parts[statement.part].append(statement)
        is_rival = is_rival or NamedNode(iri) in about[statement.part].get("rivalStatement", ())
    head = {name: _value(about[graph], name) for name in ("coder",)}
    head["date"] = _value(about[graph], "http://purl.org/dc/terms/created")
    uncoded = {
        part: {item.language or "": item.value for item in said["uncodedReason"] if isinstance(item, Literal)}
        for part, said in about.items()
        if "uncodedReason" in said
    }
    return ReadCoding(
        graph,
        _value(about[graph], "codes"),
        is_rival,
        head,
        {part: tuple(sorted(found, key=lambda item: natural(item.number))) for part, found in parts.items()},
        uncoded,
    )


Said = Mapping[str, Mapping[str, list[NamedNode | Literal]]]


def _statement(iri: str, about: Said) -> CodedStatement:
    said = about[iri]
    kinds = [item.value.rpartition("#")[2] for item in said[RDF.type.value]]
    components = [
        _component(node.value, role, about) for role in ROLES for node in said.get(role, ()) if node.value in about
    ]
    return CodedStatement(
        iri,
        _value(said, "statedIn"),
        _value(said, "statementNumber"),
        next((kind for kind in sorted(kinds) if kind != "InstitutionalStatement"), ""),
        _value(said, "operator"),
        _by_language(said, "doubt"),
        tuple(sorted(components, key=lambda item: item.order)),
    )


def _component(iri: str, role: str, about: Said) -> CodedComponent:
    said = about[iri]
    _, start, end = run_of(_value(said, "span")) or ("", -1, -1)
    nested = _value(said, "nestedStatement")
    return CodedComponent(
        iri,
        role,
        integer(_value(said, "order")) or 0,
        _value(said, "concept"),
        _value(said, "text"),
        next((item.language or "" for item in said.get("text", ()) if isinstance(item, Literal)), ""),
        start,
        end,
        _value(said, "implied") == "true",
        _by_language(said, "reason"),
        _value(said, "context"),
        _value(said, "operator"),
        _statement(nested, about) if nested in about else None,
        frozenset(item.value for item in said.get("qualifies", ())),
        _by_language(said, "translation"),
        tuple(sorted(found for item in said.get("translationSpan", ()) if (found := run_of(item.value)) is not None)),
    )


def _value(said: Mapping[str, list[NamedNode | Literal]], name: str) -> str:
    found = said.get(name) or ()
    return found[0].value if found else ""


def _by_language(said: Mapping[str, list[NamedNode | Literal]], name: str) -> dict[str, str]:
    return {item.language or "": item.value for item in said.get(name, ()) if isinstance(item, Literal)}


@dataclass(frozen=True)
class CodedTranslation:
    """A translation in which the words of a coding stand: its IRI, its content, and where it has the parts."""

    text: str
    content: str
    places: Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class CodedDocument:
    """A coding with what it is written beside: the text, where the parts stand in it, and how things are called.

    ``renderings`` are the translations in which its words stand, by language.
    """

    coding: ReadCoding
    language: str
    content: str
    spans: Mapping[str, tuple[int, int]]
    labels: Mapping[tuple[str, str], str]
    renderings: Mapping[str, CodedTranslation] = field(default_factory=dict)

    def label(self, iri: str, language: str) -> str:
        """Label of a thing in a language; empty where it has none."""
        return self.labels.get((iri, language), "")

    def in_order(self) -> list[str]:
        """The parts with statements or a reason for having none, in the order of the text."""
        parts = {*self.coding.parts, *self.coding.uncoded}
        return sorted(parts, key=lambda part: (*self.spans.get(part, (-1, -1)), part))


def with_text(look_up: LookUp, coding: ReadCoding) -> CodedDocument:
    """A coding with the text in which its words stand, of which there is one."""
    texts = {quad.subject for quad in look_up(None, ELI.realizes, NamedNode(coding.document))}
    sources = [text for text in texts if isinstance(text, NamedNode) and _read(look_up, coding, text)]
    content, language = "", ""
    source = sources[0].value if sources else ""
    if sources:
        words = next(look_up(sources[0], I.term("text"), None), None)
        if words is not None and isinstance(words.object, Literal):
            content, language = words.object.value, words.object.language or ""
    spans: dict[str, tuple[int, int]] = {}
    for quad in look_up(None, I.term("span"), None):
        if isinstance(quad.object, NamedNode) and isinstance(quad.subject, NamedNode) and "#" not in quad.subject.value:
            run = run_of(quad.object.value)
            if run is not None and run[0] == source:
                spans[quad.subject.value] = run[1:]
    named = {item for found in coding.parts.values() for top in found for item in _named(top)}
    labels = {}
    for iri in named | {*spans}:
        for property in (RDFS.label, SKOS.prefLabel):
            for quad in look_up(NamedNode(iri), property, None):
                if isinstance(quad.object, Literal) and quad.object.language:
                    labels[iri, quad.object.language] = quad.object.value
    return CodedDocument(coding, language, content, spans, labels, _renderings(look_up, coding))


def _renderings(look_up: LookUp, coding: ReadCoding) -> dict[str, CodedTranslation]:
    """The translations in which words of a coding stand, by language."""
    texts = {
        text
        for found in coding.parts.values()
        for top in found
        for statement in top.everything()
        for item in statement.components
        for text, _, _ in item.translated
    }
    places: dict[str, dict[str, tuple[int, int]]] = {text: {} for text in texts}
    for quad in look_up(None, I.term("translationSpan"), None) if texts else ():
        if isinstance(quad.subject, NamedNode) and "#" not in quad.subject.value:
            place = run_of(quad.object.value) if isinstance(quad.object, NamedNode) else None
            if place is not None and place[0] in places:
                places[place[0]][quad.subject.value] = place[1:]
    found = {}
    for text in sorted(texts):
        words = next(look_up(NamedNode(text), I.term("text"), None), None)
        if words is not None and isinstance(words.object, Literal) and words.object.language:
            found[words.object.language] = CodedTranslation(text, words.object.value, places[text])
    return found


def _named(statement: CodedStatement) -> Iterator[str]:
    for inner in statement.everything():
        for item in inner.components:
            yield from (iri for iri in (item.concept, item.context) if iri)


def _read(look_up: LookUp, coding: ReadCoding, text: NamedNode) -> bool:
    """Tell whether a coding has spans of this text."""
    from_text = I.term("span")
    found = (quad.object for quad in look_up(None, from_text, None, NamedNode(coding.graph)))
    first = next(found, None)
    return isinstance(first, NamedNode) and first.value.startswith(f"{text.value}#")
