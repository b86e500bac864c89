package bench

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bandeja/bandeja/internal/db"
)

// RunOptions say what to measure.
type RunOptions struct {
	Binary string
	// PostgresURL is a server to make throw-away databases in; "" leaves PostgreSQL out.
	PostgresURL string
	// Contacts and Messages are the data that lists and searches are measured on.
	Contacts, Messages int
	// Length is how long each load runs.
	Length time.Duration
	// Seeded is a data folder that was seeded before, to measure reading on, with
	// PostgresURL as its database where that is measured; "" makes one.
	Seeded string
	// Only names the parts to measure: sqlite, sqlite-large, postgres, postgres-large,
	// sizes. Empty means all.
	Only []string
	// Steps names what to measure of a large installation; empty for all.
	Steps []string
	// Web and Widget are the built web app and widget.
	Web, Widget fs.FS
	Out         io.Writer
}

func (o RunOptions) wants(part string) bool { return len(o.Only) == 0 || slices.Contains(o.Only, part) }

// Result is one line of the table.
type Result struct {
	Name string `json:"name"`
	Latency
	// Value is what is measured where it isn't a latency, with its unit.
	Value float64 `json:"value,omitempty"`
	Unit  string  `json:"unit,omitempty"`
	// Ratio compares with the ceiling measured in the same run.
	Ratio float64 `json:"ratio,omitempty"`
	// Target is the figure to hold, in words.
	Target string `json:"target,omitempty"`
}

type run struct {
	RunOptions
	results []Result
}

func (r *run) add(res Result) {
	r.results = append(r.results, res)
	text := res.String()
	if res.Unit != "" {
		text = fmt.Sprintf("%9.1f %s", res.Value, res.Unit)
	}
	if res.Ratio != 0 {
		text += fmt.Sprintf("   %.2f × ceiling", res.Ratio)
	}
	if res.Target != "" {
		text += "   (" + res.Target + ")"
	}
	fmt.Fprintf(r.Out, "%-52s %s\n", res.Name, text)
}

// Run measures everything and returns the lines.
func Run(ctx context.Context, o RunOptions) ([]Result, error) {
	r := &run{RunOptions: o}
	for _, c := range []int{1, 8, 64} {
		l, err := rawHello(ctx, c, o.Length/2, update(1, 1))
		if err != nil {
			return nil, err
		}
		r.add(Result{Name: fmt.Sprintf("ceiling: net/http POST, %d connections", c), Latency: l})
	}
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		if dialect == db.Postgres && o.PostgresURL == "" {
			fmt.Fprintln(o.Out, "PostgreSQL is left out: BANDEJA_TEST_POSTGRES is not set")
			continue
		}
		for _, part := range []struct {
			name    string
			measure func(context.Context, db.Dialect) error
		}{{"", r.traffic}, {"-large", r.reading}} {
			if !r.wants(string(dialect) + part.name) {
				continue
			}
			if err := part.measure(ctx, dialect); err != nil {
				return r.results, fmt.Errorf("%s%s: %w", dialect, part.name, err)
			}
		}
	}
	if r.wants("sizes") {
		return r.results, r.sizes()
	}
	return r.results, nil
}

// update is a Telegram webhook, its numbers making it unique.
func update(person, n int) string {
	return fmt.Sprintf(`{"update_id":%d,"message":{"message_id":%d,"from":{"id":%d,"is_bot":false,"first_name":"Person","last_name":"%d","language_code":"es"},`+
		`"chat":{"id":%d,"first_name":"Person","type":"private"},"date":%d,"text":"Hola, buenas tardes. ¿Tienen disponible? %d"}}`,
		person*10_000_000+n, n, person, person, person, time.Now().Unix(), n)
}

// place makes an empty database and returns how to open it, and how to remove it.
func (r *run) place(ctx context.Context, dialect db.Dialect) (dir, url string, remove func(), err error) {
	dir, err = os.MkdirTemp("", "bandeja-bench")
	if err != nil {
		return "", "", nil, err
	}
	remove = func() { _ = os.RemoveAll(dir) }
	if dialect == db.SQLite {
		return dir, "", remove, nil
	}
	url, drop, err := schema(ctx, r.PostgresURL)
	return dir, url, func() { drop(); _ = os.RemoveAll(dir) }, err
}

const people = 500

func (r *run) traffic(ctx context.Context, dialect db.Dialect) error {
	rawDir, rawAddress, removeRaw, err := r.place(ctx, dialect)
	if err != nil {
		return err
	}
	defer removeRaw()
	raw, err := db.Open(ctx, db.Options{Dir: rawDir, URL: rawAddress, Instance: "raw"})
	if err != nil {
		return err
	}
	defer raw.Close()
	dir, address, remove, err := r.place(ctx, dialect)
	if err != nil {
		return err
	}
	defer remove()
	s := &Server{Binary: r.Binary, DataDir: dir, DatabaseURL: address}
	if err := s.SetUp(ctx); err != nil {
		return err
	}
	if _, err := s.Start(ctx); err != nil {
		return err
	}
	defer s.Stop()
	time.Sleep(2 * time.Second) // idle means after the start's work
	r.add(Result{Name: string(dialect) + ": RSS idle", Value: rss(s.Pid()), Unit: "MB", Target: "≤ 60"})
	p, err := newProvider()
	if err != nil {
		return err
	}
	defer p.Close()
	ch, err := s.Connect(ctx, "telegram", map[string]string{"bot_token": "123456789:AAbenchbenchbenchbenchbenchbenchbench", "secret_token": "bench", "api_base_url": p.URL()})
	if err != nil {
		return err
	}
	var numbers atomic.Int64
	post := func(w int) error {
		n := int(numbers.Add(1))
		status := s.Post(ctx, ch.WebhookURL, http.Header{"X-Telegram-Bot-Api-Secret-Token": {"bench"}}, []byte(update(1+n%people, n)))
		if status != http.StatusOK {
			return fmt.Errorf("webhook answered %d: %s", status, s.Output())
		}
		return nil
	}
	drained := func() error {
		for {
			var now Channel
			if _, err := s.Call(ctx, http.MethodGet, "/channels/"+ch.ID, "", nil, &now); err != nil {
				return err
			}
			if now.Health.QueueIn == 0 {
				return nil
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	if err := seedRaw(ctx, raw); err != nil {
		return err
	}
	for _, c := range []int{1, 8, 64} {
		// The ceilings of a number of connections are measured right beside it: other
		// tenants of a machine come and go.
		accept, err := rawAccept(ctx, raw, c, r.Length, update(1, 1))
		if err != nil {
			return err
		}
		r.add(Result{Name: fmt.Sprintf("%s ceiling: raw webhook rows, %d callers", dialect, c), Latency: accept})
		ingest, err := rawIngest(ctx, raw, c, r.Length, update(1, 1))
		if err != nil {
			return err
		}
		plain := ingest
		what := "raw webhook and message rows"
		if dialect == db.SQLite {
			if plain, err = rawPlain(ctx, raw, rawDir, c, r.Length, update(1, 1)); err != nil {
				return err
			}
			r.add(Result{Name: fmt.Sprintf("%s ceiling: %s, a transaction each, %d callers", dialect, what, c), Latency: plain})
			what += ", our groups"
		}
		r.add(Result{Name: fmt.Sprintf("%s ceiling: %s, %d callers", dialect, what, c), Latency: ingest})
		begun := time.Now()
		l, err := drive(ctx, c, r.Length, func(w, _ int) error { return post(w) })
		if err != nil {
			return err
		}
		if err := drained(); err != nil {
			return err
		}
		visible := float64(l.Count) / time.Since(begun).Seconds()
		r.add(Result{Name: fmt.Sprintf("%s: webhook accepted, %d connections", dialect, c), Latency: l, Ratio: l.PerSecond / accept.PerSecond})
		r.add(Result{
			Name: fmt.Sprintf("%s: messages until visible, %d connections", dialect, c), Value: visible, Unit: "/s",
			Ratio: visible / plain.PerSecond, Target: fmt.Sprintf("≥ 0.6 × ceiling; %.2f × our own writer with nothing else to do", visible/ingest.PerSecond),
		})
	}
	if err := r.live(ctx, dialect, s, post, &numbers); err != nil {
		return err
	}
	if err := drained(); err != nil {
		return err
	}
	return r.sends(ctx, dialect, s, p)
}

// live measures from webhook to browser at 300 messages a second.
func (r *run) live(ctx context.Context, dialect db.Dialect, s *Server, post func(int) error, numbers *atomic.Int64) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var mu sync.Mutex
	sent := make(map[int]time.Time)
	var all []time.Duration
	body, err := listen(ctx, http.DefaultClient, s.Address, s.Token)
	if err != nil {
		return err
	}
	defer body.Close()
	go func() {
		lines := bufio.NewReaderSize(body, 1<<20)
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				return
			}
			now := time.Now()
			for _, part := range strings.Split(line, "¿Tienen disponible? ")[1:] {
				n := 0
				if _, err := fmt.Sscanf(part, "%d", &n); err != nil {
					continue
				}
				mu.Lock()
				if at, ok := sent[n]; ok {
					all = append(all, now.Sub(at))
					delete(sent, n)
				}
				mu.Unlock()
			}
		}
	}()
	t := time.NewTicker(time.Second / 300)
	defer t.Stop()
	begun := time.Now()
	var wg sync.WaitGroup
	slots := make(chan struct{}, 64)
	for time.Since(begun) < r.Length {
		<-t.C
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			n := int(numbers.Add(1))
			mu.Lock()
			sent[n] = time.Now()
			mu.Unlock()
			s.Post(ctx, r.hook(s), http.Header{"X-Telegram-Bot-Api-Secret-Token": {"bench"}}, []byte(update(1+n%people, n)))
		})
	}
	wg.Wait()
	took := time.Since(begun)
	time.Sleep(300 * time.Millisecond)
	memory := rss(s.Pid())
	mu.Lock()
	defer mu.Unlock()
	r.add(Result{Name: string(dialect) + ": webhook → browser at 300/s", Latency: summary(all, took), Target: "p99 ≤ 50 ms"})
	if len(sent) > 0 {
		r.add(Result{Name: string(dialect) + ": not seen by the browser", Value: float64(len(sent)), Unit: "messages", Target: "0"})
	}
	r.add(Result{Name: string(dialect) + ": RSS after the load", Value: memory, Unit: "MB", Target: "≤ 150"})
	return nil
}

// hook is the address of the one channel's webhook.
func (r *run) hook(s *Server) string {
	if s.hook == "" {
		var list struct{ Items []Channel }
		if _, err := s.Call(context.Background(), http.MethodGet, "/channels", "", nil, &list); err == nil && len(list.Items) > 0 {
			s.hook = list.Items[0].WebhookURL
		}
	}
	return s.hook
}

// sends measures from an agent's click to the provider's door.
func (r *run) sends(ctx context.Context, dialect db.Dialect, s *Server, p *provider) error {
	var page struct {
		Items []struct{ ID string }
	}
	if _, err := s.Call(ctx, http.MethodGet, "/contacts?limit=200", "", nil, &page); err != nil {
		return err
	}
	begun := time.Now()
	t := time.NewTicker(40 * time.Millisecond) // below Telegram's 30 a second
	defer t.Stop()
	for n := 0; time.Since(begun) < r.Length; n++ {
		<-t.C
		text := fmt.Sprintf("bench-%d", n)
		p.expect(text)
		id := page.Items[n%len(page.Items)].ID
		if _, err := s.Call(ctx, http.MethodPost, "/contacts/"+id+"/messages", text, map[string]string{"text": text}, nil); err != nil {
			return err
		}
	}
	all := p.wait(3 * time.Second)
	r.add(Result{Name: string(dialect) + ": send click → provider called", Latency: summary(all, time.Since(begun)), Target: "p99 ≤ 50 ms"})
	return nil
}

// sizes measures what is shipped.
func (r *run) sizes() error {
	info, err := os.Stat(r.Binary)
	if err != nil {
		return err
	}
	r.add(Result{Name: "binary", Value: float64(info.Size()) / (1 << 20), Unit: "MB", Target: "≤ 40"})
	first, err := firstLoad(r.Web)
	if err != nil {
		return err
	}
	r.add(Result{Name: "inbox, first load, gzip", Value: first, Unit: "KB", Target: "≤ 200"})
	names, err := fs.Glob(r.Widget, "*.js")
	if err != nil {
		return err
	}
	widget, err := gzipped(r.Widget, names...)
	if err != nil {
		return err
	}
	r.add(Result{Name: "widget, whole, gzip", Value: widget, Unit: "KB", Target: "≤ 20"})
	return nil
}

// firstLoad is what a browser fetches to show the inbox: the page, its scripts and
// styles, the font, one language and the realtime client, in KB.
func firstLoad(web fs.FS) (float64, error) {
	raw, err := fs.ReadFile(web, ".vite/manifest.json")
	if err != nil {
		return 0, err
	}
	var manifest map[string]struct {
		File                 string
		CSS, Imports, Assets []string
	}
	if err := json.Unmarshal(raw, &manifest); err != nil {
		return 0, err
	}
	files := map[string]bool{"index.html": true}
	var take func(key string)
	take = func(key string) {
		chunk, ok := manifest[key]
		if !ok || files[chunk.File] {
			return
		}
		for _, f := range append([]string{chunk.File}, chunk.CSS...) {
			files[f] = true
		}
		for _, f := range chunk.Assets {
			if strings.HasSuffix(f, ".woff2") {
				files[f] = true
			}
		}
		for _, next := range chunk.Imports {
			take(next)
		}
	}
	for key := range manifest {
		if strings.Contains(key, "centrifuge") {
			take(key)
		}
	}
	for _, key := range []string{"index.html", "src/frame/app-frame.tsx", "src/inbox/inbox-page.tsx", "src/i18n/es.ts"} {
		if _, ok := manifest[key]; !ok {
			return 0, fmt.Errorf("bench: no %s in the web app's manifest", key)
		}
		take(key)
	}
	return gzipped(web, slices.Collect(maps.Keys(files))...)
}

// gzipped returns the size of files after gzip, in KB.
func gzipped(files fs.FS, names ...string) (float64, error) {
	var n counter
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return 0, err
		}
		if strings.HasSuffix(name, ".woff2") { // compressed already
			n += counter(len(data))
			continue
		}
		w, err := gzip.NewWriterLevel(&n, gzip.BestCompression)
		if err != nil {
			return 0, err
		}
		if _, err := w.Write(data); err != nil {
			return 0, err
		}
		if err := w.Close(); err != nil {
			return 0, err
		}
	}
	return float64(n) / 1024, nil
}

type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// Save writes the lines as JSON.
func Save(path string, results []Result) error {
	b, err := json.MarshalIndent(map[string]any{"at": time.Now().UTC(), "results": results}, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}

// provider is the least of a Telegram API: it takes messages and notes when.
type provider struct {
	l   net.Listener
	srv *http.Server

	mu       sync.Mutex
	expected map[string]time.Time
	times    []time.Duration
	next     int
}

func newProvider() (*provider, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &provider{l: l, expected: make(map[string]time.Time)}
	p.srv = &http.Server{Handler: p, ReadHeaderTimeout: time.Minute}
	go func() { _ = p.srv.Serve(l) }()
	return p, nil
}

func (p *provider) URL() string  { return "http://" + p.l.Addr().String() }
func (p *provider) Close() error { return p.srv.Close() }

func (p *provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	var in struct {
		Text string `json:"text"`
	}
	_ = json.NewDecoder(r.Body).Decode(&in)
	p.mu.Lock()
	if at, ok := p.expected[in.Text]; ok {
		p.times = append(p.times, now.Sub(at))
		delete(p.expected, in.Text)
	}
	p.next++
	n := p.next
	p.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	switch filepath.Base(r.URL.Path) {
	case "getMe":
		_, _ = io.WriteString(w, `{"ok":true,"result":{"id":1,"is_bot":true,"first_name":"Bench","username":"bench_bot"}}`)
	case "sendMessage":
		fmt.Fprintf(w, `{"ok":true,"result":{"message_id":%d,"date":%d,"chat":{"id":1,"type":"private"}}}`, n, now.Unix())
	default:
		_, _ = io.WriteString(w, `{"ok":true,"result":true}`)
	}
}

func (p *provider) expect(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.expected[text] = time.Now()
}

func (p *provider) wait(most time.Duration) []time.Duration {
	for deadline := time.Now().Add(most); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		p.mu.Lock()
		left := len(p.expected)
		p.mu.Unlock()
		if left == 0 {
			break
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.times
}
