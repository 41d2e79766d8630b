"""The page of documents: what can be printed, of which year, in which form."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select

from app.core import documents
from app.core.documents import Order
from app.core.errors import RuleViolation
from app.core.policy import visible
from app.core.text import message, words
from app.core.unit_of_work import unit_of_work
from app.cycles.queries import cycle_of_year
from app.extensions import db
from app.models.organisation import Department, DepartmentKind
from app.web.directory import directory
from app.web.downloads import attachment
from app.web.interface import key_of
from app.web.reader import the_actor
from app.web.shell import chosen_cycle
from app.web.stacked import month_name


class ReportView(BaseView):
    """The documents of `app.core.documents`, each with its year, department and form."""

    route_base = "/report"
    default_view = "index"
    class_permission_name = "report"
    method_permission_name = {"index": "read", "download": "read"}

    @expose("/")
    @has_access
    def index(self) -> Any:
        book, actor = directory(), the_actor()
        return self.render_template(
            "web/reports.html",
            title=gettext("Reports"),
            kinds=[
                (kind, words(kind.label), words(kind.about))
                for kind in documents.kinds()
                if kind.offered(actor)
            ],
            cycles=book.cycles,
            current=chosen_cycle(),
            months=[(month, month_name(month)) for month in range(1, 13)],
            departments=[
                entry for entry in book.departments.values() if entry.kind != DepartmentKind.SECTION
            ],
        )

    @expose("/<string:kind>")
    @has_access
    def download(self, kind: str) -> Any:
        """`?year=2022[&department=CODE][&number=2][&month=10]&format=pdf`: the document as a file."""
        actor = the_actor()
        wanted = documents.kind_named(kind)
        form = documents.format_of(wanted, request.args.get("format") or wanted.formats[0].value)
        year = request.args.get("year", "")
        cycle = (
            cycle_of_year(db.session, int(year)) if year.isdecimal() and len(year) == 4 else None
        )
        if cycle is None:
            raise RuleViolation(message("There is no year %(year)s.", year=year), "year")
        department = self._department(request.args.get("department", ""))
        month = key_of(request.args.get("month", "")) or 0
        order = Order(cycle, department, form, request.args.get("number", ""), month)
        with unit_of_work(db.session, actor):
            paper = wanted.print_(db.session, actor, order)
        return attachment(paper.content, paper.file_name, paper.media_type)

    def _department(self, code: str) -> Department | None:
        if not code:
            return None
        seen = visible(the_actor(), Department)
        found = db.session.scalar(select(Department).where(Department.code == code, seen))
        if found is None:
            raise RuleViolation(
                message("There is no department “%(code)s”.", code=code), "department"
            )
        return found


def register(builder: Any) -> None:
    builder.add_view(
        ReportView,
        "report",
        label=lazy_gettext("Reports"),
        icon="file-text",
        category="reporting",
    )
