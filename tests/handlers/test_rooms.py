"""Rooms: made, listed, joined, left, each with its own conversation."""

from __future__ import annotations

import pytest

from models.limits import Limits
from tests.handlers.rooms import come, make

LOBBY = 1


async def sign_in(call, name: str) -> str:
    answer = await call("POST", "/api/session", {"name": name})
    assert answer.status == 200, answer.body
    return answer.cookie


@pytest.mark.gen_test
async def test_a_room_is_made_and_everybody_can_find_it(call) -> None:
    ada, bob = await sign_in(call, "ada"), await sign_in(call, "bob")
    made = await call("POST", "/api/rooms", {"name": " den ", "topic": "quiet"}, ada)
    assert made.status == 201
    assert (made.body["name"], made.body["topic"], made.body["kind"]) == ("den", "quiet", "open")
    listed = await call("GET", "/api/rooms", cookie=bob)
    assert [room["name"] for room in listed.body["rooms"]] == ["lobby", "den"]
    mine = await call("GET", "/api/me", cookie=bob)
    assert [room["name"] for room in mine.body["rooms"]] == ["lobby"]


@pytest.mark.gen_test
async def test_a_room_by_the_name_of_another_is_refused(call) -> None:
    ada = await sign_in(call, "ada")
    await call("POST", "/api/rooms", {"name": "den"}, ada)
    again = await call("POST", "/api/rooms", {"name": "DEN"}, ada)
    assert (again.status, again.code) == (409, "taken")


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"name": ""}, 400, "empty", "name"),
        ({"name": "x" * 65}, 413, "too_long", "name"),
        ({"name": "a\nb"}, 400, "bad_event", "name"),
        ({"name": 5}, 400, "bad_event", "name"),
        ({}, 400, "bad_event", "name"),
        ({"name": "den", "kind": "sealed"}, 400, "bad_event", "kind"),
        ({"name": "den", "topic": "x" * 251}, 413, "too_long", "topic"),
        (b"{", 400, "bad_event", None),
        (b"[" * 60_000, 400, "bad_event", None),
        (b'"\xff"', 400, "bad_event", None),
    ],
)
@pytest.mark.gen_test
async def test_a_bad_room_gets_a_clear_answer(call, body, status, code, field) -> None:
    ada = await sign_in(call, "ada")
    answer = await call("POST", "/api/rooms", body, ada)
    assert (answer.status, answer.code) == (status, code)
    assert answer.body["error"].get("field") == field


@pytest.mark.gen_test
async def test_what_is_said_in_the_den_stays_in_the_den(call, connect) -> None:
    den = (await call("POST", "/api/rooms", {"name": "den"}, await sign_in(call, "eve"))).body["id"]
    ada, bob, carol = [await connect(name) for name in ("ada", "bob", "carol")]
    for client in (ada, bob):
        client.send(type="join", room="den")
        await client.until("presence", room=den)
    await ada.say("psst", room=den)
    assert (await bob.until("message"))["room"] == den
    await ada.say("hello all")
    assert (await carol.until("message"))["text"] == "hello all"


@pytest.mark.gen_test
async def test_joining_a_room_makes_one_a_member_on_every_device(call, connect) -> None:
    cookie = await sign_in(call, "ada")
    den = (await call("POST", "/api/rooms", {"name": "den"}, await sign_in(call, "eve"))).body["id"]
    laptop, phone = await connect(cookie=cookie), await connect(cookie=cookie)
    laptop.send(type="join", room=den)
    assert (await phone.until("room"))["room"]["name"] == "den"
    mine = await call("GET", "/api/me", cookie=cookie)
    assert [room["name"] for room in mine.body["rooms"]] == ["lobby", "den"]
    again = await connect(cookie=cookie)
    welcome = again.events[0]
    assert [room["name"] for room in welcome["rooms"]] == ["lobby", "den"]


@pytest.mark.gen_test
async def test_resuming_an_open_room_makes_one_a_member_and_the_welcome_tells_it(
    call, connect
) -> None:
    den = (await call("POST", "/api/rooms", {"name": "den"}, await sign_in(call, "eve"))).body["id"]
    ada = await connect("ada", resume=f"{den}:0")
    assert [room["name"] for room in ada.events[0]["rooms"]] == ["lobby", "den"]
    assert (await ada.say("hello", room=den))["message"]["room"] == den


@pytest.mark.gen_test
async def test_leaving_on_the_socket_ends_what_is_told(call, connect) -> None:
    ada, bob = await connect("ada"), await connect("bob")
    bob.send(type="leave", room=LOBBY)
    assert (await ada.until("left"))["user"]["name"] == "bob"
    await ada.say("hello")
    bob.send(type="ping", n=1)
    await bob.until("pong")
    assert "message" not in [e["type"] for e in bob.events]


@pytest.mark.gen_test
async def test_leave_right_behind_join_leaves(call, connect) -> None:
    await call("POST", "/api/rooms", {"name": "den"}, await sign_in(call, "eve"))
    ada, bob = await connect("ada"), await connect("bob")
    ada.send(type="join", room="den")
    den = (await ada.until("history"))["room"]
    bob.send(type="join", room=den)
    bob.send(type="leave", room=den)
    assert (await ada.until("joined", room=den))["count"] == 2
    assert (await ada.until("left", room=den))["count"] == 1


@pytest.mark.gen_test
async def test_leaving_a_room_for_good(call, connect) -> None:
    cookie = await sign_in(call, "ada")
    me = (await call("GET", "/api/me", cookie=cookie)).body["user"]["id"]
    den = (await call("POST", "/api/rooms", {"name": "den"}, cookie)).body["id"]
    ada = await connect(cookie=cookie)
    ada.send(type="join", room=den)
    await ada.until("presence", room=den)
    left = await call("DELETE", f"/api/rooms/{den}/members/{me}", cookie=cookie)
    assert left.status == 204
    assert (await ada.until("removed"))["room"] == den
    again = await call("DELETE", f"/api/rooms/{den}/members/{me}", cookie=cookie)
    assert (again.status, again.code) == (404, "not_found")


@pytest.mark.gen_test
async def test_the_lobby_and_other_people_can_not_be_taken_out(call) -> None:
    cookie = await sign_in(call, "ada")
    me = (await call("GET", "/api/me", cookie=cookie)).body["user"]["id"]
    lobby = await call("DELETE", f"/api/rooms/{LOBBY}/members/{me}", cookie=cookie)
    other = await call("DELETE", f"/api/rooms/{LOBBY}/members/{me + 1}", cookie=cookie)
    assert [lobby.status, other.status] == [403, 403]


@pytest.mark.gen_test
async def test_pages_of_history(call, connect) -> None:
    cookie = await sign_in(call, "ada")
    ada = await connect(cookie=cookie)
    for number in range(1, 8):
        await ada.say(f"{number}")
    path = f"/api/rooms/{LOBBY}/messages"

    async def page(query: str) -> tuple[list[str], bool]:
        answer = await call("GET", f"{path}?{query}", cookie=cookie)
        assert answer.status == 200
        return [m["text"] for m in answer.body["messages"]], answer.body["more"]

    assert await page("limit=3") == (["5", "6", "7"], True)
    assert await page("before=5&limit=3") == (["2", "3", "4"], True)
    assert await page("before=2") == (["1"], False)
    assert await page("after=5") == (["6", "7"], False)
    assert await page("around=4&limit=2") == (["3", "4"], True)
    assert await page("limit=0") == (["7"], True)
    assert await page("limit=5000") == ([f"{n}" for n in range(1, 8)], False)


@pytest.mark.parametrize("query", ["before=x", "before=-1", "after=1&before=2", "limit=1e3"])
@pytest.mark.gen_test
async def test_a_bad_position_gets_a_clear_answer(call, query) -> None:
    cookie = await sign_in(call, "ada")
    answer = await call("GET", f"/api/rooms/{LOBBY}/messages?{query}", cookie=cookie)
    assert (answer.status, answer.code) == (400, "bad_event")


@pytest.mark.gen_test
async def test_history_of_no_such_room(call) -> None:
    cookie = await sign_in(call, "ada")
    answer = await call("GET", "/api/rooms/77/messages", cookie=cookie)
    assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/me"),
        ("GET", "/api/rooms"),
        ("POST", "/api/rooms"),
        ("GET", "/api/rooms/1/messages"),
        ("DELETE", "/api/rooms/1/members/1"),
    ],
)
@pytest.mark.gen_test
async def test_who_is_not_signed_in_is_told_so(call, method, path) -> None:
    answer = await call(method, path, None if method != "POST" else {})
    assert (answer.status, answer.code) == (401, "forbidden")


@pytest.mark.gen_test
async def test_one_person_changes_names_and_topics_only_so_fast(app, call) -> None:
    app.rates.changes = Limits(rate=0.01, burst=2)
    ada, bob = await come(call, "ada"), await come(call, "bob")
    room = await make(call, ada, "open", bob)
    answers = [
        await call("PATCH", f"/api/rooms/{room}", {"topic": "books"}, ada.cookie),
        await call("PATCH", "/api/account", {"name": "lovelace"}, ada.cookie),
        await call("PATCH", f"/api/rooms/{room}", {"topic": "films"}, ada.cookie),
        await call("PATCH", "/api/account", {"name": "augusta"}, ada.cookie),
        await call("PATCH", "/api/account", {"name": "robert"}, bob.cookie),
    ]
    assert [answer.status for answer in answers] == [200, 200, 429, 429, 200]
