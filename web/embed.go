// Package web holds the built web app. `make build` fills dist before it compiles.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files returns the built app, or nil where the build left it out.
func Files() fs.FS {
	if _, err := dist.Open("dist/index.html"); err != nil {
		return nil
	}
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil
	}
	return files
}
