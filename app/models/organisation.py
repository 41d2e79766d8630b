"""Departments, people, and who holds which post or charge when (domain §1-2)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, ClassVar, Optional

from flask_appbuilder.models.sqla import Model
from flask_appbuilder.security.sqla.models import User, assoc_user_role
from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import (
    Choice,
    Domain,
    UtcDateTime,
    choice,
    field,
    in_order,
    not_blank,
    ref,
)

if TYPE_CHECKING:
    from app.models.cycles import Cycle


class DepartmentKind(Choice):
    FUNCTIONAL = "functional", "职能部门", "Functional"
    TEACHING = "teaching", "系部", "Teaching"
    PARTY = "party", "党群部门", "Party"
    SECTION = "section", "科室", "Section"


class AssessmentClass(Choice):
    MANAGEMENT = "management", "管理服务类", "Management"
    TEACHING = "teaching", "教学类", "Teaching"
    SUPPORT = "support", "教辅类", "Support"


class PostKind(Choice):
    HEAD = "head", "正职", "Head"
    DEPUTY = "deputy_head", "副职", "Deputy head"
    ACTING = "acting_head", "主持工作", "Acting head"
    SECTION_HEAD = "section_head", "科室负责人", "Section head"
    STAFF = "staff", "工作人员", "Staff"
    LEADER = "college_leader", "院领导", "College leader"
    PARTY_SECRETARY = "party_secretary", "党委书记", "Party secretary"
    PRESIDENT = "president", "院长", "President"
    COMMITTEE_SECRETARY = "committee_secretary", "党委会秘书", "Committee secretary"
    ASSESSOR = "assessor", "考核领导小组成员", "Assessment group member"


HEADING_POSTS = (PostKind.HEAD, PostKind.ACTING)


class ChargeKind(Choice):
    IN_CHARGE = "in_charge", "分管", "In charge"
    LIAISON = "liaison", "联系", "Liaison"


class SuccessionKind(Choice):
    RENAMED = "renamed", "更名", "Renamed"
    MERGED = "merged", "合并", "Merged"
    SPLIT = "split", "拆分", "Split"


class Department(Domain):
    """部门、系部、科室: a tree by `parent_id`; sections hang under departments."""

    __tablename__ = "department"
    label = ("部门", "Department")
    __table_args__ = (
        not_blank("name"),
        in_order("valid_from", "valid_to"),
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="parent_not_self"),
        CheckConstraint("kind <> 'section' OR parent_id IS NOT NULL", name="section_has_parent"),
        Index("ix_department_kind_sort_order", "kind", "sort_order"),
        {"comment": "部门、系部、科室"},
    )

    code: Mapped[str] = field(String(40), "代码", "Code", unique=True)
    name: Mapped[str] = field(String(80), "名称", "Name", unique=True)
    short_name: Mapped[Optional[str]] = field(String(40), "简称", "Short name")
    kind: Mapped[DepartmentKind] = choice(DepartmentKind, "kind", "类别", "Kind")
    parent_id: Mapped[Optional[int]] = ref(
        "department.id", "上级部门", "Parent department", ondelete="RESTRICT"
    )
    sort_order: Mapped[int] = field(
        None, "排序", "Order", default=0, server_default="0", index=True
    )
    valid_from: Mapped[Optional[dt.date]] = field(None, "设立日期", "Valid from")
    valid_to: Mapped[Optional[dt.date]] = field(None, "撤销日期", "Valid to")

    parent: Mapped[Optional[Department]] = relationship(remote_side="Department.id")

    def __str__(self) -> str:
        return self.name

    __repr__ = __str__


class DepartmentSuccessor(Domain):
    """撤并: on its date the open rows of the predecessor move to the successor."""

    __tablename__ = "department_successor"
    label = ("部门撤并", "Department succession")
    __table_args__ = (
        UniqueConstraint("predecessor_id", "successor_id"),
        CheckConstraint("predecessor_id <> successor_id", name="not_self"),
        {"comment": "部门撤并"},
    )

    predecessor_id: Mapped[int] = ref("department.id", "原部门", "Predecessor", ondelete="RESTRICT")
    successor_id: Mapped[int] = ref("department.id", "承接部门", "Successor", ondelete="RESTRICT")
    kind: Mapped[SuccessionKind] = choice(SuccessionKind, "kind", "方式", "Kind")
    effective_on: Mapped[dt.date] = field(None, "生效日期", "Effective on", index=True)
    ground: Mapped[Optional[str]] = field(String(200), "依据", "Ground")

    predecessor: Mapped[Department] = relationship(foreign_keys=[predecessor_id])
    successor: Mapped[Department] = relationship(foreign_keys=[successor_id])

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"

    __repr__ = __str__


class DepartmentClass(Domain):
    """考核类别: the class a department is assessed in, set per year."""

    __tablename__ = "department_class"
    label = ("考核类别", "Assessment class")
    __table_args__ = (UniqueConstraint("cycle_id", "department_id"), {"comment": "部门考核类别"})

    cycle_id: Mapped[int] = ref("cycle.id", "年度", "Year", ondelete="CASCADE")
    department_id: Mapped[int] = ref("department.id", "部门", "Department", ondelete="RESTRICT")
    assessment_class: Mapped[AssessmentClass] = choice(
        AssessmentClass, "assessment_class", "考核类别", "Assessment class"
    )

    cycle: Mapped[Cycle] = relationship()
    department: Mapped[Department] = relationship()


def whole_name(family: str, given: str) -> str:
    """A person's whole name; a Chinese family name first, no space."""
    chinese = all("\u4e00" <= letter <= "\u9fff" for letter in family + given)
    return f"{family}{given}" if chinese else f"{given} {family}".strip()


class Person(User):
    """A user of the system: Flask-AppBuilder's account and what the college adds to it."""

    __tablename__ = "ab_user"
    label: ClassVar[tuple[str, str]] = ("人员", "Person")

    staff_number: Mapped[Optional[str]] = field(String(32), "工号", "Staff number", unique=True)
    department_id: Mapped[Optional[int]] = ref(
        "department.id", "部门", "Department", ondelete="RESTRICT"
    )
    position: Mapped[Optional[str]] = field(String(60), "职务", "Position")
    phone: Mapped[Optional[str]] = field(String(32), "电话", "Phone")
    must_change_password: Mapped[bool] = field(
        None, "须改密码", "Must change password", default=False, server_default="0"
    )
    password_changed_at: Mapped[Optional[dt.datetime]] = field(
        UtcDateTime, "密码修改时间", "Password changed"
    )
    locked_until: Mapped[Optional[dt.datetime]] = field(UtcDateTime, "锁定至", "Locked until")
    is_demo: Mapped[bool] = field(
        None, "演示账号", "Demo account", default=False, server_default="0"
    )

    department: Mapped[Optional[Department]] = relationship(foreign_keys=[department_id])

    @property
    def name(self) -> str:
        return whole_name(self.last_name or "", self.first_name or "")

    def get_full_name(self) -> str:
        return self.name

    def __str__(self) -> str:
        return self.name

    __repr__ = __str__


# Flask-AppBuilder leaves these foreign keys of its own tables without an index.
Index("ix_ab_user_created_by_fk", Person.__table__.c.created_by_fk)
Index("ix_ab_user_changed_by_fk", Person.__table__.c.changed_by_fk)
Index("ix_ab_user_role_role_id", assoc_user_role.c.role_id)

# Nor does it call its columns what the college calls them.
for _name, _label in {
    "last_name": ("姓", "Family name"),
    "first_name": ("名", "Given name"),
    "username": ("用户名", "User name"),
    "email": ("电子邮箱", "Email"),
}.items():
    Person.__table__.columns[_name].info["label"] = _label


class Appointment(Domain):
    """任职: a person holds a post from a day to a day."""

    __tablename__ = "appointment"
    label = ("任职", "Appointment")
    __table_args__ = (
        in_order("valid_from", "valid_to"),
        Index("ix_appointment_person_id_valid_from", "person_id", "valid_from"),
        {"comment": "任职"},
    )

    person_id: Mapped[int] = ref("ab_user.id", "人员", "Person", ondelete="RESTRICT", index=False)
    department_id: Mapped[Optional[int]] = ref(
        "department.id", "部门", "Department", ondelete="RESTRICT"
    )
    post: Mapped[PostKind] = choice(PostKind, "post", "职务", "Post")
    valid_from: Mapped[dt.date] = field(None, "起", "From")
    valid_to: Mapped[Optional[dt.date]] = field(None, "止", "To")
    ground: Mapped[Optional[str]] = field(String(200), "依据", "Ground")

    person: Mapped[Person] = relationship()
    department: Mapped[Optional[Department]] = relationship()


class Delegation(Domain):
    """授权: one person acts for another between two days, within a scope."""

    __tablename__ = "delegation"
    label = ("授权", "Delegation")
    protected = frozenset({"ended_at", "ended_by_id"})
    __table_args__ = (
        in_order("valid_from", "valid_to"),
        CheckConstraint("giver_id <> receiver_id", name="not_self"),
        Index("ix_delegation_receiver_id_valid_from", "receiver_id", "valid_from"),
        {"comment": "授权"},
    )

    giver_id: Mapped[int] = ref("ab_user.id", "授权人", "Giver", ondelete="RESTRICT")
    receiver_id: Mapped[int] = ref(
        "ab_user.id", "被授权人", "Receiver", ondelete="RESTRICT", index=False
    )
    department_id: Mapped[Optional[int]] = ref(
        "department.id", "授权范围（部门）", "Scope", ondelete="RESTRICT"
    )
    valid_from: Mapped[dt.date] = field(None, "起", "From")
    valid_to: Mapped[dt.date] = field(None, "止", "To")
    ground: Mapped[str] = field(String(200), "依据", "Ground")
    ended_at: Mapped[Optional[dt.datetime]] = field(UtcDateTime, "提前终止时间", "Ended early at")
    ended_by_id: Mapped[Optional[int]] = ref(
        "ab_user.id", "终止人", "Ended by", ondelete="SET NULL"
    )

    giver: Mapped[Person] = relationship(foreign_keys=[giver_id])
    receiver: Mapped[Person] = relationship(foreign_keys=[receiver_id])
    ended_by: Mapped[Optional[Person]] = relationship(foreign_keys=[ended_by_id])
    department: Mapped[Optional[Department]] = relationship()

    def __str__(self) -> str:
        return f"{self.giver} → {self.receiver}"

    __repr__ = __str__


class Charge(Domain):
    """分管 / 联系: which leader answers for which department, from a day to a day."""

    __tablename__ = "charge"
    label = ("分管联系", "Charge")
    __table_args__ = (
        in_order("valid_from", "valid_to"),
        UniqueConstraint("leader_id", "department_id", "kind", "valid_from"),
        {"comment": "分管、联系关系"},
    )

    leader_id: Mapped[int] = ref("ab_user.id", "院领导", "Leader", ondelete="RESTRICT")
    department_id: Mapped[int] = ref("department.id", "部门", "Department", ondelete="RESTRICT")
    kind: Mapped[ChargeKind] = choice(ChargeKind, "kind", "关系", "Kind")
    valid_from: Mapped[dt.date] = field(None, "起", "From", index=True)
    valid_to: Mapped[Optional[dt.date]] = field(None, "止", "To")
    remark: Mapped[Optional[str]] = field(Text, "备注", "Remark")

    leader: Mapped[Person] = relationship()
    department: Mapped[Department] = relationship()


class AccessStamp(Model):
    """One row. Its number rises whenever anybody's rights change, so that every worker
    notices at its next request that the rights it remembers are old."""

    __tablename__ = "access_stamp"
    __table_args__ = (
        CheckConstraint("id = 1", name="single_row"),
        {"comment": "权限版本戳（一行）"},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[int] = mapped_column(default=0, server_default="0")
