"""An issued bulletin keeps the rows of its lists, as it keeps its figures; a correction can be taken
back; the Office extends a case where the rule book asks for no leader: the role that is there gets
what is new to it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_KEPT = (("troubled", "橙灯、红灯任务"), ("waiting", "待协调事项"))
_STATES = ("requested", "approved", "refused")
_TAKEN_BACK = "taken_back"

_EXTENDS = (
    " FROM ab_permission_view AS granted"
    " JOIN ab_permission ON ab_permission.id = granted.permission_id"
    " AND ab_permission.name = 'can_extend'"
    " JOIN ab_view_menu ON ab_view_menu.id = granted.view_menu_id"
    " AND ab_view_menu.name = 'supervision_case'"
    " JOIN ab_role ON ab_role.name = 'Office'"
)


def _states(values: tuple[str, ...]) -> None:
    held = ", ".join(f"'{value}'" for value in values)
    with op.batch_alter_table("correction") as table:
        table.drop_constraint(op.f("ck_correction_status"), type_="check")
        table.create_check_constraint(op.f("ck_correction_status"), f"status IN ({held})")


def upgrade() -> None:
    with op.batch_alter_table("bulletin_line") as table:
        for name, words in _KEPT:
            table.add_column(sa.Column(name, sa.JSON(), nullable=True, comment=words))
    _states((*_STATES, _TAKEN_BACK))
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    number = "nextval('ab_permission_view_role_id_seq')" if on_postgresql else "NULL"
    op.execute(
        "INSERT INTO ab_permission_view_role (id, permission_view_id, role_id)"
        f" SELECT {number}, granted.id, ab_role.id{_EXTENDS}"
        " WHERE NOT EXISTS (SELECT 1 FROM ab_permission_view_role AS held"
        " WHERE held.permission_view_id = granted.id AND held.role_id = ab_role.id)"
    )


def downgrade() -> None:
    pairs = f"SELECT granted.id, ab_role.id{_EXTENDS}"
    op.execute(
        f"DELETE FROM ab_permission_view_role WHERE (permission_view_id, role_id) IN ({pairs})"
    )
    op.execute(f"UPDATE correction SET status = 'refused' WHERE status = '{_TAKEN_BACK}'")
    _states(_STATES)
    with op.batch_alter_table("bulletin_line") as table:
        for name, _ in _KEPT:
            table.drop_column(name)
