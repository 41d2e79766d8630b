"""学院××年工作要点 as a paper (Art. 4.4-4.5, domain §7): numbered points by chapter.

It is 正式 once the edition is issued, with its number and date; before that it is 草稿 and says
how far it is: 征求意见稿, 送审稿. The version is the edition.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from sqlalchemy import case, select

from app.core import documents
from app.core.actor import Actor
from app.core.documents import Kind, Order, Paper
from app.core.errors import NotAllowed, RuleViolation
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.cycles.official import FORMATS, college, hand_out, official
from app.models.work_points import WorkPoint, WorkPointSet, WorkPointSetStatus
from app.planning.work_points import points_of
from app.reports.paper import DRAFT, FINAL, Block, Heading, OfficialPaper, Text, chinese_number

_STAGES = {
    WorkPointSetStatus.CONSULTATION: "征求意见稿",
    WorkPointSetStatus.COMMITTEE: "送审稿",
    WorkPointSetStatus.APPROVED: "审定稿",
}
_NUMBERED = re.compile(r"\s*(?:[一二三四五六七八九十]+、|第[一二三四五六七八九十]+[章部])")


def points_paper(session: AnySession, actor: Actor, edition: WorkPointSet) -> OfficialPaper:
    """An edition that `actor` may read. Raises NotAllowed without the permission to read it."""
    if not actor.may("work_point_set:read"):
        raise NotAllowed(message("You may not read this."))
    issued = edition.status == WorkPointSetStatus.ISSUED
    return official(
        f"{college()}\n{edition.title}",
        point_blocks(points_of(session, actor, edition)),
        state=FINAL if issued else DRAFT,
        version=str(edition.edition),
        subtitles=[(edition.issue_number or "") if issued else f"（{_stage(edition)}）"],
        issued_by=college() if issued else "",
        issued_on=edition.issued_on if issued else None,
    )


def _stage(edition: WorkPointSet) -> str:
    return _STAGES.get(edition.status, "草稿")


def point_blocks(points: Sequence[WorkPoint]) -> list[Block]:
    """Chapters with their points; a chapter that counts itself keeps its number."""
    blocks: list[Block] = []
    count = 0
    for chapter, theirs in groupby(points, lambda point: (point.chapter or "").strip()):
        if chapter:
            count += 1
            counted = bool(_NUMBERED.match(chapter))
            blocks.append(Heading(chapter if counted else f"{chinese_number(count)}、{chapter}"))
        blocks += [
            Text(f"{point.number}{'. ' if point.number[-1:].isdigit() else ''}{point.text}")
            for point in theirs
        ]
    return blocks or [Text("（尚无条目）")]


def edition_of_year(session: AnySession, actor: Actor, order: Order) -> WorkPointSet:
    """The ordered edition of the year; without a number the issued one, else the newest.

    Raises RuleViolation at `number` when there is none that `actor` may read.
    """
    wanted = select(WorkPointSet).where(
        visible(actor, WorkPointSet), WorkPointSet.cycle_id == order.cycle.id
    )
    if order.number:
        number = int(order.number) if re.fullmatch(r"[0-9]{1,6}", order.number) else 0
        wanted = wanted.where(WorkPointSet.edition == number)
    in_force = case((WorkPointSet.status == WorkPointSetStatus.ISSUED, 0), else_=1)
    found = session.scalar(wanted.order_by(in_force, WorkPointSet.edition.desc()).limit(1))
    if found is None:
        raise RuleViolation(
            message("There are no such work points of %(year)s.", year=order.cycle.year), "number"
        )
    return found


def print_points(session: AnySession, actor: Actor, order: Order) -> Paper:
    """The paper in the ordered form. The export is an audited event; the caller commits.

    Raises NotAllowed, RuleViolation (see `points_paper`, `edition_of_year`).
    """
    edition = edition_of_year(session, actor, order)
    paper = points_paper(session, actor, edition)
    stage = "" if paper.state == FINAL else f"（{_stage(edition)}）"
    return hand_out(
        session, actor, paper, order.format,
        document=WORK_POINTS.name,
        subject="work_point_set",
        name=f"{edition.title}{stage}",
        told={"year": order.cycle.year, "edition": edition.edition},
    )  # fmt: skip


WORK_POINTS = Kind(
    name="work-points",
    label=("学院工作要点", "The college's work points"),
    formats=FORMATS,
    print_=print_points,
    by_number=True,
    about=(
        "按章节编排的年度工作要点，下发前为草稿，下发后为带文号和日期的正式文本；其他稿次在工作要点页面下载。",
        "The year's work points by chapter: a draft before issue, final with number and date after it; other editions are printed from their own page.",
    ),
)
documents.register(WORK_POINTS)
