"""Cases confirmed by several people at one instant, each from a connection of its own."""

from __future__ import annotations

import contextvars
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import workflow
from app.core.unit_of_work import unit_of_work
from app.extensions import db
from app.models.supervision import CaseStatus, SupervisionCase
from app.security import actors
from tests.cast import YEAR, Cast
from tests.conftest import _address, _prepare
from tests.factories import make_supervision_case

AT_ONCE = 4


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


def test_cases_opened_at_once_have_numbers_of_their_own_without_a_gap(served: Flask) -> None:
    with served.app_context():
        keys = [
            make_supervision_case(status=CaseStatus.PROPOSED, number=None).id
            for _ in range(AT_ONCE)
        ]
    ready = Barrier(AT_ONCE)

    def confirm(key: int) -> None:
        with served.app_context():
            office = Cast(db.session).actor("office")
            case = db.session.get_one(SupervisionCase, key)
            db.session.commit()
            ready.wait()
            with unit_of_work(db.session, office):
                workflow.apply(db.session, office, case, "confirm")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        runs = [pool.submit(contextvars.copy_context().run, confirm, key) for key in keys]
        for run in runs:
            run.result()
    with served.app_context():
        numbers = db.session.scalars(select(SupervisionCase.number)).all()
    assert sorted(str(one) for one in numbers) == [
        f"督〔{YEAR}〕{n}号" for n in range(1, AT_ONCE + 1)
    ]
