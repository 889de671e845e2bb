"""Likeness of two labels: a number from 0 to 1, and by what they agree. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz

from initiative_lod.labels import LabelKind
from initiative_lod.languages import has_han
from initiative_lod.matching.label_forms import Forms, forms, is_abbreviation


class Basis(StrEnum):
    """In what two labels agree, strictest first."""

    EXACT = "exact"
    FOLDED = "folded"  # case, punctuation, traditional characters
    PACKED = "packed"  # spaces and hyphens
    STEM = "stem"  # plurals, spelling
    TURNED = "turned"  # order of words
    ACRONYM = "acronym"
    PART = "part"  # the one is in the other
    FUZZY = "fuzzy"


#: What agreement is worth. An agreement in spelling is never worth as much as one in words.
BASIS_WORTH = {
    Basis.EXACT: 1.0,
    Basis.FOLDED: 0.98,
    Basis.PACKED: 0.96,
    Basis.STEM: 0.95,
    Basis.TURNED: 0.92,
    Basis.ACRONYM: 0.8,
}
KIND_WORTH = {LabelKind.PREFERRED: 1.0, LabelKind.ALTERNATIVE: 0.98, LabelKind.NOTATION: 0.98}
FUZZY_CEILING = 0.9
FUZZY_FLOOR = 0.35
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Score:
    """``value`` from 0 to 1, and by what the labels agree."""

    value: float
    by: Basis


def compare(one: str, other: str) -> Score | None:
    """Likeness of two labels; None when they are not alike. Symmetric."""
    return compare_forms(forms(one), forms(other))


def compare_forms(one: Forms, other: Forms) -> Score | None:
    """The same, of labels whose forms are known."""
    if not one.folded or not other.folded:
        return Score(1.0, Basis.EXACT) if one.plain == other.plain and one.plain else None
    if one.plain == other.plain:
        return Score(BASIS_WORTH[Basis.EXACT], Basis.EXACT)
    if one.folded == other.folded:
        return Score(BASIS_WORTH[Basis.FOLDED], Basis.FOLDED)
    if one.packed == other.packed:
        by = Basis.STEM if one.stem == other.stem else Basis.PACKED
        return Score(min(BASIS_WORTH[by], BASIS_WORTH[Basis.STEM] if one.folded != other.folded else 1.0), by)
    if one.turned == other.turned:
        return Score(BASIS_WORTH[Basis.TURNED], Basis.TURNED)
    for short, long in ((one, other), (other, one)):
        if long.acronym and long.acronym == short.folded and is_abbreviation(short.plain.upper()):
            return Score(BASIS_WORTH[Basis.ACRONYM], Basis.ACRONYM)
    return _alike(one, other)


def _alike(one: Forms, other: Forms) -> Score | None:
    shorter, longer = sorted((one.stem, other.stem), key=len)
    within = f" {shorter} " in f" {longer} " or (has_han(shorter) and shorter in longer)
    # What stands in a longer label is worth the more, the more of it it is.
    part = 0.5 + 0.4 * len(shorter) / len(longer) if within and len(shorter) > 1 else 0.0
    if has_han(shorter) or has_han(longer):
        ratio = fuzz.ratio(one.packed, other.packed) / 100
    else:
        ratio = max(fuzz.ratio(one.stem, other.stem), fuzz.token_sort_ratio(one.stem, other.stem)) / 100
    likeness = FUZZY_CEILING * max(0.0, (ratio - 0.4) / 0.6)
    if _NUMBER.findall(one.folded) != _NUMBER.findall(other.folded):  # action 8 is not nearly action 18
        likeness *= 0.4
    if part >= likeness:
        return Score(part, Basis.PART) if part else None
    return Score(likeness, Basis.FUZZY) if likeness >= FUZZY_FLOOR else None
