package gateway

import (
	"context"
	"errors"
	"sync"

	"github.com/bandeja/bandeja/internal/db"
)

// doorBatch is how many parcels go in one transaction.
const doorBatch = 128

// door stores what arrives: whatever came in while one transaction was being
// written goes into the next one together. Under load that makes few transactions
// of many webhooks; a lone webhook doesn't wait.
type door struct {
	g *Gateway

	mu      sync.Mutex
	waiting []*parcel
	busy    bool
}

// parcel is what one caller wants stored.
type parcel struct {
	ch   *Channel
	raws [][]byte
	done chan error
}

func (d *door) store(ctx context.Context, p *parcel) error {
	p.done = make(chan error, 1)
	d.mu.Lock()
	d.waiting = append(d.waiting, p)
	if !d.busy {
		d.busy = true
		go d.run(context.WithoutCancel(ctx))
	}
	d.mu.Unlock()
	select {
	case err := <-p.done:
		return err
	case <-ctx.Done():
		return ctx.Err() // it may be stored all the same, as after a lost answer
	}
}

func (d *door) run(ctx context.Context) {
	for {
		d.mu.Lock()
		if len(d.waiting) == 0 {
			d.busy = false
			d.mu.Unlock()
			return
		}
		n := min(len(d.waiting), doorBatch)
		batch := d.waiting[:n:n]
		d.waiting = d.waiting[n:]
		d.mu.Unlock()
		d.write(ctx, batch)
	}
}

func (d *door) write(ctx context.Context, batch []*parcel) {
	err := d.g.DB.Write(ctx, func(tx *db.Tx) error {
		var order []*Channel
		raws := make(map[*Channel][][]byte)
		for _, p := range batch {
			if raws[p.ch] == nil {
				order = append(order, p.ch)
			}
			raws[p.ch] = append(raws[p.ch], p.raws...)
		}
		for _, ch := range order {
			if err := d.g.storeIn(tx, ch, raws[ch]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil && len(batch) > 1 && !errors.Is(err, db.ErrUnavailable) && !errors.Is(err, db.ErrClosed) {
		for _, p := range batch { // one that can't be stored is not to refuse the others
			d.write(ctx, []*parcel{p})
		}
		return
	}
	for _, p := range batch {
		p.done <- err
	}
}
