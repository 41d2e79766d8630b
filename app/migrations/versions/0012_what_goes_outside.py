"""The outbox carries a count instead of words and knows who has it in hand; each person's choice of
notifications; the numbers of both in the rule books that are there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_CHANNELS = ("mail", "wecom", "dingtalk", "feishu")
_STATES = ("waiting", "sent", "failed", "dead")
_DIGESTS = ("at_once", "gathered", "daily")
_CHAPTER = "通知提醒"
_VALUES = (
    ("notify.digest_minutes", "60", "integer", "分钟", "通知汇总间隔", "Minutes for which notifications are gathered"),
    ("notify.quiet_from_hour", "21", "integer", "时", "免打扰开始（时）", "Quiet hours begin at this hour"),
    ("notify.quiet_until_hour", "8", "integer", "时", "免打扰结束（时）", "Quiet hours end at this hour"),
    ("notify.quiet_on_days_off", "true", "boolean", None, "非工作日免打扰", "Quiet on days off"),
    ("notify.attempts", "5", "integer", "次", "外发尝试次数上限", "Most attempts to send a message outside"),
    ("notify.retry_minutes", "5", "integer", "分钟", "首次重发间隔（逐次加倍）", "Wait before the second attempt, doubled each time"),
)  # fmt: skip


def _choice(name: str, values: tuple[str, ...], words: str) -> sa.Column:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)
    return sa.Column(name, kind, nullable=False, comment=words)


def _moment(name: str, words: str) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True, comment=words)


def _kept() -> list[sa.Column]:
    """The columns of every table."""
    moments = (("created_at", "建立时间（UTC）"), ("updated_at", "更新时间（UTC）"))
    return [
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        *(
            sa.Column(
                name,
                sa.DateTime(timezone=True),
                server_default=sa.func.now(),
                nullable=False,
                comment=words,
            )
            for name, words in moments
        ),
    ]


def _outbox(*carried: sa.Column, in_hand: tuple[sa.Column, ...], checks: tuple[sa.Constraint, ...]) -> None:  # fmt: skip
    op.create_table(
        "outbox_message",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="接收人"),
        *carried,
        sa.Column("deduplication_key", sa.String(length=120), nullable=False, comment="去重键"),
        _choice("status", _STATES, "状态"),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False, comment="尝试次数"),
        _moment("not_before", "最早发送"),
        *in_hand,
        _moment("sent_at", "发送时间"),
        sa.Column("last_error", sa.Text(), nullable=True, comment="最近错误"),
        *_kept(),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_message_attempts_not_negative")),
        *checks,
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["ab_user.id"],
            name=op.f("fk_outbox_message_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("deduplication_key", name=op.f("uq_outbox_message_deduplication_key")),
        comment="发件箱",
    )
    op.create_index(op.f("ix_outbox_message_person_id"), "outbox_message", ["person_id"])
    op.create_index(
        "ix_outbox_message_status_not_before", "outbox_message", ["status", "not_before"]
    )


def upgrade() -> None:
    # Nothing has written into the outbox so far.
    op.drop_table("outbox_message")
    _outbox(
        _choice("channel", _CHANNELS, "渠道"),
        sa.Column("items", sa.Integer(), server_default="1", nullable=False, comment="通知条数"),
        in_hand=(_moment("claimed_until", "发送中（至）"),),
        checks=(
            sa.CheckConstraint("items > 0", name=op.f("ck_outbox_message_items_positive")),
            sa.CheckConstraint(
                "(channel = 'mail') = (person_id IS NOT NULL)",
                name=op.f("ck_outbox_message_mail_to_a_person"),
            ),
        ),
    )
    op.create_table(
        "notification_choice",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("person_id", sa.Integer(), nullable=False, comment="本人"),
        sa.Column("mail", sa.Boolean(), server_default="1", nullable=False, comment="接收邮件提醒"),
        _choice("digest", _DIGESTS, "发送频率"),
        sa.Column(
            "quiet", sa.Boolean(), server_default="1", nullable=False, comment="遵守免打扰时段"
        ),
        *_kept(),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["ab_user.id"],
            name=op.f("fk_notification_choice_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_choice")),
        sa.UniqueConstraint("person_id", name=op.f("uq_notification_choice_person_id")),
        comment="本人选择的通知方式",
    )
    _add_values()


def _add_values() -> None:
    """A rule book from before would leave every message waiting for its numbers."""
    books = sa.table("rule_book", sa.column("id"))
    values = sa.table(
        "rule_value",
        *(
            sa.column(name)
            for name in (
                "rule_book_id", "key", "value", "kind", "unit", "chapter", "name", "name_en",
                "version",
            )
        ),
        sa.column("assumed", sa.Boolean()),
    )  # fmt: skip
    for key, value, kind, unit, name, name_en in _VALUES:
        columns = {
            "key": key, "value": value, "kind": kind, "unit": unit, "chapter": _CHAPTER,
            "name": name, "name_en": name_en, "version": 1,
        }  # fmt: skip
        op.execute(
            values.insert().from_select(
                ["rule_book_id", *columns, "assumed"],
                sa.select(
                    books.c.id,
                    *(
                        sa.null() if value is None else sa.literal(value)
                        for value in columns.values()
                    ),
                    sa.true(),
                ),
            )
        )


def downgrade() -> None:
    op.execute("DELETE FROM rule_value WHERE key LIKE 'notify.%'")
    op.drop_table("notification_choice")
    op.drop_table("outbox_message")
    _outbox(
        sa.Column("channel", sa.String(length=40), nullable=False, comment="渠道"),
        sa.Column("subject", sa.String(length=200), nullable=False, comment="主题"),
        sa.Column("body", sa.Text(), nullable=False, comment="正文"),
        in_hand=(),
        checks=(),
    )
