"""The service manifest (Reconciliation Service API 0.2, "Service Manifest"): what the service is, and where it is."""

from __future__ import annotations

from typing import Any

from initiative_lod import __version__
from initiative_lod.matching.reconcile_entities import Entities
from initiative_lod.matching.reconcile_extension import SETTINGS
from initiative_lod.matching.reconcile_queries import MAX_BATCH

WIDTH, HEIGHT = 420, 230  # of a preview, in pixels
DEFAULT_CLASSES = ("Action", "Institution", "Topic", "StakeholderGroup", "Event", "CitedDocument")


def default_types(entities: Entities) -> list[dict[str, str]]:
    """The classes that one would choose first, of those that are used."""
    used = {item.iri for item in entities.classes}
    classes = [entities.opened.iris.term(name).value for name in DEFAULT_CLASSES]
    return [{"id": iri, "name": entities.name(iri)} for iri in classes if iri in used]


def manifest(entities: Entities, endpoint: str, origin: str) -> dict[str, Any]:
    """The manifest of the service at ``endpoint``; ``origin`` is where the site's other pages are."""
    iris = entities.opened.iris

    def suggest(kind: str) -> dict[str, str]:
        return {
            "service_url": endpoint,
            "service_path": f"/suggest/{kind}",
            "flyout_service_url": endpoint,
            "flyout_service_path": f"/flyout/{kind}?id=${{id}}",
        }

    return {
        "versions": ["0.2"],
        "name": entities.name(iris.thing("dataset").value),
        "identifierSpace": iris.base,
        "schemaSpace": iris.thing("ontology").value + "#",
        "defaultTypes": default_types(entities),
        "documentation": f"{origin}/dataset",
        "serviceVersion": __version__,
        "view": {"url": f"{origin}/resource?iri={{{{id}}}}"},
        "preview": {"url": f"{endpoint}/preview?id={{{{id}}}}", "width": WIDTH, "height": HEIGHT},
        "suggest": {kind: suggest(kind) for kind in ("entity", "property", "type")},
        "extend": {
            "propose_properties": {"service_url": endpoint, "service_path": "/properties"},
            "property_settings": SETTINGS,
        },
        "batchSize": MAX_BATCH,
    }
