"""The daily round: what it warns of, proposes and moves; twice, late, and for whom (Art. 7-8)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update

from app.core import clock, workflow
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.cycles import ReportingMonth, RuleValue
from app.models.monitoring import CheckStatus, EarlyWarning, Light, MonthlyCheck, Quality
from app.models.planning import Task, TaskStatus
from app.models.supervision import CaseStage, CaseStatus, CaseStep, StepKind, SupervisionCase
from app.models.system import Notification, PatrolRound
from app.supervision import patrol
from app.supervision.patrol import go_round, run
from tests.cast import Cast
from tests.factories import make_early_warning, make_monthly_check, make_supervision_case, make_task

DUE = dt.date(2026, 5, 11)
DAY = dt.timedelta(days=1)
ACCEPTED = dt.datetime(2026, 2, 10, 2, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def only_may_is_reported(session: AnySession, cast: Cast) -> None:
    """Other months are exempt, so that a test hears of what it is about only."""
    table = ReportingMonth.__table__.c
    put(session, ReportingMonth, table.month.in_((3, 4)), exempt=True)


def put(session: AnySession, model: type[Any], where: Any, **values: Any) -> None:
    """Make rows what they would have become elsewhere, past the gate."""
    session.execute(update(model.__table__).where(where).values(**values))
    session.expire_all()


def a_task(cast: Cast, due: dt.date | None = DUE, **given: Any) -> Task:
    given = {"owner": cast.staff_jwc, "accepted_at": ACCEPTED, **given}
    return make_task(status=TaskStatus.ACCEPTED, due_on=due, **given)


def a_check(task: Task, month: int, day: dt.date, **given: Any) -> MonthlyCheck:
    at = clock.start_of(day) + dt.timedelta(hours=10)
    return make_monthly_check(
        task=task, year=2026, month=month, status=CheckStatus.SUBMITTED, submitted_at=at, **given
    )


def cases_of(session: AnySession, task: Task) -> list[SupervisionCase]:
    session.expire_all()
    return list(session.scalars(select(SupervisionCase).where(SupervisionCase.task_id == task.id)))


def warnings_of(session: AnySession, task: Task) -> list[EarlyWarning]:
    session.expire_all()
    return list(
        session.scalars(
            select(EarlyWarning).where(EarlyWarning.task_id == task.id).order_by(EarlyWarning.id)
        )
    )


def kinds_of(session: AnySession, case: SupervisionCase) -> list[tuple[StepKind, dt.date]]:
    steps = session.scalars(
        select(CaseStep)
        .where(CaseStep.supervision_case_id == case.id)
        .order_by(CaseStep.happened_at, CaseStep.id)
    )
    return [(one.kind, one.happened_at.astimezone(clock.COLLEGE_ZONE).date()) for one in steps]


def go(session: AnySession, day: dt.date) -> None:
    with clock.at(day):
        go_round(session, day)


def test_the_day_after_its_day_a_task_is_red_warned_of_and_proposed(
    session: AnySession, cast: Cast
) -> None:
    task = a_task(cast)
    go(session, DUE)
    assert warnings_of(session, task) == cases_of(session, task) == []
    go(session, DUE + DAY)
    (warning,), (case,) = warnings_of(session, task), cases_of(session, task)
    assert task.light == Light.RED
    assert (warning.light, warning.rule_key) == (Light.RED, "light.overdue")
    assert (warning.opened_on, warning.closed_on) == (DUE + DAY, None)
    assert (case.status, case.rule_key) == (CaseStatus.PROPOSED, "supervise.overdue")
    assert (case.number, case.department_id) == (None, cast.jwc.id)
    assert case.leader_id == cast.leader.id
    assert "2026-05-11" in (case.ground or "")
    assert kinds_of(session, case) == [(StepKind.PROPOSED, DUE + DAY)]


def test_a_second_round_of_the_same_day_changes_nothing(session: AnySession, cast: Cast) -> None:
    task = a_task(cast)
    go(session, DUE + DAY)
    session.execute(PatrolRound.__table__.delete())
    with clock.at(DUE + DAY):
        again = go_round(session, DUE + DAY)
    assert again is not None
    assert (again.warnings_opened, again.cases_proposed, again.messages) == (0, 0, 0)
    assert len(warnings_of(session, task)) == len(cases_of(session, task)) == 1
    with clock.at(DUE + DAY):
        assert go_round(session, DUE + DAY) is None


def test_a_missing_check_is_warned_of_once_and_the_warning_ends_when_it_comes(
    session: AnySession, cast: Cast
) -> None:
    task = a_task(cast, dt.date(2026, 11, 30))
    due = dt.date(2026, 6, 3)
    go(session, due)
    assert warnings_of(session, task) == []
    go(session, due + DAY)
    (warning,) = warnings_of(session, task)
    assert (warning.light, warning.rule_key, warning.opened_on) == (
        Light.GREY, "check.missing", due + DAY,
    )  # fmt: skip
    assert warning.cause.startswith("2026-05")
    head = cast.actor("head_jwc")
    with clock.at(due + 4 * DAY), unit_of_work(session, head):
        check = MonthlyCheck(task=task, year=2026, month=5, actual_percent=50, quality=Quality.GOOD)
        session.add(check)
        session.flush()
        workflow.apply(session, head, check, "submit")
    go(session, due + 5 * DAY)
    (warning,) = warnings_of(session, task)
    assert warning.closed_on == due + 4 * DAY


@pytest.mark.parametrize(
    "given",
    [
        {"start_on": dt.date(2026, 6, 1)},
        {"accepted_at": clock.start_of(dt.date(2026, 6, 1))},
        {"finished_on": dt.date(2026, 5, 31)},
    ],
)
def test_who_did_not_owe_a_check_is_not_warned(
    session: AnySession, cast: Cast, given: dict[str, Any]
) -> None:
    task = a_task(cast, dt.date(2026, 11, 30), **given)
    go(session, dt.date(2026, 6, 10))
    assert warnings_of(session, task) == []


def test_an_overdue_task_keeps_one_warning_of_its_progress(session: AnySession, cast: Cast) -> None:
    task = a_task(cast)
    make_early_warning(task=task, light=Light.YELLOW, rule_key="light.yellow_lag_points",
                       opened_on=DUE - 9 * DAY)  # fmt: skip
    go(session, DUE + DAY)
    yellow, red = warnings_of(session, task)
    assert (yellow.closed_on, red.closed_on, red.light) == (DUE + DAY, None, Light.RED)
    assert yellow.closing_reason


def test_what_is_finished_loses_its_warnings_and_its_proposal(
    session: AnySession, cast: Cast
) -> None:
    task = a_task(cast)
    go(session, DUE + DAY)
    put(
        session,
        Task,
        Task.__table__.c.id == task.id,
        finished_on=DUE + 3 * DAY,
        status=TaskStatus.FINISHED,
    )
    go(session, DUE + 4 * DAY)
    (warning,), (case,) = warnings_of(session, task), cases_of(session, task)
    assert (warning.closed_on, case.status) == (DUE + 4 * DAY, CaseStatus.WITHDRAWN)
    assert kinds_of(session, case)[-1] == (StepKind.WITHDRAWN, DUE + 4 * DAY)


def test_a_moved_day_ends_the_red_warning(session: AnySession, cast: Cast) -> None:
    task = a_task(cast)
    go(session, DUE + DAY)
    put(session, Task, Task.__table__.c.id == task.id, due_on=DUE + 60 * DAY)
    go(session, DUE + 2 * DAY)
    (warning,) = warnings_of(session, task)
    assert warning.closed_on == DUE + 2 * DAY
    assert task.light is None


def test_a_dismissed_proposal_is_not_made_again(session: AnySession, cast: Cast) -> None:
    task, office = a_task(cast), cast.actor("office")
    go(session, DUE + DAY)
    (case,) = cases_of(session, task)
    with clock.at(DUE + DAY), unit_of_work(session, office):
        workflow.apply(session, office, case, "dismiss", note="本周即可完成")
    go(session, DUE + 2 * DAY)
    assert len(cases_of(session, task)) == 1


def test_several_grounds_make_one_case_that_names_them_all(session: AnySession, cast: Cast) -> None:
    task = a_task(cast)
    a_check(
        task, 5, DUE, planned_percent=Decimal(80), actual_percent=Decimal(30),
        quality=Quality.GOOD, computed_light=Light.ORANGE,
    )  # fmt: skip
    go(session, DUE + DAY)
    (case,) = cases_of(session, task)
    assert case.rule_key == "supervise.overdue"
    assert case.special_proposed_on == DUE + DAY
    assert "50" in (case.special_ground or "")
    assert "2026-05-11" in (case.ground or "")
    assert "50" in (case.ground or "")


def test_a_major_deviation_is_put_on_the_case_under_way(session: AnySession, cast: Cast) -> None:
    task = a_task(cast, dt.date(2026, 11, 30))
    case = make_supervision_case(
        task=task, status=CaseStatus.OPEN, number="督〔2026〕9号", due_on=DUE + 30 * DAY,
        created_at=clock.start_of(DUE - 30 * DAY),
    )  # fmt: skip
    a_check(
        task, 5, DUE, planned_percent=Decimal(80), actual_percent=Decimal(30),
        quality=Quality.GOOD, computed_light=Light.ORANGE,
    )  # fmt: skip
    for day in (DUE, DUE + DAY, DUE + 2 * DAY):
        go(session, day)
    assert [one.id for one in cases_of(session, task)] == [case.id]
    assert case.special_proposed_on == DUE + DAY
    assert kinds_of(session, case) == [(StepKind.SPECIAL_PROPOSED, DUE + DAY)]


def confirmed(session: AnySession, cast: Cast, task: Task) -> SupervisionCase:
    office = cast.actor("office")
    go(session, DUE + DAY)
    (case,) = cases_of(session, task)
    with clock.at(DUE + DAY), unit_of_work(session, office):
        workflow.apply(session, office, case, "confirm")
    return case


MOVES = [
    (StepKind.URGED, dt.date(2026, 5, 20)),
    (StepKind.URGED, dt.date(2026, 5, 26)),
    (StepKind.DEADLINE_SET, dt.date(2026, 5, 30)),
    (StepKind.SPECIAL_PROPOSED, dt.date(2026, 6, 23)),
]
"""Of a case confirmed on 12 May that nobody touches."""


def test_a_case_nobody_answers_climbs_to_the_proposal_of_a_special_inspection(
    session: AnySession, cast: Cast
) -> None:
    case = confirmed(session, cast, a_task(cast))
    day = DUE + 2 * DAY
    while day <= dt.date(2026, 7, 10):
        go(session, day)
        day += DAY
    assert kinds_of(session, case)[2:] == MOVES
    assert (case.status, case.stage, case.urges) == (CaseStatus.OPEN, CaseStage.DEADLINE, 2)


def test_after_an_outage_every_day_is_made_up_for_as_it_would_have_been(
    session: AnySession, cast: Cast
) -> None:
    case = confirmed(session, cast, a_task(cast))
    with clock.at(dt.date(2026, 7, 10)):
        done = run(session, clock.today())
    assert [one.day for one in done][:2] == [DUE + 2 * DAY, DUE + 3 * DAY]
    assert done[-1].day == dt.date(2026, 7, 10)
    assert kinds_of(session, case)[2:] == MOVES


def test_three_days_of_outage_end_where_daily_rounds_would_have(
    session: AnySession, cast: Cast
) -> None:
    go(session, DUE)
    task = a_task(cast)
    with clock.at(DUE + 4 * DAY):
        assert [one.day for one in run(session, clock.today())] == [
            DUE + n * DAY for n in (1, 2, 3, 4)
        ]
    (warning,), (case,) = warnings_of(session, task), cases_of(session, task)
    assert warning.opened_on == DUE + DAY
    assert kinds_of(session, case) == [(StepKind.PROPOSED, DUE + DAY)]


def test_a_person_s_step_finds_the_case_where_the_rounds_would_have_left_it(
    session: AnySession, cast: Cast
) -> None:
    case, head = confirmed(session, cast, a_task(cast)), cast.actor("head_jwc")
    with clock.at(dt.date(2026, 5, 27)), unit_of_work(session, head):
        workflow.apply(session, head, case, "reply", note="正在办理")
    session.expire_all()
    assert [kind for kind, _ in kinds_of(session, case)][2:4] == [StepKind.URGED, StepKind.URGED]
    assert (case.stage, case.urges, case.status) == (CaseStage.URGE, 2, CaseStatus.REPLIED)
    with clock.at(dt.date(2026, 5, 30)):
        run(session, clock.today())
    assert (case.stage, case.status) == (CaseStage.DEADLINE, CaseStatus.REPLIED)


def test_the_first_round_ever_goes_one_day_only(session: AnySession, cast: Cast) -> None:
    task = a_task(cast)
    with clock.at(DUE + 40 * DAY):
        assert [one.day for one in run(session, clock.today())] == [DUE + 40 * DAY]
        assert run(session, clock.today()) == []
    assert kinds_of(session, cases_of(session, task)[0]) == [(StepKind.PROPOSED, DUE + 40 * DAY)]


def test_where_the_rule_book_says_so_proposals_confirm_themselves(
    session: AnySession, cast: Cast
) -> None:
    put(session, RuleValue, RuleValue.__table__.c.key == "supervise.auto_confirm", value="true")
    session.info.clear()
    go(session, DUE)
    task = a_task(cast)
    with clock.at(DUE + 4 * DAY):
        run(session, clock.today())
    (case,) = cases_of(session, task)
    assert (case.status, case.opened_on) == (CaseStatus.OPEN, DUE + DAY)
    assert case.number == "督〔2026〕1号"
    assert case.due_on == dt.date(2026, 5, 19)


def test_everybody_gets_one_message_of_a_round(session: AnySession, cast: Cast) -> None:
    for _ in range(3):
        a_task(cast)
    a_task(cast, DUE + 8 * DAY)
    go(session, DUE + DAY)
    told = {
        one.person_id: one
        for one in session.scalars(select(Notification).where(Notification.kind == "patrol"))
    }
    assert set(told) == {cast.head_jwc.id, cast.office.id, cast.staff_jwc.id}
    assert "3" in told[cast.head_jwc.id].text
    assert told[cast.office.id].link == "/patrol/to/proposed"
    assert told[cast.staff_jwc.id].link == "/patrol/to/due_soon"


def test_a_round_is_one_transaction(
    session: AnySession, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = a_task(cast)

    def fail(*given: Any) -> int:
        raise OSError("the disk is full")

    monkeypatch.setattr(patrol.patrol_news, "tell", fail)
    with pytest.raises(OSError), clock.at(DUE + DAY):
        go_round(session, DUE + DAY)
    assert warnings_of(session, task) == cases_of(session, task) == []
    assert session.scalars(select(PatrolRound)).all() == []
