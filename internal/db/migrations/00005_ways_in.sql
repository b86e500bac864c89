-- +goose Up

-- The second factor: its secret, sealed; since when it is on (0 while it is being set
-- up); and the last step whose code was used, because a code is good once.
ALTER TABLE app_user ADD COLUMN totp_secret BYTEA;
ALTER TABLE app_user ADD COLUMN totp_since BIGINT NOT NULL DEFAULT 0;
ALTER TABLE app_user ADD COLUMN totp_step BIGINT NOT NULL DEFAULT 0;

-- Directory tables.
CREATE TABLE recovery_code (
    user_id   BIGINT NOT NULL,
    code_hash BYTEA  NOT NULL,
    PRIMARY KEY (user_id, code_hash)
) /*sqlite WITHOUT ROWID*/;

-- One-time links: an invitation's (the subject is the invitation), a forgotten
-- password's (the subject is the user).
CREATE TABLE ticket (
    token_hash   BYTEA  NOT NULL PRIMARY KEY,
    kind         TEXT   NOT NULL,
    workspace_id BIGINT NOT NULL,
    subject_id   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX ticket_subject ON ticket (kind, subject_id);

CREATE TABLE oidc_identity (
    issuer  TEXT   NOT NULL,
    subject TEXT   NOT NULL,
    user_id BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
) /*sqlite WITHOUT ROWID*/;

CREATE TABLE invitation (
    workspace_id BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    email        TEXT   NOT NULL,
    role         TEXT   NOT NULL,
    visibility   TEXT   NOT NULL,
    restrictions TEXT   NOT NULL,
    teams        TEXT   NOT NULL,
    invited_by   BIGINT NOT NULL,
    language     TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    sent_at      BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
) /*sqlite WITHOUT ROWID*/;
CREATE UNIQUE INDEX invitation_email ON invitation (workspace_id, email);
CREATE INDEX invitation_for ON invitation (email);

-- +goose Down
SELECT 1;
