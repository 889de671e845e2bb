"""The kinds of parts that documents have, as the ontology and the data declare them, and what such parts are called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Quad

from initiative_lod.build.inference import promises
from initiative_lod.iris import Iris
from initiative_lod.vocabulary import RDF

I = Iris()  # for terms, which are the same under every base
_ROOT = I.term("Part")


@dataclass(frozen=True)
class PartKinds:
    """Subclasses of ``:Part`` (and ``:Part``), by name: the local name of one of ours, the IRI of one of others.

    ``above`` are the superclasses of each that are kinds of parts too; ``patterns`` say what a part of a kind is called
    in a language, with "{}" for its number.
    """

    above: Mapping[str, frozenset[str]]
    patterns: Mapping[str, Mapping[str, str]]

    def of(self, quads: Iterable[Quad]) -> dict[str, str]:
        """The kind of each part: of several that it is said to be, one that says no less than the others."""
        found: dict[str, set[str]] = defaultdict(set)
        for quad in quads:
            if quad.predicate != RDF.type or not isinstance(quad.subject, NamedNode):
                continue
            if isinstance(quad.object, NamedNode) and (name := _name(quad.object)) in self.above:
                found[quad.subject.value].add(name)
        return {
            part: min(kinds - {above for kind in kinds for above in self.above[kind]})
            for part, kinds in found.items()
            if "#" not in part
        }


def part_kinds(quads: Iterable[Quad]) -> PartKinds:
    """The kinds of parts that are declared in ``quads``, with rdfs:subClassOf and :labelPattern."""
    quads = list(quads)
    classes = promises(quads).classes
    above = {
        _name(kind): frozenset(_name(item) for item in wider if item == _ROOT or _ROOT in classes.get(item, ()))
        for kind, wider in classes.items()
        if _ROOT in wider
    }
    above[_name(_ROOT)] = frozenset()
    patterns: dict[str, dict[str, str]] = defaultdict(dict)
    for quad in quads:
        if quad.predicate != I.term("labelPattern") or not isinstance(quad.subject, NamedNode):
            continue
        if isinstance(quad.object, Literal) and quad.object.language and (name := _name(quad.subject)) in above:
            patterns[name][quad.object.language] = quad.object.value
    called = {kind: {**_inherited(kind, above, patterns), **patterns.get(kind, {})} for kind in above}
    return PartKinds(above, called)


def _inherited(
    kind: str, above: Mapping[str, frozenset[str]], patterns: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """Names of a kind's superclasses by language: the nearer one wins."""
    called: dict[str, str] = {}
    for wider in sorted(above[kind], key=lambda item: (len(above[item]), item)):
        called |= patterns.get(wider, {})
    return called


def _name(node: NamedNode) -> str:
    namespace = I.term("Part").value.removesuffix("Part")
    return node.value.removeprefix(namespace) if node.value.startswith(namespace) else node.value
