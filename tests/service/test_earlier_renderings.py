"""Earlier renderings: a release that takes over what it can is the same, byte for byte, as one made from nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat

from initiative_lod import release
from initiative_lod.iris import Iris
from initiative_lod.release import Edition, Release
from initiative_lod.release.read_tracking import EVERYTHING, mark, quad_lines
from initiative_lod.release.rendered_file import RENDERED, RenderedDocuments
from initiative_lod.settings import Settings
from initiative_lod.validation import competency
from initiative_lod.vocabulary import DCTERMS, RDFS, SKOS
from initiative_lod.web import render_release

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

pytestmark = pytest.mark.thorough

I = Iris()
Edit = Callable[[set[Quad]], set[Quad]]
CLAUSE, TOPIC = I.thing("id/harbour-2031/action/1/clause/1"), I.thing("id/topic/data-platform")


def reworded(subject: NamedNode, predicate: NamedNode, before: str, after: str) -> Edit:
    """Other words in the statements of a subject with a predicate."""

    def edit(quads: set[Quad]) -> set[Quad]:
        edited = {
            quad: Quad(
                quad.subject,
                quad.predicate,
                Literal(quad.object.value.replace(before, after), language=quad.object.language),
                quad.graph_name,
            )
            for quad in quads
            if quad.subject == subject and quad.predicate == predicate and isinstance(quad.object, Literal)
        }
        assert any(old != new for old, new in edited.items())
        return quads - edited.keys() | {*edited.values()}

    return edit


def without(*pattern: NamedNode | None) -> Edit:
    """Without the statements that match."""

    def edit(quads: set[Quad]) -> set[Quad]:
        gone = {
            quad
            for quad in quads
            if all(item is None or item == term for item, term in zip(pattern, quad, strict=False))
        }
        assert gone
        return quads - gone

    return edit


EDITS: dict[str, Edit] = {
    "a word": reworded(CLAUSE, I.term("translation"), "data", "dato"),
    "a label": reworded(TOPIC, SKOS.prefLabel, "a", "o"),
    "a topic less": without(CLAUSE, I.term("topic"), None),
    "the name of the site": reworded(I.thing("dataset"), DCTERMS.title, "a", "o"),
    "a mapping in a graph of its own": lambda quads: (
        quads | {Quad(TOPIC, SKOS.closeMatch, I.thing("id/topic/sea"), I.graph("more"))}
    ),
    "a seeming name of the release": lambda quads: (
        quads | {Quad(TOPIC, RDFS.comment, Literal("1.0.0-0123456789ab"), I.graph("more"))}
    ),
    "a definition in the ontology": reworded(I.term("topic"), SKOS.definition, "a", "o"),
}


def quads_of(made: Release) -> set[Quad]:
    description = I.graph("release")
    found = pyoxigraph.parse(b"\n".join(quad_lines(made)), format=RdfFormat.N_QUADS)
    return {quad for quad in found if quad.graph_name != description}


def write(settings: Settings, quads: Iterable[Quad], like: Release) -> Release:
    """A release of the quads, rendered; what it has in files is as in another one."""
    files = {name: (like.path / name).read_bytes() for name in ("context.jsonld", competency.FILE)}

    def make_index(building: Path) -> None:
        render_release.render(building, settings, building / "index" / "documents.bin")

    edition = Edition("1.0.0", "2031-03-05")
    return release.write(settings.release_folder, sorted(quads, key=str), edition, files, I, make_index=make_index)


def compare(
    settings: Settings, like: Release, edits: Iterable[str], elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, tuple[int, int]]:
    """By edit, of how many groups how many were rendered again; each one's file is that of a release by itself."""
    quads = quads_of(like)
    before = write(settings, quads, like)
    release.publish(settings.release_folder, before)
    counts, rendered = {}, []
    render = render_release._Share._render_group

    def counted(share: render_release._Share, *given: object) -> object:
        rendered.append(len(share.groups))
        return render(share, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(render_release._Share, "_render_group", counted)
    for name in edits:
        rendered.clear()
        made = write(settings, EDITS[name](quads), like)
        counts[name] = rendered[0], len(rendered)
        render_release.render(made.path, replace(settings, releases=elsewhere / "none"), elsewhere / f"{name}.bin")
        assert (made.path / "index" / "documents.bin").read_bytes() == (elsewhere / f"{name}.bin").read_bytes(), name
        bodies = [
            zstd.decompress(body.frame) for _, body in RenderedDocuments(made.path / "index" / RENDERED).records()
        ]
        assert any(made.version.encode() in body for body in bodies)
        assert not any(before.version.encode() in body for body in bodies), name
    return counts


def test_a_page_to_be_read_can_be_taken_over_and_a_book_names_its_release(harbour_root: Path, tmp_path: Path) -> None:
    """What is of the release as a whole changes with each: the group of a body that has it is always made anew."""
    building = (harbour_root / "releases" / "current").resolve()
    share = render_release._Share(building, Settings(root=harbour_root, releases=tmp_path / "none"))
    read = {}
    for group in ("read", "books", "pictures"):
        marks: set[int] = set()
        with share.opened.noting(marks):
            bodies = [render_release._made(item) for item, _ in share.groups[f"{group} {I.iri('id/harbour-2031')}"]()]
        assert len(bodies) > 3
        assert None not in bodies
        read[group] = mark(EVERYTHING) in marks
    share.stop()
    assert read == {"read": False, "books": True, "pictures": False}


@pytest.mark.slow
def test_what_is_taken_over_is_what_is_made_from_nothing(
    harbour_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a few documents, after a change of one word."""
    like = release.current(harbour_root / "releases")
    assert like is not None
    settings = Settings(root=harbour_root, releases=tmp_path / "releases", rendered_documents=6)
    counts = compare(settings, like, ["a word"], tmp_path, monkeypatch)
    groups, again = counts["a word"]
    assert 0 < again < groups / 2, counts


@pytest.mark.slow
def test_the_same_of_every_document_and_change(
    harbour_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    like = release.current(harbour_root / "releases")
    assert like is not None
    settings = Settings(root=harbour_root, releases=tmp_path / "releases")
    monkeypatch.setattr(render_release, "FEW", 10_000)  # in this process, where they are counted
    counts = compare(settings, like, EDITS, tmp_path, monkeypatch)
    for name, (groups, again) in counts.items():
        assert 0 < again <= groups, (name, again)
    assert all(counts[name][1] < counts[name][0] / 2 for name in ("a word", "a topic less")), counts
