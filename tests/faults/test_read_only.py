"""The data folder becomes read-only while the server runs: told, nothing lost, and back at once."""

from __future__ import annotations

import asyncio
import ctypes
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.faults.crowd import Crowd
from tests.faults.figures import rounds
from tests.faults.test_uploads import upload
from tests.faults.watched import Watched
from tests.faults.wire import ask, call, run, sign_in
from tests.serving import GustProcess, command, refused

BACK_WITHIN = 5.0  # seconds
TIMES = rounds(2, 10)


class Unprivileged(Watched):
    """A server that a file's permissions stop, also where root starts it."""

    @property
    def surroundings(self) -> dict[str, Any]:
        return {**super().surroundings, "preexec_fn": drop_privilege}


def drop_privilege() -> None:
    libc = ctypes.CDLL(None)
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


@contextmanager
def read_only(data: Path) -> Iterator[None]:
    """Take the right to write from a folder and all in it."""
    modes = {path: path.stat().st_mode for path in [data, *data.rglob("*")]}
    for path in modes:
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


def test_what_is_acknowledged_is_kept_and_what_is_not_is_told(tmp_path):
    acked: list[str] = []

    async def say(person: Any, text: str) -> str:
        person.send(type="message", text=text, msgId=text)
        while (event := await person.next(10))["type"] not in ("ack", "error"):
            pass
        if event["type"] == "ack":
            acked.append(text)
        return event.get("code", "ack")

    async def scene() -> None:
        cookie = await sign_in(server.port, "ada")
        ada = await call(server.port, cookie)
        assert await say(ada, "before") == "ack"
        with read_only(server.data):
            # The database's files are open: what they take is taken.
            for number in range(20):
                assert await say(ada, f"meanwhile {number}") in ("ack", "not_stored")
            status, answer = await upload(server.port, cookie, b"minutes")
            assert (status, answer["error"]["code"]) == (503, "not_stored")
            status, page, _ = await ask(server.port, "GET", "/api/rooms/1/messages", None, cookie)
            assert (status, page["messages"][0]["text"]) == (200, "before")
        begun = time.monotonic()
        status, file = await upload(server.port, cookie, b"minutes")
        assert status == 201, file
        said = await ada.say("", files=[file["id"]])
        assert said["message"]["files"][0]["name"] == "notes.txt"
        assert time.monotonic() - begun < BACK_WITHIN
        for text in acked:
            again = await ada.say(text, msgId=text)
            assert again["message"]["text"] == text
        _, page, _ = await ask(server.port, "GET", "/api/rooms/1/messages?limit=100", None, cookie)
        texts = [message["text"] for message in page["messages"]]
        assert texts == [*acked, ""], "something is lost, or there twice"
        ada.close()

    with Unprivileged(tmp_path / "data", "--message-rate=0") as server:
        run(scene())
        assert all("not stored" in line for line in server.complaints)
        assert 1 <= len(server.complaints) <= 22
        assert not any("Traceback" in line for line in server.log)


def test_a_crowd_talks_on_while_the_folder_is_read_only(tmp_path, fault):
    """The database's files are open; nothing else can be written."""

    async def scene() -> Crowd:
        cookie = await sign_in(server.port, "ada")
        async with Crowd(server, posting=10, listening=2, pause=0.01) as crowd:
            for _ in range(TIMES):
                with read_only(server.data):
                    status, answer = await upload(server.port, cookie, b"minutes")
                    assert (status, answer["error"]["code"]) == (503, "not_stored")
                    await asyncio.sleep(0.5)
                begun = time.monotonic()
                assert (await upload(server.port, cookie, b"minutes"))[0] == 201
                stated.came_back(await crowd.served(begun))
        return crowd

    stated = fault(
        "The data folder is read-only while the server runs",
        f"{TIMES} times for half a second, while 10 people post",
        times=TIMES,
    )
    with Unprivileged(tmp_path / "data", "--message-rate=0") as server:
        crowd = run(scene())
        stated.look_at(server)
        stated.acked, stated.lost, stated.twice, _ = crowd.compare(server.data)
    stated.hold()


@pytest.mark.parametrize("folder", [".", "files"])
def test_a_start_in_a_folder_that_is_read_only_says_so(tmp_path, folder):
    data = tmp_path / "data"
    with GustProcess(data) as server:
        assert server.stop() == 0
    with read_only(data / folder):
        ended = command("--port=0", f"--data={data}", limit=drop_privilege)
    refused(ended, str(data))
