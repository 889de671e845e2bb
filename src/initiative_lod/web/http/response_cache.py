"""Response cache: what was made when it was asked for, and how requests were answered, within so many bytes.

What is rendered with a release lies there; a representation that had to be made, or put into another coding, is kept
here under its entity tag, which is made of all that its bytes depend on: it need never be thrown away because something
changed. Of a response the head is kept under all that it depends on (release, address, and the headers of ``KEY``), so
that the same request is answered with a look-up and no routing; its body is the representation that it names, here or
in the release. Errors, redirects, downloads in ranges and whatever a proxy's headers have a part in are kept in no such
way. With the cache off (``page_cache=0``) the same bytes are sent, more slowly.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from urllib.parse import parse_qsl

from cachetools import LRUCache
from starlette.types import Message, Scope

from initiative_lod.documents.content_codings import IDENTITY, ZSTD, choose_coding
from initiative_lod.documents.representation import FORMS, PROFILES, Rendered
from initiative_lod.formats import DOCUMENT_TYPES
from initiative_lod.release.open_release import OpenRelease
from initiative_lod.web.http import static_files
from initiative_lod.web.http.headers import is_ambiguous
from initiative_lod.web.http.whole_responses import field_lines

STATIC = "/static/"  # whose files are kept for long under the address with their own version
#: Request headers that a document's response may depend on (see ``request.read``); all are part of the key.
KEY = frozenset((b"accept", b"accept-language", b"accept-profile", b"if-none-match", b"if-modified-since"))
CODINGS = b"accept-encoding"  # of which only the coding that is chosen is part of the key
#: A request with one of these is for the application to look at.
ELSEWHERE = frozenset(
    (
        b"range",
        b"if-range",
        b"if-match",
        b"if-unmodified-since",
        b"accept-datetime",
        b"x-forwarded-prefix",
        b"authorization",
    )
)
START = "/"
PLACES = (
    "/doc/", "/ontology", "/shapes", "/dataset", "/graph/", "/resource", "/questions", "/compare", "/things", "/about",
    "/read/", "/pictures", STATIC,
)  # fmt: skip
#: What the arguments that mean something at these places may be. With any other one a response makes no entry.
ARGUMENTS = {
    "iri": re.compile(r".+"),  # of nothing that there is not is ever a document
    "page": re.compile(r"[1-9]\d{0,5}"),
    "_profile": re.compile("|".join(map(re.escape, (*PROFILES, *FORMS, *FORMS.values())))),
    "document": re.compile(r"[A-Za-z0-9][A-Za-z0-9._~:/-]{0,199}"),
    "view": re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,4}"),
    "_mediatype": re.compile("|".join(re.escape(media.name) for media in DOCUMENT_TYPES)),
}
MAX_ARGUMENTS = 8  # of an address that is kept
MAX_KEY_BYTES = 2048  # of address and headers; longer ones are rare, and not worth the memory
OVERHEAD_BYTES = 1024  # that an entry takes besides its body and fields, about

Key = tuple[str, tuple[tuple[str, str], ...], tuple[tuple[bytes, bytes], ...], str]


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """A response but for its body, which is the representation with the entity tag, or lies with the release under the
    tag ``stored``. ``fields`` are its header fields as they are sent, line by line. Its key has so many ``key_bytes``.
    """

    status: int
    fields: bytes
    tag: str
    stored: str = ""
    key_bytes: int = 0
    count: list[int] = field(default_factory=lambda: [0])  # one integer: how often it and its like were sent

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The header fields, name and value."""
        lines = (line.partition(b": ") for line in self.fields.split(b"\r\n")[:-1])
        return [(name, value) for name, _, value in lines]

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        return OVERHEAD_BYTES + len(self.fields) + self.key_bytes


class ResponseCache:
    """Representations and responses, the least recently used dropped first, within ``limit`` bytes.

    Threads may share it. Responses are those of one release: the one that was asked for last.
    """

    def __init__(self, limit: int, root_path: str = "", languages: Sequence[str] = ()) -> None:
        self._limit = limit
        self._languages = frozenset(languages)
        self._root_path = root_path
        self._release: OpenRelease | None = None
        # Apart, so that many ways to ask for the same drive out no representation.
        self._responses: LRUCache[Key, CachedResponse] = LRUCache(limit // 3, getsizeof=_size)
        self._rendered: LRUCache[str, Rendered] = LRUCache(limit - limit // 3, getsizeof=_size)
        self._lock = threading.Lock()
        self.counts: dict[tuple[str, int], list[int]] = {}  # responses sent from here, by place and status

    @property
    def size(self) -> int:
        """About how many bytes are kept."""
        return int(self._responses.currsize + self._rendered.currsize)

    # By entity tag

    def rendered(self, tag: str) -> Rendered | None:
        """The representation with that entity tag; None when it is not kept."""
        with self._lock:
            return self._rendered.get(tag)

    def keep(self, tag: str, rendered: Rendered) -> None:
        """Keep a representation, unless it alone would fill more than a quarter."""
        if rendered.size <= self._limit // 4:
            with self._lock:
                self._rendered[tag] = rendered

    # By request

    def key(self, scope: Scope) -> Key | None:
        """The part of a request on which its response depends, besides the release; None when none is to be kept."""
        path: str = scope["path"]
        if not self._limit or scope["method"] not in ("GET", "HEAD"):
            return None
        if self._root_path and path.startswith(self._root_path):
            place = path[len(self._root_path) :]
        else:
            place = path
        if not (place == START or place.startswith(PLACES)) or place.startswith("/dataset/"):
            return None
        query: bytes = scope["query_string"]
        arguments = self._arguments(place, query) if query else ()
        if arguments is None:
            return None
        headers: list[tuple[bytes, bytes]] = []
        codings: list[str] = []
        length = len(path) + len(query)
        for item in scope["headers"]:
            if item[0] in KEY:
                headers.append((item[0], item[1]))
                length += len(item[1])
            elif item[0] == CODINGS:
                codings.append(item[1].decode("latin-1"))
            elif item[0] in ELSEWHERE:
                return None
        if length > MAX_KEY_BYTES or is_ambiguous(scope):
            return None
        coding = choose_coding(", ".join(codings)) if codings else IDENTITY
        return path, arguments, tuple(headers), coding

    def _arguments(self, place: str, query: bytes) -> tuple[tuple[str, str], ...] | None:
        """The arguments, in one order however they were written; None where one has no meaning."""
        if place.startswith(STATIC):
            version = static_files.versions().get(place.removeprefix(STATIC), "")
            return (("v", version),) if query == f"v={version}".encode() else None
        return _meaningful(query, self._languages) if len(query) <= MAX_KEY_BYTES else None

    def get(self, opened: OpenRelease, key: Key) -> tuple[CachedResponse, bytes] | None:
        """The response to a request that was made of that release, with its body; None when it is not kept."""
        with self._lock:
            if self._release is not opened:
                if self._release is not None:
                    self._responses.clear()
                    self._rendered.clear()  # of another release nothing but old tags could be of use
                self._release = opened
                return None
            found = self._responses.get(key)
            if found is None:
                return None
            if found.status == 304:
                return found, b""
            rendered = self._rendered.get(found.tag)
        if rendered is not None:
            return found, rendered.content
        stored = opened.rendered.find(found.stored) if found.stored else None
        return None if stored is None else (found, stored.frame)

    def put(self, opened: OpenRelease, key: Key, sent: list[Message], path: str) -> None:
        """Keep the response that was ``sent``, if it is one to be kept and its release is still the one asked for."""
        tag = _lasting_tag(sent)
        if not tag:
            return
        status: int = sent[0]["status"]
        stored = tag.replace(f"-{ZSTD}", "") if status == 200 and ZSTD in tag else ""
        if stored not in opened.rendered:
            stored = ""
        fields = field_lines(sent[0]["headers"])
        place, arguments, headers, _ = key
        key_bytes = len(place) + sum(len(name) + len(value) for name, value in (*arguments, *headers))
        response = CachedResponse(status, fields, tag, stored, key_bytes, self._count(path, status))
        with self._lock:
            if self._release is opened and (status == 304 or stored or tag in self._rendered):
                self._responses[key] = response

    def _count(self, path: str, status: int) -> list[int]:
        """Place where responses with ``status`` to addresses like ``path`` are counted: START or one of PLACES."""
        path = path[len(self._root_path) :] if path.startswith(f"{self._root_path}/") else path
        place = next((place for place in PLACES if path.startswith(place)), START)
        return self.counts.setdefault((place, status), [0])


@lru_cache(maxsize=1024)  # to take them apart takes as long as all else that is done for what is kept
def _meaningful(query: bytes, languages: frozenset[str]) -> tuple[tuple[str, str], ...] | None:
    """The arguments of a query string in one order; None where one has no meaning."""
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_ARGUMENTS)
    except ValueError:
        return None
    for name, value in pairs:
        allowed = ARGUMENTS.get(name)
        if value not in languages if name == "lang" else allowed is None or not allowed.fullmatch(value):
            return None
    return tuple(sorted(pairs, key=itemgetter(0)))  # of several with one name the order may mean something


def _size(entry: CachedResponse | Rendered) -> int:
    return entry.size


def _lasting_tag(sent: list[Message]) -> str:
    """The entity tag of a response that is whole, is a document or 304, and says itself that anyone may keep it."""
    if len(sent) != 2 or sent[0]["type"] != "http.response.start" or sent[1].get("more_body"):
        return ""
    headers = dict(sent[0]["headers"])
    lasting = (
        sent[0]["status"] in (200, 304)
        and headers.get(b"cache-control", b"").startswith(b"public")
        and b"accept-ranges" not in headers
        and b"set-cookie" not in headers
    )
    return headers.get(b"etag", b"").decode("latin-1") if lasting else ""


#: A cache for what is never kept.
NOTHING_KEPT = ResponseCache(0)
