-- +goose Up

-- Who took contacts out of here, which, when and how many.
CREATE TABLE contact_export (
    workspace_id BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    user_id      BIGINT NOT NULL,
    target       TEXT   NOT NULL,
    contacts     BIGINT NOT NULL DEFAULT 0,
    created_at   BIGINT NOT NULL,
    ended_at     BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, id)
) /*sqlite WITHOUT ROWID*/;

-- +goose Down
SELECT 1;
