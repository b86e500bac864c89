package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bandeja/bandeja/internal/crm"
)

// Access is who may call an operation.
type Access struct {
	// Anonymous operations need no caller.
	Anonymous bool
	// Session operations are for browsers, not for API tokens.
	Session bool
	// Permission is what the caller's role must give, "" for any member.
	Permission crm.Permission
}

// accessTable is the one place that decides who may call what. An operation
// without a row can't be registered.
func accessTable() map[string]Access {
	member := Access{}
	return map[string]Access{
		"get-setup":        {Anonymous: true},
		"set-up":           {Anonymous: true},
		"login":            {Anonymous: true},
		"logout":           {Session: true},
		"get-me":           member,
		"update-me":        member,
		"change-password":  {Session: true},
		"list-sessions":    {Session: true},
		"revoke-session":   {Session: true},
		"list-users":       member,
		"export-users":     {Permission: crm.DataExport},
		"update-user":      {Permission: crm.UsersManage},
		"remove-user":      {Permission: crm.UsersManage},
		"list-teams":       member,
		"create-team":      {Permission: crm.TeamsManage},
		"update-team":      {Permission: crm.TeamsManage},
		"delete-team":      {Permission: crm.TeamsDelete},
		"set-activity":     {Session: true},
		"update-workspace": {Permission: crm.WorkspaceManage},
		"list-tokens":      member,
		"create-token":     {Session: true, Permission: crm.TokensManage},
		"revoke-token":     member,

		"list-invitations":     {Permission: crm.UsersManage},
		"create-invitation":    {Permission: crm.UsersManage},
		"resend-invitation":    {Permission: crm.UsersManage},
		"delete-invitation":    {Permission: crm.UsersManage},
		"look-at-invitation":   {Anonymous: true},
		"accept-invitation":    {Anonymous: true},
		"forgot-password":      {Anonymous: true},
		"reset-password":       {Anonymous: true},
		"get-two-factor":       {Session: true},
		"prepare-two-factor":   {Session: true},
		"enable-two-factor":    {Session: true},
		"disable-two-factor":   {Session: true},
		"renew-recovery-codes": {Session: true},
		"reset-two-factor":     {Permission: crm.UsersManage},

		"list-inboxes":       member,
		"list-inbox":         member,
		"see-inbox":          member,
		"search-contacts":    member,
		"search-messages":    member,
		"start-bulk":         member,
		"list-bulks":         member,
		"get-bulk":           member,
		"cancel-bulk":        member,
		"list-bulk-failures": member,
		"start-export":       {Permission: crm.DataExport},
		"download-export":    {Permission: crm.DataExport},
		"create-contact":     {Permission: crm.ContactsEdit},
		"get-contact":        member,
		"list-duplicates":    member,
		"list-shared":        member,
		"list-workloads":     member,
		"update-contact":     {Permission: crm.ContactsEdit},
		"assign-contact":     {Permission: crm.MessagesSend},
		"list-conversations": member,
		"close-conversation": {Permission: crm.MessagesSend},
		"open-conversation":  {Permission: crm.MessagesSend},
		"mark-read":          member,
		"mark-unread":        member,
		"save-draft":         {Permission: crm.MessagesSend},
		"type":               {Permission: crm.MessagesSend},

		"snooze-contact":   {Permission: crm.MessagesSend},
		"unsnooze-contact": {Permission: crm.MessagesSend},
		"block-contact":    {Permission: crm.MessagesSend},
		"unblock-contact":  {Permission: crm.MessagesSend},
		"set-bot":          {Permission: crm.MessagesSend},
		"tag-contact":      {Permission: crm.ContactsEdit},
		"get-closing":      member,
		"set-closing":      {Permission: crm.WorkspaceManage},

		"list-custom-inboxes": member,
		"create-custom-inbox": member,
		"count-custom-inbox":  member,
		"update-custom-inbox": member,
		"delete-custom-inbox": member,
		"list-filter-fields":  member,
		"filter-contacts":     member,
		"count-filter":        member,

		"list-fields":  member,
		"create-field": {Permission: crm.FieldsManage},
		"update-field": {Permission: crm.FieldsManage},
		"delete-field": {Permission: crm.FieldsDelete},
		"list-tags":    member,
		"create-tag":   {Permission: crm.ContactsEdit},
		"update-tag":   {Permission: crm.FieldsManage},
		"delete-tag":   {Permission: crm.FieldsDelete},

		"preview-message": {Permission: crm.MessagesSend},
		"list-variables":  member,

		"list-scheduled":   member,
		"schedule-message": {Permission: crm.MessagesSend},
		"update-scheduled": {Permission: crm.MessagesSend},
		"delete-scheduled": {Permission: crm.MessagesSend},
		"send-scheduled":   {Permission: crm.MessagesSend},

		// Personal snippets are everybody's; package content asks for the right to the others.
		"list-snippets":              member,
		"create-snippet":             member,
		"update-snippet":             member,
		"delete-snippet":             member,
		"use-snippet":                member,
		"list-notifications":         member,
		"count-notifications":        member,
		"read-notification":          member,
		"read-notifications":         member,
		"archive-notification":       member,
		"unarchive-notification":     member,
		"archive-notifications":      member,
		"read-contact-notifications": member,
		"get-notify-preferences":     member,
		"set-notify-preferences":     member,
		"get-push":                   {Session: true},
		"subscribe-push":             {Session: true},
		"unsubscribe-push":           {Session: true},
		"test-push":                  {Session: true},

		"list-messages": member,
		"send-message":  {Permission: crm.MessagesSend},
		"retry-message": {Permission: crm.MessagesSend},
		"react":         {Permission: crm.MessagesSend},
		"list-events":   member,
		"upload-file":   {Permission: crm.MessagesSend},

		"list-channel-types": member,
		"list-channels":      member,
		"create-channel":     {Permission: crm.ChannelsManage},
		"get-channel":        member,
		"update-channel":     {Permission: crm.ChannelsManage},
		"delete-channel":     {Permission: crm.ChannelsDelete},
		"check-channel":      {Permission: crm.ChannelsManage},
		"list-templates":     member,
		"list-inbound":       {Permission: crm.ChannelsManage},
		"replay-inbound":     {Permission: crm.ChannelsManage},
		"list-dead-jobs":     {Permission: crm.JobsManage},
		"replay-dead-job":    {Permission: crm.JobsManage},
	}
}

// smallBody caps a request's JSON.
const smallBody = 256 << 10

// register adds an operation. The handler gets the caller; what it returns as an
// error becomes a problem.
func register[I, O any](s *Server, op huma.Operation, handle func(context.Context, caller, *I) (*O, error)) {
	access, ok := s.access[op.OperationID]
	if !ok {
		panic("httpapi: operation " + op.OperationID + " has no row in the access table")
	}
	op.Path = "/api/v1" + op.Path
	if op.MaxBodyBytes == 0 {
		op.MaxBodyBytes = smallBody
	}
	if !access.Anonymous {
		op.Security = []map[string][]string{{"session": {}}}
		if !access.Session {
			op.Security = append(op.Security, map[string][]string{"token": {}})
		}
		// Before huma reads the body or says what is wrong with it.
		op.Middlewares = append(op.Middlewares, func(ctx huma.Context, next func(huma.Context)) {
			c, ok := callerOf(ctx.Context())
			switch {
			case !ok:
				ctx.SetHeader("WWW-Authenticate", "Bearer")
				s.refuse(ctx, crm.CodeUnauthenticated)
			case access.Session && c.Token != 0, access.Permission != "" && !c.May(access.Permission):
				s.refuse(ctx, crm.CodeForbidden)
			default:
				next(ctx)
			}
		})
	}
	op.Errors = append(op.Errors, http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity)
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		c, _ := callerOf(ctx)
		out, err := handle(ctx, c, in)
		if err != nil {
			return nil, s.problems.of(ctx, err)
		}
		return out, nil
	})
}

func (s *Server) refuse(ctx huma.Context, code crm.Code) {
	p := s.problems.code(ctx.Context(), code, "", nil)
	_ = huma.WriteErr(s.api, ctx, p.Status, p.Detail, crm.Refuse(code))
}
