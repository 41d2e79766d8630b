"""A program of its own that reads a workbook and writes its sheets to standard output.

The reading library allocates what a file claims to need and ends the whole process when
that fails, so it runs here, with bounded memory and time, and never inside the server.
It is started by `app.exchange.book`, imports nothing of the application, and answers in lines
of JSON: for each sheet {"name", "merged"} and then its rows, each a list; at the end

    {"hidden": [name]}   or   {"fault": "password" | "damaged" | "no_sheet" | "many_sheets" |
    "too_far", ...}

Dates come as {"date": "2026-01-31"}, {"datetime": ...}, {"time": ...} or {"seconds": ...}.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterator
from typing import Any

MEMORY_BYTES = 2 * 1024**3
CPU_SECONDS = 60


def read(path: str, wanted: str | None, limits: dict[str, int], also: list[str]) -> Iterator[Any]:
    """The visible worksheets of the workbook and those named in `also`, or only the `wanted`
    one, and the last word."""
    import python_calamine as calamine

    try:
        with calamine.CalamineWorkbook.from_path(path) as book:
            tables = [m for m in book.sheets_metadata if m.typ == calamine.SheetTypeEnum.WorkSheet]
            visible = calamine.SheetVisibleEnum.Visible
            open_names = {table.name for table in tables if table.visible == visible} | {*also}
            names = [
                table.name
                for table in tables
                if (table.name in open_names if wanted is None else table.name == wanted)
            ]
            if wanted is not None and not names:
                yield {"fault": "no_sheet", "names": [table.name for table in tables]}
                return
            if len(names) > limits["sheets"]:
                yield {"fault": "many_sheets"}
                return
            for name in names:
                table = book.get_sheet_by_name(name)
                rows, columns = (n + 1 for n in table.end or (-1, -1))
                too_far = rows > limits["rows"] or columns > limits["columns"]
                if too_far or rows * columns > limits["cells"]:
                    yield {"fault": "too_far", "name": name, "rows": rows, "columns": columns}
                    return
                yield {"name": name, "merged": table.merged_cell_ranges or []}
                yield from table.to_python(skip_empty_area=False)
            yield {"hidden": [table.name for table in tables if table.name not in open_names]}
    except calamine.PasswordError:
        yield {"fault": "password"}
    except BaseException:  # a panic of the library is no Exception
        yield {"fault": "damaged"}


def plain(value: object) -> dict[str, Any]:
    """Dates and times as objects that JSON can hold."""
    if isinstance(value, dt.datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, dt.date):
        return {"date": value.isoformat()}
    if isinstance(value, dt.time):
        return {"time": value.isoformat()}
    if isinstance(value, dt.timedelta):
        return {"seconds": value.total_seconds()}
    raise TypeError(type(value).__name__)


def bound() -> None:
    """Take memory and processor time away from what a bad file may ask for."""
    try:
        import resource
    except ImportError:  # pragma: no cover (not on POSIX)
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    bound()
    order = json.loads(sys.argv[1])
    for line in read(order["path"], order["sheet"], order["limits"], order["also"]):
        sys.stdout.write(json.dumps(line, default=plain) + "\n")
