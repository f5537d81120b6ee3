"""What a handshake holds, while it prepares all its rooms, is no more than it will tell."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from handlers.chatsocket import ChatSocketHandler
from handlers.joining import HISTORY
from handlers.live import Ready
from models.channel import Change
from tests.handlers.rooms import come, make

ROOMS = 8
MESSAGES = 40
LONG = "long " * 700


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"cache_size": 20}


class Threshold:
    """Where handshakes wait that have made all their rooms ready."""

    def __init__(self, pace: Any) -> None:
        self._reached, self._passable = asyncio.Event(), asyncio.Event()
        pace.turn = self._turn

    async def _turn(self) -> None:
        self._reached.set()
        await self._passable.wait()

    async def held(self) -> list[Change]:
        """Give what the one who waits there holds."""
        await self._reached.wait()
        (newcomer,) = ChatSocketHandler.arriving
        assert isinstance(newcomer, ChatSocketHandler)
        found = []
        for ready in newcomer._ready:
            assert isinstance(ready, Ready)
            found += ready.older[0] if ready.older else []
            found += ready.latest.changes if ready.latest else []
        return found

    def open(self) -> None:
        self._passable.set()


async def fill(ada: Any, room: int) -> None:
    """Have a room's memory hold nothing but changes of old messages."""
    for number in range(MESSAGES):
        ada.send(type="message", room=room, text=f"{number} {LONG}", msgId=f"{room} {number}")
    first = (await ada.until("ack", msgId=f"{room} 0"))["message"]["id"]
    await ada.until("ack", msgId=f"{room} {MESSAGES - 1}")
    for id in range(first, first + 20):
        ada.send(type="react", id=id, emoji="👍", on=True)
    await ada.until("message", id=first + 19)


@pytest.mark.gen_test(timeout=20)
async def test_who_was_away_from_many_rooms_holds_a_history_of_them_all(app, call, connect) -> None:
    person = await come(call, "ada")
    ada = await connect(cookie=person.cookie)
    rooms = [await make(call, person, name=f"den {number}") for number in range(ROOMS)]
    for room in rooms:
        ada.send(type="join", room=room)
        await fill(ada, room)
    epoch = ada.events[0]["epoch"]
    threshold = Threshold(app.arrivals.pace)
    resume = ",".join(f"{room}:1" for room in rooms)
    coming = asyncio.ensure_future(
        connect(cookie=person.cookie, greeted=False, resume=resume, epoch=epoch)
    )
    held = await threshold.held()
    threshold.open()
    assert {change.room for change in held} == set(rooms)
    assert sum(len(change.body) for change in held) <= HISTORY
    back = await coming
    for room in rooms:
        history = await back.until("history", room=room)
        assert (history["reset"], history["more"]) == (True, True)
        assert history["messages"][-1]["text"].startswith(f"{MESSAGES - 1} ")
        ids = [message["id"] for message in history["messages"]]
        assert ids == list(range(ids[0], ids[0] + len(ids)))
