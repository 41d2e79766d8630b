"""The year's tasks as a tree, and what its branches add up to (domain §2, §6)."""

from __future__ import annotations

from decimal import Decimal

from app.core.unit_of_work import AnySession
from app.models.planning import TaskStatus, Visibility
from app.planning.tree import Branch, tree_of
from tests.architecture.test_query_counts import statements
from tests.cast import Cast
from tests.factories import make_task


def tree(session: AnySession, cast: Cast, who: str = "office") -> Branch:
    return tree_of(session, cast.actor(who), cast.cycle.id)


def grown(cast: Cast) -> None:
    """Two tasks of a section of 教务处, one of 信息工程系 with nobody named."""
    for weight, reached, light in ((3, 100, "blue"), (1, 0, "red")):
        make_task(
            section=cast.jwc_jxk, owner=cast.staff_jwc, status=TaskStatus.ACCEPTED,
            weight=Decimal(weight), actual_percent=Decimal(reached), light=light,
        )  # fmt: skip
    make_task(
        lead_department=cast.xinxi, status=TaskStatus.PUBLISHED, actual_percent=Decimal(40)
    )  # fmt: skip


def test_the_branches_are_departments_sections_and_persons(session: AnySession, cast: Cast) -> None:
    grown(cast)
    college = tree(session, cast)
    jwc, xinxi = college.children[cast.jwc.id], college.children[cast.xinxi.id]
    person = jwc.children[cast.jwc_jxk.id].children[cast.staff_jwc.id]
    assert (college.count, jwc.count, person.count) == (3, 2, 2)
    assert person.keys == (cast.jwc.id, cast.jwc_jxk.id, cast.staff_jwc.id)
    assert xinxi.children[None].children[None].count == 1


def test_progress_is_the_mean_by_weight_and_equal_without(session: AnySession, cast: Cast) -> None:
    grown(cast)
    college = tree(session, cast)
    jwc = college.children[cast.jwc.id]
    assert (jwc.weight, jwc.progress, jwc.lights) == (4, 75, {"blue": 1, "red": 1})
    assert college.children[cast.xinxi.id].weight is None
    assert college.children[cast.xinxi.id].progress == 40


def test_a_terminated_task_is_left_out_and_nothing_reported_is_no_progress(
    session: AnySession, cast: Cast
) -> None:
    make_task(status=TaskStatus.TERMINATED, termination_cause="政策变化", weight=Decimal(9))
    make_task(status=TaskStatus.PUBLISHED)
    college = tree(session, cast)
    assert (college.count, college.weight, college.progress) == (1, None, None)


def test_a_reader_counts_what_they_see(session: AnySession, cast: Cast) -> None:
    make_task(status=TaskStatus.ACCEPTED, visibility=Visibility.RESTRICTED, owner=cast.staff_jwc)
    make_task()
    assert tree(session, cast, "head_xinxi").count == 0
    assert tree(session, cast, "head_jwc").count == 2


def test_the_tree_is_one_statement(session: AnySession, cast: Cast) -> None:
    actor, cycle = cast.actor("office"), cast.cycle.id
    for _ in range(5):
        make_task(status=TaskStatus.ACCEPTED)
    with statements() as seen:
        tree_of(session, actor, cycle)
    assert len(seen) == 1
