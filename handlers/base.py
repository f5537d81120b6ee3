"""What every handler shares: JSON in and out, errors, headers."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar, TypeVar
from weakref import WeakSet

import msgspec
from tornado.web import HTTPError, RequestHandler, StaticFileHandler

from handlers import hosts
from handlers.identity import Identity
from handlers.logs import summary
from models import names
from models.errors import (
    BadEvent,
    ChatError,
    Internal,
    Misdirected,
    NotFound,
    concerning,
)
from models.events import encode

T = TypeVar("T")

log = logging.getLogger("gust.http")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "connect-src 'self'; media-src 'self'; font-src 'self'; manifest-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Server": "Gust",
}
TWO_YEARS = 2 * 365 * 86400  # seconds for which a browser asks by TLS only


LARGEST_BODY = 1 << 16  # bytes
LONGEST_PAGE = 100  # entries


class Handler(Identity):
    """Answer one request.

    :cvar is_limited: how often one address may ask for it has a limit
    :cvar under_way: those that have not been answered yet
    """

    is_limited: ClassVar[bool] = True
    under_way: ClassVar[WeakSet[Handler]] = WeakSet()

    @classmethod
    def largest_body(cls, limits: Mapping[str, int]) -> int:
        """Tell how many bytes of a body are taken."""
        return LARGEST_BODY

    def set_default_headers(self) -> None:
        for name, value in HEADERS.items():
            self.set_header(name, value)
        if self.request.protocol == "https":
            self.set_header("Strict-Transport-Security", f"max-age={TWO_YEARS}")

    async def prepare(self) -> None:
        self.under_way.add(self)
        if self.is_limited:
            self.application.arrivals.request(self.network)
        self.check_host()

    def on_finish(self) -> None:
        super().on_finish()
        self.under_way.discard(self)

    def on_connection_close(self) -> None:
        super().on_connection_close()
        self.under_way.discard(self)

    def check_host(self) -> None:
        """Refuse host names that are not ours.

        :raises Misdirected: see :class:`models.errors.Misdirected`
        """
        host = hosts.name_in(self.request.host)
        if host not in self.application.hosts and not hosts.is_address(host):
            raise Misdirected(host)

    # ------------------------------------------------------------ JSON

    def body_as(self, type: type[T]) -> T:
        """Read the request's body.

        :raises BadEvent: it is not JSON, or not of this shape; the sentence says how
        """
        if not self.request.headers.get("Content-Type", "").startswith("application/json"):
            raise _UnsupportedBody("Send JSON, with Content-Type: application/json.")
        try:
            return msgspec.json.decode(self.request.body, type=type)
        except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
            refusal = BadEvent(f"The body is not as it should be: {error}.")
            refusal.field = _field_in(str(error))
            raise refusal from None

    def number(self, name: str) -> int | None:
        """Read a whole number from the query; None: it is not there.

        :raises BadEvent: it is not a whole number of 0 or more
        """
        text = self.get_query_argument(name, None)
        if text is None:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 16):
            raise BadEvent(f"“{name}” in the query must be a whole number.")
        return int(text)

    def page_size(self, default: int = 50) -> int:
        """Read from the query how many entries a page is to have: ``limit``, of 1 to 100."""
        limit = self.number("limit")
        return default if limit is None else min(max(limit, 1), LONGEST_PAGE)

    def new_name(self, name: str, longest: int = names.LONGEST_USER, what: str = "A name") -> str:
        """Take a name that somebody or something is to have, as :func:`models.names.clean` does.

        :raises Refused: the word filter is against it
        """
        with concerning("name"):
            name = names.clean(name, longest, what)
            self.application.screening.filter.check(name)
            return name

    def answer(self, body: Any, status: int = 200) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.set_header("Cache-Control", "no-store")
        self.finish(encode(body))

    def fail(self, error: ChatError) -> None:
        """Turn an error into an answer: the only place that does, for HTTP."""
        self.application.counts.errors[error.code] += 1
        described: dict[str, Any] = {"code": error.code, "message": error.message}
        if error.field is not None:
            described["field"] = error.field
        retry = getattr(error, "retry", None)
        if retry is not None:
            described["retry"] = retry
            self.set_header("Retry-After", str(-(-retry // 1000)))
        if self._is_asked_by_a_person:
            self.set_status(error.status)
            self.set_header("Cache-Control", "no-store")
            self.render("error.html", status=error.status, message=error.message)
        else:
            self.answer({"error": described}, error.status)

    @property
    def _is_asked_by_a_person(self) -> bool:
        accepted = self.request.headers.get("Accept", "")
        return "text/html" in accepted and not self.request.path.startswith("/api/")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(error, ChatError):
            self.fail(error)
        elif status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            self.set_header("Allow", ", ".join(self._methods))
            self.fail(_WrongMethod(self._methods))
        elif isinstance(error, HTTPError) and status_code < 500:
            self.fail(_as_chat_error(error))
        else:
            self.fail(Internal())

    @property
    def _methods(self) -> list[str]:
        """List the methods that are answered here."""
        return [
            method
            for method in self.SUPPORTED_METHODS
            if getattr(type(self), method.lower()) is not getattr(RequestHandler, method.lower())
        ]

    def log_exception(self, typ: Any, value: BaseException | None, tb: Any) -> None:
        # A refusal is an answer, not a fault: it is no warning.
        if isinstance(value, HTTPError) and value.status_code < 500:
            log.info("%s refused: %s", summary(self.request), value)
        elif not isinstance(value, ChatError):
            # Tornado would write all of the request, query and tokens too.
            log.error("%s failed: %r", summary(self.request), value, exc_info=value)

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(error, ChatError):
            status_code = error.status
        super().send_error(status_code, **kwargs)


class Missing(Handler):
    """Answer for every address that is not ours."""

    async def prepare(self) -> None:
        await super().prepare()
        raise NotFound("page")


class _UnsupportedBody(BadEvent):
    status = 415


class _WrongMethod(BadEvent):
    status = 405

    def __init__(self, methods: list[str]) -> None:
        known = ", ".join(methods) or "nothing at all"
        super().__init__(f"This address does not take this method; it takes {known}.")


def _as_chat_error(error: HTTPError) -> ChatError:
    made = ChatError(error.reason or f"{HTTPStatus(error.status_code).phrase}.")
    made.status = error.status_code
    made.code = {401: "forbidden", 403: "forbidden", 404: "not_found", 413: "too_long"}.get(
        error.status_code, "bad_event"
    )
    return made


class Static(Handler, StaticFileHandler):
    """Serve the page's own files, under addresses that change with their content."""

    is_limited = False  # a script that is refused would leave the page empty

    async def prepare(self) -> None:
        await Handler.prepare(self)

    def parse_url_path(self, url_path: str) -> str:
        version, _, path = url_path.partition("/")
        self._current = version == self.application.assets.version
        return super().parse_url_path(path)

    def set_extra_headers(self, path: str) -> None:
        fresh = "public, max-age=31536000, immutable" if self._current else "no-cache"
        self.set_header("Cache-Control", fresh)


def _field_in(complaint: str) -> str | None:
    """Find the field of the body that msgspec complains about."""
    found = re.search(r"at `\$\.(\w+)|required field `(\w+)`", complaint)
    return found and (found[1] or found[2])
