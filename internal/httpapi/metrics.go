package httpapi

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are what /metrics shows.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
}

// newMetrics returns the metrics; waiting is how many wait for their password's turn.
func newMetrics(waiting func() int) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "bandeja_http_request_seconds", Help: "Time to answer, by route and status.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5},
		}, []string{"route", "status"}),
	}
	passwords := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "bandeja_passwords_waiting", Help: "Requests that wait for their password to be hashed or compared.",
	}, func() float64 { return float64(waiting()) })
	m.registry.MustRegister(m.requests, passwords, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) request(route string, status int, took time.Duration) {
	if route == "" {
		route = "other"
	}
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Observe(took.Seconds())
}

// handler serves the figures to loopback alone: they tell of the whole installation.
func (m *metrics) handler() http.Handler {
	h := promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// What a proxy on this machine passes on comes from elsewhere.
		forwarded := r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" || r.Header.Get("X-Real-Ip") != ""
		if ip := requestOf(r.Context()).ip; forwarded || ip != "127.0.0.1" && ip != "::1" {
			http.NotFound(w, r)
			return
		}
		h.ServeHTTP(w, r)
	})
}
