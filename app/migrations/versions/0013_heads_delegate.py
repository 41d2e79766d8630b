"""Heads and leaders delegate themselves, so far only the Office did; the rule books that are there
say how long a delegation may last."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_GIVERS = "('DepartmentHead', 'Leader', 'TopLeader')"
_KEY = "access.delegation_longest_days"
_GRANT = """
FROM ab_permission_view AS granted
JOIN ab_permission ON ab_permission.id = granted.permission_id AND ab_permission.name = 'can_add'
JOIN ab_view_menu ON ab_view_menu.id = granted.view_menu_id AND ab_view_menu.name = 'delegation'
CROSS JOIN ab_role
"""


def upgrade() -> None:
    op.execute(
        "INSERT INTO rule_value (rule_book_id, key, value, kind, unit, chapter, name, name_en,"
        " assumed, version)"
        f" SELECT id, '{_KEY}', '90', 'integer', '天', '组织机构', '授权期限上限',"
        " 'Longest delegation', true, 1 FROM rule_book WHERE NOT EXISTS (SELECT 1 FROM rule_value"
        f" WHERE rule_value.rule_book_id = rule_book.id AND rule_value.key = '{_KEY}')"
    )
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    number = "nextval('ab_permission_view_role_id_seq')" if on_postgresql else "NULL"
    op.execute(
        "INSERT INTO ab_permission_view_role (id, permission_view_id, role_id)"
        f" SELECT {number}, granted.id, ab_role.id {_GRANT} WHERE ab_role.name IN {_GIVERS}"
        " AND NOT EXISTS (SELECT 1 FROM ab_permission_view_role AS held"
        " WHERE held.permission_view_id = granted.id AND held.role_id = ab_role.id)"
    )


def downgrade() -> None:
    op.execute(f"DELETE FROM rule_value WHERE key = '{_KEY}'")
    op.execute(
        "DELETE FROM ab_permission_view_role"
        f" WHERE permission_view_id IN (SELECT granted.id {_GRANT})"
        f" AND role_id IN (SELECT id FROM ab_role WHERE name IN {_GIVERS})"
    )
