"""Network addresses, as limits and bans see them."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address


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
