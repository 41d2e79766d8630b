"""Which forms have made their row: sent again, they make no second one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sent_form",
        sa.Column("person_id", sa.Integer(), nullable=False, comment="提交人"),
        sa.Column("value", sa.String(length=40), nullable=False, comment="表单标记"),
        sa.Column("place", sa.String(length=500), nullable=False, comment="所建记录的位置"),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False, comment="提交时间"),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["ab_user.id"],
            name=op.f("fk_sent_form_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "value", name=op.f("pk_sent_form")),
        comment="已提交的表单",
    )
    op.create_index(op.f("ix_sent_form_sent_at"), "sent_form", ["sent_at"], unique=False)


def downgrade() -> None:
    op.drop_table("sent_form")
