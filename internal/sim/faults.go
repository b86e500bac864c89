package sim

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"time"
)

// Failure is what goes wrong with the answer to a call.
type Failure string

// The failures. Those after acting have sent the message all the same.
const (
	NoFailure   Failure = ""
	Hang        Failure = "hang"         // acts, then never answers
	ResetBefore Failure = "reset_before" // breaks the connection without acting
	ResetAfter  Failure = "reset_after"  // acts, then breaks the connection
	Cut         Failure = "cut"          // acts, then answers CutAfter bytes and breaks off
	Garbage     Failure = "garbage"      // acts, then answers 200 with nonsense
	TooMany     Failure = "429"          // refuses with RetryAfter
	Internal    Failure = "500"          // refuses
)

// Faults are what goes wrong with an account.
type Faults struct {
	// Latency comes before every answer.
	Latency  time.Duration
	Failure  Failure
	CutAfter int
	// RetryAfter of TooMany, whole seconds.
	RetryAfter time.Duration
	// Times ends the failure after so many calls; 0 is never.
	Times int
	// AllCalls makes calls fail that send no message, too.
	AllCalls bool

	// Duplicate delivers each webhook so many more times.
	Duplicate int
	// Reorder shuffles the webhooks within windows of so many.
	Reorder int
	// Batch puts up to so many events in one webhook, at most 50 (WhatsApp only:
	// Telegram sends one at a time).
	Batch int
	// EarlyReceipts delivers the receipts before the send is answered.
	EarlyReceipts bool
	// Split sends webhooks a few bytes at a time, breaking UTF-8 sequences.
	Split bool
	// ErrorsInAnswer answers a closed window and an unreachable person with an
	// error, where WhatsApp usually accepts and reports failure by webhook.
	ErrorsInAnswer bool
}

// SetFaults makes things go wrong from now on; the zero value mends them.
func (s *Sim) SetFaults(accountID string, f Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.accounts[accountID]; a != nil {
		f.Batch = min(f.Batch, 50)
		a.faults, a.applied = f, 0
		s.touch()
		a.signal()
	}
}

// FaultsOf returns an account's faults.
func (s *Sim) FaultsOf(accountID string) Faults {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.accounts[accountID]; a != nil {
		return a.faults
	}
	return Faults{}
}

// refusal writes the provider's own error for 429 and 500.
type refusal func(w http.ResponseWriter, status int, retryAfter time.Duration)

// withFaults runs one call of a provider: act writes its answer.
func (s *Sim) withFaults(a *account, sends bool, w http.ResponseWriter, r *http.Request, refuse refusal, act http.HandlerFunc) {
	s.mu.Lock()
	a.stats.Calls++
	f := a.faults
	failure := f.Failure
	switch {
	case failure == NoFailure:
	case !sends && !f.AllCalls, f.Times > 0 && a.applied >= f.Times:
		failure = NoFailure
	default:
		a.applied++
	}
	over := s.overRate(a)
	s.mu.Unlock()

	if f.Latency > 0 {
		select {
		case <-time.After(f.Latency):
		case <-r.Context().Done():
			return
		case <-s.ctx.Done():
			return
		}
	}
	switch {
	case failure == ResetBefore:
		reset(w, nil)
		return
	case failure == TooMany:
		refuse(w, http.StatusTooManyRequests, max(f.RetryAfter, time.Second))
		return
	case failure == Internal:
		refuse(w, http.StatusInternalServerError, 0)
		return
	case over:
		refuse(w, http.StatusTooManyRequests, time.Second)
		return
	case failure == NoFailure:
		act(w, r)
		return
	}
	rec := httptest.NewRecorder()
	act(rec, r)
	switch failure {
	case Hang:
		select {
		case <-r.Context().Done():
		case <-s.ctx.Done():
		}
		reset(w, nil)
	case ResetAfter:
		reset(w, nil)
	case Cut:
		answer := fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n",
			rec.Code, http.StatusText(rec.Code), rec.Body.Len())
		reset(w, append([]byte(answer), rec.Body.Bytes()[:min(f.CutAfter, max(rec.Body.Len()-1, 0))]...))
	case Garbage:
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(bytes.Repeat([]byte{0xff, '<', 0x00, '{'}, 8))
	}
}

// overRate tells whether the account was called more often within a second than
// the provider allows. The caller holds mu.
func (s *Sim) overRate(a *account) bool {
	if s.opt.PerSecond <= 0 {
		return false
	}
	now := s.opt.Now()
	kept := a.lastCall[:0]
	for _, at := range a.lastCall {
		if now.Sub(at) < time.Second {
			kept = append(kept, at)
		}
	}
	a.lastCall = kept
	if len(kept) >= s.opt.PerSecond {
		return true
	}
	a.lastCall = append(a.lastCall, now)
	return false
}

// reset writes raw bytes, if any, and breaks the connection.
func reset(w http.ResponseWriter, raw []byte) {
	h, ok := w.(http.Hijacker)
	if !ok { // HTTP/2 or a recorder: the best that can be done
		panic(http.ErrAbortHandler)
	}
	conn, buf, err := h.Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if len(raw) > 0 {
		_, _ = buf.Write(raw)
		_ = buf.Flush()
	} else if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // close by RST
	}
	_ = conn.Close()
}

// FaultsJSON is the form of Faults in the control API, durations in milliseconds.
type FaultsJSON struct {
	LatencyMS      int     `json:"latency_ms"`
	Failure        Failure `json:"failure"`
	CutAfter       int     `json:"cut_after"`
	RetryAfterMS   int     `json:"retry_after_ms"`
	Times          int     `json:"times"`
	AllCalls       bool    `json:"all_calls"`
	Duplicate      int     `json:"duplicate"`
	Reorder        int     `json:"reorder"`
	Batch          int     `json:"batch"`
	EarlyReceipts  bool    `json:"early_receipts"`
	Split          bool    `json:"split"`
	ErrorsInAnswer bool    `json:"errors_in_answer"`
}

func (j FaultsJSON) faults() Faults {
	return Faults{
		Latency: time.Duration(j.LatencyMS) * time.Millisecond, Failure: j.Failure, CutAfter: j.CutAfter,
		RetryAfter: time.Duration(j.RetryAfterMS) * time.Millisecond, Times: j.Times, AllCalls: j.AllCalls,
		Duplicate: j.Duplicate, Reorder: j.Reorder, Batch: j.Batch, EarlyReceipts: j.EarlyReceipts, Split: j.Split,
		ErrorsInAnswer: j.ErrorsInAnswer,
	}
}

func (f Faults) json() FaultsJSON {
	return FaultsJSON{
		LatencyMS: int(f.Latency.Milliseconds()), Failure: f.Failure, CutAfter: f.CutAfter,
		RetryAfterMS: int(f.RetryAfter.Milliseconds()), Times: f.Times, AllCalls: f.AllCalls,
		Duplicate: f.Duplicate, Reorder: f.Reorder, Batch: f.Batch, EarlyReceipts: f.EarlyReceipts, Split: f.Split,
		ErrorsInAnswer: f.ErrorsInAnswer,
	}
}

// seconds writes a duration as whole seconds, at least one.
func seconds(d time.Duration) string { return strconv.Itoa(max(int(d.Seconds()), 1)) }
