-- +goose Up

-- Processes that share this database. Not of any workspace.
CREATE TABLE node (
    id           BIGINT NOT NULL PRIMARY KEY,
    instance     TEXT   NOT NULL,
    incarnation  BIGINT NOT NULL,
    heartbeat_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX node_instance ON node (instance);

CREATE TABLE workspace (
    id                BIGINT  NOT NULL PRIMARY KEY,
    name              TEXT    NOT NULL,
    timezone          TEXT    NOT NULL,
    language          TEXT    NOT NULL,
    unassign_on_close BOOLEAN NOT NULL,
    event_seq         BIGINT  NOT NULL DEFAULT 0,
    created_at        BIGINT  NOT NULL
);

-- Directory tables: they find a workspace, so they can't start with one.
CREATE TABLE app_user (
    id            BIGINT NOT NULL PRIMARY KEY,
    email         TEXT   NOT NULL,
    name          TEXT   NOT NULL,
    password_hash TEXT   NOT NULL,
    language      TEXT   NOT NULL,
    theme         TEXT   NOT NULL DEFAULT 'system',
    send_key      TEXT   NOT NULL DEFAULT 'enter',
    timezone      TEXT   NOT NULL DEFAULT '',
    created_at    BIGINT NOT NULL
);
CREATE UNIQUE INDEX app_user_email ON app_user (email);

CREATE TABLE session (
    token_hash   BYTEA  NOT NULL PRIMARY KEY,
    id           BIGINT NOT NULL,
    user_id      BIGINT NOT NULL,
    workspace_id BIGINT NOT NULL,
    device       TEXT   NOT NULL,
    ip           TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
);
CREATE INDEX session_of_user ON session (user_id, id);

CREATE TABLE api_token (
    token_hash   BYTEA  NOT NULL PRIMARY KEY,
    id           BIGINT NOT NULL,
    workspace_id BIGINT NOT NULL,
    user_id      BIGINT NOT NULL,
    name         TEXT   NOT NULL,
    prefix       TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX api_token_of_user ON api_token (workspace_id, user_id, id);

CREATE TABLE hook_key (
    hook_key     TEXT   NOT NULL PRIMARY KEY,
    workspace_id BIGINT NOT NULL,
    channel_id   BIGINT NOT NULL
);

CREATE TABLE member (
    workspace_id BIGINT NOT NULL,
    user_id      BIGINT NOT NULL,
    role         TEXT   NOT NULL,
    joined_at    BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, user_id)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX member_user ON member (user_id);

CREATE TABLE team (
    workspace_id BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    name         TEXT   NOT NULL,
    PRIMARY KEY (workspace_id, id)
) /*sqlite WITHOUT ROWID*/;

CREATE TABLE team_member (
    workspace_id BIGINT NOT NULL,
    team_id      BIGINT NOT NULL,
    user_id      BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, team_id, user_id)
) /*sqlite WITHOUT ROWID*/;

CREATE TABLE channel (
    workspace_id    BIGINT NOT NULL,
    id              BIGINT NOT NULL,
    type            TEXT   NOT NULL,
    name            TEXT   NOT NULL,
    handle          TEXT   NOT NULL DEFAULT '',
    hook_key        TEXT   NOT NULL,
    config          BYTEA  NOT NULL,
    status          TEXT   NOT NULL,
    cursor          TEXT   NOT NULL DEFAULT '',
    last_webhook_at BIGINT NOT NULL DEFAULT 0,
    last_send_at    BIGINT NOT NULL DEFAULT 0,
    error_at        BIGINT NOT NULL DEFAULT 0,
    error_code      TEXT   NOT NULL DEFAULT '',
    error_text      TEXT   NOT NULL DEFAULT '',
    templates       TEXT   NOT NULL DEFAULT '[]',
    templates_at    BIGINT NOT NULL DEFAULT 0,
    created_at      BIGINT NOT NULL,
    deleted_at      BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, id)
) /*sqlite WITHOUT ROWID*/;

CREATE TABLE contact (
    workspace_id      BIGINT  NOT NULL,
    id                BIGINT  NOT NULL,
    first_name        TEXT    NOT NULL DEFAULT '',
    last_name         TEXT    NOT NULL DEFAULT '',
    phone             TEXT    NOT NULL DEFAULT '',
    email             TEXT    NOT NULL DEFAULT '',
    country           TEXT    NOT NULL DEFAULT '',
    language          TEXT    NOT NULL DEFAULT '',
    picture           TEXT    NOT NULL DEFAULT '',
    alias             TEXT    NOT NULL DEFAULT '',
    assignee_id       BIGINT  NOT NULL DEFAULT 0,
    status            TEXT    NOT NULL DEFAULT 'closed',
    status_since      BIGINT  NOT NULL,
    conversation_id   BIGINT  NOT NULL DEFAULT 0,
    unread            BIGINT  NOT NULL DEFAULT 0,
    blocked           BOOLEAN NOT NULL DEFAULT FALSE,
    last_at           BIGINT  NOT NULL DEFAULT 0,
    last_id           BIGINT  NOT NULL DEFAULT 0,
    last_direction    TEXT    NOT NULL DEFAULT '',
    last_kind         TEXT    NOT NULL DEFAULT '',
    last_text         TEXT    NOT NULL DEFAULT '',
    last_source       TEXT    NOT NULL DEFAULT '',
    last_user_id      BIGINT  NOT NULL DEFAULT 0,
    last_status       TEXT    NOT NULL DEFAULT '',
    last_channel_id   BIGINT  NOT NULL DEFAULT 0,
    last_channel_type TEXT    NOT NULL DEFAULT '',
    last_incoming_at  BIGINT  NOT NULL DEFAULT 0,
    last_incoming_id  BIGINT  NOT NULL DEFAULT 0,
    version           BIGINT  NOT NULL DEFAULT 1,
    created_at        BIGINT  NOT NULL,
    PRIMARY KEY (workspace_id, id)
) /*sqlite WITHOUT ROWID*/;
-- Every list of an inbox is a walk along one of these.
CREATE INDEX contact_newest ON contact (workspace_id, status, last_at, id) WHERE NOT blocked;
CREATE INDEX contact_newest_of ON contact (workspace_id, assignee_id, status, last_at, id) WHERE NOT blocked;
CREATE INDEX contact_longest ON contact (workspace_id, status, status_since, id) WHERE NOT blocked;
CREATE INDEX contact_longest_of ON contact (workspace_id, assignee_id, status, status_since, id) WHERE NOT blocked;

-- What a contact is found by: the words of the name from each one on, phone
-- digits, e-mail. A search is a range of this key.
CREATE TABLE contact_term (
    workspace_id BIGINT NOT NULL,
    term         TEXT   NOT NULL /*postgres COLLATE "C"*/,
    contact_id   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, term, contact_id)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX contact_term_of ON contact_term (workspace_id, contact_id);

-- A channel identity belongs to one contact. The space is the provider's, or the
-- channel's where keys hold for one channel only.
CREATE TABLE identity (
    workspace_id BIGINT NOT NULL,
    space        TEXT   NOT NULL,
    identity_key TEXT   NOT NULL,
    contact_id   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, space, identity_key)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX identity_contact ON identity (workspace_id, contact_id);

-- How a contact is reached over a channel.
CREATE TABLE contact_channel (
    workspace_id     BIGINT NOT NULL,
    contact_id       BIGINT NOT NULL,
    channel_id       BIGINT NOT NULL,
    address          TEXT   NOT NULL,
    label            TEXT   NOT NULL DEFAULT '',
    last_message_at  BIGINT NOT NULL DEFAULT 0,
    last_incoming_at BIGINT NOT NULL DEFAULT 0,
    last_incoming    TEXT   NOT NULL DEFAULT '',
    unreachable      TEXT   NOT NULL DEFAULT '',
    created_at       BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, contact_id, channel_id)
) /*sqlite WITHOUT ROWID*/;

CREATE TABLE conversation (
    workspace_id  BIGINT NOT NULL,
    contact_id    BIGINT NOT NULL,
    id            BIGINT NOT NULL,
    opened_at     BIGINT NOT NULL,
    opened_source TEXT   NOT NULL,
    opened_by     BIGINT NOT NULL DEFAULT 0,
    closed_at     BIGINT NOT NULL DEFAULT 0,
    closed_source TEXT   NOT NULL DEFAULT '',
    closed_by     BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, contact_id, id)
) /*sqlite WITHOUT ROWID*/;
-- At most one open conversation a contact.
CREATE UNIQUE INDEX conversation_open ON conversation (workspace_id, contact_id) WHERE closed_at = 0;

CREATE TABLE message (
    workspace_id    BIGINT NOT NULL,
    contact_id      BIGINT NOT NULL,
    id              BIGINT NOT NULL,
    conversation_id BIGINT NOT NULL DEFAULT 0,
    channel_id      BIGINT NOT NULL DEFAULT 0,
    direction       TEXT   NOT NULL,
    source          TEXT   NOT NULL,
    user_id         BIGINT NOT NULL DEFAULT 0,
    content         TEXT   NOT NULL,
    status          TEXT   NOT NULL DEFAULT '',
    created_at      BIGINT NOT NULL,
    sent_at         BIGINT NOT NULL DEFAULT 0,
    delivered_at    BIGINT NOT NULL DEFAULT 0,
    read_at         BIGINT NOT NULL DEFAULT 0,
    failed_at       BIGINT NOT NULL DEFAULT 0,
    edited_at       BIGINT NOT NULL DEFAULT 0,
    deleted_at      BIGINT NOT NULL DEFAULT 0,
    error           TEXT   NOT NULL DEFAULT '',
    reply_to        BIGINT NOT NULL DEFAULT 0,
    quote           TEXT   NOT NULL DEFAULT '',
    reactions       TEXT   NOT NULL DEFAULT '',
    external_id     TEXT   NOT NULL DEFAULT '',
    client_ref      TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (workspace_id, contact_id, id)
) /*sqlite WITHOUT ROWID*/;

-- A provider's message exists once. A message of ours may have several ids.
CREATE TABLE message_external (
    workspace_id BIGINT NOT NULL,
    channel_id   BIGINT NOT NULL,
    external_id  TEXT   NOT NULL,
    contact_id   BIGINT NOT NULL,
    message_id   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, channel_id, external_id)
) /*sqlite WITHOUT ROWID*/;

-- Receipts that came before the send's answer told us the id they are about.
CREATE TABLE parked_receipt (
    workspace_id BIGINT NOT NULL,
    channel_id   BIGINT NOT NULL,
    external_id  TEXT   NOT NULL,
    status       TEXT   NOT NULL,
    at           BIGINT NOT NULL,
    error        TEXT   NOT NULL DEFAULT '',
    parked_at    BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, channel_id, external_id, status)
) /*sqlite WITHOUT ROWID*/;

CREATE TABLE inbox_count (
    workspace_id BIGINT NOT NULL,
    assignee_id  BIGINT NOT NULL,
    status       TEXT   NOT NULL,
    contacts     BIGINT NOT NULL,
    unread       BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, assignee_id, status)
) /*sqlite WITHOUT ROWID*/;

CREATE TABLE draft (
    workspace_id BIGINT  NOT NULL,
    contact_id   BIGINT  NOT NULL,
    user_id      BIGINT  NOT NULL,
    body         TEXT    NOT NULL,
    comment      BOOLEAN NOT NULL,
    updated_at   BIGINT  NOT NULL,
    PRIMARY KEY (workspace_id, contact_id, user_id)
) /*sqlite WITHOUT ROWID*/;

CREATE TABLE event (
    workspace_id    BIGINT  NOT NULL,
    seq             BIGINT  NOT NULL,
    id              BIGINT  NOT NULL,
    at              BIGINT  NOT NULL,
    kind            TEXT    NOT NULL,
    contact_id      BIGINT  NOT NULL DEFAULT 0,
    conversation_id BIGINT  NOT NULL DEFAULT 0,
    message_id      BIGINT  NOT NULL DEFAULT 0,
    actor_source    TEXT    NOT NULL DEFAULT '',
    actor_id        BIGINT  NOT NULL DEFAULT 0,
    data            TEXT    NOT NULL DEFAULT '',
    timeline        BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (workspace_id, seq)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX event_timeline ON event (workspace_id, contact_id, id) WHERE timeline;

CREATE TABLE follower (
    workspace_id BIGINT NOT NULL,
    name         TEXT   NOT NULL,
    seq          BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, name)
) /*sqlite WITHOUT ROWID*/;

CREATE TABLE inbound (
    workspace_id BIGINT NOT NULL,
    channel_id   BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    event_key    BYTEA  NOT NULL,
    received_at  BIGINT NOT NULL,
    state        TEXT   NOT NULL,
    error        TEXT   NOT NULL DEFAULT '',
    raw          BYTEA  NOT NULL,
    PRIMARY KEY (workspace_id, channel_id, id)
);
CREATE UNIQUE INDEX inbound_event ON inbound (workspace_id, channel_id, event_key);
CREATE INDEX inbound_trouble ON inbound (workspace_id, channel_id, id) WHERE state IN ('unreadable', 'dead');

CREATE TABLE job (
    workspace_id BIGINT NOT NULL,
    lane         TEXT   NOT NULL,
    id           BIGINT NOT NULL,
    kind         TEXT   NOT NULL,
    limit_key    TEXT   NOT NULL DEFAULT '',
    payload      TEXT   NOT NULL DEFAULT '',
    run_at       BIGINT NOT NULL DEFAULT 0,
    attempt      BIGINT NOT NULL DEFAULT 0,
    owner        BIGINT NOT NULL DEFAULT 0,
    lease_until  BIGINT NOT NULL DEFAULT 0,
    error        TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (workspace_id, lane, id)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX job_due ON job (run_at) WHERE run_at > 0;
CREATE INDEX job_leased ON job (lease_until) WHERE lease_until > 0;
CREATE INDEX job_limit ON job (workspace_id, limit_key) WHERE limit_key <> '';

CREATE TABLE job_dead (
    workspace_id BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    lane         TEXT   NOT NULL,
    kind         TEXT   NOT NULL,
    limit_key    TEXT   NOT NULL,
    payload      TEXT   NOT NULL,
    attempt      BIGINT NOT NULL,
    error        TEXT   NOT NULL,
    died_at      BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
) /*sqlite WITHOUT ROWID*/;

CREATE TABLE file (
    workspace_id BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    name         TEXT   NOT NULL,
    mime         TEXT   NOT NULL,
    size         BIGINT NOT NULL,
    kind         TEXT   NOT NULL,
    width        BIGINT NOT NULL DEFAULT 0,
    height       BIGINT NOT NULL DEFAULT 0,
    duration     BIGINT NOT NULL DEFAULT 0,
    sha256       TEXT   NOT NULL,
    contact_id   BIGINT NOT NULL DEFAULT 0,
    user_id      BIGINT NOT NULL DEFAULT 0,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
) /*sqlite WITHOUT ROWID*/;

CREATE TABLE idempotency (
    workspace_id BIGINT NOT NULL,
    actor        TEXT   NOT NULL,
    request_key  TEXT   NOT NULL,
    request      BYTEA  NOT NULL,
    status       BIGINT NOT NULL,
    body         BYTEA  NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, actor, request_key)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX idempotency_age ON idempotency (workspace_id, created_at);

-- +goose Down
SELECT 1;
