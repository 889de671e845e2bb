"""Nginx: the configuration with which an nginx without any further module serves an exported site as the server does.

It negotiates by ``map`` alone. For each media type that an address has, a number is read from the Accept header: the
quality that the most specific range gives it in four digits, and how specific that is in one (RFC 9110 §12.5.1); the
largest number wins, of equal ones the first. Languages go the same way (RFC 4647 §3.4). What a header says in forms
that no client in the corpus sends (a quoted comma, one range twice) may be read otherwise than the server reads it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from initiative_lod.documents.document import CACHE_CONTROL, VARY
from initiative_lod.documents.representation import OFFERS
from initiative_lod.formats import DOCUMENT_TYPES, HTML, JSON, JSON_LD, N_TRIPLES, PARQUET, TEXT
from initiative_lod.web.export.crawl import ANY, SERVED
from initiative_lod.web.export.site_file import CODED, MOST_CODED, STRANGE
from initiative_lod.web.http import static_files
from initiative_lod.web.http.headers import HEADERS

THING = "thing"  # in place of a suffix, at the address of a thing
OF_ARGUMENTS = "file"  # the same, where arguments alone tell the form
PROBLEMS = "en"  # the language of problem documents, of which there is one for all
READERS = "*"  # the language that the reader is sent, which the address names or which is negotiated
FORMER = "former"  # a file's suffix, where it is sent under another name than its own
NO_SERVER, NOT_FOUND, SEARCH = "no-server", "not-found", "search"  # pages of the export's own
POLICY = b"content-security-policy"
#: Statuses by which one location hands over to another; no client ever sees one.
_AS_JSON, _AS_TEXT, _NO_SERVER = 470, 471, 472

_QUALITY = r"[ \t]*;[ \t]*q[ \t]*=[ \t]*"
_VALUE = r'(?:[^,"]|"(?:\\.|[^"\\])*")*'
#: Parameters that say nothing against what is served, as ``negotiation`` has them.
_HARMLESS = (
    r'(?:[ \t]*;[ \t]*(?:charset="?(?:utf-?8|us-ascii)"?|version="?1\.[0-2](?:-basic)?"?|profile=(?:"[^"]*"|[^,;]*))?)*'
)
_END = rf"[ \t]*(?:;{_VALUE})?(?:,|$)"
#: How a quality is written, and the four digits that stand for it.
_WEIGHTS = (
    (r"[ \t]*(?:,|$)", "1000"),
    (rf"{_QUALITY}1(?:\.0{{0,3}})?{_END}", "1000"),
    (rf"{_QUALITY}0?\.(?<ilod_d3>\d\d\d){_END}", "0${ilod_d3}"),
    (rf"{_QUALITY}0?\.(?<ilod_d2>\d\d){_END}", "0${ilod_d2}0"),
    (rf"{_QUALITY}0?\.(?<ilod_d1>\d){_END}", "0${ilod_d1}00"),
    (rf"{_QUALITY}0\.?{_END}", "0000"),
)
#: The first of two numbers is smaller: they begin alike, and then a smaller digit stands against a larger one.
_SMALLER = "|".join(rf"{digit}\d*\D\S* \g{{1}}[{digit + 1}-9]" for digit in range(9))


WITH_SUFFIX = "There is no such form of it; with a suffix, as .ttl, its address names one."


@dataclass(frozen=True, slots=True)
class SiteGroup:
    """Addresses that have the same representations (media types in order) and, but for their own names, header fields.

    Without media types there is no page, and a suffix has to name the form. ``vary`` is by the suffix that is asked for
    (empty: what is negotiated); ``spoken``, by the suffix of the file that is sent, its language, or READERS. Those of
    a ``document`` say which representation they send (Content-Location).
    """

    media_types: tuple[str, ...]
    link: str = ""
    document: bool = False
    vary: tuple[tuple[str, str], ...] = ()
    spoken: tuple[tuple[str, str], ...] = ()
    policy: str = ""


def types(found: Mapping[str, str]) -> dict[str, str]:
    """Media types by suffix: those that were ``found``, and for what has several the one that is usual."""
    usual = {media.suffix: media.content_type for media in (*DOCUMENT_TYPES, TEXT, JSON)}
    return {**usual, **{suffix: kind for suffix, kind in found.items() if suffix not in usual}}


def http_level(
    groups: Sequence[SiteGroup],
    stems: Mapping[str, int],
    suffixes: Mapping[str, str],
    languages: Sequence[str],
    default: str,
    base: str,
) -> str:
    """The part that is included at the level of ``http``; ``stems`` gives each address the number of its group.

    ``suffixes`` are those of the files, with their media types.
    """
    longest = max(map(len, stems), default=0)
    out = [
        "# Made by `initiative-lod export`: which representation of an address is sent. Included at the level of http.",
        f"map_hash_bucket_size {1 << max(7, (longest + 40).bit_length())};",
        f"map_hash_max_size {max(2048, 4 * len(stems))};",
        "variables_hash_bucket_size 128;",
        "variables_hash_max_size 4096;",
        *_map("$ilod_path", "$ilod_file", ["/ /index;", "'~^(?<ilod_called>.*/index)$' $ilod_called@;"], "$ilod_path"),
        *_map("$ilod_path", "$ilod_group", [f'"{stem}" {number};' for stem, number in sorted(stems.items())], '""'),
    ]
    media_types = list(dict.fromkeys(name for group in groups for name in group.media_types if name != ANY))
    out += _ranges({name.partition("/")[0] for name in (*media_types, JSON.name, TEXT.name)})
    offered = {offer.name: offer for offer in OFFERS if not offer.profile}
    for name in dict.fromkeys((*media_types, JSON.name, TEXT.name, *offered)):
        out += _quality(name, offered[name].media.formerly if name in offered and not offered[name].alias else ())
    pages = {number: group for number, group in enumerate(groups) if group.media_types}
    sets = list(dict.fromkeys(group.media_types for group in pages.values()))
    choices = [f"$ilod_choice_{number}" for number in range(len(sets))]
    endings = {kind.partition(";")[0]: suffix for suffix, kind in reversed(list(suffixes.items()))}
    for choice, names in zip(choices, sets, strict=True):
        candidates = _candidates(names, endings)
        out += _choice(choice, candidates, candidates[-1][1] if ANY in names else "")
    out += _choice("$ilod_usual", _candidates([media.name for media in DOCUMENT_TYPES], endings))
    by_group = [f"{number} {choices[sets.index(group.media_types)]};" for number, group in pages.items()]
    out += _map("$ilod_group", "$ilod_accepted", by_group, '""')
    named = {name: media for media in DOCUMENT_TYPES for name in (media.suffix, media.name)}
    named |= {media.name.replace("/", "%2F"): media for media in DOCUMENT_TYPES}
    out += _map("$arg__mediatype", "$ilod_form", [f"{n} {m.suffix};" for n, m in named.items()], "$ilod_accepted")
    # A form that is sent where it is negotiated need not have an address of its own.
    unnamed = [
        f"{number}:{endings[name]} none;"
        for number, group in pages.items()
        for name in group.media_types
        if name in endings and endings[name] not in dict(group.vary)
    ]
    out += _map("$ilod_group:$ilod_suffix", "$ilod_ext", [r"~^\d*:$ $ilod_form;", *unnamed], "$ilod_suffix")
    out += _languages(languages, default)
    links = [f"{number} '{group.link}';" for number, group in enumerate(groups) if group.link]
    out += _map("$ilod_group", "$ilod_own_link", links, '""')
    out += _map("$ilod_suffix", "$ilod_link", [f"""{THING} '<$ilod_about>; rel="cite-as"';"""], "$ilod_own_link")
    out += _map(
        "$ilod_path", "$ilod_about", [f"'~^/doc/(?<ilod_rest>.*)$' {base}id/$ilod_rest;"], f"{base}$ilod_relative"
    )
    out += _map("$ilod_path", "$ilod_relative", ["'~^/(?<ilod_rest>.*)$' $ilod_rest;"], '""')
    out += _arguments()
    spoken = "$ilod_page:$ilod_named"
    out += _map(
        spoken, "$ilod_at_language", ["~^:$ '@';", "~^:. '@lang=$ilod_named';"], "'$ilod_page&lang=$ilod_named'"
    )
    lasting = [f"'/static/{name}?v={one}' '{static_files.FOREVER}';" for name, one in static_files.versions().items()]
    lasting.append(f"~^/static/ '{static_files.CACHE_CONTROL}';")
    out += _map("$uri?$args", "$ilod_caching", lasting, f"'{CACHE_CONTROL}'")
    out += _fields(groups, languages)
    refused = f"""'~^(?:{"|".join(map(str, pages))}):$' 1;"""
    out += _map("$ilod_group:$ilod_ext", "$ilod_refused", [refused], "''")
    out += _map("$ilod_path $ilod_usual", "$ilod_start", [r"'/ html' '';", r"'/ ' '';", "'~^/ .' data;"], "''")
    out += _map("$request_uri", "$ilod_asked", ["~^/id/(?<ilod_thing>.*)$ $ilod_thing;"], "''")
    return "\n".join(out) + "\n"


def _arguments() -> list[str]:
    """The arguments as they stand in a file's name: slashes and colons plain, and nothing that leads out of the folder.

    A document has no more pages than files: of one that there is not, the first is not sent.
    """
    out: list[str] = []
    source, number = "$args", 0
    for code, most in MOST_CODED.items():
        coded = _regex(rf"^(?<ilod_before>.*)%{ord(code):02X}(?<ilod_behind>.*)$")
        for _ in range(most):
            number += 1
            out += _map(source, f"$ilod_plain_{number}", [f"{coded} $ilod_before{code}$ilod_behind;"], source)
            source = f"$ilod_plain_{number}"
    out += _map("$args", "$ilod_arguments", [f"{_regex('%(?:2F|3A)')} {source};"], "$args")
    slash_last = _regex("/@*$", "~")  # see SiteAddress.tail
    at = [f"{_regex(STRANGE, '~')} '';", f"{slash_last} '@$ilod_arguments@';", "'' '';"]
    out += _map("$ilod_arguments", "$ilod_at", at, "@$ilod_arguments")
    # Where an address with a language has no file of its own, as data has none, that without a language is sent.
    unspoken = [
        f"{_regex(r'^(?<ilod_before>@.*/@*)&lang=[^&]*$', '~')} '$ilod_before@';",
        f"{_regex(r'^(?<ilod_before>@.+)&lang=[^&]*(?<ilod_behind>.*)$', '~')} '$ilod_before$ilod_behind';",
    ]
    out += _map("$ilod_at", "$ilod_unspoken", unspoken, "'@'")
    numbers = ["~^1:0*1?$ '';", "~^1:(?<ilod_number>[0-9]+)$ '@page=$ilod_number';", "~^1: '@page=none';"]
    return [*out, *_map("$ilod_document:$arg_page", "$ilod_page", numbers, "''")]


def _fields(groups: Sequence[SiteGroup], languages: Sequence[str]) -> list[str]:
    """The header fields that the server sends; with an error, those of its pages of errors."""
    documents = "|".join(str(number) for number, group in enumerate(groups) if group.document)
    located = [f"'~^(?:{documents}):(?!{THING}$)' 1;"] if documents else []
    out = _map("$ilod_group:$ilod_suffix", "$ilod_document", located, "''")
    # The name of the file says with what arguments it is found; see SiteAddress.file.
    end = rf"(?:\.(?:{'|'.join(languages)}))?\.(?<ilod_sent>[a-z0-9]+)$"
    with_slash, usual, bare = (
        _regex(rf"^1:(?<ilod_where>/[^@]*?){middle}{end}", "~")
        for middle in ("@(?<ilod_said>.*/@*)@", "@(?<ilod_said>[^@].*?)", "")
    )
    told = "$ilod_where.$ilod_sent?$ilod_said;"
    names = [f"{with_slash} {told}", f"{usual} {told}", f"{bare} $ilod_where.$ilod_sent;"]
    out += _map("$ilod_document:$uri", "$ilod_location", names, "''")
    vary = [f"{number}:{ending} '{value}';" for number, group in enumerate(groups) for ending, value in group.vary]
    vary.append(f":{SEARCH} 'Accept-Language';")
    out += _map("$ilod_group:$ilod_suffix", "$ilod_own_vary", vary, "''")
    out += _map("$status", "$ilod_vary", [f"303 '{VARY}';", "~^[45] 'Accept, Accept-Language';"], "$ilod_own_vary")
    out += _map("$status", "$ilod_control", ["~^[45] no-store;"], "$ilod_caching")
    spoken = [
        f"{number}:{ending} {'$ilod_language' if language == READERS else language};"
        for number, group in enumerate(groups)
        for ending, language in group.spoken
    ]
    spoken.append(f":{SEARCH} $ilod_search_language;")
    out += _map("$ilod_group:$ilod_ext", "$ilod_own_language", spoken, "''")
    out += _map("$ilod_usual", "$ilod_error_language", [f"{HTML.suffix} $ilod_language;"], PROBLEMS)
    out += _map("$status", "$ilod_content_language", ["303 '';", "~^[45] $ilod_error_language;"], "$ilod_own_language")
    policies = [f'{number} "{group.policy}";' for number, group in enumerate(groups) if group.policy]
    return [*out, *_map("$ilod_group", "$ilod_policy", policies, f'"{dict(HEADERS)[POLICY].decode()}"')]


def server_level(
    root: str,
    suffixes: Mapping[str, str],
    languages: Sequence[str],
    files: Mapping[str, Mapping[str, str]],
    types_of: Mapping[tuple[str, str], str],
) -> str:
    """The part that is included in a ``server``; ``root`` is the folder of the files, whose types are by ``suffixes``.

    ``files`` are addresses without a page, each with the suffixes and types of what it gives for different arguments.
    ``types_of`` gives addresses, by path and suffix, that are sent as another type than others with that suffix.
    """
    kinds = [f'"{kind}" {suffix};' for suffix, kind in suffixes.items()]
    known = "|".join(sorted(suffixes))
    places = ["$ilod_at", "$ilod_unspoken", "$ilod_at_language", "$ilod_page"]

    def tries(suffix: str) -> str:
        return " ".join(
            f"${{ilod_file}}{place}{language}.{suffix}"
            for place in places
            for language in (".$ilod_language", "")
            if not language or place != "$ilod_at_language"
        )

    of_arguments = [
        f"location = {path} {{\n    set $ilod_path {path};\n    set $ilod_suffix {OF_ARGUMENTS};\n    types {{ "
        + " ".join(f'"{kind}" {end};' for end, kind in {s.rpartition(".")[2]: k for s, k in ends.items()}.items())
        + " }\n    try_files "
        + " ".join(f"{path}$ilod_at{place}.{suffix}" for suffix in sorted(ends) for place in (".$ilod_language", ""))
        + " =404;\n}\n"
        for path, ends in sorted(files.items())
    ]
    of_arguments += [
        f"location = {path}.{suffix} {{\n    set $ilod_path {path};\n    set $ilod_suffix {suffix};\n"
        f'    types {{ }}\n    default_type "{kind}";\n    try_files {tries(suffix)} =404;\n}}\n'
        for (path, suffix), kind in sorted(types_of.items())
    ]
    sent = {name: f'"{value.decode()}"' for name, value in HEADERS} | {POLICY: "$ilod_policy"}
    fields = [f"add_header {name.decode().title()} {value} always;" for name, value in sent.items()]
    return f"""# Made by `initiative-lod export`: where the files lie. Included in a `server`.
root {_quoted(root)};
etag on;
absolute_redirect off;
gzip_static on;
gzip_vary on;
types {{
    {f"{chr(10)}    ".join(kinds)}
}}
default_type application/octet-stream;
{chr(10).join(fields)}
add_header Cache-Control $ilod_control always;
add_header Vary $ilod_vary always;
add_header Link $ilod_link;
add_header Content-Location $ilod_location;
add_header Content-Language $ilod_content_language always;
error_page {_AS_JSON} = @ilod_json;
error_page {_AS_TEXT} = @ilod_text;
error_page {_NO_SERVER} =501 @ilod_no_server;
error_page 404 @ilod_not_found;
recursive_error_pages on;

if ($request_method = OPTIONS) {{
    return 204;
}}

# Two slashes are one to nginx, and not to the server.
if ($request_uri ~ ^[^?]*//) {{
    return 404;
}}

# A thing is not a document: it leads to the one about it (303).
location ~ ^/id/(?<ilod_name>.+)$ {{
    set $ilod_path /doc/$ilod_name;
    set $ilod_suffix {THING};
    if ($ilod_group = '') {{
        return 404;
    }}
    return 303 /doc/$ilod_asked;
}}

location = /.well-known/void {{
    rewrite ^ /dataset last;
}}

location ^~ /.well-known/void. {{
    return 404;
}}

location /static/ {{
    try_files $uri =404;
}}

location ~ ^/dataset/dump\\. {{
    gzip_static off;
    types {{
        application/gzip gz;
        {PARQUET.name} {PARQUET.suffix};
    }}
    try_files $uri =404;
}}

# Files under names that are not addresses of the site.
location ~ "@|\\.(?:{"|".join(languages)})\\.(?!(?:{"|".join(CODED)})$)[a-z]+$" {{
    return 404;
}}

# The box in the header asks what to propose while one types: nothing, here.
location = /suggest {{
    default_type application/json;
    return 200 "[]";
}}

location = /search {{
    set $ilod_path /{SEARCH};
    set $ilod_suffix {SEARCH};
    try_files /{SEARCH}.$ilod_search_language.html =404;
}}

{chr(10).join(of_arguments)}
location ~ "^(?:{"|".join(SERVED)})$" {{
    return {_NO_SERVER};
}}

location ~ ^(?<ilod_path>/.*?)(?:\\.(?<ilod_suffix>{known}))?$ {{
    # The start page alone has no data: who wants data is sent to the dataset.
    if ($ilod_start = data) {{
        return 303 /dataset;
    }}
    if ($ilod_ext = {FORMER}-json) {{
        return {_AS_JSON};
    }}
    if ($ilod_ext = {FORMER}-text) {{
        return {_AS_TEXT};
    }}
    try_files {tries("$ilod_ext")} @ilod_missing;
}}

location @ilod_json {{
    types {{ }}
    default_type {JSON.name};
    try_files {tries(JSON_LD.suffix)} @ilod_missing;
}}

location @ilod_text {{
    types {{ }}
    default_type "{TEXT.content_type}";
    try_files {tries(N_TRIPLES.suffix)} @ilod_missing;
}}

location @ilod_missing {{
    default_type application/problem+json;
    if ($ilod_refused) {{
        return 406 '{_problem(406, "Not acceptable", WITH_SUFFIX)}';
    }}
    return 404;
}}

location @ilod_no_server {{
    default_type application/problem+json;
    if ($ilod_usual != html) {{
        return 501 '{_problem(501, "Not implemented", "A server answers this; here are files.")}';
    }}
    try_files /{NO_SERVER}.$ilod_language.html =501;
}}

location @ilod_not_found {{
    default_type application/problem+json;
    if ($ilod_usual != html) {{
        return 404 '{_problem(404, "Not found", "There is no such file in this copy of the site.")}';
    }}
    try_files /{NOT_FOUND}.$ilod_language.html =404;
}}
"""


def _quoted(path: str) -> str:
    """A path as nginx reads it, whatever signs it has; none has a dollar."""
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _problem(status: int, title: str, detail: str) -> str:
    """A problem document (RFC 9457) on one line, without an apostrophe."""
    return json.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail})


def _map(source: str, target: str, lines: Iterable[str], default: str) -> list[str]:
    return [f'map "{source}" {target} {{', f"    default {default};", *(f"    {line}" for line in lines), "}"]


def _regex(pattern: str, flags: str = "~*") -> str:
    """A regular expression as a key of a map: nginx takes a backslash out of what it reads."""
    escaped = pattern.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{flags}{escaped}'"


_LESS = _regex(rf"^(\d*)(?:{_SMALLER})", "~")


def _variable(name: str) -> str:
    return re.sub(r"\W", "_", name)


def _weighted(range_: str, specificity: str) -> list[str]:
    """Lines of a map from an Accept header: a range in each way of writing its quality, to the number for it."""
    keys = [(_regex(rf"(?:^|,)[ \t]*{range_}{weight}"), digits) for weight, digits in _WEIGHTS]
    return [f"{key} {digits}{specificity};" for key, digits in keys]


def _ranges(kinds: Iterable[str]) -> list[str]:
    """The numbers that ``*/*`` and ``text/*`` give; a header in which nothing can be read is as good as absent."""
    readable = r"(?:^|,)[ \t]*(?:[\w!#$%&.^`|~+-]+/(?:[\w!#$%&.^`|~+-]+|\*)|\*(?:/\*)?)[ \t]*(?:[;,]|$)"
    lines = [*_weighted(rf"\*(?:/\*)?{_HARMLESS}", "1"), f"{_regex(readable)} 00000;"]
    out = _map("$http_accept", "$ilod_any", lines, "10001")
    for kind in sorted(kinds):
        out += _map("$http_accept", f"$ilod_any_{kind}", _weighted(rf"{kind}/\*{_HARMLESS}", "2"), "$ilod_any")
    return out


def _quality(name: str, formerly: Sequence[str]) -> list[str]:
    """The number for a media type."""
    lines = _weighted(re.escape(name).replace("/", "/") + _HARMLESS, "4")
    for other in formerly:
        lines += _weighted(re.escape(other) + _HARMLESS, "3")
    return _map("$http_accept", f"$ilod_q_{_variable(name)}", lines, f"$ilod_any_{name.partition('/')[0]}")


def _candidates(names: Sequence[str], suffixes: Mapping[str, str]) -> list[tuple[str, str]]:
    """(media type, suffix or alias) of what is chosen among; ``suffixes`` are by media type."""
    found = {name: suffixes[name] for name in names if name in suffixes}
    text = found.pop(TEXT.name, f"{FORMER}-text" if N_TRIPLES.name in names else "")
    if JSON_LD.name in names:
        found.setdefault(JSON.name, f"{FORMER}-json")
    if text:
        found[TEXT.name] = text
    return list(found.items())


def _choice(target: str, candidates: Sequence[tuple[str, str]], otherwise: str = "") -> list[str]:
    """The suffix of the candidate with the largest number, the first of several; ``otherwise`` where none is taken."""
    out: list[str] = []
    best = ""
    for number, (name, suffix) in enumerate(candidates):
        new = f"${{ilod_q_{_variable(name)}}}:{suffix}"
        if not best:
            best = new
            continue
        step = f"{target}_{number}"
        out += _map(f"{best} {new}", step, [f"{_LESS} '{new}';"], f"'{best}'")
        best = step
    return [*out, *_map(best, target, [f"~^0000 '{otherwise}';", "~:(?<ilod_won>.+)$ $ilod_won;"], "''")]


def _languages(languages: Sequence[str], default: str) -> list[str]:
    """The language of pages: that which the address names, else the one that is negotiated."""
    ordered = [default, *(tag for tag in languages if tag != default)]
    named = [f"'~*^{re.escape(tag)}(?:-|$)' {tag};" for tag in ordered]
    out = _map("$arg_lang", "$ilod_named", named, "''")
    out += _map("$ilod_named", "$ilod_language", ["'' $ilod_spoken;"], "$ilod_named")
    out += _map("$arg_hl", "$ilod_search_language", named, "$ilod_spoken")
    best = ""
    for number, tag in enumerate(ordered):
        value = f"$ilod_l_{_variable(tag)}"
        lines = _weighted(rf"{re.escape(tag)}(?:-[a-z0-9]+)*", "5")
        unnamed = "00002" if tag == default else "00001"
        if tag == default:
            lines += _weighted(r"\*", "4")
        out += _map("$http_accept_language", value, [line.replace(" 00005;", " 00000;") for line in lines], unnamed)
        new = f"${{{value[1:]}}}:{tag}"
        if not best:
            best = new
            continue
        step = f"$ilod_spoken_{number}"
        first = (
            r"^(\d+):(?<ilod_b>\S+) \g{1}:(?<ilod_n>\S+)\|(?:[ \t]*(?!\k{ilod_b}(?:[-;, \t]|$))[^,]*,)*"
            r"[ \t]*\k{ilod_n}(?:[-;, \t]|$)"
        )
        lines = [f"{_LESS} '{new}';", f"{_regex(first)} '{new}';"]
        out += _map(f"{best} {new}|$http_accept_language", step, lines, f"'{best}'")
        best = step
    return [*out, *_map(best, "$ilod_spoken", ["~:(?<ilod_chosen>.+)$ $ilod_chosen;"], default)]
