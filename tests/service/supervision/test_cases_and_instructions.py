"""Proposing a case, writing an instruction on it."""

from __future__ import annotations

import pytest

from app.core import workflow
from app.core.errors import NotAllowed
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.planning import TaskStatus
from app.supervision.service import propose_case, write_instruction
from tests.cast import Cast
from tests.factories import make_supervision_case, make_task


def test_the_office_proposes_and_number_and_clock_start_at_confirmation(
    session: AnySession, cast: Cast
) -> None:
    task = make_task(status=TaskStatus.ACCEPTED, leader=cast.leader)
    office = cast.actor("office")
    with unit_of_work(session, office):
        case = propose_case(session, office, task, ground="逾期")
        assert (case.status, case.number, case.department_id) == ("proposed", None, cast.jwc.id)
        workflow.apply(session, office, case, "confirm")
    assert case.number and case.due_on is not None and case.leader_id == cast.leader.id


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
    assert len({case.number for case in cases}) == 3


def test_a_head_proposes_no_case(session: AnySession, cast: Cast) -> None:
    head = cast.actor("head_jwc")
    with pytest.raises(NotAllowed), unit_of_work(session, head):
        propose_case(session, head, make_task(status=TaskStatus.ACCEPTED), ground="逾期")


def test_leaders_instruct_and_heads_do_not(session: AnySession, cast: Cast) -> None:
    case = make_supervision_case()
    leader, head = cast.actor("leader"), cast.actor("head_jwc")
    with unit_of_work(session, leader):
        written = write_instruction(session, leader, case, "抓紧办理")
    assert (written.author_id, written.subject_id) == (cast.leader.id, case.id)
    with pytest.raises(NotAllowed), unit_of_work(session, head):
        write_instruction(session, head, case, "抓紧办理")
