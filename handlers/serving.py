"""Serving: the sockets, the certificate, the signals; and the link for the first admin."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
from typing import TYPE_CHECKING

from tornado.options import options

from handlers import draining, hosts, ports, succession, tls
from handlers.base import LARGEST_BODY
from handlers.chatsocket import ChatSocketHandler
from handlers.garbage import Collector
from handlers.options import GiveUp
from handlers.server import Server
from handlers.tls import Certificate, Unusable
from handlers.version import VERSION
from models.errors import ChatError
from models.store import accounts

if TYPE_CHECKING:
    from chat import Application

log = logging.getLogger("gust")

ENDING = (signal.SIGINT, signal.SIGTERM)
HEADER = 1 << 16  # bytes of a request's header


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
    application: Application, certificate: Certificate | None, sockets: list[socket.socket]
) -> None:
    """Serve until SIGINT or SIGTERM.

    :param sockets: those that listen already; none: begin to
    :raises GiveUp: it can't be served; what is kept is closed by then
    """
    told = _told_to_end()
    predecessor = application.store.lock.predecessor
    try:
        if predecessor is not None:
            await succession.make_sure_of(application)
        sockets = sockets or ports.bind(beside=predecessor is not None)
    except GiveUp:
        application.close()
        raise
    server = _begin(application, certificate, sockets)
    Collector(ChatSocketHandler.waiters).start()
    port = sockets[0].getsockname()[1]
    where, data = hosts.where(port), options.data
    print(f"Gust {VERSION} is listening: {where}   (data in {data}; Ctrl+C stops it)", flush=True)
    await _welcome_first_admin(application, port)
    taking = asyncio.ensure_future(succession.take_place(application, sockets))
    taking.add_done_callback(_report)
    await told.wait()
    taking.cancel()
    await draining.leave(application, server, options.drain)
    await server.close_all_connections()
    await application.stop()


def _report(taking: asyncio.Future[None]) -> None:
    if not taking.cancelled() and (error := taking.exception()) is not None:
        log.error("not all of this server has begun its work", exc_info=error)


def _told_to_end() -> asyncio.Event:
    """Give what SIGINT and SIGTERM set; the second of them ends the process at once."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()

    def tell() -> None:
        told.set()
        for number in ENDING:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)

    for number in ENDING:
        loop.add_signal_handler(number, tell)
    return told


def _begin(
    application: Application, certificate: Certificate | None, sockets: list[socket.socket]
) -> Server:
    server = Server(
        application,
        proxies=application.proxies,
        most_each=options.connections_per_ip,
        patience=options.request_timeout,
        stalled=options.stalled_timeout,
        max_header_size=HEADER,
        max_body_size=LARGEST_BODY,
        max_buffer_size=1 << 20,
        ssl_options=certificate and certificate.context(),
    )
    if certificate is not None:
        tls.hush()
        renew = asyncio.get_running_loop().add_signal_handler
        renew(signal.SIGHUP, certificate.renew, server)
    server.add_sockets(sockets)
    application.start()
    return server


async def _welcome_first_admin(application: Application, port: int) -> None:
    """Print a link that makes its visitor an admin, as long as there is none."""
    with contextlib.suppress(ChatError):  # the log tells of it
        token = await application.store.write(accounts.link_for_first_admin)
        if token is not None:
            where = hosts.where(port, f"/join/{token}")
            print(f"There is no admin yet. Become it, within 24 hours: {where}", flush=True)
