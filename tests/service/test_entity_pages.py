"""Pages of things and parts: every statement's evidence is near, large things are paged, labels cost few look-ups."""

from __future__ import annotations

import re
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from initiative_lod import release
from initiative_lod.documents.negotiation import Offer
from initiative_lod.documents.representation import Variant
from initiative_lod.formats import HTML
from initiative_lod.iris import Iris
from initiative_lod.locale.messages import Languages
from initiative_lod.release import Edition, hubs
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.per_release import PerRelease
from initiative_lod.search import index
from initiative_lod.settings import Settings
from initiative_lod.vocabulary import DCTERMS, INTERPRETING, RDF, RDFS, SKOS, XSD
from initiative_lod.web.http.request import Request
from initiative_lod.web.pages.clauses import Evidence, attestation
from initiative_lod.web.pages.pages import Pages
from initiative_lod.web.pages.release_labels import names
from initiative_lod.web.pages.view import View
from service.conftest import Live, serve
from service.crowd import CLAUSES, crowd

LANGUAGES = Languages()
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
MANY = 1200
CONCEPTS = 700
OFFICE = "/doc/institution/harbour-office"
VOID = frozenset({"meta", "link", "input", "br", "img", "hr", "rect", "path"})


@dataclass
class Sentence:
    """A run of original words: what is marked in it, by what the mark says of it, and where its list item links to."""

    text: str = ""
    marked: dict[str, str] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)


class Read(HTMLParser):
    """The sentences, the links and the text of a page."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.sentences: list[Sentence] = []
        self.headings: list[str] = []
        self.text = ""
        self._open: list[tuple[str, str, Sentence | None, str | None]] = []
        self._items: list[list[str]] = []  # of each list item that is open, its links
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        sentence = self._sentence
        title = None
        if tag == "li":
            self._items.append([])
        if "original" in given.get("class", "").split() and tag in ("p", "span"):
            sentence = Sentence(links=self._items[-1] if self._items else [])
            self.sentences.append(sentence)
        if tag == "mark" or (tag == "a" and "ev" in given.get("class", "").split()):
            title = given.get("title", "")
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
            for item in self._items[-1:]:
                item.append(given["href"])
        if tag not in VOID:
            self._open.append((tag, given.get("class", ""), sentence, title))

    @property
    def _sentence(self) -> Sentence | None:
        return self._open[-1][2] if self._open else None

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass
        if tag == "li" and self._items:
            self._items.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        if any(name in ("h1", "h2", "h3", "h4") for name, _, _, _ in self._open) and data.strip():
            self.headings.append(data.strip())
        sentence = self._sentence
        if sentence is None or any(name == "num" for _, name, _, _ in self._open):
            return
        sentence.text += data
        for _, _, _, title in self._open:
            if title is not None:
                for said in title.split(" · ") if title else [""]:
                    sentence.marked[said] = sentence.marked.get(said, "") + data


class Site:
    """The pages of a server, each read once."""

    def __init__(self, live: Live, language: str) -> None:
        self._live, self._language = live, language
        self._read: dict[str, Read] = {}

    def page(self, path: str) -> Read:
        if path not in self._read:
            answer = self._live.get(path, BROWSER, accept_language=self._language)
            assert answer.status_code == 200, path
            self._read[path] = Read(answer.text)
        return self._read[path]

    def near(self, path: str, links: int = 2) -> Iterator[Read]:
        """The page, then those that it links to, …: documents only, the nearest first."""
        seen, ring = {path}, [path]
        for step in range(links + 1):
            for item in ring:
                yield self.page(item)
            further = [urljoin(item, link).partition("#")[0] for item in ring for link in self.page(item).links]
            ring = [item for item in dict.fromkeys(further) if item.startswith("/doc/") and item not in seen]
            seen.update(ring)
            if step == links:
                return


def title(view: View, said: Evidence) -> str:
    """What is told of the words to who points at them."""
    say = view.interface.gettext
    role = f"{say('bracket_open')}{said.role.label.value}{say('bracket_close')}" if said.role else ""
    return f"{said.predicate.label.value}{say('colon')}{said.value_words}{role}"


def shows(page: Read, said: Evidence, view: View) -> bool:
    """Whether the page has the words of the statement marked in a sentence; of one without words, the reason for it."""
    quote = said.quote.value
    if not quote:
        return said.reason is not None and said.reason.value in page.text
    return any(
        quote in sentence.text and quote in sentence.marked.get(title(view, said), "") for sentence in page.sentences
    )


def mentions(page: Read, said: Evidence, part: str) -> bool:
    """Whether the page of the value has the words marked in a sentence that leads to the part that says it."""
    for sentence in page.sentences:
        if any(urlsplit(link).path == part for link in sentence.links):
            if said.quote.value and said.quote.value in "".join(sentence.marked.values()):
                return True
            if not said.quote.value and said.reason is not None and said.reason.value in page.text:
                return True
    return False


def every_statement(opened: OpenRelease, view: View) -> Iterator[tuple[NamedNode, Evidence]]:
    """(part, evidence) of each attested statement that interprets a text."""
    for quad in opened.quads(predicate=view.term("onSubject")):
        assert isinstance(quad.subject, NamedNode)
        assert isinstance(quad.object, NamedNode)
        said = attestation(view, quad.subject)
        if said is not None and said.name in INTERPRETING:
            yield quad.object, said


def doc(view: View, iri: str) -> str:
    path = view.iris.path(iri)
    assert path is not None
    return f"/doc/{path.removeprefix('id/').partition('#')[0]}"


@pytest.mark.slow
@pytest.mark.parametrize(("language", "among"), [("en", ""), ("zh", "/action/9/")])
def test_the_evidence_of_every_statement_is_two_links_away(real: Live, language: str, among: str) -> None:
    """From the page of the action or paragraph that says it, and from that of what it is said of."""
    site, view = Site(real, language), View(real.opened, LANGUAGES[language])
    everything = list(every_statement(real.opened, view))
    assert len(everything) > 350
    assert {said.name for _, said in everything} >= set(INTERPRETING) - {"condition"}
    statements = [(part, said) for part, said in everything if among in f"{part.value}/"]
    assert statements
    lost = []
    for part, said in statements:
        unit = re.sub(r"/clause/\d+$", "", doc(view, part.value))
        if not any(shows(page, said, view) for page in site.near(unit, 1)):
            lost.append(f"{unit}: {title(view, said)} {said.quote}")
        assert said.value is not None
        value = doc(view, said.value.iri)
        if not any(mentions(page, said, doc(view, part.value)) for page in site.near(value, 0)):
            lost.append(f"{value}: {title(view, said)} {said.quote}")
    assert lost == []


def test_conditions_are_shown_in_the_sentence(real: Live) -> None:
    site, view = Site(real, "en"), View(real.opened, LANGUAGES["en"])
    quads = list(real.opened.triples(None, view.term("condition")))
    assert quads
    for quad in quads:
        assert isinstance(quad.subject, NamedNode)
        assert isinstance(quad.object, NamedNode)
        words = view.text(quad.object, view.term("text"))
        assert words is not None
        unit = re.sub(r"/clause/\d+$", "", doc(view, quad.subject.value))
        assert any(words.value in "".join(item.marked.values()) for item in site.page(unit).sentences), quad.object


# A thing of which very many clauses speak


def others(iris: Iris, concepts: int) -> Iterator[Quad]:
    """A scheme of somebody else's, merged in: one concept with all others below it, and odd things beside."""
    graph, scheme = iris.graph("source/others"), NamedNode("http://others.example/scheme")
    top = NamedNode("http://others.example/0")
    yield Quad(scheme, RDFS.label, Literal("Thésaurus", language="fr"), graph)
    for number in range(concepts):
        node = NamedNode(f"http://others.example/{number}")
        yield Quad(node, RDF.type, SKOS.Concept, graph)
        yield Quad(node, SKOS.inScheme, scheme, graph)
        yield Quad(scheme, SKOS.hasTopConcept, node, graph)
        yield Quad(node, SKOS.prefLabel, Literal(f"concept <{number}>", language="en"), graph)
        if number:
            yield Quad(node, SKOS.broader, top, graph)
    yield Quad(top, SKOS.exactMatch, top, graph)
    for iri in NOT_TO_GO_TO:
        yield Quad(top, SKOS.exactMatch, NamedNode(iri), graph)
        yield Quad(top, DCTERMS.license, NamedNode(iri), graph)
        yield Quad(top, NamedNode("urn:x:leads"), NamedNode(iri), graph)
    yield Quad(BlankNode("odd"), SKOS.related, top, graph)
    yield Quad(top, NamedNode("urn:x:odd"), BlankNode("odd"), graph)
    yield Quad(top, SKOS.altLabel, Literal("\u202e<script>"), graph)


def strange(iris: Iris) -> Iterator[Quad]:
    """A plan of somebody else's, told in our terms, with dates and numbers that are none."""
    graph, plan = iris.graph("source/others"), NamedNode(PLAN)
    yield Quad(plan, RDF.type, iris.term("Initiative"), graph)
    yield Quad(plan, RDFS.label, Literal("a plan", language="en"), graph)
    yield Quad(plan, DCTERMS.issued, Literal("2031-99-99", datatype=XSD.date), graph)
    for place, number in enumerate(("--5", "1" * 5000, "", "3")):
        action = NamedNode(f"{PLAN}/action/{'9' * 5000 if place == 1 else place}")
        yield Quad(plan, DCTERMS.hasPart, action, graph)
        yield Quad(action, DCTERMS.isPartOf, plan, graph)
        yield Quad(action, RDF.type, iris.term("Action"), graph)
        yield Quad(action, iris.term("number"), Literal(number, datatype=XSD.integer), graph)


def test_numbers_and_dates_of_others_that_are_none_break_no_page(crowded: Live) -> None:
    for style in ("apa", "csl", "bibtex", "ris", "gbt"):
        answer = crowded.get(f"/cite?iri={PLAN}&style={style}", BROWSER)
        assert answer.status_code == 200, style
        assert "2031" not in answer.text.partition(PLAN)[0], style
    assert "(n.d.)" in crowded.get(f"/cite?iri={PLAN}&style=apa&lang=en", BROWSER).text
    last = f"{PLAN}/action/{'9' * 5000}"
    for path in (
        f"/cite?iri={PLAN}",
        f"/resource?iri={PLAN}",
        *(f"/resource?iri={PLAN}/action/{n}" for n in (0, 2, 3)),
    ):
        assert crowded.get(path, BROWSER).status_code == 200, path
    assert crowded.get(f"/resource?iri={last}", BROWSER).status_code == 200
    for suffix in ("jsonld", "ttl", "json"):
        assert crowded.get(f"/resource.{suffix}?iri={PLAN}", None).status_code in (200, 404), suffix


PLAN = "http://others.example/plan"
NOT_TO_GO_TO = ("javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd")


def test_no_link_of_others_leads_out_of_the_web(crowded: Live) -> None:
    """What data of others names is shown, and is a link only where it is http."""
    for iri in ("http://others.example/0", *NOT_TO_GO_TO):
        page = crowded.get(f"/resource?iri={quote(iri, safe='')}", BROWSER)
        hrefs = re.findall(r'(?:href|src|action)="([^"]*)"', page.text)
        assert [href for href in hrefs if not href.startswith(("/", "#", "?", "http://", "https://"))] == [], iri
    assert "javascript:alert(1)" in crowded.get("/resource?iri=http://others.example/0", BROWSER).text


def publish_crowd(settings: Settings, clauses: int, concepts: int = 0) -> None:
    iris = Iris(settings.base)
    quads = [*crowd(iris, clauses), *([*others(iris, concepts), *strange(iris)] if concepts else ())]
    files = {"context.jsonld": b'{"@context": {}}'}
    edition = Edition("1.0.0", "2031-03-05")
    made = release.write(
        settings.release_folder,
        quads,
        edition,
        files,
        iris,
        make_index=lambda building: index.build(building / "index" / index.FILE, quads, iris),
    )
    release.publish(settings.release_folder, made)


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server of a document of 1,200 clauses, all of which cite one institution."""
    folder = tmp_path_factory.mktemp("crowd")
    settings = Settings(root=folder, releases=folder / "releases")
    publish_crowd(settings, MANY, CONCEPTS)
    with serve(settings) as live:
        yield live


@pytest.mark.thorough
def test_many_mentions_are_paged_by_action(crowded: Live) -> None:
    seen: list[str] = []
    path: str | None = OFFICE
    pages = 0
    while path:
        answer = crowded.get(path, BROWSER, accept_language="en")
        assert answer.status_code == 200
        assert len(answer.content) < 300_000
        pages += 1
        page = Read(answer.text)
        if pages == 1:
            assert "1,200 places" in answer.text
        assert f"Work item {(pages - 1) * 50 // CLAUSES + 1}" in page.headings
        said = [link for link in page.links if "#cites-harbour-office" in link]
        assert len(said) == 50
        seen += said
        assert all(item.marked == {"": "港务总局"} for item in page.sentences)
        following = re.findall(r'<a rel="next" href="([^"]+)"', answer.text)
        header = re.findall(r'<[^>]+>; rel="(first|prev|next|last)"', answer.headers["link"])
        assert set(header) == {"first", "last"} | ({"next"} if following else set()) | (
            {"prev"} if pages > 1 else set()
        )
        assert following[:1] == re.findall(r'<link rel="next" href="([^"]+)"', answer.text)
        path = following[0] if following else None
    assert pages == MANY // 50
    assert len(set(seen)) == MANY
    numbers = [tuple(map(int, re.findall(r"\d+", link.removeprefix("/doc/crowd-2031")))) for link in seen]
    assert numbers == sorted(numbers)


def test_a_page_that_there_is_not_says_so(crowded: Live) -> None:
    answer = crowded.get(f"{OFFICE}?page=25", BROWSER, accept_language="en")
    assert answer.status_code == 404
    assert "there is no page 25" in answer.text
    assert "the last is 24" in answer.text
    assert "第 25 页" in crowded.get(f"{OFFICE}?page=25", BROWSER, accept_language="zh").text
    assert crowded.get("/doc/crowd-2031/action/1?page=2", BROWSER).status_code == 404
    assert crowded.get("/doc/crowd-2031?page=2", BROWSER).status_code == 404


def test_paging_keeps_the_language_of_the_address(crowded: Live) -> None:
    page = crowded.get(f"{OFFICE}?page=3&lang=zh", BROWSER).text
    assert f'<a rel="next" href="{OFFICE}?page=4&amp;lang=zh"' in page
    assert f'<a rel="prev" href="{OFFICE}?page=2&amp;lang=zh"' in page


def test_resources_of_others_are_paged_and_say_where_each_statement_is_from(crowded: Live) -> None:
    path = "/resource?iri=http://others.example/0"
    page = crowded.get(path, BROWSER, accept_language="zh")
    assert page.status_code == 200
    read = Read(page.text)
    assert "concept <0>" in read.headings
    assert "/graph/source/others" in read.links
    assert "/resource?iri=http://others.example/1" in read.links, "what the release describes has its page here"
    assert "<script>" not in page.text.partition("<body>")[2].partition('<script type="application/ld+json">')[0]
    last = crowded.get(f"{path}&page=15", BROWSER, accept_language="en")
    assert last.status_code == 200
    assert f'<a rel="prev" href="{path}&amp;page=14"' in last.text
    assert crowded.get(f"{path}&page=16", BROWSER).status_code == 404
    assert len(page.content) < 100_000
    nobody = crowded.get("/resource?iri=http://others.example/nobody", BROWSER)
    assert nobody.status_code == 404


def test_a_scheme_of_others_is_paged(crowded: Live) -> None:
    path = "/resource?iri=http://others.example/scheme"
    pages = [crowded.get(f"{path}&page={number}", BROWSER, accept_language="en") for number in range(1, 9)]
    assert [page.status_code for page in pages] == [*[200] * 7, 404]
    shown = [link for page in pages[:7] for link in Read(page.text).links if re.search(r"example/\d+$", link)]
    assert len(set(shown)) == CONCEPTS
    assert "Thésaurus" in pages[0].text


# How often the store is asked


class Counting:
    """A store that counts what it is asked."""

    def __init__(self, store: Any) -> None:
        self._store, self.asked = store, 0

    def quads_for_pattern(self, *pattern: Any) -> Any:
        self.asked += 1
        return self._store.quads_for_pattern(*pattern)

    def query(self, *query: Any, **options: Any) -> Any:
        self.asked += 1
        return self._store.query(*query, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def look_ups(opened: OpenRelease, path: str, page: int = 1) -> int:
    """How often the store is asked for a page, once the names of the release are known; no subject is remembered."""
    counting = Counting(opened.store)
    watched = replace(opened, store=counting)  # type: ignore[arg-type]
    pages, read = Pages(LANGUAGES), Request(accept_language="en")
    iris = opened.iris
    for _ in range(2):
        counting.asked = 0
        vars(watched).pop("_last_subjects", None)
        if path == "/":
            pages.start(watched, read)
            continue
        iri = (
            unquote(path.partition("iri=")[2])
            or iris.thing(f"id/{path[5:]}" if path.startswith("/doc/") else path[1:]).value
        )
        location = "/resource" if "iri=" in path else path
        pages.document(
            watched, read, location, NamedNode(iri), Variant(location, Offer(HTML), language="en", page=page), []
        )
    return counting.asked


#: What each kind of page may ask; measured was four fifths of it.
BOUNDS = {
    "/": 180,
    "/doc/wic-2020": 180,
    "/doc/wic-2020/pillar/2": 190,
    "/doc/wic-2020/action/8": 190,
    "/doc/wic-2020/action/8/clause/5": 170,
    "/doc/wic-2020/preamble": 260,
    "/doc/institution/united-nations": 132,
    "/doc/topic/cybercrime": 122,
    "/doc/group/enterprises": 90,
    "/doc/modality/undertake": 700,
    "/doc/topic": 30,
    "/doc/modality": 30,
    "/ontology": 1000,
    "/shapes": 480,
    "/dataset": 340,
    "/graph/topics": 30,
}


@pytest.mark.thorough
@pytest.mark.parametrize(("path", "bound"), BOUNDS.items(), ids=list(BOUNDS))
def test_a_page_asks_the_store_no_more_than(real: Live, path: str, bound: int) -> None:
    assert look_ups(real.opened, path) <= bound


@pytest.mark.thorough
def test_how_much_is_asked_does_not_grow_with_what_is_linked(
    crowded: Live, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubs, "LEAST", 50)  # what points to a thing is counted with both releases, or with none
    folder = tmp_path_factory.mktemp("fewer")
    settings = Settings(root=folder, releases=folder / "releases")
    publish_crowd(settings, 100)
    with serve(settings) as fewer:
        assert look_ups(fewer.opened, OFFICE) == look_ups(crowded.opened, OFFICE)
        assert look_ups(crowded.opened, OFFICE, 24) == look_ups(crowded.opened, OFFICE)
        # The scheme of topics links to ten times as much as that of modalities, for as many look-ups.
        assert look_ups(fewer.opened, "/doc/modality/support") == look_ups(crowded.opened, "/doc/modality/support")


@pytest.mark.thorough
def test_a_scheme_links_to_its_concepts_for_one_question(real: Live) -> None:
    topics, roles = look_ups(real.opened, "/doc/topic"), look_ups(real.opened, "/doc/role")
    view = View(real.opened, LANGUAGES["en"])
    assert len(view.instances("Topic")) > 5 * len(view.instances("CitationRole"))
    assert abs(topics - roles) <= 4


# One thing under several names


def test_a_thing_is_not_said_to_be_another_name_of_itself(real: Live) -> None:
    for language, words in (("en", "same thing"), ("zh", "同一事物")):
        page = real.get("/doc/topic/digital-divide", BROWSER, accept_language=language).text
        assert "hadMember" not in page
        assert "canonicalMember" not in page
        said = re.search(r'<section aria-labelledby="mappings">.*?</section>', page, re.DOTALL)
        assert said is not None
        assert "/doc/topic/digital-divide" not in said[0]
        assert said[0].count(f'<span class="role">{words}</span>') == 2
        assert "/graph/identity" in said[0]
        assert 'href="http://metadata.un.org/thesaurus/1001652"' in said[0]


def test_a_thing_in_no_cluster_says_nothing_of_it(real: Live) -> None:
    assert 'class="same"' not in real.get("/doc/group/enterprises", BROWSER).text


def test_a_resource_of_others_says_which_thing_of_ours_it_is(real: Live) -> None:
    view = View(real.opened, LANGUAGES["en"])
    topic = real.opened.iris.thing("id/topic/digital-divide")
    target = view.nodes(topic, NamedNode("http://www.w3.org/2004/02/skos/core#exactMatch"))[0]
    page = real.get(f"/resource?iri={quote(target.value)}", BROWSER, accept_language="en").text
    assert "The same thing as" in page
    assert "/doc/topic/digital-divide" in page
    assert "/graph/alignment-" in page
    assert "digital divide" in Read(page).headings[0].lower()
    assert 'class="formats cite-box"' not in page, "others' resources are not cited as ours"


# The shapes


def test_every_graph_says_what_it_is(real: Live) -> None:
    view = View(real.opened, LANGUAGES["zh"])
    for graph in real.opened.graphs:
        label = view.label(graph)
        assert label is not None, graph
        assert label.language == "zh" or "coding" in graph.value, graph
        described = "coding" not in graph.value and graph != view.iris.graph("release")
        assert view.nodes(graph, DCTERMS.license) or not described, graph


def test_shapes_are_told_in_words(real: Live) -> None:
    page = real.get("/shapes", BROWSER, accept_language="en").text
    shapes = View(real.opened, LANGUAGES["en"]).subjects(
        NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), NamedNode("http://www.w3.org/ns/shacl#NodeShape")
    )
    assert len(shapes) >= 30
    for node in shapes:
        assert f'id="{node.value.partition("#")[2]}"' in page
    clause = re.search(r'<article class="term shape" id="Clause">.*?</article>', page, re.DOTALL)
    assert clause is not None
    text = Read(clause[0]).text
    assert "instances of" in text
    assert re.search(r"wording.{0,3}:\s+at least 1; each is a\s+modality", text, re.DOTALL)
    assert "violation" in text
    assert "SELECT" in text
    assert '"/ontology#Clause"' in clause[0]
    assert '"/ontology#modality"' in clause[0]
    chinese = Read(real.get("/shapes", BROWSER, accept_language="zh").text).text
    assert "恰好 1 个" in chinese
    assert "违规" in chinese
    assert "exactly" not in chinese.split("SELECT")[0].split("其他格式")[0].partition("行动须")[0]


def test_each_message_of_a_shape_stands_in_both_languages(real: Live) -> None:
    view = View(real.opened, LANGUAGES["en"])
    page = Read(real.get("/shapes", BROWSER, accept_language="en").text).text
    message = NamedNode("http://www.w3.org/ns/shacl#message")
    messages = list(real.opened.triples(None, message))
    assert len(messages) > 200
    for quad in messages:
        assert isinstance(quad.object, Literal)
        assert quad.object.value in page
    assert view.iris.thing("shapes")


def test_each_term_leads_to_the_shapes_that_constrain_it(real: Live) -> None:
    page = real.get("/ontology", BROWSER, accept_language="en").text
    term = re.search(r'<article class="term" id="modality">.*?</article>', page, re.DOTALL)
    assert term is not None
    assert "Shapes that constrain it" in term[0]
    assert '"/shapes#Clause"' in term[0]
    assert '"/shapes#Clause-modality"' in term[0]
    anchors = set(re.findall(r' id="([^"]+)"', real.get("/shapes", BROWSER).text))
    assert set(re.findall(r'"/shapes#([^"]+)"', page)) <= anchors


# The start page, and the sentence in both columns


def test_the_start_page_says_what_this_is(real: Live) -> None:
    for language in ("en", "zh"):
        page = real.get("/", BROWSER, accept_language=language).text
        hero = re.search(r'<div class="hero">.*?</div>', page, re.DOTALL)
        assert hero is not None
        assert '<time datetime="2020-11-18">' in hero[0]
        assert "/doc/institution/wic-organizing-committee" in hero[0]
        assert "CC BY 4.0" in hero[0]
        assert all(number in Read(hero[0]).text for number in ("4 ", "20 ", "97 "))


def test_the_start_page_says_what_was_checked(harbour: Live) -> None:
    hero = Read(harbour.get("/", BROWSER, accept_language="en").text).text
    assert "Checked 2031-03-05: 0 violations" in hero
    assert "Clauses cover 100 %" in hero
    assert "1 questions answered" in hero


def test_the_rendering_has_its_heading_too(real: Live) -> None:
    page = real.get("/doc/wic-2020/action/8", BROWSER, accept_language="en").text
    column = re.search(r'<p class="translation" lang="en">(.*?)</p>', page, re.DOTALL)
    assert column is not None
    heading = "8. Strengthen personal information protection and data security management."
    assert column[1].startswith(f'<span class="head">{heading}</span>')


# Labels


def test_what_has_no_name_is_called_by_what_it_is_about(real: Live) -> None:
    view, base = View(real.opened, LANGUAGES["en"]), real.opened.iris.base
    evidence = NamedNode(f"{base}id/wic-2020/action/8/clause/5#addressee-enterprises")
    assert view.thing(evidence).label.value == "Action 8, clause 5 · addressee"
    assert view.thing(NamedNode(f"{base}id/wic-2020/zh#char=19,152")).label.value == "characters 19 to 152"
    page = real.get("/doc/role/acts", BROWSER, accept_language="zh").text
    assert "行动 11 条款 1 · 引用" in Read(page).text


LISTED = [
    "/",
    "/doc/wic-2020/action/8",
    "/doc/wic-2020/preamble",
    "/doc/institution/united-nations",
    "/doc/topic/capacity-building",
    "/doc/document/un-charter",
    "/doc/place/china",
    "/doc/role/acts",
    "/doc/group",
    "/graph/wic-2020",
    "/graph/alignment-unbis",
    "/resource?iri=http://metadata.un.org/thesaurus/1000797",
]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_links_show_labels(real: Live, language: str) -> None:
    """Neither prefixed names nor paths: those are for the pages of the ontology and the shapes."""
    raw = re.compile(r">((?:[a-z]+:[A-Za-z]\w*)|(?:(?:id|graph|doc)/[^<]*))</a>")
    found = {path: raw.findall(real.get(path, BROWSER, accept_language=language).text) for path in LISTED}
    assert {path: names for path, names in found.items() if names} == {}


def test_the_names_of_a_release_do_not_keep_it_open(real: Live) -> None:
    kept, again = PerRelease(names), replace(real.opened)
    first = kept.of(again)
    assert kept.of(again) is first
    assert len(first.labels) > 500
    gone = weakref.ref(again)
    del again
    assert gone() is None
    assert kept.of(real.opened) is not first
