"""Proposes mappings between our things and another graph's, each with a confidence and its reasons. Precise first.

A proposal rests on labels that agree word for word, or but for a typing error, in a language that both sides have.
Agreement in a second language and agreeing neighbours raise its confidence; other types, other things of the same name
and a second language that disagrees lower it. What a person has judged is not proposed again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from initiative_lod.errors import Message
from initiative_lod.labels import LabelKind
from initiative_lod.languages import WORD_LANGUAGES, has_han
from initiative_lod.locale.messages import Language
from initiative_lod.matching.alignable_things import Alignable, Name
from initiative_lod.matching.label_forms import forms, is_abbreviation, variants
from initiative_lod.matching.label_index import Label, LabelsInMemory
from initiative_lod.matching.scoring import KIND_WORTH, Basis, Score, compare
from initiative_lod.sources.judgements import Judgement, Verdict, latest
from initiative_lod.vocabulary import RDFS, SCHEMA, SKOS

MIN_CONFIDENCE = 0.75  # below it nothing is proposed
MIN_LIKENESS = 0.75  # what a likeness in spelling must be worth to count at all
EXACT_CONFIDENCE = 0.9  # from it on two concepts are proposed as one
WORD_BASES = frozenset({Basis.EXACT, Basis.FOLDED, Basis.PACKED, Basis.STEM, Basis.TURNED})
COMPARED_LANGUAGES = (*WORD_LANGUAGES, "")  # of labels in other languages only abbreviations can agree with ours
MAX_PER_THING = 5
ALONE_WORTH = 0.93  # of the worth of an agreement, as long as nothing else speaks for it
RIVAL_DISTANCE = 0.1  # of two proposals that compete, the one that is so much less sure does not count


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two labels that agree."""

    ours: Name
    theirs: Name
    score: Score
    value: float


@dataclass(frozen=True)
class Proposal:
    """A mapping for a person to judge. ``reasons`` are sentences, in the language of whoever reads them."""

    ours: Alignable
    theirs: Alignable
    predicate: str
    confidence: float
    justification: str
    agreements: tuple[Agreement, ...]
    reasons: tuple[Message, ...]

    @property
    def pair(self) -> tuple[str, str]:
        """Our IRI and theirs."""
        return self.ours.iri, self.theirs.iri

    def told(self, language: Language) -> list[str]:
        """The reasons in a language."""
        return [language.gettext(reason.id, **reason.values) for reason in self.reasons]


def propose(
    ours: Sequence[Alignable],
    theirs: Iterable[Alignable],
    judgements: Iterable[Judgement] = (),
    floor: float = MIN_CONFIDENCE,
) -> list[Proposal]:
    """The proposals, surest first. The same input gives the same proposals in the same order."""
    others = sorted(theirs, key=lambda thing: thing.iri)
    index = LabelsInMemory(
        Label(number, name.text, name.kind, name.language)
        for number, thing in enumerate(others)
        for name in thing.names
        if _counts(name)
    )
    by_iri = {thing.iri: thing for thing in (*ours, *others)}
    judged = latest(judgements)
    proposals: list[Proposal] = []
    for thing in ours:
        candidates = sorted({hit.thing for name in thing.names for hit in index.search(name.text, 12)})
        of_thing = [proposal for number in candidates if (proposal := _compare(thing, others[number], by_iri, floor))]
        proposals += _fewer(of_thing)
    settled = {pair for pair, judgement in judged.items() if judgement.verdict is not Verdict.UNSURE}
    unsettled = [item for item in proposals if tuple(sorted(item.pair)) not in settled]
    return sorted(_contested(unsettled, floor), key=lambda item: (-item.confidence, item.pair))


def _compare(ours: Alignable, theirs: Alignable, by_iri: dict[str, Alignable], floor: float) -> Proposal | None:
    agreements = _agreements(ours, theirs)
    if not agreements:
        return None
    best = agreements[0]
    value, reasons = best.value * ALONE_WORTH, [_say(best)]
    languages = {item.ours.language for item in agreements if item.score.by in WORD_BASES}
    if len(languages) > 1:
        second = next(
            item for item in agreements if item.ours.language != best.ours.language and item.score.by in WORD_BASES
        )
        value += (1 - value) * 0.5
        reasons.append(Message("proposal.second_language", agreement=_say(second)))
    elif other := _disagreement(ours, theirs, best):
        value -= 0.06 if ours.kinds & theirs.kinds else 0.12
        reasons.append(other)
    factor, reason = _types(ours, theirs)
    value = value * factor if factor < 1 else value + (1 - value) * (factor - 1)
    if reason:
        reasons.append(reason)
    near = _neighbours(ours, theirs, by_iri)
    if near:
        value += (1 - value) * min(0.4, 0.2 * len(near))
        reasons.append(Message("proposal.neighbours", pairs="; ".join(f"{one} / {other}" for one, other in near[:3])))
    if (
        LabelKind.ALTERNATIVE in (best.ours.kind, best.theirs.kind)
        and value >= EXACT_CONFIDENCE
        and not near
        and len(languages) < 2
    ):
        value = EXACT_CONFIDENCE - 0.01  # the one's other name is the other's name: near, and need not be the same
        reasons.append(Message("proposal.another_name"))
    value = round(min(value, 0.99), 3)
    if value < floor:
        return None
    lexical = best.score.by in WORD_BASES
    justification = (
        "CompositeMatching" if near else "LexicalMatching" if lexical else "LexicalSimilarityThresholdMatching"
    )
    return Proposal(
        ours, theirs, _predicate(ours, theirs, value, lexical), value, justification, tuple(agreements), tuple(reasons)
    )


def _counts(name: Name) -> bool:
    return name.kind is not LabelKind.NOTATION and (name.language in COMPARED_LANGUAGES or is_abbreviation(name.text))


def _agreements(ours: Alignable, theirs: Alignable) -> list[Agreement]:
    """Labels that agree, best first; of labels with brackets also what stands outside and inside of these."""
    agreements = []
    for one, other in ((one, other) for one in ours.names if _counts(one) for other in theirs.names if _counts(other)):
        best: Agreement | None = None
        for place, (text, wording) in enumerate((a, b) for a in variants(one.text) for b in variants(other.text)):
            score = compare(text, wording)
            if score is None or not _holds(one, other, text, wording, score):
                continue
            value = score.value * KIND_WORTH[one.kind] * KIND_WORTH[other.kind] * (0.97 if place else 1.0)
            if best is None or value > best.value:
                best = Agreement(one, other, score, value)
        if best:
            agreements.append(best)
    return sorted(agreements, key=lambda item: (-item.value, item.ours.language, item.ours.text, item.theirs.text))


def _holds(one: Name, other: Name, text: str, wording: str, score: Score) -> bool:
    """Tell whether an agreement counts: not across languages, nor of two letters, nor of a part with the whole."""
    if is_abbreviation(text):
        return text == wording  # "WHO" is not "who"
    if one.language and other.language and one.language != other.language:
        return False
    if len(forms(text).packed) < (2 if has_han(text) else 3):
        return False
    nearly = score.by is Basis.FUZZY and score.value >= MIN_LIKENESS
    return score.by in WORD_BASES or (nearly and misspelt(text, wording))


def misspelt(one: str, other: str) -> bool:
    """Tell whether two labels differ by typing errors only: each word begins the same and is nearly the same."""
    words, others = forms(one).stem.split(), forms(other).stem.split()
    return len(words) == len(others) and all(
        a[0] == b[0] and fuzz.ratio(a, b) > 80 for a, b in zip(words, others, strict=True)
    )


def _disagreement(ours: Alignable, theirs: Alignable, best: Agreement) -> Message | None:
    """Reason against a proposal: both sides have a label in a second language, and these are quite different."""
    for language in WORD_LANGUAGES:
        if language == best.ours.language:
            continue
        mine = [name.text for name in ours.names if name.language == language and name.kind is LabelKind.PREFERRED]
        others = [
            name.text for name in theirs.names if name.language == language and name.kind is not LabelKind.NOTATION
        ]
        if mine and others and best.theirs.language != language:
            scores = [score.value for other in others if (score := compare(mine[0], other)) is not None]
            if max(scores, default=0.0) < 0.6:
                return Message("proposal.disagreement", language=language, ours=mine[0], theirs=others[0])
    return None


def _types(ours: Alignable, theirs: Alignable) -> tuple[float, Message | None]:
    """Factor of confidence by the kinds of two things: below 1 it is lowered, above 1 raised by that of what lacks."""
    mine, others, common = (", ".join(sorted(kinds)) for kinds in (ours.kinds, theirs.kinds, ours.kinds & theirs.kinds))
    if not mine and others and not theirs.concept:
        return 0.85, Message("proposal.concept_and_kind", theirs=others)
    if mine and others:
        if common:
            return 1.3, Message("proposal.same_kind", kinds=common)
        return 0.6, Message("proposal.other_kind", ours=mine, theirs=others)
    return 1.0, None


def _neighbours(ours: Alignable, theirs: Alignable, by_iri: dict[str, Alignable]) -> list[tuple[str, str]]:
    """Pairs of neighbours that are called the same in words."""
    mine = [by_iri[iri] for iri in ours.neighbours if iri in by_iri]
    others = [by_iri[iri] for iri in theirs.neighbours if iri in by_iri]
    return [
        (one.name(), other.name())
        for one in mine
        for other in others
        if any(_same_words(a, b) for a in one.names for b in other.names)
    ]


def _same_words(one: Name, other: Name) -> bool:
    if (
        one.kind is LabelKind.NOTATION
        or other.kind is LabelKind.NOTATION
        or (one.language and other.language and one.language != other.language)
    ):
        return False
    score = compare(one.text, other.text)
    return score is not None and score.by in WORD_BASES


def _predicate(ours: Alignable, theirs: Alignable, value: float, lexical: bool) -> str:
    """Concepts are matched in SKOS; a named thing is not made a concept by it, nor a concept a thing by owl:sameAs."""
    if ours.kinds:
        return SCHEMA.sameAs.value if value >= EXACT_CONFIDENCE and lexical else RDFS.seeAlso.value
    return (SKOS.exactMatch if value >= EXACT_CONFIDENCE and lexical else SKOS.closeMatch).value


def _fewer(proposals: list[Proposal]) -> list[Proposal]:
    """Of the proposals for one thing those that are not far behind the best, in each of their namespaces."""
    groups: dict[str, list[Proposal]] = defaultdict(list)
    for proposal in sorted(proposals, key=lambda item: (-item.confidence, item.theirs.iri)):
        groups[_namespace(proposal.theirs.iri)].append(proposal)
    few: list[Proposal] = []
    for group in groups.values():
        few += [item for item in group if item.confidence >= group[0].confidence - 0.05][:MAX_PER_THING]
    return few


def _namespace(iri: str) -> str:
    return iri.rpartition("#")[0] or iri.rpartition("/")[0]


def _contested(proposals: list[Proposal], floor: float) -> list[Proposal]:
    """Two that would share a match in one place are neither of them exact: both are lowered, and say so.

    A proposal that another one for the same target surpasses by far is dropped.
    """
    same_ours, same_theirs = defaultdict[tuple[str, str], list[float]](list), defaultdict[str, list[float]](list)
    for item in proposals:
        same_ours[item.ours.iri, _namespace(item.theirs.iri)].append(item.confidence)
        same_theirs[item.theirs.iri].append(item.confidence)
    remaining = []
    for item in proposals:
        others = same_ours[item.ours.iri, _namespace(item.theirs.iri)] + same_theirs[item.theirs.iri]
        if max(same_theirs[item.theirs.iri]) - item.confidence >= RIVAL_DISTANCE:
            continue
        rivals = sum(item.confidence - value < RIVAL_DISTANCE for value in others) - 2
        if rivals:
            value = round(item.confidence - min(0.3, 0.1 * rivals), 3)
            competing = Message("proposal.rival") if rivals == 1 else Message("proposal.rivals", count=rivals)
            reasons = (*item.reasons, competing)
            predicate = _predicate(item.ours, item.theirs, min(value, EXACT_CONFIDENCE - 0.01), True)
            item = Proposal(item.ours, item.theirs, predicate, value, item.justification, item.agreements, reasons)
        if item.confidence >= floor:
            remaining.append(item)
    return remaining


def _say(item: Agreement) -> Message:
    tags = "/".join(dict.fromkeys(name.language or "–" for name in (item.ours, item.theirs)))
    basis = Message(f"proposal.by_{item.score.by}")
    return Message("proposal.agreement", ours=item.ours.text, theirs=item.theirs.text, tags=tags, basis=basis)
