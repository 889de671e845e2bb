"""Clusters and judgements: what joins, what never does, and that nothing depends on the order of things."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from initiative_lod.build import identity, mappings
from initiative_lod.build.graph import Built, build
from initiative_lod.build.identity import Clusters, IdentityLink, clusters
from initiative_lod.errors import ParseError, SourceError
from initiative_lod.iris import Iris
from initiative_lod.release import default_graph
from initiative_lod.settings import Settings
from initiative_lod.sources import judgements as judgement
from initiative_lod.sources import sssom
from initiative_lod.sources.judgements import Judgement, Verdict
from initiative_lod.vocabulary import OWL, PROV, SKOS

CHECKOUT = Path(__file__).resolve().parents[2]
BASE = "https://w3id.org/initiative-lod/"
NAMES = ["http://a.org/1", "http://a.org/2", "http://b.org/1", "http://b.org/2", BASE + "id/x", BASE + "id/y"]
iris = st.sampled_from(NAMES)
pairs = st.tuples(iris, iris)
links = st.lists(
    st.builds(lambda pair, trust: IdentityLink(pair[0], pair[1], trust), pairs, st.sampled_from([0.5, 0.9, 1.0])),
    max_size=12,
)
verdicts = st.sampled_from(list(Verdict))
judged = st.lists(
    st.builds(
        lambda pair, verdict: Judgement(pair[0], pair[1], verdict, "a judge", "2031-01-02", "for a test"),
        pairs.filter(lambda pair: pair[0] != pair[1]),
        verdicts,
    ),
    max_size=6,
)


def said(one: str, other: str, verdict: Verdict) -> Judgement:
    return Judgement(one, other, verdict, "a judge", "2031-01-02", "for a test")


def together(found: Clusters, one: str, other: str) -> bool:
    return found.of(one) == found.of(other)


@given(links, judged, st.randoms())
def test_the_order_of_links_and_their_direction_change_nothing(
    given_links: list[IdentityLink], judgements: list[Judgement], random: object
) -> None:
    turned = [IdentityLink(link.other, link.one, link.confidence) for link in reversed(given_links)]
    assert clusters(given_links, judgements, BASE) == clusters([*turned, *given_links], judgements, BASE)


@given(links, judged)
def test_what_is_judged_not_the_same_never_meets(given_links: list[IdentityLink], judgements: list[Judgement]) -> None:
    found = clusters(given_links, judgements, BASE)
    for pair, last in judgement.latest(judgements).items():
        if last.verdict is Verdict.NOT_SAME:
            assert not together(found, *pair)


@given(links, judged)
def test_every_link_is_followed_or_reported(given_links: list[IdentityLink], judgements: list[Judgement]) -> None:
    found = clusters(given_links, judgements, BASE)
    last = judgement.latest(judgements)
    refused = {(link.one, link.other) for link in found.refused}
    for link in given_links:
        pair = (min(link.one, link.other), max(link.one, link.other))
        if link.one != link.other and not (pair in last and last[pair].verdict is Verdict.UNSURE):
            assert together(found, *pair) or pair in refused


@given(links, judged)
def test_clusters_are_a_partition_and_its_first_is_ours_where_one_is(
    given_links: list[IdentityLink], judgements: list[Judgement]
) -> None:
    found = clusters(given_links, judgements, BASE)
    flat = [iri for members in found.members for iri in members]
    assert len(flat) == len(set(flat)) == len(found.canonical)
    for members in found.members:
        assert len(members) > 1
        (first,) = {found.of(iri) for iri in members}
        ours = [iri for iri in members if iri.startswith(BASE)]
        assert first == min(ours or members)


@given(links)
def test_without_judgements_clusters_are_the_connected_parts(given_links: list[IdentityLink]) -> None:
    found = clusters(given_links)
    assert not found.refused
    for one in NAMES:
        reached, grown = set[str](), {one}
        while grown != reached:
            reached = set(grown)
            grown |= {
                b for link in given_links for a, b in ((link.one, link.other), (link.other, link.one)) if a in reached
            }
        assert {iri for iri in NAMES if together(found, one, iri)} == reached


def test_the_surer_link_stays_where_a_judgement_splits_a_chain() -> None:
    one, two, three = NAMES[:3]
    chain = [IdentityLink(one, two, 0.6), IdentityLink(two, three, 0.9)]
    found = clusters(chain, [said(one, three, Verdict.NOT_SAME)])
    assert found.members == ((two, three),)
    assert found.refused == (IdentityLink(one, two, 0.6),)


def test_the_last_judgement_of_a_pair_holds() -> None:
    one, two = NAMES[:2]
    at_first = said(one, two, Verdict.SAME)
    assert clusters([], [at_first]).members == ((one, two),)
    assert clusters([IdentityLink(one, two)], [at_first, said(two, one, Verdict.NOT_SAME)]).members == ()
    assert clusters([IdentityLink(one, two)], [said(one, two, Verdict.UNSURE)]).members == ()


def test_close_matches_do_not_join(tmp_path: Path) -> None:
    a, b, c, d = (NamedNode(iri) for iri in NAMES[:4])
    graph = NamedNode("http://g.org/")
    store = Store()
    stated = [
        Quad(a, SKOS.exactMatch, b, graph),
        Quad(b, SKOS.closeMatch, c, graph),
        Quad(c, SKOS.relatedMatch, d, graph),
        Quad(d, OWL.sameAs, Literal("d"), graph),
    ]
    store.extend(default_graph.beside(stated))
    found = clusters(identity.links(store, Iris()), base=BASE)
    assert identity.links(identity.statements_of(store), Iris()) == identity.links(store, Iris())
    assert found.members == ((a.value, b.value),)
    made = list(identity.quads(found, Iris()))
    assert {quad.graph_name for quad in made} == {Iris().graph("identity")}
    cluster = Iris().graph("identity").value + "#"
    assert all(quad.subject.value.startswith(cluster) for quad in made)  # type: ignore[union-attr]
    assert [quad.object for quad in made if quad.predicate == Iris().term("canonicalMember")] == [a]
    assert {quad.object for quad in made if quad.predicate == PROV.hadMember} == {a, b}
    store.extend(made)
    assert identity.links(store, Iris()) == [IdentityLink(a.value, b.value)]
    assert identity.materialise(store, [], Iris()) == made
    assert identity.materialise(store, [said(a.value, b.value, Verdict.NOT_SAME)], Iris()) == []
    answer = store.query(f"SELECT ?y WHERE {{ GRAPH ?g {{ ?cluster {PROV.hadMember} ?x , ?y }} }}")
    assert len(list(answer)) == 4  # type: ignore[arg-type]


def test_the_surest_record_of_the_very_statement_counts() -> None:
    one, two = NAMES[:2]
    graph, slot = NamedNode("http://g.org/"), "https://w3id.org/sssom/"
    quads = [Quad(NamedNode(one), SKOS.exactMatch, NamedNode(two), graph)]
    for number, (predicate, trust) in enumerate([("close", "0.9"), ("exact", "0.4"), ("exact", "0.6")]):
        record = {
            "subject_id": one,
            "predicate_id": SKOS.iri + predicate + "Match",
            "object_id": two,
            "confidence": trust,
        }
        node = NamedNode(f"http://g.org/{number}")
        for name, value in record.items():
            term = Literal(value) if name == "confidence" else NamedNode(value)
            quads.append(Quad(node, NamedNode(slot + name), term, graph))
    assert identity.links(quads, Iris()) == identity.links(reversed(quads), Iris()) == [IdentityLink(one, two, 0.6)]


def test_clusters_have_iris_of_ours() -> None:
    ours, theirs = BASE + "id/topic/users", "http://other.org/u#1"
    iris = Iris(BASE)
    assert identity.cluster_iri(ours, iris).value == BASE + "graph/identity#id/topic/users"
    assert re.fullmatch(BASE + r"graph/identity#[0-9a-f]{16}", identity.cluster_iri(theirs, iris).value)


def test_judgements_are_appended_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "judgements" / "identity.tsv"
    assert judgement.read(path) == []
    written = [said(NAMES[0], NAMES[1], Verdict.SAME), said(NAMES[1], NAMES[2], Verdict.UNSURE)]
    for item in written:
        before = path.read_bytes() if path.exists() else b""
        judgement.append(path, item)
        assert path.read_bytes().startswith(before)
    assert judgement.read(path) == written
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    judgement.append(path, written[0])
    assert judgement.read(path) == [*written, written[0]]


def test_a_link_of_somebody_else_s_is_not_written_through(tmp_path: Path) -> None:
    """To a file that is not there, which would be made, or to one that is none of judgements."""
    other, path = tmp_path / "profile", tmp_path / "identity.tsv"
    made = Judgement("http://e.example/$(x)", "http://e.example/b", Verdict.SAME, "A. Judge", "2031-01-02", "seen")
    path.symlink_to(other)
    with pytest.raises(SourceError, match="cannot be written"):
        judgement.append(path, made)
    assert not other.exists()
    other.write_text("alias x=y\n")
    with pytest.raises(SourceError, match="no file of judgements"):
        judgement.append(path, made)
    assert other.read_text() == "alias x=y\n"
    columns = "\t".join(judgement.COLUMNS)
    other.write_bytes(f"\ufeff{columns}\r\n".encode())  # a project's own link, and as another program writes it
    judgement.append(path, made)
    assert judgement.read(path) == [made]


def test_many_writers_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "identity.tsv"
    items = [
        Judgement(f"http://a.org/{n}", "http://b.org/", Verdict.SAME, "j", "2031-01-02", f"n{n}") for n in range(40)
    ]
    threads = [threading.Thread(target=judgement.append, args=(path, item)) for item in items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(judgement.read(path), key=str) == sorted(items, key=str)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (["http://a.org/", "b", "same", "j", "2031-01-02", "r"], "object_id is 'b'"),
        (["http://a.org/", "http://a.org/", "same", "j", "2031-01-02", "r"], "against itself"),
        (
            ["http://a.org/", "http://b.org/", "maybe", "j", "2031-01-02", "r"],
            "verdict is 'maybe', and must be one of same, not-same, unsure",
        ),
        (["http://a.org/", "http://b.org/", "same", " ", "2031-01-02", "r"], "judge is empty"),
        (["http://a.org/", "http://b.org/", "same", "j", "2031-13-02", "r"], "2031-13-02"),
        (["http://a.org/", "http://b.org/", "same", "j", "2031-01-02", ""], "reason is empty"),
        (["http://a.org/", "http://b.org/", "same", "j", "2031-01-02"], "5 cells"),
    ],
)
def test_a_bad_judgement_is_refused_with_its_line(tmp_path: Path, cells: Sequence[str], message: str) -> None:
    path = tmp_path / "identity.tsv"
    path.write_text("\t".join(judgement.COLUMNS) + "\n" + "\t".join(cells) + "\n", "utf-8")
    with pytest.raises(ParseError, match=rf"identity\.tsv:2: .*{message}"):
        judgement.read(path)


def test_a_judgement_is_one_line() -> None:
    with pytest.raises(ValueError, match="one line"):
        Judgement(NAMES[0], NAMES[1], Verdict.SAME, "j", "2031-01-02", "two\nlines")


def test_a_mapping_record_says_how_sure_a_link_is(tmp_path: Path) -> None:
    path = tmp_path / "x.sssom.tsv"
    path.write_text(
        "subject_id\tpredicate_id\tobject_id\tmapping_justification\tconfidence\n"
        f"{NAMES[0]}\tskos:exactMatch\t{NAMES[2]}\tsemapv:LexicalMatching\t0.7\n",
        "utf-8",
    )
    quads = list(mappings.quads(sssom.read(path, published=False), Iris()))
    assert identity.links(quads, Iris()) == [IdentityLink(NAMES[0], NAMES[2], 0.7)]


@pytest.mark.thorough
def test_our_judgements_hold_over_our_own_data(real_build: Built) -> None:
    """What was judged not the same is in no cluster together, and every cluster of ours has one thing of ours."""
    judgements = judgement.read(CHECKOUT / "data" / "judgements" / "identity.tsv")
    assert len(judgements) >= 4
    found = clusters(identity.links(real_build.quads, Iris()), judgements, BASE)
    assert not found.refused
    assert len(found.members) >= 20
    for members in found.members:
        assert sum(iri.startswith(BASE) for iri in members) == 1
    moved = Iris("https://example.org/lod/")
    elsewhere = identity.materialise(build(Settings(root=CHECKOUT, base=moved.base)).quads, judgements, moved)
    assert len(elsewhere) == len(found.canonical) + 2 * len(found.members)
    assert all(quad.subject.value.startswith(moved.base) for quad in elsewhere)  # type: ignore[union-attr]
