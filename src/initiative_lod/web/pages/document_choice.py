"""Documents as an argument of an address names them: by their names, as in ``id/<name>``, or by their IRIs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from pyoxigraph import NamedNode

from initiative_lod.errors import Message, NotFound
from initiative_lod.iris import Iris
from initiative_lod.web.labelled_resource import LabelledResource
from initiative_lod.web.pages.view import View

MOST_TOLD = 20  # documents that an error names
MOST_OFFERED = 100  # documents that a form offers


def key_of(iris: Iris, document: NamedNode) -> str:
    """The name of a document; of other people's, the IRI."""
    path = iris.path(document.value)
    return document.value if path is None else path.removeprefix("id/")


def chosen(iris: Iris, documents: Sequence[NamedNode], keys: Iterable[str]) -> list[NamedNode]:
    """The documents of these names or IRIs, each once. Raises NotFound for one that is not among ``documents``.

    These are not named to find it: there may be thousands, and it is done where all requests are taken.
    """
    found: dict[NamedNode, None] = {}
    for key in keys:
        name = key.strip()
        meant = {name, iris.iri(name), iris.iri(f"id/{name}")}
        node = next((item for item in documents if item.value in meant), None)
        if node is None:
            raise unknown(key, [key_of(iris, item) for item in documents])
        found[node] = None
    return list(found)


def offered(view: View, picked: Collection[NamedNode | None]) -> list[tuple[str, LabelledResource, bool]]:
    """The documents to choose from, as (name, document, whether it is picked); none where there is one."""
    several = view.documents[:MOST_OFFERED] if len(view.documents) > 1 else ()
    return [(key_of(view.iris, item), view.thing(item), item in picked) for item in several]


def unknown(key: str, known: Sequence[str]) -> NotFound:
    """The error that tells which documents there are, for one that there is not."""
    names = [*known[:MOST_TOLD], *(["…"] if len(known) > MOST_TOLD else [])]
    return NotFound(Message("error.no_document" if known else "error.no_documents", name=key[:100], documents=names))
