"""Who may come in is the owner's choice, and told to everybody."""

from __future__ import annotations

import pytest
from tornado.httpclient import HTTPClientError

from models.store import users


@pytest.mark.gen_test
async def test_anybody_may_ask_what_kind_of_place_this_is(call, app) -> None:
    place = await call("GET", "/api/place")
    assert place.body == {
        "guests": True,
        "signup": "open",
        "limits": {
            "text": 4000,
            "frame": 65536,
            "upload": 25 << 20,
            "files": 10,
            "password": 8,
        },
        "version": app.assets.version,
    }


@pytest.mark.gen_test
async def test_the_page_knows_it_as_well(call) -> None:
    page = (await call("GET", "/")).body.decode()
    assert 'data-guests="on" data-signup="open"' in page


class TestWithoutGuests:
    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"guests": "off", "signup": "invite"}

    @pytest.mark.gen_test
    async def test_the_place_says_so(self, call) -> None:
        place = (await call("GET", "/api/place")).body
        assert (place["guests"], place["signup"]) == (False, "invite")
        page = (await call("GET", "/")).body.decode()
        assert 'data-guests="off" data-signup="invite"' in page

    @pytest.mark.gen_test
    async def test_a_name_is_not_enough(self, call) -> None:
        answer = await call("POST", "/api/session", {"name": "ada"})
        assert (answer.status, answer.code) == (403, "forbidden")
        assert "--guests" in answer.body["error"]["message"]

    @pytest.mark.parametrize("query", [{}, {"name": "ada"}, {"cookie": "gust=forged"}])
    @pytest.mark.gen_test
    async def test_no_socket_is_opened_for_strangers(self, connect, query) -> None:
        with pytest.raises(HTTPClientError) as refused:
            await connect(**query)
        assert refused.value.code == 401

    @pytest.mark.gen_test
    async def test_a_guest_of_earlier_days_is_a_stranger_now(self, app, call, connect) -> None:
        _, token = await app.store.write(users.create_signed_in, "ada")
        assert (await call("GET", "/api/rooms", cookie=f"gust={token}")).status == 401
        again = await call("POST", "/api/session", {"name": "ada"}, f"gust={token}")
        assert (again.status, again.code) == (403, "forbidden")
        with pytest.raises(HTTPClientError) as refused:
            await connect(cookie=f"gust={token}")
        assert refused.value.code == 401
