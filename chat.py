#!/usr/bin/env python3
"""Gust: team chat in one process. ``python chat.py --port=3001``, and open the page.

The one place that wires things together: options, settings, routes, start, stop.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import sys
from math import inf
from pathlib import Path
from typing import Any

from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.options import Error as OptionError
from tornado.options import OptionParser, options
from tornado.web import Application as TornadoApplication

from handlers.assets import Assets, Style
from handlers.base import Missing, Static, own_hosts
from handlers.chatsocket import GOING_DOWN, ChatSocketHandler
from handlers.frames import Listener, Turn
from handlers.health import HealthHandler
from handlers.heartbeat import Heartbeat
from handlers.history import HistoryHandler
from handlers.live import Live
from handlers.page import PageHandler
from handlers.rooms import MemberHandler, RoomsHandler
from handlers.sessions import MeHandler, SessionHandler
from models.bus import Bus, LocalBus
from models.cache import Cache
from models.limits import Limits
from models.store import Store, messages

log = logging.getLogger("gust")

HERE = Path(__file__).parent
GOODBYE = 3.0  # seconds for clients to answer a close
BODY = 1 << 16  # bytes of a request's body, and of its header


def define_options(parser: OptionParser) -> None:
    """Define every option; each one is in the README as well."""

    def option(name: str, default: Any, help: str, least: float = 0, most: float = inf) -> None:
        def check(value: Any) -> None:
            if not isinstance(value, str) and not least <= value <= most:
                shown = f"from {least} to {most}" if most < inf else f"{least} or more"
                raise OptionError(f"--{name.replace('_', '-')}={value}: it must be {shown}")

        parser.define(
            name, default=default, type=type(default), help=help, group="gust", callback=check
        )

    option("port", 3001, "port to serve on (or PORT in the environment); 0: any", most=65535)
    option("address", "", "address to serve on; empty: all of this machine's")
    option("data", "data", "folder for everything that is kept")
    option("database", "", "SQLAlchemy URL of the database; empty: chat.db in --data")
    option("hosts", "", "further host names of this server, separated by commas")
    option("cache_size", 200, "changes kept in memory for each room", least=1)
    option("message_rate", 5.0, "messages a second for each person, lastingly; 0: no limit")
    option("message_burst", 20, "messages at once for each person", least=1)
    option("text_limit", 4000, "characters in a message", least=1)
    option("frame_limit", 65536, "bytes in a frame from a client", least=256)
    option("ping_interval", 25.0, "seconds between pings to each client; 0: none")
    option("config", "", "file with options, one NAME = VALUE a line")


class Application(TornadoApplication):
    """Everything of one server: its store, what is live, and the routes.

    :param settings: the options above by name; those left out have their defaults
    :raises sqlalchemy.exc.SQLAlchemyError: the database can't be opened
    """

    def __init__(self, **settings: Any) -> None:
        parser = OptionParser()
        define_options(parser)
        opts = parser.as_dict() | settings
        self.hosts = own_hosts(opts["hosts"])
        self.assets = Assets(HERE / "static")
        self.limits: dict[str, int] = {
            "text": opts["text_limit"],
            "frame": opts["frame_limit"],
            "upload": 0,
        }
        self.rates = Limits(opts["message_rate"], opts["message_burst"])
        self.store = Store(opts["database"] or _sqlite_url(Path(opts["data"])))
        self.turn = Turn(_too_slow)
        ChatSocketHandler.waiters.clear()
        ChatSocketHandler.cache = Cache(
            opts["cache_size"], lambda room, size: self.store.read(messages.recent, room, size)
        )
        self.live = Live(self.store, ChatSocketHandler.cache, self.turn)
        self.bus: Bus = LocalBus()
        self.bus.subscribe(self.live.hear)
        self._ping_interval = opts["ping_interval"]
        self._heartbeat: Heartbeat | None = None
        super().__init__(
            _ROUTES,
            default_handler_class=Missing,
            template_path=str(HERE / "templates"),
            compress_response=True,
            cross_origin_protection=True,
            # Over the limit, but not by far, a frame is still read: only so can the
            # client be told. Beyond this the connection is cut.
            websocket_max_message_size=max(4 * opts["frame_limit"], 1 << 18),
            log_function=_log_request,
        )

    def start(self) -> None:
        """Begin what needs a running event loop."""
        self._heartbeat = Heartbeat(ChatSocketHandler.waiters, self._ping_interval)

    async def stop(self) -> None:
        """Finish pending commits, tell every socket that the server goes down, let go."""
        if self._heartbeat is not None:
            self._heartbeat.stop()
        with contextlib.suppress(Exception):  # a broken database must not keep us here
            await asyncio.wait_for(asyncio.shield(self.store.check()), GOODBYE)
        leaving = []
        for waiter in list(ChatSocketHandler.waiters):
            waiter.bid_goodbye(GOING_DOWN, "the server is going down")
            if waiter.gone is not None:
                leaving.append(waiter.gone)
        if leaving:
            await asyncio.wait(leaving, timeout=GOODBYE)
        self.store.close()


_ROUTES: list[Any] = [
    (r"/", PageHandler),
    (r"/rooms/[0-9]{1,15}", PageHandler),
    (r"/chatsocket", ChatSocketHandler),
    (r"/api/me", MeHandler),
    (r"/api/session", SessionHandler),
    (r"/api/rooms", RoomsHandler),
    (r"/api/rooms/([0-9]{1,15})/messages", HistoryHandler),
    (r"/api/rooms/([0-9]{1,15})/members/([0-9]{1,15})", MemberHandler),
    (r"/healthz", HealthHandler),
    (r"/static/([0-9a-f]+)/gust\.css", Style),
    (r"/static/(.*)", Static, {"path": str(HERE / "static")}),
]


def _too_slow(listener: Listener) -> None:
    for waiter in list(ChatSocketHandler.waiters):
        if waiter.listener is listener:
            log.info("slow reader %s", listener.key)
            waiter.withdraw()


def _log_request(handler: Any) -> None:
    """Log a request without its query, which may hold what a person searched for."""
    request = handler.request
    write = log.warning if handler.get_status() >= 500 else log.debug
    write(
        "%d %s %s %.1f ms",
        handler.get_status(),
        request.method,
        request.path,
        1000 * request.request_time(),
    )


def _sqlite_url(data: Path) -> str:
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return f"sqlite:///{data / 'chat.db'}"


# ---------------------------------------------------------------- the command


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop; give the exit status."""
    try:
        _parse(sys.argv if arguments is None else arguments)
        application = _open()
        sockets = _bind(application)
    except _GiveUp as reason:
        print(f"gust: {reason}", file=sys.stderr)
        return reason.status
    asyncio.run(_serve(application, sockets))
    return 0


class _GiveUp(Exception):
    """Why it can't start, in one sentence for the person who starts it."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


def _parse(arguments: list[str]) -> None:
    if "config" not in options:
        define_options(options)
    given = [*_port_from_environment(), *arguments[1:]]
    for argument in given:
        _check_argument(argument)
    try:
        options.parse_command_line(["chat.py", *given], final=False)
        if options.config:
            options.parse_config_file(options.config, final=False)
            options.parse_command_line(arguments, final=False)  # the command line wins
    except (OptionError, ValueError) as error:
        raise _GiveUp(f"{str(error).rstrip('.')}. See --help for all options.", 2) from None
    except OSError as error:
        raise _GiveUp(f"--config={options.config} can't be read: {error.strerror}.", 2) from None
    except Exception as error:  # noqa: BLE001 - the file is run as Python: anything may happen
        raise _GiveUp(f"--config={options.config} is wrong: {error}.", 2) from None
    options.run_parse_callbacks()


def _check_argument(argument: str) -> None:
    """Refuse what is no option: Tornado would print all its help, or pass it over."""
    name, equals, value = argument.lstrip("-").partition("=")
    if not argument.startswith("-") or name not in options:
        raise _GiveUp(f"{argument} is no option. See --help for all options.", 2)
    kind = type(options[name])
    try:
        if equals and kind in (int, float):
            kind(value)
    except ValueError:
        raise _GiveUp(f"--{name} takes a number, not “{value}”.", 2) from None


def _port_from_environment() -> list[str]:
    port = os.environ.get("PORT", "")
    return [f"--port={port}"] if port else []


def _open() -> Application:
    try:
        return Application(**options.group_dict("gust"))
    except OSError as error:
        raise _GiveUp(
            f"The data folder {options.data} can't be used: {error.strerror}. "
            "Choose another with --data=FOLDER.",
            1,
        ) from None
    except (ArgumentError, ValueError) as error:
        raise _GiveUp(f"--database={options.database}: {error}.", 2) from None
    except SQLAlchemyError as error:
        where = options.database or f"{options.data}/chat.db"
        reason = getattr(error, "orig", None) or error
        raise _GiveUp(f"The database {where} can't be used: {reason}.", 1) from None
    except RuntimeError as error:
        raise _GiveUp(str(error), 1) from None


def _bind(application: Application) -> list[socket.socket]:
    try:
        return bind_sockets(options.port, options.address or None)
    except (OSError, OverflowError) as error:
        application.store.close()
        reason = getattr(error, "strerror", None) or error
        raise _GiveUp(
            f"Port {options.port} of {options.address or 'this machine'} can't be served on: "
            f"{reason}. Choose others with --port=PORT and --address=ADDRESS.",
            1,
        ) from None


async def _serve(application: Application, sockets: list[socket.socket]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    server = HTTPServer(
        application,
        idle_connection_timeout=75,
        body_timeout=15,
        max_header_size=BODY,
        max_body_size=BODY,
        max_buffer_size=1 << 20,
    )
    server.add_sockets(sockets)
    application.start()
    # What start-up made stays: the garbage collector need not look at it again.
    gc.collect()
    gc.freeze()
    print(_greeting(sockets[0].getsockname()[1]), flush=True)
    await stop.wait()
    log.info("stopping")
    server.stop()
    await application.stop()
    await server.close_all_connections()


def _greeting(port: int) -> str:
    hosts = ["localhost"]
    if options.address in ("", "0.0.0.0", "::"):
        hosts.append(_own_address())
    elif options.address not in ("127.0.0.1", "::1"):
        hosts = [options.address]
    urls = [f"http://{host}:{port}" for host in dict.fromkeys(hosts)]
    return f"Gust is listening: {'  '.join(urls)}   (data in {options.data}; Ctrl+C stops it)"


def _own_address() -> str:
    """Find this machine's address in its network; nothing is sent for it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address for documentation (RFC 5737)
        except OSError:
            return "localhost"
        address: str = probe.getsockname()[0]
        return address


if __name__ == "__main__":
    sys.exit(main())
