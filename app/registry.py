"""The chapters in menu order; each registers its own views, resources and rules."""

from __future__ import annotations

from importlib import import_module
from typing import Any

RULES = (
    "app.organisation.rules",
    "app.cycles.rules",
    "app.cycles.workflow",
    "app.cycles.paper_workflow",
    "app.planning.rules",
    "app.planning.merged_plans",
    "app.planning.workflow",
    "app.planning.plan_workflow",
    "app.monitoring.rules",
    "app.monitoring.workflow",
    "app.monitoring.coordination_workflow",
    "app.monitoring.closing",
    "app.supervision.rules",
    "app.supervision.workflow",
    "app.supervision.patrol_rules",
    "app.improvement.rules",
    "app.improvement.workflow",
    "app.improvement.corrections_workflow",
    "app.assessment.rules",
    "app.assessment.workflow",
    "app.notify.rules",
    "app.notify.workflow",
    "app.planning.documents",
    "app.planning.point_paper",
    "app.cycles.agenda_paper",
    "app.planning.agenda_papers",
    "app.improvement.agenda_papers",
    "app.monitoring.bulletin_paper",
    "app.supervision.notice_paper",
    "app.exchange.workflow",
    "app.cycles.queue",
    "app.planning.plan_queue",
    "app.planning.point_queue",
    "app.planning.queue",
    "app.monitoring.queue",
    "app.supervision.queue",
    "app.improvement.queue",
    "app.assessment.queue",
    "app.exchange.queue",
    "app.organisation.queue",
)
"""Every policy, invariant, workflow, document and source of the queue. Loaded before anything may be read or written."""

CHAPTERS = (
    "app.web.steering.views",
    "app.planning.views",
    "app.exchange.views",
    "app.monitoring.views",
    "app.supervision.board_views",
    "app.supervision.views",
    "app.supervision.patrol_views",
    "app.improvement.views",
    "app.improvement.correction_views",
    "app.improvement.evidence_views",
    "app.improvement.sheet_file_views",
    "app.assessment.views",
    "app.web.college",
    "app.planning.chart_views",
    "app.planning.gantt_views",
    "app.monitoring.chart_views",
    "app.monitoring.check_chart_views",
    "app.web.reports",
    "app.web.search",
    "app.cycles.views",
    "app.improvement.paper_views",
    "app.organisation.views",
    "app.web.system",
    "app.web.home.views",
    "app.web.calendar.views",
    "app.notify.views",
    "app.notify.outbox_views",
    "app.notify.choice_views",
    "app.web.saved_forms",
    "app.console.site",
    "app.web.start.views",
    "app.web.rights.views",
)
"""The order of the menu: the year's work first, what it stands on last."""

RESOURCES = (
    "app.organisation.api",
    "app.cycles.api",
    "app.planning.api",
    "app.monitoring.api",
    "app.supervision.api",
    "app.improvement.api",
    "app.improvement.evidence_api",
    "app.assessment.api",
)


def load_rules() -> None:
    """Register every chapter's policies and workflows (also for commands and tests)."""
    for name in RULES:
        import_module(name)


def register_views(builder: Any) -> None:
    """Put every chapter's screens into the menu and every resource under `/api/v1/`."""
    load_rules()
    for name in CHAPTERS:
        import_module(name).register(builder)
    for name in RESOURCES:
        for resource in import_module(name).RESOURCES:
            builder.add_api(resource)
    import_module("app.web.docs").register(builder)
    import_module("app.web.choices").register(builder)
    import_module("app.web.uses").register(builder)
