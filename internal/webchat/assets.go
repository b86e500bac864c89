package webchat

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// asset is a file of the built widget, ready to be served.
type asset struct {
	plain, gzipped []byte
	etag           string
}

// assets are the widget's files by name. They are few and small, so they are
// packed once.
type assets map[string]asset

const (
	loaderPath = "/widget.js"
	assetsPath = "/widget/assets/"
)

func isAsset(path string) bool { return path == loaderPath || strings.HasPrefix(path, assetsPath) }

func loadAssets(files fs.FS) assets {
	out := make(assets)
	if files == nil {
		return out
	}
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return out
	}
	for _, e := range entries {
		if path.Ext(e.Name()) != ".js" {
			continue
		}
		b, err := fs.ReadFile(files, e.Name())
		if err != nil {
			continue
		}
		var packed bytes.Buffer
		z, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression) // the level is a constant that exists
		_, _ = z.Write(b)
		_ = z.Close()
		sum := sha256.Sum256(b)
		out[e.Name()] = asset{b, packed.Bytes(), `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
	}
	return out
}

// panel returns the panel's only file. A loader that a browser has kept since an
// older build asks for an older one, and gets this.
func (a assets) panel() (asset, bool) {
	for name, f := range a {
		if strings.HasPrefix(name, "panel-") {
			return f, true
		}
	}
	return asset{}, false
}

func (s *Service) asset(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Access-Control-Allow-Origin", "*") // modules are always asked for with CORS
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		s.fail(w, r, nil, refuse(codeNotFound))
		return
	}
	name, cache := strings.TrimPrefix(r.URL.Path, assetsPath), "public, max-age=31536000, immutable"
	if r.URL.Path == loaderPath {
		name, cache = "widget.js", "public, max-age=600"
	}
	f, ok := s.assets[name]
	if !ok && strings.HasPrefix(name, "panel-") {
		f, ok = s.assets.panel()
		cache = "no-cache"
	}
	if !ok {
		if len(s.assets) == 0 {
			http.Error(w, "The widget is not part of this build.", http.StatusNotFound)
			return
		}
		s.fail(w, r, nil, refuse(codeNotFound))
		return
	}
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("Cache-Control", cache)
	h.Set("ETag", f.etag)
	h.Add("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == f.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := f.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = f.gzipped
	}
	_, _ = w.Write(body)
}
