"""The pages of the year's decomposition: how it stands, what changed since it was issued, and
what it leaves out (Art. 5)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

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
from app.models.planning import Decomposition, Task, TaskStatus
from app.organisation.rules import reads_college
from app.planning import coverage
from app.planning.break_down import may_break_down
from app.planning.table_page import load_table_page
from app.planning.tree import Branch, tree_of
from app.web import formats
from app.web.directory import directory
from app.web.facts import facts_of, row_link
from app.web.interface import key_of
from app.web.links import filter_name, list_link
from app.web.reader import the_actor
from app.web.show_pages import ShowPages

_LIVE = ",".join(one.value for one in TaskStatus if one != TaskStatus.TERMINATED)
MENDED_BY_A_TASK = {"goals": "strategic_goal", "departments": "lead_department"}
"""What a task of its own mends, and the column that names it there."""


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
            may_break_down=may_break_down(actor),
            changed_link=list_link(
                Task, cycle=row.cycle_id, since_issue__in="changed,added,terminated"
            ),
            waiting_link=list_link(Task, cycle=row.cycle_id, status="published"),
            late_link=list_link(
                Task, cycle=row.cycle_id, status="published", accept_by__lt="today"
            ),
            models={"task": Task},
            departments=directory().departments,
            formats=formats,
            story=self.story_of(row, actor),
        )

    @expose("/tree/<cycle>", methods=["GET"])
    @has_access
    def tree(self, cycle: str) -> Any:
        """The year's tasks by department, section and person; the reader's own are open."""
        actor, key = the_actor(), key_of(cycle)
        year = db.session.scalar(select(Cycle).where(visible(actor, Cycle), Cycle.id == key))
        if year is None:
            abort(404)
        book = directory()
        places = [
            {key: place for place, key in enumerate(book.departments)},
            {key: place for place, key in enumerate(book.departments)},
            {key: place for place, key in enumerate(book.people)},
        ]
        table = self._table_of(actor, year)
        return self.render_template(  # type: ignore[attr-defined]
            "planning/tree.html",
            title=gettext("Tasks of %(year)s as a tree", year=year.year),
            tree=tree_of(db.session, actor, year.id),
            branches_of=lambda branch: branch.in_order(places[len(branch.keys)]),
            link_of=lambda branch: _branch_link(year, branch),
            opened=actor.charged | actor.departments,
            table=table,
            back=url_for(f"{self.endpoint}.show", pk=table.id) if table else "",
            departments=book.departments,
            people=book.people,
            formats=formats,
        )

    def _table_of(self, actor: Actor, year: Cycle) -> Decomposition | None:
        """The newest table of the year that the reader sees."""
        return db.session.scalar(
            select(Decomposition)
            .where(visible(actor, Decomposition), Decomposition.cycle_id == year.id)
            .order_by(Decomposition.edition.desc())
            .limit(1)
        )

    @expose("/coverage/<cycle>", methods=["GET"])
    @has_access
    def coverage(self, cycle: str) -> Any:
        """What the year leaves out, each question with its rows."""
        actor, key = the_actor(), key_of(cycle)
        year = db.session.scalar(select(Cycle).where(visible(actor, Cycle), Cycle.id == key))
        if year is None or not coverage.may_read(actor):
            abort(404)
        table = self._table_of(actor, year)
        return self.render_template(  # type: ignore[attr-defined]
            "planning/coverage.html",
            title=gettext("Coverage of %(year)s", year=year.year),
            checks=coverage.coverage_of(db.session, actor, year),
            table=table,
            back=url_for(f"{self.endpoint}.show", pk=table.id) if table else "",
            of_charge=not (actor.everything or reads_college(actor)),
            link_of=lambda check, gap: _link_of(actor, year, check, gap),
            mend=lambda check, gap: _mend(actor, year, check, gap),
            list_of=lambda check: _list_of(actor, year, check),
            departments=directory().departments,
        )


def _link_of(actor: Actor, year: Cycle, check: coverage.Check, gap: coverage.Gap) -> Any:
    """The row's own page; for a person the tasks there are too many of."""
    if check.model is Person:
        return _led_by(year, gap)
    return row_link(check.model, gap.id, gap.name, actor)


def _mend(actor: Actor, year: Cycle, check: coverage.Check, gap: coverage.Gap) -> Any:
    """Where the gap is mended, and the word for it; None for who cannot mend it."""
    adding = actor.may("task:add")
    if check.key == "work_points" and may_break_down(actor):
        return url_for("TaskView.break_down", point=gap.id), gettext("Break down")
    if check.key in MENDED_BY_A_TASK and adding:
        given = [
            (filter_name(Task, "cycle"), year.id),
            (filter_name(Task, MENDED_BY_A_TASK[check.key]), gap.id),
        ]
        return f"{url_for('TaskView.add')}?{urlencode(given)}", gettext("Propose a task")
    if check.key == "parts" and actor.may("task:ask_again"):
        return url_for("TaskView.show", pk=gap.id), gettext("Settle")
    if check.key == "standard" and adding:
        return url_for("TaskView.edit", pk=gap.id), gettext("Write the standard")
    if check.key == "load":
        return _led_by(year, gap), gettext("Look who else could do it")
    return None


def _led_by(year: Cycle, gap: coverage.Gap) -> str:
    """The tasks a person answers for in the lead department."""
    return list_link(Task, cycle=year.id, owner=gap.id, status__in=_LIVE)


def _branch_link(year: Cycle, branch: Branch) -> str:
    """The tasks of a branch as a list."""
    names = ("lead_department", "section", "owner")
    wanted = dict(zip(names, branch.keys, strict=False))
    return list_link(Task, cycle=year.id, status__in=_LIVE, **wanted)


def _list_of(actor: Actor, year: Cycle, check: coverage.Check) -> str:
    """The task list with the same rows, where a list can ask the question."""
    if not check.listed:
        return ""
    charge: dict[str, Any] = {}
    if not (actor.everything or reads_college(actor)):
        charge["lead_department__in"] = ",".join(str(key) for key in sorted(actor.charged))
    return list_link(Task, cycle=year.id, **check.listed, **charge)
