"""What another process writes reaches those who are connected to this one, within a moment."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from chat import Application
from models.events import User
from models.filters import Rule
from models.store import (
    bans,
    endings,
    filters,
    making,
    members,
    positions,
    posts,
    sessions,
    users,
)
from models.store.beside import write
from models.store.making import Changes
from models.store.posts import Post
from tests.handlers.rooms import come, make, promote

WITHIN = 3.0  # seconds; it is 0.3 where nothing else goes on
LOBBY = 1

Beside = Callable[..., Any]


@pytest.fixture
def beside(app: Application, tmp_path: Path) -> Beside:
    """Write as another process would, over a connection of its own."""

    def writing(run: Callable[..., Any], *args: Any) -> Any:
        return write(f"sqlite:///{tmp_path / 'data' / 'chat.db'}", run, *args)

    return writing


@pytest.fixture
def following(app: Application) -> Any:
    """Begin to follow what the other process does; needs the test's loop."""
    yield app.elsewhere.start
    app.elsewhere.stop()


def post(connection: Connection, user: User, text: str, room: int = LOBBY) -> Any:
    made = Post(room=room, user=user, text=text, html=text, msg_id=text)
    return posts.insert_new(connection, [made])[0].change


async def hears(client: Any, type: str, **fields: Any) -> Any:
    begun = time.monotonic()
    event = await client.until(type, **fields)
    assert time.monotonic() - begun < WITHIN
    return event


@pytest.mark.gen_test(timeout=20)
async def test_messages_are_passed_on_in_their_order(connect, beside, following) -> None:
    ada = await connect("ada")
    following()
    carol = beside(users.create, "carol")
    for text in ("one", "two"):
        beside(post, carol, text)
        assert (await hears(ada, "message"))["text"] == text
    beside(post, carol, "three")
    assert (await ada.say("four"))["message"]["seq"] == 4
    heard = [event["text"] for event in ada.events if event["type"] == "message"]
    assert heard == ["one", "two", "three"]


@pytest.mark.gen_test(timeout=20)
async def test_who_was_told_more_by_the_other_one_goes_on_from_there(
    connect, app, beside, following
) -> None:
    await connect("ada")  # the room is live
    following()
    carol = beside(users.create, "carol")
    change = beside(post, carol, "told over there")
    bob = await connect("bob", resume=f"{LOBBY}:{change.seq}", epoch=app.store.epoch)
    (history,) = [event for event in bob.events if event["type"] == "history"]
    assert (history["messages"], history["seq"], history["reset"]) == ([], 1, False)


@pytest.mark.gen_test(timeout=20)
async def test_who_is_banned_or_signed_out_there_is_cut_here(
    connect, call, app, beside, following
) -> None:
    ada, bob, carol = [await come(call, name) for name in ("ada", "bob", "carol")]
    phones = [await connect(cookie=each.cookie) for each in (ada, bob, carol)]
    named = await connect("dave")
    await promote(app, ada, "admin")
    following()
    admin = User(ada.id, "ada", "admin")
    beside(bans.begin, admin, bob.id, "", None, False)
    assert (await hears(phones[1], "closed"))["code"] == 4003
    dave = next(event["user"]["id"] for event in named.events if event["type"] == "welcome")
    beside(bans.begin, admin, dave, "", None, False)
    assert (await hears(named, "closed"))["code"] == 4003
    beside(sessions.end_all, carol.id)
    # It may go on by another token: who comes back finds out.
    assert (await hears(phones[2], "closed"))["code"] == 1001
    await phones[0].say("nobody else was meant")


@pytest.mark.gen_test(timeout=20)
async def test_who_is_taken_out_or_brought_in_there_knows_it_here(
    connect, call, beside, following
) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    den = await make(call, ada, "closed", bob)
    phone = await connect(cookie=bob.cookie, resume=f"{den}:0")
    following()
    owner = User(ada.id, "ada")
    beside(members.take_out, owner, den, bob.id)
    await hears(phone, "removed", room=den)
    beside(post, owner, "psst", den)
    beside(members.bring_in, owner, den, bob.id)
    assert (await hears(phone, "room"))["room"]["id"] == den
    assert "psst" not in [event.get("text") for event in phone.events]


@pytest.mark.gen_test(timeout=20)
async def test_a_room_that_is_deleted_there_is_none_here(
    connect, call, app, beside, following
) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    den = await make(call, ada, "open", bob)
    phone = await connect(cookie=bob.cookie, resume=f"{den}:0,{LOBBY}:0")
    following()
    beside(endings.begin, User(ada.id, "ada"), den)
    assert (await hears(phone, "removed", room=den))["ended"]
    while beside(endings.step, den).after is not None:
        pass
    assert app.cache.get(den) is None
    beside(post, User(bob.id, "bob"), "still here")
    await hears(phone, "message", text="still here")
    assert len([event for event in phone.events if event["type"] == "removed"]) == 1


@pytest.mark.gen_test(timeout=20)
async def test_names_roles_rooms_and_positions_are_told(
    connect, call, app, beside, following
) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    room = await make(call, ada, "open", bob)
    phone = await connect(cookie=bob.cookie, resume=f"{room}:0")
    await phone.say("hello", room=room)
    laptop = await connect(cookie=ada.cookie)
    following()
    beside(users.rename, ada.id, "agnes")
    assert (await hears(phone, "user"))["user"]["name"] == "agnes"
    beside(making.change, User(ada.id, "agnes"), room, Changes(topic="news"))
    assert (await hears(phone, "room"))["room"]["topic"] == "news"
    beside(positions.move, [positions.Move(ada.id, room, read=1)])
    assert (await hears(phone, "receipt", user=ada.id))["read"] == 1
    laptop.close()


@pytest.mark.gen_test(timeout=20)
async def test_the_word_filter_is_in_force_here_too(connect, call, app, beside, following) -> None:
    ada = await come(call, "ada")
    phone = await connect(cookie=ada.cookie)
    following()
    beside(filters.replace, ada.id, [Rule("darn", "word", "refuse", "")])
    until = time.monotonic() + WITHIN
    while not app.screening.filter.rules:
        assert time.monotonic() < until
        await asyncio.sleep(0.02)
    phone.send(type="message", text="darn")
    await hears(phone, "error", code="refused")


@pytest.mark.gen_test(timeout=20)
async def test_what_is_remembered_of_messages_has_the_names_of_the_end(
    connect, call, app, beside, following
) -> None:
    ada = await come(call, "ada")
    laptop = await connect(cookie=ada.cookie)
    await laptop.say("hello")
    laptop.close()
    bob = await connect("bob")
    following()
    beside(users.rename, ada.id, "adele")
    await app.elsewhere.finish()
    carol = await connect("carol")
    (history,) = [event for event in carol.events if event["type"] == "history"]
    assert history["messages"][0]["user"]["name"] == "adele"
    bob.close()


@pytest.mark.gen_test(timeout=20)
async def test_whoever_goes_on_under_another_name_there_has_it_in_all_that_is_remembered(
    connect, call, app, beside, following
) -> None:
    ada = await come(call, "ada")
    laptop = await connect(cookie=ada.cookie)
    await laptop.say("hello")
    laptop.close()
    bob = await connect("bob")
    following()
    beside(post, beside(users.rename, ada.id, "adele"), "it is me")
    await bob.until("message", text="it is me")
    await app.elsewhere.finish()
    carol = await connect("carol")
    (history,) = [event for event in carol.events if event["type"] == "history"]
    assert [message["user"]["name"] for message in history["messages"]] == ["adele", "adele"]
    bob.close()


@pytest.mark.gen_test(timeout=20)
async def test_nothing_is_kept_of_what_is_heard_when_there_is_no_other_process_any_more(
    connect, call, app, following
) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    await connect(cookie=bob.cookie)
    following()
    await app.elsewhere.finish()
    await make(call, ada, "closed", bob)
    assert not app.elsewhere._heard_in


@pytest.mark.gen_test(timeout=20)
async def test_what_this_process_does_itself_is_told_once(connect, call, following) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    phone = await connect(cookie=bob.cookie)
    following()
    den = await make(call, ada, "closed", bob)
    await phone.until("room")
    await call("DELETE", f"/api/rooms/{den}/members/{bob.id}", cookie=ada.cookie)
    await phone.until("removed")
    await phone.say("still here")
    kinds = [event["type"] for event in phone.events]
    assert (kinds.count("room"), kinds.count("removed")) == (1, 1)
