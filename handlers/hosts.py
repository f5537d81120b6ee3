"""Host names: which are ours, so that no page elsewhere can pass for us."""

from __future__ import annotations

import ipaddress
import socket
from functools import lru_cache
from urllib.parse import urlsplit


def own_hosts(more: str) -> frozenset[str]:
    """Give the names that are ours.

    :param more: the ``--hosts`` option: further names, separated by commas
    """
    machine = socket.gethostname().lower()
    names = {"localhost", machine, f"{machine}.local", socket.getfqdn().lower()}
    names.update(name.strip().lower() for name in more.split(",") if name.strip())
    return frozenset(names)


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
