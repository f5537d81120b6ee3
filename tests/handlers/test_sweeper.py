"""What nobody needs any more leaves the disk, and nothing else does."""

from __future__ import annotations

import os
import time

import pytest
from sqlalchemy import update

from models.store import files
from models.store.blobs import Blobs
from models.store.schema import files as table
from tests.handlers.test_files import on_disk
from tests.handlers.test_rooms import sign_in
from tests.picturing import told
from tests.uploading import upload

OLD = 3600.0  # seconds


def grow_old(app) -> None:
    for path in on_disk(app):
        os.utime(path, (time.time() - OLD, time.time() - OLD))


def _date_back(connection, id: str) -> None:
    past = update(table).where(table.c.id == id).values(date=table.c.date - files.UNNAMED_MS)
    connection.execute(past)


@pytest.mark.gen_test
async def test_a_removed_message_takes_its_files_along(call, connect, app) -> None:
    cookie = await sign_in(call, "ada")
    ada = await connect(cookie=cookie)
    photo = (await upload(call, cookie, told("JPEG", 1, (1000, 800)))).body
    said = (await ada.say("", files=[photo["id"]]))["message"]
    assert len(on_disk(app)) == 2
    await call("DELETE", f"/api/messages/{said['id']}", cookie=cookie)
    assert (await call("GET", photo["url"], cookie=cookie)).status == 404
    await app.sweeper.sweep(young=0)
    assert on_disk(app) == []
    page = await call("GET", "/api/rooms/1/messages", cookie=cookie)
    assert "files" not in page.body["messages"][0]


@pytest.mark.gen_test
async def test_bytes_that_somebody_else_also_sent_stay(call, connect, app) -> None:
    ada, bob = await sign_in(call, "ada"), await sign_in(call, "bob")
    mine, theirs = [(await upload(call, cookie, b"the same")).body for cookie in (ada, bob)]
    await call("DELETE", f"/api/files/{mine['id']}", cookie=ada)
    await app.sweeper.sweep(young=0)
    assert (await call("GET", theirs["url"], cookie=bob)).body == b"the same"
    await call("DELETE", f"/api/files/{theirs['id']}", cookie=bob)
    await app.sweeper.sweep(young=0)
    assert on_disk(app) == []


@pytest.mark.gen_test
async def test_bytes_that_came_again_just_now_stay(call, app) -> None:
    ada = await sign_in(call, "ada")
    file = (await upload(call, ada, b"again")).body
    grow_old(app)
    await call("DELETE", f"/api/files/{file['id']}", cookie=ada)
    again = (await upload(call, ada, b"again")).body
    await call("DELETE", f"/api/files/{again['id']}", cookie=ada)
    await app.sweeper.sweep()
    assert len(on_disk(app)) == 1, "somebody may be between the disk and the database"
    grow_old(app)
    await app.sweeper.sweep()
    assert on_disk(app) == []


@pytest.mark.gen_test
async def test_a_file_that_no_message_named_is_forgotten_after_a_day(call, connect, app) -> None:
    cookie = await sign_in(call, "ada")
    ada = await connect(cookie=cookie)
    named, old, new = [(await upload(call, cookie, text)).body for text in (b"1", b"2", b"3")]
    await ada.say("look", files=[named["id"]])
    for file in (named, old):
        await app.store.write(_date_back, file["id"])
    await app.sweeper.sweep(young=0)
    statuses = [
        (await call("GET", file["url"], cookie=cookie)).status for file in (named, old, new)
    ]
    assert statuses == [200, 404, 200]
    assert len(on_disk(app)) == 2
    ada.send(type="message", text="too late", files=[old["id"]])
    assert (await ada.until("error"))["code"] == "not_found"


@pytest.mark.gen_test
async def test_what_a_crash_left_is_found(call, app) -> None:
    kept = (await upload(call, await sign_in(call, "ada"), b"kept")).body
    incoming = app.blobs.receive()
    incoming.write(b"nothing names this")
    app.blobs.take_in(incoming.path, incoming.finish())
    assert len(on_disk(app)) == 2
    await app.sweeper.search()
    assert len(on_disk(app)) == 2, "it may be somebody's in a moment"
    grow_old(app)
    await app.sweeper.search()
    assert [path.stat().st_size for path in on_disk(app)] == [kept["size"]]


@pytest.mark.gen_test
async def test_while_a_backup_is_made_nothing_is_taken_away(call, app):
    ada = await sign_in(call, "ada")
    sent = await upload(call, ada, b"one")
    await call("DELETE", f"/api/files/{sent.body['id']}", cookie=ada)
    with Blobs.held(app.blobs.folder):
        await app.sweeper.sweep(young=0)
        assert len(on_disk(app)) == 1
    await app.sweeper.sweep(young=0)
    assert on_disk(app) == []
