"""Patrols that meet: threads and processes with connections of their own, a day gone once."""

from __future__ import annotations

import contextvars
import datetime as dt
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Semaphore

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import clock, lease
from app.core.unit_of_work import unit_of_work
from app.extensions import db
from app.models.monitoring import EarlyWarning
from app.models.planning import TaskStatus
from app.models.supervision import SupervisionCase
from app.models.system import Lease, PatrolRound
from app.security import actors
from app.supervision import patrol, patrol_loop
from app.supervision.patrol_loop import PatrolLoop, look
from tests.cast import TEST, TODAY
from tests.conftest import _address, _prepare
from tests.factories import make_task

PATROLS = 4
TASKS = 12
ROOT = Path(__file__).parents[3]
MINUTE = dt.timedelta(minutes=1)
BUSY = "另一个进程正在巡查"


@pytest.fixture
def served(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """An application as a server runs it, with overdue tasks: every transaction commits by
    itself."""
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
    with app.app_context():
        for _ in range(TASKS):
            make_task(status=TaskStatus.ACCEPTED, due_on=TODAY - dt.timedelta(days=3))
        db.session.remove()
    yield app
    actors.forget()
    with app.app_context():
        db.engine.dispose()


def counted(app: Flask) -> tuple[int, int, int]:
    """Rounds, warnings, cases."""
    with app.app_context():
        found = tuple(
            db.session.scalar(select(func.count(model.id))) or 0
            for model in (PatrolRound, EarlyWarning, SupervisionCase)
        )
        db.session.remove()
    return found  # type: ignore[return-value]


@pytest.mark.parametrize("with_lease", [True, False])
def test_of_four_patrols_at_once_one_goes_the_round(served: Flask, with_lease: bool) -> None:
    """Without the lease the day's row still keeps the others out."""
    together = Barrier(PATROLS)

    def go(number: int) -> int:
        with served.app_context():
            together.wait()
            try:
                if with_lease:
                    return len(patrol.run(db.session, TODAY, f"patrol {number}"))
                return int(patrol.go_round(db.session, TODAY) is not None)
            except patrol.Busy:
                return 0
            finally:
                db.session.remove()

    with ThreadPoolExecutor(PATROLS) as pool:
        running = [
            pool.submit(contextvars.copy_context().run, go, number) for number in range(PATROLS)
        ]
        gone = [one.result() for one in running]
    assert sum(gone) == 1
    assert counted(served) == (1, TASKS, TASKS)


PROCESS = """
import datetime as dt, sys
from app import create_app
from app.core import clock

app = create_app()
with clock.at(dt.date.fromisoformat(sys.argv[1])):
    print("ready", flush=True)
    sys.stdin.readline()
    done = app.test_cli_runner().invoke(args=["patrol", "--json"])
print(done.stdout, done.exception or "", file=sys.stderr)
print(done.stdout.splitlines()[-1], flush=True)
"""
"""The command in a process of its own, which starts when it is told to and not before."""


def test_of_two_processes_one_goes_the_round(served: Flask, tmp_path: Path) -> None:
    """The other one says why it did not: the first is on its round, or is back already."""
    with served.app_context():
        address = db.engine.url.render_as_string(hide_password=False)
        db.engine.dispose()
    surroundings = {
        **os.environ, "INSTANCE_PATH": str(tmp_path), "DATABASE_URL": address, "LOG_LEVEL": "ERROR",
    }  # fmt: skip
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, TODAY.isoformat()],
            cwd=ROOT, env=surroundings, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]  # fmt: skip
    try:
        for one in processes:
            assert one.stdout is not None and one.stdout.readline() == "ready\n"
        for one in processes:
            assert one.stdin is not None
            one.stdin.write("go\n")
            one.stdin.flush()
        told = [one.communicate(timeout=300) for one in processes]
    finally:
        for one in processes:
            one.kill()
    answers = sorted((json.loads(out) for out, _ in told), key=lambda one: not one.get("rounds"))
    (round_gone,) = answers[0]["rounds"]
    assert (round_gone["day"], round_gone["warnings_opened"]) == (TODAY.isoformat(), TASKS), told
    assert BUSY in str(answers[1].get("errors")) or answers[1].get("rounds") == [], told
    assert counted(served) == (1, TASKS, TASKS)


def test_a_lease_is_one_s_until_it_is_given_back_or_runs_out(served: Flask) -> None:
    with served.app_context():
        assert lease.take(db.session, "work", "one", MINUTE)
        assert not lease.take(db.session, "work", "two", MINUTE)
        assert lease.take(db.session, "work", "one", MINUTE)
        with clock.at(clock.now() + 2 * MINUTE):
            assert lease.take(db.session, "work", "two", MINUTE)
            lease.give_back(db.session, "work", "one")
            assert not lease.take(db.session, "work", "three", MINUTE)
            lease.give_back(db.session, "work", "two")
            assert lease.take(db.session, "work", "three", MINUTE)
        db.session.remove()


def test_who_finds_the_lease_taken_is_told_and_does_nothing(served: Flask) -> None:
    with served.app_context():
        assert lease.take(db.session, patrol.LEASE, "another", MINUTE)
        with pytest.raises(patrol.Busy):
            patrol.run(db.session, TODAY)
        assert db.session.scalar(select(Lease.holder)) == "another"
        db.session.remove()
    assert counted(served) == (0, 0, 0)


def test_the_server_s_patrol_goes_once_a_day_after_its_hour(served: Flask) -> None:
    with clock.at(clock.start_of(TODAY) + dt.timedelta(hours=5, minutes=59)):
        look(served)
    assert counted(served) == (0, 0, 0)
    for minute in (0, 5):
        with clock.at(clock.start_of(TODAY) + dt.timedelta(hours=6, minutes=minute)):
            look(served)
    assert counted(served) == (1, TASKS, TASKS)


def test_an_error_is_logged_and_the_server_goes_on(
    served: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*given: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(patrol, "go_round", fail)
    with caplog.at_level(logging.ERROR), clock.at(TODAY):
        look(served)
    assert "the disk is full" in caplog.text
    monkeypatch.undo()
    with clock.at(TODAY):
        look(served)
    assert counted(served)[0] == 1


def test_the_thread_ends_when_it_is_told_to(served: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = Semaphore(0)
    monkeypatch.setattr(patrol_loop, "look", lambda app: looked.release())
    loop = PatrolLoop(served, first=0.01, between=0.01)
    loop.start()
    assert looked.acquire(timeout=60) and looked.acquire(timeout=60)
    loop.stop()
    assert not loop.is_alive()


def test_a_round_that_fails_gives_its_lease_back(
    served: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patrol.patrol_news, "tell", lambda *given: 1 // 0)
    with served.app_context():
        with pytest.raises(ZeroDivisionError):
            patrol.run(db.session, TODAY)
        with unit_of_work(db.session, TEST):
            assert db.session.scalar(select(Lease.holder)) is None
        db.session.remove()
