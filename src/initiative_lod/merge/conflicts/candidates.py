"""Picks from the files of a release the few statements that some checks need, so that these do not scan a store on
disk.

Two passes over sorted lines; what is kept in memory is a number for each thing described, and the candidates
themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from pyoxigraph import RdfFormat, Store

from initiative_lod.merge.graph_file import lines

MIN_DESCRIBED_THINGS = 5  # things of a namespace that a graph describes, from which on the namespace is its own
BATCH_LINES = 20_000
MIN_NAME_BYTES = 5  # characters of a local name that says something
LOCAL_NAME = b"<urn:x-initiative-lod:localName>"

_TYPE = b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_TYPED = b'"^^<http://www.w3.org/2001/XMLSchema#'
_RDFS, _OWL = b"<http://www.w3.org/2000/01/rdf-schema#", b"<http://www.w3.org/2002/07/owl#"
_TERMS = frozenset(
    [
        _RDFS + b"Class>",
        *(_OWL + name + b">" for name in (b"Class", b"ObjectProperty", b"DatatypeProperty", b"NamedIndividual")),
        b"<http://www.w3.org/2004/02/skos/core#Concept>",
        b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#Property>",
    ]
)


def candidates(parts: Iterable[Path]) -> Store:
    """A store in memory with some statements of a release, in their graphs.

    These are: literals that begin as IRIs do or have a datatype of XML Schema; types of terms and concepts; links to
    what is described nowhere, in a namespace that the linking graph describes. Beside them each term or concept has its
    local name (``LOCAL_NAME``) in the graph that is called as its namespace: an engine joins by what is stored, not
    by what it has to compute.
    """
    parts = list(parts)
    described: set[int] = set()
    spaces = [_spaces(part, described) for part in parts]
    store = Store()
    batch: list[bytes] = []
    for part, own in zip(parts, spaces, strict=True):
        for line in _picked(part, own, described):
            batch += [line, *_named(line)]
            if len(batch) >= BATCH_LINES:
                _load(store, batch)
                batch = []
    _load(store, batch)
    return store


def _load(store: Store, batch: list[bytes]) -> None:
    store.bulk_load(b"\n".join(batch) + b"\n", format=RdfFormat.N_QUADS)


def _named(line: bytes) -> Iterator[bytes]:
    """The local name of what a line gives a type, as a statement in its namespace."""
    subject, predicate, rest = line.split(b" ", 2)
    space = _space(subject)
    name = subject[len(space) : -1]
    if predicate == _TYPE and rest.startswith(b"<") and len(name) >= MIN_NAME_BYTES and space.count(b"/") > 2:
        yield b" ".join([subject, LOCAL_NAME, b'"' + name + b'"', space + b">", b"."])


def _space(iri: bytes) -> bytes:
    return iri[: max(iri.rfind(b"/"), iri.rfind(b"#")) + 1]


def _spaces(part: Path, described: set[int]) -> frozenset[bytes]:
    """The namespaces of which a part describes several things; what it describes is added to ``described``."""
    counts: Counter[bytes] = Counter()
    last = b""
    for line in lines(part):
        subject = line[: line.index(b" ")]
        if subject != last:
            last = subject
            described.add(hash(subject))
            counts[_space(subject)] += 1
    return frozenset(space for space, count in counts.items() if count >= MIN_DESCRIBED_THINGS)


def _picked(part: Path, own: frozenset[bytes], described: set[int]) -> Iterator[bytes]:
    for line in lines(part):
        first = line.index(b" ")
        second = line.index(b" ", first + 1)
        kind = line[second + 1]
        if kind == 0x22:  # a quotation mark
            if line.startswith(b"http", second + 2) or _TYPED in line:
                yield line
            continue
        target = line[second + 1 : line.index(b" ", second + 1)]
        if line[first + 1 : second] == _TYPE:
            if target in _TERMS:
                yield line
        elif hash(target) not in described and _space(target) in own and len(target) > len(_space(target)) + 1:
            yield line
