"""What a screen answers when a row that is in use is to be deleted: where it is used, with links
to the rows, and the ways out: merge it into another, close it, or leave it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext
from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError

from app.core import clock, policy
from app.core.actor import Actor
from app.core.errors import Refusal
from app.core.unit_of_work import unit_of_work
from app.core.uses import InUse, Use, merge_into
from app.extensions import db
from app.models.cycles import IndicatorTemplate, StrategicGoal, TaskCategory
from app.models.organisation import Department, SuccessionKind
from app.web import choices
from app.web.labels import lazy_noun
from app.web.links import list_link
from app.web.reader import the_actor
from app.web.refusals import refusal_of

MERGEABLE: tuple[type[Any], ...] = (TaskCategory, StrategicGoal, IndicatorTemplate)
"""Master data of which one row can stand for another. (Departments have a page of their own;
two accounts of one person are two people to the audit trail.)"""


@dataclass(frozen=True, slots=True)
class Place:
    """A use as the page tells it: `link` leads to the list of the rows, where there is one."""

    noun: str
    field: str
    count: int
    link: str | None


def in_use_page(refusal: InUse, back: str, actor: Actor) -> Any:
    """The page of a row that was not deleted because it is in use."""
    row = refusal.row
    page = render_template(
        "web/uses.html",
        title=gettext("%(row)s is in use", row=str(row)),
        subtitle=str(lazy_noun(type(row))),
        row=row,
        places=[_place_of(use, row, actor) for use in refusal.uses if use.seen],
        hidden=refusal.hidden,
        table=type(row).__tablename__,
        back=back,
        succession=_succession(row, actor),
        others=_others(row, actor),
        close=_closing(row, actor),
    )
    return page, refusal.status_code


def _place_of(use: Use, row: Any, actor: Actor) -> Place:
    one = use.reference
    link = None
    if actor.may(f"{policy.policy_of(one.model).resource}:read"):
        try:
            link = list_link(one.model, **{one.column.removesuffix("_id"): row.id})
        except (LookupError, AttributeError):
            link = None  # no list of these rows, or none that asks for this column
    return Place(one.noun, one.field, use.seen, link)


def _succession(row: Any, actor: Actor) -> str:
    """The address where a department is merged, if it may be."""
    if not isinstance(row, Department) or row.valid_to is not None:
        return ""
    if not actor.may("department_successor:add"):
        return ""
    merged = SuccessionKind.MERGED.value
    return url_for("SuccessionView.add", predecessor=row.id, kind=merged)


def _others(row: Any, actor: Actor) -> list[Any]:
    """The rows that may stand for this one."""
    model = type(row)
    if model not in MERGEABLE or not actor.may("console:read"):
        return []
    wanted = select(model).where(policy.visible(actor, model), model.id != row.id)
    if "active" in inspect(model).columns:
        wanted = wanted.where(model.active)
    return list(db.session.scalars(wanted.order_by(model.name)))


def _closing(row: Any, actor: Actor) -> str:
    """How the row is closed: by its end (`valid_to`) or its switch (`active`), if it may be."""
    if not actor.may("console:read") or not policy.can(actor, "edit", row):
        return ""
    open_by: dict[str, Callable[[], bool]] = {
        "valid_to": lambda: row.valid_to is None or row.valid_to > clock.today(),
        "active": lambda: bool(row.active),
    }
    columns = inspect(type(row)).columns
    return next((name for name, is_open in open_by.items() if name in columns and is_open()), "")


class InsteadView(BaseView):
    """What is done instead of deleting."""

    route_base = "/instead"
    default_view = "merge"
    class_permission_name = "console"
    method_permission_name = {"merge": "read", "close": "read"}

    @expose("/merge/<string:table>/<pk>", methods=["POST"])
    @has_access
    def merge(self, table: str, pk: str) -> Any:
        """Merge the row into another of its table; whoever may delete it."""
        model, row = _row(table, pk)
        if model not in MERGEABLE:
            abort(404)
        into = choices.pick(model, request.form.get("into", ""))
        back = _page_of(table, row)
        if into is None:
            flash(gettext("Choose another row to merge this one into."), "danger")
            return redirect(back)
        try:
            with unit_of_work(db.session, the_actor()):
                name = str(row)
                done = merge_into(db.session, the_actor(), row, into)
        except (Refusal, IntegrityError) as error:
            flash(str(refusal_of(error)), "danger")
            return redirect(back)
        told = gettext(
            "%(row)s is merged into %(into)s: %(count)s references moved.",
            row=name, into=str(into), count=done.moved,
        )  # fmt: skip
        if not done.gone:
            told += gettext("%(count)s of closed years keep it.", count=done.kept)
        flash(told, "success")
        return redirect(_page_of(table, into))

    @expose("/close/<string:table>/<pk>", methods=["POST"])
    @has_access
    def close(self, table: str, pk: str) -> Any:
        """Let the row end today, or switch it off; whoever may edit it."""
        _, row = _row(table, pk)
        how = _closing(row, the_actor())
        if not how:
            abort(404)
        try:
            with unit_of_work(db.session, the_actor()):
                setattr(row, how, clock.today() if how == "valid_to" else False)
        except (Refusal, IntegrityError) as error:
            flash(str(refusal_of(error)), "danger")
        else:
            flash(gettext("%(row)s is closed; what names it keeps it.", row=str(row)), "success")
        return redirect(_page_of(table, row))


def _row(table: str, pk: str) -> tuple[type[Any], Any]:
    """The row of this table, if the reader sees it; 404 otherwise."""
    model = next((one for one in policy.policies() if one.__tablename__ == table), None)
    row = choices.pick(model, pk) if model is not None else None
    if model is None or row is None:
        abort(404)
    return model, row


def _page_of(table: str, row: Any) -> str:
    """The page of a row: its own, or the console's."""
    from app.web.views import view_of

    view = view_of(type(row))
    return f"{view.route_base}/show/{row.id}" if view else f"/console/{table}/show/{row.id}"


def register(builder: Any) -> None:
    builder.add_view_no_menu(InsteadView)
