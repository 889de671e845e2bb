"""The ontology and its JSON-LD context, held to what they promise.

Checks are functions from a graph (or a context) to a list of faults. Each is run on the real file, where it must find
nothing, and on a copy that is broken on purpose, where it must find the fault.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from pyld import jsonld  # type: ignore[import-untyped, unused-ignore]
from pyowl2_profiles import detect_profiles  # type: ignore[import-untyped, unused-ignore]
from rdflib import OWL, RDF, RDFS, SKOS, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.namespace import DCTERMS, SH, VANN
from rdflib.term import Node

from initiative_lod import vocabulary

ROOT = Path(__file__).resolve().parents[2]
ONTOLOGY_FILE = ROOT / "ontology" / "initiative.ttl"
CONTEXT_FILE = ROOT / "ontology" / "context.jsonld"

BASE = "https://w3id.org/initiative-lod/"
ONTOLOGY = URIRef(BASE + "ontology")
ILOD = Namespace(BASE + "ontology#")
ELI = Namespace("http://data.europa.eu/eli/ontology#")
SCHEMA = Namespace("http://schema.org/")
OA = Namespace("http://www.w3.org/ns/oa#")

CLASS_NAMES = """
    GovernanceDocument Initiative Text AuthenticText OfficialTranslation UnofficialTranslation Part Preamble Recital
    Chapter Section Article Paragraph Item Pillar Action Clause Condition Conclusion Annex Note Signature TextSpan
    Attestation Evidence Citation ExternalFact Referent Institution Event CitedDocument Programme Negotiation NormSet
    Person Place StakeholderGroup Topic Modality CitationRole Principle Community IdentityCluster
    InstitutionalStatement RegulativeStatement ConstitutiveStatement FactualStatement Component Coding Aim
    StatementObject ContextKind Sentence Source
"""
PROPERTY_NAMES = """
    number pillarCount actionCount span headingSpan leadSpan text translation modality addressee beneficiary topic
    condition mentions cites invokes embodies onSubject onProperty onValue onLiteral role implied reason seenIn cue
    sha256 length rightsNotice rightsDoubt printedNumber position leftOut uncovered labelPattern
    officialName establishedBy establishedOn activeFrom activeUntil inSystemOf namesakeOf organizerName venueName
    memberName signedAs relatedInstrument noMatchReason noTopicReason targetsUnseen canonicalMember
    statement rivalStatement statedIn inCoding codes coder uncodedReason statementNumber doubt component speechAct
    speaker attribute deontic aim directObject indirectObject activationCondition executionConstraint orElse
    constitutedEntity modal constitutiveFunction constitutingProperties qualifier qualifies concept context
    nestedStatement order operator sentence inSentence carriedOverFrom seenOn closeTo relatedTo translationSpan
"""
CLASSES = frozenset(CLASS_NAMES.split())
PROPERTIES = frozenset(PROPERTY_NAMES.split())
PROPERTY_KINDS = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
BUILT_IN = tuple(
    "http://www.w3.org/" + tail
    for tail in ("1999/02/22-rdf-syntax-ns#", "2000/01/rdf-schema#", "2002/07/owl#", "2001/XMLSchema#")
)

Check = Callable[[Graph], list[str]]

SAMPLE = """
@base <https://w3id.org/initiative-lod/> .
@prefix : <https://w3id.org/initiative-lod/ontology#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix eli: <http://data.europa.eu/eli/ontology#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <http://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<id/sample> a :Initiative ; rdfs:label "样例"@zh , "Sample"@en ; :pillarCount 1 ; :actionCount 2 ;
    eli:is_realized_by <id/sample/zh> , <id/sample/en> ; dcterms:hasPart <id/sample/pillar/1> , <id/sample/preamble> ;
    dcterms:issued "2020-11-18"^^xsd:date ; dcterms:publisher <id/institution/committee> .
<id/sample/zh> a :Text , :AuthenticText ; :leftOut <id/sample/zh#char=0,3> ;
    :uncovered <id/sample/zh#char=0,3> ;
    eli:realizes <id/sample> ; schema:inLanguage "zh" ; :text "共享。要求企业不得后退。"@zh ;
    :length 12 ; :sha256 "0f3a" ; :rightsNotice "属于公有领域"@zh ; :rightsDoubt "不总是"@zh ;
    dcterms:license <http://example.org/licence> .
<id/sample/en> a :Text , :UnofficialTranslation ; eli:realizes <id/sample> ; schema:translationOfWork <id/sample/zh> .
<id/sample/preamble> a :Preamble ; dcterms:isPartOf <id/sample> ; dcterms:hasPart <id/sample/preamble/paragraph/1> .
<id/sample/preamble/paragraph/1> a :Paragraph ; dcterms:isPartOf <id/sample/preamble> ; :number 1 ;
    :mentions <id/group/people> , <id/place/city> , <id/person/somebody> ; :cites <id/programme/proposals> .
<id/law> a :GovernanceDocument ; rdfs:label "法"@zh , "Law"@en ; dcterms:hasPart <id/law/chapter/1> .
<id/law/en> a :Text , :OfficialTranslation ; eli:realizes <id/law> ; schema:translationOfWork <id/law/zh> ;
    schema:inLanguage "en" .
<id/law/preamble/recital/1> a :Recital ; dcterms:isPartOf <id/law> .
<id/law/chapter/1> a :Chapter ; dcterms:isPartOf <id/law> .
<id/law/chapter/1/section/1> a :Section ; dcterms:isPartOf <id/law/chapter/1> .
<id/law/article/1> a :Article ; dcterms:isPartOf <id/law/chapter/1/section/1> .
<id/law/article/1/item/1> a :Item ; dcterms:isPartOf <id/law/article/1> .
<id/law/annex/1> a :Annex ; dcterms:isPartOf <id/law> .
<id/law/note/1> a :Note ; dcterms:isPartOf <id/law> .
<id/law/signature> a :Signature ; dcterms:isPartOf <id/law> .
<id/law/pledge> :labelPattern "承诺 {}"@zh , "Pledge {}"@en .
<id/sample/conclusion> a :Conclusion , :Part ; dcterms:isPartOf <id/sample> ; :invokes <id/sample/community/one> .
<id/sample/pillar/1> a :Pillar ; dcterms:isPartOf <id/sample> ; :number 1 ; :position 2 ;
    :printedNumber "一"@zh ; :actionCount 2 ;
    :embodies <id/sample/principle/sharing> ; :leadSpan <id/sample/zh#char=0,3> .
<id/sample/action/1> a :Action ; dcterms:isPartOf <id/sample/pillar/1> ; dcterms:hasPart <id/sample/action/1/clause/1> ;
    rdfs:label "共享"@zh , "Sharing"@en ; :number 1 ; :headingSpan <id/sample/zh#char=0,3> .
<id/sample/action/1/clause/1> a :Clause ; dcterms:isPartOf <id/sample/action/1> ; :number 1 ;
    :text "要求企业不得后退。"@zh ; :translation "Require enterprises not to step back."@en ;
    :span <id/sample/zh#char=3,12> ; :modality <id/modality/prohibit> ; :addressee <id/group/enterprises> ;
    :beneficiary <id/group/people> ; :topic <id/topic/sharing> ; :cites <id/institution/committee> ;
    :translationSpan <id/sample/zh#char=3,12> ;
    :closeTo <https://example.org/goal> ; :relatedTo <https://example.org/norm> ;
    :condition <id/sample/action/1/clause/1#condition-1> .
<id/sample/action/1/clause/1#condition-1> a :Condition ; dcterms:isPartOf <id/sample/action/1/clause/1> ;
    :text "后退"@zh ; :span <id/sample/zh#char=9,11> .
<id/sample/action/1> :sentence <id/sample/action/1#sentence-zh-1> .
<id/sample/action/1#sentence-zh-1> a :Sentence ; dcterms:isPartOf <id/sample/action/1> ; :number 1 ;
    :text "要求企业不得后退。"@zh ; :span <id/sample/zh#char=3,12> .
<id/sample/zh#char=3,12> a :TextSpan , oa:SpecificResource ; oa:hasSource <id/sample/zh> ;
    oa:hasSelector <id/sample/zh#selector=3,12> .
<id/sample/zh#selector=3,12> a oa:TextQuoteSelector , oa:TextPositionSelector ; oa:exact "要求企业不得后退。" ;
    oa:prefix "共享。" ; oa:suffix "" ; oa:start 3 ; oa:end 12 .
<id/sample/action/1/clause/1#addressee-enterprises> a :Evidence ; :onSubject <id/sample/action/1/clause/1> ;
    :onProperty :addressee ; :onValue <id/group/enterprises> ; :span <id/sample/zh#char=5,7> ;
    :implied true ; :reason "主语承前"@zh , "carried over"@en .
<id/sample/action/1/clause/1#cites-committee> a :Citation ; :onSubject <id/sample/action/1/clause/1> ;
    :onProperty :cites ; :onValue <id/institution/committee> ; :role <id/role/acts> .
<id/sample#issued> a :ExternalFact , :Attestation ; :onSubject <id/sample> ; :onProperty dcterms:issued ;
    :onLiteral "2020-11-18"^^xsd:date ; :seenIn "a newspaper of that day" ;
    dcterms:source <https://example.org/newspaper> .
<https://example.org/newspaper> a :Source ; rdfs:label "报"@zh , "Newspaper"@en ; :seenOn "2026-11-29"^^xsd:date .
<id/institution/body> a :Institution , :Referent ; rdfs:label "机构"@zh , "Body"@en ;
    :officialName "Body of the Sample"@en ; :establishedBy "A/RES/0/0" ; :establishedOn "2019-12-27"^^xsd:date ;
    :activeFrom "2019"^^xsd:gYear ; :activeUntil "2021"^^xsd:gYear ; :inSystemOf <id/institution/committee> ;
    :namesakeOf <id/institution/committee> ; :organizerName "组委会"@zh ; :venueName "乌镇"@zh ; :memberName "一"@zh ;
    :signedAs "The Body"@en ; :relatedInstrument "A/0/0" ; :noMatchReason "无"@zh , "none"@en .
<id/action-without> a :Part ; :noTopicReason "无"@zh , "none"@en .
<id/institution/committee> a :Institution , :Referent ; rdfs:label "组委会"@zh , "Committee"@en ;
    foaf:homepage <http://example.org/> ; owl:differentFrom <id/event/conference> .
<id/event/conference> a :Event , schema:EventSeries ; rdfs:label "大会"@zh , "Conference"@en ;
    skos:altLabel "WIC"@en , "WIC (series)"@en , "大会"@zh ; schema:startDate "2014"^^xsd:gYear .
<id/event/conference-2> a :Event ; schema:superEvent <id/event/conference> ; schema:startDate "2015-12-16"^^xsd:date ;
    skos:historyNote "Held."@en .
<id/document/charter> a :CitedDocument ; dcterms:date "1945-06-26"^^xsd:date ; dcterms:identifier "X/1" ;
    foaf:page <http://example.org/charter> ; schema:url <http://example.org/charter> .
<id/programme/proposals> a :Programme ; rdfs:label "主张"@zh , "Proposals"@en .
<id/negotiation/treaty> a :Negotiation ; dcterms:relation <id/document/charter> .
<id/norm-set/behaviour> a :NormSet .
<id/person/somebody> a :Person .
<id/place/city> a :Place .
<id/group> a skos:ConceptScheme ; skos:hasTopConcept <id/group/people> .
<id/group/people> a :StakeholderGroup , skos:Concept ; skos:inScheme <id/group> ; skos:topConceptOf <id/group> ;
    skos:prefLabel "人民"@zh , "people"@en ; skos:definition "人"@zh , "Humans."@en ; skos:scopeNote "n"@en .
<id/group/enterprises> a :StakeholderGroup , skos:Concept ; skos:inScheme <id/group> ; skos:notation "enterprises" .
<id/topic/sharing> a :Topic , skos:Concept ; skos:prefLabel "共享"@zh , "sharing"@en ; skos:broader <id/topic/all> ;
    skos:exactMatch <http://example.org/thesaurus/1> .
<id/modality/prohibit> a :Modality , skos:Concept ; :cue "不得"@zh , "禁止"@zh ; skos:related <id/modality/oppose> .
<id/role/acts> a :CitationRole , skos:Concept .
<id/sample/principle/sharing> a :Principle , skos:Concept .
<id/sample/community/one> a :Community , skos:Concept .
<graph/identity#id/topic/sharing> a :IdentityCluster , prov:Collection ; :canonicalMember <id/topic/sharing> ;
    prov:hadMember <id/topic/sharing> , <http://example.org/thesaurus/1> .
<graph/coding-sample> a :Coding ; :codes <id/sample> ; :coder "somebody" ; dcterms:created "2031-03-05"^^xsd:date .
<id/sample/action/1/clause/1> :statement <id/sample/action/1/clause/1#statement-1> ;
    :rivalStatement <id/sample/action/1/clause/1#second-statement-1> .
<id/sample/preamble/paragraph/1> :uncodedReason "标题"@zh , "a title"@en .
<id/sample/action/1/clause/1#statement-1> a :InstitutionalStatement , :RegulativeStatement ;
    :statedIn <id/sample/action/1/clause/1> ; :inCoding <graph/coding-sample> ; :statementNumber "1" ; :doubt "或"@zh ;
    :operator "OR" ; :component <id/sample/action/1/clause/1#statement-1-aim-step> ;
    :speechAct <id/sample/action/1/clause/1#statement-1-aim-step> ;
    :speaker <id/sample/action/1/clause/1#statement-1-aim-step> ;
    :inSentence <id/sample/action/1#sentence-zh-1> ;
    :attribute <id/sample/action/1/clause/1#statement-1-aim-step> ;
    :deontic <id/sample/action/1/clause/1#statement-1-aim-step> ;
    :aim <id/sample/action/1/clause/1#statement-1-aim-step> ;
    :directObject <id/sample/action/1/clause/1#statement-1-aim-step> ;
    :indirectObject <id/sample/action/1/clause/1#statement-1-aim-step> ;
    :activationCondition <id/sample/action/1/clause/1#statement-1-aim-step> ;
    :executionConstraint <id/sample/action/1/clause/1#statement-1-aim-step> ;
    :orElse <id/sample/action/1/clause/1#statement-1-aim-step> ;
    :constitutedEntity <id/sample/action/1/clause/1#statement-1-aim-step> ;
    :modal <id/sample/action/1/clause/1#statement-1-aim-step> ;
    :constitutiveFunction <id/sample/action/1/clause/1#statement-1-aim-step> ;
    :constitutingProperties <id/sample/action/1/clause/1#statement-1-aim-step> ;
    :qualifier <id/sample/action/1/clause/1#statement-1-aim-step> .
<id/sample/action/1/clause/1#second-statement-1> a :ConstitutiveStatement .
<id/sample/preamble/paragraph/1#statement-1> a :FactualStatement .
<id/sample/action/1/clause/1#statement-1-aim-step> a :Component ; :concept <id/aim/step> ; :text "后退"@zh ; :order 1 ;
    :span <id/sample/zh#char=3,12> ; :operator "AND" ; :context <id/context/means> ; :implied true ; :reason "承前"@zh ;
    :nestedStatement <id/sample/action/1/clause/1#statement-1.1> ;
    :carriedOverFrom <id/sample/action/1/clause/1#statement-1-aim-step-2> ;
    :qualifies <id/sample/action/1/clause/1#statement-1-aim-step-2> .
<id/aim/step> a :Aim , skos:Concept .
<id/object/river> a :StatementObject , skos:Concept .
<id/context/means> a :ContextKind , skos:Concept .
<graph/alignment-sample> :targetsUnseen true .
"""


# --- reading ---------------------------------------------------------------------------------------------------------


@cache
def _parsed() -> Graph:
    return Graph().parse(ONTOLOGY_FILE, format="turtle")


@pytest.fixture
def ontology() -> Graph:
    """A copy of the ontology, to be broken at will."""
    copy = Graph()
    for triple in _parsed():
        copy.add(triple)
    return copy


@pytest.fixture
def sample() -> Graph:
    """Built data in miniature: every own term of the ontology occurs in it."""
    return Graph().parse(data=SAMPLE, format="turtle")


@pytest.fixture
def context() -> dict[str, Any]:
    """The contents of ``@context``."""
    document: dict[str, Any] = json.loads(CONTEXT_FILE.read_text("utf-8"))
    assert set(document) == {"@context"}
    terms: dict[str, Any] = document["@context"]
    return terms


def own(graph: Graph) -> set[URIRef]:
    """Own terms that the graph declares."""
    return {
        s
        for kind in (OWL.Class, *PROPERTY_KINDS, RDFS.Datatype)
        for s in graph.subjects(RDF.type, kind)
        if isinstance(s, URIRef) and s.startswith(ILOD)
    }


def short(term: Node | None) -> str:
    """The end of an IRI, to name it in a fault."""
    return str(term).removeprefix(BASE).removeprefix("ontology#")


# --- OWL 2 DL --------------------------------------------------------------------------------------------------------


def profile_faults(graph: Graph) -> list[str]:
    """What the profile checker says against OWL 2 DL."""
    store = pyoxigraph.Store()
    store.load(graph.serialize(format="nt").encode(), pyoxigraph.RdfFormat.N_TRIPLES)
    verdict = detect_profiles(store)["dl"]
    return [f"{each['axiom_type']} {each['subject_iri']}" for each in verdict["sample_violations"]]


def kind_faults(graph: Graph) -> list[str]:
    """OWL 2 §5.8.1, §3.2.1 of the RDF mapping: one kind a property, and values that fit it; classes declared."""
    faults = []
    properties = set(graph.predicates()).union(*(graph.subjects(RDF.type, k) for k in PROPERTY_KINDS))
    kinds = {p: [k for k in PROPERTY_KINDS if (p, RDF.type, k) in graph] for p in properties}
    for p, found in kinds.items():
        if not str(p).startswith(BUILT_IN) and len(found) != 1:
            faults.append(f"{short(p)} is declared {len(found)} times")
    for s, p, o in graph:
        if kinds[p] == [OWL.ObjectProperty] and isinstance(o, Literal):
            faults.append(f"object property {short(p)} has the literal {o!r} on {short(s)}")
        if kinds[p] == [OWL.DatatypeProperty]:
            if not isinstance(o, Literal):
                faults.append(f"data property {short(p)} has {short(o)} on {short(s)}")
            elif o.datatype in (XSD.date, XSD.gYear, XSD.gYearMonth, XSD.time):
                faults.append(f"data property {short(p)} has a {short(o.datatype)}, which is not in the datatype map")
    faults += [
        f"class {short(c)} is not declared" for c in _class_names(graph) if (c, RDF.type, OWL.Class) not in graph
    ]
    return faults


def _class_names(graph: Graph) -> Iterator[URIRef]:
    named = (
        set(graph.objects(None, RDF.type))
        | set(graph.objects(None, OWL.onClass))
        | set(graph.objects(None, OWL.disjointWith))
    )
    for sub, sup in graph.subject_objects(RDFS.subClassOf):
        named |= {sub, sup}
    for head in (*graph.objects(None, OWL.unionOf), *graph.objects(None, OWL.members)):
        named |= set(Collection(graph, head))
    named |= set(graph.objects(None, OWL.someValuesFrom)) | set(graph.objects(None, RDFS.domain))
    named |= {filler for p, filler in graph.subject_objects(RDFS.range) if (p, RDF.type, OWL.ObjectProperty) in graph}
    yield from (n for n in named if isinstance(n, URIRef) and not str(n).startswith(BUILT_IN))


def axiom_faults(graph: Graph) -> list[str]:
    """OWL 2 §11.2 and its RDF mapping: fit properties, no number on a transitive one, no shared blank node."""
    faults = [
        f"a restriction on {short(p)}, which is neither an object nor a data property"
        for p in graph.objects(None, OWL.onProperty)
        if not any((p, RDF.type, k) in graph for k in (OWL.ObjectProperty, OWL.DatatypeProperty))
    ]
    for sub, sup in graph.subject_objects(RDFS.subPropertyOf):
        if not any((sub, RDF.type, k) in graph and (sup, RDF.type, k) in graph for k in PROPERTY_KINDS):
            faults.append(f"{short(sub)} under {short(sup)}, which is of another kind")
    numbers = (OWL.cardinality, OWL.minCardinality, OWL.maxCardinality, OWL.maxQualifiedCardinality)
    for number in numbers:
        for restriction in graph.subjects(number, None):
            on = graph.value(restriction, OWL.onProperty)
            if on is not None and (on, RDF.type, OWL.TransitiveProperty) in graph:
                faults.append(f"a number on {short(on)}, which is transitive")
    uses = Counter(o for o in graph.objects() if isinstance(o, BNode))
    faults += [f"a blank node is used {n} times" for n in uses.values() if n > 1]
    return faults


def test_the_ontology_is_owl_2_dl(ontology: Graph) -> None:
    assert profile_faults(ontology) == []
    assert kind_faults(ontology) == []
    assert axiom_faults(ontology) == []


def test_the_ontology_with_data_is_owl_2_dl(ontology: Graph, sample: Graph) -> None:
    both = ontology + sample
    assert profile_faults(both) == []
    assert kind_faults(both) == []


@pytest.mark.parametrize(
    ("check", "triple", "fault"),
    [
        (profile_faults, (ILOD.span, RDF.type, OWL.DatatypeProperty), "punning"),
        (profile_faults, (ONTOLOGY, DCTERMS.abstract, Literal("x")), "undeclared-property"),
        (kind_faults, (ILOD.span, RDF.type, OWL.AnnotationProperty), "declared 2 times"),
        (kind_faults, (ONTOLOGY, DCTERMS.isPartOf, Literal("x")), "has the literal"),
        (kind_faults, (ONTOLOGY, ILOD.seenIn, ILOD.Text), "data property seenIn"),
        (kind_faults, (ONTOLOGY, ILOD.seenIn, Literal("2020-11-18", datatype=XSD.date)), "datatype map"),
        (kind_faults, (ILOD.Event, RDFS.subClassOf, SCHEMA.Event), "not declared"),
        (axiom_faults, (DCTERMS.isPartOf, RDF.type, OWL.TransitiveProperty), "transitive"),
        (axiom_faults, (ILOD.cites, RDFS.subPropertyOf, DCTERMS.source), "another kind"),
        (axiom_faults, (BNode(), OWL.onProperty, DCTERMS.issued), "neither an object"),
    ],
)
def test_each_owl_check_can_fail(ontology: Graph, check: Check, triple: tuple[Node, Node, Node], fault: str) -> None:
    ontology.add(triple)
    assert any(fault in found for found in check(ontology)), check(ontology)


# --- terms -----------------------------------------------------------------------------------------------------------


def documentation_faults(graph: Graph) -> list[str]:
    """Own terms without label and definition in zh and en, exactly one each, and rdfs:isDefinedBy."""
    faults = []
    for term in sorted(own(graph)):
        for p in (RDFS.label, SKOS.definition):
            languages = sorted(str(o.language) for o in graph.objects(term, p) if isinstance(o, Literal) and o.strip())
            if languages != ["en", "zh"]:
                faults.append(f"{short(term)} has {short(p).rpartition('#')[2]} in {languages}")
        if list(graph.objects(term, RDFS.isDefinedBy)) != [ONTOLOGY]:
            faults.append(f"{short(term)} is not defined by the ontology")
    for p in (RDFS.label, SKOS.definition):
        said = Counter(o for term in own(graph) for o in graph.objects(term, p))
        faults += [f"{o} is said of {n} terms" for o, n in said.items() if n > 1]
    return faults


def signature_faults(graph: Graph) -> list[str]:
    """Own properties with other than one domain and one range, and names of the wrong case or that begin with "is"."""
    faults = []
    for kind in PROPERTY_KINDS:
        for p in graph.subjects(RDF.type, kind):
            if p not in own(graph):
                continue
            for axiom in (RDFS.domain, RDFS.range):
                count = len(set(graph.objects(p, axiom)))
                if count != 1:
                    faults.append(f"{short(p)} has {count} of {short(axiom).rpartition('#')[2]}")
            if not short(p)[0].islower() or re.match("is(?![a-z])", short(p)):
                faults.append(f"{short(p)} is no name for a property")
    classes = own(graph) & set(graph.subjects(RDF.type, OWL.Class))
    faults += [f"{short(c)} is no name for a class" for c in classes if not short(c)[0].isupper()]
    return faults


def hijacking_faults(graph: Graph) -> list[str]:
    """Axioms or words about a term of another vocabulary: it may be declared, and nothing else."""
    faults = []
    declared = {
        s for kind in (OWL.Class, *PROPERTY_KINDS) for s in graph.subjects(RDF.type, kind) if isinstance(s, URIRef)
    }
    for term in declared - own(graph):
        said = [(p, o) for p, o in graph.predicate_objects(term)]
        faults += [f"{term} {p} {o}" for p, o in said if p != RDF.type or o not in (OWL.Class, *PROPERTY_KINDS)]
    return faults


def cycle_faults(graph: Graph) -> list[str]:
    """Terms under themselves."""
    return [
        f"{short(term)} is under itself"
        for p in (RDFS.subClassOf, RDFS.subPropertyOf)
        for term in set(graph.subjects(p, None))
        if any(term in graph.transitive_objects(up, p) for up in graph.objects(term, p))
    ]


@pytest.mark.parametrize(
    ("names", "above"),
    [
        ((*vocabulary.PARTS, "Condition", "Sentence"), ILOD.Part),
        (vocabulary.REFERENTS, ILOD.Referent),
        (vocabulary.CONCEPTS, SKOS.Concept),
        (vocabulary.ATTESTATIONS, ILOD.Attestation),
    ],
)
def test_the_lists_of_kinds_are_the_ontology_s(ontology: Graph, names: tuple[str, ...], above: URIRef) -> None:
    below = {str(item).removeprefix(ILOD) for item in ontology.transitive_subjects(RDFS.subClassOf, above)}
    assert sorted(below - {str(SKOS.Concept), "Part", "Referent"}) == sorted(names)


def test_what_interprets_is_what_the_shapes_ask_evidence_of() -> None:
    evidence = Graph().parse(ROOT / "ontology" / "shapes" / "evidence.ttl")
    (shape,) = evidence.subjects(SH.targetSubjectsOf, ILOD.mentions)
    targets = {str(item).removeprefix(ILOD) for item in evidence.objects(shape, SH.targetSubjectsOf)}
    assert sorted(targets) == sorted({*vocabulary.INTERPRETING} - {"condition"})  # whose node has a span itself


def test_the_ontology_has_the_terms_of_the_model(ontology: Graph) -> None:
    classes = {short(c) for c in ontology.subjects(RDF.type, OWL.Class) if c in own(ontology)}
    assert classes == CLASSES
    assert {short(t) for t in own(ontology)} - classes == PROPERTIES


@pytest.mark.parametrize("check", [documentation_faults, signature_faults, hijacking_faults, cycle_faults])
def test_terms(ontology: Graph, check: Check) -> None:
    assert check(ontology) == []


@pytest.mark.parametrize(
    ("check", "triple", "fault"),
    [
        (documentation_faults, (ILOD.Extra, RDF.type, OWL.Class), "Extra is not defined by"),
        (documentation_faults, (ILOD.Text, RDFS.label, Literal("document", lang="en")), "Text has label"),
        (documentation_faults, (ILOD.Text, RDFS.isDefinedBy, ILOD.Text), "Text is not defined by"),
        (signature_faults, (ILOD.cites, RDFS.domain, ILOD.Clause), "cites has 2 of domain"),
        (signature_faults, (ILOD.Extra, RDF.type, OWL.ObjectProperty), "Extra has 0 of range"),
        (signature_faults, (ILOD.isCited, RDF.type, OWL.ObjectProperty), "isCited is no name"),
        (signature_faults, (ILOD.extra, RDF.type, OWL.Class), "extra is no name"),
        (hijacking_faults, (DCTERMS.isPartOf, OWL.inverseOf, DCTERMS.hasPart), "inverseOf"),
        (hijacking_faults, (ELI.Work, RDFS.label, Literal("work", lang="en")), "label"),
        (cycle_faults, (ILOD.Part, RDFS.subClassOf, ILOD.Clause), "Clause is under itself"),
    ],
)
def test_each_check_of_terms_can_fail(
    ontology: Graph, check: Check, triple: tuple[Node, Node, Node], fault: str
) -> None:
    ontology.add(triple)
    assert any(fault in found for found in check(ontology)), check(ontology)


@pytest.mark.parametrize("predicate", [RDFS.label, SKOS.definition])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_missing_word_is_found_for_every_term(ontology: Graph, predicate: URIRef, language: str) -> None:
    for term, word in list(ontology.subject_objects(predicate)):
        if isinstance(word, Literal) and word.language == language:
            ontology.remove((term, predicate, word))
    found = {fault.partition(" has ")[0] for fault in documentation_faults(ontology)}
    assert found == CLASSES | PROPERTIES


# --- disjointness ----------------------------------------------------------------------------------------------------


def disjoint_pairs(graph: Graph) -> set[frozenset[str]]:
    """Pairs of classes that the ontology states to be disjoint, by local name."""
    pairs = {frozenset((short(a), short(b))) for a, b in graph.subject_objects(OWL.disjointWith)}
    for axiom in graph.subjects(RDF.type, OWL.AllDisjointClasses):
        for head in graph.objects(axiom, OWL.members):
            members = [short(m) for m in Collection(graph, head)]
            pairs |= {frozenset((a, b)) for a in members for b in members if a != b}
    return pairs


def clashes(graph: Graph, data: Graph) -> list[str]:
    """Things in ``data`` that fall into two disjoint classes by type, domain, range and subclass (unions left out)."""
    types: dict[Node, set[Node]] = {}
    for s, p, o in data:
        found = types.setdefault(s, set())
        if p == RDF.type:
            found.add(o)
        found |= set(graph.objects(p, RDFS.domain))
        if not isinstance(o, Literal):
            types.setdefault(o, set()).update(graph.objects(p, RDFS.range))
    pairs = disjoint_pairs(graph)
    faults = []
    for thing, direct in types.items():
        names = {short(up) for each in direct for up in graph.transitive_objects(each, RDFS.subClassOf)}
        faults += [f"{short(thing)} is {sorted(pair)}" for pair in pairs if pair <= names]
    return sorted(faults)


@pytest.mark.parametrize(
    "group",
    [
        "Institution Event CitedDocument Programme Negotiation NormSet Person Place",
        "Preamble Recital Chapter Section Article Paragraph Item Pillar Action Clause Condition Sentence Conclusion "
        "Annex Note Signature",
        "AuthenticText OfficialTranslation UnofficialTranslation",
        "GovernanceDocument Text Part TextSpan Attestation Topic StakeholderGroup Modality CitationRole Principle "
        "Community",
        "Evidence ExternalFact",
        "Referent Part",
    ],
)
def test_classes_are_disjoint(ontology: Graph, group: str) -> None:
    names = group.split()
    assert {frozenset((a, b)) for a in names for b in names if a != b} <= disjoint_pairs(ontology)


def test_what_may_coincide_is_not_disjoint(ontology: Graph) -> None:
    """Another document may cite an initiative; a mapped referent or part is a SKOS concept; a citation is evidence."""
    open_pairs = [
        ("Initiative", "Referent"),
        ("Initiative", "CitedDocument"),
        ("Citation", "Evidence"),
        ("Text", "UnofficialTranslation"),
    ]
    assert not {frozenset(pair) for pair in open_pairs} & disjoint_pairs(ontology)
    assert (SKOS.Concept, OWL.disjointWith, None) not in ontology
    assert not any(str(SKOS.Concept) in pair for pair in disjoint_pairs(ontology))


def test_data_in_miniature_fits_domains_ranges_and_disjointness(ontology: Graph, sample: Graph) -> None:
    assert clashes(ontology, sample) == []


@pytest.mark.parametrize(
    ("extra", "thing"),
    [
        ("<id/event/conference> a :Institution .", "id/event/conference"),  # the conference is not the organisation
        ("<id/negotiation/treaty> a :CitedDocument .", "id/negotiation/treaty"),  # nor the negotiation its outcome
        ("<id/sample/action/1> :modality <id/modality/prohibit> .", "id/sample/action/1"),  # only clauses have one
        ("<id/sample/action/1/clause/1> :topic <id/group/people> .", "id/group/people"),
    ],
)
def test_data_that_mixes_kinds_is_found(ontology: Graph, sample: Graph, extra: str, thing: str) -> None:
    prefixes = f"@base <{BASE}> . @prefix : <{ILOD}> . "
    assert any(
        found.startswith(thing + " is ") for found in clashes(ontology, sample + Graph().parse(data=prefixes + extra))
    )


def test_nothing_is_taken_for_a_legal_resource(ontology: Graph) -> None:
    above = {
        up
        for term in own(ontology)
        for p in (RDFS.subClassOf, RDFS.subPropertyOf)
        for up in ontology.transitive_objects(term, p)
    }
    assert {ELI.Work, ELI.Expression, ELI.WorkSubdivision, OA.SpecificResource, SKOS.Concept} <= above
    assert not [up for up in above if "Legal" in str(up)]


# --- header ----------------------------------------------------------------------------------------------------------


def header_faults(graph: Graph) -> list[str]:
    """What harvesters look for in an ontology's header and this one lacks."""
    needed: dict[Node, object] = {
        OWL.versionIRI: URIRef(f"{ONTOLOGY}/{graph.value(ONTOLOGY, OWL.versionInfo)}"),
        OWL.versionInfo: None,
        DCTERMS.license: URIRef("https://creativecommons.org/licenses/by/4.0/"),
        DCTERMS.creator: None,
        DCTERMS.publisher: None,
        DCTERMS.created: XSD.date,
        DCTERMS.issued: XSD.date,
        DCTERMS.modified: XSD.date,
        DCTERMS.bibliographicCitation: None,
        VANN.preferredNamespacePrefix: Literal("ilod"),
        VANN.preferredNamespaceUri: Literal(str(ILOD)),
    }
    faults = [] if list(graph.subjects(RDF.type, OWL.Ontology)) == [ONTOLOGY] else ["not one owl:Ontology"]
    for p, wanted in needed.items():
        values = list(graph.objects(ONTOLOGY, p))
        if len(values) != 1:
            faults.append(f"{p} has {len(values)} values")
        elif wanted == XSD.date:
            if not (isinstance(values[0], Literal) and values[0].datatype == XSD.date):
                faults.append(f"{p} is no date")
        elif wanted is not None and values[0] != wanted:
            faults.append(f"{p} is {values[0]}, not {wanted}")
    faults += [
        f"{p} is not in zh and en"
        for p in (DCTERMS.title, DCTERMS.description)
        if sorted(str(o.language) for o in graph.objects(ONTOLOGY, p) if isinstance(o, Literal)) != ["en", "zh"]
    ]
    return faults + [
        f"{p} is no annotation property: tools would not find it in the header"
        for p in set(graph.predicates(ONTOLOGY))
        if not str(p).startswith(BUILT_IN) and (p, RDF.type, OWL.AnnotationProperty) not in graph
    ]


def test_the_header_is_complete(ontology: Graph) -> None:
    assert header_faults(ontology) == []


def test_each_line_of_the_header_is_missed(ontology: Graph) -> None:
    optional = {
        RDF.type,
        RDFS.label,
        RDFS.comment,
        RDFS.seeAlso,
        DCTERMS.language,
        DCTERMS.source,
        SCHEMA.creativeWorkStatus,
    }
    tried = set(ontology.predicates(ONTOLOGY)) - optional
    assert len(tried) >= 12
    for p in tried:
        broken = ontology - Graph()
        broken.remove((ONTOLOGY, p, None))
        assert header_faults(broken), f"nobody misses {p}"


def test_the_changelog_has_the_version(ontology: Graph) -> None:
    version, issued = (ontology.value(ONTOLOGY, p) for p in (OWL.versionInfo, DCTERMS.issued))
    assert f"## {version} ({issued})" in (ROOT / "ontology" / "CHANGELOG.md").read_text("utf-8")


# --- context ---------------------------------------------------------------------------------------------------------

HEADER_ONLY = frozenset(
    {SCHEMA.creativeWorkStatus, SCHEMA.mentions, VANN.preferredNamespacePrefix, VANN.preferredNamespaceUri}
)


def expand_iri(context: dict[str, Any], value: str) -> str:
    """A compact IRI written out by the context's prefixes."""
    prefix, colon, rest = value.partition(":")
    return context[prefix] + rest if colon and isinstance(context.get(prefix), str) else value


def terms_of(context: dict[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Keys that stand for an IRI of a class or a property: IRI and definition. Prefixes and keywords are left out."""
    found = {}
    for key, definition in context.items():
        full = definition if isinstance(definition, dict) else {"@id": definition}
        iri = full.get("@id", "") if isinstance(full.get("@id", ""), str) else ""
        if not key.startswith("@") and not iri.startswith("@") and not iri.endswith(("#", "/")):
            found[key] = (expand_iri(context, iri), full)
    return found


def context_faults(context: dict[str, Any], graph: Graph) -> list[str]:
    """Where the context and the ontology say different things."""
    faults = []
    terms = terms_of(context)
    by_iri = {iri: (key, definition) for key, (iri, definition) in terms.items()}
    faults += [f"{iri} has {n} keys" for iri, n in Counter(iri for iri, _ in terms.values()).items() if n > 1]
    for term in own(graph):
        if by_iri.get(str(term), ("", {}))[0] != short(term):
            faults.append(f"{short(term)} is not in the context by its own name")
    declared = {
        s for kind in (OWL.Class, *PROPERTY_KINDS) for s in graph.subjects(RDF.type, kind) if isinstance(s, URIRef)
    }
    for iri, (key, _) in by_iri.items():
        if URIRef(iri) not in declared and not iri.startswith(BUILT_IN):
            faults.append(f"{key} stands for {iri}, which the ontology does not declare")
    for p in declared - HEADER_ONLY:
        kind = next((k for k in PROPERTY_KINDS if (p, RDF.type, k) in graph), None)
        if kind is None:
            continue
        if str(p) not in by_iri:
            faults.append(f"{short(p)} is not in the context")
            continue
        definition = by_iri[str(p)][1]
        coercion = expand_iri(context, definition.get("@type", ""))
        if kind == OWL.ObjectProperty and coercion not in ("@id", "@vocab"):
            faults.append(f"{short(p)} is an object property and its values are read as {coercion or 'strings'}")
        if kind == OWL.DatatypeProperty and coercion.startswith("@"):
            faults.append(f"{short(p)} is a data property and its values are read as IRIs")
        of_range = graph.value(p, RDFS.range)
        if kind == OWL.DatatypeProperty and p in own(graph):
            wanted = {XSD.string: "", RDF.PlainLiteral: ""}.get(of_range, str(of_range))  # type: ignore[arg-type, call-overload, unused-ignore]
            if coercion != wanted:
                faults.append(f"{short(p)} has range {of_range} and its values are read as {coercion or 'strings'}")
            if (of_range == RDF.PlainLiteral) != ("@language" in definition.get("@container", "")):
                faults.append(f"{short(p)} has range {of_range} and container {definition.get('@container')}")
    return faults


def test_the_context_says_what_the_ontology_says(context: dict[str, Any], ontology: Graph) -> None:
    assert context_faults(context, ontology) == []
    assert context["@version"] == 1.1


@pytest.mark.parametrize(
    ("key", "definition", "fault"),
    [
        ("modality", None, "modality is not in the context by its own name"),
        ("modality", "ilod:modality", "is an object property"),
        ("number", {"@id": "ilod:number"}, "number has range"),
        ("translation", "ilod:translation", "translation has range"),
        ("clause", "ilod:clauze", "does not declare"),
        ("isIn", {"@id": "dcterms:isPartOf", "@type": "@id"}, "has 2 keys"),
        ("superEvent", None, "superEvent is not in the context"),
    ],
)
def test_each_check_of_the_context_can_fail(
    context: dict[str, Any], ontology: Graph, key: str, definition: Any, fault: str
) -> None:
    context.pop(key, None)
    if definition is not None:
        context[key] = definition
    assert any(fault in found for found in context_faults(context, ontology)), context_faults(context, ontology)


def _no_network(url: str, options: object = None) -> dict[str, Any]:
    raise AssertionError(f"JSON-LD processing asked for {url}")


def _quads(document: object) -> set[pyoxigraph.Quad]:
    """The quads of an expanded JSON-LD document."""
    return set(pyoxigraph.parse(json.dumps(document), pyoxigraph.RdfFormat.JSON_LD))


def _expanded(graph: Graph) -> list[dict[str, Any]]:
    """Expanded JSON-LD of a graph, one object a node.

    pyoxigraph opens a new object whenever the subject changes, and writes rdf:type as a property.
    """
    lines = sorted(graph.serialize(format="nt").splitlines(keepends=True))
    quads = pyoxigraph.parse("".join(lines), pyoxigraph.RdfFormat.N_TRIPLES)
    written = pyoxigraph.serialize(quads, format=pyoxigraph.RdfFormat.JSON_LD)
    assert written is not None
    nodes: list[dict[str, Any]] = json.loads(written)
    for node in nodes:
        node["@type"] = [each["@id"] for each in node.pop(str(RDF.type), [])]
    return nodes


def _keys(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from _keys(value)
    elif isinstance(node, list):
        for each in node:
            yield from _keys(each)


def _nodes(compacted: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {node["id"].removeprefix(BASE): node for node in compacted["@graph"]}


@pytest.fixture
def compacted(sample: Graph, context: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = jsonld.compact(_expanded(sample), {"@context": context}, {"documentLoader": _no_network})
    return result


def test_compact_and_expand_give_the_same_graph(sample: Graph, compacted: dict[str, Any]) -> None:
    before = _quads(_expanded(sample))
    assert len(before) == len(sample) > 150
    assert _quads(jsonld.expand(compacted, {"documentLoader": _no_network})) == before


def test_another_reader_reads_the_compacted_document(sample: Graph, compacted: dict[str, Any]) -> None:
    assert _quads(compacted) == _quads(_expanded(sample))


def test_the_sample_uses_every_own_term_by_its_name(compacted: dict[str, Any]) -> None:
    """So the round trip tries each of them; and no key of the result is left as an IRI."""
    body = compacted["@graph"]
    keys = set(_keys(body))
    types = {
        t for node in body for t in ([node["type"]] if isinstance(node.get("type"), str) else node.get("type", []))
    }
    assert keys >= PROPERTIES
    assert types >= CLASSES
    assert not [name for name in keys | types if ":" in name]


def test_what_the_compacted_document_looks_like(compacted: dict[str, Any]) -> None:
    nodes = _nodes(compacted)
    clause = nodes["id/sample/action/1/clause/1"]
    assert clause["type"] == "Clause"
    assert clause["number"] == "1"
    assert clause["text"] == {"zh": "要求企业不得后退。"}
    assert clause["translation"] == {"en": "Require enterprises not to step back."}
    assert clause["modality"] == BASE + "id/modality/prohibit"
    evidence = nodes["id/sample/action/1/clause/1#addressee-enterprises"]
    assert evidence["onProperty"] == "addressee"
    assert evidence["implied"] in (True, "true")
    assert nodes["id/sample#issued"]["onProperty"] == "issued"
    assert nodes["id/sample#issued"]["onLiteral"] == {"type": "xsd:date", "@value": "2020-11-18"}
    conference = nodes["id/event/conference"]
    assert {k: sorted(v) for k, v in conference["altLabel"].items()} == {"en": ["WIC", "WIC (series)"], "zh": ["大会"]}
    assert conference["label"] == {"en": "Conference", "zh": "大会"}
    assert nodes["id/event/conference-2"]["superEvent"] == BASE + "id/event/conference"


def test_written_by_hand(context: dict[str, Any]) -> None:
    """JSON numbers and booleans, language maps and bare property names mean what they look like."""
    document = {
        "@context": context,
        "id": BASE + "id/x",
        "type": "Action",
        "number": 8,
        "label": {"zh": "甲", "en": "A"},
        "isPartOf": BASE + "id/x/pillar/2",
    }
    as_turtle = f"""<{BASE}id/x> a <{ILOD.Action}> ; <{ILOD.number}> 8 ; <{RDFS.label}> "甲"@zh , "A"@en ;
        <{DCTERMS.isPartOf}> <{BASE}id/x/pillar/2> ."""
    expected = set(pyoxigraph.parse(as_turtle, pyoxigraph.RdfFormat.TURTLE))
    assert {q.triple for q in _quads(jsonld.expand(document, {"documentLoader": _no_network}))} == {
        q.triple for q in expected
    }


def test_a_wrong_context_does_not_round_trip(sample: Graph, compacted: dict[str, Any]) -> None:
    """The round trip has teeth: read under a context with one wrong datatype, the document is another graph."""
    compacted["@context"]["number"] = {"@id": "ilod:number", "@type": "xsd:string"}
    assert _quads(jsonld.expand(compacted, {"documentLoader": _no_network})) != _quads(_expanded(sample))
