-- Luoxuan 螺旋: the schema as PostgreSQL DDL.
--
-- Written from the metadata by `flask --app run schema write`; do not edit by hand.
-- A database in use is made and changed by the migrations (`flask --app run init-db`).
-- Every row the college works with carries `version` (optimistic lock) and the instants
-- of its first and last writing (UTC). Closed sets of values are CHECKed. What happens to
-- the rows below a deleted one is said at every foreign key.

-- ==========================================================================================
-- Accounts and roles: the tables of Flask-AppBuilder
-- ==========================================================================================

-- ab_group
CREATE SEQUENCE ab_group_id_seq INCREMENT BY 1 START WITH 1 MINVALUE 1 NO CYCLE;
CREATE TABLE ab_group (
    id INTEGER NOT NULL,
    name VARCHAR(100) NOT NULL,
    label VARCHAR(150),
    description VARCHAR(512),
    CONSTRAINT pk_ab_group PRIMARY KEY (id),
    CONSTRAINT uq_ab_group_name UNIQUE (name)
);

-- ab_permission
CREATE SEQUENCE ab_permission_id_seq INCREMENT BY 1 START WITH 1 MINVALUE 1 NO CYCLE;
CREATE TABLE ab_permission (
    id INTEGER NOT NULL,
    name VARCHAR(100) NOT NULL,
    CONSTRAINT pk_ab_permission PRIMARY KEY (id),
    CONSTRAINT uq_ab_permission_name UNIQUE (name)
);

-- ab_register_user
CREATE SEQUENCE ab_register_user_id_seq INCREMENT BY 1 START WITH 1 MINVALUE 1 NO CYCLE;
CREATE TABLE ab_register_user (
    id INTEGER NOT NULL,
    first_name VARCHAR(64) NOT NULL,
    last_name VARCHAR(64) NOT NULL,
    username VARCHAR(128) NOT NULL,
    password VARCHAR(256),
    email VARCHAR(320) NOT NULL,
    registration_date TIMESTAMP WITHOUT TIME ZONE,
    registration_hash VARCHAR(256),
    CONSTRAINT pk_ab_register_user PRIMARY KEY (id),
    CONSTRAINT uq_ab_register_user_username UNIQUE (username),
    CONSTRAINT uq_ab_register_user_email UNIQUE (email)
);

-- ab_role
CREATE SEQUENCE ab_role_id_seq INCREMENT BY 1 START WITH 1 MINVALUE 1 NO CYCLE;
CREATE TABLE ab_role (
    id INTEGER NOT NULL,
    name VARCHAR(64) NOT NULL,
    CONSTRAINT pk_ab_role PRIMARY KEY (id),
    CONSTRAINT uq_ab_role_name UNIQUE (name)
);

-- ab_group_role
CREATE SEQUENCE ab_group_role_id_seq INCREMENT BY 1 START WITH 1 MINVALUE 1 NO CYCLE;
CREATE TABLE ab_group_role (
    id INTEGER NOT NULL,
    group_id INTEGER,
    role_id INTEGER,
    CONSTRAINT pk_ab_group_role PRIMARY KEY (id),
    CONSTRAINT uq_ab_group_role_group_id_role_id UNIQUE (group_id, role_id),
    CONSTRAINT fk_ab_group_role_group_id FOREIGN KEY(group_id) REFERENCES ab_group (id) ON DELETE CASCADE,
    CONSTRAINT fk_ab_group_role_role_id FOREIGN KEY(role_id) REFERENCES ab_role (id) ON DELETE CASCADE
);
CREATE INDEX idx_group_id ON ab_group_role (group_id);
CREATE INDEX idx_group_role_id ON ab_group_role (role_id);

-- ab_view_menu
CREATE SEQUENCE ab_view_menu_id_seq INCREMENT BY 1 START WITH 1 MINVALUE 1 NO CYCLE;
CREATE TABLE ab_view_menu (
    id INTEGER NOT NULL,
    name VARCHAR(250) NOT NULL,
    CONSTRAINT pk_ab_view_menu PRIMARY KEY (id),
    CONSTRAINT uq_ab_view_menu_name UNIQUE (name)
);

-- ab_permission_view
CREATE SEQUENCE ab_permission_view_id_seq INCREMENT BY 1 START WITH 1 MINVALUE 1 NO CYCLE;
CREATE TABLE ab_permission_view (
    id INTEGER NOT NULL,
    permission_id INTEGER NOT NULL,
    view_menu_id INTEGER NOT NULL,
    CONSTRAINT pk_ab_permission_view PRIMARY KEY (id),
    CONSTRAINT uq_ab_permission_view_permission_id_view_menu_id UNIQUE (permission_id, view_menu_id),
    CONSTRAINT fk_ab_permission_view_permission_id FOREIGN KEY(permission_id) REFERENCES ab_permission (id),
    CONSTRAINT fk_ab_permission_view_view_menu_id FOREIGN KEY(view_menu_id) REFERENCES ab_view_menu (id)
);
CREATE INDEX idx_permission_id ON ab_permission_view (permission_id);
CREATE INDEX idx_view_menu_id ON ab_permission_view (view_menu_id);

-- ab_permission_view_role
CREATE SEQUENCE ab_permission_view_role_id_seq INCREMENT BY 1 START WITH 1 MINVALUE 1 NO CYCLE;
CREATE TABLE ab_permission_view_role (
    id INTEGER NOT NULL,
    permission_view_id INTEGER,
    role_id INTEGER,
    CONSTRAINT pk_ab_permission_view_role PRIMARY KEY (id),
    CONSTRAINT uq_ab_permission_view_role_permission_view_id_role_id UNIQUE (permission_view_id, role_id),
    CONSTRAINT fk_ab_permission_view_role_permission_view_id FOREIGN KEY(permission_view_id) REFERENCES ab_permission_view (id) ON DELETE CASCADE,
    CONSTRAINT fk_ab_permission_view_role_role_id FOREIGN KEY(role_id) REFERENCES ab_role (id) ON DELETE CASCADE
);
CREATE INDEX idx_permission_view_id ON ab_permission_view_role (permission_view_id);
CREATE INDEX idx_role_id ON ab_permission_view_role (role_id);

-- ==========================================================================================
-- Organisation: departments, people, posts, charges
-- ==========================================================================================

-- access_stamp: 权限版本戳（一行）
CREATE TABLE access_stamp (
    id INTEGER NOT NULL,
    value INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT pk_access_stamp PRIMARY KEY (id),
    CONSTRAINT ck_access_stamp_single_row CHECK (id = 1)
);
COMMENT ON TABLE access_stamp IS '权限版本戳（一行）';

-- department: 部门、系部、科室
CREATE TABLE department (
    id SERIAL NOT NULL,
    code VARCHAR(40) NOT NULL,
    name VARCHAR(80) NOT NULL,
    short_name VARCHAR(40),
    kind VARCHAR(24) NOT NULL,
    parent_id INTEGER,
    sort_order INTEGER DEFAULT '0' NOT NULL,
    valid_from DATE,
    valid_to DATE,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_department PRIMARY KEY (id),
    CONSTRAINT ck_department_name_not_blank CHECK (length(trim(name)) > 0),
    CONSTRAINT ck_department_valid_to_after_valid_from CHECK (valid_to >= valid_from),
    CONSTRAINT ck_department_parent_not_self CHECK (parent_id IS NULL OR parent_id <> id),
    CONSTRAINT ck_department_section_has_parent CHECK (kind <> 'section' OR parent_id IS NOT NULL),
    CONSTRAINT uq_department_code UNIQUE (code),
    CONSTRAINT uq_department_name UNIQUE (name),
    CONSTRAINT ck_department_kind CHECK (kind IN ('functional', 'teaching', 'party', 'section')),
    CONSTRAINT fk_department_parent_id FOREIGN KEY(parent_id) REFERENCES department (id) ON DELETE RESTRICT
);
CREATE INDEX ix_department_kind_sort_order ON department (kind, sort_order);
CREATE INDEX ix_department_parent_id ON department (parent_id);
CREATE INDEX ix_department_sort_order ON department (sort_order);
COMMENT ON TABLE department IS '部门、系部、科室';
COMMENT ON COLUMN department.id IS '主键';
COMMENT ON COLUMN department.code IS '代码';
COMMENT ON COLUMN department.name IS '名称';
COMMENT ON COLUMN department.short_name IS '简称';
COMMENT ON COLUMN department.kind IS '类别';
COMMENT ON COLUMN department.parent_id IS '上级部门';
COMMENT ON COLUMN department.sort_order IS '排序';
COMMENT ON COLUMN department.valid_from IS '设立日期';
COMMENT ON COLUMN department.valid_to IS '撤销日期';
COMMENT ON COLUMN department.version IS '版本（乐观锁）';
COMMENT ON COLUMN department.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN department.updated_at IS '更新时间（UTC）';

-- ab_user
CREATE SEQUENCE ab_user_id_seq INCREMENT BY 1 START WITH 1 MINVALUE 1 NO CYCLE;
CREATE TABLE ab_user (
    id INTEGER NOT NULL,
    first_name VARCHAR(64) NOT NULL,
    last_name VARCHAR(64) NOT NULL,
    username VARCHAR(128) NOT NULL,
    password VARCHAR(256),
    active BOOLEAN,
    email VARCHAR(320) NOT NULL,
    last_login TIMESTAMP WITHOUT TIME ZONE,
    login_count INTEGER,
    fail_login_count INTEGER,
    created_on TIMESTAMP WITHOUT TIME ZONE,
    changed_on TIMESTAMP WITHOUT TIME ZONE,
    created_by_fk INTEGER,
    changed_by_fk INTEGER,
    staff_number VARCHAR(32),
    department_id INTEGER,
    position VARCHAR(60),
    phone VARCHAR(32),
    must_change_password BOOLEAN DEFAULT '0' NOT NULL,
    password_changed_at TIMESTAMP WITH TIME ZONE,
    locked_until TIMESTAMP WITH TIME ZONE,
    is_demo BOOLEAN DEFAULT '0' NOT NULL,
    CONSTRAINT pk_ab_user PRIMARY KEY (id),
    CONSTRAINT uq_ab_user_username UNIQUE (username),
    CONSTRAINT uq_ab_user_email UNIQUE (email),
    CONSTRAINT fk_ab_user_created_by_fk FOREIGN KEY(created_by_fk) REFERENCES ab_user (id),
    CONSTRAINT fk_ab_user_changed_by_fk FOREIGN KEY(changed_by_fk) REFERENCES ab_user (id),
    CONSTRAINT uq_ab_user_staff_number UNIQUE (staff_number),
    CONSTRAINT fk_ab_user_department_id FOREIGN KEY(department_id) REFERENCES department (id) ON DELETE RESTRICT
);
CREATE INDEX ix_ab_user_changed_by_fk ON ab_user (changed_by_fk);
CREATE INDEX ix_ab_user_created_by_fk ON ab_user (created_by_fk);
CREATE INDEX ix_ab_user_department_id ON ab_user (department_id);
COMMENT ON COLUMN ab_user.staff_number IS '工号';
COMMENT ON COLUMN ab_user.department_id IS '部门';
COMMENT ON COLUMN ab_user.position IS '职务';
COMMENT ON COLUMN ab_user.phone IS '电话';
COMMENT ON COLUMN ab_user.must_change_password IS '须改密码';
COMMENT ON COLUMN ab_user.password_changed_at IS '密码修改时间';
COMMENT ON COLUMN ab_user.locked_until IS '锁定至';
COMMENT ON COLUMN ab_user.is_demo IS '演示账号';

-- ==========================================================================================
-- Accounts and roles: the tables of Flask-AppBuilder
-- ==========================================================================================

-- ab_api_key
CREATE SEQUENCE ab_api_key_id_seq INCREMENT BY 1 START WITH 1 MINVALUE 1 NO CYCLE;
CREATE TABLE ab_api_key (
    id INTEGER NOT NULL,
    uuid VARCHAR(36) NOT NULL,
    name VARCHAR(256) NOT NULL,
    key_hash VARCHAR(256) NOT NULL,
    lookup_hash VARCHAR(256),
    key_prefix VARCHAR(16) NOT NULL,
    user_id INTEGER NOT NULL,
    scopes TEXT,
    active BOOLEAN NOT NULL,
    created_on TIMESTAMP WITHOUT TIME ZONE,
    expires_on TIMESTAMP WITHOUT TIME ZONE,
    revoked_on TIMESTAMP WITHOUT TIME ZONE,
    last_used_on TIMESTAMP WITHOUT TIME ZONE,
    CONSTRAINT pk_ab_api_key PRIMARY KEY (id),
    CONSTRAINT uq_ab_api_key_uuid UNIQUE (uuid),
    CONSTRAINT uq_ab_api_key_lookup_hash UNIQUE (lookup_hash),
    CONSTRAINT fk_ab_api_key_user_id FOREIGN KEY(user_id) REFERENCES ab_user (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX idx_api_key_lookup_hash ON ab_api_key (lookup_hash);
CREATE INDEX idx_api_key_prefix ON ab_api_key (key_prefix);
CREATE INDEX idx_api_key_user_id ON ab_api_key (user_id);

-- ab_user_group
CREATE SEQUENCE ab_user_group_id_seq INCREMENT BY 1 START WITH 1 MINVALUE 1 NO CYCLE;
CREATE TABLE ab_user_group (
    id INTEGER NOT NULL,
    user_id INTEGER,
    group_id INTEGER,
    CONSTRAINT pk_ab_user_group PRIMARY KEY (id),
    CONSTRAINT uq_ab_user_group_user_id_group_id UNIQUE (user_id, group_id),
    CONSTRAINT fk_ab_user_group_user_id FOREIGN KEY(user_id) REFERENCES ab_user (id) ON DELETE CASCADE,
    CONSTRAINT fk_ab_user_group_group_id FOREIGN KEY(group_id) REFERENCES ab_group (id) ON DELETE CASCADE
);
CREATE INDEX idx_user_group_id ON ab_user_group (group_id);
CREATE INDEX idx_user_id ON ab_user_group (user_id);

-- ab_user_role
CREATE SEQUENCE ab_user_role_id_seq INCREMENT BY 1 START WITH 1 MINVALUE 1 NO CYCLE;
CREATE TABLE ab_user_role (
    id INTEGER NOT NULL,
    user_id INTEGER,
    role_id INTEGER,
    CONSTRAINT pk_ab_user_role PRIMARY KEY (id),
    CONSTRAINT uq_ab_user_role_user_id_role_id UNIQUE (user_id, role_id),
    CONSTRAINT fk_ab_user_role_user_id FOREIGN KEY(user_id) REFERENCES ab_user (id) ON DELETE CASCADE,
    CONSTRAINT fk_ab_user_role_role_id FOREIGN KEY(role_id) REFERENCES ab_role (id) ON DELETE CASCADE
);
CREATE INDEX ix_ab_user_role_role_id ON ab_user_role (role_id);

-- ==========================================================================================
-- Organisation: departments, people, posts, charges
-- ==========================================================================================

-- appointment: 任职
CREATE TABLE appointment (
    id SERIAL NOT NULL,
    person_id INTEGER NOT NULL,
    department_id INTEGER,
    post VARCHAR(24) NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    ground VARCHAR(200),
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_appointment PRIMARY KEY (id),
    CONSTRAINT ck_appointment_valid_to_after_valid_from CHECK (valid_to >= valid_from),
    CONSTRAINT fk_appointment_person_id FOREIGN KEY(person_id) REFERENCES ab_user (id) ON DELETE RESTRICT,
    CONSTRAINT fk_appointment_department_id FOREIGN KEY(department_id) REFERENCES department (id) ON DELETE RESTRICT,
    CONSTRAINT ck_appointment_post CHECK (post IN ('head', 'deputy_head', 'acting_head', 'section_head', 'staff', 'college_leader', 'party_secretary', 'president', 'committee_secretary', 'assessor'))
);
CREATE INDEX ix_appointment_department_id ON appointment (department_id);
CREATE INDEX ix_appointment_person_id_valid_from ON appointment (person_id, valid_from);
COMMENT ON TABLE appointment IS '任职';
COMMENT ON COLUMN appointment.id IS '主键';
COMMENT ON COLUMN appointment.person_id IS '人员';
COMMENT ON COLUMN appointment.department_id IS '部门';
COMMENT ON COLUMN appointment.post IS '职务';
COMMENT ON COLUMN appointment.valid_from IS '起';
COMMENT ON COLUMN appointment.valid_to IS '止';
COMMENT ON COLUMN appointment.ground IS '依据';
COMMENT ON COLUMN appointment.version IS '版本（乐观锁）';
COMMENT ON COLUMN appointment.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN appointment.updated_at IS '更新时间（UTC）';

-- charge: 分管、联系关系
CREATE TABLE charge (
    id SERIAL NOT NULL,
    leader_id INTEGER NOT NULL,
    department_id INTEGER NOT NULL,
    kind VARCHAR(24) NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    remark TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_charge PRIMARY KEY (id),
    CONSTRAINT ck_charge_valid_to_after_valid_from CHECK (valid_to >= valid_from),
    CONSTRAINT uq_charge_leader_id_department_id_kind_valid_from UNIQUE (leader_id, department_id, kind, valid_from),
    CONSTRAINT fk_charge_leader_id FOREIGN KEY(leader_id) REFERENCES ab_user (id) ON DELETE RESTRICT,
    CONSTRAINT fk_charge_department_id FOREIGN KEY(department_id) REFERENCES department (id) ON DELETE RESTRICT,
    CONSTRAINT ck_charge_kind CHECK (kind IN ('in_charge', 'liaison'))
);
CREATE INDEX ix_charge_department_id ON charge (department_id);
CREATE INDEX ix_charge_leader_id ON charge (leader_id);
CREATE INDEX ix_charge_valid_from ON charge (valid_from);
COMMENT ON TABLE charge IS '分管、联系关系';
COMMENT ON COLUMN charge.id IS '主键';
COMMENT ON COLUMN charge.leader_id IS '院领导';
COMMENT ON COLUMN charge.department_id IS '部门';
COMMENT ON COLUMN charge.kind IS '关系';
COMMENT ON COLUMN charge.valid_from IS '起';
COMMENT ON COLUMN charge.valid_to IS '止';
COMMENT ON COLUMN charge.remark IS '备注';
COMMENT ON COLUMN charge.version IS '版本（乐观锁）';
COMMENT ON COLUMN charge.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN charge.updated_at IS '更新时间（UTC）';

-- delegation: 授权
CREATE TABLE delegation (
    id SERIAL NOT NULL,
    giver_id INTEGER NOT NULL,
    receiver_id INTEGER NOT NULL,
    department_id INTEGER,
    valid_from DATE NOT NULL,
    valid_to DATE NOT NULL,
    ground VARCHAR(200) NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    ended_by_id INTEGER,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_delegation PRIMARY KEY (id),
    CONSTRAINT ck_delegation_valid_to_after_valid_from CHECK (valid_to >= valid_from),
    CONSTRAINT ck_delegation_not_self CHECK (giver_id <> receiver_id),
    CONSTRAINT fk_delegation_giver_id FOREIGN KEY(giver_id) REFERENCES ab_user (id) ON DELETE RESTRICT,
    CONSTRAINT fk_delegation_receiver_id FOREIGN KEY(receiver_id) REFERENCES ab_user (id) ON DELETE RESTRICT,
    CONSTRAINT fk_delegation_department_id FOREIGN KEY(department_id) REFERENCES department (id) ON DELETE RESTRICT,
    CONSTRAINT fk_delegation_ended_by_id FOREIGN KEY(ended_by_id) REFERENCES ab_user (id) ON DELETE SET NULL
);
CREATE INDEX ix_delegation_department_id ON delegation (department_id);
CREATE INDEX ix_delegation_ended_by_id ON delegation (ended_by_id);
CREATE INDEX ix_delegation_giver_id ON delegation (giver_id);
CREATE INDEX ix_delegation_receiver_id_valid_from ON delegation (receiver_id, valid_from);
COMMENT ON TABLE delegation IS '授权';
COMMENT ON COLUMN delegation.id IS '主键';
COMMENT ON COLUMN delegation.giver_id IS '授权人';
COMMENT ON COLUMN delegation.receiver_id IS '被授权人';
COMMENT ON COLUMN delegation.department_id IS '授权范围（部门）';
COMMENT ON COLUMN delegation.valid_from IS '起';
COMMENT ON COLUMN delegation.valid_to IS '止';
COMMENT ON COLUMN delegation.ground IS '依据';
COMMENT ON COLUMN delegation.ended_at IS '提前终止时间';
COMMENT ON COLUMN delegation.ended_by_id IS '终止人';
COMMENT ON COLUMN delegation.version IS '版本（乐观锁）';
COMMENT ON COLUMN delegation.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN delegation.updated_at IS '更新时间（UTC）';

-- department_successor: 部门撤并
CREATE TABLE department_successor (
    id SERIAL NOT NULL,
    predecessor_id INTEGER NOT NULL,
    successor_id INTEGER NOT NULL,
    kind VARCHAR(24) NOT NULL,
    effective_on DATE NOT NULL,
    ground VARCHAR(200),
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_department_successor PRIMARY KEY (id),
    CONSTRAINT uq_department_successor_predecessor_id_successor_id UNIQUE (predecessor_id, successor_id),
    CONSTRAINT ck_department_successor_not_self CHECK (predecessor_id <> successor_id),
    CONSTRAINT fk_department_successor_predecessor_id FOREIGN KEY(predecessor_id) REFERENCES department (id) ON DELETE RESTRICT,
    CONSTRAINT fk_department_successor_successor_id FOREIGN KEY(successor_id) REFERENCES department (id) ON DELETE RESTRICT,
    CONSTRAINT ck_department_successor_kind CHECK (kind IN ('renamed', 'merged', 'split'))
);
CREATE INDEX ix_department_successor_effective_on ON department_successor (effective_on);
CREATE INDEX ix_department_successor_predecessor_id ON department_successor (predecessor_id);
CREATE INDEX ix_department_successor_successor_id ON department_successor (successor_id);
COMMENT ON TABLE department_successor IS '部门撤并';
COMMENT ON COLUMN department_successor.id IS '主键';
COMMENT ON COLUMN department_successor.predecessor_id IS '原部门';
COMMENT ON COLUMN department_successor.successor_id IS '承接部门';
COMMENT ON COLUMN department_successor.kind IS '方式';
COMMENT ON COLUMN department_successor.effective_on IS '生效日期';
COMMENT ON COLUMN department_successor.ground IS '依据';
COMMENT ON COLUMN department_successor.version IS '版本（乐观锁）';
COMMENT ON COLUMN department_successor.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN department_successor.updated_at IS '更新时间（UTC）';

-- ==========================================================================================
-- Meetings: agenda items, decisions, entries from paper
-- ==========================================================================================

-- meeting: 会议
CREATE TABLE meeting (
    id SERIAL NOT NULL,
    kind VARCHAR(24) NOT NULL,
    number VARCHAR(40) NOT NULL,
    title VARCHAR(200) NOT NULL,
    held_on DATE NOT NULL,
    minutes_number VARCHAR(60),
    recorded_by_id INTEGER,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_meeting PRIMARY KEY (id),
    CONSTRAINT uq_meeting_kind_held_on_number UNIQUE (kind, held_on, number),
    CONSTRAINT ck_meeting_title_not_blank CHECK (length(trim(title)) > 0),
    CONSTRAINT ck_meeting_kind CHECK (kind IN ('committee', 'president', 'seminar')),
    CONSTRAINT fk_meeting_recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES ab_user (id) ON DELETE SET NULL
);
CREATE INDEX ix_meeting_held_on ON meeting (held_on);
CREATE INDEX ix_meeting_recorded_by_id ON meeting (recorded_by_id);
COMMENT ON TABLE meeting IS '会议';
COMMENT ON COLUMN meeting.id IS '主键';
COMMENT ON COLUMN meeting.kind IS '会议类型';
COMMENT ON COLUMN meeting.number IS '会议编号';
COMMENT ON COLUMN meeting.title IS '会议名称';
COMMENT ON COLUMN meeting.held_on IS '召开日期';
COMMENT ON COLUMN meeting.minutes_number IS '纪要文号';
COMMENT ON COLUMN meeting.recorded_by_id IS '记录人';
COMMENT ON COLUMN meeting.version IS '版本（乐观锁）';
COMMENT ON COLUMN meeting.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN meeting.updated_at IS '更新时间（UTC）';

-- agenda_item: 议题
CREATE TABLE agenda_item (
    id SERIAL NOT NULL,
    meeting_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    title VARCHAR(200) NOT NULL,
    reporter_department_id INTEGER,
    summary TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_agenda_item PRIMARY KEY (id),
    CONSTRAINT uq_agenda_item_meeting_id_position UNIQUE (meeting_id, position),
    CONSTRAINT ck_agenda_item_title_not_blank CHECK (length(trim(title)) > 0),
    CONSTRAINT fk_agenda_item_meeting_id FOREIGN KEY(meeting_id) REFERENCES meeting (id) ON DELETE CASCADE,
    CONSTRAINT fk_agenda_item_reporter_department_id FOREIGN KEY(reporter_department_id) REFERENCES department (id) ON DELETE RESTRICT
);
CREATE INDEX ix_agenda_item_meeting_id ON agenda_item (meeting_id);
CREATE INDEX ix_agenda_item_reporter_department_id ON agenda_item (reporter_department_id);
COMMENT ON TABLE agenda_item IS '议题';
COMMENT ON COLUMN agenda_item.id IS '主键';
COMMENT ON COLUMN agenda_item.meeting_id IS '会议';
COMMENT ON COLUMN agenda_item.position IS '序号';
COMMENT ON COLUMN agenda_item.title IS '议题';
COMMENT ON COLUMN agenda_item.reporter_department_id IS '汇报部门';
COMMENT ON COLUMN agenda_item.summary IS '摘要';
COMMENT ON COLUMN agenda_item.version IS '版本（乐观锁）';
COMMENT ON COLUMN agenda_item.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN agenda_item.updated_at IS '更新时间（UTC）';

-- agenda_subject: 议题所涉事项
CREATE TABLE agenda_subject (
    id SERIAL NOT NULL,
    agenda_item_id INTEGER NOT NULL,
    position INTEGER DEFAULT '0' NOT NULL,
    subject_table VARCHAR(60) NOT NULL,
    subject_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_agenda_subject PRIMARY KEY (id),
    CONSTRAINT uq_agenda_subject_agenda_item_id_subject_table_subject_id UNIQUE (agenda_item_id, subject_table, subject_id),
    CONSTRAINT fk_agenda_subject_agenda_item_id FOREIGN KEY(agenda_item_id) REFERENCES agenda_item (id) ON DELETE CASCADE
);
CREATE INDEX ix_agenda_subject_agenda_item_id ON agenda_subject (agenda_item_id);
CREATE INDEX ix_agenda_subject_subject_table_subject_id ON agenda_subject (subject_table, subject_id);
COMMENT ON TABLE agenda_subject IS '议题所涉事项';
COMMENT ON COLUMN agenda_subject.id IS '主键';
COMMENT ON COLUMN agenda_subject.agenda_item_id IS '议题';
COMMENT ON COLUMN agenda_subject.position IS '序号';
COMMENT ON COLUMN agenda_subject.subject_table IS '对象类型';
COMMENT ON COLUMN agenda_subject.subject_id IS '对象编号';
COMMENT ON COLUMN agenda_subject.version IS '版本（乐观锁）';
COMMENT ON COLUMN agenda_subject.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN agenda_subject.updated_at IS '更新时间（UTC）';

-- decision: 审定
CREATE TABLE decision (
    id SERIAL NOT NULL,
    agenda_item_id INTEGER NOT NULL,
    subject_table VARCHAR(60),
    subject_id INTEGER,
    outcome VARCHAR(24) NOT NULL,
    wording TEXT,
    decided_on DATE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_decision PRIMARY KEY (id),
    CONSTRAINT ck_decision_subject_whole CHECK ((subject_table IS NULL) = (subject_id IS NULL)),
    CONSTRAINT fk_decision_agenda_item_id FOREIGN KEY(agenda_item_id) REFERENCES agenda_item (id) ON DELETE RESTRICT,
    CONSTRAINT ck_decision_outcome CHECK (outcome IN ('approved', 'amended', 'deferred', 'rejected'))
);
CREATE INDEX ix_decision_agenda_item_id ON decision (agenda_item_id);
CREATE INDEX ix_decision_decided_on ON decision (decided_on);
CREATE INDEX ix_decision_subject_table_subject_id ON decision (subject_table, subject_id);
COMMENT ON TABLE decision IS '审定';
COMMENT ON COLUMN decision.id IS '主键';
COMMENT ON COLUMN decision.agenda_item_id IS '议题';
COMMENT ON COLUMN decision.subject_table IS '对象类型';
COMMENT ON COLUMN decision.subject_id IS '对象编号';
COMMENT ON COLUMN decision.outcome IS '结论';
COMMENT ON COLUMN decision.wording IS '决议内容';
COMMENT ON COLUMN decision.decided_on IS '审定日期';
COMMENT ON COLUMN decision.recorded_at IS '记录时间';
COMMENT ON COLUMN decision.version IS '版本（乐观锁）';
COMMENT ON COLUMN decision.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN decision.updated_at IS '更新时间（UTC）';

-- ==========================================================================================
-- The year: phases, rule books, goals
-- ==========================================================================================

-- holiday: 学校自定的假期与补班
CREATE TABLE holiday (
    id SERIAL NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    name VARCHAR(60) NOT NULL,
    is_workday BOOLEAN DEFAULT '0' NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_holiday PRIMARY KEY (id),
    CONSTRAINT ck_holiday_ends_on_after_starts_on CHECK (ends_on >= starts_on),
    CONSTRAINT ck_holiday_name_not_blank CHECK (length(trim(name)) > 0)
);
CREATE INDEX ix_holiday_ends_on ON holiday (ends_on);
CREATE INDEX ix_holiday_starts_on ON holiday (starts_on);
COMMENT ON TABLE holiday IS '学校自定的假期与补班';
COMMENT ON COLUMN holiday.id IS '主键';
COMMENT ON COLUMN holiday.starts_on IS '开始';
COMMENT ON COLUMN holiday.ends_on IS '结束';
COMMENT ON COLUMN holiday.name IS '名称';
COMMENT ON COLUMN holiday.is_workday IS '是否上班';
COMMENT ON COLUMN holiday.version IS '版本（乐观锁）';
COMMENT ON COLUMN holiday.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN holiday.updated_at IS '更新时间（UTC）';

-- rule_book: 考核规则版本
CREATE TABLE rule_book (
    id SERIAL NOT NULL,
    name VARCHAR(120) NOT NULL,
    year INTEGER NOT NULL,
    edition INTEGER DEFAULT '1' NOT NULL,
    document_number VARCHAR(60),
    status VARCHAR(24) NOT NULL,
    decision_id INTEGER,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_rule_book PRIMARY KEY (id),
    CONSTRAINT uq_rule_book_year_edition UNIQUE (year, edition),
    CONSTRAINT ck_rule_book_name_not_blank CHECK (length(trim(name)) > 0),
    CONSTRAINT ck_rule_book_status CHECK (status IN ('draft', 'in_force', 'retired')),
    CONSTRAINT fk_rule_book_decision_id FOREIGN KEY(decision_id) REFERENCES decision (id) ON DELETE RESTRICT
);
CREATE INDEX ix_rule_book_decision_id ON rule_book (decision_id);
CREATE INDEX ix_rule_book_status ON rule_book (status);
COMMENT ON TABLE rule_book IS '考核规则版本';
COMMENT ON COLUMN rule_book.id IS '主键';
COMMENT ON COLUMN rule_book.name IS '名称';
COMMENT ON COLUMN rule_book.year IS '年度';
COMMENT ON COLUMN rule_book.edition IS '版次';
COMMENT ON COLUMN rule_book.document_number IS '文号';
COMMENT ON COLUMN rule_book.status IS '状态';
COMMENT ON COLUMN rule_book.decision_id IS '审定';
COMMENT ON COLUMN rule_book.version IS '版本（乐观锁）';
COMMENT ON COLUMN rule_book.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN rule_book.updated_at IS '更新时间（UTC）';

-- component: 评分构成
CREATE TABLE component (
    id SERIAL NOT NULL,
    rule_book_id INTEGER NOT NULL,
    parent_id INTEGER,
    code VARCHAR(60) NOT NULL,
    name VARCHAR(120) NOT NULL,
    level VARCHAR(12) NOT NULL,
    weight NUMERIC(7, 2) NOT NULL,
    minimum NUMERIC(7, 2) DEFAULT '0' NOT NULL,
    maximum NUMERIC(7, 2) DEFAULT '100' NOT NULL,
    scored_by VARCHAR(80),
    rule TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_component PRIMARY KEY (id),
    CONSTRAINT uq_component_rule_book_id_code UNIQUE (rule_book_id, code),
    CONSTRAINT ck_component_range_in_order CHECK (maximum >= minimum),
    CONSTRAINT ck_component_weight_not_negative CHECK (weight >= 0),
    CONSTRAINT ck_component_level CHECK (level IN ('task', 'department')),
    CONSTRAINT fk_component_rule_book_id FOREIGN KEY(rule_book_id) REFERENCES rule_book (id) ON DELETE CASCADE,
    CONSTRAINT fk_component_parent_id FOREIGN KEY(parent_id) REFERENCES component (id) ON DELETE CASCADE
);
CREATE INDEX ix_component_parent_id ON component (parent_id);
CREATE INDEX ix_component_rule_book_id ON component (rule_book_id);
COMMENT ON TABLE component IS '评分构成';
COMMENT ON COLUMN component.id IS '主键';
COMMENT ON COLUMN component.rule_book_id IS '考核规则';
COMMENT ON COLUMN component.parent_id IS '上级构成';
COMMENT ON COLUMN component.code IS '代码';
COMMENT ON COLUMN component.name IS '名称';
COMMENT ON COLUMN component.level IS '层级';
COMMENT ON COLUMN component.weight IS '权重';
COMMENT ON COLUMN component.minimum IS '最低分';
COMMENT ON COLUMN component.maximum IS '最高分';
COMMENT ON COLUMN component.scored_by IS '评分人';
COMMENT ON COLUMN component.rule IS '评分办法';
COMMENT ON COLUMN component.version IS '版本（乐观锁）';
COMMENT ON COLUMN component.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN component.updated_at IS '更新时间（UTC）';

-- cycle: 年度
CREATE TABLE cycle (
    id SERIAL NOT NULL,
    year INTEGER NOT NULL,
    name VARCHAR(80) NOT NULL,
    status VARCHAR(24) NOT NULL,
    data_cutoff_on DATE,
    closed_on DATE,
    live_from DATE,
    rule_book_id INTEGER,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_cycle PRIMARY KEY (id),
    CONSTRAINT ck_cycle_year_range CHECK (year >= 2000 AND year <= 2100),
    CONSTRAINT uq_cycle_year UNIQUE (year),
    CONSTRAINT ck_cycle_status CHECK (status IN ('preparing', 'running', 'assessing', 'closed')),
    CONSTRAINT fk_cycle_rule_book_id FOREIGN KEY(rule_book_id) REFERENCES rule_book (id) ON DELETE RESTRICT
);
CREATE INDEX ix_cycle_rule_book_id ON cycle (rule_book_id);
CREATE INDEX ix_cycle_status ON cycle (status);
COMMENT ON TABLE cycle IS '年度';
COMMENT ON COLUMN cycle.id IS '主键';
COMMENT ON COLUMN cycle.year IS '年度';
COMMENT ON COLUMN cycle.name IS '名称';
COMMENT ON COLUMN cycle.status IS '状态';
COMMENT ON COLUMN cycle.data_cutoff_on IS '数据截止日';
COMMENT ON COLUMN cycle.closed_on IS '关闭日期';
COMMENT ON COLUMN cycle.live_from IS '启用日期';
COMMENT ON COLUMN cycle.rule_book_id IS '考核规则';
COMMENT ON COLUMN cycle.version IS '版本（乐观锁）';
COMMENT ON COLUMN cycle.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN cycle.updated_at IS '更新时间（UTC）';

-- ==========================================================================================
-- Organisation: departments, people, posts, charges
-- ==========================================================================================

-- department_class: 部门考核类别
CREATE TABLE department_class (
    id SERIAL NOT NULL,
    cycle_id INTEGER NOT NULL,
    department_id INTEGER NOT NULL,
    assessment_class VARCHAR(24) NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_department_class PRIMARY KEY (id),
    CONSTRAINT uq_department_class_cycle_id_department_id UNIQUE (cycle_id, department_id),
    CONSTRAINT fk_department_class_cycle_id FOREIGN KEY(cycle_id) REFERENCES cycle (id) ON DELETE CASCADE,
    CONSTRAINT fk_department_class_department_id FOREIGN KEY(department_id) REFERENCES department (id) ON DELETE RESTRICT,
    CONSTRAINT ck_department_class_assessment_class CHECK (assessment_class IN ('management', 'teaching', 'support'))
);
CREATE INDEX ix_department_class_cycle_id ON department_class (cycle_id);
CREATE INDEX ix_department_class_department_id ON department_class (department_id);
COMMENT ON TABLE department_class IS '部门考核类别';
COMMENT ON COLUMN department_class.id IS '主键';
COMMENT ON COLUMN department_class.cycle_id IS '年度';
COMMENT ON COLUMN department_class.department_id IS '部门';
COMMENT ON COLUMN department_class.assessment_class IS '考核类别';
COMMENT ON COLUMN department_class.version IS '版本（乐观锁）';
COMMENT ON COLUMN department_class.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN department_class.updated_at IS '更新时间（UTC）';

-- ==========================================================================================
-- Meetings: agenda items, decisions, entries from paper
-- ==========================================================================================

-- paper_entry: 代录的纸质意见
CREATE TABLE paper_entry (
    id SERIAL NOT NULL,
    cycle_id INTEGER NOT NULL,
    department_id INTEGER,
    subject_table VARCHAR(60) NOT NULL,
    subject_id INTEGER NOT NULL,
    step VARCHAR(40) NOT NULL,
    status VARCHAR(24) NOT NULL,
    signed_on DATE NOT NULL,
    text TEXT,
    person_id INTEGER NOT NULL,
    recorded_by_id INTEGER NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    objection_until DATE NOT NULL,
    objection TEXT,
    objected_at TIMESTAMP WITH TIME ZONE,
    resolution TEXT,
    resolved_by_id INTEGER,
    resolved_at TIMESTAMP WITH TIME ZONE,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_paper_entry PRIMARY KEY (id),
    CONSTRAINT ck_paper_entry_objection_whole CHECK ((objection IS NULL) = (objected_at IS NULL)),
    CONSTRAINT fk_paper_entry_cycle_id FOREIGN KEY(cycle_id) REFERENCES cycle (id) ON DELETE RESTRICT,
    CONSTRAINT fk_paper_entry_department_id FOREIGN KEY(department_id) REFERENCES department (id) ON DELETE RESTRICT,
    CONSTRAINT ck_paper_entry_status CHECK (status IN ('standing', 'acknowledged', 'contested', 'referred', 'upheld', 'withdrawn')),
    CONSTRAINT fk_paper_entry_person_id FOREIGN KEY(person_id) REFERENCES ab_user (id) ON DELETE RESTRICT,
    CONSTRAINT fk_paper_entry_recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES ab_user (id) ON DELETE RESTRICT,
    CONSTRAINT fk_paper_entry_resolved_by_id FOREIGN KEY(resolved_by_id) REFERENCES ab_user (id) ON DELETE RESTRICT
);
CREATE INDEX ix_paper_entry_cycle_id ON paper_entry (cycle_id);
CREATE INDEX ix_paper_entry_department_id ON paper_entry (department_id);
CREATE INDEX ix_paper_entry_person_id ON paper_entry (person_id);
CREATE INDEX ix_paper_entry_recorded_by_id ON paper_entry (recorded_by_id);
CREATE INDEX ix_paper_entry_resolved_by_id ON paper_entry (resolved_by_id);
CREATE INDEX ix_paper_entry_status ON paper_entry (status);
CREATE INDEX ix_paper_entry_subject_table_subject_id ON paper_entry (subject_table, subject_id);
COMMENT ON TABLE paper_entry IS '代录的纸质意见';
COMMENT ON COLUMN paper_entry.id IS '主键';
COMMENT ON COLUMN paper_entry.cycle_id IS '年度';
COMMENT ON COLUMN paper_entry.department_id IS '部门';
COMMENT ON COLUMN paper_entry.subject_table IS '对象类型';
COMMENT ON COLUMN paper_entry.subject_id IS '对象编号';
COMMENT ON COLUMN paper_entry.step IS '步骤';
COMMENT ON COLUMN paper_entry.status IS '状态';
COMMENT ON COLUMN paper_entry.signed_on IS '签署日期';
COMMENT ON COLUMN paper_entry.text IS '意见原文';
COMMENT ON COLUMN paper_entry.person_id IS '签署人';
COMMENT ON COLUMN paper_entry.recorded_by_id IS '代录人';
COMMENT ON COLUMN paper_entry.recorded_at IS '代录时间';
COMMENT ON COLUMN paper_entry.objection_until IS '异议截止';
COMMENT ON COLUMN paper_entry.objection IS '异议';
COMMENT ON COLUMN paper_entry.objected_at IS '异议时间';
COMMENT ON COLUMN paper_entry.resolution IS '处理说明';
COMMENT ON COLUMN paper_entry.resolved_by_id IS '处理人';
COMMENT ON COLUMN paper_entry.resolved_at IS '处理时间';
COMMENT ON COLUMN paper_entry.version IS '版本（乐观锁）';
COMMENT ON COLUMN paper_entry.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN paper_entry.updated_at IS '更新时间（UTC）';

-- ==========================================================================================
-- The year: phases, rule books, goals
-- ==========================================================================================

-- phase: 阶段
CREATE TABLE phase (
    id SERIAL NOT NULL,
    cycle_id INTEGER NOT NULL,
    code VARCHAR(24) NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    article VARCHAR(40),
    assumed BOOLEAN DEFAULT '0' NOT NULL,
    remark TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_phase PRIMARY KEY (id),
    CONSTRAINT uq_phase_cycle_id_code UNIQUE (cycle_id, code),
    CONSTRAINT ck_phase_ends_on_after_starts_on CHECK (ends_on >= starts_on),
    CONSTRAINT fk_phase_cycle_id FOREIGN KEY(cycle_id) REFERENCES cycle (id) ON DELETE CASCADE,
    CONSTRAINT ck_phase_code CHECK (code IN ('kickoff', 'proposal', 'review', 'work_points', 'issuance', 'decomposition', 'acceptance', 'monitoring', 'midyear', 'results', 'diagnosis_report', 'assessment', 'public_notice', 'summary'))
);
CREATE INDEX ix_phase_cycle_id_starts_on ON phase (cycle_id, starts_on);
COMMENT ON TABLE phase IS '阶段';
COMMENT ON COLUMN phase.id IS '主键';
COMMENT ON COLUMN phase.cycle_id IS '年度';
COMMENT ON COLUMN phase.code IS '阶段';
COMMENT ON COLUMN phase.starts_on IS '开始';
COMMENT ON COLUMN phase.ends_on IS '截止';
COMMENT ON COLUMN phase.article IS '依据条款';
COMMENT ON COLUMN phase.assumed IS '默认假定';
COMMENT ON COLUMN phase.remark IS '备注';
COMMENT ON COLUMN phase.version IS '版本（乐观锁）';
COMMENT ON COLUMN phase.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN phase.updated_at IS '更新时间（UTC）';

-- reporting_month: 监测月份
CREATE TABLE reporting_month (
    id SERIAL NOT NULL,
    cycle_id INTEGER NOT NULL,
    month INTEGER NOT NULL,
    exempt BOOLEAN DEFAULT '0' NOT NULL,
    due_on DATE,
    closed_on DATE,
    bulletin_number VARCHAR(60),
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_reporting_month PRIMARY KEY (id),
    CONSTRAINT uq_reporting_month_cycle_id_month UNIQUE (cycle_id, month),
    CONSTRAINT ck_reporting_month_month_range CHECK (month >= 1 AND month <= 12),
    CONSTRAINT fk_reporting_month_cycle_id FOREIGN KEY(cycle_id) REFERENCES cycle (id) ON DELETE CASCADE
);
CREATE INDEX ix_reporting_month_cycle_id ON reporting_month (cycle_id);
COMMENT ON TABLE reporting_month IS '监测月份';
COMMENT ON COLUMN reporting_month.id IS '主键';
COMMENT ON COLUMN reporting_month.cycle_id IS '年度';
COMMENT ON COLUMN reporting_month.month IS '月份';
COMMENT ON COLUMN reporting_month.exempt IS '免报';
COMMENT ON COLUMN reporting_month.due_on IS '报送截止';
COMMENT ON COLUMN reporting_month.closed_on IS '通报日期';
COMMENT ON COLUMN reporting_month.bulletin_number IS '通报文号';
COMMENT ON COLUMN reporting_month.version IS '版本（乐观锁）';
COMMENT ON COLUMN reporting_month.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN reporting_month.updated_at IS '更新时间（UTC）';

-- rule_value: 规则值
CREATE TABLE rule_value (
    id SERIAL NOT NULL,
    rule_book_id INTEGER NOT NULL,
    key VARCHAR(80) NOT NULL,
    value VARCHAR(400) NOT NULL,
    kind VARCHAR(24) NOT NULL,
    unit VARCHAR(20),
    chapter VARCHAR(40),
    name VARCHAR(120) NOT NULL,
    name_en VARCHAR(120),
    article VARCHAR(40),
    assumed BOOLEAN DEFAULT '0' NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_rule_value PRIMARY KEY (id),
    CONSTRAINT uq_rule_value_rule_book_id_key UNIQUE (rule_book_id, key),
    CONSTRAINT fk_rule_value_rule_book_id FOREIGN KEY(rule_book_id) REFERENCES rule_book (id) ON DELETE CASCADE,
    CONSTRAINT ck_rule_value_kind CHECK (kind IN ('integer', 'decimal', 'boolean', 'text', 'month_day'))
);
CREATE INDEX ix_rule_value_chapter ON rule_value (chapter);
CREATE INDEX ix_rule_value_rule_book_id ON rule_value (rule_book_id);
COMMENT ON TABLE rule_value IS '规则值';
COMMENT ON COLUMN rule_value.id IS '主键';
COMMENT ON COLUMN rule_value.rule_book_id IS '考核规则';
COMMENT ON COLUMN rule_value.key IS '键';
COMMENT ON COLUMN rule_value.value IS '值';
COMMENT ON COLUMN rule_value.kind IS '类型';
COMMENT ON COLUMN rule_value.unit IS '单位';
COMMENT ON COLUMN rule_value.chapter IS '章节';
COMMENT ON COLUMN rule_value.name IS '名称';
COMMENT ON COLUMN rule_value.name_en IS '英文名称';
COMMENT ON COLUMN rule_value.article IS '依据条款';
COMMENT ON COLUMN rule_value.assumed IS '默认假定';
COMMENT ON COLUMN rule_value.version IS '版本（乐观锁）';
COMMENT ON COLUMN rule_value.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN rule_value.updated_at IS '更新时间（UTC）';

-- task_category: 任务类别
CREATE TABLE task_category (
    id SERIAL NOT NULL,
    code VARCHAR(40) NOT NULL,
    name VARCHAR(60) NOT NULL,
    name_en VARCHAR(80),
    sort_order INTEGER DEFAULT '0' NOT NULL,
    active BOOLEAN DEFAULT '1' NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_task_category PRIMARY KEY (id),
    CONSTRAINT ck_task_category_name_not_blank CHECK (length(trim(name)) > 0),
    CONSTRAINT uq_task_category_code UNIQUE (code),
    CONSTRAINT uq_task_category_name UNIQUE (name)
);
CREATE INDEX ix_task_category_sort_order ON task_category (sort_order);
COMMENT ON TABLE task_category IS '任务类别';
COMMENT ON COLUMN task_category.id IS '主键';
COMMENT ON COLUMN task_category.code IS '代码';
COMMENT ON COLUMN task_category.name IS '名称';
COMMENT ON COLUMN task_category.name_en IS '英文名称';
COMMENT ON COLUMN task_category.sort_order IS '排序';
COMMENT ON COLUMN task_category.active IS '启用';
COMMENT ON COLUMN task_category.version IS '版本（乐观锁）';
COMMENT ON COLUMN task_category.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN task_category.updated_at IS '更新时间（UTC）';

-- indicator_template: 指标库
CREATE TABLE indicator_template (
    id SERIAL NOT NULL,
    code VARCHAR(40) NOT NULL,
    name VARCHAR(200) NOT NULL,
    category_id INTEGER,
    kind VARCHAR(24) NOT NULL,
    unit VARCHAR(20),
    direction VARCHAR(24),
    standard TEXT,
    active BOOLEAN DEFAULT '1' NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_indicator_template PRIMARY KEY (id),
    CONSTRAINT ck_indicator_template_name_not_blank CHECK (length(trim(name)) > 0),
    CONSTRAINT uq_indicator_template_code UNIQUE (code),
    CONSTRAINT fk_indicator_template_category_id FOREIGN KEY(category_id) REFERENCES task_category (id) ON DELETE RESTRICT,
    CONSTRAINT ck_indicator_template_kind CHECK (kind IN ('quantitative', 'qualitative')),
    CONSTRAINT ck_indicator_template_direction CHECK (direction IN ('rising', 'falling'))
);
CREATE INDEX ix_indicator_template_category_id ON indicator_template (category_id);
COMMENT ON TABLE indicator_template IS '指标库';
COMMENT ON COLUMN indicator_template.id IS '主键';
COMMENT ON COLUMN indicator_template.code IS '代码';
COMMENT ON COLUMN indicator_template.name IS '名称';
COMMENT ON COLUMN indicator_template.category_id IS '类别';
COMMENT ON COLUMN indicator_template.kind IS '类型';
COMMENT ON COLUMN indicator_template.unit IS '单位';
COMMENT ON COLUMN indicator_template.direction IS '方向';
COMMENT ON COLUMN indicator_template.standard IS '标准';
COMMENT ON COLUMN indicator_template.active IS '启用';
COMMENT ON COLUMN indicator_template.version IS '版本（乐观锁）';
COMMENT ON COLUMN indicator_template.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN indicator_template.updated_at IS '更新时间（UTC）';

-- strategic_goal: 发展规划目标
CREATE TABLE strategic_goal (
    id SERIAL NOT NULL,
    code VARCHAR(40) NOT NULL,
    name VARCHAR(200) NOT NULL,
    description TEXT,
    category_id INTEGER,
    start_year INTEGER NOT NULL,
    end_year INTEGER NOT NULL,
    target VARCHAR(300),
    sort_order INTEGER DEFAULT '0' NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_strategic_goal PRIMARY KEY (id),
    CONSTRAINT ck_strategic_goal_name_not_blank CHECK (length(trim(name)) > 0),
    CONSTRAINT ck_strategic_goal_years_in_order CHECK (end_year >= start_year),
    CONSTRAINT uq_strategic_goal_code UNIQUE (code),
    CONSTRAINT fk_strategic_goal_category_id FOREIGN KEY(category_id) REFERENCES task_category (id) ON DELETE RESTRICT
);
CREATE INDEX ix_strategic_goal_category_id ON strategic_goal (category_id);
CREATE INDEX ix_strategic_goal_sort_order ON strategic_goal (sort_order);
CREATE INDEX ix_strategic_goal_start_year ON strategic_goal (start_year);
COMMENT ON TABLE strategic_goal IS '发展规划目标';
COMMENT ON COLUMN strategic_goal.id IS '主键';
COMMENT ON COLUMN strategic_goal.code IS '代码';
COMMENT ON COLUMN strategic_goal.name IS '名称';
COMMENT ON COLUMN strategic_goal.description IS '说明';
COMMENT ON COLUMN strategic_goal.category_id IS '类别';
COMMENT ON COLUMN strategic_goal.start_year IS '起始年';
COMMENT ON COLUMN strategic_goal.end_year IS '终止年';
COMMENT ON COLUMN strategic_goal.target IS '目标值';
COMMENT ON COLUMN strategic_goal.sort_order IS '排序';
COMMENT ON COLUMN strategic_goal.version IS '版本（乐观锁）';
COMMENT ON COLUMN strategic_goal.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN strategic_goal.updated_at IS '更新时间（UTC）';

-- ==========================================================================================
-- Work points (Art. 4.4-4.5): editions, points, opinions
-- ==========================================================================================

-- work_point_set: 工作要点稿
CREATE TABLE work_point_set (
    id SERIAL NOT NULL,
    cycle_id INTEGER NOT NULL,
    edition INTEGER DEFAULT '1' NOT NULL,
    title VARCHAR(200) NOT NULL,
    status VARCHAR(24) NOT NULL,
    issue_number VARCHAR(60),
    issued_on DATE,
    decision_id INTEGER,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_work_point_set PRIMARY KEY (id),
    CONSTRAINT uq_work_point_set_cycle_id_edition UNIQUE (cycle_id, edition),
    CONSTRAINT ck_work_point_set_issued_has_number CHECK (status <> 'issued' OR (issue_number IS NOT NULL AND issued_on IS NOT NULL)),
    CONSTRAINT fk_work_point_set_cycle_id FOREIGN KEY(cycle_id) REFERENCES cycle (id) ON DELETE RESTRICT,
    CONSTRAINT ck_work_point_set_status CHECK (status IN ('draft', 'consultation', 'committee', 'approved', 'returned', 'issued')),
    CONSTRAINT fk_work_point_set_decision_id FOREIGN KEY(decision_id) REFERENCES decision (id) ON DELETE RESTRICT
);
CREATE INDEX ix_work_point_set_cycle_id ON work_point_set (cycle_id);
CREATE INDEX ix_work_point_set_decision_id ON work_point_set (decision_id);
CREATE INDEX ix_work_point_set_status ON work_point_set (status);
COMMENT ON TABLE work_point_set IS '工作要点稿';
COMMENT ON COLUMN work_point_set.id IS '主键';
COMMENT ON COLUMN work_point_set.cycle_id IS '年度';
COMMENT ON COLUMN work_point_set.edition IS '稿次';
COMMENT ON COLUMN work_point_set.title IS '标题';
COMMENT ON COLUMN work_point_set.status IS '状态';
COMMENT ON COLUMN work_point_set.issue_number IS '文号';
COMMENT ON COLUMN work_point_set.issued_on IS '下发日期';
COMMENT ON COLUMN work_point_set.decision_id IS '审定';
COMMENT ON COLUMN work_point_set.version IS '版本（乐观锁）';
COMMENT ON COLUMN work_point_set.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN work_point_set.updated_at IS '更新时间（UTC）';

-- work_point: 工作要点条目
CREATE TABLE work_point (
    id SERIAL NOT NULL,
    work_point_set_id INTEGER NOT NULL,
    number VARCHAR(20) NOT NULL,
    sort_order INTEGER DEFAULT '0' NOT NULL,
    chapter VARCHAR(120),
    text TEXT NOT NULL,
    category_id INTEGER,
    strategic_goal_id INTEGER,
    previous_id INTEGER,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_work_point PRIMARY KEY (id),
    CONSTRAINT uq_work_point_work_point_set_id_number UNIQUE (work_point_set_id, number),
    CONSTRAINT ck_work_point_text_not_blank CHECK (length(trim(text)) > 0),
    CONSTRAINT fk_work_point_work_point_set_id FOREIGN KEY(work_point_set_id) REFERENCES work_point_set (id) ON DELETE CASCADE,
    CONSTRAINT fk_work_point_category_id FOREIGN KEY(category_id) REFERENCES task_category (id) ON DELETE RESTRICT,
    CONSTRAINT fk_work_point_strategic_goal_id FOREIGN KEY(strategic_goal_id) REFERENCES strategic_goal (id) ON DELETE RESTRICT,
    CONSTRAINT fk_work_point_previous_id FOREIGN KEY(previous_id) REFERENCES work_point (id) ON DELETE SET NULL
);
CREATE INDEX ix_work_point_category_id ON work_point (category_id);
CREATE INDEX ix_work_point_previous_id ON work_point (previous_id);
CREATE INDEX ix_work_point_strategic_goal_id ON work_point (strategic_goal_id);
CREATE INDEX ix_work_point_work_point_set_id ON work_point (work_point_set_id);
COMMENT ON TABLE work_point IS '工作要点条目';
COMMENT ON COLUMN work_point.id IS '主键';
COMMENT ON COLUMN work_point.work_point_set_id IS '工作要点';
COMMENT ON COLUMN work_point.number IS '序号';
COMMENT ON COLUMN work_point.sort_order IS '排序';
COMMENT ON COLUMN work_point.chapter IS '章节';
COMMENT ON COLUMN work_point.text IS '内容';
COMMENT ON COLUMN work_point.category_id IS '类别';
COMMENT ON COLUMN work_point.strategic_goal_id IS '发展规划目标';
COMMENT ON COLUMN work_point.previous_id IS '上一稿条目';
COMMENT ON COLUMN work_point.version IS '版本（乐观锁）';
COMMENT ON COLUMN work_point.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN work_point.updated_at IS '更新时间（UTC）';

-- work_point_opinion: 对工作要点的意见
CREATE TABLE work_point_opinion (
    id SERIAL NOT NULL,
    work_point_set_id INTEGER NOT NULL,
    work_point_id INTEGER,
    department_id INTEGER,
    author_id INTEGER NOT NULL,
    recorded_by_id INTEGER,
    agrees BOOLEAN DEFAULT '0' NOT NULL,
    text TEXT NOT NULL,
    answer VARCHAR(24),
    answer_reason TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_work_point_opinion PRIMARY KEY (id),
    CONSTRAINT ck_work_point_opinion_text_not_blank CHECK (length(trim(text)) > 0),
    CONSTRAINT ck_work_point_opinion_answer_has_reason CHECK (answer IS NULL OR answer_reason IS NOT NULL),
    CONSTRAINT fk_work_point_opinion_work_point_set_id FOREIGN KEY(work_point_set_id) REFERENCES work_point_set (id) ON DELETE CASCADE,
    CONSTRAINT fk_work_point_opinion_work_point_id FOREIGN KEY(work_point_id) REFERENCES work_point (id) ON DELETE CASCADE,
    CONSTRAINT fk_work_point_opinion_department_id FOREIGN KEY(department_id) REFERENCES department (id) ON DELETE RESTRICT,
    CONSTRAINT fk_work_point_opinion_author_id FOREIGN KEY(author_id) REFERENCES ab_user (id) ON DELETE RESTRICT,
    CONSTRAINT fk_work_point_opinion_recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES ab_user (id) ON DELETE RESTRICT,
    CONSTRAINT ck_work_point_opinion_answer CHECK (answer IN ('adopted', 'partly', 'not_adopted'))
);
CREATE INDEX ix_work_point_opinion_author_id ON work_point_opinion (author_id);
CREATE INDEX ix_work_point_opinion_department_id ON work_point_opinion (department_id);
CREATE INDEX ix_work_point_opinion_recorded_by_id ON work_point_opinion (recorded_by_id);
CREATE INDEX ix_work_point_opinion_work_point_id ON work_point_opinion (work_point_id);
CREATE INDEX ix_work_point_opinion_work_point_set_id ON work_point_opinion (work_point_set_id);
COMMENT ON TABLE work_point_opinion IS '对工作要点的意见';
COMMENT ON COLUMN work_point_opinion.id IS '主键';
COMMENT ON COLUMN work_point_opinion.work_point_set_id IS '工作要点';
COMMENT ON COLUMN work_point_opinion.work_point_id IS '条目';
COMMENT ON COLUMN work_point_opinion.department_id IS '提出部门';
COMMENT ON COLUMN work_point_opinion.author_id IS '提出人';
COMMENT ON COLUMN work_point_opinion.recorded_by_id IS '代录人';
COMMENT ON COLUMN work_point_opinion.agrees IS '无修改意见';
COMMENT ON COLUMN work_point_opinion.text IS '意见';
COMMENT ON COLUMN work_point_opinion.answer IS '处理';
COMMENT ON COLUMN work_point_opinion.answer_reason IS '处理说明';
COMMENT ON COLUMN work_point_opinion.version IS '版本（乐观锁）';
COMMENT ON COLUMN work_point_opinion.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN work_point_opinion.updated_at IS '更新时间（UTC）';

-- ==========================================================================================
-- Planning (Art. 4-5): department plans, the decomposition, tasks
-- ==========================================================================================

-- decomposition: 部门目标任务分解表
CREATE TABLE decomposition (
    id SERIAL NOT NULL,
    cycle_id INTEGER NOT NULL,
    edition INTEGER DEFAULT '1' NOT NULL,
    title VARCHAR(200) NOT NULL,
    status VARCHAR(24) NOT NULL,
    issue_number VARCHAR(60),
    issued_on DATE,
    decision_id INTEGER,
    agenda_item_id INTEGER,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_decomposition PRIMARY KEY (id),
    CONSTRAINT uq_decomposition_cycle_id_edition UNIQUE (cycle_id, edition),
    CONSTRAINT ck_decomposition_issued_has_number CHECK (status <> 'issued' OR (issue_number IS NOT NULL AND issued_on IS NOT NULL)),
    CONSTRAINT fk_decomposition_cycle_id FOREIGN KEY(cycle_id) REFERENCES cycle (id) ON DELETE RESTRICT,
    CONSTRAINT ck_decomposition_status CHECK (status IN ('drafting', 'aggregated', 'committee', 'approved', 'returned', 'issued')),
    CONSTRAINT fk_decomposition_decision_id FOREIGN KEY(decision_id) REFERENCES decision (id) ON DELETE RESTRICT,
    CONSTRAINT fk_decomposition_agenda_item_id FOREIGN KEY(agenda_item_id) REFERENCES agenda_item (id) ON DELETE RESTRICT
);
CREATE INDEX ix_decomposition_agenda_item_id ON decomposition (agenda_item_id);
CREATE INDEX ix_decomposition_cycle_id ON decomposition (cycle_id);
CREATE INDEX ix_decomposition_decision_id ON decomposition (decision_id);
CREATE INDEX ix_decomposition_status ON decomposition (status);
COMMENT ON TABLE decomposition IS '部门目标任务分解表';
COMMENT ON COLUMN decomposition.id IS '主键';
COMMENT ON COLUMN decomposition.cycle_id IS '年度';
COMMENT ON COLUMN decomposition.edition IS '稿次';
COMMENT ON COLUMN decomposition.title IS '标题';
COMMENT ON COLUMN decomposition.status IS '状态';
COMMENT ON COLUMN decomposition.issue_number IS '文号';
COMMENT ON COLUMN decomposition.issued_on IS '发布日期';
COMMENT ON COLUMN decomposition.decision_id IS '审定';
COMMENT ON COLUMN decomposition.agenda_item_id IS '议题';
COMMENT ON COLUMN decomposition.version IS '版本（乐观锁）';
COMMENT ON COLUMN decomposition.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN decomposition.updated_at IS '更新时间（UTC）';

-- department_plan: 部门年度工作计划
CREATE TABLE department_plan (
    id SERIAL NOT NULL,
    cycle_id INTEGER NOT NULL,
    department_id INTEGER NOT NULL,
    text TEXT,
    status VARCHAR(24) NOT NULL,
    review_round INTEGER DEFAULT '0' NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE,
    sent_by_id INTEGER,
    reviewed_by_id INTEGER,
    reviewed_at TIMESTAMP WITH TIME ZONE,
    review_comment TEXT,
    submitted_at TIMESTAMP WITH TIME ZONE,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_department_plan PRIMARY KEY (id),
    CONSTRAINT uq_department_plan_cycle_id_department_id UNIQUE (cycle_id, department_id),
    CONSTRAINT fk_department_plan_cycle_id FOREIGN KEY(cycle_id) REFERENCES cycle (id) ON DELETE RESTRICT,
    CONSTRAINT fk_department_plan_department_id FOREIGN KEY(department_id) REFERENCES department (id) ON DELETE RESTRICT,
    CONSTRAINT ck_department_plan_status CHECK (status IN ('draft', 'review', 'reviewed', 'returned', 'submitted', 'aggregated')),
    CONSTRAINT fk_department_plan_sent_by_id FOREIGN KEY(sent_by_id) REFERENCES ab_user (id) ON DELETE RESTRICT,
    CONSTRAINT fk_department_plan_reviewed_by_id FOREIGN KEY(reviewed_by_id) REFERENCES ab_user (id) ON DELETE RESTRICT
);
CREATE INDEX ix_department_plan_cycle_id ON department_plan (cycle_id);
CREATE INDEX ix_department_plan_department_id ON department_plan (department_id);
CREATE INDEX ix_department_plan_reviewed_by_id ON department_plan (reviewed_by_id);
CREATE INDEX ix_department_plan_sent_by_id ON department_plan (sent_by_id);
CREATE INDEX ix_department_plan_status ON department_plan (status);
COMMENT ON TABLE department_plan IS '部门年度工作计划';
COMMENT ON COLUMN department_plan.id IS '主键';
COMMENT ON COLUMN department_plan.cycle_id IS '年度';
COMMENT ON COLUMN department_plan.department_id IS '部门';
COMMENT ON COLUMN department_plan.text IS '计划正文';
COMMENT ON COLUMN department_plan.status IS '状态';
COMMENT ON COLUMN department_plan.review_round IS '送审次数';
COMMENT ON COLUMN department_plan.sent_at IS '送审时间';
COMMENT ON COLUMN department_plan.sent_by_id IS '送审人';
COMMENT ON COLUMN department_plan.reviewed_by_id IS '审阅领导';
COMMENT ON COLUMN department_plan.reviewed_at IS '审阅时间';
COMMENT ON COLUMN department_plan.review_comment IS '审阅意见';
COMMENT ON COLUMN department_plan.submitted_at IS '提交时间';
COMMENT ON COLUMN department_plan.version IS '版本（乐观锁）';
COMMENT ON COLUMN department_plan.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN department_plan.updated_at IS '更新时间（UTC）';

-- task: 目标任务
CREATE TABLE task (
    id SERIAL NOT NULL,
    cycle_id INTEGER NOT NULL,
    number VARCHAR(40) DEFAULT '' NOT NULL,
    sort_order INTEGER DEFAULT '0' NOT NULL,
    title VARCHAR(500) NOT NULL,
    goal TEXT,
    measures TEXT,
    standard TEXT,
    category_id INTEGER,
    lead_department_id INTEGER,
    section_id INTEGER,
    owner_id INTEGER,
    owner_text VARCHAR(120),
    leader_id INTEGER,
    leader_text VARCHAR(120),
    start_on DATE,
    due_on DATE,
    due_text VARCHAR(120),
    weight NUMERIC(7, 2),
    origin VARCHAR(24) NOT NULL,
    key_supervised BOOLEAN DEFAULT '0' NOT NULL,
    visibility VARCHAR(24) NOT NULL,
    status VARCHAR(24) NOT NULL,
    planned_percent NUMERIC(5, 2),
    actual_percent NUMERIC(5, 2),
    light VARCHAR(8),
    parent_id INTEGER,
    department_plan_id INTEGER,
    decomposition_id INTEGER,
    work_point_id INTEGER,
    strategic_goal_id INTEGER,
    carried_from_id INTEGER,
    agreement VARCHAR(24),
    objection TEXT,
    passed_as VARCHAR(24),
    passed_by_id INTEGER,
    accept_by DATE,
    accepted_at TIMESTAMP WITH TIME ZONE,
    finished_on DATE,
    terminated_on DATE,
    termination_cause TEXT,
    remark TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_task PRIMARY KEY (id),
    CONSTRAINT uq_task_cycle_id_lead_department_id_number_title UNIQUE (cycle_id, lead_department_id, number, title),
    CONSTRAINT ck_task_title_not_blank CHECK (length(trim(title)) > 0),
    CONSTRAINT ck_task_weight_not_negative CHECK (weight IS NULL OR weight >= 0),
    CONSTRAINT ck_task_actual_percent_range CHECK (actual_percent >= 0 AND actual_percent <= 100),
    CONSTRAINT ck_task_planned_percent_range CHECK (planned_percent >= 0 AND planned_percent <= 100),
    CONSTRAINT ck_task_due_on_after_start_on CHECK (due_on >= start_on),
    CONSTRAINT ck_task_parent_not_self CHECK (parent_id IS NULL OR parent_id <> id),
    CONSTRAINT ck_task_terminated_has_cause CHECK (status <> 'terminated' OR termination_cause IS NOT NULL),
    CONSTRAINT ck_task_light CHECK (light IS NULL OR light IN ('green', 'yellow', 'orange', 'red', 'grey', 'blue')),
    CONSTRAINT fk_task_cycle_id FOREIGN KEY(cycle_id) REFERENCES cycle (id) ON DELETE RESTRICT,
    CONSTRAINT fk_task_category_id FOREIGN KEY(category_id) REFERENCES task_category (id) ON DELETE RESTRICT,
    CONSTRAINT fk_task_lead_department_id FOREIGN KEY(lead_department_id) REFERENCES department (id) ON DELETE RESTRICT,
    CONSTRAINT fk_task_section_id FOREIGN KEY(section_id) REFERENCES department (id) ON DELETE RESTRICT,
    CONSTRAINT fk_task_owner_id FOREIGN KEY(owner_id) REFERENCES ab_user (id) ON DELETE RESTRICT,
    CONSTRAINT fk_task_leader_id FOREIGN KEY(leader_id) REFERENCES ab_user (id) ON DELETE RESTRICT,
    CONSTRAINT ck_task_origin CHECK (origin IN ('annual', 'added', 'carried_over', 'temporary')),
    CONSTRAINT ck_task_visibility CHECK (visibility IN ('open', 'concerned', 'restricted')),
    CONSTRAINT ck_task_status CHECK (status IN ('proposed', 'published', 'accepted', 'finished', 'terminated')),
    CONSTRAINT fk_task_parent_id FOREIGN KEY(parent_id) REFERENCES task (id) ON DELETE RESTRICT,
    CONSTRAINT fk_task_department_plan_id FOREIGN KEY(department_plan_id) REFERENCES department_plan (id) ON DELETE SET NULL,
    CONSTRAINT fk_task_decomposition_id FOREIGN KEY(decomposition_id) REFERENCES decomposition (id) ON DELETE RESTRICT,
    CONSTRAINT fk_task_work_point_id FOREIGN KEY(work_point_id) REFERENCES work_point (id) ON DELETE SET NULL,
    CONSTRAINT fk_task_strategic_goal_id FOREIGN KEY(strategic_goal_id) REFERENCES strategic_goal (id) ON DELETE RESTRICT,
    CONSTRAINT fk_task_carried_from_id FOREIGN KEY(carried_from_id) REFERENCES task (id) ON DELETE RESTRICT,
    CONSTRAINT ck_task_agreement CHECK (agreement IN ('asked', 'agreed', 'objected')),
    CONSTRAINT ck_task_passed_as CHECK (passed_as IN ('head', 'leader', 'office')),
    CONSTRAINT fk_task_passed_by_id FOREIGN KEY(passed_by_id) REFERENCES ab_user (id) ON DELETE RESTRICT
);
CREATE INDEX ix_task_carried_from_id ON task (carried_from_id);
CREATE INDEX ix_task_category_id ON task (category_id);
CREATE INDEX ix_task_cycle_id_lead_department_id_sort_order ON task (cycle_id, lead_department_id, sort_order);
CREATE INDEX ix_task_cycle_id_light ON task (cycle_id, light);
CREATE INDEX ix_task_cycle_id_sort_order ON task (cycle_id, sort_order, id);
CREATE INDEX ix_task_cycle_id_status_due_on ON task (cycle_id, status, due_on);
CREATE INDEX ix_task_decomposition_id ON task (decomposition_id);
CREATE INDEX ix_task_department_plan_id ON task (department_plan_id);
CREATE INDEX ix_task_due_on ON task (due_on);
CREATE INDEX ix_task_lead_department_id ON task (lead_department_id);
CREATE INDEX ix_task_leader_id ON task (leader_id);
CREATE INDEX ix_task_owner_id ON task (owner_id);
CREATE INDEX ix_task_parent_id ON task (parent_id);
CREATE INDEX ix_task_passed_by_id ON task (passed_by_id);
CREATE INDEX ix_task_section_id ON task (section_id);
CREATE INDEX ix_task_strategic_goal_id ON task (strategic_goal_id);
CREATE INDEX ix_task_work_point_id ON task (work_point_id);
COMMENT ON TABLE task IS '目标任务';
COMMENT ON COLUMN task.id IS '主键';
COMMENT ON COLUMN task.cycle_id IS '年度';
COMMENT ON COLUMN task.number IS '序号';
COMMENT ON COLUMN task.sort_order IS '排序';
COMMENT ON COLUMN task.title IS '目标任务';
COMMENT ON COLUMN task.goal IS '工作目标';
COMMENT ON COLUMN task.measures IS '主要举措';
COMMENT ON COLUMN task.standard IS '考核标准';
COMMENT ON COLUMN task.category_id IS '类别';
COMMENT ON COLUMN task.lead_department_id IS '牵头部门';
COMMENT ON COLUMN task.section_id IS '科室';
COMMENT ON COLUMN task.owner_id IS '责任人';
COMMENT ON COLUMN task.owner_text IS '责任人（原文）';
COMMENT ON COLUMN task.leader_id IS '分管领导';
COMMENT ON COLUMN task.leader_text IS '分管领导（原文）';
COMMENT ON COLUMN task.start_on IS '开始日期';
COMMENT ON COLUMN task.due_on IS '完成时限';
COMMENT ON COLUMN task.due_text IS '时限表述';
COMMENT ON COLUMN task.weight IS '权重';
COMMENT ON COLUMN task.origin IS '来源';
COMMENT ON COLUMN task.key_supervised IS '重点督查';
COMMENT ON COLUMN task.visibility IS '可见范围';
COMMENT ON COLUMN task.status IS '状态';
COMMENT ON COLUMN task.planned_percent IS '计划进度';
COMMENT ON COLUMN task.actual_percent IS '实际进度';
COMMENT ON COLUMN task.light IS '状态灯';
COMMENT ON COLUMN task.parent_id IS '上级任务';
COMMENT ON COLUMN task.department_plan_id IS '部门计划';
COMMENT ON COLUMN task.decomposition_id IS '分解表';
COMMENT ON COLUMN task.work_point_id IS '工作要点';
COMMENT ON COLUMN task.strategic_goal_id IS '发展规划目标';
COMMENT ON COLUMN task.carried_from_id IS '结转自';
COMMENT ON COLUMN task.agreement IS '承接意见';
COMMENT ON COLUMN task.objection IS '异议';
COMMENT ON COLUMN task.passed_as IS '下达职务';
COMMENT ON COLUMN task.passed_by_id IS '下达人';
COMMENT ON COLUMN task.accept_by IS '接受期限';
COMMENT ON COLUMN task.accepted_at IS '接受时间';
COMMENT ON COLUMN task.finished_on IS '完成日期';
COMMENT ON COLUMN task.terminated_on IS '终止日期';
COMMENT ON COLUMN task.termination_cause IS '终止原因';
COMMENT ON COLUMN task.remark IS '备注';
COMMENT ON COLUMN task.version IS '版本（乐观锁）';
COMMENT ON COLUMN task.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN task.updated_at IS '更新时间（UTC）';

-- indicator: 考核指标
CREATE TABLE indicator (
    id SERIAL NOT NULL,
    task_id INTEGER NOT NULL,
    indicator_template_id INTEGER,
    name VARCHAR(200) NOT NULL,
    kind VARCHAR(24) NOT NULL,
    unit VARCHAR(20),
    direction VARCHAR(24),
    baseline NUMERIC(18, 4),
    target NUMERIC(18, 4),
    standard TEXT,
    weight NUMERIC(7, 2),
    actual NUMERIC(18, 4),
    actual_grade VARCHAR(1),
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_indicator PRIMARY KEY (id),
    CONSTRAINT ck_indicator_name_not_blank CHECK (length(trim(name)) > 0),
    CONSTRAINT ck_indicator_weight_not_negative CHECK (weight IS NULL OR weight >= 0),
    CONSTRAINT ck_indicator_quantitative_has_target CHECK (kind <> 'quantitative' OR target IS NOT NULL),
    CONSTRAINT ck_indicator_qualitative_has_standard CHECK (kind <> 'qualitative' OR standard IS NOT NULL),
    CONSTRAINT ck_indicator_actual_grade CHECK (actual_grade IS NULL OR actual_grade IN ('A', 'B', 'C', 'D')),
    CONSTRAINT fk_indicator_task_id FOREIGN KEY(task_id) REFERENCES task (id) ON DELETE CASCADE,
    CONSTRAINT fk_indicator_indicator_template_id FOREIGN KEY(indicator_template_id) REFERENCES indicator_template (id) ON DELETE SET NULL,
    CONSTRAINT ck_indicator_kind CHECK (kind IN ('quantitative', 'qualitative')),
    CONSTRAINT ck_indicator_direction CHECK (direction IN ('rising', 'falling'))
);
CREATE INDEX ix_indicator_indicator_template_id ON indicator (indicator_template_id);
CREATE INDEX ix_indicator_task_id ON indicator (task_id);
COMMENT ON TABLE indicator IS '考核指标';
COMMENT ON COLUMN indicator.id IS '主键';
COMMENT ON COLUMN indicator.task_id IS '目标任务';
COMMENT ON COLUMN indicator.indicator_template_id IS '指标库';
COMMENT ON COLUMN indicator.name IS '指标';
COMMENT ON COLUMN indicator.kind IS '类型';
COMMENT ON COLUMN indicator.unit IS '单位';
COMMENT ON COLUMN indicator.direction IS '方向';
COMMENT ON COLUMN indicator.baseline IS '基准值';
COMMENT ON COLUMN indicator.target IS '目标值';
COMMENT ON COLUMN indicator.standard IS '标准';
COMMENT ON COLUMN indicator.weight IS '权重';
COMMENT ON COLUMN indicator.actual IS '实际值';
COMMENT ON COLUMN indicator.actual_grade IS '评定等级';
COMMENT ON COLUMN indicator.version IS '版本（乐观锁）';
COMMENT ON COLUMN indicator.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN indicator.updated_at IS '更新时间（UTC）';

-- milestone: 进度节点
CREATE TABLE milestone (
    id SERIAL NOT NULL,
    task_id INTEGER NOT NULL,
    due_on DATE,
    text TEXT NOT NULL,
    planned_percent NUMERIC(5, 2),
    done_on DATE,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_milestone PRIMARY KEY (id),
    CONSTRAINT ck_milestone_planned_percent_range CHECK (planned_percent >= 0 AND planned_percent <= 100),
    CONSTRAINT ck_milestone_text_not_blank CHECK (length(trim(text)) > 0),
    CONSTRAINT fk_milestone_task_id FOREIGN KEY(task_id) REFERENCES task (id) ON DELETE CASCADE
);
CREATE INDEX ix_milestone_task_id_due_on ON milestone (task_id, due_on);
COMMENT ON TABLE milestone IS '进度节点';
COMMENT ON COLUMN milestone.id IS '主键';
COMMENT ON COLUMN milestone.task_id IS '目标任务';
COMMENT ON COLUMN milestone.due_on IS '节点日期';
COMMENT ON COLUMN milestone.text IS '节点内容';
COMMENT ON COLUMN milestone.planned_percent IS '计划进度';
COMMENT ON COLUMN milestone.done_on IS '完成日期';
COMMENT ON COLUMN milestone.version IS '版本（乐观锁）';
COMMENT ON COLUMN milestone.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN milestone.updated_at IS '更新时间（UTC）';

-- task_department: 任务的共同牵头与配合部门
CREATE TABLE task_department (
    id SERIAL NOT NULL,
    task_id INTEGER NOT NULL,
    department_id INTEGER NOT NULL,
    role VARCHAR(24) NOT NULL,
    position INTEGER DEFAULT '0' NOT NULL,
    owner_id INTEGER,
    part TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_task_department PRIMARY KEY (id),
    CONSTRAINT uq_task_department_task_id_department_id UNIQUE (task_id, department_id),
    CONSTRAINT fk_task_department_task_id FOREIGN KEY(task_id) REFERENCES task (id) ON DELETE CASCADE,
    CONSTRAINT fk_task_department_department_id FOREIGN KEY(department_id) REFERENCES department (id) ON DELETE RESTRICT,
    CONSTRAINT ck_task_department_role CHECK (role IN ('co_lead', 'assist')),
    CONSTRAINT fk_task_department_owner_id FOREIGN KEY(owner_id) REFERENCES ab_user (id) ON DELETE RESTRICT
);
CREATE INDEX ix_task_department_department_id ON task_department (department_id);
CREATE INDEX ix_task_department_owner_id ON task_department (owner_id);
CREATE INDEX ix_task_department_task_id ON task_department (task_id);
COMMENT ON TABLE task_department IS '任务的共同牵头与配合部门';
COMMENT ON COLUMN task_department.id IS '主键';
COMMENT ON COLUMN task_department.task_id IS '目标任务';
COMMENT ON COLUMN task_department.department_id IS '部门';
COMMENT ON COLUMN task_department.role IS '分工';
COMMENT ON COLUMN task_department.position IS '次序';
COMMENT ON COLUMN task_department.owner_id IS '责任人';
COMMENT ON COLUMN task_department.part IS '承担内容';
COMMENT ON COLUMN task_department.version IS '版本（乐观锁）';
COMMENT ON COLUMN task_department.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN task_department.updated_at IS '更新时间（UTC）';

-- ==========================================================================================
-- Review of plans (Art. 4.3): comments and their answers
-- ==========================================================================================

-- plan_comment: 对部门计划及其任务的审阅批注
CREATE TABLE plan_comment (
    id SERIAL NOT NULL,
    department_plan_id INTEGER NOT NULL,
    task_id INTEGER,
    author_id INTEGER NOT NULL,
    review_round INTEGER DEFAULT '0' NOT NULL,
    text TEXT NOT NULL,
    answer TEXT,
    answered_at TIMESTAMP WITH TIME ZONE,
    answered_by_id INTEGER,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_plan_comment PRIMARY KEY (id),
    CONSTRAINT ck_plan_comment_text_not_blank CHECK (length(trim(text)) > 0),
    CONSTRAINT ck_plan_comment_answer_whole CHECK ((answer IS NULL) = (answered_at IS NULL)),
    CONSTRAINT fk_plan_comment_department_plan_id FOREIGN KEY(department_plan_id) REFERENCES department_plan (id) ON DELETE CASCADE,
    CONSTRAINT fk_plan_comment_task_id FOREIGN KEY(task_id) REFERENCES task (id) ON DELETE CASCADE,
    CONSTRAINT fk_plan_comment_author_id FOREIGN KEY(author_id) REFERENCES ab_user (id) ON DELETE RESTRICT,
    CONSTRAINT fk_plan_comment_answered_by_id FOREIGN KEY(answered_by_id) REFERENCES ab_user (id) ON DELETE RESTRICT
);
CREATE INDEX ix_plan_comment_answered_by_id ON plan_comment (answered_by_id);
CREATE INDEX ix_plan_comment_author_id ON plan_comment (author_id);
CREATE INDEX ix_plan_comment_department_plan_id ON plan_comment (department_plan_id);
CREATE INDEX ix_plan_comment_task_id ON plan_comment (task_id);
COMMENT ON TABLE plan_comment IS '对部门计划及其任务的审阅批注';
COMMENT ON COLUMN plan_comment.id IS '主键';
COMMENT ON COLUMN plan_comment.department_plan_id IS '部门计划';
COMMENT ON COLUMN plan_comment.task_id IS '目标任务';
COMMENT ON COLUMN plan_comment.author_id IS '批注人';
COMMENT ON COLUMN plan_comment.review_round IS '送审次数';
COMMENT ON COLUMN plan_comment.text IS '批注';
COMMENT ON COLUMN plan_comment.answer IS '答复';
COMMENT ON COLUMN plan_comment.answered_at IS '答复时间';
COMMENT ON COLUMN plan_comment.answered_by_id IS '答复人';
COMMENT ON COLUMN plan_comment.version IS '版本（乐观锁）';
COMMENT ON COLUMN plan_comment.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN plan_comment.updated_at IS '更新时间（UTC）';

-- ==========================================================================================
-- Carry-over (Art. 10): what becomes of unfinished tasks
-- ==========================================================================================

-- carry_over: 结转认定
CREATE TABLE carry_over (
    id SERIAL NOT NULL,
    task_id INTEGER NOT NULL,
    confirmed BOOLEAN NOT NULL,
    reason TEXT,
    decided_by_id INTEGER,
    decided_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_carry_over PRIMARY KEY (id),
    CONSTRAINT uq_carry_over_task_id UNIQUE (task_id),
    CONSTRAINT ck_carry_over_refusal_has_reason CHECK (confirmed OR reason IS NOT NULL),
    CONSTRAINT fk_carry_over_task_id FOREIGN KEY(task_id) REFERENCES task (id) ON DELETE CASCADE,
    CONSTRAINT fk_carry_over_decided_by_id FOREIGN KEY(decided_by_id) REFERENCES ab_user (id) ON DELETE RESTRICT
);
CREATE INDEX ix_carry_over_decided_by_id ON carry_over (decided_by_id);
COMMENT ON TABLE carry_over IS '结转认定';
COMMENT ON COLUMN carry_over.id IS '主键';
COMMENT ON COLUMN carry_over.task_id IS '目标任务';
COMMENT ON COLUMN carry_over.confirmed IS '是否结转';
COMMENT ON COLUMN carry_over.reason IS '理由';
COMMENT ON COLUMN carry_over.decided_by_id IS '认定人';
COMMENT ON COLUMN carry_over.decided_at IS '认定时间';
COMMENT ON COLUMN carry_over.version IS '版本（乐观锁）';
COMMENT ON COLUMN carry_over.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN carry_over.updated_at IS '更新时间（UTC）';

-- ==========================================================================================
-- The issued table (Art. 5.2): tasks as they were issued
-- ==========================================================================================

-- baseline: 分解表基准版
CREATE TABLE baseline (
    id SERIAL NOT NULL,
    decomposition_id INTEGER NOT NULL,
    frozen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    content_hash VARCHAR(64),
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_baseline PRIMARY KEY (id),
    CONSTRAINT uq_baseline_decomposition_id UNIQUE (decomposition_id),
    CONSTRAINT fk_baseline_decomposition_id FOREIGN KEY(decomposition_id) REFERENCES decomposition (id) ON DELETE RESTRICT
);
COMMENT ON TABLE baseline IS '分解表基准版';
COMMENT ON COLUMN baseline.id IS '主键';
COMMENT ON COLUMN baseline.decomposition_id IS '分解表';
COMMENT ON COLUMN baseline.frozen_at IS '冻结时间';
COMMENT ON COLUMN baseline.content_hash IS '内容摘要';
COMMENT ON COLUMN baseline.version IS '版本（乐观锁）';
COMMENT ON COLUMN baseline.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN baseline.updated_at IS '更新时间（UTC）';

-- baseline_task: 基准任务
CREATE TABLE baseline_task (
    id SERIAL NOT NULL,
    baseline_id INTEGER NOT NULL,
    task_id INTEGER NOT NULL,
    number VARCHAR(40) NOT NULL,
    title VARCHAR(500) NOT NULL,
    goal TEXT,
    measures TEXT,
    standard TEXT,
    lead_department_id INTEGER,
    departments_text TEXT,
    start_on DATE,
    due_on DATE,
    due_text VARCHAR(120),
    weight NUMERIC(7, 2),
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_baseline_task PRIMARY KEY (id),
    CONSTRAINT uq_baseline_task_baseline_id_task_id UNIQUE (baseline_id, task_id),
    CONSTRAINT fk_baseline_task_baseline_id FOREIGN KEY(baseline_id) REFERENCES baseline (id) ON DELETE RESTRICT,
    CONSTRAINT fk_baseline_task_task_id FOREIGN KEY(task_id) REFERENCES task (id) ON DELETE RESTRICT,
    CONSTRAINT fk_baseline_task_lead_department_id FOREIGN KEY(lead_department_id) REFERENCES department (id) ON DELETE RESTRICT
);
CREATE INDEX ix_baseline_task_baseline_id ON baseline_task (baseline_id);
CREATE INDEX ix_baseline_task_lead_department_id ON baseline_task (lead_department_id);
CREATE INDEX ix_baseline_task_task_id ON baseline_task (task_id);
COMMENT ON TABLE baseline_task IS '基准任务';
COMMENT ON COLUMN baseline_task.id IS '主键';
COMMENT ON COLUMN baseline_task.baseline_id IS '基准版';
COMMENT ON COLUMN baseline_task.task_id IS '目标任务';
COMMENT ON COLUMN baseline_task.number IS '序号';
COMMENT ON COLUMN baseline_task.title IS '目标任务';
COMMENT ON COLUMN baseline_task.goal IS '工作目标';
COMMENT ON COLUMN baseline_task.measures IS '主要举措';
COMMENT ON COLUMN baseline_task.standard IS '考核标准';
COMMENT ON COLUMN baseline_task.lead_department_id IS '牵头部门';
COMMENT ON COLUMN baseline_task.departments_text IS '配合部门';
COMMENT ON COLUMN baseline_task.start_on IS '开始日期';
COMMENT ON COLUMN baseline_task.due_on IS '完成时限';
COMMENT ON COLUMN baseline_task.due_text IS '时限表述';
COMMENT ON COLUMN baseline_task.weight IS '权重';
COMMENT ON COLUMN baseline_task.version IS '版本（乐观锁）';
COMMENT ON COLUMN baseline_task.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN baseline_task.updated_at IS '更新时间（UTC）';

-- baseline_department: 基准配合部门
CREATE TABLE baseline_department (
    id SERIAL NOT NULL,
    baseline_task_id INTEGER NOT NULL,
    department_id INTEGER NOT NULL,
    role VARCHAR(24) NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_baseline_department PRIMARY KEY (id),
    CONSTRAINT uq_baseline_department_baseline_task_id_department_id UNIQUE (baseline_task_id, department_id),
    CONSTRAINT fk_baseline_department_baseline_task_id FOREIGN KEY(baseline_task_id) REFERENCES baseline_task (id) ON DELETE RESTRICT,
    CONSTRAINT fk_baseline_department_department_id FOREIGN KEY(department_id) REFERENCES department (id) ON DELETE RESTRICT,
    CONSTRAINT ck_baseline_department_role CHECK (role IN ('co_lead', 'assist'))
);
CREATE INDEX ix_baseline_department_department_id ON baseline_department (department_id);
COMMENT ON TABLE baseline_department IS '基准配合部门';
COMMENT ON COLUMN baseline_department.id IS '主键';
COMMENT ON COLUMN baseline_department.baseline_task_id IS '基准任务';
COMMENT ON COLUMN baseline_department.department_id IS '部门';
COMMENT ON COLUMN baseline_department.role IS '分工';
COMMENT ON COLUMN baseline_department.version IS '版本（乐观锁）';
COMMENT ON COLUMN baseline_department.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN baseline_department.updated_at IS '更新时间（UTC）';

-- baseline_indicator: 基准指标
CREATE TABLE baseline_indicator (
    id SERIAL NOT NULL,
    baseline_task_id INTEGER NOT NULL,
    name VARCHAR(200) NOT NULL,
    kind VARCHAR(24) NOT NULL,
    unit VARCHAR(20),
    baseline_value NUMERIC(18, 4),
    target NUMERIC(18, 4),
    standard TEXT,
    weight NUMERIC(7, 2),
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_baseline_indicator PRIMARY KEY (id),
    CONSTRAINT fk_baseline_indicator_baseline_task_id FOREIGN KEY(baseline_task_id) REFERENCES baseline_task (id) ON DELETE RESTRICT,
    CONSTRAINT ck_baseline_indicator_kind CHECK (kind IN ('quantitative', 'qualitative'))
);
CREATE INDEX ix_baseline_indicator_baseline_task_id ON baseline_indicator (baseline_task_id);
COMMENT ON TABLE baseline_indicator IS '基准指标';
COMMENT ON COLUMN baseline_indicator.id IS '主键';
COMMENT ON COLUMN baseline_indicator.baseline_task_id IS '基准任务';
COMMENT ON COLUMN baseline_indicator.name IS '指标';
COMMENT ON COLUMN baseline_indicator.kind IS '类型';
COMMENT ON COLUMN baseline_indicator.unit IS '单位';
COMMENT ON COLUMN baseline_indicator.baseline_value IS '基准值';
COMMENT ON COLUMN baseline_indicator.target IS '目标值';
COMMENT ON COLUMN baseline_indicator.standard IS '标准';
COMMENT ON COLUMN baseline_indicator.weight IS '权重';
COMMENT ON COLUMN baseline_indicator.version IS '版本（乐观锁）';
COMMENT ON COLUMN baseline_indicator.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN baseline_indicator.updated_at IS '更新时间（UTC）';

-- baseline_milestone: 基准节点
CREATE TABLE baseline_milestone (
    id SERIAL NOT NULL,
    baseline_task_id INTEGER NOT NULL,
    due_on DATE,
    text TEXT NOT NULL,
    planned_percent NUMERIC(5, 2),
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_baseline_milestone PRIMARY KEY (id),
    CONSTRAINT fk_baseline_milestone_baseline_task_id FOREIGN KEY(baseline_task_id) REFERENCES baseline_task (id) ON DELETE RESTRICT
);
CREATE INDEX ix_baseline_milestone_baseline_task_id ON baseline_milestone (baseline_task_id);
COMMENT ON TABLE baseline_milestone IS '基准节点';
COMMENT ON COLUMN baseline_milestone.id IS '主键';
COMMENT ON COLUMN baseline_milestone.baseline_task_id IS '基准任务';
COMMENT ON COLUMN baseline_milestone.due_on IS '节点日期';
COMMENT ON COLUMN baseline_milestone.text IS '节点内容';
COMMENT ON COLUMN baseline_milestone.planned_percent IS '计划进度';
COMMENT ON COLUMN baseline_milestone.version IS '版本（乐观锁）';
COMMENT ON COLUMN baseline_milestone.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN baseline_milestone.updated_at IS '更新时间（UTC）';

-- ==========================================================================================
-- Monitoring (Art. 6-7, 9.1): monthly checks, warnings, coordination
-- ==========================================================================================

-- bulletin_line: 月度监测通报明细（下发时冻结）
CREATE TABLE bulletin_line (
    id SERIAL NOT NULL,
    reporting_month_id INTEGER NOT NULL,
    department_id INTEGER NOT NULL,
    due INTEGER NOT NULL,
    submitted INTEGER NOT NULL,
    late INTEGER NOT NULL,
    missing INTEGER NOT NULL,
    green INTEGER NOT NULL,
    yellow INTEGER NOT NULL,
    orange INTEGER NOT NULL,
    red INTEGER NOT NULL,
    grey INTEGER NOT NULL,
    blue INTEGER NOT NULL,
    problems INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    troubled JSON,
    waiting JSON,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_bulletin_line PRIMARY KEY (id),
    CONSTRAINT uq_bulletin_line_reporting_month_id_department_id UNIQUE (reporting_month_id, department_id),
    CONSTRAINT fk_bulletin_line_reporting_month_id FOREIGN KEY(reporting_month_id) REFERENCES reporting_month (id) ON DELETE CASCADE,
    CONSTRAINT fk_bulletin_line_department_id FOREIGN KEY(department_id) REFERENCES department (id) ON DELETE RESTRICT
);
CREATE INDEX ix_bulletin_line_department_id ON bulletin_line (department_id);
COMMENT ON TABLE bulletin_line IS '月度监测通报明细（下发时冻结）';
COMMENT ON COLUMN bulletin_line.id IS '主键';
COMMENT ON COLUMN bulletin_line.reporting_month_id IS '监测月份';
COMMENT ON COLUMN bulletin_line.department_id IS '部门';
COMMENT ON COLUMN bulletin_line.due IS '应报';
COMMENT ON COLUMN bulletin_line.submitted IS '已报';
COMMENT ON COLUMN bulletin_line.late IS '迟报';
COMMENT ON COLUMN bulletin_line.missing IS '未报';
COMMENT ON COLUMN bulletin_line.green IS '绿灯';
COMMENT ON COLUMN bulletin_line.yellow IS '黄灯';
COMMENT ON COLUMN bulletin_line.orange IS '橙灯';
COMMENT ON COLUMN bulletin_line.red IS '红灯';
COMMENT ON COLUMN bulletin_line.grey IS '无数据';
COMMENT ON COLUMN bulletin_line.blue IS '已完成';
COMMENT ON COLUMN bulletin_line.problems IS '存在问题';
COMMENT ON COLUMN bulletin_line.requests IS '需协调事项';
COMMENT ON COLUMN bulletin_line.troubled IS '橙灯、红灯任务';
COMMENT ON COLUMN bulletin_line.waiting IS '待协调事项';
COMMENT ON COLUMN bulletin_line.version IS '版本（乐观锁）';
COMMENT ON COLUMN bulletin_line.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN bulletin_line.updated_at IS '更新时间（UTC）';

-- monthly_check: 月度自我监测
CREATE TABLE monthly_check (
    id SERIAL NOT NULL,
    task_id INTEGER NOT NULL,
    year INTEGER NOT NULL,
    month INTEGER NOT NULL,
    planned_percent NUMERIC(5, 2),
    actual_percent NUMERIC(5, 2),
    quality VARCHAR(24),
    computed_light VARCHAR(24) NOT NULL,
    light_reason TEXT,
    head_light VARCHAR(24),
    head_light_reason TEXT,
    done TEXT,
    problem TEXT,
    next_step TEXT,
    status VARCHAR(24) NOT NULL,
    submitted_at TIMESTAMP WITH TIME ZONE,
    late BOOLEAN DEFAULT '0' NOT NULL,
    return_reason TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_monthly_check PRIMARY KEY (id),
    CONSTRAINT uq_monthly_check_task_id_year_month UNIQUE (task_id, year, month),
    CONSTRAINT ck_monthly_check_month_range CHECK (month >= 1 AND month <= 12),
    CONSTRAINT ck_monthly_check_planned_percent_range CHECK (planned_percent >= 0 AND planned_percent <= 100),
    CONSTRAINT ck_monthly_check_actual_percent_range CHECK (actual_percent >= 0 AND actual_percent <= 100),
    CONSTRAINT ck_monthly_check_head_light_has_reason CHECK (head_light IS NULL OR head_light_reason IS NOT NULL),
    CONSTRAINT fk_monthly_check_task_id FOREIGN KEY(task_id) REFERENCES task (id) ON DELETE CASCADE,
    CONSTRAINT ck_monthly_check_quality CHECK (quality IN ('good', 'fair', 'poor')),
    CONSTRAINT ck_monthly_check_computed_light CHECK (computed_light IN ('green', 'yellow', 'orange', 'red', 'grey', 'blue')),
    CONSTRAINT ck_monthly_check_head_light CHECK (head_light IN ('green', 'yellow', 'orange', 'red', 'grey', 'blue')),
    CONSTRAINT ck_monthly_check_status CHECK (status IN ('draft', 'submitted', 'returned'))
);
CREATE INDEX ix_monthly_check_computed_light ON monthly_check (computed_light);
CREATE INDEX ix_monthly_check_year_month_status ON monthly_check (year, month, status);
COMMENT ON TABLE monthly_check IS '月度自我监测';
COMMENT ON COLUMN monthly_check.id IS '主键';
COMMENT ON COLUMN monthly_check.task_id IS '目标任务';
COMMENT ON COLUMN monthly_check.year IS '年份';
COMMENT ON COLUMN monthly_check.month IS '月份';
COMMENT ON COLUMN monthly_check.planned_percent IS '计划进度';
COMMENT ON COLUMN monthly_check.actual_percent IS '实际进度';
COMMENT ON COLUMN monthly_check.quality IS '质量';
COMMENT ON COLUMN monthly_check.computed_light IS '计算状态灯';
COMMENT ON COLUMN monthly_check.light_reason IS '亮灯原因';
COMMENT ON COLUMN monthly_check.head_light IS '负责人调整';
COMMENT ON COLUMN monthly_check.head_light_reason IS '调整原因';
COMMENT ON COLUMN monthly_check.done IS '完成情况';
COMMENT ON COLUMN monthly_check.problem IS '存在问题';
COMMENT ON COLUMN monthly_check.next_step IS '下步措施';
COMMENT ON COLUMN monthly_check.status IS '状态';
COMMENT ON COLUMN monthly_check.submitted_at IS '提交时间';
COMMENT ON COLUMN monthly_check.late IS '迟报';
COMMENT ON COLUMN monthly_check.return_reason IS '退回原因';
COMMENT ON COLUMN monthly_check.version IS '版本（乐观锁）';
COMMENT ON COLUMN monthly_check.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN monthly_check.updated_at IS '更新时间（UTC）';

-- check_contribution: 配合部门的月度情况
CREATE TABLE check_contribution (
    id SERIAL NOT NULL,
    monthly_check_id INTEGER NOT NULL,
    department_id INTEGER NOT NULL,
    done TEXT,
    problem TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_check_contribution PRIMARY KEY (id),
    CONSTRAINT uq_check_contribution_monthly_check_id_department_id UNIQUE (monthly_check_id, department_id),
    CONSTRAINT fk_check_contribution_monthly_check_id FOREIGN KEY(monthly_check_id) REFERENCES monthly_check (id) ON DELETE CASCADE,
    CONSTRAINT fk_check_contribution_department_id FOREIGN KEY(department_id) REFERENCES department (id) ON DELETE RESTRICT
);
CREATE INDEX ix_check_contribution_department_id ON check_contribution (department_id);
CREATE INDEX ix_check_contribution_monthly_check_id ON check_contribution (monthly_check_id);
COMMENT ON TABLE check_contribution IS '配合部门的月度情况';
COMMENT ON COLUMN check_contribution.id IS '主键';
COMMENT ON COLUMN check_contribution.monthly_check_id IS '月度监测';
COMMENT ON COLUMN check_contribution.department_id IS '部门';
COMMENT ON COLUMN check_contribution.done IS '完成情况';
COMMENT ON COLUMN check_contribution.problem IS '存在问题';
COMMENT ON COLUMN check_contribution.version IS '版本（乐观锁）';
COMMENT ON COLUMN check_contribution.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN check_contribution.updated_at IS '更新时间（UTC）';

-- coordination_request: 需协调事项
CREATE TABLE coordination_request (
    id SERIAL NOT NULL,
    task_id INTEGER,
    monthly_check_id INTEGER,
    department_id INTEGER NOT NULL,
    matter TEXT NOT NULL,
    addressed_department_id INTEGER,
    addressed_leader_id INTEGER,
    due_on DATE,
    status VARCHAR(24) NOT NULL,
    reply TEXT,
    answered_at TIMESTAMP WITH TIME ZONE,
    resolved_at TIMESTAMP WITH TIME ZONE,
    reopen_reason TEXT,
    reroute_reason TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_coordination_request PRIMARY KEY (id),
    CONSTRAINT ck_coordination_request_matter_not_blank CHECK (length(trim(matter)) > 0),
    CONSTRAINT ck_coordination_request_has_addressee CHECK (addressed_department_id IS NOT NULL OR addressed_leader_id IS NOT NULL),
    CONSTRAINT fk_coordination_request_task_id FOREIGN KEY(task_id) REFERENCES task (id) ON DELETE CASCADE,
    CONSTRAINT fk_coordination_request_monthly_check_id FOREIGN KEY(monthly_check_id) REFERENCES monthly_check (id) ON DELETE SET NULL,
    CONSTRAINT fk_coordination_request_department_id FOREIGN KEY(department_id) REFERENCES department (id) ON DELETE RESTRICT,
    CONSTRAINT fk_coordination_request_addressed_department_id FOREIGN KEY(addressed_department_id) REFERENCES department (id) ON DELETE RESTRICT,
    CONSTRAINT fk_coordination_request_addressed_leader_id FOREIGN KEY(addressed_leader_id) REFERENCES ab_user (id) ON DELETE RESTRICT,
    CONSTRAINT ck_coordination_request_status CHECK (status IN ('open', 'answered', 'resolved', 'reopened'))
);
CREATE INDEX ix_coordination_request_addressed_department_id ON coordination_request (addressed_department_id);
CREATE INDEX ix_coordination_request_addressed_leader_id ON coordination_request (addressed_leader_id);
CREATE INDEX ix_coordination_request_department_id ON coordination_request (department_id);
CREATE INDEX ix_coordination_request_due_on ON coordination_request (due_on);
CREATE INDEX ix_coordination_request_monthly_check_id ON coordination_request (monthly_check_id);
CREATE INDEX ix_coordination_request_status ON coordination_request (status);
CREATE INDEX ix_coordination_request_task_id ON coordination_request (task_id);
COMMENT ON TABLE coordination_request IS '需协调事项';
COMMENT ON COLUMN coordination_request.id IS '主键';
COMMENT ON COLUMN coordination_request.task_id IS '目标任务';
COMMENT ON COLUMN coordination_request.monthly_check_id IS '月度监测';
COMMENT ON COLUMN coordination_request.department_id IS '提出部门';
COMMENT ON COLUMN coordination_request.matter IS '事项';
COMMENT ON COLUMN coordination_request.addressed_department_id IS '协调部门';
COMMENT ON COLUMN coordination_request.addressed_leader_id IS '协调领导';
COMMENT ON COLUMN coordination_request.due_on IS '答复期限';
COMMENT ON COLUMN coordination_request.status IS '状态';
COMMENT ON COLUMN coordination_request.reply IS '答复';
COMMENT ON COLUMN coordination_request.answered_at IS '答复时间';
COMMENT ON COLUMN coordination_request.resolved_at IS '解决时间';
COMMENT ON COLUMN coordination_request.reopen_reason IS '重新提出原因';
COMMENT ON COLUMN coordination_request.reroute_reason IS '转办说明';
COMMENT ON COLUMN coordination_request.version IS '版本（乐观锁）';
COMMENT ON COLUMN coordination_request.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN coordination_request.updated_at IS '更新时间（UTC）';

-- warning: 预警
CREATE TABLE warning (
    id SERIAL NOT NULL,
    task_id INTEGER NOT NULL,
    monthly_check_id INTEGER,
    light VARCHAR(24) NOT NULL,
    rule_key VARCHAR(80) NOT NULL,
    cause TEXT NOT NULL,
    opened_on DATE NOT NULL,
    closed_on DATE,
    closing_reason TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_warning PRIMARY KEY (id),
    CONSTRAINT ck_warning_closed_after_opened CHECK (closed_on IS NULL OR closed_on >= opened_on),
    CONSTRAINT fk_warning_task_id FOREIGN KEY(task_id) REFERENCES task (id) ON DELETE CASCADE,
    CONSTRAINT fk_warning_monthly_check_id FOREIGN KEY(monthly_check_id) REFERENCES monthly_check (id) ON DELETE SET NULL,
    CONSTRAINT ck_warning_light CHECK (light IN ('green', 'yellow', 'orange', 'red', 'grey', 'blue'))
);
CREATE INDEX ix_warning_closed_on_light ON warning (closed_on, light);
CREATE INDEX ix_warning_monthly_check_id ON warning (monthly_check_id);
CREATE INDEX ix_warning_task_id_opened_on ON warning (task_id, opened_on);
COMMENT ON TABLE warning IS '预警';
COMMENT ON COLUMN warning.id IS '主键';
COMMENT ON COLUMN warning.task_id IS '目标任务';
COMMENT ON COLUMN warning.monthly_check_id IS '月度监测';
COMMENT ON COLUMN warning.light IS '状态灯';
COMMENT ON COLUMN warning.rule_key IS '触发规则';
COMMENT ON COLUMN warning.cause IS '原因';
COMMENT ON COLUMN warning.opened_on IS '开始';
COMMENT ON COLUMN warning.closed_on IS '解除';
COMMENT ON COLUMN warning.closing_reason IS '解除原因';
COMMENT ON COLUMN warning.version IS '版本（乐观锁）';
COMMENT ON COLUMN warning.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN warning.updated_at IS '更新时间（UTC）';

-- ==========================================================================================
-- Supervision (Art. 8): cases, steps, instructions
-- ==========================================================================================

-- instruction: 批示
CREATE TABLE instruction (
    id SERIAL NOT NULL,
    subject_table VARCHAR(60) NOT NULL,
    subject_id INTEGER NOT NULL,
    author_id INTEGER NOT NULL,
    recorded_by_id INTEGER,
    text TEXT NOT NULL,
    written_on DATE NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_instruction PRIMARY KEY (id),
    CONSTRAINT ck_instruction_text_not_blank CHECK (length(trim(text)) > 0),
    CONSTRAINT fk_instruction_author_id FOREIGN KEY(author_id) REFERENCES ab_user (id) ON DELETE RESTRICT,
    CONSTRAINT fk_instruction_recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES ab_user (id) ON DELETE RESTRICT
);
CREATE INDEX ix_instruction_author_id ON instruction (author_id);
CREATE INDEX ix_instruction_recorded_by_id ON instruction (recorded_by_id);
CREATE INDEX ix_instruction_subject_table_subject_id ON instruction (subject_table, subject_id);
CREATE INDEX ix_instruction_written_on ON instruction (written_on);
COMMENT ON TABLE instruction IS '批示';
COMMENT ON COLUMN instruction.id IS '主键';
COMMENT ON COLUMN instruction.subject_table IS '对象类型';
COMMENT ON COLUMN instruction.subject_id IS '对象编号';
COMMENT ON COLUMN instruction.author_id IS '批示人';
COMMENT ON COLUMN instruction.recorded_by_id IS '代录人';
COMMENT ON COLUMN instruction.text IS '批示内容';
COMMENT ON COLUMN instruction.written_on IS '批示日期';
COMMENT ON COLUMN instruction.version IS '版本（乐观锁）';
COMMENT ON COLUMN instruction.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN instruction.updated_at IS '更新时间（UTC）';

-- supervision_case: 督查督办件
CREATE TABLE supervision_case (
    id SERIAL NOT NULL,
    cycle_id INTEGER NOT NULL,
    number VARCHAR(60),
    source VARCHAR(24) NOT NULL,
    task_id INTEGER,
    matter VARCHAR(500) NOT NULL,
    ground TEXT,
    requirement TEXT,
    department_id INTEGER NOT NULL,
    leader_id INTEGER,
    stage VARCHAR(24) NOT NULL,
    status VARCHAR(24) NOT NULL,
    opened_on DATE,
    due_on DATE,
    signed_at TIMESTAMP WITH TIME ZONE,
    closed_on DATE,
    rule_key VARCHAR(80),
    urges INTEGER DEFAULT '0' NOT NULL,
    special_ground TEXT,
    special_proposed_on DATE,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_supervision_case PRIMARY KEY (id),
    CONSTRAINT uq_supervision_case_number UNIQUE (number),
    CONSTRAINT ck_supervision_case_matter_not_blank CHECK (length(trim(matter)) > 0),
    CONSTRAINT ck_supervision_case_task_source_has_task CHECK (source <> 'task' OR task_id IS NOT NULL),
    CONSTRAINT ck_supervision_case_open_has_number CHECK (status IN ('proposed', 'dismissed', 'withdrawn') OR number IS NOT NULL),
    CONSTRAINT ck_supervision_case_urges_not_negative CHECK (urges >= 0),
    CONSTRAINT ck_supervision_case_special_has_ground CHECK (special_proposed_on IS NULL OR special_ground IS NOT NULL),
    CONSTRAINT fk_supervision_case_cycle_id FOREIGN KEY(cycle_id) REFERENCES cycle (id) ON DELETE RESTRICT,
    CONSTRAINT ck_supervision_case_source CHECK (source IN ('task', 'meeting', 'instruction')),
    CONSTRAINT fk_supervision_case_task_id FOREIGN KEY(task_id) REFERENCES task (id) ON DELETE RESTRICT,
    CONSTRAINT fk_supervision_case_department_id FOREIGN KEY(department_id) REFERENCES department (id) ON DELETE RESTRICT,
    CONSTRAINT fk_supervision_case_leader_id FOREIGN KEY(leader_id) REFERENCES ab_user (id) ON DELETE RESTRICT,
    CONSTRAINT ck_supervision_case_stage CHECK (stage IN ('supervise', 'urge', 'deadline', 'special')),
    CONSTRAINT ck_supervision_case_status CHECK (status IN ('proposed', 'open', 'replied', 'accepted', 'closed', 'dismissed', 'withdrawn'))
);
CREATE INDEX ix_supervision_case_cycle_id_status ON supervision_case (cycle_id, status);
CREATE INDEX ix_supervision_case_department_id ON supervision_case (department_id);
CREATE INDEX ix_supervision_case_leader_id ON supervision_case (leader_id);
CREATE INDEX ix_supervision_case_opened_on ON supervision_case (opened_on);
CREATE INDEX ix_supervision_case_special_proposed_on ON supervision_case (special_proposed_on);
CREATE INDEX ix_supervision_case_stage ON supervision_case (stage);
CREATE INDEX ix_supervision_case_status_due_on ON supervision_case (status, due_on);
CREATE INDEX ix_supervision_case_task_id ON supervision_case (task_id);
COMMENT ON TABLE supervision_case IS '督查督办件';
COMMENT ON COLUMN supervision_case.id IS '主键';
COMMENT ON COLUMN supervision_case.cycle_id IS '年度';
COMMENT ON COLUMN supervision_case.number IS '编号';
COMMENT ON COLUMN supervision_case.source IS '来源';
COMMENT ON COLUMN supervision_case.task_id IS '目标任务';
COMMENT ON COLUMN supervision_case.matter IS '事项';
COMMENT ON COLUMN supervision_case.ground IS '依据';
COMMENT ON COLUMN supervision_case.requirement IS '办理要求';
COMMENT ON COLUMN supervision_case.department_id IS '承办部门';
COMMENT ON COLUMN supervision_case.leader_id IS '分管领导';
COMMENT ON COLUMN supervision_case.stage IS '阶段';
COMMENT ON COLUMN supervision_case.status IS '状态';
COMMENT ON COLUMN supervision_case.opened_on IS '立项日期';
COMMENT ON COLUMN supervision_case.due_on IS '办理期限';
COMMENT ON COLUMN supervision_case.signed_at IS '签收时间';
COMMENT ON COLUMN supervision_case.closed_on IS '办结日期';
COMMENT ON COLUMN supervision_case.rule_key IS '立项规则';
COMMENT ON COLUMN supervision_case.urges IS '催办次数';
COMMENT ON COLUMN supervision_case.special_ground IS '提请专项督查理由';
COMMENT ON COLUMN supervision_case.special_proposed_on IS '提请专项督查日期';
COMMENT ON COLUMN supervision_case.version IS '版本（乐观锁）';
COMMENT ON COLUMN supervision_case.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN supervision_case.updated_at IS '更新时间（UTC）';

-- case_department: 督办件的配合部门
CREATE TABLE case_department (
    id SERIAL NOT NULL,
    supervision_case_id INTEGER NOT NULL,
    department_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_case_department PRIMARY KEY (id),
    CONSTRAINT uq_case_department_supervision_case_id_department_id UNIQUE (supervision_case_id, department_id),
    CONSTRAINT fk_case_department_supervision_case_id FOREIGN KEY(supervision_case_id) REFERENCES supervision_case (id) ON DELETE CASCADE,
    CONSTRAINT fk_case_department_department_id FOREIGN KEY(department_id) REFERENCES department (id) ON DELETE RESTRICT
);
CREATE INDEX ix_case_department_department_id ON case_department (department_id);
COMMENT ON TABLE case_department IS '督办件的配合部门';
COMMENT ON COLUMN case_department.id IS '主键';
COMMENT ON COLUMN case_department.supervision_case_id IS '督办件';
COMMENT ON COLUMN case_department.department_id IS '配合部门';
COMMENT ON COLUMN case_department.version IS '版本（乐观锁）';
COMMENT ON COLUMN case_department.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN case_department.updated_at IS '更新时间（UTC）';

-- case_step: 督办过程
CREATE TABLE case_step (
    id SERIAL NOT NULL,
    supervision_case_id INTEGER NOT NULL,
    kind VARCHAR(24) NOT NULL,
    stage VARCHAR(24) NOT NULL,
    text TEXT,
    actor_id INTEGER,
    happened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_on DATE,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_case_step PRIMARY KEY (id),
    CONSTRAINT fk_case_step_supervision_case_id FOREIGN KEY(supervision_case_id) REFERENCES supervision_case (id) ON DELETE CASCADE,
    CONSTRAINT ck_case_step_kind CHECK (kind IN ('proposed', 'dismissed', 'opened', 'signed', 'reply', 'accepted', 'rejected', 'urged', 'deadline_set', 'extended', 'special_proposed', 'transferred', 'concluded', 'returned', 'closed', 'reopened', 'withdrawn')),
    CONSTRAINT ck_case_step_stage CHECK (stage IN ('supervise', 'urge', 'deadline', 'special')),
    CONSTRAINT fk_case_step_actor_id FOREIGN KEY(actor_id) REFERENCES ab_user (id) ON DELETE RESTRICT
);
CREATE INDEX ix_case_step_actor_id ON case_step (actor_id);
CREATE INDEX ix_case_step_supervision_case_id_happened_at ON case_step (supervision_case_id, happened_at);
COMMENT ON TABLE case_step IS '督办过程';
COMMENT ON COLUMN case_step.id IS '主键';
COMMENT ON COLUMN case_step.supervision_case_id IS '督办件';
COMMENT ON COLUMN case_step.kind IS '步骤';
COMMENT ON COLUMN case_step.stage IS '阶段';
COMMENT ON COLUMN case_step.text IS '内容';
COMMENT ON COLUMN case_step.actor_id IS '办理人';
COMMENT ON COLUMN case_step.happened_at IS '时间';
COMMENT ON COLUMN case_step.due_on IS '期限';
COMMENT ON COLUMN case_step.version IS '版本（乐观锁）';
COMMENT ON COLUMN case_step.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN case_step.updated_at IS '更新时间（UTC）';

-- ==========================================================================================
-- Improvement (Art. 9-10): diagnoses, adjustments, results, evidence
-- ==========================================================================================

-- adjustment: 目标任务调整方案
CREATE TABLE adjustment (
    id SERIAL NOT NULL,
    cycle_id INTEGER NOT NULL,
    department_id INTEGER NOT NULL,
    task_id INTEGER,
    kind VARCHAR(24) NOT NULL,
    cause_kind VARCHAR(24) NOT NULL,
    cause TEXT NOT NULL,
    status VARCHAR(24) NOT NULL,
    submitted_by_id INTEGER,
    review_comment TEXT,
    agenda_item_id INTEGER,
    decision_id INTEGER,
    applied_at TIMESTAMP WITH TIME ZONE,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_adjustment PRIMARY KEY (id),
    CONSTRAINT ck_adjustment_cause_not_blank CHECK (length(trim(cause)) > 0),
    CONSTRAINT ck_adjustment_names_its_task CHECK (kind = 'add' OR task_id IS NOT NULL),
    CONSTRAINT ck_adjustment_termination_is_objective CHECK (kind <> 'terminate' OR cause_kind = 'objective'),
    CONSTRAINT fk_adjustment_cycle_id FOREIGN KEY(cycle_id) REFERENCES cycle (id) ON DELETE RESTRICT,
    CONSTRAINT fk_adjustment_department_id FOREIGN KEY(department_id) REFERENCES department (id) ON DELETE RESTRICT,
    CONSTRAINT fk_adjustment_task_id FOREIGN KEY(task_id) REFERENCES task (id) ON DELETE RESTRICT,
    CONSTRAINT ck_adjustment_kind CHECK (kind IN ('add', 'revise', 'extend', 'terminate')),
    CONSTRAINT ck_adjustment_cause_kind CHECK (cause_kind IN ('objective', 'subjective')),
    CONSTRAINT ck_adjustment_status CHECK (status IN ('draft', 'review', 'reviewed', 'returned', 'committee', 'approved', 'rejected', 'deferred', 'applied')),
    CONSTRAINT fk_adjustment_submitted_by_id FOREIGN KEY(submitted_by_id) REFERENCES ab_user (id) ON DELETE RESTRICT,
    CONSTRAINT fk_adjustment_agenda_item_id FOREIGN KEY(agenda_item_id) REFERENCES agenda_item (id) ON DELETE RESTRICT,
    CONSTRAINT fk_adjustment_decision_id FOREIGN KEY(decision_id) REFERENCES decision (id) ON DELETE RESTRICT
);
CREATE INDEX ix_adjustment_agenda_item_id ON adjustment (agenda_item_id);
CREATE INDEX ix_adjustment_cycle_id_status ON adjustment (cycle_id, status);
CREATE INDEX ix_adjustment_decision_id ON adjustment (decision_id);
CREATE INDEX ix_adjustment_department_id ON adjustment (department_id);
CREATE INDEX ix_adjustment_submitted_by_id ON adjustment (submitted_by_id);
CREATE INDEX ix_adjustment_task_id ON adjustment (task_id);
COMMENT ON TABLE adjustment IS '目标任务调整方案';
COMMENT ON COLUMN adjustment.id IS '主键';
COMMENT ON COLUMN adjustment.cycle_id IS '年度';
COMMENT ON COLUMN adjustment.department_id IS '部门';
COMMENT ON COLUMN adjustment.task_id IS '目标任务';
COMMENT ON COLUMN adjustment.kind IS '类型';
COMMENT ON COLUMN adjustment.cause_kind IS '原因性质';
COMMENT ON COLUMN adjustment.cause IS '原因';
COMMENT ON COLUMN adjustment.status IS '状态';
COMMENT ON COLUMN adjustment.submitted_by_id IS '提交人';
COMMENT ON COLUMN adjustment.review_comment IS '审阅意见';
COMMENT ON COLUMN adjustment.agenda_item_id IS '议题';
COMMENT ON COLUMN adjustment.decision_id IS '审定';
COMMENT ON COLUMN adjustment.applied_at IS '执行时间';
COMMENT ON COLUMN adjustment.version IS '版本（乐观锁）';
COMMENT ON COLUMN adjustment.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN adjustment.updated_at IS '更新时间（UTC）';

-- adjustment_change: 调整内容
CREATE TABLE adjustment_change (
    id SERIAL NOT NULL,
    adjustment_id INTEGER NOT NULL,
    column_name VARCHAR(60) NOT NULL,
    old_value TEXT,
    new_value TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_adjustment_change PRIMARY KEY (id),
    CONSTRAINT uq_adjustment_change_adjustment_id_column_name UNIQUE (adjustment_id, column_name),
    CONSTRAINT fk_adjustment_change_adjustment_id FOREIGN KEY(adjustment_id) REFERENCES adjustment (id) ON DELETE CASCADE
);
CREATE INDEX ix_adjustment_change_adjustment_id ON adjustment_change (adjustment_id);
COMMENT ON TABLE adjustment_change IS '调整内容';
COMMENT ON COLUMN adjustment_change.id IS '主键';
COMMENT ON COLUMN adjustment_change.adjustment_id IS '目标任务调整';
COMMENT ON COLUMN adjustment_change.column_name IS '字段';
COMMENT ON COLUMN adjustment_change.old_value IS '原值';
COMMENT ON COLUMN adjustment_change.new_value IS '新值';
COMMENT ON COLUMN adjustment_change.version IS '版本（乐观锁）';
COMMENT ON COLUMN adjustment_change.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN adjustment_change.updated_at IS '更新时间（UTC）';

-- correction: 更正
CREATE TABLE correction (
    id SERIAL NOT NULL,
    cycle_id INTEGER NOT NULL,
    department_id INTEGER,
    subject_table VARCHAR(60) NOT NULL,
    subject_id INTEGER NOT NULL,
    column_name VARCHAR(60) NOT NULL,
    old_value TEXT,
    new_value TEXT,
    reason TEXT NOT NULL,
    status VARCHAR(24) NOT NULL,
    approved_by_id INTEGER,
    approved_at TIMESTAMP WITH TIME ZONE,
    effect TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_correction PRIMARY KEY (id),
    CONSTRAINT ck_correction_reason_not_blank CHECK (length(trim(reason)) > 0),
    CONSTRAINT fk_correction_cycle_id FOREIGN KEY(cycle_id) REFERENCES cycle (id) ON DELETE RESTRICT,
    CONSTRAINT fk_correction_department_id FOREIGN KEY(department_id) REFERENCES department (id) ON DELETE RESTRICT,
    CONSTRAINT ck_correction_status CHECK (status IN ('requested', 'approved', 'refused', 'taken_back')),
    CONSTRAINT fk_correction_approved_by_id FOREIGN KEY(approved_by_id) REFERENCES ab_user (id) ON DELETE RESTRICT
);
CREATE INDEX ix_correction_approved_by_id ON correction (approved_by_id);
CREATE INDEX ix_correction_cycle_id ON correction (cycle_id);
CREATE INDEX ix_correction_department_id ON correction (department_id);
CREATE INDEX ix_correction_status ON correction (status);
CREATE INDEX ix_correction_subject_table_subject_id ON correction (subject_table, subject_id);
COMMENT ON TABLE correction IS '更正';
COMMENT ON COLUMN correction.id IS '主键';
COMMENT ON COLUMN correction.cycle_id IS '年度';
COMMENT ON COLUMN correction.department_id IS '部门';
COMMENT ON COLUMN correction.subject_table IS '对象类型';
COMMENT ON COLUMN correction.subject_id IS '对象编号';
COMMENT ON COLUMN correction.column_name IS '字段';
COMMENT ON COLUMN correction.old_value IS '原值';
COMMENT ON COLUMN correction.new_value IS '新值';
COMMENT ON COLUMN correction.reason IS '更正原因';
COMMENT ON COLUMN correction.status IS '状态';
COMMENT ON COLUMN correction.approved_by_id IS '批准人';
COMMENT ON COLUMN correction.approved_at IS '批准时间';
COMMENT ON COLUMN correction.effect IS '更正结果';
COMMENT ON COLUMN correction.version IS '版本（乐观锁）';
COMMENT ON COLUMN correction.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN correction.updated_at IS '更新时间（UTC）';

-- diagnosis: 年中、年度诊断
CREATE TABLE diagnosis (
    id SERIAL NOT NULL,
    cycle_id INTEGER NOT NULL,
    department_id INTEGER,
    kind VARCHAR(24) NOT NULL,
    status VARCHAR(24) NOT NULL,
    summary TEXT,
    quality_comment TEXT,
    submitted_at TIMESTAMP WITH TIME ZONE,
    issue_number VARCHAR(60),
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_diagnosis PRIMARY KEY (id),
    CONSTRAINT uq_diagnosis_cycle_id_department_id_kind UNIQUE (cycle_id, department_id, kind),
    CONSTRAINT fk_diagnosis_cycle_id FOREIGN KEY(cycle_id) REFERENCES cycle (id) ON DELETE RESTRICT,
    CONSTRAINT fk_diagnosis_department_id FOREIGN KEY(department_id) REFERENCES department (id) ON DELETE RESTRICT,
    CONSTRAINT ck_diagnosis_kind CHECK (kind IN ('midyear', 'annual')),
    CONSTRAINT ck_diagnosis_status CHECK (status IN ('draft', 'submitted', 'returned', 'archived', 'committee', 'issued'))
);
CREATE INDEX ix_diagnosis_cycle_id_kind_status ON diagnosis (cycle_id, kind, status);
CREATE INDEX ix_diagnosis_department_id ON diagnosis (department_id);
COMMENT ON TABLE diagnosis IS '年中、年度诊断';
COMMENT ON COLUMN diagnosis.id IS '主键';
COMMENT ON COLUMN diagnosis.cycle_id IS '年度';
COMMENT ON COLUMN diagnosis.department_id IS '部门';
COMMENT ON COLUMN diagnosis.kind IS '类型';
COMMENT ON COLUMN diagnosis.status IS '状态';
COMMENT ON COLUMN diagnosis.summary IS '总述';
COMMENT ON COLUMN diagnosis.quality_comment IS '诊改办意见';
COMMENT ON COLUMN diagnosis.submitted_at IS '提交时间';
COMMENT ON COLUMN diagnosis.issue_number IS '文号';
COMMENT ON COLUMN diagnosis.version IS '版本（乐观锁）';
COMMENT ON COLUMN diagnosis.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN diagnosis.updated_at IS '更新时间（UTC）';

-- diagnosis_item: 诊断条目
CREATE TABLE diagnosis_item (
    id SERIAL NOT NULL,
    diagnosis_id INTEGER NOT NULL,
    task_id INTEGER,
    kind VARCHAR(24) NOT NULL,
    text TEXT NOT NULL,
    position INTEGER DEFAULT '0' NOT NULL,
    became_task_id INTEGER,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_diagnosis_item PRIMARY KEY (id),
    CONSTRAINT ck_diagnosis_item_text_not_blank CHECK (length(trim(text)) > 0),
    CONSTRAINT fk_diagnosis_item_diagnosis_id FOREIGN KEY(diagnosis_id) REFERENCES diagnosis (id) ON DELETE CASCADE,
    CONSTRAINT fk_diagnosis_item_task_id FOREIGN KEY(task_id) REFERENCES task (id) ON DELETE SET NULL,
    CONSTRAINT ck_diagnosis_item_kind CHECK (kind IN ('completion', 'problem', 'cause', 'measure', 'lesson', 'next_focus')),
    CONSTRAINT fk_diagnosis_item_became_task_id FOREIGN KEY(became_task_id) REFERENCES task (id) ON DELETE SET NULL
);
CREATE INDEX ix_diagnosis_item_became_task_id ON diagnosis_item (became_task_id);
CREATE INDEX ix_diagnosis_item_diagnosis_id ON diagnosis_item (diagnosis_id);
CREATE INDEX ix_diagnosis_item_task_id ON diagnosis_item (task_id);
COMMENT ON TABLE diagnosis_item IS '诊断条目';
COMMENT ON COLUMN diagnosis_item.id IS '主键';
COMMENT ON COLUMN diagnosis_item.diagnosis_id IS '诊断报告';
COMMENT ON COLUMN diagnosis_item.task_id IS '目标任务';
COMMENT ON COLUMN diagnosis_item.kind IS '类型';
COMMENT ON COLUMN diagnosis_item.text IS '内容';
COMMENT ON COLUMN diagnosis_item.position IS '序号';
COMMENT ON COLUMN diagnosis_item.became_task_id IS '转为任务';
COMMENT ON COLUMN diagnosis_item.version IS '版本（乐观锁）';
COMMENT ON COLUMN diagnosis_item.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN diagnosis_item.updated_at IS '更新时间（UTC）';

-- task_result: 完成情况反馈
CREATE TABLE task_result (
    id SERIAL NOT NULL,
    task_id INTEGER NOT NULL,
    outcome VARCHAR(24) NOT NULL,
    quality VARCHAR(24) NOT NULL,
    description TEXT NOT NULL,
    reason TEXT,
    measure TEXT,
    completed_on DATE,
    status VARCHAR(24) NOT NULL,
    submitted_at TIMESTAMP WITH TIME ZONE,
    submitted_by_id INTEGER,
    review_comment TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_task_result PRIMARY KEY (id),
    CONSTRAINT uq_task_result_task_id UNIQUE (task_id),
    CONSTRAINT ck_task_result_unfinished_is_explained CHECK (outcome = 'finished' OR status = 'draft' OR (reason IS NOT NULL AND measure IS NOT NULL)),
    CONSTRAINT fk_task_result_task_id FOREIGN KEY(task_id) REFERENCES task (id) ON DELETE RESTRICT,
    CONSTRAINT ck_task_result_outcome CHECK (outcome IN ('finished', 'partly', 'unfinished')),
    CONSTRAINT ck_task_result_quality CHECK (quality IN ('good', 'fair', 'poor')),
    CONSTRAINT ck_task_result_status CHECK (status IN ('draft', 'submitted', 'confirmed', 'returned')),
    CONSTRAINT fk_task_result_submitted_by_id FOREIGN KEY(submitted_by_id) REFERENCES ab_user (id) ON DELETE RESTRICT
);
CREATE INDEX ix_task_result_status ON task_result (status);
CREATE INDEX ix_task_result_submitted_by_id ON task_result (submitted_by_id);
COMMENT ON TABLE task_result IS '完成情况反馈';
COMMENT ON COLUMN task_result.id IS '主键';
COMMENT ON COLUMN task_result.task_id IS '目标任务';
COMMENT ON COLUMN task_result.outcome IS '完成结论';
COMMENT ON COLUMN task_result.quality IS '质量';
COMMENT ON COLUMN task_result.description IS '完成情况';
COMMENT ON COLUMN task_result.reason IS '未完成原因';
COMMENT ON COLUMN task_result.measure IS '改进措施';
COMMENT ON COLUMN task_result.completed_on IS '完成日期';
COMMENT ON COLUMN task_result.status IS '状态';
COMMENT ON COLUMN task_result.submitted_at IS '提交时间';
COMMENT ON COLUMN task_result.submitted_by_id IS '提交人';
COMMENT ON COLUMN task_result.review_comment IS '审核意见';
COMMENT ON COLUMN task_result.version IS '版本（乐观锁）';
COMMENT ON COLUMN task_result.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN task_result.updated_at IS '更新时间（UTC）';

-- evidence: 佐证材料
CREATE TABLE evidence (
    id SERIAL NOT NULL,
    task_id INTEGER,
    monthly_check_id INTEGER,
    task_result_id INTEGER,
    supervision_case_id INTEGER,
    adjustment_id INTEGER,
    work_point_opinion_id INTEGER,
    department_plan_id INTEGER,
    paper_entry_id INTEGER,
    file_name VARCHAR(255) NOT NULL,
    title VARCHAR(200),
    media_type VARCHAR(120) NOT NULL,
    size INTEGER NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    storage_key VARCHAR(120) NOT NULL,
    uploader_id INTEGER NOT NULL,
    uploaded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_evidence PRIMARY KEY (id),
    CONSTRAINT ck_evidence_exactly_one_row CHECK ((CASE WHEN task_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN monthly_check_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN task_result_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN supervision_case_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN adjustment_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN work_point_opinion_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN department_plan_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN paper_entry_id IS NULL THEN 0 ELSE 1 END) = 1),
    CONSTRAINT ck_evidence_size_not_negative CHECK (size >= 0),
    CONSTRAINT ck_evidence_sha256_length CHECK (length(sha256) = 64),
    CONSTRAINT fk_evidence_task_id FOREIGN KEY(task_id) REFERENCES task (id) ON DELETE RESTRICT,
    CONSTRAINT fk_evidence_monthly_check_id FOREIGN KEY(monthly_check_id) REFERENCES monthly_check (id) ON DELETE RESTRICT,
    CONSTRAINT fk_evidence_task_result_id FOREIGN KEY(task_result_id) REFERENCES task_result (id) ON DELETE RESTRICT,
    CONSTRAINT fk_evidence_supervision_case_id FOREIGN KEY(supervision_case_id) REFERENCES supervision_case (id) ON DELETE RESTRICT,
    CONSTRAINT fk_evidence_adjustment_id FOREIGN KEY(adjustment_id) REFERENCES adjustment (id) ON DELETE RESTRICT,
    CONSTRAINT fk_evidence_work_point_opinion_id FOREIGN KEY(work_point_opinion_id) REFERENCES work_point_opinion (id) ON DELETE RESTRICT,
    CONSTRAINT fk_evidence_department_plan_id FOREIGN KEY(department_plan_id) REFERENCES department_plan (id) ON DELETE RESTRICT,
    CONSTRAINT fk_evidence_paper_entry_id FOREIGN KEY(paper_entry_id) REFERENCES paper_entry (id) ON DELETE RESTRICT,
    CONSTRAINT fk_evidence_uploader_id FOREIGN KEY(uploader_id) REFERENCES ab_user (id) ON DELETE RESTRICT
);
CREATE INDEX ix_evidence_adjustment_id ON evidence (adjustment_id);
CREATE INDEX ix_evidence_department_plan_id ON evidence (department_plan_id);
CREATE INDEX ix_evidence_monthly_check_id ON evidence (monthly_check_id);
CREATE INDEX ix_evidence_paper_entry_id ON evidence (paper_entry_id);
CREATE INDEX ix_evidence_sha256 ON evidence (sha256);
CREATE INDEX ix_evidence_supervision_case_id ON evidence (supervision_case_id);
CREATE INDEX ix_evidence_task_id ON evidence (task_id);
CREATE INDEX ix_evidence_task_result_id ON evidence (task_result_id);
CREATE INDEX ix_evidence_uploader_id ON evidence (uploader_id);
CREATE INDEX ix_evidence_work_point_opinion_id ON evidence (work_point_opinion_id);
COMMENT ON TABLE evidence IS '佐证材料';
COMMENT ON COLUMN evidence.id IS '主键';
COMMENT ON COLUMN evidence.task_id IS '目标任务';
COMMENT ON COLUMN evidence.monthly_check_id IS '月度监测';
COMMENT ON COLUMN evidence.task_result_id IS '完成情况反馈';
COMMENT ON COLUMN evidence.supervision_case_id IS '督办件';
COMMENT ON COLUMN evidence.adjustment_id IS '目标任务调整';
COMMENT ON COLUMN evidence.work_point_opinion_id IS '征求意见';
COMMENT ON COLUMN evidence.department_plan_id IS '部门工作计划';
COMMENT ON COLUMN evidence.paper_entry_id IS '代录意见';
COMMENT ON COLUMN evidence.file_name IS '文件名';
COMMENT ON COLUMN evidence.title IS '说明';
COMMENT ON COLUMN evidence.media_type IS '文件类型';
COMMENT ON COLUMN evidence.size IS '大小（字节）';
COMMENT ON COLUMN evidence.sha256 IS '摘要';
COMMENT ON COLUMN evidence.storage_key IS '存储位置';
COMMENT ON COLUMN evidence.uploader_id IS '上传人';
COMMENT ON COLUMN evidence.uploaded_at IS '上传时间';
COMMENT ON COLUMN evidence.version IS '版本（乐观锁）';
COMMENT ON COLUMN evidence.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN evidence.updated_at IS '更新时间（UTC）';

-- ==========================================================================================
-- Assessment (Art. 12-13): scores, grades, appeals, notices
-- ==========================================================================================

-- accountability_notice: 问责通报
CREATE TABLE accountability_notice (
    id SERIAL NOT NULL,
    cycle_id INTEGER NOT NULL,
    department_id INTEGER NOT NULL,
    person_id INTEGER,
    supervision_case_id INTEGER,
    number VARCHAR(60),
    facts TEXT NOT NULL,
    ground TEXT,
    measure TEXT,
    status VARCHAR(24) NOT NULL,
    decision_id INTEGER,
    issued_on DATE,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_accountability_notice PRIMARY KEY (id),
    CONSTRAINT ck_accountability_notice_facts_not_blank CHECK (length(trim(facts)) > 0),
    CONSTRAINT uq_accountability_notice_number UNIQUE (number),
    CONSTRAINT ck_accountability_notice_issued_has_number CHECK (status <> 'issued' OR (number IS NOT NULL AND issued_on IS NOT NULL)),
    CONSTRAINT fk_accountability_notice_cycle_id FOREIGN KEY(cycle_id) REFERENCES cycle (id) ON DELETE RESTRICT,
    CONSTRAINT fk_accountability_notice_department_id FOREIGN KEY(department_id) REFERENCES department (id) ON DELETE RESTRICT,
    CONSTRAINT fk_accountability_notice_person_id FOREIGN KEY(person_id) REFERENCES ab_user (id) ON DELETE RESTRICT,
    CONSTRAINT fk_accountability_notice_supervision_case_id FOREIGN KEY(supervision_case_id) REFERENCES supervision_case (id) ON DELETE RESTRICT,
    CONSTRAINT ck_accountability_notice_status CHECK (status IN ('draft', 'approved', 'issued')),
    CONSTRAINT fk_accountability_notice_decision_id FOREIGN KEY(decision_id) REFERENCES decision (id) ON DELETE RESTRICT
);
CREATE INDEX ix_accountability_notice_cycle_id ON accountability_notice (cycle_id);
CREATE INDEX ix_accountability_notice_decision_id ON accountability_notice (decision_id);
CREATE INDEX ix_accountability_notice_department_id ON accountability_notice (department_id);
CREATE INDEX ix_accountability_notice_person_id ON accountability_notice (person_id);
CREATE INDEX ix_accountability_notice_status ON accountability_notice (status);
CREATE INDEX ix_accountability_notice_supervision_case_id ON accountability_notice (supervision_case_id);
COMMENT ON TABLE accountability_notice IS '问责通报';
COMMENT ON COLUMN accountability_notice.id IS '主键';
COMMENT ON COLUMN accountability_notice.cycle_id IS '年度';
COMMENT ON COLUMN accountability_notice.department_id IS '部门';
COMMENT ON COLUMN accountability_notice.person_id IS '责任人';
COMMENT ON COLUMN accountability_notice.supervision_case_id IS '督办件';
COMMENT ON COLUMN accountability_notice.number IS '文号';
COMMENT ON COLUMN accountability_notice.facts IS '事实';
COMMENT ON COLUMN accountability_notice.ground IS '依据';
COMMENT ON COLUMN accountability_notice.measure IS '处理意见';
COMMENT ON COLUMN accountability_notice.status IS '状态';
COMMENT ON COLUMN accountability_notice.decision_id IS '审定';
COMMENT ON COLUMN accountability_notice.issued_on IS '印发日期';
COMMENT ON COLUMN accountability_notice.version IS '版本（乐观锁）';
COMMENT ON COLUMN accountability_notice.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN accountability_notice.updated_at IS '更新时间（UTC）';

-- bonus_entry: 加减分
CREATE TABLE bonus_entry (
    id SERIAL NOT NULL,
    cycle_id INTEGER NOT NULL,
    department_id INTEGER NOT NULL,
    kind VARCHAR(60) NOT NULL,
    points NUMERIC(7, 2) NOT NULL,
    ground TEXT NOT NULL,
    happened_on DATE,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_bonus_entry PRIMARY KEY (id),
    CONSTRAINT ck_bonus_entry_ground_not_blank CHECK (length(trim(ground)) > 0),
    CONSTRAINT fk_bonus_entry_cycle_id FOREIGN KEY(cycle_id) REFERENCES cycle (id) ON DELETE RESTRICT,
    CONSTRAINT fk_bonus_entry_department_id FOREIGN KEY(department_id) REFERENCES department (id) ON DELETE RESTRICT
);
CREATE INDEX ix_bonus_entry_cycle_id_department_id ON bonus_entry (cycle_id, department_id);
CREATE INDEX ix_bonus_entry_department_id ON bonus_entry (department_id);
COMMENT ON TABLE bonus_entry IS '加减分';
COMMENT ON COLUMN bonus_entry.id IS '主键';
COMMENT ON COLUMN bonus_entry.cycle_id IS '年度';
COMMENT ON COLUMN bonus_entry.department_id IS '部门';
COMMENT ON COLUMN bonus_entry.kind IS '种类';
COMMENT ON COLUMN bonus_entry.points IS '分值';
COMMENT ON COLUMN bonus_entry.ground IS '事由';
COMMENT ON COLUMN bonus_entry.happened_on IS '日期';
COMMENT ON COLUMN bonus_entry.version IS '版本（乐观锁）';
COMMENT ON COLUMN bonus_entry.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN bonus_entry.updated_at IS '更新时间（UTC）';

-- department_assessment: 部门年度目标任务考核
CREATE TABLE department_assessment (
    id SERIAL NOT NULL,
    cycle_id INTEGER NOT NULL,
    department_id INTEGER NOT NULL,
    assessment_class VARCHAR(24) NOT NULL,
    status VARCHAR(24) NOT NULL,
    base NUMERIC(7, 2),
    bonus NUMERIC(7, 2),
    total NUMERIC(7, 2),
    class_rank INTEGER,
    grade VARCHAR(24),
    coefficient NUMERIC(4, 2),
    explanation TEXT,
    decision_id INTEGER,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_department_assessment PRIMARY KEY (id),
    CONSTRAINT uq_department_assessment_cycle_id_department_id UNIQUE (cycle_id, department_id),
    CONSTRAINT ck_department_assessment_rank_positive CHECK (class_rank IS NULL OR class_rank >= 1),
    CONSTRAINT fk_department_assessment_cycle_id FOREIGN KEY(cycle_id) REFERENCES cycle (id) ON DELETE RESTRICT,
    CONSTRAINT fk_department_assessment_department_id FOREIGN KEY(department_id) REFERENCES department (id) ON DELETE RESTRICT,
    CONSTRAINT ck_department_assessment_assessment_class CHECK (assessment_class IN ('management', 'teaching', 'support')),
    CONSTRAINT ck_department_assessment_status CHECK (status IN ('collecting', 'computed', 'proposed', 'announced', 'final')),
    CONSTRAINT ck_department_assessment_grade CHECK (grade IN ('excellent', 'good', 'qualified', 'unqualified')),
    CONSTRAINT fk_department_assessment_decision_id FOREIGN KEY(decision_id) REFERENCES decision (id) ON DELETE RESTRICT
);
CREATE INDEX ix_department_assessment_cycle_id ON department_assessment (cycle_id);
CREATE INDEX ix_department_assessment_cycle_id_class_rank ON department_assessment (cycle_id, class_rank);
CREATE INDEX ix_department_assessment_decision_id ON department_assessment (decision_id);
CREATE INDEX ix_department_assessment_department_id ON department_assessment (department_id);
CREATE INDEX ix_department_assessment_status ON department_assessment (status);
COMMENT ON TABLE department_assessment IS '部门年度目标任务考核';
COMMENT ON COLUMN department_assessment.id IS '主键';
COMMENT ON COLUMN department_assessment.cycle_id IS '年度';
COMMENT ON COLUMN department_assessment.department_id IS '部门';
COMMENT ON COLUMN department_assessment.assessment_class IS '考核类别';
COMMENT ON COLUMN department_assessment.status IS '状态';
COMMENT ON COLUMN department_assessment.base IS '基础分';
COMMENT ON COLUMN department_assessment.bonus IS '加减分';
COMMENT ON COLUMN department_assessment.total IS '总分';
COMMENT ON COLUMN department_assessment.class_rank IS '类内排名';
COMMENT ON COLUMN department_assessment.grade IS '等次';
COMMENT ON COLUMN department_assessment.coefficient IS '系数';
COMMENT ON COLUMN department_assessment.explanation IS '说明';
COMMENT ON COLUMN department_assessment.decision_id IS '审定';
COMMENT ON COLUMN department_assessment.version IS '版本（乐观锁）';
COMMENT ON COLUMN department_assessment.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN department_assessment.updated_at IS '更新时间（UTC）';

-- appeal: 申诉复核
CREATE TABLE appeal (
    id SERIAL NOT NULL,
    department_assessment_id INTEGER NOT NULL,
    author_id INTEGER NOT NULL,
    text TEXT NOT NULL,
    status VARCHAR(24) NOT NULL,
    answer TEXT,
    answered_at TIMESTAMP WITH TIME ZONE,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_appeal PRIMARY KEY (id),
    CONSTRAINT ck_appeal_text_not_blank CHECK (length(trim(text)) > 0),
    CONSTRAINT fk_appeal_department_assessment_id FOREIGN KEY(department_assessment_id) REFERENCES department_assessment (id) ON DELETE CASCADE,
    CONSTRAINT fk_appeal_author_id FOREIGN KEY(author_id) REFERENCES ab_user (id) ON DELETE RESTRICT,
    CONSTRAINT ck_appeal_status CHECK (status IN ('filed', 'upheld', 'dismissed'))
);
CREATE INDEX ix_appeal_author_id ON appeal (author_id);
CREATE INDEX ix_appeal_department_assessment_id ON appeal (department_assessment_id);
CREATE INDEX ix_appeal_status ON appeal (status);
COMMENT ON TABLE appeal IS '申诉复核';
COMMENT ON COLUMN appeal.id IS '主键';
COMMENT ON COLUMN appeal.department_assessment_id IS '部门考核';
COMMENT ON COLUMN appeal.author_id IS '申诉人';
COMMENT ON COLUMN appeal.text IS '申诉内容';
COMMENT ON COLUMN appeal.status IS '状态';
COMMENT ON COLUMN appeal.answer IS '复核意见';
COMMENT ON COLUMN appeal.answered_at IS '复核时间';
COMMENT ON COLUMN appeal.version IS '版本（乐观锁）';
COMMENT ON COLUMN appeal.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN appeal.updated_at IS '更新时间（UTC）';

-- score: 评分
CREATE TABLE score (
    id SERIAL NOT NULL,
    cycle_id INTEGER NOT NULL,
    rater_id INTEGER NOT NULL,
    task_id INTEGER,
    department_id INTEGER,
    component_id INTEGER NOT NULL,
    value NUMERIC(7, 2) NOT NULL,
    comment TEXT,
    status VARCHAR(24) NOT NULL,
    submitted_at TIMESTAMP WITH TIME ZONE,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_score PRIMARY KEY (id),
    CONSTRAINT ck_score_one_row CHECK ((task_id IS NULL) <> (department_id IS NULL)),
    CONSTRAINT uq_score_rater_id_task_id_component_id UNIQUE (rater_id, task_id, component_id),
    CONSTRAINT uq_score_rater_id_department_id_component_id UNIQUE (rater_id, department_id, component_id),
    CONSTRAINT fk_score_cycle_id FOREIGN KEY(cycle_id) REFERENCES cycle (id) ON DELETE RESTRICT,
    CONSTRAINT fk_score_rater_id FOREIGN KEY(rater_id) REFERENCES ab_user (id) ON DELETE RESTRICT,
    CONSTRAINT fk_score_task_id FOREIGN KEY(task_id) REFERENCES task (id) ON DELETE RESTRICT,
    CONSTRAINT fk_score_department_id FOREIGN KEY(department_id) REFERENCES department (id) ON DELETE RESTRICT,
    CONSTRAINT fk_score_component_id FOREIGN KEY(component_id) REFERENCES component (id) ON DELETE RESTRICT,
    CONSTRAINT ck_score_status CHECK (status IN ('draft', 'submitted'))
);
CREATE INDEX ix_score_component_id ON score (component_id);
CREATE INDEX ix_score_cycle_id_status ON score (cycle_id, status);
CREATE INDEX ix_score_department_id ON score (department_id);
CREATE INDEX ix_score_rater_id ON score (rater_id);
CREATE INDEX ix_score_task_id ON score (task_id);
COMMENT ON TABLE score IS '评分';
COMMENT ON COLUMN score.id IS '主键';
COMMENT ON COLUMN score.cycle_id IS '年度';
COMMENT ON COLUMN score.rater_id IS '评分人';
COMMENT ON COLUMN score.task_id IS '目标任务';
COMMENT ON COLUMN score.department_id IS '部门';
COMMENT ON COLUMN score.component_id IS '评分构成';
COMMENT ON COLUMN score.value IS '得分';
COMMENT ON COLUMN score.comment IS '评语';
COMMENT ON COLUMN score.status IS '状态';
COMMENT ON COLUMN score.submitted_at IS '提交时间';
COMMENT ON COLUMN score.version IS '版本（乐观锁）';
COMMENT ON COLUMN score.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN score.updated_at IS '更新时间（UTC）';

-- score_item: 评分明细
CREATE TABLE score_item (
    id SERIAL NOT NULL,
    score_id INTEGER NOT NULL,
    indicator_id INTEGER,
    value NUMERIC(7, 2) NOT NULL,
    explanation TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_score_item PRIMARY KEY (id),
    CONSTRAINT fk_score_item_score_id FOREIGN KEY(score_id) REFERENCES score (id) ON DELETE CASCADE,
    CONSTRAINT fk_score_item_indicator_id FOREIGN KEY(indicator_id) REFERENCES indicator (id) ON DELETE RESTRICT
);
CREATE INDEX ix_score_item_indicator_id ON score_item (indicator_id);
CREATE INDEX ix_score_item_score_id ON score_item (score_id);
COMMENT ON TABLE score_item IS '评分明细';
COMMENT ON COLUMN score_item.id IS '主键';
COMMENT ON COLUMN score_item.score_id IS '评分';
COMMENT ON COLUMN score_item.indicator_id IS '考核指标';
COMMENT ON COLUMN score_item.value IS '得分';
COMMENT ON COLUMN score_item.explanation IS '计算说明';
COMMENT ON COLUMN score_item.version IS '版本（乐观锁）';
COMMENT ON COLUMN score_item.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN score_item.updated_at IS '更新时间（UTC）';

-- ==========================================================================================
-- The system: audit trail, notifications, saved views, imports
-- ==========================================================================================

-- audit_event: 操作日志（哈希链）
CREATE TABLE audit_event (
    id INTEGER NOT NULL,
    happened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor_id INTEGER,
    actor_name VARCHAR(128) NOT NULL,
    on_behalf_of_id INTEGER,
    door VARCHAR(20) NOT NULL,
    action VARCHAR(60) NOT NULL,
    table_name VARCHAR(60) NOT NULL,
    row_id INTEGER,
    before TEXT,
    after TEXT,
    previous_hash VARCHAR(64) NOT NULL,
    hash VARCHAR(64) NOT NULL,
    CONSTRAINT pk_audit_event PRIMARY KEY (id),
    CONSTRAINT ck_audit_event_hash_length CHECK (length(hash) = 64 AND length(previous_hash) = 64),
    CONSTRAINT fk_audit_event_actor_id FOREIGN KEY(actor_id) REFERENCES ab_user (id) ON DELETE RESTRICT,
    CONSTRAINT fk_audit_event_on_behalf_of_id FOREIGN KEY(on_behalf_of_id) REFERENCES ab_user (id) ON DELETE RESTRICT,
    CONSTRAINT uq_audit_event_hash UNIQUE (hash)
);
CREATE INDEX ix_audit_event_action ON audit_event (action);
CREATE INDEX ix_audit_event_actor_id_happened_at ON audit_event (actor_id, happened_at);
CREATE INDEX ix_audit_event_happened_at ON audit_event (happened_at);
CREATE INDEX ix_audit_event_on_behalf_of_id ON audit_event (on_behalf_of_id);
CREATE INDEX ix_audit_event_table_name_row_id ON audit_event (table_name, row_id);
COMMENT ON TABLE audit_event IS '操作日志（哈希链）';
COMMENT ON COLUMN audit_event.id IS '链上序号';
COMMENT ON COLUMN audit_event.happened_at IS '时间';
COMMENT ON COLUMN audit_event.actor_id IS '操作人';
COMMENT ON COLUMN audit_event.actor_name IS '操作人姓名';
COMMENT ON COLUMN audit_event.on_behalf_of_id IS '代';
COMMENT ON COLUMN audit_event.door IS '入口';
COMMENT ON COLUMN audit_event.action IS '动作';
COMMENT ON COLUMN audit_event.table_name IS '表';
COMMENT ON COLUMN audit_event.row_id IS '行';
COMMENT ON COLUMN audit_event.before IS '变更前';
COMMENT ON COLUMN audit_event.after IS '变更后';
COMMENT ON COLUMN audit_event.previous_hash IS '前一哈希';
COMMENT ON COLUMN audit_event.hash IS '哈希';

-- audit_head: 操作日志链头（一行）
CREATE TABLE audit_head (
    id INTEGER NOT NULL,
    last_event_id INTEGER DEFAULT '0' NOT NULL,
    last_hash VARCHAR(64) NOT NULL,
    CONSTRAINT pk_audit_head PRIMARY KEY (id),
    CONSTRAINT ck_audit_head_single_row CHECK (id = 1)
);
COMMENT ON TABLE audit_head IS '操作日志链头（一行）';

-- import_alias: 导入用部门别名
CREATE TABLE import_alias (
    id SERIAL NOT NULL,
    word VARCHAR(80) NOT NULL,
    department_id INTEGER NOT NULL,
    remembered_by_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_import_alias PRIMARY KEY (id),
    CONSTRAINT uq_import_alias_word UNIQUE (word),
    CONSTRAINT ck_import_alias_word_not_blank CHECK (length(trim(word)) > 0),
    CONSTRAINT fk_import_alias_department_id FOREIGN KEY(department_id) REFERENCES department (id) ON DELETE CASCADE,
    CONSTRAINT fk_import_alias_remembered_by_id FOREIGN KEY(remembered_by_id) REFERENCES ab_user (id) ON DELETE RESTRICT
);
CREATE INDEX ix_import_alias_department_id ON import_alias (department_id);
CREATE INDEX ix_import_alias_remembered_by_id ON import_alias (remembered_by_id);
COMMENT ON TABLE import_alias IS '导入用部门别名';
COMMENT ON COLUMN import_alias.id IS '主键';
COMMENT ON COLUMN import_alias.word IS '别名';
COMMENT ON COLUMN import_alias.department_id IS '部门';
COMMENT ON COLUMN import_alias.remembered_by_id IS '记录人';
COMMENT ON COLUMN import_alias.version IS '版本（乐观锁）';
COMMENT ON COLUMN import_alias.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN import_alias.updated_at IS '更新时间（UTC）';

-- import_job: 导入
CREATE TABLE import_job (
    id SERIAL NOT NULL,
    owner_id INTEGER NOT NULL,
    kind VARCHAR(20) NOT NULL,
    cycle_id INTEGER,
    file_name VARCHAR(255) NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    options JSON,
    status VARCHAR(24) NOT NULL,
    progress INTEGER DEFAULT '0' NOT NULL,
    summary JSON,
    finished_at TIMESTAMP WITH TIME ZONE,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_import_job PRIMARY KEY (id),
    CONSTRAINT ck_import_job_progress_range CHECK (progress >= 0 AND progress <= 100),
    CONSTRAINT ck_import_job_kind_not_blank CHECK (length(trim(kind)) > 0),
    CONSTRAINT fk_import_job_owner_id FOREIGN KEY(owner_id) REFERENCES ab_user (id) ON DELETE RESTRICT,
    CONSTRAINT fk_import_job_cycle_id FOREIGN KEY(cycle_id) REFERENCES cycle (id) ON DELETE RESTRICT,
    CONSTRAINT ck_import_job_status CHECK (status IN ('preview', 'running', 'done', 'failed', 'reversed'))
);
CREATE INDEX ix_import_job_cycle_id ON import_job (cycle_id);
CREATE INDEX ix_import_job_owner_id ON import_job (owner_id);
CREATE INDEX ix_import_job_status ON import_job (status);
COMMENT ON TABLE import_job IS '导入';
COMMENT ON COLUMN import_job.id IS '主键';
COMMENT ON COLUMN import_job.owner_id IS '导入人';
COMMENT ON COLUMN import_job.kind IS '种类';
COMMENT ON COLUMN import_job.cycle_id IS '年度';
COMMENT ON COLUMN import_job.file_name IS '文件名';
COMMENT ON COLUMN import_job.sha256 IS '摘要';
COMMENT ON COLUMN import_job.options IS '选项';
COMMENT ON COLUMN import_job.status IS '状态';
COMMENT ON COLUMN import_job.progress IS '进度';
COMMENT ON COLUMN import_job.summary IS '结果';
COMMENT ON COLUMN import_job.finished_at IS '完成时间';
COMMENT ON COLUMN import_job.version IS '版本（乐观锁）';
COMMENT ON COLUMN import_job.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN import_job.updated_at IS '更新时间（UTC）';

-- import_layout: 导入版式（识别结果的更正）
CREATE TABLE import_layout (
    id SERIAL NOT NULL,
    kind VARCHAR(20) NOT NULL,
    fingerprint VARCHAR(64) NOT NULL,
    headings TEXT NOT NULL,
    columns JSON NOT NULL,
    remembered_by_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_import_layout PRIMARY KEY (id),
    CONSTRAINT uq_import_layout_kind_fingerprint UNIQUE (kind, fingerprint),
    CONSTRAINT ck_import_layout_kind_not_blank CHECK (length(trim(kind)) > 0),
    CONSTRAINT fk_import_layout_remembered_by_id FOREIGN KEY(remembered_by_id) REFERENCES ab_user (id) ON DELETE RESTRICT
);
CREATE INDEX ix_import_layout_remembered_by_id ON import_layout (remembered_by_id);
COMMENT ON TABLE import_layout IS '导入版式（识别结果的更正）';
COMMENT ON COLUMN import_layout.id IS '主键';
COMMENT ON COLUMN import_layout.kind IS '种类';
COMMENT ON COLUMN import_layout.fingerprint IS '表头指纹';
COMMENT ON COLUMN import_layout.headings IS '表头';
COMMENT ON COLUMN import_layout.columns IS '各列内容';
COMMENT ON COLUMN import_layout.remembered_by_id IS '记录人';
COMMENT ON COLUMN import_layout.version IS '版本（乐观锁）';
COMMENT ON COLUMN import_layout.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN import_layout.updated_at IS '更新时间（UTC）';

-- lease: 后台工作占用
CREATE TABLE lease (
    name VARCHAR(60) NOT NULL,
    holder VARCHAR(120),
    held_until TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_lease PRIMARY KEY (name)
);
COMMENT ON TABLE lease IS '后台工作占用';
COMMENT ON COLUMN lease.name IS '工作';
COMMENT ON COLUMN lease.holder IS '占用者';
COMMENT ON COLUMN lease.held_until IS '占用至';

-- notification: 通知
CREATE TABLE notification (
    id SERIAL NOT NULL,
    person_id INTEGER NOT NULL,
    kind VARCHAR(60) NOT NULL,
    text TEXT NOT NULL,
    link VARCHAR(300),
    read_at TIMESTAMP WITH TIME ZONE,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_notification PRIMARY KEY (id),
    CONSTRAINT fk_notification_person_id FOREIGN KEY(person_id) REFERENCES ab_user (id) ON DELETE CASCADE
);
CREATE INDEX ix_notification_person_id_read_at ON notification (person_id, read_at);
COMMENT ON TABLE notification IS '通知';
COMMENT ON COLUMN notification.id IS '主键';
COMMENT ON COLUMN notification.person_id IS '接收人';
COMMENT ON COLUMN notification.kind IS '类型';
COMMENT ON COLUMN notification.text IS '内容';
COMMENT ON COLUMN notification.link IS '链接';
COMMENT ON COLUMN notification.read_at IS '阅读时间';
COMMENT ON COLUMN notification.version IS '版本（乐观锁）';
COMMENT ON COLUMN notification.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN notification.updated_at IS '更新时间（UTC）';

-- notification_choice: 本人选择的通知方式
CREATE TABLE notification_choice (
    id SERIAL NOT NULL,
    person_id INTEGER NOT NULL,
    mail BOOLEAN DEFAULT '1' NOT NULL,
    digest VARCHAR(24) NOT NULL,
    quiet BOOLEAN DEFAULT '1' NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_notification_choice PRIMARY KEY (id),
    CONSTRAINT uq_notification_choice_person_id UNIQUE (person_id),
    CONSTRAINT fk_notification_choice_person_id FOREIGN KEY(person_id) REFERENCES ab_user (id) ON DELETE CASCADE,
    CONSTRAINT ck_notification_choice_digest CHECK (digest IN ('at_once', 'gathered', 'daily'))
);
COMMENT ON TABLE notification_choice IS '本人选择的通知方式';
COMMENT ON COLUMN notification_choice.id IS '主键';
COMMENT ON COLUMN notification_choice.person_id IS '本人';
COMMENT ON COLUMN notification_choice.mail IS '接收邮件提醒';
COMMENT ON COLUMN notification_choice.digest IS '发送频率';
COMMENT ON COLUMN notification_choice.quiet IS '遵守免打扰时段';
COMMENT ON COLUMN notification_choice.version IS '版本（乐观锁）';
COMMENT ON COLUMN notification_choice.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN notification_choice.updated_at IS '更新时间（UTC）';

-- outbox_message: 发件箱
CREATE TABLE outbox_message (
    id SERIAL NOT NULL,
    person_id INTEGER,
    channel VARCHAR(24) NOT NULL,
    items INTEGER DEFAULT '1' NOT NULL,
    deduplication_key VARCHAR(120) NOT NULL,
    status VARCHAR(24) NOT NULL,
    attempts INTEGER DEFAULT '0' NOT NULL,
    not_before TIMESTAMP WITH TIME ZONE,
    claimed_until TIMESTAMP WITH TIME ZONE,
    sent_at TIMESTAMP WITH TIME ZONE,
    last_error TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_outbox_message PRIMARY KEY (id),
    CONSTRAINT uq_outbox_message_deduplication_key UNIQUE (deduplication_key),
    CONSTRAINT ck_outbox_message_attempts_not_negative CHECK (attempts >= 0),
    CONSTRAINT ck_outbox_message_items_positive CHECK (items > 0),
    CONSTRAINT ck_outbox_message_mail_to_a_person CHECK ((channel = 'mail') = (person_id IS NOT NULL)),
    CONSTRAINT fk_outbox_message_person_id FOREIGN KEY(person_id) REFERENCES ab_user (id) ON DELETE CASCADE,
    CONSTRAINT ck_outbox_message_channel CHECK (channel IN ('mail', 'wecom', 'dingtalk', 'feishu')),
    CONSTRAINT ck_outbox_message_status CHECK (status IN ('waiting', 'sent', 'failed', 'dead'))
);
CREATE INDEX ix_outbox_message_person_id ON outbox_message (person_id);
CREATE INDEX ix_outbox_message_status_not_before ON outbox_message (status, not_before);
COMMENT ON TABLE outbox_message IS '发件箱';
COMMENT ON COLUMN outbox_message.id IS '主键';
COMMENT ON COLUMN outbox_message.person_id IS '接收人';
COMMENT ON COLUMN outbox_message.channel IS '渠道';
COMMENT ON COLUMN outbox_message.items IS '通知条数';
COMMENT ON COLUMN outbox_message.deduplication_key IS '去重键';
COMMENT ON COLUMN outbox_message.status IS '状态';
COMMENT ON COLUMN outbox_message.attempts IS '尝试次数';
COMMENT ON COLUMN outbox_message.not_before IS '最早发送';
COMMENT ON COLUMN outbox_message.claimed_until IS '发送中（至）';
COMMENT ON COLUMN outbox_message.sent_at IS '发送时间';
COMMENT ON COLUMN outbox_message.last_error IS '最近错误';
COMMENT ON COLUMN outbox_message.version IS '版本（乐观锁）';
COMMENT ON COLUMN outbox_message.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN outbox_message.updated_at IS '更新时间（UTC）';

-- patrol_round: 每日巡查记录
CREATE TABLE patrol_round (
    id SERIAL NOT NULL,
    day DATE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE NOT NULL,
    checks_missing INTEGER NOT NULL,
    warnings_opened INTEGER NOT NULL,
    warnings_closed INTEGER NOT NULL,
    cases_proposed INTEGER NOT NULL,
    cases_moved INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_patrol_round PRIMARY KEY (id),
    CONSTRAINT uq_patrol_round_day UNIQUE (day)
);
COMMENT ON TABLE patrol_round IS '每日巡查记录';
COMMENT ON COLUMN patrol_round.id IS '主键';
COMMENT ON COLUMN patrol_round.day IS '日期';
COMMENT ON COLUMN patrol_round.finished_at IS '完成时间';
COMMENT ON COLUMN patrol_round.checks_missing IS '缺报监测';
COMMENT ON COLUMN patrol_round.warnings_opened IS '新增预警';
COMMENT ON COLUMN patrol_round.warnings_closed IS '解除预警';
COMMENT ON COLUMN patrol_round.cases_proposed IS '拟立项';
COMMENT ON COLUMN patrol_round.cases_moved IS '督办升级';
COMMENT ON COLUMN patrol_round.messages IS '发出通知';
COMMENT ON COLUMN patrol_round.version IS '版本（乐观锁）';
COMMENT ON COLUMN patrol_round.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN patrol_round.updated_at IS '更新时间（UTC）';

-- reminder: 催报记录
CREATE TABLE reminder (
    id SERIAL NOT NULL,
    phase_id INTEGER NOT NULL,
    department_id INTEGER,
    leader_id INTEGER,
    reminded_on DATE NOT NULL,
    receivers INTEGER NOT NULL,
    reminded_by_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_reminder PRIMARY KEY (id),
    CONSTRAINT uq_reminder_phase_id_department_id_reminded_on UNIQUE (phase_id, department_id, reminded_on),
    CONSTRAINT uq_reminder_phase_id_leader_id_reminded_on UNIQUE (phase_id, leader_id, reminded_on),
    CONSTRAINT ck_reminder_one_debtor CHECK ((department_id IS NULL) <> (leader_id IS NULL)),
    CONSTRAINT ck_reminder_somebody_received CHECK (receivers > 0),
    CONSTRAINT fk_reminder_phase_id FOREIGN KEY(phase_id) REFERENCES phase (id) ON DELETE CASCADE,
    CONSTRAINT fk_reminder_department_id FOREIGN KEY(department_id) REFERENCES department (id) ON DELETE RESTRICT,
    CONSTRAINT fk_reminder_leader_id FOREIGN KEY(leader_id) REFERENCES ab_user (id) ON DELETE RESTRICT,
    CONSTRAINT fk_reminder_reminded_by_id FOREIGN KEY(reminded_by_id) REFERENCES ab_user (id) ON DELETE RESTRICT
);
CREATE INDEX ix_reminder_department_id ON reminder (department_id);
CREATE INDEX ix_reminder_leader_id ON reminder (leader_id);
CREATE INDEX ix_reminder_phase_id ON reminder (phase_id);
CREATE INDEX ix_reminder_reminded_by_id ON reminder (reminded_by_id);
COMMENT ON TABLE reminder IS '催报记录';
COMMENT ON COLUMN reminder.id IS '主键';
COMMENT ON COLUMN reminder.phase_id IS '阶段';
COMMENT ON COLUMN reminder.department_id IS '被催报部门';
COMMENT ON COLUMN reminder.leader_id IS '被催报领导';
COMMENT ON COLUMN reminder.reminded_on IS '催报日期';
COMMENT ON COLUMN reminder.receivers IS '接收人数';
COMMENT ON COLUMN reminder.reminded_by_id IS '催报人';
COMMENT ON COLUMN reminder.version IS '版本（乐观锁）';
COMMENT ON COLUMN reminder.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN reminder.updated_at IS '更新时间（UTC）';

-- saved_view: 常用筛选
CREATE TABLE saved_view (
    id SERIAL NOT NULL,
    owner_id INTEGER NOT NULL,
    resource VARCHAR(60) NOT NULL,
    name VARCHAR(80) NOT NULL,
    query TEXT NOT NULL,
    is_default BOOLEAN DEFAULT '0' NOT NULL,
    shared BOOLEAN DEFAULT '0' NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_saved_view PRIMARY KEY (id),
    CONSTRAINT uq_saved_view_owner_id_resource_name UNIQUE (owner_id, resource, name),
    CONSTRAINT ck_saved_view_name_not_blank CHECK (length(trim(name)) > 0),
    CONSTRAINT fk_saved_view_owner_id FOREIGN KEY(owner_id) REFERENCES ab_user (id) ON DELETE CASCADE
);
CREATE INDEX ix_saved_view_owner_id ON saved_view (owner_id);
COMMENT ON TABLE saved_view IS '常用筛选';
COMMENT ON COLUMN saved_view.id IS '主键';
COMMENT ON COLUMN saved_view.owner_id IS '所有人';
COMMENT ON COLUMN saved_view.resource IS '列表';
COMMENT ON COLUMN saved_view.name IS '名称';
COMMENT ON COLUMN saved_view.query IS '条件';
COMMENT ON COLUMN saved_view.is_default IS '默认';
COMMENT ON COLUMN saved_view.shared IS '共享';
COMMENT ON COLUMN saved_view.version IS '版本（乐观锁）';
COMMENT ON COLUMN saved_view.created_at IS '建立时间（UTC）';
COMMENT ON COLUMN saved_view.updated_at IS '更新时间（UTC）';

-- sent_form: 已提交的表单
CREATE TABLE sent_form (
    person_id INTEGER NOT NULL,
    value VARCHAR(40) NOT NULL,
    place VARCHAR(500) NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_sent_form PRIMARY KEY (person_id, value),
    CONSTRAINT fk_sent_form_person_id FOREIGN KEY(person_id) REFERENCES ab_user (id) ON DELETE CASCADE
);
CREATE INDEX ix_sent_form_sent_at ON sent_form (sent_at);
COMMENT ON TABLE sent_form IS '已提交的表单';
COMMENT ON COLUMN sent_form.person_id IS '提交人';
COMMENT ON COLUMN sent_form.value IS '表单标记';
COMMENT ON COLUMN sent_form.place IS '所建记录的位置';
COMMENT ON COLUMN sent_form.sent_at IS '提交时间';

-- ==========================================================================================
-- Search: what each row is found by, written with the row
-- ==========================================================================================

-- search_entry: 全文检索条目（二元切分）
CREATE TABLE search_entry (
    id SERIAL NOT NULL,
    kind VARCHAR(20) NOT NULL,
    row_id INTEGER NOT NULL,
    code VARCHAR(80) NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    CONSTRAINT pk_search_entry PRIMARY KEY (id),
    CONSTRAINT uq_search_entry_kind_row_id UNIQUE (kind, row_id)
);
CREATE INDEX ix_search_entry_words ON search_entry USING gin (CAST(title || body AS TSVECTOR));
COMMENT ON TABLE search_entry IS '全文检索条目（二元切分）';
COMMENT ON COLUMN search_entry.id IS '编号';
COMMENT ON COLUMN search_entry.kind IS '种类';
COMMENT ON COLUMN search_entry.row_id IS '行';
COMMENT ON COLUMN search_entry.code IS '编号或代码';
COMMENT ON COLUMN search_entry.title IS '标题切分';
COMMENT ON COLUMN search_entry.body IS '正文切分';

-- The first rows.

INSERT INTO access_stamp (id, value) VALUES (1, 0);
INSERT INTO audit_head (id, last_event_id, last_hash) VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
