"""党委会议题材料 (Art. 4.5, 5.2, 9.2): what lies before a meeting, item by item, on paper.

A chapter says once what its rows look like there (`register`); this module sets the frame: the
items, who reports, a space for every decision. Before the minutes are entered the material is
草稿; once everything on it is decided it is 正式 and the decisions stand in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import extract, select
from sqlalchemy.orm import joinedload

from app.core import documents
from app.core.actor import Actor
from app.core.documents import Format, Kind, Order, Paper
from app.core.errors import NotAllowed, RuleViolation
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.cycles import agenda
from app.cycles.official import FORMATS, college, hand_out, official
from app.models.meetings import AgendaItem, AgendaSubject, Decision, Meeting
from app.organisation.rules import reads_college
from app.reports.paper import (
    DRAFT,
    FINAL,
    Block,
    Grid,
    Heading,
    NewPage,
    OfficialPaper,
    Space,
    Text,
    chinese_date,
    chinese_number,
)
from app.security.roles import LEADER

Place = tuple[str, int]
"""The table and the id of a row."""


@dataclass(frozen=True, slots=True)
class Told:
    """How a kind of row becomes paper: `name(row)` in Chinese, `blocks(session, actor, row)` as
    far as `actor` may read it."""

    blocks: Callable[[AnySession, Actor, Any], Sequence[Block]]
    name: Callable[[Any], str] = str


_told: dict[str, Told] = {}


def register(model: type[Any], told: Told) -> None:
    _told[model.__tablename__] = told


def meeting_paper(
    session: AnySession, actor: Actor, meeting: Meeting, item: AgendaItem | None = None
) -> OfficialPaper:
    """The material of a meeting, or of one of its items, as `actor` may read it.

    Raises NotAllowed without the permission to read meetings.
    """
    if not actor.may("meeting:read"):
        raise NotAllowed(message("You may not read this."))
    items = session.scalars(
        select(AgendaItem)
        .where(visible(actor, AgendaItem), AgendaItem.meeting_id == meeting.id)
        .order_by(AgendaItem.position, AgendaItem.id)
        .options(joinedload(AgendaItem.reporter_department))
    ).all()
    if item is not None:
        items = [one for one in items if one.id == item.id]
    keys = [one.id for one in items]
    subjects = session.scalars(
        select(AgendaSubject)
        .where(visible(actor, AgendaSubject), AgendaSubject.agenda_item_id.in_(keys))
        .order_by(AgendaSubject.position, AgendaSubject.id)
    ).all()
    decisions = {
        (one.agenda_item_id, (one.subject_table, one.subject_id)): one
        for one in session.scalars(
            select(Decision).where(visible(actor, Decision), Decision.agenda_item_id.in_(keys))
        )
    }
    rows = agenda.subjects_of(session, actor, subjects)
    blocks: list[Block] = []
    if len(items) > 1:
        blocks += _programme(items, subjects)
    for one in items:
        theirs = [
            (subject.subject_table, subject.subject_id)
            for subject in subjects
            if subject.agenda_item_id == one.id
        ]
        decided = {place: decisions.get((one.id, place)) for place in theirs}
        if blocks:
            blocks.append(NewPage())
        blocks += _item(session, actor, one, rows, decided)
    done = sum((s.agenda_item_id, (s.subject_table, s.subject_id)) in decisions for s in subjects)
    return official(
        f"{college()}\n{meeting.kind.zh}议题材料",
        blocks or [Text("（本次会议尚未列入议题）")],
        state=FINAL if subjects and done == len(subjects) else DRAFT,
        version=f"1.{done}" if done else "1",
        subtitles=[f"{meeting.title}（{meeting.number}）", chinese_date(meeting.held_on)],
    )


def _programme(items: Sequence[AgendaItem], subjects: Sequence[AgendaSubject]) -> list[Block]:
    return [
        Heading("议题目录"),
        Grid(
            ("序号", "议题", "汇报部门", "事项"),
            [
                (
                    str(one.position), one.title, _reporter(one),
                    str(sum(subject.agenda_item_id == one.id for subject in subjects)),
                )
                for one in items
            ],
            (1.2, 6, 3, 1.2),
            centred=(0, 2, 3),
        ),
    ]  # fmt: skip


def _reporter(item: AgendaItem) -> str:
    return item.reporter_department.name if item.reporter_department else ""


def _item(
    session: AnySession,
    actor: Actor,
    item: AgendaItem,
    rows: Mapping[Place, Any],
    decided: Mapping[Place, Decision | None],
) -> list[Block]:
    blocks: list[Block] = [Heading(f"议题{chinese_number(item.position)}：{item.title}")]
    if reporter := _reporter(item):
        blocks.append(Text(reporter, "汇报部门："))
    if item.summary:
        blocks.append(Text(item.summary, "内容摘要："))
    for count, (place, decision) in enumerate(decided.items(), start=1):
        row, told = rows.get(place), _told.get(place[0])
        number = f"（{chinese_number(count)}）"
        if row is None:
            blocks.append(Heading(f"{number}{_noun(place[0])}（不在阅看范围，内容从略）", 2))
        else:
            name = told.name if told else str
            blocks.append(Heading(f"{number}{name(row)}", 2))
            blocks += told.blocks(session, actor, row) if told else []
        blocks.append(_conclusion(decision))
    if not decided:
        blocks.append(Space("审议意见"))
    return blocks


def _noun(table: str) -> str:
    kind = agenda.kind_of(table)
    return str(kind.model.label[0]) if kind else "事项"


def _conclusion(decision: Decision | None) -> Block:
    """What was decided, or the place to write it."""
    if decision is None:
        return Space("审议意见")
    words = [decision.outcome.zh, *filter(None, [decision.wording])]
    said = f"{'：'.join(words)}\n{chinese_date(decision.decided_on)}"
    return Grid(("审议结论",), [(said,)], (1,))


# Printing ------------------------------------------------------------------------------


def print_meeting(
    session: AnySession,
    actor: Actor,
    meeting: Meeting,
    form: Format,
    item: AgendaItem | None = None,
) -> Paper:
    """The material as a file; the export is recorded, the caller commits. Raises NotAllowed."""
    paper = meeting_paper(session, actor, meeting, item)
    name = f"{meeting.number}{meeting.kind.zh}议题材料"
    return hand_out(
        session, actor, paper, form,
        document=AGENDA.name,
        subject="meeting",
        name=f"{name}（议题{chinese_number(item.position)}）" if item else name,
        told={"meeting": meeting.number, "item": item.position if item else None},
    )  # fmt: skip


def print_agenda(session: AnySession, actor: Actor, order: Order) -> Paper:
    """The material of the year's meeting with this number; without one, of its latest.

    Raises RuleViolation at `number` when there is none that `actor` may read.
    """
    held = extract("year", Meeting.held_on) == order.cycle.year
    wanted = select(Meeting).where(visible(actor, Meeting), held)
    if order.number:
        wanted = wanted.where(Meeting.number == order.number)
    meeting = session.scalar(wanted.order_by(Meeting.held_on.desc(), Meeting.id.desc()).limit(1))
    if meeting is None:
        raise RuleViolation(
            message("There is no such meeting in %(year)s.", year=order.cycle.year), "number"
        )
    return print_meeting(session, actor, meeting, order.format)


AGENDA = Kind(
    name="agenda",
    label=("党委会议题材料", "Papers of a meeting"),
    formats=FORMATS,
    print_=print_agenda,
    by_number=True,
    offered=lambda actor: (
        actor.may("meeting:read") and (reads_college(actor) or actor.has_role(LEADER))
    ),
    about=(
        "本年度最近一次会议的议题、汇报部门、审议事项及审议意见栏，会议结论录入后为正式文本；其他会议和单个议题在会议页面下载。",
        "The agenda of the year's latest meeting with what it decides on and space for the decisions; other meetings and single items are printed from the meeting's page.",
    ),
)
documents.register(AGENDA)
