"""What a visitor may know of the place before they are in it."""

from __future__ import annotations

from msgspec import Struct

from handlers.base import Handler
from models.passwords import SHORTEST


class PlaceAnswer(Struct):
    guests: bool
    signup: str
    limits: dict[str, int]
    version: str


class PlaceHandler(Handler):
    """``/api/place``."""

    def get(self) -> None:
        """Answer who may come in, and how much is taken; nobody need be signed in."""
        app = self.application
        limits = app.limits | {"password": SHORTEST}
        self.answer(PlaceAnswer(app.guests, app.signup, limits, app.assets.version))
