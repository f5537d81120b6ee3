"""The files that nobody needs any more, taken off the disk."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection

from models.errors import ChatError
from models.store import Store, files
from models.store.blobs import Blobs
from models.store.schema import now

log = logging.getLogger("gust.files")

EVERY = 30.0  # seconds
# Somebody may be uploading the same bytes again, and have them on disk before the
# database knows: what came in so many seconds ago stays.
YOUNG = 60.0


class Sweeper:
    """Sweep from time to time; at the beginning, look also for what a crash left."""

    def __init__(self, store: Store, blobs: Blobs) -> None:
        self._store = store
        self._blobs = blobs
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.ensure_future(self._run())

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        sweep = self.search
        while True:
            try:
                await sweep()
            except (ChatError, OSError) as error:
                log.error("files are left for later: %s", error)
            sweep = self.sweep
            await asyncio.sleep(EVERY)

    async def search(self, young: float = YOUNG) -> None:
        """Take away every content that no file has."""
        found = await self._blobs.run(lambda: set(self._blobs.kept()))
        used = await self._store.read(files.referred, found)
        await self._remove(found - used, young)

    async def sweep(self, young: float = YOUNG) -> None:
        """Forget files that no message named in time, and contents that lost their last file."""
        before = now() - files.UNNAMED_MS
        if await self._store.read(files.are_unnamed, before):
            await self._store.write(files.forget_unnamed, before)
        unreferred = await self._store.read(files.unreferred)
        if removed := await self._remove(unreferred, young):
            await self._store.write(files.strike_off, removed)

    async def _remove(self, digests: Collection[bytes], young: float) -> list[bytes]:
        """Take contents away; give those that are gone. While a backup is made, none go."""
        with self._blobs.removing() as may:
            return [
                digest
                for digest in digests
                if may and await self._blobs.run(self._blobs.remove, digest, younger=young)
            ]
