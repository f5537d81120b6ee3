"""The options: defined, and read from the environment, a file and the command line."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Callable
from functools import partial
from math import inf
from pathlib import Path
from typing import Any, NamedTuple

from tornado.options import Error as OptionError
from tornado.options import OptionParser, options

from handlers import logs
from handlers.version import VERSION
from models import sizes
from models.addresses import Networks


class GiveUp(Exception):
    """Why it can't start, in one sentence for the person who starts it."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


Check = Callable[[Any], str | None]  # what a value must be, where it isn't


class Option(NamedTuple):
    """One option; its default gives its type."""

    name: str
    default: Any
    help: str
    check: Check = lambda value: None
    shown: str | None = None  # what --help puts behind the name


def within(least: float, most: float = inf) -> Check:
    shown = f"from {least} to {most}" if most < inf else f"{least} or more"
    return lambda value: None if least <= value <= most else shown


def a_size(value: str) -> str | None:
    try:
        sizes.parse(value)
    except ValueError:
        return "a size, like 500KB, 25MB or 2GB"
    return None


def addresses(value: str) -> str | None:
    try:
        Networks(value)
    except ValueError:
        return "addresses or networks, separated by commas, like 127.0.0.1, 10.0.0.0/8 or ::1"
    return None


def choice(name: str, choices: tuple[str, ...], help: str) -> Option:
    """Give an option of a few values; the first is its default."""

    def check(value: str) -> str | None:
        return None if value in choices else " or ".join(choices)

    return Option(name, choices[0], help, check, "|".join(choices))


def rate(name: str, lasting: float, burst: int, what: str, whose: str) -> tuple[Option, Option]:
    """Give the two options of a limit: how often lastingly, and how often at once."""
    return (
        Option(f"{name}_rate", lasting, f"{what} a second {whose}; 0: no limit", within(0)),
        Option(f"{name}_burst", burst, f"{what} at once {whose}", within(1)),
    )


OPTIONS = (
    Option("port", 3001, "port to serve on (or PORT in the environment); 0: any", within(0, 65535)),
    Option("address", "", "address to serve on; empty: all of this machine's"),
    Option("data", "data", "folder for everything that is kept"),
    Option("database", "", "SQLAlchemy URL of the database; empty: chat.db in --data"),
    Option("hosts", "", "further host names of this server, separated by commas"),
    Option("behind_proxy", False, "believe what a proxy says of its clients: see --proxies"),
    Option("proxies", "127.0.0.0/8,::1", "addresses of the proxies", addresses),
    Option("certfile", "", "certificate to serve TLS with, PEM; read again on SIGHUP"),
    Option("keyfile", "", "the certificate's key, PEM; empty: it is in --certfile"),
    Option("metrics_from", "127.0.0.0/8,::1", "addresses that may read /metrics", addresses),
    choice("guests", ("on", "off"), "on: a name is enough to come in; off: only accounts"),
    choice("signup", ("open", "invite", "off"), "open: all; invite: the invited; off: by an admin"),
    *rate("sign_in", 0.1, 10, "passwords tried", "for one name from one address"),
    *rate("address_sign_in", 0.5, 50, "passwords tried", "from one address"),
    *rate("sign_up", 0.01, 20, "accounts made", "from one address"),
    *rate("guest", 1.0, 200, "new guests", "from one address"),
    *rate("address_request", 500.0, 5000, "HTTP requests", "from one address"),
    *rate("request", 50.0, 500, "HTTP requests", "of each person"),
    *rate("event", 100.0, 2000, "events on sockets", "of each person"),
    Option("sockets_per_user", 20, "sockets at once of one person; 0: no limit", within(0)),
    Option("sockets_per_ip", 200, "sockets at once from one address; 0: no limit", within(0)),
    Option("connections_per_ip", 1000, "HTTP connections of one address; 0: no limit", within(0)),
    Option("request_timeout", 15.0, "seconds that a request may take to come", within(1)),
    Option("stalled_timeout", 90.0, "seconds until a stalled client is cut; 0: never", within(0)),
    Option("cache_size", 200, "changes kept in memory for each room", within(1)),
    *rate("message", 5.0, 20, "messages", "for each person"),
    *rate("join", 10.0, 500, "rooms joined", "by each person"),
    *rate("room", 0.05, 30, "rooms made", "by each person"),
    *rate("change", 1.0, 30, "names, topics and avatars changed, rooms deleted", "by each person"),
    *rate("member", 1.0, 100, "people brought into rooms", "by each person"),
    *rate("upload", 1.0, 100, "files sent to rooms", "by each person"),
    *rate("search", 5.0, 30, "searches", "by each person"),
    *rate("typing", 1.0, 1, "times that a room is told", "of each person who types"),
    Option("room_limit", 10_000, "open and closed rooms; 0: no limit", within(0)),
    Option("rooms_per_user", 500, "rooms that one person is in; 0: no limit", within(0)),
    Option("members_per_room", 5_000, "people in one room; 0: no limit", within(0)),
    Option("sessions_per_user", 100, "signed-in devices of one person; 0: no limit", within(0)),
    Option("invite_limit", 100, "good invitations of one person", within(1)),
    Option("text_limit", 4000, "characters in a message", within(1)),
    Option("reaction_limit", 20, "different emoji that one may react to a message with", within(1)),
    Option("frame_limit", 65536, "bytes in a frame; HTTP takes 64 KiB in any case", within(256)),
    Option("upload_limit", "25MB", "size of an uploaded file", a_size),
    Option("uploads_per_user", 32, "uploads of one person at once", within(1)),
    Option("uploads_at_once", 256, "uploads of everybody at once", within(1)),
    Option("upload_pace", "24MB", "size of all that is uploaded in a second; 0: no limit", a_size),
    Option("quota", "0", "size of all files of one person; 0: no limit", a_size),
    Option("free_space", "256MB", "what uploads leave free of the disk", a_size),
    Option("keep_days", 0, "days that messages and their files are kept; 0: for ever", within(0)),
    Option("ping_interval", 25.0, "seconds between pings to each client; 0: none", within(0)),
    Option("take_over", False, "take the place of the server that uses the same data"),
    Option("drain", 5.0, "seconds in which sockets are sent to a successor", within(0, 60)),
    choice("log_format", ("text", "json"), "how the log is written, one line an event"),
    Option("config", "", "file with options, one NAME = VALUE a line"),
    Option("version", False, "say which Gust this is, and do nothing else"),
)


def define_options(parser: OptionParser) -> None:
    """Define every option; each one is in the README as well."""
    for option in OPTIONS:
        parser.define(
            option.name,
            default=option.default,
            type=type(option.default),
            help=option.help,
            metavar=option.shown,
            group="gust",
            callback=partial(_check, option),
        )


def _check(option: Option, value: Any) -> None:
    if must := option.check(value):
        raise OptionError(f"--{option.name.replace('_', '-')}={value}: it must be {must}")


def parse(arguments: list[str]) -> None:
    """Read the options from the environment, a file and the command line.

    :param arguments: those behind the program's name
    :raises GiveUp: one of them is wrong
    :raises SystemExit: it was for --help, or --version; that is printed
    """
    if "config" not in options:
        define_options(options)
    given = [*_port_from_environment(), *arguments]
    for argument in given:
        _check_argument(argument)
    try:
        options.parse_command_line(["chat.py", *given], final=False)
        if options.config:
            _check_file(options.config)
            options.parse_config_file(options.config, final=False)
            options.parse_command_line(
                ["chat.py", *arguments], final=False
            )  # the command line wins
    except (OptionError, ValueError) as error:
        raise GiveUp(f"{str(error).rstrip('.')}. See --help for all options.", 2) from None
    except OSError as error:
        raise GiveUp(f"--config={options.config} can't be read: {error.strerror}.", 2) from None
    except Exception as error:  # noqa: BLE001 - the file is run as Python: anything may happen
        raise GiveUp(f"--config={options.config} is wrong: {error}.", 2) from None
    if options.version:
        print(f"Gust {VERSION}")
        sys.exit()
    _check_lengths()
    try:
        options.run_parse_callbacks()  # begins logging
        logs.shape(options.log_format)
    except OSError as error:
        raise GiveUp(f"--log-file-prefix can't be written: {error.strerror}.", 2) from None
    except AttributeError:
        raise GiveUp("--logging is one of debug, info, warning, error, none.", 2) from None


def _check_argument(argument: str) -> None:
    """Refuse what is no option: Tornado would print all its help, or pass it over."""
    name, equals, value = argument.lstrip("-").partition("=")
    if not argument.startswith("-") or name not in options:
        raise GiveUp(f"{argument} is no option. See --help for all options.", 2)
    kind = type(options[name])
    try:
        if equals and kind in (int, float):
            kind(value)
    except ValueError:
        raise GiveUp(f"--{name} takes a number, not “{value}”.", 2) from None


def _check_file(name: str) -> None:
    """Refuse names that are no options: Tornado would pass them over."""
    for statement in ast.parse(Path(name).read_text("utf-8")).body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        for target in targets:
            if isinstance(target, ast.Name) and target.id not in options:
                raise OptionError(f"{target.id} in {name} is no option")


def _check_lengths() -> None:
    """Refuse frames that are shorter than a message may be."""
    if options.frame_limit < (least := 6 * options.text_limit + 512):
        # A character of JSON takes up to six bytes; what a text may have must fit.
        raise GiveUp(
            f"--frame-limit={options.frame_limit} is too little for "
            f"--text-limit={options.text_limit}: it must be {least} or more.",
            2,
        )


def _port_from_environment() -> list[str]:
    port = os.environ.get("PORT", "")
    return [f"--port={port}"] if port else []
