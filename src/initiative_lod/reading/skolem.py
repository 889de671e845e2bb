"""Names of blank nodes that stay the same, and are different in different files.

Canonicalisation can take for ever: it is called in a process that can be ended.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, NamedNode, Quad, Triple

PATH = ".well-known/genid/"


def skolemise(quads: Sequence[Quad], prefix: str, scope: str) -> tuple[list[Triple], int]:
    """The triples of ``quads`` with an IRI under ``prefix`` for each blank node, and how many blank nodes there are.

    An IRI is made of a blank node's label in RDFC-1.0 and a digest of the statements that hold blank nodes and of
    ``scope``, the digest of their file (RDF 1.1 Concepts §3.5, skolemisation): the same file gives the same IRIs
    wherever it lies, and no two files share one. Graph names take part in telling blank nodes apart, and are dropped.
    """
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    canonical = sorted(dataset, key=str)
    digest = hashlib.sha256("\n".join([*map(str, canonical), scope]).encode()).hexdigest()[:16]
    names: dict[str, NamedNode] = {}

    def named(term: Any) -> Any:
        if not isinstance(term, BlankNode):
            return term
        if term.value not in names:
            names[term.value] = NamedNode(f"{prefix}{digest}/{term.value.removeprefix('c14n')}")
        return names[term.value]

    return [Triple(named(quad.subject), quad.predicate, named(quad.object)) for quad in canonical], len(names)


def labelled(quads: Sequence[Quad], scope: str) -> tuple[list[Triple], int]:
    """The triples of ``quads``, their blank nodes still blank, labelled by ``scope``, the digest of their file, and the
    order in which they come; and how many blank nodes there are.
    """
    names: dict[str, BlankNode] = {}

    def named(term: Any) -> Any:
        if not isinstance(term, BlankNode):
            return term
        return names.setdefault(term.value, BlankNode(f"f{scope[:16]}n{len(names)}"))

    return [Triple(named(quad.subject), quad.predicate, named(quad.object)) for quad in quads], len(names)
