package httpapi

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bandeja/bandeja/internal/account"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/sheet"
)

func (s *Server) userExportOperation() {
	register(s, huma.Operation{
		OperationID: "export-users", Method: http.MethodGet, Path: "/users/users.csv", Tags: []string{"Workspace"},
		Summary:     "Fetch a file of the workspace's users",
		Description: "CSV (RFC 4180) in UTF-8: who they are, what they may do, in which teams, and when they were last there. A cell that a spreadsheet would compute begins with an apostrophe.",
		Responses:   csvResponse,
	}, func(ctx context.Context, c caller, _ *none) (*huma.StreamResponse, error) {
		var t userTable
		err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			if t.csvTable, err = newCSVTable(tx, c.Workspace, requestOf(ctx).language); err != nil {
				return err
			}
			if t.teams, err = account.Teams(tx, c.Workspace); err != nil {
				return err
			}
			t.users, err = account.Users(tx, c.Workspace)
			return err
		})
		if err != nil {
			return nil, err
		}
		return s.csv(ctx, t.csvTable, t.say("users", "usuarios"), t.write), nil
	})
}

// userTable says what a file of users shows, in somebody's language.
type userTable struct {
	csvTable
	users []account.User
	teams []account.Team
}

func (t *userTable) write(w http.ResponseWriter) error {
	out, err := sheet.NewWriter(w)
	if err != nil {
		return err
	}
	err = out.Write([]string{
		"ID", t.say("Name", "Nombre"), t.say("E-mail", "Correo electrónico"), t.say("Role", "Rol"), t.say("Contacts they see", "Contactos que ve"),
		t.say("What they may not do", "Lo que no puede hacer"), t.say("Teams", "Equipos"), t.say("Last active", "Última actividad"),
	})
	if err != nil {
		return err
	}
	for _, u := range t.users {
		if err := out.Write(t.row(u)); err != nil {
			return err
		}
	}
	return out.Flush()
}

func (t *userTable) row(u account.User) []string {
	var teams, not []string
	for _, team := range t.teams {
		if slices.Contains(u.Teams, team.ID) {
			teams = append(teams, team.Name)
		}
	}
	slices.Sort(teams)
	for _, r := range u.Restrictions {
		not = append(not, t.restriction(r))
	}
	return []string{u.ID.String(), u.Name, u.Email, t.role(u.Role), t.sees(u.Visibility), strings.Join(not, ", "), strings.Join(teams, ", "), t.time(u.ActiveAt)}
}

func (t *userTable) role(r crm.Role) string {
	switch r {
	case crm.Owner:
		return t.say("Owner", "Propietario")
	case crm.Manager:
		return t.say("Manager", "Administrador")
	}
	return t.say("Agent", "Agente")
}

func (t *userTable) sees(v crm.Visibility) string {
	switch v {
	case crm.SeesTeam:
		return t.say("Those of their teams", "Los de sus equipos")
	case crm.SeesOwn:
		return t.say("Only their own", "Solo los propios")
	}
	return t.say("All", "Todos")
}

func (t *userTable) restriction(r crm.Restriction) string {
	switch r {
	case crm.NoDataExport:
		return t.say("Export data", "Exportar datos")
	case crm.NoContactDeletion:
		return t.say("Delete contacts", "Eliminar contactos")
	case crm.NoWorkspaceSettings:
		return t.say("Open the workspace’s settings", "Abrir las configuraciones del espacio de trabajo")
	case crm.NoIntegrations:
		return t.say("Use API tokens", "Usar claves de API")
	case crm.NoShortcuts:
		return t.say("Use shortcuts", "Usar atajos")
	}
	return string(r)
}
