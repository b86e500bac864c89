package httpapi

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/bandeja/bandeja/internal/crm"
)

// templatesEvery is how long a channel's templates count as fresh.
const templatesEvery = 30 * time.Second

// templateAsks spaces what providers are asked for templates: anybody may ask, and each
// time counts against what the provider grants the channel.
type templateAsks struct {
	flight singleflight.Group

	mu   sync.Mutex
	last map[string]templateAsk // by channel; those that count still
}

// templateAsk is when a provider was asked, and with what words it refused.
type templateAsk struct {
	at      time.Time
	anew    bool
	refused *crm.Error
}

type templates struct {
	items []crm.Template
	at    int64
}

// get lists a channel's templates, asking the provider first with anew, unless it was
// asked just now. Who asks the same at once shares the answer.
func (a *templateAsks) get(ctx context.Context, channel string, anew bool, list func(ctx context.Context, anew bool) (templates, error)) (templates, error) {
	key := channel
	if anew {
		key += " anew"
	}
	got, err, _ := a.flight.Do(key, func() (any, error) {
		last, fresh := a.recent(channel)
		if last.refused != nil && (anew || !last.anew) { // else what is known is shown
			return templates{}, last.refused
		}
		// Whoever began may leave: the others wait for it still.
		out, err := list(context.WithoutCancel(ctx), anew && !fresh)
		a.note(channel, anew && !fresh, err)
		return out, err
	})
	return got.(templates), err
}

func (a *templateAsks) recent(channel string) (templateAsk, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	last, ok := a.last[channel]
	if !ok || time.Since(last.at) >= templatesEvery {
		return templateAsk{}, false
	}
	return last, true
}

// note keeps that a provider was asked: as was wanted, or because nothing was known yet,
// which only shows where it refused.
func (a *templateAsks) note(channel string, asked bool, err error) {
	var refused *crm.Error
	if errors.As(err, &refused) && refused.Code == crm.CodeNotFound || !asked && refused == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	maps.DeleteFunc(a.last, func(_ string, x templateAsk) bool { return time.Since(x.at) >= templatesEvery })
	if a.last == nil {
		a.last = make(map[string]templateAsk)
	}
	a.last[channel] = templateAsk{time.Now(), asked, refused}
}
