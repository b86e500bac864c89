package gateway

import (
	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// maxErrands bounds what is remembered of accounts that webhooks name.
const maxErrands = 10_000

// errand is what one channel's webhook brings for another account.
type errand struct {
	from    crm.ID
	account string
}

// handOn stores a webhook for the other channels that something in it is meant for,
// unless they have it already.
func (g *Gateway) handOn(tx *db.Tx, ch *Channel, d *delivery) error {
	for _, account := range d.elsewhere {
		takers, err := g.takersOf(tx, ch, account)
		if err != nil {
			return err
		}
		for _, to := range takers {
			if err := g.storeIn(tx, to, [][]byte{d.raw}); err != nil {
				return err
			}
		}
	}
	return nil
}

// takersOf returns the channels of the workspace that events of another's webhook are
// meant for. It is remembered, strangers too: an app may serve numbers that aren't
// connected here.
func (g *Gateway) takersOf(tx *db.Tx, from *Channel, account string) ([]*Channel, error) {
	sharer, ok := from.Adapter.(channel.Sharer)
	if !ok {
		return nil, nil
	}
	e := errand{from: from.ID, account: account}
	g.mu.RLock()
	takers, known := g.takers[e]
	changes := g.changes
	g.mu.RUnlock()
	if known {
		return takers, nil
	}
	all, err := g.List(tx, from.Workspace)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if c.ID != from.ID && c.Type == from.Type && sharer.Takes(c.View(), from.View(), account) {
			takers = append(takers, c)
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.changes == changes && len(g.takers) < maxErrands {
		g.takers[e] = takers
	}
	return takers, nil
}
