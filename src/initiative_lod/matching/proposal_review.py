"""Both sides of a proposal with all that is known of them, and the sentences of ours, for the person who judges it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Store

from initiative_lod.iris import Iris
from initiative_lod.labels import LABEL_PROPERTIES
from initiative_lod.languages import DEFAULT_LANGUAGE, LABEL_LANGUAGES
from initiative_lod.matching.alignable_things import Alignable
from initiative_lod.matching.proposals import Proposal
from initiative_lod.sources import judgements
from initiative_lod.sources.judgements import Judgement, Verdict
from initiative_lod.vocabulary import RDFS, SKOS, SPEAKING_OF

MAX_SENTENCES = 6
DEFINITIONS = (SKOS.definition, SKOS.scopeNote, RDFS.comment)
LONGEST = 400  # characters of a definition


@dataclass(frozen=True, slots=True)
class Sentence:
    """A part of a document that speaks of a thing of ours."""

    part: str
    property: str
    texts: tuple[tuple[str, str], ...]  # (language, text), the original's first


@dataclass(frozen=True, slots=True)
class ProposalSide:
    """One side of a proposal, for showing."""

    iri: str
    names: tuple[tuple[str, str, str], ...]  # (language, kind, text)
    classes: tuple[str, ...]
    definition: tuple[str, str]  # (language, text)
    neighbours: tuple[tuple[str, str], ...]  # (IRI, name)
    sentences: tuple[Sentence, ...] = ()


class Review:
    """Proposals and the judgements about them, which go to a file. Safe to use from several threads."""

    def __init__(self, proposals: Sequence[Proposal], ours: Store, theirs: Store, iris: Iris, path: Path) -> None:
        self.proposals = tuple(proposals)
        self._ours, self._theirs, self._iris, self._path = ours, theirs, iris, path
        self._lock = threading.Lock()

    def judged(self) -> dict[tuple[str, str], Judgement]:
        """The judgement that holds for each pair, as the file has it now."""
        return judgements.latest(judgements.read(self._path))

    def verdict(self, proposal: Proposal, judged: dict[tuple[str, str], Judgement]) -> Judgement | None:
        """The judgement about a proposal."""
        one, other = sorted(proposal.pair)
        return judged.get((one, other))

    def next_open(self, after: int, judged: dict[tuple[str, str], Judgement]) -> int | None:
        """The number of the next proposal that nobody has judged, from ``after`` on and round again."""
        count = len(self.proposals)
        for number in ((after + step) % count for step in range(count)):
            if self.verdict(self.proposals[number], judged) is None:
                return number
        return None

    def judge(self, number: int, verdict: Verdict, judge: str, date: str, reason: str) -> Judgement:
        """Append a judgement. Raises ValueError for one that is none, IndexError for a proposal that there is not."""
        if not 0 <= number < len(self.proposals):
            raise IndexError(f"there is no proposal {number}")
        one, other = self.proposals[number].pair
        judgement = Judgement(one, other, verdict, judge.strip(), date, " ".join(reason.split()))
        with self._lock:
            judgements.append(self._path, judgement)
        return judgement

    def sides(self, proposal: Proposal, language: str) -> tuple[ProposalSide, ProposalSide]:
        """Our side and theirs, for who reads ``language``."""
        ours = self._side(proposal.ours, self._ours, language, self._sentences(proposal.ours.iri))
        return ours, self._side(proposal.theirs, self._theirs, language)

    def _side(
        self, thing: Alignable, store: Store, language: str, sentences: tuple[Sentence, ...] = ()
    ) -> ProposalSide:
        order = sorted(
            thing.names, key=lambda name: (name.language not in LABEL_LANGUAGES, name.kind, name.language, name.text)
        )
        names = tuple((name.language, name.kind.name.lower(), name.text) for name in order[:40])
        near = tuple((iri, _first(store, iri, LABEL_PROPERTIES, language)[1] or iri) for iri in thing.neighbours[:12])
        known, definition = _first(store, thing.iri, DEFINITIONS, language)
        return ProposalSide(thing.iri, names, thing.classes, (known, definition[:LONGEST]), near, sentences)

    def _sentences(self, iri: str) -> tuple[Sentence, ...]:
        sentences: dict[str, Sentence] = {}
        for name in SPEAKING_OF:
            for quad in self._ours.quads_for_pattern(None, self._iris.term(name), NamedNode(iri), None):
                if isinstance(quad.subject, NamedNode):
                    part = quad.subject
                    texts = tuple(text for property in ("text", "translation") for text in self._texts(part, property))
                    sentences.setdefault(part.value, Sentence(part.value, name, texts))
        return tuple(sentences[part] for part in sorted(sentences))[:MAX_SENTENCES]

    def _texts(self, part: NamedNode, name: str) -> list[tuple[str, str]]:
        literals = (quad.object for quad in self._ours.quads_for_pattern(part, self._iris.term(name), None, None))
        return sorted((item.language or "", item.value) for item in literals if isinstance(item, Literal))


def _first(store: Store, iri: str, properties: Iterable[NamedNode], language: str) -> tuple[str, str]:
    """Language and words of the first property that has any, in the reader's language where it can be; else empty."""
    for predicate in properties:
        values = [quad.object for quad in store.quads_for_pattern(NamedNode(iri), predicate, None, None)]
        texts = [(item.language or "", item.value) for item in values if isinstance(item, Literal)]
        if texts:
            return min(texts, key=lambda text: (text[0] != language, text[0] not in ("", DEFAULT_LANGUAGE), text))
    return "", ""
