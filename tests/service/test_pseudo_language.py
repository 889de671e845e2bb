"""Every page and every error in a pseudo-language that is one generated file: no word comes from elsewhere.

The data is in a made-up script, so that a word of Chinese or English can only be one of the interface.
"""

from __future__ import annotations

import io
import json
import re
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import uvicorn
from babel.messages.pofile import read_po
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse
from starlette.applications import Starlette
from starlette.routing import Route

from initiative_lod import pipeline, release
from initiative_lod.build.graph import Built
from initiative_lod.errors import EngineDown, InitiativeLodError, Message
from initiative_lod.formats import DOCUMENT_TYPES, HTML
from initiative_lod.iris import Iris
from initiative_lod.locale import messages
from initiative_lod.locale.messages import Languages
from initiative_lod.matching.alignable_things import our_things, their_things
from initiative_lod.matching.proposal_review import Review
from initiative_lod.matching.proposals import propose
from initiative_lod.merge.conflicts.check import CheckResult, Finding
from initiative_lod.merge.conflicts.conflict_report import Conflicts
from initiative_lod.merge.conflicts.joint_questions import JointAnswer
from initiative_lod.release import Edition, default_graph
from initiative_lod.release.manifest import CONTEXT, MANIFEST, CoveredText, MergedSource, Part
from initiative_lod.settings import Settings
from initiative_lod.sources import questions
from initiative_lod.sparql.engine_probe import DEVIATIONS
from initiative_lod.validation import competency, shacl
from initiative_lod.validation.report import SEVERITIES, Report, Result
from initiative_lod.vocabulary import OWL, PREFIXES, RDF, SKOS, SSSOM
from initiative_lod.web.export import static_site
from initiative_lod.web.http import problems
from initiative_lod.web.http.request import Request
from initiative_lod.web.pages import citation, dataset, mentions
from initiative_lod.web.review import create_review
from initiative_lod.web.routes.older_releases import OlderReleases
from initiative_lod.web.site import Site
from patience import SECONDS, eventually
from pipeline.conftest import CHECKOUT
from service import pseudo
from service.conftest import Live, serve

pytestmark = pytest.mark.thorough

BROWSER, PROGRAM = "text/html", "application/json"
ENGLISH = Path(messages.__file__).parent / "en.po"
EXTERNAL = "http://www.w3.org/2004/02/skos/core#Concept"
BASE = Iris().base


@pytest.fixture(scope="module")
def languages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one file: the pseudo-language."""
    folder = tmp_path_factory.mktemp("languages")
    (folder / f"{pseudo.TAG}.po").write_bytes(pseudo.catalogue(ENGLISH))
    return folder


#: A document that is no initiative: a chapter, an article in it, a paragraph in that.
LAW = """@prefix : <ontology#> . @prefix dcterms: <http://purl.org/dc/terms/> .
@prefix eli: <http://data.europa.eu/eli/ontology#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<id/law> a :GovernanceDocument ; rdfs:label "Law"@en ; dcterms:hasPart <id/law/chapter/1> .
<id/law/en> a :Text , :AuthenticText ; eli:realizes <id/law> ; rdfs:label "Law"@en .
<id/law/chapter/1> a :Chapter ; dcterms:isPartOf <id/law> ; :position 1 ; rdfs:label "Chapter"@en ;
    dcterms:hasPart <id/law/article/1> .
<id/law/article/1> a :Article ; dcterms:isPartOf <id/law/chapter/1> ; :position 2 ; rdfs:label "Article"@en ;
    dcterms:hasPart <id/law/article/1/paragraph/1> .
<id/law/article/1/paragraph/1> a :Paragraph ; dcterms:isPartOf <id/law/article/1> ; :position 3 ; :text "Words."@en ;
    rdfs:label "Paragraph"@en .
"""


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory, real_build: Built) -> Path:
    """This project's release, and one that differs a little, with data in a made-up script."""
    folder = tmp_path_factory.mktemp("made-up") / "releases"
    iris, loaded = Iris(), default_graph.in_memory(real_build.quads)
    asked = questions.of_project(CHECKOUT, CHECKOUT / "ontology")
    saved = json.loads(pseudo.made_up_questions(competency.content(asked, loaded, iris.base)))
    several = [item for item in saved if len(item.get("rows", ())) > 1 and item["expected"]]
    several[0]["complete"], several[1]["expected"] = False, []
    law = [
        Quad(item.subject, item.predicate, item.object, iris.graph("law"))
        for item in parse(LAW.encode(), RdfFormat.TURTLE, base_iri=iris.base)
    ]
    quads = sorted({*pseudo.made_up_quads([*real_build.quads, *law])}, key=str)  # two may become one
    fewer = [quad for quad in quads if "/action/1" not in str(quad.subject)]
    coverage = {f"id/wic-2020/{part}": CoveredText(1, 2) for part in ("zh", "action/8")}
    broken = release.write(folder, quads[:8], Edition("1.0.0", "2031-03-04"), {CONTEXT: real_build.context}, iris)
    release.publish(folder, broken)
    for content, edition, kept in (
        (fewer, Edition("1.0.1", "2031-03-05", {"conforms": False, "Violation": 1, "Warning": 1}, coverage), []),
        (quads, Edition("1.0.2", "2031-03-06", {"conforms": True, "Violation": 0, "Warning": 2}, None, 87), saved),
    ):
        files = {CONTEXT: real_build.context, competency.FILE: json.dumps(kept).encode()}
        made = release.write(folder, content, edition, files, iris, make_index=pipeline.index_maker())
        release.publish(folder, made)
    (broken.path / MANIFEST).write_text("{}")
    return folder


@pytest.fixture(scope="module")
def live(languages: Path, releases: Path) -> Iterator[Live]:
    settings = Settings(root=CHECKOUT, releases=releases, languages=str(languages), query_rate=10_000)
    with serve(settings) as found:
        yield found


@pytest.fixture(scope="module")
def seen() -> set[str]:
    """The ids of the messages that were shown."""
    return set()


@contextmanager
def running(app: Starlette) -> Iterator[httpx.Client]:
    """A client of an application on a socket of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", loop="uvloop", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    assert eventually(lambda: server.started)
    with httpx.Client(timeout=SECONDS, base_url=f"http://127.0.0.1:{listener.getsockname()[1]}") as client:
        yield client
    server.should_exit = True
    thread.join(SECONDS)
    listener.close()


def read(live: Live, path: str, accept: str = BROWSER, **headers: str) -> httpx.Response:
    return live.get(path, accept, accept_language=pseudo.TAG, **headers)


def words_from_elsewhere(answer: httpx.Response, seen: set[str]) -> list[str]:
    """The runs of text with words that no catalogue has; ids of messages go to ``seen``."""
    media = answer.headers.get("content-type", "").partition(";")[0]
    if media == "text/html":
        assert f'<html lang="{pseudo.TAG}"' in answer.text or "<html" not in answer.text
        texts = pseudo.told(answer.text)
    elif media == "application/problem+json":  # in which nothing can mark what a parser says as English
        seen |= pseudo.ids_in(answer.json()["detail"])
        assert pseudo.ids_in(answer.json()["detail"])
        texts = [answer.json()["title"]]
    else:
        texts = [answer.text]
    seen |= pseudo.ids_in("\n".join(texts) if media == "application/problem+json" else answer.text)
    return pseudo.leaks(texts)


#: Documents of the same kind, of which each has other properties.
SOME = 8


def named(quads: Iterable[Quad]) -> set[str]:
    return {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}


def things(live: Live) -> list[str]:
    """A document of each own class, of each kind of other resource, and each scheme."""
    iris, opened = live.opened.iris, live.opened
    found: dict[str, NamedNode] = {}
    for quad in opened.quads(None, RDF.type, None):
        if not isinstance(quad.subject, NamedNode) or not isinstance(quad.object, NamedNode):
            continue
        path = iris.path(quad.subject.value)
        if path is not None and path.startswith("id/") and "#" not in path:
            found.setdefault(quad.object.value, quad.subject)
    own = {node.value for node in found.values()}
    for kind in ("Topic", "StakeholderGroup", "Institution"):
        own |= {*sorted(named(opened.quads(None, RDF.type, iris.term(kind))))[:SOME]}
    own |= named(opened.quads(None, RDF.type, SKOS.ConceptScheme))
    paths = (iris.path(iri) for iri in sorted(own))
    return [f"/doc/{path.removeprefix('id/')}" for path in paths if path is not None and path.startswith("id/")]


def versions(live: Live) -> list[str]:
    """The versions of the releases, and of the one that cannot be read."""
    return sorted(path.name for path in live.settings.release_folder.iterdir() if path.name.startswith("1.0."))


def pages(live: Live) -> list[str]:
    """The addresses of a page of every kind."""
    _, before, now = versions(live)
    six = "&".join(f"iri={quote(BASE)}id/wic-2020/action/{number}" for number in range(2, 8))
    asked = json.loads(live.get("/questions.json", PROGRAM).text)
    graphs = [path for graph in live.opened.graphs if (path := live.opened.iris.path(graph.value))]
    select = "SELECT ?ა (COUNT(*) AS ?ბ) { ?c <ontology#modality> ?ა } GROUP BY ?ა"
    queries = (
        select,
        'SELECT * { ?ა ?ბ ?გ FILTER (LANG(?გ) != "") } LIMIT 1200',
        "ASK { ?s ?p ?o }",
        "ASK { <x:y> <x:z> 1 }",
        "CONSTRUCT { ?s ?p ?o } WHERE { ?s <ontology#topic> ?o ; ?p ?o }",
        "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 1200",
        "SELECT ?ა { ?ა ?p ?o } LIMIT 1",
    )
    word = live.opened.iris.thing("id/topic/data-security")
    label = next(iter(live.opened.triples(word, SKOS.prefLabel))).object.value  # type: ignore[union-attr]
    often = quote(pseudo.made_up("the"))
    theirs = next(iter(live.opened.triples(None, NamedNode(f"{SSSOM.iri}object_label")))).object.value  # type: ignore[union-attr]
    searches = (
        "",
        f"q={quote(theirs)}",
        f"q={often}",
        f"q={often}&page=2",
        f"q={quote(pseudo.made_up('clause'))}",
        f"q={quote(pseudo.made_up('网络'))}",
        f"q={quote(pseudo.made_up('United Nations'))}",
        f"q={quote(pseudo.made_up('UN'))}",
        f"q=%22{quote(label)}%22",
        "q=ჟჟჟ&lang=zh",
        f"q={quote(label)}",
        f"q={quote(label)}&type=Topic&pillar=0",
        f"q={quote(label)}&document=wic-2020",
        "q=ჟჟჟ",
        f"q=ჟჟჟ%20{quote(label)}",
        "q=" + "%E1%83%90" * 600,
        f"q={quote(label)}&lang=zh",
        "q=%E1%83%90&page=2",
        f"q={quote(misspelt(live))}",
    )
    return [
        "/",
        *("/ontology", "/shapes", "/dataset", "/questions", "/compare", "/sparql", "/releases"),
        *things(live),
        *(f"/{path}" for path in graphs),
        "/doc/wic-2020/action/8?_profile=alt",
        *("/doc/law", "/doc/law/chapter/1", "/read/wic-2020", "/read/law"),
        *("/things", "/things/topic", "/things/institution?order=tree", "/things/modality?order=use"),
        *("/about", "/about/data", "/about/api"),
        *("/pictures?document=wic-2020", "/pictures?document=law"),
        *(
            f"/pictures/{name}?document=wic-2020"
            for name in (
                "map",
                "wording",
                "topics",
                "addressees",
                "addressed",
                "mappings-wsis",
                "actors",
                "question-communities",
            )
        ),
        f"/cite?iri={quote(BASE)}id/wic-2020/action/8",
        "/doc/wic-2020/action/7",  # with statements that are alternatives
        "/doc/wic-2020/action/2",  # with readings of another coder, the same and others
        f"/resource?iri={quote(EXTERNAL)}",
        f"/resource?iri={quote(PREFIXES['dcat'] + 'Distribution')}",
        f"/resource?iri={quote(next(iter(live.opened.triples(None, SKOS.exactMatch))).object.value)}",  # type: ignore[union-attr]
        *(f"/questions/{item['slug']}" for item in asked),
        "/questions?document=law",
        "/questions/each-topics?document=law",
        "/compare?document=wic-2020&document=law",
        "/compare?document=law",
        "/compare?iri=wic-2020/pillar/2&iri=wic-2020/action/8&iri=wic-2020/action/8/clause/5",
        f"/compare?{six}",
        f"/compare?iri={quote(BASE)}id/topic/data-security&iri={quote(BASE)}id/topic/backdoor",
        *(f"/sparql?query={quote(query)}" for query in queries),
        f"/sparql?example={asked[0]['slug']}",
        "/sparql?example=0",
        *(f"/search?{query}" for query in searches),
        *(f"/release/{version}" for version in (now, before)),
        *(f"/release/{version}/" for version in (now, before)),
        f"/release/{before}/questions",
        *(f"/release/{before}{path}" for path in things(live) if path.startswith("/doc/topic/")),
        f"/releases/changes?from={before}&to={now}",
        f"/releases/changes?from={now}&to={now}",
        f"/reconcile/preview?id={quote(BASE)}id/topic/data-security",
        f"/cite?iri={quote(BASE)}id/wic-2020/action/8&style=apa",
        f"/cite?iri={quote(BASE)}dataset&style=apa",
    ]


def misspelt(live: Live) -> str:
    """A topic's longest name with another last letter."""
    topic = live.opened.iris.thing("id/topic/data-security")
    return max((str(item.object.value) for item in live.opened.triples(topic, SKOS.prefLabel)), key=len)[:-1] + "ჟ"  # type: ignore[union-attr]


def routes(live: Live) -> list[Route]:
    """The routes of the application itself, and those of an older release: nobody lists them a second time."""
    found = []
    outer = [route for route in live.app.app.routes if isinstance(route, Route)]  # type: ignore[attr-defined]
    for route in outer:
        found.append(route)
        if isinstance(route.endpoint, OlderReleases):
            inner: Any = route.endpoint.app
            found += [Route(f"/release/{{version}}{item.path}", item.endpoint) for item in inner.app.routes]
    return found


def address_of(route: Route, live: Live, question: str) -> str:
    """An address of the route, about the ``question``.

    Raises KeyError for one with a parameter of a new kind, which needs a value here.
    """
    _, before, _ = versions(live)
    path, action = live.opened.iris.path, "wic-2020/action/8"
    version = next(path(quad.object.value) for quad in live.opened.quads(None, OWL.versionIRI))  # type: ignore[union-attr]
    values = {
        "version": before,
        "slug": question,
        "name": "dump.nq.gz",
        "kind": "entity",
        "rest": f"doc/{action}",
        "/doc/path": action,
        "/id/path": action,
        "/ontology/path": str(version).partition("/")[2],
        "/graph/path": "topics",
        "/static/name": "site.css",
        "/statements/name": "wic-2020.csv",
        "/read/document": "wic-2020",
        "/things/kind": "topic",
        "/pictures/name": "wording",
        "/embed/pictures/name": "wording",
        "/timegate/path": f"doc/{action}",
        "/timemap/path": f"doc/{action}",
    }
    own = route.path.replace("/release/{version}", "") if route.path.count("{") > 1 else route.path
    filled = {name: f"{own.partition('{')[0]}{name}" for name in route.param_convertors}
    given = {name: values[key if key in values else name] for name, key in filled.items()}
    return route.path_format.format(**given)


def test_no_page_has_a_word_from_elsewhere(live: Live, seen: set[str]) -> None:
    """Each route is asked because it is there; the pages of one route that differ are in a list."""
    _, before, _ = versions(live)
    addresses = pages(live)
    question = json.loads(live.get("/questions.json", PROGRAM).text)[0]["slug"]
    every = [address_of(route, live, question) for route in routes(live) if "GET" in (route.methods or ())]
    assert len(addresses) > 120
    assert len(every) > 100
    found = {}
    for address in addresses:
        answer = read(live, address)
        assert answer.status_code == 200, address
        found[address] = words_from_elsewhere(answer, seen)
        if "<title>" in answer.text and not address.startswith("/reconcile"):
            tags = re.findall(r'<link rel="alternate" hreflang="(\S+)"', answer.text)
            assert tags == ["en", "qps", "zh", "x-default"], address
    data = tuple(f".{media.suffix}" for media in DOCUMENT_TYPES if media is not HTML)  # which has no words of ours
    for address in {address for address in every if not address.endswith(data)} - found.keys():
        answer = read(live, address, "text/html, */*;q=0.1")
        # That release keeps no questions, and the font of PNGs and PDFs has not the letters of this language.
        unanswered = address.startswith(f"/release/{before}/questions/") or address.endswith((".png", ".pdf"))
        assert answer.status_code in ((404,) if unanswered else (200, 302, 303, 307, 308, 400)), address
        if answer.headers.get("content-type", "").startswith(("text/html", "application/problem")):
            found[address] = words_from_elsewhere(answer, seen)
    assert [f"{address}: {words}" for address, words in found.items() if words] == []


ACTION = "/doc/wic-2020/action/8"
FORM = {"content-type": "application/x-www-form-urlencoded"}
#: What is asked with GET, and the status of the answer. Each is asked by a browser and by a program.
FAULTS = [
    ("/nothing/here", 404),
    ("/doc/a b<", 404),
    ("/doc/nothing", 404),
    ("/id/nothing", 404),
    (f"{ACTION}?page=x", 400),
    (f"{ACTION}?page=99", 404),
    ("/doc/topic?page=99", 404),
    (f"{ACTION}?_mediatype=;", 400),
    (f"{ACTION}?_mediatype=image/png", 406),
    ("/resource", 400),
    ("/resource?iri=x:nothing", 404),
    (f"/cite?iri={quote(BASE)}dataset&style=mla", 400),
    (f"/linkset?iri={quote(BASE)}nothing", 404),
    ("/dataset/other.gz", 404),
    ("/static/none.css", 404),
    ("/questions/none", 404),
    ("/read/none", 404),
    ("/read/wic-2020?view=fr", 400),
    ("/things/none", 404),
    ("/pictures/none", 404),
    ("/pictures/wording.png?document=law", 404),  # letters that the font lacks
    ("/pictures?document=none", 404),
    ("/oembed?url=x", 400),
    ("/questions?document=none", 404),
    ("/questions/prohibitions?document=law", 404),
    ("/release/1.0.1-nothing", 404),
    ("/release/1.0.1", 404),
    ("/release/none/doc/nothing", 404),
    ("/releases/changes?from=none&to=none", 404),
    ("/timegate/doc/nothing", 404),
    ("/compare?iri=x", 400),
    ("/compare?iri=%E1%83%B0%E1%83%B0%E1%83%B0%E1%83%B0%E1%83%B0%E1%83%B0%E1%83%B0%E1%83%B0&iri=x", 404),
    ("/compare?document=none", 404),
    ("/compare?iri=x:y&iri=x:z", 404),
    ("/compare?iri=%3C&iri=x:z", 400),
    ("/compare?" + "&".join(f"iri=x:{n}" for n in range(9)), 400),
    ("/compare?" + "a=b&" * 50, 400),
    ("/search?" + "a=b&" * 200, 400),
    ("/search?q=x&document=nothing", 404),
    ("/sparql?query=SELECT", 400),
    ("/sparql?query=" + quote("ASK { ?s a foaf:Person }"), 400),
    ("/sparql?query=a&query=b", 400),
    ("/sparql?query=a&_mediatype=a&_mediatype=b", 400),
    ("/sparql?default-graph-uri=x:g", 400),
    ("/sparql?query=ASK%7B%7D&default-graph-uri=%3C", 400),
    ("/sparql?query=%zz", 400),
    ("/sparql?query=%ff", 400),
    ("/sparql?" + "a=b&" * 1100, 400),
    ("/sparql?query=ASK%7B%7D&_mediatype=image/png", 406),
    ("/sparql?query=ASK%7B%7D&_mediatype=text/turtle", 406),
    ("/sparql?query=DESCRIBE%20%3Cx:y%3E&_mediatype=text/csv", 406),
    ("/sparql?update=CLEAR%20ALL", 403),
    ("/sparql?query=" + quote("ASK { SERVICE <x:y> { ?s ?p ?o } }"), 403),
    ("/sparql?query=" + quote("ASK " + "{" * 200 + "}" * 200), 400),
    ("/sparql?_mediatype=application/rdf%2Bxml&query=" + quote("CONSTRUCT { <x:y> <x:1> 1 } {}"), 406),
    ("/sparql?_mediatype=application/rdf%2Bxml&query=" + quote("CONSTRUCT { <x:y> a <x:1> } {}"), 406),
    ("/sparql?_mediatype=application/rdf%2Bxml&query=" + quote('CONSTRUCT { <x:y> <x:z> "\\u0001" } {}'), 406),
    ("/reconcile?queries=x", 400),
    ("/reconcile?queries=[]", 400),
    ("/reconcile?queries=" + quote('{"q0": 1}'), 400),
    ("/reconcile?queries=" + quote('{"q0": {"query": "a", "limit": 0}}'), 400),
    ("/reconcile?queries=" + quote(json.dumps({str(n): {"query": "a"} for n in range(51)})), 413),
    ("/reconcile?extend=" + quote(json.dumps({"ids": ["a"] * 501, "properties": []})), 413),
    ("/reconcile?queries={}&callback=f", 400),
    ("/reconcile/preview", 400),
    ("/reconcile/preview?id=x:nothing", 404),
]
#: Other requests: method, path, status, headers and body.
REQUESTS: list[tuple[str, str, int, dict[str, str], bytes]] = [
    ("DELETE", "/doc/topic", 405, {}, b""),
    ("PUT", "/sparql", 405, {}, b""),
    ("GET", "/dataset/dump.nq.gz", 416, {"range": "bytes=999999999-"}, b""),
    ("GET", "/dataset/dump.nq.gz", 412, {"if-match": '"x"'}, b""),
    ("GET", ACTION, 412, {"if-match": '"x"'}, b""),
    ("GET", ACTION, 400, {"accept-datetime": "yesterday"}, b""),
    ("GET", "/context.jsonld", 406, {"accept": "image/png"}, b""),
    ("GET", f"/linkset?iri={quote(BASE)}dataset", 406, {"accept": "image/png"}, b""),
    ("GET", f"/cite?iri={quote(BASE)}dataset", 406, {"accept": "image/png"}, b""),
    ("GET", "/questions", 406, {"accept": "image/png"}, b""),
    ("POST", "/sparql", 415, {"content-type": "text/plain"}, b"x"),
    ("POST", "/sparql", 415, {}, b"x"),
    ("POST", "/sparql", 415, {"content-type": "application/sparql-query; charset=latin1"}, b"x"),
    ("POST", "/sparql", 415, {**FORM, "content-encoding": "gzip"}, b"x"),
    ("POST", "/sparql?query=a", 400, {"content-type": "application/sparql-query"}, b"x"),
    ("POST", "/sparql?query=a", 400, FORM, b"query=b"),
    ("POST", "/sparql", 400, FORM, b""),
    ("POST", "/sparql", 400, {"content-type": "application/sparql-query"}, b"\xff"),
    ("POST", "/sparql", 403, {"content-type": "application/sparql-update"}, b"CLEAR ALL"),
    ("POST", "/sparql", 413, {"content-type": "application/sparql-query"}, b"x" * 2_000_000),
    ("POST", "/reconcile", 400, FORM, b""),
    ("POST", "/reconcile", 400, {"content-type": "multipart/form-data; boundary=x"}, b"--x"),
    ("POST", "/reconcile", 413, FORM, b"queries=" + b"x" * 1_100_000),
    ("GET", "/reconcile", 400, {"host": "evil.example/path"}, b""),
]


def test_no_error_has_a_word_from_elsewhere(live: Live, seen: set[str]) -> None:
    found, statuses = {}, {}
    for path, status in FAULTS:
        for accept in (BROWSER, PROGRAM):
            answer = read(live, path, accept)
            statuses[path] = (status, answer.status_code)
            found[f"{path} {accept}"] = words_from_elsewhere(answer, seen)
    for method, path, status, headers, body in REQUESTS:
        given = {"accept": BROWSER, "accept-language": pseudo.TAG, **headers}
        answer = live.client.request(method, live.url + path, headers=given, content=body)
        statuses[f"{method} {path} {headers}"] = (status, answer.status_code)
        found[f"{method} {path} {headers}"] = words_from_elsewhere(answer, seen)
    assert {path: pair for path, pair in statuses.items() if pair[0] != pair[1]} == {}
    assert [f"{path}: {words}" for path, words in found.items() if words] == []


def test_pages_of_a_long_list(live: Live, seen: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """As if there were thousands of statements about a thing."""
    monkeypatch.setattr(mentions, "PAGE", 3)
    monkeypatch.setattr(mentions, "MOST", 12)
    monkeypatch.setattr(dataset, "LISTED", 3)
    addresses = (*(f"/doc/modality/promote?page={page}" for page in (1, 2, 4)), "/graph/topics?lang=qps")
    assert [words_from_elsewhere(read(live, address), seen) for address in addresses] == [[]] * 4
    page = read(live, addresses[1]).text
    there = f"{live.opened.iris.base}doc/modality/promote?page=2&amp;lang=zh"
    assert f'hreflang="zh" href="{there}"' in page, "the same page of the list"
    assert 'rel="prev" href="/doc/modality/promote"' in page


def test_suggestions_count_in_words(live: Live, seen: set[str]) -> None:
    for kind in ("type", "property"):
        found = read(live, f"/reconcile/suggest/{kind}?prefix=", PROGRAM).json()["result"]
        said = [item["description"] for item in found]
        assert said
        assert pseudo.leaks(said) == []
        seen |= pseudo.ids_in(" ".join(said))


def test_names_are_proposed_with_what_they_name(live: Live, seen: set[str]) -> None:
    asked = json.loads(live.get("/questions.json", PROGRAM).text)[0]["question"]
    theirs = next(iter(live.opened.triples(None, NamedNode(f"{SSSOM.iri}object_label")))).object.value  # type: ignore[union-attr]
    for typed in (next(iter(asked.values())), theirs):
        found = read(live, f"/suggest?q={quote(typed[:60])}").json()
        seen |= pseudo.ids_in(" ".join(item["kind"] for item in found))
        assert found
        assert pseudo.leaks([item["kind"] for item in found]) == []
    near = read(live, f"/compare?iri={quote(misspelt(live))}&iri=x", PROGRAM)
    assert words_from_elsewhere(near, seen) == []
    assert "error.compare_meant" in pseudo.ids_in(near.text)


def test_terms_of_others_are_proposed_by_their_names(live: Live, seen: set[str]) -> None:
    terms = read(live, "/sparql/terms.json", PROGRAM).json()["terms"]
    named = [item["labels"][pseudo.TAG] for item in terms if pseudo.TAG in item.get("labels", {})]
    assert pseudo.leaks(named) == []
    seen |= pseudo.ids_in(" ".join(named))


def test_without_a_release(languages: Path, tmp_path: Path, seen: set[str]) -> None:
    """The menu, the search and the languages are there all the same."""
    (tmp_path / "releases").mkdir()
    with serve(Settings(root=tmp_path, languages=str(languages))) as live:
        for path in ("/", "/doc/topic", "/search?q=x", "/sparql", "/compare", "/questions", "/releases"):
            answer = read(live, path)
            assert answer.status_code == 503, path
            assert words_from_elsewhere(answer, seen) == []
            assert {"menu", "search", "language", "error.unavailable"} <= pseudo.ids_in(answer.text)


def test_every_error_and_every_status_can_be_told(live: Live, seen: set[str]) -> None:
    """Those too that no request brings about at will: a page is made of each message, whatever its values."""
    site: Site = live.app.site
    request = Request(accept_language=pseudo.TAG, languages=tuple(site.pages.languages))
    catalogue = read_po(io.BytesIO(ENGLISH.read_bytes()))
    told = 0
    for message in catalogue:
        group, _, rest = str(message.id).partition(".")
        if group in ("error", "lane", "proposal", "query", "reconcile", "service"):
            values = dict.fromkeys(re.findall(r"%\((\w+)\)", str(message.string)), "7")
            page = site.pages.error(None, request, 400, InitiativeLodError(Message(str(message.id), **values)))
        elif group == "status" and rest.isdecimal():
            page = site.pages.error(None, request, int(rest), InitiativeLodError(Message("error.ours")))
        else:
            continue
        told += 1
        assert pseudo.leaks(pseudo.told(page.decode())) == [], message.id
        assert str(message.id) in pseudo.ids_in(page.decode())
        seen |= pseudo.ids_in(page.decode())
    seen |= pseudo.ids_in(site.pages.error(None, request, 418, InitiativeLodError()).decode())
    assert told > 120


def test_the_description_of_the_service(live: Live, seen: set[str]) -> None:
    found = list(parse(read(live, "/sparql", "text/turtle").text, format=RdfFormat.TURTLE))
    literals = [item.object for item in found if isinstance(item.object, Literal)]
    (comment,) = [item.value for item in literals if item.language == pseudo.TAG]
    assert pseudo.ids_in(comment) == {"sparql_service"}
    seen |= pseudo.ids_in(comment)


def test_citations_of_every_month(languages: Path, seen: set[str]) -> None:
    language = Languages(languages)[pseudo.TAG]
    cited = [citation.Citation("entry", "x", "", "x:y", issued=f"2031-{month:02}") for month in range(1, 13)]
    said = [citation.apa(item, language) for item in (*cited, citation.Citation("entry", "x", "", "x:y"))]
    assert pseudo.leaks(said) == []
    seen |= pseudo.ids_in(" ".join(said))


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory: pytest.TempPathFactory) -> Languages:
    """Languages that all are the pseudo-language, for reports that have each beside the others."""
    folder = tmp_path_factory.mktemp("everywhere")
    for tag in ("en", "zh"):
        (folder / f"{tag}.po").write_bytes(pseudo.catalogue(ENGLISH))
    return Languages(folder)


LIMITS_OF_CHECKS = ("seconds", "memory", "table_memory", "fault")


def test_the_conflict_report(everywhere: Languages, seen: set[str]) -> None:
    title = {"en": "ა", "zh": "ა"}
    finding = Finding(NamedNode("x:y"), "", (), 0)
    source = MergedSource(
        "ა", "x:g", "x:w", "2031", "", False, 1, Part("x", 1, 0, "", 1, ""), {"taken": 1}, 0, 0, (("x.ttl", "ა"),)
    )
    asked = questions.Question("ა", Path("x"), title, title, "topic", "", "", (("ა",), ("ა",)), ("ა",))
    answers = (
        JointAnswer(asked, ("ა",)),
        JointAnswer(asked),
        JointAnswer(asked, (), competency.Difference(asked, (("ა",),), (("ა",),))),
    )
    found = [CheckResult(name, "Violation", title, title, 30, (finding,), unseen=7) for name in ("ა", "ბ")]
    found.append(CheckResult("გ", "Info", title, title, 0, ()))
    reasons = [Message(f"limit.{name}", seconds="7", bytes=7, detail="7") for name in LIMITS_OF_CHECKS]
    found += [CheckResult(f"დ{number}", "Info", title, title, unfinished=why) for number, why in enumerate(reasons)]
    report = Conflicts(tuple(found), (source,), Iris(), answers, everywhere)
    page = report.to_html()
    assert pseudo.leaks(pseudo.told(page, "en", "zh")) == []
    assert pseudo.leaks([report.to_text().replace("Violation", "")]) == []
    seen |= pseudo.ids_in(page) | pseudo.ids_in(report.to_text())


SHAPES = """
@prefix : <http://example.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
:Thing-shape a sh:NodeShape ; sh:targetClass :Thing ; sh:property :size .
:size sh:path :size ; sh:minCount 1 ; sh:severity sh:Warning ; sh:message "ა"@en , "ბ"@zh .
:Inner-shape a sh:NodeShape ; sh:targetClass :Thing ; sh:node :inner ; sh:message "დ"@en .
:inner a sh:NodeShape ; sh:property [ sh:path :part ; sh:minCount 1 ; sh:message "გ"@en ; sh:severity sh:Info ] .
:Other-shape a sh:NodeShape ; sh:targetClass :Other ; sh:nodeKind sh:IRI .
"""


def test_the_report_of_a_validation(everywhere: Languages, seen: set[str]) -> None:
    thing = "<http://example.org/x> a <http://example.org/Thing> ."
    data, given = ([*parse(text, format=RdfFormat.TURTLE)] for text in (thing, SHAPES))
    for report in (shacl.validate(data, given), shacl.validate([], given)):
        page = report.to_html(everywhere)
        assert pseudo.leaks(pseudo.told(page, "en", "zh")) == []
        text = re.sub("^(Violation|Warning)", "", report.to_text(everywhere), flags=re.MULTILINE)
        assert pseudo.leaks(text.replace("-shape", "").splitlines()) == []
        seen |= pseudo.ids_in(page) | pseudo.ids_in(text)
    every = Report(tuple(Result(data[0].subject, name, "x:s", "x:c") for name in SEVERITIES))
    seen |= pseudo.ids_in(every.to_html(everywhere))


def test_what_the_conflict_report_says_of_shapes_and_questions(languages: Path, seen: set[str]) -> None:
    """These checks are no files of their own: their titles are messages."""
    names = ("questions", "questions_why", "shapes", "shapes_why", "missing", "surplus", "order")
    language = Languages(languages)[pseudo.TAG]
    said = [language.gettext(f"conflicts.{name}", count=1) for name in names]
    assert pseudo.leaks(said) == []
    seen |= pseudo.ids_in(" ".join(said))


OURS = """
@base <https://w3id.org/initiative-lod/> .
@prefix : <ontology#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<id/topic/a> a :Topic ; skos:prefLabel "აბგ"@zh , "დევ"@en ; skos:altLabel "ზთ"@en ; skos:notation "7" .
<id/topic/b> a :Topic ; skos:prefLabel "ჟრს"@zh , "ტუფ"@en .
<id/x/action/1/clause/1> :topic <id/topic/a> ; :text "აბგ"@zh ; :translation "დევ"@en .
"""
THEIRS = """
@prefix : <http://other.org/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
:a a skos:Concept ; skos:prefLabel "დევ"@en ; skos:broader :b . :b a skos:Concept ; skos:prefLabel "ტუფ"@en .
"""


def test_the_review_page(languages: Path, tmp_path: Path, seen: set[str]) -> None:
    ours, theirs = Store(), Store()
    ours.load(OURS.encode(), format=RdfFormat.TURTLE)
    theirs.load(THEIRS.encode(), format=RdfFormat.TURTLE)
    proposals = propose(our_things(ours, Iris()), their_things(theirs, Iris()))
    review = Review(proposals, ours, theirs, Iris(), tmp_path / "judgements.tsv")
    app = create_review(review, "ა", lambda: "2031-01-02", "key", Languages(languages))
    with running(app) as client:
        client.headers["accept-language"] = pseudo.TAG
        shut = [client.get("/1"), client.get("/open/other")]
        opened = client.get("/open/key")
        used = client.get("/open/key")
        client.base_url = client.base_url.join(opened.headers["location"])
        token = re.findall(r'name="token" value="([^"]+)"', client.get("/1").text)[0]
        form = {"token": token, "judge": "ა", "reason": "ა", "verdict": "same"}
        answers = [
            *shut,
            used,
            client.get("/"),
            client.get("/1"),
            client.get("/9"),
            client.get("/1", headers={"host": "evil.example"}),
            client.post("/1", data=form, headers={"origin": "https://evil.example"}),
            client.post("/1", data={**form, "token": "x"}),
            client.post("/1", data={**form, "verdict": "maybe"}),
            client.post("/1", content=b"x" * 100_000),
            *(client.post(f"/{number}", data=form) for number in (1, 2)),
            client.get("/1"),
            client.get("/"),
        ]
    texts = [pseudo.told(item.text) if "<html" in item.text else [item.text] for item in answers]
    assert [pseudo.leaks(each) for each in texts] == [[] for _ in answers]
    for proposal in proposals:
        assert pseudo.leaks(proposal.told(Languages(languages)[pseudo.TAG])) == []
    seen |= {id for item in answers for id in pseudo.ids_in(item.text)}


def test_the_pages_of_a_copy(live: Live, seen: set[str]) -> None:
    """What a site of files has in place of a server."""
    pages = [
        page.decode() for _, _, page in static_site.own_pages(live.app.site, live.opened) if pseudo.TAG in page.decode()
    ]
    assert len(pages) >= 3
    for page in pages:
        if f'<html lang="{pseudo.TAG}"' in page:
            assert pseudo.leaks(pseudo.told(page)) == []
            seen |= pseudo.ids_in(page)


#: What no page of these releases has, with the reason.
UNSEEN = {
    "documents_left_out": "there are no more than 30 documents in them",
    "compare_cut": "they have fewer than 400 articles and actions",
    "contents_cut": "no document of them has 600 parts",
    "answer_merged": "nothing is merged into them",
    "never_published": "what was not published is not shown",
    "review.unwritten": "the file of the judgements can be written",
    "about.error_mail": "their data set names no address to write to",
    "about.error_subject": "their data set names no address to write to",
    "reading.cut": "no document of them has 3,000 parts",
    "reading.unnoted": "no document of them has 2,000 parts and clauses",
    "index.cut": "they have fewer than 3,000 things of a kind",
    "joined_xor": "no statement in them excludes another",
    "search.found_more": "they hold fewer than 20,000 things",
    "search.slow": "a search over them takes no second",
    "said_by_others": "no graph of others is merged into them",
    "error_again": "nobody asks for more at once than is served",
    "quotes": "two marks, which an id in letters is not: it stands between plain ones",
    "search.loose_pieces": "only Chinese is searched in pieces, and no Chinese is in them",
}


def test_what_a_release_says_of_itself(languages: Path, seen: set[str]) -> None:
    """Data, in every language of the catalogues: its words are messages."""
    said = Languages(languages)
    ids = [
        f"catalogue.{name}"
        for name in ("release", "endpoint", "everything", "own_graphs", "table", "statements", "source")
    ]
    for id in (*ids, "documents.cut", "documents.others_cut"):
        text = said.each(id, version="7", format="7", slug="7", most="7", name="7")[pseudo.TAG]
        assert pseudo.leaks([text]) == []
        seen |= pseudo.ids_in(text)


def test_what_is_told_of_another_engine(languages: Path, seen: set[str]) -> None:
    """Its faults, to who asks it, and its deviations, in the service description."""
    language = Languages(languages)[pseudo.TAG]
    ids = [item.id for item in read_po(io.BytesIO(ENGLISH.read_bytes())) if str(item.id).startswith("engine.")]
    named = ("names", "detail", "seconds", "status", "type", "wanted", "came", "most", "count", "field")
    values = dict.fromkeys(named, "7")
    texts = [problems.text(EngineDown(Message(str(id), **values)), language) for id in ids]
    texts += [language.gettext(f"deviation.{name}") for name in DEVIATIONS]
    assert len(texts) > 25
    for text in texts:
        assert pseudo.leaks([text]) == []
        seen |= pseudo.ids_in(text)


def test_every_message_has_been_seen(live: Live, seen: set[str]) -> None:
    """Of names for terms of others those that the releases have, and of constraints those that their shapes have."""
    ids = [item.id for item in read_po(io.BytesIO(ENGLISH.read_bytes())) if item.id]
    forms = [{item} if isinstance(item, str) else {*item} for item in ids]  # of a plural either is enough
    left = {min(each) for each in forms if each.isdisjoint(seen)}
    assert len(ids) - len(left) > 590
    assert {id for id in left if not id.startswith(("property.", "shape_"))} == UNSEEN.keys()
    properties = [id.removeprefix("property.") for id in left if id.startswith("property.")]
    assert [name for name in properties if used(live, name)] == []


def used(live: Live, name: str) -> bool:
    """Whether a page may have to name a term of others: it is a property, a type or an object of some statement."""
    prefix, _, local = name.partition(":")
    node = NamedNode({**live.opened.iris.prefixes, **PREFIXES}[prefix] + local)
    patterns = ((None, node, None), (None, None, node))
    return any(next(iter(live.opened.triples(*pattern)), None) is not None for pattern in patterns)


def test_a_message_that_is_missing_is_found_out(releases: Path, tmp_path: Path) -> None:
    (tmp_path / f"{pseudo.TAG}.po").write_bytes(pseudo.catalogue(ENGLISH, without=["tagline"]))
    with serve(Settings(root=CHECKOUT, releases=releases, languages=str(tmp_path))) as live:
        assert words_from_elsewhere(read(live, "/"), set()) == ["Every statement points to its place in the text."]
