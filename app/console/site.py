"""The console as a whole: its first page, its tables, its entry in the menu."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_admin import Admin, AdminIndexView, expose
from flask_admin.theme import Bootstrap4Theme
from flask_babel import lazy_gettext

from app.console.gate import Gated
from app.console.overview import groups_of
from app.console.views import TABLES
from app.web.reader import the_actor

NAME = lazy_gettext("Data console")


class FirstPage(Gated, AdminIndexView):
    """The tables this person may read, with the number of rows in each."""

    def __init__(self) -> None:
        super().__init__(NAME, endpoint="console", url="/console", template="console/index.html")
        self.static_folder = None  # Flask-Admin's scripts and styles are not in use, nor served

    @expose("/")
    def index(self) -> Any:
        assert self.admin is not None  # noqa: S101 (registered)
        views = [
            view for view in self.admin._views if view is not self and view.is_accessible()
        ]  # fmt: skip
        groups = list(groups_of(views, the_actor()))
        findings = sum(len(tile.findings) for _, tiles in groups for tile in tiles)
        return self.render(
            self._template, title=NAME, overview=True, groups=groups, findings=findings
        )


def register(builder: Any) -> None:
    """Put the console under `/console/` and into the menu of those who may open it."""
    admin = Admin(
        current_app._get_current_object(),  # type: ignore[attr-defined]
        name=NAME,
        index_view=FirstPage(),
        theme=Bootstrap4Theme(base_template="console/base.html"),
    )
    for console, model in TABLES:
        admin.add_view(console(model))
    builder.add_link(
        "console",
        href="/console/",
        label=NAME,
        icon="table",
        category="master",
        category_label=lazy_gettext("Master data"),
        category_icon="database",
        cond=lambda: the_actor().may("console:read"),
    )
