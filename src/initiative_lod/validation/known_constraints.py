"""Constraints of our own shapes whose queries take longer the longer the text is, answered from an index in one pass.

``SUBSTR`` goes through the text up to the quote, at each of its thousands of spans; the next number is looked for among
all parts of a document, and a part is compared with all of those beside it. A query is known by its words: one that has
changed is evaluated like any other, until its digest stands here again. Where there is any doubt about a node, it is
among those that may have a result.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import accumulate

from pyoxigraph import Literal, NamedNode

from initiative_lod.iris import Iris
from initiative_lod.validation.triple_index import Term, TripleIndex
from initiative_lod.vocabulary import DCTERMS, OA, RDF, XSD

I = Iris()  # for terms, which are the same under every base
_INTEGER = re.compile("0|[1-9][0-9]{0,8}")
_COUNTED_BESIDE = {I.term(name) for name in ("Paragraph", "Pillar", "Clause")}
_COUNTED = [I.term(name) for name in ("Recital", "Chapter", "Section", "Article", "Item", "Annex", "Note")]


def nodes(query: str, data: TripleIndex) -> set[Term] | None:
    """The nodes at which a query may have a solution; None for one that is not known."""
    known = KNOWN.get(digest(query))
    return known(data) if known else None


def digest(query: str) -> str:
    """Digest of a query, however it is laid out."""
    return hashlib.sha256(" ".join(query.split()).encode()).hexdigest()[:16]


def _quotes(data: TripleIndex) -> set[Term]:
    """Spans whose quote does not stand at their offsets."""

    def is_right(text: str, start: int, end: int, words: dict[str, str]) -> bool:
        return text[start:end] == words["exact"]

    return _spans(data, ("exact",), is_right)


def _contexts(data: TripleIndex) -> set[Term]:
    """Spans around which the text is not what they say."""

    def is_right(text: str, start: int, end: int, words: dict[str, str]) -> bool:
        before, after = words["prefix"], words["suffix"]
        return (
            start >= len(before)
            and text[start - len(before) : start] == before
            and text[end : end + len(after)] == after
        )

    return _spans(data, ("prefix", "suffix"), is_right)


def _spans(
    data: TripleIndex, names: tuple[str, ...], is_right: Callable[[str, int, int, dict[str, str]], bool]
) -> set[Term]:
    """Spans that are not certainly right."""
    texts: dict[Term, str | None] = {}

    def is_certain(span: Term) -> bool:
        selector, source = _one(data, span, OA.hasSelector), _one(data, span, OA.hasSource)
        if selector is None or source is None:
            return False
        if source not in texts:
            texts[source] = _string(_one(data, source, I.term("text")))
        words = {name: _string(_one(data, selector, OA[name])) for name in names}
        start, end = (_integer(_one(data, selector, name)) for name in (OA.start, OA.end))
        text = texts[source]
        if text is None or start is None or end is None or not start < end <= len(text):
            return False
        found = {name: word for name, word in words.items() if word is not None}
        return len(found) == len(words) and is_right(text, start, end, found)

    return {span for span in data.subjects_of(OA.hasSelector) if not is_certain(span)}


def _gaps(data: TripleIndex) -> set[Term]:
    """Numbered parts before which there is no part of the same class with the number before, in or beside what they
    lie in.
    """
    number = I.term("number")
    in_it: set[tuple[Term, Term, int]] = set()  # (what it lies in, class, number)
    beside: set[tuple[tuple[int, Term], Term, int]] = set()  # the same, of what that lies in, and of what that lies in
    for value, parts in data.inverse(number).items():
        if (ordinal := _integer(value)) is None:
            continue
        for part in parts:
            for whole in data.values(part, DCTERMS.isPartOf):
                for kind in data.values(part, RDF.type):
                    in_it.add((whole, kind, ordinal))
                    beside.update((above, kind, ordinal) for above in _above(data, whole))

    def is_certain(part: Term) -> bool:
        kinds = [kind for kind in data.values(part, RDF.type) if kind in _COUNTED]
        wholes = data.values(part, DCTERMS.isPartOf)
        ordinal = _integer(_one(data, part, number))
        if ordinal is None or len(kinds) > 1 or len(wholes) != 1:
            return False
        (whole,) = wholes
        above = _above(data, whole)
        return (
            not kinds
            or ordinal <= 1
            or (whole, kinds[0], ordinal - 1) in in_it
            or any((item, kinds[0], ordinal - 1) in beside for item in above)
        )

    return {part for part in data.subjects_of(number) if not is_certain(part)}


def _siblings(data: TripleIndex) -> Iterator[tuple[Term, tuple[Term, Term], Term]]:
    """Parts of the classes that are counted where they lie: (part, (what it lies in, class), number)."""
    for value, parts in data.inverse(I.term("number")).items():
        for part in parts:
            for whole in data.values(part, DCTERMS.isPartOf):
                for kind in data.values(part, RDF.type):
                    if kind in _COUNTED_BESIDE:
                        yield part, (whole, kind), value


def _repeats(data: TripleIndex) -> set[Term]:
    """Parts beside which there is one of the same class with the same number."""
    alike: dict[tuple[tuple[Term, Term], Term], set[Term]] = defaultdict(set)
    for part, place, value in _siblings(data):
        alike[place, value].add(part)
    return {part for parts in alike.values() if len(parts) > 1 for part in parts}


def _overlaps(data: TripleIndex) -> set[Term]:
    """Parts that do not certainly end before the one that is numbered next begins."""
    begins: dict[tuple[tuple[Term, Term], int, Term], int] = {}  # (place, number, text) -> the first character
    found: set[Term] = set()
    doubtful: set[tuple[Term, Term]] = set()  # places with a number that is none
    parts = list(_siblings(data))
    for part, place, value in parts:
        if (number := _integer(value)) is None:
            doubtful.add(place)
            continue
        for text, start, _ in _offsets(data, part, I.term("span")):
            key, first = (place, number, text), -1 if start is None else start
            begins[key] = min(begins.get(key, first), first)
    for part, place, value in parts:
        number = _integer(value)
        if place in doubtful or number is None:
            found.add(part)
            continue
        for text, _, end in _offsets(data, part, I.term("span")):
            following = begins.get((place, number + 1, text))
            if following is not None and (end is None or following < end):
                found.add(part)
    return found


def _uncovered(data: TripleIndex) -> set[Term]:
    """Parts that do not certainly end where a clause beside them goes on, or what they lie in ends."""
    covered: dict[Term, list[tuple[int, int]]] = defaultdict(list)
    for clause in data.subjects(RDF.type, I.term("Clause")):
        for _, start, end in _offsets(data, clause, I.term("span")):
            if start is not None and end is not None:
                for whole in data.values(clause, DCTERMS.isPartOf):
                    covered[whole].append((start, end))
    reach: dict[Term, tuple[list[int], list[int]]] = {}  # where clauses begin, and how far those up to there go
    for whole, places in covered.items():
        places.sort()
        reach[whole] = [start for start, _ in places], list(accumulate((end for _, end in places), max))

    def goes_on(wholes: list[Term], end: int) -> bool:
        for whole in wholes:
            starts, ends = reach.get(whole, ([], []))
            place = bisect_right(starts, end)
            if place and ends[place - 1] > end:
                return True
        return False

    def is_certain(part: Term) -> bool:
        wholes = list(data.values(part, DCTERMS.isPartOf))
        outer = [
            (start, last)
            for whole in wholes
            for kind, name in ((I.term("Action"), "span"), (I.term("Pillar"), "leadSpan"))
            if kind in data.values(whole, RDF.type)
            for _, start, last in _offsets(data, whole, I.term(name))
        ]
        for _, _, end in _offsets(data, part, I.term("span")):
            if end is None:
                return not outer
            within = any(start is None or last is None or start < end < last for start, last in outer)
            if within and not goes_on(wholes, end):
                return False
        return True

    return {part for part in data.subjects_of(DCTERMS.isPartOf) if not is_certain(part)}


def _offsets(data: TripleIndex, part: Term, name: NamedNode) -> Iterator[tuple[Term, int | None, int | None]]:
    """Of each span of a part: its text, and where it begins and ends; None for an offset that is no plain number."""
    for span in data.values(part, name):
        for selector in data.values(span, OA.hasSelector):
            starts, ends = ([*map(_integer, data.values(selector, offset))] or [None] for offset in (OA.start, OA.end))
            for source in data.values(span, OA.hasSource) or (span,):
                for start in starts:
                    for end in ends:
                        yield source, start, end


def _above(data: TripleIndex, whole: Term) -> list[tuple[int, Term]]:
    """Parts that a whole lies in, one and two steps above it, each with the number of steps."""
    first = data.values(whole, DCTERMS.isPartOf)
    second = (item for above in first for item in data.values(above, DCTERMS.isPartOf))
    return [*((1, item) for item in first), *((2, item) for item in second)]


def _one(data: TripleIndex, subject: Term, predicate: NamedNode) -> Term | None:
    values = data.values(subject, predicate)
    return next(iter(values)) if len(values) == 1 else None


def _string(term: Term | None) -> str | None:
    is_text = isinstance(term, Literal) and (bool(term.language) or term.datatype == XSD.string)
    return term.value if is_text and term is not None else None


def _integer(term: Term | None) -> int | None:
    is_integer = isinstance(term, Literal) and term.datatype == XSD.integer and _INTEGER.fullmatch(term.value)
    return int(term.value) if is_integer and term is not None else None


#: By the digest of the query: the constraints TextSpan-quote, TextSpan-context, PartAdvice-number-gap,
#: Sibling-number-repeat, Sibling-overlap and Clause-gap.
KNOWN: dict[str, Callable[[TripleIndex], set[Term]]] = {
    "bc7f1a7934c27fed": _quotes,
    "ba2a8c7ce1a3d781": _contexts,
    "cf0aa75037ff2d82": _gaps,
    "76839e4d9f7c7c34": _repeats,
    "ba8f9856e4908b23": _overlaps,
    "ba72355c3e37c462": _uncovered,
}
