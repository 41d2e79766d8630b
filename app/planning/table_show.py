"""The pages of the year's decomposition: how it stands, what changed since it was issued, and
what it leaves out (Art. 5)."""

from __future__ import annotations

from typing import Any

from flask import abort, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext
from sqlalchemy import select

from app.core.actor import Actor
from app.core.policy import visible
from app.extensions import db
from app.models.cycles import Cycle
from app.models.organisation import Person
from app.models.planning import Decomposition, Task
from app.organisation.rules import reads_college
from app.planning import coverage
from app.planning.table_page import load_table_page
from app.web import formats
from app.web.directory import directory
from app.web.facts import facts_of, row_link
from app.web.interface import key_of
from app.web.links import list_link
from app.web.reader import the_actor
from app.web.show_pages import ShowPages


class TableShow(ShowPages):
    """Mixed into the screen of decompositions."""

    show_template = "planning/decomposition.html"

    def show_page(self, row: Decomposition, actor: Actor) -> Any:
        page = load_table_page(db.session, actor, row)
        return self.render_page(
            row,
            actor,
            facts=facts_of(self, row, actor, self.columns_shown(actor)),
            page=page,
            checks=coverage.coverage_of(db.session, actor, row.cycle)
            if coverage.may_read(actor)
            else [],
            states=[
                (state, count, list_link(Task, cycle=row.cycle_id, status=state))
                for state, count in page.states
            ],
            models={"task": Task},
            departments=directory().departments,
            formats=formats,
            story=self.story_of(row, actor),
        )

    @expose("/coverage/<cycle>", methods=["GET"])
    @has_access
    def coverage(self, cycle: str) -> Any:
        """What the year leaves out, each question with its rows."""
        actor, key = the_actor(), key_of(cycle)
        year = db.session.scalar(select(Cycle).where(visible(actor, Cycle), Cycle.id == key))
        if year is None or not coverage.may_read(actor):
            abort(404)
        table = db.session.scalar(
            select(Decomposition)
            .where(visible(actor, Decomposition), Decomposition.cycle_id == year.id)
            .order_by(Decomposition.edition.desc())
            .limit(1)
        )
        return self.render_template(  # type: ignore[attr-defined]
            "planning/coverage.html",
            title=gettext("Coverage of %(year)s", year=year.year),
            checks=coverage.coverage_of(db.session, actor, year),
            table=table,
            back=url_for(f"{self.endpoint}.show", pk=table.id) if table else "",
            of_charge=not (actor.everything or reads_college(actor)),
            link_of=lambda check, gap: _link_of(actor, year, check, gap),
            list_of=lambda check: _list_of(actor, year, check),
            departments=directory().departments,
        )


def _link_of(actor: Actor, year: Cycle, check: coverage.Check, gap: coverage.Gap) -> Any:
    """The row's own page; for a person the tasks there are too many of."""
    if check.model is Person:
        return list_link(Task, cycle=year.id, owner=gap.id)
    return row_link(check.model, gap.id, gap.name, actor)


def _list_of(actor: Actor, year: Cycle, check: coverage.Check) -> str:
    """The task list with the same rows, where a list can ask the question."""
    if not check.listed:
        return ""
    charge: dict[str, Any] = {}
    if not (actor.everything or reads_college(actor)):
        charge["lead_department__in"] = ",".join(str(key) for key in sorted(actor.charged))
    return list_link(Task, cycle=year.id, **check.listed, **charge)
