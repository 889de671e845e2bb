"""Tracking release: one that notes all that is read of it, and tells what has changed since another release.

What was made of a release is made of the next one too, byte for byte, where nothing that it read has changed. Read are
patterns of quads, values that are made once for a release (by key, where they are mappings), and what is of the release
as a whole, which changes with each. Two things alone are free: the identity that entity tags are made of, and the name,
which whoever takes over puts in place of the other's.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cached_property, lru_cache
from itertools import product
from pathlib import Path
from typing import Any, TypeVar

import pyoxigraph
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, QuerySolution, RdfFormat, Triple

from initiative_lod.labels import LABELS
from initiative_lod.release.cached_lookups import CachingRelease
from initiative_lod.release.manifest import DESCRIPTION, DUMP, Manifest, Release
from initiative_lod.release.open_release import Memory, first
from initiative_lod.release.rendered_file import RenderedDocuments
from initiative_lod.release.store_lookups import Term
from initiative_lod.vocabulary import SKOS

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")

MOST_LINES = 500_000  # of what one of two releases has: of more, the quads that have changed are not looked for
FREE = ("identity", "name", "is_merged")  # of the manifest
EVERYTHING = (None, None, None, None)  # a pattern that every change matches
WHOLE = object()  # in place of a key: all of a mapping

#: A pattern of quads (subject, predicate, object, graph; None: any), or the name of a value and a key.
Note = tuple[Any, ...]


@dataclass(slots=True)
class _Page:
    """Place of the marks of the notes of what is made now; and those that values brought which were made before."""

    notes: set[int]
    brought: dict[int, set[int]] = field(default_factory=dict)  # by the number of the object: once, however often read
    is_listed: bool = False  # the values are: others that are made from now on are compared with none

    @contextmanager
    def noting(self, marks: set[int]) -> Iterator[None]:
        """Let notes go to ``marks`` meanwhile."""
        before = self.notes, self.brought
        self.notes, self.brought = marks, {}
        try:
            yield
        finally:
            marks.update(*self.brought.values())
            self.notes, self.brought = before


class TrackingRelease(CachingRelease):
    """An open release that notes what is read of it. For one thread."""

    @classmethod
    def of(cls, release: Release) -> TrackingRelease:
        """Open a release. Raises ReleaseError."""
        noted = NotedRelease(release)
        opened = cls.open(noted)
        assert isinstance(opened, cls)
        for free in FREE:
            getattr(opened, free)  # which is read from the manifest once, and from now on remembered
        _ = opened._hubs  # likewise: it reads where the release lies
        noted.note = opened._note_everything
        return opened

    @cached_property
    def _page(self) -> _Page:
        return _Page(set())

    @contextmanager
    def noting(self, marks: set[int]) -> Iterator[None]:
        """Note what is read meanwhile: the marks go to ``marks``."""
        with self._page.noting(marks):
            yield

    def _note_everything(self) -> None:
        self._page.notes.add(mark(EVERYTHING))

    # Reading

    def quads(
        self,
        subject: NamedNode | BlankNode | None = None,
        predicate: NamedNode | None = None,
        object: Term | None = None,
        graph: NamedNode | None = None,
    ) -> Iterator[Quad]:
        self._page.notes.add(mark((subject, predicate, object, graph)))
        return super().quads(subject, predicate, object, graph)

    def triples(
        self,
        subject: NamedNode | BlankNode | None = None,
        predicate: NamedNode | None = None,
        object: Term | None = None,
    ) -> Iterator[Triple]:
        # One that no graph states any more, but which still follows, has changed as a quad.
        self._page.notes.add(mark((subject, predicate, object, None)))
        return super().triples(subject, predicate, object)

    def pointers(self, predicate: NamedNode, thing: NamedNode, first: int, last: int) -> Iterator[Triple]:
        self._page.notes.add(mark((None, predicate, thing, None)))
        return super().pointers(predicate, thing, first, last)

    def holds(
        self,
        subject: NamedNode | BlankNode | None = None,
        predicate: NamedNode | None = None,
        object: Term | None = None,
        graph: NamedNode | None = None,
    ) -> bool:
        self._page.notes.add(mark((subject, predicate, object, graph)))
        return super().holds(subject, predicate, object, graph)

    def note(self, subject: NamedNode | BlankNode, predicate: NamedNode | None = None) -> None:
        self._page.notes.add(mark((subject, predicate, None, None)))

    def label_properties(self, node: NamedNode | BlankNode) -> Sequence[NamedNode]:
        for predicate in LABELS:  # the next release may have one that this one has not
            self.note(node, predicate)
        return super().label_properties(node)

    def pointing(self, thing: NamedNode) -> dict[NamedNode, int]:
        self._page.notes.add(mark((None, None, thing, None)))
        return super().pointing(thing)

    def read_ahead(self, subject: NamedNode | BlankNode) -> Iterator[Quad]:
        return super().quads(subject)

    def values_ahead(self, subject: NamedNode | BlankNode, most: int) -> Sequence[Quad]:
        return first(super().quads(subject), most)

    def select(self, name: str, **terms: Term) -> list[QuerySolution]:
        self._page.notes.update(map(mark, self._patterns(name, terms)))
        return super().select(name, **terms)

    def construct(self, name: str, **terms: Term) -> list[Triple]:
        self._note_everything()
        return super().construct(name, **terms)

    def _patterns(self, name: str, terms: Mapping[str, Term]) -> list[Note]:
        """The patterns that our query ``name`` reads."""
        if name in ("members", "spoken-of"):
            attested = [(None, self.iris.term(term), None, None) for term in ("onValue", "onSubject")]
            return [*((None, SKOS.inScheme, scheme, None) for scheme in terms.values()), *attested]
        return [EVERYTHING]

    @property
    def graphs(self) -> tuple[NamedNode, ...]:
        self._note_everything()
        return super().graphs

    def _of_dataset(self, predicate: NamedNode) -> str | None:
        self.note(self.iris.thing("dataset"), predicate)
        return super()._of_dataset(predicate)

    @cached_property
    def incoming(self) -> dict[str, tuple[Quad, ...]]:
        return _Nothing()

    @cached_property
    def rendered(self) -> RenderedDocuments:
        return RenderedDocuments(None)  # it is being made, or made again

    # Values made of it

    def memory(self, name: str, most: int = 0) -> Memory[Any, Any]:
        memories = self._remembered.memories
        if name not in memories:
            memories[name] = _NotingMemory(self._page, most)
        return memories[name]

    def apart(self, make: Callable[[], V]) -> V:
        with self.noting(set()):
            return make()

    def noted(self, name: str, value: V) -> V:
        """The value, whose mappings note which of their keys are read; without a name it may be anything."""
        if not name or (name not in self._noted and self._page.is_listed):
            self._note_everything()
            return value
        if name not in self._noted:
            self._noted[name] = value, self._noting(name, value)
        self._page.notes.add(mark((name, None)))
        shown: V = self._noted[name][1]
        return shown

    def value(self, name: str, key: object, make: Callable[[], V]) -> V:
        note = (name, key)
        if note not in self._single and self._page.is_listed:
            self._note_everything()
            return self.apart(make)
        if note not in self._single:
            self._single[note] = self.apart(make)
        self._page.notes.add(mark(note))
        found: V = self._single[note]
        return found

    @cached_property
    def _single(self) -> dict[Note, Any]:
        return {}

    @cached_property
    def _noted(self) -> dict[str, tuple[Any, Any]]:
        return {}

    def _noting(self, name: str, value: Any) -> Any:
        if isinstance(value, Mapping):
            return _NotingMapping(self._page, name, value)
        mappings = _mappings(value)
        if not mappings:
            return value
        return replace(value, **{field: self._noting(f"{name}.{field}", mappings[field]) for field in mappings})

    def values(self) -> dict[int, str]:
        """A digest of each value that was made of it, by the mark of the note of who read it. There are no more."""
        self._page.is_listed = True
        canonical = _Canonical()
        digests = {mark(note): canonical.digest(value) for note, value in self._single.items()}
        for name, (value, _) in self._noted.items():
            mappings = {name: value} if isinstance(value, Mapping) else _mappings(value)
            rest = (
                None if isinstance(value, Mapping) else replace(value, **dict.fromkeys(mappings)) if mappings else value
            )
            digests[mark((name, None))] = canonical.digest(rest)
            for part, mapping in mappings.items():
                place = name if mapping is value else f"{name}.{part}"
                digests |= {mark((place, key)): canonical.digest(item) for key, item in mapping.items()}
                digests[mark((place, WHOLE))] = canonical.digest(mapping)
        return digests


def _mappings(value: Any) -> dict[str, Mapping[Any, Any]]:
    """The fields of a dataclass that are mappings, by name."""
    if not is_dataclass(value):
        return {}
    found = {field.name: getattr(value, field.name) for field in fields(value)}
    return {name: item for name, item in found.items() if isinstance(item, Mapping)}


class NotedRelease(Release):
    """A release of which every reading of its manifest or folder is noted, but for its base and its context."""

    def __init__(self, release: Release) -> None:
        self.__dict__.update(_its=release, note=lambda: None)

    _its: Release
    note: Callable[[], None]

    @property
    def path(self) -> Path:
        """Its folder."""
        self.note()
        return self._its.path

    @property
    def manifest(self) -> Manifest:
        """Its manifest."""
        self.note()
        return self._its.manifest

    @property
    def base(self) -> str:
        return self._its.base

    @property
    def context(self) -> dict[str, Any]:
        return self._its.context


class _NotingMemory(Memory[K, V]):
    """Values of which each brings what was read when it was made."""

    def __init__(self, page: _Page, most: int = 0) -> None:
        super().__init__(most)
        self._page = page
        self._notes: dict[K, set[int]] = {}

    def of(self, key: K, make: Callable[[K], V]) -> V:
        notes = self._notes.get(key)
        if notes is None:
            if 0 < self._most <= len(self._notes):
                self._notes.clear()
            notes = set[int]()
            with self._page.noting(notes):
                super().of(key, make)
            self._notes[key] = notes
        self._page.brought[id(notes)] = notes
        return self._values[key]


class _NotingMapping(Mapping[Any, Any]):
    """A mapping that notes which of its keys are looked up, or that all are."""

    def __init__(self, page: _Page, name: str, mapping: Mapping[Any, Any]) -> None:
        self._page, self._name, self._mapping = page, name, mapping

    def __getitem__(self, key: Any) -> Any:
        self._page.notes.add(mark((self._name, key)))
        return self._mapping[key]

    def get(self, key: Any, default: Any = None) -> Any:
        self._page.notes.add(mark((self._name, key)))
        return self._mapping.get(key, default)

    def __contains__(self, key: object) -> bool:
        self._page.notes.add(mark((self._name, key)))
        return key in self._mapping

    def __iter__(self) -> Iterator[Any]:
        self._page.notes.add(mark((self._name, WHOLE)))
        return iter(self._mapping)

    def __len__(self) -> int:
        self._page.notes.add(mark((self._name, WHOLE)))
        return len(self._mapping)

    def items(self) -> Any:
        self._page.notes.add(mark((self._name, WHOLE)))
        return self._mapping.items()

    def values(self) -> Any:
        self._page.notes.add(mark((self._name, WHOLE)))
        return self._mapping.values()


class _Nothing(dict[str, tuple[Quad, ...]]):
    """A dictionary that keeps nothing."""

    def __setitem__(self, key: str, value: tuple[Quad, ...]) -> None:
        pass


# Changes


@lru_cache(maxsize=131072)  # as many as are noted for the Initiative, which are met again and again
def mark(note: Note) -> int:
    """A number for a note: of two notes seldom the same, and then too much is made anew. A literal stands for any, as
    it can be written in several ways.
    """
    parts = ("*" if item is WHOLE else "" if item is None or isinstance(item, Literal) else str(item) for item in note)
    return int.from_bytes(hashlib.blake2b("\0".join(parts).encode(), digest_size=8).digest())


def changed_quads(old: Release, new: Release) -> set[int] | None:
    """The marks of all patterns that match a quad of but one of two releases; None where these cannot be told."""
    files = _unshared(old.manifest, new.manifest), _unshared(new.manifest, old.manifest)
    if old.base != new.base or sum(sum(each.values()) for each in files) > MOST_LINES:
        return None
    try:
        lines = quad_lines(old, files[0]) ^ quad_lines(new, files[1])
    except (OSError, EOFError, zlib.error):
        return None
    found = {mark(EVERYTHING)}
    for quad in pyoxigraph.parse(b"\n".join(lines), format=RdfFormat.N_QUADS):
        if isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode):
            return None  # which is called as it happens
        graph = None if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name
        terms = ((term, None) for term in (quad.subject, quad.predicate, quad.object, graph))
        found.update(map(mark, product(*terms)))
    return found


def quad_lines(release: Release, files: Iterable[str] = (DUMP,)) -> set[bytes]:
    """The quads of files of a release and of its description as lines of N-Quads, each literal as it was written."""
    lines = set((release.path / DESCRIPTION).read_bytes().splitlines())
    for file in files:
        lines.update(gzip.decompress((release.path / file).read_bytes()).splitlines())
    return lines


def _unshared(one: Manifest, other: Manifest) -> dict[str, int]:
    """The files that hold what a release has and another one has not, each with the number of its quads: of what is
    merged the parts, which are compared by their digests.
    """
    if not one.parts or not other.parts:
        return {DUMP: one.quads}
    known = {(part.file, part.digest) for part in other.parts}
    return {part.file: part.quads for part in one.parts if (part.file, part.digest) not in known}


class _Canonical:
    """Digests of values: the same for equal ones, in any process."""

    def __init__(self) -> None:
        self._known: dict[
            int, tuple[Any, str]
        ] = {}  # of what stands at many places; held, so that its number is its own

    def digest(self, value: Any) -> str:
        """The digest of a value. Raises TypeError for one of another kind than is told apart here."""
        return hashlib.blake2b(self._text(value).encode("utf-8", "backslashreplace"), digest_size=8).hexdigest()

    def _text(self, value: Any) -> str:
        if value is None or isinstance(value, str | int | float):
            return repr(value)
        if isinstance(value, NamedNode | BlankNode | Literal):
            return str(value)
        if isinstance(value, Mapping):
            return f"{{{','.join(f'{self._text(key)}:{self._text(item)}' for key, item in value.items())}}}"
        if isinstance(value, set | frozenset):
            return f"<{','.join(sorted(map(self._text, value)))}>"
        if isinstance(value, list | tuple):
            return f"[{','.join(map(self._text, value))}]"
        if not is_dataclass(value):
            raise TypeError(f"no digest of a {type(value).__name__}")
        known = self._known.get(id(value))
        if known is None:
            text = self.digest([getattr(value, field.name) for field in fields(value)])
            known = self._known[id(value)] = value, f"{type(value).__name__}{text}"
        return known[1]
