// Package sim stands in for messaging providers on loopback: the Telegram Bot
// API and the WhatsApp Cloud API, with a phone for each person who writes to the
// business. It checks what it is sent as strictly as the provider would, answers
// in the provider's own shapes and can be made slow, failing, duplicated or out
// of order. Everything is held in memory and bounded.
//
// It is written from the providers' documents
// (https://core.telegram.org/bots/api, https://developers.facebook.com/docs/whatsapp)
// and shares no code with Bandeja's adapters, so that a misreading on one side
// shows.
//
// # Paths
//
//	/telegram/bot<TOKEN>/<method>     Bot API; api_base_url is BASE/telegram
//	/telegram/file/bot<TOKEN>/<path>  its files
//	/whatsapp/<version>/…             Graph API; api_base_url is BASE/whatsapp
//	/                                 the phone page
//	/sim/…                            control, JSON, below
//
// # Control
//
//	GET  /sim/state                                   accounts, people, faults, counts
//	POST /sim/accounts                                {kind, name, handle, token} → account
//	POST /sim/accounts/{account}/people               Person → Person
//	GET  /sim/accounts/{account}/people/{person}      {person, messages}
//	POST /sim/accounts/{account}/people/{person}      Act → {id}: something the person does
//	PATCH /sim/accounts/{account}/people/{person}     {reading, blocked}
//	PUT  /sim/accounts/{account}/faults               Faults as FaultsJSON
//	GET  /sim/accounts/{account}/sends                every send, and which came twice
//	GET  /sim/accounts/{account}/media/{id}           a file
//	GET  /sim/events                                  server-sent events: "change" with a number
package sim

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// The accounts that exist from the start.
const (
	TelegramAccount = "telegram"
	TelegramToken   = "100200300:SIM-telegram-token_0123456789abcdef"
	TelegramBot     = "bandeja_sim_bot"

	WhatsAppAccount       = "whatsapp"
	WhatsAppPhoneNumberID = "106540352242922"
	WhatsAppWABAID        = "102290129340398"
	WhatsAppNumber        = "593999000111"
	WhatsAppAccessToken   = "EAASIMwhatsappaccesstoken0123456789"
	WhatsAppAppSecret     = "51a7e5ec12e7c0ffee51a7e5ec12e7c0"
)

// Bounds of what is kept.
const (
	maxPeople    = 20_000    // of an account
	maxSends     = 200_000   // of an account
	maxQueue     = 50_000    // webhooks waiting, of an account
	maxMediaSize = 256 << 20 // of all files together
)

// Options configure a simulator. The zero value works.
type Options struct {
	Logger *slog.Logger
	// BaseURL is where the simulator is reached, for the addresses of files; by
	// default the host that the request was made to.
	BaseURL string
	// Client delivers webhooks; by default one with a time limit of 10 s.
	Client *http.Client
	// Now is the clock, by default time.Now. The messaging window follows it.
	Now func() time.Time
	// ReceiptDelay lies between a send and each of its receipts; 0 sends them at
	// once.
	ReceiptDelay time.Duration
	// Connections is how many webhooks an account delivers at a time; 1 by default,
	// which keeps them in order.
	Connections int
	// RetryDelay is the wait before a refused webhook is tried again, doubling each
	// time; 50 ms by default.
	RetryDelay time.Duration
	// Retries bounds the attempts; 8 by default. Real providers go on for hours.
	Retries int
	// PerSecond bounds the calls to an account as the provider would (30 for
	// Telegram, 80 for WhatsApp); 0 for no bound.
	PerSecond int
	// Seed makes reordering repeatable.
	Seed uint64
	// History is how many messages a person's phone keeps; 500 by default.
	History int
}

// Sim is a simulator. Its methods may be called from any goroutine.
type Sim struct {
	opt  Options
	ctx  context.Context
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu        sync.Mutex
	accounts  map[string]*account
	media     map[string]*Media
	mediaSize int64
	counter   int64
	rand      *rand.Rand
	version   int64
	changed   chan struct{} // closed and renewed at every change
}

// New starts a simulator with one account of each kind and a few people.
func New(opt Options) *Sim {
	opt.Logger = cmp.Or(opt.Logger, slog.New(slog.DiscardHandler))
	opt.Connections = max(opt.Connections, 1)
	opt.RetryDelay = cmp.Or(opt.RetryDelay, 50*time.Millisecond)
	opt.Retries = cmp.Or(opt.Retries, 8)
	opt.History = cmp.Or(opt.History, 500)
	if opt.Client == nil {
		opt.Client = &http.Client{Timeout: 10 * time.Second}
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	s := &Sim{
		opt:      opt,
		accounts: map[string]*account{},
		media:    map[string]*Media{},
		rand:     rand.New(rand.NewPCG(opt.Seed, 1)),
		changed:  make(chan struct{}),
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.seed()
	return s
}

// Close stops all deliveries and waits for them.
func (s *Sim) Close() {
	s.stop()
	s.wg.Wait()
}

func (s *Sim) seed() {
	must := func(_ string, err error) {
		if err != nil {
			panic(err) // the seed is ours: only a mistake in it can fail
		}
	}
	must(s.addAccount(&account{
		id: TelegramAccount, kind: Telegram, name: "Flores Amazonas", handle: TelegramBot, token: TelegramToken,
	}))
	must(s.addAccount(&account{
		id: WhatsAppAccount, kind: WhatsApp, name: "Flores Amazonas", handle: WhatsAppNumber, token: WhatsAppAccessToken,
		phoneNumberID: WhatsAppPhoneNumberID, wabaID: WhatsAppWABAID, appSecret: WhatsAppAppSecret,
		templates: seedTemplates(),
	}))
	for _, p := range []Person{
		{ID: "7001001", Name: "Lucía Gómez", Username: "luciag", Language: "es"},
		{ID: "7001002", Name: "Mateo Andrade", Username: "mateo_a", Language: "es"},
		{ID: "7001003", Name: "Hannah Weiss", Username: "hweiss", Language: "de"},
	} {
		_, err := s.AddPerson(TelegramAccount, p)
		must("", err)
	}
	for _, p := range []Person{
		{ID: "593987654321", Name: "Valentina Ruiz", Language: "es"},
		{ID: "593991112223", Name: "Diego Salazar", Language: "es"},
		{ID: "16505551234", Name: "Sam Nelson", Language: "en", UserID: "US.13491208655302741918", Username: "sam.nelson"},
		{ID: "EC.40917736281553920174", Name: "Camila", Language: "es", UserID: "EC.40917736281553920174", Username: "cami"},
	} {
		_, err := s.AddPerson(WhatsAppAccount, p)
		must("", err)
	}
}

// Kind is the provider an account belongs to.
type Kind string

// The providers.
const (
	Telegram Kind = "telegram"
	WhatsApp Kind = "whatsapp"
)

// Person is somebody with a phone.
type Person struct {
	// ID is the Telegram chat id, or the digits of the WhatsApp number; of a person
	// who hides the number, the BSUID.
	ID       string `json:"id"`
	Name     string `json:"name"`
	Username string `json:"username,omitempty"`
	Language string `json:"language,omitempty"`
	// UserID is the BSUID of a person on WhatsApp.
	UserID string `json:"user_id,omitempty"`
	// Away keeps messages unread; Blocked refuses them.
	Away    bool `json:"away"`
	Blocked bool `json:"blocked"`
}

// account is one bot or number.
type account struct {
	id, name, handle, token          string
	kind                             Kind
	phoneNumberID, wabaID, appSecret string
	templates                        []*template

	people   map[string]*person
	order    []string
	faults   Faults
	applied  int // times the faults were applied
	lastCall []time.Time

	// Webhooks. numberHook, wabaHook: WhatsApp's addresses of the number, which goes
	// first, and of its business account; hookURL is what they come to.
	hookURL, hookSecret  string
	numberHook, wabaHook string
	allowed              []string
	queue                []event
	busy                 int
	wake                 chan struct{}
	stats                Stats
	updateID             int64
	polling              chan struct{} // closed when another getUpdates takes over

	sends []Send
}

type person struct {
	Person
	messages    []*Message
	lastInbound time.Time
	started     bool
	typingUntil time.Time
}

// Stats counts what went over the wire.
type Stats struct {
	Delivered int    `json:"delivered"` // webhooks answered 2xx
	Refused   int    `json:"refused"`   // webhooks answered otherwise, or not at all
	Dropped   int    `json:"dropped"`   // webhooks given up
	Calls     int    `json:"calls"`     // calls to the provider
	LastError string `json:"last_error,omitempty"`
}

// AccountInfo describes an account.
type AccountInfo struct {
	ID            string `json:"id"`
	Kind          Kind   `json:"kind"`
	Name          string `json:"name"`
	Handle        string `json:"handle"`
	Token         string `json:"token"`
	PhoneNumberID string `json:"phone_number_id,omitempty"`
	WABAID        string `json:"waba_id,omitempty"`
	AppSecret     string `json:"app_secret,omitempty"`
}

func (a *account) info() AccountInfo {
	return AccountInfo{
		ID: a.id, Kind: a.kind, Name: a.name, Handle: a.handle, Token: a.token,
		PhoneNumberID: a.phoneNumberID, WABAID: a.wabaID, AppSecret: a.appSecret,
	}
}

// AddAccount makes another account of the kind. What isn't given is made up, and
// the same for the same order of calls.
func (s *Sim) AddAccount(in AccountInfo) (AccountInfo, error) {
	s.mu.Lock()
	n := len(s.accounts) + 1
	s.mu.Unlock()
	a := &account{
		id: cmp.Or(in.ID, fmt.Sprintf("%s-%d", in.Kind, n)), kind: in.Kind, name: cmp.Or(in.Name, "Cuenta "+strconv.Itoa(n)),
		handle: in.Handle, token: in.Token, phoneNumberID: in.PhoneNumberID, wabaID: in.WABAID, appSecret: in.AppSecret,
	}
	switch in.Kind {
	case Telegram:
		a.handle = cmp.Or(a.handle, fmt.Sprintf("bandeja_sim_%d_bot", n))
		a.token = cmp.Or(a.token, fmt.Sprintf("10020%04d:SIM-telegram-token_%016d", n, n))
	case WhatsApp:
		a.handle = cmp.Or(a.handle, fmt.Sprintf("59399900%04d", n))
		a.token = cmp.Or(a.token, fmt.Sprintf("EAASIMwhatsappaccesstoken%010d", n))
		a.phoneNumberID = cmp.Or(a.phoneNumberID, fmt.Sprintf("1065403522%05d", n))
		a.wabaID = cmp.Or(a.wabaID, fmt.Sprintf("1022901293%05d", n))
		a.appSecret = cmp.Or(a.appSecret, fmt.Sprintf("%032x", n))
		a.templates = seedTemplates()
	default:
		return AccountInfo{}, fmt.Errorf("sim: no provider %q", in.Kind)
	}
	if _, err := s.addAccount(a); err != nil {
		return AccountInfo{}, err
	}
	return a.info(), nil
}

func (s *Sim) addAccount(a *account) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, other := range s.accounts {
		if other.id == a.id || other.token == a.token {
			return "", fmt.Errorf("sim: account %s exists", a.id)
		}
		if other.kind == WhatsApp && other.wabaID == a.wabaID {
			a.wabaHook, a.hookURL = other.wabaHook, other.wabaHook
		}
	}
	a.people = map[string]*person{}
	a.wake = make(chan struct{}, s.opt.Connections)
	s.accounts[a.id] = a
	for range s.opt.Connections {
		s.wg.Go(func() { s.deliver(a) })
	}
	s.touch()
	return a.id, nil
}

// AddPerson gives somebody a phone on the account.
func (s *Sim) AddPerson(accountID string, p Person) (Person, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.accounts[accountID]
	if a == nil {
		return Person{}, fmt.Errorf("sim: no account %q", accountID)
	}
	if len(a.people) >= maxPeople {
		return Person{}, fmt.Errorf("sim: more than %d people", maxPeople)
	}
	if p.ID == "" {
		s.counter++
		p.ID = strconv.FormatInt(593900000000+s.counter, 10)
	}
	if a.people[p.ID] != nil {
		return Person{}, fmt.Errorf("sim: person %s exists", p.ID)
	}
	p.Name = cmp.Or(p.Name, p.ID)
	a.people[p.ID] = &person{Person: p}
	a.order = append(a.order, p.ID)
	s.touch()
	return p, nil
}

// Accounts lists the accounts by id.
func (s *Sim) Accounts() []AccountInfo {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []AccountInfo
	for _, a := range s.accounts {
		all = append(all, a.info())
	}
	slices.SortFunc(all, func(x, y AccountInfo) int { return cmp.Compare(x.ID, y.ID) })
	return all
}

// People lists the people of an account, in the order in which they were added.
func (s *Sim) People(accountID string) []Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Person
	if a := s.accounts[accountID]; a != nil {
		for _, id := range a.order {
			all = append(all, a.people[id].Person)
		}
	}
	return all
}

// touch notes a change for those who watch. The caller holds mu.
func (s *Sim) touch() {
	s.version++
	close(s.changed)
	s.changed = make(chan struct{})
}

// next returns the next number of the one counter that all ids are made of. The
// caller holds mu.
func (s *Sim) next() int64 {
	s.counter++
	return s.counter
}

// Media is a file.
type Media struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	MIME string `json:"mime"`
	Size int64  `json:"size"`
	// Data is the content.
	Data []byte `json:"-"`
}

// keep stores a file and returns its handle. The caller holds mu.
func (s *Sim) keep(name, mimeType string, data []byte) (*Media, error) {
	if s.mediaSize+int64(len(data)) > maxMediaSize {
		return nil, fmt.Errorf("sim: more than %d MB of files", maxMediaSize>>20)
	}
	m := &Media{ID: strconv.FormatInt(1003383421000000+s.next(), 10), Name: name, MIME: mimeType, Size: int64(len(data)), Data: data}
	s.media[m.ID] = m
	s.mediaSize += m.Size
	return m, nil
}

// readAll reads a body of at most limit bytes; one byte more shows that it was
// longer.
func readAll(r io.Reader, limit int64) ([]byte, bool, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	return b, int64(len(b)) > limit, err
}
