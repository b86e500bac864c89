package account

import (
	"strings"
	"time"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/mail"
)

// invitationMail asks somebody into a workspace.
func invitationMail(i Invitation, workspace, inviter, link string) mail.Message {
	fill := strings.NewReplacer("{workspace}", workspace, "{inviter}", inviter).Replace
	say := func(en, es string) string { return fill(crm.Text{EN: en, ES: es}.In(string(i.Language))) }
	return mail.Message{
		To: i.Email, Language: i.Language, Link: link, Until: time.UnixMicro(i.ExpiresAt),
		Subject: say("{inviter} invites you to {workspace}", "{inviter} le invita a {workspace}"),
		Paragraphs: []string{
			say("{inviter} invites you to answer messages with the team of {workspace}, in Bandeja.",
				"{inviter} le invita a responder mensajes con el equipo de {workspace}, en Bandeja."),
		},
		Button: say("Accept the invitation", "Aceptar la invitación"),
		Note: say("The link is good for seven days and for you alone. If you don't expect this invitation, ignore it.",
			"El enlace vale siete días y solo para usted. Si no espera esta invitación, ignórela."),
	}
}

// resetMail lets somebody choose a new password.
func resetMail(to, name string, language crm.Language, link string, until time.Time) mail.Message {
	fill := strings.NewReplacer("{name}", name).Replace
	say := func(en, es string) string { return fill(crm.Text{EN: en, ES: es}.In(string(language))) }
	return mail.Message{
		To: to, Language: language, Link: link, Until: until,
		Subject: say("Choose a new password", "Elija una contraseña nueva"),
		Paragraphs: []string{
			say("Hello {name},", "Hola, {name}:"),
			say("somebody, we think you, asked to choose a new password for Bandeja.",
				"alguien, creemos que usted, pidió elegir una contraseña nueva para Bandeja."),
		},
		Button: say("Choose a new password", "Elegir una contraseña nueva"),
		Note: say("The link is good for an hour and once. With the new password you are signed out everywhere, and your API tokens stop working. If it wasn't you, do nothing: your password stays as it is.",
			"El enlace vale una hora y una sola vez. Con la contraseña nueva se cierran todas sus sesiones y sus claves de API dejan de funcionar. Si no fue usted, no haga nada: su contraseña no cambia."),
	}
}
