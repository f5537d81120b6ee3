"""Messages are edited, removed, reacted to and replied to, and everybody sees the same."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from models.store import users
from tests.handlers.holding import Busy
from tests.handlers.rooms import come
from tests.uploading import upload

LOBBY = 1


async def same_for_both(one: Any, other: Any) -> dict[str, Any]:
    """Give the next change that both are told; it is the same."""
    told = await one.until("message")
    assert await other.until("message") == told
    return told


@pytest.mark.gen_test
async def test_ada_edits_her_message_and_everybody_sees_the_whole_of_it(connect) -> None:
    ada, bob = await connect("ada"), await connect("bob")
    said = (await ada.say("helo", msgId="x"))["message"]
    await bob.until("message")
    ada.send(type="edit", id=said["id"], text="hello")
    told = await same_for_both(ada, bob)
    assert told["edited"] >= said["date"]
    assert told == {"type": "message"} | said | {
        "seq": 2,
        "text": "hello",
        "html": "<p>hello</p>",
        "edited": told["edited"],
    }


@pytest.mark.gen_test
async def test_bob_can_not_edit_what_ada_said(connect) -> None:
    ada, bob = await connect("ada"), await connect("bob")
    said = (await ada.say("hello"))["message"]
    await bob.until("message")
    bob.send(type="edit", id=said["id"], text="bye", ref="r")
    error = await bob.until("error")
    assert (error["code"], error["ref"]) == ("forbidden", "r")
    history = next(e for e in (await connect("carol")).events if e["type"] == "history")
    assert history["messages"] == [said]


@pytest.mark.parametrize(
    ("text", "code"),
    [("  ", "empty"), ("\u200b", "empty"), ("x" * 4001, "too_long"), ("a\0b", "bad_event")],
)
@pytest.mark.gen_test
async def test_an_edit_must_be_a_text_that_could_be_posted(connect, text, code) -> None:
    ada = await connect("ada")
    said = (await ada.say("hello"))["message"]
    ada.send(type="edit", id=said["id"], text=text)
    assert (await ada.until("error"))["code"] == code


@pytest.mark.gen_test
async def test_the_same_text_again_is_no_change_and_told_to_its_sender_alone(connect) -> None:
    ada, bob = await connect("ada"), await connect("bob")
    said = (await ada.say("hello"))["message"]
    await bob.until("message")
    ada.send(type="edit", id=said["id"], text="hello")
    assert await ada.until("message") == {"type": "message"} | said
    assert await bob.ask(type="ping") == {"type": "pong"}


@pytest.mark.gen_test
async def test_nothing_of_a_removed_message_is_left_but_its_place(connect, call) -> None:
    ada, bob = await connect("ada"), await connect("bob")
    said = (await ada.say("a secret", msgId="x"))["message"]
    await bob.until("message")
    bob.send(type="react", id=said["id"], emoji="👍", on=True)
    await same_for_both(ada, bob)
    ada.send(type="delete", id=said["id"])
    told = await same_for_both(ada, bob)
    kept = {name: said[name] for name in ("id", "room", "user", "date", "msgId")}
    assert told == {"type": "message", "seq": 3, "deleted": True} | kept
    cookie = (await call("POST", "/api/session", {"name": "carol"})).cookie
    page = await call("GET", f"/api/rooms/{LOBBY}/messages", cookie=cookie)
    assert page.body["messages"] == [{k: v for k, v in told.items() if k != "type"}]


@pytest.mark.gen_test
async def test_what_is_removed_can_not_be_changed_and_its_resend_is_the_tombstone(connect) -> None:
    ada = await connect("ada")
    said = (await ada.say("hello", msgId="x"))["message"]
    ada.send(type="delete", id=said["id"])
    tombstone = await ada.until("message")
    for change in ({"type": "edit", "text": "again"}, {"type": "react", "emoji": "👍", "on": True}):
        ada.send(id=said["id"], **change)
        assert (await ada.until("error"))["code"] == "not_found"
    ada.send(type="delete", id=said["id"])
    assert await ada.until("message") == tombstone
    again = await ada.say("hello", msgId="x")
    assert {"type": "message"} | again["message"] == tombstone


@pytest.mark.gen_test
async def test_bob_can_not_remove_what_ada_said_but_a_moderator_can(connect, call, app) -> None:
    ada, bob = await connect("ada"), await connect("bob")
    said = (await ada.say("hello"))["message"]
    bob.send(type="delete", id=said["id"])
    assert (await bob.until("error"))["code"] == "forbidden"
    carol, token = await app.store.write(users.create_signed_in, "carol")
    await app.store.write(_make_moderator, carol.id)
    answer = await call("DELETE", f"/api/messages/{said['id']}", cookie=f"gust={token}")
    assert answer.status == 204
    assert (await ada.until("message"))["deleted"]
    assert await app.store.read(_actions) == [("remove_message", carol.id, 1, LOBBY, said["id"])]


def _make_moderator(connection: Any, user: int) -> None:
    connection.exec_driver_sql(f"UPDATE users SET role = 'moderator' WHERE id = {user}")


def _actions(connection: Any) -> list[tuple[Any, ...]]:
    found = connection.exec_driver_sql('SELECT what, "by", user, room, message FROM actions')
    return [tuple(row) for row in found]


@pytest.mark.gen_test
async def test_reactions_tell_who_in_the_order_of_their_coming(connect) -> None:
    ada, bob = await connect("ada"), await connect("bob")
    id = (await ada.say("hello"))["message"]["id"]
    await bob.until("message")
    ada_id, bob_id = (c.events[0]["user"]["id"] for c in (ada, bob))
    for person, emoji, on, reactions in (
        (bob, "👍", True, {"👍": [bob_id]}),
        (ada, "👍", True, {"👍": [bob_id, ada_id]}),
        (ada, "👩‍👩‍👧‍👦", True, {"👍": [bob_id, ada_id], "👩‍👩‍👧‍👦": [ada_id]}),
        (bob, "👍", False, {"👍": [ada_id], "👩‍👩‍👧‍👦": [ada_id]}),
        (ada, "👩‍👩‍👧‍👦", False, {"👍": [ada_id]}),
    ):
        person.send(type="react", id=id, emoji=emoji, on=on)
        assert (await same_for_both(ada, bob))["reactions"] == reactions
    ada.send(type="react", id=id, emoji="👍", on=False)
    assert "reactions" not in await same_for_both(ada, bob)


@pytest.mark.gen_test
async def test_the_same_reaction_again_is_told_to_its_sender_alone(connect) -> None:
    ada, bob = await connect("ada"), await connect("bob")
    id = (await ada.say("hello"))["message"]["id"]
    await bob.until("message")
    ada.send(type="react", id=id, emoji="👍", on=True)
    told = await same_for_both(ada, bob)
    ada.send(type="react", id=id, emoji="👍", on=True)
    assert await ada.until("message") == told
    assert await bob.ask(type="ping") == {"type": "pong"}


class TestReactionLimit:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"reaction_limit": 2}

    @pytest.mark.gen_test
    async def test_a_message_has_so_many_different_reactions(self, connect) -> None:
        ada = await connect("ada")
        id = (await ada.say("hello"))["message"]["id"]
        for emoji in "👍🎉":
            ada.send(type="react", id=id, emoji=emoji, on=True)
            await ada.until("message")
        ada.send(type="react", id=id, emoji="🚀", on=True)
        error = await ada.until("error")
        assert error["code"] == "forbidden"
        assert "--reaction-limit" in error["message"]


@pytest.mark.gen_test
async def test_a_reply_quotes_what_it_answers(connect) -> None:
    ada, bob = await connect("ada"), await connect("bob")
    said = (await ada.say("x" * 300))["message"]
    reply = (await bob.say("indeed", replyTo=said["id"]))["message"]
    assert reply["replyTo"] == said["id"]
    assert reply["quote"] == {"id": said["id"], "user": said["user"], "text": "x" * 200}


@pytest.mark.gen_test
async def test_a_quote_follows_its_original(connect) -> None:
    ada, bob = await connect("ada"), await connect("bob")
    said = (await ada.say("a secret"))["message"]
    reply = (await bob.say("indeed", replyTo=said["id"]))["message"]
    await ada.until("message", id=reply["id"])
    ada.send(type="edit", id=said["id"], text="nothing")
    original, again = [await same_for_both(ada, bob) for _ in range(2)]
    assert (original["id"], original["seq"]) == (said["id"], 3)
    assert (again["id"], again["seq"], again["quote"]["text"]) == (reply["id"], 4, "nothing")
    ada.send(type="delete", id=said["id"])
    assert (await same_for_both(ada, bob))["deleted"]
    assert (await same_for_both(ada, bob))["quote"]["text"] == ""


@pytest.mark.gen_test
async def test_what_has_only_files_is_quoted_by_their_names(connect, call) -> None:
    cookie = (await call("POST", "/api/session", {"name": "ada"})).cookie
    ada = await connect(cookie=cookie)
    ids = [(await upload(call, cookie, b"x", name)).body["id"] for name in ("a.txt", "b.txt")]
    said = (await ada.say("", files=ids))["message"]
    reply = (await ada.say("thanks", replyTo=said["id"]))["message"]
    assert reply["quote"]["text"] == "a.txt, b.txt"
    stored = await call("GET", f"/api/messages/{reply['id']}", cookie=cookie)
    assert stored.body["quote"] == reply["quote"]
    ada.send(type="delete", id=said["id"])
    assert (await ada.until("message", id=reply["id"]))["quote"]["text"] == ""


@pytest.mark.gen_test
async def test_one_replies_to_what_is_in_the_same_room_only(connect, call) -> None:
    cookie = (await call("POST", "/api/session", {"name": "ada"})).cookie
    den = (await call("POST", "/api/rooms", {"name": "den"}, cookie=cookie)).body["id"]
    ada = await connect(cookie=cookie)
    said = (await ada.say("hello"))["message"]
    for room, original in ((den, said["id"]), (LOBBY, 99)):
        ada.send(type="message", room=room, text="indeed", replyTo=original)
        assert (await ada.until("error"))["code"] == "not_found"


class TestClosedRooms:
    @pytest.mark.gen_test
    async def test_a_message_in_a_room_that_bob_is_not_in_does_not_exist_for_him(
        self, connect, call
    ) -> None:
        cookie, other = [
            (await call("POST", "/api/session", {"name": name})).cookie for name in ("ada", "bob")
        ]
        den = await call("POST", "/api/rooms", {"name": "den", "kind": "closed"}, cookie=cookie)
        ada, bob = await connect(cookie=cookie), await connect(cookie=other)
        id = (await ada.say("hello", room=den.body["id"]))["message"]["id"]
        for event in (
            {"type": "edit", "text": "x"},
            {"type": "delete"},
            {"type": "react", "emoji": "👍", "on": True},
        ):
            answers = []
            for named in (id, 99):
                bob.send(id=named, **event)
                answers.append(await bob.until("error"))
            assert answers[0] == answers[1]
            assert answers[0]["code"] == "not_found"
        for method in ("GET", "DELETE"):
            answers = [
                await call(method, f"/api/messages/{named}", cookie=other) for named in (id, 99)
            ]
            assert [a.status for a in answers] == [404, 404]
            assert answers[0].body == answers[1].body


@pytest.mark.gen_test
async def test_a_message_is_read_by_its_id(connect, call) -> None:
    cookie = (await call("POST", "/api/session", {"name": "ada"})).cookie
    ada = await connect(cookie=cookie)
    said = (await ada.say("hello"))["message"]
    answer = await call("GET", f"/api/messages/{said['id']}", cookie=cookie)
    assert (answer.status, answer.body) == (200, said)
    assert (await call("GET", f"/api/messages/{said['id']}")).status == 401


@pytest.mark.gen_test
async def test_who_was_away_catches_up_with_every_kind_of_change(connect) -> None:
    ada, bob = await connect("ada"), await connect("bob")
    ids = [(await ada.say(text))["message"]["id"] for text in ("one", "two", "three")]
    seq, epoch = 3, ada.events[0]["epoch"]
    bob.close()
    ada.send(type="edit", id=ids[0], text="ONE")
    ada.send(type="delete", id=ids[1])
    ada.send(type="react", id=ids[2], emoji="👍", on=True)
    told = [await ada.until("message") for _ in ids]
    back = await connect("bob", resume=f"{LOBBY}:{seq}", epoch=epoch)
    [history] = [e for e in back.events if e["type"] == "history"]
    assert not history["reset"]
    assert [{"type": "message"} | m for m in history["messages"]] == told
    assert history["seq"] == 6


@pytest.mark.gen_test
async def test_who_is_not_in_the_room_on_this_socket_is_still_answered(connect) -> None:
    ada = await connect("ada")
    id = (await ada.say("helo"))["message"]["id"]
    ada.send(type="leave", room=LOBBY)
    ada.send(type="edit", id=id, text="hello")
    assert (await ada.until("message"))["text"] == "hello"


@pytest.mark.gen_test
async def test_a_new_name_reaches_the_quotes(connect, call) -> None:
    cookie = (await call("POST", "/api/session", {"name": "ada"})).cookie
    ada = await connect(cookie=cookie)
    said = (await ada.say("hello"))["message"]
    await ada.say("indeed", replyTo=said["id"])
    await call("PATCH", "/api/account", {"name": "ada l"}, cookie=cookie)
    bob = await connect("bob")
    [history] = [e for e in bob.events if e["type"] == "history"]
    assert history["messages"][1]["quote"]["user"]["name"] == "ada l"


@pytest.mark.gen_test
async def test_a_removal_over_http_is_told_before_what_was_stored_behind_it(
    app, call, connect
) -> None:
    ada = await come(call, "ada")
    phone, bob = await connect(cookie=ada.cookie), await connect("bob")
    id = (await phone.say("hello"))["message"]["id"]
    await bob.until("message", id=id)
    async with Busy(app) as disk:
        removing = asyncio.ensure_future(call("DELETE", f"/api/messages/{id}", cookie=ada.cookie))
        await disk.until_waiting(1)
        bob.send(type="message", text="what was it?")
        await disk.until_waiting(2)
    assert (await removing).status == 204
    assert (await bob.until("message", deleted=True))["seq"] == 2
    assert (await bob.until("ack"))["message"]["seq"] == 3
