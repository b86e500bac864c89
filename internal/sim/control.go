package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/bandeja/bandeja/sim/ui"
)

// Handler serves the providers, the control API and the page.
func (s *Sim) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/telegram/{call...}", s.serveTelegram)
	mux.HandleFunc("GET /telegram/file/{file...}", s.serveTelegramFile)
	mux.HandleFunc("/whatsapp/{path...}", s.serveGraph)
	mux.HandleFunc("GET /whatsapp/attachments/{$}", s.serveAttachment)

	mux.HandleFunc("GET /sim/state", s.getState)
	mux.HandleFunc("GET /sim/events", s.getEvents)
	mux.HandleFunc("POST /sim/accounts", s.postAccount)
	mux.HandleFunc("POST /sim/accounts/{account}/people", s.postPerson)
	mux.HandleFunc("GET /sim/accounts/{account}/people/{person}", s.getPerson)
	mux.HandleFunc("POST /sim/accounts/{account}/people/{person}", s.postAct)
	mux.HandleFunc("PATCH /sim/accounts/{account}/people/{person}", s.patchPerson)
	mux.HandleFunc("PUT /sim/accounts/{account}/faults", s.putFaults)
	mux.HandleFunc("GET /sim/accounts/{account}/sends", s.getSends)
	mux.HandleFunc("GET /sim/accounts/{account}/media/{id}", s.getMedia)
	mux.Handle("/", ui.Handler())
	return guard(mux)
}

// guard keeps other web pages from using the control API through a visitor's
// browser: it answers no cross-site request.
func guard(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	checked := protection.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/sim/") {
			checked.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Sim) problem(w http.ResponseWriter, status int, err error) {
	writeJSON(w, status, map[string]any{"error": err.Error()})
}

// decode reads a control request's JSON body.
func (s *Sim) decode(w http.ResponseWriter, r *http.Request, v any) bool {
	body, over, err := readAll(r.Body, 150<<20)
	if err == nil && over {
		err = errors.New("the body is too large")
	}
	if err == nil {
		err = json.Unmarshal(body, v)
	}
	if err != nil {
		s.problem(w, http.StatusBadRequest, err)
	}
	return err == nil
}

type personState struct {
	Person
	Last   *Message `json:"last,omitempty"`
	Typing bool     `json:"typing"`
	Count  int      `json:"count"`
	// Seconds since the person last wrote, -1 for never (WhatsApp's window).
	Since int64 `json:"since"`
}

type accountState struct {
	AccountInfo
	Connected bool          `json:"connected"`
	Queue     int           `json:"queue"`
	Stats     Stats         `json:"stats"`
	Faults    FaultsJSON    `json:"faults"`
	People    []personState `json:"people"`
}

func (s *Sim) getState(w http.ResponseWriter, _ *http.Request) {
	accounts := []accountState{}
	for _, info := range s.Accounts() {
		s.mu.Lock()
		a := s.accounts[info.ID]
		st := accountState{
			AccountInfo: info, Connected: a.hookURL != "" || a.polling != nil, Queue: len(a.queue), Stats: a.stats, Faults: a.faults.json(),
			People: []personState{},
		}
		for _, id := range a.order {
			st.People = append(st.People, s.state(a.people[id]))
		}
		s.mu.Unlock()
		accounts = append(accounts, st)
	}
	writeJSON(w, http.StatusOK, map[string]any{"accounts": accounts})
}

// state describes a person for the page. The caller holds mu.
func (s *Sim) state(p *person) personState {
	now := s.opt.Now()
	st := personState{Person: p.Person, Typing: p.typingUntil.After(now), Count: len(p.messages), Since: -1}
	if !p.lastInbound.IsZero() {
		st.Since = int64(now.Sub(p.lastInbound).Seconds())
	}
	if n := len(p.messages); n > 0 {
		last := copyOf(p.messages[n-1])
		last.Raw = nil
		st.Last = &last
	}
	return st
}

// getEvents tells of every change by a number, so that the page asks again.
func (s *Sim) getEvents(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	flush := http.NewResponseController(w)
	for {
		s.mu.Lock()
		version, changed := s.version, s.changed
		s.mu.Unlock()
		if _, err := fmt.Fprintf(w, "event: change\ndata: %d\n\n", version); err != nil || flush.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		case <-s.ctx.Done():
			return
		}
	}
}

func (s *Sim) postAccount(w http.ResponseWriter, r *http.Request) {
	var in AccountInfo
	if !s.decode(w, r, &in) {
		return
	}
	info, err := s.AddAccount(in)
	if err != nil {
		s.problem(w, http.StatusConflict, err)
		return
	}
	writeJSON(w, http.StatusCreated, info)
}

func (s *Sim) postPerson(w http.ResponseWriter, r *http.Request) {
	var in Person
	if !s.decode(w, r, &in) {
		return
	}
	p, err := s.AddPerson(r.PathValue("account"), in)
	if err != nil {
		s.problem(w, http.StatusConflict, err)
		return
	}
	writeJSON(w, http.StatusCreated, p)
}

func (s *Sim) getPerson(w http.ResponseWriter, r *http.Request) {
	account, id := r.PathValue("account"), r.PathValue("person")
	messages := s.Messages(account, id)
	if messages == nil {
		s.problem(w, http.StatusNotFound, errors.New("no such person"))
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.accounts[account].people[id]
	if p == nil { // moved to a new number meanwhile
		s.problem(w, http.StatusNotFound, errors.New("no such person"))
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"person": s.state(p), "messages": messages})
}

func (s *Sim) postAct(w http.ResponseWriter, r *http.Request) {
	var act Act
	if !s.decode(w, r, &act) {
		return
	}
	id, err := s.Do(r.PathValue("account"), r.PathValue("person"), act)
	if err != nil {
		s.problem(w, http.StatusUnprocessableEntity, err)
		return
	}
	writeJSON(w, http.StatusCreated, map[string]any{"id": id})
}

func (s *Sim) patchPerson(w http.ResponseWriter, r *http.Request) {
	var in struct{ Reading, Blocked *bool }
	if !s.decode(w, r, &in) {
		return
	}
	account, id := r.PathValue("account"), r.PathValue("person")
	var err error
	if in.Reading != nil {
		err = s.SetReading(account, id, *in.Reading)
	}
	if err == nil && in.Blocked != nil {
		err = s.SetBlocked(account, id, *in.Blocked)
	}
	if err != nil {
		s.problem(w, http.StatusUnprocessableEntity, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Sim) putFaults(w http.ResponseWriter, r *http.Request) {
	var in FaultsJSON
	if !s.decode(w, r, &in) {
		return
	}
	s.SetFaults(r.PathValue("account"), in.faults())
	writeJSON(w, http.StatusOK, s.FaultsOf(r.PathValue("account")).json())
}

func (s *Sim) getSends(w http.ResponseWriter, r *http.Request) {
	account := r.PathValue("account")
	writeJSON(w, http.StatusOK, map[string]any{"sends": s.Sends(account), "duplicates": s.Duplicates(account)})
}

// getMedia shows a file on the page. Files come from anywhere, so none may run
// as a script of this page.
func (s *Sim) getMedia(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	m := s.media[r.PathValue("id")]
	s.mu.Unlock()
	if m == nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", m.MIME)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	h.Set("Content-Length", strconv.FormatInt(m.Size, 10))
	_, _ = w.Write(m.Data)
}
