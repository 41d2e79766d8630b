"""What imports have learnt.

The columns of tables whose headings somebody has set right once, and further names of
departments.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _row() -> list[sa.Column[object]]:
    """What every table of the domain has."""
    return [
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
    ]


def upgrade() -> None:
    op.create_table(
        "import_layout",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("kind", sa.String(length=20), nullable=False, comment="种类"),
        sa.Column("fingerprint", sa.String(length=64), nullable=False, comment="表头指纹"),
        sa.Column("headings", sa.Text(), nullable=False, comment="表头"),
        sa.Column("columns", sa.JSON(), nullable=False, comment="各列内容"),
        sa.Column("remembered_by_id", sa.Integer(), nullable=False, comment="记录人"),
        *_row(),
        sa.CheckConstraint("length(trim(kind)) > 0", name=op.f("ck_import_layout_kind_not_blank")),
        sa.ForeignKeyConstraint(
            ["remembered_by_id"],
            ["ab_user.id"],
            name=op.f("fk_import_layout_remembered_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_layout")),
        sa.UniqueConstraint("kind", "fingerprint", name=op.f("uq_import_layout_kind_fingerprint")),
        comment="导入版式（识别结果的更正）",
    )
    op.create_index(
        op.f("ix_import_layout_remembered_by_id"), "import_layout", ["remembered_by_id"]
    )
    op.create_table(
        "import_alias",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("word", sa.String(length=80), nullable=False, comment="别名"),
        sa.Column("department_id", sa.Integer(), nullable=False, comment="部门"),
        sa.Column("remembered_by_id", sa.Integer(), nullable=False, comment="记录人"),
        *_row(),
        sa.CheckConstraint("length(trim(word)) > 0", name=op.f("ck_import_alias_word_not_blank")),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_import_alias_department_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["remembered_by_id"],
            ["ab_user.id"],
            name=op.f("fk_import_alias_remembered_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_alias")),
        sa.UniqueConstraint("word", name=op.f("uq_import_alias_word")),
        comment="导入用部门别名",
    )
    op.create_index(op.f("ix_import_alias_department_id"), "import_alias", ["department_id"])
    op.create_index(op.f("ix_import_alias_remembered_by_id"), "import_alias", ["remembered_by_id"])


def downgrade() -> None:
    op.drop_table("import_alias")
    op.drop_table("import_layout")
