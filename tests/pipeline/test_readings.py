"""How the Initiative is read: right values of what was once read wrongly, by the rules that docs/model.md gives."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

import pytest
from pyoxigraph import Literal, NamedNode

from initiative_lod.build.graph import Built
from initiative_lod.iris import DEFAULT_BASE, Iris, slug
from initiative_lod.labels import LABELS
from initiative_lod.languages import by_language, has_han, syllables
from initiative_lod.vocabulary import DCTERMS, RDF, RDFS, SKOS, SSSOM

I = Iris()
WIC = f"{DEFAULT_BASE}id/wic-2020/"
RELATION, IDENTIFIER, DATE = (NamedNode(f"{DCTERMS.iri}{name}") for name in ("relation", "identifier", "date"))
SIX = {
    *("governments", "international-organizations", "internet-companies"),
    *("technical-communities", "social-organizations", "individual-citizens"),
}


@pytest.fixture(scope="module")
def built(real_build: Built) -> Built:
    return real_build


def of_clauses(built: Built, name: str) -> dict[str, set[str]]:
    """The values of a property, by their last segment, of each clause of the Initiative that has it."""
    values: dict[str, set[str]] = {}
    own = I.graph("wic-2020")
    for quad in built.quads:
        if quad.predicate == I.term(name) and quad.graph_name == own:
            assert isinstance(quad.subject, NamedNode)
            if "/clause/" in quad.subject.value:
                values.setdefault(quad.subject.value.removeprefix(WIC), set()).add(slug(str(quad.object)))
    return values


def implied(built: Built, name: str) -> set[str]:
    """The clauses in which a value of a property is implied, not said."""
    property = I.term("implied")
    nodes = {quad.subject for quad in built.quads if quad.predicate == property}
    return {
        str(node).strip("<>").removeprefix(WIC).split("#")[0]
        for node in nodes
        if isinstance(node, NamedNode) and f"#{name}-" in node.value
    }


def words(built: Built, thing: str, *properties: NamedNode) -> set[tuple[str, str | None]]:
    """The literals of some properties of one of our things, each with its language."""
    subject = I.thing(f"id/{thing}")
    return {
        (quad.object.value, quad.object.language)
        for quad in built.quads
        if quad.subject == subject and quad.predicate in properties and isinstance(quad.object, Literal)
    }


def text_of(built: Built) -> str:
    """The Chinese text of the Initiative."""
    ((text, _),) = words(built, "wic-2020/zh", I.term("text"))
    return text


def test_an_addressee_is_who_is_to_act(built: Built) -> None:
    states, enterprises, small = {"all-countries"}, {"enterprises"}, {"msmes"}
    assert of_clauses(built, "addressee") == {
        "preamble/paragraph/2/clause/1": SIX,
        "action/1/clause/1": states,
        "action/1/clause/2": states,
        "action/1/clause/3": states,
        "action/8/clause/5": enterprises,
        "action/8/clause/6": enterprises,
        "action/12/clause/2": SIX,
        "action/13/clause/2": {"international-community"},
        "action/17/clause/1": states,
        "action/17/clause/2": states,
        "action/17/clause/3": small,
        "action/17/clause/4": small,
        "action/19/clause/2": states,
        "action/20/clause/1": states,
        "action/20/clause/2": states,
        "action/20/clause/3": states,
    }
    assert implied(built, "addressee") == {
        *(f"action/1/clause/{n}" for n in (2, 3)),
        "action/8/clause/6",
        *(f"action/17/clause/{n}" for n in (2, 3, 4)),
        *(f"action/20/clause/{n}" for n in (2, 3)),
    }


def test_who_stands_in_a_condition_is_no_beneficiary(built: Built) -> None:
    benefit = of_clauses(built, "beneficiary")
    assert "action/1/clause/2" not in benefit
    assert of_clauses(built, "mentions")["action/1/clause/2"] == {"all-countries"}
    assert benefit["action/17/clause/2"] == {"msmes"}
    assert {clause for clause, groups in benefit.items() if "all-countries" in groups} == {"action/13/clause/1"}


def test_a_condition_is_an_adverbial_that_limits_the_act(built: Built) -> None:
    conditions = {quad.object for quad in built.quads if quad.predicate == I.term("condition")}
    said = {
        quad.object.value
        for quad in built.quads
        if quad.subject in conditions and quad.predicate == I.term("text") and isinstance(quad.object, Literal)
    }
    assert said == {
        "在尊重各国网络主权、尊重各国网络政策的前提下",
        "以可接受的方式",
        "在联合国框架下",
        "在联合国等多边框架下",
    }
    forms = re.compile("在.+(前提|框架|条件|情况)下|以[^,]+方式")
    clauses = [
        quad.object.value
        for quad in built.quads
        if quad.predicate == I.term("text")
        and isinstance(quad.object, Literal)
        and re.search(r"/wic-2020/.*clause/\d+>$", str(quad.subject))
    ]
    assert len(clauses) == 97
    found = {part for text in clauses for part in re.findall(r"在[^,]+?(?:前提|框架|条件|情况)下|以[^,]+?方式", text)}
    assert found == said
    assert all(forms.fullmatch(text) for text in said)


def test_modalities_that_were_missed(built: Built) -> None:
    modality = of_clauses(built, "modality")
    assert len(modality) == 97
    assert modality["action/10/clause/3"] == {"support", "undertake"}
    assert {clause for clause, values in modality.items() if len(values) > 1} == {"action/10/clause/3"}
    pledged = {clause for clause, values in modality.items() if "pledge" in values}
    assert pledged == {f"conclusion/clause/{n}" for n in range(1, 5)}
    assert implied(built, "modality") == pledged - {"conclusion/clause/1"}


def test_the_definition_of_promote_holds_for_each_of_its_uses(built: Built) -> None:
    """Four of its clauses say who is to act."""
    addressed = of_clauses(built, "addressee")
    uses = {clause for clause, values in of_clauses(built, "modality").items() if "promote" in values}
    assert uses & addressed.keys() == {
        *("action/1/clause/1", "action/12/clause/2", "action/13/clause/2", "action/20/clause/3"),
    }
    ((english, _),) = {said for said in words(built, "modality/promote", SKOS.definition) if said[1] == "en"}
    assert "by whom, it may say" in english


def test_an_action_lies_in_the_field_of_its_pillar(built: Built) -> None:
    """Action 13, on the management of basic Internet resources, is about governance as its pillar is."""
    broader: dict[str, set[str]] = defaultdict(set)
    for quad in built.quads:
        if quad.predicate == SKOS.broader:
            broader[str(quad.subject)].add(str(quad.object))

    def above(topic: str) -> set[str]:
        return {topic, *(item for wider in broader[topic] for item in above(wider))}

    spoken: dict[str, set[int]] = defaultdict(set)
    for quad in built.quads:
        if quad.predicate == I.term("topic") and (found := re.search(r"/action/(\d+)", str(quad.subject))):
            for topic in above(str(quad.object)):
                spoken[topic.partition("/id/")[2].strip(">")].add(int(found[1]))
    assert spoken["field/security"] == {6, 7, 8, 9, 10, 11}
    assert spoken["topic/cybersecurity"] == {6, 7, 8, 9, 10}
    assert spoken["field/governance"] >= set(range(11, 16))
    assert spoken["topic/cyberspace-governance"] == {11, 12, 15}
    assert spoken["topic/internet-governance"] == {13}
    listed_apart = {f"<{DEFAULT_BASE}id/topic/{name}>" for name in ("next-generation-networks", "internet-of-things")}
    assert not above(f"<{DEFAULT_BASE}id/topic/5g>") & listed_apart
    assert not above(f"<{DEFAULT_BASE}id/topic/industrial-internet>") & listed_apart


def test_a_technology_used_as_a_means_is_a_topic(built: Built) -> None:
    topics = of_clauses(built, "topic")
    assert {clause for clause, values in topics.items() if "ict" in values} == {
        *("action/6/clause/5", "action/7/clause/3", "action/20/clause/3"),
    }
    assert {clause for clause, values in topics.items() if "capacity-building" in values} == {"action/15/clause/3"}


def test_no_level_of_cooperation_is_picked_out_in_action_6(built: Built) -> None:
    topics = of_clauses(built, "topic")
    assert topics["action/6/clause/1"] == {"cooperation-and-dialogue"}
    assert {clause for clause, values in topics.items() if "multilateralism" in values} == {
        *("action/5/clause/5", "pillar/3/clause/1", "action/15/clause/2"),
    }


@pytest.mark.parametrize(
    ("thing", "zh", "en"),
    [
        ("topic/arms-race", "网络空间军备竞赛", "arms race in cyberspace"),
        ("topic/trade-barriers", "壁垒", "barriers"),
        ("topic/multilateralism", "多边", "multilateral"),
        ("topic/health", "医疗健康", "medical care and health"),
        (
            "institution/oewg-2019",
            "联合国信息安全开放式工作组（2019-2021）",
            "United Nations Open-ended Working Group on information security (2019-2021)",
        ),
        (
            "institution/gge-2019",
            "联合国政府专家组（2019-2021）",
            "United Nations Group of Governmental Experts (2019-2021)",
        ),
        (
            "wic-2020/principle/consultation-contribution-sharing",
            "共商共建共享的全球治理观",
            "Vision of global governance by extensive consultation, joint contribution and shared benefits",
        ),
        (
            "wic-2020/principle/open-cooperative-cybersecurity",
            "开放合作的网络安全理念",
            "Idea of open and cooperative cybersecurity",
        ),
    ],
)
def test_labels_say_the_same_in_both_languages(built: Built, thing: str, zh: str, en: str) -> None:
    assert words(built, thing, SKOS.prefLabel, RDFS.label) == {(zh, "zh"), (en, "en")}
    assert ("文化教育", "zh") not in words(built, "topic/education", SKOS.altLabel)


UNDEFINED = {
    *("topic/cyber-sovereignty", "topic/important-data", "topic/critical-information-infrastructure"),
    *("topic/targeted-poverty-alleviation", "topic/basic-internet-resources", "topic/data-as-production-factor"),
    *("topic/digital-divide", "topic/industrial-chain", "topic/information-infrastructure", "topic/5g"),
}


def test_what_the_text_does_not_define_has_no_definition(built: Built) -> None:
    for thing in UNDEFINED:
        assert words(built, thing, SKOS.definition) == set(), thing
        notes = {text for text, language in words(built, thing, SKOS.scopeNote) if language == "en"}
        assert any("does not define it" in text for text in notes), thing
    defined = {
        slug(str(quad.subject))
        for quad in built.quads
        if quad.predicate == SKOS.definition and str(quad.subject).startswith(f"<{DEFAULT_BASE}id/topic/")
    }
    assert defined == {  # words that explain themselves; whatever is said beyond the word has a source
        *("ict", "new-technologies", "digital-dividends", "backdoor", "personal-information-protection"),
        *("cyber-culture", "mutual-learning-among-civilizations"),
    }
    for group in ("international-community", "international-organizations", "social-organizations"):
        assert words(built, f"group/{group}", SKOS.definition) == set(), group
    assert words(built, "group/vulnerable-groups", SKOS.definition) == {
        ("需要支持和帮助的人群。", "zh"),
        ("Those who need support and help.", "en"),
    }


def test_a_definition_with_facts_in_it_has_its_source(built: Built) -> None:
    """A year, a place, a status in a definition of a referent is from outside, but where the text itself has it."""
    kinds = {I.term(kind) for kind in ("Institution", "Event", "CitedDocument", "Programme", "Negotiation", "NormSet")}
    referents = {quad.subject for quad in built.quads if quad.predicate == RDF.type and quad.object in kinds}
    facts = {
        quad.subject
        for quad in built.quads
        if quad.predicate == I.term("onProperty") and quad.object == SKOS.definition
    }
    sourced = {quad.object for quad in built.quads if quad.subject in facts and quad.predicate == I.term("onSubject")}
    told = {
        quad.subject
        for quad in built.quads
        if quad.subject in referents
        and quad.predicate == SKOS.definition
        and isinstance(quad.object, Literal)
        and re.search(r"\d{4}|specialised|convenes|open to all", quad.object.value)
    }
    in_the_text = {  # the years 2015, 2019 and 2030, and what the definition says with them, stand in the text
        *("document/concept-document-2019", "document/2030-agenda", "programme/four-principles-2015"),
        *("programme/five-proposals-2015", "institution/organizing-committee-6th-wic"),
    }
    assert told - sourced == {I.thing(f"id/{thing}") for thing in in_the_text}
    assert len(told & sourced) >= 7


def test_which_working_group_is_meant_is_implied(built: Built) -> None:
    cited = implied(built, "cites")
    assert "action/11/clause/1" in cited
    property = I.term("implied")
    nodes = {quad.subject for quad in built.quads if quad.predicate == property}
    for body in ("oewg-2019", "gge-2019"):
        assert I.thing(f"id/wic-2020/action/11/clause/1#cites-{body}") in nodes


def test_who_stands_in_a_constraint_is_its_concept(built: Built) -> None:
    """同国际社会一道, 在联合国框架下: with whom something is done, or in whose framework, can be asked for."""
    names = {
        quad.object.value
        for quad in built.quads
        if quad.predicate in (SKOS.prefLabel, RDFS.label)
        and isinstance(quad.object, Literal)
        and quad.object.language == "zh"
        and re.search("/id/(group|institution)/", str(quad.subject))
    }
    constraints = {quad.subject for quad in built.quads if quad.predicate == I.term("context")}
    concepts = {quad.subject for quad in built.quads if quad.predicate == I.term("concept")}
    texts = {
        quad.subject: quad.object.value
        for quad in built.quads
        if quad.predicate == I.term("text") and quad.subject in constraints and isinstance(quad.object, Literal)
    }
    named = {node for node, text in texts.items() if any(name in text for name in names)}
    assert len(named) >= 8
    assert sorted(texts[node] for node in named - concepts) == []


def test_a_deontic_is_a_modality_and_no_ability(built: Built) -> None:
    deontics = [quad.object for quad in built.quads if quad.predicate == I.term("deontic")]
    concepts = [quad.object for quad in built.quads if quad.predicate == I.term("concept") and quad.subject in deontics]
    assert len(deontics) == 2
    assert concepts == [I.thing("id/modality/prohibit")] * 2


# --- Sources

NO_SOURCE = re.compile(
    r"supraverden|public source code|\bgist\b|malcolm\.id\.au|liberiaigf|kushima|knowledgr|freewechat|studylib|"
    r"girlsrightsplatform|docplayer|scribd|OpenSanctions|\bgithub\.com",
    re.IGNORECASE,
)


def test_no_fact_rests_on_a_source_that_is_none(built: Built) -> None:
    seen = [
        quad.object.value
        for quad in built.quads
        if quad.predicate == I.term("seenIn") and isinstance(quad.object, Literal)
    ]
    assert len(seen) > 150
    assert [place for place in seen if NO_SOURCE.search(place)] == []
    described = {str(quad.subject) for quad in built.quads if quad.object == I.term("Source")}
    assert len(described) > 35
    assert [source for source in described if NO_SOURCE.search(source.replace("github.com", ""))] == []


def places_of(built: Built, thing: str, name: str) -> set[str]:
    """Where a statement of one of our things was seen."""
    on_subject, on_property, subject = I.term("onSubject"), I.term("onProperty"), I.thing(f"id/{thing}")
    facts = {quad.subject for quad in built.quads if quad.predicate == on_subject and quad.object == subject} & {
        quad.subject for quad in built.quads if quad.predicate == on_property and slug(str(quad.object)) == name
    }
    return {
        quad.object.value
        for quad in built.quads
        if quad.subject in facts and quad.predicate == I.term("seenIn") and isinstance(quad.object, Literal)
    }


@pytest.mark.parametrize(
    ("thing", "name", "host"),
    [
        ("institution/internet-governance-forum", "establishedby", "https://intgovforum.org/en/about"),
        ("institution/internet-governance-forum", "historynote", "https://intgovforum.org/en/about"),
        ("institution/internet-governance-forum", "insystemof", "https://intgovforum.org/en/about"),
        ("institution/international-telecommunication-union", "insystemof", "http://et.one.un.org/"),
        ("institution/united-nations", "homepage", "https://www.un.org/"),
        ("programme/four-principles-2015", "membername", "www.gov.cn/xinwen/2015-12/16/"),
        ("institution/gge-2019", "establishedby", "https://disarmament.unoda.org/"),
        ("document/a-res-73-266", "identifier", "https://disarmament.unoda.org/"),
        ("document/a-res-73-27", "title", "https://press.un.org/"),
        ("document/a-res-73-27", "identifier", "http://webtv.un.org/"),
        ("document/a-res-70-125", "title", "http://www.un.org/zh/"),
        ("document/a-70-174", "identifier", "cyberpolicyportal.org/"),
        ("document/2030-agenda", "officialname", "http://en.cidca.gov.cn/"),
    ],
)
def test_facts_are_attested_by_the_body_or_a_state(built: Built, thing: str, name: str, host: str) -> None:
    found = places_of(built, thing, name)
    assert found
    assert any(host in place for place in found), found


def test_what_was_seen_in_source_code_only_is_withdrawn(built: Built) -> None:
    linked = {
        slug(str(quad.subject))
        for quad in built.quads
        if isinstance(quad.object, NamedNode)
        and quad.object.value.startswith("http://www.wikidata.org/entity/")
        and quad.graph_name == I.graph("alignment-wikidata")
        and not quad.predicate.value.startswith("https://w3id.org/sssom/")
    }
    assert linked == {"china"}
    withdrawn = ("institution/united-nations", "institution/international-telecommunication-union")
    for thing in (
        *withdrawn,
        "document/un-charter",
        "document/2030-agenda",
        "event/covid-19-pandemic",
        "person/xi-jinping",
    ):
        assert len(words(built, thing, I.term("noMatchReason"))) == 2


# --- The English


@pytest.mark.parametrize(
    ("clause", "actor"),
    [
        ("action/1/clause/1", "Move all countries to cooperate"),
        ("action/12/clause/2", "move governments, international organizations, Internet companies"),
        ("action/13/clause/2", "move the international community to manage"),
        ("action/17/clause/2", "to help micro, small and medium enterprises to use"),
        ("action/17/clause/3", "to help them increase employment"),
        ("action/17/clause/4", "to help them integrate"),
    ],
)
def test_who_is_to_act_is_not_hidden_in_a_noun(built: Built, clause: str, actor: str) -> None:
    said = words(built, f"wic-2020/{clause}", I.term("translation"))
    assert len(said) == 1
    assert all(actor in text for text, _ in said)


@pytest.mark.parametrize(
    ("pillar", "principle", "name"),
    [
        (1, "joint-development", "achieving shared development"),
        (2, "common-security", "ensuring common security"),
        (3, "participatory-governance", "realizing joint governance"),
        (4, "shared-benefits", "enjoying benefits together"),
    ],
)
def test_the_published_names_of_the_pillars_stand_beside_ours(
    built: Built, pillar: int, principle: str, name: str
) -> None:
    for thing in (f"wic-2020/pillar/{pillar}", f"wic-2020/principle/{principle}"):
        assert words(built, thing, SKOS.altLabel) == {(name, "en")}
        assert all("regional.chinadaily.com.cn" in place for place in places_of(built, thing, "altlabel"))
        assert places_of(built, thing, "altlabel")


# --- Mappings


def mapped(built: Built, thing: str) -> set[tuple[str, str]]:
    """The SKOS matches of one of our things: the relation, and the target's last segment."""
    subject = I.thing(f"id/{thing}")
    return {
        (quad.predicate.value.rpartition("#")[2], slug(str(quad.object)))
        for quad in built.quads
        if quad.subject == subject
        and quad.predicate.value.startswith(SKOS.exactMatch.value[:-10])
        and quad.predicate.value.endswith("Match")
    }


@pytest.mark.parametrize(
    ("thing", "matches"),
    [
        ("topic/cultural-diversity", {("closeMatch", "1001436"), ("closeMatch", "c00871")}),
        ("topic/cultural-exchange", {("closeMatch", "1001427")}),
        ("topic/capacity-building", {("closeMatch", "1000797"), ("closeMatch", "c00500")}),
        ("topic/governance", {("closeMatch", "1002715")}),
        ("topic/cyberterrorism", set()),
        ("modality/support", set()),
        ("modality/promote", set()),
        ("modality/oppose", set()),
        ("modality/prevent", set()),
        ("modality/encourage", {("closeMatch", "recommendation")}),
        # labels that were overlooked, or of which the English one had not been read
        ("topic/economic-development", {("exactMatch", "1001848"), ("broadMatch", "c01148")}),
        ("topic/social-development", {("exactMatch", "1005960"), ("broadMatch", "c01148")}),
        ("topic/market-access", {("exactMatch", "1003946")}),
        ("topic/national-security", {("closeMatch", "1004328")}),
        ("topic/innovation", {("closeMatch", "1003223")}),
        ("topic/laws-and-regulations", {("closeMatch", "1003653")}),
        ("topic/digital-economy", {("closeMatch", "1003529")}),
        ("group/humankind", {("closeMatch", "1003882")}),
    ],
)
def test_what_is_in_cyberspace_only_is_close_and_what_is_no_match_is_none(
    built: Built, thing: str, matches: set[tuple[str, str]]
) -> None:
    assert mapped(built, thing) == matches
    if not matches:
        assert len(words(built, thing, I.term("noMatchReason"))) == 2


def test_one_rule_for_an_action_of_which_some_clauses_meet_a_norm(built: Built) -> None:
    """Close is what the action asks for in the main: one clause of three, or two of six, make it related."""
    assert ("relatedMatch", "13-f") in mapped(built, "wic-2020/action/7")
    assert ("closeMatch", "13-g") in mapped(built, "wic-2020/action/7")
    assert ("relatedMatch", "13-i") in mapped(built, "wic-2020/action/8")
    assert ("relatedMatch", "8") in mapped(built, "wic-2020/action/20")


def test_no_mapping_says_that_it_is_none(built: Built) -> None:
    comments = {
        quad.subject: quad.object.value
        for quad in built.quads
        if quad.predicate.value == "https://w3id.org/sssom/comment" and isinstance(quad.object, Literal)
    }
    relations = {quad.subject: quad.object for quad in built.quads if quad.predicate.value.endswith("/predicate_id")}
    assert len(comments) > 140
    wrong = [text for node, text in comments.items() if "no match" in text and "Match" in str(relations[node])]
    assert wrong == []


# --- Things that were strings


def values(built: Built, thing: str, name: NamedNode) -> set[str]:
    """The values of a property of one of our things: paths of our own, other values as they are."""
    subject = I.thing(f"id/{thing}")
    return {
        quad.object.value.removeprefix(f"{DEFAULT_BASE}id/")
        for quad in built.quads
        if quad.subject == subject and quad.predicate == name and isinstance(quad.object, NamedNode | Literal)
    }


@pytest.mark.parametrize(
    ("thing", "instruments"),
    [
        ("institution/oewg-2019", {"document/a-res-73-27"}),
        ("institution/gge-2019", {"document/a-res-73-266"}),
        ("institution/internet-governance-forum", {"document/tunis-agenda", "document/a-res-70-125"}),
        ("negotiation/un-cybercrime-convention", {"document/a-res-74-247"}),
        ("norm-set/responsible-state-behaviour", {"document/a-70-174", "document/a-res-73-27", "un-norm"}),
        ("un-norm", {"document/a-70-174"}),
    ],
)
def test_an_instrument_is_a_thing_with_its_number(built: Built, thing: str, instruments: set[str]) -> None:
    assert values(built, thing, RELATION) == instruments
    assert places_of(built, thing, "relation")
    for instrument in instruments - {"un-norm", "document/tunis-agenda"}:
        (number,) = values(built, instrument, IDENTIFIER)
        assert number == instrument.removeprefix("document/").upper().replace("-", "/")
        assert places_of(built, instrument, "identifier")
        assert {language for _, language in words(built, instrument, RDFS.label)} == {"zh", "en"}


def test_the_number_as_it_was_before_leads_to_the_thing(built: Built) -> None:
    """Clients of the strings keep them: what set a body up is the identifier of what it is related to."""
    for body in ("institution/oewg-2019", "institution/gge-2019", "negotiation/un-cybercrime-convention"):
        (number,) = values(built, body, I.term("establishedBy"))
        (instrument,) = values(built, body, RELATION)
        assert values(built, instrument, IDENTIFIER) == {number}


def test_the_four_principles_of_2015_are_things(built: Built) -> None:
    scheme = "four-principles-2015"
    members = values(built, f"programme/{scheme}", RELATION)
    assert len(members) == 4
    labels = {text for member in members for text, language in words(built, member, SKOS.prefLabel) if language == "zh"}
    assert labels == values(built, f"programme/{scheme}", I.term("memberName"))
    assert values(built, f"{scheme}/cyber-sovereignty", SKOS.related) == {
        *("wic-2020/principle/cyber-sovereignty", "topic/cyber-sovereignty"),
    }
    assert values(built, f"{scheme}/peace-and-security", SKOS.related) == {"topic/peace-and-stability"}
    assert values(built, f"{scheme}/openness-and-cooperation", SKOS.related) == {
        "wic-2020/principle/open-cooperative-cybersecurity"
    }


def test_the_text_itself_says_who_issued_the_concept_document_and_when(built: Built) -> None:
    thing = "document/concept-document-2019"
    assert values(built, thing, DCTERMS.publisher) == {"institution/organizing-committee-6th-wic"}
    assert values(built, thing, DATE) == {"2019"}
    for name in ("publisher", "date"):
        (place,) = places_of(built, thing, name)
        assert place.partition(": ")[2] in text_of(built)


# --- Alignments of clauses, and those of actions that follow from them


def test_what_is_said_of_an_action_follows_from_its_clauses(built: Built) -> None:
    """Close where at least half of the clauses are close, related where one is close or related, and nothing else."""
    clauses: dict[str, int] = Counter()
    near: dict[tuple[str, str], list[str]] = defaultdict(list)
    stated: dict[tuple[str, str], str] = {}
    sets = ("sdg-targets", "un-norms", "wsis", "clauses")
    for quad in built.quads:
        subject = str(quad.subject).strip("<>").removeprefix(DEFAULT_BASE)
        if quad.predicate == RDF.type and quad.object == I.term("Clause") and "/action/" in subject:
            clauses[subject.split("/clause/")[0]] += 1
        if quad.graph_name not in [I.graph(f"alignment-{name}") for name in sets]:
            continue
        name = slug(str(quad.predicate))
        if name in ("closeto", "relatedto"):
            near[subject.split("/clause/")[0], str(quad.object)].append(name)
        elif name in ("closematch", "relatedmatch"):
            stated[subject, str(quad.object)] = name
    assert len(stated) == 63
    outside = ("#article8", "eur-lex", "id/un-norm>")  # things for which no action has a match
    expected = {
        (action, target): "closematch" if 2 * found.count("closeto") >= clauses[action] else "relatedmatch"
        for (action, target), found in near.items()
        if not any(name in target for name in outside)
    }
    assert stated == expected


def test_the_reason_of_every_mapping_is_in_both_languages(built: Built) -> None:
    stated = (quad.object for quad in built.quads if quad.predicate == NamedNode(f"{SSSOM.iri}comment"))
    reasons = {reason.value for reason in stated if isinstance(reason, Literal)}
    assert len(reasons) > 200
    assert [reason for reason in reasons if [tag for tag, _ in by_language(reason)] != ["en", "zh"]] == []


def test_every_goal_and_target_of_a_mapping_has_a_chinese_name_that_says_whose_it_is(built: Built) -> None:
    targets = {
        quad.object
        for quad in built.quads
        if quad.predicate == NamedNode(f"{SSSOM.iri}object_id") and re.search(r"/sdg(/[\da-z.]+)?>$", str(quad.object))
    }
    assert len(targets) == 23
    graph = I.graph("sdg-names")
    for predicate, language in ((RDFS.label, "zh"), (SKOS.scopeNote, "zh"), (SKOS.scopeNote, "en")):
        named = [
            quad.subject
            for quad in built.quads
            if quad.graph_name == graph and quad.predicate == predicate and language == str(quad.object)[-2:]
        ]
        assert sorted(map(str, named)) == sorted(map(str, targets))


def test_whatever_is_mapped_to_has_a_chinese_name_and_an_own_one_says_so(built: Built) -> None:
    """Names that a publisher gives are told apart from this project's own, thing by thing."""
    targets = {quad.object for quad in built.quads if quad.predicate == NamedNode(f"{SSSOM.iri}object_id")}
    named: dict[str, set[object]] = {}
    noted: set[object] = set()
    for quad in built.quads:
        if quad.predicate in (SKOS.prefLabel, RDFS.label) and isinstance(quad.object, Literal):
            if quad.object.language == "zh":
                named.setdefault(str(quad.graph_name), set()).add(quad.subject)
        elif quad.predicate == SKOS.scopeNote:
            noted.add(quad.subject)
    assert targets - set().union(*named.values()) == set()
    official, own, goals = (named[str(I.graph(name))] for name in ("official-names", "own-names", "sdg-names"))
    assert (len(official), len(own), len(goals)) == (65, 41, 23)
    assert own | goals <= noted
    assert official & (own | goals | noted) == set()


def test_every_chinese_name_has_its_syllables(built: Built) -> None:
    """So that it stands under a letter, and is found as it sounds."""
    labels = {*LABELS, SKOS.altLabel}
    names = {quad.object.value for quad in built.quads if quad.predicate in labels and isinstance(quad.object, Literal)}
    characters = {character for name in names for character in name if has_han(character)}
    assert len(characters) > 500
    assert [character for character in sorted(characters) if not syllables(character)] == []


def test_a_coding_is_under_the_licence_of_the_data(built: Built) -> None:
    codings = {quad.subject for quad in built.quads if quad.predicate == RDF.type and quad.object == I.term("Coding")}
    licences = [quad for quad in built.quads if quad.subject in codings and quad.predicate == DCTERMS.license]
    assert len(licences) == len(codings) == 2
    assert all(quad.graph_name == quad.subject for quad in licences)
    dataset = I.thing("dataset")
    stated = {quad.object for quad in built.quads if (quad.subject, quad.predicate) == (dataset, DCTERMS.license)}
    assert {quad.object for quad in licences} == stated


def test_the_third_clause_of_action_20_is_close_to_goal_8(built: Built) -> None:
    clause = I.thing("id/wic-2020/action/20/clause/3")
    found = {quad.object for quad in built.quads if quad.subject == clause and quad.predicate == I.term("closeTo")}
    assert found == {NamedNode("http://metadata.un.org/sdg/8")}
    assert not [quad for quad in built.quads if "/clause/" in str(quad.subject) and "Match" in quad.predicate.value]


def test_whatever_has_no_counterpart_says_where_it_was_looked_for(built: Built) -> None:
    reasons = [str(quad.object) for quad in built.quads if quad.predicate == I.term("noMatchReason")]
    assert not [reason for reason in reasons if "ot looked up" in reason or "尚未查找" in reason]
    for kind in ("Principle", "Community"):
        ideas = {quad.subject for quad in built.quads if quad.predicate == RDF.type and quad.object == I.term(kind)}
        told = {quad.subject for quad in built.quads if quad.predicate == I.term("noMatchReason")}
        assert ideas
        assert ideas <= told
