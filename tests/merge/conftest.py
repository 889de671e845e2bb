"""A small release to merge into, and a way to merge."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from initiative_lod import release
from initiative_lod.build.graph import canonical
from initiative_lod.iris import Iris
from initiative_lod.merge.merge import MergeRequest, MergeResult, merge
from initiative_lod.release import Edition, Release
from initiative_lod.settings import Settings
from initiative_lod.vocabulary import RDFS
from patience import patient

I = Iris()
Merge = Callable[..., MergeResult]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return patient(Settings(root=tmp_path))


@pytest.fixture(scope="session")
def written_start(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The release to start from, for copies: those take a tenth of the work."""
    quads = canonical([Quad(I.thing("id/x"), RDFS.label, Literal("甲", language="zh"), I.graph("some"))])
    files = {"context.jsonld": b"{}\n"}
    return release.write(tmp_path_factory.mktemp("start"), quads, Edition("1.0", "2031-03-05"), files, I)


@pytest.fixture
def start(settings: Settings, written_start: Release) -> Release:
    folder = settings.release_folder / written_start.version
    shutil.copytree(written_start.path, folder, symlinks=True)
    made = release.read(folder)
    release.publish(settings.release_folder, made)
    return made


@pytest.fixture
def merging(settings: Settings, start: Release) -> Merge:
    def run(*named: Path | str, onto: Release | None = None, **options: Any) -> MergeResult:
        wanted = MergeRequest(named=tuple(map(str, named)), **{"retrieved": "2031-03-06", **options})
        return merge(settings, onto or start, wanted)

    return run


def graph(slug: str) -> NamedNode:
    return I.graph(f"source/{slug}")
