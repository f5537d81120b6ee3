"""The clock is set by an hour while people talk: nothing depends on it that should not."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import pytest

from tests.faults.crowd import Crowd
from tests.faults.figures import rounds
from tests.faults.keeping import Copy, connect, read_until
from tests.faults.test_uploads import upload
from tests.faults.watched import Watched
from tests.faults.wire import ask, call, run, sign_in

HOUR = 3600  # seconds
JUMPS = rounds(4, 20)
PASSWORD = "correct horse"


class Clocked(Watched):
    """A server whose clock can be set."""

    def __init__(self, folder: Path, *options: str) -> None:
        super().__init__(folder / "data", *options)
        self._offset = folder / "offset"
        self.set(0)

    @property
    def command(self) -> list[str]:
        _, *rest = super().command
        return [sys.executable, str(Path(__file__).with_name("clock.py")), str(self._offset), *rest]

    def set(self, seconds: int) -> None:
        """Set its clock to so many seconds before or behind ours."""
        self._offset.write_text(str(seconds))


def _shift(message: dict[str, int]) -> float:
    """Tell by how many seconds a message's date differs from now."""
    return message["date"] / 1000 - time.time()


@pytest.mark.parametrize("jump", [-HOUR, HOUR])
def test_people_talk_on_in_order_and_who_was_away_misses_nothing(tmp_path, jump):
    async def scene() -> None:
        cookie = await sign_in(server.port, "bob")
        ada = await call(server.port, name="ada")
        copy = Copy()
        bob = await connect(server.port, cookie, copy)
        await ada.say("before")
        await read_until(bob, copy, 1)
        server.set(jump)
        said = await ada.say("behind it")
        assert abs(_shift(said["message"]) - jump) < 60, "the clock was not set"
        await read_until(bob, copy, 2)
        bob.drop()
        await ada.say("while he is away")
        server.set(0)
        await ada.say("set back")
        bob = await connect(server.port, cookie, copy)
        await read_until(bob, copy, 4)
        assert copy.texts == ["before", "behind it", "while he is away", "set back"]
        assert copy.resets == 0
        _, page, _ = await ask(server.port, "GET", "/api/rooms/1/messages", None, cookie)
        assert [message["text"] for message in page["messages"]] == copy.texts
        bob.drop()
        ada.close()

    with Clocked(tmp_path) as server:
        run(scene())
        assert not server.complaints


def test_a_crowd_does_not_notice_that_the_clock_jumps(tmp_path, fault):
    async def scene() -> Crowd:
        async with Crowd(server, posting=10, listening=2, pause=0.01) as crowd:
            for jump in range(JUMPS):
                server.set((0, HOUR, 0, -HOUR)[jump % 4])
                await asyncio.sleep(0.3)
                stated.came_back(await crowd.served())
        return crowd

    stated = fault("The clock jumps by an hour", f"{JUMPS} times, on and back", times=JUMPS)
    with Clocked(tmp_path, "--message-rate=0") as server:
        crowd = run(scene())
        stated.look_at(server)
        stated.acked, stated.lost, stated.twice, _ = crowd.compare(tmp_path / "data")
        assert not server.told
    stated.hold()


@pytest.mark.parametrize("jump", [-HOUR, HOUR])
def test_limits_neither_lock_nor_open(tmp_path, jump):
    """Two at once and one in five seconds: an hour on the clock is no hour of waiting."""

    async def say(ada, text: str) -> str:
        ada.send(type="message", text=text)
        while (event := await ada.next())["type"] not in ("ack", "error"):
            pass
        return event.get("code", "ack")

    async def scene() -> None:
        ada = await call(server.port, name="ada")
        assert [await say(ada, text) for text in "abc"] == ["ack", "ack", "slow_down"]
        server.set(jump)
        assert await say(ada, "d") == "slow_down"
        await asyncio.sleep(5.1)
        assert [await say(ada, text) for text in "ef"] == ["ack", "slow_down"]
        ada.close()

    with Clocked(tmp_path, "--message-rate=0.2", "--message-burst=2") as server:
        run(scene())


@pytest.mark.parametrize("jump", [-HOUR, HOUR])
def test_sessions_and_invitations_and_waiting_files_stay_good(tmp_path, jump):
    async def scene() -> None:
        body = {"name": "ada", "password": PASSWORD}
        _, _, cookie = await ask(server.port, "POST", "/api/account", body)
        _, invite, _ = await ask(server.port, "POST", "/api/invites", {"days": 1}, cookie)
        _, file = await upload(server.port, cookie, b"minutes")
        server.set(jump)
        status, me, _ = await ask(server.port, "GET", "/api/me", None, cookie)
        assert (status, me["user"]["name"]) == (200, "ada")
        path = f"/api/join/{invite['token']}"
        assert (await ask(server.port, "GET", path))[0] == 200
        ada = await call(server.port, cookie)
        said = await ada.say("", files=[file["id"]])
        assert said["message"]["files"] == [file]
        _, found, _ = await ask(server.port, "POST", "/api/session", body)
        assert found["user"]["name"] == "ada"
        ada.close()

    with Clocked(tmp_path) as server:
        run(scene())
        server.kill()
        server.set(2 * jump)
        assert server.start() < 5
        assert not server.complaints


def test_what_is_to_be_kept_for_a_day_is_kept(tmp_path):
    async def scene() -> list[str]:
        ada = await call(server.port, name="ada")
        await ada.say("today's")
        ada.close()
        server.kill()
        server.set(HOUR)
        server.start()
        bob = await call(server.port, name="bob")
        history = await bob.until("history")
        bob.close()
        return [message.get("text") for message in history["messages"]]

    with Clocked(tmp_path, "--keep-days=1") as server:
        assert run(scene()) == ["today's"]
