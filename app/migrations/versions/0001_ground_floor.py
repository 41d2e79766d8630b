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
SEQUENCES = (
    "ab_group_id_seq",
    "ab_permission_id_seq",
    "ab_register_user_id_seq",
    "ab_role_id_seq",
    "ab_group_role_id_seq",
    "ab_view_menu_id_seq",
    "ab_permission_view_id_seq",
    "ab_permission_view_role_id_seq",
    "ab_user_id_seq",
    "ab_api_key_id_seq",
    "ab_user_group_id_seq",
    "ab_user_role_id_seq",
)

TABLES = (
    "ab_group",
    "ab_permission",
    "ab_register_user",
    "ab_role",
    "ab_group_role",
    "ab_view_menu",
    "ab_permission_view",
    "ab_permission_view_role",
    "access_stamp",
    "department",
    "ab_user",
    "ab_api_key",
    "ab_user_group",
    "ab_user_role",
    "appointment",
    "charge",
    "delegation",
    "department_successor",
    "holiday",
    "meeting",
    "agenda_item",
    "decision",
    "rule_book",
    "component",
    "cycle",
    "department_class",
    "phase",
    "reporting_month",
    "rule_value",
    "task_category",
    "indicator_template",
    "strategic_goal",
    "decomposition",
    "baseline",
    "department_plan",
    "work_point_set",
    "work_point",
    "task",
    "baseline_task",
    "baseline_indicator",
    "baseline_milestone",
    "indicator",
    "milestone",
    "task_department",
    "work_point_opinion",
    "monthly_check",
    "check_contribution",
    "coordination_request",
    "warning",
    "instruction",
    "supervision_case",
    "case_step",
    "adjustment",
    "adjustment_change",
    "correction",
    "diagnosis",
    "diagnosis_item",
    "task_result",
    "evidence",
    "accountability_notice",
    "bonus_entry",
    "department_assessment",
    "appeal",
    "score",
    "score_item",
    "audit_event",
    "audit_head",
    "import_job",
    "notification",
    "outbox_message",
    "saved_view",
)


def upgrade() -> None:
    if op.get_context().dialect.supports_sequences:
        for name in SEQUENCES:
            op.execute(sa.schema.CreateSequence(sa.Sequence(name)))
    _create_accounts()
    _create_organisation()
    _create_accounts_2()
    _create_organisation_2()
    _create_cycles()
    _create_organisation_3()
    _create_cycles_2()
    _create_planning()
    _create_monitoring()
    _create_supervision()
    _create_improvement()
    _create_assessment()
    _create_system()
    op.bulk_insert(
        sa.table("access_stamp", sa.column("id", sa.Integer), sa.column("value", sa.Integer)),
        [{"id": 1, "value": 0}],
    )
    op.bulk_insert(
        sa.table(
            "audit_head",
            sa.column("id", sa.Integer),
            sa.column("last_event_id", sa.Integer),
            sa.column("last_hash", sa.String),
        ),
        [{"id": 1, "last_event_id": 0, "last_hash": "0" * 64}],
    )


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)
    if op.get_context().dialect.supports_sequences:
        for name in SEQUENCES:
            op.execute(sa.schema.DropSequence(sa.Sequence(name)))


def _create_accounts() -> None:
    op.create_table(
        "ab_group",
        sa.Column("id", sa.Integer(), sa.Sequence("ab_group_id_seq"), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("label", sa.String(length=150), nullable=True),
        sa.Column("description", sa.String(length=512), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_group")),
        sa.UniqueConstraint("name", name=op.f("uq_ab_group_name")),
    )
    op.create_table(
        "ab_permission",
        sa.Column("id", sa.Integer(), sa.Sequence("ab_permission_id_seq"), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_permission")),
        sa.UniqueConstraint("name", name=op.f("uq_ab_permission_name")),
    )
    op.create_table(
        "ab_register_user",
        sa.Column("id", sa.Integer(), sa.Sequence("ab_register_user_id_seq"), nullable=False),
        sa.Column("first_name", sa.String(length=64), nullable=False),
        sa.Column("last_name", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=128), nullable=False),
        sa.Column("password", sa.String(length=256), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("registration_date", sa.DateTime(), nullable=True),
        sa.Column("registration_hash", sa.String(length=256), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_register_user")),
        sa.UniqueConstraint("email", name=op.f("uq_ab_register_user_email")),
        sa.UniqueConstraint("username", name=op.f("uq_ab_register_user_username")),
    )
    op.create_table(
        "ab_role",
        sa.Column("id", sa.Integer(), sa.Sequence("ab_role_id_seq"), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_role")),
        sa.UniqueConstraint("name", name=op.f("uq_ab_role_name")),
    )
    op.create_table(
        "ab_group_role",
        sa.Column("id", sa.Integer(), sa.Sequence("ab_group_role_id_seq"), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["ab_group.id"],
            name=op.f("fk_ab_group_role_group_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["role_id"], ["ab_role.id"], name=op.f("fk_ab_group_role_role_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_group_role")),
        sa.UniqueConstraint("group_id", "role_id", name=op.f("uq_ab_group_role_group_id_role_id")),
    )
    op.create_index("idx_group_id", "ab_group_role", ["group_id"], unique=False)
    op.create_index("idx_group_role_id", "ab_group_role", ["role_id"], unique=False)
    op.create_table(
        "ab_view_menu",
        sa.Column("id", sa.Integer(), sa.Sequence("ab_view_menu_id_seq"), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_view_menu")),
        sa.UniqueConstraint("name", name=op.f("uq_ab_view_menu_name")),
    )
    op.create_table(
        "ab_permission_view",
        sa.Column("id", sa.Integer(), sa.Sequence("ab_permission_view_id_seq"), nullable=False),
        sa.Column("permission_id", sa.Integer(), nullable=False),
        sa.Column("view_menu_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["permission_id"],
            ["ab_permission.id"],
            name=op.f("fk_ab_permission_view_permission_id"),
        ),
        sa.ForeignKeyConstraint(
            ["view_menu_id"], ["ab_view_menu.id"], name=op.f("fk_ab_permission_view_view_menu_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_permission_view")),
        sa.UniqueConstraint(
            "permission_id",
            "view_menu_id",
            name=op.f("uq_ab_permission_view_permission_id_view_menu_id"),
        ),
    )
    op.create_index("idx_permission_id", "ab_permission_view", ["permission_id"], unique=False)
    op.create_index("idx_view_menu_id", "ab_permission_view", ["view_menu_id"], unique=False)
    op.create_table(
        "ab_permission_view_role",
        sa.Column(
            "id", sa.Integer(), sa.Sequence("ab_permission_view_role_id_seq"), nullable=False
        ),
        sa.Column("permission_view_id", sa.Integer(), nullable=True),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["permission_view_id"],
            ["ab_permission_view.id"],
            name=op.f("fk_ab_permission_view_role_permission_view_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["role_id"],
            ["ab_role.id"],
            name=op.f("fk_ab_permission_view_role_role_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_permission_view_role")),
        sa.UniqueConstraint(
            "permission_view_id",
            "role_id",
            name=op.f("uq_ab_permission_view_role_permission_view_id_role_id"),
        ),
    )
    op.create_index(
        "idx_permission_view_id", "ab_permission_view_role", ["permission_view_id"], unique=False
    )
    op.create_index("idx_role_id", "ab_permission_view_role", ["role_id"], unique=False)


def _create_organisation() -> None:
    op.create_table(
        "access_stamp",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_access_stamp_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_stamp")),
        comment="权限版本戳（一行）",
    )
    op.create_table(
        "department",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("code", sa.String(length=40), nullable=False, comment="代码"),
        sa.Column("name", sa.String(length=80), nullable=False, comment="名称"),
        sa.Column("short_name", sa.String(length=40), nullable=True, comment="简称"),
        sa.Column(
            "kind",
            sa.Enum(
                "functional",
                "teaching",
                "party",
                "section",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="类别",
        ),
        sa.Column("parent_id", sa.Integer(), nullable=True, comment="上级部门"),
        sa.Column("sort_order", sa.Integer(), server_default="0", nullable=False, comment="排序"),
        sa.Column("valid_from", sa.Date(), nullable=True, comment="设立日期"),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="撤销日期"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint(
            "kind <> 'section' OR parent_id IS NOT NULL",
            name=op.f("ck_department_section_has_parent"),
        ),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_department_name_not_blank")),
        sa.CheckConstraint(
            "parent_id IS NULL OR parent_id <> id", name=op.f("ck_department_parent_not_self")
        ),
        sa.CheckConstraint(
            "valid_to >= valid_from", name=op.f("ck_department_valid_to_after_valid_from")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["department.id"],
            name=op.f("fk_department_parent_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
        sa.UniqueConstraint("code", name=op.f("uq_department_code")),
        sa.UniqueConstraint("name", name=op.f("uq_department_name")),
        comment="部门、系部、科室",
    )
    op.create_index(
        "ix_department_kind_sort_order", "department", ["kind", "sort_order"], unique=False
    )
    op.create_index(op.f("ix_department_parent_id"), "department", ["parent_id"], unique=False)
    op.create_index(op.f("ix_department_sort_order"), "department", ["sort_order"], unique=False)
    op.create_table(
        "ab_user",
        sa.Column("id", sa.Integer(), sa.Sequence("ab_user_id_seq"), nullable=False),
        sa.Column("first_name", sa.String(length=64), nullable=False),
        sa.Column("last_name", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=128), nullable=False),
        sa.Column("password", sa.String(length=256), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("last_login", sa.DateTime(), nullable=True),
        sa.Column("login_count", sa.Integer(), nullable=True),
        sa.Column("fail_login_count", sa.Integer(), nullable=True),
        sa.Column("created_on", sa.DateTime(), nullable=True),
        sa.Column("changed_on", sa.DateTime(), nullable=True),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("staff_number", sa.String(length=32), nullable=True, comment="工号"),
        sa.Column("department_id", sa.Integer(), nullable=True, comment="部门"),
        sa.Column("position", sa.String(length=60), nullable=True, comment="职务"),
        sa.Column("phone", sa.String(length=32), nullable=True, comment="电话"),
        sa.Column(
            "must_change_password",
            sa.Boolean(),
            server_default="0",
            nullable=False,
            comment="须改密码",
        ),
        sa.Column(
            "password_changed_at", sa.DateTime(timezone=True), nullable=True, comment="密码修改时间"
        ),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True, comment="锁定至"),
        sa.Column("is_demo", sa.Boolean(), server_default="0", nullable=False, comment="演示账号"),
        sa.ForeignKeyConstraint(
            ["changed_by_fk"], ["ab_user.id"], name=op.f("fk_ab_user_changed_by_fk")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_fk"], ["ab_user.id"], name=op.f("fk_ab_user_created_by_fk")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_ab_user_department_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_user")),
        sa.UniqueConstraint("email", name=op.f("uq_ab_user_email")),
        sa.UniqueConstraint("staff_number", name=op.f("uq_ab_user_staff_number")),
        sa.UniqueConstraint("username", name=op.f("uq_ab_user_username")),
    )
    op.create_index("ix_ab_user_changed_by_fk", "ab_user", ["changed_by_fk"], unique=False)
    op.create_index("ix_ab_user_created_by_fk", "ab_user", ["created_by_fk"], unique=False)
    op.create_index(op.f("ix_ab_user_department_id"), "ab_user", ["department_id"], unique=False)


def _create_accounts_2() -> None:
    op.create_table(
        "ab_api_key",
        sa.Column("id", sa.Integer(), sa.Sequence("ab_api_key_id_seq"), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("key_hash", sa.String(length=256), nullable=False),
        sa.Column("lookup_hash", sa.String(length=256), nullable=True),
        sa.Column("key_prefix", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_on", sa.DateTime(), nullable=True),
        sa.Column("expires_on", sa.DateTime(), nullable=True),
        sa.Column("revoked_on", sa.DateTime(), nullable=True),
        sa.Column("last_used_on", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_ab_api_key_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_api_key")),
        sa.UniqueConstraint("lookup_hash", name=op.f("uq_ab_api_key_lookup_hash")),
        sa.UniqueConstraint("uuid", name=op.f("uq_ab_api_key_uuid")),
    )
    op.create_index("idx_api_key_lookup_hash", "ab_api_key", ["lookup_hash"], unique=True)
    op.create_index("idx_api_key_prefix", "ab_api_key", ["key_prefix"], unique=False)
    op.create_index("idx_api_key_user_id", "ab_api_key", ["user_id"], unique=False)
    op.create_table(
        "ab_user_group",
        sa.Column("id", sa.Integer(), sa.Sequence("ab_user_group_id_seq"), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["ab_group.id"],
            name=op.f("fk_ab_user_group_group_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_ab_user_group_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_user_group")),
        sa.UniqueConstraint("user_id", "group_id", name=op.f("uq_ab_user_group_user_id_group_id")),
    )
    op.create_index("idx_user_group_id", "ab_user_group", ["group_id"], unique=False)
    op.create_index("idx_user_id", "ab_user_group", ["user_id"], unique=False)
    op.create_table(
        "ab_user_role",
        sa.Column("id", sa.Integer(), sa.Sequence("ab_user_role_id_seq"), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["role_id"], ["ab_role.id"], name=op.f("fk_ab_user_role_role_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_ab_user_role_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_user_role")),
        sa.UniqueConstraint("user_id", "role_id", name=op.f("uq_ab_user_role_user_id_role_id")),
    )
    op.create_index("ix_ab_user_role_role_id", "ab_user_role", ["role_id"], unique=False)


def _create_organisation_2() -> None:
    op.create_table(
        "appointment",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("person_id", sa.Integer(), nullable=False, comment="人员"),
        sa.Column("department_id", sa.Integer(), nullable=True, comment="部门"),
        sa.Column(
            "post",
            sa.Enum(
                "head",
                "deputy_head",
                "acting_head",
                "section_head",
                "staff",
                "college_leader",
                "party_secretary",
                "president",
                "committee_secretary",
                "assessor",
                name="post",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="职务",
        ),
        sa.Column("valid_from", sa.Date(), nullable=False, comment="起"),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="止"),
        sa.Column("ground", sa.String(length=200), nullable=True, comment="依据"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint(
            "valid_to >= valid_from", name=op.f("ck_appointment_valid_to_after_valid_from")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_appointment_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["ab_user.id"],
            name=op.f("fk_appointment_person_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        comment="任职",
    )
    op.create_index(
        op.f("ix_appointment_department_id"), "appointment", ["department_id"], unique=False
    )
    op.create_index(
        "ix_appointment_person_id_valid_from",
        "appointment",
        ["person_id", "valid_from"],
        unique=False,
    )
    op.create_table(
        "charge",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("leader_id", sa.Integer(), nullable=False, comment="院领导"),
        sa.Column("department_id", sa.Integer(), nullable=False, comment="部门"),
        sa.Column(
            "kind",
            sa.Enum(
                "in_charge",
                "liaison",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="关系",
        ),
        sa.Column("valid_from", sa.Date(), nullable=False, comment="起"),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="止"),
        sa.Column("remark", sa.Text(), nullable=True, comment="备注"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint(
            "valid_to >= valid_from", name=op.f("ck_charge_valid_to_after_valid_from")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_charge_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["leader_id"], ["ab_user.id"], name=op.f("fk_charge_leader_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge")),
        sa.UniqueConstraint(
            "leader_id",
            "department_id",
            "kind",
            "valid_from",
            name=op.f("uq_charge_leader_id_department_id_kind_valid_from"),
        ),
        comment="分管、联系关系",
    )
    op.create_index(op.f("ix_charge_department_id"), "charge", ["department_id"], unique=False)
    op.create_index(op.f("ix_charge_leader_id"), "charge", ["leader_id"], unique=False)
    op.create_index(op.f("ix_charge_valid_from"), "charge", ["valid_from"], unique=False)
    op.create_table(
        "delegation",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("giver_id", sa.Integer(), nullable=False, comment="授权人"),
        sa.Column("receiver_id", sa.Integer(), nullable=False, comment="被授权人"),
        sa.Column("department_id", sa.Integer(), nullable=True, comment="授权范围（部门）"),
        sa.Column("valid_from", sa.Date(), nullable=False, comment="起"),
        sa.Column("valid_to", sa.Date(), nullable=False, comment="止"),
        sa.Column("ground", sa.String(length=200), nullable=False, comment="依据"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint("giver_id <> receiver_id", name=op.f("ck_delegation_not_self")),
        sa.CheckConstraint(
            "valid_to >= valid_from", name=op.f("ck_delegation_valid_to_after_valid_from")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_delegation_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["giver_id"], ["ab_user.id"], name=op.f("fk_delegation_giver_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["receiver_id"],
            ["ab_user.id"],
            name=op.f("fk_delegation_receiver_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
        comment="授权",
    )
    op.create_index(
        op.f("ix_delegation_department_id"), "delegation", ["department_id"], unique=False
    )
    op.create_index(op.f("ix_delegation_giver_id"), "delegation", ["giver_id"], unique=False)
    op.create_index(
        "ix_delegation_receiver_id_valid_from",
        "delegation",
        ["receiver_id", "valid_from"],
        unique=False,
    )
    op.create_table(
        "department_successor",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("predecessor_id", sa.Integer(), nullable=False, comment="原部门"),
        sa.Column("successor_id", sa.Integer(), nullable=False, comment="承接部门"),
        sa.Column(
            "kind",
            sa.Enum(
                "renamed",
                "merged",
                "split",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="方式",
        ),
        sa.Column("effective_on", sa.Date(), nullable=False, comment="生效日期"),
        sa.Column("ground", sa.String(length=200), nullable=True, comment="依据"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint(
            "predecessor_id <> successor_id", name=op.f("ck_department_successor_not_self")
        ),
        sa.ForeignKeyConstraint(
            ["predecessor_id"],
            ["department.id"],
            name=op.f("fk_department_successor_predecessor_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"],
            ["department.id"],
            name=op.f("fk_department_successor_successor_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department_successor")),
        sa.UniqueConstraint(
            "predecessor_id",
            "successor_id",
            name=op.f("uq_department_successor_predecessor_id_successor_id"),
        ),
        comment="部门撤并",
    )
    op.create_index(
        op.f("ix_department_successor_effective_on"),
        "department_successor",
        ["effective_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_department_successor_predecessor_id"),
        "department_successor",
        ["predecessor_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_department_successor_successor_id"),
        "department_successor",
        ["successor_id"],
        unique=False,
    )


def _create_cycles() -> None:
    op.create_table(
        "holiday",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("starts_on", sa.Date(), nullable=False, comment="开始"),
        sa.Column("ends_on", sa.Date(), nullable=False, comment="结束"),
        sa.Column("name", sa.String(length=60), nullable=False, comment="名称"),
        sa.Column(
            "is_workday", sa.Boolean(), server_default="0", nullable=False, comment="是否上班"
        ),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_holiday_ends_on_after_starts_on")),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_holiday_name_not_blank")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holiday")),
        comment="学校自定的假期与补班",
    )
    op.create_index(op.f("ix_holiday_ends_on"), "holiday", ["ends_on"], unique=False)
    op.create_index(op.f("ix_holiday_starts_on"), "holiday", ["starts_on"], unique=False)
    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column(
            "kind",
            sa.Enum(
                "committee",
                "president",
                "seminar",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="会议类型",
        ),
        sa.Column("number", sa.String(length=40), nullable=False, comment="会议编号"),
        sa.Column("title", sa.String(length=200), nullable=False, comment="会议名称"),
        sa.Column("held_on", sa.Date(), nullable=False, comment="召开日期"),
        sa.Column("minutes_number", sa.String(length=60), nullable=True, comment="纪要文号"),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True, comment="记录人"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint("length(trim(title)) > 0", name=op.f("ck_meeting_title_not_blank")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["ab_user.id"],
            name=op.f("fk_meeting_recorded_by_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint(
            "kind", "held_on", "number", name=op.f("uq_meeting_kind_held_on_number")
        ),
        comment="会议",
    )
    op.create_index(op.f("ix_meeting_held_on"), "meeting", ["held_on"], unique=False)
    op.create_index(op.f("ix_meeting_recorded_by_id"), "meeting", ["recorded_by_id"], unique=False)
    op.create_table(
        "agenda_item",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("meeting_id", sa.Integer(), nullable=False, comment="会议"),
        sa.Column("position", sa.Integer(), nullable=False, comment="序号"),
        sa.Column("title", sa.String(length=200), nullable=False, comment="议题"),
        sa.Column("reporter_department_id", sa.Integer(), nullable=True, comment="汇报部门"),
        sa.Column("summary", sa.Text(), nullable=True, comment="摘要"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint("length(trim(title)) > 0", name=op.f("ck_agenda_item_title_not_blank")),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meeting.id"],
            name=op.f("fk_agenda_item_meeting_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["reporter_department_id"],
            ["department.id"],
            name=op.f("fk_agenda_item_reporter_department_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
        sa.UniqueConstraint(
            "meeting_id", "position", name=op.f("uq_agenda_item_meeting_id_position")
        ),
        comment="议题",
    )
    op.create_index(op.f("ix_agenda_item_meeting_id"), "agenda_item", ["meeting_id"], unique=False)
    op.create_index(
        op.f("ix_agenda_item_reporter_department_id"),
        "agenda_item",
        ["reporter_department_id"],
        unique=False,
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("agenda_item_id", sa.Integer(), nullable=False, comment="议题"),
        sa.Column("subject_table", sa.String(length=60), nullable=True, comment="对象类型"),
        sa.Column("subject_id", sa.Integer(), nullable=True, comment="对象编号"),
        sa.Column(
            "outcome",
            sa.Enum(
                "approved",
                "amended",
                "deferred",
                "rejected",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="结论",
        ),
        sa.Column("wording", sa.Text(), nullable=True, comment="决议内容"),
        sa.Column("decided_on", sa.Date(), nullable=False, comment="审定日期"),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True, comment="记录时间"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint(
            "(subject_table IS NULL) = (subject_id IS NULL)", name=op.f("ck_decision_subject_whole")
        ),
        sa.ForeignKeyConstraint(
            ["agenda_item_id"],
            ["agenda_item.id"],
            name=op.f("fk_decision_agenda_item_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        comment="审定",
    )
    op.create_index(
        op.f("ix_decision_agenda_item_id"), "decision", ["agenda_item_id"], unique=False
    )
    op.create_index(op.f("ix_decision_decided_on"), "decision", ["decided_on"], unique=False)
    op.create_index(
        "ix_decision_subject_table_subject_id",
        "decision",
        ["subject_table", "subject_id"],
        unique=False,
    )
    op.create_table(
        "rule_book",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("name", sa.String(length=120), nullable=False, comment="名称"),
        sa.Column("year", sa.Integer(), nullable=False, comment="年度"),
        sa.Column("edition", sa.Integer(), server_default="1", nullable=False, comment="版次"),
        sa.Column("document_number", sa.String(length=60), nullable=True, comment="文号"),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "in_force",
                "retired",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="状态",
        ),
        sa.Column("decision_id", sa.Integer(), nullable=True, comment="审定"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_rule_book_name_not_blank")),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decision.id"],
            name=op.f("fk_rule_book_decision_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_book")),
        sa.UniqueConstraint("year", "edition", name=op.f("uq_rule_book_year_edition")),
        comment="考核规则版本",
    )
    op.create_index(op.f("ix_rule_book_decision_id"), "rule_book", ["decision_id"], unique=False)
    op.create_index(op.f("ix_rule_book_status"), "rule_book", ["status"], unique=False)
    op.create_table(
        "component",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("rule_book_id", sa.Integer(), nullable=False, comment="考核规则"),
        sa.Column("parent_id", sa.Integer(), nullable=True, comment="上级构成"),
        sa.Column("code", sa.String(length=60), nullable=False, comment="代码"),
        sa.Column("name", sa.String(length=120), nullable=False, comment="名称"),
        sa.Column("level", sa.String(length=12), nullable=False, comment="层级"),
        sa.Column("weight", sa.Numeric(precision=7, scale=2), nullable=False, comment="权重"),
        sa.Column(
            "minimum",
            sa.Numeric(precision=7, scale=2),
            server_default="0",
            nullable=False,
            comment="最低分",
        ),
        sa.Column(
            "maximum",
            sa.Numeric(precision=7, scale=2),
            server_default="100",
            nullable=False,
            comment="最高分",
        ),
        sa.Column("scored_by", sa.String(length=80), nullable=True, comment="评分人"),
        sa.Column("rule", sa.Text(), nullable=True, comment="评分办法"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint("level IN ('task', 'department')", name=op.f("ck_component_level")),
        sa.CheckConstraint("maximum >= minimum", name=op.f("ck_component_range_in_order")),
        sa.CheckConstraint("weight >= 0", name=op.f("ck_component_weight_not_negative")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["component.id"], name=op.f("fk_component_parent_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["rule_book_id"],
            ["rule_book.id"],
            name=op.f("fk_component_rule_book_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_component")),
        sa.UniqueConstraint("rule_book_id", "code", name=op.f("uq_component_rule_book_id_code")),
        comment="评分构成",
    )
    op.create_index(op.f("ix_component_parent_id"), "component", ["parent_id"], unique=False)
    op.create_index(op.f("ix_component_rule_book_id"), "component", ["rule_book_id"], unique=False)
    op.create_table(
        "cycle",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("year", sa.Integer(), nullable=False, comment="年度"),
        sa.Column("name", sa.String(length=80), nullable=False, comment="名称"),
        sa.Column(
            "status",
            sa.Enum(
                "preparing",
                "running",
                "assessing",
                "closed",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="状态",
        ),
        sa.Column("data_cutoff_on", sa.Date(), nullable=True, comment="数据截止日"),
        sa.Column("closed_on", sa.Date(), nullable=True, comment="关闭日期"),
        sa.Column("rule_book_id", sa.Integer(), nullable=True, comment="考核规则"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint("year >= 2000 AND year <= 2100", name=op.f("ck_cycle_year_range")),
        sa.ForeignKeyConstraint(
            ["rule_book_id"],
            ["rule_book.id"],
            name=op.f("fk_cycle_rule_book_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycle")),
        sa.UniqueConstraint("year", name=op.f("uq_cycle_year")),
        comment="年度",
    )
    op.create_index(op.f("ix_cycle_rule_book_id"), "cycle", ["rule_book_id"], unique=False)
    op.create_index(op.f("ix_cycle_status"), "cycle", ["status"], unique=False)


def _create_organisation_3() -> None:
    op.create_table(
        "department_class",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("cycle_id", sa.Integer(), nullable=False, comment="年度"),
        sa.Column("department_id", sa.Integer(), nullable=False, comment="部门"),
        sa.Column(
            "assessment_class",
            sa.Enum(
                "management",
                "teaching",
                "support",
                name="assessment_class",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="考核类别",
        ),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["cycle.id"],
            name=op.f("fk_department_class_cycle_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_department_class_department_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department_class")),
        sa.UniqueConstraint(
            "cycle_id", "department_id", name=op.f("uq_department_class_cycle_id_department_id")
        ),
        comment="部门考核类别",
    )
    op.create_index(
        op.f("ix_department_class_cycle_id"), "department_class", ["cycle_id"], unique=False
    )
    op.create_index(
        op.f("ix_department_class_department_id"),
        "department_class",
        ["department_id"],
        unique=False,
    )


def _create_cycles_2() -> None:
    op.create_table(
        "phase",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("cycle_id", sa.Integer(), nullable=False, comment="年度"),
        sa.Column(
            "code",
            sa.Enum(
                "kickoff",
                "proposal",
                "review",
                "work_points",
                "issuance",
                "decomposition",
                "acceptance",
                "monitoring",
                "midyear",
                "results",
                "diagnosis_report",
                "assessment",
                "public_notice",
                "summary",
                name="code",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="阶段",
        ),
        sa.Column("starts_on", sa.Date(), nullable=False, comment="开始"),
        sa.Column("ends_on", sa.Date(), nullable=False, comment="截止"),
        sa.Column("article", sa.String(length=40), nullable=True, comment="依据条款"),
        sa.Column("assumed", sa.Boolean(), server_default="0", nullable=False, comment="默认假定"),
        sa.Column("remark", sa.Text(), nullable=True, comment="备注"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_phase_ends_on_after_starts_on")),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycle.id"], name=op.f("fk_phase_cycle_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phase")),
        sa.UniqueConstraint("cycle_id", "code", name=op.f("uq_phase_cycle_id_code")),
        comment="阶段",
    )
    op.create_index("ix_phase_cycle_id_starts_on", "phase", ["cycle_id", "starts_on"], unique=False)
    op.create_table(
        "reporting_month",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("cycle_id", sa.Integer(), nullable=False, comment="年度"),
        sa.Column("month", sa.Integer(), nullable=False, comment="月份"),
        sa.Column("exempt", sa.Boolean(), server_default="0", nullable=False, comment="免报"),
        sa.Column("due_on", sa.Date(), nullable=True, comment="报送截止"),
        sa.Column("closed_on", sa.Date(), nullable=True, comment="通报日期"),
        sa.Column("bulletin_number", sa.String(length=60), nullable=True, comment="通报文号"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint(
            "month >= 1 AND month <= 12", name=op.f("ck_reporting_month_month_range")
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycle.id"], name=op.f("fk_reporting_month_cycle_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reporting_month")),
        sa.UniqueConstraint("cycle_id", "month", name=op.f("uq_reporting_month_cycle_id_month")),
        comment="监测月份",
    )
    op.create_index(
        op.f("ix_reporting_month_cycle_id"), "reporting_month", ["cycle_id"], unique=False
    )
    op.create_table(
        "rule_value",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("rule_book_id", sa.Integer(), nullable=False, comment="考核规则"),
        sa.Column("key", sa.String(length=80), nullable=False, comment="键"),
        sa.Column("value", sa.String(length=400), nullable=False, comment="值"),
        sa.Column(
            "kind",
            sa.Enum(
                "integer",
                "decimal",
                "boolean",
                "text",
                "month_day",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="类型",
        ),
        sa.Column("unit", sa.String(length=20), nullable=True, comment="单位"),
        sa.Column("chapter", sa.String(length=40), nullable=True, comment="章节"),
        sa.Column("name", sa.String(length=120), nullable=False, comment="名称"),
        sa.Column("name_en", sa.String(length=120), nullable=True, comment="英文名称"),
        sa.Column("article", sa.String(length=40), nullable=True, comment="依据条款"),
        sa.Column("assumed", sa.Boolean(), server_default="0", nullable=False, comment="默认假定"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.ForeignKeyConstraint(
            ["rule_book_id"],
            ["rule_book.id"],
            name=op.f("fk_rule_value_rule_book_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_value")),
        sa.UniqueConstraint("rule_book_id", "key", name=op.f("uq_rule_value_rule_book_id_key")),
        comment="规则值",
    )
    op.create_index(op.f("ix_rule_value_chapter"), "rule_value", ["chapter"], unique=False)
    op.create_index(
        op.f("ix_rule_value_rule_book_id"), "rule_value", ["rule_book_id"], unique=False
    )
    op.create_table(
        "task_category",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("code", sa.String(length=40), nullable=False, comment="代码"),
        sa.Column("name", sa.String(length=60), nullable=False, comment="名称"),
        sa.Column("name_en", sa.String(length=80), nullable=True, comment="英文名称"),
        sa.Column("sort_order", sa.Integer(), server_default="0", nullable=False, comment="排序"),
        sa.Column("active", sa.Boolean(), server_default="1", nullable=False, comment="启用"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_task_category_name_not_blank")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_category")),
        sa.UniqueConstraint("code", name=op.f("uq_task_category_code")),
        sa.UniqueConstraint("name", name=op.f("uq_task_category_name")),
        comment="任务类别",
    )
    op.create_index(
        op.f("ix_task_category_sort_order"), "task_category", ["sort_order"], unique=False
    )
    op.create_table(
        "indicator_template",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("code", sa.String(length=40), nullable=False, comment="代码"),
        sa.Column("name", sa.String(length=200), nullable=False, comment="名称"),
        sa.Column("category_id", sa.Integer(), nullable=True, comment="类别"),
        sa.Column(
            "kind",
            sa.Enum(
                "quantitative",
                "qualitative",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="类型",
        ),
        sa.Column("unit", sa.String(length=20), nullable=True, comment="单位"),
        sa.Column(
            "direction",
            sa.Enum(
                "rising",
                "falling",
                name="direction",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
            comment="方向",
        ),
        sa.Column("standard", sa.Text(), nullable=True, comment="标准"),
        sa.Column("active", sa.Boolean(), server_default="1", nullable=False, comment="启用"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint(
            "length(trim(name)) > 0", name=op.f("ck_indicator_template_name_not_blank")
        ),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["task_category.id"],
            name=op.f("fk_indicator_template_category_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_template")),
        sa.UniqueConstraint("code", name=op.f("uq_indicator_template_code")),
        comment="指标库",
    )
    op.create_index(
        op.f("ix_indicator_template_category_id"),
        "indicator_template",
        ["category_id"],
        unique=False,
    )
    op.create_table(
        "strategic_goal",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("code", sa.String(length=40), nullable=False, comment="代码"),
        sa.Column("name", sa.String(length=200), nullable=False, comment="名称"),
        sa.Column("description", sa.Text(), nullable=True, comment="说明"),
        sa.Column("category_id", sa.Integer(), nullable=True, comment="类别"),
        sa.Column("start_year", sa.Integer(), nullable=False, comment="起始年"),
        sa.Column("end_year", sa.Integer(), nullable=False, comment="终止年"),
        sa.Column("target", sa.String(length=300), nullable=True, comment="目标值"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint("end_year >= start_year", name=op.f("ck_strategic_goal_years_in_order")),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_strategic_goal_name_not_blank")),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["task_category.id"],
            name=op.f("fk_strategic_goal_category_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strategic_goal")),
        sa.UniqueConstraint("code", name=op.f("uq_strategic_goal_code")),
        comment="发展规划目标",
    )
    op.create_index(
        op.f("ix_strategic_goal_category_id"), "strategic_goal", ["category_id"], unique=False
    )
    op.create_index(
        op.f("ix_strategic_goal_start_year"), "strategic_goal", ["start_year"], unique=False
    )


def _create_planning() -> None:
    op.create_table(
        "decomposition",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("cycle_id", sa.Integer(), nullable=False, comment="年度"),
        sa.Column("edition", sa.Integer(), server_default="1", nullable=False, comment="稿次"),
        sa.Column("title", sa.String(length=200), nullable=False, comment="标题"),
        sa.Column(
            "status",
            sa.Enum(
                "drafting",
                "aggregated",
                "committee",
                "approved",
                "returned",
                "issued",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="状态",
        ),
        sa.Column("issue_number", sa.String(length=60), nullable=True, comment="文号"),
        sa.Column("issued_on", sa.Date(), nullable=True, comment="发布日期"),
        sa.Column("decision_id", sa.Integer(), nullable=True, comment="审定"),
        sa.Column("agenda_item_id", sa.Integer(), nullable=True, comment="议题"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint(
            "status <> 'issued' OR (issue_number IS NOT NULL AND issued_on IS NOT NULL)",
            name=op.f("ck_decomposition_issued_has_number"),
        ),
        sa.ForeignKeyConstraint(
            ["agenda_item_id"],
            ["agenda_item.id"],
            name=op.f("fk_decomposition_agenda_item_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycle.id"], name=op.f("fk_decomposition_cycle_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decision.id"],
            name=op.f("fk_decomposition_decision_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decomposition")),
        sa.UniqueConstraint("cycle_id", "edition", name=op.f("uq_decomposition_cycle_id_edition")),
        comment="部门目标任务分解表",
    )
    op.create_index(
        op.f("ix_decomposition_agenda_item_id"), "decomposition", ["agenda_item_id"], unique=False
    )
    op.create_index(op.f("ix_decomposition_cycle_id"), "decomposition", ["cycle_id"], unique=False)
    op.create_index(
        op.f("ix_decomposition_decision_id"), "decomposition", ["decision_id"], unique=False
    )
    op.create_index(op.f("ix_decomposition_status"), "decomposition", ["status"], unique=False)
    op.create_table(
        "baseline",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("decomposition_id", sa.Integer(), nullable=False, comment="分解表"),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False, comment="冻结时间"),
        sa.Column("content_hash", sa.String(length=64), nullable=True, comment="内容摘要"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.ForeignKeyConstraint(
            ["decomposition_id"],
            ["decomposition.id"],
            name=op.f("fk_baseline_decomposition_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baseline")),
        sa.UniqueConstraint("decomposition_id", name=op.f("uq_baseline_decomposition_id")),
        comment="分解表基准版",
    )
    op.create_table(
        "department_plan",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("cycle_id", sa.Integer(), nullable=False, comment="年度"),
        sa.Column("department_id", sa.Integer(), nullable=False, comment="部门"),
        sa.Column("text", sa.Text(), nullable=True, comment="计划正文"),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "review",
                "reviewed",
                "returned",
                "submitted",
                "aggregated",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="状态",
        ),
        sa.Column("reviewed_by_id", sa.Integer(), nullable=True, comment="审阅领导"),
        sa.Column("review_comment", sa.Text(), nullable=True, comment="审阅意见"),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True, comment="提交时间"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["cycle.id"],
            name=op.f("fk_department_plan_cycle_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_department_plan_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by_id"],
            ["ab_user.id"],
            name=op.f("fk_department_plan_reviewed_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department_plan")),
        sa.UniqueConstraint(
            "cycle_id", "department_id", name=op.f("uq_department_plan_cycle_id_department_id")
        ),
        comment="部门年度工作计划",
    )
    op.create_index(
        op.f("ix_department_plan_cycle_id"), "department_plan", ["cycle_id"], unique=False
    )
    op.create_index(
        op.f("ix_department_plan_department_id"), "department_plan", ["department_id"], unique=False
    )
    op.create_index(
        op.f("ix_department_plan_reviewed_by_id"),
        "department_plan",
        ["reviewed_by_id"],
        unique=False,
    )
    op.create_index(op.f("ix_department_plan_status"), "department_plan", ["status"], unique=False)
    op.create_table(
        "work_point_set",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("cycle_id", sa.Integer(), nullable=False, comment="年度"),
        sa.Column("edition", sa.Integer(), server_default="1", nullable=False, comment="稿次"),
        sa.Column("title", sa.String(length=200), nullable=False, comment="标题"),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "consultation",
                "committee",
                "approved",
                "returned",
                "issued",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="状态",
        ),
        sa.Column("issue_number", sa.String(length=60), nullable=True, comment="文号"),
        sa.Column("issued_on", sa.Date(), nullable=True, comment="下发日期"),
        sa.Column("decision_id", sa.Integer(), nullable=True, comment="审定"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint(
            "status <> 'issued' OR (issue_number IS NOT NULL AND issued_on IS NOT NULL)",
            name=op.f("ck_work_point_set_issued_has_number"),
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycle.id"], name=op.f("fk_work_point_set_cycle_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decision.id"],
            name=op.f("fk_work_point_set_decision_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_point_set")),
        sa.UniqueConstraint("cycle_id", "edition", name=op.f("uq_work_point_set_cycle_id_edition")),
        comment="工作要点稿",
    )
    op.create_index(
        op.f("ix_work_point_set_cycle_id"), "work_point_set", ["cycle_id"], unique=False
    )
    op.create_index(
        op.f("ix_work_point_set_decision_id"), "work_point_set", ["decision_id"], unique=False
    )
    op.create_index(op.f("ix_work_point_set_status"), "work_point_set", ["status"], unique=False)
    op.create_table(
        "work_point",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("work_point_set_id", sa.Integer(), nullable=False, comment="工作要点"),
        sa.Column("number", sa.String(length=20), nullable=False, comment="序号"),
        sa.Column("sort_order", sa.Integer(), server_default="0", nullable=False, comment="排序"),
        sa.Column("chapter", sa.String(length=120), nullable=True, comment="章节"),
        sa.Column("text", sa.Text(), nullable=False, comment="内容"),
        sa.Column("category_id", sa.Integer(), nullable=True, comment="类别"),
        sa.Column("strategic_goal_id", sa.Integer(), nullable=True, comment="发展规划目标"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint("length(trim(text)) > 0", name=op.f("ck_work_point_text_not_blank")),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["task_category.id"],
            name=op.f("fk_work_point_category_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["strategic_goal_id"],
            ["strategic_goal.id"],
            name=op.f("fk_work_point_strategic_goal_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["work_point_set_id"],
            ["work_point_set.id"],
            name=op.f("fk_work_point_work_point_set_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_point")),
        sa.UniqueConstraint(
            "work_point_set_id", "number", name=op.f("uq_work_point_work_point_set_id_number")
        ),
        comment="工作要点条目",
    )
    op.create_index(op.f("ix_work_point_category_id"), "work_point", ["category_id"], unique=False)
    op.create_index(
        op.f("ix_work_point_strategic_goal_id"), "work_point", ["strategic_goal_id"], unique=False
    )
    op.create_index(
        op.f("ix_work_point_work_point_set_id"), "work_point", ["work_point_set_id"], unique=False
    )
    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("cycle_id", sa.Integer(), nullable=False, comment="年度"),
        sa.Column(
            "number", sa.String(length=40), server_default="", nullable=False, comment="序号"
        ),
        sa.Column("sort_order", sa.Integer(), server_default="0", nullable=False, comment="排序"),
        sa.Column("title", sa.String(length=500), nullable=False, comment="目标任务"),
        sa.Column("goal", sa.Text(), nullable=True, comment="工作目标"),
        sa.Column("measures", sa.Text(), nullable=True, comment="主要举措"),
        sa.Column("standard", sa.Text(), nullable=True, comment="考核标准"),
        sa.Column("category_id", sa.Integer(), nullable=True, comment="类别"),
        sa.Column("lead_department_id", sa.Integer(), nullable=True, comment="牵头部门"),
        sa.Column("section_id", sa.Integer(), nullable=True, comment="科室"),
        sa.Column("owner_id", sa.Integer(), nullable=True, comment="责任人"),
        sa.Column("owner_text", sa.String(length=120), nullable=True, comment="责任人（原文）"),
        sa.Column("leader_id", sa.Integer(), nullable=True, comment="分管领导"),
        sa.Column("leader_text", sa.String(length=120), nullable=True, comment="分管领导（原文）"),
        sa.Column("start_on", sa.Date(), nullable=True, comment="开始日期"),
        sa.Column("due_on", sa.Date(), nullable=True, comment="完成时限"),
        sa.Column("due_text", sa.String(length=120), nullable=True, comment="时限表述"),
        sa.Column("weight", sa.Numeric(precision=7, scale=2), nullable=True, comment="权重"),
        sa.Column(
            "origin",
            sa.Enum(
                "annual",
                "added",
                "carried_over",
                "temporary",
                name="origin",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="来源",
        ),
        sa.Column(
            "key_supervised", sa.Boolean(), server_default="0", nullable=False, comment="重点督查"
        ),
        sa.Column(
            "visibility",
            sa.Enum(
                "open",
                "concerned",
                "restricted",
                name="visibility",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="可见范围",
        ),
        sa.Column(
            "status",
            sa.Enum(
                "proposed",
                "published",
                "accepted",
                "finished",
                "terminated",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="状态",
        ),
        sa.Column(
            "planned_percent", sa.Numeric(precision=5, scale=2), nullable=True, comment="计划进度"
        ),
        sa.Column(
            "actual_percent", sa.Numeric(precision=5, scale=2), nullable=True, comment="实际进度"
        ),
        sa.Column("light", sa.String(length=8), nullable=True, comment="状态灯"),
        sa.Column("parent_id", sa.Integer(), nullable=True, comment="上级任务"),
        sa.Column("department_plan_id", sa.Integer(), nullable=True, comment="部门计划"),
        sa.Column("decomposition_id", sa.Integer(), nullable=True, comment="分解表"),
        sa.Column("work_point_id", sa.Integer(), nullable=True, comment="工作要点"),
        sa.Column("strategic_goal_id", sa.Integer(), nullable=True, comment="发展规划目标"),
        sa.Column("carried_from_id", sa.Integer(), nullable=True, comment="结转自"),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True, comment="接受时间"),
        sa.Column("finished_on", sa.Date(), nullable=True, comment="完成日期"),
        sa.Column("terminated_on", sa.Date(), nullable=True, comment="终止日期"),
        sa.Column("termination_cause", sa.Text(), nullable=True, comment="终止原因"),
        sa.Column("remark", sa.Text(), nullable=True, comment="备注"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint(
            "light IS NULL OR light IN ('green', 'yellow', 'orange', 'red', 'grey', 'blue')",
            name=op.f("ck_task_light"),
        ),
        sa.CheckConstraint(
            "status <> 'terminated' OR termination_cause IS NOT NULL",
            name=op.f("ck_task_terminated_has_cause"),
        ),
        sa.CheckConstraint(
            "actual_percent >= 0 AND actual_percent <= 100",
            name=op.f("ck_task_actual_percent_range"),
        ),
        sa.CheckConstraint("due_on >= start_on", name=op.f("ck_task_due_on_after_start_on")),
        sa.CheckConstraint("length(trim(title)) > 0", name=op.f("ck_task_title_not_blank")),
        sa.CheckConstraint(
            "parent_id IS NULL OR parent_id <> id", name=op.f("ck_task_parent_not_self")
        ),
        sa.CheckConstraint(
            "planned_percent >= 0 AND planned_percent <= 100",
            name=op.f("ck_task_planned_percent_range"),
        ),
        sa.CheckConstraint(
            "weight IS NULL OR weight >= 0", name=op.f("ck_task_weight_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["carried_from_id"],
            ["task.id"],
            name=op.f("fk_task_carried_from_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["task_category.id"],
            name=op.f("fk_task_category_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycle.id"], name=op.f("fk_task_cycle_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["decomposition_id"],
            ["decomposition.id"],
            name=op.f("fk_task_decomposition_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["department_plan_id"],
            ["department_plan.id"],
            name=op.f("fk_task_department_plan_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["lead_department_id"],
            ["department.id"],
            name=op.f("fk_task_lead_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["leader_id"], ["ab_user.id"], name=op.f("fk_task_leader_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["ab_user.id"], name=op.f("fk_task_owner_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["task.id"], name=op.f("fk_task_parent_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["department.id"], name=op.f("fk_task_section_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["strategic_goal_id"],
            ["strategic_goal.id"],
            name=op.f("fk_task_strategic_goal_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["work_point_id"],
            ["work_point.id"],
            name=op.f("fk_task_work_point_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint(
            "cycle_id",
            "lead_department_id",
            "number",
            "title",
            name=op.f("uq_task_cycle_id_lead_department_id_number_title"),
        ),
        comment="目标任务",
    )
    op.create_index(op.f("ix_task_carried_from_id"), "task", ["carried_from_id"], unique=False)
    op.create_index(op.f("ix_task_category_id"), "task", ["category_id"], unique=False)
    op.create_index(
        "ix_task_cycle_id_lead_department_id_sort_order",
        "task",
        ["cycle_id", "lead_department_id", "sort_order"],
        unique=False,
    )
    op.create_index("ix_task_cycle_id_light", "task", ["cycle_id", "light"], unique=False)
    op.create_index(
        "ix_task_cycle_id_sort_order", "task", ["cycle_id", "sort_order", "id"], unique=False
    )
    op.create_index(
        "ix_task_cycle_id_status_due_on", "task", ["cycle_id", "status", "due_on"], unique=False
    )
    op.create_index(op.f("ix_task_decomposition_id"), "task", ["decomposition_id"], unique=False)
    op.create_index(
        op.f("ix_task_department_plan_id"), "task", ["department_plan_id"], unique=False
    )
    op.create_index(op.f("ix_task_due_on"), "task", ["due_on"], unique=False)
    op.create_index(
        op.f("ix_task_lead_department_id"), "task", ["lead_department_id"], unique=False
    )
    op.create_index(op.f("ix_task_leader_id"), "task", ["leader_id"], unique=False)
    op.create_index(op.f("ix_task_owner_id"), "task", ["owner_id"], unique=False)
    op.create_index(op.f("ix_task_parent_id"), "task", ["parent_id"], unique=False)
    op.create_index(op.f("ix_task_section_id"), "task", ["section_id"], unique=False)
    op.create_index(op.f("ix_task_strategic_goal_id"), "task", ["strategic_goal_id"], unique=False)
    op.create_index(op.f("ix_task_work_point_id"), "task", ["work_point_id"], unique=False)
    op.create_table(
        "baseline_task",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("baseline_id", sa.Integer(), nullable=False, comment="基准版"),
        sa.Column("task_id", sa.Integer(), nullable=False, comment="目标任务"),
        sa.Column("number", sa.String(length=40), nullable=False, comment="序号"),
        sa.Column("title", sa.String(length=500), nullable=False, comment="目标任务"),
        sa.Column("goal", sa.Text(), nullable=True, comment="工作目标"),
        sa.Column("measures", sa.Text(), nullable=True, comment="主要举措"),
        sa.Column("standard", sa.Text(), nullable=True, comment="考核标准"),
        sa.Column("lead_department_id", sa.Integer(), nullable=True, comment="牵头部门"),
        sa.Column("departments_text", sa.Text(), nullable=True, comment="配合部门"),
        sa.Column("due_on", sa.Date(), nullable=True, comment="完成时限"),
        sa.Column("due_text", sa.String(length=120), nullable=True, comment="时限表述"),
        sa.Column("weight", sa.Numeric(precision=7, scale=2), nullable=True, comment="权重"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.ForeignKeyConstraint(
            ["baseline_id"],
            ["baseline.id"],
            name=op.f("fk_baseline_task_baseline_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["lead_department_id"],
            ["department.id"],
            name=op.f("fk_baseline_task_lead_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name=op.f("fk_baseline_task_task_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baseline_task")),
        sa.UniqueConstraint(
            "baseline_id", "task_id", name=op.f("uq_baseline_task_baseline_id_task_id")
        ),
        comment="基准任务",
    )
    op.create_index(
        op.f("ix_baseline_task_baseline_id"), "baseline_task", ["baseline_id"], unique=False
    )
    op.create_index(
        op.f("ix_baseline_task_lead_department_id"),
        "baseline_task",
        ["lead_department_id"],
        unique=False,
    )
    op.create_index(op.f("ix_baseline_task_task_id"), "baseline_task", ["task_id"], unique=False)
    op.create_table(
        "baseline_indicator",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("baseline_task_id", sa.Integer(), nullable=False, comment="基准任务"),
        sa.Column("name", sa.String(length=200), nullable=False, comment="指标"),
        sa.Column(
            "kind",
            sa.Enum(
                "quantitative",
                "qualitative",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="类型",
        ),
        sa.Column("unit", sa.String(length=20), nullable=True, comment="单位"),
        sa.Column(
            "baseline_value", sa.Numeric(precision=18, scale=4), nullable=True, comment="基准值"
        ),
        sa.Column("target", sa.Numeric(precision=18, scale=4), nullable=True, comment="目标值"),
        sa.Column("standard", sa.Text(), nullable=True, comment="标准"),
        sa.Column("weight", sa.Numeric(precision=7, scale=2), nullable=True, comment="权重"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.ForeignKeyConstraint(
            ["baseline_task_id"],
            ["baseline_task.id"],
            name=op.f("fk_baseline_indicator_baseline_task_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baseline_indicator")),
        comment="基准指标",
    )
    op.create_index(
        op.f("ix_baseline_indicator_baseline_task_id"),
        "baseline_indicator",
        ["baseline_task_id"],
        unique=False,
    )
    op.create_table(
        "baseline_milestone",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("baseline_task_id", sa.Integer(), nullable=False, comment="基准任务"),
        sa.Column("due_on", sa.Date(), nullable=True, comment="节点日期"),
        sa.Column("text", sa.Text(), nullable=False, comment="节点内容"),
        sa.Column(
            "planned_percent", sa.Numeric(precision=5, scale=2), nullable=True, comment="计划进度"
        ),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.ForeignKeyConstraint(
            ["baseline_task_id"],
            ["baseline_task.id"],
            name=op.f("fk_baseline_milestone_baseline_task_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baseline_milestone")),
        comment="基准节点",
    )
    op.create_index(
        op.f("ix_baseline_milestone_baseline_task_id"),
        "baseline_milestone",
        ["baseline_task_id"],
        unique=False,
    )
    op.create_table(
        "indicator",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("task_id", sa.Integer(), nullable=False, comment="目标任务"),
        sa.Column("indicator_template_id", sa.Integer(), nullable=True, comment="指标库"),
        sa.Column("name", sa.String(length=200), nullable=False, comment="指标"),
        sa.Column(
            "kind",
            sa.Enum(
                "quantitative",
                "qualitative",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="类型",
        ),
        sa.Column("unit", sa.String(length=20), nullable=True, comment="单位"),
        sa.Column(
            "direction",
            sa.Enum(
                "rising",
                "falling",
                name="direction",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
            comment="方向",
        ),
        sa.Column("baseline", sa.Numeric(precision=18, scale=4), nullable=True, comment="基准值"),
        sa.Column("target", sa.Numeric(precision=18, scale=4), nullable=True, comment="目标值"),
        sa.Column("standard", sa.Text(), nullable=True, comment="标准"),
        sa.Column("weight", sa.Numeric(precision=7, scale=2), nullable=True, comment="权重"),
        sa.Column("actual", sa.Numeric(precision=18, scale=4), nullable=True, comment="实际值"),
        sa.Column("actual_grade", sa.String(length=1), nullable=True, comment="评定等级"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint(
            "actual_grade IS NULL OR actual_grade IN ('A', 'B', 'C', 'D')",
            name=op.f("ck_indicator_actual_grade"),
        ),
        sa.CheckConstraint(
            "kind <> 'qualitative' OR standard IS NOT NULL",
            name=op.f("ck_indicator_qualitative_has_standard"),
        ),
        sa.CheckConstraint(
            "kind <> 'quantitative' OR target IS NOT NULL",
            name=op.f("ck_indicator_quantitative_has_target"),
        ),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_indicator_name_not_blank")),
        sa.CheckConstraint(
            "weight IS NULL OR weight >= 0", name=op.f("ck_indicator_weight_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["indicator_template_id"],
            ["indicator_template.id"],
            name=op.f("fk_indicator_indicator_template_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name=op.f("fk_indicator_task_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator")),
        comment="考核指标",
    )
    op.create_index(
        op.f("ix_indicator_indicator_template_id"),
        "indicator",
        ["indicator_template_id"],
        unique=False,
    )
    op.create_index(op.f("ix_indicator_task_id"), "indicator", ["task_id"], unique=False)
    op.create_table(
        "milestone",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("task_id", sa.Integer(), nullable=False, comment="目标任务"),
        sa.Column("due_on", sa.Date(), nullable=True, comment="节点日期"),
        sa.Column("text", sa.Text(), nullable=False, comment="节点内容"),
        sa.Column(
            "planned_percent", sa.Numeric(precision=5, scale=2), nullable=True, comment="计划进度"
        ),
        sa.Column("done_on", sa.Date(), nullable=True, comment="完成日期"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint("length(trim(text)) > 0", name=op.f("ck_milestone_text_not_blank")),
        sa.CheckConstraint(
            "planned_percent >= 0 AND planned_percent <= 100",
            name=op.f("ck_milestone_planned_percent_range"),
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name=op.f("fk_milestone_task_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
        comment="进度节点",
    )
    op.create_index("ix_milestone_task_id_due_on", "milestone", ["task_id", "due_on"], unique=False)
    op.create_table(
        "task_department",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("task_id", sa.Integer(), nullable=False, comment="目标任务"),
        sa.Column("department_id", sa.Integer(), nullable=False, comment="部门"),
        sa.Column(
            "role",
            sa.Enum(
                "co_lead",
                "assist",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="分工",
        ),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False, comment="次序"),
        sa.Column("owner_id", sa.Integer(), nullable=True, comment="责任人"),
        sa.Column("part", sa.Text(), nullable=True, comment="承担内容"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_task_department_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["ab_user.id"],
            name=op.f("fk_task_department_owner_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name=op.f("fk_task_department_task_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_department")),
        sa.UniqueConstraint(
            "task_id", "department_id", name=op.f("uq_task_department_task_id_department_id")
        ),
        comment="任务的共同牵头与配合部门",
    )
    op.create_index(
        op.f("ix_task_department_department_id"), "task_department", ["department_id"], unique=False
    )
    op.create_index(
        op.f("ix_task_department_owner_id"), "task_department", ["owner_id"], unique=False
    )
    op.create_index(
        op.f("ix_task_department_task_id"), "task_department", ["task_id"], unique=False
    )
    op.create_table(
        "work_point_opinion",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("work_point_set_id", sa.Integer(), nullable=False, comment="工作要点"),
        sa.Column("work_point_id", sa.Integer(), nullable=True, comment="条目"),
        sa.Column("department_id", sa.Integer(), nullable=True, comment="提出部门"),
        sa.Column("author_id", sa.Integer(), nullable=False, comment="提出人"),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True, comment="代录人"),
        sa.Column("text", sa.Text(), nullable=False, comment="意见"),
        sa.Column(
            "answer",
            sa.Enum(
                "adopted",
                "partly",
                "not_adopted",
                name="answer",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
            comment="处理",
        ),
        sa.Column("answer_reason", sa.Text(), nullable=True, comment="处理说明"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint(
            "answer IS NULL OR answer_reason IS NOT NULL",
            name=op.f("ck_work_point_opinion_answer_has_reason"),
        ),
        sa.CheckConstraint(
            "length(trim(text)) > 0", name=op.f("ck_work_point_opinion_text_not_blank")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["ab_user.id"],
            name=op.f("fk_work_point_opinion_author_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_work_point_opinion_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["ab_user.id"],
            name=op.f("fk_work_point_opinion_recorded_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["work_point_id"],
            ["work_point.id"],
            name=op.f("fk_work_point_opinion_work_point_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["work_point_set_id"],
            ["work_point_set.id"],
            name=op.f("fk_work_point_opinion_work_point_set_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_point_opinion")),
        comment="对工作要点的意见",
    )
    op.create_index(
        op.f("ix_work_point_opinion_author_id"), "work_point_opinion", ["author_id"], unique=False
    )
    op.create_index(
        op.f("ix_work_point_opinion_department_id"),
        "work_point_opinion",
        ["department_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_work_point_opinion_recorded_by_id"),
        "work_point_opinion",
        ["recorded_by_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_work_point_opinion_work_point_id"),
        "work_point_opinion",
        ["work_point_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_work_point_opinion_work_point_set_id"),
        "work_point_opinion",
        ["work_point_set_id"],
        unique=False,
    )


def _create_monitoring() -> None:
    op.create_table(
        "monthly_check",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("task_id", sa.Integer(), nullable=False, comment="目标任务"),
        sa.Column("year", sa.Integer(), nullable=False, comment="年份"),
        sa.Column("month", sa.Integer(), nullable=False, comment="月份"),
        sa.Column(
            "planned_percent", sa.Numeric(precision=5, scale=2), nullable=True, comment="计划进度"
        ),
        sa.Column(
            "actual_percent", sa.Numeric(precision=5, scale=2), nullable=True, comment="实际进度"
        ),
        sa.Column(
            "quality",
            sa.Enum(
                "good",
                "fair",
                "poor",
                name="quality",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
            comment="质量",
        ),
        sa.Column(
            "computed_light",
            sa.Enum(
                "green",
                "yellow",
                "orange",
                "red",
                "grey",
                "blue",
                name="computed_light",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="计算状态灯",
        ),
        sa.Column("light_reason", sa.Text(), nullable=True, comment="亮灯原因"),
        sa.Column(
            "head_light",
            sa.Enum(
                "green",
                "yellow",
                "orange",
                "red",
                "grey",
                "blue",
                name="head_light",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
            comment="负责人调整",
        ),
        sa.Column("head_light_reason", sa.Text(), nullable=True, comment="调整原因"),
        sa.Column("done", sa.Text(), nullable=True, comment="完成情况"),
        sa.Column("problem", sa.Text(), nullable=True, comment="存在问题"),
        sa.Column("next_step", sa.Text(), nullable=True, comment="下步措施"),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "returned",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="状态",
        ),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True, comment="提交时间"),
        sa.Column("late", sa.Boolean(), server_default="0", nullable=False, comment="迟报"),
        sa.Column("return_reason", sa.Text(), nullable=True, comment="退回原因"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint(
            "actual_percent >= 0 AND actual_percent <= 100",
            name=op.f("ck_monthly_check_actual_percent_range"),
        ),
        sa.CheckConstraint(
            "head_light IS NULL OR head_light_reason IS NOT NULL",
            name=op.f("ck_monthly_check_head_light_has_reason"),
        ),
        sa.CheckConstraint("month >= 1 AND month <= 12", name=op.f("ck_monthly_check_month_range")),
        sa.CheckConstraint(
            "planned_percent >= 0 AND planned_percent <= 100",
            name=op.f("ck_monthly_check_planned_percent_range"),
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name=op.f("fk_monthly_check_task_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monthly_check")),
        sa.UniqueConstraint(
            "task_id", "year", "month", name=op.f("uq_monthly_check_task_id_year_month")
        ),
        comment="月度自我监测",
    )
    op.create_index(
        op.f("ix_monthly_check_computed_light"), "monthly_check", ["computed_light"], unique=False
    )
    op.create_index(
        "ix_monthly_check_year_month_status",
        "monthly_check",
        ["year", "month", "status"],
        unique=False,
    )
    op.create_table(
        "check_contribution",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("monthly_check_id", sa.Integer(), nullable=False, comment="月度监测"),
        sa.Column("department_id", sa.Integer(), nullable=False, comment="部门"),
        sa.Column("done", sa.Text(), nullable=True, comment="完成情况"),
        sa.Column("problem", sa.Text(), nullable=True, comment="存在问题"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_check_contribution_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["monthly_check_id"],
            ["monthly_check.id"],
            name=op.f("fk_check_contribution_monthly_check_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_contribution")),
        sa.UniqueConstraint(
            "monthly_check_id",
            "department_id",
            name=op.f("uq_check_contribution_monthly_check_id_department_id"),
        ),
        comment="配合部门的月度情况",
    )
    op.create_index(
        op.f("ix_check_contribution_department_id"),
        "check_contribution",
        ["department_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_check_contribution_monthly_check_id"),
        "check_contribution",
        ["monthly_check_id"],
        unique=False,
    )
    op.create_table(
        "coordination_request",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("task_id", sa.Integer(), nullable=True, comment="目标任务"),
        sa.Column("monthly_check_id", sa.Integer(), nullable=True, comment="月度监测"),
        sa.Column("department_id", sa.Integer(), nullable=False, comment="提出部门"),
        sa.Column("matter", sa.Text(), nullable=False, comment="事项"),
        sa.Column("addressed_department_id", sa.Integer(), nullable=True, comment="协调部门"),
        sa.Column("addressed_leader_id", sa.Integer(), nullable=True, comment="协调领导"),
        sa.Column("due_on", sa.Date(), nullable=True, comment="答复期限"),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "answered",
                "resolved",
                "reopened",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="状态",
        ),
        sa.Column("reply", sa.Text(), nullable=True, comment="答复"),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True, comment="答复时间"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint(
            "addressed_department_id IS NOT NULL OR addressed_leader_id IS NOT NULL",
            name=op.f("ck_coordination_request_has_addressee"),
        ),
        sa.CheckConstraint(
            "length(trim(matter)) > 0", name=op.f("ck_coordination_request_matter_not_blank")
        ),
        sa.ForeignKeyConstraint(
            ["addressed_department_id"],
            ["department.id"],
            name=op.f("fk_coordination_request_addressed_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["addressed_leader_id"],
            ["ab_user.id"],
            name=op.f("fk_coordination_request_addressed_leader_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_coordination_request_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["monthly_check_id"],
            ["monthly_check.id"],
            name=op.f("fk_coordination_request_monthly_check_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["task_id"],
            ["task.id"],
            name=op.f("fk_coordination_request_task_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coordination_request")),
        comment="需协调事项",
    )
    op.create_index(
        op.f("ix_coordination_request_addressed_department_id"),
        "coordination_request",
        ["addressed_department_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_coordination_request_addressed_leader_id"),
        "coordination_request",
        ["addressed_leader_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_coordination_request_department_id"),
        "coordination_request",
        ["department_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_coordination_request_due_on"), "coordination_request", ["due_on"], unique=False
    )
    op.create_index(
        op.f("ix_coordination_request_monthly_check_id"),
        "coordination_request",
        ["monthly_check_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_coordination_request_status"), "coordination_request", ["status"], unique=False
    )
    op.create_index(
        op.f("ix_coordination_request_task_id"), "coordination_request", ["task_id"], unique=False
    )
    op.create_table(
        "warning",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("task_id", sa.Integer(), nullable=False, comment="目标任务"),
        sa.Column("monthly_check_id", sa.Integer(), nullable=True, comment="月度监测"),
        sa.Column(
            "light",
            sa.Enum(
                "green",
                "yellow",
                "orange",
                "red",
                "grey",
                "blue",
                name="light",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="状态灯",
        ),
        sa.Column("rule_key", sa.String(length=80), nullable=False, comment="触发规则"),
        sa.Column("cause", sa.Text(), nullable=False, comment="原因"),
        sa.Column("opened_on", sa.Date(), nullable=False, comment="开始"),
        sa.Column("closed_on", sa.Date(), nullable=True, comment="解除"),
        sa.Column("closing_reason", sa.Text(), nullable=True, comment="解除原因"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint(
            "closed_on IS NULL OR closed_on >= opened_on",
            name=op.f("ck_warning_closed_after_opened"),
        ),
        sa.ForeignKeyConstraint(
            ["monthly_check_id"],
            ["monthly_check.id"],
            name=op.f("fk_warning_monthly_check_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name=op.f("fk_warning_task_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warning")),
        comment="预警",
    )
    op.create_index("ix_warning_closed_on_light", "warning", ["closed_on", "light"], unique=False)
    op.create_index(
        op.f("ix_warning_monthly_check_id"), "warning", ["monthly_check_id"], unique=False
    )
    op.create_index(
        "ix_warning_task_id_opened_on", "warning", ["task_id", "opened_on"], unique=False
    )


def _create_supervision() -> None:
    op.create_table(
        "instruction",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("subject_table", sa.String(length=60), nullable=False, comment="对象类型"),
        sa.Column("subject_id", sa.Integer(), nullable=False, comment="对象编号"),
        sa.Column("author_id", sa.Integer(), nullable=False, comment="批示人"),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True, comment="代录人"),
        sa.Column("text", sa.Text(), nullable=False, comment="批示内容"),
        sa.Column("written_on", sa.Date(), nullable=False, comment="批示日期"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint("length(trim(text)) > 0", name=op.f("ck_instruction_text_not_blank")),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["ab_user.id"],
            name=op.f("fk_instruction_author_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["ab_user.id"],
            name=op.f("fk_instruction_recorded_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instruction")),
        comment="批示",
    )
    op.create_index(op.f("ix_instruction_author_id"), "instruction", ["author_id"], unique=False)
    op.create_index(
        op.f("ix_instruction_recorded_by_id"), "instruction", ["recorded_by_id"], unique=False
    )
    op.create_index(
        "ix_instruction_subject_table_subject_id",
        "instruction",
        ["subject_table", "subject_id"],
        unique=False,
    )
    op.create_index(op.f("ix_instruction_written_on"), "instruction", ["written_on"], unique=False)
    op.create_table(
        "supervision_case",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("cycle_id", sa.Integer(), nullable=False, comment="年度"),
        sa.Column("number", sa.String(length=60), nullable=True, comment="编号"),
        sa.Column(
            "source",
            sa.Enum(
                "task",
                "meeting",
                "instruction",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="来源",
        ),
        sa.Column("task_id", sa.Integer(), nullable=True, comment="目标任务"),
        sa.Column("matter", sa.String(length=500), nullable=False, comment="事项"),
        sa.Column("ground", sa.Text(), nullable=True, comment="依据"),
        sa.Column("requirement", sa.Text(), nullable=True, comment="办理要求"),
        sa.Column("department_id", sa.Integer(), nullable=False, comment="承办部门"),
        sa.Column("leader_id", sa.Integer(), nullable=True, comment="分管领导"),
        sa.Column(
            "stage",
            sa.Enum(
                "supervise",
                "urge",
                "deadline",
                "special",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="阶段",
        ),
        sa.Column(
            "status",
            sa.Enum(
                "proposed",
                "open",
                "replied",
                "closed",
                "dismissed",
                "withdrawn",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="状态",
        ),
        sa.Column("opened_on", sa.Date(), nullable=True, comment="立项日期"),
        sa.Column("due_on", sa.Date(), nullable=True, comment="办理期限"),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True, comment="签收时间"),
        sa.Column("closed_on", sa.Date(), nullable=True, comment="办结日期"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint(
            "source <> 'task' OR task_id IS NOT NULL",
            name=op.f("ck_supervision_case_task_source_has_task"),
        ),
        sa.CheckConstraint(
            "status IN ('proposed', 'dismissed', 'withdrawn') OR number IS NOT NULL",
            name=op.f("ck_supervision_case_open_has_number"),
        ),
        sa.CheckConstraint(
            "length(trim(matter)) > 0", name=op.f("ck_supervision_case_matter_not_blank")
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["cycle.id"],
            name=op.f("fk_supervision_case_cycle_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_supervision_case_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["leader_id"],
            ["ab_user.id"],
            name=op.f("fk_supervision_case_leader_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name=op.f("fk_supervision_case_task_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_case")),
        sa.UniqueConstraint("number", name=op.f("uq_supervision_case_number")),
        comment="督查督办件",
    )
    op.create_index(
        "ix_supervision_case_cycle_id_status",
        "supervision_case",
        ["cycle_id", "status"],
        unique=False,
    )
    op.create_index(
        op.f("ix_supervision_case_department_id"),
        "supervision_case",
        ["department_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_supervision_case_leader_id"), "supervision_case", ["leader_id"], unique=False
    )
    op.create_index(
        op.f("ix_supervision_case_opened_on"), "supervision_case", ["opened_on"], unique=False
    )
    op.create_index(op.f("ix_supervision_case_stage"), "supervision_case", ["stage"], unique=False)
    op.create_index(
        "ix_supervision_case_status_due_on", "supervision_case", ["status", "due_on"], unique=False
    )
    op.create_index(
        op.f("ix_supervision_case_task_id"), "supervision_case", ["task_id"], unique=False
    )
    op.create_table(
        "case_step",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("supervision_case_id", sa.Integer(), nullable=False, comment="督办件"),
        sa.Column(
            "kind",
            sa.Enum(
                "opened",
                "signed",
                "reply",
                "accepted",
                "rejected",
                "urged",
                "deadline_set",
                "extended",
                "transferred",
                "concluded",
                "closed",
                "reopened",
                "withdrawn",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="步骤",
        ),
        sa.Column(
            "stage",
            sa.Enum(
                "supervise",
                "urge",
                "deadline",
                "special",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="阶段",
        ),
        sa.Column("text", sa.Text(), nullable=True, comment="内容"),
        sa.Column("actor_id", sa.Integer(), nullable=True, comment="办理人"),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False, comment="时间"),
        sa.Column("due_on", sa.Date(), nullable=True, comment="期限"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["ab_user.id"], name=op.f("fk_case_step_actor_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["supervision_case_id"],
            ["supervision_case.id"],
            name=op.f("fk_case_step_supervision_case_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_step")),
        comment="督办过程",
    )
    op.create_index(op.f("ix_case_step_actor_id"), "case_step", ["actor_id"], unique=False)
    op.create_index(
        "ix_case_step_supervision_case_id_happened_at",
        "case_step",
        ["supervision_case_id", "happened_at"],
        unique=False,
    )


def _create_improvement() -> None:
    op.create_table(
        "adjustment",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("cycle_id", sa.Integer(), nullable=False, comment="年度"),
        sa.Column("department_id", sa.Integer(), nullable=False, comment="部门"),
        sa.Column("task_id", sa.Integer(), nullable=True, comment="目标任务"),
        sa.Column(
            "kind",
            sa.Enum(
                "add",
                "revise",
                "extend",
                "terminate",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="类型",
        ),
        sa.Column(
            "cause_kind",
            sa.Enum(
                "objective",
                "subjective",
                name="cause_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="原因性质",
        ),
        sa.Column("cause", sa.Text(), nullable=False, comment="原因"),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "review",
                "reviewed",
                "returned",
                "committee",
                "approved",
                "rejected",
                "deferred",
                "applied",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="状态",
        ),
        sa.Column("review_comment", sa.Text(), nullable=True, comment="审阅意见"),
        sa.Column("agenda_item_id", sa.Integer(), nullable=True, comment="议题"),
        sa.Column("decision_id", sa.Integer(), nullable=True, comment="审定"),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True, comment="执行时间"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint(
            "kind <> 'terminate' OR cause_kind = 'objective'",
            name=op.f("ck_adjustment_termination_is_objective"),
        ),
        sa.CheckConstraint(
            "kind = 'add' OR task_id IS NOT NULL", name=op.f("ck_adjustment_names_its_task")
        ),
        sa.CheckConstraint("length(trim(cause)) > 0", name=op.f("ck_adjustment_cause_not_blank")),
        sa.ForeignKeyConstraint(
            ["agenda_item_id"],
            ["agenda_item.id"],
            name=op.f("fk_adjustment_agenda_item_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycle.id"], name=op.f("fk_adjustment_cycle_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decision.id"],
            name=op.f("fk_adjustment_decision_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_adjustment_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name=op.f("fk_adjustment_task_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustment")),
        comment="目标任务调整方案",
    )
    op.create_index(
        op.f("ix_adjustment_agenda_item_id"), "adjustment", ["agenda_item_id"], unique=False
    )
    op.create_index(
        "ix_adjustment_cycle_id_status", "adjustment", ["cycle_id", "status"], unique=False
    )
    op.create_index(op.f("ix_adjustment_decision_id"), "adjustment", ["decision_id"], unique=False)
    op.create_index(
        op.f("ix_adjustment_department_id"), "adjustment", ["department_id"], unique=False
    )
    op.create_index(op.f("ix_adjustment_task_id"), "adjustment", ["task_id"], unique=False)
    op.create_table(
        "adjustment_change",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("adjustment_id", sa.Integer(), nullable=False, comment="目标任务调整"),
        sa.Column("column_name", sa.String(length=60), nullable=False, comment="字段"),
        sa.Column("old_value", sa.Text(), nullable=True, comment="原值"),
        sa.Column("new_value", sa.Text(), nullable=True, comment="新值"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.ForeignKeyConstraint(
            ["adjustment_id"],
            ["adjustment.id"],
            name=op.f("fk_adjustment_change_adjustment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustment_change")),
        sa.UniqueConstraint(
            "adjustment_id",
            "column_name",
            name=op.f("uq_adjustment_change_adjustment_id_column_name"),
        ),
        comment="调整内容",
    )
    op.create_index(
        op.f("ix_adjustment_change_adjustment_id"),
        "adjustment_change",
        ["adjustment_id"],
        unique=False,
    )
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("cycle_id", sa.Integer(), nullable=False, comment="年度"),
        sa.Column("department_id", sa.Integer(), nullable=True, comment="部门"),
        sa.Column("subject_table", sa.String(length=60), nullable=False, comment="对象类型"),
        sa.Column("subject_id", sa.Integer(), nullable=False, comment="对象编号"),
        sa.Column("column_name", sa.String(length=60), nullable=False, comment="字段"),
        sa.Column("old_value", sa.Text(), nullable=True, comment="原值"),
        sa.Column("new_value", sa.Text(), nullable=True, comment="新值"),
        sa.Column("reason", sa.Text(), nullable=False, comment="更正原因"),
        sa.Column(
            "status",
            sa.Enum(
                "requested",
                "approved",
                "refused",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="状态",
        ),
        sa.Column("approved_by_id", sa.Integer(), nullable=True, comment="批准人"),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True, comment="批准时间"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint("length(trim(reason)) > 0", name=op.f("ck_correction_reason_not_blank")),
        sa.ForeignKeyConstraint(
            ["approved_by_id"],
            ["ab_user.id"],
            name=op.f("fk_correction_approved_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycle.id"], name=op.f("fk_correction_cycle_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_correction_department_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
        comment="更正",
    )
    op.create_index(
        op.f("ix_correction_approved_by_id"), "correction", ["approved_by_id"], unique=False
    )
    op.create_index(op.f("ix_correction_cycle_id"), "correction", ["cycle_id"], unique=False)
    op.create_index(
        op.f("ix_correction_department_id"), "correction", ["department_id"], unique=False
    )
    op.create_index(op.f("ix_correction_status"), "correction", ["status"], unique=False)
    op.create_index(
        "ix_correction_subject_table_subject_id",
        "correction",
        ["subject_table", "subject_id"],
        unique=False,
    )
    op.create_table(
        "diagnosis",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("cycle_id", sa.Integer(), nullable=False, comment="年度"),
        sa.Column("department_id", sa.Integer(), nullable=True, comment="部门"),
        sa.Column(
            "kind",
            sa.Enum(
                "midyear",
                "annual",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="类型",
        ),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "returned",
                "archived",
                "committee",
                "issued",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="状态",
        ),
        sa.Column("summary", sa.Text(), nullable=True, comment="总述"),
        sa.Column("quality_comment", sa.Text(), nullable=True, comment="诊改办意见"),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True, comment="提交时间"),
        sa.Column("issue_number", sa.String(length=60), nullable=True, comment="文号"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycle.id"], name=op.f("fk_diagnosis_cycle_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_diagnosis_department_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diagnosis")),
        sa.UniqueConstraint(
            "cycle_id",
            "department_id",
            "kind",
            name=op.f("uq_diagnosis_cycle_id_department_id_kind"),
        ),
        comment="年中、年度诊断",
    )
    op.create_index(
        "ix_diagnosis_cycle_id_kind_status",
        "diagnosis",
        ["cycle_id", "kind", "status"],
        unique=False,
    )
    op.create_index(
        op.f("ix_diagnosis_department_id"), "diagnosis", ["department_id"], unique=False
    )
    op.create_table(
        "diagnosis_item",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("diagnosis_id", sa.Integer(), nullable=False, comment="诊断报告"),
        sa.Column("task_id", sa.Integer(), nullable=True, comment="目标任务"),
        sa.Column(
            "kind",
            sa.Enum(
                "completion",
                "problem",
                "cause",
                "measure",
                "lesson",
                "next_focus",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="类型",
        ),
        sa.Column("text", sa.Text(), nullable=False, comment="内容"),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False, comment="序号"),
        sa.Column("became_task_id", sa.Integer(), nullable=True, comment="转为任务"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint("length(trim(text)) > 0", name=op.f("ck_diagnosis_item_text_not_blank")),
        sa.ForeignKeyConstraint(
            ["became_task_id"],
            ["task.id"],
            name=op.f("fk_diagnosis_item_became_task_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["diagnosis_id"],
            ["diagnosis.id"],
            name=op.f("fk_diagnosis_item_diagnosis_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name=op.f("fk_diagnosis_item_task_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diagnosis_item")),
        comment="诊断条目",
    )
    op.create_index(
        op.f("ix_diagnosis_item_became_task_id"), "diagnosis_item", ["became_task_id"], unique=False
    )
    op.create_index(
        op.f("ix_diagnosis_item_diagnosis_id"), "diagnosis_item", ["diagnosis_id"], unique=False
    )
    op.create_index(op.f("ix_diagnosis_item_task_id"), "diagnosis_item", ["task_id"], unique=False)
    op.create_table(
        "task_result",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("task_id", sa.Integer(), nullable=False, comment="目标任务"),
        sa.Column(
            "outcome",
            sa.Enum(
                "finished",
                "partly",
                "unfinished",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="完成结论",
        ),
        sa.Column(
            "quality",
            sa.Enum(
                "good",
                "fair",
                "poor",
                name="quality",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="质量",
        ),
        sa.Column("description", sa.Text(), nullable=False, comment="完成情况"),
        sa.Column("reason", sa.Text(), nullable=True, comment="未完成原因"),
        sa.Column("measure", sa.Text(), nullable=True, comment="改进措施"),
        sa.Column("completed_on", sa.Date(), nullable=True, comment="完成日期"),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "confirmed",
                "returned",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="状态",
        ),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True, comment="提交时间"),
        sa.Column("review_comment", sa.Text(), nullable=True, comment="审核意见"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint(
            "outcome = 'finished' OR status = 'draft' OR (reason IS NOT NULL AND measure IS NOT NULL)",
            name=op.f("ck_task_result_unfinished_is_explained"),
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name=op.f("fk_task_result_task_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_result")),
        sa.UniqueConstraint("task_id", name=op.f("uq_task_result_task_id")),
        comment="完成情况反馈",
    )
    op.create_index(op.f("ix_task_result_status"), "task_result", ["status"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("task_id", sa.Integer(), nullable=True, comment="目标任务"),
        sa.Column("monthly_check_id", sa.Integer(), nullable=True, comment="月度监测"),
        sa.Column("task_result_id", sa.Integer(), nullable=True, comment="完成情况反馈"),
        sa.Column("supervision_case_id", sa.Integer(), nullable=True, comment="督办件"),
        sa.Column("adjustment_id", sa.Integer(), nullable=True, comment="目标任务调整"),
        sa.Column("work_point_opinion_id", sa.Integer(), nullable=True, comment="征求意见"),
        sa.Column("file_name", sa.String(length=255), nullable=False, comment="文件名"),
        sa.Column("title", sa.String(length=200), nullable=True, comment="说明"),
        sa.Column("media_type", sa.String(length=120), nullable=False, comment="文件类型"),
        sa.Column("size", sa.Integer(), nullable=False, comment="大小（字节）"),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="摘要"),
        sa.Column("storage_key", sa.String(length=120), nullable=False, comment="存储位置"),
        sa.Column("uploader_id", sa.Integer(), nullable=False, comment="上传人"),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False, comment="上传时间"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint(
            "(CASE WHEN task_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN monthly_check_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN task_result_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN supervision_case_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN adjustment_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN work_point_opinion_id IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_evidence_exactly_one_row"),
        ),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_evidence_sha256_length")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_evidence_size_not_negative")),
        sa.ForeignKeyConstraint(
            ["adjustment_id"],
            ["adjustment.id"],
            name=op.f("fk_evidence_adjustment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["monthly_check_id"],
            ["monthly_check.id"],
            name=op.f("fk_evidence_monthly_check_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["supervision_case_id"],
            ["supervision_case.id"],
            name=op.f("fk_evidence_supervision_case_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name=op.f("fk_evidence_task_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["task_result_id"],
            ["task_result.id"],
            name=op.f("fk_evidence_task_result_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["uploader_id"],
            ["ab_user.id"],
            name=op.f("fk_evidence_uploader_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["work_point_opinion_id"],
            ["work_point_opinion.id"],
            name=op.f("fk_evidence_work_point_opinion_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        comment="佐证材料",
    )
    op.create_index(op.f("ix_evidence_adjustment_id"), "evidence", ["adjustment_id"], unique=False)
    op.create_index(
        op.f("ix_evidence_monthly_check_id"), "evidence", ["monthly_check_id"], unique=False
    )
    op.create_index(op.f("ix_evidence_sha256"), "evidence", ["sha256"], unique=False)
    op.create_index(
        op.f("ix_evidence_supervision_case_id"), "evidence", ["supervision_case_id"], unique=False
    )
    op.create_index(op.f("ix_evidence_task_id"), "evidence", ["task_id"], unique=False)
    op.create_index(
        op.f("ix_evidence_task_result_id"), "evidence", ["task_result_id"], unique=False
    )
    op.create_index(op.f("ix_evidence_uploader_id"), "evidence", ["uploader_id"], unique=False)
    op.create_index(
        op.f("ix_evidence_work_point_opinion_id"),
        "evidence",
        ["work_point_opinion_id"],
        unique=False,
    )


def _create_assessment() -> None:
    op.create_table(
        "accountability_notice",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("cycle_id", sa.Integer(), nullable=False, comment="年度"),
        sa.Column("department_id", sa.Integer(), nullable=False, comment="部门"),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="责任人"),
        sa.Column("supervision_case_id", sa.Integer(), nullable=True, comment="督办件"),
        sa.Column("number", sa.String(length=60), nullable=True, comment="文号"),
        sa.Column("facts", sa.Text(), nullable=False, comment="事实"),
        sa.Column("ground", sa.Text(), nullable=True, comment="依据"),
        sa.Column("measure", sa.Text(), nullable=True, comment="处理意见"),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "approved",
                "issued",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="状态",
        ),
        sa.Column("decision_id", sa.Integer(), nullable=True, comment="审定"),
        sa.Column("issued_on", sa.Date(), nullable=True, comment="印发日期"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint(
            "status <> 'issued' OR (number IS NOT NULL AND issued_on IS NOT NULL)",
            name=op.f("ck_accountability_notice_issued_has_number"),
        ),
        sa.CheckConstraint(
            "length(trim(facts)) > 0", name=op.f("ck_accountability_notice_facts_not_blank")
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["cycle.id"],
            name=op.f("fk_accountability_notice_cycle_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decision.id"],
            name=op.f("fk_accountability_notice_decision_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_accountability_notice_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["ab_user.id"],
            name=op.f("fk_accountability_notice_person_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["supervision_case_id"],
            ["supervision_case.id"],
            name=op.f("fk_accountability_notice_supervision_case_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accountability_notice")),
        sa.UniqueConstraint("number", name=op.f("uq_accountability_notice_number")),
        comment="问责通报",
    )
    op.create_index(
        op.f("ix_accountability_notice_cycle_id"),
        "accountability_notice",
        ["cycle_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_accountability_notice_decision_id"),
        "accountability_notice",
        ["decision_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_accountability_notice_department_id"),
        "accountability_notice",
        ["department_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_accountability_notice_person_id"),
        "accountability_notice",
        ["person_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_accountability_notice_status"), "accountability_notice", ["status"], unique=False
    )
    op.create_index(
        op.f("ix_accountability_notice_supervision_case_id"),
        "accountability_notice",
        ["supervision_case_id"],
        unique=False,
    )
    op.create_table(
        "bonus_entry",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("cycle_id", sa.Integer(), nullable=False, comment="年度"),
        sa.Column("department_id", sa.Integer(), nullable=False, comment="部门"),
        sa.Column("kind", sa.String(length=60), nullable=False, comment="种类"),
        sa.Column("points", sa.Numeric(precision=7, scale=2), nullable=False, comment="分值"),
        sa.Column("ground", sa.Text(), nullable=False, comment="事由"),
        sa.Column("happened_on", sa.Date(), nullable=True, comment="日期"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint(
            "length(trim(ground)) > 0", name=op.f("ck_bonus_entry_ground_not_blank")
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycle.id"], name=op.f("fk_bonus_entry_cycle_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_bonus_entry_department_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bonus_entry")),
        comment="加减分",
    )
    op.create_index(
        "ix_bonus_entry_cycle_id_department_id",
        "bonus_entry",
        ["cycle_id", "department_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_bonus_entry_department_id"), "bonus_entry", ["department_id"], unique=False
    )
    op.create_table(
        "department_assessment",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("cycle_id", sa.Integer(), nullable=False, comment="年度"),
        sa.Column("department_id", sa.Integer(), nullable=False, comment="部门"),
        sa.Column(
            "assessment_class",
            sa.Enum(
                "management",
                "teaching",
                "support",
                name="assessment_class",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="考核类别",
        ),
        sa.Column(
            "status",
            sa.Enum(
                "collecting",
                "computed",
                "proposed",
                "announced",
                "final",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="状态",
        ),
        sa.Column("base", sa.Numeric(precision=7, scale=2), nullable=True, comment="基础分"),
        sa.Column("bonus", sa.Numeric(precision=7, scale=2), nullable=True, comment="加减分"),
        sa.Column("total", sa.Numeric(precision=7, scale=2), nullable=True, comment="总分"),
        sa.Column("class_rank", sa.Integer(), nullable=True, comment="类内排名"),
        sa.Column(
            "grade",
            sa.Enum(
                "excellent",
                "good",
                "qualified",
                "unqualified",
                name="grade",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
            comment="等次",
        ),
        sa.Column("coefficient", sa.Numeric(precision=4, scale=2), nullable=True, comment="系数"),
        sa.Column("explanation", sa.Text(), nullable=True, comment="说明"),
        sa.Column("decision_id", sa.Integer(), nullable=True, comment="审定"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint(
            "class_rank IS NULL OR class_rank >= 1",
            name=op.f("ck_department_assessment_rank_positive"),
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["cycle.id"],
            name=op.f("fk_department_assessment_cycle_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decision.id"],
            name=op.f("fk_department_assessment_decision_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_department_assessment_department_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department_assessment")),
        sa.UniqueConstraint(
            "cycle_id",
            "department_id",
            name=op.f("uq_department_assessment_cycle_id_department_id"),
        ),
        comment="部门年度目标任务考核",
    )
    op.create_index(
        op.f("ix_department_assessment_cycle_id"),
        "department_assessment",
        ["cycle_id"],
        unique=False,
    )
    op.create_index(
        "ix_department_assessment_cycle_id_class_rank",
        "department_assessment",
        ["cycle_id", "class_rank"],
        unique=False,
    )
    op.create_index(
        op.f("ix_department_assessment_decision_id"),
        "department_assessment",
        ["decision_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_department_assessment_department_id"),
        "department_assessment",
        ["department_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_department_assessment_status"), "department_assessment", ["status"], unique=False
    )
    op.create_table(
        "appeal",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("department_assessment_id", sa.Integer(), nullable=False, comment="部门考核"),
        sa.Column("author_id", sa.Integer(), nullable=False, comment="申诉人"),
        sa.Column("text", sa.Text(), nullable=False, comment="申诉内容"),
        sa.Column(
            "status",
            sa.Enum(
                "filed",
                "upheld",
                "dismissed",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="状态",
        ),
        sa.Column("answer", sa.Text(), nullable=True, comment="复核意见"),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True, comment="复核时间"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint("length(trim(text)) > 0", name=op.f("ck_appeal_text_not_blank")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["ab_user.id"], name=op.f("fk_appeal_author_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["department_assessment_id"],
            ["department_assessment.id"],
            name=op.f("fk_appeal_department_assessment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        comment="申诉复核",
    )
    op.create_index(op.f("ix_appeal_author_id"), "appeal", ["author_id"], unique=False)
    op.create_index(
        op.f("ix_appeal_department_assessment_id"),
        "appeal",
        ["department_assessment_id"],
        unique=False,
    )
    op.create_index(op.f("ix_appeal_status"), "appeal", ["status"], unique=False)
    op.create_table(
        "score",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("cycle_id", sa.Integer(), nullable=False, comment="年度"),
        sa.Column("rater_id", sa.Integer(), nullable=False, comment="评分人"),
        sa.Column("task_id", sa.Integer(), nullable=True, comment="目标任务"),
        sa.Column("department_id", sa.Integer(), nullable=True, comment="部门"),
        sa.Column("component_id", sa.Integer(), nullable=False, comment="评分构成"),
        sa.Column("value", sa.Numeric(precision=7, scale=2), nullable=False, comment="得分"),
        sa.Column("comment", sa.Text(), nullable=True, comment="评语"),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="状态",
        ),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True, comment="提交时间"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint(
            "(task_id IS NULL) <> (department_id IS NULL)", name=op.f("ck_score_one_row")
        ),
        sa.ForeignKeyConstraint(
            ["component_id"],
            ["component.id"],
            name=op.f("fk_score_component_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycle.id"], name=op.f("fk_score_cycle_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_score_department_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["rater_id"], ["ab_user.id"], name=op.f("fk_score_rater_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name=op.f("fk_score_task_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score")),
        sa.UniqueConstraint(
            "rater_id",
            "department_id",
            "component_id",
            name=op.f("uq_score_rater_id_department_id_component_id"),
        ),
        sa.UniqueConstraint(
            "rater_id",
            "task_id",
            "component_id",
            name=op.f("uq_score_rater_id_task_id_component_id"),
        ),
        comment="评分",
    )
    op.create_index(op.f("ix_score_component_id"), "score", ["component_id"], unique=False)
    op.create_index("ix_score_cycle_id_status", "score", ["cycle_id", "status"], unique=False)
    op.create_index(op.f("ix_score_department_id"), "score", ["department_id"], unique=False)
    op.create_index(op.f("ix_score_rater_id"), "score", ["rater_id"], unique=False)
    op.create_index(op.f("ix_score_task_id"), "score", ["task_id"], unique=False)
    op.create_table(
        "score_item",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("score_id", sa.Integer(), nullable=False, comment="评分"),
        sa.Column("indicator_id", sa.Integer(), nullable=True, comment="考核指标"),
        sa.Column("value", sa.Numeric(precision=7, scale=2), nullable=False, comment="得分"),
        sa.Column("explanation", sa.Text(), nullable=False, comment="计算说明"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.ForeignKeyConstraint(
            ["indicator_id"],
            ["indicator.id"],
            name=op.f("fk_score_item_indicator_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["score_id"], ["score.id"], name=op.f("fk_score_item_score_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_item")),
        comment="评分明细",
    )
    op.create_index(
        op.f("ix_score_item_indicator_id"), "score_item", ["indicator_id"], unique=False
    )
    op.create_index(op.f("ix_score_item_score_id"), "score_item", ["score_id"], unique=False)


def _create_system() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False, comment="链上序号"),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False, comment="时间"),
        sa.Column("actor_id", sa.Integer(), nullable=True, comment="操作人"),
        sa.Column("actor_name", sa.String(length=128), nullable=False, comment="操作人姓名"),
        sa.Column("on_behalf_of_id", sa.Integer(), nullable=True, comment="代"),
        sa.Column("door", sa.String(length=20), nullable=False, comment="入口"),
        sa.Column("action", sa.String(length=60), nullable=False, comment="动作"),
        sa.Column("table_name", sa.String(length=60), nullable=False, comment="表"),
        sa.Column("row_id", sa.Integer(), nullable=True, comment="行"),
        sa.Column("before", sa.Text(), nullable=True, comment="变更前"),
        sa.Column("after", sa.Text(), nullable=True, comment="变更后"),
        sa.Column("previous_hash", sa.String(length=64), nullable=False, comment="前一哈希"),
        sa.Column("hash", sa.String(length=64), nullable=False, comment="哈希"),
        sa.CheckConstraint(
            "length(hash) = 64 AND length(previous_hash) = 64",
            name=op.f("ck_audit_event_hash_length"),
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["ab_user.id"], name=op.f("fk_audit_event_actor_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["on_behalf_of_id"],
            ["ab_user.id"],
            name=op.f("fk_audit_event_on_behalf_of_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_event_hash")),
        comment="操作日志（哈希链）",
    )
    op.create_index(op.f("ix_audit_event_action"), "audit_event", ["action"], unique=False)
    op.create_index(
        "ix_audit_event_actor_id_happened_at",
        "audit_event",
        ["actor_id", "happened_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_audit_event_happened_at"), "audit_event", ["happened_at"], unique=False
    )
    op.create_index(
        op.f("ix_audit_event_on_behalf_of_id"), "audit_event", ["on_behalf_of_id"], unique=False
    )
    op.create_index(
        "ix_audit_event_table_name_row_id", "audit_event", ["table_name", "row_id"], unique=False
    )
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_event_id", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
        comment="操作日志链头（一行）",
    )
    op.create_table(
        "import_job",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("owner_id", sa.Integer(), nullable=False, comment="导入人"),
        sa.Column("kind", sa.String(length=20), nullable=False, comment="种类"),
        sa.Column("cycle_id", sa.Integer(), nullable=True, comment="年度"),
        sa.Column("file_name", sa.String(length=255), nullable=False, comment="文件名"),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="摘要"),
        sa.Column("options", sa.JSON(), nullable=True, comment="选项"),
        sa.Column(
            "status",
            sa.Enum(
                "preview",
                "running",
                "done",
                "failed",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="状态",
        ),
        sa.Column("progress", sa.Integer(), server_default="0", nullable=False, comment="进度"),
        sa.Column("summary", sa.JSON(), nullable=True, comment="结果"),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True, comment="完成时间"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint("kind IN ('task', 'department')", name=op.f("ck_import_job_kind")),
        sa.CheckConstraint(
            "progress >= 0 AND progress <= 100", name=op.f("ck_import_job_progress_range")
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycle.id"], name=op.f("fk_import_job_cycle_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["ab_user.id"], name=op.f("fk_import_job_owner_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_job")),
        comment="导入",
    )
    op.create_index(op.f("ix_import_job_cycle_id"), "import_job", ["cycle_id"], unique=False)
    op.create_index(op.f("ix_import_job_owner_id"), "import_job", ["owner_id"], unique=False)
    op.create_index(op.f("ix_import_job_status"), "import_job", ["status"], unique=False)
    op.create_table(
        "notification",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("person_id", sa.Integer(), nullable=False, comment="接收人"),
        sa.Column("kind", sa.String(length=60), nullable=False, comment="类型"),
        sa.Column("text", sa.Text(), nullable=False, comment="内容"),
        sa.Column("link", sa.String(length=300), nullable=True, comment="链接"),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True, comment="阅读时间"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["ab_user.id"],
            name=op.f("fk_notification_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        comment="通知",
    )
    op.create_index(
        "ix_notification_person_id_read_at", "notification", ["person_id", "read_at"], unique=False
    )
    op.create_table(
        "outbox_message",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="接收人"),
        sa.Column("channel", sa.String(length=40), nullable=False, comment="渠道"),
        sa.Column("subject", sa.String(length=200), nullable=False, comment="主题"),
        sa.Column("body", sa.Text(), nullable=False, comment="正文"),
        sa.Column("deduplication_key", sa.String(length=120), nullable=False, comment="去重键"),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "sent",
                "failed",
                "dead",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
            comment="状态",
        ),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False, comment="尝试次数"),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True, comment="最早发送"),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True, comment="发送时间"),
        sa.Column("last_error", sa.Text(), nullable=True, comment="最近错误"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_message_attempts_not_negative")),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["ab_user.id"],
            name=op.f("fk_outbox_message_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("deduplication_key", name=op.f("uq_outbox_message_deduplication_key")),
        comment="发件箱",
    )
    op.create_index(
        op.f("ix_outbox_message_person_id"), "outbox_message", ["person_id"], unique=False
    )
    op.create_index(
        "ix_outbox_message_status_not_before",
        "outbox_message",
        ["status", "not_before"],
        unique=False,
    )
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False, comment="主键"),
        sa.Column("owner_id", sa.Integer(), nullable=False, comment="所有人"),
        sa.Column("resource", sa.String(length=60), nullable=False, comment="列表"),
        sa.Column("name", sa.String(length=80), nullable=False, comment="名称"),
        sa.Column("query", sa.Text(), nullable=False, comment="条件"),
        sa.Column("is_default", sa.Boolean(), server_default="0", nullable=False, comment="默认"),
        sa.Column("shared", sa.Boolean(), server_default="0", nullable=False, comment="共享"),
        sa.Column("version", sa.Integer(), nullable=False, comment="版本（乐观锁）"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="建立时间（UTC）",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
            comment="更新时间（UTC）",
        ),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_saved_view_name_not_blank")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["ab_user.id"], name=op.f("fk_saved_view_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint(
            "owner_id", "resource", "name", name=op.f("uq_saved_view_owner_id_resource_name")
        ),
        comment="常用筛选",
    )
    op.create_index(op.f("ix_saved_view_owner_id"), "saved_view", ["owner_id"], unique=False)
