"""The audit trail, notifications and what goes outside, saved views and import jobs."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, Optional

from flask_appbuilder.models.sqla import Model
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Choice, Domain, UtcDateTime, choice, field, not_blank, ref
from app.models.cycles import Phase
from app.models.organisation import Department, Person


class OutboxStatus(Choice):
    WAITING = "waiting", "待发送", "Waiting"
    SENT = "sent", "已发送", "Sent"
    FAILED = "failed", "失败", "Failed"
    DEAD = "dead", "放弃", "Dead"


class Channel(Choice):
    """The ways outside: to a person by e-mail, to the college's groups by their robots."""

    MAIL = "mail", "电子邮件", "E-mail"
    WECOM = "wecom", "企业微信群机器人", "WeCom group robot"
    DINGTALK = "dingtalk", "钉钉群机器人", "DingTalk group robot"
    FEISHU = "feishu", "飞书群机器人", "Feishu group robot"


class Digest(Choice):
    """How a person wants several notifications: each at once, gathered for the rule book's
    minutes, or once in the morning."""

    AT_ONCE = "at_once", "即时发送", "At once"
    GATHERED = "gathered", "定时汇总", "Gathered"
    DAILY = "daily", "每日汇总", "Once a day"


class ImportStatus(Choice):
    PREVIEW = "preview", "待确认", "Preview"
    RUNNING = "running", "导入中", "Running"
    DONE = "done", "已完成", "Done"
    FAILED = "failed", "失败", "Failed"
    REVERSED = "reversed", "已撤销", "Reversed"


class AuditEvent(Model):
    """操作日志: who (and for whom), when, what, before and after; chained by hash.

    Written by the gate in the commit of the change itself, never by anything else.
    """

    __tablename__ = "audit_event"
    label = ("操作日志", "Audit event")
    __table_args__ = (
        Index("ix_audit_event_table_name_row_id", "table_name", "row_id"),
        Index("ix_audit_event_actor_id_happened_at", "actor_id", "happened_at"),
        CheckConstraint("length(hash) = 64 AND length(previous_hash) = 64", name="hash_length"),
        {"comment": "操作日志（哈希链）"},
    )

    id: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, info={"label": ("序号", "No.")}, comment="链上序号"
    )
    happened_at: Mapped[dt.datetime] = field(UtcDateTime, "时间", "At", index=True)
    actor_id: Mapped[Optional[int]] = ref(
        "ab_user.id", "操作人", "Actor", ondelete="RESTRICT", index=False
    )
    actor_name: Mapped[str] = field(String(128), "操作人姓名", "Actor's name")
    on_behalf_of_id: Mapped[Optional[int]] = ref(
        "ab_user.id", "代", "On behalf of", ondelete="RESTRICT"
    )
    door: Mapped[str] = field(String(20), "入口", "Door")
    action: Mapped[str] = field(String(60), "动作", "Action", index=True)
    table_name: Mapped[str] = field(String(60), "表", "Table")
    row_id: Mapped[Optional[int]] = field(None, "行", "Row")
    before: Mapped[Optional[str]] = field(Text, "变更前", "Before")
    after: Mapped[Optional[str]] = field(Text, "变更后", "After")
    previous_hash: Mapped[str] = field(String(64), "前一哈希", "Previous hash")
    hash: Mapped[str] = field(String(64), "哈希", "Hash", unique=True)

    actor: Mapped[Optional[Person]] = relationship(foreign_keys=[actor_id])
    on_behalf_of: Mapped[Optional[Person]] = relationship(foreign_keys=[on_behalf_of_id])


class AuditHead(Model):
    """链头: one row, the last event's number and hash. Locking it puts commits in order."""

    __tablename__ = "audit_head"
    __table_args__ = (
        CheckConstraint("id = 1", name="single_row"),
        {"comment": "操作日志链头（一行）"},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_event_id: Mapped[int] = mapped_column(default=0, server_default="0")
    last_hash: Mapped[str] = mapped_column(String(64))


class Lease(Model):
    """占用: which process does a piece of work that only one may do at a time, and until when
    nobody else takes it over."""

    __tablename__ = "lease"
    __table_args__ = ({"comment": "后台工作占用"},)

    name: Mapped[str] = mapped_column(String(60), primary_key=True, comment="工作")
    holder: Mapped[Optional[str]] = mapped_column(String(120), comment="占用者")
    held_until: Mapped[Optional[dt.datetime]] = mapped_column(UtcDateTime, comment="占用至")


class SentForm(Model):
    """已提交的表单: a form that has made its row, by the value that was drawn with it; sent again,
    it makes no second one. Cleared after some days."""

    __tablename__ = "sent_form"
    __table_args__ = ({"comment": "已提交的表单"},)
    LONGEST: ClassVar[int] = 40

    person_id: Mapped[int] = mapped_column(
        ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True, comment="提交人"
    )
    value: Mapped[str] = mapped_column(String(LONGEST), primary_key=True, comment="表单标记")
    place: Mapped[str] = mapped_column(String(500), comment="所建记录的位置")
    sent_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True, comment="提交时间")


class PatrolRound(Domain):
    """巡查记录: the daily round of one day, and what it did. A day without one is caught up."""

    __tablename__ = "patrol_round"
    label = ("巡查记录", "Patrol round")
    __table_args__ = (UniqueConstraint("day"), {"comment": "每日巡查记录"})

    day: Mapped[dt.date] = field(None, "日期", "Day")
    finished_at: Mapped[dt.datetime] = field(UtcDateTime, "完成时间", "Finished at")
    checks_missing: Mapped[int] = field(None, "缺报监测", "Checks missing", default=0)
    warnings_opened: Mapped[int] = field(None, "新增预警", "Warnings opened", default=0)
    warnings_closed: Mapped[int] = field(None, "解除预警", "Warnings closed", default=0)
    cases_proposed: Mapped[int] = field(None, "拟立项", "Cases proposed", default=0)
    cases_moved: Mapped[int] = field(None, "督办升级", "Cases moved up", default=0)
    messages: Mapped[int] = field(None, "发出通知", "Messages", default=0)


class Notification(Domain):
    """通知: a message in a person's inbox."""

    __tablename__ = "notification"
    label = ("通知", "Notification")
    unbounded = frozenset({"text"})
    __table_args__ = (
        Index("ix_notification_person_id_read_at", "person_id", "read_at"),
        {"comment": "通知"},
    )

    person_id: Mapped[int] = ref("ab_user.id", "接收人", "Person", ondelete="CASCADE", index=False)
    kind: Mapped[str] = field(String(60), "类型", "Kind")
    text: Mapped[str] = field(Text, "内容", "Text")
    link: Mapped[Optional[str]] = field(String(300), "链接", "Link")
    read_at: Mapped[Optional[dt.datetime]] = field(UtcDateTime, "阅读时间", "Read at")

    person: Mapped[Person] = relationship()


class Reminder(Domain):
    """催报: on a day, whoever owes something in a phase was reminded of it: a department (its
    heads) or a leader. `receivers` is how many people got the message."""

    __tablename__ = "reminder"
    label = ("催报", "Reminder")
    __table_args__ = (
        UniqueConstraint("phase_id", "department_id", "reminded_on"),
        UniqueConstraint("phase_id", "leader_id", "reminded_on"),
        CheckConstraint("(department_id IS NULL) <> (leader_id IS NULL)", name="one_debtor"),
        CheckConstraint("receivers > 0", name="somebody_received"),
        {"comment": "催报记录"},
    )

    phase_id: Mapped[int] = ref("phase.id", "阶段", "Phase", ondelete="CASCADE")
    department_id: Mapped[Optional[int]] = ref(
        "department.id", "被催报部门", "Department", ondelete="RESTRICT"
    )
    leader_id: Mapped[Optional[int]] = ref(
        "ab_user.id", "被催报领导", "Leader", ondelete="RESTRICT"
    )
    reminded_on: Mapped[dt.date] = field(None, "催报日期", "Reminded on")
    receivers: Mapped[int] = field(None, "接收人数", "Receivers")
    reminded_by_id: Mapped[int] = ref("ab_user.id", "催报人", "Reminded by", ondelete="RESTRICT")

    phase: Mapped[Phase] = relationship()
    department: Mapped[Optional[Department]] = relationship()
    leader: Mapped[Optional[Person]] = relationship(foreign_keys=[leader_id])
    reminded_by: Mapped[Person] = relationship(foreign_keys=[reminded_by_id])


class OutboxMessage(Domain):
    """发件箱: what must go outside. It carries how many notifications wait, and has no column for
    their content. Without a person it goes to a group of the college.

    `not_before` is empty while the person's digest decides when it goes; `claimed_until` is set
    while a deliverer has it in hand.
    """

    __tablename__ = "outbox_message"
    label = ("发件箱", "Outbox message")
    unbounded = frozenset({"last_error"})
    protected = frozenset(
        {"status", "items", "attempts", "not_before", "claimed_until", "sent_at", "last_error"}
    )
    __table_args__ = (
        UniqueConstraint("deduplication_key"),
        CheckConstraint("attempts >= 0", name="attempts_not_negative"),
        CheckConstraint("items > 0", name="items_positive"),
        CheckConstraint("(channel = 'mail') = (person_id IS NOT NULL)", name="mail_to_a_person"),
        Index("ix_outbox_message_status_not_before", "status", "not_before"),
        {"comment": "发件箱"},
    )

    person_id: Mapped[Optional[int]] = ref("ab_user.id", "接收人", "Person", ondelete="CASCADE")
    channel: Mapped[Channel] = choice(Channel, "channel", "渠道", "Channel")
    items: Mapped[int] = field(None, "通知条数", "Notifications", default=1, server_default="1")
    deduplication_key: Mapped[str] = field(String(120), "去重键", "Deduplication key")
    status: Mapped[OutboxStatus] = choice(
        OutboxStatus, "status", "状态", "Status", default=OutboxStatus.WAITING
    )
    attempts: Mapped[int] = field(None, "尝试次数", "Attempts", default=0, server_default="0")
    not_before: Mapped[Optional[dt.datetime]] = field(UtcDateTime, "最早发送", "Not before")
    claimed_until: Mapped[Optional[dt.datetime]] = field(
        UtcDateTime, "发送中（至）", "In hand until"
    )
    sent_at: Mapped[Optional[dt.datetime]] = field(UtcDateTime, "发送时间", "Sent at")
    last_error: Mapped[Optional[str]] = field(Text, "最近错误", "Last error")

    person: Mapped[Optional[Person]] = relationship()


class NotificationChoice(Domain):
    """通知方式: what a person wants to get outside. Without a row the defaults hold."""

    __tablename__ = "notification_choice"
    label = ("通知方式", "Notification choice")
    __table_args__ = (
        UniqueConstraint("person_id"),
        {"comment": "本人选择的通知方式"},
    )

    person_id: Mapped[int] = ref("ab_user.id", "本人", "Person", ondelete="CASCADE", index=False)
    mail: Mapped[bool] = field(
        None, "接收邮件提醒", "Reminders by e-mail", default=True, server_default="1"
    )
    digest: Mapped[Digest] = choice(
        Digest, "digest", "发送频率", "How often", default=Digest.GATHERED
    )
    quiet: Mapped[bool] = field(
        None, "遵守免打扰时段", "Keep quiet hours", default=True, server_default="1"
    )

    person: Mapped[Person] = relationship()


class SavedView(Domain):
    """常用筛选: a named filter, columns and sort of a list; may be shared."""

    __tablename__ = "saved_view"
    label = ("常用筛选", "Saved view")
    __table_args__ = (
        UniqueConstraint("owner_id", "resource", "name"),
        not_blank("name"),
        {"comment": "常用筛选"},
    )

    owner_id: Mapped[int] = ref("ab_user.id", "所有人", "Owner", ondelete="CASCADE")
    resource: Mapped[str] = field(String(60), "列表", "List")
    name: Mapped[str] = field(String(80), "名称", "Name")
    query: Mapped[str] = field(Text, "条件", "Query")
    is_default: Mapped[bool] = field(None, "默认", "Default", default=False, server_default="0")
    shared: Mapped[bool] = field(None, "共享", "Shared", default=False, server_default="0")

    owner: Mapped[Person] = relationship()


REVERSAL = "reversal of import "
"""What the trail calls every change that undoes an import, with its number behind."""


class ImportJob(Domain):
    """导入: an uploaded file between its preview and its confirmation, with progress."""

    __tablename__ = "import_job"
    label = ("导入", "Import")
    protected = frozenset({"status", "progress", "summary", "finished_at", "owner_id", "sha256"})
    __table_args__ = (
        CheckConstraint("progress >= 0 AND progress <= 100", name="progress_range"),
        not_blank("kind"),
        {"comment": "导入"},
    )

    owner_id: Mapped[int] = ref("ab_user.id", "导入人", "Owner", ondelete="RESTRICT")
    kind: Mapped[str] = field(String(20), "种类", "Kind")
    cycle_id: Mapped[Optional[int]] = ref("cycle.id", "年度", "Year", ondelete="RESTRICT")
    file_name: Mapped[str] = field(String(255), "文件名", "File name")
    sha256: Mapped[str] = field(String(64), "摘要", "SHA-256")
    options: Mapped[Optional[dict[str, Any]]] = field(JSON, "选项", "Options")
    status: Mapped[ImportStatus] = choice(
        ImportStatus, "status", "状态", "Status", default=ImportStatus.PREVIEW, index=True
    )
    progress: Mapped[int] = field(None, "进度", "Progress", default=0, server_default="0")
    summary: Mapped[Optional[dict[str, Any]]] = field(JSON, "结果", "Summary")
    finished_at: Mapped[Optional[dt.datetime]] = field(UtcDateTime, "完成时间", "Finished at")

    owner: Mapped[Person] = relationship()


class ImportLayout(Domain):
    """导入版式: what the columns under certain headings hold, as somebody set it right once.

    `fingerprint` is that of the headings; `columns` gives each column's field by its number.
    """

    __tablename__ = "import_layout"
    label = ("导入版式", "Import layout")
    unbounded = frozenset({"headings"})
    __table_args__ = (
        UniqueConstraint("kind", "fingerprint"),
        not_blank("kind"),
        {"comment": "导入版式（识别结果的更正）"},
    )

    kind: Mapped[str] = field(String(20), "种类", "Kind")
    fingerprint: Mapped[str] = field(String(64), "表头指纹", "Fingerprint")
    headings: Mapped[str] = field(Text, "表头", "Headings")
    columns: Mapped[dict[str, Any]] = field(JSON, "各列内容", "Columns")
    remembered_by_id: Mapped[int] = ref("ab_user.id", "记录人", "Set by", ondelete="RESTRICT")

    remembered_by: Mapped[Person] = relationship()


class ImportAlias(Domain):
    """部门别名: another name that tables use for a department."""

    __tablename__ = "import_alias"
    label = ("部门别名", "Department alias")
    __table_args__ = (
        UniqueConstraint("word"),
        not_blank("word"),
        {"comment": "导入用部门别名"},
    )

    word: Mapped[str] = field(String(80), "别名", "Alias")
    department_id: Mapped[int] = ref("department.id", "部门", "Department", ondelete="CASCADE")
    remembered_by_id: Mapped[int] = ref("ab_user.id", "记录人", "Set by", ondelete="RESTRICT")

    department: Mapped[Department] = relationship()
    remembered_by: Mapped[Person] = relationship()
