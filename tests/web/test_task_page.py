"""The page of a task answers everything to who may know it, and nothing more to anybody else.

教务处's task is open to the college; what the department reports on it is not (domain §1).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from app.core.unit_of_work import AnySession
from app.models.improvement import (
    AdjustmentKind,
    AdjustmentStatus,
    CompletionOutcome,
    CorrectionStatus,
)
from app.models.monitoring import CheckStatus, Light
from app.models.planning import Task, TaskStatus, Visibility
from app.models.supervision import CaseStatus
from app.planning.task_page import curve_of, load_task_page
from tests.architecture.test_query_counts import cost
from tests.cast import TODAY, YEAR, Cast
from tests.factories import (
    make_adjustment,
    make_adjustment_change,
    make_baseline,
    make_baseline_department,
    make_baseline_indicator,
    make_baseline_milestone,
    make_baseline_task,
    make_coordination_request,
    make_correction,
    make_decision,
    make_evidence,
    make_indicator,
    make_milestone,
    make_monthly_check,
    make_supervision_case,
    make_task,
    make_task_department,
    make_task_result,
)

ClientFor = Callable[[str], FlaskClient]

SECRETS = (
    "逾期的内情", "部门内部的问题", "调整的缘由", "督办的由来", "请求协调之事", "反馈里的话",
    "现场照片.pdf", "给自己人的备注",
)  # fmt: skip
"""One from each kind of row that is not public."""


@pytest.fixture
def task(session: AnySession, cast: Cast) -> Task:
    """An open, accepted task of 教务处 with everything that may hang on one."""
    task = make_task(
        title="智慧教室建设", number="058", status=TaskStatus.ACCEPTED, owner=cast.staff_jwc,
        leader=cast.leader, light="red", planned_percent=Decimal(50), actual_percent=Decimal(35),
        due_on=dt.date(YEAR, 3, 10), remark="给自己人的备注", goal="新建智慧教室24间",
    )  # fmt: skip
    make_milestone(task=task, text="完成招标", due_on=dt.date(YEAR, 2, 20), planned_percent=30)
    make_milestone(task=task, text="验收", due_on=dt.date(YEAR, 3, 5), planned_percent=100)
    make_indicator(task=task, name="建成间数")
    make_task_department(task=task, part="承担网络改造")
    make_monthly_check(
        task=task, month=2, status=CheckStatus.SUBMITTED, actual_percent=Decimal(35),
        computed_light=Light.RED, light_reason="逾期的内情", problem="部门内部的问题",
    )  # fmt: skip
    change = make_adjustment(task=task, kind=AdjustmentKind.EXTEND, cause="调整的缘由")
    make_adjustment_change(
        adjustment=change, column_name="owner_id", old_value=str(cast.head_jwc.id),
        new_value=str(cast.staff_jwc.id),
    )  # fmt: skip
    make_supervision_case(task=task, matter="督办的由来", status=CaseStatus.OPEN)
    make_coordination_request(task=task, matter="请求协调之事")
    make_task_result(
        task=task, outcome=CompletionOutcome.UNFINISHED, description="反馈里的话",
        reason="还差", measure="补上",
    )  # fmt: skip
    make_evidence(task=task, file_name="现场照片.pdf")
    make_baseline_task(
        baseline=make_baseline(), task=task, number="058", title=task.title,
        lead_department=cast.jwc, due_on=dt.date(YEAR, 2, 1), goal=task.goal,
    )  # fmt: skip
    return task


def page_of(client: FlaskClient, task: Task, rest: str = "") -> str:
    answer = client.get(f"/task/show/{task.id}{rest}")
    assert answer.status_code == 200
    return answer.text


# Who sees what -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "who", ["head_jwc", "staff_jwc", "leader", "office", "topleader", "auditor", "quality"]
)
def test_who_answers_for_the_task_or_reads_the_college_sees_all_of_it(
    client_for: ClientFor, task: Task, who: str
) -> None:
    page = page_of(client_for(who), task)
    assert [word for word in SECRETS if word not in page] == []


@pytest.mark.parametrize("who", ["staff_xinxi", "other_leader", "admin"])
def test_others_see_the_public_facts_and_nothing_that_is_reported(
    client_for: ClientFor, session: AnySession, task: Task, who: str
) -> None:
    page = page_of(client_for(who), task)
    for word in ("智慧教室建设", "058", "教务处", f"{YEAR}-03-10", "35%", Light.RED.zh, "完成招标"):
        assert word in page, word
    shown = [word for word in SECRETS if word in page]
    if who == "other_leader":  # 学生工作处 is in her charge and is asked to help
        shown.remove("请求协调之事")
    assert shown == []


def test_an_assisting_head_sees_no_more_than_the_public(client_for: ClientFor, task: Task) -> None:
    page = page_of(client_for("head_xinxi"), task)
    assert "承担网络改造" in page
    assert [word for word in SECRETS if word in page] == []


@pytest.mark.parametrize("panel", ["checks", "adjustments", "cases", "requests", "result", "files"])
def test_a_panel_of_hidden_rows_is_not_there_for_others(
    client_for: ClientFor, task: Task, panel: str
) -> None:
    assert f'id="{panel}"' in page_of(client_for("head_jwc"), task)
    if panel != "adjustments":  # there stands the redline against the table issued to all
        assert f'id="{panel}"' not in page_of(client_for("staff_xinxi"), task)


@pytest.mark.parametrize("visibility", [Visibility.CONCERNED, Visibility.RESTRICTED])
def test_a_task_that_is_not_open_has_no_page_for_others(
    client_for: ClientFor, visibility: Visibility
) -> None:
    hidden = make_task(title="不公开", status=TaskStatus.ACCEPTED, visibility=visibility)
    for place in (f"/task/show/{hidden.id}", f"/task/show/{hidden.id}?before=99999"):
        answer = client_for("staff_xinxi").get(place)
        assert answer.status_code == 404
        assert "不公开" not in answer.text


@pytest.mark.parametrize("relation", ["parent", "carried_from"])
def test_a_hidden_relative_is_not_named(client_for: ClientFor, cast: Cast, relation: str) -> None:
    hidden = make_task(title="上级草案", visibility=Visibility.RESTRICTED)
    task = make_task(lead_department=cast.xinxi, status=TaskStatus.ACCEPTED, **{relation: hidden})
    assert "上级草案" not in page_of(client_for("head_xinxi"), task)
    assert "上级草案" in page_of(client_for("office"), task)


def test_a_hidden_part_is_neither_named_nor_counted(client_for: ClientFor, task: Task) -> None:
    make_task(title="秘密的子任务", parent=task, visibility=Visibility.RESTRICTED)
    assert "秘密的子任务" not in page_of(client_for("staff_xinxi"), task)
    assert "秘密的子任务" in page_of(client_for("head_jwc"), task)


def test_the_curve_of_an_outsider_holds_the_public_progress_alone(
    session: AnySession, cast: Cast, task: Task
) -> None:
    inner = load_task_page(session, cast.actor("head_jwc"), task.id)
    outer = load_task_page(session, cast.actor("staff_xinxi"), task.id)
    assert inner is not None
    assert outer is not None
    known = {point.month: point.actual for point in curve_of(inner, YEAR, TODAY) if point.actual}
    told = {point.month: point.actual for point in curve_of(outer, YEAR, TODAY) if point.actual}
    assert known == {2: Decimal(35)}
    assert told == {TODAY.month: Decimal(35)}
    assert curve_of(inner, YEAR, TODAY)[1].planned == Decimal(30)


# What it says --------------------------------------------------------------------------------


def test_the_light_carries_its_reason_and_the_due_day_the_days(
    client_for: ClientFor, task: Task
) -> None:
    page = page_of(client_for("head_jwc"), task)
    assert "逾期的内情" in page
    assert re.search(r"(逾期\s*6\s*天|6 days late)", page)


def test_a_reason_that_belongs_to_another_light_is_not_shown(
    session: AnySession, cast: Cast
) -> None:
    task = make_task(status=TaskStatus.ACCEPTED, light="green")
    make_monthly_check(
        task=task, status=CheckStatus.SUBMITTED, computed_light=Light.RED, light_reason="旧话"
    )
    page = load_task_page(session, cast.actor("office"), task.id)
    assert page is not None
    assert page.light_reason is None


def test_an_adjustment_names_people_not_numbers(
    client_for: ClientFor, cast: Cast, task: Task
) -> None:
    page = page_of(client_for("head_jwc"), task)
    assert f"<del>{cast.head_jwc.name}</del> → <ins>{cast.staff_jwc.name}</ins>" in page


def test_what_differs_from_the_issued_table_is_a_redline(client_for: ClientFor, task: Task) -> None:
    page = page_of(client_for("staff_xinxi"), task)
    assert f"<del>{YEAR}-02-01</del> → <ins>{YEAR}-03-10</ins>" in page


def redline_of(client: FlaskClient, task: Task) -> str:
    page = page_of(client, task)
    panel = page[page.index('id="redline"') :]
    return panel[: panel.index("</section>")]


def test_a_task_as_it_was_issued_says_so(client_for: ClientFor, cast: Cast) -> None:
    task = make_task(status=TaskStatus.ACCEPTED, due_on=None)
    copy = make_baseline_task(
        baseline=make_baseline(), task=task, number=task.number, title=task.title,
        lead_department=cast.jwc,
    )  # fmt: skip
    make_milestone(task=task, text="验收", due_on=TODAY, planned_percent=100)
    make_baseline_milestone(baseline_task=copy, text="验收", due_on=TODAY, planned_percent=100)
    make_task_department(task=task, department=cast.xinxi)
    make_baseline_department(baseline_task=copy, department=cast.xinxi)
    assert "未作变更" in redline_of(client_for("head_jwc"), task)


def test_the_redline_names_departments_milestones_and_indicators(
    client_for: ClientFor, cast: Cast
) -> None:
    task = make_task(status=TaskStatus.ACCEPTED)
    copy = make_baseline_task(
        baseline=make_baseline(), task=task, number=task.number, title=task.title,
        lead_department=cast.jwc, due_on=task.due_on,
    )  # fmt: skip
    make_task_department(task=task, department=cast.xinxi, role="co_lead")
    make_baseline_department(baseline_task=copy, department=cast.xsc, role="co_lead")
    make_milestone(task=task, text="完成验收", due_on=TODAY, planned_percent=100)
    make_baseline_milestone(baseline_task=copy, text="完成初验", due_on=TODAY, planned_percent=90)
    make_baseline_indicator(baseline_task=copy, name="建成间数", standard="24间")
    told = redline_of(client_for("head_jwc"), task)
    assert "<del>学生工作处</del> → <ins>信息工程系</ins>" in told
    assert f"<del>{TODAY} 完成初验 90%</del> → <ins>{TODAY} 完成验收 100%</ins>" in told
    assert "<del>建成间数 24间</del>" in told


def test_each_change_says_by_which_adjustment_or_correction_it_came(
    client_for: ClientFor, cast: Cast, task: Task
) -> None:
    decision = make_decision(decided_on=TODAY)
    by = make_adjustment(
        task=task, kind=AdjustmentKind.EXTEND, status=AdjustmentStatus.APPLIED, decision=decision
    )
    make_adjustment_change(adjustment=by, column_name="due_on")
    fixed = make_correction(
        subject_id=task.id, column_name="goal", status=CorrectionStatus.APPROVED,
        department=cast.jwc,
    )  # fmt: skip
    told = redline_of(client_for("office"), task)
    assert f"/adjustment/show/{by.id}" in told
    assert f"{decision.agenda_item.meeting.number} {TODAY}" in told
    assert fixed.column_name not in told  # the goal is as it was issued
    hidden = redline_of(client_for("staff_xinxi"), task)
    assert "<ins>" in hidden and "/adjustment/" not in hidden


@pytest.mark.parametrize(
    ("status", "words"), [(TaskStatus.ACCEPTED, "新增"), (TaskStatus.TERMINATED, "已终止")]
)
def test_an_added_and_a_terminated_task_are_marked(
    client_for: ClientFor, status: TaskStatus, words: str
) -> None:
    task = make_task(status=status, termination_cause="政策变化")
    assert words in redline_of(client_for("head_jwc"), task)


def test_a_draft_has_no_redline(client_for: ClientFor) -> None:
    assert 'id="redline"' not in page_of(client_for("head_jwc"), make_task())


def test_html_of_a_row_stays_text(client_for: ClientFor, cast: Cast) -> None:
    bad = "<img src=x onerror=alert(1)>"
    task = make_task(title=bad, goal=bad, status=TaskStatus.ACCEPTED)
    make_milestone(task=task, text=bad, due_on=TODAY, planned_percent=50)
    make_monthly_check(task=task, problem=bad, status=CheckStatus.SUBMITTED, light_reason=bad)
    make_adjustment_change(
        adjustment=make_adjustment(task=task, cause=bad), column_name="goal", new_value=bad
    )
    assert "<img src=x" not in page_of(client_for("head_jwc"), task)


# What may be done --------------------------------------------------------------------------------


def test_each_is_offered_what_they_may_add(client_for: ClientFor, task: Task) -> None:
    offered = {
        who: {
            name
            for name in ("monthly_check", "adjustment", "coordination_request", "supervision_case",
                         "evidence", "milestone")
            if f"/{name}/add" in page_of(client_for(who), task)
        }
        for who in ("head_jwc", "staff_jwc", "office", "leader", "staff_xinxi", "auditor")
    }  # fmt: skip
    assert offered == {
        "head_jwc": {"monthly_check", "adjustment", "coordination_request", "evidence"},
        "staff_jwc": {"monthly_check", "evidence"},
        "office": {"supervision_case", "evidence"},
        "leader": set(),
        "staff_xinxi": set(),
        "auditor": set(),
    }


def test_a_step_that_is_not_possible_says_why(client_for: ClientFor, task: Task) -> None:
    page = page_of(client_for("head_jwc"), task)
    assert f"/task/step/accept/{task.id}" not in page
    assert "接受任务" in page
    assert f"/task/step/finish/{task.id}" in page_of(client_for("leader"), task)


def test_deleting_asks_first(client_for: ClientFor, cast: Cast) -> None:
    task = make_task(lead_department=cast.xinxi)
    page = page_of(client_for("head_xinxi"), task)
    dialog = page[page.index("<dialog") : page.index("</dialog>")]
    assert f'action="/task/delete/{task.id}"' in dialog
    assert 'popovertarget="confirm-delete"' in page[: page.index("<dialog")]


def test_who_may_not_delete_has_no_dialog(client_for: ClientFor, task: Task) -> None:
    assert "<dialog" not in page_of(client_for("staff_xinxi"), task)


# What it costs -------------------------------------------------------------------------------------


def test_the_page_costs_the_same_however_much_hangs_on_the_task(
    client_for: ClientFor, task: Task
) -> None:
    office = client_for("office")
    few = cost(office, f"/task/show/{task.id}")
    for month in range(3, 13):
        make_monthly_check(task=task, month=month)
        make_milestone(task=task)
        make_indicator(task=task)
        make_supervision_case(task=task)
        make_evidence(task=task)
        make_adjustment_change(adjustment=make_adjustment(task=task))
        make_task(parent=task)
    assert cost(office, f"/task/show/{task.id}") == few
    # Of these the warnings, the instructions and what holds the row came with their panels.
    assert few <= 21
