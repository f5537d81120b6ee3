"""A proxy before us: what it says of its clients, and when it is believed.

Tornado's own way (``xheaders``) believes whoever connects, and ``X-Real-Ip`` before
anything else, which many proxies pass on as the client sent it. Here only proxies that
were named are believed, and of ``X-Forwarded-For`` only its last address: the one that
the proxy has seen itself. What stands before it is the client's word.
"""

from __future__ import annotations

import logging
from ipaddress import ip_address

from tornado.httputil import HTTPServerRequest

from models.addresses import Networks

log = logging.getLogger("gust.http")

# Without any of them it may as well be somebody on this machine, such as a health check.
_SIGNS = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Real-Ip", "Forwarded", "Via")
_PROTOCOLS = {"http": "http", "https": "https", "ws": "http", "wss": "https"}


class Proxies:
    """The proxies whose word counts.

    :param trusted: their addresses; None: there is no proxy
    """

    def __init__(self, trusted: Networks | None) -> None:
        self._trusted = trusted
        self._complained = False

    @property
    def known(self) -> bool:
        """Tell whether we were told of a proxy at all."""
        return self._trusted is not None

    def believed(self, address: str) -> bool:
        """Tell whether it is the address of a proxy whose word counts."""
        return self._trusted is not None and address in self._trusted

    def reveal(self, request: HTTPServerRequest) -> None:
        """Put the client in the proxy's place: its address, and the protocol it speaks."""
        forwarded = request.headers.get("X-Forwarded-For", "")
        if self._trusted is None:
            if forwarded:
                self._complain(
                    "a request says that it came through a proxy (X-Forwarded-For); "
                    "if there is one, start with --behind-proxy"
                )
            return
        if not self.believed(request.remote_ip or ""):
            return
        if address := _address_in(_last(forwarded)):
            request.remote_ip = address
        elif any(header in request.headers for header in _SIGNS):
            self._complain("the proxy does not say for whom it asks (X-Forwarded-For)")
        said = _last(request.headers.get("X-Forwarded-Proto", ""))
        request.protocol = _PROTOCOLS.get(said.lower(), request.protocol)

    def _complain(self, of: str) -> None:
        if not self._complained:  # once: it would be a line for every request
            self._complained = True
            log.warning("%s", of)


def _last(header: str) -> str:
    return header.rpartition(",")[2].strip()


def _address_in(text: str) -> str | None:
    """Read an address, perhaps with a port: ``1.2.3.4:567``, ``[::1]:567``; None: it is none."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ip_address(text))
    except ValueError:
        return None
