package notify

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/mail"
)

const (
	// digestEvery is how often it is looked who is away.
	digestEvery = time.Minute
	// digestItems is how many notifications a mail names; the rest is a number.
	digestItems = 20
	// digestLife is how long a mail waits for a mail server that is down.
	digestLife = 12 * time.Hour
)

// digestLoop writes to those who are away.
func (s *Service) digestLoop(ctx context.Context) {
	if !s.SendsMail() {
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(digestEvery):
		}
		if err := s.digest(ctx); err != nil && ctx.Err() == nil {
			s.o.Logger.Warn("mails about notifications could not be written", "err", err)
		}
	}
}

// digest writes one mail to each user who is away and has something new that they want
// to be written of. What a mail was due for once is never due again.
func (s *Service) digest(ctx context.Context) error {
	newest := make(map[crm.ID]crm.ID) // by workspace
	err := s.o.DB.Read(ctx, func(tx *db.Tx) error {
		return tx.Each(`SELECT workspace_id, MAX(last_id) FROM notification GROUP BY workspace_id`, nil, func(r *sql.Rows) error {
			var ws, id crm.ID
			err := r.Scan(&ws, &id)
			newest[ws] = id
			return err
		})
	})
	for ws, id := range newest {
		if err == nil {
			err = s.digestOf(ctx, ws, id)
		}
	}
	return err
}

func (s *Service) digestOf(ctx context.Context, workspace, newest crm.ID) error {
	due := make(map[crm.ID]user)
	var viewers map[crm.ID]crm.Viewer
	err := s.o.DB.Read(ctx, func(tx *db.Tx) (err error) {
		all, err := users(tx, workspace, nil)
		for id, u := range all {
			if u.mailedID < newest && u.due(tx.Now()) {
				due[id] = u
			}
		}
		if err != nil || len(due) == 0 {
			return err
		}
		viewers, err = account.Viewers(tx, workspace)
		return err
	})
	for id, u := range due {
		v, ok := viewers[id]
		if err != nil || !ok {
			continue
		}
		// Each their own transaction: a mail is promised with the mark that it was.
		err = s.o.DB.Write(ctx, func(tx *db.Tx) error { return s.write(tx, v, u, newest) })
	}
	return err
}

// due tells whether a user is away, hasn't been written to just now, and it isn't quiet.
func (u user) due(now time.Time) bool {
	after := time.Duration(u.MailAfter) * time.Minute
	wants := false
	for _, w := range u.Kinds {
		wants = wants || w.App && w.Mail
	}
	return wants && now.Sub(time.UnixMicro(u.activeAt)) >= after && now.Sub(time.UnixMicro(u.mailedAt)) >= after && !u.quietAt(now)
}

// write promises a user's mail, if there is something to write of.
func (s *Service) write(tx *db.Tx, v crm.Viewer, u user, newest crm.ID) error {
	sc, err := scopeOf(tx, v)
	if err != nil {
		return err
	}
	where, args := sc.where(func(w Ways) bool { return w.Mail })
	args = append(args, u.mailedID, newest)
	where += isNew + fmt.Sprintf(` AND n.last_id > $%d AND n.last_id <= $%d`, len(args)-1, len(args))
	list, err := sc.list(tx, `SELECT `+listed+from+where+fmt.Sprintf(` ORDER BY n.last_id DESC LIMIT %d`, MaxUnread), args)
	if err != nil {
		return err
	}
	mailedAt := u.mailedAt
	if len(list) > 0 {
		mailedAt = tx.Micros()
	}
	n, err := tx.Exec(`INSERT INTO notify_preference (workspace_id, user_id, mailed_id, mailed_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (workspace_id, user_id) DO UPDATE SET mailed_id = excluded.mailed_id, mailed_at = excluded.mailed_at
		WHERE notify_preference.mailed_id = $5`, v.Workspace, v.User, newest, mailedAt, u.mailedID)
	if err != nil || n == 0 || len(list) == 0 {
		return err // another process was faster, or there is nothing
	}
	lines, err := describe(tx, v, list, u.Content)
	if err != nil || len(lines) == 0 {
		return err
	}
	w, err := account.GetWorkspace(tx, v.Workspace)
	if err != nil {
		return err
	}
	_, err = s.o.Mail.Enqueue(tx, v.Workspace, s.digestMail(v, u, w.Name, lines, tx.Now()))
	return err
}

// digestMail puts notifications into a mail, by contact.
func (s *Service) digestMail(v crm.Viewer, u user, workspace string, lines []line, now time.Time) mail.Message {
	say := func(en, es string) string { return crm.Text{EN: en, ES: es}.In(string(v.Language)) }
	base := strings.TrimRight(s.o.PublicURL, "/")
	m := mail.Message{
		To: u.email, Language: v.Language, Until: now.Add(digestLife), Link: base + "/", Button: say("Open Bandeja", "Abrir Bandeja"),
		Subject: fmt.Sprintf(say("%d new notifications in %s", "%d notificaciones nuevas en %s"), len(lines), workspace),
		Paragraphs: []string{
			fmt.Sprintf(say("While you were away, this happened in %s:", "Mientras no estaba, esto pasó en %s:"), workspace),
		},
	}
	if len(lines) == 1 {
		m.Subject = lines[0].name + ": " + lines[0].what
	}
	at := make(map[crm.ID]int)
	for i, l := range lines {
		if i == digestItems {
			m.Note = fmt.Sprintf(say("There are %d more.", "Hay %d más."), len(lines)-i) + " "
			break
		}
		j, ok := at[l.contact]
		if !ok {
			j = len(m.Items)
			at[l.contact] = j
			m.Items = append(m.Items, mail.Item{Title: l.name, Link: base + l.path})
		}
		words := l.what
		if l.text != "" {
			words += ": " + l.text
		}
		m.Items[j].Lines = append(m.Items[j].Lines, words)
	}
	m.Note += fmt.Sprintf(say("You get this mail because you were away for %d minutes. Choose what comes by e-mail: %s",
		"Recibe este correo porque estuvo ausente %d minutos. Elija qué llega por correo: %s"), u.MailAfter, base+"/settings/profile#notifications")
	return m
}
