"""Certificates for tests: real ones, signed by themselves."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path
from typing import NamedTuple


class Certificate(NamedTuple):
    """The files of a certificate and its key."""

    certfile: Path
    keyfile: Path

    def believed(self) -> ssl.SSLContext:
        """Make a client's settings by which this certificate, and no other, is good."""
        return ssl.create_default_context(cafile=str(self.certfile))


def make(folder: Path, name: str = "chat") -> Certificate:
    """Make a certificate for localhost, 127.0.0.1 and chat.example.org."""
    made = Certificate(folder / f"{name}.pem", folder / f"{name}.key")
    names = "subjectAltName=DNS:localhost,DNS:chat.example.org,IP:127.0.0.1"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-nodes", "-days", "2"),
            *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-subj", f"/CN={name}", "-addext", names),
            *("-out", str(made.certfile), "-keyout", str(made.keyfile)),
        ],
        check=True,
        capture_output=True,
    )
    return made
