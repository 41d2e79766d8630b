"""Lists as Flask-AppBuilder makes them, with addresses that cannot hurt.

Stock FAB turns page numbers of the address into integers unchecked, orders by any attribute
that exists (a password hash, a column of a related table) and loads a shown row twice.
"""

from __future__ import annotations

from typing import Any, ClassVar

from flask import request
from flask_appbuilder.urltools import get_filter_args

MAX_PAGE = 100_000
MAX_PAGE_SIZE = 500


def whole_number(name: str, low: int, high: int) -> int | None:
    """A number of the address, kept between `low` and `high`; None if it is none."""
    text = request.args.get(name, "").strip()
    if not text.removeprefix("-").isdecimal():
        return None
    if len(text) > 12:
        return low if text.startswith("-") else high
    return max(low, min(high, int(text)))


class SafeLists:
    """Mixin of views: `_list`, `_show` and related lists read the address with care."""

    order_columns: Any
    _filters: Any
    _related_views: Any
    search_form: Any
    max_page_size: ClassVar[int] = MAX_PAGE_SIZE

    def _page(self) -> dict[str, Any]:
        """Page, page size and order that the address asks of this list."""
        name = type(self).__name__
        column = request.args.get(f"_oc_{name}", "")
        direction = request.args.get(f"_od_{name}", "")
        if column not in self.order_columns or direction not in {"asc", "desc"}:
            column = direction = ""
        return {
            "page": whole_number(f"page_{name}", 0, MAX_PAGE),
            "page_size": whole_number(f"psize_{name}", 1, self.max_page_size),
            "order_column": column,
            "order_direction": direction,
        }

    def _list(self, **options: Any) -> Any:
        get_filter_args(self._filters)
        widgets = self._get_list_widget(filters=self._filters, **self._page(), **options)  # type: ignore[attr-defined]
        self.update_redirect()  # type: ignore[attr-defined]
        return self._get_search_widget(form=self.search_form.refresh(), widgets=widgets)  # type: ignore[attr-defined]

    def _show_row(self, row: Any) -> Any:
        """The widgets of a row's page: the row, and the rows that hang on it."""
        widgets = self._get_show_widget(row.id, row)  # type: ignore[attr-defined]
        self.update_redirect()  # type: ignore[attr-defined]
        widgets["related_views"] = [
            self._get_related_view_widget(row, view, **view._page())  # type: ignore[attr-defined]
            for view in self._related_views
        ]
        return widgets
