"""Small print of HTTP that clients hold on to: ranges, links to the next page, OPTIONS everywhere."""

from __future__ import annotations

import email

import pytest

from service.conftest import Live

DUMP = "/dataset/dump.nq.gz"


@pytest.mark.parametrize("unit", ["lines=0-3", "items=0-1", "bytes 0-3", "bytes=x-y", "seconds=1-"])
def test_a_unit_that_there_is_not_is_as_good_as_no_range(harbour: Live, unit: str) -> None:
    answer = harbour.get(DUMP, range=unit)
    assert answer.status_code == 200
    assert answer.content == harbour.get(DUMP).content


def test_the_table_of_quads_is_a_dump_as_any_other(harbour: Live) -> None:
    """But that it is no gzip, and no RDF."""
    whole = harbour.get("/dataset/dump.parquet")
    assert (whole.status_code, whole.headers["content-type"]) == (200, "application/vnd.apache.parquet")
    assert harbour.get("/dataset/dump.parquet", range="bytes=0-3").content == b"PAR1" == whole.content[-4:]
    links = harbour.get("/linkset?iri=https://w3id.org/initiative-lod/dataset").json()["linkset"][0]["item"]
    types = {link["href"].rpartition("/")[2]: link["type"] for link in links}
    assert types["dump.parquet"] == "application/vnd.apache.parquet"
    assert types["dump.trig.gz"] == "application/gzip"
    described = harbour.get("/dataset.nt").text
    assert "dataset#dump.parquet> <http://www.w3.org/ns/dcat#downloadURL>" in described
    assert "#mediaType> <https://www.iana.org/assignments/media-types/application/vnd.apache.parquet>" in described
    assert "dataset#dump.parquet> <http://www.w3.org/ns/dcat#compressFormat>" not in described
    assert "dataDump> <https://w3id.org/initiative-lod/dataset/dump.parquet>" not in described


@pytest.mark.parametrize(("accept", "media"), [("*/*", "application/problem+json"), ("text/html", "text/html")])
def test_a_range_beyond_the_end_is_told_as_any_other_fault(harbour: Live, accept: str, media: str) -> None:
    answer = harbour.get(DUMP, accept, range="bytes=999999999-")
    assert answer.status_code == 416
    assert answer.headers["content-type"].startswith(media)
    assert answer.headers["content-range"] == f"bytes */{len(harbour.get(DUMP).content)}"


DOCUMENTS = ("/doc/harbour-2031.ttl", "/doc/harbour-2031.html", "/compare")
FILES = ("/context.jsonld", DUMP, "/files/manifest.json")
LONG_AGO, SOME_DAY = "Mon, 05 Mar 2001 10:00:00 GMT", "Wed, 05 Mar 2070 10:00:00 GMT"


@pytest.mark.parametrize("address", [*DOCUMENTS, *FILES])
def test_what_is_asked_of_another_representation_fails(harbour: Live, address: str) -> None:
    """RFC 9110 §13.1.1 and §13.1.4: an If-Match is compared strongly, and comes before every other condition."""
    whole = harbour.get(address)
    tag = whole.headers["etag"]
    for method in ("GET", "HEAD"):

        def status(method: str = method, **headers: str) -> int:
            return harbour.get(address, method=method, **headers).status_code

        assert status(if_match=tag) == status(if_match=f'"x", {tag}') == status(if_match="*") == 200
        assert status(if_match='"x"') == status(if_match=f"W/{tag}") == status(if_match="x") == 412
        assert status(if_match='"x"', if_none_match=tag) == status(if_match='"x"', range="bytes=0-3") == 412
        assert status(if_match=tag, if_none_match=tag) == 304
        if "last-modified" not in whole.headers:
            assert status(if_unmodified_since=LONG_AGO) == 200
            continue
        assert status(if_unmodified_since=LONG_AGO) == 412
        assert status(if_unmodified_since=LONG_AGO, if_match=tag) == 200
        assert status(if_unmodified_since=SOME_DAY) == status(if_unmodified_since="yesterday") == 200
        assert status(if_unmodified_since=whole.headers["last-modified"]) == 200
    problem = harbour.get(address, if_match='"x"').json()
    assert (problem["status"], problem["title"]) == (412, "Precondition failed")
    assert harbour.get(f"{address}?no", if_match='"x"').headers["cache-control"] == "no-store"


def test_a_condition_is_that_of_the_coding_that_is_sent(harbour: Live) -> None:
    plain = harbour.get("/doc/harbour-2031.ttl", accept_encoding="identity").headers["etag"]
    packed = harbour.get("/doc/harbour-2031.ttl", accept_encoding="gzip").headers["etag"]
    assert plain != packed
    for coding, tag, status in (("gzip", packed, 200), ("gzip", plain, 412), ("identity", packed, 412)):
        answer = harbour.get("/doc/harbour-2031.ttl", accept_encoding=coding, if_match=tag)
        assert answer.status_code == status, (coding, tag)


def test_of_what_is_not_there_no_condition_is_looked_at(harbour: Live) -> None:
    assert harbour.get("/doc/nothing", if_match='"x"').status_code == 404
    assert harbour.get("/id/harbour-2031", if_match='"x"').status_code == 303
    assert harbour.get("/compare?iri=x", if_match='"x"').status_code == 400


def test_a_query_is_asked_on_a_condition_as_well(harbour: Live) -> None:
    """Its tag is weak, as rows have no order, and nothing is strongly equal to that."""
    address = "/sparql?query=ASK{}"
    tag = harbour.get(address, "text/csv").headers["etag"]
    assert harbour.get(address, "text/csv", if_none_match=tag).status_code == 304
    assert harbour.get(address, "text/csv", if_match="*").status_code == 200
    assert harbour.get(address, "text/csv", if_match=tag).status_code == 412


def test_a_range_of_another_file_is_all_of_this_one(harbour: Live) -> None:
    """RFC 9110 §13.1.5: by its entity tag or its date, exactly; also where the range would lie beyond the end."""
    whole = harbour.get(DUMP)
    tag, date = whole.headers["etag"], whole.headers["last-modified"]
    for name in (tag, date):
        answer = harbour.get(DUMP, range="bytes=1-4", if_range=name)
        assert (answer.status_code, answer.content) == (206, whole.content[1:5])
        assert harbour.get(DUMP, range="bytes=999999999-", if_range=name).status_code == 416
    for name in ('"x"', f"W/{tag}", f"{tag}, {tag}", "*", LONG_AGO, SOME_DAY, "yesterday"):
        for wanted in ("bytes=1-4", "bytes=999999999-"):
            answer = harbour.get(DUMP, range=wanted, if_range=name)
            assert (answer.status_code, answer.content) == (200, whole.content), (name, wanted)
    assert harbour.get(DUMP, if_range='"x"').status_code == 200
    assert harbour.get(DUMP, range="bytes=0-1", if_none_match=tag).status_code == 304


def test_a_head_has_no_ranges(harbour: Live) -> None:
    """RFC 9110 §14.2: they are defined for GET alone."""
    for wanted in ("bytes=1-4", "bytes=999999999-"):
        answer = harbour.get(DUMP, method="HEAD", range=wanted)
        assert (answer.status_code, answer.headers["content-length"]) == (200, str(len(harbour.get(DUMP).content)))


def test_several_ranges_are_parts(harbour: Live) -> None:
    whole = harbour.get(DUMP).content
    answer = harbour.get(DUMP, range="bytes=0-3, 10-12,-5,999999999-")
    assert answer.status_code == 206
    kind = answer.headers["content-type"]
    message = email.message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + answer.content)
    parts = [
        (part["content-range"], part.get_payload(decode=True)) for part in message.walk() if not part.is_multipart()
    ]
    size = len(whole)
    assert parts == [
        (f"bytes 0-3/{size}", whole[:4]),
        (f"bytes 10-12/{size}", whole[10:13]),
        (f"bytes {size - 5}-{size - 1}/{size}", whole[-5:]),
    ]
    assert harbour.get(DUMP, range="bytes=4-5,2-7,6-9").content == whole[2:10]
    assert harbour.get(DUMP, range=f"bytes={','.join(f'{n}-{n}' for n in range(0, 400, 2))}").content == whole


def test_of_what_is_compressed_on_the_way_there_are_no_ranges(harbour: Live) -> None:
    for coding in ("identity", "gzip", "zstd"):
        answer = harbour.get("/doc/harbour-2031.ttl", accept_encoding=coding, range="bytes=0-9")
        assert answer.status_code == 200
        assert "accept-ranges" not in answer.headers
        assert answer.headers["etag"] == harbour.get("/doc/harbour-2031.ttl", accept_encoding=coding).headers["etag"]


@pytest.mark.parametrize(("accept", "stem"), [("application/json", "/search.json"), ("text/html", "/search")])
def test_a_list_in_pages_leads_on(real: Live, accept: str, stem: str) -> None:
    seen, address = [], "/search?q=%E7%BD%91%E7%BB%9C"
    while address:
        answer = real.get(address, accept)
        assert answer.status_code == 200
        seen.append(answer.content)
        link = answer.links.get("next")
        address = link["url"] if link else ""
        assert not address or address.startswith(f"{stem}?")
        assert ("prev" in answer.links) == (len(seen) > 1)
        assert len(seen) < 100
    assert len(seen) == len(set(seen)) > 1


def test_options_are_told_everywhere(harbour: Live) -> None:
    older = f"/release/{harbour.opened.release.version}"
    paths = [path for path in harbour.get("/openapi.json").json()["paths"] if "{" not in path]
    assert len(paths) > 20
    for path in [*paths, "/", "/openapi.json", "/static/site.css", f"{older}/timegate/doc/x", older]:
        for place in ("", older) if path.startswith(("/doc", "/search", "/compare", "/sparql")) else ("",):
            answer = harbour.get(f"{place}{path}", method="OPTIONS")
            assert answer.status_code == 204, f"{place}{path}"
            assert {"GET", "HEAD", "OPTIONS"} <= set(answer.headers["allow"].split(", ")) or "POST" in answer.headers[
                "allow"
            ]
            assert answer.headers["access-control-allow-methods"] == answer.headers["allow"]
    assert harbour.get(f"{older}/", method="OPTIONS").status_code == 204
    assert harbour.get("/nothing", method="OPTIONS").status_code == 404


@pytest.mark.parametrize("end", ["%0A", "%0D%0A", "%00", "%0B", "%20", "%09", "%2F", "/", ";", ".", "%3F", "%23"])
def test_an_address_goes_on_to_its_end(harbour: Live, end: str) -> None:
    """For a proxy it is another one: what that keeps everybody from would answer here all the same."""
    older = f"/release/{harbour.opened.release.version}"
    for path in ("/metrics", "/healthz", "/openapi.json", "/about", "/dataset/dump.nq.gz", f"{older}/about", "/sparql"):
        assert harbour.get(path).status_code == 200
        assert harbour.get(f"{path}{end}").status_code == 404, path
