"""Every setting, once: its name, type, default and what it does. Code, command line and docs read this table.

A setting is given on the command line, else in the environment, else in the project's file ``initiative-lod.toml``.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from initiative_lod.errors import SettingsError

ENVIRONMENT_PREFIX = "INITIATIVE_LOD_"
FILE = "initiative-lod.toml"  # which makes a folder a project
_KINDS: dict[str, Callable[[Any], Any]] = {"str": str, "int": int, "float": float, "Path": Path}
_IN_FILE: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "float": (int, float), "Path": (str,)}
_CALLED = {"str": "a string", "int": "a whole number", "float": "a number", "Path": "a string"}
#: Of numbers that have no other: seconds (thirty years), whole numbers. No timer and no limit of the kernel takes more.
_MOST = {"float": 1e9, "int": 2**53}
_BASE = re.compile(r"""https?://[^\s/<>"{}|^`\\?#]+/([^\s<>"{}|^`\\?#]*/)?""")


def _setting(default: Any, about: str, minimum: float | None = None, maximum: float | None = None) -> Any:
    return field(default=default, metadata={"about": about, "minimum": minimum, "maximum": maximum})


@dataclass(frozen=True, slots=True)
class Settings:
    """One frozen object, handed to whoever needs it. Sizes are bytes, times seconds."""

    base: str = _setting("https://w3id.org/initiative-lod/", "canonical base IRI; every IRI in the data begins with it")
    root: Path = _setting(Path(), "the project folder: initiative-lod.toml and data/ are in it")
    releases: Path = _setting(Path("releases"), "the release folder (relative to root)")
    host: str = _setting("127.0.0.1", "address that the server listens on")
    port: int = _setting(8000, "port that the server listens on", 0, 65535)
    root_path: str = _setting("", "path prefix under which a reverse proxy shows the server")
    trusted_proxies: str = _setting(
        "", "comma-separated addresses and networks whose Forwarded and X-Forwarded-* headers count"
    )
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
    store: str = _setting(
        "",
        "address of another engine's SPARQL endpoint that visitors' queries over the current release are sent to; "
        "{version} in it stands for that release; empty: none",
    )
    store_login: str = _setting(
        "",
        "file with the login for it (relative to root), 'bearer TOKEN' or 'basic NAME:PASSWORD'; env:NAME takes it "
        "from that environment variable",
    )
    store_deviations: str = _setting("", "comma-separated: what this engine does wrongly and is taken on, by its name")
    store_seconds: float = _setting(15.0, "time between two looks whether this engine has the release", 0.1)
    store_proof_seconds: float = _setting(
        3600.0, "time after which this engine, which is believed, must prove again that it has the release", 0.1
    )
    query_cache: int = _setting(32 * 1024 * 1024, "bytes of query results that are kept", 0)
    client_seconds: float = _setting(
        20.0,
        "time that a client may take to send the body of a request, and in which it takes something of its answer",
        0.1,
    )
    request_log: str = _setting(
        "", "file to which a line of JSON is added for each request (relative to root); -: standard output; empty: none"
    )
    request_log_also: str = _setting(
        "",
        "comma-separated: what of client, query, agent, referer the request log has as well; it may name a person",
    )
    stop_seconds: float = _setting(10.0, "time in which what was begun may end when the server stops", 1)
    head_seconds: float = _setting(10.0, "time in which the header of a request has to arrive", 0.1)
    connections: int = _setting(2048, "connections that may be open", 16)
    connections_per_client: int = _setting(
        128, "connections that one client may have open; a trusted proxy's are not counted so", 1
    )
    languages: str = _setting("", "folder with further languages of the pages (relative to root), a <language>.po each")
    search_seconds: float = _setting(1.0, "wall clock that one search may take", 0.1)
    compare_seconds: float = _setting(20.0, "wall clock that comparing two releases may take", 0.5)
    services: str = _setting("", "comma-separated SERVICE addresses that queries may call; empty: none")
    page_threads: int = _setting(4, "threads in which answers are made that are not at hand", 3, 64)
    page_seconds: float = _setting(10.0, "time that one such answer may take, and wait for its turn", 0.1)
    prepare_seconds: float = _setting(
        0.5, "time after which what answers are made of is made ahead of the first ones, of each release", 0.1
    )
    page_queue: int = _setting(32, "requests of one kind that may wait for their turn", 0)
    page_per_client: int = _setting(16, "requests of one kind that one client may have running or waiting", 1)
    page_cache: int = _setting(
        64 * 1024 * 1024, "bytes of answers that are kept, of those made when they are asked for", 0
    )
    rendered_documents: int = _setting(
        5000, "documents of a release that are rendered in every form when it is made; the others, when asked for", 0
    )
    open_releases: int = _setting(8, "older releases that are kept open, of those asked for last", 1)
    validation_seconds: float = _setting(
        600.0, "time that a validation of files, one check for conflicts, or an alignment's comparison may take", 0.5
    )
    validation_memory: int = _setting(
        4 * 1024 * 1024 * 1024, "memory of one of these, beside what the command has", 256 * 1024 * 1024
    )
    phase_seconds: float = _setting(
        3600.0,
        "time that one phase may take which goes over all that was read: reading a source, loading the store, "
        "clusters, each index, rendering",
        0.5,
    )
    phase_memory: int = _setting(
        4 * 1024 * 1024 * 1024, "memory of one of these, beside what the command has", 256 * 1024 * 1024
    )
    mapping_bytes: int = _setting(16 * 1024 * 1024, "bytes that a mapping set may have that is merged, unpacked", 1024)
    merge_bytes: int = _setting(16 * 1024 * 1024 * 1024, "bytes that one source that is read may unpack to", 1024)
    merge_ratio: int = _setting(250, "how many times its size an archive may unpack to", 2)
    merge_members: int = _setting(200_000, "files that one source that is read may hold", 1)
    merge_statement: int = _setting(
        1024 * 1024,
        "bytes of one statement that is merged: the store is slow beside terms of more than two megabytes",
        1024,
    )
    merge_seconds: float = _setting(
        60.0, "time for one file that is read, to which a second is added for each megabyte", 0.5
    )
    merge_memory: int = _setting(
        4 * 1024 * 1024 * 1024, "data memory of one process that reads files", 64 * 1024 * 1024
    )
    merge_workers: int = _setting(2, "processes that read files", 1, 64)
    table_memory: int = _setting(
        1024 * 1024 * 1024, "memory in which DuckDB works in a merge; what is more goes to the disk", 256 * 1024 * 1024
    )
    follow: str = _setting("", "address of the site or release folder whose current release is served; empty: none")
    follow_seconds: float = _setting(30.0, "time between two looks at what is current there", 0.1)
    pull_bytes: int = _setting(64 * 1024 * 1024 * 1024, "bytes of a release that is taken from elsewhere", 1024)
    fetch_seconds: float = _setting(
        60.0, "time that fetching one URL to read may take, and in which something comes of a release", 0.5
    )
    fetch_bytes: int = _setting(1024 * 1024 * 1024, "bytes of one URL to read", 1024)

    def __post_init__(self) -> None:
        for item in fields(self):
            _check(item, getattr(self, item.name))

    @property
    def release_folder(self) -> Path:
        """The release folder, absolute."""
        return (self.root / self.releases).resolve()

    @property
    def ontology(self) -> Path:
        """The folder of the ontology, the shapes, the context and the vocabularies that are offered.

        That of this package; in a project that has such a folder, as the checkout of the package has, its own.
        """
        own = self.root / "ontology"
        return own if (own / "initiative.ttl").is_file() else package_folder("ontology")

    @property
    def language_folder(self) -> Path | None:
        """The folder with further languages, absolute; None where there is none."""
        return (self.root / self.languages).resolve() if self.languages else None


def from_environment(
    environment: Mapping[str, str] | None = None, needs_project: bool = True, **given: Any
) -> Settings:
    """Settings from ``given`` (what is None is not given), else ``INITIATIVE_LOD_<NAME>``, else the project's file.

    Where no root is given it is the project at or above the current folder; with ``needs_project`` false, or with an
    absolute release folder, the current folder does where there is none.
    Raises SettingsError for a value that is not of the setting's type or out of its range, an unknown name, or no
    project.
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
            variable = f"{ENVIRONMENT_PREFIX}{name.upper()}"
            raise SettingsError(f"{variable} is {text!r}, and must be {_CALLED[str(item.type)]}") from error
    if "root" not in values:
        required = needs_project and not Path(values.get("releases", "")).is_absolute()
        values["root"] = find_root(Path.cwd(), required)
    return Settings(**{**from_file(values["root"] / FILE), **values})


def from_file(path: Path) -> dict[str, Any]:
    """The settings in a project's file; none where there is no file.

    Raises SettingsError, with file and line, for what is no TOML, a name that is no setting, or a value that is none of
    the setting's; and for what is no file, as the folder that a container makes for a file that is not there.
    """
    if not path.is_file():
        if path.exists() or path.is_symlink():
            raise SettingsError(f"{path}: is no file, and must be the project's settings")
        return {}
    try:
        content = path.read_text("utf-8-sig")
        values = tomllib.loads(content)
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: the file is not UTF-8: save it as UTF-8") from error
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror or error}") from error
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))  # else it is at the end
        line = place[1] if place else content.rstrip().count("\n") + 1
        raise SettingsError(f"{path}:{line}: not TOML: {error}") from error
    known = {item.name: item for item in fields(Settings) if item.name != "root"}
    for name, value in values.items():
        place = re.search(rf"""^[ \t]*["'\[]?{re.escape(name)}\b""", content, re.MULTILINE)
        where = f"{path}:{content.count(chr(10), 0, place.start()) + 1 if place else 1}"
        if name not in known:
            from difflib import get_close_matches  # here: few processes meet a name that they do not know

            near = get_close_matches(name, known, 1)
            hint = f"; is {near[0]!r} meant?" if near else f"; there are {', '.join(known)}"
            raise SettingsError(f"{where}: no setting is called {name!r}{hint}")
        kind = str(known[name].type)
        if isinstance(value, bool) or not isinstance(value, _IN_FILE[kind]):
            raise SettingsError(f"{where}: {name} is {value!r}, and must be {_CALLED[kind]}")
        values[name] = _KINDS[kind](value)
        try:
            _check(known[name], values[name])
        except SettingsError as error:
            raise SettingsError(f"{where}: {error}") from error
    return values


def _check(item: Field[Any], value: Any) -> None:
    """Raise SettingsError for a value that is out of a setting's range."""
    minimum, maximum = item.metadata["minimum"], item.metadata["maximum"]
    if maximum is None:
        maximum = _MOST.get(str(item.type))
    if minimum is not None and not value >= minimum:  # "not", for a NaN
        raise SettingsError(f"setting {item.name!r} is {value}, and must be at least {minimum}")
    if maximum is not None and value > maximum:
        raise SettingsError(f"setting {item.name!r} is {value}, and must be at most {maximum:.15g}")
    if item.name == "base" and not _BASE.fullmatch(value):
        raise SettingsError(f"setting 'base' is {value!r}: it must be an http or https IRI that ends in '/'")


def find_root(start: Path, required: bool = True) -> Path:
    """The nearest folder at or above ``start`` with a project's file in it.

    Where there is none it is ``start``, or if one is ``required`` a SettingsError that says what to do.
    """
    for folder in (start, *start.parents):
        if (folder / FILE).is_file():
            return folder
    if required:
        raise SettingsError(
            f"no project is here: neither {start} nor a folder above it has a file {FILE}. Make a project with "
            "'initiative-lod init', or name one with --root"
        )
    return start


def package_folder(name: str) -> Path:
    """A folder that travels with this package; in a checkout, where it is not packed yet, that of the checkout."""
    here = Path(__file__).resolve().parent
    packed = here / name
    return packed if packed.is_dir() else here.parents[1] / name
