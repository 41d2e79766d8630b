"""Imports of master data.

What an import is of is a resource's name; which ones there are is the importer's knowledge.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("import_job") as table:
        table.drop_constraint(op.f("ck_import_job_kind"), type_="check")
        table.create_check_constraint(
            op.f("ck_import_job_kind_not_blank"), "length(trim(kind)) > 0"
        )


def downgrade() -> None:
    with op.batch_alter_table("import_job") as table:
        table.drop_constraint(op.f("ck_import_job_kind_not_blank"), type_="check")
        table.create_check_constraint(op.f("ck_import_job_kind"), "kind IN ('task', 'department')")
