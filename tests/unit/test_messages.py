"""Catalogues: each language has every message, with the same values, and says it in its own words."""

from __future__ import annotations

import ast
import io
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from initiative_lod.errors import Message, SettingsError, Verbatim
from initiative_lod.locale import messages
from initiative_lod.locale.messages import Languages
from initiative_lod.web.http import problems

FOLDER = Path(messages.__file__).parent
SOURCE = FOLDER.parent
CATALOGUES = {path.stem: read_po(io.BytesIO(path.read_bytes())) for path in sorted(FOLDER.glob("*.po"))}


def forms(catalog: Catalog, id: str) -> list[str]:
    found = catalog.get(id)
    assert found is not None
    return [found.string] if isinstance(found.string, str) else list(found.string or ())


def ids(catalog: Catalog) -> dict[str, str]:
    """Every message's id, and the one of its plural."""
    found = [item.id for item in catalog if item.id]
    return {id if isinstance(id, str) else id[0]: "" if isinstance(id, str) else id[1] for id in found}


def test_every_language_has_every_message_in_its_words() -> None:
    english = ids(CATALOGUES["en"])
    assert len(english) > 400
    for tag, catalog in CATALOGUES.items():
        assert ids(catalog) == english, tag
        for id in english:
            assert all(forms(catalog, id)), f"{tag}: {id} is empty"
            names = [{*re.findall(r"%\((\w+)\)[sr]", text)} for text in forms(catalog, id)]
            wanted = {*re.findall(r"%\((\w+)\)[sr]", forms(CATALOGUES["en"], id)[-1])}
            assert names[-1] == wanted, f"{tag}: {id}"
            for text in forms(catalog, id):
                text % dict.fromkeys(wanted, "x")


def test_every_status_of_an_error_has_a_title() -> None:
    assert {f"status.{status}" for status in problems.STATUS.values()} <= ids(CATALOGUES["en"]).keys()


def test_every_message_is_used_and_every_one_that_is_used_is_there() -> None:
    """Ids that are put together are found by what they begin with."""
    texts = [path.read_text("utf-8") for path in SOURCE.rglob("*") if path.suffix in (".py", ".html")]
    everything = "\n".join(texts).replace("'", '"')
    begun = {match[1] for match in re.finditer(r'"([a-z._]+[._])(?:\{|" ~)', everything)}
    known = {name for pair in ids(CATALOGUES["en"]).items() for name in pair if name}
    unused = {name for name in known if f'"{name}"' not in everything and not name.startswith(tuple(begun))}
    assert unused == set()
    called = {
        match[1] for text in texts for match in re.finditer(r'(?:\b_|gettext|find|Message)\(\s*"([\w.]+)"\s*[,)]', text)
    }
    assert len(called) > 350
    assert called - known == set()


def test_values_are_put_in_by_name_and_numbers_as_the_language_writes_them(tmp_path: Path) -> None:
    language = Languages()["en"]
    assert language.gettext("page_of", page=3, pages=12345) == "Page 3 of 12,345"
    assert language.ngettext("one_row", "n_rows", 1) == "1 row"
    assert language.ngettext("one_row", "n_rows", 1234) == "1,234 rows"
    assert Languages()["zh"].ngettext("one_row", "n_rows", 1) == "1 行"
    (tmp_path / "fr.po").write_text(f'{HEADER}msgid "n"\nmsgstr "%(n)s"\n', "utf-8")
    assert Languages(tmp_path)["fr"].gettext("n", n=1234567) == "1\u202f234\u202f567"


HEADER = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

"""


def test_markup_escapes_what_comes_in_and_marks_what_is_in_english() -> None:
    said = Message("reconcile.json", what="<b>", detail=Verbatim("no <IRI>"))
    chinese, english = (Languages()[tag].markup(said.id, **said.values) for tag in ("zh", "en"))
    assert '<span lang="en">no &lt;IRI&gt;</span>' in chinese
    assert "no &lt;IRI&gt;" in english
    assert "<" not in english


def test_markup_that_is_quoted_has_the_quotes_around_it() -> None:
    said = Message("query.near", line=1, column=2, word=Verbatim("<SELECT>"))
    assert '“<span lang="en">&lt;SELECT&gt;</span>”' in Languages()["zh"].markup(said.id, **said.values)
    assert "&#39;&lt;SELECT&gt;&#39;" in Languages()["en"].markup(said.id, **said.values)


def test_several_values_and_quotes_are_written_as_the_language_does() -> None:
    said = Message("error.no_kind", kind="a\nb", kinds=["topic", "event"])
    chinese, english = (Languages()[tag].gettext(said.id, **said.values) for tag in ("zh", "en"))
    assert (chinese, english) == (
        "没有“a\\nb”的索引；可选：“topic”、“event”",
        "There is no index of 'a\\nb'; there are: 'topic', 'event'",
    )


def test_a_file_is_a_language(tmp_path: Path) -> None:
    catalog = Catalog(locale=None)
    catalog.add("language_name", "Français")
    with (tmp_path / "fr.po").open("wb") as file:
        write_po(file, catalog)
    languages = Languages(tmp_path)
    assert list(languages) == ["en", "fr", "zh"]
    assert languages["fr"].name == "Français"
    assert languages["fr"].gettext("search") == languages["en"].gettext("search")  # what it lacks is in English
    assert languages.digest != Languages().digest
    assert languages["fr"].find("no_such_id") is None
    with pytest.raises(KeyError):
        languages["fr"].gettext("no_such_id")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"nothing of the kind\n"])
def test_what_is_no_catalogue_is_told_with_its_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "fr.po").write_bytes(content)
    with pytest.raises(SettingsError, match=r"fr\.po"):
        Languages(tmp_path)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="languages of the interface"):
        Languages(tmp_path / "none")


def test_catalogues_are_read_as_babel_writes_them() -> None:
    for tag, catalog in CATALOGUES.items():
        again = io.BytesIO()
        write_po(again, catalog)
        assert ids(read_po(io.BytesIO(again.getvalue()))) == ids(catalog), tag


#: Where a language is named: what is known of words in Chinese and English, how a translation is put together, and the
#: words of a draft, which are data.
KNOWS_LANGUAGES = {"languages.py", "build/generated_words.py", "sources/document_draft.py"}


def compared_with_a_language(text: str) -> list[int]:
    """The lines in which something is compared with the tag of a language of the interface, or begins with one."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        begins = isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("startswith", "endswith")
        if begins or isinstance(node, ast.Compare | ast.MatchValue):
            constants = [item for item in ast.walk(node) if isinstance(item, ast.Constant)]
            found |= {item.lineno for item in constants if item.value in CATALOGUES}
    return sorted(found)


@pytest.mark.thorough
def test_no_language_of_the_data_is_a_special_case() -> None:
    """Nothing is compared with the tag of a language; none but English, the default, is named outside its place."""
    for text in (
        'lang == "zh"',
        'lang in ("zh", "fr")',
        'tag.startswith("zh")',
        'match tag:\n    case "zh":\n        1',
    ):
        assert compared_with_a_language(text) != []
    files = {path.relative_to(SOURCE).as_posix(): path.read_text("utf-8") for path in SOURCE.rglob("*.py")}
    compared = {name: lines for name, text in files.items() if (lines := compared_with_a_language(text))}
    assert compared.keys() <= {"languages.py"}
    named = {
        name
        for name, text in files.items()
        for item in ast.walk(ast.parse(text))
        if isinstance(item, ast.Constant) and item.value in {*CATALOGUES} - {messages.DEFAULT}
    }
    assert named <= KNOWS_LANGUAGES
    texts = [path for path in SOURCE.rglob("*") if path.suffix in (".html", ".rq")]
    assert [path.name for path in texts if re.search(r"""["']zh\b""", path.read_text("utf-8"))] == []
