"""Forms of domain rows: words for enums, honest checkboxes, selects scoped to the reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_appbuilder.fields import QuerySelectField
from flask_appbuilder.fieldwidgets import Select2Widget
from flask_appbuilder.forms import FieldConverter, GeneralModelConverter
from flask_appbuilder.validators import Unique
from flask_babel import lazy_gettext
from wtforms import BooleanField, HiddenField, SelectField, validators
from wtforms.fields.choices import Choice
from wtforms.validators import ValidationError

from app.core.text import words

BLANK = "__None"


class ChoiceField(SelectField):
    """A select of an enum: values in the form, words on the screen."""

    def __init__(self, label: Any = None, *, kind: Any, optional: bool, **options: Any) -> None:
        self.kind = kind
        self.optional = optional
        super().__init__(label, choices=[], coerce=self._member, validate_choice=False, **options)

    def _member(self, value: Any) -> Any:
        if value in (None, "", BLANK):
            return None
        try:
            return self.kind(value)
        except ValueError:
            return value

    def iter_choices(self) -> Any:
        if self.optional or self.data is None:
            yield Choice("", "", self.data is None, {})
        for member in self.kind:
            yield Choice(member.value, words((member.zh, member.en)), self.data == member, {})

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and not isinstance(self.data, self.kind):
            raise ValidationError(self.gettext("Not a valid choice."))


class RelatedField(QuerySelectField):
    """A select of related rows, asked once per form."""

    def iter_choices(self) -> Any:
        if self.allow_blank:
            yield Choice(BLANK, self.blank_text, self.data is None, {})
        for key, row in self._get_object_list():
            yield Choice(key, self.get_label(row), row == self.data, {})


class DomainFieldConverter(FieldConverter):
    def convert(self) -> Any:
        if self.datamodel.is_enum(self.colname):
            kind = self.datamodel.list_columns[self.colname].type.enum_class
            return ChoiceField(
                self.label,
                kind=kind,
                optional=self.datamodel.is_nullable(self.colname),
                description=self.description,
                validators=self.validators,
                widget=Select2Widget(),
                default=self.default,
            )
        if self.datamodel.is_boolean(self.colname):
            # An unticked box sends nothing: "required" would forbid "no".
            return BooleanField(self.label, description=self.description, default=self.default)
        return super().convert()


def _emptied(column: Any) -> Callable[[Any], Any]:
    """What an emptied field means: nothing where nothing is allowed (two people without a
    staff number are no duplicates), the column's default where it has one."""
    default = column.default.arg if column.default is not None and column.default.is_scalar else None

    def filled(value: Any) -> Any:
        if value is not None and value != "":
            return value
        return None if column.nullable else value if default is None else default

    return filled


class DomainModelConverter(GeneralModelConverter):
    def _convert_simple(
        self, col_name: str, label: Any, description: Any, lst_validators: Any, form_props: Any
    ) -> Any:
        # Stock FAB appends to the view's own list, so validators pile up form by form.
        checks = list(lst_validators)
        longest = self.datamodel.get_max_length(col_name)
        if longest != -1:
            checks.append(validators.Length(max=longest))
        column = self.datamodel.list_columns[col_name]
        has_default = column.default is not None or column.server_default is not None
        if self.datamodel.is_nullable(col_name) or has_default:
            checks.append(validators.Optional())
        else:
            checks.append(validators.InputRequired())
        if self.datamodel.is_unique(col_name):
            checks.append(Unique(self.datamodel, col_name))
        field = DomainFieldConverter(
            self.datamodel,
            col_name,
            label,
            description,
            checks,
            default=self.datamodel.get_col_default(col_name),
        ).convert()
        field.kwargs["filters"] = [*field.kwargs.get("filters", ()), _emptied(column)]
        form_props[col_name] = field
        return form_props

    def _convert_many_to_one(
        self,
        col_name: str,
        label: Any,
        description: Any,
        lst_validators: Any,
        filter_rel_fields: Any,
        form_props: Any,
    ) -> Any:
        nullable = self.datamodel.is_nullable(col_name)
        related = self.datamodel.get_related_interface(col_name)
        checks = list(lst_validators)
        # Not InputRequired: a form opened from the related row's page sends no such field.
        checks.append(validators.Optional() if nullable else validators.DataRequired())
        form_props[col_name] = RelatedField(
            label,
            description=description,
            query_func=related.choices,
            get_pk_func=lambda row: row.id,
            allow_blank=True,
            blank_text="—",
            validators=checks,
            widget=Select2Widget(),
        )
        return form_props


class VersionField(HiddenField):
    """The version of the row as the person saw it; a stale save is refused."""

    def __init__(self, **options: Any) -> None:
        super().__init__(lazy_gettext("Version"), **options)
