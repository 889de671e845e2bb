"""The default graph is the set of all triples, whatever is merged, updated and taken out again; and VoID counts it."""

from __future__ import annotations

import gzip
import os
import random
import warnings
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import rdflib
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, QuerySolutions, RdfFormat, Store, Triple, parse

from initiative_lod import release
from initiative_lod.release import Release, catalogue, default_graph
from initiative_lod.release.files import FileEntry
from initiative_lod.release.manifest import DUMPS
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.settings import Settings
from initiative_lod.vocabulary import RDF, VOID, XSD

from .conftest import I, Merge

PREFIXES = """@prefix e: <http://e.example/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
FIRST = """
e:1 a skos:Concept ; skos:prefLabel "one"@en ; skos:broader e:2 ; e:number "01"^^xsd:integer .
e:2 a skos:Concept ; skos:prefLabel "two"@en ; e:note [ e:text "a" ] .
"""
SECOND = """
e:1 a skos:Concept ; skos:prefLabel "one"@en ; skos:broader e:2 ; e:number 1 .
e:2 a skos:Concept ; skos:prefLabel "two, of the second edition"@en .
e:3 a skos:Concept , <http://e.example/A-B> , <http://e.example/A/B> ; skos:broader e:2 .
"""


@pytest.fixture
def editions(tmp_path: Path) -> tuple[Path, Path]:
    paths = tmp_path / "first.ttl", tmp_path / "second.ttl"
    for path, text in zip(paths, (FIRST, SECOND), strict=True):
        path.write_text(PREFIXES + text, "utf-8")
    return paths


@pytest.mark.parametrize("graphs", ["g", "gh", "hg"])  # a part has one graph, or, of ours, several
def test_what_is_loaded_unchecked_is_what_the_checking_reader_loads(tmp_path: Path, graphs: str) -> None:
    """Whoever writes a part has checked its terms, so that loading checks none of them again."""
    terms = [
        "<http://e.example/é?a=b#c>",
        '"a \\"b\\" \\\\ \\n\\t é 😀"',
        '"x"@zh-hant',
        '"<http://e.example/h> <http://e.example/g> ."',
        '"01"^^<http://www.w3.org/2001/XMLSchema#integer>',
    ]
    terms += ['"a"^^<http://e.example/type>', '"x"@en-x-y', '"2031-03-05"^^<http://www.w3.org/2001/XMLSchema#date>']
    lines = [
        f"<http://e.example/s> <http://e.example/p> {term} <http://e.example/{graphs[number % len(graphs)]}> .\n"
        for number, term in enumerate(terms)
    ]
    with gzip.open(tmp_path / "part.nq.gz", "wt", encoding="utf-8") as file:
        file.writelines(lines)
    loaded, checked = Store(str(tmp_path / "loaded")), Store()
    default_graph.load(loaded, [tmp_path / "part.nq.gz"])
    checked.extend(default_graph.beside(parse("".join(lines).encode(), format=RdfFormat.N_QUADS)))
    assert set(loaded) == set(checked)
    assert len(loaded) == 2 * len(terms)


def faults(made: Release | None) -> list[str]:
    """What is wrong with the default graph of a release, and with what is said of it."""
    assert made is not None
    store = OpenRelease.open(made).store
    named = [quad for quad in store if quad.graph_name != DefaultGraph()]
    triples = Counter(quad.triple for quad in store if quad.graph_name == DefaultGraph())
    wrong = [] if triples == Counter({quad.triple for quad in named}) else ["it is not the set of all triples"]
    return wrong + release.verify(made) + [str(item) for item in miscounted(store)]


def miscounted(store: Store) -> list[Triple]:
    """Counts of the release's description that the endpoint does not confirm."""
    dataset, described = I.thing("dataset"), I.graph("release")
    triples = {quad.triple for quad in store.quads_for_pattern(None, None, None, DefaultGraph())}
    said = [quad.triple for quad in store.quads_for_pattern(None, None, None, described)]
    values = {(triple.subject, triple.predicate): triple.object for triple in said}

    def counts(of: set[Triple]) -> dict[NamedNode, int]:
        return {
            VOID.triples: len(of),
            VOID.distinctSubjects: len({triple.subject for triple in of}),
            VOID.distinctObjects: len({triple.object for triple in of}),
            VOID.properties: len({triple.predicate for triple in of}),
            VOID.classes: len({triple.object for triple in of if triple.predicate == RDF.type}),
        }

    true = {dataset: counts(triples)}
    found = store.query(
        "SELECT (COUNT(*) AS ?t) (COUNT(DISTINCT ?s) AS ?subjects) (COUNT(DISTINCT ?o) AS ?objects)"
        " (COUNT(DISTINCT ?p) AS ?properties) { ?s ?p ?o }"
    )
    assert isinstance(found, QuerySolutions)
    assert [int(term.value) for term in next(found)] == list(true[dataset].values())[:4]
    for graph in store.named_graphs():
        if "/source/" not in graph.value:
            assert isinstance(graph, NamedNode)
            true[graph] = counts({quad.triple for quad in store.quads_for_pattern(None, None, None, graph)})
    of_property = Counter(triple.predicate for triple in triples)
    of_class = Counter(triple.object for triple in triples if triple.predicate == RDF.type)  # one triple an instance
    wrong = []
    partitions = 0
    for triple in said:
        subject, property, value = triple
        if property in true[dataset] and (subject, VOID.property) in values:
            partitions += 1
            expected = of_property[values[subject, VOID.property]]  # type: ignore[index]
        elif property in true[dataset]:
            expected = true[subject][property]
        elif property == VOID.entities:
            partitions += 1
            expected = of_class[values[subject, VOID["class"]]]
        else:
            continue
        if int(value.value) != expected:
            wrong.append(triple)
    assert partitions == true[dataset][VOID.properties] + true[dataset][VOID.classes]
    return wrong


def test_two_editions_of_one_vocabulary(merging: Merge, editions: tuple[Path, Path]) -> None:
    both = merging(*editions).release
    assert both is not None
    assert faults(both) == []
    opened = OpenRelease.open(both)
    found = opened.store.query("SELECT (COUNT(*) AS ?n) { ?c a <http://www.w3.org/2004/02/skos/core#Concept> }")
    assert isinstance(found, QuerySolutions)
    assert next(found)["n"].value == "3"
    one, number = NamedNode("http://e.example/1"), NamedNode("http://e.example/number")
    assert sorted(str(quad.object)[:5] for quad in opened.quads(one, number)) == ['"01"^', '"1"^^']
    assert len(list(opened.triples(one, number))) == 1
    assert len(list(opened.quads(one, RDF.type))) == 2
    assert opened.holds(one, RDF.type)
    assert not opened.holds(number, RDF.type)


@pytest.mark.thorough
def test_one_after_the_other_and_out_again(merging: Merge, editions: tuple[Path, Path]) -> None:
    first = merging(editions[0]).release
    second = merging(editions[1], onto=first).release
    assert faults(first) == faults(second) == []
    assert second is not None
    assert second.version == merging(*editions).release.version  # type: ignore[union-attr]
    third = merging(onto=second, without=("first",)).release
    assert faults(third) == []
    assert third is not None
    kept = NamedNode("http://e.example/1")
    assert OpenRelease.open(third).holds(kept, RDF.type)
    assert not OpenRelease.open(third).holds(object=I.graph("source/first"))


@pytest.mark.thorough
def test_an_update_takes_out_what_only_the_old_one_said(merging: Merge, editions: tuple[Path, Path]) -> None:
    both = merging(*editions).release
    editions[0].write_text(PREFIXES + "e:1 a skos:Concept .", "utf-8")
    made = merging(editions[0], onto=both).release
    assert faults(made) == []


@pytest.mark.slow
def test_this_projects_own_release(real_settings: Settings) -> None:
    made = release.current(real_settings.release_folder)
    assert faults(made) == []
    assert made is not None
    opened = OpenRelease.open(made)
    found = opened.store.query(f"SELECT ?linkset {{ ?linkset a <{VOID.Linkset.value}> }}")
    linksets = [str(row["linkset"]) for row in found]  # type: ignore[union-attr]
    assert len(linksets) == len(set(linksets)) == 11


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
@pytest.mark.parametrize("told", [True, False])
def test_files_are_loaded_whole_however_many_lines_are_taken_at_once(
    size: int, told: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the system cannot be told how many batches the engine may hold at once."""
    monkeypatch.setattr(default_graph, "LINES_IN_A_CALL" if told else "LINES_AT_ONCE", size)
    monkeypatch.setattr(default_graph, "_BLOCK_BYTES", 1)
    if not told:
        monkeypatch.delattr(os, "sched_setaffinity")
    allowed = os.sched_getaffinity(0)
    files = []
    for name, text in (("a", FIRST), ("b", SECOND)):
        path = tmp_path / f"{name}.nq.gz"
        quads = [
            Quad(quad.subject, quad.predicate, quad.object, I.graph(name))
            for quad in parse(PREFIXES + text, format=RdfFormat.TURTLE, rename_blank_nodes=True)
        ]
        path.write_bytes(gzip.compress("".join(f"{quad} .\n" for quad in quads).encode()))
        files.append(path)
    files.append(tmp_path / "empty.nq.gz")
    files[-1].write_bytes(gzip.compress(b""))
    store = Store()
    default_graph.load(store, files)
    assert os.sched_getaffinity(0) == allowed
    lines = b"".join(gzip.decompress(path.read_bytes()) for path in files)
    expected: set[Any] = set(default_graph.in_memory(parse(lines, format=RdfFormat.N_QUADS)))
    assert {str(quad) for quad in store if "_:" not in str(quad)} == {str(q) for q in expected if "_:" not in str(q)}
    assert len(store) == len(expected)
    # Blank nodes are the same in both: all that a named graph says is said in the default graph, and nothing else.
    by_default = set(store.quads_for_pattern(None, None, None, DefaultGraph()))
    assert any("_:" in str(quad) for quad in by_default)
    assert {quad.triple for quad in store if quad not in by_default} == {quad.triple for quad in by_default}


def test_what_a_removed_graph_alone_said_is_gone() -> None:
    a, b, c = (NamedNode(f"http://e.example/{name}") for name in "abc")
    store = default_graph.in_memory([Quad(a, b, a, a), Quad(a, b, b, a), Quad(a, b, b, c)])
    default_graph.remove(store, a)
    assert set(store) == set(default_graph.in_memory([Quad(a, b, b, c)]))
    default_graph.remove(store, a)  # once more, though it is gone
    default_graph.remove(store, c)
    assert not list(store)


@pytest.mark.parametrize("seed", range(12))
def test_a_count_that_is_told_is_true_however_many_numbers_the_data_has(seed: int, tmp_path: Path) -> None:
    """The count of objects is an object too, which the data may have already: then it is true, or is not told."""
    chance = random.Random(seed)

    def named(kind: str, most: int) -> NamedNode:
        return NamedNode(f"http://e.example/{kind}{chance.randrange(most)}")

    quads = [
        Quad(
            named("s", 20),
            named("p", 5),
            Literal(str(chance.randrange(400)), datatype=chance.choice([XSD.integer, XSD.decimal, XSD.double])),
            chance.choice([I.graph("a"), I.graph("source/b")]),
        )
        for _ in range(chance.randrange(1, 150))
    ]
    store = Store(str(tmp_path / "store"))
    store.bulk_extend(default_graph.beside(quads))
    files = {name: FileEntry(chance.randrange(400), "ab" * 32) for name in DUMPS}
    described = catalogue.describe(I, store, "1", files, [I.graph("source/b")])
    store.bulk_extend(default_graph.beside(described))
    assert miscounted(store) == []
    told = {quad.predicate for quad in described if quad.subject == I.thing("dataset")}
    assert {VOID.triples, VOID.distinctSubjects, VOID.properties, VOID.classes} <= told


def test_a_literal_is_found_and_not_those_whose_keys_follow_its_own(tmp_path: Path) -> None:
    """Oxigraph on disk gives 256 to 510 for 255 as well, and likewise for months and whatever it encodes in 64 bits."""
    store = Store(str(tmp_path))
    subjects, predicate = [NamedNode(f"http://e.example/{n}") for n in range(3)], NamedNode("http://e.example/p")
    values = [Literal(n) for n in (-258, -257, -1, 0, 254, 255, 256, 510, 511, 512, 65535, 65536)]
    values += [Literal(f"P{n}M", datatype=XSD.yearMonthDuration) for n in (254, 255, 256)]
    named_graphs = [NamedNode("http://e.example/g"), NamedNode("http://e.example/h")]
    graphs: list[NamedNode | DefaultGraph] = [DefaultGraph(), *named_graphs]
    kept = [
        Quad(subject, predicate, value, graph)
        for n, value in enumerate(values)
        for subject in subjects
        for graph in graphs[n % 3 :]
    ]
    store.bulk_extend(kept)
    quads = set(store)
    for value in {quad.object for quad in quads}:
        for subject, graph in product([None, subjects[1]], [None, *graphs]):
            found = set(default_graph.matching(store, subject, None, value, graph))
            assert found == set(default_graph.matching(store, subject, predicate, value, graph))
            expected = {
                quad
                for quad in quads
                if quad.object == value and subject in (None, quad.subject) and graph in (None, quad.graph_name)
            }
            assert found == expected
    written = Literal("0255", datatype=XSD.integer)
    assert {quad.object for quad in default_graph.matching(store, object=written)} == {Literal(255)}


KINDS = (
    '"港"@zh "harbour"@en "harbour"@EN "harbour"@en-gb "harbour"@en-GB "harbour" "harbour"^^xsd:string 255 0255 +255 '
    '256 "255"^^xsd:integer "255"^^xsd:int "255"^^xsd:unsignedByte 255.0 255.00 2.55e2 255e0 "255" "255"@en '
    '"x"^^xsd:integer true "1"^^xsd:boolean "2031-01-01"^^xsd:date "2031-01-01Z"^^xsd:date '
    '"2031-01-01+00:00"^^xsd:date "NaN"^^xsd:double "NaN"^^xsd:float "0.0"^^xsd:double "-0.0"^^xsd:double '
    '"2031-01-01T00:00:00Z"^^xsd:dateTime "P255M"^^xsd:duration "2031-01-01T01:00:00+01:00"^^xsd:dateTime '
    '"ab"^^xsd:hexBinary "AB"^^xsd:hexBinary "a"^^e:own "a"^^e:Own '
    "[] _:same e:thing e:%E6%B8%AF <http://e.example/港> e:graph"
).split(" ")


@pytest.mark.thorough
def test_every_figure_of_void_as_rdflib_counts(merging: Merge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values that may be told apart or not: language tags, datatypes, lexical forms, blank nodes, names of graphs."""
    chance = random.Random(7)
    sources = []
    for name in ("one.ttl", "two.trig", "three.ttl"):
        lines = [f"e:s{chance.randrange(300)} e:p{chance.randrange(6)} {chance.choice(KINDS)} ." for _ in range(400)]
        lines += [f"e:s{chance.randrange(300)} a e:C{chance.randrange(4)} , _:class ." for _ in range(80)]
        body = "\n".join(lines)
        (tmp_path / name).write_text(PREFIXES + (f"e:graph {{ {body} }}" if name.endswith(".trig") else body), "utf-8")
        sources.append(tmp_path / name)
    made = merging(*sources).release
    assert made is not None
    store = OpenRelease.open(made).store
    content = store.dump(format=RdfFormat.N_TRIPLES, from_graph=DefaultGraph())
    assert content is not None
    graph = rdflib.Graph()
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of literals that are no values
        graph.parse(data=content, format="nt")
    counted = {
        "triples": len(graph),
        "distinctSubjects": len(set(graph.subjects())),
        "distinctObjects": len({value.n3() for value in graph.objects()}),
        "properties": len(set(graph.predicates())),
        "classes": len({kind for kind in graph.objects(None, rdflib.RDF.type) if isinstance(kind, rdflib.URIRef)}),
    }
    dataset = rdflib.URIRef(I.thing("dataset").value)
    assert {name: int(str(graph.value(dataset, rdflib.VOID[name]))) for name in counted} == counted
    parts = Counter[str]()
    for link, names, size in (("classPartition", "class", "entities"), ("propertyPartition", "property", "triples")):
        for part in graph.objects(dataset, rdflib.VOID[link]):
            term = graph.value(part, rdflib.VOID[names])
            found = set(graph.subjects(rdflib.RDF.type, term)) if link[0] == "c" else set(graph.subject_objects(term))
            assert (term, int(str(graph.value(part, rdflib.VOID[size])))) == (term, len(found))
            parts[link] += 1
    assert parts == {"classPartition": counted["classes"], "propertyPartition": counted["properties"]}


def test_of_very_many_properties_those_with_most_have_a_partition(
    merging: Merge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A graph may have a property of its own for each thing: how many there are is told, and not each of them."""
    monkeypatch.setattr(catalogue, "MOST_PARTITIONS", 2)
    lines = [f"e:s{number} e:p{number // 2} e:o{number} ." for number in range(9)]  # the last is used once
    (tmp_path / "many.ttl").write_text(PREFIXES + "\n".join([*lines, "e:s1 a e:A . e:s2 a e:A , e:B , e:C ."]), "utf-8")
    made = merging(tmp_path / "many.ttl").release
    assert made is not None
    opened = OpenRelease.open(made)
    dataset = I.thing("dataset")
    for link, names, count in (
        (VOID.classPartition, VOID["class"], VOID.classes),
        (VOID.propertyPartition, VOID.property, VOID.properties),
    ):
        parts = [quad.object for quad in opened.quads(dataset, link)]
        assert len(parts) == 2
        (told,) = (int(quad.object.value) for quad in opened.quads(dataset, count) if isinstance(quad.object, Literal))
        assert told > 5
        named = {quad.object for part in parts if isinstance(part, NamedNode) for quad in opened.quads(part, names)}
        assert not named & {
            NamedNode("http://e.example/p4"),
            NamedNode("http://e.example/B"),
            NamedNode("http://e.example/C"),
        }
    assert release.verify(made) == []
