"""Labelled resources: what a page links to, and words with the language that they are in."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import BlankNode, NamedNode

Node = NamedNode | BlankNode


@dataclass(frozen=True, slots=True)
class LangText:
    """Words and the language that they are in (a tag; empty when unknown)."""

    value: str
    language: str = ""

    def __str__(self) -> str:
        return self.value

    def shortened(self, longest: int) -> LangText:
        """The words, or as many of them as so many characters hold, with an ellipsis."""
        cut = self.value if len(self.value) <= longest else self.value[: longest - 1].rstrip() + "…"
        return LangText(cut, self.language)


@dataclass(frozen=True, slots=True)
class LabelledResource:
    """A resource with its label and the address of its page; ``kind`` is the name of its own class.

    ``style`` is, of a modality, the name of the shared one whose colour and sign it has; a ``residual`` one takes what
    no other does, and is no finding.
    """

    iri: str
    href: str
    label: LangText
    kind: str = ""
    external: bool = False
    style: str = ""
    residual: bool = False

    @property
    def slug(self) -> str:
        """The last segment of the IRI."""
        return self.iri.rstrip("/#").replace("#", "/").rsplit("/", 1)[-1]


def is_web(iri: str) -> bool:
    """Tell whether a link to the IRI is one that data of others may put into our pages: ``javascript:`` is not."""
    return iri.lower().startswith(("https://", "http://"))
