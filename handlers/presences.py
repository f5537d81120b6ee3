"""Who is where, and what is told of it: of a room to its listeners, of the place to nobody."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from handlers.frames import frame
from handlers.turn import Turn
from models import events
from models.channel import Channel
from models.events import User, encode
from models.presence import CROWD, GRACE, Place, Presence

CROWD_PAUSE = 1.0  # seconds between two counts of a crowd


class Presences:
    """Count people in and out.

    :ivar place: who is here at all
    """

    def __init__(self, turn: Turn) -> None:
        self.place = Place()
        self._turn = turn
        self._counting: set[int] = set()

    # ------------------------------------------------------------ rooms

    def join(self, channel: Channel, user: User) -> bool:
        """Count somebody's socket in a room; tell whether they were not there before."""
        new = channel.presence.arrive(user)
        if new:
            self._tell_presence(channel, events.Joined, user)
        return new

    def leave(self, channel: Channel, user: User, at_once: bool) -> None:
        """Count somebody's socket no more in a room.

        :param at_once: it was said, not a connection that dropped: tell it now
        """
        self._depart(channel.presence, user, at_once, lambda: self._left(channel, user))

    # ------------------------------------------------------------ the place

    def arrive(self, user: User) -> None:
        self.place.arrive(user)

    def hold(self, user: User) -> None:
        """Count somebody as present until their page has had time to connect."""
        self.arrive(user)
        self.depart(user)

    def depart(self, user: User, at_once: bool = False) -> None:
        self._depart(self.place, user, at_once, lambda: None)

    # ------------------------------------------------------------ both

    def _depart(
        self, presence: Presence, user: User, at_once: bool, told: Callable[[], None]
    ) -> None:
        if not presence.depart(user.id, time.monotonic()):
            return

        def expire(now: float) -> None:
            if presence.expire(user.id, now):
                told()

        if at_once:
            expire(time.monotonic() + GRACE)
        else:
            asyncio.get_running_loop().call_later(GRACE, lambda: expire(time.monotonic() + 0.01))

    def _left(self, channel: Channel, user: User) -> None:
        self._tell_presence(channel, events.Left, user)

    def _tell_presence(
        self, channel: Channel, event: type[events.Joined | events.Left], user: User
    ) -> None:
        presence = channel.presence
        if event is events.Left and len(presence) == CROWD:
            # No crowd any more: they can be named again.
            self._turn.tell(channel, frame(encode(presence_of(channel))))
        elif not presence.crowded:
            said = event(room=channel.room, user=user, count=len(presence))
            self._turn.tell(channel, frame(encode(said)))
        elif channel.room not in self._counting:
            # A thousand people coming at once would cost a million of these.
            self._counting.add(channel.room)
            asyncio.get_running_loop().call_later(CROWD_PAUSE, self._tell_count, channel)

    def _tell_count(self, channel: Channel) -> None:
        self._counting.discard(channel.room)
        self._turn.tell(channel, frame(encode(presence_of(channel))))


def presence_of(channel: Channel) -> events.Presence:
    """Say who is in a room; of a crowd, only how many."""
    presence = channel.presence
    users = [] if presence.crowded else presence.users
    return events.Presence(room=channel.room, users=users, count=len(presence))
