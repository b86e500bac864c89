package webchat

import (
	"errors"
	"net/http"
	"time"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/blob"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/httpapi"
	"github.com/bandeja/bandeja/internal/safehttp"
)

// Upload is a file that waits to be sent.
type Upload struct {
	// File stands for the file in a message of this visitor's, and of nobody else's.
	File string `json:"file"`
	Kind string `json:"kind"`
	Name string `json:"name"`
	MIME string `json:"mime"`
	Size int64  `json:"size"`
}

// upload takes a file; the request's body is the file.
func (s *Service) upload(w http.ResponseWriter, r *http.Request, c *call) error {
	limit := s.maxFile(c.ch)
	tooBig := &refusal{code: codeFileTooBig, max: limit >> 20}
	if r.ContentLength > limit {
		return tooBig
	}
	size := r.ContentLength
	if size < 0 {
		size = limit // it may be anything
	}
	kb := int(size>>10) + 1
	if wait := s.limits.uploadKB.ip.take(account.AddressKey(c.frame.IP), kb); wait > 0 {
		return throttled(wait)
	}
	if wait := s.limits.uploadKB.visitor.take(c.ch.ID.String()+c.visitor.ID, kb); wait > 0 {
		return throttled(wait)
	}
	f, err := s.Files.Save(r.Body, c.ch.Workspace, r.URL.Query().Get("name"), r.Header.Get("Content-Type"), limit)
	if errors.Is(err, safehttp.ErrTooLarge) {
		return tooBig
	}
	if errors.Is(err, crm.RefuseField("file", crm.CodeEmpty)) {
		return refuse(codeFileEmpty)
	}
	if err != nil {
		return err
	}
	owners, err := s.owners(r.Context(), c.ch, c.visitor)
	if err != nil {
		return err
	}
	if contacts := contactsOf(owners, c.visitor); len(contacts) > 0 {
		f.Contact = contacts[0]
	}
	if err := s.DB.Write(r.Context(), func(tx *db.Tx) error { return blob.Add(tx, f) }); err != nil {
		return err
	}
	pass := s.pass(uploadPurpose(c.ch, c.visitor, f.ID.String()), time.Now().Add(uploadFor))
	return answer(w, Upload{File: f.ID.String() + "." + pass, Kind: string(f.Kind), Name: f.Name, MIME: f.MIME, Size: f.Size})
}

// file serves a file of a message that the visitor was shown: the address itself
// is the proof, it holds a pass for this file.
func (s *Service) file(w http.ResponseWriter, r *http.Request, c *call) error {
	id, err := crm.ParseID(r.PathValue("id"))
	if err != nil || !s.passes(r.URL.Query().Get("token"), filePurpose(c.ch, id.String())) {
		return refuse(codeNotFound)
	}
	var f *blob.File
	err = s.DB.Read(r.Context(), func(tx *db.Tx) error {
		f, err = blob.Get(tx, c.ch.Workspace, id)
		return err
	})
	if err != nil {
		return err
	}
	httpapi.ServeFile(w, r, s.Files, f, func(e error) { err = e })
	return err
}
