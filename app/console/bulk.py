"""Many rows of master data at once: first what will happen to each and why not, then all of it
or nothing.

What will happen is not guessed: each row is changed for a moment, the gate and the database
answer, and everything is taken back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext, ngettext
from sqlalchemy.exc import DataError, IntegrityError

from app.console.acts import Act, Given
from app.console.gate import refusal_of
from app.console.rows import version_of
from app.core.actor import Actor
from app.core.errors import Conflict, Refusal, RuleViolation
from app.core.text import message
from app.core.unit_of_work import unit_of_work
from app.extensions import db
from app.web.bulk import BulkSteps
from app.web.interface import key_of
from app.web.lists.query import keys_of
from app.web.lists.state import ListState
from app.web.reader import the_actor

REFUSALS = (Refusal, IntegrityError, DataError)


@dataclass(frozen=True, slots=True)
class Fate:
    """`refusal` says why the act is not possible; empty if it is."""

    key: int
    version: str
    name: str
    now: Any
    after: Any
    refusal: str = ""


class BulkActs:
    """Mixin of the console's views: `acts` are offered for the rows one chooses."""

    acts: ClassVar[Sequence[Act]] = ()
    most_rows: ClassVar[int] = 200
    """Rows in one go: what a person can still look over."""

    resource: Any
    model: Any
    route_base: Any
    name: Any
    render: Any

    _seen: Any = BulkSteps._seen

    def bulk_actions(self, actor: Actor) -> list[Act]:
        """The acts this reader may do."""
        return [act for act in self.acts if all(actor.may(one) for one in act.needs(self.resource))]

    @expose("/action_post", methods=("POST",))
    @expose("/action/", methods=("POST",))
    def action_view(self) -> Any:
        """The chosen rows with what will become of them; then, confirmed, the act itself."""
        actor = the_actor()
        name = request.form.get("action", "")
        act = next((one for one in self.acts if one.name == name), None)
        if act is None:
            abort(404)
        if act not in self.bulk_actions(actor):
            abort(403)
        if "row" in request.form:
            return self._looked_at(act, actor)
        keys = self._chosen(actor)
        if not keys:
            flash(gettext("Choose at least one row."), "warning")
            return redirect(self._list())
        if len(keys) > self.most_rows:
            most = self.most_rows
            flash(
                gettext("At most %(count)s rows at once. Set a condition that leaves fewer.",
                        count=most), "warning",
            )  # fmt: skip
            return redirect(self._list())
        rows = self._seen(keys, actor)
        if len(rows) < len(keys):
            abort(404)
        form = act.form(self)
        return self._bulk_page(act, actor, rows, form, given=None if form else {})

    def _chosen(self, actor: Actor) -> list[int]:
        if "all" in request.form:
            state = ListState.read(self, request.args)
            return keys_of(self, state, actor, limit=self.most_rows + 1)
        keys = [key_of(text) for text in request.form.getlist("rowid")]
        if None in keys:
            abort(404)
        return list(dict.fromkeys(keys))  # type: ignore[arg-type]

    def _looked_at(self, act: Act, actor: Actor) -> Any:
        """The page has been sent back: to see what will happen, or to do it."""
        shown = _pairs(request.form.getlist("row"))
        if len(shown) > self.most_rows:
            abort(400)
        form = act.form(self)
        rows = self._seen(list(shown), actor)
        given = _given(form)
        if given is None:
            return self._bulk_page(act, actor, rows, form, given=None, code=422)
        wanted = _pairs(request.form.getlist("go"))
        if "confirm" not in request.form or request.form.get("seen", "") != _seen_as(form):
            return self._bulk_page(act, actor, rows, form, given=given)
        try:
            with unit_of_work(db.session, actor):
                self._do(act, actor, [row for row in rows if row.id in wanted], wanted, given)
        except Refusal as refusal:
            flash(gettext("Nothing was changed. %(reason)s", reason=str(refusal)), "danger")
            rows = self._seen(list(shown), actor)
            given = _given(form := act.form(self))
            return self._bulk_page(
                act, actor, rows, form, given=given, code=refusal.status_code
            )  # fmt: skip
        flash(
            ngettext("%(step)s: done for %(num)s row.", "%(step)s: done for %(num)s rows.",
                     len(wanted), step=str(act.text)), "success",
        )  # fmt: skip
        return redirect(self._list())

    def _do(
        self, act: Act, actor: Actor, rows: Sequence[Any], wanted: Mapping[int, str], given: Given
    ) -> None:
        """The act on every row as it was shown, or the refusal of the first, by its name."""
        if not wanted or len(rows) < len(wanted):
            gone = len(wanted) - len(rows)
            raise Conflict(message("%(count)s of the rows are not there any more.", count=gone))
        for row in rows:
            name = str(row)
            try:
                if version_of(row) != wanted[row.id]:
                    raise Conflict(message("Somebody has changed this row meanwhile."))
                act.change(row, given, actor)
                db.session.flush()
            except REFUSALS as error:
                reason = refusal_of(error)
                kind = Conflict if isinstance(reason, Conflict) else RuleViolation
                raise kind(message("%(row)s: %(reason)s", row=name, reason=str(reason))) from error

    def _fates(
        self, act: Act, actor: Actor, rows: Sequence[Any], given: Given | None
    ) -> list[Fate]:
        """What the act would do to each row. Nothing of it stays."""
        fates = []
        told = [(row.id, version_of(row), str(row), act.now(row, given or {})) for row in rows]
        for key, version, name, now in told:
            if given is None:
                fates.append(Fate(key, version, name, now, ""))
                continue
            try:
                (row,) = self._seen([key], actor)
                act.change(row, given, actor)
                db.session.flush()
                fates.append(Fate(key, version, name, now, act.after(row, given)))
            except REFUSALS as error:
                db.session.rollback()
                fates.append(Fate(key, version, name, now, "", str(refusal_of(error))))
            finally:
                db.session.rollback()
        return fates

    def _bulk_page(
        self,
        act: Act,
        actor: Actor,
        rows: Sequence[Any],
        form: Any,
        *,
        given: Given | None,
        code: int = 200,
    ) -> Any:
        fates = self._fates(act, actor, rows, given)
        query = ListState.read(self, request.args).query_string()
        page = self.render(
            "console/bulk.html",
            title=str(act.text),
            subtitle=str(self.name),
            act=act,
            form=form,
            looked=given is not None,
            seen=_seen_as(form),
            going=[fate for fate in fates if not fate.refusal],
            staying=[fate for fate in fates if fate.refusal],
            place=f"{self.route_base}/action_post?{query}",
            back=self._list(),
        )
        return page, code

    def _list(self) -> str:
        return f"{self.route_base}/list/?{ListState.read(self, request.args).query_string()}"


def _given(form: Any) -> Given | None:
    """What the form says; None, with the reason at its field, if it does not say it."""
    if form is None:
        return {}
    sound = form.validate()
    fields = [field for field in form if field.type != "CSRFTokenField"]
    for field in fields:
        if field.data in (None, "") and not field.errors:
            field.errors = [gettext("This field is required.")]
            sound = False
    return {field.name: field.data for field in fields} if sound else None


def _seen_as(form: Any) -> str:
    """The values the page was shown for: who changes them is shown the page anew."""
    if form is None:
        return ""
    return "|".join(
        ",".join(field.raw_data or ()) for field in form if field.type != "CSRFTokenField"
    )


def _pairs(texts: Sequence[str]) -> dict[int, str]:
    """`id:version` of the rows as they were shown."""
    found: dict[int, str] = {}
    for text in texts:
        key, _, version = text.partition(":")
        number = key_of(key)
        if number is None or not version.isdecimal():
            abort(400)
        found[number] = version
    return found
