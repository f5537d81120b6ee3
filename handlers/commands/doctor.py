"""``doctor``: is what is kept whole, and do the options fit? Nothing is changed by asking."""

from __future__ import annotations

from collections.abc import Iterator

from tornado.netutil import bind_sockets
from tornado.options import options

from handlers import tls
from handlers.commands import asked
from handlers.hosts import is_address
from handlers.options import parse
from models import sizes
from models.sizes import shown
from models.store.examine import Finding, folder
from models.store.examine.place import examine_all, is_served


def run(arguments: list[str]) -> int:
    """Print a line for each thing that is wrong, with what to do; 1: there are some."""
    parse(arguments)
    found = [*folder.examine(asked.data(), sizes.parse(options.free_space)), *_examine_options()]
    kept = examine_all(asked.database(), asked.data() / "files")
    for finding in [*found, *kept.findings]:
        print(f"{finding.wrong} {finding.remedy}")
    wrong = bool(found or kept.findings)
    looked_at = f"{kept.messages:,} messages and {kept.files:,} files ({shown(kept.size)})"
    print(f"{looked_at} looked at{'.' if wrong else ': all is well.'}")
    return 1 if wrong else 0


def _examine_options() -> Iterator[Finding]:
    """Find options that don't fit each other, or this machine."""
    https = options.behind_proxy or options.certfile
    if https and not options.hosts:
        yield Finding(
            "Without --hosts everybody who comes by the server's name is refused (421).",
            "Set --hosts=NAME, the name that people type.",
        )
    for host in filter(None, map(str.strip, options.hosts.split(","))):
        if "/" in host or (":" in host.strip("[]") and not is_address(host.strip("[]"))):
            yield Finding(f"--hosts={host} is no name.", "Say the name alone: chat.example.org.")
    quota, limit = sizes.parse(options.quota), sizes.parse(options.upload_limit)
    if 0 < quota < limit:
        yield Finding(
            f"--quota={options.quota} is less than --upload-limit={options.upload_limit}.",
            "Nobody can upload so much: raise the one, or lower the other.",
        )
    try:
        if options.certfile:
            tls.Certificate(options.certfile, options.keyfile).context()
    except tls.Unusable as refusal:
        yield Finding(str(refusal), "Until then nobody gets in.")
    yield from _examine_port()


def _examine_port() -> Iterator[Finding]:
    """Find that another program has the port; the server itself may have it."""
    if is_served(asked.database()):
        return
    try:
        for one in bind_sockets(options.port, options.address or None):
            one.close()
    except OSError as error:
        yield Finding(
            f"Port {options.port} can't be served on: {error.strerror}.",
            "Choose another with --port, or end what has it.",
        )
