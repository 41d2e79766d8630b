"""Delegations that end early; who submitted what somebody else decides on; entries from paper with
the day they were signed and what became of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_STATES = ("standing", "acknowledged", "contested", "referred", "upheld", "withdrawn")
_PEOPLE = (
    ("delegation", "ended_by_id", "终止人", "SET NULL"),
    ("department_plan", "sent_by_id", "送审人", "RESTRICT"),
    ("adjustment", "submitted_by_id", "提交人", "RESTRICT"),
    ("task_result", "submitted_by_id", "提交人", "RESTRICT"),
)


def _link(table: str, column: str, target: str, words: str, ondelete: str, *, needed: bool) -> None:
    with op.batch_alter_table(table) as batch:
        batch.add_column(sa.Column(column, sa.Integer(), nullable=not needed, comment=words))
        batch.create_foreign_key(
            op.f(f"fk_{table}_{column}"), target, [column], ["id"], ondelete=ondelete
        )
        batch.create_index(op.f(f"ix_{table}_{column}"), [column], unique=False)


def _unlink(table: str, column: str) -> None:
    with op.batch_alter_table(table) as batch:
        batch.drop_index(op.f(f"ix_{table}_{column}"))
        batch.drop_constraint(op.f(f"fk_{table}_{column}"), type_="foreignkey")
        batch.drop_column(column)


def upgrade() -> None:
    for table, column, words, ondelete in _PEOPLE:
        _link(table, column, "ab_user", words, ondelete, needed=False)
    with op.batch_alter_table("delegation") as table:
        table.add_column(
            sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True, comment="提前终止时间")
        )
    # Nothing has written an entry from paper so far.
    _link("paper_entry", "cycle_id", "cycle", "年度", "RESTRICT", needed=True)
    _link("paper_entry", "department_id", "department", "部门", "RESTRICT", needed=False)
    _link("paper_entry", "resolved_by_id", "ab_user", "处理人", "RESTRICT", needed=False)
    with op.batch_alter_table("paper_entry") as table:
        table.add_column(
            sa.Column(
                "status",
                sa.Enum(*_STATES, name="status", native_enum=False, length=24),
                nullable=False,
                comment="状态",
            )
        )
        table.add_column(sa.Column("signed_on", sa.Date(), nullable=False, comment="签署日期"))
        table.add_column(sa.Column("resolution", sa.Text(), nullable=True, comment="处理说明"))
        table.add_column(
            sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True, comment="处理时间")
        )
        table.create_check_constraint(
            op.f("ck_paper_entry_status"),
            "status IN (" + ", ".join(f"'{one}'" for one in _STATES) + ")",
        )
        table.create_index(op.f("ix_paper_entry_status"), ["status"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("paper_entry") as table:
        table.drop_index(op.f("ix_paper_entry_status"))
        table.drop_constraint(op.f("ck_paper_entry_status"), type_="check")
        for column in ("resolved_at", "resolution", "signed_on", "status"):
            table.drop_column(column)
    for column in ("resolved_by_id", "department_id", "cycle_id"):
        _unlink("paper_entry", column)
    with op.batch_alter_table("delegation") as table:
        table.drop_column("ended_at")
    for table, column, _, _ in reversed(_PEOPLE):
        _unlink(table, column)
