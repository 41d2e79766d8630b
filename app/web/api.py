"""The base of every REST resource: Flask-AppBuilder's conventions behind the gate.

Refusals come out as JSON `{"message", "errors": [{"field", "message"}]}` with 403, 404, 409
or 422, never 500. Steps are `POST …/<id>/transitions/<name>`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, ClassVar

from flask import request
from flask_appbuilder import ModelRestApi
from flask_appbuilder.api import expose, protect, safe
from marshmallow import Schema, ValidationError
from sqlalchemy.exc import DataError, IntegrityError, StatementError
from sqlalchemy.orm.exc import StaleDataError

from app.core import policy, workflow
from app.core.constraints import violation_of
from app.core.errors import Conflict, NotAllowed, Refusal, RuleViolation, RuleViolations
from app.core.text import message
from app.core.unit_of_work import unit_of_work
from app.core.uses import delete_unused
from app.extensions import db
from app.web.filters import RequestFilters
from app.web.labels import Labels, lazy_noun
from app.web.lists.state import MAX_PAGE
from app.web.schemas import DomainSchemaConverter
from app.web.views import the_actor


class NotAnObject(Refusal):
    """The body is not a JSON object. 400."""

    status_code = 400


def _own(schema: Any) -> Any:
    """A copy of a schema for one load: marshmallow keeps the row it loads onto in the schema
    itself, so that two threads would write into each other's rows."""
    return copy.copy(schema)


METHODS = {
    "get_list": "read",
    "get": "read",
    "info": "read",
    "post": "add",
    "put": "edit",
    "delete": "delete",
    "list_transitions": "read",
    "take_transition": "read",
}


class DomainApi(RequestFilters, ModelRestApi):
    """One resource: its table's name, its model's columns; `form_columns` may be written."""

    form_columns: ClassVar[tuple[str, ...] | list[str]] = ()
    read_only: ClassVar[bool] = False
    own_methods: ClassVar[dict[str, str]] = {}
    """The permission verbs of methods that only this resource has."""
    allow_browser_login = True
    search_columns: Any = None
    max_page_size = 200
    model2schemaconverter = DomainSchemaConverter

    def __init__(self) -> None:
        model = self.model = self.datamodel.obj
        self.class_permission_name = policy.policy_of(model).resource
        self.resource_name = self.class_permission_name
        self.method_permission_name = {**METHODS, **self.own_methods}
        columns = [key for key in model.__mapper__.columns.keys() if key not in self.hidden_columns]  # noqa: SIM118 (keys, not columns)
        self.list_columns = list(columns)
        self.show_columns = list(columns)
        self.order_columns = list(columns)
        self.add_columns = list(self.form_columns)
        self.edit_columns = list(self.form_columns)
        if not self.search_columns:
            relations = [
                key
                for key, relation in model.__mapper__.relationships.items()
                if relation.direction.name == "MANYTOONE"
                and isinstance(getattr(relation.mapper.class_, "label", None), tuple)
            ]
            self.search_columns = [key for key in columns if not key.endswith("_id")] + relations
        if self.read_only or not self.form_columns:
            self.exclude_route_methods = {"post", "put", "delete"}
            # Without columns FAB would describe (and accept) every one there is.
            name = type(self).__name__
            self.add_model_schema = Schema.from_dict({}, name=f"{name}NoPost")()
            self.edit_model_schema = Schema.from_dict({}, name=f"{name}NoPut")()
        if model not in workflow.workflows():
            self.exclude_route_methods = {
                *(self.exclude_route_methods or set()), "list_transitions", "take_transition",
            }  # fmt: skip
        self.label_columns = Labels(model)
        self.list_title = self.show_title = self.add_title = self.edit_title = lazy_noun(model)
        super().__init__()
        self.add_columns = list(self.form_columns)
        self.edit_columns = list(self.form_columns)

    hidden_columns: ClassVar[frozenset[str]] = frozenset()

    @staticmethod
    def response(code: int, **told: Any) -> Any:
        """Every refusal has the same shape: a message and a list of errors."""
        if code >= 400:
            told.setdefault("errors", [])
        return ModelRestApi.response(code, **told)

    def response_404(self) -> Any:
        return self.response(
            404, message=str(message("There is no such row, or it is not yours to see."))
        )

    def response_403(self) -> Any:
        return self.response(403, message=str(message("You may not do this.")))

    # Reading ------------------------------------------------------------------------

    def _sanitize_page_args(self, page: Any, page_size: Any) -> tuple[int, int]:
        size = page_size if page_size and page_size > 0 else self.page_size
        return max(0, min(page or 0, MAX_PAGE)), min(size, self.max_page_size)

    def _label_columns_json(self, cols: list[str] | None = None) -> dict[str, str]:
        return {name: str(self.label_columns[name]) for name in cols or ()}

    # Writing through the gate ------------------------------------------------------

    def post_headless(self) -> Any:
        return self._answer(self._post)

    def put_headless(self, pk: Any) -> Any:
        return self._answer(lambda: self._put(pk))

    def delete_headless(self, pk: Any) -> Any:
        return self._answer(lambda: self._delete(pk))

    def _body(self) -> dict[str, Any]:
        """The request's JSON object; without one 400."""
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            raise NotAnObject(message("The request is not a JSON object."))
        return dict(body)

    def _post(self) -> Any:
        with db.session.no_autoflush:
            item = _own(self.add_model_schema).load(self._body(), session=db.session)
            self.pre_add(item)
        with unit_of_work(db.session, the_actor()):
            self.add_row(item)
        result = self.add_model_schema.dump(item, many=False)
        return self.response(201, id=item.id, version=item.version, result=result)

    def add_row(self, item: Any) -> None:
        """Write a new row. Chapters whose new rows are a service's override this."""
        db.session.add(item)

    def _put(self, pk: Any) -> Any:
        row = self.datamodel.get(pk, self._base_filters)
        if row is None:
            return self.response_404()
        body = self._body()
        seen = body.pop("version", None)
        if seen is not None and (isinstance(seen, bool) or not isinstance(seen, int)):
            raise RuleViolation(message("A version is a whole number."), "version")
        if seen is not None and seen != row.version:
            raise Conflict(message("Somebody has changed this row meanwhile."))
        with db.session.no_autoflush:
            try:
                item = _own(self.edit_model_schema).load(
                    body, instance=row, session=db.session, partial=True
                )
            except ValidationError as error:
                db.session.rollback()
                return self._invalid(error)
        with unit_of_work(db.session, the_actor()):
            self.pre_update(item)
            db.session.add(item)
        return self.response(200, id=item.id, version=item.version)

    def _delete(self, pk: Any) -> Any:
        row = self.datamodel.get(pk, self._base_filters)
        if row is None:
            return self.response_404()
        with unit_of_work(db.session, the_actor()):
            delete_unused(db.session, the_actor(), row)
        return self.response(200, message="OK")

    def _answer(self, write: Callable[[], Any]) -> Any:
        """Run a write; put refusals into JSON. Nothing half-done stays in the session."""
        try:
            answer = write()
        except ValidationError as error:
            db.session.rollback()
            return self._invalid(error)
        except (Refusal, IntegrityError, StaleDataError) as error:
            db.session.rollback()
            return self.refuse(error)
        except (StatementError, OverflowError) as error:
            db.session.rollback()
            cause = error.__cause__ or getattr(error, "orig", None)
            if isinstance(error, (DataError, OverflowError)) or isinstance(
                cause, (LookupError, ValueError, TypeError)
            ):
                return self.response(
                    422, message=str(message("A value is outside what is allowed here.")), errors=[]
                )
            raise
        if answer.status_code >= 400:
            db.session.rollback()
        return answer

    def _invalid(self, error: ValidationError) -> Any:
        found = error.messages if isinstance(error.messages, dict) else {"": error.messages}
        told = [
            {
                "field": str(field),
                "message": "; ".join(map(str, texts)) if isinstance(texts, list) else str(texts),
            }
            for field, texts in found.items()
        ]
        return self.response(
            422, message=str(message("Some fields are not as they should be.")), errors=told
        )

    def refuse(self, error: Exception) -> Any:
        """The JSON answer to a refusal."""
        if isinstance(error, IntegrityError):
            error = violation_of(error)
        elif isinstance(error, StaleDataError):
            error = Conflict(message("Somebody has changed this row meanwhile."))
        assert isinstance(error, Refusal)  # noqa: S101
        parts = error.violations if isinstance(error, RuleViolations) else [error]
        errors = [
            {"field": part.field, "message": str(part)} for part in parts if part.field is not None
        ]
        return self.response(error.status_code, message=str(error), errors=errors)

    def _get_field_info(self, field: Any, *args: Any, **options: Any) -> dict[str, Any]:
        """As stock, which translates a missing description: the catalogue's own header."""
        info: dict[str, Any] = super()._get_field_info(field, *args, **options)
        info["description"] = str(self.description_columns.get(field.name) or "")
        return info

    # Steps -------------------------------------------------------------------------

    @expose("/<pk>/transitions/", methods=["GET"])
    @protect()
    @safe
    def list_transitions(self, pk: str) -> Any:
        """The steps of a row: those this user may take now and, for the others, why not.
        ---
        get:
          parameters:
          - in: path
            schema: {type: integer}
            name: pk
          responses:
            200:
              description: Steps with `open` and `reason`
              content:
                application/json:
                  schema:
                    type: object
            404:
              $ref: '#/components/responses/404'
        """
        row = self.datamodel.get(pk, self._base_filters)
        if row is None:
            return self.response_404()
        told = [
            {
                "name": offer.transition.name,
                "label": str(offer.transition.label),
                "target": offer.transition.leads_to(row.status),
                "requires": list(offer.transition.requires),
                "accepts": list(offer.transition.accepts),
                "open": offer.open,
                "reason": None if offer.refusal is None else str(offer.refusal),
            }
            for offer in workflow.offers(the_actor(), row)
        ]
        return self.response(200, result=told, status=str(row.status), version=row.version)

    @expose("/<pk>/transitions/<name>", methods=["POST"])
    @protect()
    @safe
    def take_transition(self, pk: str, name: str) -> Any:
        """Take a step. The body holds the step's fields and, if wanted, `version`.
        ---
        post:
          parameters:
          - in: path
            schema: {type: integer}
            name: pk
          - in: path
            schema: {type: string}
            name: name
          requestBody:
            content:
              application/json:
                schema:
                  type: object
          responses:
            200:
              description: The step was taken
              content:
                application/json:
                  schema:
                    type: object
            403:
              $ref: '#/components/responses/403'
            404:
              $ref: '#/components/responses/404'
            422:
              $ref: '#/components/responses/422'
        """
        row = self.datamodel.get(pk, self._base_filters)
        flow = workflow.workflow_of(self.model)
        if row is None or name not in {transition.name for transition in flow.transitions}:
            return self.response_404()
        return self._answer(lambda: self._take(row, flow.named(name)))

    def _take(self, row: Any, transition: workflow.Transition) -> Any:
        body = self._body() if request.data else {}
        version = body.pop("version", None)
        if version is not None and (isinstance(version, bool) or not isinstance(version, int)):
            raise RuleViolation(message("A version is a whole number."), "version")
        actor = the_actor()
        if not actor.may(f"{self.class_permission_name}:{transition.name}"):
            raise NotAllowed(message("This step is not yours to take on this row."))
        fields = self._fields_of_step(transition, body)
        self.take_step(row, transition.name, actor, version, **fields)
        return self.response(200, id=row.id, status=str(row.status), version=row.version)

    def take_step(
        self, row: Any, name: str, actor: Any, version: int | None, **fields: Any
    ) -> None:
        """Take one step. Chapters whose step is a service override this."""
        with unit_of_work(db.session, actor):
            workflow.apply(db.session, actor, row, name, version=version, **fields)

    def _fields_of_step(
        self, transition: workflow.Transition, body: dict[str, Any]
    ) -> dict[str, Any]:
        """The body's values as the columns' types, by the same schema as a PUT."""
        known = [*transition.requires, *transition.accepts]
        unknown = set(body) - set(known)
        if unknown:
            raise ValidationError(
                {sorted(unknown)[0]: [str(message("The step does not take this field."))]}
            )
        columns = self.model.__mapper__.columns
        plain = [name for name in known if name in columns and name in body]
        if not plain:
            return dict(body)
        schema = self.model2schemaconverter.convert(plain, nested=False)
        loaded = schema.load(
            {name: body[name] for name in plain}, session=db.session, transient=True, partial=True
        )
        values = {name: getattr(loaded, name) for name in plain}
        return {**{name: body[name] for name in body if name not in plain}, **values}
