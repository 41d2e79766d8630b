"""What every table shares: naming of constraints, labels, types, the version column.

A column carries its Chinese and English label (`info["label"]`), so that one table of
labels serves lists, forms, REST, the console, exports, reports and the comments in
`models.sql`. No behaviour lives here.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from flask_appbuilder.models.sqla import Model
from sqlalchemy import (
    CheckConstraint,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    MetaData,
    Numeric,
    TypeDecorator,
    func,
)
from sqlalchemy.orm import Mapped, MappedColumn, declared_attr, mapped_column

NAMING: dict[str, str] = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: MetaData = Model.metadata
metadata.naming_convention = NAMING


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An aware instant: UTC in the database, aware UTC in Python. Refuses naive values."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a time zone is not stored")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Choice(StrEnum):
    """A closed set of values, each with its Chinese and English word."""

    zh: str
    en: str

    _value_: str

    def __new__(cls, value: str, zh: str = "", en: str = "") -> Choice:
        # The defaults are for the call that looks a value up, `Light("green")`.
        member = str.__new__(cls, value)
        member._value_ = value
        member.zh = zh
        member.en = en
        return member


C = TypeVar("C", bound=Choice)

Percent = Numeric(5, 2)
Points = Numeric(7, 2)
Weight = Numeric(7, 2)
Measure = Numeric(18, 4)


def field(kind: Any, zh: str, en: str, /, **options: Any) -> MappedColumn[Any]:
    """A column of type `kind` labelled in both languages. Its old value is always known
    (`active_history`): the gate and the audit ask for it."""
    options.setdefault("active_history", True)
    return mapped_column(kind, info={"label": (zh, en)}, comment=zh, **options)


def ref(target: str, zh: str, en: str, /, *, ondelete: str, **options: Any) -> MappedColumn[Any]:
    """A foreign key, indexed. `ondelete` is always said: RESTRICT, CASCADE or SET NULL."""
    options.setdefault("index", True)
    options.setdefault("active_history", True)
    return mapped_column(
        ForeignKey(target, ondelete=ondelete), info={"label": (zh, en)}, comment=zh, **options
    )


def choice(kind: type[C], name: str, zh: str, en: str, /, **options: Any) -> MappedColumn[C]:
    """A column that holds one of `kind`; the database checks it (constraint `name`)."""
    options.setdefault("active_history", True)
    return mapped_column(
        Enum(
            kind,
            native_enum=False,
            create_constraint=True,
            length=24,
            name=name,
            values_callable=lambda members: [member.value for member in members],
            validate_strings=True,
        ),
        info={"label": (zh, en)},
        comment=zh,
        **options,
    )


def between(column: str, low: int | Decimal, high: int | Decimal) -> CheckConstraint:
    """CHECK that a nullable number lies in [low, high]."""
    return CheckConstraint(f"{column} >= {low} AND {column} <= {high}", name=f"{column}_range")


def not_blank(column: str) -> CheckConstraint:
    """CHECK that a text holds more than spaces."""
    return CheckConstraint(f"length(trim({column})) > 0", name=f"{column}_not_blank")


def in_order(earlier: str, later: str) -> CheckConstraint:
    """CHECK that two dates, where both are known, stand in order."""
    return CheckConstraint(f"{later} >= {earlier}", name=f"{later}_after_{earlier}")


def utc_now() -> dt.datetime:
    """The instant, from the one clock."""
    from app.core.clock import now

    return now()


class Domain(Model):
    """A row the college works with. Every write of it passes the gate and is audited."""

    __abstract__ = True

    label: ClassVar[tuple[str, str]]
    """The noun in Chinese and English."""
    protected: ClassVar[frozenset[str]] = frozenset()
    """Columns that only a service may write, never a form, an import or an API call."""
    unbounded: ClassVar[frozenset[str]] = frozenset()
    """Texts of any length: the system's own, or copies of what was checked where it was written."""

    id: Mapped[int] = mapped_column(
        primary_key=True, sort_order=-10, info={"label": ("编号", "ID")}, comment="主键"
    )
    version: Mapped[int] = mapped_column(
        nullable=False, sort_order=10, info={"label": ("版本", "Version")}, comment="版本（乐观锁）"
    )
    created_at: Mapped[dt.datetime] = mapped_column(
        UtcDateTime,
        default=utc_now,
        sort_order=11,
        server_default=func.now(),
        info={"label": ("建立时间", "Created")},
        comment="建立时间（UTC）",
    )
    updated_at: Mapped[dt.datetime] = mapped_column(
        UtcDateTime,
        default=utc_now,
        onupdate=utc_now,
        sort_order=11,
        server_default=func.now(),
        info={"label": ("更新时间", "Updated")},
        comment="更新时间（UTC）",
    )

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]

    def __str__(self) -> str:
        from app.core.text import words

        return f"{words(self.label)} {self.id or ''}".strip()


def label_of(model: type[Any], column: str) -> tuple[str, str]:
    """The (Chinese, English) label of a column or of the relation behind `<column>_id`."""
    columns = model.__mapper__.columns
    for name in (column, f"{column}_id"):
        if name in columns and "label" in columns[name].info:
            zh, en = columns[name].info["label"]
            return zh, en
    relations = model.__mapper__.relationships
    if column in relations:
        target = relations[column].mapper.class_
        pair = getattr(target, "label", None)
        if isinstance(pair, tuple):
            return pair[0], pair[1]
    described = getattr(model, column, None)
    label = getattr(described, "label_pair", None)
    if label is None and isinstance(described, property):
        label = getattr(described.fget, "label_pair", None)
    if label is not None:
        return label[0], label[1]
    words = column.replace("_", " ")
    return words, words.capitalize()
