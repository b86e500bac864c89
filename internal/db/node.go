package db

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"sync"
	"time"
)

const (
	nodeBeat = 10 * time.Second
	nodeDead = 60 * time.Second
)

// node is this process's place among those that share the database.
type node struct {
	instance    string
	incarnation int64
	mu          sync.Mutex
	number      int64 // guarded by mu once the process beats
	stop        chan struct{}
	once        sync.Once
	wg          sync.WaitGroup
}

// takeNode takes the instance's own number back, else one nobody holds. A
// process that was killed leaves its row; the same instance may take it at once,
// others after nodeDead.
func takeNode(ctx context.Context, d *DB, instance string) (*node, error) {
	if instance == "" {
		instance = passing("command")
	}
	n := &node{instance: instance, stop: make(chan struct{})}
	d.ids = newIDSource(maxNode) // only for this transaction, which makes no ids
	err := d.Write(ctx, func(tx *Tx) error {
		now := tx.Micros()
		n.incarnation = now
		var last int64
		if err := tx.Row(`SELECT COALESCE(MAX(incarnation), 0) FROM node`, nil, &last); err != nil {
			return err
		}
		n.incarnation = max(n.incarnation, last+1)
		err := tx.Row(`SELECT id FROM node WHERE instance = $1`, []any{instance}, &n.number)
		if errors.Is(err, ErrNotFound) {
			return n.settle(tx)
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE node SET incarnation = $1, heartbeat_at = $2 WHERE id = $3`, n.incarnation, now, n.number)
		return err
	})
	if errors.Is(err, ErrConflict) {
		return takeNode(ctx, d, instance) // another process took the number first
	}
	if err != nil {
		return nil, err
	}
	n.wg.Go(func() { n.beat(d) })
	return n, nil
}

// passing returns a name for an instance that nobody will come back to.
func passing(kind string) string {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return kind + "-" + hex.EncodeToString(b[:])
}

// settle takes a number nobody holds: that of a process which is gone, else a new one.
func (n *node) settle(tx *Tx) error {
	now := tx.Micros()
	err := tx.Row(`SELECT id FROM node WHERE heartbeat_at < $1 ORDER BY id LIMIT 1`+tx.ForUpdate(), []any{now - nodeDead.Microseconds()}, &n.number)
	if err == nil {
		_, err = tx.Exec(`UPDATE node SET instance = $1, incarnation = $2, heartbeat_at = $3 WHERE id = $4`, n.instance, n.incarnation, now, n.number)
		return err
	}
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	if err := tx.Row(`SELECT COALESCE(MAX(id), -1) + 1 FROM node`, nil, &n.number); err != nil {
		return err
	}
	if n.number > maxNode {
		return errors.New("all node numbers are taken")
	}
	_, err = tx.Exec(`INSERT INTO node (id, instance, incarnation, heartbeat_at) VALUES ($1, $2, $3, $4)`, n.number, n.instance, n.incarnation, now)
	return err
}

func (n *node) beat(d *DB) {
	t := time.NewTicker(nodeBeat)
	defer t.Stop()
	for {
		select {
		case <-n.stop:
			return
		case <-t.C:
			if err := n.beatOnce(d); err != nil {
				d.log.Warn("node heartbeat failed", "err", err)
			}
		}
	}
}

// beatOnce says that this process is alive. One that stood still for longer than
// nodeDead, as a suspended machine does, may find that another has taken its number,
// and takes a new one: two that made ids with the same number could make the same id,
// and its leases would count for nothing.
func (n *node) beatOnce(d *DB) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	was := n.number
	err := d.Write(context.Background(), func(tx *Tx) error {
		n.number = was
		held, err := tx.Exec(`UPDATE node SET heartbeat_at = $1 WHERE id = $2 AND incarnation = $3`, tx.Micros(), n.number, n.incarnation)
		if err != nil || held > 0 {
			return err
		}
		n.instance = passing("woken") // whoever took it may be this instance, started again
		return n.settle(tx)
	})
	if err != nil {
		n.number = was
		return err
	}
	if n.number != was {
		d.ids.move(n.number)
		d.log.Warn("this process stood still, and another took its place; it has a new one", "was", was, "node", n.number)
	}
	return nil
}

func (n *node) release(d *DB) {
	n.once.Do(func() {
		close(n.stop)
		n.wg.Wait()
		_ = d.Write(context.Background(), func(tx *Tx) error {
			_, err := tx.Exec(`UPDATE node SET heartbeat_at = 0 WHERE id = $1 AND incarnation = $2`,
				n.number, n.incarnation)
			return err
		})
	})
}

// DeadNodes returns the incarnations whose processes are gone: those that beat no
// more, and this instance's former ones, which a lease of theirs proves nothing for.
func (tx *Tx) DeadNodes(incarnations []int64) ([]int64, error) {
	var dead []int64
	for _, i := range incarnations {
		if i == tx.db.node.incarnation {
			continue
		}
		var beat int64
		err := tx.Row(`SELECT heartbeat_at FROM node WHERE incarnation = $1`, []any{i}, &beat)
		if errors.Is(err, ErrNotFound) || err == nil && beat < tx.Micros()-nodeDead.Microseconds() {
			dead = append(dead, i)
		} else if err != nil {
			return nil, err
		}
	}
	return dead, nil
}
