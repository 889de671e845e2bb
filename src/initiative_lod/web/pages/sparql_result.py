"""Results of visitors' queries as pieces of HTML: a table, and above it a picture where that says more.

It is made in the worker, so that the server never reads a visitor's result; and however large that is, the piece is
not: so many rows, cells and characters. Everything in it comes from outside: all of it is escaped, and no IRI becomes
a link that is not http or https.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from markupsafe import Markup
from pyoxigraph import BlankNode, Literal, NamedNode, QueryBoolean, QuerySolutions, Triple

from initiative_lod import release
from initiative_lod.documents.resource import resource_of
from initiative_lod.iris import Iris, document_of
from initiative_lod.locale.messages import Language, Languages
from initiative_lod.query_text import count_listings, parser_guard
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.sparql.job import Job
from initiative_lod.sparql.worker.evaluation import OpenStore
from initiative_lod.vocabulary import XSD
from initiative_lod.web.drawings.bars import chart
from initiative_lod.web.drawings.network import network
from initiative_lod.web.labelled_resource import LabelledResource, LangText
from initiative_lod.web.pages.page_templates import page_templates
from initiative_lod.web.pages.view import View

SHOWN = 1000  # rows
CELLS = 20_000
CHARACTERS = 2_000_000  # of the table's rows
LONGEST = 2000  # characters of one value
IN_PICTURE = 120  # characters of a name
LOOKED_UP = 1000  # IRIs whose labels are looked up; what comes after them is shown as it is
BARS = 40
LISTED = 200  # counts that are linked to what they count
LONGEST_LISTED = 1500  # characters of the query that such a link may take

_NUMBERS = frozenset(
    XSD.iri + name
    for name in "integer decimal double float nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger "
    "long int short byte unsignedLong unsignedInt unsignedShort unsignedByte".split()
)

_SELECT = re.compile(r"(?i)\bselect\b(?!:)\s*(?:distinct\b|reduced\b)?\s*(\*)?")
_VARIABLE = re.compile(r"[?$](\w+)")
_DOTS = frozenset((".", ".."))  # segments that would lead a browser elsewhere

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class ResultCell:
    """A term as the table shows it: text, perhaps a link (of a count, to what it counts); ``label`` names a resource.

    ``language`` and ``datatype`` are those of a literal; a number has neither.
    """

    text: str = ""
    href: str = ""
    iri: str = ""
    label: LangText | None = None
    language: str = ""
    datatype: str = ""
    number: bool = False

    @property
    def size(self) -> int:
        """About how many characters of HTML it takes."""
        return 40 + sum(map(len, (self.text, self.href, self.iri, self.label.value if self.label else "")))


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's name; ``variable`` where the visitor gave it."""

    name: str
    variable: bool
    number: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with what it shows."""

    title: str
    picture: Markup


class ResultPages:
    """Draws results; keeps the templates, and the words of the languages that were asked for, by their folder."""

    def __init__(self) -> None:
        self._templates = page_templates()
        self._languages: dict[str, Languages] = {}

    def draw(self, found: QueryBoolean | QuerySolutions | Sequence[Triple], opened: OpenStore, job: Job) -> bytes:
        """A truth value as a sentence; solutions as a table with a chart, triples as a table with a drawing.

        Raises ReleaseError when the release around the store cannot be read.
        """
        folder = job.reader.folder
        if folder not in self._languages:
            self._languages[folder] = Languages(Path(folder) if folder else None)
        language = self._languages[folder][job.reader.language]
        values = {"truth": bool(found)} if isinstance(found, QueryBoolean) else _table(found, opened, job, language)
        template = self._templates.get_template("result.html")
        return template.render(language=language, lang=language.tag, **{"truth": None, **values}).encode()


def _table(
    found: QuerySolutions | Sequence[Triple], opened: OpenStore, job: Job, language: Language
) -> dict[str, object]:
    """Solutions or triples as the template shows them."""
    whole = OpenRelease(release.read(opened.path.parent), opened.store, Iris(job.base))
    names = ResultNames(View(whole, language, job.reader.prefix, job.reader.arguments))
    solutions = isinstance(found, QuerySolutions)
    if isinstance(found, QuerySolutions):
        order = _order(job.query, [variable.value for variable in found.variables])
        head = [found.variables[column].value for column in order]
        rows, more = _some(([solution[column] for column in order] for solution in found), len(head))
        figure = None if more else _chart(head, rows, names, language)
        listings = _listings(job, head, rows[:LISTED], names)
    else:
        head = [language.gettext(name) for name in ("subject", "predicate", "object")]
        rows, more = _some(([*triple] for triple in found), len(head))
        figure, listings = _network(found[: len(rows)], names, language), {}
    cells = _cells(rows, names, listings)
    more = more or len(cells) < len(rows)
    return {
        "figure": figure,
        "headings": [Heading(_cut(name), solutions, _measured(cells, column)) for column, name in enumerate(head)],
        "rows": cells,
        "more": more,
        "solutions": solutions,
        "total": len(cells) if isinstance(found, QuerySolutions) else len(found),
    }


def _measured(rows: Sequence[Sequence[ResultCell]], column: int) -> bool:
    """Tell whether all that stands in a column is numbers."""
    return bool(rows) and all(row[column].number or not row[column].text for row in rows)


class ResultNames:
    """Names and pages of the things of a result; only so many of them are looked up."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._known: dict[NamedNode, LabelledResource] = {}

    def thing(self, node: NamedNode | BlankNode) -> LabelledResource:
        """The thing, with its label (empty when there is none) and the address of its page (empty for none)."""
        if isinstance(node, BlankNode):
            return LabelledResource(node.value, "", LangText(""))
        found = self._known.get(node)
        if found is None:
            looked = len(self._known) < LOOKED_UP
            label = self.view.label(node) if looked else None
            found = LabelledResource(node.value, self._href(node, looked), label or LangText(""))
            if looked:
                self._known[node] = found
        return found

    def short(self, node: NamedNode | BlankNode) -> str:
        """The node as people write it."""
        return _cut(self.view.short(node))

    def _href(self, node: NamedNode, looked: bool) -> str:
        if len(node.value) > LONGEST:
            return ""
        path = self.view.iris.path(document_of(node.value))
        if path is not None and resource_of(self.view.iris, path) is not None and not _DOTS & {*path.split("/")}:
            return self.view.href(node)
        if not node.value.startswith(("http://", "https://")):
            return ""
        if looked and next(iter(self.view.opened.about(node)), None) is not None:
            return self.view.link("/resource", iri=node.value)
        return node.value


def _order(query: str, names: Sequence[str]) -> list[int]:
    """The columns as the query names them first, where it asks for all: the engine sorts those by the alphabet."""
    words = parser_guard.blanked(query)
    outer = _SELECT.search(words)
    if outer is None or not outer[1]:
        return [*range(len(names))]
    places: dict[str, int] = {}
    for name in _VARIABLE.finditer(words):
        places.setdefault(name[1], name.start())
    return sorted(range(len(names)), key=lambda column: places.get(names[column], len(words)))


def _some(rows: Iterable[Row], columns: int) -> tuple[list[Row], bool]:
    """The first rows, and whether there are more."""
    most = min(SHOWN, max(1, CELLS // max(1, columns)))
    found = list(islice(rows, most + 1))
    return found[:most], len(found) > most


# The table


def _listings(job: Job, head: Sequence[str], rows: Sequence[Row], names: ResultNames) -> dict[tuple[int, int], str]:
    """By row and column of a count the address at which what it counts is listed."""
    if job.dataset is not None or len(job.query) > LONGEST_LISTED:
        return {}
    found: dict[tuple[int, int], str] = {}
    for name, count in count_listings.counts(job.query).items():
        for number, row in enumerate(rows if name in head else ()):
            terms = dict(zip(head, row, strict=True))
            amount = terms[name]
            plain = all(isinstance(terms.get(item), NamedNode | Literal | None) for item in count.named)
            query = count.listing(terms) if plain and isinstance(amount, Literal) and amount.value != "0" else None
            if query is not None:
                found[number, head.index(name)] = f"{names.view.link('/sparql', query=query)}#result"
    return found


def _cells(rows: Sequence[Row], names: ResultNames, listings: Mapping[tuple[int, int], str]) -> list[list[ResultCell]]:
    """The rows as far as they go into a table of so many characters."""
    found, size = [], 0
    for number, row in enumerate(rows):
        literals = {term.value for term in row if isinstance(term, Literal)}
        cells = [_cell(term, names, literals) for term in row]
        for column, cell in enumerate(cells):
            if (number, column) in listings:
                cells[column] = replace(cell, href=listings[number, column])
        found.append(cells)
        size += sum(cell.size for cell in found[-1])
        if size > CHARACTERS:
            break
    return found


def _cell(term: Any, names: ResultNames, literals: set[str]) -> ResultCell:
    if term is None:
        return ResultCell()
    if isinstance(term, NamedNode):
        thing = names.thing(term)
        there = thing.label.value in literals  # the label stands in the same row anyway
        label = None if there or not thing.label.value else LangText(_cut(thing.label.value), thing.label.language)
        return ResultCell(names.short(term), thing.href, term.value if thing.href else "", label)
    if isinstance(term, Literal):
        text = _cut(term.value)
        if _is_typed_number(term):
            return ResultCell(text, number=True)
        datatype = "" if term.language or term.datatype == XSD.string else names.short(term.datatype)
        return ResultCell(text, language=_cut(term.language or ""), datatype=datatype)
    return ResultCell(_cut(names.short(term) if isinstance(term, BlankNode) else str(term)))


def _cut(text: str, longest: int = LONGEST) -> str:
    return text if len(text) <= longest else text[:longest] + "…"


# The pictures


def _chart(head: Sequence[str], rows: Sequence[Row], names: ResultNames, language: Language) -> Figure | None:
    """Bars of the last column that measures something, by the first that names each row; else nothing."""
    if not 2 <= len(rows) <= BARS:
        return None
    columns = range(len(head))
    measures = [column for column in columns if _measures([row[column] for row in rows])]
    named = sorted(
        (not all(isinstance(row[column], Literal) for row in rows), column)
        for column in columns
        if all(row[column] is not None and not _is_number(row[column]) for row in rows)
        and len({row[column] for row in rows}) == len(rows)
    )
    if not measures or not named:
        return None
    value, name = measures[-1], named[0][1]
    title = language.gettext("chart_by", value=head[value], name=head[name])
    counts = [(_name(row[name], names), float(row[value].value), row[value].value[:24]) for row in rows]
    return Figure(title, chart(title, counts))


def _measures(terms: Sequence[Any]) -> bool:
    """Tell whether these are amounts: numbers from zero up that do not just count the rows."""
    if not all(_is_number(term) for term in terms):
        return False
    values = [float(term.value) for term in terms]
    return all(math.isfinite(value) and value >= 0 for value in values) and values != [*range(1, len(values) + 1)]


def _is_typed_number(term: Any) -> bool:
    return isinstance(term, Literal) and term.datatype.value in _NUMBERS


def _is_number(term: Any) -> bool:
    if not _is_typed_number(term):
        return False
    try:
        float(term.value)
    except ValueError:
        return False  # an ill-typed literal
    return True


def _name(term: Any, names: ResultNames) -> str:
    if isinstance(term, NamedNode | BlankNode):
        return _cut(names.thing(term).label.value or names.short(term), IN_PICTURE)
    return _cut(term.value if isinstance(term, Literal) else str(term), IN_PICTURE)


def _network(triples: Sequence[Triple], names: ResultNames, language: Language) -> Figure | None:
    def labelled(node: NamedNode | BlankNode) -> LabelledResource:
        thing = names.thing(node)
        return LabelledResource(thing.iri, thing.href, LangText(_name(node, names), thing.label.language))

    found = network(triples, labelled, language.gettext("network"))
    if found is None:
        return None
    title = language.gettext("network")
    if found.drawn < found.things or found.lines < found.links:
        title = language.gettext(
            "network_part", drawn=found.drawn, things=found.things, lines=found.lines, links=found.links
        )
    return Figure(title, found.picture)
