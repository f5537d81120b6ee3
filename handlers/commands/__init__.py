"""What ``chat.py`` does beside serving: ``python chat.py backup FILE``, and so on.

Each command is a function of what was said behind its name; it gives the exit status.
"""

from __future__ import annotations

import signal
import sys
from importlib import import_module
from typing import NamedTuple


class Command(NamedTuple):
    """One command; its module is loaded for it alone, as a server needs none of them.

    :ivar takes: what is said behind its name
    :ivar does: in a few words
    :ivar function: what does it, behind its module's name
    """

    takes: str
    does: str
    function: str

    def run(self, arguments: list[str]) -> int:
        module, _, function = self.function.partition(".")
        status: int = getattr(import_module(f"{__name__}.{module}"), function)(arguments)
        return status


COMMANDS = {
    "admin": Command("NAME", "print a one-time link by which NAME becomes an admin", "links.admin"),
    "link": Command("NAME", "print one by which the owner of an account comes in", "links.owner"),
    "backup": Command(
        "FILE", "write all that is kept to one file, also while serving", "backup.write"
    ),
    "restore": Command("FILE", "put a backup into an empty --data folder", "backup.restore"),
    "export": Command(
        "FILE", "write what people said, as lines of JSON or a .zip", "transfer.write"
    ),
    "import": Command("FILE", "put an export, or Slack's, into a new place", "transfer.read"),
    "doctor": Command("", "check all that is kept, and the options; change nothing", "doctor.run"),
}


def carry_out(name: str, arguments: list[str]) -> int:
    """Run a command; Ctrl+C and SIGTERM have it clean up behind itself.

    :raises GiveUp: it can't be carried out
    """
    command = COMMANDS[name]
    if "--help" in arguments:
        print(f"{_line(name)}\n", file=sys.stderr)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return command.run(arguments)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def usage() -> str:
    """List the commands, for ``--help``."""
    lines = [_line(name) for name in COMMANDS]
    return "\n".join(["Commands, beside serving (with the server's options):\n", *lines, ""])


def _line(name: str) -> str:
    takes, does, *_ = COMMANDS[name]
    return f"  chat.py {f'{name} {takes}':<16} {does}"
