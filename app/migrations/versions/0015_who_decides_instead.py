"""Leaders decide on cases and corrections where the Office may not, and top leaders give their
opinion on the work points: roles that are there get what is new to them."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_LEADERS = ("Leader", "TopLeader")
_GIVEN = (
    ("work_point_opinion", ("add", "edit", "delete"), ("TopLeader",)),
    (
        "supervision_case",
        ("confirm", "dismiss", "accept", "reject", "urge", "set_deadline", "conclude", "reopen", "withdraw"),
        _LEADERS,
    ),
    ("correction", ("approve", "refuse"), _LEADERS),
)  # fmt: skip


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _granted(resource: str, verbs: tuple[str, ...], roles: tuple[str, ...]) -> str:
    named = tuple(f"can_{verb}" for verb in verbs)
    return (
        " FROM ab_permission_view AS granted"
        " JOIN ab_permission ON ab_permission.id = granted.permission_id"
        f" AND ab_permission.name IN ({_listed(named)})"
        " JOIN ab_view_menu ON ab_view_menu.id = granted.view_menu_id"
        f" AND ab_view_menu.name = '{resource}'"
        f" JOIN ab_role ON ab_role.name IN ({_listed(roles)})"
    )


def upgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    number = "nextval('ab_permission_view_role_id_seq')" if on_postgresql else "NULL"
    for given in _GIVEN:
        op.execute(
            "INSERT INTO ab_permission_view_role (id, permission_view_id, role_id)"
            f" SELECT {number}, granted.id, ab_role.id{_granted(*given)}"
            " WHERE NOT EXISTS (SELECT 1 FROM ab_permission_view_role AS held"
            " WHERE held.permission_view_id = granted.id AND held.role_id = ab_role.id)"
        )


def downgrade() -> None:
    for given in _GIVEN:
        pairs = f"SELECT granted.id, ab_role.id{_granted(*given)}"
        op.execute(
            f"DELETE FROM ab_permission_view_role WHERE (permission_view_id, role_id) IN ({pairs})"
        )
