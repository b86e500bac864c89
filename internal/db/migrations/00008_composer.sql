-- +goose Up

-- Texts that are written often. owner_id is a personal one's, 0 for those that
-- others have too: of the whole workspace, or of some teams.
CREATE TABLE snippet (
    workspace_id BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    owner_id     BIGINT NOT NULL,
    scope        TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    folded       TEXT /*postgres COLLATE "C"*/ NOT NULL,
    body         TEXT   NOT NULL,
    body_folded  TEXT   NOT NULL,
    files        TEXT   NOT NULL DEFAULT '[]',
    created_by   BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    used         BIGINT NOT NULL DEFAULT 0,
    used_at      BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, id)
) /*sqlite WITHOUT ROWID*/;
CREATE UNIQUE INDEX snippet_name ON snippet (workspace_id, owner_id, folded);

CREATE TABLE snippet_team (
    workspace_id BIGINT NOT NULL,
    snippet_id   BIGINT NOT NULL,
    team_id      BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, snippet_id, team_id)
) /*sqlite WITHOUT ROWID*/;

-- Which files a snippet carries: whoever has the snippet may have them.
CREATE TABLE snippet_file (
    workspace_id BIGINT NOT NULL,
    file_id      BIGINT NOT NULL,
    snippet_id   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, file_id, snippet_id)
) /*sqlite WITHOUT ROWID*/;

-- Messages that wait for their time. Sent ones stay a while, so that whoever was
-- about to change one learns that it was sent.
CREATE TABLE scheduled_message (
    workspace_id BIGINT  NOT NULL,
    contact_id   BIGINT  NOT NULL,
    id           BIGINT  NOT NULL,
    user_id      BIGINT  NOT NULL,
    token_id     BIGINT  NOT NULL DEFAULT 0,
    channel_id   BIGINT  NOT NULL DEFAULT 0,
    comment      BOOLEAN NOT NULL,
    content      TEXT    NOT NULL,
    reply_to     BIGINT  NOT NULL DEFAULT 0,
    send_at      BIGINT  NOT NULL,
    undo         BOOLEAN NOT NULL,
    status       TEXT    NOT NULL,
    error        TEXT    NOT NULL DEFAULT '',
    message_id   BIGINT  NOT NULL DEFAULT 0,
    version      BIGINT  NOT NULL,
    client_ref   TEXT    NOT NULL,
    created_at   BIGINT  NOT NULL,
    updated_at   BIGINT  NOT NULL,
    PRIMARY KEY (workspace_id, contact_id, id)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX scheduled_sent ON scheduled_message (updated_at) WHERE status = 'sent';

-- For how many seconds what a user sends can be taken back; 0 for not at all.
ALTER TABLE app_user ADD COLUMN undo_send BIGINT NOT NULL DEFAULT 0;

-- +goose Down
SELECT 1;
