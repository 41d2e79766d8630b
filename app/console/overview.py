"""The console's first page: which tables there are, how many rows, and what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext, lazy_gettext, ngettext
from sqlalchemy import func, or_, select

from app.core import clock
from app.core.actor import Actor
from app.core.policy import visible
from app.extensions import db
from app.models.cycles import Holiday, Phase
from app.models.organisation import Charge, ChargeKind, Delegation, DepartmentKind
from app.web.directory import directory
from app.web.shell import chosen_cycle

GROUPS = {
    "organisation": lazy_gettext("Who belongs where"),
    "calendar": lazy_gettext("The calendar of the year"),
    "goals": lazy_gettext("What goals are made of"),
    "rules": lazy_gettext("The rules of assessment"),
}
"""The headings of the first page, in their order."""


@dataclass(frozen=True, slots=True)
class Tile:
    """`missing` says what the year's work will lack; empty if nothing."""

    name: Any
    place: str
    count: int
    missing: str


def groups_of(views: Sequence[Any], actor: Actor) -> Iterable[tuple[Any, list[Tile]]]:
    """The tables this person may read, under their headings."""
    counts = _counts([view.model for view in views], actor)
    for group, heading in GROUPS.items():
        tiles = [
            Tile(view.name, f"{view.route_base}/list/", count, _missing(view.model, count, actor))
            for view, count in zip(views, counts, strict=True)
            if view.group == group
        ]
        if tiles:
            yield heading, tiles


def _counts(models: Sequence[type[Any]], actor: Actor) -> Sequence[int]:
    """How many rows of each the reader sees: one statement."""
    if not models:
        return []
    numbers = [
        select(func.count()).select_from(model).where(visible(actor, model)).scalar_subquery()
        for model in models
    ]
    return db.session.execute(select(*numbers)).one()


def _missing(model: type[Any], count: int, actor: Actor) -> str:
    if count == 0 and model is not Delegation:
        return gettext("Nothing here yet.")
    checks: dict[type[Any], Callable[[Actor], str]] = {
        Charge: _without_leader,
        Phase: _without_phases,
        Holiday: _without_holidays,
    }
    return checks[model](actor) if model in checks else ""


def _without_leader(actor: Actor) -> str:
    """Departments that no leader answers for today; a section stands under its department."""
    today = clock.today()
    answered = set(
        db.session.scalars(
            select(Charge.department_id).where(
                visible(actor, Charge),
                Charge.kind == ChargeKind.IN_CHARGE,
                Charge.valid_from <= today,
                or_(Charge.valid_to.is_(None), Charge.valid_to >= today),
            )
        )
    )
    alone = [
        entry.id for entry in directory().departments.values()
        if entry.active and entry.kind != DepartmentKind.SECTION and entry.id not in answered
    ]  # fmt: skip
    if not alone:
        return ""
    return ngettext(
        "%(num)s department has no leader in charge.",
        "%(num)s departments have no leader in charge.",
        len(alone),
    )


def _without_phases(actor: Actor) -> str:
    cycle = chosen_cycle()
    if cycle is None or cycle.phases:
        return ""
    return gettext("%(year)s has no phases.", year=cycle.year)


def _without_holidays(actor: Actor) -> str:
    cycle = chosen_cycle()
    if cycle is None:
        return ""
    first, last = dt.date(cycle.year, 1, 1), dt.date(cycle.year, 12, 31)
    known = db.session.scalar(
        select(Holiday.id)
        .where(visible(actor, Holiday), Holiday.starts_on <= last, Holiday.ends_on >= first)
        .limit(1)
    )
    return "" if known else gettext("No holidays of %(year)s.", year=cycle.year)
