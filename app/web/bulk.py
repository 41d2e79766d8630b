"""A step on many rows: first what will happen to each and why not, then all of it or nothing.

A list sends its chosen rows (or itself, for all its rows) with the step's name. The answer is
a page that changes nothing: from which state to which, the refusals in their own words, and
one form for what the step asks of all rows. Confirming it takes the step on exactly the rows
shown as possible, as they were shown, in one transaction.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder.actions import ActionItem
from flask_appbuilder.baseviews import expose
from flask_babel import gettext, lazy_gettext, ngettext
from flask_babel.speaklater import LazyString
from markupsafe import Markup
from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from app.core import policy, workflow
from app.core.actor import Actor
from app.core.errors import Conflict, NotAllowed, Refusal, RuleViolation
from app.core.text import message
from app.core.unit_of_work import unit_of_work
from app.core.workflow import Transition
from app.extensions import db
from app.models.base import Choice
from app.web.formats import show_status
from app.web.links import list_link
from app.web.lists.query import keys_of
from app.web.lists.state import ListState
from app.web.reader import the_actor
from app.web.refusals import refusal_of, show_refusal
from app.web.stepping import step_form, step_values

_KINDS: dict[int, type[Refusal]] = {403: NotAllowed, 409: Conflict}


@dataclasses.dataclass(frozen=True, slots=True)
class Fate:
    """What the step would do to a row: `refusal` says why not; empty if it is possible."""

    key: int
    version: int
    name: str
    link: str
    status: Choice
    target: Choice
    refusal: str


@dataclasses.dataclass(frozen=True, slots=True)
class Preview:
    """`going` and `staying` are the rows the step is possible for, and the others."""

    transition: Transition
    going: Sequence[Fate]
    staying: Sequence[Fate]


class BulkSteps:
    """Mixin of views: each step of the model's workflow is an action of its list."""

    most_rows: ClassVar[int] = 500
    """Rows in one go: what a person can still look over, and one transaction can carry."""
    actions: dict[str, ActionItem]
    appbuilder: Any
    base_permissions: list[str]
    class_permission_name: Any
    datamodel: Any
    endpoint: Any
    form_columns: ClassVar[Sequence[str]]
    label_columns: Any
    model: Any
    route_base: Any

    def take_steps(
        self, rows: Sequence[Any], name: str, actor: Actor, fields: Mapping[str, Any]
    ) -> None:
        """Take one step on all rows, within the caller's transaction. Chapters whose step is a
        service override this."""
        workflow.apply_all(db.session, actor, rows, name, **fields)

    def steps_offered(self, names: Collection[str], actor: Actor) -> Collection[str]:
        """Of the steps whose doors are open to the reader, those that the list offers. Chapters
        that know whose a step is override this."""
        return names

    def _add_step(self, transition: Transition) -> None:
        label = LazyString(lambda: str(transition.label))
        self.actions[transition.name] = ActionItem(
            transition.name, label, lazy_gettext("Take this step?"), "player-track-next",
            True, True, None,
        )  # fmt: skip
        permission = f"can_{transition.name}"
        if permission not in self.base_permissions:
            self.base_permissions.append(permission)

    def get_action_permission_name(self, name: str) -> str:
        return f"can_{name}"

    @expose("/action/<string:name>/<pk>", methods=["POST"])
    def action(self, name: str, pk: str) -> Any:
        """One row: the page of its step."""
        refused = self._refused(name)
        if refused:
            return refused
        row = self._row(pk)  # type: ignore[attr-defined]
        return redirect(url_for(f"{self.endpoint}.step", name=name, pk=row.id))

    @expose("/action_post", methods=["POST"])
    def action_post(self) -> Any:
        """Many rows: `rowid`s, or `all` rows of the list in the address; then `confirm`."""
        name = request.form.get("action", "")
        refused = self._refused(name)
        if refused:
            return refused
        transition = workflow.workflow_of(self.model).named(name)
        actor = the_actor()
        if "confirm" in request.form:
            return self._confirmed(transition, actor)
        if "all" in request.form:
            keys = keys_of(
                self, ListState.read(self, request.args), actor, limit=self.most_rows + 1
            )
        else:
            keys = _numbers(request.form.getlist("rowid"))
        if not keys:
            flash(gettext("Choose at least one row."), "warning")
            return redirect(self._back())
        if len(keys) > self.most_rows:
            flash(
                gettext(
                    "At most %(count)s rows at once. Set a condition that leaves fewer.",
                    count=self.most_rows,
                ),
                "warning",
            )
            return redirect(self._back())
        rows = self._seen(keys, actor)
        if len(rows) < len(keys):
            abort(404)
        return self._page(
            transition,
            actor,
            rows,
            step_form(self.datamodel, self.label_columns, self._asked(transition), None),
        )

    def _refused(self, name: str) -> Any:
        """What stands in the way before any row is looked at: nobody signed in, no such step,
        no right to it."""
        if not g.user.is_authenticated:
            return redirect(self.appbuilder.get_url_for_login)
        if name not in self.actions:
            abort(404)
        if not self.appbuilder.sm.has_access(f"can_{name}", self.class_permission_name):
            abort(403)
        return None

    # Before ------------------------------------------------------------------------

    def preview(
        self, transition: Transition, actor: Actor, rows: Sequence[Any], fields: Mapping[str, Any]
    ) -> Preview:
        """What `transition` would do to `rows`; changes nothing."""
        with policy.holding(db.session()), db.session.no_autoflush:
            fates = [self._fate(transition, actor, row, fields) for row in rows]
        return Preview(
            transition,
            going=[fate for fate in fates if not fate.refusal],
            staying=[fate for fate in fates if fate.refusal],
        )

    def _fate(
        self, transition: Transition, actor: Actor, row: Any, fields: Mapping[str, Any]
    ) -> Fate:
        try:
            self._check(transition, actor, row, fields)
        except Refusal as refusal:
            reason = str(refusal)
        else:
            reason = ""
        link = f"{self.route_base}/show/{row.id}"
        kind = inspect(self.model).columns["status"].type.python_type
        target = kind(transition.leads_to(row.status))
        return Fate(row.id, row.version, str(row), link, row.status, target, reason)

    def _check(
        self, transition: Transition, actor: Actor, row: Any, fields: Mapping[str, Any]
    ) -> None:
        """Raise the refusal of the step on `row`. What the row's own form asks must stand there
        already: a value for all rows would be nobody's."""
        workflow.check(actor, row, transition, fields, None, with_fields=False)
        for name in self._own_fields(transition):
            if getattr(row, name) in (None, ""):
                label = str(self.label_columns[name.removesuffix("_id")])
                raise RuleViolation(message("“%(field)s” is not filled in.", field=label), name)

    def _own_fields(self, transition: Transition) -> list[str]:
        return [name for name in transition.requires if self._is_own(name)]

    def _is_own(self, name: str) -> bool:
        return name.removesuffix("_id") in self.form_columns

    def _asked(self, transition: Transition) -> Transition:
        """The step with those fields only that are asked once for all rows."""
        return dataclasses.replace(
            transition,
            requires=tuple(name for name in transition.requires if not self._is_own(name)),
            accepts=tuple(name for name in transition.accepts if not self._is_own(name)),
        )

    def _page(
        self, transition: Transition, actor: Actor, rows: Sequence[Any], form: Any, code: int = 200
    ) -> Any:
        told = self.preview(transition, actor, rows, {})
        page = self.render_template(  # type: ignore[attr-defined]
            "web/bulk.html",
            title=str(transition.label),
            subtitle=str(self.list_title),  # type: ignore[attr-defined]
            preview=told,
            form=form,
            show_status=show_status,
            place=request.full_path,
            back=self._back(),
        )
        return page, code

    def _back(self) -> str:
        return f"{self.route_base}/list/?{ListState.read(self, request.args).query_string()}"

    # The step itself ---------------------------------------------------------------

    def _confirmed(self, transition: Transition, actor: Actor) -> Any:
        """All the rows of the preview, as they were shown there, or none."""
        wanted = _versions(request.form.getlist("row"))
        if not wanted or len(wanted) > self.most_rows:
            abort(400)
        form = step_form(self.datamodel, self.label_columns, self._asked(transition), None)
        rows = self._seen(list(wanted), actor)
        if not form.validate():
            return self._page(transition, actor, rows, form, 422)
        fields = {name: value for name, value in step_values(form).items() if value != ""}
        try:
            with unit_of_work(db.session, actor):
                self._as_shown(transition, actor, rows, wanted, fields)
                self.take_steps(rows, transition.name, actor, fields)
        except (Refusal, IntegrityError) as error:
            refusal = refusal_of(error)
            flash(gettext("Nothing was changed. %(reason)s", reason=str(refusal)), "danger")
            if refusal.field:
                show_refusal(form, refusal)
            return self._page(
                transition, actor, self._seen(list(wanted), actor), form, refusal.status_code
            )
        self._tell(transition, rows)
        return redirect(self._back())

    def _as_shown(
        self,
        transition: Transition,
        actor: Actor,
        rows: Sequence[Any],
        wanted: Mapping[int, int],
        fields: Mapping[str, Any],
    ) -> None:
        """Raise the refusal of the first row, by its name, that is not as it was shown."""
        gone = len(wanted) - len(rows)
        if gone:
            raise Conflict(message("%(count)s of the rows are not there any more.", count=gone))
        for row in rows:
            try:
                if row.version != wanted[row.id]:
                    raise Conflict(message("Somebody has changed this row meanwhile."))
                self._check(transition, actor, row, fields)
            except Refusal as refusal:
                told = message("%(row)s: %(reason)s", row=str(row), reason=str(refusal))
                kind = _KINDS.get(refusal.status_code, RuleViolation)
                raise kind(told, refusal.field) from refusal

    def _tell(self, transition: Transition, rows: Sequence[Any]) -> None:
        """Say what was done, with the way to it."""
        done = ngettext(
            "%(step)s: done for %(num)s row.", "%(step)s: done for %(num)s rows.", len(rows),
            step=str(transition.label),
        )  # fmt: skip
        if len(rows) == 1:
            link = f"{self.route_base}/show/{rows[0].id}"
        else:
            state = {} if transition.target is None else {"status": transition.target}
            try:
                link = list_link(self.model, **state)
            except LookupError:
                link = f"{self.route_base}/list/?view=all"
        flash(Markup('{} <a href="{}">{}</a>').format(done, link, gettext("Show")), "success")  # noqa: S704 (escaped by format)

    def _seen(self, keys: Sequence[int], actor: Actor) -> list[Any]:
        """The rows of `keys` that the reader sees, in that order, with the rows they point to:
        rules and names ask for those one by one."""
        pointing = [
            selectinload(getattr(self.model, relation.key))
            for relation in inspect(self.model).relationships
            if relation.direction.name == "MANYTOONE"
        ]
        found = db.session.scalars(
            select(self.model)
            .where(self.model.id.in_(keys), policy.visible(actor, self.model))
            .options(*pointing)
        )
        rows = {row.id: row for row in found}
        return [rows[key] for key in keys if key in rows]


def _numbers(texts: Sequence[str]) -> list[int]:
    """The ids of a form; 404 for what is none, as for a row that is not there."""
    if not all(_is_number(text) for text in texts):
        abort(404)
    return list(dict.fromkeys(int(text) for text in texts))


def _versions(texts: Sequence[str]) -> dict[int, int]:
    """`id:version` of the rows as they were shown."""
    pairs = [text.partition(":") for text in texts]
    if not all(_is_number(key) and _is_number(version) for key, _, version in pairs):
        abort(400)
    return {int(key): int(version) for key, _, version in pairs}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 11 and int(text) < 2**31
