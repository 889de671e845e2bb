"""Mints and parses our IRIs. The only place where anything is joined to a base.

There are two bases. The project's is that of its data: ``--base`` moves it. The shared one is that of what all
publishers have in common (``_SHARED``): the same in every release, so that those of two publishers answer one query.
At one path there is one thing of ours, under one of the two.
"""

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
SHARED_BASE = DEFAULT_BASE
_TERM_NODES = {name: NamedNode(f"{SHARED_BASE}{ONTOLOGY_PATH}{name}") for name in TERMS}

#: Paths of what is shared, with all that follows them: the ontology, the notation, the shapes, the context, the
#: vocabularies that are offered for reuse, and who made all of these.
_SHARED = re.compile(
    r"(?:ontology|authoring|shapes|context\.jsonld|id/(?:modality|role|context|field|project))(?![\w-])"
)
_RELATIVE = re.compile(r"""<([^<>"{}|^`\\\x00-\x20:]+)>""")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_RUN = re.compile(r"(.*)#char=(\d{1,18}),(\d{1,18})")  # RFC 5147


@dataclass(frozen=True)
class Iris:
    """The IRIs of a project: those under its base, and those that are shared."""

    base: str = DEFAULT_BASE

    def term(self, name: str) -> NamedNode:
        """The ontology's term ``name``; KeyError for one that the ontology does not have."""
        if name not in _TERM_NODES:
            raise KeyError(f"the ontology has no term {name!r}")
        return _TERM_NODES[name]

    def notation(self, name: str) -> NamedNode:
        """The authoring notation's term ``name``."""
        if name not in NOTATION:
            raise KeyError(f"the authoring notation has no term {name!r}")
        return NamedNode(f"{SHARED_BASE}{AUTHORING_PATH}{name}")

    def thing(self, path: str) -> NamedNode:
        """The IRI at ``path``: ``id/…``, ``ontology``, ``dataset`` and so on."""
        return NamedNode(self.iri(path))

    def iri(self, path: str) -> str:
        """The IRI at ``path`` as text, which is an IRI if ``path`` has only characters of one."""
        return (SHARED_BASE if is_shared(path) else self.base) + path

    def graph(self, name: str) -> NamedNode:
        """The named graph ``name``."""
        return NamedNode(f"{self.base}graph/{name}")

    def release(self, version: str) -> NamedNode:
        """The release ``version``."""
        return NamedNode(f"{self.base}release/{version}")

    def path(self, iri: str) -> str | None:
        """Path of ``iri``: what follows its base, fragment included; None for an IRI of others."""
        for base, shared in ((SHARED_BASE, True), (self.base, False)):
            if iri.startswith(base) and (self.base == SHARED_BASE or bool(_SHARED.match(iri, len(base))) is shared):
                return iri[len(base) :]
        return None

    def owns(self, iri: str) -> bool:
        """Tell an IRI of ours, shared ones included, from one of others."""
        return self.path(iri) is not None

    def short(self, iri: str) -> str:
        """Path of an IRI of ours; one of others as it is."""
        path = self.path(iri)
        return iri if path is None else path

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """Prefixes for writing, ours first."""
        return {"ilod": f"{SHARED_BASE}{ONTOLOGY_PATH}", **PREFIXES}


def is_shared(path: str) -> bool:
    """Tell the paths of what is shared from those of a project's own things."""
    return _SHARED.match(path) is not None


def rebase(iri: str, base: str) -> str:
    """``iri`` as it is in a project with ``base``, however its author wrote it.

    What is written under the default base moves to ``base``, and what is shared to the shared one.
    """
    for written in sorted({base, DEFAULT_BASE}, key=len, reverse=True):
        if iri.startswith(written):
            path = iri[len(written) :]
            return (SHARED_BASE if is_shared(path) else base) + path
    return iri


def rebase_text(text: str, base: str) -> str:
    """The text with each IRI in it as ``rebase`` has it."""
    if base == DEFAULT_BASE:
        return text
    bases = sorted({base, DEFAULT_BASE}, key=len, reverse=True)
    return re.sub(
        f"({'|'.join(map(re.escape, bases))})({_SHARED.pattern})?",
        lambda match: f"{SHARED_BASE}{match[2]}" if match[2] else base,
        text,
    )


def rebase_query(query: str, base: str) -> str:
    """A SPARQL query with each IRI in it as ``rebase`` has it; relative ones are under the project's."""
    if base == DEFAULT_BASE:
        return query
    shared = _RELATIVE.sub(lambda match: f"<{SHARED_BASE}{match[1]}>" if is_shared(match[1]) else match[0], query)
    return rebase_text(shared, base)


def rebased(quads: Iterable[Quad], base: str) -> Iterator[Quad]:
    """The quads of a project with ``base``; an IRI in a string (``void:uriSpace``, a citation) is moved as well."""
    if base == DEFAULT_BASE:
        yield from quads
        return
    for quad in quads:
        yield Quad(*(rebase_term(term, base) for term in (quad.subject, quad.predicate, quad.object, quad.graph_name)))


def rebase_term(term: Any, base: str) -> Any:
    """A term with each IRI in it as ``rebase`` has it."""
    if isinstance(term, NamedNode):
        return NamedNode(rebase(term.value, base))
    if isinstance(term, Literal) and (DEFAULT_BASE in term.value or base in term.value):
        text = rebase_text(term.value, base)
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


def run_iri(text: str, start: int, end: int) -> str:
    """The IRI of a run of characters of a text."""
    return f"{text}#char={start},{end}"


def run_of(iri: str) -> tuple[str, int, int] | None:
    """The text of a run by its IRI, and where the run begins and ends in it; None for what is no run."""
    match = _RUN.fullmatch(iri)
    return (match[1], int(match[2]), int(match[3])) if match else None
