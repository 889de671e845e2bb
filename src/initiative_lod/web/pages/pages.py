"""Pages: which template shows which kind of thing. HTML is one more representation."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any

from pyoxigraph import NamedNode

from initiative_lod import __version__
from initiative_lod.documents.links import Link
from initiative_lod.documents.representation import Variant
from initiative_lod.documents.resource import graph_of
from initiative_lod.errors import Message, NotFound
from initiative_lod.locale.messages import Language, Languages
from initiative_lod.release.opened import OpenRelease
from initiative_lod.release.per_release import PerRelease
from initiative_lod.vocabulary import PARTS
from initiative_lod.web.drawings import squares
from initiative_lod.web.http import errors
from initiative_lod.web.http.request import Asked
from initiative_lod.web.pages import (
    citation,
    dataset,
    entity,
    initiative,
    ontology,
    part,
    schema_org,
    shapes,
    templates,
)
from initiative_lod.web.pages import initiative_map as maps
from initiative_lod.web.pages.labels import names
from initiative_lod.web.pages.older_release import OlderRelease
from initiative_lod.web.pages.view import View


class Pages:
    """Renders pages; holds the templates, and how the things of the current release are called."""

    def __init__(self, languages: Languages) -> None:
        self.languages = languages
        self._names = PerRelease(names)
        self._past: OlderRelease | None = None
        self._templates = templates.environment()
        self._templates.globals.update(
            sign=squares.sign,
            squares=squares.squares,
            bars=squares.bars,
            citation_box=citation.box,
            schema_org=schema_org.script,
            software=__version__,
        )

    def of(self, past: OlderRelease) -> Pages:
        """The same pages, which say that they are of another release than the current one."""
        pages = copy(self)
        pages._names, pages._past = PerRelease(names), past
        return pages

    def document(
        self,
        opened: OpenRelease,
        asked: Asked,
        location: str,
        resource: NamedNode,
        variant: Variant,
        typed: Sequence[Link],
    ) -> bytes:
        """The page about a resource. Raises NotFound when it has no page of the variant's number."""
        view = self.view(opened, asked, variant.language)
        kinds = view.kinds(resource)
        path = opened.iris.path(resource.value) or ""
        pages = 1
        more: dict[str, Any] = {
            "resource": view.thing(resource),
            "node": resource,
            "typed": typed,
            "path_here": location.removeprefix(asked.prefix),
            "arguments": [("iri", resource.value)] if location == f"{asked.prefix}/resource" else [],
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
        elif "Initiative" in kinds:
            template, more["overviews"] = "initiative.html", [initiative.overview(view, resource)]
            more |= _standing(view)
        elif set(kinds) & {*PARTS}:
            template, more = "part.html", more | part.place(view, resource, kinds[0])
        elif "Text" in kinds:
            template, more["known"] = "text.html", dataset.text_facts(view, resource)
        else:
            found = entity.entity(view, resource, variant.page)
            template = "entity.html" if kinds or found.members else "generic.html"
            more["entity"], pages = found, found.pages
        if variant.page > pages:
            raise NotFound(Message("error.no_page", page=variant.page, iri=resource.value, last=pages))
        return self._render(template, view, asked, location, **more)

    def start(self, opened: OpenRelease, asked: Asked) -> tuple[str, bytes]:
        """The start page: every initiative of the release at a glance."""
        view = self.view(opened, asked)
        found = [initiative.overview(view, item) for item in view.instances("Initiative")]
        more = {"overviews": found, **_standing(view)}
        return view.language, self._render("start.html", view, asked, f"{asked.prefix}/", **more)

    def releases(self, opened: OpenRelease, asked: Asked, listed: list[dict[str, Any]]) -> tuple[str, bytes]:
        """The list of releases."""
        view = self.view(opened, asked)
        return view.language, self._render("releases.html", view, asked, f"{asked.prefix}/releases", releases=listed)

    def release(self, opened: OpenRelease, asked: Asked, summary: dict[str, Any]) -> tuple[str, bytes]:
        """One release."""
        view = self.view(opened, asked)
        location = f"{asked.prefix}/release/{summary['version']}"
        return view.language, self._render("release.html", view, asked, location, release=summary)

    def error(
        self, asked: Asked, status: int, error: BaseException, alternatives: Sequence[tuple[str, str]] = ()
    ) -> bytes:
        """An error, for a browser, with the (address, media type) of what there is instead. It needs no release."""
        language = self.languages[asked.language]
        values = {"status": status, "title": errors.title(status, language), "detail": errors.shown(error, language)}
        more = {"alternatives": alternatives, "view": None, "prefix": asked.prefix, "location": ""}
        return self._filled("error.html", language, **values, **more)

    def view(self, opened: OpenRelease, asked: Asked, language: str = "", query: str | None = None) -> View:
        """A release as the page that is asked for sees it; in ``language``, or in that of the request.

        ``query`` goes into every link: by default the language, where the address names one.
        """
        if query is None:
            query = f"lang={asked.named_language}" if asked.named_language else ""
        spoken = self.languages[language or asked.language]
        return View(opened, spoken, asked.prefix, query, self._names.of(opened))

    def page(self, template: str, view: View, asked: Asked, location: str, **values: Any) -> bytes:
        """A page of another module's, which gives the template's ``values``."""
        return self._render(template, view, asked, location, **values)

    def _render(self, template: str, view: View, asked: Asked, location: str, **values: Any) -> bytes:
        nav = [
            (view.thing(NamedNode(f"{view.iris.base}id/{name}")).href, key)
            for name, key in (("topic", "topics"), ("group", "groups"), ("modality", "modalities"))
            if next(iter(view.opened.about(view.iris.thing(f"id/{name}"))), None) is not None
        ]
        common = {"view": view, "prefix": asked.prefix, "location": location, "nav": nav}
        version = view.opened.release.version
        return self._filled(template, view.interface, release_version=version, **common, **values)

    def _filled(self, template: str, language: Language, **values: Any) -> bytes:
        text = self._templates.get_template(template).render(
            language=language, lang=language.tag, languages=self.languages.values(), past=self._past, **values
        )
        return text.encode()


def _standing(view: View) -> dict[str, Any]:
    """What the pages of an initiative say of the release, besides what is in it."""
    licence = view.opened.license
    return {
        "mapped": maps.mapped,
        "checks": initiative.checks(view.opened.release),
        "licence": view.thing(NamedNode(licence)) if licence else None,
    }
