package db

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing/fstest"
	"time"

	"github.com/pressly/goose/v3"
)

// Migrations are one numbered list for both databases. What only one of them
// needs stands in a comment that the other skips: /*sqlite WITHOUT ROWID*/.
//
//go:embed migrations/*.sql
var migrations embed.FS

// migrationFiles returns the list with this dialect's comments opened.
func migrationFiles(d Dialect) (fs.FS, error) {
	out := fstest.MapFS{}
	own := regexp.MustCompile(`/\*` + string(d) + ` (.*?)\*/`)
	err := fs.WalkDir(migrations, "migrations", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := migrations.ReadFile(path)
		if err != nil {
			return err
		}
		out[filepath.Base(path)] = &fstest.MapFile{Data: own.ReplaceAll(text, []byte("$1"))}
		return nil
	})
	return out, err
}

func (d *DB) migrate(ctx context.Context, o Options) error {
	files, err := migrationFiles(d.dialect)
	if err != nil {
		return err
	}
	dialect := goose.DialectSQLite3
	if d.dialect == Postgres {
		dialect = goose.DialectPostgres
	}
	p, err := goose.NewProvider(dialect, d.backend.handle(), files, goose.WithTableName("schema_version"))
	if err != nil {
		return fmt.Errorf("db: reading the migrations: %w", err)
	}
	current, err := p.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("db: reading the schema's version: %w", err)
	}
	sources := p.ListSources()
	newest := sources[len(sources)-1].Version
	switch {
	case current > newest:
		return fmt.Errorf("%w: its schema is %d, this binary knows up to %d: start the newer binary, or restore the backup made before it ran", ErrNewer, current, newest)
	case current == newest:
		return nil
	case current > 0 && d.dialect == SQLite:
		if err := d.backupBefore(ctx, o.Dir, current); err != nil {
			return err
		}
	}
	if d.dialect == Postgres {
		// Several nodes may start at once: one migrates, the others wait.
		conn, err := d.backend.handle().Conn(ctx)
		if err != nil {
			return err
		}
		defer conn.Close()
		if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock(7236541)`); err != nil {
			return err
		}
		defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock(7236541)`) }()
	}
	results, err := p.Up(ctx)
	if err != nil {
		return fmt.Errorf("db: migrating from schema %d: %w", current, err)
	}
	for _, r := range results {
		d.log.Info("migrated", "version", r.Source.Version, "file", r.Source.Path, "took", r.Duration)
	}
	if current > 0 && d.dialect == SQLite {
		// An index without statistics is passed over for those that have them.
		_, err = d.backend.handle().ExecContext(ctx, `PRAGMA analysis_limit = 1000; ANALYZE`)
	}
	return err
}

// backupBefore copies a SQLite database before its schema changes.
func (d *DB) backupBefore(ctx context.Context, dir string, version int64) error {
	folder := filepath.Join(dir, "backups")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("db: the folder for the backup before migrating can't be made: %w", err)
	}
	path := filepath.Join(folder, fmt.Sprintf("before-schema-%d-%s.db", version+1, time.Now().UTC().Format("20060102T150405")))
	if err := d.Backup(ctx, path); err != nil {
		return errors.Join(fmt.Errorf("db: the backup before migrating failed, nothing was changed: %w", err), os.Remove(path))
	}
	d.log.Info("backup made before migrating", "path", path)
	return nil
}
