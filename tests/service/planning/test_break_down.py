"""Breaking a work point down: the leader drafts, the heads agree or object (Art. 5.1)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.core import workflow
from app.core.errors import NotAllowed, Refusal, RuleViolation, WrongState
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.planning import Agreement, DecompositionStatus, PassedAs, TaskStatus
from app.models.work_points import WorkPoint, WorkPointSetStatus
from app.planning.break_down import break_down, takers
from app.planning.parts import Part
from tests.cast import TODAY, Cast
from tests.factories import (
    make_appointment,
    make_decomposition,
    make_work_point,
    make_work_point_set,
)

PART = Part("推进专业群建设", standard="通过验收", weight=Decimal(5))


@pytest.fixture
def point(cast: Cast) -> WorkPoint:
    """A work point of the issued edition."""
    issued = make_work_point_set(
        edition=1, status=WorkPointSetStatus.ISSUED, issue_number="院发〔2026〕1号", issued_on=TODAY
    )
    return make_work_point(work_point_set=issued, number="3", text="推进专业群建设")


def test_a_leader_proposes_one_task_to_each_department_in_charge(
    session: AnySession, cast: Cast, point: WorkPoint
) -> None:
    leader = cast.actor("leader")
    departments = takers(session, leader)
    assert {one.code for one in departments} == {"jwc", "xinxi"}
    with unit_of_work(session, leader):
        made = break_down(session, leader, point, departments, PART)
    assert [(one.status, one.agreement, one.passed_as) for one in made] == [
        (TaskStatus.PROPOSED, Agreement.ASKED, PassedAs.LEADER)
    ] * 2
    assert {(one.work_point, one.leader, one.cycle) for one in made} == {
        (point, cast.leader, cast.cycle)
    }


def test_the_head_agrees_or_objects_and_the_leader_asks_again(
    session: AnySession, cast: Cast, point: WorkPoint
) -> None:
    leader, head = cast.actor("leader"), cast.actor("head_jwc")
    with unit_of_work(session, leader):
        (task,) = break_down(session, leader, point, [cast.jwc], PART)
    with unit_of_work(session, head):
        workflow.apply(session, head, task, "object", objection="力量不够")
    with pytest.raises(NotAllowed), unit_of_work(session, head):
        workflow.apply(session, head, task, "ask_again")
    with unit_of_work(session, leader):
        task.weight = Decimal(3)
        workflow.apply(session, leader, task, "ask_again")
    with unit_of_work(session, head):
        workflow.apply(session, head, task, "agree")
    assert (task.agreement, task.weight) == (Agreement.AGREED, 3)


@pytest.mark.parametrize(
    ("who", "department", "kind", "words"),
    [
        ("leader", "xsc", RuleViolation, "is not in your charge"),
        ("leader", "jwc_jxk", RuleViolation, "A section takes its work"),
        ("head_jwc", "jwc", NotAllowed, "A leader or the Office"),
        ("topleader", "jwc", NotAllowed, "A leader or the Office"),
    ],
)
def test_nobody_drafts_for_departments_that_are_not_theirs(
    session: AnySession, cast: Cast, point: WorkPoint, who: str, department: str,
    kind: type[Refusal], words: str,
) -> None:  # fmt: skip
    with pytest.raises(kind, check=lambda error: words in error.message.words):
        break_down(session, cast.actor(who), point, [getattr(cast, department)], PART)


def test_a_leader_who_heads_a_department_proposes_its_tasks_there(
    session: AnySession, cast: Cast, point: WorkPoint
) -> None:
    make_appointment(person=cast.leader, department=cast.xinxi)
    leader = cast.actor("leader")
    assert cast.xinxi not in takers(session, leader)
    with pytest.raises(RuleViolation, check=lambda error: "You head" in error.message.words):
        break_down(session, leader, point, [cast.xinxi], PART)


def test_a_task_needs_words_departments_and_is_proposed_once(
    session: AnySession, cast: Cast, point: WorkPoint
) -> None:
    office = cast.actor("office")
    with unit_of_work(session, office):
        (task,) = break_down(session, office, point, [cast.xsc], PART)
    assert task.passed_as == PassedAs.OFFICE
    for departments, part, words in (
        ([cast.xsc], PART, "has this task already"),
        ([], PART, "Choose the departments"),
        ([cast.xsc], Part(" "), "needs a title"),
    ):
        with pytest.raises(RuleViolation, check=lambda error, w=words: w in error.message.words):
            break_down(session, office, point, departments, part)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (DecompositionStatus.AGGREGATED, "lies with the Office"),
        (DecompositionStatus.ISSUED, "takes an adjustment"),
    ],
)
def test_nothing_is_drafted_once_the_table_is_on_its_way(
    session: AnySession, cast: Cast, point: WorkPoint, status: DecompositionStatus, words: str
) -> None:
    make_decomposition(status=status, issue_number="院发〔2026〕8号", issued_on=TODAY)
    with pytest.raises(WrongState, check=lambda error: words in error.message.words):
        break_down(session, cast.actor("leader"), point, [cast.jwc], PART)


def test_a_draft_of_the_work_points_is_not_broken_down(session: AnySession, cast: Cast) -> None:
    point = make_work_point(work_point_set=make_work_point_set(edition=2))
    with pytest.raises(WrongState, check=lambda e: "once they are issued" in e.message.words):
        break_down(session, cast.actor("leader"), point, [cast.jwc], PART)
