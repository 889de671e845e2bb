"""Pages: which template shows which kind of thing. HTML is one more representation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, quote

from pyoxigraph import NamedNode

from initiative_lod import __version__
from initiative_lod.build.coded_statements import codings
from initiative_lod.documents import statement_files
from initiative_lod.documents.links import Link
from initiative_lod.documents.representation import Variant
from initiative_lod.documents.resource import graph_of
from initiative_lod.errors import Message, NotAcceptable, NotFound, ReleaseError
from initiative_lod.languages import simplified
from initiative_lod.locale.messages import Language, Languages
from initiative_lod.release.open_release import Memory, OpenRelease
from initiative_lod.release.per_release import PerRelease
from initiative_lod.vocabulary import DCTERMS, PARTS
from initiative_lod.web.drawings import raster, squares
from initiative_lod.web.http import problems
from initiative_lod.web.http.request import Request
from initiative_lod.web.labelled_resource import LabelledResource
from initiative_lod.web.pages import (
    citation,
    contents,
    dataset,
    document_summary,
    entity,
    initiative,
    language_choice,
    marked_text,
    ontology,
    part,
    part_comparison,
    pictures,
    plain_statements,
    saved_questions,
    schema_org,
    shapes,
    statement_lines,
)
from initiative_lod.web.pages import initiative_map as maps
from initiative_lod.web.pages.actor_aims import ActorAims, actor_aims
from initiative_lod.web.pages.document_choice import key_of
from initiative_lod.web.pages.document_figures import DocumentFigures, document_figures
from initiative_lod.web.pages.document_summary import DocumentSummary
from initiative_lod.web.pages.imprint import imprint
from initiative_lod.web.pages.page_templates import page_templates
from initiative_lod.web.pages.part_choices import ComparedPart, compared_parts
from initiative_lod.web.pages.pictures import Material, Picture, PictureKind
from initiative_lod.web.pages.release_labels import documents, names
from initiative_lod.web.pages.saved_questions import Kept
from initiative_lod.web.pages.statement_lines import part_places, statement_index
from initiative_lod.web.pages.suggestions import NameList
from initiative_lod.web.pages.view import Links, View

PREVIEW = "wording"  # the picture that a link to any page of a document shows
MOST_PICTURES = 4  # that are kept as they were drawn
MOST_PREVIEWS = 100  # documents of which it is looked at before pages are made
FEW_PREVIEWS = 4  # likewise ahead of requests: it is drawn for that, which takes 0.1 s in each language
#: Entries of the menu that are there whatever the release holds: path, and id of the words.
MENU = (
    ("/things", "index"),
    ("/pictures", "pictures"),
    ("/questions", "questions"),
    ("/compare", "compare"),
    ("/ontology", "ontology"),
    ("/dataset", "dataset"),
    ("/sparql", "sparql"),
    ("/about", "about"),
)
#: Pages of what is ours, on which statements of others have a section of their own.
_OWN = frozenset(("part.html", "initiative.html", "work.html", "text.html"))
MOST_CARDS, MOST_NAMED = 60, 600  # documents on the start page: those with a card, and all


class Pages:
    """Renders pages; holds the templates, and how the things of the current release are called."""

    def __init__(self, languages: Languages) -> None:
        self.languages = languages
        self._names = PerRelease(names, "names")
        self._documents = PerRelease(documents, "documents")
        self._figures = PerRelease(lambda opened: document_figures(opened, self.documents(opened)), "figures")
        self._questions = PerRelease(saved_questions.read, "questions")
        self._codings = PerRelease(lambda opened: codings(opened.quads))
        self._statements = PerRelease(
            lambda opened: statement_index(self._codings.of(opened), part_places(opened.quads)), "statements"
        )
        self._scripts = PerRelease(
            lambda opened: statement_files.scripts(self._codings.of(opened), opened.quads, opened.iris), "scripts"
        )
        self._imprints = PerRelease(imprint, "imprint")
        self._acts = PerRelease(lambda opened: actor_aims(self._codings.of(opened)), "acts")
        self._alignments = PerRelease(pictures.alignments, "alignments")
        self._suggestions = PerRelease(self._suggest)
        self._by_slug = PerRelease(lambda opened: {item["slug"]: item for item in self.questions(opened)}, "question")
        self._compared = PerRelease[Memory[NamedNode, tuple[ComparedPart, ...]]](lambda opened: Memory())
        self._pictures = PerRelease[Memory[tuple[object, ...], Picture]](lambda opened: Memory(most=MOST_PICTURES))
        self._lacking = PerRelease[Memory[tuple[NamedNode, str, str], frozenset[str]]](lambda opened: Memory())
        self._templates = page_templates()
        self._templates.globals.update(
            sign=squares.sign,
            squares=squares.squares,
            bars=squares.bars,
            citation_box=citation.box,
            schema_org=schema_org.script,
            runs=marked_text.runs,
            reading_address=self.reading,
            document_key=lambda view, document: key_of(view.iris, document),
            software=__version__,
            MENU=MENU,
        )

    def prepare(self, opened: OpenRelease) -> None:
        """Make what pages and suggestions of a release are made of: the names in it, figures, compiled templates."""
        simplified("網")  # which reads the tables of characters
        self.suggestions(opened)
        self.load_templates()
        for table in (self._imprints, self._statements, self._scripts, self._figures, self._acts, self._alignments):
            table.of(opened)
        view = View(opened, self.languages.default, names=self._names.of(opened))
        for document in self.documents(opened)[:MOST_PREVIEWS]:
            self.compared_parts(view, document)
        view.node(opened.iris.thing("dataset"), DCTERMS.license)  # very much is said of it, and all pages want a little
        if not len(opened.rendered):  # their pages are made when they are asked for
            for language in self.languages.values():
                for document in self.documents(opened)[:FEW_PREVIEWS]:
                    self._drawable(View(opened, language, names=self._names.of(opened)), document)
        for document in self.documents(opened)[:1]:  # which reads what all comparisons have in common
            part_comparison.compare(view, [item.part for item in self.compared_parts(view, document)[:2]])

    def load_templates(self) -> None:
        """Compile the templates of all pages."""
        for name in self._templates.list_templates():
            self._templates.get_template(name)

    def site_name(self, opened: OpenRelease, language: str) -> str:
        """Name of the site in a language."""
        return self._imprints.of(opened).name(language) or self.languages[language].gettext("site")

    def document(
        self,
        opened: OpenRelease,
        request: Request,
        location: str,
        resource: NamedNode,
        variant: Variant,
        typed: Sequence[Link],
    ) -> tuple[bytes, int]:
        """The page about a resource, and how many pages it has. Raises NotFound for one that there is not."""
        view = self.view(opened, request, variant.language)
        kinds = view.kinds(resource)
        path = opened.iris.path(resource.value) or ""
        pages = 1
        more: dict[str, Any] = {
            "resource": view.thing(resource),
            "node": resource,
            "typed": typed,
            "others": None,
            "path_here": location.removeprefix(request.prefix),
            "arguments": [
                *([("iri", resource.value)] if location == f"{request.prefix}/resource" else []),
                *([("page", str(variant.page))] if variant.page > 1 else []),
                *([("_profile", "alt")] if variant.profile == "alt" else []),
            ],
        }
        if variant.profile == "alt":
            template = "alternates.html"
        elif path == "ontology" or path.startswith("ontology/"):
            template, more["ontology"] = "ontology.html", ontology.ontology(view, resource)
        elif path == "dataset":
            template, more = "dataset.html", more | dataset.dataset(view, resource)
        elif path == "shapes" and (found_shapes := shapes.shapes(view, resource)).shapes:
            template, more["shapes"] = "shapes.html", found_shapes
        elif (graph := graph_of(opened.iris, resource)) is not None:
            template, more["graph"] = "graph.html", dataset.graph(view, resource, graph)
        elif "GovernanceDocument" in kinds and "Initiative" not in kinds:
            template, more["work"] = "work.html", contents.contents(view, resource)
            more["summary"] = self._summary(view, resource)
        elif "Initiative" in kinds:
            template, more["overviews"] = "initiative.html", [initiative.overview(view, resource)]
            more |= _standing(view) | {"summary": None}
            if len(view.documents) > 1:
                more |= {"checks": None, "summary": self._summary(view, resource)}
        elif set(kinds) & {*PARTS}:
            template, more = "part.html", more | part.place(view, resource, kinds[0])
            more["in_document"] = self._place_in_document(view, resource)
            index = self._statements.of(opened)
            shown = statement_lines.parts_of(more["units"])
            more["lines"] = statement_lines.of_parts(view, index, shown)
            more["rivals"] = statement_lines.rivals_of(view, index, shown)
            more["coloured"] = statement_lines.translations_of(view, index, shown)
            work = view.document_of(resource)
            more["scripts"] = self._scripts.of(opened).get(resource.value, ()) if kinds[0] == "Clause" else ()
            more["coding"] = index.codings.get(work.value, "") if work is not None else ""
        elif "Text" in kinds:
            template, more["known"] = "text.html", dataset.text_facts(view, resource)
        else:
            found = entity.entity(view, resource, variant.page)
            template = "entity.html" if kinds or found.members else "generic.html"
            more["entity"], pages = found, found.pages
            index = self._statements.of(opened)
            more["asked"] = statement_lines.of_concept(view, index, resource.value, asked=True)
            more["drawn"] = self._actor_pictures(view, resource)
            more["stated"] = statement_lines.of_concept(view, index, resource.value, asked=False)
        if template in _OWN and variant.profile != "alt":
            others = plain_statements.said_by_others(view, resource, variant.page)
            if others is not None:
                more["others"], pages = others, others.pages
        if variant.page > pages:
            raise NotFound(Message("error.no_page", page=variant.page, iri=resource.value, last=pages))
        return self.page(template, view, request, location, **more), pages

    def start(self, opened: OpenRelease, request: Request) -> tuple[str, bytes]:
        """The start page: the one document of the release at a glance, or a card for each of several."""
        view = self.view(opened, request)
        block = schema_org.block(view, view.iris.thing("dataset"))
        preview = self._preview(view, view.documents[0]) if view.documents else ""
        more: dict[str, Any] = {"schema_org_block": block, "preview": preview, **_standing(view)}
        several = view.documents if len(view.documents) > 1 else ()
        more["cards"] = [self._summary(view, item) for item in several[:MOST_CARDS]]
        more["compared"] = [("document", card.key) for card in more["cards"]]
        more["others"] = view.things(several[MOST_CARDS:MOST_NAMED])
        one = [] if several else view.documents
        more["overviews"] = [initiative.overview(view, item) for item in one if "Initiative" in view.kinds(item)]
        more["works"] = [] if more["overviews"] else [contents.contents(view, item) for item in one]
        return view.language, self.page("start.html", view, request, f"{request.prefix}/", **more)

    def releases(self, opened: OpenRelease, request: Request, listed: list[dict[str, Any]]) -> tuple[str, bytes]:
        """The list of releases."""
        view = self.view(opened, request)
        return view.language, self.page("releases.html", view, request, f"{request.prefix}/releases", releases=listed)

    def release(self, opened: OpenRelease, request: Request, summary: dict[str, Any]) -> tuple[str, bytes]:
        """One release."""
        view = self.view(opened, request)
        location = f"{request.prefix}/release/{summary['version']}"
        return view.language, self.page("release.html", view, request, location, release=summary)

    def error(self, opened: OpenRelease | None, request: Request, status: int, error: BaseException) -> bytes:
        """An error, for a browser, with what there is instead. It needs no release, nor one that can be read."""
        language = self.languages[request.language]
        values = self._error_values(status, error, language)
        alternatives = error.alternatives if isinstance(error, NotAcceptable) else ()
        kept = [item for item in parse_qsl(request.query_string, errors="replace") if item[0] not in ("lang", "hl")]
        more: dict[str, Any] = {
            "alternatives": alternatives,
            "location": f"{request.prefix}/{quote(request.path)}",
            "arguments": kept,
            "sought": _sought(request.path) if status == 404 else "",
        }
        try:
            nav = self._nav(self.view(opened, request)) if opened is not None else []
            more["imprint"] = self._imprints.of(opened) if opened is not None else None
        except (OSError, RuntimeError, ReleaseError):  # the release is what is at fault
            nav, opened, more["imprint"] = [], None, None
        version = opened.release.version if opened is not None else ""
        links = Links(request.prefix, _chosen(request))
        return self._filled("error.html", language, request, links, nav, release_version=version, **values, **more)

    def brief_error(self, request: Request, status: int, error: BaseException) -> bytes:
        """An error in a page that costs next to nothing: for who cannot be served for lack of time or room."""
        language = self.languages[request.language]
        values = self._error_values(status, error, language)
        values["location"] = f"{request.prefix}/{quote(request.path)}"
        values["again"] = f"{values['location']}?{request.query_string}" if request.query_string else values["location"]
        links = Links(request.prefix, _chosen(request))
        return self._filled("brief_error.html", language, request, links, [], **values)

    def _error_values(self, status: int, error: BaseException, language: Language) -> dict[str, Any]:
        return {
            "status": status,
            "title": problems.title(status, language),
            "detail": problems.shown(error, language),
        }

    def _place_in_document(self, view: View, part: NamedNode) -> str:
        """Address of a part in the reading room; empty where its IRI is not below its document's."""
        document = view.document_of(part)
        if document is None or not part.value.startswith(f"{document.value}/"):
            return ""
        return f"{self.reading(view, document)}#{part.value.removeprefix(f'{document.value}/')}"

    @staticmethod
    def reading(view: View, document: NamedNode) -> str:
        """Address of a document's reading room."""
        return view.link(f"/read/{quote(key_of(view.iris, document), safe='/:')}")

    def documents(self, opened: OpenRelease) -> Sequence[NamedNode]:
        """The documents of a release, initiatives first."""
        return self._documents.of(opened)

    def questions(self, opened: OpenRelease) -> list[Kept]:
        """The competency questions that a release keeps."""
        return self._questions.of(opened)

    def question_by_slug(self, opened: OpenRelease) -> Mapping[str, Kept]:
        """The same by their names."""
        return self._by_slug.of(opened)

    def compared_parts(self, view: View, document: NamedNode) -> tuple[ComparedPart, ...]:
        """The parts of a document that can be compared; read once a release."""

        def read() -> tuple[ComparedPart, ...]:
            return self._compared.of(view.opened).of(document, partial(compared_parts, view))

        return view.opened.value("compared", document.value, read)

    def make_values(self, opened: OpenRelease) -> None:
        """Make all that pages read and that is made once for a release."""
        for values in (self._names, self._documents, self._figures, self._questions, self._by_slug, self._statements):
            values.of(opened)
        for more in (self._imprints, self._acts, self._alignments, self._scripts):
            more.of(opened)
        for language in self.languages.values():
            view = View(opened, language, names=self._names.of(opened))
            for document in self.documents(opened)[:MOST_PREVIEWS]:
                self._drawable(view, document)
                self.compared_parts(view, document)

    def suggestions(self, opened: OpenRelease) -> NameList:
        """Names of a release, for boxes in which one types."""
        return self._suggestions.of(opened)

    def _suggest(self, opened: OpenRelease) -> NameList:
        questions = [
            (item["slug"], tag, words) for item in self._questions.of(opened) for tag, words in item["question"].items()
        ]
        return NameList(opened, self._names.of(opened), questions)

    def figures(self, opened: OpenRelease) -> dict[NamedNode, DocumentFigures]:
        """The figures of each document of a release."""
        return self._figures.of(opened)

    def acts(self, opened: OpenRelease) -> ActorAims:
        """Actors and aims in the statements of each document of a release."""
        return self._acts.of(opened)

    def material(self, opened: OpenRelease, document: NamedNode) -> Material:
        """Figures from which pictures of a document are made."""
        figures = self.figures(opened)[document]
        return Material(figures, self.acts(opened), self._questions.of(opened), self._alignments.of(opened))

    def _actor_pictures(self, view: View, actor: NamedNode) -> list[tuple[LabelledResource, str]]:
        """The documents in whose statements an actor has aims, each with the address of the picture that shows it."""
        several = len(view.documents) > 1
        return [
            (
                view.thing(item),
                view.link(f"/pictures/{pictures.ACTORS}", **({"document": key_of(view.iris, item)} if several else {})),
            )
            for item in view.documents
            if any(actor.value == iri for iri, _ in self.acts(view.opened).get(item.value, ()))
        ]

    def _summary(self, view: View, document: NamedNode) -> DocumentSummary:
        """A document in brief."""
        questions = saved_questions.answered(view.opened, self._questions.of(view.opened), document)
        return document_summary.summary(view, document, self.figures(view.opened)[document], questions)

    def view(self, opened: OpenRelease, request: Request, language: str = "", query: str | None = None) -> View:
        """A release as the page that is asked for sees it; in ``language``, or in that of the request.

        ``query`` goes into every link: by default the language, where the address names one.
        """
        query = _chosen(request) if query is None else query
        spoken = self.languages[language or request.language]
        return View(opened, spoken, request.prefix, query, self._names.of(opened))

    def view_from_elsewhere(self, opened: OpenRelease, request: Request) -> View:
        """A release as a file sees it that is taken away: its links are under the base."""
        base = opened.iris.base.rstrip("/")
        return View(opened, self.languages[request.language], base, names=self._names.of(opened))

    def fragment(self, template: str, view: View, **values: Any) -> str:
        """A piece of HTML that is no page of the site."""
        found = self._templates.get_template(template)
        return found.render(language=view.interface, lang=view.language, **values)

    def page(self, template: str, view: View, request: Request, location: str, **values: Any) -> bytes:
        """The page of a template with its ``values``."""
        if "node" in values:
            values["preview"] = self._preview(view, values["node"])
            values["schema_org_block"] = schema_org.block(view, values["node"])
        values |= {"view": view, "location": location, "release_version": view.opened.name}
        older = f"release/{request.older.version}/" if request.older is not None else ""
        values["absolute"] = f"{view.iris.base}{older}{location.removeprefix(f'{request.prefix}/')}"
        values["imprint"] = self._imprints.of(view.opened)
        return self._filled(template, view.interface, request, view, self._nav(view), **values)

    def _preview(self, view: View, node: NamedNode) -> str:
        """The picture that a shared link to a page about a document or a part of it shows; empty where there is none.

        A program that makes previews wants an absolute address, which is under the canonical base.
        """
        document = view.document_of(node)
        if document is None or not self._drawable(view, document):
            return ""
        named = f"document={quote(key_of(view.iris, document))}&" if len(view.documents) > 1 else ""
        return f"{view.iris.base}embed/pictures/{PREVIEW}.png?{named}lang={view.language}"

    def _drawable(self, view: View, document: NamedNode) -> bool:
        """The document has the picture of previews, and the font of PNGs its letters."""

        def drawable() -> bool:
            kinds = pictures.kinds(view, document, self.material(view.opened, document))
            return any(not self.lacking(view, document, kind) for kind in kinds if kind.name == PREVIEW)

        return view.opened.value("preview", (document.value, view.language), drawable)

    def picture(self, view: View, document: NamedNode, kind: PictureKind) -> Picture:
        """A picture as a view has it. The last few are kept: one request may look at a picture twice."""

        def draw(_: object) -> Picture:
            return pictures.picture(view, document, self.material(view.opened, document), kind)

        key = document, kind.name, view.language, view.prefix, view.query
        return self._pictures.of(view.opened).of(key, draw)

    def lacking(self, view: View, document: NamedNode, kind: PictureKind) -> frozenset[str]:
        """Letters of a picture that the font of PNGs does not have; looked at once a release."""
        key = document, kind.name, view.language

        def missing(_: object) -> frozenset[str]:
            return raster.missing(self.picture(view, document, kind).svg)

        return view.opened.value("lacking", key, lambda: self._lacking.of(view.opened).of(key, missing))

    def _nav(self, view: View) -> list[tuple[str, str]]:
        """Entries of the menu, as (address, id of the words): several documents, or all of one; and the wording."""
        several = [(view.link("/"), "documents")] if len(view.documents) > 1 else []
        several += [(self.reading(view, item), "reading") for item in view.documents[:1] if not several]
        return several + [
            (view.thing(view.iris.thing(f"id/{name}")).href, key)
            for name, key in (("modality", "modalities"),)
            if next(iter(view.opened.about(view.iris.thing(f"id/{name}"))), None) is not None
        ]

    def _filled(
        self,
        template: str,
        language: Language,
        request: Request,
        links: Links,
        nav: list[tuple[str, str]],
        **values: Any,
    ) -> bytes:
        common = {"links": links, "prefix": links.prefix, "nav": nav, "past": request.older}
        spoken = {"language": language, "lang": language.tag, "languages": self.languages.values()}
        return self._templates.get_template(template).render(**common, **spoken, **values).encode()


def _chosen(request: Request) -> str:
    """The argument that keeps the language where the address names one."""
    if request.marked:
        return language_choice.marked_argument(request.language)
    return language_choice.argument(request.named_language) if request.named_language else ""


def _standing(view: View) -> dict[str, Any]:
    """Facts of the release that the pages of an initiative show, besides what is in it."""
    licence = view.opened.license
    return {
        "mapped": maps.mapped,
        "checks": initiative.checks(view.opened.release),
        "licence": view.thing(NamedNode(licence)) if licence else None,
    }


def _sought(path: str) -> str:
    """Words of an address that leads nowhere: what is looked for at ``/doc/topic/cyber-crime``."""
    last = path.rstrip("/").rpartition("/")[2].partition(".")[0]
    return " ".join(re.split(r"[-_+\s]+", "".join(filter(str.isprintable, last))))[:60].strip()
