"""Cases proposed, by hand and from a leader's words; their numbers; instructions and who reads
them; who is told."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.core import clock, workflow
from app.core.errors import NotAllowed, RuleViolation, WrongState
from app.core.policy import visible
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.cycles import RuleBookStatus, RuleValue
from app.models.planning import TaskStatus, Visibility
from app.models.supervision import (
    CaseSource,
    CaseStatus,
    Instruction,
    StepKind,
    SupervisionCase,
)
from app.models.system import Notification
from app.supervision.numbering import next_number
from app.supervision.service import (
    add_case,
    case_from_instruction,
    propose_case,
    write_instruction,
)
from tests.cast import TEST, YEAR, Cast
from tests.factories import (
    make_case_department,
    make_cycle,
    make_rule_book,
    make_supervision_case,
    make_task,
    make_task_department,
)

# Proposing -----------------------------------------------------------------------------------


def test_the_office_proposes_and_number_and_clock_start_at_confirmation(
    session: AnySession, cast: Cast
) -> None:
    task = make_task(status=TaskStatus.ACCEPTED, leader=cast.leader)
    make_task_department(task=task, department=cast.xinxi)
    office = cast.actor("office")
    with unit_of_work(session, office):
        case = propose_case(session, office, task, ground="逾期")
    assert (case.status, case.number, case.due_on) == ("proposed", None, None)
    assert [one.department for one in case.assisting] == [cast.xinxi]
    with clock.at(dt.date(2026, 3, 18)), unit_of_work(session, office):
        workflow.apply(session, office, case, "confirm")
    assert (case.number, case.opened_on) == (f"督〔{YEAR}〕1号", dt.date(2026, 3, 18))
    assert case.due_on == dt.date(2026, 3, 25)
    assert case.leader_id == cast.leader.id
    assert [step.kind for step in case.steps] == [StepKind.PROPOSED, StepKind.OPENED]
    assert case.steps[0].text == "逾期"


def test_a_head_proposes_no_case(session: AnySession, cast: Cast) -> None:
    head = cast.actor("head_jwc")
    with pytest.raises(NotAllowed), unit_of_work(session, head):
        propose_case(session, head, make_task(status=TaskStatus.ACCEPTED), ground="逾期")


def test_a_task_has_one_case_at_a_time(session: AnySession, cast: Cast) -> None:
    task, office = make_task(status=TaskStatus.ACCEPTED), cast.actor("office")
    first = make_supervision_case(task=task, status=CaseStatus.OPEN)
    with pytest.raises(WrongState) as refused, unit_of_work(session, office):
        propose_case(session, office, task, ground="逾期")
    assert str(refused.value) == f"该任务另有未办结的督办件：{first}。"


def test_a_case_by_hand_needs_no_task_and_finds_its_leader(session: AnySession, cast: Cast) -> None:
    office = cast.actor("office")
    case = SupervisionCase(
        cycle=cast.cycle, source=CaseSource.MEETING, matter="消防整改", department=cast.xsc
    )
    with unit_of_work(session, office):
        add_case(session, office, case)
    assert (case.status, case.leader) == ("proposed", cast.other_leader)


def test_a_case_about_a_task_names_it(session: AnySession, cast: Cast) -> None:
    office = cast.actor("office")
    case = SupervisionCase(
        cycle=cast.cycle, source=CaseSource.TASK, matter="某任务", department=cast.xsc
    )
    with pytest.raises(RuleViolation) as refused, unit_of_work(session, office):
        add_case(session, office, case)
    assert refused.value.field == "task"


def test_who_is_in_charge_does_not_assist(session: AnySession, cast: Cast) -> None:
    case = make_supervision_case(department=cast.jwc)
    with pytest.raises(RuleViolation) as refused:
        make_case_department(supervision_case=case, department=cast.jwc)
    assert str(refused.value) == "承办部门不能同时列为配合部门。"


def test_an_assisting_department_sees_the_case(session: AnySession, cast: Cast) -> None:
    case = make_supervision_case(department=cast.jwc)

    def seen(name: str) -> bool:
        rows = select(SupervisionCase.id).where(visible(cast.actor(name), SupervisionCase))
        return case.id in session.scalars(rows).all()

    assert not seen("head_xinxi")
    make_case_department(supervision_case=case, department=cast.xinxi)
    assert seen("head_xinxi")


# Numbers -------------------------------------------------------------------------------------


def test_cases_confirmed_together_have_numbers_of_their_own(
    session: AnySession, cast: Cast
) -> None:
    office = cast.actor("office")
    with unit_of_work(session, office):
        cases = [
            propose_case(session, office, make_task(status=TaskStatus.ACCEPTED), ground="逾期")
            for _ in range(3)
        ]
    with unit_of_work(session, office):
        workflow.apply_all(session, office, cases, "confirm")
    assert [case.number for case in cases] == [f"督〔{YEAR}〕{n}号" for n in (1, 2, 3)]


def test_a_number_is_never_given_again(session: AnySession, cast: Cast) -> None:
    """The next one follows the highest of the year, in whatever form it was given; a withdrawn
    case keeps its own, and another year counts for itself."""
    make_supervision_case(number=f"督〔{YEAR}〕7号", status=CaseStatus.WITHDRAWN)
    make_supervision_case(number=f"督办{YEAR}-3", status=CaseStatus.CLOSED)
    make_supervision_case(
        number=f"督〔{YEAR + 1}〕99号", cycle=make_cycle(year=YEAR + 1), source="meeting", task=None
    )
    with unit_of_work(session, TEST):
        assert next_number(session, cast.cycle) == f"督〔{YEAR}〕8号"


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("督办{number}号", "各出现一次"),
        ("督办〔{year}〕号", "各出现一次"),
        ("{number}-{year}-{number}", "各出现一次"),
        ("督〔{year}〕{number}号{", "不能有其他花括号"),
        ("督〔{year}〕{month}{number}号", "不能有其他花括号"),
        ("督2〔{year}〕{number}号", "不能有数字"),
        ("督" * 40 + "{year}{number}", "最多 40 个字符"),
    ],
)
def test_a_bad_form_of_number_is_refused_when_the_rule_is_edited(
    session: AnySession, cast: Cast, form: str, words: str
) -> None:
    office = cast.actor("office")
    book = make_rule_book(status=RuleBookStatus.DRAFT)
    value = session.scalars(
        select(RuleValue).where(
            RuleValue.rule_book_id == cast.rule_book.id, RuleValue.key == "supervise.number_format"
        )
    ).one()
    copy = RuleValue(rule_book=book, key=value.key, kind=value.kind, name=value.name, value=form)
    with pytest.raises(RuleViolation) as refused, unit_of_work(session, office):
        session.add(copy)
        session.flush()
    assert (refused.value.field, words in str(refused.value)) == ("value", True)


# Instructions --------------------------------------------------------------------------------


def seen(session: AnySession, cast: Cast, row: Instruction) -> set[str]:
    return {
        name
        for name in ("leader", "other_leader", "head_jwc", "staff_jwc", "head_xinxi", "office")
        if session.scalar(
            select(Instruction.id).where(
                Instruction.id == row.id, visible(cast.actor(name), Instruction)
            )
        )
    }


def test_leaders_instruct_and_heads_do_not(session: AnySession, cast: Cast) -> None:
    case = make_supervision_case()
    leader, head = cast.actor("leader"), cast.actor("head_jwc")
    with unit_of_work(session, leader):
        written = write_instruction(session, leader, case, "抓紧办理")
    assert (written.author_id, written.subject_id) == (cast.leader.id, case.id)
    with pytest.raises(NotAllowed), unit_of_work(session, head):
        write_instruction(session, head, case, "抓紧办理")


def test_an_instruction_is_read_by_those_it_concerns(session: AnySession, cast: Cast) -> None:
    leader = cast.actor("leader")
    with unit_of_work(session, leader):
        on_task = write_instruction(session, leader, make_task(), "抓紧")
        on_case = write_instruction(session, leader, make_supervision_case(), "抓紧")
    for row in (on_task, on_case):
        assert seen(session, cast, row) == {"leader", "head_jwc", "staff_jwc", "office"}


def test_nobody_writes_on_what_they_do_not_see(session: AnySession, cast: Cast) -> None:
    task = make_task(visibility=Visibility.RESTRICTED, status=TaskStatus.ACCEPTED)
    other = cast.actor("other_leader")
    with pytest.raises(RuleViolation) as refused, unit_of_work(session, other):
        write_instruction(session, other, task, "抓紧")
    assert str(refused.value) == "找不到批示针对的事项，或者您无权查看。"
    with pytest.raises(RuleViolation) as refused, unit_of_work(session, TEST):
        session.add(
            Instruction(
                subject_table="nothing",
                subject_id=1,
                author=cast.leader,
                text="抓紧",
                written_on=clock.today(),
            )  # fmt: skip
        )
        session.flush()
    assert refused.value.field == "subject_table"


def test_the_office_makes_a_case_of_an_instruction_on_a_task(
    session: AnySession, cast: Cast
) -> None:
    task = make_task(status=TaskStatus.ACCEPTED, number="7", title="专业建设")
    leader, office = cast.actor("leader"), cast.actor("office")
    with unit_of_work(session, leader):
        written = write_instruction(session, leader, task, "限月底前完成")
    with unit_of_work(session, office):
        case = case_from_instruction(session, office, written)
    assert (case.source, case.task_id, case.matter) == ("instruction", task.id, "7 专业建设")
    assert case.ground == f"{cast.leader.name}2026年3月16日批示：限月底前完成"
    with pytest.raises(WrongState), unit_of_work(session, office):
        case_from_instruction(session, office, written)


def test_an_instruction_on_a_case_becomes_no_other_case(session: AnySession, cast: Cast) -> None:
    leader, office = cast.actor("leader"), cast.actor("office")
    with unit_of_work(session, leader):
        written = write_instruction(session, leader, make_supervision_case(), "抓紧")
    with pytest.raises(RuleViolation) as refused, unit_of_work(session, office):
        case_from_instruction(session, office, written)
    assert str(refused.value) == "只有对目标任务的批示可以转为督办件。"


# Who is told ---------------------------------------------------------------------------------


def inbox(session: AnySession, cast: Cast, name: str) -> list[str]:
    rows = select(Notification.text).where(
        Notification.person_id == cast.person(name.replace("_", ".")).id
    )
    return list(session.scalars(rows))


TOLD = {
    "confirm": ("office", "proposed", {}, "新立督办件", {"head_jwc", "leader"}),
    "reply": ("head_jwc", "open", {"note": "在办"}, "待审核", {"office"}),
    "reject": ("office", "replied", {"note": "不实"}, "被退回", {"head_jwc"}),
    "urge": ("office", "open", {}, "催办", {"head_jwc", "leader"}),
    "transfer": (
        "office", "open", {"note": "重大偏差"}, "转专项督查", {"head_jwc", "leader", "discipline"},
    ),
    "close": ("office", "open", {}, "已办结", {"head_jwc", "leader"}),
}  # fmt: skip


@pytest.mark.parametrize("step", TOLD)
def test_a_step_is_told_to_those_it_concerns(session: AnySession, cast: Cast, step: str) -> None:
    by, status, fields, words, people = TOLD[step]
    case = make_supervision_case(status=status, leader=cast.leader)
    with unit_of_work(session, cast.actor(by)):
        workflow.apply(session, cast.actor(by), case, step, **fields)
    told = {
        name
        for name in ("office", "head_jwc", "staff_jwc", "leader", "discipline", "topleader")
        if any(words in text and case.matter in text for text in inbox(session, cast, name))
    }
    assert told == people


def test_a_dismissed_proposal_is_told_to_nobody(session: AnySession, cast: Cast) -> None:
    case = make_supervision_case(status=CaseStatus.PROPOSED, number=None)
    with unit_of_work(session, cast.actor("office")):
        workflow.apply(session, cast.actor("office"), case, "dismiss", note="已经完成")
    assert inbox(session, cast, "head_jwc") == []
    assert case.steps[-1].text == "已经完成"


def test_the_head_and_the_office_are_told_of_an_instruction(
    session: AnySession, cast: Cast
) -> None:
    leader = cast.actor("leader")
    with unit_of_work(session, leader):
        write_instruction(session, leader, make_task(), "限月底前完成")
    for name in ("head_jwc", "office"):
        assert inbox(session, cast, name) == ["院领导批示：限月底前完成"]
