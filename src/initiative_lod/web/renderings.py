"""Renderings: all representations that depend on a release alone, made when the release is, by the code that serves it.

Run as a module, by ``render`` alone, it makes one share of them in a process of its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pyoxigraph import NamedNode

from initiative_lod import release
from initiative_lod.documents.codings import ZSTD
from initiative_lod.documents.document import OWN_DOCUMENTS, Document
from initiative_lod.documents.representation import WHOLE_FORMS, document_paths, entity_tag
from initiative_lod.documents.resource import describe
from initiative_lod.errors import InitiativeLodError, ReleaseError
from initiative_lod.formats import HTML, JSON, N_QUADS
from initiative_lod.locale.messages import Languages
from initiative_lod.release.history import CURRENT
from initiative_lod.release.manifest import CONTEXT, INDEX
from initiative_lod.release.opened import OpenRelease, Publisher
from initiative_lod.release.per_release import PerRelease
from initiative_lod.release.remembering import RememberingRelease
from initiative_lod.release.rendered_documents import RENDERED, RenderedDocuments, RenderedDocumentsFile, StoredBody
from initiative_lod.settings import Settings
from initiative_lod.web.http.conditional import Representation
from initiative_lod.web.http.request import Request
from initiative_lod.web.pages import saved_questions
from initiative_lod.web.pages.document_choice import key_of
from initiative_lod.web.pages.pages import Pages
from initiative_lod.web.routes import compare, documents, questions, reading_room, sparql_terms, start
from initiative_lod.web.site import Site

FEW = 100  # groups of representations that are not worth a second process
#: Forms of JSON-LD that are made when they are asked for: each takes longer than all other formats of its document.
ON_DEMAND = ("flattened", "framed")
MOST_READ, MOST_STORED = 100, 1000  # documents whose reading room is stored; parts and clauses of one
RELEASES = "release/"  # under which are pages that depend on other releases

#: Representations of one address, each with a name for its bytes: of those with the same name one is made. A name that
#: is an entity tag is made of all that the bytes follow from, whatever the release.
Group = Callable[[], Iterator[tuple[Representation, str]]]


def render(building: Path, settings: Settings, file: Path) -> None:
    """Write into ``file`` what can be rendered of the release in ``building``: of so many documents as are wanted.

    In as many processes as there are processors. Raises ReleaseError when one of them fails.
    """
    opened = RememberingRelease.open(release.read(building))
    count = len(_paths(opened, settings))
    processes = min(os.cpu_count() or 1, 8) if count > FEW else 1
    if processes == 1:
        _render_share(opened, settings, file, 0, 1)
        return
    parts = [file.with_name(f"{file.name}.{number}") for number in range(processes)]
    running = [_start(building, settings, part, number, processes) for number, part in enumerate(parts)]
    try:
        told = [process.communicate()[1] for process in running]
    finally:
        for process in running:
            process.kill()  # where this one is stopped; it does nothing to one that has ended
    for process, error in zip(running, told, strict=True):
        if process.returncode:
            last = error.decode("utf-8", "replace").strip().rpartition("\n")[2]
            why = last or f"a process ended with {process.returncode}"
            raise ReleaseError(
                f"the pages of the release could not be rendered: {why}; "
                "without rendered pages (setting rendered_documents = 0) it can be made, and makes them when asked"
            )
    with RenderedDocumentsFile(file) as whole:
        for part in parts:
            whole.add_all(RenderedDocuments(part))
            part.unlink()


def _start(building: Path, settings: Settings, file: Path, number: int, of: int) -> subprocess.Popen[bytes]:
    share = {
        "building": str(building),
        "file": str(file),
        "number": number,
        "of": of,
        "settings": {
            name: str(value) if isinstance(value, Path) else value for name, value in asdict(settings).items()
        },
    }
    command = [sys.executable, "-P", "-m", "initiative_lod.web.renderings", json.dumps(share)]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def _render_share(opened: OpenRelease, settings: Settings, file: Path, number: int, of: int) -> None:
    """Render every ``of``-th group, beginning with the one of that ``number``."""
    pages = Pages(Languages(settings.language_folder))
    before = RenderedDocuments(settings.release_folder / CURRENT / INDEX / RENDERED)
    site = Site(settings, Publisher(settings.release_folder), pages)
    try:
        with RenderedDocumentsFile(file) as written:
            for group in _groups(site, opened)[number::of]:
                bodies: dict[str, StoredBody | None] = {}
                for representation, name in group():
                    if representation.status != 200 or representation.tag in written:
                        continue
                    if name not in bodies:
                        bodies[name] = before.find(name) or _made(representation)
                    if (body := bodies[name]) is not None:
                        written.add(representation.tag, body)
                        written.add(name, body)
    finally:
        site.stop()


def _made(representation: Representation) -> StoredBody | None:
    """Its body; None for one that cannot be made, as a graph that its format cannot write, or has links of its own."""
    try:
        made = representation.make()
    except InitiativeLodError:
        return None
    return None if made.links else StoredBody(made.coded(ZSTD).content, made.pages)


def _groups(site: Site, opened: OpenRelease) -> list[Group]:
    """Everything to be rendered: what takes long is spread over the processes, as the documents have an order."""
    asked = PerRelease(saved_questions.read)
    slugs = [item["slug"] for item in asked.of(opened)]
    forms = {offer.media.name for offer in questions.OFFERS}
    one = partial(questions.one_question, site, asked.of, opened)
    return [
        partial(_pages, site, partial(start.represent, site, opened), "", {HTML.name}),
        partial(_pages, site, partial(compare.answer, site, opened), "compare", {HTML.name}),
        partial(_pages, site, partial(questions.every_question, site, asked.of, opened), "questions", forms),
        partial(_pages, site, partial(_terms, site, opened), sparql_terms.PATH, {JSON.name}),
        *(partial(_pages, site, one, f"questions/{slug}", forms, slug) for slug in slugs),
        *(partial(_reading, site, opened, document) for document in site.pages.documents(opened)[:MOST_READ]),
        *(partial(_documents, site, opened, path) for path in _paths(opened, site.settings)),
    ]


def _terms(site: Site, opened: OpenRelease, request: Request) -> Representation:
    """The terms that the query editor proposes."""
    return sparql_terms.represent(
        site, opened, request, lambda: sparql_terms.read_vocabulary(site, request.prefix, opened).content
    )


def _paths(opened: OpenRelease, settings: Settings) -> list[str]:
    """The paths of the documents to be rendered: those nearest to the base, where there are more than are wanted."""
    paths = [path for path in document_paths(opened) if path.startswith((*OWN_DOCUMENTS, RELEASES))]
    return paths[: settings.rendered_documents]


def _requests(site: Site, path: str, media: str, slug: str = "") -> Iterator[Request]:
    """Requests for an address in a media type, in each language that makes a difference."""
    languages = tuple(site.pages.languages)
    for language in languages if media.startswith(HTML.name) else languages[:1]:
        yield Request(
            path=path,
            prefix=site.settings.root_path,
            accept=media,
            accept_language=language,
            parameters={"slug": slug} if slug else {},
            languages=languages,
        )


def _reading(site: Site, opened: OpenRelease, document: NamedNode) -> Iterator[tuple[Representation, str]]:
    """The reading room of a document: in all of its languages, and in each."""
    figures = site.pages.figures(opened)[document]
    if figures.parts + figures.clauses > MOST_STORED:
        return  # made when it is asked for: it takes as long as a hundred pages
    key = key_of(opened.iris, document)
    for request in _requests(site, f"read/{quote(key, safe='/:')}", HTML.name):
        asked = replace(request, parameters={"document": key})
        representation = reading_room.answer(site, opened, asked)
        yield representation, representation.tag
        for tag in reading_room.languages(site, opened, asked):
            query = f"view={quote(tag)}"
            one = reading_room.answer(site, opened, replace(asked, query_string=query, query={"view": tag}))
            yield one, one.tag


def _pages(
    site: Site, represent: Callable[[Request], Representation], path: str, forms: set[str], slug: str = ""
) -> Iterator[tuple[Representation, str]]:
    for media in sorted(forms):
        for request in _requests(site, path, media, slug):
            try:
                representation = represent(request)
            except InitiativeLodError:
                continue  # not a form that it has
            yield representation, representation.tag


def _documents(site: Site, opened: OpenRelease, path: str) -> Iterator[tuple[Representation, str]]:
    """Representations of the document at ``path``: data follow from its description, pages from all of the release."""
    document = Document.find(opened, path, site.settings.root_path)
    description = None if document is None else describe(opened, document.resource)
    if document is None or description is None:
        return
    context = opened.release.manifest.files.get(CONTEXT)
    parts = (site.software, opened.iris.base, context and context.sha256, description.page, description.pages)
    digest = hashlib.sha256(N_QUADS.write(description.quads)).hexdigest()
    for offer in document.offers:
        if offer.profile.endswith(ON_DEMAND) or (offer.media is HTML and path.startswith(RELEASES)):
            continue
        for request in _requests(site, path, offer.content_type):
            variant = documents.choose_variant(request, document)
            form = variant.offer.profile or WHOLE_FORMS["compacted"]  # which is the form of JSON-LD without a profile
            representation = documents.represent(site, request, document, variant)
            if variant.offer.media is HTML:
                yield representation, representation.tag
            else:
                yield representation, entity_tag("data", *parts, digest, variant.offer.media.name, form)


def main(argument: str) -> None:
    """Render the share that is described in JSON."""
    share: dict[str, Any] = json.loads(argument)
    given = share["settings"]
    paths = {name: Path(given[name]) for name in ("root", "releases")}
    opened = RememberingRelease.open(release.read(Path(share["building"])))
    _render_share(opened, Settings(**{**given, **paths}), Path(share["file"]), share["number"], share["of"])


if __name__ == "__main__":
    main(sys.argv[1])
