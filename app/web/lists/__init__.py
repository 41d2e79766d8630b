"""The lists of all screens: one table, fast, with filters that read as a sentence.

    state = ListState.read(view, request.args)     what the address asks for
    count_and_totals(view, state, actor)           one statement
    rows(view, state, actor)                       one statement: raw values, the id first
    state.query_string()                           the canonical address, without the page
    state.in_words(view)                           the filters as a sentence
    view.list_columns_all[name]                    the columns that may be chosen
    related_table(view, row)                       the rows of `view` that belong to `row`

A view declares its list by the attributes of `Lists`. Saved views come from
`app.web.saved.saved_views_of(view, actor)`: objects with `id`, `name`, `query` (as
`query_string` writes it), `is_default`.
"""

from app.web.lists.cells import Overdue
from app.web.lists.columns import Column
from app.web.lists.query import Totals, count_and_totals, rows
from app.web.lists.quick import QuickFilter, always, of_me, of_my_departments
from app.web.lists.related import RelatedTable, related_table
from app.web.lists.state import ListState
from app.web.lists.view import Lists

__all__ = [
    "Column",
    "ListState",
    "Lists",
    "Overdue",
    "QuickFilter",
    "RelatedTable",
    "Totals",
    "always",
    "count_and_totals",
    "of_me",
    "of_my_departments",
    "related_table",
    "rows",
]
