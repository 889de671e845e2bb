"""Institutional statements as files of a release: of each coding the coders' table (CSV) and IG Script."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Quad, Store

from initiative_lod.documents import coded_statements, statement_table
from initiative_lod.documents.coded_statements import CodedDocument, LookUp
from initiative_lod.documents.ig_script_writer import ScriptWriter
from initiative_lod.iris import Iris
from initiative_lod.languages import LABEL_LANGUAGES

TABLE, SCRIPT = "csv", "igs"


def coded_documents(look_up: LookUp) -> dict[str, CodedDocument]:
    """The codings by the name of their files."""
    return {
        item.graph.rpartition("/")[2].removeprefix("coding-"): coded_statements.with_text(look_up, item)
        for item in coded_statements.codings(look_up)
        if item.document
    }


def names(coding: str) -> list[str]:
    """The names of a coding's files: the table, IG Script in the words of the text, and in other languages."""
    return [f"{coding}.{TABLE}", f"{coding}.{SCRIPT}", *(f"{coding}.{tag}.{SCRIPT}" for tag in LABEL_LANGUAGES)]


def content(document: CodedDocument, name: str, iris: Iris) -> bytes:
    """The file of that name."""
    if name.endswith(TABLE):
        return statement_table.table(document)
    _, _, language = name.removesuffix(f".{SCRIPT}").partition(".")
    return ScriptWriter(document, iris, language).whole().encode()


def statement_files(quads: Iterable[Quad], iris: Iris) -> dict[str, bytes]:
    """The files of a release by their names in its folder; in the words of the text and in English and Chinese."""
    store = Store()
    store.bulk_extend(quads)
    return {
        f"statements-{name}": content(document, name, iris)
        for coding, document in coded_documents(store.quads_for_pattern).items()
        for name in names(coding)
    }
