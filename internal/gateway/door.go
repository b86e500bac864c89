package gateway

import (
	"context"
	"errors"
	"sync"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// doorBatch is how many parcels go in one transaction.
const doorBatch = 64

// door takes in what arrives, channel by channel: whatever came while one
// transaction was being written goes into the next one together. Under load that
// makes few transactions of many webhooks; a lone webhook doesn't wait.
type door struct {
	g *Gateway

	mu    sync.Mutex
	lines map[crm.ID][]*parcel // by channel; a channel that is being served has a line
}

// parcel is what one caller wants stored.
type parcel struct {
	ch   *Channel
	raws [][]byte
	done chan error
}

func (d *door) take(ctx context.Context, p *parcel) error {
	p.done = make(chan error, 1)
	d.mu.Lock()
	line, served := d.lines[p.ch.ID]
	d.lines[p.ch.ID] = append(line, p)
	if !served {
		go d.serve(context.WithoutCancel(ctx), p.ch.ID)
	}
	d.mu.Unlock()
	select {
	case err := <-p.done:
		return err
	case <-ctx.Done():
		return ctx.Err() // it may be stored all the same, as after a lost answer
	}
}

func (d *door) serve(ctx context.Context, channel crm.ID) {
	for {
		d.mu.Lock()
		line := d.lines[channel]
		if len(line) == 0 {
			delete(d.lines, channel)
			d.mu.Unlock()
			return
		}
		n := min(len(line), doorBatch)
		d.lines[channel] = line[n:]
		d.mu.Unlock()
		d.write(ctx, line[:n], n == len(line))
	}
}

// write stores parcels. Where nothing waits before or behind them they go on into
// the inbox in the same transaction; else a job takes them there, so that a burst
// is stored as fast as can be and order is kept.
func (d *door) write(ctx context.Context, batch []*parcel, calm bool) {
	ch := batch[len(batch)-1].ch
	var raws [][]byte
	for _, p := range batch {
		raws = append(raws, p.raws...)
	}
	var err error
	if calm {
		if err = d.g.storeAndDeliver(ctx, ch, raws); err != nil {
			d.g.Logger.Warn("webhooks could not be taken in at once", "channel", ch.ID, "count", len(raws), "err", err)
		}
	}
	if !calm || err != nil && !final(err) {
		err = d.g.DB.Write(ctx, func(tx *db.Tx) error { return d.g.storeIn(tx, ch, raws) })
	}
	if err != nil && len(batch) > 1 && !final(err) {
		for _, p := range batch { // one that can't be stored is not to refuse the others
			d.write(ctx, []*parcel{p}, false)
		}
		return
	}
	for _, p := range batch {
		p.done <- err
	}
}

// final tells that trying in another way is no use.
func final(err error) bool { return errors.Is(err, db.ErrUnavailable) || errors.Is(err, db.ErrClosed) }
