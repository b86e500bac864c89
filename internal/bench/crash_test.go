package bench_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/bench"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
)

// binary builds the real program, without the race detector: it is the one that is
// killed, and it is to run at its own speed.
func binary(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bandeja")
	cmd := exec.Command("go", "build", "-o", path, "github.com/bandeja/bandeja/cmd/bandeja")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	return path
}

// Whatever moment the server is killed at, nothing that was accepted is lost or
// doubled, and nothing is sent twice (R1).
func TestKillStorm(t *testing.T) {
	if testing.Short() {
		t.Skip("a kill storm takes a minute")
	}
	program := binary(t)
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			o := dbtest.Options(t, dialect)
			ctx, cancel := context.WithTimeout(context.Background(), 6*time.Minute)
			defer cancel()
			server := &bench.Server{Binary: program, DataDir: t.TempDir(), DatabaseURL: o.URL}
			r, err := bench.Crash(ctx, bench.CrashOptions{Server: server, Kills: 20, Rate: 200, Up: 900 * time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			if err := r.Err(); err != nil {
				t.Fatalf("%v\n%s", err, server.Output())
			}
			if r.AcceptedIn < 100 || r.AcceptedOut < 100 {
				t.Errorf("too little load to mean anything: %+v", r)
			}
			t.Logf("%+v", r)
		})
	}
}
