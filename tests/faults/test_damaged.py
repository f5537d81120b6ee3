"""A database that is damaged, or another program's: said clearly, and nothing written to it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.wire import ask, call, run, sign_in
from tests.serving import GustProcess, command, refused

PAGE = 4096  # bytes


@pytest.fixture(scope="module")
def lived(tmp_path_factory) -> Path:
    """Give a data folder in which a thousand messages were said."""
    data = tmp_path_factory.mktemp("damaged") / "data"

    async def talk() -> None:
        ada = await call(server.port, name="ada")
        for number in range(1_000):
            ada.send(type="message", text=f"{number} " + "x" * 200)
        for _ in range(1_000):
            await ada.until("ack")
        ada.close()

    with GustProcess(data, "--message-rate=0") as server:
        run(talk())
        assert server.stop() == 0
    return data


def _make(file: Path, *statements: str) -> bytes:
    """Make a database of another program; give its bytes."""
    with closing(sqlite3.connect(file)) as database, database:
        for statement in statements:
            database.execute(statement)
    return file.read_bytes()


FOREIGN = {
    "a browser's": ["CREATE TABLE moz_places (id INTEGER)", "INSERT INTO moz_places VALUES (1)"],
    "with names like ours": ["CREATE TABLE users (id INTEGER)", "CREATE TABLE messages (id)"],
    "migrated by the same tool": [
        "CREATE TABLE alembic_version (version_num TEXT)",
        "INSERT INTO alembic_version VALUES ('ae1027a6acf')",
    ],
    "in WAL mode": ["PRAGMA journal_mode = WAL", "CREATE TABLE notes (id INTEGER)"],
}


@pytest.mark.parametrize("whose", FOREIGN)
@pytest.mark.parametrize("how", ["--data", "--database"])
def test_a_database_of_another_program_is_refused_and_left_as_it_is(tmp_path, whose, how):
    file = tmp_path / "chat.db"
    content = _make(file, *FOREIGN[whose])
    option = f"--data={tmp_path}" if how == "--data" else f"--database=sqlite:///{file}"
    ended = command("--port=0", "--address=127.0.0.1", option, f"--data={tmp_path}")
    refused(ended, str(file), "another program", "nothing was written")
    assert file.read_bytes() == content
    for name in ("admin", "link"):
        refused(command(name, "ada", f"--data={tmp_path}"), "another program")
    assert file.read_bytes() == content


def test_a_database_that_was_cut_short_is_refused_or_read_as_far_as_it_goes(lived, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(lived, data)
    content = (data / "chat.db").read_bytes()
    half = content[: len(content) // 2 // PAGE * PAGE]
    (data / "chat.db").write_bytes(half)
    refused(command("--port=0", f"--data={data}"), "chat.db")
    assert (data / "chat.db").read_bytes() == half


def test_where_messages_are_damaged_the_rest_goes_on(lived, tmp_path):
    """Who asks for them is told that they can't be read; a line of the log tells of each."""
    data = tmp_path / "data"
    shutil.copytree(lived, data)
    content = bytearray((data / "chat.db").read_bytes())
    at = content.index(b"500 xxx") // PAGE * PAGE
    content[at : at + 100] = b"\xff" * 100
    (data / "chat.db").write_bytes(content)

    async def scene() -> None:
        cookie = await sign_in(server.port, "bob")
        status, answer, _ = await ask(
            server.port, "GET", "/api/rooms/1/messages?around=500&limit=50", None, cookie
        )
        assert (status, answer["error"]["code"]) == (503, "not_stored")
        bob = await call(server.port, cookie)
        await bob.say("still here")
        status, page, _ = await ask(
            server.port, "GET", "/api/rooms/1/messages?limit=20", None, cookie
        )
        assert (status, page["messages"][-1]["text"]) == (200, "still here")
        bob.close()

    with GustProcess(data) as server:
        run(scene())
        assert all("malformed" in line for line in server.complaints)
        assert 1 <= len(server.complaints) <= 3
        assert not any("Traceback" in line for line in server.log)
    ended = command("doctor", f"--data={data}", "--port=0", "--free-space=1KB")
    assert ended.returncode == 1
    assert "damaged" in ended.stdout
