"""Network addresses, as limits and bans see them."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network


@lru_cache(10_000)
def network(address: str) -> str:
    """Give what stands for one household or machine.

    An IPv4 address stands for itself. Of an IPv6 address the first 64 bits count: whoever
    has one has all of that network (RFC 6177), and could change the rest at every turn.
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:  # a Unix socket has none
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Network((parsed, 64), strict=False))


class Networks:
    """A set of addresses, as it is written in an option.

    :param text: addresses and networks (``10.0.0.0/8``), separated by commas
    :raises ValueError: one of them is none; the sentence says which
    """

    def __init__(self, text: str) -> None:
        self._networks = [_parsed(part.strip()) for part in text.split(",") if part.strip()]

    def __contains__(self, address: str) -> bool:
        try:
            found = ip_address(address.partition("%")[0])
        except ValueError:  # a Unix socket has none
            return False
        if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        return any(found in network for network in self._networks)


def _parsed(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise ValueError(
            f"“{text}” is no address; write them like 127.0.0.1, 10.0.0.0/8 or ::1"
        ) from None
