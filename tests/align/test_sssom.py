"""SSSOM out and in again, and mapping sets of others."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Store

from initiative_lod.build import mappings as alignment
from initiative_lod.errors import ParseError
from initiative_lod.iris import Iris
from initiative_lod.sources import sssom
from initiative_lod.sources.sssom import MappingRow

CHECKOUT = Path(__file__).resolve().parents[2]
ALIGNMENTS = sorted((CHECKOUT / "data" / "alignments").glob("*.sssom.tsv"))
I = Iris()
SKOS = "http://www.w3.org/2004/02/skos/core#"
SEMAPV = "https://w3id.org/semapv/vocab/"
HEADER = {"mapping_set_id": "https://example.org/set", "license": "https://creativecommons.org/licenses/by/4.0/"}
PREFIXES = {
    "skos": SKOS,
    "semapv": SEMAPV,
    "ex": "https://example.org/",
    "deep": "https://example.org/deep/",
    "ilod": I.base + "ontology#",
}

text = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\x85"), min_size=1).map(
    str.strip
)
local = st.from_regex(r"[A-Za-z0-9_/.-]{1,8}(#[A-Za-z0-9]{1,4})?", fullmatch=True)
mapping = st.builds(
    lambda s, p, o, comment, trust, seen: MappingRow(
        0,
        {
            "subject_id": "https://example.org/" + s,
            "predicate_id": SKOS + p,
            "object_id": "https://other.org/" + o,
            "mapping_justification": SEMAPV + "LexicalMatching",
            "confidence": trust,
            "comment": comment,
        },
        {I.term("seenIn").value: seen},
    ),
    local,
    st.sampled_from(["exactMatch", "closeMatch", "relatedMatch"]),
    local,
    text.filter(bool),
    st.sampled_from(["0.1", "0.95", "1"]),
    text.filter(bool),
)
keyed = st.lists(mapping, max_size=6, unique_by=lambda row: tuple(row.slots[name] for name in sssom.REQUIRED[:3]))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keyed)
def test_what_is_written_reads_back_the_same(tmp_path: Path, rows: list[MappingRow]) -> None:
    path = tmp_path / "set.sssom.tsv"
    path.write_text(sssom.write(rows, HEADER, PREFIXES), "utf-8")
    found = sssom.read(path, published=bool(rows))
    assert sorted((sorted(row.slots.items()), dict(row.extensions)) for row in found.rows) == sorted(
        (sorted(row.slots.items()), dict(row.extensions)) for row in rows
    )
    assert found.metadata["mapping_set_id"] == HEADER["mapping_set_id"]


@pytest.mark.parametrize("path", ALIGNMENTS, ids=lambda path: path.name)
def test_our_alignments_survive_the_store(path: Path, tmp_path: Path) -> None:
    """File -> graph -> rows -> file: nothing is lost, and the second file says what the first does."""
    first = alignment.read(path)
    store = Store()
    store.extend(alignment.quads(first, I))
    rows = list(alignment.rows(store, I, I.graph(f"alignment-{first.name}")))
    again = tmp_path / path.name
    again.write_text(sssom.write(rows, HEADER, {**first.metadata["curie_map"], **sssom.BUILT_IN}), "utf-8")
    second = alignment.read(again)

    def facts(mappings: alignment.MappingSet) -> list[tuple[list[tuple[str, str | float]], dict[str, str]]]:
        return sorted(
            (sorted((k, float(v) if k == "confidence" else v) for k, v in row.slots.items()), dict(row.extensions))
            for row in mappings.rows
        )

    assert facts(first) == facts(second)
    assert sssom.write(rows, HEADER, PREFIXES) == sssom.write(list(reversed(rows)), HEADER, PREFIXES)


def test_a_set_of_others_needs_no_more_than_sssom_asks(tmp_path: Path) -> None:
    path = tmp_path / "theirs.sssom.tsv"
    path.write_text(
        "subject_id\tpredicate_id\tpredicate_modifier\tobject_id\tmapping_justification\tauthor_id\n"
        "https://a.org/1\tskos:exactMatch\t\thttps://b.org/1\tsemapv:LexicalMatching\thttps://x.org/1|https://x.org/2\n"
        "https://a.org/1\tskos:exactMatch\tNot\thttps://b.org/2\tsemapv:ManualMappingCuration\t\n",
        "utf-8",
    )
    with pytest.raises(ParseError, match="curie_map"):
        alignment.read(path)
    found = alignment.read(path, published=False)
    quads = list(alignment.quads(found, I))
    stated = [quad for quad in quads if quad.subject.value == "https://a.org/1"]  # type: ignore[union-attr]
    assert [str(quad.object) for quad in stated] == ["<https://b.org/1>"]
    assert len([quad for quad in quads if quad.predicate.value == "https://w3id.org/sssom/author_id"]) == 2


@pytest.mark.parametrize(
    ("cell", "message"),
    [("skos:narrower", "no mapping predicate"), ("nope:x", "prefix"), ("skos:exactMatch\tMaybe", "predicate_modifier")],
)
def test_a_bad_set_of_others_is_refused(tmp_path: Path, cell: str, message: str) -> None:
    path = tmp_path / "theirs.sssom.tsv"
    columns = "predicate_id\tpredicate_modifier" if "\t" in cell else "predicate_id"
    path.write_text(
        f"subject_id\t{columns}\tobject_id\tmapping_justification\nhttps://a.org/1\t{cell}\thttps://b.org/1\tsemapv:X\n",
        "utf-8",
    )
    with pytest.raises(ParseError, match=message):
        alignment.read(path, published=False)


def test_dates_of_the_set_hold_for_its_mappings() -> None:
    found = alignment.read(CHECKOUT / "data" / "alignments" / "dpv.sssom.tsv")
    assert {row.slots["mapping_date"] for row in found.rows} == {str(found.metadata["mapping_date"])}
    assert {row.slots["object_source_version"] for row in found.rows} == {"2.3"}


def test_every_candidate_is_published_or_left_out_with_its_reason() -> None:
    """The table of decisions and the linksets say the same."""
    with (CHECKOUT / "data" / "judgements" / "candidates.tsv").open(encoding="utf-8", newline="") as file:
        decided = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(decided) == 78
    prefixes = {
        "action": I.base + "id/wic-2020/action/",
        "wsis-action-line": I.base + "id/wsis-action-line/",
        "un-norm": I.base + "id/un-norm/",
        "sdg": "http://metadata.un.org/sdg/",
        "un": "http://metadata.un.org/",
        "root": I.base,
        **sssom.BUILT_IN,
    }
    published = {
        (row.slots["subject_id"], row.slots["predicate_id"], row.slots["object_id"])
        for name in ("wsis", "un-norms", "sdg-targets")
        for row in alignment.read(CHECKOUT / "data" / "alignments" / f"{name}.sssom.tsv").rows
    }
    kept = {
        tuple(sssom.expand(line[name], prefixes) for name in ("subject_id", "predicate_id", "object_id"))
        for line in decided
        if line["verdict"] != "left-out"
    }
    assert kept == published
    for line in decided:
        assert line["reason_en"]
        assert line["reason_zh"]
        assert line["judge"]
        assert (line["verdict"] == "left-out") == (line["predicate_id"] == "")
        if line["verdict"] == "published":
            assert line["predicate_id"] == line["candidate_predicate_id"]
