"""Backups: made while people talk, whole or not at all, and put back where nothing is."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from models.store.lock import Lock, files_of
from tests.faults.test_uploads import upload
from tests.faults.wire import call, run, sign_in
from tests.serving import ROOT, GustProcess, command, refused

CONTENT = b"minutes of a meeting\n" * 5_000


def all_of(data: Path) -> dict[str, Any]:
    """Read what a folder keeps: its messages, numbers and files."""
    with closing(sqlite3.connect(data / "chat.db")) as database:
        return {
            "texts": [text for (text,) in database.execute("SELECT text FROM messages")],
            "seqs": [seq for (seq,) in database.execute("SELECT seq FROM messages ORDER BY id")],
            "seq": database.execute("SELECT seq FROM rooms WHERE id = 1").fetchone()[0],
            "hashes": {h.hex() for (h,) in database.execute("SELECT hash FROM files")},
            "epoch": database.execute("SELECT value FROM facts WHERE name = 'epoch'").fetchone(),
            "verdict": database.execute("PRAGMA integrity_check").fetchone()[0],
        }


@pytest.fixture(scope="module")
def backed_up(tmp_path_factory) -> tuple[Path, Path]:
    """Give a data folder with a message and a file, and a backup of it."""
    folder = tmp_path_factory.mktemp("backup")

    async def scene() -> None:
        cookie = await sign_in(server.port, "ada")
        _, file = await upload(server.port, cookie, CONTENT)
        ada = await call(server.port, cookie)
        await ada.say("see this", files=[file["id"]])
        ada.close()

    with GustProcess(folder / "data") as server:
        run(scene())
    ended = command("backup", folder / "gust.tar", f"--data={folder / 'data'}")
    assert ended.returncode == 0, ended
    return folder / "data", folder / "gust.tar"


def test_a_backup_under_load_has_all_that_was_acknowledged_before_it_began(tmp_path):
    """Six people post and upload while two backups are made, one behind the other."""
    acked: list[list[str]] = []

    async def talk(number: int, stop: asyncio.Event, said: list[str]) -> None:
        cookie = await sign_in(server.port, f"bob {number}")
        wire = await call(server.port, cookie)
        while not stop.is_set():
            text = f"{number}-{len(said)}"
            files = []
            if len(said) % 5 == 0:
                _, file = await upload(server.port, cookie, f"{text} {'x' * 20_000}".encode())
                files = [file["id"]]
            await wire.say(text, files=files)
            said.append(text)
        wire.close()

    async def scene() -> None:
        stop = asyncio.Event()
        said: list[list[str]] = [[] for _ in range(6)]
        async with asyncio.TaskGroup() as group:
            for number in range(6):
                group.create_task(talk(number, stop, said[number]))
            for name in ("one.tar", "two.tar"):
                await asyncio.sleep(0.5)
                acked.append([text for texts in said for text in texts])
                ended = await asyncio.to_thread(
                    command, "backup", tmp_path / name, f"--data={server.data}"
                )
                assert ended.returncode == 0, ended
            stop.set()

    with GustProcess(tmp_path / "data", "--message-rate=0") as server:
        run(scene())
        assert not server.complaints
    for name, before in zip(("one", "two"), acked, strict=True):
        assert before
        ended = command("restore", tmp_path / f"{name}.tar", f"--data={tmp_path / name}")
        assert ended.returncode == 0, ended
        kept = all_of(tmp_path / name)
        assert kept["verdict"] == "ok"
        assert set(before) <= set(kept["texts"])
        assert len(set(kept["texts"])) == len(kept["texts"])
        assert kept["seqs"] == [*range(1, kept["seq"] + 1)]
        on_disk = {p.name for p in (tmp_path / name / "files").glob("??/*")}
        assert on_disk == kept["hashes"]
    assert set(acked[0]) < set(acked[1])


def test_who_had_seen_more_than_the_backup_has_starts_anew(backed_up, tmp_path):
    data, archive = backed_up

    async def epoch_of(server: GustProcess, **position: str) -> dict[str, Any]:
        cookie = await sign_in(server.port, "bob")
        bob = await call(server.port, cookie, **position)
        history = await bob.until("history")
        if history["messages"][0].get("files"):
            url = history["messages"][0]["files"][0]["url"]
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(
                f"GET {url} HTTP/1.0\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode()
            )
            history["content"] = (await reader.read(-1)).partition(b"\r\n\r\n")[2]
            writer.close()
        bob.close()
        return history

    assert command("restore", archive, f"--data={tmp_path / 'new'}").returncode == 0
    old = all_of(data)["epoch"][0]
    with GustProcess(tmp_path / "new") as server:
        history = run(epoch_of(server, resume="1:1", epoch=old))
    assert history["reset"]
    assert history["epoch"] != old
    assert [message["text"] for message in history["messages"]] == ["see this"]
    assert history["content"] == CONTENT
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0
    assert (tmp_path / "new" / "chat.db").stat().st_mode & 0o077 == 0


def test_a_backup_is_for_its_owner_alone_and_leaves_nothing_beside_it(backed_up):
    _, archive = backed_up
    assert archive.stat().st_mode & 0o077 == 0
    assert {path.name for path in archive.parent.iterdir()} == {"data", "gust.tar"}


def test_a_full_disk_leaves_no_half_backup(backed_up, tmp_path):
    data, _ = backed_up
    for most in (50_000, 250_000):  # in the copy of the database, and behind it
        limit = (most, most)
        ended = command(
            "backup",
            tmp_path / "gust.tar",
            f"--data={data}",
            limit=lambda limit=limit: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
        )
        refused(ended)
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_backup_that_is_interrupted_leaves_nothing(backed_up, tmp_path, number):
    _, archive = backed_up
    target = tmp_path / "here" / "gust.tar"
    target.parent.mkdir()
    assert command("restore", archive, f"--data={tmp_path / 'data'}").returncode == 0
    (content,) = (tmp_path / "data" / "files").glob("??/*")
    content.unlink()
    os.mkfifo(content)  # nobody writes to it: there it stands
    # What runs in a shell's background is deaf to it, and so are its children.
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)
    started = subprocess.Popen(
        [sys.executable, str(ROOT / "chat.py"), "backup", target, f"--data={tmp_path / 'data'}"],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    signal.signal(signal.SIGINT, heard)
    while not list(target.parent.glob(".*/chat.db-wal")):
        assert started.poll() is None
        time.sleep(0.01)
    started.send_signal(number)
    assert started.communicate(timeout=20) == ("", "")
    assert started.returncode == 130
    assert list(target.parent.iterdir()) == []


def test_nothing_is_put_or_taken_away_where_a_server_begins(backed_up, tmp_path):
    _, archive = backed_up
    database = tmp_path / "data" / "chat.db"
    with closing(Lock(database)):
        refused(command("restore", archive, f"--data={tmp_path / 'data'}"), "in use")
        assert {*database.parent.iterdir()} == {*files_of(database)}


def test_nothing_is_written_over_another_backup(backed_up, tmp_path):
    data, _ = backed_up
    (tmp_path / "gust.tar").write_text("mine")
    refused(command("backup", tmp_path / "gust.tar", f"--data={data}"), "gust.tar", "another name")
    assert (tmp_path / "gust.tar").read_text() == "mine"


def test_where_there_is_nothing_nothing_is_backed_up(tmp_path):
    ended = command("backup", tmp_path / "gust.tar", f"--data={tmp_path / 'nowhere'}")
    refused(ended, "nowhere")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_database_is_not_passed_off_as_a_backup(backed_up, tmp_path):
    _, archive = backed_up
    assert command("restore", archive, f"--data={tmp_path / 'data'}").returncode == 0
    content = bytearray((tmp_path / "data" / "chat.db").read_bytes())
    for page in range(4, 20):
        content[page * 4096 : page * 4096 + 200] = b"\xff" * 200
    (tmp_path / "data" / "chat.db").write_bytes(content)
    ended = command("backup", tmp_path / "gust.tar", f"--data={tmp_path / 'data'}")
    refused(ended, "chat.db")
    assert not (tmp_path / "gust.tar").exists()


def test_a_file_that_the_disk_lost_is_told(backed_up, tmp_path):
    _, archive = backed_up
    assert command("restore", archive, f"--data={tmp_path / 'data'}").returncode == 0
    (lost,) = (tmp_path / "data" / "files").glob("??/*")
    lost.unlink()
    ended = command("backup", tmp_path / "gust.tar", f"--data={tmp_path / 'data'}")
    refused(ended, "1 ", "doctor")
    assert (tmp_path / "gust.tar").exists()


def test_nothing_is_put_over_what_is_kept(backed_up, tmp_path):
    data, archive = backed_up
    before = all_of(data)
    refused(command("restore", archive, f"--data={data}"), str(data), "not empty")
    assert all_of(data) == before
    (tmp_path / "note").write_text("mine")
    refused(command("restore", archive, f"--data={tmp_path}"), "not empty")
    assert [path.name for path in tmp_path.iterdir()] == ["note"]
    elsewhere = f"--database=sqlite:///{data / 'chat.db'}"
    refused(command("restore", archive, f"--data={tmp_path / 'new'}", elsewhere), "not empty")
    assert not (tmp_path / "new").exists()


def _damaged(archive: Path) -> dict[str, bytes]:
    """Give archives that are none, or no longer what they were, by what is wrong."""
    good = archive.read_bytes()
    middle = good.index(CONTENT[:100]) + 50
    return {
        "no archive": b"this is no archive" * 100,
        "empty": b"",
        "cut short": good[: len(good) * 2 // 3],
        "without its end": good[: good.rindex(b"sha256\0")],
        "one byte": good[:middle] + b"X" + good[middle + 1 :],
        "out of the folder": _tar({"gust.json": b"{}", "../escaped": b"x"}),
        "a manifest alone": _tar({"gust.json": b'{"schema":"0001","date":1,"format":1}'}),
        "of later": _tar({"gust.json": b'{"schema":"0001","date":1,"format":2}', "chat.db": b""}),
    }


def _tar(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return file.getvalue()


def test_what_is_no_whole_backup_touches_nothing(backed_up, tmp_path):
    for what, content in _damaged(backed_up[1]).items():
        bad = tmp_path / "bad.tar"
        bad.write_bytes(content)
        ended = command("restore", bad, f"--data={tmp_path / 'data'}")
        refused(ended, "bad.tar", "Nothing was changed")
        assert [path.name for path in tmp_path.iterdir()] == ["bad.tar"], what


@pytest.mark.parametrize(
    "name", ["../../escaped", "/tmp/escaped", "files/../../escaped", "files/ab/../../../escaped"]
)
def test_an_archive_that_reaches_out_of_its_folder_is_refused(backed_up, tmp_path, name):
    """Even one whose checksum is right: somebody made it so."""
    bad = tmp_path / "bad.tar"
    bad.write_bytes(_with(backed_up[1], name, b"x"))
    data = tmp_path / "deep" / "data"
    data.mkdir(parents=True)
    refused(command("restore", bad, f"--data={data}"), "no backup does", "Nothing was changed")
    assert list(data.iterdir()) == []
    assert not Path("/tmp/escaped").exists()
    assert {path.name for path in tmp_path.iterdir()} == {"bad.tar", "deep"}


def test_a_content_that_is_not_what_its_name_says_is_refused(backed_up, tmp_path):
    bad = tmp_path / "bad.tar"
    bad.write_bytes(_with(backed_up[1], f"files/ff/{'f' * 64}", b"another"))
    refused(command("restore", bad, f"--data={tmp_path / 'data'}"), "damaged")
    assert [path.name for path in tmp_path.iterdir()] == ["bad.tar"]


def _with(archive: Path, name: str, content: bytes) -> bytes:
    """Give an archive with one more member, and the checksum that it then has."""
    good = archive.read_bytes()
    before = good[: good.rindex(b"sha256\0")]
    more = before + _tar({name: content})[: 512 + 512]
    end = _tar({"sha256": hashlib.sha256(more).hexdigest().encode()})
    return more + end


def test_a_full_disk_leaves_nothing_of_a_restore(backed_up, tmp_path):
    ended = command(
        "restore",
        backed_up[1],
        f"--data={tmp_path / 'data'}",
        limit=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (90_000, 90_000)),
    )
    refused(ended, "Nothing was restored")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["backup", "restore"])
def test_a_command_without_its_file_says_so(tmp_path, name):
    ended = command(name, f"--data={tmp_path}")
    assert ended.returncode == 2
    assert f"{name} FILE" in ended.stderr
