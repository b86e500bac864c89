package gateway

import (
	"context"
	"errors"
	"time"

	"github.com/bandeja/bandeja/internal/blob"
	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/crm"
	"github.com/bandeja/bandeja/internal/db"
	"github.com/bandeja/bandeja/internal/jobs"
	"github.com/bandeja/bandeja/internal/safehttp"
)

const jobMedia = "media"

func mediaKey(channelID crm.ID) string { return "media:" + channelID.String() }

// fetchMedia copies the files of an incoming message, because every provider's
// link expires.
func (g *Gateway) fetchMedia(ctx context.Context, batch []*jobs.Job) error {
	j := batch[0]
	contact, message, err := ParsePayload(j.Payload)
	if err != nil {
		return err
	}
	var channelID crm.ID
	var remote []crm.Attachment
	err = g.DB.Read(ctx, func(tx *db.Tx) error {
		channelID, remote, err = g.inbox.Remote(tx, j.Workspace, contact, message)
		return err
	})
	if err != nil || len(remote) == 0 {
		return err
	}
	ch, err := g.Channel(ctx, j.Workspace, channelID)
	if err != nil && !errors.Is(err, crm.Refuse(crm.CodeNotFound)) {
		return err
	}
	for _, a := range remote {
		f, reason, err := g.fetchOne(ctx, ch, a)
		if err != nil {
			return err
		}
		if reason == crm.FileHeld && expired(j) {
			reason = "gone"
		}
		if reason == crm.FileHeld {
			return g.holdMedia(ctx, j, ch, a)
		}
		err = g.DB.Write(ctx, func(tx *db.Tx) error {
			got := a
			got.Error = reason
			if f != nil {
				f.Contact = contact
				if err := blob.Add(tx, f); err != nil {
					return err
				}
				got = merge(a, f)
			}
			return g.inbox.Fetched(tx, j.Workspace, contact, message, a.Remote, got)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// heldFor is how long files are waited for while their channel doesn't work; providers
// don't keep them for ever either.
const heldFor = 14 * 24 * time.Hour

// heldEvery is how often a channel that refused is tried with one of its files; one
// that is mended from the settings at once.
const heldEvery = 10 * time.Minute

func expired(j *jobs.Job) bool { return j.ID < db.IDFrom(time.Now().Add(-heldFor)) }

// holdMedia puts off fetching the files of a channel whose credentials the provider
// refuses, and says so on the message.
func (g *Gateway) holdMedia(ctx context.Context, j *jobs.Job, ch *Channel, a crm.Attachment) error {
	contact, message, err := ParsePayload(j.Payload)
	if err != nil {
		return err
	}
	g.Queue.Pause(mediaKey(ch.ID), heldEvery)
	return g.DB.Write(ctx, func(tx *db.Tx) error {
		if a.Error == "" {
			a.Error = crm.FileHeld
			if err := g.inbox.Fetched(tx, j.Workspace, contact, message, a.Remote, a); err != nil {
				return err
			}
		}
		return g.Queue.Retry(tx, j, time.Second, nil)
	})
}

// merge keeps what the message said of the file where the bytes say less.
func merge(a crm.Attachment, f *blob.File) crm.Attachment {
	got := f.Attachment()
	got.Kind, got.Remote, got.Emoji, got.Animated = a.Kind, a.Remote, a.Emoji, a.Animated
	if a.Kind == crm.KindImage && f.Kind != crm.KindImage {
		got.Kind = f.Kind
	}
	if got.Duration == 0 {
		got.Duration = a.Duration
	}
	if a.Name != "" {
		got.Name = blob.CleanName(a.Name)
	}
	if got.Width == 0 {
		got.Width, got.Height = a.Width, a.Height
	}
	return got
}

// fetchOne downloads one file. reason says why it never will be had, or crm.FileHeld
// that the channel must be mended first; err means that it may work later.
func (g *Gateway) fetchOne(ctx context.Context, ch *Channel, a crm.Attachment) (f *blob.File, reason string, err error) {
	if ch == nil {
		return nil, "gone", nil
	}
	fetcher, ok := ch.Adapter.(channel.MediaFetcher)
	if !ok {
		return nil, "gone", nil
	}
	if a.Size > g.MaxUpload {
		return nil, "too_big", nil
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	m, err := fetcher.Fetch(ctx, ch.View(), a)
	if err != nil {
		switch se := channel.AsSendError(err); se.Kind {
		case channel.PermanentMessage:
			if se.Code == "too_big" {
				return nil, "too_big", nil
			}
			return nil, "gone", nil
		case channel.PermanentChannel:
			if !g.refuses(ctx, ch) {
				return nil, "refused", nil // this file alone
			}
			g.recordError(ctx, ch, se, true)
			return nil, crm.FileHeld, nil
		}
		return nil, "", err
	}
	defer m.Body.Close()
	name, mime := a.Name, a.MIME
	if name == "" {
		name = m.Name
	}
	if mime == "" {
		mime = m.MIME
	}
	f, err = g.Files.Save(m.Body, ch.Workspace, name, mime, g.MaxUpload)
	switch {
	case errors.Is(err, safehttp.ErrTooLarge):
		return nil, "too_big", nil
	case errors.Is(err, crm.RefuseField("file", crm.CodeEmpty)):
		return nil, "gone", nil
	}
	return f, "", err
}

// refuses tells whether the provider refuses the channel as a whole.
func (g *Gateway) refuses(ctx context.Context, ch *Channel) bool {
	connector, ok := ch.Adapter.(channel.Connector)
	if !ok {
		return false
	}
	_, err := connector.Check(ctx, ch.View())
	return err != nil && channel.AsSendError(err).Kind == channel.PermanentChannel
}

// mediaDied marks what could not be had as gone, so that nobody waits for it.
func (g *Gateway) mediaDied(tx *db.Tx, j *jobs.Job) error {
	contact, message, err := ParsePayload(j.Payload)
	if err != nil {
		return err
	}
	_, remote, err := g.inbox.Remote(tx, j.Workspace, contact, message)
	if err != nil {
		return err
	}
	for _, a := range remote {
		got := a
		got.Error = "gone"
		if err := g.inbox.Fetched(tx, j.Workspace, contact, message, a.Remote, got); err != nil {
			return err
		}
	}
	return nil
}
