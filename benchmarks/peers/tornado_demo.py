"""Tornado's demo pattern: a set of waiters, and ``write_message`` for each.

A room is a path. ``/bare`` only shakes hands: the price of a connection in Tornado.
"""

import asyncio
import sys

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketHandler


class Relay(WebSocketHandler):
    rooms: dict[str, set[WebSocketHandler]] = {}

    def open(self) -> None:
        self.set_nodelay(True)
        self.waiters = self.rooms.setdefault(self.request.path, set())
        self.waiters.add(self)

    def on_message(self, message: str | bytes) -> None:
        for waiter in self.waiters:
            waiter.write_message(message)

    def on_close(self) -> None:
        self.waiters.discard(self)


class Bare(WebSocketHandler):
    pass


async def main(port: int) -> None:
    server = HTTPServer(Application([(r"/bare", Bare), (r"/.*", Relay)]))
    server.add_sockets(bind_sockets(port, "127.0.0.1", backlog=4096))
    await asyncio.Event().wait()


asyncio.run(main(int(sys.argv[1])))
