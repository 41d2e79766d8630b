"""The same delegation written twice at one instant, each from a connection of its own."""

from __future__ import annotations

import contextvars
import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core.errors import RuleViolation
from app.core.unit_of_work import unit_of_work
from app.extensions import db
from app.models.organisation import Delegation
from app.security import actors
from tests.cast import TODAY, Cast
from tests.conftest import _address, _prepare

AT_ONCE = 3


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


def test_of_the_same_delegation_given_twice_at_once_one_stands(served: Flask) -> None:
    ready = Barrier(AT_ONCE)

    def give(_: int) -> str:
        with served.app_context():
            cast = Cast(db.session)
            row = Delegation(
                giver_id=cast.head_jwc.id,
                receiver_id=cast.staff_jwc.id,
                ground="出差",
                valid_from=TODAY,
                valid_to=TODAY + dt.timedelta(days=5),
            )
            head = cast.actor("head_jwc")
            db.session.commit()
            ready.wait()
            try:
                with unit_of_work(db.session, head):
                    db.session.add(row)
            except RuleViolation as refusal:
                return refusal.field or ""
            return "given"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        runs = [pool.submit(contextvars.copy_context().run, give, at) for at in range(AT_ONCE)]
        told = sorted(run.result() for run in runs)
    assert told == ["given", *["valid_from"] * (AT_ONCE - 1)]
    with served.app_context():
        assert db.session.scalar(select(func.count(Delegation.id))) == 1
