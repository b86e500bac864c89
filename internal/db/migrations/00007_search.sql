-- +goose Up

-- What messages and comments are found by. A document is a message as it was when it
-- came or was edited; n counts them: larger is newer.
CREATE TABLE search_doc (
    workspace_id BIGINT NOT NULL,
    n            BIGINT NOT NULL,
    contact_id   BIGINT NOT NULL,
    message_id   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, n)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX search_doc_contact ON search_doc (workspace_id, contact_id, n);

-- Which documents of a block have a word: for blocks from 0 on their places in it,
-- two bytes each; for blocks below 0, which stand for many, the blocks' places, one
-- byte each.
CREATE TABLE search_post (
    workspace_id BIGINT NOT NULL,
    block        BIGINT NOT NULL,
    word         TEXT   NOT NULL /*postgres COLLATE "C"*/,
    places       /*sqlite BLOB*//*postgres BYTEA*/ NOT NULL,
    PRIMARY KEY (workspace_id, block, word)
) /*sqlite WITHOUT ROWID*/;

-- How far the index has got: the last event that is in it, and the last document.
CREATE TABLE search_state (
    workspace_id BIGINT NOT NULL PRIMARY KEY,
    seq          BIGINT NOT NULL,
    docs         BIGINT NOT NULL
);

-- +goose Down
SELECT 1;
