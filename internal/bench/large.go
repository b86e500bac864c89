package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// large returns a large installation that is not started yet, and how to remove it: the
// one that is kept in r.Seeded, or a new one.
func (r *run) large(ctx context.Context, dialect db.Dialect) (s *Server, remove func(), err error) {
	if r.Seeded != "" {
		s = &Server{Binary: r.Binary, DataDir: r.Seeded}
		if dialect == db.Postgres {
			s.DatabaseURL = r.PostgresURL
		}
		return s, func() {}, s.Enter(ctx)
	}
	dir, address, remove, err := r.place(ctx, dialect)
	if err != nil {
		return nil, nil, err
	}
	s = &Server{Binary: r.Binary, DataDir: dir, DatabaseURL: address}
	if err := r.seed(ctx, s); err != nil {
		remove()
		return nil, nil, err
	}
	return s, remove, nil
}

func (r *run) seed(ctx context.Context, s *Server) error {
	if err := s.SetUp(ctx); err != nil {
		return err
	}
	begun := time.Now()
	if _, err := s.command(ctx, "", "bench", "seed", "--data", s.DataDir, "--contacts", fmt.Sprint(r.Contacts), "--messages", fmt.Sprint(r.Messages)); err != nil {
		return err
	}
	r.add(Result{Name: fmt.Sprintf("seed %d contacts, %d messages", r.Contacts, r.Messages), Value: time.Since(begun).Seconds(), Unit: "s"})
	return nil
}

// tokensOf returns a new token of each of the agents who will be online.
func tokensOf(ctx context.Context, s *Server) (tokens []string, err error) {
	d, err := db.Open(ctx, db.Options{URL: s.DatabaseURL, Dir: s.DataDir})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	err = d.Write(ctx, func(tx *db.Tx) error {
		var agents []crm.Viewer
		err := tx.Each(`SELECT workspace_id, user_id FROM member WHERE role = $1 ORDER BY user_id LIMIT $2`, []any{string(crm.Agent), agentsOnline},
			func(r *sql.Rows) error {
				v := crm.Viewer{Access: crm.Access{Role: crm.Agent, Visibility: crm.SeesAll}}
				err := r.Scan(&v.Workspace, &v.User)
				agents = append(agents, v)
				return err
			})
		if err != nil {
			return err
		}
		if len(agents) < agentsOnline {
			return errors.New("bench: the installation has no agents; seed it anew")
		}
		for _, v := range agents {
			_, secret, err := account.AddToken(tx, v, "bench")
			if err != nil {
				return err
			}
			tokens = append(tokens, secret)
		}
		return nil
	})
	return tokens, err
}

// catchUp waits until everything is indexed for searching, and whoever else follows the
// event log has come to its end: the seed writes as much at once as a company in years.
func (b *reading) catchUp(ctx context.Context) error {
	for {
		var page struct{ Behind bool }
		if err := b.get(ctx, "/messages?search=nothing-like-it", &page); err != nil {
			return err
		}
		if !page.Behind {
			return b.followed(ctx)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// followed waits until no follower of the event log is behind.
func (b *reading) followed(ctx context.Context) (err error) {
	d, err := db.Open(ctx, db.Options{URL: b.DatabaseURL, Dir: b.DataDir})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	for {
		behind := 0
		err := d.Read(ctx, func(tx *db.Tx) error {
			return tx.Row(`SELECT COUNT(*) FROM follower f JOIN workspace w ON w.id = f.workspace_id WHERE f.seq < w.event_seq`, nil, &behind)
		})
		if err != nil || behind == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}
