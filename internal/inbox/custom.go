package inbox

import (
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/eventlog"
	"github.com/bandeja/bandeja/internal/filter"
)

// Sharing says who has a custom inbox besides its creator.
type Sharing string

// The sharings: nobody; every user of the workspace; some users and teams.
const (
	Private Sharing = "private"
	Public  Sharing = "public"
	Shared  Sharing = "shared"
)

// Custom is a saved filter that serves as an inbox. Only its creator changes it.
type Custom struct {
	ID        crm.ID
	Creator   crm.ID
	Name      string
	Filter    filter.Node
	Sharing   Sharing
	Users     []crm.ID
	Teams     []crm.ID
	UpdatedAt int64
}

const (
	maxCustom     = 200 // that one user may create
	maxCustomName = 50
	maxShares     = 200
)

// CustomChange describes a custom inbox; nil leaves a value.
type CustomChange struct {
	Name    *string
	Filter  *filter.Node
	Sharing *Sharing
	Users   *[]crm.ID
	Teams   *[]crm.ID
}

// Customs returns the custom inboxes that a viewer has created or been given, by
// name.
func Customs(tx *db.Tx, v crm.Viewer) ([]Custom, error) {
	teams, err := account.TeamsOf(tx, v.Workspace, v.User)
	if err != nil {
		return nil, err
	}
	shares := make(map[crm.ID][2][]crm.ID)
	err = tx.Each(`SELECT inbox_id, user_id, team_id FROM custom_inbox_share WHERE workspace_id = $1 ORDER BY user_id, team_id`, []any{v.Workspace},
		func(r *sql.Rows) error {
			var id, user, team crm.ID
			if err := r.Scan(&id, &user, &team); err != nil {
				return err
			}
			s := shares[id]
			if user != 0 {
				s[0] = append(s[0], user)
			} else {
				s[1] = append(s[1], team)
			}
			shares[id] = s
			return nil
		})
	if err != nil {
		return nil, err
	}
	var out []Custom
	err = tx.Each(`SELECT id, creator_id, name, filter, sharing, updated_at FROM custom_inbox WHERE workspace_id = $1 ORDER BY name, id`, []any{v.Workspace},
		func(r *sql.Rows) error {
			var c Custom
			var tree string
			if err := r.Scan(&c.ID, &c.Creator, &c.Name, &tree, &c.Sharing, &c.UpdatedAt); err != nil {
				return err
			}
			c.Users, c.Teams = shares[c.ID][0], shares[c.ID][1]
			if !c.has(v.User, teams) {
				return nil
			}
			err := json.Unmarshal([]byte(tree), &c.Filter)
			out = append(out, c)
			return err
		})
	return out, err
}

// has tells whether a user, who is in some teams, has the inbox.
func (c Custom) has(user crm.ID, teams []crm.ID) bool {
	switch {
	case c.Creator == user || c.Sharing == Public:
		return true
	case c.Sharing == Private:
		return false
	}
	return slices.Contains(c.Users, user) || slices.ContainsFunc(c.Teams, func(t crm.ID) bool { return slices.Contains(teams, t) })
}

// GetCustom returns a custom inbox that the viewer has; crm.CodeNotFound else.
func GetCustom(tx *db.Tx, v crm.Viewer, id crm.ID) (Custom, error) {
	all, err := Customs(tx, v)
	if err != nil {
		return Custom{}, err
	}
	i := slices.IndexFunc(all, func(c Custom) bool { return c.ID == id })
	if i < 0 {
		return Custom{}, crm.Refuse(crm.CodeNotFound)
	}
	return all[i], nil
}

// AddCustom makes a custom inbox, private unless said otherwise.
func (in *Inbox) AddCustom(tx *db.Tx, v crm.Viewer, c CustomChange) (Custom, error) {
	x := Custom{ID: tx.NewID(), Creator: v.User, Sharing: Private, UpdatedAt: tx.Micros()}
	if c.Name == nil {
		return x, crm.RefuseField("name", crm.CodeRequired)
	}
	if c.Filter == nil {
		return x, crm.RefuseField("filter", crm.CodeRequired)
	}
	if err := in.applyCustom(tx, v, &x, c); err != nil {
		return x, err
	}
	tree, err := json.Marshal(x.Filter)
	if err != nil {
		return x, err
	}
	_, err = tx.Exec(`INSERT INTO custom_inbox (workspace_id, id, creator_id, name, filter, sharing, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		v.Workspace, x.ID, x.Creator, x.Name, string(tree), string(x.Sharing), x.UpdatedAt, x.UpdatedAt)
	if err != nil {
		return x, err
	}
	return x, in.saveShares(tx, v, x)
}

// UpdateCustom changes a custom inbox; its creator alone may.
func (in *Inbox) UpdateCustom(tx *db.Tx, v crm.Viewer, id crm.ID, c CustomChange) (Custom, error) {
	x, err := GetCustom(tx, v, id)
	if err != nil {
		return x, err
	}
	if x.Creator != v.User {
		return x, crm.Refuse(crm.CodeNotCreator)
	}
	x.UpdatedAt = tx.Micros()
	if err := in.applyCustom(tx, v, &x, c); err != nil {
		return x, err
	}
	tree, err := json.Marshal(x.Filter)
	if err != nil {
		return x, err
	}
	_, err = tx.Exec(`UPDATE custom_inbox SET name = $1, filter = $2, sharing = $3, updated_at = $4 WHERE workspace_id = $5 AND id = $6`,
		x.Name, string(tree), string(x.Sharing), x.UpdatedAt, v.Workspace, id)
	if err != nil {
		return x, err
	}
	return x, in.saveShares(tx, v, x)
}

// DeleteCustom removes a custom inbox for everybody who has it. Its creator may; an
// owner may where the creator has left.
func (in *Inbox) DeleteCustom(tx *db.Tx, v crm.Viewer, id crm.ID) error {
	var creator crm.ID
	err := tx.Row(`SELECT creator_id FROM custom_inbox WHERE workspace_id = $1 AND id = $2`, []any{v.Workspace, id}, &creator)
	if err != nil {
		return err
	}
	if creator != v.User {
		there, err := account.IsMember(tx, v.Workspace, creator)
		if err != nil {
			return err
		}
		if there || v.Role != crm.Owner {
			if _, err := GetCustom(tx, v, id); err != nil {
				return err
			}
			return crm.Refuse(crm.CodeNotCreator)
		}
	}
	for _, q := range []string{
		`DELETE FROM custom_inbox WHERE workspace_id = $1 AND id = $2`,
		`DELETE FROM custom_inbox_share WHERE workspace_id = $1 AND inbox_id = $2`,
	} {
		if _, err := tx.Exec(q, v.Workspace, id); err != nil {
			return err
		}
	}
	in.events.Append(tx, v.Workspace, eventlog.Event{Kind: eventlog.InboxesChanged, Actor: v.Actor()})
	return nil
}

// CheckFilter refuses a tree that can't be evaluated in the workspace.
func CheckFilter(tx *db.Tx, workspace crm.ID, n filter.Node) error {
	l, err := NewLens(tx, workspace)
	if err != nil {
		return err
	}
	return filter.Check(n, l.Field)
}

func (in *Inbox) applyCustom(tx *db.Tx, v crm.Viewer, x *Custom, c CustomChange) error {
	if c.Name != nil {
		x.Name = strings.Join(strings.Fields(crm.Clean(*c.Name)), " ")
		switch {
		case x.Name == "":
			return crm.RefuseField("name", crm.CodeRequired)
		case utf8.RuneCountInString(x.Name) > maxCustomName:
			return crm.RefuseField("name", crm.CodeTooLong, "max", maxCustomName)
		}
		all, err := Customs(tx, v)
		if err != nil {
			return err
		}
		mine := 0
		for _, o := range all {
			if o.Creator != v.User || o.ID == x.ID {
				continue
			}
			mine++
			if crm.Fold(o.Name) == crm.Fold(x.Name) {
				return crm.RefuseField("name", crm.CodeNameTaken)
			}
		}
		if mine >= maxCustom {
			return crm.RefuseField("name", crm.CodeLimit, "max", maxCustom)
		}
	}
	if c.Filter != nil {
		if err := CheckFilter(tx, v.Workspace, *c.Filter); err != nil {
			return err
		}
		x.Filter = *c.Filter
	}
	if c.Sharing != nil {
		if !slices.Contains([]Sharing{Private, Public, Shared}, *c.Sharing) {
			return crm.RefuseField("sharing", crm.CodeInvalid)
		}
		x.Sharing = *c.Sharing
	}
	return x.share(tx, v.Workspace, c)
}

// share sets with whom the inbox is shared.
func (x *Custom) share(tx *db.Tx, workspace crm.ID, c CustomChange) error {
	if c.Users != nil {
		users, err := account.Users(tx, workspace)
		if err != nil {
			return err
		}
		for _, id := range *c.Users {
			if !slices.ContainsFunc(users, func(u account.User) bool { return u.ID == id }) {
				return crm.RefuseField("user_ids", crm.CodeUnknownUser)
			}
		}
		x.Users = slices.Compact(slices.Sorted(slices.Values(*c.Users)))
	}
	if c.Teams != nil {
		teams, err := account.Teams(tx, workspace)
		if err != nil {
			return err
		}
		for _, id := range *c.Teams {
			if !slices.ContainsFunc(teams, func(t account.Team) bool { return t.ID == id }) {
				return crm.RefuseField("team_ids", crm.CodeUnknownTeam)
			}
		}
		x.Teams = slices.Compact(slices.Sorted(slices.Values(*c.Teams)))
	}
	switch {
	case x.Sharing != Shared:
		x.Users, x.Teams = nil, nil
	case len(x.Users)+len(x.Teams) == 0:
		return crm.RefuseField("user_ids", crm.CodeRequired)
	case len(x.Users)+len(x.Teams) > maxShares:
		return crm.RefuseField("user_ids", crm.CodeLimit, "max", maxShares)
	}
	return nil
}

func (in *Inbox) saveShares(tx *db.Tx, v crm.Viewer, x Custom) error {
	if _, err := tx.Exec(`DELETE FROM custom_inbox_share WHERE workspace_id = $1 AND inbox_id = $2`, v.Workspace, x.ID); err != nil {
		return err
	}
	var rows [][]any
	for _, u := range x.Users {
		rows = append(rows, []any{int64(v.Workspace), int64(x.ID), int64(u), int64(0)})
	}
	for _, t := range x.Teams {
		rows = append(rows, []any{int64(v.Workspace), int64(x.ID), int64(0), int64(t)})
	}
	in.events.Append(tx, v.Workspace, eventlog.Event{Kind: eventlog.InboxesChanged, Actor: v.Actor()})
	return tx.Insert(`custom_inbox_share (workspace_id, inbox_id, user_id, team_id)`, "", rows)
}
