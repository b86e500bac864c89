-- +goose Up

-- Whether no message has had a file yet. Those from before are taken to be had: of some
-- it isn't known.
ALTER TABLE file ADD COLUMN waiting BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX file_waiting ON file (workspace_id, user_id, id) WHERE waiting;

-- +goose Down
SELECT 1;
