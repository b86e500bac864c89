package inbox

import (
	"time"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/gateway"
)

// allowed checks a content against what the channel carries and its messaging
// window. An answer that only a person may give so late is marked as one.
func allowed(ch *gateway.Channel, reach *Reach, c *crm.Content, by crm.Actor, now time.Time) error {
	if err := inWindow(ch.About.Capabilities, c, by, time.Duration(now.UnixMicro()-reach.LastIncomingAt)*time.Microsecond); err != nil {
		return err
	}
	return fits(ch, c)
}

// inWindow decides by how long ago the contact last wrote.
func inWindow(caps channel.Capabilities, c *crm.Content, by crm.Actor, ago time.Duration) error {
	if c.Tag == caps.HumanTag {
		c.Tag = "" // given by us at an earlier try, and decided anew
	}
	most := caps.Window
	if by.Source == crm.ByUser {
		most = max(most, caps.HumanWindow)
	}
	switch {
	case caps.Window == 0, c.Kind == crm.KindTemplate, c.Tag != "", ago <= caps.Window:
		return nil
	case ago <= most:
		c.Tag = caps.HumanTag
		return nil
	}
	return crm.RefuseField("channel_id", crm.CodeWindowClosed, "hours", int(most.Hours()))
}
