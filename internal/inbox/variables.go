package inbox

import (
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/contact"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/template"
)

// VariableInfo describes a variable to those who may want to write it.
type VariableInfo struct {
	template.Variable
	Label crm.Text
	// Custom variables are custom fields of contacts.
	Custom bool
	// Example is a value as another contact may have it.
	Example string
	// Value is the contact's, "" for none.
	Value string
}

func fixedVariables() []VariableInfo {
	v := func(f template.Family, name, en, es, example string) VariableInfo {
		return VariableInfo{Variable: template.Variable{Family: f, Name: name}, Label: crm.Text{EN: en, ES: es}, Example: example}
	}
	return []VariableInfo{
		v(template.Contact, "firstname", "First name", "Nombre", "Lucía"),
		v(template.Contact, "lastname", "Last name", "Apellido", "Gómez"),
		v(template.Contact, "name", "Full name", "Nombre completo", "Lucía Gómez"),
		v(template.Contact, "phone", "Phone", "Teléfono", "+593987654321"),
		v(template.Contact, "email", "E-mail", "Correo", "lucia@example.com"),
		v(template.Contact, "country", "Country", "País", "Ecuador"),
		v(template.Contact, "language", "Language", "Idioma", "español"),
		v(template.Contact, "id", "Contact’s number", "Número del contacto", "1001"),
		v(template.Assignee, "name", "Assignee’s name", "Nombre del asignado", "Ana Paz"),
		v(template.Assignee, "firstname", "Assignee’s first name", "Primer nombre del asignado", "Ana"),
		v(template.Assignee, "lastname", "Assignee’s last name", "Apellido del asignado", "Paz"),
		v(template.Assignee, "email", "Assignee’s e-mail", "Correo del asignado", "ana@example.com"),
		v(template.Assignee, "team", "Assignee’s team", "Equipo del asignado", "Ventas"),
		v(template.Assignee, "id", "Assignee’s number", "Número del asignado", "7"),
		v(template.System, "current_date", "Today’s date", "Fecha de hoy", "2026-11-24"),
		v(template.System, "current_time", "Time now", "Hora actual", "14:32:05"),
		v(template.System, "current_datetime", "Date and time now", "Fecha y hora actuales", "2026-11-24 14:32:05"),
	}
}

// Variables returns the variables of a workspace in the order in which they are
// offered, the custom fields behind the contact's own. With a contact that the viewer
// may know of, each has the contact's value.
func Variables(tx *db.Tx, v crm.Viewer, id crm.ID) ([]VariableInfo, error) {
	fields, err := contact.CustomFields(tx, v.Workspace)
	if err != nil {
		return nil, err
	}
	var out []VariableInfo
	for _, x := range fixedVariables() {
		if x.Family == template.Assignee && len(fields) > 0 {
			for _, f := range fields {
				out = append(out, VariableInfo{
					Variable: template.Variable{Family: template.Contact, Name: f.Slug}, Label: crm.Text{EN: f.Name, ES: f.Name}, Custom: true,
				})
			}
			fields = nil
		}
		out = append(out, x)
	}
	if id == 0 {
		return out, nil
	}
	c, err := contact.See(tx, v, id, false)
	if err != nil {
		return nil, err
	}
	r := &resolver{tx: tx, workspace: v.Workspace, contact: c, assignee: replier(v, c, false)}
	for i := range out {
		out[i].Value, _ = r.value(out[i].Variable)
	}
	return out, r.err
}

// Preview returns a text with its variables replaced as they would be if the viewer
// sent it now, and those that can't be.
func Preview(tx *db.Tx, v crm.Viewer, id crm.ID, text string, comment bool) (string, []template.Unresolved, error) {
	c, err := contact.See(tx, v, id, false)
	if err != nil {
		return "", nil, err
	}
	r := &resolver{tx: tx, workspace: v.Workspace, contact: c, assignee: replier(v, c, comment)}
	out, left := template.Resolve(text, r.value)
	return out, left, r.err
}

// replier returns whom a contact is assigned to once the viewer has written.
func replier(v crm.Viewer, c *contact.Contact, comment bool) crm.ID {
	if c.Assignee == 0 && !comment && v.Actor().Source == crm.ByUser {
		return v.User
	}
	return c.Assignee
}

// resolve replaces the variables of a message, and keeps what was typed.
func (r *resolver) resolve(c *crm.Content) error {
	replace := func(text string) string {
		out, _ := template.Resolve(text, r.value)
		return out
	}
	if text := replace(c.Text); text != c.Text {
		c.Text, c.Typed = text, c.Text
	}
	if c.Template != nil {
		sent := *c.Template // whoever tries again must find it as it was
		sent.Components = make([]crm.TemplateComponent, len(c.Template.Components))
		for i, comp := range c.Template.Components {
			comp.Parameters = append([]crm.TemplateParameter(nil), comp.Parameters...)
			for j := range comp.Parameters {
				comp.Parameters[j].Value = replace(comp.Parameters[j].Value)
			}
			sent.Components[i] = comp
		}
		c.Template = &sent
	}
	return r.err
}

// resolver knows what variables stand for. It reads only what is asked for, once.
type resolver struct {
	tx        *db.Tx
	workspace crm.ID
	contact   *contact.Contact
	assignee  crm.ID

	custom map[string]string
	person map[string]string
	space  *account.Workspace
	// err is the first that reading met; the values are worth nothing then.
	err error
}

func (r *resolver) value(v template.Variable) (string, bool) {
	switch v.Family {
	case template.Contact:
		return r.ofContact(v.Name)
	case template.Assignee:
		return r.ofAssignee(v.Name)
	}
	format, ok := map[string]string{
		"current_datetime": time.DateTime, "current_date": time.DateOnly, "current_time": time.TimeOnly,
	}[v.Name]
	if !ok {
		return "", false
	}
	zone, err := time.LoadLocation(r.settings().Timezone)
	if err != nil {
		zone = time.UTC // zones are checked when they are set
	}
	return r.tx.Now().In(zone).Format(format), true
}

func (r *resolver) settings() account.Workspace {
	if r.space == nil {
		w, err := account.GetWorkspace(r.tx, r.workspace)
		r.space = &w
		r.note(err)
	}
	return *r.space
}

func (r *resolver) note(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *resolver) ofContact(name string) (string, bool) {
	c := r.contact
	switch name {
	case "name":
		return strings.TrimSpace(c.FirstName + " " + c.LastName), true
	case "firstname":
		return c.FirstName, true
	case "lastname":
		return c.LastName, true
	case "phone":
		return c.Phone, true
	case "email":
		return c.Email, true
	case "id":
		return c.ID.String(), true
	case "country":
		region, err := language.ParseRegion(c.Country)
		if err != nil {
			return c.Country, true
		}
		return display.Regions(r.tag()).Name(region), true
	case "language":
		base, err := language.ParseBase(c.Language)
		if err != nil {
			return c.Language, true
		}
		return display.Languages(r.tag()).Name(base), true
	}
	if r.custom == nil {
		r.readCustom()
	}
	value, ok := r.custom[name]
	return value, ok
}

// tag is the workspace's language, which countries and languages are named in.
func (r *resolver) tag() language.Tag {
	if r.settings().Language == crm.Spanish {
		return language.Spanish
	}
	return language.English
}

func (r *resolver) readCustom() {
	r.custom = make(map[string]string)
	fields, err := contact.CustomFields(r.tx, r.workspace)
	r.note(err)
	values, err := contact.Values(r.tx, r.workspace, r.contact.ID)
	r.note(err)
	of := make(map[crm.ID]string, len(values))
	for _, v := range values {
		of[v.Field] = v.Text
	}
	for _, f := range fields {
		value := of[f.ID]
		if f.Type == contact.FieldCheckbox && value != "" {
			value = map[string]crm.Text{"true": {EN: "Yes", ES: "Sí"}, "false": {EN: "No", ES: "No"}}[value].In(string(r.settings().Language))
		}
		r.custom[f.Slug] = value
	}
}

func (r *resolver) ofAssignee(name string) (string, bool) {
	if r.person == nil {
		r.person = map[string]string{"name": "", "firstname": "", "lastname": "", "email": "", "id": "", "team": ""}
		if r.assignee != 0 {
			u, err := account.Person(r.tx, r.workspace, r.assignee)
			r.note(err)
			first, last, _ := strings.Cut(u.Name, " ")
			r.person = map[string]string{
				"name": u.Name, "firstname": first, "lastname": strings.TrimSpace(last), "email": u.Email,
				"id": r.assignee.String(), "team": strings.Join(u.Teams, ", "),
			}
		}
	}
	value, ok := r.person[name]
	return value, ok
}
