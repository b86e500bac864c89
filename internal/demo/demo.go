// Package demo fills an empty installation with a believable workspace: a flower
// shop, three agents in two teams, and two hundred customers who wrote over the
// last two weeks in Spanish and English, with pictures, voice notes and documents.
//
// It goes through the same code as real traffic, with the database's clock running
// through the past, so that everything it makes is consistent.
package demo

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/blob"
	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/gateway"
	"github.com/bandeja/bandeja/internal/inbox"
)

// Password is every demo user's.
const Password = "bandeja demo 2026"

// Contacts is how many people the demo has.
const Contacts = 200

const days = 14

// Person is a customer, for the simulator to give a phone.
type Person struct {
	ChannelType string
	Key         string
	Name        string
	Username    string
	Language    string
	// Phone is known from elsewhere: who has it wrote by another channel before.
	Phone string
}

// Seeder makes the demo.
type Seeder struct {
	DB       *db.DB
	Accounts *account.Service
	Gateway  *gateway.Gateway
	Inbox    *inbox.Inbox
	Contacts *contact.Service
	Files    *blob.Store
	// Clock is where the database's clock reads; Seed moves it.
	Clock *time.Time
}

// Users are the demo's members, the owner first.
func Users() []account.NewUser {
	u := func(email, name string, role crm.Role, lang crm.Language) account.NewUser {
		return account.NewUser{Email: email, Name: name, Role: role, Language: lang, Password: Password, Timezone: "America/Guayaquil"}
	}
	return []account.NewUser{
		u("laura@flores.example", "Laura Medina", crm.Owner, crm.Spanish),
		u("andres@flores.example", "Andrés Vega", crm.Agent, crm.Spanish),
		u("sofia@flores.example", "Sofía Paredes", crm.Manager, crm.Spanish),
		u("emma@flores.example", "Emma Clarke", crm.Agent, crm.English),
	}
}

// Channels are those to connect: adapter type, name and set-up values.
type Channels []struct {
	Type, Name string
	Config     channel.Config
}

// People returns the demo's customers, the same at every call. The types are those
// of the channels they write on, in the order of Channels.
func People(types []string) []Person {
	r := rand.New(rand.NewPCG(7, 11))
	first, last := firstNames(), lastNames()
	out := make([]Person, 0, Contacts)
	for i := range Contacts {
		f, l := first[r.IntN(len(first))], last[r.IntN(len(last))]
		p := Person{ChannelType: types[[]int{0, 0, 0, 1, 1, 2}[r.IntN(6)]%len(types)], Name: f + " " + l, Language: "es"}
		if i%5 == 4 {
			p.Language = "en"
		}
		switch p.ChannelType {
		case "whatsapp_cloud":
			p.Key = fmt.Sprintf("5939%08d", 10_000_000+r.IntN(89_999_999))
		case "telegram":
			p.Key = fmt.Sprint(7_100_000 + i)
			p.Username = strings.ToLower(strings.NewReplacer(" ", "", "á", "a", "é", "e", "í", "i", "ó", "o", "ú", "u", "ñ", "n").Replace(f+"_"+l)) + fmt.Sprint(i)
		default:
			p.Key = fmt.Sprintf("%032x", r.Uint64())
		}
		out = append(out, p)
	}
	// Some are two contacts, because they wrote by two channels.
	for _, i := range []int{4, 60} {
		phone := slices.IndexFunc(out[i:], func(p Person) bool { return p.ChannelType == "whatsapp_cloud" })
		other := slices.IndexFunc(out[i:], func(p Person) bool { return p.ChannelType == "telegram" })
		if phone >= 0 && other >= 0 {
			out[i+other].Name, out[i+other].Phone = out[i+phone].Name, "+"+out[i+phone].Key
		}
	}
	return out
}

// moment is something that happens at a time.
type moment struct {
	at time.Time
	do func(ctx context.Context) error
}

// Seed makes the workspace, its users, channels and conversations. The clock must
// lie days before now; Seed leaves it at now.
func (s *Seeder) Seed(ctx context.Context, now time.Time, channels Channels) error {
	*s.Clock = now.Add(-days * 24 * time.Hour)
	viewers, err := s.people(ctx)
	if err != nil {
		return err
	}
	connected := make(map[string]*gateway.Channel)
	var types []string
	for _, c := range channels {
		ch, err := s.Gateway.Create(ctx, viewers[0], c.Type, c.Name, c.Config, false)
		if err != nil {
			return fmt.Errorf("demo: connecting %s: %w", c.Type, err)
		}
		connected[c.Type] = ch
		types = append(types, c.Type)
	}
	r := rand.New(rand.NewPCG(3, 5))
	all := scripts()
	var moments []moment
	for i, p := range People(types) {
		story := all[r.IntN(len(all))]
		for story.lang != p.Language {
			story = all[r.IntN(len(all))]
		}
		// Most wrote a while ago, some today.
		age := time.Duration(float64(days-1) * 24 * float64(time.Hour) * float64(i) / Contacts)
		begin := now.Add(-age - time.Duration(r.IntN(100))*time.Minute)
		if i < 12 {
			begin = now.Add(-time.Duration(10+i*9+r.IntN(5)) * time.Minute)
		}
		moments = append(moments, s.play(r, connected[p.ChannelType], p, story, begin, now, viewers)...)
	}
	sort.SliceStable(moments, func(i, j int) bool { return moments[i].at.Before(moments[j].at) })
	for _, m := range moments {
		*s.Clock = m.at
		if err := m.do(ctx); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	*s.Clock = now
	for _, p := range People(types) {
		if p.Phone == "" {
			continue
		}
		err := s.with(ctx, connected[p.ChannelType], p, func(tx *db.Tx, id crm.ID) error {
			_, err := s.Contacts.Update(tx, viewers[0], id, 0, contact.Fields{Phone: &p.Phone})
			return err
		})
		if err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`DELETE FROM job`) // nothing is to be sent a second time
		return err
	})
}

func (s *Seeder) people(ctx context.Context) ([]crm.Viewer, error) {
	var viewers []crm.Viewer
	for i, u := range Users() {
		var v crm.Viewer
		var err error
		if i == 0 {
			v, err = s.Accounts.Setup(ctx, account.NewWorkspace{Name: "Flores Amazonas", Timezone: u.Timezone, Language: crm.Spanish}, u)
		} else {
			v, err = s.Accounts.AddUser(ctx, u)
		}
		if err != nil {
			return nil, err
		}
		viewers = append(viewers, v)
	}
	return viewers, s.DB.Write(ctx, func(tx *db.Tx) error {
		for _, t := range []struct {
			name, description string
			users             []crm.ID
		}{
			{"Ventas", "Pedidos, precios y catálogo", []crm.ID{viewers[1].User, viewers[3].User}},
			{"Soporte", "Entregas, cambios y reclamos", []crm.ID{viewers[2].User, viewers[1].User}},
		} {
			if _, err := s.Accounts.AddTeam(tx, viewers[0], account.TeamChange{Name: &t.name, Description: &t.description, Users: &t.users}); err != nil {
				return err
			}
		}
		return nil
	})
}

// play turns a script into moments, as far as they lie in the past.
func (s *Seeder) play(r *rand.Rand, ch *gateway.Channel, p Person, story script, begin, now time.Time, viewers []crm.Viewer) []moment {
	agent := viewers[r.IntN(len(viewers))]
	words := strings.NewReplacer("{name}", strings.Fields(p.Name)[0], "{product}", products()[r.IntN(len(products()))])
	var out []moment
	at := begin
	for n, t := range story.turns {
		at = at.Add(time.Duration(t.wait)*time.Minute + time.Duration(r.IntN(50))*time.Second)
		if !at.Before(now) {
			return out
		}
		text := words.Replace(t.text)
		seed := r.Uint64()
		if t.who == 'c' {
			id := fmt.Sprintf("demo-%s-%d", p.Key, n)
			out = append(out, moment{at, func(ctx context.Context) error { return s.says(ctx, ch, p, id, text, t.media, seed) }})
			continue
		}
		out = append(out, moment{at, func(ctx context.Context) error {
			return s.answers(ctx, ch, p, agent, text, t.media, t.who == 'n', seed)
		}})
	}
	if last := at.Add(8 * time.Minute); !story.closed && last.Before(now) && seed(p)%4 != 0 {
		out = append(out, moment{last, func(ctx context.Context) error {
			return s.with(ctx, ch, p, func(tx *db.Tx, id crm.ID) error {
				_, err := s.Inbox.MarkRead(tx, agent, id)
				return err
			})
		}})
	}
	if at = at.Add(5 * time.Minute); story.closed && at.Before(now) {
		out = append(out, moment{at, func(ctx context.Context) error {
			return s.with(ctx, ch, p, func(tx *db.Tx, id crm.ID) error {
				if _, err := s.Inbox.MarkRead(tx, agent, id); err != nil {
					return err
				}
				_, err := s.Inbox.Close(tx, agent, id, inbox.Note{})
				return err
			})
		}})
	}
	return out
}

// seed is a number that stays a person's.
func seed(p Person) (n int) {
	for _, b := range []byte(p.Key) {
		n = n*31%1_000_003 + int(b)
	}
	return n
}

// says is a message of the customer.
func (s *Seeder) says(ctx context.Context, ch *gateway.Channel, p Person, id, text, media string, seed uint64) error {
	c, f, err := s.content(ch, text, media, seed)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if f != nil {
			if err := blob.Add(tx, f); err != nil {
				return err
			}
		}
		_, err := s.Inbox.Receive(tx, ch, []channel.Inbound{{
			Kind: channel.InMessage, ExternalID: id, Contact: channel.Address{Key: p.Key}, SentAt: tx.Now(), Content: c,
			Profile: crm.Profile{Name: p.Name, Username: p.Username, Language: p.Language},
		}})
		if err != nil {
			return err
		}
		return tx.Queue(`UPDATE channel SET last_webhook_at = $1 WHERE workspace_id = $2 AND id = $3`, tx.Micros(), int64(ch.Workspace), int64(ch.ID))
	})
}

// answers is a message or a comment of the agent.
func (s *Seeder) answers(ctx context.Context, ch *gateway.Channel, p Person, agent crm.Viewer, text, media string, comment bool, seed uint64) error {
	c, f, err := s.content(ch, text, media, seed)
	if err != nil {
		return err
	}
	return s.with(ctx, ch, p, func(tx *db.Tx, id crm.ID) error {
		if f != nil {
			if err := blob.Add(tx, f); err != nil {
				return err
			}
		}
		m, err := s.Inbox.Send(tx, agent, id, inbox.Outgoing{Comment: comment, Content: c})
		if err != nil || comment {
			return err
		}
		status := crm.Sent
		if caps := ch.About.Capabilities; caps.ReadReceipts && seed%4 != 0 {
			status = crm.Read
		} else if caps.Delivered {
			status = crm.Delivered
		}
		err = s.Inbox.Settle(tx, agent.Workspace, id, m.ID, gateway.Outcome{
			Status: status, Receipt: channel.Receipt{ExternalIDs: []string{"demo-" + m.ID.String()}},
		})
		if err != nil {
			return err
		}
		return tx.Queue(`UPDATE channel SET last_send_at = $1 WHERE workspace_id = $2 AND id = $3`, tx.Micros(), int64(ch.Workspace), int64(ch.ID))
	})
}

// with runs fn on the contact of a person.
func (s *Seeder) with(ctx context.Context, ch *gateway.Channel, p Person, fn func(tx *db.Tx, id crm.ID) error) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		var id crm.ID
		key := p.Key
		if ch.About.IdentityKind == "whatsapp" {
			key = crm.CanonicalPhone(key)
		}
		err := tx.Row(`SELECT contact_id FROM identity WHERE workspace_id = $1 AND space = $2 AND identity_key = $3`,
			[]any{ch.Workspace, ch.Space(), key}, &id)
		if err != nil {
			return err
		}
		return fn(tx, id)
	})
}

func (s *Seeder) content(ch *gateway.Channel, text, media string, seed uint64) (crm.Content, *blob.File, error) {
	c := crm.Content{Kind: crm.KindText, Text: text}
	r := rand.New(rand.NewPCG(seed, 1))
	var data []byte
	var name string
	switch media {
	case "":
		return c, nil, nil
	case "location":
		c.Kind, c.Location = crm.KindLocation, &crm.Location{Latitude: -0.18065, Longitude: -78.46784, Name: "Parque La Carolina", Address: "Av. Amazonas, Quito"}
		if text != "" && ch.Type != "webchat" {
			c.Text = ""
		}
		return c, nil, nil
	case "contact":
		c.Kind, c.Contacts = crm.KindContacts, []crm.SharedContact{{Name: "Patricia Lozano", Phones: []string{"+593 99 555 0142"}, Company: "Hotel Andino"}}
		c.Text = ""
		return c, nil, nil
	case "image":
		data, name = bouquet(r), "ramo.jpg"
	case "voice":
		data, name = hum(r, 4+r.IntN(5)), "nota-de-voz.wav"
	case "document":
		data, name = paper("Flores Amazonas"), "cotizacion-1042.pdf"
	}
	f, err := s.Files.Save(io.Reader(bytes.NewReader(data)), ch.Workspace, name, "", 10<<20)
	if err != nil {
		return c, nil, err
	}
	if media == "voice" {
		f.Kind, f.Duration = crm.KindVoice, (len(data)-44)/16000
	}
	c.Kind = f.Kind
	c.Attachments = []crm.Attachment{f.Attachment()}
	return c, f, nil
}
