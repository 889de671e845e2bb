"""Changes between two releases: the N-Quads lines that only one of their dumps has, literals as they were written.

Dumps are sorted, so two of any size are compared in memory that does not grow; parts with equal digests are not read.
The description of a release itself (``graph/release``) is in no dump, and not compared. Blank nodes have IRIs in a
release (skolemised); those of a merged graph are named by its canonical form, and may change where that does.
"""

from __future__ import annotations

import gzip
import heapq
import json
import logging
import os
import resource
import signal
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from initiative_lod.errors import InitiativeLodError, ReleaseError
from initiative_lod.iris import document_of
from initiative_lod.labels import LABELS, natural
from initiative_lod.release.integrity import DERIVED_FILES
from initiative_lod.release.manifest import DUMP, Release, read
from initiative_lod.release.open_release import OpenRelease

log = logging.getLogger(__name__)

MAX_LISTED_BYTES = 1 << 20  # bytes of N-Quads that a summary lists
UNREADABLE = 3  # status of the process that compares when a release cannot be read


class Change(NamedTuple):
    """One statement that was added (else removed), as an N-Quads line without its line end."""

    added: bool
    line: str


@dataclass(frozen=True, slots=True)
class ChangeSummary:
    """Differences between two releases in numbers, and the first changes in the order of their lines.

    ``graphs`` gives (added, removed) by the graph's IRI; ``files`` are those that differ, besides the quads and what
    follows from them.
    """

    old: str
    new: str
    added: int = 0
    removed: int = 0
    graphs: dict[str, tuple[int, int]] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    listed: tuple[Change, ...] = ()

    @property
    def same(self) -> bool:
        """Tell whether there is no difference."""
        return not self.added and not self.removed and not self.files

    @property
    def more(self) -> int:
        """Number of changes that are not listed."""
        return self.added + self.removed - len(self.listed)

    def to_json(self) -> str:
        """The summary for ``from_json``."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> ChangeSummary:
        """The summary that ``to_json`` wrote."""
        value: dict[str, Any] = json.loads(text)
        graphs = {graph: (added, removed) for graph, (added, removed) in value.pop("graphs").items()}
        listed = tuple(Change(*item) for item in value.pop("listed"))
        return cls(**value | {"graphs": graphs, "listed": listed, "files": tuple(value["files"])})


@dataclass(frozen=True, slots=True)
class ChangedResource:
    """A resource, and what changed of it and its fragments: (added, quad), a removal before what comes in its place."""

    resource: NamedNode | BlankNode
    changes: tuple[tuple[bool, Quad], ...]


def between(old: Release, new: Release) -> Iterator[Change]:
    """The changes that make ``new`` of ``old``, sorted by line. Raises ReleaseError when a dump cannot be read."""
    before, after = _parts(old), _parts(new)
    equal = {digest for digest, _ in before} & {digest for digest, _ in after if digest}
    gone, come = (
        _lines(release, [path for digest, path in parts if digest not in equal])
        for release, parts in ((old, before), (new, after))
    )
    left, right = next(gone, None), next(come, None)
    while left is not None or right is not None:
        if left == right:
            left, right = next(gone, None), next(come, None)
        elif right is None or (left is not None and left < right):
            assert left is not None
            yield Change(False, left[:-1].decode())
            left = next(gone, None)
        else:
            yield Change(True, right[:-1].decode())
            right = next(come, None)


def summary(
    old: Release,
    new: Release,
    limit: int | None = None,
    longest: int = MAX_LISTED_BYTES,
    found: Iterable[Change] | None = None,
) -> ChangeSummary:
    """The changes in numbers, with the first ``limit`` (all: None) of them, as far as ``longest`` bytes go.

    They are ``found`` where something else than the dumps was asked for them.
    """
    counts: Counter[tuple[str, bool]] = Counter()
    listed: list[Change] = []
    size = 0
    for change in between(old, new) if found is None else found:
        counts[_graph(change.line), change.added] += 1
        if limit is None or (len(listed) < limit and size < longest):
            size += len(change.line)
            if limit is None or size < longest:
                listed.append(change)
    graphs = {name: (counts[name, True], counts[name, False]) for name in sorted({name for name, _ in counts})}
    return ChangeSummary(
        old.version,
        new.version,
        sum(added for added, _ in graphs.values()),
        sum(removed for _, removed in graphs.values()),
        graphs,
        tuple(_other_files(old, new)),
        tuple(listed),
    )


def by_resource(changes: Iterable[Change]) -> list[ChangedResource]:
    """The changes by the resource whose page shows them, in reading order."""
    changes = list(changes)
    quads = parse("\n".join(change.line for change in changes).encode(), format=RdfFormat.N_QUADS)
    resources: dict[NamedNode | BlankNode, list[tuple[bool, Quad]]] = {}
    for change, quad in zip(changes, quads, strict=True):
        assert isinstance(quad.subject, NamedNode | BlankNode)
        home = NamedNode(document_of(quad.subject.value)) if isinstance(quad.subject, NamedNode) else quad.subject
        resources.setdefault(home, []).append((change.added, quad))

    def order(item: tuple[bool, Quad]) -> tuple[Any, ...]:
        added, quad = item
        return (
            natural(str(quad.subject)[:-1]),
            quad.predicate.value,
            str(quad.graph_name),
            added,
            natural(str(quad.object)),
        )

    return [
        ChangedResource(home, tuple(sorted(statements, key=order)))
        for home, statements in sorted(resources.items(), key=lambda item: natural(item[0].value))
    ]


def labels(opened: Iterable[OpenRelease], node: NamedNode | BlankNode) -> dict[str, str]:
    """Labels by language of a node, from the first of the releases that names it."""
    for release_ in opened:
        for predicate in LABELS:
            by_language = {
                triple.object.language or "": triple.object.value
                for triple in release_.triples(node, predicate)
                if isinstance(triple.object, Literal)
            }
            if by_language:
                return dict(sorted(by_language.items()))
    return {}


def as_document(summary: ChangeSummary, opened: Sequence[OpenRelease]) -> dict[str, Any]:
    """The summary as JSON has it: N-Quads lines, by resource, each with the labels that ``opened`` know."""
    resources = [
        {
            "iri": touched.resource.value,
            "label": labels(opened, touched.resource),
            "removed": [f"{quad} ." for added, quad in touched.changes if not added],
            "added": [f"{quad} ." for added, quad in touched.changes if added],
        }
        for touched in by_resource(summary.listed)
    ]
    return {
        "from": summary.old,
        "to": summary.new,
        "same": summary.same,
        "added": summary.added,
        "removed": summary.removed,
        "graphs": {name: {"added": added, "removed": removed} for name, (added, removed) in summary.graphs.items()},
        "files": list(summary.files),
        "resources": resources,
        "not_listed": summary.more,
    }


def patch(changes: Iterable[Change]) -> Iterator[str]:
    """The changes as lines of an RDF Patch: one transaction that turns the old quads into the new ones."""
    yield "TX ."
    for change in changes:
        yield f"{'A' if change.added else 'D'} {change.line}"
    yield "TC ."


def apart(old: Release, new: Release, limit: int, seconds: float) -> ChangeSummary | None:
    """The summary, made by a process of its own that gives way to others. None when it takes longer than ``seconds``.

    Raises ReleaseError when a release cannot be read, InitiativeLodError when the process itself fails.
    """
    command = [sys.executable, "-m", __name__, str(old.path), str(new.path), str(limit), str(int(seconds) + 1)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds, stdin=subprocess.DEVNULL, check=False)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode == -signal.SIGXCPU:
        return None
    if done.returncode == UNREADABLE:
        raise ReleaseError(done.stderr.decode(errors="replace").strip())
    if done.returncode:
        log.error("the process that compares releases said: %s", done.stderr.decode(errors="replace").strip())
        raise InitiativeLodError(
            f"releases {old.version} and {new.version} could not be compared: the process ended with status "
            f"{done.returncode}, and the log has what it said"
        )
    return ChangeSummary.from_json(done.stdout.decode())


def _parts(release: Release) -> list[tuple[str, Path]]:
    """The sorted files that make up a release, each with the digest of what it holds."""
    parts = [(part.digest, release.path / part.file) for part in release.manifest.parts]
    return parts or [(release.manifest.quads_digest or "", release.path / DUMP)]


def _lines(release: Release, paths: Iterable[Path]) -> Iterator[bytes]:
    """The lines of all these files, sorted, each with its line end. Raises ReleaseError."""
    try:
        with ExitStack() as opened:
            files = [opened.enter_context(gzip.open(path, "rb")) for path in paths]
            yield from files[0] if len(files) == 1 else heapq.merge(*files)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ReleaseError(f"a dump of release {release.version} is damaged: {error}") from error
    except OSError as error:
        raise ReleaseError(f"a dump of release {release.version} cannot be read: {error}") from error


def _graph(line: str) -> str:
    return line[line.rindex(" <") + 2 : -3]


def _other_files(old: Release, new: Release) -> list[str]:
    derived = {*DERIVED_FILES, *(part.file for item in (old, new) for part in item.manifest.parts)}
    before, after = ({name: entry.sha256 for name, entry in item.manifest.files.items()} for item in (old, new))
    names = sorted((before.keys() | after.keys()) - derived)
    return [name for name in names if before.get(name) != after.get(name) and not name.endswith(".exact.tsv")]


def main() -> None:
    """Print the summary of the two releases in the folders that are named, for ``apart``."""
    old, new, limit, seconds = sys.argv[1:]
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))  # it does not outlive its server for long
    try:
        changes = summary(read(Path(old)), read(Path(new)), int(limit))
    except ReleaseError as error:
        print(error, file=sys.stderr)
        sys.exit(UNREADABLE)
    sys.stdout.buffer.write(changes.to_json().encode())


if __name__ == "__main__":
    main()
