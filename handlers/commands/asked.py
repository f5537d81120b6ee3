"""What a command was asked for: its argument, and where things are kept."""

from __future__ import annotations

from pathlib import Path

from tornado.options import options

from handlers.options import GiveUp, parse


def file(arguments: list[str], command: str) -> Path:
    """Give the file that is said behind a command, and read the options behind it.

    :raises GiveUp: there is none, or an option is wrong
    """
    name, *rest = arguments or [""]
    if not name or name.startswith("-"):
        parse(arguments)  # perhaps it is --help that is asked for
        raise GiveUp(f"Say which file: chat.py {command} FILE.", 2)
    parse(rest)
    return Path(name)


def data() -> Path:
    return Path(options.data)


def database() -> str:
    """Give the URL of the database, which may not be there."""
    url: str = options.database
    return url or f"sqlite:///{data() / 'chat.db'}"
