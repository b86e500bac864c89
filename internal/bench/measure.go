package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Latency is a distribution of times.
type Latency struct {
	PerSecond float64 `json:"per_second"`
	P50ms     float64 `json:"p50_ms"`
	P99ms     float64 `json:"p99_ms"`
	Count     int     `json:"count"`
}

func (l Latency) String() string {
	if l.PerSecond == 0 {
		return fmt.Sprintf("%11s   p50 %7.2f ms   p99 %7.2f ms", "", l.P50ms, l.P99ms)
	}
	return fmt.Sprintf("%9.0f/s   p50 %7.2f ms   p99 %7.2f ms", l.PerSecond, l.P50ms, l.P99ms)
}

// drive runs do on several connections at once until the time is over.
func drive(ctx context.Context, connections int, length time.Duration, do func(worker, n int) error) (Latency, error) {
	ctx, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	var wg sync.WaitGroup
	times := make([][]time.Duration, connections)
	errs := make(chan error, connections)
	begun := time.Now()
	for w := range connections {
		wg.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				t := time.Now()
				if err := do(w, n); err != nil {
					errs <- err
					return
				}
				times[w] = append(times[w], time.Since(t))
			}
		})
	}
	wg.Wait()
	took := time.Since(begun)
	select {
	case err := <-errs:
		return Latency{}, err
	default:
	}
	var all []time.Duration
	for _, t := range times {
		all = append(all, t...)
	}
	return summary(all, took), nil
}

// paced starts do so many times a second, at random moments as people do, whether what was
// begun before is over or not. What has to wait for its turn counts as slow: times are
// taken from the moment it was to begin.
func paced(ctx context.Context, perSecond int, length time.Duration, do func(n int) error) (Latency, error) {
	var all []time.Duration
	var mu sync.Mutex
	var group errgroup.Group
	begun := time.Now()
	at := begun
	for n := 0; ; n++ {
		at = at.Add(time.Duration(rand.ExpFloat64() * float64(time.Second) / float64(perSecond)))
		if at.Sub(begun) > length || ctx.Err() != nil {
			break
		}
		due := at
		time.Sleep(time.Until(due))
		group.Go(func() error {
			err := do(n)
			took := time.Since(due)
			mu.Lock()
			defer mu.Unlock()
			all = append(all, took)
			return err
		})
	}
	if err := errors.Join(group.Wait(), ctx.Err()); err != nil {
		return Latency{}, err
	}
	return summary(all, 0), nil
}

func summary(all []time.Duration, took time.Duration) Latency {
	if len(all) == 0 {
		return Latency{}
	}
	sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
	ms := func(q float64) float64 {
		return float64(all[min(len(all)-1, int(q*float64(len(all))))]) / float64(time.Millisecond)
	}
	l := Latency{P50ms: ms(0.50), P99ms: ms(0.99), Count: len(all)}
	if took > 0 { // else they weren't made as fast as they could be
		l.PerSecond = float64(len(all)) / took.Seconds()
	}
	return l
}

// rss returns a process's resident memory in MB, 0 where it can't be read.
func rss(pid int) float64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) >= 2 && f[0] == "VmRSS:" {
			kb, _ := strconv.ParseFloat(f[1], 64)
			return kb / 1024
		}
	}
	return 0
}
