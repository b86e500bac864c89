package inbox

import (
	"strings"
	"testing"

	"github.com/bandeja/bandeja/internal/crm"
)

// A message of several parts is as good as its worst; one of a single part was sent
// where its receipt says so, whatever was said before.
func TestPartsThatFail(t *testing.T) {
	type news struct {
		part   string // its external id
		status crm.Status
	}
	album := []crm.Attachment{{Kind: crm.KindImage}, {Kind: crm.KindImage}}
	for _, c := range []struct {
		name  string
		files []crm.Attachment
		text  string
		news  []news
		want  crm.Status
		parts string
	}{
		{"one part, delivered after all", album[:1], "", []news{{"a", crm.Failed}, {"a", crm.Delivered}}, crm.Delivered, ""},
		{"one part, delivered and then not", album[:1], "", []news{{"a", crm.Delivered}, {"a", crm.Failed}}, crm.Delivered, ""},
		{"several, the second fails first", album, "", []news{{"b", crm.Failed}, {"a", crm.Delivered}}, crm.Failed, ""},
		{"several, the second fails last", album, "", []news{{"a", crm.Delivered}, {"b", crm.Failed}}, crm.Failed, ""},
		{"several, the first fails last", album, "", []news{{"b", crm.Read}, {"a", crm.Failed}, {"b", crm.Read}}, crm.Failed, ""},
		{"several, all arrive", album, "", []news{{"a", crm.Delivered}, {"b", crm.Delivered}, {"a", crm.Read}}, crm.Read, ""},
		{"a file and a text apart", album[:1], "Mire", []news{{"a", crm.Read}, {"b", crm.Failed}, {"a", crm.Read}}, crm.Failed, ""},
		{"an earlier attempt that failed", nil, "Hola", []news{{"b", crm.Failed}, {"a", crm.Delivered}}, crm.Delivered, ""},
		{"a file and a text apart, the first fails last", album[:1], "Mire", []news{{"b", crm.Delivered}, {"a", crm.Failed}, {"b", crm.Read}}, crm.Failed, "a b"},
		{"an earlier attempt's part that failed", album, "", []news{{"y", crm.Failed}, {"a", crm.Delivered}, {"b", crm.Read}}, crm.Read, "a b"},
		{"a file with its caption, delivered and then not", album[:1], "Mire", []news{{"a", crm.Delivered}, {"a", crm.Failed}}, crm.Delivered, ""},
		// As the send itself tells.
		{"sent in part", album, "", []news{{"", crm.Failed}, {"a", crm.Delivered}}, crm.Failed, ""},
		{"perhaps sent in part", album, "", []news{{"a", crm.Delivered}, {"", crm.Uncertain}, {"a", crm.Read}}, crm.Uncertain, ""},
	} {
		m := &Message{ExternalID: "a", Status: crm.Sent, Content: crm.Content{Text: c.text, Attachments: c.files, Parts: strings.Fields(c.parts)}}
		for i, n := range c.news {
			var failure *crm.DeliveryError
			if n.status == crm.Failed || n.status == crm.Uncertain {
				failure = m.failure(n.part, &crm.DeliveryError{Code: "131053"})
			}
			m.advance(n.status, int64(i+1), failure)
		}
		if m.Status != c.want || (m.Error != nil) != (c.want == crm.Failed || c.want == crm.Uncertain) {
			t.Errorf("%s: %s, %+v", c.name, m.Status, m.Error)
		}
	}
}
