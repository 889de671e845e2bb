"""Statements of parts as pages have them: where their words stand is counted from where the part begins."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import NamedNode, Quad

from initiative_lod.build.coded_statements import CodedComponent, CodedStatement, ReadCoding
from initiative_lod.iris import Iris
from initiative_lod.web.pages.statement_lines import PartPlaces, part_places, statement_index

I = Iris()
DOCUMENT = "https://w3id.org/initiative-lod/id/harbour-2031"
PART, ZH, EN = f"{DOCUMENT}/action/1/clause/1", f"{DOCUMENT}/zh", f"{DOCUMENT}/en"


def coding(shift: int, name: str = "coding-harbour-2031") -> ReadCoding:
    """A statement with one nested in it, of which all words stand ``shift`` characters further on."""
    inner = statement(f"{PART}#1-1", component("aim", 14 + shift, 16 + shift, ((EN, 31 + shift, 35 + shift),)))
    nested = component("directObject", 14 + shift, 18 + shift, (), inner)
    outer = statement(
        f"{PART}#1", component("attribute", 10 + shift, 12 + shift, ((EN, 20 + shift, 26 + shift),)), nested
    )
    return ReadCoding(f"{I.base}graph/{name}", DOCUMENT, name.endswith("rival"), {}, {PART: (outer,)})


def component(
    role: str, start: int, end: int, translated: tuple[tuple[str, int, int], ...], nested: CodedStatement | None = None
) -> CodedComponent:
    qualifies: frozenset[str] = frozenset()
    return CodedComponent(
        f"{PART}#{role}", role, 1, "", "words", "zh", start, end, False, {}, "", "", nested, qualifies, {}, translated
    )


def statement(iri: str, *components: CodedComponent) -> CodedStatement:
    return CodedStatement(iri, PART, "1", "RegulativeStatement", "", {}, components)


def places(shift: int) -> dict[str, PartPlaces]:
    return {PART: PartPlaces({ZH: 8 + shift}, {EN: 20 + shift})}


def test_words_before_a_part_change_nothing_of_its_statements() -> None:
    index = statement_index([coding(0)], places(0))
    assert statement_index([coding(7)], places(7)) == index
    assert statement_index([coding(7)], places(0)) != index
    (top,) = index.by_part[PART]
    assert [(item.start, item.end, item.translated) for item in top.components] == [
        (2, 4, ((EN, 0, 6),)),
        (6, 10, ()),
    ]
    assert index.translations == {PART: EN}


def test_a_rival_reading_is_counted_from_the_same_place() -> None:
    index = statement_index([coding(0), coding(1, "coding-harbour-2031-rival")], places(0))
    (record,), ((rival,),) = index.by_part[PART], index.rivals[PART]
    assert [item.start for item in rival.components] == [item.start + 1 for item in record.components]


def test_where_words_begin_is_read_of_every_text() -> None:
    quads = [
        Quad(NamedNode(subject), I.term(name), NamedNode(f"{text}#char={begin},{begin + 9}"))
        for subject, name, text, begin in (
            (PART, "span", ZH, 8),
            (PART, "translationSpan", EN, 120),
            (PART, "translationSpan", f"{DOCUMENT}/fr", 30),
            (f"{PART}#aim", "span", ZH, 14),
        )
    ]

    def look_up(subject: None, predicate: NamedNode) -> Iterator[Quad]:
        return (quad for quad in quads if quad.predicate == predicate)

    assert part_places(look_up) == {PART: PartPlaces({ZH: 8}, {EN: 120, f"{DOCUMENT}/fr": 30})}
    assert next(iter(part_places(look_up)[PART].translated)) == EN
