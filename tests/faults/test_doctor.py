"""The doctor finds what is wrong, says what to do, and changes nothing."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from models.store.examine.database import REINDEX, RESTORE
from tests.faults.test_uploads import upload
from tests.faults.wire import call, run, sign_in
from tests.picturing import told
from tests.serving import GustProcess, command

LONG_AGO = 3600.0  # seconds


async def _live(port: int) -> None:
    cookie = await sign_in(port, "ada")
    _, note = await upload(port, cookie, b"minutes\n" * 500)
    _, photo = await upload(port, cookie, told("JPEG", 1, (1000, 800)))
    ada = await call(port, cookie)
    for text in ("good morning", "hé", "ẞtraße", "x"):
        await ada.say(text)
    await ada.say("both", files=[note["id"], photo["id"]])
    ada.send(type="edit", id=1, text="good evening")
    ada.send(type="delete", id=2)
    ada.send(type="read", room=1, seq=7)
    await ada.until("receipt")
    ada.close()


@pytest.fixture(scope="module")
def lived(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("doctor") / "data"
    with GustProcess(folder) as server:
        run(_live(server.port))
        served = command("doctor", f"--data={folder}", f"--port={server.port}", "--free-space=1KB")
        assert (served.returncode, served.stderr) == (0, ""), served
        assert server.stop() == 0
    return folder


@pytest.fixture
def data(lived, tmp_path) -> Path:
    """Give a folder of one's own in which all is well."""
    shutil.copytree(lived, tmp_path / "data")
    return tmp_path / "data"


def examine(data: Path, *options: str) -> list[str]:
    """Give what the doctor finds; nothing may be different afterwards."""
    before = _content_of(data)
    ended = command("doctor", f"--data={data}", "--port=0", "--free-space=1KB", *options)
    assert ended.stderr == "", ended
    *found, last = ended.stdout.splitlines()
    assert last.endswith("looked at." if found else "looked at: all is well.")
    assert ended.returncode == (1 if found else 0)
    assert _content_of(data) == before
    return found


def _content_of(data: Path) -> dict[Path, bytes]:
    """Read all files, but for those that SQLite makes to read another."""
    files = [path for path in data.rglob("*") if path.is_file()]
    kept = {path: path.read_bytes() for path in files if not path.name.endswith("-shm")}
    return {path: content for path, content in kept.items() if content or path.suffix == ".db"}


def change(data: Path, *statements: str) -> None:
    """Do to the database what no server would."""
    with closing(sqlite3.connect(data / "chat.db")) as database, database:
        for statement in statements:
            database.execute(statement)


def test_where_all_is_well_nothing_is_found(data):
    assert examine(data) == []


WRONGS = [
    ("UPDATE rooms SET seq = 3 WHERE id = 1", "numbers above", RESTORE),
    ("UPDATE rooms SET seq = 99 WHERE id = 1", "last number that no message has", RESTORE),
    ("UPDATE messages SET posted = seq + 1 WHERE id = 3", "before they were posted", RESTORE),
    ("UPDATE messages SET posted = 1 WHERE id = 4", "order of their numbers", RESTORE),
    ("UPDATE messages SET html = 'x' WHERE id = 2", "still have something", RESTORE),
    ("UPDATE positions SET read = 99", "not been said", RESTORE),
    ("UPDATE files SET message = 1 WHERE message = 5", "other files", RESTORE),
    ("PRAGMA foreign_keys = OFF; DELETE FROM users", "refer to what is not there", RESTORE),
    ("DROP TRIGGER search_edited; UPDATE messages SET text = 'so' WHERE id = 3", "older", REINDEX),
    ("DELETE FROM search_docsize WHERE id = 3", "can't be found", REINDEX),
    ("DROP TRIGGER search_gone; DELETE FROM messages WHERE id = 4", "not there", REINDEX),
    ("UPDATE alembic_version SET version_num = '9999'", "newer Gust", "Run the newer one."),
    ("UPDATE alembic_version SET version_num = '0001'", "older Gust", "Start the server once"),
]


@pytest.mark.parametrize(("statements", "said", "remedy"), WRONGS, ids=[w[1] for w in WRONGS])
def test_rows_that_do_not_agree_are_found(data, statements, said, remedy):
    change(data, *statements.split("; "))
    found = examine(data)
    assert any(said in line and remedy in line for line in found), found


def test_the_remedy_for_the_index_tells_what_either_way_loses(data):
    change(data, "DELETE FROM search_docsize WHERE id = 3")
    (found,) = [line for line in examine(data) if "can't be found" in line]
    assert "said since is lost" in found
    assert "passwords, sessions, invitations, bans and the word filter are lost" in found


def test_a_hole_in_the_numbers_is_found(data):
    """Where nothing was edited, every number is a message's."""
    change(
        data,
        "DELETE FROM messages WHERE id IN (1, 2, 3)",
        "UPDATE messages SET seq = 7, posted = 7 WHERE id = 5",
    )
    assert any("hole" in line for line in examine(data))


def test_a_damaged_database_is_found(data):
    content = bytearray((data / "chat.db").read_bytes())
    for page in range(4, 30):
        content[page * 4096 : page * 4096 + 200] = b"\xff" * 200
    (data / "chat.db").write_bytes(content)
    (line,) = examine(data)
    assert "damaged" in line
    assert RESTORE in line


def test_a_schema_that_is_no_text_is_found(data):
    """SQLite's complaint quotes it, and what it quotes can't be decoded."""
    content = (data / "chat.db").read_bytes()
    (data / "chat.db").write_bytes(content.replace(b"CREATE TABLE users", b"CREATE \xd6ABLE users"))
    (line,) = examine(data)
    assert "its schema is damaged" in line
    assert RESTORE in line


@pytest.mark.parametrize("content", [b"this is no database" * 100, b""])
def test_what_is_no_database_of_ours_is_found(data, content):
    for left in data.glob("chat.db*"):
        left.unlink()
    (data / "chat.db").write_bytes(content)
    assert len(examine(data)) == 1


def test_a_content_that_is_gone_is_found(data):
    small = next((data / "files").glob("??/*.webp"))
    small.unlink()
    (line,) = examine(data)
    assert f"1 contents of files are missing in {data / 'files'}" in line
    assert small.name in line


def test_a_content_that_rotted_is_found(data):
    path = next(p for p in (data / "files").glob("??/*") if not p.suffix)
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    (line,) = examine(data)
    assert "damaged" in line
    assert path.name in line


def test_a_content_of_no_file_is_found_once_it_is_old(data):
    name = "ab" * 32
    path = data / "files" / "ab" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"nobody's")
    assert examine(data) == [], "somebody may be uploading it"
    os.utime(path, (time.time() - LONG_AGO, time.time() - LONG_AGO))
    (line,) = examine(data)
    assert "no file's" in line
    assert name in line


def test_a_folder_that_others_may_look_into_is_found(data):
    data.chmod(0o755)
    assert examine(data) == [f"Others on this machine may look into {data}. chmod 700 {data}"]


def test_a_database_that_belongs_to_somebody_else_is_found(data):
    os.chown(data / "chat.db", 65534, 65534)
    (line,) = examine(data)
    assert "chat.db" in line
    assert "chown -R" in line


def test_a_full_disk_is_found(data):
    (line,) = examine(data, "--free-space=900TB")
    assert "nothing can be uploaded" in line


def test_where_there_is_nothing_that_is_said(tmp_path):
    ended = command("doctor", f"--data={tmp_path / 'data'}", "--port=0")
    assert ended.returncode == 1
    assert "There is no folder" in ended.stdout
    assert "There is no database" in ended.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--behind-proxy"], "--hosts"),
        (["--hosts=https://chat.example.org"], "is no name"),
        (["--hosts=chat.example.org:443"], "is no name"),
        (["--quota=1MB", "--upload-limit=2MB"], "--quota=1MB"),
        (["--certfile=/nowhere.pem", "--hosts=chat.example.org"], "/nowhere.pem"),
    ],
)
def test_options_that_do_not_fit_are_found(data, options, said):
    (line,) = examine(data, *options)
    assert said in line


def test_options_that_fit_are_not(data):
    assert examine(data, "--hosts=chat.example.org, 192.0.2.1, [2001:db8::1]") == []


def test_a_port_that_another_program_has_is_found(data):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]
        (line,) = examine(data, "--address=127.0.0.1", f"--port={port}")
    assert str(port) in line
