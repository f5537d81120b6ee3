"""Host names: which are ours, so that no page elsewhere can pass for us; where the page is."""

from __future__ import annotations

import ipaddress
import socket
from functools import lru_cache
from urllib.parse import urlsplit

from tornado.options import options


def own_hosts(more: str) -> frozenset[str]:
    """Give the names that are ours.

    :param more: the ``--hosts`` option: further names, separated by commas
    """
    machine = socket.gethostname().lower()
    names = {"localhost", machine, f"{machine}.local", socket.getfqdn().lower()}
    names.update(_listed(more))
    return frozenset(names)


def first_of(more: str) -> str:
    """Give the first name of the ``--hosts`` option: what people call this server."""
    return next(iter(_listed(more)), "localhost")


def _listed(more: str) -> list[str]:
    return [name.strip().lower() for name in more.split(",") if name.strip()]


@lru_cache(1000)
def name_in(header: str) -> str:
    """Read the name out of a Host header, without the port; what is none, as it is."""
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:  # “[::1”
        return header


@lru_cache(1000)
def is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def where(port: int, path: str = "") -> str:
    """List where the page is, by the options; with TLS, under the name that the certificate has."""
    if options.hosts and (options.behind_proxy or options.certfile):
        at = "" if options.behind_proxy or port == 443 else f":{port}"
        return f"https://{first_of(options.hosts)}{at}{path}"
    return pages(options.address, port, path, "https" if options.certfile else "http")


def pages(address: str, port: int, path: str = "", scheme: str = "http") -> str:
    """List where the page is, for those at this machine and in its network.

    :param address: the ``--address`` option: where it is served; empty: everywhere
    """
    found = ["localhost"]
    if address in ("", "0.0.0.0", "::"):
        found.append(_own_address())
    elif address not in ("127.0.0.1", "::1"):
        found = [address]
    return "  ".join(f"{scheme}://{host}:{port}{path}" for host in dict.fromkeys(found))


def _own_address() -> str:
    """Find this machine's address in its network; nothing is sent for it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address for documentation (RFC 5737)
        except OSError:
            return "localhost"
        own: str = probe.getsockname()[0]
        return own
