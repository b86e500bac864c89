package httpapi

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bandeja/bandeja/internal/blob"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/httpapi/wire"
	"github.com/bandeja/bandeja/internal/inbox"
	"github.com/bandeja/bandeja/internal/safehttp"
)

type uploadInput struct {
	Idempotent
	Name        string `query:"name" maxLength:"300" doc:"The file's name."`
	Voice       bool   `query:"voice" doc:"The file is a voice note."`
	Duration    int    `query:"duration" minimum:"0" maximum:"86400" doc:"Seconds, where the caller knows."`
	ContentType string `header:"Content-Type"`

	body io.Reader
}

// Resolve takes the body as a stream: it may be far larger than memory should be.
func (in *uploadInput) Resolve(ctx huma.Context) []error {
	in.body = ctx.BodyReader()
	return nil
}

func (s *Server) fileOperations() {
	register(s, huma.Operation{
		OperationID: "upload-file", Method: http.MethodPost, Path: "/files", Tags: []string{"Files"}, DefaultStatus: http.StatusCreated,
		Summary: "Upload a file to attach to a message; the request's body is the file",
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"application/octet-stream": {Schema: &huma.Schema{Type: "string", Format: "binary"}},
		}},
	}, func(ctx context.Context, c caller, in *uploadInput) (*body[wire.File], error) {
		what := []any{in.Name, in.Voice, in.Duration}
		out, err := onceOutside(ctx, s, c, in.Key, what, func() (wire.File, error) {
			f, err := s.Files.Save(in.body, c.Workspace, in.Name, in.ContentType, s.MaxUpload)
			if isTooLarge(err) {
				return wire.File{}, crm.RefuseField("file", crm.CodeFileTooLarge, "max", s.MaxUpload)
			}
			if err != nil {
				return wire.File{}, err
			}
			f.User, f.Duration = c.User, in.Duration
			if in.Voice && f.Kind == crm.KindVideo {
				f.Kind = crm.KindAudio // recorders write sound into a video container
				f.MIME = strings.Replace(f.MIME, "video/", "audio/", 1)
			}
			return wire.FileOf(f), s.addUpload(ctx, c, f)
		})
		return &body[wire.File]{out}, err
	})
}

// uploadsHeld is how many times the largest file a user may have waiting for messages.
const uploadsHeld = 20

func (s *Server) addUpload(ctx context.Context, c caller, f *blob.File) error {
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := inbox.RoomFor(tx, c.Viewer, f.Size, uploadsHeld*s.MaxUpload); err != nil {
			return err
		}
		return blob.Add(tx, f)
	})
	if errors.Is(err, crm.Refuse(crm.CodeUploadsWait)) {
		return errors.Join(s.Files.Remove(f.Workspace, f.ID), err)
	}
	return err
}

func isTooLarge(err error) bool {
	return err != nil && strings.Contains(err.Error(), safehttp.ErrTooLarge.Error())
}

// file serves a file to members of its workspace: images, sound and video to look
// at, everything else to download, and nothing that a browser would run.
func (s *Server) file(w http.ResponseWriter, r *http.Request) {
	c, ok := callerOf(r.Context())
	if !ok {
		s.problems.write(w, r, crm.Refuse(crm.CodeUnauthenticated))
		return
	}
	var f *blob.File
	err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if f, err = blob.Get(tx, c.Workspace, IDPath{r.PathValue("id")}.id()); err != nil {
			return err
		}
		ok, err := inbox.SeesFile(tx, c.Viewer, f.ID, f.Contact, f.User)
		if err == nil && !ok {
			err = crm.Refuse(crm.CodeNotFound)
		}
		return err
	})
	if err != nil {
		s.problems.write(w, r, err)
		return
	}
	ServeFile(w, r, s.Files, f, func(err error) { s.problems.write(w, r, err) })
}

// ServeFile serves a stored file, or with ?w=N a smaller image of it.
func ServeFile(w http.ResponseWriter, r *http.Request, files *blob.Store, f *blob.File, fail func(error)) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	h.Set("Cache-Control", "private, max-age=31536000, immutable")
	h.Set("Content-Type", f.MIME)
	disposition := "attachment"
	if f.Kind != crm.KindFile {
		disposition = "inline"
	}
	h.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": f.Name}))
	if width, err := strconv.Atoi(r.URL.Query().Get("w")); err == nil && f.Kind == crm.KindImage {
		small, typ, err := files.Thumbnail(r.Context(), f, thumbnailWidth(width))
		if err != nil {
			h.Del("Content-Disposition")
			fail(err)
			return
		}
		defer small.Close()
		h.Set("Content-Type", typ)
		http.ServeContent(w, r, "", time.UnixMicro(f.CreatedAt), small)
		return
	}
	file, err := files.Open(f.Workspace, f.ID)
	if err != nil {
		h.Del("Content-Disposition")
		fail(err)
		return
	}
	defer file.Close()
	http.ServeContent(w, r, "", time.UnixMicro(f.CreatedAt), file)
}

// thumbnailWidth rounds to one of few widths, so that few copies are kept.
func thumbnailWidth(want int) int {
	for _, w := range []int{160, 480, 960} {
		if want <= w {
			return w
		}
	}
	return 1600
}
