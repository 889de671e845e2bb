"""The reading room: nothing of a text is lost, whatever the document's shape; its views, marks, permalinks, EPUB."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import pytest
from lxml import etree
from pypdf import PdfReader

from initiative_lod.errors import InitiativeLodError, NotFound
from initiative_lod.locale.messages import Languages
from initiative_lod.settings import Settings
from initiative_lod.vocabulary import ELI
from initiative_lod.web.drawings import packaged_font
from initiative_lod.web.labelled_resource import LangText
from initiative_lod.web.pages import reading_pdf, reading_room
from initiative_lod.web.pages.marked_text import Piece
from initiative_lod.web.pages.reading_lines import ReadingLine, ReadingNote, ReadingWords
from initiative_lod.web.pages.reading_room import Reading, ReadingPassage
from initiative_lod.web.pages.translated_words import find_words
from initiative_lod.web.pages.typesetting import typeset
from initiative_lod.web.pages.view import View
from pipeline.conftest import make_example
from pipeline.test_any_document import EN, ZH, add
from service.conftest import Live, publish, serve

PAGE = "/read/wic-2020"


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Documents of other shapes: two authentic texts, chapters and items; and one that lacks a translation."""
    root = make_example(tmp_path_factory.mktemp("shapes") / "project")
    add(root, "seabirds", {"zh": ZH, "en": EN})
    add(root, "tides", {"zh": "潮汐告示\n\n潮来时,船不出港。\n"})
    settings = Settings(root=root)
    publish(settings)
    with serve(settings) as running:
        yield running


def html(live: Live, path: str, language: str = "en") -> str:
    answer = live.get(path, "text/html", accept_language=language)
    assert answer.status_code == 200, answer.text
    return answer.text


def words_in(read: Reading, language: str, supplied: bool = False) -> str:
    """All that is read in a language, in order; with the headings that the text has not, if they are ``supplied``."""

    def lines(items: tuple[ReadingLine, ...]) -> Iterator[str]:
        for line in items:
            for run in line.cells.get(language, ()):
                yield from (piece.text for piece in run.pieces)

    def passage(item: ReadingPassage) -> Iterator[str]:
        if supplied or not item.supplied:
            yield from (piece.text for piece in item.heading.get(language, ()))
        yield from lines(item.lines)
        for inner in item.inner:
            yield from passage(inner)
        yield from lines(item.closing)

    return "".join(word for item in read.passages for word in passage(item))


def bare(text: str) -> str:
    """Letters and numbers of a text: not what stands between a number and its words."""
    return re.sub(r"[\W_]+", "", text)


def read_all(live: Live, language: str) -> Iterator[tuple[Reading, str, str]]:
    """Every document, with each of its texts that has words: (what is read, language, the text)."""
    view = View(live.opened, Languages()[language])
    for document in view.documents:
        read = reading_room.reading(view, document, "x")
        for text in view.subjects(ELI.realizes, document):
            words = view.text(text, view.term("text"))
            if words is not None:
                yield read, view.language_of(text), words.value


@pytest.mark.thorough
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", ["real", "harbour", "shapes"])
def test_every_word_of_a_text_is_read_once_and_in_order(
    request: pytest.FixtureRequest, name: str, language: str
) -> None:
    """Without the title, which is the page's."""
    seen = 0
    for read, tag, text in read_all(request.getfixturevalue(name), language):
        found, whole = bare(words_in(read, tag)), bare(text)
        title = next((bare(label.value) for label in read.labels if label.language == tag), "")
        assert found == whole.removeprefix(title), (read.thing.iri, tag)
        seen += 1
    assert seen > 0


def test_the_reader_s_language_is_first_and_each_view_is_a_link(real: Live) -> None:
    for language, first, second in (("zh", "zh", "en"), ("en", "en", "zh")):
        page = html(real, PAGE, language)
        line = re.search(r'<div class="words-of"><div class="line">(.*?)</div>', page, re.DOTALL)[1]  # type: ignore[index]
        assert re.findall(r'<p lang="(\w+)"', line) == [first, second]
        assert f'href="{PAGE}?view={first}"' in page
        assert 'class="views"' in page
    chinese = html(real, f"{PAGE}?view=zh")
    assert "Strengthen personal information protection" not in re.sub(
        "<title>.*?</title>", "", chinese.partition('<nav class="outline"')[0]
    )
    assert 'class="flow" lang="zh"' in chinese
    assert 'class="flow" lang="en"' not in chinese


def test_headings_are_headings_and_every_part_has_a_link_to_itself(real: Live) -> None:
    page = html(real, PAGE)
    levels = [int(level) for level in re.findall(r"<h(\d)", page)]
    assert all(below - above <= 1 for above, below in pairwise(levels))
    assert levels.count(2) >= 6
    assert levels.count(3) == 20
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len({*ids})
    parts = [id for id in ids if re.match(r"(pillar|action|preamble|conclusion)", id)]
    assert {f"action/{number}" for number in range(1, 21)} <= {*parts}
    assert len([id for id in parts if "/clause/" in id]) == 97
    for part in parts:
        assert f'href="#{part}"' in page, part


def test_evidence_is_marked_in_both_languages(real: Live) -> None:
    page = html(real, PAGE)
    for lang, least in (("zh", 330), ("en", 240)):
        paragraphs = re.findall(rf'<p lang="{lang}">(.*?)</p>', page, re.DOTALL)
        assert sum(item.count("<mark") for item in paragraphs) > least, lang
    action = page.partition('id="action/8"')[2].partition("<section")[0]
    assert re.search(r'<mark class="ev ev-addressee"[^>]*>enterprises</mark>', action)
    assert re.search(r'<mark class="ev ev-addressee"[^>]*>企业</mark>', action)


def test_a_class_that_takes_the_rest_is_no_finding(real: Live) -> None:
    page = html(real, PAGE)
    assert "m-undertake" in page
    assert 'class="chip m m-undertake' not in page
    start = html(real, "/")
    legend = start.partition('class="legend"')[2].partition("</section>")[0]
    assert legend.rindex("m-undertake residual") > max(legend.rindex(name) for name in ("m-promote", "m-prohibit"))


def test_a_language_that_the_document_has_not_is_told_with_those_that_it_has(real: Live) -> None:
    answer = real.get(f"{PAGE}?view=fr", "application/json")
    assert answer.status_code == 400
    assert {"'both'", "'en'", "'zh'"} <= {*re.findall(r"'\w+'", answer.json()["detail"])}
    assert real.get("/read/nothing", "text/html").status_code == 404
    assert real.get(f"{PAGE}?view=both", "text/html").status_code == 200


def test_documents_of_other_shapes(shapes: Live) -> None:
    page = html(shapes, "/read/lamps")
    text = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", page)))
    assert "public lighting that carries a measuring device" in text
    assert "装有测量设备的公共照明设施" in text
    assert re.search(r'<mark class="ev ev-modality"[^>]*>shall not</mark>', page)
    assert re.search(r"<h3[^>]*>\s*<span lang=\"en\">Article 1</span>", page)
    assert "In this Declaration" in text
    drawn = shapes.get("/pictures/wording.svg?document=lamps&lang=en").text
    assert "Article 6" in drawn
    assert "oblige" in drawn
    assert 'href="/read/lamps#article/6"' in html(shapes, "/doc/lamps/article/6")
    tides = html(shapes, "/read/tides")
    assert 'class="views"' not in tides
    assert "船不出港" in tides
    assert html(shapes, "/").count("/read/") >= 4


@pytest.mark.parametrize(("name", "path"), [("real", PAGE), ("shapes", "/read/lamps"), ("shapes", "/read/tides")])
def test_an_epub_is_well_formed_and_always_the_same(request: pytest.FixtureRequest, name: str, path: str) -> None:
    live: Live = request.getfixturevalue(name)
    answer = live.get(f"{path}.epub")
    assert answer.headers["content-type"] == "application/epub+zip"
    assert live.get(f"{path}.epub", accept_language="en").content == answer.content
    book = ZipFile(io.BytesIO(answer.content))
    first = book.infolist()[0]
    assert (first.filename, first.compress_type, book.read("mimetype")) == (
        "mimetype",
        ZIP_STORED,
        b"application/epub+zip",
    )
    package = etree.fromstring(book.read("book/package.opf"))
    names = {"o": "http://www.idpf.org/2007/opf", "dc": "http://purl.org/dc/elements/1.1/"}
    files = package.xpath("//o:item/@href", namespaces=names)
    assert {f"book/{file}" for file in files} | {"mimetype", "META-INF/container.xml", "book/package.opf"} == {
        *book.namelist()
    }
    assert package.xpath("//dc:rights/text()", namespaces=names) or name == "shapes"
    ids: dict[str, set[str]] = {}
    for file in files:
        if file.endswith(".xhtml"):
            root = etree.fromstring(book.read(f"book/{file}"))
            found = root.xpath("//@id")
            assert len(found) == len({*found})
            ids[file] = {*found}
    links = etree.fromstring(book.read("book/nav.xhtml")).xpath("//*[local-name()='nav']//@href")
    assert links
    assert all(not fragment or fragment in ids[file] for file, _, fragment in (link.partition("#") for link in links))


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "path"), [("real", PAGE), ("shapes", "/read/lamps"), ("shapes", "/read/tides")])
def test_a_pdf_has_every_word_with_contents_links_and_rights(
    request: pytest.FixtureRequest, name: str, path: str
) -> None:
    """Read by pypdf, strictly: letter by letter what is read, in each language alone, with a structure of headings."""
    live: Live = request.getfixturevalue(name)
    (document,) = [
        item for item in View(live.opened, Languages()["en"], "", "").documents if item.value.endswith(path[6:])
    ]
    view = View(live.opened, Languages()["en"], "", "")
    for only in reading_room.languages_of(view, document):
        read = reading_room.reading(view, document, path[6:], only)
        answer = live.get(f"{path}.pdf?view={only}", accept_language="en")
        assert answer.headers["content-type"] == "application/pdf"
        book = PdfReader(io.BytesIO(answer.content), strict=True)
        told: list[str] = []
        for page in book.pages[1:]:  # after the contents

            def visit(text: str, _: object, __: object, ___: object, size: float, told: list[str] = told) -> None:
                if size >= 10:  # numbers and addresses are smaller
                    told.append(text)

            page.extract_text(visitor_text=visit)
        assert bare(words_in(read, only, supplied=True)) in bare("".join(told))
    assert (
        live.get(f"{path}.pdf", accept_language="en").content == live.get(f"{path}.pdf", accept_language="en").content
    )


def elements(item: Any) -> Iterator[tuple[str, str]]:
    """Kind and language of each element of a structure, in order."""
    item = item.get_object()
    for inner in item if isinstance(item, list) else [item]:
        if isinstance(inner := inner.get_object(), dict) and "/S" in inner:
            yield inner["/S"], inner.get("/Lang", "")
            yield from elements(inner["/K"]) if "/K" in inner else ()


def test_a_pdf_leads_where_it_says(real: Live) -> None:
    sent = real.get(f"{PAGE}.pdf", accept_language="zh").content
    book = PdfReader(io.BytesIO(sent), strict=True)
    root: Any = book.trailer["/Root"]
    assert (root["/Lang"], book.metadata and book.metadata.title) == ("zh", "携手构建网络空间命运共同体行动倡议")
    structure = list(elements(root["/StructTreeRoot"]["/K"]))
    kinds = [kind for kind, _ in structure]
    assert (kinds.count("/H1"), kinds[:2]) == (1, ["/Document", "/H1"])
    assert {"en"} <= {language for _, language in structure}
    assert kinds.count("/H3") == 2 * 20  # an action's heading in each language
    outline: Any = book.outline
    marks = [mark for item in outline for mark in (item if isinstance(item, list) else [item])]
    assert len(marks) == 26
    eighth = next(mark for mark in marks if str(mark.title).startswith("8."))
    number = book.get_destination_page_number(eighth)
    assert number is not None
    page: Any = book.pages[number]
    addresses = [bytes(item.get_object()["/A"]["/URI"].original_bytes).decode() for item in page["/Annots"]]
    assert "https://w3id.org/initiative-lod/id/wic-2020/action/8" in addresses
    first: Any = book.pages[0]  # where the entries of the contents are links
    targets = [item.get_object().get("/Dest", [None])[0] for item in first["/Annots"]]
    assert page.indirect_reference in targets
    last = book.pages[-1].extract_text()
    assert "creativecommons.org" in last
    assert real.opened.release.version in "".join(last.split())  # which may break at its hyphen
    assert "\u2060" not in "".join(page.extract_text() for page in book.pages)
    assert b"/Info" in sent[-500:]  # else title and dates are not found where older readers look for them
    told = book.xmp_metadata
    assert told is not None
    assert told.dc_identifier == f"https://w3id.org/initiative-lod/id/wic-2020#release-{real.opened.release.version}"
    rights = told.dc_rights or {}
    assert rights["x-default"].endswith("https://creativecommons.org/licenses/by/4.0/")
    assert bare(rights["zh"]) in bare(last)  # the notice of the text
    assert told.dc_language == ["zh", "en"]
    assert f'<a href="{PAGE}.pdf" type="application/pdf" rel="nofollow">PDF</a>' in html(real, PAGE)


HOSTILE = (
    r"""#panic("x") $ * _ @x <y> \ \u{41} ] [ } ` // /* = - + ~ 'a' "b" #import "@preview/x:1.0.0" https://x.org"""
)


def test_words_are_never_markup_and_fit(shapes: Live) -> None:
    """What would be code of Typst stands there as it is written; a long word is broken, no number torn off."""
    view = View(shapes.opened, Languages()["en"], "", "")
    (document,) = [item for item in view.documents if item.value.endswith("/tides")]
    read = reading_room.reading(view, document, "tides")
    (passage, *_) = [item for item in read.every() if item.lines]
    clause = ReadingNote(passage.thing, "x", 7, (), ())
    runs = [(HOSTILE, None), ("a" * 300, None), ("one\ntwo", clause)]
    lines = tuple(ReadingLine({read.languages[0]: (ReadingWords(note, (Piece(text, ()),)),)}) for text, note in runs)
    changed = replace(passage, lines=lines, heading={read.languages[0]: (Piece(HOSTILE, ()),)}, inner=())
    content = reading_pdf.pdf(view, replace(read, passages=(changed,), labels=[LangText(HOSTILE, "x-odd")]), document)
    book = PdfReader(io.BytesIO(content), strict=True)
    assert book.metadata is not None
    assert book.metadata.title == HOSTILE
    told = [line for page in book.pages for line in page.extract_text().splitlines()]
    whole = re.sub(r"\s", "", "".join(told))
    assert whole.count(re.sub(r"\s", "", HOSTILE)) == 4  # title, contents, heading and line
    assert len([line for line in told if re.fullmatch("a{20,}", line.strip())]) > 1
    assert "one" in told
    assert any(re.fullmatch(r"two\s*7", line) for line in told)


def test_what_cannot_be_set_is_told() -> None:
    with pytest.raises(InitiativeLodError, match="typesetting ended with status 1"):
        typeset('{"labels": 1}')


def test_of_letters_that_the_font_lacks_there_is_no_pdf(shapes: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    fewer = packaged_font.letters() - {"潮"}
    monkeypatch.setattr(packaged_font, "letters", lambda: fewer)
    view = View(shapes.opened, Languages()["en"], "", "")
    (document,) = [item for item in view.documents if item.value.endswith("/tides")]
    with pytest.raises(NotFound) as refused:
        reading_pdf.pdf(view, reading_room.reading(view, document, "tides"), document)
    assert "潮" in str(refused.value)


def test_of_a_long_document_the_words_are_all_there(real: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past so many parts without notes and marks; past so many more, not at all, and the page says so."""
    monkeypatch.setattr(reading_room, "MOST_NOTED", 20)
    for read, tag, text in read_all(real, "zh"):
        if tag in read.languages and tag == "zh":
            assert bare(words_in(read, tag)) == bare(text).removeprefix("携手构建网络空间命运共同体行动倡议")
            assert read.unnoted
            assert not read.cut
            assert sum(entry.telling for item in read.every() for entry in item.notes) < 30
            assert bare(words_in(read, "en"))[-30:] == bare("and together create a better future for humankind.")[-30:]
    monkeypatch.setattr(reading_room, "MOST_PARTS", 5)
    read, _, _ = next(read_all(real, "zh"))
    assert read.cut
    assert len(list(read.every())) <= 6


def test_it_lies_in_the_release(real: Live, tmp_path: Path) -> None:
    """Both views are found without being made."""
    for query in ("", "?view=zh"):
        answer = real.get(f"{PAGE}{query}", "text/html", accept_language="zh")
        again = real.get(f"{PAGE}{query}", "text/html", accept_language="zh", if_none_match=answer.headers["etag"])
        assert again.status_code == 304


@pytest.mark.parametrize(
    ("names", "text", "found"),
    [
        (
            ["personal information protection"],
            "Strengthen the protection of personal information",
            "protection of personal information",
        ),
        (["cybercrime"], "combat cyber crimes", None),
        (["Enterprises"], "require enterprises not to", "enterprises"),
        (["develop"], "the developing countries", "developing"),
        (["data security", "data"], "open data", "data"),
        (["to the"], "to the", None),
        ([], "words", None),
    ],
)
def test_words_of_a_name_in_a_translation(names: list[str], text: str, found: str | None) -> None:
    place = find_words(names, text, "en")
    assert (None if place is None else text[slice(*place)]) == found
    assert find_words(["数据安全"], "保护数据安全。", "zh") == (2, 6)
