"""The form of a person: sections and words under the fields."""

from __future__ import annotations

from flask_babel import lazy_gettext

from app.web.form_pages import FormPages


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
