"""The doors of the monthly sheet: the page, saving, submitting, the workbook and back (Art. 7)."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from flask import flash, jsonify, redirect, request, url_for
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext, ngettext

from app.core import clock, policy
from app.core.actor import Actor
from app.core.errors import Conflict, Refusal, RuleViolation
from app.core.text import Message, message
from app.core.unit_of_work import unit_of_work
from app.cycles.months import month_reported, months_of
from app.extensions import db
from app.models.monitoring import Quality
from app.models.organisation import DepartmentKind
from app.monitoring.sheet import MonthSheet, SheetRow
from app.monitoring.sheet_book import label, read_book, sheet_book
from app.monitoring.sheet_drawing import Drawing, class_of
from app.monitoring.sheet_places import place_of, sheet_at
from app.monitoring.sheet_rules import (
    FIELDS,
    LINE_FIELDS,
    ON_PLAN,
    OWN_LIGHTS,
    is_closed,
    show_cell,
)
from app.monitoring.sheet_service import Given, Outcome, RowsIncomplete, save_rows, submit_sheet
from app.organisation.rules import reads_college
from app.web import formats
from app.web.directory import directory
from app.web.downloads import attachment
from app.web.interface import key_of
from app.web.reader import the_actor
from app.web.shell import chosen_cycle
from app.web.stacked import month_name

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NO_LONGER = message(
    "This task is not on the sheet of this department and month (any more): what is typed here is"
    " not saved."
)
_VERSION = re.compile(r"(row|line)-\d+-version$")
SUFFIXES = (".xlsx", ".xls", ".csv")


class MonthSheetView(BaseView):
    route_base = "/month"
    default_view = "mine"
    class_permission_name = "monthly_check"
    method_permission_name = {
        "mine": "read", "sheet": "read", "book": "read", "back": "read",
        "save": "edit", "upload": "edit", "submit": "submit",
    }  # fmt: skip

    @expose("/")
    @has_access
    def mine(self) -> Any:
        """The sheet of the reader's own department, of the month in `month` or else of the one
        that is reported on."""
        actor, cycle = the_actor(), chosen_cycle()
        departments = _departments(actor)
        if departments and (wanted := request.args.get("month")):
            return redirect(place_of(departments[0].id, wanted))
        month = month_reported(months_of(db.session, [cycle.id]), clock.today()) if cycle else None
        if month is None or not departments:
            return self.render_template(
                "monitoring/no_sheet.html", title=gettext("Monthly sheet"), cycle=cycle
            )
        return redirect(place_of(departments[0].id, month.reported.words))

    @expose("/<department>/<month>/")
    @has_access
    def sheet(self, department: str, month: str) -> Any:
        """A row per task of the department."""
        return self._page(sheet_at(department, month))

    @expose("/<department>/<month>/save")
    @expose("/<department>/<month>/submit")
    @expose("/<department>/<month>/upload")
    @has_access
    def back(self, department: str, month: str) -> Any:
        """The address of a refused form, opened anew: the sheet."""
        return redirect(place_of(sheet_at(department, month).department.id, month))

    @expose("/<department>/<month>/save", methods=["POST"])
    @has_access
    def save(self, department: str, month: str) -> Any:
        """Save rows as drafts: JSON from the page's script, or the whole form without it."""
        actor = the_actor()
        sheet_at(department, month)
        try:
            sheet, outcomes = _saved(actor, department, month)
        except Refusal as refusal:
            if request.is_json:
                return jsonify(message=str(refusal)), refusal.status_code
            flash(str(refusal), "danger")
            return self._page(sheet_at(department, month)), refusal.status_code
        if request.is_json:
            return jsonify(
                saved_at=f"{clock.now().astimezone(formats.COLLEGE_ZONE):%H:%M}",
                done=sheet.done,
                rows=[_told(one) for one in outcomes] + _gone(sheet),
            )
        if _gone(sheet):
            flash(str(NO_LONGER), "warning")
        trouble = [one for one in outcomes if one.refusal or one.wrong]
        if trouble:
            return self._page(sheet, outcomes), 422
        flash(gettext("Saved as a draft."), "success")
        return redirect(place_of(sheet.department.id, month))

    @expose("/<department>/<month>/submit", methods=["POST"])
    @has_access
    def submit(self, department: str, month: str) -> Any:
        """Save what the form says, then submit the department's whole month."""
        actor = the_actor()
        sheet_at(department, month)
        try:
            sheet, outcomes = _saved(actor, department, month)
            if any(one.refusal or one.wrong for one in outcomes):
                return self._page(sheet, outcomes), 422
            with unit_of_work(db.session, actor):
                count = submit_sheet(db.session, actor, sheet_at(department, month))
        except RowsIncomplete as refusal:
            return self._page(sheet_at(department, month), incomplete=refusal), 422
        except Refusal as refusal:
            flash(str(refusal), "danger")
            return self._page(sheet_at(department, month)), refusal.status_code
        if count:
            flash(ngettext("%(num)s row submitted.", "%(num)s rows submitted.", count), "success")
        else:
            flash(gettext("Everything of this month is submitted already."), "info")
        return redirect(place_of(sheet.department.id, month))

    @expose("/<department>/<month>/book")
    @has_access
    def book(self, department: str, month: str) -> Any:
        """The sheet as a workbook, prefilled."""
        sheet = sheet_at(department, month)
        name, code = gettext("Monthly sheet"), sheet.department.code
        return attachment(
            sheet_book(sheet),
            f"{name}-{sheet.department.name}-{month}.xlsx",
            XLSX,
            plain=f"month-{code}-{month}.xlsx",
        )

    @expose("/<department>/<month>/upload", methods=["POST"])
    @has_access
    def upload(self, department: str, month: str) -> Any:
        """What an uploaded workbook says otherwise, row by row, to be confirmed."""
        sheet, sent = sheet_at(department, month), request.files.get("file")
        suffix = Path(sent.filename or "").suffix.lower() if sent else ""
        if sent is None or suffix not in SUFFIXES:
            flash(gettext("Choose the workbook that you downloaded here and filled in."), "danger")
            return redirect(place_of(sheet.department.id, month))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"sheet{suffix}"
            sent.save(path)
            try:
                reading = read_book(path, sheet)
            except RuleViolation as refusal:
                flash(str(refusal), "danger")
                return redirect(place_of(sheet.department.id, month))
        return self.render_template(
            "monitoring/sheet_differences.html",
            title=gettext("What the workbook changes"),
            subtitle=_subtitle(sheet),
            sheet=sheet,
            reading=reading,
            back=place_of(sheet.department.id, month),
            save=url_for("MonthSheetView.save", department=sheet.department.id, month=month),
            label=label,
            worded=_worded,
        )

    def _page(
        self,
        sheet: MonthSheet,
        outcomes: list[Outcome] | None = None,
        incomplete: RowsIncomplete | None = None,
    ) -> Any:
        told = {one.key: one for one in outcomes or ()}
        actor, month = the_actor(), sheet.month.reported.words
        rows = list(sheet.rows.values())
        own = [row for row in rows if row.may_edit or is_closed(row.status)]
        narrow = not sheet.may_submit and any(row.may_edit for row in rows)
        alone = narrow and "all" not in request.args
        typed = _given(sheet)
        lacking = incomplete.rows if incomplete else {}
        return self.render_template(
            "monitoring/sheet.html",
            title=gettext("Monthly sheet"),
            subtitle=_subtitle(sheet),
            sheet=sheet,
            rows=own if alone else rows,
            hidden=len(rows) - len(own) if alone else 0,
            fields=FIELDS,
            line_fields=LINE_FIELDS,
            told=told,
            draw=Drawing(lambda one, name: _shown(one, name, told, typed), _worded, told, lacking),
            class_of=class_of,
            refusal=_refusal(told, incomplete),
            missing=_missing(rows, lacking) or _missing_in(told),
            as_planned=str(ON_PLAN),
            label=label,
            worded=_worded,
            formats=formats,
            removable=lambda file: policy.can(actor, "delete", file),
            may_ask=actor.may("coordination_request:add") and sheet.may_submit,
            may_remind=actor.may("phase:remind"),
            directory=directory(),
            place=place_of,
            door=lambda name: url_for(
                f"MonthSheetView.{name}", department=sheet.department.id, month=month
            ),
            departments=_departments(actor),
            months=[
                (one, month_name(one.month))
                for one in sheet.months
                if one.starts_on <= clock.today()
            ],
            month=month,
        )


# What a request names --------------------------------------------------------------------


def _saved(actor: Actor, department: str, month: str) -> tuple[MonthSheet, list[Outcome]]:
    """Save what the request says. Where somebody wrote the very row at the same moment, once
    more: then it is told row by row."""
    try:
        with unit_of_work(db.session, actor):
            sheet = sheet_at(department, month)
            return save_rows(db.session, actor, sheet, _given(sheet))
    except (Conflict, RuleViolation):
        with unit_of_work(db.session, actor):
            sheet = sheet_at(department, month)
            return save_rows(db.session, actor, sheet, _given(sheet))


def _given(sheet: MonthSheet) -> dict[str, Given]:
    """What the request says of the sheet's rows."""
    if request.method != "POST":
        return {}
    if request.is_json:
        return _from_script()
    found: dict[str, Given] = {}
    planned = request.form.getlist("as_planned")
    for row in sheet.rows.values():
        given = _from_form(row.key, FIELDS)
        if row.plain is not None and (
            str(row.task.id) in planned or ("green" in planned and row.steady)
        ):
            given = given or Given(row.version, {})
            given = Given(given.version, {**given.cells, **_as_planned(row, given.cells)})
        if given is not None:
            found[row.key] = given
    for line in sheet.lines.values():
        given = _from_form(line.key, LINE_FIELDS)
        if given is not None:
            found[line.key] = given
    if "choose" in request.form:  # the page of differences: only the rows that are ticked
        return {key: found[key] for key in request.form.getlist("take") if key in found}
    return found


def _from_script() -> dict[str, Given]:
    body = request.get_json(silent=True)
    rows = body.get("rows") if isinstance(body, Mapping) else None
    found: dict[str, Given] = {}
    for key, said in (rows if isinstance(rows, Mapping) else {}).items():
        cells = said.get("cells") if isinstance(said, Mapping) else None
        if not isinstance(cells, Mapping):
            continue
        known = LINE_FIELDS if str(key).startswith("line-") else FIELDS
        found[str(key)] = Given(
            key_of(said.get("version")) or 0,
            {name: str(cells[name]) for name in known if isinstance(cells.get(name), str)},
        )
    return found


def _from_form(key: str, fields: tuple[str, ...]) -> Given | None:
    form = request.form
    cells = {name: form[f"{key}-{name}"] for name in fields if f"{key}-{name}" in form}
    return Given(key_of(form.get(f"{key}-version")) or 0, cells) if cells else None


def _as_planned(row: SheetRow, typed: Mapping[str, str]) -> dict[str, str]:
    """What one tap enters; what somebody says of it themselves stays."""
    cells = {"actual_percent": show_cell(row.plain), "quality": Quality.GOOD.value}
    said = typed.get("done", row.values["done"])
    return cells if said else {**cells, "done": str(ON_PLAN)}


# What a page says ------------------------------------------------------------------------


def _refusal(told: Mapping[str, Outcome], incomplete: RowsIncomplete | None) -> str:
    """Why the page has come back; "" if it was asked for."""
    if incomplete is not None:
        return str(incomplete)
    if not any(one.refusal or one.wrong for one in told.values()):
        return ""
    return gettext("These rows need a look: what is marked in them is not saved, the rest is.")


def _missing(
    rows: Sequence[SheetRow], lacking: Mapping[int, Mapping[str, Message]]
) -> list[tuple[str, str, list[str]]]:
    """What rows lack: where on the page, the task's name, the words."""
    return [
        (f"{row.key}-{next(iter(lacks))}", str(row.task), [str(words) for words in lacks.values()])
        for row in rows
        if (lacks := lacking.get(row.task.id))
    ]


def _missing_in(told: Mapping[str, Outcome]) -> list[tuple[str, str, list[str]]]:
    """The same of rows that were not taken as they were sent."""
    return [
        (
            f"{one.key}-{next(iter(one.wrong))}" if one.wrong else one.key,
            str(one.row.task),
            [str(words) for words in one.wrong.values()] or [str(one.refusal)],
        )
        for one in told.values()
        if one.wrong or one.refusal
    ]


def _told(one: Outcome) -> dict[str, Any]:
    """What became of a row, for the page's script."""
    row = one.row
    told: dict[str, Any] = {
        "key": one.key,
        "version": row.version,
        "values": {name: show_cell(value) for name, value in row.values.items()},
        "wrong": {name: str(words) for name, words in one.wrong.items()},
        "refusal": str(one.refusal) if one.refusal else "",
        "stale": one.theirs is not None,
    }
    if isinstance(row, SheetRow):
        told |= {
            "light": str(formats.show_light(row.verdict.light)),
            "reason": str(row.verdict.reason),
            "lacks": {name: str(words) for name, words in row.lacks.items()},
        }
    return told


def _gone(sheet: MonthSheet) -> list[dict[str, Any]]:
    """The rows that the request writes and the sheet does not have: left to another department
    meanwhile, or ended. What was typed in them stays on the page."""
    if request.is_json:
        asked = set(_from_script())
    else:
        asked = {name.removesuffix("-version") for name in request.form if _VERSION.match(name)}
    known = {row.key for row in sheet.rows.values()} | {line.key for line in sheet.lines.values()}
    return [{"key": key, "gone": True, "refusal": str(NO_LONGER)} for key in sorted(asked - known)]


def _shown(one: Any, name: str, told: Mapping[str, Outcome], typed: Mapping[str, Given]) -> str:
    """What stands in a cell: what was typed where that was not saved, else what is stored."""
    outcome, said = told.get(one.key), typed.get(one.key)
    if outcome and said and (outcome.refusal or name in outcome.wrong):
        return said.cells.get(name, show_cell(one.value(name)))
    return show_cell(one.value(name))


def _worded(name: str, text: str) -> str:
    """The value of a cell as a person reads it."""
    for one in (*Quality, *OWN_LIGHTS):
        if name in {"quality", "head_light"} and one.value == text:
            return str(formats.show(one))
    return f"{text}%" if name == "actual_percent" and text else text or formats.EMPTY


def _departments(actor: Actor) -> list[Any]:
    """The departments whose sheets the reader fills in or looks after: the own ones first."""
    known = [
        one for one in directory().departments.values()
        if one.active and one.kind != DepartmentKind.SECTION
    ]  # fmt: skip
    own = actor.speaks_for() | actor.departments
    charged = frozenset[int]().union(*(one.charged for one in actor.capacities))
    mine = [one for one in known if one.id in own] + [
        one for one in known if one.id in charged - own
    ]
    if not any(reads_college(one) for one in actor.capacities):
        return mine
    return mine + [one for one in known if one not in mine]


def _subtitle(sheet: MonthSheet) -> str:
    return f"{sheet.department.name} · {sheet.month.year} · {month_name(sheet.month.month)}"


def register(builder: Any, category: dict[str, Any]) -> None:
    builder.add_view(
        MonthSheetView,
        "month",
        label=lazy_gettext("Monthly sheet"),
        icon="table",
        **category,
    )
