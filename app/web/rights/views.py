"""`/role/`: the matrix of roles and permissions, read by Admin and Auditor, changed by Admin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, current_app, flash, redirect, request, url_for
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select

from app.core import clock
from app.core.actor import Actor, Door
from app.core.errors import Conflict, Refusal
from app.core.policy import visible
from app.core.unit_of_work import unit_of_work
from app.extensions import db
from app.models.organisation import Person
from app.security.actors import load_actor
from app.security.changes import (
    Change,
    Held,
    change_roles,
    check_changes,
    effects_of,
    fingerprint_of,
    read_roles,
    roles_of_people,
)
from app.security.permissions import PERMISSIONS
from app.security.wording import wording_of
from app.web.directory import directory
from app.web.downloads import attachment
from app.web.reader import the_actor
from app.web.rights.matrix import (
    Asked,
    asked_of,
    columns_of,
    matrix_of,
    role_name,
    workbook_of,
)
from app.web.rights.people import hats_of, holders_of, rights_of, scopes_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_NAMES = 8
"""People named in the preview of a change; the others are counted."""


class RoleView(BaseView):
    """Reading needs `role:read`, changing `role:edit`."""

    route_base = "/role"
    default_view = "index"
    class_permission_name = "role"
    method_permission_name = {
        "index": "read",
        "who": "read",
        "person": "read",
        "download": "read",
        "preview": "edit",
        "change": "edit",
    }

    @expose("/")
    @has_access
    def index(self) -> Any:
        held = read_roles(db.session)
        people = roles_of_people(db.session)
        asked = _asked(held, the_actor())
        return self.render_template(
            "rights/matrix.html",
            title=gettext("Roles and permissions"),
            asked=asked,
            matrix=matrix_of(held, people, asked),
            roles=columns_of(held, people),
            may_edit=the_actor().may("role:edit"),
            fingerprint=fingerprint_of(held),
            role_name=role_name,
        )

    @expose("/download")
    @has_access
    def download(self) -> Any:
        """The matrix as it stands on the page, as a workbook."""
        held = read_roles(db.session)
        matrix = matrix_of(held, roles_of_people(db.session), _asked(held, the_actor()))
        signature = f"{the_actor().name} {clock.today().isoformat()}"
        content = workbook_of(matrix, current_app.config["COLLEGE_NAME"], signature)
        name = gettext("Roles and permissions")
        return attachment(content, f"{name}.xlsx", XLSX)

    @expose("/who/<string:resource>/<string:verb>")
    @has_access
    def who(self, resource: str, verb: str) -> Any:
        """Who can do this."""
        permission = f"{resource}:{verb}"
        if permission not in PERMISSIONS:
            abort(404)
        held = read_roles(db.session)
        people = roles_of_people(db.session)
        granting = [
            column for column in columns_of(held, people) if permission in held[column.code]
        ]
        return self.render_template(
            "rights/who.html",
            title=gettext("Who can do this"),
            wording=wording_of(permission),
            roles=granting,
            holders=holders_of(db.session, the_actor(), held, people, permission),
        )  # fmt: skip

    @expose("/person/<int:pk>")
    @has_access
    def person(self, pk: int) -> Any:
        """What can this person do."""
        actor = the_actor()
        wanted = select(Person).where(visible(actor, Person), Person.id == pk)
        person = db.session.scalar(wanted) if 0 < pk < 2**31 else None
        if person is None:
            abort(404)
        held = read_roles(db.session)
        acting = load_actor(db.session, person.username, Door.WEB) if person.active else None
        return self.render_template(
            "rights/person.html",
            title=gettext("What %(name)s may do", name=person.name),
            person=person,
            roles=[(code, role_name(code)) for code in held if acting and code in acting.roles],
            hats=hats_of(db.session, actor, pk) if acting else [],
            scopes=scopes_of(acting) if acting else [],
            chapters=rights_of(held, acting) if acting else [],
            place=url_for("PersonView.show", pk=pk),
        )

    @expose("/preview", methods=["POST"])
    @has_access
    def preview(self) -> Any:
        """What the ticked boxes would change, for whom. Nothing is written."""
        held = read_roles(db.session)
        if request.form.get("fingerprint") != fingerprint_of(held):
            return self._stale()
        people = roles_of_people(db.session)
        asked = _asked(held, the_actor())
        changes = _ticked(held, asked, request.form.getlist("cell"))
        if not changes:
            flash(gettext("Nothing was changed."), "info")
            return redirect(_back(asked))
        return self._preview(held, people, changes, asked)

    @expose("/change", methods=["POST"])
    @has_access
    def change(self) -> Any:
        """Carry out what the preview showed: all of it or nothing."""
        actor = the_actor()
        held = read_roles(db.session)
        asked = _asked(held, actor)
        changes = _confirmed(request.form.getlist("change"))
        try:
            with unit_of_work(db.session, actor):
                count = change_roles(
                    db.session, actor, changes, request.form.get("fingerprint", "")
                )
        except Conflict:
            return self._stale()
        except Refusal as refusal:
            flash(str(refusal), "danger")
            return redirect(_back(asked))
        flash(gettext("%(count)s rights were changed.", count=count), "success")
        return redirect(url_for("RoleView.index"))

    # ---------------------------------------------------------------------------------

    def _preview(self, held: Held, people: Any, changes: Sequence[Change], asked: Asked) -> Any:
        refusal = ""
        try:
            check_changes(held, people, changes)
        except Refusal as error:
            refusal = str(error)
        effects = effects_of(held, people, changes)
        known = directory().people
        page = self.render_template(
            "rights/preview.html",
            title=gettext("What would change"),
            effects=[
                (effect, wording_of(effect.change.permission), role_name(effect.change.role),
                 [known[one].name for one in effect.people[:MOST_NAMES] if one in known])
                for effect in effects
            ],
            concerned=len({one for effect in effects for one in effect.people}),
            refusal=refusal,
            fingerprint=fingerprint_of(held),
            asked=asked,
        )  # fmt: skip
        return page, 422 if refusal else 200

    def _stale(self) -> Any:
        flash(
            gettext("Somebody has changed the roles meanwhile; look at the matrix again."), "danger"
        )
        return redirect(url_for("RoleView.index", edit="1"))


def _asked(held: Held, actor: Actor) -> Asked:
    asked = asked_of(request.values, held)
    if asked.editing and not actor.may("role:edit"):
        return asked_of({**request.values, "edit": ""}, held)
    return asked


def _back(asked: Asked) -> str:
    """The matrix as it was asked for."""
    arguments: dict[str, Any] = asked.arguments
    return url_for("RoleView.index", **arguments)


def _ticked(held: Held, asked: Asked, cells: Sequence[str]) -> list[Change]:
    """How the boxes differ from what the roles hold; only boxes that the page showed count."""
    ticked = set(cells)
    editing = asked_of({**asked.arguments, "edit": "1"}, held)
    found = []
    for chapter in matrix_of(held, {}, editing).chapters:
        for line in chapter.lines:
            for cell in line.cells:
                permission = line.wording.permission
                wanted = f"{cell.role} {permission}" in ticked
                if wanted != cell.held:
                    found.append(Change(cell.role, permission, wanted))
    return found


def _confirmed(lines: Sequence[str]) -> list[Change]:
    """The changes of the preview, as its form carries them: “+ Office task:read”."""
    parts = (line.split(" ") for line in lines)
    return [Change(one[1], one[2], one[0] == "+") for one in parts if len(one) == 3]


def register(builder: Any) -> None:
    builder.add_view(
        RoleView,
        "role",
        label=lazy_gettext("Roles and permissions"),
        icon="shield-lock",
        category="system",
        category_label=lazy_gettext("System"),
        category_icon="settings",
    )
