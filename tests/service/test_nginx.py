"""The nginx file as shipped, tried with a real nginx: what it caches, what it limits, and what never passes it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from initiative_lod.settings import Settings
from initiative_lod.web.routes.changes import PATIENCE
from patience import SECONDS, eventually
from pipeline.conftest import CHECKOUT
from ports import free_port
from service.conftest import serve

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
NAME = "initiative-lod.example.org"

pytestmark = [
    pytest.mark.skipif(not Path(NGINX).is_file(), reason="nginx is not on this machine"),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl, which makes the certificate, is not here"),
]

MAIN = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/initiative-lod.conf;
}}
"""


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass(frozen=True)
class Proxy:
    """A running nginx: its ports, and where its files are."""

    http: int
    https: int
    folder: Path
    process: subprocess.Popen[bytes]

    def get(self, path: str, **headers: str) -> httpx.Response:
        """One request over TLS, by the site's name; redirects are not followed."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        with self.client() as client:
            return client.get(f"https://{NAME}:{self.https}{path}", headers=given)

    def client(self, address: str = "127.0.0.1") -> httpx.Client:
        """A client at an address of this machine."""
        context = ssl.create_default_context(cafile=str(self.folder / "site.pem"))
        return httpx.Client(
            transport=ByName(verify=context, local_address=address),
            timeout=SECONDS,
            headers={"user-agent": "test", "accept": "*/*"},
        )


class ByName(httpx.HTTPTransport):
    """Resolves every name to this machine: the name stays in the handshake and in Host."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions["sni_hostname"] = request.url.host
        request.url = request.url.copy_with(host="127.0.0.1")
        return super().handle_request(request)


def shipped(upstream: str, http: int, https: int, folder: Path) -> str:
    """The file as shipped, with the places that its first comment tells the operator to fill in, and free ports."""
    text = (CHECKOUT / "deploy" / "nginx.conf").read_text("utf-8")
    for old, new in {
        "server 127.0.0.1:8000;": f"server {upstream};",
        "/etc/ssl/initiative-lod.pem": f"{folder}/site.pem",
        "/etc/ssl/initiative-lod.key": f"{folder}/site.key",
        "/var/cache/nginx/initiative-lod": f"{folder}/cache",
        "listen 80": f"listen {http}",
        "listen 443": f"listen {https}",
    }.items():
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.fixture(scope="module")
def proxy(harbour_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """An nginx with the shipped file, in front of a server of the second document."""
    folder = tmp_path_factory.mktemp("nginx")
    folder.chmod(0o755)
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"]
    make += ["-addext", f"subjectAltName=DNS:{NAME}", "-keyout", f"{folder}/site.key", "-out", f"{folder}/site.pem"]
    subprocess.run(make, check=True, capture_output=True)
    with serve(Settings(root=harbour_root, trusted_proxies="127.0.0.1")) as live:
        http, https = free_port(), free_port()
        upstream = live.url.removeprefix("http://")
        (folder / "initiative-lod.conf").write_text(shipped(upstream, http, https, folder), "utf-8")
        (folder / "nginx.conf").write_text(
            MAIN.format(folder=folder, user="user root;" if os.geteuid() == 0 else ""), "utf-8"
        )
        command = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")]
        checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr
        process = subprocess.Popen(command)
        try:
            assert eventually(lambda: listens(https) or process.poll() is not None)
            assert process.poll() is None, (folder / "error.log").read_text("utf-8")
            yield Proxy(http, https, folder, process)
        finally:
            process.terminate()
            process.wait(SECONDS)


def waits(text: str, name: str) -> float:
    """Seconds of the one directive of that name in a block of the file."""
    (found,) = re.findall(rf"^\s*{name} (\d+)s;", text, re.MULTILINE)
    return float(found)


def test_only_a_server_that_hangs_is_waited_for_in_vain() -> None:
    """It is left out, so that an answer that is slow must never be taken for one that does not come."""
    text = (CHECKOUT / "deploy" / "nginx.conf").read_text("utf-8")
    unit = (CHECKOUT / "deploy" / "initiative-lod.service").read_text("utf-8")
    settings = Settings()
    page = float(re.findall(r"^Environment=INITIATIVE_LOD_PAGE_SECONDS=(\d+)$", unit, re.MULTILINE)[0])
    outside = re.sub(r"\n    location .*?\n    \}", "", text, flags=re.DOTALL)
    query = text.partition("sparql {")[2].partition("\n    }")[0]
    changes = text.partition("releases/changes {")[2].partition("\n    }")[0]
    for block, most in (
        (outside, 2 * page),
        (query, 3 * settings.query_seconds),  # waiting for its turn twice as long as it may take
        (changes, 2 * (PATIENCE + settings.compare_seconds + page)),
    ):
        silent = waits(block, "proxy_read_timeout")
        assert silent > most
        assert waits(block, "proxy_next_upstream_timeout") > 2 * silent  # so that of three the third is asked
    assert text.count("proxy_read_timeout") == 3


ACTION = "/doc/harbour-2031/action"


def test_each_client_gets_its_own_form_from_one_address(proxy: Proxy) -> None:
    for _ in range(2):  # from the server, then from the cache
        for accept in ("text/turtle", "application/ld+json", "text/html", "application/n-triples"):
            answer = proxy.get(f"{ACTION}/1", accept=accept)
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith(accept)
        for language in ("zh", "en"):
            assert proxy.get(f"{ACTION}/1", accept="text/html", accept_language=language).text.count(
                f'<html lang="{language}"'
            )
    assert list((proxy.folder / "cache").rglob("*")), "nothing was cached, so nothing was tried"


@pytest.mark.parametrize(
    ("poison", "victim"),
    [
        (("/doc/harbour-2031/action/1", {"accept": "8text/turtle"}), ("/doc/harbour-2031/action/18", "text/turtle")),
        (("/doc/harbour-2031/action/2", {"accept": "text/turtle"}), ("/doc/harbour-2031/action/2text", "/turtle")),
        (
            ("/doc/harbour-2031/action/3", {"accept": "text/turtlezh", "accept-language": ""}),
            ("/doc/harbour-2031/action/3", "text/turtle"),
        ),
    ],
)
def test_nobody_puts_one_answer_at_anothers_address(
    proxy: Proxy, poison: tuple[str, dict[str, str]], victim: tuple[str, str]
) -> None:
    path, headers = poison
    address, accept = victim
    with proxy.client() as client:
        alone = client.get(f"https://{NAME}:{proxy.https}{address}?fresh=1", headers={"accept": accept})
        for _ in range(3):
            client.get(f"https://{NAME}:{proxy.https}{path}", headers=headers)
        after = client.get(f"https://{NAME}:{proxy.https}{address}", headers={"accept": accept})
    assert (after.status_code, after.headers["content-type"]) == (alone.status_code, alone.headers["content-type"])
    if after.status_code == 200:
        assert after.content == alone.content


@pytest.mark.parametrize(
    ("path", "name", "poison", "victim"),
    [
        ("/questions", "accept-language", "zh-CN zh;q=0.9 en;q=0.8", "zh-CN,zh;q=0.9,en;q=0.8"),
        ("/ontology", "accept-language", "zh;,q=0.9, en;q=0.8", "zh; q=0.9, en;q=0.8"),
        ("/shapes", "accept-language", f"zh-CN,{' ' * 9000}zh;q=0.9", "zh-CN,zh;q=0.9"),
        ("/questions/prohibitions", "accept-encoding", "zstd;q=0 *", "zstd;q=0,*"),
        (f"{ACTION}/2", "accept-encoding", "gzip deflate zstd", "gzip, deflate, zstd"),
    ],
)
def test_commas_and_blanks_are_not_the_same_to_us(proxy: Proxy, path: str, name: str, poison: str, victim: str) -> None:
    """To nginx they are, in these two headers, as if both asked for the same."""
    with proxy.client() as client:
        address = httpx.URL(f"https://{NAME}:{proxy.https}{path}")
        page = {"accept": "text/html"}
        alone = client.get(address.copy_with(params={"fresh": "1"}), headers={**page, name: victim})
        attack = client.get(address, headers={**page, name: poison})
        after = client.get(address, headers={**page, name: victim})
    assert attack.status_code == alone.status_code == 200
    assert attack.headers["cache-control"].startswith("private")
    for field in ("content-language", "content-encoding", "etag"):
        assert after.headers.get(field) == alone.headers.get(field)
    assert after.headers["cache-control"].startswith("public")


def test_forged_headers_reach_neither_application_nor_cache(proxy: Proxy) -> None:
    forged = {"x-forwarded-prefix": "/evil", "x-forwarded-host": "evil.example", "forwarded": "host=evil.example"}
    for _ in range(2):
        answer = proxy.get("/id/harbour-2031/action/2", **forged)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/doc/harbour-2031/action/2"
    assert "evil" not in proxy.get("/sparql", accept="text/turtle", **forged).text


def test_figures_are_for_the_operator_under_whatever_name_they_are_asked_for(proxy: Proxy) -> None:
    names = ("", "?x", "%0A", "%0D", "%00", "%20", "/", "%2F", ".", ";", "%23", "%3F", "\\")
    paths = [f"/metrics{end}" for end in names]
    paths += [
        "//metrics",
        "/./metrics",
        "/%6Detrics",
        "/x/../metrics",
        "/x/%2E%2E/metrics",
        "/doc/..%2Fmetrics",
        "/%2Fmetrics",
    ]
    with proxy.client("127.0.0.7") as stranger, proxy.client() as operator:
        address = httpx.URL(f"https://{NAME}:{proxy.https}/")
        assert b"initiative_lod_requests" in operator.get(address.join("/metrics")).content
        for path in paths:
            answer = stranger.get(address.copy_with(raw_path=path.encode()))
            assert answer.status_code in (400, 403, 404), path
            assert b"initiative_lod_requests" not in answer.content


def test_without_tls_one_is_sent_to_it_and_remembers(proxy: Proxy) -> None:
    with httpx.Client() as client:
        plain = client.get(f"http://127.0.0.1:{proxy.http}/search?q=x", headers={"host": NAME})
    assert (plain.status_code, plain.headers["location"]) == (301, f"https://{NAME}/search?q=x")
    for path in ("/", "/doc/harbour-2031/action/1", "/nothing-here", "/static/site.css"):
        assert "max-age=63072000" in proxy.get(path).headers["strict-transport-security"]


def test_another_name_gets_no_page_and_no_certificate(proxy: Proxy) -> None:
    with httpx.Client() as client, pytest.raises(httpx.RemoteProtocolError):
        client.get(f"http://127.0.0.1:{proxy.http}/", headers={"host": "other.example"})
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", proxy.https)) as plain, pytest.raises(ssl.SSLError):
        context.wrap_socket(plain, server_hostname="other.example")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_tls_is_refused(proxy: Proxy) -> None:
    context = ssl.create_default_context(cafile=str(proxy.folder / "site.pem"))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with (
        socket.create_connection(("127.0.0.1", proxy.https)) as plain,
        context.wrap_socket(plain, server_hostname=NAME) as wrapped,
    ):
        assert wrapped.version() == "TLSv1.2"
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with socket.create_connection(("127.0.0.1", proxy.https)) as plain, pytest.raises((ssl.SSLError, OSError)):
        context.wrap_socket(plain, server_hostname=NAME)


def test_who_asks_for_made_pages_too_fast_is_told_to_wait(proxy: Proxy) -> None:
    """However slow the machine: 41 at once and ten a second are let through, and a burst goes on until one is not."""
    address = f"https://{NAME}:{proxy.https}/compare"
    with ThreadPoolExecutor(16) as threads, proxy.client() as client:
        for _ in range(40):
            statuses = set(threads.map(lambda number: client.head(f"{address}?{number}").status_code, range(60)))
            assert statuses <= {200, 400, 429, 503}
            if 429 in statuses:
                break
        assert 429 in statuses
        documents = client.get(f"https://{NAME}:{proxy.https}{ACTION}/1", headers={"accept": "text/turtle"})
    assert documents.status_code == 200


def test_connections_of_one_client_are_limited(proxy: Proxy) -> None:
    """64 requests may be under way at a time: here bodies that never come; the next one is told so, or is let go."""
    context = ssl.create_default_context(cafile=str(proxy.folder / "site.pem"))
    half = f"POST {ACTION}/1 HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 99\r\n\r\n"
    waiting: list[ssl.SSLSocket] = []
    try:
        for _ in range(80):
            plain = socket.create_connection(("127.0.0.1", proxy.https), SECONDS)
            waiting.append(context.wrap_socket(plain, server_hostname=NAME))
            waiting[-1].sendall(half.encode())
        statuses = [connection.recv(4096).split(b" ")[1:2] for connection in waiting]
    finally:
        for connection in waiting:
            connection.close()
    # Those that were let in are ended with 408 or without a word when their body has not come in ten seconds.
    assert [b"429"] in statuses
    assert "limiting connections" in (proxy.folder / "error.log").read_text("utf-8")


def test_a_silent_client_is_let_go(proxy: Proxy) -> None:
    context = ssl.create_default_context(cafile=str(proxy.folder / "site.pem"))
    with (
        socket.create_connection(("127.0.0.1", proxy.https), SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=NAME) as wrapped,
    ):
        wrapped.sendall(b"GET / HTTP/1.1\r\nHost: ")
        try:
            answer = wrapped.recv(4096)  # a TimeoutError fails the test
        except ConnectionResetError:
            answer = b""
    assert answer == b"" or answer.startswith(b"HTTP/1.1 408")


def test_a_reload_drops_no_request(proxy: Proxy) -> None:
    reload = [NGINX, "-p", str(proxy.folder), "-c", str(proxy.folder / "nginx.conf"), "-s", "reload"]
    statuses = []
    for number in range(40):
        if number % 10 == 5:
            subprocess.run(reload, check=True, capture_output=True)
        statuses.append(proxy.get(f"{ACTION}/1").status_code)
    assert set(statuses) == {200}


def test_a_part_of_a_dump_is_a_part(proxy: Proxy) -> None:
    part = proxy.get("/dataset/dump.nq.gz", range="bytes=0-9")
    assert (part.status_code, len(part.content)) == (206, 10)


def allowed_calls(unit: str) -> set[str]:
    """The system calls that a unit's filters let through, as this machine's systemd knows the groups."""
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not on this machine")

    def calls(name: str) -> set[str]:
        if not name.startswith("@"):
            return {name}
        shown = subprocess.run([tool, "syscall-filter", name], capture_output=True, text=True, check=True).stdout
        words = {line.strip() for line in shown.splitlines()[1:] if not line.strip().startswith("#")} - {""}
        return {call for word in words for call in calls(word)}

    found: set[str] = set()
    for line in re.findall(r"^SystemCallFilter=(.*)$", unit, re.M):
        named = {call for name in line.removeprefix("~").split() for call in calls(name)}
        found = found - named if line.startswith("~") else found | named
    return found


def test_the_unit_lets_workers_confine_themselves() -> None:
    unit = (CHECKOUT / "deploy" / "initiative-lod.service").read_text("utf-8")
    needed = {"seccomp", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "prctl", "prlimit64"}
    allowed = allowed_calls(unit)
    assert needed <= allowed
    assert not allowed & {"ptrace", "mount", "setuid", "bpf", "chown"}


def test_the_unit_is_hardened() -> None:
    """``systemd-analyze security`` puts the shipped unit under 2 of 10."""
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not on this machine")
    unit = CHECKOUT / "deploy" / "initiative-lod.service"
    command = [tool, "security", "--offline=true", "--threshold=20", "--no-pager", str(unit)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    if "unrecognized option" in found.stderr:
        pytest.skip("this systemd-analyze cannot look at a file")
    assert found.returncode == 0, found.stdout + found.stderr
