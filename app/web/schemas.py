"""JSON shapes of rows: foreign keys as numbers, enums by value, related rows by id, scoped."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_appbuilder.api.convert import Model2SchemaConverter, TreeNode
from marshmallow import ValidationError, fields
from marshmallow_sqlalchemy import SQLAlchemyAutoSchema

from app.core.text import message
from app.web.interface import ScopedInterface


class RelatedRow(fields.Field[Any]):
    """A many-to-one relation: the row's id in JSON; only rows the reader sees are accepted."""

    def __init__(self, model: type[Any], **options: Any) -> None:
        super().__init__(**options)
        self.related_model = model

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> Any:
        return None if value is None else value.id

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        key = value.get("id") if isinstance(value, dict) else value
        if isinstance(key, bool) or not isinstance(key, int):
            raise ValidationError(str(message("A row is named by its number.")))
        row = ScopedInterface(self.related_model).get(key)
        if row is None:
            raise ValidationError(str(message("There is no such row, or it is not yours to see.")))
        return row


class DomainSchemaConverter(Model2SchemaConverter):
    def _meta_schema_factory(
        self,
        columns: list[str],
        model: Any,
        class_mixin: Any,
        parent_schema_name: str | None = None,
    ) -> Any:
        """As stock, but with foreign keys: marshmallow drops them unless asked."""
        _model, _columns, _name = model, columns, parent_schema_name

        class MetaSchema(SQLAlchemyAutoSchema, class_mixin):  # type: ignore[misc]
            class Meta:
                model = _model
                fields = _columns
                load_instance = True
                include_fk = True
                sqla_session = current_app.appbuilder.session  # type: ignore[attr-defined]
                parent_schema_name = _name

        return MetaSchema

    def _column2relation(
        self,
        datamodel: Any,
        column: TreeNode,
        nested: bool = False,
        parent_schema_name: str | None = None,
    ) -> Any:
        if column.children or not datamodel.is_relation_many_to_one(column.name):
            return super()._column2relation(datamodel, column, nested, parent_schema_name)
        nullable = datamodel.is_nullable(column.name)
        field = RelatedRow(
            datamodel.get_related_model(column.name), required=not nullable, allow_none=nullable
        )
        field.unique = False  # type: ignore[attr-defined]
        return field

    def _column2enum(self, datamodel: Any, column: TreeNode) -> Any:
        field = super()._column2enum(datamodel, column)
        sqla_column = datamodel.list_columns[column.name]
        field.required = not sqla_column.nullable and sqla_column.default is None
        field.allow_none = sqla_column.nullable
        return field

    def _column2field(
        self,
        datamodel: Any,
        column: TreeNode,
        nested: bool = True,
        parent_schema_name: str | None = None,
    ) -> Any:
        known = datamodel.list_columns.get(column.name)
        if known is not None and known.foreign_keys:
            field = fields.Integer(
                required=not known.nullable, allow_none=known.nullable, strict=True
            )
            field.unique = False  # type: ignore[attr-defined]
            return field
        field = super()._column2field(datamodel, column, nested, parent_schema_name)
        if isinstance(field, fields.Integer):
            field.strict = True  # 1.5 is refused, not rounded
        if isinstance(field, fields.Decimal):
            field.places = None  # what has too many decimals is the rules' to refuse
        return field
