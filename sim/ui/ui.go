// Package ui is the simulator's page: a phone for each person. It is plain HTML,
// CSS and JavaScript, embedded in the binary, and talks to /sim/ alone.
package ui

import (
	"embed"
	"net/http"
)

//go:embed index.html style.css app.js words.js
var files embed.FS

// Handler serves the page at /.
func Handler() http.Handler {
	server := http.FileServerFS(files)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-cache")
		server.ServeHTTP(w, r)
	})
}
