"""REST resource of evidence: read, upload (multipart), the content itself."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_appbuilder.api import expose, protect, safe
from werkzeug.exceptions import RequestEntityTooLarge

from app.core.errors import Refusal, RuleViolation
from app.core.text import message
from app.core.unit_of_work import unit_of_work
from app.extensions import db
from app.improvement import evidence
from app.models.improvement import Evidence
from app.web.api import DomainApi
from app.web.downloads import attachment
from app.web.views import interface, the_actor

OWNER_NAMES = tuple(name for name, _ in evidence.OWNERS.values())


class EvidenceApi(DomainApi):
    """Rows are read like any other; a file comes in by `POST /` as multipart/form-data."""

    datamodel = interface(Evidence)
    form_columns = ("title",)
    hidden_columns = frozenset({"storage_key"})
    exclude_route_methods = {"put", "delete"}
    own_methods = {"content": "read"}

    @expose("/", methods=["POST"])
    @protect()
    def post(self) -> Any:
        """Attach a file to a row.
        ---
        post:
          requestBody:
            required: true
            content:
              multipart/form-data:
                schema:
                  type: object
                  required: [file]
                  properties:
                    file: {type: string, format: binary}
                    title: {type: string}
                    task: {type: integer, description: "The row the file belongs to: exactly one of these"}
                    monthly_check: {type: integer}
                    task_result: {type: integer}
                    supervision_case: {type: integer}
                    adjustment: {type: integer}
                    work_point_opinion: {type: integer}
                    department_plan: {type: integer}
          responses:
            201:
              description: The file is attached
              content:
                application/json:
                  schema:
                    type: object
                    properties:
                      id: {type: integer}
                      result: {type: object}
            401:
              $ref: '#/components/responses/401'
            403:
              $ref: '#/components/responses/403'
            404:
              $ref: '#/components/responses/404'
            422:
              $ref: '#/components/responses/422'
        """
        return self._answer(self._attach)

    def _attach(self) -> Any:
        try:
            sent = request.files.get("file")
        except RequestEntityTooLarge:
            return self.response(413, message=str(message("The file is too large.")), errors=[])
        if sent is None:
            raise RuleViolation(message("Choose a file."), "file")
        named = [(name, request.form.get(name)) for name in OWNER_NAMES if request.form.get(name)]
        if len(named) != 1:
            raise RuleViolation(
                message(
                    "Name exactly one row the file belongs to: %(names)s.",
                    names=", ".join(OWNER_NAMES),
                )
            )
        relation, key = named[0]
        row = self.datamodel.get_related_interface(relation).get(key)
        if row is None:
            return self.response_404()
        actor = the_actor()
        with unit_of_work(db.session, actor):
            added = evidence.add_evidence(
                db.session, actor, row, sent.stream, sent.filename or "", request.form.get("title")
            )
        return self.response(
            201, id=added.id, result=self.show_model_schema.dump(added, many=False)
        )

    @expose("/<int:pk>/content", methods=["GET"])
    @protect()
    @safe
    def content(self, pk: int) -> Any:
        """The file itself, as an attachment.
        ---
        get:
          parameters:
          - in: path
            schema: {type: integer}
            name: pk
          responses:
            200:
              description: The file
              content:
                application/octet-stream:
                  schema: {type: string, format: binary}
            401:
              $ref: '#/components/responses/401'
            404:
              $ref: '#/components/responses/404'
        """
        try:
            row, path = evidence.open_evidence(db.session, the_actor(), pk)
        except LookupError:
            return self.response_404()
        except Refusal as error:
            return self.refuse(error)
        return attachment(path, row.file_name, row.media_type)


RESOURCES = (EvidenceApi,)
