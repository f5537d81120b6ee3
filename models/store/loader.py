"""Group read: what many ask for at once is read in one statement.

Whatever was asked while the last read ran goes into the next one, so that a
thousand people coming back cost a handful of statements. Nothing is kept:
every read begins after the asking, and so sees all that was committed before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from sqlalchemy import Connection

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

LoadMany = Callable[[Connection, Sequence[K]], dict[K, V]]

MOST = 100  # keys in one statement: all who asked for them go on in the same turn of the loop


class Loader(Generic[K, V]):
    """Collect keys, and read them together.

    :param read: begins one read of many keys, off the loop
    """

    def __init__(self, read: Callable[[Sequence[K]], asyncio.Future[dict[K, V]]]) -> None:
        self._read = read
        self._waiting: dict[K, asyncio.Future[V | None]] = {}
        self._reading = False

    def load(self, key: K) -> asyncio.Future[V | None]:
        """Give a future of what is found under a key; None: nothing.

        Who asks for the same key at once shares it: await it, don't cancel it, and
        don't change what it gives.
        """
        future = self._waiting.get(key)
        if future is None:
            future = self._waiting[key] = asyncio.get_running_loop().create_future()
        if not self._reading:
            self._reading = True
            # At the end of this turn, so that all who ask in it share the read.
            asyncio.get_running_loop().call_soon(self._begin)
        return future

    def _begin(self) -> None:
        keys = list(self._waiting)[:MOST]
        asked = {key: self._waiting.pop(key) for key in keys}
        self._read(keys).add_done_callback(lambda read: self._end(asked, read))

    def _end(
        self, asked: dict[K, asyncio.Future[V | None]], read: asyncio.Future[dict[K, V]]
    ) -> None:
        error = read.exception()
        found = {} if error else read.result()
        for key, future in asked.items():
            if future.cancelled():
                continue  # the server ends
            if error:
                future.set_exception(error)
            else:
                future.set_result(found.get(key))
        if self._waiting:
            self._begin()
        else:
            self._reading = False
