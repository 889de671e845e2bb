"""Answers to the competency questions as a page shows them: columns under words, things as links, and a chart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from pyoxigraph import Literal, NamedNode

from initiative_lod.labels import natural
from initiative_lod.literals import number
from initiative_lod.query_text import count_listings
from initiative_lod.sources import questions
from initiative_lod.vocabulary import PARTS, RDF
from initiative_lod.web.drawings import bars
from initiative_lod.web.drawings.heat_map import Drawn, heat_map
from initiative_lod.web.labelled_resource import LabelledResource, LangText
from initiative_lod.web.pages.saved_questions import Kept, about, in_language, rows_of
from initiative_lod.web.pages.view import View

PICTURE = "question-"  # before the name of a question, the name of its chart as a picture
MOST_BARS, MOST_ROWS, MOST_COLUMNS = 60, 60, 40
_NUMBERS = ("integer", "decimal", "double", "nonNegativeInteger")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

#: The parts of a document by the name of their kind, in lower case, and their number.
Numbered = Mapping[tuple[str, str], NamedNode]


@dataclass(frozen=True, slots=True)
class AnswerCell:
    """A cell of an answer: a thing, or words. A part that the answer gives by its number has that, too.

    ``listing`` of a count is the address at which what it counts is listed.
    """

    thing: LabelledResource | None
    text: LangText | None
    number: bool
    listing: str = ""

    @property
    def words(self) -> str:
        """The cell in words: the number of a part, a thing's label."""
        label = self.thing.label.value if self.thing else ""
        return " ".join(word for word in (self.text.value if self.text else "", label) if word)

    @property
    def key(self) -> str:
        """Equal for cells that name the same."""
        return self.thing.iri if self.thing else self.words


_ONE = AnswerCell(None, LangText("1"), True)


@dataclass(frozen=True, slots=True)
class Table:
    """An answer as a page shows it; a column that only repeats another's label is left out."""

    names: tuple[str, ...]
    headings: tuple[LangText, ...]
    rows: tuple[tuple[AnswerCell, ...], ...]

    @property
    def unlisted(self) -> bool:
        """A number of it leads nowhere: it is stated, or computed."""
        return any(cell.number and not cell.listing and cell.words != "0" for row in self.rows for cell in row)


def table(item: Kept, view: View, document: NamedNode | None = None) -> Table:
    """The answer to a question, which is about a document if one is given: then parts are known by their numbers."""
    if "boolean" in item:
        verdict = LangText(view.interface.gettext("yes" if item["boolean"] else "no"), view.language)
        return Table((), (), ((AnswerCell(None, verdict, False),),))
    rows = item["rows"]
    names = tuple(
        name
        for name in item["variables"]
        if not (
            name.endswith("Label")
            and any(row.get(name.removesuffix("Label"), {}).get("type") == "uri" for row in rows[:1])
        )
    )
    numbered = _numbered(view, document, names) if document is not None else {}
    counts = count_listings.counts(item["query"])
    return Table(
        names,
        tuple(_heading(item, name, view) for name in names),
        tuple(
            tuple(_cell(name, row.get(name), view, numbered, _listing(counts.get(name), row, view)) for name in names)
            for row in rows
        ),
    )


def document_of(item: Kept, view: View) -> NamedNode | None:
    """The one document that a question is about."""
    name = about(item)
    return view.iris.thing(f"id/{name}") if name not in ("", questions.EACH) else None


def of_document(item: Kept, view: View, document: NamedNode) -> Table:
    """The answer to a question that concerns a document: of a template, what it says of this one."""
    if about(item) != questions.EACH:
        return table(item, view, document_of(item, view))
    variables = [name for name in item["variables"] if name != questions.DOCUMENT]
    return table({**item, "variables": variables, "rows": rows_of(item, document)}, view, document)


def _heading(item: Kept, name: str, view: View) -> LangText:
    """The words for a column: those that its authors wrote, the ontology's label, or the variable itself."""
    written = in_language(item.get("columns", {}).get(name, {}), view.language)  # earlier releases have none
    if written.value:
        return written
    for local in (name[:1].upper() + name[1:], name[:1].upper() + name[1:].removesuffix("s"), name):
        label = view.label(view.iris.thing(f"ontology#{local}")) if local.isidentifier() else None
        if label is not None:
            return label
    return LangText(_HUMP.sub(" ", name).lower(), "zxx")


def _numbered(view: View, document: NamedNode, names: Sequence[str]) -> Numbered:
    """Parts of the document of the kinds that columns are named after, by their number in the document."""
    found: dict[tuple[str, str], NamedNode] = {}
    for kind in PARTS:
        if kind.lower() in names:
            for triple in view.opened.triples(None, RDF.type, view.term(kind)):
                part = triple.subject
                if isinstance(part, NamedNode) and part.value.startswith(f"{document.value}/"):
                    number = view.number(part, view.term("number"))
                    found[kind.lower(), str(number)] = part
    return found


def _cell(name: str, term: dict[str, str] | None, view: View, numbered: Numbered, listing: str) -> AnswerCell:
    if term is None:
        return AnswerCell(None, None, False)
    if term["type"] == "uri":
        return AnswerCell(view.thing(NamedNode(term["value"])), None, False)
    number = term.get("datatype", "").rpartition("#")[2] in _NUMBERS
    text = LangText(term["value"], term.get("xml:lang", ""))
    if number and (part := numbered.get((name, term["value"]))) is not None:
        return AnswerCell(view.thing(part), text, False)
    return AnswerCell(None, text, number, listing if number and term["value"] != "0" else "")


def _listing(count: count_listings.CountedColumn | None, row: Mapping[str, dict[str, str]], view: View) -> str:
    """The address at which what a count of the row counts is listed; nothing where that cannot be told."""
    query = count.listing({name: _term(row.get(name)) for name in count.named}) if count is not None else None
    return f"{view.link('/sparql', query=query)}#result" if query is not None else ""


def _term(written: dict[str, str] | None) -> NamedNode | Literal | None:
    """The term that a kept answer has in the form of SPARQL's JSON results."""
    if written is None:
        return None
    if written["type"] == "uri":
        return NamedNode(written["value"])
    if "xml:lang" in written:
        return Literal(written["value"], language=written["xml:lang"])
    datatype = written.get("datatype")
    return Literal(written["value"], datatype=NamedNode(datatype) if datatype else None)


# Charts


def charted(item: Kept) -> bool:
    """The question has a chart, where it has rows."""
    return str(item["chart"]).split(" ")[0] in ("bar", "count", "heat")


def drawn(item: Kept, found: Table) -> Drawn | None:
    """The chart of an answer; None where the question has none, or its answer nothing to draw."""
    draw = drawing(item, found)
    return None if draw is None else draw()


def drawing(item: Kept, found: Table) -> Callable[[], Drawn] | None:
    """A call that draws the chart of an answer; likewise None."""
    name, *columns = str(item["chart"]).split()
    if not found.rows or any(column not in found.names for column in columns):
        return None
    places = [found.names.index(column) for column in columns]
    if name == "bar":
        counts = _measured(found)
    elif name == "count":
        counts = _counted(found, places[0])
    elif name == "heat":
        return _crossed(found, *places)
    else:
        return None
    return partial(bars.drawn, counts[:MOST_BARS]) if len(counts) > 1 else None


def _measured(found: Table) -> list[tuple[str, float, str]]:
    """The last column that holds numbers, by the first that holds none."""
    columns = range(len(found.names))
    values = [column for column in columns if all(row[column].number for row in found.rows)]
    names = [column for column in columns if column not in values]
    if not values or not names:
        return []
    amounts = [(row[names[0]].words, row[values[-1]].words) for row in found.rows]
    return [(name, number(value) or 0.0, value) for name, value in amounts]


def _counted(found: Table, place: int) -> list[tuple[str, float, str]]:
    """Number of rows that each value of a column has, most first."""
    counts = Counter(row[place].key for row in found.rows if row[place].key)
    words = {row[place].key: row[place].words for row in found.rows}
    return [(words[key], count, str(count)) for key, count in counts.most_common()]


def _crossed(found: Table, across: int, down: int) -> Callable[[], Drawn] | None:
    """Number of times that a value of one column stands beside one of another: the row's number, or the rows."""
    amounts = [place for place in range(len(found.names)) if all(row[place].number for row in found.rows)]
    counts: Counter[tuple[str, str]] = Counter()
    listings: dict[tuple[str, str], str] = {}
    things: tuple[dict[str, LabelledResource], dict[str, LabelledResource]] = ({}, {})
    for row in found.rows:
        pair = row[across], row[down]
        if all(cell.key for cell in pair):
            amount, keys = row[amounts[-1]] if amounts else _ONE, (pair[0].key, pair[1].key)
            listings[keys] = "" if keys in listings else amount.listing  # of a sum nothing lists what it counts
            counts[keys] += int(number(amount.words) or 0)
            for cell, known in zip(pair, things, strict=True):
                known[cell.key] = cell.thing or LabelledResource(cell.key, "", cell.text or LangText(""))
    rows, columns = (_most(counts, place, things[place]) for place in (0, 1))
    words = {row[across].key: row[across].words for row in found.rows}
    if len(rows) < 2 or len(columns) < 2:
        return None
    named = [(thing, words[thing.iri]) for thing in rows[:MOST_ROWS]]
    return partial(heat_map, named, columns[:MOST_COLUMNS], counts, listings)


def _most(
    counts: Counter[tuple[str, str]], place: int, things: Mapping[str, LabelledResource]
) -> list[LabelledResource]:
    """Things in order: parts in that of the document, others by how often they are counted."""
    totals: Counter[str] = Counter()
    for pair, count in counts.items():
        totals[pair[place]] += count
    if all(thing.kind in PARTS for thing in things.values()):
        return sorted(things.values(), key=lambda thing: natural(thing.iri))
    return sorted(things.values(), key=lambda thing: (-totals[thing.iri], natural(thing.iri)))
