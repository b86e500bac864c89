package wire

import (
	"time"

	"github.com/bandeja/bandeja/internal/content"
	"github.com/bandeja/bandeja/internal/crm"
)

// Snippet is a text that is written often.
type Snippet struct {
	ID        string           `json:"id"`
	Name      string           `json:"name" doc:"What is typed after the slash."`
	Text      string           `json:"text"`
	Scope     content.Scope    `json:"scope" enum:"personal,team,workspace"`
	TeamIDs   []string         `json:"team_ids" nullable:"false"`
	Files     []crm.Attachment `json:"files" nullable:"false"`
	CreatorID string           `json:"creator_id"`
	UpdatedAt time.Time        `json:"updated_at"`
	Used      int64            `json:"used" doc:"How often it was taken."`
	UsedAt    *time.Time       `json:"used_at"`
	MayChange bool             `json:"may_change" doc:"Whether the caller may change and delete it."`
}

// SnippetOf returns a snippet as a viewer sees it.
func SnippetOf(s *content.Snippet, v crm.Viewer) Snippet {
	out := Snippet{
		ID: s.ID.String(), Name: s.Name, Text: s.Text, Scope: s.Scope, TeamIDs: IDs(s.Teams), Files: s.Files, CreatorID: s.Creator.String(),
		UpdatedAt: *Time(max(s.UpdatedAt, 1)), Used: s.Used, UsedAt: Time(s.UsedAt), MayChange: s.Scope == content.Personal || v.May(crm.SnippetsManage),
	}
	if out.Files == nil {
		out.Files = []crm.Attachment{}
	}
	return out
}
