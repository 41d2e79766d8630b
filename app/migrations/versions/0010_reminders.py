"""Who was reminded in which phase, and when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_KEYS = (
    ("phase_id", "phase.id", "CASCADE"),
    ("department_id", "department.id", "RESTRICT"),
    ("leader_id", "ab_user.id", "RESTRICT"),
    ("reminded_by_id", "ab_user.id", "RESTRICT"),
)


def upgrade() -> None:
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("phase_id", sa.Integer(), nullable=False, comment="阶段"),
        sa.Column("department_id", sa.Integer(), nullable=True, comment="被催报部门"),
        sa.Column("leader_id", sa.Integer(), nullable=True, comment="被催报领导"),
        sa.Column("reminded_on", sa.Date(), nullable=False, comment="催报日期"),
        sa.Column("receivers", sa.Integer(), nullable=False, comment="接收人数"),
        sa.Column("reminded_by_id", sa.Integer(), nullable=False, comment="催报人"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        *(
            sa.Column(
                moment,
                sa.DateTime(timezone=True),
                server_default=sa.func.now(),
                nullable=False,
                comment=words,
            )
            for moment, words in (
                ("created_at", "建立时间（UTC）"),
                ("updated_at", "更新时间（UTC）"),
            )
        ),
        sa.CheckConstraint(
            "(department_id IS NULL) <> (leader_id IS NULL)",
            name=op.f("ck_reminder_one_debtor"),
        ),
        sa.CheckConstraint("receivers > 0", name=op.f("ck_reminder_somebody_received")),
        *(
            sa.ForeignKeyConstraint(
                [column], [target], name=op.f(f"fk_reminder_{column}"), ondelete=ondelete
            )
            for column, target, ondelete in _KEYS
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "phase_id",
            "department_id",
            "reminded_on",
            name=op.f("uq_reminder_phase_id_department_id_reminded_on"),
        ),
        sa.UniqueConstraint(
            "phase_id",
            "leader_id",
            "reminded_on",
            name=op.f("uq_reminder_phase_id_leader_id_reminded_on"),
        ),
        comment="催报记录",
    )
    for column, _, _ in _KEYS:
        op.create_index(op.f(f"ix_reminder_{column}"), "reminder", [column], unique=False)


def downgrade() -> None:
    op.drop_table("reminder")
