"""The daily patrol with its lease; what a case knows of its ladder and who helps with it; bulletins as
they were issued; coordination that is rerouted and reopened; the numbers of all this in the rule
books that are there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_STATES = ("proposed", "open", "replied", "closed", "dismissed", "withdrawn")
_NOW_STATES = ("proposed", "open", "replied", "accepted", "closed", "dismissed", "withdrawn")
_KINDS = (
    "opened", "signed", "reply", "accepted", "rejected", "urged", "deadline_set", "extended",
    "transferred", "concluded", "closed", "reopened", "withdrawn",
)  # fmt: skip
_NOW_KINDS = (
    "proposed", "dismissed", "opened", "signed", "reply", "accepted", "rejected", "urged",
    "deadline_set", "extended", "special_proposed", "transferred", "concluded", "returned",
    "closed", "reopened", "withdrawn",
)  # fmt: skip
_VALUES = (
    ("supervise.waiting_reply_holds", "false", "boolean", None, "督查督办", "回复待审期间停止计时", "A reply that waits for the Office stops the clock"),
    ("supervise.number_format", "督〔{year}〕{number}号", "text", None, "督查督办", "督办件编号格式", "Form of a case's number"),
    ("coordination.reply_workdays", "5", "integer", "工作日", "运行监测", "需协调事项答复期限", "Workdays to answer a coordination request"),
    ("patrol.hour", "6", "integer", "时", "督查督办", "每日巡查时间（时）", "Hour of the daily round"),
    ("patrol.due_soon_days", "7", "integer", "天", "督查督办", "任务到期提醒提前天数", "Days before its due day on which a task's owner is reminded"),
)  # fmt: skip


def _held(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN (" + ", ".join(f"'{value}'" for value in values) + ")"


def _choices(table: str, column: str, values: tuple[str, ...]) -> None:
    """Let `column` hold one of `values`."""
    name = op.f(f"ck_{table}_{column}")
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, _held(column, values))


def _value(row: tuple[str | None, ...]) -> None:
    """Write a number into every rule book that lacks it."""
    names = ("key", "value", "kind", "unit", "chapter", "name", "name_en")
    given = dict(zip(names, row, strict=True))
    op.execute(
        sa.text(
            "INSERT INTO rule_value (rule_book_id, key, value, kind, unit, chapter, name, name_en,"
            " assumed, version) SELECT id, :key, :value, :kind, :unit, :chapter, :name, :name_en,"
            " true, 1 FROM rule_book WHERE NOT EXISTS (SELECT 1 FROM rule_value"
            " WHERE rule_value.rule_book_id = rule_book.id AND rule_value.key = :key)"
        ).bindparams(*(sa.bindparam(name, value, sa.String) for name, value in given.items()))
    )


def upgrade() -> None:
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=60), nullable=False, comment="工作"),
        sa.Column("holder", sa.String(length=120), nullable=True, comment="占用者"),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True, comment="占用至"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
        comment="后台工作占用",
    )
    op.create_table(
        "patrol_round",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("day", sa.Date(), nullable=False, comment="日期"),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False, comment="完成时间"),
        sa.Column("checks_missing", sa.Integer(), nullable=False, comment="缺报监测"),
        sa.Column("warnings_opened", sa.Integer(), nullable=False, comment="新增预警"),
        sa.Column("warnings_closed", sa.Integer(), nullable=False, comment="解除预警"),
        sa.Column("cases_proposed", sa.Integer(), nullable=False, comment="拟立项"),
        sa.Column("cases_moved", sa.Integer(), nullable=False, comment="督办升级"),
        sa.Column("messages", sa.Integer(), nullable=False, comment="发出通知"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_round")),
        sa.UniqueConstraint("day", name=op.f("uq_patrol_round_day")),
        comment="每日巡查记录",
    )
    op.create_table(
        "bulletin_line",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("reporting_month_id", sa.Integer(), nullable=False, comment="监测月份"),
        sa.Column("department_id", sa.Integer(), nullable=False, comment="部门"),
        sa.Column("due", sa.Integer(), nullable=False, comment="应报"),
        sa.Column("submitted", sa.Integer(), nullable=False, comment="已报"),
        sa.Column("late", sa.Integer(), nullable=False, comment="迟报"),
        sa.Column("missing", sa.Integer(), nullable=False, comment="未报"),
        sa.Column("green", sa.Integer(), nullable=False, comment="绿灯"),
        sa.Column("yellow", sa.Integer(), nullable=False, comment="黄灯"),
        sa.Column("orange", sa.Integer(), nullable=False, comment="橙灯"),
        sa.Column("red", sa.Integer(), nullable=False, comment="红灯"),
        sa.Column("grey", sa.Integer(), nullable=False, comment="无数据"),
        sa.Column("blue", sa.Integer(), nullable=False, comment="已完成"),
        sa.Column("problems", sa.Integer(), nullable=False, comment="存在问题"),
        sa.Column("requests", sa.Integer(), nullable=False, comment="需协调事项"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_bulletin_line_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["reporting_month_id"],
            ["reporting_month.id"],
            name=op.f("fk_bulletin_line_reporting_month_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin_line")),
        sa.UniqueConstraint(
            "reporting_month_id",
            "department_id",
            name=op.f("uq_bulletin_line_reporting_month_id_department_id"),
        ),
        comment="月度监测通报明细（下发时冻结）",
    )
    with op.batch_alter_table("bulletin_line", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_bulletin_line_department_id"), ["department_id"], unique=False
        )

    op.create_table(
        "case_department",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("supervision_case_id", sa.Integer(), nullable=False, comment="督办件"),
        sa.Column("department_id", sa.Integer(), nullable=False, comment="配合部门"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_case_department_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["supervision_case_id"],
            ["supervision_case.id"],
            name=op.f("fk_case_department_supervision_case_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_department")),
        sa.UniqueConstraint(
            "supervision_case_id",
            "department_id",
            name=op.f("uq_case_department_supervision_case_id_department_id"),
        ),
        comment="督办件的配合部门",
    )
    with op.batch_alter_table("case_department", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_case_department_department_id"), ["department_id"], unique=False
        )

    with op.batch_alter_table("coordination_request", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True, comment="解决时间")
        )
        batch_op.add_column(
            sa.Column("reopen_reason", sa.Text(), nullable=True, comment="重新提出原因")
        )
        batch_op.add_column(
            sa.Column("reroute_reason", sa.Text(), nullable=True, comment="转办说明")
        )

    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.add_column(sa.Column("effect", sa.Text(), nullable=True, comment="更正结果"))

    with op.batch_alter_table("supervision_case", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("rule_key", sa.String(length=80), nullable=True, comment="立项规则")
        )
        batch_op.add_column(
            sa.Column("urges", sa.Integer(), server_default="0", nullable=False, comment="催办次数")
        )
        batch_op.add_column(
            sa.Column("special_ground", sa.Text(), nullable=True, comment="提请专项督查理由")
        )
        batch_op.add_column(
            sa.Column("special_proposed_on", sa.Date(), nullable=True, comment="提请专项督查日期")
        )
        batch_op.create_check_constraint(
            op.f("ck_supervision_case_urges_not_negative"), "urges >= 0"
        )
        batch_op.create_check_constraint(
            op.f("ck_supervision_case_special_has_ground"),
            "special_proposed_on IS NULL OR special_ground IS NOT NULL",
        )
        batch_op.create_index(
            batch_op.f("ix_supervision_case_special_proposed_on"),
            ["special_proposed_on"],
            unique=False,
        )
    _choices("supervision_case", "status", _NOW_STATES)
    _choices("case_step", "kind", _NOW_KINDS)
    for row in _VALUES:
        _value(row)


def downgrade() -> None:
    for row in _VALUES:
        op.execute(sa.text("DELETE FROM rule_value WHERE key = :key").bindparams(key=row[0]))
    op.execute("UPDATE supervision_case SET status = 'closed' WHERE status = 'accepted'")
    op.execute(f"DELETE FROM case_step WHERE NOT {_held('kind', _KINDS)}")
    _choices("case_step", "kind", _KINDS)
    _choices("supervision_case", "status", _STATES)
    with op.batch_alter_table("supervision_case", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_supervision_case_special_proposed_on"))
        batch_op.drop_constraint(op.f("ck_supervision_case_special_has_ground"), type_="check")
        batch_op.drop_constraint(op.f("ck_supervision_case_urges_not_negative"), type_="check")
        batch_op.drop_column("special_proposed_on")
        batch_op.drop_column("special_ground")
        batch_op.drop_column("urges")
        batch_op.drop_column("rule_key")

    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.drop_column("effect")

    with op.batch_alter_table("coordination_request", schema=None) as batch_op:
        batch_op.drop_column("reroute_reason")
        batch_op.drop_column("reopen_reason")
        batch_op.drop_column("resolved_at")

    with op.batch_alter_table("case_department", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_department_department_id"))

    op.drop_table("case_department")
    with op.batch_alter_table("bulletin_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bulletin_line_department_id"))

    op.drop_table("bulletin_line")
    op.drop_table("patrol_round")
    op.drop_table("lease")
