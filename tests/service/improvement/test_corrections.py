"""Corrections of a closed month's checks: asking, deciding, what follows from one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from app.core import clock, guard, workflow
from app.core.errors import Conflict, NotAllowed, RuleViolation, RuleViolations, WrongState
from app.core.unit_of_work import AnySession, unit_of_work
from app.improvement.corrections import ask_corrections
from app.models.improvement import Correction
from app.models.monitoring import EarlyWarning, Light, MonthlyCheck, Quality
from app.models.planning import Task, TaskStatus
from app.models.supervision import CaseStatus, CaseStep, SupervisionCase
from app.models.system import Notification
from app.monitoring.bulletin import bulletin_of, notes_on
from app.monitoring.closing import correcting
from app.monitoring.service import draft_check
from app.supervision.grounds import Ground
from tests.cast import TEST, Cast
from tests.closed_month import ISSUED, LATER, accepted_task, closed_check, report
from tests.factories import make_milestone, make_supervision_case


def ask(
    session: AnySession, cast: Cast, check: MonthlyCheck, who: str = "head_jwc", **wanted: str
) -> Correction:
    actor = cast.actor(who)
    with clock.at(LATER), unit_of_work(session, actor):
        (found,) = ask_corrections(session, actor, check, wanted, "填报时漏计一项")
    return found


def decide(
    session: AnySession, cast: Cast, row: Correction, step: str, who: str = "office", **said: str
) -> None:
    actor = cast.actor(who)
    with clock.at(LATER), unit_of_work(session, actor):
        workflow.apply(session, actor, row, step, **said)


# Asking ----------------------------------------------------------------------------------


def test_a_head_asks_and_nothing_changes_yet(session: AnySession, cast: Cast) -> None:
    check = closed_check(session, cast)
    row = ask(session, cast, check, actual_percent="58", quality="good")
    assert (row.column_name, row.old_value, row.new_value) == ("actual_percent", "15", "58")
    assert (row.status, check.actual_percent) == ("requested", 15)


def test_who_neither_heads_the_department_nor_is_the_office_does_not_ask(
    session: AnySession, cast: Cast
) -> None:
    check = closed_check(session, cast)
    for who in ("staff_jwc", "leader", "auditor"):
        with pytest.raises(NotAllowed):
            ask(session, cast, check, who, actual_percent="58")


def test_a_check_one_does_not_see_is_not_asked_about(session: AnySession, cast: Cast) -> None:
    check = closed_check(session, cast)
    stranger = cast.actor("head_xinxi")
    with pytest.raises(NotAllowed), unit_of_work(session, stranger):
        session.add(
            Correction(
                cycle_id=cast.cycle.id,
                department_id=cast.xinxi.id,
                subject_table="monthly_check",
                subject_id=check.id,
                column_name="problem",
                old_value="无",
                new_value="有",
                reason="补充",
            )
        )
        session.flush()


def test_a_correction_names_the_department_of_its_check(session: AnySession, cast: Cast) -> None:
    check = closed_check(session, cast)
    office = cast.actor("office")
    with pytest.raises(RuleViolation, match="属于其他部门"), unit_of_work(session, office):
        session.add(
            Correction(
                cycle_id=cast.cycle.id,
                department_id=cast.xinxi.id,
                subject_table="monthly_check",
                subject_id=check.id,
                column_name="problem",
                old_value="无",
                new_value="有",
                reason="补充",
            )
        )
        session.flush()


def test_an_open_month_is_not_corrected_but_returned(session: AnySession, cast: Cast) -> None:
    check = report(session, cast, accepted_task(cast), 15)
    with pytest.raises(RuleViolation, match="尚未下发通报"):
        ask(session, cast, check, actual_percent="58")


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"actual_percent": "15.00"}, "没有改动"),
        ({"actual_percent": "101"}, "0 到 100"),
        ({"actual_percent": "NaN"}, "0 到 100"),
        ({"actual_percent": ""}, "不能为空"),
        ({"quality": "superb"}, "不在可选项中"),
        ({"head_light": "green"}, "只能调低"),
        ({"planned_percent": "10"}, "不能在这里更正"),
    ],
)
def test_what_is_not_asked_for(
    session: AnySession, cast: Cast, wanted: dict[str, str], words: str
) -> None:
    check = closed_check(session, cast)
    with pytest.raises(RuleViolation, match=words):
        ask(session, cast, check, **wanted)


def test_a_reason_is_given(session: AnySession, cast: Cast) -> None:
    check, head = closed_check(session, cast), cast.actor("head_jwc")
    with pytest.raises(RuleViolation, match="更正原因"), unit_of_work(session, head):
        ask_corrections(session, head, check, {"actual_percent": "58"}, "  ")


def test_a_column_waits_for_one_decision_at_a_time(session: AnySession, cast: Cast) -> None:
    check = closed_check(session, cast)
    ask(session, cast, check, actual_percent="58")
    with pytest.raises(RuleViolation, match="已有更正申请"):
        ask(session, cast, check, actual_percent="59")
    ask(session, cast, check, problem="材料不全")


# Deciding --------------------------------------------------------------------------------


def test_an_approved_correction_lightens_the_light_and_keeps_the_original(
    session: AnySession, cast: Cast
) -> None:
    check = closed_check(session, cast)
    assert check.computed_light == Light.ORANGE
    row = ask(session, cast, check, actual_percent="58")
    decide(session, cast, row, "approve")
    assert (check.actual_percent, check.computed_light) == (Decimal(58), Light.GREEN)
    assert (check.task.actual_percent, check.task.light) == (Decimal(58), "green")
    assert (row.old_value, row.new_value) == ("15", "58")
    assert row.effect == (
        "实际进度由15%更正为58%；当月状态灯由橙灯改为绿灯；任务当前进度随之更新；解除预警1条。"
    )
    (warning,) = session.scalars(select(EarlyWarning).where(EarlyWarning.task_id == check.task_id))
    assert warning.closed_on == LATER


def test_the_plan_of_that_time_is_kept(session: AnySession, cast: Cast) -> None:
    check = closed_check(session, cast)
    make_milestone(task=check.task, due_on=dt.date(2026, 4, 25), planned_percent=100)
    row = ask(session, cast, check, actual_percent="58")
    decide(session, cast, row, "approve")
    assert (check.planned_percent, check.computed_light) == (60, Light.GREEN)


def test_a_task_finished_since_was_not_finished_then(session: AnySession, cast: Cast) -> None:
    check = closed_check(session, cast)
    table = Task.__table__
    session.connection().execute(
        update(table)
        .where(table.c.id == check.task_id)
        .values(status=TaskStatus.FINISHED, finished_on=LATER)
    )
    session.expire_all()
    row = ask(session, cast, check, actual_percent="45")
    decide(session, cast, row, "approve")
    assert check.computed_light == Light.YELLOW


def test_an_earlier_month_says_nothing_of_the_task_today(session: AnySession, cast: Cast) -> None:
    check, head = closed_check(session, cast), cast.actor("head_jwc")
    with clock.at(dt.date(2026, 5, 29)), unit_of_work(session, head):
        may = MonthlyCheck(
            task=check.task, year=2026, month=5, actual_percent=70, quality=Quality.GOOD
        )
        draft_check(session, head, may)
        session.flush()
        workflow.apply(session, head, may, "submit")
    row = ask(session, cast, check, actual_percent="58")
    decide(session, cast, row, "approve")
    assert (check.task.actual_percent, check.task.light) == (Decimal(70), "green")


def test_the_heads_own_light_falls_where_it_is_not_worse_any_more(
    session: AnySession, cast: Cast
) -> None:
    check = closed_check(session, cast, percent=58)
    row = ask(session, cast, check, head_light="yellow")
    decide(session, cast, row, "approve")
    assert (check.head_light, check.head_light_reason) == (Light.YELLOW, "填报时漏计一项")
    row = ask(session, cast, check, quality="poor")
    decide(session, cast, row, "approve")
    assert (check.head_light, check.computed_light) == (None, Light.ORANGE)
    assert "负责人调整的状态灯不再适用" in (row.effect or "")


def test_texts_are_corrected_and_not_told_to_all(session: AnySession, cast: Cast) -> None:
    check = closed_check(session, cast)
    row = ask(session, cast, check, problem="经费未到位")
    decide(session, cast, row, "approve")
    assert check.problem == "经费未到位"
    assert row.effect == "存在问题的文字作了更正。"


def test_cases_that_have_lost_their_ground_are_withdrawn(session: AnySession, cast: Cast) -> None:
    check = closed_check(session, cast, percent=15)
    with clock.at(ISSUED):
        case = make_supervision_case(
            task=check.task,
            department=cast.jwc,
            rule_key=Ground.LAG.value,
            number="督〔2026〕3号",
            status=CaseStatus.OPEN,
        )
    row = ask(session, cast, check, actual_percent="58")
    decide(session, cast, row, "approve")
    assert case.status == CaseStatus.WITHDRAWN
    (step,) = session.scalars(select(CaseStep).where(CaseStep.supervision_case_id == case.id))
    assert "2026年4月监测数据已更正" in (step.text or "")
    assert "撤销督办件督〔2026〕3号" in (row.effect or "")


def test_a_case_that_stands_without_it_stays(session: AnySession, cast: Cast) -> None:
    check = closed_check(session, cast, percent=15)
    with clock.at(ISSUED):
        lagging = make_supervision_case(
            task=check.task, department=cast.jwc, rule_key=Ground.LAG.value
        )
    row = ask(session, cast, check, actual_percent="20")
    decide(session, cast, row, "approve")
    assert session.get_one(SupervisionCase, lagging.id).status == CaseStatus.PROPOSED


def test_the_issued_bulletin_gets_a_note_and_keeps_its_figures(
    session: AnySession, cast: Cast
) -> None:
    check = closed_check(session, cast)
    row = ask(session, cast, check, actual_percent="58")
    decide(session, cast, row, "approve")
    anybody = cast.actor("head_xinxi")
    bulletin = bulletin_of(session, anybody, 2026, 4, LATER)
    assert (bulletin.total.orange, bulletin.total.green) == (1, 0)
    (note,) = notes_on(session, anybody, bulletin.month)
    assert (note.effect, note.task_id) == (row.effect, check.task_id)


def test_a_value_that_changed_since_is_not_overwritten(session: AnySession, cast: Cast) -> None:
    check = closed_check(session, cast)
    row = ask(session, cast, check, actual_percent="58")
    with unit_of_work(session, TEST), correcting(session):
        check.actual_percent = Decimal(30)
    with pytest.raises(Conflict, match="现为“30”，不再是“15”"):
        decide(session, cast, row, "approve")
    assert check.actual_percent == 30
    decide(session, cast, row, "refuse", note="数据已另行更正")


def test_a_refusal_says_why(session: AnySession, cast: Cast) -> None:
    check = closed_check(session, cast)
    row = ask(session, cast, check, actual_percent="58")
    with pytest.raises(RuleViolations):
        decide(session, cast, row, "refuse")
    decide(session, cast, row, "refuse", note="佐证不足")
    assert (row.status, row.effect, check.actual_percent) == ("refused", "不予更正：佐证不足", 15)
    with pytest.raises(WrongState):
        decide(session, cast, row, "approve")


def test_the_department_does_not_decide_on_its_own(session: AnySession, cast: Cast) -> None:
    row = ask(session, cast, closed_check(session, cast), actual_percent="58")
    for who in ("head_jwc", "staff_jwc", "leader", "topleader"):
        with pytest.raises(NotAllowed):
            decide(session, cast, row, "approve", who)


def test_the_offices_own_is_decided_by_a_leader(session: AnySession, cast: Cast) -> None:
    check = closed_check(session, cast)
    with unit_of_work(session, TEST), guard.privileged(session):
        check.task.lead_department_id = cast.bgs.id
    row = ask(session, cast, check, "office", actual_percent="58")
    with pytest.raises(NotAllowed, match="本部门") as refused:
        decide(session, cast, row, "approve")
    assert cast.other_leader.name in str(refused.value)
    decide(session, cast, row, "approve", "other_leader")
    assert row.approved_by_id == cast.other_leader.id


def test_nobody_decides_on_what_they_asked_for(session: AnySession, cast: Cast) -> None:
    row = ask(session, cast, closed_check(session, cast), "office", actual_percent="58")
    with pytest.raises(NotAllowed, match=cast.leader.name):
        decide(session, cast, row, "approve")
    decide(session, cast, row, "approve", "leader")
    assert row.status == "approved"


def test_who_asked_is_told_of_the_decision(session: AnySession, cast: Cast) -> None:
    row = ask(session, cast, closed_check(session, cast), actual_percent="58")
    decide(session, cast, row, "refuse", note="佐证不足")
    (told,) = session.scalars(
        select(Notification).where(
            Notification.person_id == cast.head_jwc.id, Notification.kind == "correction"
        )
    )
    assert "不予更正：佐证不足" in told.text
    assert told.link == f"/correction/show/{row.id}"


def test_who_asked_takes_it_back_until_it_is_decided(session: AnySession, cast: Cast) -> None:
    check = closed_check(session, cast)
    row = ask(session, cast, check, actual_percent="58")
    decide(session, cast, row, "take_back", "head_jwc")
    assert (row.status, row.effect, check.actual_percent) == ("taken_back", None, 15)
    again = ask(session, cast, check, actual_percent="60")
    decide(session, cast, again, "approve")
    with pytest.raises(WrongState, match="不能进行这一步"):
        decide(session, cast, again, "take_back", "head_jwc")


@pytest.mark.parametrize("who", ["office", "head_xinxi", "staff_jwc", "leader"])
def test_nobody_else_takes_it_back(session: AnySession, cast: Cast, who: str) -> None:
    row = ask(session, cast, closed_check(session, cast), actual_percent="58")
    with pytest.raises(NotAllowed):
        decide(session, cast, row, "take_back", who)
    assert row.status == "requested"
