"""The rooms that are live in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

from models.channel import Channel, Recent
from models.errors import ChatError, NotFound, NotStored

QUIET = 500  # rooms without a listener that stay in memory

Opened = Callable[[Channel | ChatError], None]


class Cache:
    """Recent history by room: ``size`` changes in each, loaded on first use.

    Rooms with listeners stay; of the quiet ones the longest unused go.

    :param size: changes kept for each room
    :param load: gives a future of what the database holds of a room
    """

    def __init__(self, size: int, load: Callable[[int, int], asyncio.Future[Recent]]) -> None:
        self.size = size
        self._load = load
        self._channels: dict[int, Channel] = {}
        self._waiting: dict[int, list[Opened]] = {}

    def __iter__(self) -> Iterator[Channel]:
        return iter(self._channels.values())

    def __len__(self) -> int:
        return len(self._channels)

    def get(self, room: int) -> Channel | None:
        """Give a room if it is live or just being loaded."""
        return self._channels.get(room)

    def open(self, room: int, opened: Opened) -> None:
        """Have ``opened`` called with the room: at once if it is live.

        Callers that had to wait are called in their order, in one go with the
        loading, and so before anybody who asks later.

        :param opened: gets the channel, or the error why there is none
        """
        channel = self._channels.get(room)
        if channel is None:
            self._begin(room)
        elif channel.loaded:
            # The end of the dict is where the recently used ones are.
            self._channels[room] = self._channels.pop(room)
            opened(channel)
            return
        self._waiting[room].append(opened)

    def drop(self, room: int) -> Channel | None:
        """Let go of a room that is no more, and give it; who waits for it is told."""
        channel = self._channels.pop(room, None)
        for opened in self._waiting.pop(room, ()):
            opened(NotFound("room"))
        return channel

    def _begin(self, room: int) -> None:
        channel = self._channels[room] = Channel(room, self.size)
        self._waiting[room] = []
        loading = self._load(room, self.size)
        loading.add_done_callback(lambda future: self._end(channel, future))

    def _end(self, channel: Channel, future: asyncio.Future[Recent]) -> None:
        room, error = channel.room, future.exception()
        if self._channels.get(room) is not channel:
            return  # it was dropped meanwhile
        outcome: Channel | ChatError = channel
        if error is None:
            channel.load(future.result())
        else:
            del self._channels[room]
            outcome = error if isinstance(error, ChatError) else NotStored()
        for opened in self._waiting.pop(room):
            opened(outcome)
        self._let_go()

    def _let_go(self) -> None:
        quiet = [c.room for c in self if c.loaded and not c.listeners and not len(c.presence)]
        for room in quiet[: max(0, len(quiet) - QUIET)]:
            del self._channels[room]
