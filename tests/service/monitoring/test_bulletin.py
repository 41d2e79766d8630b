"""The month's bulletin: what it counts, what issuing freezes and closes."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select

from app.core import clock, guard, workflow
from app.core.errors import Conflict, RuleViolation, WrongState
from app.core.unit_of_work import AnySession, unit_of_work
from app.cycles.months import months_of
from app.models.cycles import ReportingMonth
from app.models.monitoring import BulletinLine, CheckContribution, MonthlyCheck
from app.models.planning import TaskStatus, Visibility
from app.models.system import Notification
from app.monitoring.bulletin import bulletin_of, next_number
from app.monitoring.bulletin_figures import LIGHTS, Figures, tasks_behind
from app.monitoring.bulletin_listed import listed_at_issue
from app.monitoring.service import close_month, draft_check
from tests.cast import TEST, Cast
from tests.closed_month import CLOSED, ISSUED, REPORTED, accepted_task, april, issue, report
from tests.factories import make_appointment, make_evidence, make_task


def of_jwc(session: AnySession, cast: Cast) -> Figures:
    bulletin = bulletin_of(session, cast.actor("office"), 2026, 4, ISSUED)
    return next(
        (one.figures for one in bulletin.lines if one.department_id == cast.jwc.id), Figures()
    )


def test_a_department_is_counted_by_what_it_owed_and_gave(session: AnySession, cast: Cast) -> None:
    report(session, cast, accepted_task(cast), 58, problem="经费未到位")
    report(session, cast, accepted_task(cast), 15, dt.date(2026, 5, 12), problem=None)
    accepted_task(cast)
    accepted_task(cast, due_on=dt.date(2026, 4, 10))
    make_task(status=TaskStatus.FINISHED, finished_on=dt.date(2026, 4, 9))
    accepted_task(cast, start_on=dt.date(2026, 9, 1))
    found = of_jwc(session, cast)
    assert found == Figures(
        due=4, submitted=2, late=1, missing=2, green=1, orange=1, grey=1, red=1, blue=1, problems=1
    )


def test_lights_add_up_to_what_is_due_and_what_is_finished(session: AnySession, cast: Cast) -> None:
    report(session, cast, accepted_task(cast), 58)
    accepted_task(cast)
    make_task(status=TaskStatus.FINISHED, finished_on=dt.date(2026, 4, 9))
    found = of_jwc(session, cast)
    assert sum(getattr(found, light.value) for light in LIGHTS) == found.due + 1


def test_each_figure_leads_to_as_many_tasks(session: AnySession, cast: Cast) -> None:
    report(session, cast, accepted_task(cast), 15, dt.date(2026, 5, 12), problem="人手不足")
    accepted_task(cast)
    make_task(status=TaskStatus.FINISHED, finished_on=dt.date(2026, 4, 9))
    office = cast.actor("office")
    (month,) = (one for one in months_of(session, [cast.cycle.id]) if one.month == 4)
    total = bulletin_of(session, office, 2026, 4, ISSUED).total
    for name in ("due", "submitted", "late", "missing", "problems", *(one.value for one in LIGHTS)):
        rows = tasks_behind(session, office, month, ISSUED, [name])
        assert len(rows) == getattr(total, name), name


def test_a_restricted_task_is_counted_and_not_listed(session: AnySession, cast: Cast) -> None:
    accepted_task(cast, visibility=Visibility.RESTRICTED)
    issue(session, cast)
    stranger = cast.actor("head_xinxi")
    bulletin = bulletin_of(session, stranger, 2026, 4, ISSUED)
    assert bulletin.total.missing == 1
    assert tasks_behind(session, stranger, bulletin.month, ISSUED, ["missing"]) == []


def test_issuing_freezes_the_figures(session: AnySession, cast: Cast) -> None:
    task = accepted_task(cast)
    issue(session, cast)
    with unit_of_work(session, TEST):
        accepted_task(cast)
    before = of_jwc(session, cast)
    assert (before.due, before.missing) == (1, 1)
    line = session.scalars(select(BulletinLine)).one()
    assert (line.department_id, line.grey) == (cast.jwc.id, 1)
    assert task.light == "grey"


def test_frozen_figures_are_nobodys_to_change(session: AnySession, cast: Cast) -> None:
    accepted_task(cast)
    issue(session, cast)
    line = session.scalars(select(BulletinLine)).one()
    with pytest.raises(RuleViolation), unit_of_work(session, cast.actor("office")):
        line.missing = 0


def test_a_bulletin_is_not_issued_before_the_month_is_over(session: AnySession, cast: Cast) -> None:
    office = cast.actor("office")
    with (
        clock.at(dt.date(2026, 4, 29)),
        pytest.raises(RuleViolation, match="尚未结束"),
        unit_of_work(session, office),
    ):
        close_month(session, office, april(session, cast), "1号")


def test_figures_that_changed_since_they_were_seen_are_not_issued(
    session: AnySession, cast: Cast
) -> None:
    office = cast.actor("office")
    accepted_task(cast)
    seen = bulletin_of(session, office, 2026, 4, ISSUED).seal
    accepted_task(cast)
    with (
        clock.at(ISSUED),
        pytest.raises(Conflict, match="数字有了变化"),
        unit_of_work(session, office),
    ):
        close_month(session, office, april(session, cast), "1号", seen)
    assert april(session, cast).closed_on is None


def test_no_two_bulletins_have_one_number(session: AnySession, cast: Cast) -> None:
    office = cast.actor("office")
    issue(session, cast, "监测通报〔2026〕1号")
    may = session.scalars(select(ReportingMonth).where(ReportingMonth.month == 5)).first()
    with (
        clock.at(dt.date(2026, 6, 5)),
        pytest.raises(RuleViolation, match="已用于其他通报"),
        unit_of_work(session, office),
    ):
        close_month(session, office, may, "监测通报〔2026〕1号")


@pytest.mark.parametrize(
    ("last", "following"),
    [
        ("监测通报〔2026〕9号", "监测通报〔2026〕10号"),
        ("院办发〔2026〕31 号（月报）", "院办发〔2026〕32 号（月报）"),
    ],
)
def test_the_next_number_counts_the_last_one_on(
    session: AnySession, cast: Cast, last: str, following: str
) -> None:
    assert next_number(session, cast.actor("office"), cast.cycle) == "监测通报〔2026〕1号"
    issue(session, cast, last)
    assert next_number(session, cast.actor("office"), cast.cycle) == following


def test_the_heads_are_told_of_the_issue_once_each(session: AnySession, cast: Cast) -> None:
    for _ in range(3):
        accepted_task(cast)
    accepted_task(cast, lead_department=cast.xinxi)
    make_appointment(person=cast.head_jwc, department=cast.xinxi, post="head")
    issue(session, cast)
    told = session.scalars(select(Notification).where(Notification.kind == "bulletin")).all()
    assert sorted(one.person_id for one in told) == sorted([cast.head_jwc.id, cast.head_xinxi.id])
    assert {one.link for one in told} == {"/bulletin/2026-04/"}
    of_both = next(one.text for one in told if one.person_id == cast.head_jwc.id)
    assert "监测通报〔2026〕1号" in of_both and "4" in of_both.partition("号")[2]


def test_an_issue_that_is_refused_tells_nobody(session: AnySession, cast: Cast) -> None:
    accepted_task(cast)
    with pytest.raises(RuleViolation):
        issue(session, cast, " ")
    assert session.scalar(select(func.count(Notification.id))) == 0


def test_what_is_listed_at_the_issue_stays_and_is_seen_by_who_may(
    session: AnySession, cast: Cast
) -> None:
    late = accepted_task(
        cast, due_on=dt.date(2026, 4, 10), visibility=Visibility.RESTRICTED, title="甲"
    )
    month = issue(session, cast)
    with guard.privileged(session), unit_of_work(session, TEST):
        late.due_on, late.title = dt.date(2026, 12, 1), "乙"
    kept = listed_at_issue(session, cast.actor("head_jwc"), month)
    assert kept is not None
    assert [(row[0].endswith("甲"), row[2], row[-1]) for row in kept.tasks] == [
        (True, "2026年4月10日", "红灯")
    ]
    hidden = listed_at_issue(session, cast.actor("head_xinxi"), month)
    assert hidden is not None and hidden.tasks == []


# A closed month --------------------------------------------------------------------------


def test_a_check_of_a_closed_month_is_not_written(session: AnySession, cast: Cast) -> None:
    task = accepted_task(cast)
    issue(session, cast)
    head = cast.actor("head_jwc")
    with pytest.raises(WrongState, match=CLOSED), unit_of_work(session, head):
        draft_check(session, head, MonthlyCheck(task=task, year=2026, month=4))
        session.flush()


def test_a_draft_of_a_closed_month_is_not_edited_moved_deleted_or_submitted(
    session: AnySession, cast: Cast
) -> None:
    head = cast.actor("head_jwc")
    task = accepted_task(cast)
    with clock.at(REPORTED), unit_of_work(session, head):
        check = draft_check(
            session, head, MonthlyCheck(task=task, year=2026, month=4, actual_percent=10)
        )
    issue(session, cast)
    with pytest.raises(WrongState, match=CLOSED), unit_of_work(session, head):
        check.actual_percent = 50
    with pytest.raises(WrongState, match=CLOSED), unit_of_work(session, head):
        check.month = 5
    with pytest.raises(WrongState, match=CLOSED), unit_of_work(session, head):
        session.delete(check)
    with pytest.raises(WrongState, match=CLOSED), unit_of_work(session, head):
        workflow.apply(session, head, check, "submit", actual_percent=10, quality="good")


def test_a_check_is_not_moved_into_a_closed_month(session: AnySession, cast: Cast) -> None:
    head = cast.actor("head_jwc")
    with clock.at(REPORTED), unit_of_work(session, head):
        check = draft_check(
            session, head, MonthlyCheck(task=accepted_task(cast), year=2026, month=5)
        )
    issue(session, cast)
    with pytest.raises(WrongState, match=CLOSED), unit_of_work(session, head):
        check.month = 4


def test_the_office_returns_nothing_of_a_closed_month(session: AnySession, cast: Cast) -> None:
    check = report(session, cast, accepted_task(cast), 30)
    issue(session, cast)
    office = cast.actor("office")
    offer = next(one for one in workflow.offers(office, check) if one.transition.name == "return")
    assert str(offer.refusal) == CLOSED
    with pytest.raises(WrongState, match=CLOSED), unit_of_work(session, office):
        workflow.apply(session, office, check, "return", return_reason="请补充")


def test_an_assisting_departments_line_and_files_stay_too(session: AnySession, cast: Cast) -> None:
    check = report(session, cast, accepted_task(cast), 30)
    with unit_of_work(session, TEST):
        line = CheckContribution(monthly_check=check, department=cast.xinxi, done="已配合")
        session.add(line)
    issue(session, cast)
    with pytest.raises(WrongState, match=CLOSED), unit_of_work(session, TEST):
        line.done = "另有补充"
    with pytest.raises(WrongState, match=CLOSED), unit_of_work(session, TEST):
        session.delete(line)
    with pytest.raises(WrongState, match=CLOSED), unit_of_work(session, TEST):
        make_evidence(monthly_check=check, uploader=cast.head_jwc)
        session.flush()


def test_a_closed_month_itself_stays_as_it_is(session: AnySession, cast: Cast) -> None:
    month = issue(session, cast)
    with pytest.raises(WrongState, match=CLOSED), unit_of_work(session, cast.actor("office")):
        month.exempt = True
    with pytest.raises(WrongState, match=CLOSED), unit_of_work(session, cast.actor("office")):
        session.delete(month)
