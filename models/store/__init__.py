"""The database: one thread that writes, a few that read, none on the event loop.

What to read or write is a plain function of a connection, in the file of its
noun (``messages``, ``rooms``, ``users``); :class:`Store` lends it the thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import SQLAlchemyError

from models.counts import Counts
from models.errors import ChatError, NotStored
from models.store import dialects
from models.store.loader import K, Loader, LoadMany, V
from models.store.lock import Lock
from models.store.migrate import migrate
from models.store.posts import Post, Stored
from models.store.schema import facts
from models.store.writer import Outcome, Work, Writer

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger("gust.store")

READERS = 4


class Store:
    """Open a database, bringing its schema up to date.

    :param url: an SQLAlchemy URL
    :param counts: to which transactions are added
    :param lock: keeps the database for us, and is let go of in the end; None: take it
    :ivar lock: it
    :raises sqlalchemy.exc.SQLAlchemyError: it can't be opened, or is damaged
    :raises RuntimeError: it is another program's, was made by a newer Gust, or another
        one is using it
    """

    def __init__(self, url: str, counts: Counts | None = None, lock: Lock | None = None) -> None:
        self._url = url
        self._counts = counts or Counts()
        with contextlib.ExitStack() as held:
            self.lock = held.enter_context(contextlib.closing(lock or claim(url)))
            self._engine = dialects.connect(url)
            held.callback(self._engine.dispose)
            self.epoch = self._begin()
            self._held = held.pop_all()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._writer: Writer | None = None
        self._loaders: dict[Any, Loader[Any, Any]] = {}

    def _begin(self) -> str:
        """Bring the schema up to date; give the log's name."""
        migrate(self._engine)
        with self._engine.connect().execution_options(write=True) as connection:
            _touch(connection)  # what can't be written is told now, not to the first who posts
            connection.commit()
            found = select(facts.c.value).where(facts.c.name == "epoch")
            epoch: str = connection.execute(found).scalar_one()
            return epoch

    def post(self, post: Post, done: Callable[[Outcome], None]) -> None:
        """Store a message, durably, in the order of the calls.

        :param done: called on the event loop, after the commit, with
            :class:`~models.store.posts.Stored` or a ``ChatError``
        """
        self._write_thread().submit(Work(None, post, done))

    def write_post(self, post: Post, tell: Callable[[Stored], None]) -> asyncio.Future[Stored]:
        """Store a message as :meth:`post` does; give a future of what became of it.

        :param tell: called at once when it is stored: whoever awaits the future goes on only
            when posts that were committed behind it have been told, see :meth:`submit`
        """
        future, done = _told_first(tell)
        self.post(post, done)
        return future

    def submit(
        self, run: Callable[..., Any], args: Sequence[Any], done: Callable[[Outcome], None]
    ) -> None:
        """Run a function as :meth:`write` does, and tell at once what became of it.

        A future's callbacks run some turns of the loop later, when posts that were
        committed behind it have been told: what makes changes is not to wait for those.

        :param done: called on the event loop, in the order of commits, with what it gave,
            or a ``ChatError``
        """
        self._write_thread().submit(Work(run, args, done))

    def write_and_tell(
        self,
        tell: Callable[[T], None],
        run: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> asyncio.Future[T]:
        """Run a function that makes changes, as :meth:`write` does.

        :param tell: as for :meth:`write_post`
        """
        assert not kwargs
        future, done = _told_first(tell)
        self.submit(run, args, done)
        return future

    def write(
        self,
        run: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> asyncio.Future[T]:
        """Run a function on the writer's thread, in a transaction.

        :returns: a future of what it gave; fails with ``ChatError``
        """
        assert not kwargs
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self.submit(run, args, partial(_settle, future))
        return future

    def read(
        self,
        run: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> asyncio.Future[T]:
        """Run a function on a reader's thread; give a future of what it gave."""

        def read() -> T:
            try:
                with self._engine.connect() as connection:
                    return run(connection, *args, **kwargs)
            except SQLAlchemyError as error:
                log.error("not read: %s", error)
                raise NotStored(str(getattr(error, "orig", error))) from error

        loop = asyncio.get_running_loop()
        try:
            return loop.run_in_executor(self._readers, read)
        except RuntimeError:  # it is closed: who still asks is not connected any more
            refused: asyncio.Future[T] = loop.create_future()
            refused.set_exception(NotStored("the server is going down"))
            return refused

    def read_at_start(self, run: Callable[[Connection], T]) -> T:
        """Read here and now: only before there is an event loop, which this would hold up."""
        with self._engine.connect() as connection:
            return run(connection)

    def write_at_start(self, run: Callable[[Connection], T]) -> T:
        """Write here and now, in a transaction: as for :meth:`read_at_start`."""
        writing = self._engine.connect().execution_options(write=True)
        with writing as connection, connection.begin():
            return run(connection)

    def load(self, many: LoadMany[K, V], key: K) -> asyncio.Future[V | None]:
        """Read one of many things that others may be asking for in the same moment.

        :param many: reads all of them in one statement
        :returns: a future of what it found for ``key``; None: nothing
        """
        loader = self._loaders.get(many)
        if loader is None:
            loader = self._loaders[many] = Loader(lambda keys: self.read(many, keys))
        return loader.load(key)

    def watch(self, changed: Callable[[], None] | None) -> None:
        """Have ``changed`` called on the event loop when another process has written.

        At the beginning once, whether one has or not; until it is called again with None.
        """
        self._write_thread().watch(changed)

    async def check(self) -> None:
        """Write to the database, and read it back, really.

        :raises NotStored: it can't be done; its reason says why
        """
        written = await self.write(_touch)
        if await self.read(_touched) < written:
            raise NotStored("what was written is not there to be read")

    @property
    def waiting(self) -> int:
        """Tell how many writes wait for their commit."""
        return 0 if self._writer is None else self._writer.waiting

    @property
    def size(self) -> int:
        """Tell how much of the disk the database takes, in bytes."""
        return dialects.size(self._url)

    def close(self) -> None:
        """Finish what is to be written, and let go of the file."""
        if self._writer is not None:
            self._writer.close()
        self._readers.shutdown()
        self._held.close()

    def _write_thread(self) -> Writer:
        # It begins with the first write: only then is there a loop to answer on.
        if self._writer is None:
            self._writer = Writer(self._engine, asyncio.get_running_loop(), self._counts)
        return self._writer


def claim(url: str, take_over: bool = False) -> Lock:
    """Keep a database for this process; as :class:`~models.store.lock.Lock`.

    :raises RuntimeError: it is another program's, or another Gust is using it
    """
    dialects.refuse_foreign(url)
    return Lock(Path(dialects.file_of(url)), take_over)


def _told_first(
    tell: Callable[[T], None],
) -> tuple[asyncio.Future[T], Callable[[Outcome], None]]:
    """Give a future, and what settles it once the outcome was told to ``tell``."""
    future: asyncio.Future[T] = asyncio.get_running_loop().create_future()

    def done(outcome: Outcome) -> None:
        try:
            if not isinstance(outcome, ChatError):
                tell(outcome)
        finally:
            _settle(future, outcome)

    return future, done


def _settle(future: asyncio.Future[Any], outcome: Outcome) -> None:
    if future.cancelled():
        return
    if isinstance(outcome, ChatError):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)


def _touch(connection: Connection) -> int:
    now = time.time_ns()
    connection.execute(delete(facts).where(facts.c.name == "checked"))
    connection.execute(insert(facts).values(name="checked", value=str(now)))
    return now


def _touched(connection: Connection) -> int:
    found = connection.scalar(select(facts.c.value).where(facts.c.name == "checked"))
    return int(found or 0)
