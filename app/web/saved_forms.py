"""What the forms of a list's menu of saved views do: keep, change, forget."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from flask import abort, current_app, flash, redirect, request
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from app.core.errors import Refusal
from app.core.policy import visible
from app.core.unit_of_work import unit_of_work
from app.extensions import db
from app.models.system import SavedView
from app.notify.saved_views import change_view, delete_view, require_own, save_view
from app.web.lists.state import ListState
from app.web.reader import the_actor


class SavedViews(BaseView):
    """Each form is answered with the list, and with what was done or why not."""

    route_base = "/saved_view"
    default_view = "add"
    class_permission_name = "saved_view"
    method_permission_name = {"add": "add", "edit": "edit", "delete": "delete"}

    @expose("/add", methods=["POST"])
    @has_access
    def add(self) -> Any:
        view, actor = _list_named(request.form.get("resource", "")), the_actor()

        def save() -> SavedView:
            return save_view(
                db.session,
                actor,
                resource=view.saved_as,
                name=request.form.get("name", ""),
                query=_query_sent(view),
                is_default=bool(request.form.get("is_default")),
                shared=bool(request.form.get("shared")),
            )

        return _answer(view, save, gettext("The view is saved."))

    @expose("/edit/<int:pk>", methods=["POST"])
    @has_access
    def edit(self, pk: int) -> Any:
        row, actor = _row(pk), the_actor()
        view = _list_named(row.resource)

        def change() -> SavedView:
            return change_view(
                db.session,
                actor,
                row,
                name=request.form.get("name", ""),
                is_default=bool(request.form.get("is_default")),
                shared=bool(request.form.get("shared")),
                query=_query_sent(view) if request.form.get("take") else None,
            )

        return _answer(view, change, gettext("The view is changed."))

    @expose("/delete/<int:pk>", methods=["POST"])
    @has_access
    def delete(self, pk: int) -> Any:
        row, actor = _row(pk), the_actor()
        view = _list_named(row.resource)

        def forget() -> None:
            delete_view(db.session, actor, row)

        return _answer(view, forget, gettext("The view is deleted."))


def _answer(view: Any, command: Callable[[], SavedView | None], done: str) -> Any:
    """Run `command`, then back to the list: to the view it made, else as the list was."""
    place = f"{view.route_base}/list/"
    here = f"{place}?{_query_sent(view)}"
    try:
        with unit_of_work(db.session, the_actor()):
            row = command()
            db.session.flush()
            link = here if row is None else f"{place}?view={row.id}"
    except Refusal as error:
        flash(str(error), "danger")
        return redirect(here)
    flash(done, "success")
    return redirect(link)


def _row(key: int) -> SavedView:
    """The saved view, if the reader sees it (404) and it is theirs (403)."""
    actor = the_actor()
    seen = visible(actor, SavedView)
    row = (
        db.session.scalar(select(SavedView).where(SavedView.id == key, seen))
        if key < 2**31
        else None
    )
    if row is None:
        abort(404)
    require_own(actor, row)
    return row


def _list_named(resource: str) -> Any:
    """The list of this name, if there is one and the reader may open it; 404 otherwise."""
    builder = current_app.appbuilder  # type: ignore[attr-defined]
    consoles = current_app.extensions.get("admin", ())
    views = [*builder.baseviews, *(view for one in consoles for view in one._views)]
    lists = {view.saved_as: view for view in views if hasattr(view, "list_columns_all")}
    view = lists.get(resource)
    if view is None or not the_actor().may(f"{view.class_permission_name}:read"):
        abort(404)
    return view


def _query_sent(view: Any) -> str:
    """The address part that the form carries, as the list itself would write it."""
    return ListState.read(view, MultiDict(parse_qsl(request.form.get("query", "")))).query_string()


def register(builder: Any) -> None:
    builder.add_view_no_menu(SavedViews)
