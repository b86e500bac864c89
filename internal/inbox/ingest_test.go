package inbox_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/db/dbtest"
	"github.com/bandeja/bandeja/internal/inbox"
)

// Counts and dots are kept by the transaction that a message comes in by. What they
// cost is what keeping them twice costs more: the figures of the two may differ by a
// tenth.
func BenchmarkIngest(b *testing.B) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		for _, twice := range []bool{false, true} {
			name := "counted once"
			if twice {
				name = "counted twice"
			}
			b.Run(string(dialect)+"/"+name, func(b *testing.B) {
				r := newRig(b, dbtest.Open(b, dbtest.Options(b, dialect)), b.TempDir())
				var n atomic.Int64
				b.SetParallelism(16)
				b.ResetTimer()
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						i := n.Add(1)
						err := r.d.Write(context.Background(), func(tx *db.Tx) error {
							in := []channel.Inbound{text(fmt.Sprint(i%500), fmt.Sprint(i), "Hola, ¿tienen disponible?")}
							_, err := r.in.Receive(tx, r.ch, in)
							if err == nil && twice {
								err = inbox.CountAgain(tx, r.viewer.Workspace, crm.ID(i%20))
							}
							return err
						})
						if err != nil {
							b.Error(err)
							return
						}
					}
				})
			})
		}
	}
}
