"""Two deliverers at the same moment, each with a connection of its own: every message once."""

from __future__ import annotations

import contextvars
import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.clock import COLLEGE_ZONE
from app.core.unit_of_work import unit_of_work
from app.extensions import db
from app.models.organisation import Person
from app.models.system import OutboxMessage, OutboxStatus
from app.notify.delivery import deliver
from app.notify.service import notify
from app.security import actors
from tests.cast import TEST, TODAY
from tests.conftest import _address, _prepare
from tests.post import Mailbox, smtp_server

DELIVERERS = 4
NOTES = 3


@pytest.fixture
def served(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """An application as a server runs it: every transaction commits by itself."""
    from app import create_app
    from config import Testing

    monkeypatch.setenv("INSTANCE_PATH", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", _address(request.config, tmp_path))
    monkeypatch.setenv("SECRET_KEY", "only-for-tests-" + "x" * 40)
    config = Testing()
    config.LOG_LEVEL = "ERROR"
    app = create_app(config)
    app.config["FAB_PASSWORD_HASH_METHOD"] = "pbkdf2:sha256:1"
    _prepare(app, cast=True)
    actors.forget()
    yield app
    actors.forget()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def mailbox(served: Flask) -> Iterator[Mailbox]:
    with smtp_server() as box:
        served.config.update(SMTP_HOST="127.0.0.1", SMTP_PORT=box.port, MAIL_FROM="g@example.cn")
        yield box


def test_every_person_gets_one_mail(served: Flask, mailbox: Mailbox) -> None:
    with served.app_context():
        people = list(db.session.scalars(select(Person.id)))
        for _ in range(NOTES):
            with unit_of_work(db.session, TEST):
                notify(db.session, dict.fromkeys(people, "…"), "test", "/")
        addresses = sorted(db.session.scalars(select(Person.email)))
    together = Barrier(DELIVERERS)

    def bring_out() -> int:
        with served.app_context():
            together.wait()
            try:
                return deliver(db.session, TEST, served.config).sent
            finally:
                db.session.remove()

    with (
        clock.at(dt.datetime.combine(TODAY, dt.time(10), COLLEGE_ZONE)),
        ThreadPoolExecutor(DELIVERERS) as pool,
    ):
        running = [
            pool.submit(contextvars.copy_context().run, bring_out) for _ in range(DELIVERERS)
        ]
        sent = [one.result() for one in running]
    assert sum(sent) == len(people)
    assert sorted(mailbox.recipients) == addresses
    with served.app_context():
        rows = db.session.scalars(select(OutboxMessage)).all()
        assert {(row.status, row.items) for row in rows} == {(OutboxStatus.SENT, NOTES)}
