"""Which handler answers which address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from handlers.accounts import AccountHandler
from handlers.assets import Made
from handlers.avatars import AvatarHandler
from handlers.base import Static
from handlers.bots import BotHandler, BotsHandler, KeyHandler
from handlers.chatsocket import ChatSocketHandler
from handlers.files import FileHandler, RoomFilesHandler, WaitingFileHandler
from handlers.filters import FiltersHandler
from handlers.health import HealthHandler
from handlers.history import ReceiptsHandler
from handlers.invites import InviteHandler, InvitesHandler, JoinHandler
from handlers.members import MemberHandler, MembersHandler
from handlers.messages import MessageHandler
from handlers.metrics import MetricsHandler
from handlers.moderation import ActionsHandler, BanHandler, BansHandler, RoleHandler
from handlers.page import PageHandler
from handlers.people import UserHandler, UsersHandler
from handlers.place import PlaceHandler
from handlers.rooms import DirectHandler, RoomHandler, RoomsHandler
from handlers.search import SearchHandler
from handlers.sessions import (
    DeviceHandler,
    DevicesHandler,
    MeHandler,
    SessionHandler,
)
from handlers.speaking import SpeakingHandler


def routes(static: Path) -> list[Any]:
    """List the routes, as Tornado takes them.

    :param static: the folder of the page's own files
    """
    return [
        (r"/chatsocket", ChatSocketHandler),  # the first: each route before it is tried by all
        (r"/", PageHandler),
        (r"/rooms/[0-9]{1,15}", PageHandler),
        (r"/messages/[0-9]{1,15}", PageHandler),
        (r"/join/[\w-]{1,64}", PageHandler),
        (r"/api/place", PlaceHandler),
        (r"/api/me", MeHandler),
        (r"/api/session", SessionHandler),
        (r"/api/sessions", DevicesHandler),
        (r"/api/sessions/([0-9]{1,15})", DeviceHandler),
        (r"/api/account", AccountHandler),
        (r"/api/account/avatar", AvatarHandler),
        (r"/api/rooms", RoomsHandler),
        (r"/api/rooms/direct", DirectHandler),
        (r"/api/rooms/([0-9]{1,15})", RoomHandler),
        (r"/api/rooms/([0-9]{1,15})/messages", SpeakingHandler),
        (r"/api/rooms/([0-9]{1,15})/members", MembersHandler),
        (r"/api/rooms/([0-9]{1,15})/members/([0-9]{1,15})", MemberHandler),
        (r"/api/invites", InvitesHandler),
        (r"/api/invites/([0-9]{1,15})", InviteHandler),
        (r"/api/join/([\w-]{1,64})", JoinHandler),
        (r"/api/users", UsersHandler),
        (r"/api/users/([0-9]{1,15})", UserHandler),
        (r"/api/users/([0-9]{1,15})/role", RoleHandler),
        (r"/api/users/([0-9]{1,15})/ban", BanHandler),
        (r"/api/bots", BotsHandler),
        (r"/api/bots/([0-9]{1,15})", BotHandler),
        (r"/api/bots/([0-9]{1,15})/key", KeyHandler),
        (r"/api/bans", BansHandler),
        (r"/api/actions", ActionsHandler),
        (r"/api/rooms/([0-9]{1,15})/files", RoomFilesHandler),
        (r"/api/files/([\w-]{16})", WaitingFileHandler),
        (r"/files/([\w-]{16})/([^/]*)(/thumbnail)?", FileHandler),
        (r"/api/rooms/([0-9]{1,15})/receipts", ReceiptsHandler),
        (r"/api/search", SearchHandler),
        (r"/api/messages/([0-9]{1,15})", MessageHandler),
        (r"/api/filters", FiltersHandler),
        (r"/healthz", HealthHandler),
        (r"/metrics", MetricsHandler),
        (r"/static/([0-9a-f]+)/(gust\.css|js/.+)", Made),
        (r"/static/(.*)", Static, {"path": str(static)}),
    ]
