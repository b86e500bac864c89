package notify

import (
	"fmt"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// line is a notification in words.
type line struct {
	contact crm.ID
	// name is the contact's, what says what happened, text what was written.
	name, what, text string
	// path is where to read on, in the web app.
	path string
}

// describe puts the viewer's notifications into words, in the viewer's language.
// content shows what was written.
func describe(tx *db.Tx, v crm.Viewer, list []Notification, content bool) ([]line, error) {
	about, err := Describe(tx, v.Workspace, list)
	if err != nil {
		return nil, err
	}
	var actors []crm.ID
	for _, n := range list {
		if n.Actor != 0 {
			actors = append(actors, n.Actor)
		}
	}
	names, err := account.MemberNames(tx, v.Workspace, actors)
	if err != nil {
		return nil, err
	}
	var out []line
	for i := range list {
		n := &list[i]
		c := about.Contacts[n.Contact]
		if c == nil {
			continue
		}
		l := line{contact: c.ID, name: c.Name(), what: n.what(v.Language, names[n.Actor]), path: n.path(v)}
		if m := about.Message(n); m != nil && m.DeletedAt == 0 && content {
			if l.text = m.Content.Preview(); l.text == "" {
				l.text = contentWord(m.Content.Kind).In(string(v.Language))
			}
		}
		out = append(out, l)
	}
	return out, nil
}

func (n *Notification) what(language crm.Language, actor string) string {
	say := func(en, es string) string { return crm.Text{EN: en, ES: es}.In(string(language)) }
	count := func(oneEN, manyEN, oneES, manyES string) string {
		if n.Count == 1 {
			return say(oneEN, oneES)
		}
		return fmt.Sprintf(say(manyEN, manyES), n.Count)
	}
	switch n.Kind {
	case AssignedToMe:
		if actor == "" {
			return say("Assigned to you", "Asignado a usted")
		}
		return fmt.Sprintf(say("%s assigned you", "%s se lo asignó"), actor)
	case Mention:
		return fmt.Sprintf(say("%s mentioned you", "%s le mencionó"), actor)
	case MessageMine:
		return count("New message", "%d new messages", "Mensaje nuevo", "%d mensajes nuevos")
	case MessageTeam:
		return count("New message in your team", "%d new messages in your team", "Mensaje nuevo en su equipo", "%d mensajes nuevos en su equipo")
	case MessageUnassigned:
		return count("New message, unassigned", "%d new messages, unassigned", "Mensaje nuevo, sin asignar", "%d mensajes nuevos, sin asignar")
	case SnoozeDue:
		return say("Back from snooze", "Ya no está pospuesto")
	case SendFailed:
		switch {
		case n.Actor == 0:
			return say("Your message was not sent", "Su mensaje no se envió")
		case actor == "": // who wrote it has left
			return say("A colleague’s message was not sent", "El mensaje de un colega no se envió")
		}
		return fmt.Sprintf(say("A message by %s was not sent", "Un mensaje de %s no se envió"), actor)
	}
	return ""
}

// path is where the web app shows what a notification is about.
func (n *Notification) path(v crm.Viewer) string {
	box := "all"
	switch {
	case v.Restricted() || n.Kind == MessageMine || n.Kind == AssignedToMe:
		box = "mine"
	case n.Kind == MessageUnassigned:
		box = "unassigned"
	}
	p := "/inbox/" + box + "/" + n.Contact.String()
	if n.Message != 0 {
		p += "?m=" + n.Message.String()
	}
	return p
}

// contentWord names what a message is that says nothing in words.
func contentWord(k crm.ContentKind) crm.Text {
	switch k {
	case crm.KindImage:
		return crm.Text{EN: "Photo", ES: "Foto"}
	case crm.KindVideo:
		return crm.Text{EN: "Video", ES: "Video"}
	case crm.KindAudio, crm.KindVoice:
		return crm.Text{EN: "Voice message", ES: "Mensaje de voz"}
	case crm.KindFile:
		return crm.Text{EN: "File", ES: "Archivo"}
	case crm.KindSticker:
		return crm.Text{EN: "Sticker", ES: "Sticker"}
	case crm.KindLocation:
		return crm.Text{EN: "Location", ES: "Ubicación"}
	case crm.KindContacts:
		return crm.Text{EN: "Contact card", ES: "Contacto"}
	}
	return crm.Text{}
}

// oneNew returns one of the viewer's new notifications, or nil.
func oneNew(tx *db.Tx, v crm.Viewer, id crm.ID) (*Notification, error) {
	s, err := scopeOf(tx, v)
	if err != nil {
		return nil, err
	}
	where, args := s.where(inCentre)
	args = append(args, id)
	list, err := s.list(tx, `SELECT `+listed+from+where+isNew+fmt.Sprintf(` AND n.id = $%d`, len(args)), args)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}
