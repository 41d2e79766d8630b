"""What a list's address asks for: filters, search, columns, order, page. It cannot hurt.

Flask-AppBuilder's names stay (`_flt_<n>_<column>`, `_oc_<View>`, `_od_<View>`, `page_<View>`,
`psize_<View>`); ours are `q` (quick search), `cols` (a,b,c), `density` and `view` (a saved
view's id, or "all": nothing narrowed). What means nothing is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus

PAGE_SIZES = (25, 50, 100, 200)
MAX_PAGE = 100_000
MAX_PAGE_SIZE = 500
LONGEST = 200
"""Letters of a quick search or a filter's value that are looked at."""
EVERYTHING = "all"
COMPACT = "compact"

FILTER = re.compile(r"_flt_(\d)_(\w+)")
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Usual:
    """What a list shows when its address says nothing."""

    name: str
    columns: tuple[str, ...]
    page_size: int


@dataclass(frozen=True, slots=True)
class ListState:
    """`order` is (column, "asc" or "desc") or None; `page` counts from 0."""

    columns: tuple[str, ...]
    order: tuple[str, str] | None = None
    filters: tuple[Pair, ...] = ()
    text: str = ""
    page: int = 0
    page_size: int = 25
    density: str = ""
    usual: Usual = field(default=Usual("", (), 25), compare=False)

    @classmethod
    def read(cls, view: Any, args: Any) -> ListState:
        """The state that `args` (a MultiDict) describes for the list of `view`."""
        name, known = type(view).__name__, view.list_columns_all
        usual = Usual(name, tuple(view.list_columns_usual), view.page_size)
        wanted = dict.fromkeys(args.get("cols", "").split(","))
        order = (args.get(f"_oc_{name}", ""), args.get(f"_od_{name}", ""))
        ordered = order[0] in view.order_columns and order[1] in {"asc", "desc"}
        return cls(
            columns=tuple(one for one in wanted if one in known) or usual.columns,
            order=order if ordered else None,
            filters=tuple(_filters(view, args)),
            text=args.get("q", "").strip()[:LONGEST],
            page=whole_number(args.get(f"page_{name}"), 0, MAX_PAGE) or 0,
            page_size=whole_number(args.get(f"psize_{name}"), 1, MAX_PAGE_SIZE) or usual.page_size,
            density=COMPACT if args.get("density") == COMPACT else "",
            usual=usual,
        )

    @property
    def narrowed(self) -> bool:
        return bool(self.filters or self.text)

    def with_filters(self, filters: Iterable[Pair]) -> ListState:
        """The same list under other filters, from its first page."""
        return replace(self, filters=tuple(dict.fromkeys(filters)), page=0)

    def on(self, column: str) -> tuple[Pair, ...]:
        """The filters on a column."""
        return tuple(pair for pair in self.filters if column_of_filter(pair[0]) == column)

    def without(self, column: str) -> ListState:
        """The same list without the filters on a column."""
        mine = self.on(column)
        return self.with_filters(pair for pair in self.filters if pair not in mine)

    def pairs(self, *, order: bool = True, size: bool = True) -> list[Pair]:
        """The arguments of the address, in their canonical order, without the page."""
        pairs = [("q", self.text)] if self.text else []
        pairs += self.filters or (() if self.text else (("view", EVERYTHING),))
        if self.columns != self.usual.columns:
            pairs.append(("cols", ",".join(self.columns)))
        if order and self.order:
            pairs += [
                (f"_oc_{self.usual.name}", self.order[0]),
                (f"_od_{self.usual.name}", self.order[1]),
            ]
        if size and self.page_size != self.usual.page_size:
            pairs.append((f"psize_{self.usual.name}", str(self.page_size)))
        if self.density:
            pairs.append(("density", self.density))
        return pairs

    def query_string(self, **parts: bool) -> str:
        """The canonical address part, without the page."""
        return "&".join([_written(pair) for pair in self.pairs(**parts)])

    def in_words(self, view: Any) -> str:
        """The filters as one sentence."""
        from app.web.lists.conditions import sentence

        return sentence(view, self)


@lru_cache(maxsize=4096)
def _written(pair: Pair) -> str:
    return f"{pair[0]}={quote_plus(pair[1], safe=',')}"


def says_nothing(view: Any, args: Any) -> bool:
    """Is the address bare, so that the list may begin with what is usual for the reader?"""
    name = type(view).__name__
    own = {
        "q", "cols", "density", "view",
        *(f"{part}_{name}" for part in ("_oc", "_od", "page", "psize")),
    }  # fmt: skip
    return not any(arg in own or FILTER.fullmatch(arg) for arg in args)


def column_of_filter(name: str) -> str:
    """The column that a filter's argument is about."""
    found = FILTER.fullmatch(name)
    return found[2] if found else ""


def whole_number(text: str | None, low: int, high: int) -> int | None:
    """A number of the address, kept between `low` and `high`; None if it is none."""
    text = (text or "").strip()
    if not text.removeprefix("-").isdecimal():
        return None
    if len(text) > 12:
        return low if text.startswith("-") else high
    return max(low, min(high, int(text)))


def _filters(view: Any, args: Any) -> Iterable[Pair]:
    known = view.filters_known()
    for name, values in args.lists():
        found = FILTER.fullmatch(name)
        if found is None or int(found[1]) >= len(known.get(found[2], ())):
            continue
        for value in dict.fromkeys(values):
            if value != "":
                yield name, value[:LONGEST]
