"""Whether another process has written to the database: asked while there may be one."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from models.store import dialects

log = logging.getLogger("gust.store")

EVERY = 0.025  # seconds


class Watch:
    """Look again and again, on the writer's thread, and tell the event loop of what is new.

    Asked of the writer's own connection, what others committed is told apart from what this
    process did, which all goes over that one.

    :param changed: called on the event loop
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, changed: Callable[[], None]) -> None:
        self._loop = loop
        self._changed = changed
        self._version: int | None = None
        self._due = 0.0

    def look(self, connection: Connection) -> None:
        """Look, unless that was done a moment ago; not within a transaction."""
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + EVERY
        try:
            version = dialects.version(connection)
        except SQLAlchemyError as error:  # whoever writes next is told
            log.debug("not asked whether another process wrote: %s", error)
            return
        if version != self._version:
            self._version = version
            with contextlib.suppress(RuntimeError):  # the loop was closed: nobody asks any more
                self._loop.call_soon_threadsafe(self._changed)
