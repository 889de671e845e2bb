"""Documents that an address names: by their names, with and without ``id/``, or by their IRIs."""

from __future__ import annotations

import pytest
from pyoxigraph import NamedNode

from initiative_lod.errors import NotFound
from initiative_lod.iris import Iris
from initiative_lod.web.pages import document_choice
from initiative_lod.web.pages.document_choice import chosen, key_of

I = Iris("https://data.example/")
OURS, ODD, THEIRS = I.thing("id/tides"), I.thing("doc/tides"), NamedNode("https://law.example/acts/%E6%BD%AE'1'?a=b")
DOCUMENTS = [OURS, ODD, THEIRS]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_is_found_by_its_name_and_by_its_iri(document: NamedNode, monkeypatch: pytest.MonkeyPatch) -> None:
    key = key_of(I, document)
    monkeypatch.setattr(document_choice, "key_of", lambda *_: pytest.fail("all documents were named"))
    assert chosen(I, DOCUMENTS, [key]) == [document]
    assert chosen(I, DOCUMENTS, [f" {document.value} ", key]) == [document]


def test_the_path_of_a_document_names_it() -> None:
    assert chosen(I, DOCUMENTS, ["id/tides", "doc/tides", "tides"]) == [OURS, ODD]


@pytest.mark.parametrize("key", ["", "id/", "tide", "TIDES", "id/id/tides", "https://law.example/acts/"])
def test_what_names_none_is_told_with_the_names_that_there_are(key: str) -> None:
    with pytest.raises(NotFound) as told:
        chosen(I, DOCUMENTS, ["tides", key])
    assert told.value.message is not None
    assert told.value.message.values["documents"] == ["tides", "doc/tides", THEIRS.value]
