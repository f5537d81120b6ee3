"""What another process said is read where it was not heard of, and told in its place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from models import cache
from models.events import User
from models.store import edits, messages, posts, users
from models.store.posts import Post
from tests.handlers.rooms import come, make

LOBBY = 1


@pytest.fixture
def unheard(app: Any) -> Any:
    """Post as another process would, with nothing of it heard here."""
    app.live.alone = False

    async def post(user: User, text: str, room: int = LOBBY) -> None:
        said = Post(room=room, user=user, text=text, html=text, msg_id=text)
        await app.store.write(lambda connection: posts.insert_new(connection, [said]) and None)

    return post


def before_the_next_read(app: Any, monkeypatch: Any, happen: Callable[[], Any]) -> None:
    """Have something happen just before what was missed is read, once."""
    read = app.store.read

    async def late(*asked: Any) -> Any:
        await happen()
        return await read(*asked)

    def begin(run: Any, *args: Any) -> Any:
        if run is not messages.changes:
            return read(run, *args)
        monkeypatch.setattr(app.store, "read", read)
        return asyncio.ensure_future(late(run, *args))

    monkeypatch.setattr(app.store, "read", begin)


async def have_loaded(app: Any, room: int) -> None:
    loaded: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    app.cache.open(room, loaded.set_result)
    await loaded


@pytest.mark.gen_test
async def test_a_post_is_acknowledged_also_where_somebody_else_was_quick_to_react(
    app, connect, unheard, monkeypatch
) -> None:
    ada = await connect("ada")
    carol = await app.store.write(users.create, "carol")
    await unheard(carol, "told over there")
    before_the_next_read(
        app, monkeypatch, lambda: app.store.write(edits.react, carol, 2, "👍", True, 20)
    )
    ada.send(type="message", text="told here", msgId="mine")
    told = [await ada.until("message"), await ada.until("ack"), await ada.until("message")]
    assert told[1]["msgId"] == "mine"
    assert [event.get("message", event)["seq"] for event in told] == [1, 2, 3]


@pytest.mark.gen_test
async def test_a_room_that_is_live_anew_does_not_wait_for_what_it_was_before(
    app, call, connect, unheard, monkeypatch
) -> None:
    ada, bob = await come(call, "ada"), await connect("bob")
    den = await make(call, ada, "open")
    path = f"/api/rooms/{den}/messages"
    carol = await app.store.write(users.create, "carol")
    await have_loaded(app, den)
    await unheard(carol, "first", den)
    passable = asyncio.Event()
    before_the_next_read(app, monkeypatch, passable.wait)
    await call("POST", path, {"text": "second"}, ada.cookie)  # the first is missed, and read late
    monkeypatch.setattr(cache, "QUIET", 1)
    await have_loaded(app, await make(call, ada, "open", name="attic"))
    assert app.cache.get(den) is None  # quiet rooms go when another is loaded
    bob.send(type="join", room=den)
    assert (await bob.until("history", room=den))["seq"] == 2
    await unheard(carol, "third", den)
    await call("POST", path, {"text": "fourth"}, ada.cookie)
    assert [(await bob.until("message", room=den))["seq"] for _ in range(2)] == [3, 4]
    passable.set()
    while app.live._filling:  # nothing of it stays
        await asyncio.sleep(0.005)
