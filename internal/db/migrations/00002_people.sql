-- +goose Up

ALTER TABLE workspace ADD COLUMN inactivity BIGINT NOT NULL DEFAULT 15;

-- What a member may do and see. A removed member's row stays for the name.
ALTER TABLE member ADD COLUMN visibility TEXT NOT NULL DEFAULT 'all';
ALTER TABLE member ADD COLUMN restrictions TEXT NOT NULL DEFAULT '';
ALTER TABLE member ADD COLUMN removed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE member ADD COLUMN picture_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE member ADD COLUMN activity TEXT NOT NULL DEFAULT 'online';
ALTER TABLE member ADD COLUMN active_at BIGINT NOT NULL DEFAULT 0;

ALTER TABLE team ADD COLUMN description TEXT NOT NULL DEFAULT '';
CREATE INDEX team_member_user ON team_member (workspace_id, user_id, team_id);

-- Which contacts' timelines show a file: whoever may see one of them may have it.
CREATE TABLE file_use (
    workspace_id BIGINT NOT NULL,
    file_id      BIGINT NOT NULL,
    contact_id   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, file_id, contact_id)
) /*sqlite WITHOUT ROWID*/;

-- When a message came in last for the contacts of an assignee (0 for nobody), as the
-- log's seq, and up to where each user has seen an inbox: the blue dot is the
-- difference.
CREATE TABLE inbox_news (
    workspace_id BIGINT NOT NULL,
    assignee_id  BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, assignee_id)
) /*sqlite WITHOUT ROWID*/;

CREATE TABLE inbox_seen (
    workspace_id BIGINT NOT NULL,
    user_id      BIGINT NOT NULL,
    inbox        TEXT   NOT NULL,
    seq          BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, user_id, inbox)
) /*sqlite WITHOUT ROWID*/;

-- +goose Down
SELECT 1;
