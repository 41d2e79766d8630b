"""REST resources of supervision."""

from __future__ import annotations

from typing import Any

from app.core import clock
from app.models.supervision import CaseStep, Instruction, SupervisionCase
from app.supervision import views
from app.web.api import DomainApi
from app.web.views import interface, the_actor


class SupervisionCaseApi(DomainApi):
    datamodel = interface(SupervisionCase)
    form_columns = views.SupervisionCaseView.form_columns


class CaseStepApi(DomainApi):
    datamodel = interface(CaseStep)
    read_only = True


class InstructionApi(DomainApi):
    datamodel = interface(Instruction)
    form_columns = views.InstructionView.form_columns

    def pre_add(self, item: Any) -> None:
        item.author_id = the_actor().user_id
        item.written_on = item.written_on or clock.today()


RESOURCES = (SupervisionCaseApi, CaseStepApi, InstructionApi)
