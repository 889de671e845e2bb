"""Figures of each document of a release: what its parts say, and how much of it is described. Read once a release."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from initiative_lod.labels import natural
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.vocabulary import DCTERMS, INTERPRETING, PARTS, RDF

#: What is said of parts and counted; a condition is the part's own.
SAID = tuple(name for name in INTERPRETING if name != "condition")
DEEPEST = 8  # levels from a part up to its document

Said = Mapping[NamedNode, tuple[NamedNode, ...]]


@dataclass(frozen=True, slots=True)
class DocumentFigures:
    """Figures of one document. ``said`` has by property and value the parts that say it, in natural order.

    ``parts`` are those but clauses. A passage is a part in which no part is but clauses; ``described`` are those that
    have some.
    """

    parts: int
    passages: int
    described: int
    clauses: int
    said: Mapping[str, Said]

    @property
    def statements(self) -> int:
        """Number of statements: a part, a property and a value are one."""
        return sum(len(parts) for values in self.said.values() for parts in values.values())

    def ranked(self, name: str) -> list[tuple[NamedNode, int]]:
        """The values of a property with the number of parts that say them, the most frequent first."""
        counts = [(value, len(parts)) for value, parts in self.said[name].items()]
        return sorted(counts, key=lambda item: (-item[1], item[0].value))

    def by_part(self, name: str) -> dict[NamedNode, list[NamedNode]]:
        """The values of a property by the parts that say them, in natural order."""
        found: dict[NamedNode, list[NamedNode]] = defaultdict(list)
        for value, parts in self.said[name].items():
            for part in parts:
                found[part].append(value)
        return dict(sorted(found.items(), key=lambda item: natural(item[0].value)))


def document_figures(opened: OpenRelease, documents: Sequence[NamedNode]) -> dict[NamedNode, DocumentFigures]:
    """The figures of each document: a look-up for each part, and one pass over each property."""
    tree = _Tree(opened, documents)
    clauses, others, inner, described = (defaultdict[NamedNode, set[NamedNode]](set) for _ in range(4))
    for part, kind in tree.kinds.items():
        document = tree.document_of(part)
        if document is None:
            continue
        if kind == "Clause":
            clauses[document].add(part)
            described[document].add(tree.parents[part])
        else:
            others[document].add(part)
            inner[document].add(tree.parents[part])
    said: dict[NamedNode, dict[str, Said]] = {document: {} for document in documents}
    for name in SAID:
        found: dict[NamedNode, dict[NamedNode, set[NamedNode]]] = defaultdict(lambda: defaultdict(set))
        for triple in opened.triples(None, opened.iris.term(name)):
            speaker, value = triple.subject, triple.object
            if isinstance(speaker, NamedNode) and isinstance(value, NamedNode):
                document = tree.document_of(speaker)
                if document is not None:
                    found[document][value].add(speaker)
        for document in documents:
            said[document][name] = {
                value: tuple(sorted(parts, key=lambda part: natural(part.value)))
                for value, parts in found[document].items()
            }
    return {
        document: DocumentFigures(
            len(others[document]),
            len(others[document] - inner[document]),
            len((others[document] - inner[document]) & described[document]),
            len(clauses[document]),
            said[document],
        )
        for document in documents
    }


class _Tree:
    """The parts of all documents with their kinds and parents."""

    def __init__(self, opened: OpenRelease, documents: Sequence[NamedNode]) -> None:
        self._documents = frozenset(documents)
        self.kinds = {
            triple.subject: kind
            for kind in PARTS
            for triple in opened.triples(None, RDF.type, opened.iris.term(kind))
            if isinstance(triple.subject, NamedNode)
        }
        self.parents = {
            part: above
            for part in self.kinds
            for triple in opened.triples(part, DCTERMS.isPartOf)
            if isinstance(above := triple.object, NamedNode)
        }

    def document_of(self, part: NamedNode) -> NamedNode | None:
        """The document that a part is of; itself, if it is one."""
        return next((node for node in self._above(part) if node in self._documents), None)

    def _above(self, part: NamedNode) -> Iterator[NamedNode]:
        above: NamedNode | None = part
        for _ in range(DEEPEST):
            if above is None:
                return
            yield above
            above = self.parents.get(above)
