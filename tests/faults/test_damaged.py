"""A database that is damaged, or another program's: said clearly, and nothing written to it."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.figures import rounds
from tests.faults.wire import Refused, ask, call, run, sign_in
from tests.serving import GustProcess, command, refused

PAGE = 4096  # bytes
TIMES = rounds(3, 25)


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


def test_a_schema_that_is_no_text_is_refused_whatever_is_asked(lived, tmp_path):
    """SQLite's complaint quotes it, and what it quotes can't be decoded."""
    data = tmp_path / "data"
    shutil.copytree(lived, data)
    content = (
        (data / "chat.db").read_bytes().replace(b"CREATE TABLE users", b"CREATE \xd6ABLE users")
    )
    (data / "chat.db").write_bytes(content)
    for asked in (["--port=0"], ["backup", tmp_path / "backup"], ["export", tmp_path / "export"]):
        refused(command(*asked, f"--data={data}"), "chat.db", "its schema is damaged")
    assert (data / "chat.db").read_bytes() == content


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


def _damage(file: Path, dice: random.Random) -> None:
    """Write nonsense somewhere into a few pages, as a failing disk does."""
    content = bytearray(file.read_bytes())
    for _ in range(dice.choice((1, 3, 10))):
        at = dice.randrange(0, len(content) - PAGE)
        length = dice.choice((1, 16, PAGE))
        content[at : at + length] = dice.randbytes(length)
    file.write_bytes(content)


async def _look_around(port: int) -> Counter[str]:
    """Use what there is; give how often it was answered, and with which error."""
    told: Counter[str] = Counter()
    status, answer, cookie = await ask(port, "POST", "/api/session", {"name": "bob"})
    told["" if status == 200 else answer["error"]["code"]] += 1
    paths = ["/api/me", "/api/rooms", "/api/search?q=xxx", "/api/users?q=a"]
    paths += [f"/api/rooms/1/messages?limit=100&before={id}" for id in range(2, 1_100, 99)]
    for path in paths if cookie else ():
        status, answer, _ = await ask(port, "GET", path, None, cookie)
        told["" if status == 200 else answer["error"]["code"]] += 1
    try:
        carol = await call(port, name="carol")
    except Refused as refused:
        told[json.loads(refused.body)["error"]["code"]] += 1
        return told
    carol.send(type="message", text="still here", msgId="one")
    while (event := await carol.next())["type"] not in ("ack", "error"):
        pass
    told[event.get("code", "")] += 1
    carol.close()
    return told


def test_whatever_is_damaged_is_said_in_a_sentence_and_the_rest_goes_on(lived, tmp_path, fault):
    seed = time.time_ns()
    print(f"seed {seed}")
    dice = random.Random(seed)
    stated = fault(
        "Damage at random places of the database", f"{TIMES} times, in 1 to 10 pages", times=TIMES
    )
    lines: list[str] = []
    told: Counter[str] = Counter()
    for turn in range(TIMES):
        data = tmp_path / str(turn)
        shutil.copytree(lived, data)
        _damage(data / "chat.db", dice)
        server = GustProcess(data, "--message-rate=0")
        try:
            server.start()
            told += run(_look_around(server.port))
        except AssertionError:
            line = _last_words(server)
            assert line.startswith("gust: "), line
            assert "chat.db" in line
            told["refused"] += 1
        finally:
            server.kill()
        lines += server.log
    refused_at_start, answered = told.pop("refused", 0), told.pop("", 0)
    assert set(told) <= {"not_stored"}, told
    stated.tracebacks = sum("Traceback" in line for line in lines)
    stated.besides = (
        f"{refused_at_start} times the start was refused; else {answered} requests were answered, "
        f"and {told['not_stored']} with `not_stored`"
    )
    stated.hold()


def _last_words(server: GustProcess) -> str:
    until = time.monotonic() + 5
    while not server.log and time.monotonic() < until:
        time.sleep(0.01)
    (line,) = server.log
    return line
