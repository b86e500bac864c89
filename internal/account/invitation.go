package account

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
)

// maxInvitations bounds the open invitations of a workspace.
const maxInvitations = 500

// Invitation asks somebody into a workspace.
type Invitation struct {
	ID    crm.ID
	Email string
	crm.Access
	Teams []crm.ID
	// InvitedBy is who sent it last: it holds while they may give its role.
	InvitedBy crm.ID
	Language  crm.Language
	CreatedAt int64
	SentAt    int64
	ExpiresAt int64
}

// NewInvitation describes an invitation to make.
type NewInvitation struct {
	Email string
	// Access's visibility is crm.SeesAll where it is empty.
	crm.Access
	Teams []crm.ID
	// Language is the workspace's where it is empty.
	Language crm.Language
}

const invitationColumns = `id, email, role, visibility, restrictions, teams, invited_by, language, created_at, sent_at, expires_at`

// invitationRow reads invitationColumns.
type invitationRow struct {
	i                   Invitation
	restrictions, teams string
}

func (r *invitationRow) into() []any {
	i := &r.i
	return []any{&i.ID, &i.Email, &i.Role, &i.Visibility, &r.restrictions, &r.teams, &i.InvitedBy, &i.Language, &i.CreatedAt, &i.SentAt, &i.ExpiresAt}
}

func (r *invitationRow) invitation() Invitation {
	r.i.Restrictions, r.i.Teams = crm.ParseRestrictions(r.restrictions), parseIDs(r.teams)
	return r.i
}

// Invitations returns the open invitations of the viewer's workspace, the newest first.
func Invitations(tx *db.Tx, v crm.Viewer) ([]Invitation, error) {
	var out []Invitation
	err := tx.Each(`SELECT `+invitationColumns+` FROM invitation WHERE workspace_id = $1 ORDER BY id DESC LIMIT 1000`, []any{v.Workspace},
		func(r *sql.Rows) error {
			var row invitationRow
			err := r.Scan(row.into()...)
			out = append(out, row.invitation())
			return err
		})
	return out, err
}

// Sent is an invitation on its way: the token of its link, and whether it is mailed.
type Sent struct {
	Invitation
	Token  string
	Mailed bool
}

// Invite invites somebody to the viewer's workspace.
func (s *Service) Invite(tx *db.Tx, v crm.Viewer, n NewInvitation) (Sent, error) {
	v, err := asOfNow(tx, v)
	if err != nil {
		return Sent{}, err
	}
	email, err := contact.ParseEmail(n.Email)
	if err != nil {
		return Sent{}, err
	}
	if email == "" {
		return Sent{}, crm.RefuseField("email", crm.CodeRequired)
	}
	w, err := GetWorkspace(tx, v.Workspace)
	if err != nil {
		return Sent{}, err
	}
	i := Invitation{ID: tx.NewID(), Email: strings.ToLower(email), Access: n.Access, InvitedBy: v.User, Language: n.Language, CreatedAt: tx.Micros()}
	if i.Visibility == "" {
		i.Visibility = crm.SeesAll
	}
	if i.Language == "" {
		i.Language = w.Language
	}
	if err := i.Check(); err != nil {
		return Sent{}, err
	}
	if i.Language != crm.English && i.Language != crm.Spanish {
		return Sent{}, crm.RefuseField("language", crm.CodeBadLanguage)
	}
	if !v.MayManage(i.Role) {
		return Sent{}, crm.RefuseField("role", crm.CodeForbidden)
	}
	if i.Teams, err = knownTeams(tx, v.Workspace, n.Teams); err != nil {
		return Sent{}, err
	}
	for _, t := range n.Teams {
		if !slices.Contains(i.Teams, t) {
			return Sent{}, crm.RefuseField("team_ids", crm.CodeUnknownTeam)
		}
	}
	if err := invitable(tx, v.Workspace, i.Email); err != nil {
		return Sent{}, err
	}
	_, err = tx.Exec(`INSERT INTO invitation (workspace_id, `+invitationColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		v.Workspace, i.ID, i.Email, string(i.Role), string(i.Visibility), crm.FormatRestrictions(i.Restrictions), formatIDs(i.Teams),
		i.InvitedBy, string(i.Language), i.CreatedAt, int64(0), int64(0))
	if errors.Is(err, db.ErrConflict) {
		err = crm.RefuseField("email", crm.CodeAlreadyInvited)
	}
	if err != nil {
		return Sent{}, err
	}
	return s.sendInvitation(tx, v, i)
}

// invitable refuses those who are here or invited.
func invitable(tx *db.Tx, workspace crm.ID, email string) error {
	err := tx.Row(`SELECT u.id FROM app_user u JOIN member m ON m.user_id = u.id WHERE u.email = $1 AND m.workspace_id = $2 AND m.removed_at = 0`,
		[]any{email, workspace}, new(int64))
	if err == nil {
		return crm.RefuseField("email", crm.CodeAlreadyMember)
	}
	if !errors.Is(err, db.ErrNotFound) {
		return err
	}
	var all, same int
	err = tx.Row(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN email = $1 THEN 1 ELSE 0 END), 0) FROM invitation WHERE workspace_id = $2`,
		[]any{email, workspace}, &all, &same)
	switch {
	case err != nil:
		return err
	case same > 0:
		return crm.RefuseField("email", crm.CodeAlreadyInvited)
	case all >= maxInvitations:
		return crm.RefuseField("email", crm.CodeLimit, "max", maxInvitations)
	}
	return nil
}

// ResendInvitation sends an invitation again, with a new link; the old one is dead. From
// then on the viewer is who invites.
func (s *Service) ResendInvitation(ctx context.Context, v crm.Viewer, id crm.ID) (out Sent, err error) {
	if wait := s.throttle.allowOne(time.Now(), "invitation "+id.String(), perPair, perPair); wait > 0 {
		return out, throttled(wait)
	}
	err = s.d.Write(ctx, func(tx *db.Tx) error {
		v, err := asOfNow(tx, v)
		if err != nil {
			return err
		}
		i, err := invitation(tx, v, id)
		if err != nil {
			return err
		}
		out, err = s.sendInvitation(tx, v, i)
		return err
	})
	return out, err
}

// DeleteInvitation takes an invitation back; its link is dead.
func (s *Service) DeleteInvitation(tx *db.Tx, v crm.Viewer, id crm.ID) error {
	if _, err := invitation(tx, v, id); err != nil {
		return err
	}
	s.changed(tx, v)
	return endInvitation(tx, v.Workspace, id)
}

func endInvitation(tx *db.Tx, workspace, id crm.ID) error {
	if _, err := tx.Exec(`DELETE FROM invitation WHERE workspace_id = $1 AND id = $2`, workspace, id); err != nil {
		return err
	}
	return dropTickets(tx, forInvitation, id)
}

// expireInvitations ends the links of what a member invites to, but by now may not give.
// The invitations stay on the list as expired, to be sent again by somebody else.
func expireInvitations(tx *db.Tx, workspace, user crm.ID, now crm.Access) error {
	for _, role := range []crm.Role{crm.Owner, crm.Manager, crm.Agent} {
		if now.MayManage(role) {
			continue
		}
		args := []any{tx.Micros(), workspace, user, string(role)}
		const theirs = `workspace_id = $2 AND invited_by = $3 AND role = $4`
		_, err := tx.Exec(`UPDATE ticket SET expires_at = $1 WHERE expires_at > $1 AND subject_id IN (SELECT id FROM invitation WHERE `+theirs+`) AND kind = $5`,
			append(args, string(forInvitation))...)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE invitation SET expires_at = $1 WHERE expires_at > $1 AND `+theirs, args...); err != nil {
			return err
		}
	}
	return nil
}

// asOfNow returns the viewer with the access they have by now, which then stays until the
// transaction ends: what they send outlives their request.
func asOfNow(tx *db.Tx, v crm.Viewer) (crm.Viewer, error) {
	var restrictions string
	err := tx.Row(`SELECT role, visibility, restrictions FROM member WHERE workspace_id = $1 AND user_id = $2 AND removed_at = 0`+tx.ForUpdate(),
		[]any{v.Workspace, v.User}, &v.Role, &v.Visibility, &restrictions)
	if errors.Is(err, db.ErrNotFound) {
		err = crm.Refuse(crm.CodeForbidden)
	}
	v.Restrictions = crm.ParseRestrictions(restrictions)
	return v, err
}

// invitation returns an invitation that the viewer may manage.
func invitation(tx *db.Tx, v crm.Viewer, id crm.ID) (Invitation, error) {
	i, err := getInvitation(tx, v.Workspace, id, tx.ForUpdate())
	if err == nil && !v.MayManage(i.Role) {
		err = crm.Refuse(crm.CodeForbidden)
	}
	return i, err
}

func getInvitation(tx *db.Tx, workspace, id crm.ID, lock string) (Invitation, error) {
	var row invitationRow
	err := tx.Row(`SELECT `+invitationColumns+` FROM invitation WHERE workspace_id = $1 AND id = $2`+lock, []any{workspace, id}, row.into()...)
	if errors.Is(err, db.ErrNotFound) {
		return Invitation{}, crm.Refuse(crm.CodeNotFound)
	}
	return row.invitation(), err
}

// sendInvitation makes an invitation's link and mails it.
func (s *Service) sendInvitation(tx *db.Tx, v crm.Viewer, i Invitation) (out Sent, err error) {
	if err := dropTickets(tx, forInvitation, i.ID); err != nil {
		return out, err
	}
	i.InvitedBy, i.SentAt, i.ExpiresAt = v.User, tx.Micros(), tx.Now().Add(invitationLasts).UnixMicro()
	_, err = tx.Exec(`UPDATE invitation SET invited_by = $1, sent_at = $2, expires_at = $3 WHERE workspace_id = $4 AND id = $5`,
		i.InvitedBy, i.SentAt, i.ExpiresAt, v.Workspace, i.ID)
	if err != nil {
		return out, err
	}
	out.Invitation = i
	if out.Token, err = newTicket(tx, forInvitation, v.Workspace, i.ID, invitationLasts); err != nil {
		return out, err
	}
	w, err := GetWorkspace(tx, v.Workspace)
	if err != nil {
		return out, err
	}
	var inviter string
	if err := tx.Row(`SELECT name FROM app_user WHERE id = $1`, []any{v.User}, &inviter); err != nil {
		return out, err
	}
	s.changed(tx, v)
	out.Mailed, err = s.ways.Mail.Enqueue(tx, v.Workspace, invitationMail(i, w.Name, inviter, s.ways.PublicURL+"/invite/"+out.Token))
	return out, err
}

// Welcome is what somebody sees of their invitation before they accept it.
type Welcome struct {
	Workspace, Inviter string
	Email              string
	Role               crm.Role
	// Known tells that an account with this e-mail exists.
	Known     bool
	ExpiresAt int64
}

// guest is what is known of whoever holds an invitation's token.
type guest struct {
	ticket
	Invitation
	// user is the account with the invitation's e-mail, 0 where there is none.
	user crm.ID
	hash string
}

func findGuest(tx *db.Tx, token string) (g guest, err error) {
	if g.ticket, err = findTicket(tx, forInvitation, token); err != nil {
		return g, err
	}
	return g, g.read(tx, "")
}

func (g *guest) read(tx *db.Tx, lock string) (err error) {
	g.Invitation, err = getInvitation(tx, g.Workspace, g.Subject, lock)
	if errors.Is(err, crm.Refuse(crm.CodeNotFound)) {
		return crm.RefuseField("token", crm.CodeLinkUsed)
	}
	if err != nil {
		return err
	}
	err = tx.Row(`SELECT id, password_hash FROM app_user WHERE email = $1`, []any{g.Email}, &g.user, &g.hash)
	if errors.Is(err, db.ErrNotFound) {
		err = nil
	}
	return err
}

// LookAtInvitation shows an invitation to whoever holds its token.
func (s *Service) LookAtInvitation(ctx context.Context, token, ip string) (w Welcome, err error) {
	if wait := s.throttle.allowOne(time.Now(), "invitations "+AddressKey(ip), perAddress, perAddress); wait > 0 {
		return w, throttled(wait)
	}
	err = s.d.Read(ctx, func(tx *db.Tx) error {
		g, err := findGuest(tx, token)
		if err != nil {
			return err
		}
		workspace, err := GetWorkspace(tx, g.Workspace)
		if err != nil {
			return err
		}
		w = Welcome{Workspace: workspace.Name, Email: g.Email, Role: g.Role, Known: g.user != 0, ExpiresAt: g.ticket.ExpiresAt}
		return tx.Row(`SELECT name FROM app_user WHERE id = $1`, []any{g.InvitedBy}, &w.Inviter)
	})
	return w, err
}

// Acceptance is what somebody accepts an invitation with. A new account needs a name
// and a password; a known one proves itself by its password and second factor.
type Acceptance struct {
	Token, Name, Password, Code string
	Language                    crm.Language
	Timezone                    string
	IP, Device                  string
}

// AcceptInvitation makes whoever holds the token a member and starts a session, whose
// secret it returns.
func (s *Service) AcceptInvitation(ctx context.Context, a Acceptance) (v crm.Viewer, secret string, err error) {
	if wait := s.throttle.allowOne(time.Now(), "invitations "+AddressKey(a.IP), perAddress, perAddress); wait > 0 {
		return v, "", throttled(wait)
	}
	var g guest
	err = s.d.Read(ctx, func(tx *db.Tx) error {
		g, err = findGuest(tx, a.Token)
		return err
	})
	if err != nil {
		return v, "", err
	}
	if s.ways.OwnersOnly && g.Role != crm.Owner {
		return v, "", crm.Refuse(crm.CodeSSOOnly)
	}
	n := NewUser{Email: g.Email, Name: a.Name, Password: a.Password, Role: g.Role, Language: a.Language, Timezone: a.Timezone}
	if n.Language == "" {
		n.Language = g.Language
	}
	hash, err := s.vouch(ctx, g, &n, a)
	if err != nil {
		return v, "", err
	}
	err = s.d.Write(ctx, func(tx *db.Tx) error {
		now := guest{}
		if now.ticket, err = takeTicket(tx, forInvitation, a.Token); err != nil {
			return err
		}
		if err := now.read(tx, tx.ForUpdate()); err != nil {
			return err
		}
		switch {
		case now.user != g.user || now.hash != g.hash:
			return crm.Refuse(crm.CodeConflict)
		case now.user == 0:
			if now.user, err = insertUser(tx, n, hash); err != nil {
				return err
			}
		default:
			if err := s.prove(tx, now.user, a.Code); err != nil {
				return err
			}
		}
		if v, err = s.join(tx, now.Workspace, now.user, now.Invitation); err != nil {
			return err
		}
		secret, err = s.startSession(tx, v, a.IP, a.Device)
		return err
	})
	if err == nil {
		s.throttle.forgive(a.IP, g.Email)
	}
	return v, secret, err
}

// vouch makes sure of a known guest by the password, and hashes a new one's.
func (s *Service) vouch(ctx context.Context, g guest, n *NewUser, a Acceptance) (hash string, err error) {
	if g.user == 0 {
		if err := n.check(); err != nil {
			return "", err
		}
		return s.hasher.hash(ctx, n.Password)
	}
	if wait := s.throttle.allow(time.Now(), a.IP, g.Email); wait > 0 {
		return "", throttled(wait)
	}
	ok, err := s.verify(ctx, a.Password, g.hash)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", crm.RefuseField("password", crm.CodeWrongCredentials)
	}
	return "", s.slowCodes(g.user, a.Code)
}

// join makes an invited user a member, again where they were one before.
func (s *Service) join(tx *db.Tx, workspace, user crm.ID, i Invitation) (crm.Viewer, error) {
	if err := s.admit(tx, workspace, user, i.Access); err != nil {
		return crm.Viewer{}, err
	}
	// Teams that were deleted in the meantime fall away.
	teams, err := knownTeams(tx, workspace, i.Teams)
	if err != nil {
		return crm.Viewer{}, err
	}
	if err := setTeams(tx, workspace, user, teams); err != nil {
		return crm.Viewer{}, err
	}
	if err := endInvitation(tx, workspace, i.ID); err != nil {
		return crm.Viewer{}, err
	}
	return viewerOf(tx, workspace, user)
}

// admit adds a member, or gives one who was removed a new access.
func (s *Service) admit(tx *db.Tx, workspace, user crm.ID, a crm.Access) error {
	n, err := tx.Exec(`INSERT INTO member (workspace_id, user_id, role, visibility, restrictions, joined_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (workspace_id, user_id) DO UPDATE SET role = excluded.role, visibility = excluded.visibility, restrictions = excluded.restrictions,
			joined_at = excluded.joined_at, removed_at = 0 WHERE member.removed_at > 0`,
		workspace, user, string(a.Role), string(a.Visibility), crm.FormatRestrictions(a.Restrictions), tx.Micros())
	if err != nil {
		return err
	}
	if n == 0 {
		return crm.Refuse(crm.CodeAlreadyMember)
	}
	s.changed(tx, crm.Viewer{Workspace: workspace, User: user})
	return nil
}

func viewerOf(tx *db.Tx, workspace, user crm.ID) (crm.Viewer, error) {
	var row viewerRow
	err := tx.Row(`SELECT `+viewerColumns+` FROM member m JOIN app_user u ON u.id = m.user_id
		WHERE m.workspace_id = $1 AND m.user_id = $2 AND m.removed_at = 0`, []any{workspace, user}, row.into()...)
	return row.viewer(), err
}

// knownTeams returns those of the teams that there are.
func knownTeams(tx *db.Tx, workspace crm.ID, teams []crm.ID) ([]crm.ID, error) {
	known, err := Teams(tx, workspace)
	if err != nil {
		return nil, err
	}
	var out []crm.ID
	for _, t := range known {
		if slices.Contains(teams, t.ID) {
			out = append(out, t.ID)
		}
	}
	slices.Sort(out)
	return out, nil
}

// formatIDs writes what parseIDs reads.
func formatIDs(ids []crm.ID) string {
	words := make([]string, 0, len(ids))
	for _, id := range ids {
		words = append(words, id.String())
	}
	return strings.Join(words, " ")
}
