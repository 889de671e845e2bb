"""/search: what a visitor types in, a page or JSON out. Whatever is typed gets 200, with what was found or what to do.

``lang`` is the language of the words that are searched (zh, en, both), in every representation; that of the page itself
is ``hl``, or negotiated.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.parse import parse_qsl, urlencode

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from markupsafe import Markup, escape
from pyoxigraph import NamedNode
from starlette.responses import Response

from initiative_lod.errors import Busy, QueryTimeout
from initiative_lod.formats import HTML, JSON
from initiative_lod.negotiation import Offer, choose, lookup
from initiative_lod.release import Release
from initiative_lod.search import index, reader
from initiative_lod.search.index import FACETS, UNCLASSED
from initiative_lod.search.query import LONGEST
from initiative_lod.search.reader import Asked as Search
from initiative_lod.search.reader import Count, Hit, Index, Results, Value
from initiative_lod.store import OpenRelease
from initiative_lod.web.asked import LANGUAGES, Answer, Asked, asked, day, http_date, matches
from initiative_lod.web.errors import BadArgument, NotAcceptable
from initiative_lod.web.site import Site
from initiative_lod.web.view import Thing, View

log = logging.getLogger(__name__)

OFFERS = (Offer(JSON), Offer(HTML))
RANKS = ("label", "label-prefix", "label-words", "text", "linked")
AT_ONCE = 4  # searches that run at the same time; the others wait without holding a thread
MOST_WAITING = 64
MOST_FIELDS = 100
EXCERPT = {"zh": 150, "en": 320, "xx": 240}  # characters
_LISTED = 8  # values of a facet that are shown at once

WORDS: dict[str, tuple[str, str]] = {
    "search": ("搜索", "Search"),
    "query": ("要找的词", "What to look for"),
    "placeholder": ("例如:网络犯罪、personal data、ITU", "for example: personal data, 网络犯罪, ITU"),
    "in": ("在哪种语言中查找", "Search in"),
    "both": ("中英文", "Chinese and English"),
    "zh": ("中文原文", "Chinese"),
    "en": ("英文译文", "English"),
    "found": ("找到 {} 项", "{} found"),
    "found_one": ("找到 1 项", "1 found"),
    "found_more": ("找到 {} 项以上", "more than {} found"),
    "for": ("“{}”", "“{}”"),
    "also": ("一并查找", "Also searched"),
    "only_typed": ("只查原词", "only what I typed"),
    "narrow": ("筛选", "Narrow down"),
    "type": ("类型", "Type"),
    "pillar": ("所属部分", "Pillar"),
    "modality": ("情态", "Modality"),
    "topic": ("主题", "Topic"),
    "remove": ("取消", "Remove"),
    "clear": ("取消全部筛选", "Remove all"),
    "more": ("更多", "More"),
    "Term": ("本体术语", "Term of the ontology"),
    "Other": ("其他", "Other"),
    "External": ("外部资源", "Resource of others"),
    "part_of": ("属于", "in"),
    "linked": ("涉及", "It is linked to"),
    "alt": ("又称", "Also called"),
    "elsewhere": ("在其他词表中", "Elsewhere called"),
    "results": ("结果", "Results"),
    "pages": ("翻页", "Pages"),
    "page_of": ("第 {} 页,共 {} 页", "Page {} of {}"),
    "previous": ("上一页", "Previous"),
    "next": ("下一页", "Next"),
    "loose_pieces": (
        "没有哪里完整地写着这些字;以下各项分别含有其中的每个部分。",
        "Nothing holds these words as they stand together. What follows holds each part of them.",
    ),
    "loose_any": (
        "没有哪里同时写着这些词;以下各项含有其中一部分。",
        "Nothing holds all of these words. What follows holds some of them.",
    ),
    "none": ("没有找到", "Nothing was found"),
    "none_for": ("没有找到“{}”", "Nothing was found for “{}”"),
    "unknown": ("这里哪儿都没有的词", "Words that are nowhere in the data"),
    "without_filters": ("不加筛选有 {} 项", "Without the filters there are {}"),
    "in_both": ("中英文都找一找", "Search in both languages"),
    "tips": ("可以这样试试", "What may help"),
    "tip_fewer": ("少写几个字,或换一种说法;中文不必加空格。", "Fewer words, or another word for the same thing."),
    "tip_quotes": (
        "加引号查找连在一起的原词;词尾加 * 查找以它开头的英文词。",
        "Quotes keep words together; a * at the end of a word lets it go on: cyber*.",
    ),
    "tip_script": (
        "繁体、简体都可以;英文不分大小写和单复数。",
        "Traditional and simplified characters find each other; so do cyber crime and cybercrime, minor and minors.",
    ),
    "begin": ("可以从这里开始", "Places to begin"),
    "begin_note": (
        "查找名称、定义和条款文字,中英文均可。",
        "Looks through names, definitions and the words of every clause, in Chinese and in English.",
    ),
    "n_linked": ("{} 处", "{}"),
    "slow": (
        "查找时间过长,已停止。请写得更具体些。",
        "The search took too long and was stopped. Ask for something more specific.",
    ),
    "shortened": ("查询太长,只用了前 {} 个字符。", "The query was too long: only its first {} characters were used."),
    "as_json": ("以 JSON 格式", "These results as JSON"),
}


class Words:
    """The page's own words in one language."""

    def __init__(self, language: str) -> None:
        self._place = 0 if language == "zh" else 1

    def __getitem__(self, key: str) -> str:
        return WORDS[key][self._place]

    def __call__(self, key: str, *values: object) -> str:
        return WORDS[key][self._place].format(*values)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The arguments of a request, as far as they mean something."""

    search: Search
    pairs: tuple[tuple[str, str], ...]

    @property
    def filters(self) -> list[tuple[str, str]]:
        """(facet, key) of every filter."""
        return [(name, key) for name in FACETS for key in self.search.filters.get(name, ())]

    def query(
        self,
        page: int = 1,
        without: tuple[str, str] | None = None,
        more: tuple[str, str] | None = None,
        drop: Sequence[str] = (),
        text: str | None = None,
    ) -> str:
        """The query string of the same search, on another page, with one filter less or more, without arguments."""
        pairs = [("q", self.search.text[: 4 * LONGEST] if text is None else text)]
        if self.search.language != "both":
            pairs.append(("lang", self.search.language))
        pairs += [pair for pair in self.filters if pair != without]
        pairs += [more] if more else []
        pairs += [("page", str(page))] if page > 1 else []
        pairs += [pair for pair in self.pairs if pair[0] == "hl"][:1]
        return urlencode([pair for pair in pairs if pair[0] not in drop])


class Indexes:
    """The index of the release that is current. An older one is closed when its last search is over."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: tuple[str, Index] | None = None

    def of(self, release: Release) -> Index:
        """The index of ``release``. Raises ReleaseError when it has none that can be read."""
        kept = self._open
        if kept is not None and kept[0] == str(release.path):
            return kept[1]
        with self._lock:
            if self._open is None or self._open[0] != str(release.path):
                opened = Index(release.path / index.FILE)
                if self._open is not None:
                    self._open[1].close()
                self._open = str(release.path), opened
            return self._open[1]

    def close(self) -> None:
        """Close it; a later search opens it again."""
        with self._lock:
            if self._open is not None:
                self._open[1].close()
                self._open = None


def search_router(site: Site) -> APIRouter:
    """The search over the release that is current."""
    router = APIRouter()
    indexes = Indexes()
    limiter = CapacityLimiter(AT_ONCE)

    async def search(request: Request) -> Response:
        read = asked(request, site.settings.root_path, site.trusted)
        if limiter.statistics().tasks_waiting >= MOST_WAITING:
            raise Busy("too many searches at once: try again in a second")
        found = await to_thread.run_sync(answer, site, indexes, read, limiter=limiter)
        return found.response(request.method)

    for suffix, method in product(("", ".json", ".html"), ("GET", "HEAD")):
        shown = not suffix and method == "GET"
        router.add_api_route(
            f"/search{suffix}",
            search,
            methods=[method],
            summary="Full-text search in Chinese and English",
            response_class=Response,
            responses=RESPONSES,
            include_in_schema=shown,
            operation_id=f"search_{method.lower()}{suffix.replace('.', '_')}",
            openapi_extra={"parameters": PARAMETERS} if shown else None,
        )
    return router


_PROBLEM: dict[str, Any] = {"content": {"application/problem+json": {}, "text/html": {}}}
RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "What was found, which may be nothing", "content": {"application/json": {}, "text/html": {}}},
    304: {"description": "Not modified"},
    400: {"description": "More arguments than anyone needs", **_PROBLEM},
    406: {"description": "Neither JSON nor HTML is accepted", **_PROBLEM},
    503: {"description": "No release with a search index is published, or too many searches at once", **_PROBLEM},
}


def _parameter(name: str, about: str, **schema: Any) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": about,
        "schema": {"type": "string", **schema},
    }


def _filter(name: str, about: str) -> dict[str, Any]:
    many = {"type": "array", "items": {"type": "string"}}
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": f"{about}; may be repeated (any of them)",
        "schema": many,
    }


PARAMETERS = [
    _parameter("q", f"what to look for, at most {LONGEST} characters of it; quotes keep words together"),
    _parameter("lang", "the language of the words that are searched", enum=["zh", "en", "both"], default="both"),
    _filter("type", "a class of the ontology, as in Clause; or Term, External, Other"),
    _filter("pillar", "a pillar, as in wic-2020/pillar/2"),
    _filter("modality", "a modality, as in prohibit"),
    _filter("topic", "a topic, as in cybercrime"),
    {"name": "page", "in": "query", "required": False, "schema": {"type": "integer", "minimum": 1, "default": 1}},
    _parameter("hl", "the language of the page", enum=["zh", "en"]),
]


def wanted(read: Asked) -> Wanted:
    """The search that a request asks for. An argument that means nothing is as good as absent. Raises BadArgument."""
    try:
        pairs = parse_qsl(read.query_string, keep_blank_values=True, errors="replace", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise BadArgument(f"a search has at most {MOST_FIELDS} arguments") from None
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    language = (values.get("lang") or ["both"])[-1].lower()
    page = (values.get("page") or ["1"])[-1]
    filters = {name: tuple(dict.fromkeys(item for item in values.get(name, ()) if item)) for name in FACETS}
    search = Search(
        (values.get("q") or [""])[0],
        lookup(language, LANGUAGES) or "both",
        {name: keys for name, keys in filters.items() if keys},
        int(page) if page.isascii() and page.isdecimal() and len(page) < 7 else 1,
    )
    return Wanted(search, tuple(pairs))


def answer(site: Site, indexes: Indexes, read: Asked) -> Answer:
    """The answer to a GET or HEAD. Raises BadArgument, NotAcceptable, ReleaseError."""
    opened = site.publisher.current()
    media = _media(read)
    if media is None:
        alternatives = [(f"{read.prefix}/search.{offer.media.suffix}", offer.name) for offer in OFFERS]
        raise NotAcceptable("the search answers in JSON and HTML", alternatives)
    asks = wanted(read)
    hl = lookup(dict(asks.pairs).get("hl", ""), LANGUAGES) or ""
    language = hl or Asked(accept_language=read.accept_language).language
    key = "\0".join((opened.release.digest, site.software, read.prefix, read.query_string, media.media.name, language))
    etag = f'"{hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]}"'
    headers = [
        ("Content-Type", media.content_type),
        ("Vary", "Accept, Accept-Language"),
        ("ETag", etag),
        ("Last-Modified", http_date(day(opened.release.modified))),
        ("Cache-Control", "public, max-age=60"),
        ("X-Robots-Tag", "noindex, follow"),
    ]
    if read.if_none_match is not None and matches(read.if_none_match, etag):
        return Answer(304, tuple(headers))
    found_index = indexes.of(opened.release)
    slow = ""
    try:
        results = found_index.search(asks.search)
    except QueryTimeout as error:
        log.warning("search %r: %s", asks.search.text[:LONGEST], error)
        slow = str(error)
        results = Results(asks.search, asks.search.text[:LONGEST], 0)
        headers = [item for item in headers if item[0] not in ("ETag", "Last-Modified", "Cache-Control")]
        headers.append(("Cache-Control", "no-store"))
    here = f"{read.prefix}/search"
    if media.media is JSON:
        view = View(opened, language, read.prefix, "")
        document = as_json(view, asks, results, here, slow)
        return Answer(200, tuple(headers), (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode())
    view = View(opened, language, read.prefix, f"lang={hl}" if hl else "")
    headers.append(("Content-Language", language))
    return Answer(200, tuple(headers), _page(site, opened, view, read, asks, results, slow, hl, found_index))


def _media(read: Asked) -> Offer | None:
    for offer in OFFERS:
        if read.path.endswith(f".{offer.media.suffix}") or read.query.get("_mediatype") == offer.media.name:
            return offer
    return choose(read.accept, OFFERS)


# JSON


def as_json(view: View, asks: Wanted, results: Results, here: str, slow: str = "") -> dict[str, Any]:
    """The answer for programs. Ranges are code points of ``text``, end exclusive; ``html`` is safe to insert."""
    search = asks.search

    def address(page: int) -> str | None:
        query = asks.query(page, drop=("hl",))
        return f"{here}.json?{query}" if 1 <= page <= results.pages and results.total else None

    return {
        "query": results.text,
        "language": search.language,
        "filters": {name: list(keys) for name, keys in search.filters.items()},
        "total": results.total,
        "capped": results.capped,
        "complete": not slow,
        "loose": results.loose or None,
        "also": list(results.also),
        "unknown": list(results.unknown),
        "withoutFilters": results.unfiltered,
        "notice": slow or (Words("en")("shortened", LONGEST) if results.shortened else None),
        "page": results.page,
        "pages": results.pages,
        "pageSize": reader.PAGE,
        "previous": address(results.page - 1),
        "next": address(results.page + 1),
        "facets": {
            name: [
                {
                    "value": item.key,
                    "iri": item.iri or None,
                    "label": _labels(view, item.key, item.iri),
                    "count": item.count,
                    "selected": item.chosen,
                }
                for item in results.facets.get(name, ())
            ]
            for name in FACETS
        },
        "results": [_hit_json(view, hit) for hit in results.hits],
    }


def _hit_json(view: View, hit: Hit) -> dict[str, Any]:
    node = NamedNode(hit.iri)
    facets = {name: [{"value": key, "iri": iri or None} for key, iri in items] for name, items in hit.facets.items()}
    labels: dict[str, str] = {}
    for value in hit.values:
        if value.field == "label":
            labels.setdefault("und" if value.language == "xx" else value.language, value.text)
    matched = []
    for value in hit.values:
        if value.marks:
            text, ranges, offset = excerpt(value, longest=1000)
            matched.append(
                {
                    "field": value.field,
                    "language": "und" if value.language == "xx" else value.language,
                    "text": text,
                    "offset": offset,
                    "ranges": [list(item) for item in ranges],
                    "html": str(marked(text, ranges)),
                }
            )
    return {
        "iri": hit.iri,
        "url": _href(view, node),
        "rank": RANKS[hit.rank],
        "label": labels,
        **{name: facets.get(name, []) for name in FACETS},
        "matches": matched,
    }


def _labels(view: View, key: str, iri: str) -> dict[str, str]:
    if not iri:
        words = WORDS.get(key)
        return dict(zip(("zh", "en"), words, strict=True)) if words else {}
    node = NamedNode(iri)
    found = {language: view.label(node, language) for language in LANGUAGES}
    return {language: str(said) for language, said in found.items() if said is not None}


def _href(view: View, node: NamedNode) -> str:
    """Its page here; of a resource of others, what this release says of it."""
    return view.href(node) if view.iris.path(node.value) is not None else view.link("/resource", iri=node.value)


# Excerpts and marks


_MARK, _END = Markup('<mark class="hit">'), Markup("</mark>")


def marked(text: str, ranges: Sequence[tuple[int, int]]) -> Markup:
    """``text`` as HTML with the ranges in ``<mark>``; everything in it is escaped."""
    parts: list[Markup] = []
    position = 0
    for start, end in ranges:
        parts += [escape(text[position:start]), _MARK, escape(text[start:end]), _END]
        position = end
    return Markup("").join([*parts, escape(text[position:])])


def excerpt(value: Value, longest: int = 0) -> tuple[str, list[tuple[int, int]], int]:
    """(text, ranges in it, where it begins in the whole): all of it when short, else what is around the first hit."""
    longest = longest or EXCERPT[value.language]
    text = value.text
    if len(text) <= longest + longest // 4:
        return text, list(value.marks), 0
    first, last = value.marks[0] if value.marks else (0, 0)
    start = max(0, min(first - longest // 4, len(text) - longest))
    end = max(min(len(text), start + longest), min(last, start + 4 * longest))
    if value.language != "zh":  # between words, where there is a blank
        start = text.find(" ", start, first) + 1 or start if start else 0
        end = text.rfind(" ", last, end) if end < len(text) and " " in text[last:end] else end
    inside = [(max(one, start) - start, min(two, end) - start) for one, two in value.marks if one < end and two > start]
    return text[start:end], inside, start


def _shown(value: Value) -> Markup:
    text, ranges, start = excerpt(value)
    before = "…" if start else ""
    after = "…" if start + len(text) < len(value.text) else ""
    return Markup("").join([before, marked(text, ranges), after])


# The page


@dataclass(frozen=True, slots=True)
class Line:
    """Words of a hit, with where they come from."""

    key: str
    language: str
    html: Markup


@dataclass(frozen=True, slots=True)
class Card:
    """A hit as the page shows it."""

    href: str
    external: bool
    title: Markup
    title_language: str
    second: Markup | None
    second_language: str
    kind: str
    where: Thing | None
    modality: Thing | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet, with the address of the page where it is chosen, or no longer chosen."""

    label: str
    language: str
    count: int
    chosen: bool
    href: str
    slug: str


def _page(
    site: Site,
    opened: OpenRelease,
    view: View,
    read: Asked,
    asks: Wanted,
    results: Results,
    slow: str,
    hl: str,
    found_index: Index,
) -> bytes:
    here = f"{read.prefix}/search"
    words = Words(view.language)
    facets = {name: _choices(view, asks, name, results.facets.get(name, ()), here) for name in FACETS}
    begin: list[Choice] = []
    if not results.total:
        for item in found_index.common("topic"):
            label = view.thing(NamedNode(item.iri)).label
            href = f"{here}?{urlencode([('q', label.value), *([('hl', hl)] if hl else [])])}"
            begin.append(Choice(label.value, label.language, item.count, False, href, item.key))

    class Arguments:
        """The arguments that the links to the other page language keep."""

        @staticmethod
        def items() -> list[tuple[str, str]]:
            return [pair for pair in parse_qsl(asks.query(results.page)) if pair[0] != "hl"]

    return site.pages._render(
        "search.html",
        view,
        read,
        here,
        s=words,
        asks=asks,
        results=results,
        cards=[_card(view, words, hit) for hit in results.hits],
        facets=facets,
        chosen=[(name, choice) for name in FACETS for choice in facets[name] if choice.chosen],
        begin=begin,
        slow=slow,
        hl=hl,
        here=here,
        listed=_LISTED,
        longest=LONGEST,
        language_argument="hl",
        arguments=Arguments,
    )


def _choices(view: View, asks: Wanted, name: str, counts: Sequence[Count], here: str) -> list[Choice]:
    found = []
    for item in counts:
        label, language = _facet_label(view, name, item.key, item.iri)
        if item.chosen:
            keys = [key for key in asks.search.filters.get(name, ()) if _means(key, item)]
            href = f"{here}?{asks.query(without=(name, keys[0] if keys else item.key))}"
        else:
            href = f"{here}?{asks.query(more=(name, item.key))}"
        found.append(Choice(label, language, item.count, item.chosen, href, item.key))
    # A key that nothing has is still a filter, to be removed.
    strange = [key for key in asks.search.filters.get(name, ()) if not any(_means(key, item) for item in counts)]
    found += [Choice(key[:60], "", 0, True, f"{here}?{asks.query(without=(name, key))}", "") for key in strange]
    return found


def _means(key: str, item: Count) -> bool:
    """Whether a filter's argument stands for this value."""
    return key == item.iri or key.lower() == item.key.lower() or item.key.endswith(f"/{key}")


def _facet_label(view: View, name: str, key: str, iri: str) -> tuple[str, str]:
    if name == "type" and key in UNCLASSED:
        return Words(view.language)[key], view.language
    said = view.label(NamedNode(iri))
    return (said.value, said.language) if said is not None else (key, "")


def _card(view: View, words: Words, hit: Hit) -> Card:
    node = NamedNode(hit.iri)
    other = "en" if view.language == "zh" else "zh"
    labels: Mapping[str, list[Value]] = {
        language: [value for value in hit.values if value.field == "label" and value.language == language]
        for language in (view.language, other, "xx")
    }
    ordered = [value for language in (view.language, other, "xx") for value in labels[language][:1]]
    kinds = hit.facets.get("type", ())
    kind = _facet_label(view, "type", *kinds[0])[0] if kinds else ""
    modality = next((view.thing(NamedNode(iri)) for _, iri in hit.facets.get("modality", ())), None)
    pillar = next((NamedNode(iri) for _, iri in hit.facets.get("pillar", ())), None)
    second = ordered[1] if len(ordered) > 1 and ordered[1].text != ordered[0].text else None
    code = {"xx": ""}
    return Card(
        _href(view, node),
        view.iris.path(hit.iri) is None,
        marked(ordered[0].text, ordered[0].marks) if ordered else escape(view.short(node)),
        code.get(ordered[0].language, ordered[0].language) if ordered else "",
        marked(second.text, second.marks) if second else None,
        code.get(second.language, second.language) if second else "",
        kind,
        view.thing(pillar) if pillar is not None and pillar != node else None,
        modality,
        tuple(_lines(hit, view.language)),
    )


def _lines(hit: Hit, language: str) -> list[Line]:
    """The original and its rendering; else a definition; else another name, or what it is linked to."""

    def of(name: str) -> list[Value]:
        found = [value for value in hit.values if value.field == name and value.marks]
        return sorted(found, key=lambda value: (value.language != language, value.language))

    texts = sorted(of("text"), key=lambda value: value.language != "zh")
    if texts:
        return [Line("text", value.language, _shown(value)) for value in texts[:2]]
    names = [Line("alt", value.language, _shown(value)) for value in of("alt")[:3]]
    notes = [Line("note", value.language, _shown(value)) for value in of("note")[:1]]
    if names or notes:
        return [*names, *notes]
    if any(value.field == "label" and value.marks for value in hit.values):
        return []
    part = bool(hit.facets.get("pillar") or hit.facets.get("modality"))
    return [Line("linked" if part else "elsewhere", value.language, _shown(value)) for value in of("about")[:3]]
