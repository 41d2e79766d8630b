"""Parts of parts: nested however deep, each with what it adds up to from below (domain §2, 6)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from app.core.unit_of_work import AnySession
from app.models.planning import Task, TaskStatus
from app.planning.part_tree import summed
from app.planning.task_page import load_task_page
from tests.architecture.test_query_counts import cost
from tests.cast import Cast
from tests.factories import make_task


def part_of(whole: Task, title: str, percent: int | None, weight: int | None = None) -> Task:
    return make_task(
        title=title, parent=whole, status=TaskStatus.ACCEPTED, lead_department=whole.lead_department,
        actual_percent=percent, weight=weight, number=title,
    )  # fmt: skip


@pytest.fixture
def whole(cast: Cast) -> Task:
    """A task with two parts, the first of two parts itself, one of which has one more."""
    whole = make_task(title="专业群", number="1", status=TaskStatus.ACCEPTED, sort_order=1)
    first = part_of(whole, "甲", None, 60)
    part_of(first, "甲一", 40, 1)
    deep = part_of(first, "甲二", None, 3)
    part_of(deep, "甲二一", 80)
    part_of(whole, "乙", 20, 40)
    return whole


def test_parts_stand_nested_with_what_they_add_up_to(
    session: AnySession, cast: Cast, whole: Task
) -> None:
    page = load_task_page(session, cast.actor("head_jwc"), whole.id)
    assert page is not None
    assert [(one.task.title, one.depth, one.below.count, one.reached) for one in page.parts] == [
        ("甲", 1, 2, Decimal("70.0")),
        ("甲一", 2, 0, Decimal(40)),
        ("甲二", 2, 1, Decimal("80.0")),
        ("甲二一", 3, 0, Decimal(80)),
        ("乙", 1, 0, Decimal(20)),
    ]
    total = page.rolled_up
    assert (total.count, total.weight, total.progress) == (2, 100, Decimal("50.0"))


def test_what_was_reported_on_a_part_counts_before_what_its_parts_have_come_to(
    session: AnySession, cast: Cast, whole: Task
) -> None:
    part = session.query(Task).filter_by(title="甲").one()
    part_of(part, "甲三", 0, 96)
    session.expire_all()
    page = load_task_page(session, cast.actor("head_jwc"), whole.id)
    assert page is not None
    assert page.parts[0].reached == page.parts[0].below.progress == Decimal("2.8")


def test_a_loop_of_parts_ends(session: AnySession, cast: Cast, whole: Task) -> None:
    deep = session.query(Task).filter_by(title="甲二一").one()
    session.connection().execute(
        text("UPDATE task SET parent_id = :deep WHERE id = :whole"),
        {"deep": deep.id, "whole": whole.id},
    )
    session.expire_all()
    page = load_task_page(session, cast.actor("head_jwc"), whole.id)
    assert page is not None and len(page.parts) == 5
    assert summed(page.parts).count == 2


def test_the_page_tells_the_levels_and_costs_the_same_however_deep(
    cast: Cast, whole: Task, client_for: Callable[[str], FlaskClient]
) -> None:
    head = client_for("head_jwc")
    few = cost(head, f"/task/show/{whole.id}")
    at = whole
    for place in range(6):
        at = part_of(at, f"更深{place}", 10)
    assert cost(head, f"/task/show/{whole.id}") == few
    page = head.get(f"/task/show/{whole.id}").text
    assert "第 3 级" in page and "下级 2 项 70%" in " ".join(page.split())
