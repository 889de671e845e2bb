"""Takes the pictures in docs/images from the running product: builds a release in a temporary folder, serves it, looks.

Needs Chromium on the path and the dev dependencies: ``make pictures``.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import sync_playwright

ILOD = "PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>\n"
QUERY = f"""{ILOD}
SELECT ?modality (COUNT(?clause) AS ?clauses) WHERE {{
  ?clause ilod:modality ?modality
}}
GROUP BY ?modality ORDER BY DESC(?clauses)
"""
GRAPH = f"""{ILOD}PREFIX dcterms: <http://purl.org/dc/terms/>

CONSTRUCT {{ ?clause ilod:topic ?topic ; ilod:addressee ?group }} WHERE {{
  ?clause dcterms:isPartOf <id/wic-2020/action/8> ; ilod:topic ?topic
  OPTIONAL {{ ?clause ilod:addressee ?group }}
}}
"""
IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
#: name -> (path, language, width, dark, height; 0 for the whole page)
PICTURES = {
    "start.zh": ("/", "zh", 1280, False, 1000),
    "start.en": ("/", "en", 1280, False, 1000),
    "start.en.narrow": ("/", "en", 390, False, 1400),
    "reading.en": ("/read/wic-2020", "en", 1280, False, 1000),
    "reading.zh.narrow": ("/read/wic-2020", "zh", 390, True, 1400),
    "pictures.en": ("/pictures", "en", 1280, False, 1400),
    "picture-map.en": ("/pictures/map", "en", 1280, False, 1400),
    "picture-sdg.en": ("/pictures/mappings-sdg-targets", "en", 1280, False, 1400),
    "picture-actors.zh.dark": ("/pictures/actors", "zh", 1280, True, 1000),
    "index.zh": ("/things/institution?order=tree", "zh", 1280, False, 900),
    "about.en": ("/about/data", "en", 1280, False, 900),
    "action-8.en": ("/doc/wic-2020/action/8", "en", 1280, False, 900),
    "action-8.zh.narrow": ("/doc/wic-2020/action/8", "zh", 390, False, 1400),
    "action-8.zh.dark": ("/doc/wic-2020/action/8", "zh", 1280, True, 900),
    "institution.en": ("/doc/institution/united-nations", "en", 1280, False, 900),
    "topic.zh": ("/doc/topic/cybercrime", "zh", 1280, False, 900),
    "question.en": ("/questions/groups-and-what-they-are-asked-to-do", "en", 1280, False, 1000),
    "questions.zh": ("/questions", "zh", 1280, False, 900),
    "compare.en": (
        "/compare?iri=wic-2020/action/8&iri=wic-2020/action/9&iri=wic-2020/action/10",
        "en",
        1280,
        False,
        900,
    ),
    "compare.zh.narrow": ("/compare?iri=wic-2020/action/9&iri=wic-2020/action/10", "zh", 390, False, 1200),
    "ontology-diagram.en": ("/ontology#diagram", "en", 1280, False, 900),
    "ontology.en": ("/ontology", "en", 1280, False, 900),
    "shapes.en": ("/shapes", "en", 1280, False, 900),
    "search.zh": ("/search?q=網絡犯罪", "zh", 1280, False, 900),
    "dataset.zh": ("/dataset", "zh", 1280, False, 900),
    "sparql.en": (f"/sparql?query={quote(QUERY)}", "en", 1280, False, 1000),
    "sparql-editor.en": ("/sparql", "en", 1280, False, 700),
    "sparql-graph.zh": (f"/sparql?query={quote(GRAPH)}", "zh", 1280, False, 1100),
}
#: What is folded, and is opened first.
FOLDED = {"ontology-diagram.en": "#diagram + details"}
#: What is written into the editor first.
TYPED = {
    "sparql-editor.en": f"{ILOD}SELECT ?clause ?text WHERE {{\n?clause ilod:text ?text ; ilod:addressee enterpri",
}


def main() -> None:
    """Serve, take every picture, stop."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("pictures: no Chromium is on the path")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "initiative_lod", "--releases", folder, "serve", "--port", str(port)]
        server = subprocess.Popen(command)
        try:
            _wait(f"http://127.0.0.1:{port}/readyz")
            _take(chromium, f"http://127.0.0.1:{port}")
        finally:
            server.terminate()
            server.wait()


def _wait(url: str) -> None:
    for _ in range(3000):  # ten minutes, on a busy machine
        try:
            urllib.request.urlopen(url).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    sys.exit(f"pictures: nothing answers at {url}")


def _take(chromium: str, base: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-quic", "--disable-background-networking", "--no-first-run"],
        )
        for name, (path, language, width, dark, height) in PICTURES.items():
            context = browser.new_context(
                viewport={"width": width, "height": height or 900},
                locale="zh-CN" if language == "zh" else "en-GB",
                color_scheme="dark" if dark else "light",
            )
            page = context.new_page()
            page.goto(base + path, wait_until="networkidle")  # with the images that come when they are in sight
            if folded := FOLDED.get(name):
                page.locator(folded).evaluate("(details) => { details.open = true }")
            if (typed := TYPED.get(name)) and page.locator(".editor").count():
                page.get_by_role("textbox", name="Query").click()
                page.keyboard.press("Control+a")
                page.keyboard.type(typed)
                page.wait_for_selector(".cm-completionInfo")
            page.screenshot(path=IMAGES / f"{name}.png", full_page=not height)
            context.close()
            print(IMAGES / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
