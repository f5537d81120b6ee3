"""The options: defined, and read from the environment, a file and the command line."""

from __future__ import annotations

import ast
import os
from math import inf
from pathlib import Path
from typing import Any

from tornado.options import Error as OptionError
from tornado.options import OptionParser, options

from models import sizes


class GiveUp(Exception):
    """Why it can't start, in one sentence for the person who starts it."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


def define_options(parser: OptionParser) -> None:  # noqa: PLR0915 - one line an option
    """Define every option; each one is in the README as well."""

    def choice(name: str, choices: tuple[str, ...], help: str) -> None:
        def check(value: str) -> None:
            if value not in choices:
                raise OptionError(f"--{name}={value}: it must be {' or '.join(choices)}")

        parser.define(name, default=choices[0], type=str, help=help, group="gust", callback=check)

    def option(name: str, default: Any, help: str, least: float = 0, most: float = inf) -> None:
        def check(value: Any) -> None:
            if not isinstance(value, str) and not least <= value <= most:
                shown = f"from {least} to {most}" if most < inf else f"{least} or more"
                raise OptionError(f"--{name.replace('_', '-')}={value}: it must be {shown}")

        parser.define(
            name, default=default, type=type(default), help=help, group="gust", callback=check
        )

    def size(name: str, default: str, help: str) -> None:
        def check(value: str) -> None:
            try:
                sizes.parse(value)
            except ValueError as error:
                raise OptionError(f"--{name.replace('_', '-')}: {error}") from None

        parser.define(name, default=default, type=str, help=help, group="gust", callback=check)

    option("port", 3001, "port to serve on (or PORT in the environment); 0: any", most=65535)
    option("address", "", "address to serve on; empty: all of this machine's")
    option("data", "data", "folder for everything that is kept")
    option("database", "", "SQLAlchemy URL of the database; empty: chat.db in --data")
    option("hosts", "", "further host names of this server, separated by commas")
    choice("guests", ("on", "off"), "on: a name is enough to come in; off: only accounts")
    choice("signup", ("open", "invite", "off"), "who may make an account: all; the invited; nobody")
    option("sign_in_rate", 0.1, "passwords tried a second for one name from one address")
    option("sign_in_burst", 10, "passwords tried at once for one name from one address", least=1)
    option("address_sign_in_rate", 0.5, "passwords tried a second from one address")
    option("address_sign_in_burst", 50, "passwords tried at once from one address", least=1)
    option("sign_up_rate", 0.01, "accounts made a second from one address; 0: no limit")
    option("sign_up_burst", 20, "accounts made at once from one address", least=1)
    option("guest_rate", 1.0, "new guests a second from one address; 0: no limit")
    option("guest_burst", 200, "new guests at once from one address", least=1)
    option("cache_size", 200, "changes kept in memory for each room", least=1)
    option("message_rate", 5.0, "messages a second for each person, lastingly; 0: no limit")
    option("message_burst", 20, "messages at once for each person", least=1)
    option("join_rate", 10.0, "rooms joined a second by each person, lastingly; 0: no limit")
    option("join_burst", 500, "rooms joined at once by each person", least=1)
    option("room_rate", 0.05, "rooms made a second by each person, lastingly; 0: no limit")
    option("room_burst", 30, "rooms made at once by each person", least=1)
    option("change_rate", 1.0, "names and topics changed a second by each person; 0: no limit")
    option("change_burst", 30, "names and topics changed at once by each person", least=1)
    option("text_limit", 4000, "characters in a message", least=1)
    option("reaction_limit", 20, "different emoji that a message may be reacted to with", least=1)
    option("frame_limit", 65536, "bytes in a frame from a client", least=256)
    size("upload_limit", "25MB", "size of an uploaded file")
    size("quota", "0", "size of all files of one person; 0: no limit")
    size("free_space", "256MB", "what uploads leave free of the disk")
    option("ping_interval", 25.0, "seconds between pings to each client; 0: none")
    option("config", "", "file with options, one NAME = VALUE a line")


def parse(arguments: list[str]) -> None:
    """Read the options from the environment, a file and the command line.

    :param arguments: those behind the program's name
    :raises GiveUp: one of them is wrong
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
    if options.frame_limit < (least := 6 * options.text_limit + 512):
        # A character of JSON takes up to six bytes; what a text may have must fit.
        raise GiveUp(
            f"--frame-limit={options.frame_limit} is too little for "
            f"--text-limit={options.text_limit}: it must be {least} or more.",
            2,
        )
    try:
        options.run_parse_callbacks()  # begins logging
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


def _port_from_environment() -> list[str]:
    port = os.environ.get("PORT", "")
    return [f"--port={port}"] if port else []
