"""Writes synthetic statements of any number, as N-Triples, to measure what grows with what is merged.

    python bench/synthetic.py MILLIONS FILE

Concepts of one scheme, to which all of them point (a hub): of a class and below one another, with labels in English,
Chinese and German, notations, definitions, numbers and dates. The same number gives the same file.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path

BASE = "https://synthetic.example/"
SKOS = "http://www.w3.org/2004/02/skos/core#"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
XSD = "http://www.w3.org/2001/XMLSchema#"
CLASSES = 40
ENGLISH = (
    "data security network law trade water energy health school port river forest budget council tax road "
    "child worker farm market court vote bridge treaty border island coast press radio satellite"
).split()
CHINESE = "数据安全网络法律贸易水能源健康学校港口河流森林预算议会税道路儿童工人农场市场法院投票桥条约边境岛"
GERMAN = "Daten Netz Recht Handel Wasser Kraft Schule Hafen Fluss Wald Haushalt Rat Steuer Kind Markt".split()


def lines(triples: int) -> Iterator[str]:
    """At least so many triples, as lines."""
    chosen = random.Random(7)
    scheme = f"<{BASE}scheme>"
    yield f"{scheme} {TYPE} <{SKOS}ConceptScheme> .\n"
    yield f'{scheme} <{SKOS}prefLabel> "Synthetic concepts"@en .\n'
    written, number = 2, 0
    while written < triples:
        about = list(concept(number, scheme, chosen))
        yield from about
        written += len(about)
        number += 1


def concept(number: int, scheme: str, chosen: random.Random) -> Iterator[str]:
    """The statements about one concept."""
    subject = f"<{BASE}concept/{number}>"
    english = " ".join(chosen.sample(ENGLISH, 2))
    chinese = "".join(chosen.sample(CHINESE, 4))
    yield f"{subject} {TYPE} <{SKOS}Concept> .\n"
    yield f"{subject} {TYPE} <{BASE}class/{number % CLASSES}> .\n"
    yield f"{subject} <{SKOS}inScheme> {scheme} .\n"
    yield f'{subject} <{SKOS}prefLabel> "{english} {number:x}"@en .\n'
    yield f'{subject} <{SKOS}prefLabel> "{chinese}{number % 9973}"@zh .\n'
    yield f'{subject} <{SKOS}prefLabel> "{chosen.choice(GERMAN)} {number:x}"@de .\n'
    if number % 3 == 0:
        yield f'{subject} <{SKOS}altLabel> "{english}"@en .\n'
    if number % 4 == 0:
        yield f'{subject} <{SKOS}definition> "About {" and ".join(chosen.sample(ENGLISH, 8))}."@en .\n'
    yield f'{subject} <{SKOS}notation> "N{number}" .\n'
    yield f'{subject} <{BASE}size> "{number % 1000}"^^<{XSD}integer> .\n'
    yield f'{subject} <http://purl.org/dc/terms/modified> "20{number % 30:02}-0{1 + number % 9}-11"^^<{XSD}date> .\n'
    if number:
        yield f"{subject} <{SKOS}broader> <{BASE}concept/{number // 8}> .\n"


def main() -> None:
    """Write the file."""
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with Path(sys.argv[2]).open("w", encoding="utf-8") as file:
        file.writelines(lines(int(float(sys.argv[1]) * 1_000_000)))


if __name__ == "__main__":
    main()
