"""A real Chromium, where the machine has one, on a real server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from patience import SECONDS
from service.conftest import harbour, real

__all__ = ["browser", "harbour", "real"]

#: The first is Chromium without a screen, which takes a third less of the processor.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
WAIT = 100_000  # milliseconds for one thing to be seen, which takes some hundreds on a quiet machine


@pytest.fixture(scope="module")  # while it is open an event loop runs in this thread, and other tests want their own
def browser() -> Iterator[Browser]:
    """The browser; tests skip where there is none."""
    path = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if path is None:
        pytest.skip("no Chromium is installed on this machine")
    expect.set_options(timeout=WAIT)
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu"]  # without a card it would only be played by the processor
        started = playwright.chromium.launch(executable_path=path, args=options, timeout=SECONDS * 1000)
        yield started
        started.close()


@contextmanager
def tab(browser: Browser, **options: Any) -> Iterator[Page]:
    """A page in a context of its own, in English on a wide screen unless ``options`` say otherwise.

    It asks for no motion: where a smooth scroll stands when a test looks depends on how busy the machine is.
    """
    usual = {"locale": "en-GB", "viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
    context = browser.new_context(**{**usual, **options})
    context.set_default_timeout(WAIT)
    try:
        yield context.new_page()
    finally:
        context.close()
