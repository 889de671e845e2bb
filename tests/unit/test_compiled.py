"""Byte code of templates that is kept between starts: an aid, and never a reason for a page to fail."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from initiative_lod.locale.templates import CompiledTemplates, bytecode_cache


def page(folder: Path, text: str = "so {{ x }}") -> str:
    found = Environment(
        loader=DictLoader({"page": text}), bytecode_cache=CompiledTemplates(str(folder)), autoescape=True
    )
    return found.get_template("page").render(x="it is")


def test_it_is_kept_and_taken_again(tmp_path: Path) -> None:
    assert page(tmp_path) == "so it is"
    (kept,) = tmp_path.iterdir()
    written = kept.stat().st_mtime_ns
    assert page(tmp_path) == "so it is"
    assert kept.stat().st_mtime_ns == written


def test_another_text_is_compiled_anew(tmp_path: Path) -> None:
    page(tmp_path)
    assert page(tmp_path, "else {{ x }}") == "else it is"


@pytest.mark.parametrize("content", [b"", b"j2", b"\x00" * 400])
def test_a_damaged_file_is_passed_over(tmp_path: Path, content: bytes) -> None:
    page(tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(content)
    assert page(tmp_path) == "so it is"


def test_a_folder_that_is_gone_costs_no_page(tmp_path: Path) -> None:
    assert page(tmp_path / "never" / "made") == "so it is"


def test_where_there_is_no_private_folder_there_is_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self: CompiledTemplates) -> str:
        raise RuntimeError

    monkeypatch.setattr(CompiledTemplates, "_get_default_cache_dir", refused)
    assert bytecode_cache() is None
