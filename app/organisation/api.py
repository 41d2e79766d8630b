"""REST resources of the organisation. People are read only here: passwords and roles are
given on their screen."""

from __future__ import annotations

from app.models.organisation import (
    Appointment,
    Charge,
    Delegation,
    Department,
    DepartmentSuccessor,
    Person,
)
from app.organisation import views
from app.web.api import DomainApi
from app.web.views import interface


class DepartmentApi(DomainApi):
    datamodel = interface(Department)
    form_columns = views.DepartmentView.form_columns


class DepartmentSuccessorApi(DomainApi):
    """What became of departments. Read only: a succession is seen before it is carried out."""

    datamodel = interface(DepartmentSuccessor)
    read_only = True


class PersonApi(DomainApi):
    datamodel = interface(Person)
    read_only = True
    hidden_columns = frozenset(
        {
            "password", "login_count", "fail_login_count", "last_login", "created_on", "changed_on",
            "created_by_fk", "changed_by_fk", "must_change_password", "password_changed_at",
            "locked_until", "is_demo", "email",
        }
    )  # fmt: skip


class AppointmentApi(DomainApi):
    datamodel = interface(Appointment)
    form_columns = views.AppointmentView.form_columns


class DelegationApi(DomainApi):
    datamodel = interface(Delegation)
    form_columns = views.DelegationView.form_columns


class ChargeApi(DomainApi):
    datamodel = interface(Charge)
    form_columns = views.ChargeView.form_columns


RESOURCES = (
    DepartmentApi, DepartmentSuccessorApi, PersonApi, AppointmentApi, DelegationApi, ChargeApi,
)  # fmt: skip
