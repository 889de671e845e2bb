"""Institutional statements as files of a release: of each coding the coders' table (CSV) and IG Script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import BlankNode, NamedNode, Quad, Store

from initiative_lod.documents import coded_statements, statement_table
from initiative_lod.documents.coded_statements import CodedDocument, QuadSource
from initiative_lod.documents.ig_script_writer import ScriptWriter
from initiative_lod.iris import Iris
from initiative_lod.languages import LABEL_LANGUAGES
from initiative_lod.release.opened import Term

TABLE, SCRIPT = "csv", "igs"


class BuiltQuads:
    """Quads that were built, looked up by pattern as those of a release are."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        self._store = Store()
        self._store.bulk_extend(quads)

    def quads(
        self,
        subject: NamedNode | BlankNode | None = None,
        predicate: NamedNode | None = None,
        object: Term | None = None,
        graph: NamedNode | None = None,
    ) -> Iterator[Quad]:
        """The quads of a pattern; None is any."""
        return self._store.quads_for_pattern(subject, predicate, object, graph)


def coded_documents(source: QuadSource) -> dict[str, CodedDocument]:
    """The codings by the name of their files."""
    return {
        item.graph.rpartition("/")[2].removeprefix("coding-"): coded_statements.with_text(source, item)
        for item in coded_statements.codings(source)
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
    return {
        f"statements-{name}": content(document, name, iris)
        for coding, document in coded_documents(BuiltQuads(quads)).items()
        for name in names(coding)
    }
