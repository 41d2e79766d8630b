"""The sheet on which a head hands out many tasks at once (Art. 5.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.core import clock
from app.core.actor import Actor
from app.core.errors import Refusal, RuleViolation
from app.core.policy import visible
from app.core.unit_of_work import unit_of_work
from app.cycles.queries import college_calendar, rule
from app.extensions import db
from app.models.cycles import Cycle
from app.models.organisation import Department
from app.models.planning import TaskStatus
from app.planning import acceptance
from app.planning.coverage import PERSON_LIMIT
from app.planning.handing_out import (
    Given,
    RowsRefused,
    Sheet,
    hand_out,
    handed_out_by,
    sheet_of,
)
from app.web import formats
from app.web.directory import directory
from app.web.interface import key_of
from app.web.reader import the_actor
from app.web.refusals import refusal_of
from app.web.shell import chosen_cycle


class HandOutPages:
    """Mixed into the screen of tasks."""

    endpoint: Any

    @expose("/handing/<pk>", methods=["GET"])
    @has_access
    def handing(self, pk: str) -> Any:
        """From one task to its place on its department's sheet."""
        task = self._row(pk)  # type: ignore[attr-defined]
        place = url_for(f"{self.endpoint}.hand_out", department=task.lead_department_id or 0)
        return redirect(f"{place}?cycle={task.cycle_id}#task-{task.id}")

    @expose("/hand_out/<department>", methods=["GET", "POST"])
    @has_access
    def hand_out(self, department: str) -> Any:
        """Section and person of every task of the department, and its own in others' tasks."""
        actor, cycle = the_actor(), _cycle(the_actor())
        own = handed_out_by(actor)
        row = db.session.scalar(
            select(Department).where(
                visible(actor, Department), Department.id == key_of(department)
            )
        )
        if row is None or cycle is None or row.id not in own:
            abort(404)
        sheet, code, wrong, told = sheet_of(db.session, actor, row, cycle.id), 200, {}, ""
        given: Mapping[str, Given] = {}
        if request.method == "POST":
            given = _given(sheet)
            try:
                with unit_of_work(db.session, actor):
                    changed, accepted = hand_out(db.session, actor, sheet, given)
            except (Refusal, IntegrityError, StaleDataError) as error:
                refusal = refusal_of(error)
                code, told = 422, str(refusal)
                if isinstance(refusal, RowsRefused):
                    wrong = {key: str(one) for key, one in refusal.rows.items()}
                sheet = sheet_of(db.session, actor, row, cycle.id)
            else:
                _tell(changed, accepted)
                here = url_for(f"{self.endpoint}.hand_out", department=row.id)
                return redirect(f"{here}?cycle={cycle.id}")
        college, last = college_calendar(db.session), acceptance.deadlines(db.session, sheet.tasks)
        page = self.render_template(  # type: ignore[attr-defined]
            "planning/hand_out.html",
            title=gettext("Hand out tasks"),
            subtitle=f"{row.name} · {cycle.year}",
            sheet=sheet,
            said=lambda key, one: given.get(key) or _as_it_is(one),
            wrong=wrong,
            told=told,
            limit=_limit(cycle),
            last_day=last,
            late=lambda task: (
                acceptance.days_late(task, last[task.id], college)
                if acceptance.is_late(task, last[task.id])
                else 0
            ),
            waiting=sum(one.status == TaskStatus.PUBLISHED for one in sheet.tasks),
            today=clock.today(),
            departments=directory().departments,
            people=directory().people,
            formats=formats,
            headed=[
                one for key, one in directory().departments.items()
                if key in own and one.kind != "section" and one.active
            ],
            back=url_for(f"{self.endpoint}.list"),
        )  # fmt: skip
        return page, code


def _tell(changed: int, accepted: int) -> None:
    if changed or accepted:
        words = gettext(
            "%(changed)s rows handed out, %(accepted)s tasks accepted.",
            changed=changed, accepted=accepted,
        )  # fmt: skip
        flash(words, "success")
    else:
        flash(gettext("Nothing was changed."), "info")


def _cycle(actor: Actor) -> Cycle | None:
    """The year asked for, None for one there is not; else the one the reader works in."""
    chosen = chosen_cycle()
    asked = request.args.get("cycle", "")
    wanted = key_of(asked) if asked else chosen.id if chosen else None
    return db.session.scalar(select(Cycle).where(visible(actor, Cycle), Cycle.id == wanted))


def _limit(cycle: Cycle) -> int | None:
    """From how many tasks on a person has too many; None where the year's book does not say."""
    try:
        return int(rule(db.session, cycle, PERSON_LIMIT))
    except RuleViolation:
        return None


def _given(sheet: Sheet) -> dict[str, Given]:
    """What the form says of the sheet's rows; a row that it does not name is left alone."""
    form, found = request.form, {}
    keys = [f"task-{one.id}" for one in sheet.tasks] + [f"line-{one.id}" for one in sheet.lines]
    for key in keys:
        if f"{key}-owner" in form:
            found[key] = Given(
                key_of(form.get(f"{key}-section", "")),
                key_of(form[f"{key}-owner"]),
                f"{key}-accept" in form,
                key_of(form.get(f"{key}-version", "")),
            )
    return found


def _as_it_is(row: Any) -> Given:
    """A row whose person is named already is accepted with the next save unless unticked."""
    named = row.owner_id is not None
    return Given(getattr(row, "section_id", None), row.owner_id, named, row.version)
