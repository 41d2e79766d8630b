"""The console's first page: which tables there are, how many rows, and what is missing or odd.

Each finding leads to the rows it is about, or to the place where what is missing is added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask_babel import gettext, lazy_gettext
from sqlalchemy import func, or_, select

from app.console.standing import ODD, STANDINGS, argument
from app.core.actor import Actor
from app.core.policy import visible
from app.core.text import words
from app.extensions import db
from app.models.cycles import Cycle, CycleStatus, Holiday, Phase, RuleValue
from app.models.organisation import Delegation
from app.web.directory import CycleEntry, directory
from app.web.links import filter_arguments

GROUPS = {
    "organisation": lazy_gettext("Who belongs where"),
    "calendar": lazy_gettext("The calendar of the year"),
    "goals": lazy_gettext("What goals are made of"),
    "rules": lazy_gettext("The rules of assessment"),
}
"""The headings of the first page, in their order."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something missing or odd, and where it is seen to. `count` is 0 where none is counted."""

    told: str
    place: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class Tile:
    """`findings` are what the year's work will lack."""

    name: Any
    place: str
    count: int
    findings: Sequence[Finding] = field(default_factory=list)


def groups_of(views: Sequence[Any], actor: Actor) -> Iterable[tuple[Any, list[Tile]]]:
    """The tables this person may read, under their headings. Two statements for all numbers."""
    counts = _counts([view.model for view in views], actor)
    odd = _odd(views, actor)
    for group, heading in GROUPS.items():
        tiles = []
        for view, count in zip(views, counts, strict=True):
            if view.group != group:
                continue
            place = f"{view.route_base}/list/"
            findings = [*odd.get(view.model, ()), *_years(view, actor)]
            if count == 0 and view.model is not Delegation:
                findings = [Finding(gettext("Nothing here yet."), place)]
            tiles.append(Tile(view.name, f"{place}?view=all", count, findings))
        if tiles:
            yield heading, tiles


def _counts(models: Sequence[type[Any]], actor: Actor) -> Sequence[int]:
    """How many rows of each the reader sees."""
    if not models:
        return []
    numbers = [
        select(func.count()).select_from(model).where(visible(actor, model)).scalar_subquery()
        for model in models
    ]
    return db.session.execute(select(*numbers)).one()


def _odd(views: Sequence[Any], actor: Actor) -> dict[type[Any], list[Finding]]:
    """The rows that stand in a way they should not, by table."""
    asked = [(view, one) for view in views for one in ODD.get(view.model, ())]
    if not asked:
        return {}
    numbers = [
        select(func.count())
        .select_from(view.model)
        .where(visible(actor, view.model), STANDINGS[view.model][one](actor))
        .scalar_subquery()
        for view, one in asked
    ]
    found: dict[type[Any], list[Finding]] = {}
    for (view, one), count in zip(asked, db.session.execute(select(*numbers)).one(), strict=True):
        if count:
            place = f"{view.route_base}/list/?{urlencode([argument(one)])}"
            found.setdefault(view.model, []).append(Finding(words((one.zh, one.en)), place, count))
    return found


def _years(view: Any, actor: Actor) -> list[Finding]:
    """Years not yet closed that lack what this table should hold for them."""
    lacking = _LACKING.get(view.model)
    return [] if lacking is None else list(lacking(view, actor))


def _open_years() -> list[CycleEntry]:
    return [one for one in directory().cycles if one.status != CycleStatus.CLOSED]


def _without_phases(view: Any, actor: Actor) -> Iterable[Finding]:
    for cycle in _open_years():
        if not cycle.phases:
            place = urlencode(filter_arguments(Phase, cycle=cycle.id))
            told = gettext("%(year)s has no phases.", year=cycle.year)
            yield Finding(told, f"{view.route_base}/list/?{place}")


def _without_holidays(view: Any, actor: Actor) -> Iterable[Finding]:
    days = db.session.execute(
        select(Holiday.starts_on, Holiday.ends_on).where(visible(actor, Holiday))
    ).all()
    known = {day.year for span in days for day in span}
    for cycle in _open_years():
        if cycle.year not in known:
            told = gettext("No holidays of %(year)s.", year=cycle.year)
            yield Finding(told, f"{view.route_base}/list/?view=all")


def _without_values(view: Any, actor: Actor) -> Iterable[Finding]:
    held = select(RuleValue.rule_book_id).where(visible(actor, RuleValue))
    years = db.session.execute(
        select(Cycle.id, Cycle.year, Cycle.rule_book_id)
        .where(visible(actor, Cycle), Cycle.status != CycleStatus.CLOSED)
        .where(or_(Cycle.rule_book_id.is_(None), Cycle.rule_book_id.not_in(held)))
        .order_by(Cycle.year)
    )
    for key, year, book in years:
        if book is None:
            told = gettext("%(year)s has no rule book.", year=year)
            yield Finding(told, f"/cycle/show/{key}")
        else:
            told = gettext("The rule book of %(year)s holds no values.", year=year)
            place = urlencode(filter_arguments(RuleValue, rule_book=book))
            yield Finding(told, f"{view.route_base}/list/?{place}")


_LACKING: dict[type[Any], Callable[[Any, Actor], Iterable[Finding]]] = {
    Phase: _without_phases,
    Holiday: _without_holidays,
    RuleValue: _without_values,
}
