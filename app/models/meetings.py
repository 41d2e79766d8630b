"""Meetings: agenda items and the rows they cover, decisions, what was entered from paper
(Art. 4.5, 5.2, 9.2)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Optional

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from app.models.base import Choice, Domain, UtcDateTime, choice, field, not_blank, ref
from app.models.organisation import Department, Person

if TYPE_CHECKING:
    from app.models.cycles import Cycle


class MeetingKind(Choice):
    COMMITTEE = "committee", "党委会", "Party committee"
    PRESIDENT = "president", "院长办公会", "President's meeting"
    SEMINAR = "seminar", "专题研讨会", "Seminar"


class Outcome(Choice):
    APPROVED = "approved", "通过", "Approved"
    AMENDED = "amended", "修改后通过", "Approved as amended"
    DEFERRED = "deferred", "暂缓", "Deferred"
    REJECTED = "rejected", "不通过", "Rejected"


class PaperStatus(Choice):
    STANDING = "standing", "待本人确认", "Waiting for the signer"
    ACKNOWLEDGED = "acknowledged", "本人已确认", "Acknowledged"
    CONTESTED = "contested", "本人有异议", "Contested"
    REFERRED = "referred", "报主要领导裁定", "Referred"
    UPHELD = "upheld", "裁定维持", "Upheld"
    WITHDRAWN = "withdrawn", "已撤回", "Withdrawn"


class Meeting(Domain):
    """会议: a sitting of the Party committee or another body."""

    __tablename__ = "meeting"
    label = ("会议", "Meeting")
    __table_args__ = (
        UniqueConstraint("kind", "held_on", "number"),
        not_blank("title"),
        {"comment": "会议"},
    )

    kind: Mapped[MeetingKind] = choice(
        MeetingKind, "kind", "会议类型", "Kind", default=MeetingKind.COMMITTEE
    )
    number: Mapped[str] = field(String(40), "会议编号", "Number")
    title: Mapped[str] = field(String(200), "会议名称", "Title")
    held_on: Mapped[dt.date] = field(None, "召开日期", "Held on", index=True)
    minutes_number: Mapped[Optional[str]] = field(String(60), "纪要文号", "Minutes number")
    recorded_by_id: Mapped[Optional[int]] = ref(
        "ab_user.id", "记录人", "Recorded by", ondelete="SET NULL"
    )

    recorded_by: Mapped[Optional[Person]] = relationship()

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    __repr__ = __str__


class AgendaItem(Domain):
    """议题: one item of a meeting; it covers many rows."""

    __tablename__ = "agenda_item"
    label = ("议题", "Agenda item")
    __table_args__ = (
        UniqueConstraint("meeting_id", "position"),
        not_blank("title"),
        {"comment": "议题"},
    )

    meeting_id: Mapped[int] = ref("meeting.id", "会议", "Meeting", ondelete="CASCADE")
    position: Mapped[int] = field(None, "序号", "Position")
    title: Mapped[str] = field(String(200), "议题", "Title")
    reporter_department_id: Mapped[Optional[int]] = ref(
        "department.id", "汇报部门", "Reporting department", ondelete="RESTRICT"
    )
    summary: Mapped[Optional[str]] = field(Text, "摘要", "Summary")

    meeting: Mapped[Meeting] = relationship()
    reporter_department: Mapped[Optional[Department]] = relationship()

    def __str__(self) -> str:
        return self.title

    __repr__ = __str__


class AgendaSubject(Domain):
    """议题事项: a row that an agenda item puts before the meeting; its decision follows."""

    __tablename__ = "agenda_subject"
    label = ("议题事项", "Subject of an agenda item")
    __table_args__ = (
        UniqueConstraint("agenda_item_id", "subject_table", "subject_id"),
        Index("ix_agenda_subject_subject_table_subject_id", "subject_table", "subject_id"),
        {"comment": "议题所涉事项"},
    )

    agenda_item_id: Mapped[int] = ref("agenda_item.id", "议题", "Agenda item", ondelete="CASCADE")
    position: Mapped[int] = field(None, "序号", "Position", default=0, server_default="0")
    subject_table: Mapped[str] = field(String(60), "对象类型", "Subject kind")
    subject_id: Mapped[int] = field(None, "对象编号", "Subject ID")

    agenda_item: Mapped[AgendaItem] = relationship()


class Decision(Domain):
    """审定: the outcome for one row of an agenda item (`subject_table`, `subject_id`)."""

    __tablename__ = "decision"
    label = ("审定意见", "Decision")
    __table_args__ = (
        CheckConstraint("(subject_table IS NULL) = (subject_id IS NULL)", name="subject_whole"),
        Index("ix_decision_subject_table_subject_id", "subject_table", "subject_id"),
        {"comment": "审定"},
    )

    agenda_item_id: Mapped[int] = ref("agenda_item.id", "议题", "Agenda item", ondelete="RESTRICT")
    subject_table: Mapped[Optional[str]] = field(String(60), "对象类型", "Subject kind")
    subject_id: Mapped[Optional[int]] = field(None, "对象编号", "Subject ID")
    outcome: Mapped[Outcome] = choice(Outcome, "outcome", "结论", "Outcome")
    wording: Mapped[Optional[str]] = field(Text, "决议内容", "Wording")
    decided_on: Mapped[dt.date] = field(None, "审定日期", "Decided on", index=True)
    recorded_at: Mapped[Optional[dt.datetime]] = field(UtcDateTime, "记录时间", "Recorded at")

    agenda_item: Mapped[AgendaItem] = relationship()

    def __str__(self) -> str:
        return f"{self.decided_on} {self.outcome.zh}"

    __repr__ = __str__


class PaperEntry(Domain):
    """代录: a step that the Office took for somebody who wrote on paper. The scan is its evidence;
    the person named may object until `objection_until` (domain §1)."""

    __tablename__ = "paper_entry"
    label = ("代录意见", "Entry from paper")
    protected = frozenset(
        {
            "status", "recorded_by_id", "recorded_at", "objection_until", "objection",
            "objected_at", "resolution", "resolved_by_id", "resolved_at",
        }
    )  # fmt: skip
    __table_args__ = (
        CheckConstraint("(objection IS NULL) = (objected_at IS NULL)", name="objection_whole"),
        Index("ix_paper_entry_subject_table_subject_id", "subject_table", "subject_id"),
        {"comment": "代录的纸质意见"},
    )

    cycle_id: Mapped[int] = ref("cycle.id", "年度", "Year", ondelete="RESTRICT")
    department_id: Mapped[Optional[int]] = ref(
        "department.id", "部门", "Department", ondelete="RESTRICT"
    )
    subject_table: Mapped[str] = field(String(60), "对象类型", "Subject kind")
    subject_id: Mapped[int] = field(None, "对象编号", "Subject ID")
    step: Mapped[str] = field(String(40), "步骤", "Step")
    status: Mapped[PaperStatus] = choice(
        PaperStatus, "status", "状态", "Status", default=PaperStatus.STANDING, index=True
    )
    signed_on: Mapped[dt.date] = field(None, "签署日期", "Signed on")
    text: Mapped[Optional[str]] = field(Text, "意见原文", "Words on paper")
    person_id: Mapped[int] = ref("ab_user.id", "签署人", "Person", ondelete="RESTRICT")
    recorded_by_id: Mapped[int] = ref("ab_user.id", "代录人", "Recorded by", ondelete="RESTRICT")
    recorded_at: Mapped[dt.datetime] = field(UtcDateTime, "代录时间", "Recorded at")
    objection_until: Mapped[dt.date] = field(None, "异议截止", "Objection until")
    objection: Mapped[Optional[str]] = field(Text, "异议", "Objection")
    objected_at: Mapped[Optional[dt.datetime]] = field(UtcDateTime, "异议时间", "Objected at")
    resolution: Mapped[Optional[str]] = field(Text, "处理说明", "Resolution")
    resolved_by_id: Mapped[Optional[int]] = ref(
        "ab_user.id", "处理人", "Resolved by", ondelete="RESTRICT"
    )
    resolved_at: Mapped[Optional[dt.datetime]] = field(UtcDateTime, "处理时间", "Resolved at")

    cycle: Mapped[Cycle] = relationship()
    department: Mapped[Optional[Department]] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    recorded_by: Mapped[Person] = relationship(foreign_keys=[recorded_by_id])
    resolved_by: Mapped[Optional[Person]] = relationship(foreign_keys=[resolved_by_id])
