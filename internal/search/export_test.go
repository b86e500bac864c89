package search

import (
	"context"

	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/eventlog"
)

// Add indexes a stretch of the log.
func (x *Index) Add(ctx context.Context, workspace crm.ID, events []eventlog.Event) error {
	return x.add(ctx, workspace, events)
}
