"""What is said during one turn of the event loop, written at its end.

One join of bytes for a whole room, one write for each socket.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence

from handlers.frames import joined
from handlers.listener import Listener, Way, write_all, write_each
from models.channel import Change, Channel


class Lineup:
    """Those who are told what is said in a room, as they stand.

    It holds until somebody joins, leaves, backs up or has caught up again. A message to a
    thousand touches little more memory by it than the sockets themselves.

    :ivar ways: how to write to each of ``listeners``
    :ivar waiting: those who have to be written to through their streams
    """

    __slots__ = ("_places", "listeners", "waiting", "ways")

    def __init__(self, listeners: Iterable[Listener]) -> None:
        self.listeners: list[Listener] = []
        self.ways: list[Way] = []
        self.waiting: list[Listener] = []
        for listener in listeners:
            if listener.way is None:
                self.waiting.append(listener)
            else:
                self.listeners.append(listener)
                self.ways.append(listener.way)
        self._places = {listener.key: place for place, listener in enumerate(self.listeners)}

    def write(self, data: bytes, own: Mapping[str, bytes]) -> None:
        """Write to everybody.

        :param own: what those with these keys are told instead
        """
        listeners, ways = self.listeners, self.ways
        senders = sorted(self._places[key] for key in own if key in self._places)
        if senders:
            listeners, ways = listeners.copy(), ways.copy()
            for place in reversed(senders):
                del listeners[place], ways[place]
        write_all(listeners, ways, data)
        write_each((self.listeners[place], own[self.listeners[place].key]) for place in senders)
        for listener in self.waiting:
            listener.write(own.get(listener.key, data))


class Turn:
    """Everything said during one turn of the event loop.

    :param too_slow: called with a listener that is being closed for reading too slowly
    """

    def __init__(self, too_slow: Callable[[Listener], None]) -> None:
        self.too_slow = too_slow
        self._rooms: dict[int, tuple[Channel, list[bytes | Change]]] = {}
        self._dirty: list[Listener] = []
        self._lineups: dict[int, Lineup] = {}
        self._scheduled = False

    def tell(self, channel: Channel, said: bytes | Change) -> None:
        """Say something to all who listen to a room: a frame, or a change.

        Whoever sent the change is told by an ``ack``, in the same place.
        """
        said_before = self._rooms.get(channel.room)
        if said_before is None:
            self._rooms[channel.room] = (channel, [said])
            self._schedule()
        else:
            said_before[1].append(said)

    def dirty(self, listener: Listener) -> None:
        self._dirty.append(listener)
        self._schedule()

    def settle(self, channel: Channel) -> None:
        """Hand out what was said in a room so far: its listeners are about to change."""
        self._lineups.pop(channel.room, None)
        told = self._rooms.pop(channel.room, None)
        if told is not None:
            for listener, data in _told(*told):
                listener.send(data)

    def line_up_again(self) -> None:
        """Forget who can be written to directly: it has changed for somebody."""
        self._lineups.clear()

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._scheduled = False
        rooms, self._rooms = self._rooms, {}
        if not self._dirty and _apart([channel for channel, _ in rooms.values()]):
            # Nobody is told two things: nothing has to be collected for anybody.
            for channel, said in rooms.values():
                self._lineup(channel).write(*joined(said))
            return
        for told in rooms.values():
            for listener, data in _told(*told):
                listener.send(data)
        dirty, self._dirty = self._dirty, []
        taken = ((listener, listener.take()) for listener in dirty)
        write_each((listener, data) for listener, data in taken if data is not None)

    def _lineup(self, channel: Channel) -> Lineup:
        lineup = self._lineups.get(channel.room)
        if lineup is None:
            lineup = self._lineups[channel.room] = Lineup(channel.listeners)
        return lineup


def _apart(channels: Sequence[Channel]) -> bool:
    """Tell whether nobody listens to two of these rooms."""
    if len(channels) < 2:
        return True
    everybody: set[Listener] = set().union(*(channel.listeners for channel in channels))
    return len(everybody) == sum(len(channel.listeners) for channel in channels)


def _told(channel: Channel, said: Sequence[bytes | Change]) -> list[tuple[Listener, bytes]]:
    """Give what each listener is told."""
    whole, own = joined(said)
    return [(listener, own.get(listener.key, whole)) for listener in channel.listeners]
