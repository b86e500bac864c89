-- +goose Up

-- Those who wait for an answer are few among the open ones, and a list of them reads
-- only them. That they wait is a column besides: by estimates alone SQLite takes the
-- index of all the others for as good. Those no longer change with whether somebody
-- waits.
CREATE INDEX contact_waiting_newest ON contact (workspace_id, status, unreplied, last_at, id) WHERE unreplied = TRUE AND NOT blocked;
CREATE INDEX contact_waiting_newest_of ON contact (workspace_id, assignee_id, status, unreplied, last_at, id) WHERE unreplied = TRUE AND NOT blocked;
CREATE INDEX contact_waiting_longest ON contact (workspace_id, status, unreplied, status_since, id) WHERE unreplied = TRUE AND NOT blocked;
CREATE INDEX contact_waiting_longest_of ON contact (workspace_id, assignee_id, status, unreplied, status_since, id) WHERE unreplied = TRUE AND NOT blocked;

DROP INDEX contact_newest;
CREATE INDEX contact_newest ON contact (workspace_id, status, last_at, id) WHERE NOT blocked;
DROP INDEX contact_newest_of;
CREATE INDEX contact_newest_of ON contact (workspace_id, assignee_id, status, last_at, id) WHERE NOT blocked;

-- +goose Down
SELECT 1;
