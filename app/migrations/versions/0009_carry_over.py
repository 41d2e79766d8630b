"""The year after: the Office's word on unfinished tasks, the day a year begun in its middle went
live; who answered a comment on a plan."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "carry_over",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("task_id", sa.Integer(), nullable=False, comment="目标任务"),
        sa.Column("confirmed", sa.Boolean(), nullable=False, comment="是否结转"),
        sa.Column("reason", sa.Text(), nullable=True, comment="理由"),
        sa.Column("decided_by_id", sa.Integer(), nullable=True, comment="认定人"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False, comment="认定时间"),
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
            "confirmed OR reason IS NOT NULL", name=op.f("ck_carry_over_refusal_has_reason")
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name=op.f("fk_carry_over_task_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["ab_user.id"],
            name=op.f("fk_carry_over_decided_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carry_over")),
        sa.UniqueConstraint("task_id", name=op.f("uq_carry_over_task_id")),
        comment="结转认定",
    )
    op.create_index(
        op.f("ix_carry_over_decided_by_id"), "carry_over", ["decided_by_id"], unique=False
    )
    with op.batch_alter_table("plan_comment") as table:
        table.add_column(sa.Column("answered_by_id", sa.Integer(), nullable=True, comment="答复人"))
        table.create_foreign_key(
            op.f("fk_plan_comment_answered_by_id"),
            "ab_user",
            ["answered_by_id"],
            ["id"],
            ondelete="RESTRICT",
        )
        table.create_index(op.f("ix_plan_comment_answered_by_id"), ["answered_by_id"], unique=False)
    with op.batch_alter_table("cycle") as table:
        table.add_column(sa.Column("live_from", sa.Date(), nullable=True, comment="启用日期"))


def downgrade() -> None:
    with op.batch_alter_table("cycle") as table:
        table.drop_column("live_from")
    with op.batch_alter_table("plan_comment") as table:
        table.drop_index(op.f("ix_plan_comment_answered_by_id"))
        table.drop_constraint(op.f("fk_plan_comment_answered_by_id"), type_="foreignkey")
        table.drop_column("answered_by_id")
    op.drop_table("carry_over")
