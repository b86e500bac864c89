package bench

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
)

// SeedOptions say how much data to make.
type SeedOptions struct {
	Contacts, Messages int
	Log                io.Writer
}

// chunk is how many contacts are written in one transaction.
const chunk = 500

// What a seeded installation has besides its owner: teams of many agents, among whom
// most of what is assigned is spread, tags that many contacts have and tags that few have.
const (
	seedAgents = agentsOnline
	seedTeams  = 5
	seedPlan   = "plan"
	seedPoints = "points"
)

var (
	seedCommonTags = []string{"Cliente", "Mayorista", "Interesado", "Boda"}
	seedRareTags   = []string{"Reclamo", "VIP", "Prensa", "Proveedor", "Feria", "Becario"}
	seedPlans      = []string{"Bronce", "Plata", "Oro", "Platino"}
)

// Seed fills an installation that has an owner with agents, contacts and messages in a
// believable spread: most people wrote a few times, some very often; a tenth of the
// conversations are open, half of those assigned, to the owner and two hundred agents;
// names, phones, tags, values and texts vary. The rows are those that real traffic would
// have left.
func Seed(ctx context.Context, d *db.DB, o SeedOptions) error {
	s := &seeder{r: rand.New(rand.NewPCG(1, 2)), o: o}
	if err := s.staff(ctx, d); err != nil {
		return err
	}
	err := d.Write(ctx, func(tx *db.Tx) error {
		if err := tx.Row(`SELECT w.id, m.user_id, w.event_seq FROM workspace w JOIN member m ON m.workspace_id = w.id ORDER BY w.id LIMIT 1`,
			nil, &s.ws, &s.user, &s.seq); err != nil {
			return fmt.Errorf("bench: add a user first: %w", err)
		}
		s.channel = tx.NewID()
		_, err := tx.Exec(`INSERT INTO channel (workspace_id, id, type, name, hook_key, config, status, created_at, deleted_at)
			VALUES ($1, $2, 'telegram', 'Seed', 'seed', '', 'disconnected', $3, $3)`, s.ws, s.channel, tx.Micros())
		return err
	})
	if err != nil {
		return err
	}
	if d.Dialect() == db.SQLite {
		// The indexes of millions of rows don't fit a server's modest cache.
		if err := d.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(`PRAGMA cache_size = -524288`); return err }); err != nil {
			return err
		}
	}
	begun := time.Now()
	for done := 0; done < o.Contacts; done += chunk {
		n := min(chunk, o.Contacts-done)
		if err := d.Write(ctx, func(tx *db.Tx) error { return s.contacts(tx, done, n) }); err != nil {
			return err
		}
		if o.Log != nil && (done/chunk)%100 == 99 {
			fmt.Fprintf(o.Log, "%d contacts, %d messages, %.0f s\n", done+n, s.messages, time.Since(begun).Seconds())
		}
	}
	return d.Write(ctx, func(tx *db.Tx) error {
		for k, n := range s.counts {
			_, err := tx.Exec(`INSERT INTO inbox_count (workspace_id, assignee_id, status, contacts, unread) VALUES ($1, $2, $3, $4, $5)`,
				s.ws, k.assignee, k.status, n[0], n[1])
			if err != nil {
				return err
			}
		}
		_, err := tx.Exec(`UPDATE workspace SET event_seq = $1 WHERE id = $2`, s.seq, s.ws)
		return err
	})
}

// staff adds the agents and their teams, and what contacts can have.
func (s *seeder) staff(ctx context.Context, d *db.DB) error {
	events := eventlog.New(d, slog.New(slog.DiscardHandler))
	accounts, contacts := account.New(d, events), contact.NewService(events)
	var v crm.Viewer
	for i := range seedAgents {
		agent, err := accounts.AddUser(ctx, account.NewUser{
			Name: fmt.Sprintf("Agent %d", i), Email: fmt.Sprintf("agent%d@example.com", i), Password: "a winding river", Role: crm.Agent,
		})
		if err != nil {
			return err
		}
		s.agents, v = append(s.agents, agent.User), agent
	}
	v.Role = crm.Owner
	return d.Write(ctx, func(tx *db.Tx) (err error) {
		for i := range seedTeams {
			name, users := fmt.Sprintf("Team %d", i), s.agents[i*seedAgents/seedTeams:(i+1)*seedAgents/seedTeams]
			if _, err := accounts.AddTeam(tx, v, account.TeamChange{Name: &name, Users: &users}); err != nil {
				return err
			}
		}
		if s.common, err = contacts.NameTags(tx, v, seedCommonTags); err != nil {
			return err
		}
		if s.rare, err = contacts.NameTags(tx, v, seedRareTags); err != nil {
			return err
		}
		list, number, plan, points := contact.FieldList, contact.FieldNumber, seedPlan, seedPoints
		f, err := contacts.AddField(tx, v, contact.FieldChange{Name: &plan, Type: &list, Options: &seedPlans})
		if err != nil {
			return err
		}
		s.plan = f.ID
		f, err = contacts.AddField(tx, v, contact.FieldChange{Name: &points, Type: &number})
		s.points = f.ID
		return err
	})
}

type seedKey struct {
	assignee crm.ID
	status   string
}

type seeder struct {
	r                 *rand.Rand
	o                 SeedOptions
	ws, user, channel crm.ID
	seq               int64
	messages          int
	counts            map[seedKey][2]int
	agents            []crm.ID
	common, rare      []crm.ID // tags
	plan, points      crm.ID   // custom fields
	// Rows of the transaction that are written together at its end.
	message, external, event, tag, value [][]any
}

var (
	seedFirst = []string{"Valentina", "Javier", "María", "Diego", "Karla", "Mateo", "Camila", "Andrés", "Lucía", "Sebastián", "Daniela", "Emilio", "Paola", "Gabriel", "Isabel", "Tomás", "Renata", "Joaquín", "Emma", "Liam", "Olivia", "Noah"}
	seedLast  = []string{"Cárdenas", "Ortega", "Rivadeneira", "Benítez", "Andrade", "Paredes", "Salazar", "Gómez", "Mendoza", "Vásquez", "Cevallos", "Torres", "Zambrano", "Guerrero", "Navarrete", "Ponce", "Espinosa", "Villacís", "Morales", "Ruiz"}
	seedTexts = []string{"Hola, buenas tardes", "¿Tienen disponible en talla mediana?", "Sí, con gusto le ayudo", "Su pedido llega mañana antes de las 13:00", "Muchas gracias", "Is this still available?", "Yes, shall I reserve it for you?", "¿Cuánto cuesta el envío a Guayaquil?", "Le comparto la cotización que me pidió, cualquier duda me avisa", "Perfecto 🙌"}
)

func (s *seeder) name() (string, string) {
	syllables := []string{"ba", "ri", "to", "len", "mar", "que", "sol", "nia", "vo", "tra"}
	last := seedLast[s.r.IntN(len(seedLast))]
	if s.r.IntN(3) > 0 { // as in life, most family names are rare
		last = "Z" + syllables[s.r.IntN(10)] + syllables[s.r.IntN(10)] + syllables[s.r.IntN(10)]
	}
	return seedFirst[s.r.IntN(len(seedFirst))], last
}

func (s *seeder) contacts(tx *db.Tx, done, n int) error {
	if s.counts == nil {
		s.counts = make(map[seedKey][2]int)
	}
	for i := range n {
		// A few people account for much of the traffic.
		left, people := s.o.Messages-s.messages, s.o.Contacts-done-i
		mean := max(left/max(people, 1), 1)
		count := 1 + s.r.IntN(mean*3/2+1)
		if s.r.IntN(50) == 0 {
			count *= 8
		}
		if err := s.contact(tx, done+i, min(count, max(left, 0))); err != nil {
			return err
		}
	}
	return s.flush(tx)
}

func (s *seeder) flush(tx *db.Tx) error {
	message, external, event, tag, value := s.message, s.external, s.event, s.tag, s.value
	s.message, s.external, s.event, s.tag, s.value = nil, nil, nil, nil, nil
	if err := tx.Insert(`contact_tag (workspace_id, contact_id, tag_id)`, "", tag); err != nil {
		return err
	}
	if err := tx.Insert(`contact_value (workspace_id, contact_id, field_id, value, folded, number)`, "", value); err != nil {
		return err
	}
	err := tx.Insert(`message (workspace_id, contact_id, id, conversation_id, channel_id, direction, source, content, status, created_at, sent_at, external_id)`, "", message)
	if err != nil {
		return err
	}
	if err := tx.Insert(`message_external (workspace_id, channel_id, external_id, contact_id, message_id)`, "", external); err != nil {
		return err
	}
	return tx.Insert(`event (workspace_id, seq, id, at, kind, contact_id, conversation_id, message_id, actor_source)`, "", event)
}

// traits gives a contact tags and values of custom fields, as many have some.
func (s *seeder) traits(id crm.ID) {
	ws, contact := int64(s.ws), int64(id)
	if s.r.IntN(3) == 0 {
		s.tag = append(s.tag, []any{ws, contact, int64(s.common[s.r.IntN(len(s.common))])})
	}
	if s.r.IntN(500) == 0 {
		s.tag = append(s.tag, []any{ws, contact, int64(s.rare[s.r.IntN(len(s.rare))])})
	}
	if s.r.IntN(2) == 0 {
		plan := seedPlans[s.r.IntN(len(seedPlans))]
		s.value = append(s.value, []any{ws, contact, int64(s.plan), plan, plan, float64(0)})
	}
	if s.r.IntN(3) == 0 {
		n := s.r.IntN(1000)
		s.value = append(s.value, []any{ws, contact, int64(s.points), fmt.Sprint(n), fmt.Sprint(n), float64(n)})
	}
}

func (s *seeder) contact(tx *db.Tx, number, messages int) error {
	ws := int64(s.ws)
	c := &contact.Contact{Workspace: s.ws, ID: tx.NewID(), Status: crm.Closed, Country: "EC", Language: "es"}
	c.FirstName, c.LastName = s.name()
	c.Phone = fmt.Sprintf("+5939%08d", number)
	if number%3 == 0 {
		c.Email = fmt.Sprintf("%s.%d@example.com", crm.Fold(c.FirstName), number)
	}
	now := tx.Micros()
	c.CreatedAt = now - s.r.Int64N(int64(365*24*time.Hour/time.Microsecond))
	c.StatusSince = c.CreatedAt
	conversation := tx.NewID()
	open := s.r.IntN(10) == 0
	if open {
		c.Status, c.Conversation, c.StatusSince = crm.Open, conversation, now-s.r.Int64N(int64(72*time.Hour/time.Microsecond))
		c.Unread = s.r.IntN(3)
	}
	if s.r.IntN(2) == 0 {
		c.Assignee = s.user
		if s.r.IntN(4) > 0 {
			c.Assignee = s.agents[s.r.IntN(len(s.agents))]
		}
	}
	if err := contact.Insert(tx, c); err != nil {
		return err
	}
	s.traits(c.ID)
	key := fmt.Sprint(10_000_000 + number)
	space := "telegram:" + s.channel.String()
	if err := contact.AddIdentity(tx, s.ws, space, key, c.ID); err != nil {
		return err
	}
	closedAt, source := c.CreatedAt+1, "user"
	if open {
		closedAt, source = 0, ""
	}
	err := tx.Queue(`INSERT INTO conversation (workspace_id, contact_id, id, opened_at, opened_source, closed_at, closed_source) VALUES ($1, $2, $3, $4, 'contact', $5, $6)`,
		ws, int64(c.ID), int64(conversation), c.CreatedAt, closedAt, source)
	if err != nil {
		return err
	}
	for k := range messages {
		id := tx.NewID()
		at := now - int64(messages-k)*int64(time.Minute/time.Microsecond) - int64(s.r.IntN(1_000_000))
		direction, by, status, external := "incoming", "contact", "", fmt.Sprintf("%s/%d", key, k)
		if k%3 == 1 {
			direction, by, status, external = "outgoing", "user", "sent", fmt.Sprintf("%s/o%d", key, k)
		}
		text := seedTexts[s.r.IntN(len(seedTexts))]
		if s.r.IntN(5) == 0 { // what people look for is rare
			text += fmt.Sprintf(" Pedido A%d.", s.r.IntN(500_000))
		}
		s.message = append(s.message, []any{
			ws, int64(c.ID), int64(id), int64(conversation), int64(s.channel), direction, by, `{"kind":"text","text":"` + text + `"}`, status, at, at, external,
		})
		s.external = append(s.external, []any{ws, int64(s.channel), external, int64(c.ID), int64(id)})
		s.seq++
		s.event = append(s.event, []any{ws, s.seq, int64(id), at, "message_created", int64(c.ID), int64(conversation), int64(id), by})
		c.Last = contact.Last{At: at, ID: id, Direction: crm.Direction(direction), Kind: crm.KindText, Text: text, Source: crm.Source(by), Channel: s.channel, ChannelType: "telegram"}
	}
	s.messages += messages
	err = tx.Queue(`INSERT INTO contact_channel (workspace_id, contact_id, channel_id, address, last_message_at, last_incoming_at, created_at) VALUES ($1, $2, $3, $4, $5, $5, $6)`,
		ws, int64(c.ID), int64(s.channel), key, c.Last.At, c.CreatedAt)
	if err != nil {
		return err
	}
	if c.Status != crm.Closed {
		k := seedKey{c.Assignee, string(c.Status)}
		n := s.counts[k]
		n[0]++
		if c.Unread > 0 {
			n[1]++
		}
		s.counts[k] = n
	}
	return contact.SaveState(tx, c)
}
