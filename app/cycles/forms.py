"""The forms of the year: sections and words under the fields."""

from __future__ import annotations

from flask_babel import lazy_gettext

from app.web.form_pages import FormPages


class RuleValueForm(FormPages):
    form_note = lazy_gettext(
        "A value counts from the next computation on, in every year that uses this rule book."
    )
    form_sections = (
        (lazy_gettext("The value"), ("name", "value", "unit", "kind")),
        (lazy_gettext("Where it comes from"), ("rule_book", "chapter", "article", "assumed")),
        (lazy_gettext("For the program"), ("key", "name_en")),
    )
    form_help = {
        "kind": lazy_gettext("How the value is written: a number, yes or no, a day of the year."),
        "assumed": lazy_gettext(
            "The regulation does not say it; the college may decide otherwise."
        ),
        "key": lazy_gettext("By this name the computation finds the value. Do not change it."),
    }


class MeetingForm(FormPages):
    form_note = lazy_gettext(
        "Agenda items are added on the meeting's page; what was decided is recorded at each of them."
    )
    form_sections = (
        (lazy_gettext("The meeting"), ("kind", "held_on", "number", "title")),
        (lazy_gettext("Its minutes"), ("minutes_number",)),
    )
    form_help = {
        "number": lazy_gettext("As in the minutes: 2026-12."),
        "minutes_number": lazy_gettext("Filled in once the minutes are issued."),
    }


class DecisionForm(FormPages):
    form_note = lazy_gettext("A decision is recorded as it was taken; steps of a flow refer to it.")
