"""Parts of a task: passed to other departments, agreed or objected, settled (Art. 5.1-5.2)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.core import policy, workflow
from app.core.errors import NotAllowed, Refusal, RuleViolation, RuleViolations, WrongState
from app.core.policy import visible
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.organisation import DepartmentKind
from app.models.planning import (
    Agreement,
    Decomposition,
    DecompositionStatus,
    PassedAs,
    Task,
    TaskStatus,
)
from app.planning.part_rules import to_settle
from app.planning.parts import Part, pass_part, receivers
from tests.cast import YEAR, Cast
from tests.factories import (
    make_appointment,
    make_decomposition,
    make_department,
    make_milestone,
    make_task,
)


def refused(kind: type[Refusal], words: str) -> Any:
    """The refusal of this kind that says `words`, in whichever language it is read."""
    return pytest.raises(kind, check=lambda error: words in error.message.words)


PART = Part("推进本系部课程思政建设", due_on=dt.date(YEAR, 10, 31), weight=Decimal(5))


def passed(session: AnySession, cast: Cast, part: Part = PART, who: str = "head_jwc") -> Task:
    """教务处 has passed a part of its task to 信息工程系."""
    task = make_task(number="7", title="推进课程思政建设", lead_department=cast.jwc)
    make_milestone(task=task, text="完成方案", planned_percent=30)
    actor = cast.actor(who)
    with unit_of_work(session, actor):
        (made,) = pass_part(session, actor, task, [cast.xinxi], part)
    return made


def step(session: AnySession, cast: Cast, who: str, row: Any, name: str, **fields: str) -> None:
    actor = cast.actor(who)
    with unit_of_work(session, actor):
        workflow.apply(session, actor, row, name, **fields)


# Passing --------------------------------------------------------------------------------


def test_a_part_is_a_proposed_child_that_waits_for_its_departments_head(
    session: AnySession, cast: Cast
) -> None:
    part = passed(session, cast)
    assert (part.status, part.agreement) == (TaskStatus.PROPOSED, Agreement.ASKED)
    assert (part.parent.title, part.lead_department) == ("推进课程思政建设", cast.xinxi)
    assert (part.number, part.weight, part.cycle_id) == ("7-1", 5, cast.cycle.id)
    assert part.milestones == []


def test_the_milestones_go_along_when_they_are_wanted(session: AnySession, cast: Cast) -> None:
    part = passed(session, cast, Part("一部分", with_milestones=True))
    assert [one.text for one in part.milestones] == ["完成方案"]


def test_every_teaching_department_gets_a_child_of_its_own_in_one_go(
    session: AnySession, cast: Cast
) -> None:
    other = make_department(kind=DepartmentKind.TEACHING, name="艺术设计系")
    head = cast.actor("head_jwc")
    task = make_task(number="7", lead_department=cast.jwc)
    everyone = [
        one for one in receivers(session, head, task) if one.kind == DepartmentKind.TEACHING
    ]
    with unit_of_work(session, head):
        made = pass_part(session, head, task, everyone, PART)
    assert {one.lead_department for one in made} == {cast.xinxi, other}
    assert sorted(one.number for one in made) == ["7-1", "7-2"]


@pytest.mark.parametrize("who", ["head_jwc", "leader", "office"])
def test_the_head_the_leader_in_charge_and_the_office_pass_parts(
    session: AnySession, cast: Cast, who: str
) -> None:
    assert passed(session, cast, who=who).agreement == Agreement.ASKED


@pytest.mark.parametrize("who", ["head_xinxi", "other_leader", "staff_jwc", "topleader"])
def test_nobody_else_passes_parts(session: AnySession, cast: Cast, who: str) -> None:
    with refused(NotAllowed, "passes parts of a task"):
        passed(session, cast, who=who)


def test_a_part_goes_neither_to_its_own_department_nor_to_one_the_passer_heads(
    session: AnySession, cast: Cast
) -> None:
    make_appointment(person=cast.head_jwc, department=cast.xsc)
    task = make_task(lead_department=cast.jwc)
    head = cast.actor("head_jwc")
    assert cast.xsc.id in head.headed
    for department, words in (
        (cast.jwc, "to itself"), (cast.xsc, "You head"), (cast.jwc_jxk, "A section"),
    ):  # fmt: skip
        with refused(RuleViolation, words) as error:
            pass_part(session, head, task, [department], PART)
        assert error.value.field == "departments"
    assert {cast.jwc, cast.xsc, cast.jwc_jxk}.isdisjoint(receivers(session, head, task))


def test_a_part_needs_words_and_a_department_and_is_passed_once(
    session: AnySession, cast: Cast
) -> None:
    part = passed(session, cast)
    head = cast.actor("head_jwc")
    with refused(RuleViolation, "needs a title"):
        pass_part(session, head, part.parent, [cast.xinxi], Part("  "))
    with refused(RuleViolation, "Choose the departments"):
        pass_part(session, head, part.parent, [], PART)
    with refused(RuleViolation, "has this part already"):
        pass_part(session, head, part.parent, [cast.xinxi], PART)


def test_nothing_is_passed_of_a_published_task(session: AnySession, cast: Cast) -> None:
    task = make_task(status=TaskStatus.PUBLISHED)
    with refused(WrongState, "while the task is proposed"):
        pass_part(session, cast.actor("head_jwc"), task, [cast.xinxi], PART)


def test_a_part_is_passed_on_only_once_it_is_agreed(session: AnySession, cast: Cast) -> None:
    part = passed(session, cast)
    head = cast.actor("head_xinxi")
    with refused(WrongState, "Agree to the task itself"):
        pass_part(session, head, part, [cast.xsc], PART)
    step(session, cast, "head_xinxi", part, "agree")
    with unit_of_work(session, cast.actor("head_xinxi")) as _:
        (further,) = pass_part(session, cast.actor("head_xinxi"), part, [cast.xsc], PART)
    assert further.number == "7-1-1"


# Agreeing, objecting, asking again ------------------------------------------------------


def test_the_departments_head_agrees(session: AnySession, cast: Cast) -> None:
    part = passed(session, cast)
    step(session, cast, "head_xinxi", part, "agree")
    assert (part.status, part.agreement) == (TaskStatus.PROPOSED, Agreement.AGREED)


def test_an_objection_says_why_and_is_settled_by_a_change_and_asking_again(
    session: AnySession, cast: Cast
) -> None:
    part = passed(session, cast)
    with pytest.raises(RuleViolations):
        step(session, cast, "head_xinxi", part, "object")
    step(session, cast, "head_xinxi", part, "object", objection="时间太紧")
    assert (part.agreement, part.objection) == (Agreement.OBJECTED, "时间太紧")
    with unit_of_work(session, cast.actor("head_jwc")):
        part.due_on = dt.date(YEAR, 11, 30)
    step(session, cast, "head_jwc", part, "ask_again")
    assert (part.agreement, part.objection) == (Agreement.ASKED, None)
    step(session, cast, "head_xinxi", part, "agree")


@pytest.mark.parametrize("who", ["head_jwc", "leader", "office", "staff_xinxi"])
@pytest.mark.parametrize("name", ["agree", "object"])
def test_only_the_head_of_the_parts_department_answers(
    session: AnySession, cast: Cast, who: str, name: str
) -> None:
    part = passed(session, cast)
    with pytest.raises(NotAllowed):
        step(session, cast, who, part, name, **({"objection": "否"} if name == "object" else {}))


def test_nobody_agrees_to_their_own_part(session: AnySession, cast: Cast) -> None:
    part = passed(session, cast)
    make_appointment(person=cast.head_jwc, department=cast.xinxi)
    with refused(NotAllowed, "Nobody agrees to their own part"):
        step(session, cast, "head_jwc", part, "agree")


def test_only_who_may_pass_the_part_asks_again(session: AnySession, cast: Cast) -> None:
    part = passed(session, cast)
    step(session, cast, "head_xinxi", part, "object", objection="时间太紧")
    for who in ("head_xinxi", "other_leader", "staff_jwc"):
        with pytest.raises(NotAllowed):
            step(session, cast, who, part, "ask_again")


def test_a_step_is_refused_where_the_part_does_not_stand_so(
    session: AnySession, cast: Cast
) -> None:
    part = passed(session, cast)
    with refused(WrongState, "The part stands at"):
        step(session, cast, "head_jwc", part, "ask_again")
    step(session, cast, "head_xinxi", part, "agree")
    with refused(WrongState, "The part stands at"):
        step(session, cast, "head_xinxi", part, "agree")
    with refused(WrongState, "The part stands at"):
        step(session, cast, "head_xinxi", part, "object", objection="后悔")
    own = make_task(lead_department=cast.xinxi)
    with refused(WrongState, "was not passed"):
        step(session, cast, "head_xinxi", own, "agree")
    published = make_task(lead_department=cast.xinxi, status=TaskStatus.PUBLISHED)
    with refused(WrongState, "this step is not possible"):
        step(session, cast, "head_xinxi", published, "agree")


# Seeing and writing ---------------------------------------------------------------------


def test_both_sides_see_a_part_and_what_it_is_part_of_before_it_is_issued(
    session: AnySession, cast: Cast
) -> None:
    part = passed(session, cast)
    for who in ("head_jwc", "head_xinxi", "leader"):
        seen = session.scalars(select(Task.id).where(visible(cast.actor(who), Task))).all()
        assert {part.id, part.parent_id} <= set(seen)
    hidden = session.scalars(select(Task.id).where(visible(cast.actor("other_leader"), Task)))
    assert {part.id, part.parent_id}.isdisjoint(hidden)


def test_what_was_agreed_to_does_not_change_behind_the_departments_back(
    session: AnySession, cast: Cast
) -> None:
    part = passed(session, cast)
    head_jwc, head_xinxi = cast.actor("head_jwc"), cast.actor("head_xinxi")
    assert policy.can(head_jwc, "edit", part)
    assert policy.can(head_jwc, "delete", part)
    assert not policy.can(head_xinxi, "delete", part)
    step(session, cast, "head_xinxi", part, "agree")
    assert not policy.can(head_jwc, "edit", part)
    assert not policy.can(head_jwc, "delete", part)
    step(session, cast, "head_jwc", part, "ask_again")
    assert policy.can(head_jwc, "edit", part)


@pytest.mark.parametrize("who", ["head_xinxi", "leader", "office", "head_jwc"])
@pytest.mark.parametrize(
    ("term", "value"),
    [("title", "改个名称"), ("weight", Decimal(1)), ("due_on", dt.date(YEAR, 12, 20))],
)
def test_what_is_agreed_is_changed_by_neither_side(
    session: AnySession, cast: Cast, who: str, term: str, value: Any
) -> None:
    part = passed(session, cast)
    step(session, cast, "head_xinxi", part, "agree")
    with pytest.raises(Refusal) as error, unit_of_work(session, cast.actor(who)):
        setattr(part, term, value)
    if who != "head_jwc":  # who has no right to write the agreed part at all
        assert error.value.field == term
        assert "agreed to the part as it stands" in error.value.message.words


def test_a_department_objects_instead_of_rewriting_what_it_is_asked_for(
    session: AnySession, cast: Cast
) -> None:
    part = passed(session, cast)
    with (
        refused(RuleViolation, "Object to it and say"),
        unit_of_work(session, cast.actor("head_xinxi")),
    ):
        part.weight = Decimal(1)
    with unit_of_work(session, cast.actor("head_xinxi")):
        part.measures, part.standard = "自己的办法", "原先未定的标准"
    assert part.measures == "自己的办法"


@pytest.mark.parametrize(("who", "others"), [("leader", "head_jwc"), ("head_jwc", "leader")])
def test_an_objection_goes_back_to_the_post_that_passed_the_part(
    session: AnySession, cast: Cast, who: str, others: str
) -> None:
    part = passed(session, cast, who=who)
    assert (part.passed_by, part.passed_as) == (
        getattr(cast, who), PassedAs.LEADER if who == "leader" else PassedAs.HEAD,
    )  # fmt: skip
    step(session, cast, "head_xinxi", part, "object", objection="时间太紧")
    assert [settled(session, cast, one) for one in (who, others)] == [[part.id], []]
    with pytest.raises(NotAllowed):
        step(session, cast, others, part, "ask_again")
    step(session, cast, who, part, "ask_again")
    assert part.agreement == Agreement.ASKED


def test_the_successor_in_the_post_settles_the_objection(session: AnySession, cast: Cast) -> None:
    part = passed(session, cast)
    step(session, cast, "head_xinxi", part, "object", objection="时间太紧")
    make_appointment(person=cast.staff_jwc, department=cast.jwc)
    assert part.id in settled(session, cast, "staff_jwc")


def settled(session: AnySession, cast: Cast, who: str) -> list[int]:
    """The objections that wait for somebody."""
    found = select(Task.id).where(Task.agreement == Agreement.OBJECTED, to_settle(cast.actor(who)))
    return list(session.scalars(found))


def test_a_department_does_not_slip_out_of_a_part(session: AnySession, cast: Cast) -> None:
    part = passed(session, cast)
    with pytest.raises(RuleViolation), unit_of_work(session, cast.actor("head_xinxi")):
        part.parent_id = None


# The year's table -----------------------------------------------------------------------


def test_the_table_is_aggregated_once_every_part_is_agreed(session: AnySession, cast: Cast) -> None:
    table = make_decomposition()
    part = passed(session, cast)
    with refused(RuleViolation, "are not agreed yet"):
        step(session, cast, "office", table, "aggregate")
    step(session, cast, "head_xinxi", part, "object", objection="时间太紧")
    with refused(RuleViolation, "are not agreed yet"):
        step(session, cast, "office", table, "aggregate")
    step(session, cast, "head_xinxi", part, "agree")
    step(session, cast, "office", table, "aggregate")
    assert table.status == DecompositionStatus.AGGREGATED


def test_once_the_table_is_aggregated_parts_rest(session: AnySession, cast: Cast) -> None:
    part = passed(session, cast)
    step(session, cast, "head_xinxi", part, "agree")
    make_decomposition(status=DecompositionStatus.AGGREGATED)
    with refused(WrongState, "before it is aggregated"):
        step(session, cast, "head_jwc", part, "ask_again")
    with refused(WrongState, "before it is aggregated"):
        pass_part(session, cast.actor("head_jwc"), part.parent, [cast.xsc], PART)
    assert session.scalars(select(Decomposition)).one().status == DecompositionStatus.AGGREGATED
