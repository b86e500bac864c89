// Package widget holds the built chat widget that visitors' browsers load. Its
// build (npm run build in this folder) fills dist; without it the server runs and
// serves none.
package widget

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files returns the built widget, or nil where the build left it out.
func Files() fs.FS {
	if _, err := dist.Open("dist/widget.js"); err != nil {
		return nil
	}
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil
	}
	return files
}
