"""``websockets`` with its ``broadcast``: one encoding, one write for each. A room is a path."""

import asyncio
import sys

from websockets.asyncio.server import ServerConnection, broadcast, serve

rooms: dict[str, set[ServerConnection]] = {}


async def relay(connection: ServerConnection) -> None:
    room = rooms.setdefault(connection.request.path, set())
    room.add(connection)
    try:
        async for message in connection:
            broadcast(room, message)
    finally:
        room.discard(connection)


async def main(port: int) -> None:
    async with serve(relay, "127.0.0.1", port, compression=None, ping_interval=None, backlog=4096):
        await asyncio.Event().wait()


asyncio.run(main(int(sys.argv[1])))
