"""What a year's decomposition leaves out, and whom it is told to (Art. 5)."""

from __future__ import annotations

from sqlalchemy import select

from app.core.unit_of_work import AnySession, unit_of_work
from app.models.cycles import RuleValue
from app.models.planning import Agreement, TaskStatus
from app.models.work_points import WorkPointSetStatus
from app.planning.coverage import PERSON_LIMIT, SHOWN, Check, coverage_of, may_read
from tests.architecture.test_query_counts import statements
from tests.cast import TEST, TODAY, YEAR, Cast
from tests.factories import (
    make_department,
    make_indicator,
    make_strategic_goal,
    make_task,
    make_task_department,
    make_work_point,
    make_work_point_set,
)


def found(session: AnySession, cast: Cast, who: str = "office") -> dict[str, Check]:
    return {check.key: check for check in coverage_of(session, cast.actor(who), cast.cycle)}


def names(check: Check) -> list[str]:
    assert check.count == len(check.gaps)
    return [gap.name for gap in check.gaps]


def test_a_work_point_without_a_task_is_named(session: AnySession, cast: Cast) -> None:
    issued = make_work_point_set(
        edition=1, status=WorkPointSetStatus.ISSUED, issue_number="院发〔2026〕1号", issued_on=TODAY
    )
    served = make_work_point(work_point_set=issued, number="1", text="有人做")
    make_work_point(work_point_set=issued, number="2", text="没人做")
    make_work_point(work_point_set=make_work_point_set(edition=2), number="1", text="另一稿")
    make_task(work_point=served)
    assert names(found(session, cast)["work_points"]) == ["2 没人做"]


def test_a_terminated_task_serves_nothing(session: AnySession, cast: Cast) -> None:
    point = make_work_point(work_point_set=make_work_point_set(), number="1", text="要点")
    make_task(work_point=point, status=TaskStatus.TERMINATED, termination_cause="政策变化")
    assert names(found(session, cast)["work_points"]) == ["1 要点"]


def test_a_goal_of_the_year_nobody_serves_is_named(session: AnySession, cast: Cast) -> None:
    served = make_strategic_goal(name="已落实", start_year=YEAR, end_year=YEAR)
    make_strategic_goal(name="未落实", start_year=YEAR, end_year=YEAR)
    make_strategic_goal(name="往年的", start_year=YEAR - 5, end_year=YEAR - 1)
    make_task(strategic_goal=served)
    assert names(found(session, cast)["goals"]) == ["未落实"]


def test_tasks_without_standard_or_owner_are_named(session: AnySession, cast: Cast) -> None:
    make_task(title="有标准", standard="通过验收")
    make_indicator(task=make_task(title="有指标", standard=None))
    make_task(title="没有", number="3", standard="  ")
    make_task(title="已发布", standard="通过", status=TaskStatus.PUBLISHED)
    make_task(title="有人负责", standard="通过", status=TaskStatus.PUBLISHED, owner=cast.staff_jwc)
    checks = found(session, cast)
    assert names(checks["standard"]) == ["3 没有"]
    assert [gap.name.split()[-1] for gap in checks["owner"].gaps] == ["已发布"]


def test_a_department_without_any_task_is_named_and_an_assisting_one_is_not(
    session: AnySession, cast: Cast
) -> None:
    task = make_task(lead_department=cast.jwc)
    make_task_department(task=task, department=cast.xinxi)
    make_department(name="新设部门")
    named = names(found(session, cast)["departments"])
    assert set(named) == {"办公室", "学生工作处", "新设部门"}


def test_parts_that_are_not_agreed_are_named(session: AnySession, cast: Cast) -> None:
    whole = make_task(number="1", title="整体")
    for number, agreement in (("2", Agreement.ASKED), ("3", Agreement.OBJECTED),
                              ("4", Agreement.AGREED)):  # fmt: skip
        make_task(number=number, title="部分", parent=whole, agreement=agreement)
    assert names(found(session, cast)["parts"]) == ["2 部分", "3 部分"]


def test_persons_with_more_tasks_than_the_rule_book_says_are_named(
    session: AnySession, cast: Cast
) -> None:
    set_limit(session, "2")
    for _ in range(3):
        make_task(owner=cast.staff_jwc)
    for _ in range(2):
        make_task(owner=cast.head_jwc)
    load = found(session, cast)["load"]
    assert [(gap.id, gap.number) for gap in load.gaps] == [(cast.staff_jwc.id, 3)]


def test_a_rule_book_from_before_the_rule_is_not_guessed_at(
    session: AnySession, cast: Cast
) -> None:
    with unit_of_work(session, TEST):
        session.delete(
            session.scalars(select(RuleValue).where(RuleValue.key == PERSON_LIMIT)).one()
        )
    load = found(session, cast)["load"]
    assert (load.count, load.gaps) == (0, ())
    assert load.unchecked is not None and PERSON_LIMIT in str(load.unchecked)


def test_a_leader_is_told_of_the_departments_in_charge(session: AnySession, cast: Cast) -> None:
    make_task(number="1", title="教务", standard=None, lead_department=cast.jwc)
    make_task(number="2", title="学工", standard=None, lead_department=cast.xsc)
    assert names(found(session, cast, "leader")["standard"]) == ["1 教务"]
    assert names(found(session, cast, "other_leader")["standard"]) == ["2 学工"]
    assert names(found(session, cast, "leader")["departments"]) == ["信息工程系"]


def test_a_draft_the_leader_does_not_see_serves_all_the_same(
    session: AnySession, cast: Cast
) -> None:
    goal = make_strategic_goal(name="目标", start_year=YEAR, end_year=YEAR)
    make_task(strategic_goal=goal, lead_department=cast.xsc)
    assert found(session, cast, "leader")["goals"].count == 0


def test_the_office_quality_office_and_leaders_read_it(cast: Cast) -> None:
    assert [who for who in ("office", "quality", "leader", "topleader", "head_jwc", "staff_jwc")
            if may_read(cast.actor(who))] == ["office", "quality", "leader", "topleader"]  # fmt: skip


def test_it_costs_the_same_for_one_gap_and_for_many(session: AnySession, cast: Cast) -> None:
    make_task(standard=None)
    office = cast.actor("office")
    cycle = cast.cycle
    with statements() as few:
        coverage_of(session, office, cycle)
    for _ in range(SHOWN + 2):
        make_task(standard=None)
    with statements() as many:
        check = {one.key: one for one in coverage_of(session, office, cycle)}["standard"]
    assert (check.count, len(check.gaps)) == (SHOWN + 3, SHOWN)
    assert len(few) == len(many)


def test_assisting_lines_count_for_their_person_and_a_task_counts_once(
    session: AnySession, cast: Cast
) -> None:
    set_limit(session, "1")
    led = make_task(number="1", title="甲", owner=cast.staff_jwc)
    make_task_department(task=led, department=cast.xsc, owner=cast.staff_jwc)
    assert found(session, cast)["load"].count == 0
    other = make_task(number="2", title="乙", lead_department=cast.xinxi)
    make_task_department(task=other, department=cast.jwc, owner=cast.staff_jwc)
    (gap,) = found(session, cast)["load"].gaps
    assert (gap.id, gap.number, gap.led) == (cast.staff_jwc.id, 2, 1)
    assert gap.assisted == [(other.id, "2 乙")]
    assert [one.number for one in found(session, cast, "leader")["load"].gaps] == [2]
    assert found(session, cast, "other_leader")["load"].count == 0


def set_limit(session: AnySession, value: str) -> None:
    with unit_of_work(session, TEST):
        row = session.scalars(select(RuleValue).where(RuleValue.key == PERSON_LIMIT)).one()
        row.value = value
