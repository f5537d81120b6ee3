"""Pictures of people: chosen, seen by all who see the person, replaced, taken away."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import pytest
from PIL import Image

from models.pictures import FACE
from tests.handlers import accounts
from tests.handlers.test_files import nothing_is_left, on_disk
from tests.handlers.test_rooms import sign_in
from tests.picturing import SECRET, TYPES, picture, png_of, told
from tests.uploading import CONTENT_TYPE, form, upload

PATH = "/api/account/avatar"


async def put(call, cookie, content: bytes, name: str = "me.jpg"):
    return await call("PUT", PATH, form(content, name), cookie, Content_Type=CONTENT_TYPE)


async def count_on_disk(app, wanted: int) -> bool:
    """Wait until so many contents are there: what came is thrown away behind the answer."""
    for _ in range(100):
        if len(on_disk(app)) == wanted:
            return True
        await asyncio.sleep(0.01)
    return False


@pytest.mark.gen_test
async def test_a_photo_becomes_a_small_square_that_tells_nothing(call) -> None:
    ada, bob = await sign_in(call, "ada"), await sign_in(call, "bob")
    answer = await put(call, ada, told("JPEG", 6, (1600, 1200)))
    assert answer.status == 200, answer.body
    assert (answer.body["name"], answer.body["role"]) == ("ada", "guest")
    served = await call("GET", answer.body["avatar"], cookie=bob)
    assert served.headers["Content-Type"] == "image/webp"
    assert "immutable" in served.headers["Cache-Control"]
    assert SECRET not in served.body
    face = Image.open(io.BytesIO(served.body)).convert("RGB")
    assert face.size == (FACE, FACE)
    # Turned: what was on the left (red) is at the top.
    assert face.getpixel((FACE // 2, 9))[0] > 200 > face.getpixel((FACE // 2, FACE - 9))[0]


@pytest.mark.parametrize("format", TYPES)
@pytest.mark.gen_test
async def test_the_type_is_what_the_bytes_say(call, format) -> None:
    ada = await sign_in(call, "ada")
    answer = await put(call, ada, told(format), "letter.txt")
    assert answer.status == 200, answer.body
    assert (await call("GET", answer.body["avatar"], cookie=ada)).body[8:12] == b"WEBP"


@pytest.mark.gen_test
async def test_who_is_not_signed_in_neither_has_nor_sees_one(call) -> None:
    assert (await put(call, None, picture())).status == 401
    avatar = (await put(call, await sign_in(call, "ada"), picture())).body["avatar"]
    assert (await call("GET", avatar)).status == 401


@pytest.mark.gen_test
async def test_everybody_is_told_of_it_at_once(call, connect) -> None:
    cookie = await sign_in(call, "ada")
    ada, bob = await connect(cookie=cookie), await connect("bob")
    await ada.say("before")
    me = (await put(call, cookie, picture())).body
    for client in (ada, bob):
        assert (await client.until("user"))["user"] == me
    await ada.say("after")
    assert (await bob.until("message", text="after"))["user"] == me
    carol = await connect("carol")
    history = next(event for event in carol.events if event["type"] == "history")
    assert [message["user"] for message in history["messages"]] == [me, me]
    presence = next(event for event in carol.events if event["type"] == "presence")
    assert me in presence["users"]


@pytest.mark.gen_test
async def test_it_is_told_wherever_its_person_is(call, connect, app) -> None:
    root = (await accounts.admin(app, call)).cookie
    ada = (await accounts.register(call, "ada")).cookie
    me = (await put(call, ada, picture())).body
    client = await connect(cookie=ada)
    assert next(event for event in client.events if event["type"] == "welcome")["user"] == me
    said = (await client.say("look"))["message"]
    reply = (await client.say("yes", replyTo=said["id"]))["message"]
    assert reply["quote"]["user"] == me
    assert (await call("GET", f"/api/messages/{reply['id']}", cookie=root)).body["quote"][
        "user"
    ] == me
    direct = await call("POST", "/api/rooms/direct", {"users": [me["id"]]}, root)
    assert me in direct.body["members"]
    for path, where in (
        ("/api/me", lambda body: body["user"]),
        (f"/api/users/{me['id']}", lambda body: body["user"]),
        ("/api/users?q=ada", lambda body: body["users"][0]),
        ("/api/rooms/1/members?q=ada", lambda body: body["members"][0]),
        ("/api/search?q=look", lambda body: body["messages"][0]["user"]),
    ):
        answer = await call("GET", path, cookie=ada)
        assert where(answer.body) == me, path
    file = (await upload(call, ada, b"milk")).body["id"]
    await client.say("", files=[file])
    shared = await call("GET", "/api/rooms/1/files", cookie=root)
    assert [one["user"] for one in shared.body["files"]] == [me]


@pytest.mark.gen_test
async def test_another_one_replaces_it_and_the_old_one_is_gone(call, app) -> None:
    ada = await sign_in(call, "ada")
    first = (await put(call, ada, picture())).body["avatar"]
    second = (await put(call, ada, picture("PNG", (50, 200)))).body["avatar"]
    assert first != second
    assert (await call("GET", first, cookie=ada)).status == 404
    assert (await call("GET", second, cookie=ada)).status == 200
    await app.sweeper.sweep(young=0)
    assert await count_on_disk(app, 1)


@pytest.mark.gen_test
async def test_who_takes_it_away_has_initials_again(call, connect, app) -> None:
    cookie = await sign_in(call, "ada")
    bob = await connect("bob")
    avatar = (await put(call, cookie, picture())).body["avatar"]
    await bob.until("user")
    for _ in range(2):
        assert (await call("DELETE", PATH, cookie=cookie)).status == 204
        assert "avatar" not in (await bob.until("user"))["user"]
    assert (await call("GET", avatar, cookie=cookie)).status == 404
    assert "avatar" not in (await call("GET", "/api/me", cookie=cookie)).body["user"]
    await app.sweeper.sweep(young=0)
    assert await nothing_is_left(app)


@pytest.mark.gen_test
async def test_the_same_picture_is_kept_once_and_for_both(call, app) -> None:
    ada, bob = await sign_in(call, "ada"), await sign_in(call, "bob")
    urls = [(await put(call, cookie, picture())).body["avatar"] for cookie in (ada, bob)]
    assert await count_on_disk(app, 1)
    await call("DELETE", PATH, cookie=ada)
    await app.sweeper.sweep(young=0)
    await app.sweeper.search(young=0)
    assert [(await call("GET", url, cookie=bob)).status for url in urls] == [404, 200]


@pytest.mark.gen_test
async def test_it_is_not_forgotten_after_a_day_nor_listed_nor_taken_back(call, app) -> None:
    ada = await sign_in(call, "ada")
    avatar = (await put(call, ada, picture())).body["avatar"]
    id = avatar.split("/")[2]
    assert (await call("DELETE", f"/api/files/{id}", cookie=ada)).status == 404
    assert (await call("GET", "/api/rooms/1/files", cookie=ada)).body["files"] == []
    await app.store.write(_grow_old, id)
    await app.sweeper.sweep(young=0)
    assert (await call("GET", avatar, cookie=ada)).status == 200


def _grow_old(connection, id: str) -> None:
    connection.exec_driver_sql("UPDATE files SET date = 0 WHERE id = ?", (id,))


@pytest.mark.parametrize(
    ("data", "status", "word"),
    [
        (png_of(50_000, 50_000), 400, "50,000 × 50,000"),
        (picture(size=(900, 700))[:2000], 400, "damaged"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", 415, "JPEG, PNG"),
        (b"%PDF-1.7", 415, "JPEG, PNG"),
        (b"", 400, "empty"),
    ],
)
@pytest.mark.gen_test
async def test_what_is_no_fit_picture_is_refused_and_nothing_changes(
    call, connect, app, data, status, word
) -> None:
    ada, bob = await sign_in(call, "ada"), await connect("bob")
    answer = await put(call, ada, data)
    assert (answer.status, word in answer.body["error"]["message"]) == (status, True), answer.body
    assert await nothing_is_left(app)
    assert "avatar" not in (await call("GET", "/api/me", cookie=ada)).body["user"]
    assert (await bob.ask(type="ping", n=1))["type"] == "pong"  # and no word of it before


@pytest.mark.gen_test
async def test_a_new_name_or_an_account_keeps_the_picture(call, connect) -> None:
    guest = await sign_in(call, "ada")
    avatar = (await put(call, guest, picture())).body["avatar"]
    renamed = await call("PATCH", "/api/account", {"name": "ada l"}, guest)
    assert renamed.body["user"]["avatar"] == avatar
    member = await accounts.register(call, "ada l", guest)
    assert member.body["user"]["avatar"] == avatar


@pytest.mark.gen_test
async def test_it_goes_with_its_person(call, app) -> None:
    bob = await sign_in(call, "bob")
    ada = (await accounts.register(call, "ada")).cookie
    avatar = (await put(call, ada, picture())).body["avatar"]
    password = {"password": accounts.PASSWORD}
    assert (await call("DELETE", "/api/account", password, ada)).status == 204
    assert (await call("GET", avatar, cookie=bob)).status == 404
    await app.sweeper.sweep(young=0)
    assert await nothing_is_left(app)


@pytest.mark.gen_test
async def test_a_ban_that_removes_what_they_said_removes_their_picture(call, connect, app) -> None:
    root = (await accounts.admin(app, call)).cookie
    kept, removed = await sign_in(call, "bob"), await sign_in(call, "carol")
    for cookie, remove in ((kept, False), (removed, True)):
        me = (await put(call, cookie, picture())).body
        banned = await call("POST", f"/api/users/{me['id']}/ban", {"remove": remove}, root)
        assert banned.status == 204
        card = await call("GET", f"/api/users/{me['id']}", cookie=root)
        assert ("avatar" in card.body["user"]) is not remove


class TestWhoChangesItAgainAndAgain:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"change_rate": 0.001, "change_burst": 1}

    @pytest.mark.gen_test
    async def test_is_asked_to_slow_down(self, call) -> None:
        ada = await sign_in(call, "ada")
        assert (await put(call, ada, picture())).status == 200
        answer = await put(call, ada, picture())
        assert (answer.status, answer.code) == (429, "slow_down")
        assert (await call("DELETE", PATH, cookie=ada)).status == 429
