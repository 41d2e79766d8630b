"""The first step of an import: the files, what they are, into which year, and how."""

from __future__ import annotations

from typing import Any

from flask import current_app, request
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileRequired, MultipleFileField
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    PasswordField,
    SelectField,
    StringField,
    validators,
    widgets,
)

from app.core import clock
from app.core.actor import Actor
from app.core.errors import RuleViolation, RuleViolations
from app.core.text import message
from app.exchange import jobs
from app.exchange.field_words import KIND_LABELS
from app.exchange.reading import MAX_FILE_BYTES
from app.exchange.uploads import SUFFIXES, Shelf, Upload
from app.notify.rules import is_local_path
from app.security.manager import hash_password
from app.security.rules import check_password
from app.web import uploading
from app.web.forms import DATES

OF_TASKS = {"data-kind": "task"}
"""Asked only where tasks are imported: shown with the kind that is chosen."""


class ImportForm(FlaskForm):
    """What is imported, into which year, and how."""

    come_from = HiddenField()
    kind = SelectField(lazy_gettext("What"), [validators.InputRequired()])
    year = IntegerField(
        lazy_gettext("Year"),
        [validators.Optional(), validators.NumberRange(2000, 2100)],
        render_kw=OF_TASKS,
    )
    state = SelectField(
        lazy_gettext("State of the tasks"),
        choices=[
            ("proposed", lazy_gettext("Proposed: the decomposition is still on its way")),
            ("published", lazy_gettext("Published: this is the issued table")),
        ],
        render_kw=OF_TASKS,
    )
    issue_number = StringField(
        lazy_gettext("Issue number"),
        [validators.Optional(), validators.Length(max=60)],
        render_kw=OF_TASKS,
    )
    issued_on = DateField(
        lazy_gettext("Issued on"),
        [validators.Optional()],
        format=DATES,
        widget=widgets.TextInput(),
        render_kw={"data-date": "date", "autocomplete": "off", **OF_TASKS},
    )
    adjust = BooleanField(
        lazy_gettext("Write adjustment drafts for issued tasks that differ"),
        [validators.Optional()],
        render_kw=OF_TASKS,
    )
    first_password = PasswordField(
        lazy_gettext("First password"),
        [validators.Optional(), validators.Length(max=100)],
        description=lazy_gettext(
            "Only for a staff list with new people: each of them changes it at the first sign-in."
        ),
        render_kw={"autocomplete": "new-password", "data-kind": "person"},
    )
    file = MultipleFileField(lazy_gettext("Files"), [FileRequired(lazy_gettext("Choose a file."))])


def form_for(actor: Actor) -> ImportForm:
    """The form with what this actor may import."""
    form = ImportForm()
    types = tuple(sorted(suffix.removeprefix(".") for suffix in SUFFIXES))
    megabytes = MAX_FILE_BYTES // 1_048_576
    form.file.description = gettext(
        "One or several files, up to %(size)s MB each: %(types)s.",
        size=megabytes,
        types="、".join(types),
    )
    uploading.tell_limits(form.file, megabytes=megabytes, types=types)
    form.kind.choices = [(kind, KIND_LABELS[kind]) for kind in jobs.kinds_of(actor)]
    if "person" not in jobs.kinds_of(actor):
        del form.first_password
    if request.method == "GET":
        form.year.data = clock.today().year
        wanted = request.args.get("kind", "")
        if wanted in jobs.kinds_of(actor):
            form.kind.data = wanted
        form.come_from.data = request.args.get("return", "")
    return form


def keep_files(form: ImportForm, shelf: Shelf) -> list[Upload]:
    """Take the files in. RuleViolations at `file`, each naming its file where several came."""
    kept, refused = [], []
    sent = [one for one in form.file.data if one.filename]
    for one in sent:
        try:
            kept.append(shelf.keep(one.filename, one.stream))
        except RuleViolation as refusal:
            words = refusal.message
            if len(sent) > 1:
                words = message(
                    "%(file)s: %(reason)s", file=one.filename[:80], reason=refusal.message
                )
            refused.append(RuleViolation(words, "file"))
    if refused:
        raise RuleViolations(refused)
    return kept


def options_of(form: ImportForm) -> dict[str, Any]:
    """The form as the job keeps it; `return` is the page of ours that sent its owner here.
    RuleViolation where fields belong together."""
    back = form.come_from.data or ""
    options = {"return": back} if is_local_path(back) else {}
    if form.kind.data != "task":
        return options
    if form.year.data is None:
        raise RuleViolation(message("A required field is empty."), "year")
    publish = form.state.data == "published"
    number = (form.issue_number.data or "").strip()
    if publish and not number:
        raise RuleViolation(message("A published table needs its issue number."), "issue_number")
    return options | {
        "year": form.year.data,
        "publish": publish,
        "issue_number": number if publish else "",
        "issued_on": form.issued_on.data.isoformat() if publish and form.issued_on.data else None,
        "adjust": bool(form.adjust.data),
    }


def first_password_hash(form: ImportForm) -> str:
    """What new people of a staff list sign in with; "" for other tables. RuleViolation for a
    password that is too weak."""
    given = form.first_password.data if form.kind.data == "person" else ""
    if not given:
        return ""
    try:
        check_password(given, username="", minimum=current_app.config["PASSWORD_MIN_LENGTH"])
    except RuleViolation as refusal:
        raise RuleViolation(refusal.message, "first_password") from refusal
    return hash_password(given)
