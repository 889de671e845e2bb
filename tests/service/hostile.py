"""Requests that are meant to hurt a SPARQL endpoint, each with the statuses that it may be answered with.

Every request goes to a loopback address, over a plain socket, so that nothing between us and the wire mends it.
"""

from __future__ import annotations

import contextlib
import random
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote_plus

from patience import SECONDS

CLOSED = 0  # the server hung up without an answer, as it may on what is no HTTP
GONE = -1  # the client did, as it meant to
LONG = SECONDS

EX = "http://example.org/"


@dataclass(frozen=True)
class Target:
    """Where to send, from which loopback address, and a port (``canary``) that nobody may ever connect to."""

    port: int
    canary: int = 9
    source: str = "127.0.0.1"

    def connect(self, timeout: float = LONG) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout, (self.source, 0))


@dataclass(frozen=True)
class Attack:
    """``send`` returns the status; ``statuses`` are the ones allowed."""

    name: str
    statuses: frozenset[int]
    send: Callable[[Target], int]


def exchange(target: Target, request: bytes, timeout: float = LONG) -> int:
    """Send a request as it stands; the status of the answer, which is read to its end."""
    with target.connect(timeout) as connection:
        with contextlib.suppress(OSError):  # it may have answered already, and closed
            connection.sendall(request)
        return status_of(connection)


def status_of(connection: socket.socket) -> int:
    """Read an answer; its status, or CLOSED."""
    data = b""
    try:
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65536)
            if not piece:
                return CLOSED
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        lengths = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
        left = int(lengths[0].split(b":")[1]) - len(body) if lengths else 0
        while left > 0 and (piece := connection.recv(65536)):
            left -= len(piece)
        return int(head.split(b" ", 2)[1])
    except (ConnectionError, ValueError):
        return CLOSED


def get(query: str, more: str = "", headers: str = "") -> bytes:
    return (
        f"GET /sparql?query={quote_plus(query)}{more} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n{headers}\r\n"
    ).encode()


def post(body: bytes, content_type: str = "application/sparql-query", headers: str = "") -> bytes:
    head = (
        f"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
    )
    return (head + headers + "\r\n").encode() + body


ATTACKS: list[Attack] = []


def _raw(name: str, request: bytes | Callable[[Target], bytes], *statuses: int) -> None:
    def send(target: Target) -> int:
        return exchange(target, request(target) if callable(request) else request)

    ATTACKS.append(Attack(name, frozenset(statuses), send))


def _query(name: str, query: str | Callable[[Target], str], *statuses: int) -> None:
    """As a POST, with a comment that no cache has seen before."""

    def send(target: Target) -> int:
        text = query(target) if callable(query) else query
        return exchange(target, post(f"{text}\n#{random.random()}".encode()))

    ATTACKS.append(Attack(name, frozenset(statuses), send))


def _nested(opening: str, closing: str, depth: int, inside: str = "") -> str:
    return opening * depth + inside + closing * depth


_CROSS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o"
_VALUES = " ".join(f"VALUES ?v{n} {{ {' '.join(map(str, range(500)))} }}" for n in range(6))
_DOUBLING = " ".join(f"BIND(CONCAT(?s{n}, ?s{n}) AS ?s{n + 1})" for n in range(48))

# Work without end.
_query("cross join, counted", f"SELECT (COUNT(*) AS ?n) {{ {_CROSS} }}", 504)
_query("cross join, asked", f"ASK {{ {_CROSS} FILTER(CONCAT(STR(?a), STR(?o)) = 'no') }}", 504)
_query("product of VALUES", f"SELECT (COUNT(*) AS ?n) {{ {_VALUES} }}", 504)
_query("sorted cross join", f"SELECT * {{ {_CROSS} }} ORDER BY ?o", 504, 507)
_query("sorted by chance", f"SELECT * {{ {_CROSS} }} ORDER BY RAND()", 504, 507)
_query("distinct cross join", f"SELECT DISTINCT * {{ {_CROSS} }} OFFSET 100000000", 504, 507)
_query("grouped cross join", f"SELECT ?a ?d ?g (COUNT(*) AS ?n) {{ {_CROSS} }} GROUP BY ?a ?d ?g", 504, 507)
_query("one string of a cross join", f"SELECT (GROUP_CONCAT(STR(?o)) AS ?n) {{ {_CROSS} }}", 504, 507)
_query(
    "paths from everywhere", "SELECT (COUNT(*) AS ?n) { ?a (!<x:x>|!^<x:x>)* ?b . ?c (!<x:x>|!^<x:x>)* ?d }", 504, 507
)
_query(
    "negated cross join", f"SELECT * {{ ?x ?y ?z FILTER NOT EXISTS {{ {_CROSS} FILTER(?o = ?nothing) }} }}", 504, 507
)
_query("minus cross join", f"SELECT * {{ ?x ?y ?z MINUS {{ {_CROSS} }} }}", 504, 507)
_query("doubled string", f'SELECT (STRLEN(?s48) AS ?n) {{ BIND("aaaaaaaa" AS ?s0) {_DOUBLING} }}', 504, 507)
_query("hashed doubled string", f'SELECT (SHA512(?s48) AS ?n) {{ BIND("aaaaaaaa" AS ?s0) {_DOUBLING} }}', 504, 507)
_query(
    "replaced string",
    "SELECT (STRLEN(" + _nested("REPLACE(", ', "a", "aaaaaaaaaa")', 12, '"a"') + ") AS ?n) {}",
    504,
    507,
)
_query("union of cross joins", "SELECT (COUNT(*) AS ?n) {" + " UNION ".join([f"{{ {_CROSS} }}"] * 40) + "}", 504)
# Too much to say.
_query("every row of a join", "SELECT * { ?a ?b ?c . ?d ?e ?f }", 413, 504)
_query("every triple of a join", "CONSTRUCT { ?a ?e ?f . ?d ?b ?c } { ?a ?b ?c . ?d ?e ?f }", 413, 504)
_query(
    "long rows",
    'SELECT ?x { BIND("' + "a" * 2000 + '" AS ?y) ?a ?b ?c . ?d ?e ?f BIND(CONCAT(?y, ?y, ?y, ?y, ?y, ?y, ?y) AS ?x) }',
    413,
    504,
)
_query("describe everything", "DESCRIBE ?s { ?s ?p ?o }", 200, 413, 504)
# Too deep for a parser.
_query("nested braces", "SELECT * " + _nested("{", "}", 3000), 400)
_query("nested functions", "SELECT (" + _nested("ABS(", ")", 3000, "1") + " AS ?x) {}", 400)
_query("nested brackets", "SELECT (" + _nested("(", ")", 3000, "1") + " AS ?x) {}", 400)
_query("nested subselects", "SELECT * {" + _nested("{ SELECT * {", "}}", 1500) + "}", 400)
_query("nested OPTIONAL", "SELECT * {" + _nested("OPTIONAL { ?a ?b ?c ", "}", 1500) + "}", 400)
_query("nested EXISTS", "SELECT * {" + _nested("FILTER EXISTS { ?a ?b ?c ", "}", 1500) + "}", 400)
_query("nested lists", "SELECT * { ?a ?b " + _nested("(", ")", 3000, "1") + " }", 400)
_query("nested blank nodes", "SELECT * { ?a ?b " + _nested("[ ?c ", "]", 3000, "1") + " }", 400)
_query("nested triple terms", "SELECT * { ?a ?b " + _nested("<<( <x:a> <x:b> ", " )>>", 1500, "1") + " }", 400)
_query("nested behind a comparison", "SELECT * { FILTER(1<'>'" + _nested("(", ")", 3000, "1") + "='>') }", 400)
_query("just deep enough", "SELECT * " + _nested("{", "}", 90), 200)
# Too wide for a recursion.
_query("chain of !", f"SELECT ({'!' * 100_000}true AS ?x) {{}}", 400)
_query("chain of -", f"SELECT ({'- ' * 60_000}1 AS ?x) {{}}", 400)
_query("chain of ||", f"SELECT ({'||'.join(['1'] * 60_000)} AS ?x) {{}}", 200, 400, 504, 507)
_query("chain of +", f"SELECT ({'+'.join(['1'] * 100_000)} AS ?x) {{}}", 200, 400, 504, 507)
_query("path of 20,000 steps", f"SELECT * {{ ?a {'/'.join(['<x:x>'] * 20_000)} ?b }}", 200, 400, 504, 507)
_query("path of 20,000 branches", f"SELECT * {{ ?a {'|'.join(['<x:x>'] * 20_000)} ?b }}", 200, 400, 504, 507)
_query("2,000 UNIONs", "SELECT * {" + " UNION ".join(["{ ?a <x:x> ?b }"] * 2000) + "}", 200, 400, 504, 507)
_query(
    "400 OPTIONALs", "SELECT * {" + " ".join(f"OPTIONAL {{ ?a{n} <x:x> ?b{n} }}" for n in range(400)) + "}", 200, 504
)
_query(
    "300 patterns",
    "SELECT * {" + " . ".join(f"?a{n} ?p{n} ?a{n + 1}" for n in range(300)) + "} LIMIT 1",
    200,
    400,
    504,
    507,
)
_query("20,000 items in IN", f"SELECT * {{ ?a ?b ?c FILTER(?c IN ({','.join(map(str, range(20_000)))})) }}", 200, 504)
_query(
    "20,000 VALUES", f"SELECT (COUNT(*) AS ?n) {{ VALUES ?c {{ {' '.join(map(str, range(20_000)))} }} ?a ?b ?c }}", 200
)
_query("5,000 prefixes", "\n".join(f"PREFIX p{n}: <http://p/{n}#>" for n in range(5000)) + " ASK {}", 200)
_query("5,000 columns", "SELECT " + " ".join(f"(1 AS ?x{n})" for n in range(5000)) + " {}", 200, 400, 504)
_query("huge literal", f'SELECT ("{"a" * 250_000}" AS ?x) {{}}', 200)
_query("huge number", f"SELECT ({'9' * 100_000} + 1e999999999 AS ?x) {{}}", 200)
_query("huge regular expression", 'SELECT (REGEX("a", "((((a{100}){100}){100}){100})") AS ?x) {}', 200)
_query("deep regular expression", f'SELECT (REGEX("a", "{"(" * 20_000 + ")" * 20_000}") AS ?x) {{}}', 200, 400)
_query("too long", "SELECT * {} #" + "a" * 300_000, 400)
_query("not SPARQL", "\x00\x01\x02 SELECT \ufffe", 400)
_query("unfinished strings", 'SELECT * { ?a ?b "' + '\\"' * 100_000, 400)
_query("unfinished strings, deep", "SELECT * {" + "(" * 200 + '"' + '\\"' * 100_000, 400)
# Out of the house.
_query("SERVICE", lambda to: f"SELECT * {{ SERVICE <http://127.0.0.1:{to.canary}/> {{ ?a ?b ?c }} }}", 403)
_query(
    "SERVICE SILENT", lambda to: f"SELECT * {{ SERVICE SILENT <http://127.0.0.1:{to.canary}/> {{ ?a ?b ?c }} }}", 403
)
_query(
    "SERVICE in hexadecimal", lambda to: f"SELECT * {{ SERVICE <http://0x7f000001:{to.canary}/> {{ ?a ?b ?c }} }}", 403
)
_query(
    "SERVICE over IPv6",
    lambda to: f"SELECT * {{ SERVICE <http://[::ffff:127.0.0.1]:{to.canary}/> {{ ?a ?b ?c }} }}",
    403,
)
_query("SERVICE to a cloud's metadata", "SELECT * { SERVICE <http://169.254.169.254/latest/> { ?a ?b ?c } }", 403)
_query(
    "SERVICE by a variable",
    lambda to: f"SELECT * {{ VALUES ?x {{ <http://127.0.0.1:{to.canary}/> }} SERVICE ?x {{ ?a ?b ?c }} }}",
    403,
)
_query(
    "SERVICE behind a comparison",
    lambda to: (
        f"SELECT * {{ VALUES (?a ?x) {{ (1 <http://127.0.0.1:{to.canary}/>) }} "
        "FILTER(?a<?b)sErViCe?x#>\n{ ?s ?p ?o } }"
    ),
    403,
)
_query(
    "SERVICE in escapes", lambda to: f"SELECT * {{ \\u0053ERVICE <http://127.0.0.1:{to.canary}/> {{ ?a ?b ?c }} }}", 403
)
_query("FROM an address", lambda to: f"SELECT * FROM <http://127.0.0.1:{to.canary}/> {{ ?a ?b ?c }}", 200)
_query(
    "FROM NAMED an address",
    lambda to: f"SELECT * FROM NAMED <http://127.0.0.1:{to.canary}/> {{ GRAPH ?g {{ ?a ?b ?c }} }}",
    200,
)
_raw(
    "dataset at an address",
    lambda to: get("SELECT * { ?a ?b ?c }", f"&default-graph-uri=http://127.0.0.1:{to.canary}/x"),
    200,
)
_query("LOAD", lambda to: f"LOAD <http://127.0.0.1:{to.canary}/>", 403)
_query("INSERT", "INSERT DATA { <x:a> <x:b> <x:c> }", 403)
_query("DROP ALL behind a prologue", "# DROP\nPREFIX x: <x:> DROP ALL", 403)
_raw("update in a form", post(b"update=CLEAR+ALL", "application/x-www-form-urlencoded"), 403)
_raw("update in a body", post(b"CLEAR ALL", "application/sparql-update"), 403)
# Not the protocol.
_raw("two queries", get("ASK {}", "&query=ASK%20%7B%7D"), 400)
_raw("no query", post(b"", "application/x-www-form-urlencoded"), 400)
_raw("a dataset for nothing", b"GET /sparql?default-graph-uri=x:y HTTP/1.1\r\nHost: a\r\n\r\n", 400)
_raw("relative graph", get("ASK {}", "&default-graph-uri=../x"), 400)
_raw(
    "10,000 graphs",
    post(b"query=ASK%7B%7D" + b"&default-graph-uri=x:y" * 10_000, "application/x-www-form-urlencoded"),
    400,
)
_raw("bad percent", b"GET /sparql?query=%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400)
_raw("bad UTF-8", b"GET /sparql?query=ASK%7B%ff%7D HTTP/1.1\r\nHost: a\r\n\r\n", 400)
_raw("surrogate", b"GET /sparql?query=ASK%7B%ED%A0%80%7D HTTP/1.1\r\nHost: a\r\n\r\n", 400)
_raw("bad UTF-8 in the body", post(b"ASK { \xff }"), 400)
_raw("NUL", b"GET /sparql?query=%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400)
_raw("Latin-1", post(b"ASK {}", "application/sparql-query; charset=iso-8859-1"), 415)
_raw("UTF-16", post("ASK {}".encode("utf-16"), "application/sparql-query; charset=utf-16"), 415)
_raw("compressed", post(b"\x1f\x8b" + b"0" * 1000, headers="Content-Encoding: gzip\r\n"), 415)
_raw("multipart", post(b"--x--", "multipart/form-data; boundary=x"), 415)
_raw("JSON", post(b"{}", "application/json"), 415)
_raw("no type", b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nASK {}", 415)
_raw("2 MB of body", post(b"a" * 2_000_000), 413)
_raw("PUT", b"PUT /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 405)
_raw("DELETE", b"DELETE /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: a\r\n\r\n", 405)
# Headers.
_raw("long Accept", get("ASK {}", headers=f"Accept: {'a/b,' * 7_000}c/d\r\n"), 200)  # 28 KB: the head may have 32
_raw("nonsense Accept", get("ASK {}", headers='X-A: \x80\r\nAccept: ;;;,,,q=,"\\\r\n'), 200, 400)
_raw("nothing acceptable", get("ASK {}").replace(b"*/*", b"image/png"), 406)
_raw("200 KB of header", get("ASK {}", headers=f"X-Long: {'a' * 200_000}\r\n"), 400, 431, CLOSED)
_raw("5,000 headers", get("ASK {}", headers="".join(f"X-{n}: a\r\n" for n in range(5000))), 200, 400, 431, CLOSED)
_raw("forged host", b'GET /sparql HTTP/1.1\r\nHost: a"><b>/{}\r\nAccept: text/turtle\r\n\r\n', 200, 400)
_raw("forged addresses", get("ASK {}", headers="X-Forwarded-For: 1.2.3.4, ::1\r\nForwarded: for=9.9.9.9\r\n"), 200)
_raw("100 KB of address", b"GET /sparql?query=" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 400, 414, CLOSED)
# Not HTTP.
_raw("two lengths", b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 9\r\n\r\nA", 400, CLOSED)
_raw(
    "length and chunks",
    b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    400,
    415,
    CLOSED,
)
_raw(
    "bad chunks",
    b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\n"
    b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    400,
    CLOSED,
)
_raw("negative length", b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400, CLOSED)
_raw("noise", bytes(range(256)) * 100 + b"\r\n\r\n", 400, CLOSED)


def _hang_up(query: str, after: float) -> Callable[[Target], int]:
    def send(target: Target) -> int:
        with target.connect() as connection:
            connection.sendall(post(f"{query}\n#{random.random()}".encode()))
            time.sleep(after)
        return GONE

    return send


def _slow_reader(target: Target) -> int:
    """Asks for megabytes, and reads a few bytes of them now and then."""
    with target.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(post(f"SELECT * {{ ?a ?b ?c . ?d ?e ?f }} LIMIT 50000 #{random.random()}".encode()))
        for _ in range(20):
            if not connection.recv(16):
                break
            time.sleep(0.1)
    return GONE


def _slow_writer(target: Target) -> int:
    """Announces a query and sends it letter by letter."""
    with target.connect() as connection:
        connection.sendall(post(b"")[:-6] + b"\r\n".join([b": 1000", b"", b""]))
        for _ in range(20):
            try:
                connection.sendall(b"A")
            except OSError:
                break
            time.sleep(0.1)
    return GONE


def _unsent_header(target: Target) -> int:
    with target.connect() as connection:
        connection.sendall(b"GET /sparql?query=ASK HTTP/1.1\r\nHost: a\r\nX-Slow: ")
        time.sleep(1)
    return GONE


def _pipelined(target: Target) -> int:
    """Thirty queries at once on one connection; then it is closed."""
    with target.connect() as connection:
        connection.sendall(b"".join(get(f"SELECT (COUNT(*) AS ?n) {{ {_CROSS} }} #{n}") for n in range(30)))
        time.sleep(0.5)
    return GONE


def _reset(target: Target) -> int:
    """Closes with a reset, in the middle of an answer."""
    connection = target.connect()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    connection.sendall(post(f"SELECT * {{ ?a ?b ?c . ?d ?e ?f }} LIMIT 50000 #{random.random()}".encode()))
    connection.recv(100)
    connection.close()
    return GONE


for _name, _send in {
    "hang-up at once": _hang_up(f"SELECT (COUNT(*) AS ?n) {{ {_CROSS} }}", 0),
    "hang-up in the middle": _hang_up(f"SELECT (COUNT(*) AS ?n) {{ {_CROSS} }}", 0.3),
    "slow reader": _slow_reader,
    "slow writer": _slow_writer,
    "unsent header": _unsent_header,
    "pipelined": _pipelined,
    "reset": _reset,
}.items():
    ATTACKS.append(Attack(_name, frozenset({GONE}), _send))


PAGES: list[Attack] = []
"""Requests for what has to be made, each time another one: not queries, but what takes a server's time as well."""

_ACTION = "https://w3id.org/initiative-lod/id/wic-2020/action/"


def _page(name: str, path: str, *statuses: int, accept: str = "text/html") -> None:
    """``%n`` in the path is a number from 1 to 20, another one each time; ``%x`` one that nobody has had."""

    def send(target: Target) -> int:
        asked = path
        while "%n" in asked:
            asked = asked.replace("%n", str(random.randint(1, 20)), 1)
        asked = asked.replace("%x", str(random.randrange(10**9)))
        return exchange(target, f"GET {asked} HTTP/1.1\r\nHost: a\r\nAccept: {accept}\r\n\r\n".encode())

    PAGES.append(Attack(name, frozenset({200, *statuses}), send))


_page("a start page with an argument", "/?x=%x")
_page("a comparison", f"/compare?iri={_ACTION}%n&iri={_ACTION}%n&iri={_ACTION}%n", 400)
_page("a search", "/search?q=%E7%BD%91%E7%BB%9C%20data%x")
_page("suggestions", "/suggest?q=d%x", accept="*/*")
_page("a citation", f"/cite?iri={_ACTION}%n&style=apa", accept="*/*")
_page("a description", "/doc/wic-2020/action/%n/clause/%n.rdf?x=%x", 404, accept="*/*")
_page("anything's description", "/resource?iri=http://purl.org/dc/terms/%x", 404)
_page("links", f"/linkset?iri={_ACTION}%n", accept="*/*")
_page("candidates", "/reconcile?query=data%x", accept="*/*")
_page("a picture", "/pictures/topics.png?lang=en&x=%x", accept="*/*")
_page("a book", "/read/wic-2020.epub?x=%x", accept="*/*")
_page("dates", "/timemap/doc/wic-2020/action/%n", accept="*/*")
_page("releases", "/releases?x=%x")
_page("figures", "/metrics", accept="*/*")
_page("nothing", "/nothing/%x", 404)
