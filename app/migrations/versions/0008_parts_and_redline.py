"""Who passed a part, until when a task is accepted, the departments and the start as issued."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("task") as table:
        table.add_column(
            sa.Column("passed_as", sa.String(length=24), nullable=True, comment="下达职务")
        )
        table.add_column(sa.Column("passed_by_id", sa.Integer(), nullable=True, comment="下达人"))
        table.add_column(sa.Column("accept_by", sa.Date(), nullable=True, comment="接受期限"))
        table.create_check_constraint(
            op.f("ck_task_passed_as"), "passed_as IN ('head', 'leader', 'office')"
        )
        table.create_foreign_key(
            op.f("fk_task_passed_by_id"), "ab_user", ["passed_by_id"], ["id"], ondelete="RESTRICT"
        )
        table.create_index(op.f("ix_task_passed_by_id"), ["passed_by_id"], unique=False)
    op.execute("UPDATE task SET passed_as = 'head' WHERE agreement IS NOT NULL")
    with op.batch_alter_table("baseline_task") as table:
        table.add_column(sa.Column("start_on", sa.Date(), nullable=True, comment="开始日期"))
    op.execute(
        "UPDATE baseline_task SET start_on = "
        "(SELECT task.start_on FROM task WHERE task.id = baseline_task.task_id)"
    )
    op.create_table(
        "baseline_department",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("baseline_task_id", sa.Integer(), nullable=False, comment="基准任务"),
        sa.Column("department_id", sa.Integer(), nullable=False, comment="部门"),
        sa.Column("role", sa.String(length=24), nullable=False, comment="分工"),
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
            "role IN ('co_lead', 'assist')", name=op.f("ck_baseline_department_role")
        ),
        sa.ForeignKeyConstraint(
            ["baseline_task_id"],
            ["baseline_task.id"],
            name=op.f("fk_baseline_department_baseline_task_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_baseline_department_department_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baseline_department")),
        sa.UniqueConstraint(
            "baseline_task_id",
            "department_id",
            name=op.f("uq_baseline_department_baseline_task_id_department_id"),
        ),
        comment="基准配合部门",
    )
    op.create_index(
        op.f("ix_baseline_department_department_id"),
        "baseline_department",
        ["department_id"],
        unique=False,
    )
    # So far the copy kept the names alone; the role of who still takes part is known.
    op.execute(
        "INSERT INTO baseline_department (baseline_task_id, department_id, role, version)"
        " SELECT copy.id, department.id, coalesce(part.role, 'assist'), 1"
        " FROM baseline_task AS copy"
        " JOIN department"
        " ON '、' || copy.departments_text || '、' LIKE '%、' || department.name || '、%'"
        " LEFT JOIN task_department AS part"
        " ON part.task_id = copy.task_id AND part.department_id = department.id"
    )


def downgrade() -> None:
    op.drop_table("baseline_department")
    with op.batch_alter_table("baseline_task") as table:
        table.drop_column("start_on")
    with op.batch_alter_table("task") as table:
        table.drop_index(op.f("ix_task_passed_by_id"))
        table.drop_constraint(op.f("fk_task_passed_by_id"), type_="foreignkey")
        table.drop_constraint(op.f("ck_task_passed_as"), type_="check")
        table.drop_column("accept_by")
        table.drop_column("passed_by_id")
        table.drop_column("passed_as")
