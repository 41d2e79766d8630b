"""Screens of the organisation: departments, people, posts and charges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app, redirect, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select
from wtforms import PasswordField, SelectMultipleField, validators
from wtforms.fields.choices import Choice

from app.core import clock, policy
from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.text import message, words
from app.extensions import db
from app.models.organisation import Appointment, Charge, Delegation, Department, Person
from app.organisation.delegations import announce, end_delegation
from app.organisation.department_ways import ways_of
from app.organisation.forms import DelegationForm, PersonForm
from app.organisation.succession_views import SuccessionView, told_of
from app.security.roles import ROLE_LABELS
from app.web import formats
from app.web.lists import of_my_departments
from app.web.reader import the_actor
from app.web.refusals import written
from app.web.timeline import History
from app.web.views import DomainView, interface


class DepartmentView(DomainView):
    datamodel = interface(Department)
    list_columns = ["code", "name", "short_name", "kind", "parent", "valid_from", "valid_to"]
    title_column = "name"
    show_columns = [
        "code", "name", "short_name", "kind", "parent", "sort_order", "valid_from", "valid_to",
    ]  # fmt: skip
    form_columns = (
        "code", "name", "short_name", "kind", "parent", "sort_order", "valid_from", "valid_to",
    )  # fmt: skip
    search_columns = ["code", "name", "short_name", "kind", "parent"]
    base_order = ("sort_order", "asc")
    show_template = "organisation/department.html"
    show_kind = staticmethod(formats.show)

    def render_page(self, row: Any, actor: Actor, **told: Any) -> Any:
        told |= told_of(row, actor)
        return super().render_page(row, actor, ways=ways_of(row, actor), **told)


class RolesField(SelectMultipleField):
    """The college's roles by their names; several hats are normal."""

    def iter_choices(self) -> Any:
        chosen = set(self.data or ())
        for code, label in ROLE_LABELS.items():
            yield Choice(code, words(label), code in chosen, {})

    def pre_validate(self, form: Any) -> None:
        unknown = set(self.data or ()) - set(ROLE_LABELS)
        if unknown:
            raise validators.ValidationError(self.gettext("Not a valid choice."))

    def process_data(self, value: Any) -> None:
        self.data = [getattr(role, "name", role) for role in value or ()]


ACCOUNT_COLUMNS = frozenset({"last_login", "must_change_password", "locked_until"})


class PersonView(PersonForm, DomainView):
    datamodel = interface(Person)
    show_template = "organisation/person.html"
    list_columns = ["name", "username", "staff_number", "department", "position", "phone", "active"]
    more_columns = ("email",)
    title_column = "name"
    quick_search = ("last_name", "first_name", "username", "staff_number", "position")
    quick_filters = (of_my_departments(),)
    show_columns = [
        "name", "username", "staff_number", "department", "position", "phone", "email", "active",
        "roles", "last_login", "must_change_password", "locked_until",
    ]  # fmt: skip
    form_columns = (
        "last_name", "first_name", "username", "staff_number", "department", "position", "phone",
        "email", "active", "roles",
    )  # fmt: skip
    search_columns = [
        "username",
        "last_name",
        "first_name",
        "staff_number",
        "department",
        "position",
        "active",
    ]
    base_order = ("staff_number", "asc")
    label_columns = {
        "name": lazy_gettext("Name"),
        "username": lazy_gettext("User name"),
        "last_name": lazy_gettext("Family name"),
        "first_name": lazy_gettext("Given name"),
        "email": lazy_gettext("Email"),
        "active": lazy_gettext("Active"),
        "roles": lazy_gettext("Roles"),
        "last_login": lazy_gettext("Last sign-in"),
        "password": lazy_gettext("First password"),
    }
    plain_columns = {
        "roles": lambda roles: "、".join(
            words(ROLE_LABELS.get(role.name, (role.name, role.name))) for role in roles
        )
    }
    _password = PasswordField(
        lazy_gettext("First password"),
        description=lazy_gettext(
            "The person changes it at the first sign-in. Left empty, the password stays."
        ),
    )
    add_form_extra_fields = {"roles": RolesField(lazy_gettext("Roles")), "password": _password}
    edit_form_extra_fields = add_form_extra_fields

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)

    def _init_forms(self) -> None:
        self.add_columns = [*self.form_columns, "password"]
        self.edit_columns = [*self.form_columns, "password"]
        super()._init_forms()

    def columns_shown(self, actor: Actor) -> Sequence[str]:
        """How an account stands (last sign-in, lock) is for those who keep accounts."""
        keeps = actor.may("person:edit")
        return [name for name in self.show_columns if keeps or name not in ACCOUNT_COLUMNS]

    def history_of(self, actor: Actor, row: Any) -> History:
        """What was changed on an account is for those who read the whole trail."""
        return History.ALL if actor.may("audit_event:read") else History.NOTHING

    def new_row(self, form: Any, actor: Actor) -> Any:
        if not form.password.data:
            raise RuleViolation(message("A new person needs a first password."), "password")
        person = Person()
        with db.session.no_autoflush:
            self._fill(person, form)
            db.session.add(person)
        return person

    def change_row(self, row: Any, form: Any, actor: Actor) -> None:
        with db.session.no_autoflush:
            self._fill(row, form)

    def _fill(self, person: Person, form: Any) -> None:
        security = current_app.appbuilder.sm  # type: ignore[attr-defined]
        for name in self.form_columns:
            if name != "roles":
                setattr(person, name, form[name].data)
        wanted = set(form.roles.data or ())
        known = {role.name: role for role in db.session.scalars(select(security.role_model))}
        if {role.name for role in person.roles} != wanted:
            person.roles = [known[name] for name in sorted(wanted) if name in known]
        if form.password.data:
            security.set_password(person, form.password.data, first=True)


class AppointmentView(DomainView):
    datamodel = interface(Appointment)
    list_columns = ["person", "department", "post", "valid_from", "valid_to"]
    show_columns = ["person", "department", "post", "valid_from", "valid_to", "ground"]
    form_columns = ("person", "department", "post", "valid_from", "valid_to", "ground")
    search_columns = ["department", "post", "valid_from", "valid_to"]


class DelegationView(DelegationForm, DomainView):
    datamodel = interface(Delegation)
    show_template = "organisation/delegation.html"
    list_columns = [
        "giver", "receiver", "department", "valid_from", "valid_to", "ended_at", "ground",
    ]  # fmt: skip
    show_columns = [
        "giver", "receiver", "department", "valid_from", "valid_to", "ground", "ended_at",
        "ended_by",
    ]  # fmt: skip
    form_columns = ("giver", "receiver", "department", "valid_from", "valid_to", "ground")
    search_columns = ["department", "valid_from", "valid_to"]
    base_order = ("valid_to", "desc")
    own_methods = {"end": "end"}

    def new_row(self, form: Any, actor: Actor) -> Any:
        row = super().new_row(form, actor)
        db.session.flush()
        announce(db.session, actor, row, url_for(f"{self.endpoint}.show", pk=row.id))
        return row

    def render_page(self, row: Any, actor: Actor, **told: Any) -> Any:
        over = row.ended_at is not None or row.valid_to < clock.today()
        state = (
            gettext("Ended early") if row.ended_at is not None
            else gettext("Over") if over
            else gettext("Not begun") if row.valid_from > clock.today()
            else gettext("In force")
        )  # fmt: skip
        may_end = not over and policy.can(actor, "end", row)
        return super().render_page(row, actor, state=state, may_end=may_end, **told)

    @expose("/end/<pk>", methods=["POST"])
    @has_access
    def end(self, pk: str) -> Any:
        """End a delegation now."""
        row, actor = self._row(pk), the_actor()

        def write() -> None:
            end_delegation(db.session, actor, row)

        written(write, actor, gettext("The delegation has ended."))
        return redirect(url_for(f"{self.endpoint}.show", pk=pk))


class ChargeView(DomainView):
    datamodel = interface(Charge)
    list_columns = ["leader", "department", "kind", "valid_from", "valid_to"]
    show_columns = ["leader", "department", "kind", "valid_from", "valid_to", "remark"]
    form_columns = ("leader", "department", "kind", "valid_from", "valid_to", "remark")
    search_columns = ["department", "kind", "valid_from", "valid_to"]


def register(builder: Any) -> None:
    category = {
        "category": "organisation",
        "category_label": lazy_gettext("Organisation"),
        "category_icon": "sitemap",
    }
    builder.add_view(
        DepartmentView,
        "department",
        label=lazy_gettext("Departments"),
        icon="building",
        **category,
    )
    builder.add_view(
        SuccessionView,
        "department_successor",
        label=lazy_gettext("Mergers and new names"),
        icon="arrows-split",
        **category,
    )
    builder.add_view(PersonView, "person", label=lazy_gettext("People"), icon="user", **category)
    builder.add_view(
        AppointmentView,
        "appointment",
        label=lazy_gettext("Appointments"),
        icon="id-badge-2",
        **category,
    )
    builder.add_view(
        DelegationView,
        "delegation",
        label=lazy_gettext("Delegations"),
        icon="arrow-forward-up",
        **category,
    )
    builder.add_view(ChargeView, "charge", label=lazy_gettext("Charges"), icon="link", **category)
