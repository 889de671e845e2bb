"""Gives blank nodes IRIs that stay the same: RDFC-1.0 labels, under the digest of the canonical statements that hold
them.

So the same file gives the same IRIs wherever it lies, and a change to its other statements leaves them as they are
(RDF 1.1 Concepts §3.5, skolemisation). Canonicalisation can take for ever: it is called in a process that can be ended.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, NamedNode, Quad, Triple

PATH = ".well-known/genid/"


def skolemise(quads: Sequence[Quad], prefix: str) -> tuple[list[Triple], int]:
    """The triples of ``quads`` with an IRI under ``prefix`` for each blank node, and how many blank nodes there are.

    Their graph names take part in telling blank nodes apart, and are dropped.
    """
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    canonical = sorted(dataset, key=str)
    digest = hashlib.sha256("\n".join(map(str, canonical)).encode()).hexdigest()[:16]
    names: dict[str, NamedNode] = {}

    def named(term: Any) -> Any:
        if not isinstance(term, BlankNode):
            return term
        if term.value not in names:
            names[term.value] = NamedNode(f"{prefix}{digest}/{term.value.removeprefix('c14n')}")
        return names[term.value]

    return [Triple(named(quad.subject), quad.predicate, named(quad.object)) for quad in canonical], len(names)
