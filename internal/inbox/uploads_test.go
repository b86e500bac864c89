package inbox_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bandeja/bandeja/internal/blob"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/inbox"
)

// save keeps the bytes of a picture, as whoever uploads one does.
func (r *rig) save() *blob.File {
	r.t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 200, 1))); err != nil {
		r.t.Fatal(err)
	}
	f, err := r.gw.Files.Save(&b, r.viewer.Workspace, "a.png", "", 1<<20)
	if err != nil {
		r.t.Fatal(err)
	}
	return f
}

func (r *rig) upload(user crm.ID) *blob.File {
	r.t.Helper()
	f := r.save()
	f.User = user
	r.write(func(tx *db.Tx) error { return blob.Add(tx, f) })
	return f
}

func (r *rig) exec(q string, args ...any) {
	r.t.Helper()
	r.write(func(tx *db.Tx) error {
		_, err := tx.Exec(q, args...)
		return err
	})
}

func picture(files ...*blob.File) crm.Content {
	c := crm.Content{Kind: crm.KindImage}
	for _, f := range files {
		c.Attachments = append(c.Attachments, f.Attachment())
	}
	return c
}

// onDisk are the ids of the files whose bytes there are, and of smaller images.
func (r *rig) onDisk() (names []string) {
	r.t.Helper()
	err := filepath.WalkDir(filepath.Join(r.dir, r.viewer.Workspace.String()), func(_ string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, e.Name())
		}
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

func (r *rig) stored() (names []string) {
	for _, row := range r.rows(`SELECT id FROM file WHERE workspace_id = $1 ORDER BY id`) {
		names = append(names, strings.TrimSuffix(row, "|"))
	}
	return names
}

// newRigAhead is a rig whose clock can be set ahead, in ns.
func newRigAhead(t *testing.T, dialect db.Dialect) (*rig, *atomic.Int64) {
	var ahead atomic.Int64
	o := dbtest.Options(t, dialect)
	o.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	return newRig(t, dbtest.Open(t, o), t.TempDir()), &ahead
}

// What is uploaded and then had by nothing is deleted when it can no longer be sent, row
// and bytes. Nothing else is.
func TestUploadsNobodySends(t *testing.T) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			r, ahead := newRigAhead(t, dialect)
			r.receive(text("p1", "1", "hola"))
			contact := r.contactOf("p1")

			kept := map[string]*blob.File{}
			for _, name := range []string{"sent", "in a template", "scheduled", "a snippet's", "a user's picture"} {
				kept[name] = r.upload(r.viewer.User)
			}
			kept["a visitor's, sent"], kept["of before"] = r.upload(0), r.upload(r.viewer.User)
			unsent, visitors := r.upload(r.viewer.User), r.upload(0)
			r.write(func(tx *db.Tx) error {
				_, err := r.in.Send(tx, r.viewer, contact, inbox.Outgoing{Content: picture(kept["sent"])})
				return err
			})
			r.write(func(tx *db.Tx) error {
				a := kept["in a template"].Attachment()
				_, err := r.in.Send(tx, r.viewer, contact, inbox.Outgoing{Content: crm.Content{Kind: crm.KindTemplate, Template: &crm.TemplateSend{
					Name: "x", Language: "es", Components: []crm.TemplateComponent{{Type: "header", Parameters: []crm.TemplateParameter{{Type: "image", Attachment: &a}}}},
				}}})
				return err
			})
			r.write(func(tx *db.Tx) error {
				_, err := r.in.Schedule(tx, r.viewer, contact, inbox.Outgoing{Content: picture(kept["scheduled"])}, inbox.When{At: tx.Now().Add(30 * 24 * time.Hour)})
				return err
			})
			r.exec(`INSERT INTO snippet_file (workspace_id, file_id, snippet_id) VALUES ($1, $2, 1)`, r.viewer.Workspace, kept["a snippet's"].ID)
			r.exec(`UPDATE member SET picture_id = $1 WHERE user_id = $2`, kept["a user's picture"].ID, r.viewer.User)
			r.exec(`UPDATE file SET waiting = FALSE WHERE id = $1`, kept["of before"].ID)
			written := text("p1", "2", "")
			written.Content = picture(kept["a visitor's, sent"])
			r.receive(written)
			kept["copied from the provider"] = r.fetched("p1", "3")
			if _, _, err := r.gw.Files.Thumbnail(t.Context(), unsent, 160); err != nil {
				t.Fatal(err)
			}

			purge := func(days int) {
				t.Helper()
				ahead.Store(int64(days) * int64(24*time.Hour))
				if err := r.in.PurgeUploads(context.Background()); err != nil {
					t.Fatal(err)
				}
			}
			gone := func(f *blob.File) bool {
				id := f.ID.String()
				return !slices.Contains(r.stored(), id) && !slices.ContainsFunc(r.onDisk(), func(n string) bool { return n == id || strings.HasPrefix(n, id+"-") })
			}
			purge(7) // a visitor may send theirs still
			if gone(unsent) || gone(visitors) {
				t.Error("what may be sent is gone")
			}
			purge(9)
			if !gone(unsent) || !gone(visitors) {
				t.Errorf("what nobody sent is kept: %v, on disk %v", r.stored(), r.onDisk())
			}
			for name, f := range kept {
				if gone(f) {
					t.Errorf("gone: %s", name)
				}
			}
			if stored, disk := r.stored(), r.onDisk(); len(stored) != len(kept) || !slices.Equal(stored, disk) {
				t.Errorf("stored %v, on disk %v", stored, disk)
			}
			r.exec(`DELETE FROM snippet_file WHERE workspace_id = $1`, r.viewer.Workspace)
			r.exec(`UPDATE member SET picture_id = 0 WHERE user_id = $1`, r.viewer.User)
			if purge(9); !gone(kept["a snippet's"]) || !gone(kept["a user's picture"]) {
				t.Error("what a snippet and a user no longer have is kept")
			}
		})
	}
}

// Small ones take room too.
func TestRoomForSmallUploads(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, t.TempDir())
		add := func(n int) {
			r.write(func(tx *db.Tx) error {
				for range n {
					if err := blob.Add(tx, &blob.File{Workspace: r.viewer.Workspace, ID: tx.NewID(), Size: 1, User: r.viewer.User}); err != nil {
						return err
					}
				}
				return nil
			})
		}
		room := func() error {
			return r.try(func(tx *db.Tx) error { return inbox.RoomFor(tx, r.viewer, 1, 1<<20) })
		}
		if add(999); room() != nil {
			t.Error("there is room for one")
		}
		if add(1); code(room()) != "file uploads_waiting" {
			t.Errorf("beyond a thousand: %v", room())
		}
	})
}

// fetched receives a message with a file of the provider's and copies it.
func (r *rig) fetched(from, id string) *blob.File {
	r.t.Helper()
	in := text(from, id, "")
	in.Content = crm.Content{Kind: crm.KindImage, Attachments: []crm.Attachment{{Kind: crm.KindImage, Remote: "remote"}}}
	got := r.receive(in)[0]
	f := r.save()
	f.Contact = got.Contact
	r.write(func(tx *db.Tx) error {
		if err := blob.Add(tx, f); err != nil {
			return err
		}
		return r.in.Fetched(tx, r.viewer.Workspace, got.Contact, got.Message, "remote", f.Attachment())
	})
	return f
}

// Whoever attaches an old upload just before it is deleted keeps it: no message has a
// file that there isn't.
func TestAttachingWhileUploadsAreDeleted(t *testing.T) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			r, ahead := newRigAhead(t, dialect)
			file := r.upload(r.viewer.User)
			ahead.Store(int64(9 * 24 * time.Hour))
			hello := text("p1", "1", "hola")
			hello.SentAt = time.Now().Add(time.Duration(ahead.Load()))
			r.receive(hello)
			contact := r.contactOf("p1")

			purged := make(chan error, 1)
			var once sync.Once
			r.write(func(tx *db.Tx) error {
				held, err := blob.Hold(tx, r.viewer.Workspace, file.ID)
				if err != nil {
					return err
				}
				once.Do(func() {
					go func() { purged <- r.in.PurgeUploads(context.Background()) }()
					if dialect == db.Postgres { // SQLite has one writer, and we are it
						r.waitFor("the purge waits for the file, or has ended", func() bool { return r.locked() || len(purged) > 0 })
					}
				})
				_, err = r.in.Send(tx, r.viewer, contact, inbox.Outgoing{Content: picture(held)})
				return err
			})
			if err := <-purged; err != nil {
				t.Fatal(err)
			}
			if want := []string{file.ID.String()}; !slices.Equal(r.stored(), want) || !slices.Equal(r.onDisk(), want) {
				t.Errorf("stored %v, on disk %v", r.stored(), r.onDisk())
			}
		})
	}
}

// locked tells whether somebody waits for a file's row.
func (r *rig) locked() bool {
	var n int
	err := r.d.Handle().QueryRow(`SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'SELECT id FROM file %'`).Scan(&n)
	if err != nil {
		r.t.Error(err)
	}
	return n > 0
}
