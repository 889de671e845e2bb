"""SSSOM out and in again, and mapping sets of others."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Store

from initiative_lod.build import mappings as alignment
from initiative_lod.errors import ParseError
from initiative_lod.iris import Iris
from initiative_lod.sources import sssom, sssom_writer
from initiative_lod.sources import sssom_slots as slots
from initiative_lod.sources.mapping_set import MappingRow, MappingSet

CHECKOUT = Path(__file__).resolve().parents[2]
ALIGNMENTS = sorted((CHECKOUT / "data" / "alignments").glob("*.sssom.tsv"))
I = Iris()
SKOS = "http://www.w3.org/2004/02/skos/core#"
SEMAPV = "https://w3id.org/semapv/vocab/"
HEADER = {"mapping_set_id": ("https://example.org/set",), "license": ("https://creativecommons.org/licenses/by/4.0/",)}
PREFIXES = {
    "skos": SKOS,
    "semapv": SEMAPV,
    "ex": "https://example.org/",
    "deep": "https://example.org/deep/",
    "ilod": I.base + "ontology#",
}

# any text whose line ends are those that a reader of text sees, without the white space around it
text = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0\x1c\x1d\x1e\x85\u2028\u2029"), min_size=1)
    .map(str.strip)
    .filter(bool)
)
local = st.from_regex(r"[A-Za-z0-9_/.()'-]{1,8}(#[A-Za-z0-9]{1,4})?", fullmatch=True)
mapping = st.builds(
    lambda s, p, o, comment, trust, seen, authors, more: MappingRow(
        0,
        {
            "subject_id": ("https://example.org/" + s,),
            "predicate_id": (SKOS + p,),
            "object_id": ("https://other.org/" + o,),
            "mapping_justification": (SEMAPV + "LexicalMatching",),
            "confidence": (trust,),
            "comment": (comment,),
            "author_label": tuple(authors),
            **more,
        },
        {I.term("seenIn").value: seen},
    ),
    local,
    st.sampled_from(["exactMatch", "closeMatch", "relatedMatch"]),
    local,
    text,
    st.sampled_from(["0.1", "0.95", "1", "1.0", "0.0000001", "1e-7", "0.123456789012345678901"]),
    text,
    st.lists(text, min_size=1, max_size=3),
    st.fixed_dictionaries({}, optional={"mapping_tool": st.tuples(text), "review_date": st.just(("2031-01-02",))}),
)
keyed = st.lists(
    mapping, min_size=1, max_size=6, unique_by=lambda row: tuple(row.value(name) for name in slots.REQUIRED[:3])
)


def facts(mappings: MappingSet) -> list[tuple[object, ...]]:
    return sorted((sorted(row.slots.items()), sorted(row.extensions.items())) for row in mappings.rows)


@pytest.mark.thorough
@given(keyed, text)
def test_what_is_written_reads_back_the_same(tmp_path: Path, rows: list[MappingRow], comment: str) -> None:
    path = tmp_path / "set.sssom.tsv"
    given = MappingSet("set", {**HEADER, "comment": (comment,)}, tuple(rows), PREFIXES)
    path.write_text(sssom_writer.write(given), "utf-8", newline="")
    found = sssom.read(path)
    assert facts(found) == facts(given)
    assert {name: value for name, value in found.slots.items() if name != "sssom_version"} == given.slots
    assert sssom_writer.write(replace(given, rows=tuple(reversed(rows)))) == sssom_writer.write(given)


@pytest.mark.parametrize("path", ALIGNMENTS, ids=lambda path: path.name)
def test_our_alignments_survive_the_store(path: Path, tmp_path: Path) -> None:
    """File -> graph -> rows -> file: nothing is lost, and the second file says what the first does."""
    first = sssom.read(path)
    store = Store()
    store.extend(alignment.quads(first, I))
    again = tmp_path / path.name
    recorded = alignment.recorded(store, I.graph(f"alignment-{first.name}"))
    again.write_text(sssom_writer.write(replace(recorded, slots=HEADER, prefixes=first.prefixes)), "utf-8")

    def valued(mappings: MappingSet) -> list[object]:
        """The store writes numbers by their value."""
        rows = [{k: float(v[0]) if k in slots.NUMBER else sorted(v) for k, v in r.slots.items()} for r in mappings.rows]
        return sorted((sorted(map(str, row.items())) for row in rows), key=str)

    assert valued(sssom.read(again)) == valued(first)


def test_a_set_of_others_needs_no_more_than_sssom_asks(tmp_path: Path) -> None:
    path = tmp_path / "theirs.sssom.tsv"
    path.write_text(
        "subject_id\tpredicate_id\tpredicate_modifier\tobject_id\tmapping_justification\tauthor_id\n"
        "https://a.org/1\tskos:exactMatch\t\thttps://b.org/1\tsemapv:LexicalMatching\thttps://x.org/1|https://x.org/2\n"
        "https://a.org/1\tskos:exactMatch\tNot\thttps://b.org/2\tsemapv:ManualMappingCuration\t\n",
        "utf-8",
    )
    with pytest.raises(ParseError, match="curie_map"):
        sssom.read(path)
    found = sssom.read(path, published=False)
    quads = list(alignment.quads(found, I))
    stated = [quad for quad in quads if quad.subject.value == "https://a.org/1"]  # type: ignore[union-attr]
    assert [str(quad.object) for quad in stated] == ["<https://b.org/1>"]
    assert len([quad for quad in quads if quad.predicate.value == "https://w3id.org/sssom/author_id"]) == 2


@pytest.mark.parametrize(
    ("cell", "message"),
    [("nope:x", "prefix"), ("skos:exactMatch\tMaybe", "predicate_modifier")],
)
def test_a_bad_set_of_others_is_refused(tmp_path: Path, cell: str, message: str) -> None:
    path = tmp_path / "theirs.sssom.tsv"
    columns = "predicate_id\tpredicate_modifier" if "\t" in cell else "predicate_id"
    path.write_text(
        f"subject_id\t{columns}\tobject_id\tmapping_justification\nhttps://a.org/1\t{cell}\thttps://b.org/1\tsemapv:X\n",
        "utf-8",
    )
    with pytest.raises(ParseError, match=message):
        sssom.read(path, published=False)


def test_dates_of_the_set_hold_for_its_mappings() -> None:
    found = sssom.read(CHECKOUT / "data" / "alignments" / "dpv.sssom.tsv")
    assert {row.value("mapping_date") for row in found.rows} == {"2026-11-24"}
    assert {row.value("object_source_version") for row in found.rows} == {"2.3"}


def test_every_candidate_is_published_or_left_out_with_its_reason() -> None:
    """The table of decisions and the linksets say the same."""
    with (CHECKOUT / "data" / "judgements" / "candidates.tsv").open(encoding="utf-8", newline="") as file:
        decided = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(decided) == 81
    prefixes = {
        "action": I.base + "id/wic-2020/action/",
        "wsis-action-line": I.base + "id/wsis-action-line/",
        "un-norm": I.base + "id/un-norm/",
        "sdg": "http://metadata.un.org/sdg/",
        "un": "http://metadata.un.org/",
        "root": I.base,
        **slots.BUILT_IN,
    }
    published = {
        (row.value("subject_id"), row.value("predicate_id"), row.value("object_id"))
        for name in ("wsis", "un-norms", "sdg-targets")
        for row in sssom.read(CHECKOUT / "data" / "alignments" / f"{name}.sssom.tsv").rows
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
