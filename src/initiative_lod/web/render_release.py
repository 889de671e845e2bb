"""Renderings: all that depends on a release alone, made when the release is, by the code that serves it."""

from __future__ import annotations

import gc
import hashlib
import multiprocessing
import os
import signal
import struct
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from itertools import chain
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

from pyoxigraph import NamedNode

from initiative_lod import release
from initiative_lod.child_process import end_with
from initiative_lod.documents.content_codings import ZSTD
from initiative_lod.documents.document import OWN_DOCUMENTS, Document
from initiative_lod.documents.representation import WHOLE_FORMS, Rendered, document_paths, entity_tag
from initiative_lod.documents.resource import describe
from initiative_lod.errors import InitiativeLodError, ReleaseError
from initiative_lod.formats import HTML, JSON, JSON_LD
from initiative_lod.locale.messages import Languages
from initiative_lod.release.manifest import CONTEXT, Release
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.release.publisher import Publisher
from initiative_lod.release.read_tracking import TrackingRelease
from initiative_lod.release.rendered_file import RenderedDocuments, RenderedDocumentsFile, StoredBody
from initiative_lod.settings import Settings
from initiative_lod.web.http.conditional import Representation
from initiative_lod.web.http.request import Request
from initiative_lod.web.pages import language_choice
from initiative_lod.web.pages.document_choice import key_of
from initiative_lod.web.pages.epub import EPUB
from initiative_lod.web.pages.pages import Pages
from initiative_lod.web.pages.saved_questions import Kept
from initiative_lod.web.reused_renderings import EarlierRenderings, GroupRecord
from initiative_lod.web.routes import (
    about,
    compare,
    documents,
    feeds,
    pictures,
    questions,
    reading_room,
    sparql_terms,
    start,
    thing_index,
)
from initiative_lod.web.site import Site

MOST_NUMBERS = 10_000  # that lie in a pipe (64 KB)
NEAR = 4  # segments of a path that those of a batch have in common: doc/wic-2020/action/8
PAGE = "page "  # before the path of a document, the address of its pages; its data are a group of their own
FEW = 100  # groups of representations that are not worth a second process
#: Forms of JSON-LD that are made when they are asked for: each takes longer than all other formats of its document.
ON_DEMAND = ("flattened", "framed")
MOST_READ, MOST_STORED = 100, 1000  # documents whose reading room is stored; parts and clauses of one
RELEASES = "release/"  # under which are pages that depend on other releases
_NUMBER = struct.Struct("I")
NO_PARAMETERS: Mapping[str, str] = MappingProxyType({})

#: Representations of one address, each with what gives a name for its bytes: of those with the same name one is made. A
#: name that is an entity tag is made of all that the bytes follow from, whatever the release.
Named = tuple[Representation, Callable[[], str]]
Group = Callable[[], Iterator[Named]]


def render(building: Path, settings: Settings, file: Path) -> None:
    """Write into ``file`` what can be rendered of the release in ``building``: of so many documents as are wanted.

    In as many processes as there are processors, where much of it has to be made; they end with this one. Raises
    ReleaseError when one fails, and MemoryError when the memory of one runs out.
    """
    with _collecting_by_hand():
        share = _Share(building, settings)
        try:
            parts = [file.with_name(f"{file.name}.{number}") for number in range(_processes(share))]
            if len(parts) > 1:
                share.prepare()
                gc.freeze()
            pages, data = share.kinds()
            with _queue(_batches(pages)) as first, _queue(_batches(data)) as second:
                orders = (first, second), (second, first)
                others = [
                    _Other.start(partial(share.render, part, orders[number % 2]))
                    for number, part in enumerate(parts[1:], 1)
                ]
                try:
                    share.render(parts[0], orders[0])
                    for other in others:
                        other.wait()
                finally:
                    for other in others:
                        other.process.kill()  # where this one is stopped; it does nothing to one that has ended
            with RenderedDocumentsFile(file) as whole:
                share.earlier.add_values(whole)
                whole.add_all([RenderedDocuments(part) for part in parts])  # in one order, however many made them
            for part in parts:
                part.unlink()
        finally:
            share.stop()


def _processes(share: _Share) -> int:
    """Number of processes that are worth it. Only Linux forks one whose libraries may have threads without risk."""
    count = sum(1 for address in share.groups if share.earlier.record(address) is None)
    return min(os.cpu_count() or 1, 8) if count > FEW and sys.platform == "linux" else 1


def _batches(addresses: Sequence[str]) -> list[list[str]]:
    """Addresses that are made one after the other by one process, as they read the same: an action and its clauses.

    What takes longest comes first, so that all processes end at about the same time: documents that are nearest to the
    base, which are whole graphs and texts, then the batches of many.
    """
    found: dict[str, list[str]] = {}
    for address in addresses:
        near = address.removeprefix(PAGE).split("/")[:NEAR]
        found.setdefault("/".join(near), []).append(address)
    batches = [found[near] for near in sorted(found, key=lambda near: (near.count("/") > 1, -len(found[near])))]
    together = -(-len(batches) // MOST_NUMBERS) or 1
    return [list(chain(*batches[first : first + together])) for first in range(0, len(batches), together)]


@dataclass(frozen=True, slots=True)
class _Queue:
    """Batches to be made; in a pipe stand their numbers, of which processes take each once, until there are no more."""

    batches: Sequence[Sequence[str]]
    pipe: int

    def __iter__(self) -> Iterator[Sequence[str]]:
        while number := os.read(self.pipe, _NUMBER.size):
            yield self.batches[_NUMBER.unpack(number)[0]]


@contextmanager
def _queue(batches: Sequence[Sequence[str]]) -> Iterator[_Queue]:
    read, write = os.pipe()
    try:
        os.write(write, b"".join(map(_NUMBER.pack, range(len(batches)))))
        os.close(write)
        yield _Queue(batches, read)
    finally:
        os.close(read)


@dataclass(frozen=True, slots=True)
class _Other:
    """A process that renders beside this one. It is forked, so that it has all that was imported and read by then."""

    process: BaseProcess
    failure: Connection

    @classmethod
    def start(cls, work: Callable[[], None]) -> _Other:
        """Let another process do the work."""
        context = multiprocessing.get_context("fork")
        failure, told = context.Pipe(duplex=False)
        process = context.Process(target=_do, args=(work, told, os.getpid()))
        with warnings.catch_warnings():
            # The engine's threads, of which it warns, write stores; these are only read from now on.
            warnings.simplefilter("ignore", DeprecationWarning)
            process.start()
        told.close()
        return cls(process, failure)

    def wait(self) -> None:
        """Wait for its end. Raises ReleaseError when it fails, MemoryError when it has no memory left."""
        try:
            why = self.failure.recv()
        except EOFError:  # it ended without a word
            why = ""
        self.process.join()
        if why == MemoryError.__name__ or self.process.exitcode == -signal.SIGABRT:  # as the engine ends without memory
            raise MemoryError
        if self.process.exitcode:
            why = why or f"a process ended with {self.process.exitcode}"
            raise ReleaseError(
                f"the pages of the release could not be rendered: {why}; "
                "without rendered pages (setting rendered_documents = 0) it can be made, and makes them when asked"
            )


def _do(work: Callable[[], None], told: Connection, parent: int) -> None:
    end_with(parent)
    try:
        work()
    except MemoryError:
        told.send(MemoryError.__name__)
        raise SystemExit(1) from None
    except (InitiativeLodError, OSError) as error:
        told.send(f"{type(error).__name__}: {error}")
        raise SystemExit(1) from None  # nobody wants to see more of it
    except BaseException as error:
        told.send(f"{type(error).__name__}: {error}")
        raise


class _Share:
    """The groups of representations of a release, and what there is of them already."""

    def __init__(self, building: Path, settings: Settings) -> None:
        found = release.read(building)
        self.opened = TrackingRelease.of(found)
        self.opened.read_all()
        self.site = Site(settings, Publisher(settings.release_folder), Pages(Languages(settings.language_folder)))
        self.site.pages.make_values(self.opened)
        self.earlier = EarlierRenderings(settings, self.site.software, self.opened, found)
        self.groups = _groups(self.site, self.opened, found)

    def stop(self) -> None:
        """Make nothing more."""
        self.site.stop()

    def prepare(self) -> None:
        """Make what each process would make for itself: compiled templates, and what compacts JSON-LD."""
        self.site.pages.load_templates()
        JSON_LD.prepare(self.opened.release.context)

    def kinds(self) -> tuple[list[str], list[str]]:
        """The addresses of pages, and those of the data of documents.

        One process begins with these and one with those: what it remembers of the one is of little use for the other.
        """
        data = {address.removeprefix(PAGE) for address in self.groups if address.startswith(PAGE)}
        pages: list[str] = []
        rest: list[str] = []
        for address in self.groups:
            (rest if address in data else pages).append(address)
        return pages, rest

    def render(self, file: Path, queues: Sequence[_Queue]) -> None:
        """Render what is taken from the queues, one after the other, or take it over."""
        with RenderedDocumentsFile(file) as written:
            for batch in chain.from_iterable(queues):
                for address in batch:
                    record = self._take_over(address, written) or self._render_group(address, written)
                    self.earlier.add_record(written, address, record)
                gc.collect(0)
                gc.freeze()

    def _take_over(self, address: str, written: RenderedDocumentsFile) -> GroupRecord | None:
        """The record of a group whose bodies are there; None where it has to be rendered."""
        record = self.earlier.record(address)
        if record is None:
            return None
        bodies = {tag: self.earlier.body(tag) for tag, _ in record.tags if tag}
        representations = [representation for representation, _ in self.groups[address]()]
        if None in bodies.values() or len(representations) != len(record.tags):
            return None
        tags = []
        for representation, (old, name) in zip(representations, record.tags, strict=True):
            body, tag = bodies.get(old), representation.tag
            if body is None:
                tags.append(("", ""))
                continue
            tags.append((tag, tag if name == old else name))
            for key in tags[-1]:
                written.add(key, body)
        return GroupRecord(tags, record.marks)

    def _render_group(self, address: str, written: RenderedDocumentsFile) -> GroupRecord:
        marks: set[int] = set()
        tags: list[tuple[str, str]] = []
        bodies: dict[str, StoredBody | None] = {}
        with self.opened.noting(marks):
            for representation, name_of in self.groups[address]():
                name = name_of() if representation.status == 200 else ""
                if name and name not in bodies:
                    # Naming data reads all that they follow from; a page reads it when it is made.
                    same = self.earlier.of_same(name) if name != representation.tag else None
                    bodies[name] = same or _made(representation)
                body = bodies.get(name)
                tags.append(("", "") if body is None else (representation.tag, name))
                if body is not None:
                    written.add(representation.tag, body)
                    written.add(name, body)
        return GroupRecord.of(tags, marks)


@contextmanager
def _collecting_by_hand() -> Iterator[None]:
    """Let the collector of garbage look when it is told to, and at what was made since then: what is left of it is
    remembered to the end, or goes as soon as nobody has it. By itself it would take a seventh of the time.
    """
    was_enabled = gc.isenabled()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # else it would look through all of that now, which goes in a moment
        if was_enabled:
            gc.enable()
        gc.unfreeze()


def _by_tag(representation: Representation) -> Named:
    return representation, lambda: representation.tag


def _made(representation: Representation) -> StoredBody | None:
    """Its body; None for one that cannot be made, as a graph that its format cannot write, or has links of its own."""
    try:
        made = representation.make()
    except InitiativeLodError:
        return None
    return None if made.links else StoredBody(made.coded(ZSTD).content, made.pages)


def _groups(site: Site, opened: TrackingRelease, found: Release) -> dict[str, Group]:
    """Everything to be rendered, by address: what takes long is spread over the processes, as the documents have an
    order.
    """
    asked = site.pages.questions
    forms = {offer.media.name for offer in questions.OFFERS}
    every = partial(questions.every_question, site, asked, opened)
    groups: dict[str, Group] = {
        "": partial(_pages, site, partial(start.represent, site, opened), "", {HTML.name}),
        "compare": partial(_pages, site, partial(compare.answer, site, opened), "compare", {HTML.name}),
        "questions": partial(_pages, site, every, "questions", forms),
        sparql_terms.PATH: partial(_pages, site, partial(_terms, site, opened), sparql_terms.PATH, {JSON.name}),
    }
    for path, answer in {"about": about.about, "about/data": about.data, "things": thing_index.every_kind}.items():
        groups[path] = partial(_pages, site, partial(answer, site, opened), path, {HTML.name, JSON.name})
    for kind in thing_index.there(opened):
        one = partial(thing_index.one_kind, site, opened)
        groups[f"things/{kind}"] = partial(
            _pages, site, one, f"things/{kind}", {HTML.name, JSON.name}, parameters={"kind": kind}
        )
    for slug in site.pages.question_by_slug(opened):
        one = partial(questions.one_question, site, partial(_one, site, slug), opened)
        groups[f"questions/{slug}"] = partial(_pages, site, one, f"questions/{slug}", forms, parameters={"slug": slug})
    groups["sitemap"] = lambda: iter([_by_tag(feeds.sitemap_pattern(site, opened))])
    gallery = pictures.Drawer(site).gallery
    for document in site.pages.documents(opened)[:MOST_READ]:
        groups[f"read {document.value}"] = partial(_reading, site, opened, document)
        groups[f"books {document.value}"] = partial(_books, site, opened, document)
        groups[f"pictures {document.value}"] = partial(_gallery, site, partial(gallery, opened), opened, document)
    context = found.manifest.files[CONTEXT].sha256 if CONTEXT in found.manifest.files else ""
    for path in _paths(opened, site.settings):
        groups[f"{PAGE}{path}"] = partial(_document_pages, site, opened, path)
        groups[path] = partial(_data, site, opened, context, path)
    return groups


def _one(site: Site, slug: str, opened: OpenRelease) -> list[Kept]:
    """The question of that name alone."""
    return [site.pages.question_by_slug(opened)[slug]]


def _terms(site: Site, opened: OpenRelease, request: Request) -> Representation:
    """The terms that the query editor proposes."""
    return sparql_terms.represent(
        site, opened, request, lambda: sparql_terms.read_vocabulary(site, request.prefix, opened).content
    )


def _paths(opened: OpenRelease, settings: Settings) -> list[str]:
    """The paths of the documents to be rendered: those nearest to the base, where there are more than are wanted."""
    paths = [path for path in document_paths(opened) if path.startswith((*OWN_DOCUMENTS, RELEASES))]
    return paths[: settings.rendered_documents]


def _requests(site: Site, path: str, media: str, parameters: Mapping[str, str] = NO_PARAMETERS) -> Iterator[Request]:
    """Requests for an address in a media type, in each language."""
    languages = tuple(site.pages.languages)
    for language in languages:
        yield Request(
            path=path,
            prefix=site.settings.root_path,
            accept=media,
            accept_language=language,
            parameters=parameters,
            languages=languages,
        )


def _in_both(request: Request, represent: Callable[[Request], Representation]) -> Iterator[Named]:
    """The page for an address that does not name its language, and for the one that does: made once."""
    query = "&".join(filter(None, (request.query_string, language_choice.argument(request.language))))
    named = replace(request, query_string=query, query={**request.query, "lang": request.language})
    make = cache(lambda: represent(replace(named, marked=True)).make())

    def made(is_named: bool) -> Rendered:
        page = make()
        return replace(page, content=language_choice.page_of(page.content, request.language, named=is_named))

    for asked in (request, named):
        yield _by_tag(replace(represent(asked), make=partial(made, asked is named)))


def _reading(site: Site, opened: OpenRelease, document: NamedNode) -> Iterator[Named]:
    """The reading room of a document: in all of its languages, and in each."""
    for request in _reading_requests(site, opened, document):
        yield from _in_both(request, partial(reading_room.answer, site, opened))


def _books(site: Site, opened: OpenRelease, document: NamedNode) -> Iterator[Named]:
    """The same as EPUB: apart, since a book names its release and date, so that each release has others."""
    for request in _reading_requests(site, opened, document):
        yield _by_tag(reading_room.answer(site, opened, replace(request, accept=EPUB.name)))


def _reading_requests(site: Site, opened: OpenRelease, document: NamedNode) -> Iterator[Request]:
    figures = site.pages.figures(opened)[document]
    if figures.parts + figures.clauses > MOST_STORED:
        return  # made when it is asked for: it takes as long as a hundred pages
    key = key_of(opened.iris, document)
    for request in _requests(site, f"read/{quote(key, safe='/:')}", HTML.name):
        asked = replace(request, parameters={"document": key})
        yield asked
        for tag in reading_room.languages(site, opened, asked):
            yield replace(asked, query_string=f"view={quote(tag)}", query={"view": tag})


def _gallery(
    site: Site, represent: Callable[[Request], Representation], opened: OpenRelease, document: NamedNode
) -> Iterator[Named]:
    """The gallery of a document."""
    key = key_of(opened.iris, document)
    for request in _requests(site, "pictures", HTML.name):
        yield from _in_both(replace(request, query_string=f"document={quote(key)}", query={"document": key}), represent)


def _pages(
    site: Site,
    represent: Callable[[Request], Representation],
    path: str,
    forms: set[str],
    parameters: Mapping[str, str] = NO_PARAMETERS,
) -> Iterator[Named]:
    for media in sorted(forms):
        for request in _requests(site, path, media, parameters):
            try:
                representation = represent(request)
            except InitiativeLodError:
                continue  # not a form that it has
            yield from _in_both(request, represent) if media.startswith(HTML.name) else [_by_tag(representation)]


def _document_pages(site: Site, opened: OpenRelease, path: str) -> Iterator[Named]:
    """Pages of the document at ``path``, which follow from all of the release."""
    document = Document.find(opened, path, site.settings.root_path)
    if document is None or path.startswith(RELEASES):
        return

    def represent(request: Request) -> Representation:
        variant = documents.choose_variant(request, document)
        return documents.represent(site, request, document, variant)

    for request in _requests(site, path, HTML.name):
        yield from _in_both(request, represent)


def _data(site: Site, opened: OpenRelease, context: str, path: str) -> Iterator[Named]:
    """The document at ``path`` in each format, which follow from its description."""
    document = Document.find(opened, path, site.settings.root_path)
    if document is None:
        return
    described = _Described(site, opened, context, document.resource)
    for offer in document.offers:
        if offer.media is HTML or offer.profile.endswith(ON_DEMAND):
            continue
        request = next(_requests(site, path, offer.content_type))  # data are the same in all languages
        variant = documents.choose_variant(request, document)
        form = variant.offer.profile or WHOLE_FORMS["compacted"]  # which is the form of JSON-LD without a profile
        representation = documents.represent(site, request, document, variant)
        yield representation, partial(described.name, variant.offer.media.name, form)


class _Described:
    """Names for the data of a document, of all that these follow from; read when one is wanted."""

    def __init__(self, site: Site, opened: OpenRelease, context: str, resource: NamedNode) -> None:
        self._site, self._opened, self._context, self._resource = site, opened, context, resource

    @cached_property
    def _parts(self) -> tuple[object, ...]:
        found = describe(self._opened, self._resource)
        assert found is not None
        digest = hashlib.sha256(found.n_quads).hexdigest()
        return self._site.software, self._opened.iris.base, self._context, found.page, found.pages, digest

    def name(self, media: str, form: str) -> str:
        """A name for the bytes in a media type, and a form of JSON-LD."""
        return entity_tag("data", *self._parts, media, form)
