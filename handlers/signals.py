"""What signals do to the connections of this process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from handlers import newcomers
from handlers.chatsocket import ChatSocketHandler
from handlers.connection import COME_BACK, SIGNED_OUT
from handlers.ended import Ended
from handlers.frames import frame
from handlers.handshake import BANNED
from handlers.live import Live
from handlers.pace import Pace
from handlers.screening import Screening
from models import events, signals
from models.events import RoomEntry, encode
from models.store import Store, rooms

log = logging.getLogger("gust.signals")

_Entries = dict[int, RoomEntry]


class Signals:
    """Carry what was done somewhere to those whom it concerns here."""

    def __init__(self, store: Store, live: Live, screening: Screening, ended: Ended) -> None:
        self._store = store
        self._ended = ended
        self._screening = screening
        self._live = live
        self._coming: dict[tuple[int, int], asyncio.Future[_Entries]] = {}
        self._changing: dict[int, asyncio.Future[_Entries]] = {}
        self._pace = Pace()

    def hear(self, signal: signals.AnySignal) -> None:
        _REACTIONS[type(signal)](self, signal)

    # ------------------------------------------------------------ rooms

    def _come_in(self, signal: signals.CameIn) -> None:
        """Tell somebody's every connection that they are in a room now."""
        reading = self._store.read(rooms.entries, signal.room, [signal.user])
        # What happens meanwhile is newer than what is read.
        self._coming[signal.user, signal.room] = reading
        reading.add_done_callback(lambda reading: self._came_in(signal, reading))

    def _came_in(self, signal: signals.CameIn, reading: asyncio.Future[_Entries]) -> None:
        key = (signal.user, signal.room)
        if self._coming.get(key) is not reading:
            return
        del self._coming[key]
        entry = _read(reading).get(signal.user)
        if entry is None:
            return
        for waiter in _of(signal.user):
            waiter.let_in(entry)
            waiter.tell(events.Room(room=entry))
        for newcomer in newcomers.of(signal.user):
            newcomer.let_in(entry)

    def _take_out(self, signal: signals.TakenOut) -> None:
        """End, at once, what somebody receives of a room."""
        self._coming.pop((signal.user, signal.room), None)
        for waiter in _of(signal.user):
            waiter.put_out(signal.room)
            waiter.leave(signal.room)
            waiter.tell(events.Removed(room=signal.room))
        for newcomer in newcomers.of(signal.user):
            newcomer.put_out(signal.room)

    def _change_room(self, signal: signals.RoomChanged) -> None:
        """Tell all who are in a room what it is called now."""
        for newcomer in ChatSocketHandler.arriving:
            newcomer.changed.add(signal.room)
        for user, room in list(self._coming):
            if room == signal.room:  # what is being read for them is how it was called before
                self._come_in(signals.CameIn(user, room))
        here = {
            connection.person.id
            for connection in (*ChatSocketHandler.waiters, *ChatSocketHandler.arriving)
            if signal.room in connection.mine
        }
        reading = self._store.read(rooms.entries, signal.room, list(here))
        self._changing[signal.room] = reading
        reading.add_done_callback(lambda reading: self._tell_entries(signal.room, reading))

    def _tell_entries(self, room: int, reading: asyncio.Future[_Entries]) -> None:
        if self._changing.get(room) is not reading:
            return  # it changed again, and that is being read
        del self._changing[room]
        entries = _read(reading)
        for waiter in ChatSocketHandler.waiters:
            entry = entries.get(waiter.person.id)
            if entry is not None and room in waiter.mine:
                waiter.tell(events.Room(room=entry))
        for newcomer in ChatSocketHandler.arriving:
            entry = entries.get(newcomer.person.id)
            if entry is not None and room in newcomer.mine:
                newcomer.entries[room] = entry

    def _end_room(self, signal: signals.RoomEnded) -> None:
        """Let nobody receive anything more of a room, at once; then tell them, some in a turn."""
        room = signal.room
        self._coming = {key: coming for key, coming in self._coming.items() if key[1] != room}
        self._changing.pop(room, None)
        self._live.end(room)
        told = frame(encode(events.Removed(room=room, ended=True)))
        for waiter in ChatSocketHandler.waiters:
            was_in = room in waiter.mine
            waiter.put_out(room)
            waiter.joined.pop(room, None)
            if was_in and waiter.listener is not None:
                self._pace.do(partial(waiter.listener.send, told))
        for newcomer in ChatSocketHandler.arriving:
            newcomer.put_out(room)

    # ------------------------------------------------------------ people

    def _change_person(self, signal: signals.PersonChanged) -> None:
        """Carry a person's new name or role to wherever the old one is held or shown."""
        user = signal.user
        self._live.rename(user)
        for waiter in _of(user.id):
            waiter.person = user
        newcomers.change(user)
        told = frame(encode(events.UserChanged(user=user)))
        for waiter in ChatSocketHandler.waiters:
            assert waiter.listener is not None
            waiter.listener.send(told)

    def _sign_out(self, signal: signals.SignedOut) -> None:
        self._ended.note(signal.sessions, SIGNED_OUT)
        _close_those_of(signal.sessions, SIGNED_OUT, "signed out")

    def _come_back(self, signal: signals.SessionsRenewed) -> None:
        """Have connections come back by the new token; who knows only the old one can't."""
        self._ended.note(signal.sessions, COME_BACK)
        _close_those_of(signal.sessions, COME_BACK, "come back with the session's new token")

    def _ban(self, signal: signals.Banned) -> None:
        self._ended.note(signal.sessions, BANNED)
        for waiter in _of(signal.user):
            waiter.bid_goodbye(BANNED, "banned")
        newcomers.turn_away(signal)

    # ------------------------------------------------------------ what is noticed

    def _type(self, signal: signals.Typing) -> None:
        """Tell the others in a room; in a crowd nobody could read it."""
        self._tell_others(
            signal.room,
            signal.user.id,
            events.Typing(room=signal.room, user=signal.user),
        )

    def _read(self, signal: signals.HasRead) -> None:
        """Tell somebody's own devices, and in a small room the others."""
        receipt = events.Receipt(
            room=signal.room,
            user=signal.user,
            received=signal.received,
            read=signal.read,
            date=signal.date,
        )
        if signal.told:
            self._tell_others(signal.room, signal.user, receipt)
        receipt.unread, receipt.mentions = signal.unread, signal.mentions
        for waiter in _of(signal.user):
            if signal.room in waiter.mine:  # they may have been taken out since
                waiter.tell(receipt)
        for newcomer in newcomers.of(signal.user):
            newcomer.read[signal.room] = receipt

    def _tell_others(self, room: int, user: int, event: events.ServerEvent) -> None:
        channel = ChatSocketHandler.cache.get(room)
        if channel is None or channel.presence.crowded:
            return
        own = {waiter.listener for waiter in _of(user)}
        told = frame(encode(event))
        for listener in channel.listeners:
            if listener not in own:
                listener.send(told)

    def _change_filters(self, signal: signals.FiltersChanged) -> None:
        """Read the word filter anew."""
        self._screening.reload()


_REACTIONS: dict[type[signals.Signal], Callable[[Signals, Any], None]] = {
    signals.CameIn: Signals._come_in,
    signals.TakenOut: Signals._take_out,
    signals.RoomChanged: Signals._change_room,
    signals.RoomEnded: Signals._end_room,
    signals.PersonChanged: Signals._change_person,
    signals.SignedOut: Signals._sign_out,
    signals.SessionsRenewed: Signals._come_back,
    signals.Banned: Signals._ban,
    signals.FiltersChanged: Signals._change_filters,
    signals.Typing: Signals._type,
    signals.HasRead: Signals._read,
}


def _close_those_of(hashes: list[bytes], code: int, reason: str) -> None:
    """Close the connections that came by one of these sessions' tokens."""
    for waiter in list(ChatSocketHandler.waiters):
        if waiter.session_hash in hashes:
            waiter.bid_goodbye(code, reason)
    for newcomer in ChatSocketHandler.arriving:
        if newcomer.session_hash in hashes:
            newcomer.revoked = (code, reason)


def _of(user: int) -> list[ChatSocketHandler]:
    return list(ChatSocketHandler.of.get(user, ()))


def _read(reading: asyncio.Future[_Entries]) -> _Entries:
    error = reading.exception()
    if error is None:
        return reading.result()
    # They learn of it when they come back: the welcome tells all rooms.
    log.error("a room could not be read: %s", error)
    return {}
