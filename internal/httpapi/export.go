package httpapi

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/inbox"
	"github.com/bandeja/bandeja/internal/sheet"
)

// Export is a file of contacts, ready to be fetched.
type Export struct {
	ID        string    `json:"id"`
	URL       string    `json:"url" doc:"The file, for an hour and for whoever asked for it."`
	ExpiresAt time.Time `json:"expires_at"`
}

// exportWait is how long a page of the file may take to be received.
const exportWait = time.Minute

func (s *Server) exportOperations() {
	register(s, huma.Operation{
		OperationID: "start-export", Method: http.MethodPost, Path: "/contact-exports", Tags: []string{"Contacts"}, DefaultStatus: http.StatusCreated,
		Summary:     "Ask for a file of contacts",
		Description: "The answer says where the file is. Who takes contacts out is kept for a year.",
	}, func(ctx context.Context, c caller, in *struct {
		Idempotent
		Body struct {
			Target BulkTarget `json:"target"`
		}
	}) (*body[Export], error) {
		target, err := in.Body.Target.target()
		if err != nil {
			return nil, err
		}
		if target.List != nil {
			if err := s.listable(ctx, c, *target.List); err != nil {
				return nil, err
			}
		}
		out, err := once(ctx, s, c, in.Key, in.Body, func(tx *db.Tx) (Export, error) {
			x, err := inbox.StartExport(tx, c.Viewer, target)
			if err != nil {
				return Export{}, err
			}
			id := x.ID.String()
			return Export{ID: id, URL: "/api/v1/contact-exports/" + id + "/contacts.csv", ExpiresAt: x.ExpiresAt().UTC()}, nil
		})
		return &body[Export]{out}, err
	})
	register(s, huma.Operation{
		OperationID: "download-export", Method: http.MethodGet, Path: "/contact-exports/{id}/contacts.csv", Tags: []string{"Contacts"},
		Summary:     "Fetch a file of contacts",
		Description: "CSV (RFC 4180) in UTF-8, as the contacts are now. A cell that a spreadsheet would compute begins with an apostrophe. An answer that breaks off is not complete.",
		Responses:   csvResponse,
	}, func(ctx context.Context, c caller, in *IDPath) (*huma.StreamResponse, error) {
		var x *inbox.Export
		var t *contactTable
		err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			if x, err = inbox.GetExport(tx, c.Viewer, in.id()); err == nil {
				t, err = newContactTable(tx, c.Workspace, requestOf(ctx).language)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		if t.user, err = s.Directory.Names(ctx, c.Workspace); err != nil {
			return nil, err
		}
		return s.csv(ctx, t.csvTable, t.say("contacts", "contactos"), func(w http.ResponseWriter) error { return s.writeExport(ctx, w, c, x, t) }), nil
	})
}

// csvResponse describes a file of CSV.
var csvResponse = map[string]*huma.Response{"200": {Description: "The file", Content: map[string]*huma.MediaType{
	"text/csv": {Schema: &huma.Schema{Type: "string"}},
}}}

// csv answers with a file of a table.
func (s *Server) csv(ctx context.Context, t csvTable, name string, write func(http.ResponseWriter) error) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		hc.SetHeader("Content-Type", "text/csv; charset=utf-8")
		hc.SetHeader("Content-Disposition", `attachment; filename="`+name+`-`+t.now.In(t.zone).Format("2006-01-02")+`.csv"`)
		hc.SetHeader("Cache-Control", "no-store")
		_, w := humago.Unwrap(hc)
		if err := write(w); err != nil {
			if ctx.Err() == nil {
				s.log.Warn("a file broke off", "file", name, "request", requestOf(ctx).id, "err", err)
			}
			panic(http.ErrAbortHandler) // so that nobody takes it for the whole
		}
	}}
}

// csvTable is what tables have in common: somebody's language, and the workspace's times.
type csvTable struct {
	inLanguage
	zone *time.Location
	now  time.Time
}

func newCSVTable(tx *db.Tx, workspace crm.ID, language crm.Language) (csvTable, error) {
	t := csvTable{inLanguage: inLanguage(language), zone: time.UTC, now: tx.Now()}
	ws, err := account.GetWorkspace(tx, workspace)
	if err != nil {
		return t, err
	}
	if zone, err := time.LoadLocation(ws.Timezone); err == nil {
		t.zone = zone
	}
	return t, nil
}

// time is in the workspace's zone, in the one form that every spreadsheet reads.
func (t *csvTable) time(micros int64) string {
	if micros == 0 {
		return ""
	}
	return time.UnixMicro(micros).In(t.zone).Format("2006-01-02 15:04:05")
}

// inLanguage says things in a language.
type inLanguage crm.Language

func (l inLanguage) say(en, es string) string { return crm.Text{EN: en, ES: es}.In(string(l)) }

func (s *Server) writeExport(ctx context.Context, w http.ResponseWriter, c caller, x *inbox.Export, t *contactTable) error {
	out, err := sheet.NewWriter(w)
	if err != nil {
		return err
	}
	if err := out.Write(t.head()); err != nil {
		return err
	}
	control := http.NewResponseController(w)
	n := 0
	err = x.Contacts(ctx, s.DB, c.Viewer, func(row inbox.ExportedContact) error {
		if n++; n%500 == 1 {
			_ = control.SetWriteDeadline(time.Now().Add(exportWait)) // where there is none, none is needed
		}
		return out.Write(t.row(row))
	})
	if err != nil {
		return err
	}
	_ = control.SetWriteDeadline(time.Now().Add(exportWait))
	return out.Flush()
}

// contactTable says what a file of contacts shows, in somebody's language.
type contactTable struct {
	csvTable
	fields []contact.Field
	tags   map[crm.ID]string
	user   func(crm.ID) string
	cells  []string
}

func newContactTable(tx *db.Tx, workspace crm.ID, language crm.Language) (*contactTable, error) {
	common, err := newCSVTable(tx, workspace, language)
	if err != nil {
		return nil, err
	}
	t := &contactTable{csvTable: common, tags: make(map[crm.ID]string)}
	if t.fields, err = contact.CustomFields(tx, workspace); err != nil {
		return nil, err
	}
	tags, err := contact.Tags(tx, workspace)
	for _, tag := range tags {
		t.tags[tag.ID] = tag.Name
	}
	return t, err
}

func (t *contactTable) head() []string {
	out := []string{
		"ID", t.say("First name", "Nombre"), t.say("Last name", "Apellido"), t.say("Phone", "Teléfono"),
		t.say("E-mail", "Correo electrónico"), t.say("Country", "País"), t.say("Language", "Idioma"),
		t.say("Status", "Estado"), t.say("Assigned to", "Asignado a"), t.say("Tags", "Etiquetas"), t.say("Blocked", "Bloqueado"),
		t.say("Created", "Creado"), t.say("Last message", "Último mensaje"), t.say("Last incoming message", "Último mensaje recibido"),
	}
	for _, f := range t.fields {
		out = append(out, f.Name)
	}
	return out
}

func (t *contactTable) row(c inbox.ExportedContact) []string {
	tags := make([]string, 0, len(c.Tags))
	for _, id := range c.Tags {
		if name := t.tags[id]; name != "" { // else made or deleted meanwhile
			tags = append(tags, name)
		}
	}
	slices.Sort(tags)
	t.cells = append(t.cells[:0],
		c.ID.String(), c.FirstName, c.LastName, c.Phone, c.Email, c.Country, c.Language,
		t.status(c.Status), t.user(c.Assignee), strings.Join(tags, ", "), t.yes(c.Blocked),
		t.time(c.CreatedAt), t.time(c.Last.At), t.time(c.LastIncomingAt),
	)
	for _, f := range t.fields {
		t.cells = append(t.cells, t.value(f, c.Values[f.ID]))
	}
	return t.cells
}

func (t *contactTable) status(s crm.ConversationStatus) string {
	switch s {
	case crm.Open:
		return t.say("Open", "Abierto")
	case crm.Snoozed:
		return t.say("Snoozed", "Pospuesto")
	}
	return t.say("Closed", "Cerrado")
}

func (t *contactTable) yes(b bool) string {
	if b {
		return t.say("Yes", "Sí")
	}
	return t.say("No", "No")
}

func (t *contactTable) value(f contact.Field, s string) string {
	if f.Type == contact.FieldCheckbox && s != "" {
		return t.yes(s == "true")
	}
	return s
}
