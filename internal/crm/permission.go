package crm

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

// Permission is a right that a role gives.
type Permission string

// The permissions.
const (
	WorkspaceManage  Permission = "workspace.manage"
	ChannelsManage   Permission = "channels.manage"
	ChannelsAdvanced Permission = "channels.advanced"
	UsersManage      Permission = "users.manage"
	JobsManage       Permission = "jobs.manage"
	ContactsEdit     Permission = "contacts.edit"
	MessagesSend     Permission = "messages.send"
)

// Viewer is whoever asks: a user in a workspace, through a session or a token.
type Viewer struct {
	Workspace ID
	User      ID
	Role      Role
	Language  Language
	// Token is set when the request came with an API token.
	Token ID
}

// Permissions returns what the viewer's role gives, in a fixed order.
func (v Viewer) Permissions() []Permission {
	switch v.Role {
	case Owner:
		return []Permission{WorkspaceManage, ChannelsManage, ChannelsAdvanced, UsersManage, JobsManage, ContactsEdit, MessagesSend}
	case Manager:
		return []Permission{ChannelsManage, JobsManage, ContactsEdit, MessagesSend}
	case Agent:
		return []Permission{ContactsEdit, MessagesSend}
	}
	return nil
}

// May tells whether the viewer has a permission.
func (v Viewer) May(p Permission) bool {
	for _, have := range v.Permissions() {
		if have == p {
			return true
		}
	}
	return false
}

// Actor is the viewer as the one who did something.
func (v Viewer) Actor() Actor {
	if v.Token != 0 {
		return Actor{Source: ByAPI, ID: v.User}
	}
	return Actor{Source: ByUser, ID: v.User}
}

// MaySee tells whether the viewer may know of a contact. Every member of a
// workspace sees all its contacts.
func (v Viewer) MaySee(workspace ID) bool {
	return v.User != 0 && v.Workspace == workspace
}
