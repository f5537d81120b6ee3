"""The page: one document for every address that shows the chat."""

from __future__ import annotations

from handlers.base import Handler


class PageHandler(Handler):
    """Answer ``GET /`` and ``GET /rooms/<id>``: the script reads the address."""

    def get(self) -> None:
        assets = self.application.assets
        self.set_header("Cache-Control", "no-cache")
        self.render("index.html", assets=assets)

    head = get
