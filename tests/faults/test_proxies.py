"""Behind a real proxy, set up as docs/deploying.md says."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
import tornado.testing
from tornado.httpclient import HTTPRequest
from tornado.netutil import OverrideResolver, Resolver
from tornado.websocket import websocket_connect

from tests import certificates
from tests.faults.wire import run
from tests.serving import ROOT, GustProcess
from tests.talking import Client
from tests.uploading import CONTENT_TYPE, form

HOST = "chat.example.org"
PAGE = (ROOT / "docs" / "deploying.md").read_text("utf-8")


class Proxy(NamedTuple):
    """A proxy that runs, and what it takes to believe its certificate.

    :ivar plain: the port at which it speaks HTTP without TLS
    """

    port: int
    plain: int
    trust: ssl.SSLContext

    def ask(
        self, method: str, path: str, body: Any = None, at: str = "127.0.0.1", **headers: str
    ) -> tuple[int, Any, Any]:
        """Make a request from an address of this machine; give status, headers and body."""
        near = HTTPSConnection(
            HOST, self.port, context=self.trust, timeout=10, source_address=(at, 0)
        )
        near._create_connection = lambda to, *more: socket.create_connection(  # type: ignore[attr-defined]
            ("127.0.0.1", to[1]), *more
        )
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None and not isinstance(body, bytes):
            body, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
        with closing(near):
            near.request(method, path, body, sent)
            answer = near.getresponse()
            content = answer.read()
        if answer.headers.get("Content-Type", "").startswith("application/json"):
            content = json.loads(content)
        return answer.status, answer.headers, content

    async def connect(self, cookie: str, origin: str) -> Client:
        """Open a socket as a page of an origin does."""
        url = f"wss://{HOST}:{self.port}/chatsocket"
        headers = {"Cookie": cookie, "Origin": origin}
        request = HTTPRequest(url, headers=headers, ssl_options=self.trust)
        near = OverrideResolver(Resolver(), {HOST: "127.0.0.1"})
        return Client(await websocket_connect(request, resolver=near))


def _configuration(kind: str, **changed: str) -> str:
    """Read a configuration from the page, with a test's ports and files in it."""
    found = re.search(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    text = found[1]
    for old, new in changed.items():
        before = text
        text = text.replace(OF_THE_PAGE[old], new)
        assert text != before, old
    return text


OF_THE_PAGE = {
    "upstream": "127.0.0.1:3001",
    "listen": "listen 443",
    "listen_6": "listen [::]:443",
    "plain": "listen 80",
    "plain_6": "listen [::]:80",
    "cert": "/etc/letsencrypt/live/chat.example.org/fullchain.pem",
    "key": "/etc/letsencrypt/live/chat.example.org/privkey.pem",
    "site": "chat.example.org {\n",
}


def _nginx(
    folder: Path, port: int, plain: int, upstream: str, cert: certificates.Certificate
) -> list[str]:
    site = _configuration(
        "nginx",
        upstream=upstream,
        listen=f"listen 127.0.0.1:{port}",
        listen_6=f"listen 127.0.0.2:{port}",  # a machine may be without IPv6
        plain=f"listen 127.0.0.1:{plain}",
        plain_6=f"listen 127.0.0.2:{plain}",
        cert=str(cert.certfile),
        key=str(cert.keyfile),
    )
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    # As root, its worker would be somebody who may not look into the test's folder.
    user = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user}pid {folder}/pid; error_log stderr warn; daemon off; worker_processes 1;\n"
        f"events {{}}\nhttp {{ access_log off;\n{paths}{site} }}\n"
    )
    return ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]


def _caddy(
    folder: Path, port: int, plain: int, upstream: str, cert: certificates.Certificate
) -> list[str]:
    tls = f"    bind 127.0.0.1\n    tls {cert.certfile} {cert.keyfile}\n"
    site = _configuration("caddy", upstream=upstream, site=f"https://{HOST}:{port} {{\n{tls}")
    ports = f" http_port {plain}\n https_port {port}\n"
    options = (
        f"{{\n admin off\n auto_https disable_certs\n{ports} storage file_system {folder}\n}}\n"
    )
    (folder / "Caddyfile").write_text(options + site)
    return ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


@pytest.fixture(params=[_nginx, _caddy], ids=["nginx", "caddy"])
def proxy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Proxy]:
    options = ("--behind-proxy", f"--hosts={HOST}")
    with GustProcess(tmp_path / "data", *options) as server:
        cert = certificates.make(tmp_path)
        port, plain = _free_ports()
        upstream = f"127.0.0.1:{server.port}"
        with (tmp_path / "proxy.log").open("w") as log:
            process = subprocess.Popen(
                request.param(tmp_path, port, plain, upstream, cert),
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(tmp_path)},
                stdout=log,
                stderr=log,
            )
        try:
            yield _when_up(Proxy(port, plain, cert.believed()), process, tmp_path / "proxy.log")
        finally:
            process.terminate()
            process.wait(10)
        assert not server.complaints


def _free_ports() -> tuple[int, int]:
    bound = [tornado.testing.bind_unused_port(address="127.0.0.1") for _ in range(2)]
    for held, _ in bound:
        held.close()
    return bound[0][1], bound[1][1]


def _when_up(proxy: Proxy, process: subprocess.Popen[bytes], log: Path) -> Proxy:
    until = time.monotonic() + 10
    while True:
        try:
            assert proxy.ask("GET", "/healthz")[0] == 200
            return proxy
        except OSError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.05)


def _come(proxy: Proxy, name: str, at: str = "127.0.0.1", **headers: str) -> str:
    status, answered, body = proxy.ask("POST", "/api/session", {"name": name}, at, **headers)
    assert status == 200, body
    return str(answered["Set-Cookie"].partition(";")[0])


def test_people_talk_and_share_files_through_a_proxy(proxy):
    own = f"https://{HOST}:{proxy.port}"

    async def scene() -> None:
        ada = await proxy.connect(cookie, own)
        bob = await proxy.connect(_come(proxy, "bob"), own)
        assert (await ada.until("welcome"))["user"]["name"] == "ada"
        await bob.until("presence")
        await ada.say("through it")
        assert (await bob.until("message"))["text"] == "through it"
        ask = asyncio.to_thread
        content = bytes(range(256)) * 40_000  # 10 MB
        told = {"Cookie": cookie, "Content-Type": CONTENT_TYPE, "Origin": own}
        upload = "/api/rooms/1/files"
        status, _, file = await ask(proxy.ask, "POST", upload, form(content, "all.bin"), **told)
        assert status == 201, file
        await ada.say("look", files=[file["id"]])
        said = await bob.until("message", text="look")
        url = said["files"][0]["url"]
        status, _, got = await ask(proxy.ask, "GET", url, Cookie=cookie)
        assert (status, got) == (200, content)
        for client in (ada, bob):
            client.close()
            await client.until("closed")
        await asyncio.sleep(0.05)  # for their sockets to be closed too

    cookie = _come(proxy, "ada", Origin=own)
    run(scene())


def test_the_page_and_its_cookie_are_as_behind_tls(proxy):
    status, headers, page = proxy.ask("GET", "/")
    assert status == 200
    assert b"<html" in page
    assert headers["Strict-Transport-Security"]
    _, headers, _ = proxy.ask("POST", "/api/session", {"name": "ada"})
    assert headers["Set-Cookie"].startswith("__Host-gust=")
    assert "secure" in headers["Set-Cookie"].lower()


def test_who_comes_without_tls_is_sent_to_where_there_is(proxy):
    with closing(HTTPConnection("127.0.0.1", proxy.plain, timeout=10)) as plain:
        plain.request("GET", "/rooms/1?a=b", headers={"Host": HOST})
        answer = plain.getresponse()
        answer.read()
    to = urlsplit(answer.headers["Location"])
    assert answer.status in (301, 308)
    assert (to.scheme, to.hostname, f"{to.path}?{to.query}") == ("https", HOST, "/rooms/1?a=b")


def test_who_lies_about_their_address_is_seen_at_their_own(proxy):
    lies = {
        "X-Forwarded-For": "6.6.6.6", "X-Real-IP": "6.6.6.6", "Forwarded": "for=6.6.6.6",
        "X-Forwarded-Proto": "http", "X-Scheme": "http",
    }  # fmt: skip
    for at, told in (("127.0.0.2", {}), ("127.0.0.3", lies)):
        cookie = _come(proxy, f"somebody at {at}", at, **told)
        assert cookie.startswith("__Host-gust=")
        _, _, answer = proxy.ask("GET", "/api/sessions", None, at, Cookie=cookie, **told)
        assert [entry["address"] for entry in answer["sessions"]] == [at]


def test_a_page_from_elsewhere_is_refused_behind_a_proxy_too(proxy):
    async def scene() -> None:
        with pytest.raises(Exception, match="403"):
            await proxy.connect(cookie, "https://evil.example")
        await asyncio.sleep(0.05)  # for its socket to be closed too

    cookie = _come(proxy, "ada")
    run(scene())
    for origin in ("https://evil.example", f"https://{HOST}"):  # the second: another port
        status, _, _ = proxy.ask("POST", "/api/session", {"name": "eve"}, Origin=origin)
        assert status == 403
