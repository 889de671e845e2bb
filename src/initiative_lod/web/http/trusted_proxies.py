"""Proxies that are believed: addresses and networks, as the setting ``trusted_proxies`` names them."""

from __future__ import annotations

import ipaddress
from collections.abc import Container

from initiative_lod.errors import SettingsError

_MAPPED = "::ffff:"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class TrustedProxies(Container[str]):
    """Addresses of proxies; what a request that comes from one of them says of its client is believed.

    Raises SettingsError for an item of the setting, a list with commas, that is neither an address nor a network.
    """

    def __init__(self, setting: str) -> None:
        items = [item.strip() for item in setting.split(",") if item.strip()]
        networks = [_network(item) for item in items]
        self._addresses = frozenset(str(item.network_address) for item in networks if item.num_addresses == 1)
        self._networks = tuple(item for item in networks if item.num_addresses > 1)

    def __contains__(self, address: object) -> bool:
        if address in self._addresses:
            return True
        text = str(address)
        if text.startswith(_MAPPED):  # as a socket for both protocols has an address of IPv4
            return text.removeprefix(_MAPPED) in self
        if not self._networks:
            return False
        try:
            found = ipaddress.ip_address(text)
        except ValueError:
            return False
        return any(found in network for network in self._networks)


def _network(item: str) -> Network:
    try:
        return ipaddress.ip_network(item)
    except ValueError as error:
        raise SettingsError(
            f"trusted_proxies names {item!r}, which is neither an address nor a network such as 10.0.0.0/8 ({error})"
        ) from error
