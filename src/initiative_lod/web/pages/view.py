"""View of a release for one page: labels in the reader's language, links that stay on this server, values.

Values are index look-ups in the store, one for each subject. Labels of the release's own things come from ``names``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import quote

from markupsafe import Markup, escape
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from initiative_lod.documents.graph_origin import own_first
from initiative_lod.iris import document_of, run_of
from initiative_lod.labels import LABELS, natural
from initiative_lod.languages import guessed, indexed
from initiative_lod.literals import integer
from initiative_lod.locale.messages import Language
from initiative_lod.release.open_release import SUBJECTS, TEXT_AHEAD, Memory, OpenRelease, length
from initiative_lod.vocabulary import DCTERMS, ELI, PARTS, PREFIXES, RDF, RDFS, SCHEMA, SKOS, SSSOM
from initiative_lod.web.drawings.squares import MARKS
from initiative_lod.web.labelled_resource import LabelledResource, LangText, Node, is_web
from initiative_lod.web.pages import language_choice
from initiative_lod.web.pages.release_labels import Names, documents, originals

MUCH = 1000  # statements about a subject; of one with more, only what is asked for is read
MOST_VALUES = 5_000  # of one property, or things that have one value, of those in graphs of others
LONGEST = 100  # items of a list
LONGEST_LABEL = 2_000  # characters of a name of a thing, where it stands for the thing
MOST_ABOVE = 20  # modalities above one that are looked at
ALL_PAGES = 9  # so many are linked one by one
DEEPEST = 8  # levels from a part up to its document
_NAMING = frozenset((*LABELS, RDF.type))  # all that is read of what is listed


class Links:
    """Addresses on this server. ``prefix`` goes before every one, ``query`` into it: the language that the address of
    the page names, if it does.
    """

    def __init__(self, prefix: str = "", query: str = "") -> None:
        self.prefix = prefix
        self.query = query

    def link(self, path: str, **arguments: str) -> str:
        """An address, under the prefix, keeping the language that the reader chose."""
        items = [f"{name}={quote(value, safe=':/')}" for name, value in arguments.items()]
        if self.query and "lang" not in arguments:
            items.append(self.query)
        return f"{self.prefix}{path}" + ("?" + "&".join(items) if items else "")

    def kept(self, markup: str) -> Markup:
        """Markup of a page whose address names its language; on another one there is none."""
        return Markup(
            language_choice.marked(markup) if language_choice.is_marked(self.query) else self.query and markup
        )

    def field(self, name: str, language: str) -> Markup:
        """The hidden field of a form by which the page that it leads to keeps the language, as argument ``name``."""
        return self.kept(f'<input type="hidden" name="{name}" value="{escape(language)}">')


class View(Links):
    """A release as one page in ``language`` sees it. ``prefix`` and ``query`` go into every link of the page."""

    def __init__(
        self, opened: OpenRelease, language: Language, prefix: str = "", query: str = "", names: Names | None = None
    ) -> None:
        """Without ``names`` every label is looked up in the store, which is as good for a page with few."""
        self.opened = opened
        self.iris = opened.iris
        self.term = opened.iris.term
        self.interface = language
        self.language = language.tag
        super().__init__(prefix, query)
        self._names = names
        self._subjects: Memory[Node, Mapping[NamedNode, Sequence[Node | Literal]] | None] = opened.memory(SUBJECTS)
        self._lists: Memory[Callable[[OpenRelease], Sequence[Any]], Sequence[Any]] = opened.memory("lists")
        self._prefixes = {**opened.iris.prefixes, **PREFIXES}
        self._alike = f"{names is None} {self.language} {prefix} {query}"
        self._memories: dict[str, Memory[Any, Any]] = {}
        self._things: Memory[Node, LabelledResource] = self.memory("things")
        self._listed: set[Node] = set()

    def memory(self, name: str) -> Memory[Any, Any]:
        """A place to remember what is the same on every page that is seen as this one is."""
        if name not in self._memories:
            self._memories[name] = self.opened.memory(f"{name} {self._alike}")
        return self._memories[name]

    # Values

    def objects(self, subject: Node, predicate: NamedNode) -> Sequence[Node | Literal]:
        """The distinct objects, in natural order."""
        self.opened.note(subject, predicate)
        if subject in self._listed and predicate in _NAMING and not self._subjects.has(subject):
            values = self.opened.property_ahead(subject, predicate, MUCH)
            if values is not None:
                return _distinct(values)
        known = self._subjects.of(subject, self._read)
        if known is not None:
            return known.get(predicate, ())
        return _distinct(own_first(self.opened, MOST_VALUES, subject, predicate))

    def only_names_of(self, nodes: Iterable[Node]) -> None:
        """Read no more of these than their names and types: they are many, and shown by these alone."""
        self._listed.update(nodes)

    def _read(self, subject: Node) -> Mapping[NamedNode, Sequence[Node | Literal]] | None:
        """Everything about a subject, read at once when it is first wanted; None of one about which there is much."""
        found = self.opened.values_ahead(subject, MUCH)
        by_predicate: dict[NamedNode, list[Quad]] = {}
        for quad in found:
            by_predicate.setdefault(quad.predicate, []).append(quad)
        known = {predicate: _distinct(items) for predicate, items in by_predicate.items()}
        return known if len(found) < MUCH and sum(map(length, found)) <= TEXT_AHEAD else None

    def nodes(self, subject: Node, predicate: NamedNode) -> list[NamedNode]:
        """The objects that are IRIs."""
        return [item for item in self.objects(subject, predicate) if isinstance(item, NamedNode)]

    def node(self, subject: Node, predicate: NamedNode) -> NamedNode | None:
        """The first object that is an IRI."""
        return next(iter(self.nodes(subject, predicate)), None)

    def holds(self, subject: Node, predicate: NamedNode, object: Node) -> bool:
        """Tell whether any graph says it."""
        return self.opened.holds(subject, predicate, object)

    def subjects(self, predicate: NamedNode, object: Node | Literal) -> list[NamedNode]:
        """The distinct subjects that are IRIs, in natural order."""
        found = {quad.subject for quad in own_first(self.opened, MOST_VALUES, None, predicate, object)}
        return sorted((item for item in found if isinstance(item, NamedNode)), key=lambda item: natural(item.value))

    @property
    def originals(self) -> Sequence[str]:
        """The languages of the release's original texts."""
        return self._names.originals if self._names is not None else self._lists.of(originals, self._list)

    @property
    def documents(self) -> Sequence[NamedNode]:
        """The documents of the release, initiatives first."""
        return self._names.documents if self._names is not None else self._lists.of(documents, self._list)

    def _list(self, read: Callable[[OpenRelease], Sequence[Any]]) -> Sequence[Any]:
        return read(self.opened)

    @cached_property
    def _works(self) -> frozenset[str]:
        return frozenset(item.value for item in self.documents)

    def document_of(self, node: Node) -> NamedNode | None:
        """The document that a part or a text is of, as their IRIs say, else their statements; itself, if it is one."""
        stem = document_of(node.value)
        while stem.count("/") > 2:
            if stem in self._works:
                return NamedNode(stem)
            stem = stem.rpartition("/")[0]
        above: Node | None = node
        for _ in range(DEEPEST):
            if above is None or not {*PARTS, "Text", "Condition"} & {*self.kinds(above)}:
                break
            above = self.node(above, DCTERMS.isPartOf) or self.node(above, ELI.realizes)
            if isinstance(above, NamedNode) and above.value in self._works:
                return above
        return None

    def whole(self, thing: LabelledResource) -> LabelledResource | None:
        """The document that the thing stands in, where the release has several, so that it has to be named."""
        if len(self.documents) < 2:
            return None
        found = self.document_of(NamedNode(thing.iri)) if ":" in thing.iri else None
        return None if found is None or found.value == thing.iri else self.thing(found)

    def preference(self, language: str) -> tuple[bool, bool, str]:
        """The place of a language: the reader's own comes first, then those of the originals, then the others."""
        return language != self.language, language not in self.originals, language

    def texts(self, subject: Node, predicate: NamedNode) -> list[LangText]:
        """Every literal, in the order of preference of their languages."""
        kept = self._names.labels.get(subject) if self._names is not None and predicate in LABELS else None
        if kept is not None and self.iris.path(subject.value) is not None:  # of others, merged graphs may say more
            found = kept.get(predicate, [])
        else:
            found = [
                LangText(item.value, item.language or "")
                for item in self.objects(subject, predicate)
                if isinstance(item, Literal)
            ]
        return found if len(found) < 2 else sorted(found, key=lambda item: self.preference(item.language))

    def text(self, subject: Node, predicate: NamedNode, language: str | None = None) -> LangText | None:
        """The literal in ``language``; without one, in the language that is preferred of those that there are."""
        found = self.texts(subject, predicate)
        if language is not None:
            found = [item for item in found if item.language == language]
        return next(iter(found), None)

    def language_of(self, text: Node) -> str:
        """The language of a text, as a tag; empty where it says none. Older releases say it as dcterms:language."""
        said = self.text(text, SCHEMA.inLanguage) or self.text(text, DCTERMS.language)
        return said.value if said is not None else ""

    def text_of(self, iri: str, name: str) -> LangText | None:
        """The own property ``name`` of an IRI."""
        return self.text(NamedNode(iri), self.term(name))

    def translated(self, *texts: LangText | None) -> LangText | None:
        """The one of an original and its translations that the reader would rather read."""
        there = [item for item in texts if item is not None and item.value]
        return min(there, key=lambda item: item.language != self.language, default=None)

    def description(self, node: Node, longest: int) -> LangText | None:
        """A sentence or more that say what the node is, cut where they are longer."""
        text, translation = self.term("text"), self.term("translation")
        for predicate in (DCTERMS.description, SKOS.definition, SKOS.scopeNote, text, RDFS.comment):
            found = self.text(node, predicate)
            if predicate == text:
                found = self.translated(found, self.text(node, translation), self._of_parts(node, translation))
            if found is not None:
                return found.shortened(longest)
        return None

    def _of_parts(self, node: Node, property: NamedNode) -> LangText | None:
        """The words of the parts of a node, in the reader's language, one after the other."""
        parts = sorted(self.nodes(node, DCTERMS.hasPart)[:LONGEST], key=lambda item: natural(item.value))
        words = [found.value for part in parts if (found := self.text(part, property, self.language)) is not None]
        return LangText(" ".join(words), self.language) if words else None

    def listed(self, node: Node) -> list[Node | Literal]:
        """The items of an RDF list, as far as it is one; no more than LONGEST."""
        found: list[Node | Literal] = []
        while node != RDF.nil and len(found) < LONGEST:
            found += self.objects(node, RDF.first)[:1]
            rest = [item for item in self.objects(node, RDF.rest) if isinstance(item, NamedNode | BlankNode)]
            if not rest:
                break
            node = rest[0]
        return found

    def number(self, subject: Node, predicate: NamedNode) -> int | None:
        """The first object as an integer."""
        text = self.text(subject, predicate)
        return integer(text.value) if text is not None else None

    def number_of(self, thing: LabelledResource) -> int | None:
        """Number and kind of an action or pillar, as the document counts them."""
        return self.number(NamedNode(thing.iri), self.term("number"))

    def kinds(self, node: Node) -> list[str]:
        """The local names of the node's own classes."""
        kept = self._names.classes.get(node) if self._names is not None else None
        if kept is None:
            return [path for item in self.nodes(node, RDF.type) if (path := self._own_class(item))]
        return kept

    def instances(self, name: str) -> list[NamedNode]:
        """The things of the own class ``name``."""
        return self.subjects(RDF.type, self.term(name))

    def _own_class(self, node: NamedNode) -> str:
        path = self.iris.path(node.value) or ""
        return path.removeprefix("ontology#") if path.startswith("ontology#") else ""

    def _style(self, modality: Node) -> str:
        """The modality whose colour and sign are drawn: itself, else the nearest above it that has any."""
        above: list[Node] = [modality]
        for node in above:  # which grows
            path = self.iris.path(node.value) or ""
            if (name := path.removeprefix("id/modality/")) != path and name in MARKS:
                return name
            if len(above) < MOST_ABOVE:
                above += [item for item in self.nodes(node, SKOS.broader) if item not in above]
        return "none"

    # Things

    def thing(self, node: Node) -> LabelledResource:
        """The thing with its label; an IRI without one is shown as a prefixed name."""
        return self._things.of(node, self._labelled)

    def _labelled(self, node: Node) -> LabelledResource:
        label = self.label(node) or self._made(node) or LangText(self.short(node), "zxx")  # no words
        if len(label.value) > LONGEST_LABEL:  # some of what others call a name is a text
            label = LangText(f"{label.value[: LONGEST_LABEL - 1]}…", label.language)
        kinds = self.kinds(node) if isinstance(node, NamedNode) and self.iris.path(node.value) else []
        external = isinstance(node, NamedNode) and self.iris.path(node.value) is None
        style = self._style(node) if "Modality" in kinds else ""
        residual = node in self._names.residual if self._names is not None else False
        return LabelledResource(node.value, self.href(node), label, next(iter(kinds), ""), external, style, residual)

    def _made(self, node: Node) -> LangText | None:
        """Name of a thing that is called by its subject: a run of the text, the evidence of a statement, a mapping."""
        if not isinstance(node, NamedNode) or "#" not in node.value or self.iris.path(node.value) is None:
            return None
        if run := run_of(node.value):
            start, end = map(str, run[1:])  # as they stand there
            return LangText(self.interface.gettext("characters", start=start, end=end), self.language)
        for subject, predicate in (("onSubject", "onProperty"), ("subject_id", "predicate_id")):
            own = subject == "onSubject"
            about = self.node(node, self.term(subject) if own else NamedNode(SSSOM.iri + subject))
            property = self.node(node, self.term(predicate) if own else NamedNode(SSSOM.iri + predicate))
            if about is not None and property is not None:
                one, two = self.thing(about).label, self.thing(property).label
                return LangText(f"{one} · {two}", one.language if one.language == two.language else "")
        return None

    def things(self, nodes: Iterable[Node]) -> list[LabelledResource]:
        """The things of ``nodes``."""
        return [self.thing(node) for node in nodes]

    def label(self, node: Node, language: str | None = None) -> LangText | None:
        """The label in ``language``; without one, in the language that is preferred of those that there are."""
        if language is None and isinstance(node, NamedNode):
            known = self.interface.find(f"property.{self.short(node)}")
            if known is not None:
                return LangText(known, self.language)
        wanted = self.language if language is None else language
        found: LangText | None = None
        for predicate in LABELS:
            label = self.text(node, predicate, language)
            if label is not None and label.language == wanted:
                return label
            found = found or label
        called = self._called(node)
        if called is not None and language in (None, called.language):
            return called if found is None or indexed(called.language, called.value) == wanted else found
        return found

    def _called(self, node: Node) -> LangText | None:
        """The name that a mapping to the node gives it, which as a rule is said to be in no language."""
        return self._names.mapped.get(node) if self._names is not None else None

    def labels(self, node: Node) -> list[LangText]:
        """A label in each language that there is one in, in the order of preference."""
        found: dict[str, LangText] = {}
        if isinstance(node, NamedNode) and (known := self.interface.find(f"property.{self.short(node)}")) is not None:
            found[self.language] = LangText(known, self.language)
        for predicate in LABELS:
            for text in self.texts(node, predicate):
                found.setdefault(text.language, text)
        if (called := self._called(node)) is not None:
            found.setdefault(called.language, called)
        return sorted(found.values(), key=lambda item: self.preference(item.language or guessed(item.value)))

    def both(self, node: Node) -> list[LangText]:
        """The labels in the two languages that are preferred, or in the one that there is."""
        return self.labels(node)[:2]

    def short(self, node: Node) -> str:
        """An IRI as people write it."""
        if isinstance(node, BlankNode):
            return f"_:{node.value[:8]}"
        for name, iri in self._prefixes.items():
            if node.value.startswith(iri) and node.value != iri:
                return f"{name}:{node.value[len(iri) :]}"
        path = self.iris.path(node.value)
        return path if path else node.value

    def href(self, node: Node) -> str:
        """Address of this server's page about it; of an IRI of others that the release describes, ``/resource``.

        Empty for what a reader cannot go to.
        """
        if isinstance(node, BlankNode):
            return ""
        path = self.iris.path(node.value)
        if path is None:
            self.opened.note(node)
            if self._is_described(node):
                return self.link("/resource", iri=node.value)
            return node.value if is_web(node.value) else ""
        place, hash_, fragment = path.partition("#")
        place = f"doc/{place[3:]}" if place.startswith("id/") else place
        return f"{self.link('/' + place)}{hash_}{fragment}"

    def _is_described(self, node: Node) -> bool:
        """Tell whether the release says anything about a thing."""
        if node in self._listed and not self._subjects.has(node) and not self.opened.remembers:
            return self.opened.holds(node)
        return self._subjects.of(node, self._read) != {}

    @staticmethod
    def named(iri: str) -> NamedNode:
        """The node of an IRI that stands in the data."""
        return NamedNode(iri)

    @staticmethod
    def compact(iri: str) -> str:
        """An address as it is shown: without its scheme."""
        return iri.removeprefix("https://").removeprefix("http://")

    @staticmethod
    def near(page: int, pages: int) -> list[int]:
        """The pages to link to: all of a few; else the first, the last, and those around this one."""
        around = range(1, pages + 1) if pages <= ALL_PAGES else range(page - 2, page + 3)
        return sorted({1, pages, *(number for number in around if 1 <= number <= pages)})

    def page_of(self, node: NamedNode) -> str:
        """Its page here; of a resource of others, what this release says of it."""
        return self.href(node) if self.iris.path(node.value) is not None else self.link("/resource", iri=node.value)

    def about(self, node: Node, most: int) -> list[Quad]:
        """The quads about the node, in natural order; of more than ``most``, those of our own graphs and some."""
        found = own_first(self.opened, most, node)
        return sorted(found, key=lambda quad: (quad.predicate.value, natural(str(quad.object))))

    def home(self, node: NamedNode) -> NamedNode:
        """The node whose page shows it: itself, or what stands before its fragment."""
        return NamedNode(document_of(node.value))


def _distinct(quads: Iterable[Quad]) -> list[Node | Literal]:
    objects = (quad.object for quad in quads)
    found = {item: None for item in objects if isinstance(item, NamedNode | BlankNode | Literal)}
    return list(found) if len(found) < 2 else sorted(found, key=lambda item: natural(str(item)))
