"""Signing in and out, one's own account, one's own password."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, g, redirect, request
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.api import SecurityApi as StockSecurityApi
from flask_appbuilder.security.decorators import has_access
from flask_appbuilder.security.schemas import login_post
from flask_appbuilder.security.views import AuthDBView
from flask_babel import gettext, lazy_gettext
from flask_jwt_extended import create_access_token, create_refresh_token
from flask_wtf import FlaskForm
from marshmallow import ValidationError
from werkzeug.security import check_password_hash
from wtforms import PasswordField, StringField, validators

from app.core.errors import NotAllowed, Refusal, RuleViolation
from app.core.text import message
from app.core.unit_of_work import unit_of_work
from app.extensions import db
from app.models.organisation import Person
from app.web.errors import answer
from app.web.refusals import show_refusal
from app.web.views import the_actor

NEUTRAL = lazy_gettext(
    "The user name or password is wrong, or the account is locked for a while after too many failures."
)
"""Says neither whether the account exists nor which of the two was wrong."""


class SecurityApi(StockSecurityApi):
    """JWT sign-in: `POST /api/v1/security/login`, `/refresh`."""

    @expose("/login", methods=["POST"])
    def login(self) -> Any:
        # Flask-AppBuilder's own fails when `provider` is left out; ours has one provider.
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            return answer(400, str(message("The request is not a JSON object.")))
        try:
            given = login_post.load({"provider": "db", **body})
        except ValidationError as error:
            told = [
                {"field": field, "message": " ".join(map(str, reasons))}
                for field, reasons in error.normalized_messages().items()
            ]
            sentence = str(message("Some fields are not as they should be."))
            return self.response(400, message=sentence, errors=told)
        person = self.appbuilder.sm.auth_user_db(given["username"], given["password"])
        if person is None:
            return answer(401, str(NEUTRAL))
        if person.must_change_password:
            raise NotAllowed(
                message("Change your first password in the browser before using the API.")
            )
        tokens = {"access_token": create_access_token(identity=str(person.id), fresh=True)}
        if given.get("refresh"):
            tokens["refresh_token"] = create_refresh_token(identity=str(person.id))
        return self.response(200, **tokens)

    login.__doc__ = StockSecurityApi.login.__doc__  # the OpenAPI description


class SignInView(AuthDBView):
    invalid_login_message = NEUTRAL

    @expose("/logout/", methods=["POST"])
    def logout(self) -> Any:
        """Only by a form: a foreign page's image must not sign anybody out."""
        return super().logout()


class AccountForm(FlaskForm):
    phone = StringField(
        lazy_gettext("Phone"),
        [validators.Optional(), validators.Length(max=32)],
        description=lazy_gettext("Everybody in the college may read it."),
        render_kw={"inputmode": "tel", "autocomplete": "tel"},
    )
    email = StringField(
        lazy_gettext("Email"),
        [validators.InputRequired(), validators.Email(), validators.Length(max=320)],
        description=lazy_gettext("Where the college's notices reach you."),
        render_kw={"inputmode": "email", "autocomplete": "email"},
    )


class PasswordForm(FlaskForm):
    old_password = PasswordField(
        lazy_gettext("Current password"),
        [validators.InputRequired()],
        render_kw={"autocomplete": "current-password"},
    )
    password = PasswordField(
        lazy_gettext("New password"),
        [validators.InputRequired()],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        lazy_gettext("New password again"),
        [
            validators.InputRequired(),
            validators.EqualTo("password", lazy_gettext("The two passwords differ.")),
        ],
        render_kw={"autocomplete": "new-password"},
    )


class AccountView(BaseView):
    """What the college knows of me, and what I may change of it."""

    route_base = "/account"
    default_view = "userinfo"
    class_permission_name = "account"
    method_permission_name = {"userinfo": "read", "edit": "edit"}

    @expose("/")
    @has_access
    def userinfo(self) -> Any:
        return self.render_template("web/account.html", person=g.user, title=gettext("My account"))

    @expose("/edit", methods=["GET", "POST"])
    @has_access
    def edit(self) -> Any:
        person = db.session.get(Person, g.user.id)
        form = AccountForm(obj=person)
        code = 200
        if request.method == "POST":
            code = 422
            if form.validate():
                try:
                    with unit_of_work(db.session, the_actor()):
                        form.populate_obj(person)
                except Refusal as error:
                    show_refusal(form, error)
                else:
                    flash(gettext("Saved."), "success")
                    return redirect("/account/")
        page = self.render_template(
            "web/form.html", form=form, title=gettext("My account"), back="/account/",
            note=gettext("Name, department and roles are kept by the administrator."),
        )  # fmt: skip
        return page, code


class ChangePasswordView(BaseView):
    """A new password needs the old one; all other sessions end."""

    route_base = "/account/password"
    default_view = "change"
    class_permission_name = "account"
    method_permission_name = {"change": "edit"}

    @expose("/", methods=["GET", "POST"])
    @has_access
    def change(self) -> Any:
        from flask import session

        person = db.session.get(Person, g.user.id)
        assert person is not None  # noqa: S101 (signed in)
        form = PasswordForm()
        code = 200
        if request.method == "POST":
            code = 422
            if form.validate():
                try:
                    if not check_password_hash(person.password or "", form.old_password.data or ""):
                        raise RuleViolation(
                            message("The current password is wrong."), "old_password"
                        )
                    if form.password.data == form.old_password.data:
                        raise RuleViolation(message("The new password is the old one."), "password")
                    with unit_of_work(db.session, the_actor()):
                        current_app.appbuilder.sm.set_password(person, form.password.data)  # type: ignore[attr-defined]
                except Refusal as error:
                    show_refusal(form, error)
                else:
                    # Sessions that began before this instant are over; this one begins now.
                    session["signed_in_at"] = person.password_changed_at.timestamp()
                    flash(gettext("The password is changed."), "success")
                    return redirect("/")
        title = gettext("Change password")
        note = gettext("All other sessions of yours end when the password changes.")
        if person.must_change_password:
            note = gettext("This is your first sign-in: choose a password that only you know.")
        rules = gettext(
            "At least %(count)s characters, letters together with digits or signs, without your user name, and none that everybody tries first.",
            count=current_app.config["PASSWORD_MIN_LENGTH"],
        )  # fmt: skip
        form.password.description = rules
        page = self.render_template(
            "web/form.html", form=form, title=title, note=note,
            back=None if person.must_change_password else "/account/",
            submit_label=title, one_column=True,
        )  # fmt: skip
        return page, code
