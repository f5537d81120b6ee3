"""Who is asking: the session's cookie or a bot's key, and where they come from."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tornado.httputil import parse_cookie
from tornado.web import RequestHandler

from models import devices
from models.addresses import network
from models.errors import Forbidden, SignedOut
from models.events import User
from models.store import bans, sessions, tokens
from models.store.sessions import Origin, SignedIn

if TYPE_CHECKING:
    from chat import Application


class Identity(RequestHandler):
    """Know whose request it is."""

    application: Application
    _was_counted = False  # this request, for whose it is: some ask twice

    @property
    def cookie_name(self) -> str:
        return "__Host-gust" if self.request.protocol == "https" else "gust"

    @property
    def token(self) -> str | None:
        """The session's token or the bot's key, as given; not yet known to be good."""
        return self.cookie or self.bearer

    @property
    def cookie(self) -> str | None:
        """The session's token, as a browser gives it by itself."""
        # Not Tornado's own cookies: those become objects that are for setting them.
        return parse_cookie(self.request.headers.get("Cookie", "")).get(self.cookie_name)

    @property
    def bearer(self) -> str | None:
        """The bot's key (RFC 6750, 2.1), where there is no cookie: browsers send none."""
        scheme, _, key = self.request.headers.get("Authorization", "").partition(" ")
        return key.strip() or None if scheme.lower() == "bearer" and not self.cookie else None

    def check_trusted_origin(self, origin: str) -> bool:
        """Let a program ask with its key from anywhere; a page elsewhere has none to send."""
        return bool(self.bearer)

    @property
    def token_hash(self) -> bytes | None:
        """What the token would be known by; None: none was given."""
        token = self.token
        return tokens.hash_of(token) if token else None

    async def session_user(self) -> User | None:
        """Find whose session the token is; None: no token, or one that is not good."""
        session = await self.session()
        return None if session is None else session.user

    async def session(self) -> SignedIn | None:
        """Find the session that the token is; None: no token, or one that is not good.

        People come by cookies and bots by keys, never the other way round.

        :raises SlowDown: it is one request too many of this person
        """
        cookie = self.cookie
        token = cookie or self.bearer
        if not token:
            return None
        session = await self.application.store.load(sessions.signed_in, token)
        if session is None or (session.user.role == "bot") == bool(cookie):
            return None
        if not self._was_counted:
            self._was_counted = True
            self.application.rates.requests.take(session.user.id, time.monotonic())
        address = self.request.remote_ip or ""
        self.application.attendance.note(tokens.hash_of(token), address)
        return session

    async def user(self) -> User:
        """Tell who is asking.

        :raises SignedOut: nobody
        :raises Forbidden: somebody whose session a ban has ended
        """
        user = await self.session_user()
        if user is None or not self.admits(user):
            if (said := await self.ban()) is not None:
                raise Forbidden(said)
            raise self.stranger()
        return user

    async def ban(self) -> str | None:
        """Say to whom the cookie was that they are banned; None: the session did not end so."""
        if self.token_hash is None:
            return None
        return await self.application.store.load(bans.by_session, self.token_hash)

    def admits(self, user: User) -> bool:
        """Tell whether somebody may be here at all: guests perhaps not."""
        return self.application.guests or user.role != "guest"

    def stranger(self) -> SignedOut:
        """Say to whom we do not know how to come in."""
        if self.bearer:
            return SignedOut("This key is not good, or not any more. Ask an admin for another.")
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

    def forget(self) -> None:
        """Have the client drop its session."""
        self.clear_cookie(self.cookie_name, path="/", secure=self.request.protocol == "https")
