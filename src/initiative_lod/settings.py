"""Every setting, once: its name, type, default and what it does. Code, command line and docs read this table."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from initiative_lod.errors import SettingsError

ENVIRONMENT_PREFIX = "INITIATIVE_LOD_"
_KINDS: dict[str, Callable[[str], Any]] = {"str": str, "int": int, "float": float, "Path": Path}
_BASE = re.compile(r"""https?://[^\s/<>"{}|^`\\?#]+/([^\s<>"{}|^`\\?#]*/)?""")


def _setting(default: Any, about: str, minimum: float | None = None, maximum: float | None = None) -> Any:
    return field(default=default, metadata={"about": about, "minimum": minimum, "maximum": maximum})


@dataclass(frozen=True, slots=True)
class Settings:
    """One frozen object, handed to whoever needs it. Sizes are bytes, times seconds."""

    base: str = _setting("https://w3id.org/initiative-lod/", "canonical base IRI; every IRI in the data begins with it")
    root: Path = _setting(Path(), "the project folder: ontology/ and data/ are under it")
    releases: Path = _setting(Path("releases"), "the release folder (relative to root)")
    host: str = _setting("127.0.0.1", "address that the server listens on")
    port: int = _setting(8000, "port that the server listens on", 0, 65535)
    root_path: str = _setting("", "path prefix under which a reverse proxy shows the server")
    trusted_proxies: str = _setting("", "comma-separated addresses whose Forwarded and X-Forwarded-* headers count")
    query_seconds: float = _setting(10.0, "wall clock that one visitor's query may take", 0.1)
    query_cpu_seconds: float = _setting(10.0, "CPU time that one visitor's query may take", 1)
    query_memory: int = _setting(512 * 1024 * 1024, "data memory of one query worker", 200 * 1024 * 1024)
    query_rows: int = _setting(200_000, "rows or triples of one result", 1)
    query_bytes: int = _setting(64 * 1024 * 1024, "bytes of one result", 1024)
    query_length: int = _setting(256 * 1024, "bytes of one query", 128)
    query_nesting: int = _setting(100, "depth of nesting of one query", 4)
    query_workers: int = _setting(2, "processes that run visitors' queries", 1)
    query_queue: int = _setting(32, "queries that may wait for a worker", 0)
    query_per_client: int = _setting(4, "queries that one client may have running or waiting", 1)
    query_rate: float = _setting(20.0, "queries a second that one client may send, averaged over ten seconds", 0.1)
    query_cache: int = _setting(32 * 1024 * 1024, "bytes of query results that are kept", 0)
    client_seconds: float = _setting(
        20.0, "time that a client may take to send its query, and to read each 64 KB of a result", 0.1
    )
    languages: str = _setting("", "folder with further languages of the pages (relative to root), a <language>.po each")
    search_seconds: float = _setting(1.0, "wall clock that one search may take", 0.1)
    compare_seconds: float = _setting(20.0, "wall clock that comparing two releases may take", 0.5)
    services: str = _setting("", "comma-separated SERVICE addresses that queries may call; empty: none")
    page_threads: int = _setting(4, "threads in which answers are made that are not at hand", 3, 64)
    page_seconds: float = _setting(10.0, "time that one such answer may take, and wait for its turn", 0.1)
    page_queue: int = _setting(32, "requests of one kind that may wait for their turn", 0)
    page_per_client: int = _setting(16, "requests of one kind that one client may have running or waiting", 1)
    page_cache: int = _setting(64 * 1024 * 1024, "bytes of rendered pages that are kept", 0)
    open_releases: int = _setting(8, "older releases that are kept open, of those asked for last", 1)
    validation_seconds: float = _setting(600.0, "time that a validation by shapes from elsewhere may take", 0.5)
    validation_memory: int = _setting(
        4 * 1024 * 1024 * 1024, "data memory of a validation by shapes from elsewhere", 256 * 1024 * 1024
    )
    merge_bytes: int = _setting(16 * 1024 * 1024 * 1024, "bytes that one source that is read may unpack to", 1024)
    merge_ratio: int = _setting(250, "how many times its size an archive may unpack to", 2)
    merge_members: int = _setting(200_000, "files that one source that is read may hold", 1)
    merge_seconds: float = _setting(
        60.0, "time for one file that is read, to which a second is added for each megabyte", 0.5
    )
    merge_memory: int = _setting(
        4 * 1024 * 1024 * 1024, "data memory of one process that reads files", 64 * 1024 * 1024
    )
    merge_workers: int = _setting(2, "processes that read files", 1, 64)
    fetch_seconds: float = _setting(60.0, "time that fetching one URL to read may take", 0.5)
    fetch_bytes: int = _setting(1024 * 1024 * 1024, "bytes of one URL to read", 1024)

    def __post_init__(self) -> None:
        for item in fields(self):
            minimum, maximum, value = item.metadata["minimum"], item.metadata["maximum"], getattr(self, item.name)
            if minimum is not None and not value >= minimum:  # "not", for a NaN
                raise SettingsError(f"setting {item.name!r} is {value}, and must be at least {minimum}")
            if maximum is not None and value > maximum:
                raise SettingsError(f"setting {item.name!r} is {value}, and must be at most {maximum}")
        if not _BASE.fullmatch(self.base):
            raise SettingsError(f"setting 'base' is {self.base!r}: it must be an http or https IRI that ends in '/'")

    @property
    def release_folder(self) -> Path:
        """The release folder, absolute."""
        return (self.root / self.releases).resolve()

    @property
    def language_folder(self) -> Path | None:
        """The folder with further languages, absolute; None where there is none."""
        return (self.root / self.languages).resolve() if self.languages else None


def from_environment(environment: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """Settings from ``given`` (what is None is not given), else ``INITIATIVE_LOD_<NAME>``, else the default.

    Raises SettingsError for a value that is not of the setting's type or out of its range, or an unknown name.
    """
    environment = os.environ if environment is None else environment
    values: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    known = {item.name: item for item in fields(Settings)}
    for name in values:
        if name not in known:
            raise SettingsError(f"no setting is called {name!r}")
    for name, item in known.items():
        text = environment.get(ENVIRONMENT_PREFIX + name.upper())
        if name in values or text is None:
            continue
        try:
            values[name] = _KINDS[str(item.type)](text)
        except ValueError as error:
            raise SettingsError(f"{ENVIRONMENT_PREFIX}{name.upper()} is {text!r}: {error}") from error
    if "root" not in values:
        values["root"] = find_root(Path.cwd())
    return Settings(**values)


def find_root(start: Path) -> Path:
    """The nearest folder at or above ``start`` with ``ontology/`` and ``data/`` in it, else the checkout of this code.

    Raises SettingsError where there is neither.
    """
    checkout = Path(__file__).resolve().parents[2]
    for folder in (start, *start.parents, checkout):
        if (folder / "ontology").is_dir() and (folder / "data").is_dir():
            return folder
    raise SettingsError(
        f"no folder at or above {start} has ontology/ and data/ in it: go to the project's folder, or give --root"
    )
