"""What sssom-py and the schema of SSSOM make of files, as JSON. Run by the Python of an environment that has them.

``sssom_reference.py FOLDER FILE...`` prints {"slots": {…}, "sets": [{"rows": […], "set": {…}}, …]}, and writes the
files as JSON and as Turtle into the folder, under their numbers.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import warnings
from pathlib import Path
from typing import Any

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

import yaml  # noqa: E402
from sssom.parsers import parse_sssom_table  # type: ignore[import-not-found, unused-ignore]  # noqa: E402
from sssom.writers import write_json, write_rdf  # type: ignore[import-not-found, unused-ignore]  # noqa: E402
from sssom_schema import __file__ as package  # type: ignore[import-not-found, unused-ignore]  # noqa: E402

SCHEMA = yaml.safe_load((Path(package).parent / "schema" / "sssom_schema.yaml").read_text("utf-8"))
SLOTS: dict[str, dict[str, Any]] = {name: slot or {} for name, slot in SCHEMA["slots"].items()}


def described() -> dict[str, Any]:
    """The slots of the schema, as far as a reader needs them."""

    def annotated(name: str, key: str) -> Any:
        return (SLOTS[name].get("annotations") or {}).get(key)

    return {
        "mapping": SCHEMA["classes"]["mapping"]["slots"],
        "set": SCHEMA["classes"]["mapping set"]["slots"],
        "range": {name: slot.get("range", "string") for name, slot in SLOTS.items()},
        "several": [name for name, slot in SLOTS.items() if slot.get("multivalued")],
        "propagated": [name for name in SLOTS if annotated(name, "propagated")],
        "since": {name: annotated(name, "added_in") for name in SLOTS if annotated(name, "added_in")},
        "bounds": {n: [s["minimum_value"], s["maximum_value"]] for n, s in SLOTS.items() if "minimum_value" in s},
        "values": {name: list(enum["permissible_values"]) for name, enum in SCHEMA["enums"].items()},
    }


def parsed(path: Path) -> Any:
    """A file as sssom-py reads it."""
    beside = path.with_name(path.name.replace(".sssom.tsv", ".sssom.yml"))
    meta = yaml.safe_load(beside.read_text("utf-8")) if beside.is_file() and beside != path else None
    return parse_sssom_table(str(path), meta=meta)


def write(path: Path, folder: Path, number: int) -> None:
    """The file in the two other syntaxes of SSSOM."""
    for ending, writer in (("json", write_json), ("ttl", write_rdf)):
        with (folder / f"{number}.sssom.{ending}").open("w", encoding="utf-8") as file:
            writer(parsed(path), file)


def table(path: Path) -> dict[str, Any]:
    """A file as sssom-py reads it: IRIs expanded, cells of several values parted."""
    read = parsed(path)

    def values(name: str, given: Any) -> list[str]:
        several = SLOTS[name].get("multivalued")
        texts = given if isinstance(given, list) else parted(str(given)) if several else [str(given)]
        if SLOTS[name].get("range") == "EntityReference":
            texts = [read.converter.expand(text) or text for text in texts]
        return sorted(text.strip() for text in texts)

    rows = [{k: values(k, v) for k, v in row.items() if v not in ("", None)} for row in read.df.to_dict("records")]
    own = {k: values(k, v) for k, v in read.metadata.items() if k in SLOTS and k != "extension_definitions"}
    return {"rows": rows, "set": own}


def parted(cell: str) -> list[str]:
    """SSSOM/TSV, "Multi-valued slots"; sssom-py leaves a cell as it is."""
    hidden = cell.replace("\\\\", "\0").replace("\\|", "\1")
    return [re.sub("\1", "|", item).replace("\0", "\\") for item in hidden.split("|")]


if __name__ == "__main__":
    target, *names = map(Path, sys.argv[1:])
    for number, name in enumerate(names):
        write(name, target, number)
    print(json.dumps({"slots": described(), "sets": [table(name) for name in names]}))
