"""What must be refused, and what every answer carries."""

from __future__ import annotations

import pytest
from tornado.httpclient import HTTPClientError

from handlers.place import PlaceHandler
from tests.talking import Client


async def status_of_socket(port: int, **headers: str) -> int:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        client = await Client.connect(port, headers=sent)
    except HTTPClientError as error:
        return error.code
    client.close()
    return 101


@pytest.mark.gen_test
async def test_a_page_from_elsewhere_can_not_open_a_socket(http_server, http_port) -> None:
    assert await status_of_socket(http_port, Origin="https://evil.example") == 403
    assert await status_of_socket(http_port, Origin="null") == 403
    assert await status_of_socket(http_port, Origin=f"http://127.0.0.1:{http_port}") == 101


@pytest.mark.gen_test
async def test_a_browser_that_says_cross_site_is_believed(http_server, http_port) -> None:
    own = f"http://127.0.0.1:{http_port}"
    refused = await status_of_socket(
        http_port, Sec_Fetch_Site="cross-site", Origin="https://evil.example"
    )
    assert refused == 403
    assert await status_of_socket(http_port, Sec_Fetch_Site="same-origin", Origin=own) == 101


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.gen_test
async def test_a_page_from_elsewhere_can_not_change_anything(call, method) -> None:
    answer = await call(
        method,
        "/api/session",
        {"name": "ada"} if method == "POST" else None,
        Origin="https://evil.example",
    )
    assert (answer.status, answer.code) == (403, "forbidden")


@pytest.mark.parametrize("path", ["/", "/api/me", "/healthz", "/chatsocket", "/nowhere"])
@pytest.mark.gen_test
async def test_a_host_name_that_is_not_ours_is_refused(call, path) -> None:
    answer = await call("GET", path, Host="evil.example")
    assert (answer.status, answer.code) == (421, "forbidden")
    assert "--hosts=evil.example" in answer.body["error"]["message"]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1", "10.1.2.3", "[::1]:9"])
@pytest.mark.gen_test
async def test_addresses_and_localhost_are_ours(call, host) -> None:
    assert (await call("GET", "/healthz", Host=host)).status == 200


class TestHosts:
    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"hosts": "chat.example, Other.Example"}

    @pytest.mark.parametrize("host", ["chat.example", "other.example:3001"])
    @pytest.mark.gen_test
    async def test_a_name_of_the_option_is_ours(self, call, host) -> None:
        assert (await call("GET", "/healthz", Host=host)).status == 200


@pytest.mark.parametrize(
    "path", ["/", "/api/me", "/nowhere", "/static/x/js/main.js", "/chatsocket"]
)
@pytest.mark.gen_test
async def test_every_answer_carries_the_headers(call, path) -> None:
    headers = (await call("GET", path)).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Server"] == "Gust"


@pytest.mark.gen_test
async def test_an_unknown_address_is_a_clear_404(call) -> None:
    answer = await call("GET", "/nowhere")
    assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.parametrize("path", ["/static/x/../chat.py", "/static/x/%2e%2e/chat.py", "/static/"])
@pytest.mark.gen_test
async def test_only_the_pages_own_files_are_served(call, path) -> None:
    assert (await call("GET", path)).status in (403, 404)


@pytest.mark.gen_test
async def test_the_pages_files_are_kept_for_ever_under_their_version(call, app) -> None:
    current = await call("GET", app.assets.script)
    assert current.status == 200
    assert "immutable" in current.headers["Cache-Control"]
    other = await call("GET", "/static/000000000000/js/first.js")
    assert other.headers["Cache-Control"] == "no-cache"


@pytest.mark.gen_test
async def test_the_page_loads_no_script_from_within(call) -> None:
    page = (await call("GET", "/")).body.decode()
    assert "<style" not in page
    assert "style=" not in page
    assert page.count("<script") == page.count('<script type="module" src="/static/')


@pytest.mark.gen_test
async def test_the_health_check_reads_and_writes(call) -> None:
    answer = await call("GET", "/healthz")
    assert (answer.status, answer.body) == (200, b"ok\n")


@pytest.mark.parametrize(
    ("method", "path", "most"),
    [
        ("POST", "/api/session", 1 << 16),
        ("PUT", "/api/nowhere", 1 << 16),
        ("PUT", "/api/filters", 1 << 21),
        ("GET", "/healthz", 1 << 16),
    ],
)
@pytest.mark.gen_test
async def test_a_body_that_is_too_long_is_refused_in_words(call, method, path, most) -> None:
    answer = await call(method, path, b"x" * (most + 1))
    assert (answer.status, answer.code) == (413, "too_long")
    assert f"{most:,} is the most" in answer.body["error"]["message"]
    fits = await call(method, path, b"x" * most)
    assert fits.status != 413


@pytest.mark.gen_test
async def test_a_fault_of_our_own_is_named_so(call, monkeypatch, caplog) -> None:
    def fail(self) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(PlaceHandler, "get", fail)
    answer = await call("GET", "/api/place")
    assert (answer.status, answer.code) == (500, "internal")
    assert "ZeroDivisionError" in caplog.text
    caplog.clear()


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/rooms", "GET, POST"),
        ("OPTIONS", "/api/session", "POST, DELETE"),
        ("POST", "/", "GET, HEAD"),
        ("BREW", "/healthz", "GET"),
        ("PUT", "/api/rooms/1/files", "GET, POST"),
        ("POST", "/static/x/js/main.js", "GET, HEAD"),
    ],
)
@pytest.mark.gen_test
async def test_a_method_that_there_is_not_is_told_which_there_are(
    call, method, path, allowed
) -> None:
    answer = await call(method, path, b"{}" if method in ("PUT", "POST") else None)
    assert (answer.status, answer.code) == (405, "bad_event")
    assert answer.headers["Allow"] == allowed
    assert allowed in answer.body["error"]["message"]
