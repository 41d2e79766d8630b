"""Editions of the work points: the newest goes on, what was said on the older ones is answered;
leaders and top leaders are asked as heads are (Art. 4.4)."""

from __future__ import annotations

import pytest

from app.core import workflow
from app.core.errors import NotAllowed, RuleViolation, WrongState
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.system import AuditEvent
from app.models.work_points import OpinionAnswer, WorkPointSet
from app.planning.editions import newer_edition
from app.planning.work_points import answer_opinion, give_opinion, open_edition
from tests.cast import TODAY, Cast
from tests.factories import make_delegation, make_work_point, make_work_point_set


@pytest.fixture
def asked(session: AnySession, cast: Cast) -> WorkPointSet:
    """An edition that is out for opinions."""
    points = make_work_point_set()
    make_work_point(work_point_set=points)
    step(session, cast, points, "consult")
    return points


def step(session: AnySession, cast: Cast, points: WorkPointSet, name: str, **fields: str) -> None:
    office = cast.actor("office")
    with unit_of_work(session, office):
        workflow.apply(session, office, points, name, **fields)


@pytest.mark.parametrize("name", ["head_jwc", "leader", "other_leader", "topleader", "office"])
def test_heads_leaders_and_top_leaders_are_asked(
    session: AnySession, cast: Cast, asked: WorkPointSet, name: str
) -> None:
    actor = cast.actor(name)
    with unit_of_work(session, actor):
        opinion = give_opinion(session, actor, asked, "再精简一些")
    assert opinion.author == cast.person(name.replace("_", "."))


@pytest.mark.parametrize("name", ["staff_jwc", "auditor", "quality"])
def test_others_are_not(session: AnySession, cast: Cast, asked: WorkPointSet, name: str) -> None:
    actor = cast.actor(name)
    with pytest.raises(NotAllowed), unit_of_work(session, actor):
        give_opinion(session, actor, asked, "再精简一些")


def test_an_older_edition_goes_no_further_and_nobody_is_asked_on_it(
    session: AnySession, cast: Cast, asked: WorkPointSet
) -> None:
    office, head = cast.actor("office"), cast.actor("head_jwc")
    with unit_of_work(session, office):
        second = open_edition(session, office, cast.cycle)
    assert newer_edition(session, asked) is second
    assert newer_edition(session, second) is None
    for name in ("send_to_committee", "revise"):
        with pytest.raises(WrongState, match=f"第 {second.edition} 稿已取代第 {asked.edition} 稿"):
            step(session, cast, asked, name)
    with (
        pytest.raises(WrongState, match=f"第 {second.edition} 稿已取代"),
        unit_of_work(session, head),
    ):
        give_opinion(session, head, asked, "迟到的意见")


def test_what_was_said_on_the_older_edition_is_answered_before_the_newer_goes_on(
    session: AnySession, cast: Cast, asked: WorkPointSet
) -> None:
    office, leader = cast.actor("office"), cast.actor("leader")
    with unit_of_work(session, leader):
        opinion = give_opinion(session, leader, asked, "指标偏高")
    with unit_of_work(session, office):
        second = open_edition(session, office, cast.cycle)
    step(session, cast, second, "consult")
    with pytest.raises(RuleViolation, match=f"第 {asked.edition} 稿还有 1 条意见未答复"):
        step(session, cast, second, "send_to_committee")
    with unit_of_work(session, office):
        answer_opinion(session, office, opinion, OpinionAnswer.ADOPTED, "已下调")
    step(session, cast, second, "send_to_committee")


def test_what_is_issued_holds_until_a_newer_edition_is_issued(session: AnySession) -> None:
    issued = {"status": "issued", "issue_number": "院发1号", "issued_on": TODAY}
    first = make_work_point_set(**issued)
    second = make_work_point_set(edition=first.edition + 1)
    assert newer_edition(session, first) is None
    third = make_work_point_set(edition=first.edition + 2, **issued)
    assert newer_edition(session, first) is third
    assert newer_edition(session, second) is third


def test_who_stands_in_for_a_head_speaks_for_the_department_and_the_trail_says_so(
    session: AnySession, cast: Cast, asked: WorkPointSet
) -> None:
    make_delegation(
        giver=cast.head_jwc, receiver=cast.staff_xinxi, valid_from=TODAY, valid_to=TODAY
    )
    actor = cast.actor("staff_xinxi")
    with unit_of_work(session, actor):
        opinion = give_opinion(session, actor, asked, "同意，但时限太紧", department_id=cast.jwc.id)
    event = session.query(AuditEvent).filter_by(
        table_name="work_point_opinion", row_id=opinion.id
    ).one()  # fmt: skip
    assert (event.actor_id, event.on_behalf_of_id) == (cast.staff_xinxi.id, cast.head_jwc.id)
