"""Actors and aims of a document's institutional statements: how often each is asked, or does, what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from initiative_lod.build.coded_statements import ReadCoding

#: By the IRI of a document: in how many statements an actor (attribute) has an aim, by the IRIs of both.
ActorAims = Mapping[str, Mapping[tuple[str, str], int]]


def actor_aims(codings: Iterable[ReadCoding]) -> ActorAims:
    """Counts over the statements of record, and those nested in them; read once a release."""
    found: dict[str, dict[tuple[str, str], int]] = {}
    for coding in codings:
        if not coding.is_rival:
            counts = found.setdefault(coding.document, defaultdict(int))
            for statement in (inner for tops in coding.parts.values() for top in tops for inner in top.everything()):
                actors = sorted({item.concept for item in statement.of("attribute") if item.concept})
                for aim in sorted({item.concept for item in statement.of("aim") if item.concept}):
                    for actor in actors:
                        counts[actor, aim] += 1
    return {document: dict(counts) for document, counts in found.items()}
