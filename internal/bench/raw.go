package bench

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// The ceilings: what this machine does when nothing but the rows are written, or
// nothing but a request answered.

// rawHello is net/http answering a POST.
func rawHello(ctx context.Context, connections int, length time.Duration, body string) (Latency, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return Latency{}, err
	}
	srv := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
	})}
	go func() { _ = srv.Serve(l) }()
	defer srv.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}
	return drive(ctx, connections, length, func(int, int) error {
		resp, err := client.Post("http://"+l.Addr().String(), "application/json", strings.NewReader(body))
		if err != nil {
			return err
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		return resp.Body.Close()
	})
}

// rawAccept writes the rows of an accepted webhook, one transaction each.
func rawAccept(ctx context.Context, d *db.DB, connections int, length time.Duration, body string) (Latency, error) {
	return drive(ctx, connections, length, func(w, n int) error {
		return d.Write(ctx, func(tx *db.Tx) error {
			id := tx.NewID()
			sum := sha256.Sum256([]byte(fmt.Sprint("raw", w, n, id)))
			err := tx.Queue(`INSERT INTO inbound (workspace_id, channel_id, id, event_key, received_at, state, raw) VALUES (1, 1, $1, $2, $3, 'new', $4)`,
				int64(id), sum[:16], tx.Micros(), []byte(body))
			if err != nil {
				return err
			}
			return tx.Queue(`INSERT INTO job (workspace_id, lane, id, kind, payload) VALUES (1, 'raw', $1, 'raw', '')`, int64(id))
		})
	})
}

// rowsOf are the statements that leave behind what a message leaves from webhook to
// inbox, the webhook's own row among them: the contact, found by its key before, is
// updated, the message inserted with its external id and event.
func rowsOf(id, who crm.ID, at int64, body string) []statement {
	sum := sha256.Sum256([]byte(id.String()))
	return []statement{
		{`INSERT INTO inbound (workspace_id, channel_id, id, event_key, received_at, state, raw) VALUES (7, 1, $1, $2, $3, 'done', $4)`,
			[]any{int64(id), sum[:16], at, []byte(body)}},
		{`INSERT INTO message (workspace_id, contact_id, id, direction, source, content, created_at, external_id) VALUES (7, $1, $2, 'incoming', 'contact', $3, $4, $5)`,
			[]any{int64(who), int64(id), `{"kind":"text","text":"Hola, buenas tardes"}`, at, id.String()}},
		{`INSERT INTO message_external (workspace_id, channel_id, external_id, contact_id, message_id) VALUES (7, 1, $1, $2, $3)`,
			[]any{id.String(), int64(who), int64(id)}},
		{`UPDATE contact SET last_at = $1, last_id = $2, unread = unread + 1 WHERE workspace_id = 7 AND id = $3`,
			[]any{at, int64(id), int64(who)}},
		{`INSERT INTO contact_channel (workspace_id, contact_id, channel_id, address, last_message_at, created_at) VALUES (7, $1, 1, 'a', $2, 0)
			ON CONFLICT (workspace_id, contact_id, channel_id) DO UPDATE SET last_message_at = excluded.last_message_at`,
			[]any{int64(who), at}},
		{`UPDATE workspace SET event_seq = event_seq + 1 WHERE id = 7`, nil},
		{`INSERT INTO event (workspace_id, seq, id, at, kind, contact_id, message_id) SELECT 7, event_seq, CAST($1 AS BIGINT), CAST($2 AS BIGINT), 'message_created', CAST($3 AS BIGINT), CAST($1 AS BIGINT) FROM workspace WHERE id = 7`,
			[]any{int64(id), at, int64(who)}},
	}
}

type statement struct {
	text string
	args []any
}

const findRaw = `SELECT contact_id FROM identity WHERE workspace_id = 7 AND space = 'raw' AND identity_key = $1`

func rawKey(w, n int) string { return fmt.Sprint((w*131+n)%people + 1) }

// seedRaw makes the contacts that the raw messages are from.
func seedRaw(ctx context.Context, d *db.DB) error {
	return d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO workspace (id, name, timezone, language, unassign_on_close, created_at) VALUES (7, 'raw', 'UTC', 'en', TRUE, 0) ON CONFLICT DO NOTHING`)
		if err != nil {
			return err
		}
		for i := range people {
			err := tx.Queue(`INSERT INTO contact (workspace_id, id, status, status_since, created_at) VALUES (7, $1, 'open', 0, 0) ON CONFLICT DO NOTHING`, i+1)
			if err != nil {
				return err
			}
			err = tx.Queue(`INSERT INTO identity (workspace_id, space, identity_key, contact_id) VALUES (7, 'raw', $1, $2) ON CONFLICT DO NOTHING`, fmt.Sprint(i+1), i+1)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// rawIngest writes the rows of rowsOf through Bandeja's own writer and nothing else:
// on SQLite it commits in groups.
func rawIngest(ctx context.Context, d *db.DB, connections int, length time.Duration, body string) (Latency, error) {
	return drive(ctx, connections, length, func(w, n int) error {
		return d.Write(ctx, func(tx *db.Tx) error {
			var who crm.ID
			if err := tx.Row(findRaw, []any{rawKey(w, n)}, &who); err != nil {
				return err
			}
			for _, q := range rowsOf(tx.NewID(), who, tx.Micros(), body) {
				if err := tx.Queue(q.text, q.args...); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// rawPlain writes the rows of rowsOf on the bare driver, one SQLite transaction each.
func rawPlain(ctx context.Context, d *db.DB, dir string, connections int, length time.Duration, body string) (Latency, error) {
	handle, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "bandeja.db")+
		"?_txlock=immediate&_pragma=busy_timeout(20000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return Latency{}, err
	}
	defer handle.Close()
	handle.SetMaxOpenConns(1) // SQLite has one writer: more would only wait in each other's way
	prepared := make(map[string]*sql.Stmt)
	for _, text := range append([]string{findRaw}, textsOf(rowsOf(1, 1, 1, ""))...) {
		if prepared[text], err = handle.PrepareContext(ctx, text); err != nil { //nolint:sqlclosecheck // closed with the handle
			return Latency{}, err
		}
	}
	return drive(ctx, connections, length, func(w, n int) error {
		tx, err := handle.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }() // nothing after a commit
		var who crm.ID
		if err := tx.StmtContext(ctx, prepared[findRaw]).QueryRowContext(ctx, rawKey(w, n)).Scan(&who); err != nil { //nolint:sqlclosecheck // closed with the transaction
			return err
		}
		for _, q := range rowsOf(d.NewID(), who, time.Now().UnixMicro(), body) {
			if _, err := tx.StmtContext(ctx, prepared[q.text]).ExecContext(ctx, q.args...); err != nil { //nolint:sqlclosecheck // closed with the transaction
				return err
			}
		}
		return tx.Commit()
	})
}

func textsOf(list []statement) []string {
	out := make([]string, 0, len(list))
	for _, q := range list {
		out = append(out, q.text)
	}
	return out
}
