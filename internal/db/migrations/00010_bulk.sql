-- +goose Up

-- What is being done to many contacts at once: first the contacts are gathered, then
-- they are gone through, in chunks.
CREATE TABLE bulk (
    workspace_id BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    user_id      BIGINT NOT NULL,
    action       TEXT   NOT NULL,
    target       TEXT   NOT NULL,
    state        TEXT   NOT NULL,
    place        TEXT   NOT NULL DEFAULT '',
    total        BIGINT NOT NULL DEFAULT 0,
    changed      BIGINT NOT NULL DEFAULT 0,
    unchanged    BIGINT NOT NULL DEFAULT 0,
    failed       BIGINT NOT NULL DEFAULT 0,
    created_at   BIGINT NOT NULL,
    ended_at     BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, id)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX bulk_user ON bulk (workspace_id, user_id, id);

-- Contacts that are still to be done, and with a code those that could not be.
CREATE TABLE bulk_contact (
    workspace_id BIGINT NOT NULL,
    bulk_id      BIGINT NOT NULL,
    code         TEXT   NOT NULL DEFAULT '',
    contact_id   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, bulk_id, code, contact_id)
) /*sqlite WITHOUT ROWID*/;

-- +goose Down
SELECT 1;
