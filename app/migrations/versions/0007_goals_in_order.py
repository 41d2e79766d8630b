"""Strategic goals are put in order by hand, like the categories; so far their codes did it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("strategic_goal") as table:
        table.add_column(
            sa.Column(
                "sort_order", sa.Integer(), server_default="0", nullable=False, comment="排序"
            )
        )
        table.create_index(op.f("ix_strategic_goal_sort_order"), ["sort_order"], unique=False)
    op.execute(
        "UPDATE strategic_goal SET sort_order = 10 * "
        "(SELECT count(*) FROM strategic_goal AS other WHERE other.code <= strategic_goal.code)"
    )


def downgrade() -> None:
    with op.batch_alter_table("strategic_goal") as table:
        table.drop_index(op.f("ix_strategic_goal_sort_order"))
        table.drop_column("sort_order")
