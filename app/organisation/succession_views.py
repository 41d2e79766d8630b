"""Screens of successions: a guided page that renames, merges or splits a department, the list of
what was done and what is planned, and what the department's own page says of it."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext

from app.core import clock
from app.core.actor import Actor
from app.core.errors import Conflict, Refusal, RuleViolation
from app.core.text import message
from app.core.unit_of_work import unit_of_work
from app.extensions import db
from app.models.organisation import Department, DepartmentSuccessor, SuccessionKind
from app.organisation.foresight import foresee, to_share
from app.organisation.succession import cancel, changes_of, check, opened, succeed
from app.organisation.succession_forms import (
    Drafted,
    departments_in_force,
    drafted,
    succession_form,
)
from app.web import choices
from app.web.form_pages import REFUSALS
from app.web.reader import the_actor
from app.web.refusals import refusal_of, show_refusal
from app.web.views import DomainView, interface

_FIELDS = {"successors": ("into", "into1"), "predecessors": (), "shares": ()}
"""Where the form asks for what the rule calls so."""


class SuccessionView(DomainView):
    datamodel = interface(DepartmentSuccessor)
    exclude_route_methods = {"download", "edit"}
    list_columns = ["predecessor", "kind", "successor", "effective_on", "ground"]
    show_columns = ["predecessor", "kind", "successor", "effective_on", "ground"]
    search_columns = ["predecessor", "kind", "successor", "effective_on", "ground"]
    title_column = "predecessor"
    base_order = ("effective_on", "desc")

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        """First the form, then what would happen, then it happens."""
        actor = the_actor()
        asked = request.args.get("predecessor", "")
        if not asked:
            return self._choose(actor)
        department = choices.pick(Department, asked)
        kind = _kind_asked()
        if department is None or kind is None:
            abort(404)
        form = succession_form(kind, department, actor)
        if request.method == "GET":
            return self._asking(form, 200, department=department, kind=kind)
        if not form.validate():
            return self._asking(form, 422, department=department, kind=kind)
        if "_back" in request.form:
            return self._asking(form, 200, department=department, kind=kind)
        try:
            if form.version.data != str(department.version):
                raise Conflict(message("Somebody has changed this row meanwhile."))
            draft = drafted(form, kind, department)
            if "_confirm" in request.form:
                return self._done(draft, actor)
            check(db.session, draft.plan)
        except REFUSALS as error:
            refusal = refusal_of(error)
            return self._told_why(refusal, actor, asked, kind)
        return self._preview(form, draft, actor)

    def _choose(self, actor: Actor) -> Any:
        """Without a department: which one?"""
        return self.render_template(
            "organisation/succession_choose.html",
            title=gettext("Rename, merge or split a department"),
            departments=db.session.scalars(departments_in_force(actor)).all(),
            kinds=SuccessionKind,
        )

    def _asking(self, form: Any, code: int, **told: Any) -> Any:
        department: Department = told["department"]
        page = self.render_template(
            "organisation/succession_form.html",
            title=gettext("Rename, merge or split: %(name)s", name=department.name),
            form=form,
            sections=form.sections,
            kinds=SuccessionKind,
            submit_label=gettext("Show what will happen"),
            back=url_for("DepartmentView.show", pk=department.id),
            changes_kept=self.list_title,
            **told,
        )
        return page, code

    def _told_why(self, refusal: Refusal, actor: Actor, asked: str, kind: SuccessionKind) -> Any:
        """The form again, as it was typed, with the sentence where it belongs."""
        db.session.rollback()
        department = choices.pick(Department, asked)
        form = succession_form(kind, department, actor)
        form.validate()
        for name in _FIELDS.get(refusal.field or "", ()):
            if name in form:
                refusal = RuleViolation(refusal.message, name)
                break
        if isinstance(refusal, Conflict):
            form.version.raw_data, form.version.data = None, department.version
        show_refusal(form, refusal)
        return self._asking(form, refusal.status_code, department=department, kind=kind)

    def _preview(self, form: Any, draft: Drafted, actor: Actor) -> Any:
        plan = draft.plan
        department = plan.predecessors[0]
        split = plan.kind == SuccessionKind.SPLIT
        with db.session.no_autoflush:
            return self.render_template(
                "organisation/succession_preview.html",
                title=gettext("What will happen"),
                subtitle=department.name,
                form=form,
                plan=plan,
                department=department,
                planned=plan.effective_on > clock.today(),
                foresight=foresee(db.session, actor, plan),
                shared=to_share(db.session, actor, department) if split else [],
            )

    def _done(self, draft: Drafted, actor: Actor) -> Any:
        plan = draft.plan
        department = plan.predecessors[0]
        with unit_of_work(db.session, actor):
            db.session.add_all(draft.made)
            db.session.flush()
            plan.shares = _shares(plan.successors)
            moved = succeed(db.session, actor, plan)
            count, planned = sum(moved.values()), plan.effective_on > clock.today()
        if planned:
            flash(gettext("Planned for %(day)s.", day=plan.effective_on), "success")
        else:
            flash(gettext("Done. %(count)s rows moved.", count=count), "success")
        return redirect(url_for("DepartmentView.show", pk=department.id))

    @expose("/delete/<pk>", methods=["POST"])
    @has_access
    def delete(self, pk: str) -> Any:
        """Cancel what is planned."""
        row = self._row(pk)
        key = row.predecessor_id
        try:
            with unit_of_work(db.session, the_actor()):
                cancel(db.session, the_actor(), row)
        except REFUSALS as error:
            flash(str(refusal_of(error)), "danger")
        else:
            flash(gettext("The planned change is cancelled."), "success")
        return redirect(url_for("DepartmentView.show", pk=key))


def _kind_asked() -> SuccessionKind | None:
    text = request.values.get("kind") or SuccessionKind.RENAMED.value
    return next((kind for kind in SuccessionKind if kind.value == text), None)


def _shares(successors: Any) -> dict[str, dict[int, int]]:
    """`share-<table>-<id>` is the place of the successor that was chosen for a row."""
    found: dict[str, dict[int, int]] = {}
    for name, place in request.form.items():
        kind, _, rest = name.partition("-")
        table, _, key = rest.rpartition("-")
        if kind != "share" or not place:
            continue
        if not (key.isdigit() and place.isdigit() and int(place) < len(successors)):
            abort(400)
        found.setdefault(table, {})[int(key)] = successors[int(place)].id
    return found


def told_of(department: Department, actor: Actor) -> dict[str, Any]:
    """What a department's page says of its past and its end."""
    changes = changes_of(db.session, department)
    ended = [one for one in changes if one.predecessor_id == department.id]
    due = [one for one in ended if one.effective_on <= clock.today()]
    waits = (
        bool(due) and due[0].kind != SuccessionKind.SPLIT and bool(opened(db.session, department))
    )
    may = actor.may("department_successor:add") and actor.may("department:edit")
    return {
        "came_from": [one for one in changes if one.successor_id == department.id],
        "became": ended,
        "waits": waits,
        "today": clock.today(),
        "may_succeed": may and not ended and department.valid_to is None,
        "may_cancel": actor.may("department_successor:delete"),
        "kinds": SuccessionKind,
    }
