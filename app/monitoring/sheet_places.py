"""The addresses of monthly sheets: `/month/<department>/<2026-04>/`."""

from __future__ import annotations

import re
from dataclasses import replace

from flask import abort, url_for
from sqlalchemy import select

from app.core.policy import visible
from app.cycles.months import months_of
from app.extensions import db
from app.models.organisation import Department
from app.monitoring.sheet import MonthSheet, sheet_of
from app.web.directory import directory
from app.web.interface import key_of
from app.web.reader import the_actor

_MONTH = re.compile(r"(\d{4})-(\d{2})")


def sheet_at(department: str, month: str) -> MonthSheet:
    """The sheet an address names; 404 for one the reader has no part in."""
    actor, found = the_actor(), _MONTH.fullmatch(month)
    row = db.session.scalar(
        select(Department).where(visible(actor, Department), Department.id == key_of(department))
    )
    cycle = next((one for one in directory().cycles if found and str(one.year) == found[1]), None)
    if found is None or row is None or cycle is None:
        abort(404)
    months = months_of(db.session, [cycle.id])
    entry = next((one for one in months if one.month == int(found[2])), None)
    if entry is None:
        abort(404)
    sheet = sheet_of(db.session, actor, row, entry)
    if not sheet.reach and not sheet.rows:
        abort(404)
    return replace(sheet, months=months)


def place_of(department: int, month: str) -> str:
    return url_for("MonthSheetView.sheet", department=department, month=month)
