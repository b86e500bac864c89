package httpapi

import (
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

// serveCompressed serves a file of the build, in its gzip form (NAME.gz beside it)
// where there is one and the browser takes it.
func serveCompressed(w http.ResponseWriter, r *http.Request, files fs.FS, name string) {
	typ := mime.TypeByExtension(path.Ext(name))
	if path.Ext(name) == ".webmanifest" {
		typ = "application/manifest+json"
	}
	if typ != "" {
		w.Header().Set("Content-Type", typ)
	}
	if exists(files, name+".gz") {
		w.Header().Add("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			w.Header().Set("Content-Encoding", "gzip")
			name += ".gz"
		}
	}
	b, err := fs.ReadFile(files, name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	_, _ = w.Write(b)
}
