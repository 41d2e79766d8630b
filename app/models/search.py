"""The search index: what is found of each row, cut into tokens by `app.search.text`.

Derived from other tables and written in their commits; no row of the domain. PostgreSQL finds
by a GIN index over the tokens, SQLite by the full-text table `search_text`, which triggers keep.
"""

from __future__ import annotations

from typing import ClassVar

from flask_appbuilder.models.sqla import Model
from sqlalchemy import DDL, Index, String, Text, UniqueConstraint, cast, event
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped

from app.models.base import field


class SearchEntry(Model):
    """检索条目: one row's words. `title` is what everybody finds it by who may see the row,
    `body` what only those find it by who may read its inside."""

    __tablename__ = "search_entry"
    label: ClassVar[tuple[str, str]] = ("检索条目", "Search entry")
    __table_args__ = (UniqueConstraint("kind", "row_id"), {"comment": "全文检索条目（二元切分）"})

    id: Mapped[int] = field(None, "编号", "ID", primary_key=True)
    kind: Mapped[str] = field(String(20), "种类", "Kind")
    row_id: Mapped[int] = field(None, "行", "Row")
    code: Mapped[str] = field(String(80), "编号或代码", "Code")
    title: Mapped[str] = field(Text, "标题切分", "Title's tokens")
    body: Mapped[str] = field(Text, "正文切分", "Body's tokens")


words = cast(SearchEntry.title.concat(SearchEntry.body), TSVECTOR)
"""The tokens as PostgreSQL's index holds them: cut by us, so its parser has no say."""

Index("ix_search_entry_words", words, postgresql_using="gin").ddl_if(dialect="postgresql")

FULL_TEXT = "search_text"
_SQLITE = (
    # "ascii" parts at spaces only, as far as our tokens go; the text itself stays in its table.
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

for _statement in _SQLITE:
    event.listen(
        SearchEntry.__table__, "after_create", DDL(_statement).execute_if(dialect="sqlite")
    )
event.listen(
    SearchEntry.__table__,
    "before_drop",
    DDL(f"DROP TABLE IF EXISTS {FULL_TEXT}").execute_if(dialect="sqlite"),
)
