"""Weights are kept as they were given, and what is taken over says what it comes to (Art. 4.2)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from app.core.errors import RuleViolation
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.planning import DepartmentPlan, Task
from app.planning.plans import propose_from_tasks, set_weights, weights_of
from tests.cast import Cast
from tests.factories import make_cycle, make_department_plan, make_indicator, make_task

ClientFor = Callable[[str], FlaskClient]


@pytest.fixture
def plan(cast: Cast) -> DepartmentPlan:
    return make_department_plan(department=cast.jwc)


@pytest.fixture
def task(plan: DepartmentPlan) -> Task:
    return make_task(title="专业建设", weight=Decimal(60), standard="达标", department_plan=plan)


@pytest.fixture
def old(cast: Cast) -> Task:
    """A task of the year before, done, that weighed 45."""
    return make_task(
        title="教材建设", cycle=make_cycle(year=cast.cycle.year - 1), weight=Decimal(45),
        standard="达标", status="accepted",
    )  # fmt: skip


@pytest.mark.parametrize("weight", ["33.333", "0.12345", "12.005"])
def test_more_than_two_decimals_are_refused_and_not_rounded(
    session: AnySession, cast: Cast, plan: DepartmentPlan, task: Task, weight: str
) -> None:
    head = cast.actor("head_jwc")
    with (
        pytest.raises(RuleViolation, match=f"{weight} 的小数超过 2 位"),
        unit_of_work(session, head),
    ):
        set_weights(session, head, plan, {task.id: Decimal(weight)})
    with pytest.raises(RuleViolation, match=weight), unit_of_work(session, head):
        task.weight = Decimal(weight)
    with pytest.raises(RuleViolation, match=weight), unit_of_work(session, head):
        make_indicator(task=task, weight=Decimal(weight))


def test_two_decimals_are_kept(
    session: AnySession, cast: Cast, plan: DepartmentPlan, task: Task
) -> None:
    head = cast.actor("head_jwc")
    with unit_of_work(session, head):
        set_weights(session, head, plan, {task.id: Decimal("33.3300")})
    session.expire_all()
    assert task.weight == Decimal("33.33")


def test_the_weights_screen_says_so_and_keeps_what_was_typed(
    plan: DepartmentPlan, task: Task, client_for: ClientFor
) -> None:
    answer = client_for("head_jwc").post(
        f"/department_plan/weights/{plan.id}", data={f"weight-{task.id}": "33.33333"}
    )
    assert answer.status_code == 422
    assert "权重 33.33333 的小数超过 2 位。" in answer.text and 'value="33.33333"' in answer.text


def test_the_form_says_so_at_the_field(task: Task, client_for: ClientFor) -> None:
    head = client_for("head_jwc")
    data = {"cycle": task.cycle_id, "title": task.title, "lead_department": task.lead_department_id,
            "number": "1", "weight": "33.33333", "origin": "annual", "visibility": "open",
            "sort_order": "0", "version": task.version}  # fmt: skip
    answer = head.post(f"/task/edit/{task.id}", data=data)
    assert "权重 33.33333 的小数超过 2 位。" in answer.text


def test_the_programs_door_says_so(task: Task, api_for: Callable[[str], FlaskClient]) -> None:
    answer = api_for("head_jwc").put(f"/api/v1/task/{task.id}", json={"weight": "33.33333"})
    assert answer.status_code == 422 and "33.33333" in answer.text


# What is taken over -----------------------------------------------------------------------------


def test_a_task_is_taken_over_with_its_weight_or_without(
    session: AnySession, cast: Cast, plan: DepartmentPlan, task: Task, old: Task
) -> None:
    head = cast.actor("head_jwc")
    with unit_of_work(session, head):
        (new,) = propose_from_tasks(session, head, plan, [old], with_weights=False)
    assert new.weight is None
    assert weights_of(session, plan) == [60]


def test_the_page_shows_what_the_weights_come_to_and_lets_choose(
    session: AnySession, plan: DepartmentPlan, task: Task, old: Task, client_for: ClientFor
) -> None:
    head, place = client_for("head_jwc"), f"/department_plan/sources/{plan.id}"
    page = head.get(place).text
    assert "计划现有任务权重合计 60。" in page and "权重合计应为 100" in page
    assert f'data-weight="45.00" value="{old.id}"' in page and 'data-weights-of="60.00"' in page
    page = head.post(place, data={"task": old.id, "weights": "taken"}, follow_redirects=True).text
    assert "权重合计为 105，应为 100，多出 5。" in page


def test_without_weights_the_sum_stays(
    session: AnySession, plan: DepartmentPlan, task: Task, old: Task, client_for: ClientFor
) -> None:
    client_for("head_jwc").post(
        f"/department_plan/sources/{plan.id}", data={"task": old.id, "weights": "without"}
    )
    assert weights_of(session, plan) == [60]
