"""How the tests of the console read its pages, and change what a role may do."""

from __future__ import annotations

from html.parser import HTMLParser

from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import PermissionView, Role
from sqlalchemy import select

from app.core.unit_of_work import AnySession, unit_of_work
from tests.cast import TEST


def give(session: AnySession, role: str, *permissions: str) -> None:
    """As an administrator would on the role screen."""
    known = session.scalars(select(PermissionView)).unique().all()
    wanted = [
        one
        for one in known
        if f"{one.view_menu.name}:{one.permission.name.removeprefix('can_')}" in permissions
    ]
    assert len(wanted) == len(permissions)
    with unit_of_work(session, TEST):
        row = session.scalars(select(Role).where(Role.name == role)).one()
        row.permissions = list({*row.permissions, *wanted})


def take(session: AnySession, role: str, permission: str) -> None:
    with unit_of_work(session, TEST):
        row = session.scalars(select(Role).where(Role.name == role)).one()
        row.permissions = [
            one
            for one in row.permissions
            if f"{one.view_menu.name}:{one.permission.name.removeprefix('can_')}" != permission
        ]


def values_of(client: FlaskClient, page: str) -> dict[str, str]:
    """What a browser would send if the person only pressed “Save”."""
    text = client.get(page).text
    assert FORM in text
    form = FormReader()
    form.feed(text)
    return form.values


FORM = "lx-form"


class FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._inside = False
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._inside = FORM in (given.get("class") or "")
        if not self._inside:
            return
        name = given.get("name") or ""
        kind = given.get("type")
        if tag == "input" and name and kind != "submit":
            if kind not in {"checkbox", "radio"} or "checked" in given:
                self.values[name] = given.get("value") or ""
        elif tag == "select":
            self._select = name
            self.values.setdefault(name, "")
        elif tag == "option" and "selected" in given:
            self.values[self._select] = given.get("value") or ""
        elif tag == "textarea":
            self._area = name
            self.values[name] = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area] += data.lstrip("\r\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
