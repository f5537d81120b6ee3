"""Whether this process does its work."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from handlers.base import Handler
from models.errors import NotStored

PATIENCE = 3.0  # seconds: who asks gives up soon as well
KEPT = 1.0  # seconds for which an answer is good: asking often must cost no fsync each


class Health:
    """Find out whether the database can be written and read, for all who ask at once.

    :param check: does it; raises ``NotStored`` where it can't
    """

    def __init__(self, check: Callable[[], Awaitable[None]]) -> None:
        self._check = check
        self._asked = -KEPT
        self._found: asyncio.Future[None] | None = None

    async def confirm(self) -> None:
        """:raises NotStored: it can't be, or not in time; its reason says why."""
        now = time.monotonic()
        if self._found is None or (self._found.done() and now - self._asked >= KEPT):
            self._asked = now
            self._found = asyncio.ensure_future(self._check())
            # It may be that nobody waits for it any more.
            self._found.add_done_callback(lambda found: found.cancelled() or found.exception())
        try:
            await asyncio.wait_for(asyncio.shield(self._found), PATIENCE)
        except TimeoutError:
            raise NotStored(f"the database did not answer within {PATIENCE:g} s") from None


class HealthHandler(Handler):
    """``/healthz``."""

    is_limited = False  # who asks for all of them may share an address with who floods

    async def get(self) -> None:
        """Answer ``ok`` when the database can be written and read, else 503 with the reason."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        try:
            await self.application.health.confirm()
        except NotStored as error:
            self.set_status(error.status)
            self.finish(f"Nothing can be stored: {error.reason or 'see the log'}.\n")
        else:
            self.finish("ok\n")
