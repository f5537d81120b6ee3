"""The end of a server: everybody is sent away in their turn, and what they asked is answered."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from itertools import islice
from typing import TYPE_CHECKING

from handlers.base import Handler
from handlers.chatsocket import ChatSocketHandler
from handlers.connection import GOING_DOWN
from handlers.server import Server

if TYPE_CHECKING:
    from chat import Application

log = logging.getLogger("gust")

SHORT = 1.0  # seconds for all waves where nobody follows: who waits for the end is waiting
ANSWERS = 5.0  # seconds for the requests under way then
UPLOADS = 60.0  # seconds for them where another process serves already
HALF_OPEN = 0.5  # seconds until a connection is there that was begun, and what it is begun for
STEP = 0.1  # seconds between two waves
FEWEST = 20  # sockets that a wave has at least, where so many are left
LATE = 3.0  # seconds more for those who are just coming in
GOODBYE = 3.0  # seconds for clients to answer a close
LOOK = 0.05  # seconds between two looks at what is under way


async def leave(application: Application, server: Server, over: float) -> None:
    """Give all connections away.

    :param over: seconds in which the sockets go to a successor, where there is one
    """
    followed = application.store.lock.has_successor
    log.info("handing over" if followed else "stopping")
    application.end_chores()
    server.retire()
    if followed:
        application.elsewhere.start()
        await asyncio.gather(send_away(over), _close_port(server))
        await finish_requests(UPLOADS)
        return
    server.stop()
    with contextlib.suppress(Exception):  # a broken database must not keep us here
        await asyncio.wait_for(asyncio.shield(application.store.check()), GOODBYE)
    await asyncio.gather(send_away(min(over, SHORT)), finish_requests(ANSWERS))


async def _close_port(server: Server) -> None:
    """Take those who were on their way here, and what they ask."""
    await asyncio.sleep(HALF_OPEN)
    server.stop()
    await asyncio.sleep(HALF_OPEN)


async def send_away(over: float) -> None:
    """Close every socket with 1001, in waves: they all come back, and not all at once.

    :param over: seconds over which it is spread, where there are many
    """
    waiters, arriving = ChatSocketHandler.waiters, ChatSocketHandler.arriving
    leaving = []
    size = max(FEWEST, -(-len(waiters) // max(1, round(over / STEP))))
    until = asyncio.get_running_loop().time() + over + LATE
    while (waiters or arriving) and asyncio.get_running_loop().time() < until:
        for waiter in list(islice(waiters, size)):
            waiter.bid_goodbye(GOING_DOWN, "the server is going down")
            leaving.append(waiter)
        if waiters or arriving:
            await asyncio.sleep(STEP)
    if gone := [waiter.gone for waiter in leaving if waiter.gone is not None]:
        await asyncio.wait(gone, timeout=GOODBYE)
        for waiter in leaving:
            waiter.hang_up()  # who has not answered by now
        await asyncio.sleep(0.01)


async def finish_requests(within: float) -> None:
    """Wait for the requests under way to be answered.

    :param within: seconds
    """
    until = asyncio.get_running_loop().time() + within
    while Handler.under_way and asyncio.get_running_loop().time() < until:  # noqa: ASYNC110 - each request would have to tell
        await asyncio.sleep(LOOK)
    if Handler.under_way:
        log.warning("%d requests were not finished in %.0f s", len(Handler.under_way), within)
