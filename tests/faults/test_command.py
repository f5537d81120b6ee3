"""The command line, as the person who runs the server uses it."""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
import tornado.testing

from handlers.version import VERSION
from tests.faults.wire import Wire, ask, call, run, sign_in
from tests.serving import ROOT, GustProcess

OPTIONS = [
    "port",
    "address",
    "data",
    "database",
    "hosts",
    "cache-size",
    "message-rate",
    "message-burst",
    "text-limit",
    "ping-interval",
    "config",
    "logging",
    "log-file-prefix",
]


def _chat(
    *arguments: str,
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
    preexec: Callable[[], None] | None = None,
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "chat.py"), *arguments],
        capture_output=True,
        text=True,
        timeout=8,
        env={**os.environ, **(env or {})},
        cwd=cwd,
        preexec_fn=preexec,
        check=False,
    )


def _refused(ended: subprocess.CompletedProcess[str], status: int, *said: str) -> None:
    """Hold that it ended with one clear sentence and nothing else."""
    assert "Traceback" not in ended.stderr, ended.stderr
    assert ended.returncode == status, ended
    (line,) = ended.stderr.splitlines()
    assert line.startswith("gust: ")
    assert line.endswith(".")
    for word in said:
        assert word in line, line
    assert ended.stdout == ""


def _without_privilege() -> None:
    """Let the child, also root's, be stopped by a file's permissions."""
    libc = ctypes.CDLL(None)
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


def test_a_port_in_use_is_refused(tmp_path):
    held, port = tornado.testing.bind_unused_port(address="127.0.0.1")
    with held:
        ended = _chat(f"--port={port}", "--address=127.0.0.1", f"--data={tmp_path}")
    _refused(ended, 1, str(port), "--port")


def test_a_file_in_place_of_the_data_folder_is_refused(tmp_path):
    file = tmp_path / "data"
    file.write_text("mine")
    _refused(_chat("--port=0", f"--data={file}"), 1, str(file), "--data")
    assert file.read_text() == "mine"


def test_a_data_folder_that_cannot_be_made_is_refused():
    _refused(_chat("--port=0", "--data=/proc/nowhere/data"), 1, "/proc/nowhere/data")


@pytest.mark.parametrize("mode", [0o000, 0o500])
def test_a_data_folder_without_permission_is_refused(tmp_path, mode):
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(mode)
    ended = _chat("--port=0", f"--data={folder}", preexec=_without_privilege)
    folder.chmod(0o700)
    _refused(ended, 1, str(folder))


def test_a_database_that_may_not_be_written_is_refused(tmp_path):
    with GustProcess(tmp_path) as server:
        assert server.stop() == 0
    (tmp_path / "chat.db").chmod(0o400)
    _refused(_chat("--port=0", f"--data={tmp_path}", preexec=_without_privilege), 1, str(tmp_path))


def test_a_data_folder_that_another_server_uses_is_refused(tmp_path):
    """Two would share the database, and neither tell its people what the other's say."""
    with GustProcess(tmp_path) as server:
        _refused(_chat("--port=0", f"--data={tmp_path}"), 1, str(tmp_path))
        server.kill()
        server.start()  # a kill leaves no lock behind


@pytest.mark.parametrize("content", [b"this is no database" * 100, b"SQLite format 3\0" * 300])
def test_a_damaged_database_is_refused_and_left_as_it_is(tmp_path, content):
    file = tmp_path / "chat.db"
    file.write_bytes(content)
    _refused(_chat("--port=0", f"--data={tmp_path}"), 1, str(tmp_path))
    assert file.read_bytes() == content


def test_a_database_of_a_newer_gust_is_refused(tmp_path):
    with GustProcess(tmp_path) as server:
        assert server.stop() == 0
    with sqlite3.connect(tmp_path / "chat.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    _refused(_chat("--port=0", f"--data={tmp_path}"), 1, "newer", "9999")


BAD_OPTIONS = [
    "--prot=3001",
    "--port=many",
    "--port=99999",
    "--port=-1",
    "--cache-size=-1",
    "--cache-size=x",
    "--text-limit=-1",
    "--message-rate=often",
    "--message-rate=-1",
    "--message-rate=nan",
    "--ping-interval=-1",
    "--logging=loudly",
    "--database=nonsense",
    "--database=mysql://x/y",
    "--config=/nowhere/gust.conf",
    "--log-file-prefix=/nowhere/gust.log",
    "--log-format=xml",
    "serve",
]


@pytest.mark.parametrize("option", BAD_OPTIONS)
def test_an_option_that_makes_no_sense_is_refused(tmp_path, option):
    ended = _chat("--port=0", f"--data={tmp_path / 'data'}", option)
    assert "Traceback" not in ended.stderr, ended.stderr
    assert ended.returncode in (1, 2)
    _refused(ended, ended.returncode)


def test_a_broken_config_file_is_refused(tmp_path):
    config = tmp_path / "gust.conf"
    for content in ("port = ", "prot = 3001", "port = nonsense", "cache_size = 'x'"):
        config.write_text(content)
        _refused(_chat(f"--config={config}", f"--data={tmp_path / 'data'}"), 2)


def test_help_lists_every_option():
    ended = _chat("--help")
    assert ended.returncode == 0
    listed = set(re.findall(r"--([a-z-]+)", ended.stdout + ended.stderr))
    assert listed >= set(OPTIONS)


def test_the_port_comes_from_the_environment_where_no_option_says_it(tmp_path):
    held, port = tornado.testing.bind_unused_port(address="127.0.0.1")
    with held:
        ended = _chat("--address=127.0.0.1", f"--data={tmp_path}", env={"PORT": str(port)})
        _refused(ended, 1, str(port))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_finishes_what_is_pending_and_closes_with_1001(tmp_path, number):
    async def scene() -> int:
        cookie = await sign_in(server.port, "ada")
        ada, bob = await call(server.port, cookie), await call(server.port, name="bob")
        idle = await Wire.connect(server.port, name="carol")  # never answers the close
        idle.writer.transport.pause_reading()
        for place in range(300):
            ada.send(type="message", text=str(place), msgId=str(place))
        await ada.until("ack")
        begun = time.monotonic()
        os.kill(server.pid, number)
        for client in (ada, bob):
            assert (await client.until("closed"))["code"] == 1001
        assert await asyncio.to_thread(server.wait) == 0
        assert time.monotonic() - begun < 10
        return sum(event["type"] == "ack" for event in ada.events)

    with GustProcess(tmp_path, "--message-rate=0") as server:
        acked = run(scene())
        server.start()
        cookie = run(sign_in(server.port, "bob"))
        _, page, _ = run(ask(server.port, "GET", "/api/rooms/1/messages?limit=1", None, cookie))
        assert page["messages"][0]["seq"] >= acked
        assert not server.complaints


def test_it_stops_while_people_are_connecting(tmp_path):
    async def scene() -> None:
        tries = [asyncio.create_task(call(server.port, name=f"bob {n}")) for n in range(100)]
        await tries[0]
        os.kill(server.pid, signal.SIGTERM)
        assert await asyncio.to_thread(server.wait) == 0
        await asyncio.wait(tries, timeout=5)
        assert all(one.done() for one in tries)
        for one in tries:
            one.exception()

    with GustProcess(tmp_path) as server:
        run(scene())
        assert not server.complaints


def test_sessions_and_messages_survive_a_kill(tmp_path):
    async def talk(text: str) -> int:
        ada = await call(server.port, cookie)
        assert (await ada.until("welcome"))["user"]["name"] == "ada"
        before = (await ada.until("history"))["messages"]
        await ada.say(text)
        ada.close()
        return len(before)

    with GustProcess(tmp_path) as server:
        cookie = run(sign_in(server.port, "ada"))
        assert run(talk("first")) == 0
        server.kill()
        server.start()
        assert run(talk("second")) == 1
        _, me, _ = run(ask(server.port, "GET", "/api/me", None, cookie))
        assert me["user"]["name"] == "ada"


def test_only_the_owner_may_look_into_the_data_folder(tmp_path):
    folder = Path(tmp_path) / "data"
    with GustProcess(folder) as server:
        run(sign_in(server.port, "ada"))
        assert folder.stat().st_mode & 0o077 == 0


def test_the_first_start_prints_a_link_for_the_admin_and_later_ones_while_there_is_none(tmp_path):
    links = set()
    for _ in range(2):
        with GustProcess(tmp_path) as server:
            printed = server._process.stdout
            lines = [printed.readline(), printed.readline()]
            links.add(re.search(r"http://localhost:\d+/join/[\w-]{43}", lines[1])[0])
    assert len(links) == 2


def test_a_command_makes_a_link_for_an_admin_while_the_server_runs_and_while_it_does_not(tmp_path):
    with GustProcess(tmp_path) as server:
        ended = _chat("admin", "ada", f"--data={tmp_path}", f"--port={server.port}")
        assert ended.returncode == 0, ended
        token = re.search(r"http://localhost:\d+/join/([\w-]{43})", ended.stdout)[1]
        told = json.loads(urllib.request.urlopen(f"{server.url}/api/join/{token}").read())
        assert (told["role"], told["name"]) == ("admin", "ada")
        assert server.complaints == []
    assert _chat("admin", "ada", f"--data={tmp_path}").returncode == 0


@pytest.mark.parametrize("command", ["admin ada", "link ada", "backup kept.tar", "export kept.zip"])
@pytest.mark.parametrize("option", ["--data={0}", "--database=sqlite:///{0}/chat.db"])
def test_a_command_for_what_is_kept_begins_no_place_where_there_is_none(tmp_path, command, option):
    where = tmp_path / "not" / "there"
    name, what = command.split()
    said = what if name in ("admin", "link") else str(tmp_path / what)
    refusal = _chat(name, said, option.format(where), f"--data={where}")
    _refused(refusal, 1, f"There is no database {where / 'chat.db'}.", "--data")
    assert list(tmp_path.iterdir()) == []


def test_the_place_that_is_missing_is_told_by_its_whole_path(tmp_path):
    """Who is in another folder than the server's sees it so."""
    ended = _chat("admin", "ada", cwd=tmp_path)
    _refused(ended, 1, str(tmp_path / "data" / "chat.db"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [[], [""], ["x" * 33], ["--port=3001"]])
def test_the_command_says_what_it_needs(tmp_path, name):
    ended = _chat("admin", *name, f"--data={tmp_path}")
    _refused(ended, 2, "admin NAME")


def test_the_log_is_an_object_a_line_where_that_is_asked_for(tmp_path):
    async def scene() -> None:
        ada = await call(server.port, name="ada")
        ada.close()
        await asyncio.sleep(0.2)

    with GustProcess(tmp_path, "--log-format=json") as server:
        run(scene())
        assert server.stop() == 0
        told = [json.loads(line) for line in server.log]
        assert [event["message"].split()[0] for event in told] == ["open", "close", "stopping"]
        assert {event["level"] for event in told} == {"info"}


@pytest.mark.parametrize("before", [[], ["admin"], ["doctor"], ["backup", "kept.tar"]])
def test_the_version_is_told_and_nothing_else_is_done(tmp_path, before):
    ended = _chat(*before, "--version", cwd=tmp_path)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"Gust {VERSION}\n", "")
    assert list(tmp_path.iterdir()) == []


def test_the_first_line_of_a_server_names_its_version(tmp_path):
    with GustProcess(tmp_path) as server:
        assert server._process.stdout.readline().startswith(f"Gust {VERSION} is listening: http://")


def test_help_lists_every_command_and_each_has_its_own():
    everything = _chat("--help").stderr
    for name, takes in (("admin", "NAME"), ("link", "NAME"), ("backup", "FILE"), ("doctor", "")):
        assert f"chat.py {name} {takes}".rstrip() in everything
        ended = _chat(name, "--help")
        assert ended.returncode == 0
        assert ended.stderr.startswith(f"  chat.py {name} {takes}".rstrip())
