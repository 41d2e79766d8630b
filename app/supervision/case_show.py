"""The page of a supervision case: where it stands on the ladder, what comes next by itself, what
its reader may do about it, and what happened.

Steps are taken on this page. A refusal brings it back with what was written; whoever comes second
learns who was first and sends the same words again, if they still hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from sqlalchemy import select

from app.core import policy, workflow
from app.core.actor import Actor
from app.core.errors import Conflict, Refusal, WrongState
from app.core.unit_of_work import unit_of_work
from app.core.workflow import Offer, Transition
from app.extensions import db
from app.models.improvement import Evidence
from app.models.organisation import Department, Person
from app.models.planning import Task
from app.models.supervision import CaseStatus, CaseStep, Instruction, StepKind, SupervisionCase
from app.supervision.board_views import NAMES
from app.supervision.case_page import CasePage, load_case_page
from app.supervision.instruction_views import instruct_link
from app.web import formats
from app.web.directory import directory
from app.web.facts import facts_of
from app.web.form_pages import REFUSALS
from app.web.interface import key_of
from app.web.reader import the_actor
from app.web.refusals import refusal_of, refuse_fields
from app.web.show_pages import BACKWARD, ShowPages, Steps, add_link, may_add
from app.web.stepping import Following, step_form, step_values, what_follows

FACTS = ("cycle", "source", "opened_on", "signed_at", "closed_on", "special_proposed_on")
"""What the page's own parts do not say already."""

MODELS: Mapping[str, type[Any]] = {
    "department": Department, "evidence": Evidence, "instruction": Instruction,
    "person": Person, "task": Task,
}  # fmt: skip

NOTES: Mapping[str, Any] = {
    "confirm": lazy_gettext("What the notice adds"),
    "dismiss": lazy_gettext("Reason"),
    "reply": lazy_gettext("What was done, what is left, and by when"),
    "accept": lazy_gettext("Your opinion"),
    "reject": lazy_gettext("What the reply lacks"),
    "urge": lazy_gettext("What the notice adds"),
    "set_deadline": lazy_gettext("What the notice adds"),
    "extend": lazy_gettext("Reason"),
    "transfer": lazy_gettext("Reason"),
    "keep": lazy_gettext("Reason"),
    "conclude": lazy_gettext("Conclusion"),
    "send_back": lazy_gettext("Reason"),
    "close": lazy_gettext("Your opinion"),
    "reopen": lazy_gettext("Reason"),
    "withdraw": lazy_gettext("Reason"),
}
"""What the words that go with a step are called."""

NATURAL = ("confirm", "reply", "sign", "accept", "conclude", "close")
"""The steps that bring a case on, in the order in which one of them is opened."""

REPLY = "reply"


class FilesForm(FlaskForm):
    """The files that go with a reply."""

    files = MultipleFileField(lazy_gettext("Files"))


@dataclass(frozen=True, slots=True)
class StepForm:
    """A step that may be taken now, with its form; `opened` is the one shown at first."""

    transition: Transition
    form: Any
    follows: Following
    opened: bool
    files: FilesForm | None


@dataclass(frozen=True, slots=True)
class Sent:
    """A step that was sent and refused: its form as typed, and what has no field on it.
    `meanwhile`: somebody else was first."""

    name: str
    form: Any
    files: FilesForm | None
    told: Sequence[str]
    meanwhile: bool


class CaseShow(ShowPages):
    """Mixed into the screen of cases."""

    show_template = "supervision/case.html"
    attach: ClassVar[Callable[[Actor, SupervisionCase, Any], None] | None] = None
    """Puts a file that was sent on a case; said by the chapter that keeps the files."""
    limit_files: ClassVar[Callable[[Any, SupervisionCase], None] | None] = None
    """Tells a file field what is taken; said there as well."""
    label_columns: Any

    # Reading -----------------------------------------------------------------------

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        return self._case_page(pk)

    @expose("/step/<string:name>/<pk>", methods=["GET", "POST"])
    @has_access
    def step(self, name: str, pk: str) -> Any:
        """The case's page with this step open; or take the step."""
        row = self._row(pk)
        transition = next((one for one in self._flow().transitions if one.name == name), None)
        if transition is None:
            abort(404)
        if not the_actor().may(f"{self.class_permission_name}:{name}"):
            abort(403)
        if request.method == "POST":
            return self._take(row, transition)
        return self._case_page(pk, opened=name)

    def _case_page(self, pk: str, *, opened: str = "", sent: Sent | None = None) -> Any:
        actor, key = the_actor(), key_of(pk)
        page = None if key is None else load_case_page(db.session, actor, key)
        if page is None:
            abort(404)
        case = page.case
        known = directory()
        return self.render_page(
            case,
            actor,
            page=page,
            facts=facts_of(self, case, actor, FACTS),
            forms=self._forms(page, actor, opened, sent),
            asked=opened or (sent.name if sent else ""),
            sent=sent,
            story=self.story_of(case, actor),
            station_names=NAMES,
            no_steps=Steps(),
            formats=formats,
            models=MODELS,
            people=known.people,
            departments=known.departments,
            files_link=_files_link(case, actor),
            instruct_link=instruct_link(case, actor),
        )

    def _forms(
        self, page: CasePage, actor: Actor, opened: str, sent: Sent | None
    ) -> list[StepForm]:
        """A form for each step that may be taken now, the natural ones first; the one that was
        sent even if it may not be taken any more, so that its words are not lost."""
        wanted = sent.name if sent else opened
        offers = {one.transition.name: one for one in self._steps(page.case, actor).open}
        if sent and sent.name not in offers:
            offers[sent.name] = Offer(self._flow().named(sent.name), None)
        order = sorted(
            offers, key=lambda name: (name != wanted, name not in NATURAL, name in BACKWARD)
        )
        natural = (name for name in NATURAL if name != "close" or _to_close(page))
        first = wanted or next((name for name in natural if name in offers), "")
        return [
            StepForm(
                offers[name].transition,
                sent.form
                if sent and sent.name == name
                else self._form(offers[name].transition, page.case),
                what_follows(self._flow(), offers[name].transition, page.case),
                opened=name == first,
                files=(
                    sent.files if sent and sent.name == name else self._files_form(name, page.case)
                ),
            )
            for name in order
        ]

    def _form(self, transition: Transition, case: SupervisionCase, *, sent: bool = False) -> Any:
        form = step_form(self.datamodel, self.label_columns, transition, case, sent=sent)
        for field in form:
            # Several forms stand on one page: each field's id says whose it is.
            field.id = field.label.field_id = f"{transition.name}-{field.name}"
        if "note" in form and transition.name in NOTES:
            form.note.label.text = str(NOTES[transition.name])
            form.note.render_kw = {"rows": 4, "data-grow": True}
        return form

    def _files_form(
        self, name: str, case: SupervisionCase, *, sent: bool = False
    ) -> FilesForm | None:
        if name != REPLY or CaseShow.attach is None:
            return None
        form = FilesForm() if sent else FilesForm(formdata=None)
        if CaseShow.limit_files is not None:
            CaseShow.limit_files(form.files, case)
        return form

    def _flow(self) -> workflow.Workflow:
        return workflow.workflow_of(SupervisionCase)

    # Taking a step -----------------------------------------------------------------

    def _take(self, row: SupervisionCase, transition: Transition) -> Any:
        actor, name, key = the_actor(), transition.name, row.id
        form = self._form(transition, row, sent=True)
        files = self._files_form(name, row, sent=True)
        code, told, meanwhile = 422, list[str](), False
        if form.validate():
            fields = step_values(form)
            seen = int(form.version.data) if str(form.version.data or "").isdigit() else None
            chosen = _chosen(files)
            try:
                with unit_of_work(db.session, actor):
                    workflow.apply(db.session, actor, row, name, version=seen, **fields)
                    for one in chosen:
                        self._attach(actor, row, one)
            except REFUSALS as error:
                refusal = refusal_of(error)
                if name == REPLY and _said_already(actor, key, str(fields.get("note", ""))):
                    return self._done(transition, key)
                code = refusal.status_code
                meanwhile = isinstance(refusal, (Conflict, WrongState))
                told = _homeless(form, files, error)
            else:
                return self._done(transition, key)
        row = self._row(str(key))
        form.version.raw_data, form.version.data = None, row.version
        if files and _chosen(files):
            files.files.errors = [
                *files.files.errors, gettext("Please choose the files again: a page that comes back cannot keep them."),
            ]  # fmt: skip
        return self._case_page(str(key), sent=Sent(name, form, files, told, meanwhile)), code

    def _attach(self, actor: Actor, row: SupervisionCase, file: Any) -> None:
        if CaseShow.attach is not None:
            CaseShow.attach(actor, row, file)

    def _done(self, transition: Transition, key: int) -> Any:
        flash(gettext("Done: %(step)s", step=str(transition.label)), "success")
        return redirect(url_for(f"{self.endpoint}.show", pk=key))

    # Marked cards ------------------------------------------------------------------

    def _back(self) -> str:
        """From the board a bulk step leads back to the board."""
        back: str = super()._back()  # type: ignore[misc]
        if request.args.get("from") != "board":
            return back
        return f"{url_for('BoardView.board')}?{back.partition('?')[2]}"


def _said_already(actor: Actor, key: int, note: str) -> bool:
    """Is this very reply of this person the last thing that happened to the case? Then the button
    was pressed twice, and nothing went wrong."""
    last = db.session.scalar(
        select(CaseStep)
        .where(CaseStep.supervision_case_id == key, policy.visible(actor, CaseStep))
        .order_by(CaseStep.id.desc())
        .limit(1)
    )
    return (
        last is not None
        and last.kind == StepKind.REPLY
        and last.actor_id == actor.user_id
        and (last.text or "").strip() == note.strip()
    )


def _chosen(files: FilesForm | None) -> list[Any]:
    """The files that were sent; a field that was left empty sends one without a name."""
    return [one for one in files.files.data or () if one.filename] if files else []


def _homeless(form: Any, files: FilesForm | None, error: Exception) -> list[str]:
    """Put a refusal at its field; returns what has none on this form."""
    refusal: Refusal = refusal_of(error)
    if files is not None and refusal.field == "file":
        files.files.errors = [*files.files.errors, str(refusal)]
        return []
    return refuse_fields(form, refusal)


def _to_close(page: CasePage) -> bool:
    """Does closing come next? Not while nobody has replied, unless its task is done."""
    done = page.task is not None and page.task.finished_on is not None
    return done or page.case.status != CaseStatus.OPEN


def _files_link(case: SupervisionCase, actor: Actor) -> str:
    """Where a file is attached to the case without a step; "" if this reader may not."""
    from app.web.views import view_of

    if not may_add(actor, Evidence, "supervision_case", case):
        return ""
    return add_link(view_of(Evidence), "supervision_case", case)
