package blob

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/image/draw"

	"github.com/bandeja/bandeja/internal/crm"
)

// Thumbnail returns an image no wider than width, made once and kept, and its
// type. Images that are small already, or can't be decoded, come as they are.
func (s *Store) Thumbnail(ctx context.Context, f *File, width int) (io.ReadSeekCloser, string, error) {
	if f.Kind != crm.KindImage || f.Width <= width || f.Width*f.Height > maxPixels/4 || f.MIME == "image/gif" {
		r, err := s.Open(f.Workspace, f.ID)
		return r, f.MIME, err
	}
	ext, mime := ".jpg", "image/jpeg"
	if f.MIME == "image/png" || f.MIME == "image/webp" { // may be transparent
		ext, mime = ".png", "image/png"
	}
	path := s.path(f.Workspace, f.ID) + "-" + strconv.Itoa(width) + ext
	if r, err := os.Open(path); err == nil {
		return r, mime, nil
	}
	// One at a time: decoding takes up to 200 MB, and whoever waits finds it made.
	select {
	case s.drawing <- struct{}{}:
		defer func() { <-s.drawing }()
	case <-ctx.Done():
		return nil, "", ctx.Err()
	}
	if r, err := os.Open(path); err == nil {
		return r, mime, nil
	}
	src, err := s.Open(f.Workspace, f.ID)
	if err != nil {
		return nil, "", err
	}
	img, _, err := image.Decode(src)
	if err != nil {
		_, err = src.Seek(0, io.SeekStart)
		return src, f.MIME, err
	}
	_ = src.Close()
	b := img.Bounds()
	small := image.NewRGBA(image.Rect(0, 0, width, max(1, b.Dy()*width/b.Dx())))
	draw.ApproxBiLinear.Scale(small, small.Bounds(), img, b, draw.Src, nil)
	var out bytes.Buffer
	if strings.HasSuffix(ext, "png") {
		err = png.Encode(&out, small)
	} else {
		err = jpeg.Encode(&out, small, &jpeg.Options{Quality: 82})
	}
	if err != nil {
		return nil, "", err
	}
	tmp, err := os.CreateTemp(filepath.Join(s.dir, "new"), "t")
	if err == nil {
		_, err = tmp.Write(out.Bytes())
		_ = tmp.Close()
		if err == nil {
			err = os.Rename(tmp.Name(), path)
		}
	}
	if err != nil {
		return nil, "", err
	}
	return nopCloser{bytes.NewReader(out.Bytes())}, mime, nil
}

type nopCloser struct{ io.ReadSeeker }

func (nopCloser) Close() error { return nil }
