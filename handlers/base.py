"""What every handler shares: who is asking, JSON in and out, errors, headers."""

from __future__ import annotations

import logging
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from tornado.web import HTTPError, RequestHandler, StaticFileHandler

from handlers import hosts
from models import devices, names
from models.addresses import network
from models.errors import (
    BadEvent,
    ChatError,
    Forbidden,
    Misdirected,
    NotFound,
    SignedOut,
    concerning,
)
from models.events import User, encode
from models.store import bans, sessions
from models.store.sessions import Origin, SignedIn

if TYPE_CHECKING:
    from chat import Application

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


class Handler(RequestHandler):
    """Answer one request."""

    application: Application

    def set_default_headers(self) -> None:
        for name, value in HEADERS.items():
            self.set_header(name, value)
        if self.request.protocol == "https":
            self.set_header("Strict-Transport-Security", f"max-age={TWO_YEARS}")

    async def prepare(self) -> None:
        self.check_host()

    def check_host(self) -> None:
        """Refuse host names that are not ours.

        :raises Misdirected: see :class:`models.errors.Misdirected`
        """
        host = hosts.name_in(self.request.host)
        if host not in self.application.hosts and not hosts.is_address(host):
            raise Misdirected(host)

    # ------------------------------------------------------------ who is asking

    @property
    def cookie_name(self) -> str:
        return "__Host-gust" if self.request.protocol == "https" else "gust"

    @property
    def token(self) -> str | None:
        """The session's token, as the client gives it; not yet known to be good."""
        return self.get_cookie(self.cookie_name)

    async def session_user(self) -> User | None:
        """Find whose session the cookie is; None: no cookie, or one that is not good."""
        session = await self.session()
        return None if session is None else session.user

    async def session(self) -> SignedIn | None:
        """Find the session that the cookie is; None: no cookie, or one that is not good."""
        if not self.token:
            return None
        session = await self.application.store.load(sessions.signed_in, self.token)
        if session is not None:
            address = self.request.remote_ip or ""
            self.application.attendance.note(sessions.hash_of(self.token), address)
        return session

    async def user(self) -> User:
        """Tell who is asking.

        :raises SignedOut: nobody
        """
        user = await self.session_user()
        if user is None or not self.admits(user):
            raise self.stranger()
        return user

    def admits(self, user: User) -> bool:
        """Tell whether somebody may be here at all: guests perhaps not."""
        return self.application.guests or user.role != "guest"

    def stranger(self) -> SignedOut:
        """Say to whom we do not know how to come in."""
        if self.application.guests:
            return SignedOut("You are not signed in. Give a name with POST /api/session first.")
        return SignedOut(
            "You are not signed in, and this place takes no guests (the server's --guests). "
            "Sign in with a name and a password: POST /api/session."
        )

    @property
    def origin(self) -> Origin:
        """Tell where the client is, for the list of its person's sessions."""
        agent = self.request.headers.get("User-Agent", "")
        return Origin(devices.name(agent), (self.request.remote_ip or "")[:64])

    @property
    def network(self) -> str:
        """Give what limits and bans count as one: see :func:`models.addresses.network`."""
        return network(self.request.remote_ip or "")

    async def refuse_barred(self) -> None:
        """Keep guests and newcomers out who come from a barred address.

        :raises Forbidden: they do
        """
        if await self.application.store.load(bans.barred, self.network):
            raise Forbidden(
                "No guests or new accounts are taken from your address, because somebody was "
                "banned there. If you have an account, sign in with your password."
            )

    def remember(self, token: str) -> None:
        """Give the client its session."""
        self.set_cookie(
            self.cookie_name,
            token,
            path="/",
            httponly=True,
            samesite="Lax",
            secure=self.request.protocol == "https",
            max_age=sessions.DAYS_KEPT * 86400,
        )

    def new_name(self, name: str, longest: int = names.LONGEST_USER, what: str = "A name") -> str:
        """Take a name that somebody or something is to have, as :func:`models.names.clean` does.

        :raises Refused: the word filter is against it
        """
        with concerning("name"):
            name = names.clean(name, longest, what)
            self.application.screening.filter.check(name)
            return name

    def forget(self) -> None:
        """Have the client drop its session."""
        self.clear_cookie(self.cookie_name, path="/", secure=self.request.protocol == "https")

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

    def answer(self, body: Any, status: int = 200) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.set_header("Cache-Control", "no-store")
        self.finish(encode(body))

    def fail(self, error: ChatError) -> None:
        """Turn an error into an answer: the only place that does, for HTTP."""
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
        elif isinstance(error, HTTPError) and status_code < 500:
            self.fail(_as_chat_error(error))
        else:
            self.fail(_Broken("Something went wrong here. It is in the server's log."))

    def log_exception(self, typ: Any, value: BaseException | None, tb: Any) -> None:
        # A refusal is an answer, not a fault: it is no warning.
        if isinstance(value, HTTPError) and value.status_code < 500:
            log.info("%s %s refused: %s", self.request.method, self.request.path, value)
        elif not isinstance(value, ChatError):
            super().log_exception(typ, value, tb)

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


class _Broken(ChatError):
    code = "not_stored"
    status = 500


def _as_chat_error(error: HTTPError) -> ChatError:
    made = ChatError(error.reason or f"{HTTPStatus(error.status_code).phrase}.")
    made.status = error.status_code
    made.code = {401: "forbidden", 403: "forbidden", 404: "not_found", 413: "too_long"}.get(
        error.status_code, "bad_event"
    )
    return made


class Static(Handler, StaticFileHandler):
    """Serve the page's own files, under addresses that change with their content."""

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
