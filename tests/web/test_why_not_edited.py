"""Who may not edit a task is told what stands in the way: its state first, then whose it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.core.unit_of_work import AnySession
from app.models.planning import PlanStatus, TaskStatus
from tests.cast import Cast
from tests.factories import make_department_plan, make_task

ClientFor = Callable[[str], FlaskClient]
PLAIN = "此记录目前不能编辑。"


def told(client: FlaskClient, task_id: int) -> str:
    """The page one is led to from the form of a task that is not to be edited."""
    answer = client.get(f"/task/edit/{task_id}")
    assert answer.status_code == 302
    page = client.get(answer.location).text
    assert PLAIN not in page
    return page


@pytest.mark.parametrize(
    ("status", "who", "words"),
    [
        (TaskStatus.FINISHED, "head_jwc", "任务已完成，不再编辑"),
        (TaskStatus.TERMINATED, "head_jwc", "任务已终止，不再编辑。"),
        (TaskStatus.ACCEPTED, "office", "任务已下达，基线已冻结"),
        (TaskStatus.PUBLISHED, "leader", "任务已下达，基线已冻结"),
        (TaskStatus.PROPOSED, "staff_jwc", "拟定中的任务由牵头部门负责人"),
    ],
)
def test_the_form_that_does_not_open_says_why(
    cast: Cast, client_for: ClientFor, status: TaskStatus, who: str, words: str
) -> None:
    cause = "职责调整" if status == TaskStatus.TERMINATED else None
    task = make_task(lead_department=cast.jwc, status=status, termination_cause=cause)
    assert words in told(client_for(who), task.id)


def test_a_task_in_a_plan_under_review_waits_for_it(cast: Cast, client_for: ClientFor) -> None:
    plan = make_department_plan(department=cast.jwc, status=PlanStatus.SUBMITTED)
    task = make_task(lead_department=cast.jwc, department_plan=plan)
    assert "任务所在的部门计划正在审核" in told(client_for("head_jwc"), task.id)


def test_a_program_is_told_the_same(session: AnySession, cast: Cast, client_for: ClientFor) -> None:
    task = make_task(lead_department=cast.jwc, status=TaskStatus.FINISHED)
    head = client_for("head_jwc")
    for answer in (
        head.put(f"/api/v1/task/{task.id}", json={"remark": "另记"}),
        head.delete(f"/api/v1/task/{task.id}"),
    ):
        assert answer.status_code in {403, 409} and answer.json
        assert "任务已完成，不再编辑" in answer.json["message"]
