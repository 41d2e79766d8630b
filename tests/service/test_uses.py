"""Where a row is used, and letting another row stand for it."""

from __future__ import annotations

import pytest
from sqlalchemy import event, inspect, select, update

from app.core.errors import NotAllowed, RuleViolation
from app.core.unit_of_work import AnySession, unit_of_work
from app.core.uses import InUse, Merged, delete_unused, merge_into, references_to, uses_of
from app.models.cycles import Cycle, CycleStatus, TaskCategory
from app.models.organisation import Department, DepartmentKind
from tests.cast import Cast
from tests.factories import (
    make,
    make_indicator,
    make_indicator_template,
    make_supervision_case,
    make_task,
    make_task_category,
)


def places(session: AnySession, cast: Cast, name: str, row: object) -> dict[str, tuple[int, int]]:
    return {
        f"{use.reference.model.__tablename__}.{use.reference.column}": (use.seen, use.total)
        for use in uses_of(session, cast.actor(name), row)
    }


def test_every_foreign_key_of_the_models_is_known(session: AnySession) -> None:
    told = {(one.model.__tablename__, one.column) for one in references_to(Department)}
    table = Department.__table__
    keys = {
        (other.name, key.parent.name)
        for other in Department.metadata.sorted_tables
        for key in other.foreign_keys
        if key.column.table is table
    }
    assert told == keys


def test_uses_are_counted_by_table_and_column(session: AnySession, cast: Cast) -> None:
    make_task(lead_department=cast.xsc)
    make_task(lead_department=cast.xsc)
    told = places(session, cast, "office", cast.xsc)
    assert told["task.lead_department_id"] == (2, 2)
    unused = make(Department, name="空部门", code="none", kind=DepartmentKind.FUNCTIONAL)
    assert places(session, cast, "office", unused) == {}


def test_one_statement_finds_them_all(session: AnySession, cast: Cast) -> None:
    actor, row = cast.actor("admin"), cast.jwc
    assert row.id
    told: list[str] = []

    def count(connection: object, cursor: object, statement: str, *more: object) -> None:
        told.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", count)
    try:
        assert uses_of(session, actor, row)
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert len(told) == 1


def test_what_the_reader_does_not_see_is_counted_but_not_named(
    session: AnySession, cast: Cast
) -> None:
    make_supervision_case(department=cast.xsc)
    assert places(session, cast, "admin", cast.xsc)["supervision_case.department_id"] == (0, 1)
    refusal = InUse(cast.xsc, uses_of(session, cast.actor("admin"), cast.xsc))
    assert refusal.hidden == 1
    assert "supervision_case.department_id" not in [one.field for one in refusal.violations]


def test_who_may_not_delete_learns_nothing(session: AnySession, cast: Cast) -> None:
    actor = cast.actor("office")
    with pytest.raises(NotAllowed), unit_of_work(session, actor):
        delete_unused(session, actor, cast.xsc)


def test_what_nothing_names_is_deleted(session: AnySession, cast: Cast) -> None:
    category, actor = make_task_category(), cast.actor("admin")
    with unit_of_work(session, actor):
        delete_unused(session, actor, category)
    assert inspect(category).was_deleted or inspect(category).detached


def test_an_indicator_s_template_is_in_use_although_the_database_would_let_it_go(
    session: AnySession, cast: Cast
) -> None:
    template, actor = make_indicator_template(), cast.actor("office")
    indicator = make_indicator(indicator_template=template)
    with pytest.raises(InUse), unit_of_work(session, actor):
        delete_unused(session, actor, template)
    assert indicator.indicator_template == template


# Merging ----------------------------------------------------------------------------------------


def merged(
    session: AnySession, cast: Cast, row: object, into: object, who: str = "admin"
) -> Merged:
    actor = cast.actor(who)
    with unit_of_work(session, actor):
        return merge_into(session, actor, row, into)


def test_what_names_a_category_names_the_other_one_then(session: AnySession, cast: Cast) -> None:
    old, new = make_task_category(), make_task_category()
    task = make_task(category=old)
    key = old.id
    assert merged(session, cast, old, new) == Merged(moved=1, kept=0, gone=True)
    assert task.category == new
    assert session.get(TaskCategory, key) is None


def test_a_closed_year_keeps_its_category_which_is_switched_off(
    session: AnySession, cast: Cast
) -> None:
    old, new = make_task_category(), make_task_category()
    past = make(Cycle, year=2025, name="2025年度")
    here, there = make_task(category=old), make_task(category=old, cycle=past)
    years = Cycle.__table__
    session.execute(update(years).where(years.c.year == 2025).values(status=CycleStatus.CLOSED))  # type: ignore[arg-type]
    session.expire_all()
    assert merged(session, cast, old, new) == Merged(moved=1, kept=1, gone=False)
    assert (here.category, there.category) == (new, old)
    assert old.active is False


def test_a_row_is_not_merged_into_itself_nor_into_one_that_is_switched_off(
    session: AnySession, cast: Cast
) -> None:
    old, off = make_task_category(), make_task_category(active=False)
    for wrong in (old, off, cast.xsc):
        with pytest.raises(RuleViolation) as refused:
            merged(session, cast, old, wrong)
        assert refused.value.field == "into"


def test_only_who_may_delete_may_merge(session: AnySession, cast: Cast) -> None:
    old, new = make_task_category(), make_task_category()
    with pytest.raises(NotAllowed):
        merged(session, cast, old, new, "office")
    assert session.scalars(select(TaskCategory).where(TaskCategory.id == old.id)).one() is old
