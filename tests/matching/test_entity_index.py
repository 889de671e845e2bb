"""Index of a release's things on disk: finds what one in memory finds, whatever has to be cut into parts for it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QuerySolution

from initiative_lod import release
from initiative_lod.build.graph import canonical
from initiative_lod.iris import Iris
from initiative_lod.labels import LabelKind
from initiative_lod.matching import entity_file, entity_index, label_index
from initiative_lod.matching.entity_index import AnyOf, EntityIndex
from initiative_lod.matching.label_index import Label, LabelIndex, LabelsInMemory
from initiative_lod.release import Edition, Release, catalogue
from initiative_lod.release.files import open_index
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.settings import Settings
from initiative_lod.vocabulary import RDF, SKOS

I = Iris()
GRAPH = I.graph("some")


def opened(folder: Path, quads: Iterable[Quad]) -> OpenRelease:
    """A release of these quads, without an index of things."""
    made = release.write(folder, canonical([*quads]), Edition("1", "2031-03-05"), {"context.jsonld": b"{}\n"}, I)
    return OpenRelease.open(made)


def thing(number: int) -> NamedNode:
    return I.thing(f"id/thing/{number}")


def named(number: int, text: str, language: str | None = "en", property: NamedNode = SKOS.prefLabel) -> Quad:
    return Quad(thing(number), property, Literal(text, language=language) if language else Literal(text), GRAPH)


def in_memory(release_of: OpenRelease, index: EntityIndex) -> LabelsInMemory:
    """The labels of a release, in the order of the file, in memory."""
    rows = (
        (place, kind, number, language, text)
        for place, iri, kind, language, text in entity_file.said(release_of)
        if (number := index.number(iri)) is not None
    )
    return LabelsInMemory(
        Label(number, text, LabelKind(kind), language) for _, kind, number, language, text in sorted(rows)
    )


def assert_alike(one: LabelIndex, other: LabelIndex, texts: Iterable[str], among: AnyOf | None = None) -> None:
    for text in texts:
        assert one.search(text, 30, among) == other.search(text, 30, among), text
        assert [*islice(one.starting(text[:3], among), 40)] == [*islice(other.starting(text[:3], among), 40)], text


def misspelt(text: str) -> str:
    return text[:2] + text[3:]


@pytest.fixture(scope="module")
def real(real_settings: Settings) -> OpenRelease:
    made = release.current(real_settings.release_folder)
    assert made is not None
    return OpenRelease.open(made)


def test_of_our_own_release_it_finds_what_memory_finds(real: OpenRelease) -> None:
    index = EntityIndex(real)
    memory = in_memory(real, index)
    texts = sorted({label.text for label in memory.labels if len(label.text) < 60})[::12]
    assert len(texts) > 80
    assert_alike(
        index.labels, memory, [*texts, *map(misspelt, texts[::2]), "ITU office", "數位鴻溝", "action 8", "zzzz"]
    )
    among = AnyOf([index.members(real.iris.term(name).value) for name in ("Topic", "Action")])
    assert_alike(index.labels, memory, texts[::3], among)


TERMS = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.text(alphabet="abc网络 (UN)-é", min_size=1, max_size=9)
        | st.sampled_from(["data law", "laws of data", "DL"]),
        st.sampled_from(["en", "zh-Hant", "de", None]),
        st.sampled_from([SKOS.prefLabel, SKOS.altLabel, SKOS.notation]),
    ),
    min_size=1,
    max_size=25,
)


@pytest.mark.slow
@settings(max_examples=25)
@given(terms=TERMS)
def test_of_any_labels_it_finds_what_memory_finds(
    terms: list[tuple[int, str, str | None, NamedNode]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    found = opened(tmp_path_factory.mktemp("any"), (named(*item) for item in terms))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(entity_file, "PART", 2)
        patch.setattr(label_index, "MAX_POSTINGS", 4)
        patch.setattr(label_index, "MAX_COMPARED", 3)
        index = EntityIndex(found)
        assert_alike(index.labels, in_memory(found, index), [text for _, text, _, _ in terms])


def test_no_label_is_left_out_and_the_first_of_many_are_the_shortest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entity_file, "PART", 3)
    monkeypatch.setattr(label_index, "MAX_POSTINGS", 5)
    found = opened(tmp_path, [named(number, f"law {'x' * number}", "en") for number in range(1, 12)])
    index = EntityIndex(found)
    assert len({hit.thing for hit in index.labels.search("law", 50)}) == 11
    monkeypatch.setattr(label_index, "MAX_COMPARED", 4)
    assert [hit.label.text for hit in index.labels.search("law", 50)] == [
        f"law {'x' * number}" for number in range(1, 5)
    ]


def test_of_very_many_words_those_that_share_more_letters_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entity_index, "MAX_SPELT", 4)
    found = opened(tmp_path, [named(number, word) for number, word in enumerate(("network", "neutral", "notable"))])
    many = opened(tmp_path, [named(number, f"n{number}aaaa") for number in range(9)] + [named(10, "network")])
    for of in (found, many):
        assert EntityIndex(of).labels.search("netwrok", 1)[0].label.text == "network"


@pytest.mark.parametrize("things", [3, 200])
def test_members_of_a_class_few_or_many(tmp_path: Path, things: int) -> None:
    quads = [named(number, f"n{number}") for number in range(things)]
    few, many = NamedNode("https://x.example/Few"), NamedNode("https://x.example/Many")
    quads += [Quad(thing(number), RDF.type, many, GRAPH) for number in range(things - 1)]
    quads += [Quad(thing(1), RDF.type, few, GRAPH), Quad(I.thing("id/unnamed/1"), RDF.type, few, GRAPH)]
    index = EntityIndex(opened(tmp_path, quads))
    numbered = [index.number(thing(number).value) for number in range(things)]
    numbers = {number for number in numbered if number is not None}
    assert len(numbers) == things
    last = numbered[-1]
    assert [*index.members(many.value)] == sorted(numbers - {last})
    assert {number for number in range(things + 9) if number in index.members(many.value)} == numbers - {last}
    assert [*index.members(few.value)] == [index.number(thing(1).value)]
    assert not [*index.members("https://x.example/None")]
    assert 0 not in AnyOf([])


def test_the_terms_are_those_that_the_engine_counts(real: OpenRelease) -> None:
    index = EntityIndex(real)
    for query, name, count, terms in (
        ("classes", "class", "things", index.classes),
        ("predicates", "property", "uses", index.properties),
    ):
        expected = {row[name].value: int(row[count].value) for row in real.select(query)}
        assert {term.iri: term.count for term in terms} == expected


@pytest.mark.parametrize("listed", [5000, 2])
def test_they_are_counted_where_the_description_lists_but_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listed: int
) -> None:
    monkeypatch.setattr(catalogue, "MOST_PARTITIONS", listed)
    things = [Quad(thing(number), RDF.type, NamedNode(f"https://x.example/{number % 3}"), GRAPH) for number in range(9)]
    made = opened(tmp_path, [named(1, "harbour law"), *things])
    asked: list[str] = []
    select = OpenRelease.select

    def noted(self: OpenRelease, name: str, **terms: NamedNode) -> list[QuerySolution]:
        asked.append(name)
        return select(self, name, **terms)

    monkeypatch.setattr(OpenRelease, "select", noted)
    entity_file.build(tmp_path / "index", made)
    assert asked == ([] if listed == 5000 else ["classes", "predicates"])
    with closing(open_index(tmp_path / "index")) as index:
        rows = index.execute("SELECT iri, count FROM term WHERE kind = 'class' AND iri LIKE 'https://x.example/%'")
        assert rows.fetchall() == [(f"https://x.example/{number}", 3) for number in range(3)]
        used = index.execute("SELECT count FROM term WHERE iri = ?", (RDF.type.value,)).fetchall()
    assert used == [(sum(1 for _ in made.triples(None, RDF.type)),)]


def test_it_is_the_same_file_each_time_also_where_it_is_sorted_in_files(
    real: OpenRelease, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entity_file, "HOLDINGS_AT_ONCE", 700)
    entity_file.build(tmp_path / "again", real)
    assert (tmp_path / "again").read_bytes() == (real.release.path / "index" / entity_file.FILE).read_bytes()


@pytest.mark.parametrize("damage", ["missing", "damaged", "other"])
def test_one_that_cannot_be_read_is_made_while_it_is_needed(tmp_path: Path, damage: str) -> None:
    made: Release = opened(tmp_path, [named(1, "harbour law")]).release
    file = made.path / "index" / entity_file.FILE
    if damage == "damaged":
        file.write_bytes(b"no database at all" * 99)
    elif damage == "other":
        entity_file.build(file, OpenRelease.open(made))
        with file.open("r+b") as written:
            written.seek(60)  # where SQLite keeps the user's version
            written.write(b"\0\0\0\x63")
    index = EntityIndex(OpenRelease.open(made))
    assert [hit.label.text for hit in index.labels.search("harbor laws", 3)] == ["harbour law"]
    assert index.number("\ud800") is None
