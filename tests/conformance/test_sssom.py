"""Mapping sets as the community of SSSOM writes them: read, recorded, written again; compared with sssom-py."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from initiative_lod.build import mappings
from initiative_lod.errors import SourceError
from initiative_lod.iris import Iris
from initiative_lod.sources import sssom, sssom_writer
from initiative_lod.sources import sssom_slots as slots
from initiative_lod.sources.mapping_set import MappingSet
from initiative_lod.vocabulary import SSSOM

CHECKOUT = Path(__file__).resolve().parents[2]
SUITE = CHECKOUT.parent / "shared" / "suites" / "sssom"
FILES = sorted(SUITE.rglob("*.tsv"))
COUNT = 31
REFERENCE = Path(os.environ.get("SSSOM_PYTHON", CHECKOUT / ".venv-sssom" / "bin" / "python"))

#: Records of the suite that are no relation of two things, by file, with the reason.
NOT_STATED = {
    "cardinality-with-unmapped-entities": 3,  # sssom:NoTermFound on either side, and on both
    "example1": 1,  # sssom:NoMapping
    "foodie-inc-2022-05-01": 1,  # likewise
    "literals": 4,  # strings
    "no_term_found": 1,
}

#: What sssom-py 0.4.21 loses as it writes JSON or RDF, by file and ending.
LOSSES = {
    ("cxsmiles_pipe", "json"): "an escaped bar parts values",
    ("cxsmiles_pipe", "ttl"): "an escaped bar parts values",
    ("pipe-escaping", "json"): "an escaped bar parts values",
    ("pipe-escaping", "ttl"): "an escaped bar parts values",
    ("reviewer_agreement", "json"): "a number that is 0",
    ("literals", "json"): "every mapping",
}

needs_suite = pytest.mark.skipif(not FILES, reason="the SSSOM examples are not beside the checkout (../shared/suites)")
needs_reference = pytest.mark.skipif(
    not (REFERENCE.parents[1] / "installed").is_file(),
    reason="sssom-py is not there: 'make interop' installs it into .venv-sssom",
)
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What sssom-py makes of the examples, and of what we write of them; in one process."""
    folder = tmp_path_factory.mktemp("written")
    written = [folder / path.parent.name / path.name for path in FILES]
    for path, target in zip(FILES, written, strict=True):
        target.parent.mkdir(exist_ok=True)
        target.write_text(sssom_writer.write(sssom.read(path, published=False)), "utf-8", newline="")
    script = Path(__file__).with_name("sssom_reference.py")
    line = [str(REFERENCE), str(script), str(folder), *map(str, (*FILES, *written))]
    done = subprocess.run(line, capture_output=True, text=True, env={"PATH": os.environ["PATH"]}, check=False)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return {**result, "folder": folder}


def facts(found: MappingSet) -> list[Any]:
    return sorted((sorted(row.slots.items()), sorted(row.extensions.items())) for row in found.rows)


@needs_suite
def test_the_suite_is_whole() -> None:
    assert len(FILES) == COUNT


@needs_suite
@each_file
def test_an_example_is_read_and_written_again_without_loss(path: Path, tmp_path: Path) -> None:
    first = sssom.read(path, published=False)
    assert first.rows
    again = tmp_path / path.name
    again.write_text(sssom_writer.write(first), "utf-8", newline="")
    second = sssom.read(again, published=False)
    assert facts(second) == facts(first)
    assert second.extensions == first.extensions
    assert {**second.slots, "sssom_version": ()} == {**first.slots, "sssom_version": ()}
    assert sssom_writer.write(second) == again.read_text("utf-8")


@needs_suite
@each_file
def test_an_example_is_recorded_whole_and_stated_where_it_states(path: Path) -> None:
    found = sssom.read(path, published=False)
    quads = list(mappings.quads(found, Iris()))
    records = {quad.subject for quad in quads if quad.object == SSSOM.Mapping}
    assert len(records) == len(found.rows)
    unstated = [row for row in found.rows if mappings.statement(row, Iris()) is None]
    assert len(unstated) == NOT_STATED.get(found.name, 0)
    stated = [quad for quad in quads if not quad.subject.value.startswith(Iris().base)]  # type: ignore[union-attr]
    assert not mappings.NOTHING & {term for quad in stated for term in (quad.subject, quad.object)}


@needs_reference
def test_the_slots_are_those_of_the_schema(reference: dict[str, Any]) -> None:
    schema = reference["slots"]
    no_values = {"curie_map", "mappings", "extension_definitions"}
    assert list(slots.MAPPING) == schema["mapping"]
    assert list(slots.MAPPING_SET) == [name for name in schema["set"] if name not in no_values]
    kinds = {
        "EntityReference": slots.ENTITY,
        "NonRelativeURI": slots.URI,
        "date": slots.DATE,
        "double": {*slots.NUMBER},
    }
    for kind, names in kinds.items():
        assert names == {name for name in slots.ALL if schema["range"][name] == kind}, kind
    assert slots.ALL & set(schema["several"]) == slots.SEVERAL
    assert set(schema["propagated"]) == slots.PROPAGATED
    assert {name for name, since in schema["since"].items() if since == "1.1"} == slots.SINCE_1_1
    assert {name: list(bounds) for name, bounds in slots.NUMBER.items()} == {
        name: bounds for name, bounds in schema["bounds"].items() if name in slots.ALL
    }
    for name, values in slots.VALUES.items():
        assert values == set(schema["values"][schema["range"][name]]), name


@needs_reference
@needs_suite
@each_file
def test_sssom_py_reads_the_same(path: Path, reference: dict[str, Any]) -> None:
    """The example as sssom-py reads it is what we read, and what it reads of the example as we write it."""
    found = sssom.read(path, published=False)
    place = FILES.index(path)
    theirs, ours = reference["sets"][place], reference["sets"][len(FILES) + place]

    def comparable(rows: list[dict[str, list[str]]]) -> list[Any]:
        return sorted(
            sorted((k, [float(v[0])] if k in slots.NUMBER else sorted(v)) for k, v in r.items()) for r in rows
        )

    rows = comparable([{name: list(values) for name, values in row.slots.items()} for row in found.rows])
    assert comparable(theirs["rows"]) == rows
    assert comparable(ours["rows"]) == rows
    own = {name: values for name, values in found.slots.items() if name not in slots.PROPAGATED}
    for name, values in own.items():
        assert (name, theirs["set"][name]) == (name, sorted(values))
        assert (name, ours["set"][name]) == (name, sorted(values))


@needs_reference
@needs_suite
@pytest.mark.parametrize("ending", ["json", "ttl"])
@each_file
def test_json_and_rdf_of_sssom_py_are_read_as_the_table(path: Path, ending: str, reference: dict[str, Any]) -> None:
    table = sssom.read(path, published=False)
    written = reference["folder"] / f"{FILES.index(path)}.sssom.{ending}"
    if (table.name, ending) == ("literals", "json"):
        with pytest.raises(SourceError, match="no mapping in it"):
            sssom.read(written, published=False)
        return
    found = sssom.read(written, published=False)

    def comparable(read: MappingSet) -> list[Any]:
        return sorted(
            sorted((k, [float(v[0])] if k in slots.NUMBER else sorted(v)) for k, v in row.slots.items())
            for row in read.rows
        )

    assert (comparable(found) == comparable(table)) == ((table.name, ending) not in LOSSES)
    assert found.notes == ()
    assert sorted(found.slots) == sorted({*table.slots, "mapping_set_id"})  # it makes an identifier where there is none
