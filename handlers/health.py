"""Whether this process does its work."""

from __future__ import annotations

from handlers.base import Handler


class HealthHandler(Handler):
    async def get(self) -> None:
        """Answer ``ok`` when the database can be read and written, else 503."""
        await self.application.store.check()
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.finish("ok\n")
