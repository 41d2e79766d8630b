"""Search.

One entry per searchable row, its tokens, and a full-text index over them. `init-db` fills it
with what the database holds already, as `flask --app run search rebuild` does.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQLITE = (
    "CREATE VIRTUAL TABLE search_text USING fts5(title, body, content='search_entry', "
    "content_rowid='id', tokenize='ascii', prefix='1')",
    "CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN "
    "INSERT INTO search_text(rowid, title, body) VALUES (new.id, new.title, new.body); END",
    "CREATE TRIGGER search_entry_deleted AFTER DELETE ON search_entry BEGIN "
    "INSERT INTO search_text(search_text, rowid, title, body) "
    "VALUES ('delete', old.id, old.title, old.body); END",
    "CREATE TRIGGER search_entry_changed AFTER UPDATE ON search_entry BEGIN "
    "INSERT INTO search_text(search_text, rowid, title, body) "
    "VALUES ('delete', old.id, old.title, old.body); "
    "INSERT INTO search_text(rowid, title, body) VALUES (new.id, new.title, new.body); END",
)


def upgrade() -> None:
    op.create_table(
        "search_entry",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("kind", sa.String(length=20), nullable=False, comment="种类"),
        sa.Column("row_id", sa.Integer(), nullable=False, comment="行"),
        sa.Column("code", sa.String(length=80), nullable=False, comment="编号或代码"),
        sa.Column("title", sa.Text(), nullable=False, comment="标题切分"),
        sa.Column("body", sa.Text(), nullable=False, comment="正文切分"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entry")),
        sa.UniqueConstraint("kind", "row_id", name=op.f("uq_search_entry_kind_row_id")),
        comment="全文检索条目（二元切分）",
    )
    if op.get_context().dialect.name == "sqlite":
        for statement in SQLITE:
            op.execute(statement)
    else:
        op.create_index(
            "ix_search_entry_words",
            "search_entry",
            [sa.text("CAST(title || body AS tsvector)")],
            unique=False,
            postgresql_using="gin",
        )


def downgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        op.execute("DROP TABLE search_text")
    op.drop_table("search_entry")
