"""Who may come in: the permission of every address of the console; what a refusal is called."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, render_template, request, url_for
from sqlalchemy.exc import IntegrityError

from app.core.constraints import violation_of
from app.core.errors import Refusal, RuleViolation
from app.core.text import message
from app.web.reader import the_actor

METHODS = {
    "index_view": "read",
    "details_view": "read",
    "create_view": "add",
    "edit_view": "edit",
    "delete_view": "delete",
    "action_view": "read",  # each act has its own verb (`app.console.acts`)
    "order_view": "edit",
    "ajax_update": "edit",
    "ajax_lookup": "read",
    "export": "read",
}
"""The permission verb of every address of a console view."""


class Gated:
    """What the console's first page and its tables share: who may come in."""

    def needed(self, method: str) -> tuple[str, ...]:
        """The permissions that the address behind `method` asks for."""
        return ("console:read",)

    def is_accessible(self) -> bool:
        return all(the_actor().may(one) for one in self.needed("index_view"))

    def _handle_view(self, name: str, **options: Any) -> Any:
        actor = the_actor()
        if actor.user_id is None:
            return redirect(url_for("SignInView.login", next=request.full_path.rstrip("?")))
        if not all(actor.may(one) for one in self.needed(name)):
            abort(403)
        return None

    def _run_view(self, method: Any, *args: Any, **options: Any) -> Any:
        # Stock Flask-Admin runs a view a second time after a TypeError, hiding the first.
        return method(self, *args, **options)

    def render(self, template: str, **told: Any) -> str:
        # Flask-Admin's own puts its names (`theme`, `config`) before those of the shell.
        return render_template(template, admin_view=self, **told)

    def tables(self) -> list[tuple[Any, str, bool]]:
        """(name, address, is it this one) of every table this person may open: the tabs."""
        return [
            (view.name, f"{view.route_base}/list/", view is self)
            for view in self.admin._views  # type: ignore[attr-defined]
            if view is not self.admin.index_view and view.is_accessible()  # type: ignore[attr-defined]
        ]


def refusal_of(error: Exception) -> Refusal:
    """What a failed write means in the person's words."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, IntegrityError):
        return violation_of(error)
    return RuleViolation(message("A value is outside what is allowed here."))
