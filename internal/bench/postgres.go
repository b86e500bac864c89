package bench

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"net/url"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that makes schemas
)

// schema makes a schema of its own in a PostgreSQL and returns its address.
func schema(ctx context.Context, base string) (address string, drop func(), err error) {
	var b [6]byte
	_, _ = rand.Read(b[:])
	name := "bench_" + hex.EncodeToString(b[:])
	admin, err := sql.Open("pgx", base)
	if err != nil {
		return "", nil, err
	}
	if _, err := admin.ExecContext(ctx, `CREATE SCHEMA `+name); err != nil {
		_ = admin.Close()
		return "", nil, err
	}
	u, err := url.Parse(base)
	if err != nil {
		return "", nil, err
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String(), func() {
		_, _ = admin.Exec(`DROP SCHEMA IF EXISTS ` + name + ` CASCADE`)
		_ = admin.Close()
	}, nil
}

// tidy does what autovacuum and the checkpointer would do in the minutes after so much
// was written at once, and would do in the midst of a measurement.
func tidy(ctx context.Context, address string) (err error) {
	admin, err := sql.Open("pgx", address)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, admin.Close()) }()
	for _, q := range []string{`VACUUM (ANALYZE)`, `CHECKPOINT`} {
		if _, err := admin.ExecContext(ctx, q); err != nil {
			return err
		}
	}
	return nil
}
