"""Reading competency questions and comparing answers."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from initiative_lod.errors import ParseError, SourceError
from initiative_lod.iris import DEFAULT_BASE, Iris
from initiative_lod.release import default_graph
from initiative_lod.sources import questions
from initiative_lod.sources.questions import Question
from initiative_lod.validation import competency
from pipeline.conftest import CHECKOUT

HEADER = "# question@en: What?\n# question@zh: 什么？\n# group: topic\n# chart: bar\n# note@en: A note: with a colon.\n"
SELECT = "SELECT ?s ?o ?none WHERE { ?s <https://w3id.org/initiative-lod/p> ?o } ORDER BY ?o"
ROWS = "s\to\tnone\nid/a\t1\t\nid/b\t二\t\n"
IRIS = Iris()
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a question and its expected rows."""

    def write_question(query: str = HEADER + SELECT, rows: str | None = ROWS, name: str = "what") -> Path:
        path = tmp_path / f"{name}.rq"
        path.write_text(query, "utf-8")
        if rows is not None:
            path.with_suffix(".tsv").write_text(rows, "utf-8")
        return path

    return write_question


def some_store(base: str = DEFAULT_BASE) -> Store:
    """Two triples, in two graphs."""
    iris, values = Iris(base), {"a": Literal(1), "b": Literal("二", language="zh")}
    return default_graph.in_memory(
        Quad(iris.thing(f"id/{name}"), iris.thing("p"), value, iris.graph(name)) for name, value in values.items()
    )


def different(question: Question, store: Store) -> list[str]:
    return [str(difference) for difference in competency.differences([question], store)]


def test_a_question_is_a_header_a_query_and_rows(write: Write) -> None:
    question = questions.read(write())
    assert question.slug == "what"
    assert question.text == {"en": "What?", "zh": "什么？"}
    assert question.note == {"en": "A note: with a colon.", "zh": ""}
    assert (question.group, question.chart) == ("topic", "bar")
    assert question.expected == (("s", "o", "none"), ("id/a", "1", ""), ("id/b", "二", ""))


def test_the_answer_comes_in_the_form_of_the_expected_rows(write: Write) -> None:
    question = questions.read(write())
    assert competency.answer(question, some_store()) == question.expected


def test_another_base_gives_the_same_rows(write: Write) -> None:
    question = questions.read(write())
    base = "https://data.example.org/"
    assert competency.answer(question, some_store(base), base) == question.expected
    assert competency.answer(question, some_store(base)) == question.expected[:1]


def test_ask_has_one_row(write: Write) -> None:
    question = questions.read(write(HEADER + "ASK { ?s ?p 1 }", "true\n"))
    assert not different(question, some_store())
    assert "missing: true" in different(question, Store())[0]


def test_a_difference_names_the_file_and_the_rows(write: Write) -> None:
    path = write(rows="s\to\tnone\nid/a\t1\t\nid/c\t3\t\n")
    (said,) = different(questions.read(path), some_store())
    assert said.splitlines() == [
        f"{path}: the answer is not what was worked out from the text",
        "  missing: id/c | 3 | ",
        "  surplus: id/b | 二 | ",
    ]


def test_the_order_of_the_rows_counts(write: Write) -> None:
    (said,) = different(questions.read(write(rows="s\to\tnone\nid/b\t二\t\nid/a\t1\t\n")), some_store())
    assert "in another order" in said


def test_the_names_of_the_columns_count(write: Write) -> None:
    assert different(questions.read(write(rows=ROWS.replace("none", "nothing"))), some_store())


def test_a_row_too_many_of_its_kind_counts(write: Write) -> None:
    question = questions.read(write(HEADER + "SELECT ?x WHERE { ?s ?p ?o BIND(1 AS ?x) }", "x\n1\n"))
    assert different(question, some_store())


@pytest.mark.parametrize("key", ["question@en", "question@zh", "group"])
def test_an_incomplete_header_is_refused(write: Write, key: str) -> None:
    with pytest.raises(ParseError, match=rf"what\.rq:1: the header has no '# {key}"):
        questions.read(write(re.sub(rf"# {key}:.*\n", "", HEADER) + SELECT))


@pytest.mark.parametrize(
    ("slip", "message"),
    [
        ("# group: weather", "group is 'weather', and must be one of structure, "),
        ("# chart: pie", "chart is 'pie', and must be one of none, bar, count <column>, heat <column> <column>"),
        ("# chart: count", "chart is 'count', and must be one of none, bar, "),
        ("# chart: heat s p", "the chart is of p, and the columns are s, o, none"),
        ("# kind: other", "kind is 'other', and must be one of reading, check"),
        ("# notes@en: x", "key 'notes@en', which means nothing; there are question@zh, "),
        ("# question@en: Which?", "'# question@en: …' twice"),
    ],
)
def test_a_slip_in_a_header_is_told_with_file_and_key(write: Write, slip: str, message: str) -> None:
    kept = [line for line in HEADER.splitlines() if line.partition(":")[0] not in ("# group", "# chart")]
    others = [line for line in ("# group: topic", "# chart: bar") if line.partition(":")[0] != slip.partition(":")[0]]
    with pytest.raises(ParseError, match=rf"what\.rq:\d: .*{re.escape(message)}"):
        questions.read(write("\n".join([*kept, *others, slip, SELECT])))


def test_a_row_that_is_cut_off_is_told_with_its_line(write: Write) -> None:
    with pytest.raises(ParseError, match=r"what\.tsv:3: 2 cells stand under 3 columns"):
        questions.read(write(rows="s\to\tnone\nid/a\t1\t\nid/b\t二\n"))


def test_rows_without_a_question_are_refused(write: Write, tmp_path: Path) -> None:
    write()
    (tmp_path / "lost.tsv").write_text("s\n", "utf-8")
    with pytest.raises(SourceError, match=r"lost\.tsv: no question has these rows: write lost\.rq"):
        questions.read_folder(tmp_path)


def test_missing_rows_are_refused(write: Write) -> None:
    with pytest.raises(SourceError, match=r"what\.rq: .*write what\.tsv"):
        questions.read(write(rows=None))


def test_what_is_not_sparql_is_refused_with_its_line(write: Write) -> None:
    question = questions.read(write(HEADER + "SELECT ?s WHERE {\n ?s ?p\n}"))
    with pytest.raises(ParseError, match=r"what\.rq:\d+: not SPARQL") as caught:
        competency.answer(question, some_store())
    assert caught.value.line in (7, 8)


def test_a_question_has_rows_or_a_truth_value(write: Write) -> None:
    question = questions.read(write(HEADER + "CONSTRUCT WHERE { ?s ?p ?o }"))
    with pytest.raises(ParseError, match=r"what\.rq: .*SELECT or ASK"):
        competency.answer(question, some_store())


ABOUT = HEADER + "# document: {}\n"
OF_EACH = "SELECT ?document ?o WHERE { ?document <https://w3id.org/initiative-lod/p> ?o } ORDER BY ?document"


def test_a_question_says_which_document_it_is_about(write: Write) -> None:
    assert questions.read(write()).document == ""
    assert questions.read(write(ABOUT.format("id/a") + SELECT)).document == "a"
    with pytest.raises(ParseError, match=r"what\.rq:6: document is 'a b', and must be the name of a document"):
        questions.read(write(ABOUT.format("a b") + SELECT))


def test_a_question_about_a_document_that_is_not_there_is_refused_with_its_line(write: Write) -> None:
    question = questions.read(write(ABOUT.format("a") + SELECT))
    competency.require_documents([question], {"a", "b"})
    with pytest.raises(SourceError, match=r"what\.rq:6: the question is about id/a, .*there are: b, c"):
        competency.require_documents([question], {"c", "b"})


def test_a_template_is_asked_of_each_document_and_compared_where_it_has_rows(write: Write) -> None:
    bare = questions.read(write(ABOUT.format("each") + OF_EACH, rows=None))
    assert bare.expected == ()
    assert competency.answer(bare, some_store())[1:] == (("id/a", "1"), ("id/b", "二"))
    assert different(bare, some_store()) == []
    assert (
        different(questions.read(write(ABOUT.format("each") + OF_EACH, "document\to\nid/a\t1\n")), some_store()) == []
    )
    for row in ("id/b\t一", "id/c\t1"):
        wrong = questions.read(write(ABOUT.format("each") + OF_EACH, f"document\to\n{row}\n"))
        assert "missing: " + row.replace("\t", " | ") in different(wrong, some_store())[0]


def test_a_template_selects_the_document(write: Write) -> None:
    with pytest.raises(ParseError, match=r"what\.tsv:1: .*have a column 'document'"):
        questions.read(write(ABOUT.format("each") + SELECT))
    for query in (SELECT, "ASK { ?s ?p ?o }"):
        question = questions.read(write(ABOUT.format("each") + query, rows=None, name="bare"))
        with pytest.raises(ParseError, match=r"bare\.rq: .*selects \?document"):
            competency.content([question], some_store())


def test_a_template_keeps_rows_of_every_document(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    question = questions.read(write(ABOUT.format("each") + OF_EACH.replace("?o }", "?o ; ?q ?o }"), rows=None))
    store = some_store()
    for number in range(5):
        store.add(Quad(IRIS.thing("id/a"), IRIS.thing("p"), Literal(number)))
    monkeypatch.setattr(competency, "MAX_ROWS", 2)
    (kept,) = json.loads(competency.content([question], store))
    assert [row["document"]["value"][-1] for row in kept["rows"]] == ["a", "a", "b"]
    assert (kept["document"], kept["complete"]) == ("each", False)


def test_what_was_asked_for_comparing_is_not_asked_again_to_be_written(write: Write) -> None:
    question, store = questions.read(write(ABOUT.format("each") + OF_EACH, rows=None)), some_store()
    answers: competency.Answers = {}
    list(competency.differences([question], store, answers=answers))
    record = competency.content([question], store)
    assert json.loads(record)[0]["rows"]
    assert competency.content([question], Store(), answers=answers) == record
    assert competency.content([question], Store()) != record


def test_the_templates_of_the_ontology_are_asked_unless_the_project_has_its_own(write: Write, tmp_path: Path) -> None:
    (tmp_path / "data" / "questions").mkdir(parents=True)
    (tmp_path / "questions").mkdir()
    write(name="data/questions/own")
    write(name="data/questions/both")
    write(ABOUT.format("each") + OF_EACH, rows=None, name="questions/both")
    write(ABOUT.format("each") + OF_EACH, rows=None, name="questions/offered")
    found = questions.of_project(tmp_path, tmp_path)
    assert {item.slug: item.document for item in found} == {"both": "", "offered": "each", "own": ""}


def test_columns_have_words_which_a_project_may_say_otherwise(write: Write, tmp_path: Path) -> None:
    for folder in (tmp_path / "data" / "questions", tmp_path / "ontology" / "questions"):
        folder.mkdir(parents=True)
    write(name="data/questions/what")
    shared, own = (tmp_path / folder / questions.COLUMNS for folder in ("ontology/questions", "data/questions"))
    shared.write_text("column\tzh\ten\ns\t甲\tthing\no\t乙\tnumber\n", "utf-8")
    own.write_text("column\tzh\ten\ns\t丙\tplace\n", "utf-8")
    (found,) = questions.of_project(tmp_path, tmp_path / "ontology")
    (record,) = json.loads(competency.content([found], some_store()))
    assert record["columns"] == {"s": {"zh": "丙", "en": "place"}, "o": {"zh": "乙", "en": "number"}}
    own.write_text("variable\tzh\ten\n", "utf-8")
    with pytest.raises(
        ParseError, match=r"columns\.tsv:1: the columns are variable, zh, en, and must be column, zh, en"
    ):
        questions.of_project(tmp_path, tmp_path / "ontology")
    own.write_text("column\tzh\ten\ns\tonly one\n", "utf-8")
    with pytest.raises(ParseError, match=r"columns\.tsv:2: 2 cells stand under 3 columns"):
        questions.of_project(tmp_path, tmp_path / "ontology")


def test_every_column_of_ours_has_words_in_both_languages() -> None:
    asked = questions.of_project(CHECKOUT, CHECKOUT / "ontology")
    columns = {name for item in asked if len(item.expected) > 1 for name in item.expected[0] if name[-5:] != "Label"}
    words = questions.column_words(CHECKOUT / "ontology" / "questions")
    assert columns - words.keys() == set()
    assert [name for name, languages in words.items() if not all(languages.values())] == []


def test_questions_come_by_group_and_slug(write: Write, tmp_path: Path) -> None:
    write(name="b")
    write(name="a")
    write(HEADER.replace("topic", "structure") + SELECT, name="z")
    assert [question.slug for question in questions.read_folder(tmp_path)] == ["z", "a", "b"]


def test_terms_of_others_are_written_in_full(write: Write) -> None:
    question = questions.read(write(HEADER + "SELECT ?o WHERE { ?s ?p ?o FILTER isIRI(?o) }"))
    store = Store()
    store.add(Quad(NamedNode("urn:s"), NamedNode("urn:p"), NamedNode("https://example.org/x")))
    assert competency.answer(question, store) == (("o",), ("https://example.org/x",))


THREE = f"FROM <graph/a> FROM <{DEFAULT_BASE}graph/b> FROM NAMED <graph/a>"


@pytest.mark.parametrize(
    ("clauses", "pattern", "expected"),
    [
        ("", "?s ?p ?o", "3"),
        ("FROM <graph/a>", "?s ?p ?o", "2"),
        ("FROM <graph/a> FROM <graph/b>", "?s ?p ?o", "3"),
        ("from <graph/b> from <graph/a> from <graph/a>", "?s ?p ?o", "3"),
        ("FROM <graph/a> FROM <graph/c>", "?s ?p ?o", "3"),  # these share nothing
        ("FROM NAMED <graph/a> FROM NAMED <graph/b>", "GRAPH ?g { ?s ?p ?o }", "4"),
        (THREE, "?s ?p ?o . FILTER EXISTS { GRAPH <graph/a> { ?s ?p ?o } }", "2"),
        ("", "?s ?p ?o FILTER (?o != 'FROM <graph/a>')", "3"),
    ],
)
def test_several_from_are_one_set(clauses: str, pattern: str, expected: str, write: Write) -> None:
    """As they are to a visitor: what two graphs state is one triple."""
    thing, graphs = IRIS.thing, {"a": (1, 2), "b": (2, 3), "c": (3,)}
    store = default_graph.in_memory(
        Quad(thing("id/x"), thing("p"), Literal(value), IRIS.graph(name))
        for name, held in graphs.items()
        for value in held
    )
    query = f"{HEADER}SELECT (COUNT(*) AS ?n) {clauses} WHERE {{ {pattern} }}"
    question = questions.read(write(query, f"n\n{expected}\n"))
    assert competency.answer(question, store) == question.expected


def test_what_is_asked_holds_no_store_open_afterwards(write: Write, tmp_path: Path) -> None:
    """A parser that keeps its errors keeps their frames: a store that is open still is no longer the only writer."""
    query = f"{HEADER}SELECT (COUNT(*) AS ?n) FROM <graph/a> FROM <graph/b> {{ ?s ?p ?o }}"
    question = questions.read(write(query, "n\n2\n"))
    store = Store(str(tmp_path / "store"))
    store.bulk_extend(some_store())
    assert competency.answer(question, store) == question.expected
    assert sys.getrefcount(store) == 2
    del store
    Store(str(tmp_path / "store"))  # one writer at a time: the one before it is closed
