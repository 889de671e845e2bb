"""A visitor's result as a piece of HTML: a table, and above it a picture where that says more.

It is made in the worker, so that the server never reads a visitor's result; and however large that is, the piece is
not: so many rows, cells and characters. Everything in it comes from outside: all of it is escaped, and no IRI becomes
a link that is not http or https.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape
from pyoxigraph import BlankNode, Literal, NamedNode, QueryBoolean, QuerySolutions, Triple

from initiative_lod import release
from initiative_lod.documents.resource import resource_of
from initiative_lod.iris import Iris, document_of
from initiative_lod.locale.messages import Language, Languages
from initiative_lod.release.opened import OpenRelease
from initiative_lod.sparql.job import Job
from initiative_lod.sparql.worker.evaluation import OpenStore
from initiative_lod.vocabulary import XSD
from initiative_lod.web.drawings.bars import chart
from initiative_lod.web.drawings.network import network
from initiative_lod.web.labelled import LabelledResource, LangText
from initiative_lod.web.pages.view import View

SHOWN = 1000  # rows
CELLS = 20_000
CHARACTERS = 2_000_000  # of the table's rows
LONGEST = 2000  # characters of one value
IN_PICTURE = 120  # characters of a name
LOOKED_UP = 1000  # IRIs whose labels are looked up; what comes after them is shown as it is
BARS = 40

_NUMBERS = frozenset(
    XSD.iri + name
    for name in "integer decimal double float nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger "
    "long int short byte unsignedLong unsignedInt unsignedShort unsignedByte".split()
)

_DOTS = frozenset((".", ".."))  # segments that would lead a browser elsewhere

Row = Sequence[Any]


def drawn(found: QueryBoolean | QuerySolutions | Sequence[Triple], opened: OpenStore, job: Job) -> bytes:
    """A truth value as a sentence; solutions as a table with a chart, triples as a table with a drawing.

    Raises ReleaseError when the release around the store cannot be read.
    """
    language, prefix, arguments, folder = job.reader
    words = Languages(Path(folder) if folder else None)[language]
    if isinstance(found, QueryBoolean):
        return str(Markup('<p class="boolean">{}</p>').format(words.gettext("ask_yes" if found else "ask_no"))).encode()
    whole = OpenRelease(release.read(opened.path.parent), opened.store, Iris(job.base))
    names = Names(View(whole, words, prefix, arguments))
    if isinstance(found, QuerySolutions):
        head = [variable.value for variable in found.variables]
        rows, more = _some((list(solution) for solution in found), len(head))
        picture = Markup("") if more else _chart(head, rows, names, words)
        count = words.gettext("first_rows", count=len(rows)) if more else words.ngettext("one_row", "n_rows", len(rows))
    else:
        head = [words.gettext(name) for name in ("subject", "predicate", "object")]
        rows, more = _some(([*triple] for triple in found), len(head))
        picture = _network(found[: len(rows)], names, words)
        total = len(found)
        count = (
            words.gettext("first_triples", count=len(rows), total=total)
            if more
            else words.ngettext("one_triple", "n_triples", total)
        )
    table = _table(head, rows, names, count)
    scroll = Markup('<div class="scroll" tabindex="0" role="group" aria-label="{}">{}</div>')
    return str(picture + scroll.format(words.gettext("result"), table)).encode()


class Names:
    """What the things of a result are called and where their pages are; only so many of them are looked up."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._known: dict[NamedNode, LabelledResource] = {}
        self._written: dict[NamedNode, tuple[str, str]] = {}

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

    def written(self, node: NamedNode) -> tuple[str, str]:
        """The node as a link (as its name, where it has no page), and its label, both as HTML."""
        found = self._written.get(node)
        if found is None:
            thing, link = self.thing(node), str(escape(self.short(node)))
            if thing.href:
                others = "" if thing.href.startswith("/") else ' rel="nofollow"'
                link = f'<a href="{escape(thing.href)}" title="{escape(node.value)}"{others}>{link}</a>'
            language = f' lang="{escape(thing.label.language)}"' if thing.label.language else ""
            label = f'<span class="label"{language}>{escape(_cut(thing.label.value))}</span>'
            found = self._written[node] = link, label if thing.label.value else ""
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


def _some(rows: Iterable[Row], columns: int) -> tuple[list[Row], bool]:
    """The first rows, and whether there are more."""
    most = min(SHOWN, max(1, CELLS // max(1, columns)))
    found = list(islice(rows, most + 1))
    return found[:most], len(found) > most


# The table


def _table(head: Sequence[str], rows: Sequence[Row], names: Names, count: str) -> Markup:
    lines: list[str] = []
    size = 0
    for row in rows:
        literals = {term.value for term in row if isinstance(term, Literal)}
        lines.append(f"<tr>{''.join(_cell(term, names, literals) for term in row)}</tr>")
        size += len(lines[-1])
        if size > CHARACTERS:
            count = names.view.interface.gettext("first_rows", count=len(lines))
            break
    heading = Markup("")
    for column, name in enumerate(head):
        number = all(row[column] is None or _is_typed_number(row[column]) for row in rows) if rows else False
        heading += Markup('<th scope="col"{}>{}</th>').format(Markup(' class="number"' if number else ""), _cut(name))
    return Markup(
        '<table class="results"><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>'
    ).format(count, heading, Markup("".join(lines)))


def _cell(term: Any, names: Names, literals: set[str]) -> str:
    if term is None:
        return "<td></td>"
    if isinstance(term, NamedNode):
        return _thing(term, names, literals)
    if isinstance(term, Literal):
        text = escape(_cut(term.value))
        if _is_typed_number(term):
            return f'<td class="number">{text}</td>'
        if term.language:
            tag = escape(_cut(term.language))
            return f'<td><span lang="{tag}">{text}</span> <span class="tag">{tag}</span></td>'
        if term.datatype == XSD.string:
            return f"<td>{text}</td>"
        return f'<td>{text} <span class="tag">{escape(names.short(term.datatype))}</span></td>'
    shown = names.short(term) if isinstance(term, BlankNode) else str(term)
    return f"<td>{escape(_cut(shown))}</td>"


def _thing(node: NamedNode, names: Names, literals: set[str]) -> str:
    """An IRI with its label beside it, unless that stands in the same row anyway."""
    link, label = names.written(node)
    return f"<td>{link}</td>" if names.thing(node).label.value in literals else f"<td>{link} {label}</td>"


def _cut(text: str, longest: int = LONGEST) -> str:
    return text if len(text) <= longest else text[:longest] + "…"


# The pictures


def _chart(head: Sequence[str], rows: Sequence[Row], names: Names, words: Language) -> Markup:
    """Bars of the last column that measures something, by the first that names each row; else nothing."""
    if not 2 <= len(rows) <= BARS:
        return Markup("")
    columns = range(len(head))
    measures = [column for column in columns if _measures([row[column] for row in rows])]
    named = sorted(
        (not all(isinstance(row[column], Literal) for row in rows), column)
        for column in columns
        if all(row[column] is not None and not _is_number(row[column]) for row in rows)
        and len({row[column] for row in rows}) == len(rows)
    )
    if not measures or not named:
        return Markup("")
    value, name = measures[-1], named[0][1]
    title = words.gettext("chart_by", value=head[value], name=head[name])
    counts = [(_name(row[name], names), float(row[value].value), row[value].value[:24]) for row in rows]
    return _figure(title, chart(title, counts))


def _measures(terms: Sequence[Any]) -> bool:
    """Whether these are amounts: numbers from zero up that do not just count the rows."""
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


def _name(term: Any, names: Names) -> str:
    if isinstance(term, NamedNode | BlankNode):
        return _cut(names.thing(term).label.value or names.short(term), IN_PICTURE)
    return _cut(term.value if isinstance(term, Literal) else str(term), IN_PICTURE)


def _network(triples: Sequence[Triple], names: Names, words: Language) -> Markup:
    def labelled(node: NamedNode | BlankNode) -> LabelledResource:
        thing = names.thing(node)
        return LabelledResource(thing.iri, thing.href, LangText(_name(node, names), thing.label.language))

    found = network(triples, labelled, words.gettext("network"))
    if found is None:
        return Markup("")
    title = words.gettext("network")
    if found.drawn < found.things:
        title = words.gettext("network_part", drawn=found.drawn, things=found.things)
    return _figure(title, found.picture)


def _figure(title: str, picture: Markup) -> Markup:
    return Markup(
        '<figure><figcaption>{}</figcaption><div class="scroll" tabindex="0" role="group" aria-label="{}">{}</div>'
        "</figure>"
    ).format(title, title, picture)
