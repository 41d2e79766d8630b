"""Words of the frameworks that their own Chinese catalogues lack; the extractor finds them."""

from __future__ import annotations

from flask_babel import lazy_gettext

FRAMEWORK_WORDS = (
    lazy_gettext("Add"),
    lazy_gettext("Logout"),
    lazy_gettext("Profile"),
    lazy_gettext("Sign In"),
    lazy_gettext("Add Filter"),
    lazy_gettext("Page size"),
)
