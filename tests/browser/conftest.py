"""A real Chromium, where the machine has one, on a real server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from service.conftest import harbour, real

__all__ = ["browser", "harbour", "real"]


@pytest.fixture(scope="module")  # while it is open an event loop runs in this thread, and other tests want their own
def browser() -> Iterator[Browser]:
    """The browser; tests skip where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium is installed on this machine")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()
