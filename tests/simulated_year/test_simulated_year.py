"""A year of thirty departments ends in exactly the cases that the reference computes (Art. 6-8).

Late and missing checks, figures that lag and recover, finished, moved and terminated tasks, all
the steps of a case, corrections, months closed, and a patrol that is out for days while people go
on working. Whatever differs is said in a sentence.
"""

from __future__ import annotations

import datetime as dt
from functools import cache

import pytest

from app.core.unit_of_work import AnySession
from tests.simulated_year.comparing import differences
from tests.simulated_year.playing import College
from tests.simulated_year.reference import Rules
from tests.simulated_year.story import YEAR, Story, tell

JULY = dt.date(YEAR, 7, 31)


@cache
def the_year() -> Story:
    return tell(1, departments=30, tasks=90)


def lived(session: AnySession, story: Story) -> College:
    college = College(session, story)
    college.live()
    return college


def test_a_year_of_thirty_departments_ends_as_the_reference_says(session: AnySession) -> None:
    found = differences(lived(session, the_year()))
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("seed", "rules"),
    [
        pytest.param(2, Rules(auto_confirm=True), id="proposals confirm themselves"),
        pytest.param(3, Rules(waiting_reply_holds=True), id="a waiting reply stops the clock"),
        pytest.param(
            4,
            Rules(special_after_deadline=False, urge_max=1, orange_months=3),
            id="urged once, three orange months, no special inspection by itself",
        ),
    ],
)
def test_half_a_year_under_other_rules(session: AnySession, seed: int, rules: Rules) -> None:
    story = tell(seed, departments=8, tasks=32, rules=rules, until=JULY)
    found = differences(lived(session, story))
    assert not found, "\n".join(found)


def test_the_stories_leave_nothing_out() -> None:
    """What the year is to be tried with happens in it."""
    story = the_year()
    deeds = {deed.what for day in story.days for deed in day.deeds}
    assert deeds >= {
        "submit", "finish", "terminate", "move_due", "close_month", "correct", "propose_by_hand",
        "open_without_task", "confirm", "dismiss", "sign", "reply", "accept", "reject", "urge",
        "extend", "transfer", "keep", "conclude", "send_back", "close", "reopen", "withdraw",
    }  # fmt: skip
    rounds = [day.rounds for day in story.days]
    assert rounds.count(0) > 10 and rounds.count(2) > 3
