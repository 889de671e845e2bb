"""Turtle as authors write it, and at which line things stand in it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from initiative_lod.errors import ParseError, SourceError
from initiative_lod.iris import DEFAULT_BASE
from initiative_lod.sources.turtle import SourceFile, read_folder, read_text, read_turtle

Read = Callable[[str], SourceFile]
E = "http://example.org/#"
ID = DEFAULT_BASE + "id/"


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Writes Turtle into a file and reads it."""

    def read_content(content: str) -> SourceFile:
        path = tmp_path / "some.ttl"
        path.write_text(content, "utf-8")
        return read_turtle(path, "some")

    return read_content


def test_triples_come_in_the_order_of_the_file(read: Read) -> None:
    source = read('<id/b> <id/p> "z" , "a" .\n<id/a> <id/p> <id/b> .\n')
    assert [triple.object for triple in source.triples] == [Literal("z"), Literal("a"), NamedNode(ID + "b")]
    assert source.graph == "some"


def test_relative_iris_stand_under_the_default_base(read: Read) -> None:
    assert read("<id/a> <id/p> 1 .").triples[0].subject == NamedNode(ID + "a")


def test_subjects_are_found_by_every_way_to_write_them(read: Read) -> None:
    source = read(
        "@base <https://w3id.org/initiative-lod/> .\n"
        "@prefix t: <id/topic/> .\n"
        "\n"
        "<id/a> t:p 1 .\n"
        f"<{ID}b> t:p 2 .\n"
        "t:c\n"
        "    t:p 3 .\n"
        "t:v1.2 t:p 4 . t:d t:p 5.\n"
    )
    assert source.line(ID + "a") == 4
    assert source.line(ID + "b") == 5
    assert source.line(ID + "topic/c") == 6
    assert source.line(ID + "topic/v1.2") == 8
    assert source.line(ID + "topic/d") == 8
    assert source.line(ID + "nobody") == 0


def test_directives_as_sparql_writes_them_end_without_a_stop(read: Read) -> None:
    source = read(
        "BASE <https://w3id.org/initiative-lod/>\n"
        "PREFIX t: <id/topic/>\n"
        "prefix u: <id/u/>\n"
        "t:a t:p 'x' .\n"
        "u:b t:p 1 .\n"
    )
    assert source.line(ID + "topic/a") == 4
    assert source.line(ID + "topic/a", "x") == 4
    assert source.line(ID + "u/b") == 5


def test_a_later_base_counts_from_where_it_stands(read: Read) -> None:
    source = read("<id/a> <p> 1 .\n@base <https://example.org/x/> .\n<a> <p> 1 .\n<#f> <p> 2 .\n")
    assert source.line(ID + "a") == 1
    assert source.line("https://example.org/x/a") == 3
    assert source.line("https://example.org/x/#f") == 4


def test_a_string_is_found_under_its_subject(read: Read) -> None:
    source = read('<id/a> <p> "同" ;\n  <q> "异" .\n<id/b>\n  <p> "同" .\n')
    assert source.line(ID + "a", "同") == 1
    assert source.line(ID + "a", "异") == 2
    assert source.line(ID + "b", "同") == 4
    assert source.line(ID + "b", "异") == 3, "not there: the subject's own line"


def test_the_first_of_equal_strings_and_subjects_counts(read: Read) -> None:
    source = read('<id/a> <p> "x" ,\n  [ <q> "x" ] .\n<id/a> <r> "y" .\n')
    assert source.line(ID + "a", "x") == 1
    assert source.line(ID + "a") == 1
    assert source.line(ID + "a", "y") == 3


def test_a_statement_is_found_by_its_property_and_value(read: Read) -> None:
    source = read(
        "@prefix e: <http://example.org/#> .\n"
        "<id/a> a e:Kind ;  # e:no ;\n"
        "    e:p [ e:is e:x ; e:quote 'x;.' ] ,\n"
        "        [ e:is e:y ] ;\n"
        "    e:q 1 ,\n"
        "        'two' , <id/b> ;\n"
        "    e:p e:z .\n"
        "<id/b> e:p e:x .\n"
    )
    kind, p, q = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", E + "p", E + "q"
    lines = {key[1:]: line for key, line in source.properties.items() if key[0] == ID + "a"}
    assert lines[kind, E + "Kind"] == lines[kind, ""] == 2
    assert (lines[p, ""], lines[p, E + "x"], lines[p, "x;."], lines[p, E + "y"], lines[p, E + "z"]) == (3, 3, 3, 4, 7)
    assert (lines[q, ""], lines[q, "two"], lines[q, ID + "b"]) == (5, 6, 6)
    assert source.properties[ID + "b", p, E + "x"] == 8


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('"a;b.c,d#e"', "a;b.c,d#e"),
        ("'it \"is\"'", 'it "is"'),
        (r'"say \"yes\""', 'say "yes"'),
        (r'"tab\there\\"', "tab\there\\"),
        (r'"\u4E2D\U00056FDB文"', "中\U00056fdb文"),
        ('"""a "quoted" word"""', 'a "quoted" word'),
        ("'''it's'''", "it's"),
        ('""', ""),
    ],
)
def test_strings_with_what_also_means_something_outside_of_them(read: Read, written: str, meant: str) -> None:
    source = read(f"<id/a>\n  <p> 1 ;\n  <q> {written} .\n<id/b> <p> 2 .\n")
    assert source.triples[1].object == Literal(meant)
    assert source.line(ID + "a", meant) == 3
    assert source.line(ID + "b") == 4


def test_a_long_string_counts_its_lines(read: Read) -> None:
    source = read('<id/a> <p> """one\ntwo\n\nfour""" .\n<id/b> <p> 1 .\n')
    assert source.line(ID + "a", "one\ntwo\n\nfour") == 1
    assert source.line(ID + "b") == 5


def test_comments_hide_what_is_in_them(read: Read) -> None:
    source = read('# "open <id/x> .\n<id/a> # . ; "\n  <p> "#no comment" . # end\n# <id/c> <p> 1 .\n<id/b> <p#x> 1 .\n')
    assert source.line(ID + "a") == 2
    assert source.line(ID + "a", "#no comment") == 3
    assert source.line(ID + "b") == 5
    assert source.line(ID + "c") == 0


def test_stops_inside_of_brackets_and_numbers_end_nothing(read: Read) -> None:
    source = read('<id/a> <p> [ <q> 1.5 ; <r> ( "x" 2.0 ) ] ;\n  <s> .5 ;\n  <t> "y" .\n<id/b> <p> 3.\n')
    assert source.line(ID + "a", "x") == 1
    assert source.line(ID + "a", "y") == 3
    assert source.line(ID + "b") == 4


def test_escapes_in_names(read: Read) -> None:
    source = read("@prefix t: <id/> .\n\nt:a\\,b t:p 1 .\nt:c\\#d t:p 1 .\n<id/\\u4E2D> t:p 1 .\n")
    assert source.line(ID + "a,b") == 3
    assert source.line(ID + "c#d") == 4
    assert source.line(ID + "中") == 5


def test_line_ends_of_other_systems(tmp_path: Path) -> None:
    path = tmp_path / "dos.ttl"
    path.write_bytes(b"<id/a> <p> 1 .\r\n\r\n<id/b> <p> 1 .\r\n")
    assert read_turtle(path, "dos").line(ID + "b") == 3


def test_every_line_of_a_generated_file(read: Read) -> None:
    blocks = [f'<id/n{n}> <p> "第{n}" ;\n' + "\n" * (n % 3) + f'  <q> [ <r> "值{n};." ] .\n' for n in range(40)]
    source = read("".join(blocks))
    line = 1
    for n, block in enumerate(blocks):
        assert source.line(f"{ID}n{n}", f"第{n}") == line
        assert source.line(f"{ID}n{n}", f"值{n};.") == line + 1 + n % 3
        line += block.count("\n")


def test_what_is_not_turtle_is_named_with_file_and_line(read: Read) -> None:
    with pytest.raises(ParseError, match=r"some\.ttl:3: not Turtle") as caught:
        read("<id/a> <p> 1 .\n\n<id/b> <p> nonsense .\n")
    assert caught.value.line == 3


def test_a_file_that_is_not_utf_8_is_named_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "gb.ttl"
    path.write_bytes('<id/a> <p> 1 .\n<id/b> <p> "中文" .\n'.encode("gb18030"))
    with pytest.raises(ParseError, match=r"gb\.ttl:2: the file is not UTF-8"):
        read_turtle(path, "gb")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nowhere\.ttl: cannot be read: No such file"):
        read_text(tmp_path / "nowhere.ttl")


def test_a_folder_is_one_graph_in_several_files(tmp_path: Path) -> None:
    (tmp_path / "doc").mkdir()
    for name in ("topics.ttl", "doc/b.ttl", "doc/a.ttl"):
        (tmp_path / name).write_text("<id/a> <p> 1 .")
    found = [(source.path.relative_to(tmp_path).as_posix(), source.graph) for source in read_folder(tmp_path)]
    assert found == [("doc/a.ttl", "doc"), ("doc/b.ttl", "doc"), ("topics.ttl", "topics")]


def test_a_file_that_lies_too_deep_is_told(tmp_path: Path) -> None:
    (tmp_path / "doc" / "more").mkdir(parents=True)
    for name in ("topics.ttl", "doc/more/lost.ttl"):
        (tmp_path / name).write_text("<id/a> <p> 1 .")
    with pytest.raises(SourceError, match=r"lost\.ttl: a graph is .*not deeper"):
        read_folder(tmp_path)


def test_blank_nodes_of_different_files_stay_apart(tmp_path: Path) -> None:
    for name in ("a.ttl", "b.ttl"):
        (tmp_path / name).write_text("_:x <p> 1 .")
    first, second = read_folder(tmp_path)
    assert first.triples[0].subject != second.triples[0].subject


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no Turtle file"):
        read_folder(tmp_path)
