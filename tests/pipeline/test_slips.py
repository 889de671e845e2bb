"""Slips of an author that are told once, in words that say what to do; and validate refuses whatever build refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from initiative_lod import pipeline
from initiative_lod.build.graph import build
from initiative_lod.errors import ParseError, SourceError, SourceErrors
from initiative_lod.iris import Iris
from initiative_lod.settings import Settings
from pipeline.conftest import PILLARS, TEXT, Edit
from pipeline.test_cli import Run, run

__all__ = ["run"]  # a fixture

FILE = "data/graphs/harbour-2031/pillars.ttl"
SOURCE = "data/source/harbour-2031.zh.txt"


def told(project: Path, **settings: str) -> list[str]:
    with pytest.raises(SourceErrors) as raised:
        build(Settings(root=project, **settings))  # type: ignore[arg-type]
    return [str(error) for error in raised.value.errors]


# --- Named, and described nowhere


def rename(project: Path, old: str, new: str) -> int:
    """Names another thing wherever the document names one; the line of the first."""
    path = project / FILE
    content = path.read_text("utf-8").replace(f"src:is {old} ", f"src:is {new} ")
    path.write_text(content, "utf-8")
    return content[: content.index(new)].count("\n") + 1


@pytest.mark.parametrize("base", ["https://w3id.org/initiative-lod/", "https://harbours.example.org/"])
def test_a_missing_concept_is_told_once_with_its_file(project: Path, base: str) -> None:
    line = rename(project, "topic:schedules", "topic:timetables")
    assert told(project, base=base) == [
        f"{FILE}:{line}: <id/topic/timetables> is described nowhere; <id/harbour-2031/action/1/clause/2> and 2 others "
        "name it. Describe it in data/graphs/shared.ttl"
    ]


def test_a_slip_of_the_pen_is_guessed(project: Path) -> None:
    rename(project, "topic:schedules", "topic:schedule")
    (said,) = told(project)
    assert "Is <id/topic/schedules> meant? Describe it in data/graphs/shared.ttl" in said


def test_a_modality_that_is_not_shared_says_which_are(project: Path) -> None:
    rename(project, "modality:promote", "modality:advertise")
    (said,) = told(project)
    assert "<id/modality/advertise> is described nowhere; <id/harbour-2031/action/1/clause/1> names it." in said
    assert re.search(r"there are advocate, .*prohibit.*<id/our-modality/advertise>", said)


def test_of_a_kind_that_has_no_file_one_is_named(project: Path) -> None:
    rename(project, "institution:lighthouse-league", "<id/norm-set/lights>")
    (said,) = told(project)
    assert said.endswith("Describe it in data/graphs/norm-sets.ttl")


def test_several_are_told_together(project: Path) -> None:
    rename(project, "topic:schedules", "topic:timetables")
    rename(project, "group:crews", "group:sailors")
    assert len(told(project)) == 2


def test_a_mapping_of_nothing_is_told(project: Path) -> None:
    path = project / "data/alignments/harbour.sssom.tsv"
    path.write_text(path.read_text("utf-8").replace("topic:schedules\t", "topic:timetables\t"), "utf-8")
    (said,) = told(project)
    assert "<id/topic/timetables> is described nowhere" in said


def test_one_of_ones_own_is_a_modality(project: Path) -> None:
    rename(project, "modality:promote", "<id/our-modality/advertise>")
    path = project / FILE
    path.write_text(
        path.read_text("utf-8")
        + """
<id/our-modality> a skos:ConceptScheme ; rdfs:label "情态"@zh , "Modalities"@en .

<id/our-modality/advertise> a :Modality , skos:Concept ;
    skos:prefLabel "推动"@zh , "advertise"@en ; skos:broader modality:promote ; :cue "推动"@zh ;
    skos:definition "宣传。"@zh , "To make known."@en ;
    :noMatchReason "为测试而造。"@zh , "Made up for a test."@en ;
    skos:inScheme <id/our-modality> ; skos:topConceptOf <id/our-modality> .
""",
        "utf-8",
    )
    settings = Settings(root=project, base="https://harbours.example.org/")
    checked = pipeline.check(settings)
    assert checked.report.conforms, checked.report.to_text()
    own = Iris(settings.base).thing("id/our-modality/advertise")
    assert own.value.startswith(settings.base)
    assert any(quad.object == own for quad in checked.built.quads)


# --- What is no text, or another one


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file of the text is empty"),
        ("\ufeff \n\n".encode(), "the file of the text is empty"),
        (TEXT.encode("gb18030"), "is not UTF-8, but seems to be GB18030: save it as UTF-8 (iconv -f GB18030 -t UTF-8)"),
        (TEXT.encode("utf-16"), "is not UTF-8, but seems to be UTF-16: save it as UTF-8"),
        ("a harbour".encode("utf-16-le"), "holds a zero byte. It may be UTF-16"),
        (TEXT.encode() + b"\xff", "the file is not UTF-8"),
        (b"%PDF-1.7 ...", "no text: it begins like a PDF"),
        (b"PK\x03\x04 ...", "no text: it begins like a ZIP archive"),
        (b"\x7fELF\x01\x02\0", "no text: it holds a zero byte"),
    ],
)
def test_what_is_no_text_is_told(project: Path, content: bytes, message: str) -> None:
    (project / SOURCE).write_bytes(content)
    with pytest.raises(SourceError) as raised:
        build(Settings(root=project))
    assert message in str(raised.value)
    assert re.match(rf"{project}/data/graphs/harbour-2031/document\.ttl:\d+: ", str(raised.value))


@pytest.mark.parametrize("content", [TEXT.replace("\n", "\r\n"), "\ufeff" + TEXT, TEXT.replace("\n", "\r")])
def test_ends_of_line_and_a_mark_make_no_difference(project: Path, content: str) -> None:
    before = build(Settings(root=project)).quads
    (project / SOURCE).write_bytes(content.encode())
    assert build(Settings(root=project)).quads == before


@pytest.mark.thorough
@pytest.mark.parametrize("change", [lambda text: text.replace("\n", "\r\n"), lambda text: "\ufeff" + text])
def test_turtle_of_windows_is_read(project: Path, change: object) -> None:
    assert callable(change)
    before = build(Settings(root=project))
    for path in (project / "data").rglob("*.*"):
        path.write_bytes(change(path.read_text("utf-8")).encode())
    after = build(Settings(root=project))
    assert after.quads == before.quads
    assert after.place(Iris().iri("id/topic/schedules")) == before.place(Iris().iri("id/topic/schedules"))
    assert pipeline.check(Settings(root=project)).conforms


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ((PILLARS).encode("utf-16"), "not UTF-8, but seems to be UTF-16"),
        ((PILLARS).encode("gb18030"), "not UTF-8"),
        (b"\x00\x01", "no text: it holds a zero byte"),
    ],
)
def test_what_is_no_turtle_is_told(project: Path, content: bytes, message: str) -> None:
    (project / "data/graphs/topics.ttl").write_bytes(content)
    with pytest.raises(ParseError, match=re.escape(message)) as raised:
        build(Settings(root=project))
    assert raised.value.path == project / "data/graphs/topics.ttl"


def test_an_empty_turtle_file_says_nothing(project: Path) -> None:
    before = build(Settings(root=project)).quads
    (project / "data/graphs/topics.ttl").touch()
    assert build(Settings(root=project)).quads == before


# --- What build refuses, validate refuses


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("path", "old", "new", "message"),
    [
        (
            "data/dataset.ttl",
            '    dcterms:modified "2031-03-05"^^xsd:date .\n',
            "    .\n",
            "0 dates of dcterms:modified",
        ),
        ("data/dataset.ttl", '"2031-03-05"^^xsd:date', '"soon"', "must be a date"),
        ("data/questions/prohibitions.rq", "# group: modality\n", "", "no '# group: …'"),
        ("data/questions/prohibitions.tsv", "clause/2\n", "clause/3\n", "not what was worked out"),
        (FILE, "不得泄露航线。", "不得透露航线。", "does not stand in"),
    ],
)
def test_validate_refuses_what_build_refuses(
    project: Path, edit: Edit, run: Run, path: str, old: str, new: str, message: str
) -> None:
    edit(path, old, new)
    for command in ("validate", "build"):
        done = run(project, command)
        assert done.code == 1, command
        assert message in done.err, command
    assert not (project / "releases").exists()
