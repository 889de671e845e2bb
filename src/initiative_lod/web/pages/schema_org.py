"""Subject of a page in the words of schema.org, as JSON-LD with its context inside, for those who read only HTML.

The licence is stated of what it covers: of the data and concepts that this project wrote, and of the page; never of a
document that others issued. Such a document's page carries it as ``subjectOf``.
"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from pydantic_core import to_json
from pyoxigraph import NamedNode

from initiative_lod.documents.resource import document_iri
from initiative_lod.documents.schema_org_type import VOCABULARY, kinds_of, type_of
from initiative_lod.formats import GZIP
from initiative_lod.release.manifest import DUMPS, RDF_DUMPS, statement_files
from initiative_lod.vocabulary import DCTERMS, ELI, OWL, SKOS
from initiative_lod.web.pages import citation
from initiative_lod.web.pages.imprint import imprint
from initiative_lod.web.pages.view import View

#: Inside every block, so that nobody has to fetch anything: what is an IRI is said to be one.
_IRIS = ("url", "license", "sameAs", "contentUrl")
LONGEST = 600  # characters of a description


def block(view: View, resource: NamedNode) -> dict[str, Any]:
    """The node about ``resource``, for a reader of the view's language."""
    iris, language = view.iris, view.language
    dataset = iris.thing("dataset")
    kind = type_of(view.iris, resource, kinds_of(view.opened, resource))
    license = view.node(dataset, DCTERMS.license)
    ours = kind in ("Dataset", "DefinedTerm", "DefinedTermSet") or (iris.path(resource.value) or "").startswith(
        ("ontology", "shapes")
    )
    labels = view.labels(resource)
    name = labels[0].value if labels else view.short(resource)
    node: dict[str, Any] = {
        "@context": {
            "@vocab": VOCABULARY,
            "@language": language,
            **{term: {"@type": "@id"} for term in _IRIS},
            "identifier": {"@language": None},
        },
        "@id": resource.value,
        "@type": kind,
        "name": name,
        "identifier": resource.value,
        "url": document_iri(iris, resource).value,
    }
    second = next((item for item in labels[1:] if item.value != name), None)
    if second is not None:
        node["alternateName"] = {"@value": second.value, "@language": second.language or None}
    described = view.description(resource, LONGEST)
    if described is not None or kind == "Dataset":
        node["description"] = described.value if described is not None else name
    if kind in ("CreativeWork", "Dataset", "DefinedTermSet"):
        node |= _of_a_work(view, resource, kind, ours)
    elif kind == "DefinedTerm":
        scheme = view.node(resource, SKOS.inScheme)
        if scheme is not None:
            node["inDefinedTermSet"] = _ref(view, scheme, "DefinedTermSet")
    same = [item.value for item in view.nodes(resource, OWL.sameAs) + view.nodes(resource, SKOS.exactMatch)]
    if same:
        node["sameAs"] = same
    page: dict[str, Any] = {
        "@type": "WebPage",
        "@id": document_iri(iris, resource).value + ".html",
        "inLanguage": language,
        "isPartOf": _ref(view, dataset, "Dataset"),
        "isAccessibleForFree": True,
    }
    publishers = [_ref(view, item, "Organization") for item in view.nodes(dataset, DCTERMS.publisher)]
    if publishers:
        page["publisher"] = publishers[0]
    if license is not None:
        page["license"] = license.value
        if ours and kind in ("Dataset", "CreativeWork", "DefinedTermSet"):
            node["license"] = license.value
    node["subjectOf"] = page
    return node


def script(block: dict[str, Any]) -> Markup:
    """The block as it stands in a page: no ``<`` in it can end the element."""
    text = to_json(block, indent=1).decode()  # which takes a tenth of the time of ``json.dumps``
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def _of_a_work(view: View, resource: NamedNode, kind: str, ours: bool) -> dict[str, Any]:
    """Properties that only works have: who made it and when, of what it is a part, its languages."""
    iris = view.iris
    dataset = iris.thing("dataset")
    node: dict[str, Any] = {"isAccessibleForFree": True}
    date = view.text(resource, DCTERMS.issued)
    issued = date.value if date else citation.citation(view, resource).issued if ours else ""
    if issued:
        node["datePublished"] = issued
    changed = view.text(dataset if ours else resource, DCTERMS.modified)
    if changed:
        node["dateModified"] = changed.value
    for term, predicate in (("creator", DCTERMS.creator), ("publisher", DCTERMS.publisher)):
        source = resource if view.nodes(resource, predicate) or not ours else dataset
        found = [_ref(view, item, "Organization") for item in view.nodes(source, predicate)]
        if found:
            node[term] = found[0] if len(found) == 1 else found
    language = view.language_of(resource)
    if language:
        node["inLanguage"] = language
    elif kind == "Dataset":
        node["inLanguage"] = sorted({view.language_of(item) for item in view.instances("Text")} - {""})
    whole = view.node(resource, DCTERMS.isPartOf)
    if whole is not None:
        node["isPartOf"] = _ref(view, whole, type_of(view.iris, whole, kinds_of(view.opened, whole)))
    elif kind == "Dataset" and resource != dataset:
        node["isPartOf"] = _ref(view, dataset, "Dataset")
    rendered = view.node(resource, ELI.realizes)
    if rendered is not None:
        node["exampleOfWork"] = _ref(view, rendered, "CreativeWork")
    topics = view.nodes(resource, view.term("topic")) + view.nodes(resource, DCTERMS.subject)
    words = [label.value for item in topics if (label := view.label(item)) is not None]
    words += [item.value for item in view.texts(resource, _KEYWORD) if item.language in ("", view.language)]
    if words:
        node["keywords"] = list(dict.fromkeys(words))
    version = view.text(resource, OWL.versionInfo)
    if version or resource == dataset:
        node["version"] = version.value if version else view.opened.name
    if resource == dataset:
        node["citation"] = citation.apa(citation.citation(view, resource), view.interface)
        publisher = node.get("publisher", {})
        if isinstance(publisher, dict) and (mail := imprint(view.opened).mail):
            point = {"@type": "ContactPoint", "email": mail}
            node["publisher"] = publisher | {"@type": "Organization", "contactPoint": point}
        node["distribution"] = _distributions(view)
    return node


_KEYWORD = NamedNode("http://www.w3.org/ns/dcat#keyword")


def _distributions(view: View) -> list[dict[str, Any]]:
    release, iris = view.opened.release, view.iris
    statements = [
        {
            "@type": "DataDownload",
            "name": public,
            "contentUrl": iris.thing(f"statements/{public}").value,
            "encodingFormat": media,
            "contentSize": f"{release.manifest.files[name].bytes} B",
        }
        for name, public, media in statement_files(release.manifest.files)
    ]
    dumps = [
        {
            "@type": "DataDownload",
            "name": format.label,
            "contentUrl": iris.thing(f"dataset/{name}").value,
            "encodingFormat": [format.name, GZIP.name] if name in RDF_DUMPS else format.name,
            "contentSize": f"{(release.path / name).stat().st_size} B",
        }
        for name, format in sorted(DUMPS.items())
        if (release.path / name).is_file()
    ]
    return dumps + statements


def _ref(view: View, node: NamedNode, kind: str) -> dict[str, Any]:
    label = view.label(node)
    found: dict[str, Any] = {"@type": kind, "@id": node.value}
    if label:
        found["name"] = label.value
    return found
