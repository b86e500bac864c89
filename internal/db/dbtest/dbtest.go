// Package dbtest opens throw-away databases for tests: every store test runs on
// SQLite and on a real PostgreSQL.
package dbtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"net/url"
	"os"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that makes the schemas

	"github.com/bandeja/bandeja/internal/db"
)

// Env names the variable that holds the address of the PostgreSQL to test on.
const Env = "BANDEJA_TEST_POSTGRES"

// Each runs a test on a new SQLite and on a new PostgreSQL database.
func Each(t *testing.T, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, Open(t, Options(t, db.SQLite))) })
	t.Run("postgres", func(t *testing.T) { test(t, Open(t, Options(t, db.Postgres))) })
}

// Options returns what opens a new, empty database, twice the same one.
func Options(t testing.TB, dialect db.Dialect) db.Options {
	t.Helper()
	if dialect == db.SQLite {
		return db.Options{Dir: t.TempDir(), Instance: "test"}
	}
	return db.Options{URL: schema(t), Instance: "test"}
}

// Open opens a database and closes it when the test ends.
func Open(t testing.TB, o db.Options) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("closing the database: %v", err)
		}
	})
	return d
}

// schema makes a schema of its own in the test server and returns its address.
func schema(t testing.TB) string {
	base := os.Getenv(Env)
	if base == "" {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is not set: run the tests by make test", Env)
		}
		t.Skipf("%s is not set: make test starts a PostgreSQL and sets it", Env)
	}
	var b [8]byte
	_, _ = rand.Read(b[:])
	name := "t_" + hex.EncodeToString(b[:])
	admin, err := sql.Open("pgx", base)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	if _, err := admin.Exec(`CREATE SCHEMA ` + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		admin, err := sql.Open("pgx", base)
		if err != nil {
			t.Fatal(err)
		}
		defer admin.Close()
		if _, err := admin.Exec(`DROP SCHEMA ` + name + ` CASCADE`); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}
