"""Forms of domain rows: words for enums, honest checkboxes, selects scoped to the reader.

The fields say what they are (`inputmode`, `data-date`, `data-choices` …); the template
`web/macros.html` draws them and `form.js` makes them comfortable. Without scripts they are
plain fields that work.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import url_for
from flask_appbuilder.forms import FieldConverter, GeneralModelConverter
from flask_appbuilder.validators import Unique
from flask_babel import gettext, lazy_gettext
from wtforms import (
    BooleanField,
    DateField,
    DateTimeField,
    DecimalField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    validators,
    widgets,
)
from wtforms.fields.choices import Choice, SelectFieldBase
from wtforms.utils import unset_value
from wtforms.validators import ValidationError

from app.core.policy import policy_of
from app.core.text import words
from app.core.unit_of_work import current_actor
from app.extensions import db
from app.web import choices, formats

BLANK = "__None"
"""What Flask-AppBuilder's forms send for "none"; an empty text means the same."""
DATES = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"]
"""How people type a date; the first is how it is shown."""


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


class RelatedWidget(widgets.Select):
    """A select that knows where its options come from, if it does not hold all of them."""

    def __call__(self, field: Any, **kwargs: Any) -> Any:
        if field.whole is None:
            kwargs["data-choices"] = url_for(
                "ChoicesView.choices", resource=field.resource, column=field.column
            )
        elif len(field.whole) > 8:
            kwargs["data-find"] = "local"
        return super().__call__(field, **kwargs)


class RelatedField(SelectFieldBase):
    """A related row. Only the chosen one is rendered, or a whole small set; what comes back
    must be a row that the reader sees and the form offers, or the one that stood there.

    Without scripts a second field, `<name>_find`, takes a name or number in place of a choice.
    """

    widget = RelatedWidget()

    def __init__(
        self,
        label: Any = None,
        *,
        model: type[Any],
        resource: str,
        column: str,
        within: Callable[[], Any] | None = None,
        **options: Any,
    ) -> None:
        self.model = model
        self.resource = resource
        self.column = column
        self.within = within
        self.found: list[choices.Option] = []
        super().__init__(label, **options)

    @property
    def whole(self) -> list[choices.Option] | None:
        return choices.whole_set(self.model) if self.within is None else None

    @property
    def find_name(self) -> str:
        return f"{self.name}_find"

    @property
    def shown(self) -> Any:
        """The chosen row as the reader may know it."""
        return self.word_for(self.data)

    def word_for(self, row: Any) -> Any:
        from app.web.interface import NOT_SHOWN

        if row is None:
            return formats.EMPTY
        return str(row) if choices.is_seen(row) else NOT_SHOWN

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(formdata, data, extra_filters)
        typed = formdata.get(self.find_name, "").strip() if formdata is not None else ""
        if typed:
            self._find(typed)

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        chosen = valuelist[0]
        if chosen in ("", BLANK):
            self.data = None
            return
        kept = self.object_data
        if kept is not None and chosen == str(kept.id):
            self.data = kept
            return
        self.data = choices.pick(self.model, chosen, self._narrowed())
        if self.data is None:
            raise ValueError(self.gettext("Not a valid choice."))

    def _narrowed(self) -> Any:
        return None if self.within is None else self.within()

    def _find(self, typed: str) -> None:
        """Take the one row that fits what was typed; offer those that fit if there are more."""
        actor = current_actor(db.session)
        if actor is None:
            return
        found, more = choices.options(self.model, actor, typed, 1, self._narrowed())
        if len(found) == 1:
            self.data = choices.pick(self.model, str(found[0].value), self._narrowed())
            self.process_errors = []
            self.raw_data = [str(found[0].value)]
            return
        self.found = found
        self.process_errors = [
            gettext("Several fit “%(words)s”: choose one of them.", words=typed)
            if found
            else gettext("Nothing fits “%(words)s”.", words=typed)
        ]
        self.raw_data = [typed]

    def pre_validate(self, form: Any) -> None:
        if self.process_errors:
            # "Required" would blame the wrong thing.
            self.errors = list(self.process_errors)
            raise validators.StopValidation

    def iter_choices(self) -> Any:
        yield Choice("", "", self.data is None, {})
        offered = self.whole or self.found
        chosen = None if self.data is None else self.data.id
        for one in offered:
            yield Choice(str(one.value), one.text, one.value == chosen, {})
        if chosen is not None and all(one.value != chosen for one in offered):
            yield Choice(str(chosen), self.shown, True, {})


def shown_value(field: Any) -> Any:
    """What a field holds, for who reads it."""
    return field.shown if isinstance(field, RelatedField) else formats.show(field.data)


class NumberField(DecimalField):
    """A number without the zeros that its column adds."""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(formats.show(self.data))


class VersionField(HiddenField):
    """The version of the row as the person saw it; a stale save is refused."""

    def __init__(self, **options: Any) -> None:
        super().__init__(lazy_gettext("Version"), **options)


_PLAIN: tuple[tuple[str, Any, Any, dict[str, Any], dict[str, Any]], ...] = (
    # Test of the column, field, widget, attributes, options.
    ("is_text", TextAreaField, widgets.TextArea, {"rows": 2, "data-grow": True}, {}),
    ("is_string", StringField, widgets.TextInput, {}, {}),
    ("is_integer", IntegerField, widgets.TextInput, {"inputmode": "numeric"}, {}),
    ("is_numeric", NumberField, widgets.TextInput, {"inputmode": "decimal"}, {"places": None}),
    ("is_date", DateField, widgets.TextInput,
     {"data-date": "date", "placeholder": lazy_gettext("e.g. 2026-06-30"), "autocomplete": "off"},
     {"format": DATES}),
    ("is_datetime", DateTimeField, widgets.TextInput, {"data-date": "time"}, {}),
)  # fmt: skip


class DomainFieldConverter(FieldConverter):
    def convert(self) -> Any:
        told: dict[str, Any] = {"description": self.description, "default": self.default}
        if self.datamodel.is_enum(self.colname):
            return ChoiceField(
                self.label,
                kind=self.datamodel.list_columns[self.colname].type.enum_class,
                optional=self.datamodel.is_nullable(self.colname),
                validators=self.validators,
                **told,
            )
        if self.datamodel.is_boolean(self.colname):
            # An unticked box sends nothing: "required" would forbid "no".
            return BooleanField(self.label, **told)
        for marker, field, widget, attributes, options in _PLAIN:
            if getattr(self.datamodel, marker)(self.colname):
                if self.colname.endswith("_percent"):
                    attributes = {**attributes, "data-suffix": "%"}
                return field(
                    self.label, validators=self.validators, widget=widget(),
                    render_kw=dict(attributes), **told, **options,
                )  # fmt: skip
        return super().convert()


def _settled(column: Any) -> Callable[[Any], Any]:
    """What a field means: emptied, it is nothing where nothing is allowed (two people without
    a staff number are no duplicates) or the column's default where it has one; lines end as
    they do everywhere else, not as browsers send them."""
    default = (
        column.default.arg if column.default is not None and column.default.is_scalar else None
    )

    def settled(value: Any) -> Any:
        if type(value) is str:
            value = value.replace("\r\n", "\n")
        if value is not None and value != "":
            return value
        return None if column.nullable else value if default is None else default

    return settled


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
        field.kwargs["filters"] = [*field.kwargs.get("filters", ()), _settled(column)]
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
        checks = list(lst_validators)
        # Not InputRequired: a form opened from the related row's page sends no such field.
        checks.append(validators.Optional() if nullable else validators.DataRequired())
        form_props[col_name] = RelatedField(
            label,
            description=description,
            model=self.datamodel.get_related_model(col_name),
            resource=policy_of(self.datamodel.obj).resource,
            column=col_name,
            validators=checks,
        )
        return form_props
