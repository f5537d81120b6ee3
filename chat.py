#!/usr/bin/env python3
"""Gust: team chat in one process. ``python chat.py --port=3001``, and open the page.

The one place that wires things together: options, settings, start, stop.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from tornado.httputil import HTTPServerRequest
from tornado.options import OptionParser, options
from tornado.web import Application as TornadoApplication

from handlers import bodies, hosts, logs, serving, succession
from handlers.arrivals import Arrivals
from handlers.assets import Assets
from handlers.attendance import Attendance
from handlers.base import Handler, Missing
from handlers.chatsocket import ChatSocketHandler, too_slow
from handlers.commands import COMMANDS, carry_out, usage
from handlers.connection import MostSockets
from handlers.elsewhere import Elsewhere
from handlers.ended import Ended
from handlers.hashing import Hashing
from handlers.health import Health
from handlers.heartbeat import Heartbeat
from handlers.lag import Lag
from handlers.live import Live
from handlers.metrics import Figures
from handlers.options import GiveUp, define_options, parse
from handlers.presences import Presences
from handlers.progress import Progress
from handlers.proxy import Proxies
from handlers.rates import Rates
from handlers.removals import Removals
from handlers.retention import Retention
from handlers.routes import routes
from handlers.screening import Screening
from handlers.signals import Signals
from handlers.sweeper import Sweeper
from handlers.turn import Turn
from models import sizes
from models.addresses import Networks
from models.allowance import Allowance
from models.bounds import Bounds
from models.bus import Bus, LocalBus
from models.cache import Cache
from models.counts import Counts
from models.events import MOST_FILES
from models.store import Store, claim, endings, messages, removals
from models.store.blobs import Blobs
from models.store.lock import InUse, Lock
from models.store.migrate import is_outdated
from models.store.pictures import Pictures

HERE = Path(__file__).parent


class Application(TornadoApplication):
    """Everything of one server: its store, what is live, and the routes.

    :param lock: keeps the data for us; None: take it
    :param settings: the options above by name; those left out have their defaults
    :raises sqlalchemy.exc.SQLAlchemyError: the database can't be opened
    """

    def __init__(self, lock: Lock | None = None, **settings: Any) -> None:
        parser = OptionParser()
        define_options(parser)
        opts = parser.as_dict() | settings
        self.hosts = hosts.own_hosts(opts["hosts"])
        self.proxies = Proxies(Networks(opts["proxies"]) if opts["behind_proxy"] else None)
        self.assets = Assets(HERE / "static")
        self.documents: dict[bool, bytes] = {}
        self.limits: dict[str, int] = {
            "text": opts["text_limit"],
            "frame": opts["frame_limit"],
            "upload": sizes.parse(opts["upload_limit"]),
            "files": MOST_FILES,
        }
        self.patience: float = opts["request_timeout"]
        self.guests: bool = opts["guests"] == "on"
        self.signup: str = opts["signup"]
        self.most_reactions: int = opts["reaction_limit"]
        self.most_invites: int = opts["invite_limit"]
        self.bounds = Bounds(
            opts["room_limit"],
            opts["rooms_per_user"],
            opts["members_per_room"],
            opts["sessions_per_user"],
        )
        self.most_sockets = MostSockets(opts["sockets_per_user"], opts["sockets_per_ip"])
        self.arrivals = Arrivals(opts)
        self.rates = Rates(opts)
        self.hashing = Hashing()
        self.counts = Counts()
        self._open(opts, lock)
        self._wire(opts)
        super().__init__(
            routes(HERE / "static"),
            default_handler_class=Missing,
            template_path=str(HERE / "templates"),
            compress_response=True,
            cross_origin_protection=True,
            websocket_max_message_size=opts["frame_limit"],
            log_function=_account,
        )

    def _open(self, opts: dict[str, Any], lock: Lock | None) -> None:
        """Open what is kept: the database, and the contents of files."""
        self.data = Path(opts["data"])
        self.store = Store(opts["database"] or _sqlite_url(self.data), self.counts, lock)
        self.health = Health(self.store.check)
        alone = self.store.lock.predecessor is None
        self.blobs = Blobs(self.data / "files", alone)
        self.pictures = Pictures(self.blobs, at_once=max(1, (os.cpu_count() or 1) // 2))
        self.allowance = Allowance(
            quota=sizes.parse(opts["quota"]),
            floor=sizes.parse(opts["free_space"]),
            each=opts["uploads_per_user"],
            all=opts["uploads_at_once"],
            pace=sizes.parse(opts["upload_pace"]),
        )
        self.sweeper = Sweeper(self.store, self.blobs)
        self.screening = Screening(self.store)

    def _wire(self, opts: dict[str, Any]) -> None:
        """Put together what is live: the rooms, those who listen, and what they hear."""
        ChatSocketHandler.waiters.clear()
        ChatSocketHandler.of.clear()
        ChatSocketHandler.at.clear()
        self.cache = ChatSocketHandler.cache = Cache(
            opts["cache_size"], lambda room, size: self.store.read(messages.recent, room, size)
        )
        self.turn = Turn(too_slow)
        self.presences = Presences(self.turn)
        self.live = Live(self.store, self.cache, self.turn, self.counts, self.presences)
        self.bus: Bus = LocalBus()
        self.ended = Ended()
        signals = Signals(self.store, self.live, self.screening, self.ended)
        self.bus.subscribe(self.live.hear, signals.hear)
        self.elsewhere = Elsewhere(self.store, self.live, self.bus)
        self.progress = Progress(self.store, self.bus)
        self.removals = Removals(self.store, self.bus, "user", removals.waiting, removals.step)
        self.endings = Removals(self.store, self.bus, "room", endings.waiting, endings.step)
        self.retention = Retention(self.store, self.bus, opts["keep_days"])
        self.attendance = Attendance(self.store, self.bus, ChatSocketHandler.waiters)
        self._ping_interval = opts["ping_interval"]
        self._heartbeat: Heartbeat | None = None
        self.figures = Figures(self)
        self.metrics_from = Networks(opts["metrics_from"])
        self._lag = Lag(self.counts.lag)

    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> Any:
        """Tell who handles a request; from here on it is its client's, not a proxy's."""
        self.proxies.reveal(request)
        found = super().find_handler(request, **kwargs)
        assert issubclass(found.handler_class, Handler)
        most = found.handler_class.largest_body(self.limits)
        if bodies.length_of(request) > most:
            return self.get_handler_delegate(request, bodies.Oversized, {"most": most})
        if found.stream_request_body:
            return found
        bodies.connection_of(request).set_max_body_size(most)
        if bodies.is_chunked(request):
            refusal = {"most": most, "begun": True}
            make = partial(self.get_handler_delegate, request, bodies.Oversized, refusal)
            return bodies.Measured(request, found, most, make)
        return found

    def start(self) -> None:
        """Begin what needs a running event loop."""
        self._heartbeat = Heartbeat(ChatSocketHandler.waiters, self._ping_interval)
        self.attendance.start()
        self._lag.start()

    def begin_chores(self) -> None:
        """Begin what one process alone does for all."""
        self.sweeper.start()
        self.removals.start()
        self.endings.start()
        self.retention.start()

    def end_chores(self) -> None:
        """Leave the rest of it to who comes after."""
        self.sweeper.stop()
        self.removals.stop()
        self.endings.stop()
        self.retention.stop()

    async def stop(self) -> None:
        """Let go of everything; nobody is connected any more."""
        if self._heartbeat is not None:
            self._heartbeat.stop()
        self.end_chores()
        self.attendance.stop()
        self._lag.stop()
        self.hashing.close()
        self.progress.stop()
        self.close()

    def close(self) -> None:
        """Finish what is being written, and close what is kept."""
        self.elsewhere.stop()
        self.store.close()
        self.pictures.close()
        self.blobs.close()


def _account(handler: Any) -> None:
    """Count and log a request that was answered."""
    handler.application.counts.requests[f"{handler.get_status() // 100}xx"] += 1
    logs.log_request(handler)


def _sqlite_url(data: Path) -> str:
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return f"sqlite:///{data / 'chat.db'}"


# ---------------------------------------------------------------- the command


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop, or carry out a command; give the exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        if given and given[0] in COMMANDS:
            with _explained():
                return carry_out(given[0], given[1:])
        if "--help" in given:
            print(usage(), file=sys.stderr)
        parse(given)
        certificate = serving.certificate()
        with _explained():
            lock = _claim()
            sockets = succession.wait_in_place(lock) if _is_to_change(lock) else []
            application = Application(lock, **options.group_dict("gust"))
        asyncio.run(serving.serve(application, certificate, sockets))
    except GiveUp as reason:
        print(f"gust: {reason}", file=sys.stderr)
        return reason.status
    return 0


def _claim() -> Lock:
    """Keep the data for this process, perhaps beside the one that is to end."""
    try:
        return claim(options.database or _sqlite_url(Path(options.data)), options.take_over)
    except InUse as error:
        hint = "" if options.take_over else " Or take its place: start with --take-over."
        raise GiveUp(f"{error}{hint}", 1) from None


def _is_to_change(lock: Lock) -> bool:
    """Tell whether the schema is to be changed under another process, which wouldn't know it."""
    return lock.predecessor is not None and is_outdated(lock.file)


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """Say why what is kept can't be opened, for the person who starts it."""
    try:
        yield
    except OSError as error:
        raise GiveUp(
            f"The data folder {options.data} can't be used: {error.strerror}. "
            "Choose another with --data=FOLDER.",
            1,
        ) from None
    except (ArgumentError, ValueError) as error:
        raise GiveUp(f"--database={options.database}: {error}.", 2) from None
    except SQLAlchemyError as error:
        where = options.database or f"{options.data}/chat.db"
        reason = getattr(error, "orig", None) or error
        raise GiveUp(f"The database {where} can't be used: {reason}.", 1) from None
    except RuntimeError as error:
        raise GiveUp(str(error), 1) from None


if __name__ == "__main__":
    sys.exit(main())
