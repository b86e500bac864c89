-- +goose Up

-- What filters compare: names and e-mail without case and accents, byte by byte.
ALTER TABLE contact ADD COLUMN first_folded TEXT /*postgres COLLATE "C"*/ NOT NULL DEFAULT '';
ALTER TABLE contact ADD COLUMN last_folded TEXT /*postgres COLLATE "C"*/ NOT NULL DEFAULT '';
ALTER TABLE contact ADD COLUMN email_folded TEXT /*postgres COLLATE "C"*/ NOT NULL DEFAULT '';

-- The last message that isn't a comment came from the contact, and a conversation is open.
ALTER TABLE contact ADD COLUMN unreplied BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE contact ADD COLUMN snoozed_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE contact ADD COLUMN bot_on BOOLEAN NOT NULL DEFAULT TRUE;

DROP INDEX contact_newest;
CREATE INDEX contact_newest ON contact (workspace_id, status, last_at, id, unreplied) WHERE NOT blocked;
DROP INDEX contact_newest_of;
CREATE INDEX contact_newest_of ON contact (workspace_id, assignee_id, status, last_at, id, unreplied) WHERE NOT blocked;
CREATE INDEX contact_blocked ON contact (workspace_id, status, last_at, id) WHERE blocked;

-- Custom fields. A value is kept as it was entered, folded for texts, and as a number
-- where its type has an order.
CREATE TABLE contact_field (
    workspace_id BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    slug         TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    description  TEXT   NOT NULL DEFAULT '',
    type         TEXT   NOT NULL,
    options      TEXT   NOT NULL DEFAULT '[]',
    position     BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
) /*sqlite WITHOUT ROWID*/;
CREATE UNIQUE INDEX contact_field_slug ON contact_field (workspace_id, slug);

CREATE TABLE contact_value (
    workspace_id BIGINT           NOT NULL,
    contact_id   BIGINT           NOT NULL,
    field_id     BIGINT           NOT NULL,
    value        TEXT             NOT NULL,
    folded       TEXT /*postgres COLLATE "C"*/ NOT NULL,
    number       DOUBLE PRECISION NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, contact_id, field_id)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX contact_value_folded ON contact_value (workspace_id, field_id, folded, contact_id);
CREATE INDEX contact_value_number ON contact_value (workspace_id, field_id, number, contact_id);

CREATE TABLE tag (
    workspace_id BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    name         TEXT   NOT NULL,
    folded       TEXT   NOT NULL,
    description  TEXT   NOT NULL DEFAULT '',
    color        TEXT   NOT NULL DEFAULT 'grey',
    emoji        TEXT   NOT NULL DEFAULT '',
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
) /*sqlite WITHOUT ROWID*/;
CREATE UNIQUE INDEX tag_name ON tag (workspace_id, folded);

CREATE TABLE contact_tag (
    workspace_id BIGINT NOT NULL,
    contact_id   BIGINT NOT NULL,
    tag_id       BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, contact_id, tag_id)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX contact_tag_contacts ON contact_tag (workspace_id, tag_id, contact_id);

CREATE INDEX contact_channel_contacts ON contact_channel (workspace_id, channel_id, contact_id);

-- Closing notes: the workspace's mode and categories, and what a conversation was
-- closed with. The category is kept as its words, so that deleting it loses nothing.
ALTER TABLE workspace ADD COLUMN closing_note TEXT NOT NULL DEFAULT 'optional';
CREATE TABLE closing_category (
    workspace_id BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    name         TEXT   NOT NULL,
    description  TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (workspace_id, id)
) /*sqlite WITHOUT ROWID*/;
ALTER TABLE conversation ADD COLUMN category TEXT NOT NULL DEFAULT '';
ALTER TABLE conversation ADD COLUMN summary TEXT NOT NULL DEFAULT '';

CREATE TABLE custom_inbox (
    workspace_id BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    creator_id   BIGINT NOT NULL,
    name         TEXT   NOT NULL,
    filter       TEXT   NOT NULL,
    sharing      TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
) /*sqlite WITHOUT ROWID*/;

-- With whom a custom inbox is shared; one of the two is 0.
CREATE TABLE custom_inbox_share (
    workspace_id BIGINT NOT NULL,
    inbox_id     BIGINT NOT NULL,
    user_id      BIGINT NOT NULL,
    team_id      BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, inbox_id, user_id, team_id)
) /*sqlite WITHOUT ROWID*/;

-- +goose Down
SELECT 1;
