"""How often somebody may knock: limits for those who are not known yet."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from handlers.pace import Pace
from handlers.rates import limits


class Arrivals:
    """The limits of coming in, each counted by where one comes from.

    A sign-in counts for the name at that address too, so that who guesses one
    person's password is stopped long before an office full of people is; and for
    nobody elsewhere, so that the person themselves still gets in.

    :param opts: the options by name
    :ivar pace: how many come in, or go, in one turn of the event loop
    """

    def __init__(self, opts: Mapping[str, Any]) -> None:
        self._sign_ins = limits(opts, "sign_in")
        self._sign_ins_by_address = limits(opts, "address_sign_in")
        self._sign_ups = limits(opts, "sign_up")
        self._guests = limits(opts, "guest")
        self._requests = limits(opts, "address_request")
        self.pace = Pace()

    def request(self, network: str) -> None:
        """Count one HTTP request; :raises SlowDown: it is one too many."""
        self._requests.take(network, time.monotonic())

    def sign_in(self, whose: object, network: str) -> None:
        """Count one password that is tried.

        :param whose: the key of the name that was said, or who wants to prove who they are
        :raises SlowDown: it is one too many
        """
        now = time.monotonic()
        self._sign_ins.take((whose, network), now)
        self._sign_ins_by_address.take(network, now)

    def sign_up(self, network: str) -> None:
        """Count one new account; :raises SlowDown: it is one too many."""
        self._sign_ups.take(network, time.monotonic())

    def guest(self, network: str) -> None:
        """Count one new guest; :raises SlowDown: it is one too many."""
        self._guests.take(network, time.monotonic())
