"""The one table of settings."""

from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from typing import Any

import pytest

from initiative_lod.errors import SettingsError
from initiative_lod.settings import ENVIRONMENT_PREFIX, Settings, find_root, from_environment

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


def test_the_root_is_the_nearest_folder_with_ontology_and_data(tmp_path: Path) -> None:
    for name in ("ontology", "data/graphs/x"):
        (tmp_path / name).mkdir(parents=True)
    assert find_root(tmp_path / "data" / "graphs" / "x") == tmp_path
    assert find_root(tmp_path) == tmp_path


def test_away_from_any_project_the_checkout_of_the_code_is_meant(tmp_path: Path) -> None:
    assert (find_root(tmp_path) / "data" / "graphs").is_dir()
