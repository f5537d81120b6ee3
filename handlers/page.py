"""The page: one document for every address that shows the chat."""

from __future__ import annotations

from handlers.base import Handler


class PageHandler(Handler):
    """Answer ``GET /`` and ``GET /rooms/<id>``: the script reads the address."""

    def get(self) -> None:
        self.set_header("Cache-Control", "no-cache")
        self.finish(self._document())

    head = get

    def _document(self) -> bytes:
        """Render the page, once for those with a session and once for those without.

        Each rendering leaves a circle of references that holds its connection.
        """
        kept, has_session = self.application.documents, bool(self.token)
        if has_session not in kept:
            kept[has_session] = self.render_string("index.html", assets=self.application.assets)
        return kept[has_session]
