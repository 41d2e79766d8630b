"""Write the first migration from the metadata: `python tools/first_migration.py`.

Only for the time before the first release. Once a database in use stands at 0001, a change
of the models gets a migration of its own: `flask --app run db migrate -m "..."`.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from alembic.autogenerate.api import AutogenContext  # noqa: E402
from alembic.autogenerate.render import render_op_text  # noqa: E402
from alembic.migration import MigrationContext  # noqa: E402
from alembic.operations.ops import CreateIndexOp, CreateTableOp  # noqa: E402
from sqlalchemy import create_engine  # noqa: E402

from app import schema  # noqa: E402
from app.database import MIGRATIONS  # noqa: E402
from app.migrations.rendering import render_item  # noqa: E402
from app.models import metadata  # noqa: E402

TARGET = MIGRATIONS / "versions" / "0001_ground_floor.py"

HEAD = '''\
"""The ground floor.

Every table of the first release, chapter by chapter, and the rows an empty database needs.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# The framework's tables count their rows with named sequences.
SEQUENCES = ({sequences})

TABLES = ({tables})


def upgrade() -> None:
    if op.get_context().dialect.supports_sequences:
        for name in SEQUENCES:
            op.execute(sa.schema.CreateSequence(sa.Sequence(name)))
{calls}
{rows}


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)
    if op.get_context().dialect.supports_sequences:
        for name in SEQUENCES:
            op.execute(sa.schema.DropSequence(sa.Sequence(name)))
'''


def main() -> None:
    tables = schema.tables_in_order()
    with create_engine("sqlite://").connect() as connection:
        options = {
            "target_metadata": metadata,
            "render_item": render_item,
            "sqlalchemy_module_prefix": "sa.",
            "alembic_module_prefix": "op.",
            "user_module_prefix": None,
            "render_as_batch": False,
        }
        migration = MigrationContext.configure(connection, opts=options)
        context = AutogenContext(migration, metadata=metadata, opts=options)
        steps: list[tuple[str, list[str]]] = []
        for table in tables:
            chapter = schema.chapter_of(table)
            if not steps or steps[-1][0] != chapter:
                steps.append((chapter, []))
            steps[-1][1].extend(statements(context, table))
    names: list[str] = []
    functions: list[str] = []
    for chapter, lines in steps:
        turn = sum(name.startswith(f"_create_{chapter}") for name in names) + 1
        names.append(f"_create_{chapter}" + (f"_{turn}" if turn > 1 else ""))
        body = "\n".join("    " + line for text in lines for line in text.splitlines())
        functions.append(f"\n\ndef {names[-1]}() -> None:\n{body}\n")
    head = HEAD.format(
        sequences=listed(str(item.name) for table in tables for item in schema.sequences_of(table)),
        tables=listed(table.name for table in tables),
        calls="\n".join(f"    {name}()" for name in names),
        rows="\n".join(first_row(name, row) for name, row in schema.INITIAL_ROWS.items()),
    )
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(head + "".join(functions), encoding="utf-8")
    for command in (["check", "--fix"], ["format"]):
        subprocess.run([sys.executable, "-m", "ruff", *command, "-q", str(TARGET)], check=True)


def statements(context: AutogenContext, table: object) -> list[str]:
    text = render_op_text(context, CreateTableOp.from_table(table))
    # Rendered for one database; the instant is to be asked of either.
    text = text.replace("sa.text('(CURRENT_TIMESTAMP)')", "sa.func.now()")
    for sequence in schema.sequences_of(table):
        text = re.sub(
            r"(sa\.Column\('id', sa\.Integer\(\), )",
            rf"\1sa.Sequence('{sequence.name}'), ",
            text,
            count=1,
        )
    indexes = [
        render_op_text(context, CreateIndexOp.from_index(index))
        for index in schema.indexes_of(table)
    ]
    return [text, *indexes]


def listed(names: object) -> str:
    return "".join(f'"{name}", ' for name in names)


def first_row(table: str, row: dict[str, object]) -> str:
    columns = ", ".join(
        f'sa.column("{name}", sa.{"String" if isinstance(value, str) else "Integer"})'
        for name, value in row.items()
    )
    values = dict(row)
    shown = ", ".join(
        f'"{name}": "0" * 64' if value == schema.GENESIS else f'"{name}": {value!r}'
        for name, value in values.items()
    )
    return f'    op.bulk_insert(sa.table("{table}", {columns}), [{{{shown}}}])'


if __name__ == "__main__":
    main()
