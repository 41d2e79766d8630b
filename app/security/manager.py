"""Flask-AppBuilder's security manager, taught the college's ways.

A request loads its rights once (`app.security.actors`); accounts lock after repeated
failures; first passwords are changed; sessions end. Menus and views are allowed by the
permission table, not by permission rows per menu.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

from flask import current_app, g, has_request_context, request, session
from flask_appbuilder.security.sqla.manager import SecurityManager as StockSecurityManager
from flask_appbuilder.security.sqla.models import PermissionView
from flask_appbuilder.security.utils import is_null_password
from flask_jwt_extended import JWTManager
from flask_jwt_extended import current_user as jwt_user
from flask_login import current_user
from sqlalchemy import Select, bindparam, func, select, true
from werkzeug.security import check_password_hash, generate_password_hash

from app.core import audit, clock
from app.core.actor import NOBODY, Actor, Door, system_actor
from app.core.errors import NotAllowed
from app.core.text import message
from app.core.unit_of_work import act_as, unit_of_work
from app.extensions import db
from app.models.organisation import AccessStamp, Person
from app.models.system import Notification
from app.security import actors, keys
from app.security.permissions import PERMISSIONS
from app.security.rules import check_password


def door_of_request() -> Door:
    """Which door this request came through, by its address."""
    if request.path.startswith("/api/"):
        return Door.API
    if request.path.startswith("/console"):
        return Door.CONSOLE
    return Door.WEB


class SecurityManager(StockSecurityManager):
    user_model = Person

    def create_db(self) -> None:
        """Roles are written by `init-db`, not at every start."""

    def register_views(self) -> None:
        """Sign-in and the person's own account; people and roles are the college's views."""
        from app.web import account

        self.appbuilder.add_api(account.SecurityApi)
        self.auth_view = account.SignInView()
        self.appbuilder.add_view_no_menu(self.auth_view)
        self.user_view = self.appbuilder.add_view_no_menu(account.AccountView())
        self.appbuilder.add_view_no_menu(account.ChangePasswordView())

    # Who is asking -----------------------------------------------------------------

    def load_user(self, pk: Any) -> Person | None:
        """The signed-in person, with the access stamp and the number of unread notifications
        in the same statement; makes the request's actor. None if the account is switched off
        or the session is too old."""
        found = db.session.execute(_who_asks(), {"person": int(pk)}).one_or_none()
        if found is None or not found[0].active:
            return None
        person, stamp, count = found
        door = door_of_request() if has_request_context() else Door.WEB
        if has_request_context():
            g.access_stamp = stamp or 0
            g.unread_notifications = count
            g.actor = actors.actor_of(db.session, person, stamp or 0, door)
            act_as(db.session, g.actor)
        return person

    def load_user_jwt(self, _jwt_header: Any, jwt_data: dict[str, Any]) -> Person | None:
        person = self.load_user(jwt_data["sub"])
        if person is None or jwt_data.get(CLAIM) != _password_mark(person):
            forget_actor()
            return None
        _require_own_password(person)
        g.user = person
        return person

    def validate_api_key(self, api_key_string: str) -> Any:
        holder = keys.holder_of(db.session, api_key_string)
        person = None if holder is None else self.load_user(holder.id)
        if person is None:
            return None
        _require_own_password(person)
        g.user = person
        g._api_key_user = True
        return person

    def create_jwt_manager(self, app: Any) -> JWTManager:
        """Tokens end with the password they were given for; refusals read like all others."""
        manager = super().create_jwt_manager(app)
        manager.additional_claims_loader(_claims)
        manager.expired_token_loader(_unauthorised)
        manager.invalid_token_loader(_unauthorised)
        manager.unauthorized_loader(_unauthorised)
        manager.user_lookup_error_loader(_unauthorised)
        manager.token_verification_failed_loader(_unauthorised)
        return manager

    def actor(self) -> Actor:
        """The actor of this request; NOBODY before sign-in."""
        if not has_request_context():
            return NOBODY
        if "actor" not in g and not current_user.is_authenticated and not jwt_user:
            return NOBODY
        actor: Actor = g.get("actor", NOBODY)
        return actor

    def has_access(self, permission_name: str, view_name: str) -> bool:
        return self.actor().may(f"{view_name}:{permission_name.removeprefix(actors.PREFIX)}")

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        return False

    def get_user_menu_access(self, menu_names: list[str] | None = None) -> set[str]:
        """Menu items are allowed by what they lead to (`app.web.menu`)."""
        return set(menu_names or ())

    def get_user_roles(self, user: Any) -> list[Any]:
        return [] if user is None or user.is_anonymous else list(user.roles)

    # Signing in --------------------------------------------------------------------

    def auth_user_db(self, username: str, password: str) -> Person | None:
        """The person of this user name and password; None takes as long, whatever is wrong.

        Unlike Flask-AppBuilder's own it knows no sign-in by e-mail address, and counts every
        failure against the account.
        """
        person = self.find_user(username=username) if username else None
        locked = person is not None and _locked(person)
        if person is None or locked or not person.active or is_null_password(password):
            check_password_hash(current_app.config["AUTH_DB_FAKE_PASSWORD_HASH_CHECK"], "password")
            self.noop_user_update(person)
            return None
        sound = check_password_hash(person.password or "", password)
        self.update_user_auth_stat(person, sound)
        return person if sound else None

    def update_user_auth_stat(self, user: Person, success: bool = True) -> None:
        if success:
            user.locked_until = None
        elif (user.fail_login_count or 0) + 1 >= current_app.config["LOGIN_MAX_FAILURES"]:
            minutes = current_app.config["LOGIN_LOCK_MINUTES"]
            user.locked_until = clock.now() + dt.timedelta(minutes=minutes)
            user.fail_login_count = -1  # the count begins anew when the lock ends
            told = {"username": user.username, "until": user.locked_until.isoformat()}
            watchman = system_actor("sign-in", door_of_request())
            audit.record_happening(db.session, watchman, "locked out", "ab_user", told)
        super().update_user_auth_stat(user, success)

    def noop_user_update(self, user: Any) -> None:
        """Take as long as a failed sign-in of a known person does."""
        db.session.commit()

    def on_user_login(self, user: Person) -> None:
        if has_request_context() and door_of_request() == Door.WEB:
            session.permanent = True
            session["signed_in_at"] = clock.now().timestamp()

    def update_user(self, user: Any) -> bool:
        db.session.add(user)
        db.session.commit()
        return True

    # Permissions -------------------------------------------------------------------

    def security_cleanup(self, baseviews: Any, menus: Any) -> None:
        """Drop what the permission table does not know. (Flask-AppBuilder's own drops every
        permission that no view of its names: steps, commands, the console.)"""
        with unit_of_work(db.session, system_actor("operator", Door.CLI)):
            for row in db.session.scalars(select(PermissionView)).unique():
                verb = row.permission.name.removeprefix(actors.PREFIX)
                if f"{row.view_menu.name}:{verb}" not in PERMISSIONS:
                    row.role = []
                    db.session.delete(row)

    # Passwords ---------------------------------------------------------------------

    def set_password(self, person: Person, password: str, *, first: bool = False) -> None:
        """Give `person` a new password after checking it. `first`: chosen by somebody else,
        so the person changes it at the next sign-in. The caller commits."""
        check_password(
            password,
            username=person.username,
            minimum=current_app.config["PASSWORD_MIN_LENGTH"],
        )
        person.password = hash_password(password)
        person.password_changed_at = clock.now()
        person.must_change_password = first
        person.fail_login_count = 0
        person.locked_until = None

    def reset_password(self, userid: Any, password: str) -> None:
        person = db.session.get(Person, int(userid))
        if person is None:
            raise LookupError(userid)
        self.set_password(person, password)
        db.session.commit()


@cache
def _who_asks() -> Select[Any]:
    """A person with the access stamp and the number of unread notifications; put together
    once, for every request asks it."""
    unread = (
        select(func.count(Notification.id))
        .where(Notification.person_id == Person.id, Notification.read_at.is_(None))
        .scalar_subquery()
    )
    return (
        select(Person, AccessStamp.value, unread)
        .outerjoin(AccessStamp, true())
        .where(Person.id == bindparam("person"))
    )


def hash_password(password: str) -> str:
    """A salted scrypt hash."""
    return generate_password_hash(
        password,
        method=current_app.config.get("FAB_PASSWORD_HASH_METHOD", "scrypt"),
        salt_length=16,
    )


def _require_own_password(person: Person | None) -> None:
    """A first password opens nothing but the page that changes it."""
    if person is not None and person.must_change_password:
        raise NotAllowed(message("Change your first password in the browser before using the API."))


CLAIM = "password_since"
"""In a token: since when its person has had the password it was given for."""


def _password_mark(person: Person) -> str:
    """Which of the person's passwords this is; another one ends the tokens of the last."""
    changed = person.password_changed_at
    return changed.isoformat() if changed is not None else ""


def _claims(identity: str) -> dict[str, str]:
    person = db.session.get(Person, int(identity))
    return {} if person is None else {CLAIM: _password_mark(person)}


def _unauthorised(*_: Any) -> Any:
    from app.web.errors import answer

    return answer(401, str(message("Please sign in first.")))


def _locked(person: Person) -> bool:
    return person.locked_until is not None and person.locked_until > clock.now()


def forget_actor() -> None:
    """Whoever this request seemed to come from: it is nobody's now."""
    g.pop("actor", None)
    act_as(db.session, None)


def session_is_over(person: Person) -> bool:
    """Is this browser session older than a day's work, or than the password?"""
    started = session.get("signed_in_at")
    if started is None:
        return True
    age = clock.now().timestamp() - started
    if age > current_app.config["SESSION_MAX_HOURS"] * 3600:
        return True
    changed = person.password_changed_at
    return changed is not None and started < changed.timestamp()
