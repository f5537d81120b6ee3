"""Joining, leaving, coming back and going away, all at once."""

from __future__ import annotations

import asyncio
import json

from tests.faults.keeping import Copy, read
from tests.faults.wire import Wire, ask, call, run, sign_in
from tests.serving import GustProcess
from tests.talking import Client, Event

LARGEST = 2**53 - 1


async def _room(port: int, cookie: str, name: str = "den") -> int:
    status, entry, _ = await ask(port, "POST", "/api/rooms", {"name": name}, cookie)
    assert status == 201, entry
    return entry["id"]


async def _settled(client: Client, n: str) -> list[Event]:
    """Give all that was told up to now."""
    client.send(type="ping", n=n)
    await client.until("pong", n=n)
    return client.events


def test_who_joins_and_leaves_at_once_hears_nothing_more(tmp_path):
    async def scene() -> None:
        cookie = await sign_in(server.port, "ada")
        den = await _room(server.port, cookie)
        bob = await call(server.port, name="bob")
        for _ in range(20):
            carol = await call(server.port, name="carol")
            await carol.until("presence")
            carol.send(type="join", room=den)
            carol.send(type="leave", room=den)
            await asyncio.sleep(0.02)  # whatever her join still had to wait for
            await bob.say("psst", room=den)
            told = await _settled(carol, "end")
            assert all(event.get("text") != "psst" for event in told), "she had left"
            carol.close()
        bob.close()

    with GustProcess(tmp_path, "--message-rate=0") as server:
        run(scene())
        assert not server.complaints


def test_who_leaves_and_joins_at_once_is_in(tmp_path):
    async def scene() -> None:
        cookie = await sign_in(server.port, "ada")
        den = await _room(server.port, cookie)
        bob, carol = await call(server.port, name="bob"), await call(server.port, name="carol")
        for number in range(20):
            for _ in range(3):
                carol.send(type="leave", room=den)
                carol.send(type="join", room=den)
            for _ in range(3):
                await carol.until("history", room=den)
            await bob.say(f"hello {number}", room=den)
            await carol.until("message", text=f"hello {number}")
        bob.close()
        carol.close()

    with GustProcess(tmp_path, "--message-rate=0") as server:
        run(scene())


def test_two_hundred_who_connect_and_drop_at_once_leave_no_trace(tmp_path):
    async def come_and_go(number: int) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(
            b"GET /chatsocket?name=bob HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        for _ in range(number % 4):
            await asyncio.sleep(0)
        if number % 2:
            await asyncio.sleep(number / 20_000)
        writer.transport.abort() if number % 3 else writer.close()

    async def scene() -> None:
        await asyncio.gather(*(come_and_go(number) for number in range(200)))
        ada = await call(server.port, name="ada")
        await asyncio.sleep(5.5)  # a drop is told after 5 s
        await ada.until("presence")
        await _settled(ada, "end")
        other = await call(server.port, name="carol")
        here = await other.until("presence")
        assert [user["name"] for user in here["users"]] == ["ada", "carol"]
        ada.close()
        other.close()

    with GustProcess(tmp_path) as server:
        run(scene())
        assert not server.complaints, server.complaints[:10]
        opened = sum(" open " in line for line in server.log)
        closed = sum(" close " in line for line in server.log)
        assert opened - closed <= 2


def test_a_position_from_the_future_takes_no_ack_from_anybody(tmp_path):
    async def meddle(stop: asyncio.Event) -> None:
        carol = await Wire.connect(server.port, name="carol")
        reading = asyncio.create_task(_drain(carol))
        while not stop.is_set():
            carol.write_message(json.dumps({"type": "join", "room": 1, "since": LARGEST}))
            await asyncio.sleep(0.001)
        carol.drop()
        await reading

    async def scene() -> None:
        ada = Client(await Wire.connect(server.port, name="ada"))
        stop = asyncio.Event()
        meddling = asyncio.create_task(meddle(stop))
        await ada.until("presence")
        acked = 0
        for _ in range(60):
            for _ in range(50):
                ada.send(type="message", text="hello")
            for _ in range(50):
                while (event := await ada.next())["type"] != "ack":
                    assert event["type"] != "message", "her own message is told as another's"
                acked += 1
        stop.set()
        await meddling
        ada.close()

    with GustProcess(tmp_path, "--message-rate=0") as server:
        run(scene())
        assert not server.complaints


async def _drain(wire: Wire) -> None:
    while await wire.read_message() is not None:
        pass


def test_another_epoch_the_future_and_unknown_rooms_start_anew(tmp_path):
    async def scene() -> None:
        ada = await call(server.port, name="ada")
        epoch = (await ada.until("welcome"))["epoch"]
        for number in range(3):
            await ada.say(str(number))
        for query, reset, count in (
            ({"resume": "1:1", "epoch": epoch}, False, 2),
            ({"resume": "1:3", "epoch": epoch}, False, 0),
            ({"resume": "1:0", "epoch": epoch}, False, 3),
            ({"resume": "1:4", "epoch": epoch}, True, 3),
            ({"resume": "1:999999999999999", "epoch": epoch}, True, 3),
            ({"resume": "1:1", "epoch": "another"}, True, 3),
            ({"resume": "1:1"}, True, 3),
            ({"resume": "4711:1,1:2", "epoch": epoch}, False, 1),
        ):
            bob = await call(server.port, name="bob", **query)
            history = await bob.until("history")
            assert (history["reset"], len(history["messages"]), history["seq"]) == (
                reset,
                count,
                3,
            ), query
            errors = [event["code"] for event in bob.events if event["type"] == "error"]
            assert errors == (["not_found"] if "4711" in query["resume"] else [])
            bob.close()
        ada.close()

    with GustProcess(tmp_path) as server:
        run(scene())


def test_a_message_on_its_way_is_acknowledged_also_to_who_left_the_room(tmp_path):
    async def scene() -> None:
        cookie = await sign_in(server.port, "ada")
        den = await _room(server.port, cookie)
        ada = await call(server.port, cookie)
        for number in range(50):
            ada.send(type="join", room=den)
            await ada.until("history", room=den)
            ada.send(type="message", room=den, text="bye", msgId=str(number))
            ada.send(type="leave", room=den)
            assert (await ada.until("ack"))["msgId"] == str(number)
        ada.close()

    with GustProcess(tmp_path, "--message-rate=0") as server:
        run(scene())


def test_two_rooms_at_once_are_each_in_order(tmp_path):
    async def post(client: Client, rooms: list[int]) -> None:
        for number in range(1_000):
            client.send(type="message", room=rooms[number % 2], text=str(number))
        for _ in range(1_000):
            await client.until("ack", timeout=20)

    async def scene() -> None:
        cookie = await sign_in(server.port, "ada")
        rooms = [1, await _room(server.port, cookie)]
        posting = [await call(server.port, name=name) for name in ("ada's friend", "bob")]
        wire = await Wire.connect(server.port, cookie, resume=f"1:0,{rooms[1]}:0")
        copies = [Copy(room) for room in rooms]
        reading = asyncio.create_task(_read_both(wire, copies, 1_000))
        await asyncio.gather(*(post(client, rooms) for client in posting))
        async with asyncio.timeout(20):
            await reading
        for client in posting:
            client.close()
        wire.close()

    with GustProcess(tmp_path, "--message-rate=0") as server:
        run(scene())


async def _read_both(wire: Wire, copies: list[Copy], seq: int) -> None:
    first, second = copies
    while (first.seq or 0) < seq or (second.seq or 0) < seq:
        event = await read(wire, first)
        assert event is not None
        second.take(event)


def test_who_signed_out_says_nothing_more(tmp_path):
    """The socket may be slow to close; what comes over it is nobody's any more."""

    async def scene() -> None:
        cookie = await sign_in(server.port, "ada")
        bob = await call(server.port, name="bob")
        wire = await Wire.connect(server.port, cookie)
        await ask(server.port, "DELETE", "/api/session", None, cookie)
        wire.write_message('{"type":"message","text":"still here"}')
        while await wire.read_message() is not None:
            pass
        assert wire.close_code == 4001
        await asyncio.sleep(0.1)
        assert all(event["type"] != "message" for event in await _settled(bob, "end"))
        bob.close()

    with GustProcess(tmp_path) as server:
        run(scene())
