"""The patrol inside the server (`make run`): a thread of each worker that wakes every few minutes
and goes the round of the day when its hour has come.

Only one worker of all holds the lease and works. What goes wrong is logged and tried again at the
next waking; the server never hears of it. Switched off by `PATROL=off`, where cron does it.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable

from flask import Flask, current_app

from app.core import clock, lease
from app.extensions import db
from app.notify import channels, delivery
from app.supervision import patrol

FIRST = 20.0
"""Seconds after the start of the server until the first look."""

BETWEEN = 180.0
"""Seconds between two looks."""

MAIL_LEASE = "deliver"
log = logging.getLogger(__name__)


class PatrolLoop(threading.Thread):
    """Looks until it is told to stop. A daemon: it keeps no server from ending."""

    def __init__(self, app: Flask, first: float = FIRST, between: float = BETWEEN) -> None:
        super().__init__(name="patrol", daemon=True)
        self._app = app
        self._first = first
        self._between = between
        self._ended = threading.Event()

    def run(self) -> None:
        wait = self._first
        while not self._ended.wait(wait):
            look(self._app)
            wait = self._between

    def stop(self, patience: float = 10.0) -> None:
        """End after the look at hand; wait for that so many seconds at most."""
        self._ended.set()
        self.join(patience)


def look(app: Flask) -> None:
    """Do what is due now: the round of the day, then the outbox. Raises nothing."""
    with app.app_context():
        for work in (_round, _deliver):
            _tried(work)


def _tried(work: Callable[[], None]) -> None:
    try:
        work()
    except patrol.Busy:
        pass  # another worker is at it
    except Exception:  # the server goes on, whatever a background task meets
        log.exception("the patrol met an error and will try again")
    finally:
        db.session.remove()


def _round() -> None:
    if patrol.is_due(db.session, clock.now()):
        done = patrol.run(db.session, clock.today(), _name())
        for one in done:
            log.info("patrol: the round of %s is gone", one.day)


def _deliver() -> None:
    if not channels.configured(current_app.config):
        return
    with lease.held(db.session, MAIL_LEASE, _name(), dt.timedelta(minutes=10)) as mine:
        if mine:
            delivery.deliver(db.session, patrol.PATROL, current_app.config)


def _name() -> str:
    return f"{patrol.holder()}:{threading.get_ident()}"[:120]
