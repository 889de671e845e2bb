"""States a coding in RDF: institutional statements, their components, and where the words of each stand in the text.

A statement is a fragment of the part that makes it (``…/clause/5#statement-1``), so it dereferences with that part; a
statement nested in it is ``#statement-1.1``, a component ``#statement-1-aim-steal``. Words are found in the order of
the text: each from where the one before ends. A rival coding has its name in front (``#second-statement-1``), in a
graph of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from initiative_lod.build import generated_words, sentences, source_words
from initiative_lod.build.coded_text import CodedText
from initiative_lod.build.component_concepts import ComponentConcepts
from initiative_lod.build.located_parts import LocatedDocument
from initiative_lod.build.sentences import TextSentence
from initiative_lod.build.statements import span_triples
from initiative_lod.errors import NotationError, SourceError, SourceErrors
from initiative_lod.iris import Iris, slug
from initiative_lod.languages import LABEL_LANGUAGES
from initiative_lod.sources.ig_script import (
    PROPERTIES,
    Alternatives,
    CodedPart,
    CodedWords,
    CodingFile,
    Component,
    Item,
    Statement,
    carried,
)
from initiative_lod.sources.text import Span
from initiative_lod.sources.word_pairs import WordPairs
from initiative_lod.vocabulary import DCTERMS, RDF, RDFS, XSD

I = Iris()  # for terms, which are the same under every base

#: Symbols that name a concept: where something is asked; where it is pledged, by a speaker who is no group; where facts
#: are told.
_NEEDED = {"state": (), "pledge": ("D", "I", "Bdir", "Bind")}
_NEEDED_ELSE = ("A", "D", "I", "Bdir", "Bind")
_STATE = "state"


@dataclass
class _Body:
    """A statement about to be stated: its components in order, where alternatives have been told apart."""

    items: tuple[Item, ...]
    operator: str = ""


@dataclass
class Coder:
    """Turns one coding into triples."""

    text: CodedText
    concepts: ComponentConcepts
    sentences: list[TextSentence] = field(default_factory=list)  # of the text
    lines: dict[str, int] = field(default_factory=dict)  # of the statements, by IRI
    _said: dict[tuple[str, Span], NamedNode] = field(default_factory=dict)  # components in their own words
    _carried: list[tuple[NamedNode, str, Span]] = field(default_factory=list)  # those in words of another part
    _names: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        """The name of a rival coding; empty for the coding of record."""
        return self.text.file.head.get("coding", "")

    @property
    def graph(self) -> NamedNode:
        """The named graph, which is the coding itself as well."""
        return self.text.iris.graph(f"coding-{_name(self.text.file, self.text.document.iri)}")

    def triples(self) -> list[Triple]:
        """All that the coding says. Raises SourceErrors, one error for each part that has one."""
        stated, errors = list(self._described()), []
        for part in self.text.file.parts:
            try:
                stated += self._part(part)
            except SourceError as error:
                errors.append(error)
        if errors:
            raise SourceErrors(errors)
        for node, property, span in self._carried:
            if (origin := self._said.get((property, span))) is not None:
                stated.append(Triple(node, I.term("carriedOverFrom"), origin))
        return stated

    def _described(self) -> Iterator[Triple]:
        yield Triple(self.graph, RDF.type, I.term("Coding"))
        yield Triple(self.graph, I.term("codes"), NamedNode(self.text.document.iri))
        if coder := self.text.file.head.get("coder"):
            yield Triple(self.graph, I.term("coder"), Literal(coder))
        if date := self.text.file.head.get("date"):
            yield Triple(self.graph, DCTERMS.created, Literal(date, datatype=XSD.date))
        for language, words in generated_words.CODING.items():
            title = f"{words} ({self.name})" if self.name else words
            yield Triple(self.graph, RDFS.label, Literal(title, language=language))

    def _part(self, part: CodedPart) -> Iterator[Triple]:
        iri = self.text.part(part.path, part.line, 1)
        if part.uncoded is not None:
            for language, reason in zip(LABEL_LANGUAGES, part.uncoded, strict=True):
                yield Triple(NamedNode(iri), I.term("uncodedReason"), Literal(reason, language=language))
        number = 0
        for statement in part.statements:
            scope = self.text.words_of(iri, part.line)
            cursor = self.text.locate_act(statement.act, iri, scope)
            self.text.locate(statement.items, iri, scope, cursor)
            for position, branch in enumerate(_branches(statement.items)):
                number += 1
                operator = branch.operator if position else statement.act.operator
                node = self._node(iri, str(number))
                self.lines[node.value] = statement.line
                found = list(self._statement(node, iri, str(number), branch.items, operator, statement))
                yield from found
                held = sentences.holding(self.sentences, self.text.hull(branch.items) or scope)
                for triple in found:
                    if triple.predicate == I.term("statedIn"):  # of those nested in it as well
                        yield from (Triple(triple.subject, I.term("inSentence"), NamedNode(item.iri)) for item in held)

    # --- What is stated

    def _node(self, iri: str, number: str) -> NamedNode:
        return NamedNode(f"{iri}#{f'{self.name}-' if self.name else ''}statement-{number}")

    def _statement(
        self,
        node: NamedNode,
        iri: str,
        number: str,
        items: Sequence[Item],
        operator: str,
        top: Statement | None,
        needed: Collection[str] = (),
    ) -> Iterator[Triple]:
        components = [item for item in items if isinstance(item, Component)]
        yield Triple(node, RDF.type, I.term("InstitutionalStatement"))
        yield Triple(node, RDF.type, I.term(_kind(components, top)))
        yield Triple(node, I.term("statedIn"), NamedNode(iri))
        yield Triple(NamedNode(iri), I.term("rivalStatement" if self.name else "statement"), node)
        yield Triple(node, I.term("inCoding"), self.graph)
        yield Triple(node, I.term("statementNumber"), Literal(number))
        if operator:
            yield Triple(node, I.term("operator"), Literal(operator))
        order = 0
        if top is not None:
            for doubt in top.doubts:
                for language, told in zip(LABEL_LANGUAGES, doubt, strict=True):
                    yield Triple(node, I.term("doubt"), Literal(told, language=language))
            order += 1
            act = top.act
            modality = self.concepts.one(act.concept, ("modality",), act.line, act.column)
            yield from self._component(node, "speechAct", modality, act.cue, order)
            if act.speaker is not None:
                order += 1
                yield from self._component(node, "speaker", None, act.speaker, order)
        needed = needed if top is None else _NEEDED.get(top.act.concept, _NEEDED_ELSE)
        filled: dict[tuple[str, str], list[NamedNode]] = {}
        qualifiers: list[tuple[Component, list[NamedNode]]] = []
        inner = 0
        for item in components:
            concepts = self.concepts.of(item, needed)
            nodes: list[NamedNode] = []
            property = "qualifier" if item.is_property else PROPERTIES[item.symbol]
            for concept, words in zip(concepts, item.words, strict=False):
                order += 1
                stated = list(self._component(node, property, concept, words, order, item.operator, item.context, item))
                nodes.append(_subject(stated))
                yield from stated
            bodies = [body for nested in item.nested for body in _branches(nested)]
            joined = item.operator or next((body.operator for body in bodies if body.operator), "")
            for body in bodies:
                order += 1
                inner += 1
                hull = self.text.hull(body.items)
                stated = list(self._component(node, property, None, None, order, joined, item.context, item, hull))
                component = _subject(stated)
                nodes.append(component)
                yield from stated
                below = self._node(iri, f"{number}.{inner}")
                yield Triple(component, I.term("nestedStatement"), below)
                yield from self._statement(below, iri, f"{number}.{inner}", body.items, "", None, needed)
            if item.is_property:
                qualifiers.append((item, nodes))
            else:
                filled.setdefault((item.symbol, item.suffix), []).extend(nodes)
        for item, nodes in qualifiers:
            targets = [
                target
                for (symbol, suffix), found in filled.items()
                if symbol == item.symbol and item.suffix in ("", suffix)
                for target in found
            ]
            if not targets:
                name = f"{item.symbol}{item.suffix}"
                self.text.fail(
                    item.line, item.column, f"{name},p is a property of no component: the statement has no {name}"
                )
            for qualifier, target in product(nodes, targets):
                yield Triple(qualifier, I.term("qualifies"), target)

    def _component(
        self,
        statement: NamedNode,
        property: str,
        concept: NamedNode | None,
        words: CodedWords | None,
        order: int,
        operator: str = "",
        context: str = "",
        item: Component | None = None,
        hull: Span | None = None,
    ) -> Iterator[Triple]:
        """A component and its node, which comes first."""
        kind = _dashed(property) + (
            f"-{slug(concept.value)}" if concept else f"-{context.rpartition('/')[2]}" if context else ""
        )
        node = self._mint(f"{statement.value}-{kind}")
        yield Triple(node, RDF.type, I.term("Component"))
        yield Triple(statement, I.term("component"), node)
        yield Triple(statement, I.term(property), node)
        yield Triple(node, I.term("order"), Literal(order))
        if concept is not None:
            yield Triple(node, I.term("concept"), concept)
        if context:
            assert item is not None
            found = self.concepts.one(context, ("context",), item.line, item.column)
            yield Triple(node, I.term("context"), found)
        if operator:
            yield Triple(node, I.term("operator"), Literal(operator))
        if words is not None and words.implied:
            yield Triple(node, I.term("implied"), Literal(True))
            for language, reason in zip(LABEL_LANGUAGES, words.reasons or carried(words.part), strict=True):
                yield Triple(node, I.term("reason"), Literal(reason, language=language))
        span = self.text.spans.get(id(words)) if words is not None else hull
        if span is not None:
            yield Triple(
                node, I.term("text"), Literal(self.text.located.text[span], language=self.text.located.language)
            )
            yield from span_triples(node, I.term("span"), span, self.text.located)
            if words is not None and words.implied:
                self._carried.append((node, property, span))
            elif words is not None:
                self._said.setdefault((property, span), node)

    def _mint(self, iri: str) -> NamedNode:
        self._names[iri] += 1
        count = self._names[iri]
        return NamedNode(iri if count == 1 else f"{iri}-{count}")


def coder(
    file: CodingFile,
    documents: Mapping[str, LocatedDocument],
    iris: Iris,
    described: Collection[str],
    pairs: Sequence[WordPairs] = (),
) -> Coder:
    """The coder of a file, with the document and the text that its head names. Raises NotationError.

    A file in the words of a translation is read by the ``pairs`` of its coding.
    """
    path = file.head.get("document", "")
    document = documents.get(iris.thing(path).value) if path else None
    if document is None:
        known = ", ".join(sorted(iris.short(iri) for iri in documents))
        message = f"the head says with “document: …” what is coded, one of {known}; it says “{path}”"
        raise NotationError(message, file.path, 1)
    language = file.head.get("language", "")
    texts = [text for text in document.texts if text.language == language]
    if not texts:
        known = ", ".join(text.language for text in document.texts)
        message = f"the head says with “language: …” which text is coded, one of {known}; it says “{language}”"
        raise NotationError(message, file.path, 1)
    if (written := file.head.get("words", language)) != language:
        file = source_words.coding(file, _pairs(file, document.iri, written, pairs), texts[0].text.content)
    text = CodedText(file, document, texts[0], iris)
    return Coder(text, ComponentConcepts(text, described), sentences.of_text(document, texts[0]))


def _pairs(file: CodingFile, document: str, language: str, pairs: Sequence[WordPairs]) -> WordPairs:
    """The pairs of a file's coding with a translation. Raises NotationError."""
    name = _name(file, document)
    found = next((item for item in pairs if (item.coding, item.language) == (name, language)), None)
    if found is None:
        message = (
            f"the head says with “words: …” that the words are those of the translation in {language!r}, whose pairs "
            f"are missing: put {name}.{language}.words beside it, or write the words of the text"
        )
        raise NotationError(message, file.path, 1)
    return found


def _name(file: CodingFile, document: str) -> str:
    """The name of a coding: of its document, and of a rival one its own besides."""
    own = file.head.get("coding", "")
    return "-".join([document.rsplit("/", 1)[1], *([own] if own else [])])


def statement_labels(triples: Sequence[Triple], labels: Mapping[str, Sequence[Literal]]) -> Iterator[Triple]:
    """Labels of the statements, and of sentences: that of the part, with the number in it."""
    above = (I.term("statedIn"), DCTERMS.isPartOf)
    parts = {triple.subject: triple.object for triple in triples if triple.predicate in above}
    kinds = {I.term("statementNumber"): generated_words.STATEMENT, I.term("number"): generated_words.SENTENCE}
    for triple in triples:
        if triple.predicate in kinds and isinstance(triple.object, Literal):
            part = parts[triple.subject]
            assert isinstance(part, NamedNode)
            for label in labels.get(part.value, ()):
                words = generated_words.inner_label(kinds[triple.predicate], label, triple.object.value)
                if words is not None:
                    yield Triple(triple.subject, RDFS.label, Literal(words, language=label.language))


def _branches(items: Sequence[Item]) -> list[_Body]:
    """The statements that items make: one for each alternative of components of several kinds."""
    choices = [
        [(branch, item.operator if number else "") for number, branch in enumerate(item.branches)]
        if isinstance(item, Alternatives)
        else [((item,), "")]
        for item in items
    ]
    found = []
    for chosen in product(*choices):
        parts = tuple(part for branch, _ in chosen for part in branch)
        operator = next((operator for _, operator in chosen if operator), "")
        if any(isinstance(part, Alternatives) for part in parts):
            found += [_Body(body.items, body.operator or operator) for body in _branches(parts)]
        else:
            found.append(_Body(parts, operator))
    return found


def _kind(components: Sequence[Component], top: Statement | None) -> str:
    if top is not None and top.act.concept == _STATE:
        return "FactualStatement"
    if any(item.symbol in ("E", "F", "P") for item in components):
        return "ConstitutiveStatement"
    return "RegulativeStatement"


def _subject(stated: Sequence[Triple]) -> NamedNode:
    node = stated[0].subject
    assert isinstance(node, NamedNode)
    return node


def _dashed(name: str) -> str:
    return "".join(f"-{char.lower()}" if char.isupper() else char for char in name)


def coding_files(folder: Path) -> list[Path]:
    """The codings of a project, by name; it need not have any."""
    return sorted(folder.glob("*.igs"))
