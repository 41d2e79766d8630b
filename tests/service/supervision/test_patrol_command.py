"""The command of the daily round: what it says, what its preview leaves alone."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from app.core import clock
from app.core.unit_of_work import AnySession
from app.models.monitoring import EarlyWarning
from app.models.planning import TaskStatus
from app.models.supervision import SupervisionCase
from app.models.system import AuditEvent, Notification, PatrolRound
from tests.factories import make_task

DUE = dt.date(2026, 3, 10)
TODAY = dt.date(2026, 3, 16)
Command = Callable[..., Any]


def told(result: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return found


def test_it_goes_the_round_and_says_what_was_done(session: AnySession, command: Command) -> None:
    make_task(status=TaskStatus.ACCEPTED, due_on=DUE)
    result = command("patrol", "--json")
    assert result.exit_code == 0, result.output
    (done,) = told(result)["rounds"]
    assert (done["day"], done["warnings_opened"], done["cases_proposed"]) == ("2026-03-16", 1, 1)
    assert told(command("patrol", "--json"))["rounds"] == []


def test_missed_days_are_made_up_for_until_the_day_given(
    session: AnySession, command: Command
) -> None:
    with clock.at(TODAY):
        command("patrol")
    with clock.at(TODAY + dt.timedelta(days=5)):
        done = told(command("patrol", "--date", "2026-03-18", "--json"))["rounds"]
        rest = told(command("patrol", "--json"))["rounds"]
    assert [one["day"] for one in done] == ["2026-03-17", "2026-03-18"]
    assert [one["day"] for one in rest] == ["2026-03-19", "2026-03-20", "2026-03-21"]


def test_a_day_to_come_is_refused(session: AnySession, command: Command) -> None:
    result = command("patrol", "--date", "2026-03-17", "--json")
    assert result.exit_code == 1
    assert told(result)["errors"]
    assert session.scalar(select(func.count(PatrolRound.id))) == 0


def test_the_preview_says_what_the_round_would_do_and_writes_nothing(
    session: AnySession, command: Command
) -> None:
    make_task(status=TaskStatus.ACCEPTED, due_on=DUE, title="教材建设")
    tables = (EarlyWarning, SupervisionCase, PatrolRound, Notification, AuditEvent)

    def rows() -> list[int]:
        return [session.scalar(select(func.count(model.id))) or 0 for model in tables]

    before = rows()
    result = command("patrol", "--preview", "--json")
    assert result.exit_code == 0, result.output
    would = told(result)["would"]
    assert (would["proposed"], would["overdue"], would["climb"]) == (1, 1, 0)
    assert "教材建设" in result.stderr
    assert rows() == before
    done = told(command("patrol", "--json"))["rounds"][0]
    assert (done["cases_proposed"], done["warnings_opened"]) == (1, 1)
    assert not any(told(command("patrol", "--preview", "--json"))["would"].values())
