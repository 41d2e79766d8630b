"""REST resources of monitoring."""

from __future__ import annotations

from app.extensions import db
from app.models.monitoring import CheckContribution, CoordinationRequest, EarlyWarning, MonthlyCheck
from app.monitoring import views
from app.monitoring.coordination import request_coordination
from app.monitoring.coordination_views import CoordinationRequestView
from app.web.api import DomainApi
from app.web.views import interface, the_actor


class MonthlyCheckApi(DomainApi):
    datamodel = interface(MonthlyCheck)
    form_columns = views.MonthlyCheckView.form_columns


class CheckContributionApi(DomainApi):
    datamodel = interface(CheckContribution)
    form_columns = views.CheckContributionView.form_columns


class WarningApi(DomainApi):
    datamodel = interface(EarlyWarning)
    read_only = True


class CoordinationRequestApi(DomainApi):
    datamodel = interface(CoordinationRequest)
    form_columns = CoordinationRequestView.form_columns

    def add_row(self, item: CoordinationRequest) -> None:
        request_coordination(db.session, the_actor(), item)


RESOURCES = (MonthlyCheckApi, CheckContributionApi, WarningApi, CoordinationRequestApi)
