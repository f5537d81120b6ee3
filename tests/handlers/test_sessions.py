"""Coming and going: a name is enough, and it is one person's while they are here."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import Connection, text
from tornado.httpclient import HTTPClientError

from models.store import rooms, sessions
from tests.handlers.accounts import guest, register


async def sign_in(call, name: str, cookie: str | None = None):
    return await call("POST", "/api/session", {"name": name}, cookie)


@pytest.mark.gen_test
async def test_a_name_is_enough(call) -> None:
    answer = await sign_in(call, "  Ada ")
    assert answer.status == 200
    assert answer.body["user"] == {"id": 1, "name": "Ada", "role": "guest"}
    assert [room["name"] for room in answer.body["rooms"]] == ["lobby"]
    me = await call("GET", "/api/me", cookie=answer.cookie)
    assert me.body == answer.body


@pytest.mark.gen_test
async def test_the_cookie_is_for_the_server_alone(call) -> None:
    flags = (await sign_in(call, "ada")).headers["Set-Cookie"].lower()
    assert "httponly" in flags
    assert "samesite=lax" in flags
    assert "path=/" in flags
    assert "max-age" in flags


@pytest.mark.gen_test
async def test_the_session_is_the_same_person_on_the_socket(call, connect) -> None:
    answer = await sign_in(call, "ada")
    ada = await connect(cookie=answer.cookie)
    assert ada.events[0]["user"] == answer.body["user"]


@pytest.mark.parametrize("taken", ["ada", "ADA", " Ada "])
@pytest.mark.gen_test
async def test_a_name_of_somebody_present_is_refused(call, connect, taken) -> None:
    await connect(cookie=(await sign_in(call, "ada")).cookie)
    answer = await sign_in(call, taken)
    assert (answer.status, answer.code) == (409, "taken")


@pytest.mark.gen_test
async def test_a_name_is_held_while_the_page_still_loads(call) -> None:
    await sign_in(call, "ada")
    assert (await sign_in(call, "ada")).status == 409


@pytest.mark.gen_test
async def test_a_name_is_free_again_after_signing_out(call, connect) -> None:
    cookie = (await sign_in(call, "ada")).cookie
    ada = await connect(cookie=cookie)
    assert (await call("DELETE", "/api/session", cookie=cookie)).status == 204
    assert (await ada.until("closed"))["code"] == 4001
    assert (await call("GET", "/api/me", cookie=cookie)).status == 401
    assert (await sign_in(call, "ada")).status == 200


@pytest.mark.gen_test
async def test_signing_out_leaves_other_people_alone(call, connect) -> None:
    ada = (await sign_in(call, "ada")).cookie
    bob = await connect(cookie=(await sign_in(call, "bob")).cookie)
    await call("DELETE", "/api/session", cookie=ada)
    await bob.say("still here")


@pytest.mark.gen_test
async def test_a_new_name_is_the_same_person_and_told_to_all(call, connect) -> None:
    cookie = (await sign_in(call, "ada")).cookie
    ada, bob = await connect(cookie=cookie), await connect("bob")
    await ada.say("hello")
    renamed = await call("PATCH", "/api/account", {"name": "lovelace"}, cookie)
    assert renamed.body["user"] == {"id": 1, "name": "lovelace", "role": "guest"}
    assert (await bob.until("user"))["user"]["name"] == "lovelace"
    ack = await ada.say("it is me")
    assert ack["message"]["user"]["name"] == "lovelace"
    carol = await connect("carol")
    history = next(e for e in carol.events if e["type"] == "history")
    assert [m["user"]["name"] for m in history["messages"]] == ["lovelace", "lovelace"]
    await call("PATCH", "/api/account", {"name": "countess"}, cookie)
    dora = await connect("dora")
    history = next(e for e in dora.events if e["type"] == "history")
    assert [m["user"]["name"] for m in history["messages"]] == ["countess", "countess"]
    assert (await sign_in(call, "ada")).status == 200


@pytest.mark.gen_test
async def test_a_returning_guest_whose_name_is_taken_gets_the_next_one(call, connect) -> None:
    cookie = (await sign_in(call, "ada")).cookie
    await call("DELETE", "/api/session", cookie=(await sign_in(call, "eve")).cookie)
    first = await connect(cookie=cookie)
    assert first.events[0]["user"]["name"] == "ada"
    other = (await sign_in(call, "bob")).cookie
    await call("PATCH", "/api/account", {"name": "carol"}, cookie)
    await connect(cookie=(await sign_in(call, "ada")).cookie)
    first.close()
    back = await connect(cookie=cookie)
    assert back.events[0]["user"]["name"] == "carol"
    taken = await call("PATCH", "/api/account", {"name": "ADA"}, other)
    assert (taken.status, taken.code) == (409, "taken")


@pytest.mark.gen_test
async def test_who_has_a_session_stays_who_they_are(call) -> None:
    cookie = (await sign_in(call, "ada")).cookie
    again = await sign_in(call, "bob", cookie)
    assert again.body["user"]["name"] == "ada"


@pytest.mark.gen_test
async def test_the_name_that_a_returning_guest_gets_is_told_to_all(
    call, connect, monkeypatch
) -> None:
    monkeypatch.setattr("handlers.presences.GRACE", 0.1)
    monkeypatch.setattr("models.presence.GRACE", 0.1)
    first = (await sign_in(call, "zoe")).cookie
    zoe, bob = await connect(cookie=first), await connect("bob")
    await zoe.say("it was me")
    zoe.close()
    await bob.until("left")
    await connect(cookie=(await sign_in(call, "zoe")).cookie)
    back = await connect(cookie=first)
    assert back.events[0]["user"]["name"] == "zoe 2"
    assert (await bob.until("user"))["user"]["name"] == "zoe 2"
    history = next(e for e in back.events if e["type"] == "history")
    assert [m["user"]["name"] for m in history["messages"]] == ["zoe 2"]


@pytest.mark.gen_test
async def test_two_unnamed_guests_get_names_of_their_own(connect) -> None:
    names = {(await connect()).events[0]["user"]["name"] for _ in range(5)}
    assert len(names) == 5


@pytest.mark.gen_test
async def test_a_guest_by_query_is_the_same_person_each_time(connect) -> None:
    first = await connect("ada")
    first.close()
    second = await connect("ADA")
    assert second.events[0]["user"]["id"] == first.events[0]["user"]["id"]


@pytest.mark.gen_test
async def test_a_guest_by_query_can_not_take_the_name_of_a_session(call, connect) -> None:
    await connect(cookie=(await sign_in(call, "ada")).cookie)
    with pytest.raises(HTTPClientError) as refused:
        await connect("ada")
    assert refused.value.code == 409


@pytest.mark.parametrize("cookie", ["gust=forged", 'gust="; DROP TABLE users"'])
@pytest.mark.gen_test
async def test_a_forged_session_is_nobodys(call, connect, cookie) -> None:
    await sign_in(call, "ada")
    assert (await call("GET", "/api/me", cookie=cookie)).status == 401
    with pytest.raises(HTTPClientError) as refused:
        await connect(cookie=cookie)
    assert refused.value.code == 401


@pytest.mark.gen_test
async def test_a_session_that_was_ended_opens_no_socket(call, connect) -> None:
    cookie = (await sign_in(call, "ada")).cookie
    await call("DELETE", "/api/session", cookie=cookie)
    with pytest.raises(HTTPClientError) as refused:
        await connect(cookie=cookie)
    assert refused.value.code == 401


@pytest.mark.gen_test
async def test_a_session_is_over_when_nobody_used_it_for_a_year(app, call, connect) -> None:
    cookie = (await sign_in(call, "ada")).cookie
    await app.store.write(unseen, 365 * 86_400_000 + 1)
    assert (await call("GET", "/api/me", cookie=cookie)).status == 401
    with pytest.raises(HTTPClientError) as refused:
        await connect(cookie=cookie)
    assert refused.value.code == 401
    await app.store.write(sessions.forget_unseen)
    assert await app.store.read(sessions.of, 1) == []


def unseen(connection: Connection, since: int) -> None:
    """Have nobody's session been used for so many milliseconds."""
    connection.execute(text(f"UPDATE sessions SET seen = seen - {since}"))


@pytest.mark.gen_test
async def test_a_session_that_is_used_goes_on(app, call, connect) -> None:
    cookie = (await sign_in(call, "ada")).cookie
    await app.store.write(unseen, 364 * 86_400_000)
    await connect(cookie=cookie)
    app.attendance.write()
    await app.store.write(unseen, 364 * 86_400_000)
    assert (await call("GET", "/api/me", cookie=cookie)).status == 200


@pytest.mark.gen_test
async def test_an_open_socket_uses_its_session_all_the_time(app, call, connect) -> None:
    cookie = (await sign_in(call, "ada")).cookie
    await connect(cookie=cookie)
    app.attendance.write()
    await app.store.write(unseen, 366 * 86_400_000)
    app.attendance.write()
    await app.store.check()
    assert (await call("GET", "/api/me", cookie=cookie)).status == 200


@pytest.mark.gen_test
async def test_that_many_come_is_written_down_at_once(app, call, connect) -> None:
    cookies = [(await sign_in(call, f"ada {n}")).cookie for n in range(20)]
    writes = []
    write = app.store.write
    app.store.write = lambda run, *args: writes.append(run) or write(run, *args)
    for cookie in cookies:
        await connect(cookie=cookie)
    assert sessions.note_seen not in writes
    app.attendance.write()
    assert writes.count(sessions.note_seen) == 1
    app.store.write = write


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"name": ""}, 400, "empty"),
        ({"name": " \u200d "}, 400, "empty"),
        ({"name": "x" * 33}, 413, "too_long"),
        ({"name": "a\u202eb"}, 400, "bad_event"),
        ({"name": None}, 400, "bad_event"),
        ({"name": "ada", "pasword": "secret"}, 400, "bad_event"),
        (b'{"name":"\\ud800"}', 400, "bad_event"),
        ([], 400, "bad_event"),
    ],
)
@pytest.mark.gen_test
async def test_a_bad_name_gets_a_clear_answer(call, body, status, code) -> None:
    answer = await sign_in(call, "") if body is None else await call("POST", "/api/session", body)
    assert (answer.status, answer.code) == (status, code)


@pytest.mark.gen_test
async def test_a_form_is_not_json(call) -> None:
    answer = await call(
        "POST", "/api/session", b"name=ada", Content_Type="application/x-www-form-urlencoded"
    )
    assert (answer.status, answer.code) == (415, "bad_event")


class TestPresence:
    @pytest.mark.gen_test
    async def test_who_comes_is_told_once_and_counted(self, connect) -> None:
        ada = await connect("ada")
        await connect("bob")
        joined = await ada.until("joined")
        assert (joined["user"]["name"], joined["count"]) == ("bob", 2)
        await connect("bob")
        await connect("carol")
        assert (await ada.until("joined"))["user"]["name"] == "carol"

    @pytest.mark.gen_test
    async def test_a_reload_is_told_to_nobody(self, connect) -> None:
        ada, bob = await connect("ada"), await connect("bob")
        bob.close()
        await asyncio.sleep(0.1)
        bob = await connect("bob")
        await bob.say("back")
        await ada.until("message")
        assert [e["type"] for e in ada.events].count("joined") == 1
        assert "left" not in [e["type"] for e in ada.events]

    @pytest.mark.gen_test
    async def test_who_has_gone_is_told_after_a_while(self, connect, monkeypatch) -> None:
        monkeypatch.setattr("handlers.presences.GRACE", 0.2)
        monkeypatch.setattr("models.presence.GRACE", 0.2)
        ada, bob = await connect("ada"), await connect("bob")
        bob.close()
        left = await ada.until("left")
        assert (left["user"]["name"], left["count"]) == ("bob", 1)

    @pytest.mark.gen_test
    async def test_of_a_crowd_only_the_number_is_told(self, connect, monkeypatch) -> None:
        monkeypatch.setattr("models.presence.CROWD", 2)
        monkeypatch.setattr("handlers.presences.CROWD_PAUSE", 0.05)
        ada = await connect("ada")
        await connect("bob")
        await ada.until("joined")
        carol = await connect("carol")
        assert carol.events[-1] == {"type": "presence", "room": 1, "users": [], "count": 3}
        assert (await ada.until("presence", count=3))["users"] == []


@pytest.mark.gen_test
async def test_an_answer_that_registering_overtakes_brings_no_old_cookie_back(
    app, call, monkeypatch
) -> None:
    cookie = (await guest(call, "ada")).cookie
    assert "Set-Cookie" in (await call("GET", "/api/me", cookie=cookie)).headers
    load, registered = app.store.load, asyncio.Event()

    async def slowly(many, key):
        found = await load(many, key)
        if many is rooms.of and not registered.is_set():
            registered.set()
            assert (await register(call, "ada", cookie)).status == 201
        return found

    monkeypatch.setattr(app.store, "load", slowly)
    overtaken = await call("GET", "/api/me", cookie=cookie)
    assert registered.is_set()
    assert "Set-Cookie" not in overtaken.headers
