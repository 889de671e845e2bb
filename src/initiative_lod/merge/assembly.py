"""Puts a merged release together from its parts: own graphs, merged graphs, alignments, provenance; dumps, store,
manifest.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, RdfFormat, Store, parse

from initiative_lod.build import identity, inference
from initiative_lod.bulk import quad_counts
from initiative_lod.bulk.sql_engine import STORE, SqlEngine, open_engine
from initiative_lod.errors import SourceError
from initiative_lod.iris import Iris
from initiative_lod.merge import graph_file, provenance
from initiative_lod.merge.source import FILES, GRAPHS, take_over
from initiative_lod.release import (
    MakeIndex,
    Release,
    catalogue,
    default_graph,
    folder,
    integrity,
    manifest,
    quad_table,
)
from initiative_lod.release.files import entry_at
from initiative_lod.release.manifest import Manifest, MergedSource, Part
from initiative_lod.release.phase_limits import Phases
from initiative_lod.settings import Settings
from initiative_lod.sources.judgements import Judgement
from initiative_lod.validation.confined_run import RunLimits

OWN = "own.nq.gz"
MADE_ANEW = (
    *manifest.DUMPS,
    manifest.DESCRIPTION,
    manifest.DESCRIPTION_EXACT,
    OWN,
)  # files that a start's are not taken over
MADE_OF_ALL = (identity.NAME, inference.NAME)  # graphs that a build has too, and that a merge makes anew
MADE_LAST = (provenance.GRAPH, *MADE_OF_ALL)  # graphs that speak of everything else
BLOCK_BYTES = 1 << 20
LITTLE = 0.1  # of a store that is compact: so much is added without making it so again
MOST_FILES = 200  # of such a store, some twenty of which come with each addition, beside one for each FILE_BYTES
FILE_BYTES = 16 << 20

License = Callable[[MergedSource, Sequence[str]], MergedSource]
Progress = Callable[[str], None]
#: Looks at a store that holds everything and the folder of its parts, and asks the SQL engine if there is one; gives
#: further files of the release by name, and a summary for its manifest.
Report = Callable[[Store, Sequence[MergedSource], Path, SqlEngine | None], tuple[dict[str, bytes], dict[str, Any]]]


class Assembly:
    """One merged release while it is put together in the folder ``building``, where the parts of ``records`` lie."""

    def __init__(
        self,
        settings: Settings,
        start: Release,
        building: Path,
        records: Sequence[MergedSource],
        alignments: Mapping[str, Sequence[Quad]],
        judgements: Sequence[Judgement] = (),
        inputs: Sequence[tuple[str, str]] = (),
        engine: str = STORE,
    ) -> None:
        self._iris = Iris(settings.base)
        self._folder = settings.release_folder
        self._memory = settings.table_memory
        self._phases = Phases(RunLimits.of_phase(settings), building.parent)
        self._start = start
        self._building = building
        self._alignments = alignments
        self._judgements = judgements
        self._inputs = inputs
        self._engine = engine
        self._little_new = False  # in the store, beside what was in the start's
        self.records = list(records)

    def write(
        self, licensed: License, report: Report, make_index: MakeIndex, progress: Progress, keep: bool = True
    ) -> Release | None:
        """Write the release and give it its name. If the very same release is there already, it is returned.

        Unless ``keep``, all is done but the last step, which makes it a release: None is returned.
        """
        self._copy_start()
        own = self._own()
        others = self._other_parts()
        progress("loading the store")
        with self._phases.here("loading the store"):
            self._load_store([own, *others, *(item.part for item in self.records)])
        store = Store.read_only(str(self._path))
        self.records = [licensed(item, _licences(store, item)) for item in self.records]
        del store
        provenance_part = self._ours(provenance.GRAPH, provenance.describe(self.records, self._iris))
        self._load(provenance_part)
        progress("joining what is the same")
        derived = self._added(
            identity.NAME,
            lambda store: identity.materialise(identity.statements_of(store), self._judgements, self._iris),
        )
        derived += self._added(inference.NAME, lambda store: inference.of_store(store, self._iris))
        parts = [
            own,
            *sorted(
                [provenance_part, *derived, *others, *(item.part for item in self.records)], key=lambda item: item.file
            ),
        ]
        made_of = [*self._inputs, *((item.file, item.digest) for item in parts)]
        digest = integrity.parts_digest(self._own_version, made_of)
        edition = self._start.version.rpartition("-")[0]
        version = f"{edition}-{digest[:12]}"
        if (self._folder / version / manifest.MANIFEST).is_file():
            return manifest.read(self._folder / version) if keep else None
        progress("writing the table of quads")
        table, scratch = self._building / manifest.TABLE, self._building.parent
        rows = [self._building / item.file for item in parts]
        with self._compacting(), self._phases.here("writing the table of quads"):
            quad_table.write(rows, table, scratch, self._memory, self._earlier_table(parts))
        store = Store.read_only(str(self._path))
        repeating = [f"<{self._iris.graph(name).value}>" for name in MADE_OF_ALL]
        with open_engine(self._engine, table, scratch, self._memory, repeating) as engine:
            progress("looking for conflicts")
            files, summary = report(store, self.records, self._building, engine)
            counted = quad_counts.of_all(engine, [item.graph for item in self.records]) if engine is not None else {}
        for name, data in files.items():
            (self._building / name).unlink(missing_ok=True)  # it may be another name of the start's file
            (self._building / name).write_bytes(data)
        progress("writing dumps")
        self._concatenate(parts)
        self._phases.apart("writing dumps", lambda: self._write_dumps([own, *derived]))
        dumps = {name: entry_at(self._building / name) for name in manifest.DUMPS}
        statements = [path for path in self._building.iterdir() if manifest.STATEMENTS.fullmatch(path.name)]
        dumps |= {path.name: entry_at(path) for path in sorted(statements)}
        given = version, dumps, [NamedNode(item.graph) for item in self.records], counted

        def describe() -> list[Quad]:
            return catalogue.describe(self._iris, Store.read_only(str(self._path)), *given)

        described = self._phases.apart("counting what is in it", describe)
        for name, data in folder.description_files(described).items():
            (self._building / name).write_bytes(data)
        store = Store(str(self._path))
        store.bulk_extend(default_graph.beside(described))
        store.flush()
        del store
        triples = catalogue.triples_in(described, self._iris)
        finished = self._manifest(version, digest, triples, parts, summary)
        folder.finish(self._building, finished, make_index, self._phases, self._start.path)
        if not keep:
            return None
        progress("writing the release")
        return self._move(version)

    @property
    def _own_version(self) -> str:
        """The version of our own release, on which the first merge was made."""
        return self._start.manifest.own or self._start.version

    def _copy_start(self) -> None:
        """The files of the start that stay as they are."""
        mine = {name for item in self.records for name in (item.part.file, item.exact)}
        for name in self._start.manifest.files:
            if (
                name not in MADE_ANEW
                and name not in mine
                and not name.startswith((f"{GRAPHS}/", f"{FILES}/", "conflicts."))
            ):
                take_over(self._start.path / name, self._building / name)
        given = set(map(_alignment_file, self._alignments))
        for item in self._start.manifest.parts:
            if item.file.startswith(f"{GRAPHS}/alignment-") and item.file not in given:
                exact = item.file.replace(".nq.gz", ".exact.tsv")
                for name in (item.file, exact if exact in self._start.manifest.files else ""):
                    if name:
                        take_over(self._start.path / name, self._building / name)

    def _own(self) -> Part:
        """Our own graphs, as they are in the start."""
        for item in self._start.manifest.parts:
            if item.file == OWN:
                take_over(self._start.path / OWN, self._building / OWN)
                return item
        digest, count = hashlib.sha256(), 0
        with (
            (self._building / OWN).open("wb") as raw,
            gzip.GzipFile("", "wb", graph_file.GZIP_LEVEL, raw, mtime=0) as packed,
        ):
            for line in self._stated(self._start.path / manifest.DUMP):
                digest.update(line)
                packed.write(line)
                count += 1
        entry = entry_at(self._building / OWN)
        collapsed = self._start.manifest.collapsed or 0
        return Part(OWN, count, collapsed, digest.hexdigest(), entry.bytes, entry.sha256)

    def _stated(self, dump: Path) -> Iterator[bytes]:
        """The lines of a build's dump but those of graphs that are made anew for what is merged."""
        endings = tuple(f" <{self._iris.graph(name).value}> .\n".encode() for name in MADE_OF_ALL)
        with gzip.open(dump, "rb") as lines:
            yield from (line for line in lines if not line.endswith(endings))

    def _added(self, name: str, quads: Callable[[Store], Iterable[Quad]]) -> list[Part]:
        """A graph that is made of everything in the store, as a part that is loaded too; none when it is empty.

        Neither identity nor inference needs memory for the store's statements, but for the links and our own things.
        """
        what = f"making the graph {name}"
        part = self._phases.apart(what, lambda: self._ours(name, quads(Store.read_only(str(self._path)))))
        if not part.quads:
            (self._building / part.file).unlink()
            return []
        self._load(part)
        return [part]

    def _load(self, part: Part) -> None:
        """Load a part into the store, and close it: as long as it can be written, the engine merges its files, over and
        over for each part, and removes those that it has merged.
        """
        store = Store(str(self._path))
        with self._phases.here("loading the store"):
            default_graph.load(store, [self._building / part.file])
        store.flush()

    @contextmanager
    def _compacting(self) -> Iterator[None]:
        """Let the engine merge the store's files meanwhile, of which there is one of each batch that was loaded.

        It is done before anybody reads much of it, and before it gets second names in the release: the engine would
        compact each of them by itself when it is written to. It has threads of its own, which no forked process has.
        """
        if self._little_new:
            yield
            return
        store = Store(str(self._path))
        with ThreadPoolExecutor(1) as beside:
            compacted = beside.submit(store.optimize)
            yield
            compacted.result()
        store.flush()

    @property
    def _path(self) -> Path:
        """The store."""
        return self._building / manifest.STORE

    def _other_parts(self) -> list[Part]:
        """The alignments: those of the start, and those that were given now."""
        earlier = [item for item in self._start.manifest.parts if item.file.startswith(f"{GRAPHS}/alignment-")]
        names = set(map(_alignment_file, self._alignments))
        new = [self._ours(f"alignment-{name}", quads) for name, quads in sorted(self._alignments.items())]
        return [*new, *(item for item in earlier if item.file not in names)]

    def _ours(self, name: str, quads: Iterable[Quad]) -> Part:
        """A graph of our own making as a part. Raises SourceError for a graph that our build makes as well."""
        lines = sorted({f"{quad} .".encode() for quad in quads})
        file = f"{GRAPHS}/{name}.nq.gz"
        (self._building / GRAPHS).mkdir(exist_ok=True)
        part, exact = graph_file.write(lines, self._building / file, file, self._iris.graph(name).value)
        if exact:
            (self._building / f"{GRAPHS}/{name}.exact.tsv").write_bytes(b"".join(sorted(exact)))
        return part

    def _load_store(self, parts: Sequence[Part]) -> None:
        """Make the store, with all parts but those made last.

        It begins as another name of the start's, where that holds nothing else and more than has to be added: a store
        that grows by little pieces takes twice the place of one that is loaded at once.
        """
        path = self._path
        start = Store.read_only(str(self._start.store))
        stored = {(item.file, item.digest) for item in self._start.manifest.parts}
        needed = {(item.file, item.digest) for item in parts}
        made_last = {f"{GRAPHS}/{name}.nq.gz" for name in MADE_LAST}
        new = [item for item in parts if item.file != OWN and (item.file, item.digest) not in stored]
        for item in new if not stored else ():
            graph = NamedNode(self._graph_of(item))
            if start.contains_named_graph(graph):
                raise SourceError(f"the graph <{graph.value}> is one of our own already: give the file another name")
        is_part = default_graph.is_in(start) and all(item in needed or item[0] in made_last for item in stored)
        added = sum(item.quads for item in new)
        if is_part and added < self._start.manifest.quads:
            self._little_new = added < self._start.manifest.quads * LITTLE and not is_scattered(self._start.store)
            start.backup(str(path))
            store = Store(str(path))
            for name in (*MADE_LAST, "release"):
                default_graph.remove(store, self._iris.graph(name))
        else:
            store, new = Store(str(path)), list(parts)
        default_graph.load(store, [self._building / item.file for item in new])
        store.flush()

    def _earlier_table(self, parts: Sequence[Part]) -> quad_table.EarlierTable | None:
        """The table of a start that is made of parts too, for those that are the same."""
        start, path = self._start.manifest, self._start.path / manifest.TABLE
        if not start.parts or not path.is_file():
            return None
        merged = {item.part.file: item.graph for item in start.merged}
        graphs = {item.file: merged.get(item.file) or self._graph_of(item) for item in start.parts if item.file != OWN}
        had = {(item.file, item.digest) for item in start.parts}
        kept = [item.file for item in parts if (item.file, item.digest) in had]
        kept_graphs = {self._building / file: graphs.get(file, "") for file in kept}
        return quad_table.EarlierTable(path, [*graphs.values()], kept_graphs)

    def _graph_of(self, part: Part) -> str:
        """The graph of a part of ours that has one."""
        return self._iris.graph(part.file.removeprefix(f"{GRAPHS}/").removesuffix(".nq.gz")).value

    def _concatenate(self, parts: Sequence[Part]) -> None:
        """The dump of everything: the parts one after the other, which is gzip as well (RFC 1952 §2.2)."""
        with (self._building / manifest.DUMP).open("wb") as dump:
            for item in parts:
                with (self._building / item.file).open("rb") as file:
                    shutil.copyfileobj(file, dump, BLOCK_BYTES)

    def _write_dumps(self, ours: Sequence[Part]) -> None:
        """Write the dumps of our own graphs, in the formats besides N-Quads, or take over those of the start."""
        given = {OWN, *(f"{GRAPHS}/{name}.nq.gz" for name in MADE_OF_ALL)}
        before = {(item.file, item.digest) for item in self._start.manifest.parts if item.file in given}
        dumps = manifest.RDF_DUMPS.keys() - {manifest.DUMP}
        if before == {(item.file, item.digest) for item in ours} and dumps <= self._start.manifest.files.keys():
            for name in dumps:
                take_over(self._start.path / name, self._building / name)
            return
        quads: list[Quad] = []
        for part in ours:
            quads += parse(gzip.decompress((self._building / part.file).read_bytes()), format=RdfFormat.N_QUADS)
        for dump, data in folder.more_dumps(quads, self._iris).items():
            (self._building / dump).write_bytes(data)

    def _manifest(
        self, version: str, digest: str, triples: int, parts: Sequence[Part], summary: Mapping[str, Any]
    ) -> Manifest:
        names = sorted(
            path.relative_to(self._building).as_posix()
            for path in self._building.rglob("*")
            if path.is_file() and path.parent != self._building / manifest.STORE
        )
        return replace(
            self._start.manifest,
            format=manifest.FORMAT,
            version=version,
            digest=digest,
            quads=sum(item.quads for item in parts),
            quads_digest=None,
            collapsed=sum(item.collapsed for item in parts),
            triples=triples,
            own=self._own_version,
            inputs=tuple(self._inputs),
            parts=tuple(parts),
            conflicts=dict(summary),
            merged=tuple(self.records),
            files={name: entry_at(self._building / name) for name in names},
        )

    def _move(self, version: str) -> Release:
        target = self._folder / version
        folder.settle(self._building, target)
        return manifest.read(target)


def is_scattered(store: Path) -> bool:
    """Tell whether a store has so many files, by what was added to it, that it is better made compact again."""
    sizes = [path.stat().st_size for path in store.glob("*.sst")]
    return len(sizes) > MOST_FILES + sum(sizes) // FILE_BYTES


def _alignment_file(name: str) -> str:
    return f"{GRAPHS}/alignment-{name}.nq.gz"


def _licences(store: Store, item: MergedSource) -> list[str]:
    """Licences that a merged graph names."""
    text = resources.files("initiative_lod.merge").joinpath("queries", "licences.rq").read_text("utf-8")
    solutions = store.query(text, default_graph=NamedNode(item.graph))
    assert isinstance(solutions, QuerySolutions)
    return [term.value for row in solutions if isinstance(term := row["licence"], NamedNode | Literal)]
