package bench

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bandeja/bandeja/internal/db"
)

const (
	// agentsOnline is how many agents are connected while a large installation is
	// measured, besides the one who is timed.
	agentsOnline = 200
	// longest is how many messages the contact with the most has.
	longest = 20_000
	// asked is how many pages a second they ask for together: one every four seconds by
	// each, several times what people do who read and answer what they have opened. The
	// database, the server, who asks and who listens share the machine's cores.
	asked = 50
	// readers ask for as much as there is to be had.
	readers = 4
)

// reading measures a large installation with many agents online: lists, searches,
// a long conversation, and what happens live meanwhile.
func (r *run) reading(ctx context.Context, dialect db.Dialect) error {
	s, remove, err := r.large(ctx, dialect)
	if err != nil {
		return err
	}
	defer remove()
	staff, err := tokensOf(ctx, s)
	if err != nil {
		return err
	}
	started, err := s.Start(ctx)
	if err != nil {
		return err
	}
	defer s.Stop()
	b := &reading{run: r, Server: s, name: string(dialect) + ", large: "}
	b.say(Result{Name: "cold start to ready", Value: float64(started.Milliseconds()), Unit: "ms", Target: "≤ 300"})
	begun := time.Now()
	if err := b.catchUp(ctx); err != nil {
		return err
	}
	if took := time.Since(begun); r.Seeded == "" {
		b.say(Result{Name: "what was seeded, followed to its end and indexed", Value: float64(b.Messages) / took.Seconds(), Unit: "/s"})
	}
	if dialect == db.Postgres {
		if err := tidy(ctx, s.DatabaseURL); err != nil {
			return err
		}
	}
	agents, err := b.connect(ctx, staff)
	if err != nil {
		return err
	}
	defer agents.leave()
	for _, step := range []struct {
		name string
		run  func(context.Context) error
	}{{"lists", b.lists}, {"custom", b.custom}, {"contacts", b.contacts}, {"texts", b.texts}, {"long", b.longContact}, {"bulk", b.bulk}} {
		if len(r.Steps) > 0 && !slices.Contains(r.Steps, step.name) {
			continue
		}
		if err := step.run(ctx); err != nil {
			return err
		}
	}
	b.say(Result{Name: "RSS with 200 agents", Value: rss(s.Pid()), Unit: "MB", Target: "≤ 150"})
	return nil
}

// reading is a large installation under measurement.
type reading struct {
	*run
	*Server
	name string
	me   string
	team string
	hook string // of the channel that messages come in by
	next atomic.Int64
}

func (b *reading) say(res Result) {
	res.Name = b.name + res.Name
	b.add(res)
}

func (b *reading) get(ctx context.Context, path string, out any) error {
	_, err := b.Call(ctx, http.MethodGet, path, "", nil, out)
	return err
}

// time makes GETs of the paths that next gives.
func (b *reading) time(ctx context.Context, name, target string, next func(worker, n int) string) error {
	return b.measure(ctx, name, target, func(w, n int) error { return b.get(ctx, next(w, n), nil) })
}

// measure tells how often something can be had at most, and how long it takes when it is
// asked for as often as many agents ask. That comes second: no server that so many agents
// use is cold, and each connection to PostgreSQL plans a statement when it has it first.
func (b *reading) measure(ctx context.Context, name, target string, do func(worker, n int) error) error {
	most, err := drive(ctx, readers, b.Length/2, do)
	if err != nil {
		return err
	}
	l, err := paced(ctx, asked, 2*b.Length, func(n int) error { return do(0, n) })
	if err != nil {
		return err
	}
	b.say(Result{Name: name, Latency: l, Target: target})
	b.say(Result{Name: fmt.Sprintf("  as often as it can be had, %d at a time", readers), Latency: most})
	return nil
}

// agents are browsers that listen.
type agents struct {
	cancel context.CancelFunc
	done   sync.WaitGroup
}

func (a *agents) leave() {
	a.cancel()
	a.done.Wait()
}

// connect has the staff listen, makes a team and a channel, and measures how long a
// message takes to a browser while all of them are told.
func (b *reading) connect(ctx context.Context, staff []string) (*agents, error) {
	listening, cancel := context.WithCancel(ctx)
	a := &agents{cancel: cancel}
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 2 * agentsOnline}}
	for _, token := range staff {
		body, err := listen(listening, client, b.Address, token)
		if err != nil {
			cancel()
			return nil, err
		}
		a.done.Go(func() {
			defer body.Close()
			_, _ = io.Copy(io.Discard, body)
		})
	}
	err := b.prepare(ctx)
	if err == nil {
		err = b.liveWith(ctx)
	}
	if err != nil {
		a.leave()
		return nil, err
	}
	return a, nil
}

func listen(ctx context.Context, client *http.Client, address, token string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/realtime/sse?cf_connect="+url.QueryEscape(`{"id":1,"connect":{}}`), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, fmt.Errorf("bench: listening was answered %d", resp.StatusCode)
	}
	return resp.Body, nil
}

func (b *reading) prepare(ctx context.Context) error {
	var me struct{ User struct{ ID string } }
	if err := b.get(ctx, "/me", &me); err != nil {
		return err
	}
	b.me = me.User.ID
	var teams struct{ Items []struct{ ID string } }
	if err := b.get(ctx, "/teams", &teams); err != nil {
		return err
	}
	b.team = teams.Items[0].ID
	p, err := newProvider()
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { _ = p.Close() })
	ch, err := b.Connect(ctx, "telegram", map[string]string{
		"bot_token": fmt.Sprintf("%d:AAbenchbenchbenchbenchbenchbenchbench", time.Now().Unix()), "secret_token": "bench", "api_base_url": p.URL(),
	})
	b.hook = ch.WebhookURL
	return err
}

func (b *reading) post(ctx context.Context, person int) error {
	n := int(b.next.Add(1))
	if status := b.Post(ctx, b.hook, http.Header{"X-Telegram-Bot-Api-Secret-Token": {"bench"}}, []byte(update(person, n))); status != http.StatusOK {
		return fmt.Errorf("webhook answered %d: %s", status, b.Output())
	}
	return nil
}

// liveWith measures from webhook to one browser at 50 messages a second, each of
// which all the others are told of as well.
func (b *reading) liveWith(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	body, err := listen(ctx, http.DefaultClient, b.Address, b.Token)
	if err != nil {
		return err
	}
	defer body.Close()
	seen := make(chan int, 1<<16)
	go func() {
		for lines := bufio.NewReaderSize(body, 1<<20); ; {
			line, err := lines.ReadString('\n')
			if err != nil {
				return
			}
			for _, part := range strings.Split(line, "¿Tienen disponible? ")[1:] {
				var n int
				if _, err := fmt.Sscanf(part, "%d", &n); err == nil {
					seen <- n
				}
			}
		}
	}()
	var all []time.Duration
	t := time.NewTicker(time.Second / 50)
	defer t.Stop()
	begun := time.Now()
	for time.Since(begun) < b.Length {
		<-t.C
		at := time.Now()
		if err := b.post(ctx, 1+int(b.next.Load())%people); err != nil {
			return err
		}
		for want := int(b.next.Load()); ; {
			var n int
			select {
			case n = <-seen:
			case <-time.After(5 * time.Second):
				return fmt.Errorf("bench: the browser was not told of message %d", want)
			}
			if n == want {
				break
			}
		}
		all = append(all, time.Since(at))
	}
	b.say(Result{Name: fmt.Sprintf("webhook → browser, %d agents online", agentsOnline), Latency: summary(all, time.Since(begun)), Target: "p99 ≤ 100 ms"})
	return b.catchUp(ctx) // what is timed next is to have the machine for itself
}

// lists measures the standard and team inboxes, in any order, near and far.
func (b *reading) lists(ctx context.Context) error {
	for _, kind := range []struct {
		name    string
		inboxes []string
	}{{"standard inboxes", []string{"all", "mine", "unassigned"}}, {fmt.Sprintf("inbox of a team of %d", seedAgents/seedTeams), []string{"team-" + b.team}}} {
		var paths, far []string
		for _, inbox := range kind.inboxes {
			for _, status := range []string{"open", "closed", "all", "open&unreplied=true"} {
				for _, order := range []string{"newest", "oldest", "longest", "shortest"} {
					paths = append(paths, fmt.Sprintf("/inboxes/%s/contacts?status=%s&sort=%s", inbox, status, order))
				}
			}
		}
		err := b.time(ctx, kind.name+", first page, any sort", "p99 ≤ 20 ms", func(w, n int) string { return paths[(w*17+n)%len(paths)] })
		if err != nil {
			return err
		}
		for _, path := range paths {
			next, err := b.pagesOn(ctx, path, 1000)
			if err != nil {
				return err
			}
			if next != "" {
				far = append(far, next)
			}
		}
		if len(far) == 0 {
			continue // too little data for so many pages
		}
		err = b.time(ctx, kind.name+", 1,000th page, any sort", "p99 ≤ 20 ms", func(w, n int) string { return far[(w*5+n)%len(far)] })
		if err != nil {
			return err
		}
	}
	return nil
}

// pagesOn returns the path of a page of 50 that is that many pages on, "" where the
// list ends before.
func (b *reading) pagesOn(ctx context.Context, path string, pages int) (string, error) {
	next := path + "&limit=200"
	for range pages * 50 / 200 {
		var page struct {
			Next *string `json:"next_cursor"`
		}
		if err := b.get(ctx, next, &page); err != nil {
			return "", err
		}
		if page.Next == nil {
			return "", nil
		}
		next = path + "&limit=200&cursor=" + *page.Next
	}
	return strings.Replace(next, "&limit=200", "", 1), nil
}

// custom measures custom inboxes of five nested conditions each, four of a kind.
func (b *reading) custom(ctx context.Context) error {
	var tags struct{ Items []struct{ ID, Name string } }
	if err := b.get(ctx, "/tags", &tags); err != nil {
		return err
	}
	condition := func(field, operator string, value ...string) map[string]any {
		return map[string]any{"field": field, "operator": operator, "value": value}
	}
	group := func(match string, of ...any) map[string]any { return map[string]any{"match": match, "of": of} }
	hours := func(operator, n string) map[string]any {
		return map[string]any{"field": "since_incoming", "operator": operator, "value": []string{n}, "unit": "hours"}
	}
	rnd := rand.New(rand.NewPCG(9, 9))
	tag := func(operator string, names []string) map[string]any {
		name := names[rnd.IntN(len(names))]
		i := slices.IndexFunc(tags.Items, func(t struct{ ID, Name string }) bool { return t.Name == name })
		return map[string]any{"field": "tag", "operator": operator, "value": []string{tags.Items[i].ID}}
	}
	pick := func(of []string) string { return of[rnd.IntN(len(of))] }
	digit := func() string { return fmt.Sprint(rnd.IntN(10)) }
	kinds := []func() map[string]any{
		func() map[string]any {
			return group("all", condition("status", "is", "open"), hours("greater", digit()),
				group("any", condition("first_name", "is", pick(seedFirst)), condition("email", "contains", pick(seedFirst)[:3]),
					group("all", condition("phone", "contains", digit()+digit()+digit()), condition("country", "is", "EC"))))
		},
		func() map[string]any { // rare, in all there are
			return group("all", condition("last_name", "starts_with", "Zba"), condition("first_name", "is_not", pick(seedFirst)),
				group("any", condition("email", "exists"), group("all", condition("language", "is", "es"), condition("phone", "contains", digit()+digit()))))
		},
		func() map[string]any {
			return group("any", group("all", condition("assignee", "not_exists"), condition("status", "is_not", "closed")),
				group("all", condition("first_name", "is", pick(seedFirst)), condition("last_name", "is", pick(seedLast)), hours("less", "48")))
		},
		func() map[string]any {
			return group("all", tag("any_of", seedCommonTags), condition("field:"+seedPlan, "is", pick(seedPlans)),
				group("any", condition("field:"+seedPoints, "greater", "9"+digit()+"0"),
					group("all", condition("status", "is", "open"), tag("none_of", seedRareTags))))
		},
		func() map[string]any { // a tag that few have, in all
			return group("all", tag("any_of", seedRareTags), condition("field:"+seedPlan, "is_not", pick(seedPlans)),
				group("any", condition("field:"+seedPoints, "less", digit()+"00"),
					group("all", condition("field:"+seedPoints, "not_exists"), condition("country", "is", "EC"))))
		},
		func() map[string]any { // nobody is like that
			return group("all", condition("country", "is", "AQ"), condition("email", "contains", "q"+digit()),
				group("any", condition("first_name", "contains", "zz"), condition("last_name", "contains", "xx"), condition("language", "is", "en")))
		},
	}
	var paths []string
	counted := make([][]time.Duration, len(kinds))
	for i := range 24 {
		var made struct{ ID string }
		tree := kinds[i%len(kinds)]()
		// As the dialog does while a filter is put together.
		begun := time.Now()
		if _, err := b.Call(ctx, http.MethodPost, "/filter/count", "", map[string]any{"filter": tree}, nil); err != nil {
			return err
		}
		counted[i%len(kinds)] = append(counted[i%len(kinds)], time.Since(begun))
		_, err := b.Call(ctx, http.MethodPost, "/custom-inboxes", "", map[string]any{
			"name": fmt.Sprintf("Custom %d %d", i, time.Now().Unix()), "filter": tree, "sharing": "private",
		}, &made)
		if err != nil {
			return err
		}
		for _, status := range []string{"open", "all"} {
			paths = append(paths, "/inboxes/"+made.ID+"/contacts?status="+status)
		}
	}
	for k, what := range []string{"any of few, open", "rare in all", "two branches", "tags and fields", "a rare tag", "nobody"} {
		var some []string
		for i, path := range paths {
			if i/2%len(kinds) == k {
				some = append(some, path)
			}
		}
		var first []time.Duration
		var took time.Duration
		for _, path := range some {
			begun := time.Now()
			if err := b.get(ctx, path, nil); err != nil {
				return err
			}
			first = append(first, time.Since(begun))
			took += time.Since(begun)
		}
		b.say(Result{Name: "filter (" + what + "), counted while it is put together", Latency: summary(counted[k], 0)})
		b.say(Result{Name: "custom inbox (" + what + "), opened for the first time", Latency: summary(first, took)})
		if err := b.time(ctx, "custom inbox ("+what+")", "p99 ≤ 150 ms", func(w, n int) string { return some[(w+n)%len(some)] }); err != nil {
			return err
		}
	}
	return nil
}

// contacts measures the search of contacts.
func (b *reading) contacts(ctx context.Context) error {
	return b.time(ctx, "search of contacts", "p99 ≤ 20 ms", func(int, int) string {
		first, last := seedFirst[rand.IntN(len(seedFirst))], seedLast[rand.IntN(len(seedLast))]
		queries := []string{first[:3], first + " " + last, last + " " + first, fmt.Sprintf("9%08d", rand.IntN(b.Contacts)),
			fmt.Sprintf("+5939%08d", rand.IntN(b.Contacts)), "maria.", "zbari"}
		return "/contacts?search=" + url.QueryEscape(queries[rand.IntN(len(queries))])
	})
}

// texts measures the search of what was said, page by page.
func (b *reading) texts(ctx context.Context) error {
	for _, q := range []struct {
		what string
		text func() string
	}{
		{"a common word", func() string { return []string{"gracias", "pedido", "hola", "envío"}[rand.IntN(4)] }},
		{"a rare word", func() string { return fmt.Sprintf("A%d", rand.IntN(500_000)) }},
		{"rare and common", func() string { return fmt.Sprintf("gracias a%d", rand.IntN(500_000)) }},
		{"words never together", func() string { return "reserve Guayaquil" }},
		{"a word that is begun", func() string { return []string{"cotiz", "disp", "ped", "buen", "a1", "a12"}[rand.IntN(6)] }},
		{"none", func() string { return "orquídea azul" }},
	} {
		err := b.time(ctx, "search of messages: "+q.what, "p99 ≤ 100 ms", func(int, int) string { return "/messages?search=" + url.QueryEscape(q.text()) })
		if err != nil {
			return err
		}
	}
	return nil
}

// longContact measures opening a contact with very many messages, and its pages back
// to the first.
func (b *reading) longContact(ctx context.Context) error {
	const person = 999_999
	var load errgroup.Group
	for range 16 {
		load.Go(func() error {
			for range longest / 16 {
				if err := b.post(ctx, person); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := load.Wait(); err != nil {
		return err
	}
	var found struct{ Items []struct{ ID string } }
	for len(found.Items) == 0 {
		if err := b.get(ctx, fmt.Sprintf("/contacts?search=%d", person), &found); err != nil {
			return err
		}
	}
	// What follows messages comes to its end before pages are timed.
	if err := b.catchUp(ctx); err != nil {
		return err
	}
	path := "/contacts/" + found.Items[0].ID
	var pages []string
	for before := ""; ; {
		var page struct {
			Items     []struct{ ID string }
			HasBefore bool `json:"has_before"`
		}
		if err := b.get(ctx, path+"/messages?limit=200"+before, &page); err != nil {
			return err
		}
		pages = append(pages, path+"/messages?limit=50"+before)
		if !page.HasBefore {
			break
		}
		before = "&before=" + page.Items[0].ID
	}
	err := b.measure(ctx, fmt.Sprintf("opening a contact with %d messages", 200*(len(pages)-1)), "p99 ≤ 30 ms", func(int, int) error {
		if err := b.get(ctx, path, nil); err != nil {
			return err
		}
		return b.get(ctx, path+"/messages", nil)
	})
	if err != nil {
		return err
	}
	return b.time(ctx, "any page of its messages", "p99 ≤ 30 ms", func(int, int) string { return pages[rand.IntN(len(pages))] })
}

// bulk measures what a bulk action over 100,000 contacts does to the others' writes.
func (b *reading) bulk(ctx context.Context) error {
	alone, err := b.writes(ctx, func() (bool, error) { return true, nil })
	if err != nil {
		return err
	}
	var job struct {
		ID, State string
		Changed   int
	}
	tag := fmt.Sprintf("bench %d", time.Now().Unix())
	_, err = b.Call(ctx, http.MethodPost, "/bulk", tag, map[string]any{
		"target": map[string]any{"inbox": map[string]any{
			"id": "all", "status": "all", "filter": map[string]any{"field": "phone", "operator": "starts_with", "value": []string{"+5939000"}},
		}},
		"action": map[string]any{"tag": map[string]any{"add": []string{tag}}},
	}, &job)
	if err != nil {
		return err
	}
	begun := time.Now()
	during, err := b.writes(ctx, func() (bool, error) {
		err := b.get(ctx, "/bulk/"+job.ID, &job)
		return job.State == "done", err
	})
	if err != nil {
		return err
	}
	b.say(Result{Name: "bulk action, contacts tagged", Value: float64(job.Changed) / time.Since(begun).Seconds(), Unit: "/s"})
	for _, l := range []struct {
		when  string
		times []time.Duration
	}{{"with nothing else to do", alone}, {"during it", during}} {
		b.say(Result{Name: "  another write, " + l.when, Latency: summary(l.times, 0)})
		b.say(Result{Name: "  the slowest of them", Value: float64(slices.Max(l.times).Microseconds()) / 1000, Unit: "ms", Target: "≤ 100"})
	}
	return nil
}

// writes makes a small write 50 times a second until done, for a run's length at
// least, and returns how long each took.
func (b *reading) writes(ctx context.Context, done func() (bool, error)) (times []time.Duration, err error) {
	t := time.NewTicker(20 * time.Millisecond)
	defer t.Stop()
	for begun := time.Now(); ; {
		<-t.C
		at := time.Now()
		if err := b.post(ctx, 1+int(b.next.Load())%people); err != nil {
			return nil, err
		}
		times = append(times, time.Since(at))
		if len(times)%50 > 0 || time.Since(begun) < b.Length {
			continue
		}
		if ok, err := done(); ok || err != nil {
			return times, err
		}
	}
}
