"""Institutional statements as files of a release: of each coding the coders' table (CSV), IG Script, pairs of words."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Quad, Store

from initiative_lod.build import coded_statements
from initiative_lod.build.coded_statements import CodedDocument, LookUp, ReadCoding
from initiative_lod.documents import statement_table
from initiative_lod.documents.ig_script_writer import ScriptWriter
from initiative_lod.iris import Iris

TABLE, SCRIPT, PAIRS = "csv", "igs", "words"


def coded_documents(look_up: LookUp) -> dict[str, CodedDocument]:
    """The codings by the name of their files."""
    return {
        item.graph.rpartition("/")[2].removeprefix("coding-"): coded_statements.with_text(look_up, item)
        for item in coded_statements.codings(look_up)
        if item.document
    }


def names(coding: str, document: CodedDocument) -> list[str]:
    """The names of a coding's files: the table, IG Script by language, and of each translation the pairs of words."""
    scripts = (f"{coding}.{tag}.{SCRIPT}" for tag in (document.language, *document.renderings))
    pairs = (f"{coding}.{tag}.{PAIRS}" for tag in document.renderings)
    return [f"{coding}.{TABLE}", f"{coding}.{SCRIPT}", *scripts, *pairs]


def content(document: CodedDocument, name: str, iris: Iris) -> bytes:
    """The file of that name."""
    if name.endswith(TABLE):
        return statement_table.table(document)
    stem, _, kind = name.rpartition(".")
    writer = ScriptWriter(document, iris, stem.partition(".")[2])
    return (writer.pairs() if kind == PAIRS else writer.whole()).encode()


def scripts(codings: Iterable[ReadCoding], look_up: LookUp, iris: Iris) -> dict[str, tuple[tuple[str, str], ...]]:
    """IG Script of each part of the codings of record: its language, and its lines."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for coding in codings:
        if not coding.is_rival:
            document = coded_statements.with_text(look_up, coding)
            writers = [(tag, ScriptWriter(document, iris, tag)) for tag in (document.language, *document.renderings)]
            for part in coding.parts:
                found[part] = tuple((tag, "\n".join(writer.part(part))) for tag, writer in writers)
    return found


def statement_files(quads: Iterable[Quad], iris: Iris) -> dict[str, bytes]:
    """The files of a release by their names in its folder."""
    store = Store()
    store.bulk_extend(quads)
    return {
        f"statements-{name}": content(document, name, iris)
        for coding, document in coded_documents(store.quads_for_pattern).items()
        for name in names(coding, document)
    }
