"""Words of the frameworks that their own Chinese catalogues lack; the extractor finds them.

What WTForms says of a form is looked up in its own catalogue first, then in ours (`FormWords`).
"""

from __future__ import annotations

from flask_babel import get_translations, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.i18n import Translations

FRAMEWORK_WORDS = (
    lazy_gettext("Add"),
    lazy_gettext("Logout"),
    lazy_gettext("Profile"),
    lazy_gettext("Sign In"),
    lazy_gettext("Add Filter"),
    lazy_gettext("Page size"),
    lazy_gettext("'%(value)s' is not a valid choice for this field."),
    lazy_gettext("'%(value)s' are not valid choices for this field."),
    lazy_gettext("Date must be at least %(min)s."),
    lazy_gettext("Date must be at most %(max)s."),
    lazy_gettext("Date must be between %(min)s and %(max)s."),
    lazy_gettext("Not a valid week value."),
    lazy_gettext("This field cannot be edited."),
    lazy_gettext("This field is disabled and cannot have a value."),
    lazy_gettext("File does not have an approved extension."),
    lazy_gettext("File does not have an approved extension: {extensions}"),
)


class FormWords(Translations):
    """What a form's fields and validators say, in the reader's language."""

    def gettext(self, string: str) -> str:
        said: str = super().gettext(string)
        return str(get_translations().ugettext(string)) if said == string else said

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        said: str = super().ngettext(singular, plural, n)
        return str(get_translations().ugettext(said)) if said in (singular, plural) else said


FORM_WORDS = FormWords()


def teach_forms() -> None:
    """Every form of the process speaks so from now on."""
    FlaskForm.Meta.get_translations = lambda meta, form: FORM_WORDS
