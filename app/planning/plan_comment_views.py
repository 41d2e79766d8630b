"""Comments on a department's plan and their answers: what is refused stays where it was written
(Art. 4.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.core.errors import Refusal
from app.core.policy import visible
from app.core.unit_of_work import unit_of_work
from app.extensions import db
from app.models.plan_comments import PlanComment
from app.models.planning import Task
from app.planning.plans import answer_comment, comment_on_plan
from app.web.interface import key_of
from app.web.reader import the_actor
from app.web.refusals import code_of, refusal_of


@dataclass(frozen=True, slots=True)
class Unsaid:
    """Words that were refused, and why: `comment` is the id of the comment they answer, `task`
    that of the task they comment on; both None for one on the whole."""

    text: str
    why: str
    comment: int | None = None
    task: int | None = None


class CommentPages:
    """Mixed into the screen of department plans."""

    endpoint: Any

    @expose("/comment/<pk>", methods=["POST"])
    @has_access
    def comment(self, pk: str) -> Any:
        """Comment on the plan (`task` empty) or on one of its tasks."""
        plan, actor = self._row(pk), the_actor()  # type: ignore[attr-defined]
        text, task = request.form.get("text", ""), None
        if request.form.get("task"):
            task = db.session.scalar(
                select(Task).where(
                    visible(actor, Task),
                    Task.department_plan_id == plan.id,
                    Task.id == key_of(request.form["task"]),
                )
            )
            if task is None:
                abort(404)
        return self._said(
            pk,
            lambda: comment_on_plan(db.session, actor, plan, text, task),
            task=None if task is None else task.id,
        )

    @expose("/answer/<pk>/<comment>", methods=["POST"])
    @has_access
    def answer(self, pk: str, comment: str) -> Any:
        """Answer a comment."""
        plan, actor = self._row(pk), the_actor()  # type: ignore[attr-defined]
        row = db.session.scalar(
            select(PlanComment).where(
                visible(actor, PlanComment),
                PlanComment.department_plan_id == plan.id,
                PlanComment.id == key_of(comment),
            )
        )
        if row is None:
            abort(404)
        text = request.form.get("text", "")
        return self._said(pk, lambda: answer_comment(db.session, actor, row, text), comment=row.id)

    def _said(self, pk: str, write: Callable[[], object], **place: int | None) -> Any:
        """Back to the comments, or the plan's page with the words at their place."""
        actor = the_actor()
        try:
            with unit_of_work(db.session, actor):
                write()
        except (Refusal, IntegrityError, StaleDataError) as error:
            unsaid = Unsaid(request.form.get("text", ""), str(refusal_of(error)), **place)
            plan = self._row(pk)  # type: ignore[attr-defined]
            return self.show_page(plan, actor, unsaid=unsaid), code_of(error)  # type: ignore[attr-defined]
        return redirect(url_for(f"{self.endpoint}.show", pk=pk) + "#comments")
