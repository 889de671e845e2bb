"""Documents that were rendered with their release: the same bytes as those that are rendered when asked."""

from __future__ import annotations

import dataclasses
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from pyoxigraph import NamedNode

from initiative_lod.cli.serve import listen
from initiative_lod.documents import representation
from initiative_lod.documents.resource import describe
from initiative_lod.release import rendered_documents
from service.conftest import Live, serve

TURTLE = next(offer for offer in representation.OFFERS if offer.media.suffix == "ttl")


def file_of(live: Live) -> Path:
    return live.opened.release.path / "index" / rendered_documents.RENDERED


@pytest.fixture
def documents(harbour: Live) -> dict[str, tuple[int, bytes]]:
    with closing(sqlite3.connect(f"{file_of(harbour).as_uri()}?mode=ro&immutable=1", uri=True)) as file:
        rows = file.execute("SELECT iri, pages, turtle FROM document").fetchall()
    return {iri: (pages, turtle) for iri, pages, turtle in rows}


def test_each_is_what_would_be_rendered_now(harbour: Live, documents: dict[str, tuple[int, bytes]]) -> None:
    opened = harbour.opened
    assert len(documents) > 50
    for iri, (pages, turtle) in documents.items():
        found = describe(opened, NamedNode(iri))
        assert found is not None
        assert (found.pages, representation.render(found, TURTLE, opened.iris, {})) == (pages, turtle), iri


def test_every_thing_of_ours_is_among_them(harbour: Live, documents: dict[str, tuple[int, bytes]]) -> None:
    opened = harbour.opened
    subjects = {quad.subject.value for quad in opened.store if isinstance(quad.subject, NamedNode)}
    ours = {iri.partition("#")[0] for iri in subjects if opened.iris.path(iri) is not None}
    assert documents.keys() == ours


@pytest.fixture
def without(harbour: Live, documents: dict[str, tuple[int, bytes]]) -> Iterator[Live]:
    """A server of the same release that has no such file, and keeps nothing of what it answered."""
    file = file_of(harbour)
    away = file.with_name("away")
    file.rename(away)
    try:
        with serve(dataclasses.replace(harbour.settings, page_cache=0)) as live:
            live.get("/doc/harbour-2031/action/1.ttl")
            yield live
    finally:
        away.rename(file)


def test_the_answer_is_the_same_as_without(harbour: Live, without: Live) -> None:
    """Headers and body, and those of a HEAD and of a conditional request."""
    assert without.opened.rendered.turtle(f"{harbour.opened.iris.base}id/harbour-2031") is None
    parts = [f"/doc/harbour-2031/action/{number}" for number in (1, 2, 3)]
    for path in [*parts, "/doc/harbour-2031", "/doc/modality/require", "/ontology", "/dataset", "/doc/harbour-2031/en"]:
        for accept in ("text/turtle", "application/rdf+xml;q=0.1, text/turtle;q=0.9", "*/*"):
            for method in ("GET", "HEAD"):
                quick, slow = (live.get(path, accept, method=method) for live in (harbour, without))
                assert said(quick) == said(slow), path
            tag = quick.headers["etag"]
            assert harbour.get(path, accept, if_none_match=tag).status_code == 304


def said(answer: httpx.Response) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers in their order but for the date, body."""
    return answer.status_code, [item for item in answer.headers.multi_items() if item[0] != "date"], answer.content


def test_an_unknown_thing_is_told_the_usual_way(harbour: Live) -> None:
    answer = harbour.get("/doc/harbour-2031/action/99.ttl", "text/turtle")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert harbour.get("/doc/harbour-2031/action/1.ttl?page=nope").status_code == 400
    assert harbour.get("/doc/harbour-2031/action/1.ttl", method="DELETE").status_code == 405


def test_a_file_of_another_format_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "some.sqlite"
    assert rendered_documents.write(path, [("https://example.org/a", 1, b"<a> <b> <c> .")]) == 1
    assert rendered_documents.RenderedDocuments(path).turtle("https://example.org/a") == (b"<a> <b> <c> .", 1)
    assert rendered_documents.RenderedDocuments(path).turtle("https://example.org/b") is None
    with closing(sqlite3.connect(path)) as file:
        file.execute(f"PRAGMA user_version = {rendered_documents.FORMAT + 1}")
        file.commit()
    assert rendered_documents.RenderedDocuments(path).turtle("https://example.org/a") is None
    assert rendered_documents.RenderedDocuments(tmp_path / "none.sqlite").turtle("https://example.org/a") is None


@pytest.mark.parametrize("kept", [0, 40, 5000])
def test_a_damaged_file_costs_no_answer(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "some.sqlite"
    iris = [f"https://example.org/{number}" for number in range(2000)]
    rendered_documents.write(path, [(iri, 1, b"<a> <b> <c> ." * 20) for iri in iris])
    whole = path.read_bytes()
    path.write_bytes(whole[:kept] + b"\xff" * (len(whole) - kept))
    found = rendered_documents.RenderedDocuments(path)
    assert [found.turtle(iri) for iri in iris[::500]] == [None] * 4


def test_no_answer_waits_for_an_acknowledgement() -> None:
    """What is written after the head of an answer is sent at once (RFC 896's algorithm would hold it back)."""
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()) as client:
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert client.fileno() > 0
