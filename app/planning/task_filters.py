"""What the list of tasks shows and asks besides the table's own columns."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.models.filters import BaseFilter
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from app.core.text import words
from app.models.planning import Task
from app.planning.since_issue import LABEL, SinceIssue, since_issue
from app.web.interface import ScopedInterface
from app.web.lists import Column


class Became(BaseFilter):
    """What became of the task since it was issued."""

    name = lazy_gettext("Equal to")
    arg_name = "eq"

    def apply(self, query: Any, value: Any) -> Any:
        return query.filter(since_issue() == str(value))


class BecameOther(BaseFilter):
    name = lazy_gettext("Not Equal to")
    arg_name = "neq"

    def apply(self, query: Any, value: Any) -> Any:
        return query.filter(since_issue() != str(value))


class BecameOneOf(BaseFilter):
    name = lazy_gettext("Is one of")
    arg_name = "in"

    def apply(self, query: Any, value: Any) -> Any:
        return query.filter(since_issue().in_(str(value).split(",")))


SINCE_ISSUE = "since_issue"
OWN_COLUMNS = {
    SINCE_ISSUE: Column(
        SINCE_ISSUE,
        LazyString(lambda: words(LABEL)),
        "choice",
        choices=tuple(SinceIssue),
        expression=since_issue,
    )
}


def own_filters() -> dict[str, list[BaseFilter]]:
    """By the place that an address gives them: new ones come last."""
    data = ScopedInterface(Task)
    return {SINCE_ISSUE: [kind(SINCE_ISSUE, data) for kind in (Became, BecameOther, BecameOneOf)]}
