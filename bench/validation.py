"""CPU time and memory of validation over copies of the project's own data; with ``--plain`` by pySHACL alone.

    python bench/validation.py 1 10 60
    python bench/validation.py --plain 1

Each number of copies is measured in a process of its own. Copies differ in the names of all that is not shared.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, Quad

from initiative_lod.build.graph import build
from initiative_lod.iris import Iris
from initiative_lod.settings import Settings
from initiative_lod.validation.shacl import validate

ROOT = Path(__file__).resolve().parents[1]
_SHARED = re.compile(r"/(ontology|shapes|id/(modality|role|topic|group))\b")


def copies(quads: list[Quad], number: int) -> Iterator[Quad]:
    """The quads ``number`` times, each copy in names of its own but for classes, properties and schemes."""
    shared = {quad.object for quad in quads if quad.predicate.value.endswith(("#type", "#onProperty", "/predicate_id"))}
    shared |= {quad.predicate for quad in quads}
    for each in range(number):

        @cache
        def own(term: Any, each: int = each) -> Any:
            if not isinstance(term, NamedNode) or term in shared or _SHARED.search(term.value) or not each:
                return term
            return NamedNode(re.sub(r"^([a-z]+:(?://[^/]*/)?)", rf"\g<1>copy-{each}/", term.value))

        for quad in quads:
            yield Quad(own(quad.subject), quad.predicate, own(quad.object))


def measure(number: int, plain: bool) -> None:
    """Print a row: triples, seconds of CPU, peak memory, results, and a digest of the report."""
    built = build(Settings(root=ROOT))
    graph = Iris().graph("shapes")
    shapes = [quad for quad in built.quads if quad.graph_name == graph]
    data = list(copies([quad for quad in built.quads if quad.graph_name != graph], number))
    started = time.process_time()
    report = validate(data, shapes, prefiltered=not plain)
    seconds = time.process_time() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{len(data):>10,} triples {seconds:>8.1f} s CPU {memory:>8,.0f} MB {len(report.results):>6} results "
        f"{hashlib.sha256(report.to_json().encode()).hexdigest()[:12]}",
        flush=True,
    )


def main() -> None:
    """Measure each of the numbers given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("copies", type=int, nargs="+")
    parser.add_argument("--plain", action="store_true", help="without the prefilter")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    for number in given.copies:
        if given.one:
            measure(number, given.plain)
        else:
            options = ["--one", str(number), *(["--plain"] if given.plain else [])]
            subprocess.run([sys.executable, __file__, *options], check=True)


if __name__ == "__main__":
    main()
