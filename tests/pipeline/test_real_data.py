"""The initiative itself: what was measured on the text, and that nothing in the graph lacks its ground."""

from __future__ import annotations

import gzip
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Set
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store

from initiative_lod import release
from initiative_lod.build.graph import Built
from initiative_lod.iris import DEFAULT_BASE, Iris, slug
from initiative_lod.release import default_graph
from initiative_lod.settings import Settings
from initiative_lod.sources import questions
from initiative_lod.sources.questions import Question
from initiative_lod.validation import competency
from initiative_lod.vocabulary import DCTERMS, FOAF, RDF, RDFS, SKOS, XSD

I = Iris()
TEXT = I.thing("id/wic-2020/zh")


@pytest.fixture(scope="module")
def built(real_build: Built) -> Built:
    return real_build


def in_graphs(built: Built, *names: str) -> list[Quad]:
    graphs = {I.graph(name) for name in names}
    return [quad for quad in built.quads if quad.graph_name in graphs]


def of_kind(built: Built, kind: str) -> list[str]:
    """Paths of the parts of the initiative that are of a kind."""
    found = in_graphs(built, "wic-2020")
    parts = {quad.subject for quad in found if quad.predicate == RDF.type and quad.object == I.term(kind)}
    return sorted(part.value.removeprefix(DEFAULT_BASE) for part in parts if isinstance(part, NamedNode))


# --- Numbers


def test_the_parts_of_the_initiative(built: Built) -> None:
    assert of_kind(built, "Pillar") == [f"id/wic-2020/pillar/{n}" for n in range(1, 5)]
    assert set(of_kind(built, "Action")) == {f"id/wic-2020/action/{n}" for n in range(1, 21)}
    assert len(of_kind(built, "Paragraph")) == 2
    assert (len(of_kind(built, "Preamble")), len(of_kind(built, "Conclusion"))) == (1, 1)
    by_parent = Counter(
        re.sub(r"/(\d+|clause).*", "", clause.removeprefix("id/wic-2020/")) for clause in of_kind(built, "Clause")
    )
    assert by_parent == {"action": 79, "pillar": 13, "preamble/paragraph": 1, "conclusion": 4}


def test_five_actions_to_a_pillar(built: Built) -> None:
    of = Counter(
        quad.object
        for quad in in_graphs(built, "wic-2020")
        if quad.predicate == DCTERMS.isPartOf and re.search(r"/action/\d+>$", str(quad.subject))
    )
    assert of == {I.thing(f"id/wic-2020/pillar/{n}"): 5 for n in range(1, 5)}


def test_every_character_of_every_action_and_lead_is_covered(built: Built) -> None:
    assert [item.part for item in built.coverage if item.covered != item.characters] == []
    parts = [item for item in built.coverage if not item.is_text]
    assert (len(parts), sum(item.characters for item in parts)) == (24, 2144)
    (text,) = (item for item in built.coverage if item.is_text)
    assert text.characters == 2762  # blanks aside: the whole text, with its title


@pytest.mark.thorough
def test_the_project_validates_and_answers(real_settings: Settings) -> None:
    """Else there were no release of it: it is what ``make_release`` stops at."""
    made = release.current(real_settings.release_folder)
    assert made is not None
    assert made.manifest.report is not None
    assert made.manifest.report["conforms"]
    assert made.manifest.questions is not None
    assert made.manifest.questions >= 25


# --- What the store keeps

#: Literals that the store writes in another form, by (graph, property, datatype), with the reason.
REWRITTEN = {
    ("ontology", "maxQualifiedCardinality", "nonNegativeInteger"): "the store keeps the integers of XSD as xsd:integer",
    ("ontology", "qualifiedCardinality", "nonNegativeInteger"): "likewise",
    ("ontology", "minCardinality", "nonNegativeInteger"): "likewise",
    ("ontology", "maxCardinality", "nonNegativeInteger"): "likewise",
    ("ontology", "cardinality", "nonNegativeInteger"): "likewise",
    ("shapes", "minInclusive", "decimal"): "0.0 becomes 0, the canonical form",
    ("shapes", "maxInclusive", "decimal"): "1.0 becomes 1, the canonical form",
    ("alignment-wikidata", "confidence", "decimal"): "likewise: the number is as it stands in the file",
}


@pytest.mark.thorough
def test_the_store_gives_back_what_it_was_given(built: Built, tmp_path: Path) -> None:
    store = Store(str(tmp_path / "store"))
    store.bulk_extend(built.quads)
    store.flush()
    kept = set(store)
    assert len(kept) == len(built.quads)
    lost = {
        (
            slug(str(quad.graph_name)),
            re.split("[#/]", quad.predicate.value)[-1],
            re.split("[#/]", quad.object.datatype.value)[-1],
        )
        for quad in built.quads
        if quad not in kept and isinstance(quad.object, Literal)
    }
    assert lost <= REWRITTEN.keys()
    changed = [quad for quad in built.quads if quad not in kept]
    assert len(changed) < 20
    assert all(isinstance(quad.object, Literal) for quad in changed)


def test_only_the_ontology_has_blank_nodes(built: Built) -> None:
    with_blanks = {
        quad.graph_name
        for quad in built.quads
        if isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode)
    }
    assert with_blanks <= {I.graph("ontology"), I.graph("shapes")}


def test_dates_and_numbers_are_what_they_say(built: Built) -> None:
    forms = {
        XSD.integer: r"-?(0|[1-9]\d*)",
        XSD.date: r"\d{4}-\d\d-\d\d",
        XSD.boolean: "true|false",
        XSD.decimal: r"-?\d+(\.\d+)?",
    }
    wrong = [
        str(quad)
        for quad in built.quads
        if isinstance(quad.object, Literal)
        and quad.object.datatype in forms
        and not re.fullmatch(forms[quad.object.datatype], quad.object.value)
    ]
    assert wrong == []


# --- No mention without its evidence

NAMED_KINDS = (
    *("StakeholderGroup", "Topic", "Institution", "Event", "CitedDocument", "Programme", "Negotiation", "NormSet"),
    *("Person", "Place", "Principle", "Community"),
)
#: Mentions that have no evidence of their own, by the words around them, with the reason.
UNMARKED = {"励开展全球、区域、【多边】、双": "one of five levels of cooperation: none is picked out"}


def names(built: Built) -> dict[str, set[NamedNode]]:
    """Every Chinese name of a thing that the text may mention, with the things that are called so."""
    kinds = {I.term(kind) for kind in NAMED_KINDS}
    things = {quad.subject for quad in built.quads if quad.predicate == RDF.type and quad.object in kinds}
    found: dict[str, set[NamedNode]] = defaultdict(set)
    for quad in built.quads:
        said = quad.predicate in (SKOS.prefLabel, SKOS.altLabel, RDFS.label) and quad.subject in things
        if said and isinstance(quad.object, Literal) and quad.object.language == "zh":
            assert isinstance(quad.subject, NamedNode)
            found[quad.object.value].add(quad.subject)
    return found


def places(built: Built) -> dict[NamedNode, list[tuple[int, int]]]:
    """Where the evidence of each value stands in the text."""
    of, spans = {}, defaultdict(list)
    for quad in in_graphs(built, "wic-2020"):
        if quad.predicate == I.term("onValue"):
            of[quad.subject] = quad.object
        elif quad.predicate == I.term("span") and (match := re.search(r"#char=(\d+),(\d+)", str(quad.object))):
            spans[quad.subject].append((int(match[1]), int(match[2])))
    found: dict[NamedNode, list[tuple[int, int]]] = defaultdict(list)
    for node, value in of.items():
        assert isinstance(value, NamedNode)
        found[value] += spans[node]
    return found


def text_of(built: Built) -> str:
    (text,) = (quad.object for quad in built.quads if quad.subject == TEXT and quad.predicate == I.term("text"))
    assert isinstance(text, Literal)
    return text.value


def mentions(text: str, called: dict[str, set[NamedNode]]) -> Iterator[re.Match[str]]:
    """Every place after the title where a name stands; where several do, the longest."""
    longest = "|".join(re.escape(name) for name in sorted(called, key=len, reverse=True))
    return re.compile(longest).finditer(text, text.index("\n"))


def unmarked(built: Built) -> set[str]:
    text, called, marked = text_of(built), names(built), places(built)
    return {
        f"{text[match.start() - 9 : match.start()]}【{match[0]}】{text[match.end() : match.end() + 2]}".replace(
            "\n", ""
        )
        for match in mentions(text, called)
        if not any(
            start < match.end() and match.start() < end for thing in called[match[0]] for start, end in marked[thing]
        )
    }


def test_every_mention_of_a_named_thing_has_its_evidence(built: Built) -> None:
    assert unmarked(built) - UNMARKED.keys() == set()


def test_every_exception_is_still_one(built: Built) -> None:
    assert UNMARKED.keys() - unmarked(built) == set()


def test_there_are_mentions_to_be_found(built: Built) -> None:
    found = [match[0] for match in mentions(text_of(built), names(built))]
    assert len(found) > 200
    assert {"联合国互联网治理论坛", "发展中国家", "数字鸿沟", "世界互联网大会"} <= set(found)


def test_a_mention_that_loses_its_evidence_is_named(built: Built) -> None:
    gone = I.thing("id/wic-2020/action/12/clause/1#cites-international-telecommunication-union")
    without = Built(
        tuple(quad for quad in built.quads if quad.subject != gone), built.places, built.coverage, built.context
    )
    assert unmarked(without) - UNMARKED.keys() == {"动大会(MWC)、【国际电信联盟】(I", ")、国际电信联盟(【ITU】)等"}


def test_china_is_not_mentioned_inside_of_developing_countries(built: Built) -> None:
    text = text_of(built)
    inside = [(match.start() + 2, match.start() + 4) for match in re.finditer("发展中国家", text)]
    assert len(inside) == 3
    assert all(text[start:end] == "中国" for start, end in inside)
    china = places(built)[I.thing("id/place/china")]
    assert len(china) == 3
    assert not [span for span in inside for start, end in china if start < span[1] and span[0] < end]


# --- No identifier that was not seen

LINKS = (FOAF.homepage, FOAF.page, RDFS.seeAlso, DCTERMS.source)


def published_identifiers(built: Built) -> set[str]:
    """IRIs of others that the data give as an identifier, a counterpart or a page of one of our things.

    A source says itself on which day it was seen.
    """
    found = set()
    for quad in built.quads:
        graph = slug(str(quad.graph_name))
        linked = quad.predicate in LINKS or re.search("(Match|sameAs)$", quad.predicate.value)
        if graph not in ("ontology", "shapes", "dataset") and linked and isinstance(quad.object, NamedNode):
            found.add(quad.object.value)
    return {iri for iri in found - sources(built) if not iri.startswith(DEFAULT_BASE)}


def sources(built: Built) -> set[str]:
    """The addresses on which facts and mappings rest."""
    return {
        quad.subject.value
        for quad in built.quads
        if quad.object == I.term("Source") and isinstance(quad.subject, NamedNode)
    }


#: Of the UNBIS Thesaurus, read since in the United Nations library's own file (data/alignments/unbis.sssom.tsv).
SEEN_SINCE = " 1004392 1003946 1005960 1001848 1004328 1003882 1003529 1003223 1003653 "


def seen(notes: Path) -> str:
    """What the notes say was seen: rows marked SAW, the terms for reuse, and the graphs of others that lie there."""
    rows = []
    for name, column in (("facts.tsv", "status"), ("alignment-candidates.tsv", "target_verified")):
        header, *lines = (notes / name).read_text("utf-8").splitlines()
        at = header.split("\t").index(column)
        rows += [line for line in lines if (line.split("\t") + [""] * 20)[at].startswith("SAW")]
    return "\n".join([*rows, (notes / "vocabulary-reuse.md").read_text("utf-8")])


def content(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


@pytest.mark.thorough
def test_every_identifier_was_seen(built: Built, checkout: Path) -> None:
    notes = checkout.parent / "shared"
    if not (notes / "facts.tsv").is_file():
        pytest.skip("the notes of what was seen where (shared/facts.tsv beside the checkout) are not on this machine")
    said = seen(notes) + SEEN_SINCE
    published = published_identifiers(built)
    assert len(published) > 80

    def was_seen(iri: str) -> bool:
        short = {
            "https://w3id.org/dpv#": "dpv:",
            "http://www.wikidata.org/entity/": "wd:",
            "http://metadata.un.org/thesaurus/": "",
            "http://metadata.un.org/sdg/codes/": "",
        }
        forms = {iri, iri.rstrip("/")} | {
            iri.replace(long, brief) for long, brief in short.items() if iri.startswith(long)
        }
        return any(re.search(rf"(?<![\w-]){re.escape(form)}(?!\w)", said) for form in forms)

    missed = sorted(iri for iri in published if not was_seen(iri))
    graphs = [content(path) for path in sorted((notes / "graphs").rglob("*")) if path.is_file()] if missed else []
    found = [iri for iri in missed if not any(_named(iri, graph) for graph in graphs)]
    assert found == []


def _named(iri: str, graph: bytes) -> bool:
    """Whether a graph names an IRI in full or, by its local name, under some prefix."""
    local = re.split("[/#:]", iri)[-1].encode()
    return local in graph and re.search(rb"[/#:;]" + re.escape(local) + rb"[>\"\s;,.]", graph) is not None


# --- Competency questions, each of which can go red

PREFIXES = """
BASE <https://w3id.org/initiative-lod/>
PREFIX : <ontology#>
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX sssom: <https://w3id.org/sssom/>
"""
CLAUSE = "<id/wic-2020/action/8/clause/5>"


def add(triples: str) -> str:
    return f"INSERT DATA {{ GRAPH <graph/fault> {{ {triples} }} }}"


def drop(triples: str) -> str:
    return f"DELETE WHERE {{ GRAPH ?g {{ {triples} }} }}"


#: For a question whose right answer is that there is nothing: a fault in the data that it must find.
FAULTS = {
    "actions-naming-a-person": add("<id/wic-2020/action/1/clause/1> :mentions <id/person/xi-jinping>"),
    "actions-naming-china": add("<id/wic-2020/action/1/clause/1> :mentions <id/place/china>"),
    "clauses-without-statement": drop(f"{CLAUSE} :statement ?x"),
    "clauses-without-translation": drop(f"{CLAUSE} :translation ?x"),
    "condition-lies-in-its-clause": "DELETE { GRAPH ?g { ?c :text ?t } } "
    "WHERE { GRAPH ?g { ?c a :Condition ; :text ?t } }",
    "cue-is-in-the-clause": "DELETE { GRAPH ?g { ?m :cue ?c } } INSERT { GRAPH ?g { ?m :cue '禁止'@zh } } "
    "WHERE { GRAPH ?g { ?m :cue ?c } FILTER (?m = <id/modality/prohibit>) }",
    "every-action-has-a-topic": "DELETE { GRAPH ?g { ?p :topic ?t } } "
    "WHERE { GRAPH ?g { ?p :topic ?t } FILTER (CONTAINS(STR(?p), '/action/8')) }",
    "every-cited-thing-has-one-kind": add("<id/institution/united-nations> a :Event"),
    "evidence-without-quote-or-reason": drop("<id/wic-2020/action/8/clause/5#addressee-enterprises> :span ?x"),
    "facts-without-address": drop("<https://zj.zjol.com.cn/news/1565583.html> :seenOn ?x"),
    "facts-without-source": drop("<id/wic-2020#issued> :seenIn ?x"),
    "governments-in-the-group-of-experts": add("<id/wic-2020/action/11/clause/1> :addressee <id/group/governments>"),
    "mappings-without-where-they-were-seen": "DELETE { GRAPH ?g { ?m :seenIn ?x } } "
    "WHERE { GRAPH ?g { ?m a sssom:Mapping ; :seenIn ?x } }",
    "numbering-without-gap": drop("<id/wic-2020/action/7> :number ?x"),
    "parts-of-a-rival-coding-alone": add(
        "<id/wic-2020/pillar/1> :rivalStatement <id/wic-2020/pillar/1#second-statement-1>"
    ),
    "prohibited-to-states": add(f"{CLAUSE} :addressee <id/group/all-countries>"),
    "prohibitions-outside-action-8": add("<id/wic-2020/action/9/clause/1> :modality <id/modality/prohibit>"),
    "quotes-out-of-place": "DELETE { GRAPH ?g { ?s oa:start ?n } } INSERT { GRAPH ?g { ?s oa:start ?m } } "
    f"WHERE {{ GRAPH ?g {{ {CLAUSE} :span/oa:hasSelector ?s . ?s oa:start ?n }} BIND (?n - 1 AS ?m) }}",
    "sanctions": add("<id/wic-2020/action/8/clause/5#statement-1> :orElse <id/wic-2020/action/8/clause/5#x>"),
    "statements-without-evidence": drop("<id/wic-2020/action/8/clause/5#addressee-enterprises> :onValue ?x"),
    "traps-of-alignment": add("<id/document/2030-agenda> owl:sameAs <http://www.wikidata.org/entity/Q7649586>"),
    "undertakings-without-aim": drop("<id/wic-2020/action/2/clause/3#statement-1> :aim ?x"),
    "unused-aims-and-objects": add("<id/aim/juggle> a :Aim ; skos:broader <id/aim/keep>"),
    "words-in-no-part": add("<id/wic-2020/zh> :leftOut <id/wic-2020/zh#char=0,17>"),
    "treaty-is-a-negotiation": add("<id/negotiation/un-cybercrime-convention> a :CitedDocument"),
}


@pytest.fixture(scope="module")
def asked(checkout: Path) -> list[Question]:
    return questions.read_folder(checkout / "data" / "questions")


def store_of(quads: list[Quad] | tuple[Quad, ...]) -> Store:
    return default_graph.in_memory(quads)


def red(asked: list[Question], store: Store) -> set[str]:
    return {difference.question.slug for difference in competency.differences(asked, store)}


@pytest.mark.thorough
def test_every_question_is_answered_as_worked_out(built: Built, asked: list[Question]) -> None:
    assert len(asked) >= 80
    assert red(asked, store_of(built.quads)) == set()


def test_what_each_document_is_asked_agrees_with_what_was_worked_out(
    built: Built, asked: list[Question], checkout: Path
) -> None:
    """The templates have no rows of their own: for this document other questions have them."""
    offered = {item.slug: item for item in questions.of_project(checkout, checkout / "ontology")}
    by_slug = {item.slug: item for item in asked}
    store = store_of(built.quads)

    def rows(slug: str) -> list[dict[str, str]]:
        names, *found = competency.answer(offered[slug], store)
        dicts = [dict(zip(names, row, strict=True)) for row in found]
        assert {row["document"] for row in dicts} == {"id/wic-2020"}
        return dicts

    names, *expected = by_slug["kinds-of-parts"].expected
    kinds = {row[names.index("kind")]: row[names.index("parts")] for row in expected}
    assert {row["kind"]: row["parts"] for row in rows("each-kinds-of-parts")} == kinds
    names, *expected = by_slug["issuer-and-date"].expected
    (issued,) = rows("each-issuer-and-date")
    assert {issued["issued"], issued["publisher"]} <= {cell for row in expected for cell in row}
    had = {(quad.subject, quad.object) for quad in built.quads if quad.predicate == I.term("modality")}
    assert len({clause for clause, _ in had}) == int(kinds["ontology#Clause"])
    assert sum(int(row["clauses"]) for row in rows("each-modalities")) == len(had)  # some clauses have two
    names, *expected = by_slug["prohibitions"].expected
    prohibited = {(row["clause"], row["text"], row["cue"]) for row in rows("each-prohibitions")}
    assert prohibited == {(row[names.index("clause")], row[names.index("text")], "不得") for row in expected}
    assert {row["standing"] for row in rows("each-texts")} == {
        "ontology#AuthenticText",
        "ontology#UnofficialTranslation",
    }


def test_an_emptied_store_turns_every_question_red_that_expects_something(asked: list[Question]) -> None:
    assert {question.slug for question in asked} - red(asked, Store()) == FAULTS.keys()


def edit(store: Store, gone: Set[Quad], new: Set[Quad]) -> None:
    """Take quads of named graphs out of a store with a default graph, and put others in."""
    for quad in gone:
        store.remove(quad)
    for quad in gone:
        stated = store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
        if all(other.graph_name == DefaultGraph() for other in stated):
            store.remove(Quad(quad.subject, quad.predicate, quad.object, DefaultGraph()))
    store.extend(default_graph.beside(new))


def properties_of(query: str) -> set[str]:
    """The local names of terms that a query may use as properties."""
    without_comments = re.sub(r"(?m)^\s*#.*$", "", query)
    return set(re.findall(r"(?:\w*:|[#/])([a-z]\w*)\b", without_comments)) | (
        {"type"} if re.search(r"\ba\b", without_comments) else set()
    )


def local_name(property: NamedNode) -> str:
    return re.split("[#/]", property.value)[-1]


@pytest.mark.slow
def test_a_fault_turns_every_question_red_that_expects_nothing(built: Built, asked: list[Question]) -> None:
    sound, store, named = {*built.quads}, store_of(built.quads), Store()
    named.extend(sound)
    properties = {quad.predicate for quad in sound}
    blind = []
    for question in asked:
        if question.slug in FAULTS:
            names = properties_of(FAULTS[question.slug])
            used = {item for item in properties if local_name(item) in names} | {
                I.thing(f"ontology#{name}") for name in names
            }
            before = {quad for item in used for quad in named.quads_for_pattern(None, item, None, None)}
            named.update(PREFIXES + FAULTS[question.slug])
            after = {quad for item in used for quad in named.quads_for_pattern(None, item, None, None)}
            gone, new = before - after, after - before
            assert gone or new, question.slug
            assert len(named) == len(sound) - len(gone) + len(new), question.slug
            edit(store, gone, new)
            blind += [question.slug] if not red([question], store) else []
            edit(store, new, gone)
            for quad in new:
                named.remove(quad)
            named.extend(gone)
    assert {*store} == {*store_of(built.quads)}
    assert blind == []


@pytest.mark.thorough
def test_every_question_leans_on_a_property_of_its_own_query(built: Built, asked: list[Question]) -> None:
    """Without all statements of one property that it names, the answer is another: not just anything will do."""
    by_property: dict[str, list[Quad]] = defaultdict(list)
    for quad in built.quads:
        by_property[local_name(quad.predicate)].append(quad)
    waiting = {question.slug: question for question in asked if question.slug not in FAULTS}
    store = store_of(built.quads)
    for name in sorted(by_property, key=lambda name: len(by_property[name])):
        using = [question for question in waiting.values() if name in properties_of(question.query)]
        if using:
            dropped = set(by_property[name])
            edit(store, dropped, set())
            for found in red(using, store):
                del waiting[found]
            edit(store, set(), dropped)
    assert waiting.keys() == set()


def test_what_belongs_to_one_document_lies_with_it(built: Built) -> None:
    """Vocabularies that other documents use say nothing of the Initiative: what they mean in it is in its own graph."""
    own = I.graph("wic-2020")
    vocabularies = {quad.graph_name for quad in built.quads if quad.predicate == SKOS.inScheme} - {own}
    assert len(vocabularies) >= 5
    texts = [
        f"{quad.subject} {quad.object.value}"
        for quad in built.quads
        if quad.predicate in (SKOS.definition, SKOS.scopeNote, RDFS.label, RDFS.comment)
        and quad.graph_name != own
        and quad.graph_name not in (I.graph("ontology"), I.graph("shapes"), I.graph("dataset"), I.graph("sources"))
        and not str(quad.graph_name).startswith(f"<{I.graph('coding-wic-2020').value}")  # of this document alone
        and isinstance(quad.object, Literal)
    ]
    assert len(texts) > 300
    speaking = re.compile(r"行动 ?\d|二十项|[Aa]ctions? \d|twenty actions|(?<!全球)倡议(?!》)|[Tt]h(e|is) initiative\b")
    assert [text for text in texts if speaking.search(text)] == []
