"""Every step of planning, of what meetings decide on and of entries from paper, refused in every
way it can be: the wrong state, the wrong post, one's own row, a missing field, its own rule.

A step that is new, or a rule of a step without a case here, fails the tests of completeness.
"""

from __future__ import annotations

from typing import Any

import pytest

from app.core import workflow
from app.core.actor import Actor
from app.core.errors import NotAllowed, Refusal, RuleViolations, WrongState
from app.core.unit_of_work import AnySession, unit_of_work
from app.core.workflow import Transition
from app.models.improvement import Adjustment, TaskResult
from app.models.meetings import PaperEntry
from app.models.planning import Agreement, Decomposition, DepartmentPlan, Task
from app.models.work_points import WorkPointSet
from app.security.permissions import GRANTS
from app.security.roles import EVERY_ROLE
from tests.cast import PEOPLE, TEST, TODAY, Cast
from tests.factories import (
    make_appointment,
    make_charge,
    make_delegation,
    make_department_plan,
    make_indicator,
    make_paper_entry,
    make_task,
    make_task_result,
)
from tests.refused_rows import CASES, MADE, Case, Step, own_part, part, without_standard

ENTITLED = {
    DepartmentPlan: {"review": "leader", "return": "leader", "aggregate": "office"},
    WorkPointSet: {"approve": "secretary", "return": "secretary"},
    Decomposition: {"approve": "secretary", "return": "secretary"},
    Task: {"publish": "office", "terminate": "office", "finish": "leader", "ask_again": "office"},
    Adjustment: {
        "submit": "head_jwc", "review": "leader", "return": "leader", "approve": "secretary",
        "reject": "secretary", "defer": "secretary",
    },
    TaskResult: {"confirm": "leader", "return": "leader"},
    PaperEntry: {
        "acknowledge": "leader", "object": "leader", "uphold": "topleader", "annul": "topleader",
    },
}  # fmt: skip
USUAL = {
    DepartmentPlan: "head_jwc", WorkPointSet: "office", Decomposition: "office", Task: "head_jwc",
    Adjustment: "office", TaskResult: "head_jwc", PaperEntry: "office",
}  # fmt: skip
"""Who takes a step: by the step, else as usual for the kind of row."""


def transitions() -> list[tuple[type[Any], Transition]]:
    from app import registry

    for name in registry.RULES:
        __import__(name)
    return [(model, step) for model in MADE for step in workflow.workflow_of(model).transitions]


ALL = transitions()
IDS = [f"{model.__tablename__}.{step.name}" for model, step in ALL]
each = pytest.mark.parametrize(("model", "step"), ALL, ids=IDS)


def of(name: str) -> list[Any]:
    """The steps for which `name` (an attribute of a transition) says something."""
    return [
        pytest.param(model, step, id=place)
        for (model, step), place in zip(ALL, IDS, strict=True)
        if getattr(step, name)
    ]


def entitled(cast: Cast, model: type[Any], step: str) -> Actor:
    return cast.actor(ENTITLED[model].get(step, USUAL[model]))


def row_for(cast: Cast, model: type[Any], step: Transition, **said: Any) -> Any:
    """A row in the first state the step allows."""
    if model is Task and step.name == "ask_again":
        said.setdefault("parent", make_task())
    return MADE[model](cast, status=step.sources[0], **said)


COMES_WITH = {
    "issued": {"issue_number": "院发〔2026〕1 号", "issued_on": TODAY},
    "terminated": {"termination_cause": "政策调整"},
}
"""What the schema asks of a row in this state."""


def any_row(cast: Cast, model: type[Any], state: Any) -> Any:
    """A row in this state; a department has one plan a year, so each plan is another's."""
    if model is DepartmentPlan:
        return make_department_plan(status=state)
    if model is TaskResult:
        return make_task_result(task=make_task(), outcome="finished", status=state)
    return MADE[model](cast, status=state, **COMES_WITH.get(str(state), {}))


def refusal(session: AnySession, actor: Actor, row: Any, step: str, **fields: Any) -> Refusal:
    status = row.status
    with pytest.raises(Refusal) as error, unit_of_work(session, actor):
        workflow.apply(session, actor, row, step, **fields)
    session.refresh(row)
    assert row.status == status
    return error.value


# The state -----------------------------------------------------------------------------


@each
def test_in_another_state_the_step_is_not_possible(
    session: AnySession, cast: Cast, model: type[Any], step: Transition
) -> None:
    states = model.__mapper__.columns["status"].type.enum_class
    others = [state for state in states if state not in step.sources]
    assert others, "a step that every state allows needs no state"
    for state in others:
        row = any_row(cast, model, state)
        error = refusal(session, TEST, row, step.name)
        assert isinstance(error, WrongState)
        assert str(error) == f"当前状态为“{state.zh}”，不能进行这一步。"


# The post --------------------------------------------------------------------------------


@each
def test_whose_role_does_not_hold_the_step_does_not_take_it(
    session: AnySession, cast: Cast, model: type[Any], step: Transition
) -> None:
    row = row_for(cast, model, step)
    holders = GRANTS[model.__tablename__][step.name]
    assert set(holders) != set(EVERY_ROLE)
    for name, (_, _, role, _, _) in PEOPLE.items():
        if role in holders:
            continue
        error = refusal(session, cast.actor(name), row, step.name)
        assert isinstance(error, NotAllowed), name
        assert "无权" in str(error), name


@pytest.mark.parametrize(
    ("model", "step"), [one for one in ALL if one[0] not in (WorkPointSet, Decomposition)]
)
def test_whose_role_holds_the_step_takes_it_on_their_own_rows_only(
    session: AnySession, cast: Cast, model: type[Any], step: Transition
) -> None:
    """The head of another department and the leader of others are refused like anybody else."""
    row = row_for(cast, model, step)
    for name in ("head_xinxi", "other_leader"):
        error = refusal(session, cast.actor(name), row, step.name)
        assert isinstance(error, NotAllowed), name
        assert "无权" in str(error), name


# One's own -------------------------------------------------------------------------------


@pytest.mark.parametrize(("model", "step"), of("decides"))
def test_nobody_decides_on_a_row_of_their_own_department(
    session: AnySession, cast: Cast, model: type[Any], step: Transition
) -> None:
    row = row_for(cast, model, step)
    make_appointment(person=cast.leader, department=cast.jwc, post="deputy_head")
    error = refusal(session, cast.actor("leader"), row, step.name)
    assert isinstance(error, NotAllowed)
    assert "本部门的事项" in str(error)
    assert f"须由{cast.topleader.name}审批" in str(error)
    make_charge(leader=cast.other_leader, department=cast.jwc)
    error = refusal(session, cast.actor("leader"), row, step.name)
    assert f"须由{cast.other_leader.name}审批" in str(error)


SUBMITTED = {DepartmentPlan: "sent_by", Adjustment: "submitted_by", TaskResult: "submitted_by"}
"""Who submitted a row. A task is not submitted: its result is."""


@pytest.mark.parametrize(("model", "step"), of("decides"))
def test_nobody_decides_on_their_own_submission(
    session: AnySession, cast: Cast, model: type[Any], step: Transition
) -> None:
    if model is Task:
        assert workflow.workflow_of(model).submitter(make_task()) is None
        return
    row = row_for(cast, model, step, **{SUBMITTED[model]: cast.leader})
    error = refusal(session, cast.actor("leader"), row, step.name)
    assert isinstance(error, NotAllowed)
    assert "本人提交的事项" in str(error)
    assert f"须由{cast.topleader.name}审批" in str(error)


@pytest.mark.parametrize(("model", "step"), of("decides"))
def test_who_stands_in_for_the_submitter_does_not_decide_either(
    session: AnySession, cast: Cast, model: type[Any], step: Transition
) -> None:
    """As a stand-in one is on the giver's side, whatever else one may decide."""
    said = {} if model is Task else {SUBMITTED[model]: cast.head_jwc}
    row = row_for(cast, model, step, **said)
    make_delegation(giver=cast.head_jwc, receiver=cast.leader, valid_from=TODAY, valid_to=TODAY)
    error = refusal(session, cast.actor("leader"), row, step.name)
    assert isinstance(error, NotAllowed)
    assert f"须由{cast.topleader.name}审批" in str(error)


@pytest.mark.parametrize(("model", "step"), of("decides"))
def test_a_stand_in_of_the_leader_does_not_decide_on_their_own_department(
    session: AnySession, cast: Cast, model: type[Any], step: Transition
) -> None:
    row = row_for(cast, model, step)
    make_delegation(giver=cast.leader, receiver=cast.head_jwc, valid_from=TODAY, valid_to=TODAY)
    error = refusal(session, cast.actor("head_jwc"), row, step.name)
    assert isinstance(error, NotAllowed)
    assert "本部门的事项" in str(error) and cast.leader.name in str(error)


@pytest.mark.parametrize("step", ["uphold", "annul"])
def test_a_party_s_stand_in_does_not_decide_on_an_entry_from_paper(
    session: AnySession, cast: Cast, step: str
) -> None:
    entry = make_paper_entry(
        person=cast.leader, recorded_by=cast.office, objection_until=TODAY, status="referred"
    )
    make_delegation(giver=cast.leader, receiver=cast.topleader, valid_from=TODAY, valid_to=TODAY)
    error = refusal(session, cast.actor("topleader"), entry, step, resolution="维持")
    assert isinstance(error, NotAllowed) and "本人签署或代录" in str(error)
    with unit_of_work(session, TEST):
        cast.other_leader.roles = [*cast.other_leader.roles, *cast.topleader.roles]
    error = refusal(session, cast.actor("topleader"), entry, step, resolution="维持")
    assert cast.other_leader.name in str(error)


def test_a_part_waits_for_a_head_who_is_not_on_the_other_side(
    session: AnySession, cast: Cast
) -> None:
    row, fields, _ = own_part(cast)
    error = refusal(session, cast.actor("head_jwc"), row, "agree", **fields)
    assert cast.staff_jwc.name not in str(error)
    make_appointment(person=cast.staff_jwc, department=cast.jwc, post="acting_head")
    error = refusal(session, cast.actor("head_jwc"), row, "agree", **fields)
    assert cast.staff_jwc.name in str(error)


def test_who_stands_in_for_the_passing_head_does_not_agree(session: AnySession, cast: Cast) -> None:
    row = part(cast, Agreement.ASKED, passed_by=cast.head_xinxi)
    make_delegation(giver=cast.head_xinxi, receiver=cast.head_jwc, valid_from=TODAY, valid_to=TODAY)
    error = refusal(session, cast.actor("head_jwc"), row, "agree")
    assert isinstance(error, NotAllowed)


# The fields --------------------------------------------------------------------------------


@pytest.mark.parametrize(("model", "step"), of("requires"))
def test_a_missing_field_is_named(
    session: AnySession, cast: Cast, model: type[Any], step: Transition
) -> None:
    row = row_for(cast, model, step)
    given = {name: "  " for name in step.requires if not name.endswith("_id")}
    error = refusal(session, entitled(cast, model, step.name), row, step.name, **given)
    assert isinstance(error, RuleViolations)
    assert {one.field for one in error.violations} == set(step.requires)
    assert {str(one) for one in error.violations} == {"进行这一步须填写此项。"}


def test_every_rule_of_a_step_has_its_cases() -> None:
    guarded = {(model, step.name) for model, step in ALL if step.guard is not None}
    assert guarded == set(CASES)


def test_every_step_has_somebody_who_takes_it(cast: Cast) -> None:
    for model, step in ALL:
        name = ENTITLED[model].get(step.name, USUAL[model])
        assert PEOPLE[name][2] in GRANTS[model.__tablename__][step.name], (model, step.name, name)


@pytest.mark.parametrize(
    ("step", "case"),
    [
        pytest.param(step, case, id=f"{step[0].__tablename__}.{step[1]}.{number}")
        for step, cases in CASES.items()
        for number, case in enumerate(cases, start=1)
    ],
)
def test_the_rule_of_a_step_refuses_in_its_own_words(
    session: AnySession, cast: Cast, step: Step, case: Case
) -> None:
    row, fields, words = case(cast)
    error = refusal(session, entitled(cast, *step), row, step[1], **fields)
    told = error.violations if isinstance(error, RuleViolations) else [error]
    assert any(words in str(one) for one in told), [str(one) for one in told]


def test_a_step_takes_no_field_it_does_not_know(session: AnySession, cast: Cast) -> None:
    for model, step in ALL:
        row = any_row(cast, model, step.sources[0])
        assert refusal(session, TEST, row, step.name, nonsense="x").field == "nonsense"


def test_an_indicator_stands_in_for_a_standard(session: AnySession, cast: Cast) -> None:
    plan, _, _ = without_standard(cast)
    make_indicator(task=plan_task(session, plan))
    head = cast.actor("head_jwc")
    with unit_of_work(session, head):
        workflow.apply(session, head, plan, "send_for_review")
    assert plan.sent_by_id == head.user_id


def plan_task(session: AnySession, plan: DepartmentPlan) -> Task:
    from sqlalchemy import select

    return session.scalars(select(Task).where(Task.department_plan_id == plan.id)).one()
