"""Looks up the concepts that a coding names: in which schemes, by the symbol of the component."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from pyoxigraph import NamedNode

from initiative_lod.build.coded_text import CodedText
from initiative_lod.sources.ig_script import Component

_ACTORS = ("group", "institution", "person", "place", "event", "document", "programme")
_THINGS = (
    *("topic", "object", "group", "institution", "event", "document", "programme", "negotiation", "norm-set"),
    *("principle", "community", "person", "place"),
)
#: Where the concept of a component is looked up, in this order; the own ones of a document are under its path.
SCHEMES = {
    **dict.fromkeys(("A",), _ACTORS),
    **dict.fromkeys(("D", "M"), ("modality",)),
    **dict.fromkeys(("I", "F"), ("aim",)),
    **dict.fromkeys(("Bdir", "Bind", "Cac", "Cex", "E", "P", "O"), _THINGS),
}
_OWN = ("principle", "community")


@dataclass(frozen=True)
class ComponentConcepts:
    """The concepts of components. ``described`` are the IRIs that some source describes."""

    text: CodedText
    described: Collection[str]

    def of(self, item: Component, needed: Collection[str]) -> list[NamedNode | None]:
        """The concept of each of a component's alternatives, None where it has none."""
        schemes = SCHEMES[item.symbol]
        if item.symbol in ("Cac", "Cex") and not item.is_property and not item.context:
            self.text.fail(
                item.line, item.column, f"{item.symbol} says of what kind it is, as in {item.symbol}[means](…)"
            )
        if not item.concepts:
            if item.symbol in needed and not item.is_property and item.words:
                self.text.fail(
                    item.line,
                    item.column,
                    f"{item.symbol} names its concept, as in {item.symbol}[…]({item.words[0].text}); the schemes are "
                    f"{', '.join(schemes)}",
                )
            return [None] * len(item.words)
        if item.nested:
            self.text.fail(
                item.line, item.column, f"{item.symbol} is filled by a statement, and has no concept besides"
            )
        if len(item.concepts) != len(item.words):
            self.text.fail(
                item.line,
                item.column,
                f"{len(item.concepts)} concepts for {len(item.words)} alternatives: name one for each, in their order",
            )
        return [self.one(name, schemes, item.line, item.column) for name in item.concepts]

    def one(self, name: str, schemes: Sequence[str], line: int, column: int) -> NamedNode:
        """The concept called ``name`` in one of ``schemes``. Raises NotationError."""
        if "/" in name:
            scheme, _, rest = name.partition("/")
            schemes, name = (scheme,), rest
        known_here = [(scheme, self._in(scheme, name)) for scheme in schemes]
        known_here = [(scheme, iri) for scheme, iri in known_here if iri.value in self.described]
        shared = [iri for scheme, iri in known_here if scheme not in _OWN]
        found = shared or [iri for _, iri in known_here]  # what all documents share comes first
        if len(found) > 1:
            both = " or ".join(self.text.iris.short(iri.value).removeprefix("id/") for iri in found)
            self.text.fail(line, column, f"“{name}” is in several schemes: say which with {both}")
        if not found:
            begins = [self._in(scheme, "").value for scheme in schemes]
            known = sorted(iri[len(start) :] for start in begins for iri in self.described if iri.startswith(start))
            near = get_close_matches(name, known, 2, 0.7)
            meant = f"; is {' or '.join(near)} meant?" if near else "."
            self.text.fail(
                line, column, f"“{name}” is no concept of {', '.join(schemes)}{meant} Else describe it in data/graphs"
            )
        return found[0]

    def _in(self, scheme: str, name: str) -> NamedNode:
        if scheme in _OWN:
            return NamedNode(f"{self.text.document.iri}/{scheme}/{name}")
        return self.text.iris.thing(f"id/{scheme}/{name}")
