package sim

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"
)

// event is something to be told to the business.
type event struct {
	// body is an update of Telegram, or a change of WhatsApp.
	body json.RawMessage
	// kind is the name of the update's part ("message"), for allowed_updates.
	kind string
	// id is the update_id.
	id int64
	// done, if set, is closed once the event was delivered or given up.
	done chan struct{}
}

// enqueue puts an event in the account's queue. The caller holds mu.
func (s *Sim) enqueue(a *account, e event) {
	if a.kind == Telegram && !a.wants(e.kind) {
		return
	}
	if len(a.queue) >= maxQueue {
		a.stats.Dropped++
		return
	}
	a.queue = append(a.queue, e)
	a.signal()
	s.touch()
}

// wants tells whether allowed_updates has the kind. The set that is taken without
// being named leaves out reactions.
func (a *account) wants(kind string) bool {
	if len(a.allowed) == 0 {
		return kind != "message_reaction" && kind != "chat_member" && kind != "message_reaction_count"
	}
	return slices.Contains(a.allowed, kind)
}

func (a *account) signal() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// gather is how long a delivery waits for company when events are batched or
// reordered.
const gather = 30 * time.Millisecond

// deliver sends the account's events to its webhook until the simulator closes.
func (s *Sim) deliver(a *account) {
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-a.wake:
		}
		for {
			batch, url, secret, f := s.take(a)
			if len(batch) == 0 {
				break
			}
			a.signal() // the others may take what is left
			s.post(a, batch, url, secret, f)
			s.mu.Lock()
			a.busy--
			s.touch()
			s.mu.Unlock()
		}
	}
}

// take takes the events of the next webhook out of the queue.
func (s *Sim) take(a *account) (batch []event, url, secret string, f Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a.hookURL == "" || len(a.queue) == 0 || s.ctx.Err() != nil {
		return nil, "", "", f
	}
	f = a.faults
	a.busy++
	if window := max(f.Batch, f.Reorder); window > 1 && len(a.queue) < window {
		s.mu.Unlock()
		select {
		case <-time.After(gather):
		case <-s.ctx.Done():
		}
		s.mu.Lock()
	}
	if n := min(f.Reorder, len(a.queue)); n > 1 {
		s.rand.Shuffle(n, func(i, j int) { a.queue[i], a.queue[j] = a.queue[j], a.queue[i] })
	}
	n := 1
	if a.kind == WhatsApp {
		n = max(f.Batch, 1)
	}
	n = min(n, len(a.queue))
	if n == 0 || a.hookURL == "" {
		a.busy--
		return nil, "", "", f
	}
	batch = slices.Clone(a.queue[:n])
	a.queue = slices.Delete(a.queue, 0, n)
	return batch, a.hookURL, a.hookSecret, f
}

// post makes one webhook and delivers it, trying again when it is refused.
func (s *Sim) post(a *account, batch []event, url, secret string, f Faults) {
	body := a.webhook(batch)
	defer func() {
		for _, e := range batch {
			if e.done != nil {
				close(e.done)
			}
		}
	}()
	for range f.Duplicate + 1 {
		wait := s.opt.RetryDelay
		for attempt := 1; ; attempt++ {
			err := s.attempt(a, url, secret, body, f.Split)
			s.mu.Lock()
			if err == nil {
				a.stats.Delivered++
			} else {
				a.stats.Refused++
				a.stats.LastError = err.Error()
				if attempt >= s.opt.Retries {
					a.stats.Dropped++
				}
			}
			s.mu.Unlock()
			if err == nil {
				break
			}
			s.opt.Logger.Debug("webhook refused", "account", a.id, "attempt", attempt, "error", err)
			if attempt >= s.opt.Retries {
				return
			}
			select {
			case <-time.After(wait):
			case <-s.ctx.Done():
				return
			}
			wait = min(wait*2, 5*time.Second)
		}
	}
}

// webhook is the body that carries the events.
func (a *account) webhook(batch []event) []byte {
	if a.kind == Telegram {
		return batch[0].body
	}
	changes := make([]json.RawMessage, len(batch))
	for i, e := range batch {
		changes[i] = e.body
	}
	return encode(map[string]any{
		"object": "whatsapp_business_account",
		"entry":  []any{map[string]any{"id": a.wabaID, "changes": changes}},
	})
}

func (s *Sim) attempt(a *account, url, secret string, body []byte, split bool) error {
	var r io.Reader = bytes.NewReader(body)
	if split {
		r = &dribble{body: body}
	}
	req, err := http.NewRequestWithContext(s.ctx, http.MethodPost, url, r)
	if err != nil {
		return errors.New("the webhook's address can't be read")
	}
	req.Header.Set("Content-Type", "application/json")
	if a.kind == Telegram {
		if secret != "" {
			req.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
		}
	} else {
		mac := hmac.New(sha256.New, []byte(a.appSecret))
		mac.Write(body)
		req.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
		req.Header.Set("User-Agent", "facebookexternalua")
	}
	res, err := s.opt.Client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20))
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return fmt.Errorf("answered %s", res.Status)
	}
	return nil
}

// dribble hands out a body three bytes at a time, so that longer characters
// arrive in pieces.
type dribble struct{ body []byte }

func (d *dribble) Read(p []byte) (int, error) {
	if len(d.body) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), 3)], d.body)
	d.body = d.body[n:]
	return n, nil
}

// Settle waits until every webhook is delivered or given up.
func (s *Sim) Settle(ctx context.Context, accountID string) error {
	for {
		s.mu.Lock()
		a, changed := s.accounts[accountID], s.changed
		idle := a == nil || a.busy == 0 && (len(a.queue) == 0 || a.hookURL == "")
		s.mu.Unlock()
		if idle {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// encode writes JSON as the providers do; what is encoded is always ours.
func encode(v any) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(fmt.Sprintf("sim: encode: %v", err))
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}
