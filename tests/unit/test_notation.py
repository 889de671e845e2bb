"""The authoring notation: every form of it, and every way to get it wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from initiative_lod.errors import NotationError
from initiative_lod.iris import DEFAULT_BASE, Iris
from initiative_lod.sources.authoring_notation import Bracket, Notation, Words, read
from initiative_lod.sources.turtle import read_turtle

I = Iris()
HEADER = """@prefix : <ontology#> .
@prefix src: <authoring#> .
@prefix t: <id/t/> .
"""
Read = Callable[[str], Notation]


@pytest.fixture
def notation(tmp_path: Path) -> Read:
    """Reads the notation of some Turtle whose first line is line 4 of ``some.ttl``."""

    def read_body(body: str) -> Notation:
        path = tmp_path / "some.ttl"
        path.write_text(HEADER + body, "utf-8")
        return read(read_turtle(path, "some"))

    return read_body


def thing(path: str) -> NamedNode:
    return I.thing(f"id/t/{path}")


def only(notation: Notation) -> Bracket:
    (bracket,) = notation.brackets
    return bracket


def test_plain_values_stay_plain(notation: Read) -> None:
    found = notation('t:a :number 8 ; :topic t:b ; :translation "x"@en .')
    assert [triple.object for triple in found.plain] == [
        Literal(8),
        thing("b"),
        Literal("x", language="en"),
    ]
    assert not found.brackets
    assert not found.marks


def test_a_value_with_its_quote(notation: Read) -> None:
    bracket = only(notation('t:a :topic [ src:is t:backdoor ; src:quote "后门" ] .'))
    assert (bracket.subject, bracket.predicate, bracket.value) == (thing("a"), I.term("topic"), thing("backdoor"))
    assert (bracket.quotes, bracket.prefixes, bracket.suffixes, bracket.scope) == ((Words("后门"),), {}, {}, None)
    assert (bracket.implied, bracket.seen_in, bracket.role, bracket.rest) == ((), (), None, ())


def test_which_occurrence_is_meant(notation: Read) -> None:
    bracket = only(notation('t:a :topic [ src:is t:b ; src:quote "各国" ; src:prefix "尊重" ; src:suffix "政策" ] .'))
    assert (bracket.prefixes, bracket.suffixes) == ({"": "尊重"}, {"": "政策"})


def test_a_quote_in_another_part(notation: Read) -> None:
    bracket = only(notation('t:a :addressee [ src:is t:b ; src:quote "企业" ; src:in t:other ] .'))
    assert bracket.scope == thing("other").value


def test_what_is_implied_has_its_reason_in_both_languages(notation: Read) -> None:
    bracket = only(notation('t:a :addressee [ src:is t:b ; src:implied "理由"@zh , "reason"@en ] .'))
    assert bracket.quotes == ()
    assert set(bracket.implied) == {Literal("理由", language="zh"), Literal("reason", language="en")}


def test_a_citation_has_a_role(notation: Read) -> None:
    bracket = only(notation('t:a :cites [ src:is t:b ; src:role t:acts ; src:quote "联合国" ] .'))
    assert bracket.role == thing("acts")


def test_a_condition_has_no_value_but_what_else_is_said_of_it(notation: Read) -> None:
    bracket = only(notation('t:a :condition [ src:quote "在某前提下" ; :translation "provided"@en ] .'))
    assert bracket.value is None
    assert bracket.rest == ((I.term("translation"), Literal("provided", language="en")),)


def test_an_external_fact_says_where_it_was_seen(notation: Read) -> None:
    bracket = only(notation('t:a :text [ src:is "2031" ; src:seenIn "a newspaper" , "a letter" ] .'))
    assert bracket.value == Literal("2031")
    assert set(bracket.seen_in) == {Literal("a newspaper"), Literal("a letter")}


def test_a_place_may_be_an_iri(notation: Read) -> None:
    assert only(notation("t:a :text [ src:is 1 ; src:seenIn <https://example.org/x> ] .")).seen_in == (
        NamedNode("https://example.org/x"),
    )


def test_marks_stand_on_the_subject_itself(notation: Read) -> None:
    found = notation(
        't:a src:heading "一" ; src:lead "二" .\nt:b src:quote "三" .\n'
        't:c src:file "f" ; src:firstLine "x" ; src:lastLine "y" .'
    )
    assert {key: mark.words.content for key, (mark,) in found.marks.items()} == {
        (thing("a").value, "heading"): "一",
        (thing("a").value, "lead"): "二",
        (thing("b").value, "quote"): "三",
        (thing("c").value, "file"): "f",
        (thing("c").value, "firstLine"): "x",
        (thing("c").value, "lastLine"): "y",
    }
    assert not found.plain


def test_several_values_are_several_brackets_in_their_order(notation: Read) -> None:
    found = notation('t:a :topic [ src:is t:b ; src:quote "一" ] ,\n [ src:is t:c ; src:quote "二" ] , t:d .')
    assert [(bracket.value, bracket.line) for bracket in found.brackets] == [(thing("b"), 4), (thing("c"), 5)]
    assert [triple.object for triple in found.plain] == [thing("d")]


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ('t:a :topic\n  [ src:is t:b ;\n    src:quote "引文" ] .', 6),
        ('t:a :topic\n  [ src:is t:b ;\n    src:implied "理由"@zh , "reason"@en ] .', 6),
        ('t:a :topic\n  [ src:is t:b ;\n    src:seenIn "somewhere" ] .', 6),
    ],
)
def test_the_line_of_a_bracket_is_that_of_its_words(notation: Read, body: str, line: int) -> None:
    assert only(notation(body)).line == line


def test_equal_quotes_of_one_subject_share_the_first_line(notation: Read) -> None:
    found = notation(
        't:a :topic [ src:is t:b ; src:quote "一" ] ;\n :cites [ src:is t:c ; src:role t:r ; src:quote "一" ] .'
    )
    assert {bracket.line for bracket in found.brackets} == {4}


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        pytest.param(
            't:a :topic\n  [ src:is t:b ; src:quote "一" ; src:seenIn "x" ] .',
            5,
            "not from both",
            id="text-and-outside",
        ),
        pytest.param(
            't:a :topic\n  [ src:is t:b ; src:seenIn "x" ; src:implied "一"@zh , "b"@en ] .',
            5,
            "not from both",
            id="implied-outside",
        ),
        pytest.param(
            't:a :topic\n  [ src:is t:b ; src:seenIn "x" ; src:role t:r ] .', 5, "not from both", id="role-outside"
        ),
        pytest.param("\nt:a :topic\n  [ src:is t:b ] .", 5, "src:quote, src:implied or src:seenIn", id="no-source"),
        pytest.param(
            't:a :topic\n  [ src:quote "一" ] .', 5, "one src:is, an IRI or a literal; this one has 0", id="no-value"
        ),
        pytest.param('t:a :topic\n  [ src:is t:b , t:c ; src:quote "一" ] .', 5, "this one has 2", id="two-values"),
        pytest.param('t:a :topic\n  [ src:is t:b ; src:quote "一" , "二" ] .', 5, "src:quote 2 times", id="two-quotes"),
        pytest.param(
            't:a :topic\n  [ src:is t:b ; src:quote "一" ; src:prefix "x" , "y" ] .',
            5,
            "src:prefix 2",
            id="two-prefixes",
        ),
        pytest.param(
            't:a :topic\n  [ src:is t:b ; src:quote "一" ; src:offset 3 ] .',
            5,
            "src:offset means nothing",
            id="unknown",
        ),
        pytest.param(
            't:a :topic\n  [ src:is t:b ; src:quote "一" ; src:heading "x" ] .',
            5,
            "src:heading means nothing",
            id="misplaced",
        ),
        pytest.param(
            't:a :cites\n  [ src:is t:b ; src:quote "一" ; src:role "acts" ] .',
            5,
            "src:role is one IRI, of a citation role",
            id="role-a-literal",
        ),
        pytest.param(
            't:a :cites\n  [ src:is t:b ; src:quote "一" ; src:role t:r , t:s ] .',
            5,
            "src:role is one IRI, of a citation role",
            id="two-roles",
        ),
        pytest.param(
            't:a :topic\n  [ src:is t:b ; src:implied "x" ] .', 5, "once in each language", id="implied-in-no-language"
        ),
        pytest.param(
            "\nt:a :topic\n  [ src:is t:b ; src:implied true ] .", 5, "once in each language", id="implied-flag"
        ),
        pytest.param('t:a :condition\n  [ src:is t:b ; src:quote "一" ] .', 5, "no src:is", id="condition-with-value"),
        pytest.param("\nt:a :condition\n  [ :number 1 ] .", 5, "has a src:quote", id="condition-without-quote"),
        pytest.param("\nt:a :topic [] .", 5, "this one has 0", id="empty"),
        pytest.param(
            '\nt:a :topic [ src:is t:b ; src:quote "一" ; :note [ :note 1 ] ] .', 5, "has no plain value", id="nested"
        ),
        pytest.param('\nt:a :topic [ src:is [ src:is t:b ] ; src:quote "一" ] .', 5, "one src:is", id="nested-value"),
        pytest.param("\nt:a src:suffix t:b .", 5, "src:suffix of .* is a string", id="suffix-an-iri"),
        pytest.param("\nt:a src:is t:b .", 5, "src:is stands in a bracket", id="is-on-subject"),
        pytest.param("\nt:a src:quote t:b .", 5, "src:quote of .* is a string", id="quote-an-iri"),
        pytest.param("\nt:a src:nonsense 1 .", 5, "src:nonsense of .* means nothing", id="unknown-on-subject"),
        pytest.param('t:a src:quote "一" ;\n  src:quote "二" .', 5, "has src:quote twice", id="mark-twice"),
        pytest.param("\n_:x :topic t:b .", 5, "or alone", id="labelled"),
        pytest.param("\n[] :topic t:b .", 5, "stands inside another one, or alone", id="alone"),
        pytest.param("\nt:a :topic ( t:b ) .", 5, "a list .* is no value", id="list"),
    ],
)
def test_what_has_no_meaning_is_refused_with_its_place(notation: Read, body: str, line: int, message: str) -> None:
    with pytest.raises(NotationError, match=message) as caught:
        notation(body)
    assert f"some.ttl:{line}: " in str(caught.value)
    assert caught.value.line == line


def test_an_error_names_the_subject_and_the_property(notation: Read) -> None:
    with pytest.raises(NotationError, match="<id/t/a> <ontology#topic>: "):
        notation("t:a :topic [ src:is t:b ] .")


def test_terms_of_the_notation_are_not_the_ontology_s() -> None:
    assert I.notation("quote").value == DEFAULT_BASE + "authoring#quote"
    with pytest.raises(KeyError, match="no term 'offset'"):
        I.notation("offset")
