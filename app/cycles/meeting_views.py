"""The screen of a meeting: its agenda with the rows it covers, and its minutes in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.core import clock, documents, policy
from app.core.actor import Actor
from app.core.errors import Refusal
from app.core.policy import visible
from app.core.unit_of_work import unit_of_work
from app.cycles import agenda
from app.cycles.agenda_paper import AGENDA, print_meeting
from app.cycles.forms import MeetingForm
from app.extensions import db
from app.models.meetings import AgendaItem, AgendaSubject, Decision, Meeting, Outcome
from app.web import formats
from app.web.downloads import attachment
from app.web.facts import facts_of
from app.web.formats import noun_of_table
from app.web.interface import key_of
from app.web.reader import the_actor
from app.web.refusals import refusal_of, written
from app.web.show_pages import add_link, may_add
from app.web.views import DomainView, interface, view_of


@dataclass(frozen=True, slots=True)
class Subject:
    """A row on the agenda as its reader sees it: None where it may not be read."""

    subject: AgendaSubject
    row: Any
    noun: str
    place: str
    decision: Decision | None

    @property
    def field(self) -> str:
        return f"{self.subject.id}"


@dataclass(frozen=True, slots=True)
class Item:
    item: AgendaItem
    subjects: Sequence[Subject]

    @property
    def open(self) -> bool:
        return any(one.decision is None for one in self.subjects)


class MeetingView(MeetingForm, DomainView):
    datamodel = interface(Meeting)
    list_columns = ["held_on", "kind", "number", "title", "minutes_number"]
    title_column = "title"
    show_columns = ["held_on", "kind", "number", "title", "minutes_number", "recorded_by"]
    form_columns = ("kind", "number", "title", "held_on", "minutes_number")
    search_columns = ["kind", "number", "title", "held_on"]
    base_order = ("held_on", "desc")
    show_template = "cycles/meeting.html"
    own_methods = {"place": "edit", "take_off": "edit", "minutes": "minutes", "paper": "read"}

    def show_page(self, row: Meeting, actor: Actor) -> Any:
        items = self._agenda(row, actor)
        keeps = policy.can(actor, "edit", row)
        return self.render_page(
            row,
            actor,
            facts=facts_of(self, row, actor, self.columns_shown(actor)),
            items=items,
            waiting=agenda.waiting_rows(db.session, actor) if keeps and items else [],
            noun=lambda one: noun_of_table(one.__tablename__),
            keeps=keeps,
            may_decide=row.held_on <= clock.today()
            and actor.may("meeting:minutes")
            and any(item.open for item in items),
            add_item=add_link(view_of(AgendaItem), "meeting", row)
            if may_add(actor, AgendaItem, "meeting", row)
            else "",
            formats=formats,
            story=self.story_of(row, actor),
        )

    def _agenda(self, meeting: Meeting, actor: Actor) -> list[Item]:
        """The items with their rows; as many statements as there are kinds of rows."""
        items = db.session.scalars(
            select(AgendaItem)
            .where(visible(actor, AgendaItem), AgendaItem.meeting_id == meeting.id)
            .order_by(AgendaItem.position, AgendaItem.id)
        ).all()
        keys = [item.id for item in items]
        subjects = db.session.scalars(
            select(AgendaSubject)
            .where(visible(actor, AgendaSubject), AgendaSubject.agenda_item_id.in_(keys))
            .order_by(AgendaSubject.position, AgendaSubject.id)
        ).all()
        decisions = {
            (one.agenda_item_id, one.subject_table, one.subject_id): one
            for one in db.session.scalars(
                select(Decision).where(visible(actor, Decision), Decision.agenda_item_id.in_(keys))
            )
        }
        rows = agenda.subjects_of(db.session, actor, subjects)
        found: dict[int, list[Subject]] = {key: [] for key in keys}
        for one in subjects:
            row = rows.get((one.subject_table, one.subject_id))
            view = view_of(type(row)) if row is not None else None
            found[one.agenda_item_id].append(
                Subject(
                    one,
                    row,
                    str(noun_of_table(one.subject_table)),
                    f"{view.route_base}/show/{one.subject_id}" if view is not None else "",
                    decisions.get((one.agenda_item_id, one.subject_table, one.subject_id)),
                )
            )
        return [Item(item, found[item.id]) for item in items]

    # The agenda ----------------------------------------------------------------------

    @expose("/place/<pk>/<item>", methods=["POST"])
    @has_access
    def place(self, pk: str, item: str) -> Any:
        """Put the ticked rows (`row=<table>-<id>`) under an item."""
        meeting, actor = self._row(pk), the_actor()
        under = self._item(meeting, actor, item)
        chosen = set(request.form.getlist("row"))
        rows = [
            one
            for one in agenda.waiting_rows(db.session, actor)
            if f"{one.__tablename__}-{one.id}" in chosen
        ]

        def write() -> None:
            agenda.place_on_agenda(db.session, actor, under, rows)

        return self._done(meeting.id, write)

    @expose("/take_off/<pk>/<subject>", methods=["POST"])
    @has_access
    def take_off(self, pk: str, subject: str) -> Any:
        """Take a row off the agenda again, before it is decided."""
        meeting, actor = self._row(pk), the_actor()
        row = next(
            (
                one
                for item in self._agenda(meeting, actor)
                for one in item.subjects
                if str(one.subject.id) == subject and one.decision is None
            ),
            None,
        )
        if row is None:
            abort(404)

        def write() -> None:
            db.session.delete(row.subject)

        return self._done(meeting.id, write)

    def _item(self, meeting: Meeting, actor: Actor, key: str) -> AgendaItem:
        found = db.session.scalar(
            select(AgendaItem).where(
                visible(actor, AgendaItem),
                AgendaItem.meeting_id == meeting.id,
                AgendaItem.id == key_of(key),
            )
        )
        if found is None:
            abort(404)
        return found

    def _done(self, key: int, write: Any) -> Any:
        written(write, the_actor())
        return redirect(url_for(f"{self.endpoint}.show", pk=key))

    # On paper ------------------------------------------------------------------------

    @expose("/paper/<pk>/<string:form>")
    @has_access
    def paper(self, pk: str, form: str) -> Any:
        """The material of the meeting, or of one item (`?item=<id>`), as a file."""
        meeting, actor = self._row(pk), the_actor()
        wanted = documents.format_of(AGENDA, form)
        item = self._item(meeting, actor, request.args["item"]) if "item" in request.args else None
        with unit_of_work(db.session, actor):
            made = print_meeting(db.session, actor, meeting, wanted, item)
        return attachment(made.content, made.file_name, made.media_type)

    # The minutes ---------------------------------------------------------------------

    @expose("/minutes/<pk>", methods=["GET", "POST"])
    @has_access
    def minutes(self, pk: str) -> Any:
        """Enter what was decided on every row of the agenda, at once."""
        meeting, actor = self._row(pk), the_actor()
        here = url_for(f"{self.endpoint}.show", pk=meeting.id)
        items = self._agenda(meeting, actor)
        open_ones = [one for item in items for one in item.subjects if one.decision is None]
        code, refusal = 200, ""
        if request.method == "POST":
            code = 422
            verdicts = []
            for one in open_ones:
                said = request.form.get(f"outcome-{one.field}") or request.form.get("rest", "")
                if said in set(Outcome):
                    words = request.form.get(f"wording-{one.field}", "")
                    verdicts.append(agenda.Verdict(one.subject, Outcome(said), words))
            if not verdicts:
                refusal = gettext("Say what was decided on one row at least.")
            else:
                try:
                    with unit_of_work(db.session, actor):
                        agenda.record_minutes(
                            db.session, actor, meeting, verdicts,
                            minutes_number=request.form.get("minutes_number", "")[:60],
                        )  # fmt: skip
                except (Refusal, IntegrityError, StaleDataError) as error:
                    refusal = str(refusal_of(error))
                    meeting = self._row(pk)
                    items = self._agenda(meeting, actor)
                else:
                    flash(gettext("%(count)s decisions recorded.", count=len(verdicts)), "success")
                    return redirect(here)
        held = meeting.held_on <= clock.today()
        page = self.render_template(
            "cycles/minutes.html",
            title=gettext("Enter the minutes"),
            meeting=meeting,
            items=[item for item in items if item.open and held],
            outcomes=list(Outcome),
            overtaken=[
                (one, request.form.get(f"wording-{one.field}", ""))
                for item in items
                for one in item.subjects
                if one.decision is not None and f"outcome-{one.field}" in request.form
            ],
            given=request.form,
            refusal=refusal,
            back=here,
            formats=formats,
        )
        return page, code
