"""How a row of master data stands today: in force or ended, and what is odd about it.

Nothing of this is a column: it follows from dates, posts and charges. It is a condition of the
console's lists like any other ("how it stands is: without a head"), and what the console's
first page counts. A list keeps its statement for a day (`app.web.lists.query`): a criterion
knows the reader and the day, nothing else of the request.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import ColumnElement, and_, exists, false, or_, select
from sqlalchemy.orm import aliased

from app.core import clock
from app.core.actor import Actor
from app.core.policy import visible
from app.models.base import Choice
from app.models.cycles import Cycle
from app.models.organisation import (
    HEADING_POSTS,
    Appointment,
    Charge,
    ChargeKind,
    Delegation,
    Department,
    DepartmentClass,
    DepartmentKind,
    Person,
    PostKind,
)
from app.web.lists.columns import Column
from app.web.reader import the_actor

NAME = "standing"
SOON = 30
"""Days before its end from which a post is said to end soon."""


class Standing(Choice):
    CURRENT = "current", "现行", "In force"
    COMING = "coming", "尚未开始", "Not begun"
    ENDED = "ended", "已结束", "Ended"
    SOON = "soon", "30 天内到期", "Ends within 30 days"
    NO_HEAD = "no_head", "没有负责人", "Without a head"
    NO_LEADER = "no_leader", "没有分管领导", "Without a leader in charge"
    NO_CLASS = "no_class", "本年度未定考核类别", "Without an assessment class this year"
    PARENT_GONE = "parent_gone", "上级部门已撤销", "Under a department that has ended"
    NO_POST = "no_post", "在用账号没有任职", "Account in use, no post"
    NO_ROLE = "no_role", "在用账号没有角色", "Account in use, no role"
    NO_CHARGE = "no_charge", "院领导没有分管部门", "College leader, nothing in charge"
    VACANT = "vacant", "到期后无人接任", "Ended, nobody took over"
    LEFT = "left", "账号已停用", "The account is closed"
    GONE = "gone", "部门已撤销", "The department has ended"


Criterion = Callable[[Actor], ColumnElement[bool]]


def in_force(model: Any, day: dt.date) -> ColumnElement[bool]:
    return and_(
        or_(model.valid_from.is_(None), model.valid_from <= day),
        or_(model.valid_to.is_(None), model.valid_to >= day),
    )


def _today(make: Callable[[dt.date], ColumnElement[bool]]) -> Criterion:
    return lambda actor: make(clock.today())


def _spans(model: Any) -> dict[Standing, Criterion]:
    """What every row with a beginning and an end may be."""
    return {
        Standing.CURRENT: _today(lambda day: in_force(model, day)),
        Standing.COMING: _today(lambda day: model.valid_from > day),
        Standing.ENDED: _today(lambda day: model.valid_to < day),
    }


def _whole_department() -> ColumnElement[bool]:
    """A department of today that is no section: sections stand under their department."""
    return and_(Department.kind != DepartmentKind.SECTION, in_force(Department, clock.today()))


def _no_head(actor: Actor) -> ColumnElement[bool]:
    headed = exists(
        select(Appointment.id).where(
            visible(actor, Appointment),
            Appointment.department_id == Department.id,
            Appointment.post.in_(HEADING_POSTS),
            in_force(Appointment, clock.today()),
        )
    )
    return and_(_whole_department(), ~headed)


def _no_leader(actor: Actor) -> ColumnElement[bool]:
    charged = exists(
        select(Charge.id).where(
            visible(actor, Charge),
            Charge.department_id == Department.id,
            Charge.kind == ChargeKind.IN_CHARGE,
            in_force(Charge, clock.today()),
        )
    )
    return and_(_whole_department(), ~charged)


def _no_class(actor: Actor) -> ColumnElement[bool]:
    given = exists(
        select(DepartmentClass.id).where(
            visible(actor, DepartmentClass),
            DepartmentClass.department_id == Department.id,
            DepartmentClass.cycle.has(Cycle.year == clock.today().year),
        )
    )
    return and_(_whole_department(), ~given)


def _parent_gone(actor: Actor) -> ColumnElement[bool]:
    above, today = aliased(Department), clock.today()
    ended = select(above.id).where(above.id == Department.parent_id, above.valid_to < today)
    return and_(in_force(Department, today), exists(ended))


def _post_of_today(actor: Actor, *posts: PostKind) -> ColumnElement[bool]:
    held = select(Appointment.id).where(
        visible(actor, Appointment),
        Appointment.person_id == Person.id,
        in_force(Appointment, clock.today()),
    )
    return exists(held.where(Appointment.post.in_(posts)) if posts else held)


def _no_post(actor: Actor) -> ColumnElement[bool]:
    return and_(Person.active, Person.department_id.is_not(None), ~_post_of_today(actor))


def _no_charge(actor: Actor) -> ColumnElement[bool]:
    charged = exists(
        select(Charge.id).where(
            visible(actor, Charge), Charge.leader_id == Person.id, in_force(Charge, clock.today())
        )
    )
    return and_(Person.active, _post_of_today(actor, PostKind.LEADER), ~charged)


def _vacant(actor: Actor) -> ColumnElement[bool]:
    """The post ended, its department is still there, and nobody holds it today. Of the same
    post only the last to hold it is named."""
    other, today = aliased(Appointment), clock.today()
    same = and_(
        other.id != Appointment.id,
        other.post == Appointment.post,
        other.department_id == Appointment.department_id,
        or_(other.valid_to.is_(None), other.valid_to > Appointment.valid_to),
    )
    return and_(
        Appointment.valid_to < today,
        Appointment.department.has(in_force(Department, today)),
        Appointment.post.not_in((PostKind.STAFF, PostKind.DEPUTY)),
        ~exists(select(other.id).where(same)),
    )


def _held_by_the_gone(model: Any, person: Any) -> dict[Standing, Criterion]:
    """Posts and charges in force of closed accounts, or in departments that have ended."""
    return {
        Standing.LEFT: _today(lambda day: and_(in_force(model, day), person.has(~Person.active))),
        Standing.GONE: _today(
            lambda day: and_(in_force(model, day), model.department.has(Department.valid_to < day))
        ),
    }


def _ends_soon(model: Any) -> Criterion:
    return _today(
        lambda day: and_(model.valid_to >= day, model.valid_to <= day + dt.timedelta(days=SOON))
    )


STANDINGS: Mapping[type[Any], Mapping[Standing, Criterion]] = {
    Department: {
        **_spans(Department),
        Standing.NO_HEAD: _no_head,
        Standing.NO_LEADER: _no_leader,
        Standing.NO_CLASS: _no_class,
        Standing.PARENT_GONE: _parent_gone,
    },
    Person: {
        Standing.NO_POST: _no_post,
        Standing.NO_ROLE: lambda actor: and_(Person.active, ~Person.roles.any()),
        Standing.NO_CHARGE: _no_charge,
    },
    Appointment: {
        **_spans(Appointment),
        Standing.SOON: _ends_soon(Appointment),
        Standing.VACANT: _vacant,
        **_held_by_the_gone(Appointment, Appointment.person),
    },
    Charge: {
        **_spans(Charge),
        Standing.SOON: _ends_soon(Charge),
        **_held_by_the_gone(Charge, Charge.leader),
    },
    Delegation: {**_spans(Delegation), Standing.SOON: _ends_soon(Delegation)},
}
"""How the rows of each table may stand, in the order a reader is offered."""

ODD: Mapping[type[Any], Sequence[Standing]] = {
    Department: (
        Standing.NO_HEAD, Standing.NO_LEADER, Standing.NO_CLASS, Standing.PARENT_GONE,
    ),
    Person: (Standing.NO_POST, Standing.NO_ROLE, Standing.NO_CHARGE),
    Appointment: (Standing.VACANT, Standing.LEFT, Standing.GONE, Standing.SOON),
    Charge: (Standing.LEFT, Standing.GONE),
}  # fmt: skip
"""What the first page of the console tells of."""


@dataclass(frozen=True, slots=True)
class StandingFilter:
    """A filter of the list by how its rows stand; "eq", "neq" or "in" as for a closed set."""

    model: type[Any]
    arg_name: str

    def apply(self, statement: Any, value: str) -> Any:
        known, actor = STANDINGS[self.model], the_actor()
        wanted = [known[one](actor) for one in known if one.value in value.split(",")]
        found = or_(false(), *wanted)
        return statement.where(~found if self.arg_name == "neq" else found)


def filters_of(model: type[Any]) -> list[StandingFilter]:
    """In the order that addresses count them by (see `argument`)."""
    return [StandingFilter(model, name) for name in ("eq", "neq", "in")]


def column_of(model: type[Any]) -> Column:
    """The condition as a column that is a closed set; no list can show it."""
    return Column(
        NAME, lazy_gettext("How it stands"), "choice", choices=tuple(STANDINGS[model])
    )  # fmt: skip


def argument(standing: Standing) -> tuple[str, str]:
    """The argument of an address that shows the rows which stand so."""
    return (f"_flt_0_{NAME}", standing.value)
