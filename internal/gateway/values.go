package gateway

import (
	"regexp"
	"strings"

	"github.com/bandeja/bandeja/internal/channel"
	"github.com/bandeja/bandeja/internal/crm"
)

// apply checks set-up values and puts them into the channel's config.
func (g *Gateway) apply(v crm.Viewer, c *Channel, values channel.Config, creating bool) error {
	known := make(map[string]bool)
	for _, f := range c.About.Fields {
		known[f.Key] = true
		path := "config." + f.Key
		value, given := values[f.Key]
		value = strings.TrimSpace(crm.Clean(value))
		if given && f.Kind == channel.FieldSecret && value == "" && !creating {
			given = false // an empty secret leaves the stored one
		}
		if !given {
			if creating && f.Default != "" && f.Key != "api_base_url" {
				c.Config[f.Key] = f.Default
			}
		} else {
			if f.OwnerOnly && !v.May(crm.ChannelsAdvanced) && value != c.Config[f.Key] {
				return crm.RefuseField(path, crm.CodeForbidden)
			}
			if err := checkValue(path, f, value); err != nil {
				return err
			}
			c.Config[f.Key] = value
		}
		if c.Config[f.Key] == "" && f.Generated {
			c.Config[f.Key] = randomKey(32)
		}
		if c.Config[f.Key] == "" && f.Required {
			return crm.RefuseField(path, crm.CodeRequired)
		}
	}
	for key := range values {
		if !known[key] {
			return crm.RefuseField("config."+key, crm.CodeInvalid)
		}
	}
	return nil
}

func checkValue(path string, f channel.Field, value string) error {
	switch {
	case len(value) > 20_000:
		return crm.RefuseField(path, crm.CodeTooLong, "max", 20_000)
	case value == "":
		return nil
	case f.Pattern != "" && !regexp.MustCompile(`^(?:`+f.Pattern+`)$`).MatchString(value):
		return crm.RefuseField(path, crm.CodeInvalid)
	case f.Kind == channel.FieldURL && !strings.HasPrefix(value, "https://") && !strings.HasPrefix(value, "http://"):
		return crm.RefuseField(path, crm.CodeInvalid)
	case f.Kind == channel.FieldBool && value != "true" && value != "false":
		return crm.RefuseField(path, crm.CodeInvalid)
	case f.Kind == channel.FieldChoice:
		for _, o := range f.Options {
			if o.Value == value {
				return nil
			}
		}
		return crm.RefuseField(path, crm.CodeInvalid)
	}
	return nil
}
