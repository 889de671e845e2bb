"""Small print of HTTP that clients hold on to: ranges, links to the next page, OPTIONS everywhere."""

from __future__ import annotations

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
