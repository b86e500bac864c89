package httpapi

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
)

// A provider is asked for templates once in so long, however many want to know; what it
// refused is not asked again either.
func TestTemplatesAreAskedForNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asks templateAsks
		asked, refusal := 0, error(nil)
		known := false
		list := func(ctx context.Context, anew bool) (templates, error) {
			if anew || !known {
				asked++
				time.Sleep(time.Second)
				if refusal != nil || ctx.Err() != nil {
					return templates{}, errors.Join(refusal, ctx.Err())
				}
				known = true
			}
			return templates{at: int64(asked)}, nil
		}
		get := func(anew bool) (templates, error) { return asks.get(t.Context(), "1/2", anew, list) }

		first, leave := context.WithCancel(t.Context())
		go func() { _, _ = asks.get(first, "1/2", true, list) }()
		synctest.Wait()
		answers := make(chan int64)
		for range 5 {
			go func() {
				got, err := get(true)
				if err != nil {
					t.Error(err)
				}
				answers <- got.at
			}()
		}
		synctest.Wait()
		leave()
		for range 5 {
			if at := <-answers; at != 1 {
				t.Errorf("the answer of %d", at)
			}
		}
		if got, err := get(true); err != nil || got.at != 1 || asked != 1 {
			t.Errorf("right after: %v %v, asked %d times", got, err, asked)
		}
		time.Sleep(templatesEvery)
		if got, err := get(true); err != nil || got.at != 2 {
			t.Errorf("later: %v %v", got, err)
		}

		known, refusal = false, crm.Refuse(crm.CodeProviderDown)
		time.Sleep(templatesEvery)
		for _, anew := range []bool{false, true, false} {
			if _, err := get(anew); !errors.Is(err, refusal) || asked != 3 {
				t.Errorf("refused: %v, asked %d times", err, asked)
			}
		}
		refusal = nil
		time.Sleep(templatesEvery)
		if got, err := get(false); err != nil || got.at != 4 {
			t.Errorf("once it answers: %v %v", got, err)
		}

		// What there isn't is looked for each time, and takes no room.
		refusal, known = crm.Refuse(crm.CodeNotFound), false
		time.Sleep(templatesEvery)
		_, err := get(true)
		if _, noted := asks.recent("1/2"); noted || !errors.Is(err, refusal) {
			t.Errorf("a channel that isn't: %v", err)
		}
	})
}
