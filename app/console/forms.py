"""The console's forms: words for enums, selects scoped to the reader.

Decides how a column becomes a field. What a row must be is the chapters' business.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask_admin.contrib.sqla.fields import QuerySelectField
from flask_admin.contrib.sqla.form import AdminModelConverter
from flask_admin.model.form import converts
from flask_babel import gettext
from wtforms import DecimalField, FloatField, validators
from wtforms.fields.choices import Choice

from app.web.forms import ChoiceField
from app.web.interface import ScopedInterface


class RowSelectField(QuerySelectField):
    """A select of rows. Whoever posts a row that was not offered is told so; the row that is
    chosen already stays on offer when it has since been switched off."""

    def _get_object_list(self) -> list[tuple[str, Any]]:
        rows = super()._get_object_list()
        chosen = getattr(self, "object_data", None)
        if chosen is not None and all(row is not chosen for _, row in rows):
            rows.append((str(chosen.id), chosen))
        return rows

    def iter_choices(self) -> Iterator[Any]:
        yield Choice("", "", self.data is None, {})
        for key, row in self._get_object_list():
            yield Choice(key, str(row), row is self.data, {})

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist and not valuelist[0]:
            self.data = None
        else:
            super().process_formdata(valuelist)

    def pre_validate(self, form: Any) -> None:
        if self.raw_data and self.raw_data[0] and self.data is None:
            raise validators.ValidationError(gettext("This row is not one of those offered."))


def not_blank(form: Any, field: Any) -> None:
    """No text of spaces only where one is needed."""
    if field.flags.required and not (field.data or "").strip():
        raise validators.ValidationError(gettext("This field is required."))


def _strip(text: Any) -> Any:
    return text.strip() if isinstance(text, str) else text


class ConsoleConverter(AdminModelConverter):
    """Flask-Admin's converter, taught the college's columns."""

    def _model_select_field(
        self, prop: Any, multiple: Any, remote_model: type[Any], **options: Any
    ) -> Any:
        if multiple:
            raise NotImplementedError(f"{prop} holds many rows; the console edits one")
        options.setdefault("query_factory", ScopedInterface(remote_model).choices)
        return RowSelectField(**options)

    @classmethod
    def _string_common(cls, column: Any, field_args: Any, **extra: Any) -> None:
        field_args["filters"].append(_strip)
        field_args["validators"].append(not_blank)
        super()._string_common(column=column, field_args=field_args, **extra)

    @converts("sqlalchemy.sql.sqltypes.Enum")
    def convert_enum(self, column: Any, field_args: Any, **extra: Any) -> Any:
        return ChoiceField(kind=column.type.enum_class, optional=column.nullable, **field_args)

    @converts("Numeric")
    def handle_decimal_types(self, column: Any, field_args: Any, **extra: Any) -> Any:
        return DecimalField(places=None, **field_args)

    # In SQLAlchemy 2.1 a Float is no Numeric: without this its field silently disappears.
    @converts("Float")
    def handle_float_types(self, column: Any, field_args: Any, **extra: Any) -> Any:
        return FloatField(**field_args)
