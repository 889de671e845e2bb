"""The pages: which template shows which kind of thing, in which language. HTML is one more representation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from pyoxigraph import NamedNode

from initiative_lod import __version__
from initiative_lod.formats import HTML, RDF_TYPES, RESULT_TYPES
from initiative_lod.links import Link
from initiative_lod.representation import Variant
from initiative_lod.resource import Description, graph_of
from initiative_lod.settings import Settings
from initiative_lod.store import OpenRelease
from initiative_lod.web import citation, datasets, entities, overview, picture, places, schema_org, statics, terms
from initiative_lod.web import map as maps
from initiative_lod.web.asked import Asked
from initiative_lod.web.view import View
from initiative_lod.web.words import Words

SENTENCES = ("Pillar", "Action", "Clause", "Preamble", "Paragraph", "Conclusion")


class Pages:
    """Renders pages; holds nothing but the templates."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._templates = Environment(
            loader=PackageLoader("initiative_lod.web"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
        )
        self._templates.globals.update(
            sign=picture.sign,
            squares=picture.squares,
            bars=picture.bars,
            static_version=statics.version,
            citation_box=citation.box,
            schema_org=schema_org.script,
            software=__version__,
        )

    def document(
        self,
        opened: OpenRelease,
        asked: Asked,
        location: str,
        resource: NamedNode,
        variant: Variant,
        typed: Sequence[Link],
        describe: Callable[[], Description],
    ) -> bytes:
        """The page about a resource; ``describe`` gives its description, where the page is made from that."""
        view = _view(opened, asked, variant.language)
        kinds = view.kinds(resource)
        path = opened.iris.path(resource.value) or ""
        more: dict[str, Any] = {
            "resource": view.thing(resource),
            "node": resource,
            "typed": typed,
            "path_here": location.removeprefix(asked.prefix),
            "arguments": {"iri": resource.value} if location == f"{asked.prefix}/resource" else {},
        }
        if variant.profile == "alt":
            template = "alternates.html"
        elif path == "ontology" or path.startswith("ontology/"):
            template, more["ontology"] = "ontology.html", terms.ontology(view, resource)
        elif path == "dataset":
            template, more = "dataset.html", more | datasets.dataset(view, resource)
        elif (graph := graph_of(opened.iris, resource)) is not None:
            template, more["graph"] = "graph.html", datasets.graph(view, resource, graph)
        elif "Initiative" in kinds:
            template, more["overviews"] = "initiative.html", [overview.overview(view, resource)]
            more["mapped"] = maps.mapped
        elif any(kind in SENTENCES for kind in kinds):
            template, more = "part.html", more | places.place(view, resource, kinds[0])
        elif "Text" in kinds:
            template, more["known"] = "text.html", datasets.text_facts(view, resource)
        else:
            description = describe()
            found = entities.entity(view, description)
            template = "entity.html" if kinds or found.members else "generic.html"
            more |= {"entity": found, "description": description}
        return self._render(template, view, asked, location, **more)

    def start(self, opened: OpenRelease, asked: Asked) -> tuple[str, bytes]:
        """The start page: every initiative of the release at a glance."""
        view = _view(opened, asked)
        found = [overview.overview(view, item) for item in view.instances("Initiative")]
        more = {"overviews": found, "mapped": maps.mapped}
        return view.language, self._render("start.html", view, asked, f"{asked.prefix}/", **more)

    def releases(self, opened: OpenRelease, asked: Asked, listed: list[dict[str, Any]]) -> tuple[str, bytes]:
        """The list of releases."""
        view = _view(opened, asked)
        return view.language, self._render("releases.html", view, asked, f"{asked.prefix}/releases", releases=listed)

    def release(self, opened: OpenRelease, asked: Asked, summary: dict[str, Any]) -> tuple[str, bytes]:
        """One release."""
        view = _view(opened, asked)
        location = f"{asked.prefix}/release/{summary['version']}"
        return view.language, self._render("release.html", view, asked, location, release=summary)

    def error(self, asked: Asked, status: int, detail: str) -> tuple[str, bytes]:
        """An error, for a browser. It needs no release."""
        language = asked.language
        text = self._templates.get_template("error.html").render(
            lang=language, w=Words(language), prefix=asked.prefix, status=status, detail=detail, view=None, location=""
        )
        return language, text.encode()

    def sparql(self, opened: OpenRelease, asked: Asked, query: str, result: str, error: str) -> tuple[str, bytes]:
        """The query form, with the query that was sent, and its ``result`` (HTML of our own) or an error."""
        view = _view(opened, asked)
        prologue = "".join(
            f"PREFIX {name}: <{iri}>\n" for name, iri in opened.iris.prefixes.items() if name in _PROLOGUE
        )
        content = self._render(
            "sparql.html",
            view,
            asked,
            f"{asked.prefix}/sparql",
            query=query or prologue + _EXAMPLE,
            result=Markup(result),
            error=error,
            formats=(HTML, *RESULT_TYPES, *RDF_TYPES),
        )
        return view.language, content

    def view(self, opened: OpenRelease, asked: Asked) -> View:
        """A release as the page that is asked for sees it."""
        return _view(opened, asked)

    def page(self, template: str, view: View, asked: Asked, location: str, **values: Any) -> bytes:
        """A page of another module's, which gives the template's ``values``."""
        return self._render(template, view, asked, location, **values)

    def _render(self, template: str, view: View, asked: Asked, location: str, **values: Any) -> bytes:
        nav = [
            (view.thing(NamedNode(f"{view.iris.base}id/{name}")).href, key)
            for name, key in (("topic", "topics"), ("group", "groups"), ("modality", "modalities"))
            if next(iter(view.opened.about(view.iris.thing(f"id/{name}"))), None) is not None
        ]
        text = self._templates.get_template(template).render(
            lang=view.language,
            w=Words(view.language),
            view=view,
            prefix=asked.prefix,
            location=location,
            nav=nav,
            release_version=view.opened.release.version,
            **values,
        )
        return text.encode()


def _view(opened: OpenRelease, asked: Asked, language: str | None = None) -> View:
    named = asked.named_language
    return View(opened, language or asked.language, asked.prefix, f"lang={named}" if named else "")


_PROLOGUE = ("ilod", "dcterms", "rdfs", "skos")
_EXAMPLE = """
SELECT ?clause ?text ?addressee WHERE {
  ?clause a ilod:Clause ; ilod:text ?text ; ilod:modality ?modality .
  ?modality skos:prefLabel "prohibit"@en .
  OPTIONAL { ?clause ilod:addressee ?group . ?group skos:prefLabel ?addressee . FILTER(LANG(?addressee) = "en") }
}
ORDER BY ?clause
LIMIT 100
"""
