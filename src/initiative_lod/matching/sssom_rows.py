"""Lines of SSSOM that an alignment writes: of proposals, and of names that stand as strings."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Store

from initiative_lod import __version__
from initiative_lod.iris import slug
from initiative_lod.labels import LABEL_PROPERTIES, LabelKind
from initiative_lod.languages import has_han
from initiative_lod.locale.messages import Language
from initiative_lod.matching.alignable_things import Alignable
from initiative_lod.matching.label_forms import forms
from initiative_lod.matching.proposals import COMPARED_LANGUAGES, Proposal
from initiative_lod.sources.mapping_set import MappingRow
from initiative_lod.sources.sssom_slots import LITERAL
from initiative_lod.vocabulary import RDFS

SEMAPV = "https://w3id.org/semapv/vocab/"
CODES = re.compile(r"code|identifier|notation|symbol|-id$", re.I)  # properties whose strings name nothing


@dataclass(frozen=True, slots=True)
class StringMention:
    """A string in their graph that is a name of a thing of ours, as ``"ITU"`` is. It is no thing itself."""

    ours: Alignable
    text: str
    predicate: str
    count: int
    example: str


def mentions(ours: Iterable[Alignable], theirs: Store) -> list[StringMention]:
    """Mentions of our named things in strings of their graph that are no labels, in the order of our IRIs."""
    result = []
    for thing in (thing for thing in ours if thing.kinds):
        for name in thing.names:
            if name.kind is LabelKind.NOTATION or len(name.text) < (2 if has_han(name.text) else 3):
                continue
            tagged = [Literal(name.text), *(Literal(name.text, language=tag) for tag in COMPARED_LANGUAGES if tag)]
            places: dict[str, list[str]] = defaultdict(list)
            for literal in tagged:
                for quad in theirs.quads_for_pattern(None, None, literal, None):
                    if quad.predicate not in LABEL_PROPERTIES and isinstance(quad.subject, NamedNode):
                        if CODES.search(slug(quad.predicate.value)):
                            continue
                        places[quad.predicate.value].append(quad.subject.value)
            for predicate, subjects in sorted(places.items()):
                result.append(StringMention(thing, name.text, predicate, len(set(subjects)), min(subjects)))
    unique = {(item.ours.iri, item.text, item.predicate): item for item in result}
    return [item for _, item in sorted(unique.items())]


def mention_row(mention: StringMention, seen_in: str, seen_property: str) -> MappingRow:
    """A mention as a line of SSSOM whose object is a literal."""
    slots = {
        "subject_id": mention.ours.iri,
        "subject_label": one_line(mention.ours.name()),
        "predicate_id": RDFS.seeAlso.value,
        "object_label": one_line(mention.text),
        "object_type": LITERAL,
        "mapping_justification": SEMAPV + "LexicalMatching",
        "confidence": "0.8",
        "mapping_tool": "initiative-lod align",
        "mapping_tool_version": __version__,
        "comment": f"value of {mention.predicate} of {mention.count} things, {mention.example} among them",
    }
    return _row(slots, {seen_property: one_line(seen_in)})


def row(proposal: Proposal, seen_in: str, seen_property: str, language: Language) -> MappingRow:
    """A proposal as a line of SSSOM; ``seen_in`` says where the target was seen. Its reasons are in ``language``."""
    best = proposal.agreements[0]
    slots = {
        "subject_id": proposal.ours.iri,
        "subject_label": one_line(proposal.ours.name()),
        "predicate_id": proposal.predicate,
        "object_id": proposal.theirs.iri,
        "object_label": one_line(proposal.theirs.name()),
        "mapping_justification": SEMAPV + proposal.justification,
        "confidence": f"{proposal.confidence:g}",
        "similarity_score": f"{round(best.score.value, 3):g}",
        "match_string": one_line(forms(best.ours.text).folded),
        "mapping_tool": "initiative-lod align",
        "mapping_tool_version": __version__,
        "comment": one_line("; ".join(proposal.told(language))),
    }
    return _row(slots, {seen_property: one_line(seen_in)})


def _row(slots: dict[str, str], extensions: dict[str, str]) -> MappingRow:
    return MappingRow(0, {name: (value,) for name, value in slots.items()}, extensions)


def one_line(text: str) -> str:
    return " ".join(text.split())
