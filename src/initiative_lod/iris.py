"""Mints and parses our IRIs. The only place where anything is joined to the base."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Quad

from initiative_lod.vocabulary import AUTHORING_PATH, NOTATION, ONTOLOGY_PATH, PREFIXES, TERMS

DEFAULT_BASE = "https://w3id.org/initiative-lod/"

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_PART = re.compile(
    r"""(?P<document>id/[a-z0-9-]+)
        (?: /(?P<parent>preamble|conclusion|pillar/\d+|action/\d+|preamble/paragraph/\d+) )?
        /(?P<kind>clause|paragraph|pillar|action)/(?P<number>[1-9]\d*)$""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Iris:
    """The IRIs under one base."""

    base: str = DEFAULT_BASE

    def term(self, name: str) -> NamedNode:
        """The ontology's term ``name``; KeyError for one that the ontology does not have."""
        if name not in TERMS:
            raise KeyError(f"the ontology has no term {name!r}")
        return NamedNode(f"{self.base}{ONTOLOGY_PATH}{name}")

    def notation(self, name: str) -> NamedNode:
        """The authoring notation's term ``name``."""
        if name not in NOTATION:
            raise KeyError(f"the authoring notation has no term {name!r}")
        return NamedNode(f"{self.base}{AUTHORING_PATH}{name}")

    def thing(self, path: str) -> NamedNode:
        """The IRI at ``path`` under the base: ``id/…``, ``ontology``, ``dataset`` and so on."""
        return NamedNode(self.base + path)

    def graph(self, name: str) -> NamedNode:
        """The named graph ``name``."""
        return NamedNode(f"{self.base}graph/{name}")

    def release(self, version: str) -> NamedNode:
        """The release ``version``."""
        return NamedNode(f"{self.base}release/{version}")

    def path(self, iri: str) -> str | None:
        """Path of ``iri``: what follows the base, fragment included; None for an IRI of others."""
        return iri[len(self.base) :] if iri.startswith(self.base) else None

    def parent(self, part: str) -> tuple[str, int] | None:
        """(parent, number) of a part, read off its IRI: of a clause, paragraph, pillar or action; None for others.

        The parent of an action read this way is the document; its pillar is written by the author.
        """
        path = self.path(part)
        match = _PART.match(path) if path is not None else None
        if match is None:
            return None
        parent = match["document"] + (f"/{match['parent']}" if match["parent"] else "")
        return self.base + parent, int(match["number"])

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """Prefixes for writing, ours first."""
        return {"ilod": f"{self.base}{ONTOLOGY_PATH}", **PREFIXES}


def rebase(iri: str, base: str) -> str:
    """``iri`` moved from the default base, in which sources are written, to ``base``."""
    return base + iri[len(DEFAULT_BASE) :] if iri.startswith(DEFAULT_BASE) else iri


def rebased(quads: Iterable[Quad], base: str) -> Iterator[Quad]:
    """The quads under another base; what names an IRI in a string (``void:uriSpace``, a citation) moves as well."""
    if base == DEFAULT_BASE:
        yield from quads
        return
    for quad in quads:
        yield Quad(*(_rebased(term, base) for term in (quad.subject, quad.predicate, quad.object, quad.graph_name)))


def _rebased(term: Any, base: str) -> Any:
    if isinstance(term, NamedNode):
        return NamedNode(rebase(term.value, base))
    if isinstance(term, Literal) and DEFAULT_BASE in term.value:
        text = term.value.replace(DEFAULT_BASE, base)
        return Literal(text, language=term.language) if term.language else Literal(text, datatype=term.datatype)
    return term


def is_iri(text: str) -> bool:
    """Tell an IRI with its scheme from other text."""
    if not _SCHEME.match(text):
        return False
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


def uri(iri: str) -> str:
    """An IRI or a reference as a URI (RFC 3987 §3.1): what a URI may not hold is percent-encoded."""
    return quote(iri, safe="%:/?#[]@!$&'()*+,;=-._~")


def slug(iri: str) -> str:
    """The last segment of an IRI, for naming what is about it: ``…/group/users`` -> ``users``."""
    return re.sub(r"[^A-Za-z0-9-]+", "-", re.split(r"[/#]", iri.rstrip("/#"))[-1]).strip("-").lower() or "x"


def document_of(iri: str) -> str:
    """The document (page) of an IRI: what stands before its fragment."""
    return iri.split("#", 1)[0]
