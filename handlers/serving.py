"""Serving: the sockets, the certificate, the signals; and the link for the first admin."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
from typing import TYPE_CHECKING

from tornado.netutil import bind_sockets
from tornado.options import options

from handlers import hosts, tls
from handlers.base import Handler
from handlers.chatsocket import ChatSocketHandler
from handlers.garbage import Collector
from handlers.options import GiveUp
from handlers.server import Server
from handlers.tls import Certificate, Unusable
from models.errors import ChatError
from models.store import Store, accounts

if TYPE_CHECKING:
    from chat import Application

log = logging.getLogger("gust")

BACKLOG = 4096  # connections that wait to be accepted: everybody, after a restart
HEADER = 1 << 16  # bytes of a request's header


def bind(store: Store) -> list[socket.socket]:
    """Begin to listen; nobody is answered yet.

    :raises GiveUp: the port can't be had; the store is closed by then
    """
    try:
        return bind_sockets(options.port, options.address or None, backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        store.close()
        reason = getattr(error, "strerror", None) or error
        raise GiveUp(
            f"Port {options.port} of {options.address or 'this machine'} can't be served on: "
            f"{reason}. Choose others with --port=PORT and --address=ADDRESS.",
            1,
        ) from None


def certificate() -> Certificate | None:
    """Give the certificate to serve with; None: there is no TLS.

    :raises GiveUp: it can't be used
    """
    if not options.certfile:
        if options.keyfile:
            raise GiveUp(f"--keyfile={options.keyfile} needs --certfile=FILE beside it.", 2)
        return None
    given = Certificate(options.certfile, options.keyfile)
    try:
        given.context()
    except Unusable as error:
        raise GiveUp(str(error), 1) from None
    return given


async def serve(
    application: Application, sockets: list[socket.socket], certificate: Certificate | None
) -> None:
    """Serve until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    server = Server(
        application,
        proxies=application.proxies,
        most_each=options.connections_per_ip,
        patience=options.request_timeout,
        stalled=options.stalled_timeout,
        max_header_size=HEADER,
        max_body_size=Handler.largest_body,
        max_buffer_size=1 << 20,
        ssl_options=certificate and certificate.context(),
    )
    if certificate is not None:
        tls.hush()
        loop.add_signal_handler(signal.SIGHUP, certificate.renew, server)
    server.add_sockets(sockets)
    application.start()
    Collector(ChatSocketHandler.waiters).start()
    port = sockets[0].getsockname()[1]
    where = hosts.where(port)
    print(f"Gust is listening: {where}   (data in {options.data}; Ctrl+C stops it)", flush=True)
    await _welcome_first_admin(application, port)
    await stop.wait()
    log.info("stopping")
    server.stop()
    await application.stop()
    await server.close_all_connections()


async def _welcome_first_admin(application: Application, port: int) -> None:
    """Print a link that makes its visitor an admin, as long as there is none."""
    with contextlib.suppress(ChatError):  # the log tells of it
        token = await application.store.write(accounts.link_for_first_admin)
        if token is not None:
            where = hosts.where(port, f"/join/{token}")
            print(f"There is no admin yet. Become it, within 24 hours: {where}", flush=True)
