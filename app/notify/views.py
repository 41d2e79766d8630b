"""The inbox: one's own messages, the unread first."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, ngettext
from sqlalchemy import func, select

from app.core.policy import visible
from app.extensions import db
from app.models.system import Notification
from app.notify.rules import is_local_path
from app.notify.service import mark_all_read, mark_read
from app.web import formats
from app.web.reader import the_actor

PAGE = 50


class NotificationView(BaseView):
    route_base = "/notification"
    default_view = "list"
    class_permission_name = "notification"
    method_permission_name = {"list": "read", "open": "edit", "read": "edit", "read_all": "edit"}

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        mine = (visible(the_actor(), Notification),)
        page = max(0, request.args.get("page", 0, type=int))
        total, unread = db.session.execute(
            select(func.count(Notification.id), func.count(Notification.id).filter(Notification.read_at.is_(None)))
            .where(*mine)
        ).one()  # fmt: skip
        rows = db.session.scalars(
            select(Notification)
            .where(*mine)
            .order_by(Notification.read_at.is_not(None), Notification.created_at.desc(), Notification.id.desc())
            .limit(PAGE)
            .offset(min(page, 10_000) * PAGE)
        ).all()  # fmt: skip
        return self.render_template(
            "web/notifications.html",
            title=gettext("Notifications"),
            subtitle=ngettext("%(num)s unread", "%(num)s unread", unread) if unread else "",
            rows=rows,
            unread=unread,
            page=page,
            pages=max(1, -(-total // PAGE)),
            show=formats.show,
        )

    @expose("/open/<int:pk>", methods=["POST"])
    @has_access
    def open(self, pk: int) -> Any:
        """Read it and go where it points, if that is a page of ours."""
        row = self._own(pk)
        mark_read(db.session, the_actor(), row)
        if row.link and is_local_path(row.link):
            return redirect(row.link)
        return redirect(url_for("NotificationView.list"))

    @expose("/read/<int:pk>", methods=["POST"])
    @has_access
    def read(self, pk: int) -> Any:
        mark_read(db.session, the_actor(), self._own(pk))
        return redirect(url_for("NotificationView.list"))

    @expose("/read_all", methods=["POST"])
    @has_access
    def read_all(self) -> Any:
        count = mark_all_read(db.session, the_actor())
        flash(ngettext("%(num)s message read.", "%(num)s messages read.", count), "success")
        return redirect(url_for("NotificationView.list"))

    def _own(self, pk: int) -> Notification:
        """One's own message; 404 for anybody else's."""
        row = db.session.scalar(
            select(Notification).where(visible(the_actor(), Notification), Notification.id == pk)
        )
        if row is None:
            abort(404)
        return row


def register(builder: Any) -> None:
    builder.add_view_no_menu(NotificationView)
