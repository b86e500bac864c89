// Package blob keeps files: their bytes on disk, their rows in the database. A
// file belongs to a workspace and is never changed once stored.
package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	_ "image/gif"  // sizes of images
	_ "image/jpeg" // sizes of images
	_ "image/png"  // sizes of images
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"
	_ "golang.org/x/image/webp" // sizes of images

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/safehttp"
)

// File is a stored file.
type File struct {
	Workspace crm.ID
	ID        crm.ID
	Name      string
	MIME      string
	Size      int64
	Kind      crm.ContentKind
	Width     int
	Height    int
	// Duration is in seconds, 0 where unknown.
	Duration int
	SHA256   string
	// Contact is whose message the file came with; 0 for an upload of User's.
	Contact   crm.ID
	User      crm.ID
	CreatedAt int64
}

// Attachment returns the file as part of a message.
func (f *File) Attachment() crm.Attachment {
	return crm.Attachment{
		Kind: f.Kind, FileID: f.ID.String(), Name: f.Name, MIME: f.MIME, Size: f.Size,
		Width: f.Width, Height: f.Height, Duration: f.Duration, SHA256: f.SHA256,
	}
}

// Store keeps files in a folder.
type Store struct {
	dir string
	ids func() crm.ID
	// drawing holds a token while a smaller image is made.
	drawing chan struct{}
}

// Open returns the store of a folder, which it makes.
func Open(dir string, d *db.DB) (*Store, error) {
	if err := os.MkdirAll(filepath.Join(dir, "new"), 0o700); err != nil {
		return nil, fmt.Errorf("blob: the folder for files can't be made: %w", err)
	}
	return &Store{dir: dir, ids: d.NewID, drawing: make(chan struct{}, 1)}, nil
}

// maxPixels bounds images whose size is read, against decompression bombs.
const maxPixels = 100_000_000

// Save writes the bytes of r, at most limit, and returns the file as Add stores
// it. The type is told from the bytes; declared and the name only refine what
// bytes can't tell. Larger files are safehttp.ErrTooLarge.
func (s *Store) Save(r io.Reader, workspace crm.ID, name, declared string, limit int64) (*File, error) {
	db.AssertNoWrite("file I/O")
	f := &File{Workspace: workspace, ID: s.ids(), Name: CleanName(name)}
	tmp, err := os.CreateTemp(filepath.Join(s.dir, "new"), "f")
	if err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	keep := false
	defer func() {
		_ = tmp.Close()
		if !keep {
			_ = os.Remove(tmp.Name())
		}
	}()
	sum := sha256.New()
	f.Size, err = io.Copy(io.MultiWriter(tmp, sum), safehttp.Limit(r, limit))
	if err != nil {
		return nil, err
	}
	if f.Size == 0 {
		return nil, crm.RefuseField("file", crm.CodeEmpty)
	}
	f.SHA256 = hex.EncodeToString(sum.Sum(nil))
	if _, err := tmp.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	detected, err := mimetype.DetectReader(tmp)
	if err != nil {
		return nil, err
	}
	f.MIME = pickMIME(detected, declared)
	f.Kind = KindOf(f.MIME)
	if f.Kind == crm.KindImage {
		if _, err := tmp.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
		if c, _, err := image.DecodeConfig(tmp); err == nil && c.Width > 0 && c.Height <= maxPixels/c.Width {
			f.Width, f.Height = c.Width, c.Height
		} else {
			f.Kind = crm.KindFile // an image nobody can open is a file
		}
	}
	if f.Name == "" {
		f.Name = string(f.Kind) + detected.Extension()
	}
	if err := tmp.Sync(); err != nil {
		return nil, err
	}
	path := s.path(workspace, f.ID)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return nil, err
	}
	keep = true
	return f, nil
}

// pickMIME trusts the bytes, save where they only show the container.
func pickMIME(detected *mimetype.MIME, declared string) string {
	declared, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(declared)), ";")
	found, _, _ := strings.Cut(detected.String(), ";")
	generic := found == "application/octet-stream" || found == "text/plain" || found == "application/zip"
	container := found == "video/webm" || found == "application/ogg" || found == "audio/ogg" || found == "video/mp4" ||
		found == "audio/mp4" || found == "video/3gpp"
	switch {
	case declared == "" || declared == "application/octet-stream":
		return found
	case generic && !strings.HasPrefix(declared, "image/") && declared != "text/html":
		return declared
	case container && (strings.HasPrefix(declared, "audio/") || strings.HasPrefix(declared, "video/")):
		return declared
	}
	return found
}

// KindOf returns the kind of content a type is sent as.
func KindOf(mime string) crm.ContentKind {
	switch {
	case mime == "image/svg+xml":
		return crm.KindFile // a document that may carry scripts
	case strings.HasPrefix(mime, "image/"):
		return crm.KindImage
	case strings.HasPrefix(mime, "video/"):
		return crm.KindVideo
	case strings.HasPrefix(mime, "audio/"), mime == "application/ogg":
		return crm.KindAudio
	}
	return crm.KindFile
}

// CleanName returns the last part of a path without control characters, at most
// 120 characters, its extension kept.
func CleanName(name string) string {
	name = crm.Clean(name)
	name = strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || r == '/' || r == '\\' || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return '/'
		}
		return r
	}, name)
	name = strings.Trim(name[strings.LastIndexByte(name, '/')+1:], " .")
	if utf8.RuneCountInString(name) > 120 {
		ext := filepath.Ext(name)
		if len(ext) > 12 {
			ext = ""
		}
		runes := []rune(strings.TrimSuffix(name, ext))
		name = string(runes[:120-len(ext)]) + ext
	}
	return name
}

func (s *Store) path(workspace, id crm.ID) string {
	n := id.String()
	return filepath.Join(s.dir, workspace.String(), n[max(0, len(n)-3):], n)
}

// Open opens a file's bytes.
func (s *Store) Open(workspace, id crm.ID) (*os.File, error) {
	db.AssertNoWrite("file I/O")
	f, err := os.Open(s.path(workspace, id))
	if errors.Is(err, os.ErrNotExist) {
		return nil, crm.Refuse(crm.CodeNotFound)
	}
	return f, err
}

// Attached opens the file of an attachment.
func (s *Store) Attached(workspace crm.ID) func(ctx context.Context, a crm.Attachment) (io.ReadCloser, error) {
	return func(_ context.Context, a crm.Attachment) (io.ReadCloser, error) {
		id, err := crm.ParseID(a.FileID)
		if err != nil {
			return nil, err
		}
		return s.Open(workspace, id)
	}
}

// Remove removes a file's bytes, once its row is gone.
func (s *Store) Remove(workspace, id crm.ID) error {
	db.AssertNoWrite("file I/O")
	path := s.path(workspace, id)
	beside, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return err
	}
	for _, e := range beside {
		if strings.HasPrefix(e.Name(), id.String()+"-") { // a smaller image of it
			_ = os.Remove(filepath.Join(filepath.Dir(path), e.Name()))
		}
	}
	if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// Add stores the row of a saved file. It waits for something that has it: what waits for
// too long is deleted.
func Add(tx *db.Tx, f *File) error {
	f.CreatedAt = tx.Micros()
	return tx.Queue(`INSERT INTO file (workspace_id, id, name, mime, size, kind, width, height, duration, sha256, contact_id, user_id, created_at, waiting)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, TRUE)`,
		int64(f.Workspace), int64(f.ID), f.Name, f.MIME, f.Size, string(f.Kind), f.Width, f.Height, f.Duration, f.SHA256,
		int64(f.Contact), int64(f.User), f.CreatedAt)
}

// Get returns a file's row; crm.CodeNotFound where there is none.
func Get(tx *db.Tx, workspace, id crm.ID) (*File, error) { return get(tx, workspace, id, "") }

// Hold is Get for a file that the transaction gives to something: nobody deletes it
// meanwhile.
func Hold(tx *db.Tx, workspace, id crm.ID) (*File, error) {
	return get(tx, workspace, id, tx.ForUpdate())
}

func get(tx *db.Tx, workspace, id crm.ID, lock string) (*File, error) {
	f := &File{Workspace: workspace, ID: id}
	err := tx.Row(`SELECT name, mime, size, kind, width, height, duration, sha256, contact_id, user_id, created_at
		FROM file WHERE workspace_id = $1 AND id = $2`+lock, []any{workspace, id},
		&f.Name, &f.MIME, &f.Size, &f.Kind, &f.Width, &f.Height, &f.Duration, &f.SHA256, &f.Contact, &f.User, &f.CreatedAt)
	if errors.Is(err, db.ErrNotFound) {
		return nil, crm.Refuse(crm.CodeNotFound)
	}
	return f, err
}
