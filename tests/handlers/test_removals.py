"""All that somebody said goes, and every room hears of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from handlers.removals import Removals
from models.store import removals
from models.store.steps import Step


async def done(app: Any) -> None:
    """Wait until nothing is being removed any more."""
    while await app.store.read(removals.waiting) or app.removals.busy:
        await asyncio.sleep(0.01)


@pytest.mark.gen_test
async def test_rooms_hear_of_every_message_that_goes(connect, app) -> None:
    ada, bob = await connect("ada"), await connect("bob")
    ids = [(await ada.say(f"secret {number}"))["message"]["id"] for number in range(120)]
    mine = (await bob.say("mine"))["message"]
    user = ada.events[0]["user"]["id"]
    await app.store.write(removals.begin, user)
    app.removals.remove_all_of(user)
    gone = set()
    while len(gone) < len(ids):
        told = await bob.until("message")
        if told.get("deleted"):
            gone.add(told["id"])
    assert gone == set(ids)
    await done(app)
    carol = await connect("carol")
    history = next(event for event in carol.events if event["type"] == "history")
    assert [m["id"] for m in history["messages"] if not m.get("deleted")] == [mine["id"]]


@pytest.mark.gen_test
async def test_a_restart_goes_on_with_it(connect, app) -> None:
    ada, bob = await connect("ada"), await connect("bob")
    await ada.say("secret")
    await app.store.write(removals.begin, ada.events[0]["user"]["id"])
    app.removals.start()
    await bob.until("message", text="secret")
    assert (await bob.until("message"))["deleted"]
    await done(app)


@pytest.mark.gen_test
async def test_what_is_asked_for_while_it_runs_runs_once_more(app) -> None:
    loop, taken = asyncio.get_running_loop(), []

    def step(_connection: Any, user: int, _after: None) -> Step[None]:
        taken.append(user)
        if len(taken) == 1:  # asked for again, before it is known that this was the last step
            loop.call_soon_threadsafe(again.remove_all_of, user)
        return Step([], None)

    again = Removals(app.store, app.bus, "user", removals.waiting, step)
    again.remove_all_of(7)
    while again.busy:
        await asyncio.sleep(0)
    assert taken == [7, 7]
