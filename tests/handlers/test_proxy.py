"""Behind a proxy: who is really asking, and who only says so."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.chatsocket import ChatSocketHandler

NAMED = {"behind_proxy": True}
CLIENT = "203.0.113.7"


@pytest.fixture
def settings() -> dict[str, Any]:
    return NAMED


async def come(call: Any, name: str, **headers: str) -> Any:
    answer = await call("POST", "/api/session", {"name": name}, **headers)
    assert answer.status == 200, answer.body
    return answer


async def address_of(call: Any, name: str, **headers: str) -> str:
    """Come in, and look up at which address one's session is kept."""
    cookie = (await come(call, name, **headers)).cookie
    (entry,) = (await call("GET", "/api/sessions", cookie=cookie, **headers)).body["sessions"]
    return str(entry["address"])


@pytest.mark.gen_test
async def test_a_session_is_kept_at_the_clients_address(call) -> None:
    assert await address_of(call, "ada", X_Forwarded_For=CLIENT) == CLIENT


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (f"6.6.6.6, {CLIENT}", CLIENT),
        (f"6.6.6.6,127.0.0.1 ,{CLIENT} ", CLIENT),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        (f"{CLIENT}:4711", CLIENT),
        ("6.6.6.6, unknown", "127.0.0.1"),
        ("6.6.6.6,", "127.0.0.1"),
        ("1", "127.0.0.1"),
        ("<script>", "127.0.0.1"),
    ],
)
@pytest.mark.gen_test
async def test_only_the_last_hop_is_believed(call, caplog, said, found) -> None:
    assert await address_of(call, "ada", X_Forwarded_For=said) == found
    caplog.clear()  # what can't be read is told


@pytest.mark.parametrize("header", ["X_Real_Ip", "Forwarded", "X_Client_Ip", "True_Client_Ip"])
@pytest.mark.gen_test
async def test_other_headers_are_the_clients_word(call, header) -> None:
    said = {header: "6.6.6.6", "X_Forwarded_For": CLIENT}
    assert await address_of(call, "ada", **said) == CLIENT


@pytest.mark.gen_test
async def test_one_request_says_nothing_of_the_next(call, caplog) -> None:
    assert await address_of(call, "ada", X_Forwarded_For=CLIENT) == CLIENT
    assert await address_of(call, "bob") == "127.0.0.1"
    assert "X-Forwarded-For" not in caplog.text, "a check on this machine is nothing unusual"
    assert await address_of(call, "carol", X_Forwarded_Proto="https") == "127.0.0.1"
    assert "X-Forwarded-For" in caplog.text
    caplog.clear()


class TestNobodyNamed:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {}

    @pytest.mark.gen_test
    async def test_without_the_option_nobody_is_believed(self, call, caplog) -> None:
        said = {"X_Forwarded_For": CLIENT, "X_Forwarded_Proto": "https"}
        assert await address_of(call, "ada", **said) == "127.0.0.1"
        assert "Secure" not in (await come(call, "bob", **said)).headers["Set-Cookie"]
        warned = [r for r in caplog.records if "--behind-proxy" in r.getMessage()]
        assert len(warned) == 1, "said once, not with each request"
        caplog.clear()


class TestAnotherProxy:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return NAMED | {"proxies": "192.0.2.1, 2001:db8::/32"}

    @pytest.mark.gen_test
    async def test_who_comes_past_the_proxy_is_not_believed(self, call) -> None:
        said = {"X_Forwarded_For": CLIENT, "X_Forwarded_Proto": "https"}
        assert await address_of(call, "ada", **said) == "127.0.0.1"
        assert "Secure" not in (await come(call, "bob", **said)).headers["Set-Cookie"]


class TestLimits:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return NAMED | {"guest_rate": 0.001, "guest_burst": 1}

    @pytest.mark.gen_test
    async def test_limits_count_for_the_client_not_for_all_behind_the_proxy(self, call) -> None:
        await come(call, "ada", X_Forwarded_For="203.0.113.1")
        again = await call("POST", "/api/session", {"name": "a"}, X_Forwarded_For="203.0.113.1")
        assert (again.status, again.code) == (429, "slow_down")
        spoofed = "203.0.113.9, 203.0.113.1"
        again = await call("POST", "/api/session", {"name": "b"}, X_Forwarded_For=spoofed)
        assert (again.status, again.code) == (429, "slow_down")
        await come(call, "bob", X_Forwarded_For="203.0.113.2")


@pytest.mark.gen_test
async def test_a_socket_is_at_the_clients_address_as_long_as_it_is_open(connect) -> None:
    await connect("ada", headers={"X-Forwarded-For": f"6.6.6.6, {CLIENT}"})
    (waiter,) = ChatSocketHandler.waiters
    assert waiter.request.remote_ip == CLIENT
    assert waiter.network == CLIENT


@pytest.mark.parametrize("proto", ["https", "wss", "http, https", "HTTPS"])
@pytest.mark.gen_test
async def test_behind_tls_the_cookie_is_secure_and_tls_is_demanded(call, proto) -> None:
    answer = await come(call, "ada", X_Forwarded_For=CLIENT, X_Forwarded_Proto=proto)
    assert answer.headers["Set-Cookie"].startswith("__Host-gust=")
    assert "Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"] == "max-age=63072000"


@pytest.mark.parametrize("proto", ["http", "https, http", "ftp", ""])
@pytest.mark.gen_test
async def test_without_tls_neither_is(call, proto) -> None:
    answer = await come(call, "ada", X_Forwarded_For=CLIENT, X_Forwarded_Proto=proto)
    assert answer.headers["Set-Cookie"].startswith("gust=")
    assert "Secure" not in answer.headers["Set-Cookie"]
    assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize(("origin", "status"), [("chat.example", 200), ("evil.example", 403)])
@pytest.mark.gen_test
async def test_a_page_is_of_this_origin_by_the_name_that_the_proxy_passes_on(
    call, app, origin, status
) -> None:
    app.hosts |= {"chat.example"}
    answer = await call(
        "POST", "/api/session", {"name": "ada"},
        Host="chat.example", Origin=f"https://{origin}",
        X_Forwarded_For=CLIENT, X_Forwarded_Proto="https",
    )  # fmt: skip
    assert answer.status == status
