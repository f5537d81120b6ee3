"""The log: one line an event, for people or, in JSON, for programs.

It holds connections, addresses and what went wrong; never texts or tokens.
"""

from __future__ import annotations

import json
import logging
import re
import threading
from datetime import UTC, datetime
from typing import Any

from tornado.httputil import HTTPServerRequest
from tornado.log import LogFormatter
from tornado.web import RequestHandler

log = logging.getLogger("gust.http")

_FOLD = re.compile(r"\n\s*")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]")  # but for the colours' escape


class OneLine(LogFormatter):
    """Write as Tornado does, and fold a traceback into its event's line."""

    def format(self, record: logging.LogRecord) -> str:
        folded = _FOLD.sub(" | ", super().format(record))
        return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", folded)


class Json(logging.Formatter):
    """Write an object a line: ``time``, ``level``, ``logger``, ``message``, ``exception``."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        told: dict[str, Any] = {
            "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        # In ASCII: a lone surrogate in what a client sent could not be written.
        return json.dumps(told)


def shape(form: str) -> None:
    """Give Tornado's log its form; what Python itself complains of goes into it too.

    :param form: the ``--log-format`` option
    """
    for handler in logging.getLogger().handlers:
        if type(handler.formatter) is LogFormatter:
            colored = not isinstance(handler, logging.FileHandler)
            handler.setFormatter(Json() if form == "json" else OneLine(color=colored))
    logging.captureWarnings(True)
    threading.excepthook = _tell


def _tell(ended: threading.ExceptHookArgs) -> None:
    name = ended.thread.name if ended.thread is not None else "?"
    error = ended.exc_value
    log.critical("the thread %s ended: %r", name, error, exc_info=error)


def log_request(handler: RequestHandler) -> None:
    """Log a request that was answered."""
    level = logging.WARNING if handler.get_status() >= 500 else logging.DEBUG
    if log.isEnabledFor(level):
        elapsed = 1000 * handler.request.request_time()
        log.log(level, "%d %s %.1f ms", handler.get_status(), summary(handler.request), elapsed)


def summary(request: HTTPServerRequest) -> str:
    """Name a request without what is secret in it: its query, and an invitation's token."""
    path = request.path if "/join/" not in request.path else "/join/…"
    return f"{request.method} {path}"
