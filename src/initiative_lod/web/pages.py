"""The pages: which template shows which kind of thing, in which language. HTML is one more representation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from pyoxigraph import NamedNode

from initiative_lod import __version__
from initiative_lod.description import DUMPS
from initiative_lod.formats import RESULT_TYPES
from initiative_lod.links import Link
from initiative_lod.representation import Variant
from initiative_lod.resource import Description
from initiative_lod.settings import Settings
from initiative_lod.store import OpenRelease
from initiative_lod.vocabulary import DCTERMS, SKOS, VOID
from initiative_lod.web import entities, overview, parts, picture, statics, terms
from initiative_lod.web.asked import Asked
from initiative_lod.web.view import Thing, View
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
            software=__version__,
        )

    def document(
        self,
        opened: OpenRelease,
        asked: Asked,
        location: str,
        description: Description,
        variant: Variant,
        typed: Sequence[Link],
    ) -> bytes:
        """The page about a described resource."""
        view = _view(opened, asked, variant.language)
        resource = description.resource
        kinds = view.kinds(resource)
        path = opened.iris.path(resource.value) or ""
        more: dict[str, Any] = {
            "resource": view.thing(resource),
            "typed": typed,
            "description": description,
            "node": resource,
            "path_here": location.removeprefix(asked.prefix),
            "arguments": {"iri": resource.value} if location == f"{asked.prefix}/resource" else {},
        }
        if variant.profile == "alt":
            return self._render("alternates.html", view, asked, location, **more)
        if path == "ontology" or path.startswith("ontology/"):
            return self._render("ontology.html", view, asked, location, ontology=terms.ontology(view, resource), **more)
        if path == "dataset":
            return self._render("dataset.html", view, asked, location, **_dataset(view, resource), **more)
        if "Initiative" in kinds:
            found = overview.overview(view, resource)
            return self._render("initiative.html", view, asked, location, overviews=[found], **more)
        if any(kind in SENTENCES for kind in kinds):
            return self._render("part.html", view, asked, location, **_part(view, resource, kinds), **more)
        if "Text" in kinds:
            return self._render("text.html", view, asked, location, **_text(view, resource), **more)
        found_entity = entities.entity(view, description)
        template = "entity.html" if kinds or found_entity.members else "generic.html"
        return self._render(template, view, asked, location, entity=found_entity, **more)

    def start(self, opened: OpenRelease, asked: Asked) -> tuple[str, bytes]:
        """The start page: every initiative of the release at a glance."""
        view = _view(opened, asked)
        found = [overview.overview(view, item) for item in view.instances("Initiative")]
        return view.language, self._render("start.html", view, asked, f"{asked.prefix}/", overviews=found)

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

    def sparql(self, opened: OpenRelease, asked: Asked, query: str, error: str | None = None) -> tuple[str, bytes]:
        """The query form; ``error`` says what was wrong with the query that stays on screen."""
        view = _view(opened, asked)
        prologue = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in opened.iris.prefixes.items() if name in _PROLOGUE)
        content = self._render(
            "sparql.html",
            view,
            asked,
            f"{asked.prefix}/sparql",
            query=query or prologue + _EXAMPLE,
            error=error,
            formats=RESULT_TYPES,
        )
        return view.language, content

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


def sparql_page(
    pages: Pages, opened: OpenRelease, asked: Asked, query: str = "", error: str | None = None
) -> tuple[str, bytes]:
    """(language, HTML) of the query form, for the SPARQL endpoint when a browser asks it for nothing."""
    return pages.sparql(opened, asked, query, error)


def _view(opened: OpenRelease, asked: Asked, language: str | None = None) -> View:
    named = asked.named_language
    return View(opened, language or asked.language, asked.prefix, f"lang={named}" if named else "")


def _part(view: View, node: NamedNode, kinds: list[str]) -> dict[str, Any]:
    """A pillar, an action, a clause, a paragraph, the preamble or the conclusion, with where it stands."""
    trail: list[Thing] = []
    above = view.node(node, DCTERMS.isPartOf)
    while above is not None and len(trail) < 8:
        trail.insert(0, view.thing(above))
        above = view.node(above, DCTERMS.isPartOf)
    parent = view.node(node, DCTERMS.isPartOf)
    inner = [item for item in view.nodes(node, DCTERMS.hasPart) if set(view.kinds(item)) & {"Action", "Paragraph"}]
    inner.sort(key=lambda item: view.number(item, view.term("number")) or 0)
    shown = node
    only = ""
    if "Clause" in kinds and parent is not None:
        shown, only = parent, node.value
    units = [parts.unit(view, item) for item in inner if "Paragraph" in view.kinds(item)] or [parts.unit(view, shown)]
    children = [
        (view.thing(item), view.number(item, view.term("number")), view.both(item), parts.squares_of(view, item))
        for item in inner
        if "Action" in view.kinds(item)
    ]
    before, after = _neighbours(view, node, kinds[0] if kinds else "", trail)
    return {
        "kind": kinds[0] if kinds else "",
        "labels": (view.label(node, "zh"), view.label(node, "en")),
        "number": view.number(node, view.term("number")),
        "trail": trail,
        "units": units,
        "children": children,
        "only": only,
        "before": before,
        "after": after,
    }


def _neighbours(view: View, node: NamedNode, kind: str, trail: list[Thing]) -> tuple[Thing | None, Thing | None]:
    """The part of the same kind before and after: of an action within the document, of others within the parent."""
    number = view.number(node, view.term("number"))
    if number is None or not trail:
        return None, None
    if kind == "Action":
        inside = trail[0].iri + "/"
        family = [item for item in view.instances("Action") if item.value.startswith(inside)]
    else:
        family = view.nodes(NamedNode(trail[-1].iri), DCTERMS.hasPart)
        family = [item for item in family if kind in view.kinds(item)]
    numbered = {view.number(item, view.term("number")): item for item in family}
    near = [numbered.get(number - 1), numbered.get(number + 1)]
    return tuple(view.thing(item) if item is not None else None for item in near)  # type: ignore[return-value]


def _text(view: View, node: NamedNode) -> dict[str, Any]:
    """A text with its digest, its notice and the doubt."""
    names = ("text", "sha256", "length", "rightsNotice", "rightsDoubt")
    return {"said": {name: view.all_said(node, view.term(name)) for name in names}}


def _dataset(view: View, node: NamedNode) -> dict[str, Any]:
    graphs = []
    for item in view.nodes(node, VOID.subset):
        about = [*view.all_said(item, DCTERMS.description), *view.all_said(item, SKOS.definition)]
        graphs.append((view.thing(item), view.number(item, VOID.triples), about[0] if about else None, view.nodes(item, DCTERMS.license)))
    release = view.opened.release
    dumps = [
        (name, release.manifest["files"][name]) for name in DUMPS if name in release.manifest["files"]
    ]
    texts = [(view.thing(item), _text(view, item)["said"]) for item in view.instances("Text")]
    classes = [
        (view.thing(quad.object), view.number(quad.subject, VOID.entities))
        for quad in view.store.quads_for_pattern(None, VOID["class"], None, None)
        if isinstance(quad.object, NamedNode) and isinstance(quad.subject, NamedNode)
    ]
    classes = [item for item in classes if item[0].iri.startswith(view.iris.base)]
    return {
        "title": view.label(node),
        "about": view.said(node, DCTERMS.description),
        "licenses": view.nodes(node, DCTERMS.license),
        "graphs": graphs,
        "dumps": dumps,
        "texts": texts,
        "classes": sorted(classes, key=lambda item: -(item[1] or 0)),
        "values": [item for item in entities.values(view, node) if item.property.iri not in _DATASET_SHOWN],
    }


_DATASET_SHOWN = {
    item.value
    for item in (
        DCTERMS.title, DCTERMS.description, DCTERMS.license, VOID.subset, VOID.classPartition, VOID.propertyPartition, VOID.dataDump
    )
}  # fmt: skip
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
