"""Bots: an admin's key lets a program in, and only so far."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

from tests.handlers.accounts import PASSWORD, admin, register, sign_in
from tests.handlers.rooms import come, make, promote
from tests.handlers.test_security import status_of_socket
from tests.talking import Client
from tests.uploading import CONTENT_TYPE, form

LOBBY = "/api/rooms/1/messages"


async def make_bot(call: Any, root: Any, name: str = "deploys") -> tuple[int, str]:
    """Make a bot; give its id and its key."""
    made = await call("POST", "/api/bots", {"name": name}, root.cookie)
    assert made.status == 201, made.body
    assert made.body["user"] == {"id": made.body["user"]["id"], "name": name, "role": "bot"}
    return made.body["user"]["id"], made.body["key"]


def by(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@pytest.mark.gen_test
async def test_a_bot_says_something_in_one_call(app, call, connect) -> None:
    id, key = await make_bot(call, await admin(app, call))
    ada = await connect(cookie=(await come(call, "ada")).cookie)
    said = await call("POST", LOBBY, b"Build 7 is **green**", Content_Type="text/plain", **by(key))
    assert said.status == 201
    assert said.body["html"] == "<p>Build 7 is <strong>green</strong></p>"
    heard = await ada.until("message")
    assert (heard["id"], heard["user"]["id"], heard["user"]["role"]) == (said.body["id"], id, "bot")


@pytest.mark.gen_test
async def test_the_same_key_of_a_post_makes_one_message(app, call, connect) -> None:
    _, key = await make_bot(call, await admin(app, call))
    sent = {"Content_Type": "text/plain", "Idempotency_Key": "build-7", **by(key)}
    first = await call("POST", LOBBY, b"green", **sent)
    again = await call("POST", LOBBY, b"green", **sent)
    assert (first.status, again.status) == (201, 200)
    assert first.body == again.body
    assert first.body["msgId"] == "build-7"
    page = await call("GET", LOBBY, **by(key))
    assert len(page.body["messages"]) == 1


@pytest.mark.gen_test
async def test_a_person_may_post_in_one_call_as_well(call, connect) -> None:
    ada, bob = await come(call, "ada"), await connect("bob")
    phone = await connect(cookie=ada.cookie)
    wanted = {"text": "by call", "msgId": "one", "mood": "good"}
    said = await call("POST", LOBBY, wanted, ada.cookie)
    assert (said.status, said.body["msgId"]) == (201, "one")
    for told in (await bob.until("message"), await phone.until("message")):
        assert told["text"] == "by call"
    reply = {"text": "and a reply", "replyTo": said.body["id"]}
    answer = await call("POST", LOBBY, reply, ada.cookie)
    assert answer.body["quote"]["text"] == "by call"
    resent = await phone.say("by call", msgId="one")
    assert resent["message"]["id"] == said.body["id"]


@pytest.mark.parametrize(
    ("body", "type", "headers", "status", "code"),
    [
        (b"", "text/plain", {}, 400, "empty"),
        (b"\xe2\x80\x8b", "text/plain", {}, 400, "empty"),
        (b"\xff", "text/plain", {}, 400, "bad_event"),
        (b"a\0b", "text/plain", {}, 400, "bad_event"),
        (b"x" * 4001, "text/plain", {}, 413, "too_long"),
        (b"x", "text/html", {}, 415, "bad_event"),
        (b"{}", "application/json", {}, 400, "bad_event"),
        (b'{"text":"x","msgId":""}', "application/json", {}, 400, "bad_event"),
        (
            b'{"text":"x","msgId":"a"}',
            "application/json",
            {"Idempotency_Key": "b"},
            400,
            "bad_event",
        ),
        (b"x", "text/plain", {"Idempotency_Key": "x" * 65}, 400, "bad_event"),
        (b'{"text":"x","replyTo":99}', "application/json", {}, 404, "not_found"),
        (b'{"text":"x","files":["aaaaaaaaaaaaaaaa"]}', "application/json", {}, 404, "not_found"),
    ],
)
@pytest.mark.gen_test
async def test_what_can_not_be_said_is_refused(call, body, type, headers, status, code) -> None:
    ada = await come(call, "ada")
    answer = await call("POST", LOBBY, body, ada.cookie, Content_Type=type, **headers)
    assert (answer.status, answer.code) == (status, code), answer.body


@pytest.mark.gen_test
async def test_those_who_are_here_are_called_by_a_post_as_well(app, call, connect) -> None:
    ada = (await admin(app, call)).cookie
    bob = await come(call, "bob")
    await connect(cookie=bob.cookie)
    said = await call("POST", LOBBY, {"text": "@here lunch"}, ada)
    assert said.body["mentions"] == [bob.id]


@pytest.mark.gen_test
async def test_a_post_of_another_room_is_told_to_those_in_it_alone(app, call) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    den = await make(call, ada, "closed", bob)
    said = {"text": "psst", "msgId": "one"}
    assert (await call("POST", f"/api/rooms/{den}/messages", said, bob.cookie)).status == 201
    again = await call("POST", LOBBY, said, bob.cookie)
    assert (again.status, again.body["room"]) == (200, den)
    await call("DELETE", f"/api/rooms/{den}/members/{bob.id}", cookie=ada.cookie)
    outside = await call("POST", LOBBY, said, bob.cookie)
    assert (outside.status, outside.code) == (400, "bad_event")
    assert "psst" not in str(outside.body)


@pytest.mark.gen_test
async def test_a_bot_listens_edits_and_sends_files(app, call, connect) -> None:
    root = await admin(app, call)
    _, key = await make_bot(call, root)
    ada = await connect(cookie=(await come(call, "ada")).cookie)
    bot = await connect(headers=by(key))
    assert bot.events[0]["user"]["role"] == "bot"
    await ada.say("deploy, please")
    assert (await bot.until("message"))["text"] == "deploy, please"
    ack = await bot.say("deploying")
    bot.send(type="edit", id=ack["message"]["id"], text="deployed")
    await ada.until("message", text="deployed")
    sent = await call(
        "POST", "/api/rooms/1/files", form(b"log"), Content_Type=CONTENT_TYPE, **by(key)
    )
    assert sent.status == 201
    ack = await bot.say("the log", files=[sent.body["id"]])
    got = await call("GET", ack["message"]["files"][0]["url"], **by(key))
    assert (got.status, got.body) == (200, b"log")


@pytest.mark.gen_test
async def test_a_bot_sees_only_the_rooms_that_it_is_in(app, call) -> None:
    id, key = await make_bot(call, await admin(app, call))
    ada = await come(call, "ada")
    den = await make(call, ada, "closed")
    path = f"/api/rooms/{den}/messages"
    assert (await call("GET", path, **by(key))).status == 404
    brought = await call("PUT", f"/api/rooms/{den}/members/{id}", cookie=ada.cookie)
    assert brought.status == 204
    assert (await call("GET", path, **by(key))).status == 200
    said = await call("POST", path, b"here", Content_Type="text/plain", **by(key))
    assert said.status == 201


@pytest.mark.parametrize("end", ["revoke", "renew", "ban"])
@pytest.mark.gen_test
async def test_a_key_that_ended_is_good_for_nothing(app, call, connect, http_port, end) -> None:
    root = await admin(app, call)
    id, key = await make_bot(call, root)
    bot = await connect(headers=by(key))
    fresh = ""
    if end == "revoke":
        for _ in range(2):  # twice is fine
            assert (await call("DELETE", f"/api/bots/{id}", cookie=root.cookie)).status == 204
    elif end == "renew":
        fresh = (await call("POST", f"/api/bots/{id}/key", cookie=root.cookie)).body["key"]
    else:
        assert (await call("POST", f"/api/users/{id}/ban", {}, root.cookie)).status == 204
        refused = await call("POST", f"/api/bots/{id}/key", cookie=root.cookie)
        assert (refused.status, refused.code) == (403, "forbidden")
    assert (await bot.until("closed"))["code"] == (4003 if end == "ban" else 4001)
    old = await call("GET", "/api/me", **by(key))
    assert (old.status, old.code) == (403 if end == "ban" else 401, "forbidden")
    if fresh:
        assert (await call("GET", "/api/me", **by(fresh))).body["user"]["id"] == id
    if end != "ban":
        assert await status_of_socket(http_port, **by(key)) == 401
    (listed,) = (await call("GET", "/api/bots", cookie=root.cookie)).body["bots"]
    assert ("made" in listed) == bool(fresh)


@pytest.mark.gen_test
async def test_the_key_is_told_once_and_kept_as_a_hash(app, call, tmp_path) -> None:
    root = await admin(app, call)
    _, key = await make_bot(call, root)
    listed = await call("GET", "/api/bots", cookie=root.cookie)
    assert key not in str(listed.body)
    app.store.close()
    kept = b"".join(path.read_bytes() for path in (tmp_path / "data").glob("chat.db*"))
    assert key.encode() not in kept


@pytest.mark.gen_test
async def test_only_admins_make_bots_and_end_them(app, call) -> None:
    root = await admin(app, call)
    id, key = await make_bot(call, root)
    ada = await come(call, "ada")
    for role in ("guest", "member", "moderator"):
        await promote(app, ada, role)
        for method, path, body in (
            ("GET", "/api/bots", None),
            ("POST", "/api/bots", {"name": "mine"}),
            ("POST", f"/api/bots/{id}/key", None),
            ("DELETE", f"/api/bots/{id}", None),
        ):
            for who in ({"cookie": ada.cookie}, by(key)):
                answer = await call(method, path, body, **who)
                assert (answer.status, answer.code) == (403, "forbidden"), (role, method, path)
    assert (await call("GET", "/api/me", **by(key))).status == 200
    for path in ("/api/bots/1", "/api/bots/4711"):  # root is no bot
        assert (await call("DELETE", path, cookie=root.cookie)).status == 404


@pytest.mark.gen_test
async def test_the_record_tells_of_bots(app, call) -> None:
    root = await admin(app, call)
    id, _ = await make_bot(call, root)
    await call("POST", f"/api/bots/{id}/key", cookie=root.cookie)
    await call("DELETE", f"/api/bots/{id}", cookie=root.cookie)
    done = (await call("GET", "/api/actions", cookie=root.cookie)).body["actions"]
    told = [(one["note"], one["user"]["id"]) for one in done if one["what"] == "bot"]
    assert told == [("key revoked", id), ("another key", id), ("made", id)]


class TestNobodyIsABot:
    """What a person has is no key, and what a bot has is no session."""

    @pytest.mark.gen_test
    async def test_a_key_is_no_cookie_and_a_cookie_no_key(self, app, call) -> None:
        _, key = await make_bot(call, await admin(app, call))
        assert (await call("GET", "/api/me", cookie=f"gust={key}")).status == 401
        ada = await come(call, "ada")
        token = ada.cookie.partition("=")[2]
        assert (await call("GET", "/api/me", **by(token))).status == 401

    @pytest.mark.gen_test
    async def test_where_there_is_a_cookie_it_counts(self, app, call) -> None:
        _, key = await make_bot(call, await admin(app, call))
        ada = await come(call, "ada")
        me = await call("GET", "/api/me", cookie=ada.cookie, **by(key))
        assert me.body["user"]["name"] == "ada"

    @pytest.mark.gen_test
    async def test_a_key_sets_no_cookie(self, app, call) -> None:
        _, key = await make_bot(call, await admin(app, call))
        assert "Set-Cookie" not in (await call("GET", "/api/me", **by(key))).headers

    @pytest.mark.gen_test
    async def test_a_page_from_elsewhere_gains_nothing_by_a_key(self, app, call) -> None:
        _, key = await make_bot(call, await admin(app, call))
        ada = await come(call, "ada")
        evil = {"Origin": "https://evil.example", "Sec_Fetch_Site": "cross-site"}
        for more in ({}, by(key), by("made up"), {"Authorization": "Basic eDp5"}):
            answer = await call("POST", LOBBY, {"text": "mine"}, ada.cookie, **evil, **more)
            assert (answer.status, answer.code) == (403, "forbidden")
        # Without a cookie there is nothing that a browser would send by itself.
        alone = await call("POST", LOBBY, {"text": "a bot's"}, **evil, **by(key))
        assert alone.status == 201
        assert (await call("POST", LOBBY, {"text": "no"}, **evil, **by("x"))).status == 401
        # Nor is another origin told that it may send one.
        asked = {"Access_Control_Request_Headers": "authorization"}
        preflight = await call("OPTIONS", LOBBY, **evil, **asked)
        assert preflight.status >= 400
        assert not [name for name in preflight.headers if name.startswith("Access-Control")]

    @pytest.mark.gen_test
    async def test_nobody_signs_in_as_a_bot_or_takes_its_name(self, app, call) -> None:
        root = await admin(app, call)
        id, key = await make_bot(call, root)
        for password in ("", PASSWORD):
            assert (await sign_in(call, "deploys", password)).status in (400, 401)
        assert (await register(call, "Deploys")).status == 409
        assert (await call("POST", "/api/session", {"name": "deploys"})).status == 409
        assert (await call("POST", "/api/bots", {"name": "DEPLOYS"}, root.cookie)).status == 409
        changed = await call("PATCH", "/api/account", {"password": PASSWORD}, **by(key))
        assert changed.status == 401
        gone = await call("DELETE", "/api/account", {"password": ""}, **by(key))
        assert gone.status == 401
        role = await call("PUT", f"/api/users/{id}/role", {"role": "admin"}, root.cookie)
        assert (role.status, role.code) == (403, "forbidden")

    @pytest.mark.gen_test
    async def test_a_link_from_the_machine_makes_no_bot_an_admin(self, app, call) -> None:
        from models.errors import NotFound
        from models.store import invites

        _, key = await make_bot(call, await admin(app, call))
        with pytest.raises(NotFound):
            await app.store.write(invites.create_for_owner, "deploys")
        token = await app.store.write(invites.create_for_admin, "deploys")
        assert (await call("POST", f"/api/join/{token}")).status == 404
        assert (await call("POST", f"/api/join/{token}", **by(key))).status == 403

    @pytest.mark.gen_test
    async def test_a_bad_key_makes_no_guest(self, call, http_port) -> None:
        with pytest.raises(HTTPClientError) as refused:
            await Client.connect(http_port, headers=by("made up"), name="ada")
        assert refused.value.code == 401


class TestClosedPlace:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"guests": "off"}

    @pytest.mark.gen_test
    async def test_a_bot_may_come_where_guests_may_not(self, app, call) -> None:
        _, key = await make_bot(call, await admin(app, call))
        assert (await call("GET", "/api/me", **by(key))).status == 200


class TestHaste:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"message_rate": 0.001, "message_burst": 1}

    @pytest.mark.gen_test
    async def test_who_posts_by_calls_is_bound_by_the_same_limit(self, app, call) -> None:
        _, key = await make_bot(call, await admin(app, call))
        first, second = [
            await call("POST", LOBBY, b"x", Content_Type="text/plain", **by(key)) for _ in range(2)
        ]
        assert (first.status, second.status) == (201, 429)
        assert "--message-rate" in second.body["error"]["message"]


class TestCrowd:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"message_rate": 0}

    @pytest.mark.gen_test
    async def test_what_is_posted_by_call_is_told_in_its_place(self, app, call, connect) -> None:
        _, key = await make_bot(call, await admin(app, call))
        ada, bob = await connect("ada"), await connect("bob")

        async def say() -> None:
            for number in range(200):
                ada.send(type="message", text=str(number))
                await asyncio.sleep(0.001)

        async def post() -> None:
            said = await call("POST", LOBBY, b"by call", Content_Type="text/plain", **by(key))
            assert said.status == 201

        await asyncio.gather(say(), *(post() for _ in range(40)))
        last = await bob.until("message", seq=240)
        told = [event["seq"] for event in bob.events if event["type"] == "message"]
        # Had one been told late, it would have been missed first, and the log said so.
        assert told == list(range(1, last["seq"] + 1))
