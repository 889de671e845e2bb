"""Pictures: drawn alike in every form, no label cut off, embedded there and only there; and the indexes of things."""

from __future__ import annotations

import csv
import io
import json
import re
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree
from pyoxigraph import QuerySolutions

from initiative_lod.errors import InitiativeLodError, NotFound
from initiative_lod.languages import initial, initials, syllables, toneless
from initiative_lod.locale.messages import Languages
from initiative_lod.settings import Settings
from initiative_lod.web.drawings import raster, squares
from initiative_lod.web.drawings.text_width import shortened, text_width, wrapped
from initiative_lod.web.pages.view import View
from service.conftest import Live, serve

SVG = "{http://www.w3.org/2000/svg}"
NAMES = (
    "mappings-clauses",
    "mappings-sdg-targets",
    "mappings-un-norms",
    "mappings-wsis",
    "map",
    "wording",
    "topics",
    "addressees",
    "addressed",
    "actors",
)


def html(live: Live, path: str, language: str = "en") -> str:
    answer = live.get(path, "text/html", accept_language=language)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_the_gallery_leads_to_every_picture(real: Live) -> None:
    page = html(real, "/pictures")
    assert re.findall(r'href="/pictures/([\w-]+)"', page) == [*NAMES]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_picture_stands_alone_with_its_title_and_source(real: Live, name: str, language: str) -> None:
    answer = real.get(f"/pictures/{name}.svg?lang={language}")
    assert answer.headers["content-type"] == "image/svg+xml"
    root = etree.fromstring(answer.content)
    words = ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]
    assert words[0] in (root.get("aria-label") or "")
    source = next(item for item in words if item.startswith(("Source", "来源")))
    assert ("Source" in source) == (language == "en")
    assert not [item for item in words if item.endswith("…")]  # no label is cut
    assert not root.xpath("//*[@style]|//*[local-name()='style']|//*[local-name()='script']")
    width = float(root.get("width") or 0)
    for node in root.iter(f"{SVG}text"):
        if node.get("text-anchor") != "end" and node.get("x"):
            assert float(node.get("x") or 0) + text_width("".join(node.itertext()), 12.5) <= width


def test_the_table_and_the_csv_have_the_same_figures_as_the_picture(real: Live) -> None:
    rows = list(csv.reader(io.StringIO(real.get("/pictures/wording.csv?lang=en").text)))
    assert rows[0][:3] == ["Part", "Part IRI", "promote"]
    drawn = etree.fromstring(real.get("/pictures/wording.svg?lang=en").content)
    told = [int(item) for item in drawn.xpath("//*[local-name()='text' and @font-size='12']/text()")]
    assert sorted(told) == sorted(int(cell) for row in rows[1:] for cell in row[2:] if cell)
    eighth = next(row for row in rows if row[1].endswith("/action/8"))
    assert dict(zip(rows[0], eighth, strict=True))["prohibit"] == "2"
    page = html(real, "/pictures/wording")
    assert page.partition('class="figures-table"')[2].count("<tr>") == len(rows)
    mapped = list(csv.DictReader(io.StringIO(real.get("/pictures/mappings-sdg-targets.csv?lang=zh").text)))
    assert any("10.2 对所有人的社会、经济和政治包容" in row.values() for row in mapped)
    assert any(row["部分 IRI"].endswith("/action/18") and "sdg/10.2" in "".join(row.values()) for row in mapped)


@pytest.mark.parametrize(
    ("name", "live", "step"),
    [
        *((name, "real", 5) for name in ("wording", "topics", "addressees", "addressed", "actors")),
        ("map", "real", 3),
        *((name, "harbour", 1) for name in ("wording", "topics", "addressed", "map")),
    ],
)
def test_a_number_leads_to_as_many_things(name: str, live: str, step: int, request: pytest.FixtureRequest) -> None:
    """The query behind a number of the table, asked of the release, has that many rows; the picture has the same."""
    served: Live = request.getfixturevalue(live)
    page = html(served, f"/pictures/{name}")
    found = re.findall(r'<td><a href="([^"]+)" title="Lists what is counted">(\d+)</a></td>', page)
    assert len(found) == len(re.findall(r"<td>[1-9]\d*</td>", page)) + len(found) > 3
    assert name == "map" or sorted(href for href, _ in found) == sorted(
        re.findall(r'<a href="(/sparql\?[^"]+)" tabindex="-1">', page)
    )
    for href, number in found[::step]:
        query = parse_qs(urlsplit(unescape(href)).query)["query"][0]
        rows = served.opened.store.query(query, use_default_graph_as_union=True)
        assert isinstance(rows, QuerySolutions)
        listed = [*rows]
        assert len(listed) == int(number), query
        assert {"part", "words"} <= {item.value for item in rows.variables}


def test_a_picture_that_is_taken_away_leads_to_the_base(real: Live) -> None:
    links = re.findall(r'href="([^"]+)"', real.get("/pictures/topics.svg?lang=en").text)
    assert links
    assert all(link.startswith((real.opened.iris.base, "http://", "https://")) for link in links)


def test_only_the_frame_may_be_framed(real: Live) -> None:
    def policy(path: str) -> str:
        return real.get(path, "text/html").headers["content-security-policy"]

    assert "frame-ancestors *" in policy("/embed/pictures/topics")
    for path in ("/pictures/topics", "/pictures", "/", "/read/wic-2020", "/things/topic"):
        assert "frame-ancestors 'self'" in policy(path), path


@pytest.mark.parametrize(
    ("name", "language", "note"),
    [
        ("mappings-sdg-targets", "zh", "不是联合国的官方措辞"),
        ("mappings-wsis", "zh", "不是官方措辞"),
        ("mappings-wsis", "en", "not the official wording"),
        ("mappings-un-norms", "zh", "不是官方措辞"),
        ("mappings-clauses", "zh", "不是联合国的官方措辞"),
    ],
)
def test_a_picture_with_names_of_our_own_says_so(real: Live, name: str, language: str, note: str) -> None:
    assert note in real.get(f"/pictures/{name}.svg?lang={language}").text
    official = real.get("/pictures/mappings-sdg-targets.svg?lang=en").text
    assert "United Nations</text>" not in official.partition("Source:")[2]


def test_a_picture_s_page_leads_to_its_description_for_programs(real: Live) -> None:
    for language in ("en", "zh"):
        (address,) = re.findall(r'json\+oembed" href="([^"]+)"', html(real, "/pictures/topics", language))
        answer = real.get(address.replace("&amp;", "&"))
        assert answer.status_code == 200
        assert f"/embed/pictures/topics?lang={language}" in answer.json()["html"]


def test_oembed_describes_the_frame(real: Live) -> None:
    answer = real.get(f"/oembed?url={real.url}/pictures/topics?lang=zh&maxwidth=400")
    told = answer.json()
    assert (told["version"], told["type"], told["width"]) == ("1.0", "rich", 400)
    frame = re.search(r'src="([^"]+)"', told["html"])[1].replace("&amp;", "&")  # type: ignore[index]
    assert frame == f"{real.url}/embed/pictures/topics?lang=zh"
    assert real.client.get(frame).status_code == 200
    odd = ("http://[x/pictures/topics", "http://%E2%84%80/pictures/topics")  # which urlsplit refuses
    for url in ("", f"{real.url}/doc/wic-2020", "javascript:1", *odd):
        assert real.get(f"/oembed?url={url}", "application/json").status_code == 400
    assert real.get(f"/oembed?url={real.url}/pictures/none", "application/json").status_code == 404


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_shared_link_shows_the_picture(real: Live, language: str) -> None:
    page = html(real, "/pictures/wording", language)
    assert 'type="application/json+oembed"' in page
    for path in ("/pictures/wording", "/", "/read/wic-2020", "/doc/wic-2020/action/8"):
        (address,) = re.findall(r'property="og:image" content="([^"]+)"', html(real, path, language))
        base, _, card = address.partition("initiative-lod/")
        assert (base, card) == ("https://w3id.org/", f"embed/pictures/wording.png?lang={language}")
    sent = real.get(f"/{card}")
    assert sent.headers["content-type"] == "image/png"
    assert _size(sent.content) == (1200, 630)


def test_a_png_has_its_words_in_chinese_and_english_without_a_font_of_the_machine() -> None:
    frame = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20" font-family="sans-serif">{}</svg>'
    drawing = frame.format('<text y="16">{}</text>')
    drawn = {text: raster.png(drawing.format(text)) for text in ("", "数", "据", "a", "é", "Ж", "“", "。")}
    assert len({*drawn.values()}) == len(drawn)  # a letter that is left out, or a box, would be the same for two
    assert _size(drawn["数"]) == (80, 40)


@pytest.mark.parametrize(
    ("query", "accept"), [("", "image/png, text/html;q=0.5"), ("?_mediatype=image/png", "text/html")]
)
def test_a_page_in_place_of_a_png_that_the_font_lacks_letters_for_is_the_usual_page(
    harbour_root: Path, monkeypatch: pytest.MonkeyPatch, query: str, accept: str
) -> None:
    """Its links are those of a page, and not those of a file that is taken away."""
    monkeypatch.setattr(raster, "missing", lambda svg: frozenset("x"))
    with serve(Settings(root=harbour_root)) as live:
        found = live.get(f"/pictures/topics{query}", accept, accept_language="en")
        usual = live.get("/pictures/topics", "text/html", accept_language="en")
        assert found.text == usual.text
    assert 'href="/doc/topic/' in usual.text


def test_a_png_with_letters_that_the_font_lacks_is_not_made() -> None:
    drawing = '<svg xmlns="http://www.w3.org/2000/svg"><title>{0}</title><text>a &amp; {1}</text></svg>'
    assert raster.missing(drawing.format("عربي", "数据")) == set()  # of a title nothing is drawn
    assert raster.missing(drawing.format("", "ع ب")) == {"ع", "ب"}
    with pytest.raises(NotFound) as refused:
        raster.png(drawing.format("", "ع"))
    assert "ع" in str(refused.value)


def test_a_drawing_that_cannot_be_made_says_so_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """The process that draws fails, and the server's goes on."""
    with pytest.raises(InitiativeLodError, match="raster ended with status 1"):
        raster.png('<svg xmlns="http://www.w3.org/2000/svg" width="4"')
    assert "root node" in caplog.text


def _size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG")
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])


def test_a_document_without_mappings_has_what_it_has(harbour: Live) -> None:
    page = html(harbour, "/pictures")
    assert re.findall(r'href="/pictures/([\w-]+)"', page) == ["map", "wording", "topics", "addressees", "addressed"]
    assert harbour.get("/pictures/mappings-sdg-targets", "application/json").status_code == 404


def test_words_are_measured() -> None:
    assert text_width("数据安全", 10) == 40
    assert text_width("mmm", 10) > text_width("iii", 10)
    assert wrapped("数据安全、个人信息", 50, 10, 3) == ["数据安全、", "个人信息"]
    assert wrapped("数据安全管、个人", 50, 10, 3)[1].startswith("管、")  # no line begins with a comma
    assert wrapped("工作组（2019-2021）", 75, 10, 3) == ["工作组", "（2019-2021）"]  # and none ends with a bracket
    assert wrapped("网络恐怖主义国际合作", 90, 10, 3) == ["网络恐怖主义国际", "合作"]  # no character is left alone
    assert wrapped("网络恐怖主义。", 60, 10, 3) == ["网络恐怖", "主义。"]
    assert all(text_width(line, 10) <= 60 for line in wrapped("a word and anotherverylongwordofmany", 60, 10, 9))
    assert shortened("data security", 50, 10).endswith("…")


# Indexes


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_index_has_every_thing_of_its_kind_once(real: Live, language: str) -> None:
    for kind, name in (("topic", "Topic"), ("institution", "Institution"), ("group", "StakeholderGroup")):
        page = html(real, f"/things/{kind}", language)
        view = View(real.opened, Languages()[language])
        there = {node.value.rpartition("/")[2] for node in view.instances(name)}
        found = re.findall(rf'<span class="name"><a href="/doc/{kind}/([\w-]+)', page)
        assert sorted(found) == sorted(there)
        tree = html(real, f"/things/{kind}?order=tree", language)
        assert sorted(re.findall(rf'<span class="name"><a href="/doc/{kind}/([\w-]+)', tree)) == sorted(there)


def test_a_kind_without_a_document_leads_to_its_index(real: Live) -> None:
    answer = real.get("/doc/institution", "text/html")
    assert (answer.status_code, answer.headers["location"]) == (303, "/things/institution")
    assert real.get("/doc/nothing", "text/html").status_code == 404
    assert real.get("/things/nothing", "application/json").status_code == 404
    listed = json.loads(real.get("/things.json").text)
    assert {"topic", "institution"} <= {item["kind"] for item in listed}


def test_the_united_nations_has_its_bodies_below_it(real: Live) -> None:
    (united,) = [item for item in real.get("/things/institution.json?order=tree").json() if "narrower" in item]
    assert united["iri"].endswith("/institution/united-nations")
    assert len(united["narrower"]) >= 3


def test_letters_of_chinese_and_english_names() -> None:
    assert [initial(name) for name in ("数据安全", "data", "《联合国宪章》", "5G", "電子", "", "壁垒")] == list(
        "SDL#D#B"
    )
    assert initials("人工智能") == "rgzn"
    assert initials("data security") == "ds"
    assert syllables("5G 与電子商務") == ["5g", "yu", "dian", "zi", "shang", "wu"]
    assert [syllables(name, other) for name in ("增长", "女") for other in (False, True)] == [
        ["zeng", "chang"],
        ["zeng", "zhang"],
        ["nu"],
        ["nu"],
    ]
    assert syllables("汶川，利益攸關方") == ["wen", "chuan", "li", "yi", "you", "guan", "fang"]  # rarer ones
    assert syllables("㐀") == []  # no standard character
    assert (initial("赣江"), initials("赣江")) == ("G", "gj")
    assert [toneless(typed) for typed in ("wǎng luò", "Wang3-luo4", "lǜ", "lv4", "SDG 16")] == [
        "wangluo",
        "wangluo",
        "lu",
        "lu",
        "sdg16",
    ]


def test_actors_and_aims_are_those_of_the_statements(real: Live) -> None:
    rows = {row["Actor"]: row for row in csv.DictReader(io.StringIO(real.get("/pictures/actors.csv?lang=en").text))}
    told = {aim for aim, count in rows["enterprises"].items() if count == "1"}
    assert told == {"pre-install", "steal"}  # the two prohibitions of action 8
    assert 'href="/pictures/actors"' in html(real, "/doc/group/enterprises")
    assert "/pictures/actors" not in html(real, "/doc/group/minors")  # nobody asks them to do anything


def test_the_map_of_an_initiative_is_a_picture_with_its_colours_and_what_they_mean(real: Live) -> None:
    sheet = real.get("/static/site.css").text.partition("@media")[0]
    for name, (_, colour) in squares.MARKS.items():
        assert re.search(rf"\.m-{name}\b[^{{]*{{ --c: {colour};", sheet), name
    svg = real.get("/pictures/map.svg?lang=en").text
    bars = re.findall(r'class="clause-bar m m-([\w-]+)" fill="(#\w{6})"', svg)
    assert all(squares.MARKS[name][1] == colour for name, colour in bars)
    rows = list(csv.DictReader(io.StringIO(real.get("/pictures/map.csv?lang=en").text)))
    clauses = {row["Part IRI"]: int(row["Clauses"] or 0) for row in rows}
    assert sum(count for iri, count in clauses.items() if "/action/" in iri) == 79
    assert len(bars) == 79 + 1 + 12  # one has two wordings; twelve tell what the colours mean
    charter = next(row for row in rows if row["To"] == "Charter of the United Nations")
    assert charter["Part IRI"].endswith("/action/8")
    assert _size(real.get("/pictures/map.png?lang=zh").content)[0] > 1168
    assert 'href="/pictures/map"' in html(real, "/")


def test_on_a_phone_the_map_is_a_list_of_its_rows(real: Live) -> None:
    listed = html(real, "/").partition('<ol class="map-list">')[2].partition('<details class="words')[0]
    assert listed.count('<li class="action">') == 20
    assert listed.count("<summary>5 actions</summary>") == 4  # folded, since what follows has them once more
    eighth = listed.partition("/doc/wic-2020/action/8")[2].partition("</li>")[0]
    assert "/doc/document/un-charter" in eighth
