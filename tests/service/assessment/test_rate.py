"""Rating: in the own name, within the range, never the own department."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.assessment.service import rate
from app.core.errors import NotAllowed, RuleViolation
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.assessment import Score
from app.models.organisation import PostKind
from app.models.planning import TaskStatus
from tests.cast import Cast
from tests.factories import make_appointment, make_component, make_task


def score(cast: Cast, value: int) -> Score:
    return Score(
        cycle_id=cast.cycle.id,
        task_id=make_task(status=TaskStatus.FINISHED).id,
        component_id=make_component(rule_book=cast.rule_book).id,
        value=Decimal(value),
    )


def test_a_rater_rates_in_the_own_name(session: AnySession, cast: Cast) -> None:
    rater = cast.actor("group1")
    with unit_of_work(session, rater):
        given = rate(session, rater, [score(cast, 90)])
    assert given[0].rater_id == cast.group1.id


def test_nobody_rates_the_own_department(session: AnySession, cast: Cast) -> None:
    make_appointment(person=cast.group1, department=cast.jwc, post=PostKind.ASSESSOR)
    rater = cast.actor("group1")
    with pytest.raises(NotAllowed), unit_of_work(session, rater):
        rate(session, rater, [score(cast, 90)])


def test_a_head_rates_nothing(session: AnySession, cast: Cast) -> None:
    head = cast.actor("head_jwc")
    with pytest.raises(NotAllowed), unit_of_work(session, head):
        rate(session, head, [score(cast, 90)])


def test_points_outside_the_range_are_refused(session: AnySession, cast: Cast) -> None:
    rater = cast.actor("group1")
    with pytest.raises(RuleViolation), unit_of_work(session, rater):
        rate(session, rater, [score(cast, 101)])
