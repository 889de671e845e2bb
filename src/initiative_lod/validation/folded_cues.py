"""Cue words in the other script: what a shape, which compares letter for letter, needs to know that 應當 is 应当.

They stand beside the data while these are validated, and are never published.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pyoxigraph import Literal, Quad

from initiative_lod.iris import Iris
from initiative_lod.languages import is_chinese, simplified
from initiative_lod.vocabulary import OA

_I = Iris()  # for terms, which are the same under every base


def cues(data: Sequence[Quad]) -> Iterator[Quad]:
    """Each Chinese cue of a modality as the quotes of its evidence write it, where that is in the other script."""
    folded: dict[object, list[Quad]] = defaultdict(list)
    evidence: dict[object, list[object]] = defaultdict(list)
    spans: dict[object, list[object]] = defaultdict(list)
    for quad in data:
        if quad.predicate == _I.term("cue") and is_chinese(getattr(quad.object, "language", None) or ""):
            folded[quad.subject].append(quad)
    for quad in data:
        if quad.predicate == _I.term("onValue") and quad.object in folded:
            evidence[quad.subject].append(quad.object)
    for quad in data:
        if quad.predicate == _I.term("span") and quad.subject in evidence:
            spans[quad.object] += evidence[quad.subject]
    selectors = {
        quad.object: spans[quad.subject] for quad in data if quad.predicate == OA.hasSelector and quad.subject in spans
    }
    for quad in data:
        if quad.predicate == OA.exact and isinstance(quad.object, Literal):
            for modality in selectors.get(quad.subject, ()):
                for cue in folded[modality]:
                    yield from _as_written(cue, quad.object.value)


def _as_written(cue: Quad, quote: str) -> Iterator[Quad]:
    """The cue in the quote's script. Folding goes character by character: the places in the quote stay the same."""
    assert isinstance(cue.object, Literal)
    start = simplified(quote).find(simplified(cue.object.value))
    words = quote[start : start + len(cue.object.value)]
    if start >= 0 and words != cue.object.value:
        yield Quad(cue.subject, cue.predicate, Literal(words, language=cue.object.language), cue.graph_name)
