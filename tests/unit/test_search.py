"""Search: what is found in this project's own data, by sets worked out by hand; how text is folded; bounds."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from initiative_lod.build.graph import Built
from initiative_lod.errors import QueryTimeout, ReleaseError
from initiative_lod.iris import Iris
from initiative_lod.languages import simplified_characters
from initiative_lod.release import statement_rows
from initiative_lod.release.statement_rows import StatementTable
from initiative_lod.search import builder, finder, index, query_parser, results, schema, tokens
from initiative_lod.search.reader import Index
from initiative_lod.search.results import Results, Search
from initiative_lod.search.tokens import PAUSE
from initiative_lod.vocabulary import DCTERMS, RDF, RDFS, SKOS
from patience import SECONDS

CHECKOUT = Path(__file__).resolve().parents[2]
IRIS = Iris()


@pytest.fixture(scope="module")
def real(real_build: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """The index of this project's own sources."""
    path = tmp_path_factory.mktemp("search") / index.FILE
    index.build(path, real_build.quads, IRIS)
    opened = Index(path, SECONDS)
    yield opened
    opened.close()


def thing(path: str) -> NamedNode:
    return IRIS.thing(path)


def quads_of(*rows: tuple[str, NamedNode, NamedNode | Literal]) -> list[Quad]:
    return [Quad(thing(s) if ":" not in s else NamedNode(s), p, o, IRIS.graph("test")) for s, p, o in rows]


def label(text: str, language: str = "en") -> Literal:
    return Literal(text, language=language)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[..., Index]]:
    """Makes an index of rows (subject, property, object); closes it when the test is over."""
    opened: list[Index] = []

    def make(*rows: tuple[str, NamedNode, NamedNode | Literal], seconds: float = SECONDS) -> Index:
        path = tmp_path / f"{len(opened)}.sqlite"
        index.build(path, quads_of(*rows), IRIS)
        opened.append(Index(path, seconds))
        return opened[-1]

    yield make
    for item in opened:
        item.close()


def paths(results: Results) -> list[str]:
    return [(IRIS.path(hit.iri) or hit.iri).removeprefix("id/") for hit in results.hits]


def found(searched: Index, text: str, language: str = "both", **filters: tuple[str, ...]) -> list[str]:
    """All pages of what is found."""
    first = searched.search(Search(text, language, filters))
    rest = [searched.search(Search(text, language, filters, page)) for page in range(2, first.pages + 1)]
    return [path for results in (first, *rest) for path in paths(results)]


# Precision and recall. The sets were worked out from the text: a clause that has the words, its action, and the things
# that are called so. Of clauses and actions nothing else may be found but what stands under "implied".

A = "wic-2020/action"
CYBERCRIME = {f"{A}/9", f"{A}/9/clause/2", f"{A}/10", *(f"{A}/10/clause/{n}" for n in (1, 2, 3, 5))}
MINORS = {f"{A}/9", *(f"{A}/9/clause/{n}" for n in (1, 2, 3, 4))}
PERSONAL = {f"{A}/8", *(f"{A}/8/clause/{n}" for n in (1, 2, 3, 4))}
DEVELOPING = {f"{A}/1", f"{A}/1/clause/3", f"{A}/15", f"{A}/15/clause/3", f"{A}/20", f"{A}/20/clause/1"}
CHILDREN = {f"{A}/18", f"{A}/18/clause/3"}
DATA = {f"{A}/4", f"{A}/4/clause/4", f"{A}/7", f"{A}/7/clause/3", f"{A}/8", f"{A}/8/clause/3", f"{A}/8/clause/6"}
CYBERCRIME_THINGS = {"topic/cybercrime", "negotiation/un-cybercrime-convention"}
MINORS_THINGS = {"group/minors", "topic/online-protection-of-minors"}
PERSONAL_THINGS = {"topic/personal-information", "topic/personal-information-protection"}
DATA_THINGS = {"topic/user-data", "topic/important-data", "topic/data-security", "topic/data-as-production-factor"}
IMPLIED_MINORS = {f"{A}/9/clause/5"}  # the text carries the subject over from the clause before

EXPECTED = [
    # query, its clauses and actions, the things that must be found, clauses that may be found besides, the first hit
    ("网络犯罪", CYBERCRIME, CYBERCRIME_THINGS, set(), "topic/cybercrime"),
    ("網絡犯罪", CYBERCRIME, CYBERCRIME_THINGS, set(), "topic/cybercrime"),
    ("網路犯罪", CYBERCRIME, CYBERCRIME_THINGS, set(), "topic/cybercrime"),
    ("cyber crime", CYBERCRIME, CYBERCRIME_THINGS, set(), "topic/cybercrime"),
    ("cyber-crime", CYBERCRIME, CYBERCRIME_THINGS, set(), "topic/cybercrime"),
    ("Cybercrimes", CYBERCRIME, CYBERCRIME_THINGS, set(), "topic/cybercrime"),
    ("未成年人", MINORS, MINORS_THINGS, IMPLIED_MINORS, "group/minors"),
    ("minors", MINORS, MINORS_THINGS, IMPLIED_MINORS, "group/minors"),
    ("minor", MINORS, MINORS_THINGS, IMPLIED_MINORS, "group/minors"),
    ("个人信息", PERSONAL, PERSONAL_THINGS, set(), "topic/personal-information"),
    ("個人信息", PERSONAL, PERSONAL_THINGS, set(), "topic/personal-information"),
    ("發展中國家", DEVELOPING, {"group/developing-countries"}, set(), "group/developing-countries"),
    ("发展中国家", DEVELOPING, {"group/developing-countries"}, set(), "group/developing-countries"),
    ("developing country", DEVELOPING, {"group/developing-countries"}, set(), "group/developing-countries"),
    ("数据", DATA, DATA_THINGS, set(), None),
    ("AI", {f"{A}/14", f"{A}/14/clause/1"}, {"topic/artificial-intelligence"}, set(), "topic/artificial-intelligence"),
    (
        "ITU",
        {f"{A}/12", f"{A}/12/clause/1"},
        {"institution/international-telecommunication-union"},
        set(),
        "institution/international-telecommunication-union",
    ),
    ("cybercrime", CYBERCRIME, CYBERCRIME_THINGS, set(), "topic/cybercrime"),
    ("personal data", PERSONAL, PERSONAL_THINGS, set(), "topic/personal-information"),
    ("child", CHILDREN, {"group/children"}, set(), "group/children"),
    ("children", CHILDREN, {"group/children"}, set(), "group/children"),
    ("5G", {f"{A}/2", f"{A}/2/clause/2"}, {"topic/5g"}, set(), "topic/5g"),
]


@pytest.mark.parametrize(("text", "parts", "things", "besides", "first"), EXPECTED, ids=[row[0] for row in EXPECTED])
def test_finds_what_the_text_has(
    real: Index, text: str, parts: set[str], things: set[str], besides: set[str], first: str | None
) -> None:
    everything = found(real, text)
    of_text = {path for path in everything if path.startswith("wic-2020/action/")}
    assert of_text - besides == parts
    assert things <= set(everything)
    assert first is None or everything[0] == first
    assert len(everything) == len(set(everything))


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("網絡犯罪", ["topic/cybercrime", f"{A}/10", "negotiation/un-cybercrime-convention", f"{A}/10/clause/1"]),
        ("minors", ["group/minors", "topic/online-protection-of-minors", f"{A}/9", f"{A}/9/clause/3"]),
        ("personal data", [*sorted(PERSONAL_THINGS), f"{A}/8", f"{A}/8/clause/2"]),
        ("发展中国家", ["group/developing-countries", *sorted(DEVELOPING, reverse=True)]),
        ("child", ["group/children", f"{A}/18/clause/3", f"{A}/18", "group/minors"]),
    ],
)
def test_names_come_before_the_text_and_the_text_before_definitions(real: Index, text: str, order: list[str]) -> None:
    hits = real.search(Search(text)).hits
    ranks = [hit.rank for hit in hits]
    assert ranks == sorted(ranks)
    own = [path for hit in hits if (path := IRIS.path(hit.iri)) is not None]  # targets of mappings have names as well
    first = [path.removeprefix("id/") for path in own[: len(order)]]
    assert first[0] == order[0]
    assert set(first) == set(order)


@pytest.mark.parametrize("typed", ["{}", "<{}>", "  {} "])
def test_an_iri_finds_what_it_names(real: Index, typed: str) -> None:
    iri = IRIS.thing("id/wic-2020/action/8").value
    found = real.search(Search(typed.format(iri)))
    assert [hit.iri for hit in found.hits] == [iri]
    assert found.total == 1
    assert real.search(Search(typed.format(iri), filters={"type": ["Clause"]})).total == 0
    assert real.search(Search(typed.format(f"{iri}0000"))).loose


def test_a_synonym_finds_all_that_its_concept_finds(made: Callable[..., Index]) -> None:
    searched = made(
        ("id/topic/personal-information", SKOS.prefLabel, label("personal information")),
        ("id/topic/personal-information", SKOS.prefLabel, label("个人信息", "zh")),
        ("id/topic/personal-information", SKOS.altLabel, label("personal data")),
        ("id/x/action/1/clause/1", RDFS.label, label("Action 1, clause 1")),
        ("id/x/action/1/clause/1", IRIS.term("translation"), label("safeguard the security of personal information,")),
        ("id/x/action/1/clause/2", RDFS.label, label("Action 1, clause 2")),
        ("id/x/action/1/clause/2", IRIS.term("text"), label("保障个人信息安全,", "zh")),
    )
    results = searched.search(Search("personal data"))
    assert paths(results)[0] == "topic/personal-information"
    assert set(paths(results)[1:]) == {"x/action/1/clause/1", "x/action/1/clause/2"}
    assert set(results.also) == {"个人信息", "personal information"}
    assert paths(searched.search(Search('"personal data"'))) == ["topic/personal-information"]  # quoted: only as typed
    assert paths(searched.search(Search("personal data", "en"))) == [
        "topic/personal-information",
        "x/action/1/clause/1",
    ]


# Order, language, filters


def test_a_name_comes_before_its_beginning_before_its_middle_before_a_text(made: Callable[..., Index]) -> None:
    searched = made(
        ("http://other.example/1", RDFS.label, label("harbour")),
        ("id/topic/4", RDFS.label, label("other")),
        ("id/topic/4", SKOS.definition, label("of a harbour")),
        ("id/topic/3", RDFS.label, label("the old harbour")),
        ("id/topic/2", RDFS.label, label("harbour wall")),
        ("id/topic/1", RDFS.label, label("Harbours")),
    )
    results = searched.search(Search("harbour"))
    expected = ["topic/1", "http://other.example/1", "topic/2", "topic/3", "topic/4"]
    assert paths(results) == expected
    assert [hit.rank for hit in results.hits] == [0, 0, 1, 2, 4]


def test_language(real: Index) -> None:
    assert f"{A}/9/clause/3" in found(real, "minors", "en")
    clauses = {path for path in MINORS if "clause" in path} | IMPLIED_MINORS
    for text, language in (("未成年人", "zh"), ("未成年人", "en"), ("minors", "zh"), ("minors", "en")):
        assert set(found(real, text, language, type=("Clause",))) == clauses  # by what the group is called in it
    assert found(real, '"minors"', "zh", type=("Clause",)) == []
    assert found(real, '"未成年人"', "en", type=("Clause",)) == []


def test_filters_and_counts(real: Index) -> None:
    results = real.search(Search("网络犯罪"))
    counts = {name: {item.key: item.count for item in items} for name, items in results.facets.items()}
    assert counts["type"]["Clause"] == 5
    assert counts["type"]["Action"] == 2
    assert counts["modality"] == {"undertake": 5, "support": 1}
    assert counts["pillar"] == {"wic-2020/pillar/2": 7}
    only = real.search(Search("网络犯罪", filters={"modality": ("support",)}))
    assert paths(only) == [f"{A}/10/clause/3"]
    assert {item.key: item.count for item in only.facets["modality"]} == counts["modality"]  # to choose another
    assert {item.key: item.count for item in only.facets["type"]} == {"Clause": 1}
    assert only.unfiltered == results.total
    two = real.search(Search("网络犯罪", filters={"modality": ("support", "undertake"), "type": ("Clause",)}))
    assert two.total == 5
    none = real.search(Search("网络犯罪", filters={"topic": ("no such topic",)}))
    assert (none.total, none.hits, none.unfiltered) == (0, (), results.total)


@pytest.mark.parametrize("key", ["2", "pillar/2", "wic-2020/pillar/2", f"{IRIS.base}id/wic-2020/pillar/2"])
def test_a_filter_may_be_a_key_or_an_iri(real: Index, key: str) -> None:
    assert real.search(Search("网络犯罪", filters={"pillar": (key,)})).total == 7


def test_paging(real: Index) -> None:
    first = real.search(Search("网络"))
    assert first.pages > 1
    assert len(first.hits) == results.HITS_PER_PAGE
    everything = found(real, "网络")
    assert len(everything) == len(set(everything)) == first.total
    assert real.search(Search("网络", page=99_999)).page == first.pages
    assert real.search(Search("网络", page=0)).page == 1


def test_when_nothing_has_the_wording_its_pieces_are_found(real: Index) -> None:
    results = real.search(Search("打击未成年人的网络犯罪"))
    assert results.loose == "pieces"
    assert {path for path in paths(results) if path.startswith(A)} == {f"{A}/9/clause/2", f"{A}/9"}
    some = real.search(Search("cybercrime zebra"))
    assert some.loose == "any"
    assert some.unknown == ("zebra",)
    assert paths(some)[0] == "topic/cybercrime"
    nothing = real.search(Search("zebra"))
    assert (nothing.total, nothing.loose, nothing.unknown) == (0, "", ("zebra",))


# Marks


def test_marks_stand_in_the_original(made: Callable[..., Index]) -> None:
    text = "對網絡犯罪、網絡 欺凌,及Ｃｙｂｅｒ-crimes."
    searched = made(("id/topic/1", RDFS.label, label(text, "zh")))
    for typed, expected in (("网络犯罪", ["網絡犯罪"]), ("欺凌", ["欺凌"]), ("cyber crime", ["Ｃｙｂｅｒ", "crimes"])):
        (hit,) = searched.search(Search(typed)).hits
        (value,) = hit.values
        assert [value.text[start:end] for start, end in value.marks] == expected
    assert searched.search(Search('"cyber crime"')).hits[0].values[0].marks == ((13, 25),)


def test_a_phrase_does_not_reach_across_a_pause_or_another_name(made: Callable[..., Index]) -> None:
    searched = made(
        ("id/topic/1", RDFS.label, label("保护网络。犯罪", "zh")),
        ("id/topic/2", SKOS.altLabel, label("网络", "zh")),
        ("id/topic/2", SKOS.altLabel, label("犯罪", "zh")),
    )
    assert searched.search(Search('"网络犯罪"')).loose == "pieces"


@settings(max_examples=200)
@given(text=st.text(max_size=60), typed=st.text(max_size=20))
def test_any_text_has_its_marks_in_order(text: str, typed: str) -> None:
    simplified = {"網": "网"}
    parsed = query_parser.parse(typed + " " + text[:4], simplified)
    end = 0
    for start, stop in query_parser.marks(text, parsed, simplified):
        assert end <= start < stop <= len(text)
        end = stop


# Whatever is typed

HOSTILE = [
    '"', '""', "*", "**", "a*", "()", "AND", "NOT x", "x NEAR/3 y", "label_zh:x", "{label_zh} : x", "-x", "+x", "^x",
    "x'", "'; DROP TABLE words; --", "\x00", "a\x00b", "%", "_", "\\", "\ue000", "\ue000 \ue000", "「", "“网络",
    "é" * 400, "网" * 400, "a " * 400, '"' * 300, "\U0001f600", "\u200b", "\u0301", "\ud7ff", "١٢٣", "ｗｗｗ",
    "<script>alert(1)</script>", "..", "5.2", "的", "、", "rowid", "words",
    "a b c d e f g h i j k l m n o p q r s t u v w x y z",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_nothing_typed_is_an_error(real: Index, text: str) -> None:
    for language in ("both", "zh", "en", "xx"):
        results = real.search(Search(text, language, {"type": (text,), "nothing": (text,)}))
        assert results.total >= 0
    assert len(real.search(Search(text)).text) <= query_parser.MAX_QUERY_CHARACTERS


@settings(max_examples=150)
@given(st.text(max_size=40))
def test_no_text_is_an_error(real: Index, text: str) -> None:
    real.search(Search(text))


def test_a_long_query_is_cut_and_said_to_be(real: Index) -> None:
    results = real.search(Search("cybercrime " * 50))
    assert results.shortened
    assert paths(results)[0] == "topic/cybercrime"


# Folding


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Minors' rights", ["minor", "right"]),
        ("the State's policies", ["the", "state", "policy"]),
        ("cyber-crime", ["cyber", "crime"]),
        ("Café, naïve", ["cafe", PAUSE, "naive"]),
        ("organisation organizations", ["organization", "organization"]),
        ("behaviour behaviors hour four", ["behavior", "behavior", "hour", "four"]),
        ("programmes centre licence", ["program", "center", "license"]),
        ("children women access status analysis", ["child", "woman", "access", "status", "analysis"]),
        ("governance government developing", ["governance", "government", "developing"]),
        ("5G和AI", ["5g", "和", "ai"]),
        ("２０２０年", ["2020", "年"]),
        ("1,000 2.3", ["1", "000", "2", "3"]),
        ("裏為發", ["里", "为", "发"]),
        ("한국어 かな", ["한국어", "か", "な"]),
        ("a。。b", ["a", PAUSE, "b"]),
    ],
)  # fmt: skip
def test_folding(text: str, expected: list[str]) -> None:
    import unicodedata

    words = [token.text for token in tokens.tokens(text, simplified_characters())]
    assert [unicodedata.normalize("NFC", word) for word in words] == expected


@given(st.text(st.sampled_from("aTÉ1٣ 网網〇々⺀-_/()',.'’。\u0301\ufe0f\n"), max_size=12))
def test_words_are_the_tokens_without_their_places(text: str) -> None:
    """They are found in two ways: those of a plain text all at once."""
    simplified = simplified_characters()
    assert tokens.words(text, simplified) == [token.text for token in tokens.tokens(text, simplified)]


def test_every_folded_character_is_one_character() -> None:
    table = simplified_characters()
    assert len(table) > 4000
    assert all(len(old) == len(new) == 1 for old, new in table.items())
    assert all(table.get(new, new) == new for new in table.values())  # folding twice changes nothing


# The file


ROWS = (
    ("id/topic/1", RDF.type, IRIS.term("Topic")),
    ("id/topic/1", SKOS.prefLabel, label("网络犯罪", "zh")),
    ("id/topic/1", SKOS.prefLabel, label("cybercrime")),
    ("id/wic/action/1", RDF.type, IRIS.term("Action")),
    ("id/wic/action/1", DCTERMS.isPartOf, thing("id/wic/pillar/1")),
    ("id/wic/action/1", RDFS.label, label("打击", "zh")),
    ("id/wic/action/1", IRIS.term("topic"), thing("id/topic/1")),
    ("id/wic/pillar/1", RDF.type, IRIS.term("Pillar")),
    ("id/wic/pillar/1", RDFS.label, label("安全", "zh")),
    ("http://other.example/crime", SKOS.prefLabel, label("Cyber crime")),
    ("http://other.example/crime", SKOS.altLabel, Literal("délinquance", language="fr")),
)


def test_the_same_graph_gives_the_same_bytes(tmp_path: Path) -> None:
    quads = quads_of(*ROWS)

    def content(name: str, quads: list[Quad]) -> bytes:
        index.build(tmp_path / name, quads, IRIS)
        return (tmp_path / name).read_bytes()

    first = content("first", quads)
    other = [*quads, *quads]
    random.Random(7).shuffle(other)
    assert content("other", other) == first
    assert content("less", quads[:-1]) != first
    script = tmp_path / "again.py"
    script.write_text(
        "import sys, hashlib, pathlib\nfrom pyoxigraph import parse, RdfFormat\n"
        "from initiative_lod.search import index\nfrom initiative_lod.iris import Iris\n"
        "quads = parse(path=sys.argv[1], format=RdfFormat.N_QUADS)\n"
        "index.build(pathlib.Path(sys.argv[2]), quads, Iris())\n"
    )
    source = tmp_path / "rows.nq"
    source.write_text("".join(f"{quad} .\n" for quad in quads))
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(CHECKOUT / "src")}
        out = tmp_path / f"{seed}.sqlite"
        subprocess.run([sys.executable, script, source, out], check=True, env=environment)
        assert out.read_bytes() == first


def test_nothing_that_reads_it_changes_it(made: Callable[..., Index], tmp_path: Path) -> None:
    searched = made(*ROWS)
    (path,) = tmp_path.glob("*.sqlite")
    before = path.read_bytes()
    path.chmod(0o444)
    searched.search(Search("cybercrime"))
    assert path.read_bytes() == before
    assert [item.name for item in tmp_path.iterdir()] == [path.name]  # no journal, no lock
    with searched._connection() as connection, pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("DELETE FROM resource")


def test_what_is_linked_is_found_and_said_to_be(made: Callable[..., Index]) -> None:
    searched = made(*ROWS)
    results = searched.search(Search("网络犯罪"))
    assert [(path, hit.rank) for path, hit in zip(paths(results), results.hits, strict=True)] == [
        ("topic/1", 0),
        ("wic/action/1", 5),
    ]
    assert results.hits[1].facets["pillar"] == (("wic/pillar/1", f"{IRIS.base}id/wic/pillar/1"),)
    assert found(searched, "cyber crime") == ["topic/1", "http://other.example/crime", "wic/action/1"]
    assert found(searched, "delinquance") == ["http://other.example/crime"]
    assert found(searched, "délinquance", "en") == []


def test_an_index_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / index.FILE
    index.build(path, quads_of(*ROWS), IRIS)
    with pytest.raises(ReleaseError, match="already there"):
        index.build(path, quads_of(*ROWS), IRIS)


@pytest.mark.parametrize("content", [None, b"", b"no database at all, but more than a hundred bytes of it" * 4])
def test_what_is_no_index_is_said_to_be(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / index.FILE
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ReleaseError, match="search index"):
        Index(path, SECONDS)


def test_a_search_has_its_time(made: Callable[..., Index]) -> None:
    rows = [(f"http://other.example/{n}", RDFS.label, label(f"harbour {n} of many harbours")) for n in range(3000)]
    searched = made(*rows, seconds=-1)
    with pytest.raises(QueryTimeout):
        searched.search(Search("harbour"))


def test_what_is_merged_in_is_bounded(made: Callable[..., Index]) -> None:
    names = [("http://other.example/1", SKOS.altLabel, label(f"name{n:03}")) for n in range(200)]
    searched = made(*names, ("http://other.example/1", RDFS.label, label("x" * 5000)))
    (hit,) = searched.search(Search("name000")).hits
    assert max(len(value.text) for value in hit.values) == schema.MAX_CHARACTERS["label"]
    assert searched.search(Search("name199")).total == 0


def test_of_a_frequent_word_the_shortest_names_come_first(
    made: Callable[..., Index], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many others' things have it: those looked at are the ones with the shortest names of all."""
    monkeypatch.setattr(finder, "MAX_HITS", 5)
    names = {f"http://other.example/{n:02}": f"old harbour {'x' * (40 - n)}" for n in range(30)}
    rows = [(iri, RDFS.label, label(name)) for iri, name in names.items()]
    searched = made(*rows, ("id/x", RDFS.label, label("a harbour of ours")))
    results = searched.search(Search("harbour"))
    assert results.capped
    assert paths(results) == ["x", *(f"http://other.example/{n}" for n in (29, 28, 27, 26, 25))]
    assert [(item.key, item.count) for item in results.facets["type"]] == [("External", 5), ("Other", 1)]
    assert found(searched, "harbour", type=("External",)) == paths(results)[1:]
    assert found(searched, "harbour", type=("Other",)) == ["x"]
    assert found(searched, "harbour", type=("External", "Other")) == paths(results)
    assert found(searched, "harbour", type=("Clause",)) == []
    assert searched.search(Search("harbour", page=9)).hits[0].facets == {"type": (("Other", ""),)}
    assert searched.search(Search("harbour")).hits[1].facets == {"type": (("External", ""),)}


def test_short_names_of_several_sources_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finder, "MAX_HITS", 4)
    lengths = {"http://a.example/": (9, 3, 5), "http://b.example/": (4, 8, 1)}
    quads = [
        Quad(NamedNode(f"{source}{n}"), RDFS.label, label(f"old harbour {'x' * n}"), NamedNode(source))
        for source, numbers in lengths.items()
        for n in numbers
    ]
    nine, (first, second) = NamedNode("http://a.example/9"), map(NamedNode, lengths)
    # The length is that of the shortest name that the first source gives.
    quads += [
        Quad(nine, SKOS.altLabel, label("old"), second),
        Quad(nine, SKOS.altLabel, label("sea and harbour"), first),
    ]

    def fill(statements: StatementTable) -> None:
        statements.add(statement_rows.of_quads(quads))

    index._build(tmp_path / index.FILE, fill, IRIS, {first.value: 1, second.value: 2})
    searched = Index(tmp_path / index.FILE, SECONDS)
    results = searched.search(Search("harbour"))
    assert results.capped
    # Three of the first source, and of the second that with the shortest name, which comes first of all.
    assert paths(results) == [f"http://{name}" for name in ("b.example/1", "a.example/3", "a.example/9", "a.example/5")]
    searched.close()


def test_frequent_beginnings_are_listed_and_give_what_is_read(
    made: Callable[..., Index], monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = random.Random(3)
    words = ["data", "law", "sea", "网", "络", "of"]
    fields = (RDFS.label, SKOS.altLabel, SKOS.definition)
    rows = []
    for number in range(80):
        name = " ".join(chosen.choice(words) for _ in range(chosen.randrange(1, 5)))
        literal = Literal(name, language=chosen.choice(["en", "en", "zh", "de"]))
        rows.append((f"http://other.example/{number % 60}", chosen.choice(fields), literal))
        rows.append((f"http://other.example/{number % 60}", RDFS.label, label(f"{name} {number}")))
    rows += [(f"id/{name}", RDFS.label, label(name)) for name in ("data", "sea")]
    indexes = []
    monkeypatch.setattr(builder, "MAX_BEGINNINGS", 7)
    monkeypatch.setattr(finder, "MAX_BEGINNINGS", 7)
    for frequent in (9, 1000):
        monkeypatch.setattr(builder, "FREQUENT", frequent)
        indexes.append(made(*rows))
    listed, read = indexes
    with listed._connection() as connection, read._connection() as other:
        count = "SELECT count(*) FROM beginning"
        assert connection.execute(count).fetchone()[0] > 40
        assert other.execute(count).fetchone()[0] == 0
        spoken = connection.execute("SELECT DISTINCT key, language FROM beginning").fetchall()
        assert {"data", "law", "sea"} <= {key for key, _ in spoken}
        assert {"", "en"} <= {language for _, language in spoken}
    for text in (*words[:-1], "data law", "sea data", "data sea of", "网 络", "sea*"):
        for language in ("both", "en", "zh"):
            for page in (1, 2, 3):
                results = [each.search(Search(text, language, page=page)) for each in indexes]
                assert results[0] == results[1], (text, language, page)


def test_many_threads_search_at_once(real: Index) -> None:
    expected, other = found(real, "网络犯罪"), found(real, "AI")
    wrong: list[int] = []

    def work() -> None:
        wrong.extend(1 for _ in range(10) if found(real, "网络犯罪") != expected or found(real, "AI") != other)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
