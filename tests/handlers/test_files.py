"""Files: uploaded to a room, named by a message, served to those who may read it."""

from __future__ import annotations

import asyncio
import io
import zipfile
from pathlib import Path

import pytest
from tornado.httpserver import HTTPServer

from handlers.files import RoomFilesHandler
from tests.handlers.test_rooms import sign_in
from tests.handlers.test_taken_out import Held
from tests.uploading import CONTENT_TYPE, form, upload

LOBBY = 1


def on_disk(app) -> list[Path]:
    return [path for path in app.blobs.folder.rglob("*") if path.is_file()]


async def nothing_is_left(app) -> bool:
    """Wait until what was refused is off the disk: the answer does not wait for it."""
    for _ in range(100):
        if not on_disk(app):
            return True
        await asyncio.sleep(0.01)
    return False


@pytest.mark.gen_test
async def test_a_file_is_uploaded_said_and_fetched(call, connect) -> None:
    cookie = await sign_in(call, "ada")
    ada, bob_cookie = await connect(cookie=cookie), await sign_in(call, "bob")
    bob = await connect(cookie=bob_cookie)
    answer = await upload(call, cookie, b"milk\nbread\n", "list.txt")
    assert answer.status == 201, answer.body
    file = answer.body
    assert (file["name"], file["type"], file["size"]) == ("list.txt", "text/plain", 11)
    ack = await ada.say("for today", files=[file["id"]])
    assert ack["message"]["files"] == [file]
    assert (await bob.until("message"))["files"] == [file]
    served = await call("GET", file["url"], cookie=bob_cookie)
    assert (served.status, served.body) == (200, b"milk\nbread\n")
    page = await call("GET", "/api/rooms/1/messages", cookie=bob_cookie)
    assert page.body["messages"][0]["files"] == [file]


@pytest.mark.gen_test
async def test_a_file_alone_is_a_message(call, connect) -> None:
    cookie = await sign_in(call, "ada")
    ada = await connect(cookie=cookie)
    file = (await upload(call, cookie, b"milk")).body
    ack = await ada.say("", files=[file["id"]])
    assert (ack["message"]["text"], ack["message"]["files"]) == ("", [file])
    assert (await ada.ask(type="message", text=" ", files=[]))["code"] == "empty"


@pytest.mark.gen_test
async def test_a_message_without_files_says_nothing_of_them(connect) -> None:
    ada = await connect("ada")
    assert "files" not in (await ada.say("hello"))["message"]


@pytest.mark.gen_test
async def test_what_no_message_names_is_its_owners_alone(call) -> None:
    ada, bob = await sign_in(call, "ada"), await sign_in(call, "bob")
    url = (await upload(call, ada, b"draft")).body["url"]
    assert (await call("GET", url, cookie=ada)).status == 200
    assert (await call("GET", url, cookie=bob)).status == 404
    assert (await call("GET", url)).status == 401


@pytest.mark.gen_test
async def test_nobody_says_a_file_of_somebody_else_or_of_another_room(call, connect) -> None:
    cookie, bob_cookie = await sign_in(call, "ada"), await sign_in(call, "bob")
    ada, bob = await connect(cookie=cookie), await connect(cookie=bob_cookie)
    den = (await call("POST", "/api/rooms", {"name": "den"}, cookie)).body["id"]
    mine = (await upload(call, cookie, b"mine")).body["id"]
    elsewhere = (await upload(call, cookie, b"den's", room=den)).body["id"]
    for client, ids in ((bob, [mine]), (ada, [elsewhere]), (ada, ["x" * 16]), (ada, [mine, mine])):
        client.send(type="message", text="look", files=ids)
        error = await client.until("error")
        assert error["code"] == "not_found", ids
    await ada.say("look", files=[mine])
    ada.send(type="message", text="again", files=[mine])
    assert (await ada.until("error"))["code"] == "not_found"
    page = await call("GET", "/api/rooms/1/messages", cookie=cookie)
    assert [message["text"] for message in page.body["messages"]] == ["look"]


@pytest.mark.gen_test
async def test_a_resend_names_its_files_once(call, connect) -> None:
    cookie = await sign_in(call, "ada")
    ada = await connect(cookie=cookie)
    id = (await upload(call, cookie, b"milk")).body["id"]
    first = await ada.say("look", files=[id], msgId="one")
    assert (await ada.say("look", files=[id], msgId="one"))["message"] == first["message"]


@pytest.mark.gen_test
async def test_eleven_files_are_too_many(call, connect) -> None:
    ada = await connect("ada")
    error = await ada.ask(type="message", text="", files=["x" * 16] * 11)
    assert error["code"] == "bad_event"
    assert "10" in error["message"]


@pytest.mark.gen_test
async def test_equal_bytes_are_stored_once(call, app) -> None:
    ada, bob = await sign_in(call, "ada"), await sign_in(call, "bob")
    first = await upload(call, ada, b"the same", "one.txt")
    second = await upload(call, bob, b"the same", "two.txt")
    assert first.body["id"] != second.body["id"]
    assert len(on_disk(app)) == 1
    assert (await call("GET", second.body["url"], cookie=bob)).body == b"the same"


@pytest.mark.gen_test
async def test_a_file_that_is_taken_back_is_gone(call) -> None:
    ada, bob = await sign_in(call, "ada"), await sign_in(call, "bob")
    file = (await upload(call, ada, b"oops")).body
    path = f"/api/files/{file['id']}"
    assert (await call("DELETE", path, cookie=bob)).status == 404
    assert (await call("DELETE", path, cookie=ada)).status == 204
    assert (await call("GET", file["url"], cookie=ada)).status == 404


@pytest.mark.gen_test
async def test_a_file_that_was_said_is_not_taken_back(call, connect) -> None:
    cookie = await sign_in(call, "ada")
    file = (await upload(call, cookie, b"said")).body
    await (await connect(cookie=cookie)).say("look", files=[file["id"]])
    assert (await call("DELETE", f"/api/files/{file['id']}", cookie=cookie)).status == 404


@pytest.mark.gen_test
async def test_a_file_is_served_as_something_that_can_do_nothing(call) -> None:
    ada = await sign_in(call, "ada")
    script = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    for content, told, name in (
        (script, "image/svg+xml", "cat.svg"),
        (b"<!doctype html><script>alert(1)</script>", "text/html", "cat.jpg"),
        (b"%PDF-1.7 ...", "application/pdf", "paper.pdf"),
        (b"\x7fELF\x02\x01", "application/x-executable", "tool"),
    ):
        file = (await upload(call, ada, content, name)).body
        assert file["type"] == told
        headers = (await call("GET", file["url"], cookie=ada)).headers
        assert headers["Content-Type"] == "application/octet-stream"
        assert headers["Content-Disposition"].startswith("attachment; ")
        assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.gen_test
async def test_a_zip_bomb_is_kept_as_it_came_and_opened_by_nobody(call, app) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("docProps/thumbnail.jpeg", bytes(64 << 20))
    ada = await sign_in(call, "ada")
    file = (await upload(call, ada, held.getvalue(), "report.docx")).body
    assert (file["type"], file["size"]) == ("application/zip", len(held.getvalue()))
    assert "thumbnail" not in file
    assert [path.stat().st_size for path in on_disk(app)] == [file["size"]]
    small = await call("GET", file["url"] + "/thumbnail", cookie=ada)
    assert small.body == held.getvalue()
    assert small.headers["Content-Disposition"].startswith("attachment; ")


@pytest.mark.gen_test
async def test_a_file_is_kept_by_who_fetched_it(call) -> None:
    ada = await sign_in(call, "ada")
    url = (await upload(call, ada, b"0123456789")).body["url"]
    first = await call("GET", url, cookie=ada)
    assert first.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    etag = first.headers["ETag"]
    again = await call("GET", url, cookie=ada, If_None_Match=etag)
    assert (again.status, again.body) == (304, b"")
    assert (await call("GET", url, cookie=ada, If_None_Match='"other"')).status == 200
    head = await call("HEAD", url, cookie=ada)
    assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", "10")
    assert (await call("GET", url, If_None_Match=etag)).status == 401


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [
        ("bytes=0-3", 206, b"0123"),
        ("bytes=8-", 206, b"89"),
        ("bytes=8-99", 206, b"89"),
        ("bytes=-3", 206, b"789"),
        ("bytes=-99", 200, b"0123456789"),
        ("bytes=0-", 200, b"0123456789"),
        ("bytes=-", 200, b"0123456789"),
        ("bytes=0-1,4-5", 200, b"0123456789"),
        ("lines=0-1", 200, b"0123456789"),
        ("bytes=10-", 416, None),
        ("bytes=5-3", 200, b"0123456789"),
        ("bytes=-0", 416, None),
    ],
)
@pytest.mark.gen_test
async def test_a_part_of_a_file_can_be_asked_for(call, asked, status, body) -> None:
    ada = await sign_in(call, "ada")
    url = (await upload(call, ada, b"0123456789")).body["url"]
    answer = await call("GET", url, cookie=ada, Range=asked)
    assert answer.status == status
    if body is not None:
        assert answer.body == body
    else:
        assert answer.headers["Content-Range"] == "bytes */10"
    changed = await call("GET", url, cookie=ada, Range=asked, If_Range='"other"')
    assert (changed.status, changed.body) == (200, b"0123456789")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../chat.db", "chat.db"),
        ("..\\..\\chat.db", "chat.db"),
        ('a"; filename="b.exe', 'a"; filename="b.exe'),
        ("two\r\nSet-Cookie: x=1", "two Set-Cookie: x=1"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("x" * 296 + ".jpg", "x" * 115 + "….jpg"),
        ("..", "file"),
        ("猫.jpg", "猫.jpg"),
        ("50% off.txt", "50% off.txt"),
    ],
)
@pytest.mark.gen_test
async def test_a_name_is_shown_and_never_trusted(call, app, name, shown) -> None:
    ada = await sign_in(call, "ada")
    file = (await upload(call, ada, b"content", name)).body
    assert file["name"] == shown
    answer = await call("GET", file["url"], cookie=ada)
    assert answer.body == b"content"
    assert "\n" not in answer.headers["Content-Disposition"]
    assert "Set-Cookie" not in answer.headers
    assert [path.parent.parent for path in on_disk(app)] == [app.blobs.folder]


class TestLimits:
    @pytest.fixture
    def settings(self):
        return {"upload_limit": "20KB", "quota": "50KB"}

    @pytest.mark.gen_test
    async def test_a_file_over_the_limit_is_refused(self, call, app) -> None:
        ada = await sign_in(call, "ada")
        for size in (20 * 1024 + 1, 60_000):
            answer = await upload(call, ada, bytes(size))
            assert (answer.status, answer.code) == (413, "too_large")
            assert "20 KB" in answer.body["error"]["message"]
        assert (await upload(call, ada, bytes(20 * 1024))).status == 201
        await asyncio.sleep(0.05)
        assert len(on_disk(app)) == 1

    @pytest.mark.gen_test
    async def test_what_one_person_has_is_bounded(self, call, app, connect) -> None:
        ada, bob = await sign_in(call, "ada"), await sign_in(call, "bob")
        for number in range(2):
            assert (await upload(call, ada, b"%d" % number * 20_000)).status == 201
        answer = await upload(call, ada, b"2" * 20_000)
        assert (answer.status, answer.code) == (413, "full")
        assert "50 KB" in answer.body["error"]["message"]
        assert (await upload(call, bob, b"2" * 20_000)).status == 201
        await asyncio.sleep(0.05)
        assert len(on_disk(app)) == 3

    @pytest.mark.gen_test
    async def test_the_welcome_tells_the_limits(self, connect) -> None:
        limits = (await connect("ada")).events[0]["limits"]
        assert (limits["upload"], limits["files"]) == (20 * 1024, 10)


class TestFloor:
    @pytest.fixture
    def settings(self):
        return {"free_space": "900TB"}

    @pytest.mark.gen_test
    async def test_the_disk_is_not_filled_up(self, call, app, caplog) -> None:
        answer = await upload(call, await sign_in(call, "ada"), b"x")
        assert (answer.status, answer.code) == (507, "full")
        assert await nothing_is_left(app)
        caplog.clear()  # whoever runs the server is told


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (form(b""), {}, 400, "empty"),
        (form(b"cut off")[:-20], {}, 400, "bad_event"),
        (form(b"one")[:-4] + b"\r\n" + form(b"two"), {}, 400, "bad_event"),
        (b"", {}, 400, "bad_event"),
        (b"x" * 50_000, {}, 400, "bad_event"),
        (form(b"x"), {"Content_Type": "application/json"}, 400, "bad_event"),
        (form(b"x"), {"Content_Type": "multipart/form-data"}, 400, "bad_event"),
        (form(b"x", "x" * 9000), {}, 400, "bad_event"),
    ],
)
@pytest.mark.gen_test
async def test_a_bad_body_gets_a_clear_answer(call, app, body, headers, status, code) -> None:
    ada = await sign_in(call, "ada")
    answer = await call(
        "POST", "/api/rooms/1/files", body, ada, **{"Content_Type": CONTENT_TYPE} | headers
    )
    assert (answer.status, answer.code) == (status, code)
    assert await nothing_is_left(app)


class TestABodyThatTakesLongerThanOthersMay:
    PATIENCE = 0.4  # seconds, in place of the 15 that the server gives a body

    @pytest.fixture
    def http_server(self, http_server: HTTPServer) -> HTTPServer:
        http_server.conn_params.body_timeout = self.PATIENCE
        return http_server

    async def send_slowly(self, port: int, head: str, body: bytes) -> bytes:
        """Send a body for three times as long as one is waited for; give the answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        lines = [head, f"Host: 127.0.0.1:{port}", f"Content-Length: {len(body)}", "", ""]
        writer.write("\r\n".join(lines).encode())
        step = -(-len(body) // 12)
        for at in range(0, len(body), step):
            if not reader.at_eof():
                writer.write(body[at : at + step])
                await asyncio.sleep(self.PATIENCE / 4)
        answer = await asyncio.wait_for(reader.read(1 << 16), 5)
        writer.close()
        return answer

    @pytest.mark.gen_test
    async def test_an_upload_is_waited_for_and_nothing_else(self, call, http_port) -> None:
        cookie = await sign_in(call, "ada")
        head = f"POST /api/rooms/1/files HTTP/1.1\r\nCookie: {cookie}\r\nContent-Type: "
        answer = await self.send_slowly(http_port, head + CONTENT_TYPE, form(b"x" * 100))
        assert answer.startswith(b"HTTP/1.1 201 ")
        head = "POST /api/session HTTP/1.1\r\nContent-Type: application/json"
        assert await self.send_slowly(http_port, head, b'{"name":"' + b"x" * 90 + b'"}') == b""


@pytest.mark.gen_test
async def test_nobody_uploads_without_a_name_or_to_a_room_that_is_not(call, app) -> None:
    assert (await upload(call, None, b"x" * 200_000)).status == 401
    answer = await upload(call, await sign_in(call, "ada"), b"x" * 200_000, room=99)
    assert (answer.status, answer.code) == (404, "not_found")
    assert await nothing_is_left(app)


@pytest.mark.gen_test
async def test_a_file_of_a_closed_room_is_not_there_for_others(call, connect) -> None:
    cookies = [await sign_in(call, name) for name in ("ada", "bob", "carol")]
    ada, bob, carol = cookies
    den = (await call("POST", "/api/rooms", {"name": "den", "kind": "closed"}, ada)).body["id"]
    id = (await call("GET", "/api/me", cookie=bob)).body["user"]["id"]
    await call("PUT", f"/api/rooms/{den}/members/{id}", cookie=ada)
    file = (await upload(call, ada, b"psst", room=den)).body
    await (await connect(cookie=ada)).say("look", room=den, files=[file["id"]])
    assert (await call("GET", file["url"], cookie=bob)).status == 200
    missing = await call("GET", f"/files/{'x' * 16}/psst", cookie=carol)
    refused = await call("GET", file["url"], cookie=carol)
    assert (refused.status, refused.body) == (missing.status, missing.body)
    assert (await upload(call, carol, b"x", room=den)).status == 404
    await call("DELETE", f"/api/rooms/{den}/members/{id}", cookie=ada)
    assert (await call("GET", file["url"], cookie=bob)).status == 404, "it was kept by the browser"


@pytest.mark.gen_test
async def test_the_files_of_a_room_are_listed_by_page(call, connect) -> None:
    cookie = await sign_in(call, "ada")
    ada = await connect(cookie=cookie)
    for number in range(3):
        ids = [(await upload(call, cookie, b"x", f"{number}{n}.txt")).body["id"] for n in "ab"]
        message = (await ada.say("look", files=ids))["message"]
    await upload(call, cookie, b"x", "unnamed.txt")
    first = (await call("GET", "/api/rooms/1/files?limit=4", cookie=cookie)).body
    names = [shared["file"]["name"] for shared in first["files"]]
    assert (names, first["more"]) == (["2b.txt", "2a.txt", "1b.txt", "1a.txt"], True)
    assert first["files"][0]["message"] == message["id"]
    assert first["files"][0]["user"]["name"] == "ada"
    last = first["files"][-1]["file"]["id"]
    rest = (await call("GET", f"/api/rooms/1/files?limit=4&before={last}", cookie=cookie)).body
    assert [shared["file"]["name"] for shared in rest["files"]] == ["0b.txt", "0a.txt"]
    assert rest["more"] is False


@pytest.mark.gen_test
async def test_an_upload_comes_to_its_end_though_its_client_left_when_all_was_sent(
    app, call, http_port, monkeypatch
) -> None:
    cookie = await sign_in(call, "ada")
    left = asyncio.Event()
    noticed = RoomFilesHandler.on_connection_close
    monkeypatch.setattr(
        RoomFilesHandler, "on_connection_close", lambda self: (noticed(self), left.set())
    )
    held = Held(app.blobs, "run", lambda run, *_: getattr(run, "__name__", "") == "finish")
    _, writer = await asyncio.open_connection("127.0.0.1", http_port)
    body = form(b"to the end")
    writer.write(
        f"POST /api/rooms/1/files HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n"
        f"Content-Type: {CONTENT_TYPE}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        + body
    )
    await asyncio.wait_for(held.reached.wait(), 5)
    writer.close()
    await writer.wait_closed()
    await asyncio.wait_for(left.wait(), 5)
    held.let_go()
    incoming = app.blobs.folder / "incoming"
    for _ in range(100):
        if on_disk(app) and not list(incoming.iterdir()):
            break
        await asyncio.sleep(0.05)
    assert [path.read_bytes() for path in on_disk(app)] == [b"to the end"]
