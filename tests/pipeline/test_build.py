"""From authored Turtle to quads, on a document made up for it; and every way in which an author can go wrong."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse, serialize

from initiative_lod import pipeline
from initiative_lod.build.graph import Built, build, canonical
from initiative_lod.errors import CoverageError, NotationError, QuoteError, SourceError, SourceErrors
from initiative_lod.iris import DEFAULT_BASE, Iris
from initiative_lod.settings import Settings
from initiative_lod.sources import turtle
from initiative_lod.vocabulary import DCTERMS, OA, RDF, RDFS
from pipeline.conftest import make_project

I = Iris()
DOCUMENT = "data/graphs/harbour-2031/document.ttl"
PILLARS = "data/graphs/harbour-2031/pillars.ttl"
BODY = """港口数据共享倡议

港口是各地往来的门户。面对拥堵,港口需要共享数据。

共同建设

支持港口共享数据,鼓励船员学习新技术。

1.建设数据平台。推动各港口共建数据平台,在尊重港口自主的前提下,鼓励船公司提供船期数据。

2.保护船员信息。船公司不得出售船员信息,不得泄露航线。

共同使用

3.开放船期查询。鼓励港口开放船期查询,支持灯塔联盟发挥作用。

让数据像潮水一样通达每个港口。"""

Edit = Callable[[str, str, str], Path]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The second document, built in a project of its own: nobody changes either."""
    return build(Settings(root=make_project(tmp_path_factory.mktemp("built") / "project")))


def part(path: str) -> NamedNode:
    return I.thing(f"id/harbour-2031/{path}")


def values(built: Built, subject: NamedNode, property: NamedNode) -> list[str]:
    """The objects of ``subject property`` that are stated, as strings, in order; IRIs without the base."""
    stated = (quad for quad in built.quads if quad.graph_name != I.graph("inferred"))
    found = {quad.object for quad in stated if quad.subject == subject and quad.predicate == property}
    return sorted(
        term.value.removeprefix(DEFAULT_BASE)
        for term in found
        if not isinstance(term, BlankNode) and hasattr(term, "value")
    )


def quote(built: Built, subject: NamedNode, property: str = "span") -> str:
    """The words of the span that ``subject`` has, after a check that its numbers say the same."""
    (span,) = values(built, subject, I.term(property))
    node = I.thing(span)
    (selector,) = (I.thing(iri) for iri in values(built, node, OA.hasSelector))
    (start,), (end,) = values(built, selector, OA.start), values(built, selector, OA.end)
    (exact,) = values(built, selector, OA.exact)
    assert values(built, node, RDF.type) == [OA.SpecificResource.value, "ontology#TextSpan"]
    assert values(built, node, OA.hasSource) == ["id/harbour-2031/zh"]
    assert span == f"id/harbour-2031/zh#char={start},{end}"
    assert BODY[int(start) : int(end)] == exact
    assert values(built, selector, OA.prefix) == [BODY[max(0, int(start) - 16) : int(start)]]
    assert values(built, selector, OA.suffix) == [BODY[int(end) : int(end) + 16]]
    return exact


def n_quads(built: Built) -> bytes:
    return serialize(built.quads, format=RdfFormat.N_QUADS) or b""


# --- What a build makes


def test_the_text_is_the_document_s_own_words(built: Built) -> None:
    assert values(built, part("zh"), I.term("text")) == [BODY]
    assert values(built, part("zh"), I.term("length")) == [str(len(BODY))]
    assert values(built, part("zh"), I.term("sha256")) == [hashlib.sha256(BODY.encode()).hexdigest()]


@pytest.mark.parametrize(
    ("path", "parent", "number", "words"),
    [
        ("preamble", "", None, "港口是各地往来的门户。面对拥堵,港口需要共享数据。"),
        ("preamble/paragraph/1", "preamble", 1, "港口是各地往来的门户。面对拥堵,港口需要共享数据。"),
        ("pillar/1", "", 1, BODY[BODY.index("共同建设") : BODY.index("航线。") + 3]),
        ("pillar/1/clause/2", "pillar/1", 2, "鼓励船员学习新技术。"),
        ("action/2", "pillar/1", 2, "2.保护船员信息。船公司不得出售船员信息,不得泄露航线。"),
        ("action/2/clause/2", "action/2", 2, "不得泄露航线。"),
        ("pillar/2", "", 2, BODY[BODY.index("共同使用") : BODY.index("作用。") + 3]),
        ("action/3", "pillar/2", 3, "3.开放船期查询。鼓励港口开放船期查询,支持灯塔联盟发挥作用。"),
        ("conclusion", "", None, "让数据像潮水一样通达每个港口。"),
    ],
)
def test_parts_have_parent_number_and_words(
    built: Built, path: str, parent: str, number: int | None, words: str
) -> None:
    parent_iri = part(parent) if parent else I.thing("id/harbour-2031")
    assert values(built, part(path), DCTERMS.isPartOf) == [I.path(parent_iri.value)]
    assert f"id/harbour-2031/{path}" in values(built, parent_iri, DCTERMS.hasPart)
    assert values(built, part(path), I.term("number")) == ([] if number is None else [str(number)])
    assert values(built, part(path), I.term("text")) == [words]
    assert quote(built, part(path)) == words


def test_headings_and_leads(built: Built) -> None:
    assert quote(built, part("pillar/1"), "headingSpan") == "共同建设"
    assert quote(built, part("pillar/1"), "leadSpan") == "支持港口共享数据,鼓励船员学习新技术。"
    assert quote(built, part("action/1"), "headingSpan") == "1.建设数据平台。"
    assert values(built, part("pillar/2"), I.term("leadSpan")) == []


def test_labels_of_clauses_and_conditions_are_made(built: Built) -> None:
    assert values(built, part("action/2/clause/2"), RDFS.label) == ["Action 2, clause 2", "行动 2 条款 2"]
    assert values(built, part("action/1/clause/2#condition-1"), RDFS.label) == [
        "Action 1, clause 2, condition 1",
        "行动 1 条款 2 条件 1",
    ]
    assert values(built, part("action/2"), RDFS.label) == ["Protect crew information", "保护船员信息"]


def test_actions_and_leads_are_covered_in_full(built: Built) -> None:
    assert {I.path(item.part): (item.covered, item.characters) for item in built.coverage} == {
        "id/harbour-2031/zh": (179, 179),
        "id/harbour-2031/pillar/1": (19, 19),
        "id/harbour-2031/action/1": (45, 45),
        "id/harbour-2031/action/2": (28, 28),
        "id/harbour-2031/action/3": (31, 31),
    }


@pytest.mark.parametrize(
    ("node", "kind", "subject", "property", "value", "words"),
    [
        (
            "pillar/1#embodies-building-together",
            "Evidence",
            "pillar/1",
            "embodies",
            "id/harbour-2031/principle/building-together",
            "共同建设",
        ),
        ("action/1#topic-data-platform", "Evidence", "action/1", "topic", "id/topic/data-platform", "数据平台"),
        (
            "action/1/clause/1#addressee-harbours",
            "Evidence",
            "action/1/clause/1",
            "addressee",
            "id/group/harbours",
            "港口",
        ),
        (
            "preamble/paragraph/1#mentions-harbours",
            "Evidence",
            "preamble/paragraph/1",
            "mentions",
            "id/group/harbours",
            "港口",
        ),
        (
            "preamble/paragraph/1#mentions-harbours-2",
            "Evidence",
            "preamble/paragraph/1",
            "mentions",
            "id/group/harbours",
            "港口",
        ),
        (
            "action/3/clause/2#cites-lighthouse-league",
            "Citation",
            "action/3/clause/2",
            "cites",
            "id/institution/lighthouse-league",
            "灯塔联盟",
        ),
    ],
)
def test_each_bracket_is_a_statement_with_its_evidence(
    built: Built, node: str, kind: str, subject: str, property: str, value: str, words: str
) -> None:
    assert value in values(built, part(subject), I.term(property))
    assert values(built, part(node), RDF.type) == [f"ontology#{kind}"]
    assert values(built, part(node), I.term("onSubject")) == [f"id/harbour-2031/{subject}"]
    assert values(built, part(node), I.term("onProperty")) == [f"ontology#{property}"]
    assert values(built, part(node), I.term("onValue")) == [value]
    assert quote(built, part(node)) == words


def test_a_value_said_twice_has_two_places(built: Built) -> None:
    nodes = [part(f"preamble/paragraph/1#mentions-harbours{tail}") for tail in ("", "-2")]
    first, second = (values(built, node, I.term("span")) for node in nodes)
    assert first == ["id/harbour-2031/zh#char=10,12"]
    assert second == [f"id/harbour-2031/zh#char={BODY.index('港口需要')},{BODY.index('港口需要') + 2}"]
    assert not values(built, part("preamble/paragraph/1#mentions-harbours-3"), RDF.type)


def test_what_carries_over_is_quoted_where_it_stands(built: Built) -> None:
    node = part("action/2/clause/2#addressee-shipping-lines")
    assert quote(built, node) == "船公司"
    assert values(built, node, I.term("span")) == values(
        built, part("action/2/clause/1#addressee-shipping-lines"), I.term("span")
    )
    assert values(built, node, I.term("implied")) == ["true"]
    assert values(built, node, I.term("reason")) == ["the subject carries over", "主语承前"]


def test_what_is_only_implied_has_no_place(built: Built) -> None:
    node = part("action/2/clause/2#beneficiary-crews")
    assert values(built, node, I.term("span")) == []
    assert values(built, node, I.term("implied")) == ["true"]
    assert "id/group/crews" in values(built, part("action/2/clause/2"), I.term("beneficiary"))
    assert not values(built, part("action/2/clause/1#addressee-shipping-lines"), I.term("implied"))


def test_a_condition_is_a_part_of_its_clause(built: Built) -> None:
    clause, node = part("action/1/clause/2"), part("action/1/clause/2#condition-1")
    assert values(built, clause, I.term("condition")) == ["id/harbour-2031/action/1/clause/2#condition-1"]
    assert values(built, node, RDF.type) == ["ontology#Condition"]
    assert values(built, node, DCTERMS.isPartOf) == ["id/harbour-2031/action/1/clause/2"]
    assert values(built, clause, DCTERMS.hasPart) == ["id/harbour-2031/action/1/clause/2#condition-1"]
    assert values(built, node, I.term("text")) == ["在尊重港口自主的前提下"] == [quote(built, node)]
    assert values(built, node, I.term("translation")) == ["respecting the autonomy of harbours"]
    assert values(built, node, I.term("number")) == ["1"]


def test_a_citation_has_its_role(built: Built) -> None:
    assert values(built, part("action/3/clause/2#cites-lighthouse-league"), I.term("role")) == ["id/role/acts"]


def test_a_fact_from_outside_says_where_it_was_seen(built: Built) -> None:
    initiative, node = I.thing("id/harbour-2031"), I.thing("id/harbour-2031#issued")
    assert values(built, initiative, DCTERMS.issued) == ["2031-03-04"]
    assert values(built, node, RDF.type) == ["ontology#ExternalFact"]
    assert values(built, node, I.term("onLiteral")) == ["2031-03-04"]
    assert values(built, node, I.term("onProperty")) == [DCTERMS.issued.value]
    assert values(built, node, I.term("seenIn")) == ["made up for a test"]
    assert values(built, node, I.term("span")) == []


def test_the_rendering_is_put_together(built: Built) -> None:
    (text,) = values(built, part("en"), I.term("text"))
    assert text.split("\n\n") == [
        "Initiative on Sharing Harbour Data",
        "Harbours are gates. Congested, they need to share data.",
        "Building together",
        "Support harbours in sharing data, and encourage crews to learn new technology.",
        "1. Build a data platform. Promote the joint building of a data platform by harbours, "
        "and, respecting their autonomy, encourage shipping lines to give schedules.",
        "2. Protect crew information. Shipping lines must not sell crew information, nor give routes away.",
        "Using together",
        "3. Open schedules to queries. Encourage harbours to open schedules to queries, "
        "and support the League of Lighthouses in playing its part.",
        "Let data reach every harbour as the tide does.",
    ]
    assert values(built, part("en"), I.term("length")) == [str(len(text))]


def test_every_source_has_its_graph(built: Built) -> None:
    graphs = {I.path(quad.graph_name.value) for quad in built.quads if isinstance(quad.graph_name, NamedNode)}
    assert graphs == {
        f"graph/{name}"
        for name in (
            "alignment-harbour",
            "dataset",
            "harbour-2031",
            "identity",
            "inferred",
            "contexts",
            "fields",
            "modalities",
            "ontology",
            "roles",
            "shapes",
            "shared",
        )
    }


def test_nothing_of_the_notation_is_left(built: Built) -> None:
    notation = DEFAULT_BASE + "authoring#"
    assert not [quad for quad in built.quads if notation in str(quad)]


def test_only_ontology_and_shapes_have_blank_nodes(built: Built) -> None:
    with_blanks = {
        quad.graph_name
        for quad in built.quads
        if isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode)
    }
    assert with_blanks <= {I.graph("ontology"), I.graph("shapes")}


def test_where_a_subject_was_written(built: Built, project: Path) -> None:
    line = line_of(project / PILLARS, "<id/harbour-2031/action/2> a :Action ;")
    assert built.place(part("action/2").value) == (Path(PILLARS), line)
    assert built.place(part("action/2#topic-crew-information").value) == (Path(PILLARS), line)
    topic, crew = I.term("topic").value, I.thing("id/topic/crew-information").value
    assert built.place(part("action/2").value, topic, crew) == (Path(PILLARS), line + 4)
    assert built.place(part("action/2").value, topic, "not among its values") == (Path(PILLARS), line + 4)
    assert built.place("https://example.org/nowhere") is None


# --- The base, and the same bytes always


def test_another_base_moves_the_data_and_leaves_what_is_shared(project: Path, built: Built) -> None:
    base = "http://localhost:8000/data/"
    moved = build(Settings(root=project, base=base))
    lines = n_quads(moved)
    shared = "ontology|shapes|id/modality|id/role|id/context|id/field|id/project"
    assert not re.search(f"{re.escape(DEFAULT_BASE)}(?!{shared})", lines.decode())
    assert not re.search(f"{re.escape(base)}({shared})", lines.decode())
    assert moved.context == built.context
    back = parse(lines.replace(base.encode(), DEFAULT_BASE.encode()), format=RdfFormat.N_QUADS)
    assert canonical(back) == built.quads
    assert moved.place(base + "id/harbour-2031/action/2") == built.place(DEFAULT_BASE + "id/harbour-2031/action/2")


@pytest.mark.thorough
def test_sources_in_ones_own_base_and_relative_ones_make_the_same(project: Path) -> None:
    settings = Settings(root=project, base="https://harbours.example.org/data/")
    first = build(settings).quads
    for base_line in (f"@base <{settings.base}> .", "", "# no base"):
        for path in [*(project / "data").rglob("*.ttl"), *(project / "data").rglob("*.sssom.tsv")]:
            written = path.read_text("utf-8").replace(f"@base <{DEFAULT_BASE}> .", base_line)
            path.write_text(written.replace(DEFAULT_BASE, settings.base), "utf-8")
        assert build(settings).quads == first


def _digest(root: Path, seed: str) -> str:
    program = (
        "import hashlib, sys, pathlib\n"
        "from initiative_lod.build.graph import build\n"
        "from initiative_lod.settings import Settings\n"
        "from pyoxigraph import RdfFormat, serialize\n"
        "quads = build(Settings(root=pathlib.Path(sys.argv[1]))).quads\n"
        "print(hashlib.sha256(serialize(quads, format=RdfFormat.N_QUADS)).hexdigest())\n"
    )
    path = os.pathsep.join(sys.path)
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path}
    done = subprocess.run(
        [sys.executable, "-c", program, str(root)], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.mark.thorough
def test_the_same_bytes_whatever_the_hash_seed(project: Path, built: Built) -> None:
    here = hashlib.sha256(n_quads(built)).hexdigest()
    assert {_digest(project, seed) for seed in ("0", "1", "4242")} == {here}


def test_the_same_quads_in_whatever_order_the_file_system_lists(
    settings: Settings, built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = Path.glob

    def backwards(self: Path, pattern: str) -> list[Path]:
        return sorted(listed(self, pattern), reverse=True)

    monkeypatch.setattr(Path, "glob", backwards)
    assert build(settings).quads == built.quads


def test_where_the_project_lies_makes_no_difference(project: Path, built: Built, tmp_path: Path) -> None:
    other = project.rename(tmp_path / "another place")
    assert build(Settings(root=other)).quads == built.quads


def test_canonical_order_forgets_the_order_of_making() -> None:
    graph = I.graph("x")
    quads = [
        Quad(BlankNode("one"), RDF.type, I.term("Part"), graph),
        Quad(I.thing("id/x"), DCTERMS.hasPart, BlankNode("one"), graph),
        Quad(I.thing("id/x"), I.term("number"), Literal(1), graph),
    ]
    renamed = [
        Quad(I.thing("id/x"), I.term("number"), Literal(1), graph),
        Quad(I.thing("id/x"), DCTERMS.hasPart, BlankNode("two"), graph),
        Quad(BlankNode("two"), RDF.type, I.term("Part"), graph),
    ]
    assert canonical(quads) == canonical(renamed + renamed)


# --- What an author can get wrong


def errors(settings: Settings) -> tuple[SourceError, ...]:
    with pytest.raises(SourceError) as caught:
        build(settings)
    return caught.value.errors if isinstance(caught.value, SourceErrors) else (caught.value,)


def line_of(path: Path, words: str) -> int:
    return path.read_text("utf-8")[: path.read_text("utf-8").index(words)].count("\n") + 1


Broken = tuple[str, str, str, type[SourceError], str, str]
BROKEN: dict[str, Broken] = {
    # what: (file, words, instead, error, message, words in whose line the error is)
    "a quote that is not there": (
        PILLARS,
        ':topic [ src:is topic:data-sharing ; src:quote "共享数据" ]',
        ':topic [ src:is topic:data-sharing ; src:quote "共享资料" ]',
        QuoteError,
        "pillar/1/clause/1>: the quote “共享资料” does not stand",
        "共享资料",
    ),
    "a quote that stands elsewhere": (
        PILLARS,
        'src:quote "灯塔联盟"',
        'src:quote "潮水"',
        QuoteError,
        "stands 1 time",
        "潮水",
    ),
    "an ambiguous quote": (
        DOCUMENT,
        'src:quote "港口" ; src:suffix "是"',
        'src:quote "港口"',
        QuoteError,
        "stands 2 times",
        'src:quote "港口" ]',
    ),
    "a gap between clauses": (
        PILLARS,
        '"推动各港口共建数据平台,"',
        '"推动各港口共建数据平台"',
        CoverageError,
        "action/1> holds “,”",
        '"在尊重港口自主的前提下,',
    ),
    "a gap after the heading": (
        PILLARS,
        '"船公司不得出售船员信息,"',
        '"公司不得出售船员信息,"',
        CoverageError,
        "action/2> holds “船”",
        '"公司不得出售船员信息,"',
    ),
    "a gap at the end": (
        PILLARS,
        '"支持灯塔联盟发挥作用。"',
        '"支持灯塔联盟发挥"',
        CoverageError,
        "action/3> has words that no clause of it quotes: “作用。”",
        "<id/harbour-2031/action/3> a",
    ),
    "a gap in a lead": (
        PILLARS,
        '"鼓励船员学习新技术。"',
        '"鼓励船员学习新技术"',
        CoverageError,
        "pillar/1> has words that no clause of it quotes: “。”",
        "<id/harbour-2031/pillar/1> a",
    ),
    "an overlap": (
        PILLARS,
        '"不得泄露航线。"',
        '"信息,不得泄露航线。"',
        CoverageError,
        "action/2/clause/2> overlaps",
        '"信息,不得泄露航线。"',
    ),
    "a heading that is no line": (
        PILLARS,
        'src:heading "共同使用"',
        'src:heading "共同"',
        CoverageError,
        "pillar/2> has words that no clause of it quotes: “使用”",
        "<id/harbour-2031/pillar/2> a",
    ),
    "a lead that is no line": (
        PILLARS,
        'src:lead "支持港口共享数据,鼓励船员学习新技术。"',
        'src:lead "支持港口共享数据,"',
        QuoteError,
        "clause/2>: the quote “鼓励船员学习新技术。” does not stand in “支持港口共享数据,”",
        'src:quote "鼓励船员学习新技术。"',
    ),
    "no quote": (
        DOCUMENT,
        '    src:quote "让数据像潮水一样通达每个港口。" ;\n',
        "",
        SourceError,
        "conclusion> has no src:quote",
        "<id/harbour-2031/conclusion> a",
    ),
    "a paragraph that is none": (
        DOCUMENT,
        'src:quote "港口是各地往来的门户。面对拥堵,港口需要共享数据。"',
        'src:quote "港口是各地往来的门户。"',
        CoverageError,
        "paragraph/1> is not a whole paragraph",
        'src:quote "港口是各地往来的门户。"',
    ),
    "a pillar that is not there": (
        PILLARS,
        "    dcterms:isPartOf <id/harbour-2031/pillar/2> ;",
        "    dcterms:isPartOf <id/harbour-2031/pillar/7> ;",
        SourceError,
        "action/3> is a part of <.*pillar/7>, and no file describes that",
        "<id/harbour-2031/action/3> a",
    ),
    "a clause of nothing": (
        PILLARS,
        "<id/harbour-2031/action/3/clause/2> a",
        "<id/harbour-2031/action/9/clause/2> a",
        SourceError,
        "clause/2> lies, by its IRI, in <.*action/9>, which no file describes",
        "<id/harbour-2031/action/9/clause/2> a",
    ),
    "a clause without a number": (
        PILLARS,
        "<id/harbour-2031/action/3/clause/2> a",
        "<id/harbour-2031/action/3/clause/last> a",
        SourceError,
        "does not end in clause and a number from 1, as in <.*action/3/clause/3>",
        "<id/harbour-2031/action/3/clause/last> a",
    ),
    "a clause called a paragraph": (
        PILLARS,
        "<id/harbour-2031/action/3/clause/2> a",
        "<id/harbour-2031/action/3/paragraph/2> a",
        SourceError,
        "does not end in clause and a number from 1, as in <.*action/3/clause/3>",
        "<id/harbour-2031/action/3/paragraph/2> a",
    ),
    "a clause of a pillar without a lead": (
        PILLARS,
        "<id/harbour-2031/action/3/clause/2> a",
        "<id/harbour-2031/pillar/2/clause/2> a",
        SourceError,
        "has no src:lead",
        "<id/harbour-2031/pillar/2/clause/2> a",
    ),
    "evidence in a part that is not there": (
        PILLARS,
        "src:in <id/harbour-2031/action/2/clause/1>",
        "src:in <id/harbour-2031/action/2/clause/8>",
        QuoteError,
        "clause/8> is no part of the document",
        '"船公司" ; src:in',
    ),
    "evidence on the document itself": (
        DOCUMENT,
        ":pillarCount 2 ;",
        ':pillarCount 2 ;\n  :topic [ src:is <id/topic/x> ; src:quote "门户" ] ;',
        QuoteError,
        "the quote “门户” does not stand in “港口数据共享倡议”",
        '"门户"',
    ),
    "evidence on what has no text": (
        "data/graphs/shared.ttl",
        '    :noMatchReason "为测试而造。"@zh , "Made up for a test."@en .\n\ngroup:harbours',
        '    :mentions [ src:is group:crews ; src:quote "船员" ] .\n\ngroup:harbours',
        NotationError,
        "evidence is about a part of a document",
        'src:quote "船员"',
    ),
    "a mark on what has no text": (
        "data/graphs/shared.ttl",
        "institution:lighthouse-league a",
        'institution:lighthouse-league src:quote "灯塔" ; a',
        NotationError,
        "lighthouse-league> has src:quote, and is no part",
        '"灯塔"',
    ),
    "notation that has no meaning": (
        PILLARS,
        "    :actionCount 1 .",
        "    :actionCount 1 ; src:in <x> .",
        NotationError,
        "src:in stands in a bracket",
        "<id/harbour-2031/pillar/2> a",
    ),
    "a text without a file": (
        DOCUMENT,
        'src:file "harbour-2031.zh.txt"',
        'src:file "harbor.txt"',
        SourceError,
        "harbor.txt: cannot be read: No such file",
        "src:file",
    ),
    "a file outside of the folder": (
        DOCUMENT,
        'src:file "harbour-2031.zh.txt"',
        'src:file "../../data/dataset.ttl"',
        SourceError,
        "leads out of",
        "src:file",
    ),
    "a file by its full path": (
        DOCUMENT,
        'src:file "harbour-2031.zh.txt"',
        'src:file "/etc/hostname"',
        SourceError,
        "leads out of",
        "src:file",
    ),
    "a last line that is not there": (
        DOCUMENT,
        'src:lastLine "让数据像潮水一样通达每个港口。"',
        'src:lastLine "完。"',
        SourceError,
        "stands in the text 0 times",
        "src:file",
    ),
    "a text of no document": (
        DOCUMENT,
        "<id/harbour-2031/zh> a :Text , :AuthenticText ;\n    eli:realizes <id/harbour-2031> ;",
        "<id/harbour-2031/zh> a :Text , :AuthenticText ;",
        SourceError,
        "says with no eli:realizes",
        "src:file",
    ),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=list(BROKEN))
def test_what_is_wrong_is_named_with_file_and_line(settings: Settings, edit: Edit, broken: Broken) -> None:
    path, old, new, kind, message, where = broken
    file = edit(path, old, new)
    (error,) = errors(settings)
    assert type(error) is kind, error
    assert str(error).startswith(f"{file}:{line_of(file, where)}: ")
    with pytest.raises(kind, match=message):
        raise error


def test_clauses_stand_in_the_order_of_their_numbers(settings: Settings, edit: Edit) -> None:
    edit(PILLARS, "<id/harbour-2031/action/3/clause/1> a", "<id/harbour-2031/action/3/clause/4> a")
    gap, overlap = errors(settings)
    assert isinstance(gap, CoverageError)
    assert "no clause of <id/harbour-2031/action/3> holds “鼓励港口开放船期查询,”" in str(gap)
    assert "<id/harbour-2031/action/3/clause/4> overlaps" in str(overlap)


def test_a_text_that_cannot_be_reached_by_a_link(settings: Settings, project: Path, tmp_path: Path) -> None:
    text = project / "data" / "source" / "harbour-2031.zh.txt"
    text.rename(tmp_path / "outside.txt")
    text.symlink_to(tmp_path / "outside.txt")
    (error,) = errors(settings)
    assert "leads out of" in str(error)


def test_several_errors_are_reported_together(settings: Settings, edit: Edit) -> None:
    edit(PILLARS, '"不得泄露航线。"', '"不得透露航线。"')
    edit(PILLARS, 'src:heading "3.开放船期查询。"', 'src:heading "3.开放查询。"')
    file = edit(DOCUMENT, 'src:quote "让数据', 'src:quote "让资料')
    found = [str(error) for error in errors(settings)]
    assert len(found) == 3, found
    assert any("“3.开放查询。”" in error for error in found)
    assert any("“不得透露航线。”" in error for error in found)
    assert any(f"{file}:{line_of(file, '让资料')}: " in error for error in found)


def test_several_quotes_are_reported_together(settings: Settings, edit: Edit) -> None:
    edit(PILLARS, 'src:role role:acts ; src:quote "灯塔联盟"', 'src:role role:acts ; src:quote "灯塔同盟"')
    edit(DOCUMENT, 'src:suffix "需要"', 'src:suffix "没有"')
    assert len(errors(settings)) == 2


def test_an_error_is_one_text_with_a_line_for_each(settings: Settings, edit: Edit) -> None:
    edit(PILLARS, '"不得泄露航线。"', '"不得透露航线。"')
    edit(DOCUMENT, 'src:quote "让数据', 'src:quote "让资料')
    with pytest.raises(SourceErrors) as caught:
        build(settings)
    assert len(str(caught.value).splitlines()) == 2


def test_a_mark_in_two_files_is_refused(settings: Settings, edit: Edit, project: Path) -> None:
    file = edit(DOCUMENT, '    rdfs:label "结语"@zh', '    src:heading "x" ;\n    rdfs:label "结语"@zh')
    other = project / "data" / "graphs" / "z.ttl"
    other.write_text("<id/harbour-2031/conclusion>\n  <authoring#heading> 'y' .\n", "utf-8")
    (error,) = errors(settings)
    assert str(error).startswith(f"{other}:2: ")
    assert str(file) in str(error)


@pytest.mark.parametrize(
    "path",
    ["data/graphs/shared.ttl", "ontology/initiative.ttl", "ontology/shapes/text.ttl", "data/dataset.ttl", PILLARS],
)
def test_what_is_not_turtle_stops_the_build(settings: Settings, project: Path, path: str) -> None:
    file = project / path
    content = file.read_text("utf-8")
    file.write_text(content + "\nnonsense .\n", "utf-8")
    (error,) = errors(settings)
    assert str(error).startswith(f"{file}:{content.count(chr(10)) + 2}: not Turtle")


def test_a_project_without_an_ontology_has_that_of_the_package(settings: Settings, project: Path) -> None:
    before = build(settings)
    shutil.rmtree(project / "ontology")
    after = build(settings)
    assert (after.quads, after.context) == (before.quads, before.context)
    term = I.term("Clause").value
    assert after.place(term) == before.place(term)


def test_two_documents_stay_apart(settings: Settings, project: Path) -> None:
    """One whose IRI begins as another's: each gets its own labels, in its own graph."""
    text = project / "data" / "source" / "harbour-2031.zh.txt"
    (text.parent / "harbour-2031-b.zh.txt").write_bytes(text.read_bytes())
    folder = project / "data" / "graphs" / "harbour-2031"
    (folder.parent / "harbour-2031-b").mkdir()
    for path in folder.iterdir():
        content = path.read_text("utf-8").replace("harbour-2031", "harbour-2031-b")
        (folder.parent / "harbour-2031-b" / path.name).write_text(content, "utf-8")
    quads = build(settings).quads
    for name in ("harbour-2031", "harbour-2031-b"):
        own = [quad for quad in quads if quad.graph_name == I.graph(name)]
        assert {str(quad.subject).split("/")[5].split("#")[0].rstrip(">") for quad in own} == {name}
    assert (
        len(
            {
                len([quad for quad in quads if quad.graph_name == I.graph(name)])
                for name in ("harbour-2031", "harbour-2031-b")
            }
        )
        == 1
    )


def test_sources_of_the_project_itself_are_never_touched(settings: Settings, project: Path) -> None:
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    build(settings)
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before
    assert turtle.read_folder(project / "data" / "graphs")


@pytest.mark.parametrize(
    ("gone", "message"),
    [
        ("data/dataset.ttl", "cannot be read"),
        ("ontology/shapes/text.ttl", "shapes are missing: .*TextSpan"),
        ("ontology/shapes/*", "no .*ttl is in this folder"),
        ("ontology/context.jsonld", "cannot be read"),
    ],
)
def test_a_gate_that_is_missing_stops_the_build(project: Path, gone: str, message: str) -> None:
    for path in project.glob(gone):
        path.unlink()
    with pytest.raises(SourceError, match=message):
        build(Settings(root=project))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "jsonld:1: not JSON"),
        ("[]", "jsonld:1: .*no object under @context"),
        ('{"@context": ["https://example.org/"]}', "jsonld:1: .*no object under @context"),
        ('{"@context": {"x": {"@type": "@id"}}}', "context lacks terms of the ontology: .*Action"),
    ],
)
def test_a_broken_context_stops_the_build(project: Path, content: str, message: str) -> None:
    (project / "ontology" / "context.jsonld").write_text(content, "utf-8")
    with pytest.raises(SourceError, match=message):
        build(Settings(root=project))


def test_a_context_with_a_term_that_is_none_stops_the_build(project: Path) -> None:
    path = project / "ontology" / "context.jsonld"
    context = json.loads(path.read_text("utf-8"))
    context["@context"]["cuue"] = "ilod:cuue"
    path.write_text(json.dumps(context), "utf-8")
    with pytest.raises(SourceError, match=r"context\.jsonld: .*has terms that are not in it: cuue"):
        build(Settings(root=project))


@pytest.mark.parametrize(
    ("modified", "message"),
    [
        ("", r"dataset\.ttl:\d+: .*has 0 dates of dcterms:modified"),
        (
            'dcterms:modified "last spring" .',
            r"dataset\.ttl:\d+: dcterms:modified is 'last spring', and must be a date",
        ),
    ],
)
def test_a_dataset_says_when_it_was_modified(project: Path, modified: str, message: str) -> None:
    path = project / "data" / "dataset.ttl"
    written = path.read_text("utf-8")
    before = 'dcterms:modified "2031-03-05"^^xsd:date .'
    assert before in written
    path.write_text(written.replace(before, modified or "a <https://example.org/Dataset> ."), "utf-8")
    with pytest.raises(SourceError, match=message):
        pipeline.make_release(Settings(root=project))
