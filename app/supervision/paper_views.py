"""The notice of a case to download from its page. Mixed into the screen of cases."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access

from app.core import documents
from app.core.unit_of_work import unit_of_work
from app.extensions import db
from app.supervision.notice_paper import NOTICE, print_case
from app.web.downloads import attachment
from app.web.reader import the_actor


class CasePaper:
    """The view gives `paper` a verb in its `own_methods`."""

    _row: Any

    @expose("/paper/<pk>/<string:form>")
    @has_access
    def paper(self, pk: str, form: str) -> Any:
        """督办通知单 as `form` (pdf, docx)."""
        case, actor = self._row(pk), the_actor()
        wanted = documents.format_of(NOTICE, form)
        with unit_of_work(db.session, actor):
            made = print_case(db.session, actor, case, wanted)
        return attachment(made.content, made.file_name, made.media_type)
