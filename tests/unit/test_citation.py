"""A citation in three styles, from a value: what each must have, and what must be escaped."""

from __future__ import annotations

import json
import re

from initiative_lod.locale.messages import Languages
from initiative_lod.web.pages.citation import Citation, apa, bibtex, csl, render

ENGLISH = Languages()["en"]
ACTION = Citation(
    "chapter",
    "x-action-8",
    "数据安全",
    "https://example.org/id/x/action/8",
    rendered="Data security",
    container="倡议",
    container_rendered="Initiative",
    authors=("Organizing Committee",),
    issued="2020-11-18",
    publisher="a project",
    language="zh",
)
DATASET = Citation(
    "dataset", "dataset", "A graph", "https://example.org/dataset", authors=("a project",), issued="2026", version="1.0"
)


def test_apa_of_a_part_names_issuer_date_both_titles_and_the_whole() -> None:
    assert apa(ACTION, ENGLISH) == (
        "Organizing Committee. (2020, November 18). 数据安全 [Data security]. In 倡议 [Initiative]. a project. "
        "https://example.org/id/x/action/8"
    )


def test_apa_of_a_dataset_has_its_version() -> None:
    assert apa(DATASET, ENGLISH) == "a project. (2026). A graph (Version 1.0). https://example.org/dataset"


def test_apa_without_author_and_date_invents_neither() -> None:
    bare = Citation("entry", "x", "A thing", "https://example.org/x")
    assert apa(bare, ENGLISH) == "A thing. (n.d.). https://example.org/x"
    assert "author" not in csl(bare)
    assert "issued" not in csl(bare)
    assert "year" not in bibtex(bare)


def test_apa_has_the_words_of_the_reader() -> None:
    chinese = apa(ACTION, Languages()["zh"])
    assert "(2020 年 11 月 18 日)" in chinese
    assert "载于 倡议" in chinese


def test_apa_joins_several_authors() -> None:
    two = Citation("document", "x", "T", "https://example.org/x", authors=("A", "B"), issued="2020-11")
    assert apa(two, ENGLISH) == "A, & B. (2020, November). T. https://example.org/x"


def test_bibtex_is_one_entry_with_balanced_braces_and_nothing_that_tex_would_run() -> None:
    entry = bibtex(Citation("document", "x", r"50% of {A} & B_\input{y} #1 $2 ~ ^", "https://example.org/x"))
    assert entry.startswith("@misc{x,\n")
    assert r"50\% of \{A\} \& B\_\textbackslash{}input\{y\} \#1 \$2 \textasciitilde{} \textasciicircum{}" in entry
    plain = re.sub(r"\\[{}]", "", entry)
    assert plain.count("{") == plain.count("}")


def test_bibtex_keeps_an_organisation_whole() -> None:
    assert "author = {{Organizing Committee}}" in bibtex(ACTION)
    assert "booktitle = {{倡议 [Initiative]}}" in bibtex(ACTION)
    assert bibtex(ACTION).startswith("@incollection{x-action-8,")


def test_csl_json_is_a_list_of_one_item_with_the_required_members() -> None:
    (item,) = json.loads(render(ACTION, "csl", ENGLISH))
    assert (item["id"], item["type"]) == ("x-action-8", "chapter")
    assert item["issued"] == {"date-parts": [[2020, 11, 18]]}
    assert item["author"] == [{"literal": "Organizing Committee"}]
    assert (item["title"], item["original-title"]) == ("Data security", "数据安全")
    assert item["container-title"] == "Initiative"
    assert item["URL"] == ACTION.url


def test_each_style_ends_with_a_line_end() -> None:
    assert all(render(DATASET, style, ENGLISH).endswith(b"\n") for style in ("apa", "bibtex", "csl"))
