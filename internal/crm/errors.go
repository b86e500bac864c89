package crm

import "fmt"

// Code is a stable, machine-readable name of what went wrong. The API shows it,
// and the sentences for people are found by it.
type Code string

// The codes. Each has its sentence in English and Spanish in package httpapi; a
// test makes sure of it.
const (
	CodeInvalid            Code = "invalid"
	CodeRequired           Code = "required"
	CodeTooLong            Code = "too_long"
	CodeTooShort           Code = "too_short"
	CodeNotFound           Code = "not_found"
	CodeForbidden          Code = "forbidden"
	CodeUnauthenticated    Code = "unauthenticated"
	CodeOtherUser          Code = "other_user"
	CodeConflict           Code = "conflict"
	CodeChanged            Code = "changed_meanwhile"
	CodeWrongCredentials   Code = "wrong_credentials"
	CodeThrottled          Code = "too_many_attempts"
	CodeAlreadySetUp       Code = "already_set_up"
	CodeWeakPassword       Code = "weak_password"
	CodeEmailTaken         Code = "email_taken"
	CodeFileTooLarge       Code = "file_too_large"
	CodeUploadsWait        Code = "uploads_waiting"
	CodeFileType           Code = "file_type_not_allowed"
	CodeKindUnsupported    Code = "kind_not_supported"
	CodeWindowClosed       Code = "window_closed"
	CodeContactFirst       Code = "contact_must_write_first"
	CodeNoChannel          Code = "no_channel"
	CodeUnreachable        Code = "unreachable"
	CodeBlocked            Code = "contact_blocked"
	CodeEmpty              Code = "message_empty"
	CodeUnknownUser        Code = "unknown_user"
	CodeBadPhone           Code = "bad_phone"
	CodeBadEmail           Code = "bad_email"
	CodeBadCountry         Code = "bad_country"
	CodeBadLanguage        Code = "bad_language"
	CodeBadTimezone        Code = "bad_timezone"
	CodeCredentialsRefused Code = "credentials_refused"
	CodeAccountConnected   Code = "account_connected"
	CodeAccountElsewhere   Code = "account_elsewhere"
	CodeProviderDown       Code = "provider_unreachable"
	CodeKeyReused          Code = "idempotency_key_reused"
	CodeBadCursor          Code = "bad_cursor"
	CodeBodyTooLarge       Code = "body_too_large"
	CodeUnavailable        Code = "database_unavailable"
	CodeInternal           Code = "internal"
	CodeNotRetryable       Code = "not_retryable"
	CodeUnknownType        Code = "unknown_channel_type"
	CodeLimit              Code = "limit_reached"
	CodeForbiddenAddress   Code = "address_not_allowed"
	CodeNotForRole         Code = "not_for_this_role"
	CodeOwnAccess          Code = "own_access"
	CodeUnknownTeam        Code = "unknown_team"
	CodeNameTaken          Code = "name_taken"
	CodeRange              Code = "out_of_range"
	CodeBadSlug            Code = "bad_slug"
	CodeFixed              Code = "cannot_change"
	CodeTaken              Code = "taken"
	CodePast               Code = "in_the_past"
	CodeNotCreator         Code = "not_the_creator"
	CodeUnknownCategory    Code = "unknown_category"
	CodeNoTeamMember       Code = "team_has_nobody"
	CodeFilterSize         Code = "filter_too_large"
	CodeFilterDepth        Code = "filter_too_deep"
	CodeUnknownField       Code = "unknown_field"
	CodeWrongOperator      Code = "wrong_operator"
	CodeAlreadyMember      Code = "already_member"
	CodeAlreadyInvited     Code = "already_invited"
	CodeLinkUsed           Code = "link_used"
	CodeLinkExpired        Code = "link_expired"
	CodeSecondFactor       Code = "second_factor_required"
	CodeWrongCode          Code = "wrong_code"
	CodeTwoFactorOn        Code = "two_factor_on"
	CodeTwoFactorOff       Code = "two_factor_off"
	CodeSSOFailed          Code = "sso_failed"
	CodeSSOUnavailable     Code = "sso_unavailable"
	CodeSSOUnverified      Code = "sso_unverified"
	CodeSSOUnknown         Code = "sso_unknown"
	CodeSSOOnly            Code = "sso_only"
	CodeBadShortcut        Code = "bad_shortcut"
	CodeAlreadySent        Code = "already_sent"
	CodeTooFar             Code = "too_far_ahead"
	CodeAuthorGone         Code = "author_gone"
	CodeAuthorLostAccess   Code = "author_lost_access"
	CodeNoTokens           Code = "tokens_not_allowed"
)

// Error is a refusal: something a person asked for and can mend. Everything else
// is an ordinary error, logged and shown as internal.
type Error struct {
	Code Code
	// Field names the input at fault, in API notation; empty for none.
	Field string
	// Args fill the sentence: limits, names.
	Args map[string]any
}

// Error implements error.
func (e *Error) Error() string {
	s := string(e.Code)
	if e.Field != "" {
		s = e.Field + ": " + s
	}
	if len(e.Args) > 0 {
		s += fmt.Sprint(" ", e.Args)
	}
	return s
}

// Is makes errors.Is(err, crm.NotFound()) and the like compare by code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && (t.Field == "" || t.Field == e.Field)
}

// Refuse returns an error of a code.
func Refuse(code Code) *Error { return &Error{Code: code} }

// RefuseField returns an error of a code at a field; args are name, value pairs.
func RefuseField(field string, code Code, args ...any) *Error {
	e := &Error{Code: code, Field: field}
	for i := 0; i+1 < len(args); i += 2 {
		if e.Args == nil {
			e.Args = make(map[string]any)
		}
		e.Args[args[i].(string)] = args[i+1]
	}
	return e
}
