"""Taking the place of the server that uses the same data, so that nobody is turned away."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from typing import TYPE_CHECKING

from handlers import ports
from handlers.options import GiveUp
from models.errors import NotStored
from models.store.lock import Lock

if TYPE_CHECKING:
    from chat import Application

log = logging.getLogger("gust")

LOOK = 0.05  # seconds between two looks whether the other one is gone
MOST = 15.0  # seconds for the one before, where we can do nothing until it is gone
LONG = 60.0  # seconds after which it is told that it isn't


def wait_in_place(lock: Lock) -> list[socket.socket]:
    """Listen, and have the server before end, where the two can't work side by side.

    Who comes meanwhile waits for us; no event loop is needed.
    """
    assert lock.predecessor is not None
    log.info("the database is to be changed: waiting for process %d", lock.predecessor.pid)
    sockets = ports.bind(beside=True)
    ports.steer(sockets, ports.SECOND)
    lock.predecessor.dismiss()
    until = time.monotonic() + MOST
    while not lock.own():
        if time.monotonic() > until:  # everybody waits for the last of its uploads
            lock.predecessor.dismiss()
        time.sleep(LOOK)
    ports.steer(sockets, ports.FIRST)
    return sockets


async def make_sure_of(application: Application) -> None:
    """Follow the server before from here on, and find out whether we can do its work.

    :raises GiveUp: we can't
    """
    application.elsewhere.start()
    try:
        await application.store.check()
    except NotStored as error:
        raise GiveUp(
            f"Nothing can be stored: {error.reason}. The other server goes on.", 1
        ) from None


async def take_place(application: Application, sockets: list[socket.socket]) -> None:
    """Be the one server, once another that there is has handed over; from then on do it all."""
    if application.store.lock.predecessor is not None:
        await _take_over(application, sockets)
    application.begin_chores()
    application.store.lock.announce()


async def _take_over(application: Application, sockets: list[socket.socket]) -> None:
    lock = application.store.lock
    assert lock.predecessor is not None
    pid, asked = lock.predecessor.pid, time.monotonic()
    log.info("taking over from process %d", pid)
    ports.steer(sockets, ports.SECOND)
    lock.predecessor.dismiss()
    told = asked
    while not lock.own():
        await asyncio.sleep(LOOK)
        if time.monotonic() - told > LONG:
            told = time.monotonic()
            log.warning("process %d has not ended yet; both go on", pid)
    log.info("took over from process %d after %.1f s", pid, time.monotonic() - asked)
    ports.steer(sockets, ports.FIRST)
    application.blobs.forget_others()
    await application.elsewhere.finish()
