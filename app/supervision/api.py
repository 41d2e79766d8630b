"""REST resources of supervision."""

from __future__ import annotations

from typing import Any

from app.core import clock
from app.extensions import db
from app.models.supervision import CaseDepartment, CaseStep, Instruction, SupervisionCase
from app.supervision import service, views
from app.web.api import DomainApi
from app.web.views import interface, the_actor


class SupervisionCaseApi(DomainApi):
    datamodel = interface(SupervisionCase)
    form_columns = views.SupervisionCaseView.form_columns

    def add_row(self, item: Any) -> None:
        service.add_case(db.session, the_actor(), item)


class CaseDepartmentApi(DomainApi):
    datamodel = interface(CaseDepartment)
    form_columns = views.CaseDepartmentView.form_columns


class CaseStepApi(DomainApi):
    datamodel = interface(CaseStep)
    read_only = True


class InstructionApi(DomainApi):
    datamodel = interface(Instruction)
    form_columns = ("subject_table", "subject_id", "text", "written_on")

    def pre_add(self, item: Any) -> None:
        item.author_id = the_actor().user_id
        item.written_on = item.written_on or clock.today()

    def add_row(self, item: Any) -> None:
        service.add_instruction(db.session, the_actor(), item)


RESOURCES = (SupervisionCaseApi, CaseDepartmentApi, CaseStepApi, InstructionApi)
