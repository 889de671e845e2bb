"""Institutional statements as files: the coders' table (CSV) and IG Script, of each coding of the release."""

from __future__ import annotations

from functools import partial

from initiative_lod.documents import coded_statements, statement_table
from initiative_lod.documents.coded_statements import CodedDocument
from initiative_lod.documents.document import CACHE_CONTROL
from initiative_lod.documents.ig_script_writer import ScriptWriter
from initiative_lod.documents.representation import Rendered, entity_tag
from initiative_lod.errors import Message, NotFound
from initiative_lod.formats import RESULT_CSV, TEXT
from initiative_lod.languages import LABEL_LANGUAGES
from initiative_lod.release.opened import OpenRelease
from initiative_lod.release.per_release import PerRelease
from initiative_lod.web.http.conditional import Representation
from initiative_lod.web.http.request import Request
from initiative_lod.web.routes.routing import BY_DATE, CROWDED, NOT_MODIFIED, Address, Endpoint, Outcome, at_hand, fault
from initiative_lod.web.site import Site

TABLE, SCRIPT = "csv", "igs"


def statements_address(site: Site, by_date: Endpoint) -> Address:
    """``/statements/<coding>.csv``, ``/statements/<coding>.igs`` and ``/statements/<coding>.en.igs``."""
    coded = PerRelease(_coded)
    return Address(
        "/statements/{name}",
        at_hand(site, site.threads.lane("statements"), partial(statements, site, coded), by_date),
        "Institutional statements: a table (CSV), or IG Script",
        {
            200: Outcome("The file", (RESULT_CSV, TEXT)),
            **BY_DATE,
            **NOT_MODIFIED,
            404: fault("The release has no such coding"),
            **CROWDED,
        },
    )


def statements(
    site: Site, coded: PerRelease[dict[str, CodedDocument]], opened: OpenRelease, request: Request
) -> Representation:
    """A coding as a file. Raises NotFound."""
    name = request.parameters["name"]
    files = {file: item for coding, item in coded.of(opened).items() for file in _files(coding)}
    if name not in files:
        raise NotFound(Message("error.no_statements", name=name[:100], names=", ".join(files) or "–"))
    document = files[name]
    media = RESULT_CSV if name.endswith(TABLE) else TEXT

    def body() -> Rendered:
        if name.endswith(TABLE):
            return Rendered(statement_table.table(document))
        _, _, language = name.removesuffix(f".{SCRIPT}").partition(".")
        return Rendered(ScriptWriter(document, opened.iris, language).whole().encode())

    return Representation(
        entity_tag("statements", site.software, opened.release.digest, name),
        [("Cache-Control", CACHE_CONTROL)],
        [("Content-Type", media.content_type), ("Content-Disposition", f'attachment; filename="{name}"')],
        body,
    )


def _coded(opened: OpenRelease) -> dict[str, CodedDocument]:
    """The codings of a release by the name of their files."""
    found = coded_statements.codings(opened)
    return {
        item.graph.rpartition("/")[2].removeprefix("coding-"): coded_statements.with_text(opened, item)
        for item in found
        if item.document
    }


def _files(coding: str) -> list[str]:
    return [f"{coding}.{TABLE}", f"{coding}.{SCRIPT}", *(f"{coding}.{tag}.{SCRIPT}" for tag in LABEL_LANGUAGES)]
