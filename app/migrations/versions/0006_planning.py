"""Planning.

Rounds of review and comments of a department's plan, what an agenda item puts before a meeting,
steps entered from paper, the agreement of a department to a part it is given.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ONE_ROW = " + ".join(
    f"(CASE WHEN {column} IS NULL THEN 0 ELSE 1 END)"
    for column in ("task_id", "monthly_check_id", "task_result_id", "supervision_case_id",
                   "adjustment_id", "work_point_opinion_id")
)  # fmt: skip
NEW_OWNERS = {"department_plan_id": "department_plan", "paper_entry_id": "paper_entry"}
NOW_ONE_ROW = " + ".join(
    [ONE_ROW, *(f"(CASE WHEN {column} IS NULL THEN 0 ELSE 1 END)" for column in NEW_OWNERS)]
)


def _row(comment: str, *columns: sa.Column[object] | sa.Constraint, name: str) -> None:
    """A table of the domain with what each of them has."""
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        *columns,
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
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        comment=comment,
    )


def _key(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete
    )


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns), unique=False)


def upgrade() -> None:
    _row(
        "议题所涉事项",
        sa.Column("agenda_item_id", sa.Integer(), nullable=False, comment="议题"),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False, comment="序号"),
        sa.Column("subject_table", sa.String(length=60), nullable=False, comment="对象类型"),
        sa.Column("subject_id", sa.Integer(), nullable=False, comment="对象编号"),
        _key("agenda_subject", "agenda_item_id", "agenda_item", "CASCADE"),
        sa.UniqueConstraint(
            "agenda_item_id",
            "subject_table",
            "subject_id",
            name=op.f("uq_agenda_subject_agenda_item_id_subject_table_subject_id"),
        ),
        name="agenda_subject",
    )
    _index("agenda_subject", "agenda_item_id")
    _index("agenda_subject", "subject_table", "subject_id")

    _row(
        "代录的纸质意见",
        sa.Column("subject_table", sa.String(length=60), nullable=False, comment="对象类型"),
        sa.Column("subject_id", sa.Integer(), nullable=False, comment="对象编号"),
        sa.Column("step", sa.String(length=40), nullable=False, comment="步骤"),
        sa.Column("text", sa.Text(), nullable=True, comment="意见原文"),
        sa.Column("person_id", sa.Integer(), nullable=False, comment="签署人"),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False, comment="代录人"),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, comment="代录时间"),
        sa.Column("objection_until", sa.Date(), nullable=False, comment="异议截止"),
        sa.Column("objection", sa.Text(), nullable=True, comment="异议"),
        sa.Column("objected_at", sa.DateTime(timezone=True), nullable=True, comment="异议时间"),
        sa.CheckConstraint(
            "(objection IS NULL) = (objected_at IS NULL)",
            name=op.f("ck_paper_entry_objection_whole"),
        ),
        _key("paper_entry", "person_id", "ab_user", "RESTRICT"),
        _key("paper_entry", "recorded_by_id", "ab_user", "RESTRICT"),
        name="paper_entry",
    )
    _index("paper_entry", "person_id")
    _index("paper_entry", "recorded_by_id")
    _index("paper_entry", "subject_table", "subject_id")

    _row(
        "对部门计划及其任务的审阅批注",
        sa.Column("department_plan_id", sa.Integer(), nullable=False, comment="部门计划"),
        sa.Column("task_id", sa.Integer(), nullable=True, comment="目标任务"),
        sa.Column("author_id", sa.Integer(), nullable=False, comment="批注人"),
        sa.Column(
            "review_round", sa.Integer(), server_default="0", nullable=False, comment="送审次数"
        ),
        sa.Column("text", sa.Text(), nullable=False, comment="批注"),
        sa.Column("answer", sa.Text(), nullable=True, comment="答复"),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True, comment="答复时间"),
        sa.CheckConstraint("length(trim(text)) > 0", name=op.f("ck_plan_comment_text_not_blank")),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_plan_comment_answer_whole")
        ),
        _key("plan_comment", "department_plan_id", "department_plan", "CASCADE"),
        _key("plan_comment", "task_id", "task", "CASCADE"),
        _key("plan_comment", "author_id", "ab_user", "RESTRICT"),
        name="plan_comment",
    )
    for column in ("department_plan_id", "task_id", "author_id"):
        _index("plan_comment", column)

    with op.batch_alter_table("department_plan") as table:
        table.add_column(
            sa.Column(
                "review_round",
                sa.Integer(),
                server_default="0",
                nullable=False,
                comment="送审次数",
            )
        )
        table.add_column(
            sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True, comment="送审时间")
        )
        table.add_column(
            sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True, comment="审阅时间")
        )
    with op.batch_alter_table("task") as table:
        table.add_column(
            sa.Column("agreement", sa.String(length=24), nullable=True, comment="承接意见")
        )
        table.add_column(sa.Column("objection", sa.Text(), nullable=True, comment="异议"))
        table.create_check_constraint(
            op.f("ck_task_agreement"), "agreement IN ('asked', 'agreed', 'objected')"
        )
    with op.batch_alter_table("work_point") as table:
        table.add_column(
            sa.Column("previous_id", sa.Integer(), nullable=True, comment="上一稿条目")
        )
        table.create_foreign_key(
            op.f("fk_work_point_previous_id"),
            "work_point",
            ["previous_id"],
            ["id"],
            ondelete="SET NULL",
        )
        table.create_index(op.f("ix_work_point_previous_id"), ["previous_id"], unique=False)
    with op.batch_alter_table("work_point_opinion") as table:
        table.add_column(
            sa.Column(
                "agrees", sa.Boolean(), server_default="0", nullable=False, comment="无修改意见"
            )
        )
    with op.batch_alter_table("evidence") as table:
        table.drop_constraint(op.f("ck_evidence_exactly_one_row"), type_="check")
        for column, target in NEW_OWNERS.items():
            words = {"department_plan_id": "部门工作计划", "paper_entry_id": "代录意见"}[column]
            table.add_column(sa.Column(column, sa.Integer(), nullable=True, comment=words))
            table.create_foreign_key(
                op.f(f"fk_evidence_{column}"), target, [column], ["id"], ondelete="RESTRICT"
            )
            table.create_index(op.f(f"ix_evidence_{column}"), [column], unique=False)
        table.create_check_constraint(op.f("ck_evidence_exactly_one_row"), f"{NOW_ONE_ROW} = 1")


def downgrade() -> None:
    with op.batch_alter_table("evidence") as table:
        table.drop_constraint(op.f("ck_evidence_exactly_one_row"), type_="check")
        for column in NEW_OWNERS:
            table.drop_index(op.f(f"ix_evidence_{column}"))
            table.drop_constraint(op.f(f"fk_evidence_{column}"), type_="foreignkey")
            table.drop_column(column)
        table.create_check_constraint(op.f("ck_evidence_exactly_one_row"), f"{ONE_ROW} = 1")
    with op.batch_alter_table("work_point_opinion") as table:
        table.drop_column("agrees")
    with op.batch_alter_table("work_point") as table:
        table.drop_index(op.f("ix_work_point_previous_id"))
        table.drop_constraint(op.f("fk_work_point_previous_id"), type_="foreignkey")
        table.drop_column("previous_id")
    with op.batch_alter_table("task") as table:
        table.drop_constraint(op.f("ck_task_agreement"), type_="check")
        table.drop_column("objection")
        table.drop_column("agreement")
    with op.batch_alter_table("department_plan") as table:
        table.drop_column("reviewed_at")
        table.drop_column("sent_at")
        table.drop_column("review_round")
    op.drop_table("plan_comment")
    op.drop_table("paper_entry")
    op.drop_table("agenda_subject")
