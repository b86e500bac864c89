-- +goose Up

-- What users are told of. The owner of a message's notification is whoever the contact
-- was assigned to, 0 for nobody: colleagues read the same row, so that a message is one
-- row however many are told. Of all other kinds the owner is the user who is told.
-- There is one a contact and subject; when more happens it grows and moves up.
CREATE TABLE notification (
    workspace_id BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    owner_id     BIGINT NOT NULL,
    contact_id   BIGINT NOT NULL,
    kind         TEXT   NOT NULL,
    subject_id   BIGINT NOT NULL,
    message_id   BIGINT NOT NULL,
    actor_id     BIGINT NOT NULL,
    total        BIGINT NOT NULL,
    stamp        BIGINT NOT NULL,
    last_id      BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
) /*sqlite WITHOUT ROWID*/;
CREATE UNIQUE INDEX notification_one ON notification (workspace_id, owner_id, contact_id, kind, subject_id);
CREATE INDEX notification_newest ON notification (workspace_id, owner_id, last_id);
CREATE INDEX notification_age ON notification (workspace_id, last_id);

-- Up to which total a user has seen and archived a notification.
CREATE TABLE notification_state (
    workspace_id    BIGINT NOT NULL,
    notification_id BIGINT NOT NULL,
    user_id         BIGINT NOT NULL,
    seen            BIGINT NOT NULL,
    archived        BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, notification_id, user_id)
) /*sqlite WITHOUT ROWID*/;

-- How a user wants to be told, and up to which last_id, and when, they were written to.
CREATE TABLE notify_preference (
    workspace_id BIGINT NOT NULL,
    user_id      BIGINT NOT NULL,
    settings     TEXT   NOT NULL DEFAULT '',
    mailed_id    BIGINT NOT NULL DEFAULT 0,
    mailed_at    BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, user_id)
) /*sqlite WITHOUT ROWID*/;

-- The key by which push services know this workspace; its private half is sealed.
CREATE TABLE push_key (
    workspace_id BIGINT NOT NULL PRIMARY KEY,
    public       TEXT   NOT NULL,
    private      BYTEA  NOT NULL
) /*sqlite WITHOUT ROWID*/;

-- Browsers that take pushes. Where they are reached is sealed: whoever knows it may
-- send to them.
CREATE TABLE push_subscription (
    workspace_id  BIGINT NOT NULL,
    id            BIGINT NOT NULL,
    user_id       BIGINT NOT NULL,
    session_id    BIGINT NOT NULL,
    endpoint_hash BYTEA  NOT NULL,
    sealed        BYTEA  NOT NULL,
    created_at    BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
) /*sqlite WITHOUT ROWID*/;
CREATE UNIQUE INDEX push_subscription_endpoint ON push_subscription (workspace_id, endpoint_hash);
CREATE INDEX push_subscription_of ON push_subscription (workspace_id, user_id);

-- +goose Down
SELECT 1;
