"""The forms of a person and of a delegation: sections, words under the fields, what is offered."""

from __future__ import annotations

from flask_babel import lazy_gettext
from sqlalchemy import and_, true

from app.core import clock
from app.extensions import db
from app.models.organisation import Department, DepartmentKind, Person
from app.security.roles import ADMIN, OFFICE
from app.web.form_pages import FormPages
from app.web.reader import the_actor


class PersonForm(FormPages):
    form_sections = (
        (lazy_gettext("Who"), ("last_name", "first_name", "staff_number", "department", "position")),
        (lazy_gettext("How to reach"), ("phone", "email")),
        (lazy_gettext("Account"), ("username", "password", "active", "roles")),
    )  # fmt: skip
    form_help = {
        "staff_number": lazy_gettext("Unique in the college; imports find people by it."),
        "username": lazy_gettext("Letters, digits, dots. It is what the person signs in with."),
        "active": lazy_gettext("Who leaves is not deleted: untick, and the account is closed."),
        "roles": lazy_gettext(
            "What the person may do. Posts and charges say for which departments."
        ),
    }


class DelegationForm(FormPages):
    """Who holds posts for others (the Office, the administrator) chooses the giver; everybody
    else gives what is their own."""

    form_sections = (
        (lazy_gettext("From whom to whom"), ("giver", "receiver", "department")),
        (lazy_gettext("How long and why"), ("valid_from", "valid_to", "ground")),
    )
    form_help = {
        "receiver": lazy_gettext("Takes the steps of the giver's post; the record names both."),
        "department": lazy_gettext(
            "Left empty: every department the giver heads or has in charge."
        ),
        "valid_to": lazy_gettext("Both days count. It can be ended earlier at any time."),
    }
    form_note = lazy_gettext(
        "Roles, the console, scores and the giver's own words (批示) are not passed on, and nothing"
        " that was delegated to the giver."
    )
    form_choices = {
        "giver": lambda: Person.active.is_(True) if _keeps() else Person.id == the_actor().user_id,
        "receiver": lambda: and_(Person.active.is_(True), Person.id != _himself()),
        "department": lambda: and_(
            Department.kind != DepartmentKind.SECTION,
            true() if _keeps() else Department.id.in_(the_actor().headed | the_actor().charged),
        ),
    }
    form_defaults = {
        "giver": lambda: None if _keeps() else db.session.get(Person, the_actor().user_id),
        "valid_from": clock.today,
    }


def _keeps() -> bool:
    return the_actor().has_role(ADMIN, OFFICE)


def _himself() -> int:
    """The giver, where the form offers nobody else."""
    return 0 if _keeps() else the_actor().user_id or 0
