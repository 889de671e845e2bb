"""One test for each rule of content negotiation, then real clients' headers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from initiative_lod.documents.negotiation import (
    Offer,
    choose,
    choose_language,
    choose_profile,
    lookup,
    named_profile,
    parse_accept,
)
from initiative_lod.documents.representation import FORMS, OFFERS
from initiative_lod.formats import HTML, JSON_LD, N_TRIPLES, RDF_XML, TURTLE
from service.test_accept_corpus import Line, corpus

PROFILES = {"ilod": "https://example.org/ontology", "alt": "https://example.org/alt"}


def chosen(header: str | None) -> str:
    """The media type that a document is sent as; ``406`` for none."""
    offer = choose(header, OFFERS)
    return offer.name if offer else "406"


# RFC 9110 §12.5.1, rule by rule


@pytest.mark.parametrize("header", [None, "", " ", ","])
def test_no_header_means_anything(header: str | None) -> None:
    assert chosen(header) == "text/html"


def test_any_type() -> None:
    assert chosen("*/*") == "text/html"


def test_any_subtype() -> None:
    assert chosen("text/*;q=0.2, application/*") == "application/ld+json"


def test_the_highest_quality_wins() -> None:
    assert chosen("text/turtle;q=0.5, application/rdf+xml;q=0.7") == "application/rdf+xml"


def test_quality_beats_specificity() -> None:
    assert chosen("text/turtle;q=0.3, */*;q=0.8") == "text/html"


def test_the_most_specific_range_gives_the_quality_whatever_the_order() -> None:
    assert chosen("*/*;q=1, text/html;q=0.1, text/*;q=0.2") == "application/ld+json"
    assert chosen("text/html;q=0.1, text/*;q=0.2, */*") == "application/ld+json"


def test_zero_excludes() -> None:
    assert chosen("text/html;q=0, */*") == "text/turtle"
    assert chosen("text/turtle;q=0") == "406"
    assert chosen("text/turtle;q=0.000, text/turtle;q=0") == "406"


def test_zero_for_a_type_excludes_only_what_is_named_no_better() -> None:
    assert chosen("text/*;q=0, text/turtle;q=0.1") == "text/turtle"
    assert chosen("*/*;q=0, application/rdf+xml") == "application/rdf+xml"


def test_names_are_case_insensitive() -> None:
    assert chosen("TEXT/Turtle;Q=0.9, APPLICATION/RDF+XML;q=0.1") == "text/turtle"


def test_blanks_are_optional() -> None:
    assert chosen("\ttext/turtle ;\tq=0.5 ,  application/rdf+xml ; q=0.9 ") == "application/rdf+xml"
    assert chosen("text/turtle;q=0.5,application/rdf+xml;q=0.9") == "application/rdf+xml"


def test_empty_elements_are_skipped() -> None:
    assert chosen(", ,text/turtle,,") == "text/turtle"


def test_a_quoted_parameter_may_hold_anything() -> None:
    assert chosen('text/turtle;note="a,b;q=0\\"";q=0.5, application/rdf+xml;q=0.1') == "application/rdf+xml"
    (first, second) = parse_accept('text/turtle;a="x, y;z=\\"1";q=0.5, text/html')
    assert first.parameters == (("a", 'x, y;z="1'),)
    assert (first.quality, second.quality) == (500, 1000)


def test_a_parameter_that_we_do_not_have_is_not_matched() -> None:
    assert chosen("text/html;level=1") == "406"


def test_parameters_that_say_nothing_against_us_are_matched() -> None:
    assert chosen("text/turtle;charset=UTF-8") == "text/turtle"
    assert chosen('text/turtle; version="1.2"') == "text/turtle"
    assert chosen("text/turtle;charset=utf-16") == "406"


def test_what_follows_the_quality_says_nothing_about_the_type() -> None:
    assert chosen("text/turtle;q=0.5;level=1") == "text/turtle"


def test_equals_go_to_what_is_named_then_to_our_preference() -> None:
    assert chosen("*/*, application/rdf+xml") == "application/rdf+xml"
    assert chosen("application/rdf+xml, text/turtle") == "text/turtle"
    assert choose("application/rdf+xml, text/turtle", [Offer(RDF_XML), Offer(TURTLE)]) == Offer(RDF_XML)


def test_nothing_acceptable() -> None:
    assert chosen("image/png") == "406"
    assert chosen("image/*, video/mp4;q=0.5") == "406"


@pytest.mark.parametrize(
    "header",
    [
        "text/turtle;q=abc",
        "text/turtle;q=2",
        "text/turtle;q=-1",
        "text/turtle;q=1.001",
        "text/turtle;q=0.1234",
        "turtle",
        "text/",
        "/turtle",
        "*/turtle",
        "text/tur tle",
        'text/turtle;a="unclosed',
        "text/turtle;=1",
        "text/turtle;a",
        "\x00\xff",
        ";;;",
        "text/turtle," * 5000,
    ],
)
def test_what_is_malformed_counts_as_absent(header: str) -> None:
    assert chosen(header) == "text/html"


def test_a_malformed_element_does_not_spoil_the_others() -> None:
    assert chosen("text/turtle, <script>, application/rdf+xml;q=0.1") == "text/turtle"


@given(st.text(max_size=200))
def test_no_header_is_an_error(header: str) -> None:
    assert choose(header, OFFERS) is None or choose(header, OFFERS) in OFFERS
    assert choose_language(header, ("zh", "en"), "en") in ("zh", "en")
    assert choose_profile(header, PROFILES) in (None, "ilod", "alt")


# JSON-LD's profiles


def test_a_json_ld_profile() -> None:
    for name, iri in FORMS.items():
        offer = choose(f'application/ld+json;profile="{iri}"', OFFERS)
        assert offer == Offer(JSON_LD, iri), name
        assert offer.content_type == f'application/ld+json;profile="{iri}"'


def test_one_of_several_profiles() -> None:
    offer = choose(f'application/ld+json;profile="http://example.org/x {FORMS["flattened"]}"', OFFERS)
    assert offer == Offer(JSON_LD, FORMS["flattened"])


def test_without_a_profile_it_is_compacted_and_says_so_plainly() -> None:
    offer = choose("application/ld+json", OFFERS)
    assert offer == Offer(JSON_LD)
    assert offer.content_type == "application/ld+json"


def test_an_unknown_profile_is_passed_over() -> None:
    assert choose('application/ld+json;profile="http://example.org/x"', OFFERS) == Offer(JSON_LD)


def test_a_profile_has_its_own_quality() -> None:
    header = f'application/ld+json;q=0.4, application/ld+json;profile="{FORMS["expanded"]}";q=0.9, text/turtle;q=0.5'
    assert choose(header, OFFERS) == Offer(JSON_LD, FORMS["expanded"])


def test_an_iri_may_lack_its_quotation_marks() -> None:
    """Not valid, since a colon is in no token; clients send it, and what they want is plain."""
    header = f"application/ld+json;profile={FORMS['expanded']}"
    assert choose(header, OFFERS) == Offer(JSON_LD, FORMS["expanded"])
    assert choose(f"{header};q=0.5, text/turtle;q=0.4", OFFERS) == Offer(JSON_LD, FORMS["expanded"])
    assert choose("application/ld+json;profile=http://example.org/x, text/turtle;q=0.5", OFFERS) == Offer(JSON_LD)


# Languages: RFC 4647 §3.4 and RFC 9110 §12.5.4


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("zh", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-Hant-TW", "zh"),
        ("ZH-cn", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.5", "en"),
        ("fr", "en"),
        ("fr, zh;q=0.1", "zh"),
        ("*", "en"),
        ("en;q=0, *", "zh"),
        ("en;q=0", "zh"),
        ("zh;q=0.8, en;q=0.9", "en"),
        ("en;q=x, zh", "zh"),
        ("zh_CN", "en"),
        ("fr, *;q=0.5", "en"),
        ("zh-x-private", "zh"),
    ],
)
def test_language(header: str | None, language: str) -> None:
    assert choose_language(header, ("zh", "en"), "en") == language


def test_lookup_drops_single_letters_with_what_follows_them() -> None:
    assert lookup("zh-Hant-CN-x-private1-private2", ["zh-hant-cn"]) == "zh-hant-cn"
    assert lookup("zh-a-b", ["zh"]) == "zh"
    assert lookup("", ["zh"]) is None


def test_what_is_longer_than_any_language_costs_nothing() -> None:
    """Of a tag of n parts there are n to look up: with ten thousand, a third of a second."""
    assert lookup("-".join(["aa"] * 30), ["aa"]) == "aa"
    assert lookup("-".join(["aa"] * 10_000), ["aa"]) is None
    ranges = ["xx-yy"] * 99
    assert choose_language(",".join([*ranges, "zh"]), ("en", "zh"), "en") == "zh"
    assert choose_language(",".join([*ranges, "xx", "zh"]), ("en", "zh"), "en") == "en"


# Profiles


def test_accept_profile() -> None:
    assert choose_profile("<https://example.org/alt>", PROFILES) == "alt"
    assert (
        choose_profile('<https://example.org/alt>; q="0.5", <https://example.org/ontology>;q=0.9', PROFILES) == "ilod"
    )
    assert choose_profile("<https://example.org/a,b;c>, <https://example.org/alt>;q=0.1", PROFILES) == "alt"
    assert choose_profile("<https://example.org/alt>;q=0", PROFILES) is None
    assert choose_profile("<https://example.org/unknown>", PROFILES) is None
    assert choose_profile("<<<<", PROFILES) is None
    assert choose_profile(None, PROFILES) is None


def test_named_profile() -> None:
    assert named_profile("alt", PROFILES) == "alt"
    assert named_profile("https://example.org/alt", PROFILES) == "alt"
    assert named_profile("unknown", PROFILES) is None
    assert named_profile(None, PROFILES) is None


# Real clients: what they send, and where that was seen, stands in the service tests' corpus

CORPUS = [line for line in corpus() if line.document != "-"]


@pytest.mark.parametrize("line", CORPUS, ids=str)
def test_real_clients(line: Line) -> None:
    assert chosen(None if line.accept == "-" else line.accept) == line.document


def test_the_corpus_is_all_there() -> None:
    assert len(CORPUS) == 80


def test_a_bare_star_is_any_type_and_a_weight_may_lack_its_zero() -> None:
    """What Java's own client sent for long."""
    assert chosen("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2") == "text/html"
    assert chosen("application/rdf+xml;q=.1, *; q=.2") == "text/html"


def test_offers_are_told_apart_by_content_type() -> None:
    assert len({offer.content_type for offer in OFFERS}) == len(OFFERS)
    assert Offer(HTML).content_type == "text/html; charset=utf-8"
    assert Offer(N_TRIPLES, alias="text/plain").content_type == "text/plain; charset=utf-8"


# Names from before a type was registered


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("text/n3, */*;q=0.1", "text/turtle"),
        ("application/x-turtle", "text/turtle"),
        ("application/x-trig, text/turtle;q=0.5", "application/trig"),
        ("text/x-nquads, */*;q=0.1", "application/n-quads"),
        ("text/n3, application/rdf+xml", "application/rdf+xml"),  # the one that is named by its own name
        ("text/n3, application/rdf+xml;q=0.9", "text/turtle"),
        ("text/turtle;q=0, text/n3", "406"),  # its own name says more than a former one
        ("text/turtle;q=0.2, application/x-turtle, application/rdf+xml;q=0.5", "application/rdf+xml"),
        ("text/n3;charset=utf-16", "406"),
    ],
)
def test_a_former_name_is_understood_and_never_sent(header: str, expected: str) -> None:
    assert chosen(header) == expected
