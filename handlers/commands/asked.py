"""What a command was asked for: its argument, and where things are kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tornado.options import options

from handlers.options import GiveUp, parse
from models.store import dialects
from models.store.examine.place import BEGIN

NICE = 10  # what is written of all that is kept can wait, the people who talk can't


def argument(arguments: list[str], command: str, what: str) -> str:
    """Give what is said behind a command, and read the options behind it.

    :param what: stands for it where it is missing
    :raises GiveUp: it is missing, or an option is wrong
    """
    said, *rest = arguments or [""]
    if not said or said.startswith("-"):
        parse(arguments if said else rest)  # perhaps it is --help that is asked for
        raise GiveUp(f"Say which, before the options: chat.py {command} {what}.", 2)
    parse(rest)
    return said


def file(arguments: list[str], command: str) -> Path:
    """Give the file that is said behind a command; as :func:`argument`."""
    return Path(argument(arguments, command, "FILE"))


@contextmanager
def explained(target: Path) -> Iterator[None]:
    """Say why a file can't be written, for who asked for it.

    :raises GiveUp: it can't
    """
    try:
        yield
    except FileExistsError:
        raise GiveUp(f"{target} is there already. Choose another name, or remove it.", 1) from None
    except FileNotFoundError as error:
        raise GiveUp(f"There is no {error.filename}: nothing was written.", 1) from None
    except OSError as error:
        raise GiveUp(f"{target} can't be written: {error.strerror}.", 1) from None


def data() -> Path:
    return Path(options.data)


def database() -> str:
    """Give the URL of the database, which may not be there yet."""
    url: str = options.database
    return url or f"sqlite:///{data() / 'chat.db'}"


def kept() -> str:
    """Give the URL of a database that is there: a wrong option must not begin an empty one.

    :raises GiveUp: there is none
    """
    url = database()
    file = Path(dialects.file_of(url)).absolute()
    if not file.exists():
        raise GiveUp(f"There is no database {file}. {BEGIN}", 1)
    return url
