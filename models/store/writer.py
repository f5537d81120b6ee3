"""The one thread that writes: group commit.

Whatever arrived while the last commit ran goes into the next transaction, so
that the price of one ``fsync`` is shared by all who wait for it. Posts that
follow each other become one statement. What fails is tried again alone, so that
one bad write never takes its neighbours with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError

from models.counts import Counts
from models.errors import ChatError, NotStored
from models.store import posts
from models.store.outage import Outage
from models.store.watch import EVERY, Watch

log = logging.getLogger("gust.store")

PATIENCE = 3.0  # seconds
BATCH = 1_000  # works after which a transaction begins to be full

Outcome = Any  # what a work gave, or the ChatError that it ended in


class Work(NamedTuple):
    """One thing to write.

    :ivar run: what to do; None: ``args`` is one post
    :ivar done: called on the event loop with the outcome, after the commit
    """

    run: Callable[..., Any] | None
    args: Any
    done: Callable[[Outcome], None]


class Writer:
    """Run works in order on a thread of its own, each batch in one transaction.

    :param loop: where outcomes are told
    :param counts: to which transactions are added
    """

    def __init__(self, engine: Engine, loop: asyncio.AbstractEventLoop, counts: Counts) -> None:
        self._engine = engine
        self._loop = loop
        self._counts = counts
        self._outage = Outage()
        self._taken = self._done = 0
        self._queue: SimpleQueue[list[Work] | None] = SimpleQueue()
        self._submitted: list[Work] = []
        self._watch: Watch | None = None
        self._thread = threading.Thread(target=self._serve, name="writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work) -> None:
        """Take one work; it is handed over together with the others of this turn.

        One by one, the thread would wake up for the first and commit it alone,
        while its fellows are still being parsed.
        """
        if not self._submitted:
            self._loop.call_soon(self._hand_over)
        self._submitted.append(work)

    def close(self) -> None:
        """Finish what was submitted, and end the thread.

        Where the database is locked by somebody else that may take for ever:
        after :data:`PATIENCE` seconds the rest is given up. Nobody was told that
        it is stored.
        """
        self._hand_over()
        self._queue.put(None)
        self._thread.join(PATIENCE)
        if self._thread.is_alive():
            log.warning("the database does not answer; what was not acknowledged is given up")

    def watch(self, changed: Callable[[], None] | None) -> None:
        """Have it told on the event loop when another process has written; None: no more."""
        self._watch = Watch(self._loop, changed) if changed is not None else None
        self._queue.put([])  # it may be waiting for works alone

    @property
    def waiting(self) -> int:
        """Tell how many works wait for their commit."""
        return self._taken - self._done

    def _hand_over(self) -> None:
        if self._submitted:
            works, self._submitted = self._submitted, []
            self._taken += len(works)
            self._queue.put(works)

    def _serve(self) -> None:
        with self._engine.connect().execution_options(write=True) as connection:
            while batch := self._next_batch(connection):
                begun = time.perf_counter()
                outcomes = self._write(connection, batch)
                self._counts.commits.observe(time.perf_counter() - begun)
                self._counts.batches.observe(len(batch))
                self._done += len(batch)
                told = list(zip(batch, outcomes, strict=True))
                try:
                    self._loop.call_soon_threadsafe(_tell, told)
                except RuntimeError:  # the loop was closed: nobody is left to be told
                    return

    def _next_batch(self, connection: Connection) -> list[Work]:
        """Wait for work; then take all there is. An empty batch: the end."""
        batch: list[Work] = []
        works = self._wait(connection)
        while works is not None:
            batch += works
            if len(batch) >= BATCH:
                break
            try:
                works = self._queue.get_nowait()
            except Empty:
                break
        else:
            if batch:
                self._queue.put(None)  # the end comes after this batch
        return batch

    def _wait(self, connection: Connection) -> list[Work] | None:
        """Wait for works, and look meanwhile what others write; None: the end."""
        works: list[Work] | None = []
        while works == []:
            watch = self._watch
            if watch is not None:
                watch.look(connection)
            with contextlib.suppress(Empty):
                works = self._queue.get(timeout=None if watch is None else EVERY)
        return works

    def _write(self, connection: Connection, batch: Sequence[Work]) -> list[Outcome]:
        try:
            return self._transact(connection, batch, posts.insert_new)
        except IntegrityError:
            pass  # a resend, most likely: look for what is stored already
        except OperationalError as error:
            return self._refuse(batch, error)
        except Exception as error:  # noqa: BLE001 - whatever it is, this thread has to live
            log.debug("a batch failed, trying each alone: %s", error)
        return self._write_with_care(connection, batch)

    def _write_with_care(self, connection: Connection, batch: Sequence[Work]) -> list[Outcome]:
        try:
            return self._transact(connection, batch, posts.insert_each_once)
        except OperationalError as error:
            return self._refuse(batch, error)
        except Exception as error:  # noqa: BLE001 - as above
            if len(batch) == 1:
                return [_as_answer(error)]
        return [self._write_with_care(connection, [work])[0] for work in batch]

    def _transact(
        self, connection: Connection, batch: Sequence[Work], insert: posts.Insert
    ) -> list[Outcome]:
        with connection.begin():
            outcomes = list(_run(connection, batch, insert))
        if self._outage.is_on:
            self._outage.pass_by()
        return outcomes

    def _refuse(self, batch: Sequence[Work], error: OperationalError) -> list[Outcome]:
        # The disk is full, the file is locked or gone: trying each work alone
        # would fail as often, and take as long each time.
        self._outage.refuse(len(batch), str(error.orig))
        return [NotStored(str(error.orig)) for _ in batch]


def _as_answer(error: Exception) -> ChatError:
    if isinstance(error, ChatError):
        return error
    log.error("not stored: %s", error, exc_info=not isinstance(error, SQLAlchemyError))
    return NotStored(str(getattr(error, "orig", error)))


def _run(connection: Connection, batch: Sequence[Work], insert: posts.Insert) -> Iterator[Outcome]:
    for is_call, works in groupby(batch, key=lambda work: work.run is not None):
        if is_call:
            for work in works:
                yield _call(connection, work)
        else:
            yield from insert(connection, [work.args for work in works])


def _call(connection: Connection, work: Work) -> Outcome:
    """Run one function; that it is refused is no failure of the batch."""
    assert work.run is not None
    try:
        with connection.begin_nested():
            return work.run(connection, *work.args)
    except ChatError as refusal:
        return refusal


def _tell(told: list[tuple[Work, Outcome]]) -> None:
    for work, outcome in told:
        work.done(outcome)
