"""TLS by a real certificate: what is spoken, what is refused, and a renewal in the middle."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from tests import certificates
from tests.certificates import Certificate
from tests.faults.test_command import _chat, _refused
from tests.faults.wire import run
from tests.serving import GustProcess
from tests.talking import Client


@pytest.fixture
def cert(tmp_path: Path) -> Certificate:
    return certificates.make(tmp_path)


@pytest.fixture
def server(tmp_path: Path, cert: Certificate) -> Iterator[GustProcess]:
    with GustProcess(tmp_path / "data", cert=cert) as server:
        yield server
        assert not server.complaints


def _client(cert: Certificate, **settings: Any) -> ssl.SSLContext:
    context = cert.believed()
    for name, value in settings.items():
        setattr(context, name, value)
    return context


def _shake_hands(port: int, context: ssl.SSLContext) -> tuple[str | None, str, bytes | None]:
    """Connect; give what TLS, which cipher and whose certificate."""
    with (
        socket.create_connection(("127.0.0.1", port), 5) as near,
        context.wrap_socket(near, server_hostname="localhost") as wrapped,
    ):
        cipher = wrapped.cipher()
        assert cipher is not None
        return wrapped.version(), cipher[0], wrapped.getpeercert(True)


async def _call(server: GustProcess, cert: Certificate, **query: str) -> Client:
    url = f"wss://127.0.0.1:{server.port}/chatsocket?name={query['name']}"
    client = Client(await websocket_connect(HTTPRequest(url, ssl_options=cert.believed())))
    await client.until("presence")
    return client


async def _part(*clients: Client) -> None:
    for client in clients:
        client.close()
        await client.until("closed")
    await asyncio.sleep(0.05)  # for their sockets to be closed too


def test_people_talk_over_tls(server, cert):
    async def scene() -> None:
        ada, bob = await _call(server, cert, name="ada"), await _call(server, cert, name="bob")
        for number in range(15):
            await ada.say(f"{number} " + "x" * 3000)
            assert (await bob.until("message"))["text"].startswith(f"{number} ")
        await _part(ada, bob)

    run(scene())


def test_cookies_are_secure_and_tls_is_demanded(server, cert):
    request = urllib.request.Request(
        f"{server.url}/api/session",
        json.dumps({"name": "ada"}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, context=cert.believed()) as answer:
        assert answer.headers["Set-Cookie"].startswith("__Host-gust=")
        assert "Secure" in answer.headers["Set-Cookie"]
        assert answer.headers["Strict-Transport-Security"] == "max-age=63072000"


def test_tls_1_3_and_1_2_are_spoken_with_forward_secrecy(server, cert):
    assert _shake_hands(server.port, _client(cert))[0] == "TLSv1.3"
    older = _client(cert, maximum_version=ssl.TLSVersion.TLSv1_2)
    version, cipher, _ = _shake_hands(server.port, older)
    assert version == "TLSv1.2"
    assert cipher.startswith("ECDHE-")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated:DeprecationWarning")
def test_tls_1_1_is_refused(server, cert):
    old = _client(cert)
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        _shake_hands(server.port, old)


@pytest.mark.parametrize("cipher", ["ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384"])
def test_a_cipher_outside_the_profile_is_refused(server, cert, cipher):
    weak = _client(cert, maximum_version=ssl.TLSVersion.TLSv1_2)
    weak.set_ciphers(cipher)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        _shake_hands(server.port, weak)


def test_who_speaks_no_tls_is_only_hung_up_on(server, cert):
    for knock in (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\x16\x03\x01\x00\x05hello", b""):
        with (
            socket.create_connection(("127.0.0.1", server.port), 5) as near,
            contextlib.suppress(OSError),
        ):
            near.sendall(knock)
            near.shutdown(socket.SHUT_WR)
            while near.recv(1000):
                pass
    assert _shake_hands(server.port, _client(cert))
    assert not [line for line in server.log if "SSL" in line]


def test_a_renewed_certificate_is_served_and_nobody_dropped(tmp_path, server, cert):
    async def scene() -> None:
        ada = await _call(server, cert, name="ada")
        before = _shake_hands(server.port, _client(cert))[2]
        renewed = certificates.make(tmp_path, "renewed")
        shutil.copy(renewed.certfile, cert.certfile)
        shutil.copy(renewed.keyfile, cert.keyfile)
        os.kill(server.pid, signal.SIGHUP)
        await _told(server, "read anew")
        assert _shake_hands(server.port, _client(renewed))[2] != before
        bob = await _call(server, renewed, name="bob")
        await ada.say("still here")
        assert (await bob.until("message"))["text"] == "still here"
        await _part(ada, bob)

    run(scene())


def test_a_bad_renewal_leaves_the_certificate_as_it_was(tmp_path, cert):
    with GustProcess(tmp_path / "data", cert=cert) as server:
        before = _shake_hands(server.port, _client(cert))[2]
        trust = cert.believed()
        shutil.copy(certificates.make(tmp_path, "other").keyfile, cert.keyfile)
        os.kill(server.pid, signal.SIGHUP)
        run(_told(server, "is not that of the first certificate"))
        assert _shake_hands(server.port, trust)[2] == before
        assert len(server.complaints) == 1


async def _told(server: GustProcess, words: str) -> None:
    until = time.monotonic() + 5
    while not any(words in line for line in server.log):
        assert time.monotonic() < until, server.log
        await asyncio.sleep(0.02)


def test_one_file_may_hold_both(tmp_path, cert):
    both = tmp_path / "both.pem"
    both.write_bytes(cert.certfile.read_bytes() + cert.keyfile.read_bytes())
    with GustProcess(tmp_path / "data", cert=Certificate(both, both)) as server:
        server.stop()
        server.options = (f"--certfile={both}",)
        server.start()


def test_the_links_that_are_printed_are_of_the_certificates_name(tmp_path, cert):
    with GustProcess(tmp_path / "data", "--hosts=chat.example.org", cert=cert) as server:
        printed = server._process.stdout
        for line in (printed.readline(), printed.readline()):
            assert f"https://chat.example.org:{server.port}" in line


class TestWrongFiles:
    """Each is one clear sentence, before anything is served."""

    def refused(self, tmp_path: Path, *options: str, says: list[str]) -> None:
        options = (f"--data={tmp_path / 'data'}", *options)
        _refused(_chat("--port=0", *options), 2 if "needs" in says else 1, *says)

    def test_a_missing_certificate(self, tmp_path, cert):
        options = ["--certfile=/nowhere.pem", f"--keyfile={cert.keyfile}"]
        self.refused(tmp_path, *options, says=["--certfile=/nowhere.pem", "No such file"])

    def test_a_missing_key(self, tmp_path, cert):
        options = [f"--certfile={cert.certfile}", "--keyfile=/nowhere.key"]
        self.refused(tmp_path, *options, says=["--keyfile=/nowhere.key", "No such file"])

    def test_a_certificate_without_any_key(self, tmp_path, cert):
        says = [f"--certfile={cert.certfile}", "private key"]
        self.refused(tmp_path, f"--certfile={cert.certfile}", says=says)

    def test_a_key_without_a_certificate(self, tmp_path, cert):
        self.refused(tmp_path, f"--keyfile={cert.keyfile}", says=["needs", "--certfile=FILE"])

    def test_a_folder(self, tmp_path, cert):
        options = [f"--certfile={tmp_path}", f"--keyfile={cert.keyfile}"]
        self.refused(tmp_path, *options, says=[f"--certfile={tmp_path}", "directory"])

    def test_files_the_wrong_way_round(self, tmp_path, cert):
        options = [f"--certfile={cert.keyfile}", f"--keyfile={cert.certfile}"]
        self.refused(tmp_path, *options, says=["--certfile=", "not a certificate"])

    def test_the_key_of_another_certificate(self, tmp_path, cert):
        other = certificates.make(tmp_path, "other")
        options = [f"--certfile={cert.certfile}", f"--keyfile={other.keyfile}"]
        self.refused(tmp_path, *options, says=["is not that of the first certificate"])

    def test_a_key_with_a_password(self, tmp_path, cert):
        locked = tmp_path / "locked.key"
        lock = ["openssl", "pkey", "-aes256", "-passout", "pass:x", "-in", str(cert.keyfile)]
        subprocess.run([*lock, "-out", str(locked)], check=True)
        options = [f"--certfile={cert.certfile}", f"--keyfile={locked}"]
        self.refused(tmp_path, *options, says=["has a password"])

    def test_a_damaged_certificate(self, tmp_path, cert):
        whole = cert.certfile.read_text()
        cert.certfile.write_text(whole[: len(whole) // 2])
        options = [f"--certfile={cert.certfile}", f"--keyfile={cert.keyfile}"]
        self.refused(tmp_path, *options, says=[f"--certfile={cert.certfile}", "can't be used"])
