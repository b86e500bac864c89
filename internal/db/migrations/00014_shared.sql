-- +goose Up

-- Phones and e-mails that more than one contact has, by when the last of them got it.
-- Who they are is in contact_term.
CREATE TABLE shared_value (
    workspace_id BIGINT NOT NULL,
    kind         TEXT   NOT NULL,
    value        TEXT   NOT NULL,
    id           BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, kind, value)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX shared_value_newest ON shared_value (workspace_id, id, kind);

INSERT INTO shared_value (workspace_id, kind, value, id)
SELECT workspace_id, 'phone', phone, MAX(id) FROM contact WHERE phone <> '' GROUP BY workspace_id, phone HAVING COUNT(*) > 1;
INSERT INTO shared_value (workspace_id, kind, value, id)
SELECT workspace_id, 'email', email_folded, MAX(id) FROM contact WHERE email_folded <> '' GROUP BY workspace_id, email_folded HAVING COUNT(*) > 1;

-- +goose Down
SELECT 1;
