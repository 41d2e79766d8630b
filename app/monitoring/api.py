"""REST resources of monitoring."""

from __future__ import annotations

from app.models.monitoring import CheckContribution, CoordinationRequest, EarlyWarning, MonthlyCheck
from app.monitoring import views
from app.web.api import DomainApi
from app.web.views import interface


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
    form_columns = views.CoordinationRequestView.form_columns


RESOURCES = (MonthlyCheckApi, CheckContributionApi, WarningApi, CoordinationRequestApi)
