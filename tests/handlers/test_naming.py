"""People are named in messages: marked, listed, and only where they are."""

from __future__ import annotations

from typing import Any

import pytest

from models.store import naming
from tests.handlers.accounts import register

LOBBY = 1


def mentions(connection: Any) -> list[tuple[int, ...]]:
    found = connection.exec_driver_sql('SELECT message, "user", room FROM mentions ORDER BY 1, 2')
    return [tuple(row) for row in found]


async def people(call: Any, *names: str) -> list[tuple[str, int]]:
    """Sign people in; give the cookie and the id of each."""
    answers = [await call("POST", "/api/session", {"name": name}) for name in names]
    return [(answer.cookie, answer.body["user"]["id"]) for answer in answers]


@pytest.mark.gen_test
async def test_somebody_in_the_room_is_named(connect, call, app) -> None:
    (cookie, ada), (_, bob) = await people(call, "ada", "bob b")
    sender = await connect(cookie=cookie)
    told = (await sender.say("hi @bob b, it's @ada and @nobody"))["message"]
    assert told["mentions"] == [bob, ada]
    assert f'<a class="mention" data-user="{bob}"' in told["html"]
    assert await app.store.read(mentions) == [(told["id"], bob, LOBBY)]


@pytest.mark.gen_test
async def test_an_edit_names_others_and_a_removal_nobody(connect, call, app) -> None:
    (cookie, _), (_, bob), (_, carol) = await people(call, "ada", "bob", "carol")
    ada = await connect(cookie=cookie)
    id = (await ada.say("@bob"))["message"]["id"]
    ada.send(type="edit", id=id, text="@carol")
    assert (await ada.until("message"))["mentions"] == [carol]
    assert await app.store.read(mentions) == [(id, carol, LOBBY)]
    ada.send(type="edit", id=id, text="nobody")
    assert "mentions" not in await ada.until("message")
    ada.send(type="edit", id=id, text="@bob")
    assert (await ada.until("message"))["mentions"] == [bob]
    ada.send(type="delete", id=id)
    assert "mentions" not in await ada.until("message")
    assert await app.store.read(mentions) == []


@pytest.mark.gen_test
async def test_who_is_not_in_the_room_is_not_named(connect, call) -> None:
    (cookie, _), _ = await people(call, "ada", "bob")
    den = await call("POST", "/api/rooms", {"name": "den", "kind": "closed"}, cookie=cookie)
    ada = await connect(cookie=cookie)
    told = (await ada.say("@bob", room=den.body["id"]))["message"]
    assert "mentions" not in told
    assert told["html"] == "<p>@bob</p>"


@pytest.mark.gen_test
async def test_a_guest_can_not_call_everybody_in_the_lobby_but_in_their_own_room(
    connect, call
) -> None:
    (cookie, _) = (await people(call, "ada"))[0]
    den = (await call("POST", "/api/rooms", {"name": "den"}, cookie=cookie)).body["id"]
    ada = await connect(cookie=cookie)
    assert "mentions" not in (await ada.say("@room @here"))["message"]
    assert (await ada.say("@room", room=den))["message"]["mentions"] == [0]


@pytest.mark.gen_test
async def test_here_are_those_who_are_present(connect, call) -> None:
    (cookie, ada_id), (other, bob_id), (_, _) = await people(call, "ada", "bob", "carol")
    den = (await call("POST", "/api/rooms", {"name": "den"}, cookie=cookie)).body["id"]
    ada, bob = [await connect(cookie=c, resume=f"{den}:0", epoch="x") for c in (cookie, other)]
    told = (await ada.say("@here", room=den))["message"]
    assert sorted(told["mentions"]) == [ada_id, bob_id]
    assert (await bob.until("message"))["mentions"] == told["mentions"]


@pytest.mark.gen_test
async def test_messages_with_names_and_without_keep_their_order(connect) -> None:
    ada, bob = await connect("ada"), await connect("bob")
    texts = ["one", "@ada two", "three", "**four** @bob", "five"]
    for text in texts:
        ada.send(type="message", text=text)
    assert [(await bob.until("message"))["text"] for _ in texts] == texts


@pytest.mark.parametrize("text", ["write to ada@example.com", "at 5 @ the café", "a@b @"])
@pytest.mark.gen_test
async def test_an_at_sign_that_names_nobody_costs_no_look_up(
    connect, call, monkeypatch, text
) -> None:
    (cookie, _), *_ = await people(call, "ada")
    looked_up: list[Any] = []
    monkeypatch.setattr(naming, "find", lambda *asked: looked_up.append(asked) or {LOBBY: {}})
    ada = await connect(cookie=cookie)
    told = (await ada.say(text))["message"]
    assert "mentions" not in told
    assert not looked_up
    await ada.say("@ada")
    assert looked_up


@pytest.mark.gen_test
async def test_who_is_called_room_or_here_keeps_nobody_from_calling_everybody(
    connect, call
) -> None:
    await people(call, "room", "here")
    registered = await register(call, "ada")
    ada = await connect(cookie=registered.cookie)
    assert (await ada.say("@room"))["message"]["mentions"] == [0]
    here = (await ada.say("@here"))["message"]
    assert here["mentions"] == [registered.body["user"]["id"]]
    assert 'data-everybody="here"' in here["html"]
