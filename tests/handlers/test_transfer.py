"""Everything that people said, out of one place and into another, and out of Slack."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from tests.faults.test_uploads import upload
from tests.faults.wire import ask, call, run, sign_in
from tests.picturing import told
from tests.serving import GustProcess, command, refused
from tests.uploading import CONTENT_TYPE, form

PASSWORD = "correct horse"


async def _live(port: int) -> None:
    """Have ada, bob and carol do all that people do."""
    cookies = {}
    for name in ("ada", "bob"):
        body = {"name": name, "password": PASSWORD}
        status, _, cookies[name] = await ask(port, "POST", "/api/account", body)
        assert status in (200, 201)
    cookies["carol"] = await sign_in(port, "carol lane")
    _, me, _ = await ask(port, "GET", "/api/me", None, cookies["bob"])
    bob_id = me["user"]["id"]
    kinds = {"den": "closed", "tea": "open"}
    rooms = {}
    for name, kind in kinds.items():
        body = {"name": name, "kind": kind, "topic": f"about {name}"}
        _, rooms[name], _ = await ask(port, "POST", "/api/rooms", body, cookies["ada"])
    users = {"users": [bob_id]}
    _, direct, _ = await ask(port, "POST", "/api/rooms/direct", users, cookies["ada"])
    ada, bob = await call(port, cookies["ada"]), await call(port, cookies["bob"])
    first = (await ada.say("good *morning*, @bob", msgId="one"))["message"]["id"]
    await bob.say("and to you", replyTo=first)
    wrong = (await bob.say("teh typo"))["message"]["id"]
    bob.send(type="edit", id=wrong, text="the typo")
    gone = (await bob.say("never said"))["message"]["id"]
    bob.send(type="delete", id=gone)
    bob.send(type="react", id=first, emoji="👍", on=True)
    ada.send(type="react", id=first, emoji="👍", on=True)
    await ada.until("message", seq=8)
    _, note = await upload(port, cookies["ada"], b"minutes\n" * 500)
    _, photo = await _send_photo(port, cookies["ada"], "POST", "/api/rooms/1/files")
    status, _ = await _send_photo(port, cookies["bob"], "PUT", "/api/account/avatar")
    assert status == 200
    await ada.say("both", files=[note["id"], photo["id"]])
    await ada.say("only here", room=rooms["den"]["id"])
    await ada.say("between us", room=direct["id"])
    bob.send(type="read", room=1, seq=3)
    await bob.until("receipt")
    for client in (ada, bob):
        client.close()


async def _send_photo(port: int, cookie: str, method: str, path: str) -> tuple[int, Any]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}",
        form(told("JPEG", 1, (1000, 800)), "photo.jpg"),
        {"Cookie": cookie, "Content-Type": CONTENT_TYPE},
        method=method,
    )

    def send() -> tuple[int, Any]:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)

    return await asyncio.to_thread(send)


@pytest.fixture(scope="module")
def lived(tmp_path_factory) -> Path:
    """Give a folder with ``data``, and an export of it made while the server runs."""
    folder = tmp_path_factory.mktemp("lived")
    with GustProcess(folder / "data") as server:
        run(_live(server.port))
        for name in ("out.zip", "out.jsonl"):
            ended = command("export", folder / name, f"--data={folder / 'data'}")
            assert ended.returncode == 0, ended
        assert not server.complaints
    return folder


def lines_of(export: Path) -> list[dict[str, Any]]:
    content = export.read_bytes()
    if export.suffix == ".zip":
        content = ZipFile(export).read("export.jsonl")
    return [json.loads(line) for line in content.splitlines()]


def test_what_goes_out_comes_in_and_goes_out_the_same(lived, tmp_path):
    ended = command("import", lived / "out.zip", f"--data={tmp_path / 'new'}")
    assert ended.returncode == 0, ended
    assert "2 of them have an account" in ended.stdout
    assert command("export", tmp_path / "again.zip", f"--data={tmp_path / 'new'}").returncode == 0
    assert lines_of(tmp_path / "again.zip") == lines_of(lived / "out.zip")
    before, after = (ZipFile(zip) for zip in (lived / "out.zip", tmp_path / "again.zip"))
    assert sorted(before.namelist()) == sorted(after.namelist())
    assert len(before.namelist()) == 5  # lines, three contents, one small picture
    for name in before.namelist():
        assert before.read(name) == after.read(name)


def test_what_came_in_is_what_people_see(lived, tmp_path):
    """Not only in the export: by the same calls, the same messages, but for their numbers."""

    async def seen(port: int, cookie: str) -> list[dict[str, Any]]:
        _, page, _ = await ask(port, "GET", "/api/rooms/1/messages", None, cookie)
        return [{k: v for k, v in message.items() if k != "seq"} for message in page["messages"]]

    async def numbers(port: int) -> tuple[list[int], int]:
        bob = await call(port, name="dave")
        history = await bob.until("history")
        bob.close()
        return sorted(message["seq"] for message in history["messages"]), history["seq"]

    assert command("import", lived / "out.zip", f"--data={tmp_path / 'new'}").returncode == 0
    pages = []
    for data in (lived / "data", tmp_path / "new"):
        with GustProcess(data) as server:
            pages.append(run(seen(server.port, run(sign_in(server.port, "carol")))))
            taken, seq = run(numbers(server.port))
    assert pages[0] == pages[1]
    assert taken == [*range(1, seq + 1)]
    assert {"edited", "quote", "mentions", "reactions", "files", "deleted"} <= {
        key for message in pages[1] for key in message
    }


def test_who_came_in_gets_in_by_a_link_and_finds_their_place(lived, tmp_path):
    data = tmp_path / "new"
    assert command("import", lived / "out.zip", f"--data={data}").returncode == 0

    async def come_in(port: int, token: str) -> None:
        body = {"name": "bob", "password": PASSWORD}
        status, _, _ = await ask(port, "POST", "/api/session", body)
        assert status == 401, "no password is right yet"
        status, me, cookie = await ask(port, "POST", f"/api/join/{token}", {})
        assert status == 200
        assert (me["user"]["name"], me["user"]["role"]) == ("bob", "member")
        lines = {line["name"]: line for line in me["rooms"]}
        assert lines["lobby"]["unread"] == 1  # behind the third message: ada's
        status, _, _ = await ask(port, "PATCH", "/api/account", {"password": PASSWORD}, cookie)
        assert status == 200
        status, _, _ = await ask(port, "POST", "/api/session", body)
        assert status == 200
        status, _, _ = await ask(port, "POST", f"/api/join/{token}", {})
        assert status == 404, "once"

    with GustProcess(data) as server:
        ended = command("link", "Bob", f"--data={data}", f"--port={server.port}")
        assert ended.returncode == 0, ended
        run(come_in(server.port, ended.stdout.strip().rpartition("/")[2]))
    refused(command("link", "nobody", f"--data={data}"), "nobody")


def test_passwords_and_sessions_stay_behind(lived):
    content = (lived / "out.jsonl").read_text()
    assert "argon2" not in content
    with closing(sqlite3.connect(lived / "data" / "chat.db")) as database:
        for (token,) in database.execute("SELECT token_hash FROM sessions"):
            assert token.hex() not in content
    assert (lived / "out.jsonl").stat().st_mode & 0o077 == 0


def test_lines_alone_come_in_with_the_names_of_their_files(lived, tmp_path):
    ended = command("import", lived / "out.jsonl", f"--data={tmp_path / 'new'}")
    assert ended.returncode == 0
    assert "3 files are not in it" in ended.stdout
    assert command("export", tmp_path / "again.jsonl", f"--data={tmp_path / 'new'}").returncode == 0
    texts = [line.get("text") for line in lines_of(tmp_path / "again.jsonl")]
    assert "both\nnotes.txt\nphoto.jpg" in texts


def test_nothing_comes_in_where_something_was_said(lived):
    ended = command("import", lived / "out.zip", f"--data={lived / 'data'}")
    refused(ended, "already", "Nothing was changed")


def test_nothing_comes_in_while_a_server_is_at_work(lived, tmp_path):
    data = tmp_path / "data"
    with GustProcess(data):
        arriving = data / "files" / "incoming" / "somebody's"
        arriving.write_bytes(b"half of it")
        refused(command("import", lived / "out.zip", f"--data={data}"), "in use")
        assert arriving.exists(), "it took an upload from under the server"


def test_who_is_there_already_is_who_they_are(lived, tmp_path):
    """Ada began the new place, and is its admin: what she said before is hers there too."""

    async def begin(port: int) -> None:
        body = {"name": "Ada", "password": PASSWORD}
        status, _, _ = await ask(port, "POST", "/api/account", body)
        assert status in (200, 201)

    async def said(port: int) -> dict[str, Any]:
        _, _, cookie = await ask(
            port, "POST", "/api/session", {"name": "ada", "password": PASSWORD}
        )
        _, page, _ = await ask(port, "GET", "/api/rooms/1/messages", None, cookie)
        _, me, _ = await ask(port, "GET", "/api/me", None, cookie)
        return {"me": me["user"], "rooms": me["rooms"], "first": page["messages"][0]}

    with GustProcess(tmp_path / "data") as server:
        run(begin(server.port))
    ended = command("import", lived / "out.zip", f"--data={tmp_path / 'data'}")
    assert ended.returncode == 0, ended
    with GustProcess(tmp_path / "data") as server:
        found = run(said(server.port))
    assert found["first"]["user"] == found["me"]
    assert found["first"]["mentions"] != [found["me"]["id"]]
    assert {room["name"] for room in found["rooms"]} == {"lobby", "den", "tea", ""}


def test_an_export_that_was_changed_says_in_which_line(lived, tmp_path):
    good = (lived / "out.jsonl").read_text().splitlines()
    first = next(n for n, line in enumerate(good) if '"message"' in line)
    wrongs = {
        "no JSON": ([*good[:3], "{", *good[4:]], "line 4"),
        "cut short": (good[:-1], "its end is missing"),
        "a line lost": ([*good[:first], *good[first + 1 :]], "line"),
        "of nobody": ([*good[:1], *good[4:]], "line"),
        "twice": ([*good[: first + 1], *good[first:]], "line"),
        "of a kind unknown": ([good[0], '{"type":"party"}', *good[1:]], "line 2"),
        "empty": ([], "end"),
        "a picture": (["\x89PNG"], "line 1"),
    }
    for what, (lines, said) in wrongs.items():
        bad = tmp_path / "bad.jsonl"
        bad.write_text("\n".join(lines))
        ended = command("import", bad, f"--data={tmp_path / 'data'}")
        refused(ended, said, "Nothing was changed"), what
    assert command("import", lived / "out.jsonl", f"--data={tmp_path / 'data'}").returncode == 0


def test_a_content_that_is_another_than_its_line_says_is_refused(lived, tmp_path):
    bad = tmp_path / "bad.zip"
    with ZipFile(lived / "out.zip") as good, ZipFile(bad, "w") as written:
        for name in good.namelist():
            written.writestr(name, b"X" * 9 if name.startswith("files/") else good.read(name))
    refused(command("import", bad, f"--data={tmp_path / 'data'}"), "another content")
    assert list((tmp_path / "data" / "files").glob("??/*")) == []


def test_a_script_in_an_export_stays_a_text(lived, tmp_path):
    lines = lines_of(lived / "out.jsonl")
    for line in lines:
        if line["type"] == "message" and line.get("text") == "and to you":
            line["text"] = "<script>alert(1)</script> **so**"
    bad = tmp_path / "bad.jsonl"
    bad.write_text("\n".join(map(json.dumps, lines)))
    assert command("import", bad, f"--data={tmp_path / 'data'}").returncode == 0
    with closing(sqlite3.connect(tmp_path / "data" / "chat.db")) as database:
        (html,) = database.execute("SELECT html FROM messages WHERE text LIKE '%alert%'").fetchone()
    assert "<script" not in html
    assert "<strong>so</strong>" in html
