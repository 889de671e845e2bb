"""The one table of settings."""

import json
import os
from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from typing import Any

import pytest

from initiative_lod.errors import SettingsError
from initiative_lod.settings import ENVIRONMENT_PREFIX, FILE, Settings, find_root, from_environment, from_file

ROOT = Path("/nowhere")


def test_what_is_given_beats_the_environment_beats_the_default() -> None:
    environment = {"INITIATIVE_LOD_PORT": "81", "INITIATIVE_LOD_HOST": "::1"}
    settings = from_environment(environment, root=ROOT, port=82)
    assert (settings.port, settings.host, settings.query_seconds) == (82, "::1", 10.0)


def test_none_is_not_given() -> None:
    assert from_environment({"INITIATIVE_LOD_PORT": "81"}, root=ROOT, port=None).port == 81


def test_every_setting_is_read_from_the_environment_in_its_own_type() -> None:
    default = Settings()
    environment = {
        ENVIRONMENT_PREFIX + item.name.upper(): str(getattr(default, item.name)) for item in fields(Settings)
    }
    assert from_environment(environment) == default


def test_every_setting_says_what_it_does() -> None:
    assert len(fields(Settings)) >= 20
    for item in fields(Settings):
        assert item.metadata["about"], item.name


@pytest.mark.parametrize(
    ("name", "text"),
    [("port", "eighty"), ("query_memory", "512M"), ("query_seconds", "soon"), ("port", "-1"), ("query_workers", "0")],
)
def test_a_value_that_does_not_fit_is_named(name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=rf"(?i){name}.* is '?{text}"):
        from_environment({ENVIRONMENT_PREFIX + name.upper(): text}, root=ROOT)


@pytest.mark.parametrize("value", [float("nan"), -0.5, 0])
def test_times_have_a_least(value: float) -> None:
    with pytest.raises(SettingsError, match="query_seconds"):
        Settings(query_seconds=value)


@pytest.mark.parametrize(
    "values",
    [{"stop_seconds": float("inf")}, {"query_cpu_seconds": 1e300}, {"query_memory": 10**30}, {"page_queue": 2**60}],
)
def test_numbers_have_a_most_that_timers_and_limits_take(values: dict[str, float]) -> None:
    with pytest.raises(SettingsError, match=f"{next(iter(values))}.* must be at most "):
        Settings(**values)  # type: ignore[arg-type]


def test_what_stands_in_the_place_of_the_file_is_not_passed_over(tmp_path: Path) -> None:
    """A folder, which a container makes for a file that is not there; a link that leads nowhere; a pipe."""
    assert from_file(tmp_path / "none") == {}
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("gone")
    os.mkfifo(tmp_path / "pipe")
    for name in ("folder", "link", "pipe"):
        with pytest.raises(SettingsError, match=f"{name}: is no file"):
            from_file(tmp_path / name)


def test_a_port_has_a_most() -> None:
    with pytest.raises(SettingsError, match="port"):
        Settings(port=65536)


@pytest.mark.parametrize(
    "base",
    [
        "", "w3id.org/x/", "ftp://x.org/", "https://x.org/y", "https://x.org/a b/", "https://x.org/#/", "https://x.org/?/",
        "https:///", "https://", "https://x.org/<y>/",
    ],
)  # fmt: skip
def test_a_base_is_an_iri_of_a_folder(base: str) -> None:
    with pytest.raises(SettingsError, match="setting 'base'"):
        Settings(base=base)


def test_a_base_may_be_on_another_port_and_path() -> None:
    assert Settings(base="http://localhost:8000/x/").base == "http://localhost:8000/x/"


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(SettingsError, match="'prot'"):
        from_environment({}, root=ROOT, prot=1)


def test_settings_never_change() -> None:
    settings: Any = Settings()
    with pytest.raises(FrozenInstanceError):
        settings.port = 1


def test_releases_lie_under_the_root_or_where_they_are_put(tmp_path: Path) -> None:
    assert Settings(root=tmp_path).release_folder == tmp_path / "releases"
    assert Settings(root=tmp_path, releases=tmp_path / "x").release_folder == tmp_path / "x"


def test_the_root_is_the_nearest_folder_with_a_projects_file(tmp_path: Path) -> None:
    (tmp_path / "data" / "graphs" / "x").mkdir(parents=True)
    (tmp_path / FILE).touch()
    assert find_root(tmp_path / "data" / "graphs" / "x") == tmp_path
    assert find_root(tmp_path) == tmp_path


def test_away_from_any_project_nothing_else_is_meant(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=rf"neither {tmp_path} nor .* {FILE}.*initiative-lod init.*--root"):
        find_root(tmp_path)
    assert find_root(tmp_path, required=False) == tmp_path


def test_a_release_folder_elsewhere_needs_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert from_environment({}, releases=tmp_path / "x").release_folder == tmp_path / "x"
    assert from_environment({"INITIATIVE_LOD_RELEASES": str(tmp_path / "y")}).release_folder == tmp_path / "y"
    with pytest.raises(SettingsError, match="no project is here"):
        from_environment({}, releases=Path("x"))


def written(root: Path, content: str | bytes) -> Path:
    (root / FILE).write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def test_the_file_of_a_project_counts_less_than_the_environment(tmp_path: Path) -> None:
    root = written(tmp_path, 'base = "https://a.example/"\nport = 81\nquery_seconds = 2\nreleases = "out"\n')
    settings = from_environment({"INITIATIVE_LOD_PORT": "82"}, root=root)
    assert (settings.base, settings.port, settings.query_seconds) == ("https://a.example/", 82, 2.0)
    assert settings.release_folder == tmp_path / "out"
    assert from_environment({"INITIATIVE_LOD_PORT": "82"}, root=root, port=83).port == 83


def test_every_setting_but_the_root_may_stand_in_the_file(tmp_path: Path) -> None:
    default = Settings(root=tmp_path)
    lines = [
        f"{item.name} = {json.dumps(value if isinstance(value, int | float) else str(value))}"
        for item in fields(Settings)
        if item.name != "root" and (value := getattr(default, item.name)) is not None
    ]
    assert from_environment({}, root=written(tmp_path, "\n".join(lines))) == default


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("port = 80\nprot = 81", ":2: no setting is called 'prot'; is 'port' meant"),
        ("\n[zzz]\nname = 1", ":2: no setting is called 'zzz'; there are base, "),
        ("# x\nroot = '/'", ":2: no setting is called 'root'"),
        ("port = '80'", ":1: port is '80', and must be a whole number"),
        ("port = true", ":1: port is True, and must be a whole number"),
        ("\n\nport = 70000", ":3: setting 'port' is 70000, and must be at most 65535"),
        ("base = 'x'", ":1: setting 'base' is 'x'"),
        ("port = 1\nport = 2", ":2: not TOML"),
        ("port = 1\nbase = ", ":2: not TOML"),
        ("port", ":1: not TOML"),
        (b"\xff\xfe", ": the file is not UTF-8"),
    ],
)
def test_what_is_wrong_in_the_file_is_told_with_its_line(tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(SettingsError) as told:
        from_environment({}, root=written(tmp_path, content))
    assert str(told.value).startswith(f"{tmp_path / FILE}{message}")


def test_a_file_of_windows_is_read(tmp_path: Path) -> None:
    assert from_environment({}, root=written(tmp_path, b"\xef\xbb\xbfport = 81\r\n")).port == 81


def test_the_ontology_is_that_of_the_package_or_ones_own(tmp_path: Path) -> None:
    packed = Settings(root=tmp_path).ontology
    assert (packed / "initiative.ttl").is_file()
    assert (packed / "vocabulary").is_dir()
    (tmp_path / "ontology").mkdir()
    assert Settings(root=tmp_path).ontology == packed
    (tmp_path / "ontology" / "initiative.ttl").touch()
    assert Settings(root=tmp_path).ontology == tmp_path / "ontology"
