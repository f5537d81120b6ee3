"""The server of HTTP: how many connections it holds, and how long it waits for a request."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import resource
import socket
import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

from tornado.http1connection import HTTP1ServerConnection
from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream

from handlers.proxy import Proxies
from models.addresses import network

log = logging.getLogger("gust.http")

MOST_FILES = 1 << 20
RESERVE = 64  # files kept free of connections: the database's, uploads', logs'
_USER_TIMEOUT: int | None = getattr(socket, "TCP_USER_TIMEOUT", None)  # on Linux
PAUSE = 60.0  # seconds between two lines about connections that were refused


class Server(HTTPServer):
    """Tornado's server, which by itself takes every connection until it has no files left.

    What is counted here are connections without a WebSocket, those that wait for the next
    request among them. Proxies that we were told of stand for many and are not counted.
    """

    def initialize(  # type: ignore[override] # Tornado's takes what it likes by name as well
        self,
        application: Any,
        proxies: Proxies,
        most_each: int,
        patience: float,
        stalled: float,
        **settings: Any,
    ) -> None:
        """Take Tornado's settings, and

        :param most_each: connections at once from one address; 0: no limit
        :param patience: seconds that a request's head may take, the wait for it included, and
            its body too
        :param stalled: seconds after which a client is given up that takes nothing of what it
            is sent; 0: never. It is the kernel that watches (TCP_USER_TIMEOUT), where it can
        """
        super().initialize(
            application, idle_connection_timeout=patience, body_timeout=patience, **settings
        )
        self._proxies = proxies
        self._most_each = most_each
        self._most_files = _raise_limit_of_files() - RESERVE
        self._stalled = round(1000 * stalled)
        self._open: Counter[str] = Counter()
        self._told = -PAUSE

    def add_sockets(self, sockets: Iterable[socket.socket]) -> None:
        """Listen there. What is accepted inherits what is set here once."""
        listening = list(sockets)
        if self._stalled and _USER_TIMEOUT is not None:
            for each in listening:
                each.setsockopt(socket.IPPROTO_TCP, _USER_TIMEOUT, self._stalled)
        super().add_sockets(listening)

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        if stream.socket.fileno() >= self._most_files:
            self._refuse(stream, "this process may hold no more (see ulimit -n, LimitNOFILE=)")
            return
        where = self._counted(address)
        if where is not None:
            if self._open[where] >= self._most_each:
                self._refuse(stream, f"{where} has too many (see --connections-per-ip)")
                return
            self._open[where] += 1
        super().handle_stream(stream, address)

    def retire(self) -> None:
        """Have clients come by new connections from now on: these may end at another process."""
        self.conn_params.no_keep_alive = True

    def stop(self) -> None:
        """Stop listening; what waits to be accepted is, or it would be reset."""
        for listener in list(self._sockets.values()):
            with contextlib.suppress(OSError):  # nobody waits any more
                while True:
                    self._handle_connection(*listener.accept())
        super().stop()

    async def close_all_connections(self) -> None:
        """Close those that are left, all in one turn: one after the other, some would be asked."""
        await asyncio.gather(*(connection.close() for connection in list(self._connections)))

    def on_close(self, server_conn: object) -> None:
        """Count a connection no more: it is closed, or a WebSocket by now."""
        super().on_close(server_conn)
        assert isinstance(server_conn, HTTP1ServerConnection)
        where = self._counted(getattr(server_conn.context, "address", ()))
        if where is not None:
            self._open[where] -= 1
            if not self._open[where]:
                del self._open[where]

    def _counted(self, address: tuple[Any, ...]) -> str | None:
        """Give what a connection is counted under; None: it is not."""
        if not self._most_each or not address or self._proxies.believed(str(address[0])):
            return None
        return network(str(address[0]))

    def _refuse(self, stream: IOStream, why: str) -> None:
        stream.close()
        if time.monotonic() - self._told >= PAUSE:
            self._told = time.monotonic()
            log.warning("connections are refused: %s", why)


def _raise_limit_of_files() -> int:
    """Let this process open as many files as it may; give how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return max(soft, most)
