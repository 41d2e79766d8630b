"""The page “how I am notified”: e-mail or not, how often, quiet hours, and a message to try it."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, request
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField

from app.core.errors import Refusal
from app.core.text import words
from app.extensions import db
from app.models.organisation import Person
from app.models.system import Channel, Digest, NotificationChoice
from app.notify import channels
from app.notify.delivery import Terms, terms_of
from app.notify.preferences import choice_of, choose
from app.notify.trial import try_mail
from app.web.labels import Labels
from app.web.reader import the_actor
from app.web.refusals import show_refusal

PLACE = "/account/notifications/"
LABELS = Labels(NotificationChoice)


class ChoiceForm(FlaskForm):
    mail = BooleanField(LABELS["mail"])
    digest = SelectField(LABELS["digest"])
    quiet = BooleanField(LABELS["quiet"])


class NotificationChoiceView(BaseView):
    route_base = PLACE.rstrip("/")
    default_view = "choose"
    class_permission_name = "notification_choice"
    method_permission_name = {"choose": "edit", "test": "edit"}

    @expose("/", methods=["GET", "POST"])
    @has_access
    def choose(self) -> Any:
        actor = the_actor()
        form = ChoiceForm(obj=choice_of(db.session, actor))
        terms = _terms()
        form.digest.choices = [(one.value, _digest_words(one, terms)) for one in Digest]
        form.quiet.description = _quiet_words(terms)
        person = db.session.get(Person, actor.user_id)
        assert person is not None  # noqa: S101 (signed in)
        form.mail.description = gettext("To %(address)s. A mail carries how many notifications wait and a link, never their content.", address=person.email)  # fmt: skip
        code = 200
        if request.method == "POST":
            code = 422
            if form.validate():
                try:
                    choose(
                        db.session,
                        actor,
                        mail=form.mail.data,
                        digest=Digest(form.digest.data),
                        quiet=form.quiet.data,
                    )
                except Refusal as error:
                    show_refusal(form, error)
                else:
                    flash(gettext("Saved."), "success")
                    return redirect(PLACE)
        ready = Channel.MAIL in channels.configured(current_app.config)
        note = gettext("Every notification arrives in the inbox; here you choose what reaches you outside the system.")  # fmt: skip
        if not ready:
            note = gettext("The college has not set up e-mail yet: notifications arrive in the inbox only. Your choice is kept until then.")  # fmt: skip
        page = self.render_template(
            "web/notification_choice.html", form=form, title=gettext("How I am notified"), note=note,
            back="/account/", one_column=True, address=person.email if ready else None,
        )  # fmt: skip
        return page, code

    @expose("/test", methods=["POST"])
    @has_access
    def test(self) -> Any:
        actor = the_actor()
        person = db.session.get(Person, actor.user_id)
        address = person.email if person is not None else ""
        try:
            error = try_mail(db.session, actor, current_app.config, address)
        except Refusal as refusal:
            flash(str(refusal), "warning")
            return redirect(PLACE)
        if error:
            flash(gettext("The test message did not go: %(reason)s", reason=error), "danger")
        else:
            flash(gettext("The test message is on its way to %(address)s.", address=address), "success")  # fmt: skip
        return redirect(PLACE)


def _terms() -> Terms | None:
    """The rule book's numbers, where there is a book."""
    try:
        return terms_of(db.session)
    except Refusal:
        return None


def _digest_words(one: Digest, terms: Terms | None) -> str:
    if terms is None or one == Digest.AT_ONCE:
        return words((one.zh, one.en))
    if one == Digest.GATHERED:
        return gettext("Gathered for %(count)s minutes, in one mail", count=terms.digest_minutes)
    return gettext("Once a day, at %(hour)s:00", hour=terms.quiet_until_hour)


def _quiet_words(terms: Terms | None) -> str:
    if terms is None:
        return ""
    hours = {"begin": terms.quiet_from_hour, "end": terms.quiet_until_hour}
    if terms.quiet_on_days_off:
        return gettext("Nothing goes out from %(begin)s:00 to %(end)s:00 and on days off; it follows afterwards.", **hours)  # fmt: skip
    return gettext("Nothing goes out from %(begin)s:00 to %(end)s:00; it follows afterwards.", **hours)  # fmt: skip


def register(builder: Any) -> None:
    builder.add_view_no_menu(NotificationChoiceView)
