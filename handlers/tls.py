"""TLS: Mozilla's intermediate profile, by certificates that can be renewed while we serve.

https://wiki.mozilla.org/Security/Server_Side_TLS: TLS 1.2 and 1.3, forward secrecy and
authenticated ciphers only, the client's order, no tickets. Its three DHE ciphers are left
out: they would need parameters in a file, for clients older than any browser that can show
the page.
"""

from __future__ import annotations

import logging
import ssl
from pathlib import Path

from tornado.httpserver import HTTPServer

log = logging.getLogger("gust.tls")

_CIPHERS = ":".join(  # of TLS 1.2; those of 1.3 are all good
    f"ECDHE-{signature}-{cipher}"
    for cipher in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")
    for signature in ("ECDSA", "RSA")
)


class Unusable(Exception):
    """Say what is wrong with a certificate or key, in a sentence for who runs the server."""


class Certificate:
    """The files of a certificate and of its key.

    :param certfile: PEM: the server's certificate, then those that lead to a known one
    :param keyfile: PEM: its key; empty: it is in ``certfile`` too
    """

    def __init__(self, certfile: str, keyfile: str) -> None:
        self._certfile = certfile
        self._keyfile = keyfile or certfile
        self._key_option = "--keyfile" if keyfile else "--certfile"

    def context(self) -> ssl.SSLContext:
        """Read the files.

        :raises Unusable: they are not there, or not what they should be
        """
        _hold("--certfile", self._certfile, "a certificate", b"-----BEGIN CERTIFICATE-----")
        _hold(self._key_option, self._keyfile, "a private key", b"PRIVATE KEY-----")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(_CIPHERS)
        context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_TICKET
        context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
        context.set_alpn_protocols(["http/1.1"])
        try:
            context.load_cert_chain(self._certfile, self._keyfile, self._refuse_to_ask)
        except ssl.SSLError as error:
            raise Unusable(self._explained(error)) from None
        return context

    def renew(self, server: HTTPServer) -> None:
        """Read the files again, for connections from now on; if they are bad, go on as before."""
        try:
            server.ssl_options = self.context()
        except Unusable as error:
            log.error("the certificate stays as it was: %s", error)
        else:
            log.info("the certificate was read anew from %s", self._certfile)

    def _refuse_to_ask(self) -> str:
        # OpenSSL would ask on the terminal, and wait.
        raise Unusable(
            f"The key in {self._key_option}={self._keyfile} has a password, and nobody is there "
            "to type it. Take it off: openssl pkey -in FILE -out FILE."
        )

    def _explained(self, error: ssl.SSLError) -> str:
        if error.reason == "KEY_VALUES_MISMATCH":
            return (
                f"The key in {self._key_option}={self._keyfile} is not that of the first "
                f"certificate in --certfile={self._certfile}. The server's own must come first."
            )
        return (
            f"The certificate in --certfile={self._certfile} or its key in "
            f"{self._keyfile} can't be used: {error.reason or error}."
        )


def _hold(option: str, name: str, what: str, mark: bytes) -> None:
    """Make sure that a file holds what it should.

    :raises Unusable: it doesn't, or can't be read
    """
    try:
        content = Path(name).read_bytes()
    except OSError as error:
        raise Unusable(f"{option}={name} can't be read: {error.strerror}.") from None
    if mark not in content:
        raise Unusable(f"{option}={name} is not {what} in PEM (-----BEGIN …).")


def hush() -> None:
    """Keep Tornado from a warning for everybody who knocks without TLS, or scans the port."""
    logging.getLogger("tornado.general").addFilter(
        lambda record: not str(record.msg).startswith("SSL Error on ")
    )
