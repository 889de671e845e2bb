"""Representations that were rendered with their release: the same bytes as those that are rendered when asked for."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from initiative_lod import pipeline, release
from initiative_lod.cli.serve import listen
from initiative_lod.documents import document
from initiative_lod.documents.representation import FORMS, documented
from initiative_lod.errors import ReleaseError
from initiative_lod.formats import DOCUMENT_TYPES
from initiative_lod.release.rendered_file import RENDERED, RenderedDocuments, RenderedDocumentsFile, StoredBody
from initiative_lod.settings import Settings
from initiative_lod.web import app, render_release
from initiative_lod.web.routes import feeds
from service.conftest import Live, serve

pytestmark = pytest.mark.thorough

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BASE = "https://w3id.org/initiative-lod/"
TAGS = [f'"{number:032x}"' for number in range(2000)]


@pytest.fixture(scope="module")
def layers(harbour_root: Path, unrendered: Path) -> Iterator[tuple[Live, Live, Live]]:
    """Servers of one release: with what was stored, which it keeps; with that, which keeps nothing; with neither."""
    kept = Settings(root=harbour_root)
    off = dataclasses.replace(kept, page_cache=0)
    with serve(kept) as one, serve(off) as two, serve(dataclasses.replace(off, releases=unrendered)) as three:
        assert len(one.opened.rendered) > 500
        assert len(three.opened.rendered) == 0
        yield one, two, three


def said(answer: httpx.Response) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers in their order but for the dates, body as it came."""
    headers = [item for item in answer.headers.multi_items() if item[0] not in ("date", "last-modified")]
    return answer.status_code, headers, answer.content


#: One address of each kind, and the ways to ask for it.
ADDRESSES = (
    "/",
    "/doc/harbour-2031",
    "/doc/harbour-2031/action/1",
    "/doc/harbour-2031/action/1/clause/1",
    "/doc/harbour-2031/en",
    "/doc/modality/require",
    "/ontology",
    "/shapes",
    "/dataset",
    "/graph/topics",
    "/.well-known/void",
    "/questions",
    "/compare",
    f"/compare?iri={BASE}id/harbour-2031/action/1&iri={BASE}id/harbour-2031/action/2",
    "/search?q=harbour",
    f"/resource?iri={BASE}id/harbour-2031",
    f"/resource?iri={BASE}ontology%23Clause",
    f"/resource?iri={BASE}ontology%23Clause&_profile=framed",
    f"/resource?iri={BASE}shapes%23Clause&_profile=flattened",
    f"/linkset?iri={BASE}id/harbour-2031",
    f"/cite?iri={BASE}id/harbour-2031",
    "/doc/harbour-2031?_profile=alt",
    "/doc/harbour-2031.jsonld?_profile=framed",
    "/doc/harbour-2031.html?lang=zh",
    "/?lang=zh",
    "/questions?lang=en",
    "/compare?lang=zh",
    "/read/harbour-2031?lang=zh",
    "/things/topic?lang=en",
    "/about?lang=zh",
    "/doc/harbour-2031/action/99",
    "/context.jsonld",
    "/static/site.css",
)
#: One of each other address, but for what a server says of itself; in braces: the release, and the one before.
MORE = (
    f"/id/harbour-2031/action/1?from={BASE}",
    "/ontology/2.0.0",
    "/dataset/void.ttl",
    "/files/manifest.json",
    "/tree.schema.json",
    "/questions/prohibitions",
    "/statements/harbour-2031.csv",
    "/read/harbour-2031",
    "/suggest?q=harb",
    "/things",
    "/things/topic",
    "/pictures",
    "/pictures/wording",
    "/pictures/wording.svg",
    "/pictures/wording.png",
    "/embed/pictures/wording",
    "/oembed?url=/pictures/wording",
    "/about",
    "/about/data",
    "/about/api",
    "/sparql",
    "/sparql/terms.json",
    "/releases",
    "/release/{version}",
    "/release/{version}/doc/harbour-2031",
    "/releases/changes?from={version}&to={version}",
    "/robots.txt",
    "/sitemap.xml",
    "/releases.atom",
    "/timegate/doc/harbour-2031",
    "/timemap/doc/harbour-2031",
    "/reconcile",
    "/reconcile?queries=%7B%22a%22:%7B%22query%22:%22harbour%22%7D%7D",
    "/reconcile/suggest/entity?prefix=harb",
    "/reconcile/suggest/type?prefix=to",
    "/reconcile/suggest/property?prefix=a",
    "/reconcile/flyout/entity?id=topic/safety",
    "/reconcile/properties?type=Topic",
    f"/reconcile/preview?id={BASE}id/harbour-2031",
    "/reconcile/1.0-draft",
    "/reconcile/1.0-draft/suggest/entity?prefix=harb",
    "/reconcile/1.0-draft/suggest/type?prefix=to",
    "/reconcile/1.0-draft/suggest/property?prefix=a",
    "/reconcile/1.0-draft/extend/propose?type=Topic",
    f"/reconcile/1.0-draft/preview?id={BASE}id/harbour-2031",
    "/openapi.json",
)
OF_THE_SERVER = {"/healthz", "/readyz", "/metrics"}
ASKED: tuple[dict[str, str], ...] = (
    *({"accept": media.name} for media in DOCUMENT_TYPES),
    {"accept": "application/json"},
    {"accept": "text/csv"},
    {"accept": 'application/ld+json;profile="http://www.w3.org/ns/json-ld#expanded"'},
    {"accept": "text/html", "accept-language": "zh"},
    {"accept": "text/turtle", "if-none-match": "*"},
)


@pytest.mark.parametrize("address", [*ADDRESSES, *MORE])
def test_an_answer_is_the_same_with_the_layers_on_and_off(layers: tuple[Live, Live, Live], address: str) -> None:
    """Byte for byte, headers and body, by GET and HEAD, and again where answers are kept; a page in each coding."""
    codings = ("identity", "gzip", "zstd")
    ways = [(headers, codings[(number + len(address)) % 3]) for number, headers in enumerate(ASKED)]
    pages = [(ASKED[-2], coding) for coding in codings]
    address = address.replace("{version}", layers[0].opened.release.version)
    for headers, coding in [*(ways if address in ADDRESSES else ways[-1:]), *pages]:
        asked = {**headers, "host": "data.example", "accept-encoding": coding}
        expected = said(layers[2].client.get(layers[2].url + address, headers=asked))
        for live, methods in zip(layers, (("GET", "HEAD", "GET"), ("GET", "HEAD")), strict=False):
            for method in methods:
                answer = said(live.client.request(method, live.url + address, headers=asked))
                assert answer[:2] == expected[:2], (asked, method)
                assert answer[2] == (b"" if method == "HEAD" else expected[2]), (asked, method)


def test_no_address_is_left_out(layers: tuple[Live, Live, Live]) -> None:
    described = {path for path, kinds in layers[0].get("/openapi.json").json()["paths"].items() if "get" in kinds}
    patterns = {path: re.compile(re.sub(r"\\{[^}]*\\}", ".+", re.escape(path))) for path in described - OF_THE_SERVER}
    asked = [address.partition("?")[0] for address in (*ADDRESSES, *MORE)]
    assert [path for path, pattern in patterns.items() if not any(map(pattern.fullmatch, asked))] == []


def raw(live: Live, path: str, **headers: str) -> tuple[dict[str, str], bytes]:
    """Headers and body of an answer, as it is sent."""
    with live.client.stream("GET", live.url + path, headers=headers) as answer:
        return dict(answer.headers), b"".join(answer.iter_raw())


def test_what_was_stored_is_sent_as_it_lies(layers: tuple[Live, Live, Live]) -> None:
    for live in layers[:2]:
        bodies = {body.frame for _, body in live.opened.rendered.records()}
        for path in ("/", "/doc/harbour-2031/action/1", "/doc/harbour-2031.jsonld", "/questions", "/ontology.rdf"):
            headers, body = raw(live, path, **{"accept": "text/html, */*;q=0.1", "accept-encoding": "gzip, zstd"})
            assert headers["content-encoding"] == "zstd"
            assert "Accept-Encoding" in headers["vary"]
            assert body in bodies, path


def test_each_coding_has_an_entity_tag_of_its_own(layers: tuple[Live, Live, Live]) -> None:
    for live in layers:
        tags = {}
        for coding in ("identity", "gzip", "zstd"):
            asked = {"accept": "text/turtle", "accept-encoding": coding}
            tags[coding] = live.client.get(f"{live.url}/doc/harbour-2031", headers=asked).headers["etag"]
        assert len(set(tags.values())) == 3
        for coding in tags:
            for other, tag in tags.items():
                asked = {"accept": "text/turtle", "accept-encoding": coding, "if-none-match": tag}
                answer = live.client.get(f"{live.url}/doc/harbour-2031", headers=asked)
                assert answer.status_code == (304 if coding == other else 200)
                assert answer.headers["etag"] == tags[coding]


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", None),
        ("identity", None),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1, zstd;q=0.5", "gzip"),
        ("gzip;q=0, zstd;q=0", None),
        ("*", "zstd"),
        ("*, zstd;q=0", "gzip"),
        ("br", None),
        ("gzip;q=0.1, identity;q=0.9", None),
        ("gzip;q=nonsense", None),
    ],
)
def test_the_coding_is_negotiated(layers: tuple[Live, Live, Live], accepted: str, coding: str | None) -> None:
    for live in layers:
        headers, _ = raw(live, "/doc/harbour-2031.ttl", **{"accept-encoding": accepted})
        assert headers.get("content-encoding") == coding


def test_every_document_of_ours_is_stored_in_every_format_and_language(layers: tuple[Live, Live, Live]) -> None:
    live, opened = layers[1], layers[1].opened
    paths = [opened.iris.path(iri) or "" for iri in documented(opened)]
    elsewhere = (f"release/{opened.release.version}", "sparql")  # whose pages depend on more than the release
    assert {*elsewhere} <= {*paths}
    paths = [path for path in paths if path not in elsewhere]
    for path in (f"doc/{path[3:]}" if path.startswith("id/") else path for path in paths):
        for media in DOCUMENT_TYPES:
            for language in ("zh", "en") if media.suffix == "html" else ("en",):
                for chosen in ("", f"?lang={language}"):
                    asked = {"accept_language": language, "accept_encoding": "identity"}
                    answer = live.get(f"/{path}{chosen}", media.name, "HEAD", **asked)
                    assert answer.headers["etag"] in opened.rendered, (path, media.suffix, language)


@pytest.mark.parametrize(
    "path", ["/", "/questions", "/compare", "/read/harbour-2031", "/things/topic", "/about/data", "/pictures"]
)
@pytest.mark.parametrize("chosen", ["", "?lang=zh", "?lang=en"])
def test_pages_of_the_release_are_stored_for_addresses_that_name_their_language(
    layers: tuple[Live, Live, Live], path: str, chosen: str
) -> None:
    answer = layers[1].get(f"{path}{chosen}", "text/html", accept_encoding="identity")
    assert answer.headers["etag"] in layers[1].opened.rendered
    assert (f'{path}{chosen}"' in answer.text) == (chosen != "" or f'{path}"' in answer.text)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "path",
    ["/questions.json", "/questions/prohibitions.csv", "/read/harbour-2031.epub", "/read/harbour-2031.epub?view=en"],
)
def test_files_with_words_of_the_interface_are_stored_in_each_language(
    layers: tuple[Live, Live, Live], path: str, language: str
) -> None:
    answer = layers[1].get(path, accept_language=language, accept_encoding="identity")
    assert answer.headers["etag"] in layers[1].opened.rendered


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("path", ["/doc/harbour-2031/action/1", f"/resource?iri={BASE}id/harbour-2031/action/1"])
def test_forms_that_are_not_stored_are_made_of_those_that_are(
    layers: tuple[Live, Live, Live], monkeypatch: pytest.MonkeyPatch, path: str, form: str
) -> None:
    """Nothing is looked up for them, and they are what they are without anything stored."""
    asked = {"accept": f'application/ld+json;profile="{FORMS[form]}"', "host": "data.example"}
    expected = layers[2].client.get(layers[2].url + path, headers=asked)
    with monkeypatch.context() as patched:
        patched.setattr(document, "describe", lambda *_: pytest.fail("it was described anew"))
        answer = layers[1].client.get(layers[1].url + path, headers=asked)
    assert said(answer) == said(expected)
    assert answer.status_code == 200


def test_the_sitemap_is_put_together_of_what_is_stored(
    layers: tuple[Live, Live, Live], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = layers[2].get("/sitemap.xml").text.replace(layers[2].url, "")
    monkeypatch.setattr(feeds, "document_paths", lambda _: pytest.fail("all documents were looked up"))
    assert layers[1].get("/sitemap.xml").text.replace(layers[1].url, "") == expected
    assert "<loc>/doc/harbour-2031</loc>" in expected


def test_the_terms_that_the_editor_proposes_are_stored_once_for_all_languages(harbour: Live) -> None:
    tags = {harbour.get("/sparql/terms.json", accept_language=tag).headers["etag"] for tag in ("zh", "en")}
    assert len(tags) == 1
    assert tags.pop() in harbour.opened.rendered


def test_pages_of_another_setting_are_made_when_they_are_asked_for(
    layers: tuple[Live, Live, Live], prefixed: Live
) -> None:
    """A stored page begins its links with the prefix that it was made for; data are the same wherever they are."""
    page, data = (
        prefixed.get("/doc/harbour-2031/action/1", accept, accept_encoding="identity")
        for accept in ("text/html", "text/turtle")
    )
    assert 'href="/lod/doc/harbour-2031"' in page.text
    assert page.headers["etag"] not in prefixed.opened.rendered
    assert data.headers["etag"] in prefixed.opened.rendered
    other = layers[0].get("/doc/harbour-2031/action/1", "text/html", x_forwarded_prefix="/elsewhere")
    assert 'href="/doc/harbour-2031"' in other.text


def test_it_is_told_once_that_the_pages_were_rendered_for_another_server(
    layers: tuple[Live, Live, Live], prefixed: Live, caplog: pytest.LogCaptureFixture
) -> None:
    app.warn_unless_stored(layers[0].app.site, layers[0].opened)
    assert caplog.messages == []
    app.warn_unless_stored(prefixed.app.site, prefixed.opened)
    assert len(caplog.messages) == 1
    assert prefixed.opened.release.version in caplog.messages[0]
    assert "rendered by another version of the software, or with another root_path" in caplog.messages[0]
    assert "initiative-lod release render" in caplog.messages[0]
    app.warn_unless_stored(layers[2].app.site, layers[2].opened)
    assert "rendered not at all" in caplog.messages[1]


def test_what_follows_from_the_same_is_taken_over_from_the_current_release(harbour_root: Path, tmp_path: Path) -> None:
    """Data of the same description, by the same software; of the very same release, pages too."""
    settings = Settings(root=harbour_root, releases=tmp_path / "releases", rendered_documents=9)
    shutil.copytree(
        harbour_root / "releases", settings.release_folder, symlinks=True, ignore=shutil.ignore_patterns(".merging-*")
    )
    building = (settings.release_folder / "current").resolve()
    place = building / "index" / RENDERED
    stored = dict(RenderedDocuments(place).records())
    place.unlink()
    render_release.render(building, settings, tmp_path / "new.bin")
    new = dict(RenderedDocuments(tmp_path / "new.bin").records())
    assert new.items() < stored.items()
    shutil.copy(tmp_path / "new.bin", place)
    render_release.render(building, settings, tmp_path / "again.bin")
    assert (tmp_path / "again.bin").read_bytes() == (tmp_path / "new.bin").read_bytes()
    place.unlink()

    data = {key for key, body in new.items() if zstd.decompress(body.frame).startswith(b"@prefix")}
    with RenderedDocumentsFile(place) as file:
        for key in data:
            file.add(f'"{key.hex()}"', StoredBody(b"taken over", 1))
    render_release.render(building, settings, tmp_path / "next.bin")
    following = dict(RenderedDocuments(tmp_path / "next.bin").records())
    assert following.keys() == new.keys()
    assert {key for key, body in following.items() if body.frame == b"taken over"} == data
    assert {key: body for key, body in following.items() if key not in data}.items() < new.items()


def test_several_processes_write_what_one_writes(
    harbour_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(root=harbour_root, releases=tmp_path / "none", rendered_documents=9)
    building = (harbour_root / "releases" / "current").resolve()
    monkeypatch.setattr(render_release, "_processes", lambda share: 1)
    render_release.render(building, settings, tmp_path / "one.bin")
    monkeypatch.setattr(render_release, "_processes", lambda share: 3)
    render_release.render(building, settings, tmp_path / "three.bin")
    assert (tmp_path / "three.bin").read_bytes() == (tmp_path / "one.bin").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.bin", "three.bin"]


@pytest.mark.parametrize(
    ("end", "told"),
    [("raise ValueError('a page is broken')", "ValueError: a page is broken"), ("os._exit(3)", "ended with 3")],
)
def test_a_process_that_fails_is_told(
    harbour_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str, told: str
) -> None:
    parent, render = os.getpid(), render_release._Share.render

    def broken(share: render_release._Share, *given: object) -> None:
        if os.getpid() == parent:
            render(share, *given)  # type: ignore[arg-type]
        else:
            exec(end)

    monkeypatch.setattr(render_release, "_processes", lambda share: 2)
    monkeypatch.setattr(render_release._Share, "render", broken)
    settings = Settings(root=harbour_root, releases=tmp_path / "none", rendered_documents=1)
    with pytest.raises(ReleaseError, match=f"could not be rendered: .*{told}"):
        render_release.render((harbour_root / "releases" / "current").resolve(), settings, tmp_path / "new.bin")


def test_addresses_that_read_the_same_are_made_together_and_the_largest_first() -> None:
    few = ["", "page doc/a", "doc/a", "doc/a/action/1", "page doc/a/action/1", "doc/topic/x", "doc/a/action/1/clause/2"]
    batches = render_release._batches(few)
    assert ["page doc/a", "doc/a"] in batches
    assert batches[-2:] == [["doc/a/action/1", "page doc/a/action/1", "doc/a/action/1/clause/2"], ["doc/topic/x"]]
    many = render_release._batches([f"doc/topic/{number}" for number in range(25_000)])
    assert len(many) <= render_release.MOST_NUMBERS
    assert sorted(address for batch in many for address in batch) == sorted(f"doc/topic/{n}" for n in range(25_000))


def test_a_release_that_is_there_is_rendered_again(unrendered: Path, harbour_root: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(unrendered, tmp_path / "releases", symlinks=True))
    settings = Settings(root=harbour_root, releases=folder, rendered_documents=3)
    made = release.current(folder)
    assert made is not None
    assert release.verify(made) == [f"index/{RENDERED} is missing"]
    for _ in range(2):
        pipeline.render_again(settings, made)
        assert release.verify(made) == []
        assert len(RenderedDocuments(made.path / "index" / RENDERED)) > 30
    assert [path.name for path in folder.iterdir() if path.name.startswith(".building")] == []
    (made.path / "report.json").write_text("{}")
    with pytest.raises(ReleaseError, match=r"report\.json"):
        pipeline.render_again(settings, made)


def test_an_unknown_thing_is_told_the_usual_way(harbour: Live) -> None:
    answer = harbour.get("/doc/harbour-2031/action/99.ttl", "text/turtle")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert harbour.get("/doc/harbour-2031/action/1.ttl?page=nope").status_code == 400
    assert harbour.get("/doc/harbour-2031/action/1.ttl", method="DELETE").status_code == 405


# The file


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    path = tmp_path / "some.bin"
    with RenderedDocumentsFile(path) as file:
        for number, tag in enumerate(TAGS):
            file.add(tag, StoredBody(b"body %d" % (number // 2), 1 + number % 3))
        file.add('"not one of ours"', StoredBody(b"x", 1))
    return path


def test_what_is_written_is_found(whole: Path, tmp_path: Path) -> None:
    found = RenderedDocuments(whole)
    assert len(found) == len(TAGS)
    assert [found.find(tag) for tag in TAGS[:3]] == [
        StoredBody(b"body 0", 1),
        StoredBody(b"body 0", 2),
        StoredBody(b"body 1", 3),
    ]
    assert found.find(TAGS[-1]) == StoredBody(b"body 999", 2)
    assert [found.find(tag) for tag in ('"ff"', "", 'W/"x"', '"not one of ours"', f'"{2000:032x}"')] == [None] * 5
    assert whole.read_bytes().count(b"body 7") == 111  # each once: 7, 70 to 79, 700 to 799
    again = tmp_path / "again.bin"
    with RenderedDocumentsFile(again) as file:
        file.add(TAGS[0], StoredBody(b"first", 1))
        file.add_all([found])
    assert RenderedDocuments(again).find(TAGS[0]) == StoredBody(b"first", 1)
    assert RenderedDocuments(again).find(TAGS[1]) == StoredBody(b"body 0", 2)


@pytest.mark.parametrize("kept", [0, 7, 40, 5000])
def test_a_damaged_file_costs_no_answer(whole: Path, kept: int) -> None:
    content = whole.read_bytes()
    for damaged in (
        content[:kept] + b"\xff" * (len(content) - kept),
        content[:kept],
        content[:kept] + content[kept + 1 :],
    ):
        whole.write_bytes(damaged)
        found = RenderedDocuments(whole)
        assert [found.find(tag) for tag in TAGS[::500]] == [None] * 4
    assert RenderedDocuments(whole.with_name("none.bin")).find(TAGS[0]) is None


def test_a_body_that_is_damaged_is_not_sent(whole: Path) -> None:
    found = RenderedDocuments(whole)
    with whole.open("r+b") as file:
        file.write(b"x")
    assert found.find(TAGS[0]) is None
    assert found.find(TAGS[2]) is not None
    os.truncate(whole, 3)
    assert found.find(TAGS[2]) is None


def test_no_answer_waits_for_an_acknowledgement() -> None:
    """What is written after the head of an answer is sent at once (RFC 896's algorithm would hold it back)."""
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()) as client:
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert client.fileno() > 0
