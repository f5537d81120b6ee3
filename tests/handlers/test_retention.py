"""What is older than it is to be kept goes, everybody hears of it, and the disk gets it back."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from models.store import rooms as rooms_of
from models.store.keeping import export
from models.store.keeping.lines import Message
from models.store.retention import DAY
from models.store.schema import messages, now, rooms
from tests.handlers.rooms import come, make
from tests.handlers.test_files import on_disk
from tests.handlers.test_rooms import sign_in
from tests.uploading import upload

LOBBY = 1


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"keep_days": 30, "cache_size": 60}


async def grow_old(app: Any, ids: list[int], days: float) -> None:
    """Have messages be of another day."""

    def change(connection: Any) -> None:
        old = messages.c.id.in_(ids)
        date = now() - round(days * DAY)
        connection.execute(update(messages).where(old).values(date=date))

    await app.store.write(change)


async def say(person: Any, *texts: str, **fields: Any) -> list[int]:
    return [(await person.say(text, **fields))["message"]["id"] for text in texts]


async def rows(app: Any) -> dict[int, bool]:
    """Tell of each message that there is a row of whether it is a tombstone."""
    found = select(messages.c.id, messages.c.deleted).order_by(messages.c.id)
    kept = await app.store.read(lambda connection: connection.execute(found).all())
    return {row.id: row.deleted for row in kept}


@pytest.mark.gen_test
async def test_everybody_sees_what_is_too_old_go(connect, app) -> None:
    ada, bob = await connect("ada"), await connect("bob")
    old = await say(ada, "last year", "last month")
    (new,) = await say(ada, "today")
    await grow_old(app, old, 30.5)
    await app.retention.apply()
    gone = [await bob.until("message", deleted=True) for _ in old]
    assert [event["id"] for event in gone] == old
    assert all("text" not in event for event in gone)
    assert await rows(app) == {old[0]: True, old[1]: True, new: False}
    await app.retention.apply()
    assert (await ada.ask(type="ping", n=1))["type"] in ("message", "pong"), "nothing else"
    assert await rows(app) == {old[0]: True, old[1]: True, new: False}


@pytest.mark.gen_test
async def test_what_quoted_it_quotes_nothing_any_more(connect, app) -> None:
    ada, bob = await connect("ada"), await connect("bob")
    (old,) = await say(ada, "the secret")
    (reply,) = await say(bob, "indeed", replyTo=old)
    await grow_old(app, [old], 31)
    await app.retention.apply()
    told = await bob.until("message", id=reply)
    assert told["quote"]["text"] == ""
    assert told["text"] == "indeed"
    carol = await connect("carol")
    history = next(event for event in carol.events if event["type"] == "history")
    assert "the secret" not in str(history)


@pytest.mark.gen_test
async def test_its_files_go_with_it(call, connect, app) -> None:
    cookie = await sign_in(call, "ada")
    ada = await connect(cookie=cookie)
    note = (await upload(call, cookie, b"minutes")).body
    old = await say(ada, "", files=[note["id"]])
    await grow_old(app, old, 31)
    await say(ada, "today")
    await app.retention.apply()
    await app.sweeper.sweep(young=0)
    assert on_disk(app) == []
    assert (await call("GET", note["url"], cookie=cookie)).status == 404


@pytest.mark.gen_test
async def test_it_is_not_found_by_searching(call, connect, app) -> None:
    cookie = await sign_in(call, "ada")
    ada = await connect(cookie=cookie)
    await grow_old(app, await say(ada, "a fine pineapple"), 31)
    await say(ada, "today")
    await app.retention.apply()
    assert (await call("GET", "/api/search?q=pineapple", cookie=cookie)).body["messages"] == []


@pytest.mark.gen_test
async def test_a_day_later_nothing_of_it_is_there(connect, app) -> None:
    ada = await connect("ada")
    old = await say(ada, "last year", "gone by itself")
    (new,) = await say(ada, "today")
    ada.send(type="delete", id=old[1])
    await ada.until("message", deleted=True)
    await grow_old(app, old, 31.5)
    await app.retention.apply()
    assert await rows(app) == {new: False}


@pytest.mark.gen_test
async def test_who_comes_back_in_time_is_told_and_who_comes_later_starts_anew(connect, app) -> None:
    """Either way they don't go on showing what is no longer here."""
    ada = await connect("ada")
    old = await say(ada, "last year")
    await say(ada, *(f"filling {number}" for number in range(80)))  # out of memory
    behind = {"resume": f"{LOBBY}:5", "epoch": app.store.epoch}
    await grow_old(app, old, 30.5)
    await app.retention.apply()
    app.cache._channels.clear()
    bob = await connect("bob", **behind)
    history = next(event for event in bob.events if event["type"] == "history")
    assert not history["reset"]
    assert {"id": old[0], "deleted": True}.items() <= max(
        history["messages"], key=lambda message: message["seq"]
    ).items()

    await grow_old(app, old, 31.5)
    await app.retention.apply()
    app.cache._channels.clear()
    carol = await connect("carol", **behind)
    history = next(event for event in carol.events if event["type"] == "history")
    assert history["reset"]
    assert old[0] not in [message["id"] for message in history["messages"]]
    # Who has heard of the going goes on.
    seq = history["seq"]
    dave = await connect("dave", resume=f"{LOBBY}:{seq}", epoch=app.store.epoch)
    history = next(event for event in dave.events if event["type"] == "history")
    assert (history["reset"], history["messages"]) == (False, [])


@pytest.mark.gen_test
async def test_a_room_of_which_all_is_forgotten_is_empty_and_goes_on(call, connect, app) -> None:
    person = await come(call, "ada")
    ada = await connect(cookie=person.cookie)
    await grow_old(app, await say(ada, "one", "two"), 40)
    await say(ada, "today", room=await make(call, person))
    await app.retention.apply()
    app.cache._channels.clear()
    bob = await connect("bob", resume=f"{LOBBY}:1", epoch=app.store.epoch)
    history = next(event for event in bob.events if event["type"] == "history")
    assert (history["reset"], history["messages"], history["seq"]) == (True, [], 4)
    assert (await bob.say("three"))["message"]["seq"] == 5


@pytest.mark.gen_test(timeout=60)
async def test_three_thousand_go_while_people_talk_and_the_file_shrinks(connect, app, tmp_path):
    ada = await connect("ada")
    (first,) = await say(ada, "hello")

    def fill(connection: Any) -> None:
        row = {"room": LOBBY, "user": ada.events[0]["user"]["id"], "html": "x", "text": "y" * 900}
        many = [
            row | {"seq": n, "posted": n, "msg_id": f"old {n}", "date": now() - 60 * DAY}
            for n in range(2, 3_002)
        ]
        connection.execute(insert(messages), many)
        connection.execute(update(rooms).where(rooms.c.id == LOBBY).values(seq=3_001))

    await app.store.write(fill)
    await grow_old(app, [first], 60)
    app.cache._channels.clear()
    ada.close()
    before = _size_of(tmp_path / "data" / "chat.db")
    bob = await connect("bob")
    await bob.say("today")
    going = asyncio.ensure_future(app.retention.apply())
    slowest, said = 0.0, 0
    while not going.done():
        begun = time.thread_time()
        await asyncio.sleep(0.001)
        slowest = max(slowest, time.thread_time() - begun)
        await bob.say("meanwhile")
        said += 1
    going.result()
    assert said > 10, "who talks came between the steps"
    assert slowest < 0.1, "the loop was blocked"
    kept = await rows(app)
    assert not any(kept.values())
    assert len(kept) == sum(event["type"] == "ack" for event in bob.events)
    assert _size_of(tmp_path / "data" / "chat.db") < before / 3


def _size_of(file: Path) -> int:
    """Tell how large a database is, with all that is in its log."""
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA wal_checkpoint(FULL)")
    return file.stat().st_size


@pytest.mark.gen_test
async def test_where_nothing_is_too_old_nothing_happens(connect, app) -> None:
    ada = await connect("ada")
    await say(ada, "today")
    await app.retention.apply()
    entry = await app.store.read(rooms_of.find, ada.events[0]["user"]["id"], LOBBY)
    assert entry.seq == 1


@pytest.mark.gen_test
async def test_where_the_clock_is_far_ahead_nothing_goes_for_a_week(
    connect, app, caplog, monkeypatch
) -> None:
    ada = await connect("ada")
    said = await say(ada, "yesterday", "today", "a slip")
    ada.send(type="delete", id=said[2])
    await ada.until("message", deleted=True)
    await grow_old(app, said, 4000)
    await app.retention.apply()
    (new,) = await say(ada, "it seems to be that late")
    await app.retention.apply()
    assert await rows(app) == {said[0]: False, said[1]: False, said[2]: True, new: False}
    (told,) = (one.getMessage() for one in caplog.records if one.name == "gust.retention")
    assert "--keep-days=30" in told
    assert "If the clock is wrong" in told
    caplog.clear()
    monkeypatch.setattr("handlers.retention.DOUBT", 0.0)
    await app.retention.apply()
    assert await rows(app) == {new: False}


@pytest.mark.gen_test
async def test_an_export_tells_of_no_reply_to_what_is_forgotten(connect, app) -> None:
    """It could not be read again: a line refers only to what lines before it tell."""
    ada = await connect("ada")
    (old,) = await say(ada, "last year")
    (reply,) = await say(ada, "indeed", replyTo=old)
    await grow_old(app, [old], 40)
    await app.retention.apply()
    lines = await app.store.read(lambda connection: list(export.lines(connection)))
    (line,) = (line for line in lines if isinstance(line, Message))
    assert (line.id, line.text, line.replyTo) == (reply, "indeed", None)
