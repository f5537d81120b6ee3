"""Who drops out and comes back misses nothing and is told nothing twice."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from models.errors import NotStored
from models.store import messages
from tests.talking import HANDSHAKE

LOBBY = 1


def history_of(client: Any, room: int = LOBBY) -> Any:
    return next(e for e in client.events if e["type"] == "history" and e["room"] == room)


def epoch_of(client: Any) -> str:
    return next(e["epoch"] for e in client.events if e["type"] == "welcome")


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"cache_size": 5}


@pytest.mark.parametrize("away", [0, 1, 5, 6, 30])
@pytest.mark.gen_test
async def test_bob_is_told_just_what_he_missed(connect, away) -> None:
    ada, bob = await connect("ada"), await connect("bob")
    await ada.say("before")
    await bob.until("message")
    bob.close()
    for number in range(away):
        await ada.say(f"{number}")
    bob = await connect("bob", resume=f"{LOBBY}:1", epoch=epoch_of(ada))
    history = history_of(bob)
    assert [m["text"] for m in history["messages"]] == [f"{n}" for n in range(away)]
    assert history["seq"] == away + 1
    assert history["reset"] is False
    await ada.say("after")
    assert (await bob.until("message"))["text"] == "after"


@pytest.mark.gen_test
async def test_who_was_away_for_too_long_starts_anew_with_the_latest_page(connect) -> None:
    ada = await connect("ada")
    for number in range(1010):
        ada.send(type="message", text=f"{number}")
    ada.send(type="message", text="last", msgId="last")
    await ada.until("ack", msgId="last")
    bob = await connect("bob", resume=f"{LOBBY}:1", epoch=epoch_of(ada))
    history = history_of(bob)
    assert history["reset"] is True
    assert history["more"] is True
    assert [m["seq"] for m in history["messages"]] == list(range(1007, 1012))


@pytest.mark.gen_test
async def test_another_logs_numbers_do_not_count(connect) -> None:
    ada = await connect("ada")
    await ada.say("hello")
    bob = await connect("bob", resume=f"{LOBBY}:1", epoch="another")
    assert history_of(bob)["reset"] is True
    assert len(history_of(bob)["messages"]) == 1


@pytest.mark.gen_test
async def test_a_position_from_the_future_starts_anew(connect) -> None:
    ada = await connect("ada")
    await ada.say("hello")
    bob = await connect("bob", resume=f"{LOBBY}:99", epoch=epoch_of(ada))
    assert history_of(bob)["reset"] is True
    assert history_of(bob)["seq"] == 1


@pytest.mark.gen_test
async def test_a_room_that_is_not_there_is_told_and_the_rest_resumed(connect) -> None:
    ada = await connect("ada")
    bob = await connect("bob", resume=f"77:3,{LOBBY}:0", epoch=epoch_of(ada))
    assert [e["type"] for e in bob.events] == ["welcome", "error", "history", "presence"]
    assert (bob.events[1]["code"], bob.events[1]["ref"]) == ("not_found", "join 77")


@pytest.mark.gen_test
async def test_of_a_room_that_can_not_be_read_it_is_told_which_one(
    app, connect, monkeypatch
) -> None:
    ada = await connect("ada")
    for number in range(7):  # two more than memory has
        await ada.say(f"{number}")

    def fail(*_: Any) -> None:
        raise NotStored()

    monkeypatch.setattr(messages, "changes_up_to", fail)
    bob = await connect("bob", greeted=False, resume=f"{LOBBY}:1", epoch=epoch_of(ada))
    error = await bob.until("error")
    assert (error["code"], error["ref"]) == ("not_stored", f"join {LOBBY}")
    monkeypatch.undo()
    bob.send(type="join", room=LOBBY, since=1, epoch=epoch_of(ada))
    assert [m["text"] for m in (await bob.until("history"))["messages"]] == [*"123456"]


@pytest.mark.gen_test
async def test_a_room_told_twice_is_resumed_once(connect) -> None:
    ada = await connect("ada")
    bob = await connect("bob", resume=f"{LOBBY}:0,0{LOBBY}:0", epoch=epoch_of(ada))
    bob.send(type="ping")
    await bob.until("pong")
    assert [e["type"] for e in bob.events].count("history") == 1


@pytest.mark.parametrize("said", [0, 1])
@pytest.mark.gen_test
async def test_a_room_that_was_left_on_another_device_is_not_entered_again(
    connect, call, said
) -> None:
    cookie = (await call("POST", "/api/session", {"name": "ada"})).cookie
    me = (await call("GET", "/api/me", cookie=cookie)).body["user"]["id"]
    den = (await call("POST", "/api/rooms", {"name": "den"}, cookie)).body["id"]
    ada = await connect(cookie=cookie)
    for number in range(said):
        await ada.say(f"{number}", room=den)
    await call("DELETE", f"/api/rooms/{den}/members/{me}", cookie=cookie)
    back = await connect(cookie=cookie, greeted=False, resume=f"{den}:{said}", epoch=epoch_of(ada))
    assert (await back.until("removed"))["room"] == den
    assert [room["name"] for room in back.events[0]["rooms"]] == ["lobby"]


@pytest.mark.parametrize("resume", ["x", "1", "1:", ":1", "1:x", "1:-1", "1:1,", "1:1:1", "٣:٣"])
@pytest.mark.gen_test
async def test_a_malformed_position_is_refused_before_the_upgrade(call, resume) -> None:
    path = f"/chatsocket?{urlencode({'resume': resume})}"
    answer = await call("GET", path, **HANDSHAKE)
    assert (answer.status, answer.code) == (400, "bad_event")
    assert "ROOM:SEQ" in answer.body["error"]["message"]


@pytest.mark.gen_test
async def test_joining_again_with_a_position_continues_from_it(connect) -> None:
    ada = await connect("ada")
    await ada.say("one")
    ada.send(type="leave", room=LOBBY)
    ada.send(type="join", room=LOBBY, since=1, epoch=epoch_of(ada))
    history = await ada.until("history")
    assert (history["messages"], history["reset"], history["seq"]) == ([], False, 1)
    ada.send(type="join", room="lobby")
    assert (await ada.until("history"))["reset"] is True
