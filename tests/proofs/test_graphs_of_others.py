"""Graphs and small files of others, as they are today: all merged, and things of each graph served in every form.

What is served of a thing is compared with the statements that rdflib finds in the graph's own files. ``make proofs``;
some ten minutes, most of them for the merge.
"""

from __future__ import annotations

import gzip
import io
import logging
import os
import random
import re
import subprocess
import sys
import tarfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urljoin

import pytest
import rdflib
from rdflib.term import Node

from initiative_lod import pipeline, release
from initiative_lod.merge.merge import MergeRequest
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.settings import Settings
from initiative_lod.vocabulary import VOID
from service.conftest import Live, serve

ROOT = Path(__file__).resolve().parents[2]
GRAPHS, CASES = (ROOT.parent / "shared" / name for name in ("graphs", "cases"))
OF_A_GRAPH, FILES_OF_A_GRAPH = 12, 40  # sampled things, and files that they are taken from
BASE = "http://base.invalid/"  # of relative IRIs, which are not compared
SYNTAXES = {"ttl": "turtle", "rdf": "xml", "owl": "xml", "xml": "xml", "jsonld": "json-ld", "nt": "nt"}
FORMS = {
    "text/turtle": "turtle",
    "application/ld+json": "json-ld",
    "application/rdf+xml": "xml",
    "application/n-triples": "nt",
    "application/n-quads": "nquads",
    "application/trig": "trig",
    "application/hex+x-ndjson": "hext",
}
Statement = tuple[str, tuple[str, ...]]

#: What the commands say of the small files: exit status of a merge (dry run) and of a validation, and words of either.
SAID = {
    "archive-cut.nt.gz": (1, 1, "the archive breaks off"),
    "date-impossible.ttl": (0, 0, ""),
    "encoding-bom.ttl": (0, 0, "byte order mark"),
    "iri-unicode.ttl": (0, 0, ""),
    "jsonld-id-with-space.jsonld": (1, 1, ":2: the @id 'http://harbour.example/rule 1' is no IRI"),
    "jsonld-prefix-in-brackets.ttl": (0, 0, ""),
    "jsonld-remote-context.jsonld": (1, 1, r"lies elsewhere \(https://harbour\.example/context\.jsonld\)"),
    "n3-quoted-graph.n3": (1, 1, ":2: .* quotes statements"),
    "owl-functional.owl": (1, 1, "OWL functional syntax is no RDF: convert it"),
    "owl-xml.owl": (1, 1, "OWL/XML is no RDF: convert it"),
    "rdfxml-breaks-off.rdf": (1, 1, ":5: it breaks off there"),
    "rdfxml-entities.rdf": (1, 1, "a bomb, it seems"),
    "rdfxml-xml-literal.rdf": (0, 0, ""),
    "suffix-upper.TTL": (0, 0, ""),
    "suffix.owl": (0, 0, ""),
    "turtle-plane-14.ttl": (1, 1, "Invalid IRI code point"),
    "turtle-relative-start.ttl": (0, 0, ""),
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server over all graphs."""
    if not GRAPHS.is_dir():
        pytest.skip("the graphs of others are not there (../shared/graphs)")
    settings = Settings(root=ROOT, releases=tmp_path_factory.mktemp("all") / "releases")
    start = pipeline.make_release(settings)
    release.publish(settings.release_folder, start)
    named = tuple(str(path) for path in sorted(GRAPHS.iterdir()) if path.is_dir())
    made = pipeline.make_merged_release(settings, start, MergeRequest(named=named, retrieved="2026-11-24")).release
    assert made is not None
    assert release.verify(made) == []
    release.publish(settings.release_folder, made)
    with serve(settings) as live:
        yield live


@pytest.fixture(autouse=True)
def exact(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """rdflib leaves literals as they are written, and says nothing of those that are no values."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    logging.disable(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    logging.disable(logging.NOTSET)


def files(folder: Path) -> Iterator[tuple[bytes, str]]:
    """The files of a graph, some of a large one, with their syntaxes."""
    found: list[tuple[bytes, str]] = []
    for path in sorted(folder.rglob("*")):
        name, data = path.name, path.read_bytes()
        if name.endswith(".tar.gz"):
            with tarfile.open(fileobj=io.BytesIO(data)) as archive:
                members = [item for item in archive.getmembers() if item.name.endswith(".ttl")][:FILES_OF_A_GRAPH]
                found += [(file.read(), "turtle") for item in members if (file := archive.extractfile(item))]
            continue
        if name.endswith(".gz"):
            name, data = name.removesuffix(".gz"), gzip.decompress(data)
        if (syntax := SYNTAXES.get(name.rpartition(".")[2])) is not None:
            found.append((data, syntax))
    yield from found if len(found) <= FILES_OF_A_GRAPH else random.Random(5).sample(found, FILES_OF_A_GRAPH)


def statement(predicate: Node, value: Node) -> Statement:
    """A statement about a thing, a plain string with its datatype or without alike."""
    if isinstance(value, rdflib.Literal):
        datatype = "" if value.datatype == rdflib.XSD.string else str(value.datatype or "")
        return str(predicate), (str(value), datatype, (value.language or "").lower())
    return str(predicate), (str(value),)


def written(folder: Path) -> dict[str, set[Statement]]:
    """The statements of a graph by the things that they are about, without blank nodes, which have other names here."""
    about: dict[str, set[Statement]] = {}
    for data, syntax in files(folder):
        for subject, predicate, value in rdflib.Graph().parse(data=data, format=syntax, publicID=BASE):
            named = isinstance(subject, rdflib.URIRef) and not isinstance(value, rdflib.BNode)
            if named and BASE not in subject + value:  # type: ignore[operator]
                about.setdefault(str(subject), set()).add(statement(predicate, value))
    return about


def answered(live: Live, iri: str, accept: str) -> set[Statement]:
    """The statements about a thing in one form of its document, all its pages."""
    found: set[Statement] = set()
    address = f"/resource?iri={quote(iri, safe='')}"
    while address:
        answer = live.get(address, accept)
        assert answer.status_code == 200, (iri, accept, answer.text[:200])
        several = FORMS[accept] in ("nquads", "trig", "hext")
        graph = rdflib.Dataset(default_union=True) if several else rdflib.Graph()
        graph.parse(data=answer.content, format=FORMS[accept], publicID=live.url)
        found |= {statement(p, o) for _, p, o in graph.triples((rdflib.URIRef(iri), None, None))}
        following = re.search(r'<([^<>]*)>\s*;[^<]*rel="next"', answer.headers.get("link", ""))
        address = urljoin(address, following[1]) if following else ""
    return found


def test_the_description_counts_what_is_there(served: Live) -> None:
    store = OpenRelease.open(served.opened.release).store
    counted = store.query(
        "SELECT (COUNT(*) AS ?t) (COUNT(DISTINCT ?s) AS ?ss) (COUNT(DISTINCT ?o) AS ?os) { ?s ?p ?o }"
    )
    numbers = [int(term.value) for term in next(iter(counted))]  # type: ignore[arg-type]
    about = served.opened.iris.thing("dataset")
    for property, number in zip((VOID.triples, VOID.distinctSubjects, VOID.distinctObjects), numbers, strict=True):
        said = {int(triple.object.value) for triple in served.opened.triples(about, property)}  # type: ignore[union-attr]
        assert said <= {number}, property  # a count of objects that would make itself wrong is not told


@pytest.mark.parametrize("name", sorted(path.name for path in GRAPHS.glob("*/")) if GRAPHS.is_dir() else [])
def test_a_thing_in_every_form_says_what_its_source_says(served: Live, name: str) -> None:
    about = written(GRAPHS / name)
    for iri in random.Random(11).sample(sorted(about), min(OF_A_GRAPH, len(about))):
        for accept in FORMS:
            assert about[iri] - answered(served, iri, accept) == set(), (iri, accept)


@pytest.mark.skipif(not CASES.is_dir(), reason="the small files are not there (../shared/cases)")
@pytest.mark.parametrize("name", SAID)
def test_a_small_file_is_told_as_it_is(name: str, tmp_path: Path) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        line = [sys.executable, "-m", "initiative_lod", "--root", str(ROOT), "--releases", str(tmp_path), *arguments]
        done = subprocess.run(line, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "300"})
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout + done.stderr

    merged, validated, words = SAID[name]
    code, text = run("merge", str(CASES / name), "--dry-run")
    assert (code, re.search(words, " ".join(text.split())) is not None) == (merged, True), text
    code, text = run("validate", "--quiet", str(CASES / name))
    assert (code, re.search(words, " ".join(text.split())) is not None) == (validated, True), text
