"""CPU that a request of every kind of address costs this server, cold and warm, in the process that answers it.

Nothing is sent over a socket: the application is called as a server calls it, so that the figures are its own. *Cold*
is the first request for an address after others of its kind have been answered; *warm* is the mean of those that
follow.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from pathlib import Path

from initiative_lod.release.opened import Publisher
from initiative_lod.settings import Settings
from initiative_lod.web.app import create_app
from initiative_lod.web.http.front import Front

IRI = "https://w3id.org/initiative-lod/id"
#: Kind, an address that is asked before (so that templates are compiled), and the one that is measured.
KINDS = (
    ("start", "", "/"),
    ("action", "/doc/wic-2020/action/7", "/doc/wic-2020/action/8"),
    ("clause", "/doc/wic-2020/action/7/clause/1", "/doc/wic-2020/action/8/clause/4"),
    ("topic", "/doc/topic/backdoor", "/doc/topic/data-security"),
    ("modality of most clauses", "/doc/modality/oppose", "/doc/modality/promote"),
    ("institution", "/doc/institution/wic-organizing-committee", "/doc/institution/united-nations"),
    ("initiative", "", "/doc/wic-2020"),
    ("text", "/doc/wic-2020/en", "/doc/wic-2020/zh"),
    ("dataset", "", "/dataset"),
    ("ontology", "", "/ontology"),
    ("shapes", "", "/shapes"),
    ("question", "/questions/actions-naming-china", "/questions/actions-by-modality"),
    ("questions", "", "/questions"),
    ("comparison", "", f"/compare?iri={IRI}/wic-2020/action/8&iri={IRI}/wic-2020/action/17"),
    ("search, rare", "", "/search?q=backdoor"),
    ("search, frequent", "", "/search?q=network"),
)
FORMS = (
    ("HTML zh", "text/html", "zh"),
    ("HTML en", "text/html", "en"),
    ("Turtle", "text/turtle", "en"),
    ("JSON-LD", "application/ld+json", "en"),
    ("JSON", "application/json", "en"),
)
WARM = 100


async def ask(app: Front, address: str, accept: str, language: str, coding: str) -> tuple[int, int]:
    """Status and size of the answer."""
    path, _, query = address.partition("?")
    messages = []

    async def send(message: dict[str, object]) -> None:
        messages.append(message)

    async def receive() -> dict[str, object]:
        await asyncio.sleep(3600)
        return {"type": "http.disconnect"}

    headers = [(b"host", b"localhost"), (b"accept", accept.encode()), (b"accept-language", language.encode())]
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [*headers, (b"accept-encoding", coding.encode())],
        "client": ("127.0.0.1", 1),
        "scheme": "http",
        "http_version": "1.1",
        "server": ("localhost", 80),
        "root_path": "",
    }
    await app(scope, receive, send)  # type: ignore[arg-type]
    return int(str(messages[0]["status"])), sum(len(item.get("body", b"")) for item in messages[1:])  # type: ignore[arg-type]


async def measure(app: Front, coding: str) -> None:
    """Print a row for each kind of address in each form that it has."""
    print("| kind | form | cold, ms | warm, ms | bytes |\n| --- | --- | ---: | ---: | ---: |")
    for kind, before, address in KINDS:
        for form, accept, language in FORMS:
            if before:
                await ask(app, before, accept, language, coding)
            began = time.process_time()
            status, size = await ask(app, address, accept, language, coding)
            cold = time.process_time() - began
            if status != 200:
                continue
            began = time.process_time()
            for _ in range(WARM):
                await ask(app, address, accept, language, coding)
            warm = (time.process_time() - began) / WARM
            print(f"| {kind} | {form} | {1000 * cold:.2f} | {1000 * warm:.3f} | {size:,} |", flush=True)


def main() -> None:
    """Measure the release that is published in a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("releases", type=Path, help="the release folder")
    parser.add_argument("--coding", default="identity", help="Accept-Encoding of the requests")
    given = parser.parse_args()
    settings = Settings(releases=given.releases.resolve())
    asyncio.run(measure(create_app(settings, Publisher(settings.release_folder)), given.coding))


if __name__ == "__main__":
    main()
