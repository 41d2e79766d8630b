"""The doors of the monthly bulletin: the year's months, one month, the tasks behind a figure, the
issue, the paper (Art. 6-7)."""

from __future__ import annotations

import re
from typing import Any

from flask import abort, redirect, request, url_for
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext

from app.core import clock, documents
from app.core.actor import Actor
from app.core.documents import Order
from app.core.errors import Refusal
from app.core.text import words
from app.core.unit_of_work import unit_of_work
from app.extensions import db
from app.models.base import label_of
from app.models.monitoring import BulletinLine
from app.monitoring.bulletin import (
    Bulletin,
    bulletin_of,
    months_of_year,
    next_number,
    notes_on,
    owing_by_month,
    readable,
    unsubmitted,
)
from app.monitoring.bulletin_figures import FIGURES, TROUBLED, requests_behind, tasks_behind
from app.monitoring.bulletin_paper import BULLETIN
from app.monitoring.service import close_month, refuse_issue
from app.organisation.rules import reads_college
from app.web import formats
from app.web.directory import directory
from app.web.downloads import attachment
from app.web.interface import key_of
from app.web.reader import the_actor
from app.web.refusals import written
from app.web.shell import chosen_cycle
from app.web.stacked import month_name

MOST = 200
"""Rows that a page behind a figure shows."""
_MONTH = re.compile(r"(\d{4})-(\d{2})")


class BulletinView(BaseView):
    route_base = "/bulletin"
    default_view = "year"
    class_permission_name = "bulletin_line"
    method_permission_name = {
        "year": "read", "month": "read", "rows": "read", "paper": "read",
        "issue": "issue", "issue_now": "issue",
    }  # fmt: skip

    @expose("/")
    @has_access
    def year(self) -> Any:
        """The months of the chosen year: which are open, due, issued; what the issued ones say."""
        actor, cycle = the_actor(), chosen_cycle()
        title = gettext("Monthly bulletin")
        if cycle is None:
            return self.render_template("monitoring/bulletins.html", title=title, cycle=None)
        today = clock.today()
        months = months_of_year(db.session, actor, cycle.id)
        open_now = [one.month for one in months if one.month.is_open(today)]
        return self.render_template(
            "monitoring/bulletins.html",
            title=gettext("Monthly bulletins of %(year)s", year=cycle.year),
            cycle=cycle,
            years=directory().cycles,
            months=months,
            owing=owing_by_month(db.session, actor, open_now),
            **_common(actor),
        )

    @expose("/<month>/")
    @has_access
    def month(self, month: str) -> Any:
        """One month: its figures by department, each a way to the tasks behind it."""
        actor, bulletin = the_actor(), _read(month)
        today = clock.today()
        shown = bulletin.issued or reads_college(actor)
        lights = [one.value for one in TROUBLED]
        troubled = tasks_behind(db.session, actor, bulletin.month, today, lights, limit=MOST + 1)
        requests = requests_behind(db.session, actor, bulletin.month, today, limit=MOST + 1)
        notes = notes_on(db.session, actor, bulletin.month) if bulletin.issued else []
        return self.render_template(
            "monitoring/bulletin.html",
            title=_title(bulletin),
            bulletin=bulletin,
            shown=shown,
            troubled=troubled[:MOST],
            requests=requests[:MOST],
            more=max(len(troubled), len(requests)) > MOST,
            notes=notes,
            may_issue=actor.may("bulletin_line:issue") and _refusal(bulletin) is None,
            why_not=_refusal(bulletin) if actor.may("bulletin_line:issue") else None,
            forms=[form.value for form in BULLETIN.formats] if shown else [],
            **_common(actor),
        )

    @expose("/<month>/rows")
    @has_access
    def rows(self, month: str) -> Any:
        """The tasks that a figure counts, as they stand now."""
        actor, bulletin = the_actor(), _read(month)
        if not (bulletin.issued or reads_college(actor)):
            abort(404)
        figure = request.args.get("figure", "")
        if figure not in FIGURES:
            abort(404)
        department = key_of(request.args.get("department", ""))
        lines = [line for line in bulletin.lines if department in (None, line.department_id)]
        if not lines:
            abort(404)
        told = sum(getattr(line.figures, figure) for line in lines)
        today = clock.today()
        tasks, requests = [], []  # type: list[Any], list[Any]
        if figure == "requests":
            requests = list(
                requests_behind(db.session, actor, bulletin.month, today, department, MOST + 1)
            )
        else:
            tasks = tasks_behind(
                db.session, actor, bulletin.month, today, [figure], department, MOST + 1
            )
        return self.render_template(
            "monitoring/bulletin_rows.html",
            title=gettext(
                "%(bulletin)s: %(figure)s",
                bulletin=_title(bulletin), figure=words(label_of(BulletinLine, figure)),
            ),
            subtitle=lines[0].department if department else gettext("The whole college"),
            bulletin=bulletin,
            told=told,
            tasks=tasks[:MOST],
            requests=requests[:MOST],
            more=max(len(tasks), len(requests)) > MOST,
            readable=readable(db.session, actor, [check for _, check, _ in tasks if check]),
            **_common(actor),
        )  # fmt: skip

    @expose("/<month>/issue", methods=["GET"])
    @has_access
    def issue(self, month: str) -> Any:
        """What issuing would do, and the form for it."""
        return self._issue_page(_read(month))

    @expose("/<month>/issue", methods=["POST"])
    @has_access
    def issue_now(self, month: str) -> Any:
        """Issue the bulletin: the month is closed."""
        bulletin, actor = _read(month), the_actor()
        number, seal = request.form.get("bulletin_number", ""), request.form.get("seal", "")

        def write() -> None:
            close_month(db.session, actor, bulletin.row, number[:60], seal)

        done = gettext("The bulletin is issued and the month is closed.")
        if written(write, actor, done):
            return redirect(place_of(bulletin))
        return self._issue_page(_read(month), number)

    @expose("/<month>/paper")
    @has_access
    def paper(self, month: str) -> Any:
        """`?format=pdf|docx|xlsx`: the bulletin as a file."""
        bulletin = _read(month)
        form = documents.format_of(BULLETIN, request.args.get("format", "pdf"))
        order = Order(bulletin.row.cycle, None, form, month=bulletin.month.month)
        with unit_of_work(db.session, the_actor()):
            paper = BULLETIN.print_(db.session, the_actor(), order)
        return attachment(paper.content, paper.file_name, paper.media_type)

    def _issue_page(self, bulletin: Bulletin, typed: str = "") -> Any:
        actor = the_actor()
        refusal = _refusal(bulletin)
        if refusal is not None:
            raise refusal
        today = clock.today()
        silent = tasks_behind(db.session, actor, bulletin.month, today, ["missing"])
        red = sum(light == "red" for _, _, light in silent)
        return self.render_template(
            "monitoring/bulletin_issue.html",
            title=gettext("Issue: %(bulletin)s", bulletin=_title(bulletin)),
            bulletin=bulletin,
            number=typed or next_number(db.session, actor, bulletin.row.cycle),
            grey=len(silent) - red,
            red=red,
            unsubmitted=unsubmitted(db.session, actor, bulletin.month),
            early=bulletin.month.due_on is not None and today <= bulletin.month.due_on,
            **_common(actor),
        )


def place_of(bulletin: Bulletin) -> str:
    return url_for("BulletinView.month", month=bulletin.month.reported.words)


def _common(actor: Actor) -> dict[str, Any]:
    return {
        "figures": FIGURES,
        "label": lambda name: words(label_of(BulletinLine, name)),
        "show": formats.show,
        "light": formats.show_light,
        "progress": formats.progress_bar,
        "today": clock.today(),
        "month_name": month_name,
        "may_issue_any": actor.may("bulletin_line:issue"),
        "reads_college": reads_college(actor),
    }


def _title(bulletin: Bulletin) -> str:
    return gettext(
        "%(year)s %(month)s bulletin",
        year=bulletin.month.year, month=month_name(bulletin.month.month),
    )  # fmt: skip


def _read(words_: str) -> Bulletin:
    """The month an address names (`2026-10`); 404 for one there is not."""
    named = _MONTH.fullmatch(words_)
    if named is None or not words_.isascii():
        abort(404)
    found: Bulletin | None = bulletin_of(
        db.session, the_actor(), int(named[1]), int(named[2]), clock.today()
    )
    if found is None:
        abort(404)
    return found


def _refusal(bulletin: Bulletin) -> Refusal | None:
    """Why the bulletin cannot be issued now."""
    try:
        refuse_issue(bulletin.row)
    except Refusal as refusal:
        return refusal
    return None


def register(builder: Any, category: dict[str, Any]) -> None:
    builder.add_view(
        BulletinView,
        "bulletin",
        label=lazy_gettext("Monthly bulletin"),
        icon="news",
        **category,
    )
