"""What Flask-Admin does by itself and must not do here (`architecture.md`, `look.md`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_admin.contrib.sqla import ModelView
from sqlalchemy import Float, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.console.base import DomainConsole
from app.console.views import TABLES
from app.core import policy
from app.core.unit_of_work import AnySession
from app.models.organisation import Delegation
from app.web.forms import DomainModelConverter
from app.web.interface import ScopedInterface
from tests.cast import Cast
from tests.console.console_pages import give
from tests.factories import make_delegation, make_department

ClientFor = Callable[[str], FlaskClient]


def test_no_page_asks_the_framework_for_rows(
    client_for: ClientFor, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its `get_one` ignores `get_query`, its lists and lookups know no reader."""

    def caught(self: Any, *_: Any, **__: Any) -> Any:
        raise AssertionError("an unscoped read")

    for name in ("get_query", "get_count_query", "get_list", "get_one"):
        monkeypatch.setattr(ModelView, name, caught)
    client, spare = client_for("admin"), make_department()
    key = cast.jwc.id
    for page in ("", "list/?q=教", f"show/{key}", f"edit/{key}", "add", "order", "export/csv"):
        assert client.get(f"/console/department/{page}").status_code == 200, page
    data = {"list_form_pk": spare.id, "version": spare.version, "sort_order": "5"}
    assert client.post("/console/department/ajax/update/", data=data).status_code == 200
    data = {"action": "delete", "rowid": [str(spare.id)]}
    assert client.post("/console/department/action/", data=data).status_code == 200
    assert client.post("/console/department/delete/", data={"id": spare.id}).status_code == 302


@pytest.mark.parametrize(
    ("method", "place", "data"),
    [
        ("GET", "show/{id}", {}),
        ("GET", "details/?id={id}", {}),
        ("GET", "edit/{id}", {}),
        ("POST", "edit/{id}", {"ground": "改写", "version": "1"}),
        ("POST", "ajax/update/", {"list_form_pk": "{id}", "version": "1", "ground": "改写"}),
        ("POST", "delete/", {"id": "{id}"}),
        ("POST", "action_post", {"action": "close", "rowid": "{id}"}),
        ("POST", "action_post", {"action": "delete", "rowid": "{id}"}),
    ],
)
def test_a_hidden_row_is_not_there_at_any_address(
    curious_head: FlaskClient,
    hidden: Delegation,
    session: AnySession,
    method: str,
    place: str,
    data: dict[str, str],
) -> None:
    filled = {name: value.format(id=hidden.id) for name, value in data.items()}
    place = place.format(id=hidden.id)
    answer = curious_head.open(f"/console/delegation/{place}", method=method, data=filled)
    assert answer.status_code == 404
    assert hidden.ground not in answer.text
    assert session.get(Delegation, hidden.id).ground == "不相干的授权"


def test_a_hidden_row_is_not_changed_through_the_page_of_many(
    curious_head: FlaskClient, hidden: Delegation, cast: Cast, session: AnySession
) -> None:
    own = make_delegation(giver=cast.head_jwc, receiver=cast.staff_jwc)
    forged = [f"{row.id}:{row.version}" for row in (own, hidden)]
    data = {"action": "delete", "row": forged, "go": forged, "confirm": "1"}
    answer = curious_head.post("/console/delegation/action_post", data=data)
    assert answer.status_code == 409
    assert session.get(Delegation, hidden.id) is not None
    assert session.get(Delegation, own.id) is not None, "all or none"
    assert hidden.ground not in answer.text


def test_ajax_update_asks_for_the_permission_even_of_who_may_read(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    own = make_delegation(giver=cast.head_jwc, receiver=cast.staff_jwc, ground="外出")
    give(session, "DepartmentHead", "console:read")
    data = {"list_form_pk": own.id, "version": own.version, "ground": "改写"}
    client = client_for("head_jwc")
    assert client.get("/console/delegation/list/").status_code == 200
    assert client.post("/console/delegation/ajax/update/", data=data).status_code == 403
    assert own.ground == "外出"


class _Other(DeclarativeBase):
    pass


class Scale(_Other):
    """A table with a column that is no Numeric to SQLAlchemy 2.1."""

    __tablename__ = "scale_of_this_test"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))
    weight: Mapped[float] = mapped_column(Float)


def test_a_float_has_its_field(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Flask-Admin's converter leaves such a column out without a word."""
    monkeypatch.setattr("app.web.forms.policy_of", lambda model: policy.policy_of(Delegation))
    with app.test_request_context():
        form = DomainModelConverter(ScopedInterface(Scale)).create_form(
            {"name": "N", "weight": "W"}, ["name", "weight"], {}, {}, {}
        )
        assert [field.name for field in form() if field.name != "csrf_token"] == ["name", "weight"]


def test_no_column_of_a_form_is_left_out_silently(app: Flask) -> None:
    with app.test_request_context():
        for console, model in TABLES:
            view = next(one for one in app.extensions["admin"][0]._views if type(one) is console)
            for form in (view.add_form, view.edit_form):
                offered = {field.name for field in form.refresh()}
                assert set(console.form_columns) <= offered, model
            if view.cell_form is not None:
                assert set(console.editable) <= {one.name for one in view.cell_form.refresh()}


def test_the_framework_s_own_forms_and_loaders_are_not_built() -> None:
    for name in ("scaffold_form", "scaffold_list_columns", "_create_ajax_loader", "get_one"):
        assert name in vars(DomainConsole), name
