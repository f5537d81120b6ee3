"""Whatever comes in on the port, the server answers as the protocol says, and goes on."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

import pytest

from tests.faults.wire import ask, call, run
from tests.fuzz.asking import FREE, LONGEST, SLOW, People, answered, cpu
from tests.fuzz.chance import Chance
from tests.fuzz.requests import kinds_there, kinds_told, request
from tests.serving import GustProcess
from tests.uploading import CONTENT_TYPE, form

AT_ONCE = 6
PATIENCE = 0.3  # seconds; what is broken may be the beginning of something


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GustProcess]:
    with GustProcess(tmp_path_factory.mktemp("data"), *FREE) as server:
        yield server


@pytest.fixture(scope="module")
def people(server: GustProcess) -> People:
    people = People(server)
    run(people.come())
    return people


def test_every_body_is_in_the_grammar() -> None:
    assert kinds_told() == kinds_there()


@pytest.mark.parametrize("broken", [False, True], ids=["whole", "broken"])
def test_requests_are_answered_as_the_protocol_says(server, people, broken):
    chance = Chance(f"requests {broken}")

    async def one(sent: bytes) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        begun = cpu(server)
        try:
            writer.write(sent)
            has_body = not sent.startswith(b"HEAD")
            answer = await answered(reader, PATIENCE if broken else LONGEST, has_body)
            assert cpu(server) - begun < SLOW, sent
            if answer is not None and has_body:
                answer.check(sent)
            assert answer is not None or broken or b"Expect: " in sent, sent
        except TimeoutError:
            assert broken, sent
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def scene() -> None:
        await people.look()
        files = [await _file(server, people)]
        for number in chance.rounds():
            if number % 10 == 0:
                await people.look()
            requests = [
                request(chance, chance.choice(list(people.cookies.values())), files)
                for _ in range(AT_ONCE)
            ]
            if broken:
                requests = [chance.broken(sent) for sent in requests]
            await asyncio.gather(*map(one, requests))
        await people.look()
        await people.quieten()
        await _still_works(server)

    run(scene())
    assert not server.complaints, server.complaints


async def _file(server: GustProcess, people: People) -> str:
    """Give the address of a file that everybody may fetch."""
    cookie = people.cookies["member"]
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    body = form(b"milk and eggs", "list.txt")
    head = (
        "POST /api/rooms/1/files HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        f"Cookie: {cookie}\r\nContent-Type: {CONTENT_TYPE}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    answer = await answered(reader, LONGEST)
    writer.close()
    assert answer is not None
    assert answer.status == 201, answer.body
    url = answer.body.decode().partition('"url":"')[2].partition('"')[0]
    id = url.split("/")[2]
    socket = await call(server.port, cookie)
    await socket.say("a list", files=[id])
    socket.close()
    return url


async def _still_works(server: GustProcess) -> None:
    ada, bob = await call(server.port, name="ada"), await call(server.port, name="bob")
    await ada.until("presence")
    await bob.until("presence")
    await ada.say("still there?")
    assert (await bob.until("message"))["text"] == "still there?"
    assert (await ask(server.port, "GET", "/api/place"))[0] == 200
    ada.close()
    bob.close()
