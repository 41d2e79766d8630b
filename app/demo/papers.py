"""Three reviews of plans that a leader signed on paper and the Office entered (代录): one the
leader acknowledges soon, one that may still be objected to for some days, and one objected to."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from reportlab.lib.pagesizes import A5, landscape
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import select

from app.core import clock, workflow
from app.cycles import paper_entries
from app.demo.diary import later
from app.demo.story import OFFICE
from app.improvement.evidence import add_evidence
from app.models.meetings import PaperEntry
from app.models.organisation import Person
from app.reports.fonts import font_set
from app.reports.paper import chinese_date

if TYPE_CHECKING:
    from app.demo.plans import PlanStory

ACKNOWLEDGED, STANDING, CONTESTED = "zgb", "tsg", "xcb"
ON_PAPER = (ACKNOWLEDGED, STANDING, CONTESTED)
"""The departments whose leader was out of the house and signed."""


def sign(one: PlanStory, words: str) -> None:
    """The leader signs today; the Office enters it on the next weekday."""
    signed_on, story = clock.today(), one.story
    entered = later(signed_on, 1)
    plan = story.diary.plan
    plan(entered, "09:30", lambda: _enter(one, words, signed_on))
    if one.code == CONTESTED:
        plan(entered, "16:00", lambda: _step(
            one, one.leader, "object",
            objection="本人签署的意见为“修改后再报”，录入为“同意”，与原件不符。",
        ))  # fmt: skip
        plan(later(entered, 1), "10:00", lambda: _step(
            one, OFFICE, "withdraw", resolution="核对原件，录入有误，撤回代录，请领导在系统中审阅。"
        ))  # fmt: skip
        plan(
            later(entered, 1), "15:00", lambda: one.step(one.leader, "review", review_comment=words)
        )
    else:
        after = 1 if one.code == ACKNOWLEDGED else 3
        plan(later(entered, after), "14:00", lambda: _step(one, one.leader, "acknowledge"))


def _enter(one: PlanStory, words: str, signed_on: dt.date) -> None:
    story = one.story
    session = story.session
    with story.college.acting(OFFICE) as actor:
        signer = session.get_one(Person, story.college.people[one.leader])
        scan = _scan(one.row().department.name, words, signer.name, signed_on)

        def attach(entry: PaperEntry) -> None:
            name = f"审阅意见（{signed_on:%Y%m%d}）.pdf"
            add_evidence(session, actor, entry, io.BytesIO(scan), name)

        paper_entries.enter(
            session, actor, one.row(), "review", signer,
            text=words, signed_on=signed_on, scan=attach,
        )  # fmt: skip


def _step(one: PlanStory, username: str, name: str, **given: Any) -> None:
    session = one.story.session
    with one.story.college.acting(username) as actor:
        entry = session.scalars(
            select(PaperEntry)
            .where(PaperEntry.subject_table == "department_plan", PaperEntry.subject_id == one.id)
            .order_by(PaperEntry.id.desc())
            .limit(1)
        ).one()
        workflow.apply(session, actor, entry, name, **given)


def _scan(department: str, words: str, signer: str, signed_on: dt.date) -> bytes:
    """A sheet such as leaders sign, as a file."""
    buffer, fonts = io.BytesIO(), font_set()
    width, height = landscape(A5)
    canvas = Canvas(buffer, pagesize=(width, height), invariant=1, initialFontName=fonts.serif)
    write: Callable[..., None] = canvas.drawString
    canvas.setFont(fonts.serif, 18)
    canvas.drawCentredString(width / 2, height - 70, "部门年度工作计划审阅单")
    canvas.setFont(fonts.serif, 13)
    write(60, height - 120, f"部　　门：{department}")
    write(60, height - 150, f"审阅意见：{words}")
    write(width - 230, 90, f"签字：{signer}")
    write(width - 230, 65, chinese_date(signed_on))
    canvas.save()
    return buffer.getvalue()
