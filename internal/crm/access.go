package crm

import (
	"slices"
	"strings"
)

// Role is what a user is in a workspace.
type Role string

// The roles.
const (
	Owner   Role = "owner"
	Manager Role = "manager"
	Agent   Role = "agent"
)

// Valid tells whether r is one of the roles.
func (r Role) Valid() bool { return r == Owner || r == Manager || r == Agent }

// Visibility is which contacts an agent may know of. Owners and managers see all.
type Visibility string

// The visibilities: every contact; those assigned to the agent or to a colleague of
// one of the agent's teams; those assigned to the agent.
const (
	SeesAll  Visibility = "all"
	SeesTeam Visibility = "team"
	SeesOwn  Visibility = "own"
)

// Restriction takes a right from a user that the role would give.
type Restriction string

// The restrictions. The first four are for managers, the last for agents.
const (
	NoDataExport        Restriction = "data_export"
	NoContactDeletion   Restriction = "contact_deletion"
	NoWorkspaceSettings Restriction = "workspace_settings"
	NoIntegrations      Restriction = "integrations"
	NoShortcuts         Restriction = "shortcuts"
)

// Access is what a member of a workspace may do and see.
type Access struct {
	Role         Role
	Visibility   Visibility
	Restrictions []Restriction
}

// Check refuses what doesn't go together: an owner is never restricted, and each
// other role has its own restrictions.
func (a Access) Check() error {
	if !a.Role.Valid() {
		return RefuseField("role", CodeInvalid)
	}
	switch a.Visibility {
	case SeesAll:
	case SeesTeam, SeesOwn:
		if a.Role != Agent {
			return RefuseField("visibility", CodeNotForRole)
		}
	default:
		return RefuseField("visibility", CodeInvalid)
	}
	for _, r := range a.Restrictions {
		switch r {
		case NoDataExport, NoContactDeletion, NoWorkspaceSettings, NoIntegrations:
			if a.Role != Manager {
				return RefuseField("restrictions", CodeNotForRole)
			}
		case NoShortcuts:
			if a.Role != Agent {
				return RefuseField("restrictions", CodeNotForRole)
			}
		default:
			return RefuseField("restrictions", CodeInvalid)
		}
	}
	return nil
}

// Permission is a right that a role gives.
type Permission string

// The permissions.
const (
	WorkspaceManage  Permission = "workspace.manage"
	ChannelsManage   Permission = "channels.manage"
	ChannelsDelete   Permission = "channels.delete"
	ChannelsAdvanced Permission = "channels.advanced"
	UsersManage      Permission = "users.manage"
	TeamsManage      Permission = "teams.manage"
	TeamsDelete      Permission = "teams.delete"
	FieldsManage     Permission = "fields.manage"
	FieldsDelete     Permission = "fields.delete"
	JobsManage       Permission = "jobs.manage"
	TokensManage     Permission = "tokens.manage"
	ContactsEdit     Permission = "contacts.edit"
	ContactsDelete   Permission = "contacts.delete"
	DataExport       Permission = "data.export"
	SnippetsManage   Permission = "snippets.manage"
	MessagesSend     Permission = "messages.send"
)

// grants says what each role gives, and which restriction takes it away.
var grants = []struct {
	p      Permission
	roles  []Role
	unless Restriction
}{
	{WorkspaceManage, []Role{Owner, Manager}, NoWorkspaceSettings},
	{ChannelsManage, []Role{Owner, Manager}, NoWorkspaceSettings},
	{ChannelsDelete, []Role{Owner}, ""},
	{ChannelsAdvanced, []Role{Owner}, ""},
	{UsersManage, []Role{Owner, Manager}, NoWorkspaceSettings},
	{TeamsManage, []Role{Owner, Manager}, NoWorkspaceSettings},
	{TeamsDelete, []Role{Owner}, ""},
	{FieldsManage, []Role{Owner, Manager}, NoWorkspaceSettings},
	{FieldsDelete, []Role{Owner}, ""},
	{JobsManage, []Role{Owner, Manager}, NoWorkspaceSettings},
	{TokensManage, []Role{Owner, Manager, Agent}, NoIntegrations},
	{ContactsEdit, []Role{Owner, Manager, Agent}, ""},
	{ContactsDelete, []Role{Owner, Manager}, NoContactDeletion},
	{DataExport, []Role{Owner, Manager}, NoDataExport},
	{SnippetsManage, []Role{Owner, Manager}, NoWorkspaceSettings},
	{MessagesSend, []Role{Owner, Manager, Agent}, ""},
}

// AllPermissions returns every permission there is, in a fixed order.
func AllPermissions() []Permission {
	out := make([]Permission, 0, len(grants))
	for _, g := range grants {
		out = append(out, g.p)
	}
	return out
}

// Permissions returns what the role gives and no restriction takes away, in a fixed
// order.
func (a Access) Permissions() []Permission {
	out := []Permission{}
	for _, g := range grants {
		if slices.Contains(g.roles, a.Role) && (g.unless == "" || !slices.Contains(a.Restrictions, g.unless)) {
			out = append(out, g.p)
		}
	}
	return out
}

// May tells whether the permission is among them.
func (a Access) May(p Permission) bool { return slices.Contains(a.Permissions(), p) }

// MayManage tells whether a user with this access may give another, or take it
// from somebody who has it: owners manage everybody, managers only agents.
func (a Access) MayManage(role Role) bool {
	return a.May(UsersManage) && (a.Role == Owner || role == Agent)
}

// Restricted tells whether there are contacts that the user may not know of.
func (a Access) Restricted() bool {
	return a.Role == Agent && (a.Visibility == SeesTeam || a.Visibility == SeesOwn)
}

// Viewer is whoever asks: a user in a workspace, through a session or a token.
type Viewer struct {
	Workspace ID
	User      ID
	Access
	Language Language
	// Token is set when the request came with an API token.
	Token ID
	// Teams are those an agent is in; Colleagues all their members, the agent among
	// them. Colleagues is only filled for those who see their team's contacts.
	Teams      []ID
	Colleagues []ID
}

// Actor is the viewer as the one who did something.
func (v Viewer) Actor() Actor {
	if v.Token != 0 {
		return Actor{Source: ByAPI, ID: v.User}
	}
	return Actor{Source: ByUser, ID: v.User}
}

// Sees tells whether the viewer may know of a contact of their workspace, by whom
// it is assigned to (0 for nobody). Everything that shows contacts, by whatever
// path, asks this or its other form, [Viewer.Scope].
func (v Viewer) Sees(assignee ID) bool {
	if !v.Restricted() {
		return v.User != 0
	}
	return slices.Contains(v.Scope(), assignee)
}

// SameRights tells whether two viewers may do and see the same.
func (v Viewer) SameRights(o Viewer) bool {
	return v.Role == o.Role && v.Visibility == o.Visibility && slices.Equal(v.Teams, o.Teams) && slices.Equal(v.Colleagues, o.Colleagues) &&
		FormatRestrictions(v.Restrictions) == FormatRestrictions(o.Restrictions)
}

// Scope returns the assignees whose contacts the viewer may know of, for lists; nil
// where there is no restriction.
func (v Viewer) Scope() []ID {
	switch {
	case !v.Restricted():
		return nil
	case v.Visibility == SeesTeam && len(v.Colleagues) > 0:
		return v.Colleagues
	}
	return []ID{v.User}
}

// SeesTeamInbox tells whether the viewer has a team's inbox: owners and managers
// every team's, agents their own teams', and those who see only their own
// contacts none.
func (v Viewer) SeesTeamInbox(team ID) bool {
	switch {
	case v.Role == Owner || v.Role == Manager:
		return true
	case v.Visibility == SeesOwn:
		return false
	}
	return slices.Contains(v.Teams, team)
}

// ParseRestrictions reads the form that [FormatRestrictions] writes.
func ParseRestrictions(s string) []Restriction {
	var out []Restriction
	for _, f := range strings.Fields(s) {
		out = append(out, Restriction(f))
	}
	return out
}

// FormatRestrictions writes restrictions as one word each, sorted, none twice.
func FormatRestrictions(list []Restriction) string {
	sorted := slices.Clone(list)
	slices.Sort(sorted)
	words := make([]string, 0, len(sorted))
	for _, r := range slices.Compact(sorted) {
		words = append(words, string(r))
	}
	return strings.Join(words, " ")
}
