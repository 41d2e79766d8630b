"""Who may come in: the permission of every address of the console."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, request, url_for

from app.web.views import the_actor

METHODS = {
    "index_view": "read",
    "details_view": "read",
    "create_view": "add",
    "edit_view": "edit",
    "delete_view": "delete",
    "action_view": "read",  # each action has its own verb (`is_action_allowed`)
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

    def language_link(self, code: str) -> str:
        """This page in another language."""
        given: dict[str, Any] = {**request.args, "lang": code}
        return url_for(str(request.endpoint), **given)
