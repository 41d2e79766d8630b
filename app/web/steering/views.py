"""The pages of the year's phases: the year, one phase with its debtors, the rows behind a figure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext, ngettext
from sqlalchemy import select

from app.core import clock, policy
from app.core.errors import RuleViolation
from app.core.queue import Waiting
from app.core.text import message
from app.cycles.steering import Reminded, last_reminders, remind, set_phase_days, text_of
from app.extensions import db
from app.models.cycles import Phase, PhaseCode
from app.monitoring.queue import missing_key
from app.organisation.seats import seats_on
from app.web import formats
from app.web.directory import CycleEntry, directory
from app.web.forms import DATES
from app.web.home import desk, panels
from app.web.interface import key_of
from app.web.reader import the_actor
from app.web.refusals import written
from app.web.shell import chosen_cycle
from app.web.steering import page
from app.web.steering.debts import COUNTED, Owed, debts, kinds_of
from app.web.steering.late import late_work
from app.web.steering.standing import lines_of
from app.web.steering.year import Year, load_year

MOST = 200
"""Rows that the page behind a figure shows."""


class SteeringView(BaseView):
    route_base = "/steering"
    default_view = "year"
    class_permission_name = "phase"
    method_permission_name = {
        "year": "read", "phase": "read", "rows": "read", "days": "edit", "remind": "remind",
    }  # fmt: skip

    @expose("/")
    @has_access
    def year(self) -> Any:
        """The phases of the chosen year, in their order."""
        actor, cycle = the_actor(), chosen_cycle()
        title = gettext("The year's phases")
        if cycle is None:
            return self.render_template("steering/year.html", title=title, cycle=None)
        year = load_year(db.session, actor, cycle.id, clock.today())
        cards = page.cards(
            year,
            lines_of(db.session, actor, year),
            debts(db.session, kinds_of(actor, year)),
            late_work(db.session, actor, year),
            seats_on(db.session, actor, year.today),
        )
        return self.render_template(
            "steering/year.html",
            title=gettext("Phases of %(year)s", year=cycle.year),
            subtitle=panels.scope_of(actor)[1],
            cycle=cycle,
            years=directory().cycles,
            cards=cards,
            **self._editing(year),
        )

    @expose("/<year>/<code>")
    @has_access
    def phase(self, year: str, code: str) -> Any:
        """One phase: how far it is, who owes what, what came late, reminders."""
        actor = the_actor()
        steered, phase = self._phase(year, code)
        kinds = [kind for kind in kinds_of(actor, steered) if kind.phase == phase.code]
        months = _months(steered, kinds)
        kinds = _of_month(kinds, months)
        late = late_work(db.session, actor, steered)
        owed = debts(db.session, kinds)
        seats = seats_on(db.session, actor, steered.today)
        reminders = last_reminders(db.session, actor, phase.id)
        departments, leaders = page.owing(steered, owed, seats, reminders)
        card = next(
            one
            for one in page.cards(steered, lines_of(db.session, actor, steered), owed, late, seats)
            if one.phase is phase
        )
        order = list(steered.phases)
        at = order.index(phase.code)
        waiting = [one for one in (*departments, *leaders) if not one.reminded_today]
        return self.render_template(
            "steering/phase.html",
            title=gettext("%(year)s %(phase)s", year=steered.year, phase=formats.show(phase.code)),
            card=card,
            departments=departments,
            leaders=leaders,
            office=page.office_items(steered, owed),
            late=page.late_lines(steered, late, phase.code),
            before=page.place_of(steered, order[at - 1]) if at else "",
            after=page.place_of(steered, order[at + 1]) if at + 1 < len(order) else "",
            counted=phase.code in COUNTED,
            may_remind=policy.can(actor, "remind", phase) and not steered.closed,
            people=len(_people(waiting)),
            waiting=len(waiting),
            sample=text_of(phase, [waiting[0].call.owed]) if waiting else "",
            chat=page.chat_text(steered, phase, owed),
            scope=panels.scope_of(actor)[1],
            months=months,
            month=_month_asked(months),
            here=page.place_of(steered, phase.code),
            **self._editing(steered),
        )

    @expose("/<year>/<code>/<kind>/")
    @has_access
    def rows(self, year: str, code: str, kind: str) -> Any:
        """The very rows that a figure of a phase counts, of some departments or of all."""
        actor = the_actor()
        steered, phase = self._phase(year, code)
        found = next(
            (
                one.waiting
                for one in kinds_of(actor, steered)
                if one.phase == phase.code and one.waiting.key == kind
            ),
            None,
        )
        if found is None:
            abort(404)
        narrowed = _of_departments(found, request.args.get("department", ""))
        shown = desk.my_queue(actor, desk.Day(steered.today), [narrowed], limit=MOST)
        return self.render_template(
            "steering/rows.html",
            title=str(found.title),
            back=page.place_of(steered, phase.code),
            phase_name=formats.show(phase.code),
            kind=shown[0] if shown else None,
            most=MOST,
        )

    # Steering ------------------------------------------------------------------------

    @expose("/<year>/<code>/days", methods=["POST"])
    @has_access
    def days(self, year: str, code: str) -> Any:
        """Move a phase. What was typed comes back with a refusal."""
        steered, phase = self._phase(year, code)
        overlapping: list[Phase] = []

        def write() -> None:
            starts_on, ends_on = (_day(request.form, name) for name in ("starts_on", "ends_on"))
            seen = key_of(request.form.get("version", "")) or 0
            overlapping.extend(
                set_phase_days(db.session, the_actor(), phase, starts_on, ends_on, seen)
            )

        place = page.place_of(steered, phase.code)
        if not written(write, the_actor(), gettext("Saved.")):
            typed = {name: request.form.get(name, "")[:20] for name in ("starts_on", "ends_on")}
            return redirect(f"{place}?{urlencode({'edit': code, **typed})}")
        if overlapping:
            names = gettext(", ").join(formats.show(one.code) for one in overlapping)
            flash(gettext("It overlaps with: %(phases)s.", phases=names), "info")
        in_list = request.form.get("back") == "year"
        return redirect(url_for("SteeringView.year") if in_list else place)

    @expose("/<year>/<code>/remind", methods=["POST"])
    @has_access
    def remind(self, year: str, code: str) -> Any:
        """Remind the debtors that are ticked."""
        actor = the_actor()
        steered, phase = self._phase(year, code)
        kinds = [kind for kind in kinds_of(actor, steered) if kind.phase == phase.code]
        months = _months(steered, kinds)
        kinds = _of_month(kinds, months)
        departments, leaders = page.owing(
            steered, debts(db.session, kinds), seats_on(db.session, actor, steered.today), {}
        )
        ticked = request.form.getlist("who")
        chosen = {one.debtor: one for one in (*departments, *leaders) if one.key in ticked}
        place = page.place_of(steered, phase.code)
        if month := _month_asked(months):
            place = f"{place}?{urlencode({'month': month})}"
        done: list[Reminded] = []

        def write() -> None:
            calls = {debtor: one.call for debtor, one in chosen.items()}
            done.append(remind(db.session, actor, phase, calls, place))

        if written(write, actor):
            names = {debtor: one.name for debtor, one in chosen.items()}
            _tell(done[0], names)
        return redirect(place)

    # ---------------------------------------------------------------------------------

    def _phase(self, year: str, code: str) -> tuple[Year, Phase]:
        """The year and phase an address names; 404 for one there is not."""
        cycle: CycleEntry | None = next(
            (one for one in directory().cycles if str(one.year) == year), None
        )
        if cycle is None or code not in list(PhaseCode):
            abort(404)
        found = load_year(db.session, the_actor(), cycle.id, clock.today())
        phase = found.phases.get(PhaseCode(code))
        if phase is None:
            abort(404)
        return found, phase

    def _editing(self, year: Year) -> dict[str, Any]:
        """Which phase's days are being edited, and what was typed."""
        may = not year.closed and the_actor().may("phase:edit")
        return {
            "steered": year,
            "show": formats.show,
            "may_edit": may,
            "edited": request.args.get("edit", "") if may else "",
            "typed": request.args,
        }


def _day(form: Any, name: str) -> dt.date:
    """A day as people type it. RuleViolation at the field for what is none."""
    text = form.get(name, "").strip()
    for written_so in DATES:
        try:
            return dt.datetime.strptime(text, written_so).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
    raise RuleViolation(message("“%(text)s” is not a date.", text=text[:20]), name)


def _months(year: Year, kinds: list[Owed]) -> dict[str, Owed]:
    """The months of which checks may be owed, in words, each with its kind of debt."""
    found = {month.reported.words: missing_key(month.reported) for month in year.open_months}
    known = {kind.waiting.key: kind for kind in kinds}
    return {words: known[key] for words, key in found.items() if key in known}


def _month_asked(months: Mapping[str, Owed]) -> str:
    """The month that the address or the form narrows the page to; empty for all."""
    asked = request.values.get("month", "")
    return asked if asked in months else ""


def _of_month(kinds: list[Owed], months: Mapping[str, Owed]) -> list[Owed]:
    month = _month_asked(months)
    return [months[month]] if month else kinds


def _people(debtors: Any) -> set[int]:
    return set().union(*(one.call.receivers for one in debtors)) if debtors else set()


def _of_departments(kind: Waiting, named: str) -> Waiting:
    """The rows of the departments that an address names; all where it names none."""
    keys = [key for word in named.split(",") if (key := key_of(word)) is not None]
    if not keys:
        return kind
    rows = kind.rows.subquery()
    return replace(kind, rows=select(rows).where(rows.c.department_id.in_(keys)))


def _tell(done: Reminded, names: dict[Any, str]) -> None:
    """Say what a reminder did and what it did not."""
    if done.sent:
        flash(
            gettext(
                "Reminded: %(who)s. %(people)s",
                who=gettext(", ").join(names[one] for one in done.sent),
                people=ngettext(
                    "%(num)s person got a message.", "%(num)s people got a message.", done.people
                ),
            ),
            "success",
        )
    if done.already:
        flash(
            gettext(
                "Reminded earlier today already: %(who)s.",
                who=gettext(", ").join(
                    gettext("%(what)s (%(of)s)", what=names[one], of=formats.show(at))
                    for one, at in done.already.items()
                ),
            ),
            "info",
        )
    if done.nobody:
        flash(
            gettext(
                "Nobody is in office to be reminded: %(who)s. Enter a head first.",
                who=gettext(", ").join(names[one] for one in done.nobody),
            ),
            "warning",
        )


def register(builder: Any) -> None:
    builder.add_view(
        SteeringView,
        "steering",
        label=lazy_gettext("The year's phases"),
        icon="route",
        category="planning",
        category_label=lazy_gettext("Planning"),
        category_icon="target-arrow",
    )
