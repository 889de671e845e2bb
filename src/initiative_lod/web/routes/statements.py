"""Institutional statements as files: the coders' table (CSV) and IG Script, of each coding of the release."""

from __future__ import annotations

from functools import partial

from initiative_lod.build.coded_statements import CodedDocument
from initiative_lod.documents import statement_files
from initiative_lod.documents.document import CACHE_CONTROL
from initiative_lod.documents.representation import Rendered, entity_tag
from initiative_lod.errors import Message, NotFound
from initiative_lod.formats import RESULT_CSV, TEXT
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.per_release import PerRelease
from initiative_lod.web.http.conditional import Representation
from initiative_lod.web.http.request import Request
from initiative_lod.web.routes.routing import BY_DATE, Address, Endpoint, at_hand, outcomes
from initiative_lod.web.site import Site


def statements_address(site: Site, by_date: Endpoint) -> Address:
    """``/statements/<coding>.csv``, ``….igs``, and in the words of a translation ``….en.igs`` with ``….en.words``."""
    coded = PerRelease(lambda opened: statement_files.coded_documents(opened.quads))
    return Address(
        "/statements/{name}",
        at_hand(site, site.threads.lane("statements"), partial(statements, site, coded), by_date),
        "Institutional statements: a table (CSV), or IG Script",
        outcomes("The file", (RESULT_CSV, TEXT), {404: "The release has no such coding"}, BY_DATE),
    )


def statements(
    site: Site, coded: PerRelease[dict[str, CodedDocument]], opened: OpenRelease, request: Request
) -> Representation:
    """A coding as a file. Raises NotFound."""
    name = request.parameters["name"]
    kept = f"statements-{name}"
    if kept in opened.release.manifest.files:  # as those of a project's own codings are
        body = (opened.release.path / kept).read_bytes
    else:
        codings = coded.of(opened).items()
        files = {file: item for coding, item in codings for file in statement_files.names(coding, item)}
        if name not in files:
            raise NotFound(Message("error.no_statements", name=name[:100], names=list(files) or "–"))
        body = partial(statement_files.content, files[name], name, opened.iris)
    media = RESULT_CSV if name.endswith(statement_files.TABLE) else TEXT
    return Representation(
        entity_tag("statements", site.software, opened.release.digest, name),
        [("Cache-Control", CACHE_CONTROL)],
        [("Content-Type", media.content_type), ("Content-Disposition", f'attachment; filename="{name}"')],
        lambda: Rendered(body()),
    )
