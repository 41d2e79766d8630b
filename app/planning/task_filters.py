"""What the list of tasks shows and asks besides the table's own columns."""

from __future__ import annotations

from flask_appbuilder.models.filters import BaseFilter
from flask_babel.speaklater import LazyString

from app.core.text import words
from app.models.planning import Task
from app.planning.indicator_column import INDICATORS
from app.planning.own_filters import choice_filters
from app.planning.since_issue import LABEL, SinceIssue, since_issue
from app.web.lists import Column

SINCE_ISSUE = "since_issue"
OWN_COLUMNS = {
    SINCE_ISSUE: Column(
        SINCE_ISSUE,
        LazyString(lambda: words(LABEL)),
        "choice",
        choices=tuple(SinceIssue),
        expression=since_issue,
    ),
    INDICATORS.name: INDICATORS,
}


def own_filters() -> dict[str, list[BaseFilter]]:
    return choice_filters(Task, SINCE_ISSUE, since_issue)
