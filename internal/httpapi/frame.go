package httpapi

import (
	"context"

	"github.com/bandeja/bandeja/internal/crm"
)

// Frame is what the handlers of [Options.Extra] may know of a request.
type Frame struct {
	RequestID string
	// IP is the caller's, past the proxies that are trusted.
	IP       string
	Language crm.Language
	HTTPS    bool
}

// FrameOf returns the frame of a request that this server took.
func FrameOf(ctx context.Context) Frame {
	q := requestOf(ctx)
	return Frame{RequestID: q.id, IP: q.ip, Language: q.language, HTTPS: q.https}
}
