"""Every step of a supervision case refused in every way it can be: the wrong state, the wrong
post, one's own department, a missing field, the stage, its own rule.

A step that is new, or a rule of a step without a case here, fails the tests of completeness.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from app.core import workflow
from app.core.errors import NotAllowed, Refusal, RuleViolations, WrongState
from app.core.unit_of_work import AnySession, unit_of_work
from app.core.workflow import Transition
from app.models.supervision import CaseStage, CaseStatus, SupervisionCase
from app.security.permissions import GRANTS
from app.supervision.workflow import SUPERVISION_CASE
from tests.cast import PEOPLE, TEST, TODAY, Cast
from tests.factories import make_appointment, make_supervision_case, make_task

STEPS = SUPERVISION_CASE.transitions
each = pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
ENTITLED = {
    "sign": "head_jwc", "reply": "head_jwc", "extend": "leader",
    "conclude": "discipline", "send_back": "discipline",
}  # fmt: skip
"""Who takes a step on a case of 教务处; the others are the Office's."""
INSPECTED = ("conclude", "send_back")
ANY_STAGE = ("confirm", "dismiss", "conclude", "send_back", "close", "reopen", "withdraw")
LATER = TODAY + dt.timedelta(days=30)
FIELDS = {"due_on": LATER, "note": "原因"}


def case_for(step: Transition, **said: Any) -> SupervisionCase:
    """A case of 教务处 on which the step may be taken."""
    stage = CaseStage.SPECIAL if step.name in INSPECTED else CaseStage.SUPERVISE
    special = (
        {"special_proposed_on": TODAY, "special_ground": "偏差"} if step.name == "keep" else {}
    )
    row = make_supervision_case(
        **{"status": step.sources[0], "stage": stage, "due_on": TODAY} | special | said
    )
    assert isinstance(row, SupervisionCase)
    return row


def fields_of(step: Transition) -> dict[str, Any]:
    return {name: FIELDS[name] for name in step.requires}


def refusal(
    session: AnySession, actor: Any, row: SupervisionCase, step: str, **said: Any
) -> Refusal:
    before = (row.status, row.stage, row.due_on, row.urges, row.number)
    with pytest.raises(Refusal) as error, unit_of_work(session, actor):
        workflow.apply(session, actor, row, step, **said)
    session.refresh(row)
    assert (row.status, row.stage, row.due_on, row.urges, row.number) == before
    return error.value


@each
def test_whoever_is_entitled_takes_the_step(
    session: AnySession, cast: Cast, step: Transition
) -> None:
    row = case_for(step)
    actor = cast.actor(ENTITLED.get(step.name, "office"))
    with unit_of_work(session, actor):
        workflow.apply(session, actor, row, step.name, **fields_of(step))
    assert row.status == step.leads_to(step.sources[0])
    assert row.steps[-1].text and row.steps[-1].actor == cast.person(
        ENTITLED.get(step.name, "office").replace("_", ".")
    )


@each
def test_in_another_state_the_step_is_not_possible(
    session: AnySession, cast: Cast, step: Transition
) -> None:
    for state in CaseStatus:
        if state in step.sources:
            continue
        error = refusal(session, TEST, make_supervision_case(status=state), step.name)
        assert isinstance(error, WrongState)
        assert str(error) == f"当前状态为“{state.zh}”，不能进行这一步。"


@each
def test_whose_step_it_is_not_does_not_take_it(
    session: AnySession, cast: Cast, step: Transition
) -> None:
    """Leaders hold the Office's permissions for the Office's own cases only."""
    row = case_for(step)
    entitled = {ENTITLED.get(step.name, "office")}
    if step.name == "extend":
        entitled |= {"topleader"}
    if step.name == "transfer":
        entitled |= {"leader", "topleader"}
    for name in PEOPLE:
        if name not in entitled:
            error = refusal(session, cast.actor(name), row, step.name, **fields_of(step))
            assert isinstance(error, NotAllowed), name
            assert "无权" in str(error), name


def test_every_step_stands_in_the_table_of_permissions() -> None:
    assert {step.name for step in STEPS} <= set(GRANTS["supervision_case"])


@each
def test_what_a_step_asks_must_be_there(session: AnySession, cast: Cast, step: Transition) -> None:
    row, actor = case_for(step, due_on=None), cast.actor(ENTITLED.get(step.name, "office"))
    if not step.requires:
        return
    error = refusal(
        session, actor, row, step.name, **dict.fromkeys({"note"} & {*step.requires}, " ")
    )
    assert isinstance(error, RuleViolations)
    assert {one.field for one in error.violations} == set(step.requires)
    assert {str(one) for one in error.violations} == {"进行这一步须填写此项。"}


# Nobody decides on the case of their own department ------------------------------------------


@pytest.mark.parametrize(
    "step", [one for one in STEPS if one.decides and one.name not in INSPECTED],
    ids=lambda step: step.name,
)  # fmt: skip
def test_a_case_of_the_office_is_its_leader_s_to_decide(
    session: AnySession, cast: Cast, step: Transition
) -> None:
    row = case_for(step, department=cast.bgs, task=None, source="meeting")
    error = refusal(session, cast.actor("office"), row, step.name, **fields_of(step))
    assert isinstance(error, NotAllowed)
    assert str(error) == (f"本部门的事项不得由本部门人员审批，须由{cast.other_leader.name}审批。")
    actor = cast.actor("other_leader")
    with unit_of_work(session, actor):
        workflow.apply(session, actor, row, step.name, **fields_of(step))
    assert row.status == step.leads_to(step.sources[0])


def test_where_the_leader_may_not_either_a_top_leader_decides(
    session: AnySession, cast: Cast
) -> None:
    make_appointment(person=cast.other_leader, department=cast.bgs, post="deputy_head")
    row = make_supervision_case(status=CaseStatus.PROPOSED, department=cast.bgs, number=None)
    error = refusal(session, cast.actor("other_leader"), row, "confirm")
    assert f"须由{cast.topleader.name}审批" in str(error)
    top = cast.actor("topleader")
    with unit_of_work(session, top):
        workflow.apply(session, top, row, "confirm")
    assert row.number


def test_the_discipline_office_does_not_inspect_itself(session: AnySession, cast: Cast) -> None:
    make_appointment(person=cast.discipline, department=cast.jwc, post="deputy_head")
    row = case_for(SUPERVISION_CASE.named("conclude"))
    error = refusal(session, cast.actor("discipline"), row, "conclude", note="属实")
    assert f"须由{cast.leader.name}审批" in str(error)
    leader = cast.actor("leader")
    with unit_of_work(session, leader):
        workflow.apply(session, leader, row, "conclude", note="属实")
    assert row.status == CaseStatus.ACCEPTED


def test_a_leader_of_the_department_extends_nothing_there(session: AnySession, cast: Cast) -> None:
    make_appointment(person=cast.leader, department=cast.jwc, post="deputy_head")
    row = case_for(SUPERVISION_CASE.named("extend"))
    error = refusal(session, cast.actor("leader"), row, "extend", **FIELDS)
    assert f"须由{cast.topleader.name}审批" in str(error)


# The stage -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "step", [one for one in STEPS if one.name not in ANY_STAGE], ids=lambda step: step.name
)
def test_in_a_special_inspection_only_the_discipline_office_acts(
    session: AnySession, cast: Cast, step: Transition
) -> None:
    row = case_for(step, stage=CaseStage.SPECIAL)
    actor = cast.actor(ENTITLED.get(step.name, "office"))
    error = refusal(session, actor, row, step.name, **fields_of(step))
    assert isinstance(error, WrongState)
    assert str(error) == "该督办件已转专项督查，由纪检监察室办理。"


@pytest.mark.parametrize("name", INSPECTED)
def test_the_discipline_office_acts_in_a_special_inspection_only(
    session: AnySession, cast: Cast, name: str
) -> None:
    row = make_supervision_case(status=CaseStatus.OPEN, stage=CaseStage.DEADLINE)
    error = refusal(session, cast.actor("discipline"), row, name, note="属实")
    assert str(error) == "该督办件不在专项督查阶段。"


@pytest.mark.parametrize("status", [CaseStatus.OPEN, CaseStatus.REPLIED])
def test_the_office_closes_an_inspected_case_after_the_conclusion_only(
    session: AnySession, cast: Cast, status: CaseStatus
) -> None:
    row = make_supervision_case(status=status, stage=CaseStage.SPECIAL)
    error = refusal(session, cast.actor("office"), row, "close")
    assert str(error) == "专项督查尚无结论，须在纪检监察室作出结论后办结。"


# The rules of single steps -------------------------------------------------------------------

RULES: dict[str, tuple[str, dict[str, Any], dict[str, Any], str]] = {
    # what: (step, the case, what is said, the refusal)
    "signed twice": ("sign", {"signed_at": dt.datetime(2026, 3, 2, tzinfo=dt.UTC)}, {}, "已经签收"),
    "urged too often": ("urge", {"urges": 2, "stage": CaseStage.URGE}, {}, "已催办 2 次"),
    "urged after the deadline": ("urge", {"stage": CaseStage.DEADLINE}, {}, "不再催办"),
    "a second deadline": (
        "set_deadline", {"stage": CaseStage.DEADLINE}, {}, "需要延期的由分管领导批准",
    ),
    "extended to the same day": (
        "extend", {"due_on": LATER}, {"due_on": LATER}, "须晚于现有期限（2026-04-15）",
    ),
    "extended to an earlier day": (
        "extend", {"due_on": LATER}, {"due_on": TODAY}, "须晚于现有期限",
    ),
    "extended into the past": (
        "extend", {"due_on": None}, {"due_on": TODAY - dt.timedelta(days=1)}, "不能早于今天",
    ),
    "kept though nothing is proposed": (
        "keep", {"special_proposed_on": None, "special_ground": None}, {}, "没有提请专项督查",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", RULES)
def test_a_step_against_its_own_rule_is_refused(session: AnySession, cast: Cast, what: str) -> None:
    name, given, said, words = RULES[what]
    step = SUPERVISION_CASE.named(name)
    row = case_for(step, **given)
    actor = cast.actor(ENTITLED.get(name, "office"))
    error = refusal(session, actor, row, name, **fields_of(step) | said)
    assert words in str(error)


def test_a_case_is_not_reopened_while_its_task_has_another(session: AnySession, cast: Cast) -> None:
    task = make_task()
    other = make_supervision_case(task=task, status=CaseStatus.OPEN)
    row = make_supervision_case(task=task, status=CaseStatus.CLOSED)
    error = refusal(session, cast.actor("office"), row, "reopen", note="问题反弹")
    assert str(error) == f"该任务另有未办结的督办件：{other}。"
