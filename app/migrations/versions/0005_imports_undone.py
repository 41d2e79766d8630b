"""Imports that were undone: one more state."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_BEFORE = "'preview', 'running', 'done', 'failed'"


def upgrade() -> None:
    _allow(f"{_BEFORE}, 'reversed'")


def downgrade() -> None:
    op.execute("UPDATE import_job SET status = 'done' WHERE status = 'reversed'")
    _allow(_BEFORE)


def _allow(states: str) -> None:
    with op.batch_alter_table("import_job") as table:
        table.drop_constraint(op.f("ck_import_job_status"), type_="check")
        table.create_check_constraint(op.f("ck_import_job_status"), f"status IN ({states})")
