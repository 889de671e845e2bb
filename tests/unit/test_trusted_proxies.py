"""Which addresses are those of a proxy that is believed."""

from __future__ import annotations

import pytest

from initiative_lod.errors import SettingsError
from initiative_lod.web.http.trusted_proxies import TrustedProxies


@pytest.mark.parametrize(
    ("setting", "address", "believed"),
    [
        ("", "127.0.0.1", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "127.0.0.2", False),
        ("127.0.0.1", "::ffff:127.0.0.1", True),
        ("127.0.0.1, 10.0.0.0/8", "10.200.3.4", True),
        ("10.0.0.0/8", "11.0.0.1", False),
        ("10.0.0.0/8", "::ffff:10.1.2.3", True),
        ("::1", "::1", True),
        ("0:0:0:0:0:0:0:1", "::1", True),
        ("fd00::/8", "fd12::3", True),
        ("fd00::/8", "10.0.0.1", False),
        ("10.0.0.0/8", "", False),
        ("10.0.0.0/8", "unix:", False),
        ("10.0.0.0/8", "10.0.0.1, 8.8.8.8", False),
    ],
)
def test_addresses_and_networks(setting: str, address: str, believed: bool) -> None:
    assert (address in TrustedProxies(setting)) is believed


@pytest.mark.parametrize("setting", ["proxy.example", "10.0.0.1/8", "10.0.0.0/33", "127.0.0.1;10.0.0.1"])
def test_what_is_neither_is_told(setting: str) -> None:
    with pytest.raises(SettingsError, match="trusted_proxies names"):
        TrustedProxies(setting)
