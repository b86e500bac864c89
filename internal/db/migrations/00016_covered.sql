-- +goose Up

-- SQLite looks each contact of a walk up where its index doesn't say that it isn't
-- blocked, though only those are in it.
DROP INDEX contact_newest;
CREATE INDEX contact_newest ON contact (workspace_id, status, last_at, id, blocked) WHERE NOT blocked;
DROP INDEX contact_newest_of;
CREATE INDEX contact_newest_of ON contact (workspace_id, assignee_id, status, last_at, id, blocked) WHERE NOT blocked;
DROP INDEX contact_longest;
CREATE INDEX contact_longest ON contact (workspace_id, status, status_since, id, blocked) WHERE NOT blocked;
DROP INDEX contact_longest_of;
CREATE INDEX contact_longest_of ON contact (workspace_id, assignee_id, status, status_since, id, blocked) WHERE NOT blocked;
DROP INDEX contact_waiting_newest;
CREATE INDEX contact_waiting_newest ON contact (workspace_id, status, unreplied, last_at, id, blocked) WHERE unreplied = TRUE AND NOT blocked;
DROP INDEX contact_waiting_newest_of;
CREATE INDEX contact_waiting_newest_of ON contact (workspace_id, assignee_id, status, unreplied, last_at, id, blocked) WHERE unreplied = TRUE AND NOT blocked;
DROP INDEX contact_waiting_longest;
CREATE INDEX contact_waiting_longest ON contact (workspace_id, status, unreplied, status_since, id, blocked) WHERE unreplied = TRUE AND NOT blocked;
DROP INDEX contact_waiting_longest_of;
CREATE INDEX contact_waiting_longest_of ON contact (workspace_id, assignee_id, status, unreplied, status_since, id, blocked) WHERE unreplied = TRUE AND NOT blocked;

-- +goose Down
SELECT 1;
