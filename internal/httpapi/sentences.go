package httpapi

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/bandeja/bandeja/internal/crm"
)

// sentence is what people read of a code, and the HTTP status it is answered with.
type sentence struct {
	status int
	title  crm.Text
}

// sentences says each code in both languages. {name} is filled from the error's
// arguments; sizes in bytes are shown in MB.
func sentences() map[crm.Code]sentence {
	s := func(status int, en, es string) sentence { return sentence{status, crm.Text{EN: en, ES: es}} }
	return map[crm.Code]sentence{
		crm.CodeInvalid:            s(422, "This value is not valid.", "Este valor no es válido."),
		crm.CodeRequired:           s(422, "This field is required.", "Este campo es obligatorio."),
		crm.CodeTooLong:            s(422, "This is too long: at most {max} characters.", "Es demasiado largo: {max} caracteres como máximo."),
		crm.CodeTooShort:           s(422, "This is too short: at least {min} characters.", "Es demasiado corto: {min} caracteres como mínimo."),
		crm.CodeNotFound:           s(404, "This doesn't exist, or you can't see it.", "No existe o usted no puede verlo."),
		crm.CodeForbidden:          s(403, "Your role doesn't allow this.", "Su rol no lo permite."),
		crm.CodeUnauthenticated:    s(401, "Please sign in.", "Inicie sesión."),
		crm.CodeOtherUser:          s(401, "Somebody else has signed in here meanwhile. Load the page again.", "Entretanto alguien más inició sesión aquí. Vuelva a cargar la página."),
		crm.CodeConflict:           s(409, "This was changed at the same time. Try again.", "Se modificó al mismo tiempo. Vuelva a intentarlo."),
		crm.CodeChanged:            s(412, "Somebody changed this in the meantime. Reload it and try again.", "Alguien lo modificó mientras tanto. Recárguelo y vuelva a intentarlo."),
		crm.CodeWrongCredentials:   s(401, "The e-mail or the password is wrong.", "El correo o la contraseña no son correctos."),
		crm.CodeThrottled:          s(429, "Too many attempts. Try again in {seconds} seconds.", "Demasiados intentos. Vuelva a intentarlo en {seconds} segundos."),
		crm.CodeAlreadySetUp:       s(409, "This server is set up already. Sign in.", "Este servidor ya está configurado. Inicie sesión."),
		crm.CodeWeakPassword:       s(422, "This password is easy to guess. Choose another.", "Esta contraseña es fácil de adivinar. Elija otra."),
		crm.CodeEmailTaken:         s(409, "A user with this e-mail exists already.", "Ya existe un usuario con este correo."),
		crm.CodeFileTooLarge:       s(413, "The file is too large: at most {max}.", "El archivo es demasiado grande: {max} como máximo."),
		crm.CodeUploadsWait:        s(422, "Too many of your files wait to be sent: at most {files}, of {max} together. Send them first; what nobody sends is deleted after {days} days.", "Demasiados archivos suyos esperan ser enviados: {files} como máximo, de {max} en total. Envíelos primero; lo que nadie envía se elimina después de {days} días."),
		crm.CodeFileType:           s(422, "Files of type {type} can't be sent here. Allowed: {allowed}.", "Aquí no se pueden enviar archivos de tipo {type}. Permitidos: {allowed}."),
		crm.CodeKindUnsupported:    s(422, "This channel can't send this kind of content ({kind}).", "Este canal no puede enviar este tipo de contenido ({kind})."),
		crm.CodeWindowClosed:       s(422, "The messaging window is closed: the contact last wrote more than {hours} hours ago. Send a template or a message with a tag, where the channel has them.", "La ventana de mensajería está cerrada: el contacto escribió por última vez hace más de {hours} horas. Envíe una plantilla o un mensaje con etiqueta, si el canal los tiene."),
		crm.CodeContactFirst:       s(422, "On this channel the contact must write first.", "En este canal el contacto debe escribir primero."),
		crm.CodeNoChannel:          s(422, "There is no channel to send over. Choose one that is connected.", "No hay un canal por el cual enviar. Elija uno que esté conectado."),
		crm.CodeUnreachable:        s(422, "This address belongs to another contact.", "Esta dirección pertenece a otro contacto."),
		crm.CodeBlocked:            s(422, "This contact is blocked. Unblock it first.", "Este contacto está bloqueado. Desbloquéelo primero."),
		crm.CodeEmpty:              s(422, "There is nothing to send.", "No hay nada que enviar."),
		crm.CodeUnknownUser:        s(422, "This user is not a member of the workspace.", "Este usuario no es miembro del espacio de trabajo."),
		crm.CodeBadPhone:           s(422, "This is not a phone number. Write it with the country code, as +593 98 765 4321.", "No es un número de teléfono. Escríbalo con el código de país, como +593 98 765 4321."),
		crm.CodeBadEmail:           s(422, "This is not an e-mail address.", "No es una dirección de correo."),
		crm.CodeBadCountry:         s(422, "This is not a country code (two letters).", "No es un código de país (dos letras)."),
		crm.CodeBadLanguage:        s(422, "This is not a language code.", "No es un código de idioma."),
		crm.CodeBadTimezone:        s(422, "This is not a time zone, as America/Guayaquil.", "No es una zona horaria, como America/Guayaquil."),
		crm.CodeAccountConnected:   s(422, "This account is connected already, as {channel}.", "Esta cuenta ya está conectada, como {channel}."),
		crm.CodeAccountElsewhere:   s(422, "This account is connected in another workspace of this server.", "Esta cuenta ya está conectada en otro espacio de trabajo de este servidor."),
		crm.CodeCredentialsRefused: s(422, "The provider refused these credentials: {provider}", "El proveedor rechazó estas credenciales: {provider}"),
		crm.CodeProviderDown:       s(502, "The provider could not be reached: {provider}", "No se pudo contactar al proveedor: {provider}"),
		crm.CodeKeyReused:          s(422, "This Idempotency-Key was used for another request.", "Esta Idempotency-Key se usó para otra solicitud."),
		crm.CodeBadCursor:          s(422, "This cursor is not one of ours. Start from the first page.", "Este cursor no es válido. Empiece por la primera página."),
		crm.CodeBodyTooLarge:       s(413, "The request is too large.", "La solicitud es demasiado grande."),
		crm.CodeUnavailable:        s(503, "The database can't be written right now. Nothing was changed; try again shortly.", "La base de datos no está disponible en este momento. No se cambió nada; vuelva a intentarlo en breve."),
		crm.CodeInternal:           s(500, "Something went wrong on our side. The request's number helps to find it in the log.", "Algo falló de nuestro lado. El número de solicitud ayuda a encontrarlo en el registro."),
		crm.CodeNotRetryable:       s(409, "Only messages that failed, or may not have been sent, can be sent again.", "Solo se pueden reenviar los mensajes fallidos o de envío incierto."),
		crm.CodeUnknownType:        s(422, "There is no channel of type {type}.", "No hay un canal de tipo {type}."),
		crm.CodeLimit:              s(422, "Too many: at most {max}.", "Son demasiados: {max} como máximo."),
		crm.CodeNotForRole:         s(422, "This can't be set for this role.", "No se puede fijar para este rol."),
		crm.CodeOwnAccess:          s(403, "You can't change or remove your own access. Another owner can.", "No puede cambiar ni quitar su propio acceso. Otro propietario puede hacerlo."),
		crm.CodeUnknownTeam:        s(422, "There is no such team.", "No existe ese equipo."),
		crm.CodeNameTaken:          s(409, "This name is taken. Choose another.", "Este nombre ya existe. Elija otro."),
		crm.CodeBadSlug:            s(422, "Use small letters, digits and _, at most 50.", "Use letras minúsculas, dígitos y _, 50 como máximo."),
		crm.CodeFixed:              s(422, "This can't be changed any more.", "Esto ya no se puede cambiar."),
		crm.CodeTaken:              s(409, "{name} was faster: the conversation is theirs.", "{name} fue más rápido: la conversación es suya."),
		crm.CodeUnknownCategory:    s(422, "There is no such category.", "No existe esa categoría."),
		crm.CodeNotCreator:         s(403, "Only whoever made this inbox can change it.", "Solo quien creó esta bandeja puede cambiarla."),
		crm.CodePast:               s(422, "This time is in the past. Choose a later one.", "Esa hora ya pasó. Elija una posterior."),
		crm.CodeNoTeamMember:       s(422, "This team has no members.", "Este equipo no tiene miembros."),
		crm.CodeFilterSize:         s(422, "This filter is too large: at most {max} conditions.", "Este filtro es demasiado grande: {max} condiciones como máximo."),
		crm.CodeFilterDepth:        s(422, "This filter is nested too deeply: at most {max} levels.", "Este filtro tiene demasiados niveles: {max} como máximo."),
		crm.CodeUnknownField:       s(422, "There is no field {field}.", "No existe el campo {field}."),
		crm.CodeWrongOperator:      s(422, "{field} can't be compared by {operator}.", "{field} no se puede comparar con {operator}."),
		crm.CodeRange:              s(422, "This must be between {min} and {max}.", "Debe estar entre {min} y {max}."),
		crm.CodeAlreadyMember:      s(409, "This person is a member of the workspace already.", "Esta persona ya es miembro del espacio de trabajo."),
		crm.CodeAlreadyInvited:     s(409, "This person is invited already. Send the invitation again instead.", "Esta persona ya está invitada. Vuelva a enviar la invitación."),
		crm.CodeLinkUsed:           s(404, "This link doesn't exist or was used already. Ask for a new one.", "Este enlace no existe o ya se usó. Solicite uno nuevo."),
		crm.CodeLinkExpired:        s(410, "This link has expired. Ask for a new one.", "Este enlace venció. Solicite uno nuevo."),
		crm.CodeSecondFactor:       s(401, "Enter the code of your authenticator app, or a recovery code.", "Escriba el código de su aplicación de autenticación o un código de recuperación."),
		crm.CodeWrongCode:          s(401, "This code is wrong or was used already.", "Este código no es correcto o ya se usó."),
		crm.CodeTwoFactorOn:        s(409, "Two-factor authentication is on already.", "La verificación en dos pasos ya está activada."),
		crm.CodeTwoFactorOff:       s(409, "Two-factor authentication is not set up.", "La verificación en dos pasos no está configurada."),
		crm.CodeSSOFailed:          s(401, "Signing in with the provider failed. Try again.", "No se pudo iniciar sesión con el proveedor. Vuelva a intentarlo."),
		crm.CodeSSOUnavailable:     s(503, "The sign-in provider can't be reached right now. Try again shortly.", "No se puede contactar al proveedor de inicio de sesión. Vuelva a intentarlo en breve."),
		crm.CodeSSOUnverified:      s(403, "The sign-in provider hasn't verified your e-mail address.", "El proveedor de inicio de sesión no ha verificado su correo."),
		crm.CodeSSOUnknown:         s(403, "There is no account for you here. Ask an owner to invite you.", "Aquí no hay una cuenta para usted. Pida a un propietario que le invite."),
		crm.CodeSSOOnly:            s(403, "Here only owners sign in with a password. Use single sign-on.", "Aquí solo los propietarios inician sesión con contraseña. Use el inicio de sesión único."),
		crm.CodeBadShortcut:        s(422, "Use letters, digits, - and _, without spaces.", "Use letras, dígitos, - y _, sin espacios."),
		crm.CodeAlreadySent:        s(409, "This message has just been sent.", "Este mensaje acaba de enviarse."),
		crm.CodeTooFar:             s(422, "This time is too far ahead: at most a year.", "Esa hora está demasiado lejos: un año como máximo."),
		crm.CodeAuthorGone:         s(409, "Whoever wrote this message is no longer in the workspace.", "Quien escribió este mensaje ya no está en el espacio de trabajo."),
		crm.CodeAuthorLostAccess:   s(409, "Whoever wrote this message no longer has access to the contact.", "Quien escribió este mensaje ya no tiene acceso al contacto."),
		crm.CodeNoTokens:           s(403, "This user may not use API tokens. An owner can allow it.", "Este usuario no puede usar claves de API. Un propietario puede permitirlo."),
		crm.CodeForbiddenAddress:   s(422, "This address is not allowed.", "Esta dirección no está permitida."),
	}
}

// said fills a sentence.
func said(text string, args map[string]any) string {
	for name, value := range args {
		if !strings.Contains(text, "{"+name+"}") {
			continue
		}
		shown := fmt.Sprint(value)
		if n, ok := value.(int64); ok && name == "max" && n >= 1<<10 {
			shown = size(n)
		}
		text = strings.ReplaceAll(text, "{"+name+"}", shown)
	}
	return text
}

func size(n int64) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MB", n>>20)
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d KB", n>>10)
}

// codeOf names a plain HTTP status.
func codeOf(status int) crm.Code {
	switch status {
	case http.StatusUnauthorized:
		return crm.CodeUnauthenticated
	case http.StatusForbidden:
		return crm.CodeForbidden
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return crm.CodeNotFound
	case http.StatusConflict:
		return crm.CodeConflict
	case http.StatusPreconditionFailed:
		return crm.CodeChanged
	case http.StatusRequestEntityTooLarge:
		return crm.CodeBodyTooLarge
	case http.StatusTooManyRequests:
		return crm.CodeThrottled
	case http.StatusServiceUnavailable:
		return crm.CodeUnavailable
	}
	if status >= 500 {
		return crm.CodeInternal
	}
	return crm.CodeInvalid
}

// Sentence returns what people read of a refusal.
func Sentence(e *crm.Error, lang crm.Language) string {
	return said(sentences()[e.Code].title.In(string(lang)), e.Args)
}
